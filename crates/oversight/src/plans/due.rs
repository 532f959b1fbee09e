//! What people write where a date is asked for: a date in any usual form, or words as plans use them (6月底前, 每季度).

use jiff::civil::Date;
use kernel::time;

use crate::model::{self, Cadence};

/// A date, a cadence, or a cadence until a date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Due {
    /// The day.
    pub on: Option<Date>,
    /// How often.
    pub cadence: Option<Cadence>,
}

/// What stands for the whole year, or for no end at all.
const THROUGHOUT: [&str; 6] = ["全年", "长期", "长期坚持", "持续推进", "持续", "常年"];

/// Reads it as of `year`, with the reader of plans for words. `None` when it means nothing.
pub fn read(words: &str, year: i16) -> Option<Due> {
    let words = words.trim();
    if let Some(on) = time::parse_date(words).or_else(|| compact(words)) {
        return Some(Due { on: Some(on), cadence: None });
    }
    if let Some(cadence) = Cadence::read(words) {
        return Some(Due { on: None, cadence: Some(cadence) });
    }
    if THROUGHOUT.contains(&words) {
        return Some(Due { on: None, cadence: Some(Cadence::Continuous) });
    }
    let line = format!("{year}年工作要点\n一、事项\n（一）完成。（牵头单位：某单位；完成时限：{words}）");
    let plan = plan_text::parse(&line, plan_text::PlanReference { year });
    let clause = plan.sections.into_iter().flat_map(|section| section.clauses).next()?;
    let due = Due { on: clause.due_on, cadence: clause.cadence.map(model::cadence) };
    (due != Due::default()).then_some(due)
}

/// 20260630.
fn compact(words: &str) -> Option<Date> {
    let digits = words.len() == 8 && words.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| time::parse_date(&format!("{}-{}-{}", &words[..4], &words[4..6], &words[6..])))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_plan_may_say_may_be_typed() {
        let on = |words: &str| read(words, 2026).and_then(|due| due.on).map(|on| on.to_string());
        for words in ["2026-06-30", "2026年6月30日", "20260630", "6月底前", "6月30日", "6月30日前", "2026.6.30"]
        {
            assert_eq!(on(words).as_deref(), Some("2026-06-30"), "{words}");
        }
        assert_eq!(read("每季度", 2026), Some(Due { on: None, cadence: Some(Cadence::Quarterly) }));
        assert_eq!(read("全年", 2026), Some(Due { on: None, cadence: Some(Cadence::Continuous) }));
        for words in ["尽快", "20261301", "2026-02-30", "看情况"] {
            assert_eq!(read(words, 2026), None, "{words}");
        }
    }
}
