//! What the platform of the province did not take: its file is brought back, each row finds its record by the number of the
//! decision, and waits until it is put right.

use ::store::{Tx, query};
use askama::Template;
use axum::{
    extract::{Multipart, State},
    response::Response,
};
use documents::{
    Extractor, Limits,
    tables::{Table, Wanted},
};
use item::Item;
use kernel::{NewEvent, OrganCode, may, may_for, time};
use record::{
    RecordId,
    permissions::{ENTER_RECORDS, IMPORT_RECORDS, UNMASK_RECORDS},
};
use serde::Deserialize;
use serde_json::json;
use web::{
    Ctx, Desk, Done, Form, FormErrors, OfficeShell, Query, Refusal, Result, act_in_place, office_page, page,
    sent::{self, Sent},
};

use super::{
    CAME_BACK, SETTLED, exchange, narrowed, options,
    rows::{self, ReturnId, Returned},
};

/// Largest file, in bytes.
const MOST: u64 = 8 << 20;
/// Rows that are taken of one file.
const ROWS: usize = 5000;
/// Characters of a reason that are kept.
const REASON: usize = 500;
const SIZE: usize = 50;
/// Heads under which platforms say why they did not take a row.
const REASONS: [&str; 12] = [
    "错误原因",
    "退回原因",
    "失败原因",
    "驳回原因",
    "错误信息",
    "失败信息",
    "校验结果",
    "校验信息",
    "反馈信息",
    "审核意见",
    "退回意见",
    "原因",
];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    organ: String,
    state: String,
    after: Option<String>,
}

struct Line {
    id: ReturnId,
    item: String,
    number: String,
    href: String,
    organ: String,
    reason: String,
    at: String,
    ended: String,
    may: bool,
}

#[derive(Template)]
#[template(path = "enforcement/templates/exchange.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    asked: Asked,
    organs: Vec<(String, String)>,
    items: Vec<(String, String)>,
    states: Vec<(&'static str, &'static str)>,
    editions: Vec<(&'static str, &'static str)>,
    own: String,
    lines: Vec<Line>,
    base: String,
    previous: Option<String>,
    next: Option<String>,
    may_bring: bool,
    may_whole: bool,
    /// What was typed to have what is never public go along.
    whole: exchange::Asked,
    once: String,
}

/// GET /enforcement/exchange
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    shown(&ctx, &desk, asked, exchange::Asked::default(), FormErrors::new()).await
}

/// The page again with what was typed into the form for a whole file.
///
/// # Errors
/// When the database fails.
pub(super) async fn answer(ctx: &Ctx, desk: &Desk, whole: exchange::Asked, errors: FormErrors) -> Result<Response> {
    shown(ctx, desk, Asked::default(), whole, errors).await
}

async fn shown(ctx: &Ctx, desk: &Desk, asked: Asked, whole: exchange::Asked, errors: FormErrors) -> Result<Response> {
    let found = rows::returned(narrowed(ctx, desk, &asked.organ), &asked.state);
    let found = found.page::<Returned>(ctx.db(), Some("newest"), asked.after.as_deref(), SIZE).await?;
    let mut items = Vec::new();
    for key in exchange::ITEMS {
        if let Some(item) = rows::item(ctx, key).await? {
            items.push((key.to_owned(), item.title.clone()));
        }
    }
    let directory = ctx.directory();
    let title =
        |key: &str| items.iter().find(|(known, _)| known == key).map_or_else(|| key.to_owned(), |(_, t)| t.clone());
    let lines = found.rows.into_iter().map(|one| {
        let keeper = directory.stands_for(&one.organ, ctx.today());
        let known = !one.record.as_str().is_empty();
        Line {
            href: if known { format!("/records/{}/{}", one.item, one.record) } else { String::new() },
            item: title(&one.item),
            organ: directory.short_name(&one.organ).to_owned(),
            at: time::show_date(&one.at),
            may: one.state == "open" && may_for(&desk.actor(), &ENTER_RECORDS, &keeper).is_ok(),
            ended: match one.ended_at.as_str() {
                "" => String::new(),
                at => format!("{} {}", one.ended_name, time::show_date(at)),
            },
            id: one.id,
            number: one.number,
            reason: one.reason,
        }
    });
    let lines = lines.collect();
    let query = page::query_string(&[("organ", asked.organ.as_str()), ("state", asked.state.as_str())]);
    let mut shell = desk.shell(ctx, "双公示数据交换").await?;
    shell.has_error = !errors.is_empty();
    let page = Page {
        organs: options(ctx, desk),
        states: vec![("open", "待更正"), ("done", "已办结")],
        editions: vec![("2018", "2018 年版（许可 27 列、处罚 29 列）"), ("later", "后版（证件类型、号码分两列）")],
        own: desk.organ().to_string(),
        base: if query.is_empty() { "?".to_owned() } else { format!("?{query}&") },
        may_bring: may(&desk.actor(), &IMPORT_RECORDS).is_ok(),
        may_whole: may(&desk.actor(), &UNMASK_RECORDS).is_ok(),
        once: ctx.once(),
        previous: found.previous,
        next: found.next,
        shell,
        errors,
        asked,
        items,
        lines,
        whole,
    };
    if page.errors.is_empty() { office_page(&page) } else { page::office_errors(&page) }
}

