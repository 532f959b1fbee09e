//! Keeping the index true: fed from the event log, rebuilt when it is missing or damaged, all while serving.
//!
//! The index knows how far it has read because every commit carries the cursor: killed between commits, it reads the same
//! events again, and reading twice does no harm. Whatever an event says, only the present state of its subject counts, which
//! the context that owns it tells. When the names of organs or a column change, everything is read again in the background
//! (a sweep), because hits show those names and the dictionary knows them.

use std::{
    collections::BTreeSet,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
    time::Duration,
};

use kernel::time;
use store::log;
use tantivy::{IndexWriter, TantivyDocument};
use tokio::sync::watch;
use web::{
    Ctx,
    hooks::{SearchEntry, SearchSource},
};

use crate::{
    Error, Result, Search,
    disk::{self, Opened, Progress, Sweep},
    schema, segmenter,
    shared::Feeding,
};

/// Events read at once.
const EVENTS: i64 = 500;
/// Entries read at once while sweeping.
const PAGE: i64 = 100;
/// Entries after which a sweep is committed: often enough to see it grow, seldom enough not to litter.
const COMMIT_EVERY: u64 = 2_000;
/// Events that mean nothing to the index after which the cursor is written all the same.
const IDLE_EVENTS: i64 = 5_000;
/// Seconds between automatic rebuilds: an index that breaks again at once has a cause that rebuilding does not remove.
const REBUILD_EVERY: i64 = 3_600;

/// A change of one object.
struct Change {
    subject_kind: &'static str,
    id: String,
    entry: Option<SearchEntry>,
}

/// Keeps the index true until `stop` says so. Never returns early: what fails is logged, shown by [`Search::status`], and tried
/// again.
pub async fn run(search: Search, ctx: Ctx, mut stop: watch::Receiver<bool>) {
    let mut head = ctx.db().head();
    let checker = search.clone();
    tokio::task::spawn_blocking(move || {
        checker.inner.segmenter.load();
        checker.check_files();
    });
    while !*stop.borrow() {
        let failed = match search.pass(&ctx).await {
            Ok(true) => continue,
            Ok(false) => false,
            Err(error) => {
                tracing::error!(%error, "the search index could not be brought up to date");
                true
            }
        };
        tokio::select! {
            // After a failure new events are no reason to hurry.
            _ = head.changed(), if !failed => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            stopped = stop.changed() => if stopped.is_err() { break },
        }
    }
    search.feeding().await.close();
}

impl Search {
    /// Brings the index up to date: for the command line and tests. Whatever is wrong with it is put right first.
    ///
    /// # Errors
    /// When the database or the disk fails.
    pub async fn catch_up(&self, ctx: &Ctx) -> Result<()> {
        while self.pass(ctx).await? {}
        Ok(())
    }

    /// Makes the index anew from the database, and says how many documents it then holds. For `gongkai reindex` and the
    /// button of the system page.
    ///
    /// # Errors
    /// [`Error::Busy`] while another process uses the index; otherwise when the database or the disk fails.
    pub async fn rebuild(&self, ctx: &Ctx) -> Result<u64> {
        self.rebuild_telling(ctx, |_| {}).await
    }

    /// The same; `told` hears again and again how many entries were read.
    ///
    /// # Errors
    /// See [`Search::rebuild`].
    pub async fn rebuild_telling(&self, ctx: &Ctx, mut told: impl FnMut(u64) + Send) -> Result<u64> {
        {
            let mut feeding = self.feeding().await;
            feeding.close();
            disk::remove(&self.inner.dir)?;
            self.start_anew(ctx, &mut feeding)?;
        }
        while self.pass(ctx).await? {
            let status = self.status();
            if status.rebuilding {
                told(status.done);
            }
        }
        let documents = self.status().documents;
        told(documents);
        Ok(documents)
    }

    /// One step. Says whether there is more to do at once.
    async fn pass(&self, ctx: &Ctx) -> Result<bool> {
        let mut feeding = self.feeding().await;
        if !self.make_ready(ctx, &mut feeding).await? {
            return Ok(false);
        }
        self.teach(ctx, &mut feeding).await?;
        let mut changes = Vec::new();
        let mut next = feeding.progress.clone();
        read_page(ctx, &mut next, &mut changes).await?;
        let of_page = changes.len();
        // After the page: of two readings of one object, the later is the truer.
        let read = read_events(ctx, &mut next, &mut changes).await?;
        if read.columns {
            feeding.vocabulary_due = true;
            next.sweep = Some(Sweep::default());
        }
        let pages = |progress: &Progress| progress.sweep.as_ref().map_or(0, |sweep| sweep.done);
        let (before, after) = (pages(&feeding.progress), pages(&next));
        let committed = &feeding.committed;
        let commit = changes.len() > of_page
            || (of_page > 0 && (before == 0 || before / COMMIT_EVERY != after / COMMIT_EVERY))
            || (next.sweep.is_none() && (committed.sweep.is_some() || !committed.is_written()))
            || next.dictionary != committed.dictionary
            || next.cursor - committed.cursor >= IDLE_EVENTS;
        let unfinished = read.more || next.sweep.is_some();
        let swept = feeding.progress.sweep.is_some() && next.sweep.is_none();
        self.apply(&mut feeding, changes, next, commit).await?;
        if swept {
            // A fresh writer gives back what this one needed for so much at once. Held even when idle: it keeps other
            // processes from removing the index.
            feeding.close();
            feeding.writer = self.inner.opened.load_full().and_then(|opened| opened.writer().ok());
        }
        Ok(unfinished)
    }

