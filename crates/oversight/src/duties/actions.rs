//! What the forms of a duty's page do.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use kernel::{Action, may, time};
use serde::Deserialize;
use web::{Ctx, Desk, Error, Form, FormErrors, Redirect, Result};

use crate::{
    duties::{
        change, extra, look,
        pages::{Ask, Typed, corrected},
        report::{self, Done, NewEvidence, Refusal, Verdict},
    },
    model::Visibility,
};

/// The form of everything that one organ reports.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Report {
    assignment: String,
    text: String,
    document: String,
    url: String,
    title: String,
    period: String,
    note: String,
    find: String,
    once: String,
}

impl Report {
    fn ask(&self) -> Ask {
        Ask { assignment: self.assignment.clone(), find: self.find.clone() }
    }
}

/// To the result with a message, or back to the form with what was typed.
async fn answer(
    ctx: &Ctx,
    desk: &Desk,
    id: &str,
    done: Done,
    ok: &str,
    ask: Ask,
    mut typed: Typed,
) -> Result<Response> {
    match done {
        Ok(to) => Ok(Redirect::to(to).ok(ok).into_response()),
        Err(Refusal::Field(field, message)) => {
            typed.errors = FormErrors::one(field, message);
            corrected(ctx, desk, id, &ask, typed).await
        }
        Err(Refusal::Other(error)) => Err(error),
    }
}

/// `POST /duties/{id}/notes`
pub(crate) async fn note(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(form): Form<Report>,
) -> Result<Response> {
    let done = report::add_note(&ctx, &desk.actor(), &form.assignment, &form.text, &form.once).await;
    let (ask, typed) = (form.ask(), Typed { text: form.text, ..Typed::default() });
    answer(&ctx, &desk, &id, done, "已报送进展。", ask, typed).await
}

/// `POST /duties/{id}/evidence`
pub(crate) async fn evidence(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(form): Form<Report>,
) -> Result<Response> {
    let new = NewEvidence {
        assignment: form.assignment.clone(),
        period: form.period.clone(),
        document: form.document.clone(),
        url: form.url.clone(),
        title: form.title.clone(),
        note: form.note.clone(),
    };
    let done = report::add_evidence(&ctx, &desk.actor(), &new, &form.once).await;
    let ask = form.ask();
    let typed = Typed {
        document: form.document,
        url: form.url,
        title: form.title,
        period: form.period,
        note: form.note,
        ..Typed::default()
    };
    answer(&ctx, &desk, &id, done, "已报送佐证，等待县政府办公室确认。", ask, typed).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Decision {
    reason: String,
    once: String,
}

/// `POST /duties/{id}/evidence/{evidence}/take-back`
pub(crate) async fn take_back(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((_, evidence)): Path<(String, String)>,
    Form(form): Form<Decision>,
) -> Result<Response> {
    let to = report::take_back(&ctx, &desk.actor(), &evidence, &form.once).await?;
    Ok(Redirect::to(to).ok("已收回这份佐证。").into_response())
}

/// `POST /duties/{id}/evidence/{evidence}/look`: asks for the address once more, while the person waits.
pub(crate) async fn look(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, evidence)): Path<(String, String)>,
) -> Result<Response> {
    report::may_look(&ctx, &desk.actor(), &id, &evidence).await?;
    let to = format!("/duties/{id}#e-{evidence}");
    Ok(match look::run(&ctx, &evidence).await? {
        Some(check) if check.outcome == "opened" => Redirect::to(to).ok(check.words()),
        Some(check) => Redirect::to(to).flash("warn", check.words()),
        None => Redirect::to(to).flash("warn", "这份佐证没有外部网址可以检查，或者本机没有开启网址检查。"),
    }
    .into_response())
}

/// `POST /duties/{id}/evidence/{evidence}/confirm`
pub(crate) async fn confirm(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, evidence)): Path<(String, String)>,
    Form(form): Form<Decision>,
) -> Result<Response> {
    let to = report::decide(&ctx, &desk.actor(), &evidence, &Verdict::Confirm, &form.once).await?;
    let undo = format!("/duties/{id}/evidence/{evidence}/undo");
    Ok(Redirect::to(to).ok("已确认佐证，公开的任务会在公开页面上显示办结。").undo(undo, "撤销").into_response())
}

