//! Reading files in a child process, so that a hostile file can at most kill the child.
//!
//! The program starts itself again as `program __extract …` with the file on standard input and an empty environment.
//! The child limits its own memory, processor time, output files and core dumps, and shuts itself off from files and network,
//! before it reads a byte, and answers with JSON on standard output. The parent reads a bounded answer, waits a bounded time, and kills the child otherwise.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::sync::Semaphore;

use crate::tables::Table;
use crate::{Code, Extracted, Limits, Rejected, extract, tables};

/// The first argument that tells the program to be the child: it must be looked for before any other parsing of
/// arguments, and the rest handed to [`child_main`].
pub const EXTRACT_COMMAND: &str = "__extract";

/// Address space of the child, in bytes.
const MEMORY: u64 = 1 << 30;
/// Processor time of the child, in seconds.
const CPU_SECONDS: u64 = 20;
/// Largest file the child may write, in bytes. It has no reason to write any.
const FILE_BYTES: u64 = 64 << 20;
/// Largest answer the parent reads, in bytes.
const ANSWER_BYTES: u64 = 64 << 20;
/// Children at work at the same time.
const AT_ONCE: usize = 2;
/// Shared by all extractors of the process: however many pages take uploads, only so many children run at once.
static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE)));

/// Reads files in guarded child processes, at most two at a time. Clones share that limit.
#[derive(Debug, Clone)]
pub struct Extractor {
    /// The program to start, normally the running one.
    pub program: PathBuf,
    /// Limits handed to the child.
    pub limits: Limits,
    /// How long the child may take, in all.
    pub timeout: Duration,
    at_once: Arc<Semaphore>,
    in_process: bool,
}

/// What the child is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Request {
    limits: Limits,
    work: Work,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Work {
    Text,
    Table { sheet: Option<String> },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer<T> {
    Done(T),
    Rejected(Rejected),
}

impl Extractor {
    /// An extractor that starts `program`, with 25 seconds for each file.
    pub fn new(program: impl Into<PathBuf>, limits: Limits) -> Self {
        Self {
            program: program.into(),
            limits,
            timeout: Duration::from_secs(25),
            at_once: Arc::clone(&TURNS),
            in_process: false,
        }
    }

    /// An extractor that starts the running program again, with the usual limits.
    ///
    /// # Errors
    /// When the path of the running program cannot be told.
    pub fn of_this_program() -> std::io::Result<Self> {
        // The kernel's own link still leads to this very program after an upgrade has replaced the file.
        let link = PathBuf::from("/proc/self/exe");
        let program = if link.exists() { link } else { std::env::current_exe()? };
        Ok(Self::new(program, Limits::default()))
    }

    /// An extractor without a child: everything happens in this process. Only for tests whose program is not the
    /// server, and for files that the operator gave on the command line; it guards against nothing but panics.
    pub fn in_process(limits: Limits) -> Self {
        Self { in_process: true, ..Self::new(PathBuf::new(), limits) }
    }

    /// Text, HTML and places of a file; see [`crate::extract`].
    ///
    /// # Errors
    /// What [`crate::extract`] refuses, and [`Code::Crashed`], [`Code::TimedOut`] or [`Code::Internal`] when the child
    /// died, took too long or could not be started. Dropping the future kills the child.
    pub async fn extract(&self, path: &Path, file_name: &str) -> Result<Extracted, Rejected> {
        if self.in_process {
            return self.inside(path, file_name, extract).await;
        }
        self.ask(path, file_name, Work::Text).await
    }

    /// The table of a spreadsheet or CSV; see [`tables::read_table`].
    ///
    /// # Errors
    /// As [`Extractor::extract`].
    pub async fn read_table(&self, path: &Path, file_name: &str, sheet: Option<&str>) -> Result<Table, Rejected> {
        let sheet = sheet.map(str::to_owned);
        if self.in_process {
            let read = move |bytes: &[u8], name: &str, limits: &Limits| {
                tables::read_table(bytes, name, sheet.as_deref(), limits)
            };
            return self.inside(path, file_name, read).await;
        }
        self.ask(path, file_name, Work::Table { sheet }).await
    }

    async fn inside<T: Send + 'static>(
        &self,
        path: &Path,
        file_name: &str,
        read: impl FnOnce(&[u8], &str, &Limits) -> Result<T, Rejected> + Send + 'static,
    ) -> Result<T, Rejected> {
        let _turn = self.at_once.acquire().await.map_err(|_| internal())?;
        let (path, name, limits) = (path.to_owned(), file_name.to_owned(), self.limits.clone());
        let work = tokio::task::spawn_blocking(move || {
            let mut bytes = Vec::new();
            let file = std::fs::File::open(path).map_err(|_| internal())?;
            file.take(limits.input_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(|_| internal())?;
            read(&bytes, &name, &limits)
        });
        work.await.unwrap_or_else(|_| Err(crashed()))
    }

    async fn ask<T: DeserializeOwned>(&self, path: &Path, file_name: &str, work: Work) -> Result<T, Rejected> {
        let _turn = self.at_once.acquire().await.map_err(|_| internal())?;
        let file = std::fs::File::open(path).map_err(|error| {
            tracing::error!(%error, "uploaded file cannot be opened for reading");
            internal()
        })?;
        let request = serde_json::to_string(&Request { limits: self.limits.clone(), work }).map_err(|_| internal())?;
        let mut child = Command::new(&self.program)
            .args([EXTRACT_COMMAND, file_name, &request])
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(file))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| {
                tracing::error!(%error, "child process for reading files cannot be started");
                internal()
            })?;
        let Some(stdout) = child.stdout.take() else { return Err(internal()) };
        let mut answer = Vec::new();
        let talk = async {
            let read = stdout.take(ANSWER_BYTES + 1).read_to_end(&mut answer).await;
            // A child that says too much is not waited for: nobody reads what it still writes.
            if read.is_err() || answer.len() as u64 > ANSWER_BYTES {
                return None;
            }
            child.wait().await.ok()
        };
        let status = match tokio::time::timeout(self.timeout, talk).await {
            Ok(status) => status,
            Err(_) => {
                child.kill().await.ok();
                return Err(timed_out());
            }
        };
        let Some(status) = status else {
            child.kill().await.ok();
            return Err(Rejected::too_complex("文件"));
        };
        match serde_json::from_slice(&answer) {
            Ok(Answer::Done(done)) if status.success() => Ok(done),
            Ok(Answer::Rejected(rejected)) if status.success() => Err(rejected),
            _ => {
                tracing::warn!(%status, "child process for reading files died");
                Err(crashed())
            }
        }
    }
}

