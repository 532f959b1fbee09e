//! The tables for machines and beside other pages: the catalogue of data (DCAT), the page of open data, the site map, the search.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use document::page::base_url;
use futures::future::BoxFuture;
use item::{Column, Item, Period, Type};
use serde_json::{Value, json};
use store::query_scalar;
use web::{
    Ctx, Result,
    hooks::{Dataset, Datasets, Label, LabelOf, Mapped, OnMap, SearchEntry, SearchSource},
    page::PUBLIC,
};

use super::{
    cells,
    tables::{self, Table},
};
use crate::catalogue::words;

/// How often something new is expected, in the words of the vocabulary of frequencies that data catalogues use.
fn frequency(period: Period) -> &'static str {
    match period {
        Period::Event => "irregular",
        Period::Month => "monthly",
        Period::Quarter => "quarterly",
        Period::HalfYear => "semiannual",
        Period::Year => "annual",
        Period::Standing => "asNeeded",
    }
}

/// The type of a column's values in a file, as tables on the web name it.
fn datatype(column: &Column) -> &'static str {
    match &column.typed {
        Type::Date { .. } => "date",
        Type::Number { places: 0, .. } => "integer",
        Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. } => "decimal",
        Type::Link => "anyURI",
        _ => "string",
    }
}

fn dataset(ctx: &Ctx, base: &str, table: &Table) -> Value {
    let item = table.item.as_ref();
    let at = format!("{base}{}", tables::path(&item.key));
    let file = |ending: &str, media: &str, format: &str| {
        json!({
            "@type": "dcat:Distribution", "dct:title": format!("{}（{format}）", item.title), "dct:format": format,
            "dcat:downloadURL": { "@id": format!("{at}.{ending}") }, "dcat:mediaType": media,
        })
    };
    let columns = cells::open(item).map(|column| {
        json!({ "@type": "csvw:Column", "csvw:name": column.key, "csvw:title": cells::head(column),
            "csvw:datatype": datatype(column) })
    });
    let mut told = json!({
        "@id": at, "@type": "dcat:Dataset", "dct:identifier": item.key, "dct:title": item.title,
        "dct:description": format!("{}领域，{}。", item.domain.name, words::owner(ctx, &item.owner)),
        "dct:publisher": { "@type": "foaf:Agent", "foaf:name": words::owner(ctx, &item.owner) },
        "dcat:theme": item.domain.name, "dcat:landingPage": { "@id": at }, "dct:language": "zh-CN",
        "dct:accrualPeriodicity": frequency(item.period),
        "dcat:distribution": [
            file("csv", "text/csv", "CSV"),
            file("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"),
            file("json", "application/json", "JSON"),
            {
                "@type": "dcat:Distribution", "dct:title": format!("{}（接口）", item.title), "dct:format": "API",
                "dcat:accessURL": { "@id": format!("{base}/api/v1/records/{}", item.key) },
                "dcat:endpointDescription": { "@id": format!("{base}/api/v1/openapi.json") },
            },
        ],
        "csvw:tableSchema": { "csvw:primaryKey": item.keys, "csvw:column": columns.collect::<Vec<_>>() },
    });
    if let (false, Some(map)) = (table.fill.newest.is_empty(), told.as_object_mut()) {
        map.insert("dct:modified".to_owned(), json!({ "@type": "xsd:date", "@value": table.fill.newest }));
    }
    told
}

/// `GET /data.jsonld`: all tables that hold something.
pub(super) async fn dcat(State(ctx): State<Ctx>) -> Result<Response> {
    let (base, site) = (base_url(&ctx), ctx.site());
    let all = tables::all(&ctx).await?;
    let full = all.iter().filter(|table| table.fill.records > 0);
    let whole = json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
            "csvw": "http://www.w3.org/ns/csvw#", "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": format!("{base}/data.jsonld"), "@type": "dcat:Catalog", "dct:title": format!("{}数据目录", site.name),
        "dct:language": "zh-CN", "dct:publisher": { "@type": "foaf:Agent", "foaf:name": site.host },
        "foaf:homepage": { "@id": format!("{base}/records") },
        "dcat:dataset": full.map(|table| dataset(&ctx, &base, table)).collect::<Vec<_>>(),
    });
    let headers =
        [(header::CONTENT_TYPE, HeaderValue::from_static("application/ld+json")), (header::CACHE_CONTROL, PUBLIC)];
    Ok((headers, whole.to_string()).into_response())
}

