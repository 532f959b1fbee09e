//! Days: 2026年3月5日, 2026/3/5, 2026.03.05, 20260305, full-width, serials of spreadsheets, moments of which the day counts.

use jiff::ToSpan;
use jiff::civil::Date;

use super::capital;
use super::plain::{note_width, plain, problem, says_none};
use crate::{Parsed, Problem, Value};

/// The serials that are taken for days: 1950-01-01 to 2100-12-31. A year is none of them.
const SERIALS: std::ops::RangeInclusive<i64> = 18_264..=73_415;

/// A piece of a text: digits, or what stands between.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Digits(&'a str),
    Other(&'a str),
}

/// A text as digits and what stands between them.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        pieces.push(if digits { Piece::Digits(piece) } else { Piece::Other(piece) });
        rest = after;
    }
    pieces
}

/// The day of a cell. `long_term` is the day that stands for 长期 in this column.
pub(crate) fn parse(long_term: Option<Date>, text: &str) -> Result<Parsed, Problem> {
    let clean = plain(text);
    if says_none(&clean) {
        return Ok(Parsed { value: None, notes: Vec::new() });
    }
    let mut notes = Vec::new();
    note_width(text, &mut notes);
    if matches!(clean.as_str(), "长期" | "长期有效" | "永久" | "永久有效" | "无固定期限" | "无期限" | "不限")
    {
        return match long_term {
            Some(day) => Ok(Parsed { value: Some(Value::Date(day)), notes }),
            None => problem(&clean, "：这一列要写日期，不能写长期"),
        };
    }
    let day = day(&clean, &mut notes)?;
    Ok(Parsed { value: Some(Value::Date(day)), notes })
}

/// The day that a text without blanks around says.
pub(crate) fn day(clean: &str, notes: &mut Vec<String>) -> Result<Date, Problem> {
    let (text, time) = without_time(clean);
    if let Some(time) = time {
        notes.push(format!("只取日期，时刻 {time} 没有记入"));
    }
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text = in_digits(&text);
    match pieces(&text).as_slice() {
        [Piece::Digits(y), Piece::Other(one), Piece::Digits(m), Piece::Other(two), Piece::Digits(d)]
            if one == two && matches!(*one, "-" | "/" | ".") =>
        {
            of_parts(clean, y, m, d)
        }
        [
            Piece::Digits(y),
            Piece::Other("年"),
            Piece::Digits(m),
            Piece::Other("月"),
            Piece::Digits(d),
            Piece::Other("日" | "号"),
        ]
        | [Piece::Digits(y), Piece::Other("年"), Piece::Digits(m), Piece::Other("月"), Piece::Digits(d)] => {
            of_parts(clean, y, m, d).inspect(|day| notes.push(format!("已按 {day} 读入")))
        }
        [Piece::Digits(all)] if all.len() == 8 => of_parts(clean, &all[..4], &all[4..6], &all[6..]),
        [Piece::Digits(whole)] => serial(clean, whole, "", notes),
        [Piece::Digits(whole), Piece::Other("."), Piece::Digits(part)] if whole.len() == 5 => {
            serial(clean, whole, part, notes)
        }
        [Piece::Digits(_), Piece::Other("年" | "-" | "/" | "."), Piece::Digits(_)]
        | [Piece::Digits(_), Piece::Other("年"), Piece::Digits(_), Piece::Other("月")]
        | [Piece::Digits(_), Piece::Other("年")] => problem(clean, "缺少日。请写到日，例如 2026-03-05"),
        several if several.iter().filter(|piece| matches!(piece, Piece::Digits(_))).count() > 3 => {
            problem(clean, "里不止一个日期。请只写一个，例如 2026-03-05；起止日期分别填在两列")
        }
        _ => problem(clean, "不是日期。请写成 2026-03-05"),
    }
}

/// The text without its time of day, and that time where it is not midnight.
fn without_time(text: &str) -> (&str, Option<&str>) {
    let Some((date, time)) = text.split_once(['T', ' ']) else { return (text, None) };
    let time = time.trim();
    if !time.contains(':') || !time.starts_with(|c: char| c.is_ascii_digit()) {
        return (text, None);
    }
    let clock = time.split(['+', 'Z', '-']).next().unwrap_or(time);
    let midnight = clock.chars().all(|c| matches!(c, '0' | ':' | '.' | ' '));
    (date.trim(), (!midnight).then_some(time))
}

/// 二〇二六年三月五日 with digits; any other text as it is.
fn in_digits(text: &str) -> String {
    if text.contains(|c: char| c.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut found = String::new();
    let mut numeral = String::new();
    for c in text.chars().chain(['\0']) {
        if capital::is_numeral(c) {
            numeral.push(c);
            continue;
        }
        if !numeral.is_empty() {
            let whole = capital::digits(&numeral).or_else(|| capital::whole(&numeral).map(|n| n.to_string()));
            match whole {
                Some(digits) => found.push_str(&digits),
                None => return text.to_owned(),
            }
            numeral.clear();
        }
        if c != '\0' {
            found.push(c);
        }
    }
    found
}

fn of_parts(text: &str, year: &str, month: &str, day: &str) -> Result<Date, Problem> {
    if year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return problem(text, "：年份要写四位，按年、月、日的顺序，例如 2026-03-05");
    }
    let (Ok(y), Ok(m), Ok(d)) = (year.parse::<i16>(), month.parse::<i8>(), day.parse::<i8>()) else {
        return problem(text, "不是日期。请写成 2026-03-05");
    };
    if !(1900..=2100).contains(&y) {
        return problem(text, "：年份不对，请核对");
    }
    match Date::new(y, m, d) {
        Ok(date) => Ok(date),
        Err(_) => problem(text, "：没有这一天，请核对月和日"),
    }
}

/// A serial of a spreadsheet: days after 1899-12-30, with the time of day as its fraction.
fn serial(text: &str, whole: &str, part: &str, notes: &mut Vec<String>) -> Result<Date, Problem> {
    let Some(days) = whole.parse::<i64>().ok().filter(|days| SERIALS.contains(days)) else {
        return problem(text, "不是日期。请写成 2026-03-05");
    };
    let Ok(day) = Date::constant(1899, 12, 30).checked_add(days.days()) else {
        return problem(text, "不是日期。请写成 2026-03-05");
    };
    let time = if part.chars().all(|c| c == '0') { "" } else { "，时刻没有记入" };
    notes.push(format!("表格软件的日期序号，已按 {day} 读入{time}"));
    Ok(day)
}
