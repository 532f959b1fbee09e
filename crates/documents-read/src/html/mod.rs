//! HTML as it comes from editors, web pages and our own readers: visible text, and a simple form of it.
//!
//! Neither function is a sanitiser in the legal sense of the word; [`simplify`] writes only a short list of tags and
//! makes every attribute anew, but what is stored and shown passes the sanitiser of the publishing context too.

mod dom;
mod simplify;

use dom::{Step, attribute};
pub use fold::markup::escaped as escape;
use html5ever::Attribute;
pub use simplify::simplify;

/// Elements that begin and end a line.
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "html"
            | "legend"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "option"
            | "p"
            | "pre"
            | "section"
            | "select"
            | "summary"
            | "table"
            | "tbody"
            | "tfoot"
            | "thead"
            | "title"
            | "tr"
            | "ul"
    )
}

/// Elements within a line that strike out their words, by name or by a style.
fn may_strike(name: &str) -> bool {
    matches!(name, "s" | "del" | "strike" | "span" | "font" | "b" | "strong" | "em" | "u")
}

/// The level of a heading's element.
fn heading(name: &str) -> Option<u8> {
    let level: u8 = name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&level).then_some(level.min(5))
}

/// Most attributes of a tag. The parser holds each against all before it, and no page that people write has as many.
const ATTRIBUTES: usize = 2_000;

/// Whether a tag has so many attributes that reading it would cost the square of their number.
pub fn is_overloaded(html: &str) -> bool {
    let (mut inside, mut quote, mut count) = (false, 0_u8, 0);
    // What stands before, and before blanks.
    let (mut before, mut solid) = (0_u8, 0_u8);
    for byte in html.bytes() {
        if !inside {
            inside = before == b'<' && byte.is_ascii_alphabetic();
            (quote, count) = (0, 0);
        } else if quote != 0 {
            if byte == quote {
                quote = 0;
            }
        } else {
            match byte {
                b'>' => inside = false,
                b'"' | b'\'' if solid == b'=' => quote = byte,
                _ if (byte.is_ascii_whitespace() || byte == b'/') && !before.is_ascii_whitespace() => count += 1,
                _ => {}
            }
            if count > ATTRIBUTES {
                return true;
            }
        }
        before = byte;
        if !byte.is_ascii_whitespace() {
            solid = byte;
        }
    }
    false
}

/// The text of a page as readers see it, for search, checks and excerpts.
///
/// Block elements and `<br>` are lines, blank lines are left out, cells of a table row are separated by tabs, items of
/// numbered lists carry their number. Text hidden by styles counts as visible: checks must not miss it.
pub fn to_text(html: &str) -> String {
    write(html, Text::default()).out
}

/// The same for a file that a plan is read from: a table's row of one cell is layout, its paragraphs are lines; every
/// cell stands in its column, and `〃` where one goes on from the row above.
pub fn to_source(html: &str) -> String {
    read_source(html).text
}

/// What a plan is read from.
#[derive(Debug, Default)]
pub struct Source {
    /// See [`to_source`].
    pub text: String,
    /// The lines, from 0, that are headings, and their levels.
    pub headings: Vec<(usize, u8)>,
    /// What is struck out: it is left out of the text.
    pub struck: String,
}

/// As [`to_source`], with what the tags say of the text.
pub fn read_source(html: &str) -> Source {
    let text = write(html, Text { source: true, ..Text::default() });
    Source { text: text.out, headings: text.headings, struck: text.struck }
}

fn write(html: &str, mut text: Text) -> Text {
    dom::walk(html, |step| match step {
        Step::Open(name, attributes) => text.open(name, attributes),
        Step::Close(name) => text.close(name),
        Step::Text(piece) => text.say(piece),
    });
    text.end_line();
    text.out.truncate(text.out.trim_end_matches('\n').len());
    text
}

#[derive(Default)]
struct Text {
    out: String,
    line: String,
    /// A blank is due before the next word.
    gap: bool,
    /// For each open table whether one of its cells is open; within a cell nothing begins a line.
    tables: Vec<bool>,
    /// Cells already written on this row.
    cells_before: usize,
    preformatted: usize,
    /// The next number of each open list; `None` for lists without numbers.
    lists: Vec<Option<i64>>,
    /// See [`to_source`].
    source: bool,
    /// For each column of the outermost table in how many more rows its cell goes on.
    tall: Vec<usize>,
    /// The column of the next cell.
    column: usize,
    /// Columns that the open cell covers beside its first.
    wide: usize,
    /// The level of the open heading; 0 outside of any.
    level: u8,
    /// Lines written.
    written: usize,
    /// Lines that are headings, with their levels.
    headings: Vec<(usize, u8)>,
    /// For each open `bdo` whether it turns its text around.
    turning: Vec<bool>,
    /// For each open element that may strike out its words whether it does.
    striking: Vec<bool>,
    /// What is struck out.
    struck: String,
}

