//! `gongkai records`: the tables of the catalogue, and sheets of counties brought into them.

mod send;

use std::{
    collections::BTreeMap,
    io::IsTerminal,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use anyhow::{Result, anyhow, bail, ensure};
use futures::future::BoxFuture;
use item::{Column, Item, ItemKey, Owner, Type};
use kernel::{Actor, OrganCode, organ::Organ};
use record::import::{self, Backfill, Mapped, Options, Progress, Several, Told};
use serde::Serialize;
use store::Db;
use web::{Config, Ctx, Refusal};

use super::outcome::{Answered, answer};
use crate::compose;

/// Rows that are told of in the plain output, of each sort.
const TOLD: usize = 20;
/// Without a terminal a line is written after so many seconds.
const EVERY: u64 = 5;

/// `gongkai records …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// 列出有数据表的公开事项和各列
    #[command(
        after_help = "例：gongkai records items --json\n\n数据目录里有数据时，列出本县现行的目录；没有数据时，列出程序自带的目录。"
    )]
    Items,
    /// 导入一张数据表：全部正确才保存，存为待提交审核的批次
    #[command(
        after_help = "例：gongkai records import water 水质.xlsx --dry-run\n\n识别标题、单位、多行表头、公式行、合计和注释，逐行说明不能导入的原因，行号与表格软件显示的一致。\
                            标题里写了年度、地区、预算或决算的按标题；没有写的，用 --period 或 --set 写明。\
                            补录历史数据加 --source 写明来源。\
                            保存的是待提交的批次，在后台提交、逐关审核以后才公开。同一个文件重复导入，不会重复保存。"
    )]
    Import(Args),
    /// 报送记录：别的系统按自己的编号送来，同一个编号只录入一次
    #[command(
        after_help = "例：gongkai records send job 岗位.json --key 2026-03-05-001 --organ QH020\n\n文件为 {\"records\":[{\"列标识\":\"内容\"}]}，一次 1 到 1000 条，全部正确才录入；带小数的数字写成文本。\
                            同一个键、同样的内容再次报送，得到原来的批次；键相同而内容不同的，拒绝。\
                            录入的是待提交的批次，在后台提交、逐关审核以后才公开。"
    )]
    Send(send::Args),
}

/// What can be typed after `import`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// 事项标识，见 gongkai records items
    item: String,
    /// 表格：.xlsx、.xls、.csv
    file: PathBuf,
    /// 只读取和核对，不保存
    #[arg(long)]
    dry_run: bool,
    /// 工作表名称，文件有几张表时写；不写时用与事项最相符的
    #[arg(long, default_value = "", value_name = "NAME")]
    sheet: String,
    /// 有错误的行不导入，其余的导入
    #[arg(long)]
    accept_valid: bool,
    /// 编号与已公开的记录相同的行，作为对它的更正；不写时算重复
    #[arg(long)]
    update: bool,
    /// 记录所属机关的代码；不写时用表头写的机关，或者事项唯一的责任机关
    #[arg(long, value_name = "CODE")]
    organ: Option<String>,
    /// 表里没有写的时期：2026、2026-H1、2026-Q1、2026-03
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// 表里没有写、对每一行都成立的内容，写成“列标识=内容”，可以重复
    #[arg(long = "set", value_name = "KEY=TEXT", value_parser = pair)]
    given: Vec<(String, String)>,
    /// 补录历史数据：来源，例如“2016 年土地批次档案第 12 卷”；把握不足的行进入待核定
    #[arg(long, value_name = "TEXT")]
    source: Option<String>,
    /// 补录的内容有多大把握，0 到 100；表里有“可信度”一列的按各行
    #[arg(
        long,
        default_value_t = 90,
        value_name = "PERCENT",
        requires = "source",
        value_parser = clap::value_parser!(u8).range(0..=100)
    )]
    confidence: u8,
    /// 更新原因，随记录公开
    #[arg(long, default_value = "", value_name = "TEXT", requires = "update")]
    note: String,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| "请写成 列标识=内容，例如 year=2026".to_owned())?;
    if key.trim().is_empty() || value.trim().is_empty() {
        return Err("等号两边都要写，例如 year=2026".to_owned());
    }
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

