//! Files of a case: sealed by the store, their names sealed under the key of the case.

use kernel::{Actor, NewEvent, id::CaseId, may_for};
use serde_json::json;
use store::{Executor, FromRow, Tx, files::Received, query, query_as};
use web::{Ctx, Refusal};

use crate::{
    CaseKey,
    events::{FILE_ADDED, FILE_AWAY, LETTER},
    kind::Kind,
    letters::{self, Letter, LetterId},
    rows::{self, Entry},
    rules, steps,
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
    /// SHA-256 of the plain bytes, hexadecimal: the same file given twice is known as one.
    pub print: String,
    pub name: String,
    pub bytes: u64,
    /// Type with which it is handed out.
    pub media: String,
}

impl Kept {
    /// A file that came as `plain` and was kept as `sealed`.
    pub fn of(sealed: &Received, plain: &Received, name: &str, media: &str) -> Self {
        Self {
            digest: sealed.digest.clone(),
            print: plain.digest.clone(),
            name: name.to_owned(),
            bytes: plain.bytes,
            media: media.to_owned(),
        }
    }
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
    /// SHA-256 of the plain bytes, hexadecimal.
    pub print: String,
    /// The file of which it is the copy without some parts (区分处理); empty = it is none.
    pub source: CaseFileId,
    /// Since when it is put away, stored form; empty = in use.
    pub away_at: String,
    pub at: String,
}

impl CaseFile {
    /// Whether it is put away: it stays with the case and goes out with nothing.
    pub fn is_away(&self) -> bool {
        !self.away_at.is_empty()
    }
}

/// Whether somebody has made a copy of this file, or of the same bytes given another time, without some parts. A copy that was put
/// away still says that not all of the file may be given.
pub fn is_source(all: &[CaseFile], file: &CaseFile) -> bool {
    let same = |source: &CaseFileId| {
        *source == file.id
            || all.iter().any(|one| one.id == *source && !one.print.is_empty() && one.print == file.print)
    };
    all.iter().filter(|one| !one.source.as_str().is_empty()).any(|copy| same(&copy.source))
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
    print: String,
    source: CaseFileId,
    away_at: String,
    at: String,
}

fn place(file: &CaseFileId) -> String {
    format!("file {file}")
}

fn print_of(file: &CaseFileId) -> String {
    format!("file {file} print")
}

