//! Texts to write and to seed: invented, recombined from the demonstration's documents, the same in every run.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// A small generator of numbers; a run can be repeated with its seed.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number (SplitMix64).
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.roll() % end.max(1)
    }

    /// One of these; none of none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = usize::try_from(self.below(from.len() as u64)).unwrap_or(0);
        from.get(at)
    }
}

/// What a document of the demonstration says of itself.
#[derive(Debug, Clone, Deserialize)]
pub struct Front {
    /// Title.
    pub title: String,
    /// Slug of its column.
    pub column: String,
    /// Code of its organ.
    pub organ: String,
    /// Kind.
    pub kind: String,
    /// Topics.
    pub topics: Vec<String>,
    /// Keywords.
    pub keywords: Vec<String>,
}

/// Documents and paragraphs of the demonstration.
#[derive(Debug, Default)]
pub struct Corpus {
    /// What the documents say of themselves.
    pub fronts: Vec<Front>,
    paragraphs: Vec<String>,
}

impl Corpus {
    /// Reads `demo/documents`.
    ///
    /// # Errors
    /// When the files are not there or not in their form.
    pub fn read(root: &Path) -> Result<Self> {
        let mut corpus = Self::default();
        let folder = root.join("demo/documents");
        let entries = std::fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
        let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "md")) {
            let text = std::fs::read_to_string(file)?;
            let mut parts = text.trim_start().splitn(3, "+++");
            let (Some(_), Some(front), Some(body)) = (parts.next(), parts.next(), parts.next()) else {
                bail!("{}: no front matter", file.display());
            };
            corpus.fronts.push(toml::from_str(front).with_context(|| file.display().to_string())?);
            let plain = |text: &&str| text.chars().count() > 20 && !text.starts_with(['#', '|', '-', '>']);
            corpus.paragraphs.extend(body.split("\n\n").map(str::trim).filter(plain).map(filled));
        }
        Ok(corpus)
    }

    /// A text as long as public documents are: mostly some hundred characters, now and then some thousand.
    pub fn body(&self, dice: &mut Dice) -> String {
        // The smallest of three rolls: short texts are many, long ones few.
        let paragraphs = 3 + (0..3).map(|_| dice.below(40)).min().unwrap_or(0);
        let mut html = String::new();
        for at in 0..paragraphs {
            if at % 5 == 4 {
                html.push_str("<h2>有关事项</h2>");
            }
            let text = dice.pick(&self.paragraphs).map_or("", String::as_str);
            html.push_str(&format!("<p>{text}</p>"));
        }
        html
    }
}

/// Places such as `{date+30}` written out, and no markup left: lengths count here, not dates.
fn filled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end + 1);
        out.push_str(if rest[at..].starts_with("{year") { "2025" } else { "2025年6月10日" });
        rest = &rest[end..];
    }
    out.push_str(rest);
    out.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace("**", "").replace('\n', "<br>")
}

/// A title without places to fill in.
pub fn title(front: &Front, number: u64) -> String {
    format!("{}（第{number}号）", filled(&front.title))
}

/// A text for staff to write, with a mark by which it is recognised.
pub fn written(mark: &str) -> String {
    let sentence = "各单位按照职责分工，把群众关心的事项说清楚、办到位，及时公布进展和结果，欢迎监督。";
    format!("<p>标记{mark}终</p>{}<p>（演示）</p>", format!("<p>{}</p>", sentence.repeat(4)).repeat(5))
}

/// The marks in a text made by [`written`].
pub fn mark_in(text: &str) -> Option<u32> {
    text.split("标记").nth(1)?.split('终').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_again() {
        assert_eq!(mark_in(&written("17")), Some(17));
        assert_eq!(mark_in("<p>别的</p>"), None);
    }

    #[test]
    fn places_are_filled_and_nothing_becomes_markup() {
        assert_eq!(filled("{year-1}年，{date+3}起 <b>"), "2025年，2025年6月10日起 &lt;b&gt;");
        assert_eq!(filled("开着{date"), "开着2025年6月10日");
    }
}
