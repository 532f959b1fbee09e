//! Mails about what the office changed on single duties after their issue: a date that moved, a duty that was ended, or whose
//! progress was opened to the public or closed.
//!
//! The first change of a source waits a few minutes before it is told, so that many changes of one afternoon's work are one
//! mail to each organ, and a date that was moved back at once is none.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, civil::Date};
use kernel::{OrganCode, event::Event, id::DutyId};
use serde::{Deserialize, Serialize};
use store::{FromRow, Tx, built, jobs::NewJob, log, places, query_as};
use web::{
    Ctx, Result,
    mail::{Mail, SEND},
};

use crate::{
    events::{self, DUE_CHANGED, ENDED, VISIBILITY_CHANGED},
    facts::CHUNK,
    notices::{addresses, href},
    row::{self, DutyRow},
    source::{self, SourceKey},
};

/// Job: tells organs by mail what the office changed on their duties.
pub const CHANGED: &str = "duty.tell_changes";

/// How long changes are gathered before they are told.
const GATHERED: SignedDuration = SignedDuration::from_mins(3);

/// Payload of [`CHANGED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// The source of the duties.
    pub source: SourceKey,
    /// Moment of the first change that has not been told, stored form.
    pub since: String,
}

/// Has the organs of this source told of what changes with this write. The caller holds the lock of the source.
///
/// # Errors
/// When the database fails.
pub(crate) async fn gather(tx: &mut Tx, source: &SourceKey) -> store::Result<()> {
    let told = Changes { source: source.clone(), since: tx.now() };
    let at = tx.seams().now() + GATHERED;
    tx.enqueue(NewJob::now(CHANGED, &told).at(at).dedup(source.to_string())).await
}

/// What became of one duty since the first change that has not been told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Net {
    /// The date before, and the one now; as stored.
    due: Option<(String, String)>,
    /// Why, the newest reason.
    reason: String,
    /// Why it was ended.
    ended: Option<String>,
    /// Whether the public saw its progress before, whether it does now, and why.
    open: Option<(bool, bool, String)>,
}

impl Net {
    fn take(&mut self, event: &Event) {
        let data: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
        let text = |key: &str| data[key].as_str().unwrap_or_default().to_owned();
        if event.kind == ENDED.name {
            self.ended = Some(text("reason"));
            return;
        }
        if event.kind == VISIBILITY_CHANGED.name {
            let to = text("to") == "public";
            let from = self.open.take().map_or(!to, |(from, ..)| from);
            self.open = Some((from, to, text("reason")));
            return;
        }
        let from = self.due.take().map_or_else(|| text("from"), |(from, _)| from);
        (self.due, self.reason) = (Some((from, text("to"))), text("reason"));
    }

    /// What to say of it; `None` when all is as it was.
    fn words(&self, duty: &DutyRow, today: Date, ctx: &Ctx) -> Option<String> {
        if let Some(reason) = &self.ended {
            return Some(format!("已终止，不用再报送。原因：{reason}"));
        }
        let parts = [self.moved(duty, today, ctx), self.opened()];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("\n  "))
    }

    /// That its progress is, or is no longer, shown to the public.
    fn opened(&self) -> Option<String> {
        let (_, to, reason) = self.open.as_ref().filter(|(from, to, _)| from != to)?;
        let what = if *to {
            "改为公开，任务和进展向社会公开"
        } else {
            "改为内部，进展不再向社会公开，任务照常办理"
        };
        Some(format!("{what}。原因：{reason}"))
    }

    /// That its date moved.
    fn moved(&self, duty: &DutyRow, today: Date, ctx: &Ctx) -> Option<String> {
        let (from, to) = self.due.as_ref().filter(|(from, to)| from != to)?;
        let what = if duty.cadence.is_empty() { "期限" } else { "执行到的日期" };
        let from: &str = if from.is_empty() { "没有期限" } else { from };
        let left: Option<Date> = to.parse().ok().filter(|_| duty.cadence.is_empty());
        let left = left.map(|due| format!("，{}", ctx.calendar().countdown(today, due))).unwrap_or_default();
        Some(format!("{what}由 {from} 调整为 {to}{left}。原因：{}", self.reason))
    }
}

