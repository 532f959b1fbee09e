//! What was found not to fit stays until somebody has looked into it and says what came of it: changes past the program that a
//! write came upon (`log.tampered`), and verifications that did not hold. That the rows fit again settles nothing: who forged
//! them may have put them back, or the program may have sealed them since.
//!
//! What cannot be put back, a row or the bytes of a file, would be found again and again. One person asks that it be taken as it
//! is, another agrees (`settle`): the rows are sealed as they are by an event that names the digest of the seal before, the
//! file is named no more. The chain itself, the payloads of events and what was published by the log cannot be settled so.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use kernel::time;
use serde_json::Value;
use store::{
    FromRow,
    log::seals::{ACCEPT_ASKED, SETTLED, TAMPERED},
    query_as,
};
use web::{Ctx, Desk, Result};

use crate::events::{AUDIT_FOUND, AUDIT_VERIFIED};

/// Open findings that are held at a time.
const MOST: i64 = 200;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The number of the event that tells of it.
    pub seq: i64,
    /// When it was found, as stored.
    pub at: String,
    /// What it is, in words.
    pub words: String,
    /// Whom it concerns, `kind:id`; empty where that is nothing that has a seal.
    pub subject: String,
    /// The watch finds it as long as the rows are what they are.
    pub(super) stays: bool,
}

impl Finding {
    /// The same in a sentence for whoever is no auditor.
    pub fn told(&self) -> String {
        format!("第 {} 号记录：{}（尚未处理）", self.seq, self.words)
    }

    /// Since when it is known.
    pub(super) fn since(&self) -> Option<Timestamp> {
        time::from_db(&self.at)
    }

    /// The moment, for pages.
    pub(super) fn moment(&self) -> String {
        time::show_minute(&self.at)
    }
}

/// All findings, or those that nobody has settled.
macro_rules! findings {
    ($rest:literal) => {
        concat!(
            "SELECT e.seq, e.at, e.kind, e.subject_id, p.data FROM event e \
             JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq \
             WHERE e.chain = $1 AND (e.kind IN ($2, $6) OR (e.kind = $3 AND p.data LIKE '%\"ok\":false%')) ",
            $rest,
            " ORDER BY e.seq DESC LIMIT $5"
        )
    };
}

#[derive(FromRow)]
struct FindingRow {
    seq: i64,
    at: String,
    kind: String,
    subject_id: String,
    data: String,
}

impl From<FindingRow> for Finding {
    fn from(row: FindingRow) -> Self {
        let payload: Value = serde_json::from_str(&row.data).unwrap_or_default();
        let word = |key: &str| payload.get("data")?.get(key)?.as_str().map(str::to_owned);
        let words = word("found").or_else(|| word("first_bad")).unwrap_or_else(|| "发现不符".to_owned());
        let stays = row.kind == AUDIT_FOUND.name;
        let subject = match row.kind.as_str() {
            kind if kind == TAMPERED.name => row.subject_id,
            _ => word("subject").unwrap_or_default(),
        };
        Self { seq: row.seq, at: row.at, words, subject, stays }
    }
}

/// The newest of them, oldest first.
async fn found(ctx: &Ctx, sql: &'static str, most: i64) -> Result<Vec<Finding>> {
    let mut rows: Vec<FindingRow> = query_as(sql)
        .bind(ctx.db().chain())
        .bind(TAMPERED.name)
        .bind(AUDIT_VERIFIED.name)
        .bind(SETTLED.name)
        .bind(most)
        .bind(AUDIT_FOUND.name)
        .fetch_all(ctx.db().read())
        .await?;
    rows.reverse();
    Ok(rows.into_iter().map(Finding::from).collect())
}

/// What nobody has settled yet, the newest [`MOST`] of it, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn open(ctx: &Ctx) -> Result<Vec<Finding>> {
    found(ctx, OPEN, MOST).await
}

/// All that nobody has settled, however much that is, oldest first.
pub(super) async fn all_open(ctx: &Ctx) -> Result<Vec<Finding>> {
    found(ctx, OPEN, i64::MAX).await
}

/// The words of all that nobody has settled.
pub(super) async fn known(ctx: &Ctx) -> Result<HashSet<String>> {
    Ok(all_open(ctx).await?.into_iter().map(|one| one.words).collect())
}

/// How much nobody has settled.
///
/// # Errors
/// When the database fails.
pub async fn count_open(ctx: &Ctx) -> Result<usize> {
    Ok(all_open(ctx).await?.len())
}

const OPEN: &str = findings!(
    "AND NOT EXISTS (SELECT 1 FROM event s WHERE s.chain = e.chain AND s.subject_kind = 'log' \
     AND s.subject_id = CAST(e.seq AS TEXT) AND s.kind = $4)"
);

/// Everything that was ever found and has been settled, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn settled(ctx: &Ctx) -> Result<Vec<Finding>> {
    let sql = findings!(
        "AND EXISTS (SELECT 1 FROM event s WHERE s.chain = e.chain AND s.subject_kind = 'log' \
         AND s.subject_id = CAST(e.seq AS TEXT) AND s.kind = $4)"
    );
    found(ctx, sql, MOST).await
}

/// That somebody asked to take what stands there as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// The account.
    pub(super) by: String,
    /// The name, as it was then.
    pub(super) name: String,
    /// Why.
    pub(super) reason: String,
    /// The digest of what stood there then; of a file what was wrong with it.
    pub(super) now: String,
}

#[derive(FromRow)]
struct AskedRow {
    subject_id: String,
    actor: String,
    data: String,
}

/// What was asked last of each finding, by its number.
pub(super) async fn asked(ctx: &Ctx) -> Result<BTreeMap<i64, Asked>> {
    let sql = "SELECT e.subject_id, e.actor, p.data FROM event e JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq \
               WHERE e.chain = $1 AND e.kind = $2 ORDER BY e.seq";
    let rows: Vec<AskedRow> =
        query_as(sql).bind(ctx.db().chain()).bind(ACCEPT_ASKED.name).fetch_all(ctx.db().read()).await?;
    let mut asked = BTreeMap::new();
    for row in rows {
        let payload: Value = serde_json::from_str(&row.data).unwrap_or_default();
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let word = |key: &str| text(payload.get("data").and_then(|data| data.get(key)));
        if let Ok(seq) = row.subject_id.parse() {
            let name = text(payload.get("actor"));
            asked.insert(seq, Asked { by: row.actor, name, reason: word("reason"), now: word("now") });
        }
    }
    Ok(asked)
}

/// What can be done about a finding besides saying what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// Nothing else: the rows fit by now, or it is nothing that can be taken as it is.
    Settle,
    /// To ask that it be taken as it is.
    Ask,
    /// The reader has asked for it; somebody else has to agree.
    Wait(Asked),
    /// Somebody else has asked for it.
    Agree(Asked),
}

impl Finding {
    /// Whether it concerns the account of this person, who does not settle it alone.
    pub(super) fn is_of(&self, desk: &Desk) -> bool {
        self.subject == format!("account:{}", desk.staff.account)
    }

    /// What the reader can do about it.
    pub(super) fn way(&self, desk: &Desk, asked: Option<&Asked>) -> Way {
        match asked {
            _ if !self.stays || self.subject.is_empty() => Way::Settle,
            None => Way::Ask,
            Some(asked) if asked.by == desk.staff.account.as_ref() => Way::Wait(asked.clone()),
            Some(asked) => Way::Agree(asked.clone()),
        }
    }
}
