//! Whether a new version of an item can take the place of the one in force: what it changes, and what records speak against it.

use item::{Change, Item, compare};
use web::{Ctx, Result};

/// A change that records do not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The key of the column.
    pub column: String,
    /// Its name, as the version in force prints it.
    pub label: String,
    /// How many records have a value in it.
    pub records: i64,
    /// Whether it is taken away; else it is of another type.
    pub removed: bool,
}

impl Held {
    /// What is wrong and what can be done.
    pub fn sentence(&self) -> String {
        let (label, records) = (&self.label, self.records);
        if self.removed {
            return format!(
                "已有 {records} 条记录填写了“{label}”，不能删除这一列。请保留这一列；不再公开的，可以设为“不公开”，不再填写的，可以改为不必填。"
            );
        }
        format!(
            "已有 {records} 条记录填写了“{label}”，不能改变这一列的类型。请保留原来的类型，另外增加一列；原来的列可以改为不必填。"
        )
    }
}

/// What leads from one version to another, in words.
pub fn changes(old: &Item, new: &Item) -> Vec<String> {
    let label = |item: &Item, key: &str| item.column(key).map_or_else(|| key.to_owned(), |column| column.label.clone());
    let told = |change: Change| match change {
        Change::Said(part) => part,
        Change::ColumnAdded(key) => format!("增加列“{}”", label(new, &key)),
        Change::ColumnRemoved(key) => format!("删除列“{}”", label(old, &key)),
        Change::ColumnRetyped(key) => format!("改变列“{}”的类型", label(old, &key)),
        Change::KeysChanged => "识别同一条记录的列".to_owned(),
    };
    compare(old, new).into_iter().map(told).collect()
}

/// What of a change records do not allow.
///
/// # Errors
/// When the database fails.
pub async fn against(ctx: &Ctx, old: &Item, new: &Item) -> Result<Vec<Held>> {
    let mut held = Vec::new();
    for change in compare(old, new) {
        let (column, removed) = match change {
            Change::ColumnRemoved(key) => (key, true),
            Change::ColumnRetyped(key) => (key, false),
            Change::Said(_) | Change::ColumnAdded(_) | Change::KeysChanged => continue,
        };
        let records = crate::uses(ctx, &old.key, &column).await?;
        if records > 0 {
            let label = old.column(&column).map_or_else(|| column.clone(), |column| column.label.clone());
            held.push(Held { column, label, records, removed });
        }
    }
    Ok(held)
}
