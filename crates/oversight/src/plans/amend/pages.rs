//! Pages and forms of an amendment: the amended text goes in, the alignment is corrected, then carried out.

use askama::Template;
use axum::{
    extract::{Multipart, Path, State},
    response::{IntoResponse, Response},
};
use kernel::{
    Directory,
    id::{DutyId, PlanId},
    time,
};
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Redirect, Refusal, Result, act, filters, office_page, page,
};

use crate::{
    model::PlanState,
    plans::{
        actions::Pairs,
        amend::{
            align::{Choices, Fate, KEEP, Placed, TAKE, plain},
            owners::{self, Shift},
            prepare::{Prepared, prepare},
            store::{self, Amendment, AmendmentId},
            words::{self, LineChange},
        },
        clear::{self, Cleared, Seen},
        source::{self, Source},
        steps,
        tree::{self, ClauseRow, DutyRow, OwnerRow, PlanRow, Tree},
        view,
    },
};

#[derive(Template)]
#[template(path = "plans/templates/amend_new.html")]
struct NewPage {
    shell: OfficeShell,
    errors: FormErrors,
    plan: PlanRow,
    text: String,
}

/// The form for the amended text.
pub(crate) async fn new(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<PlanId>) -> Result<Response> {
    let plan = tree::plan(ctx.db().read(), &id).await?.ok_or(Error::NotFound)?;
    if plan.state() != PlanState::Confirmed {
        return Err(steps::no_draft(plan.state()));
    }
    let (_, open) = store::history(&ctx, &id).await?;
    if let Some(open) = open {
        return Ok(Redirect::to(format!("/plans/{id}/amend/{open}")).into_response());
    }
    let text = plan.source.clone();
    show_new(&ctx, &desk, plan, text, FormErrors::new()).await
}

async fn show_new(ctx: &Ctx, desk: &Desk, plan: PlanRow, text: String, errors: FormErrors) -> Result<Response> {
    let failed = !errors.is_empty();
    let shell = desk.shell(ctx, format!("年中调整：{}", plan.title)).await?.with_error(failed);
    let template = NewPage { shell, errors, plan, text };
    if failed { page::office_errors(&template) } else { office_page(&template) }
}

/// Takes the amended text.
pub(crate) async fn begin(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<PlanId>,
    form: Multipart,
) -> Result<Response> {
    let posted = source::receive(&ctx, form).await?;
    let plan = tree::plan(ctx.db().read(), &id).await?.ok_or(Error::NotFound)?;
    let text = posted.get("text").to_owned();
    let mut errors = FormErrors::new();
    if let Some(refused) = &posted.refused {
        errors.add("file", refused.clone());
    }
    let source = match posted.file {
        Some((name, received)) => match source::read_file(&ctx, &received.path, &name, "").await {
            Ok(source) if source.table.is_some() => {
                errors.add("file", "调整稿请用 Word 或文本文件，不支持表格。");
                None
            }
            Ok(source) => Some(Source { file: Some(received), ..source }),
            Err(rejected) => {
                errors.add("file", rejected.message);
                None
            }
        },
        None => Some(Source::text(text.clone(), "")),
    };
    if errors.is_empty() && source.as_ref().is_some_and(|source| source.text.trim().is_empty()) {
        errors.add("text", "请选择调整后的文件，或粘贴调整后的全文。");
    }
    let (Some(source), true) = (source, errors.is_empty()) else {
        return show_new(&ctx, &desk, plan, text, errors).await;
    };
    match store::begin(&ctx, &desk.actor(), &id, source).await {
        Ok(amendment) => Ok(Redirect::to(format!("/plans/{id}/amend/{amendment}")).into_response()),
        Err(Refusal::Fields(errors)) => show_new(&ctx, &desk, plan, text, errors).await,
        Err(refusal) => Err(refusal.into()),
    }
}

struct DutyLine {
    key: String,
    text: String,
    /// The words compared with those before, as HTML; empty for a new duty.
    words: String,
    /// Who answers for a new duty, in words.
    owners: String,
    due: String,
    /// Whether the date has passed already.
    past: bool,
    /// `kept`, `changed`, `new`.
    fate: &'static str,
    old_text: String,
    old_due: String,
    /// Place of the duty that it continues, in words.
    old_place: String,
    chosen: String,
    /// Of a new duty, whether the public will see it: `public` or `internal`.
    visibility: &'static str,
}

struct ClauseLine {
    number: String,
    title: String,
    kept: usize,
    lines: Vec<DutyLine>,
    owner_note: String,
    /// The owner note compared with the one before, as HTML.
    note_words: String,
    is_new: bool,
    /// Whom duties that go on are taken from and given to, a line each.
    shifts: Vec<String>,
    /// Whether somebody chosen by hand would go: then it must be said.
    by_hand: bool,
    /// What was said: `old`, `new`, or nothing.
    keep: String,
}