/// Does what was typed.
///
/// # Errors
/// What of the input or the state does not allow it, in words.
pub(super) async fn run(config: Config, data: PathBuf, command: Command, as_json: bool) -> Result<ExitCode> {
    match command {
        Command::Items => {
            // Without an installation the box answers: who writes a sheet may look before there is a site.
            let there = Db::is_there(&compose::database_url(&config, &data)).await?;
            let items: Vec<Item> = if there {
                let ctx = super::existing(config, data).await?;
                record::items::all(&ctx).await.map_err(compose::words)?.to_vec()
            } else {
                item::boxed().to_vec()
            };
            items_told(&items, as_json)
        }
        Command::Import(args) => {
            // The file first: what cannot be read needs no database.
            let file = file(&args.file)?;
            import(&super::existing(config, data).await?, &args, file, as_json).await
        }
        Command::Send(args) => send::run(&super::existing(config, data).await?, &args, as_json).await,
    }
}

/// An item as programs are told it.
#[derive(Debug, Serialize)]
struct Listed<'i> {
    key: &'i str,
    domain: &'i str,
    title: &'i str,
    columns: Vec<ListedColumn<'i>>,
}

#[derive(Debug, Serialize)]
struct ListedColumn<'i> {
    key: &'i str,
    label: &'i str,
    #[serde(rename = "type")]
    typed: &'static str,
    unit: &'i str,
    required: bool,
    never_public: bool,
}

impl<'i> Listed<'i> {
    fn of(item: &'i Item) -> Self {
        let column = |column: &'i Column| ListedColumn {
            key: &column.key,
            label: &column.label,
            typed: type_name(&column.typed),
            unit: column.unit(),
            required: column.required,
            never_public: column.privacy.never_public,
        };
        Self {
            key: item.key.as_str(),
            domain: &item.domain.name,
            title: &item.title,
            columns: item.columns.iter().map(column).collect(),
        }
    }
}

/// What a type is called in the files of items.
fn type_name(typed: &Type) -> &'static str {
    match typed {
        Type::Text { .. } => "text",
        Type::Long { .. } => "long",
        Type::Enum { .. } => "enum",
        Type::Date { .. } => "date",
        Type::Period => "period",
        Type::Money { .. } => "money",
        Type::Number { .. } => "number",
        Type::Ratio { .. } => "ratio",
        Type::CreditCode => "credit_code",
        Type::IdNumber => "id_number",
        Type::Phone => "phone",
        Type::Place => "place",
        Type::Point => "point",
        Type::File => "file",
        Type::Link => "link",
    }
}

fn items_told(items: &[Item], as_json: bool) -> Result<ExitCode> {
    #[derive(Serialize)]
    struct All<'i> {
        items: Vec<Listed<'i>>,
    }
    let tables: Vec<&Item> = items.iter().filter(|item| item.is_table()).collect();
    let mut text = String::new();
    if as_json {
        let items = tables.iter().map(|item| Listed::of(item)).collect();
        text = answer(&All { items }, None)? + "\n";
    } else {
        for item in &tables {
            text.push_str(&format!("{:<28}{}　{}\n", item.key.as_str(), item.domain.name, item.title));
            for column in &item.columns {
                let marks = [
                    if column.required { "必填" } else { "" },
                    if column.privacy.never_public { "不公开" } else { "" },
                    column.unit(),
                ];
                let marks: Vec<&str> = marks.into_iter().filter(|mark| !mark.is_empty()).collect();
                let marks = if marks.is_empty() { String::new() } else { format!("（{}）", marks.join("，")) };
                text.push_str(&format!("    {:<24}{}{marks}\n", column.key, column.label));
            }
        }
        text.push_str(&format!("共 {} 个事项有数据表。\n", tables.len()));
    }
    super::file::print(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// The file that was named, with its digest.
fn file(path: &Path) -> Result<import::File> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    ensure!(!path.is_dir(), "{} 是文件夹。请写出其中的一个文件。", path.display());
    import::File::at(path, &name)
        .map_err(|error| anyhow!("读不到文件 {}：{}", path.display(), super::file::why(&error)))
}

