//! Tables that stand the other way round: each line is a column of the item, each head over figures a record.
//!
//! 表1-2, 表1-3, 表1-4 and 附件6 of 财预〔2018〕209号 and “三公”经费 by lines are printed so. Which heads are records is data: they are the
//! choices of one of the item's enumerations (本地区, 本级; 预算数, 执行数). A line is the first column of the item, in its order,
//! that goes by its words and, where both have one, by its formula letter.

use item::{Column, Item, Type};

use crate::alike::alike;
use crate::{Found, Head, Line, units};

/// Lines that must be columns of the item, at least.
const LINES: usize = 3;

/// The table as the item has it, with a row for each record; `None` where it stands the usual way. A record has the number of
/// the line under the head, one more for each further record, so that no two are the same. A line that is no column stays as a
/// head.
pub fn turned(item: &Item, found: &Found) -> Option<Found> {
    let (choosing, records) = records(item, found)?;
    let words = found.heads.first()?.column;
    let mut lines: Vec<&Line> = found.rows.iter().chain(&found.totals).collect();
    lines.sort_by_key(|line| line.number);
    let letters = letters(found, &lines);
    let columns = columns(item, &lines, words, letters);
    let known = columns.iter().flatten().count();
    if known < LINES || known * 2 < lines.len() {
        return None;
    }
    let mut heads = vec![Head { path: vec![choosing.label.clone()], ..Head::default() }];
    for ((line, column), at) in lines.iter().zip(&columns).zip(1_u32..) {
        let path = match column {
            Some(column) => column.group.iter().chain([&column.label]).cloned().collect(),
            None => vec![cell(line, words).unwrap_or_default().trim().to_owned()],
        };
        let letter = column.map(|column| letter_of(&column.letter)).unwrap_or_default();
        let unit = cell(line, words).and_then(units::of_head).filter(|unit| unit.contains('元')).unwrap_or_default();
        heads.push(Head { column: at, path, letter, unit });
    }
    let first = lines.first()?.number;
    let rows = records.iter().zip(0_u32..).map(|((place, choice), at)| {
        let figures = lines.iter().zip(1_u32..).filter_map(|(line, at)| Some((at, cell(line, *place)?.to_owned())));
        Line { number: first.saturating_add(at), cells: std::iter::once((0, choice.clone())).chain(figures).collect() }
    });
    let rows: Vec<Line> = rows.filter(|row| row.cells.len() > 1).collect();
    // 项目（单位：万元）
    let of_words = found.heads.first().map(|head| head.unit.clone()).filter(|unit| unit.contains('元'));
    let unit = of_words.filter(|_| !found.unit.contains('元')).unwrap_or_else(|| found.unit.clone());
    Some(Found { heads, rows, totals: Vec::new(), unit, ..found.clone() })
}

/// The enumeration of which the heads are choices, and the columns of the sheet that are records, each with its choice.
fn records<'i>(item: &'i Item, found: &Found) -> Option<(&'i Column, Vec<(u32, String)>)> {
    let mut best: Option<(&Column, Vec<(u32, String)>)> = None;
    for column in &item.columns {
        let Type::Enum { choices, .. } = &column.typed else { continue };
        let heads = found.heads.iter().skip(1).filter_map(|head| {
            let own = folded(head.path.last()?);
            let is = |name: &String| folded(name) == own;
            let choice = choices.iter().find(|choice| is(&choice.label) || choice.aliases.iter().any(is))?;
            Some((head.column, choice.label.clone()))
        });
        let heads: Vec<(u32, String)> = heads.collect();
        if !heads.is_empty() && best.as_ref().is_none_or(|(_, most)| heads.len() > most.len()) {
            best = Some((column, heads));
        }
    }
    best
}

