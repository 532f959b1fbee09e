//! Number formats of cells: what a spreadsheet shows is not always the number that it keeps. `00012` is kept as 12 with five
//! zeros in its format, a telephone number as 7931234567, October 2026 as 2026.1 with two decimals.

use documents::{Limits, Rejected};
use quick_xml::events::Event;

use crate::container::Package;
use crate::xml;

/// The format of each style of cells, by its number in the file.
#[derive(Debug, Default)]
pub(crate) struct Formats(Vec<String>);

/// What a format shows of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dated {
    /// No date at all.
    No,
    /// Year, month and day.
    Day,
    /// Year and month.
    Month,
    /// Anything else: a time, a month without a year.
    Other,
}

impl Formats {
    /// Reads the formats of a workbook.
    pub(crate) fn read(package: &mut Package<'_>, limits: &Limits) -> Result<Self, Rejected> {
        let Some(bytes) = package.read("xl/styles.xml")? else { return Ok(Self::default()) };
        let mut own: std::collections::HashMap<u32, String> = std::collections::HashMap::new();
        let mut formats = Vec::new();
        let mut in_cells = false;
        xml::scan(&bytes, limits, |event| {
            match event {
                Event::Start(start) | Event::Empty(start) => {
                    let number = |name: &str| xml::attribute(start, name).and_then(|value| value.parse::<u32>().ok());
                    match start.local_name().as_ref() {
                        "numFmt" => {
                            if let (Some(id), Some(code)) = (number("numFmtId"), xml::attribute(start, "formatCode")) {
                                own.insert(id, code);
                            }
                        }
                        "cellXfs" => in_cells = true,
                        "xf" if in_cells => {
                            let id = number("numFmtId").unwrap_or(0);
                            formats.push(own.get(&id).cloned().unwrap_or_else(|| built_in(id).to_owned()));
                        }
                        _ => {}
                    }
                }
                Event::End(end) if end.local_name().as_ref() == "cellXfs" => in_cells = false,
                _ => {}
            }
            Ok(())
        })?;
        Ok(Self(formats))
    }

    /// The format of a style; the general one when there is none.
    pub(crate) fn of(&self, style: usize) -> &str {
        self.0.get(style).map_or("General", String::as_str)
    }
}

/// The formats that every spreadsheet knows (ECMA-376 part 1, 18.8.30; those above 26 as used in China).
fn built_in(id: u32) -> &'static str {
    match id {
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        9 => "0%",
        10 => "0.00%",
        14 | 15 | 30 => "yyyy-mm-dd",
        16 | 28 | 29 | 51 | 53 | 54 | 58 => "mm-dd",
        17 | 27 | 36 | 50 | 52 | 57 => "yyyy-mm",
        31 => "yyyy-mm-dd",
        18..=21 | 32..=35 | 45..=47 | 55 | 56 => "hh:mm",
        22 => "yyyy-mm-dd hh:mm",
        49 => "@",
        _ => "General",
    }
}

/// A piece of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// `0`: a digit, zero when there is none. `#` and `?`: a digit when there is one.
    Digit(bool),
    Point,
    Words(String),
}

/// The first section of a format without words in quotes: what its letters mean.
fn letters(code: &str) -> String {
    let mut out = String::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                chars.by_ref().find(|c| *c == '"');
            }
            '[' => {
                chars.by_ref().find(|c| *c == ']');
            }
            '\\' | '!' | '_' | '*' => {
                chars.next();
            }
            ';' => break,
            c => out.push(c.to_ascii_lowercase()),
        }
    }
    out
}

/// What a format shows of a date.
pub(crate) fn dated(code: &str) -> Dated {
    let letters = letters(code);
    let has = |c: char| letters.contains(c);
    if letters.contains("general") || has('0') || has('#') || has('@') {
        return Dated::No;
    }
    match (has('y') || has('e'), has('m'), has('d')) {
        (true, true, true) => Dated::Day,
        (true, true, false) => Dated::Month,
        (false, false, false) if !has('h') && !has('s') => Dated::No,
        _ => Dated::Other,
    }
}

