//! Where a document ends: signature, date, annexes, and paragraphs behind the last clause that do not belong to it.

use super::{
    Cadence, Context,
    dates::{self, Reckoning},
    frame::{Kind, is_signature},
    lines::Line,
    notes, owners, pairs,
};

/// Takes the closing off the blocks of one document, and the signature off those before the last; returns the lines
/// taken off, in order.
pub(super) fn cut(
    lines: &[Line],
    kinds: &[Kind],
    groups: &mut [Vec<(usize, usize)>],
    context: &mut Context,
) -> Vec<usize> {
    let mut closing = Vec::new();
    let flat: Vec<(usize, usize)> = groups.iter().flatten().copied().filter(|(a, b)| a < b).collect();
    let last_block = flat.last().copied();
    for group in groups {
        let sections = group.len() == 1;
        for range in group.iter_mut().filter(|(a, b)| a < b) {
            let view = View { lines, kinds, start: range.0, end: range.1, from: context.from };
            let cut = if Some(*range) == last_block {
                let like = |level: u8| if sections { level == 1 } else { level > 1 };
                let others: Vec<(usize, usize)> = flat[..flat.len() - 1]
                    .iter()
                    .copied()
                    .filter(|&(a, _)| kinds[a].heading().is_some_and(|heading| like(heading.level)))
                    .collect();
                let habits = Habits {
                    single_lines: single_lines(&others, if sections { 0 } else { 2 }, lines, kinds),
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
    closing
}

/// Names what in the closing reads like a duty: it is not lost, but nobody would follow it.
pub(super) fn warn_duties(lines: &[Line], kinds: &[Kind], closing: &[usize], context: &mut Context) {
    for &index in closing.iter().filter(|&&index| kinds[index] == Kind::Plain) {
        warn_duty(&lines[index], "结尾", context);
    }
}

/// Names a line outside all clauses that sets a term or names an owner.
pub(super) fn warn_duty(line: &Line, place: &str, context: &mut Context) {
    let noted =
        notes::find(&line.text, &pairs::find(&line.text), context.from).iter().any(|f| !f.note.owners.is_empty());
    let dated = dates::find(&line.text, context.from, dates::Setting::Text)
        .into_iter()
        .find(|due| due.on.is_some() || due.cadence.is_some_and(|cadence| cadence != Cadence::Continuous));
    let words = match (noted, dated) {
        (_, Some(due)) => format!("时限“{}”", due.words),
        (true, None) => "责任单位".to_owned(),
        (false, None) => return,
    };
    context.warn(line.no, format!("{place}里写有{words}，没有列为任务，如需督办请手工添加。"));
}

/// How the other clauses of a plan are written: the last clause is read like them.
#[derive(Clone, Copy)]
struct Habits {
    /// They have no further paragraphs.
    single_lines: bool,
    /// One of them has its text behind its owner note.
    note_first: bool,
}

/// At least so many other clauses, all without further paragraphs: then further lines after the last clause are not its text.
fn single_lines(others: &[(usize, usize)], fewest: usize, lines: &[Line], kinds: &[Kind]) -> bool {
    let is_text = |i: usize| {
        let text = &lines[i].text;
        kinds[i] == Kind::Plain && !text.starts_with(['（', '(', '【', '[']) && !owners::starts_with_label(text)
    };
    others.len() >= fewest && !others.iter().any(|&(start, end)| (start + 1..end).any(is_text))
}

/// The lines of one block while its end is being looked for.
#[derive(Clone, Copy)]
struct View<'a> {
    lines: &'a [Line],
    kinds: &'a [Kind],
    start: usize,
    end: usize,
    from: Reckoning,
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
        notes::ends_with_note(text, &pairs::find(text), self.from) || self.is_name_below_label(index)
    }

    /// A line that is owner note from its beginning.
    fn is_only_note(&self, index: usize) -> bool {
        let text = self.text(index);
        let notes = notes::find(text, &pairs::find(text), self.from);
        notes.first().is_some_and(|note| note.range.start == 0) || self.is_name_below_label(index)
    }

    /// `责任单位：` alone on a line, and the names below it.
    fn is_name_below_label(&self, index: usize) -> bool {
        // a name of the label's line goes on in this one
        let before = index.checked_sub(1).filter(|before| *before >= self.start).map(|before| self.text(before));
        if before
            .is_some_and(|before| owners::starts_with_label(before) && owners::breaks_name(before, self.text(index)))
        {
            return true;
        }
        let named = |i: &usize| self.kinds[*i] == Kind::Plain && owners::only_names(self.text(*i));
        if index <= self.start || !named(&index) {
            return false;
        }
        let label = (self.start..index).rev().find(|i| !named(i)).unwrap_or(self.start);
        self.text(label).ends_with(['：', ':']) && owners::starts_with_label(self.text(label))
    }

    /// Whether plain text follows the last owner note: `（一）培训（县教体局牵头）`, then `健全机制。`.
    fn note_first(&self) -> bool {
        let last = self.end - 1;
        let noted = |index: usize| self.is_note_line(index);
        last > self.start
            && match self.kinds[last] {
                Kind::Plain => !noted(last) && (self.start..last).any(noted),
                // （一）培训（县教体局牵头）, then 1. and 2.
                Kind::Heading(_) => noted(self.start) && !noted(last),
                _ => false,
            }
    }

    /// A title with its owners and nothing more, up to its last owner note: what follows is its text.
    fn is_bare_until(&self, bound: usize) -> bool {
        let opening = self.text(self.start);
        let notes = notes::find(opening, &pairs::find(opening), self.from);
        let title = notes.first().map_or(opening, |note| &opening[..note.range.start]);
        let title = title.trim_end_matches(|c: char| notes::is_ender(c) || c.is_whitespace());
        let heading = self.kinds[self.start].heading().map_or(0, |heading| heading.rest).min(title.len());
        !title[heading..].contains(notes::is_ender)
            && (self.start + 1..=bound).all(|index| self.is_only_note(index))
            && self.lines[self.start].row.is_none()
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
        let bare = self.is_bare_until(bound) && !habits.single_lines;
        for i in self.start + 1..self.end {
            let text = self.text(i);
            match self.kinds[i] {
                Kind::Attachment => return i,
                Kind::Date => return self.signature_start(i),
                _ => {}
            }
            if [
                "抄送",
                "抄报",
                "分送",
                "主送",
                "主题词",
                "（此件",
                "(此件",
                "（联系人",
                "联系人",
                "特此通知",
                "（共印",
                "共印",
                "校对：",
                "打印：",
                "责任编辑",
                "信息公开属性",
                "公开属性",
                "公开类别",
                "公开方式：",
                "（主动公开",
                "（依申请公开",
                "来源：",
                "来源:",
                "信息来源",
                "稿件来源",
                "浏览次数",
                "点击数",
                "阅读次数",
                "发布时间：",
                "发布日期：",
                "【打印",
                "【关闭",
                "[打印",
                "打印本页",
                "关闭窗口",
                "扫一扫",
                "分享到",
                "上一篇",
                "下一篇",
            ]
            .iter()
            .any(|word| text.starts_with(word))
            {
                return i;
            }
            if i <= bound || begins_with_label(text) {
                continue;
            }
            // the first line of text under a bare title is its text, whatever it says
            let body = bare && i == bound + 1;
            let other = !habits.note_first && !bare && self.is_note_line(bound);
            let noted = i == bound + 1 && !is_section && other;
            let ends = inline || habits.note_first || bare;
            let closes = !body && (sets_in_force(text) || ((!is_section || other) && ends && concludes(text)));
            // a row of a table has no further lines
            let behind_row = self.lines[self.start].row.is_some();
            let single = habits.single_lines && if is_section { other } else { inline };
            if noted || closes || behind_row || single {
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

/// `工作标准：按月通报。` goes on with the clause; a remark on the whole does not.
fn begins_with_label(text: &str) -> bool {
    let label = text.char_indices().take(9).find(|&(_, c)| matches!(c, '：' | ':')).map(|(at, _)| &text[..at]);
    label.is_some_and(|label| {
        label.chars().count() >= 2
            && label.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
            && !["备注", "说明", "附", "抄", "主送", "联系", "签发", "经办", "单位", "电话"]
                .iter()
                .any(|word| label.contains(word))
    })
}

/// `本要点自印发之日起施行`, `原通知停止执行`.
fn sets_in_force(text: &str) -> bool {
    let short = text.chars().take(81).count() <= 80;
    let ends = ["停止执行", "同时废止", "予以废止", "同时失效", "负责解释"].iter().any(|word| text.contains(word));
    if ends && short && ["原", "此前", "《", "本"].iter().any(|word| text.starts_with(word)) {
        return true;
    }
    let own =
        ["本要点", "本方案", "本意见", "本通知", "本计划", "本办法", "本分工"].iter().any(|w| text.starts_with(w));
    own && ["自", "由", "有效"].iter().any(|word| text.contains(word)) && short
}

/// A paragraph that asks all organs to carry the plan out.
fn concludes(text: &str) -> bool {
    let all = ["各", "请", "以上", "县", "本"].iter().any(|word| text.starts_with(word));
    let asks = ["贯彻落实", "抓好落实", "认真落实", "贯彻执行", "组织实施", "落实情况", "报送", "督查"];
    let own = ["本要点", "本方案", "本意见", "本通知", "本计划", "实际", "以上", "落实情况"];
    // 其他单位可参照本方案执行
    let by_example = text.contains("参照") && text.chars().take(121).count() <= 120;
    let all = all || by_example;
    let asks = asks.iter().any(|word| text.contains(word)) || by_example;
    all && asks && own.iter().any(|word| text.contains(word))
}
