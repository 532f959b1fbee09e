//! What the machine declares: its tables, events, permissions, jobs, and what it does by itself. Pages are declared by
//! the contexts,
//! items by [`crate::items`].

use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::civil::time as at;
use kernel::{EventKind, OrganCode};
use store::{Entry, Every, Schedule, jobs::Handlers, query_scalar};
use web::{
    Capability, Ctx,
    hooks::{Proof, Publishes, Taking, Touched},
};

use crate::{
    MIGRATIONS, demo, desk, events, gates, import, permissions, proof, publish, retention, sealed,
    state::{BatchState, Reason, State, Way, What},
};

/// After this a record is not on the portal any more; after this it is again.
const LEAVES: &[&EventKind] = &[&events::WITHDRAWN];
const STANDS: &[&EventKind] = &[&events::RESTORED];

/// What this crate brings into the program.
pub fn capability() -> Capability {
    let touched: Arc<dyn Touched> = Arc::new(Open);
    let proof: Arc<dyn Proof> = Arc::new(proof::Rows);
    let taking: Arc<dyn Taking> = Arc::new(Tables);
    Capability::new("record", "领域数据")
        .permissions(&permissions::ALL)
        .events(&events::all())
        .subject(events::BATCH, "领域数据批次")
        .subject(events::RECORD, "记录")
        .titled("SELECT id, title FROM record_batch WHERE id")
        .words(words)
        .desk(Arc::new(desk::Work))
        .jobs(jobs)
        .schedule(schedule)
        .migrations(MIGRATIONS)
        .demo(demo::scenes)
        .declare(gates::kind())
        .declare(sealed::batches())
        .declare(sealed::withdrawals())
        .declare(touched)
        .declare(proof)
        .declare(taking)
        .declare(Publishes { subject: events::RECORD, leaves: LEAVES, stands: STANDS })
}

/// Codes of the machine as people call them.
fn words(field: &str, code: &str) -> Option<String> {
    let word = match field {
        "way" => Way::from_code(code).map(Way::label),
        "what" => What::from_code(code).map(What::label),
        "why" => Reason::from_code(code).map(Reason::label),
        "record_state" => State::from_code(code).map(State::label),
        "batch_state" => BatchState::from_code(code).map(BatchState::label),
        "verdict" => match code {
            "kept" => Some("保留"),
            "left" => Some("不录入"),
            _ => None,
        },
        "turn" => match code {
            "added" => Some("增加一行"),
            "changed" => Some("修改一行"),
            "removed" => Some("删除一行"),
            "settled" => Some("核定一行"),
            _ => None,
        },
        _ => None,
    };
    word.map(str::to_owned)
}

fn jobs(ctx: &Ctx) -> Handlers {
    let (publishes, imports, relays) = (ctx.clone(), ctx.clone(), ctx.clone());
    let publish = move |payload: publish::Publish, handle| publish::run(publishes.clone(), payload, handle);
    let import = move |payload: import::Work, handle| import::work(imports.clone(), payload, handle);
    let relay = move |payload: publish::Relay, handle| publish::relay_all(relays.clone(), payload, handle);
    Handlers::default()
        .long(publish::PUBLISH, "公开大批数据", publish)
        .long(import::IMPORT, "导入数据表格", import)
        .limit(import::IMPORT, 2)
        .long(publish::RELAY, "重建领域数据的查询", relay)
}

fn schedule(ctx: &Ctx) -> Schedule {
    let (expires, clears) = (ctx.clone(), ctx.clone());
    let expire = Entry::new("record.expire", "删除公示期满的数据", Every::Daily(at(0, 40, 0, 0)), move || {
        let ctx = expires.clone();
        async move {
            let rows = retention::expire(&ctx).await.map_err(web::Error::from)?;
            if rows > 0 {
                tracing::info!(rows, "records whose time is over were erased");
            }
            Ok(())
        }
    });
    let clear = Entry::new("record.clear", "清理没有完成的导入", Every::Daily(at(3, 20, 0, 0)), move || {
        let ctx = clears.clone();
        async move {
            import::clear_loads(&ctx).await?;
            import::clear_imports(&ctx).await?;
            Ok(())
        }
    });
    Schedule::default().with(expire).with(clear)
}

/// The tables of the catalogue, of which programs send records.
struct Tables;

impl Taking for Tables {
    fn items<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, web::Result<Vec<(String, String)>>> {
        Box::pin(async move {
            let all = crate::items::all(ctx).await?;
            let tables = all.iter().filter(|item| item.is_table());
            Ok(tables.map(|item| (item.key.to_string(), item.title.clone())).collect())
        })
    }
}

/// Batches of an organ that are not public, told before a reform.
struct Open;

impl Touched for Open {
    fn counts<'a>(
        &'a self,
        ctx: &'a Ctx,
        organ: &'a OrganCode,
    ) -> BoxFuture<'a, web::Result<Vec<(&'static str, i64)>>> {
        Box::pin(async move {
            let mut open = 0;
            for one in ctx.directory().answered_by(organ, ctx.today()) {
                open += query_scalar::<i64>(
                    "SELECT COUNT(*) FROM record_batch WHERE organ = $1 AND state IN ('draft', 'returned', 'in_review')",
                )
                .bind(&one)
                .fetch_one(ctx.db().read())
                .await?;
            }
            Ok(vec![("没有公开的数据批次", open)])
        })
    }
}
