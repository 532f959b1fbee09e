//! Whether an edition may become public, asked of what stands in the log and not of a state that somebody may have set.
//!
//! The state of a row can be changed past the program; an event cannot, unseen. Whatever makes an edition public therefore
//! asks here: was this very edition submitted, did its secrecy review and every other stage of its round pass (or an exception
//! after the secrecy review), by two people at least who did not write it, and is what was passed what stands there now? `verify`
//! walks the same for every publication that the log tells of ([`faults`]). What was found in the text counts as let through
//! only where the log tells who did it ([`require`]).

use std::collections::{BTreeMap, HashMap, HashSet};

use document::{Whole, events, life};
use kernel::{Actor, EventKind, NewEvent, event::Event, id::SubjectRef};
use review::{Gate, Review, State, anew::Known};
use serde_json::{Value, json};
use store::{Tx, query_as, select_events};
use web::{Ctx, Refusal, hooks::Few};

use super::{
    checks,
    events::{BYPASSED, GATE_PASSED, OVERRIDDEN, PUBLICATION_REFUSED, RETURNED},
};
use crate::DOCUMENT;

/// What is not passed by reviewers but given at the publication, or follows the organ and its columns.
const GIVEN: [&str; 4] = ["index_number", "first_published_at", "organ", "column"];

/// Digests of what readers see, by field.
type Fields = BTreeMap<String, String>;

/// Digests that stand in an event.
fn fields_of(data: &Value) -> Option<Fields> {
    serde_json::from_value(data.get("fields")?.clone()).ok()
}

/// What the log says of one edition since it was last submitted or put in.
#[derive(Debug, Default)]
struct Stand {
    /// Put in by the program from elsewhere, as it was there.
    put_in: bool,
    /// Gates that were passed, by whom, and in whose name where not in the own one.
    passes: Vec<(String, Vec<String>)>,
    /// Who published it past the rest.
    excepted: Option<String>,
    /// What was submitted, passed, let out.
    seen: Vec<Fields>,
}

impl Stand {
    fn of(data: &Value) -> Self {
        Self { seen: fields_of(data).into_iter().collect(), ..Self::default() }
    }

    /// Why an edition that stands so may not be public, if so: with who wrote it, and as it is now.
    fn fault(&self, writers: Option<&HashSet<String>>, now: &Fields) -> Option<String> {
        let excepted = self.excepted.iter().map(std::slice::from_ref);
        let deciders: Vec<&[String]> = self.passes.iter().map(|(_, by)| by.as_slice()).chain(excepted).collect();
        if writers.is_some_and(|writers| deciders.iter().copied().flatten().any(|by| writers.contains(by))) {
            return Some("留痕中有撰写人自己审核或决定公开这一版".to_owned());
        }
        if !self.put_in {
            if !self.passes.iter().any(|(gate, _)| gate == Gate::SECRECY.code) {
                return Some("留痕中没有这一版通过保密审查的记录".to_owned());
            }
            // Whose voice is in every decision has decided alone.
            let alone = |one: &String| deciders.iter().all(|by| by.contains(one));
            if deciders.first().is_none_or(|by| by.iter().any(alone)) {
                return Some("留痕中只有一个人同意公开这一版".to_owned());
            }
        }
        let theirs = |fields: &Fields| -> Fields {
            fields
                .iter()
                .filter(|(name, _)| !GIVEN.contains(&name.as_str()))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect()
        };
        let now = theirs(now);
        let differ = self.seen.iter().any(|seen| theirs(seen) != now);
        differ.then(|| "现在的内容不是审核通过的内容".to_owned())
    }

    fn times(&self, gate: &str) -> usize {
        self.passes.iter().filter(|(passed, _)| passed == gate).count()
    }
}

/// The events of one document, one after another.
#[derive(Debug, Default)]
struct Walk {
    document: String,
    editions: HashMap<String, Stand>,
    /// Who began the document; writes in its first edition.
    begun_by: String,
    /// Who wrote in each edition: began, submitted it, added, moved or took off files, or stood as its author when it was submitted.
    writers: HashMap<String, HashSet<String>>,
    /// What was let through in each edition.
    released: HashMap<String, HashSet<Known>>,
    /// What was said of a publication that was refused, by edition.
    refused: HashMap<String, String>,
    /// Words of an event were erased: what it said cannot be asked any more.
    dim: bool,
}

