//! Excerpts with the hits marked: pieces of plain text, never markup.
//!
//! Own code instead of tantivy's generator, which panics on tokens out of order and cannot mark a hit across brackets. It
//! compares the same units that are indexed, so that what was found is what is marked.

use serde::Deserialize;

use crate::tokens::{self, Unit, units};

web::answer! {
    /// A piece of an excerpt.
    #[derive(Clone, PartialEq, Eq, Deserialize)]
    pub struct Piece as "SearchPiece" {
        pub text: String => "文字。",
        pub hit: bool => "是否命中。",
    }
}

/// Characters of an excerpt after its first hit.
const AFTER: usize = 100;
/// Characters before the first hit at most; fewer when a sentence begins.
const BEFORE: usize = 24;
/// Hits looked at in one text: enough to choose a good place, bounded for texts that consist of the word.
const MOST_HITS: usize = 300;

/// What to mark: each phrase and word as the codes of its units, longest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Needles(Vec<Vec<u64>>);

impl Needles {
    pub(crate) fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut needles: Vec<Vec<u64>> = texts
            .into_iter()
            .map(units)
            // A single Han character would speckle the text.
            .filter(|units| units.len() > 1 || units.first().is_some_and(|unit| !unit.han))
            .map(|units| units.iter().map(|unit| unit.code).collect())
            .collect();
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        needles.dedup();
        Self(needles)
    }
}

struct Found {
    from: usize,
    to: usize,
    needle: usize,
}

fn find(units: &[Unit], needles: &Needles) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < units.len() && found.len() < MOST_HITS {
        let here = needles.0.iter().position(|needle| {
            units.get(at..at + needle.len()).is_some_and(|part| {
                part.iter().zip(needle).all(|(unit, code)| unit.code == *code)
                    && part[part.len() - 1].position - part[0].position + 1 == part.len()
            })
        });
        match here {
            Some(needle) => {
                let last = at + needles.0[needle].len() - 1;
                found.push(Found { from: units[at].from, to: units[last].to, needle });
                at = last + 1;
            }
            None => at += 1,
        }
    }
    found
}

/// The text up to `limit` characters, with the hits marked.
pub(crate) fn marked(text: &str, needles: &Needles) -> Vec<Piece> {
    pieces(text, 0, text.len(), &find(&units(text), needles))
}

/// The best place of a text: where the most different hits stand close together. Without a hit, its beginning.
pub(crate) fn excerpt(text: &str, needles: &Needles) -> Vec<Piece> {
    let found = find(&units(text), needles);
    let from = best(&found, needles).map_or(0, |hit| begin(text, hit.from));
    let first = found.iter().find(|hit| hit.from >= from).map_or(from, |hit| hit.from);
    let to = text[first..].char_indices().nth(AFTER).map_or(text.len(), |(at, _)| first + at);
    // A hit at the edge is shown whole.
    let to = found.iter().find(|hit| hit.from < to && hit.to > to).map_or(to, |hit| hit.to);
    let mut parts = pieces(text, from, to, &found);
    if from > 0 && !ends_sentence(text[..from].chars().next_back()) {
        parts.insert(0, Piece { text: "…".into(), hit: false });
    }
    if to < text.len() {
        parts.push(Piece { text: "…".into(), hit: false });
    }
    parts
}

/// The hit with which the richest stretch begins. Bytes stand for characters here: three of them make one.
fn best<'a>(found: &'a [Found], needles: &Needles) -> Option<&'a Found> {
    let worth = |start: usize| {
        let mut seen = vec![false; needles.0.len()];
        let reach = found[start].from + AFTER * 3;
        for hit in found[start..].iter().take_while(|hit| hit.to <= reach) {
            seen[hit.needle] = true;
        }
        seen.iter().zip(&needles.0).filter(|(seen, _)| **seen).map(|(_, needle)| needle.len()).sum::<usize>()
    };
    // The first of the best: `max_by_key` would give the last.
    (0..found.len()).rev().max_by_key(|start| worth(*start)).map(|start| &found[start])
}

