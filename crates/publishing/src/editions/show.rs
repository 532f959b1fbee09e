//! The page of a document in the office: its editions, what can be done, its history; its files.

use askama::Template;
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use document::{
    House, Whole,
    form::disclosure_label,
    needs::{self, Need, Step},
    permissions::WITHDRAW_DOCUMENTS,
    public::{self, Listed},
    rows::{self, AttachmentRow, DocumentRow, EditionRow},
};
use kernel::{
    Staff,
    id::{AttachmentId, DocumentId, EditionId, SubjectRef},
    may_for, time,
};
use review::{
    Review,
    findings::Checks,
    permissions::{BYPASS_GATES, REVIEW_EXCEPTIONS},
};
use serde::Deserialize;
use tokio_util::io::ReaderStream;
use web::{Ctx, Desk, Error, FormErrors, OfficeShell, Query, Result, office_page, page};

use super::{
    checks, cited,
    erase::Panel,
    history::{Line, history},
    seen, subject,
};
use crate::{
    comments, people,
    portal::{self, Told},
};

/// An edition as the page lists it.
struct EditionLine {
    edition: EditionRow,
    state: String,
    excepted: bool,
    files: usize,
    when: String,
}

/// The edition on which work goes on.
struct Open {
    edition: EditionRow,
    state: String,
    claimed: String,
    /// Whether nobody can decide where it stands in review.
    stranded: bool,
    returned: Option<(String, String)>,
    /// When it becomes public by itself; empty = it is not scheduled.
    at: String,
}

