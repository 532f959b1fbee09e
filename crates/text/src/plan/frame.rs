//! The frame of a plan: which lines are headings, which belong to which clause, where the closing begins.

use super::{
    Clause, Context, Section,
    block::{self, Block, Group},
    dates,
    head::Head,
    headings::{self, Heading},
    lines::{self, Line},
    notes, owners, pairs,
};

/// What a line is, seen alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Heading(Heading),
    /// `附件：…` or a numbered line of its list.
    Attachment,
    /// A date alone, or signature and date.
    Date,
    Plain,
}

impl Kind {
    pub(super) fn heading(&self) -> Option<&Heading> {
        match self {
            Kind::Heading(heading) => Some(heading),
            _ => None,
        }
    }
}

/// Says what each line is.
pub(super) fn classify(lines: &[Line]) -> Vec<Kind> {
    let mut listing = false;
    let mut kinds = Vec::with_capacity(lines.len());
    for line in lines {
        if let Some(row) = &line.row {
            listing = false;
            let (number, mark) = (row.number.clone(), row.mark.clone());
            kinds.push(Kind::Heading(Heading { level: headings::ROW, number, mark, rest: row.rest }));
            continue;
        }
        let heading = headings::read(&line.text);
        let kind = if starts_attachments(&line.text) {
            listing = true;
            Kind::Attachment
        } else if listing && heading.as_ref().is_some_and(|heading| heading.level == 4) {
            Kind::Attachment
        } else {
            listing = false;
            match heading {
                Some(heading) => Kind::Heading(heading),
                None if is_dated(&line.text) => Kind::Date,
                None => Kind::Plain,
            }
        };
        kinds.push(kind);
    }
    kinds
}

fn starts_attachments(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("附件").or_else(|| line.strip_prefix("附：").map(|_| "：")) else {
        return false;
    };
    let next = rest.trim_start().chars().next();
    let numbered = next.is_none_or(|c| matches!(c, '：' | ':') || headings::digit(c).is_some());
    numbered && line.chars().take(101).count() <= 100
}

fn is_dated(line: &str) -> bool {
    if line.chars().take(61).count() > 60 {
        return false;
    }
    let behind = line.rsplit_once(char::is_whitespace).map_or(line, |(_, last)| last);
    dates::is_date_line(line) || dates::is_date_line(behind)
}

/// A short line without a sentence, ending as organs' names do: who signs.
fn is_signature(line: &str) -> bool {
    line.chars().take(41).count() <= 40
        && line.split_whitespace().all(owners::looks_like_organ)
        && !line.contains(['。', '；', '：', '，'])
}

/// Groups the lines from the first heading on into sections and clauses, and takes the closing off.
pub(super) fn body<'a>(
    lines: &'a [Line],
    kinds: &'a [Kind],
    first: usize,
    context: &mut Context,
) -> (Vec<Group<'a>>, String) {
    let bounds: Vec<usize> = (first..lines.len())
        .filter(|&i| i == first || kinds[i].heading().is_some_and(|heading| heading.level == 1))
        .chain([lines.len()])
        .collect();
    let sectioned = kinds.iter().any(|kind| kind.heading().is_some_and(|heading| heading.level == 1));
    let unnumbered = kinds[first].heading().is_some_and(|heading| heading.level > 1);
    if sectioned && unnumbered {
        context.warn(lines[first].no, "第一个“一、”之前已有编号条目，已单列为没有标题的一节，请核对。");
    }
    let mut groups: Vec<Vec<(usize, usize)>> = bounds.windows(2).map(|w| blocks(kinds, w[0], w[1])).collect();
    let mut closing: Vec<usize> = Vec::new();
    let flat: Vec<(usize, usize)> = groups.iter().flatten().copied().filter(|(a, b)| a < b).collect();
    let last_block = flat.last().copied();
    for group in &mut groups {
        let sections = group.len() == 1;
        for range in group.iter_mut().filter(|(a, b)| a < b) {
            let view = View { lines, kinds, start: range.0, end: range.1, year: context.year };
            let cut = if Some(*range) == last_block {
                let others: Vec<(usize, usize)> = flat[..flat.len() - 1]
                    .iter()
                    .copied()
                    .filter(|&(a, _)| kinds[a].heading().is_some_and(|heading| heading.level > 1))
                    .collect();
                let habits = Habits {
                    single_lines: single_lines(&others, lines, kinds),
                    note_first: others.iter().any(|&(start, end)| View { start, end, ..view }.note_first()),
                };
                let cut = view.closing(sections, habits);
                view.warn_after_closing(cut, context);
                cut
            } else {
                view.signature(context)
            };
            closing.extend(cut..range.1);
            range.1 = cut;
        }
    }
    let groups = groups.iter().map(|group| to_group(lines, kinds, group)).collect();
    let closing: Vec<&Line> = closing.into_iter().map(|index| &lines[index]).collect();
    (groups, lines::join(&closing))
}

