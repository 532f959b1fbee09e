//! What must not be published as it stands. First rule set: numbers that belong to a person.
//!
//! 政府信息公开条例 Art. 15 keeps personal privacy out of public information; 个人信息保护法 Art. 28 counts financial
//! accounts as sensitive. Found are identity numbers (GB 11643-1999, and the 15 digits used before it), mobile numbers
//! and bank cards, also when written full-width or with spaces and hyphens. Not found are the numbers of organs: unified
//! credit codes, document and index numbers, telephone lines, amounts, order numbers that fail the checks.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::work::looked_at;

/// The gate that must decide on a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gate {
    /// 保密审查 and privacy, before the three others.
    Privacy,
    /// 文字关.
    Wording,
    /// 政策关.
    Policy,
    /// 政治关.
    Political,
}

/// What a finding does to publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Must be removed first.
    Block,
    /// A person must look at it.
    Warn,
    /// Good to know.
    Info,
}

/// One place that a rule objects to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Name of the rule, such as `privacy.id-card`.
    pub rule: String,
    /// Gate that decides.
    pub gate: Gate,
    /// Weight.
    pub severity: Severity,
    /// Where in the file: `body`, `sheet "名单" C12 (hidden)`, `metadata author`.
    pub part: String,
    /// First character of the place in the part's text, counted in characters from 0.
    pub start: usize,
    /// Character after the place.
    pub end: usize,
    /// The place, masked.
    pub excerpt: String,
    /// What to do, in Chinese.
    pub suggestion: String,
}

/// A kind of personal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberKind {
    /// 18-digit identity number.
    IdCard,
    /// 15-digit identity number issued before 1999.
    OldIdCard,
    /// Mobile telephone.
    Mobile,
    /// Bank card of 16 to 19 digits.
    BankCard,
}

impl NumberKind {
    fn rule(self) -> (&'static str, Severity, &'static str) {
        match self {
            NumberKind::IdCard => (
                "privacy.id-card",
                Severity::Block,
                "请删除公民身份号码，或遮盖出生日期和顺序码，例如“000000********002X”。",
            ),
            NumberKind::OldIdCard => (
                "privacy.id-card-15",
                Severity::Warn,
                "疑似15位旧身份证号码，请核对；确属身份证号码的，请删除或遮盖中间数字。",
            ),
            NumberKind::Mobile => (
                "privacy.mobile",
                Severity::Block,
                "请删除个人手机号码，或遮盖中间四位，例如“138****5678”；对外公布的，请改用单位办公电话。",
            ),
            NumberKind::BankCard => (
                "privacy.bank-card",
                Severity::Block,
                "请删除银行卡号，确需标明的只保留后四位，例如“************1234”。",
            ),
        }
    }

    /// Digits shown at the start and at the end of a masked number.
    fn shown(self) -> (usize, usize) {
        match self {
            NumberKind::IdCard => (6, 4),
            NumberKind::OldIdCard => (6, 3),
            NumberKind::Mobile => (3, 4),
            NumberKind::BankCard => (0, 4),
        }
    }

    fn fits(self, digits: usize) -> bool {
        match self {
            NumberKind::IdCard => digits == 18,
            NumberKind::OldIdCard => digits == 15,
            NumberKind::Mobile => digits == 11,
            NumberKind::BankCard => (16..=19).contains(&digits),
        }
    }
}

/// Masks a number: identity `361124********002X`, mobile `138****5678`, card all but the last four.
///
/// Separators are dropped, full-width digits become plain ones. What has not the length of its kind is masked whole.
pub fn mask(kind: NumberKind, number: &str) -> String {
    let digits: Vec<char> = number.chars().filter_map(folded).collect();
    let fits = kind.fits(digits.len());
    let (head, tail) = kind.shown();
    let show = |index: usize| fits && (index < head || index + tail >= digits.len());
    digits.iter().enumerate().map(|(index, &c)| if show(index) { c } else { '*' }).collect()
}

/// A digit or the check letter X in plain form.
fn folded(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        'x' | 'X' | 'ｘ' | 'Ｘ' => Some('X'),
        _ => None,
    }
}

