//! What stands in a cell of a report: a number, nothing, words that mean a number or none, or what nobody could see.

use serde_json::Value as Json;

use crate::number::Number;

/// In what an amount of money is given, where the cell itself says so. The head of 采购总金额 names no unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 元
    Yuan,
    /// 万元
    TenThousand,
    /// 亿元
    HundredMillion,
}

impl Unit {
    pub fn label(self) -> &'static str {
        match self {
            Self::Yuan => "元",
            Self::TenThousand => "万元",
            Self::HundredMillion => "亿元",
        }
    }

    /// An amount in 元.
    pub fn in_yuan(self, amount: Number) -> Number {
        match self {
            Self::Yuan => amount,
            Self::TenThousand => amount.times_ten_thousand(),
            Self::HundredMillion => amount.times_ten_thousand().times_ten_thousand(),
        }
    }
}

/// What a cell means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// It was not seen: the report is a part, or the row is missing. Nothing can be reckoned with it.
    Unknown,
    /// It was published empty, or with a dash: usually nought.
    Blank,
    /// A number, also where it is written with a sign or a unit (`+3`, `--253`, 增1423, 251000元).
    Number(Number, Option<Unit>),
    /// Words that mean no number.
    Words,
}

/// A cell with what it means, how it is printed and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub value: Value,
    /// As printed, trimmed; empty for blanks and what is not known.
    pub printed: String,
    /// Where it stood in the file (`工作表“三 申请” D5`); empty where the file has no places.
    pub place: String,
}

/// Marks that stand where nothing is to be told.
const EMPTY: [&str; 12] = ["-", "--", "---", "—", "——", "－", "–", "/", "／", "\\", "无", "空"];
/// Words behind a count that say what is counted.
const COUNTED: [char; 13] = ['件', '个', '项', '条', '份', '次', '宗', '起', '人', '家', '例', '部', '篇'];

impl Cell {
    /// One that was not seen.
    pub fn unknown() -> Self {
        Self { value: Value::Unknown, printed: String::new(), place: String::new() }
    }

    /// One that is empty.
    pub fn blank() -> Self {
        Self { value: Value::Blank, printed: String::new(), place: String::new() }
    }

    pub fn number(number: Number) -> Self {
        Self { value: Value::Number(number, None), printed: number.to_string(), place: String::new() }
    }

    /// A whole number.
    pub fn count(number: i64) -> Self {
        Self::number(Number::whole(number))
    }

    /// What is meant by words as they are printed or typed.
    pub fn read(text: &str) -> Self {
        let printed = text.trim().to_owned();
        let value = meaning(&printed);
        // What a workbook shows as 72701.2578 it may hold as 72701.25780000001.
        let noise = printed.split_once('.').is_some_and(|(_, part)| part.len() > 8);
        let printed = match value {
            Value::Number(number, None) if noise => number.to_string(),
            _ => printed,
        };
        Self { value, printed, place: String::new() }
    }

    /// A value of JSON: `null` is not known, `""` a published blank.
    pub fn of_json(value: Option<&Json>) -> Self {
        match value {
            None | Some(Json::Null) => Self::unknown(),
            Some(Json::Number(number)) => Self::read(&number.to_string()),
            Some(Json::String(text)) => Self::read(text),
            Some(other) => Self { value: Value::Words, printed: other.to_string(), place: String::new() },
        }
    }

    /// As JSON: a number where it is printed as one, else the words.
    pub fn to_json(&self) -> Json {
        match self.value {
            Value::Unknown => Json::Null,
            Value::Number(number, None) if self.printed == number.to_string() => number.to_json(),
            _ => Json::String(self.printed.clone()),
        }
    }

    /// The same, standing somewhere.
    #[must_use]
    pub fn at(self, place: impl Into<String>) -> Self {
        Self { place: place.into(), ..self }
    }

    /// The number to reckon with; a blank is nought. `None` where it is not known or no number.
    pub fn figure(&self) -> Option<Number> {
        match self.value {
            Value::Blank => Some(Number::ZERO),
            Value::Number(number, _) => Some(number),
            Value::Unknown | Value::Words => None,
        }
    }

    /// An amount in 元: by the unit in the cell, else by that of the head. `None` where neither says one.
    pub fn yuan(&self, head: Option<Unit>) -> Option<Number> {
        match self.value {
            Value::Blank => Some(Number::ZERO),
            Value::Number(number, _) if number.is_zero() => Some(number),
            Value::Number(number, unit) => unit.or(head).map(|unit| unit.in_yuan(number)),
            Value::Unknown | Value::Words => None,
        }
    }

