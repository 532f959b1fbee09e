//! What the county sets for the checks: the list of words of its political gate (词表), and how it weighs the rules that the law leaves
//! to it. All of it is one thing in the log, with a number that every change raises: what was found by another state of it counts no
//! more ([`crate::findings`]).

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use check_text::{Answers, Book, Former, Known, Level, Sort, Term, Terms, Wanted, rule, wording::Renamed};
use futures::future::BoxFuture;
use kernel::{Actor, NewEvent};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{Db, Executor, FromRow, Sealed, Tx, Value, built, query, query_as, query_scalar};
use web::{Ctx, Refusal};

use crate::{
    Result,
    events::{BOOK, LEVEL_SET, TERM_REMOVED, TERM_SET, TERMS_IMPORTED},
};

::store::ids! {
    /// Of an entry of the list of words.
    TermId,
}

/// The one book of an installation.
const COUNTY: &str = "county";
/// What is locked before the book is changed.
const LOCK: &str = "check_book";
/// Entries of a list at the most.
pub const MOST: usize = 50_000;

/// Who knows of cited documents and of addresses of the portal. Declared by the capability that has them
/// (`.declare(Arc::new(…) as Arc<dyn Library>)`); without one nothing is said of citations.
pub trait Library: Send + Sync {
    /// What is known of each of these.
    fn ask<'a>(&'a self, ctx: &'a Ctx, wanted: &'a [Wanted]) -> BoxFuture<'a, web::Result<Answers>>;
}

/// By what texts are looked through now.
#[derive(Clone)]
pub struct Asking {
    /// State of the county's book.
    pub(crate) version: i64,
    pub(crate) book: Arc<Book>,
    /// SHA-256 of what of it stands elsewhere: the register of organs.
    basis: String,
    /// Whom to ask; `None` = nobody.
    ctx: Option<Ctx>,
    /// Titles of documents that are known besides: the text's own, and those with which it goes out.
    beside: Vec<String>,
}

impl std::fmt::Debug for Asking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asking").field("version", &self.version).finish_non_exhaustive()
    }
}

/// The book that was made ready last. One for each installation, declared by the capability.
#[derive(Debug, Default)]
pub struct Ready(Mutex<Option<(i64, String, Arc<Book>)>>);

impl Asking {
    /// The state of the county's book that it asks.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// As the installation has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(ctx: &Ctx) -> Result<Self> {
        let (former, borne, county) = (former(ctx), borne(ctx), vec![ctx.site().county.clone()]);
        let renamed: Vec<_> = former.iter().map(|one| (&one.before, &one.today)).collect();
        let basis = digest(&json!([county, renamed, borne]));
        let version = version(ctx.db().read()).await?;
        let ready = ctx.one::<Ready>();
        let known = ready.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let known = known.filter(|(of, on, _)| *of == version && *on == basis).map(|(.., book)| book);
        let (version, book) = match known {
            Some(book) => (version, book),
            None => {
                let (version, terms, levels) = kept(ctx.db()).await?;
                let made = move || Book {
                    terms: Terms::new(terms),
                    former: Former::new(former).beside(borne),
                    levels,
                    county,
                };
                // Twenty thousand words: not on a thread that answers others.
                let book = tokio::task::spawn_blocking(made)
                    .await
                    .map_err(|error| web::Error::internal(format!("making the list of words ready: {error}")))?;
                let book = Arc::new(book);
                *ready.0.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some((version, basis.clone(), Arc::clone(&book)));
                (version, book)
            }
        };
        Ok(Self { version, book, basis, ctx: Some(ctx.clone()), beside: Vec::new() })
    }

    /// By the book alone, where there is no installation around: nobody is asked of citations, no organ is known.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn plain(db: &Db) -> Result<Self> {
        let (version, terms, levels) = kept(db).await?;
        let book = Book { terms: Terms::new(terms), levels, ..Book::default() };
        Ok(Self { version, book: Arc::new(book), basis: String::new(), ctx: None, beside: Vec::new() })
    }

    /// The same for a text that names documents which no library holds yet: itself, and what it is published with.
    #[must_use]
    pub fn beside(mut self, titles: Vec<String>) -> Self {
        self.beside = titles;
        self
    }

    /// What is known of a document by the titles beside it.
    fn own(&self, wanted: &Wanted) -> Option<Known> {
        let Wanted::Document { title, .. } = wanted else { return None };
        let dense = |words: &str| -> String { words.chars().filter(|c| !c.is_whitespace()).collect() };
        let (title, inner) = (dense(title), format!("《{}》", dense(title)));
        let is_one = |one: &String| {
            let one = dense(one);
            one == title || one.contains(&inner)
        };
        let known = !title.is_empty() && self.beside.iter().any(is_one);
        known.then(Known::page)
    }

    /// The rules and lists.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// The same, to be taken along.
    pub fn shared(&self) -> Arc<Book> {
        Arc::clone(&self.book)
    }

    /// What is known of these.
    ///
    /// # Errors
    /// When whoever is asked cannot answer.
    pub async fn answers(&self, wanted: &[Wanted]) -> Result<Answers> {
        let Some(ctx) = self.ctx.as_ref().filter(|_| !wanted.is_empty()) else { return Ok(Answers::default()) };
        let Some(library) = ctx.declared::<Arc<dyn Library>>().next() else { return Ok(Answers::default()) };
        Ok(library.ask(ctx, wanted).await?.or(|one| self.own(one)))
    }

    /// Names what a part was looked through by besides rules and book: where it changes the part is looked through anew.
    pub(crate) fn named(&self, wanted: &[Wanted], answers: &Answers) -> String {
        digest(&json!([self.basis, answers.some(wanted)]))
    }
}

