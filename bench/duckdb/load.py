"""Loads sealed days into native tables of DuckDB, with visits derived once. None of this is timed.

Two forms of the same rows, each with a table of visits and one of events (pageviews and custom events; engagement is left out,
as no number of a dashboard needs it once the visits have their durations):

- `plain`: texts are texts, visitors have the ids of their day, an event has the number of its visit.
- `tuned`: all that can be computed beforehand. Texts are ENUMs; visitors are numbered over all days, so that one number is
  one visitor of one day; an event has all attributes of its visit, so that no filter needs a join.
"""

import duckdb

GAP_MS = 30 * 60 * 1000
DAY_MS = 24 * 60 * 60 * 1000

ATTRIBUTES = [
    "source", "referrer", "channel", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "device", "browser",
    "browser_version", "os", "os_version", "country", "region", "city", "language", "screen",
]
OF_EVENTS = ["page", "hostname", "name"]


def make(pattern, database, threads):
    """Makes a database file out of all Parquet files of the pattern: from a file, where it keeps them compressed, DuckDB answers
    faster than from tables in memory only."""
    database.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"PRAGMA threads={threads}")
        derive(connection, pattern)
        make_plain(connection)
        make_tuned(connection)
        connection.execute("DROP TABLE ordered")
        connection.execute(f"ATTACH '{database}' AS kept")
        connection.execute("COPY FROM DATABASE memory TO kept")
        connection.execute("CHECKPOINT kept")


def derive(connection, pattern):
    """Numbers the rows of each visitor and day, and the visits.

    A visit starts with an event (engagement is none) after which there was nothing for longer than the gap, or before which there
    was no event of that visitor and day. Engagement before a visitor's first event belongs to no visit.
    """
    columns = ", ".join(OF_EVENTS + ATTRIBUTES)
    connection.execute(f"""
        CREATE TABLE ordered AS
        SELECT *, count(*) FILTER (WHERE starts) OVER (PARTITION BY day, visitor ORDER BY row ROWS UNBOUNDED PRECEDING) AS nth
        FROM (
          SELECT ms, day, visitor, kind, interactive, {columns}, counted, row,
                 counted AND (before = 0 OR ms - earlier > {GAP_MS}) AS starts
          FROM (
            SELECT *, row_number() OVER one AS row, lag(ms) OVER one AS earlier,
                   count(*) FILTER (WHERE counted) OVER (one ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
            FROM (
              SELECT *, epoch_ms(time) AS ms, epoch_ms(time) // {DAY_MS} AS day, kind IN ('pageview', 'custom') AS counted
              FROM read_parquet('{pattern}', filename = true, file_row_number = true)
            )
            WINDOW one AS (PARTITION BY day, visitor ORDER BY ms, filename, file_row_number)
          )
        ) QUALIFY nth > 0""")


def make_plain(connection):
    """Attributes are those of a visit's first event, pages those of its first and last pageview."""
    connection.execute("CREATE SCHEMA plain")
    attributes = ", ".join(f"first.{column}" for column in ATTRIBUTES)
    date = "DATE '1970-01-01' + day::INTEGER"
    connection.execute(f"""
        CREATE TABLE numbered AS
        SELECT (row_number() OVER (ORDER BY day, visitor, nth))::INTEGER AS visit, day AS day_number, nth, visitor,
               {date} AS day, date_trunc('month', {date})::DATE AS month,
               duration_ms::INTEGER AS duration_ms, pageviews::INTEGER AS pageviews, events::INTEGER AS events,
               pageviews = 1 AND NOT acted AS bounce, entry_page, exit_page, {attributes}
        FROM (
          SELECT day, visitor, nth, max(ms) - min(ms) AS duration_ms,
                 count(*) FILTER (WHERE kind = 'pageview') AS pageviews, count(*) FILTER (WHERE counted) AS events,
                 coalesce(bool_or(interactive) FILTER (WHERE kind = 'custom'), false) AS acted,
                 coalesce(arg_min(page, row) FILTER (WHERE kind = 'pageview'), '') AS entry_page,
                 coalesce(arg_max(page, row) FILTER (WHERE kind = 'pageview'), '') AS exit_page
          FROM ordered GROUP BY day, visitor, nth
        ) JOIN (SELECT * FROM ordered WHERE starts) AS first USING (day, visitor, nth)""")
    connection.execute("CREATE TABLE plain.visits AS SELECT * EXCLUDE (day_number, nth) FROM numbered ORDER BY visit")
    texts = ", ".join(f"event.{column}" for column in OF_EVENTS)
    connection.execute(f"""
        CREATE TABLE plain.events AS
        SELECT visit, event.visitor, numbered.day, month, kind = 'pageview' AS pageview, {texts}
        FROM (SELECT * FROM ordered WHERE counted) AS event
        JOIN numbered ON numbered.day_number = event.day AND numbered.visitor = event.visitor AND numbered.nth = event.nth
        ORDER BY visit, row""")
    connection.execute("DROP TABLE numbered")


def make_tuned(connection):
    """An ENUM a column of texts, in the order of the texts; pages of visits share that of events."""
    connection.execute("CREATE SCHEMA tuned")
    for table, columns in (("events", OF_EVENTS), ("visits", ATTRIBUTES)):
        for column in columns:
            # A visit may have entered nowhere: pages include the blank one.
            connection.execute(f"""
                CREATE TYPE {column}_text AS ENUM (SELECT {column} FROM plain.{table} UNION SELECT '' ORDER BY {column})""")
    of_visits = {column: f"{column}_text" for column in ATTRIBUTES} | {"entry_page": "page_text", "exit_page": "page_text"}
    coded = ", ".join(f"{column}::{kind} AS {column}" for column, kind in of_visits.items())
    connection.execute(f"""
        CREATE TABLE tuned.visits AS
        SELECT * REPLACE ((dense_rank() OVER (ORDER BY day, visitor))::INTEGER AS visitor, {coded}) FROM plain.visits
        ORDER BY visit""")
    coded = ", ".join(f"event.{column}::{column}_text AS {column}" for column in OF_EVENTS)
    attributes = ", ".join(f"visits.{column}" for column in of_visits)
    connection.execute(f"""
        CREATE TABLE tuned.events AS
        SELECT visit, visits.visitor, event.day, event.month, pageview, {coded}, {attributes}
        FROM plain.events AS event JOIN tuned.visits AS visits USING (visit)
        ORDER BY visit""")
