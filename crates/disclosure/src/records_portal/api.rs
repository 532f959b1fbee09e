//! Records for programs: which tables there are, the records of one under the same conditions as its page, one with its history.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::{Path, RawQuery, State},
    http::Uri,
    response::Response,
};
use document::page::base_url;
use item::{Filter, Item, Type};
use kernel::OrganCode;
use record::{RecordId, query::Row, rows, slots};
use web::{
    Ctx, Error, Result,
    api::{Address, Asked, Day, Fields, Operation, Parameter, SIZE, Selects, Shape, Takes},
};

use super::{
    ask::{Asking, NEWEST},
    cells,
    one::{self, Found},
    tables::{self, Fill},
};

/// Tables of an answer at most.
const TABLES: i64 = 500;
/// Records of an answer at most.
const MOST: i64 = 1_000;
/// Characters of a condition.
const LONGEST: usize = 200;
/// The parameter that stands for the conditions of columns in the description.
const COLUMNS: &str = "columns";
/// What stands behind the key of a column for its order.
const SORT: &str = ".sort";
/// Orders that every table has.
const ORDERS: [&str; 3] = [NEWEST, "oldest", "published"];
/// The parameters of every table.
const OWN: [&str; 8] = ["q", "organ", "period", "since", "sort", "after", "limit", "fields"];
const ITEM: (&str, &str) = ("item", "表的标识，/api/v1/records 里的 key。");

pub(super) static LIST: Operation = Operation {
    id: "listRecordTables",
    path: "/api/v1/records",
    title: "领域数据的各张表",
    about: "每张表有哪些列、哪些列可以作为条件，写在 columns 里。",
    within: &[],
    asks: table_parameters,
    answers: TablePage::shape,
    selects: Selects { rows: "items", key: "key", of: "RecordTable", fields: TableInfo::fields },
    gone: "",
    example: "/api/v1/records?fields=key,title,records",
    place: 70,
};

pub(super) static ROWS: Operation = Operation {
    id: "listRecords",
    path: "/api/v1/records/{item}",
    title: "一张表里符合条件的记录，逐页",
    about: "条件和网页上的相同。列的条件写成“列=值”，范围写成“列.from=”“列.to=”，按列排序写成“列.sort=asc”或者“列.sort=desc”；\
            地点写“县/乡镇/村”，含其下各级。要取完全部，沿 next（或响应头 Link）走。",
    within: &[ITEM],
    asks: row_parameters,
    answers: RecordPage::shape,
    selects: Selects { rows: "items", key: "id", of: "Record", fields: Record::fields },
    gone: "",
    example: "/api/v1/records/permit?limit=5",
    place: 71,
};

pub(super) static ONE: Operation = Operation {
    id: "getRecord",
    path: "/api/v1/records/{item}/{id}",
    title: "一条记录，含更正以前的各个版本",
    about: "history 是公开过的各个版本，现在的在最前。",
    within: &[ITEM, ("id", "记录标识，列表里的 id。")],
    asks: no_parameters,
    answers: Whole::shape,
    selects: Selects { rows: "", key: "id", of: "RecordInFull", fields: Whole::fields },
    gone: "已撤下或者公示期满；detail 说明原因。",
    example: "/api/v1/records/permit/{id}",
    place: 72,
};

fn table_parameters(_: &Ctx) -> Vec<Parameter> {
    Parameter::paging(TABLES, TABLES).to_vec()
}

fn no_parameters(_: &Ctx) -> Vec<Parameter> {
    Vec::new()
}

