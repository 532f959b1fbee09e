//! What a search answers, as the page shows it and as the command line and the API print it.

use serde::Deserialize;

pub use crate::snippet::Piece;

web::answer! {
    /// The answer. The first fields are the contract of `gongkai search`; the others may grow.
    #[derive(Clone, Default, PartialEq, Deserialize)]
    pub struct Results as "SearchResult" {
        pub total: u64 => "符合条件的条数。",
        pub took_ms: u64 => "用时，毫秒。",
        pub hits: Vec<Hit> => "这一页的结果。",
        /// Not among the hits of the first page.
        pub recommended: Vec<Hit> => "公开机关建议先看的；只在第一页给出。",
        pub facets: Facets => "按类型、机关、栏目、年份、有效性、主题分类各有多少。",
        pub page: usize => "第几页，从 1 开始。",
        pub size: usize => "每页最多多少条。",
        pub relaxed: bool => "没有一条含全部检索词，给出的只含一部分。",
        pub cut: bool => "检索词太长，只用了前面的一部分。",
        pub ignored: Vec<String> => "没有用上的单个字。",
        pub too_short: bool => "检索词只有一个字，没有检索。",
        pub rebuilding: bool => "索引正在重建，结果可能不全。",
        pub suggestions: Suggestions => "什么也没有找到时，还可以怎样找。",
    }
}

impl Results {
    /// The JSON that `gongkai search` promises: `{total, took_ms, hits, facets}`.
    pub fn contract(&self) -> serde_json::Value {
        serde_json::json!({ "total": self.total, "took_ms": self.took_ms, "hits": self.hits, "facets": self.facets })
    }
}

web::answer! {
    /// A subject of which something was found: itself, or parts of it.
    #[derive(Clone, Default, PartialEq, Deserialize)]
    pub struct Hit as "SearchHit" {
        pub id: String => "标识。",
        /// Its kind in the event log: `document`, `organ`, `plan`.
        pub subject: String => "是哪一类对象，代码：document、organ、plan 等。",
        /// Which part of the subject this is, when it has no entry of its own; otherwise empty.
        pub key: String => "对象的哪一部分；是整个对象时为空。",
        pub kind: String => "类型，如 政策、机关。",
        pub title: String => "标题。",
        pub url: String => "网页地址，本站内的路径。",
        pub snippet: String => "摘要。",
        /// Only comparable within one answer.
        pub score: f32 => "相关度，只能在同一次答复里比较；按日期排序时为 0。",
        pub organ: String => "机关简称。",
        pub organ_code: String => "机关代码。",
        pub column: String => "栏目名称。",
        pub date: String => "首次公开的日期，YYYY-MM-DD；没有时为空。",
        pub document_number: String => "发文字号；没有时为空。",
        pub validity: String => "有效性；没有时为空。",
        /// By title, document number or another name that it bears.
        pub exact: bool => "检索词正是它的标题、文号或名称。",
        pub recommended: bool => "是否公开机关建议先看的。",
        pub title_pieces: Vec<Piece> => "标题，标出命中的字。",
        pub snippet_pieces: Vec<Piece> => "摘要，标出命中的字。",
        /// The best first, at most four.
        pub parts: Vec<Part> => "命中的条款或附件，最多四个。",
    }
}

impl Hit {
    /// The title for a page: the hits in `<mark>`, with the places where it may break ([`web::breaks`]).
    pub fn marked(&self) -> String {
        drawn(&self.title_pieces)
    }
}

fn drawn(pieces: &[Piece]) -> String {
    web::breaks::marked_pieces(pieces.iter().map(|piece| (piece.text.as_str(), piece.hit)))
}

impl Part {
    /// As [`Hit::marked`].
    pub fn marked(&self) -> String {
        drawn(&self.title_pieces)
    }
}

web::answer! {
    /// A part of a subject that was found.
    #[derive(Clone, Default, PartialEq, Eq, Deserialize)]
    pub struct Part as "SearchPart" {
        pub key: String => "对象里的哪一部分。",
        pub title: String => "标题。",
        pub url: String => "网页地址，本站内的路径。",
        pub title_pieces: Vec<Piece> => "标题，标出命中的字。",
        pub snippet_pieces: Vec<Piece> => "摘要，标出命中的字。",
    }
}

web::answer! {
    /// A value of a facet and how often it occurs.
    #[derive(Clone, Default, PartialEq, Eq, Deserialize)]
    pub struct FacetCount as "FacetCount" {
        /// As a filter takes it: a code.
        pub value: String => "代码，可以直接作为参数。",
        pub label: String => "名称。",
        pub count: u64 => "条数。",
    }
}

web::answer! {
    /// All facets. Each is counted under the filters of the others, not its own.
    #[derive(Clone, Default, PartialEq, Eq, Deserialize)]
    pub struct Facets as "SearchFacets" {
        pub kind: Vec<FacetCount> => "类型。",
        pub organ: Vec<FacetCount> => "机关。",
        pub column: Vec<FacetCount> => "栏目。",
        pub year: Vec<FacetCount> => "年份，新的在前。",
        pub validity: Vec<FacetCount> => "有效性。",
        /// A text filed under several counts under each.
        pub topic: Vec<FacetCount> => "主题分类；有几个主题的，各计一次。",
    }
}

web::answer! {
    /// Ways out of an empty answer.
    #[derive(Clone, Default, PartialEq, Eq, Deserialize)]
    pub struct Suggestions as "SearchSuggestions" {
        /// Words that sound like those that were asked for, or that letters spell, and find something.
        pub meant: Vec<FacetCount> => "读音相近、能找到内容的检索词。",
        pub without_filters: u64 => "不加条件时有多少条。",
        pub shorter: Vec<FacetCount> => "能找到内容的较短的检索词。",
        pub columns: Vec<FacetCount> => "内容最多的栏目。",
    }
}
