//! Who may look after the running program.

use kernel::{Permission, Role, Scope};

/// See jobs, dead letters, outbox, health; rebuild the index.
pub(crate) static MANAGE_SYSTEM: Permission =
    Permission::new("manage_system", "查看系统状态，处理后台作业和邮件", &[Role::SystemAdmin], Scope::AllOrgans);
