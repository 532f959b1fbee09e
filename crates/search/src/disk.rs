//! The index on disk: opened, made anew, set aside when damaged.
//!
//! Beside tantivy's own files lies `version.json`, which says how the tokens and fields were made. What does not fit is not
//! repaired: the database has everything, and the index is made again.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use tantivy::{
    Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyError,
    directory::{Directory, INDEX_WRITER_LOCK},
    indexer::IndexWriterOptions,
};

use crate::{
    Error, Result,
    pread::Folder,
    schema::{self, Fields},
    segmenter::Segmenter,
    tokens,
};

/// Bytes that changes may take in memory before they are written out; tantivy's least is 15 MB.
const WRITER_BYTES: usize = 16_000_000;

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Version {
    schema: u32,
    tokens: u32,
}

const VERSION: Version = Version { schema: schema::VERSION, tokens: tokens::VERSION };

/// How far the index is; written with every commit, so that both are true together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The last event of the log that is in the index.
    pub(crate) cursor: i64,
    /// Digest of the words taught to the dictionary.
    pub(crate) dictionary: String,
    /// Where reading everything again stands; `None` when nothing of the kind is under way.
    pub(crate) sweep: Option<Sweep>,
}

impl Progress {
    /// Of an index without a commit.
    pub(crate) fn never_written() -> Self {
        Self { cursor: -1, ..Self::default() }
    }

    /// Whether this stands in a commit.
    pub(crate) fn is_written(&self) -> bool {
        self.cursor >= 0
    }
}

/// A pass over everything public, source by source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sweep {
    /// Number of the source.
    pub(crate) source: usize,
    /// The last identifier read of it.
    pub(crate) after: String,
    /// Entries read so far.
    pub(crate) done: u64,
}

/// An open index.
pub(crate) struct Opened {
    pub(crate) index: Index,
    pub(crate) reader: IndexReader,
    pub(crate) fields: Fields,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened")
    }
}

impl Opened {
    fn new(index: Index, fields: Fields, segmenter: &Arc<Segmenter>) -> Result<Self> {
        schema::register(&index, segmenter);
        let reader =
            index.reader_builder().reload_policy(ReloadPolicy::Manual).doc_store_cache_num_blocks(16).try_into()?;
        Ok(Self { index, reader, fields })
    }

    /// What the newest commit says of itself.
    pub(crate) fn progress(&self) -> Result<Progress> {
        match self.index.load_metas()?.payload {
            None => Ok(Progress { sweep: Some(Sweep::default()), ..Progress::default() }),
            Some(payload) => serde_json::from_str(&payload).map_err(|error| Error::Damaged(error.to_string())),
        }
    }

    /// The one writer.
    ///
    /// # Errors
    /// [`Error::Busy`] when another process has it.
    pub(crate) fn writer(&self) -> Result<IndexWriter> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .memory_budget_per_thread(WRITER_BYTES)
            .num_merge_threads(1)
            .build();
        match self.index.writer_with_options(options) {
            Err(TantivyError::LockFailure(..)) => Err(Error::Busy),
            other => Ok(other?),
        }
    }
}

/// Files whose bytes are not those that were written. Reads everything: for the background.
pub(crate) fn broken_files(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(Index::open(Folder::open(folder)?)?.validate_checksum()?.into_iter().collect())
}

/// Opens the index; `None` when there is none. Panics inside, which damaged files can cause, count as damage.
pub(crate) fn open(folder: &Path, segmenter: &Arc<Segmenter>) -> Result<Option<Opened>> {
    let version = folder.join("version.json");
    let written = match fs::read(&version) {
        Ok(written) => written,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let empty = fs::read_dir(folder).map_or(true, |mut files| files.next().is_none());
            return if empty { Ok(None) } else { Err(Error::Damaged("缺少 version.json".into())) };
        }
        Err(error) => return Err(error.into()),
    };
    match serde_json::from_slice::<Version>(&written) {
        Ok(found) if found == VERSION => {}
        Ok(_) => return Err(Error::Damaged("由另一版本的程序建立".into())),
        Err(error) => return Err(Error::Damaged(format!("version.json：{error}"))),
    }
    let opened = catch_unwind(AssertUnwindSafe(|| {
        let (wanted, fields) = schema::schema();
        let index = Index::open(Folder::open(folder)?)?;
        if index.schema() != wanted {
            return Err(Error::Damaged("字段不符".into()));
        }
        let opened = Opened::new(index, fields, segmenter)?;
        opened.progress()?;
        Ok(opened)
    }));
    match opened {
        Ok(Ok(opened)) => Ok(Some(opened)),
        // Whatever keeps an index from opening although its folder can be read is damage.
        Ok(Err(error)) => Err(Error::Damaged(error.to_string())),
        Err(_) => Err(Error::Damaged("读取时中断".into())),
    }
}

/// Makes an empty index. The folder must not hold another.
pub(crate) fn create(folder: &Path, segmenter: &Arc<Segmenter>) -> Result<Opened> {
    fs::create_dir_all(folder)?;
    let (schema, fields) = schema::schema();
    let settings = IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() };
    let index = Index::builder().schema(schema).settings(settings).open_or_create(Folder::open(folder)?)?;
    let opened = Opened::new(index, fields, segmenter)?;
    // Last, so that a folder with this file holds a whole index.
    fs::write(
        folder.join("version.json"),
        serde_json::to_vec(&VERSION).map_err(|error| Error::Source(error.to_string()))?,
    )?;
    Ok(opened)
}

/// Renames a damaged index, so that somebody may look at it, and removes the one set aside before.
pub(crate) fn set_aside(folder: &Path, stamp: &str) -> Result<()> {
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name().and_then(|name| name.to_str())) else {
        return Ok(());
    };
    let prefix = format!("{name}.corrupt-");
    for entry in fs::read_dir(parent)?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    match fs::rename(folder, parent.join(format!("{prefix}{stamp}"))) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Removes the index altogether.
///
/// # Errors
/// [`Error::Busy`] when another process writes to it.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    let held = Folder::open(folder)?.acquire_lock(&INDEX_WRITER_LOCK);
    let Ok(_lock) = held else { return Err(Error::Busy) };
    fs::remove_dir_all(folder)?;
    Ok(())
}
