//! From the lines of a section or clause to its fields: number, title, text, owner note, owners, duties.

use std::ops::Range;

use jiff::civil::Date;

use super::{
    Cadence, Clause, Context, Duty, Owner, Section,
    dates::{self, Due, Setting},
    duties,
    headings::{self, Heading},
    lines::Line,
    notes::{self, is_ender},
    owners::{self, Owners},
    pairs, subjects,
};

/// A heading with the lines that belong to it; the heading's own line is the first.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) heading: Option<&'a Heading>,
    pub(super) lines: Vec<&'a Line>,
}

/// A section with its clauses.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) section: Block<'a>,
    pub(super) clauses: Vec<Block<'a>>,
}

const CLAUSE_TITLE: usize = 40;
const SECTION_TITLE: usize = 60;
/// A title before a colon is a few words.
const COLON_TITLE: usize = 25;

/// The words of a block after its number, and which line each byte came from.
struct Content {
    text: String,
    starts: Vec<(usize, usize)>,
    /// The cells of a table's row that name owners and term, and how they are read.
    cells: Option<(Range<usize>, String)>,
}

impl Content {
    fn of(block: &Block<'_>) -> Content {
        let mut content = Content { text: String::new(), starts: Vec::new(), cells: None };
        for (index, line) in block.lines.iter().enumerate() {
            let skip = block.heading.filter(|_| index == 0).map_or(0, |heading| heading.rest);
            if index > 0 {
                content.text.push_str(if line.after_blank { "\n\n" } else { "\n" });
            }
            content.starts.push((content.text.len(), line.no));
            if let Some(row) = line.row.as_ref().filter(|row| index == 0 && !row.note.is_empty()) {
                let shift = |at: usize| content.text.len() + at - skip;
                content.cells = Some((shift(row.note.start)..shift(row.note.end), row.reading.clone()));
            }
            content.text.push_str(&line.text[skip..]);
        }
        content
    }

    /// Owner notes, in order. A rule that the first organ leads is applied, and one that looks like a note is named.
    fn notes(&self, pairs: &pairs::Pairs, context: &mut Context) -> Vec<notes::Found> {
        let from = context.from;
        let (mut found, doubtful) = notes::look(&self.text, pairs, from);
        for (at, words) in doubtful {
            let message = format!("“{words}”像是责任说明，没有读成责任单位，请核对。");
            context.warn(self.line(at), message);
        }
        if let Some((range, reading)) = &self.cells {
            found.retain(|found| found.range.end <= range.start || range.end <= found.range.start);
            found.push(notes::Found { range: range.clone(), note: owners::read(reading, from) });
            found.sort_by_key(|found| found.range.start);
        }
        // （标★者为牵头单位） in a bracket of its own is said of the one before
        let apart = found.iter().filter(|found| found.note.owners.is_empty()).find_map(|found| found.note.lead_rule);
        for note in found.iter_mut().map(|found| &mut found.note) {
            if let Some((rule, owners::Reach::Onward)) = note.lead_rule {
                context.lead_rule = Some(rule);
            }
            note.lead_rule = note.lead_rule.or(apart);
            if let Some(rule) = note.lead_rule.map(|(rule, _)| rule).or(context.lead_rule) {
                note.follow(rule);
            }
        }
        found
    }

    fn line(&self, at: usize) -> usize {
        let index = self.starts.partition_point(|&(start, _)| start <= at);
        self.starts.get(index.saturating_sub(1)).map_or(1, |&(_, no)| no)
    }
}

/// What remains of a content when its owner notes are taken out.
struct Kept {
    text: String,
    /// (byte here, byte in the content), ascending.
    origins: Vec<(usize, usize)>,
    /// Where each note stood, and whether a sentence or a line ended there.
    holes: Vec<(usize, bool)>,
}

