//! The rows of the public log.

use futures::stream::BoxStream;
use kernel::{
    EventKind, OrganCode,
    id::{DocumentId, EditionId},
};
use receipt::{
    Of,
    tree::{Held, from_hex, to_hex},
};
use store::{Db, Executor, FromRow, Result, Tx, anywhere, built, places, query, query_as, query_scalar};

use super::{count, number};

/// A leaf with what its digest was taken over.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct LeafRow {
    /// From 0.
    pub(super) place: i64,
    /// Position in the audit log.
    pub(super) event_seq: i64,
    /// See [`Of::kind`].
    pub(super) subject: String,
    pub(super) subject_id: String,
    /// Code of [`receipt::Act`].
    pub(super) act: String,
    /// 0 = the whole document.
    pub(super) edition: i64,
    /// Stored form.
    pub(super) at: String,
    /// Its bytes.
    pub(super) leaf: String,
    pub(super) salt: String,
    /// Empty = erased, or nothing became public.
    pub(super) content: String,
}

impl LeafRow {
    /// Of what it is; none for a row that this program did not write.
    pub(super) fn of(&self) -> Option<Of> {
        Of::new(&self.subject, &self.subject_id)
    }
}

/// What the log last signed.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Head {
    /// Its name.
    pub(super) origin: String,
    /// The public half, as signed-note writes it.
    pub(super) key: String,
    /// Leaves in it.
    pub(super) size: i64,
    /// The signed note.
    pub(super) checkpoint: String,
    /// Stored form.
    pub(super) signed_at: String,
}

/// How many leaves there are.
pub(super) async fn size(executor: impl Executor<'_>) -> Result<i64> {
    query_scalar("SELECT COALESCE(MAX(place) + 1, 0) FROM public_leaf").fetch_one(executor).await
}

pub(super) async fn head(executor: impl Executor<'_>) -> Result<Option<Head>> {
    query_as("SELECT origin, key, size, checkpoint, signed_at FROM public_log WHERE id = 1")
        .fetch_optional(executor)
        .await
}

