//! What people of the office tried and were refused, and what they took out of the program, for the log (互联网政务应用安全管理规定
//! Art. 20). Bounded: of what one account is refused within an hour the first is told, then every tenfold, with the number.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use axum::{
    extract::{MatchedPath, Request},
    http::{Method, StatusCode},
};
use kernel::{Actor, NewEvent, Staff, id::AccountId};
use serde_json::json;
use web::{Ctx, Result, act_now, client::ClientIp};

use crate::{events, session::tries};

/// The hour that is counted, and how often each account met each status in it.
type Hour = (i64, HashMap<(AccountId, u16), i64>);

/// How often each account was refused in the hour that is counted. One for each installation, declared by the capability.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<Hour>);

impl Refusals {
    /// One more; its number in this hour.
    fn count(&self, hour: i64, account: &AccountId, status: u16) -> i64 {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.0 != hour {
            *counted = (hour, HashMap::new());
        }
        let number = counted.1.entry((account.clone(), status)).or_default();
        *number += 1;
        *number
    }
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
    pub(crate) async fn note(self, ctx: &Ctx, status: StatusCode) -> Result<()> {
        let route = self.route.as_ref().map_or("", MatchedPath::as_str);
        if status == StatusCode::OK && self.method == Method::GET && is_export(route) {
            let data = json!({"contents": contents(route), "address": self.address});
            return self
                .tell(ctx, NewEvent::new(&events::EXPORTED, "export", &Actor::Staff(self.staff.clone())).data(data))
                .await;
        }
        // An address that nobody has is mistyped now and then; only many of them are somebody who looks around.
        let least = match status {
            StatusCode::FORBIDDEN => 1,
            StatusCode::NOT_FOUND => 10,
            _ => return Ok(()),
        };
        let hour = ctx.seams().now().as_second() / 3600;
        let times = ctx.one::<Refusals>().count(hour, &self.staff.account, status.as_u16());
        if times < least || !tries::is_told(times) {
            return Ok(());
        }
        let data = json!({
            "route": format!("{} {}", self.method, if route.is_empty() { "没有这个地址" } else { route }),
            "status": if status == StatusCode::FORBIDDEN { "没有权限" } else { "没有找到" },
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
    fn refusals_are_counted_by_account_kind_and_hour() {
        let (refusals, one, other) = (Refusals::default(), AccountId::from("one"), AccountId::from("other"));
        assert_eq!((refusals.count(1, &one, 403), refusals.count(1, &one, 403)), (1, 2));
        assert_eq!((refusals.count(1, &other, 403), refusals.count(1, &one, 404)), (1, 1));
        assert_eq!(refusals.count(2, &one, 403), 1, "a new hour begins at one");
    }

    #[test]
    fn exports_are_known_by_their_address() {
        assert!(is_export("/documents/export.xlsx") && is_export("/plans/{id}/export.xlsx"));
        assert!(!is_export("/audit/export.csv") && !is_export("/documents/{id}"));
    }
}
