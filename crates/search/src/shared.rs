//! The handle that pages, the command line and the feed share.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use arc_swap::ArcSwapOption;
use futures::future::BoxFuture;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tantivy::IndexWriter;
use tokio::sync::MutexGuard;
use web::{
    Ctx,
    hooks::{Audience, SearchSource, WordHits, WordQuery},
};

use crate::{
    Error, Hit, Query, Result, Results,
    disk::{self, Found, Opened, Progress},
    engine::{self, State},
    flight::Flights,
    gate::Gate,
    names::{Labels, Names},
    phrases, plain,
    query::LONGEST,
    suggest::{self, Offered},
    truth::{Truth, keep_true},
    vocabulary::Cache,
    words::{Answering, Offer},
};

/// The search index of this node. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Search {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) dir: PathBuf,
    pub(crate) ctx: Ctx,
    pub(crate) sources: Vec<Arc<dyn SearchSource>>,
    pub(crate) opened: ArcSwapOption<Opened>,
    /// Why there is no index yet although there is a folder.
    pub(crate) unfit: Mutex<Option<Unfit>>,
    feeding: tokio::sync::Mutex<Feeding>,
    shown: Mutex<Progress>,
    /// Raised with every change of what can be found.
    state: AtomicU64,
    /// Why the index cannot be fed although it is whole, for as long as that lasts.
    stuck: ArcSwapOption<String>,
    labels: ArcSwapOption<Labels>,
    names: ArcSwapOption<Names>,
    gates: Gates,
    answers: Flights<(Audience, Query), Epoch, Arc<Results>>,
    lists: Flights<WordQuery, Epoch, Arc<WordHits>>,
    offers: Flights<String, Epoch, Arc<Vec<Offered>>>,
    titles: Cache,
}

/// Readers of the portal and the office do not wait for each other.
#[derive(Debug)]
struct Gates {
    public: Gate,
    office: Gate,
}

impl Gates {
    fn of(&self, audience: Audience) -> &Gate {
        match audience {
            Audience::Public => &self.public,
            Audience::Office => &self.office,
        }
    }
}

/// What an answer depends on besides the question.
#[derive(Debug)]
struct Epoch {
    state: u64,
    names: Arc<Names>,
    today: Date,
}

impl PartialEq for Epoch {
    fn eq(&self, other: &Self) -> bool {
        self.state == other.state && self.today == other.today && Arc::ptr_eq(&self.names, &other.names)
    }
}

/// Why the index is made anew.
#[derive(Debug, Clone)]
pub(crate) enum Unfit {
    /// It is broken; it is kept for whoever wants to know why.
    Damaged(String),
    /// Something went wrong that may be damage: its files are to be looked at.
    Suspect(String),
    /// There is none, and it could not be made yet.
    Missing(String),
    /// Another version of the program made it.
    Outdated,
}

impl Answering for Inner {
    fn answer(self: Arc<Self>, query: WordQuery) -> BoxFuture<'static, Result<WordHits>> {
        Box::pin(async move { Search { inner: self }.words(query).await })
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").field("dir", &self.dir).finish_non_exhaustive()
    }
}

/// What only the one who feeds has.
#[derive(Default)]
pub(crate) struct Feeding {
    pub(crate) writer: Option<IndexWriter>,
    /// How far has been read.
    pub(crate) progress: Progress,
    /// How far the newest commit is.
    pub(crate) committed: Progress,
    /// Whether the words for codes may have changed.
    pub(crate) labels_due: bool,
}

impl Feeding {
    /// Gives the writer back; what was not committed is forgotten.
    pub(crate) fn close(&mut self) {
        self.writer = None;
        self.progress = self.committed.clone();
    }
}

/// How the index is, for `/healthz`, the system page and `gongkai doctor`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Entries in the index, of everybody and of the office.
    pub documents: u64,
    /// Number of the last event that was read.
    pub cursor: i64,
    /// Events not read yet.
    pub lag: i64,
    /// Whether everything is being read again.
    pub rebuilding: bool,
    /// Objects read so far by that.
    pub done: u64,
    /// What is wrong, in words; empty when nothing is.
    pub problem: String,
}

