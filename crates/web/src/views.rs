//! Lists of the office as people keep and order them: under names (`components/views.html`), and by the head of a column
//! (`table::sort`).

use kernel::Staff;

use crate::{
    Ctx, Result,
    hooks::{SavedView, saved_views},
};

/// A list under a name, as its list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub view: SavedView,
    /// Whether it is what is shown.
    pub current: bool,
    /// What it asks for that is there no more, in words; empty = nothing.
    pub stale: &'static str,
}

/// The lists under names at this address of the office; `now` is the query of the list as it is shown.
///
/// # Errors
/// When the database fails.
pub async fn kept(ctx: &Ctx, staff: &Staff, list: &str, now: &str) -> Result<Vec<Kept>> {
    let views = saved_views(ctx, staff, list).await?.into_iter();
    Ok(views.map(|view| Kept { current: view.query == now, stale: "", view }).collect())
}

/// What a link of the list begins with, so that it can be continued: the query behind `?`, ending with `?` or `&`.
pub fn base(query: &str) -> String {
    if query.is_empty() { "?".to_owned() } else { format!("?{query}&") }
}

/// The name of an order of a [`store::sql::List`]: that of the column, with `-` behind it from the last to the first. What is no
/// order of the list is the usual one.
pub fn order(sort: &str, dir: &str) -> String {
    if dir == "desc" { format!("{sort}-") } else { sort.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_has_a_name_for_each_way() {
        assert_eq!((order("name", "asc").as_str(), order("name", "desc").as_str()), ("name", "name-"));
        assert_eq!((base("").as_str(), base("a=b").as_str()), ("?", "?a=b&"));
    }
}
