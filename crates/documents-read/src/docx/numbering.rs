//! Numbers that the word processor makes: `一、`, `（一）`, `1.`, `①` are often not in the text of a docx at all.
//!
//! `numbering.xml` declares abstract lists of nine levels, each with a format and a pattern such as `（%2）`; paragraphs
//! name a list and a level. [`Counters`] replays the counting in document order, as Word does.

use std::collections::{HashMap, HashSet};

use crate::xml::Element;

/// A level of a list.
#[derive(Debug, Clone)]
struct Level {
    start: i64,
    format: String,
    pattern: String,
    suffix: String,
    /// All numbers in this label as plain digits, whatever their own level says.
    legal: bool,
    /// After which level (1 to 9) this one starts again; 0 never, `None` after any higher one.
    restart: Option<usize>,
    /// The paragraph style that uses this level.
    style: Option<String>,
}

/// A list as paragraphs name it: an abstract list with changes.
#[derive(Debug, Default)]
struct List {
    abstract_id: String,
    starts: HashMap<usize, i64>,
    levels: HashMap<usize, Level>,
}

/// All lists of a document.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    abstracts: HashMap<String, HashMap<usize, Level>>,
    lists: HashMap<String, List>,
}

/// What stands before a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Label {
    /// A number, with the space after it where one belongs.
    Number(String),
    /// A bullet; its level counts from 0.
    Bullet(usize),
}

/// How far each list has counted.
#[derive(Debug, Default)]
pub(super) struct Counters {
    values: HashMap<String, [Option<i64>; 9]>,
    started: HashSet<(String, usize)>,
}

impl Numbering {
    /// Reads `numbering.xml`.
    pub(super) fn read(tree: &Element) -> Self {
        let mut numbering = Self::default();
        let mut by_style: HashMap<&str, &str> = HashMap::new();
        let mut links: Vec<(&str, &str)> = Vec::new();
        for element in tree.elements().filter(|element| &*element.name == "abstractNum") {
            let Some(id) = element.attribute("abstractNumId") else { continue };
            if let Some(style) = element.value("styleLink") {
                by_style.insert(style, id);
            }
            if let Some(style) = element.value("numStyleLink") {
                links.push((id, style));
            }
            numbering.abstracts.insert(id.to_owned(), levels(element));
        }
        for (id, style) in links {
            let levels = by_style.get(style).and_then(|source| numbering.abstracts.get(*source)).cloned();
            if let Some(levels) = levels {
                numbering.abstracts.insert(id.to_owned(), levels);
            }
        }
        for element in tree.elements().filter(|element| &*element.name == "num") {
            let (Some(id), Some(abstract_id)) = (element.attribute("numId"), element.value("abstractNumId")) else {
                continue;
            };
            let mut list = List { abstract_id: abstract_id.to_owned(), ..List::default() };
            for change in element.elements().filter(|element| &*element.name == "lvlOverride") {
                let Some(index) = change.attribute("ilvl").and_then(level_index) else { continue };
                if let Some(start) = change.value("startOverride").and_then(|value| value.parse().ok()) {
                    list.starts.insert(index, start);
                }
                if let Some(element) = change.child("lvl") {
                    list.levels.insert(index, level(element));
                }
            }
            numbering.lists.insert(id.to_owned(), list);
        }
        numbering
    }

    /// The level of a list that belongs to a paragraph style.
    pub(super) fn level_of_style(&self, list: &str, style: &str) -> Option<usize> {
        let list = self.lists.get(list)?;
        let levels = self.abstracts.get(&list.abstract_id)?;
        levels.iter().find(|(_, level)| level.style.as_deref() == Some(style)).map(|(index, _)| *index)
    }

    fn level<'n>(&'n self, list: &'n List, index: usize) -> Option<&'n Level> {
        list.levels.get(&index).or_else(|| self.abstracts.get(&list.abstract_id)?.get(&index))
    }
}

