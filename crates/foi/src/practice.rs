//! What no text settles, for the configuration of an installation, and what everything is counted with.

use std::collections::BTreeMap;

use clock::Readings;
use kernel::Calendar;
use serde::{Deserialize, Serialize};

use crate::{
    outcome::{Exemption, Outcome},
    report::Row,
};

/// The section `[foi]`: where law and State Council leave a choice, or where their text could not be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Practice {
    /// Working days in which a request that came by internet or fax is confirmed with the applicant. Art. 31 sets none.
    pub confirm_days: u32,
    /// Working days offered for a supplement: Art. 30 says 合理的补正期限.
    pub supplement_days: u32,
    /// Working days for paying a fee (国办函〔2020〕109号). No key of this section: an installation has it with what else is left
    /// open of fees.
    #[serde(skip, default = "usual_fee_days")]
    pub fee_days: u32,
    /// Whether the period for the answer begins anew with the day after payment (国办函〔2020〕109号). No key either: the machine
    /// that keeps requests has it so.
    #[serde(skip, default = "usual_fee_restarts")]
    pub fee_restarts: bool,
    /// Outcomes after which a review must be sought before a suit (行政复议法 2023 Art. 23: 不予公开), as codes.
    pub review_first: Vec<String>,
    /// Who hears a review of an organ's answer, usually the county's government (行政复议法 2023 Art. 24); empty = not named.
    pub reviewer: String,
    /// Who hears one of the government's own answer: the government above.
    pub reviewer_of_government: String,
    /// The court for suits; empty = not named.
    pub court: String,
    /// Where an outcome or an exemption stands in chapter three of the report when not where it usually does: code of the
    /// outcome or exemption to key of the row, as `not_exist = "3.4.1"`.
    pub rows: BTreeMap<String, String>,
}

fn usual_fee_days() -> u32 {
    20
}

fn usual_fee_restarts() -> bool {
    true
}

impl Default for Practice {
    fn default() -> Self {
        let first = [Outcome::Withheld, Outcome::Partly, Outcome::RegistryQuery];
        Self {
            confirm_days: 1,
            supplement_days: 15,
            fee_days: usual_fee_days(),
            fee_restarts: usual_fee_restarts(),
            review_first: first.iter().map(|outcome| outcome.code().to_owned()).collect(),
            reviewer: String::new(),
            reviewer_of_government: String::new(),
            court: String::new(),
            rows: BTreeMap::new(),
        }
    }
}

impl kernel::Section for Practice {
    const KEY: &'static str = "foi";

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, days, most) in [
            ("confirm_days", self.confirm_days, 5),
            ("supplement_days", self.supplement_days, 60),
            ("fee_days", self.fee_days, 60),
        ] {
            if !(1..=most).contains(&days) {
                problems.push(format!("{key}：应为 1 至 {most} 个工作日"));
            }
        }
        for code in &self.review_first {
            if Outcome::of(code).is_none() {
                problems.push(format!("review_first：没有“{code}”这种答复"));
            }
        }
        for (code, key) in &self.rows {
            if Outcome::of(code).is_none() && Exemption::of(code).is_none() {
                problems.push(format!("rows：没有“{code}”这种答复或者不予公开的情形"));
            }
            if Row::of(key).is_none_or(|row| !row.is_result()) {
                problems.push(format!("rows：“{key}”不是年度报告表三“本年度办理结果”的行，应如 3.4.1"));
            }
        }
        problems
    }
}

impl Practice {
    /// The row that the configuration sets for this code, if any.
    pub(crate) fn row(&self, code: &str) -> Option<Row> {
        self.rows.get(code).and_then(|key| Row::of(key)).filter(|row| row.is_result())
    }

    /// Whether who is not content must first ask for a review.
    pub fn needs_review_first(&self, outcome: Outcome) -> bool {
        self.review_first.iter().any(|code| code == outcome.code())
    }
}

/// With what a request is judged: the calendar and the readings of an installation.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    pub calendar: &'a Calendar,
    pub readings: &'a Readings,
    pub practice: &'a Practice,
}
