//! What waits for a decision, on the work list of those who may decide.

use futures::future::BoxFuture;
use kernel::{
    Staff,
    id::{DocumentId, SubjectRef},
    may,
};
use web::{
    Ctx, Result,
    hooks::{Cited, Citing, DeskItem, DeskSource, Group},
};

use super::{
    CONFIRM_REFERENCES,
    rows::{house, said, waiting},
};

const GROUP: Group = Group { key: "references", label: "文件关系", place: 26 };

pub(super) struct Waiting;

async fn count(ctx: &Ctx, staff: &Staff) -> Result<i64> {
    if may(&staff.clone().into(), &CONFIRM_REFERENCES).is_err() {
        return Ok(0);
    }
    let organs = if staff.central { Vec::new() } else { house(ctx).kept_by(&staff.organ) };
    waiting(ctx.db(), &organs).await
}

impl DeskSource for Waiting {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let many = count(ctx, staff).await?;
            if many == 0 {
                return Ok(Vec::new());
            }
            Ok(vec![DeskItem {
                kind: "文件关系".to_owned(),
                group: GROUP,
                title: format!("认定文件关系：{many} 条，认定以前不公开、不起作用"),
                href: "/references?state=found".to_owned(),
                organ: ctx.directory().short_name(&staff.organ).to_owned(),
                since: None,
                due: None,
                mine: false,
            }])
        })
    }

    fn counts<'a>(&'a self, _: &'a Ctx, _: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        // All that was found would be counted for each page of the office: the number stands on the work list.
        Box::pin(std::future::ready(Ok(Vec::new())))
    }
}

/// What a document does to others, told to whoever withdraws it.
pub(super) struct Undone;

impl Citing for Undone {
    fn citing<'a>(&'a self, ctx: &'a Ctx, subject: &'a SubjectRef) -> BoxFuture<'a, Result<Vec<Cited>>> {
        Box::pin(async move {
            if subject.kind != "document" {
                return Ok(Vec::new());
            }
            let found = said(ctx.db(), &DocumentId::from(subject.id.as_str())).await?;
            let cited = found.into_iter().map(|one| Cited {
                what: "文件关系",
                label: format!("{}《{}》", one.does(), one.title),
                href: format!("/references/{}", one.id),
                then: "撤回后不再起作用，对方文件恢复原来的有效性".to_owned(),
            });
            Ok(cited.collect())
        })
    }
}
