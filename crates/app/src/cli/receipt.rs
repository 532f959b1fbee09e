//! `gongkai verify-receipt`: what a receipt proves, without network and database.

use std::{io::Write, path::Path, process::ExitCode};

use ::receipt::{Key, LARGEST, Proven, Receipt};
use anyhow::{Context, Result, bail};
use serde::Serialize;

/// The answer for programs.
#[derive(Debug, Serialize)]
struct Answer {
    ok: bool,
    /// `published`, `corrected`, `withdrawn`, `erased`.
    act: &'static str,
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
    key: String,
    /// Whether the key was given and is the same, not taken from the receipt itself.
    key_given: bool,
    signed_at: String,
    lines: [String; 4],
}

#[derive(Debug, Serialize)]
struct File {
    name: String,
    sha256: String,
}

/// Proves a receipt.
///
/// # Errors
/// When the file cannot be read or does not hold, in words.
pub(super) fn run(file: &Path, key: Option<&str>, as_json: bool) -> Result<ExitCode> {
    // One byte more than a receipt may have tells that it is none.
    let bytes = super::file::bytes(file, u64::try_from(LARGEST)? + 1)?;
    let trusted = key.map(given).transpose()?;
    let proven = match Receipt::open(&bytes, trusted.as_ref()) {
        Ok(proven) => proven,
        Err(fault) => bail!("凭证没有通过核验：{fault}。"),
    };
    let mut text = Vec::new();
    if as_json {
        serde_json::to_writer_pretty(&mut text, &answer(&proven, trusted.is_some()))?;
        writeln!(text)?;
    } else {
        show(&proven, trusted.is_some(), &mut text)?;
    }
    super::file::print(&text)?;
    Ok(ExitCode::SUCCESS)
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

fn answer(proven: &Proven, key_given: bool) -> Answer {
    let content = proven.content.as_ref();
    let of = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let files = content.map(|content| content.files.as_slice()).unwrap_or_default();
    Answer {
        ok: true,
        act: proven.leaf.act.code(),
        document: proven.leaf.document.to_string(),
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
        key_given,
        signed_at: proven.signed_at(),
        lines: proven.lines(),
    }
}

/// What is proven, for people.
fn show(proven: &Proven, key_given: bool, out: &mut impl Write) -> Result<()> {
    writeln!(out, "凭证有效。它证明：")?;
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
    if !key_given {
        let print = proven.key.fingerprint();
        writeln!(out, "没有用 --key 给出日志的公钥：请核对密钥编号 {print} 与网站“公开凭证”页公布的一致。")?;
    }
    Ok(())
}
