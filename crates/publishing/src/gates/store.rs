//! How many texts a route is for.

use review::set::Scope;
use store::{FromRow, Reader, query_as};
use web::Result;

use crate::editions::subject::EDITION;

/// Texts for which a route would hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub(super) struct Touched {
    /// In review: they go on by the route with which they began.
    pub(super) reviewing: i64,
    /// Drafts and returned ones: they pass it when they are submitted.
    pub(super) writing: i64,
}

/// How many texts a route for this would be for, without those for which a more particular one is set.
pub(super) async fn touched(reader: &Reader, scope: &Scope) -> Result<Touched> {
    Ok(query_as(
        "SELECT COALESCE(SUM(CASE WHEN e.state = 'in_review' THEN 1 ELSE 0 END), 0) AS reviewing, \
         COALESCE(SUM(CASE WHEN e.state IN ('draft', 'returned') THEN 1 ELSE 0 END), 0) AS writing \
         FROM edition e JOIN document d ON d.id = e.document_id \
         WHERE e.head = 1 AND ($1 = '' OR d.column_slug = $1) AND ($2 = '' OR d.kind = $2) \
         AND NOT EXISTS (SELECT 1 FROM review_route s WHERE s.subject_kind = $3 \
         AND (s.column_slug = '' OR s.column_slug = d.column_slug) AND (s.sort = '' OR s.sort = d.kind) \
         AND (CASE WHEN s.column_slug <> '' THEN 2 ELSE 0 END) + (CASE WHEN s.sort <> '' THEN 1 ELSE 0 END) > $4)",
    )
    .bind(&scope.column)
    .bind(&scope.sort)
    .bind(EDITION)
    .bind(scope.rank())
    .fetch_one(reader)
    .await?)
}
