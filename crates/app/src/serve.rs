//! The servers and workers of one process, from the first port to the last open request.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use axum::middleware::from_fn;
use edge::connections::{self, Limits};
use store::Dialect;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};
use web::{Config, Ctx};

use crate::{
    App, compose, demo, health,
    lock::{self, ProcessRole},
    nodes, seams,
};

/// Serves until SIGTERM or Ctrl-C.
///
/// # Errors
/// When a port is taken, or the installation cannot be opened.
pub async fn run(mut config: Config, data: PathBuf, role: ProcessRole) -> Result<()> {
    health::install();
    // Ports first: a taken port is the commonest mistake and is told before anything is touched.
    let ports = Ports::open(&mut config, role)?;
    let program = std::env::current_exe().context("找不到本程序文件")?;
    // Before anything is opened: a second server must not bring the structure up to date under the first.
    let lock = if config.database.url.is_empty() || config.database.url.starts_with("sqlite:") {
        std::fs::create_dir_all(&data)
            .with_context(|| format!("数据目录 {} 建不起来。请检查路径和权限。", data.display()))?;
        Some(lock::take(&data, role)?)
    } else {
        None
    };
    sweep(&data);
    let ctx = compose::open(config, data, program, seams::system()).await?;
    nodes::join(ctx.db(), &nodes::folder(ctx.config(), ctx.data())).await?;
    // Before anything is sealed: a key must not be made over what another one has sealed.
    nodes::keep_key(ctx.db(), ctx.files(), ctx.data()).await?;
    keys(&ctx, plays(role, ProcessRole::Worker))?;
    if plays(role, ProcessRole::Worker) && lock.as_ref().is_some_and(|lock| lock.is_alone) {
        // A worker that was killed holds nothing any more; else what it had begun would wait for two minutes.
        store::abandoned::free(ctx.db()).await?;
    }
    before_serving(&ctx).await?;
    let app = App::new(ctx.clone())?;
    let (stop, stopped) = watch::channel(false);
    let (line, limits) = (ports.ready()?, limits(&ctx));
    let mut tasks = JoinSet::new();
    if plays(role, ProcessRole::Worker) {
        work(&mut tasks, &app, &stopped);
    }
    tasks.spawn(search::run(app.search.clone(), ctx.clone(), stopped.clone()));
    tasks.spawn(follow(ctx.clone(), stopped.clone()));
    ports.serve(&mut tasks, app, role, &limits, &stopped);
    if plays(role, ProcessRole::Portal) {
        publishing::settings::look_for_font(&ctx).await;
    }
    if let Err(why) = letter::Fonts::found(&ctx.settings::<letter::Papers>()).in_words() {
        tracing::warn!(%why, "a font of papers cannot be used: letters come out in another face");
    }
    tell_started(&ctx, role, &line);
    let told_to_stop = signals().context("不能接收停止信号")?;
    println!("{line}");
    let failed = tokio::select! {
        () = told_to_stop => None,
        // A server or worker that ends by itself leaves half an installation: better to stop and be started again.
        ended = tasks.join_next() => Some(ended),
    };
    finish(tasks, &stop, &ctx).await;
    anyhow::ensure!(failed.is_none(), "服务的一部分意外停止，详见日志：{failed:?}");
    Ok(())
}

/// Whether a process of this role does the work of that one.
fn plays(role: ProcessRole, part: ProcessRole) -> bool {
    role == ProcessRole::All || role == part
}

/// The ports of the servers that this process is, open before anything else.
struct Ports {
    portal: Option<TcpListener>,
    office: Option<TcpListener>,
}

