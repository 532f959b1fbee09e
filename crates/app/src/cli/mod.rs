//! The command line: what can be typed, and where each command is.
//!
//! Results for programs go to standard output, and only with `--json`; words for people go to standard error or to the
//! plain output; also when a command fails: `{"ok": false, "reason": …}`. Exit status: 0 done, 1 the input or the state does not
//! allow it, 2 wrong usage, 3 nothing wrong was found and nothing proven either (`verify-receipt` without a key, `witness` of a
//! log that is out of reach).

mod check;
mod clock;
mod compare;
mod data;
mod fee;
mod file;
mod import;
mod outcome;
mod plan;
mod receipt;
mod records;
mod redact;
mod report;
mod tables;
mod user;
mod witness;
mod words;

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Result;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use edge::request_log::{self, Shape};
use store::Db;
use tracing_subscriber::EnvFilter;
use web::{Config, Ctx};

use crate::{
    backup::{Accept, Wishes},
    compose, config, doctor,
    lines::{self, Lines},
    seams, serve,
};

/// 政务公开平台：工作要点分解为任务，公开内容过关发布，凭佐证办结。
#[derive(Debug, Parser)]
#[command(name = "gongkai", version, disable_version_flag = true, after_help = "例：gongkai demo && gongkai serve")]
struct Cli {
    #[command(flatten)]
    common: Common,
    /// 显示版本
    #[arg(short = 'V', long, action = clap::ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    command: Command,
}

