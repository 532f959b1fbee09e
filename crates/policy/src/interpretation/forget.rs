//! With a policy whose words are erased go the words of its arrangement, in its row and in the log.

use futures::future::BoxFuture;
use kernel::{Actor, id::SubjectRef};
use store::{Result, Tx, query};
use web::hooks::Leaving;

use super::SUBJECT;

/// What the log calls documents.
const DOCUMENT: &str = "document";

/// Told by whoever erases.
pub(super) struct Forgets;

impl Leaving for Forgets {
    fn erased<'a>(
        &'a self,
        tx: &'a mut Tx,
        subject: &'a SubjectRef,
        _: &'a str,
        (why, actor): (&'a str, &'a Actor),
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            if subject.kind != DOCUMENT {
                return Ok(());
            }
            let own = SubjectRef::new(SUBJECT, &subject.id);
            let done =
                query("UPDATE interpretation_plan SET leader = '', reason = '', answer = '' WHERE document_id = $1")
                    .bind(&subject.id)
                    .execute(tx.conn())
                    .await?;
            if done.rows_affected() > 0 {
                tx.touch(&own);
            }
            tx.erase_of_subject(&own, why, actor).await?;
            Ok(())
        })
    }
}
