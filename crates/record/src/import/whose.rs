//! Rows that say themselves whose they are: a file of the program's own has the organ of each record. What is another organ's is not
//! stored a second time in the name of the one for which the file is imported.

use std::collections::{BTreeMap, BTreeSet};

use item::{Item, Owner, Type};
use kernel::organ::Match;
use sheet::Target;
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

/// Whether the records of an item are those of one organ, whoever's notice or decision they tell of: 发布机关 of a notice of land is
/// the county's government, and the record is that of the office in charge of land.
pub(super) fn is_of_one(item: &Item) -> bool {
    match &item.owner {
        Owner::Organs(codes) => codes.len() == 1,
        Owner::Named(_) => true,
        Owner::Departments | Owner::Townships | Owner::All => false,
    }
}

/// What is told where the column of the organ that decided (许可机关, 处罚机关) names other organs than the one that imports.
pub(super) fn named(ctx: &Ctx, item: &Item, options: &Options, chosen: &[Chosen]) -> Option<String> {
    if is_of_one(item) {
        return None;
    }
    let is_whose = |key: &str| {
        item.column(key).filter(|column| matches!(column.typed, Type::Text { .. }) && column.label.ends_with("机关"))
    };
    let directory = ctx.directory();
    let mut known: BTreeMap<String, Option<String>> = BTreeMap::new();
    let (mut rows, mut label, mut others) = (0_u64, String::new(), BTreeSet::new());
    for one in chosen {
        for (head, name) in one.found.heads.iter().zip(one.found.keys()) {
            let Some(Target::Column(key)) = one.fit.mapping.get(&name) else { continue };
            let Some(column) = is_whose(key) else { continue };
            for text in one.found.rows.iter().filter_map(|line| line.get(head.column)) {
                let other = known.entry(text.to_owned()).or_insert_with(|| match directory.find(text, ctx.today()) {
                    Match::Organ(code) if code != options.organ => Some(directory.short_name(&code).to_owned()),
                    _ => None,
                });
                if let Some(other) = other {
                    rows += 1;
                    label.clone_from(&column.label);
                    others.insert(other.clone());
                }
            }
        }
    }
    (rows > 0).then(|| {
        let own = directory.short_name(&options.organ);
        let others = others.into_iter().collect::<Vec<_>>().join("、");
        format!("有 {rows} 行的“{label}”是{others}，而导入的是{own}的数据。请核对是否选错了机关或文件，以免同一条记录有两份。")
    })
}
