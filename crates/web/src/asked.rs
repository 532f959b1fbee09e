//! What is known of the request that is being answered: its id, from where it came, who is signed in.
//!
//! The outermost layer makes it known ([`answering`]); inner layers add what they find out. Outside of a request there is
//! nothing to know, and nothing is an error.

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
};

use axum::body::Bytes;
use kernel::{id::AccountId, percent_decoded};

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
    form: OnceLock<Bytes>,
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

/// The request being answered brought this form, as it came. Nothing outside of a request.
pub(crate) fn brought(form: Bytes) {
    let _ = CURRENT.try_with(|current| current.seen.form.set(form));
}

/// What a person typed into the form that the request being answered brought: whoever is refused gets it back, to copy it.
pub fn typed() -> Vec<String> {
    let form = CURRENT.try_with(|current| current.seen.form.get().cloned()).ok().flatten();
    form.map(|form| words_of(&form)).unwrap_or_default()
}

/// Longer texts stand in the editor, which keeps them itself.
const LONGEST: usize = 60_000;

/// The values of a form that are words of a person. Tokens, ids and choices are one word of Latin letters; what is secret is
/// never said back.
fn words_of(form: &[u8]) -> Vec<String> {
    let secret = |name: &str| ["password", "proof", "code", "secret"].iter().any(|one| name.contains(one));
    let decoded = |text: &str| String::from_utf8_lossy(&percent_decoded(&text.replace('+', " "))).into_owned();
    let form = String::from_utf8_lossy(form);
    let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    let mut words: Vec<String> = Vec::new();
    for (name, value) in pairs.map(|(name, value)| (decoded(name), decoded(value))) {
        let value = value.trim();
        let by_hand = value.chars().any(|c| !c.is_ascii() || c.is_whitespace());
        // A cell of a table may be a figure or a day.
        let by_hand = by_hand || (name.starts_with("c_") && value.chars().any(|c| c.is_ascii_digit()));
        if by_hand && !secret(&name) && value.len() <= LONGEST && !words.iter().any(|known| known == value) {
            words.push(value.to_owned());
        }
    }
    words
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_person_typed_is_known_without_secrets_and_tokens() {
        let form = "once=1k2j&version=3&c_admitted=66&reason=%E7%AC%AC%E4%B8%89+%E6%AE%B5&to=a+b&to=a+b\
             &password=%E5%AF%86+1&basis=secret";
        let asked = Asked::new("x".into(), "POST /x");
        let typed = answering(asked, async {
            assert!(typed().is_empty(), "a page brings no form");
            brought(form.into());
            typed()
        });
        assert_eq!(typed.await, ["66", "第三 段", "a b"]);
        assert!(typed_outside().is_empty());
    }

    fn typed_outside() -> Vec<String> {
        brought("a=%E7%94%B2".into());
        typed()
    }
}
