//! The rows of an old register: their columns, and what is wrong with a cell. Nothing here reads or writes anything.

use std::collections::{BTreeMap, BTreeSet};

use ::foi::{Applicant, Exemption, Outcome, remedy::Finding};
use case::{Channel, Filing, Old, OldStep, PartyRole, Person};
use documents::tables::{self, Table, Wanted};
use jiff::civil::Date;
use kernel::{Calendar, OrganCode, time};
use serde::{Deserialize, Serialize};
use web::filters::shortened;

use crate::foi::{form::MOST, kind::FOI};

/// A column: its heading, and what is filled in.
pub(super) struct Column {
    pub(super) label: &'static str,
    pub(super) about: &'static str,
    /// No row is without it.
    pub(super) needed: bool,
    /// What the example of the template says.
    example: &'static str,
}

const fn needed(label: &'static str, about: &'static str, example: &'static str) -> Column {
    Column { label, about, needed: true, example }
}

const fn other(label: &'static str, about: &'static str, example: &'static str) -> Column {
    Column { label, about, needed: false, example }
}

/// Places in [`COLUMNS`].
const NUMBER: usize = 0;
const RECEIVED: usize = 1;
const APPLICANT: usize = 2;
const NAME: usize = 3;
const PROOF: usize = 4;
const PHONE: usize = 5;
const EMAIL: usize = 6;
const ADDRESS: usize = 7;
const WANTED: usize = 8;
const OUTCOME: usize = 9;
const EXEMPTION: usize = 10;
const ANSWERED: usize = 11;
const REVIEW: [usize; 3] = [12, 13, 14];
const SUIT: [usize; 3] = [15, 16, 17];

pub(super) static COLUMNS: [Column; 18] = [
    needed("登记号", "原登记簿上的编号，不能重复；没有编号的，按年度和顺序编，例如 2023-12", "2023-12"),
    needed("收到日期", "收到申请之日，例如 2023-08-21", "2023-08-21"),
    needed("申请人类别", "年度报告按它统计，名称见下面的表", "自然人"),
    other("申请人", "姓名或者单位名称", "某某"),
    other("证件号码", "或者统一社会信用代码；表格里请设为“文本”格式", ""),
    other("联系电话", "", ""),
    other("电子邮箱", "", ""),
    other("通信地址", "", ""),
    needed("申请公开的信息", "照申请书录入", "2022 年城关镇道路养护费用明细"),
    other("处理结果", "没有办结的空着，名称见下面的表", "予以公开"),
    other("不予公开的情形", "不予公开的必须填写，部分公开的可以填写", ""),
    other("答复日期", "撤回申请的填撤回日期", "2023-09-08"),
    other("复议申请日期", "", ""),
    other("复议结果", "没有审结的空着", ""),
    other("复议决定日期", "", ""),
    other("起诉日期", "", ""),
    other("诉讼结果", "没有审结的空着", ""),
    other("裁判日期", "", ""),
];

/// Which table of a file is wanted.
pub(super) fn wanted() -> Wanted {
    Wanted::headed(COLUMNS.iter().map(|column| column.label))
}

/// The example of the template.
pub(super) fn example() -> Vec<&'static str> {
    COLUMNS.iter().map(|column| column.example).collect()
}

/// A row with its cells by the places of [`COLUMNS`].
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Line {
    /// As the spreadsheet shows it.
    pub(super) number: usize,
    pub(super) cells: Vec<String>,
}

/// The rows of a table; or what is wrong with its head, a sentence each.
pub(super) fn lines(table: &Table) -> Result<Vec<Line>, Vec<String>> {
    let plain = |heading: &str| heading.chars().filter(|c| !c.is_whitespace() && *c != '*').collect::<String>();
    let place = |label: &str| table.header.iter().position(|heading| plain(heading) == label);
    let places: Vec<Option<usize>> = COLUMNS.iter().map(|column| place(column.label)).collect();
    let lacking: Vec<String> = COLUMNS
        .iter()
        .zip(&places)
        .filter(|(column, place)| column.needed && place.is_none())
        .map(|(column, _)| format!("表头里没有“{}”一列。请照模板填写表头后重新上传。", column.label))
        .collect();
    if !lacking.is_empty() {
        return Err(lacking);
    }
    let cell = |cells: &[String], place: Option<usize>| {
        place.and_then(|place| cells.get(place)).map(|cell| cell.trim().to_owned()).unwrap_or_default()
    };
    let line = |row: &tables::TableRow| Line {
        number: row.number,
        cells: places.iter().map(|place| cell(&row.cells, *place)).collect(),
    };
    Ok(table.rows.iter().map(line).collect())
}

