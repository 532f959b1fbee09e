//! Search as a whole. A source held in memory stands for the contexts; the log and the index are real.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on says so by panicking")]

mod index;
mod page;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use futures::future::BoxFuture;
use gongkai_search as search;
use kernel::{
    Actor, NewEvent, Seams,
    seams::{FixedClock, SeededEntropy},
};
use search::{Query, Search};
use store::{Db, Files};
use web::{
    Ctx,
    ctx::Parts,
    hooks::{Hooks, SearchEntry, SearchSource},
};

/// Objects by identifier, and after how many more readings a reader is left waiting for ever.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<BTreeMap<String, SearchEntry>>>, Arc<Mutex<Option<usize>>>, Arc<tokio::sync::Notify>);

impl SearchSource for Shelf {
    fn subject_kind(&self) -> &'static str {
        "document"
    }

    fn entry<'a>(&'a self, _: &'a Ctx, id: &'a str) -> BoxFuture<'a, web::Result<Option<SearchEntry>>> {
        Box::pin(async move {
            let stuck = {
                let mut left = self.1.lock().unwrap();
                *left = left.map(|left| left.saturating_sub(1));
                *left == Some(0)
            };
            if stuck {
                self.2.notify_one();
                std::future::pending::<()>().await;
            }
            Ok(self.0.lock().unwrap().get(id).cloned())
        })
    }

    fn ids<'a>(&'a self, _: &'a Ctx, after: &'a str, limit: i64) -> BoxFuture<'a, web::Result<Vec<String>>> {
        Box::pin(async move {
            let shelf = self.0.lock().unwrap();
            let ids = shelf.keys().filter(|id| id.as_str() > after).take(usize::try_from(limit).unwrap());
            Ok(ids.cloned().collect())
        })
    }
}

struct Town {
    folder: tempfile::TempDir,
    ctx: Ctx,
    shelf: Shelf,
    clock: Arc<FixedClock>,
}

fn entry(id: &str, title: &str, body: &str) -> SearchEntry {
    SearchEntry {
        id: id.into(),
        kind: "政策".into(),
        title: title.into(),
        body: body.into(),
        url: format!("/policies/{id}"),
        organ: "县财政局".into(),
        column: "政策文件".into(),
        date: "2026-03-01".into(),
        document_number: String::new(),
        validity: "有效".into(),
        words: Vec::new(),
    }
}

impl Town {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at("2026-06-01T00:00:00Z".parse().unwrap()));
        let seams = Seams { clock: clock.clone(), entropy: Arc::new(SeededEntropy::new(1)) };
        let shelf = Shelf::default();
        let ctx = Ctx::new(Parts {
            db: Db::open(&format!("sqlite:{}", folder.path().join("db.sqlite").display()), seams).await.unwrap(),
            files: Files::in_folder(folder.path()),
            config: web::Config::default(),
            program: PathBuf::from("none"),
            data: folder.path().to_owned(),
            hooks: Hooks { search: vec![Arc::new(shelf.clone())], ..Hooks::default() },
        });
        Self { folder, ctx, shelf, clock }
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    fn open(&self) -> Search {
        Search::open(self.dir(), &self.ctx).unwrap()
    }

    async fn happened(&self, id: &str) {
        self.happened_to("document", id).await;
    }

    async fn happened_to(&self, kind: &'static str, id: &str) {
        let mut tx = self.ctx.db().write().await.unwrap();
        tx.append(NewEvent::new("something.changed", kind, id, &Actor::System)).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn put(&self, entry: SearchEntry) {
        let id = entry.id.clone();
        self.shelf.0.lock().unwrap().insert(id.clone(), entry);
        self.happened(&id).await;
    }

    async fn take(&self, id: &str) {
        self.shelf.0.lock().unwrap().remove(id);
        self.happened(id).await;
    }

    async fn corpus(&self) {
        let mut elevator = entry(
            "a",
            "关于印发青禾县既有住宅加装电梯实施办法的通知",
            "为改善老旧小区居住条件，推进加装电梯，制定本办法。补助标准为每台20万元。",
        );
        elevator.document_number = "青禾府发〔2026〕9号".into();
        self.put(elevator).await;
        let mut jobs = entry(
            "b",
            "青禾县促进就业创业若干措施",
            "对小微企业吸纳就业的，给予岗位补贴；创业担保贷款按规定贴息。PM2.5 与此无关。",
        );
        jobs.organ = "县人社局".into();
        jobs.date = "2025-05-01".into();
        jobs.words = vec!["青禾县人力资源和社会保障局".into(), "稳就业".into()];
        self.put(jobs).await;
        let mut news =
            entry("c", "全县农村公路建设推进会召开", "会议依据青禾府发〔2026〕9号文件精神，研究农村公路养护。");
        news.kind = "动态".into();
        news.column = "工作动态".into();
        news.validity = String::new();
        self.put(news).await;
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