    /// Writes changes. On failure everything since the last commit is forgotten and read again.
    async fn apply(&self, feeding: &mut Feeding, changes: Vec<Change>, next: Progress, commit: bool) -> Result<()> {
        if changes.is_empty() && !commit {
            feeding.progress = next;
            self.publish(feeding);
            return Ok(());
        }
        let (Some(mut writer), Some(opened)) = (feeding.writer.take(), self.inner.opened.load_full()) else {
            return Err(Error::NotReady);
        };
        let to_write = next.clone();
        let written = tokio::task::spawn_blocking(move || {
            catch_unwind(AssertUnwindSafe(|| write(&mut writer, &opened, &changes, &to_write, commit)))
                .unwrap_or_else(|_| Err(Error::Damaged("写入索引时中断".into())))
                .map(|()| writer)
        });
        match written.await.unwrap_or_else(|error| Err(Error::Source(error.to_string()))) {
            Ok(writer) => {
                feeding.writer = Some(writer);
                feeding.progress = next;
                if commit {
                    feeding.committed = feeding.progress.clone();
                }
                self.publish(feeding);
                Ok(())
            }
            Err(error) => {
                feeding.progress = feeding.committed.clone();
                self.note_failure(&error);
                Err(error)
            }
        }
    }

    /// Opens, makes or replaces the index as needed. `false`: it cannot be fed now.
    async fn make_ready(&self, ctx: &Ctx, feeding: &mut Feeding) -> Result<bool> {
        if let Some(reason) = self.damage() {
            feeding.close();
            if !self.may_rebuild(ctx) {
                return Ok(false);
            }
            tracing::warn!(reason, "the search index is damaged and will be rebuilt");
            let stamp: String = time::to_db(ctx.seams().now()).chars().filter(char::is_ascii_digit).take(14).collect();
            disk::set_aside(&self.inner.dir, &stamp)?;
            fs::write(self.stamp_file(), time::to_db(ctx.seams().now()))?;
            self.start_anew(ctx, feeding)?;
        }
        if feeding.writer.is_some() {
            return Ok(true);
        }
        let opened = match self.inner.opened.load_full() {
            Some(opened) => opened,
            None => {
                self.start_anew(ctx, feeding)?;
                return Ok(true);
            }
        };
        match opened.writer() {
            Ok(writer) => feeding.writer = Some(writer),
            // Another process of this machine feeds it: read what that one writes.
            Err(Error::Busy) => {
                opened.reader.reload().map_err(Error::from).inspect_err(|error| self.note_failure(error))?;
                feeding.progress = opened.progress()?;
                feeding.committed = feeding.progress.clone();
                self.publish(feeding);
                return Ok(false);
            }
            Err(error) => {
                self.note_failure(&error);
                return Err(error);
            }
        }
        feeding.progress = opened.progress().inspect_err(|error| self.note_failure(error))?;
        feeding.committed = feeding.progress.clone();
        let cursor = feeding.progress.cursor;
        if cursor > 0 && log::after(ctx.db(), cursor - 1, 1).await?.is_empty() {
            // The database is older than the index: restored from a backup, or another one.
            feeding.close();
            self.inner.opened.store(None);
            disk::remove(&self.inner.dir)?;
            self.start_anew(ctx, feeding)?;
        }
        self.publish(feeding);
        Ok(true)
    }

    /// An empty index that is to be filled from the sources; events from now on come on top.
    fn start_anew(&self, ctx: &Ctx, feeding: &mut Feeding) -> Result<()> {
        feeding.close();
        let opened = Arc::new(disk::create(&self.inner.dir, &self.inner.segmenter)?);
        feeding.writer = Some(opened.writer()?);
        feeding.progress =
            Progress { cursor: *ctx.db().head().borrow(), dictionary: String::new(), sweep: Some(Sweep::default()) };
        feeding.committed = Progress::never_written();
        feeding.vocabulary_of = None;
        self.inner.opened.store(Some(opened));
        *self.inner.damage.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.publish(feeding);
        Ok(())
    }

    fn may_rebuild(&self, ctx: &Ctx) -> bool {
        let last = fs::read_to_string(self.stamp_file()).ok().and_then(|text| time::from_db(text.trim()));
        let age = last.map(|last| ctx.seams().now().as_second() - last.as_second());
        // A moment in the future is a clock that was set back, not a reason to wait for ever.
        age.is_none_or(|age| !(0..REBUILD_EVERY).contains(&age))
    }

    fn stamp_file(&self) -> std::path::PathBuf {
        self.inner.dir.with_extension("rebuilt")
    }