impl Kept {
    fn without(text: &str, found: &[notes::Found]) -> Kept {
        let mut kept = Kept { text: String::new(), origins: Vec::new(), holes: Vec::new() };
        let mut from = 0;
        for note in found {
            kept.take(text, from, note.range.start);
            let line_ends = text[note.range.end..].trim_start_matches([' ', '\u{3000}']).starts_with('\n');
            let ends = line_ends || kept.text.trim_end().ends_with(is_ender);
            kept.holes.push((kept.text.len(), ends));
            from = note.range.end;
        }
        kept.take(text, from, text.len());
        kept
    }

    fn take(&mut self, text: &str, from: usize, to: usize) {
        self.origins.push((self.text.len(), from));
        self.text.push_str(&text[from..to]);
    }

    fn origin(&self, at: usize) -> usize {
        let index = self.origins.partition_point(|&(here, _)| here <= at);
        self.origins.get(index.saturating_sub(1)).map_or(at, |&(here, there)| there + (at - here))
    }
}

/// Builds a section with its clauses.
pub(super) fn section(group: &Group<'_>, context: &mut Context) -> Section {
    let block = &group.section;
    let line = block.lines.first().or(group.clauses.first().and_then(|c| c.lines.first())).map_or(1, |line| line.no);
    let (number, mut marks) = number(block.heading);
    let mut section = Section {
        number,
        title: String::new(),
        text: String::new(),
        clauses: group.clauses.iter().map(|clause_block| clause(clause_block, context)).collect(),
        line,
        marks: String::new(),
    };
    let content = Content::of(block);
    let pairs = pairs::find(&content.text);
    let found = content.notes(&pairs, context);
    let title = match block.heading {
        // the title of a further document, or words over rows of a table: a line of its own
        Some(heading) if heading.number.is_empty() => Title::line(&content.text),
        Some(_) => Title::split(&content.text, SECTION_TITLE),
        None => Title::default(),
    };
    let rest = content.text[title.rest..].trim();
    let obliges = !found.is_empty() || !dates::find(rest, context.from, Setting::Text).is_empty();
    if section.clauses.is_empty() && obliges {
        warn_items(&content, line, context);
        // one clause without number; the title stays the section's unless the clause has nothing else
        let fields = fields(&content, &pairs, found, block.heading.map(|_| SECTION_TITLE), context);
        section.title.clone_from(&fields.title);
        marks.push_str(&fields.mark);
        let mut clause = fields.into_clause(String::new(), String::new(), context);
        clause.marks.clear();
        if clause.text.is_empty() {
            section.title.clear();
        } else {
            clause.title.clear();
        }
        section.clauses.push(clause);
    } else {
        for note in &found {
            context
                .warn(content.line(note.range.start), "责任单位写在一级标题下、各条之外，未分配给各条，请逐条指定。");
        }
        if !section.clauses.is_empty() {
            warn_dates(&content, title.rest, context);
        }
        warn_strays(&content, &pairs, context);
        section.title = content.text[..title.end].trim().to_owned();
        let open = section.clauses.iter().any(|clause| clause.owners.is_empty());
        let by_title = if open { titled(&section.title, line, "这一节", context) } else { Vec::new() };
        for clause in section.clauses.iter_mut().filter(|clause| clause.owners.is_empty()) {
            clause.owners.clone_from(&by_title);
        }
        marks.push_str(title.mark);
        section.text = rest.to_owned();
        let principles = ["总体", "思想", "原则", "要求", "目标"].iter().any(|word| section.title.contains(word));
        if section.clauses.is_empty() && !rest.is_empty() && !principles && !section.number.is_empty() {
            context.warn(line, "这一节没有分条，也没有责任单位和时限，已作为说明文字；如含任务请手工添加。");
        }
        let named = if section.clauses.is_empty() { subjects::find(rest) } else { Vec::new() };
        if !named.is_empty() {
            let names = named.join("、");
            context.warn(line, format!("“{names}”写在句子里，像是责任单位，没有读成任务，请核对后手工添加。"));
        }
    }
    section.marks = marks;
    section
}

