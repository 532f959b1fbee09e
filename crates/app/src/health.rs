//! Whether it can serve, and figures about how it does.

use std::{
    io::{ErrorKind, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use axum::{
    Extension,
    extract::{MatchedPath, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use edge::front::Figures;
use kernel::time;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use search::Search;
use serde_json::json;
use store::{Dialect, Trouble};
use web::{
    Ctx,
    client::{ClientIp, Unclear},
};

use crate::nodes;

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

/// An answer about writing is given again for this long: asking costs a wait for the disk, and anybody may ask.
const FRESH: Duration = Duration::from_secs(1);
/// A write that takes longer waits behind another.
const PATIENCE: Duration = Duration::from_secs(3);
/// For as long as this others may write without anybody being worried.
const BUSY: Duration = Duration::from_secs(60);

/// Whether writing works, tried at most once a second. One for each installation.
#[derive(Debug, Clone, Default)]
pub struct Probe(Arc<tokio::sync::Mutex<Tried>>);

#[derive(Debug, Default)]
struct Tried {
    last: Option<(Instant, Vec<String>)>,
    /// Since when it could not be written for others' writes; none = it could, the last time it was tried.
    busy: Option<Instant>,
}

impl Probe {
    /// Why nothing can be written; nothing when it can.
    async fn reasons(&self, ctx: &Ctx) -> Vec<String> {
        let mut tried = self.0.lock().await;
        if let Some((at, reasons)) = &tried.last
            && at.elapsed() < FRESH
        {
            return reasons.clone();
        }
        let busy = match tokio::time::timeout(PATIENCE, ctx.db().probe()).await {
            Ok(Ok(())) => {
                tried.busy = None;
                None
            }
            Ok(Err(error)) if error.trouble() != Some(Trouble::Busy) => Some(told(&error)),
            // Somebody writes something long. That is no fault, unless it does not end.
            Err(_) | Ok(Err(_)) => {
                let since = *tried.busy.get_or_insert_with(Instant::now);
                (since.elapsed() >= BUSY).then(|| "数据库一分钟以来写不进去：别的写入一直没有结束".to_owned())
            }
        };
        let reasons: Vec<String> = busy.into_iter().chain(unwritable(ctx).await).collect();
        tried.last = Some((Instant::now(), reasons.clone()));
        reasons
    }
}

fn told(error: &store::Error) -> String {
    let what = error.trouble().map_or("数据库写不进去", Trouble::words);
    format!("{what}：{error}")
}

/// `GET /healthz` of the portal: reading is enough.
pub async fn portal(State(ctx): State<Ctx>, Extension(search): Extension<Search>) -> Response {
    let reasons = match reading(&ctx).await {
        Ok(()) => Vec::new(),
        // The public is told whether it works, not how it is built.
        Err(_) => vec!["数据库没有应答".to_owned()],
    };
    let status = search.status();
    let search = match (status.problem.is_empty(), status.rebuilding) {
        (false, _) => "degraded",
        (true, true) => "rebuilding",
        (true, false) => "ok",
    };
    respond(&reasons, json!({ "ok": reasons.is_empty(), "reasons": reasons, "search": search }))
}

/// `GET /healthz` of the office: writing must work too. What is wrong with the search index stands beside it: the program serves
/// without it and mends it by itself. What it is built of is told to whoever watches it alone.
pub async fn office(
    State(ctx): State<Ctx>,
    ip: Option<Extension<ClientIp>>,
    unclear: Option<Extension<Unclear>>,
    Extension(search): Extension<Search>,
    Extension(probe): Extension<Probe>,
) -> Response {
    let reasons = match reading(&ctx).await {
        Ok(()) => probe.reasons(&ctx).await,
        Err(error) => vec![error],
    };
    if !watches(&ctx, ip, unclear) {
        let (status, words) =
            if reasons.is_empty() { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "unavailable") };
        return (status, [(header::CACHE_CONTROL, "no-store"), (header::CONTENT_TYPE, "text/plain")], words)
            .into_response();
    }
    let kind = if ctx.db().dialect() == Dialect::Sqlite { "sqlite" } else { "postgres" };
    let free = free(&ctx).map(|bytes| bytes / MB);
    let status = search.status();
    let mut warnings = Vec::new();
    if !status.problem.is_empty() {
        warnings.push(format!("检索索引：{}", status.problem.trim_start_matches("检索索引：")));
    }
    if free.is_some_and(|free| free < LOW_MB) {
        warnings.push(format!("数据盘只剩 {} MB", free.unwrap_or(0)));
    }
    if reasons.is_empty()
        && let Some(hindered) = publishing::receipts::hindered(&ctx).await
    {
        warnings.push(format!("公开凭证：{hindered}"));
    }
    if let Err(error) = ctx.files().check_key() {
        warnings.push(format!("密钥：{error}"));
    }
    warnings.extend(behind(&ctx).await.map(|told| format!("时间：{told}")));
    let body = json!({
        "ok": reasons.is_empty(), "reasons": reasons, "warnings": warnings, "database": kind, "search": status,
        "disk_free_mb": free, "version": env!("CARGO_PKG_VERSION"),
    });
    respond(&reasons, body)
}

/// Seconds by which the clock may have gone back without anybody being worried; beyond, no receipts are given.
const BACK: i64 = 60;

/// The clock of this machine lies before what the log has seen; in words, `None` = it goes on, or nobody knows.
pub(crate) async fn behind(ctx: &Ctx) -> Option<String> {
    let newest = store::query_scalar::<String>("SELECT at FROM event ORDER BY chain DESC, seq DESC LIMIT 1");
    let newest = time::from_db(&newest.fetch_optional(ctx.db().read()).await.ok().flatten()?)?;
    let back = newest.duration_since(ctx.seams().now()).as_secs();
    (back > BACK)
        .then(|| format!("本机时间比最后一条留痕早 {} 分钟，公众现在提交不了申请。请校准时间并启用时间同步", back / 60))
}

/// Whether the request comes from where the machine is watched: `server.metrics_allow`. One whose origin is unclear does not: the
/// address of a proxy stands for everybody behind it.
fn watches(ctx: &Ctx, ip: Option<Extension<ClientIp>>, unclear: Option<Extension<Unclear>>) -> bool {
    unclear.is_none()
        && ip.is_some_and(|Extension(ClientIp(ip))| {
            ctx.config().server.metrics_allow.iter().any(|net| net.contains(&ip))
        })
}

/// Megabytes below which the engineer is warned.
const LOW_MB: u64 = 256;

async fn reading(ctx: &Ctx) -> Result<(), String> {
    match tokio::time::timeout(PATIENCE * 2, ctx.db().ping()).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(format!("数据库没有应答：{error}")),
        Err(_) => Err("数据库没有应答：超时".to_owned()),
    }
}

fn respond(reasons: &[String], body: serde_json::Value) -> Response {
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store"), (header::CONTENT_TYPE, "application/json")], body.to_string())
        .into_response()
}

const MB: u64 = 1024 * 1024;
/// Room that must be left. With less the rows of a short text still fit into what the database holds already, while longer texts
/// and attachments fail.
const FLOOR: u64 = 8 * MB;

/// Where the program writes: what it calls the place, and the folder.
fn places(ctx: &Ctx) -> Vec<(&'static str, PathBuf)> {
    let mut places = vec![
        ("数据目录", ctx.data().clone()),
        ("附件目录", nodes::folder(ctx.config(), ctx.data())),
        ("暂存目录", ctx.data().join("scratch")),
    ];
    if let Some(file) = ctx.config().database.url.strip_prefix("sqlite:") {
        let folder = Path::new(file.trim_start_matches("//")).parent().unwrap_or(Path::new("")).to_owned();
        places.push(("数据库所在目录", folder));
    }
    // Each disk once; a folder that is not there yet is made on that of the one above it.
    let mut disks = Vec::new();
    places.retain(|(name, at)| {
        let disk = std::fs::metadata(at).map(|data| data.dev()).ok();
        let fresh = if disk.is_some() { !disks.contains(&disk) } else { *name == "数据目录" };
        disks.push(disk);
        fresh
    });
    places
}

/// Why some place cannot be written, if one cannot.
async fn unwritable(ctx: &Ctx) -> Option<String> {
    let places = places(ctx);
    let tried = tokio::task::spawn_blocking(move || places.iter().find_map(|(name, at)| full(name, at))).await;
    tried.unwrap_or_else(|error| Some(format!("写入没有试成：{error}")))
}

/// Why a folder cannot be written: room for a longer text is taken, some bytes are written and made durable, all is given back.
/// The room is asked for and not only read, since a quota does not stand among the figures of the disk.
fn full(name: &str, at: &Path) -> Option<String> {
    if let Some(left) = left(at).filter(|left| *left < FLOOR) {
        return Some(too_little(name, at, left));
    }
    let probe = at.join(format!(".probe-{}", std::process::id()));
    let outcome = take_room(&probe);
    let _ = std::fs::remove_file(&probe);
    outcome.err().map(|error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => too_little(name, at, left(at).unwrap_or(0)),
        _ => format!("{name} {} 写不进去：{error}。请检查磁盘和权限", at.display()),
    })
}

fn take_room(probe: &Path) -> std::io::Result<()> {
    let mut file = std::fs::File::create(probe)?;
    file.write_all(&[b'.'; 4096])?;
    // Some file systems do not know how to; what was written has to do.
    if let Err(error @ (rustix::io::Errno::NOSPC | rustix::io::Errno::DQUOT)) =
        rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, FLOOR)
    {
        return Err(error.into());
    }
    file.sync_all()
}

