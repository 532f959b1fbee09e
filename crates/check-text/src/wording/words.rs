//! Characters that are often wrong, from a list with the reason for each (`words.tsv`). Words that hold such characters and are
//! right stand beside them.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use text::findings::Finding;

use crate::places::{digits, found};

/// An entry of the list.
#[derive(Debug)]
struct Word {
    wrong: &'static str,
    right: &'static str,
    reason: &'static str,
    /// Words that hold it and are right.
    but: Vec<&'static str>,
}

static WORDS: LazyLock<Vec<Word>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let mut cells = line.split('\t');
        let (wrong, right, reason) = (cells.next()?, cells.next()?, cells.next()?);
        let but = cells.next().unwrap_or_default().split('、').filter(|one| !one.is_empty()).collect();
        Some(Word { wrong, right, reason, but })
    };
    include_str!("words.tsv").lines().filter(|one| !one.starts_with('#')).filter_map(line).collect()
});

static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let wrong: Vec<&str> = WORDS.iter().map(|word| word.wrong).collect();
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(wrong).ok()
});

/// Characters of a text by byte: for turning the bytes of one pass into characters, in order.
pub(super) struct Counted<'a> {
    text: &'a str,
    byte: usize,
    count: usize,
}

impl<'a> Counted<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, byte: 0, count: 0 }
    }

    /// How many characters stand before a byte; bytes are asked for in order.
    pub(super) fn at(&mut self, byte: usize) -> usize {
        self.count += self.text.get(self.byte..byte).map_or(0, |between| between.chars().count());
        self.byte = byte;
        self.count
    }
}

/// Whether a place stands within one of these words.
pub(super) fn within(text: &str, (start, end): (usize, usize), words: &[&str]) -> bool {
    let found = &text[start..end];
    words.iter().any(|word| {
        word.match_indices(found).any(|(offset, _)| {
            start.checked_sub(offset).is_some_and(|from| text.get(from..from + word.len()) == Some(*word))
        })
    })
}

/// Finds them.
pub(super) fn look(part: &str, text: &str, chars: &[char]) -> Vec<Finding> {
    let mut all = Vec::new();
    let mut counted = Counted::new(text);
    if let Some(finder) = FINDER.as_ref() {
        for met in finder.find_iter(text) {
            let word = &WORDS[met.pattern().as_usize()];
            if within(text, (met.start(), met.end()), &word.but) {
                continue;
            }
            let place = (counted.at(met.start()), counted.at(met.end()));
            let suggestion = format!("“{}”请改为“{}”：{}。", word.wrong, word.right, word.reason);
            all.push(found("wording.word", part, chars, place, suggestion, Some(word.right.to_owned())));
        }
    }
    all.extend(until(part, text, chars));
    all
}

/// 截止2026年3月底: where a day follows it is 截至. 报名截止2026年3月5日 is a verb with its day, and stays.
fn until(part: &str, text: &str, chars: &[char]) -> Vec<Finding> {
    const WORD: &str = "截止";
    let mut counted = Counted::new(text);
    let mut all = Vec::new();
    for (byte, _) in text.match_indices(WORD) {
        let at = counted.at(byte);
        let begins = at == 0 || !crate::places::is_han(chars[at - 1]);
        let figures = digits(chars, at + 2);
        let dated = figures > 0 && matches!(chars.get(at + 2 + figures), Some('年' | '月'));
        if begins && dated {
            let suggestion = "后面带时间、表示到某时为止，请用“截至”；“截止”表示停止。".to_owned();
            all.push(found("wording.word", part, chars, (at, at + 2), suggestion, Some("截至".to_owned())));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<(String, Option<String>)> {
        let chars: Vec<char> = text.chars().collect();
        look("", text, &chars).into_iter().map(|one| (one.excerpt, one.replacement)).collect()
    }

    #[test]
    fn the_list_is_sound() {
        for word in WORDS.iter() {
            assert!(word.wrong != word.right && !word.reason.is_empty(), "{}", word.wrong);
            assert!(word.but.iter().all(|but| but.contains(word.wrong)), "{}", word.wrong);
            assert!(!word.right.contains(word.wrong), "{}", word.wrong);
        }
        assert!(WORDS.len() > 100 && FINDER.is_some());
    }

    #[test]
    fn wrong_words_are_told_and_words_that_hold_them_are_not() {
        assert_eq!(said("会议布署了工作"), [("布署".to_owned(), Some("部署".to_owned()))]);
        assert_eq!(said("截止2026年3月底，完成率"), [("截止".to_owned(), Some("截至".to_owned()))]);
        for text in ["会议公布署名文章", "报名截止2026年3月5日", "截止时间：2026年3月5日", "按排名先后", "不良反应问题"]
        {
            assert_eq!(said(text), [], "{text}");
        }
    }
}