/// A review or a suit.
#[derive(Clone, Copy)]
pub(super) struct Dispute {
    filed: Date,
    decided: Option<(Finding, Date)>,
}

/// A row that can be taken over.
pub(super) struct Request {
    /// As numbers are compared: [`plain`].
    pub(super) number: String,
    cells: Vec<String>,
    received: Date,
    applicant: Applicant,
    ended: Option<(Outcome, Option<Exemption>, Date)>,
    review: Option<Dispute>,
    suit: Option<Dispute>,
}

/// What becomes of a row.
pub(super) enum Verdict {
    Good(Box<Request>),
    /// Its number was taken over before.
    Known,
    /// What is wrong, each at its place in [`COLUMNS`].
    Wrong(Vec<(usize, String)>),
}

/// A number of a register in one form.
pub(super) fn plain(number: &str) -> String {
    let one = |c: char| match c {
        '[' | '【' | '（' | '(' | '［' | '﹝' => '〔',
        ']' | '】' | '）' | ')' | '］' | '﹞' => '〕',
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        other => other,
    };
    number.chars().filter(|c| !c.is_whitespace()).map(one).collect()
}

/// The one of these whose code or words somebody wrote, in full or so far that it can be no other.
fn named<T: Copy>(all: &[T], said: &str, words: impl Fn(T) -> Vec<&'static str>) -> Option<T> {
    let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let said = bare(said);
    if let Some(found) = all.iter().find(|one| words(**one).iter().any(|word| bare(word) == said)) {
        return Some(*found);
    }
    let mut near = all.iter().filter(|one| words(**one).iter().any(|word| bare(word).starts_with(&said)));
    let long = said.chars().count() >= 2;
    match (near.next(), near.next()) {
        (Some(only), None) if long => Some(*only),
        _ => None,
    }
}

/// What rows are held against.
pub(super) struct Known<'a> {
    pub(super) today: Date,
    pub(super) calendar: &'a Calendar,
    /// Numbers that were taken over.
    pub(super) taken: &'a BTreeSet<String>,
    /// Numbers that the platform has given itself.
    pub(super) given: &'a BTreeSet<String>,
}

/// The day since which there is a right to ask.
const LAW_SINCE: Date = Date::constant(2008, 5, 1);

/// One row while it is read.
struct Reading<'a> {
    line: &'a Line,
    known: &'a Known<'a>,
    faults: Vec<(usize, String)>,
}

