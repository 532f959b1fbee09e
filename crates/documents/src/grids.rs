//! The sheets of a file cell by cell, told by the child row by row: neither it nor its pipe ever holds a large workbook as a whole.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout};

use crate::guarded::{crashed, internal, timed_out};
use crate::wire::{Told, Work};
use crate::{Extractor, Grid, Rejected};

/// Largest answer that is read of a file, in bytes: the text that is borne, with what stands around each cell.
const MOST: u64 = 768 << 20;
/// How long the child may take at least: a workbook of five million cells is some ten seconds of work.
const PATIENCE: Duration = Duration::from_secs(60);

impl Extractor {
    /// The sheets of a workbook (xlsx, xls, ods) or the one of a CSV, cell by cell; hidden sheets by name alone.
    ///
    /// # Errors
    /// As [`Extractor::extract`]; a file with more cells or text than the limits bear is refused with advice.
    pub async fn grids(&self, path: &Path, file_name: &str) -> Result<Vec<Grid>, Rejected> {
        let _turn = self.at_once.acquire().await.map_err(|_| internal())?;
        let file = std::fs::File::open(path).map_err(|error| {
            tracing::error!(%error, "uploaded file cannot be opened for reading");
            internal()
        })?;
        let mut child = self.start(file_name, Work::Grids, Stdio::from(file))?;
        let Some(stdout) = child.stdout.take() else { return Err(internal()) };
        let talk = async {
            let told = gather(stdout).await;
            match told {
                Heard::Whole(grids) => child_ended(&mut child).await.map(|_| grids),
                Heard::Refused(rejected) => Err(rejected),
                Heard::TooMuch => Err(Rejected::too_complex("表格")),
                Heard::Nothing => {
                    tracing::warn!("child process for reading files died");
                    Err(crashed())
                }
            }
        };
        let answer = tokio::time::timeout(self.timeout.max(PATIENCE), talk).await;
        let answer = answer.unwrap_or_else(|_| Err(timed_out()));
        if answer.is_err() {
            child.kill().await.ok();
        }
        answer
    }
}

/// What a child said.
enum Heard {
    Whole(Vec<Grid>),
    Refused(Rejected),
    /// More than anybody reads.
    TooMuch,
    /// It died in the middle of its word.
    Nothing,
}

async fn child_ended(child: &mut Child) -> Result<ExitStatus, Rejected> {
    match child.wait().await {
        Ok(status) if status.success() => Ok(status),
        _ => Err(crashed()),
    }
}

async fn gather(stdout: ChildStdout) -> Heard {
    let mut lines = BufReader::with_capacity(1 << 18, stdout).take(MOST);
    let mut grids: Vec<Grid> = Vec::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line).await.is_err() || !line.ends_with(b"\n") {
            return if lines.limit() == 0 { Heard::TooMuch } else { Heard::Nothing };
        }
        let Ok(told) = serde_json::from_slice::<Told>(&line) else { return Heard::Nothing };
        match told {
            Told::Done => break,
            Told::Rejected(rejected) => return Heard::Refused(rejected),
            told => collect(&mut grids, told),
        }
    }
    grids.iter_mut().for_each(Grid::settle);
    Heard::Whole(grids)
}

/// Puts what was told next in its place.
pub(crate) fn collect(grids: &mut Vec<Grid>, told: Told) {
    if let Told::Sheet { name, hidden } = told {
        grids.push(Grid { name, hidden, ..Grid::default() });
        return;
    }
    let Some(grid) = grids.last_mut() else { return };
    match told {
        Told::Row(row) => grid.rows.push(row),
        Told::Merge(merge) => grid.merges.push(merge),
        Told::Note(note) => grid.notes.push(note),
        Told::Sheet { .. } | Told::Done | Told::Rejected(_) => {}
    }
}

/// The sheets of what was told piece by piece.
pub fn gathered(told: impl IntoIterator<Item = Told>) -> Vec<Grid> {
    let mut grids = Vec::new();
    told.into_iter().for_each(|told| collect(&mut grids, told));
    grids.iter_mut().for_each(Grid::settle);
    grids
}