#[derive(Template)]
#[template(path = "editions/templates/show.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is one button of the page")]
struct Show {
    shell: OfficeShell,
    errors: FormErrors,
    /// What was typed as the reason of a withdrawal.
    reason: String,
    /// What was typed for its readers.
    notice: String,
    /// What was chosen as the basis of an erasure.
    basis: String,
    /// What was typed as its reason.
    erase_reason: String,
    /// What was typed as the reason of an emergency publication.
    bypass_reason: String,
    bases: Vec<(&'static str, &'static str)>,
    erasure: Panel,
    document: DocumentRow,
    kind: &'static str,
    organ_name: String,
    column_name: String,
    title: String,
    lines: Vec<EditionLine>,
    open: Option<Open>,
    public: Option<EditionRow>,
    public_words: usize,
    public_files: usize,
    forward: Vec<(&'static str, Listed)>,
    /// What it needs besides itself, there or missing.
    needs: Vec<Need>,
    history: Vec<Line>,
    portal_url: String,
    can_edit: bool,
    can_recall: bool,
    can_correct: bool,
    /// Whether an amending decision may be read into it.
    can_amend: bool,
    can_bin: bool,
    can_withdraw: bool,
    /// What points at it, for the question before a withdrawal.
    cited: String,
    can_bypass: bool,
    /// Why it cannot be published past its gates now, although the person may do so in general; empty = it can.
    no_bypass: String,
    /// Who may review that afterwards.
    reviewers: String,
    /// What must be dealt with first, in words; empty = nothing.
    stopping: String,
    /// Comments of reviewers that nobody has dealt with.
    noted: usize,
    once: String,
}

impl Show {
    /// Whether something that it needs is not there yet.
    fn waits(&self) -> bool {
        self.needs.iter().any(|need| need.missing)
    }
}

/// The step before which the edition stands.
fn needs_for(edition: &EditionRow) -> Step {
    if edition.is_editable() { Step::Submit } else { Step::Publish }
}

/// When an edition was what, in words.
fn when(edition: &EditionRow) -> String {
    match edition.state.as_str() {
        "scheduled" => format!("将于 {} 发布", time::show_minute(&edition.publish_at)),
        _ if !edition.ended_at.is_empty() => {
            format!("{} 至 {}", time::show_minute(&edition.published_at), time::show_minute(&edition.ended_at))
        }
        _ if !edition.published_at.is_empty() => format!("{} 起公开", time::show_minute(&edition.published_at)),
        _ => format!("{} 变动", time::show_minute(&edition.updated_at)),
    }
}

async fn lines(ctx: &Ctx, editions: &[EditionRow]) -> Result<(Vec<EditionLine>, Option<Review>)> {
    let ids: Vec<String> = editions.iter().map(|edition| edition.id.to_string()).collect();
    let reviews = review::rows::newest_each(ctx.db(), subject::EDITION, &ids).await?;
    let mut lines = Vec::with_capacity(editions.len());
    for edition in editions {
        let review = reviews.get(edition.id.as_str());
        lines.push(EditionLine {
            state: subject::state_words(edition, review),
            excepted: review.is_some_and(|review| matches!(review.round.state, review::State::Excepted { .. })),
            files: rows::files(ctx.db().read(), &edition.id).await?.iter().filter(|file| !file.is_picture()).count(),
            when: when(edition),
            edition: edition.clone(),
        });
    }
    let open = editions.iter().find(|edition| edition.is_open());
    Ok((lines, open.and_then(|open| reviews.get(open.id.as_str()).cloned())))
}

fn open(ctx: &Ctx, edition: EditionRow, review: Option<&Review>, stranded: bool) -> Open {
    let claim = review.and_then(|review| review.round.claim(ctx.seams().now()));
    Open {
        state: subject::state_words(&edition, review),
        stranded,
        claimed: claim.map(|claim| claim.name.clone()).unwrap_or_default(),
        returned: review.and_then(subject::returned).map(|(_, by, reason)| (by.to_owned(), reason.to_owned())),
        at: if edition.publish_at.is_empty() { String::new() } else { time::show_minute(&edition.publish_at) },
        edition,
    }
}

/// Where the document leads, in the words of its ties.
async fn forward(ctx: &Ctx, house: &House, id: &DocumentId) -> Result<Vec<(&'static str, Listed)>> {
    let mut forward = Vec::new();
    for row in rows::relations(ctx.db().read(), id).await? {
        let known = house.kinds.relations().into_iter().find(|relation| relation.key == row.kind);
        let to = public::listed(ctx.db(), &house.kinds, &row.to_document).await?;
        forward.extend(known.zip(to).map(|(relation, to)| (relation.forward, to)));
    }
    Ok(forward)
}

/// Why this edition cannot be published past its gates now, in a sentence that says what to do; empty = it can.
fn why_no_bypass(staff: &Staff, found: &Checks, review: Option<&Review>) -> String {
    let words = subject::WORDS;
    let secrecy =
        review.filter(|review| matches!(review.round.state, review::State::Open { .. } | review::State::Passed));
    let why = match secrecy.and_then(|review| review.round.secrecy()) {
        None => Some(review::Refusal::NotCleared(words)),
        Some(passes) if passes.iter().any(|pass| pass.is_of(&staff.account)) => {
            Some(review::Refusal::ClearedBySame(words))
        }
        Some(_) if found.let_through_by().contains(&staff.account) => {
            Some(review::Refusal::LetThrough { words, gate: "紧急发布".to_owned() })
        }
        Some(_) => None,
    };
    why.map(|why| why.to_string()).unwrap_or_default()
}

/// The document's page.
pub(super) async fn show(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<DocumentId>) -> Result<Response> {
    page(&ctx, &desk, &id, FormErrors::new(), Typed::default()).await
}

/// What was typed into the forms of the page.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Typed<'a> {
    /// Reason of a withdrawal.
    pub(super) reason: &'a str,
    /// What its readers are told.
    pub(super) notice: &'a str,
    /// Why the law asks for an erasure.
    pub(super) basis: &'a str,
    /// The same in the words of who asks.
    pub(super) erase_reason: &'a str,
    /// Reason of an emergency publication.
    pub(super) bypass: &'a str,
}

/// Whether an amending decision may be read into a text: into a policy of which nobody decides now, and which is none itself.
fn may_amend((kind, title): (document::Kind, &str), opened: Option<&EditionRow>) -> bool {
    let amends = title.contains("修改") && title.ends_with("的决定");
    kind.key == crate::kinds::POLICY.key && !amends && opened.is_none_or(EditionRow::is_editable)
}

