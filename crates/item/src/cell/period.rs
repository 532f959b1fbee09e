//! Periods: a year, half-year, quarter or month, as `2026`, `2026-H1`, `2026-Q2`, `2026-03`.

use jiff::civil::Date;

use super::date::{self, Piece, pieces};
use super::plain::{note_width, plain, problem, says_none};
use crate::{Parsed, Problem, Value};

/// A stretch of whole months of one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Months {
    pub(crate) year: i16,
    /// First and last month, 1 to 12.
    pub(crate) months: (i8, i8),
}

impl Months {
    /// The period from its code; `None` for any other text.
    pub(crate) fn of_code(code: &str) -> Option<Self> {
        let (year, part) = code.split_once('-').unwrap_or((code, ""));
        let year = year_of(year)?;
        let months = match part {
            "" if !code.contains('-') => (1, 12),
            "H1" => (1, 6),
            "H2" => (7, 12),
            "Q1" => (1, 3),
            "Q2" => (4, 6),
            "Q3" => (7, 9),
            "Q4" => (10, 12),
            month if month.len() == 2 => {
                let month = month.parse::<i8>().ok().filter(|month| (1..=12).contains(month))?;
                (month, month)
            }
            _ => return None,
        };
        Some(Self { year, months })
    }

    /// As it is stored; `None` for months that are no period, such as January to February.
    pub(crate) fn code(self) -> Option<String> {
        let year = self.year;
        Some(match self.months {
            (1, 12) => year.to_string(),
            (1, 6) => format!("{year}-H1"),
            (7, 12) => format!("{year}-H2"),
            (1, 3) => format!("{year}-Q1"),
            (4, 6) => format!("{year}-Q2"),
            (7, 9) => format!("{year}-Q3"),
            (10, 12) => format!("{year}-Q4"),
            (first, last) if first == last => format!("{year}-{first:02}"),
            _ => return None,
        })
    }

    pub(crate) fn shown(self) -> String {
        let year = self.year;
        match self.months {
            (1, 12) => format!("{year}年"),
            (1, 6) => format!("{year}年上半年"),
            (7, 12) => format!("{year}年下半年"),
            (1, 3) => format!("{year}年第一季度"),
            (4, 6) => format!("{year}年第二季度"),
            (7, 9) => format!("{year}年第三季度"),
            (10, 12) => format!("{year}年第四季度"),
            (first, last) if first == last => format!("{year}年{first}月"),
            (first, last) => format!("{year}年{first}-{last}月"),
        }
    }
}

fn year_of(text: &str) -> Option<i16> {
    (text.len() == 4).then(|| text.parse::<i16>().ok()).flatten().filter(|year| (1900..=2100).contains(year))
}

/// The first and the last day of a period, from its code; `None` for any other text.
///
/// ```
/// # use gongkai_item as item;
/// let (first, last) = item::period_days("2026-Q1").expect("a quarter");
/// assert_eq!((first.to_string(), last.to_string()), ("2026-01-01".to_owned(), "2026-03-31".to_owned()));
/// ```
pub fn period_days(code: &str) -> Option<(Date, Date)> {
    let Months { year, months: (first, last) } = Months::of_code(code)?;
    Some((Date::new(year, first, 1).ok()?, Date::new(year, last, 1).ok()?.last_of_month()))
}

/// The period of the same length before this one, by their codes; `None` for any other text.
pub fn period_before(code: &str) -> Option<String> {
    let Months { year, months: (first, last) } = Months::of_code(code)?;
    let length = last - first + 1;
    let (year, first) = if first > length { (year, first - length) } else { (year - 1, first + 12 - length) };
    Months { year, months: (first, first + length - 1) }.code().filter(|_| year >= 1900)
}

/// The period of a cell.
pub(crate) fn parse(text: &str) -> Result<Parsed, Problem> {
    let clean = plain(text);
    if says_none(&clean) {
        return Ok(Parsed { value: None, notes: Vec::new() });
    }
    let mut notes = Vec::new();
    note_width(text, &mut notes);
    let close: String = clean.chars().filter(|c| !c.is_whitespace()).collect();
    let Some(months) = said(&close).or_else(|| of_day(&clean)) else {
        return problem(&clean, "不是时期。请写成 2026、2026-H1（上半年）、2026-Q1（一季度）或者 2026-03（3月）");
    };
    let Some(code) = months.code() else {
        return problem(&clean, "不是一个月、一季度、半年或者一年，请分开填写");
    };
    if code != close {
        notes.push(format!("已按{}读入", months.shown()));
    }
    Ok(Parsed { value: Some(Value::Text(code)), notes })
}

fn said(text: &str) -> Option<Months> {
    if let Some(months) = Months::of_code(&text.to_ascii_uppercase()) {
        return Some(months);
    }
    let year_end = text.char_indices().nth(4).map_or(text.len(), |(at, _)| at);
    let (year, rest) = text.split_at(year_end);
    let year = year_of(year).or_else(|| year_of(&super::capital::digits(year)?))?;
    let rest = rest.strip_prefix("年度").or_else(|| rest.strip_prefix('年')).unwrap_or(rest);
    let rest = rest.trim_start_matches(['-', '/', '.']);
    part(rest).map(|months| Months { year, months })
}

/// What stands after the year.
fn part(rest: &str) -> Option<(i8, i8)> {
    let quarter = |n: i8| (n * 3 - 2, n * 3);
    let number = |text: &str| -> Option<i8> {
        let found = text.parse::<i8>().ok();
        found.or_else(|| super::capital::whole(text).and_then(|n| i8::try_from(n).ok()))
    };
    match rest.to_ascii_uppercase().as_str() {
        "" | "全年" => return Some((1, 12)),
        "H1" | "上半年" => return Some((1, 6)),
        "H2" | "下半年" => return Some((7, 12)),
        _ => {}
    }
    let of_quarter =
        rest.strip_suffix("季度").or_else(|| rest.strip_suffix('季')).or_else(|| rest.strip_prefix(['Q', 'q']));
    if let Some(n) = of_quarter {
        let n = number(n.trim_start_matches('第'))?;
        return (1..=4).contains(&n).then(|| quarter(n));
    }
    let months = rest.strip_suffix("月份").or_else(|| rest.strip_suffix('月'));
    if let Some((first, last)) = months.and_then(|months| months.split_once(['-', '至', '~'])) {
        let (first, last) = (number(first.trim_end_matches('月'))?, number(last)?);
        return ((1..=last).contains(&first) && last <= 12).then_some((first, last));
    }
    let month = number(months.unwrap_or(rest))?;
    let plausible = months.is_some() || rest.len() <= 2;
    (plausible && (1..=12).contains(&month)).then_some((month, month))
}

/// The first day of a month, as spreadsheets keep months.
fn of_day(text: &str) -> Option<Months> {
    let full = pieces(text).iter().filter(|piece| matches!(piece, Piece::Digits(_))).count() >= 3;
    let serial = text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
    let day = (full || serial).then(|| date::day(text, &mut Vec::new()).ok()).flatten()?;
    (day.day() == 1).then(|| Months { year: day.year(), months: (day.month(), day.month()) })
}
