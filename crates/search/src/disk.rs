//! The index on disk: opened, made anew, set aside when damaged.
//!
//! Beside tantivy's own files lies `version.json`, which says how the tokens and fields were made. What does not fit is not
//! repaired: the database has everything, and the index is made again.

use std::{
    collections::BTreeMap,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tantivy::{
    Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyError,
    directory::{Directory, INDEX_WRITER_LOCK, error::LockError},
    indexer::IndexWriterOptions,
};
use web::hooks::{Audience, SearchSource};

use crate::{
    Error, Result,
    pread::Folder,
    schema::{self, Fields},
    seen::Seen,
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
    /// Sources that were read to their end, with the version in which they were.
    pub(crate) whole: BTreeMap<String, u32>,
    /// The source being read now.
    pub(crate) reading: Option<Reading>,
    /// Objects read so far by reading sources; 0 again when all are whole.
    pub(crate) done: u64,
    /// What was taken out was erased, and still lies in the files of segments until they are merged.
    #[serde(default)]
    pub(crate) purge: bool,
}

/// How far a source has been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reading {
    pub(crate) source: String,
    pub(crate) version: u32,
    /// The last identifier read.
    pub(crate) after: String,
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

    fn is_whole(&self, source: &dyn SearchSource) -> bool {
        self.whole.get(source.subject_kind()) == Some(&source.version())
    }

    /// The source to read on: the one that was begun, or the first of those that are not read to their end.
    pub(crate) fn unread<'a, S: AsRef<dyn SearchSource> + 'a>(&self, sources: &'a [S]) -> Option<&'a dyn SearchSource> {
        let mut left = sources.iter().map(AsRef::as_ref).filter(|source| !self.is_whole(*source));
        let first = left.clone().next();
        let begun = self.reading.as_ref();
        left.find(|source| begun.is_some_and(|begun| begun.source == source.subject_kind())).or(first)
    }

    /// Sources that are in the index and that nobody declares any more.
    pub(crate) fn gone<S: AsRef<dyn SearchSource>>(&self, sources: &[S]) -> Vec<String> {
        let known = self.whole.keys().chain(self.reading.as_ref().map(|reading| &reading.source));
        let declared = |kind: &str| sources.iter().any(|source| source.as_ref().subject_kind() == kind);
        known.filter(|kind| !declared(kind)).cloned().collect()
    }
}

/// An open index. Its reader stays inside: questions go through [`Opened::seen_by`], which knows who asks.
pub(crate) struct Opened {
    index: Index,
    reader: IndexReader,
    pub(crate) fields: Fields,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened")
    }
}

impl Opened {
    fn new(index: Index, fields: Fields) -> Result<Self> {
        schema::register(&index);
        let reader =
            index.reader_builder().reload_policy(ReloadPolicy::Manual).doc_store_cache_num_blocks(16).try_into()?;
        Ok(Self { index, reader, fields })
    }

    /// What this audience may see of the index as it is now.
    pub(crate) fn seen_by(&self, audience: Audience) -> Seen {
        Seen::new(self.reader.searcher(), self.fields, audience)
    }

    /// Entries of all audiences.
    pub(crate) fn entries(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// Segments that hold entries which were taken out, as of the newest commit.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn with_deleted(&self) -> Result<Vec<tantivy::index::SegmentId>> {
        let segments = self.index.searchable_segment_metas()?;
        Ok(segments.iter().filter(|segment| segment.has_deletes()).map(tantivy::SegmentMeta::id).collect())
    }

    /// Writes those segments anew, without what was taken out, and removes the old files.
    ///
    /// # Errors
    /// When the disk fails.
    pub(crate) fn merge_deleted(&self, writer: &mut tantivy::IndexWriter) -> Result<()> {
        let segments = self.with_deleted()?;
        if !segments.is_empty() {
            writer.merge(&segments).wait()?;
        }
        self.reload()?;
        writer.garbage_collect_files().wait()?;
        Ok(())
    }

    /// Reads the newest commit from now on.
    pub(crate) fn reload(&self) -> Result<()> {
        Ok(self.reader.reload()?)
    }

