//! Questions that only the portal asks. Like everything in [`crate::public`] they see published editions alone.

use std::collections::HashSet;

use kernel::OrganCode;
use store::{Db, Result};

use crate::{
    kinds::Kind,
    public::{ColumnCount, Listed},
    sql::Conditions,
};

const PUBLIC: &str = "d.current_edition <> ''";

/// Which of these documents have a public interpretation (解读).
pub(super) async fn interpreted(db: &Db, listed: &[&[Listed]]) -> Result<HashSet<String>> {
    let ids: Vec<&str> = listed.iter().flat_map(|list| list.iter()).map(|one| one.id.as_str()).collect();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let mut conditions = Conditions::new(PUBLIC);
    conditions.any_of("d.interprets", &ids);
    // Said again so that the partial index fits.
    conditions.fixed("d.interprets <> ''");
    let select = "SELECT DISTINCT d.interprets FROM document d JOIN edition e ON e.id = d.current_edition AND e.state = 'published'";
    let rows: Vec<(String,)> = conditions.rows(db, select, "", 1000, 0).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// What an organ has published, column by column.
pub(super) async fn columns_of(db: &Db, organ: &OrganCode) -> Result<Vec<ColumnCount>> {
    let mut conditions = Conditions::new(PUBLIC);
    conditions.text("d.organ = ?", organ.as_str());
    let select = "SELECT d.column_slug AS \"column\", COUNT(*) AS count, MAX(d.first_published_on) AS newest \
                  FROM document d";
    conditions.rows(db, select, "GROUP BY d.column_slug ORDER BY d.column_slug", 1000, 0).await
}

/// Address of a public document and when its present text became public (stored form).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Path on the portal.
    pub(super) path: String,
    /// When it last changed.
    pub(super) changed: String,
}

/// A page of the addresses of all public documents, in the order of their identifiers.
pub(super) async fn places(db: &Db, limit: i64, offset: i64) -> Result<Vec<Place>> {
    let select = "SELECT d.id, d.kind, d.published_at FROM document d \
                  JOIN edition e ON e.id = d.current_edition AND e.state = 'published'";
    let rows: Vec<(String, String, String)> =
        Conditions::new(PUBLIC).rows(db, select, "ORDER BY d.id", limit, offset).await?;
    let place = |(id, kind, changed): (String, String, String)| Place {
        path: Kind::from_code(&kind).unwrap_or(Kind::Notice).path(&id),
        changed,
    };
    Ok(rows.into_iter().map(place).collect())
}
