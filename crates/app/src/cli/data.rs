//! Commands on the data as a whole: demonstration, search, index, backup, verification.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Result, bail};
use search::{Query, Search};
use serde_json::json;
use web::{Config, Ctx};

use crate::{backup, demo, seams};

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

pub(crate) async fn backup(ctx: &Ctx, file: &Path, as_json: bool) -> Result<ExitCode> {
    let made = backup::backup(ctx, file).await?;
    if as_json {
        println!("{}", serde_json::to_string(&made)?);
    } else {
        println!("已备份：留痕 {} 条，文件 {} 个，写入 {}。", made.events, made.files, file.display());
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn restore(config: Config, data: &Path, file: &Path, as_json: bool) -> Result<ExitCode> {
    let restored = backup::restore(&config, data, file, seams::system()).await?;
    if as_json {
        println!("{}", serde_json::to_string(&restored)?);
    } else {
        println!("已恢复并验证：留痕 {} 条，文件 {} 个。检索索引会在启动时自动重建。", restored.events, restored.files);
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn verify(ctx: &Ctx, as_json: bool) -> Result<ExitCode> {
    let verified = crate::doctor::verify(ctx).await?;
    if as_json {
        println!("{}", serde_json::to_string(&verified)?);
    } else if verified.ok {
        println!("完好：留痕 {} 条，文件 {} 个。链头 {}", verified.events, verified.files, verified.head);
    }
    if let Some(bad) = verified.first_bad {
        bail!("{bad}。请停止写入，保留现场，从最近一份验证完好的备份比对。");
    }
    Ok(ExitCode::SUCCESS)
}