    /// What the newest commit says of itself.
    pub(crate) fn progress(&self) -> Result<Progress> {
        match self.index.load_metas()?.payload {
            None => Ok(Progress::default()),
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

/// What lies in the folder.
#[derive(Debug)]
pub(crate) enum Found {
    Nothing,
    /// An index of another version of the program.
    Outdated,
    Whole(Box<Opened>),
}

/// Opens the index. Panics inside, which damaged files can cause, count as damage.
pub(crate) fn open(folder: &Path) -> Result<Found> {
    let written = match fs::read(folder.join("version.json")) {
        Ok(written) => written,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let empty = fs::read_dir(folder).map_or(true, |mut files| files.next().is_none());
            return if empty { Ok(Found::Nothing) } else { Err(Error::Damaged("缺少 version.json".into())) };
        }
        Err(error) => return Err(error.into()),
    };
    match serde_json::from_slice::<Version>(&written) {
        Ok(found) if found == VERSION => {}
        Ok(_) => return Ok(Found::Outdated),
        Err(error) => return Err(Error::Damaged(format!("version.json：{error}"))),
    }
    let opened = catch_unwind(AssertUnwindSafe(|| {
        let (wanted, fields) = schema::schema();
        let index = Index::open(Folder::open(folder)?)?;
        if index.schema() != wanted {
            return Err(Error::Damaged("字段不符".into()));
        }
        let opened = Opened::new(index, fields)?;
        opened.progress()?;
        Ok(opened)
    }));
    match opened {
        Ok(Ok(opened)) => Ok(Found::Whole(Box::new(opened))),
        // The disk is full, no file may be opened …: nothing is known of the index.
        Ok(Err(error)) if error.passes() => Err(error),
        // Whatever else keeps an index from opening although its folder can be read is damage.
        Ok(Err(error)) => Err(Error::Damaged(error.to_string())),
        Err(_) => Err(Error::Damaged("读取时中断".into())),
    }
}

/// Looks whether an index under suspicion is whole: it opens, and each file is as it was written.
///
/// # Errors
/// [`Error::Damaged`] when it is not; others when that cannot be told now.
pub(crate) fn examine(folder: &Path) -> Result<Found> {
    let found = open(folder)?;
    if !matches!(found, Found::Whole(_)) {
        return Ok(found);
    }
    match catch_unwind(AssertUnwindSafe(|| broken_files(folder))) {
        Ok(Ok(files)) if files.is_empty() => Ok(found),
        Ok(Ok(files)) => Err(Error::Damaged(format!("{} 的校验不符", files[0].display()))),
        Ok(Err(error)) if error.passes() => Err(error),
        Ok(Err(error)) => Err(Error::Damaged(error.to_string())),
        Err(_) => Err(Error::Damaged("校验时中断".into())),
    }
}

/// Makes an empty index. The folder must not hold another.
pub(crate) fn create(folder: &Path) -> Result<Opened> {
    fs::create_dir_all(folder)?;
    let (schema, fields) = schema::schema();
    let settings = IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() };
    let index = Index::builder().schema(schema).settings(settings).open_or_create(Folder::open(folder)?)?;
    let opened = Opened::new(index, fields)?;
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
    forget_aside(folder)?;
    match fs::rename(folder, parent.join(format!("{prefix}{stamp}"))) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Removes damaged indexes that were set aside.
pub(crate) fn forget_aside(folder: &Path) -> Result<()> {
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name().and_then(|name| name.to_str())) else {
        return Ok(());
    };
    let prefix = format!("{name}.corrupt-");
    for entry in fs::read_dir(parent)?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Removes the index altogether.
///
/// # Errors
/// [`Error::Busy`] when another process writes to it.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    let _lock = match Folder::open(folder)?.acquire_lock(&INDEX_WRITER_LOCK) {
        Ok(lock) => Some(lock),
        Err(LockError::LockBusy) => return Err(Error::Busy),
        // No room for the file of the lock: removing makes some. Nobody else can have it then.
        Err(LockError::IoError(error)) if error.kind() == std::io::ErrorKind::StorageFull => None,
        Err(LockError::IoError(error)) => return Err(std::io::Error::other(error.to_string()).into()),
    };
    fs::remove_dir_all(folder)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::future::BoxFuture;
    use web::{Ctx, hooks::SearchEntry};

    use super::*;

    struct Source(&'static str, u32);

    impl SearchSource for Source {
        fn subject_kind(&self) -> &'static str {
            self.0
        }

        fn version(&self) -> u32 {
            self.1
        }

        fn entries<'a>(&'a self, _: &'a Ctx, _: &'a str) -> BoxFuture<'a, web::Result<Vec<SearchEntry>>> {
            Box::pin(std::future::ready(Ok(Vec::new())))
        }

        fn ids<'a>(&'a self, _: &'a Ctx, _: &'a str, _: i64) -> BoxFuture<'a, web::Result<Vec<String>>> {
            Box::pin(std::future::ready(Ok(Vec::new())))
        }
    }

    fn sources(list: &[(&'static str, u32)]) -> Vec<Arc<dyn SearchSource>> {
        list.iter().map(|(kind, version)| Arc::new(Source(kind, *version)) as _).collect()
    }

    #[test]
    fn a_source_is_known_by_its_kind_wherever_it_stands() {
        let reading = Reading { source: "plan".into(), version: 1, after: "x".into() };
        let whole = [("document".to_owned(), 1)].into();
        let progress = Progress { whole, reading: Some(reading), ..Progress::default() };
        let next = |list: &[(&'static str, u32)]| {
            progress.unread(&sources(list)).map(|source| (source.subject_kind(), source.version()))
        };
        assert_eq!(next(&[("organ", 1), ("document", 1), ("plan", 1)]), Some(("plan", 1)), "what was begun goes on");
        assert_eq!(next(&[("organ", 1), ("document", 1)]), Some(("organ", 1)), "a new one is read, wherever it stands");
        assert_eq!(next(&[("document", 2)]), Some(("document", 2)), "another version is read again");
        assert_eq!(next(&[("document", 1)]), None);
        assert_eq!(progress.gone(&sources(&[("organ", 1), ("plan", 1)])), ["document"]);
    }
}
