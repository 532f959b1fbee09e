//! Which duty of an amended text is which duty of the plan: exact words first, then high similarity, then position.

use std::collections::{BTreeMap, HashMap, HashSet};

use kernel::id::{ClauseId, DutyId};
use serde::{Deserialize, Serialize};

use crate::{
    model::Visibility,
    plans::{
        draft::{Rows, default_visibility},
        tree::{ClauseRow, DutyRow, Tree},
    },
};

/// Chosen for a clause: the owners of now stay, whatever the amended text says.
pub(crate) const KEEP: &str = "old";
/// Chosen for a clause: the owners are those of the amended text.
pub(crate) const TAKE: &str = "new";

/// Corrections by a person. Duties of the amended text are named `clause.duty` by their places, from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// New duty → id of the duty that it continues, or `new`.
    pub duties: BTreeMap<String, String>,
    /// Id of a duty that ends → why.
    pub reasons: BTreeMap<String, String>,
    /// Owner's name as written → code of the organ that it means.
    pub owners: BTreeMap<String, String>,
    /// New duty → `public` or `internal`.
    pub visibility: BTreeMap<String, String>,
    /// Clause of the amended text, by its place from 0 → whether the owners of now stay (`old`) or those of the text hold (`new`).
    pub keep: BTreeMap<String, String>,
}

impl Choices {
    /// What was said of the owners of a clause; empty = nothing.
    pub(crate) fn kept(&self, clause: usize) -> &str {
        self.keep.get(&clause.to_string()).map_or("", String::as_str)
    }

    /// The same decisions have the same mark: fields that were left empty decide nothing.
    pub(crate) fn mark(&self) -> String {
        let decided: Vec<Vec<(&str, &str)>> = [&self.duties, &self.reasons, &self.owners, &self.visibility, &self.keep]
            .map(|of| {
                let pairs = of.iter().map(|(key, chosen)| (key.as_str(), chosen.trim()));
                pairs.filter(|(_, chosen)| !chosen.is_empty()).collect()
            })
            .into();
        if decided.iter().all(Vec::is_empty) { String::new() } else { format!("{decided:?}") }
    }
}

/// What becomes of a duty of the amended text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It continues these duties with their words; more than one where the office had split it.
    Kept(Vec<DutyId>),
    /// It continues this duty with other words.
    Changed(DutyId),
    New,
}

/// A duty of the amended text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Name in [`Choices`].
    pub key: String,
    /// The row as parsed.
    pub duty: DutyRow,
    /// What becomes of it.
    pub fate: Fate,
    /// Whether date or cadence differ from the duty that it continues.
    pub due_changed: bool,
}

/// A clause of the amended text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedClause {
    /// The row as parsed.
    pub clause: ClauseRow,
    /// The clause of the plan that it continues.
    pub old: Option<ClauseId>,
    /// Whether the owner note differs, so that the owners are those of the amended text.
    pub owners_changed: bool,
    pub duties: Vec<Placed>,
    /// Duties that the office added by hand: they stay with their clause.
    pub added: Vec<DutyId>,
}

/// The whole alignment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alignment {
    /// Clauses of the amended text in order.
    pub clauses: Vec<PlacedClause>,
    /// Ids of duties that end.
    pub ended: Vec<DutyId>,
    /// Ids of clauses that end.
    pub ended_clauses: Vec<ClauseId>,
}

impl Alignment {
    /// Whether the public will see a new duty: as chosen, else as its kind of plan has it; but where something internal ends
    /// or stands in the same clause, it may be that in other words, and is internal until somebody says otherwise.
    pub fn visibility(&self, tree: &Tree, placed: &Placed, choices: &Choices) -> Visibility {
        if let Some(chosen) = choices.visibility.get(&placed.key) {
            return Visibility::from_code(chosen);
        }
        let clause = self
            .clauses
            .iter()
            .find(|clause| clause.clause.id == placed.duty.clause)
            .and_then(|clause| clause.old.as_ref());
        let touched = |duty: &&DutyRow| self.ended.contains(&duty.id) || Some(&duty.clause) == clause;
        if tree.duties.iter().filter(touched).any(|duty| !duty.is_public()) {
            return Visibility::Internal;
        }
        default_visibility(tree.plan.kind())
    }
}

/// Text without white space.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Share of common pairs of characters, 0 to 100 (Dice coefficient).
pub fn similarity(a: &str, b: &str) -> u32 {
    let pairs = |text: &str| -> HashMap<(char, char), u32> {
        let chars: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
        let mut counts = HashMap::new();
        for pair in chars.windows(2) {
            *counts.entry((pair[0], pair[1])).or_default() += 1;
        }
        counts
    };
    let (a, b) = (pairs(a), pairs(b));
    let total: u32 = a.values().sum::<u32>() + b.values().sum::<u32>();
    if total == 0 {
        return 0;
    }
    let common: u32 = a.iter().map(|(pair, count)| (*count).min(b.get(pair).copied().unwrap_or(0))).sum();
    200 * common / total
}

