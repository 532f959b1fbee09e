//! What a person does with a batch: looking at what is in doubt, correcting it in place, submitting what is ready.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    Facet, House, Kinds, Whole, assign,
    common::{DOCUMENT_NUMBER, EFFECTIVE_ON, EXPIRES_ON, EXPLAINED, VALIDITY, WRITTEN_ON},
    draft,
    form::Typed,
    html::Written,
    release::Releases,
    rows as stored,
};
use kernel::{NewEvent, OrganCode, may_for};
use serde::Deserialize;
use serde_json::json;
use store::Tx;
use web::{Ctx, Desk, Done, Form, FormErrors, OfficeShell, Refusal, Result, act_in_place, filters, office_page, page};

use super::{
    LOOKED,
    pages::{self, files, seen, writable},
    reading::Doubt,
    rows::{self, Batch, BatchId, FileId, Line, Shown},
};

/// Documents that are submitted, or looked at, at once.
pub(super) const MOST: usize = 100;
/// Characters of the text that the page of a file shows.
const TEXT: usize = 6000;
/// Fields that are corrected in place.
static FIELDS: [&Facet; 6] = [&DOCUMENT_NUMBER, &WRITTEN_ON, &EFFECTIVE_ON, &EXPIRES_ON, &VALIDITY, &EXPLAINED];

/// A file as it is corrected.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Correct {
    title: String,
    /// Whose document it is; empty = as it stands.
    organ: String,
    document_number: String,
    written_on: String,
    effective_on: String,
    expires_on: String,
    validity: String,
    explained: String,
    version: i64,
    once: String,
}

impl Correct {
    /// As it stands.
    fn of(whole: &Whole) -> Self {
        let typed = |facet: &Facet| whole.values.typed(facet);
        Self {
            title: whole.edition.title.clone(),
            organ: whole.document.organ.to_string(),
            document_number: typed(&DOCUMENT_NUMBER),
            written_on: typed(&WRITTEN_ON),
            effective_on: typed(&EFFECTIVE_ON),
            expires_on: typed(&EXPIRES_ON),
            validity: typed(&VALIDITY),
            explained: typed(&EXPLAINED),
            version: whole.edition.version,
            once: String::new(),
        }
    }

    fn typed(&self, facet: &Facet) -> &str {
        match facet.key {
            "document_number" => &self.document_number,
            "written_on" => &self.written_on,
            "effective_on" => &self.effective_on,
            "expires_on" => &self.expires_on,
            "validity" => &self.validity,
            "explained" => &self.explained,
            _ => "",
        }
    }
}

#[derive(Template)]
#[template(path = "import/templates/file.html")]
struct FilePage {
    shell: OfficeShell,
    errors: FormErrors,
    batch: Batch,
    line: Line,
    doubts: Vec<Doubt>,
    notes: Vec<String>,
    /// The document that it became, or that is there already; empty = none.
    document: String,
    form: Correct,
    /// Whether it is a draft that this person may change.
    editable: bool,
    validities: Vec<(&'static str, &'static str)>,
    /// Organs under which this person may put it.
    organs: Vec<(String, String)>,
    /// What stands beside the fields: what is in doubt there, or how it is written.
    hints: Hints,
    /// The text, paragraph by paragraph, and whether there is more of it than is shown.
    text: (Vec<String>, bool),
    once: String,
}

/// What stands beside each field of the form.
struct Hints {
    title: String,
    organ: String,
    document_number: String,
    written_on: String,
    effective_on: String,
    expires_on: String,
    validity: String,
}

