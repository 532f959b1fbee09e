//! What the chapters in words say against the tables. Counting differs (received, closed, filed), so that a difference is a
//! warning.

use crate::{form::TOTAL, identities::CellRef, model::Report, number::Number};

/// Words and table differ.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// What the text says, in its own words.
    pub said: String,
    pub text: Number,
    pub table: Number,
    pub cells: Vec<CellRef>,
    pub message: String,
}

/// Words that name a figure, with the beginnings of the keys of chapter three that give it.
const REQUESTS: [(&[&str], &[&str]); 9] = [
    (
        &[
            "新收政府信息公开申请",
            "收到政府信息公开申请",
            "新收申请",
            "收到申请",
            "收到公开申请",
            "收到依申请公开",
            "受理政府信息公开申请",
        ],
        &["1"],
    ),
    (&["上年结转", "上年度结转"], &["2"]),
    (&["予以公开"], &["3.1"]),
    (&["部分公开"], &["3.2"]),
    (&["不予公开"], &["3.3."]),
    (&["无法提供"], &["3.4."]),
    (&["不予处理"], &["3.5."]),
    (&["其他处理"], &["3.6"]),
    (&["结转下年度", "转下年度", "结转下一年度", "结转至下年度"], &["4"]),
];
/// Cells of chapter four that give a figure.
const REMEDIES: [(&[&str], &[usize]); 2] = [(&["行政复议"], &[4]), (&["行政诉讼"], &[9, 14])];

/// Where the words of the chapters and the tables differ.
pub fn differences(report: &Report) -> Vec<Difference> {
    let mut found = Vec::new();
    for chapter in &report.chapters {
        let text: Vec<char> = chapter.text.chars().filter(|c| !c.is_whitespace()).collect();
        for (words, keys) in REQUESTS {
            let rows: Vec<_> = report
                .tables
                .requests
                .iter()
                .filter(|row| {
                    keys.iter().any(|key| {
                        if key.ends_with('.') || *key == "3.6" { row.key.starts_with(*key) } else { row.key == *key }
                    })
                })
                .collect();
            let numbers: Option<Vec<Number>> =
                rows.iter().map(|row| row.cells.get(TOTAL).and_then(|cell| cell.figure())).collect();
            let cells: Vec<CellRef> = rows.iter().map(|row| CellRef::request(report, row, TOTAL)).collect();
            compare(&text, words, numbers, cells, &mut found);
        }
        for (words, places) in REMEDIES {
            let cells = places.iter().map(|at| CellRef::remedy(report, *at)).collect();
            let number = |at: &usize| report.tables.remedies.get(*at).and_then(|cell| cell.figure());
            compare(&text, words, places.iter().map(number).collect(), cells, &mut found);
        }
        for kind in ["规范性文件"] {
            let Some(row) = report.tables.about(kind) else { continue };
            let Some(at) = row.columns.iter().position(|column| column.contains("现行有效")) else { continue };
            let number = row.cells.get(at).and_then(|cell| cell.figure());
            let cells = vec![CellRef::proactive(report, row, at)];
            compare(&text, &["现行有效"], number.map(|number| vec![number]), cells, &mut found);
        }
        for kind in ["行政许可", "行政处罚", "行政强制"] {
            // The older form counts items beside decisions.
            let Some(row) = report.tables.about(kind).filter(|row| row.cells.len() == 1) else { continue };
            let number = row.cells.first().and_then(|cell| cell.figure());
            let mut own = Vec::new();
            let cells = vec![CellRef::proactive(report, row, 0)];
            let decided = format!("{kind}决定");
            compare(&text, &[kind, decided.as_str()], number.map(|number| vec![number]), cells, &mut own);
            // So many 条 are published, and no decisions.
            found.extend(own.into_iter().filter(|one| !one.said.ends_with('条')));
        }
    }
    found
}

fn compare(
    text: &[char],
    words: &[&str],
    numbers: Option<Vec<Number>>,
    cells: Vec<CellRef>,
    found: &mut Vec<Difference>,
) {
    let Some(numbers) = numbers.filter(|numbers| !numbers.is_empty()) else { return };
    let table: Number = numbers.into_iter().sum();
    for word in words {
        for (number, said) in said(text, word) {
            if number != table && !found.iter().any(|other: &Difference| other.said == said) {
                let message = format!("正文写“{said}”，表格里是 {table}，请核对。");
                found.push(Difference { said, text: number, table, cells: cells.clone(), message });
            }
        }
    }
}

/// Characters between a word and its number that leave it clear that they belong together.
const BETWEEN: &str = "的申请案件数量共计总为了有达到继续办理行政规范性文政府信息公开:：约";
/// Characters behind a number that say that it counts papers or cases.
const UNITS: [char; 5] = ['件', '宗', '起', '条', '份'];

/// Numbers that stand behind a word, with the words of the text.
fn said(text: &[char], word: &str) -> Vec<(Number, String)> {
    let word: Vec<char> = word.chars().collect();
    let mut found = Vec::new();
    for at in 0..text.len() {
        if !text[at..].starts_with(&word) {
            continue;
        }
        // 不予公开 holds 予公开, and what is 未予以公开 was not given.
        if at > 0 && matches!(text[at - 1], '不' | '未' | '非' | '应') {
            continue;
        }
        let mut next = at + word.len();
        while next < text.len() && next < at + word.len() + 12 && BETWEEN.contains(text[next]) {
            next += 1;
        }
        let digits: String = text[next..].iter().take_while(|c| c.is_ascii_digit()).collect();
        let end = next + digits.chars().count();
        if digits.is_empty() || !text.get(end).is_some_and(|c| UNITS.contains(c)) {
            continue;
        }
        if let Some(number) = Number::parse(&digits) {
            found.push((number, text[at..=end].iter().collect()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cell::Cell,
        form::Edition,
        model::{Chapter, Tables},
    };

    #[test]
    fn words_are_held_against_the_table() {
        let mut tables = Tables::filled_with(Edition::Y2021, &Cell::count(0));
        for row in &mut tables.requests {
            match row.key.as_str() {
                "1" => row.cells[TOTAL] = Cell::count(74),
                "3.3.5" | "3.3.6" => row.cells[TOTAL] = Cell::count(2),
                _ => {}
            }
        }
        let text = "2022年，共收到政府信息公开申请75件，予以公开0件，不予公开 4 件，上年结转1件。";
        let chapters = vec![Chapter { title: "一、总体情况".to_owned(), text: text.to_owned() }];
        let report = Report { year: Some(2022), tables, chapters, ..Report::default() };
        let said: Vec<String> = differences(&report).into_iter().map(|one| one.said).collect();
        assert_eq!(said, ["收到政府信息公开申请75件", "上年结转1件"]);
    }

    #[test]
    fn decisions_are_held_against_chapter_two() {
        let mut tables = Tables::filled_with(Edition::Y2021, &Cell::count(0));
        for row in &mut tables.proactive {
            if row.kind() == Some("行政许可") {
                row.cells = vec![Cell::count(381)];
            }
        }
        let text = "收到申请0件；办理行政许可43件，公开行政处罚12条，行政强制0件。";
        let chapters = vec![Chapter { title: "一、总体情况".to_owned(), text: text.to_owned() }];
        let report = Report { year: Some(2025), tables, chapters, ..Report::default() };
        let said: Vec<String> = differences(&report).into_iter().map(|one| one.said).collect();
        assert_eq!(said, ["行政许可43件"]);
    }
}
