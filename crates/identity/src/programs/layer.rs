//! Who asks by a key. At the addresses of the interface no cookie is looked at, so that no page of another site can use a
//! person's session there, and a key opens nothing at any other address.

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use kernel::{Actor, NewEvent, id::ProgramId};
use serde_json::json;
use web::{Ctx, Error, Result, act_now, client::ClientIp, error::ErrorView};

use super::{
    model::{Known, State},
    store,
};
use crate::{events, session::tries};

/// Requests a minute by one key.
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("proof");
/// Requests a minute with keys that nobody has, from one address.
const STRANGERS: NonZeroU32 = NonZeroU32::new(30).expect("proof");
/// After so many seconds there is room again.
const WAIT: i64 = 60;
/// Longest key that is looked up.
const LONGEST: usize = 200;
/// Sources whose refusals are counted at the same time; more are somebody who makes them up.
const MOST: usize = 10_000;
/// Noting a use, or a refusal, may take no longer.
const NOTING: Duration = Duration::from_millis(500);

/// Why a key that holds was refused.
const BEYOND: &str = "不在密钥的范围内";

/// The hour that is counted, and how often each was refused in it: by program, or by address where nobody has the key.
type Hour = (i64, HashMap<(String, &'static str), i64>);

/// How many requests keys and addresses have left, and how often they were refused. One for each installation, declared by the
/// capability.
#[derive(Debug)]
pub(crate) struct Turns {
    keys: DefaultKeyedRateLimiter<ProgramId>,
    strangers: DefaultKeyedRateLimiter<IpAddr>,
    refused: Mutex<Hour>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            keys: RateLimiter::keyed(Quota::per_minute(PER_MINUTE)),
            strangers: RateLimiter::keyed(Quota::per_minute(STRANGERS)),
            refused: Mutex::default(),
        }
    }
}

impl Turns {
    fn of_key(&self, id: &ProgramId) -> Result<()> {
        if self.keys.check_key(id).is_ok() {
            return Ok(());
        }
        self.keys.retain_recent();
        let text = format!("这个密钥一分钟内最多请求 {PER_MINUTE} 次。请过一分钟再试，并把记录合并成较大的批次报送。");
        Err(Error::Limited { text, seconds: WAIT })
    }

    fn of_stranger(&self, address: IpAddr) -> Result<()> {
        if self.strangers.check_key(&address).is_ok() {
            return Ok(());
        }
        self.strangers.retain_recent();
        let text = "从这个网络地址来的无效密钥太多。请核对密钥，过一分钟再试。".to_owned();
        Err(Error::Limited { text, seconds: WAIT })
    }

    /// One more refusal; its number in this hour.
    fn count(&self, hour: i64, source: &str, why: &'static str) -> i64 {
        let mut counted = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.0 != hour || counted.1.len() >= MOST {
            *counted = (hour, HashMap::new());
        }
        let number = counted.1.entry((source.to_owned(), why)).or_default();
        *number += 1;
        *number
    }
}

/// The key that a request brings: `Authorization: Bearer …`.
fn brought(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = text.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty() && key.len() <= LONGEST).then_some(key)
}

