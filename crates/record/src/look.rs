//! What the office looks at before and beside what is public: what checks say of rows before they are entered, records in every
//! state, how much is open.

use std::sync::Arc;

use item::{Item, ItemKey};
use kernel::OrganCode;
use record_check::Breach;
use store::{By, Executor, FromRow, List, query_as};
use web::Ctx;

use crate::{
    check, rows,
    state::{BatchState, State},
    write::NewRow,
};

/// What the checks of an item say of rows that are about to be entered, warnings too. Nothing is stored. With `update` a row may have
/// the keys of a public record.
///
/// # Errors
/// When the database fails.
pub async fn breaches(
    ctx: &Ctx,
    item: &Arc<Item>,
    organ: &OrganCode,
    rows: &[NewRow],
    update: bool,
) -> web::Result<Vec<Breach>> {
    Ok(check::check(ctx, item, organ, rows, update).await?.breaches)
}

/// Reads what the checks of an item ask of other records: before a write that enters or changes records, which then asks
/// nothing more than what came since.
///
/// # Errors
/// When the database fails.
pub async fn ready(ctx: &Ctx, item: &Arc<Item>, organ: &OrganCode) -> web::Result<()> {
    check::ready(ctx, item, organ).await
}

/// Which versions of records of an item are listed.
#[derive(Debug, Clone)]
pub struct Filter {
    pub state: State,
    /// Whose; `None` = all.
    pub organs: Option<Vec<OrganCode>>,
    /// Words in what of the record may be public; empty = any.
    pub words: String,
}

/// Versions of records of an item as [`rows::Stored`], with the orders `newest`, `oldest` and `number`. What is being loaded is left
/// out.
pub fn list(item: &ItemKey, filter: &Filter) -> List {
    let list = List::new(rows::COLUMNS, "record r", "r.id")
        .sort("newest", &[By::down("r.sort_on")])
        .sort("oldest", &[By::up("r.sort_on")])
        .sort("number", &[By::up("r.number")])
        .equals("r.item", item.as_str())
        .given(of_state(filter.state))
        .contains(&["r.data"], &filter.words);
    let list = match filter.state {
        State::Draft | State::Doubtful => {
            list.given("NOT EXISTS (SELECT 1 FROM record_batch b WHERE b.id = r.batch AND b.state = 'loading')")
        }
        _ => list,
    };
    match &filter.organs {
        Some(organs) => list.only_of("r.organ", organs.clone()),
        None => list,
    }
}

/// A literal, so that the indexes of the state are used: of what is not public it says so besides, as their condition does.
fn of_state(state: State) -> &'static str {
    match state {
        State::Draft => "r.state <> 'public' AND r.state = 'draft'",
        State::Doubtful => "r.state <> 'public' AND r.state = 'doubtful'",
        State::Public => "r.state = 'public'",
        State::Closed => "r.state <> 'public' AND r.state = 'closed'",
        State::Superseded => "r.state <> 'public' AND r.state = 'superseded'",
        State::Withdrawn => "r.state <> 'public' AND r.state = 'withdrawn'",
        State::Expired => "r.state <> 'public' AND r.state = 'expired'",
    }
}

/// Open batches of one item, organ and state; doubtful rows stand apart under [`BatchState::Public`], whatever their batches.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Open {
    /// Key of the item.
    pub item: String,
    pub organ: OrganCode,
    pub state: BatchState,
    pub batches: i64,
    pub records: i64,
    /// Rows that wait for a person.
    pub doubtful: i64,
}

/// What is open, by item, organ and state of the batch: a few lines, whatever the number of records.
///
/// # Errors
/// When the database fails.
pub async fn open(executor: impl Executor<'_>) -> store::Result<Vec<Open>> {
    query_as(
        "SELECT item, organ, state, COUNT(*) AS batches, CAST(SUM(total) AS BIGINT) AS records, CAST(0 AS BIGINT) AS doubtful \
         FROM record_batch WHERE state IN ('draft', 'returned', 'in_review') GROUP BY item, organ, state \
         UNION ALL \
         SELECT item, organ, 'public' AS state, CAST(0 AS BIGINT) AS batches, CAST(0 AS BIGINT) AS records, \
         COUNT(*) AS doubtful FROM record_doubt GROUP BY item, organ \
         ORDER BY item, organ, state",
    )
    .fetch_all(executor)
    .await
}
