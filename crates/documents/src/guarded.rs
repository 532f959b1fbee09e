//! Reading files in a child process, so that a hostile file can at most kill the child.
//!
//! The program starts itself again as [`wire`](crate::wire) says, with the file on standard input and an empty environment. The
//! parent reads a bounded answer, waits a bounded time, and kills the child otherwise.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::Semaphore;

use crate::tables::{Table, Wanted};
use crate::wire::{Answer, EXTRACT_COMMAND, Request, Work};
use crate::{
    Area, Change, Code, Covered, Drawn, Extracted, Format, Held, Imported, Limits, Redacted, Redone, Rejected, Removal,
    sound,
};

/// Largest answer the parent reads, in bytes.
pub(crate) const ANSWER_BYTES: u64 = 64 << 20;
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
    pub(crate) at_once: Arc<Semaphore>,
}

impl Extractor {
    /// An extractor that starts `program`, with 25 seconds for each file.
    pub fn new(program: impl Into<PathBuf>, limits: Limits) -> Self {
        Self { program: program.into(), limits, timeout: Duration::from_secs(25), at_once: Arc::clone(&TURNS) }
    }

    /// Text, HTML and places of a file.
    ///
    /// # Errors
    /// What the reader refuses, and [`Code::Crashed`], [`Code::TimedOut`] or [`Code::Internal`] when the child died, took
    /// too long or could not be started. Dropping the future kills the child.
    pub async fn extract(&self, path: &Path, file_name: &str) -> Result<Extracted, Rejected> {
        self.ask(path, file_name, Work::Text).await
    }

    /// The table of a spreadsheet or CSV.
    ///
    /// # Errors
    /// As [`Extractor::extract`].
    pub async fn read_table(&self, path: &Path, file_name: &str, wanted: &Wanted) -> Result<Table, Rejected> {
        self.ask(path, file_name, Work::Table { wanted: wanted.clone() }).await
    }

    /// The picture made anew in the sizes that readers are sent, without anything that it carries beside itself.
    ///
    /// # Errors
    /// As [`Extractor::extract`], in words for pictures.
    pub async fn draw(&self, path: &Path, file_name: &str) -> Result<Drawn, Rejected> {
        self.ask(path, file_name, Work::Picture).await.map_err(|rejected| match rejected.code {
            Code::Crashed | Code::TimedOut => Rejected::new(
                rejected.code,
                "这张图片太大或已损坏，系统没有读完。请用看图软件打开，缩小到 4000 像素以内，另存为 PNG 或 JPEG 后再上传。",
            ),
            _ => rejected,
        })
    }

    /// A Word document as a text for an editor, with its pictures as they lie in it: each is drawn anew before anybody sees it.
    ///
    /// # Errors
    /// As [`Extractor::extract`].
    pub async fn import(&self, path: &Path, file_name: &str) -> Result<Imported, Rejected> {
        self.ask(path, file_name, Work::Import).await
    }

    /// A Word document, a workbook, a CSV or a plain text with other words in some of its places.
    ///
    /// # Errors
    /// As [`Extractor::extract`].
    pub async fn redo(&self, path: &Path, file_name: &str, changes: Vec<Change>) -> Result<Redone, Rejected> {
        self.ask(path, file_name, Work::Redo { changes }).await
    }

    /// A file without these words, each place marked with its ground; `text` = its text alone, for files that cannot be cleared
    /// themselves.
    ///
    /// # Errors
    /// As [`Extractor::extract`]; and whatever keeps the words from being taken out for good, in words.
    pub async fn redact(
        &self,
        path: &Path,
        file_name: &str,
        removals: &[Removal],
        text: bool,
    ) -> Result<Redacted, Rejected> {
        sound(removals)?;
        let before = serde_json::to_vec(removals).map_err(|_| internal())?;
        let work = Work::Redact { before: before.len() as u64, text };
        self.ask_with(path, file_name, work, before).await
    }

    /// A picture with these areas black.
    ///
    /// # Errors
    /// As [`Extractor::draw`].
    pub async fn cover(&self, path: &Path, file_name: &str, areas: Vec<Area>) -> Result<Covered, Rejected> {
        self.ask(path, file_name, Work::Cover { areas }).await
    }