fn too_little(name: &str, at: &Path, left: u64) -> String {
    format!(
        "{name} {} 所在的盘只剩 {} MB 可写，较长的正文和附件已经存不进去。请清理或扩容，至少留 1 GB",
        at.display(),
        left / MB
    )
}

/// Bytes that the program may still write to the disk of a folder.
fn left(at: &Path) -> Option<u64> {
    rustix::fs::statvfs(at).ok().map(|stat| stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Bytes that the program may still write, on the fullest of its disks.
fn free(ctx: &Ctx) -> Option<u64> {
    places(ctx).iter().filter_map(|(_, at)| left(at)).min()
}

/// Bytes of memory that this process holds.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kb| kb * 1024)
}

/// `GET /metrics` in the Prometheus text format, for whoever watches the machine; for others there is nothing here. What cannot be
/// asked of the database for now is left out.
pub async fn metrics(
    State(ctx): State<Ctx>,
    ip: Option<Extension<ClientIp>>,
    unclear: Option<Extension<Unclear>>,
    Extension(search): Extension<Search>,
) -> Result<Response, web::Error> {
    if !watches(&ctx, ip, unclear) {
        return Err(web::Error::NotFound);
    }
    let Some(handle) = install() else { return Err(web::Error::Unavailable("本进程没有开启指标。".into())) };
    let db = ctx.db();
    let mut up = true;
    match store::jobs::counts(db).await {
        Ok(counts) => counts.into_iter().for_each(|(state, count)| set("jobs", &[("state", state)], count)),
        Err(_) => up = false,
    }
    if let Ok(seconds) = store::jobs::oldest_due(db).await {
        set("job_oldest_seconds", &[], seconds);
    }
    if let Ok(behind) = ctx.capabilities().followers(&ctx).behind(db).await {
        behind.into_iter().for_each(|(name, count)| set("follower_behind_events", &[("name", name.to_owned())], count));
    }
    set("database_up", &[], i64::from(up));
    let (used, all) = db.in_use();
    set("db_connections_in_use", &[], used);
    set("db_connections_max", &[], all);
    let status = search.status();
    set("search_lag_events", &[], status.lag);
    set("search_entries", &[], status.documents);
    set("search_problem", &[], i64::from(!status.problem.is_empty()));
    set("search_rebuilding", &[], i64::from(status.rebuilding));
    if let Some(bytes) = free(&ctx) {
        set("disk_free_bytes", &[], bytes);
    }
    if let Some(bytes) = resident() {
        set("process_resident_memory_bytes", &[], bytes);
    }
    let watch = ctx.one::<identity::audit::watch::Watching>().standing();
    if let Some(at) = watch.at {
        #[expect(clippy::cast_precision_loss, reason = "moments and figures of a round are far below 2^52")]
        {
            metrics::gauge!("verify_ok").set(if watch.bad.is_none() { 1.0 } else { 0.0 });
            metrics::gauge!("verify_last_round_seconds").set(at.as_second() as f64);
            metrics::gauge!("verify_round_duration_seconds").set(watch.took as f64 / 1000.0);
            metrics::gauge!("verify_subjects").set(watch.compared as f64);
        }
    }
    handle.run_upkeep();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response())
}

