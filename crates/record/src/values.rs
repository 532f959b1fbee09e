//! Values of a record at the border between the office and the public. What readers may see is computed here, once, when
//! a record
//! is written: what is never public is taken out, what is masked is masked, a record about a minor shows nothing.

use std::collections::BTreeMap;

use item::{Column, Item, Period, Rule, Severity, Type, Value};
use jiff::civil::Date;
use kernel::OrganCode;
pub use record_check::Values;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

pub use crate::age::{Age, age};
use crate::{ids::RecordId, names::Covers};

/// The key under which [`Data`] holds what the county added.
pub(crate) const MORE: &str = "+";

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
    /// What readers may see, masked, and persons by their surnames, where the item says so.
    pub data: Data,
    /// What is never public, and what stands behind masks, as texts by key.
    pub hidden: BTreeMap<String, String>,
    /// About a minor: nothing of it is public, and [`Split::data`] is empty.
    pub closed: bool,
}

/// Parts a record. What was added under the head of what is a person's alone is never public. Who is a minor is told by the day of the record, `today` where it has none.
pub fn split(item: &Item, values: &Values, more: &BTreeMap<String, String>, today: Date) -> Split {
    let mut split = Split { closed: age(item, values, today) == Age::Minor, ..Split::default() };
    let person = is_of_person(item, values);
    let covers = Covers::of(item, values);
    for (key, value) in values {
        let text = text_of(value);
        let Some(column) = item.column(key) else { continue };
        // The number of an identity document is somebody's, whoever the record is about.
        let of_person = person || !column.privacy.natural_person || column.typed == Type::IdNumber;
        let masked = column.privacy.mask && of_person;
        if split.closed || column.privacy.never_public {
            split.hidden.insert(key.clone(), text);
        } else if masked {
            split.data.values.insert(key.clone(), mask(&text));
            split.hidden.insert(key.clone(), text);
        } else if let Some(shown) = covers.cell(item, column, &text) {
            split.data.values.insert(key.clone(), shown);
            split.hidden.insert(key.clone(), text);
        } else {
            split.data.values.insert(key.clone(), text);
        }
    }
    for (head, text) in more {
        if split.closed || item::personal::never_added(item, head) {
            split.hidden.insert(format!("{MORE}{head}"), text.clone());
        } else if let Some(shown) = covers.within(text) {
            split.data.more.insert(head.clone(), shown);
            split.hidden.insert(format!("{MORE}{head}"), text.clone());
        } else {
            split.data.more.insert(head.clone(), text.clone());
        }
    }
    split
}

