//! From events to leaves: of documents in the order of the audit log, and so of what others tell of ([`Recorded`]), each once,
//! however often a process dies in between. The cursor of a follower moves in the write that adds the leaf, and an event has at
//! most one.

use std::{collections::BTreeMap, sync::Arc};

use document::{common::DOCUMENT_NUMBER, digest, events, page::base_url};
use futures::future::BoxFuture;
use kernel::{
    Actor, EventKind, OrganCode,
    event::Event,
    id::{DocumentId, EditionId, SubjectRef},
};
use receipt::{
    Act, Content, Growing, Leaf, Of,
    leaf::commit,
    tree::{places_of_root, to_hex},
};
use serde_json::Value;
use store::{Follower, Result, Tx};
use web::{
    Ctx,
    hooks::{Leaving, Recorded, Turn, Turned},
};

use super::{
    LOCK, broken, count,
    rows::{self, LeafRow},
};

/// Name of the cursor of whoever follows documents.
pub(super) const CONSUMER: &str = "publishing.receipts";
/// And of whoever follows all others: it has begun later, from the first event on.
pub(super) const OTHERS: &str = "publishing.receipts.others";

/// Adds the leaves of documents.
pub(super) fn follower(ctx: &Ctx) -> Follower {
    let ctx = ctx.clone();
    Follower::new(CONSUMER, "记入公开凭证日志", move |tx, event: Event| {
        let ctx = ctx.clone();
        Box::pin(async move { add(&ctx, tx, &event).await })
    })
    .kinds(&[&events::PUBLISHED, &events::CORRECTED, &events::SEEDED, &events::WITHDRAWN, &events::ERASED])
}

/// Adds the leaves of what others tell of; none where nobody does.
pub(super) fn of_others(ctx: &Ctx) -> Option<Follower> {
    let kinds: Vec<&'static EventKind> =
        ctx.declared::<Arc<dyn Recorded>>().flat_map(|one| one.kinds().iter().copied()).collect();
    if kinds.is_empty() {
        return None;
    }
    let ctx = ctx.clone();
    let follower = Follower::new(OTHERS, "把计划记入公开凭证日志", move |tx, event: Event| {
        let ctx = ctx.clone();
        Box::pin(async move { add_other(&ctx, tx, &event).await })
    });
    Some(follower.kinds(&kinds))
}

/// What an event is in the log; none = nothing of the public.
fn act_of(event: &Event, data: &Value) -> Option<Act> {
    let kind = event.kind.as_str();
    if kind == events::SEEDED.name {
        return match data.get("state").and_then(Value::as_str) {
            Some("published") => Some(Act::Published),
            Some("withdrawn") => Some(Act::Withdrawn),
            _ => None,
        };
    }
    let acts = [
        (events::PUBLISHED.name, Act::Published),
        (events::CORRECTED.name, Act::Corrected),
        (events::WITHDRAWN.name, Act::Withdrawn),
        (events::ERASED.name, Act::Erased),
    ];
    acts.into_iter().find(|(name, _)| *name == kind).map(|(_, act)| act)
}

async fn add(ctx: &Ctx, tx: &mut Tx, event: &Event) -> Result<()> {
    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
    let Some(act) = act_of(event, &data) else { return Ok(()) };
    // An erasure waits here, or is waited for: what it erases is not put in behind it.
    tx.lock(LOCK).await?;
    if rows::has(tx, event.seq).await? {
        return Ok(());
    }
    let document = DocumentId::from(event.subject_id.as_str());
    let edition = match data.get("number").and_then(Value::as_i64) {
        Some(number) => number,
        // The payload of a withdrawal goes with an erasure.
        None if act == Act::Withdrawn => rows::last_withdrawn(tx, &document).await?,
        None => 0,
    };
    let content = if act.opens() { content(ctx, tx, &document, &data).await? } else { None };
    append(tx, event, (Of::Document(document), act, edition), content).await
}

/// What an event is in the log that others tell of, after the newest leaf of the same thing; none = nothing that is new.
fn act_after(last: Option<Act>, turn: Turn) -> Option<Act> {
    let opens = last.is_some_and(Act::opens);
    match turn {
        Turn::Changed if opens => Some(Act::Corrected),
        Turn::Opened | Turn::Changed => (!opens).then_some(Act::Published),
        Turn::Ended => opens.then_some(Act::Ended),
        Turn::Withdrawn => (opens || last == Some(Act::Ended)).then_some(Act::Withdrawn),
    }
}

async fn add_other(ctx: &Ctx, tx: &mut Tx, event: &Event) -> Result<()> {
    let mut keepers = ctx.declared::<Arc<dyn Recorded>>();
    let Some(keeper) = keepers.find(|one| one.subject() == event.subject_kind) else { return Ok(()) };
    let Some(of) = Of::new(&event.subject_kind, &event.subject_id) else { return Ok(()) };
    tx.lock(LOCK).await?;
    if rows::has(tx, event.seq).await? {
        return Ok(());
    }
    let Some(turned) = keeper.turned(ctx, tx, event).await? else { return Ok(()) };
    let last = rows::last_act(tx, &of).await?;
    let Some(act) = act_after(last.as_deref().and_then(Act::from_code), turned.turn) else { return Ok(()) };
    let edition = turned.edition;
    let content = act.opens().then(|| told(ctx, event, turned));
    append(tx, event, (of, act, edition), content).await
}

