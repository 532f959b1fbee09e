//! The yearly sheet of the government site (政府网站工作年度报表, 国办函〔2018〕12号): what the platform knows is offered, the county
//! office fills in the rest, and what it saves is kept in versions. Published by 31 January on the first page.

use std::collections::{BTreeMap, HashMap};

use ::store::{Tx, query_as};
use askama::Template;
use axum::{extract::State, response::Response};
use document::values;
use documents::tables::{Cell, LaidCell, LaidSheet, write_laid};
use kernel::time;
use serde::Deserialize;
use web::{Ctx, Desk, Done, Form, FormErrors, OfficeShell, Query, Refusal, Result, act_in_place, office_page, page};

use super::{
    office::years,
    site_rows::{self, Sheet},
};

/// Which year's sheet.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    year: String,
}

/// What may stand in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// A whole number.
    Count,
    /// A number that may have decimals.
    Number,
    /// Words, at most so many characters.
    Words(usize),
}

/// A cell of the sheet.
struct Line {
    block: &'static str,
    key: &'static str,
    label: &'static str,
    sort: Sort,
    /// What the platform knows; empty = nothing.
    known: String,
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

/// The cells in the order of the form: block, key, label, sort, and what the platform knows.
fn lines(ctx: &Ctx, counts: &HashMap<String, i64>) -> Vec<Line> {
    use Sort::{Count, Number, Words};
    let site = ctx.site();
    let of = |kinds: &[&str]| kinds.iter().map(|kind| counts.get(*kind).copied().unwrap_or(0)).sum::<i64>().to_string();
    let all = counts.values().sum::<i64>().to_string();
    let catalogue = ["policy", "notice", "report", "data", "consultation", "guide"];
    let mut lines = Vec::new();
    let mut block = |block: &'static str, cells: Vec<(&'static str, &'static str, Sort, String)>| {
        lines.extend(cells.into_iter().map(|(key, label, sort, known)| Line { block, key, label, sort, known }));
    };
    let open = String::new;
    block(
        "基本情况",
        vec![
            ("name", "网站名称", Words(100), site.name.clone()),
            ("address", "首页网址", Words(200), ctx.portal_url().to_owned()),
            ("host", "主办单位", Words(100), site.host.clone()),
            ("type", "网站类型", Words(20), "政府门户网站".to_owned()),
            ("code", "政府网站标识码", Words(40), site.id_code.clone()),
            ("icp", "ICP备案号", Words(60), site.icp.clone()),
            ("police", "公安机关备案号", Words(60), site.police.clone()),
            ("visitors", "独立用户访问总量（单位：个）", Count, open()),
            ("visits", "网站总访问量（单位：次）", Count, open()),
        ],
    );
    block(
        "信息发布（单位：条）",
        vec![
            ("published", "总数", Count, all),
            ("overview", "概况类信息更新量", Count, open()),
            ("news", "政务动态信息更新量", Count, of(&["news"])),
            ("catalogue", "信息公开目录信息更新量", Count, of(&catalogue)),
        ],
    );
    block(
        "专栏专题（单位：个）",
        vec![("specials", "维护数量", Count, open()), ("specials_new", "新开设数量", Count, open())],
    );
    block(
        "解读回应",
        vec![
            ("interpretations", "解读信息发布总数（单位：条）", Count, of(&["interpretation"])),
            ("materials", "解读材料数量（单位：条）", Count, of(&["interpretation"])),
            ("products", "解读产品数量（单位：个）", Count, open()),
            ("comments", "媒体评论文章数量（单位：篇）", Count, open()),
            ("responses", "回应公众关注热点或重大舆情数量（单位：次）", Count, of(&["response"])),
        ],
    );
    block(
        "办事服务",
        vec![
            ("services", "政务服务事项数量（单位：项）", Count, open()),
            ("services_online", "可全程在线办理政务服务事项数量（单位：项）", Count, open()),
            ("handled", "办件量（单位：件）", Count, open()),
        ],
    );
    block(
        "互动交流",
        vec![
            ("messages", "收到留言数量（单位：条）", Count, open()),
            ("messages_done", "办结留言数量（单位：条）", Count, open()),
            ("messages_days", "平均办理时间（单位：天）", Number, open()),
            ("messages_public", "公开答复数量（单位：条）", Count, open()),
            ("consultations", "征集调查期数（单位：期）", Count, of(&["consultation"])),
            ("opinions", "收到意见数量（单位：条）", Count, open()),
            ("results", "公布调查结果期数（单位：期）", Count, open()),
            ("interviews", "在线访谈期数（单位：期）", Count, open()),
            ("answers", "是否提供智能问答", Words(10), "否".to_owned()),
        ],
    );
    block(
        "安全防护",
        vec![
            ("checks", "安全检测评估次数（单位：次）", Count, open()),
            ("problems", "发现问题数量（单位：个）", Count, open()),
            ("solved", "问题整改数量（单位：个）", Count, open()),
        ],
    );
    block(
        "移动新媒体",
        vec![
            ("media", "是否有移动新媒体", Words(10), open()),
            ("accounts", "微博、微信、其他的名称和关注量", Words(500), open()),
        ],
    );
    block("创新发展", vec![("novel", "创新发展情况", Words(2000), open())]);
    lines
}

