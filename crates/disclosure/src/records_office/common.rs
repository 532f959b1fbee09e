//! What the pages of records share: the item behind an address, fields made of its columns, what of a value readers
//! see.

use std::{collections::BTreeMap, sync::Arc};

use item::{Column, Item, ItemKey, Names, Type};
use kernel::{Actor, OrganCode, Permission, Staff, may, may_for};
use record::values::Data;
use web::{Ctx, Error, Result};

use crate::catalogue::words;

/// Longest text of a field, in characters, where its column says nothing.
const LONGEST: u32 = 500;
/// Choices up to which a field shows them all at once.
const FEW: usize = 5;

/// The table of this key.
///
/// # Errors
/// [`Error::NotFound`] when the catalogue has no such item.
pub(super) async fn table(ctx: &Ctx, key: &str) -> Result<Arc<Item>> {
    let key = ItemKey::new(key).ok_or(Error::NotFound)?;
    let found = record::items::find(ctx, &key).await?.filter(|item| item.is_table());
    found.ok_or(Error::NotFound)
}

/// The name of an item, whether it is in force or not.
pub(super) async fn title(ctx: &Ctx, key: &str) -> Result<String> {
    let Some(known) = ItemKey::new(key) else { return Ok(key.to_owned()) };
    let found = record::items::find(ctx, &known).await?;
    Ok(found.map_or_else(|| key.to_owned(), |item| item.title.clone()))
}

/// The organs whose records this person looks after first: the own ones; `None` = all, of the competent department.
pub(super) fn own(ctx: &Ctx, staff: &Staff) -> Option<Vec<OrganCode>> {
    (!staff.central).then(|| ctx.directory().answered_by(&staff.organ, ctx.today()))
}

/// Organs for which this person may do something, for a select.
pub(super) fn organs(ctx: &Ctx, actor: &Actor, permission: &Permission) -> Vec<(String, String)> {
    let mut all = ctx.directory().options(ctx.today());
    all.retain(|(code, _)| may_for(actor, permission, &OrganCode::from(code.as_str())).is_ok());
    all
}

/// Whether this person may do something for an organ today.
pub(super) fn may_of(ctx: &Ctx, actor: &Actor, permission: &Permission, organ: &OrganCode) -> bool {
    may_for(actor, permission, &ctx.directory().stands_for(organ, ctx.today())).is_ok()
}

/// Whether the role of this person allows something at all.
pub(super) fn may_at_all(actor: &Actor, permission: &Permission) -> bool {
    may(actor, permission).is_ok()
}

/// Who sees what is typed into a column, in words; empty = everybody.
pub(super) fn privacy(column: &Column) -> &'static str {
    let privacy = column.privacy;
    match (privacy.never_public, privacy.mask, privacy.natural_person, privacy.minor) {
        (true, ..) => "不公开",
        (_, true, true, _) => "自然人的，公开时遮盖",
        (_, true, ..) => "公开时遮盖",
        (.., true) => "未成年人的记录不公开",
        _ => match column.names {
            Some(Names::Whole) => "自然人姓名公开时显示全名",
            Some(Names::Surname) => "自然人姓名公开时只显示姓",
            Some(Names::By { .. }) => "自然人姓名公开时按名单类型显示全名或者姓",
            None => "",
        },
    }
}

/// The head of a column with its unit: 金额（万元）.
pub(super) fn headed(column: &Column) -> String {
    column.headed(&column.label)
}

/// How a column is filled in, in a sentence or two.
pub(super) fn how(column: &Column) -> String {
    let form = match &column.typed {
        Type::Date { long_term: Some(_) } => "例如 2026-03-05；长期有效的填 长期".to_owned(),
        Type::Date { .. } => "例如 2026-03-05".to_owned(),
        Type::Period => "例如 2026、2026-Q2、2026-03".to_owned(),
        Type::Money { unit, places } => format!("单位：{}，最多 {places} 位小数", unit.0),
        Type::Number { places: 0, .. } => "只填整数".to_owned(),
        Type::Number { places, .. } => format!("最多 {places} 位小数"),
        Type::Ratio { .. } => "只填数字，例如 12.5 表示 12.5%".to_owned(),
        Type::CreditCode => "18 位统一社会信用代码".to_owned(),
        Type::Place => "从县到村，用“/”隔开，例如 某某县/某某镇/某某村".to_owned(),
        Type::Point => "经度,纬度，例如 116.4,29.1".to_owned(),
        Type::Link => "完整的网址，例如 https://…".to_owned(),
        Type::Enum { open: true, .. } => "列表里没有的可以照写".to_owned(),
        _ => String::new(),
    };
    let parts = [column.hint.trim_end_matches('。').to_owned(), form, privacy(column).to_owned()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("；")
}

/// What kind of box a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Line,
    Area,
    Day,
    Figure,
    /// One of a few.
    Radios,
    Select,
}

