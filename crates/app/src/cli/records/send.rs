//! `gongkai records send`: records that another system hands over, once for each key of its own.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Result, anyhow, ensure};
use kernel::{Actor, OrganCode};
use record::api::{self, Sent};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web::{Ctx, Refusal};

use super::{item_of, refused};
use crate::cli::{
    file,
    outcome::{Answered, answer},
};

/// Most bytes of one sending.
const LARGEST: u64 = 16 << 20;

/// What can be typed after `send`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// 事项标识，见 gongkai records items
    item: String,
    /// JSON 文件；- 表示从标准输入读取
    file: PathBuf,
    /// 幂等键：报送方自己的编号，同一个键重复报送只录入一次
    #[arg(long, value_name = "KEY")]
    key: String,
    /// 记录所属机关的代码
    #[arg(long, value_name = "CODE")]
    organ: String,
}

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    records: Vec<BTreeMap<String, Value>>,
    /// For the reviewers; may be empty.
    #[serde(default)]
    note: String,
}

/// What programs are told.
#[derive(Debug, Serialize)]
struct Taken<'t> {
    batch: &'t str,
    records: usize,
}

/// What programs are told of a value that was not taken.
#[derive(Debug, Serialize)]
struct Fault<'t> {
    /// Number of the record from 1; 0 = of the whole sending.
    record: usize,
    column: &'t str,
    message: &'t str,
}

/// What programs are told where nothing was taken.
#[derive(Debug, Serialize)]
struct Faults<'t> {
    faults: &'t [Fault<'t>],
}

/// Reads the file and hands it over; all of it or nothing.
///
/// # Errors
/// What of the input or the state does not allow it, in words.
pub(super) async fn run(ctx: &Ctx, args: &Args, as_json: bool) -> Result<ExitCode> {
    let written = read(&args.file)?;
    let item = item_of(ctx, &args.item).await?;
    let organ = OrganCode::from(args.organ.as_str());
    ensure!(
        ctx.directory().get(&organ).is_some(),
        "没有代码为“{}”的机关。机关代码见后台的机关名录，或先用 gongkai organ import 导入名录。",
        args.organ
    );
    let records = written.records.into_iter().zip(1..).map(|(record, number)| texts(record, number));
    let records = records.collect::<Result<Vec<_>>>()?;
    let many = records.len();
    let sent = Sent { item: Arc::new(item), organ, key: args.key.clone(), records, note: written.note };
    let mut tx = ctx.db().write().await?;
    let batch = match api::send(ctx, &mut tx, &Actor::System, sent).await {
        Ok(batch) => batch,
        Err(Refusal::Fields(errors)) => {
            let items: Vec<(&str, &str)> =
                errors.items().iter().map(|(field, message)| (field.as_str(), message.as_str())).collect();
            return not_taken(&items, many, as_json);
        }
        Err(other) => return Err(refused(other)),
    };
    tx.commit().await?;
    if as_json {
        let answered = answer(&Taken { batch: batch.as_str(), records: many }, None)?;
        file::print(format!("{answered}\n").as_bytes())?;
    } else {
        println!("已录入 {many} 条，请在后台核对后提交审核：{}/records/batches/{batch}", ctx.office_url());
    }
    Ok(ExitCode::SUCCESS)
}

/// Tells what was not taken, and ends so.
fn not_taken(items: &[(&str, &str)], many: usize, as_json: bool) -> Result<ExitCode> {
    let faults: Vec<Fault<'_>> = items.iter().map(|(field, message)| fault(field, message, many)).collect();
    let line = |fault: &Fault<'_>| match (fault.record, fault.column) {
        (0, _) => fault.message.to_owned(),
        (record, column) => format!("第 {record} 条 {column}：{}", fault.message),
    };
    let words = faults.iter().map(line).collect::<Vec<_>>().join("\n");
    let why = format!("没有录入，请改好后用同一个键重新报送：\n{words}");
    if !as_json {
        return Err(anyhow!(why));
    }
    let answered = answer(&Faults { faults: &faults }, Some(&why))?;
    file::print(format!("{answered}\n").as_bytes())?;
    Err(Answered(why).into())
}

/// The place of a fault, by the name that the machine gives its field: `3.decided_on`, of a single record `decided_on`.
fn fault<'t>(field: &'t str, message: &'t str, many: usize) -> Fault<'t> {
    let whole = matches!(field, "key" | "records" | "form");
    match field.split_once('.').and_then(|(number, column)| Some((number.parse::<usize>().ok()?, column))) {
        Some((record, column)) => Fault { record, column, message },
        None => Fault { record: usize::from(many == 1 && !whole), column: field, message },
    }
}

fn read(path: &Path) -> Result<Written> {
    let bytes = file::bytes(path, LARGEST + 1)?;
    ensure!(bytes.len() as u64 <= LARGEST, "一次最多报送 {} MB，请分次报送。", LARGEST >> 20);
    parsed(&bytes)
}

fn parsed(bytes: &[u8]) -> Result<Written> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| {
        anyhow!(
            "第 {} 行第 {} 个字符读不懂。文件应为 {{\"records\":[{{\"列标识\":\"内容\"}}]}}，列标识见 gongkai records items。",
            error.line(),
            error.column()
        )
    })
}

/// A record as the machine takes it. Figures with decimals are text: read as floating point they would change.
fn texts(record: BTreeMap<String, Value>, number: usize) -> Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    for (key, value) in record {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text,
            Value::Number(figure) if figure.is_i64() || figure.is_u64() => figure.to_string(),
            Value::Number(_) => {
                return Err(anyhow!("第 {number} 条 {key}：带小数的数字请加引号写成文本，例如 \"0.10\"，以免失真。"));
            }
            _ => return Err(anyhow!("第 {number} 条 {key}：应为文本或整数。")),
        };
        texts.insert(key, text);
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_with_decimals_are_text() {
        let record = |text: &str| {
            let file = parsed(format!("{{\"records\":[{text}]}}").as_bytes()).expect("a file");
            texts(file.records.into_iter().next().expect("a record"), 1)
        };
        let taken = record("{\"year\":2026,\"fine\":\"0.10\",\"note\":null}").expect("texts");
        assert_eq!(
            taken,
            BTreeMap::from([("fine", "0.10"), ("year", "2026")].map(|(k, v)| (k.to_owned(), v.to_owned())))
        );
        for wrong in ["{\"fine\":0.1}", "{\"fine\":true}", "{\"fine\":[1]}"] {
            assert!(record(wrong).is_err(), "{wrong}");
        }
        assert!(parsed(b"{\"records\":[],\"more\":1}").is_err() && parsed(b"[]").is_err());
    }

    #[test]
    fn a_fault_says_of_which_record_it_is() {
        let place = |field: &str, many: usize| {
            let fault = fault(field, "", many);
            (fault.record, fault.column.to_owned())
        };
        assert_eq!(place("3.plan", 5), (3, "plan".to_owned()));
        assert_eq!(place("plan", 1), (1, "plan".to_owned()));
        assert_eq!(place("key", 1), (0, "key".to_owned()));
    }
}
