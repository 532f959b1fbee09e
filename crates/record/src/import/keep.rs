//! A row that corrects a public record keeps what its sheet has no column for: files that are taken away and come back hold neither
//! what is never public nor what stands behind a mask. A row that then says what a record of its key says already is no correction.
//! Where several records have one key, which of them a row corrects is never guessed.

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

/// Cells that hold what readers see in the place of a value, by row and key: they leave the record as it is.
pub(super) type Masked = BTreeMap<(u32, String), String>;

/// A public record as it stands.
#[derive(Debug, Clone)]
struct Old {
    before: Before,
    data: Data,
    hidden: BTreeMap<String, String>,
}

/// What came of rows that may correct public records.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// All rows, completed.
    pub rows: Vec<NewRow>,
    /// Numbers of those that change nothing.
    pub same: BTreeSet<u32>,
    /// The record that a row corrects, by the digest of its keys: one row for each.
    pub before: HashMap<String, Before>,
    /// Numbers of rows that become records beside those that have their keys.
    pub beside: BTreeSet<u32>,
    /// What cannot be taken: number, key of the column (empty = the row), why.
    pub unclear: Vec<(u32, String, String)>,
}

/// Completes rows that correct public records.
///
/// # Errors
/// When the database fails, or the key of the installation is missing.
pub(super) async fn keep(
    ctx: &Ctx,
    item: &Item,
    mapping: &Mapping,
    before: HashMap<String, Vec<Before>>,
    (new, masked): (Vec<NewRow>, &Masked),
) -> Result<Kept, Refusal> {
    let old = read(ctx, before).await?;
    let in_sheet: BTreeSet<&str> = mapping
        .values()
        .filter_map(|to| if let Target::Column(key) = to { Some(key.as_str()) } else { None })
        .collect();
    Ok(parted(item, &in_sheet, old, (new, masked)))
}

/// Which row is what: the same as a record, its correction, another one, or not to be told.
fn parted(
    item: &Item,
    in_sheet: &BTreeSet<&str>,
    mut known: HashMap<String, Vec<Old>>,
    (rows, masked): (Vec<NewRow>, &Masked),
) -> Kept {
    let mut kept = Kept { rows, ..Kept::default() };
    let mut by_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, row) in kept.rows.iter().enumerate() {
        let keyed = values::keyed(item, &row.values);
        if known.contains_key(&keyed) {
            by_key.entry(keyed).or_default().push(at);
        } else {
            kept.unclear.extend(unnamed(item, row));
            kept.unclear.extend(unknown(row.number, masked));
        }
    }
    for (keyed, all) in by_key {
        let mut old = known.remove(&keyed).unwrap_or_default();
        let mut open = Vec::new();
        for at in all {
            let as_known = |old: &Old| completed(item, old, in_sheet, (&kept.rows[at], masked));
            let found = old.iter().map(as_known).enumerate().find(|(_, (_, is_same))| *is_same);
            match found {
                Some((of, (row, _))) => {
                    old.remove(of);
                    kept.same.insert(row.number);
                    kept.rows[at] = row;
                }
                None => open.push(at),
            }
        }
        match (old.as_slice(), open.as_slice()) {
            (_, []) => {}
            ([one], [at]) => {
                let (row, _) = completed(item, one, in_sheet, (&kept.rows[*at], masked));
                kept.before.insert(keyed, one.before.clone());
                kept.rows[*at] = row;
            }
            (left, rows) => kept.not_told(item, (left.len(), rows), masked),
        }
    }
    kept
}

impl Kept {
    /// Rows of which nobody can say which record they correct: `left` records of their key are said by no row.
    fn not_told(&mut self, item: &Item, (left, open): (usize, &[usize]), masked: &Masked) {
        for at in open {
            let Some(number) = self.rows.get(*at).map(|row| row.number) else { continue };
            if left == 0 && !values::is_sole(item) {
                self.beside.insert(number);
                self.unclear.extend(unknown(number, masked));
                continue;
            }
            let why = match (left, open.len()) {
                (0, _) => "编号与表里另一行相同，那一行与已公开的记录一样，这一行不一样。请只留一行".to_owned(),
                (1, rows) => format!("表里有 {rows} 行是同一编号，看不出哪一行是对已公开那条记录的更正。请只留一行"),
                (several, _) => format!(
                    "这个编号有 {several} 条已公开的记录与表里的不同，看不出要更正哪一条。请打开要更正的那一条，在网页上办理更正"
                ),
            };
            self.unclear.push((number, String::new(), why));
        }
    }
}

