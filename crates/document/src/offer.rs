//! What other capabilities ask of documents: public ones, as evidence, as what a consultation was about, as bearers of a number.

use futures::future::BoxFuture;
use kernel::{OrganCode, id::DocumentId};
use store::{Target, query_scalar};
use web::{
    Ctx, Result,
    hooks::{PublicDocument, PublicDocuments},
};

use crate::common::DOCUMENT_NUMBER;
use crate::public::{self, Filter, Listed, Order, Places};
use crate::spec::Kinds;

impl From<Listed> for PublicDocument {
    fn from(listed: Listed) -> Self {
        Self {
            id: listed.id,
            title: listed.title,
            path: listed.path,
            organ: listed.organ,
            published_at: listed.published_at,
        }
    }
}

/// Public documents of this installation.
#[derive(Debug, Clone, Copy)]
pub struct Documents;

/// The document's id in an id, a path or a whole address of the portal.
fn id_in(ctx: &Ctx, kinds: &Kinds, text: &str) -> Option<DocumentId> {
    let text = text.trim();
    let own = ctx.portal_url();
    let site = ctx.site();
    let bare = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    // The portal may be written by its public name while it is reached by another behind a proxy.
    let path = match text.strip_prefix(own) {
        Some(path) => path,
        None => bare.and_then(|rest| rest.strip_prefix(site.domain.as_str())).unwrap_or(text),
    };
    let path = path.split(['?', '#']).next().unwrap_or(path).trim_end_matches('/');
    let id = kinds.paths().into_iter().find_map(|prefix| path.strip_prefix(prefix)).unwrap_or(path);
    let fine = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric());
    fine.then(|| DocumentId::from(id))
}

impl PublicDocuments for Documents {
    fn find<'a>(&'a self, ctx: &'a Ctx, id_or_path: &'a str) -> BoxFuture<'a, Result<Option<PublicDocument>>> {
        Box::pin(async move {
            let kinds = Kinds::of(ctx);
            let Some(id) = id_in(ctx, &kinds, id_or_path) else { return Ok(None) };
            Ok(public::listed(ctx.db(), &kinds, &id).await?.map(PublicDocument::from))
        })
    }

    fn search<'a>(
        &'a self,
        ctx: &'a Ctx,
        organ: Option<&'a OrganCode>,
        query: &'a str,
        limit: i64,
    ) -> BoxFuture<'a, Result<Vec<PublicDocument>>> {
        Box::pin(async move {
            let kinds = Kinds::of(ctx);
            let filter = Filter { organ: organ.cloned(), words: query.to_owned(), ..Filter::default() };
            let found = public::list(ctx.db(), &kinds, &filter, Order::Newest, Places::first(limit)).await?;
            Ok(found.items.into_iter().map(PublicDocument::from).collect())
        })
    }

    fn bearing<'a>(&'a self, at: Target<'a>, number: &'a str) -> BoxFuture<'a, store::Result<Vec<String>>> {
        Box::pin(async move {
            // Numbers of documents are written as they should be: anything else is refused when they are submitted.
            query_scalar(
                "SELECT e.title FROM facet f JOIN edition e ON e.id = f.edition_id \
                 WHERE f.key = $1 AND f.value = $2 AND e.state = 'published' ORDER BY e.id LIMIT 20",
            )
            .bind(DOCUMENT_NUMBER.key)
            .bind(number)
            .fetch_all(at)
            .await
        })
    }
}