/// From here on, words count as the same duty in other words.
const SIMILAR: u32 = 60;
/// At the same place of the same clause less is enough.
const SIMILAR_IN_PLACE: u32 = 35;

/// Aligns the amended rows with the plan, following the choices where there are any.
pub fn align(tree: &Tree, new: &Rows, choices: &Choices) -> Alignment {
    let running: Vec<&DutyRow> = tree.duties.iter().filter(|duty| duty.ended_at.is_empty()).collect();
    let mut taken: HashSet<DutyId> = HashSet::new();
    let clause_of = match_clauses(tree, new);
    let mut clauses: Vec<PlacedClause> = Vec::new();
    for (c, clause) in new.clauses.iter().enumerate() {
        let old = clause_of.get(&clause.id).and_then(|id| tree.clause(id));
        let duties = new.duties.iter().filter(|duty| duty.clause == clause.id).enumerate();
        let duties = duties
            .map(|(d, duty)| Placed {
                key: format!("{c}.{d}"),
                duty: duty.clone(),
                fate: Fate::New,
                due_changed: false,
            })
            .collect();
        let added = old.map_or_else(Vec::new, |old| {
            let by_hand = running.iter().filter(|duty| duty.clause == old.id && duty.original.trim().is_empty());
            by_hand.map(|duty| duty.id.clone()).collect()
        });
        taken.extend(added.iter().cloned());
        clauses.push(PlacedClause {
            clause: clause.clone(),
            owners_changed: old
                .is_none_or(|old| choices.kept(c) != KEEP && plain(&old.owner_note) != plain(&clause.owner_note)),
            old: old.map(|old| old.id.clone()),
            duties,
            added,
        });
    }
    follow_choices(&mut clauses, &running, choices, &mut taken);
    match_exact(&mut clauses, &running, choices, &mut taken);
    match_similar(&mut clauses, &running, choices, &mut taken);
    for placed in clauses.iter_mut().flat_map(|clause| &mut clause.duties) {
        placed.due_changed = match &placed.fate {
            Fate::New => false,
            Fate::Changed(id) => due_differs(&running, id, &placed.duty),
            Fate::Kept(ids) => ids.len() == 1 && due_differs(&running, &ids[0], &placed.duty),
        };
    }
    let ended = running.iter().filter(|duty| !taken.contains(&duty.id)).map(|duty| duty.id.clone()).collect();
    let continued: HashSet<&ClauseId> = clauses.iter().filter_map(|clause| clause.old.as_ref()).collect();
    let ended_clauses = tree
        .clauses
        .iter()
        .filter(|clause| clause.ended_at.is_empty() && !continued.contains(&clause.id))
        .map(|clause| clause.id.clone())
        .collect();
    Alignment { clauses, ended, ended_clauses }
}

/// The words of the date decide: what the office set by hand stays while the text says the same.
fn due_differs(running: &[&DutyRow], id: &DutyId, new: &DutyRow) -> bool {
    running.iter().any(|old| old.id == *id && plain(&old.due_words) != plain(&new.due_words))
}

fn match_clauses(tree: &Tree, new: &Rows) -> HashMap<ClauseId, ClauseId> {
    let open: Vec<&ClauseRow> = tree.clauses.iter().filter(|clause| clause.ended_at.is_empty()).collect();
    let mut matched: HashMap<ClauseId, ClauseId> = HashMap::new();
    let mut used: HashSet<&str> = HashSet::new();
    let whole = |clause: &ClauseRow| plain(&format!("{}{}", clause.title, clause.text));
    let mut pass = |fits: &dyn Fn(&ClauseRow, &ClauseRow) -> u32, least: u32| {
        for clause in &new.clauses {
            if matched.contains_key(&clause.id) {
                continue;
            }
            let free = open.iter().filter(|old| !used.contains(old.id.as_str()));
            let best = free.map(|old| (fits(old, clause), old)).filter(|(score, _)| *score >= least);
            // Of equals the first in order, as people number on.
            let best = best.reduce(|best, next| if next.0 > best.0 { next } else { best });
            if let Some((_, old)) = best {
                used.insert(old.id.as_str());
                matched.insert(clause.id.clone(), old.id.clone());
            }
        }
    };
    pass(&|old, new| u32::from(whole(old) == whole(new)), 1);
    pass(&|old, new| u32::from(!new.title.is_empty() && plain(&old.title) == plain(&new.title)), 1);
    pass(&|old, new| similarity(&whole(old), &whole(new)), SIMILAR);
    pass(
        &|old, new| if old.position == new.position { similarity(&whole(old), &whole(new)) } else { 0 },
        SIMILAR_IN_PLACE,
    );
    matched
}

