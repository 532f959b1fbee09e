//! The conditions of all policies in force as data, for whoever builds something on them.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use document::{
    Kinds,
    common::{LAPSED, REPEALED, VALIDITY},
    page::base_url,
    public::{self, Listed},
};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use web::{
    Ctx, Result,
    hooks::{Dataset, Datasets},
    page::PUBLIC,
};

use super::{
    find::policies,
    range::Range,
    rule::{Rule, who_name},
};

fn range(range: Option<Range>) -> Value {
    range.map_or(Value::Null, |range| json!({ "least": range.least, "most": range.most }))
}

fn benefit(rule: &Rule) -> Value {
    json!({
        "brings": rule.brings,
        "who": rule.who.iter().map(|code| json!({ "code": code, "name": who_name(code) })).collect::<Vec<_>>(),
        "who_words": rule.who_words,
        "places": rule.places,
        "age": range(rule.age),
        "size": range(rule.size),
        "situations": rule.situations,
        "from": rule.from.map(|day| day.to_string()),
        "until": rule.until.map(|day| day.to_string()),
        "amount": rule.amount,
        "how": rule.how,
        "note": rule.note,
    })
}

/// Policies with their conditions; those that are no longer law are left out.
async fn told(ctx: &Ctx) -> Result<Vec<(Listed, Vec<Rule>)>> {
    let kinds = Kinds::of(ctx);
    let mut all = Vec::new();
    for policy in policies(ctx).await? {
        let Some(listed) = public::listed(ctx.db(), &kinds, &policy.id).await? else { continue };
        if ![LAPSED, REPEALED].contains(&listed.values.get(&VALIDITY)) {
            all.push((listed, policy.rules));
        }
    }
    Ok(all)
}

/// `GET /audience.json`
pub(super) async fn json_list(State(ctx): State<Ctx>) -> Result<Response> {
    let (base, directory) = (base_url(&ctx), ctx.directory());
    let item = |(listed, rules): (Listed, Vec<Rule>)| {
        json!({
            "policy": listed.id,
            "title": listed.title,
            "url": format!("{base}{}", listed.path),
            "organ": listed.organ,
            "organ_name": directory.short_name(&listed.organ),
            "validity": listed.values.get(&VALIDITY),
            "benefits": rules.iter().map(benefit).collect::<Vec<_>>(),
        })
    };
    let items: Vec<Value> = told(&ctx).await?.into_iter().map(item).collect();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")),
        (header::CACHE_CONTROL, PUBLIC),
    ];
    Ok((headers, json!({ "items": items }).to_string()).into_response())
}

/// A line of the page of open data.
pub(super) struct Conditions;

pub(super) fn datasets() -> Arc<dyn Datasets> {
    Arc::new(Conditions)
}

impl Datasets for Conditions {
    fn all<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<Dataset>>> {
        Box::pin(async move {
            let rows = policies(ctx).await?.len();
            if rows == 0 {
                return Ok(Vec::new());
            }
            Ok(vec![Dataset {
                title: "政策适用对象和条件".to_owned(),
                href: "/audience".to_owned(),
                about: "每份政策给什么、给谁、什么条件",
                rows: i64::try_from(rows).unwrap_or(i64::MAX),
                json: "/audience.json".to_owned(),
            }])
        })
    }
}
