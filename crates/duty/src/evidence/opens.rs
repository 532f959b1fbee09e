//! Whether an address of another site that was given as evidence can be opened: looked at by a job after it was handed in, and
//! again when somebody asks. Who confirms sees what came of it; what the other site says does not exist cannot be confirmed.

use std::collections::HashMap;

use egress::Seen;
use kernel::{
    Actor, NewEvent, OrganCode,
    id::{DutyId, EvidenceId},
    time,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Db, Executor, FromRow, Tx, jobs::Handlers, query, query_as, query_scalar};
use web::{Ctx, Refusal};

use super::LOOKED;
use crate::{notices::again, settings::Duties};

/// Kind of the job that looks once.
pub const LOOK: &str = "duty.look";

/// Payload of [`LOOK`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Look {
    /// Whose address is asked for.
    pub evidence: EvidenceId,
}

/// What came of looking.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Check {
    pub evidence: EvidenceId,
    /// Moment, stored form.
    pub checked_at: String,
    /// `opened`, `gone` (the other site has no such page), `answered` (with something else than a page), `unreachable` or
    /// `inside` (an address that the public cannot reach).
    pub outcome: String,
    /// The status or the reason, in words; empty when it opened.
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

/// Handlers of this job.
pub(crate) fn handlers(ctx: &Ctx) -> Handlers {
    let ctx = ctx.clone();
    Handlers::default().with(LOOK, "检查佐证网址能否打开", move |look: Look| {
        let ctx = ctx.clone();
        // A site that does not answer is an answer for the person who decides, no reason to try all day.
        async move { again(look_at(&ctx, &look.evidence).await.map(drop)) }
    })
}

/// Looks at the address of a piece of evidence and keeps what came of it. `None` when there is nothing to ask: evidence of
/// this site, taken back, or the configuration says not to.
pub async fn look_at(ctx: &Ctx, evidence: &EvidenceId) -> web::Result<Option<Check>> {
    let duties = ctx.settings::<Duties>();
    let url = address(ctx.db(), evidence).await?.filter(|_| duties.check_addresses);
    let Some(url) = url else { return Ok(None) };
    let (outcome, detail) = match egress::look(&url, &duties.check_allow).await {
        Seen::Opened => ("opened", String::new()),
        Seen::Gone(status) => ("gone", format!("对方网站说没有这个页面（{status}）")),
        // On a closed network every name is unknown: told, and left to the person who decides.
        Seen::NoSuchName => ("unreachable", "本机查不到这个域名，可能是网址写错，也可能是本机不能访问外网".to_owned()),
        Seen::Answered(status) => ("answered", status.to_string()),
        Seen::Unreachable(why) => ("unreachable", why),
        Seen::Inside(why) => ("inside", why),
    };
    let mut tx = ctx.db().write().await?;
    let check = keep(&mut tx, evidence, outcome, &detail).await?;
    tx.commit().await?;
    Ok(Some(check))
}

/// What there is to look at: the address of a piece that was not taken back. `None` for what this site has published.
pub async fn address(db: &Db, evidence: &EvidenceId) -> store::Result<Option<String>> {
    query_scalar("SELECT url FROM evidence WHERE id = $1 AND subject_id = '' AND withdrawn_at = ''")
        .bind(evidence)
        .fetch_optional(db.read())
        .await
}

/// Keeps what came of looking: [`Check::outcome`] and [`Check::detail`].
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
        tx.append(NewEvent::new(&LOOKED, &duty, &Actor::System).organ(&organ).data(data)).await?;
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