/// A row that is named by what stands behind a cover names no record.
fn unnamed(item: &Item, row: &NewRow) -> Vec<(u32, String, String)> {
    let covers = |column: &&item::Column| column.privacy.mask || column.hides_names();
    let of_keys = item.keys.iter().filter_map(|key| item.column(key)).filter(covers);
    let is_covered = |column: &&item::Column| {
        row.values.get(&column.key).is_some_and(|value| values::text_of(value).contains(['*', '某']))
    };
    let why = |column: &item::Column| {
        let words = "是遮盖后的内容，认不出是哪一条记录。请填写完整的内容，或者在网页上办理更正".to_owned();
        (row.number, column.key.clone(), words)
    };
    of_keys.filter(is_covered).map(why).collect()
}

/// What is masked in a row for which there is no record behind the mask.
fn unknown(number: u32, masked: &Masked) -> Vec<(u32, String, String)> {
    let own = masked.range((number, String::new())..).take_while(|((of, _), _)| *of == number);
    let why = |((number, key), _): (&(u32, String), &String)| {
        let words = "是遮盖后的内容，没有编号相同的已公开记录可以对照。请填写完整的内容".to_owned();
        (*number, key.clone(), words)
    };
    own.map(why).collect()
}

/// A row as it is if it corrects this record; whether it then is what the record is.
fn completed(item: &Item, old: &Old, in_sheet: &BTreeSet<&str>, (row, masked): (&NewRow, &Masked)) -> (NewRow, bool) {
    let mut row = row.clone();
    let (before, more) = values::joined(item, &old.data, &old.hidden);
    for (key, value) in &before {
        let covers = old.hidden.contains_key(key) && !old.data.get(key).is_empty();
        let shown = || row.values.get(key).map(values::text_of).is_some_and(|text| text == old.data.get(key));
        let is_masked = masked.contains_key(&(row.number, key.clone()));
        if !in_sheet.contains(key.as_str()) || is_masked || (covers && shown()) {
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
    let is_same = row.values == before && row.more == more;
    (row, is_same)
}

async fn read(ctx: &Ctx, before: HashMap<String, Vec<Before>>) -> Result<HashMap<String, Vec<Old>>, Refusal> {
    let mut all: HashMap<RowId, (Data, BTreeMap<String, String>)> = HashMap::new();
    let wanted: Vec<&RowId> = before.values().flatten().map(|before| &before.id).collect();
    for some in wanted.chunks(TOGETHER) {
        // SQL: fixed text and placeholders; every value is bound.
        let sql = format!("SELECT id, data FROM record WHERE id IN ({})", places(1, some.len()));
        let rows: Vec<(RowId, Data)> =
            query_as(store::built(sql)).bind_all(some.iter().copied()).fetch_all(ctx.db().read()).await?;
        all.extend(rows.into_iter().map(|(id, data)| (id, (data, BTreeMap::new()))));
        // SQL: fixed text and placeholders; every value is bound.
        let sql = format!("SELECT id, sealed FROM record_private WHERE id IN ({})", places(1, some.len()));
        let sealed: Vec<(RowId, String)> =
            query_as(store::built(sql)).bind_all(some.iter().copied()).fetch_all(ctx.db().read()).await?;
        for (id, sealed) in sealed.into_iter().filter(|(_, sealed)| !sealed.is_empty()) {
            let words = ctx.files().open_words(&rows::place(&id), &sealed)?;
            if let Some((_, hidden)) = all.get_mut(&id) {
                *hidden = serde_json::from_str(&words)?;
            }
        }
    }
    let mut old: HashMap<String, Vec<Old>> = HashMap::new();
    for (keyed, several) in before {
        for before in several {
            if let Some((data, hidden)) = all.remove(&before.id) {
                old.entry(keyed.clone()).or_default().push(Old { before, data, hidden });
            }
        }
    }
    Ok(old)
}

#[cfg(test)]
mod tests {
    use item::Value;

    use super::*;
    use crate::{ids::RecordId, values::Values};

    fn boxed(key: &str) -> &'static Item {
        item::boxed().iter().find(|item| item.key.as_str() == key).expect("the item is in the box")
    }

    fn old(id: &str, values: &[(&str, &str)], hidden: &[(&str, &str)]) -> Old {
        let texts = |all: &[(&str, &str)]| -> BTreeMap<String, String> {
            all.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
        };
        let before = Before { keyed: String::new(), record: RecordId::from(id), id: RowId::from(id), version: 1 };
        Old { before, data: Data { values: texts(values), more: BTreeMap::new() }, hidden: texts(hidden) }
    }

    fn row(item: &Item, number: u32, cells: &[(&str, &str)]) -> NewRow {
        let value = |(key, text): &(&str, &str)| {
            Some(((*key).to_owned(), values::value_of(item.column(key).expect("a column"), text)?))
        };
        NewRow { number, values: cells.iter().filter_map(value).collect(), ..NewRow::default() }
    }

    /// Records and rows of one key, as they are parted.
    fn of(item: &Item, olds: Vec<Old>, rows: Vec<NewRow>, masked: &Masked) -> Kept {
        let keyed = values::keyed(item, &rows[0].values);
        let in_sheet: BTreeSet<&str> = item.columns.iter().map(|column| column.key.as_str()).collect();
        parted(item, &in_sheet, HashMap::from([(keyed, olds)]), (rows, masked))
    }

    #[test]
    fn what_the_sheet_has_no_column_for_stays() {
        let item = boxed("subsidy");
        let text = |text: &str| Value::Text(text.to_owned());
        let mut known = old("a", &[("recipient", "周某"), ("project", "购机")], &[("phone", "0000-8010009")]);
        known.data.more = BTreeMap::from([("批注".to_owned(), "无".to_owned())]);
        let in_sheet = BTreeSet::from(["recipient", "project"]);
        let values = |recipient: &str| {
            Values::from([("recipient".to_owned(), text(recipient)), ("project".to_owned(), text("购机"))])
        };
        let masked = Masked::new();
        let row = NewRow { values: values("周某"), ..NewRow::default() };
        assert!(completed(item, &known, &in_sheet, (&row, &masked)).1, "{row:?}");
        let row = NewRow { values: values("周某某"), ..NewRow::default() };
        let (row, is_same) = completed(item, &known, &in_sheet, (&row, &masked));
        assert!(!is_same);
        assert_eq!(row.values.get("phone"), Some(&text("0000-8010009")), "what is never public is kept");
        assert_eq!(row.more.len(), 1);
    }

    #[test]
    fn a_row_that_says_any_record_of_its_key_corrects_none() {
        let item = boxed("water");
        let said = |value: &'static str| [("name", "城关镇水厂"), ("period", "2026-01"), ("exceeding", value)];
        let known = || vec![old("a", &said("甲"), &[]), old("b", &said("乙"), &[])];
        let rows = |all: &[&'static str]| -> Vec<NewRow> {
            (2..).zip(all).map(|(number, value)| row(item, number, &said(value))).collect()
        };
        let none = Masked::new();
        let kept = of(item, known(), rows(&["甲", "乙"]), &none);
        assert_eq!((kept.same.len(), kept.before.len(), kept.unclear.len()), (2, 0, 0));
        let kept = of(item, known(), rows(&["甲", "丙"]), &none);
        let corrected: Vec<&str> = kept.before.values().map(|before| before.id.as_str()).collect();
        assert_eq!((kept.same.len(), corrected), (1, vec!["b"]), "the one that no row says");
        let kept = of(item, known(), rows(&["丙"]), &none);
        assert!(kept.before.is_empty(), "neither is guessed");
        assert_eq!(kept.unclear.len(), 1);
        let kept = of(item, known(), rows(&["甲", "乙", "丙"]), &none);
        assert_eq!((kept.beside.len(), kept.before.len(), kept.unclear.len()), (1, 0, 0), "one more");
    }

    #[test]
    fn a_masked_cell_leaves_what_stands_behind_it() {
        let item = boxed("water");
        let shown = [("name", "城关镇水厂"), ("period", "2026-01"), ("exceeding", "000****01")];
        let known = || vec![old("a", &shown, &[("exceeding", "0000-8010001")])];
        let bare = || row(item, 2, &shown[..2]);
        let masked = Masked::from([((2, "exceeding".to_owned()), "000****01".to_owned())]);
        let kept = of(item, known(), vec![bare()], &masked);
        assert_eq!((kept.same.len(), kept.unclear.len()), (1, 0));
        let kept = parted(item, &BTreeSet::new(), HashMap::new(), (vec![bare()], &masked));
        assert_eq!(kept.unclear.len(), 1, "there is no record behind it");
    }
}
