//! What happens elsewhere in the very write in which something ceases to be public, or its words are erased.

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::id::SubjectRef;
use store::Tx;

use crate::Ctx;

/// Who keeps something that must not outlive a public object by a moment. Declared as `Arc<dyn Leaving>`; whoever takes objects
/// off the portal calls [`leaving`] in that write.
pub trait Leaving: Send + Sync {
    /// With this write the object leaves the public. Who keeps only copies of words does nothing: a withdrawn text keeps its own.
    fn leaves<'a>(&'a self, _tx: &'a mut Tx, _subject: &'a SubjectRef) -> BoxFuture<'a, store::Result<()>> {
        Box::pin(async { Ok(()) })
    }

    /// With this write the words of the object, which is not public, are erased for good: whoever has copied any of them (its
    /// title) erases the copy, in rows and in the log. `title` is what stands in its place, `why` the reason in the log.
    fn erased<'a>(
        &'a self,
        tx: &'a mut Tx,
        subject: &'a SubjectRef,
        title: &'a str,
        why: (&'a str, &'a kernel::Actor),
    ) -> BoxFuture<'a, store::Result<()>>;
}

/// Tells everybody who asked for it that an object leaves the public with this write. Called before the first event of the
/// write, because they take locks of their own and the lock of the log is the last.
pub async fn leaving(ctx: &Ctx, tx: &mut Tx, subject: &SubjectRef) -> store::Result<()> {
    for one in ctx.declared::<Arc<dyn Leaving>>() {
        one.leaves(tx, subject).await?;
    }
    Ok(())
}

/// Tells everybody who copied words of an object that they are erased with this write. Called before the first
/// event of the write, as [`leaving`] is.
///
/// # Errors
/// When the database fails.
pub async fn erasing(
    ctx: &Ctx,
    tx: &mut Tx,
    subject: &SubjectRef,
    title: &str,
    why: (&str, &kernel::Actor),
) -> store::Result<()> {
    for one in ctx.declared::<Arc<dyn Leaving>>() {
        one.erased(tx, subject, title, why).await?;
    }
    Ok(())
}