struct EndedLine {
    id: DutyId,
    place: String,
    text: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "plans/templates/amend.html")]
struct ReviewPage {
    shell: OfficeShell,
    errors: FormErrors,
    plan: PlanRow,
    row: Amendment,
    clauses: Vec<ClauseLine>,
    ended: Vec<EndedLine>,
    unmatched: Vec<(usize, String, String)>,
    organs: Vec<(String, String)>,
    olds: Vec<(String, String)>,
    visibilities: Vec<(&'static str, &'static str)>,
    warnings: Vec<plan_text::Warning>,
    kept: usize,
    changed: usize,
    new: usize,
    cleared: Cleared,
    once: String,
    effect: String,
    /// Whom duties are taken from and given to, in numbers; empty when nobody.
    moved: String,
    /// How many duties that concerns.
    moved_duties: usize,
}

impl ReviewPage {
    /// Chosen where the owners of now stay.
    fn kept(&self) -> &'static str {
        KEEP
    }

    /// Chosen where those of the text hold.
    fn taken(&self) -> &'static str {
        TAKE
    }
}

/// What is kept, changed, new and ended.
pub(crate) async fn review(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((plan, id)): Path<(PlanId, AmendmentId)>,
) -> Result<Response> {
    let row = store::get(&ctx, &plan, &id).await?;
    match row.state.as_str() {
        "draft" => {}
        "confirmed" => return show_done(&ctx, &desk, row).await,
        _ => return Ok(Redirect::to(format!("/plans/{plan}")).into_response()),
    }
    show_review(&ctx, &desk, row, FormErrors::new()).await
}

#[derive(Template)]
#[template(path = "plans/templates/amended.html")]
struct DonePage {
    shell: OfficeShell,
    plan: PlanRow,
    row: Amendment,
    at: String,
    /// Lines as HTML, or how many stayed.
    lines: Vec<(String, usize)>,
}

/// What an amendment changed in the text, once it is in force.
async fn show_done(ctx: &Ctx, desk: &Desk, row: Amendment) -> Result<Response> {
    let plan = tree::plan(ctx.db().read(), &row.plan).await?.ok_or(Error::NotFound)?;
    let lines = words::lines(&row.previous, &row.source).into_iter().map(|line| match line {
        LineChange::Same(count) => (String::new(), count),
        LineChange::Changed(html) => (html, 0),
    });
    office_page(&DonePage {
        shell: desk.shell(ctx, format!("年中调整的内容：{}", plan.title)).await?,
        at: time::show_minute(&row.confirmed_at),
        lines: lines.collect(),
        plan,
        row,
    })
}

/// Who will answer for a new duty: names as written, what they mean where that differs, their part.
fn owners_of(prepared: &Prepared, placed: &Placed, directory: &Directory) -> String {
    let rows = &prepared.rows;
    let own: Vec<_> = rows.owners.iter().filter(|owner| owner.duty == placed.duty.id).collect();
    let shared = || rows.owners.iter().filter(|owner| owner.clause == placed.duty.clause && owner.is_of_clause());
    let owners = if own.is_empty() { shared().collect() } else { own };
    let one = |owner: &OwnerRow| {
        let codes = owner.codes();
        let means = match codes.as_slice() {
            [] => "，没有对应的机关".to_owned(),
            [code] if directory.short_name(code) != owner.name => format!("，即{}", directory.short_name(code)),
            [_] => String::new(),
            several => format!("，{} 个机关", several.len()),
        };
        format!("{}（{}{means}）", owner.name, owner.role().label())
    };
    owners.into_iter().map(one).collect::<Vec<_>>().join("、")
}

/// How many of these are owed by somebody: what was marked as no task is none here either.
fn owed(tree: &Tree, ids: &[DutyId]) -> usize {
    ids.iter().filter(|id| tree.duty(id).is_some_and(DutyRow::is_owed)).count()
}

/// Number of a clause of the amended text, with its section's.
fn number(prepared: &Prepared, clause: &ClauseRow) -> String {
    let section = prepared.rows.sections.iter().find(|section| section.id == clause.section);
    tree::number(section.map_or("", |section| section.number.as_str()), &clause.number)
}

