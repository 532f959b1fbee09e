//! The page of redirects, with its form and its import.

use ::store::Tx;
use askama::Template;
use axum::{
    extract::{Multipart, State},
    response::Response,
};
use documents::{
    Extractor, Limits,
    tables::{Sheet, Table, Wanted, write_csv},
};
use kernel::time;
use serde::{Deserialize, Serialize};
use web::{
    Ctx, Desk, Done, Form, FormErrors, OfficeShell, Query, Refusal, Result, act, act_in_place, office_page, page,
    sent::{self, Sent},
};

use super::{
    address::Portal,
    store::{self, RedirectId, Row, Written},
};

/// Rows on a page.
const SIZE: i64 = 100;
/// Rows of one import.
const MOST_ROWS: usize = 20_000;
/// Largest file of an import, in bytes.
const MOST: u64 = 8 << 20;

/// What a table may have: heading, other headings that are understood.
const HEADINGS: [(&str, &[&str]); 2] =
    [("原网址", &["旧网址", "原地址", "旧地址", "source"]), ("新网址", &["现网址", "新地址", "target"])];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// The address behind which the page begins.
    after: String,
}

/// A redirect as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    source: String,
    target: String,
    once: String,
}

/// A row with how it stands now.
struct Line {
    row: Row,
    changed: String,
    /// Something stands at the old address again, so nobody is led on.
    idle: bool,
    /// Nothing stands at the new one.
    gone: bool,
}

#[derive(Template)]
#[template(path = "redirects/templates/list.html")]
struct List {
    shell: OfficeShell,
    errors: FormErrors,
    typed: Typed,
    lines: Vec<Line>,
    many: i64,
    next: Option<String>,
    first: bool,
    once: String,
}

