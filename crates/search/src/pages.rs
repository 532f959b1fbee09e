//! The search page of the portal. It works without scripts and without cookies.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use kernel::permission::READ_PUBLIC;
use serde::Deserialize;
use web::{
    Ctx, Listener, Pager, PortalShell, Query as Params, Reader, Routes, filters,
    hooks::{ByNumber, Numbered},
    page::query_string,
};

use crate::{
    Error, FacetCount, Hit, Query, Results, Search, Since, Sort, api, atom,
    days::{self, Days},
    names::Names,
    query::Parsed,
    schema::Facet,
};

/// The routes of the portal. Needs `Extension<Search>`.
pub(crate) fn portal_routes() -> Routes {
    Routes::new(Listener::Portal)
        .get("/search", &READ_PUBLIC, page)
        .get("/search/feed.atom", &READ_PUBLIC, atom::feed)
        .get("/search/suggest", &READ_PUBLIC, suggest)
        .get(api::SEARCH.path, &READ_PUBLIC, api::search)
}

/// The query of the address. All text, so that a wrong number is no error page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    kind: String,
    organ: String,
    column: String,
    year: String,
    validity: String,
    topic: String,
    since: String,
    from: String,
    to: String,
    sort: String,
    page: String,
    limit: String,
}

impl Asked {
    /// The question, limited by the days as far as they can be taken, and what is to be said of them.
    pub(crate) fn read(self) -> (Query, Days) {
        let days = Days::read(&self.from, &self.to);
        let query = Query {
            text: self.q,
            kind: self.kind,
            organ: self.organ,
            column: self.column,
            year: self.year,
            validity: self.validity,
            topic: self.topic,
            since: Since::of(self.since.trim()),
            from: days.from,
            to: days.to,
            sort: if self.sort == "date" { Sort::Date } else { Sort::Relevance },
            page: self.page.trim().parse().unwrap_or(1),
            limit: self.limit.trim().parse().unwrap_or(0),
        };
        (query, days)
    }
}

/// A day as addresses have it; empty without one.
fn shown(day: Option<Date>) -> String {
    day.map_or_else(String::new, |day| day.to_string())
}

/// The address of `query` without its page.
fn query_of(query: &Query) -> String {
    query_string(&[
        ("q", query.text.trim()),
        ("kind", &query.kind),
        ("organ", &query.organ),
        ("column", &query.column),
        ("year", &query.year),
        ("validity", &query.validity),
        ("topic", &query.topic),
        ("since", query.since.code()),
        ("from", &shown(query.from)),
        ("to", &shown(query.to)),
        ("sort", if query.sort == Sort::Date { "date" } else { "" }),
    ])
}

/// The address of the page that shows the question after this change, from its first page.
pub(crate) fn address(query: &Query, change: impl FnOnce(&mut Query)) -> String {
    let mut changed = query.clone();
    change(&mut changed);
    match query_of(&changed) {
        query if query.is_empty() => "/search".to_owned(),
        query => format!("/search?{query}"),
    }
}

/// One facet in the form.
struct FacetView {
    name: &'static str,
    label: &'static str,
    chosen: String,
    values: Vec<FacetCount>,
}

impl FacetView {
    fn new(name: &'static str, label: &'static str, chosen: &Chosen, values: &[FacetCount]) -> Self {
        let mut values = values.to_vec();
        if !chosen.code.is_empty() && values.iter().all(|value| value.value != chosen.code) {
            // What is chosen stays visible, so that it can be taken back.
            values.push(FacetCount { value: chosen.code.clone(), label: chosen.words.clone(), count: 0 });
        }
        Self { name, label, chosen: chosen.code.clone(), values }
    }
}

/// A filter that is set, or not.
struct Chosen {
    code: String,
    words: String,
}

impl Chosen {
    fn of(names: &Names, facet: Facet, code: &str) -> Self {
        Self { words: names.words(facet, code), code: code.to_owned() }
    }
}

/// A link with its words.
struct Link {
    label: String,
    href: String,
    count: u64,
}

/// Why no hits are shown.
#[derive(PartialEq, Eq)]
enum Shown {
    Start,
    TooShort,
    Nothing,
    Unavailable,
    Crowded,
    Found,
}