/// Puts a file to a case without an event of its own.
pub(crate) async fn put(
    tx: &mut Tx,
    key: &CaseKey,
    case: &CaseId,
    file: &Kept,
    origin: Origin,
    source: Option<&CaseFileId>,
) -> Result<CaseFileId, Refusal> {
    let (seams, now) = (tx.seams(), tx.now());
    let id = CaseFileId::fresh(&seams);
    query(
        "INSERT INTO case_file (id, case_id, digest, sealed, bytes, media, origin, letter, print, source, away_at, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, $9, '', $10)",
    )
    .bind(&id)
    .bind(case)
    .bind(&file.digest)
    .bind(key.seal(&seams, &place(&id), &file.name)?)
    .bind(i64::try_from(file.bytes).unwrap_or(i64::MAX))
    .bind(&file.media)
    .bind(origin.code())
    .bind(key.seal(&seams, &print_of(&id), &file.print)?)
    .bind(source.map_or("", CaseFileId::as_str))
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Adds a file to a case, also to one that has ended, with its event; with a letter that is not signed yet, it goes out with that.
///
/// # Errors
/// [`Refusal::Conflict`] once the case is erased, and for a file that may not go out with the letter; [`Refusal::NotFound`] for no
/// case; when the database fails.
pub async fn attach(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    file: &Kept,
    (origin, letter): (Origin, Option<&LetterId>),
) -> Result<CaseFileId, Refusal> {
    added(ctx, tx, actor, case, (file, None), (origin, letter)).await
}

/// Adds the copy of a file of the case without what may not be supplied (区分处理). From then on the file itself goes out with no
/// letter that does not give all.
///
/// # Errors
/// As [`attach`].
pub async fn attach_copy(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    (copy, source): (&Kept, &CaseFileId),
    letter: Option<&LetterId>,
) -> Result<CaseFileId, Refusal> {
    added(ctx, tx, actor, case, (copy, Some(source)), (Origin::Office, letter)).await
}

async fn added(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    (file, source): (&Kept, Option<&CaseFileId>),
    (origin, letter): (Origin, Option<&LetterId>),
) -> Result<CaseFileId, Refusal> {
    tx.lock_row("case_entry", case.as_str()).await?;
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let key = entry.key(ctx)?.ok_or_else(|| Refusal::Conflict("当事人信息已按规定删除，不能再添加附件。".into()))?;
    let id = put(tx, &key, case, file, origin, source).await?;
    if let Some(letter) = letter {
        redrafted(tx, actor, case, letter).await?;
        goes_with(tx, &id, letter.as_str()).await?;
        with_letter(ctx, tx, &entry, letter).await?;
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

/// As [`may_go_out`], for a letter by its id.
async fn with_letter(ctx: &Ctx, tx: &mut Tx, entry: &Entry, letter: &LetterId) -> Result<(), Refusal> {
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    let all = letters::of_case(ctx, tx.conn(), entry).await?;
    let letter = all.into_iter().find(|one| one.id == *letter).ok_or(Refusal::NotFound)?;
    may_go_out(ctx, tx, (entry, kind), &letter).await
}

/// Refuses the files of a letter that may not go out with it: one that was put away, and, unless the letter gives all, one of
/// which a copy without some parts was made (区分处理). Asked when a file is put to a letter, when it is signed and when it is
/// delivered: a copy may be made, and the answer changed, in between.
///
/// # Errors
/// [`Refusal::Conflict`] with the file and what to do; when the key does not fit; when the database fails.
pub(crate) async fn may_go_out(
    ctx: &Ctx,
    tx: &mut Tx,
    (entry, kind): (&Entry, Kind),
    letter: &Letter,
) -> Result<(), Refusal> {
    let all = of_case(ctx, tx.conn(), entry).await?;
    let gives_all = rules::rules_of(ctx, kind).is_some_and(|rules| rules.gives_all(&letter.kind, &letter.body));
    for file in all.iter().filter(|one| one.letter == letter.id) {
        if file.is_away() {
            return Err(Refusal::Conflict(format!("“{}”已经收起，不能随文书送达。请把它取下。", file.name)));
        }
        if !gives_all && is_source(&all, file) {
            let told = if letter.state == "signed" {
                "请把这份文书作废，另拟一份，附区分处理后的文件"
            } else {
                "请把它取下，附区分处理后的文件"
            };
            return Err(Refusal::Conflict(format!(
                "“{}”是做了区分处理的原件，不予公开的内容都在里面，不能随这份文书送达。{told}；全部公开的，答复应当是“予以公开”。",
                file.name
            )));
        }
    }
    Ok(())
}

/// A file of the office in a case that is locked for this write and that this person handles.
async fn of_office(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    file: &CaseFileId,
) -> Result<(Entry, CaseFile), Refusal> {
    tx.lock_row("case_entry", case.as_str()).await?;
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    may_for(actor, kind.handle, &rows::keeper(ctx, &entry.organ))?;
    let all = of_case(ctx, tx.conn(), &entry).await?;
    let known = all.into_iter().find(|one| one.id == *file && one.origin == Origin::Office).ok_or(Refusal::NotFound)?;
    Ok((entry, known))
}

/// Puts away a file of the office that is wrong, for instance a copy that does not cover enough: it stays with the case and can be
/// opened there, and goes out with nothing.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not handle the case; [`Refusal::NotFound`] for a file of somebody else;
/// [`Refusal::Conflict`] while it goes with a letter, and when it is put away already.
pub async fn put_away(ctx: &Ctx, tx: &mut Tx, actor: &Actor, case: &CaseId, file: &CaseFileId) -> Result<(), Refusal> {
    let (entry, known) = of_office(ctx, tx, actor, case, file).await?;
    if known.is_away() {
        return Err(Refusal::Conflict("这份附件已经收起。".into()));
    }
    if !known.letter.as_str().is_empty() {
        return Err(Refusal::Conflict("这份附件随文书送达，不能收起。文书还没有签发的，请先在文书页面取下。".into()));
    }
    let now = tx.now();
    query("UPDATE case_file SET away_at = $2 WHERE id = $1").bind(file).bind(now).execute(tx.conn()).await?;
    steps::touch(tx, case).await?;
    let data = json!({ "case_kind": entry.kind, "digest": known.digest });
    tx.append(NewEvent::new(&FILE_AWAY, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(())
}

/// Lets a file of the office go out with a letter that is not signed, or no longer.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not handle the case; [`Refusal::NotFound`] for a file of somebody else;
/// [`Refusal::Conflict`] once the letter is signed, when the file goes with another one, and where it may not go out with this one.
pub async fn send_with(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    (file, letter): (&CaseFileId, &LetterId),
    goes: bool,
) -> Result<(), Refusal> {
    let (entry, known) = of_office(ctx, tx, actor, case, file).await?;
    if goes && !known.letter.as_str().is_empty() && known.letter != *letter {
        return Err(Refusal::Conflict("这份附件已经随另一份文书发出，请重新上传一份。".into()));
    }
    if (known.letter == *letter) == goes {
        return Ok(());
    }
    redrafted(tx, actor, case, letter).await?;
    goes_with(tx, file, if goes { letter.as_str() } else { "" }).await?;
    if goes {
        with_letter(ctx, tx, &entry, letter).await?;
    }
    steps::touch(tx, case).await?;
    let turn = if goes { "file_put" } else { "file_taken" };
    let data = json!({ "case_kind": entry.kind, "letter": letter.as_str(), "turn": turn, "digest": known.digest });
    tx.append(NewEvent::new(&LETTER, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(())
}

/// Lets the files of a letter that was dropped go with another one. What was signed with it stands in the log.
pub(crate) async fn set_free(tx: &mut Tx, letter: &LetterId) -> store::Result<()> {
    query("UPDATE case_file SET letter = '' WHERE letter = $1").bind(letter).execute(tx.conn()).await?;
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
        "SELECT id, digest, sealed, bytes, media, origin, letter, print, source, away_at, at FROM case_file \
         WHERE case_id = $1 ORDER BY at, id",
    )
    .bind(&entry.id)
    .fetch_all(executor)
    .await?;
    let mut files = Vec::with_capacity(rows.len());
    for row in rows {
        files.push(CaseFile {
            name: key.open(&place(&row.id), &row.sealed)?,
            print: key.open(&print_of(&row.id), &row.print)?,
            origin: if row.origin == Origin::Party.code() { Origin::Party } else { Origin::Office },
            id: row.id,
            digest: row.digest,
            bytes: row.bytes,
            media: row.media,
            letter: row.letter,
            source: row.source,
            away_at: row.away_at,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn file(id: &str, print: &str, source: &str) -> CaseFile {
        CaseFile {
            id: CaseFileId::from(id),
            digest: format!("digest of {id}"),
            name: format!("{id}.png"),
            bytes: 1,
            media: "image/png".to_owned(),
            origin: Origin::Office,
            letter: LetterId::from(""),
            print: print.to_owned(),
            source: CaseFileId::from(source),
            away_at: String::new(),
            at: String::new(),
        }
    }

    #[test]
    fn a_file_of_which_a_copy_was_made_is_known_also_when_it_is_given_again() {
        let mut all =
            vec![file("scan", "aa", ""), file("copy", "bb", "scan"), file("again", "aa", ""), file("map", "cc", "")];
        let known = |all: &[CaseFile]| all.iter().map(|one| is_source(all, one)).collect::<Vec<_>>();
        assert_eq!(known(&all), [true, false, true, false]);
        all[1].away_at = "2026-03-02T01:00:00.000Z".to_owned();
        assert_eq!(known(&all), [true, false, true, false], "a copy that was put away says it, too");
        assert_eq!(known(&[file("a", "", ""), file("b", "", "")]), [false, false]);
        assert_eq!(known(&[file("a", "", ""), file("b", "", "a"), file("c", "", "")]), [true, false, false]);
    }
}