/// An unbroken run of digits.
#[derive(Debug)]
struct Atom {
    start: usize,
    end: usize,
    digits: Vec<u8>,
    /// An X directly behind the digits, which may be an identity number's check.
    check: bool,
    /// A letter touches it before or behind (the check letter aside).
    letter_before: bool,
    letter_after: bool,
    /// What joins it to the atom before: nothing, white space, or a hyphen.
    joint: Joint,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    None,
    Space,
    Hyphen,
}

/// Finds personal numbers in a text; `part` says where the text came from and is copied into each finding.
pub fn personal_numbers(part: &str, text: &str) -> Vec<Finding> {
    let chars: Vec<char> = text.chars().collect();
    let atoms = atoms(&chars);
    let mut findings = Vec::new();
    let mut index = 0;
    while index < atoms.len() {
        let Some((kind, count)) = number_at(&atoms, index, &chars) else {
            index += 1;
            continue;
        };
        let last = &atoms[index + count - 1];
        let mut start = atoms[index].start;
        if kind == NumberKind::Mobile && atoms[index].digits.len() > 11 {
            start = last.end - 11;
        }
        let end = last.end + usize::from(kind == NumberKind::IdCard && last.check);
        let raw: String = chars[start..end].iter().collect();
        let (rule, severity, suggestion) = kind.rule();
        findings.push(Finding {
            rule: rule.to_owned(),
            gate: Gate::Privacy,
            severity,
            part: part.to_owned(),
            start,
            end,
            excerpt: mask(kind, &raw),
            suggestion: suggestion.to_owned(),
        });
        index += count;
    }
    findings
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, 'ａ'..='ｚ' | 'Ａ'..='Ｚ')
}

/// A digit, plain or full-width.
fn digit(c: char) -> Option<u8> {
    folded(c).filter(char::is_ascii_digit).and_then(|c| u8::try_from(c).ok()).map(|b| b - b'0')
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

fn atoms(chars: &[char]) -> Vec<Atom> {
    looked_at(chars.len());
    let mut atoms: Vec<Atom> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if digit(chars[at]).is_none() {
            at += 1;
            continue;
        }
        let start = at;
        let digits: Vec<u8> = chars[start..].iter().map_while(|&c| digit(c)).collect();
        at += digits.len();
        let check = chars.get(at).is_some_and(|&c| folded(c) == Some('X'))
            && !chars.get(at + 1).is_some_and(|&c| is_letter(c) || digit(c).is_some());
        let after = chars.get(at).is_some_and(|&c| is_letter(c)) && !check;
        let before = start > 0 && is_letter(chars[start - 1]);
        let joint = atoms.last().map_or(Joint::None, |last| joint(&chars[last.end..start]));
        atoms.push(Atom { start, end: at, digits, check, letter_before: before, letter_after: after, joint });
    }
    atoms
}

/// How two runs of digits hang together: by at most two spaces, one hyphen, or marks that print nothing.
fn joint(between: &[char]) -> Joint {
    looked_at(between.len());
    let seen: Vec<char> = between.iter().copied().filter(|&c| !is_unseen(c)).take(4).collect();
    let is_space = |c: &char| c.is_whitespace() && !matches!(c, '\n' | '\r' | '\t');
    let hyphens = seen.iter().filter(|c| matches!(c, '-' | '－' | '–' | '—' | '‐' | '‑')).count();
    let spaces = seen.iter().filter(|c| is_space(c)).count();
    match (seen.len(), hyphens, spaces) {
        (0, ..) => Joint::Space,
        (n, 0, s) if n == s && s <= 2 => Joint::Space,
        (n, 1, s) if n == s + 1 && s <= 2 => Joint::Hyphen,
        _ => Joint::None,
    }
}

