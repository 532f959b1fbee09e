//! Writing a backup.

use std::{
    io::{ErrorKind, Read, Write},
    path::Path,
};

use anyhow::{Context, Result, ensure};
use flate2::{Compression, write::GzEncoder};
use futures::TryStreamExt;
use sha2::{Digest, Sha256};
use store::{Db, log::Place};
use tempfile::NamedTempFile;
use web::Ctx;

use super::{
    CHECKPOINT, CONFIG, END, FILES_KEY, FORMAT, HEAD, LEFT_OUT, LOG_KEY, Manifest, PUBLIC_LOG_KEY, Tell, Wishes,
    crypt::Sealing, sha256, to_json,
};
use crate::compose;

/// Bytes of a piece of a table: what is held in memory.
const PIECE: usize = 4 * 1024 * 1024;
/// Rows between two words about how far it is.
const TELL_EVERY: i64 = 20_000;

/// Where the archive goes: to the file, encrypted or not.
enum Out {
    Plain(NamedTempFile),
    Sealed(Box<Sealing<NamedTempFile>>),
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Sealed(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Sealed(out) => out.flush(),
        }
    }
}

type Archive = tar::Builder<GzEncoder<Out>>;

/// Writes a consistent backup of the installation to `file`, which must not exist yet. What is not well with the installation
/// does not stop it but stands in what is returned ([`Manifest::faults`]).
///
/// # Errors
/// When the file exists, cannot be written or the disk is full: then nothing is left of it.
pub async fn backup(ctx: &Ctx, file: &Path, wishes: &Wishes, tell: Tell<'_>) -> Result<Manifest> {
    ensure!(!file.exists(), "{} 已经存在。请换一个文件名，备份不会覆盖旧文件。", file.display());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = file.file_name().context("请写出备份文件的名字")?.to_string_lossy();
    // A name that nobody else has, for the owner alone: whoever reads a backup reads everything. Dropped, it is removed.
    let unfinished = tempfile::Builder::new()
        .prefix(&format!(".{name}."))
        .suffix(".part")
        .tempfile_in(folder)
        .with_context(|| format!("写不了 {}", folder.display()))?;
    let out = match &wishes.key_file {
        None => Out::Plain(unfinished),
        Some(key) => Out::Sealed(Box::new(Sealing::new(unfinished, key, ctx.seams())?)),
    };
    let mut archive = tar::Builder::new(GzEncoder::new(out, Compression::fast()));
    let mut manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: kernel::time::to_db(ctx.seams().now()),
        head: kernel::event::GENESIS.to_owned(),
        keys: wishes.keys,
        ..Manifest::default()
    };
    tell("核对留痕".to_owned());
    // The bytes of the files are looked at when they are written.
    let verified = identity::audit::verify::without_files(ctx, |_| {}).await.map_err(compose::words)?;
    manifest.fault = verified.first_bad;
    manifest.unsettled = identity::audit::findings::count_open(ctx).await.map_err(compose::words)?;
    write_tables(ctx.db(), &mut archive, &mut manifest, tell).await?;
    write_files(ctx, &mut archive, &mut manifest, tell).await?;
    write_others(ctx, &mut archive, &mut manifest, wishes)?;
    add(&mut archive, END, &serde_json::to_vec_pretty(&manifest)?)?;
    let unfinished = match archive.into_inner()?.finish()? {
        Out::Plain(out) => out,
        Out::Sealed(out) => out.finish()?,
    };
    unfinished.as_file().sync_all()?;
    unfinished
        .persist_noclobber(file)
        .map_err(|error| error.error)
        .with_context(|| format!("写不了 {}", file.display()))?;
    std::fs::File::open(folder)?.sync_all()?;
    Ok(manifest)
}

