//! Organs in the public search. Abolished ones stay findable: their pages remain, with a notice.

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::{OrganCode, time};
use web::{
    Ctx, Result,
    hooks::{Label, LabelOf, SearchEntry, SearchSource},
};

use super::store;

struct Organs;

/// Organs as the search index asks for them (subject kind `organ`, address `/organs/{code}`).
pub fn search_source() -> Arc<dyn SearchSource> {
    Arc::new(Organs)
}

/// Codes of the facets of these entries.
const KIND: &str = "organ";
const ABOLISHED: &str = "abolished";

impl SearchSource for Organs {
    fn subject_kind(&self) -> &'static str {
        "organ"
    }

    fn entries<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> BoxFuture<'a, Result<Vec<SearchEntry>>> {
        Box::pin(async move {
            let Some(record) = store::get(ctx.db(), &OrganCode::from(id)).await? else { return Ok(Vec::new()) };
            let organ = record.organ;
            let abolished = !organ.exists_on(ctx.today());
            let facts = [
                organ.short_name.as_str(),
                organ.kind.label(),
                &organ.leader,
                &organ.phone,
                &organ.address,
                &organ.hours,
                &record.note,
            ];
            let mut names = organ.aliases.clone();
            names.push(organ.short_name.clone());
            Ok(vec![SearchEntry {
                body: facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join("　"),
                url: format!("/organs/{}", organ.code),
                date: organ.exists_from.map(|date| time::show_date(&date.to_string())).unwrap_or_default(),
                validity: if abolished { ABOLISHED.into() } else { String::new() },
                names,
                organ: Some(organ.code),
                ..SearchEntry::public(KIND, organ.name)
            }])
        })
    }

    fn labels<'a>(&'a self, _: &'a Ctx) -> BoxFuture<'a, Result<Vec<Label>>> {
        let labels = vec![Label::new(LabelOf::Kind, KIND, "机关"), Label::new(LabelOf::Validity, ABOLISHED, "已撤销")];
        Box::pin(std::future::ready(Ok(labels)))
    }

    fn ids<'a>(&'a self, ctx: &'a Ctx, after: &'a str, limit: i64) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async move {
            let codes = ::store::query_scalar("SELECT code FROM organ WHERE code > $1 ORDER BY code LIMIT $2")
                .bind(after)
                .bind(limit)
                .fetch_all(ctx.db().read())
                .await?;
            Ok(codes)
        })
    }
}
