//! The search for programs.

use axum::{
    Extension,
    extract::{RawQuery, State},
    http::Uri,
    response::Response,
};
use web::{
    Ctx, Result,
    api::{Address, Asked, Fields, Operation, Parameter, Selects, Shape},
};

use crate::{Hit, LONGEST, MOST_TERMS, Query, Results, Search, Since, Sort, days::Days};

pub(crate) static SEARCH: Operation = Operation {
    id: "search",
    path: "/api/v1/search",
    title: "全文检索",
    about: "文件、条款、附件、机关、栏目、要点。空格分开几个词，引号里的连在一起。太长的检索词只用前面的部分，以 cut 说明。",
    within: &[],
    asks: parameters,
    answers: Answer::shape,
    selects: Selects { rows: "hits", key: "id", of: "SearchHit", fields: Hit::fields },
    gone: "",
    example: "/api/v1/search?q=%E9%A2%84%E7%AE%97&limit=5&fields=title,url",
    place: 50,
};

/// Pages that can be turned to; beyond them a question is better narrowed.
const PAGES: i64 = 200;

fn parameters(_: &Ctx) -> Vec<Parameter> {
    let words = format!("检索词。最多用 {LONGEST} 个字、{MOST_TERMS} 个词。");
    vec![
        Parameter::text("q", 1_000, &words),
        Parameter::text("kind", 100, "类型，代码或名称，取自答复里的 facets。"),
        Parameter::text("organ", 100, "机关，代码或名称。"),
        Parameter::text("column", 100, "栏目，标识或名称。"),
        Parameter::text("year", 100, "年份。"),
        Parameter::text("validity", 100, "有效性，代码或名称。"),
        Parameter::text("topic", 100, "主题分类，取自答复里的 facets。"),
        Parameter::one_of("since", ["week", "month", "year"], "只要近一周、近一个月或近一年首次公开的；缺省不限。"),
        Parameter::day("from", "只要这一天及以后首次公开的，如 2026-03-05；写月份或年份的，从它的第一天起。"),
        Parameter::day("to", "只要这一天及以前首次公开的；写月份或年份的，到月末、年末止。"),
        Parameter::one_of("sort", ["relevance", "date"], "排序：relevance 按相关度（缺省），date 新的在前。"),
        Parameter::whole("page", (1, PAGES), "第几页，从 1 开始。"),
        Parameter::whole("limit", (1, 100), "每页条数，缺省 20。"),
    ]
}

web::answer! {
    /// What was found.
    struct Answer as "SearchAnswer" {
        next: Option<Address> => "下一页的地址；没有下一页时为 null。",
    } with { results: Results }
}

/// `GET /api/v1/search`
pub(crate) async fn search(
    State(ctx): State<Ctx>,
    Extension(search): Extension<Search>,
    uri: Uri,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let read = Asked::read(&ctx, &SEARCH, uri.path(), query.as_deref())?;
    let text = |name: &str| read.text(name).to_owned();
    let days = Days::read(read.text("from"), read.text("to"));
    if let Some((name, why)) = days.fault() {
        return Err(read.refused(name, why));
    }
    let number = |name: &str| read.whole(name).and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    let results = search
        .query(&Query {
            text: text("q"),
            kind: text("kind"),
            organ: text("organ"),
            column: text("column"),
            year: text("year"),
            validity: text("validity"),
            topic: text("topic"),
            since: Since::of(read.text("since")),
            from: days.from,
            to: days.to,
            sort: if read.text("sort") == "date" { Sort::Date } else { Sort::Relevance },
            page: number("page"),
            limit: number("limit"),
        })
        .await?;
    let seen = u64::try_from(results.page.saturating_mul(results.size)).unwrap_or(u64::MAX);
    let more = seen < results.total && i64::try_from(results.page).is_ok_and(|page| page < PAGES);
    let next = more.then(|| {
        let base = ctx.portal_url().to_owned();
        read.following(&base, "page", &(results.page + 1).to_string())
    });
    read.answer(&Answer { next: next.clone().map(Address), results }, next.as_deref())
}
