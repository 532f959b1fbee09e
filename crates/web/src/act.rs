//! The one shape of a write: once-token, transaction, the change with its events and jobs, commit, redirect.

use axum::response::{IntoResponse, Response};
use store::{Once, Tx};

use crate::{Ctx, Redirect, Result};

/// Where an accepted form leads, and what is read there.
#[derive(Debug, Clone)]
pub struct Done {
    to: String,
    redirect: Redirect,
}

impl Done {
    /// To this address, with «done» to read there.
    pub fn ok(to: impl Into<String>, text: impl Into<String>) -> Self {
        let to = to.into();
        Self { redirect: Redirect::to(to.clone()).ok(text), to }
    }

    /// To this address without a message.
    pub fn to(to: impl Into<String>) -> Self {
        let to = to.into();
        Self { redirect: Redirect::to(to.clone()), to }
    }

    /// With another answer than the plain one: a warning, or a button that takes it back. It must lead to the same address,
    /// since a second submission of the form is answered with that.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(Redirect) -> Redirect) -> Self {
        self.redirect = change(self.redirect);
        self
    }
}

/// Does one write. `once` is the token of the form: the second submission of the same form changes nothing and leads where the
/// first one led. `change` authorises, changes on a condition, appends events and enqueues jobs; when it fails, nothing of it
/// happened and the same form may be sent again.
///
/// # Errors
/// What `change` says, or when the database fails. A [`crate::Refusal`] keeps its fields, for a form that is shown again.
pub async fn act<F, E>(ctx: &Ctx, once: &str, change: F) -> Result<Response, E>
where
    F: AsyncFnOnce(&mut Tx) -> Result<Done, E>,
    E: From<store::Error>,
{
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let done = change(&mut tx).await?;
    tx.remember(once, &done.to).await?;
    tx.commit().await?;
    Ok(done.redirect.into_response())
}
