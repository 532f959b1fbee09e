//! Organs for programs: all of them, those that ended too, since old documents bear their names.

use axum::{
    extract::{Path, RawQuery, State},
    http::Uri,
    response::Response,
};
use document::{page::base_url, public};
use kernel::{Organ, OrganCode, OrganKind};
use web::{
    Ctx, Error, Result,
    api::{Address, Asked, Day, Fields, Operation, Parameter, Selects, Shape},
};

/// Organs of an answer unless asked otherwise, and at most: a county has some hundred.
const SIZE: i64 = 500;

pub(super) static LIST: Operation = Operation {
    id: "listOrgans",
    path: "/api/v1/organs",
    title: "全部机关，含已撤销的",
    about: "撤销或更名的机关留在这里，successor 是承接机关，旧文件上的机关因此总能查到。",
    within: &[],
    asks: parameters,
    answers: OrganPage::shape,
    selects: Selects { rows: "items", key: "code", of: "Organ", fields: Shown::fields },
    gone: "",
    example: "/api/v1/organs?exists=true&fields=name,phone",
    place: 30,
};

pub(super) static ONE: Operation = Operation {
    id: "getOrgan",
    path: "/api/v1/organs/{code}",
    title: "一个机关",
    about: "",
    within: &[("code", "机关代码，列表里的 code。")],
    asks: no_parameters,
    answers: Shown::shape,
    selects: Selects { rows: "", key: "code", of: "Organ", fields: Shown::fields },
    gone: "",
    example: "/api/v1/organs/{code}",
    place: 31,
};

fn parameters(_: &Ctx) -> Vec<Parameter> {
    let mut parameters = vec![
        Parameter::one_of("kind", OrganKind::ALL.map(OrganKind::code), "机关类别。"),
        Parameter::flag("exists", "true 只要现有的，false 只要已撤销的；缺省全部。"),
    ];
    parameters.extend(Parameter::paging(SIZE, SIZE));
    parameters
}

fn no_parameters(_: &Ctx) -> Vec<Parameter> {
    Vec::new()
}

web::answer! {
    /// An organ as programs see it.
    struct Shown as "Organ" {
        code: OrganCode => "机关代码，永远不变。",
        name: String => "全称。",
        short_name: String => "简称。",
        aliases: Vec<String> => "旧名和别名。",
        kind: OrganKind => "类别代码。",
        kind_name: &'static str => "类别名称。",
        parent: Option<OrganCode> => "上级机关；没有时为 null。",
        leader: String => "负责人。",
        phone: String => "公开电话。",
        address: String => "地址。",
        hours: String => "办公时间。",
        exists: bool => "今天是否还在。",
        exists_from: Option<Day> => "成立日期；没有登记时为 null。",
        exists_to: Option<Day> => "撤销日期；还在的为 null。",
        successor: Option<OrganCode> => "承接机关；没有时为 null。",
        documents: i64 => "公开的文件数。",
        url: Address => "网页地址。",
    }
}

web::answer! {
    /// A kind of organ.
    struct Kind as "OrganKind" {
        kind: OrganKind => "类别代码。",
        name: &'static str => "类别名称。",
    }
}

web::answer! {
    /// All organs.
    struct OrganPage as "OrganList" {
        total: usize => "符合条件的机关数。",
        next: Option<Address> => "下一页的地址；没有下一页时为 null。",
        kinds: Vec<Kind> => "全部类别。",
        items: Vec<Shown> => "机关。",
    }
}

fn shown(ctx: &Ctx, organ: &Organ, counts: &[public::Fill<OrganCode>]) -> Shown {
    Shown {
        code: organ.code.clone(),
        name: organ.name.clone(),
        short_name: organ.short_name.clone(),
        aliases: organ.aliases.clone(),
        kind: organ.kind,
        kind_name: organ.kind.label(),
        parent: organ.parent.clone(),
        leader: organ.leader.clone(),
        phone: organ.phone.clone(),
        address: organ.address.clone(),
        hours: organ.hours.clone(),
        exists: organ.exists_on(ctx.today()),
        exists_from: organ.exists_from.map(|day| Day(day.to_string())),
        exists_to: organ.exists_to.map(|day| Day(day.to_string())),
        successor: organ.successor.clone(),
        documents: counts.iter().find(|one| one.of == organ.code).map_or(0, |one| one.count),
        url: Address(format!("{}/organs/{}", base_url(ctx), organ.code)),
    }
}

/// `GET /api/v1/organs`
pub(super) async fn list(State(ctx): State<Ctx>, uri: Uri, RawQuery(query): RawQuery) -> Result<Response> {
    let read = Asked::read(&ctx, &LIST, uri.path(), query.as_deref())?;
    let (counts, directory, today) = (public::organs(ctx.db()).await?, ctx.directory(), ctx.today());
    let fits = |organ: &&Organ| {
        (read.text("kind").is_empty() || organ.kind.code() == read.text("kind"))
            && read.flag("exists").is_none_or(|exists| organ.exists_on(today) == exists)
    };
    let all: Vec<&Organ> = directory.all().iter().filter(fits).collect();
    let total = all.len();
    let page = read.rows(all, SIZE, |organ| organ.code.to_string())?;
    let next = page.next.map(|after| read.next(&base_url(&ctx), &after, &[]));
    let answer = OrganPage {
        total,
        next: next.clone().map(Address),
        kinds: OrganKind::ALL.into_iter().map(|kind| Kind { kind, name: kind.label() }).collect(),
        items: page.items.into_iter().map(|organ| shown(&ctx, organ, &counts)).collect(),
    };
    read.answer(&answer, next.as_deref())
}

/// `GET /api/v1/organs/{code}`
pub(super) async fn one(
    State(ctx): State<Ctx>,
    uri: Uri,
    Path(code): Path<OrganCode>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let read = Asked::read(&ctx, &ONE, uri.path(), query.as_deref())?;
    let (counts, directory) = (public::organs(ctx.db()).await?, ctx.directory());
    let organ = directory.get(&code).ok_or(Error::NotFound)?;
    read.answer(&shown(&ctx, organ, &counts), None)
}
