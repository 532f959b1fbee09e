//! What of a plan the public may see, decided in one place for portal, search and machine-readable twin.

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::{id::PlanId, time};
use store::query_scalar;
use web::{
    Ctx, Result,
    hooks::{Label, LabelOf, SearchEntry, SearchSource},
};

use crate::{
    events,
    model::{PlanKind, PlanState},
    plans::tree::{self, ClauseRow, DutyRow, PlanRow, Tree},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicClause<'a> {
    pub clause: &'a ClauseRow,
    /// Section and clause number: `一（二）`.
    pub number: String,
    /// Text as issued; of a list of findings with something internal, only the words of the duties that are public.
    pub text: String,
    /// Owner note as issued; empty where the text is not whole and the note could tell of the rest.
    pub owner_note: &'a str,
    /// Its public duties in order, ended ones included.
    pub duties: Vec<&'a DutyRow>,
    /// Whether something is not told: progress of duties, or words of findings.
    pub partial: bool,
}

/// Whether the public reads the whole text, with what stands before and after the clauses.
pub fn is_whole(tree: &Tree, shown: &[PublicClause<'_>]) -> bool {
    tree.plan.kind().has_public_text()
        || (shown.len() == tree.clauses.len() && shown.iter().all(|clause| !clause.partial))
}

/// Whether a plan has ever been in force: a draft is not public.
pub fn is_public(plan: &PlanRow) -> bool {
    matches!(plan.state(), PlanState::Confirmed | PlanState::Superseded)
}

/// Whether the public saw something of it once it was issued, whether it is still there or was revoked.
pub fn is_seen(tree: &Tree) -> bool {
    shown(tree).iter().any(|clause| clause.duties.iter().any(|duty| !duty.issued_at.is_empty()))
}

/// The clauses that the public may see; none for a plan that is not in force and never was, or that was revoked.
pub fn clauses(tree: &Tree) -> Vec<PublicClause<'_>> {
    if is_public(&tree.plan) { shown(tree) } else { Vec::new() }
}

/// The same, whether the plan is in force or not: what issuing it would show.
///
/// A text that was issued publicly is shown whole, and duties that are internal keep their progress to the office
/// ([`crate::model::PlanKind::has_public_text`]). Of a list of findings only what the office opened is shown. A plan without
/// any public duty is not public at all.
pub fn shown(tree: &Tree) -> Vec<PublicClause<'_>> {
    if !tree.duties.iter().any(DutyRow::is_public) {
        return Vec::new();
    }
    if tree.plan.kind().has_public_text() { whole(tree) } else { opened(tree) }
}

fn whole(tree: &Tree) -> Vec<PublicClause<'_>> {
    let clauses = tree.clauses.iter().map(|clause| {
        let (duties, internal): (Vec<&DutyRow>, Vec<&DutyRow>) =
            tree.duties_of(&clause.id).partition(|duty| duty.is_public());
        PublicClause {
            clause,
            number: tree.clause_number(clause),
            text: clause.text.clone(),
            owner_note: &clause.owner_note,
            duties,
            partial: internal.iter().any(|duty| duty.is_owed()),
        }
    });
    clauses.collect()
}

fn opened(tree: &Tree) -> Vec<PublicClause<'_>> {
    let mut out = Vec::new();
    // Words as issued of what is internal: a duty that was moved to another clause still stands in the text of its own.
    let hidden: Vec<String> = tree
        .duties
        .iter()
        .filter(|duty| !duty.is_public())
        .map(|duty| plain(&duty.original))
        .filter(|words| !words.is_empty())
        .collect();
    for clause in &tree.clauses {
        let (public, internal): (Vec<&DutyRow>, Vec<&DutyRow>) =
            tree.duties_of(&clause.id).partition(|duty| duty.is_public());
        let (title, text) = (plain(&clause.title), plain(&clause.text));
        let told = |words: &String| text.contains(words.as_str()) || (text.is_empty() && title == *words);
        let partial = !internal.is_empty() || hidden.iter().any(told);
        if public.is_empty() && partial {
            continue;
        }
        let text = if partial { public.iter().map(|duty| duty.text.as_str()).collect() } else { clause.text.clone() };
        out.push(PublicClause {
            clause,
            number: tree.clause_number(clause),
            text,
            owner_note: if partial { "" } else { &clause.owner_note },
            duties: public,
            partial,
        });
    }
    out
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

struct Plans;

pub fn search_source() -> Arc<dyn SearchSource> {
    Arc::new(Plans)
}

/// Code of the facet of plans that another one has replaced.
const SUPERSEDED: &str = "superseded";

impl SearchSource for Plans {
    fn subject_kind(&self) -> &'static str {
        events::SUBJECT
    }

    fn entries<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> BoxFuture<'a, Result<Vec<SearchEntry>>> {
        Box::pin(async move {
            let Some(tree) = tree::load(ctx.db(), &PlanId::from(id)).await? else { return Ok(Vec::new()) };
            let clauses = clauses(&tree);
            if clauses.is_empty() {
                return Ok(Vec::new());
            }
            let whole = is_whole(&tree, &clauses);
            let mut body = if whole { tree.plan.preamble.clone() } else { String::new() };
            for clause in clauses.iter().filter(|clause| clause.clause.ended_at.is_empty()) {
                body.push_str(&format!(
                    "\n{}{}\n{}{}",
                    clause.number, clause.clause.title, clause.text, clause.owner_note
                ));
            }
            let in_force = tree.plan.state() == PlanState::Confirmed;
            Ok(vec![SearchEntry {
                body,
                url: format!("/plans/{id}"),
                organ: Some(ctx.office_organ()),
                date: time::show_date(&tree.plan.confirmed_at),
                document_number: tree.plan.document_number.clone(),
                validity: if in_force { String::new() } else { SUPERSEDED.to_owned() },
                words: vec![tree.plan.year.to_string()],
                ..SearchEntry::public(tree.plan.kind().code(), tree.plan.title)
            }])
        })
    }

    fn ids<'a>(&'a self, ctx: &'a Ctx, after: &'a str, limit: i64) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async move {
            let sql = "SELECT id FROM plan WHERE id > $1 AND state IN ('confirmed', 'superseded') ORDER BY id LIMIT $2";
            Ok(query_scalar::<String>(sql).bind(after).bind(limit).fetch_all(ctx.db().read()).await?)
        })
    }

    fn labels<'a>(&'a self, _: &'a Ctx) -> BoxFuture<'a, Result<Vec<Label>>> {
        let kinds = PlanKind::ALL.iter().map(|kind| Label::new(LabelOf::Kind, kind.code(), kind.label()));
        let superseded = Label::new(LabelOf::Validity, SUPERSEDED, PlanState::Superseded.label());
        Box::pin(std::future::ready(Ok(kinds.chain([superseded]).collect())))
    }
}