    /// What a file is that is kept and handed on as it came, once it is known to be whole and to do nothing when it is opened.
    ///
    /// # Errors
    /// As [`Extractor::extract`]: macros, scripts and what else acts, another file behind the end of this one, pictures of too
    /// many points, a name that says something else.
    pub async fn look(&self, path: &Path, file_name: &str) -> Result<Format, Rejected> {
        self.ask(path, file_name, Work::Look).await
    }

    /// The files of a zip, each as it lies in it: not fit for anybody but a child that reads it.
    ///
    /// # Errors
    /// As [`Extractor::extract`], in words for archives.
    pub async fn unpack(&self, path: &Path, file_name: &str) -> Result<Vec<Held>, Rejected> {
        self.ask(path, file_name, Work::Unpack).await.map_err(|rejected| match rejected.code {
            Code::Crashed | Code::TimedOut => Rejected::new(
                rejected.code,
                "压缩包太大或已损坏，系统没有读完。请分成几个压缩包，或直接选择其中的文件上传。",
            ),
            _ => rejected,
        })
    }

    async fn ask<T: DeserializeOwned>(&self, path: &Path, file_name: &str, work: Work) -> Result<T, Rejected> {
        self.ask_with(path, file_name, work, Vec::new()).await
    }

    /// As [`Self::ask`], with bytes that the child reads before those of the file.
    async fn ask_with<T: DeserializeOwned>(
        &self,
        path: &Path,
        file_name: &str,
        work: Work,
        before: Vec<u8>,
    ) -> Result<T, Rejected> {
        let _turn = self.at_once.acquire().await.map_err(|_| internal())?;
        let file = std::fs::File::open(path).map_err(|error| {
            tracing::error!(%error, "uploaded file cannot be opened for reading");
            internal()
        })?;
        let stdin =
            if before.is_empty() { Stdio::from(file.try_clone().map_err(|_| internal())?) } else { Stdio::piped() };
        let mut child = self.start(file_name, work, stdin)?;
        let Some(stdout) = child.stdout.take() else { return Err(internal()) };
        let mut answer = Vec::new();
        let feeding = feed(child.stdin.take(), before, file);
        let talk = async {
            let read = stdout.take(ANSWER_BYTES + 1).read_to_end(&mut answer).await;
            // A child that says too much is not waited for: nobody reads what it still writes.
            if read.is_err() || answer.len() as u64 > ANSWER_BYTES {
                return None;
            }
            child.wait().await.ok()
        };
        let both = async { tokio::join!(talk, feeding).0 };
        let status = match tokio::time::timeout(self.timeout, both).await {
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

impl Extractor {
    /// A child at work on what comes from `stdin`.
    pub(crate) fn start(&self, file_name: &str, work: Work, stdin: Stdio) -> Result<Child, Rejected> {
        let request = serde_json::to_string(&Request { limits: self.limits.clone(), work }).map_err(|_| internal())?;
        Command::new(&self.program)
            .args([EXTRACT_COMMAND, file_name, &request])
            .env_clear()
            .current_dir("/")
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| {
                tracing::error!(%error, "child process for reading files cannot be started");
                internal()
            })
    }
}

/// Hands the child what stands before the file, and the file; a child that reads no further is told by its answer.
async fn feed(stdin: Option<ChildStdin>, before: Vec<u8>, file: std::fs::File) {
    let Some(mut stdin) = stdin else { return };
    let mut file = tokio::fs::File::from_std(file);
    if stdin.write_all(&before).await.is_ok() {
        tokio::io::copy(&mut file, &mut stdin).await.ok();
    }
}

pub(crate) fn internal() -> Rejected {
    Rejected::new(
        Code::Internal,
        "系统暂时不能读取文件，不是文件的问题。请稍后重新上传；如果一直这样，请联系系统管理员。",
    )
}

pub(crate) fn crashed() -> Rejected {
    Rejected::new(
        Code::Crashed,
        "读取文件时出了意外，文件可能已损坏或过于复杂。请用 Word、WPS 或原来的软件打开，另存一份后再上传。",
    )
}

pub(crate) fn timed_out() -> Rejected {
    Rejected::new(
        Code::TimedOut,
        "文件太复杂，在规定时间内没有读完。请拆分成几个文件，或删除不需要的图片和格式后再上传。",
    )
}
