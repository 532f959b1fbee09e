//! The duty board's rows: which, in what order. States are computed, so filtering by them happens in memory.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap, HashSet},
};

use jiff::civil::Date;
use kernel::{Directory, OrganCode, Staff, time};
use serde::Deserialize;
use web::{Ctx, Result, page::query_string};

use crate::{
    duties::{
        model::{State, Tally, roll_up},
        store::{Assigned, Scope, answered_by, answering, assigned, duties_of},
    },
    model::{PlanKind, Visibility},
};

/// What the address of the board asks for. Everything is text as typed; what cannot be read does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    /// `duty` = one row for each duty; else one for each organ's share.
    pub(crate) view: String,
    /// Plan.
    pub(crate) plan: String,
    /// Clause id, or `s:` and the number of a section.
    pub(crate) clause: String,
    /// Organ code.
    pub(crate) organ: String,
    /// Kind of plan.
    pub(crate) kind: String,
    /// State code, or `open` for everything not confirmed.
    pub(crate) state: String,
    /// `1` = overdue only.
    pub(crate) overdue: String,
    /// Due on or after.
    pub(crate) from: String,
    /// Due on or before.
    pub(crate) to: String,
    /// Words in text, clause or organ.
    pub(crate) q: String,
    /// `due`, `clause`, `organ`, `state`.
    pub(crate) sort: String,
    /// `desc` or anything else.
    pub(crate) dir: String,
    /// `clause`, `organ` or nothing.
    pub(crate) group: String,
    /// Page, from 1.
    pub(crate) page: i64,
}

impl Filter {
    fn pairs(&self) -> Vec<(&str, &str)> {
        vec![
            ("view", &self.view),
            ("plan", &self.plan),
            ("clause", &self.clause),
            ("organ", &self.organ),
            ("kind", &self.kind),
            ("state", &self.state),
            ("overdue", &self.overdue),
            ("from", &self.from),
            ("to", &self.to),
            ("q", &self.q),
            ("group", &self.group),
            ("sort", &self.sort),
            ("dir", &self.dir),
        ]
    }

    /// The query without the page.
    pub(crate) fn query(&self) -> String {
        query_string(&self.pairs())
    }

    /// The query without page and sorting, ready to be continued: ends with `?` or `&`.
    pub(crate) fn sort_base(&self) -> String {
        let pairs: Vec<_> = self.pairs().into_iter().filter(|(name, _)| !["sort", "dir"].contains(name)).collect();
        let query = query_string(&pairs);
        if query.is_empty() { "?".into() } else { format!("?{query}&") }
    }

    /// Whether one row stands for a duty with all its organs.
    pub(crate) fn by_duty(&self) -> bool {
        self.view == "duty"
    }

    /// Whether anything restricts the rows.
    pub(crate) fn restricts(&self) -> bool {
        [&self.plan, &self.clause, &self.organ, &self.kind, &self.state, &self.overdue, &self.from, &self.to, &self.q]
            .iter()
            .any(|value| !value.is_empty())
    }
}

/// One row of the board.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Assignment or duty, for bulk actions.
    pub(crate) id: String,
    pub(crate) duty: String,
    pub(crate) plan_title: String,
    pub(crate) plan_kind: PlanKind,
    pub(crate) year: i64,
    pub(crate) clause: String,
    pub(crate) clause_name: String,
    pub(crate) section: String,
    pub(crate) order: (String, i64, i64),
    pub(crate) text: String,
    pub(crate) measure: String,
    pub(crate) organ: String,
    pub(crate) organs: Vec<OrganCode>,
    pub(crate) role: String,
    pub(crate) state: State,
    pub(crate) word: String,
    pub(crate) overdue: bool,
    pub(crate) due: Option<Date>,
    pub(crate) due_words: String,
    pub(crate) left: Option<i64>,
    pub(crate) period: String,
    pub(crate) notes: usize,
    pub(crate) evidence: usize,
    pub(crate) internal: bool,
    pub(crate) ended: bool,
}

/// The board's rows after filtering and sorting, with what the filter offers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Board {
    pub(crate) rows: Vec<Row>,
    pub(crate) tally: Tally,
    pub(crate) plans: Vec<(String, String)>,
    pub(crate) clauses: Vec<(String, String)>,
    pub(crate) organs: Vec<(String, String)>,
    /// Rows that the person may see before filtering.
    pub(crate) visible: usize,
}

