//! Files of a case: sealed by the store, their names sealed under the key of the case.

use kernel::{Actor, NewEvent, id::CaseId, may_for};
use serde_json::json;
use store::{Executor, FromRow, Tx, query, query_as};
use web::{Ctx, Refusal};

use crate::{
    CaseKey,
    events::{FILE_ADDED, LETTER},
    letters::LetterId,
    rows::{self, Entry},
    steps,
};

store::ids! {
    /// A file that belongs to a case.
    CaseFileId,
}

/// A file whose bytes the store already keeps sealed (`Files::keep_sealed`).
#[derive(Clone)]
pub struct Kept {
    /// Under which [`store::Files`] keeps it.
    pub digest: String,
    pub name: String,
    pub bytes: u64,
    /// Type with which it is handed out.
    pub media: String,
}

/// Its name may be a person's.
impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

/// Who gave a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The person: they see it on their own page.
    Party,
    /// The office: it stays inside until its letter is delivered.
    Office,
}

impl Origin {
    pub fn code(self) -> &'static str {
        match self {
            Self::Party => "party",
            Self::Office => "office",
        }
    }
}

/// A file of a case, as its pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFile {
    pub id: CaseFileId,
    /// Under which [`store::Files`] keeps it: read with `open_sealed`.
    pub digest: String,
    pub name: String,
    /// Size of the plain file.
    pub bytes: i64,
    pub media: String,
    pub origin: Origin,
    /// The letter with which it goes out; empty = none.
    pub letter: LetterId,
    pub at: String,
}

#[derive(FromRow)]
struct Row {
    id: CaseFileId,
    digest: String,
    sealed: String,
    bytes: i64,
    media: String,
    origin: String,
    letter: LetterId,
    at: String,
}

fn place(file: &CaseFileId) -> String {
    format!("file {file}")
}

