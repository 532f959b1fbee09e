//! In the demonstration a policy that is still in review has its interpretation arranged: it comes some days after the policy.

use std::sync::Arc;

use document::rows;
use jiff::{SignedDuration, ToSpan};
use kernel::{Actor, time};
use web::{
    Ctx, Refusal,
    demo::{Cast, Failure, Scene},
};

use super::plan::{self, LATER, Typed};

/// The policy in review.
const POLICY: &str = "review-policy-elevator";

/// Its organ arranges it a quarter of an hour before the present.
pub(super) fn scenes(_: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let at = cast.now.checked_sub(SignedDuration::from_mins(15))?;
    Ok(vec![Scene::new(at, |ctx, cast| async move {
        let told = |refusal: Refusal| Failure::from(refusal.words());
        let Some(id) = cast.document(POLICY) else { return Ok(Vec::new()) };
        let mut tx = ctx.db().write().await?;
        let Some(mut policy) = rows::document(tx.conn(), &id).await.map_err(told)? else { return Ok(Vec::new()) };
        policy.keeper = Some(ctx.directory().stands_for(&policy.organ, ctx.today()));
        let actor = Actor::Staff(cast.of(&policy.organ).clone());
        let typed = Typed {
            mode: LATER.to_owned(),
            due_on: time::date_in_china(cast.now).checked_add(3.days())?.to_string(),
            reason: "加装电梯的申请表正在印制，和解读一起发布".to_owned(),
            forms: vec!["text".to_owned(), "graphic".to_owned()],
            leader: "县住建局局长".to_owned(),
            ..Typed::default()
        };
        plan::arrange(&mut tx, &actor, (&policy, None), &typed).await.map_err(told)?;
        tx.commit().await?;
        Ok(Vec::new())
    })])
}
