//! Words in lists: the index offered to whoever lists subjects.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use futures::future::BoxFuture;
use web::hooks::{WordHits, WordIndex, WordQuery};

use crate::{Error, Result};

/// An index that is open.
pub(crate) trait Answering: Send + Sync {
    /// The subjects that hold the words of a list.
    fn answer(self: Arc<Self>, query: WordQuery) -> BoxFuture<'static, Result<WordHits>>;
}

/// The offer. It is declared before there is an index; opening the index fulfils it.
#[derive(Default)]
pub(crate) struct Offer(Mutex<Option<Weak<dyn Answering>>>);

impl Offer {
    /// Answers from this index from now on, unless another of this program answers already.
    pub(crate) fn fulfil(&self, index: Arc<dyn Answering>) {
        let mut answering = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answering.as_ref().is_none_or(|open| open.strong_count() == 0) {
            *answering = Some(Arc::downgrade(&index));
        }
    }

    fn index(&self) -> Option<Arc<dyn Answering>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(Weak::upgrade)
    }
}

impl WordIndex for Offer {
    fn ids(&self, query: WordQuery) -> BoxFuture<'_, web::Result<WordHits>> {
        Box::pin(async move {
            let answer = match self.index() {
                Some(index) => index.answer(query).await,
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
