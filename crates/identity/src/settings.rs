//! What an installation may set about sign-in, section `[sessions]`, about accounts, section `[accounts]`, and about the keys of
//! programs, section `[programs]`.

use kernel::Role;
use serde::{Deserialize, Serialize};
use web::Section;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Accounts {
    /// Roles that one account does not hold together, each line a set: whoever keeps the first gate does not keep the last,
    /// and whoever may publish past the other gates does not pass the secrecy review (条例 Art. 17).
    pub apart: Vec<Vec<Role>>,
}

impl Default for Accounts {
    fn default() -> Self {
        Self {
            apart: vec![
                vec![Role::ReviewerSecrecy, Role::ReviewerPolitical],
                vec![Role::ReviewerSecrecy, Role::CountyOffice],
            ],
        }
    }
}

impl Accounts {
    /// Why these roles may not stand together on one account, if they may not; names the roles.
    pub fn conflict(&self, roles: &[Role]) -> Option<String> {
        let together = self.apart.iter().find(|set| set.iter().all(|role| roles.contains(role)))?;
        let names: Vec<String> = together.iter().map(|role| format!("“{}”", role.label())).collect();
        Some(format!(
            "{}不能由一人兼任：一个人不能自己审完、自己公开。请去掉其中一个角色，或另建账号。（参数 accounts.apart）",
            names.join("和")
        ))
    }
}

impl Section for Accounts {
    const KEY: &'static str = "accounts";

    fn problems(&self) -> Vec<String> {
        let short = self.apart.iter().any(|set| set.len() < 2);
        if short { vec!["apart：每一组至少写两个角色".to_owned()] } else { Vec::new() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Programs {
    /// Days for which the key of a program may hold at most.
    pub key_days: u32,
}

impl Default for Programs {
    fn default() -> Self {
        Self { key_days: 365 }
    }
}

impl Section for Programs {
    const KEY: &'static str = "programs";

    fn problems(&self) -> Vec<String> {
        let within = (1..=366).contains(&self.key_days);
        if within { Vec::new() } else { vec!["key_days：应在 1 到 366 之间".to_owned()] }
    }
}

/// How long sessions last, and what signing in takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// Minutes without a click after which a session ends.
    pub idle_minutes: u32,
    /// Hours after which a session ends in any case.
    pub absolute_hours: u32,
    /// Wrong passwords in `lock_minutes` after which an account is locked for the place from where they came.
    pub lock_after: u32,
    /// Minutes for which it is locked; a security administrator unlocks earlier.
    pub lock_minutes: u32,
    /// Whether every account must set up a second factor at first sign-in.
    pub require_totp: bool,
    /// Whether the three administrators must, except in a demonstration.
    pub require_totp_admins: bool,
    /// Shortest password, in characters.
    pub password_min: u32,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            idle_minutes: 30,
            absolute_hours: 12,
            lock_after: 5,
            lock_minutes: 15,
            require_totp: false,
            require_totp_admins: true,
            password_min: 10,
        }
    }
}

impl Section for Sessions {
    const KEY: &'static str = "sessions";

    fn problems(&self) -> Vec<String> {
        let within = |name: &str, value: u32, from: u32, to: u32| {
            (!(from..=to).contains(&value)).then(|| format!("{name}：应在 {from} 到 {to} 之间"))
        };
        let all = [
            within("idle_minutes", self.idle_minutes, 5, 480),
            within("absolute_hours", self.absolute_hours, 1, 24),
            within("lock_after", self.lock_after, 3, 20),
            within("lock_minutes", self.lock_minutes, 1, 1440),
            within("password_min", self.password_min, 8, 64),
        ];
        all.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_and_last_gate_and_secrecy_and_bypass_are_apart_by_default() {
        let accounts = Accounts::default();
        let said = accounts.conflict(&Role::ALL).expect("a conflict");
        assert!(said.contains("“保密审查员”和“政治关审核员”"), "{said}");
        assert!(accounts.conflict(&[Role::ReviewerSecrecy, Role::CountyOffice]).is_some());
        assert_eq!(accounts.conflict(&[Role::Editor, Role::CountyOffice]), None);
        assert_eq!(accounts.conflict(&[Role::ReviewerWording, Role::ReviewerPolicy, Role::ReviewerPolitical]), None);
        assert!(!Accounts { apart: vec![vec![Role::Editor]] }.problems().is_empty());
    }
}
