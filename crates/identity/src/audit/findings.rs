//! What was found not to fit stays until somebody has looked into it and says what came of it: changes past the program that a
//! write came upon (`log.tampered`), and verifications that did not hold. That the rows fit again settles nothing: who forged
//! them may have put them back, or the program may have sealed them since.
//!
//! What cannot be put back, a row or the bytes of a file, would be found again and again. One person asks that it be taken as it
//! is, another agrees ([`accept`]): the rows are sealed as they are by an event that names the digest of the seal before, the
//! file is named no more. The chain itself, the payloads of events and what was published by the log cannot be settled so.

use std::collections::{BTreeMap, HashSet};

use axum::{extract::Path, extract::State, response::Response};
use jiff::Timestamp;
use kernel::{NewEvent, id::SubjectRef, time};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{
    FromRow, Tx,
    log::seals::{ACCEPT_ASKED, ACCEPTED, SETTLED, TAMPERED},
    query_as, query_scalar,
};
use web::{Ctx, Desk, Done, Form, Refusal, Result, act_in_place};

use super::verify;
use crate::events::{AUDIT_FOUND, AUDIT_VERIFIED};

/// Open findings that are held at a time.
const MOST: i64 = 200;
/// Longest account of what came of one, in characters.
const REASON: usize = 2000;

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
    stays: bool,
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

/// The words of all that nobody has settled, however much that is.
pub(super) async fn known(ctx: &Ctx) -> Result<HashSet<String>> {
    Ok(found(ctx, OPEN, i64::MAX).await?.into_iter().map(|one| one.words).collect())
}

/// How much nobody has settled.
///
/// # Errors
/// When the database fails.
pub async fn count_open(ctx: &Ctx) -> Result<usize> {
    Ok(found(ctx, OPEN, i64::MAX).await?.len())
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

/// What came of a finding.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Settled {
    reason: String,
    /// The numbers of the findings in these words that the page showed, with commas; empty = this one.
    shown: String,
    /// `ask`: it cannot be put back, and somebody else is asked to agree that it be taken as it is; `agree`: he does.
    op: String,
    /// The digest of what stands there, as the page showed it.
    now: String,
}

