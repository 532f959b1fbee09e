//! What is done with a case: its steps, and what the machine does for every kind.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use case::{By, Entry, Kind, PartyId, Step, StepField, may_take, public::CONSENT};
use kernel::{OrganCode, id::CaseId, may_for, permission::Refused};
use store::Tx;
use web::{Acted, Ctx, Desk, Done, Form, FormErrors, Redirect, Refusal, Result, act, act_for, act_in_place};

use super::{
    fields::{Act, Field, Typed, of, shown, version},
    notice, one,
};

/// A case with its kind, for who may handle it.
pub(super) async fn seen(ctx: &Ctx, desk: &Desk, case: &CaseId) -> Result<(Entry, Kind)> {
    Ok(case::seen(ctx, ctx.db().read(), &desk.actor(), case).await?)
}

fn page_of(case: &CaseId) -> String {
    format!("/cases/{case}")
}

/// `POST /cases/{id}/claim`
pub(super) async fn claim(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        case::claim(&ctx, tx, &desk.actor(), &id).await?;
        Ok::<_, Refusal>(Done::ok(page_of(&id), "已由您办理。"))
    };
    Ok(act(&ctx, of(&typed, "once"), done).await?)
}

/// `POST /cases/{id}/release`
pub(super) async fn release(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        case::release(&ctx, tx, &desk.actor(), &id).await?;
        Ok::<_, Refusal>(Done::ok(page_of(&id), "已放回，本机关的人都可以领办。"))
    };
    Ok(act(&ctx, of(&typed, "once"), done).await?)
}

/// The step of this name that a form of the office may take.
fn step_of(kind: Kind, name: &str) -> Result<&'static Step, Refusal> {
    let office = |step: &&Step| !matches!(step.by, By::Machine | By::Applicant);
    kind.step(name).filter(office).ok_or(Refusal::NotFound)
}

/// Does something with a case; its form is shown again, with what was typed, when it is refused.
///
/// # Errors
/// As [`act_in_place`].
pub(super) async fn in_place<F>(
    ctx: &Ctx,
    desk: &Desk,
    (id, typed): (&CaseId, &Typed),
    form: impl Fn(&Entry, &Typed) -> Act + Send + Sync,
    change: F,
) -> Result<Response>
where
    F: AsyncFnOnce(&mut Tx) -> Result<Done, Refusal>,
{
    let again = async |errors: FormErrors| {
        let (entry, kind) = seen(ctx, desk, id).await?;
        shown(ctx, desk, (&entry, kind), form(&entry, typed), errors).await
    };
    act_in_place(ctx, of(typed, "once"), change, again).await
}

/// `GET /cases/{id}/steps/{step}`
pub(super) async fn step_form(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, name)): Path<(CaseId, String)>,
) -> Result<Response> {
    let (entry, kind) = seen(&ctx, &desk, &id).await?;
    let step = step_of(kind, &name)?;
    may_take(&ctx, ctx.db().read(), &desk.actor(), (&entry, kind), step).await?;
    if !step.page.is_empty() {
        return Ok(Redirect::to(step.page.replace("{id}", id.as_str())).into_response());
    }
    let typed = match case::rules_of(&ctx, kind) {
        Some(rules) => {
            let past = case::history(&ctx, ctx.db().read(), &entry).await?;
            rules.beginning(case::Before { entry: &entry, past: &past }, step)
        }
        None => Typed::new(),
    };
    shown(&ctx, &desk, (&entry, kind), step_act(step, &typed), FormErrors::new()).await
}

fn step_act(step: &'static Step, typed: &Typed) -> Act {
    Act {
        title: step.label.to_owned(),
        about: step.about.to_owned(),
        at: format!("/steps/{}", step.key),
        submit: step.label.to_owned(),
        danger: false,
        fields: step.fields.iter().map(|field| Field::of(field, typed)).collect(),
    }
}