/// How the other clauses of a plan are written: the last clause is read like them.
#[derive(Clone, Copy)]
struct Habits {
    /// They have no further paragraphs.
    single_lines: bool,
    /// One of them has its text behind its owner note.
    note_first: bool,
}

/// At least two other clauses, all without further paragraphs: then further lines after the last clause are not its text.
fn single_lines(others: &[(usize, usize)], lines: &[Line], kinds: &[Kind]) -> bool {
    let is_text = |i: usize| {
        let text = &lines[i].text;
        kinds[i] == Kind::Plain && !text.starts_with(['（', '(', '【', '[']) && !owners::starts_with_label(text)
    };
    others.len() >= 2 && !others.iter().any(|&(start, end)| (start + 1..end).any(is_text))
}

/// Ranges of lines of one section: its own, then one per clause. The highest level that occurs opens the clauses.
fn blocks(kinds: &[Kind], start: usize, end: usize) -> Vec<(usize, usize)> {
    let level = |i: usize| kinds[i].heading().map(|heading| heading.level).filter(|&level| level > 1);
    let top = (start..end).filter_map(level).min();
    let mut ranges = vec![(start, end)];
    for i in (start..end).filter(|&i| top.is_some() && level(i) == top) {
        if let Some(last) = ranges.last_mut() {
            last.1 = i;
        }
        ranges.push((i, end));
    }
    ranges
}

fn to_group<'a>(lines: &'a [Line], kinds: &'a [Kind], ranges: &[(usize, usize)]) -> Group<'a> {
    let block = |&(start, end): &(usize, usize), level: &dyn Fn(u8) -> bool| Block {
        heading: kinds.get(start).filter(|_| start < end).and_then(Kind::heading).filter(|h| level(h.level)),
        lines: lines[start..end].iter().collect(),
    };
    Group {
        section: block(&ranges[0], &|level| level == 1),
        clauses: ranges[1..].iter().map(|range| block(range, &|_| true)).collect(),
    }
}

/// The lines of one block while its end is being looked for.
#[derive(Clone, Copy)]
struct View<'a> {
    lines: &'a [Line],
    kinds: &'a [Kind],
    start: usize,
    end: usize,
    year: Option<i16>,
}

