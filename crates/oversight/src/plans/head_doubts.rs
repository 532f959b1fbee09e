//! What of a plan's head looks wrong beside what is there already, judged as the head of a document is: a number that another
//! text bears, a day of signing that is still to come. Told to the clerk and the reviewer; issuing it wants a reason.

use std::sync::Arc;

use doc_number::Form;
use jiff::civil::Date;
use store::{Executor, FromRow, Result, query_as};
use web::{Ctx, hooks::PublicDocuments};

use super::tree::PlanRow;

/// A number in the form that it should have, so that other brackets make no other number.
pub(super) fn written(typed: &str) -> String {
    match doc_number::form(typed) {
        Form::Meant(right) => right,
        Form::Right | Form::Unclear => typed.trim().to_owned(),
    }
}

#[derive(FromRow)]
struct Bearer {
    title: String,
    document_number: String,
}

/// Titles without what differs between a plan and the notice that hands it on.
fn bare(title: &str) -> String {
    title.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether two titles are of one text: 关于印发《…工作要点》的通知 hands on the plan that it names.
fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (bare(a), bare(b));
    !a.is_empty() && !b.is_empty() && (a.contains(&b) || b.contains(&a))
}

/// What must be answered before the plan is issued, in sentences.
///
/// # Errors
/// When the database fails.
pub(super) async fn of<'e>(ctx: &Ctx, executor: impl Executor<'e>, plan: &PlanRow) -> Result<Vec<String>> {
    let (mut doubts, today) = (Vec::new(), ctx.today());
    if let Ok(day) = plan.issued_on.parse::<Date>()
        && day > today
    {
        doubts.push(format!("成文日期 {day} 还没有到（今天是 {today}）。"));
    }
    let number = written(&plan.document_number);
    if number.is_empty() {
        return Ok(doubts);
    }
    let mut target = executor.target();
    let plans: Vec<Bearer> = query_as(
        "SELECT title, document_number FROM plan WHERE id <> $1 AND document_number <> '' \
         AND (state = 'confirmed' OR (state = 'superseded' AND revoked_at = '')) ORDER BY confirmed_at DESC, id",
    )
    .bind(&plan.id)
    .fetch_all(target.again())
    .await?;
    if let Some(other) = plans.iter().find(|other| written(&other.document_number) == number) {
        doubts.push(format!("发文字号“{number}”已用于已下达的“{}”。", other.title));
    }
    let texts = ctx.one::<Arc<dyn PublicDocuments>>().bearing(target, &number).await?;
    if let Some(title) = texts.iter().find(|title| !is_same(title, &plan.title)) {
        doubts.push(format!("发文字号“{number}”已用于已公开的《{title}》。"));
    }
    Ok(doubts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_in_other_brackets_and_a_notice_hands_on_its_plan() {
        for typed in ["青禾府办发[2026]11号", "青禾府办发（２０２６）11号", " 青禾府办发〔2026〕 11号"]
        {
            assert_eq!(written(typed), "青禾府办发〔2026〕11号", "{typed}");
        }
        assert!(is_same("关于印发《青禾县2026年政务公开工作要点》的通知", "青禾县2026年政务公开工作要点"));
        assert!(!is_same("青禾县重污染天气应急预案", "青禾县2026年政务公开工作要点"));
        assert!(!is_same("", "青禾县2026年政务公开工作要点"));
    }
}
