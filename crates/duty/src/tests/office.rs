//! A county with one source of duties that is no plan: resolutions of a leading group, each with what it obliges to.

use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::{SignedDuration, ToSpan, civil::Date};
use kernel::{
    Actor, Directory, EventKind, NewEvent, Organ, OrganCode, OrganKind, Role, Seams, Staff,
    id::{DutyId, EvidenceId, ShareId, SubjectRef},
    seams::{FixedClock, SeededEntropy},
    time,
};
use store::{
    Db, Followers, Tx,
    jobs::{Handlers, run_due},
    query_scalar,
};
use tempfile::TempDir;
use web::{Ctx, Refusal, hooks::Publishes};

use crate::{
    By, DutyRow, Source, SourceKey, SourceKind, SourceRow, SourceState, Sources, Target, Words, duties,
    evidence::{NewEvidence, Proof, Verdict, decide, hand_in, lapse},
    model::{Field, FieldShape, OwnerRole, Visibility},
    source,
};

static WITHDRAWN: EventKind = EventKind::new("document", "document.withdrawn", "撤回");
static PUBLISHED: EventKind = EventKind::new("document", "document.published", "发布");

/// What the publisher of documents would declare.
pub(super) const PUBLISHES: Publishes = Publishes { subject: "document", leaves: &[&WITHDRAWN], stands: &[&PUBLISHED] };

const FIELDS: &[Field] = &[
    Field::new("budget", "经费（万元）", "例如 12.5", FieldShape::Amount),
    Field::new("ground", "议定事项", "", FieldShape::Text).of_office(),
    Field::new("blame", "问责情况", "", FieldShape::Text).inside(),
];

const KINDS: &[SourceKind] = &[
    SourceKind::new("resolution", "领导小组议定事项").with_fields(FIELDS).called("会议", "议定事项"),
    SourceKind::new("inside", "内部督办"),
];

struct Resolutions;

impl Source for Resolutions {
    fn kinds(&self) -> &'static [SourceKind] {
        KINDS
    }

    fn words<'a>(&'a self, _: &'a Ctx, duty: &'a DutyRow) -> BoxFuture<'a, web::Result<Words>> {
        Box::pin(async move { Ok(Words { heading: duty.place_label.clone(), ..Words::default() }) })
    }

    fn public_path(&self, source: &SourceKey, _: &str) -> Option<String> {
        (source.kind == "resolution").then(|| format!("/resolutions/{}", source.id))
    }

    fn visibility_changed<'a>(
        &'a self,
        tx: &'a mut Tx,
        _: &'a Actor,
        _: &'a SourceKey,
        duty: &'a DutyId,
        visibility: Visibility,
    ) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(async move {
            let row = duties::get(tx.conn(), duty).await?.ok_or(Refusal::NotFound)?;
            if visibility == Visibility::Public && row.text.contains("内部") {
                return Err(Refusal::Conflict("没有改为公开。".into()));
            }
            Ok(())
        })
    }
}

pub(super) fn date(text: &str) -> Date {
    text.parse().expect("date")
}

fn staff(account: &str, organ: &str, roles: &[Role]) -> Actor {
    Actor::Staff(Staff {
        account: account.into(),
        name: format!("姓{account}"),
        organ: OrganCode::from(organ),
        roles: roles.to_vec(),
        central: organ == "QH001",
    })
}

/// An editor of an organ.
pub(super) fn editor(organ: &str) -> Actor {
    staff(&format!("editor-{organ}"), organ, &[Role::Editor])
}

/// A clerk of the county office.
pub(super) fn clerk() -> Actor {
    staff("clerk", "QH001", &[Role::CountyOffice])
}

/// The database of a county, and a clock that stands still until moved.
pub(super) struct Office {
    pub(super) db: Db,
    pub(super) sources: Sources,
    directory: Directory,
    clock: Arc<FixedClock>,
    folder: TempDir,
}

impl Office {
    /// The organs and who answers for them.
    pub(super) fn directory(&self) -> &Directory {
        &self.directory
    }

    async fn open(url: &str, folder: TempDir) -> Self {
        let clock = Arc::new(FixedClock::at("2026-03-02T01:00:00Z".parse().expect("moment")));
        let seams = Seams { clock: clock.clone(), entropy: Arc::new(SeededEntropy::new(7)) };
        let db = Db::open(url, seams, crate::MIGRATIONS).await.expect("database");
        let organ = |code: &str, name: &str| Organ::named(code, name, name, OrganKind::CountyDepartment);
        let mut merged = organ("QH012", "县扶贫办");
        merged.exists_to = Some(date("2026-02-28"));
        merged.successor = Some("QH011".into());
        let organs =
            vec![organ("QH001", "县政府办公室"), organ("QH010", "县财政局"), organ("QH011", "县民政局"), merged];
        let directory = Directory::new(organs, "青禾县");
        Self { db, sources: Sources::new(vec![Arc::new(Resolutions)]), directory, clock, folder }
    }

