//! The layer that turns the cookie into the actor of a request.

use crate::settings::Sessions;
use std::time::Duration;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use jiff::SignedDuration;
use kernel::{Actor, Role, Staff, time};
use web::{Ctx, Error, Redirect, Result, api, asked, config::Server, desk::SessionInfo, error::ErrorView, page};

use super::{sessions, sessions::Live, signin::Opened};
use crate::{programs, roles, watch};

/// Name of the cookie. With HTTPS it carries the prefix that binds it to this host and path.
pub fn cookie_name(server: &Server) -> &'static str {
    if server.secure_cookies { "__Host-gk_session" } else { "gk_session" }
}

/// Name of the cookie by which a browser is known in which somebody signed in before. It opens nothing.
pub(super) fn browser_cookie(server: &Server) -> &'static str {
    if server.secure_cookies { "__Secure-gk_browser" } else { "gk_browser" }
}

/// Days for which a browser keeps that cookie.
const BROWSER_DAYS: u32 = 180;

/// Adds what a browser is given at sign-in.
pub(super) fn set_cookies(ctx: &Ctx, response: &mut Response, opened: &Opened) {
    set_cookie(ctx, response, &opened.session);
    let Some(secret) = &opened.browser else { return };
    let server = &ctx.config().server;
    let secure = if server.secure_cookies { "; Secure" } else { "" };
    let (name, age) = (browser_cookie(server), BROWSER_DAYS * 24 * 3600);
    let cookie = format!("{name}={secret}; Path=/signin; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Whether somebody with these roles must have a second factor: everybody where it is configured so, and the three
/// administrators (GB/T 22239 8.1.4.1), but not those of a demonstration.
pub(crate) fn second_factor_required(ctx: &Ctx, roles: &[Role]) -> bool {
    let config = ctx.settings::<Sessions>();
    let administrator =
        [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin].iter().any(|role| roles.contains(role));
    config.require_totp || (config.require_totp_admins && administrator && !ctx.site().demo)
}

/// The session's secret that the browser sent.
pub(crate) fn cookie<'a>(ctx: &Ctx, headers: &'a HeaderMap) -> Option<&'a str> {
    page::cookie(headers, cookie_name(&ctx.config().server)).filter(|secret| !secret.is_empty())
}

/// Adds the cookie to an answer; an empty secret removes it.
pub(crate) fn set_cookie(ctx: &Ctx, response: &mut Response, secret: &str) {
    let server = &ctx.config().server;
    let name = cookie_name(server);
    let secure = if server.secure_cookies { "; Secure" } else { "" };
    let age = if secret.is_empty() { "; Max-Age=0" } else { "" };
    let cookie = format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Layer of the office: puts [`Actor`] and [`SessionInfo`] into the request; leads people whose password was given by
/// somebody else, or who must set up a second factor, there first.
pub async fn attach(State(ctx): State<Ctx>, mut request: Request, next: Next) -> Response {
    // There programs ask, by their keys; nobody's cookie is looked at.
    if request.uri().path().starts_with(api::PREFIX) {
        return programs::answer(&ctx, request, next).await;
    }
    let method = request.method().clone();
    let secret = cookie(&ctx, request.headers()).map(str::to_owned);
    let live = match secret {
        None => None,
        Some(secret) => match sessions::look_up(ctx.db(), &secret, &ctx.settings::<Sessions>()).await {
            Ok(live) => live.filter(|live| live.stage == "full"),
            Err(error) => return Error::from(error).into_response(),
        },
    };
    if let Some(live) = live {
        asked::signed_in(&live.account);
        let roles = match roles::of(ctx.db(), &live.account).await {
            Ok(roles) => roles,
            Err(error) => return Error::from(error).into_response(),
        };
        if let Some(answer) = detour(&ctx, &live, &roles, &request) {
            return answer;
        }
        let seen = match note_use(&ctx, &live).await {
            Ok(seen) => seen,
            Err(error) => return error.into_response(),
        };
        let ends_at = sessions::idle_end(seen, &live.ends_at, &ctx.settings::<Sessions>());
        let proved_at = live.proved_at.clone();
        request.extensions_mut().insert(SessionInfo { id: live.session.clone(), ends_at, proved_at });
        let person = staff(&ctx, live, roles);
        let asked = watch::Asked::of(&request, person.clone());
        request.extensions_mut().insert(Actor::Staff(person));
        let mut response = next.run(request).await;
        if let Err(error) = asked.note(&ctx, watch::Answer::of(&response)).await {
            // What cannot be noted is not handed out.
            response = error.into_response();
        }
        return response;
    }
    let mut response = next.run(request).await;
    if method == Method::POST && response.status() == StatusCode::UNAUTHORIZED {
        keep_text(&mut response);
    }
    response
}

/// The person, acting for the organ that stands for theirs today: after a reform people act for the successor.
fn staff(ctx: &Ctx, live: Live, roles: Vec<kernel::Role>) -> Staff {
    let directory = ctx.directory();
    let today = ctx.today();
    let current =
        |code: kernel::OrganCode| directory.current(&code, today).map_or(code.clone(), |organ| organ.code.clone());
    let organ = current(live.organ);
    Staff { account: live.account, name: live.name, central: organ == current(ctx.office_organ()), organ, roles }
}

/// Noting the use may take no longer: who reads does not wait behind somebody's long write.
const NOTING: Duration = Duration::from_millis(500);

/// Notes the use at most once a minute; what keeps storage from writing must not keep people from reading.
async fn note_use(ctx: &Ctx, live: &Live) -> Result<jiff::Timestamp> {
    let now = ctx.seams().now();
    let noted = time::from_db(&live.last_seen).unwrap_or(now);
    if now.duration_since(noted) < SignedDuration::from_mins(1) {
        return Ok(noted);
    }
    match tokio::time::timeout(NOTING, sessions::touch(ctx.db(), &live.session)).await {
        Ok(Ok(())) => Ok(now),
        Ok(Err(error)) if error.trouble().is_none() => Err(error.into()),
        Err(_) | Ok(Err(_)) => {
            if let Some(again) = store::quiet::line("the use of a session could not be noted") {
                tracing::warn!(again, "the use of a session could not be noted");
            }
            Ok(noted)
        }
    }
}

/// Where the person must go first, if anywhere.
fn detour(ctx: &Ctx, live: &Live, roles: &[Role], request: &Request) -> Option<Response> {
    let path = request.uri().path();
    let open = path.starts_with("/assets/") || matches!(path, "/signout" | "/session/extend" | "/healthz");
    let target = if live.must_change != 0 {
        "/account/password"
    } else if live.second_factor == 0 && second_factor_required(ctx, roles) {
        "/account/second-factor"
    } else {
        return None;
    };
    if open || path == target || path.starts_with(&format!("{target}/")) {
        return None;
    }
    if request.method() == Method::GET {
        return Some(Redirect::to(target).into_response());
    }
    Some(
        Error::Conflict(
            "请先打开待办台，按提示设置密码或动态口令，然后返回本页重新提交；已填内容浏览器会保留。".into(),
        )
        .into_response(),
    )
}

/// A form sent after the session had ended must not lose its text: the page says how to send it again.
fn keep_text(response: &mut Response) {
    if let Some(view) = response.extensions_mut().get_mut::<ErrorView>() {
        view.title = "登录已过期，内容没有提交";
        view.message =
            "您填写的内容还在浏览器里。请这样做：在新标签页打开本系统登录，回到这一页按“后退”，内容仍在，再提交一次。"
                .into();
    }
}
