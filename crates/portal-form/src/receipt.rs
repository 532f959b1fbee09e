//! The receipt: proof of what was received and when, under a link of its own.
//!
//! What was received is written down as one text, the record, and the receipt states its SHA-256. The record lies in the
//! database sealed under the link's secret, so that its owner can print it and fetch it, and compare: `sha256sum` of the file
//! is the digest on the receipt, in the event log and in the register. A salt in the record keeps a short form from being
//! guessed from its digest after the record was erased.

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use jiff::SignedDuration;
use kernel::{Actor, EventKind, NewEvent, id::CaseId, time};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{FromRow, Tx, query, query_as};

use crate::{
    PortalForms, applicant,
    draft::{Draft, DraftFile, DraftForm, Line, behind_link, expires_at},
    fields::Fields,
    limit,
    link::opens_nothing,
    private_page,
    secret::Secret,
};
use web::{Ctx, Error, PortalShell, Reader, Redirect, Result, filters::size_in_words, page};

/// A form was received. Only numbers and digests: what was typed is not in the log.
pub static RECEIVED: EventKind = EventKind::new("receipt", "receipt.given", "出具回执").holds(&[
    ("form", "表单"),
    ("digest", "所收内容 SHA-256"),
    ("files", "附件数"),
]);

/// What was received, as the slice is given it to make something of.
#[derive(Debug)]
pub struct Received {
    /// Which form.
    pub form: &'static DraftForm,
    /// Number of the receipt.
    pub number: String,
    /// When, stored form.
    pub at: String,
    /// SHA-256 of the record, hexadecimal.
    pub digest: String,
    /// What was typed.
    pub fields: Fields,
    /// Files. Their bytes lie under [`DraftFile::stored`] and nothing refers to them any more: whoever does not write that down
    /// in a column that refers to the table `file` by a foreign key loses them to the next sweep.
    pub files: Vec<DraftFile>,
    record: String,
}

/// What became of what was received.
#[derive(Debug, Default)]
pub struct Accepted {
    case: Option<CaseId>,
}

impl Accepted {
    /// A case: the receipt's link opens it too (see [`crate::Applicant`]).
    pub fn case(case: CaseId) -> Self {
        Self { case: Some(case) }
    }

    /// Nothing that the sender can follow.
    pub fn alone() -> Self {
        Self::default()
    }
}

/// A file as the record names it.
#[derive(Serialize)]
struct RecordFile<'a> {
    field: &'a str,
    name: &'a str,
    bytes: u64,
    sha256: &'a str,
}

#[derive(Serialize)]
struct Record<'a> {
    form: &'a str,
    number: &'a str,
    at: &'a str,
    salt: &'a str,
    fields: &'a Fields,
    files: Vec<RecordFile<'a>>,
}

/// The record as it is read back for the receipt.
#[derive(serde::Deserialize)]
struct ReadRecord {
    fields: Fields,
    files: Vec<ReadFile>,
}

#[derive(serde::Deserialize)]
struct ReadFile {
    name: String,
    bytes: u64,
    sha256: String,
}

/// To whoever sends a draft that was changed since they checked it. Pages that can say it above the check as it is now do so.
pub const CHANGED: &str = "内容在另一个窗口里改过，没有提交。请核对现在的内容后再提交。";

/// Day in China and sixty bits of chance: neither how many there were nor the next one can be told from it.
fn number(ctx: &Ctx) -> String {
    let chance = Secret::fresh(ctx.seams()).on_paper();
    format!("{}-{}", ctx.today().strftime("%Y%m%d"), &chance[..14])
}

impl Draft {
    /// Sends the draft: `change` makes of it what it is for, in the same write that gives the receipt. Sent twice, or by
    /// fifty at once, it is received once, and everybody is led to the same receipt.
    ///
    /// `seen` is the version that the person has checked; what was changed in another window since is not sent unseen.
    ///
    /// # Errors
    /// What `change` says: then nothing happened and the draft is as it was. [`Error::Conflict`] when the draft was changed
    /// since it was checked, [`Error::Limited`] when the network has sent too many; when the database fails.
    pub async fn send<F, E>(self, ctx: &Ctx, seen: i64, change: F) -> Result<Response, E>
    where
        F: AsyncFnOnce(&mut Tx, &Received) -> Result<Accepted, E>,
        E: From<store::Error> + From<Error>,
    {
        let changed = || Error::Conflict(CHANGED.into());
        if seen != self.version {
            return Err(changed().into());
        }
        let secret = self.secret.descendant("receipt");
        let to = Redirect::to(self.form.receipt_path(&secret));
        let mut tx = ctx.db().write().await?;
        let now = tx.now();
        let done = query(
            "UPDATE portal_draft SET state = 'sent', sealed = '', version = version + 1, updated_at = $3, expires_at = $4 \
             WHERE id = $1 AND version = $2 AND state = 'open'",
        )
        .bind(&self.id)
        .bind(self.version)
        .bind(now)
        .bind(expires_at(ctx))
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            let state: Option<String> = store::query_scalar("SELECT state FROM portal_draft WHERE id = $1")
                .bind(&self.id)
                .fetch_optional(tx.conn())
                .await?;
            return match state.as_deref() {
                Some("sent") => Ok(to.into_response()),
                Some(_) => Err(changed().into()),
                None => Ok(opens_nothing()),
            };
        }
        limit::take_in(ctx, &mut tx, ctx.settings::<PortalForms>().sends(), &self.client).await?;
        query("DELETE FROM portal_draft_file WHERE draft_id = $1").bind(&self.id).execute(tx.conn()).await?;
        give(ctx, &mut tx, &self, &secret, change).await?;
        tx.commit().await?;
        Ok(to.into_response())
    }
}

