//! What people do to duties, each as one write of its own: for bulk actions, the demonstration and tests. Forms go through
//! [`web::act`] and the same rules.

use std::sync::Arc;

use duty::{
    NewEvidence, Proof, Target, address,
    decide::{self, Verdict},
    duties, extra,
    look::{LOOK, Look},
    permissions::MANAGE_DUTIES,
    report,
    settings::Duties,
};
use jiff::civil::Date;
use kernel::{
    Actor,
    id::{DutyId, EvidenceId, ShareId, SubjectRef},
    may,
};
use store::{Tx, jobs::NewJob};
use web::{
    Ctx, Refusal,
    hooks::{PublicDocument, PublicDocuments},
};

use crate::{
    duties::{by, sources},
    model::Visibility,
};

/// Kind of the subjects that documents are, as evidence names them.
pub(crate) const DOCUMENT: &str = "document";

/// Result of an act.
pub type Done<T = Target> = Result<T, Refusal>;

/// What somebody names as evidence: a document of this site by its id or address, or any other address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Id or portal address of a published document; empty = `url` counts.
    pub document: String,
    /// Any address.
    pub url: String,
    /// What is to be seen there; for a document its own title counts.
    pub title: String,
}

/// Looks up what was named.
///
/// # Errors
/// When the document is not public, or the address is none that the public can open.
pub async fn resolve(ctx: &Ctx, named: &Named) -> Done<Proof> {
    let config = ctx.config();
    let own = address::on_this_site(&named.url, &[&config.server.portal_url, &config.site.domain]);
    let (wanted, field) = match named.document.trim() {
        "" => (own.unwrap_or_default(), "url"),
        document => (document.to_owned(), "document"),
    };
    if wanted.is_empty() {
        return Proof::address(&named.url, &named.title);
    }
    let found: Option<PublicDocument> = ctx.one::<Arc<dyn PublicDocuments>>().find(ctx, &wanted).await?;
    let Some(found) = found else {
        let message = "本网站上没有这份已公开的文件：可能尚未发布，也可能已撤回。请先发布文件，再从检索结果中选用。";
        return Err(Refusal::field(field, message));
    };
    Ok(Proof::Subject { subject: SubjectRef::new(DOCUMENT, &found.id), path: found.path, title: found.title })
}

/// Hands in evidence, in a write: an address elsewhere is looked at afterwards.
///
/// # Errors
/// See [`report::add_evidence`].
pub(crate) async fn hand_in(ctx: &Ctx, tx: &mut Tx, actor: &Actor, new: &NewEvidence) -> Done {
    let directory = ctx.directory();
    let (target, evidence) = report::add_evidence(tx, &by(ctx, actor, &directory), new).await?;
    if matches!(new.proof, Proof::Address { .. }) && ctx.settings::<Duties>().check_addresses {
        tx.enqueue(NewJob::now(LOOK, &Look { evidence })).await?;
    }
    Ok(target)
}

/// One write by somebody.
async fn write<T>(ctx: &Ctx, change: impl AsyncFnOnce(&mut Tx) -> Done<T>) -> Done<T> {
    let mut tx = ctx.db().write().await?;
    let done = change(&mut tx).await?;
    tx.commit().await?;
    Ok(done)
}

/// Adds a progress note for the organ.
///
/// # Errors
/// See [`report::add_note`].
pub async fn note(ctx: &Ctx, actor: &Actor, share: &ShareId, text: &str) -> Done {
    let directory = ctx.directory();
    write(ctx, async |tx| report::add_note(tx, &by(ctx, actor, &directory), share, text).await).await
}

/// Hands in evidence for the organ.
///
/// # Errors
/// See [`resolve`] and [`report::add_evidence`].
pub async fn evidence(ctx: &Ctx, actor: &Actor, share: &ShareId, period: &str, named: &Named, note: &str) -> Done {
    let proof = resolve(ctx, named).await?;
    let new = NewEvidence { share: share.clone(), period: period.into(), proof, note: note.into() };
    write(ctx, async |tx| hand_in(ctx, tx, actor, &new).await).await
}

/// Decides on evidence, in a write.
///
/// # Errors
/// See [`decide::decide`].
pub(crate) async fn decide_in(ctx: &Ctx, tx: &mut Tx, actor: &Actor, evidence: &EvidenceId, verdict: &Verdict) -> Done {
    let directory = ctx.directory();
    let looked_at = ctx.settings::<Duties>().check_addresses;
    decide::decide(tx, &by(ctx, actor, &directory), evidence, verdict, looked_at).await
}

/// Decides on evidence.
///
/// # Errors
/// See [`decide::decide`].
pub async fn decide(ctx: &Ctx, actor: &Actor, evidence: &EvidenceId, verdict: &Verdict) -> Done {
    write(ctx, async |tx| decide_in(ctx, tx, actor, evidence, verdict).await).await
}

/// Fills in further fields, in a write.
///
/// # Errors
/// See [`extra::set`].
pub(crate) async fn set_extra_in(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    share: &ShareId,
    typed: &[(String, String)],
) -> Done {
    let directory = ctx.directory();
    let keeper = may(actor, &MANAGE_DUTIES).is_ok();
    extra::set(tx, &by(ctx, actor, &directory), &sources(ctx), share, typed, keeper).await
}

/// Fills in further fields.
///
/// # Errors
/// See [`extra::set`].
pub async fn set_extra(ctx: &Ctx, actor: &Actor, share: &ShareId, typed: &[(String, String)]) -> Done {
    write(ctx, async |tx| set_extra_in(ctx, tx, actor, share, typed).await).await
}

/// Moves the due date of an issued duty. `false` when it had this date already.
///
/// # Errors
/// When the actor may not, no reason is given, or the duty has ended.
pub async fn set_due(ctx: &Ctx, actor: &Actor, duty: &DutyId, due_on: Date, reason: &str) -> Done<bool> {
    may(actor, &MANAGE_DUTIES)?;
    write(ctx, async |tx| duties::set_due(tx, actor, duty, due_on, reason).await).await
}

/// Opens or closes an issued duty to the public. `false` when it was so already.
///
/// # Errors
/// When the actor may not, no reason is given, the duty has ended, or its source refuses what the public would see.
pub async fn set_visibility(
    ctx: &Ctx,
    actor: &Actor,
    duty: &DutyId,
    visibility: Visibility,
    reason: &str,
) -> Done<bool> {
    may(actor, &MANAGE_DUTIES)?;
    let sources = sources(ctx);
    write(ctx, async |tx| duties::set_visibility(tx, actor, &sources, duty, visibility, reason).await).await
}

/// Ends an issued duty.
///
/// # Errors
/// When the actor may not, the duty has ended, or the reason does not do.
pub(crate) async fn end_in(ctx: &Ctx, tx: &mut Tx, actor: &Actor, duty: &DutyId, reason: &str) -> Done<()> {
    may(actor, &MANAGE_DUTIES)?;
    duties::end_one(tx, actor, &sources(ctx), duty, reason).await
}
