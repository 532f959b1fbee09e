//! Bringing in many files: two readers, each with a guarded child, hand what they make to one writer, which keeps fifty
//! in one write. Stopped in the middle, what was written stays, and the same again goes on behind it.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use document::{
    House, Kind, Kinds,
    draft::{self, NewDocument},
};
use documents::{Extractor, Limits, Rejected, Several};
use kernel::{
    Actor, NewEvent, OrganCode,
    id::{ColumnId, DocumentId},
};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::Tx;
use tokio::sync::{Semaphore, mpsc};
use web::{Ctx, Error, Result};

use super::{
    BEGUN, ENDED, came,
    reading::{self, About, Doubt, Read, folded},
    rows::{self, Batch, Bearer, Borne, Key, NewFile, Outcome},
    walk::{Content, Source, why},
};

/// Readers at work: as many as children run at once.
const READERS: usize = 2;
/// Files in hand: read, or waiting for one before them, since what comes first in a folder counts where two are alike.
const IN_HAND: usize = 32;
/// Documents in one write.
const BATCH: usize = 50;
/// After so long what is there is written, so that little is lost when the program is stopped.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is brought in, and as what.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Whose documents they are.
    pub organ: OrganCode,
    pub kind: Kind,
    /// Where their drafts stand at first.
    pub column: ColumnId,
    /// Name of the folder or files, for people; the same again is the same batch.
    pub source: String,
}

/// How files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Many in one child: of a folder that the operator names.
    Together,
    /// Each in a child of its own: of what people send.
    Apart,
}

/// A file that was not brought in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    pub file: String,
    pub reason: String,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Files that were looked at.
    pub found: usize,
    /// Documents that were made.
    pub imported: usize,
    /// Of these, documents with something that a person must look at.
    pub doubtful: usize,
    /// Files whose document is there already, changed ones among them.
    pub skipped: usize,
    /// Files with other words for a document that is there: nothing was changed.
    pub changed: Vec<Left>,
    pub failed: Vec<Left>,
    /// Files of the folder that were left alone: of other kinds, or links.
    pub besides: Vec<String>,
    /// Address of the batch in the office.
    pub url: String,
    #[serde(skip)]
    pub batch: rows::BatchId,
}

impl Report {
    /// How many files are through.
    pub fn done(&self) -> usize {
        self.imported + self.skipped + self.failed.len()
    }
}

/// What a reader made of a file.
struct Item {
    place: usize,
    digest: String,
    made: Made,
}

enum Made {
    /// It is through since an earlier time.
    Known,
    Document(Box<Read>),
    Failed(String),
}

/// Who reads, and what for.
#[derive(Clone)]
struct Reader {
    extractor: Extractor,
    disk: store::Files,
    reading: Reading,
    about: About,
    files: Arc<Vec<Source>>,
    next: Arc<AtomicUsize>,
    done: Arc<HashSet<(String, String)>>,
    /// A place for each file in hand; the writer gives it back.
    places: Arc<Semaphore>,
    send: mpsc::Sender<Item>,
}

/// Brings files in; `told` hears of each write.
///
/// # Errors
/// When the person may not write for the organ, or storage fails. What was written before stays: how much it is, and how it is
/// gone on with, is said.
pub async fn run(
    ctx: &Ctx,
    actor: &Actor,
    wanted: &Wanted,
    files: Vec<Source>,
    reading: Reading,
    mut told: impl FnMut(&Report),
) -> Result<Report> {
    let (found, mut through, mut imported) = (files.len(), 0, 0);
    let done = bring_in(ctx, actor, wanted, files, reading, |report| {
        (through, imported) = (report.done(), report.imported);
        told(report);
    });
    let done = done.await;
    done.map_err(|error| stopped(error, reading, (found, through, imported)))
}

/// What storage said, for whoever brings files in: nothing was typed that could be lost, and what was written is there.
fn stopped(error: Error, reading: Reading, (found, through, imported): (usize, usize, usize)) -> Error {
    let Error::Unavailable(why) = error else { return error };
    // The cause alone: what follows is said to somebody at a form.
    let cause = why.split(['，', '。']).next().unwrap_or_default();
    let again = match reading {
        Reading::Together => "把同样的命令再运行一次",
        Reading::Apart => "再选择一次同样的文件",
    };
    Error::Unavailable(format!(
        "导入停下了：{cause}。共 {found} 个文件，已办完 {through} 个，其中导入 {imported} 件，都已保存；其余的还没有写入，原来的文件没有改动。\
         原因消除以后（例如腾出磁盘空间），{again}，会接着做，不会重复。"
    ))
}

