//! What the yearly report counts of the register: chapter three by rows and kinds of applicants, chapter four by instances. From
//! codes and days alone, so that a request still counts when its person was forgotten.

use std::collections::BTreeMap;

use ::foi::{Applicant, Timeline, report};
use annual_report::counts::{Answer, Counted, Counts, Figure, Remedy, Request};
use case::Past;
use kernel::{OrganCode, id::CaseId};
use store::{FromRow, query_as};
use web::{Ctx, Refusal, Result};

use super::{
    kind::{KEY, VOIDED},
    past::{Installed, timeline_of},
};

/// Declared as what the report asks.
pub(super) struct Register;

impl Counts<Ctx> for Register {
    fn requests<'a>(&'a self, with: &'a Ctx, year: i16, code: &'a str) -> Answer<'a, Counted> {
        Box::pin(async move {
            let counted = counted(with, year, &OrganCode::from(code)).await;
            counted.map(Found::counted).map_err(|error| Refusal::from(error).words())
        })
    }

    fn behind<'a>(&'a self, with: &'a Ctx, figure: &'a Figure, codes: &'a [String]) -> Answer<'a, Vec<String>> {
        Box::pin(async move {
            let mut behind = Vec::new();
            for code in codes {
                let found = counted(with, figure.year, &OrganCode::from(code.as_str())).await;
                let found = found.map_err(|error| Refusal::from(error).words())?;
                behind.extend(found.0.into_iter().filter(|one| one.stands_in(figure)).map(|one| one.id.to_string()));
            }
            Ok(behind)
        })
    }
}

/// A case that a year's report counts.
struct One {
    id: CaseId,
    request: Option<Request>,
    remedies: Vec<Remedy>,
}

impl One {
    fn stands_in(&self, figure: &Figure) -> bool {
        let what = &figure.what;
        self.request.iter().any(|request| what.holds(request))
            || self.remedies.iter().any(|remedy| what.holds_remedy(remedy))
    }
}

/// The cases of an organ that a year's report counts.
struct Found(Vec<One>);

impl Found {
    fn counted(self) -> Counted {
        let mut counted = Counted::default();
        for one in self.0 {
            counted.requests.extend(one.request);
            counted.remedies.extend(one.remedies);
        }
        counted
    }
}

#[derive(FromRow)]
struct Entry {
    id: CaseId,
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
    place: i64,
    step: String,
    on_day: String,
}

/// Facts as single steps set them: by case and name ([`case::fact_of_step`]).
type OfSteps = BTreeMap<(CaseId, String), String>;

/// A step with the codes that are kept of it. How a review or a suit ended is kept of each: a request may have several.
fn past(step: Step, entry: &Entry, of_steps: &OfSteps) -> Past {
    let own = |name: &str| of_steps.get(&(entry.id.clone(), case::fact_of_step(name, step.place)));
    let review = own("review_finding").unwrap_or(&entry.review_finding);
    let suit = own("suit_finding").unwrap_or(&entry.suit_finding);
    let codes: Vec<(&str, &String)> = match step.step.as_str() {
        "answered" => vec![("outcome", &entry.counted), ("exemption", &entry.exemption)],
        "review_decided" => vec![("review_finding", review)],
        "suit_decided" => vec![("suit_finding", suit)],
        _ => Vec::new(),
    };
    Past {
        fields: codes.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect(),
        place: step.place,
        step: step.step,
        from: String::new(),
        to: String::new(),
        on: step.on_day,
        at: String::new(),
        by: String::new(),
        by_name: String::new(),
    }
}

