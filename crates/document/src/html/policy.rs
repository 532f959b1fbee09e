//! What staff may write: the list of elements and attributes that survive, applied once, when a text is stored.

use std::{borrow::Cow, sync::LazyLock};

use ammonia::Builder;

/// Raised whenever the list below, or how a text is made ready for reading, changes. It is stored beside every text:
/// one that was made ready under another version is made ready anew when it is read, until the sweep has caught up.
pub const VERSION: u32 = 2;

const TAGS: [&str; 39] = [
    "a",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "hr",
    "i",
    "img",
    "ins",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
];

static POLICY: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut policy = Builder::default();
    policy
        .tags(TAGS.into_iter().chain(["u", "ul"]).collect())
        .tag_attributes(
            [
                ("a", ["href", "title"].into()),
                ("td", ["colspan", "rowspan"].into()),
                ("th", ["colspan", "rowspan", "scope"].into()),
                ("ol", ["start"].into()),
                ("img", ["src", "alt"].into()),
            ]
            .into(),
        )
        .generic_attributes(["id", "lang"].into())
        .allowed_classes(["p", "td", "th", "div"].into_iter().map(|tag| (tag, ["center", "right"].into())).collect())
        .id_prefix(None)
        .clean_content_tags(["script", "style", "title", "xml", "head"].into())
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .link_rel(Some("noopener"))
        .strip_comments(true)
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            // A picture is an attachment of this site: nothing that a reader opens calls another server.
            ("img", "src") => is_attachment(value).then_some(Cow::Borrowed(value)),
            _ => Some(Cow::Borrowed(value)),
        });
    policy
});

/// Whether the address is that of an attachment of this site: `/attachments/{id}`, perhaps with its file name.
fn is_attachment(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("/attachments/") else { return false };
    let id = rest.split(['/', '?']).next().unwrap_or(rest);
    id.len() == 16 && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// The text with everything removed that could run, load or disguise. Cleaning what is clean changes nothing.
pub(super) fn sanitize(html: &str) -> String {
    let mut clean = POLICY.clean(html).to_string();
    // Tags in an order that HTML does not know (a heading in a heading's table) are put right only when read once more. What
    // is stored must be what a browser makes of it, so it is read until nothing moves; two or three times are the rule.
    for _ in 0..8 {
        let again = POLICY.clean(&clean).to_string();
        if again == clean {
            break;
        }
        clean = again;
    }
    clean
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::sanitize;

    #[test]
    fn what_runs_is_removed_and_tables_stay() {
        let dirty = "<p onclick=x>甲<script>alert(1)</script><a href=\"javascript:x\">乙</a></p>\
                     <table><tr><td colspan=2 style=\"x\">丙</td></tr></table><img src=x onerror=y><svg onload=z>";
        let clean = sanitize(dirty);
        for bad in ["script", "onclick", "javascript", "onerror", "svg", "style", "src"] {
            assert!(!clean.contains(bad), "{bad} in {clean}");
        }
        assert!(clean.contains("colspan=\"2\"") && clean.contains('丙'));
        assert_eq!(sanitize(&clean), clean);
        assert_eq!(sanitize("<p class=\"center evil\">丁</p>"), "<p class=\"center\">丁</p>");
    }

    #[test]
    fn a_picture_comes_from_this_site_alone() {
        let own = "<img src=\"/attachments/0123456789abcdef/%E5%9B%BE.png\" alt=\"示意图\">";
        assert_eq!(sanitize(own), own);
        for foreign in ["https://evil.example/x.png", "//evil.example/x.png", "data:image/png;base64,x", "/search?q=x"]
        {
            let clean = sanitize(&format!("<img src=\"{foreign}\" alt=\"图\">"));
            assert_eq!(clean, "<img alt=\"图\">", "{foreign}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn cleaning_twice_changes_nothing(html in "(<(p|b|td|table|a href=\"#x\"|h2|ul|li|script|svg|math|img alt=\"|/p|/b|/table)>|[甲乙 <>&\"']){0,40}") {
            let once = sanitize(&html);
            prop_assert_eq!(sanitize(&once), once);
        }
    }
}