async fn bring_in(
    ctx: &Ctx,
    actor: &Actor,
    wanted: &Wanted,
    files: Vec<Source>,
    reading: Reading,
    mut told: impl FnMut(&Report),
) -> Result<Report> {
    kernel::may_for(actor, wanted.kind.write, &wanted.organ)?;
    let house = House::of(ctx, "");
    let files = Arc::new(files);
    let content = match reading {
        Reading::Together => String::new(),
        Reading::Apart => content_of(&files).await?,
    };
    let batch = begin(ctx, actor, (wanted, content), files.len()).await?;
    let mut borne = rows::borne(ctx.db(), wanted.kind.key).await?;
    let places = Arc::new(Semaphore::new(IN_HAND));
    let (send, mut made) = mpsc::channel(IN_HAND);
    let reader = Reader {
        extractor: Extractor::new(ctx.program().clone(), Limits::default()),
        disk: ctx.files().clone(),
        reading,
        about: About {
            organ: wanted.organ.clone(),
            kind: wanted.kind,
            directory: ctx.directory(),
            own_host: ctx.site().domain.clone(),
            today: ctx.today(),
        },
        files: Arc::clone(&files),
        next: Arc::new(AtomicUsize::new(0)),
        done: Arc::new(rows::done(ctx.db(), &batch.id).await?),
        places: Arc::clone(&places),
        send,
    };
    for _ in 1..READERS {
        tokio::spawn(reader.clone().read());
    }
    tokio::spawn(reader.read());
    let url = format!("{}/imports/{}", ctx.config().server.office_url, batch.id);
    let mut report = Report { found: files.len(), url, batch: batch.id.clone(), ..Report::default() };
    let mut waiting: Vec<Item> = Vec::new();
    let (mut early, mut next): (BTreeMap<usize, Item>, usize) = (BTreeMap::new(), 0);
    loop {
        let ended = match tokio::time::timeout(PATIENCE, made.recv()).await {
            Ok(Some(item)) => {
                early.insert(item.place, item);
                while let Some(item) = early.remove(&next) {
                    waiting.push(item);
                    next += 1;
                    places.add_permits(1);
                }
                if waiting.len() < BATCH {
                    continue;
                }
                false
            }
            Ok(None) => true,
            Err(_) => false,
        };
        if !waiting.is_empty() {
            let items = std::mem::take(&mut waiting);
            let writer = Writer { house: &house, actor, wanted, batch: &batch, files: &files };
            let mut tx = ctx.db().write().await?;
            tx.lock("import").await?;
            for item in &items {
                writer.put(&mut tx, item, &mut borne, &mut report).await?;
            }
            tx.commit().await?;
            told(&report);
        }
        if ended {
            break;
        }
    }
    if report.done() < report.found {
        return Err(Error::internal("a reader of files ended before it was through"));
    }
    end(ctx, actor, &batch, &report).await?;
    Ok(report)
}

/// By what files that were sent are known again: 附件.zip of another month is another batch.
async fn content_of(files: &Arc<Vec<Source>>) -> Result<String> {
    let files = Arc::clone(files);
    let summed = tokio::task::spawn_blocking(move || {
        let mut sum = Sha256::new();
        for file in files.iter() {
            sum.update(file.name.as_bytes());
            sum.update(b"\0");
            if let Content::Held(bytes) = &file.content {
                sum.update(Sha256::digest(bytes));
            }
        }
        hex::encode(sum.finalize())
    });
    summed.await.map_err(|error| Error::internal(format!("files that were sent: {error}")))
}

/// Opens the batch, or goes on with the one that is there.
async fn begin(ctx: &Ctx, actor: &Actor, (wanted, content): (&Wanted, String), found: usize) -> Result<Batch> {
    let key = Key {
        organ: wanted.organ.clone(),
        kind: wanted.kind.key,
        column: wanted.column.clone(),
        source: wanted.source.clone(),
        content,
    };
    let mut tx = ctx.db().write().await?;
    tx.lock("import").await?;
    let (batch, new) = rows::open(&mut tx, actor, &key, count(found)).await?;
    if new {
        let data = json!({ "source": batch.source, "kind": batch.kind, "column": batch.column, "files": found });
        tx.append(NewEvent::new(&BEGUN, &batch.id, actor).organ(&batch.organ).data(data)).await?;
    }
    tx.commit().await?;
    Ok(batch)
}

