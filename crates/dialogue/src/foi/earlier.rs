//! 重复申请 (条例 Art. 36 (六)): who is told that the same was answered before is told of an answer that stands, given to them.

use ::foi::{Facts, Outcome, remedy::Ended};
use case::{Entry, known::Tie, letters};
use jiff::civil::Date;
use store::{Tx, query_scalar};
use web::{Ctx, Refusal};

use super::{
    kind::{FOI, KEY, VOIDED},
    letters::{Typed, of},
    past,
};

/// The 条例 is in force from this day: nobody was answered under it before.
const FROM: Date = Date::constant(2008, 5, 1);
/// Requests of one applicant that are looked at, the newest first.
const LOOKED_AT: usize = 200;
/// Answers that are named to choose from.
const NAMED: usize = 5;

/// An answer of the organ to the same applicant.
#[derive(Debug)]
struct Answered {
    /// Of the letter where the platform has it, and of the request: by either it may be named.
    numbers: Vec<String>,
    on: String,
    /// A review or a court has held it to be wrong.
    is_annulled: bool,
}

impl Answered {
    fn is_named_in(&self, text: &str) -> bool {
        self.numbers.iter().any(|number| text.contains(&plain(number)))
    }
}

/// Without blanks, and with brackets of one kind: 依申请答复[2026]3号 is 依申请答复〔2026〕3号.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '[' | '［' | '【' | '(' | '（' => '〔',
            ']' | '］' | '】' | ')' | '）' => '〕',
            _ => c,
        })
        .collect()
}

/// The year of a number that stands in the text.
fn year_of(text: &str) -> Option<i64> {
    let (_, rest) = text.split_once('〔')?;
    rest.split_once('〕')?.0.parse().ok()
}

/// Whether the last answer was held to be wrong, or a new one is owed.
fn is_annulled(facts: &Facts) -> bool {
    let Some(reply) = facts.last_reply() else { return false };
    let corrected = facts.proceedings.iter().any(|one| {
        one.filed >= reply.on && one.decided.is_some_and(|(_, finding)| finding.ended() == Ended::Corrected)
    });
    corrected || facts.open_order().is_some()
}

/// What the organ has answered to the applicant of this case before; `None` where there is nothing to know the applicant by.
async fn answered(ctx: &Ctx, tx: &mut Tx, entry: &Entry) -> Result<Option<Vec<Answered>>, Refusal> {
    let known = case::known::requests(ctx, tx.conn(), entry, FROM, VOIDED).await?;
    if !known.comparable {
        return Ok(None);
    }
    let organs = ctx.directory().answered_by(&case::keeper(ctx, &entry.organ), ctx.today());
    let fits =
        |one: &&case::known::Request| one.id != entry.id && one.tie != Tie::Contact && organs.contains(&one.organ);
    let before: Vec<case::known::Request> = known.requests.iter().filter(fits).take(LOOKED_AT).cloned().collect();
    let mut all = Vec::new();
    for request in before {
        let Some(found) = case::entry(tx.conn(), &request.id).await? else { continue };
        let past = case::history(ctx, tx.conn(), &found).await?;
        let timeline = past::timeline(&found, &past);
        let facts = timeline.facts();
        let Some(reply) = facts.last_reply() else { continue };
        let mut numbers = vec![found.registered(&FOI)];
        let sent = letters::of_case(ctx, tx.conn(), &found).await?;
        let sent = sent.iter().rev().find(|letter| letter.kind == "reply" && letter.state == "delivered");
        numbers.extend(sent.and_then(|letter| FOI.letter("reply").map(|what| letter.number(what))));
        numbers.retain(|number| !number.is_empty());
        numbers.reverse();
        all.push(Answered { numbers, on: reply.on.to_string(), is_annulled: is_annulled(facts) });
    }
    Ok(Some(all))
}

/// The year of the organ's first request that is on the platform.
async fn first_year(tx: &mut Tx, entry: &Entry) -> Result<i64, Refusal> {
    let year: Option<i64> = query_scalar("SELECT MIN(year) FROM case_entry WHERE kind = $1 AND organ = $2")
        .bind(KEY)
        .bind(&entry.organ)
        .fetch_one(tx.conn())
        .await?;
    Ok(year.unwrap_or(i64::MAX))
}

/// Why an answer that names an earlier one (`named`) may not.
fn wrong(named: &str, answered: &[Answered]) -> Option<String> {
    match answered.iter().find(|one| one.is_named_in(named)) {
        Some(one) if one.is_annulled => {
            Some(format!("{}已被复议决定或者判决纠正，不能以它为由不予重复处理。", one.numbers.join("、")))
        }
        Some(_) => None,
        None => {
            let standing = answered.iter().filter(|one| !one.is_annulled).take(NAMED);
            let choices: Vec<String> = standing.map(|one| format!("{}，{}", one.numbers.join(" / "), one.on)).collect();
            Some(if choices.is_empty() {
                "登记簿里没有答复过这个申请人的其他申请，不能按重复申请处理。".to_owned()
            } else {
                format!("不是对这个申请人的答复。答复过这个申请人的：{}。请写其中的文号。", choices.join("；"))
            })
        }
    }
}

/// Holds the earlier answer of which a letter tells against the register.
///
/// # Errors
/// [`Refusal::Fields`] (`earlier`) for one to somebody else, one that does not stand any more, and one that is not there. Nothing
/// is said of an applicant who is known by nothing, nor of answers older than the organ's register here.
pub(super) async fn held(ctx: &Ctx, tx: &mut Tx, entry: &Entry, typed: &Typed) -> Result<(), Refusal> {
    if of(typed, "outcome") != Outcome::Repeated.code() {
        return Ok(());
    }
    let named = plain(of(typed, "earlier"));
    let Some(answered) = answered(ctx, tx, entry).await? else { return Ok(()) };
    let Some(why) = wrong(&named, &answered) else { return Ok(()) };
    let is_older = match year_of(&named) {
        Some(year) => year < first_year(tx, entry).await?,
        None => false,
    };
    if is_older { Ok(()) } else { Err(Refusal::field("earlier", why)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(number: &str, is_annulled: bool) -> Answered {
        Answered { numbers: vec![number.to_owned()], on: "2026-03-05".to_owned(), is_annulled }
    }

    #[test]
    fn an_earlier_answer_is_the_applicants_own_and_stands() {
        let known = [answer("依申请答复〔2026〕3号", false), answer("依申请答复〔2026〕4号", true)];
        let wrong = |text: &str| wrong(&plain(text), &known);
        assert_eq!(wrong("依申请答复 [2026] 3 号，2026-03-05"), None);
        assert!(wrong("依申请答复〔2026〕13号").is_some_and(|why| why.contains("依申请答复〔2026〕3号，2026-03-05")));
        assert!(wrong("依申请答复〔2026〕4号").is_some_and(|why| why.contains("纠正")));
        assert!(super::wrong("依申请答复〔2026〕3号", &[]).is_some_and(|why| why.contains("没有答复过")));
    }

    #[test]
    fn the_year_of_a_number_is_read() {
        assert_eq!(year_of(&plain("依申请答复［2019］ 3号")), Some(2019));
        assert_eq!(year_of("3号"), None);
    }
}
