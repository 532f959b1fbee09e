//! Tables of a county from the console: organs, columns, accounts. What the pages of the office do, for whoever sets up a machine.

use std::{io::Write, path::Path, path::PathBuf, process::ExitCode};

use anyhow::{Result, bail};
use documents::{
    Extractor, Limits,
    tables::{Table, Wanted, write_csv, write_xlsx},
};
use identity::{accounts::import as accounts, organs::import as organs};
use kernel::Actor;
use publishing::columns::{export, import as columns, standard};
use serde_json::json;
use web::Ctx;

use crate::compose::words;

/// `gongkai organ …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Organ {
    /// 从表格导入机关名录，全部正确才导入
    #[command(
        after_help = "例：gongkai organ import 机关.xlsx\n\n表头见 demo/organs.csv；代码相同的是同一个机关，按表里的列更新。"
    )]
    Import {
        /// .xlsx 或 .csv
        file: PathBuf,
        /// 工作表名称，文件有几个工作表时写；不写时用第一个有内容的
        #[arg(long, default_value = "")]
        sheet: String,
    },
}

/// `gongkai column …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Column {
    /// 从表格导入栏目，全部正确才导入
    #[command(
        after_help = "例：gongkai column import 栏目.xlsx\n\n也认 demo/columns.toml 那样的 TOML；gongkai column template > 栏目.csv 给出模板。"
    )]
    Import {
        /// .xlsx、.csv 或 .toml
        file: PathBuf,
        /// 工作表名称，文件有几个工作表时写；不写时用第一个有内容的
        #[arg(long, default_value = "")]
        sheet: String,
    },
    /// 导出全部栏目，改好后可以再导入
    #[command(after_help = "例：gongkai column export 栏目.xlsx\n\n写成什么格式看文件名：.csv、.xlsx 或 .toml。")]
    Export {
        /// 要写的文件：.csv、.xlsx 或 .toml；已有的文件不覆盖
        file: PathBuf,
    },
    /// 把栏目表的模板写到标准输出
    #[command(after_help = "例：gongkai column template > 栏目.csv")]
    Template,
    /// 把新县用的标准栏目（TOML）写到标准输出，改好后导入
    #[command(after_help = "例：gongkai column standard > 栏目.toml && gongkai column import 栏目.toml")]
    Standard,
}

async fn table(ctx: &Ctx, file: &Path, wanted: Wanted) -> Result<Table> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !file.is_file() {
        bail!("没有这个文件：{}。请检查路径。", file.display());
    }
    let extractor = Extractor::new(ctx.program().clone(), Limits::default());
    let read = extractor.read_table(file, &name, &wanted).await;
    let mut table = read.map_err(|rejected| anyhow::anyhow!("{}：{}", file.display(), rejected.message))?;
    table.set_aside();
    for line in table.left_out(&wanted) {
        eprintln!("{line}");
    }
    if (wanted.sheet.is_none() && !table.others.is_empty()) || table.legacy || !table.struck.is_empty() {
        eprintln!("{}", table.said_sheet());
    }
    Ok(table)
}

fn refused(faults: Vec<(usize, String)>) -> anyhow::Error {
    let line = |(number, text): (usize, String)| {
        if number > 0 { format!("  第 {number} 行：{text}") } else { format!("  {text}") }
    };
    anyhow::anyhow!("没有导入，请更正：\n{}", faults.into_iter().map(line).collect::<Vec<_>>().join("\n"))
}

pub(crate) async fn organ(ctx: &Ctx, command: Organ, as_json: bool) -> Result<ExitCode> {
    let Organ::Import { file, sheet } = command;
    let table = table(ctx, &file, organs::wanted().in_sheet(&sheet)).await?;
    let outcome = organs::import_rows(ctx.db(), &table, organs::Mode::AllOrNothing, &Actor::System).await?;
    if !outcome.errors.is_empty() {
        return Err(refused(outcome.errors.into_iter().map(|error| (error.row, error.message)).collect()));
    }
    told(as_json, "机关", [outcome.created, outcome.changed, outcome.unchanged])
}

