//! Lighthouse over ten templates of the portal, as a phone on a slow line sees them: all four scores.

use std::{path::Path, time::Duration};

use anyhow::Result;
use serde::Deserialize;

use crate::{
    figures::{Report, Row},
    measures::weight::Browser,
    program::Program,
    settings::Settings,
};

/// What each score must be at least.
const LEAST: f64 = 98.0;

/// What `e2e/bench.mjs` tells of a page.
#[derive(Debug, Deserialize)]
struct Scored {
    name: String,
    path: String,
    /// Performance, accessibility, best practices, search engines.
    scores: [u8; 4],
    /// Audits that found something.
    below: Vec<String>,
}

/// Where there is a browser; else the report says that this was left out.
///
/// # Errors
/// When the program, the browser or Lighthouse fails.
pub(crate) fn measure(settings: &Settings, program: &Program, county: &Path, report: &mut Report) -> Result<()> {
    let installed = settings.root.join("bench/browser/node_modules/lighthouse").is_dir();
    let Some(browser) = Browser::find(settings).filter(|_| installed) else {
        report.note("lighthouse: left out; it needs node, chromium and what bench/browser/package.json names");
        return Ok(());
    };
    let server = program.serve(county)?;
    server.caught_up(Duration::from_secs(60))?;
    let pages: Vec<Scored> = browser.ask(&server, "lighthouse")?;
    for page in pages {
        let [performance, accessibility, practices, engines] = page.scores;
        let lowest = page.scores.into_iter().min().map_or(f64::NAN, f64::from);
        let figure =
            format!("{}: speed {performance}, access {accessibility}, practice {practices}, seo {engines}", page.name);
        report.add(Row::new("lighthouse", figure, lowest, "").at_least(LEAST));
        if lowest < LEAST {
            report.note(format!("lighthouse: {}: {}", page.path, page.below.join(", ")));
        }
    }
    server.stop()
}
