//! Content-addressed files: the name is the SHA-256 of the bytes, so a file never changes and never collides.
//!
//! [`Backend`] is what a store of files must do. [`Folder`] does it on disk; an S3 store does the same with objects.

mod folder;
mod sealed;
mod sweep;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

pub use folder::Folder;
use futures::future::BoxFuture;
use kernel::time;
use sha2::{Digest, Sha256};
pub use sweep::Swept;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{Db, Result, Tx, query, query_scalar};

/// What a store of files does. All operations are idempotent: a digest names the same bytes for ever.
pub trait Backend: Send + Sync {
    /// Takes the bytes of the file at `source`; returns when they are durable under `digest`.
    fn put<'a>(&'a self, digest: &'a str, source: &'a Path) -> BoxFuture<'a, std::io::Result<()>>;
    /// Opens the bytes for reading, with their length.
    fn open<'a>(&'a self, digest: &'a str) -> BoxFuture<'a, std::io::Result<(Reader, u64)>>;
    /// A local path with the bytes, for reading by a child process.
    fn local<'a>(&'a self, digest: &'a str) -> BoxFuture<'a, std::io::Result<Local>>;
    /// How the bytes look from outside: whoever changes them changes it, unless he means to hide it.
    fn stamp<'a>(&'a self, digest: &'a str) -> BoxFuture<'a, std::io::Result<Stamp>>;
    /// Removes the bytes; no harm when there are none.
    fn remove<'a>(&'a self, digest: &'a str) -> BoxFuture<'a, std::io::Result<()>>;
    /// Digests that begin with `prefix` (two hexadecimal digits) and whose bytes were written before this moment.
    fn list<'a>(
        &'a self,
        prefix: &'a str,
        before: std::time::SystemTime,
    ) -> BoxFuture<'a, std::io::Result<Vec<String>>>;
}

/// Length and time of the last change of a file: what has the same stamp need not be read again.
pub type Stamp = (u64, i64, i64);

/// A file on this machine's disk for as long as this lives: where the bytes lie, or a copy that goes with it.
#[derive(Debug)]
pub struct Local {
    path: PathBuf,
    _copy: Option<tempfile::TempPath>,
}

impl Local {
    /// Where the bytes themselves lie.
    pub fn in_place(path: PathBuf) -> Self {
        Self { path, _copy: None }
    }

    /// A copy, removed when this is dropped.
    pub fn copy(path: tempfile::TempPath) -> Self {
        Self { path: path.to_path_buf(), _copy: Some(path) }
    }
}

impl std::ops::Deref for Local {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

impl AsRef<Path> for Local {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

/// A stream of a file's bytes.
pub type Reader = Box<dyn tokio::io::AsyncRead + Send + Unpin>;

/// The files of the installation.
#[derive(Clone)]
pub struct Files {
    backend: Arc<dyn Backend>,
    scratch: PathBuf,
    key: PathBuf,
    /// Print of the key under which this installation seals, once that is known: another one, or none, is refused.
    expected: Arc<Mutex<Option<String>>>,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Files")
    }
}

/// A file being received: bytes go to disk and into the digest as they come.
#[derive(Debug)]
pub struct Incoming {
    path: tempfile::TempPath,
    file: tokio::fs::File,
    hasher: Sha256,
    bytes: u64,
}

/// A file that has been received and is not yet referred to.
#[derive(Debug)]
pub struct Received {
    /// Where it lies until it is kept.
    pub path: tempfile::TempPath,
    /// SHA-256 of the bytes, hexadecimal: the name under which they will be kept.
    pub digest: String,
    /// Size in bytes.
    pub bytes: u64,
}

impl Files {
    /// Files kept by `backend`; what is being received lies in `scratch`; the key of sealed files in the file `key`, which is
    /// made when it is first needed and is neither in the database nor among the files.
    pub fn new(backend: Arc<dyn Backend>, scratch: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self { backend, scratch: scratch.into(), key: key.into(), expected: Arc::default() }
    }

    /// Files below the data directory `data`: `files/` and `scratch/`, and the key in `files-key`.
    pub fn in_folder(data: &Path) -> Self {
        Self::new(Arc::new(Folder::new(data.join("files"))), data.join("scratch"), data.join("files-key"))
    }

    /// Begins to receive a file.
    ///
    /// # Errors
    /// When the scratch folder cannot be written.
    pub async fn receive(&self) -> Result<Incoming> {
        tokio::fs::create_dir_all(&self.scratch).await?;
        let (file, path) = tempfile::NamedTempFile::new_in(&self.scratch)?.into_parts();
        Ok(Incoming { path, file: tokio::fs::File::from_std(file), hasher: Sha256::new(), bytes: 0 })
    }

    /// Keeps a received file: bytes first, durable; then the row, in the caller's transaction. A crash between the two
    /// leaves bytes that nobody refers to, never a row without bytes.
    ///
    /// # Errors
    /// When disk or database fail.
    pub async fn keep(&self, tx: &mut Tx, received: &Received) -> Result<()> {
        self.put(tx, received, false).await
    }