fn follow_choices(clauses: &mut [PlacedClause], running: &[&DutyRow], choices: &Choices, taken: &mut HashSet<DutyId>) {
    for placed in clauses.iter_mut().flat_map(|clause| &mut clause.duties) {
        let Some(old) = choices.duties.get(&placed.key).and_then(|id| running.iter().find(|old| old.id.as_str() == id))
        else {
            continue;
        };
        if taken.insert(old.id.clone()) {
            let same = plain(&old.original) == plain(&placed.duty.original);
            placed.fate = if same { Fate::Kept(vec![old.id.clone()]) } else { Fate::Changed(old.id.clone()) };
        }
    }
}

/// Whether a person has said that this duty continues none or another.
fn is_chosen(choices: &Choices, placed: &Placed) -> bool {
    placed.fate != Fate::New || choices.duties.contains_key(&placed.key)
}

fn match_exact(clauses: &mut [PlacedClause], running: &[&DutyRow], choices: &Choices, taken: &mut HashSet<DutyId>) {
    for clause in clauses.iter_mut() {
        for placed in &mut clause.duties {
            if is_chosen(choices, placed) {
                continue;
            }
            let wanted = plain(&placed.duty.original);
            let own = |old: &&&DutyRow| clause.old.as_ref() == Some(&old.clause);
            let free: Vec<&&DutyRow> =
                running.iter().filter(|old| !taken.contains(&old.id) && !plain(&old.original).is_empty()).collect();
            let exact = free.iter().filter(|old| own(old)).chain(free.iter().filter(|old| !own(old)));
            let one = exact.into_iter().find(|old| plain(&old.original) == wanted).map(|old| vec![old.id.clone()]);
            // The office may have split it: then a run of duties reads as the new one.
            let run = one.or_else(|| {
                let own: Vec<&&DutyRow> = free.iter().filter(|old| own(old)).copied().collect();
                (0..own.len()).find_map(|start| {
                    let mut joined = String::new();
                    for end in start..own.len() {
                        joined.push_str(&plain(&own[end].original));
                        if joined == wanted {
                            return Some(own[start..=end].iter().map(|old| old.id.clone()).collect());
                        }
                    }
                    None
                })
            });
            if let Some(ids) = run {
                taken.extend(ids.iter().cloned());
                placed.fate = Fate::Kept(ids);
            }
        }
    }
}