fn row_parameters(_: &Ctx) -> Vec<Parameter> {
    let mut parameters = vec![
        Parameter::text("q", 100, "各文字列和地点里的词，几个词用空格隔开，都要有。"),
        Parameter::text("organ", 100, "公开机关的代码，见 /api/v1/organs。"),
        Parameter::text("period", 20, "所属时期：2026、2026-H1、2026-Q2、2026-03。"),
        Parameter::day("since", "这一天起公开或者更正的。"),
        Parameter::one_of("sort", ORDERS, "排序：newest 新的在前（缺省），oldest 旧的在前，published 最近公开的在前。"),
    ];
    parameters.extend(Parameter::paging(SIZE, MOST));
    let words = "列的条件：列的 key，或者加上 .from、.to、.sort；各表有哪些列见 /api/v1/records。";
    parameters.push(Parameter::new(COLUMNS, words, Takes::Others(LONGEST)));
    parameters
}

web::answer! {
    /// A column of a table.
    struct ColumnInfo as "RecordColumn" {
        key: String => "列的标识，values 里用它。",
        label: String => "列名，含上级表头。",
        code: String => "国家标准里的字段代码；没有时为空。",
        r#type: &'static str => "类型：text、enum、date、period、money、number、ratio、place、point、file、link。",
        unit: String => "数字的单位；没有时为空。",
        choices: BTreeMap<String, String> => "可选值：代码和名称；不是选项的列为空。",
        filter: &'static str => "可以怎样作条件：none 不可以，exact 整个值，range 范围，text 其中的文字，place 地点。",
    }
}

web::answer! {
    /// What can be asked for, and how full it is.
    struct TableInfo as "RecordTable" {
        key: String => "表的标识。",
        title: String => "表的名称。",
        domain: String => "领域标识。",
        domain_name: String => "领域名称。",
        records: i64 => "公开的记录数。",
        newest: Option<Day> => "最近一次公开的日期；没有公开过时为 null。",
        columns: Vec<ColumnInfo> => "各列。",
        url: Address => "网页地址。",
        csv: Address => "整张表的 CSV。",
    }
}

web::answer! {
    /// All of them.
    struct TablePage as "RecordTableList" {
        total: usize => "表数。",
        next: Option<Address> => "下一页的地址；没有下一页时为 null。",
        items: Vec<TableInfo> => "各张表。",
    }
}

web::answer! {
    /// One line of a list: what is stored, exact.
    struct Record as "Record" {
        id: String => "记录标识，更正以后不变。",
        organ: OrganCode => "公开机关代码。",
        organ_name: String => "公开机关名称。",
        period: String => "所属时期；没有时为空。",
        version: i64 => "第几个版本；大于 1 是更正过的。",
        public_on: Day => "这个版本公开的日期。",
        values: BTreeMap<String, String> => "各列的值：数字精确到原样，日期写成 2026-03-05，选项写代码；空的列不出现。",
        more: BTreeMap<String, String> => "本县在这张表里增加的列；没有时为空。",
        url: Address => "网页地址。",
    }
}

web::answer! {
    /// Some records.
    struct RecordPage as "RecordList" {
        total: i64 => "符合条件的记录数；more 为 true 时只数到这里。",
        more: bool => "是否还有没有数的。",
        next: Option<Address> => "下一页的地址；没有下一页时为 null。",
        items: Vec<Record> => "记录。",
    }
}

web::answer! {
    /// A version of a record.
    struct Version as "RecordVersion" {
        version: i64 => "第几个版本。",
        public_on: Day => "公开的日期。",
        why: String => "更正的说明；没有时为空。",
        values: BTreeMap<String, String> => "各列的值。",
    }
}

web::answer! {
    /// A record in full.
    struct Whole as "RecordInFull" {
        id: String => "记录标识，更正以后不变。",
        organ: OrganCode => "公开机关代码。",
        organ_name: String => "公开机关名称。",
        period: String => "所属时期；没有时为空。",
        version: i64 => "第几个版本；大于 1 是更正过的。",
        public_on: Day => "这个版本公开的日期。",
        values: BTreeMap<String, String> => "各列的值。",
        more: BTreeMap<String, String> => "本县在这张表里增加的列；没有时为空。",
        history: Vec<Version> => "公开过的各个版本，现在的在最前。",
        url: Address => "网页地址。",
    }
}

