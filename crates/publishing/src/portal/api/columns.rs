//! Columns: where documents stand, with how much is in each.

use axum::{
    extract::{Path, RawQuery, State},
    http::Uri,
    response::Response,
};
use document::{
    columns::{Column, Tree},
    page::base_url,
};
use kernel::id::ColumnId;
use web::{
    Ctx, Error, Result,
    api::{Address, Asked, Fields, Operation, Parameter, Selects, Shape},
};

use super::documents::no_parameters;

/// Columns of an answer unless asked otherwise, and at most: a county has some hundred.
const SIZE: i64 = 500;

pub(super) static LIST: Operation = Operation {
    id: "listColumns",
    path: "/api/v1/columns",
    title: "全部公开栏目",
    about: "按网站上的次序，上级在下级之前；parent 是上级栏目。",
    within: &[],
    asks: parameters,
    answers: ColumnPage::shape,
    selects: Selects { rows: "items", key: "slug", of: "Column", fields: Shown::fields },
    gone: "",
    example: "/api/v1/columns?fields=name,documents",
    place: 20,
};

pub(super) static ONE: Operation = Operation {
    id: "getColumn",
    path: "/api/v1/columns/{slug}",
    title: "一个栏目",
    about: "",
    within: &[("slug", "栏目标识，列表里的 slug。")],
    asks: no_parameters,
    answers: Shown::shape,
    selects: Selects { rows: "", key: "slug", of: "Column", fields: Shown::fields },
    gone: "",
    example: "/api/v1/columns/{slug}",
    place: 21,
};

fn parameters(_: &Ctx) -> Vec<Parameter> {
    Parameter::paging(SIZE, SIZE).to_vec()
}

web::answer! {
    /// A column as programs see it.
    struct Shown as "Column" {
        slug: ColumnId => "栏目标识。",
        name: String => "名称。",
        parent: Option<ColumnId> => "上级栏目；最上一级为 null。",
        description: String => "说明。",
        basis: String => "公开的法律依据；没有写明时为空。",
        kind: &'static str => "栏目类型代码。",
        kind_name: &'static str => "栏目类型名称。",
        documents: i64 => "公开的文件数，含下级栏目。",
        newest_on: Option<String> => "最新一份的公开日期，YYYY-MM-DD；没有文件时为 null。",
        url: Address => "网页地址。",
        feed: Address => "订阅地址（Atom）。",
        csv: Address => "整个栏目的清单（CSV）。",
        items: Address => "栏目里的文件，在本接口的地址。",
    }
}

web::answer! {
    /// All columns.
    struct ColumnPage as "ColumnList" {
        total: usize => "栏目数。",
        next: Option<Address> => "下一页的地址；没有下一页时为 null。",
        items: Vec<Shown> => "栏目。",
    }
}

fn shown(ctx: &Ctx, tree: &Tree, column: &Column) -> Shown {
    let (base, fill) = (base_url(ctx), tree.fill(&column.slug));
    let slug = &column.slug;
    Shown {
        slug: slug.clone(),
        name: column.name.clone(),
        parent: tree.get(&column.parent).map(|parent| parent.slug.clone()),
        description: column.description.clone(),
        basis: column.basis.clone(),
        kind: column.kind.code(),
        kind_name: column.kind.label(),
        documents: fill.count,
        newest_on: Some(fill.newest).filter(|day| !day.is_empty()),
        url: Address(format!("{base}/columns/{slug}")),
        feed: Address(format!("{base}/columns/{slug}/feed.atom")),
        csv: Address(format!("{base}/columns/{slug}/list.csv")),
        items: Address(format!("{base}/api/v1/documents?column={slug}")),
    }
}

/// `GET /api/v1/columns`
pub(super) async fn list(State(ctx): State<Ctx>, uri: Uri, RawQuery(query): RawQuery) -> Result<Response> {
    let read = Asked::read(&ctx, &LIST, uri.path(), query.as_deref())?;
    let tree = Tree::load(ctx.db()).await?;
    let mut all: Vec<&Column> = Vec::new();
    for top in tree.top() {
        for slug in tree.below(&top.slug) {
            all.extend(tree.get(&slug).filter(|column| !all.contains(column)));
        }
    }
    let total = all.len();
    let page = read.rows(all, SIZE, |column| column.slug.to_string())?;
    let next = page.next.map(|after| read.next(&base_url(&ctx), &after, &[]));
    let items = page.items.into_iter().map(|column| shown(&ctx, &tree, column)).collect();
    read.answer(&ColumnPage { total, next: next.clone().map(Address), items }, next.as_deref())
}

/// `GET /api/v1/columns/{slug}`
pub(super) async fn one(
    State(ctx): State<Ctx>,
    uri: Uri,
    Path(slug): Path<ColumnId>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let read = Asked::read(&ctx, &ONE, uri.path(), query.as_deref())?;
    let tree = Tree::load(ctx.db()).await?;
    let column = tree.get(&slug).ok_or(Error::NotFound)?;
    read.answer(&shown(&ctx, &tree, column), None)
}
