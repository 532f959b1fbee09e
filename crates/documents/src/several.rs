//! Reading many files of one giver in one guarded child after the other: for folders that an operator names, where
//! starting a child for each of a thousand small files would take longer than reading them.
//!
//! Whoever sends a file from a page is read in a child of its own ([`Extractor::extract`]): what one file does to a
//! child must not touch another person's. Within a folder it may at most spoil the answers for its neighbours, which a
//! person looks over.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::guarded::{ANSWER_BYTES, Extractor, crashed, internal, timed_out};
use crate::wire::{Answer, EXTRACT_COMMAND, Request, Work, frame};
use crate::{Code, Extracted, Rejected};

/// Files after which a child is replaced: its time and memory are limited as a whole.
const FILES: usize = 200;
/// Bytes after which it is.
const BYTES: u64 = 24 << 20;

/// A reader of many files. Only one is read at a time; two readers keep two processors busy.
#[derive(Debug)]
pub struct Several {
    extractor: Extractor,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    files: usize,
    bytes: u64,
}

/// Why a child gave no answer.
enum Silence {
    Died,
    TookTooLong,
    /// It could not be started.
    Ours,
}

impl Several {
    /// A reader with the program, limits and patience of `extractor`.
    pub fn new(extractor: Extractor) -> Self {
        Self { extractor, running: None }
    }

    /// Text and HTML of a file, as [`Extractor::extract`] gives them; of its places those alone that could not be read.
    ///
    /// # Errors
    /// As [`Extractor::extract`]. A file at which a child died that had read others before is read once more in a fresh
    /// one.
    pub async fn extract(&mut self, file_name: &str, bytes: &[u8]) -> Result<Extracted, Rejected> {
        if bytes.len() as u64 > self.extractor.limits.input_bytes {
            let most = self.extractor.limits.input_bytes >> 20;
            let words = format!("文件超过 {most} MB 的上限。请压缩文件中的图片，或拆分成几个文件。");
            return Err(Rejected::new(Code::TooLarge, words));
        }
        let spent = |running: &Running| running.files >= FILES || running.bytes >= BYTES;
        if self.running.as_ref().is_some_and(spent) {
            self.stop().await;
        }
        let fresh = self.running.is_none();
        let mut answer = self.ask(file_name, bytes).await;
        if answer.is_err() {
            self.stop().await;
            if !fresh {
                answer = self.ask(file_name, bytes).await;
            }
        }
        match answer {
            Ok(Answer::Done(found)) => Ok(found),
            Ok(Answer::Rejected(rejected)) => Err(rejected),
            Err(silence) => {
                self.stop().await;
                Err(match silence {
                    Silence::Died => crashed(),
                    Silence::TookTooLong => timed_out(),
                    Silence::Ours => internal(),
                })
            }
        }
    }

    async fn ask(&mut self, file_name: &str, bytes: &[u8]) -> Result<Answer<Extracted>, Silence> {
        let turns = std::sync::Arc::clone(&self.extractor.at_once);
        let _turn = turns.acquire().await.map_err(|_| Silence::Ours)?;
        let patience = self.extractor.timeout;
        if self.running.is_none() {
            self.running = Some(self.start()?);
        }
        let Some(running) = self.running.as_mut() else { return Err(Silence::Ours) };
        running.files += 1;
        running.bytes += bytes.len() as u64;
        let talk = async {
            running.input.write_all(&frame(file_name, bytes.len() as u64)).await.ok()?;
            running.input.write_all(bytes).await.ok()?;
            running.input.flush().await.ok()?;
            let mut line = Vec::new();
            (&mut running.output).take(ANSWER_BYTES).read_until(b'\n', &mut line).await.ok()?;
            // A child that says too much, or died in the middle of its word, ends without the end of a line.
            line.ends_with(b"\n").then_some(line)
        };
        match tokio::time::timeout(patience, talk).await {
            Err(_) => Err(Silence::TookTooLong),
            Ok(None) => Err(Silence::Died),
            Ok(Some(line)) => serde_json::from_slice(&line).map_err(|_| Silence::Died),
        }
    }

    fn start(&self) -> Result<Running, Silence> {
        let request = Request { limits: self.extractor.limits.clone(), work: Work::Many };
        let request = serde_json::to_string(&request).map_err(|_| Silence::Ours)?;
        let mut child = Command::new(&self.extractor.program)
            .args([EXTRACT_COMMAND, "", &request])
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| {
                tracing::error!(%error, "child process for reading files cannot be started");
                Silence::Ours
            })?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else { return Err(Silence::Ours) };
        Ok(Running { child, input, output: BufReader::new(output), files: 0, bytes: 0 })
    }

    /// Ends the child, so that nothing of it is left behind.
    async fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.child.kill().await.ok();
        }
    }
}
