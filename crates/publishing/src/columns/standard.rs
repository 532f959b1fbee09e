//! The columns that a new county begins with: what 条例 Art. 20 and 21 name, the blocks of the platform 政府信息公开 and the fields
//! of work plans. Taken over with a preview; what is there already is kept and told, so taking them twice doubles nothing.

use std::collections::HashMap;

use document::columns::{self as rows, Row};
use kernel::{Actor, id::ColumnId};
use store::Tx;
use web::{Ctx, FormErrors, Refusal, Result};

use super::import::{self, Line};

/// The file in which they stand, to edit and to import.
pub const FILE: &str = include_str!("standard.toml");

/// The columns of the file, those above before those below.
pub fn lines() -> Vec<Line> {
    import::read_toml(FILE).expect("the file is read by a test")
}

/// A column of the standard tree, seen from what a county has.
#[derive(Debug, Clone)]
pub struct Proposal {
    pub line: Line,
    /// How deep it stands in the standard tree; 0 = top.
    pub depth: usize,
    /// The column here that is the same, which is kept as it is; `None` = there is none.
    pub stands: Option<Row>,
    /// By what the one here was known as the same, in words.
    pub known_by: &'static str,
}

/// What taking the columns did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Columns made.
    pub created: usize,
    /// Columns that were there already and are as they were.
    pub kept: usize,
}

/// The column here that is the same as one of the standard tree: by address name, by name, or because it is what pages look for.
fn same<'a>(line: &Line, tree: &'a [(usize, Row)]) -> Option<(&'a Row, &'static str)> {
    let data = &line.data;
    let by = |holds: &dyn Fn(&Row) -> bool| tree.iter().map(|(_, row)| row).find(|&row| holds(row));
    by(&|row| row.slug == data.slug)
        .map(|row| (row, "网址名相同"))
        .or_else(|| by(&|row| row.name.trim() == data.name.trim()).map(|row| (row, "名称相同")))
        .or_else(|| {
            let for_it = |row: &Row| !data.purpose.is_empty() && row.purpose == data.purpose && !row.hidden;
            by(&for_it).map(|row| (row, "用途相同"))
        })
}

/// The standard tree beside what there is.
pub fn proposals(ctx: &Ctx, tree: &[(usize, Row)]) -> Vec<Proposal> {
    let mut lines = lines();
    import::settle(ctx, &mut lines, tree);
    let mut depths: HashMap<ColumnId, usize> = HashMap::new();
    let mut all = Vec::with_capacity(lines.len());
    for line in lines {
        let depth = depths.get(&line.data.parent).map_or(0, |above| above + 1);
        depths.insert(line.data.slug.clone(), depth);
        let (stands, known_by) = same(&line, tree).map_or((None, ""), |(row, why)| (Some(row.clone()), why));
        all.push(Proposal { line, depth, stands, known_by });
    }
    all
}

/// Makes the chosen columns that are not there yet. `chosen`: address name, and the name that it is to bear. What stands below a
/// column that was left out goes below the next one above it.
///
/// # Errors
/// What is wrong with a name, at the field `name-` and the address name; when the database fails.
pub async fn take(ctx: &Ctx, tx: &mut Tx, actor: &Actor, chosen: &HashMap<ColumnId, String>) -> Result<Taken, Refusal> {
    tx.lock("column").await?;
    let (mut done, mut wrong) = (Taken::default(), FormErrors::new());
    // Where what stands below a column of the standard tree goes.
    let mut places: HashMap<ColumnId, ColumnId> = HashMap::new();
    let tree = rows::tree(tx.conn()).await?;
    for proposal in proposals(ctx, &tree) {
        let mut data = proposal.line.data;
        let above = places.get(&data.parent).cloned().unwrap_or_default();
        if let Some(row) = proposal.stands {
            done.kept += 1;
            places.insert(data.slug, row.slug);
        } else if let Some(name) = chosen.get(&data.slug) {
            data.name.clone_from(name);
            data.parent = above;
            let errors = super::errors(ctx, &data, &rows::tree(tx.conn()).await?);
            for (_, sentence) in errors.items() {
                wrong.add(&format!("name-{}", data.slug), sentence.as_str());
            }
            if wrong.is_empty() {
                rows::put(tx, actor, &data).await?;
                done.created += 1;
            }
            places.insert(data.slug.clone(), data.slug);
        } else {
            places.insert(data.slug, above);
        }
    }
    if wrong.is_empty() { Ok(done) } else { Err(Refusal::Fields(wrong)) }
}

#[cfg(test)]
mod tests {
    use document::columns::{BLOCKS, Cadence, ColumnKind};

    use super::*;

    #[test]
    fn the_standard_tree_has_every_item_of_the_law_and_every_block() {
        let lines = lines();
        let items: Vec<i64> =
            lines.iter().flat_map(|line| rows::read_items(&line.data.items).expect("items of the law")).collect();
        for item in 1..=14 {
            assert!(items.contains(&item), "no column holds item {item}");
        }
        for block in BLOCKS {
            assert_eq!(lines.iter().filter(|line| line.data.purpose == block.code).count(), 1, "{}", block.label);
        }
        let mut seen: Vec<&ColumnId> = Vec::new();
        for line in &lines {
            let data = &line.data;
            assert!(
                data.parent.as_str().is_empty() || seen.contains(&&data.parent),
                "{} stands before its column",
                data.slug
            );
            assert!(!seen.contains(&&data.slug), "{} twice", data.slug);
            assert!(ColumnKind::from_code(&data.kind).is_some(), "{}", data.kind);
            assert!(Cadence::ALL.iter().any(|one| one.label() == data.cadence), "{}", data.cadence);
            assert!(!data.description.is_empty() && !data.description.contains("青禾"), "{}", data.slug);
            seen.push(&data.slug);
        }
    }
}
