//! Further fields of duties (总投资、整改措施、问责情况 …): what a kind of source declares, and the values of a duty.

use serde_json::{Map, Value};

/// Longest value of a further field, in characters.
const LONGEST: usize = 2000;

/// How a further field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldShape {
    Line,
    /// Free text of several lines.
    Text,
    /// An amount in 万元 with up to two decimals.
    Amount,
    /// One of these values, which are also the words shown.
    Choice(&'static [&'static str]),
}

impl FieldShape {
    /// The value as it is stored, from what was typed or stands in a spreadsheet: the one check for every way in, so that
    /// nothing is let in here that another form refuses. Stored values pass unchanged.
    ///
    /// # Errors
    /// What to correct, for the person at the form.
    pub fn check(self, typed: &str) -> Result<String, String> {
        let value = typed.trim();
        if value.is_empty() {
            return Ok(String::new());
        }
        match self {
            Self::Line | Self::Text if value.chars().count() > LONGEST => {
                Err(format!("请把内容控制在 {LONGEST} 字以内。"))
            }
            Self::Line => Ok(value.split_whitespace().collect::<Vec<_>>().join(" ")),
            Self::Text => Ok(value.replace('\r', "")),
            Self::Amount => {
                amount(value).ok_or_else(|| "请填写以万元计的数字，最多两位小数，例如 12500 或 860.5。".to_owned())
            }
            Self::Choice(choices) if choices.contains(&value) => Ok(value.to_owned()),
            Self::Choice(choices) => Err(format!("请从“{}”中选择一项。", choices.join("、"))),
        }
    }
}

/// `12,500` and `１２５００` are 12500. A comma that does not part thousands could as well be a decimal point: refused.
fn amount(typed: &str) -> Option<String> {
    let plain: String = typed
        .chars()
        .map(|c| match c {
            '０'..='９' | '．' | '，' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .collect();
    let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.iter().all(|group| group.len() == 3 && digits(group)) && (rest.is_empty() || first.len() <= 3);
    let whole = format!("{first}{}", rest.concat());
    let fits =
        grouped && digits(first) && !first.is_empty() && whole.len() <= 12 && digits(decimals) && decimals.len() <= 2;
    if !fits {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    };
    Some(if decimals.is_empty() { whole.to_owned() } else { format!("{whole}.{decimals}") })
}

/// A further field of the duties of one kind of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Name in forms and in the stored JSON.
    pub key: &'static str,
    pub label: &'static str,
    /// What to fill in, with an example.
    pub hint: &'static str,
    /// What may be filled in, and how it is stored.
    pub shape: FieldShape,
    /// Further headings under which the column is recognised in a spreadsheet.
    pub headings: &'static [&'static str],
    /// Shown on the portal with a public duty; then what an organ fills in waits until the office accepts it.
    pub published: bool,
    /// Filled in by the office alone: what the source itself says, such as the finding to be rectified.
    pub office: bool,
}

impl Field {
    /// A field that is published and that organs fill in.
    pub const fn new(key: &'static str, label: &'static str, hint: &'static str, shape: FieldShape) -> Self {
        Self { key, label, hint, shape, headings: &[], published: true, office: false }
    }

    /// Names further headings of spreadsheets.
    #[must_use]
    pub const fn headed(mut self, headings: &'static [&'static str]) -> Self {
        self.headings = headings;
        self
    }

    /// Never shown on the portal.
    #[must_use]
    pub const fn inside(mut self) -> Self {
        self.published = false;
        self
    }

    /// Filled in by the office alone.
    #[must_use]
    pub const fn of_office(mut self) -> Self {
        self.office = true;
        self
    }
}

/// The further values of a duty: what holds, and what organs filled in that the office has not accepted yet. Nothing reaches
/// the portal that nobody of the office has seen (政府信息公开条例 Art. 17: a review precedes publication).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    held: Map<String, Value>,
    waiting: Map<String, Value>,
}

impl Values {
    /// From the columns `extra` and `waiting` of a duty.
    pub fn read(extra: &str, waiting: &str) -> Self {
        let map = |text: &str| serde_json::from_str(text).unwrap_or_default();
        Self { held: map(extra), waiting: map(waiting) }
    }

    /// For the column `extra`.
    pub fn held_text(&self) -> String {
        Value::Object(self.held.clone()).to_string()
    }

