//! How to ask, to comment, to write, to get something done: pages that say whom to turn to today and what happens then.

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    Kind, Kinds, Purpose,
    columns::{CONSULTATIONS, NEW_MEDIA, PROPOSALS, REQUESTS, RESPONSES, SERVICES, Tree, YEARLY_REPORT},
    page::{self as part, Contact, Line, Link, contact},
    public::{self, Filter, Listed, Order, Places},
};
use kernel::{Organ, clock, id::ColumnId};
use serde::Deserialize;
use web::{
    Ctx, Pager, PortalShell, Query, Reader, Result, filters,
    page::{portal_page, query_string},
    svg,
};

use crate::kinds;

const CONSULTED: &[Kind] = &[&kinds::CONSULTATION];
const ANSWERED: &[Kind] = &[&kinds::RESPONSE];

/// Lines on a page.
const SIZE: i64 = 30;
/// Lines that are counted beyond those of the pages before, where counting takes reading.
const COUNTED: i64 = 500;
/// Page and words of a list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    page: String,
}

impl Asked {
    fn page(&self) -> i64 {
        self.page.trim().parse().unwrap_or(1_i64).clamp(1, 1_000_000)
    }
}

#[derive(Template)]
#[template(path = "portal/templates/foi.html")]
struct Foi {
    shell: PortalShell,
    office: Contact,
    clock: String,
    today: String,
    due: String,
    documents: Vec<Line>,
    column: Option<Link>,
    organs: Vec<Organ>,
}

/// `GET /foi`
pub(super) async fn foi(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let tree = Tree::load(ctx.db()).await?;
    let column = tree.for_purpose(&REQUESTS);
    let listed = match column {
        Some(column) => newest_in(&ctx, tree.below(&column.slug), 5).await?,
        None => Vec::new(),
    };
    let (today, days) = (ctx.today(), clock::rule::FOI_RESPONSE.length);
    let due = clock::run(&clock::rule::FOI_RESPONSE, today, &[], 0, &ctx.calendar());
    let due = due.map(|run| run.due().date().to_string()).unwrap_or_default();
    let drawn = svg::clock(svg::Clock {
        total: days,
        used: 0,
        paused: Vec::new(),
        label: format!("法定答复期限 {days} 个工作日"),
    });
    let lead = "想要的政府信息没有公开，任何公民、法人和其他组织都可以书面申请，不收费，20 个工作日内答复。";
    portal_page(&Foi {
        shell: part::shell(&ctx, &reader, "依申请公开", "openness", lead),
        office: contact(&ctx),
        clock: drawn,
        today: today.to_string(),
        due,
        documents: part::lines(&ctx, &listed, &std::collections::HashSet::new()),
        column: column.map(|column| Link::column(&tree, column)),
        organs: ctx.directory().all().iter().filter(|organ| organ.exists_on(today)).cloned().collect(),
    })
}

async fn newest_in(ctx: &Ctx, columns: Vec<ColumnId>, limit: i64) -> Result<Vec<Listed>> {
    let filter = Filter { columns, ..Filter::default() };
    Ok(public::list(ctx.db(), &Kinds::of(ctx), &filter, Order::Newest, Places::first(limit)).await?.items)
}

#[derive(Template)]
#[template(path = "portal/templates/dialogue.html")]
struct Dialogue {
    shell: PortalShell,
    office: Contact,
    consultations: Vec<Line>,
    responses: Vec<Line>,
    columns: Vec<Link>,
}

/// `GET /dialogue`
pub(super) async fn dialogue(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let (tree, consultations, responses) = tokio::try_join!(
        async { Ok(Tree::load(ctx.db()).await?) },
        crate::public::latest(&ctx, CONSULTED, 4),
        crate::public::latest(&ctx, ANSWERED, 4),
    )?;
    let columns = links(&tree, &[&RESPONSES, &PROPOSALS, &CONSULTATIONS, &NEW_MEDIA]);
    let none = std::collections::HashSet::new();
    let lead = "申请公开信息、对草案提意见、写信咨询、看权威回应：每件事找谁、怎样联系、多久有答复。";
    portal_page(&Dialogue {
        shell: part::shell(&ctx, &reader, "互动", "dialogue", lead),
        office: contact(&ctx),
        consultations: part::lines(&ctx, &consultations, &none),
        responses: part::lines(&ctx, &responses, &none),
        columns,
    })
}