fn digest(of: &serde_json::Value) -> String {
    hex::encode(Sha256::digest(of.to_string().as_bytes()))
}

/// Names that organs bear today.
fn borne(ctx: &Ctx) -> Vec<String> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let living = directory.all().iter().filter(|organ| organ.exists_on(today));
    living.flat_map(|organ| [organ.name.clone(), organ.short_name.clone()]).collect()
}

/// Names of organs that are no more, and who took over.
fn former(ctx: &Ctx) -> Vec<Renamed> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let living: Vec<&str> = directory
        .all()
        .iter()
        .filter(|organ| organ.exists_on(today))
        .flat_map(|organ| [organ.name.as_str(), organ.short_name.as_str()])
        .collect();
    let mut all = Vec::new();
    for organ in directory.all().iter().filter(|organ| !organ.exists_on(today)) {
        let now = directory.current(&organ.code, today).filter(|now| now.code != organ.code);
        let since = organ.exists_to.map_or_else(|| "机构改革".to_owned(), |last| format!("{}年机构改革", last.year()));
        let names = [(&organ.name, now.map(|now| &now.name)), (&organ.short_name, now.map(|now| &now.short_name))];
        for (before, today) in names {
            if living.contains(&before.as_str()) {
                continue;
            }
            let but = living.iter().filter(|name| name.contains(before.as_str())).map(|name| (*name).to_owned());
            all.push(Renamed {
                before: before.clone(),
                today: today.cloned().unwrap_or_default(),
                since: since.clone(),
                but: but.collect(),
            });
        }
    }
    all
}

/// State of the book; 0 = nothing has been set.
///
/// # Errors
/// When the database fails.
pub async fn version(executor: impl Executor<'_>) -> Result<i64> {
    let sql = "SELECT version FROM check_book WHERE id = $1";
    Ok(query_scalar::<i64>(sql).bind(COUNTY).fetch_optional(executor).await?.unwrap_or(0))
}

/// An entry as it is kept.
#[derive(Debug, Clone, FromRow)]
pub struct TermRow {
    pub id: TermId,
    sort: String,
    /// What is looked for.
    pub form: String,
    /// What should stand there.
    pub right_form: String,
    /// Why.
    pub reason: String,
    severity: String,
    /// Stored form.
    pub changed_at: String,
}

impl TermRow {
    /// What it asks for.
    pub fn sort(&self) -> Sort {
        Sort::from_words(&self.sort).unwrap_or(Sort::Forbidden)
    }

    /// How it is weighed.
    pub fn level(&self) -> Level {
        Level::from_code(&self.severity).unwrap_or(Level::Warn)
    }

    /// As the rules take it.
    pub fn term(&self) -> Term {
        Term {
            sort: self.sort(),
            form: self.form.clone(),
            right: self.right_form.clone(),
            reason: self.reason.clone(),
            severity: self.level().severity().unwrap_or(text::findings::Severity::Warn),
        }
    }
}

