//! A plan as the public may see it, put together from its text, its public duties and the evidence that counts.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use kernel::{Directory, OrganCode, time};
use store::{FromRow, query_as, query_scalar};
use web::{Ctx, Error, Result};

use crate::{
    duties::{
        facts::{self, EvidenceRow},
        model::{RollUp, Tally, roll_up},
        store::{Assigned, Scope, answering, assigned},
    },
    model::{OwnerRole, PlanKind, PlanState, is_published},
    plans::{
        public,
        tree::{self, PlanRow, Tree},
    },
};

/// One line of the list of plans.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) document_number: String,
    pub(super) year: i64,
    pub(super) kind: PlanKind,
    pub(super) superseded: bool,
    pub(super) tally: Tally,
}

#[derive(FromRow)]
struct LineRow {
    id: String,
    title: String,
    document_number: String,
    year: i64,
    kind: String,
    state: String,
}

/// All plans that have something public, newest first.
pub(super) async fn all(ctx: &Ctx) -> Result<Vec<Line>> {
    let rows: Vec<LineRow> = query_as(
        "SELECT p.id, p.title, p.document_number, p.year, p.kind, p.state FROM plan p \
         WHERE p.state IN ('confirmed', 'superseded') AND EXISTS \
         (SELECT 1 FROM duty d WHERE d.plan = p.id AND d.visibility = 'public' AND d.issued_at <> '') \
         ORDER BY p.year DESC, p.confirmed_at DESC, p.id",
    )
    .fetch_all(ctx.db().read())
    .await?;
    let scope = Scope { public: true, superseded: true, ..Scope::default() };
    let mut plans: HashMap<String, Vec<Assigned>> = HashMap::new();
    for row in assigned(ctx.db(), &scope, ctx.today()).await? {
        plans.entry(row.plan.clone()).or_default().push(row);
    }
    let line = |row: LineRow| Line {
        tally: plans.get(&row.id).map(|rows| tally(rows.iter())).unwrap_or_default(),
        kind: PlanKind::from_code(&row.kind).unwrap_or(PlanKind::WorkPoints),
        superseded: PlanState::from_code(&row.state) == Some(PlanState::Superseded),
        id: row.id,
        title: row.title,
        document_number: row.document_number,
        year: row.year,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Counts duties (not shares), leaving out those that an amendment ended.
fn tally<'a>(rows: impl Iterator<Item = &'a Assigned>) -> Tally {
    let mut duties: BTreeMap<&str, Vec<&Assigned>> = BTreeMap::new();
    for row in rows {
        duties.entry(&row.duty).or_default().push(row);
    }
    let mut tally = Tally::default();
    for rows in duties.values().filter(|rows| rows.iter().any(|row| !row.standing.ended)) {
        let roll = roll_up(rows.iter().map(|row| (row.role.answers(), &row.standing)));
        tally.add(roll.state, roll.overdue);
    }
    tally
}

/// Evidence as the public sees it.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    pub(super) title: String,
    pub(super) href: String,
    pub(super) external: bool,
    pub(super) organ: String,
    pub(super) period: String,
    pub(super) confirmed_on: String,
}

/// One organ's share.
#[derive(Debug, Clone)]
pub(super) struct Share {
    pub(super) code: OrganCode,
    pub(super) organ: String,
    pub(super) role: OwnerRole,
    pub(super) row: Assigned,
}

/// A public duty.
#[derive(Debug, Clone)]
pub(super) struct Duty {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) measure: String,
    pub(super) due_words: String,
    pub(super) due_on: String,
    pub(super) cadence: &'static str,
    /// Further fields that are published: label and value.
    pub(super) extras: Vec<(&'static str, String)>,
    pub(super) roll: RollUp,
    pub(super) word: String,
    pub(super) ended: bool,
    pub(super) shares: Vec<Share>,
    pub(super) evidence: Vec<Evidence>,
}

/// A clause with its public duties.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    pub(super) id: String,
    /// As printed: （一）.
    pub(super) number: String,
    /// With the section: 一（一）.
    pub(super) full_number: String,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) owner_note: String,
    pub(super) partial: bool,
    pub(super) ended: bool,
    /// Who leads, in words.
    pub(super) owners: String,
    pub(super) tally: Tally,
    pub(super) duties: Vec<Duty>,
}

impl Clause {
    /// Evidence of all its duties.
    pub(super) fn evidence(&self) -> Vec<&Evidence> {
        self.duties.iter().flat_map(|duty| &duty.evidence).collect()
    }
}

/// A section with its clauses.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) number: String,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) clauses: Vec<Clause>,
}

impl Section {
    /// Number of duties counted in it.
    pub(super) fn duties(&self) -> u32 {
        self.clauses.iter().map(|clause| clause.tally.total()).sum()
    }

    /// Heading as printed.
    pub(super) fn heading(&self) -> String {
        if self.number.is_empty() { self.title.clone() } else { format!("{}、{}", self.number, self.title) }
    }
}

