//! Backup while serving, and restore into an empty place.
//!
//! The backup is a `tar.gz`: `manifest.json`, every table as JSON lines under `tables/`, every file under `files/`. Tables
//! are read in one transaction, so they fit each other; files never change, so copying them afterwards is safe. The form is
//! the same for both databases: a backup of SQLite restores into PostgreSQL and the other way round.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, BufWriter, Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use futures::TryStreamExt;
use kernel::Seams;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{
    Db, Value as Stored,
    raw::{Load, Named},
};
use web::{Config, Ctx, mail::Outward};

use crate::{capabilities, compose};

/// What a backup holds; the first entry of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    pub events: i64,
    /// Files.
    pub files: i64,
    /// Hash of the newest event.
    pub head: String,
    /// Rows of every table.
    pub tables: BTreeMap<String, i64>,
}

/// Tables that restore themselves or mean nothing elsewhere. Sessions are left out because one that was ended after the backup
/// must not live again, limits because nobody's network is remembered for longer than its day.
const LEFT_OUT: &[&str] =
    &["schema_version", "session", "submission", "rate_limit", "rate_salt", "sign_in_try", "known_browser"];

/// Writes a consistent backup of the installation to `file`, which must not exist yet.
///
/// # Errors
/// When the file exists, the disk is full, or a file of the installation is missing.
pub async fn backup(ctx: &Ctx, file: &Path) -> Result<Manifest> {
    ensure!(!file.exists(), "{} 已经存在。请换一个文件名，备份不会覆盖旧文件。", file.display());
    let unfinished = file.with_extension("part");
    // Whoever reads a backup reads everything: for the owner alone.
    let out = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)
        .with_context(|| format!("写不了 {}", unfinished.display()))?;
    let mut archive = tar::Builder::new(GzEncoder::new(out, Compression::fast()));
    let (manifest, tables) = read_tables(ctx).await?;
    add(&mut archive, "manifest.json", &serde_json::to_vec_pretty(&manifest)?)?;
    for (table, mut lines) in tables {
        lines.rewind()?;
        archive.append_file(format!("tables/{table}.jsonl"), &mut lines)?;
    }
    let digests: Vec<String> =
        store::query_scalar("SELECT digest FROM file ORDER BY digest").fetch_all(ctx.db().read()).await?;
    for digest in digests {
        let path = ctx.files().local(&digest).await?;
        archive
            .append_path_with_name(&path, format!("files/{digest}"))
            .with_context(|| format!("文件 {digest} 读不到，备份没有完成。请先运行 gongkai verify。"))?;
    }
    let out = archive.into_inner()?.finish()?;
    out.sync_all()?;
    std::fs::rename(&unfinished, file)?;
    Ok(manifest)
}

/// All rows of all tables as of one moment, as JSON lines by table. Row by row into files without a name: the database may be
/// larger than the memory.
async fn read_tables(ctx: &Ctx) -> Result<(Manifest, BTreeMap<String, std::fs::File>)> {
    let mut snapshot = ctx.db().snapshot().await?;
    let schema: BTreeMap<String, i64> = snapshot.structure().await?.into_iter().collect();
    let names = snapshot.tables().await?;
    let mut tables = BTreeMap::new();
    let mut counts = BTreeMap::new();
    for name in names.into_iter().filter(|name| !LEFT_OUT.contains(&name.as_str())) {
        let mut rows = snapshot.rows(&name)?;
        let mut lines = BufWriter::new(tempfile::tempfile_in(ctx.data()).context("写不了临时文件")?);
        let mut count = 0;
        while let Some(row) = rows.try_next().await? {
            serde_json::to_writer(&mut lines, &to_json(row))?;
            lines.write_all(b"\n")?;
            count += 1;
        }
        drop(rows);
        counts.insert(name.clone(), count);
        tables.insert(name, lines.into_inner().map_err(std::io::IntoInnerError::into_error)?);
    }
    let head: Option<String> = store::query_scalar("SELECT hash FROM event WHERE chain = $1 ORDER BY seq DESC LIMIT 1")
        .bind(ctx.db().chain())
        .fetch_optional(snapshot.conn())
        .await?;
    snapshot.end().await?;
    let manifest = Manifest {
        format: 2,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema,
        made_at: kernel::time::to_db(ctx.seams().now()),
        events: counts.get("event").copied().unwrap_or(0),
        files: counts.get("file").copied().unwrap_or(0),
        head: head.unwrap_or_else(|| kernel::event::GENESIS.to_owned()),
        tables: counts,
    };
    Ok((manifest, tables))
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

fn add(archive: &mut tar::Builder<impl Write>, name: &str, bytes: &[u8]) -> Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    header.set_cksum();
    Ok(archive.append_data(&mut header, name, bytes)?)
}

/// Restores a backup into an empty data directory (and, with PostgreSQL, an empty database), then verifies it.
///
/// # Errors
/// When the place is not empty, the archive is damaged or from a newer program, or what was restored does not verify.
pub async fn restore(config: &Config, data: &Path, file: &Path, seams: Seams) -> Result<Manifest> {
    let occupied =
        data.is_dir() && std::fs::read_dir(data)?.any(|entry| entry.is_ok_and(|e| e.file_name() != "gongkai.toml"));
    ensure!(!occupied, "数据目录 {} 不是空的，恢复不会覆盖已有数据。请用 --data 指定空目录。", data.display());
    let archive = std::fs::File::open(file).with_context(|| format!("读不到备份 {}", file.display()))?;
    std::fs::create_dir_all(data)?;
    let restored = unpack(config, data, archive, seams).await;
    if restored.is_err() {
        // The place was empty; a failed attempt leaves it so, and the next one is not refused.
        for name in ["gongkai.db", "gongkai.db-wal", "gongkai.db-shm"] {
            let _ = std::fs::remove_file(data.join(name));
        }
        for name in ["files", "scratch"] {
            let _ = std::fs::remove_dir_all(data.join(name));
        }
    }
    restored
}

