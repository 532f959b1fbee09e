//! Files of items: TOML, one item or several (`[[item]]`) in a file.

mod columns;
mod item;
mod limits;
mod rules;
mod schema;
#[cfg(test)]
mod tests;
mod walk;
mod write;

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::{Expression, Item, Rule, slots};

/// What is wrong with a file of items: where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}：{message}")]
pub struct Fault {
    /// `permit · columns · decision_number`, or a line.
    pub place: String,
    pub message: String,
}

impl Fault {
    fn new(place: &str, message: impl Into<String>) -> Self {
        Self { place: place.to_owned(), message: message.into() }
    }
}

/// The items of a file, checked by themselves: keys, names in checks, charts and limits that stand for columns, units, bounds.
/// A `[domain]` at the top of a file of several is that of all its items that name none.
///
/// # Errors
/// Every [`Fault`] that was found.
pub fn read(text: &str) -> Result<Vec<Item>, Vec<Fault>> {
    let text = text.trim_start_matches('\u{feff}');
    let table: Table = toml::from_str(text).map_err(|error| vec![not_toml(text, &error)])?;
    let mut faults = Vec::new();
    let tables = parts(table, &mut faults);
    let mut items: Vec<Item> = Vec::new();
    for (at, part) in tables.into_iter().enumerate() {
        let name = part.get("key").and_then(Value::as_str).filter(|key| !key.is_empty());
        let place = name.map_or_else(|| format!("第 {} 个事项", at + 1), str::to_owned);
        let before = faults.len();
        walk::table(&part, schema::ITEM, &place, &mut faults);
        if faults.len() > before {
            continue;
        }
        let typed: Result<Item, _> = serde_path_to_error::deserialize(Value::Table(part));
        match typed {
            Ok(item) => {
                faults.extend(self::faults(&item));
                items.push(item);
            }
            Err(error) => {
                let path = error.path().to_string().replace('.', " · ");
                faults.push(Fault::new(&walk::within(&place, &path), "写法不对，请对照随系统提供的事项文件"));
            }
        }
    }
    let mut seen = BTreeSet::new();
    for item in &items {
        if !seen.insert(item.key.as_str()) {
            faults.push(Fault::new(item.key.as_str(), "同一个文件里有两个事项用了这个标识，请改一个"));
        }
    }
    if faults.is_empty() { Ok(items) } else { Err(faults) }
}

/// The tables of the items of a file, with days as text.
fn parts(mut table: Table, faults: &mut Vec<Fault>) -> Vec<Table> {
    for (_, value) in table.iter_mut() {
        days_as_text(value);
    }
    if !table.contains_key("item") {
        if table.is_empty() {
            faults.push(Fault::new("文件", "里面没有事项。每个事项以 [[item]] 开头，或者一个文件只写一个事项"));
            return Vec::new();
        }
        return vec![table];
    }
    let several = table.remove("item");
    let domain = table.remove("domain");
    for key in table.keys() {
        faults.push(Fault::new(key, "要写在 [[item]] 之后，属于一个事项；文件开头只能写 [domain]"));
    }
    let Some(Value::Array(several)) = several else {
        faults.push(Fault::new("item", "事项要写成 [[item]]，用两层方括号"));
        return Vec::new();
    };
    let mut tables = Vec::new();
    for (at, one) in several.into_iter().enumerate() {
        match one {
            Value::Table(mut one) => {
                if let (Some(domain), false) = (&domain, one.contains_key("domain")) {
                    one.insert("domain".to_owned(), domain.clone());
                }
                tables.push(one);
            }
            _ => faults.push(Fault::new(&format!("第 {} 个事项", at + 1), "事项要写成 [[item]]，用两层方括号")),
        }
    }
    tables
}

/// Days may be written with or without quotes.
fn days_as_text(value: &mut Value) {
    match value {
        Value::Datetime(day) => *value = Value::String(day.to_string()),
        Value::Array(all) => all.iter_mut().for_each(days_as_text),
        Value::Table(inner) => {
            for (_, value) in inner.iter_mut() {
                days_as_text(value);
            }
        }
        _ => {}
    }
}

