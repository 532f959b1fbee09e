//! How many questions are worked on at once. Each takes a core for its time, so anonymous readers get a share of the cores and
//! no more: whoever comes while many wait already is told so at once, instead of joining a pile that holds up every page.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Error, Result};

/// Questions that may wait for their turn.
const WAITING: usize = 32;
/// How long one waits at most: the reader has given up by then.
const PATIENCE: Duration = Duration::from_secs(5);

/// The gate of one audience.
#[derive(Debug)]
pub(crate) struct Gate {
    slots: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Gate {
    /// So many at once.
    pub(crate) fn of(slots: usize) -> Self {
        Self { slots: Arc::new(Semaphore::new(slots)), waiting: AtomicUsize::new(0) }
    }

    /// Half of the cores, one to four.
    pub(crate) fn for_this_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::of((cores / 2).clamp(1, 4))
    }

    /// Does `work` on a thread of its own when its turn comes. The turn lasts as long as the work, also when nobody waits for it
    /// any more.
    ///
    /// # Errors
    /// [`Error::Crowded`] when too many wait.
    pub(crate) async fn work<R: Send + 'static>(&self, work: impl FnOnce() -> Result<R> + Send + 'static) -> Result<R> {
        let turn = self.turn().await?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.unwrap_or_else(|error| Err(Error::Source(error.to_string())))
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        if let Ok(turn) = Arc::clone(&self.slots).try_acquire_owned() {
            return Ok(turn);
        }
        let _waiting = Waiting::begin(&self.waiting)?;
        match tokio::time::timeout(PATIENCE, Arc::clone(&self.slots).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(Error::Crowded),
        }
    }
}

/// One who waits, for as long as he does.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(waiting: &'a AtomicUsize) -> Result<Self> {
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        let this = Self(waiting);
        if before < WAITING { Ok(this) } else { Err(Error::Crowded) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures::{FutureExt, future::join_all};

    use super::*;

    #[tokio::test]
    async fn who_comes_while_many_wait_is_told_so_and_nobody_else_is_lost() {
        let gate = Arc::new(Gate::of(1));
        let (release, released) = mpsc::channel::<()>();
        let first = Arc::clone(&gate);
        let mut first = Box::pin(async move { first.work(move || Ok(released.recv().is_ok())).await });
        assert!((&mut first).now_or_never().is_none(), "it works");
        let mut waiting: Vec<_> = (0..WAITING).map(|n| Box::pin(gate.work(move || Ok(n)))).collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        assert!(matches!(gate.work(|| Ok(0)).await, Err(Error::Crowded)));
        release.send(()).expect("the first still works");
        assert!(first.await.expect("done"));
        let done: Vec<usize> = join_all(waiting).await.into_iter().map(|one| one.expect("its turn came")).collect();
        assert_eq!(done, (0..WAITING).collect::<Vec<_>>());
        assert_eq!(gate.work(|| Ok(7)).await.expect("free again"), 7);
    }

    #[tokio::test]
    async fn a_turn_is_held_until_the_work_ends_although_nobody_waits_for_it() {
        let gate = Arc::new(Gate::of(1));
        let (release, released) = mpsc::channel::<()>();
        let left = Box::pin(gate.work(move || Ok(released.recv().is_ok())));
        let mut left = left;
        assert!((&mut left).now_or_never().is_none());
        drop(left);
        assert_eq!(gate.slots.available_permits(), 0);
        release.send(()).expect("it still works");
        assert_eq!(gate.work(|| Ok(1)).await.expect("its turn came"), 1);
    }
}
