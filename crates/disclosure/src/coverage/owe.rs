//! Which organs owe an item: as the register says today, what an organ owed that exists no more by who followed it.

use item::Owner;
use jiff::civil::Date;
use kernel::{Directory, Organ, OrganCode, OrganKind};

/// An organ that owes an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owes {
    /// Who answers for it today.
    pub(super) organ: OrganCode,
    /// The first day of the organ, or of the oldest that it followed; `None` = since before the records.
    pub(super) from: Option<Date>,
    /// The last day of an organ that nobody followed.
    pub(super) to: Option<Date>,
    /// The organs that it followed and that owed the item.
    pub(super) heirs_of: Vec<OrganCode>,
}

fn named(organ: &Organ, words: &[String]) -> bool {
    words.iter().any(|word| organ.name.contains(word.as_str()) || organ.short_name.contains(word.as_str()))
}

fn is_meant(organ: &Organ, owner: &Owner) -> bool {
    match owner {
        Owner::Organs(codes) => codes.iter().any(|code| code == organ.code.as_str()),
        Owner::Named(words) => named(organ, words),
        Owner::Departments => organ.kind == OrganKind::CountyDepartment,
        Owner::Townships => organ.kind == OrganKind::Township,
        Owner::All => organ.kind.is_government(),
    }
}

/// All that owe it, in the order of the register. An organ that is abolished is followed by the last of its successors.
pub(super) fn owing(directory: &Directory, owner: &Owner, today: Date) -> Vec<Owes> {
    let mut found: Vec<Owes> = Vec::new();
    for organ in directory.all().iter().filter(|organ| is_meant(organ, owner)) {
        let stands = directory.stands_for(&organ.code, today);
        let heir = stands != organ.code;
        let to = directory.get(&stands).and_then(|one| one.exists_to).filter(|to| *to < today);
        match found.iter_mut().find(|one| one.organ == stands) {
            Some(one) => {
                one.from = one.from.zip(organ.exists_from).map(|(one, other)| one.min(other));
                if heir {
                    one.heirs_of.push(organ.code.clone());
                }
            }
            None => {
                let heirs_of = if heir { vec![organ.code.clone()] } else { Vec::new() };
                found.push(Owes { organ: stands, from: organ.exists_from, to, heirs_of });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn organ(code: &str, name: &str) -> Organ {
        Organ::named(code, name, name, OrganKind::CountyDepartment)
    }

    #[test]
    fn who_followed_an_organ_owes_what_it_owed() {
        let old = Organ {
            exists_from: Some(date(2010, 1, 1)),
            exists_to: Some(date(2025, 12, 31)),
            successor: Some("QH012".into()),
            ..organ("QH011", "县民政局")
        };
        let new = Organ { exists_from: Some(date(2026, 1, 1)), ..organ("QH012", "县社会工作部") };
        let directory = Directory::new(vec![old, new, organ("QH010", "县财政局")], "青禾县");
        let found = owing(&directory, &Owner::Named(vec!["民政".into()]), date(2026, 3, 1));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].organ.as_str(), found[0].from), ("QH012", Some(date(2010, 1, 1))));
        assert_eq!(found[0].heirs_of, [OrganCode::from("QH011")]);
        let all = owing(&directory, &Owner::All, date(2026, 3, 1));
        assert_eq!(all.iter().map(|one| one.organ.as_str()).collect::<Vec<_>>(), ["QH012", "QH010"]);
    }

    #[test]
    fn an_organ_that_nobody_followed_ends() {
        let gone = Organ { exists_to: Some(date(2025, 6, 30)), ..organ("QH013", "县矿业办") };
        let found = owing(&Directory::new(vec![gone], "青禾县"), &Owner::Departments, date(2026, 3, 1));
        assert_eq!((found[0].organ.as_str(), found[0].to), ("QH013", Some(date(2025, 6, 30))));
    }
}
