//! Whether it can serve, and figures about how it does.

use std::{sync::OnceLock, time::Instant};

use axum::{
    Extension,
    extract::{MatchedPath, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use search::Search;
use serde_json::json;
use store::Dialect;
use web::{Ctx, Result, client::ClientIp};

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Installs the recorder of figures, once in a process.
pub fn install() -> Option<&'static PrometheusHandle> {
    RECORDER
        .get_or_init(|| {
            let buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
            PrometheusBuilder::new().set_buckets(&buckets).ok()?.install_recorder().ok()
        })
        .as_ref()
}

/// `GET /healthz` of the portal: reading is enough.
pub async fn portal(State(ctx): State<Ctx>, Extension(search): Extension<Search>) -> Response {
    answer(&ctx, &search, false).await
}

/// `GET /healthz` of the office: writing must work too. What it is built of is told to whoever watches it alone.
pub async fn office(
    State(ctx): State<Ctx>,
    ip: Option<Extension<ClientIp>>,
    Extension(search): Extension<Search>,
) -> Response {
    if watches(&ctx, ip) {
        return answer(&ctx, &search, true).await;
    }
    let status = answer(&ctx, &search, true).await.status();
    let words = if status.is_success() { "ok" } else { "unavailable" };
    (status, [(header::CACHE_CONTROL, "no-store"), (header::CONTENT_TYPE, "text/plain")], words).into_response()
}

/// Whether the request comes from where the machine is watched: `server.metrics_allow`.
fn watches(ctx: &Ctx, ip: Option<Extension<ClientIp>>) -> bool {
    ip.is_some_and(|Extension(ClientIp(ip))| ctx.config().server.metrics_allow.iter().any(|net| net.contains(&ip)))
}

async fn answer(ctx: &Ctx, search: &Search, writing: bool) -> Response {
    let database = match ctx.db().ping().await {
        Ok(()) => None,
        Err(error) if writing => Some(format!("数据库没有应答：{error}")),
        Err(_) => Some("数据库没有应答".to_owned()),
    };
    let disk = if writing { unwritable(ctx).await } else { None };
    let reasons: Vec<String> = database.into_iter().chain(disk).collect();
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    if !writing {
        // The public is told whether it works, not how it is built.
        let body = json!({ "ok": reasons.is_empty(), "reasons": reasons });
        let headers = [(header::CACHE_CONTROL, "no-store"), (header::CONTENT_TYPE, "application/json")];
        return (status, headers, body.to_string()).into_response();
    }
    let kind = if ctx.db().dialect() == Dialect::Sqlite { "sqlite" } else { "postgres" };
    let body = json!({
        "ok": reasons.is_empty(), "reasons": reasons, "database": kind, "search": search.status(),
        "version": env!("CARGO_PKG_VERSION"),
    });
    (status, [(header::CACHE_CONTROL, "no-store"), (header::CONTENT_TYPE, "application/json")], body.to_string())
        .into_response()
}

/// Why the data directory cannot be written, if it cannot: a byte is written and removed.
async fn unwritable(ctx: &Ctx) -> Option<String> {
    let probe = ctx.data().join(format!(".probe-{}", std::process::id()));
    let outcome = tokio::fs::write(&probe, b".").await;
    let _ = tokio::fs::remove_file(&probe).await;
    outcome.err().map(|error| format!("数据目录写不进去：{error}"))
}

/// `GET /metrics` in the Prometheus text format, for whoever watches the machine; for others there is nothing here.
pub async fn metrics(State(ctx): State<Ctx>, ip: Option<Extension<ClientIp>>) -> Result<Response> {
    if !watches(&ctx, ip) {
        return Err(web::Error::NotFound);
    }
    let Some(handle) = install() else { return Err(web::Error::Unavailable("本进程没有开启指标。".into())) };
    for (state, count) in store::jobs::counts(ctx.db()).await? {
        #[expect(clippy::cast_precision_loss, reason = "a queue never holds 2^52 jobs")]
        metrics::gauge!("jobs", "state" => state).set(count as f64);
    }
    handle.run_upkeep();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response())
}

/// Layer of both servers: counts and times every answer by route pattern.
pub async fn measure(State(listener): State<&'static str>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", |path| path.as_str()).to_owned();
    let response = next.run(request).await;
    let (seconds, status) = (started.elapsed().as_secs_f64(), response.status().as_u16());
    metrics::histogram!("http_seconds", "listener" => listener, "route" => route).record(seconds);
    metrics::counter!("http_requests_total", "listener" => listener, "status" => status.to_string()).increment(1);
    response
}