/// What became public with an event of others.
fn told(ctx: &Ctx, event: &Event, turned: Turned) -> Content {
    Content {
        site: ctx.site().name.clone(),
        address: format!("{}{}", base_url(ctx), turned.path),
        title: turned.title,
        organ: named(ctx, &turned.organ),
        number: turned.number,
        index: String::new(),
        since: event.at.clone(),
        files: Vec::new(),
        digests: turned.digests,
    }
}

fn named(ctx: &Ctx, organ: &OrganCode) -> String {
    ctx.directory().get(organ).map_or_else(|| organ.to_string(), |organ| organ.name.clone())
}

/// Puts a leaf behind the last one; whoever calls it holds [`LOCK`].
async fn append(
    tx: &mut Tx,
    event: &Event,
    (of, act, edition): (Of, Act, i64),
    content: Option<Content>,
) -> Result<()> {
    let (content, salt) = match content {
        Some(content) => (content.text(), tx.seams().secret(32)),
        None => Default::default(),
    };
    let digest = if content.is_empty() { String::new() } else { commit(&salt, &content).map_err(broken)? };
    let leaf = Leaf { act, of, edition, at: event.at.clone(), digest };
    let size = rows::size(tx.conn()).await?;
    let wanted = places_of_root(count(size));
    let held = rows::nodes(tx.conn(), &wanted).await?;
    let peaks = wanted.iter().filter_map(|place| held.get(place).copied()).collect();
    let mut tree = Growing::from_peaks(count(size), peaks).map_err(broken)?;
    let text = leaf.text();
    let new = tree.push(text.as_bytes());
    tracing::debug!(place = size, act = act.code(), root = to_hex(&tree.root()), "a leaf of the public log");
    let row = LeafRow {
        place: size,
        event_seq: event.seq,
        subject: leaf.of.kind().to_owned(),
        subject_id: leaf.of.id().to_owned(),
        act: act.code().to_owned(),
        edition,
        at: leaf.at,
        leaf: text,
        salt,
        content,
    };
    rows::add(tx, &row, &new).await
}

/// What became public with an event; none when it was erased before anybody came by.
async fn content(ctx: &Ctx, tx: &mut Tx, document: &DocumentId, data: &Value) -> Result<Option<Content>> {
    let edition = EditionId::from(data.get("edition").and_then(Value::as_str).unwrap_or_default());
    let fields: BTreeMap<String, String> =
        data.get("fields").and_then(|fields| serde_json::from_value(fields.clone()).ok()).unwrap_or_default();
    let shown = rows::shown(tx, document, &edition).await?;
    let Some(shown) = shown.filter(|shown| fields.get("title").is_some_and(|known| *known == digest(&shown.title)))
    else {
        return Ok(None);
    };
    let number = match fields.contains_key(DOCUMENT_NUMBER.key) {
        true => rows::first_value(tx, &edition, DOCUMENT_NUMBER.key).await?,
        false => String::new(),
    };
    let files = rows::files(tx, &edition).await?;
    let organ = named(ctx, &shown.organ);
    Ok(Some(Content {
        site: ctx.site().name.clone(),
        address: format!("{}/documents/{document}", base_url(ctx)),
        title: shown.title,
        organ,
        number,
        index: shown.index_number,
        since: shown.published_at,
        files,
        digests: fields.into_iter().collect(),
    }))
}

/// Takes away what the log knows of an erased document besides its digests.
pub(super) struct Forgets;

impl Leaving for Forgets {
    fn erased<'a>(
        &'a self,
        tx: &'a mut Tx,
        subject: &'a SubjectRef,
        _: &'a str,
        _: (&'a str, &'a Actor),
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            if subject.kind != crate::DOCUMENT {
                return Ok(());
            }
            tx.lock(LOCK).await?;
            rows::forget(tx, &DocumentId::from(subject.id.as_str())).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_follows_from_what_stood_before() {
        let (published, ended, gone) = (Some(Act::Published), Some(Act::Ended), Some(Act::Withdrawn));
        for (last, turn, act) in [
            (None, Turn::Opened, Some(Act::Published)),
            (published, Turn::Opened, None),
            (ended, Turn::Opened, Some(Act::Published)),
            (gone, Turn::Opened, Some(Act::Published)),
            (None, Turn::Changed, Some(Act::Published)),
            (published, Turn::Changed, Some(Act::Corrected)),
            (None, Turn::Ended, None),
            (published, Turn::Ended, Some(Act::Ended)),
            (gone, Turn::Ended, None),
            (None, Turn::Withdrawn, None),
            (published, Turn::Withdrawn, Some(Act::Withdrawn)),
            (ended, Turn::Withdrawn, Some(Act::Withdrawn)),
            (gone, Turn::Withdrawn, None),
        ] {
            assert_eq!(act_after(last, turn), act, "{last:?} {turn:?}");
        }
    }
}
