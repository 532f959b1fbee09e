//! What the yearly report counts of the register: chapter three by rows and kinds of applicants, chapter four by instances. From
//! codes and days alone, so that a request still counts when its person was forgotten.

use std::collections::BTreeMap;

use ::foi::{Applicant, Timeline, remedy, report};
use case::{Figures, Past, RequestFigures};
use futures::future::BoxFuture;
use kernel::{OrganCode, id::CaseId};
use store::{FromRow, query_as};
use web::{Ctx, Result};

use super::{
    kind::KEY,
    past::{Installed, timeline_of},
};

/// Declared as the figures of requests.
pub(super) struct Counted;

impl RequestFigures for Counted {
    fn of_year<'a>(&'a self, ctx: &'a Ctx, organs: &'a [OrganCode], year: i16) -> BoxFuture<'a, Result<Figures>> {
        Box::pin(figures(ctx, organs, year))
    }
}

#[derive(FromRow)]
struct Entry {
    id: CaseId,
    organ: OrganCode,
    channel: String,
    applicant: String,
    counted: String,
    exemption: String,
    review_finding: String,
    suit_finding: String,
}

#[derive(FromRow)]
struct Step {
    case_id: CaseId,
    step: String,
    on_day: String,
}

/// A step with the codes that are kept of it.
fn past(step: Step, entry: &Entry) -> Past {
    let codes: &[(&str, &String)] = match step.step.as_str() {
        "answered" => &[("outcome", &entry.counted), ("exemption", &entry.exemption)],
        "review_decided" => &[("review_finding", &entry.review_finding)],
        "suit_decided" => &[("suit_finding", &entry.suit_finding)],
        _ => &[],
    };
    let fields = codes.iter().map(|(name, value)| ((*name).to_owned(), (*value).clone())).collect();
    Past {
        place: 0,
        step: step.step,
        from: String::new(),
        to: String::new(),
        on: step.on_day,
        at: String::new(),
        by: String::new(),
        by_name: String::new(),
        fields,
    }
}

async fn figures(ctx: &Ctx, organs: &[OrganCode], year: i16) -> Result<Figures> {
    let (db, end) = (ctx.db().read(), format!("{year}-12-31"));
    let entries: Vec<Entry> = query_as(
        "SELECT c.id, c.organ, c.channel, COALESCE(a.value, '') AS applicant, COALESCE(o.value, '') AS counted, \
         COALESCE(e.value, '') AS exemption, COALESCE(r.value, '') AS review_finding, COALESCE(s.value, '') AS suit_finding \
         FROM case_entry c \
         LEFT JOIN case_fact a ON a.case_id = c.id AND a.name = 'applicant' \
         LEFT JOIN case_fact o ON o.case_id = c.id AND o.name = 'counted' \
         LEFT JOIN case_fact e ON e.case_id = c.id AND e.name = 'exemption' \
         LEFT JOIN case_fact r ON r.case_id = c.id AND r.name = 'review_finding' \
         LEFT JOIN case_fact s ON s.case_id = c.id AND s.name = 'suit_finding' \
         WHERE c.kind = $1 AND c.received_on <= $2 ORDER BY c.received_on, c.id",
    )
    .bind(KEY)
    .bind(&end)
    .fetch_all(db)
    .await?;
    let steps: Vec<Step> = query_as(
        "SELECT s.case_id, s.step, s.on_day FROM case_step s JOIN case_entry c ON c.id = s.case_id \
         WHERE c.kind = $1 AND c.received_on <= $2 AND s.step IN ('registered', 'answered', 'withdraw', 'withdraw_noted', \
         'reopened', 'review_filed', 'review_decided', 'suit_filed', 'suit_decided') ORDER BY s.case_id, s.place",
    )
    .bind(KEY)
    .bind(&end)
    .fetch_all(db)
    .await?;
    let mut of_case: BTreeMap<CaseId, Vec<Step>> = BTreeMap::new();
    for step in steps {
        of_case.entry(step.case_id.clone()).or_default().push(step);
    }
    let answered = |entry: &&Entry| organs.is_empty() || organs.contains(&entry.organ);
    let mut requests: Vec<(CaseId, Applicant, Timeline)> = Vec::new();
    for entry in entries.iter().filter(answered) {
        let steps = of_case.remove(&entry.id).unwrap_or_default();
        let past: Vec<Past> = steps.into_iter().map(|step| past(step, entry)).collect();
        let applicant = Applicant::of(&entry.applicant).unwrap_or(Applicant::Other);
        requests.push((entry.id.clone(), applicant, timeline_of(&entry.channel, &entry.counted, &past)));
    }
    Ok(counted(ctx, &requests, year))
}

fn counted(ctx: &Ctx, requests: &[(CaseId, Applicant, Timeline)], year: i16) -> Figures {
    let installed = Installed::of(ctx);
    let rules = installed.rules();
    let each = requests.iter().map(|(_, applicant, timeline)| (*applicant, timeline));
    let mut behind: BTreeMap<&'static str, Vec<CaseId>> = BTreeMap::new();
    for (case, _, timeline) in requests {
        for row in report::in_year(timeline, year, &rules).rows() {
            behind.entry(row.key()).or_default().push(case.clone());
        }
    }
    let proceedings = requests.iter().flat_map(|(_, _, timeline)| timeline.facts().proceedings.iter().copied());
    Figures {
        requests: report::chapter_three(each, year, &rules),
        remedies: remedy::chapter_four(proceedings, year),
        behind,
    }
}
