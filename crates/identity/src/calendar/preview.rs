//! What a change of the calendar does, told before it is recorded: days that were recorded otherwise, and periods that end on
//! another day.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::{
    Calendar,
    calendar::{Special, weekday},
};
use web::{
    Ctx, Result,
    periods::{self, Moved},
};

/// A day that was recorded otherwise, or that counted as known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) day: Date,
    pub(super) before: &'static str,
    pub(super) after: &'static str,
}

impl Changed {
    /// 2026-10-10（周六）.
    pub(super) fn day(&self) -> String {
        format!("{}（{}）", self.day, weekday(self.day))
    }
}

/// What a change does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Preview {
    pub(super) changed: Vec<Changed>,
    pub(super) moved: Vec<Moved>,
    /// [`Calendar::version`] of what would be: who confirms it has seen just this.
    pub(super) version: String,
}

/// Periods that are listed; of more the number is told.
const MOST: usize = 100;

impl Preview {
    pub(super) async fn of(ctx: &Ctx, after: &Calendar) -> Result<Self> {
        let before = ctx.calendar();
        let changed = changed(&before, after);
        let moved = periods::moved(ctx, &before, after).await?;
        Ok(Self { changed, moved, version: after.version() })
    }

    /// Whether it does nothing that somebody should see before.
    pub(super) fn is_quiet(&self) -> bool {
        self.changed.is_empty() && self.moved.is_empty()
    }

    /// The periods that are listed.
    pub(super) fn listed(&self) -> &[Moved] {
        &self.moved[..self.moved.len().min(MOST)]
    }

    /// How many are not.
    pub(super) fn more(&self) -> usize {
        self.moved.len().saturating_sub(MOST)
    }
}

/// What a day is, in a word.
fn word(calendar: &Calendar, day: Date) -> &'static str {
    if calendar.is_probably_working(day) { "上班" } else { "休息" }
}

fn changed(before: &Calendar, after: &Calendar) -> Vec<Changed> {
    let (old, new): (BTreeMap<Date, Special>, BTreeMap<Date, Special>) =
        (before.special_days().collect(), after.special_days().collect());
    let days: std::collections::BTreeSet<Date> = old.keys().chain(new.keys()).copied().collect();
    let told = |day: Date| {
        let (was, is) = (word(before, day), word(after, day));
        // What nobody knew yet changes nothing that was said.
        let said = before.known(day).is_ok() || old.contains_key(&day);
        (said && was != is).then_some(Changed { day, before: was, after: is })
    };
    days.into_iter().filter_map(told).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn only_days_that_were_known_count_as_changed() {
        let before = Calendar::bundled();
        let mut after = before.clone();
        after.extend(
            [
                (date(2026, 10, 10), Special::Off),
                (date(2026, 12, 7), Special::Off),
                // A Saturday off is what it was, 2027 was not known.
                (date(2026, 12, 5), Special::Off),
                (date(2027, 1, 1), Special::Off),
            ],
            None,
        );
        let told: Vec<(String, &str, &str)> =
            changed(&before, &after).into_iter().map(|one| (one.day(), one.before, one.after)).collect();
        assert_eq!(
            told,
            [("2026-10-10（周六）".to_owned(), "上班", "休息"), ("2026-12-07（周一）".to_owned(), "上班", "休息")]
        );
        assert!(changed(&before, &before).is_empty());
        // What was entered for a year that is not whole was said, too.
        let mut taken_back = after.clone();
        taken_back.extend([(date(2027, 1, 1), Special::Worked)], None);
        assert_eq!(changed(&after, &taken_back).len(), 1);
    }
}
