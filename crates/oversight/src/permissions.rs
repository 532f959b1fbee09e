//! Who keeps plans. What may be done with duties stands in `duty::permissions`.

use kernel::{Permission, Role, permission::Scope::AllOrgans};

/// Import, correct, confirm and amend plans.
pub static MANAGE_PLANS: Permission =
    Permission::new("manage_plans", "导入、确认、调整工作要点", &[Role::CountyOffice], AllOrgans);