/// In the write that sends `draft`: lets the slice make something of it and gives the receipt under `secret`.
async fn give<F, E>(ctx: &Ctx, tx: &mut Tx, draft: &Draft, secret: &Secret, change: F) -> Result<(), E>
where
    F: AsyncFnOnce(&mut Tx, &Received) -> Result<Accepted, E>,
    E: From<store::Error> + From<Error>,
{
    let (number, at) = (number(ctx), tx.now());
    let files = draft.files.iter().map(|file| RecordFile {
        field: &file.field,
        name: &file.name,
        bytes: file.bytes,
        sha256: &file.sha256,
    });
    let record = Record {
        form: draft.form.key,
        number: &number,
        at: &at,
        salt: &ctx.seams().secret(16),
        fields: &draft.fields,
        files: files.collect(),
    };
    let record = serde_json::to_string_pretty(&record).map_err(Error::from)?;
    let received = Received {
        form: draft.form,
        digest: hex::encode(Sha256::digest(record.as_bytes())),
        number,
        at,
        fields: draft.fields.clone(),
        files: draft.files.clone(),
        record,
    };
    let before = newest(tx).await?;
    let accepted = change(tx, &received).await?;
    keep(ctx, tx, draft, secret, &received, &accepted).await?;
    let event = NewEvent::new(&RECEIVED, &received.number, &Actor::Visitor).data(json!({
        "form": received.form.key, "digest": received.digest, "files": received.files.len(),
    }));
    tx.append(event).await?;
    if cfg!(debug_assertions) {
        no_typed_word_is_kept_for_ever(tx, before, &received.fields).await?;
    }
    Ok(())
}

async fn keep(
    ctx: &Ctx,
    tx: &mut Tx,
    draft: &Draft,
    secret: &Secret,
    received: &Received,
    accepted: &Accepted,
) -> Result<()> {
    let sealed = secret
        .seal(&format!("portal_receipt {}", received.number), received.record.as_bytes(), ctx.seams())
        .ok_or_else(|| Error::internal("a receipt could not be sealed"))?;
    let hours = ctx.settings::<PortalForms>().receipt_days.saturating_mul(24);
    let now = ctx.seams().now();
    let expires_at = now.checked_add(SignedDuration::from_hours(hours.into())).unwrap_or(now);
    query(
        "INSERT INTO portal_receipt (number, lookup, draft_id, form, case_id, received_at, digest, sealed, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&received.number)
    .bind(secret.lookup("portal_receipt"))
    .bind(&draft.id)
    .bind(draft.form.key)
    .bind(accepted.case.as_ref().map_or("", CaseId::as_str))
    .bind(&received.at)
    .bind(&received.digest)
    .bind(sealed)
    .bind(time::to_db(expires_at))
    .execute(tx.conn())
    .await?;
    if let Some(case) = &accepted.case {
        applicant::link(tx, case, secret).await?;
    }
    Ok(())
}

async fn newest(tx: &mut Tx) -> Result<i64> {
    tx.settle().await?;
    let chain = tx.chain().to_owned();
    let newest = store::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM event WHERE chain = $1");
    Ok(newest.bind(chain).fetch_one(tx.conn()).await?)
}

/// In builds for tests: an event of this write whose payload can never be erased must not hold what a person typed. Short
/// values are left out, since codes and words of choices may stand anywhere.
async fn no_typed_word_is_kept_for_ever(tx: &mut Tx, before: i64, fields: &Fields) -> Result<()> {
    const SHORT: usize = 4;
    tx.settle().await?;
    let chain = tx.chain().to_owned();
    let payloads: Vec<(String, String)> = query_as(
        "SELECT e.kind, p.data FROM event e JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq \
         WHERE e.chain = $1 AND e.seq > $2 AND e.keep <> 'person'",
    )
    .bind(chain)
    .bind(before)
    .fetch_all(tx.conn())
    .await?;
    for (kind, data) in payloads {
        for (name, value) in fields.iter().filter(|(_, value)| value.chars().count() > SHORT && !value.is_ascii()) {
            let written = serde_json::to_string(value)?;
            if data.contains(written.trim_matches('"')) {
                return Err(Error::internal(format!(
                    "{kind} holds the field {name}, but its payload is not Keep::Person"
                )));
            }
        }
    }
    Ok(())
}

/// A receipt: extractor of the pages below `{path}/r/{secret}`.
#[derive(Debug)]
pub struct Receipt {
    /// Which form.
    pub form: &'static DraftForm,
    /// Of its link, which also opens the case.
    pub secret: Secret,
    pub number: String,
    /// When it was received, stored form.
    pub at: String,
    /// SHA-256 of what was received.
    pub digest: String,
    /// The case, if one was made of it.
    pub case: Option<CaseId>,
    record: Option<String>,
}

#[derive(FromRow)]
struct Row {
    number: String,
    case_id: CaseId,
    received_at: String,
    digest: String,
    sealed: String,
}

impl FromRequestParts<Ctx> for Receipt {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Response> {
        let sql = "SELECT number, case_id, received_at, digest, sealed FROM portal_receipt \
                   WHERE lookup = $1 AND form = $2 AND expires_at > $3";
        let (form, secret, row): (_, _, Row) = behind_link(parts, ctx, "r", ("portal_receipt", sql)).await?;
        // A receipt whose code was replaced is dead like the code: it holds all that the person wrote. One that was erased
        // proves that something was received and tells nothing of anybody.
        if !row.case_id.as_str().is_empty() && !row.sealed.is_empty() {
            let opens = applicant::find(ctx, &secret).await.map_err(IntoResponse::into_response)?;
            if opens.is_none() {
                return Err(opens_nothing());
            }
        }
        let record = secret.open(&format!("portal_receipt {}", row.number), &row.sealed);
        Ok(Self {
            form,
            record: record.and_then(|record| String::from_utf8(record).ok()),
            number: row.number,
            at: row.received_at,
            digest: row.digest,
            case: Some(row.case_id).filter(|case| !case.as_str().is_empty()),
            secret,
        })
    }
}

/// What a receipt says besides what it proves.
#[derive(Debug, Clone, Default)]
pub struct ReceiptWords {
    /// What happens next, with dates.
    pub next: Vec<String>,
    /// Address at which the case can be followed with the same link; empty when there is none.
    pub follow: String,
    /// Address of [`Receipt::record`]; empty when it is not offered.
    pub record: String,
    /// The pages above the receipt, name and address; empty = the form alone, under 互动.
    pub above: Vec<(&'static str, &'static str)>,
    /// Key of the entry of the main navigation under which the form stands; empty = 互动.
    pub door: &'static str,
}

struct ShownFile {
    name: String,
    size: String,
    sha256: String,
}

#[derive(Template)]
#[template(path = "templates/receipt.html")]
struct Page<'a> {
    shell: PortalShell,
    label: &'a str,
    number: &'a str,
    code: String,
    at: String,
    digest: &'a str,
    lines: Vec<Line>,
    files: Vec<ShownFile>,
    erased: bool,
    link: String,
    /// The page to follow it, else the receipt, for a telephone.
    qr: String,
    words: &'a ReceiptWords,
}