/// A number as a format with zeros, signs between digits or decimals shows it; `None` when it shows it as it is, or in a way
/// that is for the eye alone (thousands, currencies, units).
pub(crate) fn shown(raw: &str, code: &str) -> Option<String> {
    let number: f64 = raw.parse().ok().filter(|number: &f64| number.is_finite())?;
    if code.is_empty() || dated(code) != Dated::No {
        return None;
    }
    let pieces = pieces(code)?;
    let percent = pieces.iter().any(|piece| matches!(piece, Piece::Words(words) if words.contains('%')));
    let point = pieces.iter().position(|piece| *piece == Piece::Point).unwrap_or(pieces.len());
    let (whole, fraction) = pieces.split_at(point);
    let digits = |pieces: &[Piece]| pieces.iter().filter(|piece| matches!(piece, Piece::Digit(_))).count();
    let zeros = |pieces: &[Piece]| pieces.iter().filter(|piece| **piece == Piece::Digit(true)).count();
    let first = whole.iter().position(|piece| matches!(piece, Piece::Digit(_)))?;
    let last = whole.iter().rposition(|piece| matches!(piece, Piece::Digit(_)))?;
    let between = whole[first..=last].iter().any(|piece| matches!(piece, Piece::Words(_)));
    let unit = unit_behind(&pieces);
    if let Some(power) = power_of(code, &pieces) {
        // 12398000 is shown as 1239.8 by 0!.0, and its head says 万元
        return Some(format!("{}{unit}", plain(number / 10_f64.powi(power))));
    }
    if !unit.is_empty() && !percent && !between {
        return Some(format!("{}{unit}", plain(number)));
    }
    let value = if percent { number * 100.0 } else { number };
    let text = format!("{:.*}", digits(fraction), value.abs());
    let (int, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let least = zeros(fraction);
    let decimals = decimals
        .char_indices()
        .rfind(|(_, c)| *c != '0')
        .map_or(&decimals[..least], |(at, _)| &decimals[..(at + 1).max(least)]);
    // 6月底前 is kept as 6 with the words in its format
    let of_date = |piece: &Piece| matches!(piece, Piece::Words(words) if words.contains(['年', '月', '日']));
    let padded = zeros(whole) > 1 || (fraction.is_empty() && whole.iter().any(of_date));
    if !(between || padded || percent || least > 0) {
        return None;
    }
    let int = if between || padded { laid_out(whole, first, int) } else { int.to_owned() };
    let sign = if value < 0.0 { "-" } else { "" };
    let point = if decimals.is_empty() { "" } else { "." };
    Some(format!("{sign}{int}{point}{decimals}{}", if percent { "%" } else { "" }))
}

/// Units of money that a format writes behind a figure: they count before what the head says.
const UNITS: [&str; 6] = ["元", "千元", "万元", "百万元", "千万元", "亿元"];

/// The unit of money at the end of a format; empty = none.
fn unit_behind(pieces: &[Piece]) -> &str {
    match pieces {
        [.., Piece::Digit(_), Piece::Words(words)] if UNITS.contains(&words.trim()) => words.trim(),
        _ => "",
    }
}

/// By what power of ten a format shows a number smaller: each comma behind its digits by a thousand, digits behind a point that is
/// only written (`!.`) by ten each; `None` = it shows it as large as it is.
fn power_of(code: &str, pieces: &[Piece]) -> Option<i32> {
    let mut commas = 0;
    let mut power = 0;
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '0' | '#' | '?' => commas = 0,
            ',' => commas += 1,
            '.' => {
                power += 3 * std::mem::take(&mut commas);
            }
            '"' => {
                chars.by_ref().find(|c| *c == '"');
            }
            '[' => {
                chars.by_ref().find(|c| *c == ']');
            }
            '\\' | '!' | '_' | '*' => {
                chars.next();
            }
            ';' => break,
            _ => {}
        }
    }
    power += 3 * commas;
    let digit = |piece: &Piece| matches!(piece, Piece::Digit(_));
    let written = pieces.iter().position(|piece| *piece == Piece::Words(".".to_owned()));
    if let Some(at) = written.filter(|at| pieces[..*at].iter().any(digit) && power > 0) {
        power += i32::try_from(pieces[at..].iter().filter(|piece| digit(piece)).count()).unwrap_or_default();
    }
    (power > 0).then_some(power)
}

