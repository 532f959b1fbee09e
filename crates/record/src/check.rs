//! The checks of an item over rows that are about to be written, with what must be known of other records read before.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use futures::TryStreamExt;
use item::{Decimal, Item, ItemKey, Rule, Severity, Value};
use jiff::civil::Date;
use kernel::{Calendar, OrganCode};
use record_check::{Breach, Elsewhere, Row};
use store::query_as;
use web::{Ctx, FormErrors};

use crate::{
    batch::field_of,
    values::{self, Data},
    write::{Before, NewRow, existing},
};

/// Most records of another item that a check takes into account: items that are compared are tables of figures.
const MOST: i64 = 100_000;

/// What the checks found.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub breaches: Vec<Breach>,
    /// Public records that have the keys of a row, by their digest.
    pub before: HashMap<String, Before>,
}

impl Checked {
    /// What is rejected, as errors of a form; `None` = nothing.
    pub(crate) fn errors(&self, rows: usize) -> Option<FormErrors> {
        let mut errors = FormErrors::new();
        for breach in self.breaches.iter().filter(|breach| breach.severity == Severity::Reject) {
            errors.add(&field_of(breach.row, &breach.column, rows), breach.message.clone());
        }
        (!errors.is_empty()).then_some(errors)
    }
}

/// Checks rows of an item that belong to this organ. With `update` a row may have the keys of a public record: it takes its place.
///
/// # Errors
/// When the database fails.
pub(crate) async fn check(
    ctx: &Ctx,
    item: &Arc<Item>,
    organ: &OrganCode,
    rows: &[NewRow],
    update: bool,
) -> web::Result<Checked> {
    let keyed: Vec<String> = rows.iter().map(|row| values::keyed(item, &row.values)).collect();
    let before = existing(ctx, item, keyed.iter().map(String::as_str)).await?;
    let known = Known::read(ctx, item, organ, (!update).then_some(&before)).await?;
    let (item, today) = (Arc::clone(item), ctx.today());
    let rows: Vec<(u32, values::Values)> = rows.iter().map(|row| (row.number, row.values.clone())).collect();
    // Some hundred thousand rows: not on a thread that answers others.
    let checked = tokio::task::spawn_blocking(move || {
        let rows: Vec<Row<'_>> = rows.iter().map(|(number, values)| Row { number: *number, values }).collect();
        record_check::check(&item, &rows, today, &known)
    });
    let breaches = checked.await.map_err(|error| web::Error::internal(format!("checks of records: {error}")))?;
    Ok(Checked { breaches, before })
}

/// What lies elsewhere, in memory.
struct Known {
    calendar: Arc<Calendar>,
    keyed: HashSet<String>,
    /// Public records by the key of their item.
    tables: HashMap<String, Vec<Data>>,
}

impl Known {
    async fn read(
        ctx: &Ctx,
        item: &Item,
        organ: &OrganCode,
        before: Option<&HashMap<String, Before>>,
    ) -> web::Result<Self> {
        let mut tables = HashMap::new();
        for (key, own) in asked(item) {
            let organ = if own { organ.as_str() } else { "" };
            tables.insert(key.clone(), table(ctx, &key, organ).await?);
        }
        let keyed = before.map(|before| before.keys().cloned().collect()).unwrap_or_default();
        Ok(Self { calendar: ctx.calendar(), keyed, tables })
    }
}

/// Items whose records the checks of an item ask for, by key, and whether only those of the own organ.
fn asked(item: &Item) -> BTreeMap<String, bool> {
    let mut asked = BTreeMap::new();
    let mut all = BTreeSet::new();
    for check in &item.checks {
        match &check.rule {
            Rule::SameAs { item: other, .. } => {
                asked.insert(other.clone(), true);
            }
            Rule::SumOf { item: other, .. } => {
                all.insert(other.clone());
            }
            Rule::Carries { .. } | Rule::Jump { .. } => {
                asked.insert(item.key.to_string(), true);
            }
            _ => {}
        }
    }
    for other in all {
        asked.entry(other).or_insert(false);
    }
    asked
}

/// The public records of an item; of all organs where none is named.
async fn table(ctx: &Ctx, item: &str, organ: &str) -> web::Result<Vec<Data>> {
    if ItemKey::new(item).is_none() {
        return Ok(Vec::new());
    }
    let rows = query_as::<(Data,)>(
        "SELECT data FROM record WHERE item = $1 AND state = 'public' AND ($2 = '' OR organ = $2) \
         ORDER BY sort_on DESC, id DESC LIMIT $3",
    )
    .bind(item)
    .bind(organ)
    .bind(MOST)
    .fetch(ctx.db().read());
    Ok(rows.map_ok(|(data,)| data).try_collect().await?)
}

impl Elsewhere for Known {
    fn sum(&self, item: &str, column: &str, by: &[(String, Value)]) -> Option<Decimal> {
        let wanted: Vec<(&str, String)> =
            by.iter().map(|(key, value)| (key.as_str(), values::text_of(value))).collect();
        let rows = self.tables.get(item)?;
        let fitting = rows.iter().filter(|data| wanted.iter().all(|(key, text)| data.get(key) == text));
        let figures = fitting.filter_map(|data| data.get(column).parse::<Decimal>().ok());
        figures.fold(None, |sum, figure| sum.unwrap_or(Decimal::ZERO).checked_add(figure).or(sum))
    }

    fn has(&self, keys: &[Value]) -> bool {
        let folded: Vec<String> = keys.iter().map(|value| crate::slots::folded(&values::text_of(value))).collect();
        self.keyed.contains(&values::key_digest(&folded))
    }

    fn working_days(&self, from: Date, to: Date) -> Option<u32> {
        let days = self.calendar.working_days_between(from, to).ok()?;
        u32::try_from(days).ok()
    }
}
