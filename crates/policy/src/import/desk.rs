//! On the work list of those who write: batches with files that nobody has looked at, or whose submission was refused, one line for a
//! batch.

use document::{House, Kinds};
use futures::future::BoxFuture;
use kernel::{Actor, Staff, may_for, time};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, Group},
};

use super::rows::{self, Waits};

/// Batches that are told of at a time: the newest.
const MOST: i64 = 20;

/// How many wait for what.
fn in_words(waits: Waits) -> String {
    let counts = [(waits.doubtful, "待核对"), (waits.refused, "送审未成")];
    let told = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(" {count} 件{what}"));
    told.collect::<Vec<_>>().join("，")
}

/// Declared as a source of the work list.
pub(super) struct Batches;

impl DeskSource for Batches {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let own = (!staff.central).then(|| House::of(ctx, "").kept_by(&staff.organ));
            let (actor, kinds, directory) = (Actor::from(staff.clone()), Kinds::of(ctx), ctx.directory());
            let mut items = Vec::new();
            for (batch, waits) in rows::waiting(ctx.db(), own.as_deref(), MOST).await? {
                let may = kinds.get(&batch.kind).is_some_and(|kind| may_for(&actor, kind.write, &batch.organ).is_ok());
                if !may {
                    continue;
                }
                items.push(DeskItem {
                    kind: "导入核对".to_owned(),
                    group: Group::DRAFT,
                    title: format!("{}：导入的文件{}", batch.source, in_words(waits)),
                    href: format!(
                        "/imports/{}?show={}",
                        batch.id,
                        if waits.doubtful > 0 { "doubtful" } else { "refused" }
                    ),
                    organ: directory.short_name(&batch.organ).to_owned(),
                    since: time::from_db(&batch.started_at).map(time::date_in_china),
                    due: None,
                    mine: false,
                });
            }
            Ok(items)
        })
    }

    fn counts<'a>(&'a self, _: &'a Ctx, _: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}