/// A field of a form that is made of a column.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) key: String,
    pub(super) label: String,
    pub(super) group: String,
    pub(super) hint: String,
    kind: Kind,
    pub(super) value: String,
    pub(super) optional: bool,
    pub(super) most: u32,
    /// Code, words, nothing more to say.
    pub(super) options: Vec<(String, String, String)>,
    /// The same without the third, for selects.
    pub(super) choices: Vec<(String, String)>,
    /// What is doubtful of it; empty = nothing.
    pub(super) doubt: String,
}

impl Field {
    pub(super) fn is_area(&self) -> bool {
        self.kind == Kind::Area
    }

    pub(super) fn is_day(&self) -> bool {
        self.kind == Kind::Day
    }

    pub(super) fn is_figure(&self) -> bool {
        self.kind == Kind::Figure
    }

    pub(super) fn is_radios(&self) -> bool {
        self.kind == Kind::Radios
    }

    pub(super) fn is_select(&self) -> bool {
        self.kind == Kind::Select
    }
}

/// The fields of an item with what was typed.
pub(super) fn fields(item: &Item, typed: &BTreeMap<String, String>) -> Vec<Field> {
    let mut above = String::new();
    let mut all = Vec::with_capacity(item.columns.len());
    for column in &item.columns {
        let group = column.group.join(" · ");
        let begins = if group == above { String::new() } else { group.clone() };
        above = group;
        let value = typed.get(&column.key).cloned().unwrap_or_default();
        let mut one = field(column, begins, value);
        if let Some(Names::By { .. }) = column.names {
            one.hint = format!("{}；{}", one.hint, words::names(item, column));
        }
        all.push(one);
    }
    all
}

/// What the field of a column is called in a form of other fields.
pub(super) fn name_of(key: &str) -> String {
    format!("c_{key}")
}

/// The field of a column that holds for a whole table; it may stay empty, and choices are a list, where one can be taken back.
pub(super) fn of_whole(column: &Column, value: &str) -> Field {
    let mut field = field(column, String::new(), value.to_owned());
    if field.kind == Kind::Radios {
        field.kind = Kind::Select;
    }
    Field { key: name_of(&column.key), optional: true, ..field }
}

fn field(column: &Column, group: String, value: String) -> Field {
    let mut choices: Vec<(String, String)> = Vec::new();
    let (kind, most) = match &column.typed {
        Type::Text { max } => (Kind::Line, *max),
        Type::Long { max } => (Kind::Area, *max),
        Type::Enum { choices: known, open } => {
            choices = known.iter().map(|choice| (choice.code.clone(), choice.label.clone())).collect();
            let kind = match (*open, known.len() <= FEW) {
                (true, _) => Kind::Line,
                (_, true) => Kind::Radios,
                _ => Kind::Select,
            };
            (kind, LONGEST)
        }
        Type::Date { .. } => (Kind::Day, 20),
        Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. } => (Kind::Figure, 40),
        _ => (Kind::Line, LONGEST),
    };
    let mut hint = how(column);
    if let Type::Enum { choices: known, open: true } = &column.typed {
        let words: Vec<&str> = known.iter().map(|choice| choice.label.as_str()).collect();
        hint = format!("{}；{hint}", words.join("、"));
    }
    // An open choice is typed in its words.
    let value = match &column.typed {
        Type::Enum { open: true, .. } => record::values::shown(column, &value),
        _ => value,
    };
    // What was typed and is no choice stays to be seen and corrected.
    if matches!(kind, Kind::Radios | Kind::Select)
        && !value.is_empty()
        && !choices.iter().any(|(code, _)| *code == value)
    {
        choices.push((value.clone(), value.clone()));
    }
    let options = choices.iter().map(|(code, label)| (code.clone(), label.clone(), String::new())).collect();
    Field {
        key: column.key.clone(),
        label: headed(column),
        group,
        hint,
        kind,
        value,
        optional: !column.required,
        most,
        options,
        choices,
        doubt: String::new(),
    }
}

/// What a reader sees of one column.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) label: String,
    pub(super) text: String,
    /// Who sees it, where that is not everybody.
    pub(super) privacy: &'static str,
}