fn not_toml(text: &str, error: &toml::de::Error) -> Fault {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let message = match error.message() {
        message if message.contains("duplicate") => "同一个字段写了两次，请留下一个",
        message if message.contains("string") || message.contains("quote") => {
            "文字没有写对：用英文双引号括起来，里面的双引号写成 \\\""
        }
        _ => "不是正确的 TOML：请检查等号、引号、括号和逗号，它们都要用英文的",
    };
    Fault::new(&format!("第 {line} 行"), message)
}

/// The file of these items, as [`read`] takes it.
pub fn write(items: &[Item]) -> String {
    write::write(items)
}

/// What is wrong with an item by itself; the office asks this of what is typed too.
pub fn faults(item: &Item) -> Vec<Fault> {
    let mut faults = Faults { item, found: Vec::new() };
    item::check(&mut faults);
    limits::check(&mut faults);
    columns::check(&mut faults);
    rules::checks(&mut faults);
    rules::charts(&mut faults);
    faults.found
}

/// What is wrong with items beside each other: a key that stands twice, a check that asks an item or a column which is not there.
pub fn faults_between(items: &[Item]) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for item in items {
        if !seen.insert(item.key.as_str()) {
            found.push(Fault::new(item.key.as_str(), "有两个事项用了这个标识，请改一个"));
        }
        for check in &item.checks {
            let place = format!("{} · checks · {}", item.key, check.key);
            found.extend(elsewhere(items, &check.rule).into_iter().map(|message| Fault::new(&place, message)));
        }
    }
    found
}

/// What a rule asks of other items that is not there.
fn elsewhere(items: &[Item], rule: &Rule) -> Vec<String> {
    let (Rule::SameAs { item: other, .. } | Rule::SumOf { item: other, .. } | Rule::RefersTo { item: other, .. }) =
        rule
    else {
        return Vec::new();
    };
    let Some(asked) = items.iter().find(|one| one.key.as_str() == other) else {
        return vec![format!("没有“{other}”这个事项")];
    };
    let mut found = Vec::new();
    match rule {
        Rule::RefersTo { there, .. } => match asked.column(there) {
            None => found.push(format!("事项“{other}”没有“{there}”这一列")),
            Some(column) if !rules::refers(&column.typed) => {
                found.push(format!("事项“{other}”的“{there}”不能被引用：能引用的是文字、代码、时期和可选的内容"));
            }
            Some(_) if !matches!(slots::slot(asked, there), Some(slots::Slot::Text(_))) => {
                found.push(format!("事项“{other}”的“{there}”不能查询，没法在里面找。请先给那一列写上 filter"));
            }
            Some(_) => {}
        },
        Rule::SameAs { right, by, .. } | Rule::SumOf { right, by, .. } => {
            let terms = Expression::parse(right).map(|sum| sum.terms).unwrap_or_default();
            for term in &terms {
                let key = &term.column;
                match asked.column(key) {
                    None => found.push(format!("事项“{other}”没有“{key}”这一列")),
                    Some(column) if !column.is_figure() => {
                        found.push(format!("事项“{other}”的“{key}”不是数字"));
                    }
                    Some(_) => {}
                }
            }
            for key in by.iter().filter(|key| asked.column(key).is_none()) {
                found.push(format!("事项“{other}”没有“{key}”这一列，不能按它对应"));
            }
        }
        _ => {}
    }
    found
}

/// The faults of an item as they are found.
struct Faults<'a> {
    item: &'a Item,
    found: Vec<Fault>,
}

impl Faults<'_> {
    /// Tells of a fault at a part of the item: `columns · name`.
    fn tell(&mut self, part: &str, message: impl Into<String>) {
        let place = walk::within(self.item.key.as_str(), part);
        self.found.push(Fault::new(&place, message));
    }
}
