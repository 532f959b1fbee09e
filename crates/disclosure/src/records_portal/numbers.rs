//! Records that a number names: that of a decision, a parcel, a project, a company. The search asks here, since records are too
//! many for its index.

use std::sync::Arc;

use futures::future::BoxFuture;
use item::{Column, Filter, Item, Type};
use record::{
    Query,
    query::Asked,
    slots::{self, Layout, Slot},
};
use web::{
    Ctx, Result,
    hooks::{ByNumber, Numbered},
    page::query_string,
};

use super::{ask::NEWEST, cells, tables};

/// Records that are named one by one; of more the list is named.
const FEW: usize = 3;
/// Characters of which a number has at least and at most so many.
const SHORTEST: usize = 4;
const LONGEST: usize = 60;
/// What heads of columns hold in which numbers stand.
const HEADS: [&str; 3] = ["号", "代码", "编码"];

/// Records in the search, by their numbers.
pub(super) struct Numbers;

impl ByNumber for Numbers {
    fn find<'a>(&'a self, ctx: &'a Ctx, text: &'a str) -> BoxFuture<'a, Result<Vec<Numbered>>> {
        Box::pin(find(ctx, text))
    }
}

/// The public records in which this number stands, however its brackets and spaces are written; none for what is no number.
pub(super) async fn find(ctx: &Ctx, text: &str) -> Result<Vec<Numbered>> {
    let mut found = Vec::new();
    if !is_number(text) {
        return Ok(found);
    }
    let ways = written(text);
    for table in tables::all(ctx).await? {
        if table.fill.records == 0 {
            continue;
        }
        for column in columns(&table.item) {
            let mut query = Query::new(Arc::clone(&table.item));
            query.asked.insert(column.key.clone(), Asked::AnyOf(ways.clone()));
            let page = match query.page(ctx.db(), NEWEST, None, FEW + 1).await {
                // It is being laid anew: the search goes on without it for these minutes.
                Err(store::Error::Busy(_)) => continue,
                other => other?,
            };
            if page.rows.len() > FEW {
                let asked = query_string(&[(column.key.as_str(), text.trim())]);
                found.push(Numbered {
                    title: format!("{}：{}", table.item.title, text.trim()),
                    about: format!("{}，有几条记录", cells::label(column)),
                    href: format!("{}?{asked}", tables::path(&table.item.key)),
                });
                continue;
            }
            found.extend(page.rows.iter().map(|row| Numbered {
                title: cells::name(&table.item, &row.data),
                about: about(ctx, &table.item, row),
                href: format!("{}/{}", tables::path(&table.item.key), row.record),
            }));
        }
    }
    Ok(found)
}

fn about(ctx: &Ctx, item: &Item, row: &record::query::Row) -> String {
    format!("{}，{}，{} 公开", item.title, ctx.directory().short_name(&row.organ), row.public_on)
}

/// The columns of an item that readers may ask and in which numbers stand.
fn columns(item: &Item) -> Vec<&Column> {
    let layout = Layout::of(item);
    cells::open(item).filter(|column| holds_numbers(column, &layout)).collect()
}

fn holds_numbers(column: &Column, layout: &Layout) -> bool {
    let is_text = matches!(column.typed, Type::Text { .. }) && HEADS.iter().any(|head| column.label.contains(head));
    matches!(column.filter, Filter::Exact | Filter::Text)
        && (is_text || column.typed == Type::CreditCode)
        && matches!(layout.slot(&column.key), Some(Slot::Text(_)))
}

/// Whether a question may be a number: it has digits, and is not a sentence.
fn is_number(text: &str) -> bool {
    let folded = slots::folded(text);
    (SHORTEST..=LONGEST).contains(&folded.chars().count()) && folded.chars().any(|c| c.is_ascii_digit())
}

/// A number with its brackets as they may be written; slots hold both.
fn written(text: &str) -> Vec<String> {
    let folded = slots::folded(text);
    let square = folded.replace('(', "[").replace(')', "]");
    let round = folded.replace('[', "(").replace(']', ")");
    let mut ways = vec![folded];
    for way in [square, round] {
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_asked_in_all_its_brackets() {
        assert!(is_number("青交罚〔2026〕17号") && is_number("QH-城关-1130"));
        assert!(!is_number("行政处罚") && !is_number("3号"));
        let ways = written("青交罚（2026）17号");
        assert!(ways.contains(&slots::folded("青交罚〔2026〕17号")), "{ways:?}");
        assert_eq!(written("QH-1130").len(), 1);
    }
}
