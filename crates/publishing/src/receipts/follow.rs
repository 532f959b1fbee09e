//! From events to leaves: in the order of the audit log, each once, however often a process dies in between. The cursor of the
//! follower moves in the write that adds the leaf, and an event has at most one.

use std::collections::BTreeMap;

use document::{common::DOCUMENT_NUMBER, digest, events, page::base_url};
use futures::future::BoxFuture;
use kernel::{
    Actor,
    event::Event,
    id::{DocumentId, EditionId, SubjectRef},
};
use receipt::{
    Act, Content, Growing, Leaf,
    leaf::commit,
    tree::{places_of_root, to_hex},
};
use serde_json::Value;
use store::{Follower, Result, Tx};
use web::{Ctx, hooks::Leaving};

use super::{
    LOCK, broken, count,
    rows::{self, LeafRow},
};

/// Name of the follower's cursor.
pub(super) const CONSUMER: &str = "publishing.receipts";

/// Adds leaves.
pub(super) fn follower(ctx: &Ctx) -> Follower {
    let ctx = ctx.clone();
    Follower::new(CONSUMER, "记入公开凭证日志", move |tx, event: Event| {
        let ctx = ctx.clone();
        Box::pin(async move { add(&ctx, tx, &event).await })
    })
    .kinds(&[&events::PUBLISHED, &events::CORRECTED, &events::SEEDED, &events::WITHDRAWN, &events::ERASED])
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
    let (content, salt) = match content {
        Some(content) => (content.text(), tx.seams().secret(32)),
        None => Default::default(),
    };
    let digest = if content.is_empty() { String::new() } else { commit(&salt, &content).map_err(broken)? };
    let leaf = Leaf { act, document, edition, at: event.at.clone(), digest };
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
        document_id: leaf.document,
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
    let organ = ctx.directory().get(&shown.organ).map_or_else(|| shown.organ.to_string(), |organ| organ.name.clone());
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
    fn leaves<'a>(&'a self, _: &'a mut Tx, _: &'a SubjectRef) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

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
