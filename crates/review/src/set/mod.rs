//! Routes that the office has set for a column, a sort of subject, or both. The most particular one holds: column and sort,
//! column, sort, all. A round keeps the route that it was opened with, so setting one touches nothing that is under way.

mod rows;

use kernel::{Actor, NewEvent, id::ColumnId};
use serde_json::json;
use store::{Executor, Sealed, Tx};
use web::Refusal;

use crate::{
    Result,
    events::{ROUTE, ROUTE_REMOVED, ROUTE_SET},
    route::Route,
};

::store::ids! {
    /// A route that the office has set.
    SetRouteId,
}

/// What a route is for. Empty = all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    pub column: ColumnId,
    /// In the codes of the owner of the subjects: a kind of document.
    pub sort: String,
}

impl Scope {
    /// How particular it is, from 0.
    pub fn rank(&self) -> i64 {
        i64::from(!self.column.as_str().is_empty()) * 2 + i64::from(!self.sort.is_empty())
    }

    /// Whether this one is for some of what `wider` is for, and goes before it there.
    pub fn goes_before(&self, wider: &Self) -> bool {
        let column = wider.column.as_str().is_empty() || self.column.as_str().is_empty() || self.column == wider.column;
        let sort = wider.sort.is_empty() || self.sort.is_empty() || self.sort == wider.sort;
        self.rank() > wider.rank() && column && sort
    }

    fn fits(&self, column: &ColumnId, sort: &str) -> bool {
        (self.column.as_str().is_empty() || self.column == *column) && (self.sort.is_empty() || self.sort == sort)
    }
}

/// A route as it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetRoute {
    pub scope: Scope,
    pub route: Route,
    /// Raised by every change.
    pub version: i64,
    /// Name of who set it last.
    pub set_name: String,
    /// Stored form.
    pub set_at: String,
    id: SetRouteId,
}

/// All that are set for subjects of this kind, the widest first.
///
/// # Errors
/// When the database fails or holds what this program never writes.
pub async fn all(executor: impl Executor<'_>, kind: &str) -> Result<Vec<SetRoute>> {
    rows::all(executor, kind).await
}

/// The one of these that holds for a subject in this column and of this sort.
pub fn holding<'a>(all: &'a [SetRoute], column: &ColumnId, sort: &str) -> Option<&'a SetRoute> {
    all.iter().filter(|one| one.scope.fits(column, sort)).max_by_key(|one| one.scope.rank())
}

/// The one of these that is set for exactly this.
pub fn exactly<'a>(all: &'a [SetRoute], scope: &Scope) -> Option<&'a SetRoute> {
    all.iter().find(|one| one.scope == *scope)
}

/// What the log seals: through how many hands a text goes is nobody's to turn past the program.
pub(crate) fn sealed() -> Sealed {
    Sealed::each(
        ROUTE,
        "审核流程",
        "SELECT id FROM review_route",
        "SELECT CASE WHEN column_slug = '' THEN '全部栏目' ELSE column_slug END FROM review_route WHERE id = $1",
    )
    .part(
        "review_route/1",
        "审核流程",
        "SELECT id, subject_kind, column_slug, sort, stages, version FROM review_route WHERE id = $1",
    )
}

fn changed() -> Refusal {
    Refusal::Conflict("这条审核流程在您打开之后有人改过，您的改动没有保存。请核对现在的流程，再设置一次。".into())
}

/// Sets a route; `version` is that of the one that the person saw, 0 = there was none. `place` names the scope in words, for the
/// log.
///
/// # Errors
/// [`Refusal::Conflict`] when it was changed meanwhile, or the route is none that the office may set ([`Route::settable`]).
pub async fn put(
    tx: &mut Tx,
    actor: &Actor,
    (kind, scope, place): (&str, &Scope, &str),
    route: Route,
    version: i64,
) -> Result<()> {
    tx.lock("review_route").await?;
    let route = route.settable().map_err(|why| Refusal::Conflict(format!("{why}。没有保存。")))?;
    let route = route.asking(|_| Vec::new());
    let all = all(tx.conn(), kind).await?;
    let before = exactly(&all, scope);
    if before.map_or(0, |before| before.version) != version {
        return Err(changed());
    }
    let stages = serde_json::to_string(&route)?;
    let id = match before {
        Some(before) => {
            rows::change(tx, actor, &before.id, &stages).await?;
            before.id.clone()
        }
        None => rows::add(tx, actor, (kind, scope), &stages).await?,
    };
    let before = before.map(|before| before.route.words()).unwrap_or_default();
    let data = json!({ "place": place, "route": route.words(), "before": before });
    tx.append(NewEvent::new(&ROUTE_SET, &id, actor).data(data)).await?;
    Ok(())
}

/// Takes a set route away: what is wider holds again.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none, [`Refusal::Conflict`] when it was changed meanwhile.
pub async fn remove(
    tx: &mut Tx,
    actor: &Actor,
    (kind, scope, place): (&str, &Scope, &str),
    version: i64,
) -> Result<()> {
    tx.lock("review_route").await?;
    let all = all(tx.conn(), kind).await?;
    let before = exactly(&all, scope).ok_or(Refusal::NotFound)?;
    if before.version != version {
        return Err(changed());
    }
    rows::remove(tx, &before.id).await?;
    let data = json!({ "place": place, "before": before.route.words() });
    tx.append(NewEvent::new(&ROUTE_REMOVED, &before.id, actor).data(data)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_particular_route_holds() {
        let set = |column: &str, sort: &str| SetRoute {
            scope: Scope { column: column.into(), sort: sort.into() },
            route: Route::statutory(3),
            version: 1,
            set_name: String::new(),
            set_at: String::new(),
            id: "1".into(),
        };
        let all = [set("", ""), set("", "policy"), set("notices", ""), set("notices", "policy")];
        let found = |column: &str, sort: &str| holding(&all, &column.into(), sort).map(|one| one.scope.clone());
        assert_eq!(found("notices", "policy"), Some(all[3].scope.clone()));
        assert_eq!(found("notices", "notice"), Some(all[2].scope.clone()));
        assert_eq!(found("other", "policy"), Some(all[1].scope.clone()));
        assert_eq!(found("other", "news"), Some(all[0].scope.clone()));
        assert_eq!(holding(&[], &"notices".into(), "policy"), None);
    }
}
