//! Evidence lapses when its subject leaves the public, and counts again when the subject comes back.
//!
//! Who publishes subjects declares with which events that happens ([`Publishes`]); this crate names none. Leaving is kept in
//! the write that takes the subject off the portal ([`left`], declared as `web::hooks::Leaving`), so that readers only read and
//! never see a duty closed by what is gone. Coming back, and telling the organ, follows the log: [`follower`] puts a job into the
//! queue for each subject that serves as evidence, and the job brings its evidence in line with the newest event and tells its organ ([`settle`]).

use std::collections::BTreeSet;

use futures::future::BoxFuture;
use kernel::{
    Actor, EventKind, NewEvent, OrganCode,
    event::Event,
    id::{DutyId, EvidenceId, ShareId, SubjectRef},
};
use serde_json::json;
use store::{Executor, Follower, FromRow, Result, Tx, built, jobs::NewJob, log, places, query, query_as, query_scalar};
use web::{
    Ctx,
    hooks::{Cited, Citing, Leaving, Publishes},
    mail::{Mail, SEND},
};

use super::LAPSED;
use crate::{
    events,
    notices::{addresses, href},
    project,
    source::{self, SourceKey},
};

/// Name under which this crate keeps its place in the event log.
pub const CONSUMER: &str = "duty.lapse";
/// Job: brings the evidence of one subject in line with the log.
pub const SETTLE: &str = "duty.settle";

/// Has the evidence of a subject looked at once this write is committed: the job [`SETTLE`].
pub async fn look_after(tx: &mut Tx, subject: &SubjectRef) -> Result<()> {
    tx.enqueue(NewJob::now(SETTLE, subject).dedup(subject.to_string())).await?;
    Ok(())
}

/// Evidence falls in the write that takes its subject off the portal.
pub(crate) struct WithItsSubject;

impl Leaving for WithItsSubject {
    fn leaves<'a>(&'a self, tx: &'a mut Tx, subject: &'a SubjectRef) -> BoxFuture<'a, store::Result<()>> {
        Box::pin(left(tx, subject))
    }

    fn erased<'a>(
        &'a self,
        tx: &'a mut Tx,
        subject: &'a SubjectRef,
        title: &'a str,
        why: (&'a str, &'a Actor),
    ) -> BoxFuture<'a, store::Result<()>> {
        Box::pin(erased(tx, subject, title, why))
    }
}

impl Citing for WithItsSubject {
    fn citing<'a>(&'a self, ctx: &'a Ctx, subject: &'a SubjectRef) -> BoxFuture<'a, web::Result<Vec<Cited>>> {
        Box::pin(async move {
            let sql = "SELECT DISTINCT a.organ, a.duty FROM evidence e JOIN duty_share a ON a.id = e.share \
                       WHERE e.subject_id = $2 AND e.subject_kind = $1 \
                       AND e.withdrawn_at = '' AND e.lapsed_at = '' AND e.decision <> 'returned'";
            let asked = query_as::<(OrganCode, DutyId)>(sql).bind(&subject.kind).bind(&subject.id);
            let shares = asked.fetch_all(ctx.db().read()).await?;
            if shares.is_empty() {
                return Ok(Vec::new());
            }
            // Shares of organs that became one are kept under their old codes; who is told is one.
            let (directory, today) = (ctx.directory(), ctx.today());
            let organs: BTreeSet<String> =
                shares.iter().map(|(organ, _)| directory.stands_for(organ, today).to_string()).collect();
            let duties: BTreeSet<&str> = shares.iter().map(|(_, duty)| duty.as_str()).collect();
            Ok(vec![Cited {
                what: "任务佐证",
                label: format!("{} 个机关的 {} 项任务（不公开的任务也在内）", organs.len(), duties.len()),
                href: String::new(),
                then: "佐证随撤回失效，任务退回办理，承办机关会收到通知".to_owned(),
            }])
        })
    }
}

/// Follows what leaves the public and comes back; `None` when nobody publishes anything. The work itself is the job's: it takes
/// the locks of sources, and a batch of events in one transaction would take them in the order of the events.
pub fn follower(publishes: &[Publishes]) -> Option<Follower> {
    let kinds: Vec<&EventKind> = publishes.iter().flat_map(Publishes::kinds).collect();
    // A follower without a filter would read everything.
    (!kinds.is_empty()).then(|| {
        Follower::new(CONSUMER, "跟踪佐证是否仍然公开", |tx, event: Event| {
            Box::pin(async move {
                let serves: Option<i64> =
                    query_scalar("SELECT 1 FROM evidence WHERE subject_id = $2 AND subject_kind = $1 LIMIT 1")
                        .bind(&event.subject_kind)
                        .bind(&event.subject_id)
                        .fetch_optional(tx.conn())
                        .await?;
                match serves {
                    Some(_) => look_after(tx, &SubjectRef::new(event.subject_kind, event.subject_id)).await,
                    None => Ok(()),
                }
            })
        })
        .kinds(&kinds)
    })
}

