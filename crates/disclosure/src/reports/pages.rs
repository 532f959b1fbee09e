//! The yearly reports of all organs, in one list.

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    columns::{Tree, YEARLY_REPORT},
    guide::{self, Asked, Guide, GuideList},
    page::Link,
    public::Filter,
};
use web::{Ctx, PortalShell, Query, Reader, Result, filters, page::portal_page};

use super::{REPORT, figures};

/// Reports whose figures stand above the list.
const SHOWN: usize = 6;

#[derive(Template)]
#[template(path = "reports/templates/reports.html")]
struct Page {
    shell: PortalShell,
    list: GuideList,
    /// The newest figures: name, address, since when.
    figures: Vec<(String, String, String)>,
}

/// `GET /reports`
pub(super) async fn reports(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let tree = Tree::load(ctx.db()).await?;
    let column = tree.for_purpose(&YEARLY_REPORT);
    let filter = match column {
        Some(column) => Filter { columns: tree.below(&column.slug), ..Filter::default() },
        None => Filter::kinds(&[&REPORT]),
    };
    let about = Guide {
        heading: "政府信息公开年报",
        lead: "县政府部门每年 1 月 31 日前、县政府每年 3 月 31 日前公布上一年度的政府信息公开工作年度报告（条例第四十九条）。",
        door: "openness",
        listed: "各机关年报",
        filter,
        columns: column.map(|column| Link::column(&tree, column)).into_iter().collect(),
        told: &[],
    };
    let (shell, list) = guide::guide(&ctx, &reader, &asked, about).await?;
    let figures = figures::newest(&ctx, SHOWN).await?;
    portal_page(&Page { shell, list, figures })
}
