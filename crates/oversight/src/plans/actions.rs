//! Forms of plans: import, corrections, undo, confirmation, discarding, replacing.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{Multipart, Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kernel::{
    OrganCode,
    id::{ClauseId, DutyId, PlanId},
    time,
};
use serde_json::json;
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, Query, Redirect, Refusal, Result, act, act_now, hooks::OrganAliases,
};

use crate::{
    model::{OwnerRole, PlanKind, PlanState},
    plans::{
        confirm::{self, Asked},
        doubts,
        edit::{Edit, Fields, Mark, Part, SPLIT, Words},
        head_doubts,
        import::{self, Spec, Taken},
        pages::{self, Again, NewForm, Refused},
        reach, rows,
        source::{self, Source},
        steps::{self, Outcome, Seen, StepId},
        tree::{self, OwnerId},
        view::{self, Typed},
    },
};

/// A posted form as pairs: forms here carry fields whose names depend on the plan's kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    pub(crate) fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The last value of a field; empty when it was not sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().rev().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// The version that the form saw; 0 conflicts with everything.
    pub(crate) fn version(&self) -> i64 {
        self.get("version").parse().unwrap_or(0)
    }

    /// All values of a field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a field was sent.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// The fields of a duty.
    fn duty(&self) -> Fields {
        Fields {
            text: self.get("text").replace("\r\n", "\n"),
            measure: self.get("measure").to_owned(),
            due_on: self.get("due_on").to_owned(),
            cadence: self.get("cadence").to_owned(),
            grace_days: self.get("grace_days").to_owned(),
            visibility: self.get("visibility").to_owned(),
            extra: self.with_prefix("x."),
        }
    }

    /// Words of the text as issued.
    pub(crate) fn words(&self) -> Words {
        Words {
            title: self.get("title").to_owned(),
            text: self.get("words").to_owned(),
            owner_note: self.get("owner_note").to_owned(),
        }
    }

    /// All pairs whose name begins so, without the beginning.
    pub(crate) fn with_prefix(&self, prefix: &str) -> BTreeMap<String, String> {
        let pairs =
            self.0.iter().filter_map(|(key, value)| Some((key.strip_prefix(prefix)?.to_owned(), value.clone())));
        pairs.collect()
    }
}

/// Takes a plan in: file or paste.
pub(crate) async fn import(State(ctx): State<Ctx>, desk: Desk, form: Multipart) -> Result<Response> {
    let posted = source::receive(&ctx, form).await?;
    let mut form = NewForm {
        kind: posted.get("kind").to_owned(),
        year: posted.get("year").trim().to_owned(),
        title: posted.get("title").trim().to_owned(),
        sheet: posted.get("sheet").trim().to_owned(),
        text: posted.get("text").to_owned(),
        replaces: posted.get("replaces").to_owned(),
    };
    let mut errors = FormErrors::new();
    let kind = PlanKind::from_code(&form.kind);
    errors.require(kind.is_some(), "kind", "请选择类型，例如 工作要点。");
    let year = doubts::year_typed(&form.year);
    let unsaid = form.year.is_empty();
    errors.require(unsaid || year.is_some(), "year", "请填写四位年份，例如 2026；以原文为准的留空。");
    errors.require(form.title.chars().count() <= 200, "title", "请把标题控制在 200 字以内。");
    if let Some(refused) = &posted.refused {
        errors.add("file", refused.clone());
    }
    let again = posted.get("again") == "true";
    let once = web::asked::bound(posted.get("once"));
    let source = match posted.file {
        Some((name, received)) => match source::read_file(&ctx, &received.path, &name, &form.sheet).await {
            Ok(source) => {
                // What was read stays in the form, so that a refusal does not ask for the file again.
                form.text.clone_from(&source.text);
                Some(Source { file: Some(received), ..source })
            }
            Err(rejected) => {
                errors.add("file", rejected.message);
                None
            }
        },
        None if posted.refused.is_none() && form.text.trim().is_empty() => {
            errors.add("file", "请选择文件，例如 2026年政务公开工作要点.docx；也可以在下面粘贴全文。");
            None
        }
        None => Some(Source::text(form.text.clone(), "")),
    };
    let (Some(kind), Some(source), true) = (kind, source, errors.is_empty()) else {
        return pages::new_page(&ctx, &desk, form, Refused { errors, ..Refused::default() }).await;
    };
    let replaces = Some(form.replaces.clone()).filter(|id| !id.is_empty()).map(PlanId::from);
    let spec = Spec { title: form.title.clone(), year, kind, again, replaces, once };
    let refused = match import::import(&ctx, &desk.actor(), source, spec).await {
        Ok(Taken::Draft(plan)) => return taken(&ctx, &plan).await,
        Ok(Taken::Rows(rows)) => {
            let text = format!("表格有 {} 处需要更正，见下表。请改好后重新上传，现在没有保存任何一行。", rows.len());
            Refused { errors: FormErrors::one("file", text), rows, same: None }
        }
        Ok(Taken::Same { plan, title, state }) => {
            let end = if state == PlanState::Draft { "/draft" } else { "" };
            Refused { same: Some((format!("/plans/{plan}{end}"), title, state.label())), ..Refused::default() }
        }
        Err(Refusal::Fields(errors)) => Refused { errors, ..Refused::default() },
        Err(refusal) => return Err(refusal.into()),
    };
    pages::new_page(&ctx, &desk, form, refused).await
}

