//! Composition: contexts offer, the program puts together.

use kernel::permission::READ_PUBLIC;
use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use axum::{
    Extension, Router,
    http::{Method, StatusCode, Uri},
    middleware,
    response::{IntoResponse, Response},
};
use documents::tables::{Table, TableRow};
use edge::{
    api,
    front::{Answers, Front},
    headers, host,
    kept::{self, Kept},
    moved,
    request_log::{self, RequestLog},
    shares::{self, Shares},
};
use identity::organs::import;
use kernel::{Actor, Seams};
use search::Search;
use store::{Db, Sealed, jobs::Handlers};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, csrf::CsrfLayer, timeout::TimeoutLayer};
use web::{Config, Ctx, Listener, RouteInfo, Routes, assets, client, ctx::Parts};

use crate::{capabilities, health, nodes};

/// The whole program, ready to serve or to be driven by tests.
#[derive(Debug)]
pub struct App {
    /// What handlers are given.
    pub ctx: Ctx,
    /// The search index of this node.
    pub search: Search,
    /// The public server, for whoever asks it without a connection.
    pub portal: Router,
    /// The same for connections: what is kept goes out before the router is asked.
    pub answers: Answers,
    /// The staff's server.
    pub office: Router,
    /// Every route with its permission.
    pub routes: Vec<RouteInfo>,
    /// Handlers of all jobs.
    pub handlers: Handlers,
}

/// The address of the database: as configured, or SQLite in the data directory.
pub fn database_url(config: &Config, data: &Path) -> String {
    if config.database.url.is_empty() {
        format!("sqlite:{}", data.join("gongkai.db").display())
    } else {
        config.database.url.clone()
    }
}

/// Opens database and files and loads what is held in memory. Enough for every command; `App` adds the servers.
///
/// # Errors
/// When the data directory or the database cannot be used.
pub async fn open(config: Config, data: PathBuf, program: PathBuf, seams: Seams) -> anyhow::Result<Ctx> {
    tokio::fs::create_dir_all(&data)
        .await
        .with_context(|| format!("数据目录 {} 建不起来。请检查路径和权限。", data.display()))?;
    // Passwords' hashes, drafts and mails lie here: nobody but the program's own user reads them.
    if let Err(error) = std::fs::set_permissions(&data, PermissionsExt::from_mode(0o700)) {
        tracing::warn!(%error, "the data directory could not be closed to other users");
    }
    let capabilities = capabilities::all();
    let db = Db::open(&database_url(&config, &data), seams, &capabilities.migrations()).await?;
    put_together(db, config, data, program, capabilities).await
}

/// The same for commands that only look: nothing is made, and a database of another program's structure is refused, not changed.
///
/// # Errors
/// When the structure is not that of this program, or the database cannot be used.
pub async fn look(config: Config, data: PathBuf, program: PathBuf, seams: Seams) -> anyhow::Result<Ctx> {
    let capabilities = capabilities::all();
    let db = Db::open_as_it_is(&database_url(&config, &data), seams, &capabilities.migrations()).await?;
    put_together(db, config, data, program, capabilities).await
}

async fn put_together(
    db: Db,
    config: Config,
    data: PathBuf,
    program: PathBuf,
    capabilities: web::Capabilities,
) -> anyhow::Result<Ctx> {
    db.seal(Sealed::together(capabilities.declared::<Sealed>().cloned()));
    let files = nodes::files(&config, &data);
    nodes::expect(&db, &files).await?;
    let ctx = Ctx::new(Parts { db, files, config, program, data, capabilities });
    reload(&ctx).await?;
    Ok(ctx)
}

/// Reads organs and calendar into memory.
pub async fn reload(ctx: &Ctx) -> anyhow::Result<()> {
    identity::load_directory(ctx).await.map_err(words)?;
    identity::load_calendar(ctx).await.map_err(words)
}

/// Puts organs in, all or nothing, and loads the directory again.
///
/// # Errors
/// When a row is wrong: the message names it.
pub async fn put_organs(ctx: &Ctx, header: &[&str], rows: Vec<Vec<String>>) -> anyhow::Result<()> {
    let table = Table {
        sheet: String::new(),
        header_number: 1,
        header: header.iter().map(|name| (*name).to_owned()).collect(),
        rows: rows.into_iter().zip(2..).map(|(cells, number)| TableRow { number, cells }).collect(),
        ..Table::default()
    };
    let outcome = import::import_rows(ctx.db(), &table, import::Mode::AllOrNothing, &Actor::System).await?;
    if let Some(error) = outcome.errors.first() {
        anyhow::bail!("机关名录第 {} 行：{}", error.row, error.message);
    }
    identity::load_directory(ctx).await.map_err(words)
}

