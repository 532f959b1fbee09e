//! All columns as a file that the import reads back without loss: CSV, workbook, TOML.

use axum::{extract::State, response::Response};
use document::columns::{self as rows, Cadence, ColumnData, ColumnKind, purposes};
use documents::tables::{Sheet, write_csv, write_xlsx};
use kernel::organ::Match;
use web::{Ctx, Result, page};

use super::import::{HEADINGS, Line};
use crate::gates;

/// All columns as they are kept, in the order of the tree.
///
/// # Errors
/// When the database fails.
pub async fn lines(ctx: &Ctx) -> Result<Vec<Line>> {
    let mut items = rows::items(ctx.db().read()).await?;
    let mut gates = gates::written(ctx).await?;
    let line = |(at, (_, row)): (usize, (usize, rows::Row))| Line {
        number: at + 1,
        hidden: if row.hidden { "是" } else { "否" }.to_owned(),
        unsaid: Vec::new(),
        gates: gates.remove(&row.slug).unwrap_or_default(),
        data: ColumnData {
            items: rows::write_items(&items.remove(&row.slug).unwrap_or_default()),
            slug: row.slug,
            name: row.name,
            parent: row.parent,
            description: row.description,
            keywords: row.keywords,
            kind: row.kind,
            purpose: row.purpose,
            basis: row.basis,
            cadence: row.cadence,
            organ: row.organ,
            ..ColumnData::default()
        },
    };
    Ok(rows::tree(ctx.db().read()).await?.into_iter().enumerate().map(line).collect())
}

/// What a column says, in the order of [`HEADINGS`] and in the words of the pages.
fn cells(ctx: &Ctx, line: &Line) -> [String; 13] {
    let data = &line.data;
    let purpose = purposes(ctx).into_iter().find(|purpose| purpose.code == data.purpose);
    let (directory, today) = (ctx.directory(), ctx.today());
    let short = directory.short_name(&data.organ);
    // The name where it leads back to this very organ, else its code.
    let named = matches!(directory.find(short, today), Match::Organ(code) if code == data.organ);
    [
        data.slug.to_string(),
        data.name.clone(),
        data.parent.to_string(),
        data.description.clone(),
        data.keywords.clone(),
        ColumnKind::from_code(&data.kind).map_or_else(|| data.kind.clone(), |kind| kind.label().to_owned()),
        purpose.map_or_else(|| data.purpose.clone(), |purpose| purpose.label.to_owned()),
        data.items.clone(),
        data.basis.clone(),
        Cadence::from_code(&data.cadence).map_or_else(|| data.cadence.clone(), |cadence| cadence.label().to_owned()),
        if named { short.to_owned() } else { data.organ.to_string() },
        line.hidden.clone(),
        line.gates.clone(),
    ]
}

/// The columns as a table.
pub fn sheet(ctx: &Ctx, lines: &[Line]) -> Sheet {
    Sheet {
        name: "栏目".into(),
        title: None,
        header: HEADINGS.iter().map(|(_, label, _)| (*label).to_owned()).collect(),
        rows: lines.iter().map(|line| cells(ctx, line).into_iter().map(Into::into).collect()).collect(),
        widths: vec![20.0, 22.0, 16.0, 48.0, 30.0, 12.0, 20.0, 14.0, 40.0, 12.0, 16.0, 8.0, 40.0],
    }
}

/// The columns as TOML, in the form of `demo/columns.toml`.
pub fn text(ctx: &Ctx, lines: &[Line]) -> String {
    let mut out = String::from("# 栏目。网址名（slug）相同的是同一个栏目；order 是先后次序。\n");
    for (at, line) in lines.iter().enumerate() {
        out.push_str("\n[[column]]\n");
        for ((code, ..), cell) in HEADINGS.iter().zip(cells(ctx, line)) {
            if *code == "hidden" {
                out.push_str(&format!("hidden = {}\n", cell == "是"));
            } else {
                // A string of JSON is a basic string of TOML.
                out.push_str(&format!("{code} = {}\n", serde_json::Value::from(cell)));
            }
        }
        out.push_str(&format!("order = {}\n", at + 1));
    }
    out
}

/// Media type of a table as CSV.
pub(super) const CSV: &str = "text/csv; charset=utf-8";
/// Media type of TOML.
pub(super) const TOML: &str = "application/toml";

/// GET /columns/export.csv
pub(super) async fn csv(State(ctx): State<Ctx>) -> Result<Response> {
    let sheet = sheet(&ctx, &lines(&ctx).await?);
    Ok(page::download(write_csv(&sheet), CSV, &format!("栏目-{}.csv", ctx.today())))
}

/// GET /columns/export.xlsx
pub(super) async fn xlsx(State(ctx): State<Ctx>) -> Result<Response> {
    let sheet = sheet(&ctx, &lines(&ctx).await?);
    page::workbook(&format!("栏目-{}.xlsx", ctx.today()), move || write_xlsx(&sheet)).await
}

/// GET /columns/export.toml
pub(super) async fn toml(State(ctx): State<Ctx>) -> Result<Response> {
    let text = text(&ctx, &lines(&ctx).await?);
    Ok(page::download(text.into_bytes(), TOML, &format!("栏目-{}.toml", ctx.today())))
}