/// A cell on the page.
struct Shown {
    key: &'static str,
    label: &'static str,
    value: String,
    /// What the platform counts now, where that is another, and what stood there the year before.
    hint: String,
    most: usize,
    long: bool,
    numeric: bool,
}

/// A part of the sheet.
struct Block {
    name: &'static str,
    cells: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "reports/templates/site_sheet.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    year: String,
    years: Vec<(String, String)>,
    blocks: Vec<Block>,
    version: i64,
    /// Who has saved it, and when; empty = nobody yet.
    changed: String,
    once: String,
}

fn year_or_usual(ctx: &Ctx, asked: &str) -> i64 {
    let usual = i64::from(ctx.today().year()) - 1;
    asked.trim().parse::<i64>().ok().filter(|year| years(ctx).contains(year)).unwrap_or(usual)
}

fn shown(line: &Line, stands: Option<&String>, before: Option<&String>) -> Shown {
    let mut hints = Vec::new();
    if !line.known.is_empty() && stands.is_some_and(|stands| *stands != line.known) {
        hints.push(format!("平台现在的数据：{}", line.known));
    }
    let is_words = matches!(line.sort, Sort::Words(_));
    if let Some(before) = before.filter(|before| !before.is_empty() && !is_words) {
        hints.push(format!("上一年 {before}"));
    }
    let most = if let Sort::Words(most) = line.sort { most } else { 20 };
    Shown {
        key: line.key,
        label: line.label,
        value: stands.unwrap_or(&line.known).clone(),
        hint: hints.join("，"),
        most,
        long: most > 200,
        numeric: !is_words,
    }
}

