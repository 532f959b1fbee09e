//! A comparison as a page shows it: rows of safe HTML in which `ins` and `del` mark what differs, each with its sentence.

use std::collections::HashMap;

use web::page::escape;

use super::{
    Change, Chapter, Comparison, FileChange, Op, Row,
    spans::{Span, side},
    table::{self, Compared, State, Told},
    units::{Unit, What},
    words::{Lexicon, Mark, Word},
};

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name of the field.
    pub label: &'static str,
    /// As it was, as safe HTML.
    pub old: String,
    /// As it is, as safe HTML.
    pub new: String,
}

/// A row of the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Name of the change in the contract, or `folded`.
    pub code: &'static str,
    /// Which change of the page it is, from 1; 0 = none to stop at.
    pub number: usize,
    /// Address within the page; may be empty.
    pub anchor: String,
    /// What became of it, in words; empty for what is as it was.
    pub label: String,
    /// Where to go for the rest of it: address within the page and words; empty = nowhere.
    pub jump: (String, String),
    /// As it was, as safe HTML.
    pub old: String,
    /// As it is, as safe HTML.
    pub new: String,
    /// A table of both, as safe HTML, instead of the two sides.
    pub both: String,
    /// What the authors say of it; may be empty.
    pub note: String,
    /// Heading, item or paragraph: how the words are set.
    pub set: &'static str,
}

/// A comparison as a page shows it.
#[derive(Debug, Clone)]
pub struct View {
    /// How the old edition is called.
    pub old_name: String,
    /// How the new edition is called.
    pub new_name: String,
    /// Fields that differ, the title first.
    pub fields: Vec<Field>,
    /// Files that differ.
    pub files: Vec<FileChange>,
    /// The text.
    pub lines: Vec<Line>,
    /// What the authors say of changes that stand nowhere below.
    pub remarks: Vec<String>,
    /// What changed in each chapter; empty for a text without chapters.
    pub chapters: Vec<Chapter>,
    /// How many changes of the text one may stop at.
    pub count: usize,
    /// What changed in the text, in numbers.
    pub summary: String,
    /// Not everything was looked at word by word.
    pub coarse: bool,
    /// Whether only what changed is shown.
    pub only: bool,
}

impl View {
    /// Whether nothing at all differs.
    pub fn same(&self) -> bool {
        self.fields.is_empty() && self.files.is_empty() && self.count == 0
    }
}

impl Comparison {
    /// As a page shows it: only what changed, or all of it.
    pub fn view(&self, only: bool) -> View {
        let mut lines = Vec::with_capacity(self.rows.len());
        let mut numbers = vec![0; self.rows.len()];
        // Where each unit that moved stands now: the number of that change.
        let mut came: HashMap<usize, usize> = HashMap::new();
        let mut count = 0;
        for (at, row) in self.rows.iter().enumerate() {
            if row.change != Change::Unchanged && !row.is_trace() && !row.renumbered {
                count += 1;
                numbers[at] = count;
                if row.other.is_some() {
                    came.insert(row.news.start, count);
                }
            }
        }
        let chapters = self.chapters(&numbers);
        let (beside, remarks) = self.notes();
        for ((row, number), note) in self.rows.iter().zip(numbers).zip(beside) {
            lines.push(Line { note, ..self.line(row, number, &came, only) });
        }
        let field = |(label, spans): &(&'static str, Vec<Span>)| Field {
            label,
            old: html(&self.lexicon, spans, Op::Insert),
            new: html(&self.lexicon, spans, Op::Delete),
        };
        View {
            old_name: self.names.0.clone(),
            new_name: self.names.1.clone(),
            fields: self.fields.iter().map(field).collect(),
            files: self.files.clone(),
            lines: if only { self.folded(lines) } else { lines },
            remarks,
            chapters,
            count,
            summary: self.summary(count),
            coarse: self.coarse,
            only,
        }
    }

