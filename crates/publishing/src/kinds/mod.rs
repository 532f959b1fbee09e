//! The kinds of documents that are published as they are.
//!
//! Kinds that come with rules and pages of their own (interpretations) are declared by the capability that has these.

use document::{
    Facet, KindSpec, Kinds,
    columns::FUNCTIONS,
    common::{self, usual},
    shelf::{HOME, Shelf},
};

/// What any document has, and whom it concerns.
static OF_POLICIES: [&Facet; 12] = [
    &common::SUMMARY,
    &common::DOCUMENT_NUMBER,
    &common::WRITTEN_ON,
    &common::EFFECTIVE_ON,
    &common::EXPIRES_ON,
    &common::VALIDITY,
    &common::SOURCE,
    &common::TOPICS,
    &common::KEYWORDS,
    &common::AUDIENCE,
    &common::EXPLAINED,
    &common::COMPARED,
];

/// 政策文件.
pub static POLICY: KindSpec = KindSpec {
    facets: &OF_POLICIES,
    path: "/policies/",
    required: &["validity", "written_on"],
    told: &["document_number", "written_on", "topics", "validity"],
    defaults: &[("validity", common::IN_FORCE)],
    page: "official",
    check: Some(common::numbered),
    ..usual("policy", "政策文件", "policies")
};
pub static NOTICE: KindSpec = usual("notice", "通知公告", "openness");
pub static NEWS: KindSpec = usual("news", "工作动态", "openness");
pub static INSTITUTION: KindSpec =
    KindSpec { purpose: Some(&FUNCTIONS), ..usual("institution", "机构职能", "openness") };
pub static DATA: KindSpec = usual("data", "数据公示", "data");

/// All of these, in the order in which they are offered.
pub static ALL: [&KindSpec; 5] = [&POLICY, &NOTICE, &NEWS, &INSTITUTION, &DATA];

/// What of these the portal's first page shows.
pub(crate) const SHELVES: [Shelf; 2] = [
    Shelf {
        on: HOME,
        place: 10,
        heading: "最新政策",
        note: &["标明有效性，配有解读的注明；", "失效的文件也留在政策库里"],
        kinds: &["policy"],
        most: 5,
        more: ("/policies", "全部政策"),
        mixed: false,
    },
    Shelf {
        on: HOME,
        place: 30,
        heading: "通知和动态",
        note: &[],
        kinds: &["notice", "news", "consultation"],
        most: 6,
        more: ("/documents", "全部公开信息"),
        mixed: true,
    },
];

/// The kind of these with this key.
pub fn named(key: &str) -> Option<&'static KindSpec> {
    ALL.into_iter().find(|kind| kind.key == key)
}

/// Keys and names of kinds, for a select.
pub(crate) fn options(kinds: &Kinds) -> Vec<(&'static str, &'static str)> {
    kinds.all().iter().map(|kind| (kind.key, kind.label)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declarations_fit_together() {
        let kinds = Kinds::new(ALL);
        assert_eq!(kinds.faults(), Vec::<String>::new());
        let id = "x".into();
        assert_eq!((POLICY.address(&id).as_str(), NEWS.address(&id).as_str()), ("/policies/x", "/documents/x"));
    }
}