/// The column of the item that each line is.
fn columns<'i>(item: &'i Item, lines: &[&Line], words: u32, letters: Option<u32>) -> Vec<Option<&'i Column>> {
    let mut taken = vec![false; item.columns.len()];
    let mut from = 0;
    let mut found = Vec::with_capacity(lines.len());
    for line in lines {
        let said = cell(line, words).map(folded).filter(|said| !said.is_empty());
        let letter = letters.and_then(|column| cell(line, column)).map(letter_of).unwrap_or_default();
        let fits = |at: usize| {
            let column = &item.columns[at];
            let own = letter_of(&column.letter);
            let apart = !letter.is_empty() && !own.is_empty() && letter != own;
            let named = |name: &String| said.as_ref().is_some_and(|said| folded(name) == *said);
            !apart && (named(&column.label) || column.aliases.iter().any(named))
        };
        // 1.因公出国（境）费, 其中：公务用车购置费: where no column is called so as it stands
        let own = said.as_deref().map(bare).unwrap_or_default();
        let near = |at: usize| {
            let column = &item.columns[at];
            let named = |name: &String| {
                let name = bare(&folded(name));
                name == own || alike(&name, &own)
            };
            !own.is_empty() && (named(&column.label) || column.aliases.iter().any(named))
        };
        // lines come in the order of the columns; one that is elsewhere is looked for from the start
        let order = || (from..item.columns.len()).chain(0..from).filter(|at| !taken[*at]);
        let place = order().find(|at| fits(*at)).or_else(|| order().find(|at| letter.is_empty() && near(*at)));
        if let Some(at) = place {
            taken[at] = true;
            from = at + 1;
        }
        found.push(place.map(|at| &item.columns[at]));
    }
    found
}

/// Without the number before it and the words that a part begins with.
fn bare(said: &str) -> String {
    let mut rest = said;
    loop {
        let open = rest.trim_start_matches('(');
        let digits = open.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
        let numbered = digits.len() < open.len() && digits.starts_with(['.', '、', ')', '．']);
        let next = if numbered {
            digits.trim_start_matches(['.', '、', ')', '．'])
        } else {
            rest.strip_prefix("其中").unwrap_or(rest).trim_start_matches(':')
        };
        if next.len() == rest.len() || next.is_empty() {
            return rest.to_owned();
        }
        rest = next;
    }
}

/// The column of formula letters: under the head that says so.
fn letters(found: &Found, lines: &[&Line]) -> Option<u32> {
    let says =
        |head: &&Head| head.path.last().is_some_and(|word| matches!(folded(word).as_str(), "公式" | "关系式" | "行次"));
    let column = found.heads.iter().skip(1).find(says)?.column;
    let letter = |text: &str| text.trim().starts_with(|c: char| c.is_ascii_alphabetic());
    lines.iter().filter_map(|line| cell(line, column)).all(letter).then_some(column)
}

/// `A` of `A=B+C`.
fn letter_of(text: &str) -> String {
    let text = folded(text);
    text.split('=').next().unwrap_or_default().to_owned()
}

fn cell(line: &Line, column: u32) -> Option<&str> {
    let text = line.cells.iter().find(|(at, _)| *at == column).map(|(_, text)| text.as_str())?;
    (!text.trim().is_empty()).then_some(text)
}