    /// For the column `waiting`, and for the form of the person who accepts: it names what was seen. Empty = nothing waits.
    pub fn waiting_text(&self) -> String {
        if self.waiting.is_empty() { String::new() } else { Value::Object(self.waiting.clone()).to_string() }
    }

    /// The value that holds; empty when there is none.
    pub fn held(&self, key: &str) -> &str {
        self.held.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// The value that waits; `None` when nothing waits. It may be empty: the organ wants the field emptied.
    pub fn waiting(&self, key: &str) -> Option<&str> {
        self.waiting.get(key).and_then(Value::as_str)
    }

    /// Whether anything waits.
    pub fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Takes a value in, at once or to wait; `false` when it changes nothing.
    pub fn put(&mut self, key: &str, value: &str, at_once: bool) -> bool {
        let before = (self.held(key).to_owned(), self.waiting(key).map(str::to_owned));
        if at_once {
            if before.0 != value {
                self.held.insert(key.to_owned(), Value::from(value));
                self.waiting.remove(key);
            }
        } else if before.0 == value {
            self.waiting.remove(key);
        } else {
            self.waiting.insert(key.to_owned(), Value::from(value));
        }
        before != (self.held(key).to_owned(), self.waiting(key).map(str::to_owned))
    }

    /// Ends the waiting: what waited holds from now on (`accept`) or is dropped. Returns what waited.
    pub fn settle(&mut self, accept: bool) -> Map<String, Value> {
        let waited = std::mem::take(&mut self.waiting);
        if accept {
            self.held.extend(waited.clone());
        }
        waited
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (typed, stored) in [
            ("12500", "12500"),
            ("12,500", "12500"),
            ("１２，５００．５", "12500.5"),
            (" 860.55 ", "860.55"),
            ("0012.", "12"),
            ("0", "0"),
            ("1,234,567.8", "1234567.8"),
            ("", ""),
        ] {
            assert_eq!(FieldShape::Amount.check(typed).as_deref(), Ok(stored), "{typed}");
        }
        for wrong in ["12,5", "1,00,000", "12345,678", "12.345", "一百", "-5", "1e5", ".", ",500", "1234567890123"] {
            assert!(FieldShape::Amount.check(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn choices_lines_and_texts_are_checked() {
        assert!(FieldShape::Choice(&["在建"]).check("竣工").is_err_and(|said| said.contains("在建")));
        assert_eq!(FieldShape::Choice(&["在建"]).check(" 在建 ").as_deref(), Ok("在建"));
        assert_eq!(FieldShape::Line.check("常务\n副县长").as_deref(), Ok("常务 副县长"));
        assert_eq!(FieldShape::Text.check("一\r\n二 ").as_deref(), Ok("一\n二"));
        assert!(FieldShape::Text.check(&"字".repeat(LONGEST + 1)).is_err());
    }

    proptest! {
        /// What is stored passes every form again: nobody has to retype a field that nobody touched.
        #[test]
        fn what_is_stored_passes_unchanged(typed in "[0-9０-９,，.． \\r\\na-z一二]{0,12}") {
            for shape in [FieldShape::Line, FieldShape::Text, FieldShape::Amount, FieldShape::Choice(&["一", "二"])] {
                if let Ok(stored) = shape.check(&typed) {
                    prop_assert_eq!(shape.check(&stored), Ok(stored.clone()));
                }
            }
        }
    }

    #[test]
    fn what_an_organ_writes_waits_and_what_the_office_writes_holds() {
        let mut values = Values::read(r#"{"phase":"在建"}"#, "");
        assert!(values.put("phase", "竣工", false));
        assert_eq!((values.held("phase"), values.waiting("phase")), ("在建", Some("竣工")));
        let mut read = Values::read(&values.held_text(), &values.waiting_text());
        assert_eq!(read, values);
        assert!(!read.put("phase", "竣工", false) && !read.put("phase", "在建", true), "nothing new");
        assert!(read.put("phase", "前期", true));
        assert_eq!((read.held("phase"), read.waiting("phase"), read.waiting_text().as_str()), ("前期", None, ""));
        assert!(values.put("phase", "在建", false) && values.waiting("phase").is_none(), "back to what holds");
        assert!(values.put("phase", "竣工", false));
        values.settle(false);
        assert_eq!(values.held("phase"), "在建");
        assert!(values.put("phase", "竣工", false));
        values.settle(true);
        assert!(values.held("phase") == "竣工" && !values.waits());
    }
}
