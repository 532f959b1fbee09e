//! Walking the chain: does every event follow from the one before, and is every payload the one that was committed to?

use std::pin::Pin;

use futures::{
    TryStreamExt,
    stream::{BoxStream, Peekable},
};
use kernel::{
    Keep,
    event::{Event, GENESIS, chain_hash, commitment, seals_digest},
};

use store::{
    Db, Error, Files, FromRow, Result, built,
    log::{EventRow, PAYLOAD_ERASED, seals::lost_files},
    query_as, query_scalar, select_events,
};

use crate::Checkpoint;

/// What `gongkai verify` found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Verified {
    /// Events walked; where one does not fit, those before it.
    pub events: i64,
    /// Files whose bytes were read.
    pub files: i64,
    /// Whether everything is as the log says; a payload that was erased by an event is no fault.
    pub ok: bool,
    /// The first that does not, in words.
    pub first_bad: Option<String>,
    /// All that does not, in words: of each sort the first ones, and that there are more.
    #[serde(skip)]
    pub bad: Vec<String>,
    /// Hash of the newest event, where something does not fit of the newest before it: written down elsewhere, it proves later that nothing before it was changed.
    pub head: String,
    /// Payloads that were erased, each with an event that says so.
    pub erased: i64,
    /// Number of the event up to which a signed end of the log from outside of the database was there to compare with; none =
    /// a cut-off end would not show.
    pub kept: Option<i64>,
}

impl Verified {
    /// Something does not fit before anything was walked.
    pub fn unfit(why: String) -> Self {
        Self {
            events: 0,
            files: 0,
            ok: false,
            bad: vec![why.clone()],
            first_bad: Some(why),
            head: GENESIS.to_owned(),
            erased: 0,
            kept: None,
        }
    }
}

/// How far a verification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Position of the event that was looked at last.
    pub event: i64,
    /// Position of the newest event.
    pub events: i64,
    /// How many files have been read and compared with their digests.
    pub files: i64,
}

/// Events between two calls of the progress callback.
const TELL_EVERY: i64 = 10_000;

/// A verification about to be made. Memory does not grow with the log.
pub struct Verify<'a> {
    db: &'a Db,
    files: Option<&'a Files>,
    kept: Option<&'a Checkpoint>,
    from: Option<&'a Checkpoint>,
    tell: Box<dyn FnMut(Progress) + Send + 'a>,
}

impl std::fmt::Debug for Verify<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verify").field("kept", &self.kept).field("from", &self.from).finish_non_exhaustive()
    }
}

/// An event, its payload as stored, and whether there is one at all.
#[derive(FromRow)]
struct Walked {
    #[sql(flatten)]
    event: EventRow,
    salt: Option<String>,
    erased_at: Option<String>,
}

/// Walks the chain of `db` from the first event and reads every file; what does not fit hides nothing behind it. `kept` is a
/// checkpoint from outside of the database.
///
/// # Errors
/// When the database fails; a file that is missing or changed is a finding, not an error.
pub async fn verify(db: &Db, files: &Files, kept: Option<&Checkpoint>) -> Result<Verified> {
    let mut verify = Verify::new(db).files(files);
    verify.kept = kept;
    verify.run().await
}

impl<'a> Verify<'a> {
    /// Of the chain of `db` from its first event, without files.
    pub fn new(db: &'a Db) -> Self {
        Self { db, files: None, kept: None, from: None, tell: Box::new(|_| {}) }
    }

    /// Reads every file too.
    #[must_use]
    pub fn files(mut self, files: &'a Files) -> Self {
        self.files = Some(files);
        self
    }

    /// Compares with a checkpoint from outside of the database.
    #[must_use]
    pub fn kept(mut self, kept: &'a Checkpoint) -> Self {
        self.kept = Some(kept);
        self
    }

    /// Begins after a checkpoint whose signature holds, instead of at the first event.
    #[must_use]
    pub fn from(mut self, from: &'a Checkpoint) -> Self {
        self.from = Some(from);
        self
    }

    /// Calls back again and again.
    #[must_use]
    pub fn progress(mut self, tell: impl FnMut(Progress) + Send + 'a) -> Self {
        self.tell = Box::new(tell);
        self
    }

    /// Walks.
    ///
    /// # Errors
    /// When the database fails; what does not fit is a finding, not an error.
    pub async fn run(mut self) -> Result<Verified> {
        let head = self.from.map_or(GENESIS, |from| &from.hash).to_owned();
        let mut result = Verified {
            events: 0,
            files: 0,
            ok: true,
            first_bad: None,
            bad: Vec::new(),
            head,
            erased: 0,
            kept: self.kept.map(|kept| kept.seq),
        };
        self.look(&mut result).await?;
        result.ok = result.bad.is_empty();
        result.first_bad = result.bad.first().cloned();
        Ok(result)
    }

