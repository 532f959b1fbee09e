//! Backup while serving, and restore into an empty place.
//!
//! The backup is a `tar.gz`: `manifest.json`, every table as JSON lines under `tables/`, every file under `files/`. Tables
//! are read in one transaction, so they fit each other; files never change, so copying them afterwards is safe. The form is
//! the same for both databases: a backup of SQLite restores into PostgreSQL and the other way round.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, BufWriter, Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::{Context, Result, bail, ensure};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use futures::TryStreamExt;
use kernel::Seams;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{Column, Row, ValueRef, any::AnyRow};
use store::{Db, Dialect, Files};
use web::{Config, Ctx};

use crate::compose;

/// What a backup holds; the first entry of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Form of the archive.
    pub format: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// Version of the database structure.
    pub schema: i64,
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
/// must not live again.
const LEFT_OUT: &[&str] = &["schema_version", "session", "submission"];

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
        sqlx::query_scalar("SELECT digest FROM file ORDER BY digest").fetch_all(ctx.db().read()).await?;
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
    let begin = match ctx.db().dialect() {
        Dialect::Sqlite => "BEGIN",
        Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    let mut snapshot = ctx.db().read().begin_with(begin).await?;
    let schema: i64 = sqlx::query_scalar("SELECT MAX(version) FROM schema_version").fetch_one(&mut *snapshot).await?;
    let names = match ctx.db().dialect() {
        Dialect::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        }
        Dialect::Postgres => {
            "SELECT CAST(tablename AS TEXT) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
        }
    };
    let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut *snapshot).await?;
    let mut tables = BTreeMap::new();
    let mut counts = BTreeMap::new();
    for name in names.into_iter().filter(|name| !LEFT_OUT.contains(&name.as_str())) {
        // The name comes from the database's own catalogue, never from outside.
        let sql = format!("SELECT * FROM \"{}\"", name.replace('"', ""));
        let mut rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch(&mut *snapshot);
        let mut lines = BufWriter::new(tempfile::tempfile_in(ctx.data()).context("写不了临时文件")?);
        let mut count = 0;
        while let Some(row) = rows.try_next().await? {
            serde_json::to_writer(&mut lines, &to_json(&row)?)?;
            lines.write_all(b"\n")?;
            count += 1;
        }
        counts.insert(name.clone(), count);
        tables.insert(name, lines.into_inner().map_err(std::io::IntoInnerError::into_error)?);
    }
    let head: Option<String> =
        sqlx::query_scalar("SELECT hash FROM event ORDER BY seq DESC LIMIT 1").fetch_optional(&mut *snapshot).await?;
    snapshot.rollback().await?;
    let manifest = Manifest {
        format: 1,
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

/// Columns are text or whole numbers (ADR 0002), so JSON holds them exactly.
fn to_json(row: &AnyRow) -> Result<Value> {
    let mut object = serde_json::Map::new();
    for (at, column) in row.columns().iter().enumerate() {
        let value = if row.try_get_raw(at)?.is_null() {
            Value::Null
        } else if let Ok(number) = row.try_get::<i64, _>(at) {
            Value::from(number)
        } else {
            Value::from(row.try_get::<String, _>(at)?)
        };
        object.insert(column.name().to_owned(), value);
    }
    Ok(Value::Object(object))
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
    let db = Db::open(&compose::database_url(config, data), seams).await?;
    let events: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM event").fetch_one(db.read()).await?;
    ensure!(events == 0, "数据库里已有数据，恢复不会覆盖。请换一个空的数据库。");
    let files = Files::in_folder(data);
    let mut manifest: Option<Manifest> = None;
    let mut tx = db.write().await?;
    for entry in archive.entries().context("备份文件打不开，可能不是 gongkai 的备份")? {
        let mut entry = entry.context("备份文件不完整。请换一份备份。")?;
        let name = entry.path()?.to_string_lossy().into_owned();
        if name == "manifest.json" {
            manifest = Some(read_manifest(&db, &mut entry).await?);
        } else if let Some(table) = name.strip_prefix("tables/").and_then(|name| name.strip_suffix(".jsonl")) {
            ensure!(manifest.is_some(), "备份文件缺少清单。请换一份备份。");
            load_table(&mut tx, table, &mut entry)
                .await
                .with_context(|| format!("备份中的表 {table} 读不完整。请换一份备份。"))?;
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
            files.keep(&mut tx, &received).await?;
        }
    }
    let manifest = manifest.context("备份文件缺少清单。请换一份备份。")?;
    // Mail that waited when the backup was made has long gone out where this is a drill. In earnest it stands in the office
    // under «系统状态», each with a button to send it after all.
    sqlx::query(
        "UPDATE job SET state = 'dead', last_error = $1, lease_until = '' WHERE kind IN ($2, $3) AND state <> 'dead'",
    )
    .bind("从备份恢复，没有自动发送；需要补发时请在系统状态中重试")
    .bind(web::mail::SEND)
    .bind(oversight::plans::confirm::NOTIFY)
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    let verified = store::log::verify(&db, &files, None).await?;
    db.close().await;
    if let Some(bad) = verified.first_bad {
        bail!("恢复出来的数据没有通过验证：{bad}");
    }
    ensure!(verified.head == manifest.head, "恢复出来的链头与备份清单不一致。请换一份备份。");
    Ok(manifest)
}

async fn read_manifest(db: &Db, entry: &mut impl Read) -> Result<Manifest> {
    let manifest: Manifest = serde_json::from_reader(entry).context("备份清单读不懂")?;
    let known: i64 = sqlx::query_scalar("SELECT MAX(version) FROM schema_version").fetch_one(db.read()).await?;
    ensure!(manifest.format == 1, "备份格式是第 {} 版，本程序不认识。请改用更新的程序。", manifest.format);
    ensure!(
        manifest.schema == known,
        "备份的数据库结构是第 {} 版，本程序是第 {known} 版。请用 {} 版程序恢复后再升级。",
        manifest.schema,
        manifest.program
    );
    Ok(manifest)
}

async fn load_table(tx: &mut store::Tx, table: &str, entry: &mut impl Read) -> Result<()> {
    let plain = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    ensure!(plain(table), "表名 {table} 不对");
    for line in BufReader::new(entry).lines() {
        let Value::Object(row) = serde_json::from_str(&line?)? else { bail!("行不是对象") };
        ensure!(row.keys().all(|name| plain(name)), "列名不对");
        let names: Vec<&str> = row.keys().map(String::as_str).collect();
        let places: Vec<String> = (1..=names.len()).map(|n| format!("${n}")).collect();
        // Names were checked to be letters, digits and underscores only.
        let sql =
            format!("INSERT INTO {table} ({}) VALUES ({}) ON CONFLICT DO NOTHING", names.join(", "), places.join(", "));
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for value in row.values() {
            query = match value {
                Value::Number(number) => query.bind(number.as_i64().context("数不是整数")?),
                Value::String(text) => query.bind(text.clone()),
                Value::Null => query.bind(Option::<String>::None),
                _ => bail!("值的类型不对"),
            };
        }
        query.execute(tx.conn()).await?;
    }
    Ok(())
}
