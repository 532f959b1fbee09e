//! Looking whether an address of another site that was given as evidence can be opened: by a job after it was handed in, and
//! again when somebody asks. Who confirms sees what came of it; what the other site says does not exist cannot be confirmed.

use std::collections::HashMap;

use kernel::{Actor, NewEvent, OrganCode, time};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    Db, FromRow,
    jobs::{Failure, Handlers},
    query, query_as,
};
use web::{
    Ctx, Error, Result,
    egress::{self, Seen},
};

/// Kind of the job that looks once.
pub const LOOK: &str = "oversight.look";

/// Payload of [`LOOK`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Look {
    /// The piece of evidence.
    pub evidence: String,
}

/// What came of looking, the last time.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in 0007_evidence_check.sql")]
pub struct Check {
    pub evidence: String,
    pub checked_at: String,
    pub outcome: String,
    pub detail: String,
}

impl Check {
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
pub fn handlers(ctx: Ctx) -> Handlers {
    Handlers::default().with(LOOK, move |look: Look| {
        let ctx = ctx.clone();
        // A site that does not answer is an answer for the person who decides, no reason to try all day.
        async move { run(&ctx, &look.evidence).await.map(drop).map_err(|error| Failure::Retry(format!("{error:?}"))) }
    })
}

/// Looks at the address of a piece of evidence and keeps what came of it. `None` when there is nothing to ask: evidence of
/// this site, taken back, or the configuration says not to.
///
/// # Errors
/// When the database fails.
pub async fn run(ctx: &Ctx, evidence: &str) -> Result<Option<Check>> {
    let plans = &ctx.config().plans;
    let row: Option<(String, String, String)> =
        query_as("SELECT url, duty, organ FROM evidence WHERE id = $1 AND document = '' AND withdrawn_at = ''")
            .bind(evidence)
            .fetch_optional(ctx.db().read())
            .await?;
    let Some((url, duty, organ)) = row.filter(|_| plans.check_addresses) else { return Ok(None) };
    let (outcome, detail) = match egress::look(&url, &plans.check_allow).await {
        Seen::Opened => ("opened", String::new()),
        Seen::Gone(status) => ("gone", format!("对方网站说没有这个页面（{status}）")),
        // On a closed network every name is unknown: told, and left to the person who decides.
        Seen::NoSuchName => ("unreachable", "本机查不到这个域名，可能是网址写错，也可能是本机不能访问外网".to_owned()),
        Seen::Answered(status) => ("answered", status.to_string()),
        Seen::Unreachable(why) => ("unreachable", why),
        Seen::Inside(why) => ("inside", why),
    };
    let mut tx = ctx.db().write().await?;
    tx.lock(&format!("evidence_check:{evidence}")).await?;
    let before = kept(&mut tx, evidence).await?;
    let check = Check { evidence: evidence.to_owned(), checked_at: tx.now(), outcome: outcome.to_owned(), detail };
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
        let event = NewEvent::new("duty.evidence_looked", "duty", &duty, &Actor::System).organ(&OrganCode(organ));
        tx.append(event.data(json!({ "evidence": evidence, "outcome": check.outcome, "detail": check.detail })))
            .await?;
    }
    tx.commit().await?;
    Ok(Some(check))
}

async fn kept(tx: &mut store::Tx, evidence: &str) -> store::Result<Option<Check>> {
    Ok(query_as("SELECT evidence, checked_at, outcome, detail FROM evidence_check WHERE evidence = $1")
        .bind(evidence)
        .fetch_optional(tx.conn())
        .await?)
}

/// What came of looking at the evidence of a duty, by piece.
///
/// # Errors
/// When the database fails.
pub async fn of_duty(db: &Db, duty: &str) -> store::Result<HashMap<String, Check>> {
    let rows: Vec<Check> = query_as(
        "SELECT c.evidence, c.checked_at, c.outcome, c.detail FROM evidence_check c JOIN evidence e ON e.id = c.evidence \
         WHERE e.duty = $1",
    )
    .bind(duty)
    .fetch_all(db.read())
    .await?;
    Ok(rows.into_iter().map(|row| (row.evidence.clone(), row)).collect())
}

/// Refuses a confirmation of what nobody has looked at yet, and of what the other site says does not exist; not where the
/// configuration says that addresses are not looked at.
///
/// # Errors
/// [`Error::Conflict`] in words for the person who confirms.
pub(super) async fn may_confirm(ctx: &Ctx, tx: &mut store::Tx, evidence: &str) -> Result<()> {
    if !ctx.config().plans.check_addresses {
        return Ok(());
    }
    let Some(check) = kept(tx, evidence).await? else {
        return Err(Error::Conflict(
            "没有确认：网址还在检查。请稍后刷新任务页，或在任务页点“重新检查”，看到结果后再确认。".into(),
        ));
    };
    match Some(check).filter(Check::refuses) {
        Some(check) => Err(Error::Conflict(format!(
            "没有确认。{}。请退回并请报送单位换一个网址；如果已经恢复，请先点“重新检查”。",
            check.words()
        ))),
        None => Ok(()),
    }
}