impl Hints {
    fn of(doubts: &[Doubt]) -> Self {
        let hint = |field: &str, usual: &str| {
            let words: Vec<&str> =
                doubts.iter().filter(|doubt| doubt.field == field).map(|doubt| doubt.words.as_str()).collect();
            if words.is_empty() { usual.to_owned() } else { words.join("") }
        };
        let day = "例如 2023-08-21";
        Self {
            title: hint("title", ""),
            organ: hint("organ", "导入时选错了机关的，在这里改正"),
            document_number: hint(DOCUMENT_NUMBER.key, "例如 青禾府发〔2026〕5号"),
            written_on: hint(WRITTEN_ON.key, day),
            effective_on: hint(EFFECTIVE_ON.key, day),
            expires_on: hint(EXPIRES_ON.key, day),
            validity: hint(VALIDITY.key, ""),
        }
    }
}

/// The text as it is compared with the fields: whole paragraphs, as many as fit.
fn paragraphs(text: &str) -> (Vec<String>, bool) {
    let (mut shown, mut length) = (Vec::new(), 0);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    while let Some(line) = lines.next_if(|line| length == 0 || length + line.chars().count() <= TEXT) {
        length += line.chars().count();
        shown.push(filters::shortened(line, TEXT));
    }
    (shown, lines.peek().is_some() || length > TEXT)
}

/// A file of the batch.
async fn line_of(ctx: &Ctx, batch: &BatchId, file: &FileId) -> Result<Line> {
    rows::line(ctx.db().read(), batch, file).await?.ok_or(web::Error::NotFound)
}

async fn file_page(
    ctx: &Ctx,
    desk: &Desk,
    (batch, line): (Batch, Line),
    form: Option<Correct>,
    errors: FormErrors,
) -> Result<Response> {
    let house = House::of(ctx, "");
    let whole = match &line.edition_id {
        None => None,
        Some(edition) => match stored::read(ctx.db().read(), &house, &desk.actor(), edition).await {
            Ok(whole) => Some(whole),
            // A document that was there already may be another organ's.
            Err(Refusal::NotFound | Refusal::Forbidden(_)) => None,
            Err(other) => return Err(other.into()),
        },
    };
    let own = whole.as_ref().filter(|_| line.outcome == "imported");
    let kind = Kinds::of(ctx).get(&batch.kind);
    let may = kind.is_some_and(|kind| may_for(&desk.actor(), kind.write, &batch.organ).is_ok());
    let mut organs = kind.map(|kind| writable(ctx, desk, kind)).unwrap_or_default();
    // An organ that is no more stays what it is until another is chosen.
    if let Some(organ) = own
        .map(|whole| whole.document.organ.clone())
        .filter(|organ| !organs.iter().any(|(code, _)| code == organ.as_str()))
    {
        organs.insert(0, (organ.to_string(), ctx.directory().short_name(&organ).to_owned()));
    }
    let bad = !errors.is_empty();
    let page = FilePage {
        shell: desk.shell(ctx, format!("核对：{}", line.path)).await?.with_error(bad),
        errors,
        hints: Hints::of(&line.doubts()),
        doubts: line.doubts(),
        notes: line.notes(),
        document: line.document_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        editable: may && own.is_some_and(|whole| whole.edition.is_editable()),
        form: form.or_else(|| own.map(Correct::of)).unwrap_or_default(),
        validities: VALIDITY.offered(),
        organs,
        text: whole.as_ref().map(|whole| paragraphs(&whole.text.body_text)).unwrap_or_default(),
        once: ctx.once(),
        batch,
        line,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// GET /imports/{id}/files/{file}
pub(super) async fn file(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, file)): Path<(BatchId, FileId)>,
) -> Result<Response> {
    let batch = seen(&ctx, &desk, &id).await?;
    let line = line_of(&ctx, &id, &file).await?;
    file_page(&ctx, &desk, (batch, line), None, FormErrors::new()).await
}

