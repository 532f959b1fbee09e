//! `gongkai-bench-records PROGRAM DATA fill COUNT [DATABASE]` brings `COUNT` invented water readings into the installation at
//! `DATA`, by the sheets that a county would have, with all checks, and has every gate pass them; what is large becomes public
//! by the server's jobs. `gongkai-bench-records PROGRAM DATA ask ROUNDS [DATABASE]` asks them everything. Both print figures
//! as JSON.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use bench::words::Dice;
use futures::TryStreamExt;
use item::{Item, ItemKey};
use jiff::{ToSpan, civil::Date};
use kernel::{Actor, OrganCode, Role, Staff, id::AccountId};
use record::{BatchId, Query, batch, gates, import};
use review::Word;
use serde_json::{Value, json};
use web::{Ctx, Refusal};

/// Rows of one sheet.
const SHEET: usize = 200_000;
/// Rows of a page.
const PAGE: usize = 30;
/// The page that must be as fast as the first.
const DEEP: usize = 10_000;
/// Pages that are timed at the beginning and there.
const TIMED: usize = 100;
/// Rows of the export.
const EXPORTED: usize = 100_000;
/// Whose readings they are.
const ORGAN: &str = "QH011";
/// The head of the national publication of automatic readings.
const HEAD: &str = "省份,流域,断面名称,监测时间,水质类别,水温(℃),pH(无量纲),溶解氧(mg/L),电导率(μS/cm),浊度(NTU),高锰酸盐指数(mg/L),氨氮(mg/L),\
     总磷(mg/L),总氮(mg/L),叶绿素α(mg/L),藻密度(cells/L),站点情况";
const CLASSES: [&str; 7] = ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ", "*"];
/// Sections of rivers.
const SECTIONS: usize = 50;
/// Statements that a gate may ask for.
const TICKED: [usize; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

fn main() -> ExitCode {
    match run() {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<Value> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let [program, data, what, count, more @ ..] = asked.as_slice() else {
        bail!("PROGRAM DATA fill|ask COUNT [DATABASE] are wanted")
    };
    let count: usize = count.parse().context("COUNT is not a number")?;
    let (program, data) = (PathBuf::from(program), PathBuf::from(data));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(8 << 20)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut config = app::config::load(Some(&data.join("gongkai.toml")), std::iter::empty())?;
        if let Some(url) = more.first() {
            config.database.url.clone_from(url);
        }
        let ctx = app::compose::open(config, data.clone(), program, app::seams::system()).await?;
        let told = match what.as_str() {
            "fill" => fill(&ctx, &data, count).await,
            "ask" => ask(&ctx, count).await,
            other => Err(anyhow!("{other}: fill or ask")),
        };
        ctx.db().close().await;
        told
    })
}

fn words(refusal: Refusal) -> anyhow::Error {
    anyhow!(refusal.words())
}

async fn water(ctx: &Ctx) -> Result<Arc<Item>> {
    let key = ItemKey::new("water").context("a key")?;
    let item = record::items::find(ctx, &key).await.map_err(app::compose::words)?;
    item.context("the item water is not in force")
}

fn person(account: &str, organ: &str, roles: &[Role]) -> Actor {
    Actor::Staff(Staff {
        account: AccountId::from(account),
        name: format!("{account}（测量）"),
        organ: OrganCode::from(organ),
        roles: roles.to_vec(),
        central: organ == "QH001",
    })
}

/// A sheet of readings; every hundredth figure is missing, as in the real ones.
fn sheet(file: &Path, from: usize, rows: usize, dice: &mut Dice) -> Result<()> {
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    writeln!(out, "{HEAD}")?;
    let begin = Date::constant(2000, 1, 1);
    for at in from..from + rows {
        let reading = at / SECTIONS;
        let day = begin.checked_add(i64::try_from(reading / 6)?.days())?;
        let (hour, section) = (reading % 6 * 4, at % SECTIONS);
        let class = dice.pick(&CLASSES).copied().unwrap_or("*");
        write!(out, "演示省,演示流域,演示断面{section:02},{day} {hour:02}:00,{class}")?;
        for (least, most, places) in
            [(30, 300, 1), (600, 900, 2), (300, 1200, 2), (800, 6000, 1), (10, 900, 1), (100, 900, 2), (20, 2000, 3)]
        {
            figure(&mut out, dice, (least, most), places)?;
        }
        figure(&mut out, dice, (10, 300), 3)?;
        figure(&mut out, dice, (300, 5000), 3)?;
        writeln!(out, ",--,--,正常")?;
    }
    out.flush()?;
    Ok(())
}

fn figure(out: &mut impl Write, dice: &mut Dice, (least, most): (u64, u64), places: usize) -> Result<()> {
    if dice.below(100) == 0 {
        write!(out, ",*")?;
        return Ok(());
    }
    let (value, unit) = (least + dice.below(most - least), 10_u64.pow(u32::try_from(places)?));
    write!(out, ",{}.{:0places$}", value / unit, value % unit)?;
    Ok(())
}

