//! What the map is made of, asked in four questions for a whole year, and the maps themselves, kept until something changes.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use clock::Readings;
use document::public;
use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{Directory, OrganCode, time};
use record::{
    counts,
    items::{self, Standing, Standings},
};
use store::{FromRow, query_as};
use web::{Ctx, Result};

use super::{
    SUBJECT,
    judge::When,
    map::{self, By, Counted, Documents, Facts, Held, Map, Nothing, Records},
    none,
    settings::Coverage,
};

/// Subjects of which every event makes a map another one; of records those do after which readers see others.
const SUBJECTS: [&str; 6] = [record::items::SUBJECT, "document", "column", "organ", "calendar", SUBJECT];

/// Public documents of a column and an organ in a month.
#[derive(FromRow)]
struct Month {
    column_slug: String,
    organ: OrganCode,
    month: String,
    many: i64,
    newest: String,
}

#[derive(FromRow)]
struct Placed {
    slug: String,
    parent: String,
}

fn add(all: &mut BTreeMap<String, Counted>, period: &str, many: i64, (newest, first): (&str, &str)) {
    let is_new = !all.contains_key(period);
    let one = all.entry(period.to_owned()).or_default();
    one.many += many;
    if newest > one.newest.as_str() {
        newest.clone_into(&mut one.newest);
    }
    // Where the first day of one is not known, that of all is not.
    if is_new || first < one.first.as_str() {
        first.clone_into(&mut one.first);
    }
}

fn records(counted: Vec<counts::Counted>, directory: &Directory, today: Date) -> Records {
    let mut all = Records::new();
    // What was public until its time was over is not missing.
    for one in counted.into_iter().filter(|one| one.records + one.expired > 0) {
        let organ = directory.stands_for(&one.organ, today);
        let own = all.entry(one.item).or_default().entry(organ).or_default();
        add(own, &one.period, one.records + one.expired, (&one.last_on, &one.first_on));
    }
    all
}

/// A column with those above it.
fn above<'a>(slug: &'a str, parents: &'a HashMap<String, String>) -> Vec<&'a str> {
    let mut found = vec![slug];
    let mut at = slug;
    while let Some(parent) = parents.get(at).filter(|parent| !parent.is_empty() && !found.contains(&parent.as_str())) {
        found.push(parent);
        at = parent;
    }
    found
}

fn documents(months: Vec<Month>, placed: Vec<Placed>, directory: &Directory, today: Date) -> Documents {
    let parents: HashMap<String, String> = placed.into_iter().map(|one| (one.slug, one.parent)).collect();
    let mut all = Documents::new();
    for one in months {
        let organ = directory.stands_for(&one.organ, today);
        for slug in above(&one.column_slug, &parents) {
            let own = all.entry(slug.to_owned()).or_default().entry(organ.clone()).or_default();
            // Months say on which day the newest came, and of the first no more than the month.
            let first = if one.month.len() > 4 { format!("{}-01", one.month) } else { String::new() };
            add(own, &one.month, one.many, (&one.newest, &first));
        }
    }
    all
}

fn nothing(rows: Vec<none::Row>) -> HashMap<String, Vec<Nothing>> {
    let mut all: HashMap<String, Vec<Nothing>> = HashMap::new();
    for row in rows {
        let Some((from, until)) = row.days() else { continue };
        all.entry(row.item).or_default().push(Nothing { organ: row.organ, from, until });
    }
    all
}

/// Public documents by columns, organs and months of the year and the one after it; what is older by its year, so that few rows
/// come of many documents.
async fn months(ctx: &Ctx, year: i16) -> store::Result<Vec<Month>> {
    let mut found: Vec<Month> = Vec::new();
    for year in (year..=year + 1).filter(|year| *year <= ctx.today().year()) {
        found.extend(public::per_month(ctx.db(), year).await?.iter().map(|one| Month {
            column_slug: one.column.to_string(),
            organ: one.organ.clone(),
            month: format!("{year:04}-{:02}", one.month),
            many: one.count,
            newest: one.newest.to_string(),
        }));
    }
    let years: Vec<Month> = query_as(
        "SELECT column_slug, organ, year AS month, CAST(SUM(n) AS BIGINT) AS many, year AS newest FROM document_count \
         WHERE facet = '' AND dims = 'ocy' AND year < $1 GROUP BY column_slug, organ, year",
    )
    .bind(format!("{year:04}"))
    .fetch_all(ctx.db().read())
    .await?;
    // The last day that the year leaves open: what is older than that is old by any reading.
    let last = |one: Month| Month { newest: format!("{}-12-31", one.newest), ..one };
    found.extend(years.into_iter().filter(|one| one.many > 0).map(last));
    Ok(found)
}

