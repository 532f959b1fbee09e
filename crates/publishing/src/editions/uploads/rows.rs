//! Files that come in parts, as they stand in the tables.

use jiff::SignedDuration;
use kernel::{
    Seams,
    id::{AccountId, AttachmentId, EditionId},
    time,
};
use store::{Executor, FromRow, Result, Tx, files::Received, query, query_as, query_scalar};

store::ids! {
    /// A file that is being sent in parts.
    UploadId,
}

/// Hours for which parts are kept after the last one came.
pub(super) const HOURS: i64 = 24;

/// A file that is being sent.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(in crate::editions) struct Upload {
    pub(in crate::editions) id: UploadId,
    pub(super) edition_id: EditionId,
    pub(super) account: AccountId,
    pub(in crate::editions) file_name: String,
    /// SHA-256 of the whole, as its sender named it.
    pub(super) digest: String,
    /// Of the whole.
    pub(in crate::editions) bytes: i64,
    /// Of it, without gaps from the beginning.
    pub(in crate::editions) received: i64,
    pub(super) replaces: AttachmentId,
    /// What it became; empty = nothing yet.
    pub(super) attachment: AttachmentId,
    /// When its last part came, stored form.
    pub(in crate::editions) touched_at: String,
}

impl Upload {
    /// Until when it is kept if nothing more comes, for people.
    pub(in crate::editions) fn until(&self) -> String {
        let until =
            time::from_db(&self.touched_at).and_then(|at| at.checked_add(SignedDuration::from_hours(HOURS)).ok());
        until.map(|at| time::show_minute(&time::to_db(at))).unwrap_or_default()
    }
}

/// What was touched before this moment, stored form, is kept no longer.
fn oldest(seams: &Seams) -> String {
    let now = seams.now();
    time::to_db(now.checked_sub(SignedDuration::from_hours(HOURS)).unwrap_or(now))
}

/// The upload of this person for this edition; one that has lain too long is not there any more.
pub(super) async fn find(
    on: impl Executor<'_>,
    seams: &Seams,
    id: &UploadId,
    (account, edition): (&AccountId, &EditionId),
) -> Result<Option<Upload>> {
    let sql = "SELECT * FROM upload \
               WHERE id = $1 AND account = $2 AND edition_id = $3 AND touched_at >= $4";
    query_as(sql).bind(id).bind(account).bind(edition).bind(oldest(seams)).fetch_optional(on).await
}

/// What this person has begun for this edition and not ended, oldest first.
pub(super) async fn unfinished(
    on: impl Executor<'_>,
    seams: &Seams,
    account: &AccountId,
    edition: &EditionId,
) -> Result<Vec<Upload>> {
    let sql = "SELECT * FROM upload \
               WHERE account = $1 AND edition_id = $2 AND attachment = '' AND touched_at >= $3 ORDER BY created_at, id LIMIT 60";
    query_as(sql).bind(account).bind(edition).bind(oldest(seams)).fetch_all(on).await
}

/// A file that a person has begun to send somewhere.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Waiting {
    /// Of the text to which it is sent.
    pub(super) title: String,
    pub(super) file_name: String,
    pub(super) bytes: i64,
}

/// All that this person has begun and not ended, wherever.
pub(super) async fn waiting(on: impl Executor<'_>, seams: &Seams, account: &AccountId) -> Result<Vec<Waiting>> {
    let sql = "SELECT e.title, u.file_name, u.bytes FROM upload u JOIN edition e ON e.id = u.edition_id \
               WHERE u.account = $1 AND u.attachment = '' AND u.touched_at >= $2 ORDER BY u.created_at, u.id";
    query_as(sql).bind(account).bind(oldest(seams)).fetch_all(on).await
}

/// What is to come, by whom and for what.
#[derive(Debug)]
pub(super) struct NewUpload<'a> {
    pub(super) edition: &'a EditionId,
    pub(super) account: &'a AccountId,
    pub(super) file_name: &'a str,
    pub(super) digest: &'a str,
    /// Of the whole.
    pub(super) bytes: i64,
    /// Empty = it is a new attachment.
    pub(super) replaces: &'a AttachmentId,
}

/// The same file that this person has begun to send to the same place.
pub(super) async fn known(on: impl Executor<'_>, seams: &Seams, new: &NewUpload<'_>) -> Result<Option<Upload>> {
    let sql = "SELECT * FROM upload \
               WHERE account = $1 AND edition_id = $2 AND digest = $3 AND bytes = $4 AND replaces = $5 AND attachment = '' \
               AND touched_at >= $6 ORDER BY received DESC, id LIMIT 1";
    query_as(sql)
        .bind(new.account)
        .bind(new.edition)
        .bind(new.digest)
        .bind(new.bytes)
        .bind(new.replaces)
        .bind(oldest(seams))
        .fetch_optional(on)
        .await
}

/// Gives an upload the name under which its file is sent now.
pub(super) async fn rename(tx: &mut Tx, upload: Upload, name: &str) -> Result<Upload> {
    if upload.file_name == name {
        return Ok(upload);
    }
    query("UPDATE upload SET file_name = $2 WHERE id = $1").bind(&upload.id).bind(name).execute(tx.conn()).await?;
    Ok(Upload { file_name: name.to_owned(), ..upload })
}

