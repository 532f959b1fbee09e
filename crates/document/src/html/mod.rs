//! A text as it is written: cleaned once, its visible words, its form for reading, and its parts.
//!
//! Three things come out of one walk over what html5ever reads of the cleaned text, so that the checks, the search and the
//! page never see different texts.

mod blocks;
mod limits;
mod links;
mod masked;
pub mod pictures;
pub(crate) mod pieces;
mod policy;
mod reading;
mod tables;
mod toc;
mod words;

pub use blocks::{Block, blocks};
pub use limits::TooMuch;
pub use masked::{Change, Masked, masked, masked_words, replaced, replaced_words};
pub use policy::VERSION;
use policy::sanitize;
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
    /// Cleans what was typed or imported and derives the rest. `own` is the site's host name. It is work for a thread that
    /// answers nobody else, and before a write: never inside one.
    ///
    /// # Errors
    /// When the text has more of something than any text needs, and cleaning it would keep others waiting.
    pub fn new(html: &str, own: &str) -> Result<Self, TooMuch> {
        limits::check(html)?;
        Ok(Self::derive(sanitize(html), own))
    }

    /// A stored text under today's rules: those of its time may have let through what today's do not. One that is more than
    /// today's limits allow is its words.
    pub fn renewed(html: &str, own: &str) -> Self {
        Self::new(html, own).unwrap_or_else(|_| {
            let mut plain = String::new();
            for line in to_text(html).lines() {
                plain.push_str("<p>");
                pieces::escape(line, &mut plain);
                plain.push_str("</p>");
            }
            Self::derive(plain, own)
        })
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