/// The data directory where none is named.
const DATA: &str = "./data";

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// 数据目录
    #[arg(long, global = true, env = "GONGKAI_DATA", default_value = DATA, value_name = "DIR")]
    data: PathBuf,
    /// 配置文件（TOML）；不指定时用数据目录里的 gongkai.toml（如有）
    #[arg(long, global = true, env = "GONGKAI_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// 数据库地址；默认是数据目录里的 SQLite
    #[arg(long, global = true, env = "GONGKAI_DATABASE", value_name = "URL")]
    database: Option<String>,
    /// 结果按 JSON 输出到标准输出
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 启动门户、后台和作业
    #[command(after_help = "例：gongkai serve --portal 0.0.0.0:8080 --office 127.0.0.1:8081")]
    Serve {
        /// 门户监听地址，覆盖配置；都不写时是 127.0.0.1:8080
        #[arg(long, value_name = "ADDR", value_parser = words::address)]
        portal: Option<String>,
        /// 后台监听地址，覆盖配置；都不写时是 127.0.0.1:8081
        #[arg(long, value_name = "ADDR", value_parser = words::address)]
        office: Option<String>,
        /// 本进程承担的部分
        #[arg(long, value_enum, default_value = "all")]
        role: crate::lock::ProcessRole,
        /// 首次运行：还没有数据时建立新站；不写这一项，空的数据目录或空的数据库不会启动
        #[arg(long)]
        new: bool,
    },
    /// 在空的数据目录里建立演示县
    #[command(after_help = "例：gongkai demo --data ./demo-data")]
    Demo,
    /// 读取或导入工作要点
    #[command(subcommand, after_help = "例：gongkai plan parse 2026年政务公开工作要点.docx")]
    Plan(plan::Command),
    /// 导入以前公开过的文件，存为草稿
    #[command(
        after_help = "例：gongkai import ./历年文件 --organ QH000\n\n自动识别标题、发文字号、成文日期、施行日期，拿不准的在后台的“导入批”页面标出，\
                            由人核对、送审，逐关通过以后才公开。已经导入的不会重复导入；中断以后重新运行就接着做。打不开的、加密的、扫描的文件逐个说明，\
                            不影响其他文件，退出码仍是 0。"
    )]
    Import(import::Args),
    /// 检查文件里的个人信息、错别字、引用和日期；没有数据库也能用
    #[command(
        after_help = "例：gongkai check 公示名单.xlsx --json\n\n查找个人信息（身份证号码、手机号码、银行卡号、证件、住址，以及与这些写在一起的姓名，包括换行、分格或用其他字符写的）、\
                            错别字、标点、数字、文号、日期、制定依据和有效期；数据目录里有数据时，还查本县词表和引用的文件。\
                            读不出来、无法检查的部分也会列出。查出问题时退出码仍是 0；有数据而没有读到词表和政策文件的，--json 的 notice 说明原因。"
    )]
    Check {
        /// 文件：Word（.docx）、Excel（.xlsx、.xls、.csv）、PDF、网页（.html）、文本（.txt）、Markdown（.md）、图片；
        /// 写 - 时从标准输入读
        file: PathBuf,
    },
    /// 核对、输出政府信息公开工作年度报告
    #[command(subcommand, after_help = "例：gongkai report check 财政局2023.xlsx\n\n查出问题时退出码仍是 0。")]
    Report(report::Command),
    /// 逐条对照新旧两个文件，不需要数据库
    #[command(after_help = "例：gongkai compare 办法2025.docx 办法2026.docx --json\n\n按“第…条”对照，没有条的按段落；\
                            说明修改、增加、删去、移动（含只改序号）、拆分、合并，数字、日期、文号作为整体对照。\n\n\
                            gongkai compare 办法2025.docx --amend 修改决定.docx 把决定应用到旧文件，输出新文本；\
                            没有应用的句子和原因写在标准错误输出。")]
    Compare {
        /// 旧文件：Word（.docx）、PDF、网页（.html）、文本（.txt）、Markdown（.md）；写 - 时从标准输入读
        old: PathBuf,
        /// 新文件
        #[arg(required_unless_present = "amend", conflicts_with = "amend")]
        new: Option<PathBuf>,
        /// 修改决定，代替新文件
        #[arg(long, value_name = "DECISION")]
        amend: Option<PathBuf>,
    },
    /// 检索已公开的信息
    #[command(after_help = "例：gongkai search 养老 --limit 5 --json")]
    Search {
        /// 检索词
        query: String,
        /// 最多列出多少条
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// 计算法定时限，逐日说明理由，不需要数据库
    #[command(after_help = clock::help())]
    Clock(clock::Args),
    /// 计算政府信息公开信息处理费，逐档说明，不需要数据库
    #[command(
        after_help = "例：gongkai fee --items 41 --json\n\n按件（--items）和按量（--pages）只能选一种，都按超额累进计算：\
                            只有超出的部分按高一档收。"
    )]
    Fee(fee::Args),
    /// 遮盖文件里不予公开的内容，逐处注明依据；不需要数据库
    #[command(
        after_help = "例：gongkai redact 材料.docx --remove 张示范 --ground 《条例》第十五条 --output 材料-区分处理.docx\n\n\
                            遮盖以后重新读取、逐个部分核对，仍能找到要遮盖的文字的不生成，并说明原因。Word、Excel、CSV、文本保留原格式；\
                            PDF 和网页只留文字，重新排版，原来的图层、批注、附件、属性都不带出。图片：--cover 10,20,50,30。"
    )]
    Redact(redact::Args),
    /// 列出公开事项的数据表，导入数据表格
    #[command(subcommand, after_help = "例：gongkai records import water 水质2026年一季度.xlsx --dry-run")]
    Records(records::Command),
    /// 从数据库重建检索索引
    #[command(after_help = "例：gongkai reindex")]
    Reindex,
    /// 把全部公开页面写成静态文件，网页服务器可以按相同的地址提供
    #[command(
        after_help = "例：gongkai mirror /srv/gongkai-mirror\n\n目录要么是空的，要么是以前的镜像；再次运行只写有变化的，撤回的立即换成撤回说明，\
                            中断以后重新运行就接着做。可以在服务运行时做，建议定时执行。nginx 的配置见 deploy/nginx-portal.conf 和 \
                            deploy/nginx-mirror.conf。有页面没有写成时退出码是 1，原来的保留不动。"
    )]
    Mirror {
        /// 镜像目录
        dir: PathBuf,
        /// 只写网站停用时用的几个页面和样式，不写全站
        #[arg(long)]
        pages_only: bool,
    },
    /// 备份到一个文件，运行中也可备份
    #[command(
        after_help = "例：gongkai backup gongkai-20260301.tar.gz --key-file backup-key\n\n备份边读边写到目标文件，\
                            不在数据盘上占地方。包含数据库、附件、配置文件和发件箱。原数据有问题时备份照样写完，但退出码是 1，并说明问题。"
    )]
    Backup {
        /// 备份文件
        file: PathBuf,
        /// 用这个文件里的密钥或密码加密备份，至少 16 个字符
        #[arg(long, value_name = "FILE")]
        key_file: Option<PathBuf>,
        /// 把本站的密钥也放进备份（log-key 给留痕签名，public-log-key 给公开凭证签名，files-key 打开公众提交的附件）
        #[arg(long)]
        with_keys: bool,
    },
    /// 把备份恢复到空的数据目录
    #[command(after_help = "例：gongkai restore gongkai-20260301.tar.gz --data ./restored")]
    Restore {
        /// 备份文件
        file: PathBuf,
        /// 备份是加密的：备份时用的密钥文件
        #[arg(long, value_name = "FILE")]
        key_file: Option<PathBuf>,
        /// 备份时原数据就有问题的，也恢复能恢复的部分，并说明问题
        #[arg(long)]
        accept_damaged: bool,
    },
    /// 验证留痕链和文件是否完好
    #[command(after_help = "例：gongkai verify --json")]
    Verify,
    /// 核验公开凭证：什么内容、从何时起公开过；不联网，不需要数据库
    #[command(
        after_help = "例：gongkai verify-receipt 公开凭证.txt --key 公钥.txt\n\n凭证在文件页面的“公开凭证”下载。--key 是网站公布的日志公钥（网址 /log/key），\
                            请与凭证分开取得，整行比对。不给出时，只能证明凭证没有被改动、与它自己的签名相符，不能证明是网站签的；在网站自己的服务器上\
                            写明 --data，就与数据目录里的日志核对。凭证被改动过或不完整的，说明原因，退出码是 1。"
    )]
    VerifyReceipt(receipt::Args),
    /// 见证公开凭证日志：核对历史没有被改写，并加签
    #[command(
        after_help = "例：gongkai witness --log https://www.example.gov.cn/log --state ./witness\n\n请在另一台电脑上定时运行。第一次记下日志的公钥和现状，以后每次\
                            核对日志只增加、没有改写，加签后存入 --state 目录的 checkpoint。发现改写或签名不对时不加签，保留证据，\
                            退出码是 1。打不开、给出的不是检查点或是较早的存档时，没有发现改写，也没有见证，退出码是 3。"
    )]
    Witness(witness::Args),
    /// 检查安装环境和配置
    #[command(after_help = "例：gongkai doctor")]
    Doctor,
    /// 管理账号（首个管理员由此建立）
    #[command(
        subcommand,
        after_help = "例：gongkai user add admin --name 安全管理员 --organ OFFICE --role security_admin"
    )]
    User(user::Command),
    /// 导入机关名录
    #[command(subcommand, after_help = "例：gongkai organ import 机关.xlsx")]
    Organ(tables::Organ),
    /// 导入、导出栏目
    #[command(subcommand, after_help = "例：gongkai column import 栏目.xlsx")]
    Column(tables::Column),
}