/// Names lines with a mark in front and owners behind, which may each be a clause: every owner would answer for all of them.
fn warn_items(content: &Content, line: usize, context: &mut Context) {
    let marked = |c: char| owners::is_bullet(c) || c.is_ascii_alphanumeric() || matches!(c, '-' | '–' | '—' | '·');
    let from = context.from;
    let item =
        |text: &&str| text.trim_start().starts_with(marked) && notes::ends_with_note(text, &pairs::find(text), from);
    let items = content.text.split('\n').filter(item).count();
    if items > 1 {
        context.warn(line, format!("这里没有分条，却有 {items} 行各有责任说明，可能是几条，请核对并拆分。"));
    }
}

/// Names the terms in the text between a section's heading and its first clause: they bind nobody.
fn warn_dates(content: &Content, from: usize, context: &mut Context) {
    for due in dates::find(&content.text[from..], context.from, Setting::Text) {
        let message = format!("“{}”写在一级标题下、各条之外，没有列为任务，如需督办请手工添加。", due.words);
        context.warn(content.line(from + due.range.start), message);
    }
}

/// Builds a clause.
pub(super) fn clause(block: &Block<'_>, context: &mut Context) -> Clause {
    let content = Content::of(block);
    let pairs = pairs::find(&content.text);
    let found = content.notes(&pairs, context);
    let (number, marks) = number(block.heading);
    let fields = fields(&content, &pairs, found, block.heading.map(|_| CLAUSE_TITLE), context);
    fields.into_clause(number, marks, context)
}

fn number(heading: Option<&Heading>) -> (String, String) {
    heading.map_or_else(Default::default, |heading| (heading.number.clone(), heading.mark.clone()))
}

/// Words that say what follows, and are no title of it: `1.工作任务：公开财政预算。`
fn is_column(words: &str) -> bool {
    matches!(
        words.trim(),
        "工作任务"
            | "任务"
            | "任务内容"
            | "工作内容"
            | "主要任务"
            | "重点任务"
            | "工作事项"
            | "具体任务"
            | "任务名称"
    )
}

/// Whether a gap before these words is one between title and text: Word sets spaces around numbers and letters, too.
fn parts_words(rest: &str) -> bool {
    let words = rest.trim_start();
    let wide = words.chars().next().is_some_and(|c| c as u32 > 0x2e80 && headings::digit(c).is_none());
    // more such gaps in the same sentence: the paper spaces its words
    let sentence = words.find(is_ender).map_or(words, |end| &words[..end]);
    let spaced = sentence.char_indices().any(|(at, c)| {
        c == ' ' && sentence[..at].chars().next_back().is_some_and(|before| before.is_ascii_alphanumeric())
    });
    wide && !spaced
}

/// Where a title ends and the text begins.
#[derive(Default, Clone, Copy)]
struct Title<'a> {
    end: usize,
    mark: &'a str,
    rest: usize,
}

