//! Values of the fields of an edition: as typed, as stored, as shown.

use std::collections::BTreeMap;

use kernel::time;

use crate::spec::{Facet, KindSpec, Shape};

/// Names that forms and the log use for what every document has: no field may be called so.
pub const RESERVED: [&str; 18] = [
    "id",
    "title",
    "body_html",
    "body_text",
    "note",
    "disclosure",
    "disclosure_reason",
    "publish_at",
    "organ",
    "column",
    "kind",
    "index_number",
    "published_at",
    "updated_at",
    "version",
    "once",
    "edition",
    "attachments",
];

/// Most words of a field, and most characters of one.
const MOST_WORDS: usize = 20;
const LONGEST_WORD: usize = 40;

/// Values by the key of their field. A field without any is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Values(BTreeMap<String, Vec<String>>);

impl Values {
    /// The value of a field, the first if there are several; empty when there is none.
    pub fn get(&self, facet: &Facet) -> &str {
        self.of(facet.key).first().map_or("", String::as_str)
    }

    /// All values of a field.
    pub fn all(&self, facet: &Facet) -> &[String] {
        self.of(facet.key)
    }

    /// All values under a key.
    pub fn of(&self, key: &str) -> &[String] {
        self.0.get(key).map_or(&[], Vec::as_slice)
    }

    /// Whether the field has a value.
    pub fn has(&self, facet: &Facet) -> bool {
        !self.all(facet).is_empty()
    }

    /// Sets what was typed, in stored form.
    pub fn read(&mut self, facet: &Facet, typed: &str) {
        let mut read = facet.shape.read(typed);
        read.retain(|value| !facet.unwritten.contains(&value.as_str()));
        self.set(facet.key, read);
    }

    /// Sets values as they are.
    pub fn set(&mut self, key: &str, values: Vec<String>) {
        if values.is_empty() {
            self.0.remove(key);
        } else {
            self.0.insert(key.to_owned(), values);
        }
    }

    /// The same with a value: `Values::default().with(&SOURCE, "县财政局")`.
    #[must_use]
    pub fn with(mut self, facet: &Facet, typed: &str) -> Self {
        self.read(facet, typed);
        self
    }

    /// The same with words.
    #[must_use]
    pub fn with_words<S: AsRef<str>>(mut self, facet: &Facet, words: &[S]) -> Self {
        self.set(facet.key, clean_words(words.iter().map(AsRef::as_ref)));
        self
    }

    /// Leaves only the fields of a kind.
    pub fn keep(&mut self, kind: &KindSpec) {
        self.0.retain(|key, _| kind.facet(key).is_some());
    }

    /// Leaves only the fields of a kind that readers see.
    pub fn keep_public(&mut self, kind: &KindSpec) {
        self.0.retain(|key, _| kind.facet(key).is_some_and(|facet| facet.public));
    }

    /// Keys and values, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(key, values)| (key.as_str(), values.as_slice()))
    }

    /// As people read a field: dates and text as they are, choices by their label, words with 、 between them.
    pub fn words(&self, facet: &Facet) -> String {
        facet.shape.show(self.all(facet))
    }

    /// As the form shows a field.
    pub fn typed(&self, facet: &Facet) -> String {
        facet.shape.write(self.all(facet))
    }

    /// Dates that are none: label, key and sentence, told as soon as they are saved.
    pub fn unread_dates(&self, kind: &KindSpec) -> Vec<(&'static str, &'static str, String)> {
        let fault = |facet: &&'static Facet| facet.shape.fault(facet.label, self.get(facet));
        kind.facets.iter().filter_map(|facet| Some((facet.label, facet.key, fault(facet)?))).collect()
    }

    /// What must be corrected before an edition of this kind is submitted: key and sentence.
    pub fn missing(&self, kind: &KindSpec) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        for facet in kind.facets {
            if let Some(fault) = facet.shape.fault(facet.label, self.get(facet)) {
                faults.push((facet.key, fault));
            } else if kind.requires(facet) && !self.has(facet) {
                let ask =
                    if facet.ask.is_empty() { format!("请填写{}。", facet.label) } else { facet.ask.to_owned() };
                faults.push((facet.key, ask));
            }
        }
        if let Some(check) = kind.check {
            faults.extend(check(self));
        }
        faults
    }
}

/// One line without control characters, at most `most` characters.
pub fn line(input: &str, most: usize) -> String {
    let gap = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let seen = input.chars().filter(|&c| gap(c) || !kernel::names::hides(c));
    let line: String = seen.map(|c| if gap(c) { ' ' } else { c }).collect();
    line.trim().chars().take(most).collect::<String>().trim_end().to_owned()
}

/// Lines as they are, trimmed, at most `most` characters.
pub fn lines(input: &str, most: usize) -> String {
    let clean: String = input.chars().filter(|c| !kernel::names::hides(*c) || *c == '\n').collect();
    clean.trim().chars().take(most).collect::<String>().trim_end().to_owned()
}