impl Ports {
    /// Opens them. Where no public address was configured, links between the two servers follow the ports.
    fn open(config: &mut Config, role: ProcessRole) -> Result<Self> {
        let open = |part, key, address: &str| plays(role, part).then(|| listen(key, address)).transpose();
        let portal = open(ProcessRole::Portal, "server.portal", &config.server.portal)?;
        let office = open(ProcessRole::Office, "server.office", &config.server.office)?;
        let default = web::config::Server::default();
        if let Some(listener) = portal.as_ref().filter(|_| config.server.portal_url == default.portal_url) {
            config.server.portal_url = format!("http://{}", listener.local_addr()?);
        }
        if let Some(listener) = office.as_ref().filter(|_| config.server.office_url == default.office_url) {
            config.server.office_url = format!("http://{}", listener.local_addr()?);
        }
        Ok(Self { portal, office })
    }

    /// The line that says where they are, for whoever waits for the start.
    fn ready(&self) -> Result<String> {
        let mut line = String::from("ready");
        if let Some(listener) = &self.portal {
            line.push_str(&format!(" portal=http://{}", listener.local_addr()?));
        }
        if let Some(listener) = &self.office {
            line.push_str(&format!(" office=http://{}", listener.local_addr()?));
        }
        Ok(line)
    }

    /// Answers on them until told to stop.
    fn serve(
        self,
        tasks: &mut JoinSet<()>,
        app: App,
        role: ProcessRole,
        limits: &Limits,
        stopped: &watch::Receiver<bool>,
    ) {
        if let Some(listener) = self.portal {
            tasks.spawn(connections::serve(listener, app.answers, limits.clone(), stopped.clone()));
        }
        if let Some(listener) = self.office {
            let alone = role == ProcessRole::All && app.ctx.db().dialect() == Dialect::Sqlite;
            let office = if alone { app.office } else { app.office.layer(from_fn(nodes::others_know)) };
            tasks.spawn(connections::serve(listener, office, limits.clone(), stopped.clone()));
        }
    }
}

/// How many connections each server takes, and how slow they may be.
fn limits(ctx: &Ctx) -> Limits {
    let server = &ctx.config().server;
    let per_address = usize::try_from(server.connections_per_address).unwrap_or(usize::MAX);
    Limits::usual(places(), per_address, server.trusted_proxies.clone())
}

/// What a worker does besides the servers: the schedule, the followers of the log, the jobs, the watch over what is sealed.
fn work(tasks: &mut JoinSet<()>, app: &App, stopped: &watch::Receiver<bool>) {
    let ctx = &app.ctx;
    tasks.spawn(ctx.capabilities().schedule(ctx).work(ctx.db().clone(), stopped.clone()));
    let followers = ctx.capabilities().followers(ctx);
    // With nobody to follow for, its work would end at once, and the end of a task ends the program.
    if !followers.all().is_empty() {
        tasks.spawn(followers.work(ctx.db().clone(), stopped.clone()));
    }
    // Two, so that a mail server or a site that is slow to answer holds up nothing else.
    for _ in 0..2 {
        tasks.spawn(store::jobs::work(ctx.db().clone(), app.handlers.clone(), stopped.clone()));
    }
    tasks.spawn(identity::audit::watch::run(ctx.clone(), stopped.clone()));
}

/// Stops everything: open requests are finished first, as long as the contract gives.
async fn finish(mut tasks: JoinSet<()>, stop: &watch::Sender<bool>, ctx: &Ctx) {
    tracing::info!("stopping: open requests are finished first");
    let _ = stop.send(true);
    let all = async { while tasks.join_next().await.is_some() {} };
    // The contract gives ten seconds; a reader who keeps a connection open longer is cut off.
    if tokio::time::timeout(Duration::from_secs(7), all).await.is_err() {
        tracing::warn!("some requests did not end in time");
        tasks.abort_all();
    }
    if tokio::time::timeout(Duration::from_secs(1), ctx.db().close()).await.is_err() {
        tracing::warn!("the database was still in use");
    }
}

/// A key that cannot be used is told here, where somebody reads it, and not once a minute in a log that nobody reads: the end of
/// the log would not be kept, and sealed files not be opened. `signs` says whether this
/// process keeps the end of the log.
fn keys(ctx: &Ctx, signs: bool) -> Result<()> {
    ctx.files().check_key()?;
    if signs {
        // First whether a key is missed: one that is made anew would hide that.
        proof::Signer::ready(ctx.log_place())?;
        proof::Signer::open(ctx.log_place(), ctx.seams())?;
    }
    Ok(())
}

