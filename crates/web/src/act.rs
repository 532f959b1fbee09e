//! The one shape of a write: once-token, transaction, the change with its events and jobs, commit, redirect.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use store::{Once, Tx};

use crate::{Ctx, Error, FormErrors, Redirect, Refusal, Result, asked};

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
    let acted = act_for(ctx, once, async |tx| {
        let done = change(tx).await?;
        Ok::<_, E>((done.to, done.redirect))
    });
    Ok(match acted.await? {
        Acted::Now(redirect) => redirect.into_response(),
        Acted::Before(to) => Redirect::to(to).into_response(),
    })
}

/// As [`act`], for a form that is shown again when something in it does not do: `again` makes that page from what is wrong, with
/// everything that was typed.
///
/// # Errors
/// Every refusal but what is wrong in a field; what `again` says.
pub async fn act_or_form<F, A>(ctx: &Ctx, once: &str, change: F, again: A) -> Result<Response>
where
    F: AsyncFnOnce(&mut Tx) -> Result<Done, Refusal>,
    A: AsyncFnOnce(FormErrors) -> Result<Response>,
{
    match act(ctx, once, change).await {
        Err(Refusal::Fields(errors)) => again(errors).await,
        done => Ok(done?),
    }
}

/// As [`act_or_form`], for a form whose page can show what there is now: what the state does not allow is told above the form, too,
/// on the page as it is by now, with everything that was typed. The answer is 409 then.
///
/// # Errors
/// Every other refusal; what `again` says. A conflict stays one where its page is there no more for this person.
pub async fn act_in_place<F, A>(ctx: &Ctx, once: &str, change: F, again: A) -> Result<Response>
where
    F: AsyncFnOnce(&mut Tx) -> Result<Done, Refusal>,
    A: AsyncFnOnce(FormErrors) -> Result<Response>,
{
    let why = match act(ctx, once, change).await {
        Err(Refusal::Fields(errors)) => return again(errors).await,
        Err(Refusal::Conflict(why)) => why,
        done => return Ok(done?),
    };
    match again(FormErrors::refused(why.as_str())).await {
        Ok(mut page) => {
            *page.status_mut() = StatusCode::CONFLICT;
            Ok(page)
        }
        Err(Error::NotFound | Error::Gone(_) | Error::Refused(_)) => Err(Error::Conflict(why)),
        Err(other) => Err(other),
    }
}

/// What a form whose answer is no redirect led to.
#[derive(Debug)]
pub enum Acted<T> {
    /// It was done now.
    Now(T),
    /// The same form had been sent before; where that led.
    Before(String),
}

/// As [`act`], for the few writes that answer with a page of their own (a secret that is shown once) or with data. `change` says
/// where a second submission of the form leads, and what the answer is made of.
///
/// # Errors
/// As [`act`].
pub async fn act_for<T, F, E>(ctx: &Ctx, once: &str, change: F) -> Result<Acted<T>, E>
where
    F: AsyncFnOnce(&mut Tx) -> Result<(String, T), E>,
    E: From<store::Error>,
{
    // A form of one person and one address: the token of another form, or of somebody else's, stands for nothing here.
    let once = asked::bound(once);
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&once).await? {
        return Ok(Acted::Before(to));
    }
    let (to, answer) = change(&mut tx).await?;
    tx.remember(&once, &to).await?;
    tx.commit().await?;
    Ok(Acted::Now(answer))
}

/// One write that no form's token stands for: what a script of a page sends, what is noted beside an answer, what may be done
/// twice since the second time finds nothing to change.
///
/// # Errors
/// What `change` says, or when the database fails; then nothing of it happened.
pub async fn act_now<T, F, E>(ctx: &Ctx, change: F) -> Result<T, E>
where
    F: AsyncFnOnce(&mut Tx) -> Result<T, E>,
    E: From<store::Error>,
{
    let mut tx = ctx.db().write().await?;
    let answer = change(&mut tx).await?;
    tx.commit().await?;
    Ok(answer)
}
