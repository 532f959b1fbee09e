//! The same correction of many duties at once: dates, cadence, an owner.

use kernel::{
    OrganCode,
    id::{ClauseId, DutyId},
};

use super::{Edit, Surroundings, Wrong, gone, owners, pieces::DUE_HINT, wrong};
use crate::{
    model::{Cadence, OwnerRole},
    plans::{due, tree::Tree},
};

/// What is set; what is empty stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    /// Date or words as in [`due::read`]; empty = unchanged.
    pub due_on: String,
    /// Code of the cadence; empty = unchanged, `once` = no cadence.
    pub cadence: String,
    /// An organ, or a collective name behind `group:`; empty = none is added.
    pub owner: String,
    /// Its part.
    pub role: OwnerRole,
}

/// Means no cadence, where the empty choice means that it stays.
pub(super) const ONCE: &str = "once";

/// Does it; one step, so that it is taken back at once.
pub(super) fn apply(
    tree: &mut Tree,
    ids: &[DutyId],
    bulk: &Bulk,
    with: &mut Surroundings<'_>,
) -> Result<String, Wrong> {
    if ids.is_empty() {
        return Err(wrong("bulk", "请先勾选任务。"));
    }
    let year = i16::try_from(tree.plan.year).unwrap_or(2100);
    let read = match bulk.due_on.trim() {
        "" => None,
        typed => Some(due::read(typed, year).ok_or_else(|| wrong("bulk_due", DUE_HINT))?),
    };
    let cadence = match bulk.cadence.as_str() {
        "" => None,
        ONCE => Some(None),
        code => Some(Some(
            Cadence::from_code(code).ok_or_else(|| wrong("bulk_cadence", "请从名单中选择频次，例如 每季度。"))?,
        )),
    };
    if read.is_none() && cadence.is_none() && bulk.owner.is_empty() {
        return Err(wrong("bulk_due", "请填写要统一设置的期限、频次或责任单位。"));
    }
    let mut said = Vec::new();
    for id in ids {
        let duty = tree.duties.iter_mut().find(|duty| duty.id == *id).ok_or_else(gone)?;
        if let Some(read) = &read {
            if let Some(on) = read.on {
                duty.due_on = on.to_string();
            }
            if let Some(cadence) = read.cadence {
                duty.cadence = cadence.code().to_owned();
            }
        }
        if let Some(cadence) = cadence {
            duty.cadence = cadence.map(|cadence| cadence.code().to_owned()).unwrap_or_default();
        }
        if duty.cadence.is_empty() {
            duty.grace_days = 0;
        }
    }
    if let Some(read) = &read {
        let words = [read.cadence.map(|cadence| cadence.label().to_owned()), read.on.map(|on| on.to_string())];
        said.push(format!("期限 {}", words.into_iter().flatten().collect::<Vec<_>>().join("，至 ")));
    }
    if let Some(cadence) = cadence {
        said.push(format!("频次 {}", cadence.map_or("一次性", Cadence::label)));
    }
    if !bulk.owner.is_empty() {
        said.push(add_owner(tree, ids, bulk, with)?);
    }
    Ok(format!("{} 项任务：{}", ids.len(), said.join("，")))
}

/// Adds the owner to these duties: to a clause where all that it has are chosen, else to each duty, which then has owners of its
/// own beginning with those of the clause. Who answers already gets no second share.
fn add_owner(tree: &mut Tree, ids: &[DutyId], bulk: &Bulk, with: &mut Surroundings<'_>) -> Result<String, Wrong> {
    let mut clauses: Vec<ClauseId> = Vec::new();
    for id in ids {
        let clause = tree.duty(id).ok_or_else(gone)?.clause.clone();
        if !clauses.contains(&clause) {
            clauses.push(clause);
        }
    }
    let mut label = String::new();
    for clause in clauses {
        let chosen: Vec<DutyId> =
            tree.duties_of(&clause).filter(|duty| ids.contains(&duty.id)).map(|duty| duty.id.clone()).collect();
        let own = |tree: &Tree, id: &DutyId| tree.owners.iter().any(|owner| owner.duty == *id);
        let whole = tree.duties_of(&clause).filter(|duty| duty.is_owed()).all(|duty| chosen.contains(&duty.id));
        let targets: Vec<DutyId> =
            if whole && !chosen.iter().any(|id| own(tree, id)) { vec![DutyId::default()] } else { chosen };
        for duty in targets {
            if !duty.as_str().is_empty() && !own(tree, &duty) {
                owners::apply(&Edit::Own(duty.clone()), tree, with)?;
            }
            let edit = match bulk.owner.strip_prefix("group:") {
                Some(name) => Edit::AddGroup(clause.clone(), name.to_owned(), bulk.role, duty),
                None => Edit::Add(clause.clone(), OrganCode::from(bulk.owner.as_str()), bulk.role, duty),
            };
            label = owners::apply(&edit, tree, with)?;
        }
    }
    Ok(format!("{label}（{}）", bulk.role.label()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;
    use kernel::Directory;

    use super::*;
    use crate::{model::PlanKind, plans::fixture};

    const SOURCE: &str = "2026年某县政务公开工作要点\n一、做好公开\n（一）公开预算。公开预算。公开执行情况。（县财政局负责）\n\
        （二）公开决算。公开决算。（县审计局负责）\n";

    #[test]
    fn many_duties_get_a_date_a_cadence_and_an_owner_at_once() {
        let mut fresh = fixture::fresh("id");
        let kind = PlanKind::WorkPoints;
        let mut tree = fixture::tree(SOURCE, kind, &mut fresh);
        let organ = kernel::Organ::named("A", "某县审计局", "县审计局", kernel::OrganKind::CountyDepartment);
        let (directory, day) = (Directory::new(vec![organ], "某县"), Date::constant(2026, 3, 1));
        let mut with = Surroundings { kind, directory: &directory, day, fresh: &mut fresh };
        let ids: Vec<DutyId> = [0, 2].map(|at: usize| tree.duties[at].id.clone()).to_vec();
        let bulk =
            Bulk { due_on: "9月底前".into(), cadence: String::new(), owner: "A".into(), role: OwnerRole::Support };
        let said = Edit::Many(ids, bulk).apply(&mut tree, &mut with).expect("bulk");
        assert!(said.starts_with("2 项任务：期限 2026-09-30"), "{said}");
        assert_eq!(
            tree.duties.iter().map(|duty| duty.due_on.as_str()).collect::<Vec<_>>(),
            ["2026-09-30", "", "2026-09-30"]
        );
        let has =
            |at: usize| tree.owners_of_duty(&tree.duties[at]).iter().any(|owner| owner.codes().contains(&"A".into()));
        assert_eq!([has(0), has(1), has(2)], [true, false, true]);
        assert!(tree.owners_of_duty(&tree.duties[0]).len() > 1, "the clause's owners stay");
        let nothing =
            Bulk { due_on: "尽快".into(), cadence: String::new(), owner: String::new(), role: OwnerRole::Lead };
        let id = tree.duties[0].id.clone();
        assert!(Edit::Many(vec![id], nothing).apply(&mut tree, &mut with).is_err());
    }
}
