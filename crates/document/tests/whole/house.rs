//! An installation without its contexts: kinds, organs, a clock that stands still.

use std::{future::Future, sync::Arc};

use document::{
    Facet, House, KindSpec, Kinds, Numbering, RelationSpec, Shape, Values, Whole,
    draft::{self, NewDocument},
    form::Typed,
    life,
    rows::{self, EditionRow},
    seed::{Seed, SeedState, seed},
};
use jiff::{SignedDuration, Timestamp};
use kernel::{
    Actor, Directory, Organ, OrganKind, Role, Seams, Staff,
    id::{DocumentId, EditionId},
    seams::{FixedClock, SeededEntropy},
};
use store::{Db, Tx};

pub(crate) const NUMBER: Facet = Facet::new("document_number", "发文字号", Shape::Text(100)).listed().found();
pub(crate) const WRITTEN: Facet = Facet::new("written_on", "成文日期", Shape::Date).ordered().listed();
pub(crate) const VALIDITY: Facet = Facet::new(
    "validity",
    "有效性",
    Shape::Choice(&[("in_force", "有效"), ("lapsed", "失效"), ("repealed", "已废止")]),
)
.counted()
.listed();
pub(crate) const TOPICS: Facet = Facet::new("topics", "主题", Shape::Words).counted().found();
pub(crate) const SUMMARY: Facet = Facet::new("summary", "摘要", Shape::Long(1000)).listed();
pub(crate) const INNER: Facet = Facet::new("inner", "内部说明", Shape::Text(100)).inner();

pub(crate) const INTERPRETS: RelationSpec = RelationSpec {
    key: "interprets",
    label: "解读哪份政策",
    none: "（不是解读）",
    to: &["policy"],
    required: false,
    most: 1,
    leads: "本文解读的文件",
    backs: "interpretations",
    back: "看懂它",
    forward: "看原文",
    badge: "",
    unfit: "请选择一份现在公开的政策文件。",
    misplaced: "请把信息类型改为“政策解读”。",
    ahead: false,
};

pub(crate) static POLICY: KindSpec = KindSpec {
    facets: &[
        &NUMBER,
        &WRITTEN,
        &VALIDITY,
        &TOPICS,
        &SUMMARY,
        &document::common::EFFECTIVE_ON,
        &document::common::EXPIRES_ON,
    ],
    required: &["written_on", "validity"],
    defaults: &[("validity", "in_force")],
    ..KindSpec::new("policy", "政策文件", "/policies/", &document::permissions::WRITE_DOCUMENTS)
};
pub(crate) static NOTICE: KindSpec = KindSpec {
    facets: &[&NUMBER, &TOPICS, &SUMMARY, &INNER],
    ..KindSpec::new("notice", "通知公告", "/documents/", &document::permissions::WRITE_DOCUMENTS)
};
pub(crate) static EXPLAINED: KindSpec = KindSpec {
    facets: &[&TOPICS, &SUMMARY],
    relations: &[&INTERPRETS],
    numbering: Numbering::Own("J-{year}-{n}"),
    ..KindSpec::new("interpretation", "政策解读", "/documents/", &document::permissions::WRITE_DOCUMENTS)
};

pub(crate) const NOW: &str = "2026-03-02T01:00:00Z";

pub(crate) struct Home {
    pub(crate) db: Db,
    pub(crate) house: House,
    pub(crate) clock: Arc<FixedClock>,
    _folder: tempfile::TempDir,
}

/// Tells a story on SQLite, and on PostgreSQL where there is one.
pub(crate) fn told<F, R>(story: F)
where
    F: Fn(Home) -> R,
    R: Future<Output = Home>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runtime");
    runtime.block_on(async {
        let home = Home::open(None).await;
        story(home).await.finish().await;
        let Ok(admin) = std::env::var("GONGKAI_TEST_POSTGRES") else { return };
        let name = format!("document_{}_{:?}", std::process::id(), std::thread::current().id());
        let name: String = name.to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let scratch = store::test::Scratch::create(&admin, &name).await.expect("database");
        let home = Home::open(Some(scratch.url())).await;
        story(home).await.finish().await;
        scratch.drop_database().await.expect("dropped");
    });
}

