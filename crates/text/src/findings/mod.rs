//! What must not be published as it stands: numbers that belong to a person, where somebody lives ([`homes()`]), numbers of other
//! papers ([`papers()`]), lines of homes ([`landlines()`]), and names beside what is nobody's business ([`people()`]). [`look_over`]
//! finds all of it, [`masks`] says what could stand there instead.
//!
//! 政府信息公开条例 Art. 15 keeps personal privacy out of public information; 个人信息保护法 Art. 28 counts financial
//! accounts as sensitive. Found are identity numbers (GB 11643-1999, and the 15 digits used before it), mobile numbers
//! and bank cards.
//!
//! What a reader sees as one number is one here, however it is written: in full-width, circled or Chinese digits, with
//! blanks, any signs or marks that print nothing, one digit in each table cell, broken by the end of a line or by a narrow
//! column, with its date written out, or spelled for a computer. The looser the pieces hang together the more must speak for a number: an identity number has region, date
//! and check digit; a mobile number has nothing but its length, so a word such as 电话 must stand before it, or it only warns.
//! Not found are the numbers of organs: unified credit codes, document and index numbers, telephone lines, amounts, columns
//! of figures, order numbers that fail the checks.

mod columns;
mod directions;
mod disguise;
mod escaped;
mod homes;
mod listed;
mod of_person;
mod papers;
mod parted;
mod people;
mod public;
mod scan;
mod shown;
mod turned;
mod valid;
mod window;

use serde::{Deserialize, Serialize};

pub use directions::directions;
pub use homes::homes;
pub use of_person::of_person;
pub use papers::{landlines, papers};
pub use people::{Listed, list_of_people, mask_name, names, people};
pub use public::{objection, objections};
use scan::{Scan, folded};

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
    /// Name of the rule, such as `privacy.id_number`.
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
    /// What can stand in the place of the found words at one press, if that is certain.
    #[serde(skip)]
    pub replacement: Option<String>,
}

/// A kind of personal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberKind {
    /// 18-digit identity number.
    IdCard,
    /// 15-digit identity number issued before 1999.
    OldIdCard,
    /// 18 places that are called an identity number and have a wrong check digit.
    WrongCheck,
    /// Mobile telephone.
    Mobile,
    /// Bank card of 16 to 19 digits.
    BankCard,
    /// 12 to 19 digits that are called an account and have no check: passbooks of subsidies, or an account of an organ.
    Account,
    /// An identity number at the beginning or end of more digits.
    Glued,
}

impl NumberKind {
    /// Name of the rule, and what to do.
    fn rule(self) -> (&'static str, &'static str) {
        match self {
            NumberKind::IdCard => (
                "privacy.id_number",
                "请删除公民身份号码，或遮盖中间八位（出生日期），例如“000000********002X”；后四位不需要的，也请遮盖。",
            ),
            NumberKind::OldIdCard => {
                ("privacy.id_number", "疑似15位旧身份证号码，请核对；确属身份证号码的，请删除或遮盖中间数字。")
            }
            NumberKind::WrongCheck => (
                "privacy.id_number",
                "写明是身份证号码，但校验码不对，可能有错字，请核对；确属身份证号码的，请删除或遮盖中间数字。",
            ),
            NumberKind::Account => (
                "privacy.bank_card",
                "写明是账号或卡号，请核对；属于个人的，请删除，或只保留后四位，例如“************1234”。",
            ),
            NumberKind::Glued => {
                ("privacy.id_number", "这串数字里含有公民身份号码，可能与序号、电话等连在了一起，请核对后删除或遮盖。")
            }
            NumberKind::Mobile => (
                "privacy.mobile",
                "请删除个人手机号码，或遮盖中间四位，例如“138****5678”；对外公布的，请改用单位办公电话。",
            ),
            NumberKind::BankCard => {
                ("privacy.bank_card", "请删除银行卡号，确需标明的只保留后四位，例如“************1234”。")
            }
        }
    }

    /// Digits shown at the start and at the end of a masked number.
    fn shown(self) -> (usize, usize) {
        match self {
            NumberKind::IdCard | NumberKind::WrongCheck | NumberKind::Glued => (6, 4),
            NumberKind::OldIdCard => (6, 3),
            NumberKind::Mobile => (3, 4),
            NumberKind::BankCard | NumberKind::Account => (0, 4),
        }
    }

