//! GraphQL: the same numbers as REST, and as subscriptions. Access is checked in each resolver, and again while a
//! subscription lives.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest};
use async_graphql::futures_util::stream::{SplitSink, SplitStream};
use async_graphql::futures_util::{Sink, SinkExt, Stream, StreamExt, sink, stream};
use async_graphql::http::ALL_WEBSOCKET_PROTOCOLS;
use async_graphql::{
    Context, Data, EmptyMutation, ID, InputObject, Json, Object, Result, Schema, ServerError, ServerResult,
    Subscription,
};
use async_graphql_poem::{GraphQLProtocol, GraphQLRequest, GraphQLResponse, GraphQLWebSocket};
use governor::{Quota, RateLimiter};
use poem::http::header;
use poem::web::Data as AppData;
use poem::web::websocket::{Message, WebSocket, WebSocketConfig, WebSocketStream};
use poem::{IntoResponse, Request, Response, handler};
use serde_json::Value;
use tokio::time::timeout;

use super::problem::Problem;
use super::{client, dashboard, dto, security};
use crate::accounts::{Caller, Proof, View};
use crate::app::App;
use crate::error::Error;
use crate::live::{self, Latest, Subscribed, Watchers, Watching};
use crate::query::DashboardRequest;
use crate::store::Site;
use haru_stats::EventKind;

/// Depth of a query, at most.
const DEPTH_MAX: usize = 12;
/// Fields of a query, at most.
const COMPLEXITY_MAX: usize = 1_000;
/// What computing a dashboard counts beside its fields.
const DASHBOARD_COST: usize = 200;
/// Directives of a field, at most.
const DIRECTIVES_MAX: usize = 5;
/// Fragments that a query may spread, inline ones included: fragments that spread others twice and these again would be walked
/// through more often than there is time, before anything else of the query is checked.
const SPREADS_MAX: usize = 20;
/// Bytes of a request, or of a message that a client sends over a WebSocket, at most.
pub(super) const MESSAGE_MAX: usize = 64 * 1024;
/// Bytes that a WebSocket keeps at hand for each direction: of a thousand connections most wait most of the time. What is larger takes
/// more while it is on its way.
const SOCKET_BUFFER: usize = 4 * 1024;
/// Messages that one connection may send at once, and then each second; what is beyond waits at the client. A page sends one for each
/// thing that it watches, and a ping now and then.
const MESSAGES_AT_ONCE: NonZeroU32 = NonZeroU32::new(500).unwrap();
const MESSAGES_A_SECOND: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// A connection that answers no ping for so long is closed.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// A connection that takes nothing for so long, while there is something for it, is closed. Until then one message waits for it, and
/// behind that whatever is newest.
const TAKES_WITHIN: Duration = Duration::from_secs(10);
/// How often the access of a living subscription is checked: with the second for which a link is believed it makes 2 at most.
const RECHECK: Duration = Duration::from_secs(1);

pub(crate) type HaruSchema = Schema<Query, EmptyMutation, Subscriptions>;

/// The schema without an app behind it.
fn builder() -> async_graphql::SchemaBuilder<Query, EmptyMutation, Subscriptions> {
    Schema::build(Query, EmptyMutation, Subscriptions)
        .limit_depth(DEPTH_MAX)
        .limit_complexity(COMPLEXITY_MAX)
        .limit_directives(DIRECTIVES_MAX)
        .disable_suggestions()
        .extension(FewSpreads)
}

/// Refuses queries that spread too many fragments, before they are parsed, over HTTP and `WebSockets` alike.
struct FewSpreads;

impl ExtensionFactory for FewSpreads {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for FewSpreads {
    async fn prepare_request(
        &self,
        context: &ExtensionContext<'_>,
        request: async_graphql::Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<async_graphql::Request> {
        // Each spread begins so; in a text of the query it counts as well.
        if request.query.matches("...").count() > SPREADS_MAX {
            let message = format!("A query may spread at most {SPREADS_MAX} fragments");
            return Err(ServerError::new(message, None));
        }
        next.run(context, request).await
    }
}

pub(crate) fn schema(app: Arc<App>) -> HaruSchema {
    builder().data(app).finish()
}

pub(crate) fn sdl() -> String {
    let mut text = builder().finish().sdl();
    while text.ends_with('\n') {
        text.pop();
    }
    text.push('\n');
    text
}

/// What a dashboard is asked for, in the words of the query language.
#[derive(Clone, Debug, InputObject)]
#[graphql(rename_fields = "snake_case")]
pub(crate) struct DashboardQuery {
    /// Such as `"30d"`, or two dates.
    date_range: Json<Value>,
    /// Such as `[["is", "visit:country", ["BR"]]]`.
    filters: Option<Json<Value>>,
    /// `"previous_period"` or `"year_over_year"`.
    comparison: Option<Json<Value>>,
    /// IANA timezone, the site's if not given.
    timezone: Option<String>,
    /// `hour`, `day`, `week` or `month`; chosen by the range if not given.
    interval: Option<String>,
}

impl From<DashboardQuery> for DashboardRequest {
    fn from(query: DashboardQuery) -> Self {
        Self {
            date_range: query.date_range.0,
            filters: query.filters.map(|filters| filters.0),
            comparison: query.comparison.map(|comparison| comparison.0),
            timezone: query.timezone,
            interval: query.interval,
        }
    }
}

/// Numbers as of now.
pub(crate) struct Query;

#[Object]
impl Query {
    /// Everything that a dashboard shows.
    #[graphql(complexity = "DASHBOARD_COST + child_complexity")]
    async fn dashboard(&self, context: &Context<'_>, site_id: ID, query: DashboardQuery) -> Result<dto::Dashboard> {
        let (app, (site, view)) = (app(context)?, site(context, &site_id).await?);
        let (stats, asked, query) = (app.stats.clone(), site.clone(), query.into());
        let answer = apart(context, async move { stats.dashboard(&asked, view, &query).await }).await?;
        Ok(dashboard::answer(app, &site, view, answer))
    }