/// Everything of a record that was public in the place of what never was: what stands behind a mask stays what it is.
pub(crate) fn closed(data: &Data, hidden: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let more = data.more.iter().map(|(head, text)| (format!("{MORE}{head}"), text.clone()));
    let mut all: BTreeMap<String, String> = data.values.clone().into_iter().chain(more).collect();
    all.extend(hidden);
    all
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
/// credit codes is the party's, those behind it are of organs. A number of an identity document in it is none.
pub fn is_of_person(item: &Item, values: &Values) -> bool {
    if let Some(said) = says_person(item, values) {
        return said;
    }
    let code = own_code(item).and_then(|column| values.get(&column.key));
    code.is_none_or(|code| item::personal::is_identity_number(&text_of(code)))
}

/// Whether a choice says that the record is about a natural person; `None` = none says anything.
pub(crate) fn says_person(item: &Item, values: &Values) -> Option<bool> {
    for column in &item.columns {
        let Type::Enum { choices, .. } = &column.typed else { continue };
        let Some(person) = choices.iter().find(|choice| choice.label == "自然人") else { continue };
        match values.get(&column.key) {
            Some(Value::Enum(code)) if *code == person.code => return Some(true),
            Some(Value::Enum(code)) if choices.iter().any(|choice| choice.code == *code) => return Some(false),
            _ => {}
        }
    }
    None
}

/// The column of the party's credit code.
pub(crate) fn own_code(item: &Item) -> Option<&Column> {
    item.columns.iter().find(|column| column.typed == Type::CreditCode)
}

/// SHA-256 of the keys of a record. An optional part that is empty is a part of the name: two payments to one person, both
/// without a number, are the same. Empty where the item has no keys, a part that must be there is missing, or all are.
pub fn keyed(item: &Item, values: &Values) -> String {
    let is_needed = |key: &String| item.column(key).is_some_and(|column| column.required);
    if item.keys.iter().any(|key| is_needed(key) && !values.contains_key(key)) {
        return String::new();
    }
    let names: Vec<String> =
        item.keys.iter().map(|key| values.get(key).map(Value::as_name).unwrap_or_default()).collect();
    key_digest(&names)
}

/// The same of names ([`Value::as_name`]) in the order of [`Item::keys`], whole: two that begin alike are two.
pub(crate) fn key_digest(names: &[String]) -> String {
    if names.iter().all(String::is_empty) {
        return String::new();
    }
    digest_of(names.iter().map(String::as_str))
}

/// Whether the keys of an item name one record only. Where it merely warns of a second one, both are taken, and both can
/// become public.
pub fn is_sole(item: &Item) -> bool {
    !item.checks.iter().any(|check| check.rule == Rule::Unique && check.severity == Severity::Warn)
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

/// What a version of a record commits to, as it lies in the table: all that is settled when it is written. What the item
/// makes of it (slots, period, order) is worked out again instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Committed<'a> {
    pub item: &'a str,
    pub record: &'a RecordId,
    pub version: i64,
    pub organ: &'a OrganCode,
    pub data: &'a str,
    /// The sealed words as they lie in the database, so that nobody finds out what they say by trying.
    pub sealed: &'a str,
    pub number: i64,
    pub item_version: i64,
    pub is_closed: bool,
    /// Id of the version that it corrects; empty = none.
    pub replaces: &'a str,
    pub keep_until: &'a str,
    /// Where its fields are from, as JSON.
    pub origins: &'a str,
}

/// SHA-256 of what a version commits to.
pub(crate) fn row_digest(of: &Committed<'_>) -> String {
    let (version, number, item_version) = (of.version.to_string(), of.number.to_string(), of.item_version.to_string());
    digest_of([
        of.item,
        of.record.as_str(),
        version.as_str(),
        of.organ.as_str(),
        of.data,
        of.sealed,
        number.as_str(),
        item_version.as_str(),
        if of.is_closed { "closed" } else { "" },
        of.replaces,
        of.keep_until,
        of.origins,
    ])
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
    dated(item, values).map(|(_, day)| day)
}

/// The same with the column in which it stands.
pub(crate) fn dated<'i>(item: &'i Item, values: &Values) -> Option<(&'i Column, Date)> {
    let newest = item.column(&item.newest_by);
    let needed = item.columns.iter().find(|column| is_day(column));
    [newest, needed].into_iter().flatten().find_map(|column| match values.get(&column.key) {
        Some(Value::Date(day)) => Some((column, *day)),
        _ => None,
    })
}

/// Whether a column holds a day that a record must have. A birthday is none.
fn is_day(column: &Column) -> bool {
    let is_private = column.privacy.minor || column.privacy.never_public;
    column.required && matches!(column.typed, Type::Date { .. }) && !is_private
}

/// The keys of the columns from which the period and the day of a record come: a change of them lays its records anew.
pub(crate) fn dated_by(item: &Item) -> Vec<&str> {
    let periods = item.columns.iter().filter(|column| column.typed == Type::Period).map(|column| column.key.as_str());
    let needed = item.columns.iter().find(|column| is_day(column));
    periods.chain(needed.map(|column| column.key.as_str())).collect()
}

/// By what a record is sorted, the newest first; empty = by the day on which it becomes public.
pub fn sort_on(item: &Item, values: &Values) -> String {
    item.column(&item.newest_by).map(|column| opt_text(values.get(&column.key))).unwrap_or_default()
}

/// The last day on which a record may be public; empty = for ever. Counted from its day, or from the day on which it is entered;
/// where the organ has said its own last day (公示截止期), the earlier of both.
pub fn keep_until(item: &Item, values: &Values, today: Date) -> String {
    let own = shown_until(item, values).map(|(_, day)| day);
    let until = [term_ends(item, values, today), own].into_iter().flatten().min();
    until.map(|day| day.to_string()).unwrap_or_default()
}

