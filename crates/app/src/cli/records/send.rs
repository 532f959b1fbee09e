//! `gongkai records send`: records that another system hands over, once for each key of its own.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Result, anyhow, ensure};
use kernel::{Actor, OrganCode};
use record::api::{self, Fault, Sent, Unread};
use serde::Serialize;
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

/// What programs are told.
#[derive(Debug, Serialize)]
struct Taken<'t> {
    batch: &'t str,
    records: usize,
    /// It was sent under the same key before.
    again: bool,
}

/// What programs are told where nothing was taken.
#[derive(Debug, Serialize)]
struct Faults<'t> {
    faults: &'t [Fault],
}

/// Reads the file and hands it over; all of it or nothing.
///
/// # Errors
/// What of the input or the state does not allow it, in words.
pub(super) async fn run(ctx: &Ctx, args: &Args, as_json: bool) -> Result<ExitCode> {
    let written = match api::read(&bytes(&args.file)?) {
        Ok(written) => written,
        Err(Unread::Json(words)) => return Err(anyhow!(words)),
        Err(Unread::Values(faults)) => return not_taken(&faults, as_json),
    };
    let item = item_of(ctx, &args.item).await?;
    let organ = OrganCode::from(args.organ.as_str());
    ensure!(
        ctx.directory().get(&organ).is_some(),
        "没有代码为“{}”的机关。机关代码见后台的机关名录，或先用 gongkai organ import 导入名录。",
        args.organ
    );
    let many = written.records.len();
    let sent =
        Sent { item: Arc::new(item), organ, key: args.key.clone(), records: written.records, note: written.note };
    let mut tx = ctx.db().write().await?;
    let api::Taken { batch, again } = match api::send(ctx, &mut tx, &Actor::System, sent).await {
        Ok(taken) => taken,
        Err(Refusal::Fields(errors)) => return not_taken(&api::faults(&errors, many), as_json),
        Err(other) => return Err(refused(other)),
    };
    tx.commit().await?;
    if as_json {
        let answered = answer(&Taken { batch: batch.as_str(), records: many, again }, None)?;
        file::print(format!("{answered}\n").as_bytes())?;
    } else if again {
        println!("这个幂等键已经报送过同样的内容，没有重复录入：{}/records/batches/{batch}", ctx.office_url());
    } else {
        println!("已录入 {many} 条，请在后台核对后提交审核：{}/records/batches/{batch}", ctx.office_url());
    }
    Ok(ExitCode::SUCCESS)
}

/// Tells what was not taken, and ends so.
fn not_taken(faults: &[Fault], as_json: bool) -> Result<ExitCode> {
    let words = faults.iter().map(Fault::words).collect::<Vec<_>>().join("\n");
    let why = format!("没有录入，请改好后用同一个键重新报送：\n{words}");
    if !as_json {
        return Err(anyhow!(why));
    }
    let answered = answer(&Faults { faults }, Some(&why))?;
    file::print(format!("{answered}\n").as_bytes())?;
    Err(Answered(why).into())
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    let bytes = file::bytes(path, LARGEST + 1)?;
    ensure!(bytes.len() as u64 <= LARGEST, "一次最多报送 {} MB，请分次报送。", LARGEST >> 20);
    Ok(bytes)
}
