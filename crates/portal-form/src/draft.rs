//! A form that is being filled in, kept on the server under a private link until it is sent or expires.

use axum::{
    extract::{FromRequestParts, MatchedPath},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};
use kernel::{Seams, time};
use serde::{Deserialize, Serialize};
use store::{FromRow, Tx, query, query_as};

use crate::{
    PortalForms,
    extract::PortalForm,
    fields::Fields,
    limit::{self, Network},
    link::{opens_nothing, secret_of},
    secret::Secret,
    upload::{Kind, Uploaded},
};
use web::{Ctx, Error, FormErrors, Redirect, Result, filters::size_in_words, same_origin::SECRET};

store::ids! {
    /// A draft (草稿) of a form of the portal. Not its link's secret: it may be logged.
    DraftId,
}

/// One line of a form as it is shown for checking and on the receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Name of the field.
    pub label: String,
    /// What was filled in, in words.
    pub value: String,
}

/// A form that is filled in over several steps: a `static` of the slice, declared with
/// `Capability::declare(&FORM)`. Its private pages lie below `{path}/d/{secret}`, its receipts below
/// `{path}/r/{secret}`.
#[derive(Debug)]
pub struct DraftForm {
    /// Unique among all forms.
    pub key: &'static str,
    /// Name, e.g. 政府信息公开申请.
    pub label: &'static str,
    /// Address of the public page before it, e.g. `/requests`.
    pub path: &'static str,
    /// How many files it takes.
    pub most_files: usize,
    /// What they may be.
    pub kinds: &'static [Kind],
    /// The fields in the words of the form, for checking before sending and for the receipt; empty ones left out.
    pub lines: fn(&Ctx, &Fields) -> Vec<Line>,
}

impl DraftForm {
    /// A form without files.
    pub const fn new(
        key: &'static str,
        label: &'static str,
        path: &'static str,
        lines: fn(&Ctx, &Fields) -> Vec<Line>,
    ) -> Self {
        Self { key, label, path, most_files: 0, kinds: &[], lines }
    }

    /// With files.
    #[must_use]
    pub const fn files(mut self, most: usize, kinds: &'static [Kind]) -> Self {
        self.most_files = most;
        self.kinds = kinds;
        self
    }

    /// Address of the receipt with this secret.
    pub(super) fn receipt_path(&self, secret: &Secret) -> String {
        format!("{}/r/{}", self.path, secret.text())
    }

