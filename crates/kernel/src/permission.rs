//! Who may do what. A permission is a constant that stands in the slice whose doors it opens; the table in the office, its
//! document, the navigation and the tests are printed from the permissions that the capabilities declare.
//!
//! A route names its [`Permission`]; the router refuses whom [`may`] refuses before the handler runs. The handler then asks
//! [`may_for`] with the organ of the object. What also depends on the object's state (the author passes no gate, a
//! published edition is not edited) is refused by the state machines themselves.

use crate::{Actor, OrganCode, Role};

/// How far a permission reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everybody, signed in or not.
    Everyone,
    /// Programs with a key, for the organ of the key; no person, whatever the roles.
    Program,
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
            Self::Program => "持接口密钥的程序（限密钥所属机关）",
            Self::AnyStaff => "所有工作人员",
            Self::OwnOrgan => "本机关（主管部门可及全县）",
            Self::AllOrgans => "全县",
        }
    }
}

/// Something that can be done, and by whom: one row of the table.
#[derive(Debug)]
pub struct Permission {
    /// Unique among all capabilities, lower case with underscores: `write_documents`.
    pub code: &'static str,
    /// In the words of the office; completes the sentence 您的角色不能….
    pub label: &'static str,
    /// By whom; not looked at for [`Scope::Everyone`], [`Scope::Program`] and [`Scope::AnyStaff`].
    pub roles: &'static [Role],
    /// How far it reaches: everybody, all staff, the own organ, every organ.
    pub scope: Scope,
}

impl Permission {
    /// A permission for a constant: `pub static WRITE: Permission = Permission::new(…)`.
    pub const fn new(code: &'static str, label: &'static str, roles: &'static [Role], scope: Scope) -> Self {
        Self { code, label, roles, scope }
    }
}

// Two permissions are the same when they are the same row; the code is unique, which a test proves for the whole list.
impl PartialEq for Permission {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Permission {}

/// 阅读已公开的信息: the doors of the portal.
pub static READ_PUBLIC: Permission = Permission::new("read_public", "阅读已公开的信息", &[], Scope::Everyone);
/// The doors before sign-in.
pub static SIGN_IN: Permission = Permission::new("sign_in", "打开登录页面", &[], Scope::Everyone);
/// What everybody who is signed in may open.
pub static USE_DESK: Permission = Permission::new("use_desk", "使用待办台，管理自己的账号和会话", &[], Scope::AnyStaff);

/// Why something is refused, in words for the person who tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nobody is signed in.
    #[error("请先登录。")]
    NotSignedIn,
    /// Only for programs, and there is no key that holds.
    #[error(
        "没有有效的接口密钥。请在请求头写 Authorization: Bearer 加密钥；密钥由安全管理员在“账号—接口密钥”建立，过期或撤销的请重新建立。"
    )]
    NoKey,
    /// The roles do not allow it.
    #[error("您的角色不能{0}。需要时请联系安全管理员授权。")]
    Role(&'static str),
    /// The object belongs to another organ.
    #[error("这属于其他机关，您不能{0}。")]
    Organ(&'static str),
}

/// Whether `actor` may do this on anything at all.
///
/// # Errors
/// The reason, when not.
pub fn may(actor: &Actor, permission: &Permission) -> Result<(), Refused> {
    match (actor, permission.scope) {
        (_, Scope::Everyone) | (Actor::System, _) | (Actor::Program(_), Scope::Program) => Ok(()),
        (_, Scope::Program) => Err(Refused::NoKey),
        // An applicant reaches the own case through its private link, a program what is for programs; neither has a permission of
        // staff.
        (Actor::Visitor | Actor::Applicant(_) | Actor::Program(_), _) => Err(Refused::NotSignedIn),
        (Actor::Staff(_), Scope::AnyStaff) => Ok(()),
        (Actor::Staff(staff), _) if permission.roles.iter().any(|role| staff.has(*role)) => Ok(()),
        (Actor::Staff(_), _) => Err(Refused::Role(permission.label)),
    }
}

/// Whether `actor` may do this on an object of `organ`.
///
/// # Errors
/// The reason, when not.
pub fn may_for(actor: &Actor, permission: &Permission, organ: &OrganCode) -> Result<(), Refused> {
    may(actor, permission)?;
    match (actor, permission.scope) {
        (Actor::Staff(staff), Scope::OwnOrgan) if staff.organ != *organ && !staff.central => {
            Err(Refused::Organ(permission.label))
        }
        (Actor::Program(program), Scope::Program) if program.organ != *organ => Err(Refused::Organ(permission.label)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Staff, id::AccountId};

    static WRITE: Permission = Permission::new("write", "撰写", &[Role::Editor], Scope::OwnOrgan);
    static CONFIRM: Permission = Permission::new("confirm", "确认", &[Role::CountyOffice], Scope::AllOrgans);

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
    fn an_editor_writes_for_the_own_organ_only() {
        let editor = staff("QH010", &[Role::Editor], false);
        assert_eq!(may_for(&editor, &WRITE, &"QH010".into()), Ok(()));
        assert_eq!(may_for(&editor, &WRITE, &"QH011".into()), Err(Refused::Organ("撰写")));
        assert_eq!(may(&editor, &CONFIRM), Err(Refused::Role("确认")));
    }

    #[test]
    fn people_of_the_competent_department_reach_every_organ() {
        let central = staff("QH001", &[Role::Editor], true);
        assert_eq!(may_for(&central, &WRITE, &"QH011".into()), Ok(()));
        assert!(may_for(&central, &CONFIRM, &"QH001".into()).is_err());
    }

    #[test]
    fn a_program_does_what_is_for_programs_and_nobody_else_does_it() {
        static SEND: Permission = Permission::new("send", "报送", &[], Scope::Program);
        let program = Actor::Program(crate::Program {
            id: "p".into(),
            name: "许可系统（程序）".into(),
            organ: "QH010".into(),
            items: vec!["permit".into()],
        });
        assert_eq!(may_for(&program, &SEND, &"QH010".into()), Ok(()));
        assert_eq!(may_for(&program, &SEND, &"QH011".into()), Err(Refused::Organ("报送")));
        assert_eq!(may(&program, &READ_PUBLIC), Ok(()));
        for closed in [&USE_DESK, &WRITE, &CONFIRM] {
            assert_eq!(may(&program, closed), Err(Refused::NotSignedIn), "{}", closed.code);
        }
        for actor in [Actor::Visitor, Actor::Applicant("c".into()), staff("QH010", &Role::ALL, true)] {
            assert_eq!(may(&actor, &SEND), Err(Refused::NoKey));
        }
    }

    #[test]
    fn who_is_not_signed_in_only_reads() {
        for actor in [Actor::Visitor, Actor::Applicant("c".into())] {
            assert_eq!(may(&actor, &READ_PUBLIC), Ok(()));
            assert_eq!(may(&actor, &SIGN_IN), Ok(()));
            assert_eq!(may(&actor, &USE_DESK), Err(Refused::NotSignedIn));
            assert_eq!(may_for(&actor, &WRITE, &"QH010".into()), Err(Refused::NotSignedIn));
        }
    }
}