    /// What happens on a site now.
    #[graphql(complexity = "DASHBOARD_COST + child_complexity")]
    async fn realtime(&self, context: &Context<'_>, site_id: ID) -> Result<dto::Realtime> {
        let (app, (site, view)) = (app(context)?, site(context, &site_id).await?);
        let stats = app.stats.clone();
        let answer = apart(context, async move { stats.realtime(&site, view).await }).await?;
        Ok(dashboard::realtime(view, answer))
    }
}

/// A first value at once, then on change, at most once a second.
pub(crate) struct Subscriptions;

#[Subscription]
impl Subscriptions {
    /// Distinct visitors with an event, engagement included, in the last 5 minutes.
    async fn live_visitors<'c>(
        &self,
        context: &Context<'c>,
        site_id: ID,
    ) -> Result<impl Stream<Item = Result<i64>> + 'c> {
        let (site, view) = site(context, &site_id).await?;
        let latest = app(context)?.dashboards.watch_online(&site, view);
        while_allowed(context, &site, view, values(latest)).await
    }

    /// Everything that a dashboard shows.
    async fn live_dashboard<'c>(
        &self,
        context: &Context<'c>,
        site_id: ID,
        query: DashboardQuery,
    ) -> Result<impl Stream<Item = Result<dto::Dashboard>> + 'c> {
        let (app, (site, view)) = (app(context)?.clone(), site(context, &site_id).await?);
        let request: DashboardRequest = query.into();
        // A query that can't be answered is told at once, not by silence.
        if !app.dashboards.is_watched(&site, view, &request) {
            let (stats, asked, request) = (app.stats.clone(), site.clone(), request.clone());
            apart(context, async move { stats.check(&asked, view, &request).await }).await?;
        }
        let latest = app.dashboards.watch_dashboard(&site, view, request);
        let shown = site.clone();
        let dashboards = values(latest).map(move |answer| dashboard::answer(&app, &shown, view, (*answer).clone()));
        while_allowed(context, &site, view, dashboards).await
    }

    /// Events as they are committed.
    async fn live_events<'c>(
        &self,
        context: &Context<'c>,
        site_id: ID,
    ) -> Result<impl Stream<Item = Result<dto::LiveEvent>> + 'c> {
        let (site, view) = events_site(context, &site_id).await?;
        let events = app(context)?.hub.events(site.key);
        let events = stream::unfold(events, |mut events| async move {
            loop {
                match events.recv().await {
                    Ok(event) => return Some((live_event(&event), events)),
                    Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                    Err(tokio::sync::broadcast::error::RecvError::Closed) => return None,
                }
            }
        });
        while_allowed(context, &site, view, events).await
    }
}

/// `POST /graphql`.
#[handler]
pub(crate) async fn execute(
    request: &Request,
    AppData(app): AppData<&Arc<App>>,
    AppData(schema): AppData<&HaruSchema>,
    query: GraphQLRequest,
) -> Result<Response, Problem> {
    let mut query = query.0;
    match client::text(request.headers(), header::AUTHORIZATION).and_then(bearer) {
        Some(token) => {
            query = query.data(security::check_token(app, request, token).await?.proof());
        }
        None => security::limit_address(app, request)?,
    }
    Ok(GraphQLResponse(schema.execute(query).await).into_response())
}

