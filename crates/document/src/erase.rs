//! 清除: what should never have been public (personal information, 个人信息保护法 Art. 47; secrets) goes for good, words and files,
//! from this program's database, files and index. It has been withdrawn before; one person asks, another decides; that it
//! happened, who asked and who decided, stays. The tombstone, the index number and the facts of the log stay too.
//!
//! What is erased leaves the seals with it: the erasing event seals what is left. Who keeps words of a document elsewhere (the
//! review) erases them in the same write.

use std::collections::BTreeSet;

use kernel::{
    Actor, Keep, OrganCode,
    id::{AccountId, DocumentId, EditionId, SubjectRef},
    may_for, time,
};
use serde_json::{Map, Value, json};
use store::{Db, FromRow, Tx, query, query_as, query_scalar};
use text::findings::objections;
use web::Refusal;

use crate::{
    draft,
    error::{Result, errors},
    events,
    house::House,
    html::Written,
    life::event_on,
    permissions::{CONFIRM_ERASURE, WITHDRAW_DOCUMENTS},
    rows::{self, DocumentRow},
    words,
};

/// What stands in the place of a title that was erased.
pub const ERASED_TITLE: &str = "（标题已清除）";
/// Most characters of a reason.
pub const LONGEST_REASON: usize = 1000;
/// Why the law asks for it: code and words.
pub const BASES: [(&str, &str); 3] = [
    ("personal", "含不应公开的个人信息（个人信息保护法第四十七条）"),
    ("secret", "含国家秘密、工作秘密或者商业秘密"),
    ("other", "法律、法规规定或者有权机关要求清除的其他情形"),
];

/// An erasure that was asked for, or done.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Erasure {
    /// Code of [`BASES`].
    pub basis: String,
    /// In the words of who asked.
    pub reason: String,
    /// Account of who asked.
    pub asked_by: String,
    /// Name of who asked.
    pub asked_name: String,
    /// When, in stored form.
    pub asked_at: String,
    /// Account of who decided; empty = it waits.
    pub done_by: String,
    /// Name of who decided.
    pub done_name: String,
    /// When, in stored form; empty = it waits.
    pub done_at: String,
}

impl Erasure {
    /// Whether it waits for the second person.
    pub fn waits(&self) -> bool {
        self.done_at.is_empty()
    }

    /// When it was asked for, as pages show it.
    pub fn asked_minute(&self) -> String {
        time::show_minute(&self.asked_at)
    }

    /// When it was done, as pages show it.
    pub fn done_minute(&self) -> String {
        time::show_minute(&self.done_at)
    }

    /// Why the law asks for it, in words.
    pub fn basis_words(&self) -> &'static str {
        BASES.iter().find(|(code, _)| *code == self.basis).map_or("", |(_, words)| words)
    }
}

/// The erasure of a document, if somebody asked for it.
///
/// # Errors
/// When the database fails.
pub async fn of(db: &Db, document: &DocumentId) -> Result<Option<Erasure>> {
    Ok(query_as(OF).bind(document).fetch_optional(db.read()).await?)
}

const OF: &str = "SELECT basis, reason, asked_by, asked_name, asked_at, done_by, done_name, done_at FROM erasure \
     WHERE document_id = $1";

async fn waiting(tx: &mut Tx, document: &DocumentId) -> Result<Option<Erasure>> {
    let found: Option<Erasure> = query_as(OF).bind(document).fetch_optional(tx.conn()).await?;
    Ok(found.filter(Erasure::waits))
}

/// Whether somebody asked for it and nobody has decided.
pub(crate) async fn is_waiting(tx: &mut Tx, document: &DocumentId) -> Result<bool> {
    Ok(waiting(tx, document).await?.is_some())
}