/// All rows of all tables as of one moment, as JSON lines, piece by piece: the database may be larger than the memory.
async fn write_tables(db: &Db, archive: &mut Archive, manifest: &mut Manifest, tell: Tell<'_>) -> Result<()> {
    let mut snapshot = db.snapshot().await?;
    manifest.schema = snapshot.structure().await?.into_iter().collect();
    add(archive, HEAD, &serde_json::to_vec_pretty(&manifest)?)?;
    let names = snapshot.tables().await?;
    for name in names.into_iter().filter(|name| !LEFT_OUT.contains(&name.as_str())) {
        let mut rows = snapshot.rows(&name)?;
        let (mut count, mut pieces, mut lines, mut digest) = (0, 0, Vec::new(), Sha256::new());
        let mut put = |lines: &mut Vec<u8>| {
            pieces += 1;
            digest.update(lines.as_slice());
            let done = add(archive, &format!("tables/{name}/{pieces:06}.jsonl"), lines);
            lines.clear();
            done
        };
        while let Some(row) = rows.try_next().await? {
            serde_json::to_writer(&mut lines, &to_json(row))?;
            lines.push(b'\n');
            count += 1;
            if lines.len() >= PIECE {
                put(&mut lines)?;
            }
            if count % TELL_EVERY == 0 {
                tell(format!("表 {name}　{count} 行"));
            }
        }
        put(&mut lines)?;
        drop(rows);
        manifest.digests.insert(name.clone(), hex::encode(digest.finalize()));
        manifest.tables.insert(name, count);
    }
    let head: Option<String> = store::query_scalar("SELECT hash FROM event WHERE chain = $1 ORDER BY seq DESC LIMIT 1")
        .bind(db.chain())
        .fetch_optional(snapshot.conn())
        .await?;
    snapshot.end().await?;
    manifest.head = head.unwrap_or_else(|| manifest.head.clone());
    manifest.events = manifest.tables.get("event").copied().unwrap_or(0);
    Ok(())
}

/// The files that were listed in the tables just written, or those that came since: one too many harms nobody.
async fn write_files(ctx: &Ctx, archive: &mut Archive, manifest: &mut Manifest, tell: Tell<'_>) -> Result<()> {
    let digests: Vec<String> =
        store::query_scalar("SELECT digest FROM file ORDER BY digest").fetch_all(ctx.db().read()).await?;
    let lost = store::log::seals::lost_files(ctx.db()).await?;
    let all = digests.len();
    for (at, digest) in digests.into_iter().enumerate() {
        if at % 100 == 0 {
            tell(format!("文件 {at} / {all}"));
        }
        let whole = match ctx.files().local(&digest).await {
            Ok(path) => put_file(archive, &path, &digest)?,
            Err(store::Error::Files(error)) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(error.into()),
        };
        if whole {
            manifest.files += 1;
            continue;
        }
        // One that nobody refers to any more may have been removed since it was listed.
        let kept = store::files::kept_since(ctx.db(), &digest).await?.is_some();
        let list = match kept {
            true if lost.holds(&digest) => &mut manifest.lost,
            true => &mut manifest.missing,
            false => &mut manifest.swept,
        };
        list.push(digest);
    }
    Ok(())
}

/// `false` when the bytes are not there or not those of the digest: then they stand under another name.
fn put_file(archive: &mut Archive, path: &Path, digest: &str) -> Result<bool> {
    // The digest comes first: whoever restores trusts the name.
    let found = match digest_of(path) {
        Ok(found) => found,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => return Ok(false),
        Err(error) => return Err(error).with_context(|| format!("读不了 {}", path.display())),
    };
    if found != digest {
        return Ok(false);
    }
    archive
        .append_path_with_name(path, format!("files/{digest}"))
        .with_context(|| format!("文件 {digest} 没有写完"))?;
    Ok(true)
}

fn digest_of(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0_u8; 256 * 1024]);
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(hex::encode(hasher.finalize()));
        }
        hasher.update(&buffer[..count]);
    }
}

fn write_others(ctx: &Ctx, archive: &mut Archive, manifest: &mut Manifest, wishes: &Wishes) -> Result<()> {
    let data = ctx.data();
    let place: Place = ctx.log_place();
    let beside = data.join("gongkai.toml");
    let mut wanted = vec![
        (CONFIG.to_owned(), wishes.config.clone().unwrap_or(beside)),
        (CHECKPOINT.to_owned(), data.join(CHECKPOINT)),
    ];
    if let Ok(folder) = std::fs::read_dir(data.join("outbox")) {
        let mut letters: Vec<_> = folder.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        letters.sort();
        for path in letters.into_iter().filter(|path| path.is_file()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            wanted.push((format!("outbox/{name}"), path));
        }
    }
    if wishes.keys {
        ctx.files().check_key().context("密钥放不进备份")?;
        wanted.push((LOG_KEY.to_owned(), place.key));
        wanted.push((FILES_KEY.to_owned(), data.join("files-key")));
        wanted.push((PUBLIC_LOG_KEY.to_owned(), publishing::receipts::key_file(ctx)));
    }
    for (name, path) in wanted {
        let mut bytes = Vec::new();
        match std::fs::File::open(&path).and_then(|mut file| file.read_to_end(&mut bytes)) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("读不了 {}", path.display())),
        }
        add(archive, &name, &bytes)?;
        manifest.others.insert(name, sha256(&bytes));
    }
    Ok(())
}

fn add(archive: &mut tar::Builder<impl Write>, name: &str, bytes: &[u8]) -> Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    header.set_cksum();
    Ok(archive.append_data(&mut header, name, bytes)?)
}
