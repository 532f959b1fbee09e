//! What stands between an edition and the public is looked at once more when it goes out, by whatever door: last gate, schedule,
//! emergency. Not what is kept of earlier looks, which are rows that somebody may have deleted, but the texts themselves, the bytes
//! of the files, and what was read of them. It takes as long as it takes, outside of every write; the write compares by digest
//! ([`Anew::stopping`]) and counts as decided only what the log tells.

use std::collections::{HashMap, HashSet};

use document::{House, Whole, events, files, html::Written, public::proof, rows, rows::AttachmentRow};
use kernel::{Actor, NewEvent, id::SubjectRef};
use review::{
    anew::{self, Known, Looked},
    findings::{PartText, Piece},
};
use serde_json::{Value, json};
use store::log::seals::TAMPERED;
use web::{Ctx, Refusal, Result};

use super::{attachments, checks};
use crate::DOCUMENT;

/// What was found at the last look, and in which text.
#[derive(Debug, Clone)]
pub struct Anew {
    looked: Looked,
    text: String,
    /// Why it may not go out however clean it is, if so.
    fault: Option<String>,
}

/// Names the text as it is kept: as it was written, as it is checked, as readers are shown it.
fn text_of(whole: &Whole) -> String {
    let text = &whole.text;
    document::digest(&json!([text.body_html, text.body_text, text.reading_html, text.html_policy]).to_string())
}

impl Anew {
    /// Whether the edition as this write sees it is what was looked at.
    pub(crate) fn is_of(&self, house: &House, whole: &Whole) -> document::Result<bool> {
        let same = self.fault.is_some() || self.looked.is_of(&checks::parts(house, whole)?);
        Ok(same && self.text == text_of(whole))
    }

    /// How much stops the edition as this write sees it, when only what the log tells was decided.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] when it is not what was looked at, or its files or its form are not what they were.
    pub(crate) fn stopping(&self, house: &House, whole: &Whole, decided: &HashSet<Known>) -> Result<usize, Refusal> {
        if let Some(fault) = &self.fault {
            return Err(Refusal::Conflict(format!(
                "{fault}，不能公开。数据可能被绕过本程序改动过，请报告审计管理员；请退回后由撰写人重新保存、上传，再送审。"
            )));
        }
        if !self.is_of(house, whole)? {
            return Err(Refusal::Conflict("这一版刚刚改动过，还没有重新检查。请刷新页面，核对后再办理。".into()));
        }
        Ok(self.looked.stopping(decided))
    }
}

/// Said by a door that did not look.
pub(crate) fn not_looked() -> Refusal {
    Refusal::Conflict("公开之前还没有重新检查这一版。请刷新页面，再办理一次。".into())
}

/// Looks at everything of the edition once more. What is kept of earlier looks and of the files, and says otherwise, is put right
/// and named in the log.
///
/// # Errors
/// When the database or the disk fails, or the files cannot be read now.
pub(crate) async fn look(ctx: &Ctx, whole: &Whole) -> Result<Anew> {
    let house = crate::house(ctx);
    let mut texts = checks::texts(&house, whole)?;
    let (html, own, kept) = (whole.text.body_html.clone(), house.own_host.clone(), whole.text.clone());
    let derived = tokio::task::spawn_blocking(move || {
        let otherwise = proof::shown_otherwise(&kept, &own);
        (Written::derive(html, &own).text, otherwise)
    });
    let (written, otherwise) =
        derived.await.map_err(|error| web::Error::internal(format!("reading a text anew: {error}")))?;
    let mut fault = otherwise.map(|what| format!("{what}与正文不一致"));
    let shown = document::pictures::shown(whole);
    for file in &shown {
        let sizes = [&file.digest, &file.small_digest];
        for digest in sizes.into_iter().filter(|digest| !digest.is_empty()) {
            if ctx.files().check(digest).await?.is_some() {
                fault.get_or_insert(format!("{}《{}》的内容被改动过或丢失了", file.what(), file.name()));
            }
        }
    }
    if fault.is_some() {
        return Ok(Anew { looked: Looked::default(), text: text_of(whole), fault });
    }
    if written != whole.text.body_text {
        texts.iter_mut().filter(|part| part.part.key == "body").for_each(|part| {
            part.pieces.push(Piece::read("", written.clone()));
        });
    }
    texts.extend(checks::names(&shown));
    let told = told(ctx, whole).await?;
    for file in &shown {
        texts.push(content(ctx, whole, file, told.get(&file.digest)).await?);
    }
    let changed = tampered(whole, "检查结果");
    let asking = checks::asking(ctx, whole).await?;
    let looked = anew::look(&asking, ctx.db(), &checks::about(whole), texts, changed).await?;
    Ok(Anew { looked, text: text_of(whole), fault: None })
}

/// Says that something of a document was changed past the program. The log keeps it for good, so that neither the title nor the name
/// of a file stands in it, which may have to be erased.
fn tampered(whole: &Whole, what: &str) -> NewEvent {
    let (id, index) = (&whole.document.id, &whole.document.index_number);
    let name = if index.is_empty() { format!("“{id}”") } else { format!("“{index}”（{id}）") };
    let found = format!("文件{name}的{what}与文字、附件不符，已重新检查");
    let data = json!({ "kind": "文件", "subject": id, "parts": [what], "found": found, "seal": "" });
    NewEvent::new(&TAMPERED, format!("{DOCUMENT}:{id}"), &Actor::System).data(data)
}

/// What the log tells of what was read of each file when it was added, by the digest of its bytes.
async fn told(ctx: &Ctx, whole: &Whole) -> Result<HashMap<String, String>> {
    let mut told = HashMap::new();
    for event in store::log::of_subject(ctx.db(), &SubjectRef::new(DOCUMENT, &whole.document.id)).await? {
        if event.kind != events::FILE_ADDED.name || event.erased {
            continue;
        }
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        let word = |key: &str| data.get(key).and_then(Value::as_str).map(str::to_owned);
        if let (Some(digest), Some(parts)) = (word("digest"), word("parts")) {
            told.insert(digest, parts);
        }
    }
    Ok(told)
}

/// What is read of a file: what was read when it was added, if the log tells the same; else its bytes are read once more.
async fn content(ctx: &Ctx, whole: &Whole, file: &AttachmentRow, told: Option<&String>) -> Result<PartText> {
    let stored = rows::parts(ctx.db().read(), &file.edition_id, &file.id).await?.unwrap_or_default();
    if told.is_some_and(|told| *told == document::digest(&stored)) {
        return checks::read_parts(file, stored).await;
    }
    let local = ctx.files().local(&file.digest).await?;
    let (text, parts) = attachments::again(ctx, &local, &file.file_name).await?;
    if parts != stored {
        let mut tx = ctx.db().write().await?;
        files::read_anew(&mut tx, file, (&text, &parts)).await?;
        // Of files that were added before the log told it, an older reader may have read less.
        if told.is_some() {
            tracing::error!(file = %file.id, "what was read of a file was changed past the program");
            tx.append(tampered(whole, &format!("附件（{}）的读取结果", file.id))).await?;
        }
        tx.commit().await?;
    }
    checks::read_parts(file, parts).await
}