/// POST /imports/{id}/files/{file}: what was corrected is saved, and the file counts as looked at.
pub(super) async fn correct(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, file)): Path<(BatchId, FileId)>,
    Form(form): Form<Correct>,
) -> Result<Response> {
    let batch = seen(&ctx, &desk, &id).await?;
    let line = line_of(&ctx, &id, &file).await?;
    // Where the work goes on: what is still in doubt behind this one.
    let behind = format!("{}.{}", line.place, line.id);
    let next = files(&ctx, &id, Shown::Doubtful, &behind).await?.0.into_iter().next();
    let house = House::of(&ctx, "");
    let done = async |tx: &mut Tx| {
        let gone = || Refusal::Conflict("这个文件没有成为草稿，不能在这里修改。".into());
        let edition = line.edition_id.as_ref().filter(|_| line.outcome == "imported").ok_or_else(gone)?;
        let whole = stored::load(tx, &house, &desk.actor(), edition).await?;
        let kind = house.kind_of(&whole.document)?;
        let mut typed = Typed::from_whole(&house, &whole);
        let mut values = whole.values.clone();
        typed.version = form.version;
        typed.title.clone_from(&form.title);
        for facet in FIELDS.into_iter().filter(|facet| kind.facet(facet.key).is_some()) {
            typed.more.insert(facet.key.to_owned(), form.typed(facet).to_owned());
            values.read(facet, form.typed(facet));
        }
        let mut errors = FormErrors::new();
        errors.require(!form.title.trim().is_empty(), "title", "请填写标题，例如“青禾县养老服务补贴办法”。");
        for (field, sentence) in values.missing(kind) {
            errors.add(field, sentence);
        }
        if !errors.is_empty() {
            return Err(Refusal::from(errors));
        }
        if !form.organ.is_empty() {
            assign::to_organ(tx, &house, &desk.actor(), &whole, &OrganCode::from(form.organ.as_str())).await?;
        }
        // The text is not touched here, so nothing of it is cleaned anew.
        draft::save(tx, &house, &desk.actor(), &whole, &typed, &Written::default()).await?;
        let saved = stored::edition(tx.conn(), edition).await?.ok_or(Refusal::NotFound)?;
        rows::titled(tx, &file, &saved.title).await?;
        rows::look(tx, &id, &file, &desk.actor()).await?;
        let data = json!({ "files": 1, "document": whole.document.id });
        tx.append(NewEvent::new(&LOOKED, &id, &desk.actor()).organ(&batch.organ).data(data)).await?;
        Ok::<_, Refusal>(match &next {
            Some(next) => Done::ok(format!("/imports/{id}/files/{}", next.id), "已核对，这是下一件。"),
            None => Done::ok(format!("/imports/{id}"), "已核对。后面没有待核对的文件了。"),
        })
    };
    let again = async |errors: FormErrors| {
        file_page(&ctx, &desk, (batch.clone(), line.clone()), Some(form.clone()), errors).await
    };
    act_in_place(&ctx, &form.once, done, again).await
}

/// Files that were ticked.
#[derive(Debug, Clone, Default)]
pub(super) struct Ticked {
    once: String,
    ids: Vec<FileId>,
    /// 特殊情况说明 for all of them; empty = as it stands in each.
    explained: String,
    /// Whose documents all of them are; empty = as it stands in each.
    organ: String,
}

impl From<Vec<(String, String)>> for Ticked {
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut ticked = Self::default();
        for (key, value) in pairs {
            match key.as_str() {
                "once" => ticked.once = value,
                "explained" => ticked.explained = value,
                "organ" => ticked.organ = value,
                "ids" if ticked.ids.len() < MOST => ticked.ids.push(FileId::from(value.as_str())),
                _ => {}
            }
        }
        ticked
    }
}

/// Writes the explanation into the draft that a file became.
async fn explain(tx: &mut Tx, house: &House, desk: &Desk, line: &Line, explained: &str) -> Result<(), Refusal> {
    let Some(edition) = line.edition_id.as_ref().filter(|_| line.outcome == "imported") else { return Ok(()) };
    let whole = stored::load(tx, house, &desk.actor(), edition).await?;
    if house.kind_of(&whole.document)?.facet(EXPLAINED.key).is_none() {
        return Ok(());
    }
    let mut typed = Typed::from_whole(house, &whole);
    typed.version = whole.edition.version;
    typed.more.insert(EXPLAINED.key.to_owned(), explained.to_owned());
    draft::save(tx, house, &desk.actor(), &whole, &typed, &Written::default()).await?;
    Ok(())
}

