//! The handle that pages, the command line and the feed share.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use arc_swap::ArcSwapOption;
use kernel::{Directory, Seams};
use serde::{Deserialize, Serialize};
use tantivy::IndexWriter;
use tokio::sync::{MutexGuard, Semaphore, watch};
use web::Ctx;

use crate::{
    Error, Query, Result, Results,
    disk::{self, Opened, Progress},
    engine,
    segmenter::Segmenter,
};

/// Questions answered at the same time; more wait. Each takes one core.
const AT_ONCE: usize = 4;

/// The search index of this node. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Search {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) dir: PathBuf,
    pub(crate) segmenter: Arc<Segmenter>,
    pub(crate) opened: ArcSwapOption<Opened>,
    /// Why the index must be rebuilt.
    pub(crate) damage: Mutex<Option<String>>,
    feeding: tokio::sync::Mutex<Feeding>,
    shown: Mutex<Progress>,
    head: watch::Receiver<i64>,
    seams: Seams,
    slots: Semaphore,
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
    /// The directory whose names the dictionary knows.
    pub(crate) vocabulary_of: Option<Arc<Directory>>,
    /// Whether words of other sources may have changed.
    pub(crate) vocabulary_due: bool,
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
    /// Documents that can be found.
    pub documents: u64,
    /// Number of the last event that was read.
    pub cursor: i64,
    /// Events not read yet.
    pub lag: i64,
    /// Whether everything is being read again.
    pub rebuilding: bool,
    /// Entries read so far by that.
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
        let segmenter = Arc::new(Segmenter::default());
        let (opened, damage) = match disk::open(&dir, &segmenter) {
            Ok(opened) => (opened.map(Arc::new), None),
            Err(error) => (None, Some(error.to_string())),
        };
        let shown = opened.as_ref().and_then(|opened| opened.progress().ok()).unwrap_or_default();
        let inner = Inner {
            dir,
            segmenter,
            opened: ArcSwapOption::new(opened),
            damage: Mutex::new(damage),
            feeding: tokio::sync::Mutex::default(),
            shown: Mutex::new(shown),
            head: ctx.db().head(),
            seams: ctx.seams().clone(),
            slots: Semaphore::new(AT_ONCE),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Answers a question.
    ///
    /// # Errors
    /// [`Error::NotReady`] while there is no index at all; [`Error::Damaged`] and others when reading failed: then the index
    /// is rebuilt in the background.
    pub async fn query(&self, query: &Query) -> Result<Results> {
        let _slot = self.inner.slots.acquire().await.map_err(|_| Error::NotReady)?;
        let (search, query) = (self.clone(), query.clone());
        let answer = tokio::task::spawn_blocking(move || search.answer(&query));
        answer.await.unwrap_or_else(|error| Err(Error::Source(error.to_string())))
    }

    fn answer(&self, query: &Query) -> Result<Results> {
        let started = Instant::now();
        let opened = self.inner.opened.load_full().ok_or(Error::NotReady)?;
        let today = self.inner.seams.today();
        // Damaged files can make the library panic; that must cost one answer, not more.
        let answer = catch_unwind(AssertUnwindSafe(|| engine::answer(&opened, &self.inner.segmenter, query, today)))
            .unwrap_or_else(|_| Err(Error::Damaged("检索时中断".into())));
        let mut results = answer.inspect_err(|error| self.note_failure(error))?;
        results.rebuilding = self.status().rebuilding;
        results.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(results)
    }

    /// How the index is.
    pub fn status(&self) -> Status {
        let shown = self.inner.shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let head = *self.inner.head.borrow();
        let opened = self.inner.opened.load();
        Status {
            documents: opened.as_ref().map_or(0, |opened| opened.reader.searcher().num_docs()),
            cursor: shown.cursor,
            lag: (head - shown.cursor).max(0),
            rebuilding: opened.is_none() || shown.sweep.is_some(),
            done: shown.sweep.map_or(0, |sweep| sweep.done),
            problem: self.damage().unwrap_or_default(),
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
            Ok(Ok(files)) => self.note_failure(&Error::Damaged(format!("{} 的校验不符", files[0].display()))),
            // Merging removes files while they are read here: no damage by itself, a real one shows when it is used.
            Ok(Err(error)) => tracing::info!(%error, "the search index changed while it was checked"),
            Err(_) => self.note_failure(&Error::Damaged("校验时中断".into())),
        }
    }

    pub(crate) fn damage(&self) -> Option<String> {
        self.inner.damage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers damage, so that the feed rebuilds.
    pub(crate) fn note_failure(&self, error: &Error) {
        if error.is_damage() {
            tracing::error!(%error, "the search index is damaged");
            *self.inner.damage.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
        }
    }

    pub(crate) async fn feeding(&self) -> MutexGuard<'_, Feeding> {
        self.inner.feeding.lock().await
    }

    /// Makes visible how far the feed is.
    pub(crate) fn publish(&self, feeding: &Feeding) {
        *self.inner.shown.lock().unwrap_or_else(PoisonError::into_inner) = feeding.progress.clone();
    }
}
