//! The amended text read and laid beside the plan: what an amendment would do, before anything is written.

use std::collections::{BTreeSet, HashSet};

use kernel::id::{ClauseId, DutyId};
use plan_text::{Plan, PlanReference, parse_stated};
use web::Ctx;

use crate::plans::{
    amend::align::{Alignment, Choices, Fate, PlacedClause, align, plain},
    draft::{self, Frame, Rows},
    tree::{DutyRow, OwnerRow, Tree},
};

/// The amended text as read, aligned with the plan.
#[derive(Debug)]
pub struct Prepared {
    pub parsed: Plan,
    /// As rows; their ids are taken over when carried out.
    pub rows: Rows,
    /// With the plan.
    pub alignment: Alignment,
    /// Words, without white space, of duties that had owners of their own in the text before.
    pub before: Vec<String>,
    /// 发文字号 as the text before has it.
    pub old_number: Option<String>,
}

impl Prepared {
    /// Names of owners that still mean no organ, in clauses whose owners change.
    pub fn unmatched(&self) -> BTreeSet<String> {
        let changed: HashSet<&str> =
            self.alignment.clauses.iter().filter(|one| one.owners_changed).map(|one| one.clause.id.as_str()).collect();
        let owners =
            self.rows.owners.iter().filter(|owner| changed.contains(owner.clause.as_str()) && owner.is_unmatched());
        owners.map(|owner| owner.name.clone()).collect()
    }

    /// Duties of the clause whose own owners come from the text, the amended or the one before: the amended text says them anew.
    /// What the office gave to one duty alone stays.
    pub(super) fn told_by_text<'p>(&'p self, tree: &Tree, placed: &'p PlacedClause) -> Vec<&'p DutyId> {
        let continued = |fate: &'p Fate| -> Vec<&'p DutyId> {
            match fate {
                Fate::Kept(ids) => ids.iter().collect(),
                Fate::Changed(id) => vec![id],
                Fate::New => Vec::new(),
            }
        };
        let named = |duty: &DutyId| self.rows.owners.iter().any(|owner| owner.duty == *duty);
        let was_named = |id: &DutyId| {
            let original = tree.duty(id).map(|duty| plain(&duty.original)).unwrap_or_default();
            self.before.contains(&original)
        };
        let duties = placed
            .duties
            .iter()
            .flat_map(|duty| continued(&duty.fate).into_iter().filter(|id| named(&duty.duty.id) || was_named(id)));
        duties.collect()
    }

    /// Whether the duty, kept word for word, was moved out of the clause whose text it comes from into one that goes on.
    pub(super) fn stays_elsewhere(&self, tree: &Tree, duty: &DutyRow, clause: &ClauseId, fate: &Fate) -> bool {
        let goes_on = |id: &ClauseId| self.alignment.clauses.iter().any(|placed| placed.old.as_ref() == Some(id));
        let moved = tree.clause(&duty.clause).is_some_and(|held| !plain(&held.text).contains(&plain(&duty.original)));
        matches!(fate, Fate::Kept(_)) && duty.clause != *clause && moved && goes_on(&duty.clause)
    }
}

/// Chosen for a name that is no organ and answers for nothing; it stays in the text.
const NOBODY: &str = "-";

/// Reads and aligns. Pure but for ids and directory.
pub fn prepare(ctx: &Ctx, tree: &Tree, source: &str, choices: &Choices) -> Prepared {
    let year = i16::try_from(tree.plan.year).unwrap_or(2199);
    let parsed = parse_stated(source, PlanReference { year });
    let directory = ctx.directory();
    let mut fresh = || kernel::id::fresh(ctx.seams());
    let mut frame = Frame {
        plan: &tree.plan.id,
        kind: tree.plan.kind(),
        fresh: &mut fresh,
        directory: &directory,
        day: ctx.today(),
    };
    let mut rows = draft::rows(&parsed, &mut frame);
    for owner in rows.owners.iter_mut().filter(|owner| owner.is_unmatched()) {
        if let Some(code) = choices.owners.get(&owner.name).filter(|code| !code.is_empty() && *code != NOBODY) {
            owner.set_codes(&[code.as_str().into()], "chosen");
        }
    }
    rows.owners.retain(|owner| choices.owners.get(&owner.name).is_none_or(|chosen| chosen != NOBODY));
    // A name that a person has matched in this plan before means the same organ again.
    let known = |name: &str| {
        let held = tree.owners.iter().find(|held| held.name == name && held.how == "chosen" && !held.is_unmatched());
        held.map(OwnerRow::codes).filter(|codes| {
            codes.iter().all(|code| directory.get(code).is_some_and(|organ| organ.exists_on(ctx.today())))
        })
    };
    for owner in
        rows.owners.iter_mut().filter(|owner| owner.is_unmatched() && !choices.owners.contains_key(&owner.name))
    {
        if let Some(codes) = known(&owner.name) {
            owner.set_codes(&codes, "chosen");
        }
    }
    let alignment = align(tree, &rows, choices);
    let old = parse_stated(&tree.plan.source, PlanReference { year });
    let duties = old.sections.iter().flat_map(|section| &section.clauses).flat_map(|clause| &clause.duties);
    let before = duties.filter(|duty| !duty.owners.is_empty()).map(|duty| plain(&duty.text)).collect();
    Prepared { parsed, rows, alignment, before, old_number: old.document_number }
}
