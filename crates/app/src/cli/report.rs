//! `gongkai report`: filled yearly reports on openness held against themselves, the year before and the reports that they sum up.

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use annual_report::{
    Identity, Rank, Report, Weight, check_all,
    doubts::{self, Doubt},
    json,
    narrative::{self, Difference},
    sheets::{self, named_in},
};
use anyhow::Result;
use disclosure::reports::{self, As};
use kernel::OrganCode;
use serde::Serialize;
use web::Ctx;

/// Largest JSON that is read, in bytes.
const MOST: u64 = 32 << 20;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 核对填好的年报：表内勾稽、上下年衔接、全县汇总
    #[command(
        after_help = "例：gongkai report check 财政局2022.xlsx 财政局2023.xlsx --json\n\n同一机关几年的年报一起核对，检查上年结转和现行有效件数；\
                            汇总年报和各单位年报一起核对，写明 --summary 检查汇总。表格按表头识别，不按年份。表里没有写明年度和机关的，\
                            从文件名识别。查出问题时退出码仍是 0；有文件读不出来时，其他文件照样核对，退出码是 1。"
    )]
    Check(CheckArgs),
    /// 输出本站一个机关一年的年报
    #[command(
        after_help = "例：gongkai report annual --year 2025 --organ QH000 --format pdf --output 年报.pdf\n\n输出后台保存的最新一版，正文取自“稿件”里题目写明\
                            机关和年度的工作报告。pdf 用本机的汉字字体排版。没有这份年报时说明原因，退出码是 1。"
    )]
    Annual(AnnualArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// 年报：JSON，或官方格式的 Excel（.xlsx、.xls、.csv）；可写多个
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// 没有写明机关的年报是哪个机关的
    #[arg(long, value_name = "NAME")]
    organ: Option<String>,
    /// 没有写明年度的年报是哪一年的
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i16).range(2008..=2100))]
    year: Option<i16>,
    /// 汇总年报的机关名称；同一年的其他年报都算它的下属单位
    #[arg(long, value_name = "NAME")]
    summary: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct AnnualArgs {
    /// 年度
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i16).range(2008..=2100))]
    pub(super) year: i16,
    /// 机关代码；不写时是全县汇总
    #[arg(long, value_name = "CODE")]
    pub(super) organ: Option<String>,
    /// 输出格式
    #[arg(long, value_enum)]
    pub(super) format: Form,
    /// 写到文件；不写时写到标准输出
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// In what a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Form {
    Json,
    Html,
    Docx,
    Pdf,
}

/// A report of a file.
struct Read {
    file: String,
    report: Report,
}

/// For programs.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    reports: Vec<Told<'a>>,
    /// Files that could not be read.
    failed: &'a [Failed],
}

#[derive(Debug, Serialize)]
struct Told<'a> {
    file: &'a str,
    year: Option<i16>,
    organ: &'a str,
    /// Of chapter two.
    format: &'static str,
    /// Of chapter three, which may have another.
    requests_format: Option<&'static str>,
    identities: &'a [Identity],
    /// Where the chapters in words say otherwise.
    narrative: Vec<Difference>,
    /// Figures that cannot be right by themselves.
    doubts: Vec<Doubt>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Failed {
    file: String,
    reason: String,
}

/// Checks files; nothing is stored and no database is asked.
///
/// # Errors
/// When the answer cannot be written.
pub(super) fn check(args: &CheckArgs, as_json: bool) -> Result<ExitCode> {
    let (mut read, mut failed) = (Vec::new(), Vec::new());
    for file in &args.files {
        let name = file.display().to_string();
        match one(file) {
            Ok(found) => read.extend(found.into_iter().map(|report| Read { file: name.clone(), report })),
            Err(error) => failed.push(Failed { file: name, reason: format!("{error:#}") }),
        }
    }
    name_them(&mut read, args);
    let reports: Vec<Report> = read.iter().map(|one| one.report.clone()).collect();
    let found = check_all(&reports, args.summary.as_deref());
    let told: Vec<Told<'_>> = read.iter().zip(&found).map(|(one, found)| told(one, found)).collect();
    let mut out = Vec::new();
    if as_json {
        serde_json::to_writer_pretty(&mut out, &Answer { reports: told, failed: &failed })?;
        writeln!(out)?;
    } else {
        show(&told, &mut out)?;
    }
    for one in &failed {
        eprintln!("没有核对 {}：{}", one.file, one.reason);
    }
    super::file::print(&out)?;
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The reports of a file: JSON by its first character, whatever its name; else a workbook.
fn one(file: &Path) -> Result<Vec<Report>> {
    let start = super::file::bytes(file, MOST)?;
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xef | 0xbb | 0xbf));
    if matches!(first, Some(b'{' | b'[')) {
        let text = String::from_utf8(start)
            .map_err(|_| anyhow::anyhow!("文字编码不是 UTF-8。请另存为 UTF-8 编码的 JSON。"))?;
        return json::read(&text).map_err(anyhow::Error::msg);
    }
    anyhow::ensure!(!start.is_empty(), "文件是空的。请检查是否选错了文件。");
    if file.extension().is_some_and(|end| end.eq_ignore_ascii_case("json")) {
        let told = "JSON 里没有年报：应是一份年报，或者年报的列表。";
        anyhow::bail!("{told}");
    }
    let found = super::file::read(file)?;
    let grids = reports::grids(&found).map_err(anyhow::Error::msg)?;
    let mut all = sheets::read(&grids).map_err(anyhow::Error::msg)?;
    for report in &mut all {
        report.notes.extend(reports::hidden_note(&found));
    }
    Ok(all)
}