/// The draft that was made, with what the clerk must look at first.
async fn taken(ctx: &Ctx, plan: &PlanId) -> Result<Response> {
    let to = Redirect::to(format!("/plans/{plan}/draft"));
    let row = tree::plan(ctx.db().read(), plan).await?.ok_or(Error::NotFound)?;
    let mut said = doubts::of_year(&row);
    said.extend(head_doubts::of(ctx, ctx.db().read(), &row).await?);
    if let Some(twin) = rows::twins(ctx.db().read(), &row).await?.first() {
        // Only what is in force has to be answered before issuing; another draft may be the same file taken twice.
        said.push(match twin.in_force {
            true => format!("{} 年已有执行中的“{}”，下达前须说明是替代还是并行。", row.year, twin.title),
            false => format!("{} 年还有一份没有下达的同类草稿“{}”，请核对是不是重复导入。", row.year, twin.title),
        });
    }
    Ok(if said.is_empty() {
        to.ok("已拆解为任务，请核对责任单位和期限后下达")
    } else {
        to.flash("warn", format!("已拆解为任务。请先核对：{}", said.concat()))
    }
    .into_response())
}

/// The corrections of one duty: one form, several buttons.
pub(crate) async fn edit_duty(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((plan, duty)): Path<(PlanId, DutyId)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    let fields = form.duty();
    // A form that shows no fields has nothing to take along.
    let shown = form.has("text");
    let and = |then: Edit| if shown { Edit::With(duty.clone(), fields.clone(), Box::new(then)) } else { then };
    let edit = match form.get("op") {
        "split" => Edit::Split(duty.clone(), fields.clone()),
        "merge" => and(Edit::Merge(duty.clone())),
        "merge_up" => and(Edit::MergeUp(duty.clone())),
        "move" => and(Edit::Move(duty.clone(), form.get("to").into())),
        "leave" => and(Edit::Mark(duty.clone(), Mark::NotADuty)),
        "take" => and(Edit::Mark(duty.clone(), Mark::Duty)),
        "principle" => and(Edit::Mark(duty.clone(), Mark::Principle)),
        "owed" => and(Edit::Mark(duty.clone(), Mark::Owed)),
        "own" => and(Edit::Own(duty.clone())),
        "share" => and(Edit::Share(duty.clone())),
        _ => Edit::Save(duty.clone(), fields.clone()),
    };
    let place = Place { plan, clause: None, anchor: format!("d-{duty}") };
    let typed = Typed { at: duty.to_string(), fields, ..Typed::default() };
    run(&ctx, &desk, place, form.version(), &edit, typed).await
}

