//! Names by the first letters of their syllables: `mzj` is 民政局.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use pinyin::{ToPinyin, ToPinyinMulti};

use crate::SEVERAL;

/// Letters that somebody types at most; longer ones are words of another language.
const LONGEST_TYPED: usize = 12;
/// Names whose letters are kept at most.
const MOST: usize = 20_000;

/// The letters of a name, one for each character that has any. A character of several readings has two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letters {
    usual: Vec<u8>,
    other: Vec<u8>,
}

impl Letters {
    /// The letters of a name: of Han characters the first of the syllable, of others those that are typed as they are; marks
    /// and blanks have none.
    pub fn of(name: &str) -> Self {
        let mut letters = Self::default();
        for character in name.chars() {
            let first = |reading: pinyin::Pinyin| reading.plain().bytes().next().filter(u8::is_ascii_lowercase);
            let plain = u8::try_from(character.to_ascii_lowercase()).ok().filter(u8::is_ascii_alphanumeric);
            let Some(usual) = plain.or_else(|| character.to_pinyin().and_then(first)) else { continue };
            let several = SEVERAL.contains(character).then(|| character.to_pinyin_multi()).flatten();
            let other = several.into_iter().flatten().filter_map(first).find(|letter| *letter != usual);
            letters.usual.push(usual);
            letters.other.push(other.unwrap_or(usual));
        }
        letters
    }

    /// Where in the name these letters stand, counted in letters; `None` where they do not. See [`typed_letters`].
    pub fn place(&self, typed: &str) -> Option<usize> {
        let typed = typed.as_bytes();
        let last = self.usual.len().checked_sub(typed.len())?;
        let fits = |at: &usize| {
            let own = self.usual[*at..].iter().zip(&self.other[*at..]);
            typed.iter().zip(own).all(|(letter, (usual, other))| letter == usual || letter == other)
        };
        (0..=last).find(fits)
    }
}

/// What somebody typed as letters of a name: two at least, no blanks, no other characters, not figures alone. `None` where it
/// cannot be that.
pub fn typed_letters(words: &str) -> Option<String> {
    let typed = words.trim().to_ascii_lowercase();
    let fits = (2..=LONGEST_TYPED).contains(&typed.len())
        && typed.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && typed.bytes().any(|byte| byte.is_ascii_lowercase());
    fits.then_some(typed)
}

/// Letters of names that are asked for again and again, worked out once for each name.
#[derive(Debug, Default)]
pub struct Known(Mutex<HashMap<Box<str>, Arc<Letters>>>);

impl Known {
    /// Where in the name these letters stand, as [`Letters::place`].
    pub fn place(&self, name: &str, typed: &str) -> Option<usize> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        let letters = known.unwrap_or_else(|| {
            let letters = Arc::new(Letters::of(name));
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if all.len() >= MOST {
                all.clear();
            }
            all.insert(name.into(), Arc::clone(&letters));
            letters
        });
        letters.place(typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_their_letters() {
        let known = Known::default();
        for (name, typed, place) in [
            ("审核流程", "shlc", Some(0)),
            ("工作要点", "gzyd", Some(0)),
            ("县民政局", "mzj", Some(1)),
            ("青禾府发〔2026〕9号", "qhff2026", Some(0)),
            ("关于“养老服务”的通知", "ylfw", Some(2)),
            ("重庆", "cq", Some(0)),
            ("重点", "zd", Some(0)),
            ("银行", "yh", Some(0)),
            ("LED路灯", "ledld", Some(0)),
            ("民政局", "mjz", None),
            ("局", "mzj", None),
        ] {
            assert_eq!(known.place(name, typed), place, "{name} {typed}");
            assert_eq!(known.place(name, typed), place, "{name} {typed} again");
        }
    }

    #[test]
    fn what_is_no_letters_is_not_taken_for_them() {
        assert_eq!(typed_letters(" SHLC "), Some("shlc".to_owned()));
        for other in ["", "s", "审核", "sh lc", "2026", "s-h", "abcdefghijklmnop"] {
            assert_eq!(typed_letters(other), None, "{other}");
        }
    }
}
