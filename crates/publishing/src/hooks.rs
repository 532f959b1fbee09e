//! What this context offers the others: work for people, public documents for evidence, entries for the search index.

use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{Action, Gate, OrganCode, Staff, may, time};
use sqlx::FromRow;
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, PublicDocument, PublicDocuments, SearchEntry, SearchSource},
};

use crate::{keeping::kept_by, public, sql::Conditions};

/// Work for people: reviews, returned texts, drafts, emergency publications to look at again.
pub fn desk_source() -> Arc<dyn DeskSource> {
    Arc::new(Desk)
}

/// Public documents, for evidence.
pub fn public_documents() -> Arc<dyn PublicDocuments> {
    Arc::new(Documents)
}

/// Public documents, for the search index.
pub fn search_source() -> Arc<dyn SearchSource> {
    Arc::new(Search)
}

struct Desk;

#[derive(FromRow)]
struct DeskRow {
    edition: String,
    document: String,
    organ: String,
    title: String,
    state: String,
    gate: String,
    since: String,
    claimed_by: String,
    claimed_at: String,
}

const DESK: &str = "SELECT e.id AS edition, d.id AS document, d.organ, e.title, e.state, e.gate, e.since, e.claimed_by, \
                    e.claimed_at FROM edition e JOIN document d ON d.id = e.document_id";

/// Gates that this person may pass.
pub(crate) fn own_gates(staff: &Staff) -> Vec<Gate> {
    let actor = staff.clone().into();
    Gate::ALL.into_iter().filter(|gate| may(&actor, Action::pass(*gate)).is_ok()).collect()
}

/// Narrows to what the person may decide on: own organ unless central, not written by the person.
pub(crate) fn for_reviewer(ctx: &Ctx, staff: &Staff, gates: &[Gate]) -> Conditions {
    let mut conditions = Conditions::new("e.binned_at = '' AND e.state = 'in_review'");
    let codes: Vec<_> = gates.iter().map(|gate| gate.code()).collect();
    conditions.any_of("e.gate", &codes);
    conditions.text("e.authors NOT LIKE ?", format!("%|{}|%", staff.account));
    if !staff.central {
        conditions.any_of("d.organ", &kept_by(ctx, &staff.organ));
    }
    conditions
}

fn own_texts(staff: &Staff) -> Conditions {
    let mut conditions = Conditions::new("e.binned_at = '' AND e.state IN ('draft', 'returned')");
    conditions.text("e.authors LIKE ?", format!("%|{}|%", staff.account));
    conditions
}

fn bypasses(staff: &Staff) -> Conditions {
    let mut conditions = Conditions::new("e.bypassed_at <> '' AND e.bypass_reviewed_by = ''");
    conditions.text("e.bypassed_by <> ?", staff.account.as_str());
    conditions.text("e.authors NOT LIKE ?", format!("%|{}|%", staff.account));
    conditions
}

fn day(stored: &str) -> Option<Date> {
    time::from_db(stored).map(time::date_in_china)
}

/// The last day on which a gate should be passed, for showing a clock.
pub(crate) fn gate_due(ctx: &Ctx, since: Date) -> Date {
    let (calendar, mut day, mut left) = (ctx.calendar(), since, ctx.config().publishing.gate_days);
    while left > 0 {
        let Ok(next) = day.tomorrow() else { break };
        day = next;
        left -= u32::from(calendar.is_probably_working(day));
    }
    day
}

