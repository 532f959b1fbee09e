//! The words that titles are made of, by their sound: what is offered while somebody types, and what was meant by a word that
//! nothing holds.
//!
//! It is read from the index itself. A segment never changes, so its words are read once and kept for as long as it is part of
//! the index; names of organs and columns are a part of their own. Words come from the dictionary alone, never from a text that
//! somebody wrote ([`crate::segmenter`] guesses none), and whoever offers one first asks whether it still finds something.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use tantivy::index::SegmentId;

use crate::{Result, names::Names, seen::Seen};

/// Words of one part that are known; an index of a county has some ten thousand.
const MOST_WORDS: usize = 100_000;
/// Words with one beginning that are compared.
const MOST_COMPARED: usize = 4_000;

/// A word and how much speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: Arc<str>,
    /// How many titles hold it.
    pub(crate) weight: u64,
}

/// Words of one part, by their sound.
#[derive(Debug, Default)]
struct Part {
    words: Vec<Word>,
    /// As typed, without blanks: `dibao`. Sorted.
    typed: Vec<(Box<str>, u32)>,
    /// By the first letters: `db`. Sorted.
    initials: Vec<(Box<str>, u32)>,
    /// What sounds alike, syllable by syllable.
    alike: HashMap<Box<str>, Vec<u32>>,
    all: HashSet<Arc<str>>,
}

impl Part {
    fn new(words: impl IntoIterator<Item = (String, u64)>) -> Self {
        let mut part = Self::default();
        for (text, weight) in words {
            let readings = sound::readings(&text);
            let text: Arc<str> = text.into();
            if text.chars().count() < 2 || readings.is_empty() || part.all.contains(&text) {
                continue;
            }
            if says_nothing(&text) {
                // Known, so that nobody puts it right, and never offered.
                part.all.insert(text);
                continue;
            }
            let Ok(at) = u32::try_from(part.words.len()) else { break };
            if part.words.len() == MOST_WORDS {
                break;
            }
            for reading in &readings {
                let typed: String = reading.iter().map(|syllable| sound::typed(syllable)).collect();
                part.typed.push((typed.into(), at));
                part.initials.push((sound::initials(reading).into(), at));
                let known = part.alike.entry(key(reading).into()).or_default();
                if !known.contains(&at) {
                    known.push(at);
                }
            }
            part.all.insert(Arc::clone(&text));
            part.words.push(Word { text, weight });
        }
        part.typed.sort_unstable();
        part.initials.sort_unstable();
        part
    }

    fn beginning<'a>(
        &'a self,
        list: &'a [(Box<str>, u32)],
        letters: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Word)> {
        let from = list.partition_point(|(sound, _)| **sound < *letters);
        list[from..]
            .iter()
            .take_while(move |(sound, _)| sound.starts_with(letters))
            .take(MOST_COMPARED)
            .filter_map(|(sound, at)| Some((&**sound, self.words.get(*at as usize)?)))
    }
}

/// Words that only join others: every second title has some, and nobody looks for them.
const JOINING: [&str; 30] = [
    "以来", "以上", "以下", "以内", "以及", "之间", "之后", "之前", "有关", "相关", "关于", "对于", "由于", "为了",
    "按照", "根据", "通过", "进行", "开展", "其他", "其它", "部分", "方面", "一些", "一批", "及其", "或者", "并且",
    "等等", "有的",
];

/// Whether a word says nothing of what a text is about: it only joins, or only counts (第十, 第八条). 第一书记 is a word.
fn says_nothing(word: &str) -> bool {
    let counts = |rest: &str| rest.chars().all(|c| "零一二三四五六七八九十百条章节款项".contains(c));
    JOINING.contains(&word) || word.strip_prefix('第').is_some_and(counts)
}

fn key(reading: &[&str]) -> String {
    reading.iter().map(|syllable| sound::alike(syllable)).collect::<Vec<_>>().join("'")
}

/// What was read of the parts of the index.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    segments: Mutex<HashMap<SegmentId, Arc<Part>>>,
    names: Mutex<Option<(Arc<Names>, Arc<Part>)>>,
}

impl Cache {
    /// The words of this state of the index, and the names of organs and columns.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn of(&self, seen: &Seen, names: &Arc<Names>) -> Result<Vocabulary> {
        let mut parts = vec![self.names(names)];
        let mut now = HashMap::new();
        for id in seen.segments() {
            let known = self.segments.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
            let part = match known {
                Some(part) => part,
                None => Arc::new(Part::new(seen.title_words(id, MOST_WORDS)?)),
            };
            parts.push(Arc::clone(&part));
            now.insert(id, part);
        }
        *self.segments.lock().unwrap_or_else(PoisonError::into_inner) = now;
        Ok(Vocabulary { parts })
    }

    fn names(&self, names: &Arc<Names>) -> Arc<Part> {
        let mut kept = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, part)) = &*kept
            && Arc::ptr_eq(of, names)
        {
            return Arc::clone(part);
        }
        let part = Arc::new(Part::new(names.spoken().map(|(name, _)| (name.to_owned(), 1))));
        *kept = Some((Arc::clone(names), Arc::clone(&part)));
        part
    }
}

/// The words of one state of the index.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    parts: Vec<Arc<Part>>,
}

impl Vocabulary {
    /// Whether the word is known.
    pub(crate) fn knows(&self, word: &str) -> bool {
        self.parts.iter().any(|part| part.all.contains(word))
    }

