"""The dashboard in SQL, from the definitions and not from Haru's code.

The tables hold the range that is asked about and nothing else, so no query asks for one. Sums are rounded outside of SQL, half up,
on whole numbers. What a dashboard does not show (blank campaigns, the name `pageview`) is left out before it is counted.
"""

from datetime import date, timedelta

ROWS = 9

CAMPAIGN = "(not set)"
# Name, column, what blank is called (None: blank is not shown).
PANELS = [
    ("entry_pages", "entry_page", "(not set)"),
    ("exit_pages", "exit_page", "(not set)"),
    ("channels", "channel", "Direct"),
    ("sources", "source", "Direct / None"),
    ("referrers", "referrer", "Direct / None"),
    ("utm_sources", "utm_source", None),
    ("utm_mediums", "utm_medium", None),
    ("utm_campaigns", "utm_campaign", None),
    ("utm_contents", "utm_content", None),
    ("utm_terms", "utm_term", None),
    ("countries", "country", "(not set)"),
    ("browsers", "browser", "(not set)"),
    ("os", "os", "(not set)"),
    ("devices", "device", "(not set)"),
]
METRICS = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration", "events"]

# Of whole visits. A visit never spans two days, so its day is that of all its events.
OF_VISITS = """count(DISTINCT visitor), count(*), sum(pageviews), count(*) FILTER (WHERE bounce), count(*), sum(duration_ms), sum(events)"""


def answer(connection, question):
    """All numbers of a dashboard: `question` has the interval (`day` or `month`), first and last day, and perhaps a filter by `country` or `page`."""
    bucket = question["interval"]
    if question.get("page") is not None:
        totals, series = by_page(connection, question["page"], bucket)
        visits, events, values = "events", "events", [question["page"]]
        condition = "page = ?"
    else:
        country = question.get("country")
        condition, values = ("country = ?", [country]) if country is not None else ("true", [])
        visits, events = "visits", "events"
        totals = connection.execute(f"SELECT {OF_VISITS} FROM visits WHERE {condition}", values).fetchone()
        series = dict_of(connection.execute(f"SELECT {bucket}, {OF_VISITS} FROM visits WHERE {condition} GROUP BY 1", values))
    numbers = metrics(totals, question)
    visitors = numbers["visitors"]
    panels = {"pages": panel(connection, events, "page", "(not set)", condition, values, visitors)}
    for name, column, blank in PANELS:
        panels[name] = panel(connection, visits, column, blank, condition, values, visitors)
    panels["events"] = panel(connection, events, "name", "(not set)", f"{condition} AND NOT pageview", values, visitors)
    labels = buckets(question)
    rows = [metrics(series.get(label, [0] * 7), question) for label in labels]
    shown = [metric for metric in METRICS if numbers[metric] is not None]
    return {
        "totals": numbers,
        "labels": labels,
        "series": {metric: [row[metric] for row in rows] if metric in shown else [] for metric in METRICS},
        "panels": panels,
    }


def by_page(connection, page, bucket):
    """A filter on pages takes the events of the page; visits are those that hold one, and bounces those that entered there."""
    of_events = "count(DISTINCT visitor), count(*) FILTER (WHERE pageview), count(*)"
    of_visits = """count(*), count(*) FILTER (WHERE bounce AND entry_page = $page), count(*) FILTER (WHERE entry_page = $page),
        sum(duration_ms)"""
    holders = "visits WHERE visit IN (SELECT visit FROM events WHERE page = $page)"

    def joined(events, visits):
        visitors, pageviews, counted = events
        held, bounces, entered, duration_ms = visits
        return visitors, held, pageviews, bounces, entered, duration_ms, counted

    value = {"page": page}
    totals = joined(
        connection.execute(f"SELECT {of_events} FROM events WHERE page = $page", value).fetchone(),
        connection.execute(f"SELECT {of_visits} FROM {holders}", value).fetchone(),
    )
    events = dict_of(connection.execute(f"SELECT {bucket}, {of_events} FROM events WHERE page = $page GROUP BY 1", value))
    visits = dict_of(connection.execute(f"SELECT {bucket}, {of_visits} FROM {holders} GROUP BY 1", value))
    return totals, {label: joined(sums, visits[label]) for label, sums in events.items()}


def panel(connection, table, column, blank, condition, values, all_visitors):
    """The groups with the most visitors; what is equal by name."""
    shown = f"CASE WHEN {column} = '' THEN '{blank}' ELSE {column}::VARCHAR END" if blank else f"{column}::VARCHAR"
    given = condition if blank else f"{condition} AND {column} <> ''"
    rows = connection.execute(
        f"""SELECT {shown} AS label, visitors
            FROM (SELECT {column}, count(DISTINCT visitor) AS visitors FROM {table} WHERE {given} GROUP BY {column})
            ORDER BY visitors DESC, label LIMIT {ROWS}""",
        values,
    ).fetchall()
    return [[label, visitors, hundredths(visitors, 100, all_visitors)] for label, visitors in rows]


def dict_of(result):
    return {str(bucket): sums for bucket, *sums in result.fetchall()}


def metrics(sums, question):
    visitors, visits, pageviews, bounces, bounce_visits, duration_ms, events = [int(value or 0) for value in sums]
    return {
        "visitors": visitors,
        "visits": visits,
        "pageviews": pageviews,
        # Of no meaning with a filter on pages.
        "views_per_visit": None if question.get("page") is not None else hundredths(pageviews, 1, visits),
        "bounce_rate": ratio(bounces, 100, bounce_visits),
        "visit_duration": ratio(duration_ms, 1, visits * 1000),
        "events": events,
    }


def ratio(numerator, scale, denominator):
    """Rounded half up; 0 of nothing."""
    return (2 * numerator * scale + denominator) // (2 * denominator) if denominator else 0


def hundredths(numerator, scale, denominator):
    return ratio(numerator, 100 * scale, denominator) / 100


def buckets(question):
    """The labels of all buckets: each day, or the first of each month."""
    first, last = (date.fromisoformat(question[end]) for end in ("from", "to"))
    days = [first + timedelta(days=index) for index in range((last - first).days + 1)]
    return [day.isoformat() for day in days if question["interval"] == "day" or day.day == 1 or day == first]