impl DeskSource for Desk {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let directory = ctx.directory();
            let organ = |code: &str| directory.short_name(&OrganCode::from(code)).to_owned();
            let title = |text: &str| if text.is_empty() { "（未写标题）".to_owned() } else { text.to_owned() };
            let mut items = Vec::new();
            let gates = own_gates(staff);
            if !gates.is_empty() {
                let rows: Vec<DeskRow> =
                    for_reviewer(ctx, staff, &gates).rows(ctx.db(), DESK, "ORDER BY e.since", 200, 0).await?;
                let now = ctx.seams().now();
                for row in rows {
                    let since = day(&row.since);
                    let holds =
                        time::from_db(&row.claimed_at).is_some_and(|at| crate::editions::model::claim_holds(at, now));
                    items.push(DeskItem {
                        kind: format!("审核·{}", Gate::from_code(&row.gate).map_or("", Gate::label)),
                        group: "review",
                        title: title(&row.title),
                        href: format!("/reviews/{}", row.edition),
                        organ: organ(&row.organ),
                        since,
                        due: since.map(|since| gate_due(ctx, since)),
                        mine: holds && row.claimed_by == staff.account.as_str(),
                    });
                }
            }
            let rows: Vec<DeskRow> =
                own_texts(staff).rows(ctx.db(), DESK, "ORDER BY e.updated_at DESC", 100, 0).await?;
            items.extend(rows.into_iter().map(|row| DeskItem {
                kind: if row.state == "returned" { "退回修改".to_owned() } else { "草稿".to_owned() },
                group: "draft",
                title: title(&row.title),
                href: format!("/documents/{}/edit", row.document),
                organ: organ(&row.organ),
                since: day(&row.since),
                due: None,
                mine: true,
            }));
            if may(&staff.clone().into(), Action::BypassGates).is_ok() {
                let rows: Vec<DeskRow> = bypasses(staff).rows(ctx.db(), DESK, "ORDER BY e.bypassed_at", 50, 0).await?;
                items.extend(rows.into_iter().map(|row| DeskItem {
                    kind: "紧急发布复核".to_owned(),
                    group: "review",
                    title: title(&row.title),
                    href: "/bypasses".to_owned(),
                    organ: organ(&row.organ),
                    since: day(&row.since),
                    due: day(&row.since).map(|since| gate_due(ctx, since)),
                    mine: false,
                }));
            }
            Ok(items)
        })
    }

    fn counts<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async move {
            const FROM: &str = "edition e JOIN document d ON d.id = e.document_id";
            let mut counts = Vec::new();
            let gates = own_gates(staff);
            if !gates.is_empty() {
                counts.push(("/reviews", for_reviewer(ctx, staff, &gates).count(ctx.db(), FROM).await?));
            }
            if may(&staff.clone().into(), Action::WriteDocuments).is_ok() {
                let mut returned = own_texts(staff);
                returned.fixed("e.state = 'returned'");
                counts.push(("/documents", returned.count(ctx.db(), FROM).await?));
            }
            if may(&staff.clone().into(), Action::BypassGates).is_ok() {
                counts.push(("/bypasses", bypasses(staff).count(ctx.db(), FROM).await?));
            }
            Ok(counts)
        })
    }
}

struct Documents;

fn offered(listed: public::Listed) -> PublicDocument {
    PublicDocument {
        id: listed.id,
        title: listed.title,
        path: listed.path,
        organ: listed.organ,
        published_at: listed.published_at,
    }
}

/// The document's id in an id, a path or a whole address of the portal.
fn id_in<'a>(ctx: &Ctx, text: &'a str) -> Option<&'a str> {
    let text = text.trim();
    let own = ctx.config().server.portal_url.trim_end_matches('/');
    let host = ctx.config().site.domain.as_str();
    let bare = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    // The portal may be written by its public name while it is reached by another behind a proxy.
    let path = match text.strip_prefix(own) {
        Some(path) => path,
        None => bare.and_then(|rest| rest.strip_prefix(host)).unwrap_or(text),
    };
    let path = path.split(['?', '#']).next().unwrap_or(path).trim_end_matches('/');
    let id = path.strip_prefix("/policies/").or_else(|| path.strip_prefix("/documents/")).unwrap_or(path);
    (!id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(id)
}

impl PublicDocuments for Documents {
    fn find<'a>(&'a self, ctx: &'a Ctx, id_or_path: &'a str) -> BoxFuture<'a, Result<Option<PublicDocument>>> {
        Box::pin(async move {
            let Some(id) = id_in(ctx, id_or_path) else { return Ok(None) };
            Ok(public::listed(ctx.db(), id).await?.map(offered))
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
            let filter = public::Filter { organ: organ.cloned(), words: query.to_owned(), ..public::Filter::default() };
            let (found, _) = public::list(ctx.db(), &filter, 1, limit).await?;
            Ok(found.into_iter().map(offered).collect())
        })
    }
}

struct Search;

impl SearchSource for Search {
    fn subject_kind(&self) -> &'static str {
        "document"
    }

    fn entry<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> BoxFuture<'a, Result<Option<SearchEntry>>> {
        Box::pin(async move {
            let Some(document) = public::searchable(ctx.db(), id).await? else { return Ok(None) };
            let directory = ctx.directory();
            let listed = document.listed;
            let mut body = document.body_text;
            for text in std::iter::once(&listed.summary)
                .chain(document.attachments.iter().flat_map(|(title, text)| [title, text]))
            {
                if !text.is_empty() {
                    body.push('\n');
                    body.push_str(text);
                }
            }
            let mut words = document.words;
            words.push(listed.index_number);
            if let Some(organ) = directory.get(&listed.organ) {
                words.push(organ.name.clone());
                words.extend(organ.aliases.iter().cloned());
            }
            words.retain(|word| !word.is_empty());
            Ok(Some(SearchEntry {
                kind: listed.kind.label().to_owned(),
                title: listed.title,
                body,
                url: listed.path,
                organ: directory.short_name(&listed.organ).to_owned(),
                column: listed.column_name,
                date: listed.published_on,
                document_number: listed.document_number,
                validity: listed.validity.map(|validity| validity.label().to_owned()).unwrap_or_default(),
                words,
                id: listed.id,
            }))
        })
    }

    fn ids<'a>(&'a self, ctx: &'a Ctx, after: &'a str, limit: i64) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async move { Ok(public::ids(ctx.db(), after, limit).await?) })
    }
}
