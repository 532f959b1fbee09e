//! Keeping the index true: fed from the event log, rebuilt when it is missing or damaged, all while serving.
//!
//! The index knows how far it has read because every commit carries the cursor: killed between commits, it reads the same
//! events again, and reading twice does no harm. Whatever an event says, only the present state of its subject counts, which
//! the context that owns it tells. A source is read from its beginning when it is new or tells of its objects in another way than
//! before; nothing else makes anything be read again, since entries hold codes and their words are looked up when they are shown.

use std::{
    collections::BTreeSet,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use kernel::time;
use store::log;
use tantivy::{IndexWriter, TantivyDocument, indexer::UserOperation};
use tokio::sync::watch;
use web::{
    Ctx,
    hooks::{Audience, SearchEntry, SearchSource},
};

use crate::{
    Error, Result, Search,
    disk::{self, Found, Opened, Progress, Reading},
    phrases, schema,
    segmenter::Segmenter,
    shared::{Feeding, Unfit},
};

/// Events read at once.
const EVENTS: i64 = 500;
/// Objects of a source read at once.
const PAGE: i64 = 100;
/// Objects after which the reading of a source is committed: often enough to see it grow, seldom enough not to litter.
const COMMIT_EVERY: u64 = 2_000;
/// Events that mean nothing to the index after which the cursor is written all the same.
const IDLE_EVENTS: i64 = 5_000;
/// Seconds before a second automatic rebuild of a damaged index; twice as many before each further one. An index that breaks
/// again at once has a cause that rebuilding does not remove, but one that is gone must not keep the search away.
const REBUILD_AGAIN: i64 = 10;
/// No automatic rebuild waits longer than these seconds.
const REBUILD_LONGEST: i64 = 300;
/// After so many seconds without damage the next one is the first again.
const REBUILD_FORGIVEN: i64 = 3_600;
/// Seconds between two attempts at most while the index cannot be fed.
const LONGEST_PAUSE: u64 = 10;

/// A change of what is in the index.
enum Change {
    /// What can be found of one object now.
    Subject { source: &'static str, id: String, entries: Vec<SearchEntry> },
    /// Nobody tells of these any more.
    Gone { source: String },
}

/// Keeps the index true until `stop` says so. Never returns early: what fails is logged, shown by [`Search::status`], and tried
/// again.
pub async fn run(search: Search, ctx: Ctx, mut stop: watch::Receiver<bool>) {
    let mut head = ctx.db().head();
    let checker = search.clone();
    tokio::task::spawn_blocking(move || {
        Segmenter.load();
        checker.check_files();
    });
    let mut failures = 0_u32;
    while !*stop.borrow() {
        match search.pass(&ctx).await {
            Ok(more) => {
                if failures > 0 {
                    tracing::info!(failures, "the search index is fed again");
                }
                failures = 0;
                search.set_stuck(None);
                if more {
                    continue;
                }
            }
            Err(error) => {
                failures += 1;
                search.set_stuck(Some(error.words()));
                if let Some(again) = store::quiet::line("the search index could not be brought up to date") {
                    tracing::error!(%error, again, "the search index could not be brought up to date");
                }
            }
        }
        let pause = (1_u64 << failures.saturating_sub(1).min(6)).min(LONGEST_PAUSE);
        tokio::select! {
            // After a failure new events are no reason to hurry.
            _ = head.changed(), if failures == 0 => {}
            () = tokio::time::sleep(Duration::from_secs(pause)) => {}
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

    /// Makes the index anew from the database, and says how many entries it then holds. For `gongkai reindex` and the
    /// button of the system page.
    ///
    /// # Errors
    /// [`Error::Busy`] while another process uses the index; otherwise when the database or the disk fails.
    pub async fn rebuild(&self, ctx: &Ctx) -> Result<u64> {
        self.rebuild_telling(ctx, |_| {}).await
    }

    /// The same; `told` hears again and again how many objects were read.
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
        // Another process may have taken the index meanwhile and fill it; then this one has not done what was asked.
        let mut feeding = self.feeding().await;
        if feeding.writer.is_none() || feeding.progress.unread(&self.inner.sources).is_some() {
            return Err(Error::Busy);
        }
        feeding.close();
        drop(feeding);
        let documents = self.status().documents;
        told(documents);
        Ok(documents)
    }

    /// One step. Says whether there is more to do at once.
    ///
    /// # Errors
    /// When the database or the disk fails.
    pub async fn pass(&self, ctx: &Ctx) -> Result<bool> {
        let mut feeding = self.feeding().await;
        if !self.make_ready(ctx, &mut feeding).await? {
            return Ok(false);
        }
        if std::mem::take(&mut feeding.labels_due)
            && let Err(error) = self.load_labels().await
        {
            feeding.labels_due = true;
            return Err(error);
        }
        // It stands in the commit that took the words out, so that a process that dies before this is done leaves it to the next.
        if feeding.progress.purge {
            self.purge(&mut feeding).await?;
            feeding.progress.purge = false;
        }
        let mut changes = Vec::new();
        let mut next = feeding.progress.clone();
        self.forget_gone(&mut next, &mut changes);
        self.read_page(ctx, &mut next, &mut changes).await?;
        let of_page = changes.len();
        // After the page: of two readings of one object, the later is the truer.
        let read = self.read_events(ctx, &mut next, &mut changes).await?;
        feeding.labels_due |= read.labels;
        next.purge = read.forgets;
        let (before, after) = (feeding.progress.done, next.done);
        let committed = &feeding.committed;
        let commit = changes.len() > of_page
            || (of_page > 0 && (before == 0 || before / COMMIT_EVERY != after / COMMIT_EVERY))
            || next.whole != committed.whole
            || read.forgets
            || !committed.is_written()
            || next.cursor - committed.cursor >= IDLE_EVENTS;
        let unread = |progress: &Progress| progress.unread(&self.inner.sources).is_some();
        let unfinished = read.more || read.forgets || unread(&next) || feeding.labels_due;
        let filled = unread(&feeding.progress) && !unread(&next);
        if filled {
            next.done = 0;
        }
        self.apply(&mut feeding, changes, next, commit).await?;
        if filled {
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
                    self.changed();
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

    /// Writes the segments from which something was taken out anew, without it: taken out, it is found no more, but lies in the
    /// files until they are merged.
    async fn purge(&self, feeding: &mut Feeding) -> Result<()> {
        let (Some(mut writer), Some(opened)) = (feeding.writer.take(), self.inner.opened.load_full()) else {
            return Err(Error::NotReady);
        };
        let merged = tokio::task::spawn_blocking(move || {
            catch_unwind(AssertUnwindSafe(|| opened.merge_deleted(&mut writer)))
                .unwrap_or_else(|_| Err(Error::Damaged("整理索引时中断".into())))
                .map(|()| writer)
        });
        match merged.await.unwrap_or_else(|error| Err(Error::Source(error.to_string()))) {
            Ok(writer) => {
                feeding.writer = Some(writer);
                self.changed();
                Ok(())
            }
            Err(error) => {
                self.note_failure(&error);
                Err(error)
            }
        }
    }

    /// Opens, makes or replaces the index as needed. `false`: it cannot be fed now.
    async fn make_ready(&self, ctx: &Ctx, feeding: &mut Feeding) -> Result<bool> {
        if let Some(unfit) = self.unfit()
            && !self.mend(ctx, feeding, unfit).await?
        {
            return Ok(false);
        }
        if feeding.writer.is_some() {
            return Ok(true);
        }
        let opened = match self.inner.opened.load_full() {
            Some(opened) => opened,
            None => match self.start_anew(ctx, feeding) {
                Ok(()) => return Ok(true),
                // Another process was faster, and feeds it.
                Err(Error::Busy) => self.reopen()?,
                Err(error) => return Err(error),
            },
        };
        match opened.writer() {
            Ok(writer) => feeding.writer = Some(writer),
            // Another process of this machine feeds it: read what that one writes.
            Err(Error::Busy) => {
                opened.reload().inspect_err(|error| self.note_failure(error))?;
                let progress = opened.progress()?;
                if progress != feeding.progress {
                    // Words may have changed as well as entries: this process does not read the events.
                    self.load_labels().await?;
                    self.changed();
                }
                feeding.progress = progress;
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

    /// Puts an index right that cannot be used as it is. `false`: it cannot be fed now.
    async fn mend(&self, ctx: &Ctx, feeding: &mut Feeding, unfit: Unfit) -> Result<bool> {
        feeding.close();
        let reason = match unfit {
            Unfit::Outdated => {
                tracing::info!("the search index was made by another version of the program and is made anew");
                return self.make_anew(ctx, feeding, "由其他版本的程序建立").map(|()| true);
            }
            Unfit::Missing(reason) => return self.make_anew(ctx, feeding, &reason).map(|()| true),
            Unfit::Damaged(reason) => reason,
            Unfit::Suspect(reason) => {
                let dir = self.inner.dir.clone();
                let looked = tokio::task::spawn_blocking(move || disk::examine(&dir)).await;
                match looked.map_err(|error| Error::Source(error.to_string()))? {
                    Ok(Found::Whole(opened)) => {
                        tracing::info!(reason, "the search index was looked at and is whole");
                        self.inner.opened.store(Some(Arc::new(*opened)));
                        self.set_unfit(None);
                        self.changed();
                        return Ok(true);
                    }
                    Ok(Found::Nothing | Found::Outdated) => {
                        return self.make_anew(ctx, feeding, &reason).map(|()| true);
                    }
                    Err(Error::Damaged(found)) => {
                        self.set_unfit(Some(Unfit::Damaged(found.clone())));
                        found
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        if !self.may_rebuild(ctx) {
            return Ok(false);
        }
        if let Some(again) = store::quiet::line("the search index is damaged and will be rebuilt") {
            tracing::warn!(reason, again, "the search index is damaged and will be rebuilt");
        }
        let now = time::to_db(ctx.seams().now());
        let stamp: String = now.chars().filter(char::is_ascii_digit).take(14).collect();
        disk::set_aside(&self.inner.dir, &stamp)?;
        self.note_rebuild(ctx);
        self.set_unfit(Some(Unfit::Missing(reason.clone())));
        self.make_anew(ctx, feeding, &reason)?;
        Ok(true)
    }

    /// Removes what lies there and begins an empty index. What was set aside for whoever wants to know why goes when there is no
    /// room.
    fn make_anew(&self, ctx: &Ctx, feeding: &mut Feeding, reason: &str) -> Result<()> {
        let made = disk::remove(&self.inner.dir).and_then(|()| self.start_anew(ctx, feeding));
        if let Err(error) = &made
            && error.passes()
            && !matches!(error, Error::Busy)
        {
            self.set_unfit(Some(Unfit::Missing(format!("{reason}；{error}"))));
            disk::forget_aside(&self.inner.dir)?;
        }
        made
    }

    /// Opens what another process has made.
    fn reopen(&self) -> Result<Arc<Opened>> {
        match disk::open(&self.inner.dir)? {
            Found::Whole(opened) => {
                let opened = Arc::new(*opened);
                self.inner.opened.store(Some(Arc::clone(&opened)));
                self.changed();
                Ok(opened)
            }
            Found::Nothing | Found::Outdated => Err(Error::NotReady),
        }
    }

    /// An empty index that is to be filled from the sources; events from now on come on top.
    fn start_anew(&self, ctx: &Ctx, feeding: &mut Feeding) -> Result<()> {
        feeding.close();
        let opened = Arc::new(disk::create(&self.inner.dir)?);
        feeding.writer = Some(opened.writer()?);
        feeding.progress = Progress { cursor: *ctx.db().head().borrow(), ..Progress::default() };
        feeding.committed = Progress::never_written();
        self.inner.opened.store(Some(opened));
        self.set_unfit(None);
        self.changed();
        self.publish(feeding);
        Ok(())
    }

    /// When the index was rebuilt last because of damage, and how often in a row.
    fn last_rebuild(&self) -> Option<(jiff::Timestamp, u32)> {
        let text = fs::read_to_string(self.stamp_file()).ok()?;
        let mut words = text.split_whitespace();
        let at = time::from_db(words.next()?)?;
        Some((at, words.next().and_then(|count| count.parse().ok()).unwrap_or(1)))
    }

    fn may_rebuild(&self, ctx: &Ctx) -> bool {
        let Some((last, count)) = self.last_rebuild() else { return true };
        let age = ctx.seams().now().as_second() - last.as_second();
        let wait = (REBUILD_AGAIN << count.saturating_sub(1).min(10)).min(REBUILD_LONGEST);
        // A moment in the future is a clock that was set back, not a reason to wait for ever.
        !(0..wait).contains(&age)
    }

    /// Over restarts, too: a program that is restarted because of it must not rebuild all the time. On a full disk it is left out.
    fn note_rebuild(&self, ctx: &Ctx) {
        let now = ctx.seams().now();
        let before = self.last_rebuild().filter(|(last, _)| now.as_second() - last.as_second() < REBUILD_FORGIVEN);
        let count = before.map_or(1, |(_, count)| count.saturating_add(1));
        let _ = fs::write(self.stamp_file(), format!("{} {count}", time::to_db(now)));
    }

    fn stamp_file(&self) -> std::path::PathBuf {
        self.inner.dir.with_extension("rebuilt")
    }

    /// Takes sources out of the index that nobody declares any more.
    fn forget_gone(&self, next: &mut Progress, changes: &mut Vec<Change>) {
        for source in next.gone(&self.inner.sources) {
            next.whole.remove(&source);
            next.reading.take_if(|reading| reading.source == source);
            changes.push(Change::Gone { source });
        }
    }

    /// Reads the next page of a source that is not in the index to its end.
    async fn read_page(&self, ctx: &Ctx, next: &mut Progress, changes: &mut Vec<Change>) -> Result<()> {
        let Some(source) = next.unread(&self.inner.sources) else { return Ok(()) };
        let (kind, version) = (source.subject_kind(), source.version());
        let begun = next.reading.take().filter(|reading| reading.source == kind && reading.version == version);
        let after = begun.map(|reading| reading.after).unwrap_or_default();
        let ids = source.ids(ctx, &after, PAGE).await.map_err(|error| Error::Source(format!("{error:?}")))?;
        match ids.last() {
            // A source that repeats itself would be read for ever.
            Some(last) if *last != after => {
                next.reading = Some(Reading { source: kind.to_owned(), version, after: last.clone() });
            }
            _ => {
                next.whole.insert(kind.to_owned(), version);
                return Ok(());
            }
        }
        next.done += ids.len() as u64;
        for id in ids {
            changes.push(read_subject(ctx, source, id).await?);
        }
        Ok(())
    }

    /// Reads the next events and asks for the present state of what they concern.
    async fn read_events(&self, ctx: &Ctx, next: &mut Progress, changes: &mut Vec<Change>) -> Result<Read> {
        let events = log::after(ctx.db(), next.cursor, EVENTS).await?;
        let subjects: BTreeSet<(&str, &str)> =
            events.iter().map(|event| (event.subject_kind.as_str(), event.subject_id.as_str())).collect();
        let forgets = events.iter().any(|event| {
            let mut kinds = self.inner.sources.iter().flat_map(|source| source.forgets_with());
            kinds.any(|kind| kind.name == event.kind)
        });
        let mut labels = false;
        for (kind, id) in subjects {
            labels |= kind == phrases::SUBJECT;
            labels |= self.inner.sources.iter().any(|source| source.labels_change_with().contains(&kind));
            if let Some(source) = self.inner.sources.iter().find(|source| source.subject_kind() == kind) {
                changes.push(read_subject(ctx, source.as_ref(), id.to_owned()).await?);
            }
        }
        if let Some(last) = events.last() {
            next.cursor = last.seq;
        }
        Ok(Read { more: i64::try_from(events.len()).is_ok_and(|count| count == EVENTS), labels, forgets })
    }
}

/// What reading events tells besides the changes.
struct Read {
    /// There may be more.
    more: bool,
    /// Words for codes may have changed.
    labels: bool,
    /// What was taken out was erased.
    forgets: bool,
}

/// What can be found of one object now. One that cannot be told while the database answers is taken out: rather not found
/// than found although it was withdrawn.
async fn read_subject(ctx: &Ctx, source: &dyn SearchSource, id: String) -> Result<Change> {
    let kind = source.subject_kind();
    let mut tries = 0;
    let mut entries = loop {
        match source.entries(ctx, &id).await {
            Ok(entries) => break entries,
            // Most faults pass: a pool that was busy, a lock. One that stays concerns this object alone.
            Err(error) if tries < 4 => {
                tries += 1;
                tracing::warn!(kind, id, ?error, tries, "entries for the search index read again");
                tokio::time::sleep(Duration::from_millis(150 * tries)).await;
            }
            Err(error) => {
                ctx.db().ping().await?;
                tracing::error!(kind, id, ?error, "left out of the search index");
                break Vec::new();
            }
        }
    };
    // What everybody may see comes first, and the subject itself before its parts: it stands for all of them.
    entries.sort_by_key(|entry| (entry.audience != Audience::Public, !entry.key.is_empty()));
    Ok(Change::Subject { source: kind, id, entries })
}

fn write(writer: &mut IndexWriter, opened: &Opened, changes: &[Change], next: &Progress, commit: bool) -> Result<()> {
    let fields = &opened.fields;
    for change in changes {
        match change {
            Change::Subject { source, id, entries } => {
                let mut batch: Vec<UserOperation<TantivyDocument>> =
                    vec![UserOperation::Delete(schema::subject_term(fields, source, id))];
                for entry in entries {
                    batch.push(UserOperation::Add(schema::document(fields, source, id, entry)?));
                }
                // As one batch, so that the entries stand side by side in one segment.
                writer.run(batch)?;
            }
            Change::Gone { source } => {
                writer.delete_term(schema::source_term(fields, source));
            }
        }
    }
    if commit {
        let mut prepared = writer.prepare_commit()?;
        prepared.set_payload(&serde_json::to_string(next).map_err(|error| Error::Source(error.to_string()))?);
        prepared.commit()?;
        opened.reload()?;
    }
    Ok(())
}
