//! Published answers in the search, under the column of requests. Of a case nothing else can be found.

use std::sync::Arc;

use document::columns::{REQUESTS, Tree};
use futures::future::BoxFuture;
use kernel::{EventKind, id::CaseId, time};
use web::{
    Ctx, Result,
    hooks::{Label, LabelOf, SearchEntry, SearchSource},
};

use crate::foi::kind::{FOI, KEY};

struct Answers;

/// Published answers as the search index asks for them, by the cases whose they are.
pub(crate) fn source() -> Arc<dyn SearchSource> {
    Arc::new(Answers)
}

/// Code of the kind of these entries.
const KIND: &str = "foi_answer";

/// What was taken off the portal stays in no file of the index.
static FORGETS: [&EventKind; 1] = [&case::events::UNPUBLISHED];

impl SearchSource for Answers {
    fn subject_kind(&self) -> &'static str {
        case::events::SUBJECT
    }

    fn entries<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> BoxFuture<'a, Result<Vec<SearchEntry>>> {
        Box::pin(async move {
            let told = case::public::of_kind(ctx.db().read(), &FOI, &CaseId::from(id)).await?;
            let Some(told) = told else { return Ok(Vec::new()) };
            let tree = Tree::load(ctx.db()).await?;
            Ok(vec![SearchEntry {
                body: told.answer,
                url: format!("/foi/answers/{}", told.case_id),
                organ: Some(told.organ),
                column: tree.for_purpose(&REQUESTS).map(|column| column.slug.clone()),
                date: time::show_date(&told.published_at),
                ..SearchEntry::public(KIND, told.question)
            }])
        })
    }

    fn ids<'a>(&'a self, ctx: &'a Ctx, after: &'a str, limit: i64) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async move {
            let sql = "SELECT case_id FROM case_public WHERE kind = $1 AND withdrawn_at = '' AND case_id > $2 \
                       ORDER BY case_id LIMIT $3";
            let found = store::query_scalar(sql).bind(KEY).bind(after).bind(limit).fetch_all(ctx.db().read()).await?;
            Ok(found)
        })
    }

    fn labels<'a>(&'a self, _: &'a Ctx) -> BoxFuture<'a, Result<Vec<Label>>> {
        Box::pin(std::future::ready(Ok(vec![Label::new(LabelOf::Kind, KIND, "依申请公开的答复")])))
    }

    fn forgets_with(&self) -> &'static [&'static EventKind] {
        &FORGETS
    }
}
