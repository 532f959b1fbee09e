//! What a table of organs would change: every row judged, before anything is written.

use documents::tables::{Table, fault};
use web::FormErrors;

use super::{
    model::{COLUMNS, Draft, Record, changes, check_among, column_of},
    store::aliases_with_old,
};

/// What a row would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// A new organ.
    Create,
    /// These columns of an existing one change: column, what is stored, what the table says.
    Change(Vec<(String, String, String)>),
    /// Nothing changes.
    Nothing,
    /// Column and message, as often as something must be corrected.
    Wrong(Vec<(String, String)>),
}

/// One row, judged.
#[derive(Debug, Clone)]
pub(crate) struct PlanRow {
    /// Row number as the spreadsheet shows it.
    pub(crate) number: usize,
    /// What stands in it, by our columns; columns that the table lacks are those of the stored organ.
    pub(crate) draft: Draft,
    /// The organ that it means, when it could be read.
    pub(crate) record: Option<Record>,
    /// What it would do.
    pub(crate) effect: Effect,
    /// Cells that the spreadsheet itself could not show: column and message.
    lost: Vec<(String, String)>,
}

/// What a cell says to empty a field: an empty cell changes nothing, for a column that somebody left blank must not erase
/// what is stored.
pub(crate) const ERASE: &str = "清空";

/// A table, judged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    /// What is wrong with the table as a whole.
    pub(crate) faults: Vec<String>,
    pub(crate) rows: Vec<PlanRow>,
}

impl Plan {
    /// How many rows have this kind of effect: created, changed, nothing, wrong.
    pub(crate) fn counts(&self) -> [usize; 4] {
        let mut out = [0; 4];
        for row in &self.rows {
            out[match row.effect {
                Effect::Create => 0,
                Effect::Change(_) => 1,
                Effect::Nothing => 2,
                Effect::Wrong(_) => 3,
            }] += 1;
        }
        out
    }
}

/// Judges a table against the stored organs. Rows may refer to organs that stand further down; a row that refers to one
/// whose own row is wrong is wrong too.
pub(crate) fn judge(table: &Table, stored: &[Record]) -> Plan {
    let mut plan = Plan::default();
    let mut columns: Vec<(usize, usize)> = Vec::new();
    for (at, heading) in table.header.iter().enumerate() {
        match column_of(heading) {
            Some(index) if columns.iter().any(|(_, known)| *known == index) => {
                plan.faults.push(format!("请只留一列“{}”：表头里出现了两次。", COLUMNS[index].1));
            }
            Some(index) => columns.push((at, index)),
            None => {}
        }
    }
    for needed in [0, 1] {
        if !columns.iter().any(|(_, index)| *index == needed) {
            plan.faults.push(format!("请在表头加上“{}”一列（也可写作 {}）。", COLUMNS[needed].1, COLUMNS[needed].0));
        }
    }
    if !plan.faults.is_empty() {
        return plan;
    }
    // The office that the first administrator was made with; a table that has it under another code would make it twice.
    if let [only] = stored {
        let code_at = columns.iter().find(|(_, index)| *index == 0).map(|(at, _)| *at);
        let codes = table.rows.iter().filter_map(|row| row.cells.get(code_at?));
        let code = only.organ.code.as_str();
        if !codes.into_iter().any(|one| one.trim() == code) {
            plan.faults.push(format!(
                "系统里已有主管部门“{}”，代码 {code}（配置 site.office_organ，建立首个管理员时登记），而这张表里没有这个代码，\
                 导入后主管部门会变成两个。请把表里主管部门那一行的代码改成 {code} 再导入。",
                only.organ.name
            ));
            return plan;
        }
    }
    for row in &table.rows {
        let cell = |wanted: usize| {
            let place = columns.iter().find(|(_, index)| *index == wanted).map(|(at, _)| *at);
            place.and_then(|at| row.cells.get(at)).map(|text| text.trim().to_owned())
        };
        let code = cell(0).unwrap_or_default();
        let mut draft = stored.iter().find(|one| one.organ.code.as_str() == code).map(Draft::of).unwrap_or_default();
        let mut lost = Vec::new();
        for (index, (column, ..)) in COLUMNS.iter().enumerate() {
            if let Some(text) = cell(index) {
                if let Some(fault) = fault(&text) {
                    lost.push(((*column).to_owned(), fault));
                }
                match text.as_str() {
                    "" => continue,
                    ERASE if index > 1 => {
                        draft.field_mut(index).clear();
                        continue;
                    }
                    _ => {}
                }
                // What our own CSV protects with an apostrophe comes back without it.
                let text =
                    text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(&text);
                text.clone_into(draft.field_mut(index));
            }
        }
        // A short name that was only the official one goes with it.
        let before = stored.iter().find(|one| one.organ.code.as_str() == code).map(|one| &one.organ);
        if before
            .is_some_and(|old| old.short_name == old.name && draft.short_name == old.name && draft.name != old.name)
        {
            draft.short_name.clear();
        }
        plan.rows.push(PlanRow { number: row.number, draft, record: None, effect: Effect::Nothing, lost });
    }
    settle(&mut plan.rows, stored);
    plan
}