/// The filled columns of a record as readers see them; of those that are never public the name alone.
pub(super) fn public(item: &Item, data: &Data) -> Vec<Shown> {
    let mut all = Vec::new();
    for column in &item.columns {
        let text = if column.privacy.never_public { String::new() } else { data.shown(column) };
        if !text.is_empty() || column.privacy.never_public {
            all.push(Shown { label: headed(column), text, privacy: privacy(column) });
        }
    }
    all.extend(data.more.iter().map(|(head, text)| Shown { label: head.clone(), text: text.clone(), privacy: "" }));
    all
}

/// The columns that a table of records shows: those that the public list has, else the first ones that are public.
pub(super) fn listed(item: &Item) -> Vec<&Column> {
    const MOST: usize = 6;
    let chosen: Vec<&Column> =
        item.columns.iter().filter(|column| column.listed && !column.privacy.never_public).collect();
    if chosen.is_empty() {
        return item.columns.iter().filter(|column| !column.privacy.never_public).take(MOST).collect();
    }
    chosen
}

/// A value in a table of records.
pub(super) struct Cell {
    /// The head of its column, which stands beside it on a telephone.
    pub(super) label: String,
    pub(super) text: String,
    /// Classes by which figures stand below one another, and figures, days and codes are never broken.
    pub(super) class: &'static str,
}

/// The values of a record that a table shows, in the order of [`listed`].
pub(super) fn cells(item: &Item, data: &Data) -> Vec<Cell> {
    let cell = |column: &Column| {
        let text = data.shown(column);
        Cell { label: headed(column), class: class(column, &text), text }
    };
    listed(item).into_iter().map(cell).collect()
}

/// Longest code that is kept in one piece, in characters.
const CODE: usize = 24;

fn class(column: &Column, text: &str) -> &'static str {
    let is_code = text.len() <= CODE && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/'));
    match &column.typed {
        _ if is_figure(column) => "r num",
        Type::Date { .. } | Type::Period | Type::CreditCode => "num nowrap",
        Type::Text { .. } | Type::Enum { .. } if is_code && !text.is_empty() => "num nowrap",
        _ => "",
    }
}

/// Whether a column holds figures, which stand at the right.
pub(super) fn is_figure(column: &Column) -> bool {
    matches!(column.typed, Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. })
}

/// What an editor calls a record: all its keys in words, since the first of them may be a year or a kind; empty = they are.
pub(super) fn named(item: &Item, data: &Data) -> String {
    const MOST: usize = 60;
    let named = item.keys.iter().filter_map(|key| item.column(key)).map(|column| data.shown(column));
    let named: Vec<String> = named.filter(|text| !text.is_empty()).collect();
    web::filters::shortened(&named.join(" "), MOST)
}

/// The tone of the chip of a version of a record.
pub(super) fn tone(state: record::State) -> &'static str {
    match state {
        record::State::Public => "ok",
        record::State::Draft | record::State::Doubtful => "soon",
        record::State::Withdrawn => "late",
        _ => "off",
    }
}

/// The tone of the chip of a batch.
pub(super) fn tone_of(state: record::BatchState) -> &'static str {
    match state {
        record::BatchState::Public => "ok",
        record::BatchState::Returned => "late",
        record::BatchState::Dropped => "off",
        _ => "soon",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(key: &str) -> &'static Item {
        item::boxed().iter().find(|item| item.key.as_str() == key).expect("an item of the box")
    }

    #[test]
    fn a_record_is_called_by_all_its_keys_in_words() {
        let item = item("land-notice");
        let mut data = Data::default();
        for column in item.keys.iter().filter_map(|key| item.column(key)) {
            let text = match &column.typed {
                Type::Enum { choices, .. } => choices[0].code.clone(),
                Type::Date { .. } => "2026-10-01".to_owned(),
                _ => "青政征〔2026〕1号".to_owned(),
            };
            data.values.insert(column.key.clone(), text);
        }
        let named = named(item, &data);
        let kind = item.keys.iter().filter_map(|key| item.column(key)).find_map(|column| match &column.typed {
            Type::Enum { choices, .. } => Some(choices[0].clone()),
            _ => None,
        });
        let kind = kind.expect("a kind of notice among its keys");
        assert!(named.contains(&kind.label) && !named.contains(&kind.code) && named.contains("青政征"), "{named}");
    }

    #[test]
    fn figures_days_and_codes_stay_whole() {
        let item = item("three-public");
        let year = item.column("year").expect("a year");
        assert!(!class(year, "2026").is_empty());
        let words = item.columns.iter().find(|column| matches!(column.typed, Type::Text { .. })).expect("a text");
        assert_eq!((class(words, "2101101"), class(words, "青禾县发展和改革委员会")), ("num nowrap", ""));
    }
}
