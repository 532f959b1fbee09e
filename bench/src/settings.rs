//! What may be asked for, by environment; the defaults are what `make bench` prints.

use std::{path::PathBuf, str::FromStr, time::Duration};

use anyhow::{Context, Result, ensure};

/// The measures, in the order in which they are taken.
pub(crate) const MEASURES: [&str; 19] = [
    "parse",
    "compare",
    "import",
    "search",
    "checks",
    "subscriptions",
    "publish",
    "readers",
    "weight",
    "lighthouse",
    "keepalive",
    "older",
    "wagtail",
    "start",
    "growth",
    "cases",
    "records",
    "crash",
    "build",
];

/// Settings of a run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The program (`BIN`).
    pub(crate) program: PathBuf,
    /// The repository.
    pub(crate) root: PathBuf,
    /// Which measures (`ONLY=parse,start`).
    pub(crate) only: Vec<String>,
    /// An older program to compare with (`BASE`).
    pub(crate) base: Option<PathBuf>,
    /// A folder of laws to bring in and to search (`CORPUS`); none = the measure says that it is left out.
    pub(crate) corpus: Option<PathBuf>,
    /// Whether Wagtail is set up and measured, too (`WAGTAIL=1`).
    pub(crate) wagtail: bool,
    /// Connections that are kept alive (`READERS`).
    pub(crate) readers: usize,
    /// Documents of the start (`DOCUMENTS`).
    pub(crate) documents: usize,
    /// Numbers of documents between which growth is measured (`GROWTH=1000,10000,100000`), rising.
    pub(crate) growth: Vec<usize>,
    /// Requests for information in the register (`CASES`).
    pub(crate) cases: usize,
    /// Records in one table of the catalogue (`RECORDS`).
    pub(crate) records: usize,
    /// A PostgreSQL in which a database may be filled, as `scripts/with-postgres` names it.
    pub(crate) postgres: Option<String>,
    /// Publications that are timed (`PUBLISH`).
    pub(crate) publications: u32,
    /// Rounds of kill and restart (`ROUNDS`).
    pub(crate) rounds: u32,
    /// No round begins after this time (`CRASH_SECONDS`).
    pub(crate) crash_time: Duration,
    /// Seed of everything random (`SEED`); printed, so that a run can be repeated.
    pub(crate) seed: u64,
    /// Whether clean builds are timed (`CLEAN=1`).
    pub(crate) clean: bool,
}

fn number<T: FromStr>(name: &str, default: T) -> Result<T> {
    match std::env::var(name) {
        Ok(text) => text.parse().ok().with_context(|| format!("{name}={text} is not a number")),
        Err(_) => Ok(default),
    }
}

fn growth() -> Result<Vec<usize>> {
    let text = std::env::var("GROWTH").unwrap_or_else(|_| "1000,10000,100000".to_owned());
    let sizes: Result<Vec<usize>, _> = text.split(',').map(|size| size.trim().parse()).collect();
    let sizes = sizes.ok().with_context(|| format!("GROWTH={text} is no list of numbers"))?;
    ensure!(sizes.is_sorted(), "GROWTH={text} must rise");
    Ok(sizes)
}

impl Settings {
    /// From the environment.
    ///
    /// # Errors
    /// When a value is not what it should be.
    pub(crate) fn read() -> Result<Self> {
        let bench = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let root = bench.parent().context("the repository")?.to_path_buf();
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let program = std::env::var_os("BIN").map_or_else(|| target.join("release/gongkai"), PathBuf::from);
        let only = std::env::var("ONLY").unwrap_or_else(|_| MEASURES.join(","));
        let only: Vec<_> = only.split(',').map(|name| name.trim().to_owned()).collect();
        for name in &only {
            ensure!(MEASURES.contains(&name.as_str()), "ONLY={name}: the measures are {}", MEASURES.join(", "));
        }
        let path = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Ok(Self {
            base: path("BASE"),
            corpus: path("CORPUS"),
            wagtail: std::env::var("WAGTAIL").is_ok_and(|value| value == "1"),
            readers: number("READERS", 10_000)?,
            program,
            root,
            only,
            documents: number("DOCUMENTS", 50_000)?,
            growth: growth()?,
            cases: number("CASES", 50_000)?,
            records: number("RECORDS", 1_000_000)?,
            postgres: std::env::var("GONGKAI_TEST_POSTGRES").ok().filter(|url| !url.is_empty()),
            publications: number("PUBLISH", 60)?,
            rounds: number("ROUNDS", 200)?,
            crash_time: Duration::from_secs(number("CRASH_SECONDS", 1800)?),
            seed: number("SEED", jiff::Timestamp::now().as_microsecond().unsigned_abs())?,
            clean: std::env::var("CLEAN").is_ok_and(|value| value == "1"),
        })
    }

    /// Whether a measure is wanted.
    pub(crate) fn wants(&self, measure: &str) -> bool {
        self.only.iter().any(|name| name == measure)
    }
}
