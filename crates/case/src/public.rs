//! What is published of a case: question and answer, in words that the office wrote for it, without the person.

use kernel::{Actor, NewEvent, OrganCode, id::CaseId, may_for};
use serde_json::json;
use store::{By, Executor, FromRow, List, Tx, query, query_as};
use web::{Ctx, FormErrors, Refusal};

use crate::{
    events::{PROPOSED, PUBLISHED, UNPUBLISHED},
    kind::Kind,
    named,
    rows::{self, Entry, keeper},
    rules, steps,
};

/// A question with its answer, as the public reads them.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Told {
    pub case_id: CaseId,
    /// Who answered.
    pub organ: OrganCode,
    pub question: String,
    pub answer: String,
    /// Stored form.
    pub published_at: String,
}

/// The name of the fact that says whether the person agreed to a publication: `yes`, `no`.
pub const CONSENT: &str = "consent";

/// The name of the form in which the office keeps what it proposes to publish, sealed like the person's own.
pub(crate) const PROPOSAL: &str = "publication";

/// Words that somebody proposes to publish, for another person to look at.
#[derive(Clone, PartialEq, Eq)]
pub struct Proposal {
    pub question: String,
    pub answer: String,
    /// Accounts of all who have written at them since nothing was proposed, with blanks between.
    by: String,
    pub name: String,
}

/// Nobody has said yet that it names nobody.
impl std::fmt::Debug for Proposal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proposal")
    }
}

impl Proposal {
    /// Whether this person has proposed it, or written at it before somebody else changed it.
    pub fn is_by(&self, actor: &Actor) -> bool {
        self.by.split(' ').any(|account| account == actor.log_id())
    }

    /// Who has written at it when this person changes it.
    fn hands(before: Option<&Self>, actor: &Actor) -> String {
        match before {
            Some(one) if one.is_by(actor) => one.by.clone(),
            Some(one) => format!("{} {}", one.by, actor.log_id()),
            None => actor.log_id().to_owned(),
        }
    }
}

/// What is proposed for a case; `None` = nothing, or it is decided.
///
/// # Errors
/// When the key does not fit; when the database fails.
pub async fn proposed(ctx: &Ctx, executor: impl Executor<'_>, entry: &Entry) -> Result<Option<Proposal>, Refusal> {
    let mut texts = rows::texts(ctx, executor, entry).await?;
    let Some(mut words) = texts.remove(PROPOSAL) else { return Ok(None) };
    let mut word = |name: &str| words.remove(name).unwrap_or_default();
    let found = Proposal { question: word("question"), answer: word("answer"), by: word("by"), name: word("name") };
    Ok((!found.question.is_empty()).then_some(found))
}

/// Whether question and answer of a case may be published at all by who handles it, and whether the person agreed: a code of
/// [`CONSENT`], empty where nothing is recorded and the kind asks for nothing. Pages ask before they show a form.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not handle the case; [`Refusal::Conflict`] while it runs, without the consent that its
/// kind needs, when the answer holds no longer, and once the case is erased.
pub async fn allowed(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    actor: &Actor,
    (entry, kind): (&Entry, Kind),
) -> Result<String, Refusal> {
    may_for(actor, kind.handle, &keeper(ctx, &entry.organ))?;
    if !entry.is_ended() {
        return Err(Refusal::Conflict("办结以后才能公开答复。".into()));
    }
    if entry.is_erased() {
        return Err(Refusal::Conflict("当事人信息已删除，无法核对公开的内容里有没有个人信息。".into()));
    }
    let mut target = executor.target();
    let facts = rows::facts(target.again(), &entry.id).await?;
    let consent = facts.get(CONSENT).cloned().unwrap_or_default();
    if consent == "no" {
        return Err(Refusal::Conflict("当事人不同意公开。".into()));
    }
    if kind.consent && consent != "yes" {
        let why = "没有登记申请人同意公开，不能公开。取得书面同意后，在办件页面登记，再拟定公开的内容。";
        return Err(Refusal::Conflict(why.into()));
    }
    if let Some(rules) = rules::rules_of(ctx, kind) {
        let past = rows::history(ctx, target.again(), entry).await?;
        rules.publication(ctx, rules::Before { entry, past: &past })?;
    }
    Ok(consent)
}

