//! The pages on which an old register is uploaded, corrected and taken over.

use std::collections::HashMap;

use ::foi::{Applicant, Exemption, Outcome, remedy::Finding};
use ::store::{Tx, jobs::NewJob};
use askama::Template;
use axum::{
    extract::{Multipart, Path, State},
    response::Response,
};
use case::permissions::HANDLE_CASES;
use documents::{
    Extractor, Limits,
    tables::{Cell, Sheet, Table, write_xlsx},
};
use kernel::{NewEvent, OrganCode, may_for, time::show_minute};
use serde_json::json;
use web::{
    Ctx, Desk, Done, Form, FormErrors, OfficeShell, Refusal, Result, act, filters, office_page, page,
    sent::{self, Sent},
};

use super::{
    RECEIVED,
    rows::{self, COLUMNS, Line, Verdict, lines},
    run::{Asked, TAKE, judged},
    store::{self, Import, ImportId, Kept},
};
use crate::foi::form::askable;

/// Rows of one table.
const MOST_ROWS: usize = 5_000;
/// Largest file, in bytes.
const MOST_BYTES: u64 = 16 << 20;
/// Wrong rows that are corrected on one page.
const SHOWN: usize = 100;

/// Codes with the words that a cell may say.
struct Words {
    label: &'static str,
    words: Vec<&'static str>,
}

fn words() -> Vec<Words> {
    vec![
        Words { label: "申请人类别", words: Applicant::ALL.iter().map(|one| one.label()).collect() },
        Words { label: "处理结果", words: Outcome::ALL.iter().map(|one| one.label()).collect() },
        Words { label: "不予公开的情形", words: Exemption::ALL.iter().map(|one| one.label()).collect() },
        Words { label: "复议结果、诉讼结果", words: Finding::ALL.iter().map(|one| one.label()).collect() },
    ]
}

/// An upload in the list.
struct Earlier {
    id: ImportId,
    organ: String,
    at: String,
    state: &'static str,
    taken: i64,
}

#[derive(Template)]
#[template(path = "foi/old/templates/upload.html")]
struct UploadPage {
    shell: OfficeShell,
    errors: FormErrors,
    organs: Vec<(String, String)>,
    organ: String,
    columns: Vec<(&'static str, &'static str, bool)>,
    words: Vec<Words>,
    most: usize,
    earlier: Vec<Earlier>,
}

async fn shown(ctx: &Ctx, desk: &Desk, chosen: String, errors: FormErrors) -> Result<Response> {
    let (bad, actor) = (!errors.is_empty(), desk.actor());
    let mine = askable(ctx).into_iter().filter(|one| may_for(&actor, &HANDLE_CASES, &one.code).is_ok());
    let imports = store::newest(ctx.db().read(), &desk.staff.account).await?;
    let directory = ctx.directory();
    let earlier = |import: &Import| Earlier {
        id: import.id.clone(),
        organ: directory.short_name(&import.organ).to_owned(),
        at: show_minute(&import.created_at),
        state: match import.state.as_str() {
            "taking" => "正在导入",
            "done" => "已导入",
            _ => "等待更正或者导入",
        },
        taken: import.taken,
    };
    let form = UploadPage {
        shell: desk.shell(ctx, "导入原登记簿").await?.with_error(bad),
        errors,
        organs: mine.map(|one| (one.code.to_string(), one.name)).collect(),
        organ: chosen,
        columns: COLUMNS.iter().map(|column| (column.label, column.about, column.needed)).collect(),
        words: words(),
        most: MOST_ROWS,
        earlier: imports.iter().map(earlier).collect(),
    };
    if bad { page::office_errors(&form) } else { office_page(&form) }
}

/// `GET /foi/import`
pub(super) async fn form(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    shown(&ctx, &desk, desk.organ().to_string(), FormErrors::new()).await
}

/// How the title of the template begins.
const TEMPLATE_TITLE: &str = "政府信息公开申请原登记簿";

/// `GET /foi/import/template.xlsx`: all headings, and a row that shows how they are filled in.
pub(super) async fn template(_: Desk) -> Result<Response> {
    page::workbook("原登记簿导入模板.xlsx", move || {
        write_xlsx(&Sheet {
            name: "原登记簿".into(),
            title: Some(format!("{TEMPLATE_TITLE}（第三行是示例，请删去；带 * 的必须填写）")),
            header: COLUMNS
                .iter()
                .map(|column| format!("{}{}", column.label, if column.needed { " *" } else { "" }))
                .collect(),
            rows: vec![rows::example().into_iter().map(Cell::from).collect()],
            ..Sheet::default()
        })
    })
    .await
}

/// What was sent: the organ's code, and the table with its file's name or what is wrong with it.
struct Posted {
    organ: String,
    table: std::result::Result<(Table, String), String>,
}