/// `POST /cases/{id}/steps/{step}`
pub(super) async fn step(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, name)): Path<(CaseId, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let (_, kind) = seen(&ctx, &desk, &id).await?;
    let step = step_of(kind, &name)?;
    let done = async |tx: &mut Tx| {
        let sent = case::Typed { version: version(&typed), fields: typed.clone() };
        case::take(&ctx, tx, &desk.actor(), &id, step.key, &sent).await?;
        if !step.told.is_empty() {
            notice::tell_person(&ctx, tx, &id).await?;
        }
        let mut words = format!("已办理：{}。", step.label);
        if of(&typed, CONSENT) == "no" && case::public::of_case(tx.conn(), &id).await?.is_some() {
            words.push_str("这件的答复现在还公开着，请撤回公开。");
        }
        Ok::<_, Refusal>(Done::ok(page_of(&id), words))
    };
    let form = |_: &Entry, typed: &Typed| step_act(step, typed);
    in_place(&ctx, &desk, (&id, &typed), form, done).await
}

fn transfer_act(ctx: &Ctx, typed: &Typed) -> Act {
    let organs = ctx.directory().options(ctx.today());
    Act {
        title: "转给其他机关".to_owned(),
        about: "办理时限不重新计算。当事人会在查询页面看到由哪个机关办理，看不到转办的原因。".to_owned(),
        at: "/transfer".to_owned(),
        submit: "转办".to_owned(),
        danger: false,
        fields: vec![
            Field::select("organ", "转给", "", typed, organs),
            Field::text("reason", "原因", "例如：反映的栏目由该机关维护", typed, 500),
        ],
    }
}

/// `GET /cases/{id}/transfer`
pub(super) async fn transfer_form(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<CaseId>) -> Result<Response> {
    let (entry, kind) = seen(&ctx, &desk, &id).await?;
    let act = transfer_act(&ctx, &Typed::new());
    shown(&ctx, &desk, (&entry, kind), act, FormErrors::new()).await
}

/// `POST /cases/{id}/transfer`
pub(super) async fn transfer(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let to = OrganCode::from(of(&typed, "organ"));
        case::transfer(&ctx, tx, &desk.actor(), &id, &to, of(&typed, "reason")).await?;
        notice::tell(&ctx, tx, &id, "转来的办件").await?;
        let name = ctx.directory().short_name(&to).to_owned();
        // Who handed it on may not see it any more.
        Ok::<_, Refusal>(Done::ok("/cases", format!("已转给{name}办理。")))
    };
    let form = |_: &Entry, typed: &Typed| transfer_act(&ctx, typed);
    in_place(&ctx, &desk, (&id, &typed), form, done).await
}

/// A day of receipt by which the answer is overdue at once is meant all the same.
static SURE: StepField = StepField::new("sure", "收到日期核对无误", case::Input::Tick).optional();

fn redate_act(entry: &Entry, typed: &Typed) -> Act {
    let day = "依法确定的收到日期：当面提交的为提交日，需要签收的邮寄为签收日";
    let mut fields = vec![
        Field::day("on", "收到日期", day, typed).required(),
        Field::text("reason", "原因", "例如：签收日期误录成上一个月", typed, 500),
    ];
    if !of(typed, "on").is_empty() {
        fields.push(Field::of(&SURE, typed));
    }
    Act {
        title: "更正收到日期".to_owned(),
        about: format!(
            "现在登记的是 {}。办理期限从更正后的日期重新计算；原来的日期和更正的原因留在办理过程里，当事人看得到。由登记人以外的人更正。",
            entry.received_on
        ),
        at: "/redate".to_owned(),
        submit: "更正".to_owned(),
        danger: false,
        fields,
    }
}

/// `GET /cases/{id}/redate`
pub(super) async fn redate_form(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<CaseId>) -> Result<Response> {
    let (entry, kind) = seen(&ctx, &desk, &id).await?;
    shown(&ctx, &desk, (&entry, kind), redate_act(&entry, &Typed::new()), FormErrors::new()).await
}

/// `POST /cases/{id}/redate`
pub(super) async fn redate(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let due = case::redate(&ctx, tx, &desk.actor(), &id, (of(&typed, "on"), of(&typed, "reason"))).await?;
        if let Some(due) = due.filter(|due| *due < ctx.today() && of(&typed, "sure").is_empty()) {
            let words = format!(
                "更正以后办理期限是 {due}，已经过了，立即超期。请核对年、月、日；无误的，勾选“收到日期核对无误”再更正。"
            );
            return Err(Refusal::field("sure", words));
        }
        notice::tell_person(&ctx, tx, &id).await?;
        let entry = case::entry(tx.conn(), &id).await?.ok_or(Refusal::NotFound)?;
        let until = entry.told_due().map(|due| format!("，办理期限到 {due}")).unwrap_or_default();
        Ok::<_, Refusal>(Done::ok(page_of(&id), format!("收到日期已更正为 {}{until}。", entry.received_on)))
    };
    in_place(&ctx, &desk, (&id, &typed), redate_act, done).await
}

