//! What others are told of a page whose address is handed on: its address for ever, what a messenger shows beside it (Open
//! Graph), what machines read of it (schema.org).

use serde_json::Value;

use crate::{Ctx, PortalShell};

/// A picture that stands for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Absolute address.
    pub url: String,
    /// What can be read on it.
    pub alt: String,
    /// Points across and down.
    pub size: (u32, u32),
}

/// What is told of a page. Without an address nothing is: of errors, forms, previews.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Share {
    /// The page's one address, absolute.
    pub url: String,
    /// `article` of a document, `website` of every other page.
    pub kind: &'static str,
    /// When a document became public, and when it last changed, stored form; empty for other pages.
    pub published: String,
    pub updated: String,
    pub picture: Option<Picture>,
    /// What machines read, as an element of the page.
    linked: String,
}

impl Share {
    /// What machines read ([`PortalShell::linked`]), as it stands in the page.
    pub fn linked(&self) -> &str {
        &self.linked
    }
}

impl PortalShell {
    /// The page may be found and handed on under its own address.
    #[must_use]
    pub fn shared(mut self, ctx: &Ctx) -> Self {
        self.share.url = format!("{}{}", ctx.portal_url(), own(&self.path));
        self.share.kind = "website";
        self
    }

    /// What machines read of the page: an object of schema.org. Words in it cannot end the element.
    #[must_use]
    pub fn linked(mut self, data: &Value) -> Self {
        let text = data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
        // No script: a browser does not run what is of this type, and the policy says nothing of it.
        self.share.linked = format!("<script type=\"application/ld+json\">{text}</script>");
        self
    }
}

/// The one address of a page: of a list that somebody narrowed it is the whole list, of its further pages each has its own.
fn own(path: &str) -> &str {
    match path.split_once('?') {
        Some((_, query))
            if query.strip_prefix("page=").is_some_and(|page| page.parse::<u32>().is_ok_and(|n| n > 1)) =>
        {
            path
        }
        Some((path, _)) => path,
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn a_page_has_one_address() {
        for (path, address) in [
            ("/policies", "/policies"),
            ("/policies?page=3", "/policies?page=3"),
            ("/policies?page=1", "/policies"),
            ("/policies?page=x", "/policies"),
            ("/policies?organ=QH010&page=3", "/policies"),
            ("/?from=wechat", "/"),
        ] {
            assert_eq!(own(path), address, "{path}");
        }
    }
}
