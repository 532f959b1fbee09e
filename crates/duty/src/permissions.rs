//! Who sees duties, who reports on them, who decides.

use kernel::{
    Permission, Role,
    permission::Scope::{AllOrgans, OwnOrgan},
};

/// See the board, the duties of the own organ and where they come from.
pub static VIEW_DUTIES: Permission = Permission::new("view_duties", "查看任务和任务来源", Role::CONTENT, OwnOrgan);
/// Report progress, hand in evidence and fill in further fields for the own organ.
pub static REPORT_DUTIES: Permission = Permission::new(
    "report_duties",
    "报送任务进展和佐证",
    &[Role::Editor, Role::OrganHead, Role::CountyOffice],
    OwnOrgan,
);
/// Confirm or return evidence, accept what organs filled in, remind.
pub static CONFIRM_DUTIES: Permission =
    Permission::new("confirm_duties", "确认或退回佐证", &[Role::CountyOffice], AllOrgans);

/// Move the date of a duty, open it to the public, end it, whatever its source.
pub static MANAGE_DUTIES: Permission =
    Permission::new("manage_duties", "调整任务期限和公开范围，终止任务", &[Role::CountyOffice], AllOrgans);

/// All of them, for the capability.
pub static ALL: [&Permission; 4] = [&VIEW_DUTIES, &REPORT_DUTIES, &CONFIRM_DUTIES, &MANAGE_DUTIES];
