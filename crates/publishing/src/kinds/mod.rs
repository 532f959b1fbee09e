//! The kinds of documents that are published as they are.
//!
//! Kinds that come with rules and pages of their own (interpretations) are declared by the capability that has these.

use document::{
    KindSpec, Kinds,
    common::{self, usual},
};

/// 政策文件.
pub static POLICY: KindSpec = KindSpec {
    path: "/policies/",
    required: &["validity", "written_on"],
    told: &["document_number", "written_on", "topics", "validity"],
    defaults: &[("validity", common::IN_FORCE)],
    page: "official",
    ..usual("policy", "政策文件", "policies")
};
/// 通知公告.
pub static NOTICE: KindSpec = usual("notice", "通知公告", "openness");
/// 工作动态.
pub static NEWS: KindSpec = usual("news", "工作动态", "openness");
/// 机构职能.
pub static INSTITUTION: KindSpec = usual("institution", "机构职能", "openness");
/// 数据公示.
pub static DATA: KindSpec = usual("data", "数据公示", "data");

/// All of these, in the order in which they are offered.
pub static ALL: [&KindSpec; 5] = [&POLICY, &NOTICE, &NEWS, &INSTITUTION, &DATA];

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
