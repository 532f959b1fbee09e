//! Content-addressed files: the name is the SHA-256 of the bytes, so a file never changes and never collides.
//!
//! [`Backend`] is what a store of files must do. [`Folder`] does it on disk; an S3 store does the same with objects.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::future::BoxFuture;
use kernel::time;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{Result, Tx};

/// What a store of files does. All operations are idempotent: a digest names the same bytes for ever.
pub trait Backend: Send + Sync {
    /// Takes the bytes of the file at `source`; returns when they are durable under `digest`.
    fn put<'a>(&'a self, digest: &'a str, source: &'a Path) -> BoxFuture<'a, std::io::Result<()>>;
    /// Opens the bytes for reading, with their length.
    fn open<'a>(&'a self, digest: &'a str) -> BoxFuture<'a, std::io::Result<(Reader, u64)>>;
    /// A local path with the bytes, for reading by a child process.
    fn local<'a>(&'a self, digest: &'a str) -> BoxFuture<'a, std::io::Result<PathBuf>>;
}

/// A stream of a file's bytes.
pub type Reader = Box<dyn tokio::io::AsyncRead + Send + Unpin>;

/// Files in a folder, two levels deep (`ab/cd/abcd…`).
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Files below `root`, which is made when first needed.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn place(&self, digest: &str) -> std::io::Result<PathBuf> {
        let well_formed = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        if !well_formed {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a digest"));
        }
        Ok(self.root.join(&digest[..2]).join(&digest[2..4]).join(digest))
    }
}

impl Backend for Folder {
    fn put<'a>(&'a self, digest: &'a str, source: &'a Path) -> BoxFuture<'a, std::io::Result<()>> {
        Box::pin(async move {
            let place = self.place(digest)?;
            let whole = tokio::fs::metadata(source).await?.len();
            // A file of another length under this name is the remains of a crash of the file system: written again.
            if tokio::fs::metadata(&place).await.is_ok_and(|kept| kept.len() == whole) {
                return Ok(());
            }
            let folder = place.parent().unwrap_or(&self.root).to_owned();
            tokio::fs::create_dir_all(&folder).await?;
            // A name of its own, so that two who upload the same bytes at once do not write into each other's file.
            let unfinished = tempfile::NamedTempFile::new_in(&folder)?.into_temp_path();
            tokio::fs::copy(source, &unfinished).await?;
            tokio::fs::File::open(&unfinished).await?.sync_all().await?;
            unfinished.persist(&place).map_err(|error| error.error)?;
            // The name must survive a power cut too, and the folders that were just made.
            for part in folder.ancestors().take(3) {
                tokio::fs::File::open(part).await?.sync_all().await?;
            }
            Ok(())
        })
    }

    fn open<'a>(&'a self, digest: &'a str) -> BoxFuture<'a, std::io::Result<(Reader, u64)>> {
        Box::pin(async move {
            let file = tokio::fs::File::open(self.place(digest)?).await?;
            let length = file.metadata().await?.len();
            Ok((Box::new(file) as Reader, length))
        })
    }

    fn local<'a>(&'a self, digest: &'a str) -> BoxFuture<'a, std::io::Result<PathBuf>> {
        Box::pin(async move { self.place(digest) })
    }
}

/// The files of the installation.
#[derive(Clone)]
pub struct Files {
    backend: Arc<dyn Backend>,
    scratch: PathBuf,
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
    /// SHA-256, hexadecimal.
    pub digest: String,
    /// Size in bytes.
    pub bytes: u64,
}

impl Files {
    /// Files kept by `backend`; what is being received lies in `scratch`.
    pub fn new(backend: Arc<dyn Backend>, scratch: impl Into<PathBuf>) -> Self {
        Self { backend, scratch: scratch.into() }
    }

    /// Files below the data directory `data`: `files/` and `scratch/`.
    pub fn in_folder(data: &Path) -> Self {
        Self::new(Arc::new(Folder::new(data.join("files"))), data.join("scratch"))
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
        self.backend.put(&received.digest, &received.path).await?;
        crate::query("INSERT INTO file (digest, bytes, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(&received.digest)
            .bind(i64::try_from(received.bytes).unwrap_or(i64::MAX))
            .bind(tx.now())
            .execute(tx.conn())
            .await?;
        Ok(())
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
    pub async fn local(&self, digest: &str) -> Result<PathBuf> {
        Ok(self.backend.local(digest).await?)
    }

    /// Reads the file and compares its digest; the fault in words, if there is one.
    ///
    /// # Errors
    /// When reading fails for another reason than a missing file.
    pub async fn check(&self, digest: &str) -> Result<Option<String>> {
        let mut reader = match self.backend.open(digest).await {
            Ok((reader, _)) => reader,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Some(format!("文件 {digest} 不见了"))),
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
///
/// # Errors
/// When the database fails.
pub async fn kept_since(db: &crate::Db, digest: &str) -> Result<Option<String>> {
    let at: Option<String> = crate::query_scalar("SELECT created_at FROM file WHERE digest = $1")
        .bind(digest)
        .fetch_optional(db.read())
        .await?;
    Ok(at.map(|at| time::show_minute(&at)))
}