impl Counters {
    /// Counts one more paragraph of the list and gives its label; `None` when the list does not exist or shows nothing.
    pub(super) fn next(&mut self, numbering: &Numbering, list_id: &str, index: usize) -> Option<Label> {
        let list = numbering.lists.get(list_id)?;
        let level = numbering.level(list, index)?;
        if level.format == "bullet" {
            return Some(Label::Bullet(index));
        }
        let values = self.values.entry(list.abstract_id.clone()).or_default();
        let restarted = list.starts.get(&index).filter(|_| self.started.insert((list_id.to_owned(), index)));
        values[index] = Some(match (restarted, values[index]) {
            (Some(start), _) => *start,
            (None, Some(value)) => value.saturating_add(1),
            (None, None) => level.start,
        });
        for (deeper, value) in values.iter_mut().enumerate().skip(index + 1) {
            let restart = numbering.level(list, deeper).and_then(|level| level.restart);
            if restart.is_none_or(|after| index < after) {
                *value = None;
            }
        }
        let mut label = String::new();
        let mut pattern = level.pattern.chars().peekable();
        while let Some(c) = pattern.next() {
            let place = pattern.peek().filter(|_| c == '%').and_then(|digit| digit.to_digit(10));
            match place {
                Some(place @ 1..=9) => {
                    pattern.next();
                    let place = place as usize - 1;
                    let named = numbering.level(list, place);
                    let value = values[place].or(named.map(|level| level.start)).unwrap_or(1);
                    let format = if level.legal { "decimal" } else { named.map_or("decimal", |level| &level.format) };
                    label.push_str(&number(value, format));
                }
                _ => label.push(c),
            }
        }
        let label = label.trim();
        if label.is_empty() {
            return None;
        }
        // The tab that Word sets after the label is layout. A space keeps Latin labels from the words, a wide one
        // keeps 第一条 from them, as laws are printed.
        let space = match label.chars().next_back() {
            _ if level.suffix == "nothing" => "",
            Some(last) if last.is_ascii() => " ",
            Some('编' | '篇' | '章' | '节' | '条') => "\u{3000}",
            _ => "",
        };
        Some(Label::Number(format!("{label}{space}")))
    }
}

fn levels(element: &Element) -> HashMap<usize, Level> {
    element
        .elements()
        .filter(|element| &*element.name == "lvl")
        .filter_map(|element| Some((level_index(element.attribute("ilvl")?)?, level(element))))
        .collect()
}

/// A level number in its bounds: lists have nine levels.
pub(super) fn level_index(value: &str) -> Option<usize> {
    value.parse().ok().filter(|index| *index < 9)
}

fn level(element: &Element) -> Level {
    // Newer formats hide in an alternative; the fallback then says `custom` or decimal.
    let format = element
        .value("numFmt")
        .or_else(|| element.child("AlternateContent")?.child("Fallback")?.value("numFmt"))
        .unwrap_or("decimal");
    Level {
        start: element.value("start").and_then(|value| value.parse().ok()).unwrap_or(1),
        format: format.to_owned(),
        pattern: element.value("lvlText").unwrap_or_default().to_owned(),
        suffix: element.value("suff").unwrap_or("tab").to_owned(),
        legal: element.switch("isLgl"),
        restart: element.value("lvlRestart").and_then(|value| value.parse().ok()),
        style: element.value("pStyle").map(str::to_owned),
    }
}

/// A number in one of Word's formats; unknown formats count in digits.
fn number(value: i64, format: &str) -> String {
    let digits = value.to_string();
    let circled = |first: u32, last: i64| {
        u32::try_from(value)
            .ok()
            .filter(|n| *n >= 1 && value <= last)
            .and_then(|n| char::from_u32(first + n - 1))
            .map_or_else(|| digits.clone(), String::from)
    };
    match format {
        "chineseCounting"
        | "chineseCountingThousand"
        | "japaneseCounting"
        | "taiwaneseCounting"
        | "taiwaneseCountingThousand"
        | "koreanCounting" => counting(value, &CHINESE, &CHINESE_UNITS, true),
        "chineseLegalSimplified" => counting(value, &LEGAL, &LEGAL_UNITS, false),
        "ideographLegalTraditional" | "japaneseLegal" => counting(value, &LEGAL_OLD, &LEGAL_OLD_UNITS, false),
        "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital" | "koreanDigital2" => {
            digits.chars().map(|c| c.to_digit(10).map_or(c, |digit| CHINESE[digit as usize])).collect()
        }
        "ideographTraditional" => from_row(value, "甲乙丙丁戊己庚辛壬癸"),
        "ideographZodiac" => from_row(value, "子丑寅卯辰巳午未申酉戌亥"),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if value <= 20 => circled(0x2460, 20),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if value <= 35 => {
            char::from_u32(0x3251 + u32::try_from(value - 21).unwrap_or(0)).map_or(digits, String::from)
        }
        "decimalEnclosedParen" => circled(0x2474, 20),
        "decimalEnclosedFullstop" => circled(0x2488, 20),
        "ideographEnclosedCircle" => circled(0x3280, 10),
        "decimalFullWidth" | "decimalFullWidth2" => {
            digits.chars().map(|c| c.to_digit(10).and_then(|d| char::from_u32(0xFF10 + d)).unwrap_or(c)).collect()
        }
        "decimalZero" if (0..10).contains(&value) => format!("0{value}"),
        "upperLetter" => letters(value, b'A'),
        "lowerLetter" => letters(value, b'a'),
        "upperRoman" => roman(value),
        "lowerRoman" => roman(value).to_lowercase(),
        "none" => String::new(),
        _ => digits,
    }
}

