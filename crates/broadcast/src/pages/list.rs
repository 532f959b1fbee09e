//! All articles, with how the hubs stand.

use askama::Template;
use axum::{extract::State as With, response::Response};
use kernel::{may, time};
use serde::Deserialize;
use store::{
    Tx,
    sql::{By, List, Page},
};
use web::{
    Ctx, Desk, Done, Form, OfficeShell, Query, Refusal, Result, Steps, act, office_page, page::query_string, views,
};

use super::{account_name, accounts, organs};
use crate::{
    KEEP_RULES, PUSH_ARTICLES,
    articles::rows::{COLUMNS, FROM, Row, State},
    hubs::{self, Standing},
};

/// Rows on a page.
const SIZE: usize = 50;
/// Counted no further.
const CAP: i64 = 10_000;

/// What the list shows, as the address says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    q: String,
    account: String,
    /// Code of a state; `open` = a person must do something; `outdated` = corrected since.
    state: String,
    sort: String,
    dir: String,
    after: String,
}

impl Filter {
    fn query(&self, sorted: bool) -> String {
        let order = if sorted { (self.sort.as_str(), self.dir.as_str()) } else { ("", "") };
        query_string(&[
            ("q", &self.q),
            ("account", &self.account),
            ("state", &self.state),
            ("sort", order.0),
            ("dir", order.1),
        ])
    }

    fn is_any(&self) -> bool {
        !self.query(false).is_empty()
    }
}

struct Line {
    row: Row,
    organ: String,
    account: String,
    at: String,
}

#[derive(Template)]
#[template(path = "pages/templates/list.html")]
struct ListPage {
    shell: OfficeShell,
    filter: Filter,
    lines: Vec<Line>,
    count: String,
    steps: Steps,
    sort_base: String,
    accounts: Vec<(String, String)>,
    states: Vec<(&'static str, &'static str)>,
    hubs: Vec<Standing>,
    may_push: bool,
    may_keep: bool,
    once: String,
}

/// The states by which the list is narrowed.
fn states() -> Vec<(&'static str, &'static str)> {
    let known = State::ALL.into_iter().filter(|state| *state != State::Submitting);
    [("open", "等待处理"), ("outdated", "文件已更正")]
        .into_iter()
        .chain(known.map(|state| (state.code(), state.label())))
        .collect()
}

fn found(ctx: &Ctx, desk: &Desk, filter: &Filter) -> List {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let list = List::new(COLUMNS, FROM, "a.id")
        .sort("changed-", &[By::down("a.changed_at")])
        .sort("changed", &[By::up("a.changed_at")])
        .sort("title", &[By::up("d.title")])
        .sort("title-", &[By::down("d.title")])
        .any_of("d.organ", organs(ctx, &desk.staff))
        .equals("a.account", some(&filter.account))
        .contains(&["d.title", "a.title"], &filter.q);
    match filter.state.as_str() {
        "open" => list.given("a.state IN ('asked', 'refused', 'unsure')"),
        "outdated" => list.given("a.outdated = 1 AND a.state IN ('publishing', 'published', 'unsure')"),
        "publishing" => list.given("a.state IN ('submitting', 'publishing')"),
        code => list.equals("a.state", some(code)),
    }
}

/// `GET /push`
pub(crate) async fn list(With(ctx): With<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let all = found(&ctx, &desk, &filter);
    let order = views::order(&filter.sort, &filter.dir);
    let order = Some(order.as_str()).filter(|order| !order.is_empty());
    let after = Some(filter.after.as_str()).filter(|after| !after.is_empty());
    let page: Page<Row> = all.page(ctx.db(), order, after, SIZE).await?;
    let count = all.count(ctx.db(), CAP).await?;
    let steps = Steps::new(&page, &filter.query(true));
    let directory = ctx.directory();
    let line = |row: Row| Line {
        organ: directory.short_name(&row.organ).to_owned(),
        account: account_name(&ctx, &row.account),
        at: time::show_minute(&row.changed_at),
        row,
    };
    let may_keep = may(&desk.actor(), &KEEP_RULES).is_ok();
    office_page(&ListPage {
        lines: page.rows.into_iter().map(line).collect(),
        count: count.to_string(),
        steps,
        sort_base: views::base(&filter.query(false)),
        accounts: accounts(&ctx),
        states: states(),
        hubs: if may_keep { hubs::standing(&ctx).await? } else { Vec::new() },
        may_push: may(&desk.actor(), &PUSH_ARTICLES).is_ok(),
        may_keep,
        once: ctx.once(),
        shell: desk.shell(&ctx, "公众号推送").await?,
        filter,
    })
}

/// Which hub.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Button {
    hub: String,
    once: String,
}

/// `POST /push/hubs`: told again at once.
pub(crate) async fn hurry(With(ctx): With<Ctx>, _: Desk, Form(button): Form<Button>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let waiting = hubs::hurry(tx, &button.hub).await?;
        if waiting == 0 {
            return Err(Refusal::Conflict("这个订阅中心没有等待通知的更新。".to_owned()));
        }
        Ok(Done::ok("/push", "已经重新通知，结果几秒后可见。"))
    };
    Ok(act(&ctx, &button.once, done).await?)
}