fn clean_words<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        let word = line(word, LONGEST_WORD);
        if !word.is_empty() && !kept.contains(&word) && kept.len() < MOST_WORDS {
            kept.push(word);
        }
    }
    kept
}

impl Shape {
    /// Stored form of what was typed; what cannot be read is kept where it can be corrected and dropped where it was chosen.
    pub fn read(self, typed: &str) -> Vec<String> {
        let one = |value: String| if value.is_empty() { Vec::new() } else { vec![value] };
        match self {
            Self::Text(most) => one(line(typed, most)),
            Self::Long(most) => one(lines(typed, most)),
            Self::Date => one(time::parse_date(typed).map_or_else(|| line(typed, 20), |date| date.to_string())),
            Self::Choice(known) => {
                one(known.iter().find(|(code, _)| *code == typed.trim()).map_or("", |(code, _)| code).into())
            }
            Self::Flag => one(if matches!(typed.trim(), "" | "0") { String::new() } else { "1".to_owned() }),
            Self::Words => {
                let apart = |c: char| matches!(c, '、' | '，' | ',' | '；' | ';' | '|') || c.is_whitespace();
                clean_words(typed.split(apart))
            }
        }
    }

    /// As the form shows it.
    pub fn write(self, values: &[String]) -> String {
        match self {
            Self::Words => values.join("、"),
            _ => values.first().cloned().unwrap_or_default(),
        }
    }

    /// As people read it.
    pub fn show(self, values: &[String]) -> String {
        let first = values.first().map_or("", String::as_str);
        match self {
            Self::Choice(known) => {
                known.iter().find(|(code, _)| *code == first).map_or("", |(_, label)| label).to_owned()
            }
            Self::Flag if first == "1" => "是".to_owned(),
            other => other.write(values),
        }
    }

    /// What is wrong with a value, in words.
    fn fault(self, label: &str, value: &str) -> Option<String> {
        let wrong = self == Self::Date && !value.is_empty() && value.parse::<jiff::civil::Date>().is_err();
        wrong.then(|| format!("{label}“{value}”不是一个存在的日期，请按年-月-日填写，例如 2026-03-05。"))
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Permission, permission::Scope};

    use super::*;

    static WRITE: Permission = Permission::new("write", "撰写", &[], Scope::OwnOrgan);
    const ON: Facet = Facet::new("on", "施行日期", Shape::Date).ask("请填写施行日期，例如 2026-03-05。");
    const STATE: Facet = Facet::new("state", "有效性", Shape::Choice(&[("in_force", "有效"), ("lapsed", "失效")]));
    const TOPICS: Facet = Facet::new("topics", "主题", Shape::Words);
    const ABOUT: Facet = Facet::new("about", "说明", Shape::Long(5));
    const KIND: KindSpec = KindSpec {
        facets: &[&ON, &STATE, &TOPICS, &ABOUT],
        required: &["on", "topics"],
        ..KindSpec::new("k", "种类", "/k/", &WRITE)
    };

    #[test]
    fn lines_hold_nothing_that_cannot_be_seen() {
        assert_eq!(line("关于\u{202e}做好公示\u{202c}的\u{2028}通知\u{200b}\t甲", 40), "关于做好公示的 通知 甲");
        assert_eq!(lines("甲\u{2067}乙\n丙\u{feff}", 40), "甲乙\n丙");
    }

    #[test]
    fn words_come_back_as_they_were_written() {
        let values = Values::default().with(&TOPICS, "教育、就业 ，养老; 医保 教育");
        assert_eq!(values.all(&TOPICS), ["教育", "就业", "养老", "医保"]);
        assert_eq!(Values::default().with(&TOPICS, &values.typed(&TOPICS)), values);
        assert_eq!(Values::default().with(&TOPICS, " 、"), Values::default());
    }

    #[test]
    fn what_cannot_be_read_is_kept_and_named() {
        let values = Values::default().with(&ON, "三月五日");
        assert_eq!(values.get(&ON), "三月五日");
        let faults = values.missing(&KIND);
        assert!(faults[0].1.contains("不是一个存在的日期"), "{faults:?}");
        assert_eq!(faults[1], ("topics", "请填写主题。".into()));
        assert_eq!(Values::default().missing(&KIND)[0], ("on", ON.ask.into()));
        assert_eq!(Values::default().with(&ON, "2026年3月5日").get(&ON), "2026-03-05");
    }

    #[test]
    fn choices_are_shown_by_name_and_unknown_ones_are_none() {
        assert_eq!(Values::default().with(&STATE, "in_force").words(&STATE), "有效");
        assert_eq!(Values::default().with(&STATE, "evil"), Values::default());
        assert_eq!(Values::default().with(&ABOUT, "一\r\n二\n三四五").get(&ABOUT), "一\n二\n三");
    }
}