/// The changes of a source's duties since `since`, oldest first, by duty.
async fn net(tx: &mut Tx, source: &SourceKey, since: &str) -> store::Result<BTreeMap<DutyId, Net>> {
    let ids: Vec<DutyId> = row::of_source(tx.conn(), source).await?.into_iter().map(|row| row.id).collect();
    let chain = tx.chain().to_owned();
    let mut found: BTreeMap<DutyId, Net> = BTreeMap::new();
    for some in ids.chunks(CHUNK) {
        // SQL: fixed text and placeholders; kinds and ids are bound.
        let sql = format!(
            "{} WHERE e.chain = $1 AND e.subject_kind = $2 AND e.kind IN ($3, $4, $5) AND e.at >= $6 AND e.subject_id IN ({}) \
             ORDER BY e.seq",
            log::SELECT,
            places(7, some.len())
        );
        let rows: Vec<log::EventRow> = query_as(built(sql))
            .bind(&chain)
            .bind(events::SUBJECT)
            .bind(DUE_CHANGED.name)
            .bind(ENDED.name)
            .bind(VISIBILITY_CHANGED.name)
            .bind(since)
            .bind_all(some)
            .fetch_all(tx.conn())
            .await?;
        for event in rows.into_iter().map(Event::from) {
            found.entry(DutyId::from(event.subject_id.as_str())).or_default().take(&event);
        }
    }
    Ok(found)
}

#[derive(FromRow)]
struct Concerned {
    duty: DutyId,
    organ: OrganCode,
}

/// Who had a share of these duties until they were ended, or has one.
async fn concerned(tx: &mut Tx, ids: &[&DutyId]) -> store::Result<Vec<Concerned>> {
    let mut found = Vec::new();
    for some in ids.chunks(CHUNK) {
        // SQL: fixed text and placeholders; every id is bound.
        let sql = format!(
            "SELECT a.duty, a.organ FROM duty_share a JOIN duty d ON d.id = a.duty \
             WHERE (a.ended_at = '' OR a.ended_at = d.ended_at) AND a.duty IN ({})",
            places(1, some.len())
        );
        found.extend(query_as::<Concerned>(built(sql)).bind_all(some.iter().copied()).fetch_all(tx.conn()).await?);
    }
    Ok(found)
}

/// One mail for each organ with everything that changed for it. A second run adds nothing while the first mails wait.
///
/// # Errors
/// When the database fails.
pub async fn tell(ctx: &Ctx, told: Changes) -> Result<()> {
    let (directory, today, addresses) = (ctx.directory(), ctx.today(), addresses(ctx).await?);
    let mut tx = ctx.db().write().await?;
    // Under the lock: a change that is being written either is seen here, or is gathered by a job of its own.
    source::lock(&mut tx, &told.source).await?;
    let Some(row) = source::get(tx.conn(), &told.source).await? else { return Ok(()) };
    let changes = net(&mut tx, &told.source, &told.since).await?;
    let rows: HashMap<DutyId, DutyRow> = row::of_source(tx.conn(), &told.source)
        .await?
        .into_iter()
        .filter(|row| changes.contains_key(&row.id))
        .map(|row| (row.id.clone(), row))
        .collect();
    let ids: Vec<&DutyId> = changes.keys().collect();
    let mut organs: BTreeMap<OrganCode, Vec<DutyId>> = BTreeMap::new();
    for one in concerned(&mut tx, &ids).await? {
        let duties = organs.entry(directory.stands_for(&one.organ, today)).or_default();
        if !duties.contains(&one.duty) {
            duties.push(one.duty);
        }
    }
    for (organ, mut duties) in organs {
        let Some(to) = addresses.get(&organ).cloned() else { continue };
        duties.sort_by_key(|id| rows.get(id).map(|row| (row.place_order, row.position)));
        let lines: Vec<String> = duties
            .iter()
            .filter_map(|id| {
                let (row, net) = (rows.get(id)?, changes.get(id)?);
                let said = net.words(row, today, ctx)?;
                let words = web::filters::shortened(row.text.trim_end_matches('。'), 60);
                Some(format!("\n· {words}\n  {said}\n  {}\n", href(ctx, id)))
            })
            .collect();
        if lines.is_empty() {
            continue;
        }
        let text =
            format!("{}：\n\n“{}”的下列任务有调整：\n{}", directory.short_name(&organ), row.title, lines.concat());
        let subject = format!("有 {} 项任务的期限或安排已调整：{}", lines.len(), row.title);
        let key = format!("{}:changed:{}:{organ}", row.key, told.since);
        tx.enqueue(NewJob::now(SEND, &Mail { to, subject, text }).dedup(key)).await?;
    }
    tx.commit().await?;
    Ok(())
}