/// The number that begins with the atom at `index`, and how many atoms it takes.
fn number_at(atoms: &[Atom], index: usize, chars: &[char]) -> Option<(NumberKind, usize)> {
    let mut digits: Vec<u8> = Vec::new();
    let mut groups: Vec<usize> = Vec::new();
    let mut best = None;
    for (offset, atom) in atoms[index..].iter().enumerate() {
        looked_at(1 + atom.digits.len().min(20));
        if offset > 0 && (atom.joint == Joint::None || atoms[index + offset - 1].check) {
            break;
        }
        if digits.len() + atom.digits.len() > 19 {
            break;
        }
        digits.extend(&atom.digits);
        groups.push(atom.digits.len());
        if !matches!(digits.len(), 11 | 13 | 15..=19) {
            continue;
        }
        let window = Window { atoms: &atoms[index..=index + offset], digits: &digits, groups: &groups, chars };
        if window.is_id(atom.check) {
            return Some((NumberKind::IdCard, offset + 1));
        }
        let next = atoms.get(index + offset + 1);
        let found = if window.is_mobile(next) {
            Some(NumberKind::Mobile)
        } else if window.is_card(next) {
            Some(NumberKind::BankCard)
        } else if window.is_old_id() {
            Some(NumberKind::OldIdCard)
        } else {
            None
        };
        if best.is_none() {
            best = found.map(|kind| (kind, offset + 1));
        }
    }
    best
}

/// Some atoms in a row, read as one number.
struct Window<'a> {
    atoms: &'a [Atom],
    digits: &'a [u8],
    groups: &'a [usize],
    chars: &'a [char],
}

impl Window<'_> {
    fn is_id(&self, check: bool) -> bool {
        let mut digits = [0_u8; 18];
        match (self.digits.len(), check) {
            (17, true) => digits[17] = 10,
            (18, false) => {}
            _ => return false,
        }
        for (place, &digit) in digits.iter_mut().zip(self.digits) {
            *place = digit;
        }
        is_date(number(&digits[6..10]), number(&digits[10..12]), number(&digits[12..14])) && checksum(&digits)
    }

    /// 11 digits 1[3-9]…, whole or as 3-4-4, also behind +86; not an amount, not part of a longer number.
    fn is_mobile(&self, next: Option<&Atom>) -> bool {
        let (Some(first), Some(last)) = (self.atoms.first(), self.atoms.last()) else { return false };
        if last.letter_after || last.check || self.is_amount() {
            return false;
        }
        let mark = |c: &char| matches!(c, '+' | '＋');
        let plus = first.start.checked_sub(1).and_then(|at| self.chars.get(at)).is_some_and(mark);
        let digits = match (self.digits.len(), self.digits) {
            (13, [8, 6, rest @ ..]) if plus && self.groups.len() == 1 => rest,
            (15, [0, 0, 8, 6, rest @ ..]) if self.groups.len() == 1 => rest,
            (11, all) => all,
            _ => return false,
        };
        let begins = digits.first() == Some(&1) && digits.get(1).is_some_and(|digit| (3..=9).contains(digit));
        let spread = match self.groups {
            [_] => return begins,
            [3, 4, 4] | [3, 8] | [7, 4] | [3, 3, 5] | [4, 3, 4] | [3, 2, 2, 2, 2] | [5, 6] | [6, 5] => true,
            all => all.iter().all(|&length| length == 1),
        };
        // 2019-138-0013-8000 is an order number, but 86-138-0013-8000 is a telephone
        let country = |before: &[u8]| matches!(before, [8, 6] | [0, 0, 8, 6]);
        let before = first.joint == Joint::Hyphen && !country(&self.before());
        begins && spread && !before && next.is_none_or(|next| next.joint != Joint::Hyphen)
    }

    /// The digits that stand before the joint of the first atom.
    fn before(&self) -> Vec<u8> {
        let Some(first) = self.atoms.first() else { return Vec::new() };
        let gap = self.chars[..first.start].iter().rev().take_while(|c| digit(**c).is_none()).count();
        looked_at(gap);
        let before = self.chars[..first.start - gap].iter().rev();
        let mut digits: Vec<u8> = before.map_while(|&c| digit(c)).take(5).collect();
        digits.reverse();
        digits
    }

    /// 16 to 19 digits with Luhn check and the first digit of a bank card, whole or in fours.
    fn is_card(&self, next: Option<&Atom>) -> bool {
        let (Some(first), Some(last)) = (self.atoms.first(), self.atoms.last()) else { return false };
        let touched = first.letter_before || last.letter_after || last.check;
        let plausible = matches!(self.digits.first(), Some(3..=6)) && (16..=19).contains(&self.digits.len());
        if touched || !plausible || !luhn(self.digits) || is_credit_code(self.digits) || self.is_amount() {
            return false;
        }
        let Some((tail, fours)) = self.groups.split_last() else { return false };
        let grouped = fours.is_empty()
            || (fours.iter().all(|&length| length == 4) && *tail <= 4)
            || (fours == [6] && *tail >= 10)
            || self.groups.iter().all(|&length| length == 1);
        let alone = fours.is_empty() || (first.joint == Joint::None && next.is_none_or(|n| n.joint == Joint::None));
        grouped && alone
    }

    /// 15 digits with a province and a date, whole or as 6-6-3.
    fn is_old_id(&self) -> bool {
        let (Some(first), Some(last)) = (self.atoms.first(), self.atoms.last()) else { return false };
        let touched = first.letter_before || last.letter_after || last.check;
        let digits = self.digits;
        !touched
            && digits.len() == 15
            && matches!(self.groups, [_] | [6, 6, 3])
            && is_province(digits[0] * 10 + digits[1])
            && is_date(1900 + number(&digits[6..8]), number(&digits[8..10]), number(&digits[10..12]))
            && !self.is_amount()
    }

    /// `13800138000元`, `13800138000.00`, `0.13800138000`, `¥13800138000`. A comma says nothing: grouped figures have three
    /// digits between commas, and lists of numbers are written with it too.
    fn is_amount(&self) -> bool {
        let (Some(first), Some(last)) = (self.atoms.first(), self.atoms.last()) else { return false };
        let behind = |by: usize| self.chars.get(last.end + by).copied().unwrap_or(' ');
        let before = |by: usize| first.start.checked_sub(by).map_or(' ', |at| self.chars[at]);
        let decimals = (1..).take_while(|&by| digit(behind(by)).is_some()).count();
        looked_at(decimals);
        // 13800138000.2、: the number of the next item of a list, no fraction
        let decimal = behind(0) == '.' && decimals == 2 && !matches!(behind(3), '.' | '．' | '、' | '）' | ')');
        let fraction = before(1) == '.' && before(2) == '0' && digit(before(3)).is_none();
        let unit = matches!(behind(0), '元' | '万' | '亿' | '%' | '％') || matches!(before(1), '¥' | '￥' | '$');
        decimal || fraction || unit
    }
}

