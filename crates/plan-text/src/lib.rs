//! Reads a Chinese work plan (工作要点, 实施方案, 工作报告任务分解) into sections, clauses, owners and duties.
//!
//! The parser guesses as little as it can: what it cannot read it leaves in the text and names in a [`Warning`] with
//! the line. It loses nothing: [`accounted`] proves that every character stands in exactly one field or in a warning.
//!
//! Rules that the form of a plan leaves open, decided here:
//! * **Levels.** `一、`, `第一部分` and `第一章` open a section. Inside a section the highest of `第一条`, `（一）`, `1.`,
//!   `（1）`, `①` that occurs there opens a clause; deeper numbers stay in the clause's text and start a duty each.
//!   Clauses before any section stand in one without number and title.
//! * **Headings by look.** A line behind `#` without number is a heading, too, where the file says so by its style: proposed,
//!   with a warning. Above numbered clauses it opens a section, below numbered sections a clause.
//! * **Titles.** A heading's title runs to the first `。` (or an early `：`) of its line, at most 40 characters for a
//!   clause and 60 for a section. A heading whose line opens with a longer sentence has no title, only text.
//! * **Sections without clauses.** Their text is `section.text`; where it names an owner or a date it is an obligation
//!   and becomes one clause without number instead (with the section's title when there is no other text).
//! * **A plan without headings** is all preamble, or one clause when it names owners; a warning says so.
//! * **Several owner notes in a clause** are joined by line feeds in `owner_note`; each duty then also carries the
//!   owners of its own notes in [`Duty::owners`]. A bracket behind a sentence that holds only a term is part of the note.
//! * **Years.** A date without year belongs to the title's, the document number's, the introduction's, the signature's,
//!   another term's, a cited document's or the caller's, in this order; a warning asks for a look when neither title nor
//!   document number says it. A month before the day of issue is the next year's when that day is in November or December.
//! * **Tables.** A row under a header such as 序号, 任务, 责任单位, 时限 is a clause; its owner and term cells and its
//!   remarks are the owner note. A cell over several rows is a section; `〃` and 同上 are the cell above.
//! * **Who leads.** 牵头 says so, or a rule such as 列第一位者为牵头单位 or 标★者为牵头单位, which with 下同 holds for the notes
//!   behind it. What only bold letters say is asked for.
//! * **Titles that are organs.** Where a section's or clause's title is nothing but names of organs (`一、县财政局`, `1.县教体局：…`)
//!   they own what stands below without a note of its own; a warning says so. So do names behind a sentence (`完成。　县教体局`).
//! * **Who supervises.** 督办, 监督 and 指导单位 are no owners beside those who answer; a warning names them.
//! * **Several rhythms in a sentence.** The first holds, with a warning. What stands in 《》 is no term.
//! * **Exceptions.** 县税务局除外 names no owner; a warning says whom to leave out of 各单位.
//! * **Several terms in a note.** The latest holds, for the work is done when its last part is; a warning says so.
//! * **Proposed, not taken.** Owners as subjects of sentences, brackets about a part, terms and owners in an introduction or
//!   the closing, empty cells below filled ones: each is named in a warning with its line.
//! * **Several documents.** What follows a signature or `附件` and has headings of its own is read, too; its title is a
//!   section without number.
//! * **Closing.** Signature, date, imprint, attachments, and paragraphs that follow the last clause without belonging to it.

mod account;
mod block;
mod closing;
mod dates;
mod duties;
mod frame;
mod head;
mod headings;
mod lines;
mod notes;
mod outline;
mod owners;
mod pairs;
mod parts;
mod rare;
mod residue;
mod subjects;
mod tables;
// What counts how much is looked at lies with the text crate; a copy would be a second truth.
#[path = "../../text/src/work.rs"]
mod work;

#[cfg(test)]
mod tests;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use account::{Lost, accounted};

/// What the parser must be told because the text may not say it: the clock is the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanReference {
    /// The year that `6月底前` means when the text names no year: not in title or document number, not
    /// in the introduction, not under its signature.
    pub year: i16,
}

