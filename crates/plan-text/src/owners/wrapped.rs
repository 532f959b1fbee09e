//! Names that the paper broke: a line end within a name, spaces between its characters.

use std::borrow::Cow;

use super::{is_separator, labels, names, roles};

/// Removes line ends that stand within a name, and spaces that stand between all characters.
pub(super) fn unwrap(text: &str) -> Cow<'_, str> {
    let text = if text.contains(is_blank) { squeeze(text) } else { Cow::Borrowed(text) };
    if !text.contains('\n') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if out.ends_with('\n') && joins(&out[..out.len() - 1], line) {
            out.truncate(out.trim_end().len());
            out.push_str(line.trim_start());
        } else {
            out.push_str(line);
        }
    }
    Cow::Owned(out)
}

/// Characters of a name.
const LONGEST: usize = 60;

/// Whether the line end between two lines stands within a name.
fn joins(before: &str, after: &str) -> bool {
    let (before, after) = (before.trim_end(), after.trim());
    if before.is_empty() || after.is_empty() || before.ends_with(|c: char| is_separator(c) || matches!(c, '：' | ':'))
    {
        return false;
    }
    if labels::read(after, labels::Place::Note).is_some() {
        return false;
    }
    let start = before.char_indices().rev().take(LONGEST).take_while(|&(_, c)| !is_separator(c)).last();
    let left = &before[start.map_or(before.len(), |(at, _)| at)..];
    let end = after.char_indices().take(LONGEST).find(|&(_, c)| is_separator(c));
    let right = &after[..end.map_or(after.len(), |(at, _)| at)];
    let whole = |piece: &str| {
        let name = roles::strip_end(roles::strip_start(piece)).0;
        names::looks_like_organ(name) && name.chars().nth(2).is_some()
    };
    breaks_word(left, right) || !(whole(left) && whole(right))
}

/// Whether the name at the end of a line goes on in the next.
pub(super) fn breaks_name(line: &str, next: &str) -> bool {
    breaks_word(line.trim_end(), next.trim_start())
}

/// Whether a word of organs' names is broken: `办|公室`, `社|会保障局`.
fn breaks_word(left: &str, right: &str) -> bool {
    const WORDS: [&str; 34] = [
        "办公室",
        "办公厅",
        "委员会",
        "管委会",
        "办事处",
        "人民政府",
        "乡镇",
        "街道",
        "单位",
        "部门",
        "人力资源",
        "社会保障",
        "财政局",
        "管理局",
        "教育",
        "体育",
        "农业农村",
        "住房",
        "城乡建设",
        "文化",
        "旅游",
        "卫生健康",
        "监督",
        "管理",
        "发展改革",
        "工业",
        "信息化",
        "自然资源",
        "生态环境",
        "交通运输",
        "公安局",
        "应急",
        "行政审批",
        "服务中心",
    ];
    WORDS.iter().any(|word| {
        word.char_indices().skip(1).any(|(cut, _)| left.ends_with(&word[..cut]) && right.starts_with(&word[cut..]))
    })
}

/// Blanks that the paper sets between characters.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\u{3000}' | '\u{a0}' | '\u{2002}'..='\u{200a}')
}

/// `县 教 体 局 牵 头`, `县财政局 牵 头`: between two marks some characters stand alone, one beside the other. A blank beside such a
/// character is the paper's.
fn squeeze(text: &str) -> Cow<'_, str> {
    const MOST_BYTES: usize = 200;
    let mut out = String::with_capacity(text.len());
    let mut changed = false;
    let is_mark = |c: char| is_separator(c) && !is_blank(c) || matches!(c, '：' | ':' | '（' | '）');
    let single = |word: &str| word.chars().nth(1).is_none();
    for piece in text.split_inclusive(is_mark) {
        let bare = piece.trim_end_matches(is_mark);
        let words: Vec<&str> = match piece.len() < MOST_BYTES {
            true => bare.split(is_blank).filter(|word| !word.is_empty()).collect(),
            false => Vec::new(),
        };
        if !words.windows(2).any(|pair| single(pair[0]) && single(pair[1])) {
            out.push_str(piece);
            continue;
        }
        changed = true;
        for (at, word) in words.iter().enumerate() {
            let apart = at > 0 && !single(word) && !single(words[at - 1]);
            out.extend(apart.then_some(' '));
            out.push_str(word);
        }
        out.push_str(&piece[bare.len()..]);
    }
    if changed { Cow::Owned(out) } else { Cow::Borrowed(text) }
}
