//! Drafting the letters of a request that are no answers: supplement, consultation, extension, reasons, fee.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use case::{Before, LetterKind};
use kernel::id::CaseId;
use store::Tx;
use web::{Ctx, Desk, Done, Form, FormErrors, OfficeShell, Query, Refusal, Result, act_in_place, office_page, page};

use crate::cases::Named;

use super::{
    fees, frequency,
    kind::{FOI, KEY},
    law,
    letters::{Case, Input, Notice, Typed, notice, of},
    past::Installed,
    reply::{AGAIN, AGAIN_VERSION, Asked, filled_before, written},
};

/// A field with what was typed into it.
struct Shown {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: String,
    optional: bool,
    is_text: bool,
    is_day: bool,
}

#[derive(Template)]
#[template(path = "foi/templates/notice.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    id: CaseId,
    named: Named,
    wanted: String,
    title: &'static str,
    about: &'static str,
    action: String,
    fields: Vec<Shown>,
    /// The letter that is written anew, and its version; empty = a new one.
    again: String,
    again_version: String,
    once: String,
}

fn known(key: &str) -> Result<(&'static Notice, &'static LetterKind), Refusal> {
    notice(key).zip(FOI.letter(key)).ok_or(Refusal::NotFound)
}

async fn shown(
    ctx: &Ctx,
    desk: &Desk,
    (id, key): (&CaseId, &str),
    typed: &Typed,
    errors: FormErrors,
) -> Result<Response> {
    let (notice, letter) = known(key)?;
    let db = ctx.db().read();
    let (entry, kind) = case::seen(ctx, db, &desk.actor(), id).await?;
    if kind.key != KEY {
        return Err(Refusal::NotFound.into());
    }
    let past = case::history(ctx, db, &entry).await?;
    law::allowed(&law::state(ctx, Before { entry: &entry, past: &past }, ctx.today()), letter.delivered)?;
    let about = Case::of(ctx, db, &entry).await?;
    let wanted = about.wanted().to_owned();
    let counted = match key {
        "reasons" => frequency::finding(ctx, &entry, about.you()).await?,
        "fee" => fees::place(ctx, &entry).await?,
        // The reason for which it was granted is the one that the applicant is told.
        "extension" => {
            let granted = past.iter().rev().find(|one| one.step == "extended");
            granted.and_then(|one| one.fields.get("reason").cloned()).unwrap_or_default()
        }
        _ => String::new(),
    };
    let value = |name: &str| match of(typed, name) {
        "" if name == "matter" && typed.is_empty() => about.for_others().to_owned(),
        "" if name == "until" && matches!(key, "supplement" | "reasons") && typed.is_empty() => {
            let days = Installed::of(ctx).practice().supplement_days;
            ctx.calendar().probably_after(ctx.today(), days).to_string()
        }
        "" if matches!((key, name), ("reasons", "finding") | ("fee", "first") | ("extension", "why"))
            && typed.is_empty() =>
        {
            counted.clone()
        }
        typed => typed.to_owned(),
    };
    let fields = notice.fields.iter().map(|field| Shown {
        name: field.name,
        label: field.label,
        hint: field.hint,
        value: value(field.name),
        optional: field.optional,
        is_text: field.input == Input::Text,
        is_day: field.input.is_day(),
    });
    let fields = fields.collect();
    let bad = !errors.is_empty();
    let form = Page {
        shell: desk.shell(ctx, letter.label).await?.with_error(bad),
        errors,
        id: id.clone(),
        named: Named::of(ctx, (&entry, kind))?,
        title: letter.label,
        about: notice.about,
        action: notice.page.replace("{id}", id.as_str()),
        fields,
        wanted,
        again: of(typed, AGAIN).to_owned(),
        again_version: of(typed, AGAIN_VERSION).to_owned(),
        once: ctx.once(),
    };
    if bad { page::office_errors(&form) } else { office_page(&form) }
}

/// `GET /foi/cases/{id}/notices/{letter}`
pub(super) async fn form(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, letter)): Path<(CaseId, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let typed = filled_before(&ctx, &desk, (&id, letter.as_str()), &asked.again).await?;
    shown(&ctx, &desk, (&id, letter.as_str()), &typed, FormErrors::new()).await
}

/// `POST /foi/cases/{id}/notices/{letter}`
pub(super) async fn draft(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, letter)): Path<(CaseId, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let (notice, what) = known(&letter)?;
    let done = async |tx: &mut Tx| {
        let drafted = written(&ctx, tx, &desk, (&id, notice.key), &typed).await?;
        let words = format!("已拟好{}，等另一个人签发。", what.label);
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}/letters/{drafted}"), words))
    };
    let again = async |errors: FormErrors| shown(&ctx, &desk, (&id, notice.key), &typed, errors).await;
    act_in_place(&ctx, of(&typed, "once"), done, again).await
}
