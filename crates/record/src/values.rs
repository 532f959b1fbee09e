//! Values of a record at the border between the office and the public. What readers may see is computed here, once, when
//! a record
//! is written: what is never public is taken out, what is masked is masked, a record about a minor shows nothing.

use std::collections::BTreeMap;

use item::{Column, Item, Period, Type, Value};
use jiff::civil::Date;
use kernel::OrganCode;
pub use record_check::Values;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use crate::{ids::RecordId, slots};

/// The key under which [`Data`] holds what the county added.
const MORE: &str = "+";

/// Age at which a person is no minor any more, in years (民法典 Art. 17).
const ADULT: i16 = 18;

/// The public values of a record as texts by the keys of its columns: exact decimals, days as `2026-03-05`, codes of choices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    /// By the keys of columns.
    pub values: BTreeMap<String, String>,
    /// What the county added, by head.
    pub more: BTreeMap<String, String>,
}

impl Data {
    /// The text of a column; empty = the record has none.
    pub fn get(&self, key: &str) -> &str {
        self.values.get(key).map_or("", String::as_str)
    }

    /// The value of a column with its type; `None` where there is none, or the item has changed since.
    pub fn value(&self, column: &Column) -> Option<Value> {
        value_of(column, self.get(&column.key))
    }

    /// All values with their types.
    pub fn typed(&self, item: &Item) -> Values {
        let typed = |column: &Column| Some((column.key.clone(), self.value(column)?));
        item.columns.iter().filter_map(typed).collect()
    }

    /// The text of a column as people read it: the words of a choice, 长期 for its day.
    pub fn shown(&self, column: &Column) -> String {
        shown(column, self.get(&column.key))
    }

    /// As it lies in the database.
    pub fn json(&self) -> String {
        let mut map: Map<String, Json> =
            self.values.iter().map(|(key, text)| (key.clone(), text.as_str().into())).collect();
        if !self.more.is_empty() {
            let more =
                self.more.iter().map(|(head, text)| (head.clone(), Json::from(text.as_str()))).collect::<Map<_, _>>();
            map.insert(MORE.to_owned(), Json::Object(more));
        }
        Json::Object(map).to_string()
    }

    /// What lies in the database.
    ///
    /// # Errors
    /// When it is no JSON.
    pub fn read(json: &str) -> store::Result<Self> {
        let map: Map<String, Json> = serde_json::from_str(json)?;
        let mut data = Self::default();
        for (key, value) in map {
            match value {
                Json::String(text) => {
                    data.values.insert(key, text);
                }
                Json::Object(more) => {
                    let texts = more.into_iter().filter_map(|(head, text)| Some((head, text.as_str()?.to_owned())));
                    data.more.extend(texts);
                }
                _ => {}
            }
        }
        Ok(data)
    }
}

impl store::FromColumn for Data {
    fn from_column(column: &store::Column<'_>) -> store::Result<Self> {
        Self::read(column.text()?)
    }
}

/// The text under which a value lies in the database and goes out in files.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Enum(text) => text.clone(),
        Value::Date(date) => date.to_string(),
        Value::Number(number) => number.normalize().to_string(),
    }
}

/// [`text_of`], empty for nothing.
pub(crate) fn opt_text(value: Option<&Value>) -> String {
    value.map(text_of).unwrap_or_default()
}

/// The value of such a text; `None` for empty text and for what is no value of the column.
pub fn value_of(column: &Column, text: &str) -> Option<Value> {
    if text.is_empty() {
        return None;
    }
    match column.typed {
        Type::Enum { .. } => Some(Value::Enum(text.to_owned())),
        Type::Date { .. } => text.parse().ok().map(Value::Date),
        Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. } => text.parse().ok().map(Value::Number),
        _ => Some(Value::Text(text.to_owned())),
    }
}

/// A stored text as people read it.
pub fn shown(column: &Column, text: &str) -> String {
    match &column.typed {
        Type::Enum { choices, .. } => {
            let choice = choices.iter().find(|choice| choice.code == text);
            choice.map_or_else(|| text.to_owned(), |choice| choice.label.clone())
        }
        Type::Date { long_term: Some(day) } if text == day.to_string() => "长期".to_owned(),
        _ => text.to_owned(),
    }
}

