//! Commands on the data as a whole: demonstration, search, index, backup, verification.

use std::{
    io::IsTerminal,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Result, bail};
use search::{Query, Search};
use serde::Serialize;
use serde_json::json;
use web::{Config, Ctx};

use super::outcome::{Answered, answer};
use crate::{
    App,
    backup::{self, Accept, Wishes},
    demo, mirror, seams,
};

pub(crate) async fn demo(config: Config, data: PathBuf, as_json: bool) -> Result<ExitCode> {
    match demo::fill(config, data).await? {
        demo::Outcome::Filled(accounts) => {
            if as_json {
                println!("{}", json!({ "filled": true, "accounts": accounts }));
            } else {
                println!("演示县已建立（全部为虚构的演示数据）。账号如下，密码相同：{}", demo::PASSWORD);
                for account in &accounts {
                    println!("  {:<14} {}　{}", account.login, account.organ, account.roles);
                }
            }
        }
        demo::Outcome::AlreadyThere => {
            if as_json {
                println!("{}", json!({ "filled": false }));
            } else {
                println!("数据目录里已经是演示县，没有改动。账号密码：{}", demo::PASSWORD);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn search(ctx: &Ctx, query: &str, limit: usize, as_json: bool) -> Result<ExitCode> {
    let search = Search::open(ctx.data().join("index"), ctx)?;
    search.catch_up(ctx).await?;
    let results = search.query(&Query::text(query).limit(limit)).await?;
    if as_json {
        println!("{}", serde_json::to_string_pretty(&results.contract())?);
    } else {
        println!("共 {} 条", results.total);
        for hit in &results.hits {
            println!("  [{}] {}  {}", hit.kind, hit.title, hit.url);
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn mirror(ctx: Ctx, dir: &Path, pages_alone: bool, as_json: bool) -> Result<ExitCode> {
    let app = App::new(ctx)?;
    let shown = std::io::stderr().is_terminal();
    let told = |report: &mirror::Report| {
        let line =
            format!("已问 {} 个地址，写了 {} 个文件，未变 {}", report.addresses, report.written, report.unchanged);
        if shown { eprint!("\r{line}") } else { eprintln!("{line}") }
    };
    let report = mirror::run(&app, dir, pages_alone, told).await?;
    if shown {
        eprintln!();
    }
    if as_json {
        let reason = (!report.failed.is_empty()).then(|| format!("有 {} 个地址没有写成", report.failed.len()));
        println!("{}", answer(&report, reason.as_deref())?);
    } else {
        println!(
            "镜像在 {}：写了 {} 个文件，未变 {}，删去 {}，撤回说明 {}，共 {} 字节。",
            dir.display(),
            report.written,
            report.unchanged,
            report.removed,
            report.gone,
            report.bytes
        );
        if report.moved {
            println!("转到别处的地址有变化，请让 nginx 重新读取配置：nginx -s reload");
        }
        for failed in report.failed.iter().take(20) {
            println!("没有写成：{}　{}", failed.address, failed.reason);
        }
        if report.failed.len() > 20 {
            println!("……另有 {} 个没有写成，全部列在 --json 的 failed 里。", report.failed.len() - 20);
        }
    }
    Ok(if report.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(crate) async fn reindex(ctx: &Ctx, as_json: bool) -> Result<ExitCode> {
    let search = Search::open(ctx.data().join("index"), ctx)?;
    let (shown, mut last) = (std::io::stderr().is_terminal(), 0);
    let begun = std::time::Instant::now();
    let told = |done: u64| {
        // On a terminal as it goes, into a file now and then: an hour of silence looks like a program that hangs.
        if shown {
            eprint!("\r已读 {done} 项");
        } else if done >= last + 5_000 {
            last = done;
            eprintln!("已读 {done} 项，用时 {} 秒", begun.elapsed().as_secs());
        }
    };
    search.rebuild_telling(ctx, told).await?;
    if shown {
        eprintln!();
    }
    let status = search.status();
    if as_json {
        println!("{}", json!({ "documents": status.documents }));
    } else {
        println!("检索索引已重建，共 {} 条。", status.documents);
    }
    Ok(ExitCode::SUCCESS)
}

/// How far a long command is, on standard error where that is a terminal: on one line that is written over.
fn progress() -> impl FnMut(String) + Send {
    let shown = std::io::stderr().is_terminal();
    move |words| {
        if shown {
            eprint!("\r\x1b[K{words}");
        }
    }
}

/// Ends the line of [`progress`].
fn done() {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K");
    }
}

pub(crate) async fn backup(ctx: &Ctx, file: &Path, wishes: &Wishes, as_json: bool) -> Result<ExitCode> {
    outlives(ctx, file)?;
    let mut tell = progress();
    // Dropped in the middle, it leaves no half file.
    let made = tokio::select! {
        made = backup::backup(ctx, file, wishes, &mut tell) => made?,
        _ = tokio::signal::ctrl_c() => bail!("备份没有做完，没有留下文件。"),
    };
    done();
    let faults = made.faults();
    let reason = faults.first().map(|first| {
        let more = if faults.len() > 1 { format!("（共 {} 处）", faults.len()) } else { String::new() };
        format!("备份已写完，但原数据有问题：{first}{more}。请保留更早的备份，运行 gongkai verify 查看。")
    });
    if as_json {
        println!("{}", answer(&made, reason.as_deref())?);
    } else {
        println!("已备份：留痕 {} 条，文件 {} 个，写入 {}。", made.events, made.files, file.display());
        println!("包含配置文件和发件箱；不包含登录状态和检索索引。{}", keys_in_words(&made, wishes));
        if same_disk(ctx, file) {
            println!("它和数据在同一块盘上，盘坏了会一起丢失：请再复制一份到另一台机器。");
        }
    }
    reason.map_or(Ok(ExitCode::SUCCESS), |reason| Err(Answered(reason).into()))
}

/// A backup in the data directory or among the attachments is lost with what it is meant to outlive.
fn outlives(ctx: &Ctx, file: &Path) -> Result<()> {
    let whole = |path: &Path| std::path::absolute(path).ok().and_then(|path| path.canonicalize().ok());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(folder) = whole(folder) else { return Ok(()) };
    for place in [ctx.data().clone(), crate::nodes::folder(ctx.config(), ctx.data())] {
        if whole(&place).is_some_and(|place| folder.starts_with(place)) {
            bail!(
                "{} 在 {} 里：盘坏了或目录被删，备份会一起丢失。请写到另一块盘或另一台机器上，例如 gongkai backup /mnt/backup/{}。",
                file.display(),
                place.display(),
                file.file_name().unwrap_or_default().display()
            );
        }
    }
    Ok(())
}

/// Whether a backup lies on the disk of the data.
fn same_disk(ctx: &Ctx, file: &Path) -> bool {
    let disk = |path: &Path| std::fs::metadata(path).map(|data| data.dev()).ok();
    disk(file).is_some_and(|of_it| disk(ctx.data()) == Some(of_it))
}

fn keys_in_words(made: &backup::Manifest, wishes: &Wishes) -> &'static str {
    match (made.keys, wishes.key_file.is_some()) {
        (true, true) => "包含密钥，备份已加密。",
        (true, false) => "包含密钥而没有加密：拿到备份的人能读一切、能伪造链头，请严加保管。",
        (false, true) => {
            "不包含密钥（log-key、public-log-key、files-key），请另行保管；没有 files-key，公众提交的附件无法打开。备份已加密。"
        }
        (false, false) => {
            "不包含密钥（log-key、public-log-key、files-key），请另行保管；没有 files-key，公众提交的附件无法打开。备份没有加密。"
        }
    }
}

pub(crate) async fn restore(
    config: Config,
    data: &Path,
    file: &Path,
    wishes: (&Wishes, Accept),
    as_json: bool,
) -> Result<ExitCode> {
    let mut tell = progress();
    let (restored, faults) = backup::restore(&config, data, file, wishes, seams::system(), &mut tell).await?;
    done();
    let reason =
        faults.first().map(|first| format!("已恢复能恢复的部分，但没有通过验证：{first}（共 {} 处）。", faults.len()));
    if as_json {
        println!("{}", answer(&restored, reason.as_deref())?);
    }
    if let Some(reason) = reason {
        return Err(Answered(reason).into());
    }
    if !as_json {
        println!(
            "已恢复并验证：留痕 {} 条，文件 {} 个，各表行数和内容摘要、留痕链、全部封存和公开的内容都相符。",
            restored.events, restored.files
        );
        if restored.unsettled > 0 {
            println!(
                "留痕里还有 {} 处发现的不符没有处理，是备份以前发现的：恢复的数据与留痕相符，但这些改动没有查明。请审计管理员在“留痕与验证”中写明处理情况。",
                restored.unsettled
            );
        }
        if restored.tables.get("public_leaf").is_some_and(|leaves| *leaves > 0) {
            println!(
                "公开凭证日志回到了备份时的样子：此后发出的凭证可能对不上。请让见证方运行 gongkai witness 核对；公开凭证页会说明恢复的时间。"
            );
        }
        println!(
            "原来的配置存为 gongkai.toml.from-backup，请核对后改名使用。检索索引会在启动时自动重建。请启动服务一两分钟后运行 gongkai verify：旧备份里还没有封存的内容在首次启动时封存，此前不能核对。"
        );
        if !restored.keys {
            // An archive of a program without receipts never had the key that signs them.
            let (public, without) = match restored.tables.get("public_leaf").copied() {
                Some(1..) => ("、public-log-key", "，新公开的内容没有凭证"),
                _ => ("", ""),
            };
            println!(
                "备份里没有密钥：请把另行保管的 log-key、files-key{public} 放回原处，否则留痕的末尾无法证明，公众提交的附件无法打开{without}。"
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What a verification answers programs.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    verified: &'a proof::Verified,
    /// What is wrong though all that is there is whole: that nothing more can be signed.
    warnings: Vec<String>,
}

pub(crate) async fn verify(ctx: &Ctx, as_json: bool) -> Result<ExitCode> {
    // A key with the wrong mode is told as what it is, not as a fault of the log.
    if let Err(error @ store::Error::Key(_)) = proof::Signer::ready(ctx.log_place()) {
        bail!("{error}。然后再验证。");
    }
    let verified = crate::doctor::verify(ctx).await?;
    let advice = crate::doctor::advice(&verified);
    if as_json {
        let warnings: Vec<String> = publishing::receipts::hindered(ctx).await.into_iter().collect();
        println!("{}", answer(&Told { verified: &verified, warnings }, advice.as_deref())?);
    } else if verified.ok {
        println!("完好：留痕 {} 条，文件 {} 个。链头 {}", verified.events, verified.files, verified.head);
        let settled = identity::audit::findings::settled(ctx).await.map_err(crate::compose::words)?;
        for one in &settled {
            println!("曾经发现、已写明处理情况：第 {} 号记录（{}）{}", one.seq, one.at, one.words);
        }
        if verified.kept.is_none() {
            eprintln!("没有留存的链头可以对照，末尾的记录如被截去，看不出来。服务运行一分钟后会留存。");
        }
        if let Some(told) = publishing::receipts::told(ctx).await? {
            println!("{told}");
        }
    }
    advice.map_or(Ok(ExitCode::SUCCESS), |advice| Err(Answered(advice).into()))
}