async fn received(ctx: &Ctx, mut parts: Multipart) -> Result<Posted> {
    let mut wanted = rows::wanted();
    let mut posted = Posted {
        organ: String::new(),
        table: Err("请选择要导入的表格，.xlsx 或 .csv 文件；没有表格的，先下载模板填好。".to_owned()),
    };
    while let Some(field) = parts.next_field().await.map_err(sent::broken)? {
        match field.name() {
            Some("organ") => posted.organ = field.text().await.map_err(sent::broken)?.trim().to_owned(),
            Some("sheet") => wanted = wanted.in_sheet(&sent::sheet(field).await?),
            Some("file") => {
                let too_large = || "文件太大，上限 16 MB。请按年度拆成几个文件分别导入。".to_owned();
                let Some(Sent { name, received }) = sent::file(ctx, field, MOST_BYTES, too_large).await? else {
                    continue;
                };
                let extractor = Extractor::new(ctx.program().clone(), Limits::default());
                let read = extractor.read_table(&received.path, &name, &wanted).await;
                let asides = |mut table: Table| {
                    table.set_aside();
                    (table, name.clone())
                };
                posted.table = read.map(asides).map_err(|rejected| rejected.message);
            }
            _ => {}
        }
    }
    Ok(posted)
}

/// What is kept of a table, or what is wrong with it as a whole.
fn kept_of(table: &Table, name: &str) -> std::result::Result<Kept, Vec<String>> {
    let lines = lines(table)?;
    match lines.len() {
        0 => return Err(vec!["表格只有表头，没有申请。请从第二行起每行填一件。".to_owned()]),
        count if count > MOST_ROWS => {
            return Err(vec![format!("表格有 {count} 行，一次最多 {MOST_ROWS} 行。请按年度拆成几个文件分别导入。")]);
        }
        _ => {}
    }
    let mut own = table.clone();
    own.above.retain(|line| !line.starts_with(TEMPLATE_TITLE));
    let mut left_out = own.left_out(&rows::wanted());
    let others = table.said_sheet();
    left_out.extend((!others.is_empty()).then_some(others));
    if !table.hidden.is_empty() {
        let hidden = table.hidden.iter().map(usize::to_string).collect::<Vec<_>>().join("、");
        left_out.push(format!("隐藏（筛选掉）的第 {hidden} 行也读入了；不想导入的，请删去后重新上传。"));
    }
    Ok(Kept { file: name.chars().take(120).collect(), left_out, lines })
}

/// `POST /foi/import`
pub(super) async fn upload(State(ctx): State<Ctx>, desk: Desk, parts: Multipart) -> Result<Response> {
    let posted = received(&ctx, parts).await?;
    let organ = OrganCode::from(posted.organ.as_str());
    let mut errors = FormErrors::new();
    let asked = askable(&ctx).iter().any(|one| one.code == organ);
    let may = may_for(&desk.actor(), &HANDLE_CASES, &organ).is_ok();
    errors.require(asked && may, "organ", "请选择这是哪个机关的登记簿。");
    let kept = match posted.table {
        Ok((table, name)) => kept_of(&table, &name),
        Err(message) => Err(vec![message]),
    };
    let kept = match kept {
        Ok(kept) if errors.is_empty() => kept,
        Ok(_) => return shown(&ctx, &desk, posted.organ, errors).await,
        Err(faults) => {
            for fault in faults {
                errors.add("file", fault);
            }
            return shown(&ctx, &desk, posted.organ, errors).await;
        }
    };
    let done = async |tx: &mut Tx| {
        let id = store::add(&ctx, tx, (&desk.staff.account, &organ), &kept).await?;
        let import = store::of(tx.conn(), &id, &desk.staff.account).await?;
        let verdicts = judged(&ctx, &import, &kept.lines).await?;
        let wrong = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Wrong(_))).count();
        let data = json!({ "rows": kept.lines.len(), "wrong": wrong });
        tx.append(NewEvent::new(&RECEIVED, &id, &desk.actor()).organ(&organ).data(data)).await?;
        Ok::<_, Refusal>(Done::to(format!("/foi/import/{id}")))
    };
    Ok(act(&ctx, "", done).await?)
}

/// A cell that is wrong, to be corrected.
struct WrongCell {
    name: String,
    label: &'static str,
    value: String,
    message: String,
}

struct WrongRow {
    number: usize,
    /// The number in the old register, by which the clerk finds it.
    told: String,
    cells: Vec<WrongCell>,
}

fn wrong_row(line: &Line, faults: &[(usize, String)]) -> WrongRow {
    let cell = |(at, message): &(usize, String)| WrongCell {
        name: format!("c{}-{at}", line.number),
        label: COLUMNS[*at].label,
        value: line.cells.get(*at).cloned().unwrap_or_default(),
        message: message.clone(),
    };
    let mut cells: Vec<WrongCell> = Vec::new();
    for one in faults.iter().map(cell) {
        match cells.iter_mut().find(|known| known.name == one.name) {
            Some(known) => known.message.push_str(&one.message),
            None => cells.push(one),
        }
    }
    WrongRow { number: line.number, told: line.cells.first().cloned().unwrap_or_default(), cells }
}

