//! Who may do what: one table, asked by every route and every rule, printed in the office and in the docs.
//!
//! A route names its [`Action`]; the router refuses whom [`may`] refuses before the handler runs. The handler then asks
//! [`may_for`] with the organ of the object. What also depends on the object's state (the author passes no gate, a
//! published edition is not edited) is refused by the state machines themselves.

use crate::{Actor, Gate, OrganCode, Role};

use Role::{
    AuditAdmin, CountyOffice, Editor, OrganHead, ReviewerPolicy, ReviewerPolitical, ReviewerSecrecy, ReviewerWording,
    SecurityAdmin, SystemAdmin,
};

/// Something that can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Read what is public.
    ReadPublic,
    /// Reach the sign-in pages.
    SignIn,
    /// Use the own desk, account and sessions.
    UseDesk,
    /// See organs and the table of permissions.
    ViewOrgans,
    /// Create, change, merge, import organs.
    ManageOrgans,
    /// Create accounts, give roles, unlock, end sessions.
    ManageAccounts,
    /// Read and verify the event log.
    ReadAudit,
    /// See jobs, dead letters, outbox, health, bypass of locks.
    ManageSystem,
    /// Maintain the working-day calendar.
    ManageCalendar,
    /// Maintain columns.
    ManageColumns,
    /// See documents that are not public.
    ViewDocuments,
    /// Write, submit, correct documents and their attachments.
    WriteDocuments,
    /// Claim, approve or return at the secrecy gate.
    PassSecrecy,
    /// Claim, approve or return at the wording gate.
    PassWording,
    /// Claim, approve or return at the policy gate.
    PassPolicy,
    /// Claim, approve or return at the political gate.
    PassPolitical,
    /// Let a text go out although a finding blocks it, with a reason.
    OverrideFinding,
    /// Publish at once in an emergency, with a reason, and review it afterwards.
    BypassGates,
    /// Withdraw what is published, leaving a tombstone.
    WithdrawDocuments,
    /// Import, correct, confirm, amend plans.
    ManagePlans,
    /// See plans and duties.
    ViewDuties,
    /// Report progress and evidence on duties.
    ReportDuties,
    /// Confirm or return evidence.
    ConfirmDuties,
}

/// How far a permission reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everybody, signed in or not.
    Everyone,
    /// Every signed-in member of staff.
    AnyStaff,
    /// Objects of the own organ; of every organ for people of the competent department.
    OwnOrgan,
    /// Objects of every organ.
    AllOrgans,
}

