//! Whose the rows of a sheet are: a file of a whole county comes back in the hands of one organ, and a sheet of one organ is brought
//! by another.

use std::sync::Arc;

use item::{Column, Item, Type};
use jiff::civil::Date;
use kernel::{Directory, OrganCode, organ::Match};
use web::Ctx;

use super::beside;
use crate::values::{self, Values};

/// The organ for which a sheet is imported, among all of the county.
#[derive(Debug, Clone)]
pub(super) struct Organs {
    directory: Arc<Directory>,
    today: Date,
    own: OrganCode,
    county: String,
}

impl Organs {
    pub(super) fn of(ctx: &Ctx, own: &OrganCode) -> Self {
        Self { directory: ctx.directory(), today: ctx.today(), own: own.clone(), county: ctx.site().county.clone() }
    }

    /// The name of the organ for which the sheet is imported.
    pub(super) fn name(&self) -> &str {
        self.directory.short_name(&self.own)
    }

    /// Whether a name is that of another organ, for which this one does not answer.
    pub(super) fn is_other(&self, name: &str) -> bool {
        match self.directory.find(name, self.today) {
            Match::Organ(code) => code != self.own,
            Match::Abolished(code, _) => code != self.own && self.directory.stands_for(&code, self.today) != self.own,
            Match::Ambiguous(codes) => !codes.contains(&self.own),
            Match::Unknown => false,
        }
    }

    /// Cells that name who decided, gave or published, with another organ in them: key, text, what is said of it.
    pub(super) fn others(&self, item: &Item, values: &Values) -> Vec<(String, String, String)> {
        let other = |column: &Column| {
            let text = values::text_of(values.get(&column.key)?);
            let said = if self.is_other(&text) {
                format!("写的是“{text}”，而导入的是{}的数据", self.name())
            } else {
                let region = beside::other_region(&text, &self.county)?;
                // An organ of the city above the county may well have decided.
                if region.ends_with('市') {
                    return None;
                }
                format!("“{text}”不是{}的机关", self.county)
            };
            Some((column.key.clone(), text, said))
        };
        item.columns.iter().filter(|column| names_whose(column)).filter_map(other).collect()
    }
}

/// Whether a column says whose a record is.
fn names_whose(column: &Column) -> bool {
    let label = column.label.as_str();
    let is_whose = label.ends_with("机关") || matches!(label, "部门名称" | "单位名称" | "审批部门" | "发布单位");
    matches!(column.typed, Type::Text { .. }) && (is_whose || column.key == "organ")
}

#[cfg(test)]
mod tests {
    use kernel::organ::{Organ, OrganKind};

    use super::*;

    fn organs() -> Organs {
        let organ = |code: &str, name: &str, short: &str| Organ::named(code, name, short, OrganKind::CountyDepartment);
        let all = vec![organ("QH010", "青禾县财政局", "县财政局"), organ("QH011", "青禾县民政局", "县民政局")];
        Organs {
            directory: Arc::new(Directory::new(all, "青禾县")),
            today: Date::constant(2026, 11, 30),
            own: OrganCode::from("QH010"),
            county: "青禾县".to_owned(),
        }
    }

    #[test]
    fn a_record_of_another_organ_is_told_from_the_own() {
        let organs = organs();
        assert!(organs.is_other("青禾县民政局") && organs.is_other("县民政局"));
        assert!(!organs.is_other("青禾县财政局") && !organs.is_other("财政局") && !organs.is_other("某某公司"));
        let item = item::boxed().iter().find(|item| item.key.as_str() == "permit").expect("in the box");
        let of = |name: &str| {
            let column = item.column("authority").expect("a column");
            let values = Values::from([("authority".to_owned(), values::value_of(column, name).expect("a value"))]);
            organs.others(item, &values).into_iter().map(|(_, _, said)| said).collect::<Vec<_>>()
        };
        assert_eq!(of("青禾县财政局"), Vec::<String>::new());
        assert_eq!(of("青禾县民政局"), ["写的是“青禾县民政局”，而导入的是县财政局的数据"]);
        assert_eq!(of("昌宁县人民政府"), ["“昌宁县人民政府”不是青禾县的机关"]);
    }
}
