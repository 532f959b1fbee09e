//! A plan as the public may see it, put together from its text, its public duties and the evidence that counts. How duties
//! stand is read from the projection; no fact is read to count.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use duty::{
    SourceKey,
    board::{self, Line as DutyLine, Order, Rows},
    changes,
    evidence::{self, EvidenceRow},
    model::{State, Tally, label_of},
    reform, source,
};
use kernel::{
    Directory, OrganCode,
    id::{ClauseId, DutyId, PlanId, ShareId},
    time,
};
use store::{FromRow, query_as, query_scalar};
use web::{Ctx, Error, Result, hooks::PublicDocuments};

use crate::{
    duties::evidence::DOCUMENT,
    model::{Cadence, OwnerRole, PlanKind, PlanState},
    plans::{
        public,
        rows::counted_on,
        tree::{self, PlanRow, Tree},
    },
};

/// One line of the list of plans.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) id: PlanId,
    pub(super) title: String,
    pub(super) document_number: String,
    pub(super) year: i64,
    pub(super) kind: PlanKind,
    pub(super) superseded: bool,
    /// Revoked: nothing of it is shown but that it was.
    pub(super) revoked: bool,
    pub(super) tally: Tally,
}

#[derive(FromRow)]
struct LineRow {
    id: PlanId,
    title: String,
    document_number: String,
    year: i64,
    kind: String,
    state: String,
    revoked_at: String,
}

/// All plans that have something public, newest first.
pub(super) async fn all(ctx: &Ctx) -> Result<Vec<Line>> {
    let rows: Vec<LineRow> = query_as(
        "SELECT id, title, document_number, year, kind, state, revoked_at FROM plan WHERE state IN ('confirmed', 'superseded') \
         ORDER BY year DESC, confirmed_at DESC, id",
    )
    .fetch_all(ctx.db().read())
    .await?;
    let mut tallies = board::tally_by_source(ctx.db(), ctx.today()).await?;
    // What was replaced stays as it stood then, here as on its own page.
    for row in rows.iter().filter(|row| PlanState::of(&row.state, &row.revoked_at) == PlanState::Superseded) {
        let key = SourceKey::new(&row.kind, row.id.as_str());
        if let (Some(held), Some(plan)) = (tallies.get_mut(&key), tree::plan(ctx.db().read(), &row.id).await?) {
            *held = tally(lines(ctx, &plan, Rows::Duties).await?.iter());
        }
    }
    let line = |row: LineRow| {
        Some(Line {
            tally: *tallies.get(&SourceKey::new(&row.kind, row.id.as_str()))?,
            kind: PlanKind::from_code(&row.kind).unwrap_or(PlanKind::WorkPoints),
            superseded: PlanState::of(&row.state, &row.revoked_at) == PlanState::Superseded,
            revoked: PlanState::of(&row.state, &row.revoked_at) == PlanState::Revoked,
            id: row.id,
            title: row.title,
            document_number: row.document_number,
            year: row.year,
        })
    };
    Ok(rows.into_iter().filter_map(line).collect())
}

/// Counts duties (not shares), leaving out those that an amendment ended.
fn tally<'a>(duties: impl Iterator<Item = &'a DutyLine>) -> Tally {
    let mut tally = Tally::default();
    for duty in duties.filter(|duty| !duty.ended) {
        tally.add(duty.state, duty.overdue);
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
    /// The organs to which it was issued before a reform, by name; empty = this one.
    pub(super) was: String,
    pub(super) role: OwnerRole,
    pub(super) line: DutyLine,
}

/// A public duty.
#[derive(Debug, Clone)]
pub(super) struct Duty {
    pub(super) id: DutyId,
    pub(super) text: String,
    pub(super) measure: String,
    pub(super) due_words: String,
    pub(super) due_on: String,
    /// Why it was ended; empty while it runs.
    pub(super) ended_reason: String,
    pub(super) cadence: &'static str,
    /// Further fields that are published: label and value.
    pub(super) extras: Vec<(&'static str, String)>,
    /// How it stands over all its organs.
    pub(super) line: DutyLine,
    pub(super) shares: Vec<Share>,
    pub(super) evidence: Vec<Evidence>,
}

impl Duty {
    /// The words of its term, unless they say nothing but how often, which stands beside them: 按月 beside 每月.
    pub(super) fn term(&self) -> &str {
        let plain = self.due_words.trim().replace(['按', '逐'], "每");
        let read = Cadence::read(&plain).or_else(|| Cadence::read(&format!("{plain}度")));
        let same = read.is_some_and(|read| read.label() == self.cadence);
        if same { "" } else { &self.due_words }
    }
}

/// A clause with its public duties.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    pub(super) id: ClauseId,
    /// As printed: （一）.
    pub(super) number: String,
    /// With the section: 一（一）.
    pub(super) full_number: String,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) owner_note: String,
    pub(super) partial: bool,
    pub(super) ended: bool,
    /// Why an amendment ended it.
    pub(super) ended_reason: String,
    /// Of its duties, those whose progress was closed to the public after their issue: since when, how many.
    pub(super) closed: Vec<(String, usize)>,
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
    /// Whether something is not told.
    pub(super) partial: bool,
    /// Whether the text is shown as it was issued.
    pub(super) whole: bool,
    /// The plan that took its place, if that is public: id and title.
    pub(super) successor: Option<(PlanId, String)>,
    /// Days on which it was amended.
    pub(super) amended: Vec<String>,
}

