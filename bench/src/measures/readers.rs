//! Many readers at once, who want pages that thousands want: against nginx, which serves the same bytes from files, packed before.

use std::{
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    figures::{Report, Row},
    http::Browser,
    measures::links,
    program::Program,
};

const CONNECTIONS: &str = "64";
/// Each is asked this often, in turn with the other; the middle counts.
const ROUNDS: usize = 3;
/// What is at least wanted of the speed of nginx.
const LEAST: f64 = 0.8;

/// Asks both servers for the home page and for a document.
///
/// # Errors
/// When the program, nginx or wrk fails, or the bytes are not the same.
pub(crate) fn measure(program: &Program, county: &Path, folder: &Path, report: &mut Report) -> Result<()> {
    for tool in ["nginx", "wrk"] {
        ensure!(there(tool), "{tool} is not installed (Debian: nginx, wrk); ONLY=… leaves `readers` out");
    }
    let server = program.serve(county)?;
    let mut visitor = server.visitor();
    let policy = links(&visitor.get("/policies")?.text(), "/policies/").into_iter().next().context("no policy")?;
    let pages = [("home", "/".to_owned()), ("document", policy)];
    let site = folder.join("nginx");
    let port = free_port()?;
    for (name, path) in &pages {
        lay(&mut visitor, path, &site.join("site").join(name))?;
    }
    let nginx = Nginx::start(&site, port)?;
    for (name, path) in &pages {
        let same = format!("http://127.0.0.1:{port}/{name}");
        let ours = format!("http://{}{path}", server.portal);
        ensure!(size(&same)? == size(&ours)?, "{name}: not the same bytes");
        let (mut theirs, mut own) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            theirs.push(wrk(&same)?);
            own.push(wrk(&ours)?);
        }
        let (theirs, own) = (middle(theirs), middle(own));
        let figure = format!("{name}, gzip, {CONNECTIONS} connections");
        let row =
            Row::new("readers", format!("{figure}: pages a second"), own.rate, "/s").against("nginx", theirs.rate);
        report.add(row.at_least(LEAST * theirs.rate));
        report.add(Row::new("readers", format!("{figure}: p99"), own.p99, "ms").against("nginx", theirs.p99));
    }
    drop(nginx);
    server.stop()
}

/// Whether the system has this tool.
pub(crate) fn there(tool: &str) -> bool {
    Command::new(tool).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// A port of the loopback address that nobody uses now.
pub(crate) fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Writes the page as the reader gets it, plain and packed, where nginx finds it.
fn lay(visitor: &mut Browser, path: &str, file: &Path) -> Result<()> {
    std::fs::create_dir_all(file.parent().context("a folder")?)?;
    let plain = visitor.get(path)?;
    ensure!(plain.status == 200, "{path} answers {}", plain.status);
    std::fs::write(file, &plain.body)?;
    let packed = visitor.get_packed(path)?;
    std::fs::write(file.with_extension("gz"), &packed.body)?;
    Ok(())
}

/// Bytes of the packed page.
fn size(address: &str) -> Result<usize> {
    let rest = address.strip_prefix("http://").context("an address")?;
    let (host, path) = rest.split_once('/').context("a path")?;
    Ok(Browser::new(host.parse()?).get_packed(&format!("/{path}"))?.body.len())
}

/// A server of files with the settings that its manual recommends; it writes down who came, as ours does.
struct Nginx(Child);

impl Nginx {
    fn start(folder: &Path, port: u16) -> Result<Self> {
        let root = folder.join("site");
        let user = if rustix::process::geteuid().is_root() { "user root;" } else { "" };
        let settings = format!(
            "{user} daemon off; worker_processes auto; pid {0}/pid; error_log {0}/error.log;\n\
             events {{ worker_connections 1024; }}\n\
             http {{ access_log {0}/access.log; sendfile on; tcp_nopush on; open_file_cache max=100; default_type text/html;\n\
             client_body_temp_path {0}/t1; proxy_temp_path {0}/t2; fastcgi_temp_path {0}/t3; uwsgi_temp_path {0}/t4;\n\
             scgi_temp_path {0}/t5; gzip_static on; gzip_vary on; keepalive_requests 1000000;\n\
             server {{ listen 127.0.0.1:{port}; root {1}; }} }}\n",
            folder.display(),
            root.display(),
        );
        let file = folder.join("nginx.conf");
        std::fs::File::create(&file)?.write_all(settings.as_bytes())?;
        let child = Command::new("nginx").arg("-c").arg(&file).arg("-p").arg(folder).stderr(Stdio::null()).spawn()?;
        let started = Self(child);
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(begun.elapsed() < Duration::from_secs(5), "nginx did not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(started)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its first process ends the others when it is asked to; killed, it would leave them behind.
        if let Some(id) = i32::try_from(self.0.id()).ok().and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        }
        let _ = self.0.wait();
    }
}

/// What came of one round.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// Pages a second.
    pub(crate) rate: f64,
    /// Milliseconds.
    pub(crate) p99: f64,
}

/// The load of 64 connections for four seconds, by one thread, so that a server has the other processor.
///
/// # Errors
/// When wrk fails, or an answer is no page.
pub(crate) fn wrk(address: &str) -> Result<Load> {
    let arguments = ["-t1", "-c", CONNECTIONS, "-d4s", "--latency", "-H", "Accept-Encoding: gzip", address];
    let output = Command::new("wrk").args(arguments).output().context("wrk cannot be started")?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "wrk: {}", String::from_utf8_lossy(&output.stderr));
    ensure!(!said.contains("Non-2xx"), "not every answer was a page: {said}");
    ensure!(!said.contains("Socket errors"), "connections broke: {said}");
    let word = |before: &str| {
        let line = said.lines().find_map(|line| line.trim().strip_prefix(before));
        line.map(|rest| rest.trim().to_owned()).with_context(|| format!("wrk says no {before}: {said}"))
    };
    Ok(Load { rate: word("Requests/sec:")?.parse()?, p99: in_ms(&word("99%")?)? })
}

fn in_ms(text: &str) -> Result<f64> {
    for (unit, per_ms) in [("us", 1000.0), ("ms", 1.0), ("s", 0.001)] {
        if let Some(number) = text.strip_suffix(unit).and_then(|number| number.parse::<f64>().ok()) {
            return Ok(number / per_ms);
        }
    }
    anyhow::bail!("wrk says {text}")
}

/// The round in the middle.
pub(crate) fn middle(mut loads: Vec<Load>) -> Load {
    loads.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    loads[loads.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_unit() {
        assert_eq!(
            [in_ms("950us").ok(), in_ms("5.86ms").ok(), in_ms("1.20s").ok()],
            [Some(0.95), Some(5.86), Some(1200.0)]
        );
        assert!(in_ms("fast").is_err());
    }
}
