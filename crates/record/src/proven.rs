//! Whether a batch may become public, asked of what stands in the log and not of rows that somebody may have written: was it handed
//! in, did its secrecy review and every other stage of its round pass (or an exception after the secrecy review), by two people at
//! least who entered nothing in it, and are its rows those that were passed? `verify` walks the same for every publication that the
//! log tells of ([`faults`]).

use std::collections::HashSet;

use futures::TryStreamExt;
use kernel::{event::Event, id::SubjectRef};
use review::{Gate, Review, State, anew::Known};
use serde_json::Value;
use store::{Db, Tx, query_as, select_events};
use web::{Refusal, hooks::Few};

use crate::{
    batch::Batch,
    events::{BATCH, CHANGED, COVERED, ENTERED, PUBLISHED, SAID, SETTLED},
    gates,
    state::Way,
};

/// What the log says of a batch since it was last handed in.
#[derive(Debug, Default)]
struct Stand {
    /// Gates that were passed, by whom, and in whose name where not in the own one.
    passes: Vec<(String, Vec<String>)>,
    /// Who published it past the rest.
    excepted: Option<String>,
    /// Digests of the rows that were handed in, passed, let out.
    seen: Vec<String>,
}

impl Stand {
    /// Why a batch that stands so may not be public, if so: with who entered something in it, and the digest of its rows now.
    fn fault(&self, writers: &HashSet<String>, now: &str) -> Option<String> {
        let excepted = self.excepted.iter().map(std::slice::from_ref);
        let deciders: Vec<&[String]> = self.passes.iter().map(|(_, by)| by.as_slice()).chain(excepted).collect();
        if deciders.iter().copied().flatten().any(|by| writers.contains(by)) {
            return Some("留痕中有填报人自己审核或决定公开这批数据".to_owned());
        }
        if !self.passes.iter().any(|(gate, _)| gate == Gate::SECRECY.code) {
            return Some("留痕中没有这批数据通过保密审查的记录".to_owned());
        }
        // Whose voice is in every decision has decided alone.
        let alone = |one: &String| deciders.iter().all(|by| by.contains(one));
        if deciders.first().is_none_or(|by| by.iter().any(alone)) {
            return Some("留痕中只有一个人同意公开这批数据".to_owned());
        }
        let differ = self.seen.iter().any(|seen| seen != now);
        differ.then(|| "现在的记录不是审核通过的记录".to_owned())
    }

    fn times(&self, gate: &str) -> usize {
        self.passes.iter().filter(|(passed, _)| passed == gate).count()
    }
}

/// The events of one batch, one after another.
#[derive(Debug, Default)]
struct Walk {
    batch: String,
    /// Since it was last handed in; `None` = it is not under review.
    stand: Option<Stand>,
    /// Who entered or changed something in it.
    writers: HashSet<String>,
    /// No person stands behind what a program entered: whoever hands it in answers for it.
    by_program: bool,
    /// What was let through in it.
    released: HashSet<Known>,
    /// Words of an event were erased: what it said cannot be asked any more.
    dim: bool,
}

const NEVER: &str = "留痕中没有这批数据提交审核的记录";

impl Walk {
    fn of(events: &[Event]) -> Self {
        let mut walk = Self::default();
        for event in events {
            walk.take(event);
        }
        walk
    }