/// A state as the public sees it.
pub(super) fn shown(state: State) -> State {
    if state == State::Returned { State::InProgress } else { state }
}

/// The lines of a plan's public duties, of the duties or of their shares.
async fn lines(ctx: &Ctx, plan: &PlanRow, rows: Rows) -> Result<Vec<DutyLine>> {
    let filter = board::Filter { source: Some(plan.key()), closed: true, ..board::Filter::default() };
    let day = counted_on(ctx, plan).await?;
    let mut lines = board::all(ctx.db(), rows, &filter, Order::default(), day).await?;
    lines.retain(|line| line.public);
    // That the office sent evidence back is between it and the organ: to the public the duty is being worked on.
    for line in &mut lines {
        line.state = shown(line.state);
    }
    Ok(lines)
}

/// The plan, if it is public.
///
/// # Errors
/// [`Error::NotFound`] for drafts, discarded plans and plans without anything public, [`Error::Gone`] for revoked ones.
pub(super) async fn plan(ctx: &Ctx, id: &PlanId) -> Result<PublicPlan> {
    let tree = tree::load(ctx.db(), id).await?.ok_or(Error::NotFound)?;
    if tree.plan.state() == PlanState::Revoked && public::is_seen(&tree) {
        let when = time::show_date(&tree.plan.revoked_at);
        let PlanRow { title, revoked_reason, .. } = &tree.plan;
        return Err(Error::Gone(format!("“{title}”已于 {when} 撤销。原因：{revoked_reason}")));
    }
    let clauses = public::clauses(&tree);
    if !clauses.iter().any(|clause| clause.duties.iter().any(|duty| !duty.issued_at.is_empty())) {
        return Err(Error::NotFound);
    }
    let evidence = with_titles(ctx, &evidence::counted(ctx.db(), &tree.plan.key()).await?).await?;
    let rolled = lines(ctx, &tree.plan, Rows::Duties).await?;
    let tally = tally(rolled.iter());
    let shares = lines(ctx, &tree.plan, Rows::Shares).await?;
    let origins = reform::origins(ctx.db(), &tree.plan.key()).await?;
    let closed = closed(ctx, &tree).await?;
    let mut duties = duties(ctx, &tree, rolled, (shares, &origins), evidence);
    let directory = ctx.directory();
    let mut sections: Vec<Section> = Vec::new();
    for row in &tree.sections {
        let own = clauses.iter().filter(|clause| clause.clause.section == row.id);
        let clauses: Vec<Clause> = own.map(|clause| self::clause(clause, &mut duties, &closed, &directory)).collect();
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
        tally,
        as_of: source::as_of(ctx.db().read(), &tree.plan.key()).await?,
        partial,
        whole: public::is_whole(&tree, &clauses),
        successor: successor(ctx, &tree.plan).await?,
        amended: amended.iter().map(|at| time::show_date(at)).collect(),
        sections,
        row: tree.plan,
    })
}

/// The plan of a duty; whether the public may know of either is asked of the plan.
pub(super) async fn plan_of(ctx: &Ctx, id: &DutyId) -> Result<Option<PlanId>> {
    Ok(query_scalar("SELECT plan FROM plan_duty WHERE id = $1").bind(id).fetch_optional(ctx.db().read()).await?)
}