/// A number without the noise of its binary form.
fn plain(number: f64) -> String {
    let text = format!("{number:.8}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The digits before the point in their places, from the right, with what stands between and before them.
fn laid_out(pieces: &[Piece], first: usize, int: &str) -> String {
    let int = if int == "0" { "" } else { int };
    let mut rest: Vec<char> = int.chars().collect();
    let mut out: Vec<String> = Vec::new();
    for (at, piece) in pieces.iter().enumerate().rev() {
        match piece {
            Piece::Digit(_) if at == first && !rest.is_empty() => {
                out.push(std::mem::take(&mut rest).into_iter().collect());
            }
            Piece::Digit(always) => match rest.pop() {
                Some(digit) => out.push(digit.to_string()),
                None if *always => out.push("0".to_owned()),
                None => {}
            },
            Piece::Words(words) if !is_currency(words) => out.push(words.replace('%', "")),
            _ => {}
        }
    }
    out.into_iter().rev().collect()
}

fn is_currency(words: &str) -> bool {
    words.chars().all(|c| matches!(c, '¥' | '￥' | '$' | '€' | '£' | ' '))
}

/// The pieces of a format's first section; `None` for formats that write numbers in other ways: general, powers, fractions,
/// Chinese figures, conditions.
fn pieces(code: &str) -> Option<Vec<Piece>> {
    let mut out: Vec<Piece> = Vec::new();
    let words = |out: &mut Vec<Piece>, text: &str| match out.last_mut() {
        Some(Piece::Words(last)) => last.push_str(text),
        _ => out.push(Piece::Words(text.to_owned())),
    };
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '0' => out.push(Piece::Digit(true)),
            '#' | '?' => out.push(Piece::Digit(false)),
            '.' => out.push(Piece::Point),
            // thousands are for the eye
            ',' => {}
            ';' => break,
            '"' => words(&mut out, &chars.by_ref().take_while(|c| *c != '"').collect::<String>()),
            '\\' | '!' => words(&mut out, &chars.next()?.to_string()),
            '_' | '*' => {
                chars.next();
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                if inside.starts_with(['<', '>', '=']) || inside.to_ascii_uppercase().starts_with("DBNUM") {
                    return None;
                }
            }
            '/' | '@' | 'E' | 'e' | 'G' | 'g' => return None,
            c if c.is_ascii_alphabetic() => return None,
            c => words(&mut out, &c.to_string()),
        }
    }
    (out.iter().filter(|piece| **piece == Piece::Point).count() <= 1).then_some(out)
}

/// A day by the number that a spreadsheet keeps for it; `later` when it counts from 1904.
pub(crate) fn month_of(raw: &str, later: bool) -> Option<String> {
    let days: f64 = raw.parse().ok()?;
    if !(1.0..2_958_466.0).contains(&days) {
        return None;
    }
    // the 29th of February 1900, which never was, has a number
    let since = days.floor() as i64 + if later { 1462 } else { 0 };
    let (year, month) = civil(since - 25_569);
    Some(format!("{year:04}-{month:02}"))
}

/// A day as a format without year or without day shows it: `2025年10月`, `10月底前`, `2025年`; `None` for whole dates and times.
pub(crate) fn calendar(raw: &str, code: &str, later: bool) -> Option<String> {
    let letters = letters(code);
    if !matches!(dated(code), Dated::Month | Dated::Other)
        || letters.contains(['h', 's'])
        || !letters.contains(['y', 'e', 'm'])
    {
        return None;
    }
    let month = month_of(raw, later)?;
    let (year, month) = month.split_once('-')?;
    let month = month.trim_start_matches('0');
    if dated(code) == Dated::Month {
        return Some(format!("{year}年{month}月"));
    }
    if letters.contains('d') {
        return None;
    }
    let mut out = String::new();
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        match c.to_ascii_lowercase() {
            letter @ ('y' | 'e' | 'm') => {
                while chars.next_if(|next| next.to_ascii_lowercase() == letter).is_some() {}
                out.push_str(if letter == 'm' { month } else { year });
            }
            '"' => out.extend(chars.by_ref().take_while(|c| *c != '"')),
            '[' => drop(chars.by_ref().find(|c| *c == ']')),
            '\\' => out.extend(chars.next()),
            '_' | '*' => drop(chars.next()),
            ';' | '@' => break,
            _ => out.push(c),
        }
    }
    Some(out.trim().to_owned())
}