/// What must hold before the first request is answered: no known password in public, secrets sealed, rows sealed in
/// the log.
async fn before_serving(ctx: &Ctx) -> Result<()> {
    demo::refuse_public(ctx).await?;
    identity::session::seal_all(ctx).await.map_err(compose::words)?;
    if let Err(error) = store::log::seals::begin(ctx.db()).await {
        tracing::warn!(%error, "what is not sealed yet could not be sealed now; it is tried again every ten minutes, and told until then");
    }
    if let Err(error) = publishing::receipts::ready(ctx).await {
        tracing::warn!(%error, "the public log cannot be signed: what becomes public has no receipts until it can");
    }
    Ok(())
}

/// The first line of the log of each start: what runs here, on what, and where it listens.
fn tell_started(ctx: &Ctx, role: ProcessRole, ready: &str) {
    let kind = match ctx.db().dialect() {
        store::Dialect::Sqlite => "sqlite",
        store::Dialect::Postgres => "postgres",
    };
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        role = ?role,
        data = %ctx.data().display(),
        database = kind,
        portal = ctx.config().server.portal_url,
        office = ctx.config().server.office_url,
        listening = ready.trim_start_matches("ready").trim(),
        "started"
    );
}

/// What was left unfinished for longer is nobody's: a process that was killed left it.
const LEFT: Duration = Duration::from_secs(60 * 60);

/// Removes what killed processes left unfinished: in the scratch folder, beside the index, probes.
fn sweep(data: &std::path::Path) {
    for (folder, prefix) in [("scratch", ".tmp"), ("index", ".tmp"), ("", ".probe-"), ("", ".doctor-")] {
        let Ok(entries) = std::fs::read_dir(data.join(folder)) else { continue };
        for entry in entries.flatten() {
            let old = entry.metadata().is_ok_and(|data| {
                data.is_file() && data.modified().is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LEFT))
            });
            if old && entry.file_name().to_string_lossy().starts_with(prefix) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

fn listen(key: &str, address: &str) -> Result<TcpListener> {
    let address: SocketAddr = address.parse().with_context(|| format!("{key}：{address} 不是“地址:端口”"))?;
    connections::listen(address).with_context(|| match address.port() {
        0 => format!("{key}：不能在 {address} 上监听"),
        port => format!("{key}：不能在 {address} 上监听。端口 {port} 可能已被占用，请换一个端口或停掉占用它的程序。"),
    })
}

/// Most connections of one server at the same time; more wait in the system's queue.
const CONNECTIONS: u64 = 10_000;
/// Files that are kept for the database, the index and attachments.
const RESERVED: u64 = 256;

/// Raises the limit of open files as far as it goes, and says how many connections each of the two servers may have. Each may
/// hold a file besides: the attachment that it reads.
fn places() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    let most = if raised.is_ok() { limit.maximum } else { limit.current };
    let share = most.unwrap_or(u64::MAX).saturating_sub(RESERVED) / 4;
    usize::try_from(share.clamp(32, CONNECTIONS)).unwrap_or(32)
}

/// Keeps what is held in memory in step with changes made by other processes of the installation.
async fn follow(ctx: Ctx, mut stopped: watch::Receiver<bool>) {
    let mut watch = ctx.db().watch().subjects(&["organ", "calendar"]);
    loop {
        let heard = tokio::select! {
            heard = watch.next() => heard,
            _ = stopped.wait_for(|stop| *stop) => return,
        };
        let reloaded = match heard {
            Ok(_) => compose::reload(&ctx).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = reloaded {
            if let Some(again) = store::quiet::line("organs and calendar could not be reloaded") {
                tracing::warn!(%error, again, "organs and calendar could not be reloaded");
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// SIGTERM and Ctrl-C, caught from the moment of this call: whoever reads «ready» may stop the program at once, and it must
/// still finish what is open.
fn signals() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