/// The same, with what must be corrected in the form of a withdrawal or an erasure.
pub(super) async fn page(
    ctx: &Ctx,
    desk: &Desk,
    id: &DocumentId,
    errors: FormErrors,
    typed: Typed<'_>,
) -> Result<Response> {
    let (actor, house) = (desk.actor(), crate::house(ctx));
    let document = rows::visible(ctx.db().read(), &house, &actor, id).await?;
    let editions = rows::editions(ctx.db().read(), id).await?;
    let Some(newest) = editions.first() else {
        // Its only draft lies in the bin.
        return Err(Error::NotFound);
    };
    let (title, kind) = (newest.shown_title().to_owned(), house.kind_of(&document)?);
    let erased = title == document::erase::ERASED_TITLE;
    let keeper = document.keeper().clone();
    let writes = may_for(&actor, kind.write, &keeper).is_ok();
    let (lines, review) = lines(ctx, &editions).await?;
    let opened = editions.iter().find(|edition| edition.is_open()).cloned();
    let (mut stopping, mut by_me, mut left_to_me) = (String::new(), false, false);
    let (mut no_bypass, mut reviewers) = (String::new(), String::new());
    let (mut stranded, mut noted, mut needed) = (false, 0, Vec::new());
    if let Some(edition) = &opened {
        let whole = rows::read(ctx.db().read(), &house, &actor, &edition.id).await?;
        checks::ensure(ctx, &whole).await?;
        let found = checks::of(ctx.db().read(), &house, &whole).await?;
        stopping = found.stopping_words();
        by_me = whole.is_by(&desk.staff.account);
        left_to_me = whole.is_left_to(&desk.staff.account);
        let round = review.as_ref().map(|review| &review.round).filter(|_| edition.state == "in_review");
        if let Some(round) = round.filter(|round| round.stage().is_some()) {
            stranded = people::deciders(ctx, round, &subject::facts(&whole, &found)).await?.is_empty();
        }
        noted = comments::open(ctx.db().read(), &edition.id).await?;
        needed = needs::needs(ctx, ctx.db().read(), &whole, needs_for(edition)).await?;
        no_bypass = why_no_bypass(&desk.staff, &found, review.as_ref());
        let others: Vec<_> = whole.authors.iter().cloned().chain([desk.staff.account.clone()]).collect();
        reviewers = people::names(&people::who_may(ctx, &REVIEW_EXCEPTIONS, &keeper, &others).await?);
    }
    let public = editions.iter().find(|edition| edition.state == "published").cloned();
    let public_words = match &public {
        Some(edition) => rows::text(ctx.db().read(), &edition.id).await?.body_text,
        None => String::new(),
    };
    let public_files = lines.iter().find(|line| line.edition.state == "published").map_or(0, |line| line.files);
    let editable = opened.as_ref().is_some_and(EditionRow::is_editable);
    let erasure = Panel::of(ctx, desk, &document, opened.is_some() && !editable).await?;
    let was_public = editions.iter().any(|edition| matches!(edition.state.as_str(), "published" | "withdrawn"));
    let can_withdraw = public.is_some() && may_for(&actor, &WITHDRAW_DOCUMENTS, &keeper).is_ok();
    let cited = if can_withdraw { cited::in_words(ctx, &house, id).await? } else { String::new() };
    let column = crate::public::column(ctx.db(), &document.column).await?;
    let county = desk.staff.has(kernel::Role::CountyOffice);
    let events = store::log::of_subject(ctx.db(), &SubjectRef::new(crate::DOCUMENT, id)).await?;
    let bad = !errors.is_empty();
    let page = Show {
        shell: desk.shell(ctx, title.clone()).await?.with_error(bad),
        errors,
        reason: typed.reason.to_owned(),
        notice: typed.notice.to_owned(),
        basis: typed.basis.to_owned(),
        erase_reason: typed.erase_reason.to_owned(),
        bypass_reason: typed.bypass.to_owned(),
        bases: document::erase::BASES.to_vec(),
        can_amend: writes && was_public && !erased && !erasure.waits() && may_amend((kind, &title), opened.as_ref()),
        can_correct: writes && opened.is_none() && was_public && !erased && !erasure.waits(),
        erasure,
        kind: kind.label,
        organ_name: ctx.directory().short_name(&document.organ).to_owned(),
        column_name: column.map(|column| column.name).unwrap_or_default(),
        title,
        forward: forward(ctx, &house, id).await?,
        history: history(events, &editions),
        needs: needed,
        portal_url: format!("{}{}", ctx.portal_url(), kind.address(id)),
        can_edit: writes && editable,
        can_recall: writes && opened.is_some() && !editable && (by_me || county),
        can_bin: writes && editable && left_to_me,
        can_withdraw,
        cited,
        can_bypass: opened.is_some() && !by_me && may_for(&actor, &BYPASS_GATES, &keeper).is_ok(),
        no_bypass,
        reviewers,
        public_words: public_words.chars().filter(|c| !c.is_whitespace()).count(),
        public_files,
        stopping,
        lines,
        open: opened.map(|edition| open(ctx, edition, review.as_ref(), stranded)),
        noted,
        public,
        document,
        once: ctx.once(),
    };
    if bad { web::page::office_errors(&page) } else { office_page(&page) }
}

