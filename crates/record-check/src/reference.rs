//! What must stand elsewhere: among the records of an item, or in the county's directory of organs.

use std::collections::HashMap;

use item::{Check, Item, Rule, Severity, Value, slots::folded};

use crate::{
    Elsewhere, Found, Row, begin,
    expression::named,
    within::{is_filled, shown},
};

/// What is known of a value that must stand in a column of public records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    Stands,
    Missing,
    /// The item has no public record at all.
    NoRecord,
    /// Nobody looked, or the column cannot be looked through.
    #[default]
    Untold,
}

/// What the directory says of the name of an organ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InDirectory {
    /// Of today or of former times.
    Stands,
    /// Several organs answer to it.
    Several,
    Missing,
    #[default]
    Untold,
}

/// Where a value must stand.
pub(crate) struct Target<'a> {
    pub(crate) column: &'a str,
    pub(crate) item: &'a str,
    pub(crate) there: &'a str,
}

/// What a cell refers with; nothing where it is empty, or stands in a row of sums (合计).
fn name(item: &Item, row: &Row<'_>, key: &str) -> Option<String> {
    let value: &Value = row.values.get(key).filter(|value| is_filled(Some(*value)))?;
    let text = shown(value);
    let tight: String = text.split_whitespace().collect();
    let is_total = |check: &Check| match &check.rule {
        Rule::TotalRow { where_column, total, .. } => {
            where_column == key && (tight == *total || matches!(tight.as_str(), "小计" | "合计" | "总计"))
        }
        _ => false,
    };
    (!item.checks.iter().any(is_total)).then_some(text)
}

/// What the rows refer to by this column, each once, as it is looked up ([`folded`]).
pub fn referred<'r>(
    item: &Item,
    key: &str,
    rows: impl IntoIterator<Item = Row<'r>>,
) -> std::collections::BTreeSet<String> {
    rows.into_iter().filter_map(|row| name(item, &row, key)).map(|text| folded(&text)).collect()
}

/// Titles of an item and of its column, as far as they are known.
fn titles(item: &Item, target: &Target<'_>, elsewhere: &dyn Elsewhere) -> (String, String) {
    let of = |item: &Item| (item.title.clone(), named(item, target.there));
    if target.item == item.key.as_str() {
        return of(item);
    }
    let known = elsewhere.named(target.item, target.there);
    let boxed = || item::boxed().iter().find(|known| known.key.as_str() == target.item).map(of);
    known.or_else(boxed).unwrap_or_else(|| (target.item.to_owned(), target.there.to_owned()))
}

/// Values that stand in no public record of the other item; in the same item, in no other row either.
pub(crate) fn refers(
    item: &Item,
    check: &Check,
    rows: &[Row<'_>],
    target: &Target<'_>,
    elsewhere: &dyn Elsewhere,
    found: &mut Found,
) {
    let is_own = target.item == item.key.as_str();
    // Where each value stands first, and whether it stands again: a row does not refer to itself.
    let mut own: HashMap<String, (usize, bool)> = HashMap::new();
    if is_own {
        for (at, row) in rows.iter().enumerate() {
            let Some(text) = name(item, row, target.there) else { continue };
            own.entry(folded(&text)).and_modify(|(_, again)| *again = true).or_insert((at, false));
        }
    }
    let (title, there) = titles(item, target, elsewhere);
    let label = named(item, target.column);
    for (at, row) in rows.iter().enumerate() {
        let Some(text) = name(item, row, target.column) else { continue };
        let key = folded(&text);
        if own.get(&key).is_some_and(|(first, again)| *again || *first != at) {
            continue;
        }
        let fault = match elsewhere.stands(target.item, target.there, &key) {
            Standing::Stands | Standing::Untold => continue,
            // Nothing is there yet: nothing to be missed, unless it must be there first.
            Standing::NoRecord if check.severity == Severity::Warn && !is_own => continue,
            Standing::NoRecord if !is_own => {
                format!("“{label}”{text} 无法核对：事项“{title}”还没有公开的记录。请先报送事项“{title}”的记录")
            }
            Standing::NoRecord | Standing::Missing if is_own => format!(
                "“{label}”{text} 在已公开的记录和同一批其他行的“{there}”里都没有找到。请核对；还没有公开的，请先报送"
            ),
            Standing::NoRecord | Standing::Missing => format!(
                "“{label}”{text} 在事项“{title}”已公开的“{there}”里没有找到。请核对；还没有公开的，请先报送事项“{title}”的记录"
            ),
        };
        let message = format!("{}：第 {} 行{fault}。", begin(&check.message), row.number);
        found.tell(at, row, target.column, (check.key.as_str(), check.severity), message);
    }
}

/// Names that no organ of the county's directory bears or bore.
pub(crate) fn organs(
    item: &Item,
    check: &Check,
    rows: &[Row<'_>],
    key: &str,
    elsewhere: &dyn Elsewhere,
    found: &mut Found,
) {
    let label = named(item, key);
    let mut asked: HashMap<String, InDirectory> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        let Some(text) = name(item, row, key) else { continue };
        let answer = *asked.entry(text.clone()).or_insert_with(|| elsewhere.organ(&text));
        let fault = match answer {
            InDirectory::Stands | InDirectory::Untold => continue,
            InDirectory::Several => format!("“{label}”{text} 对应机关名录里的几个机关，请写全称"),
            InDirectory::Missing => {
                format!("“{label}”{text} 不在机关名录里。请核对名称；确有这个机关的，请先请县政府办补充名录")
            }
        };
        let message = format!("{}：第 {} 行{fault}。", begin(&check.message), row.number);
        found.tell(at, row, key, (check.key.as_str(), check.severity), message);
    }
}
