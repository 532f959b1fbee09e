//! Who opened a text of others that is not public, for the log (互联网政务应用安全管理规定 Art. 20): when such a text gets about,
//! it can be told who had it in hand. Once for each person, edition and day; whoever wrote in it is not told.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use document::Whole;
use jiff::civil::Date;
use kernel::{
    EventKind, NewEvent,
    id::{AccountId, EditionId},
};
use serde_json::json;
use web::{Ctx, Desk, Result, act_now};

/// A text that is not public was opened by somebody who did not write it; the subject's id is the document. Of its own kind:
/// nothing about the document has changed.
pub(crate) static OPENED: EventKind = EventKind::new("reading", "reading.opened", "查看未公开的稿件").holds(&[
    ("edition", "版本"),
    ("number", "第几版"),
    ("state", "状态"),
]);

/// Who opened what today. One for each installation, declared by the capability; begun anew it tells once more.
#[derive(Debug, Default)]
pub(crate) struct Readings(Mutex<(Date, HashSet<(AccountId, EditionId)>)>);

impl Readings {
    /// Whether this has been told today.
    fn told(&self, today: Date, account: &AccountId, edition: &EditionId) -> bool {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.0 == today && told.1.contains(&(account.clone(), edition.clone()))
    }

    /// It has been told.
    fn tell(&self, today: Date, account: &AccountId, edition: &EditionId) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.0 != today {
            *told = (today, HashSet::new());
        }
        told.1.insert((account.clone(), edition.clone()));
    }
}

/// A reader waits no longer for the log than this: who writes now would hold up a page that only shows.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether everybody reads this edition on the portal now. One that was superseded or withdrawn nobody does: it may be the very
/// text that held what should not have been public.
fn is_public(whole: &Whole) -> bool {
    whole.edition.state == "published" && whole.document.current_edition.as_str() == whole.edition.id.as_str()
}

/// Tells the log that this person has the text before them. What could not be told is told when it is opened again.
///
/// # Errors
/// When the database fails for another reason than that it can be written to by nobody now: that keeps no one from reading.
pub(crate) async fn opened(ctx: &Ctx, desk: &Desk, whole: &Whole) -> Result<()> {
    let (edition, me) = (&whole.edition, &desk.staff.account);
    let (readings, today) = (ctx.one::<Readings>(), ctx.today());
    if is_public(whole) || whole.is_by(me) || readings.told(today, me, &edition.id) {
        return Ok(());
    }
    let data = json!({ "edition": edition.id, "number": edition.number, "state": edition.state_words() });
    let event = NewEvent::new(&OPENED, &whole.document.id, &desk.actor()).organ(&whole.document.organ).data(data);
    match tokio::time::timeout(PATIENCE, act_now(ctx, async |tx| tx.append(event).await)).await {
        Ok(Ok(_)) => readings.tell(today, me, &edition.id),
        Ok(Err(error)) if error.trouble().is_none() => return Err(error.into()),
        Ok(Err(_)) | Err(_) => tracing::warn!(edition = %edition.id, "that a text was opened could not be told now"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn each_text_is_told_once_a_day_for_each_person() {
        let (readings, one, other) = (Readings::default(), AccountId::from("one"), AccountId::from("other"));
        let (text, today) = (EditionId::from("e"), date(2026, 3, 2));
        assert!(!readings.told(today, &one, &text) && !readings.told(today, &one, &text), "asking tells nothing");
        readings.tell(today, &one, &text);
        assert!(readings.told(today, &one, &text) && !readings.told(today, &other, &text));
        assert!(!readings.told(date(2026, 3, 3), &one, &text), "a new day");
    }
}
