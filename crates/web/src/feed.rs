//! Feeds (Atom, RFC 4287): what is new, what was taken back (RFC 6721), and the hubs that hear of it (WebSub).

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use kernel::time;

use crate::{Result, page::PUBLIC};

/// Something in a feed. Words are made fit for XML by [`crate::page::xml_text`]; moments are in the stored form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// By which readers know it again: [`crate::page::feed_tag`].
    pub id: String,
    pub title: String,
    /// Absolute address.
    pub href: String,
    /// When it first became public; empty = not said.
    pub published: String,
    /// When its present words became public.
    pub updated: String,
    /// Empty = nobody's in particular.
    pub organ: String,
    /// Empty = of no kind.
    pub kind: String,
    /// Empty = not said.
    pub summary: String,
    /// The whole text as HTML, with addresses that hold wherever it is read; empty = it is read at its address.
    pub content: String,
}

/// Something that readers take out again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    pub id: String,
    pub when: String,
}

#[derive(Debug, Default, Template)]
#[template(path = "layout/feed.xml")]
pub struct Feed {
    pub id: String,
    pub title: String,
    /// Its own address, absolute.
    pub own: String,
    /// That of the page with the same list.
    pub page: String,
    /// Whole addresses of hubs; none where nobody tells a hub of this feed.
    pub hubs: Vec<String>,
    pub host: String,
    pub updated: String,
    pub entries: Vec<Entry>,
    pub gone: Vec<Gone>,
}

impl Feed {
    /// The feed as an answer that everybody may keep.
    ///
    /// # Errors
    /// When the template fails to render.
    pub fn answer(&self) -> Result<Response> {
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/atom+xml; charset=utf-8")),
            (header::CACHE_CONTROL, PUBLIC),
        ];
        let mut response = (headers, self.render()?).into_response();
        // A subscriber looks at the headers first, and a feed has one address of its own there (WebSub, 4).
        if !self.hubs.is_empty() {
            let own = [(self.own.as_str(), "self")].into_iter();
            for (address, relation) in self.hubs.iter().map(|hub| (hub.as_str(), "hub")).chain(own) {
                if let Ok(link) = HeaderValue::from_str(&format!("<{address}>; rel=\"{relation}\"")) {
                    response.headers_mut().append(header::LINK, link);
                }
            }
        }
        Ok(response)
    }
}

/// The newest change; a feed without entries began with the data, so that it does not change by being read.
pub fn newest(entries: &[Entry], gone: &[Gone]) -> String {
    let changes = entries.iter().map(|one| &one.updated).chain(gone.iter().map(|one| &one.when));
    changes.max().cloned().unwrap_or_else(|| time::to_db(Timestamp::UNIX_EPOCH))
}