fn lines(
    tree: &Tree,
    prepared: &Prepared,
    choices: &Choices,
    shifts: &[Shift],
    directory: &Directory,
    today: jiff::civil::Date,
) -> Vec<ClauseLine> {
    let mut clauses = Vec::new();
    for (at, placed) in prepared.alignment.clauses.iter().enumerate() {
        let moved = || shifts.iter().filter(|shift| shift.clause == at);
        let old = placed.old.as_ref().and_then(|id| tree.clause(id));
        let mut line = ClauseLine {
            number: number(prepared, &placed.clause),
            title: if placed.clause.title.is_empty() {
                filters::shortened(&placed.clause.text, 30)
            } else {
                placed.clause.title.clone()
            },
            kept: owed(tree, &placed.added),
            lines: Vec::new(),
            owner_note: if placed.owners_changed { placed.clause.owner_note.clone() } else { String::new() },
            note_words: words::html(old.map_or("", |old| &old.owner_note), &placed.clause.owner_note),
            is_new: old.is_none(),
            shifts: moved().map(|shift| shift.words(tree, directory)).collect(),
            by_hand: moved().any(|shift| shift.by_hand),
            keep: choices.kept(at).to_owned(),
        };
        for duty in &placed.duties {
            let (fate, old_id) = match &duty.fate {
                Fate::Kept(ids) if !duty.due_changed => {
                    line.kept += owed(tree, ids);
                    continue;
                }
                Fate::Kept(ids) => ("changed", ids.first().cloned().unwrap_or_default()),
                Fate::Changed(id) => ("changed", id.clone()),
                Fate::New => ("new", DutyId::default()),
            };
            let old = tree.duty(&old_id);
            line.lines.push(DutyLine {
                key: duty.key.clone(),
                words: match old {
                    Some(old) if plain(&old.text) != plain(&duty.duty.text) => words::html(&old.text, &duty.duty.text),
                    _ => String::new(),
                },
                owners: if fate == "new" { owners_of(prepared, duty, directory) } else { String::new() },
                text: duty.duty.text.clone(),
                due: view::due_words(&duty.duty),
                past: duty.duty.cadence.is_empty()
                    && duty.duty.due_on.parse::<jiff::civil::Date>().is_ok_and(|due| due < today),
                fate,
                old_text: old.map(|old| old.text.clone()).unwrap_or_default(),
                old_due: old.map(view::due_words).unwrap_or_default(),
                old_place: tree.place_of(&old_id),
                visibility: prepared.alignment.visibility(tree, duty, choices).code(),
                chosen: if fate == "new" { "new".into() } else { old_id.to_string() },
            });
        }
        clauses.push(line);
    }
    clauses
}

async fn show_review(ctx: &Ctx, desk: &Desk, row: Amendment, errors: FormErrors) -> Result<Response> {
    let tree = tree::load(ctx.db(), &row.plan).await?.ok_or(Error::NotFound)?;
    let choices = row.choices();
    let prepared = prepare(ctx, &tree, &row.source, &choices);
    let shifts = owners::shifts(&tree, &prepared, &ctx.directory(), ctx.today());
    let sum = owners::Sum::of(&shifts);
    let clauses = lines(&tree, &prepared, &choices, &shifts, &ctx.directory(), ctx.today());
    let count = |fate: &str| clauses.iter().flat_map(|clause| &clause.lines).filter(|line| line.fate == fate).count();
    let (changed, new) = (count("changed"), count("new"));
    let kept = clauses.iter().map(|clause| clause.kept).sum();
    let ended: Vec<EndedLine> = prepared
        .alignment
        .ended
        .iter()
        .map(|id| EndedLine {
            id: id.clone(),
            place: tree.place_of(id),
            text: tree.duty(id).map(|duty| duty.text.clone()).unwrap_or_default(),
            reason: choices.reasons.get(id.as_str()).cloned().unwrap_or_default(),
        })
        .collect();
    // Only what is not continued word for word can be chosen as the past of a changed or new duty.
    let free = tree.duties.iter().filter(|duty| duty.ended_at.is_empty()).filter(|duty| {
        let listed = clauses.iter().flat_map(|clause| &clause.lines).any(|line| line.chosen == duty.id.as_str());
        listed || ended.iter().any(|line| line.id == duty.id)
    });
    let olds = free.map(|duty| {
        (duty.id.to_string(), format!("{} {}", tree.place_of(&duty.id), filters::shortened(&duty.text, 24)))
    });
    let mut unmatched: Vec<String> = prepared.unmatched().into_iter().collect();
    // Names that were decided stay on the page, so that the decision can be changed.
    unmatched.extend(choices.owners.keys().filter(|name| !prepared.unmatched().contains(*name)).cloned());
    let chosen = |name: &str| choices.owners.get(name).cloned().unwrap_or_default();
    let past = clauses.iter().flat_map(|clause| &clause.lines).filter(|line| line.past).count();
    let late = if past > 0 {
        format!("|其中 {past} 项的期限已经过去，执行后立即显示为逾期")
    } else {
        String::new()
    };
    let moved = if sum.duties > 0 { format!("|{}", sum.words()) } else { String::new() };
    let effect = format!(
        "保留 {kept} 项，变更 {changed} 项，新增 {new} 项，终止 {} 项{moved}|有变动的机关会收到通知{late}",
        ended.len()
    );
    let cleared = Cleared::of(ctx, desk, &row.plan, &Seen::amended(&row)).await?;
    let failed = !errors.is_empty();
    let template = ReviewPage {
        cleared,
        shell: desk.shell(ctx, format!("核对调整：{}", tree.plan.title)).await?.with_error(failed),
        errors,
        olds: olds.collect(),
        unmatched: unmatched.iter().enumerate().map(|(at, name)| (at, name.clone(), chosen(name))).collect(),
        organs: ctx.directory().options(ctx.today()),
        visibilities: view::visibility_choices(),
        warnings: prepared.parsed.warnings.clone(),
        plan: tree.plan,
        row,
        clauses,
        ended,
        kept,
        changed,
        new,
        once: ctx.once(),
        effect,
        moved: sum.words(),
        moved_duties: sum.duties,
    };
    if failed { page::office_errors(&template) } else { office_page(&template) }
}

