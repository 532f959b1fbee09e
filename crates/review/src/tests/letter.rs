//! The toy subject, and a desk at which its stories happen.

use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use kernel::{
    Actor, EventKind, NewEvent, OrganCode, Role, Seams, Staff, id,
    seams::{FixedClock, SeededEntropy},
};
use serde_json::json;
use store::{Db, Tx, query, query_as, query_scalar, test::Scratch};
use tempfile::TempDir;

use crate::{
    Result, acts, events,
    events::Said,
    findings::{self, Checks, Part, PartText},
    model::Outcome,
    queue,
    refusal::Words,
    route::{Gate, Route},
    subject::{About, Happened, LogName, Matter, Subject},
};

static OUT: EventKind = EventKind::new("review", "letter.out", "寄出");

const TABLE: store::Migration = store::Migration {
    context: "letter",
    number: 1,
    name: "0001_letter.sql",
    sql: "CREATE TABLE letter (id TEXT PRIMARY KEY NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL, \
          reason TEXT NOT NULL)",
};

#[derive(store::FromRow)]
struct Letter {
    title: String,
    body: String,
    state: String,
}

/// The owner of letters.
pub(super) struct Letters;

/// The two parts of a letter with their texts.
fn texts(letter: &Letter) -> Vec<PartText> {
    vec![PartText::of("title", "标题", &letter.title), PartText::of("body", "正文", &letter.body)]
}

async fn load(tx: &mut Tx, id: &str) -> Result<Letter> {
    tx.lock_row("letter", id).await?;
    let found =
        query_as("SELECT title, body, state FROM letter WHERE id = $1").bind(id).fetch_optional(tx.conn()).await?;
    found.ok_or(web::Refusal::NotFound)
}

impl Letters {
    async fn put(tx: &mut Tx, matter: &Matter, state: &str, reason: &str) -> Result<()> {
        query("UPDATE letter SET state = $2, reason = $3 WHERE id = $1")
            .bind(&matter.about.id)
            .bind(state)
            .bind(reason)
            .execute(tx.conn())
            .await?;
        Ok(())
    }
}

impl Subject for Letters {
    fn kind(&self) -> &'static str {
        "letter"
    }

    fn words(&self) -> Words {
        Words { this: "这封来信", work: "来信" }
    }

    fn said(&self) -> &'static Said {
        &events::REVIEW
    }

    fn matter<'a>(&'a self, tx: &'a mut Tx, _: &'a Actor, id: &'a str) -> BoxFuture<'a, Result<Matter>> {
        Box::pin(async move {
            let letter = load(tx, id).await?;
            let state = match letter.state.as_str() {
                "draft" => "草稿",
                "in_review" => "审核中",
                _ => "已寄出",
            };
            Ok(Matter {
                about: About::new("letter", id),
                organ: "QH010".into(),
                keeper: "QH010".into(),
                title: letter.title.clone(),
                label: "来信".into(),
                byline: "某甲".into(),
                state: state.into(),
                explained: false,
                authors: vec!["author".into()],
                unfit: None,
                parts: texts(&letter).into_iter().map(|text| text.part).collect(),
                log: LogName {
                    id: id.to_owned(),
                    brief: json!({ "kind": "letter" }),
                    text: json!({ "kind": "letter", "title": letter.title }),
                },
            })
        })
    }

    fn prepare<'a>(
        &'a self,
        tx: &'a mut Tx,
        _: &'a Actor,
        matter: &'a Matter,
        what: &'a Happened<'a>,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            match what {
                Happened::Opened(_) => Self::put(tx, matter, "in_review", "").await,
                Happened::Moved(_) | Happened::Onward(_) => Ok(()),
                Happened::Passed | Happened::Excepted => Self::put(tx, matter, "out", "").await,
                Happened::Returned(_, reason) => Self::put(tx, matter, "draft", reason).await,
                Happened::Recalled => Self::put(tx, matter, "draft", "").await,
            }
        })
    }

    fn follow<'a>(
        &'a self,
        tx: &'a mut Tx,
        actor: &'a Actor,
        matter: &'a Matter,
        what: &'a Happened<'a>,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            if matches!(what, Happened::Passed | Happened::Excepted) {
                tx.append(NewEvent::new(&OUT, &matter.about.id, actor)).await?;
            }
            Ok(())
        })
    }
}

/// Somebody who is not of the county office.
pub(super) fn person(account: &str, organ: &str, roles: &[Role]) -> Actor {
    Actor::Staff(Staff {
        account: account.into(),
        name: format!("姓{account}"),
        organ: OrganCode::from(organ),
        roles: roles.to_vec(),
        central: false,
    })
}

/// Somebody of the county office.
pub(super) fn central(account: &str, roles: &[Role]) -> Actor {
    match person(account, "QH001", roles) {
        Actor::Staff(staff) => Actor::Staff(Staff { central: true, ..staff }),
        other => other,
    }
}