/// Requests that this organ answers and that were received up to the end of the year, with what happened to them.
async fn requests(ctx: &Ctx, year: i16, organ: &OrganCode) -> Result<Vec<(CaseId, Applicant, Timeline)>> {
    let (db, end) = (ctx.db().read(), format!("{year}-12-31"));
    let entries: Vec<Entry> = query_as(
        "SELECT c.id, c.channel, COALESCE(a.value, '') AS applicant, COALESCE(o.value, '') AS counted, \
         COALESCE(e.value, '') AS exemption, COALESCE(r.value, '') AS review_finding, COALESCE(s.value, '') AS suit_finding \
         FROM case_entry c \
         LEFT JOIN case_fact a ON a.case_id = c.id AND a.name = 'applicant' \
         LEFT JOIN case_fact o ON o.case_id = c.id AND o.name = 'counted' \
         LEFT JOIN case_fact e ON e.case_id = c.id AND e.name = 'exemption' \
         LEFT JOIN case_fact r ON r.case_id = c.id AND r.name = 'review_finding' \
         LEFT JOIN case_fact s ON s.case_id = c.id AND s.name = 'suit_finding' \
         WHERE c.kind = $1 AND c.organ = $2 AND c.received_on <= $3 AND c.state <> $4 ORDER BY c.received_on, c.id",
    )
    .bind(KEY)
    .bind(organ)
    .bind(&end)
    .bind(VOIDED)
    .fetch_all(db)
    .await?;
    let steps: Vec<Step> = query_as(
        "SELECT s.case_id, s.place, s.step, s.on_day FROM case_step s JOIN case_entry c ON c.id = s.case_id \
         WHERE c.kind = $1 AND c.organ = $2 AND c.received_on <= $3 AND c.state <> $4 \
         AND s.step IN ('registered', 'answered', 'withdraw', 'withdraw_noted', 'reopened', 'review_filed', \
         'review_decided', 'suit_filed', 'suit_decided') \
         ORDER BY s.case_id, s.place",
    )
    .bind(KEY)
    .bind(organ)
    .bind(&end)
    .bind(VOIDED)
    .fetch_all(db)
    .await?;
    let of_steps = of_steps(ctx, organ, &end).await?;
    let mut of_case: BTreeMap<CaseId, Vec<Step>> = BTreeMap::new();
    for step in steps {
        of_case.entry(step.case_id.clone()).or_default().push(step);
    }
    let mut requests = Vec::with_capacity(entries.len());
    for entry in &entries {
        let steps = of_case.remove(&entry.id).unwrap_or_default();
        let past: Vec<Past> = steps.into_iter().map(|step| past(step, entry, &of_steps)).collect();
        let applicant = Applicant::of(&entry.applicant).unwrap_or(Applicant::Other);
        requests.push((entry.id.clone(), applicant, timeline_of(&entry.channel, &entry.counted, &past)));
    }
    Ok(requests)
}

/// How each review and suit ended, of the same requests.
async fn of_steps(ctx: &Ctx, organ: &OrganCode, end: &str) -> Result<OfSteps> {
    let rows: Vec<(CaseId, String, String)> = query_as(
        "SELECT f.case_id, f.name, f.value FROM case_fact f JOIN case_entry c ON c.id = f.case_id \
         WHERE c.kind = $1 AND c.organ = $2 AND c.received_on <= $3 AND c.state <> $4 \
         AND (f.name LIKE 'review_finding@%' OR f.name LIKE 'suit_finding@%')",
    )
    .bind(KEY)
    .bind(organ)
    .bind(end)
    .bind(VOIDED)
    .fetch_all(ctx.db().read())
    .await?;
    Ok(rows.into_iter().map(|(case, name, value)| ((case, name), value)).collect())
}

async fn counted(ctx: &Ctx, year: i16, organ: &OrganCode) -> Result<Found> {
    let installed = Installed::of(ctx);
    let rules = installed.rules();
    let mut found = Vec::new();
    for (id, applicant, timeline) in requests(ctx, year, organ).await? {
        let one = report::in_year(&timeline, year, &rules);
        let request = one.is_any().then(|| {
            let outcome = one.result.map(|row| row.key().to_owned());
            Request { applicant: applicant.column(), carried_in: one.carried_in, outcome }
        });
        let proceedings = timeline.facts().proceedings.iter();
        let remedies = proceedings.filter_map(|proceeding| {
            let ended = proceeding.in_year(year)?;
            Some(Remedy { group: proceeding.instance as usize, result: ended as usize })
        });
        let remedies: Vec<Remedy> = remedies.collect();
        if request.is_some() || !remedies.is_empty() {
            found.push(One { id, request, remedies });
        }
    }
    Ok(Found(found))
}
