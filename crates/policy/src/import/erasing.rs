//! What a batch keeps of a document's words goes with them: when the words of a document are erased, so are its title in the identity of
//! the file, the name of the file, and what was told of it.

use futures::future::BoxFuture;
use kernel::{Actor, id::SubjectRef};
use store::{Tx, query};
use web::hooks::Leaving;

/// Kind of the subjects that documents are, in the log.
const DOCUMENT: &str = "document";

/// Declared as an `Arc<dyn Leaving>`.
pub(super) struct Files;

impl Leaving for Files {
    fn erased<'a>(
        &'a self,
        tx: &'a mut Tx,
        subject: &'a SubjectRef,
        title: &'a str,
        _: (&'a str, &'a Actor),
    ) -> BoxFuture<'a, store::Result<()>> {
        Box::pin(async move {
            if subject.kind != DOCUMENT {
                return Ok(());
            }
            query(
                "UPDATE import_file SET path = $2, identity = '', text_digest = '', title_digest = '', came_digest = '', issued_by = '', \
                 reason = CASE WHEN reason = '' THEN '' ELSE $2 END, doubts = '[]', notes = '[]', refused = '' WHERE document_id = $1",
            )
            .bind(&subject.id)
            .bind(title)
            .execute(tx.conn())
            .await?;
            Ok(())
        })
    }
}
