//! Who sees duties, who reports on them, who decides.

use kernel::{
    Permission, Role,
    permission::Scope::{AllOrgans, OwnOrgan},
};

/// See the board and the duties of the own organ.
pub static VIEW_DUTIES: Permission = Permission::new("view_duties", "查看工作要点和任务", Role::CONTENT, OwnOrgan);
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

/// All of them, for the capability that has the pages.
pub static ALL: [&Permission; 3] = [&VIEW_DUTIES, &REPORT_DUTIES, &CONFIRM_DUTIES];
