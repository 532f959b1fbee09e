//! The page for those who write programs: the same declarations in plain words, with examples that can be followed.

use askama::Template;
use axum::{extract::State, response::Response};
use document::page::{self as part, base_url};
use web::{
    Ctx, PortalShell, Reader, Result,
    api::{Operation, Parameter, Takes},
    page::portal_page,
};

use super::OPENAPI;

struct Told {
    name: String,
    takes: String,
    words: String,
}

struct Address {
    id: &'static str,
    path: &'static str,
    title: &'static str,
    about: &'static str,
    /// A link that works on any site; empty where it needs an identifier.
    example: &'static str,
    parameters: Vec<Told>,
    fields: Vec<Told>,
}

#[derive(Template)]
#[template(path = "api/templates/api.html")]
struct Page {
    shell: PortalShell,
    base: String,
    openapi: &'static str,
    addresses: Vec<Address>,
    refusals: Vec<(u16, &'static str)>,
}

/// What a parameter may be, in words.
fn takes(parameter: &Parameter) -> String {
    match &parameter.takes {
        Takes::Text(most) => format!("最多 {most} 个字"),
        Takes::Day => "日期，例如 2026-03-05".to_owned(),
        Takes::Whole(least, most) => format!("{least} 到 {most} 的整数"),
        Takes::OneOf(codes) => codes.join("、"),
        Takes::Flag => "true、false".to_owned(),
        Takes::Some(_) => "下面的字段名，用逗号分隔".to_owned(),
        Takes::Others(most) => format!("各写各的名字，每个最多 {most} 个字"),
    }
}

fn address(ctx: &Ctx, operation: &Operation) -> Address {
    let asked = |one: Parameter| Told { takes: takes(&one), name: one.name, words: one.words };
    let in_path = operation.within.iter().map(|(name, words)| Told {
        name: format!("{{{name}}}"),
        takes: "写在路径里".to_owned(),
        words: (*words).to_owned(),
    });
    let in_query = operation.parameters(ctx).into_iter().filter(|one| !one.old).map(asked);
    let fields = (operation.selects.fields)(&mut web::api::Schemas::new(ctx));
    Address {
        id: operation.id,
        path: operation.path,
        title: operation.title,
        about: operation.about,
        example: if operation.within.is_empty() { operation.example } else { "" },
        parameters: in_path.chain(in_query).collect(),
        fields: fields
            .into_iter()
            .map(|field| Told { name: field.name, takes: String::new(), words: field.words })
            .collect(),
    }
}

/// `GET /api`
pub(super) async fn page(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let operations = super::operations(&ctx);
    let mut refusals: Vec<(u16, &'static str)> = operations.iter().flat_map(|one| one.refusals()).collect();
    refusals.push((405, "用了 GET、HEAD 以外的方法；接口只读。"));
    refusals.sort_unstable();
    refusals.dedup_by_key(|(status, _)| *status);
    let lead = "用程序读取本站公开的内容：文件、版本、机关、栏目、工作要点、任务和检索。不用注册，不收费，不用密钥。";
    portal_page(&Page {
        shell: part::shell(&ctx, &reader, "开放接口", "data", lead),
        base: base_url(&ctx),
        openapi: OPENAPI,
        addresses: operations.into_iter().map(|operation| address(&ctx, operation)).collect(),
        refusals,
    })
}
