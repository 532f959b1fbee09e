//! `gongkai verify-receipt`: what a receipt proves, without network and database.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use ::receipt::{Key, LARGEST, Proven, Receipt, Signed};
use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::Common;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// 凭证文件；写 - 时从标准输入读
    file: PathBuf,
    /// 日志的公钥：存有公钥的文件，或公钥本身
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// 见证方的公钥：存有公钥的文件，或公钥本身；可以写几个，逐个说明有没有加签
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
}

/// From where it is known whose key has signed. What stands in the receipt itself is nobody's word: whoever forges one puts
/// his own key into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Known {
    /// The key was given, and is the same.
    Given,
    /// The data directory that was named holds a log that this key has signed.
    Data,
}

/// Why a receipt that holds in itself is not proven.
const UNKNOWN: &str = "没有给出日志的公钥，不能证明凭证是网站签的";

/// The answer for programs.
#[derive(Debug, Serialize)]
struct Answer {
    /// It is as it was signed, by whomever; whether by the site is told by `key_known`.
    ok: bool,
    /// What is not proven: the rest is what the receipt proves if the key is the site's.
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<&'static str>,
    /// `published`, `corrected`, `ended`, `withdrawn`, `erased`.
    act: &'static str,
    /// `document` or `plan`.
    subject: &'static str,
    /// Its id; of a plan, too.
    document: String,
    /// 0 = the whole document.
    edition: i64,
    /// Since when it was so, stored form.
    since: String,
    /// When it was recorded, stored form.
    recorded_at: String,
    /// Null when the receipt was made after it left the public.
    title: Option<String>,
    address: Option<String>,
    organ: Option<String>,
    document_number: Option<String>,
    /// SHA-256 of the text.
    body: Option<String>,
    files: Vec<File>,
    log: String,
    /// Number in the log, from 1.
    number: u64,
    /// Leaves in the signed state.
    size: u64,
    /// The whole public key.
    key: String,
    /// Whether the key was given and is the same, not taken from the receipt itself.
    key_given: bool,
    /// Null when nobody but the receipt says whose key it is.
    key_known: Option<Known>,
    signed_at: String,
    /// Of each witness that was asked for.
    witnesses: Vec<Witness>,
    lines: [String; 4],
}

