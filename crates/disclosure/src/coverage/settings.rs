//! The section `[coverage]` of the configuration.

use jiff::civil::Date;
use kernel::time;
use serde::{Deserialize, Serialize};
use web::Section;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Coverage {
    /// What was due before this day is asked of nobody: when the county began to publish here. Empty = everything.
    pub since: String,
    /// Days before the last day from which on something is amber.
    pub soon_days: i64,
    /// Months after which something that stands for good is taken for forgotten; no law says so. 0 = never.
    pub stale_months: i64,
    /// Months for which a declaration may hold at most.
    pub declare_months: i64,
    /// Working days that organs are given by a duty to make up what is missing.
    pub duty_days: u32,
}

impl Default for Coverage {
    fn default() -> Self {
        Self { since: String::new(), soon_days: 7, stale_months: 24, declare_months: 12, duty_days: 10 }
    }
}

impl Section for Coverage {
    const KEY: &'static str = "coverage";

    fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        if !self.since.is_empty() && time::parse_date(&self.since).is_none() {
            found.push("since：应为日期，例如 \"2026-01-01\"；空 = 不限".to_owned());
        }
        for (key, number, most) in [
            ("soon_days", self.soon_days, 60),
            ("stale_months", self.stale_months, 120),
            ("declare_months", self.declare_months, 36),
            ("duty_days", i64::from(self.duty_days), 120),
        ] {
            let least = i64::from(key == "declare_months" || key == "duty_days");
            if !(least..=most).contains(&number) {
                found.push(format!("{key}：应为 {least} 至 {most}"));
            }
        }
        found
    }
}

impl Coverage {
    /// The first day from which on something is asked.
    pub(super) fn first_day(&self) -> Option<Date> {
        time::parse_date(&self.since)
    }
}
