//! Writing: the form of a new document, the editor, saving by hand and by itself, submitting.

use askama::Template;
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kernel::{Action, OrganCode, may_for, time};
use serde::Deserialize;
use serde_json::json;
use store::{Once, Tx};
use web::{Ctx, Desk, Error, Form, FormErrors, OfficeShell, Redirect, Result, filters, office_page, page};

use super::{
    checks::{self, Check},
    fields::Fields,
    store::{self as rows, AttachmentRow, DocumentRow, EditionRow, Loaded},
    writing::{self, NewDocument, Submitted},
};
use crate::{
    columns,
    kinds::{ClosedReason, Disclosure, Kind, Validity},
    public,
};

/// The form of a new document.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Start {
    organ: String,
    column: String,
    kind: String,
    title: String,
    interprets: String,
    once: String,
}

#[derive(Template)]
#[template(path = "editions/templates/new.html")]
struct New {
    shell: OfficeShell,
    errors: FormErrors,
    form: Start,
    organs: Vec<(String, String)>,
    columns: Vec<(String, String)>,
    kinds: Vec<(&'static str, &'static str)>,
    policies: Vec<(String, String)>,
    once: String,
}

/// Policies that can be interpreted: public ones, newest first.
async fn policies(ctx: &Ctx, current: &str) -> Result<Vec<(String, String)>> {
    let found = public::latest(ctx.db(), &[Kind::Policy], 300).await?;
    let mut options: Vec<(String, String)> =
        found.into_iter().map(|one| (one.id, web::filters::shortened(&one.title, 50))).collect();
    if !current.is_empty() && !options.iter().any(|(id, _)| id == current) {
        let name =
            public::listed(ctx.db(), current).await?.map_or_else(|| "（未公开的文件）".to_owned(), |one| one.title);
        options.insert(0, (current.to_owned(), name));
    }
    Ok(options)
}

