//! An answer names a clause that is there, of a policy that its organ may speak for.

use document::{
    Whole,
    needs::{Need, Needs, Step},
    rows,
};
use futures::future::BoxFuture;
use store::Target;
use web::{Ctx, Refusal};

use super::{ANSWERS, QUESTION, basis::words_of, kind::CLAUSE};
use crate::interpretation::ordinals;

/// What the document machine asks.
pub(super) struct Founded;

/// The longest question, in characters: a reader takes it in at a glance.
const LONGEST: usize = 80;

fn need(field: &'static str, words: String) -> Need {
    Need { what: "政策问答", words, href: String::new(), field, missing: true }
}

async fn faults(ctx: &Ctx, mut at: Target<'_>, whole: &Whole) -> Result<Vec<Need>, Refusal> {
    let mut all = Vec::new();
    if whole.edition.title.chars().count() > LONGEST {
        let ask = format!("问题请写在 {LONGEST} 个字以内，例如 养老服务补贴每月什么时候发？");
        all.push(need("title", ask));
    }
    let Some(to) = whole.related(ANSWERS.key) else { return Ok(all) };
    let Some(policy) = rows::document(at.again(), to).await? else { return Ok(all) };
    let (directory, today) = (ctx.directory(), ctx.today());
    let own = directory.stands_for(&whole.document.organ, today);
    let fits = own == directory.stands_for(&policy.organ, today) || own == ctx.office_organ();
    if !fits && !whole.document.was_public() {
        let name = directory.short_name(&policy.organ);
        all.push(need(ANSWERS.key, format!("这份文件由{name}制定，请由{name}回答，或者请县政府办回答。")));
        return Ok(all);
    }
    let clause = whole.values.get(&CLAUSE);
    if clause.is_empty() {
        return Ok(all);
    }
    if ordinals(clause).len() != 1 {
        all.push(need(CLAUSE.key, "依据条款请写一条，例如 第三条；依据几条的，写最主要的一条。".to_owned()));
        return Ok(all);
    }
    let edition = match policy.public() {
        Some(public) => Some(public.clone()),
        None => rows::open_edition(at.again(), &policy.id).await?.map(|open| open.id),
    };
    if let Some(edition) = edition
        && words_of(at.again(), &edition, clause).await?.is_none()
    {
        all.push(need(CLAUSE.key, format!("所依据的文件里没有{clause}，请核对，例如 第三条。")));
    }
    Ok(all)
}

impl Needs for Founded {
    fn of<'a>(
        &'a self,
        ctx: &'a Ctx,
        at: Target<'a>,
        whole: &'a Whole,
        step: Step,
    ) -> BoxFuture<'a, Result<Vec<Need>, Refusal>> {
        Box::pin(async move {
            if whole.document.kind != QUESTION.key || step == Step::Publish {
                return Ok(Vec::new());
            }
            faults(ctx, at, whole).await
        })
    }
}
