//! The sign-in pages.

use crate::settings::Sessions;
use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use kernel::Actor;
use web::{Ctx, FormErrors, OfficeShell, Query, Redirect, Result, desk::plain_shell, office_page, page};

use super::{layer, sessions};

#[derive(Template)]
#[template(path = "session/templates/signin.html")]
pub(super) struct SignInPage {
    pub(super) shell: OfficeShell,
    pub(super) errors: FormErrors,
    pub(super) login: String,
    pub(super) next: String,
    pub(super) phone: String,
}

#[derive(Template)]
#[template(path = "session/templates/second.html")]
pub(super) struct SecondPage {
    pub(super) shell: OfficeShell,
    pub(super) errors: FormErrors,
    pub(super) next: String,
}

/// Where to go after sign-in.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Next {
    next: String,
}

pub(super) fn sign_in_page(ctx: &Ctx, errors: FormErrors, login: &str, next: &str) -> SignInPage {
    let mut shell = plain_shell(ctx, "登录", "/signin").with_error(!errors.is_empty());
    shell.session_ends.clear();
    SignInPage { shell, errors, login: login.to_owned(), next: page::local_path(next), phone: ctx.site().phone.clone() }
}

/// GET /signin
pub(super) async fn form(
    State(ctx): State<Ctx>,
    Query(query): Query<Next>,
    actor: Option<axum::Extension<Actor>>,
    headers: HeaderMap,
) -> Result<Response> {
    if actor.is_some_and(|actor| actor.staff().is_some()) {
        return Ok(Redirect::to(page::local_path(&query.next)).into_response());
    }
    let mut sign_in = sign_in_page(&ctx, FormErrors::new(), "", &query.next);
    sign_in.shell.flash = read_flash(&headers);
    office_page(&sign_in)
}

/// GET /signin/second
pub(super) async fn second(State(ctx): State<Ctx>, Query(query): Query<Next>, headers: HeaderMap) -> Result<Response> {
    let next = page::local_path(&query.next);
    let live = match layer::cookie(&ctx, &headers) {
        Some(secret) => sessions::look_up(ctx.db(), secret, &ctx.settings::<Sessions>()).await?,
        None => None,
    };
    match live {
        Some(live) if live.stage == "second" => {
            let shell = plain_shell(&ctx, "动态口令", "/signin/second");
            office_page(&SecondPage { shell, errors: FormErrors::new(), next })
        }
        Some(_) => Ok(Redirect::to(next).into_response()),
        None => Ok(Redirect::to(format!("/signin?next={}", page::escape_query(&next))).into_response()),
    }
}

/// The message that the action before left.
fn read_flash(headers: &HeaderMap) -> Option<web::Flash> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let encoded = page::cookie(headers, "flash")?;
    let flash: web::Flash = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()?;
    Some(web::Flash { undo: None, ..flash })
}
