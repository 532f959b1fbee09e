//! What people of the office tried and were refused, and what they took out of the program, for the log (互联网政务应用安全管理规定
//! Art. 20). Bounded: of what one account is refused of one request within an hour the first is told, then every tenfold, with the
//! number, so that nothing harmless hides what is weighty. What a rule refuses of a weighty act is told each time.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use axum::{
    extract::{MatchedPath, Request},
    http::{Method, StatusCode},
    response::Response,
};
use kernel::{Actor, NewEvent, Staff, id::AccountId};
use serde_json::json;
use web::{Ctx, Result, act_now, client::ClientIp, routes::Weighty};

use crate::{events, session::tries};

/// Of whom and what: account, status, request. Of what is not there the request is left empty: who looks around asks for many.
type Of = (AccountId, u16, String);
/// The hour that is counted, and how often each was met in it.
type Hour = (i64, HashMap<Of, i64>);

/// So many refusals of one weighty act are told one by one within an hour; whoever goes on is told by every tenfold.
const EACH: i64 = 20;

/// How often each account was refused in the hour that is counted. One for each installation, declared by the capability.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<Hour>);

impl Refusals {
    /// One more; its number in this hour.
    fn count(&self, hour: i64, of: Of) -> i64 {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.0 != hour {
            *counted = (hour, HashMap::new());
        }
        let number = counted.1.entry(of).or_default();
        *number += 1;
        *number
    }
}

/// An answer, as far as the log may tell of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer {
    status: StatusCode,
    weighty: bool,
}

impl Answer {
    /// What is answered.
    pub(crate) fn of(response: &Response) -> Self {
        Self { status: response.status(), weighty: response.extensions().get::<Weighty>().is_some() }
    }
}

/// Whether a refusal is told, by its number in the hour; nothing for an answer that is none.
fn is_told(answer: Answer, number: i64) -> Option<(&'static str, bool)> {
    Some(match answer.status {
        StatusCode::FORBIDDEN => ("没有权限", tries::is_told(number) || (answer.weighty && number <= EACH)),
        // An address that nobody has is mistyped now and then; only many of them are somebody who looks around.
        StatusCode::NOT_FOUND => ("没有找到", number >= 10 && tries::is_told(number)),
        StatusCode::CONFLICT if answer.weighty => ("规则不允许", number <= EACH || tries::is_told(number)),
        _ => return None,
    })
}

/// A request of somebody who is signed in, as far as the log may tell of it.
#[derive(Debug)]
pub(crate) struct Asked {
    staff: Staff,
    method: Method,
    route: Option<MatchedPath>,
    address: String,
}

/// Routes whose answer is a table to take along; they that write an event of their own tell more than this one would.
fn is_export(route: &str) -> bool {
    route.contains("/export.")
        && !route.starts_with("/audit/")
        && !route.starts_with("/organs/")
        && !route.starts_with("/accounts/")
}

/// What an export holds, by the first part of its address.
fn contents(route: &str) -> &'static str {
    match route.split('/').nth(1) {
        Some("documents") => "稿件",
        Some("duties") => "任务",
        Some("plans") => "工作要点的任务",
        _ => "列表",
    }
}

impl Asked {
    /// What is asked.
    pub(crate) fn of(request: &Request, staff: Staff) -> Self {
        Self {
            staff,
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            address: request.extensions().get::<ClientIp>().map_or(String::new(), |ip| ip.0.to_string()),
        }
    }

    /// Tells the log of the answer, where it is one that the log tells of.
    pub(crate) async fn note(self, ctx: &Ctx, answer: Answer) -> Result<()> {
        let status = answer.status;
        let route = self.route.as_ref().map_or("", MatchedPath::as_str);
        if status == StatusCode::OK && self.method == Method::GET && is_export(route) {
            let data = json!({"contents": contents(route), "address": self.address});
            return self
                .tell(ctx, NewEvent::new(&events::EXPORTED, "export", &Actor::Staff(self.staff.clone())).data(data))
                .await;
        }
        let asked = format!("{} {}", self.method, if route.is_empty() { "没有这个地址" } else { route });
        if is_told(answer, 1).is_none() {
            return Ok(());
        }
        let of = if status == StatusCode::NOT_FOUND { String::new() } else { asked.clone() };
        let hour = ctx.seams().now().as_second() / 3600;
        let times = ctx.one::<Refusals>().count(hour, (self.staff.account.clone(), status.as_u16(), of));
        let Some((words, true)) = is_told(answer, times) else { return Ok(()) };
        let data = json!({
            "route": asked,
            "status": words,
            "times": times,
            "address": self.address,
        });
        let event = NewEvent::new(&events::REFUSED, &self.staff.account, &Actor::Staff(self.staff.clone()));
        self.tell(ctx, event.data(data)).await
    }

    async fn tell(&self, ctx: &Ctx, event: NewEvent) -> Result<()> {
        let event = event.organ(&self.staff.organ);
        match act_now(ctx, async |tx| Ok::<_, store::Error>(tx.append(event).await?)).await {
            Ok(_) => Ok(()),
            // A full disk keeps nobody from reading, nor from being refused; the line of the request stands in the server's log.
            Err(error) if error.is_storage_full() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_counted_by_account_kind_request_and_hour() {
        let refusals = Refusals::default();
        let count =
            |hour, account: &str, status, of: &str| refusals.count(hour, (account.into(), status, of.to_owned()));
        assert_eq!((count(1, "one", 403, "GET /a"), count(1, "one", 403, "GET /a")), (1, 2));
        assert_eq!(count(1, "one", 403, "POST /a"), 1, "a harmless one hides nothing");
        assert_eq!((count(1, "other", 403, "GET /a"), count(1, "one", 404, "GET /a")), (1, 1));
        assert_eq!(count(2, "one", 403, "GET /a"), 1, "a new hour begins at one");
    }

    #[test]
    fn what_a_rule_refuses_of_a_weighty_act_is_told_each_time() {
        let told = |status, weighty| -> Vec<i64> {
            let answer = Answer { status, weighty };
            (1..=100).filter(|number| is_told(answer, *number).is_some_and(|(_, told)| told)).collect()
        };
        assert_eq!(told(StatusCode::FORBIDDEN, false), [1, 10, 100]);
        assert_eq!(told(StatusCode::NOT_FOUND, false), [10, 100]);
        assert_eq!(told(StatusCode::CONFLICT, true), (1..=20).chain([100]).collect::<Vec<_>>());
        for quiet in [StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY, StatusCode::SEE_OTHER, StatusCode::OK] {
            assert!(told(quiet, false).is_empty(), "{quiet}");
        }
    }

    #[test]
    fn exports_are_known_by_their_address() {
        assert!(is_export("/documents/export.xlsx") && is_export("/plans/{id}/export.xlsx"));
        assert!(!is_export("/audit/export.csv") && !is_export("/documents/{id}"));
    }
}
