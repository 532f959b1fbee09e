//! How the board grows: `cargo run --release -p gongkai-duty --example board -- 2000 20000` fills a database with so many
//! shares and prints how long its questions take, beside reading every fact and computing (what the board did before there was
//! a projection).

use std::{sync::Arc, time::Instant};

use gongkai_duty::{
    DutyRow, SourceKey, SourceRow, SourceState,
    board::{self, Filter, Order, Rows, Wanted, Word},
    desk, duties, facts,
    model::OwnerRole,
    source,
};
use kernel::{
    Actor, OrganCode, Seams,
    id::DutyId,
    seams::{FixedClock, SeededEntropy},
    time,
};
use store::{Db, query_scalar};

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

const ORGANS: usize = 60;

/// As many shares: each duty for twenty organs, a fifth of the duties quarterly, due dates spread over the year.
async fn fill(db: &Db, shares: usize) -> Fallible<()> {
    let key = SourceKey::new("catalogue", "2026");
    let mut tx = db.write().await?;
    let issued_at = tx.now();
    let row =
        SourceRow {
            key: key.clone(), title: "公开目录".into(), year: 2026, state: SourceState::Running, issued_at
        };
    source::put(&mut tx, &row).await?;
    for at in 0..shares / 20 {
        let number = i64::try_from(at)?;
        let row = DutyRow {
            place: format!("p{}", at / 10),
            place_label: format!("（{}）", at / 10),
            place_order: number / 10,
            position: number % 10 + 1,
            due_on: if at % 5 == 0 { String::new() } else { format!("2026-{:02}-{:02}", at % 12 + 1, at % 28 + 1) },
            cadence: if at % 5 == 0 { "quarterly".into() } else { String::new() },
            visibility: "public".into(),
            ..DutyRow::new(DutyId::fresh(db.seams()), &key, format!("公开第 {at} 项内容，按目录逐项更新"))
        };
        duties::put(&mut tx, &row).await?;
        let organ = |n: usize| {
            let role = if n == 0 { OwnerRole::Lead } else { OwnerRole::Responsible };
            (OrganCode::from(format!("QH{:03}", (at * 7 + n) % ORGANS)), role)
        };
        let organs: Vec<_> = (0..20).map(organ).collect();
        duties::issue(&mut tx, &Actor::System, &row, &organs).await?;
    }
    Ok(tx.commit().await?)
}

/// The middle of nine.
async fn time_of<T, E>(what: impl AsyncFn() -> Result<T, E>) -> Result<f64, E> {
    let mut times = Vec::new();
    for _ in 0..9 {
        let start = Instant::now();
        what().await?;
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[4])
}

async fn measure(shares: usize) -> Fallible<()> {
    let folder = tempfile::tempdir()?;
    let clock = Arc::new(FixedClock::at("2026-03-02T01:00:00Z".parse()?));
    let seams = Seams { clock: clock.clone(), entropy: Arc::new(SeededEntropy::new(1)) };
    let url = format!("sqlite:{}", folder.path().join("board.sqlite").display());
    let db = Db::open(&url, seams, gongkai_duty::MIGRATIONS).await?;
    let start = Instant::now();
    fill(&db, shares).await?;
    let filled = start.elapsed().as_secs_f64();
    clock.set("2026-07-02T01:00:00Z".parse()?);
    let today = time::date_in_china(db.seams().now());
    let pieces: i64 = query_scalar("SELECT COUNT(*) FROM share_standing").fetch_one(db.read()).await?;
    println!("{shares} shares, {pieces} pieces of standings, filled in {filled:.1} s");
    let (all, order) = (Filter::default(), Order::default());
    let late = Filter { overdue: true, ..Filter::default() };
    let open = Filter { state: Some(Wanted::Open), ..Filter::default() };
    let words = Filter { words: vec![Word { text: "99".into(), organs: Vec::new() }], ..Filter::default() };
    let own = vec![OrganCode::from("QH010")];
    let organ = Filter { within: Some(own.clone()), ..Filter::default() };
    for (name, filter) in [("all", &all), ("overdue", &late), ("open", &open), ("words", &words), ("one organ", &organ)]
    {
        for rows in [Rows::Shares, Rows::Duties] {
            let page = time_of(async || board::page(&db, rows, filter, order, today, ("", 50)).await).await?;
            let figures = time_of(async || board::figures(&db, rows, filter, today).await).await?;
            println!("  {name:<10} {rows:?}: page {page:>7.2} ms, counted {figures:>7.2} ms");
        }
    }
    let mut after = String::new();
    for _ in 0..200 {
        let page = board::page(&db, Rows::Shares, &all, order, today, (&after, 50)).await?;
        after = page.next.unwrap_or(after);
    }
    let deep = time_of(async || board::page(&db, Rows::Shares, &all, order, today, (&after, 50)).await).await?;
    let rail = time_of(async || desk::count_of_organs(&db, &own, today).await).await?;
    let waiting = time_of(async || desk::count_waiting(&db).await).await?;
    let portal = time_of(async || board::tally_by_source(&db, today).await).await?;
    let organs = time_of(async || board::organs(&db).await).await?;
    println!(
        "  page 200 {deep:.2} ms; rail of an organ {rail:.2} ms, of the office {waiting:.2} ms; public progress {portal:.2} ms; organs offered {organs:.2} ms"
    );
    let ids: Vec<DutyId> = query_scalar("SELECT id FROM duty ORDER BY id").fetch_all(db.read()).await?;
    let before = time_of(async || {
        let shares = facts::of_duties(db.read(), &ids).await?;
        let late = shares.iter().filter(|share| share.course().on(today).overdue).count();
        Ok::<_, store::Error>(late)
    });
    println!("  reading every fact and computing: {:.1} ms", before.await?);
    Ok(())
}

#[tokio::main]
async fn main() -> Fallible<()> {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    for size in if sizes.is_empty() { vec![2_000, 20_000] } else { sizes } {
        measure(size).await?;
    }
    Ok(())
}
