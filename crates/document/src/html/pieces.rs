//! A text as html5ever reads it: a flat list of tags and words, in which every opening knows its end.
//!
//! What the sanitiser wrote is balanced, so that the list is the tree in the order of the document; of anything else, ends
//! that nothing opened are left out and what was never closed ends with the text. Flat, because a hostile text nests as deep
//! as it is long.

use std::cell::RefCell;

use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Open {
        name: String,
        attributes: Vec<(String, String)>,
        /// Where in the list it ends; its own place when nothing is in it (`<br>`).
        end: usize,
    },
    Close {
        name: String,
    },
    /// Words, entities resolved.
    Words(String),
}

/// Elements that hold nothing and are not closed.
fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area" | "base" | "br" | "col" | "embed" | "hr" | "img" | "input" | "link" | "meta" | "source" | "wbr"
    )
}

#[derive(Default)]
struct Reader {
    pieces: Vec<Piece>,
    /// Places of what is open.
    open: Vec<usize>,
}

impl Reader {
    fn words(&mut self, more: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Words(words)) => words.push_str(more),
            _ => self.pieces.push(Piece::Words(more.to_owned())),
        }
    }

    fn open(&mut self, name: &str, attributes: Vec<(String, String)>) {
        let at = self.pieces.len();
        self.pieces.push(Piece::Open { name: name.to_owned(), attributes, end: at });
        if !is_void(name) {
            self.open.push(at);
        }
    }

    fn close(&mut self, name: &str) {
        let same = |at: &usize| matches!(&self.pieces[*at], Piece::Open { name: open, .. } if open == name);
        let Some(depth) = self.open.iter().rposition(same) else { return };
        while self.open.len() > depth {
            self.close_last();
        }
    }

    fn close_last(&mut self) {
        let Some(at) = self.open.pop() else { return };
        let here = self.pieces.len();
        if let Piece::Open { name, end, .. } = &mut self.pieces[at] {
            *end = here;
            let name = name.clone();
            self.pieces.push(Piece::Close { name });
        }
    }
}

struct Sink(RefCell<Reader>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut reader = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                let attributes = tag.attrs.iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect();
                reader.open(&tag.name, attributes);
            }
            Token::TagToken(tag) => reader.close(&tag.name),
            Token::CharacterTokens(words) => reader.words(&words),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Reads a text.
pub(crate) fn read(html: &str) -> Vec<Piece> {
    let input = BufferQueue::default();
    input.push_back(html.into());
    let tokenizer = Tokenizer::new(Sink(RefCell::default()), TokenizerOpts::default());
    // There are no scripts for which the tokenizer would stop.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut reader = tokenizer.sink.0.into_inner();
    while !reader.open.is_empty() {
        reader.close_last();
    }
    reader.pieces
}

/// Words for use in HTML, in elements and in attributes, as html5ever itself writes them.
pub(super) fn escape(words: &str, out: &mut String) {
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            c => out.push(c),
        }
    }
}

/// Writes an opening tag.
pub(super) fn write_open(name: &str, attributes: &[(String, String)], out: &mut String) {
    out.push('<');
    out.push_str(name);
    for (key, value) in attributes {
        out.push(' ');
        out.push_str(key);
        out.push_str("=\"");
        escape(value, out);
        out.push('"');
    }
    out.push('>');
}

/// The words of some pieces, white space joined: how a heading or a label is compared and shown.
pub(crate) fn plain(pieces: &[Piece]) -> String {
    let mut words = String::new();
    for piece in pieces {
        match piece {
            Piece::Words(more) => words.push_str(more),
            // Words on both sides of a line break are two.
            Piece::Open { name, .. } if name == "br" => words.push(' '),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_opening_knows_its_end() {
        let pieces = read("<p>甲&nbsp;<b>乙<br>丙</b></p></i><h2>未完");
        let Piece::Open { name, end, .. } = &pieces[0] else { panic!("{pieces:?}") };
        assert_eq!((name.as_str(), *end), ("p", 7));
        assert_eq!(pieces[1], Piece::Words("甲\u{a0}".into()));
        assert_eq!(plain(&pieces), "甲 乙 丙 未完".replace(" 未", "未"));
        assert_eq!(pieces.last(), Some(&Piece::Close { name: "h2".into() }));
    }

    #[test]
    fn deep_nesting_is_a_long_list() {
        let deep = "<div>".repeat(100_000);
        assert_eq!(read(&deep).len(), 200_000);
    }
}
