//! What no text settles, for the configuration of an installation, and what everything is counted with.

use std::collections::BTreeMap;

use clock::Readings;
use kernel::{Calendar, Organ, OrganKind};
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
    /// Requests of one applicant to one organ within twelve months from which on its desk is told of their number (Art. 35
    /// names none); 0 = it is not told.
    pub frequent_year: u32,
    /// The same within the calendar month in which the request was received; from the eleventh on, a fee may be taken
    /// (国办函〔2020〕109号). 0 = it is not told.
    pub frequent_month: u32,
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
    /// Who hears a review of an organ's answer; empty = the county's government, which hears those of its departments, of the
    /// townships and of bodies that it runs (行政复议法 2023 Art. 24).
    pub reviewer: String,
    /// Who hears one of the answer of an organ for which that is not so, such as one that its own line governs (Art. 27): code of
    /// the organ to name.
    pub reviewers: BTreeMap<String, String>,
    /// Who hears one of the government's own answer: the government above; empty = 上一级人民政府.
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
            frequent_year: 30,
            frequent_month: 11,
            fee_days: usual_fee_days(),
            fee_restarts: usual_fee_restarts(),
            review_first: first.iter().map(|outcome| outcome.code().to_owned()).collect(),
            reviewer: String::new(),
            reviewers: BTreeMap::new(),
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
        for (key, count) in [("frequent_year", self.frequent_year), ("frequent_month", self.frequent_month)] {
            if count == 1 || count > 10_000 {
                problems.push(format!("{key}：应为 2 至 10000 件，0 = 不提示"));
            }
        }
        for code in &self.review_first {
            if Outcome::of(code).is_none() {
                problems.push(format!("review_first：没有“{code}”这种答复"));
            }
        }
        for (code, name) in &self.reviewers {
            if name.trim().is_empty() {
                problems.push(format!("reviewers：没有写明“{code}”的行政复议机关"));
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

/// In the names of organs that the one above of their own line governs, so that the government beside them hears no review of
/// theirs (行政复议法 2023 Art. 27).
const OWN_LINE: [&str; 6] = ["海关", "税务", "外汇管理", "国家安全局", "金融监督", "金融监管"];

impl Practice {
    /// Who hears a review of an answer of this organ, by name; empty where the configuration must say so first. `county` is the
    /// county's name, or empty.
    pub fn reviewer_of(&self, organ: &Organ, county: &str) -> String {
        let own = self.reviewers.get(organ.code.as_str()).map(|name| name.trim()).filter(|name| !name.is_empty());
        if let Some(own) = own {
            return own.to_owned();
        }
        if organ.kind == OrganKind::CountyUnit && organ.name.ends_with("人民政府") {
            let above = self.reviewer_of_government.trim();
            return if above.is_empty() { "上一级人民政府".to_owned() } else { above.to_owned() };
        }
        if OWN_LINE.iter().any(|line| organ.name.contains(line)) {
            return String::new();
        }
        match (self.reviewer.trim(), county.trim()) {
            ("", "") => String::new(),
            ("", county) => format!("{county}人民政府"),
            (reviewer, _) => reviewer.to_owned(),
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_hears_a_review_is_known_of_every_organ_of_the_county() {
        let organ = |code: &str, name: &str, kind: OrganKind| Organ::named(code, name, name, kind);
        let town = organ("T1", "青禾县柳溪镇人民政府", OrganKind::Township);
        let department = organ("D1", "青禾县财政局", OrganKind::CountyDepartment);
        let office = organ("U1", "青禾县人民政府办公室", OrganKind::CountyUnit);
        let government = organ("G1", "青禾县人民政府", OrganKind::CountyUnit);
        let tax = organ("X1", "国家税务总局青禾县税务局", OrganKind::CountyUnit);
        let usual = Practice::default();
        for one in [&town, &department, &office] {
            assert_eq!(usual.reviewer_of(one, "青禾县"), "青禾县人民政府", "{}", one.name);
        }
        assert_eq!(usual.reviewer_of(&government, "青禾县"), "上一级人民政府");
        assert_eq!(usual.reviewer_of(&tax, "青禾县"), "", "its own line governs it");
        assert_eq!(usual.reviewer_of(&town, ""), "");
        let own = Practice {
            reviewer: "某某市司法局".to_owned(),
            reviewer_of_government: "某某市人民政府".to_owned(),
            reviewers: BTreeMap::from([("X1".to_owned(), "国家税务总局某某市税务局".to_owned())]),
            ..Practice::default()
        };
        assert_eq!(own.reviewer_of(&town, "青禾县"), "某某市司法局");
        assert_eq!(own.reviewer_of(&government, "青禾县"), "某某市人民政府");
        assert_eq!(own.reviewer_of(&tax, "青禾县"), "国家税务总局某某市税务局");
    }
}
