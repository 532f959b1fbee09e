//! The program under measurement: its commands run to the end, its server started, watched and ended. Every process is
//! ended by its own id, also when a measure fails.

use std::{
    ffi::OsStr,
    fs::File,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::http::Browser;

/// Longest wait for a server to be ready.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program's file.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    file: PathBuf,
}

impl Program {
    /// The one in this file.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn at(file: PathBuf) -> Result<Self> {
        ensure!(
            file.is_file(),
            "{} is not there: build it with `make release`, or name another with BIN=…",
            file.display()
        );
        Ok(Self { file: file.canonicalize()? })
    }

    /// Its file.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// A command of it in a surrounding without settings of the person who measures.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(&self.file);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GONGKAI_") || name == "RUST_LOG" {
                command.env_remove(name);
            }
        }
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs a command on a data directory to its end; what it printed.
    ///
    /// # Errors
    /// When it fails; the error holds what it said.
    pub(crate) fn run(&self, data: &Path, arguments: &[&str]) -> Result<String> {
        let output =
            self.command(arguments).arg("--data").arg(data).output().context("the program cannot be started")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "gongkai {}: {}", arguments.join(" "), said.trim());
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts the server on free ports of the loopback address and waits for its line `ready`.
    ///
    /// # Errors
    /// When it ends before, or says nothing for two minutes.
    pub(crate) fn serve(&self, data: &Path) -> Result<Server> {
        self.serve_with(data, &[])
    }

    /// The same with settings of the environment (`GONGKAI_…`).
    ///
    /// # Errors
    /// As [`Program::serve`].
    pub(crate) fn serve_with(&self, data: &Path, settings: &[(&str, &str)]) -> Result<Server> {
        let log = data.with_extension("log");
        let written = File::options().create(true).append(true).open(&log)?;
        let mut command =
            self.command(["serve", "--new", "--portal", "127.0.0.1:0", "--office", "127.0.0.1:0", "--data"]);
        command.arg(data).envs(settings.iter().copied()).stdout(Stdio::piped()).stderr(written);
        let begun = Instant::now();
        let mut child = command.spawn().context("the program cannot be started")?;
        let output = child.stdout.take().context("no output of the server")?;
        let mut server = Server {
            child,
            begun,
            ready: Duration::ZERO,
            portal: ([127, 0, 0, 1], 0).into(),
            office: ([127, 0, 0, 1], 0).into(),
        };
        let (send, lines) = mpsc::channel();
        // The thread ends with the server: its output is closed then.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = send.send((Instant::now(), line));
            }
        });
        loop {
            let Ok((at, line)) = lines.recv_timeout(PATIENCE) else {
                bail!("the server did not become ready: {}", tail(&log));
            };
            if let Some(rest) = line.strip_prefix("ready ") {
                server.ready = at - begun;
                server.portal = address(rest, "portal=http://")?;
                server.office = address(rest, "office=http://")?;
                return Ok(server);
            }
        }
    }
}

fn address(line: &str, before: &str) -> Result<SocketAddr> {
    let word = line.split(' ').find_map(|word| word.strip_prefix(before));
    word.and_then(|word| word.parse().ok()).with_context(|| format!("no address in: {line}"))
}

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    begun: Instant,
    /// From the start of the process to the line `ready`.
    pub(crate) ready: Duration,
    /// The public server.
    pub(crate) portal: SocketAddr,
    /// The staff's server.
    pub(crate) office: SocketAddr,
}

/// Memory of a process in megabytes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Memory {
    /// Resident in all (`VmRSS`).
    pub(crate) resident: f64,
    /// Of it, pages of files that the system can take back at once (`RssFile`).
    pub(crate) of_files: f64,
}

/// How the followers of the log stand after a wait.
#[derive(Debug, Clone)]
pub(crate) struct Followed {
    /// How long was waited.
    pub(crate) waited: Duration,
    /// Those that had not read all, with the events that they lack.
    pub(crate) late: Vec<String>,
}