/// The text of an edition as the public would see it.
pub(crate) struct Paper {
    pub(crate) body: String,
    /// Long fields that the page shows below the text, in the form in which it shows them.
    pub(crate) told: Vec<Told>,
    /// Long fields that the page tells elsewhere, each under its name; the summary says that the page does not show it.
    pub(crate) long: Vec<(&'static str, String)>,
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) files: Vec<AttachmentRow>,
    pub(crate) organ: String,
    pub(crate) document: DocumentId,
    pub(crate) edition: EditionId,
}

/// Puts together what readers will see.
pub(crate) async fn paper(ctx: &Ctx, whole: &Whole) -> Result<Paper> {
    let house = crate::house(ctx);
    let (document, edition) = (&whole.document, &whole.edition);
    let kind = house.kind_of(document)?;
    let mut values = whole.values.clone();
    let effects = document::references::effects_on(ctx.db().read(), &document.id).await?;
    document::common::on_day(&mut values, &effects, ctx.today());
    let directory = ctx.directory();
    let organ = directory.get(&document.organ).map_or_else(|| document.organ.to_string(), |organ| organ.name.clone());
    let index =
        if document.index_number.is_empty() { "发布时生成".to_owned() } else { document.index_number.clone() };
    let mut facts = vec![("索引号", index), ("发布机关", organ.clone())];
    let mut long = Vec::new();
    for facet in kind.facets.iter().filter(|facet| facet.public) {
        let mut value = values.words(facet);
        if facet.key == document::common::SOURCE.key && value.is_empty() {
            value.clone_from(&organ);
        }
        match facet.shape {
            document::Shape::Long(_) if facet.key == document::common::SUMMARY.key => {
                long.push(("摘要（文件页上不显示，供订阅和搜索引擎使用）", value));
            }
            document::Shape::Long(_) if facet.place > 0 => {}
            document::Shape::Long(_) => long.push((facet.label, value)),
            _ => facts.push((facet.shown, value)),
        }
    }
    facts.push(("公开属性", disclosure_label(&edition.disclosure).to_owned()));
    facts.retain(|(_, value)| !value.is_empty());
    long.retain(|(_, value)| !value.is_empty());
    Ok(Paper {
        body: pictures(readable(&house, whole), &document.id, &edition.id),
        told: portal::told(kind, &values),
        long,
        facts,
        files: whole.attachments().cloned().collect(),
        organ,
        document: document.id.clone(),
        edition: edition.id.clone(),
    })
}

/// The text as readers will see it: headings in order, tables that scroll. What was made ready under older rules is shown as it
/// was written.
fn readable<'a>(house: &House, whole: &'a Whole) -> &'a str {
    let text = &whole.text;
    if text.html_policy == document::html::mark(&house.own_host) { &text.reading_html } else { &text.body_html }
}

/// In the office a picture is fetched through the edition to which it belongs: on the portal it is not there yet.
pub(super) fn pictures(html: &str, document: &DocumentId, edition: &EditionId) -> String {
    let mut shown = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("src=\"/attachments/") {
        let (before, from) = rest.split_at(at + "src=\"".len());
        let address = from.split('"').next().unwrap_or_default();
        let id = address.trim_start_matches("/attachments/").split('/').next().unwrap_or_default();
        shown.push_str(before);
        shown.push_str(&format!("/documents/{document}/attachments/{id}?edition={edition}"));
        rest = &from[address.len()..];
    }
    shown.push_str(rest);
    shown
}

