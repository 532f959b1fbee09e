//! What a decision would do, told before it is made: how the other document stands now and how it would stand, and what makes one
//! doubt it.

use document::{
    Kinds,
    common::{self, EFFECTIVE_ON, LAPSED, REPEALED, VALIDITIES, VALIDITY},
    public,
    references::{self, Decision, Verb},
    rows::{self, DocumentRow},
    standing::{self, Does, Effect},
};
use jiff::civil::Date;
use kernel::time;
use web::{Ctx, Refusal};

/// What a page shows above the button.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// How the other document stands now and afterwards; empty = nothing changes.
    pub(super) words: String,
    /// Why it is doubtful; whoever decides so all the same says that it was looked at. Empty = no doubt.
    pub(super) doubt: String,
}

impl Told {
    /// What the form sends back, so that nobody confirms another thing than the page has told.
    pub(super) fn seen(&self) -> String {
        if self.words.is_empty() { "none".to_owned() } else { format!("{}{}", self.words, self.doubt) }
    }
}

fn label(code: &str) -> &'static str {
    VALIDITIES.iter().find(|(known, _)| *known == code).map_or("未标明", |(_, label)| label)
}

/// What the decision does to the other document, from which day on.
fn effect(wanted: &Decision, begins: &str, public_on: &str) -> Option<Effect> {
    let from = [wanted.effective_on.as_str(), begins, public_on].into_iter().find_map(time::parse_date)?;
    let does = match wanted.verb {
        Verb::Amends => Does::Amends,
        verb if verb.ends() && !wanted.articles.trim().is_empty() => Does::Amends,
        Verb::Ends => Does::Ends,
        verb if verb.ends() => Does::Repeals,
        _ => return None,
    };
    Some(Effect { does, from })
}

/// What is told of a decision before it is made.
///
/// # Errors
/// When the database fails.
pub(super) async fn told(ctx: &Ctx, from: &DocumentRow, wanted: &Decision) -> Result<Told, Refusal> {
    let Some(to) = wanted.to.as_ref().filter(|_| wanted.verb.acts()) else { return Ok(Told::default()) };
    let Some(other) = rows::document(ctx.db().read(), to).await? else { return Ok(Told::default()) };
    let own = rows::values(ctx.db().read(), &from.current_edition).await?;
    let Some(new) = effect(wanted, own.get(&EFFECTIVE_ON), &from.first_published_on) else {
        return Ok(Told::default());
    };
    let words = match other.public() {
        None => format!("《{}》现在没有公开，再公开以后才起作用。", other.title),
        Some(edition) => {
            let values = rows::values(ctx.db().read(), edition).await?;
            let before = references::effects_on(ctx.db().read(), to).await?;
            turn(&other.title, common::declared(&values), (before.as_slice(), new), ctx.today())
        }
    };
    let ids = [from.id.clone()];
    let listed = public::of_ids(ctx.db(), &Kinds::of(ctx), &ids).await?;
    let stands = listed.first().map(|one| one.values.get(&VALIDITY)).unwrap_or_default();
    let doubt = if matches!(stands, REPEALED | LAPSED) {
        format!(
            "这份文件自己现在是“{}”。请核对是不是反了：是对方{}这份文件的，请在下面否定。",
            label(stands),
            wanted.verb.label()
        )
    } else {
        String::new()
    };
    Ok(Told { words, doubt })
}

/// How a document stands before and after something more is done to it.
fn turn(title: &str, declared: standing::Declared<'_>, (before, new): (&[Effect], Effect), today: Date) -> String {
    let mut after = before.to_vec();
    if !after.contains(&new) {
        after.push(new);
    }
    let on =
        |effects: &[Effect], day: Date| label(standing::turned(declared, effects, day).unwrap_or(declared.validity));
    let (now, then) = (on(before, today), on(&after, today.max(new.from)));
    let from = new.from;
    match (now == then, from > today) {
        (true, _) => format!("《{title}》现在是“{now}”，认定后还是“{now}”，写明从 {from} 起、依据是这份文件。"),
        (false, true) => format!("《{title}》现在是“{now}”，认定后从 {from} 起是“{then}”。"),
        (false, false) => format!("《{title}》现在是“{now}”，认定后是“{then}”，从 {from} 起算。"),
    }
}

#[cfg(test)]
mod tests {
    use document::common::IN_FORCE;
    use jiff::civil::date;

    use super::*;

    #[test]
    fn it_is_told_how_a_document_stands_before_and_after() {
        let decision = |verb, articles: &str, effective_on: &str| Decision {
            verb,
            to: None,
            articles: articles.to_owned(),
            effective_on: effective_on.to_owned(),
        };
        let (begins, public_on, today) = ("2026-03-01", "2026-02-10", date(2026, 3, 2));
        let told = |validity: &str, wanted: &Decision| {
            let declared = standing::Declared { validity, ..standing::Declared::default() };
            let new = effect(wanted, begins, public_on).expect("it acts");
            turn("甲办法", declared, (&[][..], new), today)
        };
        let repeals = decision(Verb::Repeals, "", "");
        assert_eq!(told(IN_FORCE, &repeals), "《甲办法》现在是“有效”，认定后是“已废止”，从 2026-03-01 起算。");
        assert_eq!(
            told(REPEALED, &repeals),
            "《甲办法》现在是“已废止”，认定后还是“已废止”，写明从 2026-03-01 起、依据是这份文件。"
        );
        let later = decision(Verb::Repeals, "", "2026-04-01");
        assert_eq!(told(IN_FORCE, &later), "《甲办法》现在是“有效”，认定后从 2026-04-01 起是“已废止”。");
        let part = decision(Verb::Repeals, "第三条", "");
        assert_eq!(told(IN_FORCE, &part), "《甲办法》现在是“有效”，认定后是“已修改”，从 2026-03-01 起算。");
        assert_eq!(effect(&decision(Verb::BasedOn, "", ""), begins, public_on), None);
        assert_eq!(Told::default().seen(), "none");
    }
}
