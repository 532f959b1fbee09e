//! Who acts: a visitor, a member of staff, or the system itself.

use serde::{Deserialize, Serialize};

use crate::{
    OrganCode,
    id::{AccountId, CaseId, ProgramId},
};

/// What an account may be trusted with. The three administrators exclude each other and everything else
/// (三员分立, GB/T 22239-2019): see [`Role::conflict`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Writes for the own organ.
    Editor,
    /// Passes the secrecy gate.
    ReviewerSecrecy,
    /// Passes the wording gate.
    ReviewerWording,
    /// Passes the policy gate.
    ReviewerPolicy,
    /// Passes the political gate.
    ReviewerPolitical,
    /// Head of an organ: answers for its duties, may publish what passed the gates.
    OrganHead,
    /// The county government office that runs the year (政务公开主管部门, 条例 Art. 3).
    CountyOffice,
    /// 系统管理员: organs, columns, jobs, health. No content.
    SystemAdmin,
    /// 安全管理员: accounts and roles.
    SecurityAdmin,
    /// 审计管理员: reads and verifies the log.
    AuditAdmin,
}

impl Role {
    /// All roles, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Editor,
        Self::ReviewerSecrecy,
        Self::ReviewerWording,
        Self::ReviewerPolicy,
        Self::ReviewerPolitical,
        Self::OrganHead,
        Self::CountyOffice,
        Self::SystemAdmin,
        Self::SecurityAdmin,
        Self::AuditAdmin,
    ];

    /// Everybody who works on content: writes, reviews, answers for it. The three administrators are not among them.
    pub const CONTENT: &[Self] = &[
        Self::Editor,
        Self::ReviewerSecrecy,
        Self::ReviewerWording,
        Self::ReviewerPolicy,
        Self::ReviewerPolitical,
        Self::OrganHead,
        Self::CountyOffice,
    ];

    /// The code used in storage, files and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Editor => "editor",
            Self::ReviewerSecrecy => "reviewer_secrecy",
            Self::ReviewerWording => "reviewer_wording",
            Self::ReviewerPolicy => "reviewer_policy",
            Self::ReviewerPolitical => "reviewer_political",
            Self::OrganHead => "organ_head",
            Self::CountyOffice => "county_office",
            Self::SystemAdmin => "system_admin",
            Self::SecurityAdmin => "security_admin",
            Self::AuditAdmin => "audit_admin",
        }
    }

    /// The name shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Editor => "编辑",
            Self::ReviewerSecrecy => "保密审查员",
            Self::ReviewerWording => "文字关审核员",
            Self::ReviewerPolicy => "政策关审核员",
            Self::ReviewerPolitical => "政治关审核员",
            Self::OrganHead => "机关负责人",
            Self::CountyOffice => "县政府办（政务公开主管）",
            Self::SystemAdmin => "系统管理员",
            Self::SecurityAdmin => "安全管理员",
            Self::AuditAdmin => "审计管理员",
        }
    }

    /// The role with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    fn is_administrator(self) -> bool {
        matches!(self, Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin)
    }

    /// Why these roles may not stand together on one account, if they may not: an administrator holds that role alone.
    pub fn conflict(roles: &[Self]) -> Option<String> {
        let administrator = roles.iter().find(|role| role.is_administrator())?;
        if roles.len() == 1 {
            return None;
        }
        Some(format!("{}须单独设账号，不能与其他角色兼任。请为其他角色另建账号。", administrator.label()))
    }
}

/// A signed-in member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    pub account: AccountId,
    /// Name shown beside what was done.
    pub name: String,
    /// The organ for which this person acts.
    pub organ: OrganCode,
    /// Roles, never empty for a usable account.
    pub roles: Vec<Role>,
    /// Whether that organ is the county's competent department (政务公开主管部门), whose people act for all organs.
    pub central: bool,
}

impl Staff {
    /// Whether the person holds `role`.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// A program of an organ, known by its key (接口密钥). It hands records over and follows what became of them, and can do
/// nothing else: it cannot sign in, reads nothing that is not public, passes no gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub id: ProgramId,
    /// Shown beside what it sent: the system, with the word that it is a program.
    pub name: String,
    /// The organ whose system it is, and whose records it sends.
    pub organ: OrganCode,
    /// Keys of the items of the catalogue of which it may send records; empty = of all of them.
    pub items: Vec<String>,
}

impl Program {
    /// Whether it may send records of this item.
    pub fn reaches(&self, item: &str) -> bool {
        self.items.is_empty() || self.items.iter().any(|one| one == item)
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A reader of the portal; never identified.
    Visitor,
    /// Who holds the private link of a case: may read and add to that case, and is nobody else anywhere.
    Applicant(CaseId),
    /// A signed-in member of staff.
    Staff(Staff),
    /// Another system, by its key.
    Program(Program),
    /// The program itself: scheduled publication, reminders, the command line.
    System,
}

impl Actor {
    /// What the event log writes as the actor: the account's or the program's id, `system`, `visitor`, or `applicant`.
    pub fn log_id(&self) -> &str {
        match self {
            Self::Visitor => "visitor",
            Self::Applicant(_) => "applicant",
            Self::Staff(staff) => staff.account.as_str(),
            Self::Program(program) => program.id.as_str(),
            Self::System => "system",
        }
    }

    /// What the event log writes as the actor's name.
    pub fn log_name(&self) -> &str {
        match self {
            Self::Visitor => "访客",
            Self::Applicant(_) => "申请人",
            Self::Staff(staff) => &staff.name,
            Self::Program(program) => &program.name,
            Self::System => "系统",
        }
    }

    /// The staff member, if it is one.
    pub fn staff(&self) -> Option<&Staff> {
        match self {
            Self::Staff(staff) => Some(staff),
            _ => None,
        }
    }
}

impl From<Staff> for Actor {
    fn from(staff: Staff) -> Self {
        Self::Staff(staff)
    }
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn an_administrator_holds_no_second_role() {
        assert!(Role::conflict(&[Role::SystemAdmin]).is_none());
        assert!(Role::conflict(&[Role::Editor, Role::OrganHead]).is_none());
        for admin in [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin] {
            assert!(Role::conflict(&[Role::Editor, admin]).is_some());
            assert!(Role::conflict(&[admin, Role::AuditAdmin, Role::SecurityAdmin]).is_some());
        }
    }

    #[test]
    fn codes_are_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(role));
        }
    }
}