    async fn look(&mut self, result: &mut Verified) -> Result<()> {
        if let Some(from) = self.from
            && let Some(fault) = from.misfit(self.db).await?
        {
            result.bad.push(fault);
        }
        self.walk(result).await?;
        if let Some(kept) = self.kept
            && let Some(fault) = kept.misfit(self.db).await?
            && !result.bad.contains(&fault)
        {
            result.bad.push(fault);
        }
        // Where the walk begins at a kept end, nobody asks for everything.
        if self.from.is_none() {
            result.bad.extend(unlisted(self.db).await?);
        }
        self.read_files(result).await
    }

    async fn read_files(&mut self, result: &mut Verified) -> Result<()> {
        let Some(files) = self.files else { return Ok(()) };
        let lost = lost_files(self.db).await?;
        let mut few = Few::default();
        let mut digests = query_scalar::<String>("SELECT digest FROM file ORDER BY digest").fetch(self.db.read());
        while let Some(digest) = digests.try_next().await? {
            match fault_of(self.db, files, &digest).await? {
                Some(fault) if lost.excuses(&digest, &fault) => {}
                Some(fault) => few.add(fault),
                None => result.files += 1,
            }
            let progress = Progress { event: result.events, events: result.events, files: result.files };
            (self.tell)(progress);
        }
        result.bad.extend(few.told("文件读不出来或与登记不一致"));
        Ok(())
    }

    async fn walk(&mut self, result: &mut Verified) -> Result<()> {
        let db = self.db;
        let begin = self.from.map_or(0, |from| from.seq);
        let newest: i64 = query_scalar("SELECT COALESCE(MAX(seq), 0) FROM event WHERE chain = $1")
            .bind(db.chain())
            .fetch_one(db.read())
            .await?;
        let mut rows = query_as::<Walked>(select_events!(
            ", p.salt, p.erased_at",
            "WHERE e.chain = $1 AND e.seq > $2 AND e.seq <= $3 ORDER BY e.seq"
        ))
        .bind(db.chain())
        .bind(begin)
        .bind(newest)
        .fetch(db.read());
        let mut seals = Seals::after(db, begin, newest);
        let mut few = Few::default();
        let (mut expected, mut head) = (begin + 1, result.head.clone());
        while let Some(row) = rows.try_next().await? {
            let (salt, erased_at, payload) = (row.salt, row.erased_at, row.event.payload.clone());
            let event = Event::from(row.event);
            let fault = match chain_fault(&event, expected, &head) {
                Some(fault) => Some(fault),
                None => match (salt, erased_at.as_deref()) {
                    (Some(salt), Some("")) => {
                        (commitment(&salt, &payload) != event.commitment).then(|| of(&event, "内容被改动过"))
                    }
                    (_, gone) => {
                        result.erased += 1;
                        lost_fault(db, &event, gone.is_none()).await?
                    }
                },
            };
            let sealed = seals.of(event.seq).await? == event.seals;
            let fault = match fault {
                None if !sealed => Some(of(&event, "的封存内容被改动过")),
                other => other,
            };
            let fault = match fault {
                None if event.kind == PAYLOAD_ERASED.name => effect_fault(db, &event).await?,
                other => other,
            };
            // What comes after one that does not fit is held against it as it stands: one fault is told once and hides none.
            (expected, head) = (event.seq + 1, event.hash.clone());
            if let Some(fault) = fault {
                few.add(fault);
            }
            if few.is_empty() {
                result.events += 1;
                result.head = event.hash;
            }
            if (event.seq - begin) % TELL_EVERY == 0 {
                (self.tell)(Progress { event: event.seq, events: newest, files: 0 });
            }
        }
        result.bad.extend(few.told("记录与留痕链不相符"));
        Ok(())
    }
}

/// Of one sort so many are told one by one.
const TOLD: usize = 20;

/// Faults of one sort: some in words, and that there are more.
#[derive(Default)]
struct Few {
    words: Vec<String>,
    more: usize,
}

impl Few {
    fn add(&mut self, words: String) {
        if self.words.len() < TOLD { self.words.push(words) } else { self.more += 1 }
    }

    fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    fn told(mut self, what: &str) -> Vec<String> {
        if self.more > 0 {
            self.words.push(format!("另有 {} 处{what}，没有逐一列出", self.more));
        }
        self.words
    }
}

/// What is wrong with a file; that it cannot be read is a fault like any other and keeps nobody from the next.
async fn fault_of(db: &Db, files: &Files, digest: &str) -> Result<Option<String>> {
    match files.fault(db, digest).await {
        Err(Error::Files(error)) => Ok(Some(format!("文件 {digest} 读不出来：{error}"))),
        other => other,
    }
}

/// A seal as it is kept: number of the event, kind of subject, its id, the seal.
type SealRow = (i64, String, String, String);

/// The seals beside the events, read along with them.
struct Seals<'a> {
    rows: Pin<Box<Peekable<BoxStream<'a, Result<SealRow>>>>>,
}

