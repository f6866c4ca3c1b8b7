"""The dashboard in SQL, from the definitions and not from Haru's code.

The tables hold the range that is asked about and nothing else, so no query asks for one. Sums are rounded outside of SQL, half up,
on whole numbers. What a dashboard does not show (blank campaigns, the name `pageview`) is left out before it is counted.
"""

from dataclasses import dataclass
from datetime import date, timedelta

ROWS = 9

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
    ("regions", "region", "(not set)"),
    ("cities", "city", "(not set)"),
    ("languages", "language", "(not set)"),
    ("browsers", "browser", "(not set)"),
    ("os", "os", "(not set)"),
    ("devices", "device", "(not set)"),
    ("screens", "screen", "(not set)"),
]
METRICS = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration", "events"]


@dataclass
class Form:
    """How the tables of `load` are asked."""

    # A visitor counts once a day.
    visitors: str
    # Where to look for the visitors of visits and of events, by filter.
    visits: dict
    events: dict


FORMS = {
    "plain": Form(
        "count(DISTINCT (day, visitor))",
        {
            None: "plain.visits WHERE true",
            "country": "plain.visits WHERE country = $value",
            "page": "plain.visits WHERE visit IN (SELECT visit FROM plain.events WHERE page = $value)",
        },
        {
            None: "plain.events WHERE true",
            "country": "plain.events WHERE visit IN (SELECT visit FROM plain.visits WHERE country = $value)",
            "page": "plain.events WHERE page = $value",
        },
    ),
    "tuned": Form(
        "count(DISTINCT visitor)",
        {
            None: "tuned.visits WHERE true",
            "country": "tuned.visits WHERE country = $value",
            "page": "tuned.events WHERE page = $value",
        },
        {
            None: "tuned.events WHERE true",
            "country": "tuned.events WHERE country = $value",
            "page": "tuned.events WHERE page = $value",
        },
    ),
}


class Dashboard:
    """One dashboard. A question has a form, an interval (`day` or `month`), the first and the last day, and perhaps a filter
    (`country` or `page`) with its value."""

    def __init__(self, connection, question):
        self.connection = connection
        self.question = question
        self.filter = question.get("filter")
        self.values = {"value": question["value"]} if self.filter else {}
        self.form = FORMS[question["form"]]
        self.schema = question["form"]

    def answer(self):
        totals = metrics(self.sums(), self.filter)
        series = {str(bucket): sums for bucket, sums in self.series().items()}
        labels = buckets(self.question)
        rows = [metrics(series.get(label, [0] * 7), self.filter) for label in labels]
        shown = [metric for metric in METRICS if totals[metric] is not None]
        visits, events = self.form.visits[self.filter], self.form.events[self.filter]
        panels = {name: self.panel(visits, column, blank, totals) for name, column, blank in PANELS}
        panels["pages"] = self.panel(events, "page", "(not set)", totals)
        panels["events"] = self.panel(f"{events} AND NOT pageview", "name", "(not set)", totals)
        return {
            "totals": totals,
            "labels": labels,
            "series": {metric: [row[metric] for row in rows] if metric in shown else [] for metric in METRICS},
            "panels": panels,
        }

    def rows(self, query):
        return self.connection.execute(query, self.values if "$value" in query else None).fetchall()

    def sums(self):
        """What the totals are made of."""
        if self.filter == "page":
            events, visits = self.by_page()
            return joined(self.rows(f"SELECT {events}")[0], self.rows(f"SELECT {visits}")[0])
        return self.rows(f"SELECT {self.of_visits()}")[0]

    def series(self):
        """The same by bucket. A visit never spans two days, so its day is that of all its events."""
        bucket = self.question["interval"]
        by_bucket = lambda sums: {row[0]: row[1:] for row in self.rows(f"SELECT {bucket}, {sums} GROUP BY 1")}
        if self.filter == "page":
            events, visits = (by_bucket(sums) for sums in self.by_page())
            return {label: joined(sums, visits[label]) for label, sums in events.items()}
        return by_bucket(self.of_visits())

    def of_visits(self):
        return f"""{self.form.visitors}, count(*), sum(pageviews), count(*) FILTER (WHERE bounce), count(*), sum(duration_ms),
            sum(events) FROM {self.form.visits[self.filter]}"""

    def by_page(self):
        """A filter on pages takes the events of the page; visits are those that hold one, bounces those that entered there."""
        events = f"""{self.form.visitors}, count(*) FILTER (WHERE pageview), count(*) FROM {self.form.events["page"]}"""
        visits = f"""count(*), count(*) FILTER (WHERE bounce AND entry_page = $value),
            count(*) FILTER (WHERE entry_page = $value), sum(duration_ms)
            FROM {self.schema}.visits WHERE visit IN (SELECT visit FROM {self.schema}.events WHERE page = $value)"""
        return events, visits

    def panel(self, rows, column, blank, totals):
        """The groups with the most visitors; what is equal by name."""
        shown = f"CASE WHEN {column} = '' THEN '{blank}' ELSE {column}::VARCHAR END" if blank else f"{column}::VARCHAR"
        given = rows if blank else f"{rows} AND {column} <> ''"
        found = self.rows(f"""
            SELECT {shown} AS label, visitors
            FROM (SELECT {column}, {self.form.visitors} AS visitors FROM {given} GROUP BY {column})
            ORDER BY visitors DESC, label LIMIT {ROWS}""")
        return [[label, visitors, hundredths(visitors, 100, totals["visitors"])] for label, visitors in found]


def joined(events, visits):
    visitors, pageviews, counted = events
    held, bounces, entered, duration_ms = visits
    return visitors, held, pageviews, bounces, entered, duration_ms, counted


def metrics(sums, filtered_by):
    visitors, visits, pageviews, bounces, bounce_visits, duration_ms, events = [int(value or 0) for value in sums]
    return {
        "visitors": visitors,
        "visits": visits,
        "pageviews": pageviews,
        # Of no meaning with a filter on pages.
        "views_per_visit": None if filtered_by == "page" else hundredths(pageviews, 1, visits),
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
