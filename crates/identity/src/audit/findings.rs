//! What was found not to fit stays until somebody has looked into it and says what came of it: changes past the program that a
//! write came upon (`log.tampered`), and verifications that did not hold. That the rows fit again settles nothing: who forged
//! them may have put them back, or the program may have sealed them since.

use axum::{extract::Path, extract::State, response::Response};
use jiff::Timestamp;
use kernel::{NewEvent, time};
use serde::Deserialize;
use serde_json::Value;
use store::{
    FromRow, Tx,
    log::seals::{SETTLED, TAMPERED},
    query_as,
};
use web::{Ctx, Desk, Done, Form, Refusal, Result, act_in_place};

use super::verify;
use crate::events::AUDIT_VERIFIED;

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
            "SELECT e.seq, e.at, p.data FROM event e JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq \
             WHERE e.chain = $1 AND (e.kind = $2 OR (e.kind = $3 AND p.data LIKE '%\"ok\":false%')) ",
            $rest,
            " ORDER BY e.seq LIMIT $5"
        )
    };
}

#[derive(FromRow)]
struct FindingRow {
    seq: i64,
    at: String,
    data: String,
}

impl From<FindingRow> for Finding {
    fn from(row: FindingRow) -> Self {
        let payload: Value = serde_json::from_str(&row.data).unwrap_or_default();
        let word = |key: &str| payload.get("data")?.get(key)?.as_str().map(str::to_owned);
        let words = word("found").or_else(|| word("first_bad")).unwrap_or_else(|| "发现不符".to_owned());
        Self { seq: row.seq, at: row.at, words }
    }
}

async fn found(ctx: &Ctx, sql: &'static str, most: i64) -> Result<Vec<Finding>> {
    let rows: Vec<FindingRow> = query_as(sql)
        .bind(ctx.db().chain())
        .bind(TAMPERED.name)
        .bind(AUDIT_VERIFIED.name)
        .bind(SETTLED.name)
        .bind(most)
        .fetch_all(ctx.db().read())
        .await?;
    Ok(rows.into_iter().map(Finding::from).collect())
}

/// What nobody has settled yet, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn open(ctx: &Ctx) -> Result<Vec<Finding>> {
    found(ctx, OPEN, MOST).await
}

/// Whether this very thing stands among what nobody has settled, however much that is.
pub(super) async fn known(ctx: &Ctx, words: &str) -> Result<bool> {
    Ok(found(ctx, OPEN, i64::MAX).await?.iter().any(|one| one.words == words))
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
}

/// POST /audit/findings/{seq}: what came of it, for this finding and those in the same words.
pub(super) async fn settle(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(seq): Path<i64>,
    Form(form): Form<Settled>,
) -> Result<Response> {
    let reason: String = form.reason.trim().chars().take(REASON).collect();
    let (known, field) = (open(&ctx).await?, format!("reason-{seq}"));
    let done = async |tx: &mut Tx| {
        if reason.is_empty() {
            let text = "请写明处理情况：查到了什么、谁改的、怎样恢复的。没有写明的，这条不符会一直显示。";
            return Err(Refusal::field(&field, text));
        }
        let Some(this) = known.iter().find(|one| one.seq == seq) else {
            return Err(Refusal::Conflict("这条不符已经有人处理了，不用再办。".into()));
        };
        for one in known.iter().filter(|one| one.words == this.words) {
            let data = serde_json::json!({ "reason": reason });
            let event = NewEvent::new(&SETTLED, one.seq, &desk.actor()).organ(desk.organ());
            tx.append(event.data(data)).await?;
        }
        Ok::<_, Refusal>(Done::ok("/audit/verify", "已记下处理情况。".to_owned()))
    };
    act_in_place(&ctx, "", done, async |errors| verify::page(&ctx, &desk, errors, (seq, &form.reason)).await).await
}
