//! The fee for handling requests for information (信息处理费), by 《政府信息公开信息处理费管理办法》 (国办函〔2020〕109号): by items, all that
//! one applicant asks for within a calendar month, or by the pages of one request; never both for one request. Each step costs more
//! than the one before, and only what lies within it.
//!
//! The bands are the text's. What was not confirmed in it, from when it holds and how long there is to pay, is in [`Readings`].

mod bands;

use std::num::NonZeroU32;

use clock::{Rule, Start, Unit};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use bands::{Fee, Step};

/// Where the steps stand, as letters and answers cite it.
pub const BASIS: &str = "《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）";
/// The day that the text bears: before it nobody could ask for such a fee, whatever is configured.
pub const DATED: Date = Date::constant(2020, 11, 17);

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// 按件: requests of one applicant within one calendar month, whatever is decided on each.
    Items,
    /// 按量: pages that are supplied on one request; one side of A4 or less is a page.
    Pages,
}

impl By {
    /// 按件, 按量.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Items => "按件",
            Self::Pages => "按量",
        }
    }

    /// 件, 页.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Items => "件",
            Self::Pages => "页",
        }
    }

    /// The most that is computed: more is a slip of the hand, and every ten items are a step of their own.
    pub const fn most(self) -> u64 {
        match self {
            Self::Items => 100_000,
            Self::Pages => 100_000_000,
        }
    }
}

/// Why there is no fee to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// So many are no count of anything: what, the most.
    #[error("{}数最多是 {most}，请核对。", by.unit())]
    TooMany { by: By, most: u64 },
    /// The text did not exist: the day, the day that it bears.
    #[error("{0} 不能收取信息处理费：收费所依据的办法（国办函〔2020〕109号）{1} 才印发。")]
    NotWritten(Date, Date),
    /// The text did not hold yet: the day, from when it does.
    #[error("{0} 不能收取信息处理费：收费所依据的办法（国办函〔2020〕109号）自 {1} 起施行。")]
    NotInForce(Date, Date),
}

/// What could not be confirmed in the text itself, for the configuration of an installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Readings {
    /// From when the text holds; never before [`DATED`].
    pub in_force: Date,
    /// Working days to pay, from the day after the notice came.
    pub payment_working_days: NonZeroU32,
}

impl Default for Readings {
    fn default() -> Self {
        Self {
            in_force: Date::constant(2021, 1, 1),
            payment_working_days: const { NonZeroU32::new(PAYMENT.length).expect("rules have a length") },
        }
    }
}

/// `[fee]`: what of the fee was not confirmed in the text.
impl kernel::Section for Readings {
    const KEY: &'static str = "fee";

    fn problems(&self) -> Vec<String> {
        let early = self.in_force < DATED;
        early.then(|| format!("in_force：办法 {DATED} 才印发，施行日期不能更早")).into_iter().collect()
    }
}

/// How long there is to pay; who does not is taken to have given up the request.
pub const PAYMENT: Rule = Rule::new(
    "foi.fee-payment",
    "缴纳信息处理费",
    "《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）",
    20,
    Unit::WorkingDays,
    Start::DayAfter("收到收费通知"),
)
.since(Date::constant(2021, 1, 1));

impl Readings {
    /// [`PAYMENT`] as this installation reads it.
    pub fn payment(&self) -> Rule {
        Rule { length: self.payment_working_days.get(), since: Some(self.in_force.max(DATED)), ..PAYMENT }
    }

    /// The fee for so many. `on` is the day on which it is decided upon; without one it is taken that the text holds.
    ///
    /// # Errors
    /// When there are more than anybody counts, or the text did not hold on the day.
    pub fn fee(&self, by: By, count: u64, on: Option<Date>) -> Result<Fee, Refusal> {
        if let Some(day) = on {
            if day < DATED {
                return Err(Refusal::NotWritten(day, DATED));
            }
            if day < self.in_force {
                return Err(Refusal::NotInForce(day, self.in_force));
            }
        }
        if count > by.most() {
            return Err(Refusal::TooMany { by, most: by.most() });
        }
        Ok(Fee::of(by, count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_of_the_text_counts() {
        let readings = Readings::default();
        let on = |day: Date| readings.fee(By::Items, 11, Some(day)).map(|fee| fee.yuan);
        let early = Date::constant(2019, 6, 3);
        assert_eq!(on(early), Err(Refusal::NotWritten(early, DATED)));
        let between = Date::constant(2020, 12, 31);
        assert_eq!(on(between), Err(Refusal::NotInForce(between, Date::constant(2021, 1, 1))));
        assert_eq!(on(Date::constant(2021, 1, 1)), Ok(100));
        let own: Readings = serde_json::from_str(r#"{"in_force": "2019-01-01"}"#).expect("readings");
        assert_eq!(own.fee(By::Items, 11, Some(early)), Err(Refusal::NotWritten(early, DATED)));
        assert_eq!(own.payment().since, Some(DATED));
        assert!(serde_json::from_str::<Readings>(r#"{"payment_working_days": 0}"#).is_err());
    }

    #[test]
    fn who_has_to_pay_has_working_days_for_it() {
        let rule = Readings::default().payment();
        assert_eq!(rule, PAYMENT);
        assert_eq!(rule.period(), "收到收费通知后 20 个工作日内");
    }

    #[test]
    fn more_than_anybody_counts_is_refused() {
        let readings = Readings::default();
        for by in [By::Items, By::Pages] {
            assert!(readings.fee(by, by.most(), None).is_ok());
            let told = readings.fee(by, by.most() + 1, None).expect_err("too many");
            assert!(told.to_string().contains(&by.most().to_string()), "{told}");
            assert!(readings.fee(by, u64::MAX, None).is_err());
        }
    }
}