    pub fn is_blank(&self) -> bool {
        self.value == Value::Blank
    }

    pub fn is_unknown(&self) -> bool {
        self.value == Value::Unknown
    }

    /// Whether somebody has written something, a nought too.
    pub fn is_filled(&self) -> bool {
        matches!(self.value, Value::Number(..) | Value::Words)
    }

    /// For people: what is printed, else what there is instead.
    pub fn shown(&self) -> &str {
        match self.value {
            Value::Unknown => "未见",
            Value::Blank => "空白",
            _ => &self.printed,
        }
    }
}

/// Digits and signs in their usual form, without blanks and without the commas of thousands.
fn plain(text: &str) -> String {
    let usual = |c: char| match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        '．' => '.',
        '＋' => '+',
        '－' | '−' | '–' | '—' | '﹣' => '-',
        c => c,
    };
    let seen = |c: &char| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{a0}');
    let chars: Vec<char> = text.chars().filter(seen).map(usual).collect();
    let is_digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let mut out = String::new();
    for (at, c) in chars.iter().enumerate() {
        let of_thousands = matches!(c, ',' | '，') && at > 0 && is_digit(at - 1) && is_digit(at + 1);
        if !of_thousands {
            out.push(*c);
        }
    }
    out
}

fn meaning(printed: &str) -> Value {
    let dense: String = printed.chars().filter(|c| !c.is_whitespace()).collect();
    if dense.is_empty() || EMPTY.contains(&dense.as_str()) {
        return Value::Blank;
    }
    let mut text = plain(printed);
    let mut sign = 1;
    for (word, means) in [("增加", 1), ("减少", -1), ("增", 1), ("减", -1)] {
        if let Some(rest) = text.strip_prefix(word) {
            (text, sign) = (rest.to_owned(), means);
            break;
        }
    }
    // Two minus signs are a slip of whoever typed one and was given another.
    let lead = text.chars().take_while(|c| matches!(c, '+' | '-')).count();
    if lead > 0 {
        if text.starts_with('-') {
            sign = -sign;
        }
        text = text.chars().skip(lead).collect();
    }
    let mut unit = None;
    for (word, means) in [("亿元", Unit::HundredMillion), ("万元", Unit::TenThousand), ("元", Unit::Yuan)] {
        if let Some(rest) = text.strip_suffix(word) {
            (text, unit) = (rest.to_owned(), Some(means));
            break;
        }
    }
    if unit.is_none()
        && let Some(rest) = text.strip_suffix(COUNTED)
    {
        text = rest.to_owned();
    }
    match Number::parse(&text) {
        Some(number) if text.starts_with(|c: char| c.is_ascii_digit()) => {
            Value::Number(if sign < 0 { -number } else { number }, unit)
        }
        _ => Value::Words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_says_what_it_means() {
        let number = |text: &str| Number::parse(text).expect("a number");
        for (printed, value) in [
            ("0", Value::Number(number("0"), None)),
            (" 1,808,595 ", Value::Number(number("1808595"), None)),
            ("５４", Value::Number(number("54"), None)),
            ("+3", Value::Number(number("3"), None)),
            ("--253", Value::Number(number("-253"), None)),
            ("增1423", Value::Number(number("1423"), None)),
            ("减少 5 项", Value::Number(number("-5"), None)),
            ("3件", Value::Number(number("3"), None)),
            ("251000元", Value::Number(number("251000"), Some(Unit::Yuan))),
            ("160.5964万元", Value::Number(number("160.5964"), Some(Unit::TenThousand))),
            ("", Value::Blank),
            ("　", Value::Blank),
            ("—", Value::Blank),
            ("无", Value::Blank),
            ("若干", Value::Words),
            ("3/4", Value::Words),
        ] {
            assert_eq!(Cell::read(printed).value, value, "{printed}");
        }
        assert_eq!(Cell::read("72701.25780000001").printed, "72701.2578");
        let spent = Cell::read("160.5964万元");
        assert_eq!(spent.yuan(None), Some(number("1605964")));
        assert_eq!(Cell::read("12").yuan(None), None, "nobody says of what");
        assert_eq!(Cell::read("12").yuan(Some(Unit::TenThousand)), Some(number("120000")));
    }

    #[test]
    fn json_goes_in_and_out_unchanged() {
        for text in ["null", "0", "24252.311082", "\"\"", "\"+3\"", "\"--253\"", "\"251000元\""] {
            let value: Json = serde_json::from_str(text).expect("JSON");
            assert_eq!(Cell::of_json(Some(&value)).to_json().to_string(), text);
        }
    }
}
