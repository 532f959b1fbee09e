//! Corrections of a draft, as pure changes of the tree. Nothing is ever deleted: what is no duty is marked so, and the
//! words as issued stay in `original`.

mod bulk;
mod head;
mod owners;
mod pieces;
mod words;

pub use bulk::Bulk;
pub use head::HeadFields;
pub use words::{Part, Words};

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::{
    Directory, OrganCode,
    id::{ClauseId, DutyId, PlanId},
};
use web::FormErrors;

use crate::{
    model::{OwnerRole, PlanKind},
    plans::tree::{HEAD, OwnerId, Tree},
};

/// The mark at which a text is split.
pub const SPLIT: char = '‖';

/// The fields of a duty as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// Words.
    pub text: String,
    /// What counts as done.
    pub measure: String,
    /// Due date, in any form that [`time::parse_date`] reads; empty = none.
    pub due_on: String,
    /// Code of the cadence; empty = none.
    pub cadence: String,
    /// Days after the end of a period; empty = 0.
    pub grace_days: String,
    /// `public` or `internal`.
    pub visibility: String,
    /// Further fields of the kind.
    pub extra: BTreeMap<String, String>,
}

/// How a duty is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// 不作为任务.
    NotADuty,
    /// A duty again.
    Duty,
    /// 不分解到单位.
    Principle,
    /// Organs answer for it again.
    Owed,
}

impl Mark {
    /// What it does, in words.
    fn label(self) -> &'static str {
        match self {
            Self::NotADuty => "不作为任务",
            Self::Duty => "恢复为任务",
            Self::Principle => "标为不分解到单位",
            Self::Owed => "恢复为分解到单位",
        }
    }
}

/// One correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Writes the fields; a text with [`SPLIT`] is split there.
    Save(DutyId, Fields),
    /// Writes the fields and splits the text at [`SPLIT`], or at line ends where there is none.
    Split(DutyId, Fields),
    /// Writes the fields of a duty and then does something else to it: a button beside the fields takes along what was typed.
    With(DutyId, Fields, Box<Edit>),
    /// Joins a duty with the next one of the clause.
    Merge(DutyId),
    /// Joins a duty with the one before it in the clause.
    MergeUp(DutyId),
    /// Moves a duty to the end of another clause.
    Move(DutyId, ClauseId),
    /// Marks a duty.
    Mark(DutyId, Mark),
    /// Marks all duties of a clause as 不分解到单位, or takes the mark away.
    Principle(ClauseId, bool),
    /// Adds a duty that does not stand in the text, at the end of a clause.
    Append(ClauseId, String),
    /// An owner means these organs; so does the same name elsewhere in the plan, where it is not matched yet.
    Choose(OwnerId, Vec<OrganCode>),
    /// An owner that was abolished means its successor; likewise elsewhere.
    Successor(OwnerId),
    /// The collective name is expanded anew.
    Expand(OwnerId),
    /// An owner's part.
    Part(OwnerId, OwnerRole),
    /// Takes an owner away; its name stays in the owner note.
    Remove(OwnerId),
    /// Adds an owner to a clause, or to one duty of it alone (last part, may be empty).
    Add(ClauseId, OrganCode, OwnerRole, DutyId),
    /// Adds a collective owner such as 各乡镇（中心） likewise; it means the organs that exist today.
    AddGroup(ClauseId, String, OwnerRole, DutyId),
    /// A duty gets owners of its own, at first those of the clause.
    Own(DutyId),
    /// A duty has the owners of its clause again.
    Share(DutyId),
    /// Date, cadence, owner of many duties at once.
    Many(Vec<DutyId>, Bulk),
    /// Title, year, number and date of the plan.
    Head(HeadFields),
    /// Whether the plan takes the place of another of its kind and year (empty: it stands beside it), and why.
    Twin(PlanId, String),
    /// The words as issued: a heading, a clause's text, an owner note, what stands before or after.
    Words(Part, Words),
    /// An organ that was abolished after the names were matched is this other one, wherever it stands in the plan.
    Reform(OrganCode, OrganCode),
}

/// What an edit needs to know besides the tree.
pub struct Surroundings<'a> {
    pub kind: PlanKind,
    /// Organs.
    pub directory: &'a Directory,
    /// Today.
    pub day: Date,
    /// Gives fresh ids.
    pub fresh: &'a mut (dyn FnMut() -> String + Send),
}

impl std::fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Why an edit is refused: messages at the fields of the form.
pub type Wrong = FormErrors;

fn wrong(field: &str, message: &str) -> Wrong {
    FormErrors::one(field, message)
}

