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
use web::{Ctx, Desk, Done, Error, Form, FormErrors, Redirect, Refusal, Result, act, act_now, hooks::OrganAliases};

use crate::{
    model::{OwnerRole, PlanKind, PlanState},
    plans::{
        confirm,
        edit::{Edit, Fields, Mark, SPLIT},
        import::{self, Spec, Taken},
        pages::{self, Again, NewForm, Refused},
        rows,
        source::{self, Source},
        steps::{self, Outcome, StepId},
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

    fn has(&self, name: &str) -> bool {
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
    let form = NewForm {
        kind: posted.get("kind").to_owned(),
        year: posted.get("year").trim().to_owned(),
        title: posted.get("title").trim().to_owned(),
        text: posted.get("text").to_owned(),
        replaces: posted.get("replaces").to_owned(),
    };
    let mut errors = FormErrors::new();
    let kind = PlanKind::from_code(&form.kind);
    errors.require(kind.is_some(), "kind", "请选择类型，例如 工作要点。");
    let year: Option<i16> = form.year.parse().ok().filter(|year| (1990..=2100).contains(year));
    errors.require(year.is_some(), "year", "请填写四位年份，例如 2026。");
    errors.require(form.title.chars().count() <= 200, "title", "请把标题控制在 200 字以内。");
    if let Some(refused) = &posted.refused {
        errors.add("file", refused.clone());
    }
    let again = posted.get("again") == "true";
    let once = posted.get("once").to_owned();
    let source = match posted.file {
        Some((name, received)) => match source::read_file(&ctx, &received.path, &name).await {
            Ok(source) => Some(Source { file: Some(received), ..source }),
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
    let replaces = Some(form.replaces.clone()).filter(|id| !id.is_empty()).map(PlanId);
    let spec = Spec { title: form.title.clone(), year, kind, again, replaces, once };
    let refused = match import::import(&ctx, &desk.actor(), source, spec).await {
        Ok(Taken::Draft(plan)) => {
            let to = Redirect::to(format!("/plans/{plan}/draft"));
            return Ok(to.ok("已拆解为任务，请核对责任单位和期限后下达").into_response());
        }
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
    let typed = Typed { at: duty.to_string(), fields, errors: FormErrors::new() };
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
    match steps::run(&ctx, &desk.actor(), &plan, form.version(), &Edit::Save(duty, fields)).await {
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
        Ok(Outcome::Changed(steps)) => {
            let lines: Vec<_> = steps.iter().map(steps::Step::line).collect();
            let message = format!("这一条刚被改过（{}）。", lines.join("；"));
            let open = steps.first().map(steps::Step::clause).unwrap_or_default();
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
        _ => {
            let (organ, duty) = (form.get("organ"), DutyId::from(form.get("duty")));
            match organ.strip_prefix(view::GROUP) {
                Some(name) => Edit::AddGroup(clause.clone(), name.to_owned(), role, duty),
                None => Edit::Add(clause.clone(), OrganCode::from(organ), role, duty),
            }
        }
    };
    let fields = Fields { text: form.get("text").to_owned(), ..Fields::default() };
    let typed = Typed { at: clause.to_string(), fields, errors: FormErrors::new() };
    let place = Place { plan, clause: Some(clause.clone()), anchor: format!("c-{clause}") };
    run(&ctx, &desk, place, form.version(), &edit, typed).await
}

/// Where a correction was made.
struct Place {
    plan: PlanId,
    /// The clause that is open afterwards; `None` = that of the duty.
    clause: Option<ClauseId>,
    anchor: String,
}

async fn run(ctx: &Ctx, desk: &Desk, place: Place, seen: i64, edit: &Edit, mut typed: Typed) -> Result<Response> {
    // Looked up before: afterwards a merged or moved duty is elsewhere.
    let open: ClauseId = match place.clause {
        Some(clause) => clause,
        None => {
            let tree = tree::load(ctx.db(), &place.plan).await?.ok_or(Error::NotFound)?;
            edit.clauses(&tree).first().cloned().unwrap_or_default()
        }
    };
    match steps::run(ctx, &desk.actor(), &place.plan, seen, edit).await {
        Ok(Outcome::Made(steps::Made { label, .. })) => {
            let to = format!("/plans/{}/draft?open={open}#{}", place.plan, place.anchor);
            let said = if label == steps::UNCHANGED {
                "都已保存，没有新的改动".to_owned()
            } else {
                format!("已保存：{label}")
            };
            let mut redirect = Redirect::to(to).ok(said);
            if let Some(step) = steps::last(ctx, &place.plan).await?.filter(|step| step.label == label) {
                redirect = redirect.undo(format!("/plans/{}/draft/undo/{}", place.plan, step.id), "撤销");
            }
            Ok(redirect.into_response())
        }
        Err(Refusal::Fields(wrong)) => {
            let mut summary = FormErrors::new();
            for (field, message) in wrong.items() {
                let at = if typed.at.is_empty() { place.anchor.clone() } else { format!("{field}-{}", typed.at) };
                summary.add(&at, message.clone());
                typed.errors.add(field, message.clone());
            }
            let open = open.to_string();
            pages::draft_page(ctx, desk, &place.plan, Again { open, typed, errors: summary, ..Again::default() }).await
        }
        Ok(Outcome::Changed(steps)) => {
            let open = open.to_string();
            let conflict = steps.iter().map(steps::Step::line).collect();
            let kept = kept(&typed);
            pages::draft_page(ctx, desk, &place.plan, Again { open, typed, conflict, kept, ..Again::default() }).await
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
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// Takes the last correction back.
pub(crate) async fn undo(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((plan, step)): Path<(PlanId, StepId)>,
) -> Result<Response> {
    let label = steps::undo(&ctx, &desk.actor(), &plan, &step).await?;
    Ok(Redirect::to(format!("/plans/{plan}/draft")).ok(format!("已撤销：{label}")).into_response())
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
    act(&ctx, form.get("once"), async |tx| {
        confirm::confirm(&ctx, tx, &actor, &plan, form.version()).await?;
        Ok(Done::ok(format!("/plans/{plan}"), "任务已下达，各机关会在待办台看到"))
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

/// Another plan takes this one's place: its duties no longer run.
pub(crate) async fn supersede(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(plan): Path<PlanId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    let by = tree::plan(ctx.db().read(), &form.get("by").into()).await?;
    let by = by.filter(|by| by.state() == PlanState::Confirmed && by.id != plan);
    let Some(by) = by else {
        return Err(Error::Invalid("请选择一份已下达的计划来替代。请返回计划页重新选择。".into()));
    };
    change_state(&ctx, &desk, &plan, form.version(), PlanState::Confirmed, PlanState::Superseded, &by.id).await?;
    Ok(Redirect::to(format!("/plans/{plan}")).ok(format!("已由“{}”替代", by.title)).into_response())
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