impl Receipt {
    /// Address of the receipt, which is its private link.
    pub fn path(&self) -> String {
        self.form.receipt_path(&self.secret)
    }

    /// The page of the receipt, to be kept and printed.
    ///
    /// # Errors
    /// When the template fails to render.
    pub fn page(&self, ctx: &Ctx, reader: &Reader, words: &ReceiptWords) -> Result<Response> {
        let record: Option<ReadRecord> = self.record.as_deref().map(serde_json::from_str).transpose()?;
        let files = record.iter().flat_map(|record| &record.files).map(|file| ShownFile {
            name: file.name.clone(),
            size: size_in_words(file.bytes),
            sha256: file.sha256.clone(),
        });
        let own = self.path();
        let opens = if words.follow.is_empty() { &own } else { &words.follow };
        let door = if words.door.is_empty() { "dialogue" } else { words.door };
        let own_page = [(self.form.label, self.form.path)];
        let above = if words.above.is_empty() { &own_page[..] } else { &words.above[..] };
        let shell = reader.shell(ctx, "回执", self.form.label, door);
        let shell = above.iter().fold(shell, |shell, (label, path)| shell.crumb(*label, *path));
        private_page(&Page {
            shell: shell.crumb("回执", ""),
            label: self.form.label,
            number: &self.number,
            code: self.secret.on_paper(),
            at: time::show_minute(&self.at),
            digest: &self.digest,
            lines: record.as_ref().map(|record| (self.form.lines)(ctx, &record.fields)).unwrap_or_default(),
            files: files.collect(),
            erased: record.is_none(),
            link: format!("{}{}", ctx.portal_url(), self.path()),
            qr: charts::qr(&format!("{}{opens}", ctx.portal_url()), "查询网址的二维码"),
            words,
        })
    }

    /// The record as a file, whose SHA-256 is the receipt's digest; 404 once it was erased.
    pub fn record(&self) -> Response {
        match &self.record {
            Some(record) => {
                page::download(record.clone().into_bytes(), "application/json", &format!("{}.json", self.number))
            }
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

/// Takes back what receipts of a case hold of what was typed; number, moment and digest stay.
pub async fn erase(tx: &mut Tx, case: &CaseId) -> store::Result<()> {
    query("UPDATE portal_receipt SET sealed = '' WHERE case_id = $1").bind(case).execute(tx.conn()).await?;
    Ok(())
}
