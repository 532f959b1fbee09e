//! `gongkai clock`: the last day of a statutory period, with the reason for every day. Needs no data directory.

use std::{fmt::Write as _, io::Write as _, path::PathBuf, process::ExitCode};

use ::clock::{self, At, Pause, RULES, Readings, Refusal, Rule, Run};
use anyhow::Result;
use identity::calendar::read_lines;
use jiff::civil::Time;
use kernel::{Calendar, time};
use serde::Serialize;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// 时限名称，见下方列表
    #[arg(value_name = "RULE", value_parser = rule)]
    rule: &'static Rule,
    /// 起算事件发生的日期，例如 2026-03-05；按小时计的时限写到分钟，例如 2026-03-05T22:30
    #[arg(long, value_name = "DATE", value_parser = at)]
    from: At,
    /// 暂停计时的起止日期，两天都含在内；可写多次
    #[arg(long = "pause", value_name = "A..B", value_parser = pause)]
    pauses: Vec<Pause>,
    /// 延长多少，单位与时限相同
    #[arg(long, value_name = "N", default_value_t = 0)]
    extend: u32,
    /// 补充放假通知的文件，每行一条，例如 2027-01-01~2027-01-03 放假
    #[arg(long, value_name = "FILE")]
    calendar: Option<PathBuf>,
}

/// What stands below the help: an example, and the rules with their periods.
pub(super) fn help() -> String {
    format!(
        "例：gongkai clock foi.response --from 2025-03-03 --pause 2025-03-11..2025-03-24 --json\n\n\
         征求意见的暂停从发出的次日写起，到收到意见之日为止。\n\n时限：\n{}",
        list()
    )
}

fn list() -> String {
    let widest = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    let line = |rule: &Rule| format!("  {:widest$}  {}：{}", rule.id, rule.label, rule.period());
    RULES.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn rule(id: &str) -> Result<&'static Rule, String> {
    clock::find(id).ok_or_else(|| format!("没有这个时限，可以是：\n{}", list()))
}

/// A date in the forms that people write, or a date and a time of day in China, or a moment with its offset.
fn at(text: &str) -> Result<At, String> {
    if let Some(day) = time::parse_date(text) {
        return Ok(At::Day(day));
    }
    let local = |text: &str| {
        let (day, hour) = text.trim().split_once(['T', 't', ' '])?;
        let hour: Time = hour.trim().parse().ok()?;
        let here = time::parse_date(day)?.to_datetime(hour);
        time::china().to_timestamp(here).ok()
    };
    let moment = text.parse().ok().or_else(|| local(text));
    moment.map(At::Moment).ok_or_else(|| "请写成 2026-03-05 或 2026-03-05T22:30".to_owned())
}

fn pause(text: &str) -> Result<Pause, String> {
    let range = text
        .split_once("..")
        .and_then(|(first, last)| Some(Pause { first: time::parse_date(first)?, last: time::parse_date(last)? }));
    match range {
        None => Err("请写成 2025-03-11..2025-03-24".to_owned()),
        Some(Pause { first, last }) if last < first => Err(format!("{last} 早于 {first}")),
        Some(pause) => Ok(pause),
    }
}

/// The contract's answer.
#[derive(Debug, Serialize)]
struct Answer {
    rule: &'static str,
    label: &'static str,
    basis: &'static str,
    period: String,
    from: String,
    due: String,
    days: Vec<Day>,
    calendar: Version,
}

#[derive(Debug, Serialize)]
struct Day {
    date: String,
    counted: bool,
    reason: String,
}

#[derive(Debug, Serialize)]
struct Version {
    version: String,
    known_until: String,
}