/// The reviewer of one gate.
pub(super) fn reviewer(gate: &str) -> Actor {
    let roles = Gate::from_code(gate).expect("gate").permission.roles;
    person(&format!("r-{gate}"), "QH010", roles)
}

/// A database with letters, and a clock that stands still until moved.
pub(super) struct Desk {
    db: Db,
    clock: Arc<FixedClock>,
    made: Option<Scratch>,
    _folder: TempDir,
}

impl Desk {
    async fn open(url: &str, folder: TempDir) -> Self {
        let clock = Arc::new(FixedClock::at("2026-03-02T01:00:00Z".parse().expect("moment")));
        let seams =
            Seams { clock: clock.clone(), entropy: Arc::new(SeededEntropy::new(u64::from(std::process::id()))) };
        let steps: Vec<_> = crate::MIGRATIONS.iter().copied().chain([TABLE]).collect();
        let db = Db::open(url, seams, &steps).await.expect("database");
        Self { db, clock, made: None, _folder: folder }
    }

    pub(super) async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let url = format!("sqlite:{}", folder.path().join("review.sqlite").display());
        Self::open(&url, folder).await
    }

    pub(super) async fn on_postgres() -> Option<Self> {
        let admin = std::env::var("GONGKAI_TEST_POSTGRES").ok()?;
        let folder = tempfile::tempdir().expect("folder");
        let unique = folder.path().file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let plain: String = unique.chars().filter(char::is_ascii_alphanumeric).collect();
        let made = Scratch::create(&admin, &format!("review_{}_{plain}", std::process::id())).await.expect("database");
        let mut desk = Self::open(&made.url(), folder).await;
        desk.made = Some(made);
        Some(desk)
    }

    /// Ends the story: the database goes.
    pub(super) async fn close(self) {
        self.db.close().await;
        if let Some(made) = self.made {
            made.drop_database().await.expect("dropped");
        }
    }

    pub(super) fn db(&self) -> &Db {
        &self.db
    }

    pub(super) fn now(&self) -> Timestamp {
        self.db.seams().now()
    }

    pub(super) fn pass(&self, time: SignedDuration) {
        self.clock.set(self.now() + time);
    }

    pub(super) async fn letter(&self, title: &str) -> String {
        let mut tx = self.db.write().await.expect("write");
        let id = id::fresh(&tx.seams());
        query("INSERT INTO letter (id, title, body, state, reason) VALUES ($1, $2, '来信收悉。', 'draft', '')")
            .bind(&id)
            .bind(title)
            .execute(tx.conn())
            .await
            .expect("letter");
        tx.commit().await.expect("commit");
        id
    }

    pub(super) async fn write(&self, id: &str, body: &str) {
        let mut tx = self.db.write().await.expect("write");
        query("UPDATE letter SET body = $2 WHERE id = $1").bind(id).bind(body).execute(tx.conn()).await.expect("body");
        tx.commit().await.expect("commit");
    }

    async fn texts(&self, id: &str) -> Vec<PartText> {
        let letter = query_as("SELECT title, body, state FROM letter WHERE id = $1").bind(id);
        texts(&letter.fetch_one(self.db.read()).await.expect("letter"))
    }

    pub(super) async fn ensure(&self, id: &str) -> usize {
        let about = About::new("letter", id);
        let asking = findings::Asking::plain(&self.db).await.expect("the book");
        findings::ensure_texts(&asking, &self.db, &about, self.texts(id).await).await.expect("looked through")
    }

    pub(super) async fn checks(&self, id: &str) -> Checks {
        let parts: Vec<Part> = self.texts(id).await.into_iter().map(|text| text.part).collect();
        findings::read(self.db.read(), &About::new("letter", id), &parts).await.expect("checks")
    }

    /// One act in one write, without looking through the text before.
    async fn act<T>(&self, id: &str, actor: &Actor, act: impl AsyncFnOnce(&mut Tx, &Matter) -> Result<T>) -> Result<T> {
        let mut tx = self.db.write().await?;
        let matter = Letters.matter(&mut tx, actor, id).await?;
        let done = act(&mut tx, &matter).await?;
        tx.commit().await?;
        Ok(done)
    }

    pub(super) async fn submit(&self, id: &str) -> Result<()> {
        self.submit_by(id, Route::statutory(3)).await
    }

    pub(super) async fn submit_by(&self, id: &str, route: Route) -> Result<()> {
        self.ensure(id).await;
        self.act(id, &author(), async |tx, matter| acts::open(tx, &Letters, &author(), matter, route).await).await?;
        Ok(())
    }

    pub(super) async fn submit_unchecked(&self, id: &str) -> Result<()> {
        let route = Route::statutory(3);
        self.act(id, &author(), async |tx, matter| acts::open(tx, &Letters, &author(), matter, route).await).await?;
        Ok(())
    }

    pub(super) async fn claim(&self, id: &str, who: &Actor) -> Result<()> {
        self.act(id, who, async |tx, matter| acts::claim(tx, &Letters, who, matter).await).await
    }

    pub(super) async fn release(&self, id: &str, who: &Actor) -> Result<()> {
        self.act(id, who, async |tx, matter| acts::release(tx, &Letters, who, matter).await).await
    }

    pub(super) async fn approve(&self, id: &str, who: &Actor) -> Result<Outcome> {
        self.ensure(id).await;
        self.approve_unchecked(id, who).await
    }

    pub(super) async fn approve_unchecked(&self, id: &str, who: &Actor) -> Result<Outcome> {
        self.act(id, who, async |tx, matter| acts::approve(tx, &Letters, who, matter, "").await).await
    }

    pub(super) async fn send_back(&self, id: &str, who: &Actor, reason: &str) -> Result<()> {
        self.act(id, who, async |tx, matter| acts::send_back(tx, &Letters, who, matter, reason).await).await
    }

    pub(super) async fn stop(&self, id: &str, reason: &str) -> Result<()> {
        let who = Actor::System;
        self.act(id, &who, async |tx, matter| acts::stop(tx, &Letters, &who, matter, reason).await).await
    }

    pub(super) async fn recall(&self, id: &str) -> Result<()> {
        self.act(id, &author(), async |tx, matter| acts::recall(tx, &Letters, &author(), matter).await).await
    }

    pub(super) async fn except(&self, id: &str, reason: &str) -> Result<()> {
        let clerk = person("clerk", "QH001", &[Role::CountyOffice]);
        self.act(id, &clerk, async |tx, matter| acts::except(tx, &Letters, &clerk, matter, reason).await).await
    }

    pub(super) async fn review_exception(&self, id: &str, who: &Actor, note: &str) -> Result<()> {
        self.act(id, who, async |tx, matter| {
            acts::review_exception(tx, &Letters, who, matter, (acts::Verdict::Agrees, note)).await
        })
        .await
    }

    pub(super) async fn object(&self, id: &str, who: &Actor, note: &str) -> Result<()> {
        let against = (acts::Verdict::Disagrees, note);
        self.act(id, who, async |tx, matter| acts::review_exception(tx, &Letters, who, matter, against).await).await
    }

    pub(super) async fn let_through(
        &self,
        id: &str,
        who: &Actor,
        (rule, digest): &(String, String),
        reason: &str,
    ) -> Result<()> {
        self.act(id, who, async |tx, matter| {
            findings::let_through(tx, &Letters, who, matter, (rule, digest), reason).await
        })
        .await
    }

    /// State and reason of a letter.
    pub(super) async fn state(&self, id: &str) -> String {
        let state: String = query_scalar("SELECT TRIM(state || ' ' || reason) FROM letter WHERE id = $1")
            .bind(id)
            .fetch_one(self.db.read())
            .await
            .expect("state");
        state
    }

    /// Events of a letter, by their short names.
    pub(super) async fn events(&self, id: &str) -> String {
        let kinds: Vec<String> = query_scalar("SELECT kind FROM event WHERE subject_id = $1 ORDER BY seq")
            .bind(id)
            .fetch_all(self.db.read())
            .await
            .expect("events");
        kinds.iter().map(|kind| kind.trim_start_matches("review.")).collect::<Vec<_>>().join(" ")
    }

    /// Everything that an act might change, as one text.
    pub(super) async fn everything(&self) -> String {
        let mut all = String::new();
        for sql in [
            "SELECT id || state || version || claimed_by FROM review ORDER BY id",
            "SELECT review || stage || passed_by FROM review_pass ORDER BY review, stage, passed_by",
            "SELECT id || state || reason FROM letter ORDER BY id",
            "SELECT hash FROM event ORDER BY seq",
        ] {
            let rows: Vec<String> = query_scalar(sql).fetch_all(self.db.read()).await.expect("rows");
            all.push_str(&rows.join("\n"));
        }
        all
    }

    pub(super) async fn exceptions(&self) -> Vec<queue::ExceptionLine> {
        queue::exceptions(&self.db, &queue::Filter::of(&["letter"]), &"somebody".into(), None, 50)
            .await
            .expect("list")
            .rows
    }

    /// Titles of what waits, in order, two on a page.
    pub(super) async fn waiting(&self, filter: &queue::Filter) -> String {
        let (mut titles, mut after) = (Vec::new(), None);
        loop {
            let me = "somebody".into();
            let page = queue::waiting(&self.db, filter, &me, after.as_deref(), 2).await.expect("list");
            titles.extend(page.rows.into_iter().map(|line| line.title));
            after = page.next;
            if after.is_none() {
                return titles.join(" ");
            }
        }
    }
}

fn author() -> Actor {
    person("author", "QH010", &[Role::Editor])
}
