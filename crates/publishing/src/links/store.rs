//! Links to other sites as they are kept. They are made from the texts and may be made again.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use kernel::{
    OrganCode,
    id::{DocumentId, EditionId},
    time,
};
use store::{
    Db, Executor, FromRow, Tx, built, query, query_as, query_scalar,
    sql::{By, Count, List, Page, places},
};
use web::Result;

::store::ids! {
    /// Of an address of another site.
    LinkId
}

/// Times in a row that a site must not have answered before its address counts as dead: a site may be down for an evening.
const FAILED: i64 = 3;

/// An address and what came of asking for it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Row {
    pub(super) id: LinkId,
    pub(super) address: String,
    /// UTC; empty = not yet.
    pub(super) checked_at: String,
    /// Empty = not yet; `opened`, `gone` (no such page), `answered` (with something else than a page), `unreachable`, `inside` (an
    /// address that the public cannot reach), `left` (not asked, by the configuration).
    pub(super) outcome: String,
    pub(super) detail: String,
    pub(super) failed: i64,
    pub(super) since: String,
}

impl Row {
    /// Whether it counts as dead: told so by its site, or without an answer again and again.
    pub(super) fn is_dead(&self) -> bool {
        match self.outcome.as_str() {
            "gone" | "inside" => true,
            "unreachable" => self.failed >= FAILED,
            _ => false,
        }
    }

    /// What came of it, with the day: 对方网站说没有这个页面（404），最后检查于 2026-11-29.
    pub(super) fn words(&self) -> String {
        let day = time::show_date(&self.checked_at);
        match self.outcome.as_str() {
            "" => "还没有检查".to_owned(),
            "opened" => format!("可以打开，最后检查于 {day}"),
            "left" => "按配置不检查".to_owned(),
            "unreachable" if !self.is_dead() => {
                format!("{}，第 {} 次，会再检查，最后检查于 {day}", self.detail, self.failed)
            }
            _ => format!("{}，最后检查于 {day}", self.detail),
        }
    }
}

const COLUMNS: &str = "l.id, l.address, l.checked_at, l.outcome, l.detail, l.failed, l.since";

/// One of them.
pub(super) async fn one(executor: impl Executor<'_>, id: &LinkId) -> Result<Option<Row>> {
    // SQL: columns of this file alone.
    let sql = built(format!("SELECT {COLUMNS} FROM outside_link l WHERE l.id = $1"));
    Ok(query_as(sql).bind(id).fetch_optional(executor).await?)
}