/// A request as far as the log may tell of it.
struct Asked {
    route: String,
    address: Option<IpAddr>,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let path = request.extensions().get::<MatchedPath>().map_or("没有这个地址", MatchedPath::as_str);
        Self {
            route: format!("{} {path}", request.method()),
            address: request.extensions().get::<ClientIp>().map(|ip| ip.0),
        }
    }

    /// Tells the log that a key was refused: of each program (or address) and reason the first in an hour, then every tenfold.
    async fn refused(&self, ctx: &Ctx, by: &Actor, known: Option<&Known>, why: &'static str) -> Result<()> {
        let address = self.address.map(|ip| ip.to_string()).unwrap_or_default();
        let source = known.map_or(address.as_str(), |known| known.id.as_str());
        let hour = ctx.seams().now().as_second() / 3600;
        let times = ctx.one::<Turns>().count(hour, source, why);
        if !tries::is_told(times) {
            return Ok(());
        }
        let data = json!({ "reason": why, "times": times, "address": address, "route": self.route });
        let subject = known.map_or("", |known| known.id.as_str());
        let mut event = NewEvent::new(&events::PROGRAM_REFUSED, subject, by).data(data);
        if let Some(known) = known {
            event = event.organ(&known.organ);
        }
        match act_now(ctx, async |tx| Ok::<_, ::store::Error>(tx.append(event).await?)).await {
            Ok(_) => Ok(()),
            // Who may not gets nothing anyway; the line of the request stands in the server's log.
            Err(error) if error.is_storage_full() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Answers a request at an address of the interface: with the program as the actor where its key holds.
pub(crate) async fn answer(ctx: &Ctx, request: Request, next: Next) -> Response {
    let mut response = match admitted(ctx, request).await {
        Ok((request, None)) => next.run(request).await,
        Ok((request, Some(known))) => {
            let asked = Asked::of(&request);
            let response = next.run(request).await;
            let out_of_reach = response.status() == StatusCode::FORBIDDEN;
            if out_of_reach
                && let Err(error) = asked.refused(ctx, &Actor::Program(known.actor()), Some(&known), BEYOND).await
            {
                error.into_response()
            } else {
                response
            }
        }
        Err(response) => *response,
    };
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// The request with who asks, or the answer that refuses the key. Without a key the route refuses it itself.
async fn admitted(ctx: &Ctx, mut request: Request) -> Result<(Request, Option<Known>), Box<Response>> {
    let refuse = |error: Error| Box::new(error.into_response());
    let Some(key) = brought(request.headers()).map(str::to_owned) else { return Ok((request, None)) };
    let asked = Asked::of(&request);
    let known = store::by_key(ctx.db(), &key).await.map_err(|error| refuse(error.into()))?;
    let turns = ctx.one::<Turns>();
    let Some(known) = known else {
        if let Some(address) = asked.address {
            turns.of_stranger(address).map_err(refuse)?;
        }
        asked.refused(ctx, &Actor::Visitor, None, "密钥不存在或已更换").await.map_err(refuse)?;
        return Err(refuse(kernel::Refused::NoKey.into()));
    };
    turns.of_key(&known.id).map_err(refuse)?;
    let today = ctx.today();
    let (why, message) = match known.state(today) {
        State::Holds | State::EndsSoon => {
            note_use(ctx, &known, &today.to_string()).await.map_err(refuse)?;
            request.extensions_mut().insert(Actor::Program(known.actor()));
            return Ok((request, Some(known)));
        }
        State::Ended => {
            ("密钥已到期", format!("密钥已于 {} 到期。请联系本县政务公开平台的安全管理员更换密钥。", known.ends_on))
        }
        State::Revoked => ("密钥已撤销", "密钥已经撤销。请联系本县政务公开平台的安全管理员。".to_owned()),
    };
    asked.refused(ctx, &Actor::Visitor, Some(&known), why).await.map_err(refuse)?;
    let view =
        ErrorView { status: StatusCode::UNAUTHORIZED, title: "没有有效的接口密钥", message, incident: None };
    let mut response = (view.status, view.message.clone()).into_response();
    response.extensions_mut().insert(view);
    Err(Box::new(response))
}

/// Notes the day of the use, once a day; what keeps storage from writing keeps nobody from asking.
async fn note_use(ctx: &Ctx, known: &Known, today: &str) -> Result<()> {
    if known.used_on.as_str() >= today {
        return Ok(());
    }
    match tokio::time::timeout(NOTING, store::used(ctx.db(), &known.id, ctx.today())).await {
        Ok(Err(error)) if error.trouble().is_none() => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_behind_the_word_bearer() {
        let key = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(text));
            brought(&headers).map(str::to_owned)
        };
        assert_eq!(key("Bearer gk_1").as_deref(), Some("gk_1"));
        assert_eq!(key("bearer  gk_1 ").as_deref(), Some("gk_1"));
        for none in ["gk_1", "Basic gk_1", "Bearer ", ""] {
            assert_eq!(key(none), None, "{none}");
        }
        assert_eq!(brought(&HeaderMap::new()), None);
    }

    #[test]
    fn refusals_are_counted_by_source_reason_and_hour() {
        let turns = Turns::default();
        assert_eq!((turns.count(1, "p", "revoked"), turns.count(1, "p", "revoked")), (1, 2));
        assert_eq!((turns.count(1, "p", "ended"), turns.count(1, "q", "revoked")), (1, 1));
        assert_eq!(turns.count(2, "p", "revoked"), 1);
    }

    #[test]
    fn a_key_has_so_many_requests_a_minute() {
        let turns = Turns::default();
        let (one, other) = (ProgramId::from("one"), ProgramId::from("other"));
        assert!((0..PER_MINUTE.get()).all(|_| turns.of_key(&one).is_ok()));
        assert!(matches!(turns.of_key(&one), Err(Error::Limited { .. })));
        assert!(turns.of_key(&other).is_ok());
    }
}
