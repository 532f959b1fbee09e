//! What a file of items may say, field by field, in the order in which it is written.

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Text,
    Day,
    /// A whole number from 0.
    Whole,
    Bool,
    Texts,
    /// One of these words.
    Word(&'static [&'static str]),
    Words(&'static [&'static str]),
    Table(&'static [Field]),
    Tables(&'static [Field]),
    /// A table whose field of this name says which of these it is.
    Kinds(&'static str, &'static [(&'static str, &'static [Field])]),
}

/// A field of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) key: &'static str,
    pub(super) shape: Shape,
    pub(super) must: bool,
    /// The word that is meant where none is written; empty where there is none.
    pub(super) default: &'static str,
}

const fn must(key: &'static str, shape: Shape) -> Field {
    Field { key, shape, must: true, default: "" }
}

const fn may(key: &'static str, shape: Shape) -> Field {
    Field { key, shape, must: false, default: "" }
}

const fn unless(key: &'static str, shape: Shape, default: &'static str) -> Field {
    Field { key, shape, must: false, default }
}

const DOMAIN: &[Field] = &[must("key", Shape::Text), must("name", Shape::Text), must("order", Shape::Whole)];

const BASIS: &[Field] =
    &[must("title", Shape::Text), may("article", Shape::Text), may("from", Shape::Day), may("until", Shape::Day)];

const LIMIT: &[Field] = &[
    may("applies_to", Shape::Text),
    must(
        "kind",
        Shape::Word(&["within", "displayed", "prompt", "progress", "standing", "periodic", "before", "year_day"]),
    ),
    may("n", Shape::Whole),
    may("unit", Shape::Text),
    unless(
        "from",
        Shape::Word(&["formed", "decided", "received", "applied", "approved", "period_end", "before"]),
        "formed",
    ),
    may("column", Shape::Text),
    may("day", Shape::Text),
    may("rule", Shape::Text),
    must("printed", Shape::Text),
    may("basis", Shape::Text),
];

const WHICH: &[Field] = &[must("which", Shape::Texts)];

const OWNER: &[(&str, &[Field])] =
    &[("organs", WHICH), ("named", WHICH), ("departments", &[]), ("townships", &[]), ("all", &[])];

const AUDIENCE: &[(&str, &[Field])] = &[("everybody", &[]), ("group", &[must("which", Shape::Text)])];

const CHANNELS: &[&str] = &[
    "web",
    "gazette",
    "new_media",
    "conference",
    "broadcast",
    "paper",
    "reading_point",
    "service_hall",
    "service_station",
    "on_site",
    "board",
    "push",
    "party_only",
    "other",
];

const CHOICE: &[Field] = &[must("code", Shape::Text), must("label", Shape::Text), may("aliases", Shape::Texts)];

const MAX: &[Field] = &[must("max", Shape::Whole)];

const FIGURE: &[Field] = &[must("unit", Shape::Text), must("places", Shape::Whole)];

const TYPE: &[(&str, &[Field])] = &[
    ("text", MAX),
    ("long", MAX),
    ("enum", &[must("choices", Shape::Tables(CHOICE)), may("open", Shape::Bool)]),
    ("date", &[may("long_term", Shape::Day)]),
    ("period", &[]),
    ("money", FIGURE),
    ("number", FIGURE),
    ("ratio", &[must("places", Shape::Whole), may("numerator", Shape::Text), may("denominator", Shape::Text)]),
    ("credit_code", &[]),
    ("id_number", &[]),
    ("phone", &[]),
    ("place", &[]),
    ("point", &[]),
    ("file", &[]),
    ("link", &[]),
];

const PRIVACY: &[Field] = &[
    may("never_public", Shape::Bool),
    may("mask", Shape::Bool),
    may("natural_person", Shape::Bool),
    may("minor", Shape::Bool),
];

const NAMES: &[(&str, &[Field])] =
    &[("whole", &[]), ("surname", &[]), ("by", &[must("column", Shape::Text), must("whole", Shape::Texts)])];

const COLUMN: &[Field] = &[
    must("key", Shape::Text),
    must("label", Shape::Text),
    may("aliases", Shape::Texts),
    may("code", Shape::Text),
    may("letter", Shape::Text),
    may("group", Shape::Texts),
    must("type", Shape::Kinds("is", TYPE)),
    may("required", Shape::Bool),
    may("hint", Shape::Text),
    may("privacy", Shape::Table(PRIVACY)),
    may("names", Shape::Kinds("shown", NAMES)),
    unless("filter", Shape::Word(&["none", "exact", "range", "text", "place"]), "none"),
    may("listed", Shape::Bool),
];