/// Whether a witness has cosigned the state of the log that the receipt rests on.
#[derive(Debug, Serialize)]
struct Witness {
    key: String,
    /// As people read it; null when it has not.
    cosigned_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct File {
    name: String,
    sha256: String,
}

/// Proves a receipt. Without a key from elsewhere nothing is proven but that it was not changed, and the answer says so first.
///
/// # Errors
/// When the file cannot be read or does not hold, in words.
pub(super) fn run(args: &Args, common: &Common) -> Result<ExitCode> {
    // One byte more than a receipt may have tells that it is none.
    let bytes = super::file::bytes(&args.file, u64::try_from(LARGEST)? + 1)?;
    let trusted = args.key.as_deref().map(given).transpose()?;
    let proven = match Receipt::open(&bytes, trusted.as_ref()) {
        Ok(proven) => proven,
        Err(fault) => bail!("凭证没有通过核验：{fault}。"),
    };
    let known = match trusted {
        Some(_) => Some(Known::Given),
        None => common.named().filter(|data| signed_here(data, &proven.key)).map(|_| Known::Data),
    };
    let mut seen = Vec::new();
    for witness in &args.witness {
        let key = given(witness)?;
        let cosigned_at = match proven.witnessed_at(&key) {
            Ok(at) => at,
            Err(fault) => bail!("凭证没有通过核验：{fault}。"),
        };
        seen.push(Witness { key: key.to_string(), cosigned_at });
    }
    let mut text = Vec::new();
    if common.json {
        serde_json::to_writer_pretty(&mut text, &answer(&proven, known, seen))?;
        writeln!(text)?;
    } else {
        show(&proven, known, &seen, &mut text)?;
    }
    super::file::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Whether the log of this data directory was signed by the key: its newest signed state lies there.
fn signed_here(data: &Path, key: &Key) -> bool {
    let kept = std::fs::read_to_string(publishing::receipts::kept_file(data));
    kept.is_ok_and(|note| Signed::open(&note, key).is_ok())
}

/// A key as it was typed, or out of the file that was named.
pub(super) fn given(key: &str) -> Result<Key> {
    if key.contains('+') && !Path::new(key).exists() {
        return Ok(Key::parse(key)?);
    }
    let bytes = super::file::bytes(Path::new(key), 4096)?;
    let text = String::from_utf8(bytes).with_context(|| format!("{key} 里不是公钥"))?;
    Ok(Key::parse(text.trim_start_matches('\u{feff}'))?)
}

fn answer(proven: &Proven, known: Option<Known>, witnesses: Vec<Witness>) -> Answer {
    let content = proven.content.as_ref();
    let of = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let files = content.map(|content| content.files.as_slice()).unwrap_or_default();
    Answer {
        ok: true,
        open: known.is_none().then_some(UNKNOWN),
        act: proven.leaf.act.code(),
        subject: proven.leaf.of.kind(),
        document: proven.leaf.of.id().to_owned(),
        edition: proven.leaf.edition,
        since: proven.since().to_owned(),
        recorded_at: proven.leaf.at.clone(),
        title: content.and_then(|content| of(&content.title)),
        address: content.and_then(|content| of(&content.address)),
        organ: content.and_then(|content| of(&content.organ)),
        document_number: content.and_then(|content| of(&content.number)),
        body: content.and_then(|content| of(content.body())),
        files: files.iter().map(|(sha256, name)| File { name: name.clone(), sha256: sha256.clone() }).collect(),
        log: proven.signed.origin.clone(),
        number: proven.number,
        size: proven.signed.size,
        key: proven.key.to_string(),
        key_given: known == Some(Known::Given),
        key_known: known,
        signed_at: proven.signed_at(),
        witnesses,
        lines: proven.lines(),
    }
}

/// What is proven, for people.
fn show(proven: &Proven, known: Option<Known>, witnesses: &[Witness], out: &mut impl Write) -> Result<()> {
    match known {
        Some(Known::Given) => writeln!(out, "凭证有效，是您给出的公钥签的。它证明：")?,
        Some(Known::Data) => writeln!(out, "凭证有效，是数据目录里的公开日志签的。它证明：")?,
        None => {
            writeln!(
                out,
                "凭证没有被改动，但还不能证明是网站签的：没有用 --key 给出日志的公钥，而凭证里的公钥谁都可以换成自己的。"
            )?;
            writeln!(out, "公钥经核对确是网站的，它才证明：")?;
        }
    }
    for line in proven.lines() {
        writeln!(out, "  {line}")?;
    }
    if let Some(content) = &proven.content {
        if !content.body().is_empty() {
            writeln!(out, "  正文校验值（SHA-256）：{}", content.body())?;
        }
        for (digest, name) in &content.files {
            writeln!(out, "  附件 {name}（SHA-256）：{digest}")?;
        }
    }
    if proven.leaf.act.opens() {
        writeln!(out, "签名以后是否更正、撤回，凭证不作证明，请看原网页。")?;
    }
    for Witness { key, cosigned_at } in witnesses {
        match cosigned_at {
            Some(at) => writeln!(out, "见证方 {key} 于 {at} 加签，证明日志到这时没有改写过。")?,
            None => writeln!(out, "没有见证方 {key} 的加签：网站可能还没有收到，不说明凭证不对。")?,
        }
    }
    writeln!(out, "签名的公钥：{}", proven.key)?;
    if known.is_none() {
        writeln!(
            out,
            "请另行取得网站公布的公钥（“公开凭证”页，网址 /log/key），用 --key 再核验一次；或与上面这一行逐字比对，整行都要相同，只比对其中几位不够。"
        )?;
    }
    Ok(())
}