/// Runs the rule as the installation reads it.
fn answer(args: &Args, readings: &Readings, calendar: &Calendar) -> Result<(Run, Answer)> {
    let rule = readings.apply(args.rule);
    let run = clock::run(&rule, args.from, &args.pauses, args.extend, calendar).map_err(|refusal| match refusal {
        Refusal::Unknown(_) => anyhow::anyhow!("{refusal}命令行不读后台录入的通知，请用 --calendar 写明通知文件。"),
        other => other.into(),
    })?;
    let days =
        run.explain().iter().map(|day| Day { date: day.date.to_string(), counted: day.counted, reason: day.words() });
    let answer = Answer {
        rule: run.rule().id,
        label: run.rule().label,
        basis: run.rule().basis,
        period: run.rule().period(),
        from: run.from().to_string(),
        due: run.due().to_string(),
        days: days.collect(),
        calendar: Version { version: calendar.version(), known_until: calendar.known_until().to_string() },
    };
    Ok((run, answer))
}

/// Answers with these readings.
pub(super) fn run(args: &Args, readings: &Readings, as_json: bool) -> Result<ExitCode> {
    let (run, answer) = answer(args, readings, &calendar(args)?)?;
    for note in notes(args, &run) {
        eprintln!("注意：{note}");
    }
    let text = if as_json { serde_json::to_string_pretty(&answer)? + "\n" } else { page(args, &run, &answer) };
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        // `… | head`: the reader has seen enough.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn calendar(args: &Args) -> Result<Calendar> {
    let mut calendar = Calendar::bundled();
    if let Some(file) = &args.calendar {
        let text = std::fs::read_to_string(file).map_err(|error| {
            anyhow::anyhow!("读不到文件 {}：{error}。请检查路径，文件应是 UTF-8 文本。", file.display())
        })?;
        let days = read_lines(&text, args.from.date().year())
            .map_err(|faults| anyhow::anyhow!("{}：\n{}", file.display(), faults.join("\n")))?;
        calendar.add_notices(days);
    }
    Ok(calendar)
}

/// What the answer alone would let a reader overlook.
fn notes(args: &Args, run: &Run) -> Vec<String> {
    let (rule, from, due) = (run.rule(), run.from().date(), run.due().date());
    let mut notes = Vec::new();
    if let Some(since) = rule.since.filter(|since| from < *since) {
        notes.push(format!("所依据的规定自 {since} 起施行，{from} 在此之前，请核对当时的规定。"));
    }
    if matches!((args.from, run.from()), (At::Day(_), At::Moment(_))) {
        notes.push("没有写时刻，从当日 00:00 起算。".to_owned());
    }
    for pause in args.pauses.iter().filter(|pause| pause.last <= from || pause.first > due) {
        notes.push(format!("暂停 {} 至 {} 不在期限内，没有影响。", pause.first, pause.last));
    }
    notes
}

fn shown(at: At) -> String {
    match at {
        At::Day(day) => format!("{day}（{}）", kernel::calendar::weekday(day)),
        At::Moment(moment) => moment.to_zoned_datetime(time::china()).strftime("%Y-%m-%d %H:%M").to_string(),
    }
}