fn match_similar(clauses: &mut [PlacedClause], running: &[&DutyRow], choices: &Choices, taken: &mut HashSet<DutyId>) {
    for in_place in [false, true] {
        for clause in clauses.iter_mut() {
            for placed in &mut clause.duties {
                if is_chosen(choices, placed) {
                    continue;
                }
                let least = if in_place { SIMILAR_IN_PLACE } else { SIMILAR };
                let candidates = running.iter().filter(|old| !taken.contains(&old.id)).filter(|old| {
                    let own = clause.old.as_ref() == Some(&old.clause);
                    own && (!in_place || old.position == placed.duty.position)
                });
                let scored = candidates.map(|old| (similarity(&old.original, &placed.duty.original), old));
                let best = scored
                    .filter(|(score, _)| *score >= least)
                    .reduce(|best, next| if next.0 > best.0 { next } else { best });
                if let Some((_, old)) = best {
                    taken.insert(old.id.clone());
                    placed.fate = Fate::Changed(old.id.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::PlanKind, plans::fixture};

    fn rows(source: &str, prefix: &str) -> Rows {
        fixture::rows(source, PlanKind::WorkPoints, &mut fixture::fresh(prefix))
    }

    fn tree(source: &str) -> Tree {
        let mut tree = fixture::tree(source, PlanKind::WorkPoints, &mut fixture::fresh("old"));
        tree.plan.state = "confirmed".into();
        tree
    }

    const OLD: &str = "2026年某县政务公开工作要点\n一、做好公开\n（一）公开预算。6月底前公开县本级预算。每季度公开预算执行情况。\
        （县财政局负责）\n（二）公开决算。9月底前公开部门决算报告。（县审计局负责）\n（三）办好网站。每月检查一次网站栏目。（县政府办公室负责）\n";

    #[test]
    fn the_same_text_keeps_everything() {
        let tree = tree(OLD);
        let alignment = align(&tree, &rows(OLD, "new"), &Choices::default());
        assert!(alignment.ended.is_empty() && alignment.ended_clauses.is_empty());
        for clause in &alignment.clauses {
            assert!(!clause.owners_changed);
            assert!(clause.duties.iter().all(|placed| matches!(placed.fate, Fate::Kept(_)) && !placed.due_changed));
        }
    }

    #[test]
    fn kept_changed_new_and_ended_are_told_apart_although_numbers_move() {
        let amended = "2026年某县政务公开工作要点\n一、做好公开\n（一）增加培训。12月底前举办一次业务培训。（县政府办公室负责）\n\
            （二）公开预算。7月底前公开县本级预算和部门预算。每季度公开预算执行情况。（县财政局、县审计局负责）\n\
            （三）办好网站。每月检查一次网站栏目。（县政府办公室负责）\n";
        let tree = tree(OLD);
        let alignment = align(&tree, &rows(amended, "new"), &Choices::default());
        let fates: Vec<_> =
            alignment.clauses.iter().flat_map(|clause| &clause.duties).map(|placed| &placed.fate).collect();
        assert_eq!(*fates[0], Fate::New);
        assert!(matches!(fates[1], Fate::Changed(id) if *id == tree.duties[0].id));
        assert_eq!(*fates[2], Fate::Kept(vec![tree.duties[1].id.clone()]));
        assert_eq!(*fates[3], Fate::Kept(vec![tree.duties[3].id.clone()]));
        assert_eq!(alignment.ended, [tree.duties[2].id.clone()]);
        assert_eq!(alignment.ended_clauses, [tree.clauses[1].id.clone()]);
        assert!(alignment.clauses[1].owners_changed && !alignment.clauses[2].owners_changed);
        assert!(alignment.clauses[1].duties[0].due_changed);
    }

    #[test]
    fn what_the_office_split_or_added_stays() {
        let mut tree = tree(OLD);
        let whole = tree.duties[0].clone();
        let (a, b) = ("6月底前".to_owned(), "公开县本级预算。".to_owned());
        tree.duties[0].original = a;
        let second = DutyRow { id: "split".into(), original: b, ..whole.clone() };
        let by_hand =
            DutyRow { id: "hand".into(), original: String::new(), text: "另加一项".into(), ..whole.clone() };
        tree.duties.insert(1, second);
        tree.duties.push(by_hand);
        let alignment = align(&tree, &rows(OLD, "new"), &Choices::default());
        assert_eq!(alignment.clauses[0].duties[0].fate, Fate::Kept(vec![whole.id.clone(), "split".into()]));
        assert_eq!(alignment.clauses[0].added, [DutyId::from("hand")]);
        assert!(alignment.ended.is_empty());
    }

    /// The first duty that the old text does not have.
    fn added(alignment: &Alignment) -> &Placed {
        let mut placed = alignment.clauses.iter().flat_map(|clause| &clause.duties);
        placed.find(|placed| placed.fate == Fate::New).expect("a new duty")
    }

    #[test]
    fn what_may_be_something_internal_in_other_words_is_not_public_by_itself() {
        let mut tree = tree(OLD);
        let internal = tree.duties.iter_mut().find(|duty| duty.text.contains("部门决算")).expect("duty");
        internal.visibility = Visibility::Internal.code().to_owned();
        let amended = OLD.replace("9月底前公开部门决算报告。", "年底以前把各单位花钱的结果讲清楚。");
        let new = rows(&amended, "new");
        let alignment = align(&tree, &new, &Choices::default());
        let placed = added(&alignment);
        assert_eq!(alignment.visibility(&tree, placed, &Choices::default()), Visibility::Internal);
        let mut choices = Choices::default();
        choices.visibility.insert(placed.key.clone(), "public".into());
        assert_eq!(alignment.visibility(&tree, placed, &choices), Visibility::Public);
        // Where nothing internal is touched, a new duty is as public as any of its kind.
        let more = rows(
            &OLD.replace("每季度公开预算执行情况。", "每季度公开预算执行情况。另外印发一份便民手册给群众。"),
            "more",
        );
        let alignment = align(&tree, &more, &Choices::default());
        let placed = added(&alignment);
        assert_eq!(alignment.visibility(&tree, placed, &Choices::default()), Visibility::Public);
    }

    #[test]
    fn a_person_decides_over_the_machine() {
        let tree = tree(OLD);
        let mut choices = Choices::default();
        choices.duties.insert("0.0".into(), "new".into());
        choices.duties.insert("1.0".into(), tree.duties[0].id.to_string());
        let alignment = align(&tree, &rows(OLD, "new"), &choices);
        assert_eq!(alignment.clauses[0].duties[0].fate, Fate::New);
        assert_eq!(alignment.clauses[1].duties[0].fate, Fate::Changed(tree.duties[0].id.clone()));
        assert_eq!(alignment.ended, [tree.duties[2].id.clone()]);
    }
}
