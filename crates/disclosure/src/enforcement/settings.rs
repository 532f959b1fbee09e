//! The section `[enforcement]` of the configuration.

use enforcement::Terms;
use serde::{Deserialize, Serialize};
use web::Section;

/// For how many months penalties are shown: at least, at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Enforcement {
    pub general_months: [u16; 2],
    pub serious_months: [u16; 2],
}

impl Default for Enforcement {
    fn default() -> Self {
        let Terms { general, serious } = Terms::default();
        Self { general_months: [general.0, general.1], serious_months: [serious.0, serious.1] }
    }
}

impl Section for Enforcement {
    const KEY: &'static str = "enforcement";

    fn problems(&self) -> Vec<String> {
        let all = [("general_months", self.general_months), ("serious_months", self.serious_months)];
        let wrong = all.into_iter().filter(|(_, [least, most])| least > most || !(1..=240).contains(most));
        wrong
            .map(|(key, _)| format!("{key}：应为最短、最长两个月数，最短不超过最长，最长 1 至 240，例如 [3, 12]"))
            .collect()
    }
}

impl Enforcement {
    pub(super) fn terms(&self) -> Terms {
        let pair = |[least, most]: [u16; 2]| (least, most);
        Terms { general: pair(self.general_months), serious: pair(self.serious_months) }
    }
}
