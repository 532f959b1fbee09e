//! Work that follows: scheduled publication, emptying the bin.

use document::{
    draft, life,
    needs::{self, Step},
    rows,
};
use kernel::{Actor, id::EditionId};
use review::About;
use store::{
    Schedule,
    jobs::{Failure, Handlers},
    schedule::{Entry, Every},
};
use web::{Ctx, Error, Result};

use crate::editions::{
    checks::{self, LOOK_THROUGH, LookThrough},
    deciding::{self, Due},
    erase,
    subject::{EDITION, PUBLISH_DUE, PublishDue},
    uploads,
};

/// The handlers of this context's jobs.
pub fn handlers(ctx: &Ctx) -> Handlers {
    let (ctx, looking, forgetting) = (ctx.clone(), ctx.clone(), ctx.clone());
    let forget = move |job: erase::ForgetFiles| {
        let ctx = forgetting.clone();
        async move { erase::forget_files(&ctx, &job).await }
    };
    let look = move |job: LookThrough| {
        let ctx = looking.clone();
        async move { look_through(&ctx, &job.edition).await }
    };
    let handlers = Handlers::default().with(LOOK_THROUGH, "查找稿件里的个人信息", look);
    handlers.with(erase::FORGET_FILES, "删除已清除稿件的附件", forget).with(
        PUBLISH_DUE,
        "按时发布稿件",
        move |job: PublishDue| {
            let ctx = ctx.clone();
            async move {
                match publish_one(&ctx, &job.edition).await {
                    // Gone or changed meanwhile: whoever changed it has decided.
                    Ok(()) | Err(Error::NotFound | Error::Conflict(_)) => Ok(()),
                    Err(Error::Internal(error)) => Err(Failure::Retry(error.to_string())),
                    Err(other) => Err(Failure::Retry(format!("{other:?}"))),
                }
            }
        },
    )
}

/// What is done again and again: publication whose job was lost, files whose sending nobody goes on with.
pub(crate) fn schedule(ctx: &Ctx) -> Schedule {
    let (due, sent) = (ctx.clone(), ctx.clone());
    let publish = Entry::new("publishing.due", "发布到时的定时稿件", Every::Minutes(1), move || {
        let ctx = due.clone();
        async move {
            publish_due(&ctx).await?;
            Ok(())
        }
    });
    let uploads =
        Entry::new("publishing.uploads", "清除没有传完、不再继续的附件", Every::Minutes(60), move || {
            let ctx = sent.clone();
            async move {
                uploads::sweep(&ctx).await?;
                Ok(())
            }
        });
    Schedule::default().with(publish).with(uploads)
}

/// Looks through an edition that was saved. Somebody who opens it earlier does the same, and this finds nothing left to do.
async fn look_through(ctx: &Ctx, edition: &EditionId) -> std::result::Result<(), Failure> {
    let house = crate::house(ctx);
    let seen = match rows::read(ctx.db().read(), &house, &Actor::System, edition).await.map_err(Error::from) {
        Ok(seen) => seen,
        // Thrown away meanwhile.
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(Failure::Retry(format!("{error:?}"))),
    };
    checks::ensure(ctx, &seen).await.map_err(|error| Failure::Retry(format!("{error:?}")))
}

/// Publishes the edition if its moment has come. Doing it twice does no harm: the second finds it public.
async fn publish_one(ctx: &Ctx, edition: &EditionId) -> Result<()> {
    let house = crate::house(ctx);
    // What the log does not tell to have been passed stays refused until somebody takes it back: told once, and none of its files
    // is read for it each minute.
    let mut tx = ctx.db().write().await?;
    let whole = rows::load(&mut tx, &house, &Actor::System, edition).await?;
    let come = |whole: &document::Whole| {
        let at = whole.edition.facts(0).publish_at.filter(|_| whole.edition.state == "scheduled");
        at.is_some_and(|at| at <= ctx.seams().now())
    };
    if come(&whole) && deciding::is_unproven(ctx, &mut tx, &whole).await? {
        tx.commit().await?;
        return Ok(());
    }
    drop(tx);
    let seen = rows::read(ctx.db().read(), &house, &Actor::System, edition).await?;
    // What waits is asked about each minute: none of its files is read for that.
    if !needs::missing(ctx, ctx.db().read(), &seen, Step::Publish).await?.is_empty() {
        return Ok(());
    }
    checks::ensure(ctx, &seen).await?;
    let anew = deciding::look(ctx, &seen).await?;
    let mut tx = ctx.db().write().await?;
    let whole = rows::load(&mut tx, &house, &Actor::System, edition).await?;
    if !come(&whole) {
        // Not scheduled any more, or for a later moment. A moment that cannot be read is a fault that must be seen.
        whole.edition.state()?;
        return Ok(());
    }
    match deciding::come_due(ctx, &mut tx, &whole, &anew).await? {
        Due::Unchecked => Err(Error::internal(format!("edition {edition} was changed while it was looked through"))),
        // Asked again each minute.
        Due::Waiting => Ok(()),
        Due::Published | Due::Held | Due::Unproven => Ok(tx.commit().await?),
    }
}

/// Publishes every scheduled edition whose moment has come, and empties the bin of what lies there longer than 30 days.
/// Called every minute: a moment that passed while nothing ran must not be missed. What fails with one text is logged and
/// does not stop the others. Returns how many were due.
///
/// # Errors
/// When it cannot even be asked what is due.
pub async fn publish_due(ctx: &Ctx) -> Result<usize> {
    let due = life::due(ctx.db()).await?;
    for edition in &due {
        match publish_one(ctx, edition).await {
            Ok(()) | Err(Error::NotFound | Error::Conflict(_)) => {}
            // One that fails must not keep the others from the public; it is tried again the next time.
            Err(error) => tracing::error!(%edition, ?error, "a scheduled text could not be published"),
        }
    }
    let forget =
        async |tx: &mut store::Tx, edition: &EditionId| review::rows::forget(tx, &About::new(EDITION, edition)).await;
    if let Err(error) = draft::purge(ctx.db(), ctx.seams().now(), forget).await {
        tracing::error!(?error, "the bin could not be emptied");
    }
    Ok(due.len())
}
