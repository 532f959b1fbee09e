//! What changed between two texts, paragraph by paragraph: the longest common run of paragraphs stays, the rest is shown
//! side by side, with the characters that differ marked inside a changed paragraph.

use web::page::escape;

/// One row of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// The old paragraph, as safe HTML; empty when there was none.
    pub(crate) old: String,
    /// The new paragraph, as safe HTML; empty when there is none now.
    pub(crate) new: String,
    /// Whether both are the same.
    pub(crate) same: bool,
}

/// More paragraphs than this are compared by their ends only: the table grows with the product.
const MOST: usize = 1500;

/// Compares two texts whose lines are paragraphs. Long runs of unchanged paragraphs are shortened to the neighbours of
/// what changed.
pub(crate) fn compare(old: &str, new: &str) -> Vec<Row> {
    let old: Vec<&str> = old.lines().filter(|line| !line.trim().is_empty()).collect();
    let new: Vec<&str> = new.lines().filter(|line| !line.trim().is_empty()).collect();
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = (old.len() - head).min(new.len() - head);
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let mut rows: Vec<Row> = old[..head].iter().map(|line| same(line)).collect();
    middle(&old[head..old.len() - tail], &new[head..new.len() - tail], &mut rows);
    rows.extend(old[old.len() - tail..].iter().map(|line| same(line)));
    shortened(rows)
}

fn same(line: &str) -> Row {
    let text = escape(line);
    Row { old: text.clone(), new: text, same: true }
}

/// The part between the common head and the common tail.
fn middle(old: &[&str], new: &[&str], rows: &mut Vec<Row>) {
    let common = if old.len() > MOST || new.len() > MOST { Vec::new() } else { longest_common(old, new) };
    let (mut i, mut j) = (0, 0);
    for (a, b) in common.into_iter().chain([(old.len(), new.len())]) {
        changed(&old[i..a], &new[j..b], rows);
        if a < old.len() && b < new.len() {
            rows.push(same(old[a]));
        }
        (i, j) = (a + 1, b + 1);
    }
}

/// Pairs of indices of the longest common run, in order.
fn longest_common<T: PartialEq>(old: &[T], new: &[T]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut length = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            length[i * width + j] = if old[i] == new[j] {
                length[(i + 1) * width + j + 1] + 1
            } else {
                length[(i + 1) * width + j].max(length[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if length[(i + 1) * width + j] >= length[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// Paragraphs that stand against each other are compared by characters.
fn changed(old: &[&str], new: &[&str], rows: &mut Vec<Row>) {
    for at in 0..old.len().max(new.len()) {
        let row = match (old.get(at), new.get(at)) {
            (Some(a), Some(b)) => {
                let (old, new) = marked(a, b);
                Row { old, new, same: false }
            }
            (Some(a), None) => Row { old: wrap("del", a), new: String::new(), same: false },
            (None, Some(b)) => Row { old: String::new(), new: wrap("ins", b), same: false },
            (None, None) => continue,
        };
        rows.push(row);
    }
}

fn wrap(tag: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<{tag}>{}</{tag}>", escape(text)) }
}

/// Both paragraphs with the characters marked that only one of them has.
fn marked(old: &str, new: &str) -> (String, String) {
    let a: Vec<char> = old.chars().collect();
    let b: Vec<char> = new.chars().collect();
    let pairs = if a.len() * b.len() > 1_000_000 { Vec::new() } else { longest_common(&a, &b) };
    // Few common characters scattered about would be confetti.
    if pairs.len() * 3 < a.len().max(b.len()) {
        return (wrap("del", old), wrap("ins", new));
    }
    let side = |chars: &[char], kept: &[usize], tag: &str| {
        let (mut html, mut at) = (String::new(), 0);
        for &place in kept.iter().chain([&chars.len()]) {
            html.push_str(&wrap(tag, &chars[at..place].iter().collect::<String>()));
            if let Some(c) = chars.get(place) {
                html.push_str(&escape(&c.to_string()));
            }
            at = place + 1;
        }
        html
    };
    let olds: Vec<usize> = pairs.iter().map(|pair| pair.0).collect();
    let news: Vec<usize> = pairs.iter().map(|pair| pair.1).collect();
    (side(&a, &olds, "del"), side(&b, &news, "ins"))
}

/// Keeps two unchanged paragraphs around what changed; what is left out is told by its number.
fn shortened(rows: Vec<Row>) -> Vec<Row> {
    let keep: Vec<bool> = (0..rows.len())
        .map(|at| rows[at.saturating_sub(2)..(at + 3).min(rows.len())].iter().any(|row| !row.same))
        .collect();
    let mut out: Vec<Row> = Vec::new();
    let mut left_out = 0;
    for (row, keep) in rows.into_iter().zip(keep).map(Some).chain([None]).map(|pair| pair.unzip()) {
        if keep == Some(false) {
            left_out += 1;
            continue;
        }
        if left_out > 0 {
            let text = format!("……（{left_out} 段未改）");
            out.push(Row { old: text.clone(), new: text, same: true });
            left_out = 0;
        }
        out.extend(row);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_figure_is_marked_inside_its_paragraph() {
        let rows = compare("一\n每人每月100元。\n三", "一\n每人每月120元。\n三");
        let changed: Vec<_> = rows.iter().filter(|row| !row.same).collect();
        assert_eq!(changed.len(), 1, "{rows:?}");
        assert_eq!(changed[0].old, "每人每月1<del>0</del>0元。");
        assert_eq!(changed[0].new, "每人每月1<ins>2</ins>0元。");
    }

    #[test]
    fn added_and_removed_paragraphs_stand_alone_and_far_ones_are_left_out() {
        let lines: Vec<String> = (0..40).map(|n| format!("第{n}段")).collect();
        let old = lines.join("\n");
        let new = lines.iter().filter(|line| *line != "第20段").cloned().collect::<Vec<_>>().join("\n");
        let rows = compare(&old, &new);
        assert_eq!(rows.iter().filter(|row| !row.same).count(), 1);
        assert!(rows.iter().any(|row| row.old == "<del>第20段</del>" && row.new.is_empty()));
        assert!(rows.len() < 10, "{rows:?}");
        assert!(rows[0].old.contains("18 段未改"), "{rows:?}");
    }

    #[test]
    fn nothing_changed_is_nothing_to_see_and_markup_is_text() {
        assert!(compare("甲\n乙", "甲\n乙").iter().all(|row| row.same));
        let rows = compare("", "<script>");
        assert_eq!(rows[0].new, "<ins>&lt;script&gt;</ins>");
    }
}