/// The case, when something of it may be published at all, and whether the person agreed.
async fn ready(ctx: &Ctx, tx: &mut Tx, actor: &Actor, case: &CaseId) -> Result<(Entry, Kind, String), Refusal> {
    tx.lock_row("case_entry", case.as_str()).await?;
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    let consent = allowed(ctx, tx.conn(), actor, (&entry, kind)).await?;
    Ok((entry, kind, consent))
}

/// What is wrong with words that are to be public: personal numbers, and what names or reaches a party of the case or who was
/// asked about it.
async fn look_over(ctx: &Ctx, tx: &mut Tx, entry: &Entry, question: &str, answer: &str) -> Result<(), Refusal> {
    let mut errors = FormErrors::new();
    let fields = [("question", "问题", question), ("answer", "答复", answer)];
    for (name, label, words) in fields {
        errors.require(!words.is_empty(), name, &format!("请填写公开的{label}。"));
        errors.require(words.chars().count() <= 2_000, name, &format!("公开的{label}请写在 2000 字以内。"));
    }
    named::publication(ctx, tx.conn(), entry, &fields, &mut errors).await?;
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

/// Proposes question and answer of a case that has ended to be public, in the place of what was proposed before. Another person
/// looks at them and publishes them, who has not written at them, whoever changed them last: nobody alone makes something public.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not handle the case; [`Refusal::Fields`] (`question`, `answer`); [`Refusal::Conflict`]
/// as [`allowed`] says; once a case is erased nobody could look any more whom it names.
pub async fn propose(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    question: &str,
    answer: &str,
) -> Result<(), Refusal> {
    let (entry, kind, _) = ready(ctx, tx, actor, case).await?;
    let (question, answer) = (question.trim(), answer.trim());
    look_over(ctx, tx, &entry, question, answer).await?;
    let by = Proposal::hands(proposed(ctx, tx.conn(), &entry).await?.as_ref(), actor);
    let words = [("question", question), ("answer", answer), ("by", by.as_str()), ("name", actor.log_name())];
    let words = words.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    steps::keep_text(ctx, tx, case, PROPOSAL, &words).await?;
    steps::touch(tx, case).await?;
    let data = json!({ "case_kind": kind.key });
    tx.append(NewEvent::new(&PROPOSED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(())
}

/// Publishes what somebody else has proposed, as it stands: `question` and `answer` are what the person who publishes has read.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not decide; [`Refusal::Conflict`] for who proposed it, when nothing is proposed or it was
/// changed since, and as [`propose`].
pub async fn publish(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    (question, answer): (&str, &str),
) -> Result<(), Refusal> {
    let (entry, kind, consent) = ready(ctx, tx, actor, case).await?;
    may_for(actor, kind.decide, &keeper(ctx, &entry.organ))?;
    let Some(found) = proposed(ctx, tx.conn(), &entry).await? else {
        return Err(Refusal::Conflict("还没有人拟定公开的内容。请先拟定，由另一个人核对后公开。".into()));
    };
    if found.is_by(actor) {
        return Err(Refusal::Conflict("公开的内容由您拟定或者改过，须由没有写过它的另一个人核对后公开。".into()));
    }
    // Lines come back from forms with other ends.
    let same = |a: &str, b: &str| a.lines().map(str::trim_end).eq(b.trim().lines().map(str::trim_end));
    if !same(&found.question, question) || !same(&found.answer, answer) {
        return Err(Refusal::Conflict("拟公开的内容在您打开以后改过，请看过现在的内容再公开。".into()));
    }
    let (question, answer) = (found.question.as_str(), found.answer.as_str());
    look_over(ctx, tx, &entry, question, answer).await?;
    let now = tx.now();
    query(
        "INSERT INTO case_public (case_id, kind, organ, question, answer, published_at, withdrawn_at) \
         VALUES ($1, $2, $3, $4, $5, $6, '') ON CONFLICT (case_id) DO UPDATE SET organ = $3, question = $4, answer = $5, \
         published_at = $6, withdrawn_at = ''",
    )
    .bind(case)
    .bind(kind.key)
    .bind(&entry.organ)
    .bind(question)
    .bind(answer)
    .bind(now)
    .execute(tx.conn())
    .await?;
    query("DELETE FROM case_text WHERE case_id = $1 AND name = $2")
        .bind(case)
        .bind(PROPOSAL)
        .execute(tx.conn())
        .await?;
    let key = entry.key(ctx)?;
    steps::note(tx, key.as_ref(), &entry, actor, ("published", ctx.today()), &[]).await?;
    let data = json!({ "case_kind": kind.key, "question": question, "answer": answer, "consent": consent });
    tx.append(NewEvent::new(&PUBLISHED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(())
}

/// Takes a published answer off the portal.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not decide; [`Refusal::Fields`] without a reason, and for one that names somebody;
/// [`Refusal::Conflict`] when it is not public.
pub async fn withdraw(ctx: &Ctx, tx: &mut Tx, actor: &Actor, case: &CaseId, reason: &str) -> Result<(), Refusal> {
    tx.lock_row("case_entry", case.as_str()).await?;
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    may_for(actor, kind.decide, &keeper(ctx, &entry.organ))?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(Refusal::field("reason", "请写明撤回理由，500 字以内。"));
    }
    named::reason(ctx, tx.conn(), &entry, ("reason", reason)).await?;
    let now = tx.now();
    let done = query("UPDATE case_public SET withdrawn_at = $2 WHERE case_id = $1 AND withdrawn_at = ''")
        .bind(case)
        .bind(now)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Err(Refusal::Conflict("这件的答复没有公开，不用撤回。".into()));
    }
    let key = entry.key(ctx)?;
    let words = [("reason", reason)];
    steps::note(tx, key.as_ref(), &entry, actor, ("unpublished", ctx.today()), &words).await?;
    let data = json!({ "case_kind": kind.key, "reason": reason });
    tx.append(NewEvent::new(&UNPUBLISHED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(())
}

/// What is public of a case.
///
/// # Errors
/// When the database fails.
pub async fn of_case(executor: impl Executor<'_>, case: &CaseId) -> store::Result<Option<Told>> {
    query_as(
        "SELECT case_id, organ, question, answer, published_at FROM case_public WHERE case_id = $1 AND withdrawn_at = ''",
    )
    .bind(case)
    .fetch_optional(executor)
    .await
}

/// What is public of a case of this kind; nothing of one of another kind.
///
/// # Errors
/// When the database fails.
pub async fn of_kind(executor: impl Executor<'_>, kind: Kind, case: &CaseId) -> store::Result<Option<Told>> {
    query_as(
        "SELECT case_id, organ, question, answer, published_at FROM case_public \
         WHERE case_id = $1 AND kind = $2 AND withdrawn_at = ''",
    )
    .bind(case)
    .bind(kind.key)
    .fetch_optional(executor)
    .await
}

/// All published answers of a kind as a list of [`Told`], the newest first.
pub fn list(kind: Kind) -> List {
    List::new("p.case_id, p.organ, p.question, p.answer, p.published_at", "case_public p", "p.case_id")
        .sort("newest", &[By::down("p.published_at")])
        .equals("p.kind", kind.key)
        .given("p.withdrawn_at = ''")
}

/// The newest published answers of a kind.
///
/// # Errors
/// When the database fails.
pub async fn newest(executor: impl Executor<'_>, kind: Kind, most: i64) -> store::Result<Vec<Told>> {
    query_as(
        "SELECT case_id, organ, question, answer, published_at FROM case_public WHERE kind = $1 AND withdrawn_at = '' \
         ORDER BY published_at DESC, case_id LIMIT $2",
    )
    .bind(kind.key)
    .bind(most)
    .fetch_all(executor)
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_wrote_at_a_proposal_does_not_pass_it_whoever_changed_it_last() {
        let of =
            |by: &str| Proposal { question: String::new(), answer: String::new(), by: by.into(), name: String::new() };
        let system = Actor::System;
        let me = system.log_id();
        assert_eq!(Proposal::hands(None, &system), me);
        let changed = Proposal::hands(Some(&of("somebody")), &system);
        assert_eq!(changed, format!("somebody {me}"));
        assert!(of(&changed).is_by(&system) && of(&format!("{me} somebody")).is_by(&system));
        assert!(!of("somebody").is_by(&system));
        assert_eq!(Proposal::hands(Some(&of(&changed)), &system), changed, "once");
    }
}
