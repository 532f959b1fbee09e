//! Answers that stay true while nothing is written: counts over everything that is public cost tens of milliseconds at fifty
//! thousand documents and are asked for by every list. Every change appends an event, so an answer holds as long as the newest
//! event is the one that was the newest when it was asked.

use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{Db, Result};

/// Answers kept at most; then all are forgotten, since a reader who varies the question must not fill the memory.
const MOST: usize = 400;

type Kept = (i64, Arc<dyn Any + Send + Sync>);

/// The answers of one database handle.
#[derive(Default)]
pub(crate) struct Memo {
    kept: Mutex<HashMap<String, Kept>>,
}

impl Memo {
    fn get<T: Clone + 'static>(&self, key: &str, seq: i64) -> Option<T> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|(of, _)| *of == seq).and_then(|(_, value)| value.downcast_ref::<T>()).cloned()
    }

    fn put<T: Send + Sync + 'static>(&self, key: String, seq: i64, value: T) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, (seq, Arc::new(value)));
    }
}

impl Db {
    /// The answer to `ask`, or the one that was given to the same `key` if no event was written since, by whatever process.
    /// The key names the question and all that it depends on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn while_unchanged<T>(&self, key: String, ask: impl Future<Output = Result<T>>) -> Result<T>
    where
        T: Clone + Send + Sync + 'static,
    {
        // Read before asking: an event that comes in between makes the answer newer than its mark, never older.
        let seq: i64 = crate::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM event").fetch_one(self.read()).await?;
        if let Some(known) = self.memo().get(&key, seq) {
            return Ok(known);
        }
        let answer = ask.await?;
        self.memo().put(key, seq, answer.clone());
        Ok(answer)
    }
}
