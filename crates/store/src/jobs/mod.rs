//! The job queue: work that follows a commit, done at least once, retried with growing pauses, parked when it keeps failing.
//!
//! A worker holds a lease on the job that it runs. If the worker dies, the lease passes and another takes the job over;
//! handlers are therefore written so that doing them twice does no harm. A short job ends within [`LONGEST`]; a long one
//! renews its lease while it runs, tells how far it is, and can be asked to stop.

mod handle;
mod office;
mod queue;

use std::{collections::HashMap, future::Future, pin::Pin, sync::Arc, time::Duration};

pub use handle::Handle;
use jiff::{SignedDuration, Timestamp};
pub use office::{Job, JobId, cancel, counts, discard, find, forget, left, list, oldest_due, open, postpone, revive};
pub use queue::{run_due, work};
use serde::de::DeserializeOwned;

/// A job about to be enqueued with [`crate::Tx::enqueue`].
#[derive(Debug)]
pub struct NewJob<'a, P> {
    /// Which handler does it.
    pub kind: &'static str,
    /// What it needs to know.
    pub payload: &'a P,
    /// See [`crate::Tx::enqueue`]; empty = none.
    pub dedup: String,
    /// Not before this moment; `None` = now.
    pub run_at: Option<Timestamp>,
}

impl<'a, P> NewJob<'a, P> {
    pub fn now(kind: &'static str, payload: &'a P) -> Self {
        Self { kind, payload, dedup: String::new(), run_at: None }
    }

    /// The same, not before `moment`.
    #[must_use]
    pub fn at(mut self, moment: Timestamp) -> Self {
        self.run_at = Some(moment);
        self
    }

    /// The same, at most one waiting for each `key`.
    #[must_use]
    pub fn dedup(mut self, key: impl Into<String>) -> Self {
        self.dedup = key.into();
        self
    }
}

/// Why a job did not succeed. The author of a handler decides at each `?` which it is.
#[derive(Debug)]
pub enum Failure {
    /// May work later: network, lock, full disk.
    Retry(String),
    /// Will never work: the payload makes no sense, the subject is gone.
    Give(String),
    /// Cannot work so far, since something is not set up: it is tried again at that moment, as often as it takes. No attempt counts.
    Wait(String, Timestamp),
}

impl From<crate::Error> for Failure {
    fn from(error: crate::Error) -> Self {
        Self::Retry(error.to_string())
    }
}

type Handling = Pin<Box<dyn Future<Output = std::result::Result<(), Failure>> + Send>>;

#[derive(Clone)]
struct Handler {
    run: Arc<dyn Fn(String, Handle) -> Handling + Send + Sync>,
    /// What it does, for the office.
    label: &'static str,
    long: bool,
    /// Jobs of this kind that run at the same time, over all processes.
    limit: Option<usize>,
}

/// The handlers of all kinds of jobs.
#[derive(Clone)]
pub struct Handlers {
    by_kind: HashMap<&'static str, Handler>,
    /// Kinds that share a number of jobs at the same time.
    together: Vec<(&'static [&'static str], usize)>,
    beat: Duration,
}

impl std::fmt::Debug for Handlers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.by_kind.keys()).finish()
    }
}

impl Default for Handlers {
    fn default() -> Self {
        Self { by_kind: HashMap::new(), together: Vec::new(), beat: BEAT }
    }
}

/// After this many attempts a job is parked as a dead letter.
const MAX_ATTEMPTS: i64 = 8;
/// A job whose lease is not renewed for longer is taken for lost.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// A short job gets less than the lease, so that it never runs twice at the same time.
const LONGEST: Duration = Duration::from_secs(50);
/// A long job renews its lease as often.
const BEAT: Duration = Duration::from_secs(15);

impl Handlers {
    /// Adds the handler of one kind of job that ends within 50 seconds; `label` says in the office what it does.
    #[must_use]
    pub fn with<P, F, R>(self, kind: &'static str, label: &'static str, handler: F) -> Self
    where
        P: DeserializeOwned + Send + 'static,
        F: Fn(P) -> R + Send + Sync + 'static,
        R: Future<Output = std::result::Result<(), Failure>> + Send + 'static,
    {
        self.add(kind, label, false, move |payload, _| handler(payload))
    }

    /// Adds the handler of one kind of job that may take hours: `label` says in the office what runs; through the handle it
    /// tells how far it is and hears whether it shall stop. One of the kind runs at a time unless [`Handlers::limit`] says
    /// otherwise.
    #[must_use]
    pub fn long<P, F, R>(self, kind: &'static str, label: &'static str, handler: F) -> Self
    where
        P: DeserializeOwned + Send + 'static,
        F: Fn(P, Handle) -> R + Send + Sync + 'static,
        R: Future<Output = std::result::Result<(), Failure>> + Send + 'static,
    {
        self.add(kind, label, true, handler).limit(kind, 1)
    }

    fn add<P, F, R>(mut self, kind: &'static str, label: &'static str, long: bool, handler: F) -> Self
    where
        P: DeserializeOwned + Send + 'static,
        F: Fn(P, Handle) -> R + Send + Sync + 'static,
        R: Future<Output = std::result::Result<(), Failure>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let run = move |payload: String, handle: Handle| -> Handling {
            let handler = Arc::clone(&handler);
            Box::pin(async move {
                let payload = serde_json::from_str(&payload).map_err(|e| Failure::Give(e.to_string()))?;
                handler(payload, handle).await
            })
        };
        self.by_kind.insert(kind, Handler { run: Arc::new(run), label, long, limit: None });
        self
    }

    /// At most so many jobs of the kind run at the same time, over all processes.
    #[must_use]
    pub fn limit(mut self, kind: &'static str, most: usize) -> Self {
        if let Some(handler) = self.by_kind.get_mut(kind) {
            handler.limit = Some(most);
        }
        self
    }

    /// At most so many jobs of all these kinds run at the same time, over all processes: they wait for the same thing outside, and
    /// when it hangs it must not hold every worker.
    #[must_use]
    pub fn limit_together(mut self, kinds: &'static [&'static str], most: usize) -> Self {
        self.together.push((kinds, most));
        self
    }

    /// What a job of this kind does, for the office; `None` when no handler is known, of a job that an earlier program left.
    pub fn label(&self, kind: &str) -> Option<&'static str> {
        self.by_kind.get(kind).map(|handler| handler.label)
    }

    /// Whether a job of this kind may take long: it can be asked to stop while it runs.
    pub fn is_long(&self, kind: &str) -> bool {
        self.by_kind.get(kind).is_some_and(|handler| handler.long)
    }

    /// Long jobs renew their lease as often; for tests.
    #[must_use]
    pub fn beating(mut self, beat: Duration) -> Self {
        self.beat = beat;
        self
    }

    /// Joins the handlers of several contexts.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.by_kind.extend(other.by_kind);
        self.together.extend(other.together);
        self
    }

    /// Kinds of long jobs.
    fn long_kinds(&self) -> Vec<&'static str> {
        self.by_kind.iter().filter(|(_, handler)| handler.long).map(|(kind, _)| *kind).collect()
    }

    /// Kinds with a limit, and those that share one.
    fn limits(&self) -> impl Iterator<Item = (Vec<&'static str>, usize)> {
        let own = self.by_kind.iter().filter_map(|(kind, handler)| Some((vec![*kind], handler.limit?)));
        own.chain(self.together.iter().map(|(kinds, most)| (kinds.to_vec(), *most)))
    }
}