    /// Takes the next event; what is wrong with it, if it tells of a publication that nothing led to.
    fn take(&mut self, event: &Event) -> Option<String> {
        if self.batch != event.subject_id {
            *self = Self { batch: event.subject_id.clone(), ..Self::default() };
        }
        if event.erased {
            self.dim = true;
            return None;
        }
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        let word = |key: &str| data.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let kind = event.kind.as_str();
        let is_opened = SAID.opened.is_some_and(|opened| opened.name == kind);
        let is_recalled = SAID.recalled.is_some_and(|recalled| recalled.name == kind);
        if kind == ENTERED.name || kind == CHANGED.name || kind == SETTLED.name {
            self.writers.insert(event.actor.clone());
            self.by_program |= kind == ENTERED.name && word("way") == Way::Api.code();
        } else if is_opened {
            if self.by_program {
                self.writers.insert(event.actor.clone());
            }
            self.stand = Some(Stand { seen: vec![word("digest")], ..Stand::default() });
        } else if kind == SAID.passed.name {
            let stand = self.stand.get_or_insert_default();
            let away = Some(word("stood_for_account")).filter(|away| !away.is_empty());
            stand.passes.push((word("gate"), std::iter::once(event.actor.clone()).chain(away).collect()));
            stand.seen.push(word("digest"));
        } else if kind == SAID.excepted.name {
            let stand = self.stand.get_or_insert_default();
            stand.excepted = Some(event.actor.clone());
            stand.seen.push(word("digest"));
        } else if kind == SAID.returned.name || is_recalled {
            self.stand = None;
        } else if kind == COVERED.name {
            // What the catalogue closed meanwhile is covered by the program: less is shown than was passed.
            if let Some(stand) = self.stand.as_mut()
                && stand.seen.windows(2).all(|pair| pair[0] == pair[1])
            {
                stand.seen = vec![word("digest")];
            }
        } else if kind == SAID.let_through.name {
            self.released.insert((word("rule"), word("digest")));
        } else if kind == PUBLISHED.name && !self.dim {
            return match self.stand.take() {
                Some(stand) => stand.fault(&self.writers, &word("digest")),
                None => Some(NEVER.to_owned()),
            };
        }
        None
    }

    /// Why the batch may not become public, if so: by the log, and by the round of its review.
    fn fault(&self, batch: &Batch, review: Option<&Review>) -> Option<String> {
        match &self.stand {
            // The log cannot be asked: the round as it is kept must at least have come to its end.
            _ if self.dim => round_fault(None, review),
            None => Some(NEVER.to_owned()),
            Some(stand) => stand.fault(&self.writers, &batch.rows_digest).or_else(|| round_fault(Some(stand), review)),
        }
    }
}

/// The round as it is kept must have come to its end, and the log must tell of each of its passes, where it can be asked.
fn round_fault(stand: Option<&Stand>, review: Option<&Review>) -> Option<String> {
    let Some(Review { round, .. }) = review else { return Some("没有这批数据的审核记录".to_owned()) };
    match round.state {
        State::Excepted { .. } if stand.is_none_or(|stand| stand.excepted.is_some()) => return None,
        State::Passed => {}
        _ => return Some("这批数据的审核没有走完".to_owned()),
    }
    for (place, stage) in round.route.stages().iter().enumerate() {
        let kept = round.passes.iter().filter(|pass| pass.stage == place).count();
        let told = stand.map_or(kept, |stand| stand.times(&stage.gate));
        if kept.min(told) < stage.people() {
            return Some(format!("留痕中没有这批数据通过“{}”的完整记录", stage.label));
        }
    }
    None
}

/// Refuses a batch that the log does not say was passed; gives what the log says was let through in it.
fn decided(events: &[Event], batch: &Batch, review: Option<&Review>) -> Result<HashSet<Known>, Refusal> {
    let walk = Walk::of(events);
    match walk.fault(batch, review) {
        None => Ok(walk.released),
        Some(why) => Err(Refusal::Conflict(format!(
            "{why}，不能公开。数据可能被绕过本程序改动过，请报告审计管理员；内容无误的，请退回后重新送审，从保密审查开始。"
        ))),
    }
}

/// What the log says was let through in a batch that it says was passed, as this write sees it.
///
/// # Errors
/// [`Refusal::Conflict`] with what is missing and what to do; when the database fails.
pub(crate) async fn require(tx: &mut Tx, batch: &Batch) -> Result<HashSet<Known>, Refusal> {
    let events = store::log::within(tx, &SubjectRef::new(BATCH, &batch.id)).await?;
    let review = review::rows::newest(tx.conn(), &gates::about(&batch.id)).await?;
    decided(&events, batch, review.as_ref())
}