fn typed(column: &item::Column) -> &'static str {
    match column.typed {
        Type::Text { .. } | Type::Long { .. } | Type::CreditCode | Type::IdNumber | Type::Phone => "text",
        Type::Enum { .. } => "enum",
        Type::Date { .. } => "date",
        Type::Period => "period",
        Type::Money { .. } => "money",
        Type::Number { .. } => "number",
        Type::Ratio { .. } => "ratio",
        Type::Place => "place",
        Type::Point => "point",
        Type::File => "file",
        Type::Link => "link",
    }
}

fn filter(item: &Item, column: &item::Column) -> &'static str {
    match column.filter {
        _ if !slots::may_ask(item, column) => "none",
        Filter::None => "none",
        Filter::Exact => "exact",
        Filter::Range => "range",
        Filter::Text => "text",
        Filter::Place => "place",
    }
}

fn column(item: &Item, column: &item::Column) -> ColumnInfo {
    let choices = match &column.typed {
        Type::Enum { choices, .. } => choices.iter().map(|one| (one.code.clone(), one.label.clone())).collect(),
        _ => BTreeMap::new(),
    };
    ColumnInfo {
        key: column.key.clone(),
        label: cells::label(column),
        code: column.code.clone(),
        r#type: typed(column),
        unit: column.unit().to_owned(),
        choices,
        filter: filter(item, column),
    }
}

fn table(ctx: &Ctx, item: &Item, fill: &Fill) -> TableInfo {
    let at = format!("{}{}", base_url(ctx), tables::path(&item.key));
    TableInfo {
        key: item.key.to_string(),
        title: item.title.clone(),
        domain: item.domain.key.clone(),
        domain_name: item.domain.name.clone(),
        records: fill.records,
        newest: Some(fill.newest.clone()).filter(|day| !day.is_empty()).map(Day),
        columns: cells::open(item).map(|one| column(item, one)).collect(),
        csv: Address(format!("{at}.csv")),
        url: Address(at),
    }
}

fn organ_name(ctx: &Ctx, organ: &OrganCode) -> String {
    ctx.directory().get(organ).map_or_else(|| organ.to_string(), |organ| organ.name.clone())
}

fn address(ctx: &Ctx, item: &Item, id: &RecordId) -> Address {
    Address(format!("{}{}/{id}", base_url(ctx), tables::path(&item.key)))
}

fn told(ctx: &Ctx, item: &Item, row: &Row) -> Record {
    Record {
        id: row.record.to_string(),
        organ: row.organ.clone(),
        organ_name: organ_name(ctx, &row.organ),
        period: row.period.clone(),
        version: row.version,
        public_on: Day(row.public_on.clone()),
        values: cells::stored(item, &row.data),
        more: cells::more(item, &row.data),
        url: address(ctx, item, &row.record),
    }
}

/// `GET /api/v1/records`
pub(super) async fn list(State(ctx): State<Ctx>, uri: Uri, RawQuery(query): RawQuery) -> Result<Response> {
    let read = Asked::read(&ctx, &LIST, uri.path(), query.as_deref())?;
    let all = tables::all(&ctx).await?;
    let total = all.len();
    let page = read.rows(all, TABLES, |one| one.item.key.to_string())?;
    let next = page.next.map(|after| read.next(&base_url(&ctx), &after, &[]));
    let items = page.items.iter().map(|one| table(&ctx, &one.item, &one.fill)).collect();
    read.answer(&TablePage { total, next: next.clone().map(Address), items }, next.as_deref())
}