impl Search {
    /// Opens the index in `dir` (`<data>/index`). Does not wait: a missing or damaged index is made anew by [`crate::run`], and
    /// until then questions say so.
    ///
    /// # Errors
    /// When the folder around `dir` can be neither found nor made.
    pub fn open(dir: impl Into<PathBuf>, ctx: &Ctx) -> Result<Self> {
        let dir = dir.into();
        if let Some(around) = dir.parent() {
            std::fs::create_dir_all(around)?;
        }
        let (opened, unfit) = match disk::open(&dir) {
            Ok(Found::Whole(opened)) => (Some(Arc::new(*opened)), None),
            Ok(Found::Nothing) => (None, None),
            Ok(Found::Outdated) => (None, Some(Unfit::Outdated)),
            // The feed looks again before anything is thrown away: what keeps it from opening now may be gone by then.
            Err(error) => (None, Some(Unfit::Suspect(error.to_string()))),
        };
        let shown = opened.as_ref().and_then(|opened| opened.progress().ok()).unwrap_or_default();
        let inner = Inner {
            dir,
            ctx: ctx.clone(),
            sources: ctx.capabilities().search(),
            opened: ArcSwapOption::new(opened),
            unfit: Mutex::new(unfit),
            feeding: tokio::sync::Mutex::default(),
            shown: Mutex::new(shown),
            state: AtomicU64::new(0),
            stuck: ArcSwapOption::empty(),
            labels: ArcSwapOption::empty(),
            names: ArcSwapOption::empty(),
            gates: Gates { public: Gate::for_this_machine(), office: Gate::for_this_machine() },
            answers: Flights::default(),
            lists: Flights::default(),
            offers: Flights::default(),
            titles: Cache::default(),
        };
        let search = Self { inner: Arc::new(inner) };
        for offer in ctx.declared::<Arc<Offer>>() {
            offer.fulfil(search.inner.clone());
        }
        Ok(search)
    }

    /// Answers a question of the public.
    ///
    /// # Errors
    /// [`Error::NotReady`] while there is no index at all, [`Error::Crowded`] while too many ask; [`Error::Damaged`] and others
    /// when reading failed: then the index is rebuilt in the background.
    pub async fn query(&self, query: &Query) -> Result<Results> {
        self.query_as(Audience::Public, query).await
    }

    /// Answers a question of this audience. The office finds entries of every organ: whoever shows them narrows to what the
    /// person may see.
    ///
    /// # Errors
    /// See [`Search::query`].
    pub async fn query_as(&self, audience: Audience, query: &Query) -> Result<Results> {
        let started = Instant::now();
        let query = bounded(query);
        let epoch = self.epoch().await;
        let (names, today) = (Arc::clone(&epoch.names), epoch.today);
        let ask = async {
            let (asked, query) = (self.clone(), query.clone());
            let answer = move |opened: &Opened| {
                let kinds = kinds(&asked.inner.sources);
                let seen = &opened.seen_by(audience);
                let state =
                    State { seen, fields: opened.fields, names: &names, words: &asked.inner.titles, kinds: &kinds };
                engine::answer(&state, &query, today).map(Arc::new)
            };
            let search = self.clone();
            self.inner.gates.of(audience).work(move || search.reading(answer)).await
        };
        // Before the answer is read: what happens meanwhile is looked at, too.
        let fed = self.inner.shown.lock().unwrap_or_else(PoisonError::into_inner).cursor;
        let answer = self.inner.answers.answer((audience, query.clone()), epoch, ask).await?;
        let mut results = Results::clone(&answer);
        let truth = Truth { ctx: &self.inner.ctx, sources: &self.inner.sources, audience };
        keep_true(&truth, fed, &mut results).await?;
        results.rebuilding = self.status().rebuilding;
        results.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(results)
    }

