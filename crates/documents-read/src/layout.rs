//! Text of a page by the places of its pieces: a file with two fonts, digits in one and Chinese in the other, stores them
//! in an order that nobody reads.

use crate::headings::begins_item;

/// A piece of text where it stands; points, counted from the lower left corner.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
    pub(crate) top: f32,
}

/// A page as read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    /// Paragraphs, one a line.
    pub(crate) text: String,
    /// Gaps stand above one another: a table or columns, whose order cannot be told.
    pub(crate) columns: bool,
}

/// A line of the page.
struct Row {
    text: String,
    left: f32,
    right: f32,
    /// Height of its letters.
    size: f32,
    /// Where words begin behind a wide gap.
    stops: Vec<f32>,
}

/// Puts the pieces of a page into lines, and its lines into paragraphs.
pub(crate) fn read(pieces: Vec<Piece>) -> Page {
    let finite = |piece: &Piece| [piece.left, piece.right, piece.bottom, piece.top].iter().all(|at| at.is_finite());
    let mut pieces: Vec<Piece> = pieces.into_iter().filter(|piece| finite(piece) && !piece.text.is_empty()).collect();
    pieces.sort_by(|a, b| (b.bottom + b.top).total_cmp(&(a.bottom + a.top)));
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        match rows.last_mut() {
            Some(row) if row.first().is_some_and(|first| overlap(first, &piece)) => row.push(piece),
            _ => rows.push(vec![piece]),
        }
    }
    let rows: Vec<Row> = rows.into_iter().map(row).filter(|row| !row.text.trim().is_empty()).collect();
    Page { text: paragraphs(&rows), columns: has_columns(&rows) }
}

/// Whether two pieces stand on one line: they share half of the lower one's height.
fn overlap(one: &Piece, other: &Piece) -> bool {
    let shared = one.top.min(other.top) - one.bottom.max(other.bottom);
    let height = (one.top - one.bottom).min(other.top - other.bottom);
    shared >= height / 2.0
}

fn row(mut pieces: Vec<Piece>) -> Row {
    pieces.sort_by(|a, b| a.left.total_cmp(&b.left));
    let size = pieces.iter().map(|piece| piece.top - piece.bottom).fold(1.0, f32::max);
    let left = pieces.first().map_or(0.0, |piece| piece.left);
    let mut row = Row { text: String::new(), left, right: left, size, stops: Vec::new() };
    for piece in pieces {
        let gap = piece.left - row.right;
        let letters = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if row.text.is_empty() {
        } else if gap > 1.5 * size {
            row.text.push_str("  ");
            row.stops.push(piece.left);
        } else if gap > size / 5.0 && letters(row.text.chars().next_back()) && letters(piece.text.chars().next()) {
            row.text.push(' ');
        }
        row.text.push_str(&piece.text);
        row.right = row.right.max(piece.right);
    }
    row
}

/// Whether three lines have words behind a gap at the same place.
fn has_columns(rows: &[Row]) -> bool {
    const FEWEST: usize = 3;
    let mut stops: Vec<f32> = rows.iter().flat_map(|row| row.stops.iter().copied()).collect();
    stops.sort_by(f32::total_cmp);
    stops.windows(FEWEST).any(|near| near[FEWEST - 1] - near[0] < 6.0)
}

/// A line goes on in the next when it reaches the right margin and the next begins at the left one.
fn paragraphs(rows: &[Row]) -> String {
    let left = rows.iter().map(|row| row.left).fold(f32::INFINITY, f32::min);
    let right = rows.iter().map(|row| row.right).fold(f32::NEG_INFINITY, f32::max);
    let indent = |row: &Row| (row.left - left) / row.size;
    let indented = rows.iter().any(|row| (1.2..3.2).contains(&indent(row)));
    let mut out = String::new();
    let mut before: Option<&Row> = None;
    for row in rows {
        let text = row.text.trim();
        let joins = before.is_some_and(|before| {
            let full = right - before.right < 1.6 * before.size && before.stops.is_empty();
            let ends = before.text.trim_end().ends_with(['。', '！', '？', '；', '：', '.', ':', ';', '!', '?']);
            // a page of few words has no margin to speak of
            let wide = right - left > 20.0 * before.size;
            let alike = (0.7..1.4).contains(&(row.size / before.size));
            let broken = !ends_number(&before.text, text);
            full && wide
                && alike
                && broken
                && indent(row) < 0.6
                && row.stops.is_empty()
                && (indented || !ends)
                && !begins_item(text)
        });
        if joins {
            let letters = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
            if letters(out.chars().next_back()) && letters(text.chars().next()) {
                out.push(' ');
            }
        } else if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(text);
        before = Some(row);
    }
    out
}