fn gone() -> Wrong {
    wrong("text", "这一项已经不在原处，可能刚被合并或撤销。请刷新页面后再改。")
}

impl Edit {
    /// The clauses that it touches, as the tree stands; empty when its object is gone.
    pub fn clauses(&self, tree: &Tree) -> Vec<ClauseId> {
        let of_duty = |id: &DutyId| tree.duty(id).map(|duty| duty.clause.clone());
        let of_owner =
            |id: &OwnerId| tree.owners.iter().find(|owner| owner.id == *id).map(|owner| owner.clause.clone());
        let of_clause = |id: &ClauseId| tree.clause(id).map(|clause| clause.id.clone());
        let touched: Vec<Option<ClauseId>> = match self {
            Self::Save(id, _)
            | Self::Split(id, _)
            | Self::Merge(id)
            | Self::MergeUp(id)
            | Self::Mark(id, _)
            | Self::Own(id)
            | Self::Share(id) => vec![of_duty(id)],
            Self::With(_, _, then) => return then.clauses(tree),
            Self::Move(id, to) => vec![of_duty(id), of_clause(to)],
            Self::Principle(id, _) | Self::Append(id, _) | Self::Add(id, ..) | Self::AddGroup(id, ..) => {
                vec![of_clause(id)]
            }
            Self::Choose(id, _) | Self::Successor(id) => {
                let namesakes = owners::namesakes(tree, id).into_iter().map(|at| Some(tree.owners[at].clause.clone()));
                std::iter::once(of_owner(id)).chain(namesakes).collect()
            }
            Self::Expand(id) | Self::Part(id, _) | Self::Remove(id) => vec![of_owner(id)],
            Self::Many(ids, _) => ids.iter().map(of_duty).collect(),
            Self::Head(fields) => head::touched(tree, fields),
            Self::Twin(..) => vec![Some(HEAD.into())],
            Self::Words(part, _) => words::touched(part),
            Self::Reform(old, _) => owners::of_organ(tree, old).map(|owner| Some(owner.clause.clone())).collect(),
        };
        let mut clauses: Vec<ClauseId> = Vec::new();
        for clause in touched.into_iter().flatten() {
            if !clauses.contains(&clause) {
                clauses.push(clause);
            }
        }
        clauses
    }

    /// The duty whose fields it writes, and the fields.
    pub fn fields(&self) -> Option<(&DutyId, &Fields)> {
        match self {
            Self::Save(id, fields) | Self::Split(id, fields) | Self::With(id, fields, _) => Some((id, fields)),
            _ => None,
        }
    }

    /// Does it; the answer says in words what was done.
    ///
    /// # Errors
    /// What is wrong, at the fields of the form; the tree is then not to be used.
    pub fn apply(&self, tree: &mut Tree, with: &mut Surroundings<'_>) -> Result<String, Wrong> {
        match self {
            Self::Save(id, fields) => {
                let place = place(tree, id)?;
                let said = pieces::write(tree, id, fields, with)?;
                if fields.text.contains(SPLIT) {
                    return pieces::split(tree, id, with).map(|count| format!("把{place}拆分为 {count} 项"));
                }
                Ok(if said.is_empty() {
                    format!("修改{place}")
                } else {
                    format!("修改{place}：{}", said.join("，"))
                })
            }
            Self::Split(id, fields) => {
                let place = place(tree, id)?;
                let mut fields = fields.clone();
                if !fields.text.contains(SPLIT) {
                    let lines: Vec<_> = fields.text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
                    fields.text = lines.join(&SPLIT.to_string());
                }
                pieces::write(tree, id, &fields, with)?;
                pieces::split(tree, id, with).map(|count| format!("把{place}拆分为 {count} 项"))
            }
            Self::With(id, fields, then) => {
                if fields.text.contains(SPLIT) {
                    return Err(wrong("text", "任务内容里有拆分符号“‖”。请先按“拆分”，或去掉它，再做别的。"));
                }
                pieces::write(tree, id, fields, with)?;
                then.apply(tree, with)
            }
            Self::Merge(id) => pieces::merge(tree, id),
            Self::MergeUp(id) => {
                let before = pieces::previous(tree, id)?;
                pieces::merge(tree, &before)
            }
            Self::Move(id, to) => pieces::shift(tree, id, to),
            Self::Mark(id, mark) => {
                let place = place(tree, id)?;
                let duty = tree.duties.iter_mut().find(|duty| duty.id == *id).ok_or_else(gone)?;
                match mark {
                    Mark::NotADuty => duty.is_duty = false,
                    Mark::Duty => duty.is_duty = true,
                    Mark::Principle => duty.principle = true,
                    Mark::Owed => duty.principle = false,
                }
                Ok(format!("{place}{}", mark.label()))
            }
            Self::Principle(clause, on) => {
                let number = tree.clause(clause).map(|row| tree.clause_number(row)).ok_or_else(gone)?;
                for duty in tree.duties.iter_mut().filter(|duty| duty.clause == *clause) {
                    duty.principle = *on;
                }
                Ok(format!("{number}{}", if *on { "全条标为不分解到单位" } else { "全条恢复为分解到单位" }))
            }
            Self::Append(clause, text) => pieces::append(tree, clause, text, with),
            Self::Many(ids, bulk) => bulk::apply(tree, ids, bulk, with),
            Self::Head(fields) => head::apply(tree, fields),
            Self::Twin(other, reason) => head::choose(tree, other, reason),
            Self::Words(part, words) => words::apply(tree, part, words),
            _ => owners::apply(self, tree, with),
        }
    }
}

