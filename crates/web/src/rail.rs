//! The office's navigation: what a person may open, in the order in which work is done. The links are those that the
//! capabilities declare.

use kernel::{Actor, may};

use crate::capability::Nav;

/// A group of links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RailGroup {
    /// Heading; may be empty.
    pub label: String,
    pub links: Vec<RailLink>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RailLink {
    /// Address in the office.
    pub href: String,
    /// Name.
    pub label: String,
    /// How much waits there.
    pub count: Option<i64>,
    /// Whether this is the page being shown.
    pub current: bool,
    /// See [`Nav::letter`].
    pub letter: &'static str,
}

/// The groups for this person, with counts, the current page marked. `links` are in order; a group stands where its first
/// link does.
pub fn groups(links: &[Nav], actor: &Actor, counts: &[(&'static str, i64)], path: &str) -> Vec<RailGroup> {
    let bare = path.split('?').next().unwrap_or(path);
    let is_below =
        |href: &str| if href == "/" { bare == "/" } else { bare == href || bare.starts_with(&format!("{href}/")) };
    // Of an address that lies below another the longest names the page: one link is the current one.
    let fit = |link: &Nav| {
        let all = std::iter::once(link.href).chain(link.also.iter().copied());
        all.filter(|href| is_below(href)).map(str::len).max().unwrap_or(0)
    };
    let shown_to = |link: &&Nav| may(actor, link.permission).is_ok();
    let best = links.iter().filter(shown_to).map(fit).max().unwrap_or(0);
    let is_current = |link: &Nav| best > 0 && fit(link) == best;
    let mut groups: Vec<RailGroup> = Vec::new();
    for link in links.iter().filter(shown_to) {
        let count = counts.iter().find(|(at, _)| *at == link.href).map(|(_, count)| *count);
        let shown = RailLink {
            href: link.href.to_owned(),
            label: link.label.to_owned(),
            count: count.filter(|count| *count > 0),
            current: is_current(link),
            letter: link.letter,
        };
        match groups.iter_mut().find(|group| group.label == link.group) {
            Some(group) => group.links.push(shown),
            None => groups.push(RailGroup { label: link.group.to_owned(), links: vec![shown] }),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Permission, Role, Scope, Staff, id::AccountId};

    static SYSTEM: Permission = Permission::new("system", "系统", &[Role::SystemAdmin], Scope::AllOrgans);
    static CONTENT: Permission = Permission::new("content", "内容", Role::CONTENT, Scope::OwnOrgan);

    #[test]
    fn only_what_may_be_opened_is_shown_and_the_current_page_is_marked() {
        let actor = Actor::Staff(Staff {
            account: AccountId::from("a"),
            name: String::new(),
            organ: "A".into(),
            roles: vec![Role::SystemAdmin],
            central: false,
        });
        let links =
            [Nav::under("公开", "/documents", "稿件", &CONTENT, 1), Nav::under("管理", "/system", "系统", &SYSTEM, 2)];
        let groups = groups(&links, &actor, &[("/system", 2)], "/system?tab=jobs");
        assert_eq!(groups.len(), 1, "a group without links is left out");
        assert_eq!(groups[0].links.len(), 1);
        assert!(groups[0].links[0].current && groups[0].links[0].count == Some(2));
    }

    #[test]
    fn a_page_at_an_address_of_its_own_stands_at_the_link_that_names_it() {
        let actor = Actor::Staff(Staff {
            account: AccountId::from("a"),
            name: String::new(),
            organ: "A".into(),
            roles: vec![Role::SystemAdmin],
            central: false,
        });
        let links = [
            Nav::under("互动", "/cases", "办件", &SYSTEM, 1).also(&["/foi/cases"]),
            Nav::under("互动", "/foi/register", "登记书面申请", &SYSTEM, 2),
        ];
        let current = |path: &str| -> Vec<bool> {
            groups(&links, &actor, &[], path)[0].links.iter().map(|link| link.current).collect()
        };
        assert_eq!(current("/foi/cases/1/reply?outcome=partly"), [true, false]);
        assert_eq!(current("/cases/1"), [true, false]);
        assert_eq!(current("/foi/register"), [false, true]);
        assert_eq!(current("/foi/casestudy"), [false, false]);
    }

    #[test]
    fn of_two_links_that_fit_the_longer_one_is_current() {
        let actor = Actor::Staff(Staff {
            account: AccountId::from("a"),
            name: String::new(),
            organ: "A".into(),
            roles: vec![Role::SystemAdmin],
            central: false,
        });
        let links = [
            Nav::under("公开", "/records", "领域数据", &SYSTEM, 1),
            Nav::under("公开", "/records/batches", "数据批次", &SYSTEM, 2),
        ];
        let current = |path: &str| -> Vec<bool> {
            groups(&links, &actor, &[], path)[0].links.iter().map(|link| link.current).collect()
        };
        assert_eq!(current("/records/batches/1?all=1"), [false, true]);
        assert_eq!(current("/records/permit"), [true, false]);
    }
}
