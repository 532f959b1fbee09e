//! Who opened records of others that readers do not see, or took them along, for the log (互联网政务应用安全管理规定 Art. 20): once for
//! each person, batch and day; whoever entered something in it has it anyway. Also of a minor's row, whoever opens it.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::civil::Date;
use kernel::{EventKind, NewEvent, id::AccountId};
use record::{
    BatchState,
    batch::{self, Batch},
};
use serde_json::json;
use web::{Ctx, Desk, Result, act_now};

/// Records that are not public were opened by somebody who did not enter them; the subject's id is the batch. Of its own kind:
/// nothing about the batch has changed.
pub(super) static OPENED: EventKind = EventKind::new("reading", "reading.batch_opened", "查看未公开的数据").holds(&[
    ("item", "目录事项"),
    ("rows", "记录数"),
    ("state", "状态"),
    ("contents", "内容"),
]);

/// A reader waits no longer for the log than this: who writes now would hold up a page that only shows.
const PATIENCE: Duration = Duration::from_secs(3);

/// What of a batch somebody has before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum What {
    Page,
    Workbook,
    /// A row about a minor in full.
    Minor,
}

impl What {
    fn words(self) -> &'static str {
        match self {
            Self::Page => "页面",
            Self::Workbook => "xlsx 文件",
            Self::Minor => "未成年人的记录",
        }
    }
}

/// Who has read what on a day: account, subject, and what of it.
type OfDay = (Date, HashSet<(AccountId, String, What)>);

/// Who opened what today. One for each installation, declared by the capability; begun anew it tells once more.
#[derive(Debug, Default)]
pub(super) struct Readings(Mutex<OfDay>);

impl Readings {
    fn is_told(&self, today: Date, one: &(AccountId, String, What)) -> bool {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.0 == today && told.1.contains(one)
    }

    fn tell(&self, today: Date, one: (AccountId, String, What)) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.0 != today {
            *told = (today, HashSet::new());
        }
        told.1.insert(one);
    }
}

/// Tells the log that this person has records before them that readers do not see. What could not be told is told when they are
/// opened again.
///
/// # Errors
/// When the database fails for another reason than that it can be written to by nobody now: that keeps no one from reading.
pub(super) async fn opened(ctx: &Ctx, desk: &Desk, batch: &Batch, what: What) -> Result<()> {
    let me = &desk.staff.account;
    let (readings, today, one) = (ctx.one::<Readings>(), ctx.today(), (me.clone(), batch.id.to_string(), what));
    if readings.is_told(today, &one) {
        return Ok(());
    }
    if what != What::Minor {
        let is_own = batch::authors(ctx.db().read(), &batch.id).await?.contains(me);
        if is_own || matches!(batch.state, BatchState::Public | BatchState::Dropped) {
            return Ok(());
        }
    }
    let data = json!({
        "item": batch.item, "rows": batch.total, "state": batch.state.label(), "contents": what.words(),
    });
    let event = NewEvent::new(&OPENED, &batch.id, &desk.actor()).organ(&batch.organ).data(data);
    match tokio::time::timeout(PATIENCE, act_now(ctx, async |tx| tx.append(event).await)).await {
        Ok(Ok(_)) => readings.tell(today, one),
        Ok(Err(error)) if error.trouble().is_none() => return Err(error.into()),
        Ok(Err(_)) | Err(_) => tracing::warn!(batch = %batch.id, "that a batch was opened could not be told now"),
    }
    Ok(())
}
