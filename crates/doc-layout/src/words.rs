//! Words by which the parts of a document are known: names of organs, kinds of documents, what begins an article.

use std::collections::BTreeSet;

use crate::{
    Paragraph,
    marks::{self, Mark},
};

/// Ends of names of organs.
const ORGANS: [&str; 34] = [
    "政府",
    "办公室",
    "办公厅",
    "委员会",
    "代表大会",
    "局",
    "厅",
    "部",
    "委",
    "署",
    "院",
    "会",
    "中心",
    "指挥部",
    "领导小组",
    "银行",
    "支行",
    "办事处",
    "管理处",
    "大队",
    "支队",
    "总队",
    "公司",
    "集团",
    "研究所",
    "监狱",
    "管理站",
    "党组",
    "党委",
    "县委办",
    "市委办",
    "政府办",
    "学校",
    "医院",
];

/// Kinds of documents (文种), and what laws and rules are called.
const KINDS: [&str; 40] = [
    "通知",
    "意见",
    "办法",
    "规定",
    "决定",
    "公告",
    "通告",
    "方案",
    "细则",
    "条例",
    "批复",
    "函",
    "报告",
    "请示",
    "纪要",
    "命令",
    "决议",
    "公报",
    "通报",
    "议案",
    "规则",
    "规划",
    "计划",
    "要点",
    "章程",
    "标准",
    "指南",
    "目录",
    "清单",
    "预案",
    "制度",
    "措施",
    "若干措施",
    "政策",
    "解释",
    "宪法",
    "法",
    "法典",
    "准则",
    "工作规程",
];

/// What ends a sentence or a part of one: no title and no name of an organ has it.
pub(crate) const SENTENCE: [char; 9] = ['。', '；', '！', '？', '，', ';', '!', '?', '：'];

/// The paragraphs with their words without blanks, by which all is recognised: official documents space words to fill a
/// line.
pub(crate) struct Lines<'a> {
    paragraphs: &'a [Paragraph],
    dense: Vec<String>,
    marks: Vec<Mark>,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(paragraphs: &'a [Paragraph]) -> Self {
        let texts: Vec<&str> = paragraphs.iter().map(|paragraph| paragraph.text.as_str()).collect();
        let dense = paragraphs.iter().map(|paragraph| dense(&paragraph.text)).collect();
        Self { paragraphs, dense, marks: marks::marks(&texts) }
    }

    pub(crate) fn count(&self) -> usize {
        self.dense.len()
    }

    /// What says that the text is not for the public.
    pub(crate) fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Whether such a mark stands on this line.
    pub(crate) fn is_marked(&self, at: usize) -> bool {
        self.marks.iter().any(|mark| mark.line == at)
    }

    pub(crate) fn dense(&self, at: usize) -> &str {
        self.dense.get(at).map_or("", String::as_str)
    }

    pub(crate) fn paragraph(&self, at: usize) -> &Paragraph {
        &self.paragraphs[at]
    }

    /// The next paragraph with words at or behind this place.
    pub(crate) fn next(&self, from: usize) -> Option<usize> {
        (from..self.count()).find(|at| !self.dense[*at].is_empty())
    }

    /// The nearest paragraph with words before this place and not before `first`.
    pub(crate) fn before(&self, at: usize, first: usize) -> Option<usize> {
        (first..at).rev().find(|at| !self.dense[*at].is_empty())
    }
}

/// Without blanks and what prints nothing.
pub(crate) fn dense(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !fold::is_unseen(*c)).collect()
}

/// Without the blanks that fill a line; between two words of Latin letters one stays.
pub(crate) fn tight(text: &str) -> String {
    let mut out = String::new();
    let mut gap = false;
    for c in text.chars().filter(|c| !fold::is_unseen(*c)) {
        if c.is_whitespace() {
            gap = true;
            continue;
        }
        let latin = out.chars().next_back().is_some_and(|last| last.is_ascii_alphanumeric());
        if gap && latin && c.is_ascii_alphanumeric() {
            out.push(' ');
        }
        gap = false;
        out.push(c);
    }
    out
}

/// Whether words without blanks read like the name of an organ.
pub fn is_organ(words: &str) -> bool {
    let length = words.chars().count();
    let plain = words.chars().all(|c| c.is_alphanumeric() || matches!(c, '、' | '（' | '）' | '(' | ')' | '·'));
    plain && (3..=40).contains(&length) && ORGANS.iter().any(|end| words.ends_with(end))
}

/// Several organs that sign together on one line, as they are spaced: 青禾县财政局　青禾县民政局.
pub(crate) fn organs_on(line: &str) -> Option<Vec<String>> {
    let whole = dense(line);
    let apart: Vec<String> = line.split_whitespace().map(dense).filter(|words| !words.is_empty()).collect();
    if apart.len() > 1 && apart.iter().all(|words| is_organ(words)) {
        return Some(apart);
    }
    is_organ(&whole).then(|| vec![whole])
}

/// Without a note in brackets at the end: （试行）, （2026年修订）.
pub(crate) fn without_note(title: &str) -> &str {
    let Some(rest) = title.strip_suffix(['）', ')']) else { return title };
    rest.rfind(['（', '(']).map_or(title, |open| &rest[..open])
}

/// Whether a title ends as titles of official documents do.
pub(crate) fn ends_as_title(title: &str) -> bool {
    let bare = without_note(title);
    let bare = without_note(bare);
    let bare = bare.strip_suffix('》').unwrap_or(bare);
    bare.chars().count() > 1 && KINDS.iter().any(|kind| bare.ends_with(kind))
}

/// Whether a paragraph begins an article, a chapter, a numbered section or the contents: the title is over.
pub(crate) fn begins_text(dense: &str) -> bool {
    let numeral = |c: &char| "一二三四五六七八九十百千零〇".contains(*c) || c.is_ascii_digit();
    if dense.starts_with("目录") || dense.starts_with("序言") || dense.starts_with("前言") {
        return true;
    }
    if let Some(rest) = dense.strip_prefix('第') {
        let count = rest.chars().take_while(numeral).count();
        let behind = rest.chars().nth(count);
        return count > 0 && matches!(behind, Some('条' | '章' | '编' | '节'));
    }
    let count = dense.chars().take_while(numeral).count();
    if count > 0 && count <= 3 {
        return matches!(dense.chars().nth(count), Some('、' | '．' | '.'));
    }
    let inside = dense.strip_prefix('（').or_else(|| dense.strip_prefix('('));
    inside.is_some_and(|rest| {
        let count = rest.chars().take_while(numeral).count();
        count > 0 && matches!(rest.chars().nth(count), Some('）' | ')'))
    })
}

/// Whether a line names whom a document is sent to, colon included: organs with 、 and ， between them, no sentence.
pub(crate) fn addressee(dense: &str) -> Option<&str> {
    const SAID: [&str; 14] = [
        "人民政府",
        "办事处",
        "局",
        "委员会",
        "单位",
        "部门",
        "机构",
        "各",
        "委",
        "办公室",
        "院",
        "企业",
        "学校",
        "中心",
    ];
    let names = dense.strip_suffix('：').or_else(|| dense.strip_suffix(':'))?;
    let fits = names.chars().count() <= 300
        && !names.is_empty()
        && !names.contains(['。', '；', '！', '？', '：', ':'])
        && !begins_text(dense);
    (fits && SAID.iter().any(|word| names.contains(word))).then_some(names)
}

/// Each once, in their order.
pub(crate) fn each_once<T: Ord + Clone>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    all.into_iter().filter(|one| seen.insert(one.clone())).collect()
}
