//! Files of items: TOML, one item or several (`[[item]]`) in a file.

use crate::Item;

/// What is wrong with a file of items: where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}：{message}")]
pub struct Fault {
    /// `permit · columns · decision_number`, or a line.
    pub place: String,
    pub message: String,
}

/// The items of a file, checked by themselves: keys, names in checks, charts and limits that stand for columns, units, bounds.
///
/// # Errors
/// Every [`Fault`] that was found.
pub fn read(text: &str) -> Result<Vec<Item>, Vec<Fault>> {
    let _ = text;
    Ok(Vec::new())
}

/// The file of these items, as [`read`] takes it.
pub fn write(items: &[Item]) -> String {
    let _ = items;
    String::new()
}