    /// What may be meant by the beginning of a question of the public: words and names, then titles. Empty while there is no
    /// index or too many ask, since nobody waits for it.
    ///
    /// # Errors
    /// When reading failed: then the index is rebuilt in the background.
    pub async fn suggest(&self, text: &str) -> Result<Vec<Offered>> {
        let text = cut(text);
        if !suggest::worth_asking(&text) {
            return Ok(Vec::new());
        }
        let epoch = self.epoch().await;
        let (names, today) = (Arc::clone(&epoch.names), epoch.today);
        let ask = async {
            let (asked, search, text) = (self.clone(), self.clone(), text.clone());
            let answer = move |opened: &Opened| {
                let kinds = kinds(&asked.inner.sources);
                let seen = &opened.seen_by(Audience::Public);
                let state =
                    State { seen, fields: opened.fields, names: &names, words: &asked.inner.titles, kinds: &kinds };
                suggest::words(&state, &text, today).map(Arc::new)
            };
            self.inner.gates.of(Audience::Public).work(move || search.reading(answer)).await
        };
        let words = match self.inner.offers.answer(text.clone(), epoch, ask).await {
            Err(Error::NotReady | Error::Crowded) => return Ok(Vec::new()),
            words => words?,
        };
        // Titles are asked of the database, too, as everything that is shown.
        let asked = words.first().filter(|_| suggest::is_letters(&text)).map_or(text, |word| word.text.clone());
        let titles = match self.query(&Query::text(asked).limit(suggest::TITLES)).await {
            Err(Error::NotReady | Error::Crowded) => Results::default(),
            results => results?,
        };
        Ok(suggest::together(&words, titles))
    }

