//! How long questions take as the index grows: `cargo run --release -p gongkai-search --example size -- 10000 100000`.
//!
//! Documents are made up: a title, some twelve hundred characters of text, every fifth with three parts. Each question is asked
//! many times, every time as a new one (nothing is remembered), and the middle and the slowest answer are told.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::{BoxFuture, join_all};
use gongkai_search as search;
use kernel::{
    Directory, Organ, OrganKind, Seams,
    seams::{FixedClock, SeededEntropy},
};
use search::{Query, Search, Sort};
use store::{Db, Files};
use web::{
    Capabilities, Capability, Ctx,
    ctx::Parts,
    hooks::{Audience, SearchEntry, SearchSource, Within, WordIndex, WordQuery},
};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const TIMES: usize = 31;
const TOPICS: [&str; 24] = [
    "既有住宅加装电梯",
    "农村公路养护",
    "创业担保贷款贴息",
    "河道采砂管理",
    "城乡居民医疗保险",
    "老旧小区改造",
    "高标准农田建设",
    "学前教育普惠",
    "养老服务设施",
    "政府采购",
    "安全生产",
    "道路交通",
    "食品药品监管",
    "生态环境保护",
    "招商引资",
    "乡村振兴衔接资金",
    "退役军人优待",
    "不动产登记",
    "公共文化服务",
    "殡葬改革",
    "困难群众救助",
    "森林防火",
    "水库移民",
    "供热补贴",
];
const FORMS: [&str; 8] =
    ["实施办法的通知", "实施方案的通知", "工作要点", "管理规定", "若干措施", "任务分工的通知", "公告", "情况通报"];
const SENTENCES: [&str; 12] = [
    "为贯彻落实上级部署，结合本县实际，制定本办法。",
    "各乡镇人民政府、县政府有关部门应当加强组织领导，明确责任分工。",
    "所需资金由县财政统筹安排，按照规定程序拨付，专款专用。",
    "申请人应当提交身份证明、申请表以及其他证明材料，并对其真实性负责。",
    "主管部门自受理之日起二十个工作日内作出决定，书面告知申请人。",
    "对弄虚作假的，依法追究责任，追回已经发放的补助。",
    "县审计、监察部门对资金使用情况进行监督检查。",
    "涉及群众切身利益的事项，应当公开征求意见，期限不少于三十日。",
    "本办法自公布之日起施行，有效期五年。",
    "工作中的问题请及时向县人民政府办公室反映。",
    "加强宣传解读，通过政府网站、政务新媒体公开相关信息。",
    "建立台账，定期调度，按月通报进展情况。",
];

/// So many documents, made anew whenever they are asked for.
struct Made(usize);

/// A number that looks like chance and is the same every time.
fn mixed(n: usize) -> usize {
    let mut x = (n as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((x ^ (x >> 31)) >> 1).unwrap_or(0)
}

fn document(n: usize) -> Vec<SearchEntry> {
    let pick = |at: usize, of: usize| mixed(n * 97 + at) % of;
    let topic = TOPICS[pick(0, TOPICS.len())];
    let mut body = String::new();
    for sentence in 0..40 {
        body.push_str(SENTENCES[pick(10 + sentence, SENTENCES.len())]);
        if sentence % 7 == 0 {
            body.push_str(&format!(
                "第{}号{}事项{}。\n",
                pick(100 + sentence, 9_999),
                TOPICS[pick(200 + sentence, 24)],
                n
            ));
        }
    }
    let whole = SearchEntry {
        url: format!("/documents/{n}"),
        organ: Some(format!("QH{:03}", pick(1, 60)).as_str().into()),
        column: Some(format!("column-{}", pick(2, 30)).as_str().into()),
        date: format!("{}-{:02}-{:02}", 2016 + pick(3, 11), 1 + pick(4, 12), 1 + pick(5, 28)),
        document_number: format!("青禾府发〔{}〕{}号", 2016 + pick(3, 11), n),
        validity: ["valid", "expired", ""][pick(6, 3)].into(),
        words: vec![topic.to_owned()],
        body,
        ..SearchEntry::public(
            ["policy", "notice", "news"][pick(7, 3)],
            format!("关于印发青禾县{topic}{}（{n}）", FORMS[pick(8, 8)]),
        )
    };
    let mut entries = Vec::new();
    if n.is_multiple_of(5) {
        for part in 0..3 {
            let text: String = whole.body.chars().skip(part * 300).take(300).collect();
            entries.push(whole.part(
                format!("article/{part}"),
                format!("第{}条", part + 1),
                text,
                format!("/documents/{n}#{part}"),
            ));
        }
    }
    entries.insert(0, whole);
    entries
}

impl SearchSource for Made {
    fn subject_kind(&self) -> &'static str {
        "document"
    }

    fn entries<'a>(&'a self, _: &'a Ctx, id: &'a str) -> BoxFuture<'a, web::Result<Vec<SearchEntry>>> {
        let entries = id.parse().map_or_else(|_| Vec::new(), document);
        Box::pin(std::future::ready(Ok(entries)))
    }

    fn ids<'a>(&'a self, _: &'a Ctx, after: &'a str, limit: i64) -> BoxFuture<'a, web::Result<Vec<String>>> {
        let from = after.parse().map_or(0, |after: usize| after + 1);
        let to = self.0.min(from + usize::try_from(limit).unwrap_or(0));
        let ids = (from..to).map(|n| format!("{n:07}")).collect();
        Box::pin(std::future::ready(Ok(ids)))
    }
}

