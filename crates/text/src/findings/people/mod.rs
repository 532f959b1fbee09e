//! Names of people beside what is nobody's business: lists that put a name beside a paper, a telephone, a home, an amount or an
//! illness, children by name, illness in the sentence of a name, a name with its bearer's number, and all of them where else they
//! stand in full (政府信息公开条例 Art. 15, 个人信息保护法 Art. 28, 31).
//!
//! A name alone is none of it: officials, authors and winners are named everywhere. So a name is found only by what stands with
//! it, and nearly always only told to a person, since lists with names are published by law, too. A full name beside a column of
//! illness stops the text.

mod elsewhere;
mod near;
mod words;

use std::collections::{HashMap, HashSet};

use super::{Finding, Gate, Severity};
use crate::work::looked_at;
use elsewhere::Hidden;
pub use elsewhere::Listed;
pub(super) use words::ILLNESS;
use words::{
    AFTER, CHILDREN, IN_OFFICE, PRIVATE_PEOPLE, Told, is_dot, is_han, is_name, is_name_head, is_of_office, surname,
    told,
};

/// Masks a name: first and last character stay, of two only the first, of one with a dot only the first: 张*祥, 张*, 阿***·***.
pub fn mask_name(name: &str) -> String {
    let dense: Vec<char> = name.chars().filter(|c| !c.is_whitespace()).collect();
    let last = dense.len().saturating_sub(1);
    let dotted = dense.iter().any(|c| is_dot(*c));
    let shown = |at: usize| at == 0 || (at == last && last > 1 && !dotted);
    let one = |(at, c): (usize, &char)| if shown(at) || is_dot(*c) { *c } else { '*' };
    if dense.len() == 1 { "*".to_owned() } else { dense.iter().enumerate().map(one).collect() }
}

/// Whether names are written with such characters.
pub(super) fn is_of_name(c: char) -> bool {
    is_han(c)
}

/// Whether the characters begin as names do.
pub(super) fn begins_with_surname(name: &[char]) -> bool {
    surname(name) > 0
}

/// A name at its place, in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) name: String,
}

/// Names that are told together.
struct Group {
    names: Vec<Named>,
    severity: Severity,
    suggestion: String,
}

/// Finds them; `part` says where the text came from and is copied into each finding. A table is one finding.
pub fn people(part: &str, text: &str) -> Vec<Finding> {
    groups(text, &Listed::default()).into_iter().filter_map(|group| group.tell(part)).collect()
}

/// The names that [`people`] finds, one by one, in the order of the text.
pub fn names(text: &str) -> Vec<String> {
    named(text, &Listed::default()).into_iter().map(|one| one.name).collect()
}

/// Every name that is found, or that others list, in the order of the text.
pub(super) fn named(text: &str, listed: &Listed) -> Vec<Named> {
    groups(text, listed).into_iter().flat_map(|group| group.names).collect()
}

impl Group {
    fn tell(self, part: &str) -> Option<Finding> {
        /// Names that are shown of a list.
        const SHOWN: usize = 3;
        let (start, end) = (self.names.first()?.start, self.names.last()?.end);
        let shown: Vec<String> = self.names.iter().take(SHOWN).map(|one| mask_name(&one.name)).collect();
        let more = if self.names.len() > SHOWN { format!("等{}人", self.names.len()) } else { String::new() };
        Some(Finding {
            rule: "privacy.name".into(),
            gate: Gate::Privacy,
            severity: self.severity,
            part: part.to_owned(),
            start,
            end,
            excerpt: format!("{}{more}", shown.join("、")),
            suggestion: self.suggestion,
            replacement: None,
        })
    }
}

/// What a text tells beside names.
struct Beside {
    chars: Vec<char>,
    lines: Vec<(usize, usize)>,
    groups: Vec<Group>,
    /// Names of its lists that are masked already.
    hidden: Vec<Hidden>,
}

fn groups(text: &str, listed: &Listed) -> Vec<Group> {
    let mut beside = beside(text);
    let mut known = listed.clone();
    known.add(&beside);
    let again = elsewhere::again(&beside, &known);
    beside.groups.extend(again);
    beside.groups.sort_by_key(|group| group.names.first().map_or(0, |one| one.start));
    beside.groups
}