/// Words as they are compared: folded, without blanks and without the year that they begin with or name (一、2024年末… as 一、末…).
fn folded(text: &str) -> String {
    let text: Vec<char> = fold::fold(text).chars().filter(|c| !c.is_whitespace()).collect();
    let mut out = String::new();
    let mut at = 0;
    while at < text.len() {
        let year = text.len() >= at + 5 && text[at..at + 4].iter().all(char::is_ascii_digit) && text[at + 4] == '年';
        if year {
            at += 5;
        } else {
            out.push(text[at]);
            at += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(key: &str) -> &'static Item {
        item::boxed().iter().find(|item| item.key.as_str() == key).expect("the item is in the box")
    }

    fn found(heads: &[&str], rows: &[&[&str]]) -> Found {
        fn at(cells: &[&str]) -> Vec<(u32, String)> {
            let filled = (0_u32..).zip(cells).filter(|(_, text)| !text.is_empty());
            filled.map(|(at, text)| (at, (*text).to_owned())).collect()
        }
        Found {
            heads: at(heads)
                .into_iter()
                .map(|(column, word)| Head { column, path: vec![word], ..Head::default() })
                .collect(),
            rows: (5_u32..).zip(rows).map(|(number, cells)| Line { number, cells: at(cells) }).collect(),
            ..Found::default()
        }
    }

    #[test]
    fn lines_that_have_one_name_are_told_by_their_place_and_letter() {
        let rows: [&[&str]; 8] = [
            &["一、2024年发行预计执行数", "A=B+D", "13.9703", "13.9703"],
            &["（一）一般债券", "B", "4.7407", "4.7407"],
            &["其中：再融资债券", "C", "3.8999", "3.8999"],
            &["（二）专项债券", "D", "9.2296", "9.2296"],
            &["其中：再融资债券", "E", "4.0296", "4.0296"],
            &["二、2024年还本预计执行数", "F=G+H", "3.8645", "3.8645"],
            &["（一）一般债券", "G", "3.2629", "3.2629"],
            &["（二）专项债券", "H", "0.6016", "0.6016"],
        ];
        let turned =
            turned(item("debt-plan"), &found(&["项      目", "公式", "本地区", "本级"], &rows)).expect("turned");
        assert_eq!(turned.rows.iter().map(|row| row.cells[0].1.as_str()).collect::<Vec<_>>(), ["本地区", "本级"]);
        assert_eq!(turned.rows[0].cells.len(), 9);
        let letters: Vec<&str> = turned.heads.iter().skip(1).map(|head| head.letter.as_str()).collect();
        assert_eq!(letters, ["A", "B", "C", "D", "E", "F", "G", "H"]);
    }

    #[test]
    fn each_head_over_figures_is_a_record() {
        let rows: [&[&str]; 5] = [
            &["一、2023年末地方政府一般债务余额实际数", "", "32.534"],
            &["二、2024年末地方政府一般债务余额限额", "35.5"],
            &["三、2024年地方政府一般债务发行额", "", "3.8038"],
            &["四、2024年地方政府一般债务还本额", "", "1.7615"],
            &["五、2024年末地方政府一般债务余额预计执行数", "", "34.5763"],
        ];
        let turned = turned(item("debt-balance"), &found(&["项    目", "预算数", "执行数"], &rows)).expect("turned");
        let cells: Vec<usize> = turned.rows.iter().map(|row| row.cells.len()).collect();
        assert_eq!(cells, [2, 5]);
    }

    #[test]
    fn lines_are_known_whatever_number_stands_before_them() {
        let rows: [&[&str]; 6] = [
            &["合计", "20", "18"],
            &["1.因公出国（境）费", "0", "0"],
            &["二、公务接待费", "6", "5"],
            &["3.公务用车购置及运行维护费", "14", "13"],
            &["其中：（1）公务用车购置", "0", "0"],
            &["（2）公务用车运行维护费", "14", "13"],
        ];
        let turned = turned(item("three-public"), &found(&["项目", "预算数", "决算数"], &rows)).expect("turned");
        assert_eq!(turned.rows.len(), 2);
        let heads: Vec<String> = turned.heads.iter().skip(1).filter_map(|head| head.path.last().cloned()).collect();
        for words in ["因公出国", "公务接待费", "公务用车购置费", "公务用车运行费"] {
            assert!(heads.iter().any(|head| head.contains(words)), "{words}: {heads:?}");
        }
    }

    #[test]
    fn a_table_that_stands_the_usual_way_is_left_alone() {
        let rows: [&[&str]; 3] =
            [&["一、一般公共预算拨款收入", "8125.6"], &["二、其他收入", "45"], &["三、上年结转", "1"]];
        assert_eq!(turned(item("budget-overview"), &found(&["项  目", "预算数"], &rows)), None);
    }
}