/// Judges the rows together: as long as a row turns out wrong, those that built on it are judged again.
fn settle(rows: &mut [PlanRow], stored: &[Record]) {
    let last = stored.iter().map(|one| one.position).max().unwrap_or(0);
    let twice: Vec<bool> = (0..rows.len())
        .map(|at| rows[..at].iter().any(|other| other.draft.code.trim() == rows[at].draft.code.trim()))
        .collect();
    // A line that was copied, with another code: its name would mean two organs. Codes differ in more than the size of letters.
    let name = |row: &PlanRow| fold::fold(row.draft.name.trim());
    let doubled: Vec<Option<String>> = (0..rows.len())
        .map(|at| {
            let (code, own) = (rows[at].draft.code.trim(), name(&rows[at]));
            let alike = |other: &&PlanRow| {
                let code_of = other.draft.code.trim();
                // an organ that was abolished may have had the name before
                let both = other.draft.exists_to.is_empty() && rows[at].draft.exists_to.is_empty();
                code_of != code
                    && (code_of.eq_ignore_ascii_case(code) || (both && !own.is_empty() && name(other) == own))
            };
            rows[..at].iter().find(alike).map(|other| other.draft.code.trim().to_owned())
        })
        .collect();
    let mut good = vec![true; rows.len()];
    loop {
        let mut world = stored.to_vec();
        // First the bare names and codes, so that a row may refer to one further down.
        for (at, row) in rows.iter().enumerate().filter(|(at, _)| good[*at]) {
            let mut ignored = FormErrors::new();
            let bare = Draft { parent: String::new(), successor: String::new(), ..row.draft.clone() };
            put(&mut world, bare.read(&[], &mut ignored), last + 10 * (at as i64 + 1));
        }
        let mut readings: Vec<(Record, FormErrors)> = Vec::new();
        for row in rows.iter() {
            let mut errors = FormErrors::new();
            let mut record = row.draft.read(&world, &mut errors);
            if let Some(before) = stored.iter().find(|one| one.organ.code == record.organ.code) {
                record.organ.aliases = aliases_with_old(before, &record);
            }
            readings.push((record, errors));
        }
        for (at, (record, _)) in readings.iter().enumerate().filter(|(at, _)| good[*at]) {
            put(&mut world, record.clone(), last + 10 * (at as i64 + 1));
        }
        let mut again = false;
        for (at, (record, mut errors)) in readings.into_iter().enumerate() {
            errors.require(!twice[at], "code", "请删去重复的行：这个机关代码在前面已经出现过。");
            if let Some(other) = &doubled[at] {
                let message = format!("请改正：前面代码为 {other} 的一行与这一行同名，或代码只差大小写。");
                errors.add("code", message);
            }
            check_among(&record, &world, &mut errors);
            let row = &mut rows[at];
            for (column, message) in &row.lost {
                errors.add(column, message.clone());
            }
            if !errors.is_empty() {
                again |= good[at];
                good[at] = false;
                row.effect = Effect::Wrong(errors.items().to_vec());
                row.record = None;
                continue;
            }
            let placed = world.iter().find(|one| one.organ.code == record.organ.code);
            let mut record = record;
            (record.position, record.version) = placed.map_or((0, 0), |one| (one.position, one.version));
            row.effect = match stored.iter().find(|one| one.organ.code == record.organ.code) {
                None => Effect::Create,
                Some(before) => {
                    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
                    let changed: Vec<(String, String, String)> = changes(before, &record)
                        .iter()
                        .map(|(column, pair)| (column.clone(), text(&pair[0]), text(&pair[1])))
                        .collect();
                    if changed.is_empty() { Effect::Nothing } else { Effect::Change(changed) }
                }
            };
            row.record = Some(record);
        }
        // Each round finds at least one more wrong row, so this ends.
        if !again {
            return;
        }
    }
}