/// A record parted into what readers may see and what they may not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// What readers may see, masked where the item says so.
    pub data: Data,
    /// What is never public, and what stands behind masks, as texts by key.
    pub hidden: BTreeMap<String, String>,
    /// About a minor: nothing of it is public, and [`Split::data`] is empty.
    pub closed: bool,
}

/// Parts a record. `today` decides who is a minor.
pub fn split(item: &Item, values: &Values, more: &BTreeMap<String, String>, today: Date) -> Split {
    let mut split = Split { closed: is_of_minor(item, values, today), ..Split::default() };
    let person = is_of_person(item, values);
    for (key, value) in values {
        let text = text_of(value);
        let Some(column) = item.column(key) else { continue };
        let masked = column.privacy.mask && (person || !column.privacy.natural_person);
        if split.closed || column.privacy.never_public {
            split.hidden.insert(key.clone(), text);
        } else if masked {
            split.data.values.insert(key.clone(), mask(&text));
            split.hidden.insert(key.clone(), text);
        } else {
            split.data.values.insert(key.clone(), text);
        }
    }
    if split.closed {
        split.hidden.extend(more.iter().map(|(head, text)| (format!("{MORE}{head}"), text.clone())));
    } else {
        split.data.more = more.clone();
    }
    split
}

/// The values of a record put together again for the office; what was added by the county apart.
pub fn joined(item: &Item, data: &Data, hidden: &BTreeMap<String, String>) -> (Values, BTreeMap<String, String>) {
    let mut values = data.typed(item);
    let mut more = data.more.clone();
    for (key, text) in hidden {
        if let Some(head) = key.strip_prefix(MORE) {
            more.insert(head.to_owned(), text.clone());
        } else if let Some(value) = item.column(key).and_then(|column| value_of(column, text)) {
            values.insert(key.clone(), value);
        }
    }
    (values, more)
}

/// The middle replaced by signs: 王*, 王*明, 138******00.
pub fn mask(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let (first, last) = match letters.len() {
        0 | 1 => (0, 0),
        2 => (1, 0),
        3..=6 => (1, 1),
        _ => (3, 2),
    };
    let behind = letters.len() - last;
    let sign = |(at, c): (usize, &char)| if at < first || at >= behind { *c } else { '*' };
    letters.iter().enumerate().map(sign).collect()
}

/// Whether a record is about a natural person: a choice says so, or no credit code stands where one could. The first column of
/// credit codes is the party's, those behind it are of organs.
pub fn is_of_person(item: &Item, values: &Values) -> bool {
    for column in &item.columns {
        let Type::Enum { choices, .. } = &column.typed else { continue };
        let Some(person) = choices.iter().find(|choice| choice.label == "自然人") else { continue };
        match values.get(&column.key) {
            Some(Value::Enum(code)) if *code == person.code => return true,
            Some(Value::Enum(code)) if choices.iter().any(|choice| choice.code == *code) => return false,
            _ => {}
        }
    }
    let code = item.columns.iter().find(|column| column.typed == Type::CreditCode);
    !code.is_some_and(|column| values.contains_key(&column.key))
}

fn is_of_minor(item: &Item, values: &Values, today: Date) -> bool {
    let says = |column: &Column| match values.get(&column.key) {
        Some(Value::Enum(code)) => code == "minor",
        Some(Value::Date(born)) => is_minor(*born, today),
        _ => false,
    };
    item.columns.iter().filter(|column| column.privacy.minor).any(says)
}

/// Whether who was born on this day is a minor today.
fn is_minor(born: Date, today: Date) -> bool {
    let years = today.year() - born.year();
    years < ADULT || (years == ADULT && (today.month(), today.day()) < (born.month(), born.day()))
}

/// SHA-256 of the keys of a record; empty where the item has none or a part of the name is missing.
pub fn keyed(item: &Item, values: &Values) -> String {
    let texts: Vec<String> = item.keys.iter().map(|key| slots::folded(&opt_text(values.get(key)))).collect();
    key_digest(&texts)
}

