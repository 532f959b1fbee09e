//! Search as a whole. A source held in memory stands for the contexts; the log and the index are real.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on says so by panicking")]

mod index;
mod lists;
mod page;
mod parts;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures::future::BoxFuture;
use gongkai_search as search;
use kernel::{
    Actor, Directory, EventKind, NewEvent, Organ, OrganKind, Seams,
    seams::{FixedClock, SeededEntropy},
};
use search::{Query, Search};
use store::{Db, Files};
use web::{
    Capabilities, Capability, Ctx,
    ctx::Parts,
    hooks::{Audience, Label, LabelOf, SearchEntry, SearchSource},
};

/// Objects by identifier, as a context would have them.
#[derive(Default)]
struct Shelf {
    objects: Mutex<BTreeMap<String, Vec<SearchEntry>>>,
    columns: Mutex<BTreeMap<String, String>>,
    /// After how many more readings a reader is left waiting for ever.
    patience: Mutex<Option<usize>>,
    stuck: tokio::sync::Notify,
    readings: AtomicUsize,
    version: AtomicUsize,
}

impl Shelf {
    fn put(&self, id: &str, entries: Vec<SearchEntry>) {
        self.objects.lock().unwrap().insert(id.to_owned(), entries);
    }

    fn readings(&self) -> usize {
        self.readings.load(Ordering::Relaxed)
    }
}

/// The shelf as the source of a subject kind.
struct Source(&'static str, Arc<Shelf>);

impl SearchSource for Source {
    fn subject_kind(&self) -> &'static str {
        self.0
    }

    fn version(&self) -> u32 {
        u32::try_from(self.1.version.load(Ordering::Relaxed)).unwrap()
    }

    fn entries<'a>(&'a self, _: &'a Ctx, id: &'a str) -> BoxFuture<'a, web::Result<Vec<SearchEntry>>> {
        Box::pin(async move {
            self.1.readings.fetch_add(1, Ordering::Relaxed);
            let stuck = {
                let mut left = self.1.patience.lock().unwrap();
                *left = left.map(|left| left.saturating_sub(1));
                *left == Some(0)
            };
            if stuck {
                self.1.stuck.notify_one();
                std::future::pending::<()>().await;
            }
            Ok(self.1.objects.lock().unwrap().get(id).cloned().unwrap_or_default())
        })
    }

    fn ids<'a>(&'a self, _: &'a Ctx, after: &'a str, limit: i64) -> BoxFuture<'a, web::Result<Vec<String>>> {
        Box::pin(async move {
            let objects = self.1.objects.lock().unwrap();
            let ids = objects.keys().filter(|id| id.as_str() > after).take(usize::try_from(limit).unwrap());
            Ok(ids.cloned().collect())
        })
    }

    fn standing<'a>(&'a self, _: &'a Ctx, _: Audience, ids: &'a [String]) -> BoxFuture<'a, web::Result<Vec<String>>> {
        let objects = self.1.objects.lock().unwrap();
        let standing = ids.iter().filter(|id| objects.contains_key(*id)).cloned().collect();
        Box::pin(std::future::ready(Ok(standing)))
    }

    fn labels<'a>(&'a self, _: &'a Ctx) -> BoxFuture<'a, web::Result<Vec<Label>>> {
        let mut labels = vec![
            Label::new(LabelOf::Kind, "policy", "政策"),
            Label::new(LabelOf::Kind, "news", "动态"),
            Label::new(LabelOf::Validity, "valid", "有效"),
        ];
        let columns = self.1.columns.lock().unwrap();
        labels.extend(columns.iter().map(|(slug, name)| Label::new(LabelOf::Column, slug, name)));
        Box::pin(std::future::ready(Ok(labels)))
    }

    fn labels_change_with(&self) -> &'static [&'static str] {
        &["column"]
    }

    fn forgets_with(&self) -> &'static [&'static EventKind] {
        FORGETS
    }
}

static CHANGED: EventKind = EventKind::new("document", "document.changed", "改动");
static ERASED: EventKind = EventKind::new("document", "document.erased", "清除");
const FORGETS: &[&EventKind] = &[&ERASED];
static COLUMN_CHANGED: EventKind = EventKind::new("column", "column.changed", "改动");

struct Town {
    folder: tempfile::TempDir,
    ctx: Ctx,
    shelf: Arc<Shelf>,
    clock: Arc<FixedClock>,
}

/// A policy of the finance bureau.
fn entry(title: &str, body: &str) -> SearchEntry {
    SearchEntry {
        body: body.into(),
        url: format!("/policies/{title}"),
        organ: Some("QH010".into()),
        column: Some("policies".into()),
        date: "2026-03-01".into(),
        validity: "valid".into(),
        ..SearchEntry::public("policy", title)
    }
}

