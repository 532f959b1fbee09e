//! A list of documents under a guide: what to do, whom to ask, then what is there, found by words and turned page by page.
//! The template is `templates/guide.html`, which the page's owner extends with the words of the guide (block `above`).

use serde::Deserialize;
use web::{Ctx, Pager, PortalShell, Reader, Result, page::query_string};

use crate::{
    page::{self, Contact, Line, Link, contact},
    public::{self, Filter, Listed, Order, Places},
    spec::{Facet, Kinds, Shape},
};

/// Lines on a page.
const SIZE: i64 = 30;
/// Lines that are counted beyond those of the pages before, where counting takes reading.
const COUNTED: i64 = 500;

/// Page and words of a list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    page: String,
}

/// What a page is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Guide {
    pub heading: &'static str,
    /// A sentence under it, also what search engines show.
    pub lead: &'static str,
    /// The door behind which it stands.
    pub door: &'static str,
    /// Heading of the list.
    pub listed: &'static str,
    /// What the list holds.
    pub filter: Filter,
    /// Columns for more.
    pub columns: Vec<Link>,
    /// Choices that each line tells, such as the form of an interpretation.
    pub told: &'static [&'static Facet],
}

/// The page as the template shows it.
#[derive(Debug)]
pub struct GuideList {
    pub heading: &'static str,
    /// The sentence under it.
    pub lead: &'static str,
    /// Heading of the list.
    pub listed: &'static str,
    /// Words that were asked for.
    pub q: String,
    /// Who answers questions.
    pub office: Contact,
    /// The county's telephone number for everything.
    pub hotline: String,
    /// What was found.
    pub lines: Vec<Line>,
    /// Which page of it.
    pub pager: Pager,
    /// Columns for more.
    pub columns: Vec<Link>,
}

/// Finds what the page shows.
pub async fn guide(ctx: &Ctx, reader: &Reader, asked: &Asked, guide: Guide) -> Result<(PortalShell, GuideList)> {
    let q: String = asked.q.trim().chars().take(100).collect();
    let page = asked.page.trim().parse().unwrap_or(1_i64).clamp(1, 1_000_000);
    let filter = Filter { words: q.clone(), ..guide.filter };
    let total = public::count(ctx.db(), &filter, page * SIZE + COUNTED).await?;
    let pager = Pager::new(page, total.n, SIZE, &query_string(&[("q", &q)])).or_more(total.more);
    let places = Places::page(pager.page, SIZE);
    let listed = public::list(ctx.db(), &Kinds::of(ctx), &filter, Order::Newest, places).await?.items;
    let mut badges = page::badges(ctx, &[&listed]).await?;
    for one in &listed {
        let words: Vec<&'static str> = guide.told.iter().filter_map(|facet| chosen(facet, one)).collect();
        badges.entry(one.id.clone()).or_default().extend(words);
    }
    let mut shell = page::shell(ctx, reader, guide.heading, guide.door, guide.lead);
    if pager.page > 1 {
        shell.title = format!("{}（第 {} 页）", guide.heading, pager.page);
    }
    let list = GuideList {
        heading: guide.heading,
        lead: guide.lead,
        listed: guide.listed,
        q,
        office: contact(ctx),
        hotline: ctx.site().hotline.clone(),
        lines: page::lines(ctx, &listed, &badges),
        pager,
        columns: guide.columns,
    };
    Ok((shell, list))
}

/// The name of what was chosen, if anything was.
fn chosen(facet: &Facet, listed: &Listed) -> Option<&'static str> {
    let Shape::Choice(choices) = facet.shape else { return None };
    let code = listed.values.get(facet);
    choices.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}