/// Which edition.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    pub(super) edition: EditionId,
}

/// The edition asked for, or the newest; only of this document.
pub(super) async fn which(ctx: &Ctx, desk: &Desk, document: &DocumentId, which: &Which) -> Result<Whole> {
    let house = crate::house(ctx);
    let about = rows::visible(ctx.db().read(), &house, &desk.actor(), document).await?;
    let id = if which.edition.as_str().is_empty() {
        rows::editions(ctx.db().read(), &about.id).await?.into_iter().next().ok_or(Error::NotFound)?.id
    } else {
        which.edition.clone()
    };
    let whole = rows::read(ctx.db().read(), &house, &desk.actor(), &id).await?;
    if whole.document.id != *document {
        return Err(Error::NotFound);
    }
    seen::opened(ctx, desk, &whole).await?;
    Ok(whole)
}

/// What is shown of a file as text: places, and characters of them all together.
const SHOWN: (usize, usize) = (2000, 300_000);

#[derive(Template)]
#[template(path = "editions/templates/file_text.html")]
struct FileText {
    shell: OfficeShell,
    document: DocumentId,
    edition: EditionId,
    file: AttachmentRow,
    /// Place and text.
    parts: Vec<(String, String)>,
    cut: bool,
}

/// What was read of a file, hidden places too: what the checks look at, for people who decide on it.
pub(super) async fn file_text(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, file)): Path<(DocumentId, AttachmentId)>,
    Query(query): Query<Which>,
) -> Result<Response> {
    let whole = which(&ctx, &desk, &id, &query).await?;
    let file = whole.files.iter().find(|row| row.id == file).ok_or(Error::NotFound)?.clone();
    let stored = rows::parts(ctx.db().read(), &whole.edition.id, &file.id).await?.unwrap_or_default();
    // Some hundred thousand cells: not on a thread that answers others.
    let read = tokio::task::spawn_blocking(move || -> serde_json::Result<(Vec<(String, String)>, bool)> {
        let read: Vec<documents::Part> = serde_json::from_str(&stored)?;
        let (mut parts, mut characters, total) = (Vec::new(), 0, read.len());
        for part in read.into_iter().filter(|part| !part.text.trim().is_empty()).take(SHOWN.0) {
            characters += part.text.chars().count();
            if characters > SHOWN.1 {
                return Ok((parts, true));
            }
            parts.push((documents::place_in_words(&part.place), part.text));
        }
        Ok((parts, total > SHOWN.0))
    });
    let (parts, cut) = read.await.map_err(|error| Error::internal(format!("parts of a file: {error}")))??;
    let shell = desk.shell(&ctx, format!("附件文字：{}", file.name())).await?;
    office_page(&FileText { shell, document: id, edition: whole.edition.id.clone(), file, parts, cut })
}

/// A file of an edition, for those who may see the edition.
pub(super) async fn file(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, file)): Path<(DocumentId, AttachmentId)>,
    Query(query): Query<Which>,
) -> Result<Response> {
    let whole = which(&ctx, &desk, &id, &query).await?;
    let row = whole.files.iter().find(|row| row.id == file).ok_or(Error::NotFound)?;
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

#[cfg(test)]
mod tests {
    use super::{may_amend, pictures};

    #[test]
    fn no_decision_is_read_into_an_amending_decision() {
        let may = |title: &str| may_amend((&crate::kinds::POLICY, title), None);
        assert!(may("青禾县停车设施管理办法") && may("关于停车收费标准的决定"));
        assert!(!may("青禾县人民政府关于修改《青禾县停车设施管理办法》的决定"));
        assert!(!may_amend((&crate::kinds::NEWS, "青禾县停车设施管理办法"), None));
    }

    #[test]
    fn a_picture_of_a_draft_is_fetched_in_the_office() {
        let html = "<p>图<img src=\"/attachments/0123456789abcdef/a.png\" alt=\"甲\"></p><p>/attachments/x</p>";
        let shown = pictures(html, &"d".into(), &"e".into());
        let expected = "<p>图<img src=\"/documents/d/attachments/0123456789abcdef?edition=e\" alt=\"甲\"></p><p>/attachments/x</p>";
        assert_eq!(shown, expected);
    }
}