fn ends_sentence(c: Option<char>) -> bool {
    c.is_none_or(|c| "。！？；\n".contains(c))
}

/// Where an excerpt begins that must show what stands at `hit`.
fn begin(text: &str, hit: usize) -> usize {
    let mut from = hit;
    for (at, c) in text[..hit].char_indices().rev().take(BEFORE) {
        if ends_sentence(Some(c)) {
            break;
        }
        from = at;
    }
    from
}

fn pieces(text: &str, from: usize, to: usize, found: &[Found]) -> Vec<Piece> {
    let mut parts: Vec<Piece> = Vec::new();
    let mut push = |part: &str, hit: bool| {
        // Line ends and runs of white space become one space.
        let line = part.split_whitespace().collect::<Vec<_>>().join(" ");
        let lead = if part.starts_with(char::is_whitespace) && !parts.is_empty() { " " } else { "" };
        let trail = if part.ends_with(char::is_whitespace) && !line.is_empty() { " " } else { "" };
        let text = format!("{lead}{line}{trail}");
        match parts.last_mut().filter(|last| last.hit == hit) {
            // Words that stand together are one mark.
            Some(last) => last.text.push_str(&text),
            None if text.is_empty() => {}
            None => parts.push(Piece { text, hit }),
        }
    };
    let mut at = from;
    for hit in found.iter().filter(|hit| hit.from >= from && hit.to <= to) {
        push(&text[at..hit.from], false);
        push(&text[hit.from..hit.to], true);
        at = hit.to;
    }
    push(&text[at..to], false);
    parts
}

/// The pieces as one plain text.
pub(crate) fn plain(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

/// Whether two texts name the same thing, brackets, spaces, width and case aside.
pub(crate) fn same(one: &str, other: &str) -> bool {
    !one.is_empty() && tokens::key(one) == tokens::key(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(pieces: &[Piece]) -> String {
        pieces.iter().map(|piece| if piece.hit { format!("[{}]", piece.text) } else { piece.text.clone() }).collect()
    }

    #[test]
    fn hits_are_marked_across_brackets_and_width() {
        let needles = Needles::new(["府发(2026)9号", "ppp"]);
        let pieces = marked("依据青禾府发〔２０２６〕9号，ＰＰＰ项目。", &needles);
        assert_eq!(shown(&pieces), "依据青禾[府发〔２０２６〕9号]，[ＰＰＰ]项目。");
    }

    #[test]
    fn words_that_touch_are_one_mark() {
        let pieces = marked("停车设施管理办法", &Needles::new(["停车", "设施", "办法"]));
        assert_eq!(shown(&pieces), "[停车设施]管理[办法]");
    }

    #[test]
    fn the_excerpt_is_where_most_of_the_question_stands() {
        let filler = "无关文字，".repeat(60);
        let text = format!("就业。{filler}为促进就业，发放补贴。{filler}");
        let pieces = excerpt(&text, &Needles::new(["就业", "补贴"]));
        let shown = shown(&pieces);
        assert!(shown.contains("[就业]，发放[补贴]"), "{shown}");
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
    }

    #[test]
    fn without_a_hit_the_beginning_is_shown() {
        assert_eq!(plain(&excerpt("第一句。\n第二句。", &Needles::new(["不在"]))), "第一句。 第二句。");
        assert!(excerpt("", &Needles::default()).is_empty());
    }

    proptest! {
        #[test]
        fn any_text_and_any_question_give_an_excerpt(text in "\\PC{0,300}", question in "\\PC{0,20}") {
            let needles = Needles::new([question.as_str()]);
            prop_assert!(plain(&excerpt(&text, &needles)).chars().count() <= text.chars().count() + 2);
            let strip = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(strip(&plain(&marked(&text, &needles))), strip(&text));
        }
    }
}
