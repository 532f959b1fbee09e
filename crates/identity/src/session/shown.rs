//! Sessions as pages show them.

use kernel::{id::AccountId, time};
use web::{Ctx, Result, desk::SessionId};

use super::sessions;
use crate::settings::Sessions;

/// A session in words.
pub(crate) struct SessionRow {
    pub(crate) id: SessionId,
    pub(crate) browser: String,
    pub(crate) address: String,
    pub(crate) since: String,
    pub(crate) seen: String,
    pub(crate) ends: String,
    pub(crate) this: bool,
}

/// Sessions of an account in words; `current` is marked.
pub(crate) async fn session_rows(
    ctx: &Ctx,
    account: &AccountId,
    current: Option<&SessionId>,
) -> Result<Vec<SessionRow>> {
    let config = &ctx.settings::<Sessions>();
    let rows = sessions::of_account(ctx.db(), account, config).await?;
    Ok(rows
        .into_iter()
        .map(|row| SessionRow {
            browser: sessions::browser_name(&row.agent),
            since: time::show_minute(&row.created_at),
            seen: time::show_minute(&row.last_seen),
            ends: time::show_minute(&row.ends_at),
            this: Some(&row.id) == current,
            address: row.address,
            id: row.id,
        })
        .collect())
}
