//! What was pushed, as it is kept.

use ::store::{Executor, FromRow, Result, Sealed, Tx, query, query_as};
use document::events;
use futures::future::BoxFuture;
use kernel::{
    Actor, OrganCode,
    id::{DocumentId, EditionId, SubjectRef},
};
use web::{hooks::Leaving, push::Call};

use super::SUBJECT;

::store::ids! {
    /// One push of a policy to an audience.
    PushId,
}

/// Writes that decide by what was pushed wait for each other on this lock.
pub(super) const LOCK: &str = "policy_push";

/// A push as the office sees it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Row {
    pub(super) who: String,
    pub(super) audience: String,
    pub(super) title: String,
    pub(super) channels: String,
    /// -1 = no channel knows.
    pub(super) people: i64,
    pub(super) sent_name: String,
    pub(super) sent_at: String,
}

/// What the log seals: to whom a policy was pushed, and that it was.
pub(super) fn sealed() -> Sealed {
    Sealed::each(
        SUBJECT,
        "政策推送",
        "SELECT id FROM policy_push",
        "SELECT audience FROM policy_push WHERE id = $1 AND audience <> ''",
    )
    .part(
        "policy_push/1",
        "推送的对象、渠道或时间",
        "SELECT id, document_id, edition_id, who, channels, people, sent_by, sent_at FROM policy_push WHERE id = $1",
    )
}

/// What was pushed of a policy, newest first.
pub(super) async fn of_document(executor: impl Executor<'_>, document: &DocumentId) -> Result<Vec<Row>> {
    query_as(
        "SELECT who, audience, title, channels, people, sent_name, sent_at FROM policy_push \
         WHERE document_id = $1 ORDER BY sent_at DESC, id DESC",
    )
    .bind(document)
    .fetch_all(executor)
    .await
}

/// Keeps a push; `false` when this audience was told of the policy already.
pub(super) async fn add(
    tx: &mut Tx,
    actor: &Actor,
    (id, call, who): (&PushId, &Call, &str),
    edition: &EditionId,
    (channels, people): (&str, i64),
) -> Result<bool> {
    let now = tx.now();
    let added = query(
        "INSERT INTO policy_push (id, document_id, edition_id, who, audience, title, channels, people, sent_by, sent_name, \
         sent_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (document_id, who) DO NOTHING",
    )
    .bind(id)
    .bind(&call.document)
    .bind(edition)
    .bind(who)
    .bind(&call.audience_words)
    .bind(&call.title)
    .bind(channels)
    .bind(people)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(added.rows_affected() == 1)
}

/// A policy that says whom it is for.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Candidate {
    pub(super) id: DocumentId,
    pub(super) title: String,
    pub(super) organ: OrganCode,
    pub(super) published_on: String,
    /// The lines of its conditions.
    pub(super) conditions: String,
    pub(super) validity: String,
}

/// What is asked of candidates.
pub(super) const COLUMNS: &str = "d.id, d.title, d.organ, d.first_published_on AS published_on, f.value AS conditions, \
     COALESCE(v.value, '') AS validity";
/// Where they are.
pub(super) const FROM: &str = "document d \
     JOIN facet f ON f.edition_id = d.current_edition AND f.key = 'audience_rules' AND f.place = 0 \
     LEFT JOIN document_facet v ON v.rank = d.rank AND v.key = 'validity'";

/// Words of the message go with those of the document.
pub(super) struct Forgets;

impl Leaving for Forgets {
    fn erased<'a>(
        &'a self,
        tx: &'a mut Tx,
        subject: &'a SubjectRef,
        _: &'a str,
        _: (&'a str, &'a Actor),
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            if subject.kind != events::PUBLISHED.subject {
                return Ok(());
            }
            tx.lock(LOCK).await?;
            query("UPDATE policy_push SET title = '', audience = '' WHERE document_id = $1")
                .bind(&subject.id)
                .execute(tx.conn())
                .await?;
            Ok(())
        })
    }
}
