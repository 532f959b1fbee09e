//! The rows of a file as it was brought, read once more out of its seal: who corrects it wants to see what stands in its cells. They
//! are not kept beside what is told, since they may hold what is never public.

use std::collections::{BTreeMap, BTreeSet};

use documents::{Extractor, Grid, Limits};
use item::{Item, ItemKey};
use kernel::{Actor, may_for};
use sheet::{Found, Mapping, Target};
use web::{Ctx, Refusal};

use super::{Import, Mapped, Told, mapping};
use crate::permissions::IMPORT_RECORDS;

/// Rows of a file as it has them.
#[derive(Debug, Clone, Default)]
pub struct Again {
    /// Names of the sheets that are not hidden.
    pub sheets: Vec<String>,
    /// The heads of the table, in the order of [`Told::mapping`].
    pub heads: Vec<String>,
    /// Texts in the order of the heads, by the number that the spreadsheet shows.
    pub rows: BTreeMap<u32, Vec<String>>,
    /// The same as they were understood: the words of the row above in the place of 同上.
    pub meant: BTreeMap<u32, Vec<String>>,
}

impl Again {
    /// What stands in a row for the column of the item that has this key; empty = nothing.
    pub fn cell(&self, told: &Told, row: u32, key: &str) -> &str {
        let wanted = Target::Column(key.to_owned());
        let at = told.mapping.iter().position(|mapped| mapped.to == wanted);
        at.and_then(|at| self.rows.get(&row)?.get(at)).map_or("", String::as_str)
    }
}

/// Reads these rows of an import's file.
///
/// # Errors
/// [`Refusal::Fields`] at `file` where it can be read no more; when the person may not, or disk or database fail.
pub async fn again(
    ctx: &Ctx,
    actor: &Actor,
    import: &Import,
    told: &Told,
    numbers: &BTreeSet<u32>,
) -> Result<Again, Refusal> {
    may_for(actor, &IMPORT_RECORDS, &import.organ)?;
    let local = ctx.files().local_sealed(&import.file).await?;
    let extractor = Extractor::new(ctx.program().clone(), Limits::default());
    let grids: Vec<Grid> =
        extractor.grids(&local, &import.name).await.map_err(|rejected| Refusal::field("file", rejected.message))?;
    let item = match ItemKey::new(&import.item) {
        Some(key) => crate::items::find(ctx, &key).await?,
        None => None,
    };
    let heads: Vec<String> = told.mapping.iter().map(|mapped| mapped.head.clone()).collect();
    let (wanted, mapped, sheet) = (numbers.clone(), told.mapping.clone(), told.sheet.clone());
    let read = tokio::task::spawn_blocking(move || {
        let shown = || grids.iter().filter(|grid| !grid.hidden);
        let sheets: Vec<String> = shown().map(|grid| grid.name.clone()).collect();
        let (mut rows, mut meant) = (BTreeMap::new(), BTreeMap::new());
        let repeated: Vec<bool> = mapped.iter().map(|one| is_repeated(item.as_deref(), one)).collect();
        // Rows of other sheets have the same numbers.
        for found in shown().filter(|grid| grid.name == sheet).flat_map(sheet::tables) {
            let turned = item.as_ref().and_then(|item| sheet::turned(item, &found).map(|turned| (item, turned)));
            let (found, places) = match turned {
                Some((item, turned)) => {
                    let places = places(item, &turned, &mapped);
                    (turned, places)
                }
                None if is_same(&found, &mapped) => {
                    let places = own(&found);
                    (found, places)
                }
                None => continue,
            };
            take(&found, &places, &wanted, &mut rows);
            understand(&found, (&places, &repeated), &wanted, &mut meant);
        }
        (sheets, rows, meant)
    });
    let (sheets, rows, meant) =
        read.await.map_err(|error| web::Error::internal(format!("rows of a sheet: {error}")))?;
    Ok(Again { sheets, heads, rows, meant })
}

/// Whether a table has the heads that were told.
fn is_same(found: &Found, mapped: &[Mapped]) -> bool {
    mapping::heads_of(found).iter().eq(mapped.iter().map(|one| &one.head))
}

/// Where the heads of a table stand in the sheet, in their order.
fn own(found: &Found) -> Vec<Option<u32>> {
    found.heads.iter().map(|head| Some(head.column)).collect()
}

/// Where a table that stands the other way round has what was told, in the order in which it was told. Two of one sheet are
/// imported together though their lines differ (一般债务 and 专项债务), so that columns are found by what they stand for.
fn places(item: &Item, found: &Found, mapped: &[Mapped]) -> Vec<Option<u32>> {
    if is_same(found, mapped) {
        return own(found);
    }
    let said: Mapping = mapped.iter().map(|one| (one.head.clone(), one.to.clone())).collect();
    let fit = sheet::fit(item, found, &said);
    let heads = mapping::heads_of(found);
    let place = |one: &Mapped| {
        let is_column = matches!(one.to, Target::Column(_));
        let stands = |head: &String| if is_column { fit.mapping.get(head) == Some(&one.to) } else { *head == one.head };
        let at = heads.iter().position(stands)?;
        found.heads.get(at).map(|head| head.column)
    };
    mapped.iter().map(place).collect()
}

