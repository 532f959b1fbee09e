//! From the names in a plan to organs.

use jiff::civil::Date;
use kernel::{Directory, OrganCode, organ::Match};

use crate::plans::tree::OwnerRow;

/// What became of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// These organs, and how they were found (the word stored in `plan_owner.how`).
    Found(Vec<OrganCode>, &'static str),
    /// The organ no longer exists; its successor, if one is recorded.
    Abolished(OrganCode, Option<OrganCode>),
    /// Several organs bear the name.
    Ambiguous(Vec<OrganCode>),
    /// No organ bears it.
    Unknown,
}

/// What `name` means on `day`. A name that the parser took for a collective one is expanded; one that it did not is first
/// looked for as an organ, then as a collective name.
pub fn resolve(directory: &Directory, name: &str, is_group: bool, day: Date) -> Resolution {
    let group = || directory.group(name, day).filter(|organs| !organs.is_empty());
    if is_group && let Some(organs) = group() {
        return Resolution::Found(organs, "group");
    }
    match directory.find(name, day) {
        Match::Organ(code) => Resolution::Found(vec![code], "name"),
        Match::Abolished(code, successor) => Resolution::Abolished(code, successor),
        Match::Ambiguous(codes) => Resolution::Ambiguous(codes),
        Match::Unknown => group().map_or(Resolution::Unknown, |organs| Resolution::Found(organs, "group")),
    }
}

/// Puts into a new owner what its name means; a doubtful name stays unmatched, for a person to decide.
pub fn settle(directory: &Directory, owner: &mut OwnerRow, day: Date) {
    if let Resolution::Found(codes, how) = resolve(directory, &owner.name, owner.is_group, day) {
        owner.set_codes(&codes, how);
    }
}

/// How an owner was matched, in words for the screen.
pub fn how_label(directory: &Directory, owner: &OwnerRow) -> &'static str {
    match owner.how.as_str() {
        "group" => "统称",
        "successor" => "职责承接单位",
        "chosen" => "人工选定",
        "name" => {
            let codes = owner.codes();
            let organ = codes.first().and_then(|code| directory.get(code));
            let is_name = organ.is_some_and(|organ| organ.name == owner.name || organ.short_name == owner.name);
            if is_name { "名称一致" } else { "别名" }
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Organ, OrganKind};

    use super::*;

    fn organ(code: &str, name: &str, kind: OrganKind) -> Organ {
        Organ::named(code, &format!("青禾{name}"), name, kind)
    }

    #[test]
    fn names_collective_names_and_doubtful_ones_are_told_apart() {
        let mut old = organ("P", "县扶贫办", OrganKind::CountyDepartment);
        old.exists_to = Some(Date::constant(2021, 5, 31));
        old.successor = Some("R".into());
        let directory = Directory::new(
            vec![
                old,
                organ("R", "县乡村振兴局", OrganKind::CountyDepartment),
                organ("T", "河口镇", OrganKind::Township),
            ],
            "青禾县",
        );
        let day = Date::constant(2026, 3, 1);
        let resolve = |name: &str, group: bool| resolve(&directory, name, group, day);
        assert_eq!(resolve("县乡村振兴局", false), Resolution::Found(vec!["R".into()], "name"));
        assert_eq!(resolve("各乡镇（中心）", true), Resolution::Found(vec!["T".into()], "group"));
        assert_eq!(resolve("各乡镇", false), Resolution::Found(vec!["T".into()], "group"));
        assert_eq!(resolve("县扶贫办", false), Resolution::Abolished("P".into(), Some("R".into())));
        assert_eq!(resolve("县粮食局", false), Resolution::Unknown);
    }
}
