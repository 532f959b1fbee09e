//! Whether what is public is what was published: every public document, field by field, against the digests that the log took
//! when it became public. The log proves itself (`proof::verify`); this proves the documents by the log.

use std::collections::BTreeMap;

use kernel::{
    event::Event,
    id::{DocumentId, SubjectRef},
};
use store::{Db, query_as};

use crate::{
    commit::{self, Shown},
    error::Result,
    events,
    html::{self, Written},
    rows::{self, DocumentRow, EditionRow, TextRow, document_columns},
    spec::Kinds,
};

/// A public document that is not what the log says was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Altered {
    pub id: DocumentId,
    /// Its title as it stands now.
    pub title: String,
    /// What differs, in words; empty when the log knows of no publication.
    pub fields: Vec<String>,
}

impl Altered {
    /// What is wrong, in a sentence.
    pub fn words(&self) -> String {
        let (id, title) = (&self.id, &self.title);
        if self.fields.is_empty() {
            return format!("公开的“{title}”（{id}）在留痕中没有发布记录");
        }
        format!("公开的“{title}”（{id}）与发布时留痕的内容不一致：{}", self.fields.join("、"))
    }
}

/// Documents that are held at a time.
const STEP: i64 = 100;

/// Compares all public documents, in the order of their identifiers, some at a time. Tells the first that was altered; calls
/// `progress` with the number compared so far.
///
/// # Errors
/// When the database fails.
pub async fn altered(db: &Db, kinds: &Kinds, own_host: &str, progress: impl FnMut(usize)) -> Result<Option<Altered>> {
    let mut first = None;
    each_altered(db, kinds, own_host, progress, |altered| {
        first.get_or_insert(altered);
    })
    .await?;
    Ok(first)
}

/// The same, and tells each.
///
/// # Errors
/// When the database fails.
pub async fn each_altered(
    db: &Db,
    kinds: &Kinds,
    own_host: &str,
    mut progress: impl FnMut(usize),
    mut found: impl FnMut(Altered),
) -> Result<()> {
    let (mut after, mut compared) = (DocumentId::default(), 0);
    loop {
        let sql = concat!(
            "SELECT ",
            document_columns!(),
            " FROM document d WHERE d.current_edition <> '' AND d.id > $1 ORDER BY d.id LIMIT $2"
        );
        let step: Vec<DocumentRow> = query_as(sql).bind(&after).bind(STEP).fetch_all(db.read()).await?;
        let Some(last) = step.last() else { return Ok(()) };
        after = last.id.clone();
        for document in &step {
            if let Some(altered) = compare(db, kinds, own_host, document).await? {
                found(altered);
            }
            compared += 1;
        }
        progress(compared);
    }
}

/// Compares one public document.
pub async fn compare(db: &Db, kinds: &Kinds, own_host: &str, document: &DocumentRow) -> Result<Option<Altered>> {
    let altered = |title: &str, fields: Vec<String>| {
        let title = if title.is_empty() { document.title.clone() } else { title.to_owned() };
        Ok(Some(Altered { id: document.id.clone(), title, fields }))
    };
    let Some(edition) = rows::edition(db.read(), &document.current_edition).await? else {
        return altered("", Vec::new());
    };
    let Some(logged) = logged(db, document, &edition).await? else { return altered(&edition.title, Vec::new()) };
    let kind = kinds.get(&document.kind);
    let text = rows::text(db.read(), &edition.id).await?;
    let mut changed = match kind {
        Some(kind) => {
            let shown = Shown {
                kind,
                document,
                edition: &edition,
                body_html: &text.body_html,
                values: &rows::values(db.read(), &edition.id).await?,
                files: &rows::files(db.read(), &edition.id).await?,
                relations: &rows::relations(db.read(), &document.id).await?,
            };
            let now = commit::fields(&shown);
            let names = now.keys().chain(logged.keys().filter(|name| !now.contains_key(*name)));
            let differ = names.filter(|name| now.get(*name) != logged.get(*name));
            differ.map(|name| commit::label(Some(kind), name)).collect()
        }
        None => vec![commit::label(None, "kind")],
    };
    if edition.state != "published" || edition.document_id != document.id {
        changed.push("状态".to_owned());
    }
    if document.title != edition.title && !changed.iter().any(|name| name == "标题") {
        changed.push("清单中的标题".to_owned());
    }
    changed.extend(shown_otherwise(&text, own_host));
    if changed.is_empty() { Ok(None) } else { altered(&edition.title, changed) }
}

/// Readers see a form that was made from the text when it was written: it must be what is made of it now.
pub fn shown_otherwise(text: &TextRow, own_host: &str) -> Option<String> {
    if text.html_policy != html::mark(own_host) {
        // Made under other rules: no reader is shown it.
        return None;
    }
    let fresh = Written::derive(text.body_html.clone(), own_host);
    (fresh.reading != text.reading_html || fresh.text != text.body_text).then(|| "正文的显示形式".to_owned())
}

/// The digests that the newest publication in the log took, if it is of this edition.
async fn logged(db: &Db, document: &DocumentRow, edition: &EditionRow) -> Result<Option<BTreeMap<String, String>>> {
    let subject = SubjectRef::new("document", &document.id);
    let event = store::log::newest(db, &subject, &[&events::PUBLISHED, &events::CORRECTED, &events::SEEDED]).await?;
    let read = |event: Event| -> Option<BTreeMap<String, String>> {
        let data: serde_json::Value = serde_json::from_str(&event.data).ok()?;
        if data.get("edition")?.as_str()? != edition.id.as_str() {
            return None;
        }
        serde_json::from_value(data.get("fields")?.clone()).ok()
    };
    Ok(event.and_then(read))
}
