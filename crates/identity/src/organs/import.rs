//! Carrying out an import.

use crate::events;
use documents::tables::Table;
use kernel::Actor;
use serde_json::json;
use store::{Db, Error, Result, Tx};

use super::{
    model::changes,
    plan::{Effect, Plan, judge},
    store::{event, insert, lock_all, update},
};

/// Which table is wanted of a file: the first one whose head has the headings of organs, below whatever stands above it.
pub fn wanted() -> documents::tables::Wanted {
    documents::tables::Wanted::headed(super::model::headings())
}

/// What to do when some rows are wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Nothing is written: the table is corrected and read again.
    AllOrNothing,
    /// Write the good rows.
    GoodRows,
}

/// What is wrong in a row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RowError {
    /// Row number as the spreadsheet shows it; 0 = the table as a whole.
    pub row: usize,
    /// Column, in our own words; empty for the table as a whole.
    pub column: String,
    /// 请 + what to do.
    pub message: String,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Outcome {
    /// How many organs are new.
    pub created: usize,
    /// How many organs of before have another value in some column.
    pub changed: usize,
    /// Rows that say what is stored already.
    pub unchanged: usize,
    /// What was wrong; with [`Mode::AllOrNothing`] nothing was written then.
    pub errors: Vec<RowError>,
}

/// Imports organs from a table whose headings are those of the export (English or Chinese). The caller loads the directory
/// again.
///
/// # Errors
/// When the database fails; wrong rows are in the outcome.
pub async fn import_rows(db: &Db, table: &Table, mode: Mode, by: &Actor) -> Result<Outcome> {
    let mut tx = db.write().await?;
    let outcome = carry_out(&mut tx, table, mode, by).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// As [`import_rows`], in the caller's transaction.
pub(super) async fn carry_out(tx: &mut Tx, table: &Table, mode: Mode, by: &Actor) -> Result<Outcome> {
    let stored = lock_all(tx).await?;
    let plan = judge(table, &stored);
    let mut outcome = Outcome { errors: errors(&plan), ..Outcome::default() };
    if !outcome.errors.is_empty() && (mode == Mode::AllOrNothing || plan.rows.is_empty()) {
        return Ok(outcome);
    }
    for row in &plan.rows {
        let Some(record) = &row.record else { continue };
        let code = &record.organ.code;
        match &row.effect {
            Effect::Create => {
                insert(tx, record).await?;
                let data = json!({"name": record.organ.name, "short_name": record.organ.short_name, "row": row.number});
                tx.append(event(&events::ORGAN_CREATED, code, by).data(data)).await?;
                outcome.created += 1;
            }
            Effect::Change(_) => {
                if !update(tx, record).await? {
                    // Cannot happen while the register is locked; if it does, nothing is written.
                    return Err(Error::NoRow);
                }
                if let Some(before) = stored.iter().find(|one| one.organ.code == *code) {
                    tx.append(event(&events::ORGAN_CHANGED, code, by).data(changes(before, record).into())).await?;
                }
                outcome.changed += 1;
            }
            Effect::Nothing => outcome.unchanged += 1,
            Effect::Wrong(_) => {}
        }
    }
    Ok(outcome)
}

fn errors(plan: &Plan) -> Vec<RowError> {
    let whole = plan.faults.iter().map(|fault| RowError { row: 0, column: String::new(), message: fault.clone() });
    let rows = plan.rows.iter().flat_map(|row| {
        let faults = match &row.effect {
            Effect::Wrong(faults) => faults.as_slice(),
            _ => &[],
        };
        faults.iter().map(|(column, message)| RowError {
            row: row.number,
            column: column.clone(),
            message: message.clone(),
        })
    });
    whole.chain(rows).collect()
}
