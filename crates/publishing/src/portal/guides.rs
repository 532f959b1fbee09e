//! How to ask, to comment, to write, to get something done: pages that say whom to turn to today and what happens then.

use askama::Template;
use axum::{extract::State, response::Response};
use kernel::Organ;
use serde::Deserialize;
use web::{
    Ctx, Pager, PortalShell, Query, Reader, Result, filters,
    page::{portal_page, query_string},
    svg,
};

use super::{
    frame::{self, Line, Link, Tree},
    queries,
};
use crate::{
    kinds::{ColumnKind, Kind},
    public::{self, Filter, Listed},
};

/// Lines on a page.
const SIZE: i64 = 30;
/// Working days within which a request is answered (条例 Art. 33).
const ANSWER_DAYS: u32 = 20;

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

/// Where to turn to: the competent department, or the site's own data where the directory has none.
struct Office {
    name: String,
    address: String,
    hours: String,
    phone: String,
    email: String,
}

fn office(ctx: &Ctx) -> Office {
    let (site, organ) = (ctx.site(), frame::office(ctx));
    let of = |own: &dyn Fn(&Organ) -> String, common: &str| {
        organ.as_ref().map(own).filter(|text| !text.is_empty()).unwrap_or(common.to_owned())
    };
    Office {
        name: of(&|organ| organ.name.clone(), &site.host),
        address: of(&|organ| organ.address.clone(), &site.address),
        hours: of(&|organ| organ.hours.clone(), &site.hours),
        phone: of(&|organ| organ.phone.clone(), &site.phone),
        email: site.email.clone(),
    }
}

#[derive(Template)]
#[template(path = "portal/templates/foi.html")]
struct Foi {
    shell: PortalShell,
    office: Office,
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
    let column = tree.named(&["依申请公开"]);
    let listed = match column {
        Some(column) => newest_in(&ctx, tree.below(&column.slug), 5).await?,
        None => Vec::new(),
    };
    let today = ctx.today();
    let due = ctx.calendar().after_working_days(today, ANSWER_DAYS).map(|day| day.to_string()).unwrap_or_default();
    let clock = svg::clock(svg::Clock {
        total: ANSWER_DAYS,
        used: 0,
        paused: Vec::new(),
        label: format!("法定答复期限 {ANSWER_DAYS} 个工作日"),
    });
    let lead = "想要的政府信息没有公开，任何公民、法人和其他组织都可以书面申请，不收费，20 个工作日内答复。";
    portal_page(&Foi {
        shell: frame::shell(&ctx, &reader, "依申请公开", "openness", lead),
        office: office(&ctx),
        clock,
        today: today.to_string(),
        due,
        documents: frame::lines(&ctx, &listed, &std::collections::HashSet::new()),
        column: column.map(|column| tree.link(column)),
        organs: ctx.directory().all().iter().filter(|organ| organ.exists_on(today)).cloned().collect(),
    })
}

async fn newest_in(ctx: &Ctx, columns: Vec<String>, limit: i64) -> Result<Vec<Listed>> {
    let filter = Filter { columns, ..Filter::default() };
    Ok(public::list(ctx.db(), &filter, 1, limit).await?.0)
}

#[derive(Template)]
#[template(path = "portal/templates/dialogue.html")]
struct Dialogue {
    shell: PortalShell,
    office: Office,
    consultations: Vec<Line>,
    responses: Vec<Line>,
    columns: Vec<Link>,
}

/// `GET /dialogue`
pub(super) async fn dialogue(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let db = ctx.db();
    let (tree, consultations, responses) = tokio::try_join!(
        Tree::load(db),
        public::latest(db, &[Kind::Consultation], 4),
        public::latest(db, &[Kind::Response], 4),
    )?;
    let columns = tree
        .all()
        .iter()
        .filter(|column| {
            column.kind == ColumnKind::Response
                || ["提案", "预公开", "新媒体"].iter().any(|word| column.name.contains(word))
        })
        .map(|column| tree.link(column))
        .collect();
    let none = std::collections::HashSet::new();
    let lead = "申请公开信息、对草案提意见、写信咨询、看权威回应：每件事找谁、怎样联系、多久有答复。";
    portal_page(&Dialogue {
        shell: frame::shell(&ctx, &reader, "互动", "dialogue", lead),
        office: office(&ctx),
        consultations: frame::lines(&ctx, &consultations, &none),
        responses: frame::lines(&ctx, &responses, &none),
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
    office: Office,
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
    let (listed, total) = public::list(ctx.db(), &filter, asked.page(), SIZE).await?;
    let interpreted = queries::interpreted(ctx.db(), &[&listed]).await?;
    let pager = Pager::new(asked.page(), total, SIZE, &query_string(&[("q", &q)]));
    let mut shell = frame::shell(ctx, reader, guide.heading, guide.door, guide.lead);
    if pager.page > 1 {
        shell.title = format!("{}（第 {} 页）", guide.heading, pager.page);
    }
    portal_page(&GuideList {
        shell,
        which: guide.which,
        heading: guide.heading,
        lead: guide.lead,
        q,
        office: office(ctx),
        hotline: ctx.site().hotline.clone(),
        lines: frame::lines(ctx, &listed, &interpreted),
        pager,
        columns: guide.columns,
    })
}

fn links(tree: &Tree, words: &[&str]) -> Vec<Link> {
    tree.all()
        .iter()
        .filter(|column| words.iter().any(|word| column.name.contains(word)))
        .map(|column| tree.link(column))
        .collect()
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
        filter: Filter::kinds(&[Kind::Consultation]),
        columns: links(&tree, &["预公开", "征求意见", "意见征集"]),
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
        filter: Filter::kinds(&[Kind::Response]),
        columns: links(&tree, &["回应关切", "提案"]),
    };
    guide_list(&ctx, &reader, &asked, guide).await
}

/// `GET /services`
pub(super) async fn services(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let tree = Tree::load(ctx.db()).await?;
    let columns = tree.of_kind(ColumnKind::Service).map(|column| tree.link(column)).into_iter().collect();
    let guide = Guide {
        which: "services",
        heading: "办事指南",
        lead: "办什么、带什么、到哪办、多久办好。",
        door: "services",
        filter: Filter::kinds(&[Kind::Guide]),
        columns,
    };
    guide_list(&ctx, &reader, &asked, guide).await
}

/// `GET /reports`
pub(super) async fn reports(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let tree = Tree::load(ctx.db()).await?;
    let column = tree.named(&["公开年报", "年度报告", "年报"]);
    let filter = match column {
        Some(column) => Filter { columns: tree.below(&column.slug), ..Filter::default() },
        None => Filter { words: "年度报告".into(), ..Filter::kinds(&[Kind::Report]) },
    };
    let guide = Guide {
        which: "reports",
        heading: "政府信息公开年报",
        lead: "县政府部门每年 1 月 31 日前、县政府每年 3 月 31 日前公布上一年度的政府信息公开工作年度报告（条例第四十九条）。",
        door: "openness",
        columns: column.map(|column| tree.link(column)).into_iter().collect(),
        filter,
    };
    guide_list(&ctx, &reader, &asked, guide).await
}
