"""Loads sealed days into native tables of DuckDB, with everything derived that can be derived once.

None of this is timed. `visits` has a row a visit, `events` a row a pageview or custom event with all attributes of its visit,
so that no question needs a join for a filter. A visitor's id is of one day only: `visitor` is a number over all days, so that
counting it once counts a visitor once a day.
"""

GAP_MS = 30 * 60 * 1000
DAY_MS = 24 * 60 * 60 * 1000

ATTRIBUTES = [
    "source", "referrer", "channel", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "device", "browser",
    "browser_version", "os", "os_version", "country", "region", "city", "language", "screen",
]
OF_EVENTS = ["page", "hostname", "name"]


def load(connection, pattern):
    """Makes the tables `visits` and `events` out of all Parquet files of the pattern."""
    columns = ", ".join(OF_EVENTS + ATTRIBUTES)
    # Rows of a visitor in order. A visit starts with an event (engagement is none) after which there was nothing for longer than
    # the gap, or before which there was no event of that visitor and day.
    connection.execute(f"""
        CREATE TABLE ordered AS
        SELECT ms, day, id, kind, interactive, {columns}, counted, row,
               counted AND (before = 0 OR ms - earlier > {GAP_MS}) AS starts
        FROM (
          SELECT *, row_number() OVER visitor AS row, lag(ms) OVER visitor AS earlier,
                 count(*) FILTER (WHERE counted) OVER (visitor ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
          FROM (
            SELECT *, epoch_ms(time) AS ms, epoch_ms(time) // {DAY_MS} AS day, visitor AS id,
                   kind IN ('pageview', 'custom') AS counted
            FROM read_parquet('{pattern}', filename = true, file_row_number = true)
          )
          WINDOW visitor AS (PARTITION BY day, id ORDER BY ms, filename, file_row_number)
        )""")
    # Engagement before a visitor's first event belongs to no visit.
    connection.execute("""
        CREATE TABLE of_visits AS
        SELECT *, count(*) FILTER (WHERE starts) OVER (PARTITION BY day, id ORDER BY row ROWS UNBOUNDED PRECEDING) AS nth
        FROM ordered QUALIFY nth > 0""")
    connection.execute("DROP TABLE ordered")
    make_types(connection)
    make_visits(connection)
    make_events(connection)
    connection.execute("DROP TABLE of_visits")
    connection.execute("ANALYZE")


def make_types(connection):
    """An ENUM a column of texts, in the order of the texts: DuckDB counts these faster than texts."""
    for column in OF_EVENTS + ATTRIBUTES:
        connection.execute(f"CREATE TYPE {column}_text AS ENUM (SELECT DISTINCT {column} FROM of_visits ORDER BY {column})")


def make_visits(connection):
    """Attributes are those of a visit's first event, pages those of its first and last pageview."""
    attributes = ", ".join(f"first.{column}::{column}_text AS {column}" for column in ATTRIBUTES)
    connection.execute(f"""
        CREATE TABLE visits AS
        SELECT (row_number() OVER visit)::INTEGER AS visit, (dense_rank() OVER visitor)::INTEGER AS visitor,
               DATE '1970-01-01' + day::INTEGER AS day, date_trunc('month', DATE '1970-01-01' + day::INTEGER)::DATE AS month,
               day AS day_number, id, nth,
               duration_ms::INTEGER AS duration_ms, pageviews::INTEGER AS pageviews, events::INTEGER AS events,
               pageviews = 1 AND NOT acted AS bounce,
               entry_page::page_text AS entry_page, exit_page::page_text AS exit_page, {attributes}
        FROM (
          SELECT day, id, nth, max(ms) - min(ms) AS duration_ms,
                 count(*) FILTER (WHERE kind = 'pageview') AS pageviews, count(*) FILTER (WHERE counted) AS events,
                 coalesce(bool_or(interactive) FILTER (WHERE kind = 'custom'), false) AS acted,
                 coalesce(arg_min(page, row) FILTER (WHERE kind = 'pageview'), '') AS entry_page,
                 coalesce(arg_max(page, row) FILTER (WHERE kind = 'pageview'), '') AS exit_page
          FROM of_visits GROUP BY day, id, nth
        ) JOIN (SELECT * FROM of_visits WHERE starts) AS first USING (day, id, nth)
        WINDOW visit AS (ORDER BY day, id, nth), visitor AS (ORDER BY day, id)
        ORDER BY visit""")


def make_events(connection):
    """Engagement is left out: no number of a dashboard needs it once the visits have their durations."""
    attributes = ", ".join(["entry_page", "exit_page"] + ATTRIBUTES)
    texts = ", ".join(f"event.{column}::{column}_text AS {column}" for column in OF_EVENTS)
    visit = ", ".join(f"visits.{column}" for column in ["entry_page", "exit_page"] + ATTRIBUTES)
    connection.execute(f"""
        CREATE TABLE events AS
        SELECT visit, visitor, visits.day, month, kind = 'pageview' AS pageview, {texts}, {visit}
        FROM (SELECT * FROM of_visits WHERE counted) AS event
        JOIN visits ON visits.day_number = event.day AND visits.id = event.id AND visits.nth = event.nth
        ORDER BY visit, row""")
    for column in ["day_number", "id", "nth"]:
        connection.execute(f"ALTER TABLE visits DROP COLUMN {column}")