/// The same of values in the order of [`Item::keys`].
pub(crate) fn key_digest(folded: &[String]) -> String {
    if folded.is_empty() || folded.iter().any(String::is_empty) {
        return String::new();
    }
    digest_of(folded.iter().map(String::as_str))
}

/// SHA-256 over texts, each with its length before it.
pub(crate) fn digest_of<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    }
    hex::encode(hasher.finalize())
}

/// SHA-256 of all bytes of a reader, hexadecimal.
pub(crate) fn digest_of_reader(mut from: impl std::io::Read) -> std::io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; 64 * 1024];
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 {
            return Ok(hex::encode(hasher.finalize()));
        }
        hasher.update(&buffer[..count]);
    }
}

/// What a version of a record commits to. The sealed words stand in it as they lie in the database, so that nobody finds out
/// what they say by trying.
pub(crate) fn row_digest(
    item: &str,
    (record, version): (&RecordId, i64),
    organ: &OrganCode,
    data: &str,
    sealed: &str,
) -> String {
    digest_of([item, record.as_str(), &version.to_string(), organ.as_str(), data, sealed])
}

/// The period that a day lies in, by how often the item has something new.
pub fn period_of(kind: Period, day: Date) -> String {
    let (year, month) = (day.year(), day.month());
    match kind {
        Period::Event | Period::Month => format!("{year:04}-{month:02}"),
        Period::Quarter => format!("{year:04}-Q{}", (month - 1) / 3 + 1),
        Period::HalfYear => format!("{year:04}-H{}", (month - 1) / 6 + 1),
        Period::Year => format!("{year:04}"),
        Period::Standing => String::new(),
    }
}

/// The period that a record belongs to: what its column of periods says, else by its day, else by today.
pub fn period(item: &Item, values: &Values, today: Date) -> String {
    if item.period == Period::Standing {
        return String::new();
    }
    let said =
        item.columns.iter().filter(|column| column.typed == Type::Period).find_map(|column| values.get(&column.key));
    if let Some(Value::Text(text)) = said {
        return narrowed(item.period, text);
    }
    period_of(item.period, day_of(item, values).unwrap_or(today))
}

/// A year is a year for whoever asks by the year; what is told more narrowly than the item asks is taken for the whole.
fn narrowed(kind: Period, text: &str) -> String {
    match kind {
        Period::Year => text.chars().take(4).collect(),
        _ => text.to_owned(),
    }
}

/// The day of a record: of [`Item::newest_by`], else the first day that it must have.
pub fn day_of(item: &Item, values: &Values) -> Option<Date> {
    let newest = item.column(&item.newest_by);
    let needed = item.columns.iter().find(|column| column.required && matches!(column.typed, Type::Date { .. }));
    [newest, needed].into_iter().flatten().find_map(|column| match values.get(&column.key) {
        Some(Value::Date(day)) => Some(*day),
        _ => None,
    })
}

/// By what a record is sorted, the newest first; empty = by the day on which it becomes public.
pub fn sort_on(item: &Item, values: &Values) -> String {
    item.column(&item.newest_by).map(|column| opt_text(values.get(&column.key))).unwrap_or_default()
}

/// The column in which the organ itself says until when a record is shown.
const SHOWN_UNTIL: &str = "shown_until";

