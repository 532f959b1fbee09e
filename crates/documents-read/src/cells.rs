//! What a cell of a workbook says, as people read it.

use calamine::Data;
use documents::Rejected;

use crate::formats::{self, Dated};

/// What stands in a text for a cell that goes on from the row above.
pub(crate) const SAME: &str = "〃";

/// A cell as people read it: dates as `YYYY-MM-DD`, whole numbers without a fraction.
pub(crate) fn cell_text(value: &Data) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(text) => text.trim().to_owned(),
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        Data::Int(number) => number.to_string(),
        // Rust writes the shortest digits that give the same number, never with an exponent.
        Data::Float(number) => number.to_string(),
        Data::Error(error) => error.to_string(),
        Data::DateTimeIso(text) => text.trim_end_matches("T00:00:00").replace('T', " "),
        Data::DurationIso(text) => text.clone(),
        Data::DateTime(moment) => {
            let serial = moment.as_f64();
            if moment.is_duration() {
                let seconds = (serial * 86_400.0).round() as i64;
                return format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
            }
            if !(0.0..2_958_466.0).contains(&serial) {
                return serial.to_string();
            }
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            let time = match (hour, minute, second) {
                (0, 0, 0) => String::new(),
                (_, _, 0) => format!("{hour:02}:{minute:02}"),
                _ => format!("{hour:02}:{minute:02}:{second:02}"),
            };
            let date = format!("{year:04}-{month:02}-{day:02}");
            match (serial < 1.0, time.is_empty()) {
                (_, true) => date,
                (true, false) => time,
                (false, false) => format!("{date} {time}"),
            }
        }
    }
}

/// What a spreadsheet shows of a number, where it is something else than the number: zeros before it, signs between its
/// digits, a month; and a number so long that its last digits are lost as the power that gives it away.
pub(crate) fn as_shown(raw: &str, format: &str, later: bool) -> Option<String> {
    if formats::dated(format) == Dated::Month {
        return formats::month_of(raw, later);
    }
    if let Some(text) = formats::calendar(raw, format, later) {
        return Some(text);
    }
    let number: f64 = raw.parse().ok()?;
    if number.abs() >= 1e15 {
        let text = format!("{number:.5e}");
        let (digits, power) = text.split_once('e')?;
        return Some(format!("{}E+{power}", digits.trim_end_matches('0').trim_end_matches('.')));
    }
    formats::shown(raw, format)
}

/// The whole numbers of more digits than a spreadsheet calculates with, as they stand in the file: an identity number that was put in
/// as a number. Read as one its last digits would be others.
pub(crate) fn long_numbers(numbers: &[((u32, u32), String, usize)]) -> Vec<((u32, u32), String)> {
    let long = |raw: &str| (16..=19).contains(&raw.len()) && raw.bytes().all(|byte| byte.is_ascii_digit());
    numbers.iter().filter(|(_, raw, _)| long(raw)).map(|(at, raw, _)| (*at, raw.clone())).collect()
}

/// Why an old workbook could not be opened.
pub(crate) fn legacy_error(error: &calamine::XlsError) -> Rejected {
    match error {
        calamine::XlsError::Password => crate::container::encrypted(),
        _ => Rejected::damaged("旧版 Excel 表格"),
    }
}

#[cfg(test)]
mod tests {
    use super::long_numbers;

    #[test]
    fn long_numbers_keep_all_their_digits() {
        let numbers = ["000000199001010018", "1.5", "13800138000", "1E+17", "100000000000000000"];
        let numbers: Vec<_> = (0..).zip(numbers).map(|(row, raw)| ((row, 0), raw.to_owned(), 0)).collect();
        let kept = [((0, 0), "000000199001010018".to_owned()), ((4, 0), "100000000000000000".to_owned())];
        assert_eq!(long_numbers(&numbers), kept);
    }
}
