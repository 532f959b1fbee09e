//! The board (任务台账): rows of the projection by filter and order, counted and listed by the database. Nothing here reads
//! facts; a page asks the same few questions whatever the number of shares.

mod facets;
mod filter;

use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use jiff::civil::Date;
use kernel::{OrganCode, id::DutyId};
use store::{
    Db, FromRow, Result,
    sql::{By, List, Page},
};

pub use facets::{Place, SourceLine, organs, places, source_of_id, source_title, sources, tally_by_source};
pub use filter::{Filter, Rows, Wanted, Word};

use crate::{
    model::{OwnerRole, State, Tally},
    project,
    source::SourceKey,
};

/// By what rows are ordered; what wants doing stands first where dates decide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Due date; what has ended or has no date comes last, whichever way.
    #[default]
    Due,
    /// Place in the source.
    Place,
    Organ,
    /// How far it has come.
    State,
}

/// The order of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Order {
    /// What decides first.
    pub sort: Sort,
    /// Largest or latest first.
    pub descending: bool,
    /// Kept together by this before anything else.
    pub group: Option<Sort>,
}

/// Names of the orders, by [`Order::group`], sort and direction: a place in one order is none in another.
const NAMES: [[&str; 8]; 3] = [
    ["due", "due-", "place", "place-", "organ", "organ-", "state", "state-"],
    ["p.due", "p.due-", "p.place", "p.place-", "p.organ", "p.organ-", "p.state", "p.state-"],
    ["o.due", "o.due-", "o.place", "o.place-", "o.organ", "o.organ-", "o.state", "o.state-"],
];

impl Order {
    fn name(self) -> &'static str {
        let group = match self.group {
            Some(Sort::Place) => 1,
            Some(Sort::Organ) => 2,
            _ => 0,
        };
        NAMES[group][self.sort as usize * 2 + usize::from(self.descending)]
    }

    fn by(self, rows: Rows) -> Vec<By> {
        let way = |expression| if self.descending { By::down(expression) } else { By::up(expression) };
        // Of one duty, who leads stands first, whichever way.
        let (organ, rest): (_, &[By]) = match rows {
            Rows::Shares => ("a.organ", &[By::up("a.part"), By::up("a.organ")]),
            Rows::Duties => ("a.lead", &[]),
        };
        let place = ["a.source_kind", "a.source_id", "a.place_order", "a.position"];
        let mut by = match self.group {
            Some(Sort::Place) => place[..3].iter().map(|expression| By::up(expression)).collect(),
            Some(Sort::Organ) => vec![By::up(organ)],
            _ => Vec::new(),
        };
        match self.sort {
            Sort::Due => by.extend([By::up("a.rank"), way("a.due_on")]),
            Sort::Place => {}
            Sort::Organ => by.push(way(organ)),
            Sort::State => by.push(way("a.state")),
        }
        by.extend(place.map(way));
        by.extend(rest);
        by
    }
}

/// One row: a share, or a duty with all its organs.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
struct Row {
    id: String,
    duty: DutyId,
    source_kind: String,
    source_id: String,
    source_title: String,
    year: i64,
    place: String,
    place_label: String,
    place_title: String,
    place_part: String,
    text: String,
    measure: String,
    due_words: String,
    visibility: String,
    organ: OrganCode,
    part: i64,
    shares: i64,
    organs: i64,
    confirmed: i64,
    state: i64,
    overdue: bool,
    ended: bool,
    due_on: String,
    period: String,
    notes: i64,
    evidence: i64,
}

/// A row of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The share, or the duty.
    pub id: String,
    pub duty: DutyId,
    pub source_kind: String,
    pub source_id: String,
    pub source_title: String,
    pub year: i64,
    /// Place in the source.
    pub place: String,
    /// Number of the place as printed in the source: 一（二）.
    pub place_label: String,
    pub place_title: String,
    /// Larger part of the source.
    pub place_part: String,
    /// Words of the duty.
    pub text: String,
    /// What counts as done.
    pub measure: String,
    /// Date or cadence as written.
    pub due_words: String,
    pub public: bool,
    /// The organ to which it was issued; of a duty the one that leads.
    pub organ: OrganCode,
    /// Its part; `None` for a duty.
    pub role: Option<OwnerRole>,
    /// Number of shares; 1 for a share.
    pub shares: i64,
    /// Organs that answer for the duty, and of these confirmed; 0 for a share.
    pub organs: (i64, i64),
    /// How far it has come.
    pub state: State,
    /// Whether something is overdue.
    pub overdue: bool,
    /// Whether it has ended.
    pub ended: bool,
    /// The date that counts now.
    pub due_on: Option<Date>,
    /// The period that counts now; empty for a duty.
    pub period: String,
    /// Number of progress notes.
    pub notes: i64,
    /// Number of pieces of evidence that were not taken back.
    pub evidence: i64,
}

impl Line {
    /// Word for the chip; the same as of the standing, or of the roll-up, that it comes from.
    pub fn word(&self) -> String {
        match (self.ended, self.overdue, self.state) {
            (true, _, State::Confirmed) if self.role.is_some() => "已办结".into(),
            (true, _, _) => "已终止".into(),
            (_, true, State::Issued | State::InProgress) => "逾期".into(),
            (_, true, state) => format!("逾期·{}", state.label()),
            (_, _, state) => state.label().into(),
        }
    }

