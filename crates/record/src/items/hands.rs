//! Whose hands are in a change, and who asks to retire an item, asked of the log: a row that says otherwise may have been written
//! past the program, an event cannot, unseen.

use std::collections::HashSet;

use item::ItemKey;
use kernel::{Actor, event::Event, id::SubjectRef};
use store::Tx;
use web::Refusal;

use super::{
    SUBJECT,
    events::{DRAFTED, DROPPED, ISSUED, OFFERED, RETIRE_ASKED, RETIRE_REFUSED, RETIRED, SENT_BACK, TAKEN_BACK},
};

/// What the log says of the change that is under way, and of who asks to retire the item.
#[derive(Debug, Default, PartialEq, Eq)]
struct Hands {
    /// Who wrote in the change since the last one was issued or given up.
    wrote: HashSet<String>,
    /// Whether it waits for another person.
    is_offered: bool,
    /// Who asks to retire the item; empty = nobody.
    asked: String,
}

impl Hands {
    fn of(events: &[Event]) -> Self {
        let mut hands = Self::default();
        for event in events {
            let kind = event.kind.as_str();
            if kind == DRAFTED.name {
                hands.wrote.insert(event.actor.clone());
            } else if kind == OFFERED.name {
                hands.is_offered = true;
            } else if kind == TAKEN_BACK.name || kind == SENT_BACK.name {
                hands.is_offered = false;
            } else if kind == ISSUED.name || kind == DROPPED.name {
                hands.is_offered = false;
                hands.wrote.clear();
            } else if kind == RETIRE_ASKED.name {
                hands.asked.clone_from(&event.actor);
            } else if kind == RETIRE_REFUSED.name || kind == RETIRED.name {
                hands.asked.clear();
            }
        }
        hands
    }
}

async fn hands(tx: &mut Tx, key: &ItemKey) -> Result<Hands, Refusal> {
    Ok(Hands::of(&store::log::within(tx, &SubjectRef::new(SUBJECT, key.as_str())).await?))
}

fn otherwise(what: &str) -> Refusal {
    Refusal::Conflict(format!("{what}。数据可能被绕过本程序改动过，请报告审计管理员。"))
}

/// Refuses to issue a change in which this person wrote, or which nobody offered, by the log.
///
/// # Errors
/// [`Refusal::Conflict`]; when the database fails.
pub(super) async fn wrote(tx: &mut Tx, key: &ItemKey, actor: &Actor) -> Result<(), Refusal> {
    let hands = hands(tx, key).await?;
    if hands.wrote.contains(actor.log_id()) {
        return Err(otherwise("按照留痕，这份修改稿是您写的，不能由您公布"));
    }
    if hands.wrote.is_empty() || !hands.is_offered {
        return Err(otherwise("留痕中没有这份修改稿提请公布的记录，不能公布"));
    }
    Ok(())
}

/// Refuses to retire an item of which this person asked it, or nobody did, by the log.
///
/// # Errors
/// [`Refusal::Conflict`]; when the database fails.
pub(super) async fn asked(tx: &mut Tx, key: &ItemKey, actor: &Actor) -> Result<(), Refusal> {
    let hands = hands(tx, key).await?;
    if hands.asked == actor.log_id() {
        return Err(otherwise("按照留痕，停用是您提请的，不能由您核准"));
    }
    if hands.asked.is_empty() {
        return Err(otherwise("留痕中没有提请停用这个事项的记录，不能核准"));
    }
    Ok(())
}
