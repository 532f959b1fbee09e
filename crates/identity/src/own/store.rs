//! Rows of the second factor of an account.

use ::store::{Db, Executor, Tx, query, query_scalar};
use kernel::id::AccountId;
use web::{Ctx, Result};

use crate::session::totp;

/// The secret that waits to be confirmed, sealed; empty when none does.
pub(super) async fn pending(on: impl Executor<'_>, account: &AccountId) -> ::store::Result<String> {
    query_scalar("SELECT totp_pending FROM account WHERE id = $1").bind(account).fetch_one(on).await
}

/// Makes a secret that waits to be confirmed, unless a second factor is active.
pub(super) async fn begin(ctx: &Ctx, tx: &mut Tx, account: &AccountId) -> Result<()> {
    let secret = totp::sealed(ctx, account, &totp::fresh_secret(&tx.seams()))?;
    query("UPDATE account SET totp_pending = $2 WHERE id = $1 AND totp_secret = ''")
        .bind(account)
        .bind(secret)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Makes the sealed secret `pending` the active secret, used at `step`. `false`: another one waits now, since a second window began anew.
pub(super) async fn activate(tx: &mut Tx, account: &AccountId, pending: &str, step: i64) -> ::store::Result<bool> {
    let done = query(
        "UPDATE account SET totp_secret = totp_pending, totp_pending = '', totp_step = $2 WHERE id = $1 AND totp_pending = $3",
    )
    .bind(account)
    .bind(step)
    .bind(pending)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes secret and recovery codes.
pub(super) async fn remove(tx: &mut Tx, account: &AccountId) -> ::store::Result<()> {
    query("UPDATE account SET totp_secret = '', totp_pending = '' WHERE id = $1")
        .bind(account)
        .execute(tx.conn())
        .await?;
    query("DELETE FROM account_recovery WHERE account = $1").bind(account).execute(tx.conn()).await?;
    Ok(())
}

/// Replaces the recovery codes; returns the new ones, to be shown once.
pub(super) async fn fresh_codes(tx: &mut Tx, account: &AccountId) -> ::store::Result<Vec<String>> {
    let codes = totp::recovery_codes(&tx.seams());
    query("DELETE FROM account_recovery WHERE account = $1").bind(account).execute(tx.conn()).await?;
    for code in &codes {
        query("INSERT INTO account_recovery (account, digest, used_at) VALUES ($1, $2, '')")
            .bind(account)
            .bind(totp::recovery_digest(code))
            .execute(tx.conn())
            .await?;
    }
    Ok(codes)
}

/// How many recovery codes are left.
pub(super) async fn codes_left(db: &Db, account: &AccountId) -> ::store::Result<i64> {
    query_scalar("SELECT COUNT(*) FROM account_recovery WHERE account = $1 AND used_at = ''")
        .bind(account)
        .fetch_one(db.read())
        .await
}

/// Whether the mails of the account are gathered.
pub(super) async fn mail_gathered(db: &Db, account: &AccountId) -> ::store::Result<bool> {
    let gathered: Option<i64> =
        query_scalar("SELECT mail_gathered FROM account WHERE id = $1").bind(account).fetch_optional(db.read()).await?;
    Ok(gathered == Some(1))
}

/// Has the mails of the account gathered from now on, or sent one by one; whether that is a change.
pub(super) async fn gather_mail(tx: &mut Tx, account: &AccountId, gathered: bool) -> ::store::Result<bool> {
    let done = query("UPDATE account SET mail_gathered = $2 WHERE id = $1 AND mail_gathered <> $2")
        .bind(account)
        .bind(gathered)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}
