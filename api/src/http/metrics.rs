//! `GET /metrics`: counters in Prometheus' text format, for who has the operator's token.

use std::fmt::Write;
use std::sync::Arc;

use poem::http::{HeaderMap, StatusCode, header};
use poem::web::Data;
use poem::{IntoResponse, Response, handler};

use super::client;
use crate::app::App;
use crate::ids::now_ms;
use crate::ingest::{CommitFigures, Fate};

/// What the format is called.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The counters; 404 where no token is set, 401 for another one.
#[handler]
pub(crate) fn metrics(headers: &HeaderMap, Data(app): Data<&Arc<App>>) -> Response {
    let Some(token) = &app.metrics_token else { return StatusCode::NOT_FOUND.into() };
    let bearer = client::text(headers, header::AUTHORIZATION).and_then(|text| text.strip_prefix("Bearer "));
    if !bearer.is_some_and(|bearer| token.is(bearer)) {
        return StatusCode::UNAUTHORIZED.with_header(header::WWW_AUTHENTICATE, "Bearer").into_response();
    }
    exposition(app).with_content_type(TEXT).with_header(header::CACHE_CONTROL, "no-store").into_response()
}

fn exposition(app: &App) -> String {
    let mut page = Page::default();
    let ingest = app.pipeline.ingest_figures();
    page.counter(
        "haru_ingest_hits_acknowledged_total",
        "Hits that were answered with 2xx: they are in the database or in the journal.",
        ingest.acknowledged,
    );
    page.counter(
        "haru_ingest_hits_refused_total",
        "Hits that could not be stored and were answered with 503.",
        ingest.refused,
    );
    page.labelled(
        "haru_hits_dropped_total",
        "Hits that were acknowledged and not counted.",
        app.pipeline.drops().iter().map(|(reason, count)| (format!("reason=\"{reason}\""), *count)),
    );
    page.labelled(
        "haru_http_requests_total",
        "Requests that were answered, those of hits apart.",
        app.served
            .figures()
            .iter()
            .map(|(class, status, count)| (format!("class=\"{class}\",status=\"{status}\""), *count)),
    );
    page.gauge("haru_ingest_hits_waiting", "Hits that wait for their commit.", ingest.waiting as u64);
    page.histogram("haru_ingest_commit_seconds", "How long commits of hits took.", &ingest.commits);
    let fate = app.pipeline.fate();
    page.gauge("haru_ingest_committing", "1 while hits are committed.", (fate == Fate::Committed).into());
    page.gauge(
        "haru_ingest_taking",
        "1 while hits are committed or kept, 0 while they are refused.",
        (fate != Fate::Refused).into(),
    );
    page.gauge("haru_journal_hits", "Acknowledged hits that wait for the database.", ingest.journal.hits);
    page.gauge("haru_journal_batches", "Batches that these are in.", ingest.journal.batches);
    page.gauge("haru_journal_bytes", "Size of the journal.", ingest.journal.bytes);
    let watched = app.dashboards.figures();
    page.gauge("haru_live_subscribers", "Subscriptions that live.", app.watchers.subscribers() as u64);
    page.gauge("haru_live_dashboards", "Different dashboards that they watch.", watched.dashboards as u64);
    page.counter(
        "haru_live_dashboards_computed_total",
        "Times a watched dashboard was computed, once for all who watch it.",
        watched.dashboards_computed,
    );
    page.counter(
        "haru_live_online_computed_total",
        "Times a watched count of visitors online was computed.",
        watched.online_computed,
    );
    page.counter(
        "haru_live_connections_cut_off_total",
        "Connections that were closed because they took nothing any more.",
        app.watchers.were_cut_off(),
    );
    page.gauge("haru_connections", "Connections that are open.", app.lines.open() as u64);
    page.counter(
        "haru_connections_cut_off_total",
        "Connections that were closed because they left us waiting for a request, or took nothing of an answer.",
        app.lines.were_cut_off(),
    );
    page.counter("haru_sealing_days_total", "Days that this node has sealed.", app.sealing.days());
    page.gauge(
        "haru_sealing_lag_seconds",
        "For how long the oldest day has been due that is not sealed.",
        u64::try_from(app.sealing.lag_ms(now_ms()) / 1_000).unwrap_or_default(),
    );
    page.gauge(
        "haru_nodes_listening",
        "1 while notices of other nodes arrive; always 0 on SQLite, where there are none.",
        app.hub.listens().into(),
    );
    for (name, of, figures) in [
        ("days", "finished days as columns", app.stats.days_cache()),
        ("partials", "what days contributed to questions", app.stats.partials_cache()),
    ] {
        let metric = |what: &str| format!("haru_query_{name}_cache_{what}");
        page.counter(
            &metric("hits_total"),
            &format!("Looks into the cache of {of} that found something."),
            figures.hits,
        );
        page.counter(
            &metric("misses_total"),
            &format!("Looks into the cache of {of} that found nothing."),
            figures.misses,
        );
        page.gauge(&metric("bytes"), &format!("Bytes in the cache of {of}."), figures.bytes);
    }
    page.0
}

/// A text that grows by a metric at a time.
#[derive(Default)]
struct Page(String);

impl Page {
    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.metric("counter", name, help, value);
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) {
        self.metric("gauge", name, help, value);
    }

    fn histogram(&mut self, name: &str, help: &str, figures: &CommitFigures) {
        let CommitFigures { up_to, count, seconds } = figures;
        let _written = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} histogram");
        for (bound, count) in up_to {
            let _written = writeln!(self.0, "{name}_bucket{{le=\"{bound}\"}} {count}");
        }
        let _written =
            writeln!(self.0, "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {seconds}\n{name}_count {count}");
    }

    /// A counter of several, by what tells them apart. No visitor has a say in that.
    fn labelled(&mut self, name: &str, help: &str, values: impl Iterator<Item = (String, u64)>) {
        let _written = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} counter");
        for (labels, value) in values {
            let _written = writeln!(self.0, "{name}{{{labels}}} {value}");
        }
    }

    fn metric(&mut self, kind: &str, name: &str, help: &str, value: u64) {
        // Writing into a text does not fail.
        let _written = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
    }
}
