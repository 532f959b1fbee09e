//! Signing in and out. No form here has a token and no answer is remembered: every attempt counts for itself, with several writes
//! of which the first (the attempt) stands whatever becomes of the others, and what is answered is a cookie.

use crate::events;
use crate::settings::Sessions;
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{Actor, NewEvent, time};
use serde_json::json;
use web::{Ctx, Desk, Error, Form, FormErrors, Redirect, Result, act_now, client::ClientIp, desk::plain_shell, page};

use super::{
    layer, pages, sessions,
    sessions::Origin,
    signin,
    signin::{Opened, Outcome},
};

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct SignIn {
    login: String,
    password: String,
    next: String,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Second {
    code: String,
    next: String,
}

fn origin(ctx: &Ctx, address: Option<axum::Extension<ClientIp>>, headers: &HeaderMap) -> Result<Origin> {
    let address = address.map_or(std::net::IpAddr::from([127, 0, 0, 1]), |address| address.0.0);
    ctx.one::<signin::Turns>().take(address)?;
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    let browser = page::cookie(headers, layer::browser_cookie(&ctx.config().server)).unwrap_or("").to_owned();
    Ok(Origin { address: address.to_string(), agent, browser })
}

/// One text for every failure, so that nobody learns which logins exist and which are locked.
fn failed(ctx: &Ctx) -> String {
    let config = &ctx.settings::<Sessions>();
    format!(
        "登录名或密码不对，或账号暂不能登录。请核对后再试；连续输错 {} 次，从这里登录会锁定 {} 分钟，可请安全管理员解锁。",
        config.lock_after, config.lock_minutes
    )
}

/// POST /signin
pub(super) async fn sign_in(
    State(ctx): State<Ctx>,
    address: Option<axum::Extension<ClientIp>>,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Result<Response> {
    let from = origin(&ctx, address, &headers)?;
    let next = page::local_path(&form.next);
    let mut errors = FormErrors::new();
    errors.require(!form.login.trim().is_empty(), "login", "请填写登录名，例如 zhangsan。");
    errors.require(!form.password.is_empty(), "password", "请填写密码。");
    errors.require(form.password.len() <= 800, "password", "请核对密码：它太长了，不超过 200 个字符。");
    if !errors.is_empty() {
        return page::office_errors(&pages::sign_in_page(&ctx, errors, &form.login, &next));
    }
    // Whatever session this browser had ends: one browser, one person.
    if let Some(old) = layer::cookie(&ctx, &headers) {
        act_now(&ctx, async |tx| sessions::close(tx, old).await).await?;
    }
    let outcome = signin::attempt(&ctx, &form.login, &form.password, &from).await?;
    let (opened, target) = match outcome {
        Outcome::Failed => {
            let errors = FormErrors::one("login", failed(&ctx));
            return page::office_errors(&pages::sign_in_page(&ctx, errors, form.login.trim(), &next));
        }
        Outcome::Second(session) => {
            (Opened { session, browser: None }, format!("/signin/second?next={}", page::escape_query(&next)))
        }
        Outcome::SignedIn(opened) => (opened, next),
    };
    let mut response = Redirect::to(target).into_response();
    layer::set_cookies(&ctx, &mut response, &opened);
    Ok(response)
}

/// POST /signin/second
pub(super) async fn second(
    State(ctx): State<Ctx>,
    address: Option<axum::Extension<ClientIp>>,
    headers: HeaderMap,
    Form(form): Form<Second>,
) -> Result<Response> {
    let from = origin(&ctx, address, &headers)?;
    let next = page::local_path(&form.next);
    let cookie = layer::cookie(&ctx, &headers).unwrap_or_default();
    match signin::second(&ctx, cookie, &form.code, &from).await {
        Ok(Outcome::SignedIn(opened)) => {
            let mut response = Redirect::to(next).into_response();
            layer::set_cookies(&ctx, &mut response, &opened);
            Ok(response)
        }
        Ok(_) => {
            let errors = FormErrors::one(
                "code",
                "动态口令不对或已经用过。请等手机上换出新的 6 位数字再填，例如 123456；手机不在身边时可填一个恢复码。",
            );
            let shell = plain_shell(&ctx, "动态口令", "/signin/second").with_error(true);
            page::office_errors(&pages::SecondPage { shell, errors, next })
        }
        Err(Error::Refused(_)) => {
            let target = format!("/signin?next={}", page::escape_query(&next));
            Ok(Redirect::to(target).flash("warn", "输入密码后已超过 5 分钟，请重新登录。").into_response())
        }
        Err(error) => Err(error),
    }
}

/// POST /signout
pub(super) async fn sign_out(
    State(ctx): State<Ctx>,
    actor: Option<axum::Extension<Actor>>,
    headers: HeaderMap,
) -> Result<Response> {
    if let Some(secret) = layer::cookie(&ctx, &headers) {
        let done = act_now(&ctx, async |tx| {
            let account = sessions::close(tx, secret).await?;
            if let (Some(account), Some(actor)) = (account, actor) {
                tx.append(NewEvent::new(&events::SIGNED_OUT, account, &actor)).await?;
            }
            Ok::<_, Error>(())
        });
        done.await?;
    }
    let mut response = Redirect::to("/signin").ok("已退出登录。").into_response();
    layer::set_cookie(&ctx, &mut response, "");
    Ok(response)
}

/// POST /session/extend: the person is there; when the session ends otherwise.
pub(super) async fn extend(State(ctx): State<Ctx>, desk: Desk, headers: HeaderMap) -> Result<Response> {
    let Some(info) = &desk.session else { return Err(kernel::Refused::NotSignedIn.into()) };
    sessions::touch(ctx.db(), &info.id).await?;
    let secret = layer::cookie(&ctx, &headers).unwrap_or_default();
    let live = sessions::look_up(ctx.db(), secret, &ctx.settings::<Sessions>()).await?;
    let now = ctx.seams().now();
    let ends_at = live.map_or_else(
        || time::to_db(now),
        |live| {
            sessions::idle_end(
                time::from_db(&live.last_seen).unwrap_or(now),
                &live.ends_at,
                &ctx.settings::<Sessions>(),
            )
        },
    );
    let mut response = (StatusCode::OK, Json(json!({"ends_at": ends_at}))).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(response)
}