fn put(world: &mut Vec<Record>, mut record: Record, position: i64) {
    match world.iter_mut().find(|one| one.organ.code == record.organ.code) {
        Some(place) => {
            (record.position, record.version) = (place.position, place.version);
            *place = record;
        }
        None => {
            record.position = position;
            world.push(record);
        }
    }
}

#[cfg(test)]
mod tests {
    use documents::tables::TableRow;

    use super::{super::model::tests::record, *};

    fn table(rows: &[&[&str]]) -> Table {
        let cells = |row: &[&str]| row.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        Table {
            sheet: String::new(),
            header_number: 1,
            header: cells(rows[0]),
            rows: rows[1..]
                .iter()
                .enumerate()
                .map(|(at, row)| TableRow { number: at + 2, cells: cells(row) })
                .collect(),
            ..Table::default()
        }
    }

    #[test]
    fn a_row_with_a_personal_number_is_wrong_and_says_where() {
        let plan = judge(
            &table(&[
                &["code", "name", "kind", "leader", "note"],
                &["A1", "青禾县甲局", "township", "张三 13800138000", ""],
            ]),
            &[],
        );
        let Effect::Wrong(faults) = &plan.rows[0].effect else { panic!("{plan:?}") };
        assert!(faults[0].0 == "leader" && faults[0].1.contains("“负责人职务”"), "{faults:?}");
    }

    #[test]
    fn rows_may_refer_to_rows_further_down() {
        let plan = judge(
            &table(&[
                &["机关代码", "名称", "类型", "上级"],
                &["B1", "青禾县乙局", "县政府部门", "青禾县政府"],
                &["A1", "青禾县政府", "county_unit", ""],
            ]),
            &[],
        );
        assert_eq!(plan.counts(), [2, 0, 0, 0], "{plan:?}");
        assert_eq!(plan.rows[0].record.as_ref().and_then(|row| row.organ.parent.clone()), Some("A1".into()));
    }

    #[test]
    fn a_row_on_top_of_a_wrong_one_is_wrong_too_and_the_rest_is_good() {
        let plan = judge(
            &table(&[
                &["code", "name", "kind", "parent", "没人认识"],
                &["A1", "青禾县政府", "什么类型", "", ""],
                &["B1", "青禾县乙局", "township", "A1", ""],
                &["C1", "青禾县丙局", "township", "", ""],
                &["C1", "青禾县丁局", "township", "", ""],
            ]),
            &[],
        );
        assert_eq!(plan.counts(), [1, 0, 0, 3], "{plan:?}");
        let Effect::Wrong(faults) = &plan.rows[1].effect else { panic!("{plan:?}") };
        assert_eq!(faults[0].0, "parent");
    }

    #[test]
    fn columns_that_the_table_lacks_keep_what_is_stored_and_old_names_become_aliases() {
        let mut stored = record("A1", "青禾县甲局");
        stored.organ.phone = "0000-1".into();
        let again = judge(&table(&[&["code", "name"], &["A1", "青禾县甲局"]]), std::slice::from_ref(&stored));
        assert_eq!(again.counts(), [0, 0, 1, 0]);
        let plan = judge(&table(&[&["code", "name"], &["A1", "青禾县新甲局"]]), &[stored]);
        let row = plan.rows[0].record.as_ref().expect("good row");
        assert_eq!(row.organ.phone, "0000-1");
        assert!(row.organ.aliases.contains(&"青禾县甲局".to_owned()), "{row:?}");
    }

