//! What a search finds as a feed (Atom, RFC 4287): whoever cares for a matter is told of what is new, without an account. The
//! newest come first, whatever fits best; the question is the one of the page, with its filters.

use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use kernel::time;
use web::{
    Ctx, Query as Params,
    feed::{Entry, Feed, newest},
    page::{feed_tag, xml_text},
};

use crate::{
    Hit, Query, Search, Since, Sort,
    pages::{Asked, address},
};

/// Entries of a feed.
const SIZE: usize = 50;

/// The address of the feed of a question; empty where there is nothing to follow.
pub(crate) fn feed_of(query: &Query) -> String {
    if query.text.trim().is_empty() && !query.is_filtered() {
        return String::new();
    }
    let page = address(query, |query| (query.sort, query.since) = (Sort::Relevance, Since::Ever));
    page.replacen("/search", "/search/feed.atom", 1)
}

/// `GET /search/feed.atom`: without a question, all that is new.
pub(crate) async fn feed(
    State(ctx): State<Ctx>,
    Extension(search): Extension<Search>,
    Params(asked): Params<Asked>,
) -> web::Result<Response> {
    let (asked, days) = asked.read();
    if let Some((_, why)) = days.fault() {
        return Err(web::Error::Invalid(why.to_owned()));
    }
    let asked = search.names().await.resolved(Query { limit: 0, ..asked });
    let own = feed_of(&asked);
    if own.is_empty() {
        return Ok(Redirect::temporary("/feed.atom").into_response());
    }
    let page = address(&asked, |query| query.sort = Sort::Date);
    let found = search.query(&Query { sort: Sort::Date, page: 1, limit: SIZE, ..asked.clone() }).await?;
    let base = ctx.portal_url().to_owned();
    let site = ctx.site();
    // Only words that all of a text holds are followed: «nearly» would bring something new every day.
    let hits = if found.relaxed { Vec::new() } else { found.hits };
    let mut moments = search.moments(&hits).await?;
    let mut entries = Vec::new();
    for hit in hits.into_iter().filter(|hit| !hit.date.is_empty()) {
        let at = moments.remove(&(hit.subject.clone(), hit.id.clone()));
        entries.push(entry(&site.domain, &base, hit, at));
    }
    let words = if asked.text.trim().is_empty() { "筛选结果" } else { asked.text.trim() };
    Feed {
        id: feed_tag(&site.domain, &xml_text(&own)),
        title: xml_text(&format!("搜索“{words}” - {}", site.name)),
        own: format!("{base}{own}"),
        page: format!("{base}{page}"),
        host: xml_text(&site.host),
        updated: newest(&entries, &[]),
        entries,
        ..Feed::default()
    }
    .answer()
}

/// The same identifier as in the feed of everything: who reads both sees a text once.
fn entry(domain: &str, base: &str, hit: Hit, at: Option<(String, String)>) -> Entry {
    // In the stored form, as the others: so they can be compared.
    let day = || hit.date.parse::<Date>().ok().map(time::start_of_day);
    let (published, updated) = at.unwrap_or_else(|| {
        let first = day().map(time::to_db).unwrap_or_default();
        (first.clone(), first)
    });
    Entry {
        id: feed_tag(domain, &format!("{}/{}", hit.subject, hit.id)),
        title: xml_text(&hit.title),
        href: format!("{base}{}", hit.url),
        published,
        updated,
        organ: xml_text(&hit.organ),
        kind: xml_text(&hit.kind),
        summary: xml_text(&hit.snippet),
        ..Entry::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_feed_of_a_question_has_its_filters_and_no_order() {
        let query = Query { organ: "QH010".into(), sort: Sort::Date, page: 3, ..Query::text("预算") };
        assert_eq!(feed_of(&query), "/search/feed.atom?q=%E9%A2%84%E7%AE%97&organ=QH010");
        assert_eq!(feed_of(&Query::text("  ")), "");
    }
}
