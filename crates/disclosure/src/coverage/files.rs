//! The map as a table: a row for each cell.

use axum::{extract::State, response::Response};
use documents::tables::{Cell as Field, Sheet, write_csv, write_xlsx};
use web::{Ctx, Query, Result, page};

use super::{judge::Tone, load, map::Map, office::Asked};

const HEADS: [(&str, f64); 9] = [
    ("领域", 16.0),
    ("事项", 32.0),
    ("事项代码", 22.0),
    ("机关", 18.0),
    ("机关代码", 12.0),
    ("时段", 12.0),
    ("状态", 16.0),
    ("最后一日", 12.0),
    ("说明", 60.0),
];

fn sheet(ctx: &Ctx, map: &Map, asked: &Asked) -> Sheet {
    let directory = ctx.directory();
    let state = Tone::from_code(&asked.state);
    let mut rows: Vec<Vec<Field>> = Vec::new();
    for cell in map.cells(|line, owing| asked.takes(line, owing)) {
        if !asked.is(state, cell.why) {
            continue;
        }
        let (item, organ) = (&cell.line.item, &cell.owing.owes.organ);
        rows.push(vec![
            Field::from(item.domain.name.as_str()),
            Field::from(item.title.as_str()),
            Field::from(item.key.as_str()),
            Field::from(directory.short_name(organ)),
            Field::from(organ.as_str()),
            Field::from(cell.stretch.label.as_str()),
            Field::from(cell.why.label()),
            Field::from(cell.why.last_day().map(|day| day.to_string()).unwrap_or_default()),
            Field::from(cell.why.words()),
        ]);
    }
    Sheet {
        name: "公开覆盖".to_owned(),
        title: Some(format!("{} 年公开覆盖情况（截至 {}）", map.year, ctx.today())),
        header: HEADS.iter().map(|(head, _)| (*head).to_owned()).collect(),
        rows,
        widths: HEADS.iter().map(|(_, width)| *width).collect(),
    }
}

/// GET /coverage/coverage.csv
pub(super) async fn csv(State(ctx): State<Ctx>, Query(asked): Query<Asked>) -> Result<Response> {
    let map = load::map(&ctx, load::year_of(&ctx, &asked.year)).await?;
    let (sheet, name) = (sheet(&ctx, &map, &asked), format!("公开覆盖-{}.csv", map.year));
    page::packed("text/csv; charset=utf-8", &name, move || {
        Ok::<_, std::convert::Infallible>(write_csv(&Sheet { title: None, ..sheet }))
    })
    .await
}

/// GET /coverage/coverage.xlsx
pub(super) async fn workbook(State(ctx): State<Ctx>, Query(asked): Query<Asked>) -> Result<Response> {
    let map = load::map(&ctx, load::year_of(&ctx, &asked.year)).await?;
    let (sheet, name) = (sheet(&ctx, &map, &asked), format!("公开覆盖-{}.xlsx", map.year));
    page::workbook(&name, move || write_xlsx(&sheet)).await
}