/// Stores the corrections of the alignment, and carries it out or drops it when asked to.
pub(crate) async fn decide(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((plan, id)): Path<(PlanId, AmendmentId)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    if !["", "save", "discard", "clear", "confirm"].contains(&form.get("op")) {
        return Err(Error::Invalid("没有说明要做什么，什么都没有改动。请在比对页面上用按钮办理。".into()));
    }
    let row = store::get(&ctx, &plan, &id).await?;
    if row.state == "confirmed" && form.get("op") == "confirm" {
        // The second of two submissions: the first has done it.
        return Ok(Redirect::to(format!("/plans/{plan}")).ok("调整已经执行").into_response());
    }
    let mut choices = row.choices();
    for (key, chosen) in form.with_prefix("duty.") {
        // What the machine found is no decision: it may find better once something else is decided.
        if form.get(&format!("was.{key}")) != chosen || choices.duties.contains_key(&key) {
            choices.duties.insert(key, chosen);
        }
    }
    for (key, chosen) in form.with_prefix("visibility.") {
        if form.get(&format!("was_visibility.{key}")) != chosen || choices.visibility.contains_key(&key) {
            choices.visibility.insert(key, chosen);
        }
    }
    choices.reasons.extend(form.with_prefix("reason."));
    choices.keep.extend(form.with_prefix("keep."));
    for (at, name) in form.with_prefix("name.") {
        choices.owners.insert(name, form.get(&format!("owner.{at}")).to_owned());
    }
    let reason = form.get("reason").trim().to_owned();
    let op = form.get("op");
    let state = if op == "discard" { "discarded" } else { "draft" };
    store::save(&ctx, &desk.actor(), &row, form.version(), &choices, &reason, state).await?;
    if op == "discard" {
        return Ok(Redirect::to(format!("/plans/{plan}")).ok("已放弃这次调整，现行计划没有变化").into_response());
    }
    if op != "confirm" && op != "clear" {
        return Ok(Redirect::to(format!("/plans/{plan}/amend/{id}")).ok("已保存，并重新比对").into_response());
    }
    let row = store::get(&ctx, &plan, &id).await?;
    let mut errors = FormErrors::new();
    errors.require(!reason.is_empty(), "reason", "请填写调整原因，例如 根据县政府常务会议精神调整。");
    let tree = tree::load(ctx.db(), &plan).await?.ok_or(Error::NotFound)?;
    let prepared = prepare(&ctx, &tree, &row.source, &choices);
    for name in prepared.unmatched() {
        errors.add("owners", format!("请选择“{name}”对应的机关。"));
    }
    for at in owners::undecided(&owners::shifts(&tree, &prepared, &ctx.directory(), ctx.today()), &choices) {
        let number = number(&prepared, &prepared.alignment.clauses[at].clause);
        let text = format!(
            "{number}现在的责任单位里有人工指定的机关，调整稿里没有。请选择按调整稿办，还是保留现在的责任单位。"
        );
        errors.add(&format!("keep-{at}"), text);
    }
    if !errors.is_empty() {
        return show_review(&ctx, &desk, row, errors).await;
    }
    let (actor, version) = (desk.actor(), row.version);
    if op == "clear" {
        let nobody = clear::reviewers(&ctx).await?.is_empty();
        return act(&ctx, form.get("once"), async |tx| {
            let seen = clear::store::subject(tx, &plan, &id).await?;
            clear::store::ask(&ctx, tx, &actor, &plan, &seen).await?;
            Ok(clear::pages::sent(&ctx, format!("/plans/{plan}/amend/{id}"), nobody))
        })
        .await;
    }
    act(&ctx, form.get("once"), async |tx| {
        store::confirm(&ctx, tx, &actor, &row, version).await?;
        Ok(Done::ok(format!("/plans/{plan}"), "调整已执行，保留任务的进展和佐证都在"))
    })
    .await
}
