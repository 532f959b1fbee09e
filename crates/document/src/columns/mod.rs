//! Columns (栏目): where documents stand on the portal. Their tree, their descriptions for the page tags, what they are for.
//!
//! Pages find the columns that they need by [`Purpose`](crate::Purpose), never by words in names.

pub mod events;
mod freshness;
pub(crate) mod kinds;
mod read;
mod store;
mod tree;

pub use freshness::{Fresh, Limit, fresh, limit};
pub(crate) use kinds::label as purpose_label;
pub use kinds::{
    BLOCKS, BUDGET, CATALOGUE, CONSULTATIONS, Cadence, ColumnKind, FUNCTIONS, GUIDE, NEW_MEDIA, PROPOSALS, REQUESTS,
    RESPONSES, RULES, SERVICES, STATUTORY, YEARLY_REPORT, purposes,
};
pub use read::{Column, column, column_names, columns};
pub use store::{
    ColumnData, NUMBERS, Row, Written, delete, errors, items, one, options, put, read_items, shift, toggle, tree,
    write_items,
};
pub use tree::{Fill, Tree};