pub(crate) async fn column(ctx: &Ctx, file: &Path, sheet: &str, as_json: bool) -> Result<ExitCode> {
    let read = if file.extension().is_some_and(|ending| ending == "toml") {
        let text = String::from_utf8(super::file::bytes(file, u64::MAX)?);
        let text = text.map_err(|_| anyhow::anyhow!("{} 不是 UTF-8 编码的文本，请另存为 UTF-8。", file.display()))?;
        columns::read_toml(&text)
    } else {
        columns::read_table(&table(ctx, file, columns::wanted().in_sheet(sheet)).await?)
    };
    let lines = read.map_err(|fault| refused(vec![fault]))?;
    let mut tx = ctx.db().write().await?;
    let count =
        match columns::put_all(ctx, &mut tx, &Actor::System, lines).await.map_err(|refusal| words(refusal.into()))? {
            Ok(count) => count,
            Err(faults) => return Err(refused(faults)),
        };
    tx.commit().await?;
    told(as_json, "栏目", [count.created, count.changed, count.unchanged])
}

/// Writes all columns to a new file, in the format of its ending.
pub(crate) async fn column_export(ctx: &Ctx, file: &Path, as_json: bool) -> Result<ExitCode> {
    let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let lines = export::lines(ctx).await.map_err(words)?;
    let bytes = match ending.as_str() {
        "csv" => write_csv(&export::sheet(ctx, &lines)),
        "xlsx" => write_xlsx(&export::sheet(ctx, &lines)).map_err(|rejected| anyhow::anyhow!(rejected.message))?,
        "toml" => export::text(ctx, &lines).into_bytes(),
        _ => bail!("不知道要写成什么格式：{}。文件名请以 .csv、.xlsx 或 .toml 结尾。", file.display()),
    };
    let mut out = std::fs::File::create_new(file)
        .map_err(|error| anyhow::anyhow!("不能写 {}：{}", file.display(), super::file::why(&error)))?;
    out.write_all(&bytes)?;
    if as_json {
        println!("{}", json!({ "exported": lines.len() }));
    } else {
        println!("已导出 {} 个栏目：{}", lines.len(), file.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// The standard columns of a new county; needs no database.
pub(crate) fn column_standard() -> ExitCode {
    print!("{}", standard::FILE);
    ExitCode::SUCCESS
}

/// The template of columns; needs no database.
pub(crate) fn column_template() -> ExitCode {
    print!("{}", columns::TEMPLATE);
    ExitCode::SUCCESS
}

pub(crate) async fn user(ctx: &Ctx, file: &Path, sheet: &str, as_json: bool) -> Result<ExitCode> {
    let mut lines = accounts::read(ctx, &table(ctx, file, accounts::wanted().in_sheet(sheet)).await?, &Actor::System)
        .map_err(refused)?;
    accounts::prepare(ctx.db(), &mut lines).await?;
    let mut tx = ctx.db().write().await?;
    let made = match accounts::put_all(&mut tx, lines).await? {
        Ok(made) => made,
        Err(faults) => return Err(refused(faults)),
    };
    tx.commit().await?;
    if as_json {
        let one = |one: &identity::accounts::Created| json!({ "login": one.login, "one_time_password": one.one_time });
        println!("{}", serde_json::Value::from(made.iter().map(one).collect::<Vec<_>>()));
    } else {
        println!("已建立 {} 个账号。一次性密码只显示这一次，首次登录须修改：", made.len());
        for one in &made {
            println!("{:<20} {}", one.login, one.one_time.as_deref().unwrap_or_default());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What an import did: how many are new, changed, and as they were.
fn told(as_json: bool, what: &str, count: [usize; 3]) -> Result<ExitCode> {
    let (all, [created, changed, unchanged]) = (count.iter().sum::<usize>(), count);
    if as_json {
        println!("{}", json!({ "imported": all, "created": created, "changed": changed, "unchanged": unchanged }));
    } else if created + changed == 0 {
        println!("表里的 {all} 个{what}与现有的完全相同，没有改动。");
    } else {
        println!("已导入 {all} 个{what}：新建 {created}，修改 {changed}，不变 {unchanged}。");
    }
    Ok(ExitCode::SUCCESS)
}