/// Gives year and organ to reports that do not name them: as typed, else from the name of the file. A name that another file of a
/// named organ bears means that organ.
fn name_them(read: &mut [Read], args: &CheckArgs) {
    let stem = |file: &str| {
        let name = Path::new(file).file_name().map(|name| name.to_string_lossy().into_owned());
        name.unwrap_or_default()
    };
    let known: Vec<(String, String)> = read
        .iter()
        .filter(|one| !one.report.organ.is_empty())
        .map(|one| (stem(&one.file).to_lowercase(), one.report.organ.clone()))
        .collect();
    for one in read.iter_mut() {
        let said = named_in(&stem(&one.file));
        if one.report.year.is_none() {
            one.report.year = args.year.or(said.year);
            if let (None, Some(year)) = (args.year, said.year) {
                one.report.notes.push(format!("表里没有写明年度，按文件名认定为 {year} 年。"));
            }
        }
        if !one.report.organ.is_empty() {
            continue;
        }
        let token = said.organ.to_lowercase();
        let mut same: Vec<&String> = known
            .iter()
            .filter(|(file, _)| !token.is_empty() && file.contains(&token))
            .map(|(_, organ)| organ)
            .collect();
        same.dedup();
        let organ = match (&args.organ, same.as_slice()) {
            (Some(named), _) => named.clone(),
            (None, [only]) => (*only).clone(),
            (None, _) => said.organ,
        };
        if args.organ.is_none() && !organ.is_empty() {
            one.report.notes.push(format!("表里没有写明机关，按文件名认定为“{organ}”。"));
        }
        one.report.rank = Rank::of("", &organ);
        one.report.organ = organ;
    }
}

fn told<'a>(one: &'a Read, identities: &'a [Identity]) -> Told<'a> {
    Told {
        file: &one.file,
        year: one.report.year,
        organ: &one.report.organ,
        format: one.report.edition().code(),
        requests_format: one.report.tables.requests_edition().map(|edition| edition.code()),
        identities,
        narrative: narrative::differences(&one.report),
        doubts: doubts::doubts(&one.report),
        notes: one.report.notes.clone(),
    }
}

