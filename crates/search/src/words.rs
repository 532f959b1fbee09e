//! Words in lists: the index offered to whoever lists subjects.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use futures::future::BoxFuture;
use web::hooks::{WordHits, WordIndex, WordQuery};

use crate::{Error, Search, shared::Inner};

/// The offer. It is declared before there is an index; opening the index fulfils it.
#[derive(Debug, Default)]
pub(crate) struct Offer(Mutex<Weak<Inner>>);

impl Offer {
    /// Answers from `search` from now on, unless another index of this program answers already.
    pub(crate) fn fulfil(&self, search: &Search) {
        let mut answering = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answering.strong_count() == 0 {
            *answering = Arc::downgrade(&search.inner);
        }
    }

    fn search(&self) -> Option<Search> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).upgrade().map(|inner| Search { inner })
    }
}

impl WordIndex for Offer {
    fn ids(&self, query: WordQuery) -> BoxFuture<'_, web::Result<WordHits>> {
        Box::pin(async move {
            let answer = match self.search() {
                Some(search) => search.words(query).await,
                None => Err(Error::NotReady),
            };
            answer.map_err(|error| match error {
                Error::NotReady => web::Error::Unavailable(
                    "检索索引正在建立，暂时不能按词语查找。请过一两分钟再试，或者去掉查找的词语，直接翻看列表。".into(),
                ),
                other => other.into(),
            })
        })
    }
}
