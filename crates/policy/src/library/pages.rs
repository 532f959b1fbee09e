//! The list of what documents say of each other, and the page on which a person decides on one.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    Kinds,
    common::EFFECTIVE_ON,
    references::{self, CONFIRMED, FOUND, REFUSED, ReferenceId, ReferenceRow, Verb, basis},
    rows::DocumentRow,
};
use kernel::{id::DocumentId, may_for, time};
use serde::{Deserialize, Serialize};
use web::{Ctx, Desk, Error, FormErrors, OfficeShell, Query, Refusal, Result, Steps, office_page, page};

use super::{
    CONFIRM_REFERENCES, POLICY, actions,
    effect::{self, Told},
    rows::{self, Filter, Row, house},
    verbs,
};

/// Rows on a page.
pub(super) const SIZE: usize = 50;

/// Codes of decisions and their names.
const STATES: [(&str, &str); 3] = [(FOUND, "待认定"), (CONFIRMED, "已认定"), (REFUSED, "已否定")];

fn state_words(code: &str) -> &'static str {
    STATES.iter().find(|(known, _)| *known == code).map_or("", |(_, label)| label)
}

fn tone(code: &str) -> &'static str {
    match code {
        FOUND => "soon",
        CONFIRMED => "ok",
        _ => "off",
    }
}

struct Line {
    id: ReferenceId,
    document: DocumentId,
    title: String,
    organ: String,
    verb: &'static str,
    other: String,
    articles: String,
    note: String,
    state: &'static str,
    tone: &'static str,
    /// Id and version where it may be confirmed together with others: it changes nothing, and nothing about it is open.
    pick: Option<String>,
}

#[derive(Template)]
#[template(path = "library/templates/list.html")]
struct ListPage {
    shell: OfficeShell,
    filter: Filter,
    lines: Vec<Line>,
    steps: Steps,
    count: String,
    states: Vec<(&'static str, &'static str)>,
    verbs: Vec<(&'static str, &'static str)>,
    organs: Vec<(String, String)>,
    add: String,
    once: String,
}

impl ListPage {
    /// Whether some of the list may be confirmed together.
    fn choosing(&self) -> bool {
        self.lines.iter().any(|line| line.pick.is_some())
    }
}

fn line(ctx: &Ctx, row: Row) -> Line {
    let verb = Verb::from_code(&row.verb).unwrap_or(Verb::Cites);
    let note = match (row.several, row.other_title.is_empty()) {
        _ if row.gone == 1 => "现在公开的正文里没有这句话了，请核对".to_owned(),
        _ if row.basis == basis::OTHER => "对方文件的正文这样写".to_owned(),
        _ if row.basis == basis::TITLE => "标题相同，成文在后".to_owned(),
        (0, true) => "不在本库".to_owned(),
        (several, true) if several > 1 => format!("有 {several} 份文件符合，请选择"),
        _ => String::new(),
    };
    let clear = row.state == FOUND && row.several < 2 && row.gone == 0 && row.decided_name.is_empty();
    Line {
        pick: (clear && !verb.acts() && verb != Verb::Cites).then(|| format!("{}:{}", row.id, row.version)),
        other: if row.other_title.is_empty() {
            references::named(&row.to_title, &row.to_number)
        } else {
            format!("《{}》", row.other_title)
        },
        organ: ctx.directory().short_name(&row.organ).to_owned(),
        verb: verb.label(),
        state: state_words(&row.state),
        tone: tone(&row.state),
        id: row.id,
        document: row.from_document,
        title: row.from_title,
        articles: row.articles,
        note: match (row.decided_name.as_str(), row.state.as_str()) {
            ("", _) => note,
            (name, FOUND) => format!("{name}提出，须由另一人认定 {note}"),
            (name, _) => format!("{name} {note}"),
        },
    }
}

