//! The frames around pages, as the layouts in `layout/` read them.

use std::{collections::HashMap, sync::Arc};

pub use crate::rail::{RailGroup, RailLink};
use crate::{config::Site, doors::Door, share::Share};

/// One step of the path shown above a portal page; an empty address marks the page itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// Words of the step.
    pub label: String,
    /// Address on the portal; empty = the page itself.
    pub href: String,
}

/// The frame of a portal page.
#[derive(Debug, Clone)]
pub struct PortalShell {
    /// Who runs the site.
    pub site: Arc<Site>,
    /// Name of the page.
    pub title: String,
    /// Column, for the title; may be empty.
    pub section: String,
    /// Doors of the header.
    pub doors: Vec<Door>,
    /// Which of them is marked.
    pub nav: &'static str,
    /// Path above the page.
    pub crumbs: Vec<Crumb>,
    /// Government page tags: name and content.
    pub tags: Vec<(String, String)>,
    /// What the page is about, in one sentence, for search engines.
    pub description: String,
    /// What others are told of the page; nothing unless it says so ([`PortalShell::shared`]).
    pub share: Share,
    /// Path and query of this page.
    pub path: String,
    /// What stands before the addresses of the frame where the page is shown elsewhere, such as a preview in the office; empty on the
    /// portal. Elsewhere nothing of the frame can be filled in.
    pub base: String,
    /// Whether the reader has chosen large print and few words (适老版).
    pub elder: bool,
    /// The title begins with 「错误：」.
    pub has_error: bool,
    /// Style sheets and scripts.
    pub assets: Assets,
}

impl PortalShell {
    /// Adds a step to the path; an empty address marks the page itself.
    #[must_use]
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push(Crumb { label: label.into(), href: href.into() });
        self
    }

    /// Adds the column tags (regulation: ColumnName, ColumnDescription, ColumnKeywords, ColumnType).
    #[must_use]
    pub fn column(mut self, name: &str, description: &str, keywords: &str, kind: &str) -> Self {
        for (tag, content) in [
            ("ColumnName", name),
            ("ColumnDescription", description),
            ("ColumnKeywords", keywords),
            ("ColumnType", kind),
        ] {
            self.tags.push((tag.to_owned(), content.to_owned()));
        }
        self
    }

    /// Adds the content tags (ArticleTitle, PubDate, ContentSource, Keywords, Author, Description, Url).
    /// `published` is shown as `YYYY-MM-DD HH:MM`.
    #[must_use]
    pub fn content(mut self, title: &str, published: &str, source: &str, keywords: &str, description: &str) -> Self {
        let url = self.path.clone();
        for (tag, content) in [
            ("ArticleTitle", title),
            ("PubDate", published),
            ("ContentSource", source),
            ("Keywords", keywords),
            ("Author", source),
            ("Description", description),
            ("Url", url.as_str()),
        ] {
            if !content.is_empty() {
                self.tags.push((tag.to_owned(), content.to_owned()));
            }
        }
        self.description = description.to_owned();
        self
    }
}

/// The frame of an office page.
#[derive(Debug, Clone)]
pub struct OfficeShell {
    /// Who runs the site.
    pub site: Arc<Site>,
    /// Name of the page.
    pub title: String,
    /// Path and query of this page.
    pub path: String,
    /// Who is signed in.
    pub actor_name: String,
    /// Short name of the organ for which the person acts.
    pub organ_name: String,
    /// Navigation: the links that this person may open, in groups.
    pub rail: Vec<RailGroup>,
    /// Message left by the action before.
    pub flash: Option<Flash>,
    /// The title begins with 「错误：」.
    pub has_error: bool,
    /// Style sheets and scripts.
    pub assets: Assets,
    pub today: String,
    /// When the session ends without another click (stored form), or empty.
    pub session_ends: String,
    /// Account of who is signed in, for what scripts keep in the browser; empty before sign-in.
    pub person: String,
}

impl OfficeShell {
    /// Marks the page as one with errors to correct.
    #[must_use]
    pub fn with_error(mut self, has_error: bool) -> Self {
        self.has_error = has_error;
        self
    }
}

/// A message left by an action, shown once on the next page.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Flash {
    /// `ok`, `warn` or `error`.
    pub kind: String,
    /// What was done, or why it was not, in a sentence.
    pub text: String,
    /// How to take it back, if it can be.
    pub undo: Option<Undo>,
}

/// A button that takes the last action back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Undo {
    /// Address to which the button posts.
    pub action: String,
    /// What the button says.
    pub label: String,
}

/// Pages of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pager {
    /// This page, from 1.
    pub page: i64,
    /// How many pages there are, at least 1.
    pub pages: i64,
    /// How many rows there are in all.
    pub total: i64,
    /// Whether there are more: they were not counted further.
    pub more: bool,
    /// Query without the page: ends with `?` or `&`.
    pub base: String,
}

impl Pager {
    /// Rows on a page.
    pub const SIZE: i64 = 50;

    /// The pager for `page` (as asked, from 1; corrected into range) of `total` rows. `query` is the rest of the query,
    /// without `?`, already encoded.
    pub fn new(page: i64, total: i64, size: i64, query: &str) -> Self {
        let pages = ((total + size - 1) / size).max(1);
        let base = if query.is_empty() { "?".to_owned() } else { format!("?{query}&") };
        Self { page: page.clamp(1, pages), pages, total, more: false, base }
    }

    /// The same where rows beyond `total` were not counted.
    #[must_use]
    pub fn or_more(self, more: bool) -> Self {
        Self { more, ..self }
    }

    /// How many rows of `size` to a page stand before this page.
    pub fn offset(&self, size: i64) -> i64 {
        (self.page - 1) * size
    }
}

/// Where the pages before and after this one begin, of a list that is walked by the place of the last row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    /// Query without the place: ends with `?` or `&`.
    pub base: String,
    /// Place for the page before; none at the beginning.
    pub previous: Option<String>,
    /// Place for the page after; none at the end.
    pub next: Option<String>,
}

impl Steps {
    /// Around `page`; `query` is the rest of the query, without `?`, already encoded.
    pub fn new<T>(page: &store::sql::Page<T>, query: &str) -> Self {
        let base = if query.is_empty() { "?".to_owned() } else { format!("?{query}&") };
        Self { base, previous: page.previous.clone(), next: page.next.clone() }
    }
}

/// Style sheets and scripts under names that carry their digest, so that they can be cached for ever.
#[derive(Debug, Clone)]
pub struct Assets {
    urls: Arc<HashMap<String, String>>,
}

impl Assets {
    /// What is embedded in the program.
    pub fn embedded() -> Self {
        Self { urls: Arc::new(crate::assets::urls()) }
    }

    /// The address of an asset such as `portal.css`.
    pub fn url(&self, name: &str) -> String {
        self.urls.get(name).cloned().unwrap_or_else(|| format!("/assets/{name}"))
    }

    /// The addresses of all of them, in no order.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.urls.values().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::Pager;

    #[test]
    fn a_page_out_of_range_becomes_the_nearest_one() {
        assert_eq!(Pager::new(9, 101, 50, "").page, 3);
        assert_eq!(Pager::new(-1, 101, 50, "a=b").base, "?a=b&");
        assert_eq!(Pager::new(1, 0, 50, "").pages, 1);
        assert_eq!(Pager::new(3, 101, 50, "").offset(50), 100);
    }
}