fn organ(code: &str, name: &str) -> Organ {
    Organ::named(code, name, name, OrganKind::CountyDepartment)
}

impl Home {
    async fn open(url: Option<String>) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let clock = Arc::new(FixedClock::at(NOW.parse().expect("moment")));
        let seams = Seams { clock: clock.clone(), entropy: Arc::new(SeededEntropy::new(7)) };
        let url = url.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("test.db").display()));
        let db = Db::open(&url, seams, document::MIGRATIONS).await.expect("database");
        let organs = vec![organ("QH010", "财政局"), organ("QH011", "民政局")];
        let house = House {
            kinds: Kinds::new([&POLICY, &NOTICE, &EXPLAINED]),
            directory: Arc::new(Directory::new(organs, "青禾县")),
            today: jiff::civil::date(2026, 3, 2),
            own_host: "own.gov.cn".into(),
            numbering: "{organ}/{year}-{n}".into(),
        };
        assert_eq!(house.kinds.faults(), Vec::<String>::new());
        Self { db, house, clock, _folder: folder }
    }

    /// Every story ends with what must hold after any.
    async fn finish(self) {
        let verified = proof::Verify::new(&self.db).run().await.expect("verify");
        assert!(verified.ok, "{:?}", verified.first_bad);
        let kept = self.tables().await;
        document::rebuild(&self.db, &self.house.kinds).await.expect("rebuilt");
        assert_eq!(kept, self.tables().await, "what was kept in the writes is what is made anew");
        self.db.close().await;
    }

    /// What lists are narrowed, counted and searched by, as text.
    pub(crate) async fn tables(&self) -> Vec<String> {
        let mut all = Vec::new();
        for sql in [
            "SELECT key || '|' || value || '|' || CAST(rank AS TEXT) FROM document_facet",
            "SELECT facet || '|' || dims || '|' || organ || '|' || column_slug || '|' || year || '|' || kind || '|' || value || '|' \
             || CAST(n AS TEXT) FROM document_count",
            "SELECT pair || '|' || document_id || '|' || CAST(rank AS TEXT) FROM document_word",
        ] {
            let mut rows: Vec<String> = store::query_scalar(sql).fetch_all(self.db.read()).await.expect("rows");
            rows.sort();
            all.extend(rows);
        }
        all
    }

    pub(crate) async fn write(&self) -> Tx {
        self.db.write().await.expect("write")
    }

    pub(crate) fn pass(&self, duration: SignedDuration) {
        let now = kernel::Clock::now(&*self.clock);
        self.clock.set(now.checked_add(duration).expect("moment"));
    }

    /// A draft by this person; the edition.
    pub(crate) async fn draft(&self, actor: &Actor, kind: &'static KindSpec, title: &str) -> EditionRow {
        let new = NewDocument {
            organ: "QH010".into(),
            column: "news".into(),
            kind,
            title: title.into(),
            relations: Vec::new(),
        };
        let mut tx = self.write().await;
        let (_, edition) = draft::create(&mut tx, &self.house, actor, &new).await.expect("draft");
        tx.commit().await.expect("commit");
        edition
    }

    pub(crate) async fn whole(&self, edition: &EditionId) -> Whole {
        rows::read(self.db.read(), &self.house, &Actor::System, edition).await.expect("read")
    }

    /// Saves these fields over what is stored.
    pub(crate) async fn save(
        &self,
        actor: &Actor,
        edition: &EditionId,
        fields: &[(&str, &str)],
    ) -> document::Result<draft::Saved> {
        let typed = self.form(&self.whole(edition).await, fields);
        let body = draft::clean(&self.house, &typed).await?;
        let mut tx = self.write().await;
        let whole = rows::load(&mut tx, &self.house, actor, edition).await?;
        let saved = draft::save(&mut tx, &self.house, actor, &whole, &typed, &body).await?;
        tx.commit().await?;
        Ok(saved)
    }

    /// The form as stored, with these fields typed over.
    pub(crate) fn form(&self, whole: &Whole, fields: &[(&str, &str)]) -> Typed {
        let stored = Typed::from_whole(&self.house, whole);
        let mut pairs = vec![
            ("title".to_owned(), stored.title.clone()),
            ("body_html".to_owned(), stored.body_html.clone()),
            ("note".to_owned(), stored.note.clone()),
            ("disclosure".to_owned(), stored.disclosure.clone()),
            ("publish_at".to_owned(), stored.publish_at.clone()),
            ("kind".to_owned(), stored.kind.clone()),
            ("version".to_owned(), stored.version.to_string()),
        ];
        pairs.extend(stored.more.clone());
        pairs.extend(fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        Typed::from_pairs(pairs)
    }

    pub(crate) async fn submit(&self, actor: &Actor, edition: &EditionId) -> document::Result<()> {
        let mut tx = self.write().await;
        let whole = rows::load(&mut tx, &self.house, actor, edition).await?;
        life::submit(&mut tx, &self.house, actor, &whole, 0).await?;
        Ok(tx.commit().await?)
    }

    /// Through its review.
    pub(crate) async fn pass_review(&self, edition: &EditionId) -> document::Result<life::Passed> {
        let mut tx = self.write().await;
        let whole = rows::load(&mut tx, &self.house, &Actor::System, edition).await?;
        let passed = life::pass(&mut tx, &self.house, &Actor::System, &whole, 0).await?;
        tx.commit().await?;
        Ok(passed)
    }

    /// A public document.
    pub(crate) async fn published(&self, kind: &'static KindSpec, title: &str, fields: &[(&str, &str)]) -> DocumentId {
        let author = editor("author");
        let edition = self.draft(&author, kind, title).await;
        let mut all = vec![("body_html", "<p>正文。</p>"), ("written_on", "2026-03-01")];
        all.extend(fields);
        self.save(&author, &edition.id, &all).await.expect("saved");
        self.submit(&author, &edition.id).await.expect("submitted");
        assert_eq!(self.pass_review(&edition.id).await.expect("passed"), life::Passed::Published);
        edition.document_id
    }

    pub(crate) async fn withdraw(&self, document: &DocumentId, reason: &str) -> life::Withdrawn {
        let mut tx = self.write().await;
        let about = rows::document(tx.conn(), document).await.expect("read").expect("document");
        let whole = rows::load(&mut tx, &self.house, &Actor::System, &about.current_edition).await.expect("load");
        let done = life::withdraw(&mut tx, &self.house, &Actor::System, &whole, (reason, "")).await.expect("withdrawn");
        tx.commit().await.expect("commit");
        done
    }

    /// Puts in a public document.
    pub(crate) async fn seed(&self, one: &Seed) -> DocumentId {
        let mut tx = self.write().await;
        let seeded = seed(&mut tx, &self.house, one).await.expect("seeded");
        tx.commit().await.expect("commit");
        seeded.document
    }

    /// Changes rows behind the program's back.
    pub(crate) async fn tamper(&self, sql: &'static str, values: &[&str]) {
        let touched = store::test::tamper(&self.db, store::query(sql).bind_all(values.iter().copied())).await;
        assert!(touched.expect("changed") > 0, "{sql}");
    }
}

pub(crate) fn editor(account: &str) -> Actor {
    Actor::Staff(Staff {
        account: account.into(),
        name: format!("姓{account}"),
        organ: "QH010".into(),
        roles: vec![Role::Editor],
        central: false,
    })
}

/// A public document with the least that one needs.
pub(crate) fn plain(kind: &'static KindSpec, organ: &str, column: &str, title: &str, at: Timestamp) -> Seed {
    Seed {
        organ: organ.into(),
        column: column.into(),
        kind,
        title: title.into(),
        body_html: "<p>正文</p>".into(),
        values: Values::default(),
        disclosure: "open",
        relations: Vec::new(),
        author: ("system".into(), "系统".into()),
        created_at: at,
        state: SeedState::Published { at },
        correction: None,
        files: Vec::new(),
        pictures: Vec::new(),
    }
}