fn set(name: &'static str, labels: &[(&'static str, String)], value: impl TryInto<i64>) {
    let labels: Vec<metrics::Label> =
        labels.iter().map(|(name, value)| metrics::Label::new(*name, value.clone())).collect();
    #[expect(clippy::cast_precision_loss, reason = "figures for a chart")]
    metrics::gauge!(name, labels).set(value.try_into().unwrap_or(i64::MAX) as f64);
}

/// Layer of both servers: counts and times every answer by route pattern.
pub async fn measure(State(listener): State<&'static str>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", |path| path.as_str()).to_owned();
    let response = next.run(request).await;
    Figures::of(listener, &route, response.status().as_u16()).add(started.elapsed().as_secs_f64());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_takes_a_long_text_is_well_and_is_left_as_it_was() {
        let place = tempfile::tempdir().expect("place");
        assert!(left(place.path()).is_some_and(|left| left > FLOOR), "this test needs some room");
        assert_eq!(full("数据目录", place.path()), None);
        assert_eq!(std::fs::read_dir(place.path()).expect("folder").count(), 0);
        let told = full("附件目录", &place.path().join("none")).expect("no such folder");
        assert!(told.contains("附件目录") && told.contains("none"), "{told}");
    }

    #[test]
    fn what_is_too_little_is_told_with_the_place_and_what_to_do() {
        let told = too_little("附件目录", Path::new("/srv/files"), 3 * MB + 5);
        assert!(told.contains("/srv/files") && told.contains("3 MB") && told.contains("请"), "{told}");
    }
}
