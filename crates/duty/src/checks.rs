//! Whether an address of another site that was given as evidence could be opened, the last time somebody looked. Who confirms
//! sees what came of it; what the other site says does not exist cannot be confirmed. Looking itself goes over the network
//! and is the caller's.

use std::collections::HashMap;

use kernel::{
    Actor, NewEvent, OrganCode,
    id::{DutyId, EvidenceId},
    time,
};
use serde_json::json;
use store::{Db, Executor, FromRow, Tx, query, query_as};
use web::Refusal;

use crate::events;

/// What came of looking.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Check {
    pub evidence: EvidenceId,
    pub checked_at: String,
    pub outcome: String,
    pub detail: String,
}

impl Check {
    /// Whether the page opened.
    pub fn opened(&self) -> bool {
        self.outcome == "opened"
    }

    /// Whether the other site says that there is no such page, or it is none that the public can reach.
    pub fn refuses(&self) -> bool {
        matches!(self.outcome.as_str(), "gone" | "inside")
    }

    /// For the person who decides.
    pub fn words(&self) -> String {
        let at = time::show_minute(&self.checked_at);
        match self.outcome.as_str() {
            "opened" => format!("网址可以打开，{at} 检查"),
            "gone" => format!("网址打不开：{}，{at} 检查", self.detail),
            "inside" => format!("网址公众打不开：{}，{at} 检查", self.detail),
            "answered" => format!("对方网站没有给出页面（状态 {}），请点开核对，{at} 检查", self.detail),
            _ => format!("没有检查成：{}。请点开核对，{at} 检查", self.detail),
        }
    }
}

/// What there is to look at: the address of a piece that was not taken back. `None` for what this site has published.
pub async fn address(db: &Db, evidence: &EvidenceId) -> store::Result<Option<String>> {
    store::query_scalar("SELECT url FROM evidence WHERE id = $1 AND subject_id = '' AND withdrawn_at = ''")
        .bind(evidence)
        .fetch_optional(db.read())
        .await
}

/// Keeps what came of looking: `opened`, `gone`, `answered`, `unreachable` or `inside`.
pub async fn keep(tx: &mut Tx, evidence: &EvidenceId, outcome: &str, detail: &str) -> store::Result<Check> {
    tx.lock(&format!("evidence_check:{evidence}")).await?;
    let before = kept(tx.conn(), evidence).await?;
    let check = Check {
        evidence: evidence.clone(),
        checked_at: tx.now(),
        outcome: outcome.to_owned(),
        detail: detail.to_owned(),
    };
    query(
        "INSERT INTO evidence_check (evidence, checked_at, outcome, detail) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (evidence) DO UPDATE SET checked_at = excluded.checked_at, outcome = excluded.outcome, detail = excluded.detail",
    )
    .bind(&check.evidence)
    .bind(&check.checked_at)
    .bind(&check.outcome)
    .bind(&check.detail)
    .execute(tx.conn())
    .await?;
    // It decides whether the evidence may be confirmed, so the log says when it changed.
    if before.is_none_or(|before| before.outcome != check.outcome) {
        let (duty, organ): (DutyId, OrganCode) =
            query_as("SELECT a.duty, a.organ FROM evidence e JOIN duty_share a ON a.id = e.share WHERE e.id = $1")
                .bind(evidence)
                .fetch_one(tx.conn())
                .await?;
        let data = json!({ "evidence": evidence, "outcome": check.outcome, "detail": check.detail });
        tx.append(NewEvent::new(&events::EVIDENCE_LOOKED, &duty, &Actor::System).organ(&organ).data(data)).await?;
    }
    Ok(check)
}

async fn kept<'e>(executor: impl Executor<'e>, evidence: &EvidenceId) -> store::Result<Option<Check>> {
    query_as("SELECT evidence, checked_at, outcome, detail FROM evidence_check WHERE evidence = $1")
        .bind(evidence)
        .fetch_optional(executor)
        .await
}

/// What came of looking at the evidence of a duty, by piece.
pub async fn of_duty(db: &Db, duty: &DutyId) -> store::Result<HashMap<EvidenceId, Check>> {
    let rows: Vec<Check> = query_as(
        "SELECT c.evidence, c.checked_at, c.outcome, c.detail FROM evidence_check c JOIN evidence e ON e.id = c.evidence \
         JOIN duty_share a ON a.id = e.share WHERE a.duty = $1",
    )
    .bind(duty)
    .fetch_all(db.read())
    .await?;
    Ok(rows.into_iter().map(|row| (row.evidence.clone(), row)).collect())
}

/// Refuses a confirmation of what nobody has looked at yet, and of what the other site says does not exist.
pub(crate) async fn may_confirm(tx: &mut Tx, evidence: &EvidenceId) -> Result<(), Refusal> {
    let Some(check) = kept(tx.conn(), evidence).await? else {
        let text = "没有确认：网址还在检查。请稍后刷新任务页，或在任务页点“重新检查”，看到结果后再确认。";
        return Err(Refusal::Conflict(text.into()));
    };
    if check.refuses() {
        return Err(Refusal::Conflict(format!(
            "没有确认。{}。请退回并请报送单位换一个网址；如果已经恢复，请先点“重新检查”。",
            check.words()
        )));
    }
    Ok(())
}