async fn start_page(ctx: &Ctx, desk: &Desk, form: Start, errors: FormErrors) -> Result<Response> {
    let day = ctx.today();
    let directory = ctx.directory();
    let reachable = |code: &OrganCode| may_for(&desk.actor(), Action::WriteDocuments, code).is_ok();
    let organs = directory.all().iter().filter(|organ| organ.exists_on(day) && reachable(&organ.code));
    let organs = organs.map(|organ| (organ.code.0.clone(), organ.short_name.clone())).collect();
    let bad = !errors.is_empty();
    let page = New {
        shell: desk.shell(ctx, "新建稿件").await?.with_error(bad),
        errors,
        organs,
        columns: columns::options(ctx.db().read()).await?,
        kinds: Kind::options(),
        policies: policies(ctx, &form.interprets).await?,
        form,
        once: ctx.once(),
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// The form of a new document.
pub(super) async fn new(State(ctx): State<Ctx>, desk: Desk, web::Query(form): web::Query<Start>) -> Result<Response> {
    let organ = if form.organ.is_empty() { desk.organ().0.clone() } else { form.organ.clone() };
    start_page(&ctx, &desk, Start { organ, ..form }, FormErrors::new()).await
}

/// Creates the document and opens the editor.
pub(super) async fn create(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Start>) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&form.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let mut errors = FormErrors::new();
    let organ = OrganCode::from(form.organ.as_str());
    let organ_fits = ctx.directory().get(&organ).is_some_and(|organ| organ.exists_on(ctx.today()));
    errors.require(organ_fits, "organ", "请选择发布机关，例如“县财政局”。");
    let column_fits = columns::options(tx.conn()).await?.iter().any(|(slug, _)| *slug == form.column);
    errors.require(column_fits, "column", "请选择栏目，例如“政策文件”。");
    let kind = Kind::from_code(&form.kind);
    errors.require(kind.is_some(), "kind", "请选择信息类型，例如“政策文件”。");
    errors.require(
        !form.title.trim().is_empty(),
        "title",
        "请填写标题，例如“青禾县养老服务补贴办法”。写作中可以再改。",
    );
    let Some(kind) = kind.filter(|_| errors.is_empty()) else {
        drop(tx);
        return start_page(&ctx, &desk, form, errors).await;
    };
    let interprets = if kind == Kind::Interpretation { form.interprets.clone() } else { String::new() };
    let new = NewDocument { organ, column: form.column.clone(), kind, title: form.title.clone(), interprets };
    let (document, _) = writing::create(&mut tx, &desk.actor(), &new).await?;
    let to = format!("/documents/{}/edit", document.id);
    tx.remember(&form.once, &to).await?;
    tx.commit().await?;
    Ok(Redirect::to(to).into_response())
}

#[derive(Template)]
#[template(path = "editions/templates/edit.html")]
struct Editor {
    shell: OfficeShell,
    errors: FormErrors,
    form: Fields,
    conflict: Option<String>,
    document: DocumentRow,
    edition: EditionRow,
    organ_name: String,
    files: Vec<AttachmentRow>,
    checks: Vec<Check>,
    stopping: usize,
    outline: Vec<String>,
    columns: Vec<(String, String)>,
    kinds: Vec<(&'static str, &'static str)>,
    validities: Vec<(&'static str, &'static str)>,
    disclosures: Vec<(&'static str, &'static str, &'static str)>,
    reasons: Vec<(&'static str, &'static str)>,
    policies: Vec<(String, String)>,
    confirm: String,
    upload_mb: u64,
    once: String,
    submit_once: String,
}

impl Editor {
    fn never_public(&self) -> bool {
        self.document.first_published_at.is_empty()
    }
}

/// Headings of the text, for the outline.
fn outline(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in html.split("<h").skip(1) {
        let heading = piece.starts_with(['2', '3', '4']);
        if let (true, Some((_, rest))) = (heading, piece.split_once('>')) {
            let end = rest.find("</h").unwrap_or(rest.len());
            let text = documents::html::to_text(&rest[..end]);
            if !text.trim().is_empty() {
                found.push(web::filters::shortened(&text, 24));
            }
        }
    }
    found.truncate(40);
    found
}

async fn editor(
    ctx: &Ctx,
    desk: &Desk,
    loaded: Loaded,
    form: Fields,
    errors: FormErrors,
    conflict: Option<String>,
) -> Result<Response> {
    let bad = !errors.is_empty();
    let stopping = checks::stopping(&loaded.checks);
    let confirm = format!(
        "附件 {} 个；正文和附件先检查一遍，有未处理的个人信息不能提交|提交后先作保密审查，再过文字关、政策关、政治关；\
         审核期间不能修改，可以撤回|四关通过后{}向全社会公开",
        loaded.files.len(),
        if form.publish_at.is_empty() { String::new() } else { format!("于 {} ", form.publish_at) },
    );
    let page = Editor {
        shell: desk.shell(ctx, format!("编辑：{}", loaded.edition.shown_title())).await?.with_error(bad),
        errors,
        conflict,
        organ_name: ctx.directory().short_name(&loaded.document.organ()).to_owned(),
        outline: outline(&loaded.edition.body_html),
        columns: columns::options(ctx.db().read()).await?,
        kinds: Kind::options(),
        validities: Validity::options(),
        disclosures: vec![
            (Disclosure::Open.code(), Disclosure::Open.label(), ""),
            (Disclosure::OnRequest.code(), Disclosure::OnRequest.label(), "只在内部存档，不能提交公开"),
            (Disclosure::Closed.code(), Disclosure::Closed.label(), "须选择法定理由，不能提交公开"),
        ],
        reasons: ClosedReason::options(),
        policies: policies(ctx, &form.interprets).await?,
        confirm,
        upload_mb: ctx.config().server.upload_mb,
        once: ctx.once(),
        submit_once: ctx.once(),
        stopping,
        form,
        document: loaded.document,
        edition: loaded.edition,
        files: loaded.files,
        checks: loaded.checks,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// The edition that this person writes in.
pub(super) async fn load_open(ctx: &Ctx, tx: &mut Tx, desk: &Desk, document: &str) -> Result<Loaded> {
    let actor = desk.actor();
    let about = rows::visible_locked(ctx, tx, &actor, document).await?;
    may_for(&actor, Action::WriteDocuments, &about.keeper())?;
    let Some(open) = rows::open_edition(tx.conn(), document).await? else {
        return Err(Error::Conflict("这份稿件没有正在撰写的版本。已公开的，请在稿件页“更正”出新的一版。".into()));
    };
    rows::load(ctx, tx, &actor, &open.id).await
}

/// The editor.
pub(super) async fn edit(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<String>) -> Result<Response> {
    let actor = desk.actor();
    let about = rows::visible(&ctx, ctx.db().read(), &actor, &id).await?;
    may_for(&actor, Action::WriteDocuments, &about.keeper())?;
    let open =
        rows::open_edition(ctx.db().read(), &id).await?.filter(|e| matches!(e.state.as_str(), "draft" | "returned"));
    let Some(open) = open else {
        return Ok(Redirect::to(format!("/documents/{id}"))
            .flash("warn", "这份稿件现在不能编辑。请看下面的状态和可办理事项。")
            .into_response());
    };
    let loaded = rows::read(&ctx, &actor, &open.id).await?;
    let form = Fields::from_rows(&loaded.document, &loaded.edition);
    editor(&ctx, &desk, loaded, form, FormErrors::new(), None).await
}

/// The editor again with what was typed, because somebody was faster.
async fn stale(ctx: &Ctx, desk: &Desk, loaded: Loaded, form: Fields, message: String) -> Result<Response> {
    let current = format!("{}\n\n{}", loaded.edition.title, loaded.edition.body_text);
    let mut response = editor(ctx, desk, loaded, form, FormErrors::one("title", message), Some(current)).await?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

/// Saves by hand.
pub(super) async fn save(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(form): Form<Fields>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    let loaded = load_open(&ctx, &mut tx, &desk, &id).await?;
    match writing::save(&mut tx, &desk.actor(), &loaded, &form).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(Redirect::to(format!("/documents/{id}/edit")).ok("已保存。").into_response())
        }
        Err(Error::Conflict(message)) => {
            drop(tx);
            stale(&ctx, &desk, loaded, form, message).await
        }
        Err(other) => Err(other),
    }
}

/// Saves by itself while someone writes: the answer is for the page's script.
pub(super) async fn autosave(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(form): Form<Fields>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    let loaded = load_open(&ctx, &mut tx, &desk, &id).await?;
    match writing::save(&mut tx, &desk.actor(), &loaded, &form).await {
        Ok(saved) => {
            let now = time::show_minute(&tx.now());
            tx.commit().await?;
            let clock = now.split(' ').nth(1).unwrap_or(&now).to_owned();
            Ok(Json(json!({ "saved_at": clock, "version": saved.version() })).into_response())
        }
        Err(Error::Conflict(message)) => {
            drop(tx);
            let current = json!({ "标题": loaded.edition.title, "摘要": loaded.edition.summary, "正文": loaded.edition.body_text });
            let compare = format!("/documents/{id}");
            let answer = json!({ "message": message, "current": current, "version": loaded.edition.version, "compare": compare });
            Ok((StatusCode::CONFLICT, Json(answer)).into_response())
        }
        Err(other) => Err(other),
    }
}

/// Saves what is in the form and submits it.
pub(super) async fn submit(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(form): Form<Fields>,
) -> Result<Response> {
    let actor = desk.actor();
    let to = format!("/documents/{id}");
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&form.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let loaded = load_open(&ctx, &mut tx, &desk, &id).await?;
    if let Err(error) = writing::save(&mut tx, &actor, &loaded, &form).await {
        drop(tx);
        return match error {
            Error::Conflict(message) => stale(&ctx, &desk, loaded, form, message).await,
            other => Err(other),
        };
    }
    let loaded = rows::load(&ctx, &mut tx, &actor, &loaded.edition.id).await?;
    let errors = match writing::submit(&mut tx, &actor, &loaded).await {
        Ok(Submitted::Done) => {
            tx.remember(&form.once, &to).await?;
            tx.commit().await?;
            return Ok(Redirect::to(to)
                .ok("已提交，正在等待保密审查。审核期间不能修改；要改，请先撤回。")
                .into_response());
        }
        Ok(Submitted::Incomplete(errors)) => errors,
        Err(Error::Conflict(message)) => FormErrors::one("checks", message),
        Err(other) => return Err(other),
    };
    // What was written is kept even though it cannot be submitted yet. The form has led nowhere: whoever goes back in the
    // browser, corrects and submits again sends the same token, and must be heard.
    sqlx::query("DELETE FROM submission WHERE token = $1").bind(&form.once).execute(tx.conn()).await?;
    tx.commit().await?;
    let form = Fields { version: loaded.edition.version, ..form };
    editor(&ctx, &desk, loaded, form, errors, None).await
}

#[cfg(test)]
mod tests {
    use super::outline;

    #[test]
    fn headings_make_the_outline() {
        assert_eq!(outline("<h2 id=a>一、<b>总则</b></h2><p>x</p><hr><h3>二</h3>"), ["一、总则", "二"]);
    }
}