    pub(super) async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let url = format!("sqlite:{}", folder.path().join("duty.sqlite").display());
        Self::open(&url, folder).await
    }

    pub(super) async fn on_postgres() -> Option<Self> {
        let admin = std::env::var("GONGKAI_TEST_POSTGRES").ok()?;
        let folder = tempfile::tempdir().expect("folder");
        let unique = folder.path().file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let plain: String = unique.chars().filter(char::is_ascii_alphanumeric).collect();
        // The cluster of the tests goes with all its databases.
        let made = store::test::Scratch::create(&admin, &format!("duty_{}_{plain}", std::process::id())).await;
        Some(Self::open(&made.expect("database").url(), folder).await)
    }

    pub(super) fn folder(&self) -> &TempDir {
        &self.folder
    }

    pub(super) fn today(&self) -> Date {
        time::date_in_china(self.db.seams().now())
    }

    pub(super) fn pass(&self, days: i64) {
        self.clock.set(self.db.seams().now() + SignedDuration::from_hours(24 * days));
    }

    /// One write by somebody.
    pub(super) async fn act<T>(
        &self,
        actor: &Actor,
        change: impl AsyncFnOnce(&mut Tx, &By<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut tx = self.db.write().await?;
        let by = By { actor, directory: &self.directory, today: self.today() };
        let done = change(&mut tx, &by).await?;
        tx.commit().await?;
        Ok(done)
    }

    /// A resolution of this year.
    pub(super) async fn resolution(&self, id: &str, title: &str) -> SourceKey {
        let key = SourceKey::new("resolution", id);
        self.state(&key, title, SourceState::Running).await;
        key
    }

    pub(super) async fn state(&self, key: &SourceKey, title: &str, state: SourceState) {
        let mut tx = self.db.write().await.expect("write");
        source::lock(&mut tx, key).await.expect("lock");
        let issued_at = tx.now();
        let row = SourceRow { key: key.clone(), title: title.into(), year: 2026, state, issued_at };
        source::put(&mut tx, &row).await.expect("source");
        tx.commit().await.expect("commit");
    }

    /// A duty issued to these organs.
    pub(super) async fn duty(&self, row: DutyRow, organs: &[(&str, OwnerRole)]) -> DutyId {
        let mut tx = self.db.write().await.expect("write");
        source::lock(&mut tx, &row.source()).await.expect("lock");
        duties::put(&mut tx, &row).await.expect("put");
        let organs: Vec<_> = organs.iter().map(|(organ, role)| (OrganCode::from(*organ), *role)).collect();
        duties::issue(&mut tx, &clerk(), &row, &organs).await.expect("issue");
        tx.commit().await.expect("commit");
        row.id
    }

    /// The share of an organ.
    pub(super) async fn share(&self, duty: &DutyId, organ: &str) -> ShareId {
        query_scalar("SELECT id FROM duty_share WHERE duty = $1 AND organ = $2")
            .bind(duty)
            .bind(organ)
            .fetch_one(self.db.read())
            .await
            .expect("share")
    }

    pub(super) async fn hand_in(
        &self,
        share: &ShareId,
        organ: &str,
        document: &str,
        period: &str,
    ) -> Result<EvidenceId, Refusal> {
        let proof = Proof::Subject {
            subject: SubjectRef::new("document", document),
            path: format!("/policies/{document}"),
            title: format!("文件{document}"),
        };
        let new = NewEvidence { share: share.clone(), period: period.into(), proof, note: String::new() };
        Ok(self.act(&editor(organ), async |tx, by| hand_in::add(tx, by, &new).await).await?.1)
    }

    pub(super) async fn decide(&self, evidence: &EvidenceId, verdict: Verdict) -> Result<Target, Refusal> {
        self.act(&clerk(), async |tx, by| decide::decide(tx, by, evidence, &verdict, true).await).await
    }

    /// The publisher withdraws a document, or publishes it again.
    pub(super) async fn publish(&self, document: &str, public: bool) {
        let mut tx = self.db.write().await.expect("write");
        let kind = if public { &PUBLISHED } else { &WITHDRAWN };
        if !public {
            lapse::left(&mut tx, &SubjectRef::new("document", document)).await.expect("told");
        }
        tx.append(NewEvent::new(kind, document, &Actor::System)).await.expect("event");
        tx.commit().await.expect("commit");
    }

    /// What follows the log, as far as it goes without mail.
    pub(super) async fn catch_up(&self) {
        let follower = lapse::follower(&[PUBLISHES]).expect("somebody publishes");
        Followers::default().with(follower).run(&self.db).await.expect("followed");
        let db = self.db.clone();
        let settle = move |subject: SubjectRef| {
            let db = db.clone();
            async move {
                let mut tx = db.write().await?;
                lapse::align(&mut tx, &[PUBLISHES], &subject).await?;
                Ok(tx.commit().await?)
            }
        };
        let handlers = Handlers::default().with(lapse::SETTLE, "", settle);
        run_due(&self.db, &handlers).await.expect("settled");
    }

    pub(super) async fn events(&self, kind: &EventKind) -> i64 {
        query_scalar("SELECT COUNT(*) FROM event WHERE kind = $1")
            .bind(kind.name)
            .fetch_one(self.db.read())
            .await
            .expect("count")
    }
}

/// A duty of a source: words, due date, cadence.
pub(super) fn row(office: &Office, key: &SourceKey, text: &str, due: &str, cadence: &str) -> DutyRow {
    DutyRow {
        due_on: due.into(),
        cadence: cadence.into(),
        visibility: "public".into(),
        ..DutyRow::new(DutyId::fresh(office.db.seams()), key, text)
    }
}

pub(super) fn after(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}
