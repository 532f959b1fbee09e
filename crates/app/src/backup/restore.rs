//! Restoring a backup, and proving what was restored.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use kernel::Seams;
use proof::Checkpoint;
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{Db, Files, Value as Stored, migrate, raw::Load};
use web::{Config, Ctx, mail::Outward};

use super::{
    CHECKPOINT, CONFIG, END, FILES_KEY, FORMAT, FORMAT_BEFORE, HEAD, LOG_KEY, Manifest, PUBLIC_LOG_KEY, Tell, Wishes,
    crypt::{MARK, Opening},
    from_json, sha256,
};
use crate::{capabilities, compose};

/// Whether an archive of an installation that was not well when it was backed up may be restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accept {
    /// No: what was not well is refused.
    Whole,
    /// Yes: when there is nothing better. What does not fit is told.
    Damaged,
}

/// Restores a backup into an empty data directory (and, with PostgreSQL, an empty database), then proves it: counts and digests
/// of every table and file, the log, everything that is sealed, and what is public. Returns what was restored and, of a damaged
/// one, what does not fit.
///
/// # Errors
/// When the place is not empty, the archive is damaged, from a newer program or under a key that is not given, or what was
/// restored does not verify; then nothing is left of it.
pub async fn restore(
    config: &Config,
    data: &Path,
    file: &Path,
    (wishes, accept): (&Wishes, Accept),
    seams: Seams,
    tell: Tell<'_>,
) -> Result<(Manifest, Vec<String>)> {
    let own = |entry: std::io::Result<std::fs::DirEntry>| entry.is_ok_and(|entry| entry.file_name() != "gongkai.toml");
    let occupied = data.is_dir() && std::fs::read_dir(data)?.any(own);
    ensure!(!occupied, "数据目录 {} 不是空的，恢复不会覆盖已有数据。请用 --data 指定空目录。", data.display());
    let archive = std::fs::File::open(file).with_context(|| format!("读不到备份 {}", file.display()))?;
    std::fs::create_dir_all(data)?;
    let restored = unpack(config, data, open(archive, wishes)?, accept, seams, tell).await;
    if restored.is_err() {
        // The place was empty; a failed attempt leaves it so, and the next one is not refused.
        for entry in std::fs::read_dir(data)?.flatten().filter(|entry| entry.file_name() != "gongkai.toml") {
            let path = entry.path();
            let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        }
    }
    restored
}

/// The bytes of the archive, decrypted if they need to be.
fn open(archive: std::fs::File, wishes: &Wishes) -> Result<Box<dyn Read + Send>> {
    let mut archive = BufReader::with_capacity(256 * 1024, archive);
    if !archive.fill_buf()?.starts_with(MARK) {
        return Ok(Box::new(archive));
    }
    archive.consume(MARK.len());
    let key = wishes.key_file.as_ref().context("备份是加密的。请用 --key-file 指出备份时用的密钥文件。")?;
    Ok(Box::new(Opening::new(archive, key)?))
}

/// What is being restored.
struct Restoring {
    files: Files,
    load: Load,
    head: Manifest,
    end: Option<Manifest>,
    rows: BTreeMap<String, i64>,
    digests: BTreeMap<String, Sha256>,
    received: BTreeSet<String>,
    others: BTreeMap<String, Vec<u8>>,
}

/// What stands for: the archive ended before its end, or something in it is not what was written.
const INCOMPLETE: &str = "备份文件不完整或被改动过。请换一份备份。";

