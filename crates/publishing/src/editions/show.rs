//! The page of a document in the office: its editions, what can be done, its history; the preview; its files.

use askama::Template;
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use kernel::{Action, Gate, event::Event, may_for, time};
use serde::Deserialize;
use tokio_util::io::ReaderStream;
use web::{Ctx, Desk, Error, OfficeShell, PortalShell, Query, Reader, Result, filters, office_page, page};

use super::{
    checks,
    model::EditionState,
    store::{self as rows, AttachmentRow, DocumentRow, EditionRow, Loaded},
};
use crate::{
    kinds::{Disclosure, Kind, Validity},
    public,
    sql::split_words,
};

/// One line of the history.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) at: String,
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) more: String,
}

/// What happened, in words.
pub(crate) fn history(events: Vec<Event>) -> Vec<Line> {
    let mut lines: Vec<Line> = events.into_iter().map(line).collect();
    lines.reverse();
    lines
}

fn line(event: Event) -> Line {
    let data: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
    let text = |name: &str| data.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let gate = Gate::from_code(&text("gate")).map_or("", Gate::label);
    let number =
        data.get("number").and_then(serde_json::Value::as_i64).map_or_else(String::new, |n| format!("第 {n} 版"));
    let (what, more) = match event.kind.as_str() {
        "document.created" => ("新建稿件".to_owned(), text("title")),
        "document.submitted" => (format!("提交审核 {number}"), text("title")),
        "document.claimed" => (format!("领取：{gate}"), String::new()),
        "document.released" => (format!("放回：{gate}"), String::new()),
        "document.gate_passed" => (format!("通过：{gate}"), String::new()),
        "document.returned" => (format!("退回：{gate}"), text("reason")),
        "document.recalled" => ("撤回修改".to_owned(), text("from")),
        "document.scheduled" => ("审核全部通过，等待定时发布".to_owned(), time::show_minute(&text("at"))),
        "document.published" => (format!("公开发布 {number}"), format!("索引号 {}", text("index_number"))),
        "document.corrected" => (format!("更正发布 {number}"), text("title")),
        "document.superseded" => (format!("{number} 由新版替代"), String::new()),
        "document.correction_begun" => (format!("开始更正 {number}"), String::new()),
        "document.withdrawn" => (format!("撤回公开 {number}"), text("reason")),
        "document.bypassed" => (format!("紧急发布 {number}"), text("reason")),
        "document.bypass_reviewed" => ("紧急发布事后复核".to_owned(), text("note")),
        "document.binned" => (format!("删除草稿 {number}"), String::new()),
        "document.restored" => (format!("恢复草稿 {number}"), String::new()),
        "document.purged" => ("回收站期满清除".to_owned(), String::new()),
        "document.file_added" => ("添加附件".to_owned(), text("name")),
        "document.file_removed" => ("移除附件".to_owned(), text("name")),
        "document.file_arranged" => ("整理附件".to_owned(), text("title")),
        "document.seeded" => (format!("由程序录入 {number}"), text("title")),
        "finding.overridden" => (format!("放行检查发现的问题：{}", text("place")), text("reason")),
        other => (other.to_owned(), String::new()),
    };
    Line { at: time::show_minute(&event.at), who: event.actor_name, what, more }
}

/// An edition as the page lists it.
struct EditionLine {
    edition: EditionRow,
    files: usize,
    when: String,
}

#[derive(Template)]
#[template(path = "editions/templates/show.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is one button of the page")]
struct Show {
    shell: OfficeShell,
    document: DocumentRow,
    organ_name: String,
    column_name: String,
    title: String,
    lines: Vec<EditionLine>,
    open: Option<EditionRow>,
    public: Option<EditionRow>,
    public_words: usize,
    public_files: usize,
    interprets: Option<public::Listed>,
    history: Vec<Line>,
    portal_url: String,
    can_edit: bool,
    can_recall: bool,
    can_correct: bool,
    can_bin: bool,
    can_withdraw: bool,
    can_bypass: bool,
    stopping: usize,
    once: String,
}

