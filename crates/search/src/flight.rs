//! One flight per answer: many who ask the same at the same time wait for one answer, and whoever asks the same a little later
//! gets it again, as long as neither the index nor a name has changed.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::OnceCell;

use crate::Result;

/// Answers that are remembered. A page of hits takes some ten kilobytes.
const REMEMBERED: usize = 200;

type Cell<E, A> = (E, Arc<OnceCell<A>>);

/// Answers to questions `Q` that hold for an epoch `E`.
#[derive(Debug)]
pub(crate) struct Flights<Q, E, A>(Mutex<HashMap<Q, Cell<E, A>>>);

impl<Q, E, A> Default for Flights<Q, E, A> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Q: Hash + Eq, E: PartialEq, A: Clone> Flights<Q, E, A> {
    /// The answer to `question` in this epoch: what somebody is asking for now, was given before, or what `ask` gives.
    ///
    /// # Errors
    /// What `ask` fails with; the next one asks anew.
    pub(crate) async fn answer(&self, question: Q, epoch: E, ask: impl Future<Output = Result<A>>) -> Result<A> {
        let cell = self.cell(question, epoch);
        cell.get_or_try_init(|| ask).await.cloned()
    }

    fn cell(&self, question: Q, epoch: E) -> Arc<OnceCell<A>> {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, cell)) = cells.get(&question)
            && *of == epoch
        {
            return Arc::clone(cell);
        }
        if cells.len() >= REMEMBERED {
            cells.retain(|_, (of, _)| *of == epoch);
            if cells.len() >= REMEMBERED {
                // Who varies the question must not fill the memory. Those who are waiting hold their cells themselves.
                cells.clear();
            }
        }
        let cell = Arc::new(OnceCell::new());
        cells.insert(question, (epoch, Arc::clone(&cell)));
        cell
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;

    use super::*;
    use crate::Error;

    #[tokio::test]
    async fn many_who_ask_the_same_are_answered_once() {
        let (flights, asked) = (Flights::<&str, u64, usize>::default(), AtomicUsize::new(0));
        let ask = async || {
            tokio::task::yield_now().await;
            Ok(asked.fetch_add(1, Ordering::Relaxed))
        };
        let answers = join_all((0..50).map(|_| flights.answer("q", 1, ask()))).await;
        assert!(answers.into_iter().all(|answer| answer.is_ok_and(|answer| answer == 0)));
        assert_eq!(flights.answer("q", 1, ask()).await.ok(), Some(0), "remembered");
        assert_eq!(flights.answer("q", 2, ask()).await.ok(), Some(1), "another epoch");
        assert_eq!(flights.answer("other", 2, ask()).await.ok(), Some(2));
    }

    #[tokio::test]
    async fn a_failure_is_not_remembered() {
        let flights = Flights::<&str, u64, usize>::default();
        assert!(flights.answer("q", 1, async { Err(Error::NotReady) }).await.is_err());
        assert_eq!(flights.answer("q", 1, async { Ok(5) }).await.ok(), Some(5));
    }

    #[tokio::test]
    async fn what_is_remembered_does_not_grow_without_end() {
        let flights = Flights::<usize, u64, usize>::default();
        for question in 0..3 * REMEMBERED {
            flights.answer(question, 1, async { Ok(question) }).await.expect("answer");
        }
        assert!(flights.0.lock().expect("not poisoned").len() <= REMEMBERED);
    }
}
