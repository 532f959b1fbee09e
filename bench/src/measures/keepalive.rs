//! Ten thousand readers who keep their connections open and turn a page every few seconds, as the readers of a county do on the
//! day of a flood: none is lost, none waits, and memory stays small.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpSocket, TcpStream},
    time::{sleep, sleep_until, timeout},
};

use crate::{
    figures::{Report, Row, Times},
    measures::links,
    program::{Program, Server},
    settings::Settings,
};

/// A reader turns a page this often; the server gives up a connection that asks nothing for ten seconds.
const EVERY: Duration = Duration::from_secs(5);
/// Until everybody is there.
const ARRIVING: Duration = Duration::from_secs(15);
/// How long they read then.
const READING: Duration = Duration::from_secs(30);
/// An answer that takes longer counts as none.
const PATIENCE: Duration = Duration::from_secs(10);
/// Readers of one address: the program gives none more than it gives to a thousand.
const OF_ONE_ADDRESS: usize = 500;
/// Files that the program keeps for itself; each of its two servers has a quarter of the others, for a connection and the file
/// that it reads.
const KEPT: usize = 256;

/// What one reader met.
#[derive(Debug, Default)]
struct Heard {
    times: Vec<Duration>,
    errors: usize,
}

/// On the demonstration county.
///
/// # Errors
/// When the program fails.
pub(crate) fn measure(settings: &Settings, program: &Program, county: &Path, report: &mut Report) -> Result<()> {
    let files = raised();
    let readers = settings.readers.min(files.saturating_sub(KEPT) / 4);
    if readers < settings.readers {
        report.note(format!(
            "keepalive: a process may open {files} files here, which is enough for {readers} readers; `ulimit -Hn 65536` \
             (as deploy/gongkai.service has it) for {}",
            settings.readers
        ));
    }
    let server = program.serve(county)?;
    server.caught_up(Duration::from_secs(60))?;
    let policy = {
        let mut visitor = server.visitor();
        visitor.get("/")?;
        links(&visitor.get("/policies")?.text(), "/policies/").into_iter().next().context("no policy")?
    };
    let before = server.memory()?.resident;
    let (heard, most) = crowd(&server, readers, &policy)?;
    let errors: usize = heard.iter().map(|one| one.errors).sum();
    let times = Times::of(heard.into_iter().flat_map(|one| one.times).collect());
    report.add(
        Row::new("keepalive", "connections held at the same time", readers as f64, "")
            .at_least(settings.readers as f64),
    );
    report.add(Row::new("keepalive", format!("errors in {} pages", times.count()), errors as f64, "").at_most(0.0));
    let row = Row::new("keepalive", "home and document, gzip: p50", times.percentile(50), "ms");
    report.add(row);
    report.add(Row::new("keepalive", "home and document, gzip: p99", times.percentile(99), "ms").at_most(300.0));
    report.add(Row::new("keepalive", "home and document, gzip: max", times.longest(), "ms"));
    let row = Row::new("keepalive", "resident memory, the most", most, "MB").against("before", before);
    report.add(row.at_most(500.0));
    server.stop()
}

/// Raises the limit of open files of this process, which the program inherits; how many there may be.
fn raised() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    let most = if raised.is_ok() { limit.maximum } else { limit.current };
    most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX))
}

/// What the readers met, and the most memory of the server meanwhile in megabytes.
fn crowd(server: &Server, readers: usize, policy: &str) -> Result<(Vec<Heard>, f64)> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| -> Result<f64> {
            let mut most: f64 = 0.0;
            while !done.load(Ordering::Relaxed) {
                most = most.max(server.memory()?.resident);
                std::thread::sleep(Duration::from_millis(500));
            }
            Ok(most)
        });
        let heard = runtime.block_on(read(server.portal, readers, policy));
        done.store(true, Ordering::Relaxed);
        let most = watch.join().map_err(|_| anyhow::anyhow!("whoever watched the memory died"))??;
        Ok((heard, most))
    })
}

async fn read(to: SocketAddr, readers: usize, policy: &str) -> Vec<Heard> {
    let begun = tokio::time::Instant::now();
    let until = begun + ARRIVING + READING;
    let pages: [Arc<str>; 2] = [Arc::from("/"), Arc::from(policy)];
    let mut tasks = Vec::with_capacity(readers);
    for number in 0..readers {
        // 127.0.0.2, 127.0.0.3, …: each some hundred readers.
        let last = u8::try_from(2 + number / OF_ONE_ADDRESS).unwrap_or(u8::MAX);
        let from = IpAddr::V4(Ipv4Addr::new(127, 0, 0, last));
        let page = Arc::clone(&pages[number % 2]);
        let arrives = begun + ARRIVING.mul_f64(number as f64 / readers.max(1) as f64);
        tasks.push(tokio::spawn(async move {
            sleep_until(arrives).await;
            reader(from, to, &page, until).await
        }));
    }
    let mut heard = Vec::with_capacity(readers);
    for task in tasks {
        heard.push(task.await.unwrap_or(Heard { times: Vec::new(), errors: 1 }));
    }
    heard
}

/// Reads on one connection until the end; a connection that breaks is an error and not opened again.
async fn reader(from: IpAddr, to: SocketAddr, page: &str, until: tokio::time::Instant) -> Heard {
    let mut heard = Heard::default();
    let opened = timeout(PATIENCE, connect(from, to)).await;
    let Ok(Ok(mut stream)) = opened else {
        heard.errors = 1;
        return heard;
    };
    while tokio::time::Instant::now() < until {
        let begun = Instant::now();
        match timeout(PATIENCE, ask(&mut stream, to, page)).await {
            Ok(Ok(())) => heard.times.push(begun.elapsed()),
            Ok(Err(_)) | Err(_) => {
                heard.errors += 1;
                return heard;
            }
        }
        sleep(EVERY).await;
    }
    heard
}

async fn connect(from: IpAddr, to: SocketAddr) -> Result<BufReader<TcpStream>> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from, 0))?;
    let stream = socket.connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(BufReader::with_capacity(2048, stream))
}

/// Asks for the page and reads the answer to its end.
async fn ask(stream: &mut BufReader<TcpStream>, to: SocketAddr, page: &str) -> Result<()> {
    let request = format!("GET {page} HTTP/1.1\r\nHost: {to}\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n\r\n");
    stream.get_mut().write_all(request.as_bytes()).await?;
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    ensure!(line.split(' ').nth(1) == Some("200"), "not a page: {}", line.trim());
    let mut length = None;
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            bail!("the connection ended in the head");
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<u64>().ok();
        }
        ensure!(
            !(name.eq_ignore_ascii_case("connection") && value.trim().eq_ignore_ascii_case("close")),
            "the server ends the connection"
        );
    }
    let length = length.context("an answer without a length")?;
    let read = tokio::io::copy(&mut stream.take(length), &mut tokio::io::sink()).await?;
    ensure!(read == length, "the answer is cut off");
    Ok(())
}