/// The assignments that this person may see: all for people of the competent department, else the own organ's. `whole`
/// adds the other organs' shares of the same duties.
pub(crate) async fn visible(ctx: &Ctx, staff: &Staff, whole: bool) -> Result<Vec<Assigned>> {
    let today = ctx.today();
    let mut scope = Scope::default();
    if staff.central {
        return Ok(assigned(ctx.db(), &scope, today).await?);
    }
    let own = answered_by(&ctx.directory(), &staff.organ, today);
    if !whole {
        scope.organs = Some(own);
        return Ok(assigned(ctx.db(), &scope, today).await?);
    }
    let mut rows = assigned(ctx.db(), &scope, today).await?;
    let duties = duties_of(&rows, &own);
    rows.retain(|row| duties.contains(&row.duty));
    Ok(rows)
}

/// Reads, filters and sorts.
pub(crate) async fn board(ctx: &Ctx, staff: &Staff, filter: &Filter) -> Result<Board> {
    let assigned = visible(ctx, staff, filter.by_duty()).await?;
    let (directory, today) = (ctx.directory(), ctx.today());
    let mut board = offers(&assigned, filter, &directory, today);
    let mut rows = if filter.by_duty() { by_duty(assigned, ctx) } else { by_organ(assigned, ctx) };
    board.visible = rows.len();
    let wanted = Wanted::new(filter, &directory, today);
    rows.retain(|row| wanted.holds(row));
    for row in rows.iter().filter(|row| !row.ended) {
        board.tally.add(row.state, row.overdue);
    }
    sort(&mut rows, filter);
    board.rows = rows;
    Ok(board)
}

fn offers(assigned: &[Assigned], filter: &Filter, directory: &Directory, today: Date) -> Board {
    let mut board = Board::default();
    let mut organs: BTreeMap<String, String> = BTreeMap::new();
    let mut sections = HashSet::new();
    for row in assigned {
        if !board.plans.iter().any(|(id, _)| *id == row.plan) {
            board.plans.push((row.plan.clone(), row.plan_title.clone()));
        }
        let organ = answering(directory, &row.organ, today);
        organs.entry(organ.0.clone()).or_insert_with(|| directory.short_name(&organ).to_owned());
        if row.plan == filter.plan && !board.clauses.iter().any(|(id, _)| *id == row.clause) {
            let section = section_of(&row.clause_number).to_owned();
            if sections.insert(section.clone()) && !section.is_empty() {
                board.clauses.push((format!("s:{section}"), format!("{section}（整个部分）")));
            }
            board.clauses.push((row.clause.clone(), clause_name(row)));
        }
    }
    board.organs = organs.into_iter().collect();
    board
}

/// The section in `一（二）`.
fn section_of(clause_number: &str) -> &str {
    clause_number.split(['（', '(']).next().unwrap_or_default()
}

fn clause_name(row: &Assigned) -> String {
    format!("{} {}", row.clause_number, row.clause_title).trim().to_owned()
}

fn by_organ(assigned: Vec<Assigned>, ctx: &Ctx) -> Vec<Row> {
    let (directory, today) = (ctx.directory(), ctx.today());
    assigned
        .into_iter()
        .map(|row| {
            let organ = answering(&directory, &row.organ, today);
            Row {
                clause_name: clause_name(&row),
                section: section_of(&row.clause_number).to_owned(),
                organ: directory.short_name(&organ).to_owned(),
                organs: vec![organ],
                role: row.role.label().to_owned(),
                state: row.standing.state,
                word: row.standing.word(),
                overdue: row.standing.overdue,
                due: row.standing.due_on,
                left: row.standing.due_on.map(|due| ctx.calendar().working_days_left(today, due)),
                period: row.standing.current_period().map(|now| now.period.label.clone()).unwrap_or_default(),
                ended: row.standing.ended,
                internal: row.visibility == Visibility::Internal,
                order: (row.plan.clone(), row.clause_position, row.duty_position),
                id: row.id,
                duty: row.duty,
                plan_title: row.plan_title,
                plan_kind: row.plan_kind,
                year: row.year,
                clause: row.clause,
                text: row.text,
                measure: row.measure,
                due_words: row.due_words,
                notes: row.notes,
                evidence: row.evidence,
            }
        })
        .collect()
}

