//! `gongkai witness`: a second machine that remembers what the public log has signed, and signs itself that its history was only
//! added to.

use std::{
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process::ExitCode,
};

use ::receipt::{
    Hash, Key, Signed, note,
    tile::{Tile, WIDTH},
    tree,
};
use anyhow::{Context, Result, bail, ensure};
use kernel::{Seams, time};
use proof::Signer;
use rustix::fs::{FlockOperation, flock};
use serde_json::json;
use store::log::Place;

use super::outcome::Undecided;

/// What the files of a witness are called, in its folder.
const OWN_KEY: &str = "witness-key";
const LOG_KEY: &str = "log-key.txt";
const SEEN: &str = "checkpoint";
/// The hashes of the leaves that were seen, 32 bytes each: by them an older state is told from another history.
const LEAVES: &str = "leaves";
/// How the names of kept evidence begin.
const REFUSED: &str = "refused-";
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

/// What a state of the log is to the one that was seen last.
#[derive(Debug, PartialEq)]
enum Compared {
    /// It is the same one or a later one; the hashes of its leaves.
    Continues(Vec<Hash>),
    /// An earlier one, or none that can be judged: nothing is wrong with it, and nothing is cosigned.
    Unsure(String),
    /// None of this history.
    Rewritten(String),
}

/// Why a state is refused: how it is called, and what to do.
type Alarm = (&'static str, &'static str);

const REWRITTEN: Alarm =
    ("日志被改写", "请立即通知网站主办单位和上级主管部门；如果对方说是从备份恢复的，请其按这份检查点说明缺了哪些条目");
const FOREIGN: Alarm = (
    "签名不对",
    "可能网址指到了别的网站，也可能日志换了密钥：请与网站主办单位核对公钥，弄清以前不要换一个目录重新开始",
);

/// Looks once.
///
/// # Errors
/// When the log is not the one that was seen before, in words; [`Undecided`] when it cannot be read or shows an older state.
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
    println!("把这个文件和公钥交给网站，网站写进配置的 [receipts] 后，加签会随日志和凭证一起公布。");
    Ok(ExitCode::SUCCESS)
}

async fn look(args: &Args, seams: &Seams) -> Result<Seen> {
    let state = &args.state;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(state)
        .with_context(|| format!("目录 {} 建不起来，请检查路径和权限", state.display()))?;
    let _alone = alone(state)?;
    let signer = Signer::open(Place { data: state.clone(), key: state.join(OWN_KEY) }, seams)?;
    let own = Key::new(&args.name, &signer.public_key()).context("--name 不能有空格或加号")?;
    let key = log_key(args).await?;
    let note = text(read(&args.log, "checkpoint").await?)?;
    if !note::is_note(&note) {
        let why = format!("{} 给出的不是检查点，可能是停机页面、登录页面，或网址不对", args.log);
        return Err(unsure(&why).into());
    }
    let signed = match Signed::open(&note, &key) {
        Ok(signed) => signed,
        Err(fault) => return Err(refuse(state, seams, (&note, FOREIGN), &fault.to_string())),
    };
    let known = remembered(state, &key)?;
    let own_leaves = leaves_of(state, known.as_ref())?;
    let leaves = match compared(&args.log, known.as_ref(), own_leaves, &signed).await? {
        Compared::Continues(leaves) => leaves,
        Compared::Unsure(why) => return Err(unsure(&why).into()),
        Compared::Rewritten(why) => return Err(refuse(state, seams, (&note, REWRITTEN), &why)),
    };
    let at = u64::try_from(seams.now().as_second())?;
    let checkpoint = note::witness(&note, &own, at, &|message| signer.signature(message))?;
    // Remembered before anybody is given it; the leaves first, which may be more than the checkpoint has.
    let bytes: Vec<u8> = leaves.iter().flat_map(|leaf| leaf.0).collect();
    put(&state.join(LEAVES), &bytes)?;
    // The same state signed earlier comes from a copy; what was signed last stays.
    if known.as_ref().is_none_or(|known| signed.size > known.size || signed.at >= known.at) {
        put(&state.join(SEEN), checkpoint.as_bytes())?;
    }
    put(&state.join(LOG_KEY), format!("{key}\n").as_bytes())?;
    Ok(Seen { signed, before: known.map(|known| known.size), own })
}