/// Where a duty stands, in words: 一（二）第 3 项.
fn place(tree: &Tree, id: &DutyId) -> Result<String, Wrong> {
    let duty = tree.duty(id).ok_or_else(gone)?;
    let number = tree.clause(&duty.clause).map(|clause| tree.clause_number(clause)).unwrap_or_default();
    Ok(format!("{number}第 {} 项", duty.position))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::{fixture, tree::DutyRow};

    const SOURCE: &str = "2026年某县政务公开工作要点\n一、做好公开\n（一）公开预算。6月底前公开预算。每季度公开执行情况。\
        公开绩效。（县财政局负责）\n（二）公开决算。9月底前公开决算。（县审计局负责）\n";

    fn with<T>(run: impl FnOnce(&mut Tree, &mut Surroundings<'_>) -> T) -> T {
        let mut fresh = fixture::fresh("id");
        let kind = PlanKind::KeyProject;
        let mut tree = fixture::tree(SOURCE, kind, &mut fresh);
        let (directory, day) = (Directory::default(), fixture::DAY);
        run(&mut tree, &mut Surroundings { kind, directory: &directory, day, fresh: &mut fresh })
    }

    fn fields(duty: &DutyRow, text: &str) -> Fields {
        Fields {
            text: text.into(),
            due_on: duty.due_on.clone(),
            visibility: duty.visibility.clone(),
            ..Fields::default()
        }
    }

    fn issued_words(tree: &Tree, clause: &ClauseId) -> String {
        tree.duties_of(clause).map(|duty| duty.original.as_str()).collect()
    }

    #[test]
    fn splitting_and_merging_keep_the_words_as_issued() {
        with(|tree, around| {
            let clause = tree.clauses[0].clone();
            assert_eq!(tree.duties_of(&clause.id).count(), 3);
            let first = tree.duties[0].clone();
            let edit = Edit::Split(first.id.clone(), fields(&first, "6月底前\n公开预算。"));
            assert_eq!(edit.clauses(tree), std::slice::from_ref(&clause.id));
            edit.apply(tree, around).expect("split");
            let texts: Vec<_> = tree.duties_of(&clause.id).map(|duty| duty.text.clone()).collect();
            assert_eq!(texts[..2], ["6月底前", "公开预算。"]);
            assert_eq!(issued_words(tree, &clause.id), clause.text);
            Edit::Merge(first.id.clone()).apply(tree, around).expect("merge");
            assert_eq!(tree.duties[0].text, "6月底前公开预算。");
            assert_eq!(issued_words(tree, &clause.id), clause.text);
            assert_eq!(tree.duties_of(&clause.id).map(|duty| duty.position).collect::<Vec<_>>(), [1, 2, 3]);
        });
    }

    #[test]
    fn a_reworded_duty_keeps_its_words_as_issued_with_the_first_part() {
        with(|tree, around| {
            let clause = tree.clauses[0].clone();
            let first = tree.duties[0].clone();
            Edit::Save(first.id.clone(), fields(&first, "公开年度预算‖公开部门预算"))
                .apply(tree, around)
                .expect("save");
            assert_eq!(tree.duties[0].original, first.original);
            assert_eq!(tree.duties[1].original, "");
            assert_eq!(issued_words(tree, &clause.id), clause.text);
        });
    }

    #[test]
    fn a_duty_moves_behind_those_of_the_other_clause() {
        with(|tree, around| {
            let (from, to) = (tree.clauses[0].id.clone(), tree.clauses[1].id.clone());
            let first = tree.duties[0].id.clone();
            let edit = Edit::Move(first.clone(), to.clone());
            assert_eq!(edit.clauses(tree), [from.clone(), to.clone()]);
            edit.apply(tree, around).expect("move");
            let moved = tree.duty(&first).expect("duty");
            assert_eq!((moved.clause.as_str(), moved.position), (to.as_str(), 2));
            assert_eq!(tree.duties_of(&from).map(|duty| duty.position).collect::<Vec<_>>(), [1, 2]);
            Edit::Move(first.clone(), from.clone()).apply(tree, around).expect("back");
            let order: Vec<_> = tree.duties.iter().map(|duty| duty.clause.clone()).collect();
            assert!(order.is_sorted_by_key(|clause| tree.clauses.iter().position(|row| row.id == *clause)));
            assert!(Edit::Move(first, from).apply(tree, around).is_err(), "it is there already");
        });
    }

    #[test]
    fn wrong_fields_are_named_all_at_once() {
        with(|tree, around| {
            let first = tree.duties[0].clone();
            let mut typed = fields(&first, " ‖ ");
            typed.due_on = "尽快".into();
            typed.cadence = "daily".into();
            typed.grace_days = "-1".into();
            typed.extra.insert("investment".into(), "很多".into());
            let wrong = Edit::Save(first.id.clone(), typed).apply(&mut tree.clone(), around).expect_err("errors");
            let names: Vec<_> = wrong.items().iter().map(|(field, _)| field.as_str()).collect();
            assert_eq!(names, ["text", "due_on", "cadence", "grace_days", "investment"]);
            assert!(Edit::Merge("none".into()).apply(tree, around).is_err());
        });
    }

    #[test]
    fn a_duty_may_have_owners_of_its_own() {
        with(|tree, around| {
            let duty = tree.duties[0].clone();
            let before = tree.owners_of_duty(&duty).len();
            Edit::Own(duty.id.clone()).apply(tree, around).expect("own");
            let own: Vec<OwnerId> = tree.owners_of_duty(&duty).iter().map(|owner| owner.id.clone()).collect();
            assert_eq!(own.len(), before);
            Edit::Remove(own[0].clone()).apply(tree, around).expect("remove");
            Edit::Share(duty.id.clone()).apply(tree, around).expect("share");
            assert_eq!(tree.owners_of_duty(&duty).len(), before);
        });
    }

    #[test]
    fn a_button_takes_along_what_was_typed() {
        with(|tree, around| {
            let first = tree.duties[0].clone();
            let typed = fields(&first, "6月底前公开本级预算。");
            let leave = Edit::Mark(first.id.clone(), Mark::NotADuty);
            Edit::With(first.id.clone(), typed, Box::new(leave)).apply(tree, around).expect("mark");
            let duty = tree.duty(&first.id).expect("duty");
            assert_eq!((duty.text.as_str(), duty.is_duty), ("6月底前公开本级预算。", false));
            let split = fields(&first, "公开‖预算");
            let merge = Edit::With(first.id.clone(), split, Box::new(Edit::Merge(first.id.clone())));
            let wrong = merge.apply(tree, around).expect_err("an unfinished split is no text");
            assert!(wrong.of("text").is_some());
        });
    }

    #[test]
    fn a_collective_owner_is_added_by_name() {
        with(|tree, around| {
            let town = kernel::Organ::named("T", "青禾县河口镇人民政府", "河口镇", kernel::OrganKind::Township);
            let directory = Directory::new(vec![town], "青禾县");
            let mut around =
                Surroundings { directory: &directory, kind: around.kind, day: around.day, fresh: &mut *around.fresh };
            let clause = tree.clauses[0].id.clone();
            let add = |name: &str| Edit::AddGroup(clause.clone(), name.into(), OwnerRole::Support, DutyId::default());
            add("各乡镇（中心）").apply(tree, &mut around).expect("add");
            let owner = tree.owners_of_clause(&clause).last().expect("owner");
            assert_eq!((owner.is_group, owner.how.as_str(), owner.codes()), (true, "group", vec!["T".into()]));
            assert!(add("县直各单位").apply(tree, &mut around).is_err(), "there are none");
            assert!(add("某局").apply(tree, &mut around).is_err(), "no collective name");
        });
    }

    #[test]
    fn what_was_internal_does_not_become_public_by_joining() {
        with(|tree, around| {
            let (first, second) = (tree.duties[0].id.clone(), tree.duties[1].clone());
            let mut internal = fields(&second, &second.text);
            internal.visibility = "internal".into();
            Edit::Save(second.id.clone(), internal).apply(tree, around).expect("save");
            Edit::Merge(first.clone()).apply(tree, around).expect("merge");
            assert!(!tree.duty(&first).expect("duty").is_public());
        });
    }
}
