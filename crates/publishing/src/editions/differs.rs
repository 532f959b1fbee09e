//! Where what was typed differs from what was stored meanwhile, field by field: for a page without scripts, on which nobody else holds
//! the two against each other. The text itself is compared paragraph by paragraph elsewhere and left out here.

use document::{
    Kind,
    form::{CLOSED_REASONS, Typed, disclosure_label},
};

/// A field with both values, in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Differing {
    pub(super) label: &'static str,
    /// As somebody typed it and could not save it.
    pub(super) typed: String,
    /// As it is stored.
    pub(super) stored: String,
}

/// Fields of every edition, in the order of the form.
const OWN: [(&str, &str); 5] = [
    ("title", "标题"),
    ("disclosure", "公开属性"),
    ("disclosure_reason", "不予公开的理由"),
    ("publish_at", "定时发布"),
    ("note", "这一版改了什么"),
];

/// The fields that differ, whatever their blanks.
pub(super) fn differing(kind: Kind, typed: &Typed, stored: &Typed) -> Vec<Differing> {
    let (mine, theirs) = (typed.pairs(), stored.pairs());
    let facets = kind.facets.iter().map(|facet| (facet.key, facet.label));
    let plain = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut found = Vec::new();
    for (key, label) in OWN.into_iter().chain(facets) {
        // A field that the form did not have is not changed by it.
        let (Some(mine), Some(theirs)) = (mine.get(key), theirs.get(key)) else { continue };
        if plain(mine) != plain(theirs) {
            found.push(Differing { label, typed: words(kind, key, mine), stored: words(kind, key, theirs) });
        }
    }
    found
}

/// A value as the form shows it.
fn words(kind: Kind, key: &str, value: &str) -> String {
    let value = value.trim();
    let of = |known: &[(&'static str, &'static str)]| {
        known.iter().find(|(code, _)| *code == value).map(|(_, label)| (*label).to_owned())
    };
    let chosen = match key {
        "disclosure" => Some(disclosure_label(value).to_owned()).filter(|label| !label.is_empty()),
        "disclosure_reason" => of(&CLOSED_REASONS),
        _ => kind.facet(key).and_then(|facet| of(&facet.offered())),
    };
    chosen.unwrap_or_else(|| if value.is_empty() { "（没有填）".to_owned() } else { value.to_owned() })
}

#[cfg(test)]
mod tests {
    use document::form::Typed;

    use super::differing;
    use crate::kinds::NOTICE;

    #[test]
    fn fields_that_differ_are_told_with_both_values() {
        let more = [("source".to_owned(), "县民政局".to_owned())];
        let stored = Typed {
            title: "甲".into(),
            disclosure: "open".into(),
            more: more.into_iter().collect(),
            ..Typed::default()
        };
        let typed = Typed { title: " 甲 ".into(), disclosure: "closed".into(), ..stored.clone() };
        let told: Vec<_> = differing(&NOTICE, &typed, &stored).into_iter().map(|one| (one.label, one.typed)).collect();
        assert_eq!(told, [("公开属性", "不予公开".to_owned())]);
    }
}
