//! Who may do what: the permissions that the capabilities declare, as a page and as Markdown for the documentation.

use crate::permissions::VIEW_ORGANS;
use askama::Template;
use axum::{extract::State, response::Response};
use kernel::{Permission, Role, Scope};
use web::{Capabilities, Ctx, Desk, Listener, OfficeShell, Result, Routes, office_page};

struct Row {
    label: &'static str,
    scope: &'static str,
    /// Per role, in the order of [`Role::ALL`].
    may: Vec<bool>,
}

#[derive(Template)]
#[template(path = "permission_table/templates/table.html")]
struct Page {
    shell: OfficeShell,
    roles: Vec<&'static str>,
    rows: Vec<Row>,
    own: Vec<&'static str>,
}

pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office).get("/permissions", &VIEW_ORGANS, page)
}

fn holds(rule: &Permission, role: Role) -> bool {
    matches!(rule.scope, Scope::Everyone | Scope::AnyStaff) || rule.roles.contains(&role)
}

/// GET /permissions
async fn page(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let rows = ctx.capabilities().permissions().map(|rule| Row {
        label: rule.label,
        scope: rule.scope.label(),
        may: Role::ALL.into_iter().map(|role| holds(rule, role)).collect(),
    });
    office_page(&Page {
        shell: desk.shell(&ctx, "权限表").await?,
        roles: Role::ALL.into_iter().map(Role::label).collect(),
        rows: rows.collect(),
        own: desk.staff.roles.iter().map(|role| role.label()).collect(),
    })
}

/// The table in Markdown, one row an action; `docs/` holds a copy that a test keeps in step.
pub fn permissions_markdown(capabilities: &Capabilities) -> String {
    let mut out = String::from("| 事项 | 范围 |");
    for role in Role::ALL {
        out.push_str(&format!(" {} |", role.label()));
    }
    out.push_str("\n|---|---|");
    out.push_str(&":-:|".repeat(Role::ALL.len()));
    out.push('\n');
    for rule in capabilities.permissions() {
        out.push_str(&format!("| {} | {} |", rule.label, rule.scope.label()));
        for role in Role::ALL {
            out.push_str(if holds(rule, role) { " ● |" } else { " |" });
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_row_for_every_permission_and_a_cell_for_every_role() {
        let all = Capabilities::new(vec![crate::capability()]);
        let table = permissions_markdown(&all);
        assert_eq!(table.lines().count(), all.permissions().count() + 2);
        let cells = Role::ALL.len() + 2;
        assert!(table.lines().all(|line| line.matches('|').count() == cells + 1), "{table}");
        let accounts = table.lines().find(|line| line.contains("管理账号")).expect("row");
        assert_eq!(accounts.matches('●').count(), 1);
    }
}
