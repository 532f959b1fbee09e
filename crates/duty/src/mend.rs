//! Whether the projections say what the facts say. They are no facts and are not sealed; somebody who changes them past the
//! program would falsify what the public reads of the progress. So a verification makes them anew by the pure function and
//! names what differs, and every few minutes what differs is written anew, with an event that says so.

use std::{collections::BTreeSet, sync::Arc};

use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{Actor, NewEvent, id::DutyId, time};
use serde_json::json;
use store::{Conn, Db, Result, Tx, Value, built, log::seals::TAMPERED, places, query, query_scalar};
use web::{
    Ctx,
    hooks::{Few, Proof},
};

use crate::{
    events,
    facts::{self, CHUNK},
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

/// Calls back with all that differ, some at a time, each as of one moment.
async fn all_differing(db: &Db, mut found: impl FnMut(BTreeSet<DutyId>)) -> Result<()> {
    let today = time::date_in_china(db.seams().now());
    let mut after = DutyId::default();
    loop {
        let mut at = db.snapshot().await?;
        let sql = "SELECT id FROM duty WHERE id > $1 AND issued_at <> '' ORDER BY id LIMIT $2";
        let ids: Vec<DutyId> =
            query_scalar(sql).bind(&after).bind(i64::try_from(CHUNK).unwrap_or(400)).fetch_all(at.conn()).await?;
        let Some(last) = ids.last().cloned() else { return at.end().await };
        found(differing(at.conn(), &ids, today).await?);
        at.end().await?;
        after = last;
    }
}

async fn name(db: &Db, id: &DutyId) -> Result<String> {
    let text: Option<String> =
        query_scalar("SELECT text FROM duty WHERE id = $1").bind(id).fetch_optional(db.read()).await?;
    Ok(format!("“{}”（{id}）", text.unwrap_or_default()))
}

/// Duties that are mended in one write, and told by one event.
const TOGETHER: usize = CHUNK;
/// So many of them are named; of the others there is the number.
const NAMED: usize = 10;

/// `任务“…”（编号）等 12 项任务的办理进度…`
async fn words(db: &Db, duties: &[DutyId]) -> Result<String> {
    let mut names = Vec::new();
    for id in duties.iter().take(NAMED) {
        names.push(name(db, id).await?);
    }
    let many = if duties.len() > names.len() { format!("等 {} 项", duties.len()) } else { String::new() };
    Ok(format!("任务{}{many}的办理进度与佐证、期限等事实不一致", names.join("、")))
}

/// Writes anew what differs, and says so in the log: one event for all that is mended together, so that a flood hides nothing.
/// Returns how many duties.
///
/// # Errors
/// When the database fails.
pub async fn mend(db: &Db) -> Result<usize> {
    let mut all: Vec<DutyId> = Vec::new();
    all_differing(db, |found| all.extend(found)).await?;
    let mut done = 0;
    for some in all.chunks(TOGETHER) {
        done += mend_together(db, some).await?;
    }
    Ok(done)
}

async fn mend_together(db: &Db, duties: &[DutyId]) -> Result<usize> {
    let mut sources = BTreeSet::new();
    for row in crate::duties::with_ids(db, duties).await? {
        sources.insert(row.source());
    }
    let mut tx = db.write().await?;
    // In one order: nobody waits for us in a circle.
    for source in &sources {
        source::lock(&mut tx, source).await?;
    }
    let today = time::date_in_china(db.seams().now());
    // Looked at again under the lock: a write of the program may have been faster.
    let found = differing(tx.conn(), duties, today).await?;
    // Facts that were changed past the program are not carried into what the public reads; the watch names them.
    let doubted = tx.doubted(events::SUBJECT, found.iter().map(DutyId::as_str)).await?;
    let sound: Vec<DutyId> = found.into_iter().filter(|id| !doubted.contains(id.as_str())).collect();
    if sound.is_empty() {
        return Ok(0);
    }
    // Those whose facts were in doubt until somebody settled it were held by us: nobody has touched their standing.
    let held = once_doubted(&mut tx, &sound).await?;
    let (late, forged): (Vec<DutyId>, Vec<DutyId>) = sound.iter().cloned().partition(|id| held.contains(id));
    project::write_anew(&mut tx, &sound).await?;
    if !late.is_empty() {
        let data = json!({ "duties": late.iter().take(NAMED).collect::<Vec<_>>() });
        tx.append(NewEvent::new(&events::RECOUNTED, "", &Actor::System).data(data)).await?;
    }
    if !forged.is_empty() {
        let found = format!("{}，已按事实重算", words(db, &forged).await?);
        tracing::error!(%found, "a projection was changed past the program");
        let data = json!({ "kind": "任务", "subject": "", "parts": ["办理进度"], "found": found, "seal": "" });
        tx.append(NewEvent::new(&TAMPERED, "standing", &Actor::System).data(data)).await?;
    }
    tx.commit().await?;
    Ok(sound.len())
}

/// Which of these duties were found to be changed past the program once.
async fn once_doubted(tx: &mut Tx, duties: &[DutyId]) -> Result<BTreeSet<DutyId>> {
    let (chain, mut found) = (tx.chain().to_owned(), BTreeSet::new());
    let sql =
        "SELECT seq FROM event WHERE chain = $1 AND subject_kind = 'log' AND subject_id = $2 AND kind = $3 LIMIT 1";
    for id in duties {
        let subject = format!("{}:{id}", events::SUBJECT);
        let told = query_scalar::<i64>(sql).bind(&chain).bind(subject).bind(TAMPERED.name);
        if told.fetch_optional(tx.conn()).await?.is_some() {
            found.insert(id.clone());
        }
    }
    Ok(found)
}

/// The projections against the facts.
pub(crate) fn proof() -> Arc<dyn Proof> {
    Arc::new(Standings)
}

struct Standings;

impl Proof for Standings {
    fn altered<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, web::Result<Vec<String>>> {
        Box::pin(async move {
            let (mut first, mut more) = (Vec::new(), false);
            all_differing(ctx.db(), |found| {
                more |= first.len() + found.len() > Few::TOLD;
                first.extend(found.into_iter().take(Few::TOLD.saturating_sub(first.len())));
            })
            .await?;
            let mut all = Vec::new();
            for id in &first {
                let found = words(ctx.db(), std::slice::from_ref(id)).await?;
                all.push(format!("{found}（服务运行时会自动按事实重算；本机时间刚调整过的，请过几分钟再验证）"));
            }
            if more {
                all.push("还有更多任务的办理进度与事实不一致，没有逐一列出".to_owned());
            }
            Ok(all)
        })
    }
}
