//! What machines read of a document's page: objects of schema.org.

use document::{
    common::{
        AMENDED, COMING, DOCUMENT_NUMBER, EFFECTIVE_ON, EXPIRES_ON, KEYWORDS, LAPSED, REPEALED, TOPICS, VALIDITY,
    },
    page::base_url,
    public::PublicDocument,
};
use serde_json::{Map, Value, json};
use web::{Crumb, Ctx, PortalShell};

use crate::kinds;

/// The document, and the way to it from the first page.
pub(super) fn of_document(ctx: &Ctx, document: &PublicDocument, shell: &PortalShell, publisher: &str) -> Value {
    json!({
        "@context": "https://schema.org",
        "@graph": [text(ctx, document, shell, publisher), path(&base_url(ctx), &shell.crumbs, &shell.share.url)],
    })
}

fn text(ctx: &Ctx, document: &PublicDocument, shell: &PortalShell, publisher: &str) -> Value {
    let (base, listed) = (base_url(ctx), &document.listed);
    let is_policy = listed.kind.key == kinds::POLICY.key;
    let mut text = Map::new();
    let mut put = |name: &str, value: Value| {
        if !matches!(&value, Value::String(words) if words.is_empty()) {
            text.insert(name.to_owned(), value);
        }
    };
    put("@type", json!(if is_policy { "Legislation" } else { "Article" }));
    put("@id", json!(shell.share.url));
    put("url", json!(shell.share.url));
    put(if is_policy { "name" } else { "headline" }, json!(listed.title));
    put("description", json!(shell.description));
    put("inLanguage", json!("zh-CN"));
    put("isAccessibleForFree", json!(true));
    put("identifier", json!(listed.index_number));
    put("datePublished", json!(listed.published_at));
    put("dateModified", json!(listed.updated_at));
    put("version", json!(document.number));
    put("keywords", json!([listed.values.all(&KEYWORDS), listed.values.all(&TOPICS)].concat().join(",")));
    put(
        "publisher",
        json!({ "@type": "GovernmentOrganization", "name": publisher, "url": format!("{base}/organs/{}", listed.organ) }),
    );
    if let Some(picture) = &shell.share.picture {
        put("image", json!(picture.url));
    }
    if is_policy {
        put("legislationIdentifier", json!(listed.values.get(&DOCUMENT_NUMBER)));
        put("legislationDateVersion", json!(listed.values.get(&EFFECTIVE_ON)));
        put("expires", json!(listed.values.get(&EXPIRES_ON)));
        put("legislationPassedBy", json!({ "@type": "GovernmentOrganization", "name": publisher }));
        put("spatialCoverage", json!(ctx.site().county));
        put("legislationLegalForce", json!(force(listed.values.get(&VALIDITY))));
    }
    Value::Object(text)
}

/// 有效性 as schema.org says it; nothing where the document says nothing.
fn force(validity: &str) -> &'static str {
    match validity {
        "" => "",
        REPEALED | LAPSED | COMING => "https://schema.org/NotInForce",
        AMENDED => "https://schema.org/PartiallyInForce",
        _ => "https://schema.org/InForce",
    }
}

fn path(base: &str, crumbs: &[Crumb], own: &str) -> Value {
    let step = |(at, crumb): (usize, &Crumb)| {
        let address = if crumb.href.is_empty() { own.to_owned() } else { format!("{base}{}", crumb.href) };
        json!({ "@type": "ListItem", "position": at + 1, "name": crumb.label, "item": address })
    };
    json!({ "@type": "BreadcrumbList", "itemListElement": crumbs.iter().enumerate().map(step).collect::<Vec<_>>() })
}
