//! A sheet is brought: for which item and organ, how, and the file. It is read in the background; nothing is stored
//! before somebody has seen what was found.

use askama::Template;
use axum::{
    extract::{Multipart, State},
    response::Response,
};
use document::values::line;
use item::ItemKey;
use kernel::{OrganCode, names, time::show_minute};
use record::{
    ImportId,
    import::{self, Backfill, Import, Options, Stage},
    permissions::IMPORT_RECORDS,
};
use store::Tx;
use web::{
    Ctx, Desk, Done, FormErrors, OfficeShell, Query, Refusal, Result, act_in_place, office_page, page,
    sent::{self, Sent},
};

use super::{
    common,
    list::{Pairs, value},
};

/// Earlier imports that the page shows.
const EARLIER: usize = 20;
/// Characters of a title, and of where a backfill is from.
const LONGEST: usize = 120;
/// How sure a backfill is where nobody says it, of 100.
const SURE: &str = "90";

/// What was typed.
#[derive(Debug, Clone, Default)]
struct Typed {
    once: String,
    item: String,
    organ: String,
    sheet: String,
    title: String,
    /// `new`, `update` or `backfill`.
    what: String,
    note: String,
    source: String,
    confidence: String,
}

/// An import in the list.
struct Earlier {
    id: ImportId,
    name: String,
    item: String,
    organ: String,
    at: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "records_office/templates/upload.html")]
struct UploadPage {
    shell: OfficeShell,
    errors: FormErrors,
    typed: Typed,
    items: Vec<(String, String)>,
    organs: Vec<(String, String)>,
    uses: Vec<(&'static str, &'static str, &'static str)>,
    earlier: Vec<Earlier>,
    most: u64,
    once: String,
}

/// Where an import stands, in words.
pub(super) fn stage_words(stage: Stage) -> &'static str {
    match stage {
        Stage::Waiting => "正在读取",
        Stage::Told => "等您确认",
        Stage::Stored => "已导入",
        Stage::Refused => "读不了",
        Stage::Stopped => "已停止",
    }
}

async fn earlier(ctx: &Ctx, desk: &Desk) -> Result<Vec<Earlier>> {
    let list = import::list(common::own(ctx, &desk.staff), None);
    let found = list.page::<Import>(ctx.db(), Some("newest"), None, EARLIER).await?;
    let mut all = Vec::with_capacity(found.rows.len());
    for one in found.rows {
        all.push(Earlier {
            item: common::title(ctx, &one.item).await?,
            organ: ctx.directory().short_name(&one.organ).to_owned(),
            at: show_minute(&one.at),
            state: stage_words(one.stage()),
            name: one.name,
            id: one.id,
        });
    }
    Ok(all)
}

async fn shown(ctx: &Ctx, desk: &Desk, typed: Typed, errors: FormErrors) -> Result<Response> {
    let bad = !errors.is_empty();
    let items = record::items::all(ctx).await?;
    let tables = items.iter().filter(|item| item.is_table());
    let page = UploadPage {
        shell: desk.shell(ctx, "导入数据表格").await?.with_error(bad),
        errors,
        items: tables.map(|item| (item.key.to_string(), format!("{} · {}", item.domain.name, item.title))).collect(),
        organs: common::organs(ctx, &desk.actor(), &IMPORT_RECORDS),
        uses: vec![
            ("new", "新的数据", "编号与已公开的记录相同的行，指出来，不导入"),
            ("update", "更新已公开的数据", "编号与已公开的记录相同的行，作为更正，原来的内容留在更正记录里"),
            ("backfill", "补录历史数据", "写明来源和把握；把握不足的行进入待核定，不随这一批公开"),
        ],
        earlier: earlier(ctx, desk).await?,
        most: ctx.config().server.upload_mb,
        once: ctx.once(),
        typed,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// `GET /records/imports`; `?item=` chooses.
pub(super) async fn form(State(ctx): State<Ctx>, desk: Desk, Query(pairs): Query<Pairs>) -> Result<Response> {
    let typed = Typed {
        item: value(&pairs, "item").to_owned(),
        organ: desk.organ().to_string(),
        what: "new".to_owned(),
        confidence: SURE.to_owned(),
        ..Typed::default()
    };
    shown(&ctx, &desk, typed, FormErrors::new()).await
}

async fn received(ctx: &Ctx, mut parts: Multipart) -> Result<(Typed, Option<Sent>)> {
    let (mut typed, mut file) = (Typed::default(), None);
    let most = ctx.config().server.upload_mb;
    while let Some(field) = parts.next_field().await.map_err(sent::broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let too_large = || format!("文件太大，上限 {most} MB。请拆成几个文件分别导入。");
            file = sent::file(ctx, field, most << 20, too_large).await?.or(file);
            continue;
        }
        let text = field.text().await.map_err(sent::broken)?;
        let text = line(&text, 300);
        match name.as_str() {
            "once" => typed.once = text,
            "item" => typed.item = text,
            "organ" => typed.organ = text,
            "sheet" => typed.sheet = text,
            "title" => typed.title = text,
            "what" => typed.what = text,
            "note" => typed.note = text,
            "source" => typed.source = text,
            "confidence" => typed.confidence = text,
            _ => {}
        }
    }
    Ok((typed, file))
}

/// How the sheet is imported, by what was typed.
fn options(typed: &Typed, errors: &mut FormErrors) -> Option<Options> {
    let item = ItemKey::new(&typed.item);
    errors.require(item.is_some(), "item", "请选择这份表格是哪个事项的数据。");
    errors.require(!typed.organ.is_empty(), "organ", "请选择这是哪个机关的信息。");
    let mut options = Options::new(item?, OrganCode::from(typed.organ.as_str()));
    options.sheet.clone_from(&typed.sheet);
    options.title = line(&typed.title, LONGEST);
    options.update = typed.what == "update";
    options.note = line(&typed.note, 300);
    errors.require(
        !options.update || !options.note.is_empty(),
        "note",
        "请写明更新原因（会随记录公开），例如“补充有效期”。",
    );
    if typed.what == "backfill" {
        let source = line(&typed.source, LONGEST);
        errors.require(!source.is_empty(), "source", "请写明来源，例如“2016 年土地批次档案第 12 卷”。");
        let confidence = typed.confidence.trim().trim_end_matches('%').parse::<u8>().ok().filter(|sure| *sure <= 100);
        errors.require(confidence.is_some(), "confidence", "请填 0 到 100 的整数，例如 90。");
        options.backfill = Some(Backfill { source, confidence: confidence.unwrap_or_default() });
    }
    Some(options)
}

/// `POST /records/imports`
pub(super) async fn upload(State(ctx): State<Ctx>, desk: Desk, parts: Multipart) -> Result<Response> {
    let (typed, file) = received(&ctx, parts).await?;
    let mut errors = FormErrors::new();
    let options = options(&typed, &mut errors);
    errors.require(
        file.is_some(),
        "file",
        "请选择要导入的表格，.xlsx、.xls 或 .csv 文件；没有表格的，先下载模板填好。",
    );
    let (Some(options), Some(file)) = (options.filter(|_| errors.is_empty()), file) else {
        return shown(&ctx, &desk, typed, errors).await;
    };
    let name = names::of_file(&file.name);
    let done = async |tx: &mut Tx| {
        let id = import::start(&ctx, tx, &desk.actor(), (&file.received, &name), options.clone()).await?;
        Ok::<_, Refusal>(Done::to(format!("/records/imports/{id}")))
    };
    let again = async |errors: FormErrors| shown(&ctx, &desk, typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}
