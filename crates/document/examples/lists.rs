//! Measures what lists cost with many documents: `cargo run --release -p gongkai-document --example lists -- 10000 100000`.

extern crate gongkai_document as document;

use std::{sync::Arc, time::Instant};

use document::{
    Facet, House, KindSpec, Kinds, Shape, Values,
    desk::{self, By},
    public::{self, Filter, Order, Places},
    seed::{Seed, SeedState, seed},
};
use jiff::{SignedDuration, Timestamp};
use kernel::{
    Directory, OrganCode, Seams,
    seams::{FixedClock, SeededEntropy},
};
use store::Db;

const NUMBER: Facet = Facet::new("document_number", "发文字号", Shape::Text(100)).listed().found();
const WRITTEN: Facet = Facet::new("written_on", "成文日期", Shape::Date).ordered().listed();
const VALIDITY: Facet =
    Facet::new("validity", "有效性", Shape::Choice(&[("in_force", "有效"), ("lapsed", "失效")])).counted().listed();
const TOPICS: Facet = Facet::new("topics", "主题", Shape::Words).counted().found();
const FACETS: &[&Facet] = &[&NUMBER, &WRITTEN, &VALIDITY, &TOPICS];
static POLICY: KindSpec = KindSpec {
    facets: FACETS,
    ..KindSpec::new("policy", "政策文件", "/policies/", &document::permissions::WRITE_DOCUMENTS)
};
static NEWS: KindSpec = KindSpec {
    facets: FACETS,
    ..KindSpec::new("news", "工作动态", "/documents/", &document::permissions::WRITE_DOCUMENTS)
};
static NOTICE: KindSpec = KindSpec {
    facets: FACETS,
    ..KindSpec::new("notice", "通知公告", "/documents/", &document::permissions::WRITE_DOCUMENTS)
};

const SUBJECTS: [&str; 12] = [
    "春耕补贴",
    "城区停水",
    "养老服务",
    "义务教育招生",
    "农村危房改造",
    "医保缴费",
    "防汛值守",
    "道路施工",
    "就业培训",
    "森林防火",
    "食品抽检",
    "营商环境",
];
const ACTS: [&str; 6] = ["的通知", "的公告", "情况公示", "实施办法", "工作动态", "的意见"];

