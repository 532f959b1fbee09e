//! Who had a hand in the letters of a case, as the log says it. Four eyes are asked of everybody who worked on a letter, not of
//! the last one alone: a row names whoever changed it last, an event is not taken back.

use std::collections::BTreeMap;

use kernel::{
    event::Event,
    id::{AccountId, CaseId, SubjectRef},
};
use serde_json::Value;
use store::{Executor, Tx, built, log, places, query_as};
use web::Ctx;

use crate::{
    events::{LETTER, SUBJECT},
    kind::Kind,
    letters::LetterId,
    rows::Entry,
};

/// Turns that change what is signed: its words, and what goes out with it.
const WRITES: [&str; 4] = ["drafted", "revised", "file_put", "file_taken"];
/// Turns by which it leaves the house.
const SENDS: [&str; 2] = ["signed", "delivered"];

/// Something that was done with a letter.
#[derive(Debug)]
struct Turn {
    letter: String,
    /// Key of its kind; empty where the event does not say it.
    kind: String,
    turn: String,
    /// Account.
    by: String,
}

/// Everything that was done with the letters of a case, the first first.
#[derive(Debug, Default)]
pub struct Hands {
    turns: Vec<Turn>,
}

impl Hands {
    pub(crate) fn of(events: &[Event]) -> Self {
        let turn = |event: &Event| {
            let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
            let word = |key: &str| data.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            Turn { letter: word("letter"), kind: word("letter_kind"), turn: word("turn"), by: event.actor.clone() }
        };
        Self { turns: events.iter().filter(|event| event.kind == LETTER.name).map(turn).collect() }
    }

    /// Whether this account drafted the letter, changed it, or chose what goes out with it: it does not sign it.
    pub fn wrote(&self, letter: &LetterId, account: &AccountId) -> bool {
        let own = |turn: &Turn| turn.by == account.as_str() && WRITES.contains(&turn.turn.as_str());
        self.turns.iter().any(|turn| turn.letter == letter.as_str() && own(turn))
    }

    /// The same of any letter of the case.
    pub fn wrote_any(&self, account: &AccountId) -> bool {
        self.turns.iter().any(|turn| turn.by == account.as_str() && WRITES.contains(&turn.turn.as_str()))
    }

    /// Whether this account wrote, signed or delivered a letter whose delivery led to the state of the case.
    pub(crate) fn led(&self, entry: &Entry, kind: Kind, account: &AccountId) -> bool {
        let leads = |key: &str| {
            let what = kind.letter(key).filter(|what| !what.delivered.is_empty());
            what.and_then(|what| kind.step(what.delivered)).is_some_and(|step| step.to == entry.state)
        };
        let out = |turn: &&Turn| turn.turn == "delivered" && leads(&turn.kind);
        let letters: Vec<&str> = self.turns.iter().filter(out).map(|turn| turn.letter.as_str()).collect();
        let counts = |turn: &str| WRITES.contains(&turn) || SENDS.contains(&turn);
        self.turns
            .iter()
            .any(|turn| turn.by == account.as_str() && letters.contains(&turn.letter.as_str()) && counts(&turn.turn))
    }
}

/// The hands in the letters of these cases, by the id of the case; none for a case without letters.
///
/// # Errors
/// When the database fails.
pub async fn of_cases(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    cases: &[CaseId],
) -> store::Result<BTreeMap<String, Hands>> {
    if cases.is_empty() {
        return Ok(BTreeMap::new());
    }
    // SQL: fixed text and placeholders; every value is bound.
    let sql = format!(
        "{} WHERE e.chain = $1 AND e.kind = $2 AND e.seq IN (SELECT s.seq FROM event s WHERE s.chain = $1 AND \
         s.subject_kind = $3 AND s.subject_id IN ({})) ORDER BY e.seq",
        log::SELECT,
        places(4, cases.len()),
    );
    let rows: Vec<log::EventRow> = query_as(built(sql))
        .bind(ctx.db().chain())
        .bind(LETTER.name)
        .bind(SUBJECT)
        .bind_all(cases)
        .fetch_all(executor)
        .await?;
    let mut all: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for event in rows.into_iter().map(Event::from) {
        all.entry(event.subject_id.clone()).or_default().push(event);
    }
    Ok(all.into_iter().map(|(case, events)| (case, Hands::of(&events))).collect())
}

/// The hands in the letters of one case.
///
/// # Errors
/// When the database fails.
pub async fn of_case(ctx: &Ctx, executor: impl Executor<'_>, case: &CaseId) -> store::Result<Hands> {
    let mut all = of_cases(ctx, executor, std::slice::from_ref(case)).await?;
    Ok(all.remove(case.as_str()).unwrap_or_default())
}

/// The same as a write sees it, what it has done itself included.
pub(crate) async fn within(tx: &mut Tx, case: &CaseId) -> store::Result<Hands> {
    let events = log::within(tx, &SubjectRef::new(SUBJECT, case)).await?;
    Ok(Hands::of(&events))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(actor: &str, data: &Value) -> Event {
        Event {
            chain: "main".into(),
            seq: 1,
            at: String::new(),
            kind: LETTER.name.into(),
            subject_kind: SUBJECT.into(),
            subject_id: "c".into(),
            organ: String::new(),
            actor: actor.into(),
            keep: String::new(),
            commitment: String::new(),
            seals: String::new(),
            previous: String::new(),
            hash: String::new(),
            actor_name: String::new(),
            data: data.to_string(),
            erased: false,
        }
    }

    #[test]
    fn whoever_wrote_once_has_written_whoever_comes_after() {
        let turn = |turn: &str| json!({ "letter": "l", "letter_kind": "fee", "turn": turn });
        let put = json!({ "letter": "l", "turn": "file_put" });
        let hands = Hands::of(&[event("a", &turn("drafted")), event("b", &put), event("c", &turn("signed"))]);
        let letter = LetterId::from("l");
        let wrote = |who: &str| hands.wrote(&letter, &AccountId::from(who));
        assert_eq!([wrote("a"), wrote("b"), wrote("c"), wrote("d")], [true, true, false, false]);
        assert!(hands.wrote_any(&AccountId::from("b")) && !hands.wrote_any(&AccountId::from("c")));
        assert!(!hands.wrote(&LetterId::from("other"), &AccountId::from("a")));
    }
}
