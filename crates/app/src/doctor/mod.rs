//! `gongkai doctor`: checks the installation and says for each point what to do.

pub(crate) mod checks;
mod outward;

use std::{io::IsTerminal, path::PathBuf, process::ExitCode};

use anyhow::Result;
use serde::Serialize;
use store::Dialect;
use web::Config;

use crate::{compose, nodes, seams};

#[derive(Debug, Serialize)]
struct Point {
    name: &'static str,
    ok: bool,
    note: String,
}

impl Point {
    /// What is well, what somebody should look at some time, what is wrong.
    fn sign(&self) -> &'static str {
        match (self.ok, self.note.starts_with("提醒：")) {
            (false, _) => "✗",
            (true, true) => "!",
            (true, false) => "✓",
        }
    }
}

fn point(name: &'static str, outcome: Result<String, String>) -> Point {
    let ok = outcome.is_ok();
    Point { name, ok, note: outcome.unwrap_or_else(|note| note) }
}

/// Checks everything and prints it; exit 1 when a point fails. The configuration has been read and checked before.
///
/// # Errors
/// When the output cannot be written.
pub async fn run(config: Config, data: PathBuf, as_json: bool) -> Result<ExitCode> {
    let keys = checks::keys(&config, &data);
    let signed = keys.is_ok();
    let mut points = vec![
        point("时间", checks::clock(seams::system().today())),
        point("环境变量", checks::environment()),
        point("网站资料", checks::contact(&config)),
        point("访问地址", checks::addresses(&config)),
        point("数据目录", writable(&data)),
        point("数据盘", free_space(&data)),
        point("密钥", keys),
        point("门户端口", checks::port(&config.server.portal).await),
        point("后台端口", checks::port(&config.server.office).await),
        point("后台访问范围", office_range(&config)),
        point("配置文件", outward::secrets(&data)),
        point("邮件", outward::mail(&config).await),
        point("邮件订阅", outward::subscriptions(&config)),
        point("推送", outward::pushing(&config)),
        point("外部链接", outward::links(&config)),
        point("分享图", publishing::settings::cards(&config.settings.get::<publishing::settings::Publishing>())),
        point("公文字体", letter::Fonts::found(&config.settings.get::<letter::Papers>()).in_words()),
    ];
    // Checking must not install: without a database there is nothing to look into yet.
    let fresh = config.database.url.is_empty() && !data.join("gongkai.db").exists();
    let opened =
        if fresh { None } else { Some(compose::look(config, data, std::env::current_exe()?, seams::system()).await) };
    match opened {
        None => points.push(point("数据库", Ok("还没有建立，第一次运行其他命令时建立 SQLite".into()))),
        Some(Ok(ctx)) => {
            let kind = if ctx.db().dialect() == Dialect::Sqlite { "SQLite" } else { "PostgreSQL" };
            points.push(point("数据库", takes_writes(&ctx, kind).await));
            if ctx.db().dialect() == Dialect::Postgres {
                let folder = nodes::folder(ctx.config(), ctx.data());
                let shared = nodes::check(ctx.db(), &folder).await;
                let told = shared.map(|()| folder.display().to_string()).map_err(|error| error.to_string());
                points.push(point("附件目录", told));
            }
            let behind = crate::health::behind(&ctx).await;
            points.push(point("时间与留痕", behind.map_or(Ok("没有倒退".into()), |told| Err(format!("{told}。")))));
            points.push(point("封存的内容", checks::sealing(&ctx)));
            points.push(point("机关", organs(&ctx)));
            points.push(point("栏目", checks::columns(&ctx).await));
            points.push(point("账号", checks::accounts(&ctx).await));
            points.push(point("演示密码", checks::demonstration(&ctx).await));
            points.push(point("办件", checks::unmanned(&ctx).await));
            points.push(point("工作日历", checks::calendar_now(&ctx)));
            points.push(point("公开凭证", checks::receipts(&ctx).await));
            let verified = verify(&ctx).await?;
            let outcome = match (&verified.first_bad, advice(&verified)) {
                // What a key that cannot be used keeps from being proven is no sign of anybody's hand.
                (Some(bad), _) if !signed => Err(format!("{bad}。请先按“密钥”一项处理，再验证。")),
                (_, Some(advice)) => Err(advice),
                (_, None) => Ok(format!("留痕 {} 条，文件 {} 个", verified.events, verified.files)),
            };
            points.push(point("留痕验证", outcome));
            ctx.db().close().await;
        }
        Some(Err(error)) => points.push(point("数据库", Err(format!("{error:#}")))),
    }
    let ok = points.iter().all(|point| point.ok);
    if as_json {
        println!("{}", serde_json::json!({ "ok": ok, "points": points }));
    } else {
        for point in &points {
            println!("{} {}：{}", point.sign(), point.name, point.note);
        }
    }
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What a restore left to be looked at: the configuration of before, which does not count until somebody has renamed it.
pub(crate) fn left_beside(data: &std::path::Path) -> Option<String> {
    let (own, before) = (data.join("gongkai.toml"), data.join("gongkai.toml.from-backup"));
    (before.exists() && !own.exists()).then(|| {
        format!(
            "{} 是备份里的配置，还没有启用，现在按默认值运行。请核对后改名为 gongkai.toml，再启动。",
            before.display()
        )
    })
}

/// Whether a write could begin. Nothing is written: looking must leave the database as it is.
async fn takes_writes(ctx: &web::Ctx, kind: &str) -> Result<String, String> {
    match ctx.db().write().await {
        Ok(write) => drop(write),
        Err(error) if error.trouble() == Some(store::Trouble::Busy) => {}
        Err(error) => return Err(format!("{kind} 读得到、写不进：{error}。请检查数据库文件的属主和权限，以及磁盘。")),
    }
    Ok(kind.to_owned())
}

/// Walks the log and the files, then compares what is public with what the log says was published. How far it is stands on
/// standard error where that is a terminal.
pub async fn verify(ctx: &web::Ctx) -> Result<proof::Verified> {
    let shown = std::io::stderr().is_terminal();
    let tell = |progress: proof::Progress| {
        if shown {
            eprint!("\r留痕 {} / {} 条，文件 {} 个", progress.event, progress.events, progress.files);
        }
    };
    let verified = identity::audit::verify::everything(ctx, tell).await.map_err(compose::words);
    if shown {
        eprintln!();
    }
    let mut verified = verified?;
    // Whatever the rows say by now: what was found stays until somebody has settled it, and hides behind nothing that merely
    // could not be compared yet.
    let open = identity::audit::findings::open(ctx).await.map_err(compose::words)?;
    if verified.bad.is_empty()
        && let Some(first) = open.first()
    {
        verified.ok = false;
        verified.bad.push(first.told());
        verified.first_bad = Some(first.told());
    }
    Ok(verified)
}

/// What is said of a verification that did not end well, with what to do; `None` = it did. What could not be compared yet (an older
/// archive that was restored and not served since) is nobody's hand, and nobody is told to stop.
pub fn advice(verified: &proof::Verified) -> Option<String> {
    let bad = verified.first_bad.as_ref()?;
    Some(match verified.bad.is_empty() {
        true => format!("没有发现改动，但还没有验证完：{bad}。"),
        false => format!("{bad}。请停止写入，保留现场，从最近一份验证完好的备份比对。"),
    })
}

fn writable(data: &std::path::Path) -> Result<String, String> {
    let probe = data.join(format!(".doctor-{}", std::process::id()));
    if !data.exists() {
        return Ok(format!("{} 还没有，第一次运行其他命令时建立", data.display()));
    }
    std::fs::write(&probe, b".")
        .and_then(|()| std::fs::remove_file(&probe))
        .map(|()| data.display().to_string())
        .map_err(|e| format!("{} 写不进去：{e}。请检查权限。", data.display()))
}

fn free_space(data: &std::path::Path) -> Result<String, String> {
    let place = data.ancestors().find(|place| place.exists()).unwrap_or(data);
    let stat = rustix::fs::statvfs(place).map_err(|e| format!("读不到剩余空间：{e}"))?;
    let free = stat.f_bavail.saturating_mul(stat.f_frsize) / (1024 * 1024);
    if free < 1024 {
        Err(format!("只剩 {free} MB。请清理或扩容，至少留 1 GB。"))
    } else {
        Ok(format!("剩余 {free} MB"))
    }
}

fn office_range(config: &Config) -> Result<String, String> {
    let open = config.server.office_allow.iter().any(|net| net.prefix_len() == 0);
    let list: Vec<String> = config.server.office_allow.iter().map(ToString::to_string).collect();
    if open {
        Err("server.office_allow 允许任意地址。请改为本单位网段。".into())
    } else {
        Ok(list.join("、"))
    }
}

pub(crate) fn organs(ctx: &web::Ctx) -> Result<String, String> {
    let directory = ctx.directory();
    let office = ctx.office_organ();
    if directory.all().is_empty() {
        return Err("还没有机关。请在后台“机关”导入机关名录。".into());
    }
    if directory.get(&office).is_none() {
        return Err(format!("site.office_organ 写的 {office} 不在机关名录里。请改正配置或补录机关。"));
    }
    Ok(format!("{} 个", directory.all().len()))
}