/// What the program does when its first argument is [`EXTRACT_COMMAND`]; `arguments` are those after it.
///
/// Limits itself, reads the file from standard input, answers on standard output. Never returns success without a
/// complete answer.
pub fn child_main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    if let Err(error) = limit_self() {
        tracing::error!(%error, "limits cannot be set");
        return ExitCode::from(70);
    }
    // Where the kernel cannot do it the limits above still hold.
    #[cfg(target_os = "linux")]
    if let Err(error) = fence() {
        tracing::warn!(%error, "files and network are not shut off");
    }
    let mut arguments = arguments.into_iter();
    let name = arguments.next().unwrap_or_default().to_string_lossy().into_owned();
    let request = match arguments.next() {
        Some(text) => serde_json::from_str::<Request>(&text.to_string_lossy()).ok(),
        None => Some(Request { limits: Limits::default(), work: Work::Text }),
    };
    let Some(request) = request else { return ExitCode::from(64) };
    let mut bytes = Vec::new();
    // One byte more than allowed, so that the reader sees that the file is too large.
    if std::io::stdin().lock().take(request.limits.input_bytes.saturating_add(1)).read_to_end(&mut bytes).is_err() {
        return ExitCode::from(74);
    }
    match &request.work {
        Work::Text => answer(extract(&bytes, &name, &request.limits)),
        Work::Table { sheet } => answer(tables::read_table(&bytes, &name, sheet.as_deref(), &request.limits)),
    }
}

fn answer<T: Serialize>(result: Result<T, Rejected>) -> ExitCode {
    let answer = match result {
        Ok(done) => Answer::Done(done),
        Err(rejected) => Answer::Rejected(rejected),
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let written = serde_json::to_writer(&mut out, &answer).map_err(std::io::Error::from).and_then(|()| out.flush());
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(74) }
}

/// Sets the limits, hard ones too, so that nothing in this process can raise them again.
fn limit_self() -> std::io::Result<()> {
    for (resource, most) in [
        (Resource::As, MEMORY),
        (Resource::Cpu, CPU_SECONDS),
        (Resource::Fsize, FILE_BYTES),
        (Resource::Core, 0),
        (Resource::Nofile, 64),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Nothing can be opened by name and nothing connected to from here on: a reader that a file has taken over finds only what was
/// handed to it. Says how much of it the kernel does.
#[cfg(target_os = "linux")]
fn fence() -> Result<landlock::RulesetStatus, landlock::RulesetError> {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr};
    let rules =
        Ruleset::default().handle_access(AccessFs::from_all(ABI::V5))?.handle_access(AccessNet::from_all(ABI::V5))?;
    Ok(rules.create()?.restrict_self()?.ruleset)
}

fn internal() -> Rejected {
    Rejected::new(
        Code::Internal,
        "系统暂时不能读取文件，不是文件的问题。请稍后重新上传；如果一直这样，请联系系统管理员。",
    )
}

fn crashed() -> Rejected {
    Rejected::new(
        Code::Crashed,
        "读取文件时出了意外，文件可能已损坏或过于复杂。请用 Word、WPS 或原来的软件打开，另存一份后再上传。",
    )
}

fn timed_out() -> Rejected {
    Rejected::new(
        Code::TimedOut,
        "文件太复杂，在规定时间内没有读完。请拆分成几个文件，或删除不需要的图片和格式后再上传。",
    )
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use landlock::RulesetStatus;

    use super::fence;

    /// In a thread of its own: what is shut off stays so for the thread and nobody else.
    #[test]
    fn behind_the_fence_nothing_opens() {
        let inside = std::thread::spawn(|| {
            let status = fence().expect("rules");
            let file = std::fs::File::open("/proc/self/status").map(drop);
            let listener = std::net::TcpListener::bind("127.0.0.1:0").map(drop);
            (status, file, listener)
        });
        let (status, file, listener) = inside.join().expect("thread");
        match status {
            RulesetStatus::NotEnforced => assert!(file.is_ok(), "a kernel without it shuts nothing off"),
            // Older kernels fence files and not yet the network.
            RulesetStatus::PartiallyEnforced => assert!(file.is_err()),
            RulesetStatus::FullyEnforced => assert!(file.is_err() && listener.is_err()),
        }
        assert!(std::fs::File::open("/proc/self/status").is_ok(), "the others go on");
    }
}
