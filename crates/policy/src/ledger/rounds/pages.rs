//! The pages of clean-ups.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::columns;
use documents::tables::{Cell, Sheet, write_xlsx};
use kernel::{OrganCode, id::DocumentId, may, may_for, time};
use serde::{Deserialize, Serialize};
use web::{Ctx, Desk, Error, FormErrors, OfficeShell, Query, Result, Steps, hooks, office_page, page};

use super::{
    ANSWER_CLEAN_UP, RUN_CLEAN_UP,
    model::Answer,
    result,
    rows::{self, Filter, Item, Round, RoundId},
};
use crate::library::{house, organs};

/// Rows on a page.
const SIZE: usize = 50;

struct RoundLine {
    round: Round,
    organ: String,
    state: &'static str,
    tone: &'static str,
}

#[derive(Template)]
#[template(path = "ledger/rounds/templates/list.html")]
struct ListPage {
    shell: OfficeShell,
    lines: Vec<RoundLine>,
    steps: Steps,
    may_run: bool,
}

/// What the list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    after: String,
}

fn round_line(ctx: &Ctx, round: Round) -> RoundLine {
    let (state, tone) = round.standing(ctx.today());
    let organ = match round.organ.as_str() {
        "" => "全部机关".to_owned(),
        _ => ctx.directory().short_name(&round.organ).to_owned(),
    };
    RoundLine { round, organ, state, tone }
}

/// GET /clean-ups
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    let own = organs(&ctx, &desk, "");
    let found = rows::rounds(&own).page::<Round>(ctx.db(), None, Some(asked.after.as_str()), SIZE).await?;
    office_page(&ListPage {
        steps: Steps::new(&found, ""),
        lines: found.rows.into_iter().map(|round| round_line(&ctx, round)).collect(),
        may_run: may(&desk.actor(), &RUN_CLEAN_UP).is_ok(),
        shell: desk.shell(&ctx, "规范性文件清理").await?,
    })
}

/// What is typed to open a round.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct OpenForm {
    pub(super) once: String,
    pub(super) title: String,
    pub(super) organ: String,
    pub(super) until_on: String,
    pub(super) due_on: String,
    pub(super) note: String,
}

#[derive(Template)]
#[template(path = "ledger/rounds/templates/new.html")]
struct NewPage {
    shell: OfficeShell,
    errors: FormErrors,
    typed: OpenForm,
    organs: Vec<(String, String)>,
    once: String,
}

/// GET /clean-ups/new
pub(super) async fn new(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let title = format!("{}年规范性文件清理", ctx.today().year());
    open_form(&ctx, &desk, OpenForm { title, ..OpenForm::default() }, FormErrors::new()).await
}

/// The form with what was typed.
pub(super) async fn open_form(ctx: &Ctx, desk: &Desk, typed: OpenForm, errors: FormErrors) -> Result<Response> {
    let bad = !errors.is_empty();
    let page = NewPage {
        shell: desk.shell(ctx, "开始清理").await?.with_error(bad),
        errors,
        typed,
        organs: ctx.directory().options(ctx.today()),
        once: ctx.once(),
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// What is typed to end a round.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct EndForm {
    pub(super) once: String,
    pub(super) version: i64,
    pub(super) column: String,
    pub(super) reason: String,
    /// What was typed beside the choice of many.
    #[serde(skip)]
    pub(super) said: String,
}

/// What is chosen of many documents.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct KeepForm {
    pub(super) once: String,
    pub(super) ids: Vec<DocumentId>,
    pub(super) reason: String,
}

struct ItemLine {
    item: Item,
    organ: String,
    /// Who has answered for its organ; empty = itself.
    answered_for: String,
    /// Whether this person may answer for it together with others, see [`together`].
    mine: bool,
}

/// The organs for which this person may answer many documents at once: the own one, and for the office those in which nobody can
/// answer, such as the county government itself. For any other organ somebody answers one by one, seeing whose document it is.
pub(super) async fn together(ctx: &Ctx, desk: &Desk, organs: &[OrganCode]) -> Result<Vec<OrganCode>> {
    let mut all = vec![house(ctx).keeper(desk.organ())];
    if desk.staff.central {
        all.extend(hooks::unreached(ctx, organs, ANSWER_CLEAN_UP.roles).await?);
    }
    Ok(all)
}

/// The organ that has answered in another's place.
fn instead(ctx: &Ctx, item: &Item) -> String {
    let directory = ctx.directory();
    let now = |organ: &OrganCode| directory.stands_for(organ, ctx.today());
    if item.answered_for.as_str().is_empty() || now(&item.answered_for) == now(&item.organ) {
        return String::new();
    }
    directory.short_name(&item.answered_for).to_owned()
}

struct ProgressLine {
    organ: String,
    code: String,
    documents: i64,
    answered: i64,
}

