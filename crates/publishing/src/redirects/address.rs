//! Addresses as they are compared: path and query, percent-encoded in one way; and what stands at them on the portal.

use std::collections::HashSet;

use axum::http::Method;
use document::{columns, public};
use kernel::id::DocumentId;
use web::{Ctx, Listener, Result};

use super::store::was_public;

/// Longest address that is kept, in bytes.
pub(super) const LONGEST: usize = 500;

/// The part of an address behind the name of its host; the whole where there is none.
fn behind_host(typed: &str) -> &str {
    for scheme in ["http://", "https://"] {
        if let Some(rest) = typed.strip_prefix(scheme) {
            return rest.find('/').map_or("/", |at| &rest[at..]);
        }
    }
    typed
}

/// Path and query as browsers send them: what is no ASCII percent-encoded, hexadecimal digits large, nothing behind `#`. `None`
/// when it is no address of a page, too long, or the first page itself.
pub(super) fn normal(typed: &str) -> Option<String> {
    let path = behind_host(typed.trim()).split('#').next().unwrap_or_default();
    let fits = path.starts_with('/')
        && path.len() > 1
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.contains(char::is_control);
    if !fits {
        return None;
    }
    let bytes = path.as_bytes();
    let mut out = String::with_capacity(path.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).filter(|two| bytes[at] == b'%' && two.iter().all(u8::is_ascii_hexdigit));
        if let Some(two) = hex {
            out.push('%');
            out.extend(two.iter().map(|digit| char::from(digit.to_ascii_uppercase())));
            at += 3;
            continue;
        }
        let byte = bytes[at];
        if byte.is_ascii_graphic() && !b"%\"<>`{}|^".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        at += 1;
    }
    (out.len() <= LONGEST).then_some(out)
}

/// An address without its query.
pub(super) fn path_of(address: &str) -> &str {
    address.split('?').next().unwrap_or_default()
}

/// The two parts of `/columns/relief`; `None` for other paths.
fn pair(address: &str) -> Option<(&str, &str)> {
    path_of(address).strip_prefix('/')?.split_once('/').filter(|(_, rest)| !rest.is_empty() && !rest.contains('/'))
}

/// What stands on the portal, for many addresses at once.
pub(crate) struct Portal {
    fixed: HashSet<&'static str>,
    patterns: Vec<&'static str>,
    columns: HashSet<String>,
    documents: HashSet<String>,
    /// Documents that were public and say so: withdrawn, with a page that tells why.
    ended: HashSet<String>,
    organs: HashSet<String>,
}

/// Whether the portal has pages of the form `/first/…`.
fn is_ours(patterns: &[&'static str], first: &str) -> bool {
    patterns.iter().any(|pattern| pair(pattern).is_some_and(|(known, rest)| known == first && rest.starts_with('{')))
}

/// First parts of addresses whose pages are known one by one.
const KNOWN: [&str; 4] = ["columns", "documents", "policies", "organs"];

impl Portal {
    /// Looks at what these addresses need: two questions, and one for each document that was withdrawn.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn of(ctx: &Ctx, addresses: &[String]) -> Result<Self> {
        let mut pages: Vec<&'static str> = Vec::new();
        for routes in ctx.capabilities().routes().filter(|routes| routes.listener() == Listener::Portal) {
            let gets = routes.list().iter().filter(|route| route.method == Method::GET);
            pages.extend(gets.map(|route| route.path));
        }
        let (patterns, fixed): (Vec<_>, Vec<_>) = pages.into_iter().partition(|page| page.contains('{'));
        let second = addresses.iter().filter_map(|address| pair(address)).map(|(_, second)| second.to_owned());
        let ids: Vec<String> = second.collect::<HashSet<_>>().into_iter().collect();
        let mut documents: HashSet<String> = HashSet::new();
        for some in ids.chunks(500) {
            documents.extend(public::standing(ctx.db(), some).await?);
        }
        let mut ended = HashSet::new();
        for (first, id) in addresses.iter().filter_map(|address| pair(address)) {
            if !is_ours(&patterns, first) {
                continue;
            }
            if !documents.contains(id) && was_public(ctx.db().read(), &DocumentId::from(id)).await? {
                ended.insert(id.to_owned());
            }
        }
        let columns = columns::tree(ctx.db().read()).await?.into_iter().map(|(_, row)| row.slug.to_string()).collect();
        let organs = ctx.directory().all().iter().map(|organ| organ.code.to_string()).collect();
        Ok(Self { fixed: fixed.into_iter().collect(), patterns, columns, documents, ended, organs })
    }

    /// Whether a page is known to stand there.
    pub(super) fn stands(&self, address: &str) -> bool {
        let path = path_of(address);
        self.fixed.contains(path)
            || pair(address).is_some_and(|(first, second)| match first {
                "columns" => self.columns.contains(second),
                "organs" => self.organs.contains(second),
                _ => is_ours(&self.patterns, first) && self.documents.contains(second),
            })
    }

    /// Whether readers get an answer of its own there, if only that something was withdrawn: nobody is led on.
    pub(crate) fn answers(&self, address: &str) -> bool {
        let ended = |(first, second): (&str, &str)| is_ours(&self.patterns, first) && self.ended.contains(second);
        self.stands(address) || pair(address).is_some_and(ended)
    }

    /// Whether it may be led there: a page is known, or the portal has pages of that form of which nobody is asked here.
    pub(crate) fn may_lead(&self, address: &str) -> bool {
        let parts: Vec<&str> = path_of(address).split('/').collect();
        let like = |pattern: &&str| {
            let pattern: Vec<&str> = pattern.split('/').collect();
            pattern.len() == parts.len()
                && pattern.iter().zip(&parts).all(
                    |(want, part)| {
                        if want.starts_with('{') { !part.is_empty() } else { want == part }
                    },
                )
        };
        let asked = parts.len() == 3 && parts.get(1).is_some_and(|first| KNOWN.contains(first));
        self.stands(address) || (!asked && self.patterns.iter().any(like))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_in_one_way() {
        for (typed, wanted) in [
            ("/art/2020/1/a.html", "/art/2020/1/a.html"),
            (" http://www.old.example/art?id=5#top ", "/art?id=5"),
            ("https://www.old.example/栏目/a b", "/%E6%A0%8F%E7%9B%AE/a%20b"),
            ("/%e6%a0%8f?x=%zz", "/%E6%A0%8F?x=%25zz"),
        ] {
            assert_eq!(normal(typed).as_deref(), Some(wanted), "{typed}");
        }
        for typed in ["", "/", "news", "//x.example/a", "http://x.example", "/a\\b", "/a\nb", "javascript:alert(1)"] {
            assert_eq!(normal(typed), None, "{typed}");
        }
        assert_eq!(normal(&format!("/{}", "甲".repeat(200))), None);
    }

    #[test]
    fn a_normal_address_stays_as_it_is() {
        for typed in ["/a?b=c&d=%E6%A0%8F", "/栏目", "/a%20b"] {
            let once = normal(typed).expect("an address");
            assert_eq!(normal(&once).as_deref(), Some(once.as_str()));
        }
    }

    #[test]
    fn two_parts_are_told_apart() {
        assert_eq!(pair("/columns/relief?page=2"), Some(("columns", "relief")));
        assert_eq!((pair("/columns"), pair("/a/b/c"), pair("/a/")), (None, None, None));
    }
}
