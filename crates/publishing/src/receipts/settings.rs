//! The section `[receipts]` of the configuration: who witnesses the public log, and where what they have cosigned is found.

use std::path::Path;

use receipt::Key;
use serde::{Deserialize, Serialize};
use web::Section;

/// Witnesses and places, each at most; a note has no room for more than a hundred signatures.
const MOST: usize = 20;

/// Seconds between two signatures, at most: pages and witnesses expect the state of the last minute.
const SLOWEST: u16 = 60;
/// At least: what is due is looked for as often.
const FASTEST: u16 = 5;

/// Witnesses of the public log, and how often it is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Receipts {
    /// Their public keys, as `gongkai witness` shows them: whoever is not named here is not heard.
    pub witnesses: Vec<String>,
    /// Where the checkpoints are that they have cosigned: folders or files of this machine, addresses on the web.
    pub cosigned: Vec<String>,
    /// Seconds from one signature of the log to the next.
    pub sign_seconds: u16,
}

impl Default for Receipts {
    fn default() -> Self {
        Self { witnesses: Vec::new(), cosigned: Vec::new(), sign_seconds: SLOWEST }
    }
}

impl Receipts {
    /// The keys of the witnesses; one that is none was refused at start.
    pub fn keys(&self) -> Vec<Key> {
        self.witnesses.iter().filter_map(|key| Key::parse(key).ok()).collect()
    }
}

/// Whether a place is an address on the web.
pub(super) fn is_address(place: &str) -> bool {
    place.starts_with("https://") || place.starts_with("http://")
}

impl Section for Receipts {
    const KEY: &'static str = "receipts";

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for key in &self.witnesses {
            if Key::parse(key).is_err() {
                problems.push(format!(
                    "witnesses：{key} 不是见证方的公钥，请把对方 gongkai witness 显示的一行完整复制过来"
                ));
            }
        }
        for place in &self.cosigned {
            let clean = !place.chars().any(|c| c.is_control() || c.is_whitespace());
            if !clean || !(is_address(place) || Path::new(place).is_absolute()) {
                problems.push(format!("cosigned：{place} 应为目录或文件的完整路径，或 https:// 开头的网址，不含空格"));
            }
        }
        if self.witnesses.is_empty() && !self.cosigned.is_empty() {
            problems.push("cosigned：请同时在 witnesses 写明见证方的公钥，没有写明的一律不取".to_owned());
        }
        if self.witnesses.len() > MOST || self.cosigned.len() > MOST {
            problems.push(format!("witnesses 和 cosigned 各不超过 {MOST} 项"));
        }
        if !(FASTEST..=SLOWEST).contains(&self.sign_seconds) {
            problems.push(format!("sign_seconds 应为 {FASTEST} 至 {SLOWEST}"));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_no_witness_or_no_place_is_refused() {
        let told = |witnesses: &[&str], cosigned: &[&str]| {
            let own = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect();
            Receipts { witnesses: own(witnesses), cosigned: own(cosigned), ..Receipts::default() }.problems().join("；")
        };
        assert_eq!(told(&[], &[]), "");
        assert!(told(&["witness"], &[]).contains("不是见证方的公钥"));
        assert!(told(&[], &["/srv/witness"]).contains("同时在 witnesses 写明"));
        for place in ["witness", "ftp://example.cn/a", "/srv/a b", ""] {
            assert!(told(&[], &[place]).contains("应为目录或文件"), "{place}");
        }
    }

    #[test]
    fn the_log_is_signed_within_a_minute() {
        let told = |sign_seconds| Receipts { sign_seconds, ..Receipts::default() }.problems();
        assert_eq!((told(5), told(60)), (Vec::new(), Vec::new()));
        for wrong in [0, 4, 61] {
            assert!(told(wrong).concat().contains("sign_seconds"), "{wrong}");
        }
    }
}