/// Names of followers and the events that they lack, from the office's figures for machines.
fn behind(metrics: &str) -> Vec<(String, f64)> {
    let one = |line: &str| {
        let (labels, events) = line.strip_prefix("follower_behind_events{")?.rsplit_once('}')?;
        let name = labels.split("name=\"").nth(1)?.split('"').next()?;
        Some((name.to_owned(), events.trim().parse().ok()?))
    };
    metrics.lines().filter_map(one).collect()
}

impl Server {
    /// A visitor of the portal.
    pub(crate) fn visitor(&self) -> Browser {
        Browser::new(self.portal)
    }

    /// How long after the start of the process the portal answered `/healthz` with 200.
    ///
    /// # Errors
    /// When it does not.
    pub(crate) fn first_answer(&self) -> Result<Duration> {
        let status = self.visitor().get("/healthz")?.status;
        let taken = self.begun.elapsed();
        ensure!(status == 200, "/healthz answers {status}");
        Ok(taken)
    }

    /// Waits until the search index has read every event of the log.
    ///
    /// # Errors
    /// When it has not after `patience`.
    pub(crate) fn caught_up(&self, patience: Duration) -> Result<()> {
        let begun = Instant::now();
        // Only staff are told how the index stands.
        let mut staff = Browser::new(self.office);
        loop {
            let health: Value = serde_json::from_slice(&staff.get("/healthz")?.body)?;
            let search = &health["search"];
            if search["lag"] == 0 && search["rebuilding"] == false {
                return Ok(());
            }
            ensure!(begun.elapsed() < patience, "the search index is behind: {search}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits until everybody who follows the log has read all of it: what they still read keeps the machine busy, and pages that
    /// are measured meanwhile are those of a busy machine.
    ///
    /// # Errors
    /// When the office does not tell how far they are.
    pub(crate) fn followed(&self, patience: Duration) -> Result<Followed> {
        let begun = Instant::now();
        let mut staff = Browser::new(self.office);
        // Asking counts events: seldom, when there are many to read.
        let mut pause = Duration::from_millis(50);
        loop {
            let reply = staff.get("/metrics")?;
            ensure!(reply.status == 200, "/metrics answers {}", reply.status);
            let all = behind(&reply.text());
            ensure!(!all.is_empty(), "/metrics of the office tells of no follower");
            let late: Vec<String> = all
                .into_iter()
                .filter(|(_, events)| *events > 0.0)
                .map(|(name, events)| format!("{name} {events}"))
                .collect();
            if late.is_empty() || begun.elapsed() >= patience {
                return Ok(Followed { waited: begun.elapsed(), late });
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    /// Its memory now.
    ///
    /// # Errors
    /// Where there is no `/proc`.
    pub(crate) fn memory(&self) -> Result<Memory> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).map_or(f64::NAN, |kb| kb / 1024.0)
        };
        Ok(Memory { resident: of("VmRSS"), of_files: of("RssFile") })
    }

    /// Ends it in the middle of whatever it does (SIGKILL).
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to end and waits until it has.
    ///
    /// # Errors
    /// When it has not after fifteen seconds, or says that something went wrong.
    pub(crate) fn stop(mut self) -> Result<()> {
        let id =
            i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw).context("a process id")?;
        rustix::process::kill_process(id, rustix::process::Signal::TERM)?;
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(15) {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "the server ended with {status}");
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        bail!("the server did not end")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After `kill` and `stop` there is nothing left to end.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn followers_are_read_from_the_figures_for_machines() {
        let text = "# TYPE follower_behind_events gauge\nfollower_behind_events{name=\"library.references\"} 12\n\
                    follower_behind_events{name=\"policy.questions\"} 0\njobs{state=\"due\"} 3\n";
        let expected = [("library.references".to_owned(), 12.0), ("policy.questions".to_owned(), 0.0)];
        assert_eq!(behind(text), expected);
    }
}
