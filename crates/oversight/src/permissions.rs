//! Who keeps plans. What may be done with duties stands in `duty::permissions`.

use kernel::{
    Permission, Role,
    permission::Scope::{AllOrgans, OwnOrgan},
};

/// Import, correct, confirm and amend plans.
pub static MANAGE_PLANS: Permission =
    Permission::new("manage_plans", "导入、确认、调整工作要点", &[Role::CountyOffice], AllOrgans);
/// Say that the text of a plan may become public (条例 Art. 17); plans are the competent department's.
pub static CLEAR_PLANS: Permission =
    Permission::new("clear_plans", "对工作要点作保密审查", &[Role::ReviewerSecrecy], OwnOrgan);