impl<'a> Title<'a> {
    /// The whole first line.
    fn line(text: &'a str) -> Title<'a> {
        let end = text.find('\n').unwrap_or(text.len());
        Title { end, mark: "", rest: end }
    }

    fn split(text: &'a str, limit: usize) -> Title<'a> {
        let line = text.split('\n').next().unwrap_or(text);
        let pairs = pairs::find(line);
        let mut spans = pairs.outer.iter().peekable();
        let (mut paused, mut before) = (false, ' ');
        for (count, (at, c)) in line.char_indices().enumerate() {
            if count > limit {
                return Title::default();
            }
            while spans.next_if(|span| span.end <= at).is_some() {}
            if spans.peek().is_some_and(|span| span.start <= at) {
                continue;
            }
            let end = at + c.len_utf8();
            match c {
                '。' | '；' | ';' => {
                    let closes = c == '。' || line[end..].trim().is_empty();
                    let title = Title { end: at, mark: &line[at..end], rest: end };
                    return if closes && at > 0 { title } else { Title::default() };
                }
                '！' | '？' | '!' | '?' => {
                    let title = Title { end, mark: "", rest: end };
                    return if count < limit { title } else { Title::default() };
                }
                '，' | ',' => paused = true,
                '：' | ':' if is_column(&line[..at]) => {}
                '：' | ':' if !paused && at > 0 && !before.is_ascii_digit() && count <= COLON_TITLE => {
                    return Title { end: at, mark: &line[at..end], rest: end };
                }
                c if c.is_whitespace() && !paused && before as u32 > 0x2e80 && count <= COLON_TITLE
                    // 解读政策　围绕……。: a gap separates title and text; 到 2025 年 is one phrase
                    && parts_words(&line[end..])
                    && line[end..].trim_end().ends_with(is_ender) =>
                {
                    return Title { end: at, mark: "", rest: end };
                }
                _ => {}
            }
            before = c;
        }
        let whole = Title { end: line.len(), mark: "", rest: line.len() };
        if line.chars().count() <= limit { whole } else { Title::default() }
    }
}

/// The fields of a clause before its duties are made.
struct Fields<'a> {
    title: String,
    mark: String,
    text: String,
    /// Byte of `text` in the content without notes.
    offset: usize,
    kept: Kept,
    content: &'a Content,
    owner_note: String,
    groups: Vec<NoteGroup>,
}

/// Notes that follow one another directly, such as a line of leads and a line of supporters.
struct NoteGroup {
    line: usize,
    hole: usize,
    owners: Owners,
    due: Option<Due>,
    /// It is no more than a term: （6月底前完成）.
    term: bool,
}

fn fields<'a>(
    content: &'a Content,
    pairs: &pairs::Pairs,
    mut found: Vec<notes::Found>,
    title_limit: Option<usize>,
    context: &mut Context,
) -> Fields<'a> {
    warn_strays(content, pairs, context);
    let answered = found.iter().any(|found| !found.note.owners.is_empty() && !found.note.only_watches);
    for note in found.iter_mut().map(|found| &mut found.note).filter(|note| answered && note.only_watches) {
        note.watching.extend(std::mem::take(&mut note.owners).into_iter().map(|owner| owner.name));
    }
    let alone = found.iter().find(|found| found.note.only_watches && !answered && content.cells.is_none());
    if let Some(found) = alone {
        let message = "责任说明只写了督办、监督或指导的单位，暂按责任单位读取，请核对。";
        context.warn(content.line(found.range.start), message);
    }
    let kept = Kept::without(&content.text, &found);
    let title = title_limit.map_or_else(Title::default, |limit| Title::split(&kept.text, limit));
    let rest = &kept.text[title.rest..];
    let text = rest.trim();
    let offset = title.rest + rest.len() - rest.trim_start().len();
    let mut owner_note = String::new();
    let mut groups: Vec<NoteGroup> = Vec::new();
    for (found, &(hole, _)) in found.into_iter().zip(&kept.holes) {
        if !owner_note.is_empty() {
            owner_note.push('\n');
        }
        owner_note.push_str(content.text[found.range.clone()].trim());
        let line = content.line(found.range.start);
        warn_note(line, &found.note, context);
        let term = (!found.note.labelled && found.note.due.is_some()) || !found.note.watching.is_empty();
        match groups.last_mut() {
            Some(group) if kept.text[group.hole..hole].trim().is_empty() => {
                group.owners.add(found.note.owners);
                group.due = group.due.take().or(found.note.due);
                group.hole = hole;
                group.term &= term;
            }
            _ => {
                let mut group = NoteGroup { line, hole, owners: Owners::default(), due: found.note.due, term };
                group.owners.add(found.note.owners);
                groups.push(group);
            }
        }
    }
    for group in groups.iter().filter(|group| group.owners.as_slice().is_empty() && !group.term) {
        context.warn(group.line, "责任说明没有写明单位，请补充，例如“（县教体局牵头）”。");
    }
    Fields {
        title: kept.text[..title.end].trim().to_owned(),
        mark: title.mark.to_owned(),
        text: text.to_owned(),
        offset,
        content,
        owner_note,
        groups,
        kept,
    }
}

