//! `gongkai plan parse` and `gongkai plan import`.

use std::{io::Write, path::{Path, PathBuf}, process::ExitCode};

use anyhow::{Context, Result};
use documents::Limits;
use jiff::Timestamp;
use kernel::{Actor, time};
use oversight::Import;
use serde_json::json;
use text::plan::{Plan, PlanReference};
use web::Ctx;

use crate::compose;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// 解析工作要点文件（txt、md、docx），不需要数据库
    #[command(after_help = "例：gongkai plan parse 2026年政务公开工作要点.docx --json")]
    Parse {
        /// 文件
        file: PathBuf,
    },
    /// 解析并存为草稿，供人工确认
    #[command(after_help = "例：gongkai plan import 要点.docx --title 2026年政务公开工作要点 --year 2026")]
    Import {
        /// 文件
        file: PathBuf,
        /// 标题
        #[arg(long)]
        title: String,
        /// 年度
        #[arg(long, value_parser = clap::value_parser!(i16).range(2000..=2100))]
        year: i16,
    },
}

/// Reads a file of any form that a plan comes in.
fn read(file: &Path) -> Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("读不到文件 {}", file.display()))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(documents::extract(&bytes, &name, &Limits::default())?.text)
}

pub(crate) fn parse(file: &Path, as_json: bool) -> Result<ExitCode> {
    let source = read(file)?;
    let this_year = time::date_in_china(Timestamp::now()).year();
    let plan = text::plan::parse(&source, PlanReference { year: this_year });
    let mut out = std::io::stdout().lock();
    if as_json {
        serde_json::to_writer_pretty(&mut out, &plan)?;
        writeln!(out)?;
    } else {
        show(&plan, &mut out)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn show(plan: &Plan, out: &mut impl Write) -> Result<()> {
    writeln!(out, "{}", plan.title)?;
    for section in &plan.sections {
        writeln!(out, "\n{}、{}", section.number, section.title)?;
        for clause in &section.clauses {
            writeln!(out, "  {}{}", clause.number, clause.title)?;
            let owners: Vec<_> = clause.owners.iter().map(|owner| owner.name.as_str()).collect();
            writeln!(out, "    责任单位：{}", if owners.is_empty() { "（未写明）".to_owned() } else { owners.join("、") })?;
            for duty in &clause.duties {
                let due = duty.due.as_deref().or(clause.due.as_deref()).unwrap_or("");
                writeln!(out, "    · {}{}", duty.text, if due.is_empty() { String::new() } else { format!("（{due}）") })?;
            }
        }
    }
    for warning in &plan.warnings {
        writeln!(out, "第 {} 行：{}", warning.line, warning.message)?;
    }
    Ok(())
}

pub(crate) async fn import(ctx: &Ctx, command: Command, as_json: bool) -> Result<ExitCode> {
    let Command::Import { file, title, year } = command else { unreachable!("parse needs no database and is done before") };
    let source = read(&file)?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let imported = oversight::import(ctx, &Actor::System, Import::work_points(title, year, source, name))
        .await
        .map_err(compose::words)?;
    let address = format!("{}/plans/{}/draft", ctx.config().server.office_url, imported.plan);
    if as_json {
        println!("{}", json!({ "plan": imported.plan, "url": address, "warnings": imported.warnings }));
    } else {
        println!("已存为草稿。请在后台核对后确认：{address}");
    }
    Ok(ExitCode::SUCCESS)
}
