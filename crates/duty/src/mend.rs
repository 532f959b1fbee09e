//! Whether the projections say what the facts say. They are no facts and are not sealed; somebody who changes them past the
//! program would falsify what the public reads of the progress. So a verification makes them anew by the pure function and
//! names what differs, and every few minutes what differs is written anew, with an event that says so.

use std::{collections::BTreeSet, sync::Arc};

use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{
    Actor, NewEvent,
    id::{DutyId, SubjectRef},
    time,
};
use serde_json::json;
use store::{Conn, Db, Result, Value, built, log::seals::TAMPERED, query, query_scalar};
use web::{Ctx, hooks::Proof};

use crate::{
    events,
    facts::{self, CHUNK, places},
    project::{self, DUTY_COLUMNS, SHARE_COLUMNS},
    source,
};

/// Places of the first and last day among the columns of both tables.
const FROM: usize = 1;
const UNTIL: usize = 2;

/// Rows as they hold from a day on, in one order: what ended before is left out, and when the piece of that day began is no
/// matter.
fn from_day(rows: Vec<Vec<Value>>, today: Date) -> Vec<Vec<Value>> {
    let today = today.to_string();
    let text = |value: Option<&Value>| match value {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let mut rows: Vec<Vec<Value>> = rows.into_iter().filter(|row| text(row.get(UNTIL)) >= today).collect();
    for row in &mut rows {
        if text(row.get(FROM)) <= today
            && let Some(from) = row.get_mut(FROM)
        {
            *from = Value::from("");
        }
    }
    rows.sort_by_key(|row| (text(row.first()), text(row.get(FROM))));
    rows
}

async fn kept(conn: &mut Conn, table: &str, columns: &str, duties: &[DutyId]) -> Result<Vec<Vec<Value>>> {
    let within = places(1, duties.len());
    // SQL: names of ours and placeholders; every id is bound.
    let sql = built(format!("SELECT {columns} FROM {table} WHERE duty IN ({within})"));
    let rows = query(sql).bind_all(duties).fetch_all(conn).await?;
    rows.iter().map(|row| (0..row.names().count()).map(|at| row.at(at)).collect()).collect()
}

/// Which of these duties, at most [`CHUNK`], stand otherwise than their facts say.
async fn differing(conn: &mut Conn, duties: &[DutyId], today: Date) -> Result<BTreeSet<DutyId>> {
    let shares = facts::of_duties(&mut *conn, duties).await?;
    let (of_shares, of_duties) = project::made(&shares, today);
    let mut found = BTreeSet::new();
    for (table, columns, made, duty) in
        [("share_standing", SHARE_COLUMNS, of_shares, 3_usize), ("duty_standing", DUTY_COLUMNS, of_duties, 0)]
    {
        let made = from_day(made, today);
        let kept = from_day(kept(conn, table, columns, duties).await?, today);
        let of = |rows: &[Vec<Value>]| rows.iter().map(|row| format!("{row:?}")).collect::<BTreeSet<String>>();
        let (known, wanted) = (of(&kept), of(&made));
        for (rows, others) in [(&kept, &wanted), (&made, &known)] {
            for row in rows.iter().filter(|row| !others.contains(&format!("{row:?}"))) {
                if let Some(Value::Text(id)) = row.get(duty) {
                    found.insert(DutyId::from(id.as_str()));
                }
            }
        }
    }
    Ok(found)
}

/// All that differ, some at a time, each as of one moment; at most `most`.
async fn all_differing(db: &Db, most: usize) -> Result<BTreeSet<DutyId>> {
    let today = time::date_in_china(db.seams().now());
    let (mut after, mut found) = (DutyId::default(), BTreeSet::new());
    while found.len() < most {
        let mut at = db.snapshot().await?;
        let sql = "SELECT id FROM duty WHERE id > $1 AND issued_at <> '' ORDER BY id LIMIT $2";
        let ids: Vec<DutyId> =
            query_scalar(sql).bind(&after).bind(i64::try_from(CHUNK).unwrap_or(400)).fetch_all(at.conn()).await?;
        let Some(last) = ids.last().cloned() else {
            at.end().await?;
            break;
        };
        found.extend(differing(at.conn(), &ids, today).await?);
        at.end().await?;
        after = last;
    }
    Ok(found)
}

async fn words(db: &Db, id: &DutyId) -> Result<String> {
    let text: Option<String> =
        query_scalar("SELECT text FROM duty WHERE id = $1").bind(id).fetch_optional(db.read()).await?;
    Ok(format!("任务“{}”（{id}）的办理进度与佐证、期限等事实不一致", text.unwrap_or_default()))
}

/// Writes anew what differs, and says so in the log. Returns how many duties.
///
/// # Errors
/// When the database fails.
pub async fn mend(db: &Db) -> Result<usize> {
    let mut done = 0;
    for id in all_differing(db, 1000).await? {
        let Some(row) = crate::duties::get(db.read(), &id).await? else { continue };
        let found = format!("{}，已按事实重算", words(db, &id).await?);
        let mut tx = db.write().await?;
        source::lock(&mut tx, &row.source()).await?;
        let today = time::date_in_china(db.seams().now());
        let one = std::slice::from_ref(&id);
        // Looked at again under the lock: a write of the program may have been faster.
        if differing(tx.conn(), one, today).await?.is_empty() {
            continue;
        }
        // Facts that were changed past the program are not carried into what the public reads; the watch names them.
        if !tx.fits(&SubjectRef::new(events::SUBJECT, &id)).await? {
            tracing::error!(duty = %id, "the facts of a duty do not fit the log: its progress is left as it is");
            continue;
        }
        project::refresh(&mut tx, one).await?;
        tracing::error!(%found, "a projection was changed past the program");
        let data = json!({ "kind": "任务", "subject": id, "parts": ["办理进度"], "found": found, "seal": "" });
        let subject = format!("{}:{id}", events::SUBJECT);
        tx.append(NewEvent::new(&TAMPERED, subject, &Actor::System).data(data)).await?;
        tx.commit().await?;
        done += 1;
    }
    Ok(done)
}

/// The projections against the facts.
pub(crate) fn proof() -> Arc<dyn Proof> {
    Arc::new(Standings)
}

struct Standings;

impl Proof for Standings {
    fn altered<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, web::Result<Option<String>>> {
        Box::pin(async move {
            match all_differing(ctx.db(), 1).await?.first() {
                Some(id) => Ok(Some(words(ctx.db(), id).await?)),
                None => Ok(None),
            }
        })
    }
}