async fn end(ctx: &Ctx, actor: &Actor, batch: &Batch, report: &Report) -> Result<()> {
    let mut tx = ctx.db().write().await?;
    rows::finish(&mut tx, &batch.id, count(report.skipped)).await?;
    let data = json!({
        "files": report.found, "imported": report.imported, "skipped": report.skipped, "failed": report.failed.len(),
    });
    tx.append(NewEvent::new(&ENDED, &batch.id, actor).organ(&batch.organ).data(data)).await?;
    tx.commit().await?;
    Ok(())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Reader {
    /// Reads one file after the other until there are none, or nobody listens any more.
    async fn read(self) {
        let mut together = Several::new(self.extractor.clone());
        loop {
            // Whoever brings files in may be gone: then nobody gives a place back.
            let permit = tokio::select! {
                permit = self.places.acquire() => permit,
                () = self.send.closed() => return,
            };
            let Ok(permit) = permit else { return };
            permit.forget();
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(source) = self.files.get(place) else { return };
            let item = match self.one(source, &mut together).await {
                Ok((digest, made)) => Item { place, digest, made },
                Err((digest, reason)) => Item { place, digest, made: Made::Failed(reason) },
            };
            if self.send.send(item).await.is_err() {
                return;
            }
        }
    }

    /// One file: its digest, and what it becomes; or why it becomes nothing.
    async fn one(
        &self,
        source: &Source,
        together: &mut Several,
    ) -> std::result::Result<(String, Made), (String, String)> {
        let bytes = self.bytes(source).await.map_err(|reason| (String::new(), reason))?;
        let digest = hex::encode(Sha256::digest(&bytes));
        if self.done.contains(&(source.name.clone(), digest.clone())) {
            return Ok((digest, Made::Known));
        }
        let failed = |reason: String| (digest.clone(), reason);
        let found = match self.reading {
            Reading::Together => together.extract(&source.name, &bytes).await,
            Reading::Apart => self.apart(source, &bytes).await,
        };
        let found = found.map_err(|rejected| failed(in_words(&rejected)))?;
        drop(bytes);
        let (name, about) = (source.name.clone(), self.about.clone());
        let made = tokio::task::spawn_blocking(move || reading::read(found, &name, &about)).await;
        let made = made.map_err(|_| failed("整理正文时出了意外，请检查文件内容。".to_owned()))?;
        Ok((digest.clone(), Made::Document(Box::new(made.map_err(failed)?))))
    }

    /// The bytes of a file, refused before they are in memory when there are too many.
    async fn bytes(&self, source: &Source) -> std::result::Result<Vec<u8>, String> {
        let path = match &source.content {
            Content::Held(bytes) => return Ok(bytes.clone()),
            Content::OnDisk(path) => path,
        };
        let most = self.extractor.limits.input_bytes;
        let size = tokio::fs::metadata(path).await.map_err(|error| why(&error))?.len();
        if size > most {
            return Err(format!("文件有 {} MB，超过 {} MB 的上限，没有导入。", size >> 20, most >> 20));
        }
        tokio::fs::read(path).await.map_err(|error| why(&error))
    }

    /// In a child of its own, which reads a file on disk.
    async fn apart(&self, source: &Source, bytes: &[u8]) -> std::result::Result<documents::Extracted, Rejected> {
        let received = self.disk.receive_bytes(bytes).await.map_err(|error| {
            tracing::error!(%error, "a file that is brought in cannot be put down for its reader");
            Rejected::new(documents::Code::Internal, "系统暂时不能读取文件，不是文件的问题。请稍后重新导入。")
        })?;
        self.extractor.extract(&received.path, &source.name).await
    }
}

/// A refusal of the readers, said of what is brought in and not of an upload.
fn in_words(rejected: &Rejected) -> String {
    rejected.message.replace("后再上传", "后再导入").replace("请稍后重新上传", "请稍后重新导入")
}

/// Who writes, and what for.
struct Writer<'a> {
    house: &'a House,
    actor: &'a Actor,
    wanted: &'a Wanted,
    batch: &'a Batch,
    files: &'a [Source],
}

