//! `make bench`: speed and memory, measured on the program as it is installed, each figure beside a reference that was
//! measured in the same run. How to read it: `bench/README.md`.

mod figures;
mod form;
mod http;
mod measures;
mod program;
mod seeding;
mod settings;
mod staff;

use std::process::ExitCode;

use anyhow::Result;
use gongkai_bench::words;

use crate::{figures::Report, program::Program, settings::Settings};

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Takes the measures; whether every target was met.
fn run() -> Result<bool> {
    let settings = Settings::read()?;
    let program = Program::at(settings.program.clone())?;
    let mut report = Report::new(program.file());
    report.note(format!("seed {} (SEED={} repeats the random choices)", settings.seed, settings.seed));
    let folder = tempfile::Builder::new().prefix("gongkai-bench-").tempdir()?;
    let outcome = take(&settings, &program, folder.path(), &mut report);
    // What was measured until then is kept even when a measure failed.
    report.close();
    report.write(&settings.root.join("bench/out/latest.json"))?;
    outcome?;
    Ok(report.met())
}

/// What a browser, many readers, an older program and another system say of the pages.
fn beside_others(
    settings: &Settings,
    program: &Program,
    county: &std::path::Path,
    folder: &std::path::Path,
    report: &mut Report,
) -> Result<()> {
    if settings.wants("weight") {
        measures::weight::measure(settings, program, county, report)?;
    }
    if settings.wants("lighthouse") {
        measures::lighthouse::measure(settings, program, county, report)?;
    }
    if settings.wants("keepalive") {
        measures::keepalive::measure(settings, program, county, report)?;
    }
    if settings.wants("older") {
        measures::older::measure(settings, program, folder, report)?;
    }
    if settings.wants("wagtail") {
        measures::wagtail::measure(settings, program, county, report)?;
    }
    Ok(())
}

fn take(settings: &Settings, program: &Program, folder: &std::path::Path, report: &mut Report) -> Result<()> {
    if settings.wants("parse") {
        measures::parse::measure(settings, program, report)?;
    }
    if settings.wants("compare") {
        measures::compare::measure(program, folder, report)?;
    }
    if settings.wants("import") {
        measures::import::measure(settings, program, folder, report)?;
    }
    if settings.wants("search") {
        measures::search::measure(settings, program, folder, report)?;
    }
    if settings.wants("checks") {
        measures::checks::measure(settings, program, folder, report)?;
    }
    if settings.wants("subscriptions") {
        measures::subscriptions::measure(report)?;
    }
    let county = folder.join("county");
    let on_the_county = ["publish", "readers", "weight", "lighthouse", "keepalive", "wagtail", "crash"];
    if on_the_county.iter().any(|measure| settings.wants(measure)) {
        program.run(&county, &["demo"])?;
    }
    if settings.wants("publish") {
        measures::publish::measure(settings, program, &county, report)?;
    }
    if settings.wants("readers") {
        measures::readers::measure(program, &county, folder, report)?;
    }
    beside_others(settings, program, &county, folder, report)?;
    if settings.wants("start") {
        measures::start::measure(settings, program, folder, report)?;
    }
    if settings.wants("growth") {
        measures::growth::measure(settings, program, folder, report)?;
    }
    if settings.wants("cases") {
        measures::cases::measure(settings, program, folder, report)?;
        measures::redaction::measure(program, folder, report)?;
    }
    if settings.wants("records") {
        measures::records::measure(settings, program, folder, report)?;
    }
    if settings.wants("crash") {
        measures::crash::measure(settings, program, &county, report)?;
    }
    if settings.wants("build") {
        measures::build::measure(settings, report)?;
    }
    Ok(())
}