/// What was sent with the file.
#[derive(Debug, Default)]
struct Brought {
    item: String,
    organ: String,
    /// The table, or what is wrong with it.
    table: Option<std::result::Result<Table, String>>,
}

async fn brought(ctx: &Ctx, mut parts: Multipart) -> Result<Brought> {
    let mut brought = Brought::default();
    while let Some(field) = parts.next_field().await.map_err(sent::broken)? {
        match field.name() {
            Some("item") => brought.item = sent::sheet(field).await?,
            Some("organ") => brought.organ = sent::sheet(field).await?,
            Some("file") => {
                let too_large = || "文件太大，上限 8 MB。请只留下退回的数据。".to_owned();
                let Some(Sent { name, received }) = sent::file(ctx, field, MOST, too_large).await? else { continue };
                let extractor = Extractor::new(ctx.program().clone(), Limits::default());
                let wanted = Wanted::headed(REASONS.into_iter().chain(["文书号", "决定书文号"]));
                let read = extractor.read_table(&received.path, &name, &wanted).await;
                brought.table = Some(read.map_err(|rejected| rejected.message));
            }
            _ => {}
        }
    }
    Ok(brought)
}

/// Number and reason of each row that came back.
fn read(item: &Item, table: &Table) -> std::result::Result<Vec<(String, String)>, String> {
    let key = item.keys.first().and_then(|key| item.column(key)).ok_or("这个事项没有文书号，不能对上退回的数据。")?;
    let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '*').collect::<String>();
    let names = [&key.label, &key.code].into_iter().chain(&key.aliases).map(|name| plain(name));
    let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    let number = table.header.iter().position(|head| names.contains(&plain(head)));
    let number = number.ok_or_else(|| format!("表里没有“{}”一列，对不上记录。请用平台下载的退回文件。", key.label))?;
    let reason = table.header.iter().position(|head| REASONS.contains(&plain(head).as_str()));
    let reason = reason.ok_or("表里没有退回原因一列（错误原因、退回原因、校验结果等）。请用平台下载的退回文件。")?;
    let cell = |cells: &[String], at: usize| cells.get(at).map(|text| text.trim().to_owned()).unwrap_or_default();
    let mut rows: Vec<(String, String)> = Vec::new();
    for row in &table.rows {
        let (number, reason) = (cell(&row.cells, number), cell(&row.cells, reason));
        // A row without a reason was taken.
        if !number.is_empty() && !reason.is_empty() && !matches!(reason.as_str(), "成功" | "通过" | "校验通过" | "正常")
        {
            rows.push((number, reason.chars().take(REASON).collect()));
        }
    }
    if rows.is_empty() {
        return Err("文件里没有被退回的数据：每一行都没有写退回原因。".to_owned());
    }
    if rows.len() > ROWS {
        return Err(format!("超过 {ROWS} 行。请分几个文件上传。"));
    }
    Ok(rows)
}