/// Puts a file to a case without an event of its own.
pub(crate) async fn put(
    tx: &mut Tx,
    key: &CaseKey,
    case: &CaseId,
    file: &Kept,
    origin: Origin,
) -> Result<CaseFileId, Refusal> {
    let (seams, now) = (tx.seams(), tx.now());
    let id = CaseFileId::fresh(&seams);
    query(
        "INSERT INTO case_file (id, case_id, digest, sealed, bytes, media, origin, letter, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8)",
    )
    .bind(&id)
    .bind(case)
    .bind(&file.digest)
    .bind(key.seal(&seams, &place(&id), &file.name)?)
    .bind(i64::try_from(file.bytes).unwrap_or(i64::MAX))
    .bind(&file.media)
    .bind(origin.code())
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Adds a file to a case that runs, with its event; with a letter that is not signed yet, it goes out with that.
///
/// # Errors
/// [`Refusal::Conflict`] once the case is erased; [`Refusal::NotFound`] for no case; when the database fails.
pub async fn attach(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    file: &Kept,
    (origin, letter): (Origin, Option<&LetterId>),
) -> Result<CaseFileId, Refusal> {
    tx.lock_row("case_entry", case.as_str()).await?;
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let key = entry.key(ctx)?.ok_or_else(|| Refusal::Conflict("当事人信息已按规定删除，不能再添加附件。".into()))?;
    let id = put(tx, &key, case, file, origin).await?;
    if let Some(letter) = letter {
        redrafted(tx, actor, case, letter).await?;
        goes_with(tx, &id, letter.as_str()).await?;
        // Who signs must not have chosen what goes out: the log tells who did.
        let data = json!({
            "case_kind": entry.kind, "letter": letter.as_str(), "turn": "file_put", "digest": file.digest,
        });
        tx.append(NewEvent::new(&LETTER, case, actor).organ(&entry.organ).data(data)).await?;
    }
    steps::touch(tx, case).await?;
    let data = json!({ "case_kind": entry.kind, "digest": file.digest, "origin": origin.code() });
    tx.append(NewEvent::new(&FILE_ADDED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(id)
}

/// What goes with a letter is part of what is signed: whoever changes it has drafted the letter from then on, and who has opened
/// it before must look again.
async fn redrafted(tx: &mut Tx, actor: &Actor, case: &CaseId, letter: &LetterId) -> Result<(), Refusal> {
    let now = tx.now();
    let done = query(
        "UPDATE case_letter SET version = version + 1, drafted_by = $3, drafted_name = $4, drafted_at = $5 \
         WHERE id = $1 AND case_id = $2 AND state IN ('draft', 'returned')",
    )
    .bind(letter)
    .bind(case)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(now)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Refusal::Conflict("文书已经签发，附件不能再改。需要更改的，请另制一份文书。".into()));
    }
    Ok(())
}

async fn goes_with(tx: &mut Tx, file: &CaseFileId, letter: &str) -> store::Result<()> {
    query("UPDATE case_file SET letter = $2 WHERE id = $1").bind(file).bind(letter).execute(tx.conn()).await?;
    Ok(())
}

/// Lets a file of the office go out with a letter that is not signed, or no longer.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not handle the case; [`Refusal::NotFound`] for a file of somebody else;
/// [`Refusal::Conflict`] once the letter is signed, or the file goes with another one.
pub async fn send_with(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    (file, letter): (&CaseFileId, &LetterId),
    goes: bool,
) -> Result<(), Refusal> {
    tx.lock_row("case_entry", case.as_str()).await?;
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    may_for(actor, kind.handle, &rows::keeper(ctx, &entry.organ))?;
    let all = of_case(ctx, tx.conn(), &entry).await?;
    let known = all.into_iter().find(|one| one.id == *file && one.origin == Origin::Office).ok_or(Refusal::NotFound)?;
    if goes && !known.letter.as_str().is_empty() && known.letter != *letter {
        return Err(Refusal::Conflict("这份附件已经随另一份文书发出，请重新上传一份。".into()));
    }
    if (known.letter == *letter) == goes {
        return Ok(());
    }
    redrafted(tx, actor, case, letter).await?;
    goes_with(tx, file, if goes { letter.as_str() } else { "" }).await?;
    steps::touch(tx, case).await?;
    let turn = if goes { "file_put" } else { "file_taken" };
    let data = json!({ "case_kind": entry.kind, "letter": letter.as_str(), "turn": turn, "digest": known.digest });
    tx.append(NewEvent::new(&LETTER, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(())
}

/// SHA-256 of the files that go out with a letter, the first one first.
pub(crate) async fn digests(tx: &mut Tx, letter: &LetterId) -> store::Result<Vec<String>> {
    store::query_scalar("SELECT digest FROM case_file WHERE letter = $1 ORDER BY at, id")
        .bind(letter)
        .fetch_all(tx.conn())
        .await
}

/// The files of a case, the first one first; none once it is erased.
///
/// # Errors
/// When the key does not fit; when the database fails.
pub async fn of_case(ctx: &Ctx, executor: impl Executor<'_>, entry: &Entry) -> Result<Vec<CaseFile>, Refusal> {
    let Some(key) = entry.key(ctx)? else { return Ok(Vec::new()) };
    let rows: Vec<Row> = query_as(
        "SELECT id, digest, sealed, bytes, media, origin, letter, at FROM case_file WHERE case_id = $1 ORDER BY at, id",
    )
    .bind(&entry.id)
    .fetch_all(executor)
    .await?;
    let mut files = Vec::with_capacity(rows.len());
    for row in rows {
        files.push(CaseFile {
            name: key.open(&place(&row.id), &row.sealed)?,
            origin: if row.origin == Origin::Party.code() { Origin::Party } else { Origin::Office },
            id: row.id,
            digest: row.digest,
            bytes: row.bytes,
            media: row.media,
            letter: row.letter,
            at: row.at,
        });
    }
    Ok(files)
}

/// Digests of all files of a case, taken out of it: their bytes are to be deleted when the write is committed.
pub(crate) async fn take_out(tx: &mut Tx, case: &CaseId) -> store::Result<Vec<String>> {
    let digests: Vec<String> =
        store::query_scalar("SELECT digest FROM case_file WHERE case_id = $1").bind(case).fetch_all(tx.conn()).await?;
    query("DELETE FROM case_file WHERE case_id = $1").bind(case).execute(tx.conn()).await?;
    Ok(digests)
}