/// Keeps the fields of a duty while somebody is still at them. A text with the mark of splitting is half a command and waits
/// for its button.
pub(crate) async fn autosave_duty(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((plan, duty)): Path<(PlanId, DutyId)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    let fields = form.duty();
    let refuse = |status: StatusCode, answer: serde_json::Value| Ok((status, Json(answer)).into_response());
    if fields.text.contains(SPLIT) {
        let message = "任务内容里有拆分符号“‖”，按“拆分”后生效";
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, json!({ "message": message }));
    }
    match steps::run(&ctx, &desk.actor(), &plan, Seen::exactly(form.version()), &Edit::Save(duty, fields)).await {
        Ok(Outcome::Made(made)) => {
            let now = time::show_minute(&time::to_db(ctx.seams().now()));
            let clock = now.split(' ').nth(1).unwrap_or(&now).to_owned();
            let undo = steps::last(&ctx, &plan).await?.map(|step| {
                json!({ "action": format!("/plans/{plan}/draft/undo/{}", step.id), "label": format!("撤销：{}", step.label) })
            });
            // Whether nothing else lies between what the page showed and now: only then have its other forms seen this version.
            let alone = made.version <= form.version() + 1;
            Ok(Json(json!({ "saved_at": clock, "version": made.version, "alone": alone, "undo": undo }))
                .into_response())
        }
        Ok(Outcome::Changed(changed)) => {
            let lines: Vec<_> = changed.steps.iter().map(steps::Step::line).collect();
            let who = if changed.own { "您在另一个页面刚改过这一条" } else { "这一条刚被改过" };
            let message = format!("{who}（{}）。", lines.join("；"));
            let open = changed.steps.first().map(steps::Step::clause).unwrap_or_default();
            let compare = format!("/plans/{plan}/draft?open={open}");
            refuse(StatusCode::CONFLICT, json!({ "message": message, "compare": compare }))
        }
        Err(Refusal::Fields(wrong)) => {
            let message = wrong.items().first().map_or("", |(_, message)| message.trim_end_matches('。'));
            refuse(StatusCode::UNPROCESSABLE_ENTITY, json!({ "message": message }))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// What an owner's name means, and its part.
pub(crate) async fn edit_owner(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((plan, owner)): Path<(PlanId, OwnerId)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    let organ = form.get("organ").to_owned();
    let role = OwnerRole::from_code(form.get("role")).unwrap_or(OwnerRole::Responsible);
    let edit = match form.get("op") {
        "successor" => Edit::Successor(owner.clone()),
        "expand" => Edit::Expand(owner.clone()),
        "part" => Edit::Part(owner.clone(), role),
        "remove" => Edit::Remove(owner.clone()),
        _ => {
            let chosen: Vec<OrganCode> =
                Some(organ.as_str()).filter(|code| !code.is_empty()).map(OrganCode::from).into_iter().collect();
            Edit::Choose(owner.clone(), chosen)
        }
    };
    let tree = tree::load(ctx.db(), &plan).await?.ok_or(Error::NotFound)?;
    let row = tree.owners.iter().find(|row| row.id == owner).cloned();
    let clause = row.as_ref().map(|row| row.clause.clone()).unwrap_or_default();
    let (open, anchor) = match (form.get("back"), form.get("op")) {
        // From the list of names one goes on with the next name.
        ("names", _) => (ClauseId::default(), "names".to_owned()),
        (_, "remove") => (clause.clone(), format!("c-{clause}")),
        _ => (clause.clone(), format!("o-{owner}")),
    };
    let response =
        run(&ctx, &desk, Place { plan, clause: Some(open), anchor }, form.version(), &edit, Typed::default()).await?;
    let wants_alias = form.get("alias") == "true" && matches!(edit, Edit::Choose(..));
    if let (true, true, Some(row)) = (wants_alias, response.status().is_redirection(), row) {
        let aliases = ctx.one::<Arc<dyn OrganAliases>>();
        // The correction stands in any case; a refusal of the alias is said, not hidden.
        let code = OrganCode::from(organ.as_str());
        if let Err(error) = aliases.add(&ctx, &desk.actor(), &code, &row.name).await {
            tracing::warn!(?error, "alias not recorded");
            let to = format!("/plans/{}/draft?open={}#o-{owner}", tree.plan.id, row.clause);
            let text = format!("已对应，但“{}”没有记为别名。请在机关名录中添加。", row.name);
            return Ok(Redirect::to(to).flash("warn", text).into_response());
        }
    }
    Ok(response)
}

/// What concerns a whole clause: owners, duties added by hand, principle.
pub(crate) async fn edit_clause(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((plan, clause)): Path<(PlanId, ClauseId)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    let role = OwnerRole::from_code(form.get("role")).unwrap_or(OwnerRole::Responsible);
    let edit = match form.get("op") {
        "append" => Edit::Append(clause.clone(), form.get("text").to_owned()),
        "principle" => Edit::Principle(clause.clone(), true),
        "owed" => Edit::Principle(clause.clone(), false),
        "words" => Edit::Words(Part::Clause(clause.clone()), form.words()),
        _ => {
            let (organ, duty) = (form.get("organ"), DutyId::from(form.get("duty")));
            match organ.strip_prefix(view::GROUP) {
                Some(name) => Edit::AddGroup(clause.clone(), name.to_owned(), role, duty),
                None => Edit::Add(clause.clone(), OrganCode::from(organ), role, duty),
            }
        }
    };
    if let Edit::Words(_, words) = &edit {
        let (at, anchor) = (format!("w-{clause}"), format!("w-{clause}"));
        let typed = Typed { at, words: Some(words.clone()), ..Typed::default() };
        let place = Place { plan, clause: Some(clause.clone()), anchor };
        return run(&ctx, &desk, place, form.version(), &edit, typed).await;
    }
    let fields = Fields { text: form.get("text").to_owned(), ..Fields::default() };
    let typed = Typed { at: clause.to_string(), fields, ..Typed::default() };
    let place = Place { plan, clause: Some(clause.clone()), anchor: format!("c-{clause}") };
    run(&ctx, &desk, place, form.version(), &edit, typed).await
}

/// Where a correction was made.
pub(crate) struct Place {
    plan: PlanId,
    /// The clause that is open afterwards; `None` = that of the duty.
    clause: Option<ClauseId>,
    anchor: String,
}

impl Place {
    /// Beside the clauses: what was open stays open.
    pub(crate) fn frame(plan: PlanId, open: &str, anchor: &str) -> Self {
        Self { plan, clause: Some(open.into()), anchor: anchor.to_owned() }
    }
}

/// Only what addresses of this page are made of.
fn name(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

/// The draft with this clause open, at this place.
fn address(plan: &PlanId, open: &str, anchor: &str) -> String {
    let open = if open.is_empty() { String::new() } else { format!("?open={open}") };
    format!("/plans/{plan}/draft{open}#{anchor}")
}

/// Makes a correction and leads back to where it was made, with the button that takes it back.
pub(crate) async fn run(
    ctx: &Ctx,
    desk: &Desk,
    place: Place,
    seen: i64,
    edit: &Edit,
    mut typed: Typed,
) -> Result<Response> {
    // Looked up before: afterwards a merged or moved duty is elsewhere.
    let open: ClauseId = match place.clause {
        Some(clause) => clause,
        None => {
            let tree = tree::load(ctx.db(), &place.plan).await?.ok_or(Error::NotFound)?;
            edit.clauses(&tree).first().cloned().unwrap_or_default()
        }
    };
    let open = open.to_string();
    match steps::run(ctx, &desk.actor(), &place.plan, Seen::joining(seen), edit).await {
        Ok(Outcome::Made(steps::Made { label, joined, .. })) => {
            let to = address(&place.plan, &open, &place.anchor);
            let last = steps::last(ctx, &place.plan).await?;
            // What was typed has been kept on leaving its field: say what that was.
            let kept =
                last.as_ref().filter(|step| step.done_by == desk.actor().log_id() && step.clause().as_str() == open);
            let label = match (label == steps::UNCHANGED, kept) {
                (true, Some(step)) => step.label.clone(),
                _ => label,
            };
            let mut said = if label == steps::UNCHANGED {
                "没有需要保存的改动".to_owned()
            } else {
                format!("已保存：{label}")
            };
            if joined {
                said.push_str("。这一条刚在别处改过的其他内容也都保留");
            }
            let mut redirect = Redirect::to(to).ok(said);
            if let Some(step) = last.filter(|step| step.label == label) {
                let back = format!("open={open}&at={}", name(&place.anchor));
                redirect = redirect.undo(format!("/plans/{}/draft/undo/{}?{back}", place.plan, step.id), "撤销");
            }
            Ok(redirect.into_response())
        }
        Err(Refusal::Fields(wrong)) => {
            let mut summary = FormErrors::new();
            for (field, message) in wrong.items() {
                let at = match typed.at.as_str() {
                    "" => place.anchor.clone(),
                    "twin" | "bulk" => field.clone(),
                    at => format!("{field}-{}", at.trim_start_matches("w-")),
                };
                summary.add(&at, message.clone());
                typed.errors.add(field, message.clone());
            }
            pages::draft_page(ctx, desk, &place.plan, Again { open, typed, errors: summary, ..Again::default() }).await
        }
        Ok(Outcome::Changed(changed)) => {
            let conflict = changed.steps.iter().map(steps::Step::line).collect();
            let kept = kept(&typed);
            let clashes = match changed.merged {
                Some(merged) => {
                    typed.fields = merged.fields;
                    merged.clashes
                }
                None => Vec::new(),
            };
            let again = Again { open, typed, conflict, kept, clashes, own: changed.own, ..Again::default() };
            pages::draft_page(ctx, desk, &place.plan, again).await
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Everything typed, as text to be copied, in case its form is no longer there.
fn kept(typed: &Typed) -> String {
    let fields = &typed.fields;
    let mut lines = vec![fields.text.clone()];
    for (label, value) in [("完成标准", &fields.measure), ("期限", &fields.due_on)] {
        if !value.is_empty() {
            lines.push(format!("{label}：{value}"));
        }
    }
    lines.extend(fields.extra.values().filter(|value| !value.is_empty()).cloned());
    if let Some(words) = &typed.words {
        lines.extend([words.title.clone(), words.text.clone(), words.owner_note.clone()]);
    }
    lines.push(typed.reason.clone());
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// Where to go after taking a step back: what was open stays open.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Back {
    open: String,
    at: String,
}

/// Takes the last correction back.
pub(crate) async fn undo(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((plan, step)): Path<(PlanId, StepId)>,
    Query(back): Query<Back>,
) -> Result<Response> {
    let (label, clause) = steps::undo(&ctx, &desk.actor(), &plan, &step).await?;
    let (open, at) = (name(&back.open), name(&back.at));
    // What the step had made may be gone with it: then its clause is the place.
    let tree = tree::load(ctx.db(), &plan).await?.ok_or(Error::NotFound)?;
    let duty_there = |at: &str| at.strip_prefix("d-").is_none_or(|id| tree.duty(&id.into()).is_some());
    let owner_there =
        |at: &str| at.strip_prefix("o-").is_none_or(|id| tree.owners.iter().any(|owner| owner.id.as_str() == id));
    let anchor = match at.as_str() {
        at if !at.is_empty() && duty_there(at) && owner_there(at) => at.to_owned(),
        _ if [tree::HEAD, tree::WORDS].contains(&clause.as_str()) => clause.to_string(),
        _ => format!("c-{clause}"),
    };
    Ok(Redirect::to(address(&plan, &open, &anchor)).ok(format!("已撤销：{label}")).into_response())
}

/// Issues the duties.
pub(crate) async fn confirm(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(plan): Path<PlanId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    let actor = desk.actor();
    let tree = tree::load(ctx.db(), &plan).await?.ok_or(Error::NotFound)?;
    let organs = confirm::readiness(&tree, &ctx.directory(), ctx.today()).organs;
    let said = reach::of(&ctx, &organs).await?.done();
    act(&ctx, form.get("once"), async |tx| {
        let asked = Asked {
            version: form.version(),
            year_checked: form.get("year_checked") == "true",
            reason: form.get("head_reason").to_owned(),
            knows: false,
        };
        confirm::confirm(&ctx, tx, &actor, &plan, asked).await?;
        Ok(Done::ok(format!("/plans/{plan}"), said))
    })
    .await
}

/// Throws a draft away; it can be taken back.
pub(crate) async fn discard(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(plan): Path<PlanId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    change_state(
        &ctx,
        &desk,
        &plan,
        Pairs::new(pairs).version(),
        PlanState::Draft,
        PlanState::Discarded,
        &PlanId::default(),
    )
    .await?;
    let redirect = Redirect::to("/plans").ok("草稿已作废").undo(format!("/plans/{plan}/restore"), "恢复");
    Ok(redirect.into_response())
}

/// Takes a discarded draft back.
pub(crate) async fn restore(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(plan): Path<PlanId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    // The button in the message after discarding knows no version: the present one is as good, the state decides.
    let row = tree::plan(ctx.db().read(), &plan).await?.ok_or(Error::NotFound)?;
    let form = Pairs::new(pairs);
    let version = if form.get("version").is_empty() { row.version } else { form.version() };
    change_state(&ctx, &desk, &plan, version, PlanState::Discarded, PlanState::Draft, &PlanId::default()).await?;
    Ok(Redirect::to(format!("/plans/{plan}/draft")).ok("草稿已恢复").into_response())
}

async fn change_state(
    ctx: &Ctx,
    desk: &Desk,
    plan: &PlanId,
    version: i64,
    from: PlanState,
    to: PlanState,
    by: &PlanId,
) -> Result<()> {
    let done = act_now(ctx, async |tx| {
        let change = rows::Change { plan, version, from, to, by };
        rows::change_state(tx, &desk.actor(), &ctx.office_organ(), change).await
    });
    done.await
}
