//! What is taken out of a file before somebody gets it who may not know all of it (区分处理, 条例 Art. 37): the words themselves,
//! wherever they stand, each place marked with its ground. The crate `documents-read` does it in the guarded child and proves it
//! by reading the result again.

use serde::{Deserialize, Serialize};

use crate::{Code, Extracted, Rejected};

/// Words that go, and what stands in their place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// As they were read; blanks, full and half width and the case of letters make no difference. All places where they stand
    /// are meant.
    pub words: String,
    /// What stands there instead: 〔依据《条例》第十五条不予公开〕.
    pub mark: String,
}

/// Letters of words that are taken out, at least: a single one stands everywhere.
const SHORTEST: usize = 2;
/// Letters of words and marks, at most.
const LONGEST: usize = 2000;
/// Removals of one file.
const MOST: usize = 2000;

impl Removal {
    /// Words that are withheld on a ground: 《条例》第十五条.
    pub fn on(words: impl Into<String>, ground: &str) -> Self {
        Self { words: words.into(), mark: format!("〔依据{}不予公开〕", ground.trim()) }
    }
}

/// A file without the words, or its text without them where the file itself cannot be cleared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redacted {
    /// The file in its own format; empty when only the text is left.
    #[serde(with = "crate::drawn::in_letters")]
    pub bytes: Vec<u8>,
    /// The text, page by page and line by line, to be put on paper anew; empty when the file is there.
    pub pages: Vec<Vec<String>>,
    /// In how many places each removal stood, in their order.
    pub removed: Vec<usize>,
    /// What the result does without, in words: 批注, 图片.
    pub dropped: Vec<String>,
    /// What a person should look at before it goes out.
    pub notes: Vec<String>,
}

/// A part of a picture, in ten-thousandths of its width and height as it stands upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    pub left: u32,
    pub top: u32,
    pub right: u32,
    pub bottom: u32,
}

impl Area {
    /// Percent of width and height, with up to two digits behind the point: left, top, right, bottom, as 10,20,50.5,30. `None`
    /// when they are none, or not in this order.
    pub fn read(text: &str) -> Option<Self> {
        let sides: Vec<u32> = text.split([',', '，']).map(hundredths).collect::<Option<_>>()?;
        match sides.as_slice() {
            &[left, top, right, bottom] if left < right && top < bottom => Some(Self { left, top, right, bottom }),
            _ => None,
        }
    }
}

/// Hundredths of a percent, at most all: 50.5 → 5050.
fn hundredths(text: &str) -> Option<u32> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let hundreds = whole.parse::<u32>().ok()?.checked_mul(100)?;
    let number = hundreds.checked_add(format!("{part:0<2}").parse().ok()?)?;
    (number <= 10_000).then_some(number)
}

/// A picture whose areas are black, numbered from 1, and nothing else of the file that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// PNG or JPEG, as it was.
    pub format: crate::Format,
    #[serde(with = "crate::drawn::in_letters")]
    pub bytes: Vec<u8>,
}

/// A character as it is compared; `None` for what has no shape.
fn folded(c: char) -> Option<char> {
    match c {
        c if c.is_whitespace() || c.is_control() => None,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => None,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).map(|c| c.to_ascii_lowercase()),
        c => Some(c.to_ascii_lowercase()),
    }
}

fn letters(text: &str) -> Vec<char> {
    text.chars().filter_map(folded).collect()
}

/// Whether the words stand in the text, blanks and widths apart.
pub fn stands(text: &str, words: &str) -> bool {
    let (text, words) = (letters(text), letters(words));
    !words.is_empty() && text.windows(words.len()).any(|window| window == words)
}

/// Which of the removals still stand in what was read of a file, in its text or any of its places; from 0.
pub fn remains(found: &Extracted, removals: &[Removal]) -> Vec<usize> {
    let texts = || std::iter::once(&found.text).chain(found.parts.iter().map(|part| &part.text));
    let left = |removal: &Removal| texts().any(|text| stands(text, &removal.words));
    removals.iter().enumerate().filter(|(_, removal)| left(removal)).map(|(at, _)| at).collect()
}

/// What is wrong with the removals, in words for whoever chose them.
///
/// # Errors
/// [`Code::Unsupported`]: none, too many, too short; a mark that cannot stand in a table, or says the words itself.
pub fn sound(removals: &[Removal]) -> Result<(), Rejected> {
    let refuse = |message: String| Err(Rejected::new(Code::Unsupported, message));
    if removals.is_empty() || removals.len() > MOST {
        return refuse(format!("请选出要遮盖的文字，一次最多 {MOST} 处。"));
    }
    for (at, removal) in removals.iter().enumerate() {
        let (number, count) = (at + 1, letters(&removal.words).len());
        if count < SHORTEST {
            return refuse(format!("第 {number} 处要遮盖的文字太短，会遮住很多无关的地方。请连同前后文字一起选。"));
        }
        if count > LONGEST || removal.mark.chars().count() > LONGEST {
            return refuse(format!("第 {number} 处要遮盖的文字太长。请分成几处。"));
        }
        let spoils = |c: char| c.is_control() || matches!(c, ',' | '"' | '\'' | '<' | '>' | '&' | '=' | '|');
        if removal.mark.trim().is_empty() || removal.mark.contains(spoils) {
            return refuse(format!("请写明第 {number} 处不予公开的依据，不要用逗号、引号等符号。"));
        }
        if removals.iter().any(|other| stands(&removal.mark, &other.words)) {
            return refuse(format!("第 {number} 处的依据里写了要遮盖的文字，请改写依据。"));
        }
    }
    Ok(())
}