async fn unpack(
    config: &Config,
    data: &Path,
    archive: Box<dyn Read + Send>,
    accept: Accept,
    seams: Seams,
    tell: Tell<'_>,
) -> Result<(Manifest, Vec<String>)> {
    let mut archive = tar::Archive::new(GzDecoder::new(archive));
    let mut entries = archive.entries().context("备份文件打不开，可能不是 gongkai 的备份")?;
    let mut first = entries.next().context(INCOMPLETE)?.context("备份文件打不开，可能不是 gongkai 的备份")?;
    ensure!(first.path()?.as_ref() == Path::new(HEAD), "备份文件缺少清单。请换一份备份。");
    let head: Manifest = serde_json::from_reader(&mut first).context("备份清单读不懂，可能来自较早的程序")?;
    let capabilities = capabilities::all();
    let steps = capabilities.migrations();
    fits(&head, &migrate::newest(&steps))?;
    let url = compose::database_url(config, data);
    // The structure as it was then; afterwards it is brought up to date like any older installation's.
    let db = Db::open_as_of(&url, seams.clone(), &steps, &head.schema).await?;
    let events: i64 = store::query_scalar("SELECT COUNT(*) FROM event").fetch_one(db.read()).await?;
    ensure!(events == 0, "数据库里已有数据，恢复不会覆盖。请换一个空的数据库。");
    let mut restoring = Restoring {
        files: crate::nodes::files(config, data),
        load: db.load().await?,
        end: (head.format == FORMAT_BEFORE).then(|| head.clone()),
        head,
        rows: BTreeMap::new(),
        digests: BTreeMap::new(),
        received: BTreeSet::new(),
        others: BTreeMap::new(),
    };
    for entry in entries {
        let mut entry = entry.context(INCOMPLETE)?;
        let name = entry.path()?.to_string_lossy().into_owned();
        restoring.take(&name, &mut entry, tell).await?;
    }
    // The rest of the stream holds its checksum.
    std::io::copy(&mut archive.into_inner(), &mut std::io::sink()).context(INCOMPLETE)?;
    let mut manifest = restoring.proven()?;
    if accept == Accept::Whole
        && let Some(fault) = manifest.faults().first()
    {
        bail!(
            "备份时原数据就有问题：{fault}。请换一份备份；没有更好的备份时，可用 --accept-damaged 恢复能恢复的部分。"
        );
    }
    hold_mail(&mut restoring.load, &capabilities).await?;
    for digest in &manifest.swept {
        store::query("DELETE FROM file WHERE digest = $1").bind(digest).execute(restoring.load.tx().conn()).await?;
    }
    let Restoring { load, others, .. } = restoring;
    load.commit().await?;
    db.close().await;
    put_others(config, data, &others)?;
    tell("核对恢复出来的数据".to_owned());
    let ctx = compose::open(config.clone(), data.to_owned(), PathBuf::new(), seams).await?;
    let faults = prove(&ctx, &manifest, &others).await;
    let unsettled = identity::audit::findings::count_open(&ctx).await;
    let noted = publishing::receipts::note_restored(&ctx).await;
    ctx.db().close().await;
    let faults = faults?;
    noted?;
    manifest.unsettled = unsettled.map_err(compose::words)?;
    if let Some(bad) = faults.first().filter(|_| accept == Accept::Whole) {
        bail!("恢复出来的数据没有通过验证：{bad}");
    }
    Ok((manifest, faults))
}

/// Whether this program can restore it.
fn fits(head: &Manifest, newest: &migrate::Structure) -> Result<()> {
    ensure!(
        [FORMAT, FORMAT_BEFORE].contains(&head.format),
        "备份格式是第 {} 版，本程序不认识。请改用 {} 版程序。",
        head.format,
        head.program
    );
    for (context, number) in &head.schema {
        let mine = newest.get(context).copied().unwrap_or(0);
        ensure!(
            *number <= mine,
            "备份的数据库结构（{context}）是第 {number} 版，本程序只认识到第 {mine} 版。请用 {} 或更新的程序恢复。",
            head.program
        );
    }
    Ok(())
}

impl Restoring {
    async fn take(&mut self, name: &str, entry: &mut impl Read, tell: Tell<'_>) -> Result<()> {
        if name == END {
            ensure!(self.end.is_none(), INCOMPLETE);
            self.end = Some(serde_json::from_reader(entry).context(INCOMPLETE)?);
        } else if let Some(piece) = name.strip_prefix("tables/").and_then(|name| name.strip_suffix(".jsonl")) {
            let table = piece.split('/').next().unwrap_or(piece).to_owned();
            let mut counted = Counted { from: entry, digest: self.digests.entry(table.clone()).or_default() };
            let count = load_table(&mut self.load, &table, &mut counted)
                .await
                .with_context(|| format!("备份中的表 {table} 读不完整。请换一份备份。"))?;
            let rows = self.rows.entry(table.clone()).or_default();
            *rows += count;
            tell(format!("表 {table}　{rows} 行"));
        } else if let Some(digest) = name.strip_prefix("files/") {
            let mut incoming = self.files.receive().await?;
            let mut buffer = vec![0_u8; 256 * 1024];
            loop {
                let count = entry.read(&mut buffer).context(INCOMPLETE)?;
                if count == 0 {
                    break;
                }
                incoming.write(&buffer[..count]).await?;
            }
            let received = incoming.finish().await?;
            ensure!(received.digest == digest, "备份中的文件 {digest} 已损坏。请换一份备份。");
            self.files.keep(self.load.tx(), &received).await?;
            self.received.insert(digest.to_owned());
            if self.received.len().is_multiple_of(100) {
                tell(format!("文件 {} 个", self.received.len()));
            }
        } else {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).context(INCOMPLETE)?;
            self.others.insert(name.to_owned(), bytes);
        }
        Ok(())
    }

    /// Compares counts and digests of what came with what was written.
    fn proven(&mut self) -> Result<Manifest> {
        let end = self.end.take().context(INCOMPLETE)?;
        ensure!(end.schema == self.head.schema && end.made_at == self.head.made_at, INCOMPLETE);
        let names: BTreeSet<&String> = end.tables.keys().chain(self.rows.keys()).collect();
        for table in names {
            let (said, found) = (end.tables.get(table).copied(), self.rows.get(table).copied().unwrap_or(0));
            ensure!(
                said == Some(found),
                "备份清单说表 {table} 有 {} 行，备份里有 {found} 行。请换一份备份。",
                said.unwrap_or(0)
            );
        }
        if end.format == FORMAT_BEFORE {
            return Ok(end);
        }
        for (table, digest) in std::mem::take(&mut self.digests) {
            let fits = end.digests.get(&table).is_some_and(|said| *said == hex::encode(digest.finalize()));
            ensure!(fits, "备份中的表 {table} 与清单不符，被改动过。请换一份备份。");
        }
        let files = i64::try_from(self.received.len())?;
        ensure!(files == end.files, "备份清单说有 {} 个文件，备份里有 {files} 个。请换一份备份。", end.files);
        let others: BTreeMap<String, String> =
            self.others.iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect();
        ensure!(others == end.others, INCOMPLETE);
        Ok(end)
    }
}