async fn installation(folder: &std::path::Path, documents: usize) -> Outcome<Ctx> {
    let town = Capability::new("town", "县").search(Arc::new(Made(documents)));
    let clock = Arc::new(FixedClock::at("2026-11-01T00:00:00Z".parse()?));
    let seams = Seams { clock, entropy: Arc::new(SeededEntropy::new(1)) };
    let ctx = Ctx::new(Parts {
        db: Db::open(&format!("sqlite:{}", folder.join("db.sqlite").display()), seams, &[]).await?,
        files: Files::in_folder(folder),
        config: web::Config::default(),
        program: PathBuf::from("none"),
        data: folder.to_owned(),
        capabilities: Capabilities::new(vec![town, search::capability()]),
    });
    let organs = (0..60).map(|n| {
        Organ::named(&format!("QH{n:03}"), &format!("青禾县第{n}局"), &format!("县{n}局"), OrganKind::CountyDepartment)
    });
    ctx.set_directory(Directory::new(organs.collect(), "青禾县"));
    Ok(ctx)
}

fn told(name: &str, found: u64, mut times: Vec<Duration>) {
    times.sort();
    let ms = |at: usize| times[at].as_secs_f64() * 1000.0;
    println!(
        "  {name:<44} {found:>7} found   {:>7.1} ms   slowest {:>7.1} ms",
        ms(times.len() / 2),
        ms(times.len() - 1)
    );
}

async fn question(search: &Search, name: &str, query: Query) -> Outcome<()> {
    let (mut times, mut found) = (Vec::new(), 0);
    for time in 0..TIMES {
        let begun = Instant::now();
        // Another number of hits makes it another question.
        found = search.query(&Query { limit: 20 + time, ..query.clone() }).await?.total;
        times.push(begun.elapsed());
    }
    told(name, found, times);
    Ok(())
}

async fn list(index: &Arc<dyn WordIndex>, name: &str, query: WordQuery) -> Outcome<()> {
    let (mut times, mut found) = (Vec::new(), 0);
    for time in 0..TIMES {
        let begun = Instant::now();
        let hits = index.ids(WordQuery { limit: query.limit + time, ..query.clone() }).await;
        found = hits.map_err(|error| format!("{error:?}"))?.total;
        times.push(begun.elapsed());
    }
    told(name, found, times);
    Ok(())
}

async fn measure(documents: usize) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let ctx = installation(folder.path(), documents).await?;
    let search = Search::open(folder.path().join("index"), &ctx)?;
    let begun = Instant::now();
    search.catch_up(&ctx).await?;
    println!(
        "{documents} documents, {} entries, filled in {:.0} s",
        search.status().documents,
        begun.elapsed().as_secs_f64()
    );

    println!(" words in lists");
    let index = ctx.one::<Arc<dyn WordIndex>>();
    let asked = |words: &str| WordQuery { limit: 30, ..WordQuery::new("document", words, Audience::Public) };
    list(index, "in every title", asked("青禾县")).await?;
    list(index, "in every title, 900 wanted", WordQuery { limit: 900, ..asked("青禾县") }).await?;
    list(index, "in a twentieth", asked("加装电梯")).await?;
    list(index, "two words", asked("加装电梯 通知")).await?;
    list(index, "in one", asked("（1234）")).await?;
    list(index, "in none", asked("火星基地")).await?;
    list(index, "every title, of one organ", WordQuery { organs: vec!["QH007".into()], ..asked("青禾县") }).await?;
    list(index, "in every text", WordQuery { within: Within::Text, ..asked("工作日") }).await?;
    list(index, "every title, asked by the office", WordQuery { audience: Audience::Office, ..asked("青禾县") })
        .await?;

    println!(" search");
    question(&search, "in every title and text", Query::text("青禾县")).await?;
    question(&search, "in every text", Query::text("工作日")).await?;
    question(&search, "in a twentieth", Query::text("加装电梯")).await?;
    question(&search, "a sentence", Query::text("加装电梯资金怎么申请")).await?;
    question(&search, "three words", Query::text("财政 补助 申请")).await?;
    question(&search, "a document number", Query::text("青禾府发〔2020〕1234号")).await?;
    question(&search, "an organ", Query::text("县7局")).await?;
    question(&search, "nothing", Query::text("火星基地")).await?;
    question(&search, "a filter alone", Query { organ: "QH007".into(), ..Query::default() }).await?;
    question(&search, "by date, in every text", Query { sort: Sort::Date, ..Query::text("工作日") }).await?;
    question(&search, "the empty page", Query::default()).await?;

    let begun = Instant::now();
    let twenty = join_all((0..20).map(|n| {
        let query = Query { limit: 60 + n, ..Query::text("工作日 资金 监督") };
        let search = &search;
        async move { search.query(&query).await.is_ok() }
    }));
    let answered = twenty.await.into_iter().filter(|answered| *answered).count();
    println!(
        " twenty readers at once, each with a question of his own: {answered} answered in {:.0} ms",
        begun.elapsed().as_secs_f64() * 1000.0
    );
    let begun = Instant::now();
    let same = Query { limit: 90, ..Query::text("工作日 资金 监督") };
    let fifty = join_all((0..50).map(|_| search.query(&same)));
    let answered = fifty.await.into_iter().filter(Result::is_ok).count();
    println!(
        " fifty readers at once with the same question: {answered} answered in {:.0} ms",
        begun.elapsed().as_secs_f64() * 1000.0
    );
    Ok(())
}

#[tokio::main]
async fn main() -> Outcome<()> {
    for size in std::env::args().skip(1) {
        measure(size.parse()?).await?;
    }
    Ok(())
}
