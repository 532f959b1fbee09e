//! Recording that a name written in a document means an organ, once a person has said so.

use crate::permissions::MANAGE_ORGANS;
use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::{Actor, OrganCode, Permission, may};
use web::{Ctx, Error, Refusal, Result, act_now, hooks::OrganAliases};

use super::{model::Draft, store};

struct Register;

/// For other contexts: adds aliases.
pub fn organ_aliases() -> Arc<dyn OrganAliases> {
    Arc::new(Register)
}

impl OrganAliases for Register {
    fn permission(&self) -> &'static Permission {
        &MANAGE_ORGANS
    }

    fn add<'a>(
        &'a self,
        ctx: &'a Ctx,
        actor: &'a Actor,
        organ: &'a OrganCode,
        alias: &'a str,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            may(actor, &MANAGE_ORGANS)?;
            let alias = alias.trim();
            let record = store::get(ctx.db(), organ).await?.ok_or(Error::NotFound)?;
            let known = [&record.organ.name, &record.organ.short_name];
            if alias.is_empty()
                || known.contains(&&alias.to_owned())
                || record.organ.aliases.iter().any(|one| one == alias)
            {
                return Ok(());
            }
            let mut draft = Draft::of(&record);
            let mut aliases = record.organ.aliases.clone();
            aliases.push(alias.to_owned());
            draft.aliases = aliases.join("|");
            match act_now(ctx, async |tx| store::edit(tx, organ, record.version, &draft, actor).await).await {
                Err(wrong @ Refusal::Fields(_)) => {
                    return Err(Error::Conflict(format!("别名“{alias}”没有记下：{}", wrong.words())));
                }
                done => done?,
            };
            store::load_directory(ctx).await
        })
    }
}