/// GET /references
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let (found, count) = rows::page(&ctx, &desk, &filter, SIZE).await?;
    let steps = Steps::new(&found, &filter.query());
    office_page(&ListPage {
        lines: found.rows.into_iter().map(|row| line(&ctx, row)).collect(),
        steps,
        count: count.to_string(),
        states: STATES.to_vec(),
        verbs: verbs(),
        organs: if desk.staff.central { ctx.directory().options(ctx.today()) } else { Vec::new() },
        add: match filter.document.as_str() {
            "" => String::new(),
            document => format!("/references/new?document={}", page::escape_query(document)),
        },
        shell: desk.shell(&ctx, "文件关系").await?,
        once: ctx.once(),
        filter,
    })
}

/// What is typed on the page of one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    pub(super) once: String,
    pub(super) version: i64,
    /// Whose text it is, where it is entered by hand.
    pub(super) document: String,
    pub(super) verb: String,
    /// One of the candidates; `none` = not in the library, `other` = what is typed.
    pub(super) to: String,
    pub(super) other: String,
    /// How the text names it, where it is entered by hand.
    pub(super) name: String,
    pub(super) articles: String,
    pub(super) effective_on: String,
    pub(super) reason: String,
    /// What the page has told of the effect; `none` = nothing, empty = no page was looked at.
    pub(super) seen: String,
    /// `true` = what is doubtful was looked at.
    pub(super) sure: String,
}

#[derive(Template)]
#[template(path = "library/templates/one.html")]
struct OnePage {
    shell: OfficeShell,
    errors: FormErrors,
    typed: Typed,
    /// None where it is entered by hand.
    row: Option<ReferenceRow>,
    from: DocumentRow,
    organ: String,
    state: &'static str,
    tone: &'static str,
    decided: String,
    begins: String,
    /// What may be chosen, with a hint.
    candidates: Vec<(String, String, &'static str)>,
    verbs: Vec<(&'static str, &'static str)>,
    /// Why this person cannot decide; empty = may.
    kept_out: String,
    /// What the decision that stands in the form would do.
    told: Told,
    /// That, as the form sends it back.
    seen: String,
    /// What is doubtful was looked at.
    sure: bool,
    once: String,
}

impl OnePage {
    /// Code of where it comes from; empty where it is entered by hand.
    fn basis(&self) -> &str {
        self.row.as_ref().map_or("", |row| row.basis.as_str())
    }
}

/// The document whose text it is, if this person may decide on it.
pub(super) async fn from_document(ctx: &Ctx, desk: &Desk, id: &DocumentId) -> Result<DocumentRow> {
    let house = house(ctx);
    let document = document::rows::visible(ctx.db().read(), &house, &desk.actor(), id).await?;
    may_for(&desk.actor(), &CONFIRM_REFERENCES, document.keeper())?;
    Ok(document)
}

/// GET /references/{id}
pub(super) async fn one(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<ReferenceId>) -> Result<Response> {
    let row = references::one(ctx.db().read(), &id).await?.ok_or(Error::NotFound)?;
    let from = from_document(&ctx, &desk, &row.from_document).await?;
    let typed = Typed {
        version: row.version,
        verb: row.verb.clone(),
        to: if row.to_document.as_str().is_empty() { "none".to_owned() } else { row.to_document.to_string() },
        articles: row.articles.clone(),
        effective_on: match row.effective_on.as_str() {
            "" if row.state == FOUND && row.does().acts() => stated(&ctx, &from).await?,
            day => day.to_owned(),
        },
        reason: row.reason.clone(),
        ..Typed::default()
    };
    shown(&ctx, &desk, &id, typed, FormErrors::new()).await
}

/// The day from which a text says that it holds, where no field says so: whoever decides sees it; empty = none.
async fn stated(ctx: &Ctx, from: &DocumentRow) -> Result<String> {
    let values = document::rows::values(ctx.db().read(), &from.current_edition).await?;
    if values.has(&EFFECTIVE_ON) || from.public().is_none() {
        return Ok(String::new());
    }
    let text = document::rows::text(ctx.db().read(), &from.current_edition).await?;
    Ok(document::effect::effective(&text.body_text).map(|day| day.to_string()).unwrap_or_default())
}

/// The page of one with what was typed.
pub(super) async fn shown(
    ctx: &Ctx,
    desk: &Desk,
    id: &ReferenceId,
    typed: Typed,
    errors: FormErrors,
) -> Result<Response> {
    let row = references::one(ctx.db().read(), id).await?.ok_or(Error::NotFound)?;
    let from = from_document(ctx, desk, &row.from_document).await?;
    // After a conflict the form is for what is there now.
    let typed = if errors.is_refused() { Typed { version: row.version, ..typed } } else { typed };
    render(ctx, desk, (Some(row), from), typed, errors).await
}

/// What the address of the empty form names.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    document: String,
}