fn beside(text: &str) -> Beside {
    let chars: Vec<char> = text.chars().map(fold::character).collect();
    looked_at(chars.len());
    let lines = lines(&chars);
    let (mut groups, hidden) = tables(&chars, &lines);
    let mut alone: Vec<Group> = Vec::new();
    let mut taken: HashSet<usize> = HashSet::new();
    for (at, line) in lines.iter().enumerate() {
        let below = lines.get(at + BESIDE).or(lines.last()).map_or(line.1, |(_, end)| *end);
        for group in sentences(&chars, *line).into_iter().chain(labelled(&chars, *line, below)) {
            let start = group.names.first().map_or(0, |one| one.start);
            if !covers(&groups, start) && !taken.contains(&start) {
                taken.extend(group.names.iter().flat_map(|one| one.start..one.end));
                alone.push(group);
            }
        }
    }
    groups.extend(alone);
    Beside { chars, lines, groups, hidden }
}

/// Lines below a labelled name that still tell of its bearer.
const BESIDE: usize = 3;

/// Whether a place lies within a table; tables follow one another.
fn covers(tables: &[Group], place: usize) -> bool {
    let first = |group: &Group| group.names.first().map_or(0, |one| one.start);
    let before = tables.partition_point(|group| first(group) <= place);
    let table = before.checked_sub(1).and_then(|at| tables.get(at));
    table.and_then(|group| group.names.last()).is_some_and(|last| place < last.end)
}

/// Where lines begin and end.
pub(super) fn lines(chars: &[char]) -> Vec<(usize, usize)> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in chars.split(|c| *c == '\n') {
        lines.push((start, start + line.len()));
        start += line.len() + 1;
    }
    lines
}

/// A cell without the blanks around it.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: String,
}

/// What separates the cells of a row. Commas and blanks do so only below a row of heads; a page of PDF has nothing but blanks.
const BORDERS: [char; 4] = ['\t', '|', ',', ' '];

/// The cells of a line, each without the blanks around it.
pub(super) fn cells(chars: &[char], (start, end): (usize, usize), border: char) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut from = start;
    for piece in chars[start..end].split(|c| *c == border) {
        let before = piece.iter().take_while(|c| c.is_whitespace() || **c == '"').count();
        let after = piece[before..].iter().rev().take_while(|c| c.is_whitespace() || **c == '"').count();
        let text: String = piece[before..piece.len() - after].iter().collect();
        cells.push(Cell { start: from + before, end: from + piece.len() - after, text });
        from += piece.len() + 1;
    }
    if border == ' ' {
        // Two blanks are one border.
        cells.retain(|cell| !cell.text.is_empty());
    }
    cells
}

/// A head without its marks: 姓 名（户主） is 姓名户主.
pub(super) fn head(text: &str) -> String {
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '*' | '"')).collect();
    bare.trim_end_matches(':').to_owned()
}

/// Whether heads are those of a table that names people and none in office.
pub(super) fn lists_people(heads: &[String]) -> bool {
    heads.iter().any(|head| is_name_head(head)) && !heads.iter().any(|head| is_of_office(head))
}

/// The columns of names, and the heads that tell of people.
type Heads = (Vec<usize>, Vec<(Told, String)>);

/// What a row of heads says. `None` = it is no such row.
fn heads(row: &[String]) -> Option<Heads> {
    let row: Vec<String> = row.iter().map(|text| head(text)).collect();
    let names: Vec<usize> = (0..row.len()).filter(|at| is_name_head(&row[*at])).collect();
    if names.is_empty() {
        return None;
    }
    // 姓名 | 张三 | 性别 | 男: a form, not a row of heads.
    let is_form = |at: &usize| {
        row.get(at + 1).is_some_and(|next| is_name(next) && surname(&next.chars().collect::<Vec<char>>()) > 0)
    };
    if names.iter().any(is_form) {
        return None;
    }
    // In order: a row may have some hundred thousand cells.
    let others = row.iter().enumerate().filter(|(at, _)| names.binary_search(at).is_err());
    let mut tells: Vec<(Told, String)> =
        others.filter_map(|(_, head)| told(head).map(|told| (told, head.clone()))).collect();
    tells.sort_by_key(|(told, _)| *told);
    let office = row.iter().any(|head| is_of_office(head));
    // Who is in office is named with a telephone.
    tells.retain(|(told, _)| !office || *told != Told::Life);
    let children =
        names.iter().any(|at| ["学生", "幼儿", "儿童", "未成年"].iter().any(|word| row[*at].contains(*word)));
    (children || !tells.is_empty()).then_some((names, tells))
}