impl Walk {
    /// Takes the next event; what is wrong with it, if it tells of a publication that nothing led to.
    fn take(&mut self, event: &Event) -> Option<String> {
        if self.document != event.subject_id {
            *self = Self { document: event.subject_id.clone(), ..Self::default() };
        }
        if event.kind == events::ERASED.name {
            // What was written until then cannot be asked any more and is nowhere; what begins now is told in full.
            *self = Self { document: event.subject_id.clone(), ..Self::default() };
            return None;
        }
        if event.erased {
            self.dim = true;
            return None;
        }
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        let edition = data.get("edition").and_then(Value::as_str).unwrap_or_default().to_owned();
        let word = |key: &str| data.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let kind = event.kind.as_str();
        self.note(event, &data);
        if kind == events::SUBMITTED.name {
            self.refused.remove(&edition);
            self.editions.insert(edition, Stand::of(&data));
        } else if kind == events::SEEDED.name {
            let on_its_way = ["in_review", "scheduled", "published"].contains(&word("state").as_str());
            if on_its_way {
                self.editions.insert(edition, Stand { put_in: true, ..Stand::of(&data) });
            }
        } else if kind == GATE_PASSED.name {
            let stand = self.editions.entry(edition).or_default();
            let away = Some(word("stood_for_account")).filter(|away| !away.is_empty());
            stand.passes.push((word("gate"), std::iter::once(event.actor.clone()).chain(away).collect()));
            stand.seen.extend(fields_of(&data));
        } else if kind == BYPASSED.name {
            let stand = self.editions.entry(edition).or_default();
            stand.excepted = Some(event.actor.clone());
            stand.seen.extend(fields_of(&data));
        } else if kind == RETURNED.name || kind == events::RECALLED.name {
            self.refused.remove(&edition);
            self.editions.remove(&edition);
        } else if kind == PUBLICATION_REFUSED.name {
            self.refused.insert(edition, word("why"));
        } else if (kind == events::PUBLISHED.name || kind == events::CORRECTED.name) && !self.dim {
            let now = fields_of(&data).unwrap_or_default();
            return match self.editions.remove(&edition) {
                Some(stand) => stand.fault(self.writers.get(&edition), &now),
                None => Some(NEVER.to_owned()),
            };
        }
        None
    }

    fn released_in(&self, whole: &Whole) -> HashSet<Known> {
        self.released.get(whole.edition.id.as_str()).cloned().unwrap_or_default()
    }

