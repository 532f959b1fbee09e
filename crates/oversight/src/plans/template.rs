//! Empty tables to fill in, one for each kind of plan that comes as a list.

use axum::response::Response;
use documents::tables::{Cell, Sheet, write_xlsx};
use duty::model::FieldShape;
use serde::Deserialize;
use web::{Desk, Query, Result, page};

use crate::model::PlanKind;

/// Which template.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    kind: String,
}

/// GET /plans/template.xlsx: the headings that this kind of plan knows, and a row that shows how they are filled in.
pub(crate) async fn template(_: Desk, Query(wanted): Query<Wanted>) -> Result<Response> {
    let kind = PlanKind::from_code(&wanted.kind).unwrap_or(PlanKind::InspectionFinding);
    page::workbook(&format!("{}导入模板.xlsx", kind.label()), move || write_xlsx(&sheet(kind))).await
}

fn sheet(kind: PlanKind) -> Sheet {
    // a list of problems has no column of its own for what is to be done
    let problems = kind.fields().iter().any(|field| field.key == "problem");
    let text = if kind == PlanKind::KeyProject { "项目名称" } else { "任务" };
    let mut columns: Vec<(String, String)> = vec![("序号".into(), "1".into())];
    if !problems {
        columns.push((text.into(), "（示例，请改写或删去这一行）".into()));
    }
    for field in kind.fields() {
        let example = match field.shape {
            FieldShape::Choice(choices) => choices.first().copied().unwrap_or_default().to_owned(),
            FieldShape::Amount => "860.5".to_owned(),
            _ if field.key == "problem" => "（示例，请改写或删去这一行）".to_owned(),
            _ => String::new(),
        };
        columns.push((field.label.to_owned(), example));
    }
    columns.push(("责任单位".into(), "县财政局、县审计局".into()));
    columns.push(("完成时限".into(), "6月底前".into()));
    columns.push(("完成标准".into(), String::new()));
    let choices: Vec<String> = kind
        .fields()
        .iter()
        .filter_map(|field| match field.shape {
            FieldShape::Choice(choices) => Some(format!("“{}”只能填 {}", field.label, choices.join("、"))),
            _ => None,
        })
        .collect();
    let note = if choices.is_empty() { String::new() } else { format!("；{}", choices.join("；")) };
    Sheet {
        name: kind.label().to_owned(),
        title: Some(format!("填写说明：多个单位用顿号隔开；时限可写日期、6月底前、每季度{note}")),
        header: columns.iter().map(|(head, _)| head.clone()).collect(),
        rows: vec![columns.into_iter().map(|(_, example)| Cell::from(example)).collect()],
        ..Sheet::default()
    }
}

#[cfg(test)]
mod tests {
    use documents::tables::{Table, TableRow};

    use super::*;
    use crate::plans::table::items;

    /// What the template shows can be imported once the example is written over.
    #[test]
    fn every_template_is_read_by_the_import() {
        for kind in PlanKind::ALL {
            let sheet = sheet(kind);
            let cells = |cells: &[Cell]| {
                let text = |cell: &Cell| match cell {
                    Cell::Text(text) => text.clone(),
                    Cell::Number(number) => number.to_string(),
                    Cell::Date(year, month, day) => format!("{year}-{month:02}-{day:02}"),
                };
                cells.iter().map(text).collect::<Vec<_>>()
            };
            let mut table = Table {
                header: sheet.header.clone(),
                rows: sheet.rows.iter().map(|row| TableRow { number: 3, cells: cells(row) }).collect(),
                ..Table::default()
            };
            // The example itself is no duty.
            let left = items(&table, kind, 2026).expect_err("the example is refused");
            assert!(left.len() == 1 && left[0].message.contains("示例"), "{kind:?}: {left:?}");
            for cell in &mut table.rows[0].cells {
                *cell = cell.replace("（示例，请改写或删去这一行）", "公开预算");
            }
            let items = items(&table, kind, 2026).unwrap_or_else(|errors| panic!("{kind:?}: {errors:?}"));
            assert_eq!((items.len(), items[0].owners.len()), (1, 2), "{kind:?}");
        }
    }
}