fn number(digits: &[u8]) -> i16 {
    digits.iter().fold(0, |sum, &digit| sum * 10 + i16::from(digit))
}

fn is_date(year: i16, month: i16, day: i16) -> bool {
    let small = |n: i16| i8::try_from(n).unwrap_or(0);
    (1800..2100).contains(&year) && Date::new(year, small(month), small(day)).is_ok()
}

/// First two digits of the division codes of GB/T 2260.
fn is_province(code: u8) -> bool {
    matches!(code, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81 | 82)
}

/// Check character of GB 11643-1999; X is 10.
fn checksum(digits: &[u8; 18]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = WEIGHTS.iter().zip(digits).map(|(weight, &digit)| weight * u32::from(digit)).sum();
    // 10X98765432 by remainder
    u32::from(digits[17]) == (12 - sum % 11) % 11
}

/// ISO/IEC 7812-1 check of card numbers.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, &digit)| match (index % 2, u32::from(digit)) {
            (1, digit) if digit > 4 => digit * 2 - 9,
            (1, digit) => digit * 2,
            (_, digit) => digit,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// A unified credit code (GB 32100-2015) that happens to be all digits; it names an organ, not a person.
fn is_credit_code(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    if digits.len() != 18 || !is_province(digits[2] * 10 + digits[3]) {
        return false;
    }
    let sum: u32 = WEIGHTS.iter().zip(digits).map(|(weight, &digit)| weight * u32::from(digit)).sum();
    u32::from(digits[17]) == (31 - sum % 31) % 31
}

#[cfg(test)]
mod tests;