    fn summary(&self, count: usize) -> String {
        let of = |change: Change, renumbered: bool| {
            let fits = |row: &&Row| row.change == change && row.renumbered == renumbered && !row.is_trace();
            self.rows.iter().filter(fits).count()
        };
        let told = Change::ALL.into_iter().filter(|change| *change != Change::Unchanged);
        let told = told.map(|change| (change, of(change, false))).filter(|(_, count)| *count > 0);
        let told: Vec<String> = told.map(|(change, count)| format!("{} {count} 处", change.label())).collect();
        let respelled = self.rows.iter().filter(|row| self.is_respelled(row)).count();
        let numbers =
            [(of(Change::Moved, true).saturating_sub(respelled), "段只改了序号"), (respelled, "段只改了序号的标点")];
        let numbers = numbers.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}"));
        let numbers = numbers.collect::<Vec<_>>().join("、");
        match (told.is_empty(), numbers.is_empty()) {
            (false, false) => format!("正文共 {count} 处不同：{}；另有 {numbers}", told.join("、")),
            (false, true) => format!("正文共 {count} 处不同：{}", told.join("、")),
            (true, false) => format!("正文文字没有变化：{numbers}"),
            (true, true) if self.looks => "正文文字没有变化，只有字体、对齐等格式或附图顺序有调整".to_owned(),
            (true, true) => "正文没有变化".to_owned(),
        }
    }

    fn line(&self, row: &Row, number: usize, came: &HashMap<usize, usize>, only: bool) -> Line {
        let unit = self.new.get(row.news.start).filter(|_| !row.news.is_empty()).or(self.old.get(row.olds.start));
        let (lexicon, what) = (&self.lexicon, unit.map_or(What::Paragraph, |unit| unit.what));
        let mut line = Line {
            code: row.change.code(),
            number,
            anchor: if number > 0 { format!("c{number}") } else { String::new() },
            label: self.label(row, what),
            set: match what {
                What::Heading(_) => "heading",
                What::Item => "item",
                What::Picture => "picture",
                _ => "",
            },
            ..Line::default()
        };
        // The old place leads to the new one and back.
        if row.is_trace() {
            let number = row.other.and_then(|at| came.get(&at)).copied().unwrap_or_default();
            line.anchor = format!("c{number}-from");
            line.jump = (format!("#c{number}"), "看移到的位置".to_owned());
        } else if row.other.is_some() {
            line.jump = (format!("#c{number}-from"), "看原来的位置".to_owned());
        }
        if row.is_trace() && what == What::Table {
            "〔表格〕".clone_into(&mut line.old);
            return line;
        }
        let alone = |op| unit.and_then(|unit| unit.table.as_ref()).map(|table| table::alone(table, op));
        let table = match (row.olds.is_empty(), row.news.is_empty()) {
            _ if row.table.is_some() => row.table.clone(),
            (false, true) => alone(Op::Delete),
            (true, false) => alone(Op::Insert),
            _ => None,
        };
        if let Some(table) = table {
            line.both = table_html(lexicon, &table, only);
            return line;
        }
        if !row.olds.is_empty() {
            line.old = html(lexicon, &row.spans, Op::Insert);
        }
        if !row.news.is_empty() {
            line.new = match (row.other, row.change) {
                // The same words: what differs is where they stand.
                (Some(_), Change::Moved) => words_html(lexicon, &side(&row.spans, Op::Delete), false),
                // Nothing stands beside it: what is gone stands in it.
                (Some(_), _) => mixed(lexicon, &row.spans),
                (None, _) => html(lexicon, &row.spans, Op::Delete),
            };
        }
        line
    }

    /// Whether only the marks around a number were written otherwise: (三) and （三）, 1. and 1．.
    fn is_respelled(&self, row: &Row) -> bool {
        let halved = |c: char| match c {
            '（' => '(',
            '）' => ')',
            '．' => '.',
            '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
            c => c,
        };
        let number = |unit: &Unit| -> String {
            let label = self.lexicon.text(&unit.words[..unit.label]);
            label.chars().filter(|c| !c.is_whitespace()).map(halved).collect()
        };
        match (self.old.get(row.olds.start), self.new.get(row.news.start)) {
            (Some(old), Some(new)) => row.renumbered && number(old) == number(new),
            _ => false,
        }
    }

    /// What became of a row, in a sentence.
    fn label(&self, row: &Row, what: What) -> String {
        let of = |unit: &Unit, at: usize| match unit.label {
            0 => format!("第 {} 段", at + 1),
            label => format!("“{}”", self.lexicon.text(&unit.words[..label]).trim()),
        };
        let there = |side: &[Unit]| row.other.and_then(|at| Some(of(side.get(at)?, at))).unwrap_or_default();
        let name = what.label();
        match row.change {
            Change::Unchanged => String::new(),
            Change::Moved if self.is_respelled(row) => "只改了序号的标点，文字未改".to_owned(),
            Change::Moved if row.renumbered => "序号变动，文字未改".to_owned(),
            Change::Moved | Change::MovedModified if row.is_trace() => {
                format!("{name}移走：移到{}处", there(&self.new))
            }
            Change::Moved => format!("{name}移来：原在{}处，文字未改", there(&self.old)),
            Change::MovedModified => format!("{name}移来并有修改：原在{}处", there(&self.old)),
            Change::Split => format!("拆分：一段改为 {} 段", row.news.len()),
            Change::Merged => format!("合并：{} 段改为一段", row.olds.len()),
            Change::Modified => self.modified(row, what),
            Change::Added | Change::Removed => format!("{}{name}", row.change.label()),
        }
    }

    fn modified(&self, row: &Row, what: What) -> String {
        let (Some(was), Some(is)) = (self.old.get(row.olds.start), self.new.get(row.news.start)) else {
            return "修改".to_owned();
        };
        if was.what.label() != is.what.label() {
            return format!("{}改为{}", was.what.label(), is.what.label());
        }
        let pictures = |unit: &Unit| -> Vec<String> {
            let marks = unit.words.iter().map(|word| self.lexicon.get(*word).1);
            marks.filter_map(|mark| if let Mark::Picture(from) = mark { Some(from.clone()) } else { None }).collect()
        };
        if pictures(was) != pictures(is) {
            return "图片更换".to_owned();
        }
        if let Some(table) = &row.table {
            return table_words(table);
        }
        format!("修改{}", if what == What::Paragraph { "" } else { what.label() })
    }

    /// What was not changed is left out, but for what stands right beside a change and the heading under which it stands.
    fn folded(&self, lines: Vec<Line>) -> Vec<Line> {
        let told: Vec<bool> = self.rows.iter().map(|row| row.change != Change::Unchanged && !row.renumbered).collect();
        let near = |at: usize| told[at.saturating_sub(1)..(at + 2).min(told.len())].iter().any(|told| *told);
        let mut keep: Vec<bool> = (0..lines.len()).map(near).collect();
        // The heading above each change.
        let mut heading = None;
        for at in 0..lines.len() {
            if lines[at].set == "heading" {
                heading = Some(at);
            }
            if told[at]
                && let Some(at) = heading.take()
            {
                keep[at] = true;
            }
        }
        let (mut out, mut left_out, mut numbers) = (Vec::new(), 0, 0);
        for (at, line) in lines.into_iter().enumerate() {
            if keep[at] {
                fold(&mut out, &mut left_out, &mut numbers);
                out.push(line);
            } else {
                left_out += 1;
                numbers += usize::from(self.rows[at].renumbered);
            }
        }
        fold(&mut out, &mut left_out, &mut numbers);
        out
    }
}

