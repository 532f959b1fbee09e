//! Whom an amendment takes a duty from and whom it gives one: per duty, in organs, before it is carried out. A text that names
//! owners anew says nothing of those whom the office had chosen by hand, so that they would go without a word.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::{Directory, OrganCode, id::DutyId};

use crate::{
    model::OwnerRole,
    plans::{
        amend::{
            align::{Choices, Fate, PlacedClause, plain},
            prepare::Prepared,
        },
        confirm::organs_of,
        tree::{DutyRow, OwnerRow, Tree},
    },
};

/// How the owners of one duty that goes on change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shift {
    /// Place of the clause in the amended text, from 0.
    pub(crate) clause: usize,
    pub(crate) duty: DutyId,
    /// Who owes it no longer.
    pub(crate) out: Vec<OrganCode>,
    /// Who owes it from then on.
    pub(crate) joined: Vec<OrganCode>,
    /// Whether somebody who goes was chosen by hand: the text never named them.
    pub(crate) by_hand: bool,
}

/// Short names, the first few.
fn named(directory: &Directory, organs: &[OrganCode]) -> String {
    const MOST: usize = 6;
    let names: Vec<&str> = organs.iter().take(MOST).map(|organ| directory.short_name(organ)).collect();
    let more = if organs.len() > MOST { "等" } else { "" };
    format!("{} 个机关（{}{more}）", organs.len(), names.join("、"))
}

impl Shift {
    /// In one line: 一（二）第 1 项：不再承担 2 个机关（…），新增 1 个机关（…）.
    pub(crate) fn words(&self, tree: &Tree, directory: &Directory) -> String {
        let mut parts = Vec::new();
        if !self.out.is_empty() {
            parts.push(format!("不再承担的 {}", named(directory, &self.out)));
        }
        if !self.joined.is_empty() {
            parts.push(format!("新承担的 {}", named(directory, &self.joined)));
        }
        let hand = if self.by_hand { "；其中有人工指定的" } else { "" };
        format!("{}：{}{hand}", tree.place_of(&self.duty), parts.join("；"))
    }
}

/// Numbers over all duties, for whoever carries it out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) duties: usize,
    /// Shares that end, and how many organs that are.
    pub(crate) out: (usize, usize),
    /// Shares that are new, and how many organs that are.
    pub(crate) joined: (usize, usize),
}

impl Sum {
    pub(crate) fn of(shifts: &[Shift]) -> Self {
        let count = |of: fn(&Shift) -> &Vec<OrganCode>| {
            let all = || shifts.iter().flat_map(of);
            (all().count(), all().collect::<BTreeSet<_>>().len())
        };
        Self { duties: shifts.len(), out: count(|shift| &shift.out), joined: count(|shift| &shift.joined) }
    }

    /// What the dialog says; empty when nobody's part changes.
    pub(crate) fn words(self) -> String {
        if self.duties == 0 {
            return String::new();
        }
        format!(
            "{} 项任务的责任单位有变动：{} 个机关不再承担（{} 项次终止），{} 个机关新承担（{} 项次）",
            self.duties, self.out.1, self.out.0, self.joined.1, self.joined.0
        )
    }
}

/// The clauses in which people chosen by hand would go and nobody has said yet that they shall: number of the clause.
pub(crate) fn undecided(shifts: &[Shift], choices: &Choices) -> BTreeSet<usize> {
    let open = |shift: &&Shift| shift.by_hand && choices.kept(shift.clause).is_empty();
    shifts.iter().filter(open).map(|shift| shift.clause).collect()
}