/// Reads the command line and does it.
pub fn main() -> ExitCode {
    end_quietly_without_readers();
    // The guarded children must be small: nothing is set up before it.
    let mut arguments = std::env::args_os();
    let first = arguments.nth(1);
    if first.as_ref().is_some_and(|first| first == documents::EXTRACT_COMMAND) {
        return documents_read::child_main(arguments);
    }
    if first.is_some_and(|first| first == letter::TYPESET_COMMAND) {
        return typeset::child_main(arguments);
    }
    let parsed =
        words::chinese(Cli::command()).try_get_matches().and_then(|mut found| Cli::from_arg_matches_mut(&mut found));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            let why = words::explain(&error);
            eprintln!("{why}");
            // What was typed could not be read; whoever reads programs' answers is still waiting for one.
            if std::env::args_os().any(|argument| argument == "--json") {
                outcome::tell(&why, false);
            }
            return ExitCode::from(2);
        }
        Err(error) => {
            print!("{}", words::page(&error));
            return ExitCode::SUCCESS;
        }
    };
    let as_json = cli.common.json;
    run(cli).unwrap_or_else(|error| outcome::failed(&error, as_json))
}

/// Whoever has read enough (`… | head`) ends the program; that is no fault to be told.
fn end_quietly_without_readers() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        if said.starts_with("failed printing to stdout") && said.contains("Broken pipe") {
            std::process::exit(0);
        }
        usual(panic);
    }));
}

/// Of each thread, in bytes: a development build lays long writes out on it. What is not used takes no memory.
const STACK: usize = 8 << 20;

/// What only computes needs neither configuration nor database: what came of it, or the command that needs more.
fn computed(command: Command, common: &Common) -> Result<ControlFlow<ExitCode, Command>> {
    let done = match command {
        Command::Plan(plan::Command::Parse { file }) => plan::parse(&file, common.json)?,
        Command::Column(tables::Column::Template) => tables::column_template(),
        Command::Column(tables::Column::Standard) => tables::column_standard(),
        Command::Check { file } => check::run(&file, common)?,
        Command::Report(report::Command::Check(args)) => report::check(&args, common.json)?,
        Command::Compare { old, new, amend } => compare::run(&old, new.as_deref(), amend.as_deref(), common.json)?,
        Command::VerifyReceipt(args) => receipt::run(&args, common)?,
        Command::Witness(args) => witness::run(&args, common.json)?,
        Command::Clock(args) => {
            // The section [clock] counts when a configuration is named, else the usual readings.
            let readings = match &common.config {
                Some(_) => common.config()?.settings.get::<::clock::Readings>(),
                None => std::sync::Arc::default(),
            };
            clock::run(&args, &readings, common.json)?
        }
        Command::Redact(args) => {
            let papers = match &common.config {
                Some(_) => common.config()?.settings.get::<letter::Papers>(),
                None => std::sync::Arc::default(),
            };
            redact::run(&args, &papers, common.json)?
        }
        Command::Fee(args) => {
            let readings = match &common.config {
                Some(_) => common.config()?.settings.get::<::fee::Readings>(),
                None => std::sync::Arc::default(),
            };
            fee::run(&args, &readings, common.json)?
        }
        other => return Ok(ControlFlow::Continue(other)),
    };
    Ok(ControlFlow::Break(done))
}

