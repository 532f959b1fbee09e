//! `gongkai witness`: a second machine that remembers what the public log has signed, and signs itself that its history was only
//! added to.

use std::{
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process::ExitCode,
};

use ::receipt::{Key, Signed, note, tile::Tile, tree};
use anyhow::{Context, Result, bail, ensure};
use kernel::{Seams, time};
use proof::Signer;
use serde_json::json;
use store::log::Place;

/// What the files of a witness are called, in its folder.
const OWN_KEY: &str = "witness-key";
const LOG_KEY: &str = "log-key.txt";
const SEEN: &str = "checkpoint";
/// No answer of a log is larger, in bytes.
const LARGEST: usize = 64 << 10;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// 日志的网址，例如 https://www.example.gov.cn/log；或存有日志文件的目录
    #[arg(long, value_name = "URL")]
    log: String,
    /// 见证方的目录：密钥、日志的公钥、上次见到的检查点；没有就新建
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// 见证方的名称，写在加签里，不含空格和加号
    #[arg(long, value_name = "NAME", default_value = "gongkai-witness")]
    name: String,
    /// 日志的公钥：存有公钥的文件，或公钥本身；不给出时第一次从日志取得并记下
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

/// What came of looking.
#[derive(Debug)]
struct Seen {
    signed: Signed,
    /// Leaves when it was last seen; none = for the first time.
    before: Option<u64>,
    own: Key,
}

/// Looks once.
///
/// # Errors
/// When the log cannot be read, or is not the one that was seen before: in words.
pub(super) fn run(args: &Args, as_json: bool) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let seen = runtime.block_on(look(args, &crate::seams::system()))?;
    let Seen { signed, before, own } = &seen;
    if as_json {
        let answer = json!({
            "ok": true, "log": signed.origin, "size": signed.size, "before": before, "root": tree::to_hex(&signed.root),
            "witness": own.to_string(), "checkpoint": args.state.join(SEEN).display().to_string(),
        });
        println!("{answer}");
        return Ok(ExitCode::SUCCESS);
    }
    match before {
        None => println!("第一次见证：日志 {}，共 {} 条。已记下它的公钥和现状。", signed.origin, signed.size),
        Some(before) => {
            println!("日志 {} 完好：共 {} 条，上次 {before} 条，只有增加，没有改写。", signed.origin, signed.size)
        }
    }
    println!("加签的检查点在 {}，见证方公钥 {own}", args.state.join(SEEN).display());
    Ok(ExitCode::SUCCESS)
}

async fn look(args: &Args, seams: &Seams) -> Result<Seen> {
    let state = &args.state;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(state)
        .with_context(|| format!("目录 {} 建不起来，请检查路径和权限", state.display()))?;
    let signer = Signer::open(Place { data: state.clone(), key: state.join(OWN_KEY) }, seams)?;
    let own = Key::new(&args.name, &signer.public_key()).context("--name 不能有空格或加号")?;
    let key = log_key(args).await?;
    let note = text(read(&args.log, "checkpoint").await?)?;
    let signed = Signed::open(&note, &key).map_err(|fault| refuse(state, seams, &note, &fault.to_string()))?;
    let known = remembered(state, &key)?;
    if let Some(known) = &known
        && let Some(why) = rewritten(&args.log, known, &signed).await?
    {
        return Err(refuse(state, seams, &note, &why));
    }
    let at = u64::try_from(seams.now().as_second())?;
    let checkpoint = note::witness(&note, &own, at, &|message| signer.signature(message))?;
    // Remembered before anybody is given it.
    put(&state.join(SEEN), checkpoint.as_bytes())?;
    put(&state.join(LOG_KEY), format!("{key}\n").as_bytes())?;
    Ok(Seen { signed, before: known.map(|known| known.size), own })
}

/// The key of the log: as given, as remembered, or the log's own word at the first time. Given and remembered must be the same.
async fn log_key(args: &Args) -> Result<Key> {
    let given = args.key.as_deref().map(super::receipt::given).transpose()?;
    let file = args.state.join(LOG_KEY);
    let known = if file.exists() { Some(Key::parse(&std::fs::read_to_string(&file)?)?) } else { None };
    match (given, known) {
        (Some(given), Some(known)) => {
            ensure!(
                given == known,
                "--key 给出的公钥（{}）不是这个目录一直见证的日志的公钥（{}）。见证另一个日志，请用另一个目录。",
                given.fingerprint(),
                known.fingerprint()
            );
            Ok(known)
        }
        (Some(key), None) | (None, Some(key)) => Ok(key),
        (None, None) => {
            eprintln!("没有用 --key 给出日志的公钥，第一次相信日志自己给出的；请与网站公布的核对。");
            Ok(Key::parse(&text(read(&args.log, "key").await?)?)?)
        }
    }
}

