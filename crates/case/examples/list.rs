//! How the list of cases grows: `cargo run --release -p gongkai-case --example list -- 5000 50000` fills a database with so many
//! cases and prints how long its questions take. Rows are written past the machine: who they are from does not matter here.

use std::{sync::Arc, time::Instant};

use case::queue::{self, Filter, Row};
use kernel::{
    OrganCode, Seams,
    id::CaseId,
    seams::{FixedClock, SeededEntropy},
};
use store::{Db, query};

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

const ORGANS: usize = 60;

/// As many cases of sixty organs, a third of them running, last days spread over the year.
async fn fill(db: &Db, cases: usize) -> Fallible<()> {
    let mut tx = db.write().await?;
    let now = tx.now();
    for at in 0..cases {
        let id = CaseId::fresh(db.seams());
        let organ = format!("QH{:03}", at % ORGANS);
        let day = format!("2026-{:02}-{:02}", at % 12 + 1, at % 28 + 1);
        let open = at % 3 == 0;
        query(
            "INSERT INTO case_entry (id, kind, register, year, place, number, organ, channel, state, outcome, brief, digest, \
             registered_at, registered_by, received_on, due_on, due_sort, due_guess, holder, holder_name, ended_at, erased_at, \
             version) VALUES ($1, 'mistake', $2, 2026, $3, $4, $2, 'portal', $5, '', '', '', $6, '', $7, $8, $9, 0, '', '', $10, \
             '', 1)",
        )
        .bind(&id)
        .bind(&organ)
        .bind(i64::try_from(at)? + 1)
        .bind(format!("20260302-{at}"))
        .bind(if open { "received" } else { "answered" })
        .bind(&now)
        .bind(&day)
        .bind(if open { day.as_str() } else { "" })
        .bind(if open { day.as_str() } else { "9999-12-31" })
        .bind(if open { "" } else { now.as_str() })
        .execute(tx.conn())
        .await?;
        query("INSERT INTO case_key (case_id, wrapped) VALUES ($1, '')").bind(&id).execute(tx.conn()).await?;
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

async fn measure(cases: usize) -> Fallible<()> {
    let folder = tempfile::tempdir()?;
    let clock = Arc::new(FixedClock::at("2026-03-02T01:00:00Z".parse()?));
    let seams = Seams { clock, entropy: Arc::new(SeededEntropy::new(1)) };
    let url = format!("sqlite:{}", folder.path().join("cases.sqlite").display());
    let db = Db::open(&url, seams, case::MIGRATIONS).await?;
    let start = Instant::now();
    fill(&db, cases).await?;
    println!("{cases} cases, filled in {:.1} s", start.elapsed().as_secs_f64());
    let own = vec![OrganCode::from("QH010")];
    let all = Filter { kinds: vec!["mistake"], ..Filter::default() };
    let organ = Filter { organs: Some(own.clone()), ..all.clone() };
    let ended = Filter { phase: "ended".to_owned(), ..all.clone() };
    for (name, filter) in [("running", &all), ("one organ", &organ), ("ended", &ended)] {
        for sort in ["due", "received", "number"] {
            let list = queue::list(filter);
            let page = time_of(async || list.page::<Row>(&db, Some(sort), None, 50).await).await?;
            let count = time_of(async || list.count(&db, 5_000).await).await?;
            println!("  {name:<10} by {sort:<9} page {page:>7.2} ms, counted {count:>7.2} ms");
        }
    }
    let mut after: Option<String> = None;
    for _ in 0..200 {
        let page = queue::list(&all).page::<Row>(&db, Some("due"), after.as_deref(), 50).await?;
        after = page.next.or(after);
    }
    let list = queue::list(&all);
    let deep = time_of(async || list.page::<Row>(&db, Some("due"), after.as_deref(), 50).await).await?;
    let desk = time_of(async || queue::waiting(&db, &own, &["mistake"], &["received"]).await).await?;
    let rail = time_of(async || queue::count(&db, &own, &["mistake"], &["received"]).await).await?;
    println!("  page 200 {deep:.2} ms; desk of an organ {desk:.2} ms; its rail {rail:.2} ms");
    Ok(())
}

#[tokio::main]
async fn main() -> Fallible<()> {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    for size in if sizes.is_empty() { vec![5_000, 50_000] } else { sizes } {
        measure(size).await?;
    }
    Ok(())
}