    /// Words whose sound begins with these letters, whole sounds before beginnings, first letters last; the heaviest first.
    pub(crate) fn beginning(&self, letters: &str, most: usize) -> Vec<Word> {
        let mut found: HashMap<Arc<str>, (u8, u64)> = HashMap::new();
        for part in &self.parts {
            let typed = part.beginning(&part.typed, letters).map(|(sound, word)| (u8::from(sound == letters), word));
            let short = part.beginning(&part.initials, letters).map(|(sound, word)| (u8::from(sound == letters), word));
            for (whole, word) in typed.chain(short) {
                let best = found.entry(Arc::clone(&word.text)).or_insert((0, 0));
                best.0 = best.0.max(whole);
                best.1 = best.1.max(word.weight);
            }
        }
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort_by(|(one, a), (other, b)| {
            b.cmp(a).then_with(|| one.chars().count().cmp(&other.chars().count())).then_with(|| one.cmp(other))
        });
        found.into_iter().take(most).map(|(text, (_, weight))| Word { text, weight }).collect()
    }

    /// Other words that sound like this one, syllable by syllable; the heaviest first.
    pub(crate) fn sounding_like(&self, word: &str, most: usize) -> Vec<Word> {
        let mut found: HashMap<Arc<str>, u64> = HashMap::new();
        for key in sound::readings(word).iter().map(|reading| key(reading)) {
            for part in &self.parts {
                let words = part.alike.get(key.as_str()).into_iter().flatten();
                for like in words.filter_map(|at| part.words.get(*at as usize)).filter(|like| *like.text != *word) {
                    let weight = found.entry(Arc::clone(&like.text)).or_default();
                    *weight = (*weight).max(like.weight);
                }
            }
        }
        let mut found: Vec<Word> = found.into_iter().map(|(text, weight)| Word { text, weight }).collect();
        found.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.text.cmp(&b.text)));
        found.truncate(most);
        found
    }

    /// What these letters say when each word is typed in full, one after the other: `dibaobiaozhun` is 低保标准. The longest
    /// words are taken first; `None` when something is left over.
    pub(crate) fn spelled(&self, letters: &str) -> Option<String> {
        let mut said = String::new();
        let mut rest = letters;
        while !rest.is_empty() {
            let lengths = (2..=rest.len().min(6 * sound::LONGEST)).rev();
            let (length, word) = lengths
                .filter_map(|length| {
                    let sound = rest.get(..length)?;
                    let exact = |part: &Arc<Part>| -> Option<Word> {
                        let from = part.typed.partition_point(|(typed, _)| **typed < *sound);
                        let same = part.typed[from..].iter().take_while(|(typed, _)| **typed == *sound);
                        same.filter_map(|(_, at)| part.words.get(*at as usize)).max_by_key(|word| word.weight).cloned()
                    };
                    let word = self.parts.iter().filter_map(exact).max_by_key(|word| word.weight)?;
                    Some((length, word))
                })
                .next()?;
            said.push_str(&word.text);
            rest = &rest[length..];
        }
        (!said.is_empty()).then_some(said)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn vocabulary() -> Vocabulary {
        let one = [
            ("低保", 9),
            ("标准", 40),
            ("公积金", 5),
            ("东部", 2),
            ("重庆", 1),
            ("2026", 70),
            ("的", 99),
            ("第十", 80),
            ("以来", 70),
        ];
        let other = [("低保", 3), ("公积金", 1), ("公积", 1), ("章程", 2), ("在", 1)];
        let part = |words: &[(&str, u64)]| Arc::new(Part::new(words.iter().map(|(word, n)| ((*word).to_owned(), *n))));
        Vocabulary { parts: vec![part(&one), part(&other)] }
    }

    fn texts(words: &[Word]) -> Vec<&str> {
        words.iter().map(|word| &*word.text).collect()
    }

    #[test]
    fn letters_find_words_by_sound_and_by_first_letters() {
        let vocabulary = vocabulary();
        assert_eq!(texts(&vocabulary.beginning("dib", 5)), ["低保"]);
        assert_eq!(texts(&vocabulary.beginning("di", 5)), ["低保"], "nothing that only counts");
        assert!(says_nothing("第八条") && !says_nothing("第一书记") && !says_nothing("低保"));
        assert_eq!(texts(&vocabulary.beginning("db", 5)), ["低保", "东部"], "the heavier first");
        assert!(vocabulary.beginning("yl", 5).is_empty() && vocabulary.knows("以来"), "nothing that only joins");
        assert_eq!(texts(&vocabulary.beginning("gongji", 5)), ["公积", "公积金"], "what is typed in full first");
        assert_eq!(texts(&vocabulary.beginning("chongq", 5)), ["重庆"]);
        assert!(vocabulary.beginning("xyz", 5).is_empty());
        assert_eq!(vocabulary.beginning("db", 1).len(), 1);
    }

    #[test]
    fn a_wrong_character_is_put_right_by_its_sound() {
        let vocabulary = vocabulary();
        assert_eq!(texts(&vocabulary.sounding_like("底保", 3)), ["低保"]);
        assert_eq!(texts(&vocabulary.sounding_like("公鸡金", 3)), ["公积金"]);
        assert_eq!(texts(&vocabulary.sounding_like("张成", 3)), ["章程"], "without the end that many do not hear");
        assert!(vocabulary.sounding_like("低保", 3).is_empty(), "itself is no other word");
        assert!(vocabulary.knows("章程") && !vocabulary.knows("张成"));
    }

    #[test]
    fn words_typed_one_after_the_other_are_read_apart() {
        let vocabulary = vocabulary();
        assert_eq!(vocabulary.spelled("dibaobiaozhun").as_deref(), Some("低保标准"));
        assert_eq!(vocabulary.spelled("gongjijin").as_deref(), Some("公积金"), "the longest word");
        assert_eq!(vocabulary.spelled("dibaox"), None);
        assert_eq!(vocabulary.spelled(""), None);
        assert_eq!(vocabulary.spelled("的é"), None, "never between the bytes of a letter");
    }
}