/// Puts in what was signed now.
pub(super) async fn put_head(tx: &mut Tx, head: &Head) -> Result<()> {
    query(
        "INSERT INTO public_log (id, origin, key, size, checkpoint, signed_at) VALUES (1, $1, $2, $3, $4, $5) \
         ON CONFLICT (id) DO UPDATE SET size = excluded.size, checkpoint = excluded.checkpoint, signed_at = excluded.signed_at",
    )
    .bind(&head.origin)
    .bind(&head.key)
    .bind(head.size)
    .bind(&head.checkpoint)
    .bind(&head.signed_at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The hashes at these places, as far as they are there.
pub(super) async fn nodes(executor: impl Executor<'_>, wanted: &[u64]) -> Result<Held> {
    if wanted.is_empty() {
        return Ok(Held::new());
    }
    // SQL: numbers of places that are counted here.
    let sql = built(format!("SELECT place, hash FROM public_node WHERE place IN ({})", places(1, wanted.len())));
    let rows: Vec<(i64, String)> =
        query_as(sql).bind_all(wanted.iter().map(|place| number(*place))).fetch_all(executor).await?;
    Ok(rows.into_iter().filter_map(|(place, hash)| Some((count(place), from_hex(&hash)?))).collect())
}

/// Adds a leaf and the hashes that are new with it.
pub(super) async fn add(tx: &mut Tx, row: &LeafRow, new: &[(u64, receipt::Hash)]) -> Result<()> {
    query(
        "INSERT INTO public_leaf (place, event_seq, subject, subject_id, act, edition, at, leaf, salt, content) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(row.place)
    .bind(row.event_seq)
    .bind(&row.subject)
    .bind(&row.subject_id)
    .bind(&row.act)
    .bind(row.edition)
    .bind(&row.at)
    .bind(&row.leaf)
    .bind(&row.salt)
    .bind(&row.content)
    .execute(tx.conn())
    .await?;
    for (place, hash) in new {
        query("INSERT INTO public_node (place, hash) VALUES ($1, $2)")
            .bind(number(*place))
            .bind(to_hex(hash))
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// The moment of the oldest leaf that is not among the first `signed` ones, stored form; none = all are.
pub(super) async fn unsigned_since(db: &Db, signed: i64) -> Result<Option<String>> {
    query_scalar("SELECT MIN(at) AS at FROM public_leaf WHERE place >= $1").bind(signed).fetch_one(db.read()).await
}

/// Every document that the log tells of.
pub(super) async fn documents(db: &Db) -> Result<Vec<DocumentId>> {
    query_scalar("SELECT DISTINCT subject_id FROM public_leaf WHERE subject = 'document'").fetch_all(db.read()).await
}

/// The number of the edition of a document that was withdrawn last; 0 = none was.
pub(super) async fn last_withdrawn(tx: &mut Tx, document: &DocumentId) -> Result<i64> {
    query_scalar("SELECT COALESCE(MAX(number), 0) FROM edition WHERE document_id = $1 AND state = 'withdrawn'")
        .bind(document)
        .fetch_one(tx.conn())
        .await
}

/// An edition with what its document says of it.
#[derive(FromRow)]
pub(super) struct Shown {
    pub(super) title: String,
    /// Stored form.
    pub(super) published_at: String,
    pub(super) organ: OrganCode,
    /// 索引号; empty = none.
    pub(super) index_number: String,
}

/// An edition as it became public; none when it was erased.
pub(super) async fn shown(tx: &mut Tx, document: &DocumentId, edition: &EditionId) -> Result<Option<Shown>> {
    query_as(
        "SELECT e.title, e.published_at, d.organ, d.index_number FROM edition e JOIN document d ON d.id = e.document_id \
         WHERE e.id = $1 AND d.id = $2",
    )
    .bind(edition)
    .bind(document)
    .fetch_optional(tx.conn())
    .await
}

/// The first value of a field of an edition; empty = it has none.
pub(super) async fn first_value(tx: &mut Tx, edition: &EditionId, field: &str) -> Result<String> {
    let known: Option<String> =
        query_scalar("SELECT value FROM facet WHERE edition_id = $1 AND key = $2 ORDER BY place LIMIT 1")
            .bind(edition)
            .bind(field)
            .fetch_optional(tx.conn())
            .await?;
    Ok(known.unwrap_or_default())
}

/// SHA-256 and name of each file of an edition, without the pictures in its text.
pub(super) async fn files(tx: &mut Tx, edition: &EditionId) -> Result<Vec<(String, String)>> {
    query_as(
        "SELECT digest, file_name FROM attachment a WHERE edition_id = $1 \
         AND NOT EXISTS (SELECT 1 FROM picture p WHERE p.edition_id = a.edition_id AND p.id = a.id) ORDER BY position, id",
    )
    .bind(edition)
    .fetch_all(tx.conn())
    .await
}

/// Whether the event has its leaf already.
pub(super) async fn has(tx: &mut Tx, event: i64) -> Result<bool> {
    let known: Option<i64> = query_scalar("SELECT place FROM public_leaf WHERE event_seq = $1")
        .bind(event)
        .fetch_optional(tx.conn())
        .await?;
    Ok(known.is_some())
}

/// Takes away by what the digests of a document could be told to be of it.
pub(super) async fn forget(tx: &mut Tx, document: &DocumentId) -> Result<()> {
    query("UPDATE public_leaf SET salt = '', content = '' WHERE subject = 'document' AND subject_id = $1")
        .bind(document)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The act of the newest leaf of something; none = it has no leaf.
pub(super) async fn last_act(tx: &mut Tx, of: &Of) -> Result<Option<String>> {
    query_scalar("SELECT act FROM public_leaf WHERE subject = $1 AND subject_id = $2 ORDER BY place DESC LIMIT 1")
        .bind(of.kind())
        .bind(of.id())
        .fetch_optional(tx.conn())
        .await
}

/// The leaves of something, newest first.
pub(super) async fn leaves_of(db: &Db, of: &Of, most: i64) -> Result<Vec<LeafRow>> {
    query_as("SELECT * FROM public_leaf WHERE subject = $1 AND subject_id = $2 ORDER BY place DESC LIMIT $3")
        .bind(of.kind())
        .bind(of.id())
        .bind(most)
        .fetch_all(db.read())
        .await
}

/// The leaf with this number, if it is of this.
pub(super) async fn one(db: &Db, of: &Of, place: i64) -> Result<Option<LeafRow>> {
    query_as("SELECT * FROM public_leaf WHERE place = $1 AND subject = $2 AND subject_id = $3")
        .bind(place)
        .bind(of.kind())
        .bind(of.id())
        .fetch_optional(db.read())
        .await
}

/// The bytes of the leaves of one piece, in their order.
pub(super) async fn leaves(db: &Db, numbers: &std::ops::Range<u64>) -> Result<Vec<String>> {
    query_scalar("SELECT leaf FROM public_leaf WHERE place >= $1 AND place < $2 ORDER BY place")
        .bind(number(numbers.start))
        .bind(number(numbers.end))
        .fetch_all(db.read())
        .await
}

/// A line of the list of what happened of late.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Late {
    /// From 0.
    pub(super) place: i64,
    /// See [`Of::kind`].
    pub(super) subject: String,
    pub(super) subject_id: String,
    /// Code of [`receipt::Act`].
    pub(super) act: String,
    /// Stored form.
    pub(super) at: String,
    /// Of a document, as the public reads it now; empty when it does not, and of all others.
    pub(super) title: String,
}

/// What happened last.
pub(super) async fn latest(db: &Db, most: i64) -> Result<Vec<Late>> {
    query_as(
        "SELECT l.place, l.subject, l.subject_id, l.act, l.at, COALESCE(d.title, '') AS title FROM public_leaf l \
         LEFT JOIN document d ON l.subject = 'document' AND d.id = l.subject_id AND d.current_edition <> '' \
         ORDER BY l.place DESC LIMIT $1",
    )
    .bind(most)
    .fetch_all(db.read())
    .await
}

/// The id of what is meant by what somebody typed: that id itself, or a leaf's number from 0.
pub(super) async fn named(db: &Db, typed: &str, place: i64) -> Result<Option<String>> {
    query_scalar("SELECT subject_id FROM public_leaf WHERE subject_id = $1 OR place = $2 ORDER BY place LIMIT 1")
        .bind(typed)
        .bind(place)
        .fetch_optional(db.read())
        .await
}

/// Public documents with these words in their title, newest first.
pub(super) async fn titled(db: &Db, words: &str, most: i64) -> Result<Vec<(DocumentId, String)>> {
    query_as(
        "SELECT id, title FROM document WHERE current_edition <> '' AND title LIKE $1 ESCAPE '\\' ORDER BY rank DESC LIMIT $2",
    )
    .bind(anywhere(words))
    .bind(most)
    .fetch_all(db.read())
    .await
}

/// The newest state that a witness has cosigned.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Witnessed {
    /// Its public key, as signed-note writes it.
    pub(super) key: String,
    /// Leaves in the state.
    pub(super) size: i64,
    /// The state as the log signed it, with the cosignature.
    pub(super) note: String,
    /// When it was cosigned, by the clock of the witness; stored form.
    pub(super) at: String,
    /// Stored form.
    pub(super) taken_at: String,
}

/// Of every witness what it has cosigned last, the newest state first.
pub(super) async fn witnessed(executor: impl Executor<'_>) -> Result<Vec<Witnessed>> {
    query_as("SELECT key, size, note, at, taken_at FROM public_witness ORDER BY size DESC, key")
        .fetch_all(executor)
        .await
}

/// Keeps what a witness has cosigned, unless something newer is kept.
pub(super) async fn put_witnessed(tx: &mut Tx, row: &Witnessed) -> Result<()> {
    query(
        "INSERT INTO public_witness (key, size, note, at, taken_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key) DO UPDATE \
         SET size = excluded.size, note = excluded.note, at = excluded.at, taken_at = excluded.taken_at \
         WHERE excluded.size > public_witness.size OR (excluded.size = public_witness.size AND excluded.at > public_witness.at)",
    )
    .bind(&row.key)
    .bind(row.size)
    .bind(&row.note)
    .bind(&row.at)
    .bind(&row.taken_at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A leaf with what its event is about.
#[derive(FromRow)]
pub(super) struct Walked {
    #[sql(flatten)]
    pub(super) row: LeafRow,
    /// Kind and id of the subject, with a slash between; empty = there is no such event.
    pub(super) about: String,
}

/// Every leaf, in order.
pub(super) fn walk(db: &Db) -> BoxStream<'_, Result<Walked>> {
    query_as::<Walked>(
        "SELECT l.place, l.event_seq, l.subject, l.subject_id, l.act, l.edition, l.at, l.leaf, l.salt, l.content, \
         COALESCE(e.subject_kind || '/' || e.subject_id, '') AS about FROM public_leaf l \
         LEFT JOIN event e ON e.seq = l.event_seq AND e.chain = $1 ORDER BY l.place",
    )
    .bind(db.chain())
    .fetch(db.read())
}

/// Every hash with its place, in order.
pub(super) fn walk_nodes(db: &Db) -> BoxStream<'_, Result<(i64, String)>> {
    query_as::<(i64, String)>("SELECT place, hash FROM public_node ORDER BY place").fetch(db.read())
}

/// Up to which event a follower has come.
pub(super) async fn followed(db: &Db, consumer: &str) -> Result<i64> {
    query_scalar("SELECT COALESCE(MAX(seq), 0) FROM event_cursor WHERE consumer = $1 AND chain = $2")
        .bind(consumer)
        .bind(db.chain())
        .fetch_one(db.read())
        .await
}

/// The first event of these kinds that was followed and has no leaf.
pub(super) async fn missing(db: &Db, followed: i64, kinds: &[&EventKind]) -> Result<Option<i64>> {
    // SQL: literals, and numbers of places that are counted here.
    let sql = built(format!(
        "SELECT MIN(e.seq) AS first FROM event e WHERE e.chain = $1 AND e.seq <= $2 AND e.kind IN ({}) \
         AND NOT EXISTS (SELECT 1 FROM public_leaf l WHERE l.event_seq = e.seq)",
        places(3, kinds.len())
    ));
    query_scalar(sql)
        .bind(db.chain())
        .bind(followed)
        .bind_all(kinds.iter().map(|kind| kind.name))
        .fetch_one(db.read())
        .await
}

/// The same of what others tell of: only where the leaf before says that the public saw the thing.
pub(super) async fn missing_of_others(db: &Db, followed: i64, kinds: &[&EventKind]) -> Result<Option<i64>> {
    if kinds.is_empty() {
        return Ok(None);
    }
    // SQL: literals, and numbers of places that are counted here.
    let sql = built(format!(
        "SELECT MIN(e.seq) AS first FROM event e WHERE e.chain = $1 AND e.seq <= $2 AND e.kind IN ({}) \
         AND NOT EXISTS (SELECT 1 FROM public_leaf l WHERE l.event_seq = e.seq) \
         AND (SELECT l.act FROM public_leaf l WHERE l.subject = e.subject_kind AND l.subject_id = e.subject_id \
         AND l.event_seq < e.seq ORDER BY l.event_seq DESC LIMIT 1) IN ('published', 'corrected')",
        places(3, kinds.len())
    ));
    query_scalar(sql)
        .bind(db.chain())
        .bind(followed)
        .bind_all(kinds.iter().map(|kind| kind.name))
        .fetch_one(db.read())
        .await
}

/// Whether somebody has erased a document, and another agreed.
pub(super) async fn is_erased(db: &Db, document: &DocumentId) -> Result<bool> {
    let erased: Option<i64> = query_scalar("SELECT 1 FROM erasure WHERE document_id = $1 AND done_by <> ''")
        .bind(document)
        .fetch_optional(db.read())
        .await?;
    Ok(erased.is_some())
}
