//! What the forms of a duty's page do.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use duty::{extra as fields, permissions::CONFIRM_DUTIES, report};
use kernel::{
    id::{DutyId, ShareId},
    may,
};
use serde::Deserialize;
use web::{Ctx, Desk, Done, Error, Form, FormErrors, Redirect, Refusal, Result, act};

use crate::{
    duties::{
        acts, address, by,
        days::{self, DATE_HINT},
        pages::{Ask, Typed, corrected},
    },
    model::Visibility,
};

/// The form of everything that one organ reports.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Report {
    #[serde(rename = "assignment")]
    pub(super) share: ShareId,
    pub(super) text: String,
    pub(super) document: String,
    pub(super) url: String,
    pub(super) title: String,
    pub(super) period: String,
    pub(super) note: String,
    pub(super) find: String,
    /// `find` looks for documents and hands in nothing.
    pub(super) op: String,
    /// The period of which the person said that it is meant although the title names another.
    pub(super) sure: String,
    pub(super) once: String,
}

impl Report {
    /// Whether any evidence is named.
    pub(super) fn names(&self) -> bool {
        [&self.document, &self.url, &self.title].iter().any(|typed| !typed.trim().is_empty())
    }

    pub(super) fn typed(&self) -> Typed {
        Typed {
            text: self.text.clone(),
            document: self.document.clone(),
            url: self.url.clone(),
            title: self.title.clone(),
            period: self.period.clone(),
            note: self.note.clone(),
            ..Typed::default()
        }
    }

    pub(super) fn ask(&self) -> Ask {
        Ask { share: self.share.clone(), find: self.find.clone() }
    }
}