impl View<'_> {
    fn text(&self, index: usize) -> &str {
        &self.lines[index].text
    }

    /// The signature above a date line.
    fn signature_start(&self, date: usize) -> usize {
        let mut start = date;
        while start > self.start + 1 && date - start < 4 && is_signature(self.text(start - 1)) {
            start -= 1;
        }
        start
    }

    /// A signature and date at the end of a block that is not the last: text goes on behind it.
    fn signature(&self, context: &mut Context) -> usize {
        let last = self.end - 1;
        if last == self.start || self.kinds[last] != Kind::Date {
            return self.end;
        }
        let start = self.signature_start(last);
        context.warn(self.lines[start].no, "落款之后还有编号内容，已继续解析，请核对是否为另一份文件。");
        start
    }

    fn is_note_line(&self, index: usize) -> bool {
        let text = self.text(index);
        notes::ends_with_note(text, &pairs::find(text), self.year)
    }

    /// Whether plain text follows the last owner note: `（一）培训（县教体局牵头）`, then `健全机制。`.
    fn note_first(&self) -> bool {
        let last = self.end - 1;
        last > self.start
            && self.kinds[last] == Kind::Plain
            && !self.is_note_line(last)
            && (self.start..last).any(|index| self.is_note_line(index))
    }

    /// The first line of the closing in the last block, or the block's end.
    fn closing(&self, is_section: bool, habits: Habits) -> usize {
        // lines up to the last numbered or owner-noted one belong to the clause, unless the end is marked before
        let bound = (self.start..self.end)
            .rev()
            .find(|&i| i == self.start || self.kinds[i].heading().is_some() || self.is_note_line(i))
            .unwrap_or(self.start);
        let opening = self.text(self.start);
        let inline = opening.contains('。') && self.kinds[self.start].heading().is_some();
        for i in self.start + 1..self.end {
            let text = self.text(i);
            match self.kinds[i] {
                Kind::Attachment => return i,
                Kind::Date => return self.signature_start(i),
                _ => {}
            }
            if ["抄送", "主送", "（此件", "(此件", "（联系人", "联系人", "特此通知"]
                .iter()
                .any(|word| text.starts_with(word))
            {
                return i;
            }
            if i <= bound {
                continue;
            }
            let noted = i == bound + 1 && !is_section && !habits.note_first && self.is_note_line(bound);
            let ends = inline || habits.note_first;
            let closes = sets_in_force(text) || (!is_section && ends && concludes(text));
            // a row of a table has no further lines
            let behind_row = self.lines[self.start].row.is_some();
            if noted || closes || behind_row || (!is_section && inline && habits.single_lines) {
                return i;
            }
        }
        self.end
    }

    fn warn_after_closing(&self, cut: usize, context: &mut Context) {
        let Some(date) = (cut..self.end).find(|&i| self.kinds[i] == Kind::Date) else { return };
        let beyond = (date + 1..self.end).find(|&i| {
            let text = self.text(i);
            let usual = ["抄送", "主送", "（", "(", "附", "印发"].iter().any(|word| text.starts_with(word));
            self.kinds[i] == Kind::Plain && !usual && text.contains(['。', '；'])
        });
        if let Some(index) = beyond {
            context.warn(self.lines[index].no, "落款日期之后还有文字，已归入结尾，请核对是否漏了编号。");
        }
    }
}

/// `本要点自印发之日起施行`, `特此通知`.
fn sets_in_force(text: &str) -> bool {
    let own =
        ["本要点", "本方案", "本意见", "本通知", "本计划", "本办法", "本分工"].iter().any(|w| text.starts_with(w));
    own && ["自", "由", "有效"].iter().any(|word| text.contains(word)) && text.chars().take(81).count() <= 80
}

/// A paragraph that asks all organs to carry the plan out.
fn concludes(text: &str) -> bool {
    let all = ["各", "请", "以上", "县", "本"].iter().any(|word| text.starts_with(word));
    let asks = ["贯彻落实", "抓好落实", "认真落实", "贯彻执行", "组织实施", "落实情况", "报送", "督查"];
    let own = ["本要点", "本方案", "本意见", "本通知", "本计划", "实际", "以上", "落实情况"];
    all && asks.iter().any(|word| text.contains(word)) && own.iter().any(|word| text.contains(word))
}

/// A plan without headings: all preamble, or one clause when it names owners.
pub(super) fn without_headings(head: &Head<'_>, context: &mut Context) -> (Option<Section>, String) {
    let line = head.preamble.first().map_or(1, |line| line.no);
    if head.preamble.is_empty() {
        if !head.title.is_empty() {
            context.warn(line, "只有标题，没有任务，请核对文件是否完整。");
        }
        return (None, String::new());
    }
    let text = lines::join(&head.preamble);
    if notes::find(&text, &pairs::find(&text), context.year).is_empty() {
        context.warn(line, "没有找到“一、”“（一）”“1.”这样的标题，全文已作为前言，请核对文件或手工添加任务。");
        return (None, text);
    }
    context.warn(line, "没有找到“一、”“（一）”“1.”这样的标题，全文已作为一条，请手工拆分。");
    let clause: Clause = block::clause(&Block { heading: None, lines: head.preamble.clone() }, context);
    let section = Section {
        number: String::new(),
        title: String::new(),
        text: String::new(),
        clauses: vec![clause],
        line,
        marks: String::new(),
    };
    (Some(section), String::new())
}