impl Show {
    fn kind_label(&self) -> &'static str {
        self.document.kind().label()
    }
}

/// The document's page.
pub(super) async fn show(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<String>) -> Result<Response> {
    let actor = desk.actor();
    let document = rows::visible(&ctx, ctx.db().read(), &actor, &id).await?;
    let editions = rows::editions(ctx.db().read(), &id).await?;
    if editions.is_empty() {
        // Its only draft lies in the bin.
        return Err(Error::NotFound);
    }
    let organ = document.organ();
    let keeper = document.keeper();
    let writes = may_for(&actor, Action::WriteDocuments, &keeper).is_ok();
    let open = editions.iter().find(|e| e.state().is_ok_and(|state| state.is_open())).cloned();
    let public = editions.iter().find(|e| e.state == "published").cloned();
    let by_me = open.as_ref().is_some_and(|e| e.is_by(&desk.staff.account));
    let editable = open.as_ref().is_some_and(|e| matches!(e.state.as_str(), "draft" | "returned"));
    let mut lines = Vec::with_capacity(editions.len());
    let mut public_files = 0;
    let mut stopping = 0;
    for edition in editions {
        let files = rows::files(ctx.db().read(), &edition.id).await?;
        if edition.state == "published" {
            public_files = files.len();
        }
        if edition.state().is_ok_and(|state| state.is_open()) {
            stopping = checks::stopping(&checks::of_edition(ctx.db().read(), &edition, &files).await?);
        }
        let when = match edition.state()? {
            EditionState::Scheduled { at } => format!("将于 {} 发布", time::show_minute(&time::to_db(at))),
            _ if !edition.ended_at.is_empty() => {
                format!("{} 至 {}", time::show_minute(&edition.published_at), time::show_minute(&edition.ended_at))
            }
            _ if !edition.published_at.is_empty() => format!("{} 起公开", time::show_minute(&edition.published_at)),
            _ => format!("{} 变动", time::show_minute(&edition.updated_at)),
        };
        lines.push(EditionLine { files: files.len(), when, edition });
    }
    let title = lines.first().map(|line| line.edition.shown_title().to_owned()).unwrap_or_default();
    let column = public::column(ctx.db(), &document.column_slug).await?;
    let was_public = lines.iter().any(|line| matches!(line.edition.state.as_str(), "published" | "withdrawn"));
    let county = desk.staff.has(kernel::Role::CountyOffice);
    office_page(&Show {
        shell: desk.shell(&ctx, title.clone()).await?,
        organ_name: ctx.directory().short_name(&organ).to_owned(),
        column_name: column.map(|column| column.name).unwrap_or_default(),
        title,
        interprets: public::listed(ctx.db(), &document.interprets).await?,
        history: history(store::log::of_subject(ctx.db(), "document", &id).await?),
        portal_url: format!("{}{}", ctx.config().server.portal_url.trim_end_matches('/'), document.path()),
        can_edit: writes && editable,
        can_recall: writes && open.is_some() && !editable && (by_me || county),
        can_correct: writes && open.is_none() && was_public,
        can_bin: writes && editable && by_me,
        can_withdraw: public.is_some() && may_for(&actor, Action::WithdrawDocuments, &keeper).is_ok(),
        can_bypass: open.is_some() && !by_me && may_for(&actor, Action::BypassGates, &keeper).is_ok(),
        public_words: public.as_ref().map_or(0, |e| e.body_text.chars().filter(|c| !c.is_whitespace()).count()),
        public_files,
        stopping,
        lines,
        open,
        public,
        document,
        once: ctx.once(),
    })
}

/// The text of an edition as the public would see it.
pub(crate) struct Paper {
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) summary: String,
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) files: Vec<AttachmentRow>,
    pub(crate) organ: String,
    pub(crate) document: String,
    pub(crate) edition: String,
}

