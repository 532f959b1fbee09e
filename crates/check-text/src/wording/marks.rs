//! Marks of punctuation by GB/T 15834: half-width ones between Chinese characters, marks that stand twice, brackets and quotation
//! marks of titles that have no other half. Lists of values, formulas, addresses and code are left alone.

use text::findings::Finding;

use crate::places::{found, is_han};

/// Half-width marks and the ones that Chinese text has.
const HALF: [(char, char); 6] = [(',', '，'), (';', '；'), (':', '：'), ('?', '？'), ('!', '！'), ('.', '。')];
/// Marks that stand once.
const ONCE: [char; 7] = ['，', '。', '；', '：', '、', '！', '？'];
/// Brackets in pairs.
const PAIRS: [(char, char); 5] = [('（', '）'), ('《', '》'), ('“', '”'), ('〔', '〕'), ('【', '】')];

/// Findings of one text at the most: who writes all marks in half width is told so often enough.
const MOST: usize = 60;

/// Finds them.
pub(super) fn look(part: &str, text: &str, chars: &[char]) -> Vec<Finding> {
    let mut all = Vec::new();
    if text.is_ascii() {
        return all;
    }
    half(part, chars, &mut all);
    all.truncate(MOST);
    twice(part, chars, &mut all);
    all.truncate(2 * MOST);
    pairs(part, chars, &mut all);
    all
}

/// Whether the line that begins at a place is a row of values rather than a sentence: 张三,李四,王五,赵六.
fn is_row(chars: &[char], start: usize) -> bool {
    let line: Vec<char> = chars[start..].iter().take(2_000).take_while(|c| **c != '\n').copied().collect();
    let commas = line.iter().filter(|c| matches!(c, ',' | '|' | '\t')).count();
    let full = line.iter().any(|c| matches!(c, '，' | '。' | '；'));
    commas >= 3 && !full
}

fn half(part: &str, chars: &[char], all: &mut Vec<Finding>) {
    // The line that was looked at last, and whether it is a row.
    let mut row: Option<(usize, bool)> = None;
    let mut start = 0;
    for (at, c) in chars.iter().enumerate() {
        if *c == '\n' {
            start = at + 1;
        }
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let behind = chars.get(at + 1).copied();
        let Some(before) = before.filter(|c| is_han(*c) || matches!(c, '》' | '”' | '）')) else { continue };
        if *c == '(' {
            all.extend(bracket(part, chars, at));
            continue;
        }
        let Some((_, right)) = HALF.iter().find(|(half, _)| half == c) else { continue };
        // At the end of a line, and before a blank, a stop is as clear as between two characters.
        let ends = behind.is_none_or(|c| c == '\n');
        let fits = match c {
            '.' => ends && is_han(before),
            _ => ends || behind.is_some_and(|c| is_han(c) || matches!(c, '《' | '“' | '（')),
        };
        if !fits {
            continue;
        }
        let is_row = match row {
            Some((line, known)) if line == start => known,
            _ => is_row(chars, start),
        };
        row = Some((start, is_row));
        if !is_row {
            let suggestion = format!("中文里的“{c}”请改为全角的“{right}”。");
            all.push(found("wording.mark", part, chars, (at, at + 1), suggestion, Some(right.to_string())));
        }
        if all.len() > MOST {
            return;
        }
    }
}

/// (以下简称条例): a bracket with Chinese in it. Years of document numbers are another rule's.
fn bracket(part: &str, chars: &[char], open: usize) -> Option<Finding> {
    /// Characters in a bracket at the most.
    const LONGEST: usize = 60;
    let inside = &chars[open + 1..];
    let length = inside.iter().take(LONGEST).position(|c| matches!(c, ')' | '）' | '(' | '（' | '\n'))?;
    let closes = inside.get(length).is_some_and(|c| matches!(c, ')' | '）'));
    let chinese = inside.first().is_some_and(|c| is_han(*c) || *c == '《');
    if !closes || !chinese {
        return None;
    }
    let words: String = inside[..length].iter().collect();
    let suggestion = "中文里的括号请用全角的“（）”。".to_owned();
    let place = (open, open + length + 2);
    Some(found("wording.mark", part, chars, place, suggestion, Some(format!("（{words}）"))))
}

