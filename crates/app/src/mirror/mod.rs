//! The public pages as files that a plain server of files serves at the same addresses: for the hour in which the program is down,
//! and for a machine that runs no program at all.
//!
//! The pages are asked of the portal's own router, in this process, as a reader without a cookie would ask; so nothing stands
//! there that is on no page. Whatever an earlier run put there is asked again, too: what is withdrawn by then is replaced by what
//! the program says of it, at once and not at the end. Only a definite answer takes a page away; while the database is out of
//! reach, everything stays as it is and the run fails.

mod links;
mod pages;
mod place;
mod walk;

use std::{
    path::{Component, Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use document::{Kinds, page::base_url, public};
use http::Method;
use kernel::id::DocumentId;
use serde::Serialize;
use web::{Listener, hooks::Unlinked};

use self::{place::Place, walk::Walk};
use crate::{App, compose};
pub use walk::Told;

/// What only the program can answer: no file stands for it.
const PROGRAM_ALONE: [&str; 5] = ["/search", "/api/v1/search", "/elder", "/healthz", "/subscriptions"];
/// An address at which nothing ever stands.
const NOWHERE: &str = "/-/-";
/// How often somebody who waits is told how far it is.
const TELL: Duration = Duration::from_secs(2);

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Addresses asked.
    pub addresses: u64,
    /// Files that are new or other than before.
    pub written: u64,
    pub unchanged: u64,
    /// Files taken away, since nothing stands at their addresses any more.
    pub removed: u64,
    /// Addresses of what was withdrawn.
    pub gone: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// Whether the server of files must read its settings anew to know of redirections.
    pub moved: bool,
    /// Addresses that could not be asked or written; what stood there is left.
    pub failed: Vec<Told>,
}

/// Brings the folder up to date.
///
/// # Errors
/// When the folder is no mirror and not empty, cannot be written, or the portal does not answer at all.
pub async fn run(app: &App, dir: &Path, pages_alone: bool, tell: impl Fn(&Report)) -> Result<Report> {
    let data = app.ctx.data();
    let real =
        real(dir).with_context(|| format!("镜像目录 {} 的路径里有不存在的上级目录，请写完整路径", dir.display()))?;
    if let Ok(data) = data.canonicalize() {
        ensure!(
            !real.starts_with(&data),
            "镜像不能放在数据目录 {} 里：那里只有本程序能读。请放到网页服务器能读的目录，例如 /srv/gongkai-mirror。",
            data.display()
        );
    }
    let (place, known) = Place::open(dir)?;
    let mut walk = Walk::new(app, place, known);
    let begun = app.ctx.seams().now();
    let missing = walk.page(NOWHERE).await?;
    pages::write(&app.ctx, &walk.place, app.ctx.seams().now(), &missing)?;
    if pages_alone {
        walk.only(app.ctx.assets().all().map(str::to_owned).collect());
    } else {
        // A portal that does not answer its first page is not asked for thousands of others.
        walk.page("/").await.context("门户首页打不开，没有改动已有的镜像")?;
        walk.begin(begin(app).await?);
    }
    let mut last = std::time::Instant::now();
    while walk.step().await? {
        if last.elapsed() >= TELL {
            last = std::time::Instant::now();
            tell(&walk.report);
        }
    }
    let place = Arc::clone(&walk.place);
    let report = walk.finish(&pages::still(&app.ctx)?, pages_alone)?;
    // What could not be read is as old as it was.
    if !pages_alone && (report.failed.is_empty() || !place.has("_pages/archive.html")) {
        pages::date(&place, begun)?;
    }
    Ok(report)
}

/// Where a folder lies that need not be there yet, without links and `..`; `None` when nobody can tell.
fn real(dir: &Path) -> Option<PathBuf> {
    let whole = std::path::absolute(dir).ok()?;
    let there = whole.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    let (above, real) = there?;
    let rest = whole.strip_prefix(above).ok()?;
    // What is made step by step may lead back up.
    let plain = rest.components().all(|part| matches!(part, Component::Normal(_)));
    plain.then(|| real.join(rest))
}

/// Where the walk begins: every page with an address of its own, every document, whatever was withdrawn.
async fn begin(app: &App) -> Result<Vec<String>> {
    let portal = app.routes.iter().filter(|route| route.listener == Listener::Portal && route.method == Method::GET);
    let plain = portal.map(|route| route.path).filter(|path| !path.contains('{') && !PROGRAM_ALONE.contains(path));
    let mut begin: Vec<String> = plain.map(str::to_owned).collect();
    begin.extend(app.ctx.assets().all().map(str::to_owned));
    let (db, kinds) = (app.ctx.db(), Kinds::of(&app.ctx));
    let withdrawn = public::tombstones(db, &kinds, &[], i64::MAX).await.map_err(refused)?;
    begin.extend(withdrawn.into_iter().map(|tomb| tomb.path));
    for one in app.ctx.declared::<Arc<dyn Unlinked>>() {
        begin.extend(one.addresses(&app.ctx).await.map_err(compose::words)?);
    }
    let mut after = DocumentId::default();
    loop {
        let some = public::places(db, &kinds, &after, 0, 1_000).await.map_err(refused)?;
        let Some(last) = some.last() else { break };
        after = last.id.clone();
        begin.extend(some.into_iter().map(|place| place.path));
    }
    Ok(begin)
}

fn refused(refusal: web::Refusal) -> anyhow::Error {
    compose::words(refusal.into())
}

/// The beginning of every address of this site.
fn base(app: &App) -> String {
    base_url(&app.ctx)
}