/// That somebody asked to take what stands there as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// The account.
    by: String,
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
    fn is_of(&self, desk: &Desk) -> bool {
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

/// POST /audit/findings/{seq}: what came of it, for this finding and those in the same words that the page showed; or that it
/// cannot be put back and is to be taken as it is.
pub(super) async fn settle(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(seq): Path<i64>,
    Form(form): Form<Settled>,
) -> Result<Response> {
    let reason: String = form.reason.trim().chars().take(REASON).collect();
    let known = found(&ctx, OPEN, i64::MAX).await?;
    let mut shown: Vec<i64> = form.shown.split(',').filter_map(|one| one.trim().parse().ok()).collect();
    shown.push(seq);
    let asked = asked(&ctx).await?.remove(&seq);
    let field = format!("reason-{seq}");
    let done = async |tx: &mut Tx| {
        let Some(this) = known.iter().find(|one| one.seq == seq) else {
            return Err(Refusal::Conflict("这条不符已经有人处理了，不用再办。".into()));
        };
        if this.is_of(&desk) {
            let text = "这条不符涉及您自己的账号，不能由您自己处理，请另一名审计管理员处理。只有一名审计管理员的，请安全管理员临时授予另一人。";
            return Err(Refusal::Conflict(text.into()));
        }
        if reason.is_empty() && form.op != "agree" {
            let text = "请写明处理情况：查到了什么、谁改的、怎样恢复的。没有写明的，这条不符会一直显示。";
            return Err(Refusal::field(&field, text));
        }
        let reason = match form.op.as_str() {
            "ask" => return ask(&ctx, tx, &desk, this, &reason).await,
            // Before the other events of the write: the last of them seals.
            "agree" => accept(&ctx, tx, &desk, (this, asked), &form.now).await?,
            _ => reason,
        };
        let same = |one: &&Finding| one.words == this.words && (one.seq == seq || shown.contains(&one.seq));
        for one in known.iter().filter(same) {
            // Two people who press the button at once write it once.
            if is_settled(tx, one.seq).await? {
                continue;
            }
            let event = NewEvent::new(&SETTLED, one.seq, &desk.actor()).organ(desk.organ());
            tx.append(event.data(json!({ "reason": reason }))).await?;
        }
        Ok::<_, Refusal>(Done::ok("/audit/verify", "已记下处理情况。".to_owned()))
    };
    act_in_place(&ctx, "", done, async |errors| verify::page(&ctx, &desk, errors, (seq, &form.reason)).await).await
}

async fn is_settled(tx: &mut Tx, seq: i64) -> store::Result<bool> {
    let sql =
        "SELECT seq FROM event WHERE chain = $1 AND subject_kind = 'log' AND subject_id = $2 AND kind = $3 LIMIT 1";
    let chain = tx.chain().to_owned();
    let told: Option<i64> =
        query_scalar(sql).bind(chain).bind(seq.to_string()).bind(SETTLED.name).fetch_optional(tx.conn()).await?;
    Ok(told.is_some())
}

/// What the log says of the subject of a finding and what stands there: digests, of a file its own and what is wrong with it.
/// `None`: it is what the log says by now, or nothing that can be taken as it is.
async fn present(ctx: &Ctx, tx: &mut Tx, finding: &Finding) -> Result<Option<(String, String)>> {
    let Some((kind, id)) = finding.subject.split_once(':').filter(|_| finding.stays) else { return Ok(None) };
    if kind == "file" {
        return Ok(ctx.files().fault(ctx.db(), id).await?.map(|fault| (id.to_owned(), fault)));
    }
    let present = tx.present(&SubjectRef::new(kind, id)).await?;
    Ok(present.filter(|it| it.was != it.now).map(|it| (it.was, it.now)))
}

fn fits() -> Refusal {
    Refusal::Conflict("现在已经与留痕相符，或者不能以现状为准。请刷新页面，直接写明处理情况。".into())
}

/// Somebody asks that what cannot be put back be taken as it is.
async fn ask(ctx: &Ctx, tx: &mut Tx, desk: &Desk, this: &Finding, reason: &str) -> Result<Done, Refusal> {
    let (_, now) = present(ctx, tx, this).await?.ok_or_else(fits)?;
    let event = NewEvent::new(&ACCEPT_ASKED, this.seq, &desk.actor()).organ(desk.organ());
    tx.append(event.data(json!({ "reason": reason, "now": now }))).await?;
    Ok(Done::ok("/audit/verify", "已提出，请另一名审计管理员核对后同意。".to_owned()))
}

/// Somebody else agrees: from this write on what stands there is what the log says. Returns what is written down of it.
async fn accept(
    ctx: &Ctx,
    tx: &mut Tx,
    desk: &Desk,
    (this, asked): (&Finding, Option<Asked>),
    seen: &str,
) -> Result<String, Refusal> {
    let Some(asked) = asked else {
        return Err(Refusal::Conflict("还没有人提出以现状为准，请刷新页面查看。".into()));
    };
    if asked.by == desk.staff.account.as_ref() {
        let text = "您自己提出的，须由另一名审计管理员同意。只有一名审计管理员的，请安全管理员临时授予另一人。";
        return Err(Refusal::Conflict(text.into()));
    }
    let (was, now) = present(ctx, tx, this).await?.ok_or_else(fits)?;
    if now != asked.now || seen != asked.now {
        let text = "提出以后，数据又被改动过，或者又提出了一次。请刷新页面，重新核对；数据变了的，请重新提出。";
        return Err(Refusal::Conflict(text.into()));
    }
    if let Some((kind, id)) = this.subject.split_once(':').filter(|(kind, _)| *kind != "file") {
        tx.accept(&SubjectRef::new(kind, id));
    }
    let data = json!({ "accepted": this.subject, "was": was, "now": now });
    tx.append(NewEvent::new(&ACCEPTED, this.seq, &desk.actor()).organ(desk.organ()).data(data)).await?;
    Ok(format!("无法恢复，以现状为准（{}提出）：{}", asked.name, asked.reason))
}
