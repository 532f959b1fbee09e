//! The rows of a file as it was brought, read once more out of its seal: who corrects it wants to see what stands in its cells. They
//! are not kept beside what is told, since they may hold what is never public.

use std::collections::{BTreeMap, BTreeSet};

use documents::{Extractor, Grid, Limits};
use kernel::{Actor, may_for};
use sheet::{Found, Target};
use web::{Ctx, Refusal};

use super::{Import, Told, mapping};
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
    let heads: Vec<String> = told.mapping.iter().map(|mapped| mapped.head.clone()).collect();
    let (wanted, of_table) = (numbers.clone(), heads.clone());
    let read = tokio::task::spawn_blocking(move || {
        let shown = || grids.iter().filter(|grid| !grid.hidden);
        let sheets: Vec<String> = shown().map(|grid| grid.name.clone()).collect();
        let mut rows = BTreeMap::new();
        for found in shown().flat_map(sheet::tables).filter(|found| mapping::heads_of(found) == of_table) {
            take(&found, &wanted, &mut rows);
        }
        (sheets, rows)
    });
    let (sheets, rows) = read.await.map_err(|error| web::Error::internal(format!("rows of a sheet: {error}")))?;
    Ok(Again { sheets, heads, rows })
}

/// Adds the wanted rows of a table; the first of two with one number stays.
fn take(found: &Found, wanted: &BTreeSet<u32>, rows: &mut BTreeMap<u32, Vec<String>>) {
    let lines = found.rows.iter().chain(&found.totals);
    for line in lines.filter(|line| wanted.contains(&line.number)) {
        let text = |at: u32| line.cells.iter().find(|(column, _)| *column == at).map(|(_, text)| text.clone());
        let texts = found.heads.iter().map(|head| text(head.column).unwrap_or_default()).collect();
        rows.entry(line.number).or_insert(texts);
    }
}
