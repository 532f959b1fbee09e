//! Putting rounds in directly, with dates in the past: for the demonstration and for moving in from an old site. Nothing here
//! is reachable from a page, and no event tells of it: the owner's event about the subject does.

use jiff::Timestamp;
use kernel::{Actor, time};
use store::{Tx, query};

use crate::{
    Result,
    model::{Round, State},
    route::Route,
    rows,
    subject::Matter,
};

/// Where a round that is put in stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// At this gate since a moment, the stages before passed.
    At {
        /// Code of the gate.
        gate: String,
        /// Since when.
        since: Timestamp,
    },
    /// All stages passed.
    Passed {
        /// When.
        at: Timestamp,
    },
    /// Returned by this gate.
    Returned {
        /// Code of the gate.
        gate: String,
        /// Name of who returned it.
        by: String,
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
}

/// Puts a round in.
///
/// # Errors
/// When the database fails, or a round of it is open.
pub async fn round(tx: &mut Tx, matter: &Matter, route: Route, standing: &Standing) -> Result<()> {
    let (gate, at) = match standing {
        Standing::At { gate, since } => (gate.as_str(), *since),
        Standing::Returned { gate, at, .. } => (gate.as_str(), *at),
        Standing::Passed { at } => ("", *at),
    };
    let count = route.stages().len();
    let stage = route.stages().iter().position(|stage| stage.gate == gate).unwrap_or(count - 1);
    let opened = Round { route, passes: Vec::new(), state: State::Open { stage: 0, claim: None } };
    let id = rows::insert(tx, &Actor::System, matter, &opened).await?;
    let passed = if gate.is_empty() { count } else { stage };
    for (place, stage) in opened.route.stages().iter().take(passed).enumerate() {
        let name = stage.roles.first().map(|role| role.label()).unwrap_or_default();
        query("INSERT INTO review_pass (review, stage, passed_by, name, at, opinion) VALUES ($1, $2, 'system', $3, $4, '')")
            .bind(&id)
            .bind(i64::try_from(place).unwrap_or(i64::MAX))
            .bind(name)
            .bind(time::to_db(at))
            .execute(tx.conn())
            .await?;
    }
    let (state, by, reason) = match standing {
        Standing::At { .. } => (State::Open { stage, claim: None }, "", ""),
        Standing::Passed { .. } => (State::Passed, "", ""),
        Standing::Returned { by, reason, .. } => {
            (State::Returned { stage, by: by.clone(), reason: reason.clone() }, by.as_str(), reason.as_str())
        }
    };
    let code = state.code();
    let next = Round { state, ..opened };
    let at = time::to_db(at);
    query(
        "UPDATE review SET stage = $2, gate = $3, state = $4, since = $5, opened_at = $5, decided_name = $6, reason = $7, \
         closed_at = $8 WHERE id = $1",
    )
    .bind(&id)
    .bind(i64::try_from(stage).unwrap_or(i64::MAX))
    .bind(next.route.stage(stage).map(|stage| stage.gate.as_str()).unwrap_or_default())
    .bind(code)
    .bind(&at)
    .bind(by)
    .bind(reason)
    .bind(if code == "open" { "" } else { &at })
    .execute(tx.conn())
    .await?;
    rows::put_roles(tx, &id, &next).await
}