/// Writes the row of a file that is to come.
pub(super) async fn begin(tx: &mut Tx, new: &NewUpload<'_>) -> Result<Upload> {
    let now = tx.now();
    let row = Upload {
        id: UploadId::fresh(&tx.seams()),
        edition_id: new.edition.clone(),
        account: new.account.clone(),
        file_name: new.file_name.to_owned(),
        digest: new.digest.to_owned(),
        bytes: new.bytes,
        received: 0,
        replaces: new.replaces.clone(),
        attachment: AttachmentId::default(),
        touched_at: now.clone(),
    };
    query(
        "INSERT INTO upload (id, edition_id, account, file_name, digest, bytes, received, replaces, attachment, created_at, \
         touched_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, '', $8, $8)",
    )
    .bind(&row.id)
    .bind(&row.edition_id)
    .bind(&row.account)
    .bind(&row.file_name)
    .bind(&row.digest)
    .bind(row.bytes)
    .bind(&row.replaces)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(row)
}

/// Bytes and SHA-256 of the part that begins at this place, if there is one.
pub(super) async fn part_at(on: impl Executor<'_>, upload: &UploadId, place: i64) -> Result<Option<(i64, String)>> {
    query_as("SELECT bytes, digest FROM upload_part WHERE upload = $1 AND place = $2")
        .bind(upload)
        .bind(place)
        .fetch_optional(on)
        .await
}

/// Puts a part, which is kept, behind the others; how much is there now.
pub(super) async fn add_part(tx: &mut Tx, upload: &Upload, part: &Received) -> Result<i64> {
    let bytes = i64::try_from(part.bytes).unwrap_or(i64::MAX);
    query("INSERT INTO upload_part (upload, place, bytes, digest) VALUES ($1, $2, $3, $4)")
        .bind(&upload.id)
        .bind(upload.received)
        .bind(bytes)
        .bind(&part.digest)
        .execute(tx.conn())
        .await?;
    let received = upload.received.saturating_add(bytes);
    let now = tx.now();
    query("UPDATE upload SET received = $2, touched_at = $3 WHERE id = $1")
        .bind(&upload.id)
        .bind(received)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(received)
}

/// How many parts are there.
pub(super) async fn count_parts(on: impl Executor<'_>, upload: &UploadId) -> Result<i64> {
    query_scalar("SELECT COUNT(*) FROM upload_part WHERE upload = $1").bind(upload).fetch_one(on).await
}

/// SHA-256 of the parts, in order.
pub(super) async fn parts(on: impl Executor<'_>, upload: &UploadId) -> Result<Vec<String>> {
    query_scalar("SELECT digest FROM upload_part WHERE upload = $1 ORDER BY place").bind(upload).fetch_all(on).await
}

/// Notes what it became: the parts are of no use any more.
pub(super) async fn attached(tx: &mut Tx, upload: &UploadId, attachment: &AttachmentId) -> Result<()> {
    query("DELETE FROM upload_part WHERE upload = $1").bind(upload).execute(tx.conn()).await?;
    let now = tx.now();
    query("UPDATE upload SET attachment = $2, touched_at = $3 WHERE id = $1")
        .bind(upload)
        .bind(attachment)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Forgets an upload with its parts.
pub(super) async fn remove(tx: &mut Tx, upload: &UploadId) -> Result<()> {
    query("DELETE FROM upload_part WHERE upload = $1").bind(upload).execute(tx.conn()).await?;
    query("DELETE FROM upload WHERE id = $1").bind(upload).execute(tx.conn()).await?;
    Ok(())
}

/// Forgets all uploads for an edition whose words are erased: names of files are words, too.
pub(in crate::editions) async fn forget_of(tx: &mut Tx, edition: &EditionId) -> Result<()> {
    query("DELETE FROM upload_part WHERE upload IN (SELECT id FROM upload WHERE edition_id = $1)")
        .bind(edition)
        .execute(tx.conn())
        .await?;
    query("DELETE FROM upload WHERE edition_id = $1").bind(edition).execute(tx.conn()).await?;
    Ok(())
}

/// Forgets what nobody has gone on with for a day; the parts that were kept for it, by SHA-256.
pub(super) async fn sweep(tx: &mut Tx) -> Result<Vec<String>> {
    let oldest = oldest(&tx.seams());
    let parts: Vec<String> = query_scalar(
        "SELECT DISTINCT p.digest FROM upload_part p JOIN upload u ON u.id = p.upload WHERE u.touched_at < $1",
    )
    .bind(&oldest)
    .fetch_all(tx.conn())
    .await?;
    query("DELETE FROM upload_part WHERE upload IN (SELECT id FROM upload WHERE touched_at < $1)")
        .bind(&oldest)
        .execute(tx.conn())
        .await?;
    query("DELETE FROM upload WHERE touched_at < $1").bind(&oldest).execute(tx.conn()).await?;
    Ok(parts)
}
