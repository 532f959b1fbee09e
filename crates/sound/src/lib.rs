//! How words sound: pinyin without tones, what sounds alike to those who type it, and the first letters by which names are typed.
//! No I/O.

mod letters;

use pinyin::{ToPinyin, ToPinyinMulti};

pub use letters::{Known, Letters, typed_letters};

/// Characters of a word whose sound is told; longer ones are sentences.
pub const LONGEST: usize = 8;
/// Readings of one word: 重 and 长 have two each.
const MOST_READINGS: usize = 4;

/// Characters that everyday words read in several ways. Of all others a dictionary knows rare readings, too, by which words would
/// sound alike that do not.
const SEVERAL: &str = "重长行乐都率调传会降参单曾藏差便量数相种正中当处为得着还朝弹";

/// How a word can be read: each way as its syllables. Nothing for words that are not written in Han characters alone, or that
/// are too long.
pub fn readings(word: &str) -> Vec<Vec<&'static str>> {
    if word.chars().count() > LONGEST {
        return Vec::new();
    }
    let mut all: Vec<Vec<&'static str>> = vec![Vec::new()];
    for character in word.chars() {
        let Some(usual) = character.to_pinyin().map(pinyin::Pinyin::plain) else { return Vec::new() };
        let mut ways = vec![usual];
        if SEVERAL.contains(character) {
            for way in character.to_pinyin_multi().into_iter().flatten().map(pinyin::Pinyin::plain) {
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
        }
        // Beyond the bound only the usual reading is followed.
        ways.truncate((MOST_READINGS / all.len()).max(1));
        all = all
            .iter()
            .flat_map(|read| ways.iter().map(|way| read.iter().copied().chain([*way]).collect::<Vec<_>>()))
            .collect();
    }
    all
}

/// What the ear does not tell apart in half of the country: zh and z, ang and an. One syllable, `ü` typed as `v`.
pub fn alike(syllable: &str) -> String {
    let typed = typed(syllable);
    let (head, rest) = ["zh", "ch", "sh"]
        .into_iter()
        .find_map(|hard| Some((&hard[..1], typed.strip_prefix(hard)?)))
        .unwrap_or(("", &typed));
    let soft = ["ang", "eng", "ing"].into_iter().find(|end| rest.ends_with(end));
    let rest = soft.map_or(rest, |_| &rest[..rest.len() - 1]);
    format!("{head}{rest}")
}

/// A syllable as it is typed on a keyboard.
pub fn typed(syllable: &str) -> String {
    syllable.replace('ü', "v")
}

/// The first letters of the syllables.
pub fn initials(reading: &[&str]) -> String {
    reading.iter().filter_map(|syllable| syllable.chars().next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_every_usual_way() {
        assert_eq!(readings("低保"), [["di", "bao"]]);
        assert!(readings("重庆").contains(&vec!["chong", "qing"]));
        assert!(readings("重要").contains(&vec!["zhong", "yao"]));
        assert!(readings("2026年").is_empty());
        assert!(readings("中华人民共和国政府信息公开条例").is_empty());
        assert!(readings("行行行行行行行行").len() <= MOST_READINGS);
    }

    #[test]
    fn what_sounds_alike_is_alike() {
        for (one, other) in [("zhang", "zan"), ("sheng", "sen"), ("xing", "xin")] {
            assert_eq!(alike(one), alike(other));
        }
        assert_ne!(alike("bao"), alike("ban"));
        assert_eq!(typed("lü"), "lv");
        assert_eq!(initials(&["di", "bao"]), "db");
    }
}
