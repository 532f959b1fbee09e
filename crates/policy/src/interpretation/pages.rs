//! Which policies are explained and in which forms, which still owe it, and the figures of the year by organ.

use askama::Template;
use axum::{extract::State, response::Response};
use document::public::Listed;
use kernel::{OrganCode, id::DocumentId, may_for};
use serde::Deserialize;
use store::query_scalar;
use web::{Ctx, Desk, OfficeShell, Query, Result, office_page, page::query_string};

use super::{
    INTERPRETATION, INTERPRETS,
    kind::{FORM, FORMS},
    owed::{expected, owes, policies, write},
    plan::{self, Plan},
    rates::{self, Rate},
};

const SIZE: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    organ: String,
    after: String,
    year: String,
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
    /// Forms of its public interpretations.
    forms: String,
    /// Where the arrangement is seen.
    plan: String,
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
    year: i16,
    this_year: i16,
    rates: Vec<Rate>,
    together: Rate,
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
    let year = wanted.year.trim().parse::<i16>().ok().filter(|year| (2000..=2100).contains(year));
    let year = year.unwrap_or_else(|| ctx.today().year());
    let (mut rates, together) = rates::of_year(&ctx, year).await?;
    if let Some(organ) = &organ {
        let own = ctx.directory().short_name(organ).to_owned();
        rates.retain(|rate| rate.organ == own);
    }
    let mut lines = Vec::new();
    for policy in &found.items {
        lines.push(line(&ctx, &desk, policy, explained.contains(&policy.id)).await?);
    }
    office_page(&Page {
        lines,
        organs: ctx.directory().options(ctx.today()),
        may_choose: desk.staff.central,
        next: found.next.map(|next| address(&next.to_string())).unwrap_or_default(),
        first: if wanted.after.is_empty() { String::new() } else { address("") },
        organ: chosen,
        year,
        this_year: ctx.today().year(),
        rates,
        together,
        shell: desk.shell(&ctx, "政策解读").await?,
    })
}

/// Names of the forms in which readers find the policy explained, each once.
///
/// # Errors
/// When the database fails.
pub(super) async fn forms(ctx: &Ctx, policy: &DocumentId) -> Result<Vec<&'static str>> {
    let sql = "SELECT DISTINCT f.value FROM relation r JOIN document d ON d.id = r.from_document \
               JOIN facet f ON f.edition_id = d.current_edition AND f.key = $3 WHERE r.to_document = $1 AND r.kind = $2";
    let codes: Vec<String> =
        query_scalar(sql).bind(policy).bind(INTERPRETS.key).bind(FORM.key).fetch_all(ctx.db().read()).await?;
    let known =
        |(code, label): &(&'static str, &'static str)| codes.iter().any(|found| found == code).then_some(*label);
    Ok(FORMS.iter().filter_map(known).collect())
}

async fn line(ctx: &Ctx, desk: &Desk, policy: &Listed, explained: bool) -> Result<Line> {
    let today = ctx.today();
    let plan = plan::of(ctx.db().read(), &policy.id).await?;
    let due = expected(ctx, policy, plan.as_ref());
    let exempted = plan.as_ref().is_some_and(Plan::exempted);
    let owed = !explained && !exempted && owes(ctx, policy).await?;
    let (state, tone) = match due {
        _ if explained => ("已解读", "ok"),
        _ if exempted => ("同意不作解读", "off"),
        _ if !owed => ("不再要求", "off"),
        Some(due) if due < today => ("逾期未解读", "late"),
        Some(due) if due == today => ("今天到期", "late"),
        _ => ("待解读", "info"),
    };
    // Offered to whoever may: texts are written for the own organ, and by nobody whose office is another.
    let may_write = owed && may_for(&desk.actor(), INTERPRETATION.write, desk.organ()).is_ok();
    Ok(Line {
        title: policy.title.clone(),
        href: format!("/documents/{}", policy.id),
        organ: ctx.directory().short_name(&policy.organ).to_owned(),
        published_on: policy.published_on.clone(),
        due: due.filter(|_| owed).map(|due| due.to_string()).unwrap_or_default(),
        write: if may_write { write(policy) } else { String::new() },
        forms: forms(ctx, &policy.id).await?.join("、"),
        plan: format!("/interpretations/{}", policy.id),
        state,
        tone,
    })
}
