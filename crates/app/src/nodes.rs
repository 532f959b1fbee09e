//! Several nodes over one PostgreSQL have one set of attachments: a folder that all of them see. Whether they do is known by a mark
//! in the folder whose copy stands in the database. A node that sees another folder, or holds another key of sealed files, does not
//! start: its attachments would be missing on the other nodes, and theirs on it. On one machine, too, the database knows the print
//! of the key, so that one that is lost or exchanged is missed, and never made anew over what the old one has sealed.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use axum::{extract::Request, http::Method, middleware::Next, response::Response};
use kernel::Seams;
use store::{Db, Dialect, Files, settings};
use web::Config;

/// The mark in the folder.
const MARK: &str = ".gongkai-files";
/// Its copy, which a restore leaves out, and what is known of the key, in the database.
const MARK_KEY: &str = "files.mark";
const SEAL_KEY: &str = "files.key";
/// Whoever puts this empty file into the data directory declares the key to be lost: the next start takes another one.
const LOST: &str = "files-key.lost";

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

/// What this node sees of the folder, compared with what the first node saw.
///
/// # Errors
/// When it is not that of the other nodes: the message says what to do.
pub(crate) async fn check(db: &Db, folder: &Path) -> Result<()> {
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
    Ok(())
}

/// Lets the files know under which key this installation seals, if that is known yet.
///
/// # Errors
/// When the database fails.
pub(crate) async fn expect(db: &Db, files: &Files) -> Result<()> {
    if let Some(print) = settings::get(db, SEAL_KEY).await? {
        files.expect_key(&print);
    }
    Ok(())
}

/// Notes under which key this installation seals, with the first start, and makes it where there is none and nothing was sealed;
/// later: whether it lies there. Also over one that somebody has declared to be lost.
///
/// # Errors
/// When it is missing or another one: the message says what to do.
pub(crate) async fn keep_key(db: &Db, files: &Files, data: &Path) -> Result<()> {
    let lost = data.join(LOST);
    let here = files.key_print()?;
    if here.is_some() && settings::get(db, SEAL_KEY).await? == here {
        return Ok(());
    }
    let mut tx = db.write().await?;
    // Of two nodes that start for the first time one makes it.
    tx.lock("files.mark").await?;
    let agreed: Option<String> = store::query_scalar("SELECT value FROM setting WHERE name = $1")
        .bind(SEAL_KEY)
        .fetch_optional(tx.conn())
        .await?;
    // The other one may have made it meanwhile, where both see one data directory.
    let here = files.key_print()?;
    if agreed.is_some() && agreed == here {
        files.expect_key(agreed.as_deref().unwrap_or_default());
        return Ok(());
    }
    let given_up = lost.exists();
    if !given_up && (agreed.is_some() || (here.is_none() && files.any_sealed(db).await?)) {
        bail!(
            "密钥文件 {} {}。动态口令、密封的附件、办件里的个人信息和订阅都用原来的那一个封存，没有它打不开。\
             请把另行保管的 files-key 放回（权限 0600）再启动；多个节点的，从第一个节点的数据目录复制。确实找不回的，\
             在数据目录建立空文件 {LOST} 再启动：换用新的密钥，以前封存的内容从此打不开。",
            key(data).display(),
            if here.is_some() { "不是本站封存内容的那一个" } else { "不见了" }
        );
    }
    if given_up {
        tracing::warn!("the key of sealed contents was declared to be lost: what it has sealed does not open any more");
    }
    let print = match here {
        Some(print) => print,
        None => fresh_key(files, db)?,
    };
    settings::set(&mut tx, SEAL_KEY, &print).await?;
    tx.commit().await?;
    files.expect_key(&print);
    if given_up {
        std::fs::remove_file(&lost).with_context(|| format!("删不掉 {}", lost.display()))?;
    }
    Ok(())
}

fn fresh_key(files: &Files, db: &Db) -> Result<String> {
    files.renew_key(db.seams())?;
    files.key_print()?.context("密钥文件刚建立就不见了")
}

/// Leaves the mark, by the first node; then [`check`]. Nothing is needed with SQLite, which one machine has.
///
/// # Errors
/// See [`check`]; when folder or database cannot be written.
pub(crate) async fn join(db: &Db, folder: &Path) -> Result<()> {
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
    tx.commit().await?;
    check(db, folder).await
}

fn fresh(seams: &Seams) -> String {
    seams.secret(16)
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