/// What stands in the way of a document of its own.
struct There {
    outcome: Outcome,
    document: Option<DocumentId>,
    reason: String,
}

impl Writer<'_> {
    async fn put(&self, tx: &mut Tx, item: &Item, borne: &mut Borne, report: &mut Report) -> Result<()> {
        let path = self.files.get(item.place).map_or("", |source| source.name.as_str());
        let file = NewFile {
            place: count(item.place),
            path,
            digest: &item.digest,
            outcome: Outcome::Failed,
            document: None,
            identity: "",
            text_digest: "",
            came: (String::new(), String::new()),
            issued_by: "",
            reason: String::new(),
            doubts: &[],
            notes: &[],
        };
        let read = match &item.made {
            Made::Known => {
                report.skipped += 1;
                return Ok(());
            }
            Made::Failed(reason) => {
                report.failed.push(Left { file: path.to_owned(), reason: reason.clone() });
                return rows::put(tx, &self.batch.id, &NewFile { reason: reason.clone(), ..file }).await;
            }
            Made::Document(read) => read,
        };
        let file = NewFile {
            identity: &read.identity,
            text_digest: &read.text_digest,
            issued_by: &read.issued_by,
            notes: &read.notes,
            ..file
        };
        let (there, elsewhere) = self.there(tx, item, read).await?;
        if let Some(there) = there {
            report.skipped += 1;
            if there.outcome == Outcome::Changed {
                report.changed.push(Left { file: path.to_owned(), reason: there.reason.clone() });
            }
            let file = NewFile { outcome: there.outcome, document: there.document, reason: there.reason, ..file };
            return rows::put(tx, &self.batch.id, &file).await;
        }
        let mut doubts = read.doubts.clone();
        doubts.extend(elsewhere);
        doubts.extend(self.neighbours(read, borne));
        let new = NewDocument {
            organ: self.wanted.organ.clone(),
            column: self.wanted.column.clone(),
            kind: self.wanted.kind,
            title: read.title.clone(),
            relations: Vec::new(),
        };
        let (document, edition) = draft::create_written(tx, self.house, self.actor, &new, (&read.values, &read.text))
            .await
            .map_err(Error::from)?;
        if let Some(other) = self.alike(read, borne) {
            // Of two that bear one number either may be the wrong one.
            let words = format!("文号与《{}》相同，请核对；确实是同一文号的，在“特殊情况说明”里写明。", read.title);
            rows::also(tx, &other, &Doubt::new(document::common::DOCUMENT_NUMBER.key, words)).await?;
        }
        if !read.number().is_empty() {
            let same = borne.numbers.entry(folded(read.number())).or_default();
            same.push(Bearer {
                document: document.id.clone(),
                title: read.title.clone(),
                organ: document.organ.clone(),
                public: false,
            });
        }
        report.imported += 1;
        report.doubtful += usize::from(!doubts.is_empty());
        let came = (came::of_title(&edition.title), read.came_digest.clone());
        let file = NewFile { outcome: Outcome::Imported, document: Some(document.id), doubts: &doubts, came, ..file };
        rows::put(tx, &self.batch.id, &file).await
    }

    /// The document of these bytes, or of this number and title, if the organ has it; and what must be asked since another organ, or
    /// another kind, has these very bytes.
    async fn there(&self, tx: &mut Tx, item: &Item, read: &Read) -> Result<(Option<There>, Option<Doubt>)> {
        let (organ, kind) = (&self.wanted.organ, self.wanted.kind.key);
        let bytes = rows::by_digest(tx, &item.digest).await?;
        if let Some(known) = bytes.iter().find(|known| known.is_of(organ, kind)) {
            let reason = format!("与已经导入的《{}》是同一个文件。", known.title);
            let document = Some(known.document_id.clone());
            return Ok((Some(There { outcome: Outcome::Same, document, reason }), None));
        }
        let elsewhere = bytes.first().map(|known| {
            let words = if known.organ == *organ {
                "同样的文件已经作为另一种信息导入过，请核对是不是重复。"
            } else {
                "同样的文件已经记在别的机关名下导入过，请核对应当记在哪个机关名下。"
            };
            Doubt::new("organ", words)
        });
        let Some(known) = rows::by_identity(tx, &read.identity, (organ, kind)).await? else {
            return Ok((None, elsewhere));
        };
        let alike = if read.number().is_empty() { "标题和成文日期" } else { "文号和标题" };
        let (outcome, reason) = if known.text_digest == read.text_digest {
            (Outcome::Same, format!("与已经导入的《{}》{alike}、正文都相同。", known.title))
        } else {
            let told = "相同，正文不同，没有重复导入，也没有改动已经导入的。请核对哪一份正确，需要时修改或更正那一份。";
            (Outcome::Changed, format!("与已经导入的《{}》{alike}{told}", known.title))
        };
        Ok((Some(There { outcome, document: Some(known.document_id), reason }), None))
    }

    /// The draft of the organ with another title that bears the same number, where numbers are counted: an order may change many laws.
    fn alike(&self, read: &Read, borne: &Borne) -> Option<DocumentId> {
        let others = borne.numbers.get(&folded(read.number())).filter(|_| read.number().contains('〔'))?;
        let draft =
            |one: &&Bearer| !one.public && one.organ == self.wanted.organ && folded(&one.title) != folded(&read.title);
        others.iter().find(draft).map(|one| one.document.clone())
    }

    /// Other documents that bear the same number: told, since an order may change many, and a typing error looks alike. What another
    /// organ has not published is not told by its title.
    fn neighbours(&self, read: &Read, borne: &Borne) -> Option<Doubt> {
        if read.number().is_empty() {
            return None;
        }
        let others = borne.numbers.get(&folded(read.number()))?;
        let told = others.iter().find(|one| one.public || one.organ == self.wanted.organ);
        let words = match told.map(|one| one.title.as_str()) {
            Some(title) if folded(title) == folded(&read.title) => {
                format!("平台上已有文号、标题相同的《{title}》，请核对是不是同一份文件或它的另一个文本。")
            }
            Some(title) => format!("文号与《{title}》相同，请核对；确实是同一文号的，在“特殊情况说明”里写明。"),
            None => "别的机关有一份还没有公开的文件用了同样的文号，请核对文号和发布机关。".to_owned(),
        };
        Some(Doubt::new(document::common::DOCUMENT_NUMBER.key, words))
    }
}