async fn unpack(config: &Config, data: &Path, archive: std::fs::File, seams: Seams) -> Result<Manifest> {
    let mut archive = tar::Archive::new(GzDecoder::new(archive));
    let capabilities = capabilities::all();
    let db = Db::open(&compose::database_url(config, data), seams.clone(), &capabilities.migrations()).await?;
    let events: i64 = store::query_scalar("SELECT COUNT(*) FROM event").fetch_one(db.read()).await?;
    ensure!(events == 0, "数据库里已有数据，恢复不会覆盖。请换一个空的数据库。");
    let files = crate::nodes::files(config, data);
    let mut manifest: Option<Manifest> = None;
    let mut load = db.load().await?;
    let mut loaded: BTreeMap<String, i64> = BTreeMap::new();
    for entry in archive.entries().context("备份文件打不开，可能不是 gongkai 的备份")? {
        let mut entry = entry.context("备份文件不完整。请换一份备份。")?;
        let name = entry.path()?.to_string_lossy().into_owned();
        if name == "manifest.json" {
            manifest = Some(read_manifest(&mut load, &mut entry).await?);
        } else if let Some(table) = name.strip_prefix("tables/").and_then(|name| name.strip_suffix(".jsonl")) {
            ensure!(manifest.is_some(), "备份文件缺少清单。请换一份备份。");
            let count = load_table(&mut load, table, &mut entry)
                .await
                .with_context(|| format!("备份中的表 {table} 读不完整。请换一份备份。"))?;
            loaded.insert(table.to_owned(), count);
        } else if let Some(digest) = name.strip_prefix("files/") {
            let mut incoming = files.receive().await?;
            let mut buffer = vec![0_u8; 256 * 1024];
            loop {
                let count = entry.read(&mut buffer)?;
                if count == 0 {
                    break;
                }
                incoming.write(&buffer[..count]).await?;
            }
            let received = incoming.finish().await?;
            ensure!(received.digest == digest, "备份中的文件 {digest} 已损坏。请换一份备份。");
            files.keep(load.tx(), &received).await?;
        }
    }
    let manifest = manifest.context("备份文件缺少清单。请换一份备份。")?;
    if let Some((table, count)) = manifest.tables.iter().find(|(table, count)| loaded.get(*table) != Some(count)) {
        let found = loaded.get(table).copied().unwrap_or(0);
        bail!("备份清单说表 {table} 有 {count} 行，备份里只有 {found} 行。请换一份备份。");
    }
    // Mail that waited when the backup was made has long gone out where this is a drill. In earnest it stands in the office
    // under «系统状态», each with a button to send it after all.
    for Outward(kind) in capabilities.declared::<Outward>() {
        store::query(
            "UPDATE job SET state = 'dead', last_error = $1, lease_until = '' WHERE kind = $2 AND state <> 'dead'",
        )
        .bind("从备份恢复，没有自动发送；需要补发时请在系统状态中重试")
        .bind(*kind)
        .execute(load.tx().conn())
        .await?;
    }
    load.commit().await?;
    db.close().await;
    let ctx = compose::open(config.clone(), data.to_owned(), PathBuf::new(), seams).await?;
    let verified = identity::audit::verify::everything(&ctx, |_| {}).await.map_err(compose::words)?;
    ctx.db().close().await;
    if let Some(bad) = verified.first_bad {
        bail!("恢复出来的数据没有通过验证：{bad}");
    }
    ensure!(verified.head == manifest.head, "恢复出来的链头与备份清单不一致。请换一份备份。");
    Ok(manifest)
}

async fn read_manifest(load: &mut Load, entry: &mut impl Read) -> Result<Manifest> {
    let manifest: Manifest = serde_json::from_reader(entry).context("备份清单读不懂，可能来自较早的程序")?;
    ensure!(manifest.format == 2, "备份格式是第 {} 版，本程序不认识。请改用相应版本的程序。", manifest.format);
    let known: BTreeMap<String, i64> = load.structure().await?.into_iter().collect();
    if let Some((context, number)) =
        manifest.schema.iter().find(|(context, number)| known.get(*context) != Some(number))
    {
        let mine = known.get(context).copied().unwrap_or(0);
        bail!(
            "备份的数据库结构（{context}）是第 {number} 版，本程序是第 {mine} 版。请用 {} 版程序恢复后再升级。",
            manifest.program
        );
    }
    Ok(manifest)
}

/// Rows that are inserted together.
const BATCH: usize = 200;

async fn load_table(load: &mut Load, table: &str, entry: &mut impl Read) -> Result<i64> {
    let mut count = 0;
    let (mut columns, mut rows): (Vec<String>, Vec<Vec<Stored>>) = (Vec::new(), Vec::new());
    for line in BufReader::new(entry).lines() {
        let Value::Object(row) = serde_json::from_str(&line?)? else { bail!("行不是对象") };
        count += 1;
        let names: Vec<String> = row.keys().cloned().collect();
        if rows.len() >= BATCH || names != columns {
            put(load, table, &columns, std::mem::take(&mut rows)).await?;
            columns = names;
        }
        rows.push(row.into_iter().map(|(_, value)| from_json(value)).collect::<Result<_>>()?);
    }
    put(load, table, &columns, rows).await?;
    Ok(count)
}

async fn put(load: &mut Load, table: &str, columns: &[String], rows: Vec<Vec<Stored>>) -> Result<()> {
    if !rows.is_empty() {
        load.insert(table, columns, rows).await?;
    }
    Ok(())
}
