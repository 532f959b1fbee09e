//! What is found in texts, and what a person decides on it. Who may decide is the caller's to say.

use std::collections::HashMap;

use kernel::{
    Actor, NewEvent,
    id::{AccountId, DocumentId, EditionId},
    time,
};
use serde_json::json;
use store::{FromRow, Tx, query, query_as, query_scalar};
use web::Refusal;

use super::{
    CONFIRMED, FOUND, LOCK, NOTED, REFERENCE_CONFIRMED, REFERENCE_PROPOSED, REFERENCE_REFUSED, REFUSED, ReferenceId,
    ReferenceRow, Verb, basis, besides, days, one,
    resolve::{Fit, fitting},
    two::{self, Step},
};
use crate::{
    error::Result,
    number,
    rows::DocumentRow,
    spec::Kind,
    values::{line, lines},
};

/// Most that is kept of one text: a list of hundreds of repealed documents is read, a telephone book is not.
const MOST: usize = 1_000;
/// Characters of the sentence that is kept.
pub(super) const QUOTE: usize = 300;
/// Documents that are walked through to see that nothing repeals itself in a circle.
const WALKED: usize = 500;

/// Something found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub verb: Verb,
    /// The other one does it to the document in whose text it stands; the articles are then those of that document.
    pub passive: bool,
    /// As the text names it; empty where only the number stands.
    pub title: String,
    /// Empty where only the title stands.
    pub number: String,
    /// 第三条、第十二条; empty = all of it.
    pub articles: String,
    /// The sentence in which it stands.
    pub quote: String,
}

/// Keeps what was found in the text of an edition that is public now, in the place of what was found in its editions before;
/// what a person has decided stays. Documents that other texts have named before they were in the library are tied to it now.
/// Returns how many wait for a decision.
///
/// # Errors
/// When the database fails.
pub async fn put(tx: &mut Tx, kind: Kind, document: &DocumentRow, edition: &EditionId, found: &[Found]) -> Result<i64> {
    tx.lock(LOCK).await?;
    let now = tx.now();
    query("DELETE FROM document_reference WHERE to_document = $1 AND basis = $2 AND state = 'found'")
        .bind(&document.id)
        .bind(basis::OTHER)
        .execute(tx.conn())
        .await?;
    // A text names the same document again and again.
    let mut known: HashMap<(&str, &str), Vec<Fit>> = HashMap::new();
    for found in found.iter().take(MOST) {
        let name = (found.title.as_str(), found.number.as_str());
        let mut fits = match known.get(&name) {
            Some(fits) => fits.clone(),
            None => {
                let fits = fitting(tx.conn(), kind, name.0, name.1).await?;
                known.insert(name, fits.clone());
                fits
            }
        };
        let itself = fits.iter().any(|fit| fit.id == document.id);
        fits.retain(|fit| fit.id != document.id);
        if itself && fits.is_empty() {
            // A text that names itself, as its head and its last article do.
            continue;
        }
        let several = i64::try_from(fits.len()).unwrap_or(i64::MAX);
        let to: Option<DocumentId> = if fits.len() == 1 { fits.pop().map(|fit| fit.id) } else { None };
        if by_hand(tx, &document.id, to.as_ref()).await? {
            continue;
        }
        // What the other does to this one is proposed for the other; here it is only named.
        let (verb, articles) = if found.passive { (Verb::Cites, "") } else { (found.verb, found.articles.as_str()) };
        if let (Some(to), true) = (&to, found.passive) {
            besides::put_other(tx, to, document, found).await?;
        }
        let state = if verb == Verb::Cites { NOTED } else { FOUND };
        query(
            "INSERT INTO document_reference (id, from_document, edition_id, basis, verb, to_document, to_title, to_number, \
             articles, quote, effective_on, state, several, decided_by, decided_name, decided_at, reason, version, created_at) \
             VALUES ($1, $2, $3, 'text', $4, $5, $6, $7, $8, $9, '', $10, $11, '', '', '', '', 1, $12) \
             ON CONFLICT (from_document, verb, to_number, to_title, articles) DO UPDATE SET edition_id = excluded.edition_id, \
             quote = excluded.quote, several = excluded.several, to_document = CASE \
             WHEN document_reference.state IN ('found', 'noted') THEN excluded.to_document \
             ELSE document_reference.to_document END",
        )
        .bind(ReferenceId::fresh(&tx.seams()))
        .bind(&document.id)
        .bind(edition)
        .bind(verb.code())
        .bind(to.clone())
        .bind(line(&found.title, 300))
        .bind(line(&found.number, 100))
        .bind(line(articles, 1_000))
        .bind(line(&found.quote, QUOTE))
        .bind(state)
        .bind(several)
        .bind(&now)
        .execute(tx.conn())
        .await?;
        if let (Some(to), true) = (&to, verb.acts()) {
            proposed_besides(tx, &document.id, to).await?;
        }
    }
    query(
        "DELETE FROM document_reference WHERE from_document = $1 AND state IN ('found', 'noted') \
         AND basis = 'text' AND edition_id <> $2",
    )
    .bind(&document.id)
    .bind(edition)
    .execute(tx.conn())
    .await?;
    named_before(tx, kind, document).await?;
    let waiting = "SELECT COUNT(*) FROM document_reference WHERE from_document = $1 AND state = 'found'";
    Ok(query_scalar(waiting).bind(&document.id).fetch_one(tx.conn()).await?)
}

