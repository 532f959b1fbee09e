//! The list of links to other sites that do not open, and the button that has one looked at again.

use ::store::{Tx, jobs::NewJob};
use askama::Template;
use axum::{extract::State, response::Response};
use document::permissions::WRITE_DOCUMENTS;
use kernel::{OrganCode, id::DocumentId, may, may_for};
use serde::Deserialize;
use web::{Ctx, Desk, Done, Form, OfficeShell, Query, Refusal, Result, Steps, act, office_page, page};

use super::{
    look::{LOOK, Look, reaches},
    settings::Links,
    store::{self, LinkId, Used},
};

/// Rows on a page.
const SIZE: usize = 50;

/// What the list shows, as the address says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    /// `all` = also those that open.
    state: String,
    organ: String,
    after: String,
}

impl Filter {
    fn query(&self) -> String {
        page::query_string(&[("state", &self.state), ("organ", &self.organ)])
    }
}

struct Line {
    link: LinkId,
    address: String,
    words: String,
    tone: &'static str,
    state: &'static str,
    /// The day since when it does not open; empty where it does.
    since: String,
    document: DocumentId,
    title: String,
    organ: String,
}

#[derive(Template)]
#[template(path = "links/templates/list.html")]
struct List {
    shell: OfficeShell,
    filter: Filter,
    lines: Vec<Line>,
    steps: Steps,
    count: String,
    organs: Vec<(String, String)>,
    states: Vec<(&'static str, &'static str)>,
    /// Whether other sites are asked at all.
    on: bool,
    /// No site has answered for days: the machine may have no way out.
    offline: bool,
    every_days: u32,
    /// How many are not asked for yet.
    waiting: i64,
    may_look: bool,
    once: String,
}

fn line(ctx: &Ctx, used: Used) -> Line {
    let row = used.row();
    let (tone, state) = match (row.outcome.as_str(), row.is_dead()) {
        (_, true) => ("late", "打不开"),
        ("opened", _) => ("ok", "可以打开"),
        ("answered", _) => ("soon", "请核对"),
        ("unreachable", _) => ("soon", "没有回答"),
        ("left", _) => ("off", "不检查"),
        _ => ("off", "等待检查"),
    };
    Line {
        words: row.words(),
        since: if row.since.is_empty() { String::new() } else { kernel::time::show_date(&row.since) },
        organ: ctx.directory().short_name(&used.organ).to_owned(),
        link: used.link,
        address: used.address,
        document: used.document,
        title: used.title,
        tone,
        state,
    }
}

/// GET /links
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let house = crate::house(&ctx);
    let organs: Vec<OrganCode> = match (desk.staff.central, filter.organ.as_str()) {
        (true, "") => Vec::new(),
        (true, code) => house.kept_by(&OrganCode::from(code)),
        (false, _) => house.kept_by(desk.organ()),
    };
    let settings = ctx.settings::<Links>();
    let shows = (filter.state == "all", filter.after.as_str(), SIZE);
    let (found, count) = store::page(ctx.db(), organs, shows).await?;
    let counts = store::counts(ctx.db()).await?;
    let asked: i64 = counts.iter().filter(|(outcome, _)| !outcome.is_empty()).map(|(_, many)| *many).sum();
    let steps = Steps::new(&found, &filter.query());
    office_page(&List {
        lines: found.rows.into_iter().map(|used| line(&ctx, used)).collect(),
        steps,
        count: count.to_string(),
        organs: if desk.staff.central { ctx.directory().options(ctx.today()) } else { Vec::new() },
        states: vec![("all", "全部链接")],
        offline: settings.check && asked > 0 && !reaches(&ctx).await?,
        on: settings.check,
        every_days: settings.every_days,
        waiting: counts.get("").copied().unwrap_or_default(),
        may_look: settings.check && may(&desk.actor(), &WRITE_DOCUMENTS).is_ok(),
        once: ctx.once(),
        shell: desk.shell(&ctx, "外部链接").await?,
        filter,
    })
}

/// Which link a button is about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Button {
    link: LinkId,
    once: String,
}

/// POST /links/look: has one asked for now, by whoever writes a public text that has it.
pub(super) async fn look(State(ctx): State<Ctx>, desk: Desk, Form(button): Form<Button>) -> Result<Response> {
    let house = crate::house(&ctx);
    let done = async |tx: &mut Tx| {
        let organs = store::organs_of(tx.conn(), &button.link).await?;
        let own = |organ: &OrganCode| may_for(&desk.actor(), &WRITE_DOCUMENTS, &house.keeper(organ)).is_ok();
        if !organs.iter().any(own) {
            return Err(Refusal::NotFound);
        }
        if !ctx.settings::<Links>().check {
            return Err(Refusal::Conflict("外部链接检查没有开启。请系统管理员在配置里写 links.check = true。".into()));
        }
        let job = Look { link: button.link.clone() };
        tx.enqueue(NewJob::now(LOOK, &job).dedup(button.link.as_str())).await?;
        Ok(Done::ok("/links", "正在重新检查这个链接，请稍后刷新本页看结果。"))
    };
    Ok(act(&ctx, &button.once, done).await?)
}