/// Stands in the place of the reason of a return that was erased with the text of which it spoke.
const ERASED_REASON: &str = "（理由已随原文清除）";

#[derive(FromRow)]
struct Touched {
    duty: DutyId,
    visibility: String,
    #[sql(flatten)]
    source: SourceKey,
}

/// The duties of which the subject is evidence, with their sources locked.
async fn touched(tx: &mut Tx, subject: &SubjectRef) -> Result<Vec<Touched>> {
    let touched: Vec<Touched> = query_as(
        "SELECT DISTINCT a.duty, d.visibility, d.source_kind, d.source_id FROM evidence e \
         JOIN duty_share a ON a.id = e.share JOIN duty d ON d.id = a.duty \
         WHERE e.subject_id = $2 AND e.subject_kind = $1 AND e.subject_id <> ''",
    )
    .bind(&subject.kind)
    .bind(&subject.id)
    .fetch_all(tx.conn())
    .await?;
    // In one order, and before the log is locked by anybody's event: nobody waits for us in a circle.
    for key in touched.iter().map(|row| &row.source).collect::<BTreeSet<_>>() {
        source::lock(tx, key).await?;
    }
    Ok(touched)
}

/// Whether the subject is gone since the moment `at`, or there.
async fn put(tx: &mut Tx, subject: &SubjectRef, gone: bool, at: &str, touched: &[Touched]) -> Result<()> {
    // What was sent back or taken back before needs no telling. A subject that left again is told of again only if it had come
    // back in between.
    let sql = if gone {
        "UPDATE evidence SET lapsed_at = $3, lapse_told = CASE WHEN lapsed_at <> '' THEN lapse_told \
         WHEN decision = 'returned' OR withdrawn_at <> '' THEN 1 ELSE 0 END \
         WHERE subject_id = $2 AND subject_kind = $1 AND subject_id <> '' AND lapsed_at < $3"
    } else {
        "UPDATE evidence SET lapsed_at = '', lapse_told = 0 \
         WHERE subject_id = $2 AND subject_kind = $1 AND subject_id <> '' AND lapsed_at <> '' AND lapsed_at <= $3"
    };
    let done = query(sql).bind(&subject.kind).bind(&subject.id).bind(at).execute(tx.conn()).await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    let duties: Vec<DutyId> = touched.iter().map(|row| row.duty.clone()).collect();
    for duty in &duties {
        tx.touch(&SubjectRef::new(events::SUBJECT, duty));
    }
    project::refresh(tx, &duties).await?;
    let public = touched.iter().filter(|row| row.visibility == "public").map(|row| &row.source);
    for key in public.collect::<BTreeSet<_>>() {
        source::touch(tx, key).await?;
    }
    Ok(())
}

/// The subject leaves the public with this write. Before the first event of the write.
pub async fn left(tx: &mut Tx, subject: &SubjectRef) -> Result<()> {
    let touched = touched(tx, subject).await?;
    let now = tx.now();
    put(tx, subject, true, &now, &touched).await
}

/// The words of the subject are erased: evidence that bears its title bears `title` instead, and what the log said of it goes.
///
/// # Errors
/// When the database fails.
pub async fn erased(tx: &mut Tx, subject: &SubjectRef, title: &str, (why, actor): (&str, &Actor)) -> Result<()> {
    let touched = touched(tx, subject).await?;
    let evidence: Vec<(EvidenceId, DutyId)> = query_as(
        "SELECT e.id, a.duty FROM evidence e JOIN duty_share a ON a.id = e.share \
         WHERE e.subject_id = $2 AND e.subject_kind = $1 AND e.subject_id <> ''",
    )
    .bind(&subject.kind)
    .bind(&subject.id)
    .fetch_all(tx.conn())
    .await?;
    // What was said about it, with it and when it was returned, tells of it as well; that it was returned stays.
    query(
        "UPDATE evidence SET title = CASE WHEN title = '' THEN '' ELSE $3 END, note = '', \
         reason = CASE WHEN reason = '' THEN '' ELSE $4 END WHERE subject_id = $2 AND subject_kind = $1 AND subject_id <> ''",
    )
    .bind(&subject.kind)
    .bind(&subject.id)
    .bind(title)
    .bind(ERASED_REASON)
    .execute(tx.conn())
    .await?;
    for row in &touched {
        tx.touch(&SubjectRef::new(events::SUBJECT, &row.duty));
    }
    let chain = tx.chain().to_owned();
    for (evidence, duty) in &evidence {
        let told: Vec<i64> = query_scalar(
            "SELECT e.seq FROM event e JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq WHERE e.chain = $1 \
             AND e.subject_kind = 'duty' AND e.subject_id = $2 AND e.keep <> 'facts' AND p.erased_at = '' \
             AND p.data LIKE '%' || $3 || '%' ORDER BY e.seq",
        )
        .bind(&chain)
        .bind(duty)
        .bind(evidence)
        .fetch_all(tx.conn())
        .await?;
        for seq in told {
            tx.erase(seq, why, actor).await?;
        }
    }
    Ok(())
}