const PAIR: &[Field] = &[must("left", Shape::Text), must("right", Shape::Text)];

const ELSEWHERE: &[Field] = &[
    must("left", Shape::Text),
    must("item", Shape::Text),
    must("right", Shape::Text),
    must("by", Shape::Texts),
    must("tolerance", Shape::Text),
];

const RULE: &[(&str, &[Field])] = &[
    ("equals", &[must("left", Shape::Text), must("right", Shape::Text), must("tolerance", Shape::Text)]),
    ("at_most", PAIR),
    ("not_after", PAIR),
    ("between", &[must("column", Shape::Text), must("least", Shape::Text), must("most", Shape::Text)]),
    ("not_future", &[must("column", Shape::Text)]),
    (
        "at_least_apart",
        &[must("left", Shape::Text), must("right", Shape::Text), must("n", Shape::Whole), must("unit", Shape::Text)],
    ),
    (
        "total_row",
        &[
            must("where_column", Shape::Text),
            must("total", Shape::Text),
            must("columns", Shape::Texts),
            must("tolerance", Shape::Text),
        ],
    ),
    ("same_as", ELSEWHERE),
    ("sum_of", ELSEWHERE),
    (
        "carries",
        &[
            must("closing", Shape::Text),
            must("opening", Shape::Text),
            must("period", Shape::Text),
            must("by", Shape::Texts),
            must("tolerance", Shape::Text),
        ],
    ),
    (
        "jump",
        &[
            must("column", Shape::Text),
            must("period", Shape::Text),
            must("by", Shape::Texts),
            must("factor", Shape::Text),
        ],
    ),
    (
        "quotient",
        &[
            must("ratio", Shape::Text),
            must("numerator", Shape::Text),
            must("denominator", Shape::Text),
            must("tolerance", Shape::Text),
        ],
    ),
    ("shape", &[must("column", Shape::Text), must("shape", Shape::Text)]),
    ("required_when", &[must("column", Shape::Text), must("codes", Shape::Texts), must("columns", Shape::Texts)]),
    (
        "balances",
        &[
            must("column", Shape::Text),
            must("left", Shape::Text),
            must("right", Shape::Text),
            must("figure", Shape::Text),
            must("by", Shape::Texts),
            must("tolerance", Shape::Text),
        ],
    ),
    ("refers_to", &[must("column", Shape::Text), must("item", Shape::Text), must("there", Shape::Text)]),
    ("organ", &[must("column", Shape::Text)]),
    ("unique", &[]),
];

const CHECK: &[Field] = &[
    must("key", Shape::Text),
    must("rule", Shape::Kinds("is", RULE)),
    must("severity", Shape::Word(&["reject", "warn"])),
    must("message", Shape::Text),
];

const ONLY: &[Field] = &[must("column", Shape::Text), must("is", Shape::Text)];

const CHART: &[Field] = &[
    must("key", Shape::Text),
    must("title", Shape::Text),
    must("kind", Shape::Word(&["bars", "stacked", "lines", "against", "pairs", "map"])),
    may("figures", Shape::Texts),
    must("by", Shape::Text),
    may("series", Shape::Text),
    may("newest", Shape::Text),
    may("only", Shape::Tables(ONLY)),
    may("apart", Shape::Texts),
    may("per_head", Shape::Bool),
    may("note", Shape::Text),
];

/// All that an item may say.
pub(super) const ITEM: &[Field] = &[
    must("key", Shape::Text),
    must("version", Shape::Whole),
    must("domain", Shape::Table(DOMAIN)),
    must("matter", Shape::Text),
    may("sub_matter", Shape::Text),
    must("title", Shape::Text),
    may("elements", Shape::Text),
    must("owner", Shape::Kinds("who", OWNER)),
    must("channels", Shape::Words(CHANNELS)),
    must("audience", Shape::Kinds("to", AUDIENCE)),
    must("way", Shape::Word(&["proactive", "on_request"])),
    must("levels", Shape::Words(&["county", "township", "village"])),
    must("period", Shape::Word(&["event", "month", "quarter", "half_year", "year", "standing"])),
    may("retention", Shape::Whole),
    may("retention_person", Shape::Whole),
    must("confirmed", Shape::Bool),
    may("source", Shape::Text),
    may("site_columns", Shape::Texts),
    may("keys", Shape::Texts),
    may("newest_by", Shape::Text),
    may("more_columns", Shape::Bool),
    must("basis", Shape::Tables(BASIS)),
    must("limits", Shape::Tables(LIMIT)),
    may("columns", Shape::Tables(COLUMN)),
    may("checks", Shape::Tables(CHECK)),
    may("charts", Shape::Tables(CHART)),
];
