//! Files on this machine's disk.

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::SystemTime,
};

use futures::future::BoxFuture;

use super::{Backend, Local, Reader};

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
        if !is_digest(digest) {
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

    fn stamp<'a>(&'a self, digest: &'a str) -> BoxFuture<'a, std::io::Result<super::Stamp>> {
        Box::pin(async move {
            let data = tokio::fs::metadata(self.place(digest)?).await?;
            // Not the time that is written on it, which anybody can set back.
            Ok((data.len(), data.ctime(), data.ctime_nsec()))
        })
    }

    fn open<'a>(&'a self, digest: &'a str) -> BoxFuture<'a, std::io::Result<(Reader, u64)>> {
        Box::pin(async move {
            let file = tokio::fs::File::open(self.place(digest)?).await?;
            let length = file.metadata().await?.len();
            Ok((Box::new(file) as Reader, length))
        })
    }

    fn local<'a>(&'a self, digest: &'a str) -> BoxFuture<'a, std::io::Result<Local>> {
        Box::pin(async move { Ok(Local::in_place(self.place(digest)?)) })
    }

    fn remove<'a>(&'a self, digest: &'a str) -> BoxFuture<'a, std::io::Result<()>> {
        Box::pin(async move {
            let place = self.place(digest)?;
            match tokio::fs::remove_file(&place).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            // It must not come back with a power cut.
            match tokio::fs::File::open(place.parent().unwrap_or(&self.root)).await {
                Ok(folder) => folder.sync_all().await,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
                Err(error) => Err(error),
            }
        })
    }

    fn list<'a>(&'a self, prefix: &'a str, before: SystemTime) -> BoxFuture<'a, std::io::Result<Vec<String>>> {
        let top = self.root.join(prefix);
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || list(&top, before)).await;
            found.map_err(std::io::Error::other)?
        })
    }
}

fn list(top: &Path, before: SystemTime) -> std::io::Result<Vec<String>> {
    let mut found = Vec::new();
    let folders = match std::fs::read_dir(top) {
        Ok(folders) => folders,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(error),
    };
    for folder in folders {
        for file in std::fs::read_dir(folder?.path())? {
            let file = file?;
            // What is being written has a name of another form.
            if let Ok(name) = file.file_name().into_string()
                && is_digest(&name)
                && file.metadata()?.modified()? < before
            {
                found.push(name);
            }
        }
    }
    Ok(found)
}

fn is_digest(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit())
}