#[derive(Template)]
#[template(path = "foi/old/templates/one.html")]
struct OnePage {
    shell: OfficeShell,
    id: ImportId,
    once: String,
    organ: String,
    state: String,
    file: String,
    left_out: Vec<String>,
    trouble: String,
    wanted: i64,
    taken: i64,
    rows: usize,
    good: usize,
    known: usize,
    wrong_count: usize,
    wrong: Vec<WrongRow>,
    words: Vec<Words>,
}

/// `GET /foi/import/{id}`
pub(super) async fn one(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<ImportId>) -> Result<Response> {
    let import = store::of(ctx.db().read(), &id, &desk.staff.account).await?;
    let checking = import.state == "checking";
    let kept = if checking { import.kept(&ctx)? } else { Kept::default() };
    let verdicts = judged(&ctx, &import, &kept.lines).await?;
    let (mut good, mut known, mut wrong_count, mut wrong) = (0, 0, 0, Vec::new());
    for (line, verdict) in kept.lines.iter().zip(&verdicts) {
        match verdict {
            Verdict::Good(_) => good += 1,
            Verdict::Known => known += 1,
            Verdict::Wrong(faults) => {
                wrong_count += 1;
                if wrong.len() < SHOWN {
                    wrong.push(wrong_row(line, faults));
                }
            }
        }
    }
    let directory = ctx.directory();
    office_page(&OnePage {
        shell: desk.shell(&ctx, "检查原登记簿").await?.with_error(wrong_count > 0),
        once: ctx.once(),
        organ: directory.get(&import.organ).map_or(import.organ.to_string(), |organ| organ.name.clone()),
        state: import.state.clone(),
        file: kept.file,
        left_out: kept.left_out,
        trouble: import.trouble.clone(),
        wanted: import.wanted,
        taken: import.taken,
        rows: kept.lines.len(),
        good,
        known,
        wrong_count,
        wrong,
        words: words(),
        id,
    })
}

/// `POST /foi/import/{id}`: keeps the corrections; then checks again, takes over all or the good rows, or throws all away.
pub(super) async fn submit(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<ImportId>,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Response> {
    let what = form.get("act").map_or("", String::as_str);
    // Corrections may be kept as often as there are any.
    let once = if what == "check" { "" } else { form.get("once").map_or("", String::as_str) };
    let to = format!("/foi/import/{id}");
    let done = async |tx: &mut Tx| {
        tx.lock_row("foi_import", id.as_str()).await?;
        let import = store::of(tx.conn(), &id, &desk.staff.account).await?;
        may_for(&desk.actor(), &HANDLE_CASES, &import.organ)?;
        if import.state != "checking" {
            return Err(Refusal::Conflict("这份登记簿已经在导入或者已经导入。请刷新后再看。".into()));
        }
        if what == "discard" {
            store::discard(tx, &id).await?;
            return Ok(Done::ok("/foi/import", "已删去上传的表格，没有导入。"));
        }
        let mut kept = import.kept(&ctx)?;
        for line in &mut kept.lines {
            for (at, cell) in line.cells.iter_mut().enumerate() {
                if let Some(text) = form.get(&format!("c{}-{at}", line.number)) {
                    text.trim().clone_into(cell);
                }
            }
        }
        store::keep(&ctx, tx, &id, &kept).await?;
        let verdicts = judged(&ctx, &import, &kept.lines).await?;
        let count = |wanted: fn(&Verdict) -> bool| verdicts.iter().filter(|verdict| wanted(verdict)).count();
        let wrong = count(|verdict| matches!(verdict, Verdict::Wrong(_)));
        let good = count(|verdict| matches!(verdict, Verdict::Good(_)));
        let text = match what {
            "all" if wrong > 0 => "还有需要更正的行，没有导入任何内容。请更正后再导入，或者只导入正确的行。",
            "all" | "good" if good == 0 => "没有可以导入的行。",
            "all" | "good" => {
                if !store::begin(tx, &id, good).await? {
                    return Err(Refusal::Conflict("这份登记簿已经在导入。请刷新后再看。".into()));
                }
                let asked = Asked { import: id.clone(), staff: desk.staff.clone() };
                tx.enqueue(NewJob::now(TAKE, &asked).dedup(id.as_str())).await?;
                return Ok(Done::to(to.clone()));
            }
            _ if wrong > 0 => "更正已保存，还有需要更正的行。",
            _ => "更正已保存，没有需要更正的行了。",
        };
        Ok(Done::to(to.clone()).with(|to| to.flash(if wrong > 0 { "warn" } else { "ok" }, text)))
    };
    Ok(act(&ctx, once, done).await?)
}