async fn facts(ctx: &Ctx, directory: &Directory, year: i16) -> store::Result<Facts> {
    let today = ctx.today();
    let counted = counts::all(ctx.db().read()).await?;
    let placed: Vec<Placed> = query_as("SELECT slug, parent FROM portal_column").fetch_all(ctx.db().read()).await?;
    Ok(Facts {
        records: records(counted, directory, today),
        documents: documents(months(ctx, year).await?, placed, directory, today),
        nothing: nothing(none::confirmed(ctx.db().read()).await?),
    })
}

fn held(entry: &items::Entry) -> Held {
    let version = |version: &Arc<items::Version>| (version.from_on, Arc::new(version.item.clone()));
    Held {
        item: Arc::clone(&entry.item),
        versions: entry.held.iter().map(version).collect(),
        retired: entry.retired.as_ref().map(|retired| retired.on),
    }
}

/// The map of a year as it stands today.
///
/// # Errors
/// When the database fails.
pub(super) async fn map(ctx: &Ctx, year: i16) -> Result<Arc<Map>> {
    let items: Vec<Held> = {
        let all = items::catalogue(ctx).await?;
        // What was retired before the year is owed in none of its stretches.
        let lasted = |entry: &&items::Entry| entry.retired.as_ref().is_none_or(|retired| retired.on.year() >= year);
        all.entries().iter().filter(|entry| entry.in_force).filter(lasted).map(held).collect()
    };
    let (directory, calendar, today) = (ctx.directory(), ctx.calendar(), ctx.today());
    let settings = ctx.settings::<Coverage>();
    // The register is replaced as a whole, so its place in memory tells whether it is another one.
    let laid = counts::laid(ctx.db().read()).await?;
    let key =
        format!("coverage {year} {today} {:p} {} {laid}{settings:?}", Arc::as_ptr(&directory), calendar.version());
    let ask = async {
        let facts = facts(ctx, &directory, year).await?;
        let readings = ctx.settings::<Readings>();
        let when = When {
            today,
            soon_days: settings.soon_days,
            stale_months: settings.stale_months,
            since: settings.first_day(),
        };
        let by = By { directory: &directory, calendar: &calendar, readings: &readings, when, year };
        Ok::<_, store::Error>(Arc::new(map::build(&items, &facts, &by)))
    };
    Ok(ctx.db().while_events_unchanged(&SUBJECTS, &record::events::SHOWN, key, ask).await?)
}

/// Years that can be looked at: this one and those before it, as far back as there is anything to show, five at least.
pub(super) fn years(ctx: &Ctx) -> Vec<i16> {
    let this = ctx.today().year();
    let first = ctx.settings::<Coverage>().first_day().map_or(this - 4, Date::year);
    (first.min(this)..=this).rev().collect()
}

/// The year that an address names, or this one.
pub(super) fn year_of(ctx: &Ctx, typed: &str) -> i16 {
    let year = typed.trim().parse::<i16>().ok();
    year.filter(|year| years(ctx).contains(year)).unwrap_or_else(|| ctx.today().year())
}

/// How an organ stands in a year: for its page on the portal, and for whoever scores organs.
///
/// # Errors
/// When the database fails.
async fn standing(ctx: &Ctx, organ: &OrganCode, year: i16) -> Result<Standing> {
    let map = map(ctx, year).await?;
    let mut sum = map::Sum::default();
    map.cells(|line, owing| line.item.confirmed && owing.owes.organ == *organ).for_each(|cell| sum.add(cell.why));
    Ok(Standing { asked: sum.asked(), good: sum.good - sum.none, none: sum.none, missing: sum.late })
}

/// Tells pages of organs how much of what they must make public is there.
pub(super) struct Told;

impl Standings for Told {
    fn standing<'a>(&'a self, ctx: &'a Ctx, organ: &'a OrganCode, year: i16) -> BoxFuture<'a, Result<Standing>> {
        Box::pin(standing(ctx, organ, year))
    }
}

/// A stored moment as a day.
pub(super) fn day(stored: &str) -> String {
    time::from_db(stored).map(|at| time::date_in_china(at).to_string()).unwrap_or_default()
}