async fn shown(ctx: &Ctx, desk: &Desk, after: &str, typed: Typed, errors: FormErrors) -> Result<Response> {
    let mut rows = store::page(ctx.db().read(), after, SIZE + 1).await?;
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > SIZE;
    if more {
        rows.pop();
    }
    let next = rows.last().filter(|_| more).map(|row| page::escape_query(&row.source));
    let addresses: Vec<String> = rows.iter().flat_map(|row| [row.source.clone(), row.target.clone()]).collect();
    let portal = Portal::of(ctx, &addresses).await?;
    let line = |row: Row| Line {
        changed: time::show_date(&row.changed_at),
        idle: portal.answers(&row.source),
        gone: !portal.may_lead(&row.target),
        row,
    };
    let bad = !errors.is_empty();
    let page = List {
        shell: desk.shell(ctx, "网址重定向").await?.with_error(bad),
        errors,
        typed,
        lines: rows.into_iter().map(line).collect(),
        many: store::count(ctx.db().read()).await?,
        next,
        first: after.is_empty(),
        once: ctx.once(),
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// GET /redirects
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    shown(&ctx, &desk, &asked.after, Typed::default(), FormErrors::new()).await
}

/// POST /redirects
pub(super) async fn add(State(ctx): State<Ctx>, desk: Desk, Form(typed): Form<Typed>) -> Result<Response> {
    let read = store::read(&typed.source, &typed.target, &ctx.config().server.portal_url);
    // What stands on the portal is looked at before the write begins.
    let looked = match read {
        Ok((from, to)) => {
            let portal = Portal::of(&ctx, &[from.clone(), to.clone()]).await?;
            store::against(&portal, &from, &to).map_or(Ok((from, to)), Err)
        }
        Err(wrong) => Err(wrong),
    };
    let done = async |tx: &mut Tx| {
        tx.lock("moved_address").await?;
        let (from, to) = match &looked {
            Ok((from, to)) => (from.as_str(), to.as_str()),
            Err((field, sentence)) => return Err(Refusal::field(field, sentence.as_str())),
        };
        let told = match store::put(tx, &desk.actor(), from, to).await? {
            Written::Added => format!("已增加：打开 {from} 会转到 {to}。"),
            Written::Changed => format!("已修改：打开 {from} 改为转到 {to}。"),
            Written::Same => "这一条已经有了，没有改动。".to_owned(),
        };
        Ok(Done::ok("/redirects", told))
    };
    let again = async |errors: FormErrors| shown(&ctx, &desk, "", typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

/// Which redirect a button is about.
#[derive(Debug, Deserialize)]
pub(super) struct Button {
    id: RedirectId,
}

/// POST /redirects/remove
pub(super) async fn remove(State(ctx): State<Ctx>, desk: Desk, Form(button): Form<Button>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        store::remove(tx, &desk.actor(), &button.id).await?;
        Ok::<_, Refusal>(Done::ok("/redirects", "已删除，打开原网址不再转到别处。"))
    };
    Ok(act(&ctx, "", done).await?)
}

/// What is wrong with a line, or with the whole (line 0).
type Fault = (usize, String);

/// A line of a table: its number, old and new address.
type Pair = (usize, String, String);

/// The addresses of a table.
fn pairs(table: &Table, portal: &str) -> std::result::Result<Vec<Pair>, Vec<Fault>> {
    let place = |(label, others): &(&str, &[&str])| {
        table.header.iter().position(|heading| {
            let plain = heading.trim().trim_start_matches('\u{feff}').to_lowercase();
            plain == *label || others.contains(&plain.as_str())
        })
    };
    let (Some(old), Some(new)) = (place(&HEADINGS[0]), place(&HEADINGS[1])) else {
        return Err(vec![(table.header_number, "表头要有“原网址”和“新网址”两列。".to_owned())]);
    };
    if table.rows.len() > MOST_ROWS {
        return Err(vec![(0, format!("一次最多导入 {MOST_ROWS} 行，请分几个文件导入。"))]);
    }
    let (mut found, mut faults): (Vec<Pair>, Vec<Fault>) = (Vec::new(), Vec::new());
    for row in &table.rows {
        let cell = |at: usize| row.cells.get(at).map_or("", |text| text.trim());
        if cell(old).is_empty() && cell(new).is_empty() {
            continue;
        }
        match store::read(cell(old), cell(new), portal) {
            Ok((from, to)) => found.push((row.number, from, to)),
            Err((_, sentence)) => faults.push((row.number, sentence)),
        }
    }
    if found.is_empty() && faults.is_empty() {
        faults.push((0, "没有找到网址。第一行是表头，下面每行一条。".to_owned()));
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

/// The addresses of the file that was sent; or what is wrong with it.
async fn received(ctx: &Ctx, mut parts: Multipart) -> Result<std::result::Result<Vec<Pair>, Vec<Fault>>> {
    let wanted = Wanted::headed(
        HEADINGS.iter().flat_map(|(label, others)| std::iter::once(*label).chain(others.iter().copied())),
    );
    while let Some(field) = parts.next_field().await.map_err(sent::broken)? {
        if field.name() != Some("file") {
            continue;
        }
        let too_large = || "文件太大，上限 8 MB。请分几个文件导入。".to_owned();
        let Some(Sent { name, received }) = sent::file(ctx, field, MOST, too_large).await? else { continue };
        let extractor = Extractor::new(ctx.program().clone(), Limits::default());
        return Ok(match extractor.read_table(&received.path, &name, &wanted).await {
            Ok(mut table) => {
                table.set_aside();
                pairs(&table, &ctx.config().server.portal_url)
            }
            Err(rejected) => Err(vec![(0, rejected.message)]),
        });
    }
    Ok(Err(vec![(0, "请选择一个 .csv 或 .xlsx 文件，例如“旧网址.csv”。".to_owned())]))
}

/// Faults that are told at a time: whoever has more has one mistake in every line.
const TOLD: usize = 20;

fn told(faults: Vec<Fault>) -> FormErrors {
    let mut errors = FormErrors::new();
    let more = faults.len().saturating_sub(TOLD);
    for (number, sentence) in faults.into_iter().take(TOLD) {
        let line = if number > 0 { format!("第 {number} 行：") } else { String::new() };
        errors.add("file", format!("{line}{sentence}"));
    }
    if more > 0 {
        errors.add("file", format!("还有 {more} 行需要更正，没有逐一列出。"));
    }
    errors
}

/// POST /redirects/import: all or nothing.
pub(super) async fn import(State(ctx): State<Ctx>, desk: Desk, parts: Multipart) -> Result<Response> {
    let found = match received(&ctx, parts).await? {
        Ok(found) => found,
        Err(faults) => return shown(&ctx, &desk, "", Typed::default(), told(faults)).await,
    };
    let addresses: Vec<String> = found.iter().flat_map(|(_, from, to)| [from.clone(), to.clone()]).collect();
    let portal = Portal::of(&ctx, &addresses).await?;
    let mut faults: Vec<Fault> = found
        .iter()
        .filter_map(|(number, from, to)| store::against(&portal, from, to).map(|(_, sentence)| (*number, sentence)))
        .collect();
    let done = act(&ctx, "", async |tx: &mut Tx| {
        tx.lock("moved_address").await?;
        let (mut added, mut changed, mut same) = (0, 0, 0);
        let first = if faults.is_empty() { found.as_slice() } else { &[] };
        for (number, from, to) in first {
            match store::put(tx, &desk.actor(), from, to).await {
                Ok(Written::Added) => added += 1,
                Ok(Written::Changed) => changed += 1,
                Ok(Written::Same) => same += 1,
                Err(Refusal::Fields(errors)) => {
                    faults.extend(errors.items().iter().map(|(_, sentence)| (*number, sentence.clone())));
                    break;
                }
                Err(other) => return Err(other),
            }
        }
        if faults.is_empty() {
            Ok(Done::ok("/redirects", format!("已导入网址重定向：增加 {added}，修改 {changed}，不变 {same}。")))
        } else {
            Err(Refusal::Fields(FormErrors::one("file", "表格里有需要更正的行。")))
        }
    });
    match done.await {
        Err(Refusal::Fields(_)) => shown(&ctx, &desk, "", Typed::default(), told(faults)).await,
        done => Ok(done?),
    }
}

/// GET /redirects/export.csv: all of them, as the import takes them.
pub(super) async fn export(State(ctx): State<Ctx>) -> Result<Response> {
    let rows = store::page(ctx.db().read(), "", i64::MAX).await?;
    let sheet = Sheet {
        name: "网址重定向".into(),
        title: None,
        header: HEADINGS.iter().map(|(label, _)| (*label).to_owned()).collect(),
        rows: rows.into_iter().map(|row| vec![row.source.into(), row.target.into()]).collect(),
        widths: vec![60.0, 60.0],
    };
    Ok(page::download(write_csv(&sheet), "text/csv; charset=utf-8", &format!("网址重定向-{}.csv", ctx.today())))
}