    fn fits(self, digits: usize) -> bool {
        match self {
            NumberKind::IdCard | NumberKind::WrongCheck | NumberKind::Glued => digits == 18,
            NumberKind::OldIdCard => digits == 15,
            NumberKind::Mobile => digits == 11,
            NumberKind::BankCard => (16..=19).contains(&digits),
            NumberKind::Account => (12..=19).contains(&digits),
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

/// A number that was found, before it is told.
#[derive(Debug)]
struct Found {
    kind: NumberKind,
    severity: Severity,
    start: usize,
    end: usize,
    /// In plain digits.
    digits: String,
}

/// Finds personal numbers in a text; `part` says where the text came from and is copied into each finding.
pub fn personal_numbers(part: &str, text: &str) -> Vec<Finding> {
    let mut found = numbers(text);
    // What somebody sees or a program reads where the text itself says something else.
    for shown in [escaped::read(text), turned::read(text), listed::read(text)].into_iter().flatten() {
        for mut number in numbers(&shown.text) {
            let Some((start, end)) = shown.of(number.start, number.end) else { continue };
            (number.start, number.end) = (start, end);
            if found.iter().all(|other| other.end <= start || end <= other.start) {
                found.push(number);
            }
        }
    }
    found.sort_by_key(|number| number.start);
    found.into_iter().map(|number| number.told(part)).collect()
}

/// Everything that the rules find in a text; `part` says where the text came from and is copied into each finding.
pub fn look_over(part: &str, text: &str) -> Vec<Finding> {
    let mut findings = personal_numbers(part, text);
    findings.extend(papers(part, text));
    findings.extend(landlines(part, text));
    findings.extend(homes(part, text));
    findings.extend(people(part, text));
    findings.extend(directions(part, text));
    findings
}

/// A place of a text, and what could stand there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    /// First character, counted from 0.
    pub start: usize,
    /// Character after the place.
    pub end: usize,
    /// What stands there.
    pub from: String,
    /// The same, masked.
    pub to: String,
}

/// What can be masked in a text without asking what it is, in the order of the text: numbers that are certain, homes behind
/// their label, and the names of lists and sentences, wherever they stand. What is only suspected is left to whoever reads it.
pub fn masks(text: &str) -> Vec<Mask> {
    masks_with(text, &Listed::default())
}

/// The same in a text beside others, which may list people that are named here, too.
pub fn masks_with(text: &str, listed: &Listed) -> Vec<Mask> {
    let chars: Vec<char> = text.chars().collect();
    let numbers = personal_numbers("", text).into_iter().filter(|one| one.severity == Severity::Block);
    let from = |start: usize, end: usize| -> String { chars.get(start..end).unwrap_or_default().iter().collect() };
    let papers = papers("", text).into_iter().chain(landlines("", text));
    let places = numbers.chain(papers).chain(homes("", text)).map(|one| Mask {
        start: one.start,
        end: one.end,
        from: from(one.start, one.end),
        to: one.excerpt,
    });
    let names = people::named(text, listed).into_iter().map(|one| Mask {
        start: one.start,
        end: one.end,
        from: from(one.start, one.end),
        to: mask_name(&one.name),
    });
    let mut all: Vec<Mask> = places.chain(names).collect();
    all.sort_by_key(|one| one.start);
    let mut masks: Vec<Mask> = Vec::new();
    for mask in all {
        if masks.last().is_none_or(|last| last.end <= mask.start) && mask.from != mask.to {
            masks.push(mask);
        }
    }
    masks
}

/// The numbers of a text as it is written.
fn numbers(text: &str) -> Vec<Found> {
    let scan = Scan::new(text);
    let mut used = vec![false; scan.atoms.len()];
    let mut found: Vec<Found> = Vec::new();
    let mut index = 0;
    while index < scan.atoms.len() {
        let Some((number, count)) = window::number_at(&scan, index) else {
            found.extend(window::glued(&scan.atoms[index]));
            found.extend(window::glued_mobiles(&scan, &scan.atoms[index]));
            index += 1;
            continue;
        };
        used[index..index + count].fill(true);
        found.push(number);
        index += count;
    }
    // A number that a narrow column broke is certain where one with words between its parts is not.
    columns::wrapped(&scan, &mut used, &mut found);
    parted::find(&scan, &mut used, &mut found);
    for index in 0..scan.atoms.len() {
        let free = !used[index]
            && found.iter().all(|other| other.end <= scan.atoms[index].start || other.start > scan.atoms[index].start);
        found.extend(window::account_at(&scan, index, &used).filter(|_| free));
    }
    disguise::find(&scan, &mut found);
    disguise::masked(&scan, &used, &mut found);
    found
}

impl Found {
    fn told(self, part: &str) -> Finding {
        let (rule, suggestion) = self.kind.rule();
        Finding {
            rule: rule.to_owned(),
            gate: Gate::Privacy,
            severity: self.severity,
            part: part.to_owned(),
            start: self.start,
            end: self.end,
            excerpt: mask(self.kind, &self.digits),
            suggestion: suggestion.to_owned(),
            replacement: None,
        }
    }
}

#[cfg(test)]
mod forms;
#[cfg(test)]
mod tests;
