//! Memory of the guarded child that reads an upload.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, anyhow};
use documents::{Extractor, Limits};

/// Between two looks at the child.
const PAUSE: Duration = Duration::from_millis(2);

/// Megabytes that the child of `program` holds at most while it reads the file as an upload.
///
/// # Errors
/// What the reader refuses; when the child was never seen.
pub(crate) fn most_memory(program: &Path, file: &Path) -> Result<f64> {
    let name = file.file_name().context("a file")?.to_string_lossy().into_owned();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (extractor, path) = (Extractor::new(program, Limits::default()), file.to_path_buf());
    let task = runtime.spawn(async move { extractor.extract(&path, &name).await.map(drop) });
    let (mut child, mut most) = (None, 0.0_f64);
    while !task.is_finished() {
        child = child.or_else(first_child);
        // The system counts the most so far, so the last look counts; the first may see this process, from which it was made.
        most = child.and_then(peak).unwrap_or(most);
        std::thread::sleep(PAUSE);
    }
    runtime.block_on(task)?.map_err(|why| anyhow!(why.message))?;
    anyhow::ensure!(most > 0.0, "the child was not seen");
    Ok(most)
}

fn status(process: &str) -> Option<String> {
    std::fs::read_to_string(format!("/proc/{process}/status")).ok()
}

fn value(status: &str, name: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// A process that this one started.
fn first_child() -> Option<u32> {
    let own = std::process::id();
    let names =
        std::fs::read_dir("/proc").ok()?.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    names
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        .find(|name| status(name).and_then(|status| value(&status, "PPid:")) == Some(own))
        .and_then(|name| name.parse().ok())
}

/// Most resident memory of a process so far, in megabytes.
fn peak(process: u32) -> Option<f64> {
    value(&status(&process.to_string())?, "VmHWM:").map(|kb| f64::from(kb) / 1024.0)
}