/// What is known of these addresses.
pub(super) async fn of(db: &Db, addresses: &[String]) -> Result<Vec<Row>> {
    let mut found: Vec<Row> = Vec::new();
    for some in addresses.chunks(200) {
        // SQL: columns of this file and places; the addresses are bound.
        let sql = built(format!("SELECT {COLUMNS} FROM outside_link l WHERE l.address IN ({})", places(1, some.len())));
        let rows: Vec<Row> = query_as(sql).bind_all(some).fetch_all(db.read()).await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Whether any site has answered since that moment: without one nothing is said of those that have not.
pub(super) async fn reached(db: &Db, since: Timestamp) -> Result<bool> {
    let sql = "SELECT 1 FROM outside_link WHERE checked_at >= $1 AND outcome IN ('opened', 'gone', 'answered') LIMIT 1";
    let one: Option<i64> = query_scalar(sql).bind(time::to_db(since)).fetch_optional(db.read()).await?;
    Ok(one.is_some())
}

/// An edition whose links are to be read.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Text {
    pub(super) id: EditionId,
    pub(super) version: i64,
    pub(super) html: String,
}

/// Texts that the public can read.
const PUBLIC: &str = "EXISTS (SELECT 1 FROM document d WHERE d.current_edition = e.id)";
/// Texts that somebody works on.
const OPEN: &str = "(e.state IN ('draft', 'in_review', 'returned', 'scheduled') AND e.binned_at = '')";

/// Texts that are public or worked on and of which the links have not been read as they stand; at most so many.
pub(super) async fn unread(db: &Db, most: i64) -> Result<Vec<Text>> {
    // SQL: conditions of this file alone.
    let sql = built(format!(
        "SELECT e.id, e.version, t.body_html AS html FROM edition e JOIN edition_text t ON t.edition_id = e.id \
         WHERE ({PUBLIC} OR {OPEN}) AND NOT EXISTS (SELECT 1 FROM outside_link_read r WHERE r.edition = e.id \
         AND r.version = e.version) ORDER BY e.id LIMIT $1"
    ));
    Ok(query_as(sql).bind(most).fetch_all(db.read()).await?)
}

/// Keeps which addresses a text links to, in the place of those before.
pub(super) async fn read(tx: &mut Tx, text: &Text, addresses: &[String]) -> Result<()> {
    // An edition that is gone meanwhile has no links.
    let there: Option<i64> =
        query_scalar("SELECT 1 FROM edition WHERE id = $1").bind(&text.id).fetch_optional(tx.conn()).await?;
    if there.is_none() {
        return Ok(());
    }
    query("DELETE FROM outside_link_use WHERE edition = $1").bind(&text.id).execute(tx.conn()).await?;
    for address in addresses {
        let now = tx.now();
        query(
            "INSERT INTO outside_link (id, address, found_at, due_at, checked_at, outcome, detail, failed, since) \
             VALUES ($1, $2, $3, $3, '', '', '', 0, '') ON CONFLICT DO NOTHING",
        )
        .bind(LinkId::fresh(&tx.seams()))
        .bind(address)
        .bind(now)
        .execute(tx.conn())
        .await?;
        query(
            "INSERT INTO outside_link_use (id, link, edition) SELECT $1, id, $2 FROM outside_link WHERE address = $3 \
             ON CONFLICT DO NOTHING",
        )
        .bind(LinkId::fresh(&tx.seams()))
        .bind(&text.id)
        .bind(address)
        .execute(tx.conn())
        .await?;
    }
    query(
        "INSERT INTO outside_link_read (edition, version) VALUES ($1, $2) \
         ON CONFLICT (edition) DO UPDATE SET version = excluded.version",
    )
    .bind(&text.id)
    .bind(text.version)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets texts that nobody reads or works on any more, and addresses to which none links.
pub(super) async fn prune(tx: &mut Tx) -> Result<()> {
    for table in ["outside_link_use", "outside_link_read"] {
        // SQL: tables and conditions of this file alone.
        let sql = built(format!(
            "DELETE FROM {table} WHERE edition NOT IN (SELECT e.id FROM edition e WHERE {PUBLIC} OR {OPEN})"
        ));
        query(sql).execute(tx.conn()).await?;
    }
    query("DELETE FROM outside_link WHERE id NOT IN (SELECT u.link FROM outside_link_use u)")
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Addresses whose moment has come; each is put off to `until`, so that nobody asks twice.
pub(super) async fn due(tx: &mut Tx, until: Timestamp, most: i64) -> Result<Vec<LinkId>> {
    tx.lock("outside_link").await?;
    let due: Vec<LinkId> = query_scalar("SELECT id FROM outside_link WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2")
        .bind(tx.now())
        .bind(most)
        .fetch_all(tx.conn())
        .await?;
    for id in &due {
        put_off(tx, id, until).await?;
    }
    Ok(due)
}

/// Not to be asked for before that moment.
pub(super) async fn put_off(tx: &mut Tx, id: &LinkId, until: Timestamp) -> Result<()> {
    query("UPDATE outside_link SET due_at = $2 WHERE id = $1")
        .bind(id)
        .bind(time::to_db(until))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Keeps what came of asking: [`Row::outcome`] and the reason in words. One that did not answer is asked again after some hours, and
/// like all others once it has not answered several times.
pub(super) async fn keep(
    tx: &mut Tx,
    id: &LinkId,
    (outcome, detail): (&str, &str),
    every: SignedDuration,
) -> Result<()> {
    /// After a site has not answered.
    const SOON: SignedDuration = SignedDuration::from_hours(6);
    tx.lock("outside_link").await?;
    let Some(before) = one(tx.conn(), id).await? else { return Ok(()) };
    let is_bad = matches!(outcome, "gone" | "inside" | "unreachable");
    let failed = if is_bad { before.failed + 1 } else { 0 };
    let now = tx.now();
    let since = match (is_bad, before.since.is_empty()) {
        (false, _) => String::new(),
        (true, true) => now.clone(),
        (true, false) => before.since,
    };
    let again = if outcome == "unreachable" && failed < FAILED { SOON } else { every };
    let due = time::from_db(&now).and_then(|at| at.checked_add(again).ok()).map(time::to_db);
    query(
        "UPDATE outside_link SET checked_at = $2, outcome = $3, detail = $4, failed = $5, since = $6, due_at = $7 WHERE id = $1",
    )
    .bind(id)
    .bind(&now)
    .bind(outcome)
    .bind(detail)
    .bind(failed)
    .bind(&since)
    .bind(due.unwrap_or(now.clone()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A public text and an address to which it links.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Used {
    pub(super) link: LinkId,
    pub(super) address: String,
    pub(super) checked_at: String,
    pub(super) outcome: String,
    pub(super) detail: String,
    pub(super) failed: i64,
    pub(super) since: String,
    pub(super) document: DocumentId,
    pub(super) title: String,
    pub(super) organ: OrganCode,
}

impl Used {
    pub(super) fn row(&self) -> Row {
        Row {
            id: self.link.clone(),
            address: self.address.clone(),
            checked_at: self.checked_at.clone(),
            outcome: self.outcome.clone(),
            detail: self.detail.clone(),
            failed: self.failed,
            since: self.since.clone(),
        }
    }
}

/// Addresses that count as dead.
const DEAD: &str = "(l.outcome IN ('gone', 'inside') OR (l.outcome = 'unreachable' AND l.failed >= 3))";

fn listed(organs: Vec<OrganCode>, all: bool) -> List {
    let list = List::new(
        "l.id AS link, l.address, l.checked_at, l.outcome, l.detail, l.failed, l.since, d.id AS document, d.title, d.organ",
        "outside_link_use u JOIN outside_link l ON l.id = u.link JOIN document d ON d.current_edition = u.edition",
        "u.id",
    )
    .sort("since", &[By::down("l.since"), By::down("l.checked_at")])
    .any_of("d.organ", organs);
    if all { list } else { list.given(DEAD) }
}

/// A page of the addresses to which public texts of these organs link, of all organs when there are none; the dead alone, or `all`.
pub(super) async fn page(
    db: &Db,
    organs: Vec<OrganCode>,
    (all, after, size): (bool, &str, usize),
) -> Result<(Page<Used>, Count)> {
    let list = listed(organs, all);
    let found = list.page::<Used>(db, None, Some(after), size).await?;
    let count = list.count(db, 2_000).await?;
    Ok((found, count))
}

/// How many links of public texts of these organs are dead, of all organs when there are none.
pub(super) async fn dead(db: &Db, organs: Vec<OrganCode>) -> Result<i64> {
    Ok(listed(organs, false).count(db, 1_000).await?.rows)
}

/// The organs whose public texts link to an address.
pub(super) async fn organs_of(executor: impl Executor<'_>, id: &LinkId) -> Result<Vec<OrganCode>> {
    let sql = "SELECT DISTINCT d.organ FROM outside_link_use u JOIN document d ON d.current_edition = u.edition WHERE u.link = $1";
    Ok(query_scalar(sql).bind(id).fetch_all(executor).await?)
}

/// How many addresses there are by what came of asking.
pub(super) async fn counts(db: &Db) -> Result<HashMap<String, i64>> {
    let rows: Vec<(String, i64)> =
        query_as("SELECT outcome, COUNT(*) FROM outside_link GROUP BY outcome").fetch_all(db.read()).await?;
    Ok(rows.into_iter().collect())
}