/// Brings the readings in, sheet by sheet.
async fn fill(ctx: &Ctx, data: &Path, count: usize) -> Result<Value> {
    let item = water(ctx).await?;
    let organ = OrganCode::from(ORGAN);
    let editor = person("bench-editor", ORGAN, &[Role::Editor]);
    let mut dice = Dice::new(7);
    let (mut imported, mut passed) = (Duration::ZERO, Duration::ZERO);
    for (number, from) in (0..count).step_by(SHEET).enumerate() {
        let rows = SHEET.min(count - from);
        let path = data.with_extension("csv");
        sheet(&path, from, rows, &mut dice)?;
        let file = import::File::at(&path, &format!("水质读数{number}.csv"))?;
        let options = import::Options::new(item.key.clone(), organ.clone());
        let begun = Instant::now();
        let told = import::run(ctx, &editor, &file, &options, &import::Silent).await.map_err(words)?;
        imported += begun.elapsed();
        let first = || told.faults.first.first().map(import::Said::line).unwrap_or_default();
        ensure!(told.accepted == rows as u64, "{} of {rows} rows: {} {:?}", told.accepted, first(), told.unknown);
        let id = told.batch.clone().context("no batch")?;
        let begun = Instant::now();
        publish(ctx, &editor, &id).await?;
        passed += begun.elapsed();
        std::fs::remove_file(&path)?;
    }
    Ok(json!({ "rows": count, "import_seconds": imported.as_secs_f64(), "review_seconds": passed.as_secs_f64() }))
}

/// Hands a batch in and has each gate pass it.
async fn publish(ctx: &Ctx, editor: &Actor, id: &BatchId) -> Result<()> {
    gates::look_through(ctx, id).await.map_err(words)?;
    let batch = batch::find(ctx.db().read(), id).await?.context("no batch")?;
    let mut tx = ctx.db().write().await?;
    gates::submit(ctx, &mut tx, editor, (id, batch.version)).await.map_err(words)?;
    tx.commit().await?;
    for number in 0.. {
        let batch = batch::find(ctx.db().read(), id).await?.context("no batch")?;
        let review = gates::round(ctx, id).await.map_err(words)?.context("no round")?;
        let Some(stage) = review.round.stage() else { break };
        let reviewer = person(&format!("bench-reviewer-{number}"), "QH001", &stage.roles);
        let word = Word { ticked: &TICKED, ..Word::default() };
        let mut tx = ctx.db().write().await?;
        gates::pass(ctx, &mut tx, &reviewer, (id, batch.version), word).await.map_err(words)?;
        tx.commit().await?;
    }
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn parameters(pairs: &[(&str, String)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect()
}

/// Asks everything, `rounds` times.
async fn ask(ctx: &Ctx, rounds: usize) -> Result<Value> {
    let item = water(ctx).await?;
    let db = ctx.db();
    let all = Query::new(Arc::clone(&item));
    let public = all.count(db).await?.rows;
    let mut dice = Dice::new(11);
    let (mut filtered, mut looked_up) = (Vec::with_capacity(rounds), Vec::with_capacity(rounds));
    for _ in 0..rounds {
        let least = 60 + dice.below(20);
        let asked = parameters(&[
            ("quality", (1 + dice.below(6)).to_string()),
            ("ph.from", format!("{}.{}", least / 10, least % 10)),
            ("ph.to", format!("{}.{}", (least + 5) / 10, (least + 5) % 10)),
        ]);
        filtered.push(timed(ctx, &item, &asked).await?);
        let day = Date::constant(2000, 1, 1).checked_add(i64::try_from(dice.below(3000))?.days())?;
        let number = format!("{day} {:02}:00", dice.below(6) * 4);
        let name = format!("演示断面{:02}", dice.below(SECTIONS as u64));
        looked_up.push(timed(ctx, &item, &parameters(&[("measured", number), ("name", name)])).await?);
    }
    let (first, deep) = pages(ctx, &all).await?;
    let (seconds, megabytes, exported) = exported(ctx, &all).await?;
    let slot = |key: &str| item::slots::slot(&item, key).map(item::slots::Slot::name).unwrap_or_default();
    Ok(json!({
        "public": public, "filtered": filtered, "looked_up": looked_up, "first_pages": first, "deep_pages": deep,
        "exported": exported, "export_seconds": seconds, "export_megabytes": megabytes,
        "slots": { "quality": slot("quality"), "ph": slot("ph"), "measured": slot("measured"), "name": slot("name") },
    }))
}

/// A page with its count, in milliseconds.
async fn timed(ctx: &Ctx, item: &Arc<Item>, asked: &[(String, String)]) -> Result<f64> {
    let query = Query::read(Arc::clone(item), asked).map_err(|errors| anyhow!("{:?}", errors.items()))?;
    let begun = Instant::now();
    query.page(ctx.db(), "newest", None, PAGE).await?;
    query.count(ctx.db()).await?;
    Ok(milliseconds(begun.elapsed()))
}

/// The first pages, and those around the ten thousandth.
async fn pages(ctx: &Ctx, all: &Query) -> Result<(Vec<f64>, Vec<f64>)> {
    let (mut first, mut deep) = (Vec::new(), Vec::new());
    let mut after: Option<String> = None;
    for number in 0..DEEP {
        let begun = Instant::now();
        let page = all.page(ctx.db(), "newest", after.as_deref(), PAGE).await?;
        let time = milliseconds(begun.elapsed());
        if number < TIMED {
            first.push(time);
        } else if number >= DEEP - TIMED {
            deep.push(time);
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok((first, deep))
}

/// Memory at most so far, in megabytes.
fn most_memory() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes / 1024.0)
}

/// The rows of an export as they are read and written: seconds, megabytes above what was taken before, rows.
async fn exported(ctx: &Ctx, all: &Query) -> Result<(f64, f64, usize)> {
    let before = most_memory()?;
    let mut out = std::io::sink();
    let mut rows = 0;
    let begun = Instant::now();
    let mut stream = all.export(ctx.db(), "newest").await?;
    while let Some(row) = stream.try_next().await? {
        writeln!(out, "{}", row.data.json())?;
        rows += 1;
        if rows == EXPORTED {
            break;
        }
    }
    Ok((begun.elapsed().as_secs_f64(), most_memory()? - before, rows))
}
