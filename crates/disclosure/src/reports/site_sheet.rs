//! The yearly sheet of the government site (政府网站工作年度报表, 国办函〔2018〕12号): what the platform knows is filled in, the rest is
//! left to be typed into the workbook. Published by 31 January on the first page.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, response::Response};
use documents::tables::{Cell, LaidCell, LaidSheet, write_laid};
use serde::Deserialize;
use store::query_as;
use web::{Ctx, Desk, OfficeShell, Query, Result, office_page, page};

use super::office::years;

/// Which year's sheet.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    year: String,
}

/// A cell of the sheet.
struct Line {
    block: &'static str,
    label: &'static str,
    /// Empty = the platform does not know it.
    value: String,
}

/// The figures of a year by which cells are filled: public documents by their kinds.
async fn documents(ctx: &Ctx, year: i64) -> Result<HashMap<String, i64>> {
    let rows: Vec<(String, i64)> = query_as(
        "SELECT kind, COUNT(*) FROM document WHERE current_edition <> '' AND first_published_on >= $1 \
         AND first_published_on <= $2 GROUP BY kind",
    )
    .bind(format!("{year:04}-01-01"))
    .bind(format!("{year:04}-12-31"))
    .fetch_all(ctx.db().read())
    .await?;
    Ok(rows.into_iter().collect())
}

fn lines(ctx: &Ctx, counts: &HashMap<String, i64>) -> Vec<Line> {
    let site = ctx.site();
    let of = |kinds: &[&str]| kinds.iter().map(|kind| counts.get(*kind).copied().unwrap_or(0)).sum::<i64>().to_string();
    let all = counts.values().sum::<i64>().to_string();
    let mut lines = Vec::new();
    let mut block = |block: &'static str, cells: Vec<(&'static str, String)>| {
        lines.extend(cells.into_iter().map(|(label, value)| Line { block, label, value }));
    };
    let open = String::new;
    block(
        "基本情况",
        vec![
            ("网站名称", site.name.clone()),
            ("首页网址", ctx.portal_url().to_owned()),
            ("主办单位", site.host.clone()),
            ("网站类型", "政府门户网站".to_owned()),
            ("政府网站标识码", site.id_code.clone()),
            ("ICP备案号", site.icp.clone()),
            ("公安机关备案号", site.police.clone()),
            ("独立用户访问总量（单位：个）", open()),
            ("网站总访问量（单位：次）", open()),
        ],
    );
    block(
        "信息发布（单位：条）",
        vec![
            ("总数", all),
            ("概况类信息更新量", open()),
            ("政务动态信息更新量", of(&["news"])),
            ("信息公开目录信息更新量", of(&["policy", "notice", "report", "data", "consultation", "guide"])),
        ],
    );
    block("专栏专题（单位：个）", vec![("维护数量", open()), ("新开设数量", open())]);
    block(
        "解读回应",
        vec![
            ("解读信息发布总数（单位：条）", of(&["interpretation"])),
            ("解读材料数量（单位：条）", of(&["interpretation"])),
            ("解读产品数量（单位：个）", open()),
            ("媒体评论文章数量（单位：篇）", open()),
            ("回应公众关注热点或重大舆情数量（单位：次）", of(&["response"])),
        ],
    );
    block(
        "办事服务",
        vec![
            ("政务服务事项数量（单位：项）", open()),
            ("可全程在线办理政务服务事项数量（单位：项）", open()),
            ("办件量（单位：件）", open()),
        ],
    );
    block(
        "互动交流",
        vec![
            ("收到留言数量（单位：条）", open()),
            ("办结留言数量（单位：条）", open()),
            ("平均办理时间（单位：天）", open()),
            ("公开答复数量（单位：条）", open()),
            ("征集调查期数（单位：期）", of(&["consultation"])),
            ("收到意见数量（单位：条）", open()),
            ("公布调查结果期数（单位：期）", open()),
            ("在线访谈期数（单位：期）", open()),
            ("是否提供智能问答", "否".to_owned()),
        ],
    );
    block(
        "安全防护",
        vec![
            ("安全检测评估次数（单位：次）", open()),
            ("发现问题数量（单位：个）", open()),
            ("问题整改数量（单位：个）", open()),
        ],
    );
    block("移动新媒体", vec![("是否有移动新媒体", open()), ("微博、微信、其他的名称和关注量", open())]);
    block("创新发展", vec![("创新发展情况", open())]);
    lines
}

#[derive(Template)]
#[template(path = "reports/templates/site_sheet.html")]
struct Page {
    shell: OfficeShell,
    year: String,
    years: Vec<(String, String)>,
    lines: Vec<Line>,
}

fn asked_year(ctx: &Ctx, asked: &Asked) -> i64 {
    let usual = i64::from(ctx.today().year()) - 1;
    asked.year.trim().parse::<i64>().ok().filter(|year| years(ctx).contains(year)).unwrap_or(usual)
}

/// GET /annual-reports/site
pub(super) async fn sheet(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    let year = asked_year(&ctx, &asked);
    let counts = documents(&ctx, year).await?;
    office_page(&Page {
        shell: desk.shell(&ctx, "政府网站工作年度报表").await?,
        year: year.to_string(),
        years: years(&ctx).into_iter().map(|year| (year.to_string(), format!("{year} 年"))).collect(),
        lines: lines(&ctx, &counts),
    })
}

/// GET /annual-reports/site.xlsx
pub(super) async fn workbook(State(ctx): State<Ctx>, Query(asked): Query<Asked>) -> Result<Response> {
    let year = asked_year(&ctx, &asked);
    let counts = documents(&ctx, year).await?;
    let lines = lines(&ctx, &counts);
    let cell = |text: &str, is_head: bool, rows: u16| LaidCell { value: Cell::from(text), is_head, rows, columns: 1 };
    let mut rows = Vec::new();
    let mut last = "";
    for (at, line) in lines.iter().enumerate() {
        let mut row = Vec::new();
        if line.block != last {
            last = line.block;
            let many = lines[at..].iter().take_while(|other| other.block == last).count();
            row.push(cell(last, true, u16::try_from(many).unwrap_or(1)));
        }
        row.push(cell(line.label, false, 1));
        row.push(cell(&line.value, false, 1));
        rows.push(row);
    }
    let sheet = LaidSheet {
        name: "年度报表".to_owned(),
        title: format!("政府网站工作年度报表（{year}年度）"),
        width: 3,
        rows,
        widths: vec![22.0, 44.0, 36.0],
    };
    page::workbook(&format!("政府网站工作年度报表-{year}.xlsx"), move || write_laid(&[sheet])).await
}