/// Tells what was left out.
fn fold(out: &mut Vec<Line>, left_out: &mut usize, numbers: &mut usize) {
    if *left_out == 0 {
        return;
    }
    let label = match *numbers {
        0 => format!("……（{left_out} 段未改，没有列出）"),
        numbers => format!("……（{left_out} 段没有列出，其中 {numbers} 段只改了序号，其余未改）"),
    };
    out.push(Line { code: "folded", label, ..Line::default() });
    (*left_out, *numbers) = (0, 0);
}

/// Characters of an address that are shown.
const LINK: usize = 300;

/// Words as they read, with the address of a link where it tells why the words count as changed.
fn words_html(lexicon: &Lexicon, words: &[Word], changed: bool) -> String {
    let (mut out, mut at) = (String::new(), 0);
    while let Some(word) = words.get(at) {
        let mark = lexicon.get(*word).1;
        let run = words[at..].iter().take_while(|word| lexicon.get(**word).1 == mark).count();
        let text = escape(&lexicon.text(&words[at..at + run]));
        out.push_str(&text.replace(super::BREAK, "<br>"));
        if let (true, Mark::Link(to)) = (changed, mark) {
            let to = web::filters::shortened(to, LINK);
            out.push_str(&format!("<span class=\"cmp-link\">〔链接 {}〕</span>", escape(&to)));
        }
        at += run;
    }
    out
}

/// One side of some stretches.
fn html(lexicon: &Lexicon, spans: &[Span], without: Op) -> String {
    let seen: Vec<Span> = spans.iter().filter(|span| span.op != without).cloned().collect();
    mixed(lexicon, &seen)
}

/// Both sides together.
fn mixed(lexicon: &Lexicon, spans: &[Span]) -> String {
    let mut out = String::new();
    for span in spans {
        match span.op {
            Op::Equal => out.push_str(&words_html(lexicon, &span.words, false)),
            Op::Delete => out.push_str(&format!("<del>{}</del>", words_html(lexicon, &span.words, true))),
            Op::Insert => out.push_str(&format!("<ins>{}</ins>", words_html(lexicon, &span.words, true))),
        }
    }
    out
}

