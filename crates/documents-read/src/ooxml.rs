//! What docx and xlsx have in common: relationships, properties (metadata), embedded files.

use std::collections::HashMap;

use documents::{Code, Extracted, Limits, Part, Rejected, Unread};

use crate::container::Package;
use crate::xml;

/// One relationship of a part.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    /// The last step of the type's address: `styles`, `header`, `hyperlink`…
    pub(crate) kind: String,
    /// Name of the entry in the container, or the address when external.
    pub(crate) target: String,
    /// Whether the target lies outside the file. It is never fetched.
    pub(crate) external: bool,
}

/// The relationships of a part by id; none when the part has no relationships.
pub(crate) fn relations(
    package: &mut Package<'_>,
    part: &str,
    limits: &Limits,
) -> Result<HashMap<String, Relation>, Rejected> {
    let (folder, base) = part.rsplit_once('/').unwrap_or(("", part));
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let Some(bytes) = package.read(&format!("{prefix}_rels/{base}.rels"))? else {
        return Ok(HashMap::new());
    };
    let tree = xml::parse(&bytes, &[], limits)?;
    let mut found = HashMap::new();
    for element in tree.elements() {
        let (Some(id), Some(kind), Some(target)) =
            (element.attribute("Id"), element.attribute("Type"), element.attribute("Target"))
        else {
            continue;
        };
        let external = element.attribute("TargetMode") == Some("External");
        let target = if external { target.to_owned() } else { resolve(folder, target) };
        let kind = kind.rsplit('/').next().unwrap_or(kind).to_owned();
        found.insert(id.to_owned(), Relation { kind, target, external });
    }
    Ok(found)
}

/// The name of the main part: what the root relationships call the office document, else the usual name.
pub(crate) fn main_part(package: &mut Package<'_>, usual: &str, limits: &Limits) -> Result<String, Rejected> {
    let root = relations(package, "", limits)?;
    let named = root.into_values().find(|relation| relation.kind == "officeDocument" && !relation.external);
    Ok(named.map(|relation| relation.target).filter(|name| package.has(name)).unwrap_or_else(|| usual.to_owned()))
}

/// A target relative to its folder, `..` resolved.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// The properties of the file that travel with it: author, company, title…
pub(crate) fn metadata(package: &mut Package<'_>, parts: &mut Vec<Part>, limits: &Limits) -> Result<(), Rejected> {
    const CORE: [(&str, &str); 8] = [
        ("creator", "author"),
        ("lastModifiedBy", "last modified by"),
        ("title", "title"),
        ("subject", "subject"),
        ("keywords", "keywords"),
        ("description", "description"),
        ("category", "category"),
        ("contentStatus", "status"),
    ];
    const APP: [(&str, &str); 3] = [("Company", "company"), ("Manager", "manager"), ("HyperlinkBase", "link base")];
    for (name, fields) in [("docProps/core.xml", &CORE[..]), ("docProps/app.xml", &APP[..])] {
        let Some(bytes) = package.read(name)? else { continue };
        let tree = xml::parse(&bytes, &[], limits)?;
        for (element, place) in fields {
            if let Some(found) = tree.child(element) {
                Part::push(parts, format!("metadata {place}"), found.text());
            }
        }
    }
    if let Some(bytes) = package.read("docProps/custom.xml")? {
        let tree = xml::parse(&bytes, &[], limits)?;
        for property in tree.elements() {
            let name = property.attribute("name").unwrap_or("custom");
            Part::push(parts, format!("metadata {name}"), property.text());
        }
    }
    Ok(())
}

/// Reads a file of any kind: bytes, name and limits in. Handed to the readers of office documents, in which others lie.
pub(crate) type Reading = fn(&[u8], &str, &Limits) -> Result<Extracted, Rejected>;

/// Looks by `read` into office documents embedded in this one and adds their places.
pub(crate) fn embedded(
    package: &mut Package<'_>,
    found: &mut Extracted,
    limits: &Limits,
    read: Reading,
) -> Result<(), Rejected> {
    let names: Vec<String> =
        package.names().iter().filter(|name| name.to_ascii_lowercase().contains("/embeddings/")).cloned().collect();
    let inner = Limits {
        embedded: limits.embedded.saturating_sub(1),
        unpacked_bytes: limits.unpacked_bytes.saturating_sub(package.unpacked) / (names.len() as u64).max(1),
        ..limits.clone()
    };
    for name in names {
        let base = name.rsplit('/').next().unwrap_or(&name).to_owned();
        let bytes = package.read(&name)?.unwrap_or_default();
        // a container of the old kind has no name of its own
        let known_as = if base.to_ascii_lowercase().ends_with(".bin") { "" } else { base.as_str() };
        let inside = if limits.embedded == 0 { None } else { Some(read(&bytes, known_as, &inner)) };
        match inside {
            Some(Err(rejected)) if matches!(rejected.code, Code::Macro | Code::Active | Code::Program) => {
                let message = format!("文档里嵌入了另一个文件 {base}。{}", rejected.message);
                return Err(Rejected::new(rejected.code, message));
            }
            Some(Ok(read)) => {
                for part in read.parts {
                    let place = format!("embedded \"{base}\" {}", part.place);
                    found.parts.push(Part { place, ..part });
                }
                found.warnings.push(format!("文档里嵌入了另一个文件 {base}，下载的人能看到它的全部内容，请核对。"));
            }
            _ => {
                let words = format!(
                    "文档里嵌入了另一个文件 {base}，系统读不出它的内容。请双击打开它人工检查，或删除后重新上传。"
                );
                found.warnings.push(words.clone());
                found.tell_unread(format!("embedded \"{base}\" body"), Unread::All, words);
            }
        }
    }
    Ok(())
}
