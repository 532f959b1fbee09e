//! What an account is and which accounts may be.

use kernel::{Actor, OrganCode, Role, id::AccountId};

use crate::{session::password, settings::Accounts};

/// An account as lists and pages show it; never with password or secret.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Account {
    /// Identifier.
    pub id: AccountId,
    /// Name at sign-in, lower case.
    pub login: String,
    /// Name shown beside what was done.
    pub name: String,
    /// The organ for which the person acts.
    pub organ: OrganCode,
    pub roles: Vec<Role>,
    /// Mail address for reminders; may be empty.
    pub email: String,
    /// May not sign in.
    pub disabled: bool,
    /// Must change the password first.
    pub must_change: bool,
    /// No sign-in before this moment (stored form); empty when not locked.
    pub locked_until: String,
    /// Whether a second factor is set up.
    pub second_factor: bool,
    /// Last sign-in (stored form); empty when never.
    pub signed_in_at: String,
    /// When the account was made (stored form).
    pub created_at: String,
}

impl Account {
    /// Names of the roles, for people.
    pub fn role_names(&self) -> String {
        self.roles.iter().map(|role| role.label()).collect::<Vec<_>>().join("、")
    }

    /// Whether the account is locked at `now` (stored form).
    pub fn is_locked(&self, now: &str) -> bool {
        self.locked_until.as_str() > now
    }
}

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Name at sign-in: 2 to 32 letters, digits, `.`, `_`, `-`, beginning with a letter.
    pub login: String,
    /// Name shown beside what was done.
    pub name: String,
    /// Code of the organ for which the person acts.
    pub organ: OrganCode,
    /// Roles: at least one, free of conflict.
    pub roles: Vec<Role>,
    /// Mail address; may be empty.
    pub email: String,
    /// The password; `None` = a one-time password is made, must be changed at first sign-in, and is in [`Created`].
    pub password: Option<String>,
    /// A one-time password made beforehand: hashing many takes long, and is done before the write begins.
    pub fresh: Option<password::Fresh>,
    /// Whether a given password must be changed at first sign-in.
    pub must_change: bool,
    /// What is asked of a given password.
    pub rules: password::Rules,
    /// Roles that one account does not hold together.
    pub apart: Accounts,
    /// Who makes it, for the log.
    pub by: Actor,
}

impl Default for NewAccount {
    fn default() -> Self {
        Self {
            login: String::new(),
            name: String::new(),
            organ: OrganCode::default(),
            roles: Vec::new(),
            email: String::new(),
            password: None,
            fresh: None,
            must_change: false,
            rules: password::Rules::default(),
            apart: Accounts::default(),
            by: Actor::System,
        }
    }
}

/// An account that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// Its identifier.
    pub id: AccountId,
    /// Name at sign-in.
    pub login: String,
    /// The one-time password, when one was made: shown once, stored nowhere.
    pub one_time: Option<String>,
}

/// Why an account is not made or changed as asked. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// A field must be corrected.
    #[error("{message}")]
    Field {
        /// Name of the field: login, name, organ, roles, email, password.
        field: &'static str,
        /// 请 + what to do.
        message: String,
    },
    /// There is no such account.
    #[error("没有这个账号。请核对登录名，用 gongkai user list 或“账号”页面查看全部账号。")]
    NotFound,
    /// A rule forbids it.
    #[error("{0}")]
    Refused(String),
    /// The database failed or refused; nothing was written.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The password could not be hashed, a fault of ours; nothing was written.
    #[error(transparent)]
    Hash(#[from] password::Failed),
}

impl AccountError {
    pub(crate) fn field(field: &'static str, message: impl Into<String>) -> Self {
        Self::Field { field, message: message.into() }
    }
}

impl From<AccountError> for web::Error {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Field { message, .. } => Self::Invalid(message),
            AccountError::NotFound => Self::NotFound,
            AccountError::Refused(message) => Self::Conflict(message),
            AccountError::Store(error) => error.into(),
            AccountError::Hash(error) => error.into(),
        }
    }
}

impl From<AccountError> for web::Refusal {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Field { field, message } => Self::field(field, message),
            other => web::Error::from(other).into(),
        }
    }
}

