//! Links of public texts that do not open, on the work list of those who can correct the texts.

use futures::future::BoxFuture;
use kernel::{Staff, may};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, Group},
};

use super::{WRITE_DOCUMENTS, settings::Links, store};

const GROUP: Group = Group { key: "links", label: "外部链接", place: 60 };

/// Dead links of the own organ; of all organs for the office.
pub(super) struct Dead;

async fn count(ctx: &Ctx, staff: &Staff) -> Result<i64> {
    if !ctx.settings::<Links>().check || may(&staff.clone().into(), &WRITE_DOCUMENTS).is_err() {
        return Ok(0);
    }
    let organs = if staff.central { Vec::new() } else { crate::house(ctx).kept_by(&staff.organ) };
    store::dead(ctx.db(), organs).await
}

impl DeskSource for Dead {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let many = count(ctx, staff).await?;
            if many == 0 {
                return Ok(Vec::new());
            }
            Ok(vec![DeskItem {
                kind: "外部链接".to_owned(),
                group: GROUP,
                title: format!("公开的文字里有 {many} 处链接打不开，请核对、更正"),
                href: "/links".to_owned(),
                organ: ctx.directory().short_name(&staff.organ).to_owned(),
                since: None,
                due: None,
                mine: false,
            }])
        })
    }

    fn counts<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async move { Ok(vec![("/links", count(ctx, staff).await?)]) })
    }
}
