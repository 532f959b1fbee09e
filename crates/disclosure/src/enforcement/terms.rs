//! The terms within which decisions become public: which items have one, and its last day from the day of the decision.

use std::{collections::HashMap, sync::Arc};

use clock::{Readings, Rule, Run};
use item::{Item, LimitKind};
use jiff::civil::Date;
use record::items;
use web::{Ctx, Result};

use crate::catalogue::limits;

/// The domain of enforcement in the catalogue.
pub(super) const DOMAIN: &str = "enforcement";

/// An item whose records have a term from their own day.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) item: Arc<Item>,
    pub(super) rule: Rule,
    /// As the catalogue prints it.
    pub(super) printed: String,
}

/// Items of enforcement with a term: permits and penalties seven working days, others twenty.
///
/// # Errors
/// When the database fails.
pub(super) async fn all(ctx: &Ctx) -> Result<Vec<Term>> {
    let readings = ctx.settings::<Readings>();
    let found = items::all(ctx).await?;
    let term = |item: &Item| {
        let limit = item.limits.iter().find(|limit| {
            limit.kind == LimitKind::Within && !limit.column.is_empty() && limit.column == item.newest_by
        })?;
        let rule = limits::rule_of(limit, &readings)?;
        Some(Term { item: Arc::new(item.clone()), rule, printed: limit.printed.clone() })
    };
    Ok(found.iter().filter(|item| item.domain.key == DOMAIN && item.is_table()).filter_map(term).collect())
}

/// The term of this item.
///
/// # Errors
/// When the database fails.
pub(super) async fn of(ctx: &Ctx, item: &str) -> Result<Option<Term>> {
    Ok(all(ctx).await?.into_iter().find(|term| term.item.key.as_str() == item))
}

impl Term {
    /// Counted from the day of a decision; `None` where it cannot be counted.
    pub(super) fn run(&self, ctx: &Ctx, decided: Date) -> Option<Run> {
        clock::probable(&self.rule, decided, &[], 0, &ctx.calendar()).ok()
    }
}

/// Last days that were counted already: a year has few days and many decisions.
#[derive(Debug, Default)]
pub(super) struct Counted(HashMap<(String, String), Option<Date>>);

impl Counted {
    /// The last day for a decision of this day, as the database holds it.
    pub(super) fn due(&mut self, ctx: &Ctx, term: &Term, decided: &str) -> Option<Date> {
        let key = (term.item.key.to_string(), decided.to_owned());
        *self.0.entry(key).or_insert_with(|| {
            let day = decided.parse().ok()?;
            term.run(ctx, day).map(|run| run.due().date())
        })
    }
}
