//! The office's navigation: what a person may open, in the order in which work is done.

use kernel::{Action, Actor, may};

/// A group of links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RailGroup {
    /// Heading; may be empty.
    pub label: String,
    /// Links.
    pub links: Vec<RailLink>,
}

/// One link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RailLink {
    /// Address.
    pub href: String,
    /// Name.
    pub label: String,
    /// How much waits there.
    pub count: Option<i64>,
    /// Whether this is the page being shown.
    pub current: bool,
}

/// Address, name, and what one must be allowed to do to see it.
type Way = (&'static str, &'static str, Action);

const RAIL: &[(&str, &[Way])] = &[
    ("", &[("/", "待办台", Action::UseDesk)]),
    (
        "公开",
        &[
            ("/documents", "稿件", Action::ViewDocuments),
            ("/reviews", "审核", Action::ViewDocuments),
            ("/columns", "栏目", Action::ManageColumns),
            ("/bypasses", "紧急发布复核", Action::BypassGates),
        ],
    ),
    ("任务", &[("/plans", "工作要点", Action::ViewDuties), ("/duties", "任务台账", Action::ViewDuties)]),
    (
        "管理",
        &[
            ("/organs", "机关", Action::ViewOrgans),
            ("/accounts", "账号", Action::ManageAccounts),
            ("/calendar", "工作日历", Action::ManageCalendar),
            ("/system", "系统状态", Action::ManageSystem),
        ],
    ),
    (
        "监督",
        &[
            ("/audit", "留痕与验证", Action::ReadAudit),
            ("/permissions", "权限表", Action::ViewOrgans),
            ("/account", "我的账号", Action::UseDesk),
        ],
    ),
];

/// The groups for this person, with counts, the current page marked.
pub fn groups(actor: &Actor, counts: &[(&'static str, i64)], path: &str) -> Vec<RailGroup> {
    let bare = path.split('?').next().unwrap_or(path);
    let is_current =
        |href: &str| if href == "/" { bare == "/" } else { bare == href || bare.starts_with(&format!("{href}/")) };
    let link = |(href, label, action): &(&str, &str, Action)| {
        may(actor, *action).is_ok().then(|| RailLink {
            href: (*href).to_owned(),
            label: (*label).to_owned(),
            count: counts.iter().find(|(at, _)| at == href).map(|(_, count)| *count).filter(|count| *count > 0),
            current: is_current(href),
        })
    };
    RAIL.iter()
        .map(|(label, links)| RailGroup { label: (*label).to_owned(), links: links.iter().filter_map(link).collect() })
        .filter(|group: &RailGroup| !group.links.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Role, Staff, id::AccountId};

    #[test]
    fn an_administrator_sees_no_content_and_the_current_page_is_marked() {
        let actor = Actor::Staff(Staff {
            account: AccountId::from("a"),
            name: String::new(),
            organ: "A".into(),
            roles: vec![Role::SystemAdmin],
            central: false,
        });
        let groups = groups(&actor, &[("/system", 2)], "/system?tab=jobs");
        let links: Vec<_> = groups.iter().flat_map(|group| &group.links).collect();
        assert!(links.iter().all(|link| link.href != "/documents"));
        let system = links.iter().find(|link| link.href == "/system").expect("system");
        assert!(system.current && system.count == Some(2));
    }
}