/// Refuses what is public, was never public, or is in review again. A draft goes with it: nobody keeps by one what must go.
async fn may_go(tx: &mut Tx, document: &DocumentRow) -> Result<()> {
    let why = if document.public().is_some() {
        "这份文件还在公开。请先撤回公开，再申请清除原文。"
    } else if !document.was_public() {
        "这份稿件没有公开过，不需要清除。草稿请在稿件页删除。"
    } else if rows::open_edition(tx.conn(), &document.id).await?.is_some_and(|open| !open.is_editable()) {
        "这份文件还有正在审核或等待发布的一版，里面可能有同样的内容。请先退回或收回修改，再办理清除。"
    } else {
        return Ok(());
    };
    Err(Refusal::Conflict(why.into()))
}

/// 申请清除, by who may withdraw. Answers the organ whose people decide on it, beside those of the competent department.
///
/// # Errors
/// [`Refusal::Conflict`] when the document is public or was never so, or somebody asked already; at the field, when no basis or
/// reason is given or the reason itself holds personal numbers.
pub async fn ask(
    tx: &mut Tx,
    house: &House,
    actor: &Actor,
    id: &DocumentId,
    (basis, reason): (&str, &str),
) -> Result<OrganCode> {
    let document = rows::visible_locked(tx, house, actor, id).await?;
    may_for(actor, &WITHDRAW_DOCUMENTS, document.keeper())?;
    may_go(tx, &document).await?;
    match query_as::<Erasure>(OF).bind(id).fetch_optional(tx.conn()).await? {
        Some(asked) if asked.waits() => {
            let text = "已经有人申请清除这份文件，正在等待另一位人员核准，不用再申请。";
            return Err(Refusal::Conflict(text.into()));
        }
        // Nothing can have come after it, and what stands of it is the only record of its reason.
        Some(_) => return Err(Refusal::Conflict("这份文件的原文已经清除，不需要再次申请。".into())),
        None => {}
    }
    let reason: String = reason.trim().chars().take(LONGEST_REASON).collect();
    let mut faults = objections([("erase_reason", "清除的原因", reason.as_str())]);
    if reason.is_empty() {
        faults.push(("erase_reason", "请写明清除的原因，不要写出要清除的内容本身".to_owned()));
    }
    if !BASES.iter().any(|(code, _)| *code == basis) {
        faults.push(("basis", "请选择清除的依据".to_owned()));
    }
    if !faults.is_empty() {
        return Err(errors(faults).into());
    }
    query(
        "INSERT INTO erasure (document_id, basis, reason, asked_by, asked_name, asked_at, done_by, done_name, done_at) \
         VALUES ($1, $2, $3, $4, $5, $6, '', '', '')",
    )
    .bind(id)
    .bind(basis)
    .bind(&reason)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    let data = json!({ "basis": basis, "reason": reason });
    event_on(tx, actor, &document, &events::ERASURE_ASKED, data).await?;
    Ok(document.keeper().clone())
}

/// Takes the request back: by who asked, or whoever may decide it.
///
/// # Errors
/// [`Refusal::Conflict`] when nobody asked, or it was decided meanwhile.
pub async fn stop(tx: &mut Tx, house: &House, actor: &Actor, id: &DocumentId) -> Result<()> {
    let document = rows::visible_locked(tx, house, actor, id).await?;
    let Some(asked) = waiting(tx, id).await? else { return Err(gone()) };
    if asked.asked_by != actor.log_id() {
        may_for(actor, &CONFIRM_ERASURE, document.keeper())?;
    }
    query("DELETE FROM erasure WHERE document_id = $1 AND done_by = ''").bind(id).execute(tx.conn()).await?;
    event_on(tx, actor, &document, &events::ERASURE_STOPPED, json!({})).await
}

fn gone() -> Refusal {
    Refusal::Conflict("这份文件现在没有等待核准的清除申请，可能已经办结或撤销，不用再办。".into())
}

/// Why this person may not decide an erasure that waits, although the role would allow it; empty = may.
pub fn why_not(asked: &Erasure, authors: &[AccountId], account: &AccountId) -> &'static str {
    if asked.asked_by == account.as_str() {
        "您申请了清除，须由另一位人员核准。"
    } else if authors.contains(account) {
        "您参与了这份文件的撰写，须由另一位人员核准清除。"
    } else {
        ""
    }
}