/// How the owners of duties that go on change, in the order of the amended text.
pub(crate) fn shifts(tree: &Tree, prepared: &Prepared, directory: &Directory, today: Date) -> Vec<Shift> {
    let mut found = Vec::new();
    for (at, placed) in prepared.alignment.clauses.iter().enumerate() {
        let told = if placed.owners_changed { prepared.told_by_text(tree, placed) } else { Vec::new() };
        let mut one = |old: &DutyRow, own: Vec<&OwnerRow>| {
            let before = tree.owners_of_duty(old);
            let after = if own.is_empty() { of_clause(tree, prepared, placed) } else { own };
            let answers = |organs: Vec<(OrganCode, OwnerRole)>| -> BTreeSet<OrganCode> {
                organs.iter().map(|(organ, _)| directory.stands_for(organ, today)).collect()
            };
            let (held, wanted) = (answers(organs_of(tree, old)), answers(organs(&after)));
            let out: Vec<OrganCode> = held.difference(&wanted).cloned().collect();
            let joined: Vec<OrganCode> = wanted.difference(&held).cloned().collect();
            let goes =
                |owner: &&&OwnerRow| owner.codes().iter().any(|code| out.contains(&directory.stands_for(code, today)));
            let by_hand = before.iter().filter(goes).any(|owner| is_by_hand(tree, old, owner));
            if !out.is_empty() || !joined.is_empty() {
                found.push(Shift { clause: at, duty: old.id.clone(), out, joined, by_hand });
            }
        };
        for duty in &placed.duties {
            let continued = match &duty.fate {
                Fate::Kept(ids) => ids.clone(),
                Fate::Changed(id) => vec![id.clone()],
                Fate::New => Vec::new(),
            };
            for (n, id) in continued.iter().enumerate() {
                let Some(old) = tree.duty(id).filter(|old| old.is_owed()) else { continue };
                if placed.old.as_ref().is_some_and(|clause| prepared.stays_elsewhere(tree, old, clause, &duty.fate)) {
                    continue;
                }
                let own = if told.contains(&id) {
                    // Of several that continue one, the first takes on what the text says of it.
                    let named = prepared.rows.owners.iter().filter(|owner| n == 0 && owner.duty == duty.duty.id);
                    if placed.owners_changed { named.collect() } else { Vec::new() }
                } else {
                    tree.owners.iter().filter(|owner| owner.duty == *id).collect()
                };
                one(old, own);
            }
        }
        for old in placed.added.iter().filter_map(|id| tree.duty(id)).filter(|old| old.is_owed()) {
            one(old, tree.owners.iter().filter(|owner| owner.duty == old.id).collect());
        }
    }
    found
}

/// The owners of a clause once the amendment is carried out.
fn of_clause<'a>(tree: &'a Tree, prepared: &'a Prepared, placed: &'a PlacedClause) -> Vec<&'a OwnerRow> {
    match &placed.old {
        Some(old) if !placed.owners_changed => tree.owners_of_clause(old).collect(),
        _ => {
            let own = prepared.rows.owners.iter().filter(|owner| owner.clause == placed.clause.id);
            own.filter(|owner| owner.is_of_clause()).collect()
        }
    }
}

/// The organs that these owners mean, each once.
fn organs(owners: &[&OwnerRow]) -> Vec<(OrganCode, OwnerRole)> {
    let mut organs: Vec<(OrganCode, OwnerRole)> = Vec::new();
    for owner in owners {
        organs.extend(owner.codes().into_iter().map(|code| (code, owner.role())));
    }
    organs
}

/// Whether an owner was given to a duty by a person: the words of its clause do not name it, or do not mean it by themselves.
fn is_by_hand(tree: &Tree, duty: &DutyRow, owner: &OwnerRow) -> bool {
    let Some(clause) = tree.clause(&duty.clause) else { return true };
    let words = plain(&format!("{}{}{}", clause.title, clause.text, clause.owner_note));
    owner.how == "chosen" || !words.contains(&plain(&owner.name))
}

#[cfg(test)]
mod tests {
    use kernel::{Organ, OrganKind};

    use super::*;
    use crate::{
        model::PlanKind,
        plans::{
            amend::align::{KEEP, TAKE, align},
            fixture,
        },
    };

    const OLD: &str = "2026年某县政务公开工作要点\n一、做好公开\n（一）做好公开。及时公开信息。主动回应关切。\n（二）公开预算。\
        6月底前公开预算。（县财政局负责）\n";