/// One look at a time in a folder: the next waits until this one has ended, also by being killed.
fn alone(state: &Path) -> Result<std::fs::File> {
    let path = state.join("lock");
    let opened = std::fs::File::options().write(true).create(true).truncate(false).open(&path);
    let file = opened.with_context(|| format!("打不开 {}，请检查权限", path.display()))?;
    // A file system without locks has one look at a time by whoever starts it.
    let _ = flock(&file, FlockOperation::LockExclusive);
    Ok(file)
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
                "--key 给出的公钥 {given} 不是这个目录一直见证的日志的公钥 {known}。见证另一个日志，请用另一个目录。"
            );
            Ok(known)
        }
        (Some(key), None) | (None, Some(key)) => Ok(key),
        (None, None) => {
            let key = Key::parse(&text(read(&args.log, "key").await?)?)?;
            eprintln!(
                "没有用 --key 给出日志的公钥，第一次相信日志自己给出的：{key}。请与另行取得的公钥比对，整行都要相同。"
            );
            Ok(key)
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

/// The hashes of the leaves up to the state that was seen last; none where they are not there or are not its leaves.
fn leaves_of(state: &Path, known: Option<&Signed>) -> Result<Vec<Hash>> {
    let (file, Some(known)) = (state.join(LEAVES), known) else { return Ok(Vec::new()) };
    let bytes = match std::fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("读不了 {}", file.display())),
    };
    let mut leaves: Vec<Hash> =
        bytes.chunks_exact(32).filter_map(|hash| <[u8; 32]>::try_from(hash).ok().map(Hash)).collect();
    leaves.truncate(usize::try_from(known.size)?);
    let fits = leaves.len() == usize::try_from(known.size)? && tree::root_over(&leaves) == known.root;
    Ok(if fits { leaves } else { Vec::new() })
}

/// Holds a state of the log against the one that was seen last; `own` are the hashes of the leaves of that one, or none.
async fn compared(log: &str, known: Option<&Signed>, own: Vec<Hash>, now: &Signed) -> Result<Compared> {
    let (size, root) = known.map_or((0, tree::root_over(&[])), |known| (known.size, known.root));
    if let Some(known) = known.filter(|known| now.size < known.size) {
        return Ok(shorter(known, &own, now));
    }
    if now.size == size && now.root != root {
        return Ok(Compared::Rewritten(format!("同样是 {size} 条，内容却与上次见到的不同")));
    }
    if !own.is_empty() {
        let mut leaves = own;
        leaves.extend(leaves_from(log, size, now.size).await?);
        if tree::root_over(&leaves) == now.root {
            return Ok(Compared::Continues(leaves));
        }
    }
    // Only leaves that are those of its signed state prove that it is another history: pieces may be damaged on their way.
    let leaves = leaves_from(log, 0, now.size).await?;
    if tree::root_over(&leaves) != now.root {
        return Ok(Compared::Unsure(format!(
            "{log} 给出的条目与它自己签名的检查点对不上，可能正在更新，或传输中损坏。连续几次都这样，请与网站主办单位核对"
        )));
    }
    let before = leaves.get(..usize::try_from(size)?).map(tree::root_over);
    if before == Some(root) {
        return Ok(Compared::Continues(leaves));
    }
    Ok(Compared::Rewritten(format!("现在的日志前 {size} 条与上次见到的不同")))
}

/// A state with fewer leaves than were seen: an older one, as a copy shows it while the site is down, or a log that was cut. An
/// older one is a state of the history that was seen, and was not signed after it.
fn shorter(known: &Signed, own: &[Hash], now: &Signed) -> Compared {
    let words = format!("上次见到 {} 条，现在只有 {} 条", known.size, now.size);
    let older = now.at.is_some() && now.at <= known.at;
    let of_history = usize::try_from(now.size).ok().and_then(|size| own.get(..size)).map(tree::root_over);
    match of_history.map(|root| root == now.root) {
        Some(false) => Compared::Rewritten(format!("日志变短了：{words}，而且与当时的前 {} 条不同", now.size)),
        _ if !older => Compared::Rewritten(format!("日志变短了：{words}，而且是后来签的名，末尾的条目不见了")),
        Some(true) => Compared::Unsure(format!(
            "给出的是较早的状态（{words}），与见到过的一致，没有发现改写：可能是网站停用时的存档、镜像或缓存"
        )),
        None => Compared::Unsure(format!(
            "给出的是较早签名的状态（{words}），这个目录没有存下当时的条目，无法比对：可能是网站停用时的存档、镜像或缓存"
        )),
    }
}

