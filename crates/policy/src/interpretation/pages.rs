//! Which policies are explained, and which still owe it.

use askama::Template;
use axum::{extract::State, response::Response};
use document::public::Listed;
use kernel::{OrganCode, may_for};
use serde::Deserialize;
use web::{Ctx, Desk, OfficeShell, Query, Result, office_page, page::query_string};

use super::{
    INTERPRETATION,
    owed::{due, owes, policies, write},
};

const SIZE: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    organ: String,
    after: String,
}

/// How one policy stands.
struct Line {
    title: String,
    href: String,
    organ: String,
    published_on: String,
    state: &'static str,
    tone: &'static str,
    due: String,
    write: String,
}

#[derive(Template)]
#[template(path = "interpretation/templates/list.html")]
struct Page {
    shell: OfficeShell,
    lines: Vec<Line>,
    organs: Vec<(String, String)>,
    organ: String,
    may_choose: bool,
    next: String,
    first: String,
}

/// `GET /interpretations`
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(wanted): Query<Wanted>) -> Result<Response> {
    // People of the competent department look over all organs, everybody else over the own one.
    let organ = if desk.staff.central {
        Some(wanted.organ.trim()).filter(|code| !code.is_empty()).map(OrganCode::from)
    } else {
        Some(desk.organ().clone())
    };
    let (found, explained) = policies(&ctx, organ.clone(), &wanted.after, SIZE).await?;
    let chosen = organ.as_ref().filter(|_| desk.staff.central).map(ToString::to_string).unwrap_or_default();
    let address = |after: &str| match query_string(&[("organ", &chosen), ("after", after)]) {
        query if query.is_empty() => "/interpretations".to_owned(),
        query => format!("/interpretations?{query}"),
    };
    office_page(&Page {
        lines: found.items.iter().map(|policy| line(&ctx, &desk, policy, explained.contains(&policy.id))).collect(),
        organs: ctx.directory().all().iter().map(|organ| (organ.code.to_string(), organ.short_name.clone())).collect(),
        may_choose: desk.staff.central,
        next: found.next.map(|next| address(&next.to_string())).unwrap_or_default(),
        first: if wanted.after.is_empty() { String::new() } else { address("") },
        organ: chosen,
        shell: desk.shell(&ctx, "政策解读").await?,
    })
}

fn line(ctx: &Ctx, desk: &Desk, policy: &Listed, explained: bool) -> Line {
    let today = ctx.today();
    let due = due(ctx, &policy.published_on);
    let (state, tone) = match due {
        _ if explained => ("已解读", "ok"),
        _ if !owes(policy) => ("不再要求", "off"),
        Some(due) if due < today => ("逾期未解读", "late"),
        Some(due) if due == today => ("今天到期", "late"),
        _ => ("待解读", "info"),
    };
    Line {
        title: policy.title.clone(),
        href: format!("/documents/{}", policy.id),
        organ: ctx.directory().short_name(&policy.organ).to_owned(),
        published_on: policy.published_on.clone(),
        due: if explained || !owes(policy) {
            String::new()
        } else {
            due.map(|due| due.to_string()).unwrap_or_default()
        },
        // Offered to whoever may: texts are written for the own organ, and by nobody whose office is another.
        write: if explained || !owes(policy) || may_for(&desk.actor(), INTERPRETATION.write, desk.organ()).is_err() {
            String::new()
        } else {
            write(policy)
        },
        state,
        tone,
    }
}