    /// A column left blank erases nothing; what is erased is said.
    #[test]
    fn an_empty_cell_changes_nothing_and_every_change_is_told() {
        let mut stored = record("A1", "青禾县甲局");
        stored.organ.phone = "0000-1".into();
        stored.organ.address = "演示路 1 号".into();
        let rows: &[&[&str]] = &[&["code", "name", "phone", "address"], &["A1", "青禾县甲局", "", "清空"]];
        let plan = judge(&table(rows), std::slice::from_ref(&stored));
        let changed = [("address".to_owned(), "演示路 1 号".to_owned(), String::new())];
        assert_eq!(plan.rows[0].effect, Effect::Change(changed.to_vec()));
        let record = plan.rows[0].record.as_ref().expect("good row");
        assert_eq!((record.organ.phone.as_str(), record.organ.address.as_str()), ("0000-1", ""));
    }

    /// What a formula failed to give, and numbers whose end Excel forgot, never become an organ.
    #[test]
    fn cells_that_lost_what_was_typed_are_refused() {
        let rows: &[&[&str]] = &[
            &["code", "name", "kind", "phone"],
            &["A1", "#N/A", "township", ""],
            &["1.13611E+17", "青禾县乙镇", "township", ""],
            &["C1", "青禾县丙镇", "township", "#REF!"],
        ];
        let plan = judge(&table(rows), &[]);
        assert_eq!(plan.counts(), [0, 0, 0, 3]);
        for (row, column) in plan.rows.iter().zip(["name", "code", "phone"]) {
            let Effect::Wrong(faults) = &row.effect else { panic!("{row:?}") };
            assert!(faults.iter().any(|(at, message)| at == column && message.contains("表格")), "{faults:?}");
        }
    }

    #[test]
    fn one_name_or_one_code_in_two_rows_is_refused() {
        let head: &[&str] = &["code", "name", "kind"];
        let copied: &[&[&str]] =
            &[head, &["QH002", "青禾县甲局", "township"], &["QH003", "青禾县甲局\u{200b}", "township"]];
        let small: &[&[&str]] = &[head, &["QH002", "青禾县甲局", "township"], &["qh002", "青禾县乙局", "township"]];
        for rows in [copied, small] {
            let plan = judge(&table(rows), &[]);
            assert_eq!(plan.counts(), [1, 0, 0, 1], "{plan:?}");
            let Effect::Wrong(faults) = &plan.rows[1].effect else { panic!("{plan:?}") };
            assert!(faults.iter().any(|(at, message)| at == "code" && message.contains("QH002")), "{faults:?}");
        }
    }

    #[test]
    fn the_demonstration_county_is_imported_without_a_fault() {
        let bytes = include_bytes!("../../../../demo/organs.csv");
        let table =
            documents::tables::read_csv(bytes, &documents::tables::Wanted::default(), &documents::Limits::default())
                .expect("a table");
        let plan = judge(&table, &[]);
        assert_eq!(plan.counts(), [table.rows.len(), 0, 0, 0], "{plan:?}");
        assert!(plan.rows.len() >= 40 && table.left_out(&super::super::import::wanted()).is_empty());
    }

    #[test]
    fn the_office_of_the_first_administrator_is_not_made_twice() {
        let stored = [record("OFFICE", "某某县人民政府办公室")];
        let rows: &[&[&str]] = &[&["code", "name", "kind"], &["QH001", "青禾县人民政府办公室", "county_unit"]];
        let plan = judge(&table(rows), &stored);
        assert!(plan.rows.is_empty() && plan.faults[0].contains("OFFICE"), "{plan:?}");
        let rows: &[&[&str]] = &[
            &["code", "name", "kind"],
            &["OFFICE", "青禾县人民政府办公室", "county_unit"],
            &["QH002", "青禾县乙局", "township"],
        ];
        let plan = judge(&table(rows), &stored);
        assert_eq!(plan.counts(), [1, 1, 0, 0], "{plan:?}");
    }

    #[test]
    fn a_table_without_codes_is_refused_as_a_whole() {
        let plan = judge(&table(&[&["名称", "电话"], &["青禾县甲局", "1"]]), &[]);
        assert!(plan.rows.is_empty() && plan.faults[0].contains("机关代码"), "{plan:?}");
    }
}
