//! Reforms: one organ has one share of a duty, whatever organs it was issued to; and what of an organ a reform touches.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{
    Actor, Directory, OrganCode,
    id::{DutyId, ShareId},
};
use store::{Db, FromRow, Once, built, jobs::NewJob, places, query_as, query_scalar};
use web::{
    Ctx,
    hooks::{Reformed, Touched},
    mail::{Mail, SEND},
};

use crate::{
    duties::{self, ShareRow},
    facts::CHUNK,
    notices::addresses,
    source::{self, SourceKey},
};

/// Organs for which another answers on this day, and those others.
fn concerned(directory: &Directory, today: Date) -> Vec<OrganCode> {
    let mut codes = Vec::new();
    for organ in directory.all() {
        let answers = directory.stands_for(&organ.code, today);
        if answers != organ.code {
            codes.extend([organ.code.clone(), answers]);
        }
    }
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Shares of one duty for which one organ answers: the one that is kept (its own, else the heaviest), then the others.
fn groups(shares: Vec<ShareRow>, directory: &Directory, today: Date) -> Vec<Vec<ShareRow>> {
    let mut groups: BTreeMap<OrganCode, Vec<ShareRow>> = BTreeMap::new();
    for share in shares {
        groups.entry(directory.stands_for(&share.organ, today)).or_default().push(share);
    }
    let several = groups.into_iter().filter(|(_, shares)| shares.len() > 1);
    several
        .map(|(answers, mut shares)| {
            shares.sort_by_key(|share| (share.organ != answers, share.role.clone(), share.organ.clone()));
            shares
        })
        .collect()
}

#[derive(FromRow)]
struct Apart {
    id: ShareId,
    duty: DutyId,
    organ: OrganCode,
    root: OrganCode,
}

/// Shares that had become part of another whose organ no longer answers for theirs, because the reform was taken back: they
/// are owed by themselves again. What was reported meanwhile stays with the other.
async fn unfold(db: &Db, directory: &Directory, today: Date) -> store::Result<()> {
    let rows: Vec<Apart> = query_as(
        "SELECT a.id, a.duty, a.organ, r.organ AS root FROM duty_share a JOIN duty_share r ON r.id = a.folded_into \
         JOIN duty d ON d.id = a.duty JOIN duty_source s ON s.kind = d.source_kind AND s.id = d.source_id \
         WHERE a.folded_into <> '' AND s.state = 'running' ORDER BY a.duty, a.id",
    )
    .fetch_all(db.read())
    .await?;
    for row in
        rows.iter().filter(|row| directory.stands_for(&row.organ, today) != directory.stands_for(&row.root, today))
    {
        let Some(found) = duties::get(db.read(), &row.duty).await? else { continue };
        let mut tx = db.write().await?;
        source::lock(&mut tx, &found.source()).await?;
        duties::unfold(&mut tx, &Actor::System, &found, &row.id, &row.organ).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Makes one share of what one organ answers for, in everything that runs. Returns how many shares became part of another.
///
/// # Errors
/// When the database fails; what was folded by then stays folded.
pub async fn fold(db: &Db, directory: &Directory, today: Date) -> store::Result<usize> {
    unfold(db, directory, today).await?;
    let organs = concerned(directory, today);
    let mut duties: Vec<DutyId> = Vec::new();
    for some in organs.chunks(CHUNK) {
        // SQL: fixed text and placeholders; every code is bound.
        let sql = format!(
            "SELECT DISTINCT a.duty FROM duty_share a JOIN duty d ON d.id = a.duty JOIN duty_source s \
             ON s.kind = d.source_kind AND s.id = d.source_id WHERE s.state = 'running' AND d.ended_at = '' \
             AND a.folded_into = '' AND a.organ IN ({}) AND EXISTS (SELECT 1 FROM duty_share o WHERE o.duty = a.duty \
             AND o.id <> a.id AND o.folded_into = '')",
            places(1, some.len())
        );
        duties.extend(query_scalar::<DutyId>(built(sql)).bind_all(some).fetch_all(db.read()).await?);
    }
    duties.sort_unstable();
    duties.dedup();
    let mut folded = 0;
    for id in duties {
        let Some(found) = duties::get(db.read(), &id).await? else { continue };
        let mut tx = db.write().await?;
        source::lock(&mut tx, &found.source()).await?;
        let shares: Vec<ShareRow> = query_as(
            "SELECT id, duty, organ, role, issued_at, ended_at, ended_reason FROM duty_share \
             WHERE duty = $1 AND folded_into = '' ORDER BY organ",
        )
        .bind(&id)
        .fetch_all(tx.conn())
        .await?;
        let groups = groups(shares, directory, today);
        if groups.is_empty() {
            continue;
        }
        for group in groups {
            let Some((root, others)) = group.split_first() else { continue };
            duties::fold(&mut tx, &Actor::System, &found, root, others).await?;
            folded += others.len();
        }
        tx.commit().await?;
    }
    Ok(folded)
}

#[derive(FromRow)]
struct Origin {
    root: ShareId,
    organ: OrganCode,
}

/// The organs whose shares of this source's duties became part of another share, by that share.
///
/// # Errors
/// When the database fails.
pub async fn origins(db: &Db, source: &SourceKey) -> store::Result<HashMap<ShareId, Vec<OrganCode>>> {
    let rows: Vec<Origin> = query_as(
        "SELECT a.folded_into AS root, a.organ FROM duty_share a JOIN duty d ON d.id = a.duty \
         WHERE d.source_kind = $1 AND d.source_id = $2 AND a.folded_into <> '' ORDER BY a.organ",
    )
    .bind(&source.kind)
    .bind(&source.id)
    .fetch_all(db.read())
    .await?;
    let mut origins: HashMap<ShareId, Vec<OrganCode>> = HashMap::new();
    for row in rows {
        origins.entry(row.root).or_default().push(row.organ);
    }
    Ok(origins)
}

/// Days after its end within which it is told whose duties an organ has taken over.
const FRESH: i32 = 7;

/// One mail to each organ that has taken over what another owed, once for each organ that is no more.
///
/// # Errors
/// When the database fails.
async fn tell(ctx: &Ctx) -> web::Result<()> {
    let (directory, today, addresses) = (ctx.directory(), ctx.today(), addresses(ctx).await?);
    let office = ctx.office_url();
    for organ in directory.all() {
        let answers = directory.stands_for(&organ.code, today);
        let fresh = |end: &Date| end.until(today).is_ok_and(|span| (0..=FRESH).contains(&span.get_days()));
        let Some(end) = organ.exists_to.filter(|end| answers != organ.code && fresh(end)) else { continue };
        let Some(to) = addresses.get(&answers).cloned() else { continue };
        let duties: i64 = query_scalar(
            "SELECT COUNT(*) FROM duty_share a JOIN duty d ON d.id = a.duty JOIN duty_source s ON s.kind = d.source_kind \
             AND s.id = d.source_id WHERE s.state = 'running' AND a.ended_at = '' AND a.organ = $1",
        )
        .bind(&organ.code)
        .fetch_one(ctx.db().read())
        .await?;
        if duties == 0 {
            continue;
        }
        let mut tx = ctx.db().write().await?;
        if let Once::Already(_) = tx.once(&format!("duty.reform:{}:{answers}:{end}", organ.code)).await? {
            continue;
        }
        let (name, old) = (directory.short_name(&answers), &organ.short_name);
        let text = format!(
            "{name}：\n\n{old}已撤销，它承担的 {duties} 项任务由贵单位承接，以前报送的进展和佐证都在；与贵单位原有任务相同的，合为一份。\n\n\
             查看任务：{office}/duties\n"
        );
        tx.enqueue(NewJob::now(SEND, &Mail { to, subject: format!("承接{old}的任务"), text })).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// How many duties and pieces of evidence of an organ a reform touches.
pub(crate) fn touched() -> Arc<dyn Touched> {
    Arc::new(Shares)
}

/// Shares are folded in the step of the reform.
pub(crate) fn followed() -> Arc<dyn Reformed> {
    Arc::new(Shares)
}

struct Shares;

impl Reformed for Shares {
    fn follow<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, web::Result<()>> {
        Box::pin(async move {
            fold(ctx.db(), &ctx.directory(), ctx.today()).await?;
            tell(ctx).await
        })
    }
}

impl Touched for Shares {
    fn counts<'a>(
        &'a self,
        ctx: &'a Ctx,
        organ: &'a OrganCode,
    ) -> BoxFuture<'a, web::Result<Vec<(&'static str, i64)>>> {
        Box::pin(async move {
            let organs = ctx.directory().answered_by(organ, ctx.today());
            let within = places(1, organs.len());
            // SQL: fixed text and placeholders; every code is bound.
            let running = format!(
                "SELECT COUNT(*) FROM duty_share a JOIN duty d ON d.id = a.duty JOIN duty_source s ON s.kind = d.source_kind \
                 AND s.id = d.source_id WHERE s.state = 'running' AND a.ended_at = '' AND a.folded_into = '' \
                 AND a.organ IN ({within})"
            );
            // SQL: as above.
            let waiting = format!(
                "SELECT COUNT(*) FROM evidence e JOIN duty_share a ON a.id = e.share WHERE e.decision = '' \
                 AND e.withdrawn_at = '' AND e.submitted_at <> '' AND a.organ IN ({within})"
            );
            let count = async |sql: String| query_scalar(built(sql)).bind_all(&organs).fetch_one(ctx.db().read()).await;
            Ok(vec![("任务", count(running).await?), ("待确认佐证", count(waiting).await?)])
        })
    }
}