/// The last day on which a record may be public; empty = for ever. Counted from its day, or from the day on which it is entered;
/// where the record itself names an earlier one ([`SHOWN_UNTIL`]), that holds.
pub fn keep_until(item: &Item, values: &Values, today: Date) -> String {
    let person = item.retention_person.filter(|_| is_of_person(item, values));
    let from = day_of(item, values).unwrap_or(today);
    let months = person.or(item.retention);
    let counted = months.and_then(|months| from.checked_add(jiff::Span::new().months(i64::from(months))).ok());
    let own = item.column(SHOWN_UNTIL).and_then(|column| match values.get(&column.key) {
        Some(Value::Date(day)) if *day > from => Some(*day),
        _ => None,
    });
    counted.into_iter().chain(own).min().map(|day| day.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table of penalties: who, which number of that person, born when.
    fn penalties() -> Item {
        let text = serde_json::json!({ "is": "text", "max": 60 });
        let column = |key: &str, privacy: serde_json::Value| {
            let named = key.to_owned();
            serde_json::json!({ "key": named, "label": key, "type": text, "privacy": privacy })
        };
        let sort = serde_json::json!({ "key": "sort", "label": "类别", "type": { "is": "enum", "choices": [
            { "code": "1", "label": "法人" }, { "code": "2", "label": "自然人" },
        ] } });
        let born = serde_json::json!({ "key": "born", "label": "出生日期", "type": { "is": "date" },
            "privacy": { "minor": true, "never_public": true } });
        serde_json::from_value(serde_json::json!({
            "key": "penalty", "version": 1, "domain": { "key": "law", "name": "执法", "order": 1 }, "matter": "处罚",
            "title": "处罚", "basis": [], "limits": [], "owner": { "who": "all" }, "channels": [],
            "audience": { "to": "everybody" }, "way": "proactive", "levels": [], "period": "event", "confirmed": true,
            "keys": ["number"],
            "columns": [
                column("number", serde_json::json!({})),
                column("name", serde_json::json!({ "mask": true, "natural_person": true })),
                column("card", serde_json::json!({ "never_public": true })),
                sort, born,
            ],
        }))
        .expect("an item")
    }

    fn values(all: &[(&str, Value)]) -> Values {
        all.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    }

    fn words(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn what_is_never_public_is_not_among_what_readers_see() {
        let (item, today) = (penalties(), Date::constant(2026, 3, 5));
        let row = values(&[
            ("number", words("一号")),
            ("name", words("王小明")),
            ("card", words("110101199003074514")),
            ("sort", Value::Enum("2".to_owned())),
        ]);
        let split = split(&item, &row, &BTreeMap::new(), today);
        assert_eq!((split.data.get("name"), split.data.get("card"), split.closed), ("王*明", "", false));
        assert!(!split.data.json().contains("110101199003074514"));
        let (joined, _) = joined(&item, &split.data, &split.hidden);
        assert_eq!(joined, row, "the office has all of it");
        assert_eq!(keyed(&item, &row), keyed(&item, &joined));
    }

    #[test]
    fn a_firm_has_its_name_and_a_minor_nothing() {
        let (item, today) = (penalties(), Date::constant(2026, 3, 5));
        let firm = values(&[("name", words("青禾商贸有限公司")), ("sort", Value::Enum("1".to_owned()))]);
        assert_eq!(split(&item, &firm, &BTreeMap::new(), today).data.get("name"), "青禾商贸有限公司");
        let child = values(&[("number", words("二号")), ("born", Value::Date(Date::constant(2010, 1, 1)))]);
        let more = BTreeMap::from([("备注".to_owned(), "在校".to_owned())]);
        let split = split(&item, &child, &more, today);
        assert!(split.closed);
        assert_eq!(split.data, Data::default());
        assert_eq!(joined(&item, &split.data, &split.hidden), (child, more));
    }

    #[test]
    fn the_middle_is_masked() {
        for (text, masked) in
            [("", ""), ("王", "*"), ("王明", "王*"), ("王小明", "王*明"), ("13800952700", "138******00")]
        {
            assert_eq!(mask(text), masked);
        }
    }

    #[test]
    fn who_is_eighteen_is_no_minor() {
        let today = Date::constant(2026, 3, 5);
        assert!(is_minor(Date::constant(2008, 3, 6), today));
        assert!(!is_minor(Date::constant(2008, 3, 5), today));
    }

    #[test]
    fn data_come_back_as_they_were_written() {
        let mut data = Data::default();
        data.values.insert("name".into(), "青禾".into());
        data.more.insert("备注".into(), "甲".into());
        assert_eq!(Data::read(&data.json()).expect("data"), data);
    }

    #[test]
    fn a_day_lies_in_its_period() {
        let day = Date::constant(2026, 8, 5);
        assert_eq!(period_of(Period::Quarter, day), "2026-Q3");
        assert_eq!(period_of(Period::HalfYear, day), "2026-H2");
        assert_eq!(period_of(Period::Event, day), "2026-08");
        assert_eq!(period_of(Period::Standing, day), "");
    }
}
