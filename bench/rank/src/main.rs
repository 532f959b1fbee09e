//! `gongkai-bench-rank PROGRAM DATA CORPUS QUERIES SEED`: puts a library of laws into a new installation at `DATA`, each law a
//! document and each article an entry of the index, and asks its search: the labelled questions, beside plain BM25 over the same
//! index; every word of two characters of every title; and questions of two to four words, each a new one, by the clock. Prints
//! what came of it as JSON. `bench/run` builds and starts it.

mod labels;
mod library;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use anyhow::{Context, Result, anyhow};
use bench::words::Dice;
use document::common::{DOCUMENT_NUMBER, IN_FORCE, REPEALED, VALIDITY};
use jieba_rs::{Jieba, TokenizeMode};
use jiff::civil::Time;
use kernel::{Actor, OrganCode};
use publishing::{
    columns::ColumnData,
    kinds::POLICY,
    seed::{Seed, seed},
};
use search::{Query, Search};
use serde::Serialize;
use web::Ctx;

use crate::{
    labels::{COUNTED, Labelled},
    library::Law,
};

/// Laws in one transaction.
const BATCH: usize = 50;
/// Questions by the clock.
const TIMED: usize = 1_000;
/// Hits on a page of the search, as readers get them.
const PAGE: usize = 20;

/// What is printed.
#[derive(Debug, Default, Serialize)]
struct Told {
    laws: usize,
    /// Entries of the index: laws, articles, and the few pages of the portal.
    entries: u64,
    questions: usize,
    /// Means over all questions.
    ours: f64,
    plain: f64,
    /// The same by kind of question: name, questions, ours, plain.
    groups: Vec<(String, usize, f64, f64)>,
    /// Questions whose answer stands in few articles, and those that show one of these.
    articles_asked: usize,
    articles_shown: usize,
    /// Where our order is worst, with what it is worth.
    worst: Vec<(String, f64)>,
    /// Pairs of a title and a word of two characters in it; those where the word finds the title; words; those whose first hit
    /// has the word in its title.
    pairs: usize,
    pairs_found: usize,
    words: usize,
    words_first: usize,
    /// Some that are not found.
    lost: Vec<String>,
    /// Milliseconds of each question by the clock.
    took: Vec<f64>,
}

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
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let [program, data, corpus, queries, number] = asked.as_slice() else {
        return Err(anyhow!("PROGRAM DATA CORPUS QUERIES SEED are wanted"));
    };
    let number: u64 = number.parse().context("SEED is not a number")?;
    let laws = library::read(Path::new(corpus))?;
    let labelled = labels::read(Path::new(queries), &laws)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let told = runtime.block_on(measure(Path::new(program), Path::new(data), &laws, &labelled, number))?;
    println!("{}", serde_json::to_string(&told)?);
    Ok(())
}

async fn measure(program: &Path, data: &Path, laws: &[Law], labelled: &[Labelled], number: u64) -> Result<Told> {
    let config = app::config::load(None, std::iter::empty())?;
    let ctx = app::compose::open(config, data.to_path_buf(), program.to_path_buf(), app::seams::system()).await?;
    store::log::seals::begin(ctx.db()).await?;
    let stems = fill(&ctx, laws).await?;
    let search = Search::open(PathBuf::from(data).join("index"), &ctx)?;
    search.catch_up(&ctx).await?;
    let mut told = Told { laws: laws.len(), entries: search.status().documents, ..Told::default() };
    let jieba = Jieba::new();
    // The first question loads the dictionary.
    search.query(&Query::text("法律 条例")).await?;
    rank(&search, &stems, labelled, &mut told).await?;
    words(&search, &stems, laws, &jieba, &mut told).await?;
    told.took = clock(&search, laws, &jieba, number).await?;
    ctx.db().close().await;
    Ok(told)
}

/// Puts the laws in; the names of their files by the identifiers of their documents.
async fn fill(ctx: &Ctx, laws: &[Law]) -> Result<BTreeMap<String, String>> {
    let organs = [
        ["QH001", "青禾县人民政府办公室", "县政府办公室", "county_unit"],
        ["QH002", "青禾县司法局", "县司法局", "county_department"],
    ];
    let rows = organs.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
    app::compose::put_organs(ctx, &["code", "name", "short_name", "kind"], rows).await?;
    let mut tx = ctx.db().write().await?;
    for (slug, name) in [("laws", "法律"), ("regulations", "法规规章")] {
        let data = ColumnData { slug: slug.into(), name: name.into(), kind: "policy".into(), ..ColumnData::default() };
        publishing::columns::put(&mut tx, &Actor::System, &data).await.map_err(|error| anyhow!("{error:?}"))?;
    }
    tx.commit().await?;
    let mut stems = BTreeMap::new();
    for batch in laws.chunks(BATCH) {
        let mut tx = ctx.db().write().await?;
        for law in batch {
            let is_law = law.name.ends_with('法');
            let at =
                law.on.to_datetime(Time::constant(9, 0, 0, 0)).to_zoned_datetime(kernel::time::china())?.timestamp();
            let organ = OrganCode::from(if is_law { "QH001" } else { "QH002" });
            let column = if is_law { "laws" } else { "regulations" };
            let mut one = Seed::published(organ, column, &POLICY, &law.title, &law.html, at);
            one.values = one.values.with(&VALIDITY, if law.newest { IN_FORCE } else { REPEALED });
            if !law.number.is_empty() {
                one.values = one.values.with(&DOCUMENT_NUMBER, &law.number);
            }
            let id = seed(ctx, &mut tx, one).await.map_err(app::compose::words).with_context(|| law.stem.clone())?;
            stems.insert(String::from(id), law.stem.clone());
        }
        tx.commit().await?;
    }
    Ok(stems)
}