/// Puts the draft that a file became under another organ.
async fn put_under(tx: &mut Tx, house: &House, desk: &Desk, (line, organ): (&Line, &OrganCode)) -> Result<(), Refusal> {
    let Some(edition) = line.edition_id.as_ref().filter(|_| line.outcome == "imported") else { return Ok(()) };
    let whole = stored::load(tx, house, &desk.actor(), edition).await?;
    assign::to_organ(tx, house, &desk.actor(), &whole, organ).await?;
    Ok(())
}

/// What the draft that a file became still lacks, in words; empty = nothing.
async fn missing(tx: &mut Tx, house: &House, desk: &Desk, line: &Line) -> Result<String, Refusal> {
    let Some(edition) = line.edition_id.as_ref().filter(|_| line.outcome == "imported") else {
        return Ok(String::new());
    };
    let whole = stored::load(tx, house, &desk.actor(), edition).await?;
    let missing = whole.values.missing(house.kind_of(&whole.document)?);
    Ok(missing.into_iter().map(|(_, sentence)| sentence).collect())
}

/// What is said of files that were ticked and still lack something.
fn lacking_words(lacking: &[String]) -> String {
    let first = lacking.first().map_or("", String::as_str);
    format!("有 {} 个还缺内容，没有记为核对过，请补充后再勾选，例如：{first}", lacking.len())
}

/// POST /imports/{id}/look: what is in doubt in these is right as it stands, for the reason that is given for all of them.
pub(super) async fn look(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let (batch, ticked) = (seen(&ctx, &desk, &id).await?, Ticked::from(pairs));
    let (back, house) = (format!("/imports/{id}?show=doubtful"), House::of(&ctx, ""));
    let done = async |tx: &mut Tx| {
        let kind = Kinds::of(&ctx).get(&batch.kind).ok_or(Refusal::NotFound)?;
        may_for(&desk.actor(), kind.write, &batch.organ)?;
        if ticked.ids.is_empty() {
            return Err(Refusal::field("ids", "请先勾选已经核对的文件。"));
        }
        let explained = ticked.explained.trim();
        let (mut looked, mut lacking) = (0, Vec::new());
        for file in &ticked.ids {
            let line = rows::line(tx.conn(), &id, file).await?.ok_or(Refusal::NotFound)?;
            if !explained.is_empty() {
                explain(tx, &house, &desk, &line, explained).await?;
            }
            if !ticked.organ.is_empty() {
                let organ = OrganCode::from(ticked.organ.as_str());
                put_under(tx, &house, &desk, (&line, &organ)).await?;
            }
            let missing = missing(tx, &house, &desk, &line).await?;
            if missing.is_empty() {
                rows::look(tx, &id, file, &desk.actor()).await?;
                looked += 1;
            } else {
                lacking.push(missing);
            }
        }
        if looked == 0 {
            let words = lacking_words(&lacking);
            return Ok(Done::to(back.clone()).with(|redirect| redirect.flash("warn", words)));
        }
        let data = json!({ "files": looked });
        tx.append(NewEvent::new(&LOOKED, &id, &desk.actor()).organ(&batch.organ).data(data)).await?;
        let told = format!("已把 {looked} 个文件记为核对过，可以送审。");
        if lacking.is_empty() {
            return Ok(Done::ok(back.clone(), told));
        }
        let words = format!("{told}{}", lacking_words(&lacking));
        Ok::<_, Refusal>(Done::to(back.clone()).with(|redirect| redirect.flash("warn", words)))
    };
    let again = async |errors: FormErrors| {
        let asked = pages::Asked::of(Shown::Doubtful);
        let typed = (ticked.explained.clone(), ticked.organ.clone());
        pages::batch_page(&ctx, &desk, (batch.clone(), asked), typed, errors).await
    };
    act_in_place(&ctx, &ticked.once, done, again).await
}