/// Everybody who wrote in any edition of the document.
///
/// # Errors
/// When the database fails.
pub async fn authors(executor: impl store::Executor<'_>, id: &DocumentId) -> Result<Vec<AccountId>> {
    let sql = "SELECT DISTINCT a.account FROM edition_author a JOIN edition e ON e.id = a.edition_id WHERE e.document_id = $1";
    Ok(query_scalar(sql).bind(id).fetch_all(executor).await?)
}

/// What was erased, and what is left to do once the write is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// Digests of the files to which this document referred.
    pub files: Vec<String>,
    /// How many of them another document has, too: they stay.
    pub shared: usize,
}

/// An erasure that this write decides: agreed to, nothing erased yet.
#[derive(Debug, Clone)]
pub struct Agreed {
    document: DocumentRow,
    asked: Erasure,
    /// The editions whose words go; drafts in the bin as well, they hold the same text.
    pub editions: Vec<EditionId>,
}

impl Agreed {
    /// Why the law asks for it: what the log says wherever words are erased.
    pub fn why(&self) -> &'static str {
        self.asked.basis_words()
    }
}

/// 核准清除: whether this person may agree to it now; `seen` is when the request that they read was asked for. Who copied words of the document or of an edition erases them next, in the
/// same write; [`erase`] comes last.
///
/// # Errors
/// [`Refusal::Conflict`] when nobody asked, the person asked or wrote in it, or the document is public again.
pub async fn agree(tx: &mut Tx, house: &House, actor: &Actor, id: &DocumentId, seen: &str) -> Result<Agreed> {
    let document = rows::visible_locked(tx, house, actor, id).await?;
    may_for(actor, &CONFIRM_ERASURE, document.keeper())?;
    let Some(asked) = waiting(tx, id).await? else { return Err(gone()) };
    may_go(tx, &document).await?;
    let authors = authors(tx.conn(), id).await?;
    if let Some(staff) = actor.staff() {
        let why = why_not(&asked, &authors, &staff.account);
        if !why.is_empty() {
            return Err(Refusal::Conflict(why.into()));
        }
    }
    if asked.asked_at != seen {
        let text = "您看过之后，清除申请撤销过又重新提出，依据或原因可能不同。请看过现在的申请再核准。";
        return Err(Refusal::Conflict(text.into()));
    }
    let editions = query_scalar("SELECT id FROM edition WHERE document_id = $1").bind(id).fetch_all(tx.conn()).await?;
    Ok(Agreed { document, asked, editions })
}

/// The words of all editions and the files go.
///
/// # Errors
/// When the database fails.
pub async fn erase(tx: &mut Tx, house: &House, actor: &Actor, agreed: &Agreed) -> Result<Erased> {
    let Agreed { document, asked, editions } = agreed;
    let id = &document.id;
    tx.hold_log().await?;
    let (said, files) = told(tx, id).await?;
    let shared: i64 = query_scalar(
        "SELECT COUNT(DISTINCT o.digest) FROM attachment o JOIN edition oe ON oe.id = o.edition_id \
         WHERE oe.document_id <> $1 AND o.digest IN \
         (SELECT a.digest FROM attachment a JOIN edition e ON e.id = a.edition_id WHERE e.document_id = $1)",
    )
    .bind(id)
    .fetch_one(tx.conn())
    .await?;
    if let Some(open) = rows::open_edition(tx.conn(), id).await? {
        let now = tx.now();
        draft::put_binned(tx, document, &open, &now).await?;
    }
    let words = draft::words_of(tx, id).await?;
    for edition in editions {
        erase_edition(tx, house, edition).await?;
    }
    query("DELETE FROM edition WHERE document_id = $1 AND binned_at <> ''").bind(id).execute(tx.conn()).await?;
    words::replace(tx, id, &[&words.0, &words.1], &[]).await?;
    query("UPDATE erasure SET done_by = $2, done_name = $3, done_at = $4 WHERE document_id = $1")
        .bind(id)
        .bind(actor.log_id())
        .bind(actor.log_name())
        .bind(tx.now())
        .execute(tx.conn())
        .await?;
    // The words of people in the log as well; why it was asked for stays in the row.
    let payloads = tx.erase_of_subject(&SubjectRef::new("document", id), agreed.why(), actor).await?;
    let data = json!({
        "basis": asked.basis, "asked_by": asked.asked_by, "editions": editions.len(), "files": files.len(),
        "records": payloads, "said": said,
    });
    event_on(tx, actor, document, &events::ERASED, data).await?;
    Ok(Erased { files, shared: usize::try_from(shared).unwrap_or_default() })
}

