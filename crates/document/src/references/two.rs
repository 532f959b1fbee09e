//! Whether one person is enough. A text has passed its gates, so one person may confirm what it says. What no text says would end
//! or change a law on one person's word: it takes another one.

use kernel::{Actor, id::DocumentId};
use store::{Tx, query};
use web::Refusal;

use super::{CONFIRMED, Decision, FOUND, ReferenceId, ReferenceRow, basis};
use crate::{common::DOCUMENT_NUMBER, error::Result, number, rows, words};

/// A shorter title says too little.
const TELLING: usize = 6;

/// What becomes of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It holds.
    Decided,
    /// It is kept, and waits for another person.
    Proposed,
}

/// Whether it does anything to another document of the library that a person alone must not do.
pub(super) fn is_weighty(actor: &Actor, wanted: &Decision) -> bool {
    // The program says what a public document has decided.
    wanted.verb.acts() && wanted.to.is_some() && !matches!(actor, Actor::System)
}

/// What becomes of a decision on something found or proposed.
pub(super) async fn step(tx: &mut Tx, actor: &Actor, row: &ReferenceRow, wanted: &Decision) -> Result<Step> {
    if !is_weighty(actor, wanted) || says_so(tx, row, wanted).await? {
        return Ok(Step::Decided);
    }
    let same = is_same(row, wanted);
    if row.state == CONFIRMED && same {
        return Ok(Step::Decided);
    }
    if row.state != FOUND {
        let text = "正文没有这样写，已经认定或者否定过的不能改成这样。请否定这一条，再“补充一条”，由另一人认定。";
        return Err(Refusal::field("verb", text));
    }
    match (same && !row.decided_by.is_empty(), row.decided_by == actor.log_id()) {
        (true, true) => Err(Refusal::field("verb", "这一条是您提出的，正文没有写明，须由另一人认定。")),
        (true, false) => Ok(Step::Decided),
        (false, _) => Ok(Step::Proposed),
    }
}

/// Whether it is what was proposed or decided before.
fn is_same(row: &ReferenceRow, wanted: &Decision) -> bool {
    row.does() == wanted.verb
        && wanted.to.as_ref() == Some(&row.to_document)
        && row.articles == wanted.articles
        && row.effective_on == wanted.effective_on
}

/// Whether what was found in a text says this: of this document, of no more of it, and not something else.
async fn says_so(tx: &mut Tx, row: &ReferenceRow, wanted: &Decision) -> Result<bool> {
    let Some(to) = &wanted.to else { return Ok(true) };
    let verb = row.does() == wanted.verb || (row.does().ends() && wanted.verb.ends());
    let whole = row.articles.is_empty() || row.articles == wanted.articles;
    if !matches!(row.basis.as_str(), basis::TEXT | basis::OTHER) || !verb || !whole {
        return Ok(false);
    }
    Ok(row.to_document == *to || bears_the_name(tx, row, to).await?)
}

/// Whether a document is called as the text calls it.
async fn bears_the_name(tx: &mut Tx, row: &ReferenceRow, to: &DocumentId) -> Result<bool> {
    let Some(other) = rows::document(tx.conn(), to).await? else { return Ok(false) };
    let values = rows::values(tx.conn(), &other.current_edition).await?;
    let own = number::spellings(values.get(&DOCUMENT_NUMBER));
    let numbered = !row.to_number.is_empty() && own.contains(&row.to_number);
    let wanted = words::normal(&row.to_title);
    let title = words::normal(&other.title);
    // A short name says too little to be found within another one.
    let titled = title == wanted || (wanted.chars().count() >= TELLING && title.contains(&wanted));
    Ok(numbered || titled)
}

/// Whether a name that a person enters is that of the document that is meant.
pub(super) async fn is_named(tx: &mut Tx, name: &str, to: &DocumentId) -> Result<bool> {
    let Some(other) = rows::document(tx.conn(), to).await? else { return Ok(false) };
    let values = rows::values(tx.conn(), &other.current_edition).await?;
    let bare = |text: &str| -> String {
        words::normal(text).chars().filter(|c| !c.is_whitespace() && !matches!(c, '《' | '》')).collect()
    };
    // With its number behind it, as texts name it.
    let (name, title, number) = (bare(name), bare(&other.title), bare(values.get(&DOCUMENT_NUMBER)));
    let titled = (!name.is_empty() && title.contains(&name)) || (!title.is_empty() && name.contains(&title));
    Ok(titled || (!number.is_empty() && name.contains(&number)))
}

/// Keeps a proposal until another person has looked at it.
pub(super) async fn propose(
    tx: &mut Tx,
    id: &ReferenceId,
    actor: &Actor,
    (wanted, reason): (&Decision, &str),
) -> Result<()> {
    query(
        "UPDATE document_reference SET verb = $2, to_document = $3, articles = $4, effective_on = $5, reason = $6, \
         basis = CASE WHEN basis = 'title' THEN 'title' ELSE 'hand' END, \
         decided_by = $7, decided_name = $8, decided_at = $9, version = version + 1 WHERE id = $1",
    )
    .bind(id)
    .bind(wanted.verb.code())
    .bind(wanted.to.clone())
    .bind(&wanted.articles)
    .bind(&wanted.effective_on)
    .bind(reason)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{super::Verb, *};

    #[test]
    fn only_what_changes_a_law_takes_two() {
        let decision = |verb, to: Option<&str>| Decision {
            verb,
            to: to.map(DocumentId::from),
            articles: String::new(),
            effective_on: String::new(),
        };
        let weighty = |verb, to| is_weighty(&Actor::Visitor, &decision(verb, to));
        assert!(weighty(Verb::Repeals, Some("a")) && weighty(Verb::Amends, Some("a")));
        assert!(!weighty(Verb::Repeals, None) && !weighty(Verb::BasedOn, Some("a")));
        assert!(!is_weighty(&Actor::System, &decision(Verb::Repeals, Some("a"))));
    }
}
