//! The first page: one question, six doors, what is new, and how far the year has come.

use askama::Template;
use axum::{extract::State, response::Response};
use jiff::civil::Date;
use kernel::OrganKind;
use web::{Ctx, PortalShell, Reader, Result, filters, hooks::Progress, portal_page, svg};

use super::{
    frame::{self, Line, Link},
    queries,
};
use crate::{
    kinds::Kind,
    public::{self, Filter},
};

/// A door: address, words, and a sentence for those who do not know where to begin.
const DOORS: &[(&str, &str, &str)] = &[
    ("/policies", "查政策", "按机关、年份、主题查文件，看是否有效"),
    ("/foi", "申请公开信息", "想要的信息没有公开，可以书面申请，免费"),
    ("/consultations", "对草案提意见", "正在征求意见的草案和处理结果"),
    ("/letters", "写信咨询", "咨询、建议、投诉找谁，怎样联系"),
    ("/organs", "查机关", "各机关的职能、地址、电话、办公时间"),
    ("/services", "办事指南", "带什么、到哪办、多久办好"),
];

#[derive(Template)]
#[template(path = "portal/templates/home.html")]
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
    let (policies, responses, notices, month, total, days) = tokio::try_join!(
        public::latest(db, &[Kind::Policy], 5),
        public::latest(db, &[Kind::Response], 3),
        public::latest(db, &[Kind::Notice, Kind::News, Kind::Consultation], 6),
        public::count_since(db, today.first_of_month()),
        everything.count(db),
        public::per_day(db, today.year(), None),
    )?;
    let interpreted = queries::interpreted(db, &[&policies]).await?;
    let progress = match &ctx.hooks().progress {
        Some(progress) => progress.current(&ctx).await?,
        None => None,
    };
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
        policies: frame::lines(&ctx, &policies, &interpreted),
        responses: frame::lines(&ctx, &responses, &interpreted),
        notices: frame::lines(&ctx, &notices, &interpreted),
        progress,
        month,
        total,
        year: today.year(),
        today: format!("{} 月 {} 日", today.month(), today.day()),
        newest: newest.unwrap_or_default(),
        heat,
        months,
        townships,
        departments,
    })
}

/// The year's publications as a drawing and as a table.
pub(super) fn heat_map(days: &[(Date, i64)], today: Date) -> (String, Vec<(String, u64)>) {
    let counts: Vec<(u16, u32)> = days
        .iter()
        .filter_map(|(day, count)| Some((u16::try_from(day.day_of_year()).ok()?, u32::try_from(*count).ok()?)))
        .collect();
    let upto = u16::try_from(today.day_of_year()).unwrap_or(366);
    (svg::heat(today.year(), &counts, upto), svg::months(today.year(), &counts, upto))
}

fn organs(ctx: &Ctx, today: Date) -> (Vec<Link>, i64) {
    let directory = ctx.directory();
    let living = || directory.all().iter().filter(|organ| organ.exists_on(today));
    let townships = living()
        .filter(|organ| organ.kind == OrganKind::Township)
        .map(|organ| Link { href: format!("/organs/{}", organ.code), label: organ.short_name.clone(), count: 0 })
        .collect();
    let departments = living().filter(|organ| organ.kind == OrganKind::CountyDepartment).count();
    (townships, i64::try_from(departments).unwrap_or(0))
}