/// Writes a report out as the office keeps it.
///
/// # Errors
/// When there is none, the machine has no fonts for PDF, or the file is there already.
pub(super) async fn annual(ctx: &Ctx, args: &AnnualArgs) -> Result<ExitCode> {
    let binary = matches!(args.format, Form::Docx | Form::Pdf);
    anyhow::ensure!(
        !binary || args.output.is_some() || !std::io::stdout().is_terminal(),
        "docx 和 pdf 不能显示在终端里。请用 --output 写明文件，例如 --output 年报.pdf。"
    );
    let organ = args.organ.as_deref().map(OrganCode::from);
    if let Some(code) = &organ {
        anyhow::ensure!(ctx.directory().get(code).is_some(), "没有代码为 {code} 的机关。请在后台的机关名录里查代码。");
    }
    let said = |error: web::Error| anyhow::anyhow!(web::Refusal::from(error).words());
    let Some(stored) = reports::stored(ctx, organ.as_ref(), args.year).await.map_err(said)? else {
        let whose = organ.map_or_else(|| "全县汇总".to_owned(), |code| format!("机关 {code} "));
        anyhow::bail!("{whose}没有 {} 年的年报数据。请先在后台“年报数据”里填写或者导入。", args.year);
    };
    let bytes = match args.format {
        Form::Html => stored.to_html().map_err(said)?.into_bytes(),
        Form::Json => (serde_json::to_string_pretty(&stored.to_json())? + "\n").into_bytes(),
        Form::Docx => stored.to_file(ctx, As::Word).await.map_err(said)?,
        Form::Pdf => stored.to_file(ctx, As::Pdf).await.map_err(said)?,
    };
    match &args.output {
        None => super::file::print(&bytes)?,
        Some(path) => {
            let failed =
                |error: std::io::Error| anyhow::anyhow!("写不了文件 {}：{}", path.display(), super::file::why(&error));
            let mut file = std::fs::File::create_new(path).map_err(failed)?;
            file.write_all(&bytes).map_err(failed)?;
            eprintln!("已写到 {}。", path.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// For people: a paragraph for each report, what is wrong first.
fn show(reports: &[Told<'_>], out: &mut impl Write) -> Result<()> {
    let (mut errors, mut warnings) = (0, 0);
    for report in reports {
        let organ = if report.organ.is_empty() { "（没有写明机关）" } else { report.organ };
        let year = report.year.map_or_else(|| "（没有写明年度）".to_owned(), |year| format!("{year} 年"));
        writeln!(out, "{organ}　{year}　{} 年格式　{}", report.format, report.file)?;
        let mixed = report.requests_format.filter(|format| *format != report.format);
        if let Some(format) = mixed {
            writeln!(out, "    提示　第三部分用的是 {format} 年格式")?;
        }
        for identity in report.identities.iter().filter(|identity| identity.holds == Some(false)) {
            let weight = match identity.weight {
                Weight::Error => "错误",
                Weight::Warning => "请核对",
            };
            writeln!(out, "    {weight}　{}．{}", identity.id, identity.rule)?;
            for breach in &identity.breaches {
                let place = breach.cells.iter().map(|cell| cell.place.as_str()).rfind(|place| !place.is_empty());
                let place = place.map(|place| format!("（{place}）")).unwrap_or_default();
                writeln!(out, "        {}{place}", breach.message)?;
            }
            match identity.weight {
                Weight::Error => errors += identity.breaches.len(),
                Weight::Warning => warnings += identity.breaches.len(),
            }
        }
        let differences = report.narrative.iter().map(|difference| &difference.message);
        for message in differences.chain(report.doubts.iter().map(|doubt| &doubt.message)) {
            writeln!(out, "    请核对　{message}")?;
            warnings += 1;
        }
        let holding: Vec<&str> =
            report.identities.iter().filter(|one| one.holds == Some(true)).map(|one| one.id).collect();
        if !holding.is_empty() {
            writeln!(out, "    相符　{}", holding.join("、"))?;
        }
        for identity in report.identities.iter().filter(|identity| identity.holds.is_none()) {
            writeln!(out, "    没有核对　{}．{}：{}", identity.id, identity.rule, identity.message)?;
        }
        for note in &report.notes {
            writeln!(out, "    提示　{note}")?;
        }
    }
    writeln!(out, "共核对 {} 份年报，{errors} 处错误，{warnings} 处请核对。", reports.len())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path, name: &str, year: i16, total: i64) -> PathBuf {
        let mut report = Report {
            year: Some(year),
            organ: "清河县财政局".to_owned(),
            tables: annual_report::Tables::filled_with(annual_report::Edition::Y2021, &annual_report::Cell::count(0)),
            ..Report::default()
        };
        report.tables.requests[0].cells[6] = annual_report::Cell::count(total);
        let path = folder.join(name);
        std::fs::write(&path, json::to_value(&report).to_string()).expect("writes");
        path
    }

    fn args(files: Vec<PathBuf>) -> CheckArgs {
        CheckArgs { files, organ: None, year: None, summary: None }
    }

    #[test]
    fn a_file_that_cannot_be_read_fails_alone() {
        let folder = tempfile::tempdir().expect("folder");
        let good = file(folder.path(), "a.json", 2023, 1);
        let bad = folder.path().join("b.json");
        std::fs::write(&bad, "{").expect("writes");
        let code = |files| format!("{:?}", check(&args(files), false).expect("answers"));
        assert_eq!(code(vec![good.clone()]), format!("{:?}", ExitCode::SUCCESS), "whatever is found");
        assert_eq!(code(vec![bad, good]), format!("{:?}", ExitCode::FAILURE));
    }

    #[test]
    fn people_are_told_what_is_wrong_and_where() {
        let folder = tempfile::tempdir().expect("folder");
        let path = file(folder.path(), "a.json", 2023, 1);
        let read: Vec<Read> =
            one(&path).expect("reads").into_iter().map(|report| Read { file: "a.json".to_owned(), report }).collect();
        let reports: Vec<Report> = read.iter().map(|one| one.report.clone()).collect();
        let found = check_all(&reports, None);
        let told: Vec<Told<'_>> = read.iter().zip(&found).map(|(one, found)| told(one, found)).collect();
        let mut out = Vec::new();
        show(&told, &mut out).expect("writes");
        let out = String::from_utf8(out).expect("text");
        assert!(out.starts_with("清河县财政局　2023 年　2021 年格式　a.json\n    错误　1．"), "{out}");
        assert!(out.contains("总计填写的是 1，相差 1"), "{out}");
        assert!(out.ends_with("共核对 1 份年报，2 处错误，0 处请核对。\n"), "{out}");
    }

    #[test]
    fn a_workbook_without_names_is_named_by_its_file() {
        let folder = tempfile::tempdir().expect("folder");
        let named = file(folder.path(), "qinghe-2023.json", 2023, 0);
        let mut read = vec![
            Read { file: named.display().to_string(), report: one(&named).expect("reads").remove(0) },
            Read { file: "2021-form_qinghe-2024.xlsx".to_owned(), report: Report::default() },
        ];
        name_them(&mut read, &args(Vec::new()));
        assert_eq!((read[1].report.year, read[1].report.organ.as_str()), (Some(2024), "清河县财政局"));
    }
}