/// A plan as the public may see it.
#[derive(Debug, Clone)]
pub(super) struct PublicPlan {
    pub(super) row: PlanRow,
    pub(super) sections: Vec<Section>,
    pub(super) tally: Tally,
    /// Moment of the newest event counted, stored form.
    pub(super) as_of: String,
    /// Whether parts of the text are left out.
    pub(super) partial: bool,
    /// The plan that took its place, if that is public: id and title.
    pub(super) successor: Option<(String, String)>,
    /// Days on which it was amended.
    pub(super) amended: Vec<String>,
}

/// The plan, if it is public.
///
/// # Errors
/// [`Error::NotFound`] for drafts, discarded plans and plans without anything public.
pub(super) async fn plan(ctx: &Ctx, id: &str) -> Result<PublicPlan> {
    let tree = tree::load(ctx.db(), id).await?.ok_or(Error::NotFound)?;
    let clauses = public::clauses(&tree);
    if !clauses.iter().any(|clause| clause.duties.iter().any(|duty| !duty.issued_at.is_empty())) {
        return Err(Error::NotFound);
    }
    let today = ctx.today();
    let scope = Scope { plan: Some(id.to_owned()), public: true, superseded: true, ..Scope::default() };
    let rows = assigned(ctx.db(), &scope, today).await?;
    let (counted, lapsed_at) = facts::counted(ctx.db(), id).await?;
    let evidence = with_titles(ctx, &counted, &rows).await?;
    let directory = ctx.directory();
    let mut duties = duties(&tree, rows.clone(), evidence, &directory, today);
    let mut sections: Vec<Section> = Vec::new();
    for row in &tree.sections {
        let own = clauses.iter().filter(|clause| clause.clause.section == row.id);
        let clauses: Vec<Clause> = own.map(|clause| self::clause(clause, &rows, &mut duties, &directory)).collect();
        let hidden = clauses.is_empty() && tree.clauses.iter().any(|clause| clause.section == row.id);
        if !hidden {
            let (number, title, text) = (row.number.clone(), row.title.clone(), row.text.clone());
            sections.push(Section { number, title, text, clauses });
        }
    }
    let partial = clauses.len() < tree.clauses.len() || clauses.iter().any(|clause| clause.partial);
    let amended: Vec<String> = query_scalar(
        "SELECT confirmed_at FROM plan_amendment WHERE plan = $1 AND state = 'confirmed' ORDER BY confirmed_at",
    )
    .bind(id)
    .fetch_all(ctx.db().read())
    .await?;
    Ok(PublicPlan {
        tally: tally(rows.iter()),
        as_of: tree.plan.as_of.clone().max(lapsed_at),
        partial,
        successor: successor(ctx, &tree.plan).await?,
        amended: amended.iter().map(|at| time::show_date(at)).collect(),
        sections,
        row: tree.plan,
    })
}

async fn successor(ctx: &Ctx, plan: &PlanRow) -> Result<Option<(String, String)>> {
    if plan.superseded_by.is_empty() {
        return Ok(None);
    }
    Ok(all(ctx).await?.into_iter().find(|line| line.id == plan.superseded_by).map(|line| (line.id, line.title)))
}

