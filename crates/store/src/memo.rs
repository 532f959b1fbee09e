//! Answers that stay true while nothing is written that they depend on: counts over everything that is public cost tens of
//! milliseconds at fifty thousand documents and are asked for by every list. Every change appends an event, so an answer holds
//! as long as the newest event of the kinds of subjects that it depends on is the one that was the newest when it was asked.

use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use kernel::EventKind;

use crate::{Db, Result, query_as, query_scalar};

/// Answers kept at most; then those that were not asked for longest go, since a reader who varies the question must not fill
/// the memory.
const MOST: usize = 1_000;

/// An answer and the number of the newest event on which it rests.
type Answer = Option<(i64, Arc<dyn Any + Send + Sync>)>;

/// The place of one answer. Whoever asks holds the lock: the others wait for the answer instead of asking too.
#[derive(Clone, Default)]
struct Place {
    answer: Arc<tokio::sync::Mutex<Answer>>,
    used: u64,
}

/// The answers of one database handle.
#[derive(Default)]
pub(crate) struct Memo {
    places: Mutex<Places>,
    heads: tokio::sync::Mutex<HashMap<String, Heads>>,
}

#[derive(Default)]
struct Places {
    by_key: HashMap<String, Place>,
    clock: u64,
}

/// The newest event of each kind of subject, and of each kind, of one chain, as far as this process has looked.
#[derive(Default)]
struct Heads {
    looked: i64,
    /// The end of the chain at the first look: the newest of every kind that was not seen since.
    began: i64,
    by_subject: HashMap<String, i64>,
    by_kind: HashMap<String, i64>,
}

impl Memo {
    fn place(&self, key: &str) -> Arc<tokio::sync::Mutex<Answer>> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.clock += 1;
        let clock = places.clock;
        if places.by_key.len() >= MOST && !places.by_key.contains_key(key) {
            let mut ages: Vec<u64> = places.by_key.values().map(|place| place.used).collect();
            ages.sort_unstable();
            let middle = ages[ages.len() / 2];
            places.by_key.retain(|_, place| place.used > middle);
        }
        let place = places.by_key.entry(key.to_owned()).or_default();
        place.used = clock;
        Arc::clone(&place.answer)
    }
}

impl Db {
    /// The answer to `ask`, or the one that was given to the same `key` if no event was written since, by whatever process.
    /// The key names the question and all that it depends on. Of several who ask at the same time one does; `ask` itself must not
    /// come back to the same key.
    pub async fn while_unchanged<T>(&self, key: String, ask: impl Future<Output = Result<T>>) -> Result<T>
    where
        T: Clone + Send + Sync + 'static,
    {
        self.while_subjects_unchanged(&[], key, ask).await
    }

    /// The same for an answer that depends only on subjects of these kinds (`document`, `column`): events of others, such as a
    /// sign-in, leave it standing. No kind at all means every kind.
    pub async fn while_subjects_unchanged<T>(
        &self,
        subjects: &[&'static str],
        key: String,
        ask: impl Future<Output = Result<T>>,
    ) -> Result<T>
    where
        T: Clone + Send + Sync + 'static,
    {
        self.while_events_unchanged(subjects, &[], key, ask).await
    }

    /// The same for an answer that depends on events of these kinds besides, whatever else happens to their subjects: what
    /// readers see of a table stands while somebody claims a batch or writes a draft of one. No subject and no kind means every event.
    pub async fn while_events_unchanged<T>(
        &self,
        subjects: &[&'static str],
        kinds: &[&'static EventKind],
        key: String,
        ask: impl Future<Output = Result<T>>,
    ) -> Result<T>
    where
        T: Clone + Send + Sync + 'static,
    {
        let names: Vec<&'static str> = kinds.iter().map(|kind| kind.name).collect();
        let place = self.memo().place(&format!("{} {subjects:?} {names:?} {key}", self.chain()));
        let mut answer = place.lock().await;
        // Read before asking: an event that comes in between makes the answer newer than its mark, never older.
        let mark = self.newest_of(subjects, &names).await?;
        if let Some(known) =
            answer.as_ref().filter(|(of, _)| *of == mark).and_then(|(_, value)| value.downcast_ref::<T>())
        {
            return Ok(known.clone());
        }
        let fresh = ask.await?;
        *answer = Some((mark, Arc::new(fresh.clone())));
        Ok(fresh)
    }

    /// The newest event of subjects of these kinds, and of these kinds of event, that is known to matter.
    async fn newest_of(&self, subjects: &[&'static str], kinds: &[&'static str]) -> Result<i64> {
        let head: i64 = query_scalar("SELECT COALESCE(MAX(seq), 0) FROM event WHERE chain = $1")
            .bind(self.chain())
            .fetch_one(self.read())
            .await?;
        if subjects.is_empty() && kinds.is_empty() {
            return Ok(head);
        }
        let mut heads = self.memo().heads.lock().await;
        let known = !heads.contains_key(self.chain());
        let heads = heads.entry(self.chain().to_owned()).or_default();
        if known {
            (heads.looked, heads.began) = (head, head);
        }
        if head > heads.looked {
            let newer: Vec<(String, String, i64)> = query_as(
                "SELECT subject_kind, kind, MAX(seq) FROM event WHERE chain = $1 AND seq > $2 AND seq <= $3 \
                 GROUP BY subject_kind, kind",
            )
            .bind(self.chain())
            .bind(heads.looked)
            .bind(head)
            .fetch_all(self.read())
            .await?;
            for (subject, kind, seq) in newer {
                let of_subject = heads.by_subject.entry(subject).or_default();
                *of_subject = seq.max(*of_subject);
                heads.by_kind.insert(kind, seq);
            }
            heads.looked = head;
        }
        let of_subjects = subjects.iter().filter_map(|subject| heads.by_subject.get(*subject));
        let newest = of_subjects.chain(kinds.iter().filter_map(|kind| heads.by_kind.get(*kind))).max();
        Ok(newest.copied().unwrap_or(heads.began))
    }
}
