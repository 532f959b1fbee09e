//! Evidence as people meet it on a duty's page: what they name, hand in, look at and decide on. What holds for all evidence is
//! the machine's ([`duty::evidence`]).

mod actions;
mod view;

use std::sync::Arc;

use duty::{
    address,
    evidence::{
        NewEvidence, Proof, Verdict, hand_in,
        opens::{LOOK, Look},
    },
    permissions::{CONFIRM_DUTIES, REPORT_DUTIES},
    settings::Duties,
};
use kernel::{
    Actor,
    id::{EvidenceId, ShareId, SubjectRef},
};
use store::{Tx, jobs::NewJob};
use web::{
    Ctx, Listener, Refusal, Routes,
    hooks::{PublicDocument, PublicDocuments, PublicThing, PublicThings},
};

use crate::duties::{
    acts::{Done, write},
    by,
};

pub(super) use view::{AtPiece, Piece, Seen, doubt, of_duty, told};

/// Routes of the forms that stand at evidence.
pub(super) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .post("/duties/{id}/evidence", &REPORT_DUTIES, actions::evidence)
        .post("/duties/{id}/evidence/{evidence}/take-back", &REPORT_DUTIES, actions::take_back)
        .post("/duties/{id}/evidence/{evidence}/look", &REPORT_DUTIES, actions::look)
        .weighty("/duties/{id}/evidence/{evidence}/confirm", &CONFIRM_DUTIES, actions::confirm)
        .weighty("/duties/{id}/evidence/{evidence}/accept", &CONFIRM_DUTIES, actions::accept)
        .weighty("/duties/{id}/evidence/{evidence}/return", &CONFIRM_DUTIES, actions::send_back)
        .weighty("/duties/{id}/evidence/{evidence}/undo", &CONFIRM_DUTIES, actions::undo)
}

/// Kind of the subjects that documents are, as evidence names them.
pub(crate) const DOCUMENT: &str = "document";

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
        let path = address::on_this_site(&wanted, &[&config.server.portal_url, &config.site.domain]);
        if let Some(thing) = thing_at(ctx, path.as_deref().unwrap_or(&wanted)).await? {
            return Ok(Proof::Subject { subject: thing.subject, path: thing.path, title: thing.title });
        }
        let message = "本网站上没有这份已公开的文件：可能尚未发布，也可能已撤回。请先发布文件，再从检索结果中选用。\
                       数据表请填写一条记录的网址，或者带有机关条件的数据表网址；没有此类信息的声明请从检索结果中选用。";
        return Err(Refusal::field(field, message));
    };
    Ok(Proof::Subject { subject: SubjectRef::new(DOCUMENT, &found.id), path: found.path, title: found.title })
}

/// What stands at a path of the portal and is no document: a record, a table of an organ, a declaration.
///
/// # Errors
/// When the database fails.
pub(crate) async fn thing_at(ctx: &Ctx, path: &str) -> web::Result<Option<PublicThing>> {
    for things in ctx.declared::<Arc<dyn PublicThings>>() {
        if let Some(thing) = things.at(ctx, path).await? {
            return Ok(Some(thing));
        }
    }
    Ok(None)
}

/// Hands in evidence, in a write: an address elsewhere is looked at afterwards.
///
/// # Errors
/// See [`duty::evidence::hand_in::add`].
pub(super) async fn add_in(ctx: &Ctx, tx: &mut Tx, actor: &Actor, new: &NewEvidence) -> Done {
    let directory = ctx.directory();
    let (target, evidence) = hand_in::add(tx, &by(ctx, actor, &directory), new).await?;
    if matches!(new.proof, Proof::Address { .. }) && ctx.settings::<Duties>().check_addresses {
        tx.enqueue(NewJob::now(LOOK, &Look { evidence })).await?;
    }
    Ok(target)
}

/// Hands in evidence for the organ.
///
/// # Errors
/// See [`resolve`] and [`duty::evidence::hand_in::add`].
pub async fn add(ctx: &Ctx, actor: &Actor, share: &ShareId, period: &str, named: &Named, note: &str) -> Done {
    let proof = resolve(ctx, named).await?;
    let new = NewEvidence { share: share.clone(), period: period.into(), proof, note: note.into() };
    write(ctx, async |tx| add_in(ctx, tx, actor, &new).await).await
}

/// Decides on evidence, in a write.
///
/// # Errors
/// See [`duty::evidence::decide::decide`].
pub(super) async fn decide_in(ctx: &Ctx, tx: &mut Tx, actor: &Actor, evidence: &EvidenceId, verdict: &Verdict) -> Done {
    let directory = ctx.directory();
    let looked_at = ctx.settings::<Duties>().check_addresses;
    duty::evidence::decide::decide(tx, &by(ctx, actor, &directory), evidence, verdict, looked_at).await
}

/// Decides on evidence.
///
/// # Errors
/// See [`duty::evidence::decide::decide`].
pub async fn decide(ctx: &Ctx, actor: &Actor, evidence: &EvidenceId, verdict: &Verdict) -> Done {
    write(ctx, async |tx| decide_in(ctx, tx, actor, evidence, verdict).await).await
}