/// What stands where a revoked plan stood; `None` when it is not revoked or the public never saw it.
pub(super) async fn tombstone(ctx: &Ctx, id: &PlanId) -> Result<Option<PlanRow>> {
    let revoked = tree::plan(ctx.db().read(), id).await?.is_some_and(|plan| plan.state() == PlanState::Revoked);
    if !revoked {
        return Ok(None);
    }
    let tree = tree::load(ctx.db(), id).await?.ok_or(Error::NotFound)?;
    Ok(public::is_seen(&tree).then_some(tree.plan))
}

async fn successor(ctx: &Ctx, plan: &PlanRow) -> Result<Option<(PlanId, String)>> {
    if plan.superseded_by.as_str().is_empty() {
        return Ok(None);
    }
    Ok(all(ctx).await?.into_iter().find(|line| line.id == plan.superseded_by).map(|line| (line.id, line.title)))
}

/// Evidence by duty, with the titles that the documents have now; documents that are not public are left out.
async fn with_titles(ctx: &Ctx, rows: &[EvidenceRow]) -> Result<HashMap<DutyId, Vec<Evidence>>> {
    let documents = ctx.one::<Arc<dyn PublicDocuments>>();
    let mut wanted: Vec<String> =
        rows.iter().filter(|row| row.subject_kind == DOCUMENT).map(|row| row.subject_id.clone()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut found = HashMap::new();
    // A few at a time: one after another would add up, all at once would take every connection.
    for some in wanted.chunks(4) {
        let documents = futures::future::try_join_all(some.iter().map(|id| documents.find(ctx, id))).await?;
        found.extend(some.iter().cloned().zip(documents).filter_map(|(id, document)| Some((id, document?))));
    }
    let (directory, today) = (ctx.directory(), ctx.today());
    let mut by_duty: HashMap<DutyId, Vec<Evidence>> = HashMap::new();
    for row in rows {
        // What is no document bears the words with which it was handed in; what left the public is not among the rows.
        let (external, worded) = (row.subject_id.is_empty(), row.subject_kind != DOCUMENT);
        let (title, href) = match found.get(&row.subject_id) {
            _ if worded => (row.title.clone(), row.url.clone()),
            Some(document) => (document.title.clone(), document.path.clone()),
            None => continue,
        };
        let organ = directory.stands_for(&row.organ, today);
        by_duty.entry(row.duty.clone()).or_default().push(Evidence {
            title,
            href,
            external,
            organ: directory.short_name(&organ).to_owned(),
            period: match (label_of(&row.period), row.partial) {
                (period, false) => period,
                (period, true) => format!("{period}　已认可，尚未完成").trim().to_owned(),
            },
            confirmed_on: time::show_date(&row.decided_at),
        });
    }
    Ok(by_duty)
}

fn duties(
    ctx: &Ctx,
    tree: &Tree,
    rolled: Vec<DutyLine>,
    (shares, origins): (Vec<DutyLine>, &HashMap<ShareId, Vec<OrganCode>>),
    mut evidence: HashMap<DutyId, Vec<Evidence>>,
) -> HashMap<DutyId, Duty> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let mut groups: HashMap<DutyId, Vec<Share>> = HashMap::new();
    for line in shares {
        let code = directory.stands_for(&line.organ, today);
        let organ = directory.short_name(&code).to_owned();
        let role = line.role.unwrap_or(OwnerRole::Support);
        let issued =
            std::iter::once(&line.organ).chain(origins.get(&ShareId::from(line.id.as_str())).into_iter().flatten());
        let was: Vec<&str> = issued.filter(|organ| **organ != code).map(|organ| directory.short_name(organ)).collect();
        let was = was.join("、");
        groups.entry(line.duty.clone()).or_default().push(Share { organ, was, code, role, line });
    }
    let mut rolled: HashMap<DutyId, DutyLine> = rolled.into_iter().map(|line| (line.duty.clone(), line)).collect();
    let mut duties = HashMap::new();
    for row in tree.duties.iter().filter(|duty| duty.is_public()) {
        let Some(line) = rolled.remove(&row.id) else { continue };
        let mut shares = groups.remove(&row.id).unwrap_or_default();
        shares.sort_by(|a, b| (a.role, &a.line.organ).cmp(&(b.role, &b.line.organ)));
        let extras = tree.plan.kind().fields().iter().filter(|field| field.published);
        let duty = Duty {
            id: row.id.clone(),
            text: row.text.clone(),
            measure: row.measure.clone(),
            due_words: row.due_words.clone(),
            due_on: row.due_on.clone(),
            ended_reason: row.ended_reason.clone(),
            cadence: row.cadence().map_or("", Cadence::label),
            extras: extras
                .map(|field| (field.label, row.extra(field.key)))
                .filter(|(_, value)| !value.is_empty())
                .collect(),
            line,
            shares,
            evidence: evidence.remove(&row.id).unwrap_or_default(),
        };
        duties.insert(row.id.clone(), duty);
    }
    duties
}

