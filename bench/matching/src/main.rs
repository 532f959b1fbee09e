//! `gongkai-bench-matching COUNT`: puts `COUNT` subscriptions together as the program does after a publication, lets publications
//! look for theirs, and compares with trying each subscription. Prints times and memory as JSON. A process of its own: what it
//! holds more afterwards is what the subscriptions hold.

use std::{process::ExitCode, time::Instant};

use anyhow::{Context, Result, ensure};
use bench::words::Dice;
use subscription::{
    SubscriptionId,
    filter::{Filter, Often},
    matching::{Entry, Facts, Matcher},
};

/// Publications that look for theirs.
const PUBLICATIONS: usize = 500;
/// Of them, those that are compared with trying each subscription.
const COMPARED: usize = 20;

const TOPICS: [&str; 8] = ["养老", "医疗卫生", "社会保障", "教育", "就业创业", "农业农村", "住房保障", "交通运输"];
const KINDS: [&str; 4] = ["policy", "notice", "news", "report"];
const COLUMNS: [&str; 6] = ["news", "relief", "budget", "notices", "statutory", "land"];
const AUDIENCES: [&str; 4] = ["person", "trader", "company", "farm"];
const WORDS: [&str; 12] =
    ["津贴", "补贴", "低保", "招聘", "预算", "供水", "公告", "高龄", "医保", "学位", "征收", "停电"];
const ORGANS: u64 = 60;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gongkai-bench-matching: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let count: usize = std::env::args().nth(1).and_then(|count| count.parse().ok()).context("COUNT is wanted")?;
    let all = || {
        let mut dice = Dice::new(2019);
        (0..count).map(|number| entry(number, &mut dice)).collect::<Vec<Entry>>()
    };
    let before = resident()?;
    let entries = all();
    let begun = Instant::now();
    let matcher = Matcher::new(entries);
    let ready = ms(begun);
    let held = resident()? - before;
    let (each, mut dice) = (all(), Dice::new(2020));
    let (mut took, mut found, mut alone) = (Vec::new(), 0, Vec::new());
    for number in 0..PUBLICATIONS {
        let facts = facts(number, &mut dice);
        let begun = Instant::now();
        let matching = matcher.matching(&facts);
        took.push(ms(begun));
        found += matching.len();
        if number < COMPARED {
            let begun = Instant::now();
            let slow: Vec<&Entry> = each.iter().filter(|one| one.filter.judge(&facts).is_some()).collect();
            alone.push(ms(begun));
            let same = slow.iter().map(|one| &one.id).eq(matching.iter().map(|one| &one.id));
            ensure!(same, "publication {number} finds other subscriptions than trying each");
        }
    }
    let fits = found as f64 / PUBLICATIONS as f64;
    println!("{}", serde_json::json!({ "ready": ready, "held": held, "took": took, "alone": alone, "fits": fits }));
    Ok(())
}

fn ms(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1000.0
}

/// Resident memory of this process in megabytes.
fn resident() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kb: f64 = line.split_whitespace().next().and_then(|kb| kb.parse().ok()).context("VmRSS is no number")?;
    Ok(kb / 1024.0)
}

fn some(from: &[&str], dice: &mut Dice) -> String {
    dice.pick(from).copied().unwrap_or_default().to_owned()
}

fn organ(dice: &mut Dice) -> String {
    format!("QH{:03}", 1 + dice.below(ORGANS))
}

/// Mostly two conditions that must hold together; now and then one, or any of several.
fn entry(number: usize, dice: &mut Dice) -> Entry {
    let mut filter = Filter { any: dice.below(5) == 0, ..Filter::default() };
    for _ in 0..1 + dice.below(3) {
        match dice.below(6) {
            0 => filter.topics.push(some(&TOPICS, dice)),
            1 => filter.organs.push(organ(dice)),
            2 => filter.kinds.push(some(&KINDS, dice)),
            3 => filter.columns.push(some(&COLUMNS, dice)),
            4 => filter.audiences.push(some(&AUDIENCES, dice)),
            _ => filter.words.push(some(&WORDS, dice)),
        }
    }
    let id = SubscriptionId::from(format!("s{number:06}"));
    Entry { id, often: Often::Daily, since: String::new(), filter: filter.settled() }
}

fn facts(number: usize, dice: &mut Dice) -> Facts {
    let (first, second) = (some(&WORDS, dice), some(&WORDS, dice));
    Facts {
        topics: vec![some(&TOPICS, dice), some(&TOPICS, dice)],
        organs: vec![organ(dice)],
        kind: some(&KINDS, dice),
        columns: vec![some(&COLUMNS, dice)],
        audiences: vec![some(&AUDIENCES, dice)],
        title: format!("关于做好{first}和{second}工作的通知（第{number}号，演示）"),
        number: format!("青府发〔2026〕{number}号"),
    }
}