/// Lists: a row of heads, and below it the names; and those that are masked already.
fn tables(chars: &[char], lines: &[(usize, usize)]) -> (Vec<Group>, Vec<Hidden>) {
    let (mut groups, mut hidden) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < lines.len() {
        let found = BORDERS.into_iter().find_map(|border| {
            let row = cells(chars, lines[at], border);
            let texts: Vec<String> = row.iter().map(|cell| cell.text.clone()).collect();
            (row.len() > 1).then(|| heads(&texts)).flatten().map(|heads| (border, heads))
        });
        let Some((border, (columns, tells))) = found else {
            at += 1;
            continue;
        };
        let title: String = {
            let row = cells(chars, lines[at], border);
            columns.first().and_then(|column| row.get(*column)).map(|cell| head(&cell.text)).unwrap_or_default()
        };
        at += 1;
        let mut names = Vec::new();
        while at < lines.len() && chars[lines[at].0..lines[at].1].contains(&border) {
            let row = cells(chars, lines[at], border);
            at += 1;
            let of_row: Vec<&Cell> = columns.iter().filter_map(|column| row.get(*column)).collect();
            // Heads again, as on each page of a long list.
            if of_row.iter().any(|cell| head(&cell.text) == title) {
                continue;
            }
            hidden.extend(of_row.iter().filter_map(|cell| elsewhere::hidden(&cell.text)));
            for cell in of_row {
                // Between commas and blanks there may be sentences.
                let sure = !matches!(border, ',' | ' ') || surname(&chars[cell.start..cell.end]) > 0;
                if sure && is_name(&cell.text) {
                    let name = cell.text.clone();
                    names.push(Named { start: cell.start, end: cell.end, name });
                }
            }
        }
        if !names.is_empty() {
            groups.push(table(names, &title, &tells));
        }
    }
    (groups, hidden)
}

fn table(names: Vec<Named>, title: &str, tells: &[(Told, String)]) -> Group {
    let count = names.len();
    let beside: Vec<String> = tells.iter().take(3).map(|(_, head)| format!("“{head}”")).collect();
    let beside = beside.join("");
    let ill = tells.first().is_some_and(|(told, _)| *told == Told::Health);
    let suggestion = if ill {
        format!(
            "表中“{title}”一列有 {count} 个完整的姓名，同表还有{beside}。健康状况是敏感个人信息（《个人信息保护法》第二十八条），\
             请遮盖姓名，例如“张*祥”，或者删去这一列。"
        )
    } else if beside.is_empty() {
        format!(
            "表中“{title}”一列有 {count} 个完整的姓名，疑似未成年人。请遮盖姓名，例如“张*祥”；依法公开或者已取得监护人同意的，请核对依据。"
        )
    } else {
        format!(
            "表中“{title}”一列有 {count} 个完整的姓名，同表还有{beside}，合在一起可以认出具体的人。请遮盖姓名，例如“张*祥”；\
             依法应当公示全名的，请核对依据，并删去公示不要求的内容。"
        )
    };
    Group { names, severity: if ill { Severity::Block } else { Severity::Warn }, suggestion }
}

/// What a name stands behind that is one of a person alone.
const LABELS: [&str; 10] =
    ["姓名", "申请人", "户主", "受助人", "救助对象", "补助对象", "收款人", "领取人", "监护人", "患者"];