/// What is asked, as the page of the table reads it.
fn asking(item: &Arc<Item>, read: &Asked) -> Result<Asking> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (name, value) in read.pairs() {
        if OWN.contains(&name) {
            pairs.push((name.to_owned(), value.to_owned()));
            continue;
        }
        if let Some(key) = name.strip_suffix(SORT) {
            let order = match value {
                "asc" => key.to_owned(),
                "desc" => format!("{key}-"),
                _ => return Err(read.refused(name, format!("参数 {name} 要写 asc 或 desc。"))),
            };
            pairs.retain(|(known, _)| known != "sort");
            pairs.push(("sort".to_owned(), order));
            continue;
        }
        let key = name.strip_suffix(".from").or_else(|| name.strip_suffix(".to")).unwrap_or(name);
        if item.column(key).is_none_or(|column| filter(item, column) == "none") {
            let columns = cells::open(item).filter(|column| filter(item, column) != "none");
            let known = OWN.into_iter().chain(columns.map(|column| column.key.as_str()));
            return Err(read.unknown(name, known));
        }
        pairs.push((name.to_owned(), value.to_owned()));
    }
    let wanted = pairs.iter().find(|(name, _)| name == "sort").map(|(_, order)| order.clone());
    let asking = Asking::read(item, pairs);
    if let Some((name, text)) = asking.errors.items().first() {
        return Err(read.refused(name, text.clone()));
    }
    match wanted {
        Some(order) if order != asking.order => {
            let key = order.trim_end_matches('-');
            Err(read.refused(&format!("{key}{SORT}"), format!("不能按“{key}”排序，请用数字或者日期的列。")))
        }
        _ => Ok(asking),
    }
}

/// `GET /api/v1/records/{item}`
pub(super) async fn records(
    State(ctx): State<Ctx>,
    uri: Uri,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let read = Asked::read(&ctx, &ROWS, uri.path(), query.as_deref())?;
    let item = tables::find(&ctx, &key).await?.ok_or(Error::NotFound)?;
    let asking = asking(&item, &read)?;
    asking.settled(&ctx).await?;
    let limit = usize::try_from(read.limit(SIZE)).unwrap_or(1);
    let after = Some(asking.after.as_str()).filter(|after| !after.is_empty());
    let page = match asking.query.page(ctx.db(), &asking.order, after, limit).await {
        Err(store::Error::List(_)) => {
            return Err(read.refused("after", "参数 after 读不懂，请照上一次答复的 next 写，或者从头取起。"));
        }
        other => other?,
    };
    let count = asking.query.count(ctx.db()).await?;
    let next = page.next.as_deref().map(|after| read.next(&base_url(&ctx), after, &[]));
    let items = page.rows.iter().map(|row| told(&ctx, &item, row)).collect();
    let answer = RecordPage { total: count.rows, more: count.more, next: next.clone().map(Address), items };
    read.answer(&answer, next.as_deref())
}

/// `GET /api/v1/records/{item}/{id}`
pub(super) async fn single(
    State(ctx): State<Ctx>,
    uri: Uri,
    Path((key, id)): Path<(String, RecordId)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let read = Asked::read(&ctx, &ONE, uri.path(), query.as_deref())?;
    let item = tables::find(&ctx, &key).await?.ok_or(Error::NotFound)?;
    let stored = match one::standing(&ctx, &item, &id).await? {
        Found::Public(stored) => *stored,
        Found::Gone(why) => return Err(Error::Gone(format!("{}（{}）", why.words, why.on))),
    };
    let mut history = Vec::new();
    let versions = rows::history(ctx.db().read(), &stored.record).await?;
    // Why the first that may be seen was corrected tells of words that may not.
    let first = versions.last().map_or(1, |first| first.version);
    for version in versions {
        history.push(Version {
            version: version.version,
            public_on: Day(version.public_on.clone()),
            why: if version.version > first {
                rows::note(ctx.db().read(), &version.batch).await?
            } else {
                String::new()
            },
            values: cells::stored(&item, &version.data),
        });
    }
    let whole = Whole {
        id: stored.record.to_string(),
        organ: stored.organ.clone(),
        organ_name: organ_name(&ctx, &stored.organ),
        period: stored.period.clone(),
        version: stored.version,
        public_on: Day(stored.public_on.clone()),
        values: cells::stored(&item, &stored.data),
        more: cells::more(&item, &stored.data),
        history,
        url: address(&ctx, &item, &stored.record),
    };
    read.answer(&whole, None)
}
