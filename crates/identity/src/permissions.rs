//! Who may touch organs, accounts, calendar and log. The three administrators exclude each other (三员分立, GB/T 22239-2019).

use kernel::{Permission, Role, Scope};

/// The register of organs and the table of permissions, to read.
pub static VIEW_ORGANS: Permission = Permission::new("view_organs", "查看机关名录和权限表", &[], Scope::AnyStaff);
/// Create, change, merge, import organs.
pub static MANAGE_ORGANS: Permission = Permission::new(
    "manage_organs",
    "维护机关（新建、更名、合并、导入）",
    &[Role::SystemAdmin, Role::CountyOffice],
    Scope::AllOrgans,
);
/// Create accounts, give roles, unlock, end sessions.
pub static MANAGE_ACCOUNTS: Permission =
    Permission::new("manage_accounts", "管理账号（建立、授权、解锁、停用）", &[Role::SecurityAdmin], Scope::AllOrgans);
/// Read and verify the event log.
pub static READ_AUDIT: Permission =
    Permission::new("read_audit", "查阅和验证留痕", &[Role::AuditAdmin], Scope::AllOrgans);
/// Maintain the working-day calendar.
pub static MANAGE_CALENDAR: Permission =
    Permission::new("manage_calendar", "维护工作日历", &[Role::SystemAdmin, Role::CountyOffice], Scope::AllOrgans);
/// Give programs their keys, exchange and revoke them: rights that reach no further than entering what people hand in and review.
pub static MANAGE_PROGRAMS: Permission =
    Permission::new("manage_programs", "管理接口密钥（建立、更换、撤销）", &[Role::SecurityAdmin], Scope::AllOrgans);