/// The name behind a label from here on: where it begins and how long it is. 申请人 may be followed by any word, and wants a colon or
/// the edge of a cell.
fn behind_label(chars: &[char], at: usize, end: usize) -> Option<(usize, usize)> {
    // Few characters begin one, and every character of a text is asked.
    if !matches!(chars[at], '姓' | '申' | '户' | '受' | '救' | '补' | '收' | '领' | '监' | '患') {
        return None;
    }
    let begins = |label: &&&str| label.chars().eq(chars[at..end].iter().copied().take(label.chars().count()));
    let label = LABELS.iter().find(begins)?;
    let from = at + label.chars().count();
    let gap = chars[from..end].iter().take_while(|c| matches!(c, ':' | '\t' | '|' | ' ')).count();
    let clear = chars[from..from + gap].iter().any(|c| *c != ' ');
    if gap == 0 || !(clear || *label == "姓名") {
        return None;
    }
    let from = from + gap;
    let length = chars[from..end].iter().take_while(|c| is_han(**c) || is_dot(**c)).count();
    let name = &chars[from..from + length];
    let known = surname(name) > 0 || name.iter().any(|c| is_dot(*c));
    (known && is_name(&name.iter().collect::<String>())).then_some((from, length))
}

/// `姓名：张三`, `申请人：张三` with a paper, a home or an illness beside it: on the line, or down to `below`.
fn labelled(chars: &[char], (start, end): (usize, usize), below: usize) -> Option<Group> {
    let (from, length) = (start..end).find_map(|at| behind_label(chars, at, end))?;
    let beside: String = chars[start..below.max(end)].iter().collect();
    let tells = told(&beside).filter(|told| *told != Told::Life)?;
    let name: String = chars[from..from + length].iter().collect();
    let suggestion = match tells {
        Told::Health => {
            "姓名和健康状况写在一起。健康状况是敏感个人信息（《个人信息保护法》第二十八条），请遮盖姓名，例如“张*祥”。"
        }
        _ => "姓名和证件、账号或住址写在一起，可以认出具体的人。请遮盖姓名，例如“张*祥”，并删去不要求公开的内容。",
    };
    let names = vec![Named { start: from, end: from + length, name }];
    Some(Group { names, severity: Severity::Warn, suggestion: suggestion.to_owned() })
}

/// Children by name, illness in the sentence of a name, and a name with its bearer's number.
fn sentences(chars: &[char], (start, end): (usize, usize)) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut from = start;
    for sentence in chars[start..end].split(|c| matches!(c, '。' | ';' | '!' | '?')) {
        let to = from + sentence.len();
        groups.extend(of_sentence(chars, (from, to)));
        groups.extend(near::numbered(chars, (from, to)));
        from = to + 1;
    }
    groups
}

fn of_sentence(chars: &[char], (start, end): (usize, usize)) -> Vec<Group> {
    let words: String = chars[start..end].iter().collect();
    let any = |list: &[&str]| list.iter().any(|word| words.contains(*word));
    let (ill, child) = (any(ILLNESS), any(CHILDREN));
    if !(ill || child) || any(IN_OFFICE) {
        return Vec::new();
    }
    let mut groups = Vec::new();
    let mut at = start;
    while at < end {
        let of_child = behind(chars, at, end, CHILDREN);
        let private = behind(chars, at, end, PRIVATE_PEOPLE);
        let by_word = of_child.or(private).or_else(|| ill.then(|| near::ill(chars, at, end)).flatten());
        let by_form = || before_sex(chars, at, end).or_else(|| near::aged(chars, at, end));
        let Some((from, length)) = by_word.or_else(by_form) else {
            at += 1;
            continue;
        };
        let mut places = vec![(from, length)];
        places.extend(near::listed(chars, from + length, end));
        if ill || of_child.is_some() {
            let suggestion = match (ill, of_child.is_some()) {
                (true, _) => {
                    "姓名和疾病、残疾等健康状况写在一句里，疑似敏感个人信息（《个人信息保护法》第二十八条）。请遮盖姓名，例如“张*祥”，或者删去健康状况。"
                }
                _ => "疑似未成年人的姓名。请遮盖，例如“张*祥”；依法公开或者已取得监护人同意的，请核对依据。",
            };
            groups.extend(places.iter().map(|(from, length)| {
                let name = chars[*from..from + length].iter().collect();
                let names = vec![Named { start: *from, end: from + length, name }];
                Group { names, severity: Severity::Warn, suggestion: suggestion.to_owned() }
            }));
        }
        at = places.last().map_or(at + 1, |(from, length)| from + length);
    }
    groups
}