impl<'a> Seals<'a> {
    fn after(db: &'a Db, begin: i64, newest: i64) -> Self {
        let rows = query_as(
            "SELECT seq, subject_kind, subject_id, seal FROM event_seal WHERE chain = $1 AND seq > $2 AND seq <= $3 ORDER BY seq",
        )
        .bind(db.chain())
        .bind(begin)
        .bind(newest)
        .fetch(db.read());
        Self { rows: Box::pin(futures::StreamExt::peekable(rows)) }
    }

    /// The digest of those of this event; empty when there are none. One that belongs to no event stands in the way, and the
    /// next event does not fit.
    async fn of(&mut self, seq: i64) -> Result<String> {
        let mut found: Vec<(String, String, String)> = Vec::new();
        while let Some(next) = self.rows.as_mut().next_if(|row| row.as_ref().map_or(true, |row| row.0 <= seq)).await {
            let (_, kind, id, seal) = next?;
            found.push((kind, id, seal));
        }
        if found.is_empty() {
            return Ok(String::new());
        }
        found.sort_unstable();
        Ok(seals_digest(found.iter().map(|(kind, id, seal)| (kind.as_str(), id.as_str(), seal.as_str()))))
    }
}

/// Files that something refers to and that are not listed: their rows were removed behind the program's back. Each table is passed
/// once along the index of its digests, and no more is kept than is told.
///
/// # Errors
/// When the database fails.
pub async fn unlisted(db: &Db) -> Result<Vec<String>> {
    let mut few = Few::default();
    for (table, column) in db.referring_to("file").await? {
        // SQL: names of tables and columns come from the database's own catalogue, quoted.
        let sql = format!(
            "SELECT x.\"{column}\" FROM \"{table}\" x WHERE x.\"{column}\" > '' \
             AND NOT EXISTS (SELECT 1 FROM file f WHERE f.digest = x.\"{column}\") ORDER BY x.\"{column}\""
        );
        let mut digests = query_scalar::<String>(built(sql)).fetch(db.read());
        let mut before = String::new();
        while let Some(digest) = digests.try_next().await? {
            if digest != before {
                few.add(format!("文件 {digest} 还在使用，登记却被删除了"));
                before = digest;
            }
        }
    }
    Ok(few.told("文件的登记被删除"))
}

/// `第 3 号记录（时间 种类）` and what is wrong with it.
fn of(event: &Event, words: &str) -> String {
    format!("第 {} 号记录（{} {}）{words}", event.seq, event.at, event.kind)
}

fn chain_fault(event: &Event, expected: i64, head: &str) -> Option<String> {
    if event.seq != expected {
        return Some(format!("缺少第 {expected} 号记录（读到第 {} 号）", event.seq));
    }
    if event.previous != head {
        return Some(of(event, "与前一号不衔接"));
    }
    if chain_hash(event) == event.hash {
        return None;
    }
    // Whether it is the class alone that was changed, in order to erase what is kept for ever, is worth telling.
    let class = [Keep::Facts, Keep::Words, Keep::Person].into_iter().any(|keep| {
        let before = Event { keep: keep.code().to_owned(), ..event.clone() };
        chain_hash(&before) == event.hash
    });
    Some(of(event, if class { "的类别被改动过" } else { "内容被改动过" }))
}

/// The payload is not there: an event must say so, and its class must allow it.
async fn lost_fault(db: &Db, event: &Event, row_missing: bool) -> Result<Option<String>> {
    if row_missing {
        return Ok(Some(of(event, "的内容不见了，也没有清除的痕迹")));
    }
    if !Keep::from_code(&event.keep).is_some_and(Keep::erasable) {
        return Ok(Some(of(event, "只有事实，不能清除，内容却被清空了")));
    }
    let said = query_scalar::<i64>(
        "SELECT seq FROM event WHERE chain = $1 AND subject_kind = $2 AND subject_id = $3 AND kind = $4 AND seq > $5 LIMIT 1",
    )
    .bind(db.chain())
    .bind(PAYLOAD_ERASED.subject)
    .bind(event.seq.to_string())
    .bind(PAYLOAD_ERASED.name)
    .bind(event.seq)
    .fetch_optional(db.read())
    .await?;
    Ok(said.is_none().then(|| of(event, "的内容被清空了，但没有留下清除记录")))
}

/// The event says that a payload was erased: it must be.
async fn effect_fault(db: &Db, event: &Event) -> Result<Option<String>> {
    let there = query_scalar::<String>("SELECT data FROM event_payload WHERE chain = $1 AND seq = $2")
        .bind(db.chain())
        .bind(event.subject_id.parse::<i64>().unwrap_or(0))
        .fetch_optional(db.read())
        .await?;
    let gone = there.is_some_and(|data| data.is_empty());
    Ok((!gone).then(|| of(event, &format!("说第 {} 号记录的内容已清除，但并没有清除", event.subject_id))))
}