/// `GET /graphql/ws`, the `graphql-transport-ws` protocol.
#[handler]
pub(crate) fn subscribe(
    request: &Request,
    AppData(app): AppData<&Arc<App>>,
    AppData(schema): AppData<&HaruSchema>,
    protocol: GraphQLProtocol,
    socket: WebSocket,
) -> Response {
    let (app, schema) = (app.clone(), schema.clone());
    let network = client::network(&app, request);
    let connected = move |stream: WebSocketStream| async move {
        let watchers = app.watchers.clone();
        let greet = move |payload: Value| async move {
            let token = payload.get("authorization").and_then(Value::as_str).and_then(bearer).unwrap_or_default();
            let caller = security::identify(&app, network, token).await.map_err(told)?;
            let mut data = Data::default();
            data.insert(caller.proof());
            data.insert(OverSocket(network));
            Ok(data)
        };
        let (sink, stream) = stream.split();
        GraphQLWebSocket::new_with_pair(Box::pin(patient(sink, watchers)), Box::pin(paced(stream)), schema, protocol)
            .on_connection_init(greet)
            .keepalive_timeout(KEEPALIVE)
            .serve()
            .await;
    };
    let bounds = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_MAX))
        .max_frame_size(Some(MESSAGE_MAX))
        .read_buffer_size(SOCKET_BUFFER)
        .write_buffer_size(SOCKET_BUFFER);
    socket.protocols(ALL_WEBSOCKET_PROTOCOLS).config(bounds).on_upgrade(connected).into_response()
}

/// A sink that fails when a message is not taken in time, which ends the connection and whatever it watched.
fn patient(
    sink: SplitSink<WebSocketStream, Message>,
    watchers: Watchers,
) -> impl Sink<Message, Error = std::io::Error> {
    sink::unfold(sink, move |mut sink, message| {
        let watchers = watchers.clone();
        async move {
            let Ok(sent) = timeout(TAKES_WITHIN, sink.send(message)).await else {
                watchers.cut_off();
                return Err(std::io::ErrorKind::TimedOut.into());
            };
            sent.map(|()| sink)
        }
    })
}

/// Takes messages no faster than a client may send them.
fn paced(messages: SplitStream<WebSocketStream>) -> impl Stream<Item = <SplitStream<WebSocketStream> as Stream>::Item> {
    let pace = RateLimiter::direct(Quota::per_second(MESSAGES_A_SECOND).allow_burst(MESSAGES_AT_ONCE));
    stream::unfold((messages, pace), |(mut messages, pace)| async move {
        let message = messages.next().await?;
        pace.until_ready().await;
        Some((message, (messages, pace)))
    })
}

fn bearer(header: &str) -> Option<&str> {
    header.strip_prefix("Bearer ").map(str::trim)
}

fn app<'c>(context: &Context<'c>) -> Result<&'c Arc<App>> {
    context.data::<Arc<App>>()
}

/// The site, if whoever gave that proof may still ask for its numbers, and what of them: access is looked up anew each time.
async fn readable(app: &App, proof: &Proof, name: &str) -> crate::error::Result<(Site, View)> {
    let caller = app.accounts.again(proof).await?;
    Ok((app.sites.find(caller.reads_stats()?, name).await?, caller.view()))
}

/// The same of who goes on watching, at most a second old: of all who watch one thing, one asks the database.
async fn still_readable(app: &App, proof: &Proof, name: &str) -> crate::error::Result<(Site, View)> {
    let caller = app.accounts.again(proof).await?;
    Ok((app.sites.find_again(caller.reads_stats()?, name).await?, caller.view()))
}

/// Where the connection of a WebSocket comes from: each question on it is a call, and is counted as one.
struct OverSocket(IpAddr);

/// Lets work of a question on a socket be done apart from it. What is asked on one connection is polled in turn, and not while a
/// message waits to be taken: who doesn't read would hold the database's connections meanwhile.
async fn apart<T: Send + 'static>(
    context: &Context<'_>,
    work: impl Future<Output = crate::error::Result<T>> + Send + 'static,
) -> Result<T> {
    let work = Box::pin(work);
    let done = if context.data_opt::<OverSocket>().is_some() { spawned(work).await } else { work.await };
    done.map_err(told)
}

async fn spawned<T: Send + 'static>(
    work: impl Future<Output = crate::error::Result<T>> + Send + 'static,
) -> crate::error::Result<T> {
    tokio::spawn(work).await.unwrap_or_else(|error| Err(Error::internal(error)))
}

/// Who asks, at most a second old.
async fn caller(context: &Context<'_>) -> Result<Caller> {
    let (app, proof) = (app(context)?.clone(), proof(context)?.clone());
    apart(context, async move { app.accounts.again(&proof).await }).await
}

async fn site(context: &Context<'_>, site_id: &ID) -> Result<(Site, View)> {
    let (app, proof, name) = (app(context)?, proof(context)?, site_id.to_string());
    let Some(OverSocket(network)) = context.data_opt() else {
        return readable(app, proof, &name).await.map_err(told);
    };
    security::count(app, &caller(context).await?, *network).map_err(told)?;
    // As many may be asked for at once as a page shows, and by a thousand pages: like those who go on watching.
    let (app, proof) = (app.clone(), proof.clone());
    apart(context, async move { still_readable(&app, &proof, &name).await }).await
}