fn run(cli: Cli) -> Result<ExitCode> {
    let command = match computed(cli.command, &cli.common)? {
        ControlFlow::Break(done) => return Ok(done),
        ControlFlow::Continue(command) => command,
    };
    let mut config = cli.common.config()?;
    logs(&config, matches!(command, Command::Serve { .. }));
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK).enable_all().build()?;
    let (json, data, config_file) = (cli.common.json, cli.common.data.clone(), cli.common.config.clone());
    let done = runtime.block_on(async move {
        match command {
            Command::Serve { portal, office, role, new } => {
                config.server.portal = portal.unwrap_or(config.server.portal);
                config.server.office = office.unwrap_or(config.server.office);
                noticed(&data, config_file.is_none());
                if !new {
                    not_empty(&config, &data).await?;
                }
                serve::run(config, data, role).await?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Plan(command) => {
                // The file first: what cannot be read needs no database.
                let file = plan::file(command)?;
                plan::import(&existing(config, data).await?, file, json).await
            }
            Command::Import(args) => import::run(&existing(config, data).await?, args, json).await,
            Command::Report(report::Command::Annual(args)) => {
                report::annual(&existing(config, data).await?, &args).await
            }
            Command::Records(command) => records::run(config, data, command, json).await,
            Command::Organ(command) => tables::organ(&existing(config, data).await?, command, json).await,
            Command::Column(tables::Column::Import { file, sheet }) => {
                tables::column(&existing(config, data).await?, &file, &sheet, json).await
            }
            Command::Column(tables::Column::Export { file }) => {
                tables::column_export(&existing(config, data).await?, &file, json).await
            }
            Command::Clock(_)
            | Command::Fee(_)
            | Command::Redact(_)
            | Command::Check { .. }
            | Command::Compare { .. }
            | Command::Report(report::Command::Check(_))
            | Command::VerifyReceipt(_)
            | Command::Witness(_)
            | Command::Column(tables::Column::Template | tables::Column::Standard) => {
                unreachable!("needs no database and is done before")
            }
            Command::User(user::Command::Import { file, sheet }) => {
                tables::user(&existing(config, data).await?, &file, &sheet, json).await
            }
            Command::User(command) if command.reads() => user::run(&existing(config, data).await?, command, json).await,
            Command::User(command) => {
                if !command.begins() {
                    not_empty(&config, &data).await?;
                }
                let there = Db::is_there(&compose::database_url(&config, &data)).await?;
                if !there {
                    command.may_begin(&config)?;
                }
                // The server alone brings an older structure up to date: one of the old program may serve beside us.
                let ctx = if there { existing(config, data).await? } else { open(config, data).await? };
                if !there {
                    eprintln!("这里还没有数据，已新建：{}", ctx.data().display());
                    // From its first account on a site can be verified, not only from its first start on.
                    store::log::seals::begin(ctx.db()).await?;
                }
                user::run(&ctx, command, json).await
            }
            Command::Demo => data::demo(config, data, json).await,
            Command::Search { query, limit } => data::search(&existing(config, data).await?, &query, limit, json).await,
            Command::Reindex => data::reindex(&existing(config, data).await?, json).await,
            Command::Mirror { dir, pages_only } => {
                data::mirror(existing(config, data).await?, &dir, pages_only, json).await
            }
            Command::Backup { file, key_file, with_keys } => {
                let wishes = Wishes { config: config_file, keys: with_keys, key_file };
                data::backup(&existing(config, data).await?, &file, &wishes, json).await
            }
            Command::Restore { file, key_file, accept_damaged } => {
                let wishes = Wishes { key_file, ..Wishes::default() };
                let accept = if accept_damaged { Accept::Damaged } else { Accept::Whole };
                data::restore(config, &data, &file, (&wishes, accept), json).await
            }
            Command::Verify => data::verify(&existing(config, data).await?, json).await,
            Command::Doctor => doctor::run(config, data, json).await,
        }
    });
    // What still waits for a name to be resolved or a disk to answer is not waited for.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    lines::flush();
    done
}