/// Duties of a plan whose text is public that were public themselves once and are no longer, by clause: since when, how many.
async fn closed(ctx: &Ctx, tree: &Tree) -> Result<HashMap<ClauseId, Vec<(String, usize)>>> {
    let hidden = |duty: &&tree::DutyRow| !duty.is_public() && !duty.issued_at.is_empty() && duty.is_owed();
    let mut found: HashMap<ClauseId, Vec<(String, usize)>> = HashMap::new();
    if !tree.plan.kind().has_public_text() {
        return Ok(found);
    }
    let ids: Vec<DutyId> = tree.duties.iter().filter(hidden).map(|duty| duty.id.clone()).collect();
    let since = changes::closed(ctx.db(), &ids).await?;
    for duty in tree.duties.iter().filter(hidden) {
        let Some(day) = since.get(&duty.id) else { continue };
        let days = found.entry(duty.clause.clone()).or_default();
        match days.iter_mut().find(|(held, _)| *held == day.to_string()) {
            Some((_, count)) => *count += 1,
            None => days.push((day.to_string(), 1)),
        }
    }
    Ok(found)
}

fn clause(
    clause: &public::PublicClause<'_>,
    duties: &mut HashMap<DutyId, Duty>,
    closed: &HashMap<ClauseId, Vec<(String, usize)>>,
    directory: &Directory,
) -> Clause {
    let own: Vec<Duty> = clause.duties.iter().filter_map(|duty| duties.remove(&duty.id)).collect();
    Clause {
        id: clause.clause.id.clone(),
        number: tree::printed(&clause.clause.number),
        full_number: clause.number.clone(),
        title: clause.clause.title.clone(),
        text: clause.text.clone(),
        owner_note: clause.owner_note.to_owned(),
        partial: clause.partial,
        ended: !clause.clause.ended_at.is_empty(),
        ended_reason: clause.clause.ended_reason.clone(),
        closed: closed.get(&clause.clause.id).cloned().unwrap_or_default(),
        owners: owners(own.iter().flat_map(|duty| &duty.shares), directory),
        tally: tally(own.iter().map(|duty| &duty.line)),
        duties: own,
    }
}

/// Who answers, in words: 县财政局、县民政局牵头; from four on 县财政局等 7 个单位负责.
fn owners<'a>(shares: impl Iterator<Item = &'a Share>, directory: &Directory) -> String {
    let mut by_role: BTreeMap<OwnerRole, Vec<&OrganCode>> = BTreeMap::new();
    for share in shares.filter(|share| !share.line.ended) {
        let organs = by_role.entry(share.role).or_default();
        if !organs.contains(&&share.line.organ) {
            organs.push(&share.line.organ);
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
        // One organ owes a duty once, whatever organs it stands for.
        let mut counted = BTreeSet::new();
        for share in duty.shares.iter().filter(|share| !share.line.ended) {
            if !counted.insert(&share.code) {
                continue;
            }
            let line = lines.entry(share.code.clone()).or_insert_with(|| OrganLine {
                code: share.code.clone(),
                name: share.organ.clone(),
                tally: Tally::default(),
                evidence: 0,
            });
            line.tally.add(share.line.state, share.line.overdue);
            line.evidence += duty.evidence.iter().filter(|piece| piece.organ == share.organ).count();
        }
    }
    let mut lines: Vec<OrganLine> = lines.into_values().collect();
    lines.sort_by(|a, b| b.tally.total().cmp(&a.tally.total()).then_with(|| a.code.cmp(&b.code)));
    lines
}
