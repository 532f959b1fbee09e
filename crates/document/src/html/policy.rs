//! What staff may write: the list of elements and attributes that survive, applied once, when a text is stored.

use std::{borrow::Cow, sync::LazyLock};

use ammonia::Builder;

use super::pictures::Address;

/// Raised whenever the list below, or how a text is made ready for reading, changes. It is stored beside every text:
/// one that was made ready under another version is made ready anew when it is read, until the sweep has caught up.
pub const VERSION: u32 = 4;

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
            // A picture is one of this site: nothing that a reader opens calls another server.
            ("img", "src") => (Address::read(value).is_some() || is_attachment(value)).then_some(Cow::Borrowed(value)),
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

/// The text without characters that turn the words around them (UAX #9) or that nobody sees and every copy has (tags): a number that
/// they hide or turn is one on the page.
fn seen(html: &str) -> Cow<'_, str> {
    let unseen = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}');
    if html.contains(unseen) { Cow::Owned(html.replace(unseen, "")) } else { Cow::Borrowed(html) }
}

/// The text with everything removed that could run, load or disguise. Cleaning what is clean changes nothing.
pub(super) fn sanitize(html: &str) -> String {
    let mut clean = POLICY.clean(&seen(html)).to_string();
    // Tags in an order that HTML does not know (a heading in a heading's table) are put right only when read once more. What
    // is stored must be what a browser makes of it, so it is read until nothing moves; two or three times are the rule.
    for _ in 0..8 {
        // What was spelled by its number is a character by now, and may have kept an address from being seen for what it is.
        let again = POLICY.clean(&seen(&clean)).to_string();
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
    fn nothing_turns_the_words_around_or_hides_among_them() {
        for (written, kept) in [
            ("<p>甲\u{202e}810010100991000000\u{202c}乙</p>", "<p>甲810010100991000000乙</p>"),
            ("<p>&#x202E;甲&#8297;</p>", "<p>甲</p>"),
            ("<p>甲\u{e0031}\u{e0033}乙\u{200f}</p>", "<p>甲乙\u{200f}</p>"),
            ("<a title=\"\u{202e}甲\">乙</a>", "<a title=\"甲\" rel=\"noopener\">乙</a>"),
            // What is no address of a script before is none after.
            ("<a href=\"java&#x202e;script:alert(1)\">乙</a>", "<a rel=\"noopener\">乙</a>"),
            ("<a href=\"java\u{202e}script:alert(1)\">乙</a>", "<a rel=\"noopener\">乙</a>"),
        ] {
            assert_eq!(sanitize(written), kept, "{written:?}");
        }
    }

    #[test]
    fn a_picture_comes_from_this_site_alone() {
        for own in [
            "<img src=\"/attachments/0123456789abcdef/%E5%9B%BE.png\" alt=\"示意图\">",
            "<figure><img src=\"/pictures/0123456789abcdef/1200x800.jpg\"><figcaption>图1</figcaption></figure>",
        ] {
            assert_eq!(sanitize(own), own);
        }
        for foreign in [
            "https://evil.example/x.png",
            "//evil.example/x.png",
            "data:image/png;base64,x",
            "/search?q=x",
            "/pictures/0123456789abcdef/1200x800.svg",
            "/pictures/0123456789abcdef/../../search",
        ] {
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
