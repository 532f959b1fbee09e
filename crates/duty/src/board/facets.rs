//! What the board's filter offers, and the counts of many sources at once.

use std::collections::HashMap;

use jiff::civil::Date;
use kernel::OrganCode;
use store::{Db, FromRow, Result, built, places as list_of, query_as, query_scalar};

use crate::{model::Tally, project, source::SourceKey};

/// A source that has duties.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SourceLine {
    /// Kind and id, by which the board is filtered.
    #[sql(flatten)]
    pub key: SourceKey,
    pub title: String,
    pub year: i64,
    /// Moment of the last change of what the public sees of it, stored form.
    pub as_of: String,
}

/// The running sources of which these organs (or anybody) have a share, newest first.
pub async fn sources(db: &Db, within: Option<&[OrganCode]>) -> Result<Vec<SourceLine>> {
    let has = within.map_or_else(String::new, |organs| {
        format!(
            " AND EXISTS (SELECT 1 FROM share_standing a WHERE a.source_id = s.id AND a.source_kind = s.kind \
             AND a.organ IN ({}))",
            list_of(1, organs.len())
        )
    });
    // SQL: fixed text and placeholders; every value is bound.
    query_as(built(format!(
        "SELECT s.kind AS source_kind, s.id AS source_id, s.title, s.year, s.as_of FROM duty_source s \
         WHERE s.state = 'running'{has} ORDER BY s.year DESC, s.issued_at DESC, s.id"
    )))
    .bind_all(within.unwrap_or_default())
    .fetch_all(db.read())
    .await
}

/// Title of a source; empty when there is none.
pub async fn source_title(db: &Db, source: &SourceKey) -> Result<String> {
    let title: Option<String> = query_scalar("SELECT title FROM duty_source WHERE kind = $1 AND id = $2")
        .bind(&source.kind)
        .bind(&source.id)
        .fetch_optional(db.read())
        .await?;
    Ok(title.unwrap_or_default())
}

/// The source that has this id: for addresses that say the id alone. Ids of ours are random, so that two kinds hardly ever share
/// one; the newest counts then.
pub async fn source_of_id(db: &Db, id: &str) -> Result<Option<SourceKey>> {
    query_as(
        "SELECT kind AS source_kind, id AS source_id FROM duty_source WHERE id = $1 ORDER BY issued_at DESC, kind LIMIT 1",
    )
    .bind(id)
    .fetch_optional(db.read())
    .await
}

/// The organs (as issued) that have shares of running sources, in the order of their codes.
pub async fn organs(db: &Db) -> Result<Vec<OrganCode>> {
    query_scalar("SELECT DISTINCT organ FROM share_standing WHERE running = 1 ORDER BY organ")
        .fetch_all(db.read())
        .await
}

/// A place of a source with issued duties.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Place {
    pub place: String,
    /// As printed.
    pub place_label: String,
    pub place_title: String,
    /// Larger part of the source.
    pub place_part: String,
    /// Order in the source.
    pub place_order: i64,
}

/// The places of a source at which these organs (or anybody) have a share, in order.
pub async fn places(db: &Db, source: &SourceKey, within: Option<&[OrganCode]>) -> Result<Vec<Place>> {
    let has = within.map_or_else(String::new, |organs| {
        format!(
            " AND EXISTS (SELECT 1 FROM duty_share a WHERE a.duty = d.id AND a.organ IN ({}))",
            list_of(3, organs.len())
        )
    });
    // SQL: fixed text and placeholders; every value is bound.
    query_as(built(format!(
        "SELECT DISTINCT d.place, d.place_label, d.place_title, d.place_part, d.place_order FROM duty d \
         WHERE d.source_kind = $1 AND d.source_id = $2 AND d.issued_at <> ''{has} ORDER BY d.place_order, d.place"
    )))
    .bind(&source.kind)
    .bind(&source.id)
    .bind_all(within.unwrap_or_default())
    .fetch_all(db.read())
    .await
}

#[derive(FromRow)]
struct Count {
    #[sql(flatten)]
    key: SourceKey,
    state: i64,
    overdue: bool,
    many: i64,
}

/// How the public duties of every source stand that was ever issued; sources without any are left out.
pub async fn tally_by_source(db: &Db, today: Date) -> Result<HashMap<SourceKey, Tally>> {
    let counts: Vec<Count> = query_as(
        "SELECT a.source_kind, a.source_id, a.state, a.overdue, SUM(CASE WHEN a.ended = 0 THEN 1 ELSE 0 END) AS many \
         FROM duty_standing a WHERE a.public = 1 AND a.from_day <= $1 AND a.until_day >= $1 \
         GROUP BY a.source_kind, a.source_id, a.state, a.overdue",
    )
    .bind(today.to_string())
    .fetch_all(db.read())
    .await?;
    let mut tallies: HashMap<SourceKey, Tally> = HashMap::new();
    for count in counts {
        let many = u32::try_from(count.many).unwrap_or(u32::MAX);
        tallies.entry(count.key).or_default().add_many(project::state(count.state), count.overdue, many);
    }
    Ok(tallies)
}
