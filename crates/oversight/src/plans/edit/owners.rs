//! Corrections of owners: which organs a name means, parts, owners of one duty alone.

use kernel::{
    OrganCode,
    id::{ClauseId, DutyId},
};

use super::{Edit, Surroundings, Wrong, gone, place, wrong};
use crate::{
    model::OwnerRole,
    plans::{
        owners::{self, Resolution},
        tree::{OwnerId, OwnerRow, Tree},
    },
};

/// Does a correction of owners; see [`Edit::apply`].
pub(super) fn apply(edit: &Edit, tree: &mut Tree, with: &mut Surroundings<'_>) -> Result<String, Wrong> {
    let owner = |tree: &Tree, id: &OwnerId| tree.owners.iter().position(|owner| owner.id == *id).ok_or_else(gone);
    match edit {
        Edit::Choose(id, codes) => {
            let at = owner(tree, id)?;
            if codes.is_empty() || codes.iter().any(|code| with.directory.get(code).is_none()) {
                return Err(wrong("organ", "请从名单中选择一个机关，例如 县财政局。"));
            }
            if let Some(gone) =
                codes.iter().filter_map(|code| with.directory.get(code)).find(|organ| !organ.exists_on(with.day))
            {
                let message = format!("{}已撤销，不能承担新任务。请选择承接职责的机关。", gone.short_name);
                return Err(wrong("organ", &message));
            }
            let names: Vec<_> = codes.iter().map(|code| with.directory.short_name(code)).collect();
            let count = set_all(tree, id, codes, "chosen");
            Ok(format!("“{}”对应为{}{}", tree.owners[at].name, names.join("、"), elsewhere(count)))
        }
        Edit::Successor(id) => {
            let at = owner(tree, id)?;
            let row = &tree.owners[at];
            let Resolution::Abolished(_, Some(next)) =
                owners::resolve(with.directory, &row.name, row.is_group, with.day)
            else {
                return Err(wrong("organ", "没有登记承接职责的机关。请从名单中选择。"));
            };
            let count = set_all(tree, id, std::slice::from_ref(&next), "successor");
            let name = &tree.owners[at].name;
            Ok(format!("“{name}”改由{}承接{}", with.directory.short_name(&next), elsewhere(count)))
        }
        Edit::Expand(id) => {
            let at = owner(tree, id)?;
            let row = &mut tree.owners[at];
            row.set_codes(&[], "");
            owners::settle(with.directory, row, with.day);
            Ok(format!("重新展开“{}”", row.name))
        }
        Edit::Part(id, role) => {
            let at = owner(tree, id)?;
            tree.owners[at].role = role.code().into();
            Ok(format!("“{}”改为{}", tree.owners[at].name, role.label()))
        }
        Edit::Remove(id) => {
            let at = owner(tree, id)?;
            let row = tree.owners.remove(at);
            tree.renumber(std::slice::from_ref(&row.clause));
            Ok(format!("去掉责任单位“{}”", row.name))
        }
        Edit::Add(clause, organ, role, duty) => {
            let Some(found) = with.directory.get(organ).filter(|found| found.exists_on(with.day)) else {
                return Err(wrong("organ", "请从名单中选择一个机关，例如 县财政局。"));
            };
            let mut row = added(tree, clause, duty, &found.short_name, *role, with)?;
            row.set_codes(std::slice::from_ref(organ), "chosen");
            tree.owners.push(row);
            tree.renumber(std::slice::from_ref(clause));
            Ok(format!("增加责任单位“{}”", found.short_name))
        }
        Edit::AddGroup(clause, name, role, duty) => {
            let mut row = OwnerRow { is_group: true, ..added(tree, clause, duty, name, *role, with)? };
            if with.directory.group(name, with.day).is_none_or(|organs| organs.is_empty()) {
                return Err(wrong("organ", "名录里没有这个统称所指的机关。请从名单中选择一个机关，例如 县财政局。"));
            }
            owners::settle(with.directory, &mut row, with.day);
            tree.owners.push(row);
            tree.renumber(std::slice::from_ref(clause));
            Ok(format!("增加责任单位“{name}”"))
        }
        Edit::Own(id) => {
            let place = place(tree, id)?;
            let duty = tree.duty(id).cloned().ok_or_else(gone)?;
            let copies: Vec<OwnerRow> = tree.owners_of_clause(&duty.clause).cloned().collect();
            for copy in copies {
                tree.owners.push(OwnerRow { id: (with.fresh)().into(), duty: duty.id.clone(), ..copy });
            }
            tree.renumber(&[duty.clause]);
            Ok(format!("{place}单独设责任单位"))
        }
        Edit::Share(id) => {
            let place = place(tree, id)?;
            tree.owners.retain(|owner| owner.duty != *id);
            Ok(format!("{place}沿用本条责任单位"))
        }
        Edit::Reform(old, new) => reform(tree, old, new, with),
        _ => Err(gone()),
    }
}

