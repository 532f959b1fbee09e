//! `gongkai import`: documents that were public elsewhere, from folders and files, as drafts in a batch.

use std::{io::IsTerminal, path::PathBuf, process::ExitCode, time::Instant};

use anyhow::{Result, anyhow, ensure};
use kernel::{Actor, OrganCode, id::ColumnId};
use policy::import::{Reading, Report, Source, Wanted};
use web::Ctx;

use super::outcome::answer;
use crate::compose;

/// Files that are told of in the plain output.
const TOLD: usize = 20;
/// Without a terminal a line is written after so many files.
const EVERY: usize = 500;

/// What can be typed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// 文件或文件夹：Word（.docx）、PDF、网页（.html）、文本（.txt）、Markdown（.md）；文件夹连同下级文件夹一起读
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// 发布机关的代码
    #[arg(long, value_name = "CODE")]
    organ: String,
    /// 信息类型
    #[arg(long, default_value = "policy", value_name = "KIND")]
    kind: String,
    /// 栏目；不写时放在这种信息的第一个栏目
    #[arg(long, value_name = "SLUG")]
    column: Option<String>,
}

/// The files that are named, looked for before anything is written.
///
/// # Errors
/// When a path is not there, or there is nothing in it that can be brought in.
fn files(args: &Args) -> Result<Vec<Source>> {
    let files = policy::import::files(&args.paths).map_err(|why| anyhow!("{why}。"))?;
    ensure!(
        !files.is_empty(),
        "没有可以导入的文件。能导入的有 Word（.docx）、PDF、网页（.html）、文本（.txt）和 Markdown（.md）。"
    );
    Ok(files)
}

pub(crate) async fn run(ctx: &Ctx, args: Args, as_json: bool) -> Result<ExitCode> {
    let files = files(&args)?;
    let organ = OrganCode::from(args.organ.as_str());
    ensure!(
        ctx.directory().get(&organ).is_some(),
        "没有代码为“{}”的机关。机关代码见后台的机关名录，或先用 gongkai organ import 导入名录。",
        args.organ
    );
    let column = args.column.as_deref().map(ColumnId::from);
    let (kind, column) = policy::import::place(ctx, &args.kind, column.as_ref()).await.map_err(compose::words)?;
    let wanted = Wanted { organ, kind, column, source: named(&args.paths) };
    let bar = Bar::new(files.len());
    let told = |report: &Report| bar.show(report);
    let besides = policy::import::besides(&args.paths);
    let mut report = policy::import::run(ctx, &Actor::System, &wanted, files, Reading::Together, told)
        .await
        .map_err(compose::words)?;
    bar.end();
    report.besides = besides;
    if as_json {
        println!("{}", answer(&report, None)?);
    } else {
        print(&report);
    }
    Ok(ExitCode::SUCCESS)
}

/// What was named, without the way there: the same again is the same batch, wherever the command is typed.
fn named(paths: &[PathBuf]) -> String {
    const LONGEST: usize = 200;
    let name = |path: &PathBuf| -> String {
        let whole = path.canonicalize().unwrap_or_else(|_| path.clone());
        whole.file_name().map_or_else(|| whole.display().to_string(), |name| name.to_string_lossy().into_owned())
    };
    paths.iter().map(name).collect::<Vec<_>>().join("、").chars().take(LONGEST).collect()
}

fn print(report: &Report) {
    println!(
        "读了 {} 个文件：导入 {} 件，其中 {} 件请核对；已有 {} 个；没有导入 {} 个。",
        report.found,
        report.imported,
        report.doubtful,
        report.skipped,
        report.failed.len()
    );
    for (label, left) in [("内容不同，没有重复导入", &report.changed), ("没有导入", &report.failed)] {
        for one in left.iter().take(TOLD) {
            println!("{label}：{}　{}", one.file, one.reason);
        }
        if left.len() > TOLD {
            println!("……另有 {} 个{label}，全部列在导入批的页面和 --json 里。", left.len() - TOLD);
        }
    }
    if !report.besides.is_empty() {
        let named: Vec<&str> = report.besides.iter().take(3).map(String::as_str).collect();
        let more = if report.besides.len() > named.len() { " 等" } else { "" };
        let count = report.besides.len();
        println!("文件夹里另有 {count} 个没有读（其他类型的文件，或者链接）：{}{more}。", named.join("、"));
    }
    if report.imported > 0 {
        println!("请在后台核对、送审：{}", report.url);
    } else {
        println!("没有新导入的文件。每个文件的结果见：{}", report.url);
    }
}

/// How far it is: a bar on a terminal, a line now and then elsewhere.
struct Bar {
    begun: Instant,
    all: usize,
    terminal: bool,
    last: std::cell::Cell<usize>,
}

impl Bar {
    fn new(all: usize) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self { begun: Instant::now(), all, terminal, last: std::cell::Cell::new(0) }
    }

    fn show(&self, report: &Report) {
        const WIDTH: usize = 30;
        let done = report.done();
        if self.terminal {
            let full = WIDTH * done / self.all.max(1);
            let (full, rest) = ("█".repeat(full), "░".repeat(WIDTH - full.min(WIDTH)));
            eprint!("\r{full}{rest} {done}/{} 失败 {}", self.all, report.failed.len());
        } else if done >= self.last.get() + EVERY {
            self.last.set(done);
            eprintln!("已读 {done}/{} 个文件，用时 {} 秒", self.all, self.begun.elapsed().as_secs());
        }
    }

    fn end(&self) {
        if self.terminal {
            eprintln!();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::named;
    use std::path::PathBuf;

    #[test]
    fn a_batch_is_called_by_the_folder_and_not_by_the_way_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let inside = folder.path().join("政策");
        std::fs::create_dir(&inside).expect("a folder");
        assert_eq!(named(std::slice::from_ref(&inside)), "政策");
        assert_eq!(named(&[inside.join("../政策"), PathBuf::from("没有这个.docx")]), "政策、没有这个.docx");
    }
}
