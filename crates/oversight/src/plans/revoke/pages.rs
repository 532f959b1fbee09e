//! Forms of revoking.

use axum::{
    extract::{Path, State},
    response::Response,
};
use kernel::id::PlanId;
use web::{Ctx, Desk, Done, Error, Form, Result, act_or_form};

use super::store::{self, End, RevocationId};
use crate::plans::{actions::Pairs, overview::overview_page};

/// Asks to have another plan, in force itself, take this one's place: like revoking, it stops what organs have been working on.
pub(crate) async fn supersede(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(plan): Path<PlanId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    let (actor, reason, by) = (desk.actor(), form.get("supersede_reason").to_owned(), PlanId::from(form.get("by")));
    act_or_form(
        &ctx,
        form.get("once"),
        async |tx| {
            store::request(&ctx, tx, &actor, &plan, &reason, End::Replaced(by.clone())).await?;
            Ok(Done::ok(format!("/plans/{plan}"), "已申请替代，等待另一人确认；确认前计划照常执行"))
        },
        async |errors| overview_page(&ctx, &desk, &plan, reason.clone(), errors).await,
    )
    .await
}

/// Asks to revoke.
pub(crate) async fn request(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(plan): Path<PlanId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    let (actor, reason) = (desk.actor(), form.get("revoke_reason").to_owned());
    act_or_form(
        &ctx,
        form.get("once"),
        async |tx| {
            let end = End::Revoked { restores: form.get("restores") == "true" };
            store::request(&ctx, tx, &actor, &plan, &reason, end).await?;
            Ok(Done::ok(format!("/plans/{plan}"), "已申请撤销，等待另一人确认；确认前计划照常执行"))
        },
        async |errors| overview_page(&ctx, &desk, &plan, reason.clone(), errors).await,
    )
    .await
}

/// Agrees, or drops the request.
pub(crate) async fn decide(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((plan, id)): Path<(PlanId, RevocationId)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    let actor = desk.actor();
    let agreed = match form.get("op") {
        "agree" => true,
        "drop" => false,
        // A decision that is neither is none.
        _ => {
            return Err(Error::Invalid(
                "没有说明是同意撤销还是不撤销，什么都没有改动。请在计划页面上用按钮办理。".into(),
            ));
        }
    };
    act_or_form(
        &ctx,
        form.get("once"),
        async |tx| {
            let said = if agreed {
                store::carry_out(&ctx, tx, &actor, &plan, &id).await?
            } else {
                store::drop_request(&ctx, tx, &actor, &plan, (&id, form.get("drop_reason"))).await?;
                "计划照常执行；不是本人收回的，申请人会看到理由".to_owned()
            };
            Ok(Done::ok(format!("/plans/{plan}"), said))
        },
        async |errors| overview_page(&ctx, &desk, &plan, String::new(), errors).await,
    )
    .await
}