#[derive(Template)]
#[template(path = "templates/search.html")]
struct SearchPage {
    shell: PortalShell,
    query: Query,
    /// The days as they were typed, with what is wrong with them.
    days: Days,
    results: Results,
    state: Shown,
    best: Option<Hit>,
    /// What the question names by its number and the index does not hold.
    numbered: Vec<Numbered>,
    kinds: FacetView,
    selects: Vec<FacetView>,
    chosen: Vec<Link>,
    by_relevance: String,
    by_date: String,
    /// The same question as a feed; empty where there is nothing to follow.
    feed: String,
    /// The form of a subscription by mail, with what of the question it takes.
    subscribe: String,
    without_filters: String,
    shorter: Vec<Link>,
    meant: Vec<Link>,
    columns: Vec<Link>,
    pager: Pager,
    hotline: String,
}

impl SearchPage {
    fn is(&self, state: &str) -> bool {
        state
            == match self.state {
                Shown::Start => "start",
                Shown::TooShort => "short",
                Shown::Nothing => "nothing",
                Shown::Unavailable => "unavailable",
                Shown::Crowded => "crowded",
                Shown::Found => "found",
            }
    }

    /// When something became public, as the form offers it.
    fn periods(&self) -> [Since; 4] {
        Since::ALL
    }

    /// Whether a document number was asked for, or that of a decree.
    fn asks_number(&self) -> bool {
        Parsed::of(&self.query.text).asks_number()
    }

    /// Whether there is anything to choose or to take back.
    fn has_facets(&self) -> bool {
        self.query.is_filtered()
            || self.days != Days::default()
            || !self.kinds.values.is_empty()
            || self.selects.iter().any(|facet| !facet.values.is_empty())
    }

    fn sorted_by_date(&self) -> bool {
        self.query.sort == Sort::Date
    }
}

async fn page(
    State(ctx): State<Ctx>,
    Extension(search): Extension<Search>,
    reader: Reader,
    Params(asked): Params<Asked>,
) -> web::Result<Response> {
    let names = search.names().await;
    // Addresses of the time when filters were words still work; the page offers codes.
    let (asked, days) = asked.read();
    let query = names.resolved(Query { limit: 0, ..asked });
    let (results, state) = match search.query(&query).await {
        Ok(results) => {
            let state = if results.too_short {
                Shown::TooShort
            } else if query.text.trim().is_empty() && !query.is_filtered() {
                Shown::Start
            } else if results.total == 0 {
                Shown::Nothing
            } else {
                Shown::Found
            };
            (results, state)
        }
        Err(Error::Crowded) => (Results::default(), Shown::Crowded),
        Err(error) => {
            // A node that has just been set up fills its index while it serves: that is its first minute, not a fault.
            match &error {
                Error::NotReady => tracing::info!("searched before the index is there"),
                _ => tracing::error!(%error, "search is not available"),
            }
            (Results { rebuilding: true, ..Results::default() }, Shown::Unavailable)
        }
    };
    let retry = match state {
        Shown::Unavailable => Some("60"),
        Shown::Crowded => Some("5"),
        _ => None,
    };
    let numbered = numbered(&ctx, &query).await?;
    let mut view = view(&ctx, &reader, &names, (query, days), results, state);
    view.numbered = numbered;
    let mut response = web::portal_page(&view)?;
    if let Some(seconds) = retry {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
    }
    Ok(response)
}

/// What the question names by its number, on its first page.
async fn numbered(ctx: &Ctx, query: &Query) -> web::Result<Vec<Numbered>> {
    let (text, mut found) = (query.text.trim(), Vec::new());
    if text.is_empty() || query.page > 1 {
        return Ok(found);
    }
    for one in ctx.declared::<Arc<dyn ByNumber>>() {
        found.extend(one.find(ctx, text).await?);
    }
    Ok(found)
}

