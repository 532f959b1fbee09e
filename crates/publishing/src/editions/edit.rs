//! Writing: the editor, saving by hand and by itself, submitting.

use askama::Template;
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use document::{
    House, Kind, Whole,
    common::{COMPARED, COMPARED_YES},
    draft::{self, Saved},
    files::{self, Twin},
    form::{CLOSED_REASONS, DISCLOSURES, Draft, Typed},
    html,
    needs::{self, InUse, Need, Step},
    remarks::{self, Remark},
    rows::{self, AttachmentRow, DocumentRow, EditionRow},
};
use kernel::{id::DocumentId, may_for, time};
use review::{Stage, findings::Check};
use serde_json::json;
use store::Tx;
use web::{
    Ctx, Desk, Done, Form, FormErrors, OfficeShell, Redirect, Refusal, Result, act, act_now, filters, office_page, page,
};

use super::{
    checks, deciding,
    differs::{Differing, differing},
    form::{Field, Tie, fields, ties},
    masking, seen, subject, uploads, wanted,
};
use crate::{
    columns,
    comments::{self, Comment},
    gates, kinds,
};

type Pairs = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "editions/templates/edit.html")]
struct Editor {
    shell: OfficeShell,
    errors: FormErrors,
    form: Typed,
    conflict: Option<Conflict>,
    document: DocumentRow,
    edition: EditionRow,
    state: String,
    returned: Option<(String, String)>,
    /// When and why the edition before was taken off the portal, if it was.
    withdrawn: Option<(String, String)>,
    organ_name: String,
    long: Vec<Field>,
    /// Words that others use, offered beside a field.
    in_use: Vec<InUse>,
    short: Vec<Field>,
    ties: Vec<Tie>,
    files: Vec<AttachmentRow>,
    /// Where else in the organ the same files stand.
    twins: Vec<Twin>,
    /// What this person began to send and did not end.
    begun: Vec<uploads::Upload>,
    /// What reviewers noted beside passages.
    comments: Vec<Comment>,
    comments_from: &'static str,
    panel: Panel,
    /// What it needs besides itself, there or missing.
    needs: Vec<Need>,
    /// The number of the document as it should be written, where it is written otherwise.
    right_number: Option<String>,
    outline: Vec<String>,
    columns: Vec<(String, String)>,
    kinds: Vec<(&'static str, &'static str)>,
    disclosures: Vec<(&'static str, &'static str, &'static str)>,
    /// Whether readers may hold a correction against what it replaces.
    compared: Vec<(&'static str, &'static str, &'static str)>,
    reasons: &'static [(&'static str, &'static str)],
    confirm: String,
    upload_mb: u64,
    once: String,
    submit_once: String,
}

impl Editor {
    fn never_public(&self) -> bool {
        !self.document.was_public()
    }

    /// Names of the other files of this text that have the same bytes.
    fn same_here(&self, file: &AttachmentRow) -> Vec<&str> {
        let same = |other: &&AttachmentRow| other.digest == file.digest && other.id != file.id;
        self.files.iter().filter(same).map(AttachmentRow::name).collect()
    }

    /// Whether a masked copy can be made of a file.
    fn can_be_masked(&self, file: &AttachmentRow) -> bool {
        matches!(file.format.as_str(), "docx" | "xlsx" | "csv" | "txt")
    }

    /// Whether something in it tells of people: then a masked copy is offered where the file stands.
    fn wants_mask(&self, file: &AttachmentRow) -> bool {
        let own = format!("附件《{}》", file.name());
        let mut found = self.panel.checks.iter().filter(|check| check.passed.is_none());
        found.any(|check| check.is_of_person_in_file() && check.place.starts_with(&own))
    }

    /// Other texts that have a file of the same bytes.
    fn same_elsewhere(&self, file: &AttachmentRow) -> Vec<&Twin> {
        self.twins.iter().filter(|twin| twin.digest == file.digest).collect()
    }
}

/// Why what was typed was not saved, and what to do with it.
struct Conflict {
    heading: String,
    advice: String,
    /// The text as it is stored; empty = there is nothing to compare with.
    current: String,
    /// The other fields that differ.
    fields: Vec<Differing>,
}

impl Conflict {
    fn of(whole: &Whole) -> Self {
        Self {
            heading: format!(
                "您打开之后，这份稿件又保存过一次（{}），这一次没有保存",
                time::show_minute(&whole.edition.updated_at)
            ),
            advice: "可能是您在另一个窗口，也可能是一起撰写的同事。没有覆盖任何内容：请对照后来保存的文字，\
                     把您要保留的部分复制下来，载入最新版本，再粘贴、保存。"
                .to_owned(),
            current: format!("{}\n\n{}", whole.edition.title, whole.text.body_text),
            fields: Vec::new(),
        }
    }
}

/// What submitting the edition does as it is stored now: what is asked before it is done. Empty = it would be refused; then
/// nothing is asked, and the refusal says at each field why.
async fn confirm(ctx: &Ctx, whole: &Whole, panel: &Panel) -> Result<String> {
    let at = &whole.edition.publish_at;
    let then = match time::from_db(at) {
        _ if panel.stopping > 0 && !panel.explained => return Ok(String::new()),
        Some(moment) if moment > ctx.seams().now() => {
            format!("全部通过后，于 {} 向全社会公开；到那时还没有审完的，审完立即公开", time::show_minute(at))
        }
        None if at.is_empty() => {
            match needs::missing(ctx, ctx.db().read(), whole, Step::Publish).await?.into_iter().next() {
                Some(need) => format!("全部通过后还不公开：{}", need.words),
                None => "全部通过后，立即向全社会公开".to_owned(),
            }
        }
        _ => return Ok(String::new()),
    };
    let gates = gates::foretold(ctx, &whole.document, &whole.authors).await?;
    let by_hand = match panel.unread + panel.stopping {
        0 => String::new(),
        wait => format!("；{wait} 处由保密审查员逐条核对，放行之前不能通过"),
    };
    let remarks = match panel.remarks.len() {
        0 => String::new(),
        count => format!("|“检查”一栏有 {count} 处著录信息需要核对，审核员也会看到"),
    };
    let standing = match panel.checks.iter().filter(|check| !check.stops() && check.passed.is_none()).count() {
        0 => String::new(),
        count => format!("|“检查”一栏提示的 {count} 处还在，审核员也会看到"),
    };
    let noted = match comments::open(ctx.db().read(), &whole.edition.id).await? {
        0 => String::new(),
        count => format!("|审核员的批注还有 {count} 条没有标为已处理，审核员会看到"),
    };
    let replaced = match (whole.edition.number, whole.values.get(&COMPARED)) {
        (1, _) => String::new(),
        (number, "") => format!("|第 {number} 版公开后代替以前公开的版本"),
        (number, COMPARED_YES) => format!("|第 {number} 版公开后代替以前公开的版本；公众可以与旧版逐字对照"),
        (number, _) => format!("|第 {number} 版公开后代替以前公开的版本；公众只看到“改了什么”的说明，不能对照"),
    };
    let pictures = match html::pictures::of(&whole.text.body_html).len() {
        0 => String::new(),
        count => format!("、正文图片 {count} 张"),
    };
    Ok(format!(
        "附件 {} 个{pictures}{by_hand}；标题、正文和附件再检查一遍{standing}{remarks}{noted}|提交后依次过 {} 关：|{}|审核期间不能修改，可以收回修改{replaced}|{then}",
        whole.attachments().count(),
        gates.len(),
        gates.join("|"),
    ))
}

/// What was found in the edition as it is stored: the page shows it, and saving sends it anew.
#[derive(Template)]
#[template(path = "editions/templates/panel.html")]
struct Panel {
    checks: Vec<Check>,
    /// What is strange in the fields.
    remarks: Vec<Remark>,
    /// Findings that stop the submission: personal numbers.
    stopping: usize,
    /// Whether the authors explain to the reviewers why the numbers stand there: then they wait in review, too.
    explained: bool,
    /// Places that could not be read: they wait in review for a person's word.
    unread: usize,
    /// Places of title, text and summary that the author can have masked by one press, with the first of them as it would be.
    maskable: usize,
    masks: String,
    files: usize,
    edition: kernel::id::EditionId,
}

impl Panel {
    /// Findings that are listed, whether they stop the text or not.
    fn listed(&self) -> usize {
        self.checks.iter().filter(|check| !check.is_unread()).count().max(self.stopping)
    }
}

async fn panel(ctx: &Ctx, house: &House, whole: &Whole) -> Result<Panel> {
    checks::ensure(ctx, whole).await?;
    let found = checks::of(ctx.db().read(), house, whole).await?;
    let remarks = remarks::of(ctx.db().read(), house, whole).await?;
    let (maskable, masks) = masking::offered(whole, &found.found, &remarks).await?;
    Ok(Panel {
        maskable,
        masks,
        remarks,
        stopping: found.stopping().saturating_sub(found.unread()),
        unread: found.unread(),
        explained: whole.values.has(&document::common::EXPLAINED),
        checks: found.found,
        files: whole.attachments().count(),
        edition: whole.edition.id.clone(),
    })
}

async fn editor(
    ctx: &Ctx,
    desk: &Desk,
    whole: Whole,
    form: Typed,
    errors: FormErrors,
    conflict: Option<Conflict>,
) -> Result<Response> {
    let (bad, house) = (!errors.is_empty(), crate::house(ctx));
    let panel = panel(ctx, &house, &whole).await?;
    let review = review::rows::newest(ctx.db().read(), &checks::about(&whole)).await?;
    // Until the document is public its kind may be another in the form than in the rows.
    let kind: Kind = match house.kinds.get(&form.kind).filter(|_| !whole.document.was_public()) {
        Some(kind) => kind,
        None => house.kind_of(&whole.document)?,
    };
    let demanded = needs::demanded(ctx, ctx.db().read(), &whole).await?;
    let (long, short) = fields(kind, &form, &demanded);
    let confirm = confirm(ctx, &whole, &panel).await?;
    let hints = ["", "只在内部存档，不能提交公开", "须选择法定理由，不能提交公开"];
    let page = Editor {
        shell: desk.shell(ctx, format!("编辑：{}", whole.edition.shown_title())).await?.with_error(bad),
        errors,
        conflict,
        state: subject::state_words(&whole.edition, review.as_ref()),
        returned: review.as_ref().and_then(subject::returned).map(|(_, by, reason)| (by.to_owned(), reason.to_owned())),
        withdrawn: subject::withdrawn(
            &rows::editions(ctx.db().read(), &whole.document.id).await?,
            whole.edition.number,
        )
        .map(|off| (time::show_minute(&off.ended_at), off.reason.clone())),
        organ_name: ctx.directory().short_name(&whole.document.organ).to_owned(),
        outline: rows::headings(ctx.db().read(), &whole.edition.id).await?,
        columns: columns::options(ctx.db().read()).await?,
        kinds: kinds::options(&house.kinds),
        disclosures: DISCLOSURES.iter().zip(hints).map(|((code, label), hint)| (*code, *label, hint)).collect(),
        compared: COMPARED.offered().into_iter().map(|(code, label)| (code, label, "")).collect(),
        reasons: &CLOSED_REASONS,
        ties: {
            let all = ties(ctx, (&desk.actor(), &house), |relation| form.more(relation.key).to_owned()).await?;
            // Those of other kinds are not asked for; what was chosen stays in sight.
            all.into_iter().filter(|tie| kind.relation(tie.key).is_some() || !tie.value.is_empty()).collect()
        },
        long,
        in_use: needs::in_use(ctx, ctx.db().read(), &whole).await?,
        short,
        confirm,
        upload_mb: ctx.config().server.upload_mb,
        once: ctx.once(),
        submit_once: ctx.once(),
        twins: files::twins(ctx.db().read(), &whole).await?,
        comments: comments::of(ctx.db().read(), &whole).await?,
        comments_from: "edit",
        begun: uploads::begun(ctx, &desk.staff.account, &whole.edition).await?,
        panel,
        needs: needs::needs(ctx, ctx.db().read(), &whole, Step::Submit).await?,
        right_number: right_number(&form),
        form,
        document: whole.document,
        edition: whole.edition,
        files: whole.files.into_iter().filter(|file| !file.is_picture()).collect(),
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// The number of the document as it should be written, where it is written otherwise and clearly meant.
fn right_number(form: &Typed) -> Option<String> {
    match document::number::form(form.more(document::common::DOCUMENT_NUMBER.key)) {
        document::number::Form::Meant(right) => Some(right),
        _ => None,
    }
}

/// The edition that this person writes in.
pub(super) async fn load_open(
    tx: &mut Tx,
    house: &House,
    desk: &Desk,
    document: &DocumentId,
) -> Result<Whole, Refusal> {
    let actor = desk.actor();
    let about = rows::visible_locked(tx, house, &actor, document).await?;
    may_for(&actor, house.kind_of(&about)?.write, about.keeper())?;
    let Some(open) = rows::open_edition(tx.conn(), document).await? else {
        return Err(Refusal::Conflict("这份稿件没有正在撰写的版本。已公开的，请在稿件页“更正”出新的一版。".into()));
    };
    rows::load(tx, house, &actor, &open.id).await
}

/// The editor.
pub(super) async fn edit(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<DocumentId>) -> Result<Response> {
    let (actor, house) = (desk.actor(), crate::house(&ctx));
    let about = rows::visible(ctx.db().read(), &house, &actor, &id).await?;
    may_for(&actor, house.kind_of(&about)?.write, about.keeper())?;
    let open = rows::open_edition(ctx.db().read(), &id).await?.filter(EditionRow::is_editable);
    let Some(open) = open else {
        return Ok(Redirect::to(format!("/documents/{id}"))
            .flash("warn", "这份稿件现在不能编辑。请看下面的状态和可办理事项。")
            .into_response());
    };
    let whole = rows::read(ctx.db().read(), &house, &actor, &open.id).await?;
    seen::opened(&ctx, &desk, &whole).await?;
    let form = Typed::from_whole(&house, &whole);
    editor(&ctx, &desk, whole, form, FormErrors::new(), None).await
}

/// The editor again with what was typed, because the text was saved meanwhile, perhaps in another window of the same person.
/// What cannot be edited any more is no other text to compare with, and is told as what it is.
async fn stale(ctx: &Ctx, desk: &Desk, whole: Whole, form: Typed, message: String) -> Result<Response> {
    let conflict = if whole.edition.is_editable() {
        let house = crate::house(ctx);
        let stored = Typed::from_whole(&house, &whole);
        Conflict { fields: differing(house.kind_of(&whole.document)?, &form, &stored), ..Conflict::of(&whole) }
    } else {
        let state = whole.edition.state_words();
        Conflict {
            heading: format!("这份稿件现在是“{state}”，没有保存"), advice: message, ..Conflict::of(&whole)
        }
    };
    let errors = FormErrors::one("conflict", format!("{}。您写的还在下面。", conflict.heading));
    let mut response = editor(ctx, desk, whole, form, errors, Some(conflict)).await?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

/// What saving in a write of its own led to.
enum Tried {
    /// Saved, at this moment.
    Saved(Saved, String),
    /// Somebody was faster: the edition as it is, and the sentence that says so.
    Stale(Box<Whole>, String),
    /// What was typed cannot be kept as it is.
    Wrong(FormErrors),
}

async fn try_save(ctx: &Ctx, house: &House, desk: &Desk, id: &DocumentId, form: &Typed) -> Result<Tried> {
    let body = match draft::clean(house, form).await {
        Ok(body) => body,
        Err(Refusal::Fields(errors)) => return Ok(Tried::Wrong(errors)),
        Err(other) => return Err(other.into()),
    };
    let mut seen = None;
    let done = act_now(ctx, async |tx| {
        let whole = seen.insert(load_open(tx, house, desk, id).await?);
        let saved = draft::save(tx, house, &desk.actor(), whole, form, &body).await?;
        checks::later(tx, &whole.edition.id).await?;
        Ok((saved, tx.now()))
    });
    match (done.await, seen) {
        (Ok((saved, now)), _) => Ok(Tried::Saved(saved, now)),
        // Not before the edition was read: what cannot be edited at all is no case of somebody being faster.
        (Err(Refusal::Conflict(message)), Some(whole)) => Ok(Tried::Stale(Box::new(whole), message)),
        (Err(other), _) => Err(other.into()),
    }
}

/// Saves by hand.
pub(super) async fn save(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let (mut form, house) = (Typed::from_pairs(pairs), crate::house(&ctx));
    // The button that offers the right number.
    if let Some(right) = form.more.remove("right_number").filter(|right| !right.is_empty()) {
        form.more.insert(document::common::DOCUMENT_NUMBER.key.to_owned(), right);
    }
    let masked = match form.more.remove("mask") {
        Some(_) => Some(masking::mask(&mut form).await?),
        None => None,
    };
    // The button beside a finding that says what can stand in its place.
    let masked = match form.more.remove("replace").filter(|digest| !digest.is_empty()) {
        Some(digest) => {
            let whole = written(&ctx, &house, &desk, &id).await?;
            let found = checks::of(ctx.db().read(), &house, &whole).await?;
            let check = found.found.into_iter().find(|check| check.digest == digest && !check.replacement.is_empty());
            Some(masking::replace(&ctx, &mut form, check).await?)
        }
        None => masked,
    };
    match try_save(&ctx, &house, &desk, &id, &form).await? {
        Tried::Saved(..) => {}
        Tried::Stale(whole, message) => return stale(&ctx, &desk, *whole, form, message).await,
        Tried::Wrong(errors) => return wrong(&ctx, &desk, &id, form, errors).await,
    }
    let whole = written(&ctx, &house, &desk, &id).await?;
    let unfit = unfit(&ctx, &house, &whole)?;
    if unfit.is_empty() {
        let text = match time::from_db(&whole.edition.publish_at) {
            _ if masked.is_some() => masked.unwrap_or_default(),
            Some(_) => format!("已保存。定时发布：{}。", time::show_minute(&whole.edition.publish_at)),
            None => "已保存。".to_owned(),
        };
        return Ok(Redirect::to(format!("/documents/{id}/edit")).ok(text).into_response());
    }
    // All is kept as it was typed; what cannot be meant is said now, at every field, not when it is submitted.
    let form = Typed::from_whole(&house, &whole);
    let mut errors = FormErrors::new();
    for (at, (_, field, fault)) in unfit.into_iter().enumerate() {
        errors.add(field, if at == 0 { format!("已保存，提交之前须改正。{fault}") } else { fault });
    }
    editor(&ctx, &desk, whole, form, errors, None).await
}

/// Dates and moments of an edition that cannot be meant: name of the field, key, sentence.
fn unfit(ctx: &Ctx, house: &House, whole: &Whole) -> Result<Vec<(&'static str, &'static str, String)>> {
    let dates = whole.values.unread_dates(house.kind_of(&whole.document)?);
    let moment = Draft::of(house, whole)?.unfit_moment(ctx.seams().now());
    Ok(dates.into_iter().chain(moment.map(|(key, fault)| ("定时发布", key, fault))).collect())
}

/// The open edition as it is stored.
async fn written(ctx: &Ctx, house: &House, desk: &Desk, id: &DocumentId) -> Result<Whole> {
    let open = rows::open_edition(ctx.db().read(), id).await?.ok_or(web::Error::NotFound)?;
    Ok(rows::read(ctx.db().read(), house, &desk.actor(), &open.id).await?)
}

/// The editor again with what was typed and what is wrong with it; nothing of it is saved.
async fn wrong(ctx: &Ctx, desk: &Desk, id: &DocumentId, form: Typed, errors: FormErrors) -> Result<Response> {
    let (actor, house) = (desk.actor(), crate::house(ctx));
    let about = rows::visible(ctx.db().read(), &house, &actor, id).await?;
    may_for(&actor, house.kind_of(&about)?.write, about.keeper())?;
    let open = rows::open_edition(ctx.db().read(), id).await?.ok_or(web::Error::NotFound)?;
    let whole = rows::read(ctx.db().read(), &house, &actor, &open.id).await?;
    editor(ctx, desk, whole, form, errors, None).await
}

/// Saves by itself while someone writes: the answer is for the page's script.
pub(super) async fn autosave(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let (form, house) = (Typed::from_pairs(pairs), crate::house(&ctx));
    match try_save(&ctx, &house, &desk, &id, &form).await? {
        Tried::Saved(saved, now) => {
            let now = time::show_minute(&now);
            let clock = now.split(' ').nth(1).unwrap_or(&now).to_owned();
            let whole = written(&ctx, &house, &desk, &id).await?;
            let found = panel(&ctx, &house, &whole).await?;
            let panel = found.render().map_err(|error| web::Error::internal(error.to_string()))?;
            let note = unfit(&ctx, &house, &whole)?.into_iter().next();
            let confirm = confirm(&ctx, &whole, &found).await?;
            let needs = wanted::html(&ctx, &whole).await?;
            Ok(Json(json!({
                "saved_at": clock,
                "version": saved.version(),
                "panel": panel,
                "needs": needs,
                "confirm": confirm,
                "note": note.map(|(label, _, fault)| format!("{label}：{fault}")),
            }))
            .into_response())
        }
        Tried::Stale(whole, message) => {
            let summary = whole.values.get(&document::common::SUMMARY);
            let current = json!({ "标题": whole.edition.title, "摘要": summary, "正文": whole.text.body_text });
            // What can still be written in has one way on, which the page tells: to compare. The other sentences are of the state.
            let message = match whole.edition.is_editable() {
                true => format!(
                    "您打开以后，这份稿件在 {} 又保存过，可能是同事，也可能是您自己的另一个窗口。没有覆盖任何内容。",
                    time::show_minute(&whole.edition.updated_at)
                ),
                false => message,
            };
            let version = whole.edition.version;
            let stored = Typed::from_whole(&house, &whole);
            let answer = json!({
                "message": message, "current": current, "fields": stored.pairs(), "version": version,
                "merge": whole.edition.is_editable(),
            });
            Ok((StatusCode::CONFLICT, Json(answer)).into_response())
        }
        Tried::Wrong(errors) => Err(Refusal::Fields(errors).into()),
    }
}

/// Said when nobody could do the first review.
fn nobody_reviews(ctx: &Ctx, first: &Stage) -> String {
    let office = ctx.office_organ();
    if ctx.directory().get(&office).is_none() {
        // No account is missing: that of the competent department is not known as one.
        return format!(
            "已提交，但现在没有人能办理{}：配置里的 site.office_organ 是 {office}，机关名录里没有这个机关，主管部门的账号因此不能办理。\
             请系统管理员核对配置后重新启动，稿件到时会接着走。",
            first.label
        );
    }
    format!(
        "已提交，但现在没有别人的账号能办理{}，稿件会一直停在这里。请联系安全管理员，为一位没有参与撰写的同事授予{}角色。",
        first.label,
        first.passers()
    )
}

/// Saves what is in the form and submits it: what is saved is kept even though it cannot be submitted yet.
pub(super) async fn submit(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let (form, house) = (Typed::from_pairs(pairs), crate::house(&ctx));
    let once = web::asked::bound(&form.once);
    if let Some(to) = store::submitted(ctx.db(), &once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    match try_save(&ctx, &house, &desk, &id, &form).await? {
        Tried::Saved(..) => {}
        Tried::Wrong(errors) => return wrong(&ctx, &desk, &id, form, errors).await,
        Tried::Stale(whole, message) => {
            // The same form may have been submitted while this one waited.
            return match store::submitted(ctx.db(), &once).await? {
                Some(to) => Ok(Redirect::to(to).into_response()),
                None => stale(&ctx, &desk, *whole, form, message).await,
            };
        }
    }
    let actor = desk.actor();
    let open = rows::open_edition(ctx.db().read(), &id).await?.ok_or(web::Error::NotFound)?;
    // Looked through before the write, so that no long list of names keeps other writers waiting.
    checks::ensure(&ctx, &rows::read(ctx.db().read(), &house, &actor, &open.id).await?).await?;
    let whole = rows::read(ctx.db().read(), &house, &actor, &open.id).await?;
    let route = deciding::route(&ctx, ctx.db().read(), &whole.document).await?;
    let first = route.first();
    let reviewers = crate::people::passers(&ctx, first, whole.document.keeper(), &whole.authors).await?;
    let done = act(&ctx, &form.once, async |tx| {
        let whole = load_open(tx, &house, &desk, &id).await?;
        deciding::submit(&ctx, tx, &actor, &whole).await?;
        let to = format!("/documents/{id}");
        // Said at once: it would lie there, and everybody would believe that somebody reads it.
        Ok::<_, Refusal>(if reviewers.is_empty() {
            Done::to(to).with(|redirect| redirect.flash("warn", nobody_reviews(&ctx, first)))
        } else {
            let text = format!("已提交，正在等待{}。审核期间不能修改；要改，请先收回修改。", first.label);
            Done::ok(to, text)
        })
    });
    let errors = match done.await {
        Ok(response) => return Ok(response),
        Err(Refusal::Fields(errors)) => errors,
        Err(Refusal::Conflict(message)) => FormErrors::one("checks", message),
        Err(other) => return Err(other.into()),
    };
    let whole = rows::read(ctx.db().read(), &house, &actor, &open.id).await?;
    let form = Typed { version: whole.edition.version, ..form };
    editor(&ctx, &desk, whole, form, errors, None).await
}