/// What was seen last.
fn remembered(state: &Path, key: &Key) -> Result<Option<Signed>> {
    let file = state.join(SEEN);
    let note = match std::fs::read_to_string(&file) {
        Ok(note) => note,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("读不了 {}", file.display())),
    };
    let signed = Signed::open(&note, key).map_err(|fault| {
        anyhow::anyhow!("上次见到的检查点 {} 读不懂：{fault}。请从备份恢复这个文件，不要删除", file.display())
    })?;
    Ok(Some(signed))
}

/// Why the log is not the one that was seen before, in words; none = it only grew.
async fn rewritten(log: &str, known: &Signed, now: &Signed) -> Result<Option<String>> {
    if now.size < known.size {
        return Ok(Some(format!("日志变短了：上次见到 {} 条，现在只有 {} 条，末尾的条目不见了", known.size, now.size)));
    }
    if now.size == known.size {
        let same = now.root == known.root;
        return Ok((!same).then(|| format!("同样是 {} 条，内容却与上次见到的不同", now.size)));
    }
    let mut held = tree::Held::new();
    let mut pieces: Vec<(Tile, Vec<u8>)> = Vec::new();
    for place in tree::places_of_consistency(now.size, known.size) {
        let tile = Tile::holding(place, now.size)?;
        let at = match pieces.iter().position(|(one, _)| *one == tile) {
            Some(at) => at,
            None => {
                pieces.push((tile, read(log, &format!("tile/{}", tile.path())).await?));
                pieces.len() - 1
            }
        };
        held.insert(place, tile.hash(&pieces[at].1, place)?);
    }
    let proof = tree::consistency(now.size, known.size, &held)?;
    let grew = tree::continues(&proof, (known.size, known.root), (now.size, now.root));
    Ok((!grew).then(|| format!("现在的日志前 {} 条与上次见到的不同", known.size)))
}

/// Keeps what the log showed as evidence, and says what to do.
fn refuse(state: &Path, seams: &Seams, note: &str, why: &str) -> anyhow::Error {
    let name = format!("refused-{}.txt", time::to_db(seams.now()).replace(':', ""));
    let file = state.join(name);
    let kept = match put(&file, note.as_bytes()) {
        Ok(()) => format!("它这次给出的检查点已存为证据：{}", file.display()),
        Err(error) => format!("它这次给出的检查点没有存下来：{error:#}"),
    };
    anyhow::anyhow!(
        "【日志被改写】{why}。没有加签。{kept}；上次见到的检查点仍在 {}。\
         请立即通知网站主办单位和上级主管部门；如果对方说是从备份恢复的，请其按这份检查点说明缺了哪些条目",
        state.join(SEEN).display()
    )
}

/// One file of the log, from a site or a folder.
async fn read(log: &str, name: &str) -> Result<Vec<u8>> {
    if log.starts_with("http://") || log.starts_with("https://") {
        let address = format!("{}/{name}", log.trim_end_matches('/'));
        let found = egress::fetch(&address, LARGEST).await;
        return found.map_err(|why| anyhow::anyhow!("取不到 {address}：{why}。没有见证，请稍后再试"));
    }
    let file = Path::new(log).join(name);
    if !Path::new(log).is_dir() {
        bail!("--log {log} 不是网址，也不是目录。请写成 https://网址/log");
    }
    super::file::bytes(&file, u64::try_from(LARGEST)?)
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).context("日志给出的不是文字，可能网址不对")
}

/// Puts a file in the place of what was there, whole or not at all.
fn put(file: &Path, bytes: &[u8]) -> Result<()> {
    let fresh = file.with_extension("new");
    let mut out = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)
        .with_context(|| format!("写不了 {}", fresh.display()))?;
    out.write_all(bytes)?;
    out.sync_all()?;
    Ok(std::fs::rename(&fresh, file)?)
}
