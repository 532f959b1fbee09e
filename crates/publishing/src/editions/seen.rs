//! Who opened a text of others that is not public, for the log (互联网政务应用安全管理规定 Art. 20): when such a text gets about,
//! it can be told who had it in hand. Once for each person, edition and day; whoever wrote in it is not told.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
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
    /// Whether this is the first time today.
    fn first(&self, today: Date, account: &AccountId, edition: &EditionId) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.0 != today {
            *told = (today, HashSet::new());
        }
        told.1.insert((account.clone(), edition.clone()))
    }
}

/// Tells the log that this person has the text before them.
///
/// # Errors
/// When the database fails for another reason than that it can be written to by nobody now: that keeps no one from reading.
pub(crate) async fn opened(ctx: &Ctx, desk: &Desk, whole: &Whole) -> Result<()> {
    let (edition, me) = (&whole.edition, &desk.staff.account);
    let public = matches!(edition.state.as_str(), "published" | "superseded");
    if public || whole.is_by(me) || !ctx.one::<Readings>().first(ctx.today(), me, &edition.id) {
        return Ok(());
    }
    let data = json!({ "edition": edition.id, "number": edition.number, "state": edition.state_words() });
    let event = NewEvent::new(&OPENED, &whole.document.id, &desk.actor()).organ(&whole.document.organ).data(data);
    match act_now(ctx, async |tx| tx.append(event).await).await {
        Ok(_) => Ok(()),
        Err(error) if error.trouble().is_some() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn each_text_is_told_once_a_day_for_each_person() {
        let (readings, one, other) = (Readings::default(), AccountId::from("one"), AccountId::from("other"));
        let (text, today) = (EditionId::from("e"), date(2026, 3, 2));
        assert!(readings.first(today, &one, &text) && !readings.first(today, &one, &text));
        assert!(readings.first(today, &other, &text));
        assert!(readings.first(date(2026, 3, 3), &one, &text), "a new day");
    }
}
