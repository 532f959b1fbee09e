//! Dictionary words by jieba, taught the names of this county's organs and columns.

use std::{
    collections::BTreeSet,
    sync::{PoisonError, RwLock},
};

use jieba_rs::{Jieba, TokenizeMode};
use sha2::{Digest, Sha256};
use tantivy::tokenizer::Token;

use crate::tokens::{folded, is_han};

/// Characters after which a word is no word.
const LONGEST_WORD: usize = 64;

/// The dictionary. It takes a fraction of a second and some 40 MB to load, so that happens at the first use or by
/// [`Segmenter::load`] in the background, never while the program starts.
#[derive(Default)]
pub(crate) struct Segmenter(RwLock<State>);

#[derive(Default)]
struct State {
    jieba: Option<Jieba>,
    taught: BTreeSet<String>,
}

impl std::fmt::Debug for Segmenter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Segmenter")
    }
}

impl Segmenter {
    /// Loads the dictionary if it is not.
    pub(crate) fn load(&self) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if state.jieba.is_none() {
            let mut jieba = Jieba::new();
            for word in &state.taught {
                jieba.add_word(word, None, None);
            }
            state.jieba = Some(jieba);
        }
    }

    /// Adds words. What was taught stays: names of the past are still in texts.
    pub(crate) fn teach(&self, words: &[String]) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for word in words.iter().map(|word| folded(word)).filter(|word| word.chars().count() > 1) {
            if state.taught.insert(word.clone())
                && let Some(jieba) = &mut state.jieba
            {
                jieba.add_word(&word, None, None);
            }
        }
    }

    fn with<R>(&self, work: impl Fn(&Jieba) -> R) -> R {
        loop {
            let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(jieba) = &state.jieba {
                return work(jieba);
            }
            drop(state);
            self.load();
        }
    }

    /// Words of a folded text for the index: long ones and those inside them, ordered by place. (jieba gives the inner ones
    /// first; consumers of tokens rely on growing offsets.)
    pub(crate) fn tokens(&self, folded: &str) -> Vec<Token> {
        let mut tokens: Vec<Token> = self.with(|jieba| {
            let found = jieba.tokenize(folded, TokenizeMode::Search, false);
            let kept = found.into_iter().filter(|token| is_word(token.word));
            kept.map(|token| Token {
                offset_from: token.byte_start,
                offset_to: token.byte_end,
                position: token.start,
                text: token.word.to_owned(),
                position_length: 1,
            })
            .collect()
        });
        tokens.sort_by_key(|token| (token.offset_from, token.offset_to));
        tokens
    }

    /// The words of a folded question, without those inside others and without repetition.
    pub(crate) fn words(&self, folded: &str) -> Vec<String> {
        self.distinct(folded, TokenizeMode::Default)
    }

    /// The words of a folded question with those inside others: what «some of it» may match.
    pub(crate) fn all_words(&self, folded: &str) -> Vec<String> {
        self.distinct(folded, TokenizeMode::Search)
    }

    fn distinct(&self, folded: &str, mode: TokenizeMode) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        self.with(|jieba| {
            jieba.tokenize(folded, mode, false).into_iter().map(|token| token.word.to_owned()).collect::<Vec<_>>()
        })
        .into_iter()
        .filter(|word| is_word(word))
        .for_each(|word| {
            if !words.contains(&word) {
                words.push(word);
            }
        });
        words
    }
}

/// Single Han characters are no words: they stand everywhere and say nothing.
fn is_word(word: &str) -> bool {
    let length = word.chars().count();
    let han = word.chars().filter(|c| is_han(*c)).count();
    length <= LONGEST_WORD && word.chars().any(char::is_alphanumeric) && (han == 0 || length > 1)
}

/// What the index remembers of the words that were taught, to know whether it was made with the same.
pub(crate) fn digest(words: &[String]) -> String {
    let mut hasher = Sha256::new();
    for word in words.iter().collect::<BTreeSet<_>>() {
        hasher.update((word.len() as u64).to_be_bytes());
        hasher.update(word.as_bytes());
    }
    hex::encode(&hasher.finalize()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_inside_words_come_in_order_of_place() {
        let segmenter = Segmenter::default();
        let tokens = segmenter.tokens("中华人民共和国政府信息公开条例");
        let texts: Vec<_> = tokens.iter().map(|token| token.text.as_str()).collect();
        assert!(texts.contains(&"政府") && texts.contains(&"条例"), "{texts:?}");
        assert!(
            tokens
                .windows(2)
                .all(|two| (two[0].offset_from, two[0].offset_to) <= (two[1].offset_from, two[1].offset_to))
        );
    }

    #[test]
    fn taught_names_are_words_before_and_after_loading() {
        let segmenter = Segmenter::default();
        segmenter.teach(&["柳溪镇便民中心".to_owned()]);
        assert_eq!(segmenter.words("柳溪镇便民中心"), ["柳溪镇便民中心"]);
        segmenter.teach(&["禾谷新区管委会".to_owned()]);
        assert_eq!(segmenter.words("禾谷新区管委会"), ["禾谷新区管委会"]);
    }

    #[test]
    fn the_digest_depends_on_the_words_and_not_on_their_order() {
        let one = digest(&["甲局".to_owned(), "乙局".to_owned()]);
        assert_eq!(one, digest(&["乙局".to_owned(), "甲局".to_owned()]));
        assert_ne!(one, digest(&["甲局乙局".to_owned()]));
    }
}
