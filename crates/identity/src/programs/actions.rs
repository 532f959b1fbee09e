//! What the security administrator does with interface keys.

use ::store::Tx;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use kernel::{OrganCode, id::ProgramId};
use web::{Acted, Ctx, Desk, Done, Form, FormErrors, Redirect, Refusal, Result, act_for, act_in_place, page};

use super::{
    model::{self, NewProgram},
    pages::{self, NewForm, Typed},
    store,
};
use crate::{
    session::{Asked, asked},
    settings::Programs,
};

/// Said where the page of a key was left and its form came again.
const SHOWN_ONCE: &str = "密钥已经生成，只显示一次。没有记下时，请在下面更换密钥。";

/// POST /accounts/programs/new: answers with the key, which is shown on this page only.
pub(super) async fn make(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<NewForm>) -> Result<Response> {
    let mut errors = FormErrors::new();
    let name = model::clean_name(&form.name, &mut errors);
    let is_known = ctx.directory().options(ctx.today()).iter().any(|(code, _)| *code == form.organ);
    errors.require(is_known, "organ", "请选择这个系统所属的机关。");
    let items = reach(&form, &pages::takes(&ctx).await?, &mut errors);
    let most = ctx.settings::<Programs>().key_days;
    let ends_on = model::clean_end(&form.ends_on, ctx.today(), most, &mut errors);
    if !errors.is_empty() {
        return page::office_errors(&pages::new_page(&ctx, &desk, form, errors).await?);
    }
    let mut fields: Vec<(String, String)> = [
        ("once", &form.once),
        ("name", &form.name),
        ("organ", &form.organ),
        ("reach", &form.reach),
        ("ends_on", &form.ends_on),
    ]
    .map(|(name, value)| (name.to_owned(), value.clone()))
    .to_vec();
    fields.extend(form.items.iter().map(|item| ("items".to_owned(), item.clone())));
    let asks = Asked {
        what: "建立接口密钥".to_owned(),
        action: "/accounts/programs/new".to_owned(),
        fields,
        back: "/accounts/programs".to_owned(),
    };
    if let Some(asks) = asked(&ctx, &desk, &form.proof, asks).await? {
        return Ok(asks);
    }
    let new = NewProgram { name, organ: OrganCode::from(form.organ.as_str()), items, ends_on };
    let by = desk.actor();
    let done = act_for(&ctx, &form.once, async |tx| {
        let shown = store::make(tx, new, &by).await?;
        Ok::<_, Refusal>((format!("/accounts/programs/{}", shown.id), shown))
    });
    match done.await {
        Ok(Acted::Now(shown)) => pages::key_page(&ctx, &desk, shown, false).await,
        Ok(Acted::Before(to)) => Ok(Redirect::to(to).flash("warn", SHOWN_ONCE).into_response()),
        Err(Refusal::Fields(errors)) => page::office_errors(&pages::new_page(&ctx, &desk, form, errors).await?),
        Err(refusal) => Err(refusal.into()),
    }
}

/// What the key reaches: the items that were chosen, none for all of them.
fn reach(form: &NewForm, takes: &[(String, String)], errors: &mut FormErrors) -> Vec<String> {
    match form.reach.as_str() {
        "all" => Vec::new(),
        "some" => {
            let unknown = form.items.iter().any(|item| !takes.iter().any(|(key, _)| key == item));
            errors.require(!unknown, "items", "选中的数据表里有目录中已经没有的。请重新选择。");
            errors.require(!form.items.is_empty(), "items", "请至少选择一个数据表，或者选择“本机关的全部数据表”。");
            let chosen = takes.iter().filter(|(key, _)| form.items.contains(key));
            chosen.map(|(key, _)| key.clone()).collect()
        }
        _ => {
            errors.add("reach", "请选择这个密钥可以报送哪些数据表。");
            Vec::new()
        }
    }
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct RenewForm {
    once: String,
    ends_on: String,
    proof: String,
}

/// POST /accounts/programs/{id}/renew: answers with the new key, which is shown on this page only.
pub(super) async fn renew(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<ProgramId>,
    Form(form): Form<RenewForm>,
) -> Result<Response> {
    let most = ctx.settings::<Programs>().key_days;
    let mut errors = FormErrors::new();
    let ends_on = model::clean_end(&form.ends_on, ctx.today(), most, &mut errors);
    let typed = Typed { ends_on: Some(form.ends_on.clone()), ..Typed::default() };
    if !errors.is_empty() {
        return page::office_errors(&pages::detail_page(&ctx, &desk, &id, typed, errors).await?);
    }
    let at = format!("/accounts/programs/{id}");
    let fields = [("once", &form.once), ("ends_on", &form.ends_on)];
    let asks = Asked {
        what: "更换接口密钥".to_owned(),
        action: format!("{at}/renew"),
        fields: fields.map(|(name, value)| (name.to_owned(), value.clone())).to_vec(),
        back: at.clone(),
    };
    if let Some(asks) = asked(&ctx, &desk, &form.proof, asks).await? {
        return Ok(asks);
    }
    let by = desk.actor();
    let done = act_for(&ctx, &form.once, async |tx| {
        let shown = store::renew(tx, &id, ends_on, &by).await?;
        Ok::<_, Refusal>((at.clone(), shown))
    });
    match done.await {
        Ok(Acted::Now(shown)) => pages::key_page(&ctx, &desk, shown, true).await,
        Ok(Acted::Before(to)) => Ok(Redirect::to(to).flash("warn", SHOWN_ONCE).into_response()),
        Err(Refusal::Fields(errors)) => {
            page::office_errors(&pages::detail_page(&ctx, &desk, &id, typed, errors).await?)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct RevokeForm {
    once: String,
    reason: String,
}

/// POST /accounts/programs/{id}/revoke. Who they are is not asked again: what ends a key may not wait.
pub(super) async fn revoke(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<ProgramId>,
    Form(form): Form<RevokeForm>,
) -> Result<Response> {
    let by = desk.actor();
    let done = async |tx: &mut Tx| {
        store::revoke(tx, &id, &form.reason, &by).await?;
        Ok(Done::ok(format!("/accounts/programs/{id}"), "密钥已撤销，立即生效。"))
    };
    let again = async |errors: FormErrors| {
        let typed = Typed { reason: Some(form.reason.clone()), ..Typed::default() };
        page::office_errors(&pages::detail_page(&ctx, &desk, &id, typed, errors).await?)
    };
    act_in_place(&ctx, &form.once, done, again).await
}