/// Brings the evidence of a subject in line with the newest event that says whether it is public. Doing it again does no harm.
pub(crate) async fn align(tx: &mut Tx, publishes: &[Publishes], subject: &SubjectRef) -> Result<()> {
    let touched = touched(tx, subject).await?;
    let kinds: Vec<&str> = publishes
        .iter()
        .filter(|one| one.subject == subject.kind)
        .flat_map(Publishes::kinds)
        .map(|kind| kind.name)
        .collect();
    if touched.is_empty() || kinds.is_empty() {
        return Ok(());
    }
    // Read under the locks: whoever takes the subject off the portal holds them until its event is there.
    // SQL: fixed text and placeholders; kinds and ids are bound.
    let sql = format!(
        "{} WHERE {} AND e.kind IN ({}) ORDER BY e.seq DESC LIMIT 1",
        log::SELECT,
        log::OF_SUBJECT,
        places(4, kinds.len()),
    );
    let chain = tx.chain().to_owned();
    // SQL: as above.
    let newest: Option<log::EventRow> = query_as(built(sql))
        .bind(chain)
        .bind(&subject.kind)
        .bind(&subject.id)
        .bind_all(kinds)
        .fetch_optional(tx.conn())
        .await?;
    let Some(event) = newest.map(Event::from) else { return Ok(()) };
    let gone = publishes.iter().any(|one| one.leaves.iter().any(|kind| kind.name == event.kind));
    put(tx, subject, gone, &event.at, &touched).await
}

/// A piece that lapsed and of which nobody has been told.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Lapsed {
    pub id: EvidenceId,
    pub share: ShareId,
    pub duty: DutyId,
    pub organ: OrganCode,
    pub title: String,
    #[sql(flatten)]
    pub source: SourceKey,
}

/// Pieces of this subject that lapsed and of which nobody has been told.
pub async fn untold<'e>(executor: impl Executor<'e>, subject: &SubjectRef) -> Result<Vec<Lapsed>> {
    query_as(
        "SELECT e.id, e.share, a.duty, a.organ, e.title, d.source_kind, d.source_id FROM evidence e \
         JOIN duty_share a ON a.id = e.share JOIN duty d ON d.id = a.duty \
         WHERE e.subject_id = $2 AND e.subject_kind = $1 AND e.lapsed_at <> '' AND e.lapse_told = 0 ORDER BY e.id",
    )
    .bind(&subject.kind)
    .bind(&subject.id)
    .fetch_all(executor)
    .await
}

/// Tells the duty's history that a piece lapsed, once; `false` when it knows already.
pub async fn tell(tx: &mut Tx, piece: &Lapsed) -> Result<bool> {
    let done = query("UPDATE evidence SET lapse_told = 1 WHERE id = $1 AND lapsed_at <> '' AND lapse_told = 0")
        .bind(&piece.id)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let data = json!({ "source": piece.source.id, "share": piece.share, "evidence": piece.id, "title": piece.title });
    let event = NewEvent::new(&LAPSED, &piece.duty, &Actor::System).organ(&piece.organ);
    tx.append(event.data(data)).await?;
    Ok(true)
}

/// Brings the evidence of a subject in line with the log; where the subject left the public, the duty's history says so and its
/// organ gets a mail. Returns how many pieces lapsed of which nobody had been told.
pub(crate) async fn settle(ctx: &Ctx, subject: &SubjectRef) -> web::Result<usize> {
    let publishes: Vec<Publishes> = ctx.declared::<Publishes>().copied().collect();
    let addresses = addresses(ctx).await?;
    let mut tx = ctx.db().write().await?;
    align(&mut tx, &publishes, subject).await?;
    let mut told = 0;
    for piece in untold(tx.conn(), subject).await? {
        if tell(&mut tx, &piece).await? {
            let organ = ctx.directory().stands_for(&piece.organ, ctx.today());
            if let Some(to) = addresses.get(&organ) {
                tx.enqueue(NewJob::now(SEND, &lapsed_mail(ctx, &piece, to.clone()))).await?;
            }
            told += 1;
        }
    }
    tx.commit().await?;
    Ok(told)
}

fn lapsed_mail(ctx: &Ctx, piece: &Lapsed, to: Vec<String>) -> Mail {
    Mail {
        to,
        subject: "任务佐证已失效，请重新报送".into(),
        text: format!(
            "《{}》已撤回公开，以它为佐证的任务不再算办结。请换一份已公开的文件重新报送：\n{}\n",
            piece.title,
            href(ctx, &piece.duty),
        ),
    }
}