/// The hashes of the leaves from the number `from` on, of a log with `size` leaves.
async fn leaves_from(log: &str, from: u64, size: u64) -> Result<Vec<Hash>> {
    let mut found = Vec::new();
    if from >= size {
        return Ok(found);
    }
    for n in from / WIDTH..size.div_ceil(WIDTH) {
        let tile = Tile { level: Some(0), n, width: WIDTH.min(size - n * WIDTH) };
        let bytes = read(log, &format!("tile/{}", tile.path())).await?;
        let hashes = tile.hashes(&bytes).map_err(|fault| unsure(&fault.to_string()))?;
        let before = usize::try_from(from.saturating_sub(n * WIDTH))?;
        found.extend(hashes.into_iter().skip(before));
    }
    Ok(found)
}

/// Nothing was found to be wrong, and nothing was cosigned.
fn unsure(why: &str) -> Undecided {
    Undecided(format!("{why}。没有发现改写，也没有见证，请稍后再试"))
}

/// Keeps what the log showed as evidence, and says what to do.
fn refuse(state: &Path, seams: &Seams, (note, alarm): (&str, Alarm), why: &str) -> anyhow::Error {
    let file = state.join(format!("{REFUSED}{}.txt", time::to_db(seams.now()).replace(':', "")));
    // The same one is kept once, however often it is shown.
    let before = std::fs::read_dir(state).into_iter().flatten().flatten().map(|entry| entry.path()).find(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(REFUSED))
            && std::fs::read(path).is_ok_and(|bytes| bytes == note.as_bytes())
    });
    let (file, done) = match before {
        Some(before) => (before, Ok(())),
        None => (file.clone(), put(&file, note.as_bytes())),
    };
    let kept = match done {
        Ok(()) => format!("它这次给出的检查点已存为证据：{}", file.display()),
        Err(error) => format!("它这次给出的检查点没有存下来：{error:#}"),
    };
    let seen = state.join(SEEN);
    let before =
        if seen.exists() { format!("；上次见到的检查点仍在 {}", seen.display()) } else { String::new() };
    let (called, advice) = alarm;
    anyhow::anyhow!("【{called}】{why}。没有加签。{kept}{before}。{advice}")
}

