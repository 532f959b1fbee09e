//! Backup while serving, and restore into an empty place.
//!
//! A backup is a `tar.gz`, on wish encrypted: `manifest.json`, every table as JSON lines in pieces under `tables/`, every file
//! under `files/`, configuration, outbox and the kept end of the log, and at its end `contents.json` with the counts and digests
//! of all that. Tables are read in one transaction, so they fit each other; files never change, so copying them afterwards is
//! safe. It is written from its beginning to its end: no room is needed beside the data. The form is the same for both
//! databases: a backup of SQLite restores into PostgreSQL and the other way round.

mod crypt;
mod restore;
mod write;

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{Value as Stored, raw::Named};

pub use restore::{Accept, restore};
pub use write::backup;

/// The form of archives that are written.
const FORMAT: u32 = 3;
/// The form before: complete manifest at the beginning, tables in one piece, no digests.
const FORMAT_BEFORE: u32 = 2;

/// What a backup holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Form of the archive.
    pub format: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// The steps of the structure that were applied: context and highest number.
    pub schema: BTreeMap<String, i64>,
    /// When it was made, stored form.
    pub made_at: String,
    /// Events in the log.
    #[serde(default)]
    pub events: i64,
    /// Files whose bytes are in the archive.
    #[serde(default)]
    pub files: i64,
    /// Hash of the newest event.
    #[serde(default)]
    pub head: String,
    /// Rows of every table.
    #[serde(default)]
    pub tables: BTreeMap<String, i64>,
    /// SHA-256 of the lines of every table.
    #[serde(default)]
    pub digests: BTreeMap<String, String>,
    /// SHA-256 of everything that is neither a table nor a file: configuration, outbox, end of the log, keys.
    #[serde(default)]
    pub others: BTreeMap<String, String>,
    /// Files that are in use and whose bytes could not be read or were not theirs.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Files whose bytes are lost for good: two people have agreed that they cannot be had back.
    #[serde(default)]
    pub lost: Vec<String>,
    /// Findings in the log that nobody has settled.
    #[serde(default)]
    pub unsettled: usize,
    /// Files that were listed, and removed while the backup was made, because nothing refers to them.
    #[serde(default)]
    pub swept: Vec<String>,
    /// What a verification of the installation found when the backup was made.
    #[serde(default)]
    pub fault: Option<String>,
    /// Whether the keys of the installation are in it.
    #[serde(default)]
    pub keys: bool,
}

impl Manifest {
    /// What is not well with the installation that was backed up, in words.
    pub fn faults(&self) -> Vec<String> {
        let missing = self.missing.iter().map(|digest| format!("附件 {digest} 读不到或已损坏，不在备份里"));
        self.fault.iter().cloned().chain(missing).collect()
    }
}

/// How a backup is made, and for whom.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// The configuration that was read, if it is a file.
    pub config: Option<PathBuf>,
    /// The keys of the installation go into the archive.
    pub keys: bool,
    /// The file with the key by which the archive is encrypted or opened.
    pub key_file: Option<PathBuf>,
}

/// How far it is, in words.
pub type Tell<'a> = &'a mut (dyn FnMut(String) + Send);

/// Tables that restore themselves or mean nothing elsewhere. Sessions are left out because one that was ended after the backup
/// must not live again, limits because nobody's network is remembered for longer than its day.
const LEFT_OUT: &[&str] =
    &["schema_version", "session", "submission", "rate_limit", "rate_salt", "sign_in_try", "known_browser"];

/// Entries of the archive.
const HEAD: &str = "manifest.json";
const END: &str = "contents.json";
/// Keys that lie in the data directory, unless configured elsewhere.
const LOG_KEY: &str = "keys/log-key";
const FILES_KEY: &str = "keys/files-key";
const PUBLIC_LOG_KEY: &str = "keys/public-log-key";
const CONFIG: &str = "config/gongkai.toml";
const CHECKPOINT: &str = "log-checkpoint.json";

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Bytes stand as `{"bytes": "…"}` (base64); everything else is what JSON has.
fn to_json(row: Named) -> Value {
    let value = |value: Stored| match value {
        Stored::Null => Value::Null,
        Stored::Text(text) => Value::from(text),
        Stored::Int(number) => Value::from(number),
        Stored::Num(number) => Value::from(number),
        Stored::Bytes(bytes) => serde_json::json!({ "bytes": BASE64.encode(bytes) }),
    };
    Value::Object(row.into_iter().map(|(name, stored)| (name, value(stored))).collect())
}

fn from_json(value: Value) -> Result<Stored> {
    Ok(match value {
        Value::Null => Stored::Null,
        Value::String(text) => Stored::Text(text),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Stored::Int(whole),
            None => Stored::Num(number.as_f64().context("数的写法不对")?),
        },
        Value::Object(object) => {
            let bytes = object.get("bytes").and_then(Value::as_str).context("值的类型不对")?;
            Stored::Bytes(BASE64.decode(bytes)?)
        }
        Value::Bool(_) | Value::Array(_) => bail!("值的类型不对"),
    })
}