/// The owners that a title names which is nothing but names of organs: `（一）县财政局`, `2.县教体局：公开方案`.
fn titled(title: &str, line: usize, what: &str, context: &mut Context) -> Vec<Owner> {
    if !owners::only_organs(title) {
        return Vec::new();
    }
    let (organs, note) = (owners::organs(title), owners::read(title, context.from));
    let known = |owner: &Owner| owner.name.split('、').all(|name| organs.contains(&name));
    if note.owners.is_empty() || !note.owners.iter().all(known) {
        return Vec::new();
    }
    let names: Vec<&str> = note.owners.iter().map(|owner| owner.name.as_str()).collect();
    context.warn(line, format!("“{}”是{what}的标题，已读成{what}的责任单位，请核对。", names.join("、")));
    note.owners
}

fn warn_note(line: usize, note: &owners::Note, context: &mut Context) {
    if !note.unknown.is_empty() {
        let names = note.unknown.join("、");
        context.warn(line, format!("“{names}”不像机关名称，请核对责任单位。"));
    }
    if note.open_ended {
        context.warn(line, "责任单位用“等”字没有列全，请补充其余单位。");
    }
    if !note.unread.is_empty() {
        let words = note.unread.join("、");
        context.warn(line, format!("责任说明中的“{words}”不是单位名称，没有读成责任单位，请核对是否另有要求。"));
    }
    if !note.partial.is_empty() {
        let words = note.partial.join("、");
        context.warn(line, format!("“{words}”只说其中一部分由谁负责，请核对责任单位。"));
    }
    if !note.watching.is_empty() {
        let names = note.watching.join("、");
        let message = format!("“{names}”写的是督办、监督或指导，没有列入责任单位，如需交办请另行指定。");
        context.warn(line, message);
    }
    if !note.excepted.is_empty() {
        let words = note.excepted.join("、");
        context.warn(line, format!("“{words}”说的是例外，没有列入责任单位，分解到单位时请排除。"));
    }
    let said = note.lead_rule.map(|(rule, _)| rule).or(context.lead_rule).is_some_and(|rule| rule.marked);
    if !note.starred.is_empty() && !said {
        let names = note.starred.join("、");
        context.warn(line, format!("“{names}”带有星号，没有找到说明，如表示牵头单位请填写。"));
    }
    if note.reaches_back {
        context.warn(line, "责任说明写着“以上”，可能也管前面几条，请核对并逐条指定。");
    }
    if let Some(words) = &note.unread_term {
        context.warn(line, format!("看不懂时限“{words}”，请填写日期或频次，例如“6月30日前”“每季度”。"));
    }
    if let Some(problem) = note.due.as_ref().and_then(|due| due.problem.as_ref()) {
        context.warn(line, problem.clone());
    }
}

fn warn_strays(content: &Content, pairs: &pairs::Pairs, context: &mut Context) {
    for &(at, mark) in &pairs.stray {
        context.warn(content.line(at), format!("“{mark}”没有配对，请核对括号和引号。"));
    }
}

/// The date of a stretch of text; what is doubtful about its dates becomes warnings.
fn due_of(text: &str, line: usize, context: &mut Context) -> Option<Due> {
    let found = dates::find(text, context.from, Setting::Text);
    let mut problems: Vec<String> = found.iter().filter_map(|due| due.problem.clone()).collect();
    let chosen = dates::choose(found);
    if let Some(problem) = chosen.as_ref().and_then(|due| due.problem.as_ref())
        && !problems.contains(problem)
    {
        problems.push(problem.clone());
    }
    for problem in problems {
        context.warn(line, problem);
    }
    chosen
}

fn parts(due: Option<&Due>) -> (Option<String>, Option<Date>, Option<Cadence>) {
    (due.map(|due| due.words.clone()), due.and_then(|due| due.on), due.and_then(|due| due.cadence))
}