/// The owners that mean this organ, alone or among others.
pub(super) fn of_organ<'a>(tree: &'a Tree, organ: &'a OrganCode) -> impl Iterator<Item = &'a OwnerRow> {
    tree.owners.iter().filter(|owner| owner.codes().contains(organ))
}

/// Puts `new` in the place of `old` everywhere; collective names are expanded anew.
fn reform(tree: &mut Tree, old: &OrganCode, new: &OrganCode, with: &Surroundings<'_>) -> Result<String, Wrong> {
    let Some(organ) = with.directory.get(new).filter(|organ| organ.exists_on(with.day)) else {
        return Err(wrong("organ", "请从名单中选择承接职责的机关，例如 县财政局。"));
    };
    let mut count = 0;
    for row in tree.owners.iter_mut().filter(|owner| owner.codes().contains(old)) {
        count += 1;
        if row.how == "group" {
            row.set_codes(&[], "");
            owners::settle(with.directory, row, with.day);
            continue;
        }
        let mut codes: Vec<OrganCode> = Vec::new();
        for code in row.codes().into_iter().map(|code| if code == *old { new.clone() } else { code }) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        row.set_codes(&codes, "successor");
    }
    if count == 0 {
        return Err(gone());
    }
    Ok(format!("{}改由{}承接{}", with.directory.short_name(old), organ.short_name, elsewhere(count)))
}

/// A new owner that means nobody yet.
fn added(
    tree: &Tree,
    clause: &ClauseId,
    duty: &DutyId,
    name: &str,
    role: OwnerRole,
    with: &mut Surroundings<'_>,
) -> Result<OwnerRow, Wrong> {
    let clause = tree.clause(clause).ok_or_else(gone)?;
    Ok(OwnerRow::new((with.fresh)().into(), clause, duty.clone(), name, role))
}

/// Places of unmatched owners with the same name as this one, itself included when it is unmatched.
pub(super) fn namesakes(tree: &Tree, id: &OwnerId) -> Vec<usize> {
    let Some(name) = tree.owners.iter().find(|owner| owner.id == *id).map(|owner| owner.name.as_str()) else {
        return Vec::new();
    };
    let same = |owner: &OwnerRow| owner.name == name && owner.is_unmatched();
    tree.owners.iter().enumerate().filter(|(_, owner)| same(owner)).map(|(at, _)| at).collect()
}

/// Puts these organs into an owner and its namesakes; how many there are.
fn set_all(tree: &mut Tree, id: &OwnerId, codes: &[OrganCode], how: &str) -> usize {
    let mut places = namesakes(tree, id);
    if let Some(at) = tree.owners.iter().position(|owner| owner.id == *id).filter(|at| !places.contains(at)) {
        places.push(at);
    }
    for at in &places {
        tree.owners[*at].set_codes(codes, how);
    }
    places.len()
}

fn elsewhere(count: usize) -> String {
    if count > 1 { format!("，共 {count} 处") } else { String::new() }
}