fn organs() -> Directory {
    let mut people = Organ::named("QH020", "青禾县人力资源和社会保障局", "县人社局", OrganKind::CountyDepartment);
    people.aliases = vec!["人社局".into()];
    let finance = Organ::named("QH010", "青禾县财政局", "县财政局", OrganKind::CountyDepartment);
    Directory::new(vec![finance, people], "青禾县")
}

impl Town {
    async fn new() -> Self {
        Self::of(&["document"]).await
    }

    /// With the shelf as the source of these kinds of subjects.
    async fn of(kinds: &[&'static str]) -> Self {
        let shelf = Arc::new(Shelf::default());
        shelf
            .columns
            .lock()
            .unwrap()
            .extend([("policies".to_owned(), "政策文件".to_owned()), ("news".to_owned(), "工作动态".to_owned())]);
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at("2026-06-01T00:00:00Z".parse().unwrap()));
        let ctx = Self::ctx(folder.path(), &clock, &shelf, kinds).await;
        Self { folder, ctx, shelf, clock }
    }

    async fn ctx(folder: &std::path::Path, clock: &Arc<FixedClock>, shelf: &Arc<Shelf>, kinds: &[&'static str]) -> Ctx {
        let seams = Seams { clock: clock.clone(), entropy: Arc::new(SeededEntropy::new(1)) };
        let mut town = Capability::new("town", "县").events(&[&CHANGED, &ERASED, &COLUMN_CHANGED]);
        for kind in kinds {
            town = town.search(Arc::new(Source(kind, Arc::clone(shelf))));
        }
        let url = format!("sqlite:{}", folder.join("db.sqlite").display());
        let ctx = Ctx::new(Parts {
            db: Db::open(&url, seams, &[]).await.unwrap(),
            files: Files::in_folder(folder),
            config: web::Config::default(),
            program: PathBuf::from("none"),
            data: folder.to_owned(),
            capabilities: Capabilities::new(vec![town, search::capability()]),
        });
        ctx.set_directory(organs());
        ctx
    }

    /// The same installation after the program was started again, as the source of these kinds.
    async fn again(self, kinds: &[&'static str]) -> Self {
        self.ctx.db().close().await;
        let ctx = Self::ctx(self.folder.path(), &self.clock, &self.shelf, kinds).await;
        Self { ctx, ..self }
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    fn open(&self) -> Search {
        Search::open(self.dir(), &self.ctx).unwrap()
    }

    async fn happened(&self, kind: &'static EventKind, id: &str) {
        let mut tx = self.ctx.db().write().await.unwrap();
        tx.append(NewEvent::new(kind, id, &Actor::System)).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn put(&self, id: &str, entry: SearchEntry) {
        self.put_all(id, vec![entry]).await;
    }

    async fn put_all(&self, id: &str, entries: Vec<SearchEntry>) {
        self.shelf.put(id, entries);
        self.happened(&CHANGED, id).await;
    }

    async fn take(&self, id: &str) {
        self.shelf.objects.lock().unwrap().remove(id);
        self.happened(&CHANGED, id).await;
    }

    async fn corpus(&self) {
        let mut elevator = entry(
            "关于印发青禾县既有住宅加装电梯实施办法的通知",
            "为改善老旧小区居住条件，推进加装电梯，制定本办法。补助标准为每台20万元。",
        );
        elevator.document_number = "青禾府发〔2026〕9号".into();
        elevator.url = "/policies/a".into();
        self.put("a", elevator).await;
        let mut jobs = entry(
            "青禾县促进就业创业若干措施",
            "对小微企业吸纳就业的，给予岗位补贴；创业担保贷款按规定贴息。PM2.5 与此无关。",
        );
        jobs.organ = Some("QH020".into());
        jobs.date = "2025-05-01".into();
        jobs.words = vec!["稳就业".into()];
        jobs.url = "/policies/b".into();
        self.put("b", jobs).await;
        let news = SearchEntry {
            kind: "news".into(),
            column: Some("news".into()),
            validity: String::new(),
            ..entry("全县农村公路建设推进会召开", "会议依据青禾府发〔2026〕9号文件精神，研究农村公路养护。")
        };
        self.put("c", news).await;
    }
}

async fn ids(search: &Search, text: &str) -> Vec<String> {
    let results = search.query(&Query::text(text)).await.unwrap();
    results.hits.into_iter().map(|hit| hit.id).collect()
}

async fn filled() -> (Town, Search) {
    let town = Town::new().await;
    town.corpus().await;
    let search = town.open();
    search.catch_up(&town.ctx).await.unwrap();
    (town, search)
}