/// Year and month of a day counted from 1970.
fn civil(days: i64) -> (i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_they_are_shown() {
        for (raw, code, text) in [
            ("12", "00000", Some("00012")),
            ("7931234567", "0000-0000000", Some("0793-1234567")),
            ("7931234567", "0000\\-0000000", Some("0793-1234567")),
            ("13800138000", "000-0000-0000", Some("138-0013-8000")),
            ("123456", "00000", Some("123456")),
            ("2026.1", "0.00", Some("2026.10")),
            ("2026.1", "0.00_ ", Some("2026.10")),
            ("860.5", "#,##0.00", Some("860.50")),
            ("860.5", "0.0#", Some("860.5")),
            ("0.125", "0.0%", Some("12.5%")),
            ("3", "\"第\"00\"号\"", Some("第03号")),
            ("-5", "000", Some("-005")),
            ("0", "000", Some("000")),
            ("6", "0\"月底前\"", Some("6月底前")),
            ("12", "0", None),
            ("12", "General", None),
            ("12", "#,##0", None),
            ("12", "@", None),
            ("12", "\"¥\"#,##0", None),
            ("12", "0\"万元\"", Some("12万元")),
            ("1239.8", "#,##0.00\"万元\"", Some("1239.8万元")),
            ("12", "0\"人\"", None),
            ("12398000", "0!.0,", Some("1239.8")),
            ("12398000", "0\\.0,\"万元\"", Some("1239.8万元")),
            ("12345678", "#,##0,", Some("12345.678")),
            ("12345678", "0.00,,", Some("12.345678")),
            ("12", "[DBNum2]0", None),
            ("12", "0.00E+00", None),
            ("46203", "yyyy\"年\"m\"月\"", None),
            ("0.5", "# ?/?", None),
            ("x", "000", None),
        ] {
            assert_eq!(shown(raw, code).as_deref(), text, "{raw} {code}");
        }
    }

    #[test]
    fn dates_that_show_no_day() {
        for (code, kind) in [
            ("yyyy.mm", Dated::Month),
            ("yyyy\"年\"m\"月\"", Dated::Month),
            ("[$-804]yyyy\"年\"m\"月\";@", Dated::Month),
            ("yyyy-mm-dd", Dated::Day),
            ("yyyy\"年\"m\"月\"d\"日\"", Dated::Day),
            ("h:mm", Dated::Other),
            ("General", Dated::No),
            ("0.00", Dated::No),
            ("@", Dated::No),
        ] {
            assert_eq!(dated(code), kind, "{code}");
        }
        for (code, text) in [
            ("yyyy\"年\"m\"月\"", Some("2026年10月")),
            ("[DBNum1]yyyy\"年\"m\"月\"", Some("2026年10月")),
            ("mmm-yy", Some("2026年10月")),
            ("yyyy/m", Some("2026年10月")),
            ("m\"月底前\"", Some("10月底前")),
            ("yyyy\"年\"", Some("2026年")),
            ("m\"月\"d\"日\"", None),
            ("yyyy-mm-dd", None),
            ("h:mm", None),
            ("General", None),
        ] {
            assert_eq!(calendar("46296", code, false).as_deref(), text, "{code}");
        }
        assert_eq!(month_of("46296", false).as_deref(), Some("2026-10"));
        assert_eq!(month_of("46295", false).as_deref(), Some("2026-09"));
        assert_eq!(month_of("44834", true).as_deref(), Some("2026-10"));
        assert_eq!(month_of("-1", false), None);
    }
}
