//! `gongkai fee`: the fee for handling requests for information, step by step. Needs no data directory.

use std::{fmt::Write as _, io::Write as _, process::ExitCode};

use ::fee::{By, Fee, Readings};
use anyhow::Result;
use jiff::civil::Date;
use kernel::time;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// 按件：同一申请人在一个自然月内累计申请的件数
    #[arg(
        long,
        value_name = "N",
        value_parser = count,
        allow_negative_numbers = true,
        required_unless_present = "pages",
        conflicts_with = "pages"
    )]
    items: Option<u64>,
    /// 按量：一件申请提供的页数，A4 及以下的单面为一页
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pages: Option<u64>,
    /// 作出收费决定的日期；办法施行以前的日期不能收费
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: Option<Date>,
}

fn count(text: &str) -> Result<u64, String> {
    let bare = text.trim();
    if bare.starts_with('-') {
        return Err("数量不能是负数".to_owned());
    }
    if bare.is_empty() || !bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("请写整数，例如 41".to_owned());
    }
    bare.parse().map_err(|_| "数字太大，请核对".to_owned())
}

fn day(text: &str) -> Result<Date, String> {
    time::parse_date(text).ok_or_else(|| "请写成 2026-03-05".to_owned())
}

/// Answers with these readings.
pub(super) fn run(args: &Args, readings: &Readings, as_json: bool) -> Result<ExitCode> {
    let (by, many) = match (args.items, args.pages) {
        (Some(items), None) => (By::Items, items),
        (None, Some(pages)) => (By::Pages, pages),
        _ => anyhow::bail!("请写明 --items 或 --pages 其中一项：一件申请不能既按件又按量收费。"),
    };
    let fee = readings.fee(by, many, args.on)?;
    if args.on.is_none() {
        eprintln!("注意：按 {} 起施行的办法计算，在此之前的申请不能收取。写明 --on 可以核对。", readings.in_force);
    }
    let text = if as_json { serde_json::to_string_pretty(&fee)? + "\n" } else { page(&fee) };
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        // `… | head`: the reader has seen enough.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn page(fee: &Fee) -> String {
    let unit = fee.by.unit();
    let mut out = format!("{}：{} {unit}\n依据　{}\n应收　{} 元\n", fee.by.name(), fee.count, fee.basis, fee.yuan);
    for step in &fee.steps {
        let band = match step.to {
            Some(to) => format!("第 {} 至 {to} {unit}", step.from),
            None => format!("第 {} {unit}起", step.from),
        };
        let price =
            if step.unit_yuan == 0 { "不收费".to_owned() } else { format!("每{unit} {} 元", step.unit_yuan) };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{band}　{price}　{} {unit}　{} 元", step.count, step.yuan);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_has_the_shape_of_the_contract() {
        let fee = Readings::default().fee(By::Items, 31, None).expect("a fee");
        let json = serde_json::to_value(&fee).expect("json");
        assert_eq!(json["yuan"], 2200);
        assert!(json["basis"].as_str().is_some_and(|basis| basis.contains("国办函〔2020〕109号")));
        assert_eq!(
            json["steps"][2],
            serde_json::json!({"from": 31, "to": 40, "unit_yuan": 200, "count": 1, "yuan": 200})
        );
        let pages = Readings::default().fee(By::Pages, 201, None).expect("a fee");
        assert_eq!(serde_json::to_value(&pages).expect("json")["steps"][3]["to"], serde_json::Value::Null);
    }

    #[test]
    fn what_is_no_count_is_told() {
        for wrong in ["-1", "", "十", "1.5", "1e3", "99999999999999999999999"] {
            assert!(count(wrong).is_err(), "{wrong}");
        }
        assert_eq!(count("0"), Ok(0));
    }

    #[test]
    fn people_read_the_steps() {
        let page = page(&Readings::default().fee(By::Pages, 250, None).expect("a fee"));
        for line in ["应收　4700 元", "第 1 至 30 页　不收费　30 页　0 元", "第 201 页起　每页 40 元　50 页　2000 元"]
        {
            assert!(page.lines().any(|written| written == line), "{line}\n{page}");
        }
    }
}