impl Reading<'_> {
    fn cell(&self, at: usize) -> &str {
        self.line.cells.get(at).map_or("", String::as_str)
    }

    fn fault(&mut self, at: usize, words: impl Into<String>) {
        self.faults.push((at, words.into()));
    }

    fn day(&mut self, at: usize) -> Option<Date> {
        let cell = self.cell(at).to_owned();
        if cell.is_empty() {
            return None;
        }
        let found = time::parse_date(&cell);
        match found {
            None => self.fault(at, time::no_date(&cell, "2023-08-21")),
            Some(day) if day > self.known.today => {
                let today = self.known.today;
                self.fault(at, format!("日期不能晚于今天（{today}）。"));
            }
            Some(_) => {}
        }
        found.filter(|day| *day <= self.known.today)
    }

    /// The one that a cell names; nothing where it is empty.
    fn one_of<T: Copy>(&mut self, at: usize, all: &[T], words: impl Fn(T) -> Vec<&'static str>) -> Option<T> {
        let cell = self.cell(at).to_owned();
        if cell.is_empty() {
            return None;
        }
        let found = named(all, &cell, words);
        if found.is_none() {
            let label = COLUMNS[at].label;
            self.fault(at, format!("没有“{cell}”这种{label}。请照本页下面“{label}”的名称填写。"));
        }
        found
    }

    fn lengths(&mut self) {
        for (at, most) in
            [(NUMBER, 60), (NAME, 120), (PROOF, 60), (PHONE, 30), (EMAIL, 120), (ADDRESS, 200), (WANTED, MOST)]
        {
            let length = self.cell(at).chars().count();
            if length > most {
                self.fault(at, format!("请写在 {most} 字以内，现在有 {length} 字。"));
            }
            if let Some(fault) = tables::fault(self.cell(at)) {
                self.fault(at, fault);
            }
        }
    }

    /// When and how it ended; `received` is known where its cell is right.
    fn ended(&mut self, received: Option<Date>) -> Option<(Outcome, Option<Exemption>, Date)> {
        let outcome = self.one_of(OUTCOME, &Outcome::ALL, |one| vec![one.label(), one.code()]);
        let exemption = self.one_of(EXEMPTION, &Exemption::ALL, |one| vec![one.label(), one.code()]);
        let answered = self.day(ANSWERED);
        if self.cell(OUTCOME).is_empty() && !self.cell(ANSWERED).is_empty() {
            self.fault(OUTCOME, "有答复日期的，请填写处理结果；没有办结的，答复日期也请空着。");
        }
        if !self.cell(OUTCOME).is_empty() && self.cell(ANSWERED).is_empty() {
            self.fault(ANSWERED, "请填写答复日期；年度报告把它计入这一天所在的年度。");
        }
        if let (Some(received), Some(answered)) = (received, answered)
            && answered < received
        {
            self.fault(ANSWERED, format!("答复日期不能早于收到日期（{received}）。"));
        }
        match outcome {
            Some(Outcome::Withheld) if self.cell(EXEMPTION).is_empty() => {
                self.fault(EXEMPTION, "不予公开的请填写情形，年度报告分情形统计。");
            }
            Some(outcome) if !outcome.has_exemptions() && !self.cell(EXEMPTION).is_empty() => {
                self.fault(EXEMPTION, "只有不予公开和部分公开才有不予公开的情形，其他的请空着。");
            }
            _ => {}
        }
        outcome.zip(answered).map(|(outcome, answered)| (outcome, exemption, answered))
    }

    /// A review or a suit in these three columns.
    fn dispute(&mut self, [filed_at, finding_at, decided_at]: [usize; 3], received: Option<Date>) -> Option<Dispute> {
        let filed = self.day(filed_at);
        let finding = self.one_of(finding_at, &Finding::ALL, |one| vec![one.label(), one.code()]);
        let decided = self.day(decided_at);
        let any = [filed_at, finding_at, decided_at].iter().any(|at| !self.cell(*at).is_empty());
        if !any {
            return None;
        }
        if self.cell(OUTCOME).is_empty() {
            self.fault(filed_at, "没有办结的申请不能在这里填写复议和诉讼。请先导入，再在办件里登记。");
        }
        if self.cell(filed_at).is_empty() {
            self.fault(filed_at, format!("请填写{}。", COLUMNS[filed_at].label));
        }
        if self.cell(finding_at).is_empty() != self.cell(decided_at).is_empty() {
            let at = if self.cell(finding_at).is_empty() { finding_at } else { decided_at };
            self.fault(at, format!("请填写{}；没有审结的，结果和日期都空着。", COLUMNS[at].label));
        }
        if let (Some(received), Some(filed)) = (received, filed)
            && filed < received
        {
            self.fault(filed_at, format!("不能早于收到日期（{received}）。"));
        }
        if let (Some(filed), Some(decided)) = (filed, decided)
            && decided < filed
        {
            self.fault(decided_at, format!("不能早于提出的日期（{filed}）。"));
        }
        filed.map(|filed| Dispute { filed, decided: finding.zip(decided) })
    }
}

fn judge_one(line: &Line, known: &Known<'_>, before: Option<usize>) -> Verdict {
    let mut reading = Reading { line, known, faults: Vec::new() };
    for (at, column) in COLUMNS.iter().enumerate().filter(|(_, column)| column.needed) {
        if reading.cell(at).is_empty() {
            reading.fault(at, format!("请填写{}。", column.label));
        }
    }
    reading.lengths();
    let number = plain(reading.cell(NUMBER));
    if let Some(before) = before {
        reading.fault(NUMBER, format!("与第 {before} 行的登记号相同。请核对，每件只能有一个登记号。"));
    } else if known.taken.contains(&number) {
        return Verdict::Known;
    } else if known.given.contains(&number) {
        reading.fault(
            NUMBER,
            "本平台的登记簿已有这个登记号。是同一件的，请删去这一行；不是同一件的，请改写登记号，例如在前面加“旧”。",
        );
    }
    let received = reading.day(RECEIVED);
    if received.is_some_and(|day| day < LAW_SINCE) {
        reading.fault(RECEIVED, format!("请核对收到日期：《政府信息公开条例》自 {LAW_SINCE} 起施行。"));
    }
    let applicant = reading.one_of(APPLICANT, &Applicant::ALL, |one| vec![one.label(), one.choice(), one.code()]);
    let ended = reading.ended(received);
    let review = reading.dispute(REVIEW, received);
    let suit = reading.dispute(SUIT, received);
    if let Some(day) = received
        && reading.cell(OUTCOME).is_empty()
        && let Err(unknown) = known.calendar.known(day)
    {
        reading.fault(RECEIVED, format!("没有办结的要计算答复期限：{unknown}"));
    }
    match (received, applicant) {
        (Some(received), Some(applicant)) if reading.faults.is_empty() => {
            let cells = line.cells.clone();
            Verdict::Good(Box::new(Request { number, cells, received, applicant, ended, review, suit }))
        }
        _ => Verdict::Wrong(reading.faults),
    }
}

