//! `gongkai-bench-cases PROGRAM DATA COUNT`: puts `COUNT` requests for information into the register of the installation at
//! `DATA`, spread over its organs and the last ten months. Each is registered as the program does it, with key, sealed words and
//! event; that two of three were answered is written past the machine. Prints what it put in as JSON.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, anyhow, ensure};
use bench::words::Dice;
use case::{Channel, Filing, PartyRole, Person};
use jiff::{ToSpan, civil::Date};
use kernel::{Actor, OrganCode, OrganKind, id::CaseId};
use store::{Tx, query};
use web::{Ctx, Refusal};

/// Requests in one transaction.
const BATCH: usize = 500;
/// Over how many days the receipts spread.
const DAYS: u64 = 300;
/// After how many days those that are answered were.
const TAKEN: i64 = 12;
/// Where nothing runs, the last day in the order of lists.
const NEVER: &str = "9999-12-31";
/// Outcomes by their codes, common ones often.
const OUTCOMES: [&str; 8] =
    ["disclosed", "disclosed", "already_public", "not_exist", "not_responsible", "partly", "withheld", "repeated"];
const APPLICANTS: [&str; 4] = ["natural_person", "natural_person", "natural_person", "business"];
const WANTED: [&str; 6] = [
    "老旧小区改造项目的验收报告",
    "征收土地的补偿安置方案和公告",
    "义务教育学校的招生范围和学位数",
    "农村危房改造补助的发放名册（不含个人信息）",
    "供水管网改造的招标文件",
    "上一年度部门决算的说明",
];

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
    let mut next = || asked.next().context("PROGRAM DATA COUNT are wanted");
    let (program, data) = (next()?, next()?);
    let count = next()?.to_str().and_then(|count| count.parse().ok()).context("COUNT is not a number")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let put = runtime.block_on(fill(&program, &data, count))?;
    println!(
        "{}",
        serde_json::json!({ "cases": count, "running": put.running, "year": put.year, "received": put.received })
    );
    Ok(())
}

/// What was put in.
#[derive(Debug, Default)]
struct Put {
    running: usize,
    /// The year of today, whose report counts them.
    year: i16,
    /// How many of them were received in that year.
    received: usize,
}

async fn fill(program: &Path, data: &Path, count: usize) -> Result<Put> {
    let config = app::config::load(Some(&data.join("gongkai.toml")), std::iter::empty())?;
    let ctx = app::compose::open(config, data.to_path_buf(), program.to_path_buf(), app::seams::system()).await?;
    let today = ctx.today();
    let organs = organs(&ctx);
    ensure!(!organs.is_empty(), "the installation has no organ that can be asked");
    let (mut dice, mut put) = (Dice::new(2019), Put { year: today.year(), ..Put::default() });
    for begin in (0..count).step_by(BATCH) {
        let mut tx = ctx.db().write().await?;
        for number in begin..(begin + BATCH).min(count) {
            let organ = dice.pick(&organs).context("no organ")?.clone();
            let received = today.checked_sub(i64::try_from(dice.below(DAYS))?.days())?;
            put.received += usize::from(received.year() == today.year());
            let outcome = (number % 3 != 0).then(|| dice.pick(&OUTCOMES).copied().unwrap_or(OUTCOMES[0]));
            let filing = filing(organ, received, number, outcome);
            let case = case::register(&ctx, &mut tx, &Actor::Visitor, filing).await.map_err(words)?;
            match outcome {
                Some(outcome) => {
                    answer(&mut tx, &case, outcome, received.checked_add(TAKEN.days())?.min(today)).await?
                }
                None => put.running += 1,
            }
        }
        tx.commit().await?;
    }
    ctx.db().close().await;
    Ok(put)
}

fn words(refusal: Refusal) -> anyhow::Error {
    anyhow!(refusal.words())
}

/// Organs that can be asked and that report.
fn organs(ctx: &Ctx) -> Vec<OrganCode> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let all = directory.all().iter().filter(|organ| {
        let kind = matches!(organ.kind, OrganKind::CountyUnit | OrganKind::CountyDepartment | OrganKind::Township);
        kind && organ.exists_on(today)
    });
    all.map(|organ| organ.code.clone()).collect()
}

fn filing(organ: OrganCode, received_on: Date, number: usize, outcome: Option<&str>) -> Filing {
    let wanted = format!("{}（第{number}件，演示）", WANTED[number % WANTED.len()]);
    let applicant = APPLICANTS[number % APPLICANTS.len()];
    let person =
        Person { name: format!("演示申请人{number}"), phone: "13800000000".to_owned(), ..Person::default() };
    let mut facts = vec![
        ("applicant", applicant.to_owned()),
        ("carrier", "electronic".to_owned()),
        ("delivery", "online".to_owned()),
    ];
    facts.extend(outcome.map(|outcome| ("counted", outcome.to_owned())));
    Filing {
        kind: &dialogue::foi::FOI,
        organ,
        channel: Channel::Portal,
        received_on,
        number: String::new(),
        digest: String::new(),
        brief: wanted.clone(),
        fields: BTreeMap::from([("wanted".to_owned(), wanted)]),
        facts,
        parties: vec![(PartyRole::Applicant, person)],
        files: Vec::new(),
    }
}

/// As after the delivery of the answer on that day, without its letter.
async fn answer(tx: &mut Tx, case: &CaseId, outcome: &str, on: Date) -> Result<()> {
    let now = tx.now();
    query(
        "UPDATE case_entry SET state = 'answered', outcome = $2, ended_at = $3, due_on = '', due_sort = $4, due_guess = 0 \
         WHERE id = $1",
    )
    .bind(case)
    .bind(outcome)
    .bind(&now)
    .bind(NEVER)
    .execute(tx.conn())
    .await?;
    query(
        "INSERT INTO case_step (case_id, place, step, from_state, to_state, on_day, at, by_account, by_name, sealed) \
         VALUES ($1, 2, 'answered', 'examining', 'answered', $2, $3, 'system', '', '')",
    )
    .bind(case)
    .bind(on.to_string())
    .bind(&now)
    .execute(tx.conn())
    .await?;
    Ok(())
}
