//! Forms of revoking.

use axum::{
    extract::{Path, State},
    response::Response,
};
use kernel::id::PlanId;
use web::{Ctx, Desk, Done, Error, Form, Result, act_or_form};

use super::store::{self, RevocationId};
use crate::plans::{actions::Pairs, overview::overview_page};

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
            store::request(&ctx, tx, &actor, &plan, &reason, form.get("restores") == "true").await?;
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
                store::carry_out(&ctx, tx, &actor, &plan, &id).await?;
                "计划已撤销，任务不再执行；公开页面已写明原因"
            } else {
                store::drop_request(&ctx, tx, &actor, &plan, (&id, form.get("drop_reason"))).await?;
                "没有撤销，计划照常执行；不是本人收回的，申请人会看到理由"
            };
            Ok(Done::ok(format!("/plans/{plan}"), said))
        },
        async |errors| overview_page(&ctx, &desk, &plan, String::new(), errors).await,
    )
    .await
}