/// Where a paragraph or a row of an inner table ends within a cell, until it is known whether the cell is layout.
const BREAK: char = '\u{1}';
/// The same between the cells of an inner table.
const INNER_CELL: char = '\u{2}';

impl Text {
    fn say(&mut self, piece: &str) {
        if self.source && self.striking.contains(&true) {
            self.struck.push_str(piece);
            return;
        }
        for c in piece.chars() {
            match c {
                '\n' if self.preformatted > 0 && !self.in_cell() => self.end_line(),
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

    fn open(&mut self, name: &str, attributes: &[Attribute]) {
        if may_strike(name) {
            let styled =
                attribute(attributes, "style").is_some_and(|style| style.to_ascii_lowercase().contains("line-through"));
            self.striking.push(styled || matches!(name, "s" | "del" | "strike"));
        }
        match name {
            "td" | "th" => {
                self.cell(attributes);
                return;
            }
            "table" => {
                self.break_line();
                if self.tables.is_empty() {
                    self.tall.clear();
                }
                self.tables.push(false);
                return;
            }
            "br" => {
                self.break_line();
                return;
            }
            "pre" => self.preformatted += 1,
            "ol" => {
                let start = attribute(attributes, "start").and_then(|value| value.trim().parse().ok());
                self.lists.push(Some(start.unwrap_or(1)));
            }
            "ul" => self.lists.push(None),
            // shown from right to left, one by one: said as the characters that do the same
            "bdo" => {
                let turns = attribute(attributes, "dir").is_some_and(|dir| dir.trim().eq_ignore_ascii_case("rtl"));
                self.turning.push(turns);
                self.line.extend(turns.then_some('\u{202e}'));
            }
            _ => {}
        }
        if is_block(name) {
            self.break_line();
        }
        self.level = heading(name).unwrap_or(self.level);
        if name == "li"
            && let Some(Some(number)) = self.lists.last_mut()
        {
            let label = format!("{number}. ");
            *number = number.saturating_add(1);
            self.say(&label);
        }
    }

    fn close(&mut self, name: &str) {
        if may_strike(name) {
            self.striking.pop();
        }
        match name {
            "td" | "th" => {
                self.end_cell();
                return;
            }
            "table" => {
                self.tables.pop();
            }
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            "ol" | "ul" => {
                self.lists.pop();
            }
            "bdo" => self.line.extend(self.turning.pop().filter(|turns| *turns).map(|_| '\u{202c}')),
            _ => {}
        }
        if is_block(name) {
            self.break_line();
        }
        if heading(name).is_some() {
            self.level = 0;
        }
    }

    fn in_cell(&self) -> bool {
        self.tables.contains(&true)
    }

    /// Cells of the outermost table are separated by tabs; deeper ones, and cells outside any table, by blanks.
    fn cell(&mut self, attributes: &[Attribute]) {
        self.end_cell();
        if self.tables.is_empty() || self.in_cell() {
            self.gap = true;
            if self.source && self.in_cell() {
                self.line.push(INNER_CELL);
            }
        } else {
            if self.source {
                self.pass_tall();
            }
            if self.cells_before > 0 {
                self.line.push('\t');
            }
            self.gap = false;
            self.cells_before += 1;
            if self.source {
                self.span(attributes);
            }
        }
        if let Some(open) = self.tables.last_mut() {
            *open = true;
        }
    }

    /// Writes the cells that go on from the rows above, before the next one.
    fn pass_tall(&mut self) {
        while self.tall.get(self.column).is_some_and(|rows| *rows > 0) {
            if self.cells_before > 0 {
                self.line.push('\t');
            }
            self.line.push('〃');
            self.cells_before += 1;
            self.tall[self.column] -= 1;
            self.column += 1;
        }
    }

    /// Notes how far the cell reaches that begins here. A cell over several columns leaves the others empty.
    fn span(&mut self, attributes: &[Attribute]) {
        const MOST: usize = 200;
        let number = |key: &str| {
            let value = attribute(attributes, key).and_then(|value| value.trim().parse::<usize>().ok());
            value.unwrap_or(1).clamp(1, MOST)
        };
        let (columns, rows) = (number("colspan"), number("rowspan"));
        let end = self.column.saturating_add(columns);
        if end > MOST {
            return;
        }
        if self.tall.len() < end {
            self.tall.resize(end, 0);
        }
        self.tall[self.column] = rows - 1;
        self.wide = columns - 1;
        self.column = end;
    }

    fn end_cell(&mut self) {
        if let Some(open) = self.tables.last_mut() {
            *open = false;
        }
        if self.tables.len() == 1 {
            for _ in 0..std::mem::take(&mut self.wide) {
                self.line.push('\t');
            }
        }
    }

    fn break_line(&mut self) {
        if self.in_cell() {
            self.gap = true;
            if self.source {
                self.line.push(BREAK);
            }
        } else {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        if self.source {
            self.settle();
        }
        if !self.line.trim().is_empty() {
            if self.level > 0 {
                self.headings.push((self.written, self.level));
            }
            self.written += 1 + self.line.matches('\n').count();
            self.out.push_str(self.line.trim_end_matches(' '));
            self.out.push('\n');
        }
        self.line.clear();
        self.gap = false;
        self.cells_before = 0;
    }

    /// Says what the breaks within cells are: lines in a row of one cell, blanks in others.
    fn settle(&mut self) {
        if self.cells_before > 0 {
            self.pass_tall();
        }
        self.column = 0;
        let marked = self.line.contains([BREAK, INNER_CELL]);
        if marked && self.cells_before <= 1 {
            let lines = self.line.split(BREAK).map(|line| {
                let cells = line.split(INNER_CELL).skip_while(|cell| cell.trim().is_empty());
                cells.map(str::trim).collect::<Vec<_>>().join("\t")
            });
            self.line = lines.filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n");
        } else if marked {
            let cells = self.line.split('\t').map(|cell| {
                cell.split([BREAK, INNER_CELL, ' ']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
            });
            self.line = cells.collect::<Vec<_>>().join("\t");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_countless_attributes_is_not_read() {
        let tag = |many: usize| {
            let attributes: Vec<String> = (0..many).map(|n| format!("a{n}='>' ")).collect();
            format!("<p>正文</p><a {}>", attributes.concat())
        };
        assert!(super::is_overloaded(&tag(3_000)) && !super::is_overloaded(&tag(100)));
        assert!(!super::is_overloaded(&"很 长 的 正文 ".repeat(9_000)), "words are no attributes");
    }

    #[test]
    fn lines_and_words() {
        let html = "<html><head><title>标题</title><style>p{}</style></head><body><p>一、<b>总体</b>\n  要求&nbsp;</p>\
                    <div>第一行<br>第二行</div><script>no()</script>尾</body></html>";
        assert_eq!(to_text(html), "标题\n一、总体 要求\n第一行\n第二行\n尾");
    }

    #[test]
    fn tables_by_tabs() {
        let html = "<table><tr><th>姓名</th><th></th><th>电话</th></tr>\n<tr><td><p>演</p><p>示</p></td><td>1</td>\
                    <td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table><p>后</p>";
        assert_eq!(to_text(html), "姓名\t\t电话\n演 示\t1\ta b\n后");
    }

    #[test]
    fn sources_keep_columns_and_lines() {
        let page = "<table><tr><td><p>一、总则</p><p>（一）培训。<br>开展培训。</p><table><tr><td>1</td><td>建专栏</td></tr>\
                    </table></td></tr></table>尾";
        assert_eq!(to_source(page), "一、总则\n（一）培训。\n开展培训。\n1\t建专栏\n尾");
        let merged = "<table><tr><th rowspan=2>任务</th><th colspan=2>分工</th><th rowspan=2>时限</th></tr>\
                      <tr><th>牵头</th><th>配合</th></tr><tr><td>甲</td><td rowspan=2><p>演示局</p><p>演示办</p></td><td></td>\
                      <td rowspan=2>6月</td></tr><tr><td>乙</td><td>演示站</td></tr><tr><td colspan=4>二、公开</td></tr></table>";
        assert_eq!(
            to_source(merged),
            "任务\t分工\t\t时限\n〃\t牵头\t配合\t〃\n甲\t演示局 演示办\t\t6月\n乙\t〃\t演示站\t〃\n二、公开\t\t\t"
        );
        assert_eq!(to_source("<p>甲</p><p>乙<b>丙</b></p>"), to_text("<p>甲</p><p>乙<b>丙</b></p>"));
    }

    #[test]
    fn lists_carry_numbers() {
        let html = "<ol start=3><li>甲</li><li>乙<ul><li>子</li></ul></li></ol>";
        assert_eq!(to_text(html), "3. 甲\n4. 乙\n子");
    }

    #[test]
    fn broken_pages_still_give_text() {
        assert_eq!(to_text("<p>a<td>b</p><table></table><p>c"), "ab\nc", "as browsers show it");
        assert_eq!(to_text("1 < 2 <3 & <"), "1 < 2 <3 & <");
        assert_eq!(to_text("<p>x<p title=\"未完"), "x");
        assert_eq!(to_text("<pre>a\n  b</pre>"), "a\n  b");
    }
}