/// The kind that was named and the column in which its documents stand; for whoever names no column the first of that
/// kind.
///
/// # Errors
/// [`Error::Invalid`] in words, when there is none.
pub async fn place(ctx: &Ctx, kind: &str, column: Option<&ColumnId>) -> Result<(Kind, ColumnId)> {
    let kinds = Kinds::of(ctx);
    let Some(found) = kinds.get(kind) else {
        let known: Vec<String> = kinds.all().iter().map(|kind| format!("{}（{}）", kind.key, kind.label)).collect();
        return Err(Error::Invalid(format!("没有“{kind}”这种信息类型。可用的有：{}。", known.join("、"))));
    };
    let tree = document::columns::tree(ctx.db().read()).await.map_err(Error::from)?;
    let wanted = match column {
        Some(slug) => tree.iter().find(|(_, row)| row.slug == *slug),
        None => tree.iter().find(|(_, row)| row.kind == found.key && !row.hidden),
    };
    match (wanted, column) {
        (Some((_, row)), _) => Ok((found, row.slug.clone())),
        (None, Some(slug)) => Err(Error::Invalid(format!("没有栏目“{slug}”。请先建立栏目，或写明已有的栏目。"))),
        (None, None) => Err(Error::Invalid(format!(
            "没有放“{}”的栏目。请先建立栏目（栏目类型选“{}”），或用 --column 写明栏目。",
            found.label, found.label
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_that_stops_says_how_far_it_came_and_how_it_goes_on() {
        let full =
            || Error::Unavailable("服务器存储空间已满，暂时不能保存。您填写的内容请先留存，稍后再试。".to_owned());
        let Error::Unavailable(told) = stopped(full(), Reading::Together, (965, 361, 358)) else { panic!("not told") };
        for part in ["服务器存储空间已满。共 965 个文件", "已办完 361 个", "导入 358 件", "同样的命令", "不会重复"]
        {
            assert!(told.contains(part), "{part} in {told}");
        }
        assert!(!told.contains("您填写的内容"), "{told}");
        let Error::Unavailable(told) = stopped(full(), Reading::Apart, (2, 0, 0)) else { panic!("not told") };
        assert!(told.contains("再选择一次同样的文件"), "{told}");
        assert!(matches!(stopped(Error::NotFound, Reading::Apart, (1, 0, 0)), Error::NotFound));
    }
}
