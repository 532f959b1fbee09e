//! Rich text: what staff may write. Cleaned when it is stored and again when it is shown.

use std::sync::LazyLock;

use ammonia::Builder;

static POLICY: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut policy = Builder::default();
    policy
        .tags(
            [
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
                "u",
                "ul",
            ]
            .into(),
        )
        .tag_attributes(
            [
                ("a", ["href", "title"].into()),
                ("td", ["colspan", "rowspan"].into()),
                ("th", ["colspan", "rowspan", "scope"].into()),
                ("ol", ["start"].into()),
            ]
            .into(),
        )
        .generic_attributes(["id", "lang"].into())
        .allowed_classes(["p", "td", "th", "div"].into_iter().map(|tag| (tag, ["center", "right"].into())).collect())
        .id_prefix(None)
        .clean_content_tags(["script", "style", "title", "xml", "head"].into())
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .link_rel(Some("noopener"))
        .strip_comments(true);
    policy
});

/// The text with everything removed that could run, load or disguise. Idempotent.
pub fn sanitize(html: &str) -> String {
    POLICY.clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use super::sanitize;

    #[test]
    fn what_runs_is_removed_and_tables_stay() {
        let dirty = "<p onclick=x>甲<script>alert(1)</script><a href=\"javascript:x\">乙</a></p>\
                     <table><tr><td colspan=2 style=\"x\">丙</td></tr></table><img src=x onerror=y><svg onload=z>";
        let clean = sanitize(dirty);
        for bad in ["script", "onclick", "javascript", "onerror", "svg", "style", "img"] {
            assert!(!clean.contains(bad), "{bad} in {clean}");
        }
        assert!(clean.contains("colspan=\"2\"") && clean.contains('丙'));
        assert_eq!(sanitize(&clean), clean);
        assert_eq!(sanitize("<p class=\"center evil\">丁</p>"), "<p class=\"center\">丁</p>");
    }
}
