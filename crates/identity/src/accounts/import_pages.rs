//! The pages on which accounts are imported and exported.

use std::convert::Infallible;

use ::store::Tx;
use askama::Template;
use axum::{
    extract::{Multipart, State},
    http::header,
    response::{IntoResponse, Response},
};
use documents::tables::{Cell, Sheet, write_csv};
use kernel::NewEvent;
use serde_json::json;
use web::{Ctx, Desk, Error, FormErrors, OfficeShell, Redirect, Refusal, Result, act_now, office_page, page};

use super::{
    import::{self, Fault},
    model::Created,
    store,
};
use crate::{events, organs::received_table, session::is_fresh};

#[derive(Template)]
#[template(path = "accounts/templates/import.html")]
struct ImportPage {
    shell: OfficeShell,
    errors: FormErrors,
    headings: Vec<(&'static str, &'static str)>,
    roles: String,
}

#[derive(Template)]
#[template(path = "accounts/templates/imported.html")]
struct ImportedPage {
    shell: OfficeShell,
    made: Vec<Created>,
    /// What of the table was not read, in sentences.
    left_out: Vec<String>,
}

async fn shown(ctx: &Ctx, desk: &Desk, faults: Vec<Fault>) -> Result<Response> {
    let wrong = !faults.is_empty();
    let mut errors = FormErrors::new();
    for (number, message) in faults {
        let line = if number > 0 { format!("第 {number} 行：") } else { String::new() };
        errors.add("file", format!("{line}{message}"));
    }
    let page = ImportPage {
        shell: desk.shell(ctx, "导入账号").await?.with_error(wrong),
        errors,
        headings: import::HEADINGS.iter().map(|(code, label, _)| (*code, *label)).collect(),
        roles: kernel::Role::ALL.map(kernel::Role::label).join("、"),
    };
    if wrong { page::office_errors(&page) } else { office_page(&page) }
}

/// A file cannot wait on a page that asks for the password: it is asked for before.
fn first(desk: &Desk, ctx: &Ctx, next: &str) -> Option<Response> {
    let to = || Redirect::to(format!("/session/prove?next={}", page::escape_query(next))).into_response();
    (!is_fresh(ctx, desk)).then(to)
}

/// GET /accounts/import
pub(super) async fn form(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    match first(&desk, &ctx, "/accounts/import") {
        Some(asks) => Ok(asks),
        None => shown(&ctx, &desk, Vec::new()).await,
    }
}

/// GET /accounts/template.csv
pub(super) async fn template() -> Response {
    let name = "attachment; filename=\"accounts.csv\"; filename*=UTF-8''%E8%B4%A6%E5%8F%B7%E6%A8%A1%E6%9D%BF.csv";
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, name)];
    (headers, import::TEMPLATE).into_response()
}

/// POST /accounts/import: answers with the one-time passwords, which are shown on this page only.
pub(super) async fn upload(State(ctx): State<Ctx>, desk: Desk, parts: Multipart) -> Result<Response> {
    if let Some(asks) = first(&desk, &ctx, "/accounts/import") {
        return Ok(asks);
    }
    let table = match received_table(&ctx, parts, &import::wanted()).await? {
        Ok((table, _)) => table,
        Err(message) => return shown(&ctx, &desk, vec![(0, message)]).await,
    };
    let left_out = table.left_out(&import::wanted());
    let mut lines = match import::read(&ctx, &table, &desk.actor()) {
        Ok(lines) => lines,
        Err(faults) => return shown(&ctx, &desk, faults).await,
    };
    import::prepare(ctx.db(), &mut lines).await?;
    let mut faults = Vec::new();
    let done = act_now(&ctx, async |tx: &mut Tx| match import::put_all(tx, lines).await? {
        Ok(made) => Ok(made),
        Err(found) => {
            faults = found;
            Err(Refusal::Fields(FormErrors::one("file", "表格里有需要更正的行。")))
        }
    });
    match done.await {
        Ok(made) => office_page(&ImportedPage { shell: desk.shell(&ctx, "账号已建立").await?, made, left_out }),
        Err(Refusal::Fields(_)) => shown(&ctx, &desk, faults).await,
        Err(refusal) => Err(refusal.into()),
    }
}

/// GET /accounts/export.csv: who there is and what they may; can be imported elsewhere.
pub(super) async fn export(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    if let Some(asks) = first(&desk, &ctx, "/accounts/export.csv") {
        return Ok(asks);
    }
    let all = store::list(ctx.db()).await.map_err(Error::from)?;
    let header = HEADER.map(str::to_owned).to_vec();
    let yes = |holds: bool| if holds { "是" } else { "" };
    let rows: Vec<Vec<Cell>> = all
        .iter()
        .map(|account| {
            vec![
                account.login.as_str().into(),
                account.name.as_str().into(),
                account.organ.as_str().into(),
                account.role_names().into(),
                account.email.as_str().into(),
                yes(account.disabled).into(),
                yes(account.second_factor).into(),
                kernel::time::show_minute(&account.signed_in_at).into(),
            ]
        })
        .collect();
    let data = json!({"contents": "账号", "rows": rows.len()});
    let event = NewEvent::new(&events::EXPORTED, "export", &desk.actor()).organ(desk.organ()).data(data);
    act_now(&ctx, async |tx| tx.append(event).await).await?;
    let sheet = Sheet { name: "账号".into(), title: None, header, rows, widths: vec![16.0; HEADER.len()] };
    let pack = move || Ok::<_, Infallible>(write_csv(&sheet));
    page::packed("text/csv; charset=utf-8", &format!("账号-{}.csv", ctx.today()), pack).await
}

const HEADER: [&str; 8] = ["登录名", "姓名", "所在机关", "角色", "邮箱", "已停用", "动态口令", "上次登录"];
