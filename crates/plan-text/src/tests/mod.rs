//! Tests of the plan parser: one table per form, the promise of loss-freeness, and whole documents.

mod dates;
mod forms;
mod frame;
mod frame_kinds;
mod heading_kinds;
mod notes;
mod outline;
mod owner_kinds;
mod owners;
mod property;
mod real;
mod said_otherwise;
mod tables;

use super::{Clause, Plan, PlanReference, Warning, accounted, parse};

/// Parses with a reference year that no test title names, and proves that nothing is lost.
fn plan(source: &str) -> Plan {
    let plan = parse(source, PlanReference { year: 2031 });
    accounted(source, &plan).unwrap_or_else(|lost| panic!("{lost}\n{source}\n{plan:#?}"));
    plan
}

/// The only clause of a plan with one section and this body.
fn clause(body: &str) -> Clause {
    let plan = plan(&format!("2019年演示县政务公开工作要点\n一、总则\n（一）{body}"));
    assert_eq!(plan.sections.len(), 1, "{plan:#?}");
    assert_eq!(plan.sections[0].clauses.len(), 1, "{plan:#?}");
    plan.sections[0].clauses[0].clone()
}

fn duties(clause: &Clause) -> Vec<&str> {
    clause.duties.iter().map(|duty| duty.text.as_str()).collect()
}

/// Whether some warning at this line holds these words.
fn warns(warnings: &[Warning], line: usize, words: &str) -> bool {
    warnings.iter().any(|warning| warning.line == line && warning.message.contains(words))
}
