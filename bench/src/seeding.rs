//! Filling a data directory with many public documents, as moving in from an old site would: by a program of its own, which
//! knows the tables (`bench/seed`).

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// What was put in.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Seeded {
    /// How many documents.
    pub(crate) documents: usize,
    /// Mean length of their HTML in bytes.
    pub(crate) mean_bytes: usize,
}

/// The data directory of `start`, from which `growth` goes on where both are taken: putting documents in takes longest of all.
pub(crate) fn many(folder: &Path) -> PathBuf {
    folder.join("many")
}

/// Puts `count` public documents into an installation that has organs and columns, and `before` documents of this kind.
///
/// # Errors
/// When the program that does it is not built, or the installation cannot be opened or written.
pub(crate) fn fill(program: &Path, data: &Path, root: &Path, count: usize, before: usize) -> Result<Seeded> {
    let seeder = std::env::current_exe()?.with_file_name("gongkai-bench-seed");
    let output =
        Command::new(&seeder).args([program, data, root]).args([count, before].map(|n| n.to_string())).output();
    let output = output.with_context(|| format!("{}: start the measures with bench/run", seeder.display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "gongkai-bench-seed: {}", said.trim());
    serde_json::from_slice(&output.stdout).context("what gongkai-bench-seed put in")
}