async fn import(ctx: &Ctx, args: &Args, file: import::File, as_json: bool) -> Result<ExitCode> {
    let item = item_of(ctx, &args.item).await?;
    let said = match &args.organ {
        Some(_) => None,
        None => import::organ_said(ctx, &item, &file, &args.sheet).await.map_err(refused)?,
    };
    let organ = organ_of(ctx, args, &item, said)?;
    let mut given: BTreeMap<String, String> = args.given.iter().cloned().collect();
    given.extend(args.period.iter().map(|period| ("period".to_owned(), period.clone())));
    let options = Options {
        sheet: args.sheet.clone(),
        accept_valid: args.accept_valid,
        dry_run: args.dry_run,
        update: args.update,
        given,
        backfill: backfill(args)?,
        note: args.note.trim().to_owned(),
        ..Options::new(item.key.clone(), organ)
    };
    let bar = Bar::new();
    let told = import::run(ctx, &Actor::System, &file, &options, &bar).await;
    bar.end();
    let told = told.map_err(refused)?;
    let why = why_not(&told, args);
    if as_json {
        let answered = answer(&Answer::of(&told, args), why.as_deref())?;
        super::file::print(format!("{answered}\n").as_bytes())?;
    } else {
        print(ctx, &told, args);
    }
    match why {
        Some(why) if as_json => Err(Answered(why).into()),
        Some(why) => Err(anyhow!(why)),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Where what is brought in later is from, and how sure it is.
fn backfill(args: &Args) -> Result<Option<Backfill>> {
    let Some(source) = &args.source else { return Ok(None) };
    let source = source.trim().to_owned();
    ensure!(!source.is_empty(), "请写明来源，例如 --source \"2016 年土地批次档案第 12 卷\"。");
    Ok(Some(Backfill { source, confidence: args.confidence }))
}

/// A refusal in words; what is wrong with what was typed, with its place.
fn refused(refusal: Refusal) -> anyhow::Error {
    match refusal {
        Refusal::Fields(errors) => {
            let lines: Vec<&str> = errors.items().iter().map(|(_, message)| message.as_str()).collect();
            anyhow!("{}", lines.join("\n"))
        }
        other => compose::words(other.into()),
    }
}

async fn item_of(ctx: &Ctx, key: &str) -> Result<Item> {
    let found = match ItemKey::new(key) {
        Some(key) => record::items::find(ctx, &key).await.map_err(compose::words)?,
        None => None,
    };
    if let Some(item) = found {
        ensure!(item.is_table(), "“{}”以文件公开，没有数据表，不能导入记录。", item.title);
        return Ok(Item::clone(&item));
    }
    let all = record::items::all(ctx).await.map_err(compose::words)?;
    let near = |item: &&Item| item.is_table() && (item.key.as_str().contains(key) || item.title.contains(key));
    let near: Vec<String> =
        all.iter().filter(near).take(5).map(|item| format!("{}（{}）", item.key, item.title)).collect();
    if near.is_empty() {
        bail!("目录里没有事项“{key}”。全部事项见 gongkai records items。");
    }
    bail!("目录里没有事项“{key}”，是不是：{}？全部事项见 gongkai records items。", near.join("、"));
}

/// For which organ: the one that was typed, else the one that the sheet names, else the one that owes the item. Whose records they
/// are is never guessed; where nothing is stored those of the county office are looked at.
fn organ_of(ctx: &Ctx, args: &Args, item: &Item, said: Option<OrganCode>) -> Result<OrganCode> {
    let (directory, today) = (ctx.directory(), ctx.today());
    if let Some(code) = &args.organ {
        let organ = OrganCode::from(code.as_str());
        ensure!(
            directory.get(&organ).is_some(),
            "没有代码为“{code}”的机关。机关代码见后台的机关名录，或先用 gongkai organ import 导入名录。"
        );
        return Ok(organ);
    }
    let living = || directory.all().iter().filter(move |organ| organ.exists_on(today));
    let one = |is: &dyn Fn(&Organ) -> bool| {
        let mut found = living().filter(|organ| is(organ));
        let first = found.next()?;
        found.next().is_none().then(|| first.code.clone())
    };
    let owing: Vec<OrganCode> = match &item.owner {
        Owner::Organs(codes) => {
            one(&|organ: &Organ| codes.iter().any(|code| code == organ.code.as_str())).into_iter().collect()
        }
        // The first word is that of the organ in charge.
        Owner::Named(words) => {
            let of_word = |word: &String| {
                one(&|organ: &Organ| organ.name.contains(word.as_str()) || organ.short_name.contains(word.as_str()))
            };
            words.iter().filter_map(of_word).collect()
        }
        Owner::Departments | Owner::Townships | Owner::All => Vec::new(),
    };
    // Who gives notice of what one organ publishes for all (发布机关：县政府) is not whose the records are.
    if let (Some(said), Some(first)) = (&said, owing.first())
        && said != first
        && owing.iter().all(|organ| organ == first)
    {
        let (named, keeper) = (directory.short_name(said), directory.short_name(first));
        eprintln!("注意：表里写的机关是{named}（{said}），而“{}”由{keeper}公开，记在{keeper}名下。", item.title);
        return Ok(first.clone());
    }
    if let Some(organ) = said {
        eprintln!("注意：表里写的机关是{}（{organ}），记在它名下。", directory.short_name(&organ));
        return Ok(organ);
    }
    if let Some(organ) = owing.into_iter().next() {
        return Ok(organ);
    }
    let organ = ctx.office_organ();
    let title = &item.title;
    ensure!(
        args.dry_run,
        "“{title}”由多个机关公开，表里也没有写明是哪个机关。请用 --organ 写明机关代码，例如 --organ {organ}。"
    );
    eprintln!("注意：“{title}”由多个机关公开，导入时要用 --organ 写明；现在按{}试读。", directory.short_name(&organ));
    Ok(organ)
}

/// Why nothing was stored; `None` = it was, or was not to be.
fn why_not(told: &Told, args: &Args) -> Option<String> {
    if !told.missing.is_empty() {
        return Some(format!(
            "没有导入：表里没有必填的列：{}。请核对表头，或者下载该事项的模板填写；每一行都相同的，用 --period 或 --set 写明。",
            told.missing.join("、")
        ));
    }
    if !told.unknown.is_empty() {
        let heads = told.unknown.join("、");
        return Some(format!("没有导入：不知道这些表头是哪一列：{heads}。请在后台的导入页面指定，程序会记住。"));
    }
    // A file that comes back as it was taken away changes nothing.
    let nothing = told.unchanged > 0 && told.accepted == 0 && told.refused == 0 && told.faults.all == 0;
    if told.again || told.batch.is_some() || args.dry_run || nothing {
        return None;
    }
    if told.rows == 0 {
        return Some("没有导入：表里只有表头，没有数据行。".to_owned());
    }
    let hint = if told.accepted > 0 {
        "改好后重新导入，或者加 --accept-valid 只导入正确的行。"
    } else {
        "请改好后重新导入。"
    };
    Some(format!(
        "没有导入：{} 行里有 {} 行不能导入。{hint}",
        told.rows,
        told.refused.max(u64::from(told.faults.all > 0))
    ))
}

/// What programs are told of a cell.
#[derive(Debug, Serialize)]
struct Place<'t> {
    row: u32,
    column: &'t str,
    label: &'t str,
    message: &'t str,
}

/// What programs are told of an import.
#[derive(Debug, Serialize)]
struct Answer<'t> {
    rows: u64,
    accepted: u64,
    /// Of a backfill: those that wait for a person.
    doubtful: u64,
    rejected: Vec<Place<'t>>,
    warnings: Vec<Place<'t>>,
    /// What was read into cells where that is not plain.
    notes: Vec<Place<'t>>,
    rejected_rows: u64,
    /// What is told one by one is the beginning of these.
    all: [u64; 3],
    totals: u64,
    remarks: u64,
    sheet: &'t str,
    title: &'t str,
    unit: &'t str,
    mapping: &'t [Mapped],
    missing: &'t [String],
    unknown: &'t [String],
    about: &'t [String],
    /// What was taken for every row: names of columns with their values.
    taken: &'t [(String, String)],
    unchanged: u64,
    stored: bool,
    /// The same file was imported before.
    again: bool,
    batch: Option<&'t str>,
    dry_run: bool,
}