/// What is read, with its digest.
struct Counted<'a, R> {
    from: R,
    digest: &'a mut Sha256,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.from.read(into)?;
        self.digest.update(&into[..count]);
        Ok(count)
    }
}

/// Mail that waited when the backup was made has long gone out where this is a drill. In earnest it stands in the office under
/// «系统状态», each with a button to send it after all.
async fn hold_mail(load: &mut Load, capabilities: &web::Capabilities) -> Result<()> {
    for Outward(kind) in capabilities.declared::<Outward>() {
        store::query(
            "UPDATE job SET state = 'dead', last_error = $1, lease_until = '' WHERE kind = $2 AND state <> 'dead'",
        )
        .bind("从备份恢复，没有自动发送；需要补发时请在系统状态中重试")
        .bind(*kind)
        .execute(load.tx().conn())
        .await?;
    }
    Ok(())
}

/// Configuration, outbox and keys. The configuration comes under another name: a drill must not begin to send mail because the
/// original did.
fn put_others(config: &Config, data: &Path, others: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    let keys = others.contains_key(LOG_KEY);
    for (name, bytes) in others {
        let place = match name.as_str() {
            CONFIG => data.join("gongkai.toml.from-backup"),
            LOG_KEY if config.log.key.is_empty() => data.join("log-key"),
            FILES_KEY => data.join("files-key"),
            PUBLIC_LOG_KEY if config.log.key.is_empty() => data.join("public-log-key"),
            // Signed by a key: without the key it proves nothing here, and the next minute keeps a new one.
            CHECKPOINT if keys && config.log.key.is_empty() => data.join(CHECKPOINT),
            name => match name.strip_prefix("outbox/") {
                Some(letter) if !letter.is_empty() && !letter.contains(['/', '\\']) && !letter.starts_with('.') => {
                    std::fs::create_dir_all(data.join("outbox"))?;
                    data.join("outbox").join(letter)
                }
                _ => continue,
            },
        };
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&place)?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    Ok(())
}

/// Everything that does not fit, the worst first.
async fn prove(ctx: &Ctx, manifest: &Manifest, others: &BTreeMap<String, Vec<u8>>) -> Result<Vec<String>> {
    let verified = identity::audit::verify::restored(ctx, |_| {}).await.map_err(compose::words)?;
    let mut faults: Vec<String> = verified.first_bad.clone().into_iter().collect();
    if verified.ok && verified.head != manifest.head {
        faults.push("链头与备份清单不一致".to_owned());
    }
    if let Some(kept) = others.get(CHECKPOINT).and_then(|bytes| serde_json::from_slice::<Checkpoint>(bytes).ok()) {
        let hash: Option<String> = store::query_scalar("SELECT hash FROM event WHERE chain = $1 AND seq = $2")
            .bind(ctx.db().chain())
            .bind(kept.seq)
            .fetch_optional(ctx.db().read())
            .await?;
        // Kept a moment after the tables were read, it may be ahead of them.
        if hash.as_ref().is_some_and(|hash| *hash != kept.hash) {
            faults.push(format!("第 {} 号记录与备份里留存的链头不一致", kept.seq));
        }
    }
    for fault in manifest.faults() {
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    Ok(faults)
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
