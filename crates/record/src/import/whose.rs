//! Rows that say themselves whose they are: a file of the program's own has the organ of each record. What is another organ's is not
//! stored a second time in the name of the one for which the file is imported.

use std::collections::BTreeMap;

use kernel::organ::Match;
use web::Ctx;

use super::{Options, Said, choose::Chosen};

/// What is told of each row that is another organ's, by its number.
pub(super) fn others(ctx: &Ctx, options: &Options, chosen: &[Chosen]) -> BTreeMap<u32, Said> {
    let directory = ctx.directory();
    // whose the rows are that say this name; `None` = the organ that imports, or nobody that is known
    let mut known: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut others = BTreeMap::new();
    for one in chosen {
        let Some((column, label)) = sheet::organ_column(&one.found) else { continue };
        for line in &one.found.rows {
            let Some(name) = line.get(column) else { continue };
            let other = known.entry(name.to_owned()).or_insert_with(|| match directory.find(name, ctx.today()) {
                Match::Organ(code) if code != options.organ => Some(directory.short_name(&code).to_owned()),
                _ => None,
            });
            let Some(other) = other else { continue };
            let own = directory.short_name(&options.organ);
            let message = format!(
                "这一行是{other}公开的，而这次导入的是{own}的数据。请选{other}导入这一行，或者从表格里删去；不会在{own}名下再记一条。"
            );
            let said = Said { row: line.number, column: String::new(), label: label.to_owned(), message };
            others.insert(line.number, said);
        }
    }
    others
}