/// The page of a year, with what was typed where a form was refused.
async fn page_of(
    ctx: &Ctx,
    desk: &Desk,
    year: i64,
    typed: Option<&BTreeMap<String, String>>,
    errors: FormErrors,
) -> Result<Response> {
    let sheet = site_rows::one(ctx.db().read(), &site_rows::id_of(year)).await?;
    let before = site_rows::one(ctx.db().read(), &site_rows::id_of(year - 1)).await?;
    let before = before.as_ref().map(Sheet::cells).unwrap_or_default();
    let kept = sheet.as_ref().map(Sheet::cells).unwrap_or_default();
    let stands = typed.unwrap_or(&kept);
    let mut blocks: Vec<Block> = Vec::new();
    for line in lines(ctx, &documents(ctx, year).await?) {
        let cell = shown(&line, stands.get(line.key), before.get(line.key));
        match blocks.last_mut().filter(|block| block.name == line.block) {
            Some(block) => block.cells.push(cell),
            None => blocks.push(Block { name: line.block, cells: vec![cell] }),
        }
    }
    let bad = !errors.is_empty();
    let changed =
        sheet.as_ref().map(|sheet| format!("{} {}", sheet.changed_name, time::show_minute(&sheet.changed_at)));
    let page = Page {
        shell: desk.shell(ctx, "政府网站工作年度报表").await?.with_error(bad),
        errors,
        year: year.to_string(),
        years: years(ctx).into_iter().map(|year| (year.to_string(), format!("{year} 年"))).collect(),
        blocks,
        version: sheet.as_ref().map_or(0, |sheet| sheet.version),
        changed: changed.unwrap_or_default(),
        once: ctx.once(),
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// GET /annual-reports/site
pub(super) async fn sheet(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    page_of(&ctx, &desk, year_or_usual(&ctx, &asked.year), None, FormErrors::new()).await
}

/// What was typed, cell by cell, and what is wrong with it.
fn typed(lines: &[Line], pairs: &[(String, String)]) -> (BTreeMap<String, String>, FormErrors) {
    let (mut cells, mut errors) = (BTreeMap::new(), FormErrors::new());
    for line in lines {
        let Some((_, text)) = pairs.iter().find(|(name, _)| name == line.key) else { continue };
        let most = if let Sort::Words(most) = line.sort { most } else { 20 };
        if text.trim().chars().count() > most {
            errors.add(line.key, format!("{}请写在 {most} 字以内。", line.label));
        }
        let text = if most > 200 { values::lines(text, 5000) } else { values::line(text, 400) };
        let number = annual_report::Number::parse(&text).filter(|number| !number.is_negative());
        let fits = match line.sort {
            Sort::Words(_) => true,
            Sort::Count => text.is_empty() || number.is_some_and(annual_report::Number::is_whole),
            Sort::Number => text.is_empty() || number.is_some(),
        };
        if !fits {
            let how = if line.sort == Sort::Count { "0 或者正整数" } else { "数字" };
            errors.add(line.key, format!("{}：“{text}”不是{how}，请填写数字，例如 12；没有数据的留空。", line.label));
        }
        cells.insert(line.key.to_owned(), text);
    }
    (cells, errors)
}

/// POST /annual-reports/site
pub(super) async fn save(
    State(ctx): State<Ctx>,
    desk: Desk,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let year = year_or_usual(&ctx, value("year"));
    let named = value("year").trim() == year.to_string();
    let seen = value("version").parse::<i64>().unwrap_or(0);
    let (cells, errors) = typed(&lines(&ctx, &HashMap::new()), &pairs);
    let done = async |tx: &mut Tx| {
        if !named {
            return Err(Refusal::Conflict("请从列表里选择年度；还没有到的年度不能填报。".to_owned()));
        }
        if !errors.is_empty() {
            return Err(Refusal::from(errors.clone()));
        }
        let saved = site_rows::save(&ctx, tx, &desk.actor(), (year, seen), &cells).await?;
        let said = if saved { "已保存。" } else { "没有改动。" };
        Ok(Done::ok(format!("/annual-reports/site?year={year}"), said))
    };
    let again = async |errors: FormErrors| page_of(&ctx, &desk, year, Some(&cells), errors).await;
    act_in_place(&ctx, value("once"), done, again).await
}

/// GET /annual-reports/site.xlsx: what is kept, else what the platform knows.
pub(super) async fn workbook(State(ctx): State<Ctx>, Query(asked): Query<Asked>) -> Result<Response> {
    let year = year_or_usual(&ctx, &asked.year);
    let sheet = site_rows::one(ctx.db().read(), &site_rows::id_of(year)).await?;
    let kept = sheet.as_ref().map(Sheet::cells).unwrap_or_default();
    let lines = lines(&ctx, &documents(&ctx, year).await?);
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
        row.push(cell(kept.get(line.key).unwrap_or(&line.known), false, 1));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_whole_and_words_have_room() {
        let line = |key, sort| Line { block: "", key, label: "项目", sort, known: String::new() };
        let lines = [line("a", Sort::Count), line("b", Sort::Number), line("c", Sort::Words(4))];
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let (cells, errors) = typed(&lines, &[pair("a", "12"), pair("b", "3.5"), pair("c", "长春"), pair("d", "x")]);
        assert!(errors.is_empty() && cells.len() == 3, "{cells:?}");
        let (cells, errors) = typed(&lines, &[pair("a", "1.5"), pair("b", "-1"), pair("c", "一二三四五")]);
        assert!(["a", "b", "c"].iter().all(|key| errors.of(key).is_some()), "{cells:?}");
        assert!(typed(&lines, &[pair("a", ""), pair("b", " ")]).1.is_empty(), "what is not known stays open");
    }
}