/// Whether a line ends with a whole telephone or identity number and the next one begins with other digits: joined they would be
/// a number that nobody has.
pub(crate) fn ends_number(line: &str, next: &str) -> bool {
    let line = line.trim_end();
    let digits = line.strip_suffix(['X', 'x']).unwrap_or(line);
    let count = digits.chars().rev().take_while(char::is_ascii_digit).count();
    let whole = if digits.len() < line.len() { count == 17 } else { matches!(count, 11 | 18) };
    whole && next.trim_start().starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A piece of letters 10 points high, 10 wide when Chinese and 5 when not.
    fn piece(text: &str, left: f32, bottom: f32) -> Piece {
        let width: f32 = text.chars().map(|c| if c.is_ascii() { 5.0 } else { 10.0 }).sum();
        Piece { text: text.to_owned(), left, right: left + width, bottom, top: bottom + 10.0 }
    }

    #[test]
    fn pieces_of_two_fonts_make_lines() {
        // all Chinese first, then all digits, whose font stands a little lower
        let pieces = vec![
            piece("年演示县要点", 40.0, 100.0),
            piece("月底前建成（县教体局牵头）", 25.0, 80.0),
            piece("2025", 20.0, 98.5),
            piece("6", 20.0, 78.5),
        ];
        let page = read(pieces);
        assert_eq!((page.text.as_str(), page.columns), ("2025年演示县要点\n6月底前建成（县教体局牵头）", false));
        assert_eq!(read(Vec::new()), Page::default());
    }

    #[test]
    fn lines_make_paragraphs() {
        let full = "各单位要高度重视政务公开工作把公开摆到更加重要的位置";
        let pieces =
            vec![piece(full, 40.0, 100.0), piece("抓紧落实。", 20.0, 85.0), piece("（一）加强培训。", 40.0, 70.0)];
        assert_eq!(read(pieces).text, format!("{full}抓紧落实。\n（一）加强培训。"));
    }

    #[test]
    fn a_whole_number_at_the_margin_does_not_go_on() {
        let full = "各单位要高度重视政务公开工作把公开摆到更加重要的位置联系电话13800138000";
        for (next, lines) in [("13900139000或来人咨询。", 2), ("或来人咨询。", 1)] {
            let page = read(vec![piece(full, 20.0, 100.0), piece(next, 20.0, 85.0), piece("（一）培训。", 40.0, 70.0)]);
            assert_eq!(page.text.lines().count(), lines + 1, "{}", page.text);
        }
        // a remark in small letters below a full line is a line of its own
        let small = Piece { top: 87.0, ..piece("13900139000", 20.0, 85.0) };
        let page = read(vec![piece(&full[..full.len() - 11], 20.0, 100.0), small]);
        assert_eq!(page.text.lines().count(), 2, "{}", page.text);
    }

    #[test]
    fn gaps_above_one_another_are_columns() {
        let row = |at: f32| vec![piece("建专栏", 20.0, at), piece("县教体局", 120.0, at)];
        let table: Vec<Piece> = [100.0, 80.0, 60.0].into_iter().flat_map(row).collect();
        let page = read(table);
        assert!(page.columns);
        assert_eq!(page.text.lines().next(), Some("建专栏  县教体局"));
        // signature and date on one line are none
        assert!(!read(row(100.0)).columns);
    }
}
