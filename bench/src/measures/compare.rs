//! `gongkai compare` of two statutes of 150 articles as a whole process, and how many of the edits between them it tells as they
//! were made.

use std::{
    collections::BTreeSet,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{
    figures::{Report, Row, Times},
    program::Program,
};

const ARTICLES: usize = 150;
const PAIRS: u64 = 20;

/// Compares twenty pairs with known edits, each once by words and once for the answer.
///
/// # Errors
/// When the program cannot compare them.
pub(crate) fn measure(program: &Program, folder: &Path, report: &mut Report) -> Result<()> {
    let (mut times, mut plain, mut parts) = (Vec::new(), Share::default(), Share::default());
    for seed in 0..PAIRS {
        let (old, new, wanted) = pair(seed);
        let (before, after) = (folder.join("compare-old.txt"), folder.join("compare-new.txt"));
        std::fs::write(&before, old)?;
        std::fs::write(&after, new)?;
        let (time, answer) = compared(program, &before, &after)?;
        times.push(time);
        let told: BTreeSet<Fate> = answer["changes"].as_array().context("changes")?.iter().map(fate).collect();
        for one in wanted {
            let share = if one.0 == "split" || one.0 == "merged" { &mut parts } else { &mut plain };
            share.all += 1;
            share.right += u32::from(told.contains(&one));
        }
    }
    let times = Times::of(times);
    for (label, percent) in [("median", 50), ("p99", 99)] {
        let figure = format!("two statutes of {ARTICLES} articles, whole process, {label} of {}", times.count());
        report.add(Row::new("compare", figure, times.percentile(percent), "ms").at_most(300.0));
    }
    let figure = format!("articles told as they were edited, of {}", plain.all);
    report.add(Row::new("compare", figure, plain.percent(), "%").at_least(99.0));
    let figure = format!("splits and merges told as such, of {}", parts.all);
    report.add(Row::new("compare", figure, parts.percent(), "%").at_least(95.0));
    Ok(())
}

#[derive(Default)]
struct Share {
    right: u32,
    all: u32,
}

impl Share {
    fn percent(&self) -> f64 {
        100.0 * f64::from(self.right) / f64::from(self.all)
    }
}

fn compared(program: &Program, old: &Path, new: &Path) -> Result<(Duration, Value)> {
    let mut command = program.command(["compare", "--json"]);
    let begun = Instant::now();
    let done = command.arg(old).arg(new).stdin(Stdio::null()).output()?;
    let taken = begun.elapsed();
    ensure!(done.status.success(), "compare: {}", String::from_utf8_lossy(&done.stderr));
    Ok((taken, serde_json::from_slice(&done.stdout)?))
}

/// A change: its kind, and the numbers of both sides.
type Fate = (String, BTreeSet<String>, BTreeSet<String>);

fn fate(change: &Value) -> Fate {
    let name = |value: &Value| value.as_str().map(str::to_owned);
    let kind = name(&change["kind"]).unwrap_or_default();
    let (mut old, mut new): (BTreeSet<String>, BTreeSet<String>) =
        (name(&change["old"]).into_iter().collect(), name(&change["new"]).into_iter().collect());
    let also = change["also"].as_array().into_iter().flatten().filter_map(name);
    if kind == "merged" {
        old.extend(also);
    } else {
        new.extend(also);
    }
    (kind, old, new)
}

/// The same numbers for the same seed.
struct Dice(u64);

impl Dice {
    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let count = u64::try_from(of.len()).unwrap_or(1);
        of[usize::try_from((self.0 >> 33) % count).unwrap_or(0)]
    }

    /// A sentence as rules have them: much in common with all others.
    fn sentence(&mut self) -> String {
        const WHO: [&str; 6] = ["县人民政府", "主管部门", "申请人", "用人单位", "乡镇人民政府", "监督机构"];
        const WHEN: [&str; 5] = ["依照本办法", "自收到申请之日起", "在规定期限内", "每年第一季度", "经批准后"];
        const MUST: [&str; 4] = ["应当", "不得", "可以", "负责"];
        const DOES: [&str; 10] = ["公布", "审查", "登记", "报告", "检验", "评估", "核实", "移送", "备案", "监测"];
        const WHAT: [&str; 18] = [
            "河道采砂许可",
            "职业病危害因素",
            "粮食储备计划",
            "档案目录",
            "设备运行记录",
            "劳动争议调解书",
            "水污染物排放量",
            "校车驾驶资格",
            "食品添加剂标准",
            "种子经营档案",
            "广告代言活动",
            "渔业捕捞限额",
            "地震监测设施",
            "矿山安全规程",
            "统计调查表",
            "气象探测资料",
            "古树名木名录",
            "信用评级报告",
        ];
        let (who, when, must) = (self.one(&WHO), self.one(&WHEN), self.one(&MUST));
        let (does, what, and) = (self.one(&DOES), self.one(&WHAT), self.one(&WHAT));
        let (then, last) = (self.one(&DOES), self.one(&WHAT));
        format!("{who}{when}{must}{does}{what}和{and}，并{then}{last}。")
    }

    fn article(&mut self) -> Vec<String> {
        (0..5).map(|_| self.sentence()).collect()
    }
}

fn number(at: usize) -> String {
    format!("第{}条", at + 1)
}

fn printed(articles: &[Vec<String>]) -> String {
    let lines = articles.iter().enumerate().map(|(at, article)| format!("{}　{}\n", number(at), article.concat()));
    format!("某县管理办法\n{}", lines.collect::<String>())
}

/// Two texts and what is to be told of them: every sixth article is edited, each in another way.
fn pair(seed: u64) -> (String, String, Vec<Fate>) {
    let mut dice = Dice(seed * 7919 + 11);
    let old: Vec<Vec<String>> = (0..ARTICLES).map(|_| dice.article()).collect();
    let (mut new, mut wanted): (Vec<Vec<String>>, Vec<Fate>) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < ARTICLES {
        let (mut text, here) = (old[at].clone(), new.len());
        let kind = if at % 6 == 3 { (at / 6 + usize::try_from(seed).unwrap_or(0)) % 5 } else { 9 };
        let mut tell = |kind: &str, olds: &[usize], news: &[usize]| {
            let names = |list: &[usize]| list.iter().map(|at| number(*at)).collect();
            wanted.push((kind.to_owned(), names(olds), names(news)));
        };
        match kind {
            0 => {
                tell(if at == here { "unchanged" } else { "moved" }, &[at], &[here]);
                tell("added", &[], &[here + 1]);
                new.extend([text, dice.article()]);
            }
            1 => tell("removed", &[at], &[]),
            2 => {
                tell(if at == here { "modified" } else { "moved-modified" }, &[at], &[here]);
                text.iter_mut().step_by(2).for_each(|sentence| *sentence = dice.sentence());
                new.push(text);
            }
            3 => {
                tell("split", &[at], &[here, here + 1]);
                let rest = text.split_off(2);
                new.extend([text, rest]);
            }
            4 if at + 1 < ARTICLES => {
                tell("merged", &[at, at + 1], &[here]);
                at += 1;
                text.extend(old[at].iter().cloned());
                new.push(text);
            }
            _ => {
                tell(if at == here { "unchanged" } else { "moved" }, &[at], &[here]);
                new.push(text);
            }
        }
        at += 1;
    }
    (printed(&old), printed(&new), wanted)
}