impl Scope {
    /// Shown in the table of permissions.
    pub fn label(self) -> &'static str {
        match self {
            Self::Everyone => "所有人",
            Self::AnyStaff => "所有工作人员",
            Self::OwnOrgan => "本机关（主管部门可及全县）",
            Self::AllOrgans => "全县",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// What may be done.
    pub action: Action,
    /// In the words of the office.
    pub label: &'static str,
    /// By whom; not looked at for [`Scope::Everyone`] and [`Scope::AnyStaff`].
    pub roles: &'static [Role],
    /// On what.
    pub scope: Scope,
}

const fn rule(action: Action, label: &'static str, roles: &'static [Role], scope: Scope) -> Rule {
    Rule { action, label, roles, scope }
}

const CONTENT: &[Role] =
    &[Editor, ReviewerSecrecy, ReviewerWording, ReviewerPolicy, ReviewerPolitical, OrganHead, CountyOffice];

/// The table. Every action stands in it once (tested).
pub const RULES: &[Rule] = &[
    rule(Action::ReadPublic, "阅读已公开的信息", &[], Scope::Everyone),
    rule(Action::SignIn, "打开登录页面", &[], Scope::Everyone),
    rule(Action::UseDesk, "使用待办台，管理自己的账号和会话", &[], Scope::AnyStaff),
    rule(Action::ViewOrgans, "查看机关名录和权限表", &[], Scope::AnyStaff),
    rule(Action::ManageOrgans, "维护机关（新建、更名、合并、导入）", &[SystemAdmin, CountyOffice], Scope::AllOrgans),
    rule(Action::ManageAccounts, "管理账号（建立、授权、解锁、停用）", &[SecurityAdmin], Scope::AllOrgans),
    rule(Action::ReadAudit, "查阅和验证留痕", &[AuditAdmin], Scope::AllOrgans),
    rule(Action::ManageSystem, "查看系统状态，处理后台作业和邮件", &[SystemAdmin], Scope::AllOrgans),
    rule(Action::ManageCalendar, "维护工作日历", &[SystemAdmin, CountyOffice], Scope::AllOrgans),
    rule(Action::ManageColumns, "维护栏目", &[SystemAdmin, CountyOffice], Scope::AllOrgans),
    rule(Action::ViewDocuments, "查看未公开的稿件", CONTENT, Scope::OwnOrgan),
    rule(Action::WriteDocuments, "撰写、提交、更正稿件", &[Editor, CountyOffice], Scope::OwnOrgan),
    rule(Action::PassSecrecy, "保密审查", &[ReviewerSecrecy], Scope::OwnOrgan),
    rule(Action::PassWording, "把文字关", &[ReviewerWording], Scope::OwnOrgan),
    rule(Action::PassPolicy, "把政策关", &[ReviewerPolicy], Scope::OwnOrgan),
    rule(Action::PassPolitical, "把政治关", &[ReviewerPolitical], Scope::OwnOrgan),
    rule(Action::OverrideFinding, "说明理由后放行检查发现的问题", &[ReviewerSecrecy, CountyOffice], Scope::OwnOrgan),
    rule(Action::BypassGates, "紧急发布（事后复核）", &[CountyOffice], Scope::AllOrgans),
    rule(Action::WithdrawDocuments, "撤回已公开的信息", &[OrganHead, CountyOffice], Scope::OwnOrgan),
    rule(Action::ManagePlans, "导入、确认、调整工作要点", &[CountyOffice], Scope::AllOrgans),
    rule(Action::ViewDuties, "查看工作要点和任务", CONTENT, Scope::OwnOrgan),
    rule(Action::ReportDuties, "报送任务进展和佐证", &[Editor, OrganHead, CountyOffice], Scope::OwnOrgan),
    rule(Action::ConfirmDuties, "确认或退回佐证", &[CountyOffice], Scope::AllOrgans),
];

/// Why something is refused, in words for the person who tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nobody is signed in.
    #[error("请先登录。")]
    NotSignedIn,
    /// The roles do not allow it.
    #[error("您的角色不能{0}。需要时请联系安全管理员授权。")]
    Role(&'static str),
    /// The object belongs to another organ.
    #[error("这属于其他机关，您不能{0}。")]
    Organ(&'static str),
}

/// The rule for `action`.
pub fn rule_for(action: Action) -> &'static Rule {
    RULES.iter().find(|rule| rule.action == action).expect("every action stands in the table, as the test proves")
}

/// Whether `actor` may do `action` on anything at all.
///
/// # Errors
/// The reason, when not.
pub fn may(actor: &Actor, action: Action) -> Result<(), Refused> {
    let rule = rule_for(action);
    match (actor, rule.scope) {
        (_, Scope::Everyone) | (Actor::System, _) => Ok(()),
        (Actor::Visitor, _) => Err(Refused::NotSignedIn),
        (Actor::Staff(_), Scope::AnyStaff) => Ok(()),
        (Actor::Staff(staff), _) if rule.roles.iter().any(|role| staff.has(*role)) => Ok(()),
        (Actor::Staff(_), _) => Err(Refused::Role(rule.label)),
    }
}

/// Whether `actor` may do `action` on an object of `organ`.
///
/// # Errors
/// The reason, when not.
pub fn may_for(actor: &Actor, action: Action, organ: &OrganCode) -> Result<(), Refused> {
    may(actor, action)?;
    let rule = rule_for(action);
    match (actor, rule.scope) {
        (Actor::Staff(staff), Scope::OwnOrgan) if staff.organ != *organ && !staff.central => {
            Err(Refused::Organ(rule.label))
        }
        _ => Ok(()),
    }
}

impl Action {
    /// The action of passing `gate`.
    pub fn pass(gate: Gate) -> Self {
        match gate {
            Gate::Secrecy => Self::PassSecrecy,
            Gate::Wording => Self::PassWording,
            Gate::Policy => Self::PassPolicy,
            Gate::Political => Self::PassPolitical,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Staff, id::AccountId};

    fn staff(organ: &str, roles: &[Role], central: bool) -> Actor {
        Actor::Staff(Staff {
            account: AccountId::from("a"),
            name: "测试".into(),
            organ: OrganCode::from(organ),
            roles: roles.to_vec(),
            central,
        })
    }

    #[test]
    fn every_action_stands_in_the_table_once() {
        let mut actions: Vec<_> = RULES.iter().map(|rule| rule.action).collect();
        let count = actions.len();
        actions.sort();
        actions.dedup();
        assert_eq!(actions.len(), count);
        assert_eq!(actions.last(), Some(&Action::ConfirmDuties));
        assert_eq!(count, Action::ConfirmDuties as usize + 1);
    }

    #[test]
    fn an_editor_writes_for_the_own_organ_only() {
        let editor = staff("QH010", &[Editor], false);
        assert_eq!(may_for(&editor, Action::WriteDocuments, &"QH010".into()), Ok(()));
        assert!(matches!(may_for(&editor, Action::WriteDocuments, &"QH011".into()), Err(Refused::Organ(_))));
        assert!(matches!(may(&editor, Action::ConfirmDuties), Err(Refused::Role(_))));
    }

    #[test]
    fn people_of_the_competent_department_reach_every_organ() {
        let reviewer = staff("QH001", &[ReviewerPolicy], true);
        assert_eq!(may_for(&reviewer, Action::PassPolicy, &"QH011".into()), Ok(()));
        assert!(may_for(&reviewer, Action::PassPolitical, &"QH001".into()).is_err());
    }

    #[test]
    fn visitors_only_read() {
        for rule in RULES {
            let allowed = may(&Actor::Visitor, rule.action).is_ok();
            assert_eq!(allowed, matches!(rule.action, Action::ReadPublic | Action::SignIn), "{}", rule.label);
        }
    }

    #[test]
    fn administrators_touch_no_content() {
        for role in [SystemAdmin, SecurityAdmin, AuditAdmin] {
            for action in [Action::WriteDocuments, Action::ViewDocuments, Action::ManagePlans, Action::PassWording] {
                assert!(may(&staff("QH001", &[role], true), action).is_err());
            }
        }
    }
}