    /// Teaches the dictionary the names in use. When they are others than those the index was made with, everything is read
    /// again: names in hits and facets have changed too.
    async fn teach(&self, ctx: &Ctx, feeding: &mut Feeding) -> Result<()> {
        let directory = ctx.directory();
        let known = feeding.vocabulary_of.as_ref().is_some_and(|of| Arc::ptr_eq(of, &directory));
        if known && !feeding.vocabulary_due {
            return Ok(());
        }
        let mut words: Vec<String> = Vec::new();
        for organ in directory.all() {
            words.extend([organ.name.clone(), organ.short_name.clone()]);
            words.extend(organ.aliases.iter().cloned());
        }
        for source in &ctx.hooks().search {
            words.extend(source.vocabulary(ctx).await.map_err(|error| Error::Source(format!("{error:?}")))?);
        }
        self.inner.segmenter.teach(&words);
        let digest = segmenter::digest(&words);
        // A directory that is not loaded yet says nothing.
        if digest != feeding.progress.dictionary && !words.is_empty() {
            let fresh = !feeding.committed.is_written();
            feeding.progress.dictionary = digest;
            if !fresh || feeding.progress.sweep.is_none() {
                feeding.progress.sweep = Some(Sweep::default());
            }
        }
        feeding.vocabulary_of = Some(directory);
        feeding.vocabulary_due = false;
        Ok(())
    }
}

/// Reads the next page of a sweep.
async fn read_page(ctx: &Ctx, next: &mut Progress, changes: &mut Vec<Change>) -> Result<()> {
    let Some(sweep) = &mut next.sweep else { return Ok(()) };
    let Some(source) = ctx.hooks().search.get(sweep.source) else {
        next.sweep = None;
        return Ok(());
    };
    let ids = source.ids(ctx, &sweep.after, PAGE).await.map_err(|error| Error::Source(format!("{error:?}")))?;
    match ids.last() {
        // A source that repeats itself would be read for ever.
        Some(last) if *last != sweep.after => sweep.after.clone_from(last),
        _ => {
            sweep.source += 1;
            sweep.after.clear();
            return Ok(());
        }
    }
    sweep.done += ids.len() as u64;
    for id in ids {
        changes.push(read_entry(ctx, source.as_ref(), id).await?);
    }
    Ok(())
}

/// What reading events tells besides the changes.
struct Read {
    /// There may be more.
    more: bool,
    /// A column changed: its documents show its name and get no events of their own.
    columns: bool,
}

/// Reads the next events and asks for the present state of what they concern.
async fn read_events(ctx: &Ctx, next: &mut Progress, changes: &mut Vec<Change>) -> Result<Read> {
    let events = log::after(ctx.db(), next.cursor, EVENTS).await?;
    let subjects: BTreeSet<(&str, &str)> =
        events.iter().map(|event| (event.subject_kind.as_str(), event.subject_id.as_str())).collect();
    let columns = subjects.iter().any(|(kind, _)| *kind == "column");
    for (kind, id) in subjects {
        if let Some(source) = ctx.hooks().search.iter().find(|source| source.subject_kind() == kind) {
            changes.push(read_entry(ctx, source.as_ref(), id.to_owned()).await?);
        }
    }
    if let Some(last) = events.last() {
        next.cursor = last.seq;
    }
    Ok(Read { more: i64::try_from(events.len()).is_ok_and(|count| count == EVENTS), columns })
}

/// The present state of one object. One that cannot be told while the database answers is taken out: rather not found
/// than found although it was withdrawn.
async fn read_entry(ctx: &Ctx, source: &dyn SearchSource, id: String) -> Result<Change> {
    let subject_kind = source.subject_kind();
    let mut tries = 0;
    let entry = loop {
        match source.entry(ctx, &id).await {
            Ok(entry) => break entry,
            // Most faults pass: a pool that was busy, a lock. One that stays concerns this object alone.
            Err(error) if tries < 4 => {
                tries += 1;
                tracing::warn!(subject_kind, id, ?error, tries, "entry for the search index read again");
                tokio::time::sleep(std::time::Duration::from_millis(150 * tries)).await;
            }
            Err(error) => {
                ctx.db().ping().await?;
                tracing::error!(subject_kind, id, ?error, "left out of the search index");
                break None;
            }
        }
    };
    Ok(Change { subject_kind, id, entry })
}

fn write(writer: &mut IndexWriter, opened: &Opened, changes: &[Change], next: &Progress, commit: bool) -> Result<()> {
    for change in changes {
        writer.delete_term(schema::key_term(&opened.fields, change.subject_kind, &change.id));
        if let Some(entry) = &change.entry {
            let document: TantivyDocument = schema::document(&opened.fields, change.subject_kind, entry)?;
            writer.add_document(document)?;
        }
    }
    if commit {
        let mut prepared = writer.prepare_commit()?;
        prepared.set_payload(&serde_json::to_string(next).map_err(|error| Error::Source(error.to_string()))?);
        prepared.commit()?;
        opened.reader.reload()?;
    }
    Ok(())
}
