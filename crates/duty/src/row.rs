//! A duty as it is stored, and how it is read.

use kernel::id::DutyId;
use serde::{Deserialize, Serialize};
use store::{Db, Executor, FromRow, built, places, query_as};

use crate::{
    facts::CHUNK,
    key::SourceKey,
    model::{Cadence, Values, Visibility},
};

/// Row of `duty`; the migration says what the columns mean.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct DutyRow {
    pub id: DutyId,
    pub source_kind: String,
    pub source_id: String,
    pub place: String,
    pub place_label: String,
    pub place_title: String,
    pub place_part: String,
    pub place_order: i64,
    pub position: i64,
    pub text: String,
    pub measure: String,
    pub due_words: String,
    pub due_on: String,
    pub cadence: String,
    pub grace_days: i64,
    pub visibility: String,
    pub extra: String,
    pub waiting: String,
    pub issued_at: String,
    pub ended_at: String,
    pub ended_reason: String,
}

impl DutyRow {
    /// A prepared duty of a source: for the whole of it, without date, internal.
    pub fn new(id: DutyId, source: &SourceKey, text: impl Into<String>) -> Self {
        Self {
            id,
            source_kind: source.kind.clone(),
            source_id: source.id.clone(),
            place: String::new(),
            place_label: String::new(),
            place_title: String::new(),
            place_part: String::new(),
            place_order: 0,
            position: 1,
            text: text.into(),
            measure: String::new(),
            due_words: String::new(),
            due_on: String::new(),
            cadence: String::new(),
            grace_days: 0,
            visibility: Visibility::Internal.code().to_owned(),
            extra: "{}".to_owned(),
            waiting: String::new(),
            issued_at: String::new(),
            ended_at: String::new(),
            ended_reason: String::new(),
        }
    }

    /// The same at a place of its source. Places stand on boards in this order; without it all are first.
    #[must_use]
    pub fn at(self, place: impl Into<String>, label: impl Into<String>, order: i64) -> Self {
        Self { place: place.into(), place_label: label.into(), place_order: order, ..self }
    }

    pub fn source(&self) -> SourceKey {
        SourceKey::new(&self.source_kind, &self.source_id)
    }

    /// The cadence, if there is one.
    pub fn cadence(&self) -> Option<Cadence> {
        Cadence::from_code(&self.cadence)
    }

    /// Whether the public may see it.
    pub fn is_public(&self) -> bool {
        Visibility::from_code(&self.visibility) == Visibility::Public
    }

    /// Its further fields.
    pub fn values(&self) -> Values {
        Values::read(&self.extra, &self.waiting)
    }
}

/// The duty with this id.
pub async fn get<'e>(executor: impl Executor<'e>, id: &DutyId) -> store::Result<Option<DutyRow>> {
    query_as("SELECT * FROM duty WHERE id = $1").bind(id).fetch_optional(executor).await
}

/// The duties with these ids, in no order.
pub async fn with_ids(db: &Db, ids: &[DutyId]) -> store::Result<Vec<DutyRow>> {
    let mut found = Vec::new();
    for some in ids.chunks(CHUNK) {
        // SQL: fixed text and placeholders; every id is bound.
        let sql = format!("SELECT * FROM duty WHERE id IN ({})", places(1, some.len()));
        found.extend(query_as::<DutyRow>(built(sql)).bind_all(some).fetch_all(db.read()).await?);
    }
    Ok(found)
}

/// All duties of a source, prepared and ended ones too, in the order of their places.
pub async fn of_source<'e>(executor: impl Executor<'e>, source: &SourceKey) -> store::Result<Vec<DutyRow>> {
    query_as("SELECT * FROM duty WHERE source_kind = $1 AND source_id = $2 ORDER BY place_order, place, position, id")
        .bind(&source.kind)
        .bind(&source.id)
        .fetch_all(executor)
        .await
}