/// Evidence by duty, with the titles that the documents have now; documents that are not public are left out.
async fn with_titles(ctx: &Ctx, rows: &[EvidenceRow], assigned: &[Assigned]) -> Result<HashMap<String, Vec<Evidence>>> {
    let documents = ctx.hooks().documents.clone();
    let mut wanted: Vec<String> = rows.iter().map(|row| row.document.clone()).filter(|id| !id.is_empty()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut found = HashMap::new();
    if let Some(documents) = documents {
        // A few at a time: one after another would add up, all at once would take every connection.
        for some in wanted.chunks(4) {
            let documents = futures::future::try_join_all(some.iter().map(|id| documents.find(ctx, id))).await?;
            found.extend(some.iter().cloned().zip(documents).filter_map(|(id, document)| Some((id, document?))));
        }
    }
    let (directory, today) = (ctx.directory(), ctx.today());
    let periods: HashMap<(&str, &str), &str> = assigned
        .iter()
        .flat_map(|row| {
            row.standing
                .periods
                .iter()
                .map(|one| ((row.id.as_str(), one.period.key.as_str()), one.period.label.as_str()))
        })
        .collect();
    let mut by_duty: HashMap<String, Vec<Evidence>> = HashMap::new();
    for row in rows {
        let (title, href) = match (row.document.as_str(), found.get(row.document.as_str())) {
            ("", _) => (row.title.clone(), row.url.clone()),
            (_, Some(document)) => (document.title.clone(), document.path.clone()),
            (_, None) => continue,
        };
        let organ = answering(&directory, &OrganCode(row.organ.clone()), today);
        by_duty.entry(row.duty.clone()).or_default().push(Evidence {
            title,
            href,
            external: row.document.is_empty(),
            organ: directory.short_name(&organ).to_owned(),
            period: periods
                .get(&(row.assignment.as_str(), row.period.as_str()))
                .map(|label| (*label).to_owned())
                .unwrap_or_default(),
            confirmed_on: time::show_date(&row.decided_at),
        });
    }
    Ok(by_duty)
}

fn duties(
    tree: &Tree,
    rows: Vec<Assigned>,
    mut evidence: HashMap<String, Vec<Evidence>>,
    directory: &Directory,
    today: Date,
) -> HashMap<String, Duty> {
    let mut groups: HashMap<String, Vec<Assigned>> = HashMap::new();
    for row in rows {
        groups.entry(row.duty.clone()).or_default().push(row);
    }
    let mut duties = HashMap::new();
    for row in tree.duties.iter().filter(|duty| duty.is_public()) {
        let Some(shares) = groups.remove(&row.id) else { continue };
        let roll = roll_up(shares.iter().map(|share| (share.role.answers(), &share.standing)));
        let ended = shares.iter().all(|share| share.standing.ended);
        let extras = tree.plan.kind().fields().iter().filter(|field| is_published(field.key));
        let share = |share: Assigned| {
            let code = answering(directory, &share.organ, today);
            Share { organ: directory.short_name(&code).to_owned(), code, role: share.role, row: share }
        };
        let duty = Duty {
            id: row.id.clone(),
            text: row.text.clone(),
            measure: row.measure.clone(),
            due_words: row.due_words.clone(),
            due_on: row.due_on.clone(),
            cadence: row.cadence().map_or("", crate::model::Cadence::label),
            extras: extras
                .map(|field| (field.label, row.extra(field.key)))
                .filter(|(_, value)| !value.is_empty())
                .collect(),
            word: if ended { "已终止".into() } else { roll.word() },
            roll,
            ended,
            shares: shares.into_iter().map(share).collect(),
            evidence: evidence.remove(&row.id).unwrap_or_default(),
        };
        duties.insert(row.id.clone(), duty);
    }
    duties
}

fn clause(
    clause: &public::PublicClause<'_>,
    rows: &[Assigned],
    duties: &mut HashMap<String, Duty>,
    directory: &Directory,
) -> Clause {
    let own = || rows.iter().filter(|row| row.clause == clause.clause.id);
    Clause {
        id: clause.clause.id.clone(),
        number: clause.clause.number.clone(),
        full_number: clause.number.clone(),
        title: clause.clause.title.clone(),
        text: clause.text.clone(),
        owner_note: clause.owner_note.to_owned(),
        partial: clause.partial,
        ended: !clause.clause.ended_at.is_empty(),
        owners: owners(own(), directory),
        tally: tally(own()),
        duties: clause.duties.iter().filter_map(|duty| duties.remove(&duty.id)).collect(),
    }
}

/// Who answers, in words: 县财政局、县民政局牵头; from four on 县财政局等 7 个单位负责.
fn owners<'a>(rows: impl Iterator<Item = &'a Assigned>, directory: &Directory) -> String {
    let mut by_role: BTreeMap<OwnerRole, Vec<&OrganCode>> = BTreeMap::new();
    for row in rows.filter(|row| !row.standing.ended) {
        let organs = by_role.entry(row.role).or_default();
        if !organs.contains(&&row.organ) {
            organs.push(&row.organ);
        }
    }
    let Some((role, organs)) = by_role.iter().find(|(role, _)| role.answers()).or(by_role.iter().next()) else {
        return String::new();
    };
    let names: Vec<&str> = organs.iter().take(3).map(|code| directory.short_name(code)).collect();
    match (organs.len(), names.first()) {
        (..=3, _) => format!("{}{}", names.join("、"), role.label()),
        (many, Some(first)) => format!("{first}等 {many} 个单位{}", role.label()),
        (_, None) => String::new(),
    }
}

/// One organ's figures in a plan: shares of public duties.
#[derive(Debug, Clone)]
pub(super) struct OrganLine {
    pub(super) code: OrganCode,
    pub(super) name: String,
    pub(super) tally: Tally,
    pub(super) evidence: usize,
}

/// The organs of a plan with their shares counted, most shares first.
pub(super) fn organs(plan: &PublicPlan) -> Vec<OrganLine> {
    let mut lines: BTreeMap<OrganCode, OrganLine> = BTreeMap::new();
    for duty in plan.sections.iter().flat_map(|section| &section.clauses).flat_map(|clause| &clause.duties) {
        for share in duty.shares.iter().filter(|share| !share.row.standing.ended) {
            let line = lines.entry(share.code.clone()).or_insert_with(|| OrganLine {
                code: share.code.clone(),
                name: share.organ.clone(),
                tally: Tally::default(),
                evidence: 0,
            });
            line.tally.add(share.row.standing.state, share.row.standing.overdue);
            line.evidence += duty.evidence.iter().filter(|piece| piece.organ == share.organ).count();
        }
    }
    let mut lines: Vec<OrganLine> = lines.into_values().collect();
    lines.sort_by(|a, b| b.tally.total().cmp(&a.tally.total()).then_with(|| a.code.cmp(&b.code)));
    lines
}
