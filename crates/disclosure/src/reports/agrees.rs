//! What the chapters of a yearly report say in words against its figures: told to whoever writes and reviews the text. Ways of
//! counting differ, so that nothing is refused.

use annual_report::{model::Chapter, narrative, sheets::named_in};
use document::{
    Whole,
    needs::{Need, Needs, Step},
};
use futures::future::BoxFuture;
use store::Target;
use web::{Ctx, Refusal};

use super::{REPORT, chapters, rows};

/// Differences that are told one by one; the others are counted.
const TOLD: usize = 6;

/// What the document machine asks.
pub(super) struct Agreeing;

impl Needs for Agreeing {
    fn of<'a>(
        &'a self,
        ctx: &'a Ctx,
        at: Target<'a>,
        whole: &'a Whole,
        _: Step,
    ) -> BoxFuture<'a, Result<Vec<Need>, Refusal>> {
        Box::pin(async move {
            let title = &whole.edition.title;
            if whole.document.kind != REPORT.key || !title.contains("政府信息公开") {
                return Ok(Vec::new());
            }
            let Some(year) = named_in(title).year else { return Ok(Vec::new()) };
            told(ctx, at, whole, i64::from(year)).await
        })
    }
}

fn need(words: String, href: String) -> Need {
    Need { what: "年报数据", words, href, field: Need::LIST, missing: false }
}

async fn told(ctx: &Ctx, at: Target<'_>, whole: &Whole, year: i64) -> Result<Vec<Need>, Refusal> {
    let organ = &whole.document.organ;
    let (organ, scope) = if chapters::is_of_county(ctx, organ, &whole.edition.title) {
        (ctx.office_organ(), "county")
    } else {
        (organ.clone(), "own")
    };
    let Some(row) = rows::of(at, &organ, year, scope).await? else {
        let words = format!("{year} 年的三张表还没有填报。填报以后，这里核对正文与表格里的数字。");
        return Ok(vec![need(words, format!("/annual-reports?year={year}"))]);
    };
    let href = format!("/annual-reports/{}", row.id);
    let mut report = row.report(&ctx.directory());
    report.chapters = vec![Chapter { title: whole.edition.title.clone(), text: whole.text.body_text.clone() }];
    let differences = narrative::differences(&report);
    let more = differences.len().saturating_sub(TOLD);
    let mut all: Vec<Need> = differences.into_iter().take(TOLD).map(|one| need(one.message, href.clone())).collect();
    if more > 0 {
        all.push(need(format!("还有 {more} 处正文与表格不同，没有逐一列出。"), href.clone()));
    }
    if all.is_empty() {
        all.push(need("正文里的件数与三张表没有查出不同。".to_owned(), href));
    }
    Ok(all)
}
