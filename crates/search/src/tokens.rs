//! How text becomes what is looked up: folding, units, pairs of units, and dictionary words.
//!
//! Two views of every text are indexed. *Pairs* are all neighbouring units (a Han character, or a run of letters and
//! digits), with positions: whatever stands literally in the text is found, be it in a dictionary or not, and brackets or
//! spaces between do not matter, so that 〔2026〕9号, [2026]9号 and 2026 9号 are one. *Words* are jieba's: they find texts
//! that hold the words of a longer question apart from each other, and rank true words over accidental neighbours.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::segmenter::{Segmenter, is_han};

/// Raised whenever the same text gives other tokens: the index is then rebuilt.
pub(crate) const VERSION: u32 = 2;

/// Characters of letters and digits after which a run is cut: longer ones are no words.
const LONGEST_RUN: usize = 64;

/// What looks the same becomes the same, capital to small. One character stays one character.
pub(crate) fn fold(c: char) -> char {
    let half = fold::character(c);
    if half.is_uppercase() { half.to_lowercase().next().unwrap_or(half) } else { half }
}

/// [`fold`] for a whole text.
pub(crate) fn folded(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// A Han character, or a run of letters and digits, in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    /// First byte in the text.
    pub(crate) from: usize,
    /// Byte after the last.
    pub(crate) to: usize,
    /// Number among the units; a line's end leaves a gap, so that nothing is found across it.
    pub(crate) position: usize,
    /// Equal for equal units after folding.
    pub(crate) code: u64,
    /// Whether it is a single Han character.
    pub(crate) han: bool,
}

impl Unit {
    /// The folded text of the unit.
    pub(crate) fn word(&self, text: &str) -> String {
        folded(&text[self.from..self.to])
    }
}

/// The units of a text, in order.
pub(crate) fn units(text: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut position = 0;
    // The run of letters and digits being read: first byte, characters, hash.
    let mut run: Option<(usize, usize, u64)> = None;
    let close = |run: &mut Option<(usize, usize, u64)>, to: usize, position: &mut usize, units: &mut Vec<Unit>| {
        if let Some((from, _, code)) = run.take() {
            units.push(Unit { from, to, position: *position, code: code | (1 << 63), han: false });
            *position += 1;
        }
    };
    for (at, original) in text.char_indices() {
        let c = fold(original);
        if is_han(c) {
            close(&mut run, at, &mut position, &mut units);
            units.push(Unit {
                from: at,
                to: at + original.len_utf8(),
                position,
                code: u64::from(u32::from(c)),
                han: true,
            });
            position += 1;
        } else if c.is_alphanumeric() {
            if run.is_some_and(|(_, length, _)| length >= LONGEST_RUN) {
                close(&mut run, at, &mut position, &mut units);
            }
            // FNV-1a: only equality matters, and only within one text.
            let (from, length, hash) = run.unwrap_or((at, 0, 0xcbf2_9ce4_8422_2325));
            run = Some((from, length + 1, (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3)));
        } else {
            close(&mut run, at, &mut position, &mut units);
            if c == '\n' && units.last().is_some_and(|unit| unit.position + 1 == position) {
                position += 1;
            }
        }
    }
    close(&mut run, text.len(), &mut position, &mut units);
    units
}

/// Two neighbours as one term. Runs need a gap between them: `2026 9` is not `20269`.
fn pair(text: &str, first: &Unit, second: &Unit) -> String {
    let gap = if first.han || second.han { "" } else { " " };
    format!("{}{gap}{}", first.word(text), second.word(text))
}

/// The terms under which a phrase is looked up in a field of pairs, with their distances.
pub(crate) fn phrase(text: &str, units: &[Unit]) -> Vec<(usize, String)> {
    match units {
        [] => Vec::new(),
        [one] => vec![(0, one.word(text))],
        many => many.windows(2).enumerate().map(|(at, two)| (at, pair(text, &two[0], &two[1]))).collect(),
    }
}

/// A whole text as one key, for «this is exactly its name».
pub(crate) fn key(text: &str) -> String {
    let units = units(text);
    let mut key = String::new();
    for (at, unit) in units.iter().enumerate() {
        if at > 0 && !unit.han && !units[at - 1].han {
            key.push(' ');
        }
        key.push_str(&unit.word(text));
    }
    key
}

