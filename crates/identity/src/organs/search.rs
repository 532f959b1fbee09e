//! Organs in the public search. Abolished ones stay findable: their pages remain, with a notice.

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::{OrganCode, time};
use web::{
    Ctx, Result,
    hooks::{SearchEntry, SearchSource},
};

use super::store;

struct Organs;

/// Organs as the search index asks for them (subject kind `organ`, address `/organs/{code}`).
pub fn search_source() -> Arc<dyn SearchSource> {
    Arc::new(Organs)
}

impl SearchSource for Organs {
    fn subject_kind(&self) -> &'static str {
        "organ"
    }

    fn entry<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> BoxFuture<'a, Result<Option<SearchEntry>>> {
        Box::pin(async move {
            let Some(record) = store::get(ctx.db(), &OrganCode::from(id)).await? else { return Ok(None) };
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
            let body = facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join("　");
            let mut words = organ.aliases.clone();
            words.push(organ.short_name.clone());
            Ok(Some(SearchEntry {
                id: id.to_owned(),
                kind: "机关".into(),
                title: organ.name.clone(),
                body,
                url: format!("/organs/{}", organ.code),
                organ: organ.short_name.clone(),
                column: String::new(),
                date: organ.exists_from.map(|date| time::show_date(&date.to_string())).unwrap_or_default(),
                document_number: String::new(),
                validity: if abolished { "已撤销".into() } else { String::new() },
                words,
            }))
        })
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
