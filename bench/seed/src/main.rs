//! `gongkai-bench-seed PROGRAM DATA ROOT COUNT [BEFORE]`: puts `COUNT` public documents into the installation at `DATA`, which has
//! organs and columns, as moving in from an old site would; `BEFORE` = how many it put in there before. Prints what it put in as
//! JSON. `bench/run` builds it.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use bench::words::{self, Corpus, Dice};
use document::{
    Kinds, Values,
    common::{KEYWORDS, TOPICS, VALIDITY},
};
use jiff::{SignedDuration, Timestamp};
use kernel::OrganCode;
use publishing::{
    kinds::NOTICE,
    seed::{Seed, seed},
};

/// Documents in one transaction.
const BATCH: usize = 500;
/// Over how many days the documents spread.
const DAYS: u64 = 3650;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut asked = std::env::args_os().skip(1).map(PathBuf::from);
    let mut next = || asked.next().context("PROGRAM DATA ROOT COUNT are wanted");
    let (program, data, root) = (next()?, next()?, next()?);
    let count: usize = next()?.to_str().and_then(|count| count.parse().ok()).context("COUNT is not a number")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let before = asked.next().and_then(|before| before.to_str()?.parse().ok()).unwrap_or(0);
    let mean = runtime.block_on(fill(&program, &data, &root, before..before + count))?;
    println!("{}", serde_json::json!({ "documents": count, "mean_bytes": mean }));
    Ok(())
}

/// Puts the documents in; the mean length of their HTML in bytes.
async fn fill(program: &Path, data: &Path, root: &Path, numbers: Range<usize>) -> Result<usize> {
    let corpus = Corpus::read(root)?;
    let config = app::config::load(Some(&data.join("gongkai.toml")), std::iter::empty())?;
    let ctx = app::compose::open(config, data.to_path_buf(), program.to_path_buf(), app::seams::system()).await?;
    let kinds = Kinds::of(&ctx);
    let (mut dice, mut bytes, now) = (Dice::new(2019 + numbers.start as u64), 0_usize, Timestamp::now());
    for begin in numbers.clone().step_by(BATCH) {
        let mut tx = ctx.db().write().await?;
        for number in begin..(begin + BATCH).min(numbers.end) {
            let front = dice.pick(&corpus.fronts).context("the demonstration has no documents")?.clone();
            let body = corpus.body(&mut dice);
            bytes += body.len();
            let back = SignedDuration::from_secs(i64::try_from(dice.below(DAYS * 86_400))? + 3600);
            let kind = kinds.get(&front.kind).unwrap_or(&NOTICE);
            let title = words::title(&front, number as u64 + 1);
            let organ = OrganCode::from(front.organ.as_str());
            let one = Seed {
                values: Values::default()
                    .with_words(&TOPICS, &front.topics)
                    .with_words(&KEYWORDS, &front.keywords)
                    .with(&VALIDITY, "in_force"),
                ..Seed::published(organ, front.column.as_str(), kind, &title, &body, now - back)
            };
            seed(&ctx, &mut tx, one).await.map_err(app::compose::words)?;
        }
        tx.commit().await?;
    }
    ctx.db().close().await;
    Ok(bytes / numbers.len().max(1))
}