fn by_duty(assigned: Vec<Assigned>, ctx: &Ctx) -> Vec<Row> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let mut order = Vec::new();
    let mut groups: HashMap<String, Vec<Assigned>> = HashMap::new();
    for row in assigned {
        if !groups.contains_key(&row.duty) {
            order.push(row.duty.clone());
        }
        groups.entry(row.duty.clone()).or_default().push(row);
    }
    let build = |duty: String| {
        let rows = groups.remove(&duty)?;
        let roll = roll_up(rows.iter().map(|row| (row.role.answers(), &row.standing)));
        let organs: Vec<OrganCode> = rows.iter().map(|row| answering(&directory, &row.organ, today)).collect();
        // The duty's date is the earliest that is still open among its organs.
        let open = rows.iter().filter(|row| row.standing.state != State::Confirmed && !row.standing.ended);
        let due = open.filter_map(|row| row.standing.due_on).min().or(rows[0].standing.due_on);
        let first = &rows[0];
        let lead = directory.short_name(&organs[0]).to_owned();
        Some(Row {
            clause_name: clause_name(first),
            section: section_of(&first.clause_number).to_owned(),
            organ: if organs.len() > 1 { format!("{lead}等 {} 个机关", organs.len()) } else { lead },
            organs,
            role: format!("办结 {}/{}", roll.confirmed, roll.organs),
            state: roll.state,
            word: if rows.iter().all(|row| row.standing.ended) { "已终止".into() } else { roll.word() },
            overdue: roll.overdue,
            due,
            left: due.map(|due| ctx.calendar().working_days_left(today, due)),
            period: String::new(),
            ended: rows.iter().all(|row| row.standing.ended),
            internal: first.visibility == Visibility::Internal,
            order: (first.plan.clone(), first.clause_position, first.duty_position),
            id: first.duty.clone(),
            plan_title: first.plan_title.clone(),
            plan_kind: first.plan_kind,
            year: first.year,
            clause: first.clause.clone(),
            text: first.text.clone(),
            measure: first.measure.clone(),
            due_words: first.due_words.clone(),
            notes: rows.iter().map(|row| row.notes).sum(),
            evidence: rows.iter().map(|row| row.evidence).sum(),
            duty,
        })
    };
    order.into_iter().filter_map(build).collect()
}

/// The filter, read once.
struct Wanted<'a> {
    filter: &'a Filter,
    kind: Option<PlanKind>,
    state: Option<State>,
    from: Option<Date>,
    to: Option<Date>,
    organ: Option<OrganCode>,
    words: Vec<String>,
}

impl<'a> Wanted<'a> {
    fn new(filter: &'a Filter, directory: &Directory, today: Date) -> Self {
        let organ = (!filter.organ.is_empty()).then(|| answering(directory, &OrganCode(filter.organ.clone()), today));
        Self {
            kind: PlanKind::from_code(&filter.kind),
            state: State::from_code(&filter.state),
            from: time::parse_date(&filter.from),
            to: time::parse_date(&filter.to),
            organ,
            words: filter.q.split_whitespace().map(str::to_lowercase).collect(),
            filter,
        }
    }

    fn holds(&self, row: &Row) -> bool {
        let filter = self.filter;
        let clause = match filter.clause.strip_prefix("s:") {
            Some(section) => row.section == section,
            None => filter.clause.is_empty() || row.clause == filter.clause,
        };
        let hay = || format!("{} {} {}", row.text, row.clause_name, row.organ).to_lowercase();
        (filter.plan.is_empty() || row.order.0 == filter.plan)
            && clause
            && self.organ.as_ref().is_none_or(|organ| row.organs.contains(organ))
            && self.kind.is_none_or(|kind| row.plan_kind == kind)
            && self.state.is_none_or(|state| row.state == state)
            && (filter.state != "open" || (row.state != State::Confirmed && !row.ended))
            && (filter.overdue.is_empty() || row.overdue)
            && self.from.is_none_or(|from| row.due.is_some_and(|due| due >= from))
            && self.to.is_none_or(|to| row.due.is_some_and(|due| due <= to))
            && (self.words.is_empty() || {
                let hay = hay();
                self.words.iter().all(|word| hay.contains(word))
            })
    }
}

fn sort(rows: &mut [Row], filter: &Filter) {
    let ascending = |a: &Row, b: &Row| -> Ordering {
        match filter.sort.as_str() {
            "clause" => a.order.cmp(&b.order),
            "organ" => a.organs.cmp(&b.organs).then_with(|| a.order.cmp(&b.order)),
            "state" => a.state.cmp(&b.state).then_with(|| a.order.cmp(&b.order)),
            // What has ended or has no date comes last, whichever way.
            _ => a.due.cmp(&b.due).then_with(|| a.order.cmp(&b.order)),
        }
    };
    rows.sort_by(|a, b| if filter.dir == "desc" { ascending(b, a) } else { ascending(a, b) });
    if matches!(filter.sort.as_str(), "" | "due") {
        rows.sort_by_key(|row| (row.ended, row.state == State::Confirmed, row.due.is_none()));
    }
    match filter.group.as_str() {
        "clause" => rows.sort_by(|a, b| (&a.order.0, a.order.1).cmp(&(&b.order.0, b.order.1))),
        "organ" => rows.sort_by(|a, b| a.organs.cmp(&b.organs)),
        _ => {}
    }
}
