//! What an answer rests on, and whether it is still what it was. An interpretation rests on the whole of its policy.

use document::{
    common::{EXPIRES_ON, LAPSED, REPEALED, VALIDITY, expired, on_day},
    references, rows,
};
use jiff::civil::Date;
use kernel::{
    OrganCode,
    id::{DocumentId, EditionId},
};
use store::{Executor, FromRow, Tx, query, query_as, query_scalar};
use web::Refusal;

use super::{ANSWERS, kind::CLAUSE};
use crate::interpretation::{INTERPRETATION, INTERPRETS, ordinals};

/// Why an answer is flagged: code and words, as readers and the office read them.
pub(super) const FLAGS: [(&str, &str); 5] = [
    ("changed", "所依据的条款已经修改"),
    ("gone", "所依据的条款已经删去"),
    ("withdrawn", "所依据的文件已经撤回"),
    ("lapsed", "所依据的文件已经失效"),
    ("repealed", "所依据的文件已经废止"),
];

/// Words for a flag; empty when there is none.
pub(super) fn flag_words(flag: &str) -> &'static str {
    FLAGS.iter().find(|(code, _)| *code == flag).map_or("", |(_, words)| *words)
}

/// The same of a document of this kind.
pub(super) fn flag_words_of(kind: &str, flag: &str) -> &'static str {
    match flag {
        "changed" if kind == INTERPRETATION.key => "所解读的文件已经修改",
        flag => flag_words(flag),
    }
}

/// Whether a document of this kind is flagged with this: an interpretation of what is no longer law need not be looked at, for the
/// page of its policy says so.
pub(super) fn concerns(kind: &str, flag: &str) -> bool {
    kind != INTERPRETATION.key || flag == "changed"
}

/// Codes in the data of the events.
pub(super) fn words(field: &str, code: &str) -> Option<String> {
    (field == "flag").then(|| flag_words(code).to_owned()).filter(|words| !words.is_empty())
}

/// A basis as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Basis {
    pub(super) document_id: DocumentId,
    pub(super) policy: DocumentId,
    pub(super) clause: String,
    pub(super) digest: String,
    pub(super) flag: String,
    pub(super) flagged_at: String,
}

/// A flagged answer for a list.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct FlaggedRow {
    pub(super) document_id: DocumentId,
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) organ: OrganCode,
    pub(super) policy: DocumentId,
    pub(super) policy_title: String,
    pub(super) clause: String,
    pub(super) flag: String,
    pub(super) flagged_at: String,
}

/// The basis of a question.
///
/// # Errors
/// When the database fails.
pub(super) async fn of(executor: impl Executor<'_>, question: &DocumentId) -> store::Result<Option<Basis>> {
    let sql = "SELECT document_id, policy, clause, digest, flag, flagged_at FROM question_basis WHERE document_id = $1";
    query_as(sql).bind(question).fetch_optional(executor).await
}

/// The questions that rest on a policy.
///
/// # Errors
/// When the database fails.
pub(super) async fn on_policy(executor: impl Executor<'_>, policy: &DocumentId) -> store::Result<Vec<Basis>> {
    let sql = "SELECT document_id, policy, clause, digest, flag, flagged_at FROM question_basis WHERE policy = $1 \
               ORDER BY document_id";
    query_as(sql).bind(policy).fetch_all(executor).await
}

/// Public answers that are flagged, of an organ or of all, the oldest flag first.
///
/// # Errors
/// When the database fails.
pub(super) async fn flagged(
    executor: impl Executor<'_>,
    organ: Option<&OrganCode>,
    limit: i64,
) -> store::Result<Vec<FlaggedRow>> {
    let sql = "SELECT b.document_id, d.kind, d.title, d.organ, b.policy, p.title AS policy_title, b.clause, b.flag, b.flagged_at \
               FROM question_basis b JOIN document d ON d.id = b.document_id JOIN document p ON p.id = b.policy \
               WHERE b.flag <> '' AND d.current_edition <> '' AND ($1 = '' OR d.organ = $1) \
               ORDER BY b.flagged_at, b.document_id LIMIT $2";
    let organ = organ.map(OrganCode::as_str).unwrap_or_default();
    query_as(sql).bind(organ).bind(limit).fetch_all(executor).await
}

#[derive(FromRow)]
struct Clause {
    number: String,
    text: String,
}

/// The words of a clause in an edition of the policy; of the policy as a whole without a clause. `None` = there is no such clause.
///
/// # Errors
/// When the database fails.
pub(super) async fn words_of(
    executor: impl Executor<'_>,
    edition: &EditionId,
    named: &str,
) -> Result<Option<String>, Refusal> {
    let mut target = executor.target();
    let Some(wanted) = ordinals(named).first().copied() else {
        return Ok(Some(rows::text(target.again(), edition).await?.body_text));
    };
    let sql = "SELECT number, text FROM article WHERE edition_id = $1 AND number <> '' ORDER BY place";
    let clauses: Vec<Clause> = query_as(sql).bind(edition).fetch_all(target.again()).await?;
    let found = clauses.into_iter().find(|one| ordinals(&one.number).first() == Some(&wanted));
    Ok(found.map(|one| one.text))
}

