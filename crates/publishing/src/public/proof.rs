//! Whether what is public is what was published: every public text and its attachments against the digests that the log took
//! when it became public. The log proves itself ([`store::log::verify`]); this proves the texts by the log.

use std::collections::HashMap;

use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{Db, FromRow, Result, query_as};

#[derive(FromRow)]
struct Public {
    id: String,
    edition: String,
    title: String,
    body_html: String,
}

/// What the log says of the edition that was made public last.
struct Logged {
    edition: String,
    title: String,
    digest: String,
    files: Vec<String>,
}

impl Logged {
    fn read(data: &str) -> Option<Self> {
        let data: Value = serde_json::from_str(data).ok()?;
        let text = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
        let files = data.get("files").and_then(Value::as_array).into_iter().flatten();
        Some(Self {
            edition: text("edition")?,
            title: text("title")?,
            digest: text("digest")?,
            files: files.filter_map(|file| Some(file.get("digest")?.as_str()?.to_owned())).collect(),
        })
    }
}

/// The first public text that is not what the log says was published, in words; `None` when all are.
///
/// # Errors
/// When the database fails.
pub async fn altered(db: &Db) -> Result<Option<String>> {
    let events: Vec<(String, String)> = query_as(
        "SELECT subject_id, data FROM event WHERE subject_kind = 'document' \
         AND kind IN ('document.published', 'document.corrected', 'document.seeded') ORDER BY seq",
    )
    .fetch_all(db.read())
    .await?;
    let logged: HashMap<String, Logged> =
        events.into_iter().filter_map(|(document, data)| Some((document, Logged::read(&data)?))).collect();
    let attached: Vec<(String, String)> = query_as(
        "SELECT a.edition_id, a.digest FROM attachment a JOIN document d ON d.current_edition = a.edition_id \
         ORDER BY a.position, a.id",
    )
    .fetch_all(db.read())
    .await?;
    let mut files: HashMap<String, Vec<String>> = HashMap::new();
    for (edition, digest) in attached {
        files.entry(edition).or_default().push(digest);
    }
    let public: Vec<Public> = query_as(
        "SELECT d.id, e.id AS edition, e.title, e.body_html FROM document d JOIN edition e ON e.id = d.current_edition \
         ORDER BY d.id",
    )
    .fetch_all(db.read())
    .await?;
    for text in public {
        let Some(known) = logged.get(&text.id).filter(|known| known.edition == text.edition) else {
            return Ok(Some(format!("公开的“{}”（{}）在留痕中没有发布记录", text.title, text.id)));
        };
        let digest = hex::encode(Sha256::digest(text.body_html.as_bytes()));
        let (mut now, mut then) = (files.remove(&text.edition).unwrap_or_default(), known.files.clone());
        now.sort();
        then.sort();
        if digest != known.digest || text.title != known.title || now != then {
            return Ok(Some(format!("公开的“{}”（{}）与发布时留痕的内容不一致", text.title, text.id)));
        }
    }
    Ok(None)
}