/// What changed in a table, in numbers.
fn table_words(table: &Compared) -> String {
    let columns = |state: State| table.columns.iter().filter(|one| **one == state).count();
    let rows = |state: State| table.rows.iter().filter(|row| row.state == state).count();
    let changed = |told: &&Told| matches!(told, Told::Spans(spans) if spans.iter().any(Span::changed));
    let kept = |row: &&table::Row| matches!(row.state, State::Both | State::MovedHere);
    let cells = table.rows.iter().filter(kept).flat_map(|row| row.cells.iter().zip(&table.columns));
    let cells = cells.filter(|(told, column)| **column == State::Both && changed(told)).count();
    let told = [
        (columns(State::Added), "增加", "列"),
        (columns(State::Removed), "删去", "列"),
        (rows(State::Added), "增加", "行"),
        (rows(State::Removed), "删去", "行"),
        (rows(State::MovedHere), "移动", "行"),
        (cells, "改动", "格"),
    ];
    let told = told.into_iter().filter(|(count, ..)| *count > 0);
    let told: Vec<String> = told.map(|(count, what, of)| format!("{what} {count} {of}")).collect();
    if told.is_empty() { "修改表格名称".to_owned() } else { format!("修改表格：{}", told.join("、")) }
}

/// A table of both, with a column that says what became of each row.
fn table_html(lexicon: &Lexicon, table: &Compared, only: bool) -> String {
    let mut out = String::from(
        "<div class=\"scroll\" data-scroll role=\"region\" tabindex=\"0\" aria-label=\"表格对照\"><table class=\"tbl cmp-table\">",
    );
    if !table.caption.is_empty() {
        out.push_str(&format!("<caption>{}</caption>", mixed(lexicon, &table.caption)));
    }
    out.push_str("<thead><tr><th scope=\"col\">变化</th>");
    for (at, state) in table.columns.iter().enumerate() {
        let (class, words) = match state {
            State::Added => (" class=\"added\"", "，增加的列"),
            State::Removed => (" class=\"removed\"", "，删去的列"),
            _ => ("", ""),
        };
        out.push_str(&format!("<th scope=\"col\"{class}>第 {} 列{words}</th>", at + 1));
    }
    out.push_str("</tr></thead><tbody>");
    let columns_same = table.columns.iter().all(|state| *state == State::Both);
    let mut left_out = 0;
    let close = |out: &mut String, left_out: &mut usize| {
        if *left_out > 0 {
            let wide = table.columns.len() + 1;
            out.push_str(&format!(
                "<tr class=\"quiet\"><td colspan=\"{wide}\">……（{left_out} 行未改，没有列出）</td></tr>"
            ));
            *left_out = 0;
        }
    };
    for (at, row) in table.rows.iter().enumerate() {
        // The first row names the columns.
        if only && at > 0 && !row.head && row.same() && columns_same {
            left_out += 1;
            continue;
        }
        close(&mut out, &mut left_out);
        row_html(lexicon, row, &mut out);
    }
    close(&mut out, &mut left_out);
    out.push_str("</tbody></table></div>");
    out
}

fn row_html(lexicon: &Lexicon, row: &table::Row, out: &mut String) {
    let (class, words) = match row.state {
        State::Added => ("added", "增加的行"),
        State::Removed => ("removed", "删去的行"),
        State::MovedAway => ("moved", "移走的行"),
        State::MovedHere => ("moved", "移来的行"),
        State::Both if row.same() => ("same", "未改"),
        State::Both => ("modified", "有改动"),
    };
    out.push_str(&format!("<tr class=\"{class}\"><th scope=\"row\">{words}</th>"));
    let mut at = 0;
    while let Some(told) = row.cells.get(at) {
        let wide = row.cells[at + 1..].iter().take_while(|next| matches!(next, Told::Over)).count();
        let over = match (told, wide) {
            (Told::Spans(_), 1..) => format!(" colspan=\"{}\"", wide + 1),
            _ => String::new(),
        };
        at += 1;
        match told {
            Told::Spans(spans) => {
                at += wide;
                let cell = match row.state {
                    // It is the same row: where it stood it is told without what it became.
                    State::MovedAway => words_html(lexicon, &side(spans, Op::Insert), false),
                    _ => mixed(lexicon, spans),
                };
                out.push_str(&format!("<td{over}>{cell}</td>"));
            }
            Told::Over => out.push_str("<td></td>"),
            Told::Down => out.push_str("<td class=\"quiet\">〃</td>"),
        }
    }
    out.push_str("</tr>");
}