/// What stays of events whose words go, by their number: who it was, at which gate, on which rule, of which edition; a leak is
/// looked into by that. And the digests of all files that ever hung on the document, those that were taken off again as well.
async fn told(tx: &mut Tx, id: &DocumentId) -> Result<(Map<String, Value>, Vec<String>)> {
    let files = "SELECT a.digest FROM attachment a JOIN edition e ON e.id = a.edition_id WHERE e.document_id = $1 \
         UNION SELECT p.small_digest FROM picture p JOIN edition e ON e.id = p.edition_id WHERE e.document_id = $1";
    let files: Vec<String> = query_scalar(files).bind(id).fetch_all(tx.conn()).await?;
    let mut files: BTreeSet<String> = files.into_iter().collect();
    let mut said = Map::new();
    for event in store::log::within(tx, &SubjectRef::new("document", id)).await? {
        if event.erased || !Keep::from_code(&event.keep).is_some_and(Keep::erasable) {
            continue;
        }
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        if event.kind == events::FILE_ADDED.name {
            let named = ["digest", "small"].into_iter().filter_map(|key| data.get(key).and_then(Value::as_str));
            files.extend(named.map(str::to_owned));
        }
        let facts = ["gate", "rule", "number"].into_iter();
        let facts =
            facts.filter_map(|key| Some((key.to_owned(), data.get(key).filter(|value| !value.is_null())?.clone())));
        let who = [("by".to_owned(), Value::from(event.actor_name))];
        said.insert(event.seq.to_string(), facts.chain(who).collect::<Map<_, _>>().into());
    }
    Ok((said, files.into_iter().collect()))
}

async fn erase_edition(tx: &mut Tx, house: &House, edition: &EditionId) -> Result<()> {
    draft::put_text(tx, edition, &Written::default(), &house.own_host).await?;
    for sql in ["DELETE FROM facet WHERE edition_id = $1", "DELETE FROM attachment WHERE edition_id = $1"] {
        query(sql).bind(edition).execute(tx.conn()).await?;
    }
    query(
        "UPDATE edition SET title = $2, words = '', note = '', disclosure_reason = '', version = version + 1, updated_at = $3 \
         WHERE id = $1",
    )
    .bind(edition)
    .bind(ERASED_TITLE)
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An erasure that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Waiting {
    pub document: DocumentId,
    /// Title of its newest edition.
    pub title: String,
    /// Whose it is.
    pub organ: OrganCode,
    /// Account of who asked.
    pub asked_by: String,
    /// When, in stored form.
    pub asked_at: String,
}

/// Erasures that wait, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn all_waiting(db: &Db, most: i64) -> Result<Vec<Waiting>> {
    let sql = "SELECT x.document_id AS document, e.title, e.organ, x.asked_by, x.asked_at FROM erasure x \
               JOIN edition e ON e.document_id = x.document_id AND e.head = 1 WHERE x.done_by = '' ORDER BY x.asked_at LIMIT $1";
    Ok(query_as(sql).bind(most).fetch_all(db.read()).await?)
}