/// A name behind one of the words that ends at `at`: where it begins, how long it is.
fn behind(chars: &[char], at: usize, end: usize, words: &[&str]) -> Option<(usize, usize)> {
    let ends = |word: &&str| -> bool {
        let length = word.chars().count();
        at >= length && word.chars().eq(chars[at - length..at].iter().copied())
    };
    words.iter().any(ends).then(|| name_at(chars, at, end)).flatten().map(|length| (at, length))
}

/// `张三，男，`: a name before the sex of its bearer.
fn before_sex(chars: &[char], at: usize, end: usize) -> Option<(usize, usize)> {
    let begins = at == 0 || !is_han(chars[at - 1]);
    let length = begins.then(|| name_at(chars, at, end)).flatten()?;
    let mark = matches!(chars.get(at + length), Some(',' | '('));
    let sex = matches!(chars.get(at + length + 1), Some('男' | '女'));
    let closed = at + length + 2 >= end || matches!(chars.get(at + length + 2), Some(',' | ')' | '、' | ' ' | '童'));
    (mark && sex && closed).then_some((at, length))
}

/// How long the name is that begins here: a surname, one or two characters, and something that ends it.
fn name_at(chars: &[char], at: usize, end: usize) -> Option<usize> {
    let rest = &chars[at..end.max(at)];
    let first = surname(rest);
    if first == 0 {
        return None;
    }
    [2, 1].into_iter().map(|given| first + given).find(|&length| {
        let name = rest.get(..length);
        let whole = name.is_some_and(|name| name.iter().all(|c| is_han(*c) && *c != '某'));
        let ended = rest.get(length).is_none_or(|next| !is_han(*next) || AFTER.contains(*next));
        whole && ended
    })
}

/// A table as it stands in a file, reduced to what no cell says alone: the row of heads, and the names and homes below it. `rows`
/// are the cells of each row by their columns. Returns the place of the heads among the rows; `None` = nothing that matters.
pub fn list_of_people(rows: &[Vec<(u32, String)>]) -> Option<(usize, String)> {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| row.len() > 1) {
        let texts: Vec<String> = row.iter().map(|(_, text)| flat(text)).collect();
        let named = heads(&texts).map(|(places, _)| places).unwrap_or_default();
        let is_name_at: HashSet<usize> = named.iter().copied().collect();
        let homes: Vec<usize> = super::homes::columns(&texts);
        // What is looked for goes first: the others have only their heads.
        let mut places: Vec<usize> = named.clone();
        places.extend(homes.into_iter().filter(|place| !is_name_at.contains(place)));
        if places.is_empty() {
            continue;
        }
        let mut lines: Vec<String> = Vec::new();
        for below in &rows[at + 1..] {
            let by_column: HashMap<u32, &String> = below.iter().rev().map(|(column, text)| (*column, text)).collect();
            let cell = |place: &usize| {
                let text = by_column.get(&row[*place].0).map(|text| flat(text));
                // A door is found where it stands.
                let fits = |text: &String| match is_name_at.contains(place) {
                    true => is_name(text),
                    false => super::homes::homes("", text).is_empty(),
                };
                text.filter(fits).unwrap_or_default()
            };
            let line: Vec<String> = places.iter().map(cell).collect();
            if line.iter().any(|text| !text.is_empty()) {
                lines.push(format!("\n{}\t", line.join("\t")));
            }
        }
        if lines.is_empty() {
            continue;
        }
        let mut told: Vec<&str> = places.iter().map(|place| texts[*place].as_str()).collect();
        let looked_for: HashSet<usize> = places.iter().copied().collect();
        told.extend((0..texts.len()).filter(|place| !looked_for.contains(place)).map(|place| texts[place].as_str()));
        return Some((at, format!("{}{}", told.join("\t"), lines.concat())));
    }
    None
}

#[cfg(test)]
mod measured;
#[cfg(test)]
mod tests;