impl<'t> Answer<'t> {
    fn of(told: &'t Told, args: &Args) -> Self {
        fn cells(several: &Several) -> Vec<Place<'_>> {
            let first = several.first.iter();
            first
                .map(|said| Place { row: said.row, column: &said.column, label: &said.label, message: &said.message })
                .collect()
        }
        Self {
            rows: told.rows,
            accepted: told.accepted,
            doubtful: told.doubtful,
            rejected: cells(&told.faults),
            warnings: cells(&told.warnings),
            notes: cells(&told.notes),
            rejected_rows: told.refused,
            all: [told.faults.all, told.warnings.all, told.notes.all],
            totals: told.totals,
            remarks: told.remarks,
            sheet: &told.sheet,
            title: &told.title,
            unit: &told.unit,
            mapping: &told.mapping,
            missing: &told.missing,
            unknown: &told.unknown,
            about: &told.about,
            taken: &told.taken,
            unchanged: told.unchanged,
            stored: told.batch.is_some() && !told.again,
            again: told.again,
            batch: told.batch.as_ref().map(record::BatchId::as_str),
            dry_run: args.dry_run,
        }
    }
}

fn print(ctx: &Ctx, told: &Told, args: &Args) {
    if !told.sheet.is_empty() {
        let title = if told.title.is_empty() { String::new() } else { format!("《{}》", told.title) };
        let unit = if told.unit.is_empty() { String::new() } else { format!("，单位：{}", told.unit) };
        println!("工作表“{}”{title}{unit}", told.sheet);
    }
    for (label, value) in &told.taken {
        println!("各行的“{label}”按表里写的取：{value}");
    }
    for line in &told.about {
        println!("请注意：{line}");
    }
    for (label, several) in [("不能导入", &told.faults), ("请核对", &told.warnings), ("已换算或归一", &told.notes)]
    {
        for said in several.first.iter().take(TOLD) {
            println!("{label}　{}", said.line());
        }
        let told = several.first.len().min(TOLD) as u64;
        if several.all > told {
            println!("……另有 {} 处{label}，加 --json 可以看到。", several.all - told);
        }
    }
    println!(
        "读了 {} 行：能导入 {}，不能导入 {}；合计 {} 行、注释 {} 行不是记录。",
        told.rows, told.accepted, told.refused, told.totals, told.remarks
    );
    if told.doubtful > 0 {
        println!("其中 {} 行把握不足，待核定：{}/records/doubts", told.doubtful, ctx.office_url());
    }
    match &told.batch {
        Some(batch) if told.again => {
            println!("这个文件以前导入过，没有重复保存：{}/records/batches/{batch}", ctx.office_url())
        }
        Some(batch) => println!("已保存，请在后台核对后提交审核：{}/records/batches/{batch}", ctx.office_url()),
        None if args.dry_run => println!("只是核对，没有保存。"),
        None => {}
    }
}

