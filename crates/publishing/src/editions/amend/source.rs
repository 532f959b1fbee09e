//! Where an amending decision comes from: a text of the library, words that were pasted, a file. Nothing of it is kept.

use axum::extract::Multipart;
use document::{House, references, rows};
use kernel::id::{DocumentId, EditionId};
use law_text::amend;
use serde::Deserialize;
use web::{Ctx, Desk, Error, FormErrors, Result};

use crate::{
    editions::{attachments, seen},
    kinds,
};

/// Most characters of a decision.
pub(super) const LONGEST: usize = 100_000;

/// What the page was asked, and what its forms carry on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::editions) struct Asked {
    /// A text of the library.
    pub(super) decision: DocumentId,
    /// Its number, title or address, as typed.
    pub(super) other: String,
    /// Words of a decision that is in no library.
    pub(super) text: String,
    /// What the reader of a file said of it, a line each.
    pub(super) warnings: String,
    /// `true` = what was not done is done by hand.
    pub(super) sure: String,
    /// All of the text, not only what changed.
    pub(super) all: String,
    /// The edition of which the page spoke, and its version.
    pub(super) base: EditionId,
    pub(super) version: i64,
    pub(super) once: String,
}

impl Asked {
    /// Whether a decision is named at all.
    pub(super) fn is_any(&self) -> bool {
        !(self.decision.as_str().is_empty() && self.other.trim().is_empty() && self.text.trim().is_empty())
    }
}

/// A decision.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// What it is called; empty where its words do not say it.
    pub(super) name: String,
    pub(super) text: String,
    /// Where it is kept; `None` for words that are not.
    pub(super) document: Option<rows::DocumentRow>,
}

/// The decision that is asked for; or what is wrong with it, at its field. In the library only such texts are found as this person
/// may see.
///
/// # Errors
/// When the database fails.
pub(super) async fn source(ctx: &Ctx, house: &House, desk: &Desk, asked: &Asked) -> Result<Result<Source, FormErrors>> {
    let typed = !asked.text.trim().is_empty();
    let (found, field) = if typed {
        (Source { name: String::new(), text: asked.text.clone(), document: None }, "text")
    } else {
        let id = match asked.decision.as_str() {
            "" => match meant(ctx, house, desk, asked.other.trim()).await? {
                Ok(id) => id,
                Err(errors) => return Ok(Err(errors)),
            },
            _ => asked.decision.clone(),
        };
        match kept(ctx, house, desk, &id).await {
            Ok(found) => (found, "other"),
            Err(Error::NotFound) => {
                let text = "没有找到这份修改决定，或者您不能查看。请填写它的文号、标题或者网址。";
                return Ok(Err(FormErrors::one("other", text)));
            }
            Err(other) => return Err(other),
        }
    };
    Ok(readable(found, field))
}

/// Whether a text is one decision, and one that orders something.
fn readable(found: Source, field: &str) -> Result<Source, FormErrors> {
    if found.text.chars().count() > LONGEST {
        return Err(FormErrors::one(
            field,
            format!("文字超过 {LONGEST} 字。请只留下修改决定本身，不要连同修改后的全文。"),
        ));
    }
    let several = amend::decisions(&found.text);
    if several.len() > 1 {
        let names: Vec<String> = several.iter().map(|title| format!("“{title}”")).collect();
        let text = format!(
            "这里有 {} 份决定：{}。后一份的条号说的是前一份改过以后的，请按先后各办一次：先用第一份做出草稿，再在草稿上用下一份。",
            several.len(),
            names.join("、")
        );
        return Err(FormErrors::one(field, text));
    }
    let read = amend::read(&found.text);
    if read.instructions.is_empty() && read.unread.is_empty() {
        let text =
            "没有读出要改什么。请确认这是修改决定，例如里面写着“将第三条修改为……”“增加一条，作为第五条”“删去第七条”。";
        return Err(FormErrors::one(field, text));
    }
    let name = if found.name.is_empty() { read.title } else { found.name };
    Ok(Source { name, ..found })
}

