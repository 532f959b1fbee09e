//! What is known of a program, and what its key must be.

use jiff::{ToSpan, civil::Date};
use kernel::{OrganCode, Program, id::ProgramId, time};
use sha2::{Digest, Sha256};
use web::FormErrors;

/// What every key begins with, so that one that lies where it should not is found.
const BEGINS: &str = "gk_";
/// Random bytes of a key.
pub(super) const BYTES: usize = 32;
/// Longest name, in characters.
const LONGEST_NAME: usize = 40;
/// So many days before its end a key is pointed out.
const SOON: i64 = 30;

/// A program about to be given a key.
#[derive(Debug, Clone)]
pub struct NewProgram {
    /// Which system it is.
    pub name: String,
    /// Whose records it sends.
    pub organ: OrganCode,
    /// Keys of the items that it may send; empty = all.
    pub items: Vec<String>,
    /// Last day on which the key holds.
    pub ends_on: Date,
}

/// A key that was just made: shown once, and stored nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    pub id: ProgramId,
    pub name: String,
    pub key: String,
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shown").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Holds,
    /// It holds, and ends within a month.
    EndsSoon,
    Ended,
    Revoked,
}

impl State {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Holds => "有效",
            Self::EndsSoon => "即将到期",
            Self::Ended => "已到期",
            Self::Revoked => "已撤销",
        }
    }

    /// The tint of the chip.
    pub(crate) fn tone(self) -> &'static str {
        match self {
            Self::Holds => "ok",
            Self::EndsSoon => "soon",
            Self::Ended => "late",
            Self::Revoked => "off",
        }
    }

    /// Whether it opens anything.
    pub(crate) fn opens(self) -> bool {
        matches!(self, Self::Holds | Self::EndsSoon)
    }
}

/// A program as it is stored, without the digest of its key.
#[derive(Debug, Clone, ::store::FromRow)]
pub(crate) struct Known {
    pub(crate) id: ProgramId,
    pub(crate) name: String,
    pub(crate) organ: OrganCode,
    /// As stored: a list as JSON.
    pub(crate) items: String,
    pub(crate) ends_on: String,
    pub(crate) made_at: String,
    pub(crate) made_name: String,
    pub(crate) renewed_at: String,
    pub(crate) used_on: String,
    pub(crate) revoked_at: String,
    pub(crate) revoked_name: String,
    pub(crate) reason: String,
}

impl Known {
    /// Keys of the items that it reaches; empty = all.
    pub(crate) fn items(&self) -> Vec<String> {
        // What cannot be read reaches nothing: a list of a key that no item has.
        serde_json::from_str(&self.items).unwrap_or_else(|_| vec![String::new()])
    }

    pub(crate) fn state(&self, today: Date) -> State {
        if !self.revoked_at.is_empty() {
            return State::Revoked;
        }
        // A day that cannot be read has passed.
        let Some(end) = time::parse_date(&self.ends_on).filter(|end| *end >= today) else { return State::Ended };
        let soon = today.checked_add(SOON.days()).unwrap_or(today);
        if end <= soon { State::EndsSoon } else { State::Holds }
    }

    /// Who acts by its key.
    pub(crate) fn actor(&self) -> Program {
        Program {
            id: self.id.clone(),
            name: format!("{}（程序）", self.name),
            organ: self.organ.clone(),
            items: self.items(),
        }
    }
}

/// A key made of random bytes in hexadecimal.
pub(super) fn key_of(secret: &str) -> String {
    format!("{BEGINS}{secret}")
}

/// What is stored of a key. Which row has it is looked up by this, so that no comparison tells how much of a guess was right.
pub(super) fn digest(key: &str) -> String {
    hex::encode(Sha256::digest(key.as_bytes()))
}

/// The name, trimmed, with what is wrong with it.
pub(super) fn clean_name(name: &str, errors: &mut FormErrors) -> String {
    let name = crate::names::clean(name);
    let name = name.trim();
    if kernel::names::unseen(name) {
        errors.add("name", kernel::names::REFUSED);
    } else if name.is_empty() || name.chars().count() > LONGEST_NAME {
        errors.add("name", "请填写系统的名称，不超过 40 个字，例如 行政许可审批系统。");
    }
    name.to_owned()
}

/// The last day on which a key holds: not before today, and at most so many days from now.
pub(super) fn clean_end(typed: &str, today: Date, most: u32, errors: &mut FormErrors) -> Date {
    let latest = latest(today, most);
    let example = latest.to_string();
    match time::parse_date(typed) {
        Some(day) if day < today => errors.add("ends_on", "有效期已经过去。请填写今天或以后的日期。"),
        Some(day) if day > latest => errors.add(
            "ends_on",
            format!("密钥最长有效 {most} 天，请填写不晚于 {latest} 的日期。到期前可以更换。（参数 programs.key_days）"),
        ),
        Some(day) => return day,
        None if typed.trim().is_empty() => errors.add("ends_on", format!("请填写有效期，例如 {example}。")),
        None => errors.add("ends_on", time::no_date(typed, &example)),
    }
    today
}

/// The latest day that a key made today may have.
pub(super) fn latest(today: Date, most: u32) -> Date {
    today.checked_add(i64::from(most).days()).unwrap_or(today)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(ends_on: &str, revoked_at: &str, items: &str) -> Known {
        Known {
            id: "p".into(),
            name: "许可系统".into(),
            organ: "QH010".into(),
            items: items.into(),
            ends_on: ends_on.into(),
            made_at: String::new(),
            made_name: String::new(),
            renewed_at: String::new(),
            used_on: String::new(),
            revoked_at: revoked_at.into(),
            revoked_name: String::new(),
            reason: String::new(),
        }
    }

    #[test]
    fn a_key_holds_through_its_last_day_and_not_once_it_is_revoked() {
        let today = Date::constant(2026, 3, 2);
        for (end, state) in [
            ("2026-03-01", State::Ended),
            ("2026-03-02", State::EndsSoon),
            ("2026-04-01", State::EndsSoon),
            ("2026-04-02", State::Holds),
            ("", State::Ended),
        ] {
            assert_eq!(known(end, "", "[]").state(today), state, "{end}");
            assert_eq!(known(end, "2026-03-01T00:00:00Z", "[]").state(today), State::Revoked);
        }
    }

    #[test]
    fn what_cannot_be_read_reaches_nothing() {
        assert!(known("", "", "[]").actor().reaches("permit"));
        assert!(known("", "", "[\"permit\"]").actor().reaches("permit"));
        for none in ["[\"penalty\"]", "", "{"] {
            assert!(!known("", "", none).actor().reaches("permit"), "{none}");
        }
    }

    #[test]
    fn a_key_ends_within_the_time_that_is_set() {
        let today = Date::constant(2026, 3, 2);
        let end = |typed: &str| {
            let mut errors = FormErrors::new();
            let day = clean_end(typed, today, 365, &mut errors);
            errors.is_empty().then_some(day)
        };
        assert_eq!(end("2027年3月2日"), Some(Date::constant(2027, 3, 2)));
        for wrong in ["2027-03-03", "2026-03-01", "明年", ""] {
            assert_eq!(end(wrong), None, "{wrong}");
        }
    }
}
