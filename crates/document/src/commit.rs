//! What is committed to when a text becomes public: a digest of every field that readers see, and of every file.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    rows::{AttachmentRow, DocumentRow, EditionRow, RelationRow},
    spec::KindSpec,
    values::Values,
};

/// SHA-256 of a text, hexadecimal.
pub fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn of_json(value: &Value) -> String {
    digest(&value.to_string())
}

/// What an edition and its document show to readers.
pub(crate) struct Shown<'a> {
    pub(crate) kind: &'a KindSpec,
    pub(crate) document: &'a DocumentRow,
    pub(crate) edition: &'a EditionRow,
    pub(crate) body_html: &'a str,
    pub(crate) values: &'a Values,
    pub(crate) files: &'a [AttachmentRow],
    pub(crate) relations: &'a [RelationRow],
}

/// Digests by the name of the field: `title`, `body_html`, the keys of the public fields that have a value,
/// `relation:{key}`, `file:{id}`, and what the lists say of the document.
pub(crate) fn fields(shown: &Shown<'_>) -> BTreeMap<String, String> {
    let (document, edition) = (shown.document, shown.edition);
    let mut fields: BTreeMap<String, String> = [
        ("title", edition.title.as_str()),
        ("body_html", shown.body_html),
        ("note", &edition.note),
        ("organ", document.organ.as_str()),
        ("column", document.column.as_str()),
        ("kind", &document.kind),
        ("index_number", &document.index_number),
        ("first_published_at", &document.first_published_at),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), digest(value)))
    .collect();
    for facet in shown.kind.facets.iter().filter(|facet| facet.public && shown.values.has(facet)) {
        fields.insert(facet.key.to_owned(), of_json(&json!(shown.values.all(facet))));
    }
    for relation in shown.kind.relations {
        let to: Vec<&str> =
            shown.relations.iter().filter(|row| row.kind == relation.key).map(|row| row.to_document.as_str()).collect();
        if !to.is_empty() {
            fields.insert(format!("relation:{}", relation.key), of_json(&json!(to)));
        }
    }
    // Pictures come first and have no place of their own but in the text.
    let pictures = shown.files.iter().filter(|file| file.is_picture()).count();
    for (place, file) in shown.files.iter().enumerate() {
        let told = match file.is_picture() {
            true => json!([file.file_name, file.media_type, file.digest, file.width, file.height, file.small_digest]),
            false => json!([place.saturating_sub(pictures), file.title, file.file_name, file.media_type, file.digest]),
        };
        fields.insert(format!("file:{}", file.id), of_json(&told));
    }
    fields
}

/// The name of a committed field in the words of the office.
pub(crate) fn label(kind: Option<&KindSpec>, name: &str) -> String {
    let fixed = match name {
        "title" => "标题",
        "body_html" => "正文",
        "note" => "修改说明",
        "organ" => "发布机关",
        "column" => "栏目",
        "kind" => "信息类型",
        "index_number" => "索引号",
        "first_published_at" => "公开时间",
        _ => "",
    };
    if !fixed.is_empty() {
        return fixed.to_owned();
    }
    if let Some(id) = name.strip_prefix("file:") {
        return format!("附件 {id}");
    }
    let relation = name.strip_prefix("relation:").and_then(|key| kind?.relation(key)).map(|relation| relation.label);
    let facet = kind.and_then(|kind| kind.facet(name)).map(|facet| facet.label);
    relation.or(facet).unwrap_or(name).to_owned()
}
