//! `POST /api/v2/query`: the query language of Plausible's Stats API v2.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde_json::Value;

use haru_stats::wire;

use super::Tag;
use super::security::Called;
use crate::accounts::Caller;
use crate::app::App;
use crate::error::{Error, Result};

/// An error as this API's clients know it.
#[derive(Clone, Debug, Object)]
pub(crate) struct QueryProblem {
    /// What is wrong; names the key or value.
    pub(crate) error: String,
}

/// Answers of the query language.
#[derive(Clone, Debug, ApiResponse)]
enum QueryAnswer {
    /// `{results, meta, query}`.
    #[oai(status = 200)]
    Results(Json<Value>),
    /// The query can't be understood.
    #[oai(status = 400)]
    BadRequest(Json<QueryProblem>),
    /// The access token is not valid.
    #[oai(status = 401)]
    Unauthorized(Json<QueryProblem>),
    /// The API token lacks the scope, or the share link does not show it.
    #[oai(status = 403)]
    Forbidden(Json<QueryProblem>),
    /// There is no such site that you may see.
    #[oai(status = 404)]
    NotFound(Json<QueryProblem>),
    /// Too many requests.
    #[oai(status = 429)]
    TooMany(Json<QueryProblem>),
    /// A fault of ours.
    #[oai(status = 500)]
    Internal(Json<QueryProblem>),
    /// The database can't answer now.
    #[oai(status = 503)]
    Unavailable(Json<QueryProblem>),
}

/// Routes of this module.
pub(crate) struct QueryApi;

#[OpenApi(prefix_path = "/v2", tag = "Tag::Stats")]
impl QueryApi {
    /// Query a site's numbers.
    ///
    /// Keys: `site_id`, `metrics`, `date_range`, `dimensions`, `filters`, `order_by`, `include`, `pagination`, `timezone`.
    #[oai(path = "/query", method = "post", operation_id = "query")]
    async fn query(&self, Called(caller): Called, Data(app): Data<&Arc<App>>, Json(query): Json<Value>) -> QueryAnswer {
        match answer(app, &caller, &query).await {
            Ok(results) => QueryAnswer::Results(Json(results)),
            Err(error) => refuse(error),
        }
    }
}

async fn answer(app: &App, caller: &Caller, query: &Value) -> Result<Value> {
    let scope = caller.reads_stats()?;
    let name = wire::site_id(query)?;
    let site = app.sites.find(scope, name).await?;
    app.stats.query(&site, caller.view(), query).await
}

fn refuse(error: Error) -> QueryAnswer {
    let told = Json(QueryProblem { error: error.to_string() });
    match error {
        Error::NotFound(_) => QueryAnswer::NotFound(told),
        Error::Unauthenticated(_) | Error::SecondFactor(_) | Error::SharePassword => QueryAnswer::Unauthorized(told),
        Error::Forbidden(_) => QueryAnswer::Forbidden(told),
        Error::Query(error) if error.is_not_allowed() => QueryAnswer::Forbidden(told),
        Error::TooMany { .. } => QueryAnswer::TooMany(told),
        Error::Unavailable => QueryAnswer::Unavailable(told),
        Error::Query(_) | Error::Budget(_) | Error::Invalid(_) | Error::Conflict(_) => QueryAnswer::BadRequest(told),
        Error::Internal(what) => {
            tracing::error!(error = %what, "a query failed");
            QueryAnswer::Internal(Json(QueryProblem { error: "something went wrong; the log knows more".to_owned() }))
        }
    }
}
