//! Waking each other: within a process at once, between processes on PostgreSQL by LISTEN and NOTIFY, otherwise by looking
//! again every second.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::{sync::mpsc, task::AbortHandle};

use crate::{Reader, query, quiet, sql::postgres_options};

const CHANNEL: &str = "gongkai";

/// What other processes are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// This chain has an event of this number.
    Event { chain: String, seq: i64 },
    /// Something was put into the queue.
    Job,
}

/// Who is woken by what other processes tell.
pub(crate) trait Hearer: Send + Sync + 'static {
    /// The chain has an event of this number, or a later one.
    fn announce(&self, chain: &str, seq: i64);

    /// Something was put into the queue.
    fn announce_job(&self);

    /// The connections through which others are told.
    fn reader(&self) -> &Reader;
}

/// Tells other processes and hears them. Ends when dropped.
#[derive(Debug, Default)]
pub(crate) struct Wires {
    tell: Option<mpsc::UnboundedSender<News>>,
    told: Mutex<Option<mpsc::UnboundedReceiver<News>>>,
    task: Mutex<Option<AbortHandle>>,
}

impl Wires {
    /// For a database whose processes can tell each other.
    pub(crate) fn lay() -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        Self { tell: Some(tell), told: Mutex::new(Some(told)), task: Mutex::default() }
    }

    /// Listens on a connection of its own and tells through the readers' connections. Losing the connection costs nothing
    /// but time: everybody looks again every second anyway.
    pub(crate) fn connect<H: Hearer>(&self, url: &str, hearer: &Arc<H>) {
        let Some(told) = self.told.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let (url, hearer) = (url.to_owned(), Arc::downgrade(hearer));
        let task = tokio::spawn(async move {
            tokio::join!(listen(url, hearer.clone()), speak(hearer, told));
        });
        *self.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task.abort_handle());
    }

    pub(crate) fn tell(&self, news: News) {
        if let Some(tell) = &self.tell {
            let _ = tell.send(news);
        }
    }

    pub(crate) fn cut(&self) {
        if let Some(task) = &*self.task.lock().unwrap_or_else(PoisonError::into_inner) {
            task.abort();
        }
    }
}

impl Drop for Wires {
    fn drop(&mut self) {
        self.cut();
    }
}

async fn listen<H: Hearer>(url: String, hearer: Weak<H>) {
    loop {
        if let Err(error) = hear(&url, &hearer).await
            && let Some(again) = quiet::line("other processes cannot be heard")
        {
            tracing::warn!(%error, again, "other processes cannot be heard; looking every second instead");
        }
        if hearer.strong_count() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn hear<H: Hearer>(url: &str, hearer: &Weak<H>) -> crate::Result<()> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .acquire_timeout(Duration::from_secs(10))
        .connect_lazy_with(postgres_options(url)?);
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        let heard = listener.recv().await?;
        let Some(hearer) = hearer.upgrade() else { return Ok(()) };
        match heard.payload().split_once(' ') {
            Some((seq, chain)) => {
                if let Ok(seq) = seq.parse() {
                    hearer.announce(chain, seq);
                }
            }
            None => hearer.announce_job(),
        }
    }
}

/// Tells what was committed; of several events of a chain only the newest.
async fn speak<H: Hearer>(hearer: Weak<H>, mut told: mpsc::UnboundedReceiver<News>) {
    while let Some(first) = told.recv().await {
        let mut chains = BTreeMap::new();
        let mut job = false;
        let mut news = Some(first);
        while let Some(next) = news {
            match next {
                News::Event { chain, seq } => {
                    let newest = chains.entry(chain).or_insert(seq);
                    *newest = seq.max(*newest);
                }
                News::Job => job = true,
            }
            news = told.try_recv().ok();
        }
        let Some(hearer) = hearer.upgrade() else { return };
        let lines =
            chains.into_iter().map(|(chain, seq)| format!("{seq} {chain}")).chain(job.then(|| "job".to_owned()));
        for line in lines {
            let notify = query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(line);
            if let Err(error) = notify.fetch_optional(hearer.reader()).await
                && let Some(again) = quiet::line("other processes could not be told")
            {
                tracing::warn!(%error, again, "other processes could not be told");
            }
        }
    }
}
