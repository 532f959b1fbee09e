//! The section `[duties]` of the configuration.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use web::Section;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Duties {
    /// Days before the due date at which owners are reminded.
    pub remind_before: Vec<i64>,
    /// Days after the due date at which they are reminded again.
    pub remind_after: Vec<i64>,
    /// Whether addresses of other sites given as evidence are asked for. Off on a machine without a way out.
    pub check_addresses: bool,
    /// Networks that may be asked although they are not public, e.g. `10.20.0.0/16` for sites of the province's own net.
    pub check_allow: Vec<IpNet>,
}

impl Default for Duties {
    fn default() -> Self {
        Self { remind_before: vec![15, 5, 1], remind_after: vec![1, 7], check_addresses: true, check_allow: Vec::new() }
    }
}

impl Section for Duties {
    const KEY: &'static str = "duties";

    fn problems(&self) -> Vec<String> {
        let days = [("remind_before", &self.remind_before), ("remind_after", &self.remind_after)];
        let wrong = days.into_iter().filter(|(_, days)| days.iter().any(|day| !(1..=366).contains(day)));
        wrong.map(|(key, _)| format!("{key}：每一项应为 1 至 366 天，例如 [15, 5, 1]")).collect()
    }
}

impl Duties {
    /// Days to the due date at which owners are reminded; negative = after it.
    pub fn offsets(&self) -> Vec<i64> {
        self.remind_before.iter().copied().chain(self.remind_after.iter().map(|days| -days)).collect()
    }
}