/// To the result, or back to the page with what was typed. What the state does not allow is said there too, at `field`: the
/// person sees how things stand now, and nothing typed is gone.
pub(super) async fn answer(
    ctx: &Ctx,
    desk: &Desk,
    id: &DutyId,
    done: Result<Response, Refusal>,
    ask: Ask,
    typed: Typed,
    field: &str,
) -> Result<Response> {
    match done {
        Ok(response) => Ok(response),
        Err(Refusal::Fields(errors)) => corrected(ctx, desk, id, &ask, Typed { errors, ..typed }).await,
        Err(Refusal::Conflict(text)) => {
            let errors = FormErrors::one(field, text);
            let mut response = corrected(ctx, desk, id, &ask, Typed { errors, ..typed }).await?;
            *response.status_mut() = StatusCode::CONFLICT;
            Ok(response)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// `POST /duties/{id}/notes`
pub(crate) async fn note(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DutyId>,
    Form(form): Form<Report>,
) -> Result<Response> {
    let (actor, directory) = (desk.actor(), ctx.directory());
    let by = by(&ctx, &actor, &directory);
    let done = act(&ctx, &form.once, async |tx| {
        let target = report::add_note(tx, &by, &form.share, &form.text).await?;
        Ok(Done::ok(address(&target), "已报送进展。"))
    });
    let done = done.await;
    let ask = form.ask();
    answer(&ctx, &desk, &id, done, ask, Typed { text: form.text, ..Typed::default() }, "text").await
}

/// `POST /duties/{id}/extra`: the further fields of the kind, under their own names.
pub(crate) async fn extra(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DutyId>,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let actor = desk.actor();
    let value =
        |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default();
    let (share, once) = (ShareId::from(value("assignment")), value("once"));
    let values: Vec<(String, String)> =
        form.iter().filter(|(key, _)| !["assignment", "once"].contains(&key.as_str())).cloned().collect();
    let ok = if may(&actor, &CONFIRM_DUTIES).is_ok() {
        "已保存办理情况。"
    } else {
        "已保存办理情况，会公开的内容由县政府办公室采纳后生效。"
    };
    let done = act(&ctx, &once, async |tx| {
        let target = acts::set_extra_in(&ctx, tx, &actor, &share, &values).await?;
        Ok(Done::ok(address(&target), ok))
    });
    let done = done.await;
    let ask = Ask { share, find: String::new() };
    answer(&ctx, &desk, &id, done, ask, Typed { extra: values, ..Typed::default() }, "report").await
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
    Path(id): Path<DutyId>,
    Form(form): Form<Settle>,
) -> Result<Response> {
    let (accept, ok) = match form.op.as_str() {
        "accept" => (true, "已采纳办理情况，公开的任务会在公开页面上显示。"),
        "decline" => (false, "没有采纳，原来的内容不变。"),
        _ => return Err(Error::Invalid("请选择采纳还是不采纳。".into())),
    };
    let (actor, directory) = (desk.actor(), ctx.directory());
    let by = by(&ctx, &actor, &directory);
    act(&ctx, &form.once, async |tx| {
        fields::settle(tx, &by, &id, &form.seen, accept).await?;
        Ok(Done::ok(format!("/duties/{id}"), ok))
    })
    .await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Change {
    due_on: String,
    due_reason: String,
    /// The date of which the person was told that it lies outside the plan's year.
    sure: String,
    visibility: String,
    visibility_reason: String,
}

/// The refusal at the field under which the page asks for the reason, so that what was typed stays beside it.
fn at(field: &'static str) -> impl Fn(Refusal) -> Refusal {
    move |refusal| match refusal {
        Refusal::Fields(errors) if errors.of("reason").is_some() => {
            Refusal::field(field, errors.of("reason").unwrap_or_default().to_owned())
        }
        other => other,
    }
}

/// `POST /duties/{id}/due`
pub(crate) async fn due(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DutyId>,
    Form(form): Form<Change>,
) -> Result<Response> {
    let held =
        duty::duties::with_ids(ctx.db(), std::slice::from_ref(&id)).await?.into_iter().next().ok_or(Error::NotFound)?;
    let source = duty::source::get(ctx.db().read(), &held.source()).await?;
    let year = source.and_then(|source| i16::try_from(source.year).ok()).unwrap_or(ctx.today().year());
    let changed = match days::read(&form.due_on, year) {
        // A slip of the pen moves a duty out of its year; a plan that runs longer says so once more.
        Some(day) if days::is_off_year(day, year) && held.cadence.is_empty() && form.sure != form.due_on => {
            let text = format!("{day} 不在计划年度 {year} 年内。写错的请改正；确实如此的，再按一次“改期限”。");
            Err(Refusal::field("due_on", text))
        }
        Some(day) => acts::set_due(&ctx, &desk.actor(), &id, day, &form.due_reason).await.map(|changed| (day, changed)),
        None => Err(Refusal::field("due_on", DATE_HINT)),
    };
    let done = changed.map_err(at("due_reason")).map(|(day, changed)| {
        let text = match changed {
            true => {
                let note = days::note(&ctx, day, year);
                format!("期限已改为 {day}{note}。原因写入任务的办理过程，承办机关会收到邮件。")
            }
            false => "期限本来就是这一天，没有改动。".to_owned(),
        };
        Redirect::to(format!("/duties/{id}")).ok(text).into_response()
    });
    let typed = Typed { due_on: Some(form.due_on), due_reason: form.due_reason, ..Typed::default() };
    answer(&ctx, &desk, &id, done, Ask::default(), typed, "due_on").await
}

/// `POST /duties/{id}/visibility`
pub(crate) async fn visibility(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DutyId>,
    Form(form): Form<Change>,
) -> Result<Response> {
    if !["public", "internal"].contains(&form.visibility.as_str()) {
        return Err(Error::Invalid("请选择改为公开还是内部。".into()));
    }
    let wanted = Visibility::from_code(&form.visibility);
    let changed = acts::set_visibility(&ctx, &desk.actor(), &id, wanted, &form.visibility_reason).await;
    let done = changed.map_err(at("visibility_reason")).map(|changed| {
        let text = match changed {
            true => format!("已改为{}，原因写入任务的办理过程。", wanted.label()),
            false => format!("已经是{}，没有改动。", wanted.label()),
        };
        Redirect::to(format!("/duties/{id}")).ok(text).into_response()
    });
    let typed = Typed { visibility_reason: form.visibility_reason, ..Typed::default() };
    answer(&ctx, &desk, &id, done, Ask::default(), typed, "visibility_reason").await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ending {
    #[serde(rename = "end")]
    reason: String,
    once: String,
}

/// `POST /duties/{id}/end`: the office no longer asks for it.
pub(crate) async fn end(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DutyId>,
    Form(form): Form<Ending>,
) -> Result<Response> {
    let actor = desk.actor();
    let done = act(&ctx, &form.once, async |tx| {
        acts::end_in(&ctx, tx, &actor, &id, &form.reason).await?;
        Ok(Done::ok(format!("/duties/{id}"), "已终止这项任务，各机关不再需要报送。"))
    });
    // On this page other fields ask for reasons too.
    let done = done.await.map_err(|refusal| match refusal {
        Refusal::Fields(errors) => Refusal::field("end", errors.of("reason").unwrap_or_default().to_owned()),
        other => other,
    });
    answer(&ctx, &desk, &id, done, Ask::default(), Typed { end: form.reason, ..Typed::default() }, "end").await
}
