//! A text as it is written: cleaned once, its visible words, its form for reading, and its parts.
//!
//! Three things come out of one walk over what html5ever reads of the cleaned text, so that the checks, the search and the
//! page never see different texts.

mod pieces;
mod policy;
mod reading;
mod toc;
mod words;

pub use policy::{VERSION, sanitize};
pub use reading::Article;
pub use toc::{Heading, contents};

/// A text with everything that is derived from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Cleaned: what is stored, shown to those who write, and committed when it becomes public.
    pub html: String,
    /// Visible words.
    pub text: String,
    /// With addresses, for the portal. Made from `html` and the site's host name alone.
    pub reading: String,
    /// Parts with addresses, in order.
    pub articles: Vec<Article>,
}

impl Written {
    /// Cleans what was typed or imported and derives the rest. `own` is the site's host name.
    pub fn new(html: &str, own: &str) -> Self {
        Self::derive(sanitize(html), own)
    }

    /// Derives the rest from a text that has been cleaned.
    pub fn derive(html: String, own: &str) -> Self {
        let read = reading::read(&pieces::read(&html), own);
        Self { html, text: read.text, reading: read.html, articles: read.articles }
    }
}

/// Under what a reading form was made: another policy or another host name makes another form.
pub fn mark(own: &str) -> String {
    format!("{VERSION} {own}")
}

/// The visible words of a text that has been cleaned.
pub fn to_text(html: &str) -> String {
    words::text(&pieces::read(html))
}

#[cfg(test)]
mod tests;