fn one(number: u64) -> Seed {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
    let pick = |of: &[&'static str], shift: u64| of[usize::try_from((mixed >> shift) % of.len() as u64).unwrap_or(0)];
    let base: Timestamp = "2016-01-04T01:00:00Z".parse().expect("a moment");
    let at = base + SignedDuration::from_mins(i64::try_from(mixed % (10 * 365 * 24 * 60)).unwrap_or(0));
    let kind = [&POLICY, &NEWS, &NEWS, &NEWS, &NOTICE, &NOTICE][usize::try_from((mixed >> 3) % 6).unwrap_or(0)];
    let title = format!("青禾县关于{}{}（第{number}号）", pick(&SUBJECTS, 5), pick(&ACTS, 9));
    let mut values = Values::default().with_words(&TOPICS, &[pick(&SUBJECTS, 7), pick(&SUBJECTS, 13)]);
    values.read(&NUMBER, &format!("青政发〔2025〕{number}号"));
    if kind.key == "policy" {
        values.read(&VALIDITY, "in_force");
        values.read(&WRITTEN, &time(at));
    }
    Seed {
        organ: OrganCode::from(format!("QH{:03}", (mixed >> 11) % 60)),
        column: format!("column-{}", (mixed >> 17) % 40).as_str().into(),
        kind,
        title,
        body_html: "<p>各乡镇人民政府，县政府各部门：</p><p>现将有关事项通知如下。</p>".repeat(8),
        values,
        disclosure: "open",
        relations: Vec::new(),
        author: ("system".into(), "系统".into()),
        created_at: at,
        state: SeedState::Published { at },
        correction: None,
        files: Vec::new(),
        pictures: Vec::new(),
    }
}

fn time(at: Timestamp) -> String {
    kernel::time::date_in_china(at).to_string()
}

/// The median of some runs, in milliseconds.
async fn measure<F>(name: &str, mut ask: F) -> (String, f64)
where
    F: AsyncFnMut(),
{
    let mut times = Vec::new();
    for _ in 0..15 {
        let begun = Instant::now();
        ask().await;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    (name.to_owned(), times[times.len() / 2])
}

#[tokio::main]
async fn main() {
    let counts: Vec<u64> = std::env::args().skip(1).filter_map(|count| count.parse().ok()).collect();
    for count in counts {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(FixedClock::at("2026-03-02T01:00:00Z".parse().expect("a moment")));
        let seams = Seams { clock, entropy: Arc::new(SeededEntropy::new(7)) };
        let url = format!("sqlite:{}", folder.path().join("lists.db").display());
        let db = Db::open(&url, seams, document::MIGRATIONS).await.expect("a database");
        let house = House {
            kinds: Kinds::new([&POLICY, &NEWS, &NOTICE]),
            directory: Arc::new(Directory::default()),
            today: jiff::civil::date(2026, 3, 2),
            own_host: "own.gov.cn".into(),
            numbering: "{organ}/{year}-{n}".into(),
        };
        let begun = Instant::now();
        for batch in (0..count).collect::<Vec<_>>().chunks(500) {
            let mut tx = db.write().await.expect("a write");
            for number in batch {
                seed(&mut tx, &house, &one(*number)).await.expect("seeded");
            }
            tx.commit().await.expect("commit");
        }
        println!("{count} documents put in: {:.0} s", begun.elapsed().as_secs_f64());
        for (name, milliseconds) in lists(&db, &house).await {
            println!("{count:>7}  {milliseconds:>8.2} ms  {name}");
        }
    }
}

async fn lists(db: &Db, house: &House) -> Vec<(String, f64)> {
    let kinds = &house.kinds;
    let filters = [
        ("all", Filter::default()),
        ("policies", Filter::kinds(&[&POLICY])),
        ("policies of an organ", Filter { organ: Some("QH007".into()), ..Filter::kinds(&[&POLICY]) }),
        ("a topic", Filter { facets: vec![(&TOPICS, "养老服务".into())], ..Filter::default() }),
        (
            "a topic in a year",
            Filter { facets: vec![(&TOPICS, "养老服务".into())], year: Some(2020), ..Filter::default() },
        ),
        ("a word in many", Filter { words: "通知".into(), ..Filter::default() }),
        ("a word in few", Filter { words: "第777号".into(), ..Filter::default() }),
        ("a word in none", Filter { words: "水停".into(), ..Filter::default() }),
        ("a word of common pairs in none", Filter { words: "关于办法".into(), ..Filter::default() }),
        ("a word of an organ", Filter { words: "停水".into(), organ: Some("QH007".into()), ..Filter::default() }),
        (
            "three columns",
            Filter { columns: (1..4).map(|n| format!("column-{n}").into()).collect(), ..Filter::default() },
        ),
    ];
    let mut all = Vec::new();
    for (name, filter) in &filters {
        all.push(
            measure(&format!("list: {name}"), async || {
                public::list(db, kinds, filter, Order::Newest, Places::first(30)).await.expect("list");
            })
            .await,
        );
        all.push(
            measure(&format!("counts: {name}"), async || {
                public::overview(db, filter, &[], &[&TOPICS, &VALIDITY]).await.expect("overview");
            })
            .await,
        );
    }
    let everything = Filter::default();
    all.push(
        measure("list: by date written", async || {
            public::list(db, kinds, &everything, Order::By(&WRITTEN), Places::first(30)).await.expect("list");
        })
        .await,
    );
    all.push(
        measure("list: page 300", async || {
            public::list(db, kinds, &everything, Order::Newest, Places::page(300, 30)).await.expect("list");
        })
        .await,
    );
    all.push(
        measure("columns with counts", async || {
            public::columns(db).await.expect("columns");
        })
        .await,
    );
    all.push(
        measure("organs with counts", async || {
            public::organs(db).await.expect("organs");
        })
        .await,
    );
    all.push(
        measure("heat map of the county", async || {
            public::per_day(db, 2020, None).await.expect("days");
        })
        .await,
    );
    for (name, filter) in [
        ("all", desk::Filter::default()),
        ("an organ", desk::Filter { organs: vec!["QH007".into()], ..desk::Filter::default() }),
        ("published", desk::Filter { state: "published".into(), ..desk::Filter::default() }),
        ("a word in many", desk::Filter { words: "通知".into(), ..desk::Filter::default() }),
        ("a word in few", desk::Filter { words: "第777号".into(), ..desk::Filter::default() }),
    ] {
        for by in [By::Updated, By::Title] {
            all.push(
                measure(&format!("office: {name}, by {by:?}"), async || {
                    desk::list(db, kinds, &filter, desk::Order { by, down: true }, 0, 50).await.expect("list");
                    desk::count(db, &filter, 1000).await.expect("count");
                })
                .await,
            );
        }
    }
    all
}