fn pair_tokens(text: &str) -> Vec<Token> {
    let units = units(text);
    let mut tokens = Vec::with_capacity(units.len() * 2);
    let token = |from: &Unit, to: &Unit, text: String| Token {
        offset_from: from.from,
        offset_to: to.to,
        position: from.position,
        text,
        position_length: 1,
    };
    for (at, unit) in units.iter().enumerate() {
        let next = units.get(at + 1).filter(|next| next.position == unit.position + 1);
        let alone = next.is_none() && (at == 0 || units[at - 1].position + 1 != unit.position);
        if !unit.han || alone {
            tokens.push(token(unit, unit, unit.word(text)));
        }
        if let Some(next) = next {
            tokens.push(token(unit, next, pair(text, unit, next)));
        }
    }
    tokens
}

/// The tokenizer of the fields of pairs.
#[derive(Debug, Clone)]
pub(crate) struct Pairs;

impl Tokenizer for Pairs {
    type TokenStream<'a> = Tokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        Tokens::new(pair_tokens(text))
    }
}

/// The tokenizer of the fields of words.
#[derive(Debug, Clone)]
pub(crate) struct Words;

impl Tokenizer for Words {
    type TokenStream<'a> = Tokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        Tokens::new(Segmenter.tokens(&folded(text)))
    }
}

/// Tokens made beforehand.
#[derive(Debug)]
pub(crate) struct Tokens {
    tokens: Vec<Token>,
    at: Option<usize>,
    none: Token,
}

impl Tokens {
    fn new(tokens: Vec<Token>) -> Self {
        Self { tokens, at: None, none: Token::default() }
    }
}

impl TokenStream for Tokens {
    fn advance(&mut self) -> bool {
        let next = self.at.map_or(0, |at| at + 1);
        self.at = Some(next);
        next < self.tokens.len()
    }

    fn token(&self) -> &Token {
        self.at.and_then(|at| self.tokens.get(at)).unwrap_or(&self.none)
    }

    fn token_mut(&mut self) -> &mut Token {
        match self.at {
            Some(at) if at < self.tokens.len() => &mut self.tokens[at],
            _ => &mut self.none,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<String> {
        units(text).iter().map(|unit| unit.word(text)).collect()
    }

    #[test]
    fn a_document_number_is_the_same_in_every_bracket() {
        let wanted = ["青", "禾", "府", "发", "2026", "9", "号"];
        for form in [
            "青禾府发〔2026〕9号",
            "青禾府发[2026]9号",
            "青禾府发(2026) 9 号",
            "青禾府发【２０２６】９号",
            "青禾府发2026 9号",
        ] {
            assert_eq!(words(form), wanted, "{form}");
            assert_eq!(key(form), "青禾府发2026 9号");
        }
    }

    #[test]
    fn width_and_case_do_not_matter() {
        assert_eq!(words("ＰＭ２.５ 与 PM2.5"), ["pm2", "5", "与", "pm2", "5"]);
        assert_eq!(units("Ａb")[0].code, units("aB")[0].code);
        assert_ne!(units("ab")[0].code, units("ba")[0].code);
    }

    #[test]
    fn radicals_are_the_characters_that_they_look_like() {
        assert_eq!(words("⼯作要点、⼈⼒资源"), ["工", "作", "要", "点", "人", "力", "资", "源"]);
        assert_eq!(units("⺠政")[0].code, units("民政")[0].code);
    }

    #[test]
    fn pairs_cover_every_two_neighbours_but_not_two_lines() {
        let tokens: Vec<String> = pair_tokens("促进就业\n9号文").into_iter().map(|token| token.text).collect();
        assert_eq!(tokens, ["促进", "进就", "就业", "9", "9号", "号文"]);
        let lone: Vec<String> = pair_tokens("河\n路").into_iter().map(|token| token.text).collect();
        assert_eq!(lone, ["河", "路"]);
    }

    proptest! {
        #[test]
        fn tokens_lie_in_the_text_and_in_order(text in "\\PC{0,80}") {
            let tokens = pair_tokens(&text);
            for token in &tokens {
                prop_assert!(text.get(token.offset_from..token.offset_to).is_some());
            }
            let order: Vec<_> = tokens.iter().map(|token| (token.offset_from, token.offset_to)).collect();
            let mut sorted = order.clone();
            sorted.sort_unstable();
            prop_assert_eq!(order, sorted);
        }
    }
}
