//! The page on which columns are imported.

use askama::Template;
use axum::{
    extract::{Multipart, State},
    http::header,
    response::{IntoResponse, Response},
};
use documents::{Extractor, Limits};
use store::Tx;
use web::{
    Ctx, Desk, Done, Error, FormErrors, OfficeShell, Refusal, Result, act, office_page, page,
    sent::{self, Sent},
};

use super::import::{self, Fault, Line};

/// Largest file of columns, in bytes.
const MOST: u64 = 4 << 20;

#[derive(Template)]
#[template(path = "columns/templates/import.html")]
struct ImportPage {
    shell: OfficeShell,
    errors: FormErrors,
    headings: Vec<(&'static str, &'static str)>,
}

async fn shown(ctx: &Ctx, desk: &Desk, faults: Vec<Fault>) -> Result<Response> {
    let wrong = !faults.is_empty();
    let mut errors = FormErrors::new();
    for (number, message) in faults {
        let line = if number > 0 { format!("第 {number} 行：") } else { String::new() };
        errors.add("file", format!("{line}{message}"));
    }
    let headings = import::HEADINGS.iter().map(|(code, label, _)| (*code, *label)).collect();
    let page = ImportPage { shell: desk.shell(ctx, "导入栏目").await?.with_error(wrong), errors, headings };
    if wrong { page::office_errors(&page) } else { office_page(&page) }
}

/// GET /columns/import
pub(super) async fn form(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    shown(&ctx, &desk, Vec::new()).await
}

/// GET /columns/template.csv
pub(super) async fn template() -> Response {
    let name = "attachment; filename=\"columns.csv\"; filename*=UTF-8''%E6%A0%8F%E7%9B%AE%E6%A8%A1%E6%9D%BF.csv";
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, name)];
    (headers, import::TEMPLATE).into_response()
}

/// The columns of the file that was sent, with what of it was not read; or what is wrong with it.
async fn received(ctx: &Ctx, mut parts: Multipart) -> Result<std::result::Result<(Vec<Line>, Vec<String>), Fault>> {
    let mut wanted = import::wanted();
    while let Some(field) = parts.next_field().await.map_err(sent::broken)? {
        if field.name() == Some("sheet") {
            wanted = wanted.in_sheet(&sent::sheet(field).await?);
            continue;
        }
        if field.name() != Some("file") {
            continue;
        }
        let too_large = || "文件太大，上限 4 MB。栏目表通常只有几十行，请检查是否选错了文件。".to_owned();
        let Some(Sent { name, received }) = sent::file(ctx, field, MOST, too_large).await? else { continue };
        if name.to_lowercase().ends_with(".toml") {
            let text = std::fs::read(&received.path).map_err(|error| Error::internal(error.to_string()))?;
            return Ok(import::read_toml(&String::from_utf8_lossy(&text)).map(|lines| (lines, Vec::new())));
        }
        let extractor = Extractor::new(ctx.program().clone(), Limits::default());
        return Ok(match extractor.read_table(&received.path, &name, &wanted).await {
            Ok(mut table) => {
                table.set_aside();
                import::read_table(&table).map(|lines| (lines, table.left_out(&wanted)))
            }
            Err(rejected) => Err((0, rejected.message)),
        });
    }
    Ok(Err((0, "请选择一个 .xlsx、.csv 或 .toml 文件，例如“栏目.xlsx”。".to_owned())))
}

/// POST /columns/import
pub(super) async fn upload(State(ctx): State<Ctx>, desk: Desk, parts: Multipart) -> Result<Response> {
    let (lines, left_out) = match received(&ctx, parts).await? {
        Ok(read) => read,
        Err(fault) => return shown(&ctx, &desk, vec![fault]).await,
    };
    let mut faults = Vec::new();
    let done = act(&ctx, "", async |tx: &mut Tx| match import::put_all(&ctx, tx, &desk.actor(), lines).await? {
        Ok(import::Imported { created, changed, unchanged }) => {
            let told = format!("已导入栏目：新建 {created}，修改 {changed}，不变 {unchanged}。{}", left_out.concat());
            Ok(Done::ok("/columns", told))
        }
        Err(found) => {
            faults = found;
            Err(Refusal::Fields(FormErrors::one("file", "表格里有需要更正的行。")))
        }
    });
    match done.await {
        Err(Refusal::Fields(_)) => shown(&ctx, &desk, faults).await,
        done => Ok(done?),
    }
}
