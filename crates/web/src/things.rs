//! What readers see on the portal and that is no document, looked up as evidence: a record, a table, a declaration.

use futures::future::BoxFuture;
use kernel::{OrganCode, id::SubjectRef};

use crate::{Ctx, Result};

/// Something that readers see on the portal and that is no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicThing {
    /// What it is; where the log says when it leaves the public, as the log names it.
    pub subject: SubjectRef,
    /// In words that name no person.
    pub title: String,
    /// Its address on the portal.
    pub path: String,
    /// Whose it is.
    pub organ: OrganCode,
    /// The day since which it is there; may be empty.
    pub since: String,
}

/// Looking up such things. Declared as `Arc<dyn PublicThings>` by each who shows some.
pub trait PublicThings: Send + Sync {
    /// What stands at a path of the portal, with its query and fragment, if readers see it now.
    fn at<'a>(&'a self, ctx: &'a Ctx, path: &'a str) -> BoxFuture<'a, Result<Option<PublicThing>>>;

    /// Things whose name or number these words are, at most so many.
    fn search<'a>(&'a self, ctx: &'a Ctx, words: &'a str, limit: usize) -> BoxFuture<'a, Result<Vec<PublicThing>>>;
}
