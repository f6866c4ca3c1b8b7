//! The answer of `POST /api/v2/query`.

use serde_json::{Map, Value, json};

use super::Request;
use crate::engine::{Answer, Row};
use crate::metric::Metric;
use crate::query::{Order, OrderKey};

/// Why a visitor may count twice.
const WARNING: &str = "Visitors are told apart within one day of the site's timezone: \
     one who was there on two of its days counts as two.";

impl Request {
    /// The answer as JSON: `results`, `meta` and the query as it was understood.
    pub fn response(&self, answer: &Answer) -> Value {
        json!({
            "results": answer.rows.iter().map(row).collect::<Vec<_>>(),
            "meta": self.meta(answer),
            "query": self.echo(),
        })
    }

    fn meta(&self, answer: &Answer) -> Value {
        let mut meta = Map::new();
        if let Some(labels) = &answer.time_labels {
            meta.insert("time_labels".into(), json!(labels));
        }
        if let Some(rows) = answer.total_rows {
            meta.insert("total_rows".into(), json!(rows));
        }
        if let Some(explanation) = &answer.explanation {
            meta.insert("explain".into(), json!(explanation));
        }
        if let Some(earlier) = self.query.comparison() {
            meta.insert("comparison_date_range".into(), json!(earlier.ends()));
        }
        let counts_visitors = |metric: &Metric| matches!(metric, Metric::Visitors | Metric::Percentage);
        if self.splits_visitors && self.query.metrics().iter().any(counts_visitors) {
            let warning = json!({"code": "visitors_counted_by_site_day", "warning": WARNING});
            meta.insert("metric_warnings".into(), json!({"visitors": warning}));
        }
        Value::Object(meta)
    }

    fn echo(&self) -> Value {
        let mut echo = Map::new();
        let repeated = ["site_id", "pagination", "timezone"];
        for key in repeated {
            if let Some(value) = self.body.get(key) {
                echo.insert(key.into(), value.clone());
            }
        }
        let given = |key: &str, absent: Value| self.body.get(key).cloned().unwrap_or(absent);
        echo.insert("metrics".into(), json!(self.query.metrics()));
        echo.insert("date_range".into(), json!(self.query.range().ends()));
        echo.insert("filters".into(), given("filters", json!([])));
        echo.insert("dimensions".into(), json!(self.query.dimensions()));
        echo.insert("order_by".into(), self.query.order_by().iter().map(order).collect());
        echo.insert("include".into(), given("include", json!({})));
        Value::Object(echo)
    }
}

fn row(row: &Row) -> Value {
    let mut value = json!({"metrics": row.metrics, "dimensions": row.dimensions});
    if let Some(earlier) = &row.comparison {
        value["comparison"] = json!({
            "dimensions": earlier.dimensions,
            "metrics": earlier.metrics,
            "change": earlier.change,
        });
    }
    value
}

fn order(order: &Order) -> Value {
    let key = match &order.key {
        OrderKey::Metric(metric) => metric.to_string(),
        OrderKey::Dimension(dimension) => dimension.to_string(),
    };
    json!([key, if order.descending { "desc" } else { "asc" }])
}
