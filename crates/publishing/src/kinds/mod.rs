//! The kinds of documents that are published as they are.
//!
//! Kinds that come with rules and pages of their own (interpretations) are declared by the capability that has these.

use document::{
    Facet, KindSpec, Kinds,
    common::{
        self, DOCUMENT_NUMBER, EFFECTIVE_ON, EXPIRES_ON, KEYWORDS, SOURCE, SUMMARY, TOPICS, VALIDITY, WRITTEN_ON,
    },
    permissions::WRITE_DOCUMENTS,
};

/// What every document here may say of itself.
const FACETS: &[&Facet] =
    &[&SUMMARY, &DOCUMENT_NUMBER, &WRITTEN_ON, &EFFECTIVE_ON, &EXPIRES_ON, &VALIDITY, &SOURCE, &TOPICS, &KEYWORDS];

const fn kind(key: &'static str, label: &'static str, door: &'static str) -> KindSpec {
    let usual = KindSpec::new(key, label, "/documents/", &WRITE_DOCUMENTS);
    KindSpec { door, facets: FACETS, check: Some(common::dates_fit), ..usual }
}

/// 政策文件.
pub static POLICY: KindSpec = KindSpec {
    path: "/policies/",
    required: &["validity", "written_on"],
    told: &["document_number", "written_on", "topics", "validity"],
    defaults: &[("validity", common::IN_FORCE)],
    page: "official",
    ..kind("policy", "政策文件", "policies")
};
/// 通知公告.
pub static NOTICE: KindSpec = kind("notice", "通知公告", "openness");
/// 工作动态.
pub static NEWS: KindSpec = kind("news", "工作动态", "openness");
/// 回应关切.
pub static RESPONSE: KindSpec = kind("response", "回应关切", "dialogue");
/// 机构职能.
pub static INSTITUTION: KindSpec = kind("institution", "机构职能", "openness");
/// 工作报告.
pub static REPORT: KindSpec = kind("report", "工作报告", "openness");
/// 办事指南.
pub static GUIDE: KindSpec = kind("guide", "办事指南", "services");
/// 数据公示.
pub static DATA: KindSpec = kind("data", "数据公示", "data");
/// 征求意见.
pub static CONSULTATION: KindSpec = kind("consultation", "征求意见", "dialogue");

/// All of these, in the order in which they are offered.
pub static ALL: [&KindSpec; 9] =
    [&POLICY, &NOTICE, &NEWS, &RESPONSE, &INSTITUTION, &REPORT, &GUIDE, &DATA, &CONSULTATION];

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