/// Adds the wanted rows of a table, with what stands at these places; the first of two with one number stays.
fn take(found: &Found, places: &[Option<u32>], wanted: &BTreeSet<u32>, rows: &mut BTreeMap<u32, Vec<String>>) {
    if places.iter().all(Option::is_none) {
        return;
    }
    let lines = found.rows.iter().chain(&found.totals);
    for line in lines.filter(|line| wanted.contains(&line.number)) {
        let text = |at: &Option<u32>| at.and_then(|at| line.get(at)).unwrap_or_default().to_owned();
        rows.entry(line.number).or_insert_with(|| places.iter().map(text).collect());
    }
}

/// Whether a cell of this column may say the words of the row above again.
fn is_repeated(item: Option<&Item>, one: &Mapped) -> bool {
    let Target::Column(key) = &one.to else { return false };
    item.and_then(|item| item.column(key)).is_some_and(sheet::is_of_words)
}

/// Adds the wanted rows of a table as they were understood; the first of two with one number stays.
fn understand(
    found: &Found,
    (places, repeated): (&[Option<u32>], &[bool]),
    wanted: &BTreeSet<u32>,
    meant: &mut BTreeMap<u32, Vec<String>>,
) {
    if places.iter().all(Option::is_none) {
        return;
    }
    let mut lines: Vec<&sheet::Line> = found.rows.iter().chain(&found.totals).collect();
    lines.sort_by_key(|line| line.number);
    let mut above: Vec<String> = vec![String::new(); places.len()];
    for line in lines {
        let mut texts = Vec::with_capacity(places.len());
        for ((place, may_repeat), above) in places.iter().zip(repeated).zip(&mut above) {
            let text = place.and_then(|at| line.get(at)).unwrap_or_default();
            if *may_repeat && sheet::is_ditto(text) && !above.is_empty() {
                texts.push(above.clone());
                continue;
            }
            if *may_repeat && !text.is_empty() {
                text.clone_into(above);
            }
            texts.push(text.to_owned());
        }
        if wanted.contains(&line.number) {
            meant.entry(line.number).or_insert(texts);
        }
    }
}

#[cfg(test)]
mod tests {
    use sheet::{Head, Line};

    use super::*;

    fn item() -> &'static Item {
        item::boxed().iter().find(|item| item.key.as_str() == "debt-plan").expect("in the box")
    }

    /// A table of words, letters and a figure for each of two records.
    fn laid(first: u32, lines: &[[&str; 4]]) -> Found {
        let heads = ["项目", "公式", "本地区", "本级"].into_iter().zip(0_u32..);
        let head = |(words, column): (&str, u32)| Head { column, path: vec![words.to_owned()], ..Head::default() };
        let line = |(at, texts): (u32, &[&str; 4])| Line {
            number: first + at,
            cells: (0_u32..).zip(texts.iter().map(|text| (*text).to_owned())).collect(),
        };
        Found { heads: heads.map(head).collect(), rows: (0_u32..).zip(lines).map(line).collect(), ..Found::default() }
    }

    #[test]
    fn a_table_on_its_side_is_read_as_it_was_told_and_so_is_its_neighbour() {
        let lines = [
            ["一、2024年发行预计执行数", "A=B+D", "13.9703", "13.9704"],
            ["（一）一般债券", "B", "4.7407", "4.7408"],
            ["（二）专项债券", "D", "9.2296", "9.2297"],
        ];
        let turned = sheet::turned(item(), &laid(5, &lines)).expect("turned");
        let fit = sheet::fit(item(), &turned, &Mapping::new());
        let target = |head: &String| fit.mapping.get(head).cloned().unwrap_or(Target::Unknown);
        let mapped: Vec<Mapped> = mapping::heads_of(&turned)
            .into_iter()
            .map(|head| Mapped { to: target(&head), head, label: String::new() })
            .collect();
        let told = Told { mapping: mapped.clone(), ..Told::default() };
        let read = |found: &Found, numbers: &[u32]| {
            let mut rows = BTreeMap::new();
            take(found, &places(item(), found, &mapped), &numbers.iter().copied().collect(), &mut rows);
            Again { rows, ..Again::default() }
        };
        let again = read(&turned, &[5, 6]);
        assert_eq!(again.cell(&told, 5, "area"), "本地区");
        assert_eq!(again.cell(&told, 6, "area"), "本级");
        assert_eq!(again.cell(&told, 6, "issued_general"), "4.7408");

        let fewer = [lines[0], lines[2], ["其中：再融资债券", "E", "4.0296", "4.0297"]];
        let other = sheet::turned(item(), &laid(20, &fewer)).expect("turned");
        let again = read(&other, &[20]);
        assert_eq!(again.cell(&told, 20, "issued"), "13.9703");
        assert_eq!(again.cell(&told, 20, "issued_general"), "", "this table has no such line");
    }

    #[test]
    fn what_is_said_again_is_told_by_the_words_above() {
        let found = laid(3, &[["甲", "乙村", "1", ""], ["丙", "丁村", "1", ""], ["戊", "同上", "同上", ""]]);
        let mut meant = BTreeMap::new();
        let repeated = [true, true, false, false];
        understand(&found, (&own(&found), &repeated), &BTreeSet::from([5]), &mut meant);
        assert_eq!(meant[&5], ["戊", "丁村", "同上", ""], "of words alone, and of the row above in its own sheet");
        assert_eq!(meant.len(), 1);
    }
}