/// On the page of open data, and on the site map.
pub(super) struct Listed;

impl Datasets for Listed {
    fn all<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<Dataset>>> {
        Box::pin(async move {
            let rows: i64 = tables::all(ctx).await?.iter().map(|table| table.fill.records).sum();
            if rows == 0 {
                return Ok(Vec::new());
            }
            Ok(vec![Dataset {
                title: "领域数据".to_owned(),
                about: "许可、处罚、预算、债务、补贴等各张表，可以按条件查询，每张表有 CSV、Excel 和 JSON",
                rows,
                json: super::api::LIST.path.to_owned(),
                href: "/records".to_owned(),
            }])
        })
    }
}

impl OnMap for Listed {
    fn pages<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<Mapped>>> {
        Box::pin(async move {
            let all = tables::all(ctx).await?;
            let page = |table: Table| Mapped { href: tables::path(&table.item.key), changed: table.fill.newest };
            Ok(all.into_iter().filter(|table| table.fill.records > 0).map(page).collect())
        })
    }
}

/// Code of the kind of entries that are tables.
const KIND: &str = "records";

/// Tables in the search: who looks for 行政处罚 finds the table, and asks it; records are too many for the index. A table stands
/// there with the batch of its records that became public first, so that one without any is not found, and none is found twice:
/// which batch that is never changes.
pub(super) struct Search;

impl SearchSource for Search {
    fn subject_kind(&self) -> &'static str {
        record::events::BATCH
    }

    fn entries<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> BoxFuture<'a, Result<Vec<SearchEntry>>> {
        Box::pin(async move {
            let sql = "SELECT b.item FROM record_batch b WHERE b.id = $1 AND b.state = 'public' AND NOT EXISTS \
                       (SELECT 1 FROM record_batch o WHERE o.item = b.item AND o.state = 'public' \
                       AND (o.public_at < b.public_at OR (o.public_at = b.public_at AND o.id < b.id)))";
            let key: Option<String> = query_scalar(sql).bind(id).fetch_optional(ctx.db().read()).await?;
            let item = match key {
                Some(key) => tables::find(ctx, &key).await?,
                None => None,
            };
            Ok(item.map(|item| entry(ctx, &item)).into_iter().collect())
        })
    }

    fn ids<'a>(&'a self, ctx: &'a Ctx, after: &'a str, limit: i64) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async move {
            let sql = "SELECT id FROM (SELECT MIN(b.id) AS id FROM record_batch b JOIN \
                       (SELECT item, MIN(public_at) AS first_at FROM record_batch WHERE state = 'public' GROUP BY item) f \
                       ON f.item = b.item AND f.first_at = b.public_at WHERE b.state = 'public' GROUP BY b.item) AS oldest \
                       WHERE id > $1 ORDER BY id LIMIT $2";
            Ok(query_scalar(sql).bind(after).bind(limit).fetch_all(ctx.db().read()).await?)
        })
    }

    fn labels<'a>(&'a self, _: &'a Ctx) -> BoxFuture<'a, Result<Vec<Label>>> {
        Box::pin(std::future::ready(Ok(vec![Label::new(LabelOf::Kind, KIND, "领域数据")])))
    }
}

fn entry(ctx: &Ctx, item: &Arc<Item>) -> SearchEntry {
    let labels: Vec<&str> = cells::open(item).map(|column| column.label.as_str()).collect();
    let aliases: Vec<&str> = cells::open(item).flat_map(|column| &column.aliases).map(String::as_str).collect();
    let body = [
        item.matter.as_str(),
        item.sub_matter.as_str(),
        item.elements.as_str(),
        &labels.join("、"),
        &aliases.join("、"),
    ]
    .join("。");
    SearchEntry {
        body,
        url: tables::path(&item.key),
        words: vec![item.domain.name.clone(), words::owner(ctx, &item.owner)],
        names: [&item.matter, &item.sub_matter].into_iter().filter(|name| !name.is_empty()).cloned().collect(),
        ..SearchEntry::public(KIND, item.title.clone())
    }
}