/// What becomes of each row, in their order.
pub(super) fn judge(lines: &[Line], known: &Known<'_>) -> Vec<Verdict> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut verdicts = Vec::with_capacity(lines.len());
    for line in lines {
        let number = plain(line.cells.first().map_or("", String::as_str));
        let before = seen.get(&number).copied();
        if !number.is_empty() {
            seen.entry(number).or_insert(line.number);
        }
        verdicts.push(judge_one(line, known, before));
    }
    verdicts
}

/// Words of the steps that an old register does not have.
const AS_REGISTERED: &str = "原登记簿记载";

impl Request {
    fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", String::as_str)
    }

    fn person(&self) -> Person {
        let (name, proof) = (self.cell(NAME).to_owned(), self.cell(PROOF).to_owned());
        let known = Person {
            phone: self.cell(PHONE).to_owned(),
            email: self.cell(EMAIL).to_owned(),
            address: self.cell(ADDRESS).to_owned(),
            ..Person::default()
        };
        if self.applicant.is_person() {
            Person { name, proof_number: proof, ..known }
        } else {
            Person { organisation: name, organisation_code: proof, ..known }
        }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("applicant", self.applicant.code().to_owned())];
        if let Some((outcome, exemption, _)) = self.ended {
            if outcome != Outcome::Withdrawn {
                facts.push(("counted", outcome.code().to_owned()));
            }
            facts.extend(exemption.map(|one| ("exemption", one.code().to_owned())));
        }
        for (name, dispute) in [("review_finding", self.review), ("suit_finding", self.suit)] {
            let finding = dispute.and_then(|dispute| dispute.decided);
            facts.extend(finding.map(|(finding, _)| (name, finding.code().to_owned())));
        }
        facts
    }

    fn steps(&self) -> Vec<OldStep> {
        let mut steps = Vec::new();
        match self.ended {
            Some((Outcome::Withdrawn, _, on)) => {
                let fields = vec![("why", AS_REGISTERED.to_owned())];
                steps.push(OldStep { step: "withdraw_noted", on, fields });
            }
            Some((outcome, exemption, on)) => {
                let mut fields = vec![("outcome", outcome.code().to_owned()), ("counted", outcome.code().to_owned())];
                fields.extend(exemption.map(|one| ("exemption", one.code().to_owned())));
                steps.push(OldStep { step: "answered", on, fields });
            }
            None => {}
        }
        for (dispute, filed, decided, finding) in [
            (self.review, "review_filed", "review_decided", "review_finding"),
            (self.suit, "suit_filed", "suit_decided", "suit_finding"),
        ] {
            let Some(dispute) = dispute else { continue };
            steps.push(OldStep { step: filed, on: dispute.filed, fields: Vec::new() });
            if let Some((found, on)) = dispute.decided {
                steps.push(OldStep { step: decided, on, fields: vec![(finding, found.code().to_owned())] });
            }
        }
        steps.sort_by_key(|step| step.on);
        steps
    }

    /// As the case machine takes it over.
    pub(super) fn old(&self, organ: &OrganCode) -> Old {
        let wanted = self.cell(WANTED);
        let fields = [
            ("wanted".to_owned(), wanted.to_owned()),
            ("came".to_owned(), format!("原登记簿导入，登记号：{}", self.cell(NUMBER))),
        ];
        let filing = Filing {
            kind: &FOI,
            organ: organ.clone(),
            channel: Channel::Import,
            received_on: self.received,
            number: String::new(),
            digest: String::new(),
            brief: shortened(wanted, 60),
            fields: BTreeMap::from(fields),
            facts: self.facts(),
            parties: vec![(PartyRole::Applicant, self.person())],
            files: Vec::new(),
        };
        let outcome = self.ended.map(|(outcome, _, _)| outcome.code().to_owned()).unwrap_or_default();
        Old { filing, steps: self.steps(), outcome }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: usize, filled: &[(usize, &str)]) -> Line {
        let mut cells = vec![String::new(); COLUMNS.len()];
        for (at, words) in filled {
            (*words).clone_into(&mut cells[*at]);
        }
        Line { number, cells }
    }

    const USUAL: [(usize, &str); 6] = [
        (NUMBER, "2023-1"),
        (RECEIVED, "2023-08-21"),
        (APPLICANT, "自然人"),
        (WANTED, "道路养护费用"),
        (OUTCOME, "予以公开"),
        (ANSWERED, "2023年9月8日"),
    ];

    fn with(changes: &[(usize, &'static str)]) -> Line {
        let mut filled: Vec<(usize, &str)> =
            USUAL.iter().copied().filter(|(at, _)| changes.iter().all(|(changed, _)| changed != at)).collect();
        filled.extend(changes);
        line(2, &filled)
    }

    fn verdicts(lines: &[Line]) -> Vec<Verdict> {
        let taken = BTreeSet::from(["2022-9".to_owned()]);
        let given = BTreeSet::from(["依申请〔2026〕1号".to_owned()]);
        let calendar = Calendar::bundled();
        let today = Date::constant(2026, 3, 2);
        judge(lines, &Known { today, calendar: &calendar, taken: &taken, given: &given })
    }

    fn wrong(changes: &[(usize, &'static str)]) -> Vec<usize> {
        match verdicts(&[with(changes)]).remove(0) {
            Verdict::Wrong(faults) => faults.into_iter().map(|(at, _)| at).collect(),
            Verdict::Good(_) | Verdict::Known => Vec::new(),
        }
    }

    #[test]
    fn what_is_wrong_stands_at_its_cell() {
        assert_eq!(wrong(&[]), [0_usize; 0]);
        assert_eq!(wrong(&[(RECEIVED, "去年"), (APPLICANT, "路人")]), [RECEIVED, APPLICANT]);
        assert_eq!(wrong(&[(RECEIVED, "2026-03-03")]), [RECEIVED]);
        assert_eq!(wrong(&[(ANSWERED, "2023-08-01")]), [ANSWERED]);
        assert_eq!(wrong(&[(ANSWERED, "")]), [ANSWERED]);
        assert_eq!(wrong(&[(OUTCOME, "")]), [OUTCOME]);
        assert_eq!(wrong(&[(OUTCOME, "不予公开")]), [EXEMPTION]);
        assert_eq!(wrong(&[(EXEMPTION, "过程性信息")]), [EXEMPTION]);
        assert_eq!(wrong(&[(REVIEW[1], "维持")]), [REVIEW[0], REVIEW[2]]);
        assert_eq!(wrong(&[(NUMBER, "依申请[2026]1号")]), [NUMBER]);
        assert_eq!(wrong(&[(PROOF, "3.3E+17")]), [PROOF]);
        assert_eq!(wrong(&[(RECEIVED, "2015-08-21"), (OUTCOME, ""), (ANSWERED, "")]), [RECEIVED], "no calendar");
    }

    #[test]
    fn a_number_counts_once() {
        let found = verdicts(&[with(&[]), with(&[]), with(&[(NUMBER, "2022 - 9")])]);
        assert!(matches!(found[0], Verdict::Good(_)));
        assert!(matches!(&found[1], Verdict::Wrong(faults) if faults[0].0 == NUMBER));
        assert!(matches!(found[2], Verdict::Known));
    }

    #[test]
    fn words_of_the_law_are_read_in_full_or_begun() {
        let found = |said: &str| named(&Outcome::ALL, said, |one| vec![one.label(), one.code()]);
        assert_eq!(found("信息不存在"), Some(Outcome::NotExist));
        assert_eq!(found("已主动公开"), Some(Outcome::AlreadyPublic));
        assert_eq!(found("not_exist"), Some(Outcome::NotExist));
        assert_eq!(found("不予"), Some(Outcome::Withheld));
        assert_eq!(found("公开"), None);
    }

    #[test]
    fn what_happened_comes_in_its_order() {
        let filled = [
            (OUTCOME, "不予公开"),
            (EXEMPTION, "过程性信息"),
            (REVIEW[0], "2023-10-08"),
            (REVIEW[1], "撤销"),
            (REVIEW[2], "2023-12-01"),
        ];
        let Verdict::Good(row) = verdicts(&[with(&filled)]).remove(0) else { panic!("a good row") };
        let old = row.old(&"QH010".into());
        let steps: Vec<&str> = old.steps.iter().map(|step| step.step).collect();
        assert_eq!(steps, ["answered", "review_filed", "review_decided"]);
        assert!(old.filing.facts.contains(&("exemption", "process".to_owned())));
        assert!(old.filing.facts.contains(&("review_finding", "annulled".to_owned())));
        assert_eq!((old.outcome.as_str(), old.filing.parties.len()), ("withheld", 1));
    }
}
