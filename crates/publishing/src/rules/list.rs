//! A list of words as a table: read from what was sent, written as CSV.

use check_text::{Level, Sort, Term};
use documents::tables::{Sheet, Table, Wanted};
use review::book::TermRow;

/// What a table may have: heading, other headings that are understood.
pub(super) const HEADINGS: [(&str, &[&str]); 5] = [
    ("类别", &["种类", "sort"]),
    ("词语", &["词条", "表述", "form"]),
    ("规范写法", &["规范表述", "正确写法", "改为", "right"]),
    ("理由", &["说明", "依据", "reason"]),
    ("处理", &["处理方式", "级别", "level"]),
];

/// What is wrong with a line, or with the whole (line 0).
pub(super) type Fault = (usize, String);

/// Which table is wanted of a file.
pub(super) fn wanted() -> Wanted {
    Wanted::headed(HEADINGS.iter().flat_map(|(label, others)| std::iter::once(*label).chain(others.iter().copied())))
}

/// An entry in the words of a table; else what is wrong with it.
pub(super) fn term([sort, form, right, reason, level]: [&str; 5]) -> Result<Term, String> {
    let sort = match sort.trim() {
        "" => Sort::Forbidden,
        words => Sort::from_words(words).ok_or(format!("类别“{words}”不认识，请填 禁用、规范 或 次序。"))?,
    };
    let level = match level.trim() {
        "" => Level::Warn,
        words => Level::ALL
            .into_iter()
            .find(|level| level.label() == words || level.code() == words)
            .ok_or(format!("处理“{words}”不认识，请填 必须处理、请核对 或 提示。"))?,
    };
    let Some(severity) = level.severity() else {
        return Err("处理不能是“不检查”，不需要的词条请删去。".to_owned());
    };
    let text = |words: &str| words.trim().to_owned();
    let term = Term { sort, form: text(form), right: text(right), reason: text(reason), severity };
    match term.fault() {
        Some((_, sentence)) => Err(sentence),
        None => Ok(term),
    }
}

/// The cell without the apostrophe that CSV has before what a spreadsheet would take for a formula.
fn plain(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(cell)
}

/// What is told of a table as a whole, though it is read.
pub(super) fn notes(table: &Table) -> Vec<String> {
    let (label, others) = HEADINGS[0];
    let has = table.header.iter().any(|heading| {
        let plain = heading.trim().trim_start_matches('\u{feff}').to_lowercase();
        plain == label || others.contains(&plain.as_str())
    });
    if has {
        Vec::new()
    } else {
        vec!["表里没有“类别”一列，所有词条都按“禁用”读入。".to_owned()]
    }
}

/// What contradicts itself, in sentences.
pub(super) fn against(found: &[(Term, Term)]) -> Vec<String> {
    /// Contradictions that are told.
    const TOLD: usize = 20;
    let one = |(term, other): &(Term, Term)| {
        let (sort, level) = (other.sort.label(), Level::of(other.severity).label());
        format!(
            "“{}”的规范写法“{}”仍会被词条“{}”（{sort}，{level}）查出，请核对这两条。",
            term.form, term.right, other.form
        )
    };
    found.iter().take(TOLD).map(one).collect()
}

/// The entries of a table, and what is wrong with its other lines.
pub(super) fn read(table: &Table) -> (Vec<Term>, Vec<Fault>) {
    let place = |(label, others): &(&str, &[&str])| {
        table.header.iter().position(|heading| {
            let plain = heading.trim().trim_start_matches('\u{feff}').to_lowercase();
            plain == *label || others.contains(&plain.as_str())
        })
    };
    let places: Vec<Option<usize>> = HEADINGS.iter().map(place).collect();
    if places[1].is_none() {
        let told = "表头要有“词语”一列，还可以有 类别、规范写法、理由、处理。".to_owned();
        return (Vec::new(), vec![(table.header_number, told)]);
    }
    let (mut terms, mut faults): (Vec<Term>, Vec<Fault>) = (Vec::new(), Vec::new());
    let mut seen: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    for row in &table.rows {
        let cell = |at: usize| places[at].and_then(|at| row.cells.get(at)).map_or("", |text| plain(text));
        if (0..HEADINGS.len()).all(|at| cell(at).is_empty()) {
            continue;
        }
        match term([cell(0), cell(1), cell(2), cell(3), cell(4)]) {
            Ok(term) => match seen.get(&term.form) {
                Some(before) => faults.push((row.number, format!("“{}”与第 {before} 行重复。", term.form))),
                None => {
                    seen.insert(term.form.clone(), row.number);
                    terms.push(term);
                }
            },
            Err(sentence) => faults.push((row.number, sentence)),
        }
    }
    if terms.is_empty() && faults.is_empty() {
        faults.push((0, "没有找到词条。第一行是表头，下面每行一条。".to_owned()));
    }
    (terms, faults)
}

/// Entries as the import takes them.
pub(super) fn sheet(rows: &[TermRow]) -> Sheet {
    let cells = |row: &TermRow| {
        [
            row.sort().label().to_owned(),
            row.form.clone(),
            row.right_form.clone(),
            row.reason.clone(),
            row.level().label().to_owned(),
        ]
    };
    Sheet {
        name: "检查词表".into(),
        title: None,
        header: HEADINGS.iter().map(|(label, _)| (*label).to_owned()).collect(),
        rows: rows.iter().map(|row| cells(row).into_iter().map(Into::into).collect()).collect(),
        widths: vec![10.0, 30.0, 30.0, 50.0, 12.0],
    }
}

/// Fields of an entry on one line, for a form that carries them from a page to the next.
pub(super) fn carried(terms: &[Term]) -> String {
    let clean = |text: &str| text.replace(['\t', '\r', '\n'], " ");
    let line = |term: &Term| {
        let (form, right, reason) = (clean(&term.form), clean(&term.right), clean(&term.reason));
        format!("{}\t{form}\t{right}\t{reason}\t{}", term.sort.code(), Level::of(term.severity).code())
    };
    terms.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The same read back; what is wrong is left out, since it was told before.
pub(super) fn carried_back(text: &str) -> Vec<Term> {
    let line = |line: &str| {
        let mut cells = line.trim_end_matches('\r').split('\t');
        let mut next = || cells.next().unwrap_or_default();
        term([next(), next(), next(), next(), next()]).ok()
    };
    text.lines().filter(|one| !one.trim().is_empty()).filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_in_words_and_carried_on() {
        let one = term(["规范", "李示范", "县长李示范", "职务在前", ""]).expect("an entry");
        assert_eq!(carried_back(&carried(std::slice::from_ref(&one))), [one]);
        assert!(term(["什么", "甲乙", "", "", ""]).is_err());
        assert!(term(["", "甲乙", "", "", "不检查"]).is_err());
        assert!(term(["", "甲", "", "", ""]).is_err());
    }
}
