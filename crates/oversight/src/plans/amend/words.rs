//! Two sentences compared, so that a person sees the words that changed and not two whole sentences.

use web::page::escape;

/// A stretch of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    /// In both.
    Same,
    /// Only in the old text.
    Gone,
    /// Only in the new text.
    Added,
}

/// The texts as stretches: without those that are gone they read as `new`, without those added as `old`.
pub(crate) fn compare(old: &str, new: &str) -> Vec<(Op, String)> {
    let (a, b) = (units(old), units(new));
    let front = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let rest = a.len().min(b.len()) - front;
    let back = a.iter().rev().zip(b.iter().rev()).take(rest).take_while(|(x, y)| x == y).count();
    let mut spans = Vec::new();
    put(&mut spans, Op::Same, &a[..front]);
    middle(&a[front..a.len() - back], &b[front..b.len() - back], &mut spans);
    put(&mut spans, Op::Same, &a[a.len() - back..]);
    spans
}

/// Characters, a number as one: 30日 does not become 31日 by a single figure.
fn units(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let figures = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (unit, after) = rest.split_at(figures.max(if figures == 0 { first.len_utf8() } else { 0 }));
        found.push(unit);
        rest = after;
    }
    found
}

/// Beyond this, two middles are no longer compared character by character: they have nothing in common that a reader would see.
const MOST: usize = 4_000_000;
/// A stretch in common that is shorter tells nothing: 的, a comma.
const SHORTEST: usize = 2;

fn middle(a: &[&str], b: &[&str], spans: &mut Vec<(Op, String)>) {
    if a.len().saturating_mul(b.len()) > MOST {
        put(spans, Op::Gone, a);
        put(spans, Op::Added, b);
        return;
    }
    let (mut i, mut j) = (0, 0);
    for (x, y, len) in common(a, b) {
        put(spans, Op::Gone, &a[i..x]);
        put(spans, Op::Added, &b[j..y]);
        put(spans, Op::Same, &a[x..x + len]);
        (i, j) = (x + len, y + len);
    }
    put(spans, Op::Gone, &a[i..]);
    put(spans, Op::Added, &b[j..]);
}