#[derive(Template)]
#[template(path = "import/templates/done.html")]
pub(super) struct DonePage {
    pub(super) shell: OfficeShell,
    pub(super) batch: Batch,
    pub(super) heading: &'static str,
    /// Title and what came of it.
    pub(super) done: Vec<(String, String)>,
    /// Where it is looked at, title, why it was left out.
    pub(super) left: Vec<(String, String, String)>,
    /// How many of the kind are still to be done.
    pub(super) more: i64,
    /// Where it goes on, with its name.
    pub(super) to: (String, &'static str),
}

/// What is submitted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    /// `1`: those whose submission was refused before, once more.
    again: String,
}

/// POST /imports/{id}/submit: the first of those that are ready go into the review, each by itself.
pub(super) async fn submit(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Form(wish): Form<Wish>,
) -> Result<Response> {
    let batch = seen(&ctx, &desk, &id).await?;
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let which = if wish.again == "1" { Shown::Refused } else { Shown::Ready };
    let ready = rows::lines(ctx.db(), &id, which, (-1, ""), most).await?;
    let desks = Arc::clone(ctx.one::<Arc<dyn Releases>>());
    let (mut done, mut left) = (Vec::new(), Vec::new());
    for line in ready {
        let Some(edition) = &line.edition_id else { continue };
        let title = line.title.clone().unwrap_or_else(|| line.path.clone());
        match desks.submit(&ctx, &desk.staff, edition).await {
            Ok(()) => {
                if !line.refused.is_empty() {
                    keep(&ctx, &line, "").await?;
                }
                done.push((title, "已送审".to_owned()));
            }
            Err(refusal) => {
                let why = all_words(&refusal);
                // So that it stands by itself, and is not tried again and again.
                keep(&ctx, &line, &why).await?;
                left.push((format!("/imports/{id}/files/{}", line.id), title, why));
            }
        }
    }
    let counts = rows::counts(ctx.db(), &id).await?;
    let more = counts.iter().find(|(shown, _)| *shown == Shown::Ready).map_or(0, |(_, count)| *count);
    office_page(&DonePage {
        shell: desk.shell(&ctx, "送审").await?,
        to: (format!("/imports/{id}"), "返回导入批"),
        batch,
        heading: "送审",
        done,
        left,
        more,
    })
}

/// Everything that a rule says, field by field.
fn all_words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Fields(errors) => {
            errors.items().iter().map(|(_, sentence)| sentence.as_str()).collect::<Vec<_>>().join("")
        }
        other => other.words(),
    }
}

/// Keeps why a file could not be submitted.
async fn keep(ctx: &Ctx, line: &Line, why: &str) -> Result<()> {
    web::act_now(ctx, async |tx: &mut Tx| rows::refused(tx, &line.id, why).await).await.map_err(web::Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_doubt_stands_at_its_field() {
        let doubts = [Doubt::new(EXPIRES_ON.key, "文中写有效期 5 年，请核对。"), Doubt::new("text", "有表格。")];
        let hints = Hints::of(&doubts);
        assert_eq!(hints.expires_on, "文中写有效期 5 年，请核对。");
        assert_eq!((hints.written_on.as_str(), hints.title.as_str()), ("例如 2023-08-21", ""));
    }

    #[test]
    fn a_text_is_shown_in_whole_paragraphs() {
        assert_eq!(paragraphs("第一条\n\n 第二条 "), (vec!["第一条".to_owned(), "第二条".to_owned()], false));
        let (shown, more) = paragraphs(&format!("{}\n末段", "长".repeat(TEXT)));
        assert!(more && shown.len() == 1);
        assert_eq!(paragraphs(""), (Vec::new(), false));
    }
}