    async fn put(&self, tx: &mut Tx, received: &Received, sealed: bool) -> Result<()> {
        // Whoever removes bytes takes the same lock and looks for the row again.
        tx.lock(&lock_of(&received.digest)).await?;
        self.backend.put(&received.digest, &received.path).await?;
        query("INSERT INTO file (digest, bytes, sealed, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
            .bind(&received.digest)
            .bind(i64::try_from(received.bytes).unwrap_or(i64::MAX))
            .bind(sealed)
            .bind(tx.now())
            .execute(tx.conn())
            .await?;
        Ok(())
    }

    /// Deletes a kept file, row and bytes, for good. Nothing may refer to it any more.
    ///
    /// # Errors
    /// When disk or database fail, or a foreign key still refers to it.
    pub async fn delete(&self, db: &Db, digest: &str) -> Result<()> {
        let mut tx = db.write().await?;
        tx.lock(&lock_of(digest)).await?;
        query("DELETE FROM file WHERE digest = $1").bind(digest).execute(tx.conn()).await?;
        tx.commit().await?;
        self.remove_stray(db, digest).await?;
        Ok(())
    }

    /// Removes bytes that have no row; `false` when they have one after all.
    async fn remove_stray(&self, db: &Db, digest: &str) -> Result<bool> {
        let mut tx = db.write().await?;
        tx.lock(&lock_of(digest)).await?;
        let row = query_scalar::<i64>("SELECT bytes FROM file WHERE digest = $1").bind(digest);
        if row.fetch_optional(tx.conn()).await?.is_some() {
            return Ok(false);
        }
        self.backend.remove(digest).await?;
        // Held until here, so that the same bytes cannot be kept anew in between.
        tx.commit().await?;
        Ok(true)
    }

    /// Receives and returns bytes that are already in memory.
    ///
    /// # Errors
    /// When the scratch folder cannot be written.
    pub async fn receive_bytes(&self, bytes: &[u8]) -> Result<Received> {
        let mut incoming = self.receive().await?;
        incoming.write(bytes).await?;
        incoming.finish().await
    }

    /// Opens a kept file.
    ///
    /// # Errors
    /// When it is missing or unreadable.
    pub async fn open(&self, digest: &str) -> Result<(Reader, u64)> {
        Ok(self.backend.open(digest).await?)
    }

    /// A local path with the file's bytes.
    ///
    /// # Errors
    /// When it cannot be provided.
    pub async fn local(&self, digest: &str) -> Result<Local> {
        Ok(self.backend.local(digest).await?)
    }

    /// How the file looks from outside; `None` when it is missing.
    ///
    /// # Errors
    /// When it cannot be looked at for another reason.
    pub async fn stamp(&self, digest: &str) -> Result<Option<Stamp>> {
        match self.backend.stamp(digest).await {
            Ok(stamp) => Ok(Some(stamp)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// As [`Files::check`], of a file that is kept: one that nobody refers to any more may be removed while it is looked at,
    /// and that is no fault.
    ///
    /// # Errors
    /// See [`Files::check`]; when the database fails.
    pub async fn fault(&self, db: &Db, digest: &str) -> Result<Option<String>> {
        let Some(fault) = self.check(digest).await? else { return Ok(None) };
        let row = query_scalar::<i64>("SELECT bytes FROM file WHERE digest = $1").bind(digest);
        Ok(row.fetch_optional(db.read()).await?.map(|_| fault))
    }

    /// Reads the file and compares its digest; the fault in words, if there is one.
    ///
    /// # Errors
    /// When reading fails for another reason than a missing file.
    pub async fn check(&self, digest: &str) -> Result<Option<String>> {
        let mut reader = match self.backend.open(digest).await {
            Ok((reader, _)) => reader,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Some(gone(digest))),
            Err(e) => return Err(e.into()),
        };
        let mut hasher = Sha256::new();
        let mut buffer = vec![0_u8; 64 * 1024];
        loop {
            let count = reader.read(&mut buffer).await?;
            if count == 0 {
                break;
            }
            hasher.update(&buffer[..count]);
        }
        let fits = hex::encode(hasher.finalize()) == digest;
        Ok((!fits).then(|| format!("文件 {digest} 的内容被改动过")))
    }
}

impl Incoming {
    /// Takes the next bytes; returns the size so far.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<u64> {
        self.file.write_all(bytes).await?;
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(self.bytes)
    }

    /// Ends the receiving.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub async fn finish(mut self) -> Result<Received> {
        self.file.flush().await?;
        Ok(Received { path: self.path, digest: hex::encode(self.hasher.finalize()), bytes: self.bytes })
    }
}

/// When the row of the file was written, in stored form; `None` when no such file is kept.
pub async fn kept_since(db: &Db, digest: &str) -> Result<Option<String>> {
    let at: Option<String> =
        query_scalar("SELECT created_at FROM file WHERE digest = $1").bind(digest).fetch_optional(db.read()).await?;
    Ok(at.map(|at| time::show_minute(&at)))
}

/// What is wrong with a file that is not there, in words.
pub(crate) fn gone(digest: &str) -> String {
    format!("文件 {digest} 不见了")
}

fn lock_of(digest: &str) -> String {
    format!("file {digest}")
}
