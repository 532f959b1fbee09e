//! The items in the box: files of this crate, read once.

use std::sync::LazyLock;

use crate::Item;

static BOXED: LazyLock<Vec<Item>> = LazyLock::new(Vec::new);

/// All items in the box, in the order of domains and matters.
pub fn boxed() -> &'static [Item] {
    &BOXED
}