/// A work plan as read. Extra fields beside the contract's: `document_number`, `year`, `line`, `marks`, `cadence`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Title lines joined into one, without document number.
    pub title: String,
    /// 发文字号 as printed; its characters stand in `preamble`.
    pub document_number: Option<String>,
    /// The year that dates without one belong to; `None` when the title spans several years.
    pub year: Option<i16>,
    /// Letterhead, document number, addressees and introduction: all before the first heading that is not the title.
    pub preamble: String,
    /// What follows the last clause: final paragraphs, attachments, signature, date.
    pub closing: String,
    /// Sections in the order of the text.
    pub sections: Vec<Section>,
    /// What was dropped or is doubtful, by line.
    pub warnings: Vec<Warning>,
}

/// One `一、` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Number as printed, without the pause mark; empty for clauses outside any section.
    pub number: String,
    /// Title, may be empty.
    pub title: String,
    /// Text between the heading and the first clause.
    pub text: String,
    /// Clauses in order.
    pub clauses: Vec<Clause>,
    /// First line in the source, from 1.
    pub line: usize,
    /// The separating marks dropped after number and title, in order (`、。`).
    pub marks: String,
}

/// One clause (条目): the unit that names its owners.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// Number as printed, without the pause mark: `（一）`, `1`; may be empty.
    pub number: String,
    /// Title, may be empty.
    pub title: String,
    /// Text without title and owner note.
    pub text: String,
    /// The owner note as printed with its brackets; several are joined by line feeds; empty when there is none.
    pub owner_note: String,
    /// Owners named by the note, each once.
    pub owners: Vec<Owner>,
    /// The words of the clause's date or cadence: the note's, else the only one in the text, else the latest.
    pub due: Option<String>,
    /// The date that `due` means.
    pub due_on: Option<Date>,
    /// How often, when `due` says so.
    pub cadence: Option<Cadence>,
    /// Duties in order; their texts joined give `text` back.
    pub duties: Vec<Duty>,
    /// First line in the source, from 1.
    pub line: usize,
    /// The separating marks dropped after number and title, in order.
    pub marks: String,
}

/// One duty (任务): a sentence or an enumerated point of a clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// Its words, with the white space that follows them.
    pub text: String,
    /// The words of its date or cadence, its own or its owner note's.
    pub due: Option<String>,
    /// The date that `due` means; `None` for a cadence or words without one date.
    pub due_on: Option<Date>,
    /// How often, when `due` says so.
    pub cadence: Option<Cadence>,
    /// Owners of this duty alone, when the clause has several owner notes; else empty: the clause's owners hold.
    pub owners: Vec<Owner>,
    /// Line in the source where it starts, from 1.
    pub line: usize,
}

/// An organ named by an owner note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Name as written.
    pub name: String,
    /// What the note makes it do.
    pub role: Role,
    /// A collective name (各乡镇（中心）, 县直各单位) that a person must resolve to organs.
    pub group: bool,
}

/// The part an owner has in a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// 牵头, 主办, 为主.
    Lead,
    /// 负责, 落实 or nothing said.
    Responsible,
    /// 配合, 协助, 参与, 协办.
    Support,
}

/// A recurring or standing obligation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cadence {
    /// 每周.
    Weekly,
    /// 每月.
    Monthly,
    /// 每季度.
    Quarterly,
    /// 每半年.
    HalfYearly,
    /// 每年.
    Yearly,
    /// 长期坚持, 全年.
    Continuous,
}

/// Something a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Line in the source, from 1.
    pub line: usize,
    /// What it is, in Chinese, and what to do.
    pub message: String,
    /// The characters that were dropped and stand in no field, exactly.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub dropped: String,
}

impl Warning {
    fn at(line: usize, message: impl Into<String>) -> Self {
        Warning { line, message: message.into(), dropped: String::new() }
    }
}