async fn extension_act(ctx: &Ctx, (entry, kind): (&Entry, Kind), typed: &Typed) -> Result<Act> {
    let view = case::clock_of(ctx, ctx.db().read(), kind, entry).await?;
    let most = view.rule.units(view.rule.extension);
    let expected = if view.is_guess() { "预计到" } else { "是" };
    let due = view.due().map(|due| format!("现在的办理期限{expected} {due}。")).unwrap_or_default();
    Ok(Act {
        title: "申请延期".to_owned(),
        about: format!("{due}最多延长 {most}，只能延长一次，由另一个人批准；批准后理由告知当事人。"),
        at: "/extension".to_owned(),
        submit: "提交审批".to_owned(),
        danger: false,
        fields: vec![
            Field::line("units", "延长几日", "按期限的单位，例如 10", typed, 3),
            Field::text("reason", "理由", "当事人会看到，例如：需要调取 2015 年的纸质档案", typed, 500),
        ],
    })
}

/// `GET /cases/{id}/extension`
pub(super) async fn extension_form(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<CaseId>) -> Result<Response> {
    let (entry, kind) = seen(&ctx, &desk, &id).await?;
    let view = case::clock_of(&ctx, ctx.db().read(), kind, &entry).await?;
    if view.due().is_none_or(|due| due < ctx.today()) {
        return Err(Refusal::Conflict("现在没有在计算的办理时限，或者期限已过，不能延期。".into()).into());
    }
    if let Some(rules) = case::rules_of(&ctx, kind) {
        let past = case::history(&ctx, ctx.db().read(), &entry).await?;
        rules.extension(&ctx, case::Before { entry: &entry, past: &past })?;
    }
    let act = extension_act(&ctx, (&entry, kind), &Typed::new()).await?;
    shown(&ctx, &desk, (&entry, kind), act, FormErrors::new()).await
}

/// `POST /cases/{id}/extension`
pub(super) async fn extension(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let units = of(&typed, "units").trim().parse().unwrap_or(0);
        case::ask_extension(&ctx, tx, &desk.actor(), &id, units, of(&typed, "reason")).await?;
        Ok::<_, Refusal>(Done::ok(page_of(&id), "已提交，等另一个人批准。"))
    };
    let again = async |errors: FormErrors| {
        let (entry, kind) = seen(&ctx, &desk, &id).await?;
        let act = extension_act(&ctx, (&entry, kind), &typed).await?;
        shown(&ctx, &desk, (&entry, kind), act, errors).await
    };
    act_in_place(&ctx, of(&typed, "once"), done, again).await
}

/// `POST /cases/{id}/extension/decide`: a button of the case's page.
pub(super) async fn decide_extension(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let granted = of(&typed, "granted") == "yes";
    let done = async |tx: &mut Tx| {
        case::decide_extension(&ctx, tx, &desk.actor(), &id, (granted, of(&typed, "why"))).await?;
        let entry = case::entry(tx.conn(), &id).await?.ok_or(Refusal::NotFound)?;
        let until = entry.told_due().map(|due| format!("办理期限到 {due}。")).unwrap_or_default();
        let words = if granted {
            format!("已同意延期，{until}")
        } else {
            "没有同意延期，期限不变。".to_owned()
        };
        Ok::<_, Refusal>(Done::ok(page_of(&id), words))
    };
    let again = async |errors: FormErrors| one::shown(&ctx, &desk, &id, errors).await;
    act_in_place(&ctx, of(&typed, "once"), done, again).await
}

fn oversee_act(typed: &Typed) -> Act {
    Act {
        title: "督办".to_owned(),
        about: "意见留在这件的办理过程里，办理机关在待办台和办件页面看到；当事人看不到。".to_owned(),
        at: "/oversee".to_owned(),
        submit: "发出".to_owned(),
        danger: false,
        fields: vec![Field::text("words", "督办意见", "例如：期限已过 2 个工作日，请今天内答复", typed, 500)],
    }
}