fn view(
    ctx: &Ctx,
    reader: &Reader,
    names: &Names,
    (query, days): (Query, Days),
    mut results: Results,
    state: Shown,
) -> SearchPage {
    let asked = query.text.trim();
    let title = if asked.is_empty() {
        "全站搜索".to_owned()
    } else {
        format!("搜索“{}”", web::filters::shortened(asked, 40))
    };
    let shell = reader.shell(ctx, title, "", "").crumb("搜索", "");
    let best =
        (results.page == 1 && query.sort == Sort::Relevance && results.hits.first().is_some_and(|hit| hit.exact))
            .then(|| results.hits.remove(0));
    let facets = &results.facets;
    let link = |label: &str, href: String, count: u64| Link { label: label.to_owned(), href, count };
    let kind = Chosen::of(names, Facet::Kind, &query.kind);
    let organ = Chosen::of(names, Facet::Organ, &query.organ);
    let column = Chosen::of(names, Facet::Column, &query.column);
    let year = Chosen::of(names, Facet::Year, &query.year);
    let validity = Chosen::of(names, Facet::Validity, &query.validity);
    let topic = Chosen::of(names, Facet::Topic, &query.topic);
    let kinds = FacetView::new("kind", "类型", &kind, &facets.kind);
    let selects = vec![
        FacetView::new("organ", "机关", &organ, &facets.organ),
        FacetView::new("column", "栏目", &column, &facets.column),
        FacetView::new("topic", "主题分类", &topic, &facets.topic),
        FacetView::new("year", "年份", &year, &facets.year),
        FacetView::new("validity", "有效性", &validity, &facets.validity),
    ];
    let chosen = [
        (kind, address(&query, |query| query.kind.clear())),
        (organ, address(&query, |query| query.organ.clear())),
        (column, address(&query, |query| query.column.clear())),
        (year, address(&query, |query| query.year.clear())),
        (validity, address(&query, |query| query.validity.clear())),
        (topic, address(&query, |query| query.topic.clear())),
    ];
    let chosen = chosen.into_iter().filter(|(chosen, _)| !chosen.code.is_empty());
    let lately = (query.since != Since::Ever)
        .then(|| link(query.since.label(), address(&query, |query| query.since = Since::Ever), 0));
    let between = days::words(query.from, query.to);
    let between = (!between.is_empty())
        .then(|| link(&between, address(&query, |query| (query.from, query.to) = (None, None)), 0));
    let chosen = chosen.map(|(chosen, href)| link(&chosen.words, href, 0)).chain(lately).chain(between).collect();
    let suggestions = &results.suggestions;
    let shorter = suggestions
        .shorter
        .iter()
        .map(|found| link(&found.value, address(&Query::text(found.value.as_str()), |_| {}), found.count));
    let meant = suggestions
        .meant
        .iter()
        .map(|found| link(&found.label, address(&Query::text(found.value.as_str()), |_| {}), found.count));
    let columns = suggestions.columns.iter().map(|column| {
        link(&column.label, address(&Query::default(), |query| query.column.clone_from(&column.value)), column.count)
    });
    // Pages beyond the last that can be turned to are not offered.
    let total = i64::try_from(results.total).unwrap_or(i64::MAX);
    let size = i64::try_from(query.size()).unwrap_or(20);
    let mut pager =
        Pager::new(i64::try_from(results.page).unwrap_or(1), total.min(size * 200), size, &query_of(&query));
    pager.total = total;
    SearchPage {
        kinds,
        feed: atom::feed_of(&query),
        subscribe: address(&query, |query| (query.sort, query.since) = (Sort::Relevance, Since::Ever)).replacen(
            "/search",
            "/subscriptions",
            1,
        ),
        by_relevance: address(&query, |query| query.sort = Sort::Relevance),
        by_date: address(&query, |query| query.sort = Sort::Date),
        without_filters: address(&Query::text(asked), |_| {}),
        shorter: shorter.collect(),
        meant: meant.collect(),
        columns: columns.collect(),
        numbered: Vec::new(),
        hotline: ctx.site().hotline.clone(),
        shell,
        selects,
        chosen,
        best,
        pager,
        state,
        query,
        days,
        results,
    }
}

/// What the search box offers while somebody types.
async fn suggest(Extension(search): Extension<Search>, Params(asked): Params<Asked>) -> web::Result<Response> {
    let offered = search.suggest(&asked.q).await?;
    // Nothing may mean that there is no index at this moment: that is kept for nobody.
    let policy = if offered.is_empty() { HeaderValue::from_static("no-store") } else { web::page::PUBLIC };
    let mut response = Json(offered).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, policy);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_only_what_is_chosen() {
        let query = Query { organ: "县财政局".into(), page: 3, ..Query::text(" 预算 决算 ") };
        assert_eq!(address(&query, |query| query.organ.clear()), "/search?q=%E9%A2%84%E7%AE%97%20%E5%86%B3%E7%AE%97");
        assert_eq!(address(&Query::default(), |_| {}), "/search");
        assert!(address(&query, |query| query.sort = Sort::Date).ends_with("&sort=date"));
    }

    #[test]
    fn what_is_chosen_stays_in_the_list() {
        let chosen = Chosen { code: "1999".into(), words: "1999".into() };
        let found = FacetCount { value: "2026".into(), label: "2026".into(), count: 3 };
        assert_eq!(FacetView::new("year", "年份", &chosen, &[found]).values.len(), 2);
    }
}