/// What all steps share: what dates are reckoned from, who leads by rule, and the warnings.
struct Context {
    from: dates::Reckoning,
    /// The text says who leads: whoever is named first, or has a star.
    lead_rule: Option<owners::LeadRule>,
    warnings: Vec<Warning>,
}

impl Context {
    fn warn(&mut self, line: usize, message: impl Into<String>) {
        self.warnings.push(Warning::at(line, message));
    }
}

/// Reads a plan. Never fails: doubts are warnings, a text that is no plan comes back whole as `preamble`.
pub fn parse(source: &str, reference: PlanReference) -> Plan {
    read(source, reference, false)
}

/// As [`parse`], when a person has stated the year of the plan: only a year in title or document number outweighs it, not one
/// that is guessed from a signature, a term or a cited document.
pub fn parse_stated(source: &str, reference: PlanReference) -> Plan {
    read(source, reference, true)
}

/// The year that the text itself names, by title, document number, introduction, signature, a term or a cited document.
pub fn year_of(source: &str) -> Option<i16> {
    // No text is about this year: it comes back where the text names none.
    const NONE: i16 = 1000;
    parse(source, PlanReference { year: NONE }).year.filter(|year| *year != NONE)
}

fn read(source: &str, reference: PlanReference, stated: bool) -> Plan {
    let mut warnings = Vec::new();
    let lines = lines::read(source, &mut warnings);
    let by_head = lines.iter().filter(|line| line.text.contains('\t')).find_map(tables::lead_rule);
    let mut lines = tables::read(lines, &mut warnings);
    head::split_label(&mut lines);
    let (kinds, parts) = parts::classify(&mut lines);
    let first = kinds.iter().position(|k| k.heading().is_some()).unwrap_or(lines.len());
    let head = head::read(&lines[..first], &kinds[..first]);
    let year = head::year(&head, &lines, &kinds, reference, stated);
    let lead_rule =
        frame::outside_notes(&lines, &kinds, first).find_map(|line| owners::lead_rule(&line.text)).or(by_head);
    let by_look = frame::outside_notes(&lines, &kinds, first).find(|line| owners::leads_by_look(&line.text));
    if let Some(line) = by_look {
        let message = "牵头单位是用加粗、颜色等字体标出的，文字里看不出来，请对照原文逐条核对牵头单位。";
        warnings.push(Warning::at(line.no, message));
    }
    let from = dates::Reckoning { year: year.value(), issued: head::issued(&lines, &kinds, first) };
    let mut context = Context { from, lead_rule, warnings };
    if lines.is_empty() {
        context.warn(1, "文件里没有文字，请检查文件内容。");
    } else if head.title.is_empty() {
        context.warn(lines[0].no, "没有找到标题，请在导入时填写，例如“2019年政务公开工作要点”。");
    }
    let (sections, preamble, closing) = if first == lines.len() {
        let (section, preamble) = frame::without_headings(&head, &mut context);
        (section.into_iter().collect(), preamble, String::new())
    } else {
        let plain = |line: &&&lines::Line| !dates::is_date_line(&line.text);
        head.preamble.iter().filter(plain).for_each(|line| closing::warn_duty(line, "前言", &mut context));
        let (groups, closing) = frame::body(&lines, &kinds, first, &parts, &mut context);
        let sections: Vec<Section> = groups.iter().map(|group| block::section(group, &mut context)).collect();
        (sections, lines::join(&head.preamble), closing)
    };
    outline::warn(&lines, &kinds, &mut context);
    headings::check_numbers(&sections, &mut context);
    if !sections.is_empty() && sections.iter().all(|section| section.clauses.is_empty()) {
        context.warn(sections[0].line, "各节下面都没有分条，没有得到任务，请核对文件或手工添加任务。");
    }
    year.warn(lines.first().map_or(1, |line| line.no), &sections, &mut context);
    let mut warnings = context.warnings;
    warnings.sort_by_key(|warning| warning.line);
    let year = year.value();
    Plan { title: head.title, document_number: head.document_number, year, preamble, closing, sections, warnings }
}
