//! Filling a data directory with many public documents, as moving in from an old site would.

use std::path::Path;

use anyhow::{Context, Result};
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

use crate::words::{self, Corpus, Dice};

/// Documents in one transaction.
const BATCH: usize = 500;
/// Over how many days the documents spread.
const DAYS: u64 = 3650;

/// What was put in.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seeded {
    /// Documents.
    pub(crate) documents: usize,
    /// Mean length of their HTML in bytes.
    pub(crate) mean_bytes: usize,
}

/// Puts `count` public documents into an installation that has organs and columns.
///
/// # Errors
/// When the installation cannot be opened or written.
pub(crate) fn fill(program: &Path, data: &Path, root: &Path, count: usize) -> Result<Seeded> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(fill_async(program, data, root, count))
}

async fn fill_async(program: &Path, data: &Path, root: &Path, count: usize) -> Result<Seeded> {
    let corpus = Corpus::read(root)?;
    let config = app::config::load(Some(&data.join("gongkai.toml")), std::iter::empty())?;
    let ctx = app::compose::open(config, data.to_path_buf(), program.to_path_buf(), app::seams::system()).await?;
    let kinds = Kinds::of(&ctx);
    let (mut dice, mut bytes, now) = (Dice::new(2019), 0_usize, Timestamp::now());
    for begin in (0..count).step_by(BATCH) {
        let mut tx = ctx.db().write().await?;
        for number in begin..(begin + BATCH).min(count) {
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
    Ok(Seeded { documents: count, mean_bytes: bytes / count.max(1) })
}
