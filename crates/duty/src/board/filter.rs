//! Which rows of the board, as conditions in SQL. Fragments are literals; what people typed is bound.

use jiff::civil::Date;
use kernel::OrganCode;
use store::Value;

use crate::{model::State, project};

/// Which states are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// This one.
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
    /// Id of one source.
    pub source: Option<String>,
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
    /// State.
    pub state: Option<Wanted>,
    /// Only what is overdue.
    pub overdue: bool,
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

impl Rows {
    /// The projection, under the name `a`.
    pub(super) fn table(self) -> &'static str {
        match self {
            Self::Shares => "share_standing a",
            Self::Duties => "duty_standing a",
        }
    }
}

/// A growing condition with its values.
#[derive(Debug, Clone, Default)]
pub(super) struct Condition {
    parts: Vec<String>,
    pub(super) values: Vec<Value>,
}

impl Condition {
    pub(super) fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    pub(super) fn add(&mut self, part: impl Into<String>) {
        self.parts.push(part.into());
    }

    /// `column = value`.
    fn equals(&mut self, column: &'static str, value: impl Into<Value>) {
        let place = self.bind(value);
        self.add(format!("{column} = {place}"));
    }

    /// `($1, $2, …)`; nothing at all means nothing, not everything.
    fn list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> String {
        let places: Vec<String> = values.into_iter().map(|value| self.bind(value)).collect();
        if places.is_empty() { "(NULL)".to_owned() } else { format!("({})", places.join(", ")) }
    }

    pub(super) fn sql(&self) -> String {
        self.parts.join(" AND ")
    }
}

impl Filter {
    /// The condition over the projection `a` on a day.
    pub(super) fn condition(&self, rows: Rows, today: Date) -> Condition {
        let mut all = Condition::default();
        let day = all.bind(today.to_string());
        all.add(format!("a.from_day <= {day} AND a.until_day >= {day}"));
        if !self.closed {
            all.add("a.running = 1");
        }
        for organs in [&self.within, &self.organs].into_iter().flatten() {
            let list = all.list(organs);
            all.add(match rows {
                Rows::Shares => format!("a.organ IN {list}"),
                Rows::Duties => format!("a.duty IN (SELECT duty FROM duty_share WHERE organ IN {list})"),
            });
        }
        if let Some(ids) = &self.ids {
            let list = all.list(ids);
            all.add(match rows {
                Rows::Shares => format!("(a.share IN {list} OR a.duty IN {list})"),
                Rows::Duties => format!("a.duty IN {list}"),
            });
        }
        if let Some(source) = &self.source {
            all.equals("a.source_id", source);
        }
        if let Some(kind) = &self.kind {
            all.equals("a.source_kind", kind);
        }
        if let Some(year) = self.year {
            let year = all.bind(year);
            all.add(format!(
                "EXISTS (SELECT 1 FROM duty_source y WHERE y.kind = a.source_kind AND y.id = a.source_id AND y.year = {year})"
            ));
        }
        for (column, value) in [("place", &self.place), ("place_part", &self.part)] {
            if let Some(value) = value {
                let value = all.bind(value);
                all.add(format!("a.duty IN (SELECT id FROM duty WHERE {column} = {value})"));
            }
        }
        match self.state {
            Some(Wanted::State(state)) => all.equals("a.state", project::number(state)),
            Some(Wanted::Open) => {
                all.add(format!("a.ended = 0 AND a.state <> {}", project::number(State::Confirmed)));
            }
            None => {}
        }
        if self.overdue {
            all.add("a.overdue = 1");
        }
        if let Some(from) = self.from {
            let from = all.bind(from.to_string());
            all.add(format!("a.due_on >= {from}"));
        }
        if let Some(to) = self.to {
            let to = all.bind(to.to_string());
            all.add(format!("a.due_on <> '' AND a.due_on <= {to}"));
        }
        for word in &self.words {
            self.word(&mut all, rows, word);
        }
        all
    }

    fn word(&self, all: &mut Condition, rows: Rows, word: &Word) {
        let pattern = all.bind(store::anywhere(&word.text.to_lowercase()));
        let text = format!(
            "a.duty IN (SELECT id FROM duty WHERE LOWER(text) LIKE {pattern} ESCAPE '\\' \
             OR LOWER(place_label || ' ' || place_title) LIKE {pattern} ESCAPE '\\')"
        );
        if word.organs.is_empty() {
            all.add(text);
            return;
        }
        let organs = all.list(&word.organs);
        let named = match rows {
            Rows::Shares => format!("a.organ IN {organs}"),
            Rows::Duties => format!("a.lead IN {organs}"),
        };
        all.add(format!("({text} OR {named})"));
    }
}
