//! What an installation may set about sign-in: section `[sessions]`.

use serde::{Deserialize, Serialize};
use web::Section;

/// Sign-in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// Minutes without a click after which a session ends.
    pub idle_minutes: u32,
    /// Hours after which a session ends in any case.
    pub absolute_hours: u32,
    /// Wrong passwords in `lock_minutes` after which an account is locked.
    pub lock_after: u32,
    /// Minutes for which it is locked; a security administrator unlocks earlier.
    pub lock_minutes: u32,
    /// Whether every account must set up a second factor at first sign-in.
    pub require_totp: bool,
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
            within("password_min", self.password_min, 8, 64),
        ];
        all.into_iter().flatten().collect()
    }
}
