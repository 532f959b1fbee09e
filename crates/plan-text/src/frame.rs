//! The frame of a plan: which lines are headings, which belong to which clause, where the closing begins.

use super::{
    Clause, Context, Section,
    block::{self, Block, Group},
    closing, dates,
    head::Head,
    headings::{self, Heading},
    lines::{self, Line},
    notes, outline, owners, pairs, rare,
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
    let decimals = decimals(lines);
    let forms = rare::forms(lines);
    let mut listing = false;
    let mut kinds = Vec::with_capacity(lines.len());
    for line in lines {
        if let Some(row) = &line.row {
            listing = false;
            let (number, mark) = (row.number.clone(), row.mark.clone());
            let level = if row.section { 1 } else { headings::ROW };
            kinds.push(Kind::Heading(Heading { level, number, mark, rest: row.rest }));
            continue;
        }
        let heading = headings::read(&line.text).or_else(|| {
            let (parts, heading) = headings::decimal(&line.text).filter(|_| decimals.is_some())?;
            (parts.len() > 1 || decimals == Some(true)).then_some(heading)
        });
        let heading = heading.or_else(|| rare::read(&line.text, forms));
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
    outline::read(lines, &mut kinds);
    kinds
}

/// Whether the text is numbered in decimals (`1.1`, `1.2`): at least one follows another; and whether `1　总则` opens its
/// sections, because nothing else does. One decimal alone is an amount.
fn decimals(lines: &[Line]) -> Option<bool> {
    let mut last: Vec<u32> = Vec::new();
    let (mut follows, mut opened, mut sectioned) = (false, false, false);
    for line in lines.iter().filter(|line| line.row.is_none()) {
        sectioned |= headings::read(&line.text).is_some_and(|heading| heading.level == 1);
        let Some((parts, _)) = headings::decimal(&line.text) else { continue };
        if parts.len() == 1 {
            opened = true;
        } else if let [before @ .., index] = parts.as_slice() {
            let next =
                last.len() == parts.len() && last.starts_with(before) && last.last().map(|n| n + 1) == Some(*index);
            let anew = *index == 1 && last.first().is_some_and(|first| *first + 1 == parts[0]);
            follows |= next || anew;
            last = parts;
        }
    }
    follows.then_some(opened && !sectioned)
}

/// What papers behind a plan are called.
pub(super) const ATTACHMENTS: [&str; 4] = ["附件", "附表", "附录", "附图"];

fn starts_attachments(line: &str) -> bool {
    let labelled = ATTACHMENTS.iter().find_map(|word| line.strip_prefix(*word));
    let Some(rest) = labelled.or_else(|| line.strip_prefix("附：").map(|_| "：")) else {
        return false;
    };
    let next = rest.trim_start().chars().next();
    // 附件一：; 附件一并报送 is a sentence
    let counted = |rest: &str| {
        let behind = rest.trim_start_matches(headings::is_numeral);
        behind.len() < rest.len() && (behind.is_empty() || behind.starts_with(['：', ':', ' ', '\u{3000}', '.', '、']))
    };
    let numbered =
        next.is_none_or(|c| matches!(c, '：' | ':') || headings::digit(c).is_some()) || counted(rest.trim_start());
    numbered && line.chars().take(101).count() <= 100
}

/// A date alone, one behind a signature, and the imprint below: `青禾县人民政府办公室　2025年5月23日印发`.
fn is_dated(line: &str) -> bool {
    if line.chars().take(81).count() > 80 {
        return false;
    }
    let line = ["印发", "印制", "发布", "印", "发"].iter().find_map(|word| line.strip_suffix(word)).unwrap_or(line);
    let line = line.trim_end();
    let behind = line.rsplit_once(char::is_whitespace).map_or(line, |(_, last)| last);
    dates::is_date_line(line) || dates::is_date_line(behind)
}

/// A short line without a sentence, ending as organs' names do: who signs.
pub(super) fn is_signature(line: &str) -> bool {
    line.chars().take(41).count() <= 40
        && line.split_whitespace().all(owners::looks_like_organ)
        && !line.contains(['。', '；', '：', '，'])
}

/// The lines that stand in no clause for sure: the head, and notes on the text such as `注：排在第一位的为牵头单位`.
pub(super) fn outside_notes<'a>(lines: &'a [Line], kinds: &'a [Kind], first: usize) -> impl Iterator<Item = &'a Line> {
    let remark =
        |line: &Line| ["注：", "注:", "备注：", "说明：", "（注", "(注"].iter().any(|w| line.text.starts_with(w));
    let lines = lines.iter().zip(kinds).enumerate();
    lines
        .filter(move |&(index, (line, kind))| index < first || (*kind == Kind::Plain && remark(line)))
        .map(|(_, (line, _))| line)
}

/// Groups the lines from the first heading on into sections and clauses, and takes the closing off. Each document of the
/// file (see [`parts`]) has its own.
pub(super) fn body<'a>(
    lines: &'a [Line],
    kinds: &'a [Kind],
    first: usize,
    parts: &[usize],
    context: &mut Context,
) -> (Vec<Group<'a>>, String) {
    let sectioned = kinds.iter().any(|kind| kind.heading().is_some_and(|heading| heading.level == 1));
    let unnumbered = kinds[first].heading().is_some_and(|heading| heading.level > 1);
    if sectioned && unnumbered && lines[first].row.is_none() {
        context.warn(lines[first].no, "第一个“一、”之前已有编号条目，已单列为没有标题的一节，请核对。");
    }
    let mut ranges: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut closing: Vec<usize> = Vec::new();
    let starts: Vec<usize> = std::iter::once(first).chain(parts.iter().copied()).chain([lines.len()]).collect();
    for part in starts.windows(2) {
        let bounds: Vec<usize> = (part[0]..part[1])
            .filter(|&i| i == part[0] || kinds[i].heading().is_some_and(|heading| heading.level == 1))
            .chain([part[1]])
            .collect();
        let mut groups: Vec<Vec<(usize, usize)>> = bounds.windows(2).map(|w| blocks(kinds, w[0], w[1])).collect();
        let cut = closing::cut(lines, kinds, &mut groups, context);
        if let Some(&start) = cut.first().filter(|_| part[1] < lines.len()) {
            context.warn(lines[start].no, "落款之后还有编号内容，已继续解析，请核对是否为另一份文件。");
        }
        let follows = part[0] > first && matches!(kinds[part[0] - 1], Kind::Plain | Kind::Heading(_));
        if follows && kinds[part[0]].heading().is_some_and(|heading| heading.number.is_empty()) {
            let title = &lines[part[0]].text;
            context.warn(lines[part[0]].no, format!("“{title}”像是另一份文件的标题，已单列一节，两份计划请分别导入。"));
        }
        closing.extend(cut);
        ranges.append(&mut groups);
    }
    let groups = ranges.iter().map(|group| to_group(lines, kinds, group)).collect();
    closing::warn_duties(lines, kinds, &closing, context);
    let closing: Vec<&Line> = closing.into_iter().map(|index| &lines[index]).collect();
    (groups, lines::join(&closing))
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
    if notes::find(&text, &pairs::find(&text), context.from).is_empty() {
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