/// POST /enforcement/exchange/returns
pub(super) async fn bring(State(ctx): State<Ctx>, desk: Desk, parts: Multipart) -> Result<Response> {
    let brought = brought(&ctx, parts).await?;
    let named = Some(OrganCode::from(brought.organ.as_str())).filter(|_| !brought.organ.is_empty());
    let own = named.clone().unwrap_or_else(|| desk.organ().clone());
    let done = async |tx: &mut Tx| {
        may_for(&desk.actor(), &IMPORT_RECORDS, &ctx.directory().stands_for(&own, ctx.today()))?;
        let item = match rows::item(&ctx, &brought.item).await? {
            Some(item) if exchange::ITEMS.contains(&item.key.as_str()) => item,
            _ => return Err(Refusal::field("item", "请选择事项。")),
        };
        let table = match &brought.table {
            Some(Ok(table)) => table,
            Some(Err(why)) => return Err(Refusal::field("file", why.as_str())),
            None => return Err(Refusal::field("file", "请选择平台退回的表格文件（.xlsx、.xls、.csv）。")),
        };
        let rows = read(&item, table).map_err(|why| Refusal::field("file", why))?;
        // Of each organ: rows that are new, and those of them whose record was found.
        let mut counted: Vec<(OrganCode, i64, i64)> = Vec::new();
        for (number, reason) in &rows {
            let found = record_of(&ctx, &desk, &item, (named.as_ref(), number)).await?;
            let organ = found.as_ref().map_or(&own, |(organ, _)| organ);
            let record = found.as_ref().map(|(_, record)| record);
            if !put(tx, &desk, (&item, organ), (number, reason), record).await? {
                continue;
            }
            let known = i64::from(record.is_some());
            match counted.iter_mut().find(|(code, ..)| code == organ) {
                Some((_, new, found)) => {
                    *new += 1;
                    *found += known;
                }
                None => counted.push((organ.clone(), 1, known)),
            }
        }
        if counted.is_empty() {
            return Err(Refusal::Conflict("这个文件里的退回数据都已登记过，没有重复登记。".to_owned()));
        }
        for (organ, new, found) in &counted {
            let data = json!({ "item": item.key.as_str(), "rows": new, "found": found });
            tx.append(NewEvent::new(&CAME_BACK, organ, &desk.actor()).organ(organ).data(data)).await?;
        }
        let new: i64 = counted.iter().map(|(_, new, _)| new).sum();
        let lost = new - counted.iter().map(|(_, _, found)| found).sum::<i64>();
        let rest = if lost > 0 {
            format!("其中 {lost} 条没有对上已公开的记录，请核对文号。")
        } else {
            String::new()
        };
        Ok(Done::ok("/enforcement/exchange?state=open", format!("已登记 {new} 条退回的数据。{rest}")))
    };
    let again = async |errors: FormErrors| answer(&ctx, &desk, exchange::Asked::default(), errors).await;
    act_in_place(&ctx, "", done, again).await
}

/// The public record with this number, and whose it is: of the named organ, or of any for which this person may import.
async fn record_of(
    ctx: &Ctx,
    desk: &Desk,
    item: &std::sync::Arc<Item>,
    (organ, number): (Option<&OrganCode>, &str),
) -> Result<Option<(OrganCode, RecordId)>> {
    for record in record::rows::named(ctx.db(), item, organ, number).await? {
        let Some(row) = record::rows::public(ctx.db().read(), &item.key, &record).await? else { continue };
        let keeper = ctx.directory().stands_for(&row.organ, ctx.today());
        if organ.is_some() || may_for(&desk.actor(), &IMPORT_RECORDS, &keeper).is_ok() {
            return Ok(Some((row.organ, record)));
        }
    }
    Ok(None)
}

/// Keeps a row that came back; whether it is new, or came back again after it was settled.
async fn put(
    tx: &mut Tx,
    desk: &Desk,
    (item, organ): (&Item, &OrganCode),
    (number, reason): (&str, &str),
    record: Option<&RecordId>,
) -> Result<bool, Refusal> {
    let (account, name) = rows::by(&desk.actor());
    let done = query(
        "INSERT INTO enforcement_return (id, item, organ, record, number, reason, state, at, by_account, by_name, ended_at, \
         ended_name) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, '', '') \
         ON CONFLICT (item, organ, number, reason) DO UPDATE SET state = 'open', at = $7, by_account = $8, by_name = $9, \
         record = $4, ended_at = '', ended_name = '' WHERE enforcement_return.state = 'done'",
    )
    .bind(ReturnId::fresh(&tx.seams()))
    .bind(item.key.as_str())
    .bind(organ)
    .bind(record.map_or("", RecordId::as_str))
    .bind(number)
    .bind(reason)
    .bind(tx.now())
    .bind(&account)
    .bind(&name)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// A button beside a line.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Button {
    once: String,
    id: ReturnId,
}

/// POST /enforcement/exchange/settle: it was put right and sent again.
pub(super) async fn settle(State(ctx): State<Ctx>, desk: Desk, Form(button): Form<Button>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let found: Option<(OrganCode, String)> =
            ::store::query_as("SELECT organ, item FROM enforcement_return WHERE id = $1 AND state = 'open'")
                .bind(&button.id)
                .fetch_optional(tx.conn())
                .await?;
        let Some((organ, item)) = found else {
            return Err(Refusal::Conflict("这一条已经办结。请看现在的情况。".to_owned()));
        };
        may_for(&desk.actor(), &ENTER_RECORDS, &ctx.directory().stands_for(&organ, ctx.today()))?;
        query("UPDATE enforcement_return SET state = 'done', ended_at = $2, ended_name = $3 WHERE id = $1 AND state = 'open'")
            .bind(&button.id)
            .bind(tx.now())
            .bind(desk.actor().log_name())
            .execute(tx.conn())
            .await?;
        let data = json!({ "item": item, "rows": 1 });
        tx.append(NewEvent::new(&SETTLED, &organ, &desk.actor()).organ(&organ).data(data)).await?;
        Ok(Done::ok("/enforcement/exchange", "已办结。"))
    };
    let again = async |errors: FormErrors| answer(&ctx, &desk, exchange::Asked::default(), errors).await;
    act_in_place(&ctx, &button.once, done, again).await
}
