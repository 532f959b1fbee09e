//! Forms about the head of a draft: title, year, number, date; and how it stands to another plan of its year.

use axum::{
    extract::{Path, State},
    response::Response,
};
use kernel::{OrganCode, id::PlanId};
use web::{Ctx, Desk, Error, Form, Result};

use super::{
    actions::{Pairs, Place, run},
    edit::{Edit, HeadFields, Part},
    view::Typed,
};

/// Corrects title, year, number and date.
pub(crate) async fn edit(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(plan): Path<PlanId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    let fields = match form.get("op") {
        // One click: the year that the text names, dates with it.
        "text_year" => {
            let tree = super::tree::plan(ctx.db().read(), &plan).await?.ok_or(web::Error::NotFound)?;
            HeadFields {
                title: tree.title,
                year: form.get("to").to_owned(),
                document_number: tree.document_number,
                issued_on: tree.issued_on,
                moves_dates: true,
            }
        }
        _ => HeadFields {
            title: form.get("title").to_owned(),
            year: form.get("year").to_owned(),
            document_number: form.get("document_number").to_owned(),
            issued_on: form.get("issued_on").to_owned(),
            moves_dates: form.get("moves_dates") == "true",
        },
    };
    let typed = Typed { at: "head".into(), head: Some(fields.clone()), ..Typed::default() };
    let place = Place::frame(plan, form.get("open"), "head");
    run(&ctx, &desk, place, form.version(), &Edit::Head(fields), typed).await
}

/// Corrects words as issued that belong to no clause: what stands before and after, headings of parts.
pub(crate) async fn words(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(plan): Path<PlanId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    let part = match form.get("part") {
        "preamble" => Part::Preamble,
        "closing" => Part::Closing,
        section => Part::Section(section.into()),
    };
    let (words, at) = (form.words(), format!("w-{}", form.get("part")));
    let typed = Typed { at: at.clone(), words: Some(words.clone()), ..Typed::default() };
    let place = Place::frame(plan, form.get("open"), &at);
    run(&ctx, &desk, place, form.version(), &Edit::Words(part, words), typed).await
}

/// Takes the choice between replacing and standing beside.
pub(crate) async fn choose(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(plan): Path<PlanId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    if !form.has("replaces") {
        return Err(Error::Invalid("没有说明是替代还是并行，什么都没有改动。请返回草稿，选一项并写明原因。".into()));
    }
    let reason = form.get("twin_reason").to_owned();
    let edit = Edit::Twin(PlanId::from(form.get("replaces")), reason.clone());
    let typed = Typed { at: "twin".into(), reason, ..Typed::default() };
    run(&ctx, &desk, Place::frame(plan, form.get("open"), "twins"), form.version(), &edit, typed).await
}

/// Puts the organ that took over in the place of one that was abolished, in the whole plan.
pub(crate) async fn reform(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((plan, organ)): Path<(PlanId, OrganCode)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    let edit = Edit::Reform(organ, OrganCode::from(form.get("organ")));
    run(&ctx, &desk, Place::frame(plan, form.get("open"), "names"), form.version(), &edit, Typed::default()).await
}

/// Sets date, cadence or owner of the duties that are ticked.
pub(crate) async fn many(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(plan): Path<PlanId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    let bulk = super::edit::Bulk {
        due_on: form.get("bulk_due").to_owned(),
        cadence: form.get("bulk_cadence").to_owned(),
        owner: form.get("bulk_owner").to_owned(),
        role: crate::model::OwnerRole::from_code(form.get("bulk_role")).unwrap_or(crate::model::OwnerRole::Responsible),
    };
    let picked: Vec<_> = form.all("pick").map(kernel::id::DutyId::from).collect();
    let first = picked.first().map(|id| format!("d-{id}")).unwrap_or_else(|| "bulk".into());
    let typed = Typed { at: "bulk".into(), picked: picked.clone(), bulk: Some(bulk.clone()), ..Typed::default() };
    let place = Place::frame(plan, form.get("open"), &first);
    run(&ctx, &desk, place, form.version(), &Edit::Many(picked, bulk), typed).await
}
