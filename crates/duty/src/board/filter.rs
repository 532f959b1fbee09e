//! Which rows of the board, as conditions in SQL. Fragments are literals; what people typed is bound.

use jiff::civil::Date;
use kernel::OrganCode;
use store::{
    Value,
    sql::{List, anywhere},
};

use crate::{
    model::{OwnerRole, State},
    project,
    source::SourceKey,
};

/// Which states are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    State(State),
    /// Everything that runs and is not confirmed.
    Open,
}

/// A word to be found in the words of a duty, in the heading of its place, or in the name of an organ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As typed.
    pub text: String,
    /// The organs whose name contains it.
    pub organs: Vec<OrganCode>,
}

/// Which rows. Empty parts do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only what has to do with these organs (as issued): for people who see their own alone.
    pub within: Option<Vec<OrganCode>>,
    /// Also of sources that no longer run.
    pub closed: bool,
    pub source: Option<SourceKey>,
    /// Sources of one kind.
    pub kind: Option<String>,
    /// Sources of one year.
    pub year: Option<i64>,
    /// One place of the source.
    pub place: Option<String>,
    /// One larger part of the source.
    pub part: Option<String>,
    /// Shares of any of these organs (as issued).
    pub organs: Option<Vec<OrganCode>>,
    pub state: Option<Wanted>,
    /// Only what is overdue.
    pub overdue: bool,
    /// Only what has no date.
    pub undated: bool,
    /// The part that the organ has (any organ, where none is asked for).
    pub role: Option<OwnerRole>,
    /// Due on or after.
    pub from: Option<Date>,
    /// Due on or before.
    pub to: Option<Date>,
    /// All of these words.
    pub words: Vec<Word>,
    /// Only these shares or duties, by their ids.
    pub ids: Option<Vec<String>>,
}

/// Whether a row stands for a share or for a duty with all its organs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// One row for each organ's share.
    Shares,
    /// One row for each duty.
    Duties,
}

impl Filter {
    /// The list with the conditions of this filter over the projection `a` on a day.
    pub(super) fn on(&self, mut list: List, rows: Rows, today: Date) -> List {
        let day = Value::from(today.to_string());
        list = list.with("a.from_day <= ? AND a.until_day >= ?", day);
        if !self.closed {
            list = list.given("a.running = 1");
        }
        for organs in [&self.within, &self.organs].into_iter().flatten() {
            list = match rows {
                Rows::Shares => list.with_list("a.organ IN ({})", Vec::new(), organs),
                Rows::Duties => {
                    list.with_list("a.duty IN (SELECT duty FROM duty_share WHERE organ IN ({}))", Vec::new(), organs)
                }
            };
        }
        if let Some(ids) = &self.ids {
            list = match rows {
                Rows::Shares => list.with_list("a.share IN ({}) OR a.duty IN ({})", Vec::new(), ids),
                Rows::Duties => list.with_list("a.duty IN ({})", Vec::new(), ids),
            };
        }
        let (kind, id) = self.source.as_ref().map(|key| (&key.kind, &key.id)).unzip();
        list = list
            .equals("a.source_id", id)
            .equals("a.source_kind", kind)
            .equals("a.source_kind", self.kind.as_ref())
            .with(
                "EXISTS (SELECT 1 FROM duty_source y WHERE y.kind = a.source_kind AND y.id = a.source_id AND y.year = ?)",
                self.year,
            )
            .with("a.duty IN (SELECT id FROM duty WHERE place = ?)", self.place.as_ref())
            .with("a.duty IN (SELECT id FROM duty WHERE place_part = ?)", self.part.as_ref())
            .at_least("a.due_on", self.from.map(|day| day.to_string()))
            .with("a.due_on <> '' AND a.due_on <= ?", self.to.map(|day| day.to_string()));
        list = match self.state {
            Some(Wanted::State(State::Confirmed)) => list.equals("a.state", project::number(State::Confirmed)),
            // What has ended is shown as ended, whatever it was before.
            Some(Wanted::State(state)) => list.equals("a.state", project::number(state)).given("a.ended = 0"),
            Some(Wanted::Open) => list.with("a.ended = 0 AND a.state <> ?", project::number(State::Confirmed)),
            None => list,
        };
        if self.undated {
            list = list.given("a.due_on = ''");
        }
        list = self.with_role(list, rows);
        if self.overdue {
            list = list.given("a.overdue = 1");
        }
        self.words.iter().fold(list, |list, word| word.on(list, rows))
    }
}

impl Filter {
    /// The organ's part; of a duty with all its organs, that one of them (or one of those asked for) has it.
    fn with_role(&self, list: List, rows: Rows) -> List {
        let Some(role) = self.role else { return list };
        match (rows, &self.organs) {
            (Rows::Shares, _) => list.equals("a.part", project::part(role)),
            (Rows::Duties, None) => {
                list.with("a.duty IN (SELECT duty FROM share_standing WHERE part = ?)", project::part(role))
            }
            (Rows::Duties, Some(organs)) => list.with_list(
                "a.duty IN (SELECT duty FROM share_standing WHERE part = ? AND organ IN ({}))",
                vec![project::part(role).into()],
                organs,
            ),
        }
    }
}

impl Word {
    fn on(&self, list: List, rows: Rows) -> List {
        let pattern = Value::from(anywhere(&self.text.to_lowercase()));
        let organs = match rows {
            Rows::Shares => {
                "a.duty IN (SELECT id FROM duty WHERE LOWER(text) LIKE ? ESCAPE '\\' \
                 OR LOWER(place_label || ' ' || place_title) LIKE ? ESCAPE '\\') OR a.organ IN ({})"
            }
            Rows::Duties => {
                "a.duty IN (SELECT id FROM duty WHERE LOWER(text) LIKE ? ESCAPE '\\' \
                 OR LOWER(place_label || ' ' || place_title) LIKE ? ESCAPE '\\') OR a.lead IN ({})"
            }
        };
        list.with_list(organs, vec![pattern.clone(), pattern], &self.organs)
    }
}