/// The text with the marks in the place of the words, and how often each removal was found. Places that overlap become one, with
/// the marks of all.
pub fn cut(text: &str, removals: &[Removal]) -> (String, Vec<usize>) {
    let chars: Vec<char> = text.chars().collect();
    let (seen, places): (Vec<char>, Vec<usize>) =
        chars.iter().enumerate().filter_map(|(at, c)| folded(*c).map(|c| (c, at))).unzip();
    let mut found = vec![0; removals.len()];
    // First and last character of each place, and whose it is.
    let mut spans: Vec<(usize, usize, usize)> = Vec::new();
    for (whose, removal) in removals.iter().enumerate() {
        let words = letters(&removal.words);
        let Some(first) = words.first().copied() else { continue };
        let mut at = 0;
        while at + words.len() <= seen.len() {
            if seen[at] == first && seen[at..at + words.len()] == words[..] {
                spans.push((places[at], places[at + words.len() - 1], whose));
                found[whose] += 1;
                at += words.len();
            } else {
                at += 1;
            }
        }
    }
    if spans.is_empty() {
        return (text.to_owned(), found);
    }
    spans.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut next = 0;
    let mut spans = spans.into_iter().peekable();
    while let Some((start, mut end, whose)) = spans.next() {
        let mut marks = vec![removals[whose].mark.as_str()];
        while let Some((_, last, other)) = spans.next_if(|(start, _, _)| *start <= end) {
            end = end.max(last);
            let mark = removals[other].mark.as_str();
            if !marks.contains(&mark) {
                marks.push(mark);
            }
        }
        out.extend(&chars[next..start]);
        marks.iter().for_each(|mark| out.push_str(mark));
        next = end + 1;
    }
    out.extend(&chars[next..]);
    (out, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn removal(words: &str, ground: &str) -> Removal {
        Removal::on(words, ground)
    }

    #[test]
    fn words_go_wherever_and_however_they_stand() {
        let all = [removal("张示范", "甲"), removal("138 0013 8000", "乙")];
        let (text, found) = cut("申请人张 示\n范，电话１３８００１３８０００；张示范", &all);
        assert_eq!(text, "申请人〔依据甲不予公开〕，电话〔依据乙不予公开〕；〔依据甲不予公开〕");
        assert_eq!(found, [2, 1]);
        assert!(!stands(&text, "张示范") && stands("张\u{200b}示范", "张示范"));
        assert_eq!(cut("无关", &all), ("无关".to_owned(), vec![0, 0]));
    }

    #[test]
    fn places_that_overlap_become_one() {
        let all = [removal("甲乙丙", "一"), removal("丙丁", "二"), removal("乙丙", "一")];
        let (text, found) = cut("前甲乙丙丁后", &all);
        assert_eq!(text, "前〔依据一不予公开〕〔依据二不予公开〕后");
        assert_eq!(found, [1, 1, 1]);
    }

    #[test]
    fn areas_are_percents() {
        let all = Area { left: 0, top: 1050, right: 10_000, bottom: 2025 };
        assert_eq!(Area::read("0, 10.5 ，100,20.25"), Some(all));
        for wrong in ["", "1,2,3", "1,2,3,4,5", "5,0,5,10", "0,0,100.01,5", "-1,0,5,5", "a,0,5,5", "1.234,0,5,5"] {
            assert_eq!(Area::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn removals_that_cannot_be_kept_are_refused() {
        assert!(sound(&[removal("张示范", "《条例》第十五条")]).is_ok());
        for (wrong, sign) in [
            (vec![], "请选出"),
            (vec![removal("张", "甲")], "太短"),
            (vec![removal("长".repeat(2001).as_str(), "甲")], "太长"),
            (vec![Removal { words: "张示范".into(), mark: " ".into() }], "依据"),
            (vec![Removal { words: "张示范".into(), mark: "甲,乙".into() }], "依据"),
            (vec![removal("第十五条", "《条例》第十五条")], "写了要遮盖的文字"),
        ] {
            let told = sound(&wrong).expect_err(sign);
            assert!(told.message.contains(sign), "{told}");
        }
    }
}
