//! Cards for sharing: what a messenger or a social network shows beside the address of a public page. Title, organ, day and
//! number, drawn as a picture of [`WIDTH`] × [`HEIGHT`] with a font that the machine has.
//!
//! The program ships no font with Chinese characters, which would be ten times its size. Without one that has every character
//! of a card there is no card: empty boxes in the place of words would be worse than none. No I/O but reading the font; usable
//! on its own.

#[cfg(test)]
mod boxes_tests;
mod characters;
mod draw;
mod font;
mod lines;

use std::path::PathBuf;

pub use draw::{HEIGHT, WIDTH, draw};
pub use font::{Font, STANDARD};

/// What stands on a card.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Card {
    /// One character in the seal; empty = no seal.
    pub seal: String,
    /// Who runs the site: 青禾县人民政府.
    pub site: String,
    pub title: String,
    /// Where in the title words end, in bytes from its beginning: a line breaks there and nowhere else, if it can. Empty =
    /// anywhere.
    pub cuts: Vec<usize>,
    /// What stands below, from left to right: organ, day, number. Empty ones are left out, the last ones when there is no room.
    pub below: Vec<String>,
}

impl Card {
    /// Every character that may be drawn, the sign for what is left out among them.
    pub fn words(&self) -> String {
        let mut words: String =
            [&self.seal, &self.site, &self.title].into_iter().chain(&self.below).map(|text| shown(text)).collect();
        words.push('…');
        words
    }
}

/// Why there is no card.
#[derive(Debug, thiserror::Error)]
pub enum NoCard {
    /// The file of the font cannot be read, or is larger than any font.
    #[error("字体文件 {0} 读不出来：{1}")]
    Unread(PathBuf, std::io::Error),
    /// The file is no font of TrueType or OpenType, or has no outlines.
    #[error("{0} 不是可用的 TrueType、OpenType 字体")]
    NoFont(PathBuf),
    /// The font has no such character.
    #[error("字体里没有“{0}”字")]
    Missing(char),
    /// The picture could not be made; never seen.
    #[error("图片没有画成")]
    Undrawn,
}

/// The text as it is drawn: without what has no shape of its own, blanks as one.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let blank = c.is_whitespace();
        let shapeless =
            c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}');
        if blank && !out.ends_with(' ') {
            out.push(' ');
        } else if !blank && !shapeless {
            out.push(c);
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_shape_is_not_asked_of_the_font() {
        let card = Card { site: "甲\u{200b}县".into(), title: " 乙\n\t丙\u{1} ".into(), ..Card::default() };
        assert_eq!(card.words(), "甲县乙 丙…");
    }
}