/// A text of the library or of the desk, as far as this person may see it: what is public, else what is written last.
async fn kept(ctx: &Ctx, house: &House, desk: &Desk, id: &DocumentId) -> Result<Source> {
    let document = rows::visible(ctx.db().read(), house, &desk.actor(), id).await?;
    let edition = match document.public() {
        Some(public) => public.clone(),
        None => rows::editions(ctx.db().read(), id).await?.into_iter().next().ok_or(Error::NotFound)?.id,
    };
    let whole = rows::read(ctx.db().read(), house, &desk.actor(), &edition).await?;
    seen::opened(ctx, desk, &whole).await?;
    let (name, body) = (whole.edition.title.clone(), whole.text.body_text.as_str());
    let again = body.lines().next().is_some_and(|first| first.trim() == name.trim());
    let text = if again { body.to_owned() } else { format!("{name}\n{body}") };
    Ok(Source { name, text, document: Some(document) })
}

/// The document that the typed words mean: an address, a number, a title.
async fn meant(ctx: &Ctx, house: &House, desk: &Desk, typed: &str) -> Result<Result<DocumentId, FormErrors>> {
    let last = typed.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').rsplit('/').next();
    let id = DocumentId::from(last.unwrap_or_default());
    match rows::visible(ctx.db().read(), house, &desk.actor(), &id).await {
        Ok(document) => return Ok(Ok(document.id)),
        Err(web::Refusal::NotFound) => {}
        Err(other) => return Err(other.into()),
    }
    let plain = typed.trim_matches(['《', '》']);
    let mut found = references::fitting(ctx.db().read(), &kinds::POLICY, "", plain).await?;
    if found.is_empty() {
        found = references::fitting(ctx.db().read(), &kinds::POLICY, plain, "").await?;
    }
    Ok(match found.as_slice() {
        [only] => Ok(only.id.clone()),
        [] => {
            let text = "没有找到这份修改决定。请填写它的文号、标题或者网址；还没有录入的，把全文粘贴在下面。";
            Err(FormErrors::one("other", text))
        }
        several => {
            let titles: Vec<String> = several.iter().take(5).map(|one| format!("《{}》", one.title)).collect();
            let text = format!("有 {} 份文件符合：{}。请填写文号或者网址。", several.len(), titles.join("、"));
            Err(FormErrors::one("other", text))
        }
    })
}

/// What came with the form that names a decision: typed, pasted, or as a file, of which the words are read in the guarded child.
///
/// # Errors
/// When the form breaks off, or the disk fails.
pub(super) async fn received(ctx: &Ctx, desk: &Desk, mut form: Multipart) -> Result<(Asked, FormErrors)> {
    let broken = |_| Error::Invalid("表单没有传完，可能是网络中断。请重新选择文件再试一次。".into());
    let (mut asked, mut errors) = (Asked::default(), FormErrors::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name != "file" {
            let text = field.text().await.map_err(broken)?;
            match name.as_str() {
                "other" => asked.other = text.trim().to_owned(),
                "text" => asked.text = text,
                _ => {}
            }
            continue;
        }
        if field.file_name().is_none_or(str::is_empty) {
            continue;
        }
        let (file, name) = attachments::take(ctx, field).await?;
        let _turn = attachments::turn_of(&desk.staff.account).await;
        match attachments::extractor(ctx).extract(&file.path, &name).await {
            Ok(read) if read.text.trim().is_empty() => {
                errors.add("file", "文件里没有文字，可能是扫描件或图片。请换成 Word 或文本，或者把文字粘贴在下面。");
            }
            Ok(read) => {
                asked.text = read.text;
                asked.warnings = read.warnings.join("\n");
            }
            Err(rejected) => errors.add("file", rejected.message),
        }
    }
    if errors.is_empty() && !asked.is_any() {
        errors.add("other", "请指明修改决定：填写它的文号、标题或者网址，粘贴它的全文，或者选择文件。");
    }
    Ok((asked, errors))
}