/// How the basis stands now: the flag, empty when nothing has changed.
pub(super) fn judged(policy: Option<(&document::Values, Option<&str>)>, digest: &str, today: Date) -> &'static str {
    let Some((values, words)) = policy else { return "withdrawn" };
    if values.get(&VALIDITY) == REPEALED {
        return "repealed";
    }
    if values.get(&VALIDITY) == LAPSED || (values.has(&EXPIRES_ON) && expired(values, today)) {
        return "lapsed";
    }
    match words {
        None => "gone",
        Some(words) if document::digest(words) != digest => "changed",
        Some(_) => "",
    }
}

/// How the basis of one question stands, asked of the rows of this write.
///
/// # Errors
/// When the database fails.
pub(super) async fn standing(tx: &mut Tx, basis: &Basis, today: Date) -> Result<&'static str, Refusal> {
    let policy = rows::document(tx.conn(), &basis.policy).await?;
    let Some(edition) = policy.as_ref().and_then(|policy| policy.public()) else {
        return Ok(judged(None, &basis.digest, today));
    };
    let mut values = rows::values(tx.conn(), edition).await?;
    // What other documents do to the policy counts like what it says of itself.
    let effects = references::effects_on(tx.conn(), &basis.policy).await?;
    on_day(&mut values, &effects, today);
    let words = words_of(tx.conn(), edition, &basis.clause).await?;
    Ok(judged(Some((&values, words.as_deref())), &basis.digest, today))
}

/// Notes on what a question or an interpretation rests that has just become public, by the policy as readers see it now.
///
/// # Errors
/// When the database fails.
pub(super) async fn note(tx: &mut Tx, question: &DocumentId) -> Result<(), Refusal> {
    let Some(row) = rows::document(tx.conn(), question).await? else { return Ok(()) };
    let Some(edition) = row.public() else { return forget(tx, question).await };
    let to: Option<DocumentId> = query_scalar(
        "SELECT to_document FROM relation WHERE from_document = $1 AND kind IN ($2, $3) ORDER BY place LIMIT 1",
    )
    .bind(question)
    .bind(ANSWERS.key)
    .bind(INTERPRETS.key)
    .fetch_optional(tx.conn())
    .await?;
    let Some(to) = to else { return forget(tx, question).await };
    let clause = rows::values(tx.conn(), edition).await?.get(&CLAUSE).to_owned();
    let policy = rows::document(tx.conn(), &to).await?;
    let words = match policy.as_ref().and_then(|policy| policy.public()) {
        Some(edition) => words_of(tx.conn(), edition, &clause).await?,
        None => None,
    };
    forget(tx, question).await?;
    query(
        "INSERT INTO question_basis (document_id, policy, clause, digest, flag, flagged_at) VALUES ($1, $2, $3, $4, '', '')",
    )
    .bind(question)
    .bind(&to)
    .bind(&clause)
    .bind(document::digest(&words.unwrap_or_default()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A question that nobody reads any more rests on nothing.
///
/// # Errors
/// When the database fails.
pub(super) async fn forget(tx: &mut Tx, question: &DocumentId) -> Result<(), Refusal> {
    query("DELETE FROM question_basis WHERE document_id = $1").bind(question).execute(tx.conn()).await?;
    Ok(())
}

/// Sets the flag, or takes it off.
///
/// # Errors
/// When the database fails.
pub(super) async fn put_flag(tx: &mut Tx, question: &DocumentId, flag: &str) -> Result<(), Refusal> {
    let at = if flag.is_empty() { String::new() } else { tx.now() };
    query("UPDATE question_basis SET flag = $2, flagged_at = $3 WHERE document_id = $1")
        .bind(question)
        .bind(flag)
        .bind(at)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Somebody has looked: the answer holds by the words as they are now.
///
/// # Errors
/// When the database fails.
pub(super) async fn renew(tx: &mut Tx, basis: &Basis) -> Result<(), Refusal> {
    note(tx, &basis.document_id).await
}

#[cfg(test)]
mod tests {
    use document::Values;

    use super::*;

    #[test]
    fn an_answer_stands_and_falls_with_its_clause() {
        let today = jiff::civil::date(2026, 3, 2);
        let digest = document::digest("每人每月 100 元。");
        let values = |validity: &str, until: &str| Values::default().with(&VALIDITY, validity).with(&EXPIRES_ON, until);
        let of = |values: &Values, words: Option<&str>| judged(Some((values, words)), &digest, today);
        let fine = values("in_force", "");
        assert_eq!(of(&fine, Some("每人每月 100 元。")), "");
        assert_eq!(of(&fine, Some("每人每月 120 元。")), "changed");
        assert_eq!(of(&fine, None), "gone");
        assert_eq!(of(&values("repealed", ""), Some("每人每月 100 元。")), "repealed");
        assert_eq!(of(&values("in_force", "2026-03-01"), Some("每人每月 100 元。")), "lapsed");
        assert_eq!(judged(None, &digest, today), "withdrawn");
        assert_eq!(flag_words("changed"), "所依据的条款已经修改");
        assert_eq!(words("flag", ""), None);
        // An interpretation goes by its policy as a whole, and is asked about while that is law.
        assert_eq!(flag_words_of("interpretation", "changed"), "所解读的文件已经修改");
        assert!(concerns("interpretation", "changed") && !concerns("interpretation", "repealed"));
        assert!(concerns("question", "repealed"));
    }
}
