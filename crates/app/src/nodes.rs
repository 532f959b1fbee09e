//! Several nodes over one PostgreSQL have one set of attachments: a folder that all of them see. Whether they do is known by a mark
//! in the folder whose copy stands in the database. A node that sees another folder, or holds another key of sealed files, does not
//! start: its attachments would be missing on the other nodes, and theirs on it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use axum::{extract::Request, http::Method, middleware::Next, response::Response};
use kernel::Seams;
use sha2::{Digest, Sha256};
use store::{Db, Dialect, Files, settings};
use web::Config;

/// The mark in the folder.
const MARK: &str = ".gongkai-files";
/// Its copy, and what is known of the key, in the database. A restore leaves both out.
const MARK_KEY: &str = "files.mark";
const SEAL_KEY: &str = "files.key";

/// Where attachments lie.
pub(crate) fn folder(config: &Config, data: &Path) -> PathBuf {
    if config.files.folder.is_empty() { data.join("files") } else { PathBuf::from(&config.files.folder) }
}

/// The files of this node.
pub(crate) fn files(config: &Config, data: &Path) -> Files {
    Files::new(std::sync::Arc::new(store::files::Folder::new(folder(config, data))), data.join("scratch"), key(data))
}

fn key(data: &Path) -> PathBuf {
    data.join("files-key")
}

/// What this node sees of the folder and of the key, compared with what the first node saw.
///
/// # Errors
/// When they are not those of the other nodes: the message says what to do.
pub(crate) async fn check(db: &Db, folder: &Path, data: &Path) -> Result<()> {
    let mark = folder.join(MARK);
    let here = std::fs::read_to_string(&mark).ok().map(|text| text.trim().to_owned());
    if let Some(agreed) = settings::get(db, MARK_KEY).await?
        && here.as_deref() != Some(&*agreed)
    {
        bail!(
            "本节点的附件目录 {} 不是其他节点正在用的那一个，别的节点上传的附件在这里打不开。请把各节点的 files.folder 指向同一个\
             共享目录。如果附件确实已整体搬到这里，核对无误后把“{agreed}”写入 {} 再启动。",
            folder.display(),
            mark.display()
        );
    }
    let seal = seal(data)?;
    match (settings::get(db, SEAL_KEY).await?, seal) {
        (Some(agreed), Some(seal)) if agreed == seal => Ok(()),
        (Some(_), _) => bail!(
            "本节点没有其他节点所用的附件密钥。请从第一个节点的数据目录复制 files-key 到 {}（权限 0600）再启动。",
            key(data).display()
        ),
        (None, _) => Ok(()),
    }
}

/// Leaves the mark, by the first node; then [`check`]. Nothing is needed with SQLite, which one machine has.
///
/// # Errors
/// See [`check`]; when folder or database cannot be written.
pub(crate) async fn join(db: &Db, files: &Files, folder: &Path, data: &Path) -> Result<()> {
    if db.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    std::fs::create_dir_all(folder).with_context(|| format!("附件目录 {} 建不起来", folder.display()))?;
    let mut tx = db.write().await?;
    // Of two nodes that start for the first time one leaves the mark.
    tx.lock("files.mark").await?;
    let known: Option<String> = store::query_scalar("SELECT value FROM setting WHERE name = $1")
        .bind(MARK_KEY)
        .fetch_optional(tx.conn())
        .await?;
    if known.is_none() {
        let mark = folder.join(MARK);
        let fresh = match std::fs::read_to_string(&mark) {
            Ok(text) if !text.trim().is_empty() => text.trim().to_owned(),
            _ => fresh(db.seams()),
        };
        std::fs::write(&mark, format!("{fresh}\n")).with_context(|| format!("写不了 {}", mark.display()))?;
        settings::set(&mut tx, MARK_KEY, &fresh).await?;
    }
    let sealed: Option<String> = store::query_scalar("SELECT value FROM setting WHERE name = $1")
        .bind(SEAL_KEY)
        .fetch_optional(tx.conn())
        .await?;
    if sealed.is_none() {
        files.make_key(db.seams())?;
        if let Some(seal) = seal(data)? {
            settings::set(&mut tx, SEAL_KEY, &seal).await?;
        }
    }
    tx.commit().await?;
    check(db, folder, data).await
}

fn fresh(seams: &Seams) -> String {
    seams.secret(16)
}

/// What may be known of the key: whether two are the same.
fn seal(data: &Path) -> Result<Option<String>> {
    match std::fs::read(key(data)) {
        Ok(bytes) => Ok(Some(hex::encode(Sha256::digest(bytes.trim_ascii())))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Layer of an office whose writes other processes show: it answers a writer no sooner than those processes have had to look at the
/// log again, so that nobody who was told "withdrawn" finds the page on another node ([`store::Db::newest`]).
pub(crate) async fn others_know(request: Request, next: Next) -> Response {
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let answer = next.run(request).await;
    if writes {
        tokio::time::sleep(store::LEASE).await;
    }
    answer
}