/// `POST /duties/{id}/evidence/{evidence}/return`
pub(crate) async fn send_back(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, evidence)): Path<(String, String)>,
    Form(form): Form<Decision>,
) -> Result<Response> {
    let verdict = Verdict::Return(form.reason.clone());
    match report::decide(&ctx, &desk.actor(), &evidence, &verdict, &form.once).await {
        Ok(to) => {
            let undo = format!("/duties/{id}/evidence/{evidence}/undo");
            Ok(Redirect::to(to).ok("已退回佐证，报送单位会在待办台看到理由。").undo(undo, "撤销").into_response())
        }
        Err(Refusal::Field(_, message)) => {
            let errors = FormErrors::one(&format!("reason-{evidence}"), message);
            let typed = Typed { evidence, reason: form.reason, errors, ..Typed::default() };
            corrected(&ctx, &desk, &id, &Ask::default(), typed).await
        }
        Err(Refusal::Other(error)) => Err(error),
    }
}

/// `POST /duties/{id}/evidence/{evidence}/undo`
pub(crate) async fn undo(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((_, evidence)): Path<(String, String)>,
) -> Result<Response> {
    let to = report::undo_decision(&ctx, &desk.actor(), &evidence).await?;
    Ok(Redirect::to(to).ok("已撤销，佐证回到待确认。").into_response())
}

/// `POST /duties/{id}/extra`: the further fields of the kind, under their own names.
pub(crate) async fn extra(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let value =
        |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default();
    let (assignment, once) = (value("assignment"), value("once"));
    let values: Vec<(String, String)> =
        fields.iter().filter(|(key, _)| !["assignment", "once"].contains(&key.as_str())).cloned().collect();
    let done = extra::set_extra(&ctx, &desk.actor(), &assignment, &values, &once).await;
    let ask = Ask { assignment, find: String::new() };
    let office = may(&desk.actor(), Action::ConfirmDuties).is_ok();
    let ok = if office {
        "已保存办理情况。"
    } else {
        "已保存办理情况，会公开的内容由县政府办公室采纳后生效。"
    };
    answer(&ctx, &desk, &id, done, ok, ask, Typed { extra: values, ..Typed::default() }).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Settle {
    /// `accept` or `decline`.
    op: String,
    /// What was seen to wait.
    seen: String,
    once: String,
}

/// `POST /duties/{id}/extra/settle`: the office accepts or drops what organs filled in.
pub(crate) async fn settle(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(form): Form<Settle>,
) -> Result<Response> {
    let accept = match form.op.as_str() {
        "accept" => true,
        "decline" => false,
        _ => return Err(Error::Invalid("请选择采纳还是不采纳。".into())),
    };
    let to = extra::settle(&ctx, &desk.actor(), &id, &form.seen, accept, &form.once).await?;
    let ok = if accept {
        "已采纳办理情况，公开的任务会在公开页面上显示。"
    } else {
        "没有采纳，原来的内容不变。"
    };
    Ok(Redirect::to(to).ok(ok).into_response())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Change {
    due_on: String,
    visibility: String,
}

/// `POST /duties/{id}/due`
pub(crate) async fn due(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(form): Form<Change>,
) -> Result<Response> {
    let Some(day) = time::parse_date(&form.due_on) else {
        let message = "请填写新的期限，格式如 2026-06-30。";
        let typed = Typed { errors: FormErrors::one("due_on", message), ..Typed::default() };
        return corrected(&ctx, &desk, &id, &Ask::default(), typed).await;
    };
    let changed = change::set_due(&ctx, &desk.actor(), &id, day).await?;
    let text = if changed {
        format!("期限已改为 {day}。")
    } else {
        "期限本来就是这一天，没有改动。".to_owned()
    };
    Ok(Redirect::to(format!("/duties/{id}")).ok(text).into_response())
}

/// `POST /duties/{id}/visibility`
pub(crate) async fn visibility(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(form): Form<Change>,
) -> Result<Response> {
    if !["public", "internal"].contains(&form.visibility.as_str()) {
        return Err(Error::Invalid("请选择改为公开还是内部。".into()));
    }
    let wanted = Visibility::from_code(&form.visibility);
    change::set_visibility(&ctx, &desk.actor(), &id, wanted).await?;
    Ok(Redirect::to(format!("/duties/{id}")).ok(format!("已改为{}。", wanted.label())).into_response())
}