/// A handler's error for the console.
pub fn words(error: web::Error) -> anyhow::Error {
    match error {
        web::Error::Internal(source) => anyhow::anyhow!(source),
        web::Error::Refused(refused) => anyhow::anyhow!(refused),
        web::Error::Conflict(text)
        | web::Error::Invalid(text)
        | web::Error::Parameter { text, .. }
        | web::Error::TooLarge(text)
        | web::Error::TooMany(text)
        | web::Error::Limited { text, .. }
        | web::Error::Gone(text)
        | web::Error::Unavailable(text) => anyhow::anyhow!(text),
        web::Error::NotFound => anyhow::anyhow!("没有找到"),
    }
}

impl App {
    /// Puts servers and jobs together over an opened installation.
    ///
    /// # Errors
    /// When the search index can neither be opened nor made anew.
    pub fn new(ctx: Ctx) -> anyhow::Result<Self> {
        let search = Search::open(ctx.data().join("index"), &ctx)?;
        web::breaks::by(search::cuts);
        let directory = ctx.directory();
        let organs = directory.all().iter().flat_map(|organ| [organ.name.clone(), organ.short_name.clone()]);
        web::breaks::keep(std::iter::once(ctx.site().county.clone()).chain(organs).collect());
        let (mut routes, portal) = all_routes(&ctx, Listener::Portal).finish();
        let (office_list, office) = all_routes(&ctx, Listener::Office).finish();
        routes.extend(office_list);
        let handlers = ctx.capabilities().jobs(&ctx);
        let found = {
            let search = search.clone();
            move || search.state()
        };
        let kept = Kept::new(&ctx, found);
        let portal = portal
            .route("/assets/{name}", axum::routing::get(assets::serve))
            .layer(Extension(search.clone()))
            .layer(middleware::from_fn(as_visitor))
            .fallback(nothing)
            .layer(middleware::from_fn_with_state(ctx.clone(), moved::follow))
            .layer(middleware::from_fn_with_state(Shares::of(&ctx), shares::limit))
            .layer(middleware::from_fn_with_state(kept.clone(), kept::keep));
        let office = office
            .route("/assets/{name}", axum::routing::get(assets::serve))
            .layer(Extension(search.clone()))
            .layer(Extension(health::Probe::default()))
            .fallback(nothing)
            .layer(middleware::from_fn(web::desk::remember))
            .layer(middleware::from_fn_with_state(ctx.clone(), identity::session::attach))
            .layer(CsrfLayer::new())
            .layer(middleware::from_fn(headers::forget_flash));
        let portal = dress(portal, &ctx, Listener::Portal);
        let portal = Answers::of(Front::new(&ctx, kept), portal);
        let office = dress(office, &ctx, Listener::Office);
        Ok(Self { ctx, search, portal: portal.clone().whole(), answers: portal, office, routes, handlers })
    }
}

/// Every route of one server: its health, and what the capabilities declare.
fn all_routes(ctx: &Ctx, listener: Listener) -> Routes {
    let own = Routes::new(listener);
    let own = match listener {
        Listener::Portal => own.get("/healthz", &READ_PUBLIC, health::portal),
        Listener::Office => {
            own.get("/healthz", &READ_PUBLIC, health::office).get("/metrics", &READ_PUBLIC, health::metrics)
        }
    };
    ctx.capabilities().routes().filter(|routes| routes.listener() == listener).fold(own, Routes::merge)
}

/// There is no such page; one with a slash too many at its end is the one without.
async fn nothing(method: Method, uri: Uri) -> Response {
    let path = uri.path();
    let inside = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    match path.strip_suffix('/').filter(|shorter| inside && !shorter.is_empty() && !shorter.ends_with('/')) {
        Some(shorter) if matches!(method, Method::GET | Method::HEAD) => {
            let to = uri.query().map_or_else(|| shorter.to_owned(), |query| format!("{shorter}?{query}"));
            axum::response::Redirect::permanent(&to).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// On the portal nobody is ever identified.
async fn as_visitor(mut request: axum::extract::Request, next: middleware::Next) -> axum::response::Response {
    request.extensions_mut().insert(Actor::Visitor);
    next.run(request).await
}

/// The layers that both servers share, from the inside out.
fn dress(router: Router<Ctx>, ctx: &Ctx, listener: Listener) -> Router {
    let name = if listener == Listener::Portal { "portal" } else { "office" };
    let mut router =
        router.layer(CatchPanicLayer::custom(|_| web::Error::internal("a handler panicked").into_response()));
    if listener == Listener::Office {
        router = router.layer(middleware::from_fn_with_state(ctx.clone(), client::only_allowed));
    }
    let mut router = router
        // Long enough for a large attachment over a slow line and its reading in the guarded child.
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, std::time::Duration::from_secs(180)))
        .layer(middleware::from_fn(host::one))
        .layer(middleware::from_fn_with_state((ctx.clone(), listener), headers::error_pages));
    if listener == Listener::Portal {
        router = router.layer(middleware::from_fn(api::open));
    }
    router
        .layer(middleware::from_fn_with_state(ctx.clone(), client::identify))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state((ctx.clone(), listener), headers::secure))
        .layer(middleware::from_fn_with_state(name, health::measure))
        .layer(middleware::from_fn_with_state(RequestLog::of(ctx, listener), request_log::record))
        .with_state(ctx.clone())
}