/// The stretches of a longest common subsequence, without the shortest.
fn common(a: &[&str], b: &[&str]) -> Vec<(usize, usize, usize)> {
    let width = b.len() + 1;
    let mut best = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            best[i * width + j] = if a[i] == b[j] {
                best[(i + 1) * width + j + 1] + 1
            } else {
                best[(i + 1) * width + j].max(best[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            match found.last_mut() {
                Some(last) if last.0 + last.2 == i && last.1 + last.2 == j => last.2 += 1,
                _ => found.push((i, j, 1)),
            }
            (i, j) = (i + 1, j + 1);
        } else if best[(i + 1) * width + j] >= best[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found.retain(|(_, _, len)| *len >= SHORTEST);
    found
}

fn put(spans: &mut Vec<(Op, String)>, op: Op, text: &[&str]) {
    if text.is_empty() {
        return;
    }
    match spans.last_mut() {
        Some((last, held)) if *last == op => held.push_str(&text.concat()),
        _ => spans.push((op, text.concat())),
    }
}

/// The comparison as HTML with `ins` and `del`; every text is escaped.
pub(crate) fn html(old: &str, new: &str) -> String {
    let mut out = String::new();
    for (op, text) in compare(old, new) {
        let text = escape(&text);
        out.push_str(&match op {
            Op::Same => text,
            Op::Gone => format!("<del>{text}</del>"),
            Op::Added => format!("<ins>{text}</ins>"),
        });
    }
    out
}

/// A line of two texts compared: what stayed is only counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LineChange {
    /// So many lines are the same.
    Same(usize),
    /// A line that changed, was added or is gone, as HTML.
    Changed(String),
}

/// How much two lines have in common, from 0 to 100.
fn likeness(old: &str, new: &str) -> usize {
    let (a, b) = (units(old), units(new));
    if a.is_empty() || b.is_empty() || a.len() * b.len() > MOST {
        return 0;
    }
    let shared: usize = common(&a, &b).iter().map(|(_, _, len)| len).sum();
    200 * shared / (a.len() + b.len())
}

/// Lines that are less alike are two lines, one gone and one added.
const ALIKE: usize = 45;
/// Beyond so many pairs of lines, lines are compared in their order.
const PAIRS: usize = 400;

/// Lines that are gone beside the lines that took their place, in order: those that are most alike; `""` where there is none.
fn paired<'a>(gone: &'a [String], added: &'a [String]) -> Vec<(&'a str, &'a str)> {
    if gone.len() * added.len() > PAIRS {
        let line = |lines: &'a [String], at: usize| lines.get(at).map_or("", String::as_str);
        return (0..gone.len().max(added.len())).map(|at| (line(gone, at), line(added, at))).collect();
    }
    let alike: Vec<Vec<usize>> = gone.iter().map(|old| added.iter().map(|new| likeness(old, new)).collect()).collect();
    // The most that can be had in common by what follows.
    let mut best = vec![vec![0; added.len() + 1]; gone.len() + 1];
    for i in (0..gone.len()).rev() {
        for j in (0..added.len()).rev() {
            let pair = if alike[i][j] >= ALIKE { alike[i][j] + best[i + 1][j + 1] } else { 0 };
            best[i][j] = pair.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while i < gone.len() || j < added.len() {
        let both = i < gone.len() && j < added.len();
        if both && alike[i][j] >= ALIKE && best[i][j] == alike[i][j] + best[i + 1][j + 1] {
            pairs.push((gone[i].as_str(), added[j].as_str()));
            (i, j) = (i + 1, j + 1);
        } else if i < gone.len() && (j == added.len() || best[i][j] == best[i + 1][j]) {
            pairs.push((gone[i].as_str(), ""));
            i += 1;
        } else {
            pairs.push(("", added[j].as_str()));
            j += 1;
        }
    }
    pairs
}

/// Two whole texts, line by line; a line that is gone is compared word by word with the one that took its place.
pub(crate) fn lines(old: &str, new: &str) -> Vec<LineChange> {
    let split = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    let (a, b) = (split(old), split(new));
    let mut out: Vec<LineChange> = Vec::new();
    let (mut i, mut j) = (0, 0);
    let same = |out: &mut Vec<LineChange>| match out.last_mut() {
        Some(LineChange::Same(count)) => *count += 1,
        _ => out.push(LineChange::Same(1)),
    };
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            same(&mut out);
            (i, j) = (i + 1, j + 1);
            continue;
        }
        // The next line that both have ends the change.
        let meet = (i..a.len())
            .find_map(|x| (j..b.len()).find(|y| a[x] == b[*y]).map(|y| (x, y)))
            .unwrap_or((a.len(), b.len()));
        for (old, new) in paired(&a[i..meet.0], &b[j..meet.1]) {
            out.push(LineChange::Changed(html(old, new)));
        }
        (i, j) = meet;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_words_that_changed_are_marked() {
        let old = "6月底前公开县本级预算。";
        let new = "7月底前公开县本级预算和部门预算。";
        let spans = compare(old, new);
        let read = |without: Op| -> String {
            spans.iter().filter(|(op, _)| *op != without).map(|(_, text)| text.as_str()).collect()
        };
        assert_eq!((read(Op::Added), read(Op::Gone)), (old.to_owned(), new.to_owned()));
        assert_eq!(html(old, new), "<del>6</del><ins>7</ins>月底前公开县本级<ins>预算和部门</ins>预算。");
        assert_eq!(html("甲<b>", "甲<b>乙"), "甲&lt;b&gt;<ins>乙</ins>");
        assert_eq!(html("6月30日前报送", "7月31日前报送"), "<del>6月30</del><ins>7月31</ins>日前报送");
    }

    #[test]
    fn lines_that_stay_are_counted() {
        let changes = lines("一\n二\n三\n四", "一\n二二\n三\n四\n五");
        assert_eq!(
            changes,
            [
                LineChange::Same(1),
                LineChange::Changed("<del>二</del>".into()),
                LineChange::Changed("<ins>二二</ins>".into()),
                LineChange::Same(2),
                LineChange::Changed("<ins>五</ins>".into()),
            ]
        );
    }

    #[test]
    fn a_line_that_only_moved_on_is_not_compared_with_what_took_its_number() {
        let changes = lines(
            "（一）办好网站。每月检查一次网站栏目。",
            "（一）增加培训。11月底前举办一次业务培训。\n（二）办好网站。每月检查一次网站栏目。",
        );
        let marked = [
            "<ins>（一）增加培训。11月底前举办一次业务培训。</ins>",
            "（<del>一</del><ins>二</ins>）办好网站。每月检查一次网站栏目。",
        ];
        assert_eq!(changes, marked.map(|line| LineChange::Changed(line.into())));
    }
}