/// Room for one more subscription of who asks, and of the link that they have opened.
async fn room(context: &Context<'_>) -> Result<(Watching, Option<Watching>, Subscribed)> {
    let (app, caller) = (app(context)?, caller(context).await?);
    let watching = match context.data_opt() {
        Some(OverSocket(network)) if caller.is_of_the_public() => {
            app.watchers.enter(("public", network), live::PUBLIC_WATCHED_MAX)
        }
        _ => app.watchers.enter(caller.counted_as(), live::WATCHED_MAX),
    };
    let of_link = caller.opened().map(|link| app.watchers.enter(("link", link), live::LINK_WATCHED_MAX)).transpose();
    Ok((watching.map_err(told)?, of_link.map_err(told)?, app.watchers.subscribed()))
}

/// The site, if whoever asks may watch its single events.
async fn events_site(context: &Context<'_>, site_id: &ID) -> Result<(Site, View)> {
    caller(context).await?.watches_events().map_err(told)?;
    site(context, site_id).await
}

fn proof<'c>(context: &Context<'c>) -> Result<&'c Proof> {
    let missing = || told(Error::Unauthenticated("an access token is required"));
    context.data_opt::<Proof>().ok_or_else(missing)
}

/// Ends a stream with an error as soon as login, token or share session has ended, the site is out of its reach or was reset, or
/// other numbers of it may be seen than when it began.
async fn while_allowed<T: Send, S: Stream<Item = T> + Send>(
    context: &Context<'_>,
    site: &Site,
    view: View,
    values: S,
) -> Result<impl Stream<Item = Result<T>> + use<T, S>> {
    let watching = room(context).await?;
    let (app, proof, name) = (app(context)?.clone(), context.data::<Proof>()?.clone(), site.id.clone());
    let (key, retention) = (site.key, site.retention_changes);
    let denied = stream::unfold(tokio::time::interval(RECHECK), move |mut every| {
        let (app, proof, name) = (app.clone(), proof.clone(), name.clone());
        async move {
            loop {
                every.tick().await;
                let (app, proof, name) = (app.clone(), proof.clone(), name.clone());
                let looked = spawned(async move { still_readable(&app, &proof, &name).await }).await;
                let allowed = looked.and_then(|(site, now)| {
                    if site.key != key || site.retention_changes != retention {
                        // After a reset the site is another one inside, and other days are kept: what is watched is no more.
                        return Err(Error::NotFound("what was counted of this site"));
                    }
                    if now == view { Ok(()) } else { Err(Error::Forbidden("this share link shows something else now")) }
                });
                // A database that is away for a moment says nothing about rights.
                if let Err(error @ (Error::Unauthenticated(_) | Error::Forbidden(_) | Error::NotFound(_))) = allowed {
                    return Some((Err(told(error)), every));
                }
            }
        }
    });
    let mut over = false;
    let both = stream::select(values.map(Ok), denied);
    Ok(both.take_while(move |value| {
        // It lives as long as the stream.
        let _watching = &watching;
        let keep = !over;
        over |= value.is_err();
        std::future::ready(keep)
    }))
}

/// The values that a watched computation takes.
fn values<V: Clone + Send + Sync + 'static>(latest: Latest<V>) -> impl Stream<Item = V> + Send {
    stream::unfold((latest, true), |(mut latest, first)| async move {
        loop {
            let known = if first { latest.borrow_and_update().clone() } else { None };
            if let Some(value) = known {
                return Some((value, (latest, false)));
            }
            latest.changed().await.ok()?;
            let value = latest.borrow_and_update().clone();
            if let Some(value) = value {
                return Some((value, (latest, false)));
            }
        }
    })
}

fn live_event(event: &live::LiveEvent) -> dto::LiveEvent {
    dto::LiveEvent {
        at: dashboard::instant(event.at),
        kind: match event.kind {
            EventKind::Pageview => "pageview",
            EventKind::Custom => "custom",
            EventKind::Engagement | EventKind::Duration => "engagement",
        },
        name: event.name.clone(),
        page: event.page.clone(),
        source: event.source.clone(),
        country: event.country.clone(),
        browser: event.browser.clone(),
        os: event.os.clone(),
        device: event.device.clone(),
    }
}

/// What the outside may know of an error.
fn told(error: Error) -> async_graphql::Error {
    match error {
        Error::Internal(what) => {
            tracing::error!(error = %what, "a GraphQL request failed");
            async_graphql::Error::new("something went wrong; the log knows more")
        }
        error => async_graphql::Error::new(error.to_string()),
    }
}
