//! Who handles cases, who decides on them, who sees persons. A kind may name permissions of its own instead of the first two.

use kernel::{
    Permission, Role,
    permission::Scope::{AllOrgans, OwnOrgan},
};

const OFFICERS: &[Role] = &[Role::Editor, Role::OrganHead, Role::CountyOffice];
const HEADS: &[Role] = &[Role::OrganHead, Role::CountyOffice];

/// See and work on cases of the own organ.
pub static HANDLE_CASES: Permission = Permission::new("handle_cases", "查看和办理办件", OFFICERS, OwnOrgan);
/// Sign letters, approve extensions, hand cases to other organs, publish answers.
pub static DECIDE_CASES: Permission =
    Permission::new("decide_cases", "签发文书，批准延期、转办和公开办件", HEADS, OwnOrgan);
/// See who is a party of a case.
pub static UNMASK_CASES: Permission =
    Permission::new("unmask_cases", "填写理由后查看当事人信息，补发查询码", OFFICERS, OwnOrgan);
/// Destroy the data of the persons of a case before their time.
pub static ERASE_CASES: Permission = Permission::new("erase_cases", "删除办件中的个人信息", HEADS, OwnOrgan);
/// Look after the cases of all organs: remind, hand to another organ.
pub static OVERSEE_CASES: Permission =
    Permission::new("oversee_cases", "督办各机关的办件", &[Role::CountyOffice], AllOrgans);

/// All of them, for the capability.
pub static ALL: [&Permission; 5] = [&HANDLE_CASES, &DECIDE_CASES, &UNMASK_CASES, &ERASE_CASES, &OVERSEE_CASES];