fn page(args: &Args, run: &Run, answer: &Answer) -> String {
    let rule = run.rule();
    let end = match (rule.start.is_backwards(), rule.minimum) {
        (true, _) => "最迟",
        (_, true) => "最早截止",
        _ => "到期",
    };
    let mut out = format!("{}：{}\n依据　{}\n起算　{}\n", rule.label, answer.period, rule.basis, shown(run.from()));
    if args.extend > 0 {
        out.push_str(&format!("延长　{}\n", rule.units(args.extend)));
    }
    if run.paused() > 0 {
        // Only what is counted in days may be paused, so the unit is a word for days.
        out.push_str(&format!("暂停　{}\n", rule.units(u32::try_from(run.paused()).unwrap_or(u32::MAX))));
    }
    out.push_str(&format!("{end}　{}\n\n日期        第几日  说明\n", shown(run.due())));
    for day in run.explain() {
        let number = if day.counted { day.number.to_string() } else { "-".to_owned() };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}  {number:>6}  {}", day.date, day.words());
    }
    let Version { version, known_until } = &answer.calendar;
    out + &format!("\n工作日历 {version}，放假通知录入至 {known_until}。\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(rule_id: &str, from: &str, paused: &[&str], extend: u32) -> Args {
        Args {
            rule: rule(rule_id).expect("rule"),
            from: at(from).expect("day or moment"),
            pauses: paused.iter().map(|text| pause(text).expect("range")).collect(),
            extend,
            calendar: None,
        }
    }

    fn told(args: &Args) -> (Run, Answer) {
        answer(args, &Readings::default(), &Calendar::bundled()).expect("answered")
    }

    #[test]
    fn the_answer_has_the_shape_of_the_contract() {
        let (_, answer) = told(&args("foi.response", "2025年3月3日", &["2025-03-11..2025-03-24"], 0));
        let json = serde_json::to_value(&answer).expect("json");
        assert_eq!(json["rule"], "foi.response");
        assert_eq!((&json["from"], &json["due"]), (&"2025-03-03".into(), &"2025-04-15".into()));
        assert!(json["basis"].as_str().is_some_and(|basis| basis.contains("第三十三条")));
        let days = json["days"].as_array().expect("days");
        assert_eq!(days[0], serde_json::json!({"date": "2025-03-03", "counted": false, "reason": "收到申请当日不计"}));
        assert_eq!(days.iter().filter(|day| day["counted"] == true).count(), 20);
        assert_eq!(days[days.len() - 1]["date"], "2025-04-15");
        assert_eq!(json["calendar"]["known_until"], "2026-12-31");
        assert_eq!(json["calendar"]["version"], Calendar::bundled().version());
    }

    #[test]
    fn hours_are_told_as_moments_in_china() {
        for from in ["2026-03-05T22:30", "2026-03-05 22:30", "2026年3月5日 22:30", "2026-03-05T14:30:00Z"] {
            let (_, answer) = told(&args("opinion.first-statement", from, &[], 0));
            assert_eq!(answer.from, "2026-03-05T22:30:00+08:00", "{from}");
            assert_eq!(answer.due, "2026-03-06T03:30:00+08:00", "{from}");
        }
        let wanted = args("opinion.first-statement", "2026-03-05", &[], 0);
        let (run, answer) = told(&wanted);
        assert_eq!(answer.due, "2026-03-05T05:00:00+08:00");
        assert_eq!(notes(&wanted, &run), ["没有写时刻，从当日 00:00 起算。"]);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_the_form_to_write() {
        assert!(rule("foi").expect_err("no such rule").contains("foi.supplement-notice"));
        for wrong in ["", "3月5日", "2026-02-30", "2026-03-05T25:00", "tomorrow"] {
            assert!(at(wrong).is_err(), "{wrong}");
        }
        for wrong in ["2025-03-11", "2025-03-11..", "2025-03-24..2025-03-11"] {
            assert!(pause(wrong).is_err(), "{wrong}");
        }
        let refused = answer(&args("foi.response", "2026-12-20", &[], 0), &Readings::default(), &Calendar::bundled());
        assert!(refused.expect_err("unknown year").to_string().contains("2026-12-31"));
    }

    #[test]
    fn what_has_no_effect_is_named() {
        let wanted = args("foi.response", "2019-05-06", &["2019-04-01..2019-04-30", "2019-08-01..2019-08-02"], 0);
        let notes = notes(&wanted, &told(&wanted).0);
        assert_eq!(notes.len(), 3, "{notes:?}");
        assert!(notes[0].contains("2019-05-15") && notes[1].contains("2019-04-01") && notes[2].contains("2019-08-01"));
    }

    #[test]
    fn people_read_a_table() {
        let wanted = args("foi.response", "2025-03-03", &["2025-03-11..2025-03-24"], 20);
        let (run, answer) = told(&wanted);
        let page = page(&wanted, &run, &answer);
        for line in [
            "答复政府信息公开申请：收到申请后 20 个工作日内",
            "延长　20 个工作日",
            "暂停　10 个工作日",
            "到期　2025-05-15（周四）",
            "2025-03-04       1  工作日（周二）",
            "2025-05-15      40  工作日（周四），延长期限内",
        ] {
            assert!(page.lines().any(|written| written == line), "{line}\n{page}");
        }
    }
}
