//! The section `[population]` of the configuration.

use charts::figures;
use serde::{Deserialize, Serialize};
use web::Section;

/// How many people live in the county, by which charts reckon figures for each inhabitant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Population {
    /// 常住人口; 0 = it is not told, and charts show totals alone.
    pub people: u64,
    /// It is that of the end of this year.
    pub year: i16,
    /// Where it is printed.
    pub source: String,
}

impl Section for Population {
    const KEY: &'static str = "population";

    fn problems(&self) -> Vec<String> {
        let Self { people, year, source } = self;
        let is_told = *people > 0;
        let mut problems = Vec::new();
        if *people > MOST {
            problems.push(format!("people：应为全县常住人口，单位是人，不超过 {MOST}"));
        }
        if is_told && !(1949..=2100).contains(year) {
            problems.push("year：填写了人口就要填写它是哪一年末的，例如 2025".to_owned());
        }
        if is_told && source.trim().is_empty() {
            problems.push("source：填写了人口就要填写来源，例如 2025年国民经济和社会发展统计公报".to_owned());
        }
        if !is_told && (*year != 0 || !source.trim().is_empty()) {
            problems.push("people：填写了年份或者来源，没有填写人口；不显示人均数的，三项都留空".to_owned());
        }
        problems
    }
}

/// No county has more.
const MOST: u64 = 10_000_000;

impl Population {
    /// As charts take it; `None` = it is not told.
    pub(super) fn known(&self) -> Option<figures::Population> {
        let Self { people, year, source } = self.clone();
        (people > 0).then_some(figures::Population { people, year, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_population_is_told_with_its_year_and_source_or_not_at_all() {
        let of = |people: u64, year: i16, source: &str| Population { people, year, source: source.to_owned() };
        assert!(Population::default().problems().is_empty() && Population::default().known().is_none());
        let whole = of(312_000, 2025, "统计公报");
        assert!(whole.problems().is_empty() && whole.known().is_some_and(|known| known.year == 2025));
        for (section, keys) in [
            (of(312_000, 0, ""), &["year", "source"][..]),
            (of(0, 2025, ""), &["people"][..]),
            (of(1_400_000_000, 2025, "统计公报"), &["people"][..]),
        ] {
            let problems = section.problems();
            let told: Vec<&str> = problems.iter().filter_map(|problem| problem.split('：').next()).collect();
            assert_eq!(told, keys);
        }
    }
}
