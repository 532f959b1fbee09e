//! The board (任务台账): rows of the projection by filter and order, counted and listed by the database. Nothing here reads
//! facts; a page asks the same few questions whatever the number of shares.

mod facets;
mod filter;

use futures::stream::BoxStream;
use jiff::civil::Date;
use kernel::{OrganCode, id::DutyId};
use store::{Db, FromRow, Result, built, query_as};

pub use facets::{Place, SourceLine, organs, places, source_title, sources, tally_by_source};
pub use filter::{Filter, Rows, Wanted, Word};

use crate::{
    model::{OwnerRole, State, Tally},
    project,
};

/// By what rows are ordered; what wants doing stands first where dates decide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Due date; what has ended or has no date comes last, whichever way.
    #[default]
    Due,
    /// Place in the source.
    Place,
    /// Organ.
    Organ,
    /// How far it has come.
    State,
}

/// The order of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub sort: Sort,
    /// From the end.
    pub descending: bool,
    /// Kept together by this before anything else.
    pub group: Option<Sort>,
}

impl Order {
    fn sql(self, rows: Rows) -> String {
        // Of one duty, who leads stands first, whichever way.
        let (organ, rest) = match rows {
            Rows::Shares => ("a.organ", "a.part, a.organ, a.share"),
            Rows::Duties => ("a.lead", "a.duty"),
        };
        let way = if self.descending { " DESC" } else { "" };
        let place = format!("a.source_id{way}, a.place_order{way}, a.position{way}, {rest}");
        let sort = match self.sort {
            Sort::Due => format!("a.rank, a.due_on{way}, {place}"),
            Sort::Place => place,
            Sort::Organ => format!("{organ}{way}, {place}"),
            Sort::State => format!("a.state{way}, {place}"),
        };
        match self.group {
            Some(Sort::Place) => format!("a.source_id, a.place_order, {sort}"),
            Some(Sort::Organ) => format!("{organ}, {sort}"),
            _ => sort,
        }
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
    /// The duty.
    pub duty: DutyId,
    /// Kind of the source.
    pub source_kind: String,
    /// The source.
    pub source_id: String,
    /// Its title.
    pub source_title: String,
    /// Its year.
    pub year: i64,
    /// Place in the source.
    pub place: String,
    /// As printed.
    pub place_label: String,
    /// Its title.
    pub place_title: String,
    /// Larger part of the source.
    pub place_part: String,
    /// Words of the duty.
    pub text: String,
    /// What counts as done.
    pub measure: String,
    /// Date or cadence as written.
    pub due_words: String,
    /// Whether the public sees it.
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

    /// Heading of the place: label and title.
    pub fn place_name(&self) -> String {
        format!("{} {}", self.place_label, self.place_title).trim().to_owned()
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

const COLUMNS: &str = "a.duty, a.source_kind, a.source_id, s.title AS source_title, s.year, d.place, d.place_label, \
                       d.place_title, d.place_part, d.text, d.measure, d.due_words, d.visibility, a.state, a.overdue, \
                       a.ended, a.due_on, a.notes, a.evidence";

fn select(rows: Rows) -> String {
    let own = match rows {
        Rows::Shares => "a.share AS id, a.organ, a.part, 1 AS shares, 0 AS organs, 0 AS confirmed, a.period",
        Rows::Duties => "a.duty AS id, a.lead AS organ, -1 AS part, a.shares, a.organs, a.confirmed, '' AS period",
    };
    format!(
        "SELECT {own}, {COLUMNS} FROM {} JOIN duty d ON d.id = a.duty \
         JOIN duty_source s ON s.kind = a.source_kind AND s.id = a.source_id",
        rows.table()
    )
}

/// Rows on a day, from `skip` on.
///
/// # Errors
/// When the database fails.
pub async fn lines(
    db: &Db,
    rows: Rows,
    filter: &Filter,
    order: Order,
    today: Date,
    (skip, limit): (i64, i64),
) -> Result<Vec<Line>> {
    let mut all = filter.condition(rows, today);
    let (limit, skip) = (all.bind(limit), all.bind(skip));
    // SQL: literals of this module and places; every value is bound.
    let sql = format!("{} WHERE {} ORDER BY {} LIMIT {limit} OFFSET {skip}", select(rows), all.sql(), order.sql(rows));
    let found: Vec<Row> = query_as(built(sql)).bind_all(all.values).fetch_all(db.read()).await?;
    Ok(found.into_iter().map(Line::from).collect())
}

/// All rows on a day, one after another: for exports, whose memory does not grow with their number.
pub fn stream(db: &Db, rows: Rows, filter: &Filter, order: Order, today: Date) -> BoxStream<'static, Result<Line>> {
    use futures::StreamExt;

    let all = filter.condition(rows, today);
    // SQL: literals of this module and places; every value is bound.
    let sql = format!("{} WHERE {} ORDER BY {}", select(rows), all.sql(), order.sql(rows));
    let reader = db.read().clone();
    let (mut sender, received) = futures::channel::mpsc::channel(64);
    let work = async move {
        use futures::SinkExt;
        let mut found = query_as::<Row>(built(sql)).bind_all(all.values).fetch(&reader);
        while let Some(row) = found.next().await {
            if sender.send(row.map(Line::from)).await.is_err() {
                break;
            }
        }
    };
    let work = futures::stream::once(work).filter_map(|()| std::future::ready(None));
    futures::stream::select(received, work).boxed()
}

/// How many rows there are, and how the running ones stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// All rows, ended ones too.
    pub rows: i64,
    /// The running ones.
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
///
/// # Errors
/// When the database fails.
pub async fn figures(db: &Db, rows: Rows, filter: &Filter, today: Date) -> Result<Figures> {
    let all = filter.condition(rows, today);
    // SQL: literals of this module and places; every value is bound.
    let sql = format!(
        "SELECT a.ended, a.state, a.overdue, COUNT(*) AS many FROM {} WHERE {} GROUP BY a.ended, a.state, a.overdue",
        rows.table(),
        all.sql()
    );
    let groups: Vec<Group> = query_as(built(sql)).bind_all(all.values).fetch_all(db.read()).await?;
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