    fn directory() -> Directory {
        let organ = |code: &str, name: &str| {
            Organ::named(code, &format!("某县{name}"), &format!("县{name}"), OrganKind::CountyDepartment)
        };
        Directory::new(vec![organ("F", "财政局"), organ("M", "民政局"), organ("O", "政府办公室")], "某县")
    }

    fn plan() -> Tree {
        let mut tree = fixture::tree(OLD, PlanKind::WorkPoints, &mut fixture::fresh("old"));
        tree.plan.state = "confirmed".into();
        for owner in &mut tree.owners {
            owner.set_codes(&["F".into()], "name");
        }
        let clause = tree.clauses[0].clone();
        let mut all = OwnerRow::new("hand".into(), &clause, DutyId::default(), "各单位", OwnerRole::Responsible);
        all.set_codes(&["F".into(), "M".into(), "O".into()], "group");
        tree.owners.push(all);
        tree
    }

    fn prepared(tree: &Tree, text: &str, choices: &Choices) -> Prepared {
        let mut rows = fixture::rows(text, PlanKind::WorkPoints, &mut fixture::fresh("new"));
        let codes = [("县政府办公室", "O"), ("县财政局", "F"), ("县民政局", "M")];
        for owner in &mut rows.owners {
            let code = codes.iter().find(|(name, _)| *name == owner.name).map(|(_, code)| OrganCode::from(*code));
            owner.set_codes(&code.into_iter().collect::<Vec<_>>(), "name");
        }
        let alignment = align(tree, &rows, choices);
        let parsed = plan_text::parse(text, plan_text::PlanReference { year: 2026 });
        Prepared { parsed, rows, alignment, before: Vec::new(), old_number: None }
    }

    #[test]
    fn a_note_that_takes_a_duty_from_others_is_told_counted_and_asked() {
        let (tree, directory) = (plan(), directory());
        let text = OLD.replace("主动回应关切。", "主动回应关切。（县政府办公室负责）");
        let choices = Choices::default();
        let ready = prepared(&tree, &text, &choices);
        let moved = shifts(&tree, &ready, &directory, fixture::DAY);
        assert_eq!(moved.len(), 2, "both duties of the clause: {moved:?}");
        for shift in &moved {
            assert_eq!(shift.out, [OrganCode::from("F"), "M".into()]);
            assert!(shift.joined.is_empty() && shift.by_hand, "{shift:?}");
            assert!(shift.words(&tree, &directory).contains("2 个机关（县财政局、县民政局）"));
        }
        let sum = Sum::of(&moved);
        assert_eq!((sum.duties, sum.out, sum.joined), (2, (4, 2), (0, 0)));
        assert_eq!(undecided(&moved, &choices).into_iter().collect::<Vec<_>>(), [0]);
        // Said: they go. Or they stay, whatever the text says.
        let mut said = Choices::default();
        said.keep.insert("0".into(), TAKE.into());
        assert!(undecided(&moved, &said).is_empty());
        said.keep.insert("0".into(), KEEP.into());
        let kept = prepared(&tree, &text, &said);
        assert!(shifts(&tree, &kept, &directory, fixture::DAY).is_empty());
        assert_ne!(said.mark(), choices.mark(), "the reviewer passes it as it was decided");
    }

    #[test]
    fn owners_that_the_text_names_go_and_come_with_it() {
        let (tree, directory) = (plan(), directory());
        let choices = Choices::default();
        let same = prepared(&tree, OLD, &choices);
        assert!(shifts(&tree, &same, &directory, fixture::DAY).is_empty());
        let text = OLD.replace("（县财政局负责）", "（县民政局负责）");
        let ready = prepared(&tree, &text, &choices);
        let moved = shifts(&tree, &ready, &directory, fixture::DAY);
        assert_eq!(moved.len(), 1, "{moved:?}");
        assert_eq!((moved[0].out.clone(), moved[0].joined.clone()), (vec!["F".into()], vec!["M".into()]));
        assert!(!moved[0].by_hand && undecided(&moved, &choices).is_empty(), "the text says who");
    }
}