/// How far it is, on standard error: a line that is written over on a terminal, one now and then elsewhere.
struct Bar {
    begun: Instant,
    terminal: bool,
    last: AtomicU64,
}

impl Bar {
    fn new() -> Self {
        Self { begun: Instant::now(), terminal: std::io::stderr().is_terminal(), last: AtomicU64::new(0) }
    }

    fn show(&self, done: u64, total: u64, words: &str) {
        let of = if total > 0 { format!(" {done}/{total} 行") } else { String::new() };
        if self.terminal {
            eprint!("\r\u{1b}[K{words}{of}");
            return;
        }
        let now = self.begun.elapsed().as_secs();
        if now >= self.last.load(Ordering::Relaxed) + EVERY {
            self.last.store(now, Ordering::Relaxed);
            eprintln!("{words}{of}，用时 {now} 秒");
        }
    }

    fn end(&self) {
        if self.terminal {
            eprint!("\r\u{1b}[K");
        }
    }
}

impl Progress for Bar {
    fn step<'a>(&'a self, done: u64, total: u64, words: &'a str) -> BoxFuture<'a, Result<bool, Refusal>> {
        Box::pin(async move {
            self.show(done, total, words);
            Ok(true)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_items_have_the_shape_of_the_contract() {
        let water = item::boxed().iter().find(|item| item.key.as_str() == "water").expect("the item is in the box");
        let json = serde_json::to_value(Listed::of(water)).expect("JSON");
        assert_eq!(json["key"], "water");
        for field in ["key", "label", "type", "unit", "required", "never_public"] {
            assert!(!json["columns"][0][field].is_null(), "{field}");
        }
    }

    #[test]
    fn what_is_given_is_a_key_and_a_text() {
        assert_eq!(pair("year = 2026"), Ok(("year".to_owned(), "2026".to_owned())));
        assert!(pair("year").is_err() && pair("=1").is_err() && pair("year=").is_err());
    }
}