const CHINESE: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
const CHINESE_UNITS: [&str; 4] = ["", "十", "百", "千"];
const LEGAL: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const LEGAL_UNITS: [&str; 4] = ["", "拾", "佰", "仟"];
const LEGAL_OLD: [char; 10] = ['零', '壹', '貳', '參', '肆', '伍', '陸', '柒', '捌', '玖'];
const LEGAL_OLD_UNITS: [&str; 4] = ["", "拾", "佰", "仟"];

/// Counting with units up to 9999; `short` writes 十 for 10 to 19 instead of 一十.
fn counting(value: i64, digits: &[char; 10], units: &[&str; 4], short: bool) -> String {
    if !(1..10_000).contains(&value) {
        return if value == 0 { digits[0].to_string() } else { value.to_string() };
    }
    let mut out = String::new();
    let mut gap = false;
    for power in (0..4_u32).rev() {
        let digit = usize::try_from(value / 10_i64.pow(power) % 10).unwrap_or(0);
        if digit == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push('零');
            gap = false;
        }
        if !(short && digit == 1 && power == 1 && out.is_empty()) {
            out.push(digits[digit]);
        }
        out.push_str(units[power as usize]);
    }
    out
}

fn from_row(value: i64, row: &str) -> String {
    let index = usize::try_from(value).ok().and_then(|n| n.checked_sub(1));
    index.and_then(|index| row.chars().nth(index)).map_or_else(|| value.to_string(), String::from)
}

/// Word's letters: A to Z, then AA, BB…
fn letters(value: i64, first: u8) -> String {
    let Some(index) = u32::try_from(value).ok().filter(|n| (1..=260).contains(n)).map(|n| n - 1) else {
        return value.to_string();
    };
    let letter = char::from(first + u8::try_from(index % 26).unwrap_or(0));
    std::iter::repeat_n(letter, index as usize / 26 + 1).collect()
}

fn roman(value: i64) -> String {
    const STEPS: [(i64, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if !(1..4000).contains(&value) {
        return value.to_string();
    }
    let mut rest = value;
    let mut out = String::new();
    for (step, sign) in STEPS {
        while rest >= step {
            out.push_str(sign);
            rest -= step;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_the_formats_of_official_documents() {
        let cases = [
            (1, "chineseCounting", "一"),
            (10, "chineseCounting", "十"),
            (11, "chineseCountingThousand", "十一"),
            (20, "japaneseCounting", "二十"),
            (35, "chineseCounting", "三十五"),
            (101, "chineseCountingThousand", "一百零一"),
            (110, "chineseCountingThousand", "一百一十"),
            (2019, "chineseCountingThousand", "二千零一十九"),
            (2019, "ideographDigital", "二〇一九"),
            (12, "chineseLegalSimplified", "壹拾贰"),
            (3, "decimalEnclosedCircleChinese", "③"),
            (25, "decimalEnclosedCircleChinese", "㉕"),
            (2, "decimalEnclosedParen", "⑵"),
            (4, "ideographTraditional", "丁"),
            (12, "decimalFullWidth", "１２"),
            (28, "lowerLetter", "bb"),
            (14, "upperRoman", "XIV"),
            (5, "decimalZero", "05"),
            (7, "unheardOf", "7"),
            (-3, "chineseCounting", "-3"),
        ];
        for (value, format, expected) in cases {
            assert_eq!(number(value, format), expected, "{value} {format}");
        }
    }
}
