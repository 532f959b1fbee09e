//! Asking again who it is before something weighty: the password, or the code of the moment. Given at sign-in or here, it holds
//! for some minutes, so that whoever finds an open desk can do nothing of weight at it.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use jiff::SignedDuration;
use kernel::time;
use web::{Ctx, Desk, Form, FormErrors, OfficeShell, Query, Redirect, Result, act_now, office_page, page};

use super::{sessions, signin};
use crate::accounts;

/// Minutes for which it holds.
const MINUTES: i64 = 10;

#[derive(Template)]
#[template(path = "session/templates/prove.html")]
struct ProvePage {
    shell: OfficeShell,
    errors: FormErrors,
    what: String,
    action: String,
    fields: Vec<(String, String)>,
    minutes: i64,
    back: String,
}

/// A form that waits until its sender has shown who they are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// What it does, completes the sentence 为了….
    pub(crate) what: String,
    /// Where the form goes.
    pub(crate) action: String,
    /// Everything that it holds.
    pub(crate) fields: Vec<(String, String)>,
    /// Where to go instead.
    pub(crate) back: String,
}

/// Whether the person gave password or code some minutes ago.
pub(crate) fn is_fresh(ctx: &Ctx, desk: &Desk) -> bool {
    let proved = desk.session.as_ref().and_then(|session| time::from_db(&session.proved_at));
    proved.is_some_and(|at| ctx.seams().now().duration_since(at) < SignedDuration::from_mins(MINUTES))
}

/// `None`: the person has shown who they are, now or some minutes ago. Else the page that asks, and then sends the form again.
pub(crate) async fn asked(ctx: &Ctx, desk: &Desk, proof: &str, form: Asked) -> Result<Option<Response>> {
    if is_fresh(ctx, desk) {
        return Ok(None);
    }
    let mut errors = FormErrors::new();
    if !proof.is_empty() {
        if given(ctx, desk, proof).await? {
            return Ok(None);
        }
        errors.add("proof", "密码或动态口令不对。请重新填写；连续输错会锁定。");
    }
    let wrong = !errors.is_empty();
    let Asked { what, action, fields, back } = form;
    let shell = desk.shell(ctx, "再次确认身份").await?.with_error(wrong);
    let asks = ProvePage { shell, errors, what, action, fields, minutes: MINUTES, back };
    Ok(Some(if wrong { page::office_errors(&asks)? } else { office_page(&asks)? }))
}

/// Whether this is the password, or a code; noted in the session when it is.
async fn given(ctx: &Ctx, desk: &Desk, proof: &str) -> Result<bool> {
    let Some(account) = accounts::find_by_id(ctx.db(), &desk.staff.account).await? else { return Ok(false) };
    if !signin::confirm(ctx, &account.login, proof).await? {
        return Ok(false);
    }
    if let Some(session) = &desk.session {
        act_now(ctx, async |tx| sessions::prove(tx, &session.id).await).await?;
    }
    Ok(true)
}

/// What is asked for, and where to go then.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    proof: String,
    next: String,
}

fn next(next: &str) -> Asked {
    let next = page::local_path(next);
    Asked {
        what: "继续".into(),
        action: "/session/prove".into(),
        back: "/".into(),
        fields: vec![("next".into(), next)],
    }
}

/// GET /session/prove
pub(super) async fn form(State(ctx): State<Ctx>, desk: Desk, Query(fields): Query<Fields>) -> Result<Response> {
    match asked(&ctx, &desk, "", next(&fields.next)).await? {
        Some(asks) => Ok(asks),
        None => Ok(Redirect::to(page::local_path(&fields.next)).into_response()),
    }
}

/// POST /session/prove
pub(super) async fn prove(State(ctx): State<Ctx>, desk: Desk, Form(fields): Form<Fields>) -> Result<Response> {
    match asked(&ctx, &desk, &fields.proof, next(&fields.next)).await? {
        Some(asks) => Ok(asks),
        None => Ok(Redirect::to(page::local_path(&fields.next)).into_response()),
    }
}