/// One file of the log, from a site or a folder.
async fn read(log: &str, name: &str) -> Result<Vec<u8>> {
    if log.starts_with("http://") || log.starts_with("https://") {
        let address = format!("{}/{name}", log.trim_end_matches('/'));
        let found = egress::fetch(&address, LARGEST).await;
        return found.map_err(|why| unsure(&format!("取不到 {address}：{why}")).into());
    }
    let file = Path::new(log).join(name);
    if !Path::new(log).is_dir() {
        bail!("--log {log} 不是网址，也不是目录。请写成 https://网址/log");
    }
    let found = super::file::bytes(&file, u64::try_from(LARGEST)?);
    found.map_err(|why| unsure(format!("{why:#}").trim_end_matches('。')).into())
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| unsure("日志给出的不是文字，可能网址不对").into())
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
    let written = out.write_all(bytes).and_then(|()| out.sync_all()).and_then(|()| std::fs::rename(&fresh, file));
    written.with_context(|| format!("写不了 {}，请检查磁盘和权限", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u8, salt: u8) -> Vec<Hash> {
        (0..count).map(|at| tree::leaf_hash(&[at, salt])).collect()
    }

    fn state(leaves: &[Hash], at: u64) -> Signed {
        let (origin, size) = ("www.example.gov.cn/log".to_owned(), leaves.len() as u64);
        Signed { origin, size, root: tree::root_over(leaves), at: Some(at) }
    }

    #[test]
    fn an_older_state_is_told_from_a_log_that_was_cut() {
        let own = leaves(9, 0);
        let known = state(&own, 1_000);
        let said = |now: &Signed, own: &[Hash]| match shorter(&known, own, now) {
            Compared::Unsure(why) => format!("unsure {why}"),
            Compared::Rewritten(why) => format!("rewritten {why}"),
            Compared::Continues(_) => "continues".to_owned(),
        };
        let copy = said(&state(&own[..8], 940), &own);
        assert!(copy.starts_with("unsure ") && copy.contains("较早的状态") && copy.contains("没有发现改写"), "{copy}");
        let cut = said(&state(&own[..8], 1_060), &own);
        assert!(cut.starts_with("rewritten ") && cut.contains("后来签的名"), "signed after the longer one: {cut}");
        let other = said(&state(&leaves(8, 1), 940), &own);
        assert!(
            other.starts_with("rewritten ") && other.contains("前 8 条不同"),
            "an earlier time excuses nothing: {other}"
        );
        let untold = said(&Signed { at: None, ..state(&own[..8], 0) }, &own);
        assert!(untold.starts_with("rewritten "), "{untold}");
        // A folder of before has no leaves yet.
        assert!(said(&state(&own[..8], 940), &[]).contains("无法比对"));
        assert!(said(&state(&own[..8], 1_060), &[]).starts_with("rewritten "));
    }

    /// The pieces of a log in a folder, as they are served.
    fn served(folder: &Path, leaves: &[Hash]) {
        let size = leaves.len() as u64;
        for n in 0..size.div_ceil(WIDTH) {
            let tile = Tile { level: Some(0), n, width: WIDTH.min(size - n * WIDTH) };
            let file = folder.join("tile").join(tile.path());
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("folder");
            let part = leaves.iter().skip(usize::try_from(n * WIDTH).expect("small")).take(256);
            std::fs::write(file, part.flat_map(|leaf| leaf.0).collect::<Vec<u8>>()).expect("written");
        }
    }

    #[tokio::test]
    async fn only_leaves_that_were_signed_prove_another_history() {
        let place = tempfile::tempdir().expect("place");
        let log = place.path().to_str().expect("a path");
        let many: Vec<Hash> = (0..600_u32).map(|at| tree::leaf_hash(&at.to_be_bytes())).collect();
        served(place.path(), &many);
        let (before, now) = (state(&many[..300], 1), state(&many, 2));
        let whole = Compared::Continues(many.clone());
        assert_eq!(compared(log, None, Vec::new(), &now).await.expect("read"), whole);
        assert_eq!(compared(log, Some(&before), many[..300].to_vec(), &now).await.expect("read"), whole);
        assert_eq!(compared(log, Some(&before), Vec::new(), &now).await.expect("read"), whole, "a folder of before");
        assert_eq!(compared(log, Some(&now), many.clone(), &now).await.expect("nothing is read"), whole);
        let mut other = many.clone();
        other[7] = tree::leaf_hash(b"another");
        let mine = state(&other[..300], 1);
        let told = compared(log, Some(&mine), other[..300].to_vec(), &now).await.expect("read");
        assert!(matches!(&told, Compared::Rewritten(why) if why.contains("前 300 条")), "{told:?}");
        // A damaged piece accuses nobody, nor does one that is not there.
        served(place.path(), &other);
        let told = compared(log, None, Vec::new(), &now).await.expect("read");
        assert!(matches!(&told, Compared::Unsure(why) if why.contains("对不上")), "{told:?}");
        let file = place.path().join("tile/0/002.p/88");
        std::fs::write(&file, "维护中").expect("written");
        let error = compared(log, Some(&before), many[..300].to_vec(), &now).await.expect_err("no piece");
        assert!(error.is::<Undecided>(), "{error:#}");
        std::fs::remove_file(&file).expect("removed");
        let error = compared(log, Some(&before), many[..300].to_vec(), &now).await.expect_err("nothing there");
        assert!(error.is::<Undecided>(), "{error:#}");
    }
}