fn twice(part: &str, chars: &[char], all: &mut Vec<Finding>) {
    let mut at = 0;
    while at < chars.len() {
        let run = chars[at..].iter().take_while(|c| ONCE.contains(c)).count();
        if run < 2 {
            at += run.max(1);
            continue;
        }
        let marks = &chars[at..at + run];
        let end = at + run;
        // ！！ and ？！ are seen in titles; three stops are an ellipsis.
        let loud = marks.iter().all(|c| matches!(c, '！' | '？'));
        let stops = marks.iter().all(|c| *c == '。');
        if !loud {
            let (right, why) = if stops && run >= 3 {
                ("……".to_owned(), "省略号写作“……”。")
            } else {
                let strongest = ['。', '；', '：', '！', '？', '，', '、'].into_iter().find(|c| marks.contains(c));
                (strongest.unwrap_or('，').to_string(), "标点重复了，请保留一个。")
            };
            all.push(found("wording.mark", part, chars, (at, end), why.to_owned(), Some(right)));
        }
        at = end;
    }
}

/// `1）`, `（1）`: numbers of items have but the second half.
fn is_item(chars: &[char], at: usize) -> bool {
    let numbers = |c: &&char| c.is_ascii_alphanumeric() || "一二三四五六七八九十".contains(**c);
    let run = chars[..at].iter().rev().take_while(numbers).take(4).count();
    let before = (at - run).checked_sub(1).and_then(|place| chars.get(place));
    (1..=3).contains(&run) && before.is_none_or(|c| !is_han(*c) && !c.is_ascii_alphanumeric())
}

fn pairs(part: &str, chars: &[char], all: &mut Vec<Finding>) {
    // Where each half that is open stands.
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut lone: Vec<(usize, char)> = Vec::new();
    for (at, c) in chars.iter().enumerate() {
        // A bracket may be closed in half width: it is told there.
        let c = match c {
            '(' => '（',
            ')' => '）',
            other => *other,
        };
        if PAIRS.iter().any(|(first, _)| *first == c) {
            open.push((c, at));
        } else if let Some((first, _)) = PAIRS.iter().find(|(_, second)| *second == c) {
            match open.iter().rposition(|(half, _)| half == first) {
                Some(place) => {
                    lone.extend(open.drain(place + 1..).map(|(half, at)| (at, half)));
                    open.pop();
                }
                None if c == '）' && is_item(chars, at) => {}
                None => lone.push((at, c)),
            }
        }
    }
    lone.extend(open.into_iter().map(|(half, at)| (at, half)));
    lone.sort_unstable();
    for (at, half) in lone.into_iter().take(MOST) {
        // A quotation of several paragraphs is opened anew in each of them and closed in the last.
        if half == '“' {
            continue;
        }
        let suggestion = format!("“{half}”没有另一半，请补上或删去。");
        let suggestion =
            if half == '”' { "后引号没有前引号，请补上或删去。".to_owned() } else { suggestion };
        all.push(found("wording.mark", part, chars, (at, at + 1), suggestion, None));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<(String, Option<String>)> {
        let chars: Vec<char> = text.chars().collect();
        look("", text, &chars).into_iter().map(|one| (one.excerpt, one.replacement)).collect()
    }

    #[test]
    fn marks_are_told_with_what_can_stand_there() {
        for (text, excerpt, right) in [
            ("各乡镇,各部门：", ",", Some("，")),
            ("现通知如下:", ":", Some("：")),
            ("请认真执行.", ".", Some("。")),
            ("条例(以下简称条例)规定", "(以下简称条例)", Some("（以下简称条例）")),
            ("第一，，第二", "，，", Some("，")),
            ("办理完毕，。", "，。", Some("。")),
            ("各部门。。。", "。。。", Some("……")),
            ("根据《条例的规定", "《", None),
            ("县政府办公室）负责", "）", None),
        ] {
            assert_eq!(said(text), [(excerpt.to_owned(), right.map(str::to_owned))], "{text}");
        }
    }

    #[test]
    fn what_looks_like_it_is_left_alone() {
        for text in [
            "张三,李四,王五,赵六",
            "访问 https://www.example.gov.cn/a,b 查看",
            "时间：8:30—12:00，3.5 万元，比例1:2",
            "1）受理；2）审核；一）公示",
            "（一）总体要求。“十四五”规划",
            "联系人（王主任）……电话——",
            "真的吗？！",
            "增长5%(含)",
        ] {
            assert_eq!(said(text), [], "{text}");
        }
    }
}
