//! Looking whether an address of another site that was given as evidence can be opened: by a job after it was handed in, and
//! again when somebody asks.

use egress::Seen;
use kernel::id::EvidenceId;
use serde::{Deserialize, Serialize};
use store::jobs::{Failure, Handlers};
use web::{Ctx, Result};

use crate::{
    checks::{self, Check},
    settings::Duties,
};

/// Kind of the job that looks once.
pub const LOOK: &str = "duty.look";

/// Payload of [`LOOK`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Look {
    /// The piece of evidence.
    pub evidence: EvidenceId,
}

/// Handlers of this job.
pub(crate) fn handlers(ctx: &Ctx) -> Handlers {
    let ctx = ctx.clone();
    Handlers::default().with(LOOK, "检查佐证网址能否打开", move |look: Look| {
        let ctx = ctx.clone();
        // A site that does not answer is an answer for the person who decides, no reason to try all day.
        async move { run(&ctx, &look.evidence).await.map(drop).map_err(|error| Failure::Retry(format!("{error:?}"))) }
    })
}

/// Looks at the address of a piece of evidence and keeps what came of it. `None` when there is nothing to ask: evidence of
/// this site, taken back, or the configuration says not to.
pub async fn run(ctx: &Ctx, evidence: &EvidenceId) -> Result<Option<Check>> {
    let duties = ctx.settings::<Duties>();
    let url = checks::address(ctx.db(), evidence).await?.filter(|_| duties.check_addresses);
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
    let check = checks::keep(&mut tx, evidence, outcome, &detail).await?;
    tx.commit().await?;
    Ok(Some(check))
}
