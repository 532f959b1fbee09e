//! The words of two units as stretches: in both, only in the old one, only in the new one.

use super::{
    script::{Steps, common},
    words::Word,
};

/// Where a stretch of words stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// In both texts.
    Equal,
    /// Only in the new one.
    Insert,
    /// Only in the old one.
    Delete,
}

/// A stretch of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub op: Op,
    pub words: Vec<Word>,
}

impl Span {
    pub fn changed(&self) -> bool {
        self.op != Op::Equal
    }
}

/// Both texts as stretches: those that are not inserted are the old one, those that are not deleted the new one.
pub fn spans(old: &[Word], new: &[Word], steps: &mut Steps) -> Vec<Span> {
    let mut found = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (x, y) in common(old, new, steps).into_iter().chain([(old.len(), new.len())]) {
        put(&mut found, Op::Delete, &old[i..x]);
        put(&mut found, Op::Insert, &new[j..y]);
        if x < old.len() && y < new.len() {
            put(&mut found, Op::Equal, &old[x..=x]);
        }
        (i, j) = (x + 1, y + 1);
    }
    joined(&found)
}

/// The words of one side.
pub fn side(spans: &[Span], without: Op) -> Vec<Word> {
    spans.iter().filter(|span| span.op != without).flat_map(|span| span.words.iter().copied()).collect()
}

fn put(found: &mut Vec<Span>, op: Op, words: &[Word]) {
    if words.is_empty() {
        return;
    }
    match found.last_mut() {
        Some(last) if last.op == op => last.words.extend(words),
        _ => found.push(Span { op, words: words.to_vec() }),
    }
}

/// Longest stretch in common that may be taken for chance.
const CHANCE: usize = 3;

/// A few common characters between larger changes are chance (的, a comma), and make a reader puzzle: there, what was and what is
/// stand whole.
fn joined(spans: &[Span]) -> Vec<Span> {
    // What changes since the last stretch in common that was kept.
    let (mut out, mut gone, mut came) = (Vec::new(), Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(span) = spans.get(at) {
        at += 1;
        match span.op {
            Op::Delete => gone.extend_from_slice(&span.words),
            Op::Insert => came.extend_from_slice(&span.words),
            Op::Equal => {
                let size = span.words.len();
                let after: (usize, usize) =
                    spans[at..].iter().take_while(|next| next.changed()).fold((0, 0), |sum, next| {
                        let size = next.words.len();
                        if next.op == Op::Delete { (sum.0 + size, sum.1) } else { (sum.0, sum.1 + size) }
                    });
                let before = gone.len().max(came.len());
                if size <= CHANCE && size < before && size < after.0.max(after.1) {
                    gone.extend_from_slice(&span.words);
                    came.extend_from_slice(&span.words);
                } else {
                    put(&mut out, Op::Delete, &std::mem::take(&mut gone));
                    put(&mut out, Op::Insert, &std::mem::take(&mut came));
                    put(&mut out, Op::Equal, &span.words);
                }
            }
        }
    }
    put(&mut out, Op::Delete, &gone);
    put(&mut out, Op::Insert, &came);
    out
}
