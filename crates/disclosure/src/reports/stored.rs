//! A report for whoever writes it out: the command line, and the open data of the portal.

use annual_report::{Identity, Report, draft, form, json};
use kernel::OrganCode;
use serde_json::{Value, json as data};
use web::{Ctx, Result};

use super::rows::{self, Judged};

/// A report with what came of its identities.
#[derive(Debug, Clone)]
pub struct Stored {
    pub report: Report,
    pub identities: Vec<Identity>,
}

/// The newest version of a year's report as the office keeps it: of an organ, or the county's summary. `None` when there is none.
///
/// # Errors
/// When the database fails.
pub async fn stored(ctx: &Ctx, organ: Option<&OrganCode>, year: i16) -> Result<Option<Stored>> {
    let office = ctx.office_organ();
    let (code, scope) = organ.map_or((&office, "county"), |code| (code, "own"));
    let Some(row) = rows::of(ctx.db().read(), code, i64::from(year), scope).await? else { return Ok(None) };
    let others = rows::two_years(ctx.db().read(), i64::from(year)).await?;
    let Judged { report, identities } = rows::judged(&row, &others, &ctx.directory());
    Ok(Some(Stored { report, identities }))
}

impl Stored {
    /// As other programs read it.
    pub fn to_json(&self) -> Value {
        let mut value = json::to_value(&self.report);
        let number = |identity: &Identity, left: bool| {
            identity.breaches.first().map(|breach| if left { breach.left.to_json() } else { breach.right.to_json() })
        };
        let identities: Vec<Value> = self
            .identities
            .iter()
            .map(|identity| {
                data!({
                    "id": identity.id, "name": identity.rule, "holds": identity.holds,
                    "left": number(identity, true), "right": number(identity, false), "message": identity.message,
                })
            })
            .collect();
        value["identities"] = Value::Array(identities);
        let chapter = |(number, title): (usize, &&str)| {
            let text = if number == 0 { draft::sentences(&self.report) } else { String::new() };
            data!({ "title": title, "text": text })
        };
        value["chapters"] = Value::Array(form::CHAPTERS.iter().enumerate().map(chapter).collect());
        value
    }
}
