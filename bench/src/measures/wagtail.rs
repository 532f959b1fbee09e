//! A document page and the home page beside those of Wagtail, served by gunicorn with two workers on the same machine. Only when
//! asked for: setting it up takes packages from PyPI.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    figures::{Report, Row},
    http::Browser,
    measures::{
        links,
        readers::{free_port, middle, there, wrk},
    },
    program::Program,
    settings::Settings,
};

/// Rounds, in turn; the middle counts.
const ROUNDS: usize = 3;
/// Against Wagtail with its cache of whole pages, and without.
const LEAST: [(bool, f64); 2] = [(true, 12.0), (false, 40.0)];
/// The page that `bench/wagtail/county/management/commands/fill.py` puts in to be measured.
const MEASURED: &str = "/measured/measured/";

/// With `WAGTAIL=1`; else the report says that this was left out.
///
/// # Errors
/// When it cannot be set up, or one of the servers fails.
pub(crate) fn measure(settings: &Settings, program: &Program, county: &Path, report: &mut Report) -> Result<()> {
    if !settings.wagtail {
        report.note("wagtail: left out; WAGTAIL=1 sets it up from PyPI below target/ and measures it");
        return Ok(());
    }
    ensure!(there("wrk"), "wrk is not installed (Debian: wrk)");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| settings.root.join("target"), PathBuf::from);
    let status = Command::new(settings.root.join("bench/wagtail/setup")).arg(&target).stdin(Stdio::null()).status();
    ensure!(status.context("bench/wagtail/setup")?.success(), "bench/wagtail/setup failed");
    let server = program.serve(county)?;
    server.caught_up(Duration::from_secs(60))?;
    let mut visitor = server.visitor();
    let policy = links(&visitor.get("/policies")?.text(), "/policies/").into_iter().next().context("no policy")?;
    let pages = [("document", policy.as_str(), MEASURED), ("home", "/", "/")];
    for (cached, least) in LEAST {
        let other = Gunicorn::start(&target.join("wagtail"), cached)?;
        let words = if cached { "cache on" } else { "cache off" };
        for (name, ours, theirs) in pages {
            let own_bytes = visitor.get_packed(ours)?.body.len();
            let other_bytes = Browser::new(([127, 0, 0, 1], other.port).into()).get_packed(theirs)?.body.len();
            let (ours, theirs) =
                (format!("http://{}{ours}", server.portal), format!("http://127.0.0.1:{}{theirs}", other.port));
            let (mut own, mut others) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                others.push(wrk(&theirs)?);
                own.push(wrk(&ours)?);
            }
            let (own, others) = (middle(own), middle(others));
            report.note(format!("wagtail: {name}, packed: {own_bytes} bytes of ours, {other_bytes} of Wagtail's"));
            let figure = format!("{name}, gzip, 64 connections: pages a second");
            let row = Row::new("wagtail", figure, own.rate, "/s").against(format!("Wagtail, {words}"), others.rate);
            report.add(row.at_least(least * others.rate));
            let figure = format!("{name}, gzip, 64 connections: p99");
            let row = Row::new("wagtail", figure, own.p99, "ms").against(format!("Wagtail, {words}"), others.p99);
            report.add(row);
        }
    }
    server.stop()
}

/// Wagtail as its manual serves it.
struct Gunicorn {
    child: Child,
    port: u16,
}

impl Gunicorn {
    fn start(place: &Path, cached: bool) -> Result<Self> {
        let port = free_port()?;
        let child = Command::new(place.join("venv/bin/gunicorn"))
            .current_dir(place)
            .args(["--workers", "2", "--bind", &format!("127.0.0.1:{port}"), "wsgi:application"])
            .env("CACHE", if cached { "1" } else { "0" })
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("gunicorn cannot be started")?;
        let started = Self { child, port };
        let begun = Instant::now();
        loop {
            let status = Browser::new(([127, 0, 0, 1], port).into()).get(MEASURED).map(|reply| reply.status);
            if matches!(status, Ok(200)) {
                return Ok(started);
            }
            ensure!(begun.elapsed() < Duration::from_secs(30), "Wagtail did not answer: {status:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Gunicorn {
    fn drop(&mut self) {
        // Its first process ends the others when it is asked to; killed, it would leave them behind.
        if let Some(id) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        }
        let _ = self.child.wait();
    }
}