/// The same outside of a write.
///
/// # Errors
/// As [`require`].
pub(crate) async fn released(db: &Db, batch: &Batch) -> Result<HashSet<Known>, Refusal> {
    let events = store::log::of_subject(db, &SubjectRef::new(BATCH, &batch.id)).await?;
    let review = review::rows::newest(db.read(), &gates::about(&batch.id)).await?;
    decided(&events, batch, review.as_ref())
}

/// Walks all publications of the log, batch by batch; tells those to which nothing led.
///
/// # Errors
/// When the database fails.
pub(crate) async fn faults(db: &Db, few: &mut Few) -> store::Result<()> {
    let mut walk = Walk::default();
    let mut rows = query_as::<store::log::EventRow>(select_events!(
        "WHERE e.chain = $1 AND e.subject_kind = 'record_batch' ORDER BY e.subject_id, e.seq"
    ))
    .bind(db.chain())
    .fetch(db.read());
    while let Some(row) = rows.try_next().await? {
        let event = Event::from(row);
        if let Some(why) = walk.take(&event) {
            few.add(|| format!("第 {} 号记录（{}）公开了一批领域数据，但{why}", event.seq, event.at));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kernel::EventKind;
    use serde_json::json;

    use super::*;

    fn event(kind: &EventKind, actor: &str, data: Value) -> Event {
        Event {
            chain: "main".into(),
            seq: 1,
            at: String::new(),
            kind: kind.name.into(),
            subject_kind: BATCH.into(),
            subject_id: "b".into(),
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

    fn told(kind: &EventKind, actor: &str, digest: &str, gate: &str) -> Event {
        event(kind, actor, json!({ "digest": digest, "gate": gate, "way": "form" }))
    }

    fn walked(all: &[Event]) -> Option<String> {
        let mut walk = Walk::default();
        let mut found = None;
        for event in all {
            found = walk.take(event).or(found);
        }
        found
    }

    #[test]
    fn a_publication_follows_from_its_passes() {
        let entered = || told(&ENTERED, "clerk", "rows", "");
        let opened = || told(SAID.opened.expect("a kind"), "clerk", "rows", "");
        let passed = |who: &str, gate: &str| told(SAID.passed, who, "rows", gate);
        let public = || told(&PUBLISHED, "two", "rows", "");
        assert_eq!(
            walked(&[entered(), opened(), passed("one", "secrecy"), passed("two", "political"), public()]),
            None
        );
        let fault = |all: &[Event], words: &str| {
            let found = walked(all);
            assert!(found.as_ref().is_some_and(|found| found.contains(words)), "{found:?}");
        };
        fault(&[entered(), public()], "提交审核");
        fault(&[entered(), opened(), passed("two", "political"), public()], "保密审查");
        fault(&[entered(), opened(), passed("one", "secrecy"), passed("one", "political"), public()], "只有一个人");
        fault(&[entered(), opened(), passed("one", "secrecy"), passed("clerk", "political"), public()], "填报人自己");
        let other = told(SAID.passed, "one", "other rows", "secrecy");
        fault(&[entered(), opened(), other, passed("two", "political"), public()], "不是审核通过");
        let covered = [
            told(&COVERED, "system", "less", ""),
            told(SAID.passed, "two", "less", "political"),
            told(&PUBLISHED, "two", "less", ""),
        ];
        let before = [entered(), opened(), passed("one", "secrecy")];
        assert_eq!(walked(&before.into_iter().chain(covered).collect::<Vec<_>>()), None, "less is shown");
        let returned = told(SAID.returned, "two", "", "political");
        fault(&[entered(), opened(), passed("one", "secrecy"), returned, public()], "提交审核");
    }

    #[test]
    fn whoever_hands_in_what_a_program_sent_passes_none_of_its_gates() {
        let entered = event(&ENTERED, "program", json!({ "way": "api" }));
        let opened = told(SAID.opened.expect("a kind"), "clerk", "rows", "");
        let passes = [told(SAID.passed, "one", "rows", "secrecy"), told(SAID.passed, "clerk", "rows", "political")];
        let [one, two] = passes;
        let found = walked(&[entered, opened, one, two, told(&PUBLISHED, "clerk", "rows", "")]);
        assert!(found.is_some_and(|found| found.contains("填报人自己")));
    }
}
