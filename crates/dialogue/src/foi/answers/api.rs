//! Published answers for programs.

use axum::{
    extract::{RawQuery, State},
    http::Uri,
    response::Response,
};
use case::public::{self, Told};
use document::{
    columns::{REQUESTS, Tree},
    page::base_url,
};
use kernel::{id::ColumnId, time};
use web::{
    Ctx, Result,
    api::{Address, Asked, Fields, Operation, Parameter, Selects, Shape},
};

use crate::foi::kind::FOI;

/// Answers of an answer unless asked otherwise, and at most.
const SIZE: i64 = 100;
/// The newest that are told at all.
const MOST: i64 = 5_000;

/// `GET /api/v1/foi-answers`
pub(crate) static LIST: Operation = Operation {
    id: "listFoiAnswers",
    path: "/api/v1/foi-answers",
    title: "依申请公开的答复",
    about: "经申请人同意公开的问题和答复，新的在前；不含申请人的信息。",
    within: &[],
    asks: parameters,
    answers: AnswerPage::shape,
    selects: Selects { rows: "items", key: "id", of: "FoiAnswer", fields: Shown::fields },
    gone: "",
    example: "/api/v1/foi-answers?limit=5&fields=question,url",
    place: 45,
};

fn parameters(_: &Ctx) -> Vec<Parameter> {
    Parameter::paging(SIZE, SIZE).to_vec()
}

web::answer! {
    /// A published answer as programs see it.
    struct Shown as "FoiAnswer" {
        id: String => "标识。",
        question: String => "问题。",
        answer: String => "答复。",
        organ: String => "答复机关的代码。",
        organ_name: String => "答复机关的名称。",
        column: Option<ColumnId> => "所属栏目；没有这个栏目时为 null。",
        published_on: String => "公开日期，YYYY-MM-DD。",
        url: Address => "网页地址。",
    }
}

web::answer! {
    /// A page of them.
    struct AnswerPage as "FoiAnswerList" {
        total: usize => "条数。",
        next: Option<Address> => "下一页的地址；没有下一页时为 null。",
        items: Vec<Shown> => "答复。",
    }
}

fn shown(ctx: &Ctx, column: Option<&ColumnId>, told: Told) -> Shown {
    let organ = ctx.directory().get(&told.organ).map_or(told.organ.to_string(), |organ| organ.name.clone());
    Shown {
        url: Address(format!("{}/foi/answers/{}", base_url(ctx), told.case_id)),
        id: told.case_id.to_string(),
        question: told.question,
        answer: told.answer,
        organ: told.organ.to_string(),
        organ_name: organ,
        column: column.cloned(),
        published_on: time::show_date(&told.published_at),
    }
}

/// `GET /api/v1/foi-answers`
pub(super) async fn list(State(ctx): State<Ctx>, uri: Uri, RawQuery(query): RawQuery) -> Result<Response> {
    let read = Asked::read(&ctx, &LIST, uri.path(), query.as_deref())?;
    let all = public::newest(ctx.db().read(), &FOI, MOST).await?;
    let tree = Tree::load(ctx.db()).await?;
    let column = tree.for_purpose(&REQUESTS).map(|column| column.slug.clone());
    let total = all.len();
    let page = read.rows(all, SIZE, |told| told.case_id.to_string())?;
    let next = page.next.map(|after| read.next(&base_url(&ctx), &after, &[]));
    let items = page.items.into_iter().map(|told| shown(&ctx, column.as_ref(), told)).collect();
    read.answer(&AnswerPage { total, next: next.clone().map(Address), items }, next.as_deref())
}