/// GET /references/new
pub(super) async fn new(State(ctx): State<Ctx>, desk: Desk, Query(wanted): Query<Wanted>) -> Result<Response> {
    let typed = Typed { document: wanted.document, to: "other".to_owned(), ..Typed::default() };
    by_hand(&ctx, &desk, typed, FormErrors::new()).await
}

/// The form for what the program has not found.
pub(super) async fn by_hand(ctx: &Ctx, desk: &Desk, typed: Typed, errors: FormErrors) -> Result<Response> {
    let from = from_document(ctx, desk, &DocumentId::from(typed.document.as_str())).await?;
    render(ctx, desk, (None, from), typed, errors).await
}

async fn render(
    ctx: &Ctx,
    desk: &Desk,
    (row, from): (Option<ReferenceRow>, DocumentRow),
    typed: Typed,
    errors: FormErrors,
) -> Result<Response> {
    let kinds = Kinds::of(ctx);
    let kind = kinds.get(POLICY).ok_or(Error::NotFound)?;
    let mut candidates: Vec<(String, String, &'static str)> = Vec::new();
    if let Some(row) = &row {
        for fit in references::fitting(ctx.db().read(), kind, &row.to_title, &row.to_number).await? {
            if fit.id != from.id {
                candidates.push((fit.id.to_string(), fit.title, ""));
            }
        }
        let known = candidates.iter().any(|(id, ..)| *id == row.to_document.as_str());
        if !row.to_document.as_str().is_empty() && !known {
            let title = document::rows::document(ctx.db().read(), &row.to_document).await?.map(|one| one.title);
            candidates.insert(0, (row.to_document.to_string(), title.unwrap_or_default(), ""));
        }
    }
    candidates.push(("other".to_owned(), "另一份文件".to_owned(), "在下面填写它的文号、标题或者网址"));
    candidates.push((
        "none".to_owned(),
        "不在本库".to_owned(),
        "按正文的写法保留文字，没有链接，也不改变哪份文件的有效性",
    ));
    // What cannot be decided so is told at its field when it is tried.
    let told = match actions::decision(ctx, desk, &from.id, &typed).await {
        Ok(wanted) => effect::told(ctx, &from, &wanted).await?,
        Err(_) => Told::default(),
    };
    let values = document::rows::values(ctx.db().read(), &from.current_edition).await?;
    let begins = values.get(&EFFECTIVE_ON).to_owned();
    let begins = if begins.is_empty() { from.first_published_on.clone() } else { begins };
    let decided = row.as_ref().filter(|row| !row.decided_at.is_empty());
    let decided = decided.map(|row| {
        let waits = if row.state == FOUND { "提出，须由另一人认定" } else { "" };
        format!("{}{waits} {}", row.decided_name, time::show_minute(&row.decided_at))
    });
    let state = row.as_ref().map_or("", |row| row.state.as_str());
    let bad = !errors.is_empty();
    let page = OnePage {
        shell: desk.shell(ctx, "认定文件关系").await?.with_error(bad),
        organ: ctx.directory().short_name(&from.organ).to_owned(),
        kept_out: if from.public().is_none() {
            "这份文件现在没有公开，它的关系不起作用。".to_owned()
        } else {
            String::new()
        },
        state: state_words(state),
        tone: tone(state),
        decided: decided.unwrap_or_default(),
        verbs: verbs(),
        once: ctx.once(),
        seen: told.seen(),
        sure: typed.sure == "true",
        told,
        errors,
        typed,
        row,
        from,
        begins,
        candidates,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// What a rule says to whoever may not.
pub(super) fn others(title: &str) -> Refusal {
    Refusal::field(
        "to",
        format!("《{title}》是其他机关的文件。它被废止或者修改，由政务公开主管部门认定，请联系县政府办公室。"),
    )
}
