//! The visible text of pieces, line by line: for search, checks and excerpts.

use super::pieces::Piece;

/// Elements that begin and end a line.
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "blockquote"
            | "caption"
            | "dd"
            | "div"
            | "dl"
            | "dt"
            | "figcaption"
            | "figure"
            | "h2"
            | "h3"
            | "h4"
            | "hr"
            | "li"
            | "ol"
            | "p"
            | "pre"
            | "table"
            | "tbody"
            | "tfoot"
            | "thead"
            | "tr"
            | "ul"
    )
}

/// Writes text from pieces that are given one after another. Blocks and `<br>` are lines, blank lines are left out, cells of
/// a row are separated by tabs, items of numbered lists carry their number, a picture is its description.
#[derive(Default)]
pub(super) struct Lines {
    out: String,
    line: String,
    /// A blank is due before the next word.
    gap: bool,
    /// For each open table whether one of its cells is open; within a cell nothing begins a line.
    tables: Vec<bool>,
    /// How many of these are true.
    cells: usize,
    /// Cells already written on this row.
    cells_before: usize,
    preformatted: usize,
    /// The next number of each open list; `None` for lists without numbers.
    lists: Vec<Option<i64>>,
}

impl Lines {
    pub(super) fn piece(&mut self, piece: &Piece) {
        match piece {
            Piece::Open { name, attributes, .. } => self.open(name, attributes),
            Piece::Close { name } => self.close(name),
            Piece::Words(words) => self.say(words),
        }
    }

    /// How far the text has come; what is still on the line counts.
    pub(super) fn place(&self) -> usize {
        self.out.len() + self.line.len()
    }

    pub(super) fn finish(mut self) -> String {
        self.end_line();
        self.out.truncate(self.out.trim_end_matches('\n').len());
        self.out
    }

    /// Words of a piece, or some of them: what is said in two goes is said in one.
    pub(super) fn say(&mut self, words: &str) {
        for c in words.chars() {
            match c {
                '\n' if self.preformatted > 0 && self.cells == 0 => self.end_line(),
                ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{a0}' => {
                    if self.preformatted > 0 && c == ' ' {
                        self.line.push(' ');
                    } else {
                        self.gap = true;
                    }
                }
                '\u{200b}' | '\u{feff}' => {}
                c => {
                    if self.gap && !self.line.is_empty() && !self.line.ends_with('\t') {
                        self.line.push(' ');
                    }
                    self.gap = false;
                    self.line.push(c);
                }
            }
        }
    }

    fn open(&mut self, name: &str, attributes: &[(String, String)]) {
        let attribute =
            |wanted: &str| attributes.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
        match name {
            "td" | "th" => return self.cell(),
            "tr" => self.end_cell(),
            "table" => {
                self.break_line();
                self.tables.push(false);
                return;
            }
            "br" => return self.break_line(),
            "img" => return self.say(attribute("alt").unwrap_or_default()),
            "pre" => self.preformatted += 1,
            "ol" => self.lists.push(Some(attribute("start").and_then(|n| n.trim().parse().ok()).unwrap_or(1))),
            "ul" => self.lists.push(None),
            _ => {}
        }
        if is_block(name) {
            self.break_line();
        }
        if name == "li"
            && let Some(Some(number)) = self.lists.last_mut()
        {
            let label = format!("{number}. ");
            *number = number.saturating_add(1);
            self.say(&label);
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "td" | "th" => return self.end_cell(),
            "tr" => self.end_cell(),
            "table" => {
                self.end_cell();
                self.tables.pop();
            }
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            "ol" | "ul" => {
                self.lists.pop();
            }
            _ => {}
        }
        if is_block(name) {
            self.break_line();
        }
    }

    /// Cells of the outermost table are separated by tabs; deeper ones, and cells outside any table, by blanks.
    fn cell(&mut self) {
        self.end_cell();
        if self.tables.is_empty() || self.cells > 0 {
            self.gap = true;
        } else {
            if self.cells_before > 0 {
                self.line.push('\t');
            }
            self.gap = false;
            self.cells_before += 1;
        }
        if let Some(open) = self.tables.last_mut() {
            *open = true;
            self.cells += 1;
        }
    }

    fn end_cell(&mut self) {
        if let Some(open) = self.tables.last_mut()
            && std::mem::take(open)
        {
            self.cells -= 1;
        }
    }

    fn break_line(&mut self) {
        if self.cells > 0 {
            self.gap = true;
        } else {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        if !self.line.trim().is_empty() {
            self.out.push_str(self.line.trim_end_matches(' '));
            self.out.push('\n');
        }
        self.line.clear();
        self.gap = false;
        self.cells_before = 0;
    }
}

/// The visible text.
pub(super) fn text(pieces: &[Piece]) -> String {
    let mut lines = Lines::default();
    for piece in pieces {
        lines.piece(piece);
    }
    lines.finish()
}

#[cfg(test)]
mod tests {
    use super::{super::pieces::read, text};

    fn to_text(html: &str) -> String {
        text(&read(html))
    }

    #[test]
    fn lines_and_words() {
        let html = "<p>一、<b>总体</b>\n  要求&nbsp;</p><div>第一行<br>第二行</div>尾<img alt=\"示意图\">";
        assert_eq!(to_text(html), "一、总体 要求\n第一行\n第二行\n尾示意图");
    }

    #[test]
    fn tables_by_tabs() {
        let html = "<table><tr><th>姓名</th><th></th><th>电话</th></tr>\n<tr><td><p>演</p><p>示</p></td><td>1</td>\
                    <td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table><p>后</p>";
        assert_eq!(to_text(html), "姓名\t\t电话\n演 示\t1\ta b\n后");
    }

    #[test]
    fn lists_carry_numbers_and_code_its_lines() {
        assert_eq!(to_text("<ol start=3><li>甲</li><li>乙<ul><li>子</li></ul></li></ol>"), "3. 甲\n4. 乙\n子");
        assert_eq!(to_text("<pre>a\n  b</pre>"), "a\n  b");
    }
}