#[derive(Template)]
#[template(path = "ledger/rounds/templates/one.html")]
struct OnePage {
    shell: OfficeShell,
    errors: FormErrors,
    typed: EndForm,
    round: Round,
    organ: String,
    state: &'static str,
    tone: &'static str,
    filter: Filter,
    lines: Vec<ItemLine>,
    steps: Steps,
    counts: Vec<(&'static str, usize)>,
    /// Documents that are no longer law.
    over: usize,
    /// Documents that the public result ends in the answers, and that are law nevertheless.
    idle: Vec<String>,
    progress: Vec<ProgressLine>,
    organs: Vec<(String, String)>,
    answers: Vec<(&'static str, &'static str)>,
    columns: Vec<(String, String)>,
    export: String,
    may_answer: bool,
    may_run: bool,
    once: String,
}

/// A round, if this person may know of it: one in which the own organ has a document, or whoever acts for all.
pub(super) async fn visible(ctx: &Ctx, desk: &Desk, id: &RoundId) -> Result<Round> {
    let round = rows::round(ctx.db().read(), id).await?.ok_or(Error::NotFound)?;
    let own = organs(ctx, desk, "");
    if rows::concerns(ctx.db(), id, &own).await? { Ok(round) } else { Err(Error::NotFound) }
}

/// GET /clean-ups/{id}
pub(super) async fn one(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<RoundId>,
    Query(filter): Query<Filter>,
) -> Result<Response> {
    let round = visible(&ctx, &desk, &id).await?;
    let typed = EndForm { version: round.version, ..EndForm::default() };
    shown(&ctx, &desk, (round, filter), typed, FormErrors::new()).await
}

/// The round with what was typed to end it.
pub(super) async fn round_form(
    ctx: &Ctx,
    desk: &Desk,
    id: &RoundId,
    typed: EndForm,
    errors: FormErrors,
) -> Result<Response> {
    let round = visible(ctx, desk, id).await?;
    let typed = EndForm { version: round.version, ..typed };
    shown(ctx, desk, (round, Filter::default()), typed, errors).await
}

async fn shown(
    ctx: &Ctx,
    desk: &Desk,
    (round, filter): (Round, Filter),
    typed: EndForm,
    errors: FormErrors,
) -> Result<Response> {
    let (house, directory, actor) = (house(ctx), ctx.directory(), desk.actor());
    let seen = organs(ctx, desk, &filter.organ);
    let list = rows::items(&round.id, &seen, &filter);
    let found = list.page::<Item>(ctx.db(), None, Some(filter.after.as_str()), SIZE).await?;
    let may_run = may(&actor, &RUN_CLEAN_UP).is_ok();
    let organs_here: Vec<OrganCode> = found.rows.iter().map(|item| item.organ.clone()).collect();
    let together = together(ctx, desk, &organs_here).await?;
    let all = if may_run { rows::all(ctx.db().read(), &round.id).await? } else { Vec::new() };
    let progress = if may_run { rows::progress(ctx.db().read(), &round.id).await? } else { Vec::new() };
    let line = |item: Item| ItemLine {
        organ: directory.short_name(&item.organ).to_owned(),
        answered_for: instead(ctx, &item),
        mine: round.can_be_confirmed()
            && !item.is_over()
            && together.contains(&house.keeper(&item.organ))
            && may_for(&actor, &ANSWER_CLEAN_UP, &house.keeper(&item.organ)).is_ok(),
        item,
    };
    let line_of = |one: rows::Progress| ProgressLine {
        organ: directory.short_name(&one.organ).to_owned(),
        code: one.organ.to_string(),
        documents: one.documents,
        answered: one.answered,
    };
    let (state, tone) = round.standing(ctx.today());
    let (steps, query) = (Steps::new(&found, &filter.query()), filter.query());
    let lines: Vec<ItemLine> = found.rows.into_iter().map(line).collect();
    let bad = !errors.is_empty();
    let page = OnePage {
        shell: desk.shell(ctx, round.title.clone()).await?.with_error(bad),
        organ: round_line(ctx, round.clone()).organ,
        may_answer: lines.iter().any(|line| line.mine && line.item.answer.is_empty()),
        over: all.iter().filter(|item| item.is_over()).count(),
        idle: rows::idle(ctx.db()).await?.into_iter().filter(|one| one.id == round.id).map(|one| one.name).collect(),
        counts: result::counts(&rows::lasting(all)).into_iter().map(|(answer, many)| (answer.label(), many)).collect(),
        progress: progress.into_iter().map(line_of).collect(),
        organs: if desk.staff.central { directory.options(ctx.today()) } else { Vec::new() },
        answers: [("none", "没有答复")].into_iter().chain(Answer::options()).chain([("over", "不再有效的")]).collect(),
        columns: if may_run { columns::options(ctx.db().read()).await? } else { Vec::new() },
        export: if query.is_empty() { String::new() } else { format!("?{query}") },
        once: ctx.once(),
        errors,
        typed,
        state,
        tone,
        filter,
        lines,
        steps,
        may_run,
        round,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// GET /clean-ups/{id}/export.xlsx
pub(super) async fn export(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<RoundId>,
    Query(filter): Query<Filter>,
) -> Result<Response> {
    let round = visible(&ctx, &desk, &id).await?;
    let seen: Vec<OrganCode> = organs(&ctx, &desk, &filter.organ);
    let items = rows::all(ctx.db().read(), &id).await?;
    let directory = ctx.directory();
    let header =
        ["机关", "标题", "发文字号", "机关意见", "理由", "提出人", "提出时间", "审定", "审定说明", "审定人", "结果"];
    let cells = |item: &Item| -> Vec<Cell> {
        vec![
            directory.short_name(&item.organ).into(),
            item.title.as_str().into(),
            item.number.as_str().into(),
            item.answer_words().into(),
            item.reason.as_str().into(),
            item.answered_name.as_str().into(),
            time::show_minute(&item.answered_at).into(),
            item.decision_words().into(),
            item.decided_note.as_str().into(),
            item.decided_name.as_str().into(),
            match item.outcome() {
                _ if item.is_over() && round.can_be_confirmed() => item.ended_words(),
                outcome => outcome.map_or("", Answer::label),
            }
            .into(),
        ]
    };
    let own = items.iter().filter(|item| seen.is_empty() || seen.contains(&item.organ));
    let sheet = Sheet {
        name: "清理意见".into(),
        title: Some(format!("{}（{} 导出）", round.title, ctx.today())),
        header: header.map(String::from).to_vec(),
        rows: own.map(cells).collect(),
        widths: vec![16.0, 48.0, 22.0, 12.0, 40.0, 12.0, 18.0, 12.0, 32.0, 12.0, 12.0],
    };
    page::workbook(&format!("{}-{}.xlsx", round.title, ctx.today()), move || write_xlsx(&sheet)).await
}

/// What is typed of one document.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct AnswerForm {
    pub(super) once: String,
    /// Of the document in the round, as it was seen.
    pub(super) version: i64,
    pub(super) answer: String,
    pub(super) reason: String,
    pub(super) decision: String,
    pub(super) decided_note: String,
}

#[derive(Template)]
#[template(path = "ledger/rounds/templates/item.html")]
struct ItemPage {
    shell: OfficeShell,
    errors: FormErrors,
    typed: AnswerForm,
    round: Round,
    item: Item,
    organ: String,
    answered: String,
    /// Who has answered for its organ; empty = itself.
    answered_for: String,
    /// The organ for which this person would answer; empty = the own.
    for_others: String,
    choices: Vec<(&'static str, &'static str, &'static str)>,
    may_answer: bool,
    may_decide: bool,
    once: String,
}

/// GET /clean-ups/{id}/items/{document}
pub(super) async fn item(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, document)): Path<(RoundId, DocumentId)>,
) -> Result<Response> {
    let item = rows::item(ctx.db().read(), &id, &document).await?.ok_or(Error::NotFound)?;
    let typed = AnswerForm {
        answer: item.answer.clone(),
        reason: item.reason.clone(),
        decision: if item.decision.is_empty() { item.answer.clone() } else { item.decision.clone() },
        decided_note: item.decided_note.clone(),
        ..AnswerForm::default()
    };
    item_form(&ctx, &desk, (&id, &document), typed, FormErrors::new()).await
}

/// The page of one document with what was typed.
pub(super) async fn item_form(
    ctx: &Ctx,
    desk: &Desk,
    (id, document): (&RoundId, &DocumentId),
    typed: AnswerForm,
    errors: FormErrors,
) -> Result<Response> {
    let round = rows::round(ctx.db().read(), id).await?.ok_or(Error::NotFound)?;
    let item = rows::item(ctx.db().read(), id, document).await?.ok_or(Error::NotFound)?;
    let (house, actor) = (house(ctx), desk.actor());
    if !desk.staff.central && !house.kept_by(desk.organ()).contains(&item.organ) {
        return Err(Error::NotFound);
    }
    let answered = match item.answered_at.as_str() {
        "" => String::new(),
        at => format!("{} {}", item.answered_name, time::show_minute(at)),
    };
    let bad = !errors.is_empty();
    let short_name = ctx.directory().short_name(&item.organ).to_owned();
    let may_answer = round.can_be_confirmed()
        && !item.is_over()
        && may_for(&actor, &ANSWER_CLEAN_UP, &house.keeper(&item.organ)).is_ok();
    let others = house.keeper(&item.organ) != house.keeper(desk.organ());
    // What stands on the page is what will have been seen.
    let typed = AnswerForm { version: item.version, ..typed };
    let page = ItemPage {
        answered_for: instead(ctx, &item),
        for_others: if may_answer && others { short_name.clone() } else { String::new() },
        shell: desk.shell(ctx, "清理意见").await?.with_error(bad),
        organ: short_name,
        choices: Answer::choices(),
        may_answer,
        may_decide: round.can_be_confirmed() && !item.is_over() && may(&actor, &RUN_CLEAN_UP).is_ok(),
        once: ctx.once(),
        errors,
        typed,
        round,
        item,
        answered,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}