    /// Who wrote in which edition, and what was let through in it.
    fn note(&mut self, event: &Event, data: &Value) {
        const WRITES: [&EventKind; 5] = [
            &events::CORRECTION_BEGUN,
            &events::FILE_ADDED,
            &events::FILE_REMOVED,
            &events::FILE_ARRANGED,
            &events::SUBMITTED,
        ];
        let kind = event.kind.as_str();
        let word = |key: &str| data.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let edition = word("edition");
        if kind == events::CREATED.name {
            self.begun_by.clone_from(&event.actor);
        } else if kind == OVERRIDDEN.name {
            self.released.entry(edition).or_default().insert((word("rule"), word("digest")));
        } else if WRITES.iter().any(|write| write.name == kind) {
            let authors = data.get("authors").and_then(Value::as_array);
            // Before the log named the authors, whoever submitted a text need not have written in it.
            if kind == events::SUBMITTED.name && authors.is_none() {
                return;
            }
            let writers = self.writers.entry(edition).or_default();
            writers.insert(event.actor.clone());
            writers.extend(authors.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
            if data.get("number").and_then(Value::as_i64) == Some(1) && !self.begun_by.is_empty() {
                writers.insert(self.begun_by.clone());
            }
        }
    }
}

const NEVER: &str = "留痕中没有这一版提交审核的记录";

/// Why the edition may not become public, if so: by the log, and by the round of its review.
///
/// # Errors
/// When the database fails or nobody declares its kind.
async fn fault(ctx: &Ctx, tx: &mut Tx, whole: &Whole) -> Result<(Walk, Option<String>), Refusal> {
    let mut walk = Walk::default();
    for event in store::log::within(tx, &SubjectRef::new(DOCUMENT, &whole.document.id)).await? {
        walk.take(&event);
    }
    let review = review::rows::newest(tx.conn(), &checks::about(whole)).await?;
    let fault = match walk.editions.get(whole.edition.id.as_str()) {
        // The log cannot be asked: the round as it is kept must at least have come to its end.
        _ if walk.dim => round_fault(&Stand { put_in: true, ..Stand::default() }, review.as_ref()),
        None => Some(NEVER.to_owned()),
        Some(stand) => {
            let house = crate::house(ctx);
            let now = serde_json::from_value(life::committed(&house, whole)?)?;
            let writers = walk.writers.get(whole.edition.id.as_str());
            stand.fault(writers, &now).or_else(|| round_fault(stand, review.as_ref()))
        }
    };
    Ok((walk, fault))
}

/// The round as it is kept must have come to its end, and the log must tell of each of its passes.
fn round_fault(stand: &Stand, review: Option<&Review>) -> Option<String> {
    let Some(Review { round, .. }) = review else { return Some("没有这一版的审核记录".to_owned()) };
    match round.state {
        State::Excepted { .. } if stand.excepted.is_some() || stand.put_in => return None,
        State::Passed => {}
        _ => return Some("这一版的审核没有走完".to_owned()),
    }
    for (place, stage) in round.route.stages().iter().enumerate() {
        let kept = round.passes.iter().filter(|pass| pass.stage == place).count();
        let told = if stand.put_in { kept } else { stand.times(&stage.gate) };
        if kept.min(told) < stage.people() {
            return Some(format!("留痕中没有这一版通过“{}”的完整记录", stage.label));
        }
    }
    None
}

/// Refuses an edition that the log does not say was passed; gives what the log says was let through in it.
///
/// # Errors
/// [`Refusal::Conflict`] with what is missing and what to do.
pub(crate) async fn require(ctx: &Ctx, tx: &mut Tx, whole: &Whole) -> Result<HashSet<Known>, Refusal> {
    match fault(ctx, tx, whole).await? {
        (walk, None) => Ok(walk.released_in(whole)),
        (_, Some(why)) => Err(Refusal::Conflict(format!(
            "{why}，不能公开。数据可能被绕过本程序改动过，请报告审计管理员；内容无误的，请退回后重新送审，从保密审查开始。"
        ))),
    }
}

/// Whether a publication that comes due by itself was passed: what the log says was let through in it. If not, the log says so,
/// once; the edition stays as it is, for whoever looks into it.
///
/// # Errors
/// When the database fails.
pub(crate) async fn due(ctx: &Ctx, tx: &mut Tx, whole: &Whole) -> Result<Option<HashSet<Known>>, Refusal> {
    let (walk, fault) = fault(ctx, tx, whole).await?;
    let Some(why) = fault else { return Ok(Some(walk.released_in(whole))) };
    if walk.refused.get(whole.edition.id.as_str()) != Some(&why) {
        tracing::error!(edition = %whole.edition.id, %why, "a publication that came due was refused");
        let data = json!({ "edition": whole.edition.id, "number": whole.edition.number, "why": why });
        let event = NewEvent::new(&PUBLICATION_REFUSED, &whole.document.id, &Actor::System);
        tx.append(event.organ(&whole.document.organ).data(data)).await?;
    }
    Ok(None)
}

/// Walks all publications of the log, document by document; tells those to which nothing led.
///
/// # Errors
/// When the database fails.
pub(crate) async fn faults(db: &store::Db) -> store::Result<Vec<String>> {
    use futures::TryStreamExt;
    let (mut walk, mut few) = (Walk::default(), Few::default());
    let mut rows = query_as::<store::log::EventRow>(select_events!(
        "WHERE e.chain = $1 AND e.subject_kind = 'document' ORDER BY e.subject_id, e.seq"
    ))
    .bind(db.chain())
    .fetch(db.read());
    while let Some(row) = rows.try_next().await? {
        let event = Event::from(row);
        if let Some(why) = walk.take(&event) {
            few.add(|| format!("第 {} 号记录（{} {}）公开了一份文件，但{why}", event.seq, event.at, event.kind));
        }
    }
    Ok(few.told("公开记录"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &EventKind, actor: &str, data: Value) -> Event {
        Event {
            chain: "main".into(),
            seq: 1,
            at: String::new(),
            kind: kind.name.into(),
            subject_kind: "document".into(),
            subject_id: "d".into(),
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

    fn said(kind: &EventKind, actor: &str, body: &str, gate: &str) -> Event {
        event(
            kind,
            actor,
            json!({ "edition": "e", "gate": gate, "fields": { "body_html": body, "index_number": gate } }),
        )
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
        let submitted = || said(&events::SUBMITTED, "writer", "text", "");
        let secrecy = |body| said(&GATE_PASSED, "one", body, "secrecy");
        let political = |who| said(&GATE_PASSED, who, "text", "political");
        let public = || said(&events::PUBLISHED, "two", "text", "index");
        assert_eq!(walked(&[submitted(), secrecy("text"), political("two"), public()]), None);
        let fault = |all: &[Event], words: &str| {
            let found = walked(all);
            assert!(found.as_ref().is_some_and(|found| found.contains(words)), "{found:?}");
        };
        fault(&[public()], "提交审核");
        fault(&[submitted(), public()], "保密审查");
        fault(&[submitted(), political("two"), public()], "保密审查");
        fault(&[submitted(), secrecy("text"), political("one"), public()], "一个人");
        let stood_for = |who: &str, away: &str| {
            let fields = json!({ "body_html": "text" });
            event(
                &GATE_PASSED,
                who,
                json!({ "edition": "e", "fields": fields, "gate": "political", "stood_for_account": away }),
            )
        };
        fault(&[submitted(), secrecy("text"), stood_for("two", "one"), public()], "一个人");
        assert_eq!(walked(&[submitted(), secrecy("text"), stood_for("two", "three"), public()]), None);
        fault(&[submitted(), secrecy("another"), political("two"), public()], "内容");
        // A round that was given up counts for nothing.
        let back = event(&RETURNED, "two", json!({ "edition": "e" }));
        fault(&[submitted(), secrecy("text"), political("two"), back, submitted(), public()], "保密审查");
        let rushed = said(&BYPASSED, "clerk", "text", "");
        assert_eq!(walked(&[submitted(), secrecy("text"), rushed, public()]), None);
        let rushed = said(&BYPASSED, "clerk", "text", "");
        fault(&[submitted(), rushed, public()], "保密审查");
        // Who wrote it passes nothing, whatever the rows say of its authors.
        let wrote = |kind: &EventKind, who: &str| event(kind, who, json!({ "edition": "e", "number": 1 }));
        let begun = event(&events::CREATED, "two", json!({ "title": "text" }));
        let named = |authors: Value| {
            let data = json!({ "edition": "e", "number": 1, "fields": { "body_html": "text" }, "authors": authors });
            event(&events::SUBMITTED, "writer", data)
        };
        let passed = || [secrecy("text"), political("two"), public()];
        let behind = |before: &[Event]| walked(&[before, &passed()].concat());
        assert_eq!(behind(&[named(json!(["writer", "third"]))]), None);
        let own = Some("留痕中有撰写人自己审核或决定公开这一版".to_owned());
        assert_eq!(behind(&[named(json!(["writer", "two"]))]), own);
        assert_eq!(behind(&[begun, named(json!(["writer"]))]), own);
        assert_eq!(behind(&[wrote(&events::FILE_ADDED, "one"), submitted()]), own);
        assert_eq!(behind(&[wrote(&events::CORRECTION_BEGUN, "two"), submitted()]), own);
        assert_eq!(
            walked(&[named(json!([])), said(&GATE_PASSED, "writer", "text", "secrecy"), political("two"), public()]),
            own
        );
        // What was erased cannot be asked; what comes after the erasure is.
        let gone = |event: Event| Event { erased: true, data: String::new(), ..event };
        let erased = || event(&events::ERASED, "one", json!({}));
        assert_eq!(walked(&[gone(submitted()), gone(secrecy("text")), public(), erased()]), None);
        fault(&[gone(submitted()), gone(secrecy("text")), public(), erased(), public()], "提交审核");
    }
}