impl Common {
    /// The data directory that was named. One that merely lies where the command is typed may have come with what is to be
    /// proven.
    fn named(&self) -> Option<&Path> {
        (self.data != Path::new(DATA)).then_some(self.data.as_path())
    }

    /// The configuration: the file named, else `gongkai.toml` in the data directory if it is there, then the environment.
    fn config(&self) -> Result<Config> {
        // An empty variable is a script whose own variable was empty: another database, or a new one, would be opened in silence.
        let filled = |name: &str, empty: bool| {
            anyhow::ensure!(!empty, "{name} 是空的。请写明，或删除这个环境变量。");
            Ok(())
        };
        filled("GONGKAI_DATA（--data）", self.data.as_os_str().is_empty())?;
        filled("GONGKAI_CONFIG（--config）", self.config.as_ref().is_some_and(|file| file.as_os_str().is_empty()))?;
        filled("GONGKAI_DATABASE（--database）", self.database.as_ref().is_some_and(|url| url.trim().is_empty()))?;
        let beside = self.data.join("gongkai.toml");
        let file = self.config.clone().or_else(|| beside.exists().then_some(beside));
        let mut config = config::load(file.as_deref(), std::env::vars())?;
        if let Some(url) = &self.database {
            config.database.url.clone_from(url);
        }
        Ok(config)
    }
}

async fn open(config: Config, data: PathBuf) -> Result<Ctx> {
    let program = std::env::current_exe()?;
    compose::open(config, data, program, seams::system()).await
}

/// For commands that look at what is there: an empty installation made by a mistyped folder would answer that all is well.
async fn existing(config: Config, data: PathBuf) -> Result<Ctx> {
    not_empty(&config, &data).await?;
    compose::look(config, data, std::env::current_exe()?, seams::system()).await
}

/// What a server is started with and does not know, or has beside it and does not read.
fn noticed(data: &std::path::Path, unnamed: bool) {
    for text in config::unknown_variables(std::env::vars().map(|(name, _)| name)) {
        eprintln!("注意：{text}");
    }
    if let Some(text) = doctor::left_beside(data).filter(|_| unnamed) {
        eprintln!("注意：{text}");
    }
}

/// A disk that is not mounted, a mistyped folder, an empty database: none of them may become a government site without a text.
async fn not_empty(config: &Config, data: &Path) -> Result<()> {
    let place = if config.database.url.is_empty() {
        data.display().to_string()
    } else {
        "database.url 指定的数据库".into()
    };
    anyhow::ensure!(
        Db::is_there(&compose::database_url(config, data)).await?,
        "{place} 里还没有数据。已有站点的，请检查 --data、数据盘是否挂载和 database.url；第一次使用，请先用 gongkai user add \
         建立管理员，或运行 gongkai serve --new 建立新站，或运行 gongkai demo 建立演示县。"
    );
    Ok(())
}

/// Logs go to standard error; a server says what it does, other commands only what goes wrong.
fn logs(config: &Config, server: bool) {
    // What the database itself said is for who reads logs; a command says it in words.
    let quiet = format!("warn,{}=off", store::error::SAID);
    let level = if server { config.log.level.clone() } else { quiet };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let lines = if server { Lines::gathered().unwrap_or_else(|_| Lines::single()) } else { Lines::single() };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(lines);
    // Whoever wants other lines than those of a level (RUST_LOG) has all of them written in one way.
    if server && lines.are_gathered() && !colours && std::env::var_os(EnvFilter::DEFAULT_ENV).is_none() {
        let shape = if config.log.format == "json" { Shape::Json } else { Shape::Compact };
        request_log::write_lines(shape, Lines::add);
    }
    let done = if config.log.format == "json" { builder.json().try_init() } else { builder.compact().try_init() };
    if let Err(error) = done {
        eprintln!("日志没有开启：{error}");
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{Cli, words};

    #[test]
    fn every_command_has_help_with_an_example() {
        let mut cli = words::chinese(Cli::command());
        cli.build();
        cli.clone().debug_assert();
        for command in cli.get_subcommands().filter(|c| c.get_name() != "help") {
            let leaves: Vec<_> = command.get_subcommands().filter(|c| c.get_name() != "help").collect();
            let own = std::iter::once(command).chain(leaves);
            for leaf in own {
                let help = leaf.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains("例：gongkai") && help.contains("退出码"), "{} has no example", leaf.get_name());
            }
        }
    }
}
