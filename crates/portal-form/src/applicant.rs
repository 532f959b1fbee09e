//! Who holds the private link of a case.

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};
use jiff::SignedDuration;
use kernel::{Actor, id::CaseId, time};
use store::{Tx, query, query_scalar};

use crate::{
    PortalForms,
    limit::{self, Network},
    link::{opens_nothing, secret_of},
    secret::Secret,
};
use web::{Ctx, Result};

const CASE: &str = "SELECT case_id FROM portal_link WHERE lookup = $1 AND revoked_at = ''";

/// An applicant: extractor of pages and forms whose address has the secret of a case's link at `{secret}`. They may read and
/// add to that case and are nobody else anywhere; whether the case is of the kind that the page shows, the page asks.
#[derive(Debug)]
pub struct Applicant {
    pub case: CaseId,
    /// Of the link.
    pub secret: Secret,
    /// From where.
    pub client: Network,
}

impl FromRequestParts<Ctx> for Applicant {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Response> {
        let Some(secret) = secret_of(parts, ctx).await else { return Err(opens_nothing()) };
        let client = Network::of_request(&parts.extensions);
        let found = find(ctx, &secret).await.map_err(IntoResponse::into_response)?;
        found.map(|case| Self { case, secret, client }).ok_or_else(opens_nothing)
    }
}

impl Applicant {
    pub fn actor(&self) -> Actor {
        Actor::Applicant(self.case.clone())
    }
}

/// The case that this link opens now.
pub(super) async fn find(ctx: &Ctx, secret: &Secret) -> Result<Option<CaseId>> {
    Ok(query_scalar(CASE).bind(secret.lookup("portal_link")).fetch_optional(ctx.db().read()).await?)
}

/// The secret and the case for a code that somebody typed from paper; `None` for any other text. Each try counts, right or
/// wrong, so that nobody tries for long; lead to the private link by a redirect.
///
/// # Errors
/// [`Error::Limited`] when the network has tried too often; when the database fails.
pub async fn by_code(ctx: &Ctx, client: &Network, typed: &str) -> Result<Option<(Secret, CaseId)>> {
    limit::take(ctx, ctx.settings::<PortalForms>().codes(), client).await?;
    let Some(secret) = Secret::parse(typed) else { return Ok(None) };
    Ok(find(ctx, &secret).await?.map(|case| (secret, case)))
}

/// Makes the link with this secret open the case.
pub(super) async fn link(tx: &mut Tx, case: &CaseId, secret: &Secret) -> Result<()> {
    let now = tx.now();
    query("INSERT INTO portal_link (lookup, case_id, made_at, revoked_at) VALUES ($1, $2, $3, '')")
        .bind(secret.lookup("portal_link"))
        .bind(case)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A new link to a case, for somebody who has lost the old one and was found by the contact given, or who came to the counter.
pub async fn new_link(tx: &mut Tx, case: &CaseId) -> Result<Secret> {
    let secret = Secret::fresh(&tx.seams());
    link(tx, case, &secret).await?;
    Ok(secret)
}

/// Whether the link that opens the case now is a new one and no older than so many minutes. Then another one would only kill the
/// code that is on its way to the person.
///
/// # Errors
/// When the database fails.
pub async fn renewed_within(tx: &mut Tx, case: &CaseId, minutes: i64) -> Result<bool> {
    let now = tx.seams().now();
    let since = time::to_db(now.checked_sub(SignedDuration::from_mins(minutes)).unwrap_or(now));
    let fresh: Option<String> = query_scalar(
        "SELECT n.lookup FROM portal_link n WHERE n.case_id = $1 AND n.revoked_at = '' AND n.made_at > $2 \
         AND EXISTS (SELECT 1 FROM portal_link o WHERE o.case_id = $1 AND o.revoked_at <> '') LIMIT 1",
    )
    .bind(case)
    .bind(since)
    .fetch_optional(tx.conn())
    .await?;
    Ok(fresh.is_some())
}

/// Closes all links to a case, and with them its receipts, whose addresses have the same secrets: they say again what the person
/// wrote, and whoever asks for a new code may do so because somebody else has seen the old one.
pub async fn revoke_links(tx: &mut Tx, case: &CaseId) -> Result<()> {
    let now = tx.now();
    query("UPDATE portal_link SET revoked_at = $2 WHERE case_id = $1 AND revoked_at = ''")
        .bind(case)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}