    /// The form to which the route belongs, whose private pages lie below `{path}/{door}/{secret}`.
    fn of_route(ctx: &Ctx, route: &str, door: &str) -> Option<&'static Self> {
        ctx.declared::<&'static Self>().copied().find(|form| {
            let rest = route.strip_prefix(form.path).and_then(|rest| rest.strip_prefix('/'));
            let rest = rest.and_then(|rest| rest.strip_prefix(door)).and_then(|rest| rest.strip_prefix('/'));
            rest.and_then(|rest| rest.strip_prefix(SECRET)).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

/// What a request below `{path}/{door}/{secret}` asks for: the form, the secret, and what lies behind it. `sql` finds the row by
/// the secret's lookup in `table`, the form's key and the present moment.
pub(super) async fn behind_link<T: FromRow>(
    parts: &mut Parts,
    ctx: &Ctx,
    door: &str,
    (table, sql): (&str, &'static str),
) -> Result<(&'static DraftForm, Secret, T), Response> {
    let route = parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let form = DraftForm::of_route(ctx, &route, door)
        .ok_or_else(|| Error::internal(format!("no declared form has its private pages at {route}")).into_response())?;
    let secret = secret_of(parts, ctx).await.ok_or_else(opens_nothing)?;
    let found: Option<T> = query_as(sql)
        .bind(secret.lookup(table))
        .bind(form.key)
        .bind(time::to_db(ctx.seams().now()))
        .fetch_optional(ctx.db().read())
        .await
        .map_err(|error| Error::from(error).into_response())?;
    Ok((form, secret, found.ok_or_else(opens_nothing)?))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftFile {
    /// Within the draft.
    pub id: String,
    /// Field of the form.
    pub field: String,
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// Digest under which [`store::Files`] keeps it, sealed: read it with `open_sealed`.
    pub stored: String,
}

impl DraftFile {
    /// Its size in words.
    pub fn size(&self) -> String {
        size_in_words(self.bytes)
    }
}

/// What the database holds of a draft, sealed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Content {
    fields: Fields,
    files: Vec<DraftFile>,
}

/// A draft that is open: extractor of the pages and forms below `{path}/d/{secret}`. A draft that was sent leads to its
/// receipt for an hour, a link that opens nothing says so.
#[derive(Debug)]
pub struct Draft {
    /// Which form.
    pub form: &'static DraftForm,
    /// Of its link.
    pub secret: Secret,
    /// What was typed so far, in all steps.
    pub fields: Fields,
    /// Files so far.
    pub files: Vec<DraftFile>,
    /// One more with each change; the page on which a person checks before sending carries it.
    pub version: i64,
    /// When it is removed, unless it is changed or sent before; stored form.
    pub expires_at: String,
    pub(super) id: DraftId,
    pub(super) client: Network,
}

/// A step that was kept.
#[derive(Debug)]
pub struct Saved {
    /// What is wrong with its files; the rules of the form add theirs.
    pub errors: FormErrors,
    /// Whether the person wants to see the same page again: a button took a file off, or uploaded one. Rules are silent then.
    pub stay: bool,
}

#[derive(FromRow)]
struct Row {
    id: DraftId,
    state: String,
    sealed: String,
    version: i64,
    expires_at: String,
    /// For one that was sent: when.
    updated_at: String,
}

/// Minutes for which the link of a draft that was sent still leads to its receipt: for whoever sent it and lost the answer on the
/// way. Later it opens nothing, since it may have been given to somebody who helped to fill in the form.
const LEADS_ON: i64 = 60;

impl Row {
    fn leads_on(&self, now: Timestamp) -> bool {
        time::from_db(&self.updated_at).is_some_and(|sent| now.duration_since(sent).as_mins() < LEADS_ON)
    }
}

impl FromRequestParts<Ctx> for Draft {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Response> {
        let sql = "SELECT id, state, sealed, version, expires_at, updated_at FROM portal_draft \
                   WHERE lookup = $1 AND form = $2 AND expires_at > $3";
        let (form, secret, row): (_, _, Row) = behind_link(parts, ctx, "d", ("portal_draft", sql)).await?;
        if row.state != "open" && !row.leads_on(ctx.seams().now()) {
            return Err(opens_nothing());
        }
        if row.state != "open" {
            return Err(Redirect::to(form.receipt_path(&secret.descendant("receipt"))).into_response());
        }
        let content = opened(&secret, &row).map_err(IntoResponse::into_response)?;
        Ok(Self {
            form,
            fields: content.fields,
            files: content.files,
            version: row.version,
            expires_at: row.expires_at,
            id: row.id,
            client: Network::of_request(&parts.extensions),
            secret,
        })
    }
}

fn opened(secret: &Secret, row: &Row) -> Result<Content> {
    let plain = secret
        .open(&format!("portal_draft {}", row.id), &row.sealed)
        .ok_or_else(|| Error::internal(format!("draft {} was sealed otherwise", row.id)))?;
    Ok(serde_json::from_slice(&plain)?)
}

fn sealed(secret: &Secret, id: &DraftId, content: &Content, seams: &Seams) -> Result<String> {
    secret
        .seal(&format!("portal_draft {id}"), &serde_json::to_vec(content)?, seams)
        .ok_or_else(|| Error::internal("a draft could not be sealed"))
}

pub(super) fn expires_at(ctx: &Ctx) -> String {
    let hours = ctx.settings::<PortalForms>().draft_days.saturating_mul(24);
    let now = ctx.seams().now();
    time::to_db(now.checked_add(SignedDuration::from_hours(hours.into())).unwrap_or(now))
}

impl Draft {
    /// Address of the draft, which is its private link.
    pub fn path(&self) -> String {
        format!("{}/d/{}", self.form.path, self.secret.text())
    }

    /// The private link as it is kept elsewhere: with the host.
    pub fn link(&self, ctx: &Ctx) -> String {
        format!("{}{}", ctx.portal_url(), self.path())
    }

    /// Until when it is kept, in China time.
    pub fn kept_until(&self) -> String {
        time::show_minute(&self.expires_at)
    }

    /// What was filled in, in the words of the form.
    pub fn lines(&self, ctx: &Ctx) -> Vec<Line> {
        (self.form.lines)(ctx, &self.fields)
    }

    /// Keeps the first step of a form under a new link. What is wrong with its files is returned; everything else is kept,
    /// right or wrong, and checked by the form afterwards.
    ///
    /// # Errors
    /// [`Error::Limited`] when the network has begun too many; when database or disk fail.
    pub async fn open<T>(ctx: &Ctx, form: &'static DraftForm, posted: PortalForm<T>) -> Result<(Self, FormErrors)> {
        let limit = ctx.settings::<PortalForms>().drafts();
        limit::look(ctx, limit, &posted.client).await?;
        let mut draft = Self {
            form,
            secret: Secret::fresh(ctx.seams()),
            fields: Fields::default(),
            files: Vec::new(),
            version: 1,
            expires_at: expires_at(ctx),
            id: DraftId::fresh(ctx.seams()),
            client: posted.client,
        };
        draft.fields.replace(posted.names, &posted.fields)?;
        let mut tx = ctx.db().write().await?;
        limit::take_in(ctx, &mut tx, limit, &draft.client).await?;
        query(
            "INSERT INTO portal_draft (id, lookup, form, state, sealed, version, created_at, updated_at, expires_at) \
             VALUES ($1, $2, $3, 'open', $4, 1, $5, $5, $6)",
        )
        .bind(&draft.id)
        .bind(draft.secret.lookup("portal_draft"))
        .bind(form.key)
        .bind(draft.seal(ctx)?)
        .bind(tx.now())
        .bind(&draft.expires_at)
        .execute(tx.conn())
        .await?;
        let errors = draft.attach(ctx, &mut tx, posted.files, posted.errors).await?;
        if !draft.files.is_empty() {
            draft.write(ctx, &mut tx).await?;
        }
        tx.commit().await?;
        Ok((draft, errors))
    }

    /// Keeps what a step posted: its fields take the place of what stood there, its files are added, the file whose button was
    /// pressed is taken off. All of it is kept, right or wrong, so that nothing typed is ever lost; rules are for afterwards.
    ///
    /// Two windows with the same draft keep what was posted last, field by field: whoever goes back a step and on again must
    /// not be stopped by a version.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it was sent meanwhile; when database or disk fail.
    pub async fn save<T>(&mut self, ctx: &Ctx, posted: PortalForm<T>) -> Result<Saved> {
        let mut tx = ctx.db().write().await?;
        self.reload(&mut tx).await?;
        self.fields.replace(posted.names, &posted.fields)?;
        let gone: Vec<DraftFile> = self.files.extract_if(.., |file| file.id == posted.remove).collect();
        for file in &gone {
            query("DELETE FROM portal_draft_file WHERE draft_id = $1 AND id = $2")
                .bind(&self.id)
                .bind(&file.id)
                .execute(tx.conn())
                .await?;
        }
        let errors = self.attach(ctx, &mut tx, posted.files, posted.errors).await?;
        self.write(ctx, &mut tx).await?;
        tx.commit().await?;
        for file in gone {
            // Sealed for this draft alone: nothing else can refer to these bytes.
            ctx.files().delete(ctx.db(), &file.stored).await?;
        }
        Ok(Saved { errors, stay: posted.stay })
    }

    /// As it stands now, and nobody else changes it until the write ends.
    async fn reload(&mut self, tx: &mut Tx) -> Result<()> {
        tx.lock_row("portal_draft", self.id.as_str()).await?;
        let row: Option<Row> =
            query_as("SELECT id, state, sealed, version, expires_at, updated_at FROM portal_draft WHERE id = $1")
                .bind(&self.id)
                .fetch_optional(tx.conn())
                .await?;
        let Some(row) = row.filter(|row| row.state == "open") else { return Err(sent_meanwhile()) };
        let content = opened(&self.secret, &row)?;
        (self.fields, self.files, self.version) = (content.fields, content.files, row.version);
        Ok(())
    }

    fn seal(&self, ctx: &Ctx) -> Result<String> {
        let content = Content { fields: self.fields.clone(), files: self.files.clone() };
        sealed(&self.secret, &self.id, &content, ctx.seams())
    }

    async fn write(&mut self, ctx: &Ctx, tx: &mut Tx) -> Result<()> {
        self.expires_at = expires_at(ctx);
        let done = query(
            "UPDATE portal_draft SET sealed = $3, version = version + 1, updated_at = $4, expires_at = $5 \
             WHERE id = $1 AND version = $2 AND state = 'open'",
        )
        .bind(&self.id)
        .bind(self.version)
        .bind(self.seal(ctx)?)
        .bind(tx.now())
        .bind(&self.expires_at)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(sent_meanwhile());
        }
        self.version += 1;
        Ok(())
    }

    /// Keeps the bytes and names the files in the draft. The same file again, as by a double click, is there already.
    async fn attach(
        &mut self,
        ctx: &Ctx,
        tx: &mut Tx,
        files: Vec<Uploaded>,
        mut errors: FormErrors,
    ) -> Result<FormErrors> {
        let mut taken: Vec<(String, String)> = Vec::new();
        for file in files {
            // Two names for the same bytes are told, since a person counts files; the same file again is silently there.
            let (digest, name) = (&file.received.digest, &file.name);
            if taken.iter().any(|(known, other)| known == digest && other != name) {
                errors.add(
                    &file.field,
                    format!("“{}”和另一个文件内容完全相同，只收一份。都要的话，请核对是不是选错了文件。", file.name),
                );
                continue;
            }
            taken.push((digest.clone(), name.clone()));
            if self.files.iter().any(|known| known.field == file.field && known.sha256 == file.received.digest) {
                continue;
            }
            if !self.form.kinds.contains(&file.kind) {
                let kinds: Vec<&str> = self.form.kinds.iter().map(|kind| kind.label()).collect();
                let kinds = if kinds.is_empty() {
                    "不接收文件".to_owned()
                } else {
                    format!("只接收{}", kinds.join("、"))
                };
                errors.add(&file.field, format!("“{}”是{}，这里{kinds}。", file.name, file.kind.label()));
                continue;
            }
            if self.files.len() >= self.form.most_files {
                let most = self.form.most_files;
                errors.add(
                    &file.field,
                    format!("“{}”没有收下：最多上传 {most} 个文件。请合并成一个文件再上传。", file.name),
                );
                continue;
            }
            let sealed = ctx.files().keep_sealed(tx, &file.received).await?;
            let kept = DraftFile {
                id: kernel::id::fresh(ctx.seams()),
                field: file.field,
                name: file.name,
                kind: file.kind,
                bytes: file.received.bytes,
                sha256: file.received.digest,
                stored: sealed.digest,
            };
            query("INSERT INTO portal_draft_file (draft_id, id, digest) VALUES ($1, $2, $3)")
                .bind(&self.id)
                .bind(&kept.id)
                .bind(&kept.stored)
                .execute(tx.conn())
                .await?;
            self.files.push(kept);
        }
        Ok(errors)
    }
}

fn sent_meanwhile() -> Error {
    Error::Conflict("这份材料已经提交，或已在另一个窗口里改过。请重新打开链接，看现在的内容。".into())
}
