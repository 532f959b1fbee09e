//! A text taken apart into its outermost pieces, each with the lines that it shows: so that a text of which some lines change keeps
//! the look of the others.

use super::{
    pieces::{self, Piece, escape, write_open},
    words,
};

/// A paragraph, heading, list, table or figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// As it is written.
    pub html: String,
    /// Its visible lines; none of a picture without a description.
    pub lines: Vec<String>,
}

/// The outermost pieces of a text that has been cleaned, in order. Put one behind the other they are the text.
pub fn blocks(html: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut current: Vec<Piece> = Vec::new();
    let mut depth = 0_usize;
    for (at, piece) in pieces::read(html).into_iter().enumerate() {
        let outermost = depth == 0;
        match &piece {
            // One that holds nothing is not closed.
            Piece::Open { end, .. } if *end == at => {}
            Piece::Open { .. } => {
                if outermost {
                    put(&mut current, &mut found);
                }
                depth += 1;
            }
            Piece::Close { .. } => depth = depth.saturating_sub(1),
            Piece::Words(_) => {}
        }
        let closes = matches!(piece, Piece::Close { .. }) && depth == 0;
        current.push(piece);
        if closes {
            put(&mut current, &mut found);
        }
    }
    put(&mut current, &mut found);
    found
}

/// Ends a block, unless it is nothing but blanks between two others.
fn put(current: &mut Vec<Piece>, found: &mut Vec<Block>) {
    let pieces = std::mem::take(current);
    let mut html = String::new();
    for piece in &pieces {
        match piece {
            Piece::Open { name, attributes, .. } => write_open(name, attributes, &mut html),
            Piece::Close { name } => {
                html.push_str("</");
                html.push_str(name);
                html.push('>');
            }
            Piece::Words(words) => escape(words, &mut html),
        }
    }
    if html.trim().is_empty() {
        return;
    }
    let text = words::text(&pieces);
    found.push(Block { html, lines: text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect() });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_the_outermost_pieces_with_their_lines() {
        let html = "<h2>第一章　总则</h2>\n<p>第一条 甲<br>乙&lt;丙&gt;。</p><figure><img src=\"/a\"></figure>\n\
                    <table><tbody><tr><td>项目</td><td>金额</td></tr><tr><td>补贴</td><td>100</td></tr></tbody></table><p></p>";
        let found = blocks(html);
        let lines: Vec<Vec<&str>> =
            found.iter().map(|block| block.lines.iter().map(String::as_str).collect()).collect();
        assert_eq!(
            lines,
            [vec!["第一章　总则"], vec!["第一条 甲", "乙<丙>。"], vec![], vec!["项目\t金额", "补贴\t100"], vec![]]
        );
        assert!(found[1].html.contains("&lt;丙&gt;") && found[3].html.starts_with("<table>"), "{found:?}");
        let together: String = found.iter().map(|block| block.html.as_str()).collect();
        assert_eq!(together, html.replace('\n', ""));
        assert!(blocks("").is_empty());
    }

    #[test]
    fn words_outside_of_all_blocks_are_one() {
        assert_eq!(blocks("甲<p>乙</p>丙").len(), 3);
    }
}
