//! What the machine declares: its tables, events, permissions, and what it does by itself. Kinds and pages are declared by the
//! contexts.

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::OrganCode;
use store::{Entry, Every, Schedule};
use web::{Capability, Ctx, hooks::Touched};

use crate::{
    MIGRATIONS, clocks, events, known, letters, party::PartyRole, permissions, queue, register::Channel, sealed,
};

/// What this crate brings into the program.
pub fn capability() -> Capability {
    let touched: Arc<dyn Touched> = Arc::new(Running);
    Capability::new("case", "办件")
        .permissions(&permissions::ALL)
        .events(&events::ALL)
        .subject(events::SUBJECT, "办件")
        .titled("SELECT id, number FROM case_entry WHERE id")
        .words(words)
        .schedule(schedule)
        .migrations(MIGRATIONS)
        .declare(sealed::cases())
        .declare(touched)
}

/// Codes of the machine as people call them.
fn words(field: &str, code: &str) -> Option<String> {
    let word = match field {
        "channel" => Channel::from_code(code).map(Channel::label),
        "role" => PartyRole::from_code(code).map(PartyRole::label),
        "way" => letters::WAYS.iter().find(|(known, _)| *known == code).map(|(_, label)| *label),
        "turn" => match code {
            "drafted" => Some("拟写"),
            "revised" => Some("修改"),
            "signed" => Some("签发"),
            "returned" => Some("退回"),
            "delivered" => Some("送达"),
            "dropped" => Some("作废"),
            "file_put" => Some("附上附件"),
            "file_taken" => Some("取下附件"),
            _ => None,
        },
        "granted" | "consent" => match code {
            "yes" => Some("是"),
            "no" => Some("否"),
            _ => None,
        },
        "why" => match code {
            "rule" => Some("保存期满"),
            "asked" => Some("当事人要求"),
            _ => None,
        },
        "origin" => match code {
            "party" => Some("当事人"),
            "office" => Some("办理机关"),
            _ => None,
        },
        _ => None,
    };
    word.map(str::to_owned)
}

/// Clocks that stand while others are asked move on with every day. Looked at from the start on, so that a program that did not
/// run in the night, or was restored or set up just now, shows no day of yesterday.
fn schedule(ctx: &Ctx) -> Schedule {
    let (ctx, marks) = (ctx.clone(), ctx.clone());
    let recount = Entry::new("case.recount", "重算可能变动的办理期限", Every::Minutes(15), move || {
        let ctx = ctx.clone();
        async move {
            let counted = clocks::recount(&ctx).await?;
            if counted > 0 {
                tracing::info!(counted, "clocks of cases counted anew");
            }
            Ok(())
        }
    });
    let known = Entry::new("case.known", "识别同一申请人的旧办件", Every::Minutes(15), move || {
        let ctx = marks.clone();
        async move {
            let looked_at = known::catch_up(&ctx).await?;
            if looked_at > 0 {
                tracing::info!(looked_at, "cases of before are known by their applicants");
            }
            Ok(())
        }
    });
    Schedule::default().with(recount).with(known)
}

/// What of an organ is not answered yet, told before a reform.
struct Running;

impl Touched for Running {
    fn counts<'a>(
        &'a self,
        ctx: &'a Ctx,
        organ: &'a OrganCode,
    ) -> BoxFuture<'a, web::Result<Vec<(&'static str, i64)>>> {
        Box::pin(async move {
            let mut running = 0;
            for one in ctx.directory().answered_by(organ, ctx.today()) {
                running += queue::running(ctx.db(), &one).await?;
            }
            Ok(vec![("没有办结的办件", running)])
        })
    }
}