/// Entries behind one form, in the order of their forms, that hold some words; at most so many.
///
/// # Errors
/// When the database fails.
pub async fn terms(executor: impl Executor<'_>, after: &str, words: &str, limit: i64) -> Result<Vec<TermRow>> {
    let sql = "SELECT id, sort, form, right_form, reason, severity, changed_at FROM check_term \
               WHERE book = $1 AND form > $2 AND (form LIKE $3 OR right_form LIKE $3) ORDER BY form LIMIT $4";
    let like = format!("%{}%", words.trim().replace(['%', '_'], ""));
    Ok(query_as(sql).bind(COUNTY).bind(after).bind(like).bind(limit).fetch_all(executor).await?)
}

/// How many there are.
///
/// # Errors
/// When the database fails.
pub async fn count(executor: impl Executor<'_>) -> Result<i64> {
    Ok(query_scalar("SELECT COUNT(*) FROM check_term WHERE book = $1").bind(COUNTY).fetch_one(executor).await?)
}

/// Weights that the county has set, by rule.
///
/// # Errors
/// When the database fails.
pub async fn levels(executor: impl Executor<'_>) -> Result<BTreeMap<String, Level>> {
    let sql = "SELECT rule, level FROM check_level WHERE book = $1 ORDER BY rule";
    let rows: Vec<(String, String)> = query_as(sql).bind(COUNTY).fetch_all(executor).await?;
    Ok(rows.into_iter().filter_map(|(rule, level)| Some((rule, Level::from_code(&level)?))).collect())
}

/// State, entries and weights. Read apart from one another: the state first, so that what is newer is only looked at once more.
async fn kept(db: &Db) -> Result<(i64, Vec<Term>, BTreeMap<String, Level>)> {
    let version = version(db.read()).await?;
    let rows = terms(db.read(), "", "", i64::MAX).await?;
    let levels = levels(db.read()).await?;
    Ok((version, rows.iter().map(TermRow::term).collect(), levels))
}

/// Raises the state of the book.
async fn raise(tx: &mut Tx, actor: &Actor) -> Result<i64> {
    let now = tx.now();
    query(
        "INSERT INTO check_book (id, version, changed_name, changed_at) VALUES ($1, 1, $2, $3) \
         ON CONFLICT (id) DO UPDATE SET version = check_book.version + 1, changed_name = excluded.changed_name, \
         changed_at = excluded.changed_at",
    )
    .bind(COUNTY)
    .bind(actor.log_name())
    .bind(now)
    .execute(tx.conn())
    .await?;
    version(tx.conn()).await
}

/// What came of putting an entry in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    Added,
    Changed,
    /// It was so already.
    Same,
}

/// Puts an entry in; the form names it.
///
/// # Errors
/// [`Refusal::Fields`] when it asks for nothing sensible; when the database fails.
pub async fn put(tx: &mut Tx, actor: &Actor, term: &Term) -> Result<Put> {
    tx.lock(LOCK).await?;
    if let Some((field, sentence)) = term.fault() {
        return Err(Refusal::field(field, sentence));
    }
    let (done, _) = write(tx, actor, std::slice::from_ref(term)).await?;
    let put = match (done.added, done.changed) {
        (0, 0) => return Ok(Put::Same),
        (0, _) => Put::Changed,
        _ => Put::Added,
    };
    let data = json!({
        "sort": term.sort.label(), "form": term.form.trim(), "right": term.right.trim(), "reason": term.reason.trim(),
        "level": Level::of(term.severity).label(),
    });
    tx.append(NewEvent::new(&TERM_SET, COUNTY, actor).data(data)).await?;
    Ok(put)
}

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    pub added: usize,
    pub changed: usize,
    pub same: usize,
}

impl Imported {
    /// Both together.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self { added: self.added + more.added, changed: self.changed + more.changed, same: self.same + more.same }
    }
}

/// Whether a list has room beside what is kept, asked before a part of it is written.
///
/// # Errors
/// [`Refusal::Conflict`] beyond [`MOST`] entries; when the database fails.
pub async fn room(executor: impl Executor<'_>, list: &[Term]) -> Result<()> {
    let known = known(executor).await?;
    if known.len() + told(list, &known).added > MOST { Err(full()) } else { Ok(()) }
}

fn full() -> Refusal {
    Refusal::Conflict(format!("词表最多 {MOST} 条，请先删除不用的词条。没有保存。"))
}