    pub fn source(&self) -> SourceKey {
        SourceKey::new(&self.source_kind, &self.source_id)
    }

    /// Heading of the place: label and title.
    pub fn place_name(&self) -> String {
        crate::place::headed(&self.place_label, &self.place_title)
    }
}

impl From<Row> for Line {
    fn from(row: Row) -> Self {
        Self {
            role: project::role(row.part),
            public: row.visibility == "public",
            state: project::state(row.state),
            due_on: row.due_on.parse().ok(),
            organs: (row.organs, row.confirmed),
            id: row.id,
            duty: row.duty,
            source_kind: row.source_kind,
            source_id: row.source_id,
            source_title: row.source_title,
            year: row.year,
            place: row.place,
            place_label: row.place_label,
            place_title: row.place_title,
            place_part: row.place_part,
            text: row.text,
            measure: row.measure,
            due_words: row.due_words,
            organ: row.organ,
            shares: row.shares,
            overdue: row.overdue,
            ended: row.ended,
            period: row.period,
            notes: row.notes,
            evidence: row.evidence,
        }
    }
}

macro_rules! columns {
    ($own:literal) => {
        concat!(
            $own,
            ", a.duty, a.source_kind, a.source_id, s.title AS source_title, s.year, d.place, d.place_label, d.place_title, \
             d.place_part, d.text, d.measure, d.due_words, d.visibility, a.state, a.overdue, a.ended, a.due_on, a.notes, \
             a.evidence"
        )
    };
}

macro_rules! with_words {
    ($projection:literal) => {
        concat!(
            $projection,
            " a JOIN duty d ON d.id = a.duty JOIN duty_source s ON s.kind = a.source_kind AND s.id = a.source_id"
        )
    };
}

/// The rows on a day, in one order.
fn list(rows: Rows, filter: &Filter, order: Order, today: Date) -> List {
    let list = match rows {
        Rows::Shares => List::new(
            columns!("a.share AS id, a.organ, a.part, 1 AS shares, 0 AS organs, 0 AS confirmed, a.period"),
            with_words!("share_standing"),
            "a.share",
        ),
        Rows::Duties => List::new(
            columns!("a.duty AS id, a.lead AS organ, -1 AS part, a.shares, a.organs, a.confirmed, '' AS period"),
            with_words!("duty_standing"),
            "a.duty",
        ),
    };
    filter.on(list.sort(order.name(), &order.by(rows)), rows, today)
}

/// A page of rows on a day: after (or before) the place that `after` names, at most `limit`.
///
/// # Errors
/// When the database fails, or the place cannot be read.
pub async fn page(
    db: &Db,
    rows: Rows,
    filter: &Filter,
    order: Order,
    today: Date,
    (after, limit): (&str, usize),
) -> Result<Page<Line>> {
    let found: Page<Row> = list(rows, filter, order, today).page(db, None, Some(after), limit).await?;
    let Page { rows, next, previous, sort } = found;
    Ok(Page { rows: rows.into_iter().map(Line::from).collect(), next, previous, sort })
}

/// All rows on a day, one after another: for exports, whose memory does not grow with their number.
pub fn stream<'e>(db: &'e Db, rows: Rows, filter: &Filter, order: Order, today: Date) -> BoxStream<'e, Result<Line>> {
    list(rows, filter, order, today).export::<Row>(db, None).map_ok(Line::from).boxed()
}

/// All rows on a day.
pub async fn all(db: &Db, rows: Rows, filter: &Filter, order: Order, today: Date) -> Result<Vec<Line>> {
    stream(db, rows, filter, order, today).try_collect().await
}

/// The words of every duty that was issued, for what looks through all of them by itself.
pub async fn words(db: &Db) -> Result<Vec<(DutyId, String)>> {
    store::query_as("SELECT id, text FROM duty WHERE issued_at <> '' ORDER BY issued_at DESC, id")
        .fetch_all(db.read())
        .await
}

/// How many rows there are, and how the running ones stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// All rows, ended ones too.
    pub rows: i64,
    /// How those that have not ended stand.
    pub tally: Tally,
}

#[derive(FromRow)]
struct Group {
    ended: bool,
    state: i64,
    overdue: bool,
    many: i64,
}

/// Counts the rows on a day, exactly, in one question.
pub async fn figures(db: &Db, rows: Rows, filter: &Filter, today: Date) -> Result<Figures> {
    let columns = "a.ended, a.state, a.overdue, COUNT(*) AS many";
    let list = match rows {
        Rows::Shares => List::new(columns, "share_standing a", "a.overdue"),
        Rows::Duties => List::new(columns, "duty_standing a", "a.overdue"),
    };
    let list = list.group_by("a.ended, a.state, a.overdue").sort("", &[By::up("a.ended"), By::up("a.state")]);
    let groups: Vec<Group> = filter.on(list, rows, today).export(db, None).try_collect().await?;
    let mut figures = Figures::default();
    for group in groups {
        figures.rows += group.many;
        if !group.ended {
            let many = u32::try_from(group.many).unwrap_or(u32::MAX);
            figures.tally.add_many(project::state(group.state), group.overdue, many);
        }
    }
    Ok(figures)
}