/// The login in its stored form.
pub(crate) fn clean_login(login: &str) -> Result<String, AccountError> {
    let login = login.trim().to_lowercase();
    let good = (2..=32).contains(&login.len())
        && login.starts_with(|c: char| c.is_ascii_lowercase())
        && login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_".contains(&b));
    if good {
        return Ok(login);
    }
    Err(AccountError::field(
        "login",
        "请用 2 到 32 个英文字母或数字作登录名，以字母开头，例如 zhangsan 或 jyj-bianji。",
    ))
}

/// The name, trimmed.
pub(crate) fn clean_name(name: &str) -> Result<String, AccountError> {
    let name = crate::names::clean(name);
    let name = name.trim();
    if kernel::names::unseen(name) {
        return Err(AccountError::field("name", kernel::names::REFUSED));
    }
    if name.is_empty() || name.chars().count() > 40 {
        return Err(AccountError::field("name", "请填写姓名，不超过 40 个字，例如 李明。"));
    }
    Ok(name.to_owned())
}

/// The mail address, trimmed; empty is none.
pub(crate) fn clean_email(email: &str) -> Result<String, AccountError> {
    // As a Chinese keyboard gives it: ＠, ．, and figures of full width.
    let email: String = email.trim().chars().map(fold::character).collect();
    let email = email.as_str();
    let (local, domain) = email.split_once('@').unwrap_or(("", ""));
    let plain = email.chars().all(|c| c.is_ascii_graphic() && !"<>,;\"()[]\\".contains(c));
    let good = plain
        && !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !domain.contains('@');
    if email.is_empty() || (good && email.len() <= 120) {
        return Ok(email.to_owned());
    }
    Err(AccountError::field("email", "请填写完整的邮箱地址，例如 liming@example.gov.cn，或者留空。"))
}

/// The roles without repetition, in order; at least one and free of conflict (三员分立, and what the settings keep apart).
pub(crate) fn clean_roles(roles: &[Role], apart: &Accounts) -> Result<Vec<Role>, AccountError> {
    let chosen: Vec<Role> = Role::ALL.into_iter().filter(|role| roles.contains(role)).collect();
    if chosen.is_empty() {
        return Err(AccountError::field("roles", "请至少选择一个角色，例如“编辑”。"));
    }
    match Role::conflict(&chosen).or_else(|| apart.conflict(&chosen)) {
        Some(reason) => Err(AccountError::field("roles", reason)),
        None => Ok(chosen),
    }
}

/// Codes of roles, as events hold them.
pub(crate) fn codes(roles: &[Role]) -> String {
    roles.iter().map(|role| role.code()).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_lower_case_ascii() {
        assert_eq!(clean_login(" ZhangSan ").expect("good"), "zhangsan");
        for bad in ["", "a", "1abc", "张三", "a b", "a/../b", &"a".repeat(33)] {
            assert!(clean_login(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses_that_could_carry_a_second_header_are_refused() {
        for good in ["", "a@b.cn", "li.ming+x@dept.example.gov.cn"] {
            assert!(clean_email(good).is_ok(), "{good}");
        }
        for bad in ["a", "a@b", "@b.cn", "a@.cn", "a@b.cn\r\nBcc: c@d.cn", "甲@b.cn", "a@b@c.cn", "A <a@b.cn>"] {
            assert!(clean_email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn roles_are_ordered_and_administrators_stand_alone() {
        let roles = clean_roles(&[Role::OrganHead, Role::Editor, Role::Editor], &Accounts::default()).expect("good");
        assert_eq!(codes(&roles), "editor,organ_head");
        assert!(clean_roles(&[], &Accounts::default()).is_err());
        assert!(clean_roles(&[Role::AuditAdmin, Role::Editor], &Accounts::default()).is_err());
        let (both, none) = ([Role::ReviewerSecrecy, Role::ReviewerPolitical], Accounts { apart: Vec::new() });
        assert!(clean_roles(&both, &Accounts::default()).is_err());
        assert!(clean_roles(&both, &none).is_ok(), "a county of few people may say otherwise");
    }
}
