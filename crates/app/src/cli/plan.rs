//! `gongkai plan parse` and `gongkai plan import`.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Result, ensure};
use documents::ORDER_IN_DOUBT;
use jiff::Timestamp;
use kernel::{Actor, time};
use oversight::Import;
use plan_text::{Plan, PlanReference, Role};
use serde_json::json;
use web::Ctx;

use crate::compose;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// 解析工作要点文件，不需要数据库
    #[command(after_help = "例：gongkai plan parse 2026年政务公开工作要点.docx --json")]
    Parse {
        /// 文件：Word（.docx）、Excel（.xlsx、.xls、.csv）、网页（.html）、文本（.txt，UTF-8 或 GB18030）、Markdown（.md），
        /// 以及没有表格和分栏的 PDF；写 - 时从标准输入读
        file: PathBuf,
    },
    /// 解析并存为草稿，供人工确认
    #[command(after_help = "例：gongkai plan import 要点.docx --title 2026年政务公开工作要点 --year 2026")]
    Import {
        /// 文件，同 plan parse
        file: PathBuf,
        /// 标题
        #[arg(long)]
        title: String,
        /// 年度
        #[arg(long, value_parser = super::words::year)]
        year: i16,
    },
}

/// A plan's text, and what its reader wants people to know.
struct Source {
    text: String,
    warnings: Vec<String>,
}

/// Reads a file of any form that a plan comes in.
fn read(file: &Path) -> Result<Source> {
    let found = super::file::read(file)?;
    ensure!(!found.text.trim().is_empty(), "{} 里没有文字。请检查是否选错了文件；扫描件请先转成文字。", file.display());
    ensure!(!found.order_in_doubt(), "{ORDER_IN_DOUBT}，不能据此认定责任单位。请改用 Word（.docx）或 Excel 原文件。");
    let mut warnings = found.warnings.clone();
    warnings.extend(found.left_out());
    Ok(Source { text: found.outlined(), warnings })
}

pub(crate) fn parse(file: &Path, as_json: bool) -> Result<ExitCode> {
    let source = read(file)?;
    let this_year = time::date_in_china(Timestamp::now()).year();
    let mut plan = plan_text::parse(&source.text, PlanReference { year: this_year });
    let said = |message| plan_text::Warning { line: 1, message, dropped: String::new() };
    // The year of today is no year that the text says.
    let silent = plan_text::year_of(&source.text).is_none() && plan.year == Some(this_year);
    let told = plan.warnings.iter().any(|warning| warning.message.contains("没有写年份"));
    let year = (silent && !told).then(|| format!("文中没有写年份，暂按 {this_year} 年处理，请核对年份。"));
    plan.warnings.splice(0..0, source.warnings.into_iter().chain(year).map(said));
    let mut text = Vec::new();
    if as_json {
        serde_json::to_writer_pretty(&mut text, &plan)?;
        writeln!(text)?;
    } else {
        show(&plan, &mut text)?;
    }
    super::file::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn show(plan: &Plan, out: &mut impl Write) -> Result<()> {
    writeln!(out, "{}", if plan.title.is_empty() { "（没有标题）" } else { &plan.title })?;
    let lines = |text: &str| text.lines().filter(|line| !line.trim().is_empty()).count();
    for (name, text) in [("前言", &plan.preamble), ("结尾", &plan.closing)] {
        if !text.trim().is_empty() {
            writeln!(out, "{name} {} 行", lines(text))?;
        }
    }
    let (mut clauses, mut duties) = (0, 0);
    for section in &plan.sections {
        match (section.number.as_str(), section.title.as_str()) {
            ("", "") => writeln!(out, "\n（没有标题的一节）")?,
            ("", title) => writeln!(out, "\n{title}")?,
            (number, title) => writeln!(out, "\n{number}、{title}")?,
        }
        for clause in &section.clauses {
            clauses += 1;
            duties += clause.duties.len();
            writeln!(out, "  {} {}", clause.number, clause.title)?;
            if clause.owners.is_empty() {
                writeln!(out, "    责任单位：（未写明）")?;
            }
            for (label, role) in
                [("牵头单位", Role::Lead), ("责任单位", Role::Responsible), ("配合单位", Role::Support)]
            {
                let names: Vec<_> =
                    clause.owners.iter().filter(|owner| owner.role == role).map(|owner| owner.name.as_str()).collect();
                if !names.is_empty() {
                    writeln!(out, "    {label}：{}", names.join("、"))?;
                }
            }
            for duty in &clause.duties {
                let text = duty.text.split_whitespace().collect::<Vec<_>>().join(" ");
                let due = match (duty.due.as_deref(), duty.due_on) {
                    (Some(words), Some(day)) => format!("　〔期限 {words}，{day}〕"),
                    (Some(words), None) => format!("　〔期限 {words}〕"),
                    (None, _) => String::new(),
                };
                writeln!(out, "    · {text}{due}")?;
            }
        }
    }
    writeln!(out, "\n共 {} 节 {clauses} 条 {duties} 项任务，{} 处请核对", plan.sections.len(), plan.warnings.len())?;
    for warning in &plan.warnings {
        writeln!(out, "  第 {} 行：{}", warning.line, warning.message)?;
    }
    Ok(())
}

/// A file to import, read before anything else is touched.
pub(crate) struct File {
    source: String,
    name: String,
    title: String,
    year: i16,
}

/// Reads the file of `plan import`.
///
/// # Errors
/// When it cannot be read, in words.
pub(crate) fn file(command: Command) -> Result<File> {
    let Command::Import { file, title, year } = command else {
        unreachable!("parse needs no database and is done before")
    };
    let source = read(&file)?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for warning in &source.warnings {
        eprintln!("{warning}");
    }
    Ok(File { source: source.text, name, title, year })
}

pub(crate) async fn import(ctx: &Ctx, file: File, as_json: bool) -> Result<ExitCode> {
    let File { source, name, title, year } = file;
    let imported = oversight::import(ctx, &Actor::System, Import::work_points(title, year, source, name))
        .await
        .map_err(compose::words)?;
    let address = format!("{}/plans/{}/draft", ctx.office_url(), imported.plan);
    if as_json {
        println!("{}", json!({ "plan": imported.plan, "url": address, "warnings": imported.warnings }));
    } else {
        println!("已存为草稿。请在后台核对后确认：{address}");
    }
    Ok(ExitCode::SUCCESS)
}
