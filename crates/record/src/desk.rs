//! Work with records that waits for people: what came back, what was not handed in, what is doubtful. What waits at gates is the
//! review's.

use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{OrganCode, Staff, may, time};
use store::{built, places, query_as};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, Group},
};

use crate::{
    ids::BatchId,
    permissions::{ENTER_RECORDS, WITHDRAW_RECORDS},
    state::{BatchState, Way},
    withdraw,
};

/// What is settled.
const DOUBT: Group = Group { key: "records", label: "领域数据", place: 25 };
/// Most batches on one work list.
const MOST: i64 = 100;

/// The source of the machine.
pub(crate) struct Work;

/// A batch that is not handed in: where it stands, how it was entered, since when, how many records.
type Open = (BatchId, String, OrganCode, BatchState, Way, String, i64);
/// Organ and item with doubtful rows, how many, since when.
type Waiting = (OrganCode, String, i64, String);

impl DeskSource for Work {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            if may(&staff.clone().into(), &ENTER_RECORDS).is_err() {
                return Ok(Vec::new());
            }
            let organs = ctx.directory().answered_by(&staff.organ, ctx.today());
            let mut items = batches(ctx, staff, &organs).await?;
            items.extend(doubts(ctx, &organs).await?);
            items.extend(wanted_back(ctx, staff, &organs).await?);
            Ok(items)
        })
    }

    fn counts<'a>(&'a self, _: &'a Ctx, _: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// What came back to the organ, what this person has not handed in, and what programs sent: that is for everybody who enters.
async fn batches(ctx: &Ctx, staff: &Staff, organs: &[OrganCode]) -> Result<Vec<DeskItem>> {
    // SQL: fixed text and placeholders; every value is bound.
    let sql = format!(
        "SELECT id, title, organ, state, way, created_at, total FROM record_batch WHERE (state = 'returned' OR \
         (state = 'draft' AND (author = $1 OR way = 'api'))) AND organ IN ({}) ORDER BY created_at DESC LIMIT {MOST}",
        places(2, organs.len())
    );
    let rows: Vec<Open> =
        query_as(built(sql)).bind(&staff.account).bind_all(organs.iter()).fetch_all(ctx.db().read()).await?;
    let directory = ctx.directory();
    let item = |(id, title, organ, state, way, at, total): Open| {
        let (kind, group) = match (state, way) {
            (BatchState::Returned, _) => ("退回的数据", Group::RETURNED),
            (_, Way::Api) => ("系统报送、等待核对提交的数据", Group::DRAFT),
            _ => ("没有提交的数据", Group::DRAFT),
        };
        DeskItem {
            kind: kind.to_owned(),
            group,
            title: format!("{title}（{total} 条）"),
            href: format!("/records/batches/{id}"),
            organ: directory.short_name(&organ).to_owned(),
            since: day(&at),
            due: None,
            mine: false,
        }
    };
    Ok(rows.into_iter().map(item).collect())
}

async fn doubts(ctx: &Ctx, organs: &[OrganCode]) -> Result<Vec<DeskItem>> {
    // SQL: fixed text and placeholders; every value is bound.
    let sql = format!(
        "SELECT organ, item, COUNT(*), MIN(at) FROM record_doubt WHERE organ IN ({}) GROUP BY organ, item ORDER BY organ, item",
        places(1, organs.len())
    );
    let rows: Vec<Waiting> = query_as(built(sql)).bind_all(organs.iter()).fetch_all(ctx.db().read()).await?;
    let mut items = Vec::new();
    for (organ, key, many, since) in rows {
        let found = match item::ItemKey::new(&key) {
            Some(key) => crate::items::find(ctx, &key).await?,
            None => None,
        };
        let title = found.map_or_else(|| key.clone(), |item| item.title.clone());
        items.push(DeskItem {
            kind: "待核定的补录".to_owned(),
            group: DOUBT,
            title: format!("{title}：{many} 行存疑"),
            href: format!("/records/doubts?item={key}"),
            organ: ctx.directory().short_name(&organ).to_owned(),
            since: day(&since),
            due: None,
            mine: false,
        });
    }
    Ok(items)
}

/// What somebody wants to be public again: for everybody who may decide on it, and for who asked, who sees that it waits.
async fn wanted_back(ctx: &Ctx, staff: &Staff, own: &[OrganCode]) -> Result<Vec<DeskItem>> {
    if may(&staff.clone().into(), &WITHDRAW_RECORDS).is_err() {
        return Ok(Vec::new());
    }
    let organs = if staff.central { None } else { Some(own) };
    let mut items = Vec::new();
    for line in withdraw::wanted_back(ctx.db().read(), organs, MOST).await? {
        let found = match item::ItemKey::new(&line.item) {
            Some(key) => crate::items::find(ctx, &key).await?,
            None => None,
        };
        let title = found.map_or_else(|| line.item.clone(), |item| item.title.clone());
        let is_own = line.back_account == staff.account.as_str();
        items.push(DeskItem {
            kind: if is_own { "恢复公开，等另一人核准" } else { "恢复公开，待核准" }.to_owned(),
            group: DOUBT,
            title: format!("{title}：{}提请恢复公开撤下的记录", line.back_name),
            href: format!("/records/{}/{}", line.item, line.record),
            organ: ctx.directory().short_name(&line.organ).to_owned(),
            since: day(&line.back_at),
            due: None,
            mine: false,
        });
    }
    Ok(items)
}

fn day(at: &str) -> Option<Date> {
    time::from_db(at).map(time::date_in_china)
}
