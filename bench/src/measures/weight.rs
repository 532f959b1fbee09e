//! What the first view of a page costs a reader who has been nowhere before: bytes over the wire and requests, counted by a
//! browser of a phone's size.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    figures::{Report, Row},
    program::{Program, Server},
    settings::Settings,
};

/// Page, kilobytes and requests at most.
const MOST: [(&str, f64, f64); 2] = [("home", 100.0, 10.0), ("document", 60.0, 10.0)];

/// What `e2e/bench.mjs` tells of a page.
#[derive(Debug, Deserialize)]
struct Weighed {
    name: String,
    requests: u32,
    bytes: u32,
}

/// Where there is a browser; else the report says that this was left out.
///
/// # Errors
/// When the program or the browser fails.
pub(crate) fn measure(settings: &Settings, program: &Program, county: &Path, report: &mut Report) -> Result<()> {
    let Some(browser) = Browser::find(settings) else {
        report.note("weight: left out; it needs node, chromium and what e2e/package.json names");
        return Ok(());
    };
    let server = program.serve(county)?;
    server.caught_up(Duration::from_secs(60))?;
    let pages: Vec<Weighed> = browser.ask(&server, "weight")?;
    for (name, kilobytes, requests) in MOST {
        let page = pages.iter().find(|page| page.name == name).with_context(|| format!("{name} was not weighed"))?;
        let row = Row::new("weight", format!("{name}, first view"), f64::from(page.bytes) / 1000.0, "KB");
        report.add(row.at_most(kilobytes));
        let row = Row::new("weight", format!("{name}, requests"), f64::from(page.requests), "");
        report.add(row.at_most(requests));
    }
    server.stop()
}

/// The browser of the system, driven by the scripts of `e2e`.
#[derive(Debug)]
pub(crate) struct Browser {
    folder: PathBuf,
}

impl Browser {
    /// `None` where node, a browser or the packages of `e2e` are missing.
    pub(crate) fn find(settings: &Settings) -> Option<Self> {
        let folder = settings.root.join("e2e");
        let runs = |tool: &str| {
            let told = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            told.is_ok_and(|status| status.success())
        };
        let known = ["chromium", "chromium-browser", "google-chrome"];
        let browser = std::env::var_os("CHROMIUM").is_some() || known.into_iter().any(runs);
        let packages = folder.join("node_modules/playwright-core").is_dir();
        (packages && browser && runs("node")).then_some(Self { folder })
    }

    /// What the script says about the portal of this server.
    ///
    /// # Errors
    /// When it fails; the error holds what it said.
    pub(crate) fn ask<T: DeserializeOwned>(&self, server: &Server, what: &str) -> Result<T> {
        let output = Command::new("node")
            .current_dir(&self.folder)
            .args(["bench.mjs", &format!("http://{}", server.portal), what])
            .stdin(Stdio::null())
            .output()
            .context("node cannot be started")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "e2e/bench.mjs {what}: {}", said.trim());
        serde_json::from_slice(&output.stdout).with_context(|| format!("what e2e/bench.mjs {what} found"))
    }
}