/// Puts together what readers will see.
pub(crate) fn paper(ctx: &Ctx, loaded: &Loaded) -> Paper {
    let (document, edition) = (&loaded.document, &loaded.edition);
    let directory = ctx.directory();
    let organ = directory.get(&document.organ()).map_or_else(|| document.organ.clone(), |organ| organ.name.clone());
    let index =
        if document.index_number.is_empty() { "发布时生成".to_owned() } else { document.index_number.clone() };
    let validity = Validity::from_code(&edition.validity).map(|v| v.label().to_owned()).unwrap_or_default();
    let source = if edition.source.is_empty() { organ.clone() } else { edition.source.clone() };
    let mut facts = vec![
        ("索引号", index),
        ("发文机关", organ.clone()),
        ("发文字号", edition.document_number.clone()),
        ("成文日期", edition.written_on.clone()),
        ("施行日期", edition.effective_on.clone()),
        ("有效期至", edition.expires_on.clone()),
        ("有效性", validity),
        ("主题", split_words(&edition.topics).join("、")),
        ("主题词", split_words(&edition.keywords).join("、")),
        ("来源", source),
        ("公开属性", Disclosure::from_code(&edition.disclosure).map_or("", Disclosure::label).to_owned()),
    ];
    facts.retain(|(_, value)| !value.is_empty());
    Paper {
        title: edition.shown_title().to_owned(),
        body: web::rich::sanitize(&edition.body_html),
        summary: edition.summary.clone(),
        facts,
        files: loaded.files.clone(),
        organ,
        document: document.id.clone(),
        edition: edition.id.clone(),
    }
}

#[derive(Template)]
#[template(path = "editions/templates/preview.html")]
struct Preview {
    shell: PortalShell,
    paper: Paper,
    state: String,
}

/// Which edition.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    edition: String,
}

/// The edition asked for, or the newest; only of this document.
async fn which(ctx: &Ctx, desk: &Desk, document: &str, which: &Which) -> Result<Loaded> {
    let about = rows::visible(ctx, ctx.db().read(), &desk.actor(), document).await?;
    let id = if which.edition.is_empty() {
        rows::editions(ctx.db().read(), &about.id).await?.into_iter().next().ok_or(Error::NotFound)?.id
    } else {
        which.edition.clone()
    };
    let loaded = rows::read(ctx, &desk.actor(), &id).await?;
    if loaded.document.id == document { Ok(loaded) } else { Err(Error::NotFound) }
}

/// The edition as the public would see it.
pub(super) async fn preview(
    State(ctx): State<Ctx>,
    desk: Desk,
    reader: Reader,
    Path(id): Path<String>,
    Query(query): Query<Which>,
) -> Result<Response> {
    let loaded = which(&ctx, &desk, &id, &query).await?;
    let paper = paper(&ctx, &loaded);
    let nav = if loaded.document.kind() == Kind::Policy { "policies" } else { "openness" };
    let mut shell = reader.shell(&ctx, format!("预览：{}", paper.title), "", nav);
    shell.crumbs.clear();
    office_page(&Preview { shell, paper, state: loaded.edition.state_words() })
}

/// A file of an edition, for those who may see the edition.
pub(super) async fn file(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, file)): Path<(String, String)>,
    Query(query): Query<Which>,
) -> Result<Response> {
    let loaded = which(&ctx, &desk, &id, &query).await?;
    let row = loaded.files.iter().find(|row| row.id == file).ok_or(Error::NotFound)?;
    let (reader, bytes) = ctx.files().open(&row.digest).await?;
    let media_type =
        HeaderValue::from_str(&row.media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_LENGTH, HeaderValue::from(bytes)),
        (header::CONTENT_DISPOSITION, page::content_disposition("attachment", &row.file_name)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Foreign content: it may do nothing in this origin even if a browser shows it.
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(reader))).into_response())
}