/// A guide above a list of documents.
#[derive(Template)]
#[template(path = "portal/templates/guide_list.html")]
struct GuideList {
    shell: PortalShell,
    which: &'static str,
    heading: &'static str,
    lead: &'static str,
    q: String,
    office: Contact,
    hotline: String,
    lines: Vec<Line>,
    pager: Pager,
    columns: Vec<Link>,
}

impl GuideList {
    fn is(&self, which: &str) -> bool {
        self.which == which
    }
}

struct Guide {
    which: &'static str,
    heading: &'static str,
    lead: &'static str,
    door: &'static str,
    filter: Filter,
    columns: Vec<Link>,
}

async fn guide_list(ctx: &Ctx, reader: &Reader, asked: &Asked, guide: Guide) -> Result<Response> {
    let q: String = asked.q.trim().chars().take(100).collect();
    let filter = Filter { words: q.clone(), ..guide.filter };
    let total = public::count(ctx.db(), &filter, asked.page() * SIZE + COUNTED).await?;
    let pager = Pager::new(asked.page(), total.n, SIZE, &query_string(&[("q", &q)])).or_more(total.more);
    let places = Places::page(pager.page, SIZE);
    let listed = public::list(ctx.db(), &Kinds::of(ctx), &filter, Order::Newest, places).await?.items;
    let interpreted = part::interpreted(ctx, &[&listed]).await?;
    let mut shell = part::shell(ctx, reader, guide.heading, guide.door, guide.lead);
    if pager.page > 1 {
        shell.title = format!("{}（第 {} 页）", guide.heading, pager.page);
    }
    portal_page(&GuideList {
        shell,
        which: guide.which,
        heading: guide.heading,
        lead: guide.lead,
        q,
        office: contact(ctx),
        hotline: ctx.site().hotline.clone(),
        lines: part::lines(ctx, &listed, &interpreted),
        pager,
        columns: guide.columns,
    })
}

/// Links to the columns that are for these, in the order of the columns.
fn links(tree: &Tree, purposes: &[&Purpose]) -> Vec<Link> {
    let wanted = |code: &str| purposes.iter().any(|purpose| purpose.code == code);
    tree.all().iter().filter(|column| wanted(&column.purpose)).map(|column| Link::column(tree, column)).collect()
}

/// `GET /consultations`
pub(super) async fn consultations(
    State(ctx): State<Ctx>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let tree = Tree::load(ctx.db()).await?;
    let guide = Guide {
        which: "consultations",
        heading: "征求意见",
        lead: "重大决策草案和其他征求意见的公告，以及意见采纳情况。",
        door: "dialogue",
        filter: Filter::kinds(CONSULTED),
        columns: links(&tree, &[&CONSULTATIONS]),
    };
    guide_list(&ctx, &reader, &asked, guide).await
}

/// `GET /letters`
pub(super) async fn letters(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let tree = Tree::load(ctx.db()).await?;
    let guide = Guide {
        which: "letters",
        heading: "写信咨询",
        lead: "咨询、建议、投诉找谁，怎样联系，以及对大家关心的问题已经作出的回应。",
        door: "dialogue",
        filter: Filter::kinds(ANSWERED),
        columns: links(&tree, &[&RESPONSES, &PROPOSALS]),
    };
    guide_list(&ctx, &reader, &asked, guide).await
}

/// `GET /services`
pub(super) async fn services(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let tree = Tree::load(ctx.db()).await?;
    let columns = links(&tree, &[&SERVICES]);
    let guide = Guide {
        which: "services",
        heading: "办事指南",
        lead: "办什么、带什么、到哪办、多久办好。",
        door: "services",
        filter: Filter::kinds(&[&kinds::GUIDE]),
        columns,
    };
    guide_list(&ctx, &reader, &asked, guide).await
}

/// `GET /reports`
pub(super) async fn reports(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let tree = Tree::load(ctx.db()).await?;
    let column = tree.for_purpose(&YEARLY_REPORT);
    let filter = match column {
        Some(column) => Filter { columns: tree.below(&column.slug), ..Filter::default() },
        None => Filter::kinds(&[&kinds::REPORT]),
    };
    let guide = Guide {
        which: "reports",
        heading: "政府信息公开年报",
        lead: "县政府部门每年 1 月 31 日前、县政府每年 3 月 31 日前公布上一年度的政府信息公开工作年度报告（条例第四十九条）。",
        door: "openness",
        columns: column.map(|column| Link::column(&tree, column)).into_iter().collect(),
        filter,
    };
    guide_list(&ctx, &reader, &asked, guide).await
}