impl Fields<'_> {
    fn into_clause(self, number: String, mut marks: String, context: &mut Context) -> Clause {
        let line = self.content.line(0);
        let (duties, in_text) = self.duties(line, context);
        let mut owners = Owners::default();
        for group in &self.groups {
            owners.add(group.owners.as_slice().iter().cloned());
        }
        let noted = self.groups.iter().filter_map(|group| group.due.as_ref()).max_by_key(|due| due.on);
        // a clause is done when its last duty is
        let (due, due_on, cadence) = parts(noted.or_else(|| in_text.iter().max_by_key(|due| due.on)));
        marks.push_str(&self.mark);
        if owners.as_slice().is_empty() && !self.text.is_empty() {
            owners.add(titled(&self.title, line, "这一条", context));
        }
        if owners.as_slice().is_empty() {
            let subjects = subjects::find(&format!("{}\n{}", self.title, self.text));
            if !subjects.is_empty() {
                let names = subjects.join("、");
                let message = format!("“{names}”写在句子里，像是责任单位，没有自动读取，请核对后填写。");
                context.warn(line, message);
            }
        }
        if self.title.is_empty() && self.text.is_empty() {
            context.warn(line, format!("“{number}”后面没有内容，请补充或删除。"));
        }
        Clause {
            number,
            title: self.title,
            text: self.text,
            owner_note: self.owner_note,
            owners: owners.into_vec(),
            due,
            due_on,
            cadence,
            duties,
            line,
            marks,
        }
    }

    /// The note groups that govern a duty, by its bytes in the kept text: those inside it and at its end, else the
    /// next.
    fn groups_of(&self, duty: Range<usize>) -> &[NoteGroup] {
        let first = self.groups.partition_point(|group| group.hole <= duty.start);
        let last = self.groups.partition_point(|group| group.hole <= duty.end).max(first + 1);
        self.groups.get(first..last).unwrap_or_default()
    }

    /// Duties, and the dates that the title and the text set themselves.
    fn duties(&self, line: usize, context: &mut Context) -> (Vec<Duty>, Vec<Due>) {
        let single = self.groups.len() == 1;
        let mut dues = Vec::new();
        let in_title = due_of(&self.title, line, context);
        if self.text.is_empty() {
            let own = in_title.or_else(|| self.groups.iter().find_map(|group| group.due.clone()));
            let (due, due_on, cadence) = parts(own.as_ref());
            dues.extend(own);
            let duty = Duty { text: self.title.clone(), due, due_on, cadence, owners: Vec::new(), line };
            return (vec![duty], dues);
        }
        let forced: Vec<usize> = self
            .kept
            .holes
            .iter()
            .filter(|&&(hole, ends)| ends && hole > self.offset)
            .map(|&(hole, _)| hole - self.offset)
            .collect();
        let starts = duties::starts(&self.text, &forced);
        let mut duties = Vec::with_capacity(starts.len());
        for (index, &start) in starts.iter().enumerate() {
            let end = starts.get(index + 1).copied().unwrap_or(self.text.len());
            let text = &self.text[start..end];
            let line = self.content.line(self.kept.origin(self.offset + start));
            let own = due_of(text, line, context);
            let groups = if single { &self.groups } else { self.groups_of(self.offset + start..self.offset + end) };
            let noted = groups.iter().find_map(|group| group.due.as_ref());
            let (due, due_on, cadence) = parts(own.as_ref().or(noted));
            let mut owners = Owners::default();
            for group in groups.iter().filter(|_| !single) {
                owners.add(group.owners.as_slice().iter().cloned());
            }
            let owners = owners.into_vec();
            duties.push(Duty { text: text.to_owned(), due, due_on, cadence, owners, line });
            dues.extend(own);
        }
        if dues.is_empty() {
            dues.extend(in_title);
        }
        (duties, dues)
    }
}
