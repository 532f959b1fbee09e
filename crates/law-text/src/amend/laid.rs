//! A new text laid out as the old one was: what did not change keeps its look (a heading, a table, a picture), so that only what a
//! decision wrote anew is plain.

use std::collections::HashMap;

use crate::diff::{
    MOST_STEPS,
    script::{Steps, common},
};

/// A piece of the new text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Laid {
    /// A block of the old text as it was, by its place.
    Block(usize),
    /// A line of the new text, by its place.
    Line(usize),
}

/// The new text, and what of the old one could not stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// In the order in which they are read.
    pub pieces: Vec<Laid>,
    /// Blocks of several lines (tables, lists) of which some lines changed: those are lines of their own now.
    pub broken: Vec<usize>,
}

/// Lays the lines of a new text out by the blocks of the old one, each with its lines. Every line of the new text is in it once;
/// blocks without words (pictures) stay behind what they stood behind.
pub fn laid(blocks: &[Vec<String>], lines: &[String]) -> Layout {
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut number = |line: &str| {
        let key: String = line.chars().filter(|c| !c.is_whitespace() && !matches!(c, '#' | '*')).collect();
        let fresh = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        *numbers.entry(key).or_insert(fresh)
    };
    let old: Vec<u32> = blocks.iter().flatten().map(|line| number(line)).collect();
    let new: Vec<u32> = lines.iter().map(|line| number(line)).collect();
    let mut to: Vec<Option<usize>> = vec![None; old.len()];
    for (i, j) in common(&old, &new, &mut Steps::of(MOST_STEPS)) {
        to[i] = Some(j);
    }
    let mut layout = Layout::default();
    // Where each block that stays begins in the new text.
    let mut begins: HashMap<usize, usize> = HashMap::new();
    let mut first = 0;
    for (at, block) in blocks.iter().enumerate() {
        let own = &to[first..first + block.len()];
        first += block.len();
        let Some(Some(begin)) = own.first().copied() else {
            if own.iter().any(Option::is_some) {
                layout.broken.push(at);
            }
            continue;
        };
        if own.iter().enumerate().all(|(more, place)| *place == Some(begin + more)) {
            begins.insert(begin, at);
        } else if block.len() > 1 {
            layout.broken.push(at);
        }
    }
    let (mut line, mut next) = (0, 0);
    let empty = |at: usize| blocks.get(at).is_some_and(Vec::is_empty);
    while line < lines.len() {
        let Some(block) = begins.get(&line).copied() else {
            layout.pieces.push(Laid::Line(line));
            line += 1;
            continue;
        };
        layout.pieces.extend((next..block).filter(|at| empty(*at)).map(Laid::Block));
        layout.pieces.push(Laid::Block(block));
        line += blocks[block].len();
        next = block + 1;
        while empty(next) {
            layout.pieces.push(Laid::Block(next));
            next += 1;
        }
    }
    layout.pieces.extend((next..blocks.len()).filter(|at| empty(*at)).map(Laid::Block));
    layout
}

#[cfg(test)]
mod tests {
    use super::{
        Laid::{Block, Line},
        laid,
    };

    fn of(blocks: &[&[&str]], lines: &[&str]) -> super::Layout {
        let blocks: Vec<Vec<String>> =
            blocks.iter().map(|block| block.iter().map(|line| (*line).to_owned()).collect()).collect();
        laid(&blocks, &lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn what_did_not_change_keeps_its_look() {
        // A heading, an article, a picture, a table of two rows, an article.
        let old: [&[&str]; 5] =
            [&["第一章　总则"], &["第一条 甲。"], &[], &["项目\t金额", "补贴\t100"], &["第二条 乙。"]];
        let new = ["第一章　总则", "第一条　甲。", "项目\t金额", "补贴\t100", "第二条　丙。", "第三条　丁。"];
        let told = of(&old, &new);
        assert_eq!(told.pieces, [Block(0), Block(1), Block(2), Block(3), Line(4), Line(5)]);
        assert!(told.broken.is_empty());
    }

    #[test]
    fn a_table_of_which_a_row_changed_is_told() {
        let old: [&[&str]; 3] = [&["第一条 甲。"], &["项目\t金额", "补贴\t100"], &[]];
        let told = of(&old, &["第一条 甲。", "项目\t金额", "补贴\t120"]);
        assert_eq!((told.pieces, told.broken), (vec![Block(0), Line(1), Line(2), Block(2)], vec![1]));
    }

    #[test]
    fn no_line_is_lost_or_told_twice() {
        let old: [&[&str]; 4] = [&["甲", "乙"], &["丙"], &["甲", "乙"], &[]];
        for new in [vec!["乙", "甲", "丙"], vec!["甲", "乙", "丙"], vec![], vec!["甲", "丁", "乙", "甲", "乙"]]
        {
            let told = of(&old, &new);
            let mut lines = Vec::new();
            for piece in &told.pieces {
                match piece {
                    Block(at) => lines.extend(old[*at].iter().copied()),
                    Line(at) => lines.push(new[*at]),
                }
            }
            assert_eq!(lines, new);
            assert!(told.pieces.contains(&Block(3)));
        }
    }
}