/// The labelled questions.
async fn rank(search: &Search, stems: &BTreeMap<String, String>, labelled: &[Labelled], told: &mut Told) -> Result<()> {
    let of = |ids: Vec<String>| -> Vec<String> { ids.into_iter().filter_map(|id| stems.get(&id).cloned()).collect() };
    let mut groups: Vec<(String, Vec<(f64, f64)>)> = Vec::new();
    let mut worst: Vec<(String, f64)> = Vec::new();
    for one in labelled {
        let found = search.query(&Query::text(one.question.as_str()).limit(COUNTED)).await?;
        if !one.articles.is_empty() {
            told.articles_asked += 1;
            let shown = found.hits.iter().any(|hit| {
                let wanted = stems.get(&hit.id).and_then(|stem| one.articles.get(stem));
                wanted.is_some_and(|wanted| hit.parts.iter().any(|part| wanted.contains(&part.title)))
            });
            told.articles_shown += usize::from(shown);
        }
        let ours = one.ndcg(&of(found.hits.into_iter().map(|hit| hit.id).collect()));
        let plain = one.ndcg(&of(search.plain(&one.question, COUNTED).await?));
        if groups.last().is_none_or(|(name, _)| *name != one.group) {
            groups.push((one.group.clone(), Vec::new()));
        }
        if let Some((_, values)) = groups.last_mut() {
            values.push((ours, plain));
        }
        worst.push((one.question.clone(), ours));
    }
    let mean = |values: &[(f64, f64)]| {
        let many = values.len().max(1) as f64;
        let sums = values.iter().fold((0.0, 0.0), |sums, value| (sums.0 + value.0, sums.1 + value.1));
        (sums.0 / many, sums.1 / many)
    };
    let all: Vec<(f64, f64)> = groups.iter().flat_map(|(_, values)| values.iter().copied()).collect();
    (told.ours, told.plain) = mean(&all);
    told.questions = all.len();
    told.groups = groups
        .into_iter()
        .map(|(name, values)| {
            let (ours, plain) = mean(&values);
            (name, values.len(), ours, plain)
        })
        .collect();
    worst.sort_by(|a, b| a.1.total_cmp(&b.1));
    worst.truncate(20);
    told.worst = worst;
    Ok(())
}

/// Words of two characters, by the dictionary.
fn of_two<'a>(jieba: &Jieba, text: &'a str) -> BTreeSet<&'a str> {
    let words = jieba.tokenize(text, TokenizeMode::Search, false).into_iter().map(|token| token.word);
    words.filter(|word| word.chars().count() == 2 && word.chars().all(is_han)).collect()
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Every word of two characters of every title.
async fn words(
    search: &Search,
    stems: &BTreeMap<String, String>,
    laws: &[Law],
    jieba: &Jieba,
    told: &mut Told,
) -> Result<()> {
    let mut titles: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for law in laws {
        for word in of_two(jieba, &law.title) {
            titles.entry(word).or_default().insert(law.stem.as_str());
        }
    }
    told.words = titles.len();
    for (word, wanted) in titles {
        let mut missing = wanted.clone();
        let mut page = 1;
        loop {
            let results = search.query(&Query { page, limit: 100, ..Query::text(word) }).await?;
            if page == 1 && results.hits.first().is_some_and(|hit| hit.title.contains(word)) {
                told.words_first += 1;
            }
            for hit in &results.hits {
                if let Some(stem) = stems.get(&hit.id) {
                    missing.remove(stem.as_str());
                }
            }
            if missing.is_empty() || results.hits.len() < 100 || results.page < page {
                break;
            }
            page += 1;
        }
        told.pairs += wanted.len();
        told.pairs_found += wanted.len() - missing.len();
        told.lost.extend(missing.iter().take(1).map(|stem| format!("{word}：{stem}")));
    }
    told.lost.truncate(10);
    Ok(())
}

/// Milliseconds of each of many questions of two to four words that stand together in one paragraph, none asked twice.
async fn clock(search: &Search, laws: &[Law], jieba: &Jieba, number: u64) -> Result<Vec<f64>> {
    let mut dice = Dice::new(number);
    let (mut took, mut asked) = (Vec::with_capacity(TIMED), BTreeSet::new());
    while took.len() < TIMED {
        let Some(line) = dice.pick(laws).and_then(|law| dice.pick(&law.lines)) else { continue };
        let words: Vec<&str> = of_two(jieba, line).into_iter().collect();
        let many = 2 + usize::try_from(dice.below(3))?;
        let chosen: BTreeSet<&str> = (0..many).filter_map(|_| dice.pick(&words).copied()).collect();
        let question = chosen.iter().copied().collect::<Vec<_>>().join(" ");
        if chosen.len() < 2 || !asked.insert(question.clone()) {
            continue;
        }
        let begun = Instant::now();
        search.query(&Query::text(question).limit(PAGE)).await?;
        took.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(took)
}