/// The last day by the term of the item.
pub(crate) fn term_ends(item: &Item, values: &Values, today: Date) -> Option<Date> {
    let person = item.retention_person.filter(|_| is_of_person(item, values));
    let months = person.or(item.retention)?;
    let from = day_of(item, values).unwrap_or(today);
    from.checked_add(jiff::Span::new().months(i64::from(months))).ok()
}

/// The organ's own last day of showing a record, with the column in which it stands: 公示截止期 of the standard for permits and
/// penalties. The last day of a notice for objections (公示截止 of a bid) is none: what was notified stays public.
pub fn shown_until<'i>(item: &'i Item, values: &Values) -> Option<(&'i Column, Date)> {
    let column = item.columns.iter().find(|column| {
        matches!(column.typed, Type::Date { .. }) && (column.key == "shown_until" || column.code.ends_with("_GSJZQ"))
    })?;
    match (values.get(&column.key)?, &column.typed) {
        (Value::Date(day), Type::Date { long_term }) if Some(*day) != *long_term => Some((column, *day)),
        _ => None,
    }
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
    fn names_are_told_apart_whole_and_as_the_checks_do() {
        let item = penalties();
        let name = |text: &str| keyed(&item, &values(&[("number", words(text))]));
        assert_eq!(name("A区养老院"), name("ａ区 养老院"));
        assert_eq!(name("青民〔2026〕1号"), name("青民[2026]1号"));
        let begin = "城".repeat(130);
        assert_ne!(name(&format!("{begin}东")), name(&format!("{begin}西")));
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

    /// An item of the box.
    fn boxed(key: &str) -> &'static Item {
        item::boxed().iter().find(|item| item.key.as_str() == key).expect("the item is in the box")
    }

    fn choice(code: &str) -> Value {
        Value::Enum(code.to_owned())
    }

    #[test]
    fn what_was_public_is_sealed_with_the_rest() {
        let (item, today) = (penalties(), Date::constant(2026, 3, 5));
        let row = values(&[("name", words("王小明")), ("card", words("110101199003074514")), ("sort", choice("2"))]);
        let more = BTreeMap::from([("备注".to_owned(), "在校".to_owned())]);
        let open = split(&item, &row, &more, today);
        assert_eq!(joined(&item, &Data::default(), &closed(&open.data, open.hidden.clone())), (row, more));
    }

    #[test]
    fn a_record_is_public_until_the_earlier_of_both_days() {
        let (item, today) = (boxed("penalty"), Date::constant(2026, 11, 30));
        let of = |until: Option<Date>| {
            let mut row =
                values(&[("counterpart_kind", choice("02")), ("decided_on", Value::Date(Date::constant(2025, 5, 1)))]);
            row.extend(until.map(|day| ("shown_until".to_owned(), Value::Date(day))));
            keep_until(item, &row, today)
        };
        assert_eq!(of(None), "2027-05-01");
        assert_eq!(of(Some(Date::constant(2026, 12, 31))), "2026-12-31");
        assert_eq!(of(Some(Date::constant(2029, 1, 31))), "2027-05-01");
    }

    #[test]
    fn an_optional_part_of_a_name_that_is_empty_is_a_part_of_it() {
        let mut item = penalties();
        item.keys = vec!["number".to_owned(), "name".to_owned()];
        let one = values(&[("name", words("王小明"))]);
        assert_ne!(keyed(&item, &one), "", "the number may be empty, and the name still names it");
        assert_eq!(keyed(&item, &one), keyed(&item, &values(&[("name", words("王小明")), ("number", words(" "))])));
        assert_ne!(
            keyed(&item, &one),
            keyed(&item, &values(&[("number", words("王小明"))])),
            "which part is empty counts"
        );
        assert_eq!(keyed(&item, &values(&[])), "", "nothing names nothing");
        if let Some(column) = item.columns.iter_mut().find(|column| column.key == "number") {
            column.required = true;
        }
        assert_eq!(keyed(&item, &one), "", "what must be there is missing");
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