/// Takes away what was proposed between two documents although the text of the one did not say it: now it does.
async fn proposed_besides(tx: &mut Tx, from: &DocumentId, to: &DocumentId) -> Result<()> {
    query(
        "DELETE FROM document_reference WHERE from_document = $1 AND to_document = $2 AND basis IN ('other', 'title') \
         AND state = 'found'",
    )
    .bind(from)
    .bind(to)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether a person has entered what one says of the other, or has confirmed it although the text of the one did not say it: then
/// nothing is found besides.
async fn by_hand(tx: &mut Tx, from: &DocumentId, to: Option<&DocumentId>) -> Result<bool> {
    let Some(to) = to else { return Ok(false) };
    let entered: Option<i64> = query_scalar(
        "SELECT 1 FROM document_reference WHERE from_document = $1 AND to_document = $2 \
         AND (basis = 'hand' OR (basis <> 'text' AND state = 'confirmed')) LIMIT 1",
    )
    .bind(from)
    .bind(to)
    .fetch_optional(tx.conn())
    .await?;
    Ok(entered.is_some())
}

#[derive(FromRow)]
struct Loose {
    id: ReferenceId,
    to_title: String,
    to_number: String,
}

/// Ties what other texts have said of this document before anybody knew it, as far as nobody has decided on it.
async fn named_before(tx: &mut Tx, kind: Kind, document: &DocumentRow) -> Result<()> {
    let number: Option<String> =
        query_scalar("SELECT value FROM facet WHERE edition_id = $1 AND key = 'document_number' AND place = 0")
            .bind(&document.current_edition)
            .fetch_optional(tx.conn())
            .await?;
    let spelled = number.as_deref().map(number::spellings).unwrap_or_default();
    let mut select = crate::sql::Statement::new(
        "SELECT id, to_title, to_number FROM document_reference WHERE state IN ('found', 'noted') AND to_document IS NULL",
    );
    select.bind(" AND from_document <> ?", &document.id).bind(" AND (to_title = ?", &document.title);
    if !spelled.is_empty() {
        select.add(" OR to_number IN ").list(&spelled);
    }
    select.add(") ORDER BY id LIMIT 500");
    let (sql, values) = select.parts();
    let loose: Vec<Loose> = query_as(sql).bind_all(values).fetch_all(tx.conn()).await?;
    for one in loose {
        let fits = fitting(tx.conn(), kind, &one.to_title, &one.to_number).await?;
        let several = i64::try_from(fits.len()).unwrap_or(i64::MAX);
        let [only] = fits.as_slice() else { continue };
        query("UPDATE document_reference SET to_document = $2, several = $3 WHERE id = $1 AND state IN ('found', 'noted')")
            .bind(&one.id)
            .bind(&only.id)
            .bind(several)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// What a person says that a text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub verb: Verb,
    /// `None` = not in the library: kept as words.
    pub to: Option<DocumentId>,
    /// 第三条、第十二条; empty = all of it.
    pub articles: String,
    /// From when; empty = from the first day of the document that says it.
    pub effective_on: String,
}

/// Says that it is so. What no text says and changes how another document stands is kept as a proposal only, until another person
/// has said the same: [`ReferenceRow::state`] tells.
///
/// # Errors
/// [`Refusal::Fields`] when it would repeal itself, alone or in a circle, what was made after it, or from a day before either was
/// made, the day is none, or the same has been decided already;
/// [`Refusal::Conflict`] when somebody was faster, or the document that says it is not public.
pub async fn confirm(
    tx: &mut Tx,
    actor: &Actor,
    id: &ReferenceId,
    seen: i64,
    wanted: &Decision,
) -> Result<ReferenceRow> {
    tx.lock(LOCK).await?;
    let row = decided_on(tx, id, seen).await?;
    let wanted = checked(tx, &row.from_document, wanted).await?;
    same(tx, &row, &wanted).await?;
    if two::step(tx, actor, &row, &wanted).await? == Step::Proposed {
        two::propose(tx, id, actor, (&wanted, &row.reason)).await?;
        let row = one(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
        event(tx, actor, &row, "").await?;
        return Ok(row);
    }
    query(
        "UPDATE document_reference SET verb = $2, to_document = $3, articles = $4, effective_on = $5, state = $6, reason = '', \
         decided_by = $7, decided_name = $8, decided_at = $9, version = version + 1 WHERE id = $1",
    )
    .bind(id)
    .bind(wanted.verb.code())
    .bind(wanted.to.clone())
    .bind(&wanted.articles)
    .bind(&wanted.effective_on)
    .bind(CONFIRMED)
    .bind(AccountId::from(actor.log_id()))
    .bind(actor.log_name())
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    settled(tx, &wanted).await?;
    let row = one(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    event(tx, actor, &row, "").await?;
    Ok(row)
}

/// Says that the text does not say so.
///
/// # Errors
/// As [`confirm`].
pub async fn refuse(tx: &mut Tx, actor: &Actor, id: &ReferenceId, seen: i64, reason: &str) -> Result<ReferenceRow> {
    tx.lock(LOCK).await?;
    decided_on(tx, id, seen).await?;
    let reason = lines(reason, 500);
    if reason.is_empty() {
        let ask = "请写明为什么不是这样，例如 文中说的是另一份文件。以后的人会看到。";
        return Err(Refusal::field("reason", ask));
    }
    query(
        "UPDATE document_reference SET state = $2, reason = $3, decided_by = $4, decided_name = $5, decided_at = $6, \
         version = version + 1 WHERE id = $1",
    )
    .bind(id)
    .bind(REFUSED)
    .bind(&reason)
    .bind(AccountId::from(actor.log_id()))
    .bind(actor.log_name())
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    let row = one(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    event(tx, actor, &row, &reason).await?;
    Ok(row)
}

/// Enters what the program has not found, confirmed by whoever enters it; a second time changes nothing. What changes how another
/// document stands is a proposal, until another person has confirmed it.
///
/// # Errors
/// As [`confirm`].
pub async fn add(
    tx: &mut Tx,
    actor: &Actor,
    from: &DocumentId,
    wanted: &Decision,
    (name, reason): (&str, &str),
) -> Result<ReferenceRow> {
    tx.lock(LOCK).await?;
    let wanted = checked(tx, from, wanted).await?;
    let name = line(name, 300);
    if name.is_empty() {
        return Err(Refusal::field("name", "请填写对方文件的名称，例如 青禾县停车管理暂行办法。"));
    }
    let weighty = two::is_weighty(actor, &wanted);
    if let (Some(to), true) = (&wanted.to, weighty)
        && !two::is_named(tx, &name, to).await?
    {
        return Err(Refusal::field("name", "请核对名称：它不是所选文件的标题或者文号。"));
    }
    let there: Option<ReferenceId> = query_scalar(
        "SELECT id FROM document_reference WHERE from_document = $1 AND verb = $2 AND to_number = '' AND to_title = $3 \
         AND articles = $4",
    )
    .bind(from)
    .bind_all([wanted.verb.code(), name.as_str(), wanted.articles.as_str()])
    .fetch_optional(tx.conn())
    .await?;
    let id = match there {
        Some(_) if weighty => {
            return Err(Refusal::field("name", "这份文件已经有同样的一条，请在文件关系里打开那一条来认定。"));
        }
        Some(id) => id,
        None => {
            let id = ReferenceId::fresh(&tx.seams());
            query(
                "INSERT INTO document_reference (id, from_document, edition_id, basis, verb, to_document, to_title, to_number, \
                 articles, quote, effective_on, state, several, decided_by, decided_name, decided_at, reason, version, created_at) \
                 VALUES ($1, $2, '', 'hand', $3, $4, $5, '', $6, '', $7, $8, 0, '', '', '', '', 1, $9)",
            )
            .bind(&id)
            .bind(from)
            .bind(wanted.verb.code())
            .bind(wanted.to.clone())
            .bind(&name)
            .bind(&wanted.articles)
            .bind(&wanted.effective_on)
            .bind(FOUND)
            .bind(tx.now())
            .execute(tx.conn())
            .await?;
            id
        }
    };
    if weighty {
        let reason = lines(reason, 500);
        two::propose(tx, &id, actor, (&wanted, &reason)).await?;
        let row = one(tx.conn(), &id).await?.ok_or(Refusal::NotFound)?;
        event(tx, actor, &row, &reason).await?;
        return Ok(row);
    }
    query(
        "UPDATE document_reference SET to_document = $2, effective_on = $3, state = $4, decided_by = $5, decided_name = $6, \
         decided_at = $7, reason = $8, version = version + 1 WHERE id = $1",
    )
    .bind(&id)
    .bind(wanted.to.clone())
    .bind(&wanted.effective_on)
    .bind(CONFIRMED)
    .bind(AccountId::from(actor.log_id()))
    .bind(actor.log_name())
    .bind(tx.now())
    .bind(lines(reason, 500))
    .execute(tx.conn())
    .await?;
    if let Some(to) = &wanted.to {
        // What the program had found of the two waits for nobody any more.
        query(
            "DELETE FROM document_reference WHERE from_document = $1 AND to_document = $2 AND state IN ('found', 'noted') \
             AND id <> $3",
        )
        .bind(from)
        .bind(to)
        .bind(&id)
        .execute(tx.conn())
        .await?;
    }
    settled(tx, &wanted).await?;
    let row = one(tx.conn(), &id).await?.ok_or(Refusal::NotFound)?;
    event(tx, actor, &row, reason).await?;
    Ok(row)
}

/// What one of the same title would do to a document that has been ended waits for nobody any more.
async fn settled(tx: &mut Tx, decided: &Decision) -> Result<()> {
    let Some(to) = decided.to.as_ref().filter(|_| decided.verb.ends() && decided.articles.is_empty()) else {
        return Ok(());
    };
    query("DELETE FROM document_reference WHERE to_document = $1 AND basis = $2 AND state = 'found'")
        .bind(to)
        .bind(basis::TITLE)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes away the words that were kept of a text that is erased.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut Tx, document: &DocumentId) -> store::Result<()> {
    // What was found tells the text; of what was decided the decision stays, without the words.
    query("DELETE FROM document_reference WHERE from_document = $1 AND state IN ('found', 'noted')")
        .bind(document)
        .execute(tx.conn())
        .await?;
    query(
        "UPDATE document_reference SET quote = '', reason = '', to_number = id, to_title = '' WHERE from_document = $1",
    )
    .bind(document)
    .execute(tx.conn())
    .await?;
    // The same of what it was found to say of itself, which is kept with the other.
    query("DELETE FROM document_reference WHERE to_document = $1 AND basis = $2 AND state = 'found'")
        .bind(document)
        .bind(basis::OTHER)
        .execute(tx.conn())
        .await?;
    query("UPDATE document_reference SET quote = '' WHERE to_document = $1 AND basis = $2")
        .bind(document)
        .bind(basis::OTHER)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The row as the person saw it.
async fn decided_on(tx: &mut Tx, id: &ReferenceId, seen: i64) -> Result<ReferenceRow> {
    let row = one(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    if row.version != seen {
        return Err(Refusal::Conflict(format!(
            "这一条已由{}作出认定，没有覆盖。请看一下现在的认定，再决定要不要改。",
            row.decided_name
        )));
    }
    Ok(row)
}

/// What somebody wants to say, if it can be said.
async fn checked(tx: &mut Tx, from: &DocumentId, wanted: &Decision) -> Result<Decision> {
    let public: Option<String> = query_scalar("SELECT title FROM document WHERE id = $1 AND current_edition <> ''")
        .bind(from)
        .fetch_optional(tx.conn())
        .await?;
    if public.is_none() {
        return Err(Refusal::Conflict("作出规定的文件现在没有公开，它的关系不起作用，不用认定。".to_owned()));
    }
    let mut wanted = Decision { articles: line(&wanted.articles, 1_000), ..wanted.clone() };
    if !wanted.effective_on.trim().is_empty() {
        let day = time::parse_date(&wanted.effective_on);
        let day =
            day.ok_or_else(|| Refusal::field("effective_on", "请填写日期，例如 2026-03-01；不填就从施行日期起算。"))?;
        wanted.effective_on = day.to_string();
    }
    let Some(to) = &wanted.to else { return Ok(wanted) };
    if to == from {
        return Err(Refusal::field("to", "对方就是这份文件自己。请选择另一份文件。"));
    }
    let known: Option<i64> =
        query_scalar("SELECT 1 FROM document WHERE id = $1 AND rank > 0").bind(to).fetch_optional(tx.conn()).await?;
    if known.is_none() {
        return Err(Refusal::field("to", "没有找到这份已公开的文件。请从候选里选择，或者留空按文字保留。"));
    }
    if wanted.verb.ends() && wanted.articles.is_empty() {
        circle(tx, from, to).await?;
    }
    days::fit(tx, from, to, &wanted).await?;
    Ok(wanted)
}

/// Nothing ends what has ended it, directly or over others: neither would be law then, or both.
async fn circle(tx: &mut Tx, from: &DocumentId, to: &DocumentId) -> Result<()> {
    let mut walked = vec![to.clone()];
    let mut at = 0;
    while at < walked.len() && walked.len() < WALKED {
        let ended: Vec<(DocumentId, String)> = query_as(
            "SELECT r.to_document, d.title FROM document_reference r JOIN document d ON d.id = r.from_document \
             WHERE r.from_document = $1 AND r.state = 'confirmed' AND r.verb IN ('repeals', 'replaces', 'ends') \
             AND r.articles = '' AND r.to_document IS NOT NULL",
        )
        .bind(&walked[at])
        .fetch_all(tx.conn())
        .await?;
        for (next, title) in ended {
            if next == *from {
                let way = if at == 0 { "废止了" } else { "经过其他文件，也废止了" };
                return Err(Refusal::field(
                    "to",
                    format!("《{title}》已经{way}这份文件，两份文件不能互相废止。请核对哪一份在后，先改正那一条认定。"),
                ));
            }
            if !walked.contains(&next) {
                walked.push(next);
            }
        }
        at += 1;
    }
    Ok(())
}

/// The same is not said twice of a text.
async fn same(tx: &mut Tx, row: &ReferenceRow, wanted: &Decision) -> Result<()> {
    let twice: Option<i64> = query_scalar(
        "SELECT 1 FROM document_reference WHERE from_document = $1 AND id <> $2 AND verb = $3 AND articles = $4 \
         AND (to_document = $5 OR (to_number = $6 AND to_title = $7))",
    )
    .bind(&row.from_document)
    .bind(&row.id)
    .bind(wanted.verb.code())
    .bind(&wanted.articles)
    .bind(wanted.to.clone().unwrap_or_default())
    .bind(&row.to_number)
    .bind(&row.to_title)
    .fetch_optional(tx.conn())
    .await?;
    match twice {
        Some(_) => Err(Refusal::field("verb", "同一份文件的同一种关系已经有一条，请在那一条上认定。")),
        None => Ok(()),
    }
}

async fn event(tx: &mut Tx, actor: &Actor, row: &ReferenceRow, reason: &str) -> Result<()> {
    let kind = match row.state.as_str() {
        CONFIRMED => &REFERENCE_CONFIRMED,
        REFUSED => &REFERENCE_REFUSED,
        _ => &REFERENCE_PROPOSED,
    };
    let mut data = json!({
        "from": row.from_document, "to": row.to_document, "verb": row.verb, "name": row.name(), "articles": row.articles,
        "effective_on": row.effective_on,
    });
    if !reason.trim().is_empty() {
        data["reason"] = reason.trim().into();
    }
    let organ: Option<kernel::OrganCode> = query_scalar("SELECT organ FROM document WHERE id = $1")
        .bind(&row.from_document)
        .fetch_optional(tx.conn())
        .await?;
    let mut event = NewEvent::new(kind, &row.id, actor).data(data);
    if let Some(organ) = &organ {
        event = event.organ(organ);
    }
    tx.append(event).await?;
    Ok(())
}
