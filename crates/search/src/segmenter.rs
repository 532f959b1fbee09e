//! Dictionary words by jieba. The dictionary is the same everywhere and for ever: names of organs and columns are recognised when
//! a question is asked ([`crate::names`]), so that a new name changes nothing that was indexed.

use std::sync::LazyLock;

use jieba_rs::{Jieba, TokenizeMode};
use tantivy::tokenizer::Token;

/// Characters after which a word is no word.
const LONGEST_WORD: usize = 64;

/// The dictionary. It takes a fraction of a second and some 40 MB to load, so that happens at the first use or by
/// [`Segmenter::load`] in the background, never while the program starts.
static DICTIONARY: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// Cuts texts into words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segmenter;

impl Segmenter {
    /// Loads the dictionary if it is not.
    pub(crate) fn load(self) {
        LazyLock::force(&DICTIONARY);
    }

    /// Words of a folded text for the index: long ones and those inside them, ordered by place. (jieba gives the inner ones
    /// first; consumers of tokens rely on growing offsets.)
    pub(crate) fn tokens(self, folded: &str) -> Vec<Token> {
        let found = DICTIONARY.tokenize(folded, TokenizeMode::Search, false);
        let kept = found.into_iter().filter(|token| is_word(token.word)).map(|token| Token {
            offset_from: token.byte_start,
            offset_to: token.byte_end,
            position: token.start,
            text: token.word.to_owned(),
            position_length: 1,
        });
        let mut tokens: Vec<Token> = kept.collect();
        tokens.sort_by_key(|token| (token.offset_from, token.offset_to));
        tokens
    }

    /// Where the words of a text end, in bytes from its beginning.
    pub(crate) fn cuts(self, text: &str) -> Vec<usize> {
        DICTIONARY.tokenize(text, TokenizeMode::Default, false).into_iter().map(|token| token.byte_start).collect()
    }

    /// The words of a folded question, without those inside others and without repetition.
    pub(crate) fn words(self, folded: &str) -> Vec<String> {
        self.distinct(folded, TokenizeMode::Default)
    }

    /// The words of a folded question with those inside others: what «some of it» may match.
    pub(crate) fn all_words(self, folded: &str) -> Vec<String> {
        self.distinct(folded, TokenizeMode::Search)
    }

    fn distinct(self, folded: &str, mode: TokenizeMode) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for token in DICTIONARY.tokenize(folded, mode, false).into_iter().filter(|token| is_word(token.word)) {
            if !words.iter().any(|word| word == token.word) {
                words.push(token.word.to_owned());
            }
        }
        words
    }
}

/// Single Han characters are no words: they stand everywhere and say nothing.
fn is_word(word: &str) -> bool {
    let length = word.chars().count();
    let han = word.chars().filter(|c| is_han(*c)).count();
    length <= LONGEST_WORD && word.chars().any(char::is_alphanumeric) && (han == 0 || length > 1)
}

/// Whether the character stands for itself: Han, kana, hangul, and the zero of Chinese numbers.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_inside_words_come_in_order_of_place() {
        let tokens = Segmenter.tokens("中华人民共和国政府信息公开条例");
        let texts: Vec<_> = tokens.iter().map(|token| token.text.as_str()).collect();
        assert!(texts.contains(&"政府") && texts.contains(&"条例"), "{texts:?}");
        assert!(
            tokens
                .windows(2)
                .all(|two| (two[0].offset_from, two[0].offset_to) <= (two[1].offset_from, two[1].offset_to))
        );
    }
}