/// Holds entries against those that are kept, without writing: what an import would do.
///
/// # Errors
/// When the database fails.
pub async fn foretold(executor: impl Executor<'_>, list: &[Term]) -> Result<Imported> {
    let known = known(executor).await?;
    Ok(told(list, &known))
}

/// What is kept of each of these forms.
///
/// # Errors
/// When the database fails.
pub async fn kept_of(executor: impl Executor<'_>, list: &[Term]) -> Result<Vec<Option<TermRow>>> {
    let known = known(executor).await?;
    Ok(list.iter().map(|term| known.get(term.form.trim()).cloned()).collect())
}

/// What of these entries and the kept ones contradicts itself: an entry whose right form another one objects to, with that one; those
/// alone with one of these entries in it.
///
/// # Errors
/// When the database fails.
pub async fn contradictions(executor: impl Executor<'_>, list: &[Term]) -> Result<Vec<(Term, Term)>> {
    let mut kept = known(executor).await?;
    let fresh: HashSet<String> = list.iter().map(|term| term.form.trim().to_owned()).collect();
    kept.retain(|form, _| !fresh.contains(form));
    let all: Vec<Term> = kept.values().map(TermRow::term).chain(list.iter().cloned()).collect();
    // As many words as a county keeps: not on a thread that answers others.
    let work = move || {
        let is_fresh = |term: &Term| fresh.contains(term.form.trim());
        let terms = Terms::new(all);
        let found = terms.contradictions().into_iter().filter(|(one, other)| is_fresh(one) || is_fresh(other));
        found.map(|(one, other)| (one.clone(), other.clone())).collect::<Vec<(Term, Term)>>()
    };
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|error| web::Error::internal(format!("holding words against each other: {error}")))?)
}

fn told(list: &[Term], known: &HashMap<String, TermRow>) -> Imported {
    let mut done = Imported::default();
    for term in list {
        match known.get(term.form.trim()) {
            None => done.added += 1,
            Some(row) if is_same(row, term) => done.same += 1,
            Some(_) => done.changed += 1,
        }
    }
    done
}

fn is_same(row: &TermRow, term: &Term) -> bool {
    let of = row.term();
    of.sort == term.sort
        && of.right == term.right.trim()
        && of.reason == term.reason.trim()
        && of.severity == term.severity
}

async fn known(executor: impl Executor<'_>) -> Result<HashMap<String, TermRow>> {
    let rows = terms(executor, "", "", i64::MAX).await?;
    Ok(rows.into_iter().map(|row| (row.form.clone(), row)).collect())
}

/// Puts a whole list in, adding to what is kept: what it does not hold stays.
///
/// # Errors
/// [`Refusal::Conflict`] beyond [`MOST`] entries; when the database fails.
pub async fn import(tx: &mut Tx, actor: &Actor, list: &[Term]) -> Result<Imported> {
    tx.lock(LOCK).await?;
    let (done, version) = write(tx, actor, list).await?;
    if done.added + done.changed > 0 {
        let data = json!({ "added": done.added, "changed": done.changed, "same": done.same, "version": version });
        tx.append(NewEvent::new(&TERMS_IMPORTED, COUNTY, actor).data(data)).await?;
    }
    Ok(done)
}

