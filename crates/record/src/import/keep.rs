//! A row that corrects a public record keeps what its sheet has no column for: files that are taken away and come back hold neither
//! what is never public nor what stands behind a mask. A row that then says what the record says already is no correction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use item::Item;
use sheet::{Mapping, Target};
use store::{places, query_as};
use web::{Ctx, Refusal};

use crate::{
    ids::RowId,
    rows,
    values::{self, Data},
    write::{Before, NewRow},
};

/// Records that are asked for together.
const TOGETHER: usize = 500;

/// A public record as it stands.
struct Old {
    data: Data,
    hidden: BTreeMap<String, String>,
}

/// Completes rows that correct public records. The numbers of those that change nothing come with them.
///
/// # Errors
/// When the database fails, or the key of the installation is missing.
pub(super) async fn keep(
    ctx: &Ctx,
    item: &Item,
    mapping: &Mapping,
    before: &HashMap<String, Before>,
    new: Vec<NewRow>,
) -> Result<(Vec<NewRow>, BTreeSet<u32>), Refusal> {
    let mut old = read(ctx, before).await?;
    let in_sheet: BTreeSet<&str> = mapping
        .values()
        .filter_map(|to| if let Target::Column(key) = to { Some(key.as_str()) } else { None })
        .collect();
    let mut same = BTreeSet::new();
    let mut new = new;
    for row in &mut new {
        let known = before.get(&values::keyed(item, &row.values));
        let Some(old) = known.and_then(|known| old.remove(&known.id)) else { continue };
        if is_same(item, &old, &in_sheet, row) {
            same.insert(row.number);
        }
    }
    Ok((new, same))
}

/// Completes a row; whether it then is what the record is.
fn is_same(item: &Item, old: &Old, in_sheet: &BTreeSet<&str>, row: &mut NewRow) -> bool {
    let (before, more) = values::joined(item, &old.data, &old.hidden);
    for (key, value) in &before {
        let masked = old.hidden.contains_key(key) && !old.data.get(key).is_empty();
        let shown = || row.values.get(key).map(values::text_of).is_some_and(|text| text == old.data.get(key));
        if !in_sheet.contains(key.as_str()) || (masked && shown()) {
            row.values.insert(key.clone(), value.clone());
        }
    }
    if row.more.is_empty() {
        row.more.clone_from(&more);
    }
    for (head, text) in &more {
        // What came back as readers see it stays what it is.
        let is_shown = old.data.more.get(head).is_some_and(|shown| shown != text && row.more.get(head) == Some(shown));
        if is_shown {
            row.more.insert(head.clone(), text.clone());
        }
    }
    row.values == before && row.more == more
}

async fn read(ctx: &Ctx, before: &HashMap<String, Before>) -> Result<HashMap<RowId, Old>, Refusal> {
    let wanted: Vec<&RowId> = before.values().map(|before| &before.id).collect();
    let mut old: HashMap<RowId, Old> = HashMap::with_capacity(wanted.len());
    for some in wanted.chunks(TOGETHER) {
        // SQL: fixed text and placeholders; every value is bound.
        let sql = format!("SELECT id, data FROM record WHERE id IN ({})", places(1, some.len()));
        let rows: Vec<(RowId, Data)> =
            query_as(store::built(sql)).bind_all(some.iter().copied()).fetch_all(ctx.db().read()).await?;
        old.extend(rows.into_iter().map(|(id, data)| (id, Old { data, hidden: BTreeMap::new() })));
        // SQL: fixed text and placeholders; every value is bound.
        let sql = format!("SELECT id, sealed FROM record_private WHERE id IN ({})", places(1, some.len()));
        let sealed: Vec<(RowId, String)> =
            query_as(store::built(sql)).bind_all(some.iter().copied()).fetch_all(ctx.db().read()).await?;
        for (id, sealed) in sealed.into_iter().filter(|(_, sealed)| !sealed.is_empty()) {
            let words = ctx.files().open_words(&rows::place(&id), &sealed)?;
            let hidden: BTreeMap<String, String> = serde_json::from_str(&words)?;
            if let Some(old) = old.get_mut(&id) {
                old.hidden = hidden;
            }
        }
    }
    Ok(old)
}

#[cfg(test)]
mod tests {
    use item::Value;

    use super::*;
    use crate::values::Values;

    #[test]
    fn what_the_sheet_has_no_column_for_stays() {
        let item = item::boxed().iter().find(|item| item.key.as_str() == "subsidy").expect("the item is in the box");
        let text = |text: &str| Value::Text(text.to_owned());
        let old = Old {
            data: Data {
                values: BTreeMap::from([("recipient", "周某"), ("project", "购机")])
                    .into_iter()
                    .map(|(key, text)| (key.to_owned(), text.to_owned()))
                    .collect(),
                more: BTreeMap::from([("批注".to_owned(), "无".to_owned())]),
            },
            hidden: BTreeMap::from([("phone".to_owned(), "0000-8010009".to_owned())]),
        };
        let in_sheet = BTreeSet::from(["recipient", "project"]);
        let values = |recipient: &str| {
            Values::from([("recipient".to_owned(), text(recipient)), ("project".to_owned(), text("购机"))])
        };
        let mut row = NewRow { values: values("周某"), ..NewRow::default() };
        assert!(is_same(item, &old, &in_sheet, &mut row), "{row:?}");
        let mut row = NewRow { values: values("周某某"), ..NewRow::default() };
        assert!(!is_same(item, &old, &in_sheet, &mut row));
        assert_eq!(row.values.get("phone"), Some(&text("0000-8010009")), "what is never public is kept");
        assert_eq!(row.more.len(), 1);
    }
}