    /// When hits first became public, and when their present words did, by subject and identifier; of some only the day is known.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) async fn moments(&self, hits: &[Hit]) -> web::Result<HashMap<(String, String), (String, String)>> {
        let mut moments = HashMap::new();
        for source in &self.inner.sources {
            let kind = source.subject_kind();
            let ids: Vec<String> = hits.iter().filter(|hit| hit.subject == kind).map(|hit| hit.id.clone()).collect();
            if ids.is_empty() {
                continue;
            }
            let known = source.moments(&self.inner.ctx, &ids).await?;
            moments.extend(known.into_iter().map(|(id, first, last)| ((kind.to_owned(), id), (first, last))));
        }
        Ok(moments)
    }

    /// Where an address of the portal leads to, and the title of what is found there.
    ///
    /// # Errors
    /// When the index or the database cannot be read.
    pub(crate) async fn leads_to(&self, path: &str) -> Result<(phrases::Found, String)> {
        let mut found = Results { hits: self.at_address(path).await?, ..Results::default() };
        let truth = Truth { ctx: &self.inner.ctx, sources: &self.inner.sources, audience: Audience::Public };
        keep_true(&truth, 0, &mut found).await?;
        if let Some(hit) = found.hits.pop() {
            return Ok((phrases::Found::Subject, hit.title));
        }
        let title = fixed_title(&self.inner.ctx, &self.names().await.labels, path);
        Ok(title.map_or_else(|| (phrases::Found::Nothing, String::new()), |title| (phrases::Found::Page, title)))
    }

    /// What everybody may find at an address, as the index has it.
    async fn at_address(&self, path: &str) -> Result<Vec<Hit>> {
        let (search, asked, names, path) = (self.clone(), self.clone(), self.names().await, cut(path));
        let today = self.inner.ctx.today();
        let look = move |opened: &Opened| {
            let kinds = kinds(&asked.inner.sources);
            let seen = &opened.seen_by(Audience::Public);
            let state = State { seen, fields: opened.fields, names: &names, words: &asked.inner.titles, kinds: &kinds };
            state.at_address(&path, today)
        };
        self.inner.gates.of(Audience::Office).work(move || search.reading(look)).await
    }

    /// What plain BM25 over the words of this index finds for everybody, best first: identifiers of at most `most` subjects. No
    /// page asks this; our own order is measured against it.
    ///
    /// # Errors
    /// See [`Search::query`].
    pub async fn plain(&self, text: &str, most: usize) -> Result<Vec<String>> {
        let (search, text) = (self.clone(), cut(text));
        let look =
            move |opened: &Opened| plain::subjects(&opened.seen_by(Audience::Public), opened.fields, &text, most);
        self.inner.gates.of(Audience::Office).work(move || search.reading(look)).await
    }

    /// The subjects that hold the words of a list.
    pub(crate) async fn words(&self, mut query: WordQuery) -> Result<WordHits> {
        query.words = cut(&query.words);
        let audience = query.audience;
        let ask = async {
            let (search, query) = (self.clone(), query.clone());
            let answer =
                move |opened: &Opened| engine::ids(&opened.seen_by(audience), opened.fields, &query).map(Arc::new);
            self.inner.gates.of(audience).work(move || search.reading(answer)).await
        };
        let hits = self.inner.lists.answer(query.clone(), self.epoch().await, ask).await?;
        Ok(WordHits { building: self.status().rebuilding, ..WordHits::clone(&hits) })
    }

    /// Does something with the index as it is now. Damaged files can make the library panic; that must cost one answer, not
    /// more.
    fn reading<R>(&self, work: impl FnOnce(&Opened) -> Result<R>) -> Result<R> {
        let opened = self.inner.opened.load_full().ok_or(Error::NotReady)?;
        catch_unwind(AssertUnwindSafe(|| work(&opened)))
            .unwrap_or_else(|_| Err(Error::Damaged("检索时中断".into())))
            .inspect_err(|error| self.note_failure(error))
    }

    /// What answers depend on now. Taken before the index is read: an answer may be newer than its mark, never older.
    async fn epoch(&self) -> Epoch {
        let state = self.inner.state.load(Ordering::Acquire);
        Epoch { state, names: self.names().await, today: self.inner.ctx.today() }
    }

    /// Rises with every change of what can be found: what was found rests on it.
    pub fn state(&self) -> u64 {
        self.inner.state.load(Ordering::Acquire)
    }

    /// What can be found has changed.
    pub(crate) fn changed(&self) {
        self.inner.state.fetch_add(1, Ordering::Release);
    }

    /// The words for codes as they are now.
    pub(crate) async fn names(&self) -> Arc<Names> {
        let labels = match self.inner.labels.load_full() {
            Some(labels) => labels,
            None => match self.load_labels().await {
                Ok(labels) => labels,
                Err(error) => {
                    tracing::warn!(%error, "the words for codes could not be read: codes are shown");
                    Arc::default()
                }
            },
        };
        let directory = self.inner.ctx.directory();
        match self.inner.names.load_full() {
            Some(names) if names.is_of(&directory, &labels) => names,
            _ => {
                let names = Arc::new(Names::new(directory, labels));
                self.inner.names.store(Some(Arc::clone(&names)));
                names
            }
        }
    }

    /// Asks the sources for the words for their codes.
    pub(crate) async fn load_labels(&self) -> Result<Arc<Labels>> {
        let mut labels = Vec::new();
        for source in &self.inner.sources {
            let told = source.labels(&self.inner.ctx).await;
            labels.extend(told.map_err(|error| Error::Source(format!("{error:?}")))?);
        }
        // A program that is put together without them has no table of them.
        let kept = self.inner.ctx.capabilities().names().any(|(key, _)| key == phrases::KEY);
        let phrases =
            if kept { phrases::all(self.inner.ctx.db().read()).await } else { Ok(phrases::Phrases::default()) };
        let phrases = phrases.map_err(|error| Error::Source(format!("{error:?}")))?;
        let labels = Labels::new(labels);
        let phrases = phrases.titled(|path| fixed_title(&self.inner.ctx, &labels, path));
        let labels = Arc::new(labels.with(phrases));
        self.inner.labels.store(Some(Arc::clone(&labels)));
        Ok(labels)
    }

    /// How the index is.
    pub fn status(&self) -> Status {
        let shown = self.inner.shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let head = *self.inner.ctx.db().head().borrow();
        let opened = self.inner.opened.load();
        let problem = match self.unfit() {
            Some(Unfit::Damaged(reason) | Unfit::Suspect(reason) | Unfit::Missing(reason)) => reason,
            Some(Unfit::Outdated) | None => self.inner.stuck.load_full().map_or_else(String::new, |why| (*why).clone()),
        };
        Status {
            documents: opened.as_ref().map_or(0, |opened| opened.entries()),
            cursor: shown.cursor,
            lag: (head - shown.cursor).max(0),
            rebuilding: opened.is_none() || shown.unread(&self.inner.sources).is_some(),
            done: shown.done,
            problem,
        }
    }

    /// Compares every file with its checksum; what does not fit makes the index be rebuilt. Reads all of it.
    pub(crate) fn check_files(&self) {
        if self.inner.opened.load().is_none() {
            return;
        }
        let found = catch_unwind(AssertUnwindSafe(|| disk::broken_files(&self.inner.dir)));
        match found {
            Ok(Ok(files)) if files.is_empty() => {}
            Ok(Ok(files)) => self.damaged(&format!("{} 的校验不符", files[0].display())),
            // Merging removes files while they are read here: no damage by itself, a real one shows when it is used.
            Ok(Err(error)) => tracing::info!(%error, "the search index changed while it was checked"),
            Err(_) => self.damaged("校验时中断"),
        }
    }

    pub(crate) fn unfit(&self) -> Option<Unfit> {
        self.inner.unfit.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_unfit(&self, unfit: Option<Unfit>) {
        *self.inner.unfit.lock().unwrap_or_else(PoisonError::into_inner) = unfit;
    }

    /// Remembers damage, so that the feed rebuilds.
    pub(crate) fn damaged(&self, reason: &str) {
        tracing::error!(reason, "the search index is damaged");
        self.set_unfit(Some(Unfit::Damaged(reason.to_owned())));
    }

    /// Remembers what may be damage, so that the feed looks.
    pub(crate) fn note_failure(&self, error: &Error) {
        if error.is_suspicious() && self.unfit().is_none() {
            tracing::warn!(%error, "the search index may be damaged and will be looked at");
            self.set_unfit(Some(Unfit::Suspect(error.to_string())));
        }
    }

    /// Remembers why the index cannot be fed, or that it can be again.
    pub(crate) fn set_stuck(&self, why: Option<String>) {
        self.inner.stuck.store(why.map(Arc::new));
    }

    pub(crate) async fn feeding(&self) -> MutexGuard<'_, Feeding> {
        self.inner.feeding.lock().await
    }

    /// Makes visible how far the feed is.
    pub(crate) fn publish(&self, feeding: &Feeding) {
        *self.inner.shown.lock().unwrap_or_else(PoisonError::into_inner) = feeding.progress.clone();
    }
}

/// Kinds of subjects that can be found.
fn kinds(sources: &[Arc<dyn SearchSource>]) -> Vec<&'static str> {
    sources.iter().map(|source| source.subject_kind()).collect()
}

/// What a page is called that is there whatever is public: a column, or a page of the portal itself.
fn fixed_title(ctx: &Ctx, labels: &Labels, path: &str) -> Option<String> {
    let column = path.strip_prefix("/columns/").and_then(|slug| labels.column(slug));
    column.map(str::to_owned).or_else(|| phrases::title_of(ctx, path).map(str::to_owned))
}

/// A question without what would not be read anyway: what is remembered of it has a bounded size.
fn bounded(query: &Query) -> Query {
    Query {
        text: cut(&query.text),
        kind: cut(&query.kind),
        organ: cut(&query.organ),
        column: cut(&query.column),
        year: cut(&query.year),
        validity: cut(&query.validity),
        topic: cut(&query.topic),
        ..query.clone()
    }
}

/// One character more than is read shows that there was more.
fn cut(text: &str) -> String {
    text.trim().chars().take(LONGEST + 1).collect()
}