/// Writes entries; the state is raised when one of them is new or another. Called under the lock.
async fn write(tx: &mut Tx, actor: &Actor, list: &[Term]) -> Result<(Imported, i64)> {
    /// Entries of one statement.
    const STEP: usize = 400;
    let known = known(tx.conn()).await?;
    let done = told(list, &known);
    if known.len() + done.added > MOST {
        return Err(full());
    }
    if done.added + done.changed == 0 {
        return Ok((done, version(tx.conn()).await?));
    }
    let version = raise(tx, actor).await?;
    let now = tx.now();
    let mut fresh: Vec<&Term> =
        list.iter().filter(|term| known.get(term.form.trim()).is_none_or(|row| !is_same(row, term))).collect();
    // One statement writes a row once.
    let mut seen: HashSet<&str> = HashSet::new();
    fresh.retain(|term| seen.insert(term.form.trim()));
    for some in fresh.chunks(STEP) {
        let mut values: Vec<Value> = Vec::with_capacity(some.len() * 8);
        let mut rows: Vec<String> = Vec::with_capacity(some.len());
        for term in some {
            let first = values.len() + 1;
            let places: Vec<String> = (first..first + 8).map(|place| format!("${place}")).collect();
            rows.push(format!("({})", places.join(", ")));
            let texts = [
                TermId::fresh(&tx.seams()).to_string(),
                COUNTY.to_owned(),
                term.sort.code().to_owned(),
                term.form.trim().to_owned(),
                term.right.trim().to_owned(),
                term.reason.trim().to_owned(),
                Level::of(term.severity).code().to_owned(),
                now.clone(),
            ];
            values.extend(texts.into_iter().map(Value::Text));
        }
        // SQL: fragments are literals of this file, numbers of places are counted here.
        let sql = built(format!(
            "INSERT INTO check_term (id, book, sort, form, right_form, reason, severity, changed_at) VALUES {} \
             ON CONFLICT (book, form) DO UPDATE SET sort = excluded.sort, right_form = excluded.right_form, \
             reason = excluded.reason, severity = excluded.severity, changed_at = excluded.changed_at",
            rows.join(", ")
        ));
        query(sql).bind_all(values).execute(tx.conn()).await?;
    }
    Ok((done, version))
}

/// Takes an entry out.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none.
pub async fn remove(tx: &mut Tx, actor: &Actor, id: &TermId) -> Result<()> {
    tx.lock(LOCK).await?;
    let sql = "SELECT id, sort, form, right_form, reason, severity, changed_at FROM check_term WHERE id = $1";
    let row: Option<TermRow> = query_as(sql).bind(id).fetch_optional(tx.conn()).await?;
    let row = row.ok_or(Refusal::NotFound)?;
    query("DELETE FROM check_term WHERE id = $1").bind(id).execute(tx.conn()).await?;
    raise(tx, actor).await?;
    let data = json!({ "sort": row.sort().label(), "form": row.form, "right": row.right_form, "reason": row.reason });
    tx.append(NewEvent::new(&TERM_REMOVED, COUNTY, actor).data(data)).await?;
    Ok(())
}

/// Weighs a rule. What the program itself has is kept as nothing.
///
/// # Errors
/// [`Refusal::Conflict`] where the law leaves nothing to the county, [`Refusal::NotFound`] when there is no such rule.
pub async fn weigh(tx: &mut Tx, actor: &Actor, id: &str, level: Level) -> Result<bool> {
    tx.lock(LOCK).await?;
    let rule = rule::named(id).ok_or(Refusal::NotFound)?;
    if rule.fixed {
        return Err(Refusal::Conflict(format!("“{}”依{}检查，不能调整。", rule.words, rule.basis)));
    }
    let usual = Level::of(rule.severity);
    let before = levels(tx.conn()).await?.get(id).copied().unwrap_or(usual);
    if before == level {
        return Ok(false);
    }
    raise(tx, actor).await?;
    query("DELETE FROM check_level WHERE book = $1 AND rule = $2").bind(COUNTY).bind(id).execute(tx.conn()).await?;
    if level != usual {
        query("INSERT INTO check_level (book, rule, level) VALUES ($1, $2, $3)")
            .bind(COUNTY)
            .bind(id)
            .bind(level.code())
            .execute(tx.conn())
            .await?;
    }
    let data = json!({ "rule": rule.words, "level": level.label(), "before": before.label() });
    tx.append(NewEvent::new(&LEVEL_SET, COUNTY, actor).data(data)).await?;
    Ok(true)
}

/// Who changed the book last, and when (stored form); `None` = nobody has set anything.
///
/// # Errors
/// When the database fails.
pub async fn changed(executor: impl Executor<'_>) -> Result<Option<(String, String)>> {
    let sql = "SELECT changed_name, changed_at FROM check_book WHERE id = $1";
    Ok(query_as(sql).bind(COUNTY).fetch_optional(executor).await?)
}

/// What the log seals: what is looked for is nobody's to turn past the program.
pub(crate) fn sealed() -> Sealed {
    Sealed::each(
        BOOK,
        "检查规则和词表",
        "SELECT id FROM check_book",
        "SELECT '检查规则和词表' FROM check_book WHERE id = $1",
    )
    .part("check_term/1", "词条", "SELECT id, sort, form, right_form, reason, severity FROM check_term WHERE book = $1")
    .part("check_level/1", "规则的处理方式", "SELECT rule, level FROM check_level WHERE book = $1")
}
