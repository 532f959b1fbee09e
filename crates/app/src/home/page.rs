//! The first page: one question, six doors, what is new, and how far the year has come.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};
use dialogue::letters::RESPONSE;
use document::{
    Kind, Kinds,
    page::{self as part, Line, Link, heat_map},
    public::{self, Filter, Listed},
};
use duty::{PlanProgress, Progress};
use jiff::civil::Date;
use kernel::OrganKind;
use policy::consultation::CONSULTATION;
use publishing::kinds::{NEWS, NOTICE, POLICY};
use web::{Ctx, PortalShell, Reader, Result, filters, portal_page};

const POLICIES: &[Kind] = &[&POLICY];
const RESPONSES: &[Kind] = &[&RESPONSE];
const LATEST: &[Kind] = &[&NOTICE, &NEWS, &CONSULTATION];

/// A door: address, words, and a sentence for those who do not know where to begin.
const DOORS: &[(&str, &str, &str)] = &[
    ("/policies", "查政策", "按机关、年份、主题查文件，看是否有效"),
    ("/foi", "申请公开信息", "想要的信息没有公开，可以书面申请，免费"),
    ("/consultations", "对草案提意见", "正在征求意见的草案和处理结果"),
    ("/letters", "写信咨询", "咨询、建议、投诉找谁，怎样联系"),
    ("/organs", "查机关", "各机关的职能、地址、电话、办公时间"),
    ("/services", "办事指南", "带什么、到哪办、多久办好"),
];

/// The newest public documents of these kinds.
pub(super) async fn latest(ctx: &Ctx, kinds: &[Kind], limit: i64) -> Result<Vec<Listed>> {
    Ok(public::latest(ctx.db(), &Kinds::of(ctx), kinds, limit).await?)
}

#[derive(Template)]
#[template(path = "home/templates/home.html")]
struct Home {
    shell: PortalShell,
    doors: &'static [(&'static str, &'static str, &'static str)],
    policies: Vec<Line>,
    responses: Vec<Line>,
    notices: Vec<Line>,
    progress: Option<Progress>,
    month: i64,
    total: i64,
    year: i16,
    today: String,
    newest: String,
    heat: String,
    months: Vec<(String, u64)>,
    townships: Vec<Link>,
    departments: i64,
}

/// `GET /`
pub(super) async fn page(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let (db, today) = (ctx.db(), ctx.today());
    let everything = Filter::default();
    let (policies, responses, notices) =
        tokio::try_join!(latest(&ctx, POLICIES, 5), latest(&ctx, RESPONSES, 3), latest(&ctx, LATEST, 6),)?;
    let (month, total, days) = tokio::try_join!(
        public::count_since(db, today.first_of_month()),
        public::count(db, &everything, i64::MAX - 1),
        public::per_day(db, today.year(), None),
    )?;
    let interpreted = part::interpreted(&ctx, &[&policies]).await?;
    let progress = ctx.one::<Arc<dyn PlanProgress>>().current(&ctx).await?;
    let newest = [&policies, &responses, &notices]
        .iter()
        .filter_map(|list| list.first())
        .map(|one| one.published_on.clone())
        .max();
    let (heat, months) = heat_map(&days, today);
    let (townships, departments) = organs(&ctx, today);
    let site = ctx.site();
    let mut shell = reader.shell(&ctx, "首页", "", "");
    shell.crumbs.clear();
    shell.description =
        format!("{}：查政策、申请公开信息、对草案提意见、咨询和办事指南，公开年度工作任务落实情况。", site.name);
    portal_page(&Home {
        shell,
        doors: DOORS,
        policies: part::lines(&ctx, &policies, &interpreted),
        responses: part::lines(&ctx, &responses, &interpreted),
        notices: part::lines(&ctx, &notices, &interpreted),
        progress,
        month,
        total: total.n,
        year: today.year(),
        today: format!("{} 月 {} 日", today.month(), today.day()),
        newest: newest.unwrap_or_default(),
        heat,
        months,
        townships,
        departments,
    })
}

fn organs(ctx: &Ctx, today: Date) -> (Vec<Link>, i64) {
    let directory = ctx.directory();
    let living = || directory.all().iter().filter(|organ| organ.exists_on(today));
    let townships =
        living().filter(|organ| organ.kind == OrganKind::Township).map(|organ| Link::organ(organ, 0)).collect();
    let departments = living().filter(|organ| organ.kind == OrganKind::CountyDepartment).count();
    (townships, i64::try_from(departments).unwrap_or(0))
}
