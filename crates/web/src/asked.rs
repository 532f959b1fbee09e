//! What is known of the request that is being answered: its id, from where it came, who is signed in.
//!
//! The outermost layer makes it known ([`answering`]); inner layers add what they find out. Outside of a request there is
//! nothing to know, and nothing is an error.

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
};

use kernel::id::AccountId;

/// Characters of an id that are shown as the code of an incident: short enough for the telephone.
const INCIDENT: usize = 8;

tokio::task_local!(static CURRENT: Asked);

/// The request being answered, as far as it is known by now. Copies know the same.
#[derive(Debug, Clone)]
pub struct Asked {
    id: Arc<str>,
    /// Method and path; never logged.
    what: Arc<str>,
    seen: Arc<Seen>,
}

/// What inner layers find out about a request.
#[derive(Debug, Default)]
struct Seen {
    from: OnceLock<IpAddr>,
    account: OnceLock<AccountId>,
}

impl Asked {
    /// A request with its id, and what was asked: method and path.
    pub fn new(id: Arc<str>, what: &str) -> Self {
        Self { id, what: what.into(), seen: Arc::default() }
    }

    /// From where it came, once a layer has found that out.
    pub fn from(&self) -> Option<&IpAddr> {
        self.seen.from.get()
    }

    /// Who is signed in, once a layer has found that out.
    pub fn account(&self) -> Option<&AccountId> {
        self.seen.account.get()
    }
}

/// Answers a request that is known by this.
pub async fn answering<F: Future>(asked: Asked, answer: F) -> F::Output {
    CURRENT.scope(asked, answer).await
}

/// The code that the page of an error shows for the request being answered; `None` outside of a request.
pub fn incident() -> Option<String> {
    CURRENT.try_with(|current| current.id.chars().take(INCIDENT).collect()).ok()
}

/// The request being answered came from this address. Nothing outside of a request.
pub fn came_from(ip: IpAddr) {
    let _ = CURRENT.try_with(|current| current.seen.from.set(ip));
}

/// This account is signed in for the request being answered. Nothing outside of a request.
pub fn signed_in(account: &AccountId) {
    let _ = CURRENT.try_with(|current| current.seen.account.set(account.clone()));
}

/// The token of a form, for this account and this address alone: sent by another person or to another address, it is another
/// token. Empty stays empty; outside of a request it is the token itself.
pub fn bound(token: &str) -> String {
    if token.is_empty() {
        return String::new();
    }
    let bind = |current: &Asked| {
        let account = current.account().map_or("", AccountId::as_str);
        kernel::event::digest_of([token, account, &*current.what])
    };
    CURRENT.try_with(bind).unwrap_or_else(|_| token.to_owned())
}