/// `GET /cases/{id}/oversee`
pub(super) async fn oversee_form(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<CaseId>) -> Result<Response> {
    let (entry, kind) = seen(&ctx, &desk, &id).await?;
    shown(&ctx, &desk, (&entry, kind), oversee_act(&Typed::new()), FormErrors::new()).await
}

/// `POST /cases/{id}/oversee`
pub(super) async fn oversee(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        case::intervene(&ctx, tx, &desk.actor(), &id, of(&typed, "words")).await?;
        notice::tell(&ctx, tx, &id, "督办").await?;
        Ok::<_, Refusal>(Done::ok(page_of(&id), "督办意见已留在办理过程里。"))
    };
    let form = |_: &Entry, typed: &Typed| oversee_act(typed);
    in_place(&ctx, &desk, (&id, &typed), form, done).await
}

fn unpublish_act(typed: &Typed) -> Act {
    Act {
        title: "撤回公开的答复".to_owned(),
        about: "门户上不再显示。".to_owned(),
        at: "/unpublish".to_owned(),
        submit: "撤回公开".to_owned(),
        danger: true,
        fields: vec![Field::text("reason", "撤回理由", "", typed, 500)],
    }
}

/// `GET /cases/{id}/unpublish`
pub(super) async fn unpublish_form(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<CaseId>) -> Result<Response> {
    let (entry, kind) = seen(&ctx, &desk, &id).await?;
    shown(&ctx, &desk, (&entry, kind), unpublish_act(&Typed::new()), FormErrors::new()).await
}

/// `POST /cases/{id}/unpublish`
pub(super) async fn unpublish(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        case::public::withdraw(&ctx, tx, &desk.actor(), &id, of(&typed, "reason")).await?;
        Ok::<_, Refusal>(Done::ok(page_of(&id), "已撤回公开。"))
    };
    let form = |_: &Entry, typed: &Typed| unpublish_act(typed);
    in_place(&ctx, &desk, (&id, &typed), form, done).await
}

fn unmask_act(party: &PartyId, typed: &Typed) -> Act {
    Act {
        title: "查看当事人信息".to_owned(),
        about: "只为办理这件查看。谁在什么时候、为什么查看，记入留痕。".to_owned(),
        at: format!("/parties/{party}"),
        submit: "查看".to_owned(),
        danger: false,
        fields: vec![Field::line("reason", "理由", "例如：电话核实补正内容", typed, 200)],
    }
}

/// `GET /cases/{id}/parties/{party}`: asks why.
pub(super) async fn unmask_form(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, party)): Path<(CaseId, PartyId)>,
) -> Result<Response> {
    let (entry, kind) = seen(&ctx, &desk, &id).await?;
    let known = case::masked(&ctx, ctx.db().read(), &id).await?;
    if !known.iter().any(|one| one.id == party) {
        return Err(Refusal::NotFound.into());
    }
    shown(&ctx, &desk, (&entry, kind), unmask_act(&party, &Typed::new()), FormErrors::new()).await
}

/// `POST /cases/{id}/parties/{party}`: answers with a page that is shown once and kept nowhere.
pub(super) async fn unmask(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, party)): Path<(CaseId, PartyId)>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = act_for(&ctx, of(&typed, "once"), async |tx: &mut Tx| {
        let person = case::unmask(&ctx, tx, &desk.actor(), &id, &party, of(&typed, "reason")).await?;
        Ok::<_, Refusal>((page_of(&id), person))
    });
    match done.await {
        Ok(Acted::Now(person)) => one::unmasked(&ctx, &desk, &id, &person).await,
        Ok(Acted::Before(to)) => Ok(Redirect::to(to).into_response()),
        Err(Refusal::Fields(errors)) => {
            let (entry, kind) = seen(&ctx, &desk, &id).await?;
            shown(&ctx, &desk, (&entry, kind), unmask_act(&party, &typed), errors).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Whether somebody may do this with the case, for the links of its page.
pub(super) fn may(desk: &Desk, permission: &'static kernel::Permission, entry: &Entry, ctx: &Ctx) -> bool {
    let allowed: Result<(), Refused> = may_for(&desk.actor(), permission, &case::keeper(ctx, &entry.organ));
    allowed.is_ok()
}
