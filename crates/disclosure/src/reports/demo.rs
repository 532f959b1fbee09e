//! The demonstration county has filled in the yearly reports of some years: those of its first organs, summed up and public,
//! one of the last year still waiting for its second person.

use std::sync::Arc;

use annual_report::{
    Cell, Edition, Report, Tables,
    counts::{self, Remedy, Request},
    sum::sum,
};
use jiff::{ToSpan, civil::Date};
use kernel::{Actor, time};
use web::{
    Ctx, Refusal,
    demo::{Cast, Failure, Scene},
};

use super::{chapters, counted, office, rows, site_rows, store};

/// Organs that have filled in their reports.
const ORGANS: usize = 6;
/// Years before this one that are filled in.
const YEARS: i64 = 4;
/// Outcomes in their turn.
const OUTCOMES: [&str; 8] = ["3.1", "3.4.1", "3.1", "3.2", "3.3.8", "3.4.1", "3.5.2", "3.1"];

/// What a report in `demo/documents` says in words, in the figures of its tables.
struct Article {
    /// Days ago on which it was published; it is of the year before that day.
    days_ago: i64,
    /// Outcomes with how many of 自然人, 商业企业 and 其他; an empty key goes on at the year's end.
    outcomes: &'static [(&'static str, [usize; 3])],
    /// So many of the first outcome, of 自然人, came in before the year.
    carried_in: usize,
    /// Among [`annual_report::form::REMEDIES`] and [`annual_report::form::RESULTS`], with how many.
    remedies: &'static [(usize, usize, usize)],
    /// Rows of chapter two by their kind.
    proactive: &'static [(&'static str, &'static [&'static str])],
}

/// annual-report-county.md, annual-report-county-prev.md
static COUNTY: [Article; 2] = [
    Article {
        days_ago: 240,
        outcomes: &[
            ("3.1", [41, 6, 2]),
            ("3.2", [9, 1, 0]),
            ("3.3.8", [7, 1, 0]),
            ("3.4.1", [18, 2, 1]),
            ("3.5.2", [6, 0, 0]),
            ("3.6.3", [2, 0, 0]),
            ("", [3, 1, 0]),
        ],
        carried_in: 4,
        remedies: &[(0, 0, 3), (0, 1, 1), (0, 2, 1), (1, 0, 2)],
        proactive: &[
            ("规范性文件", &["17", "6", "118"]),
            ("行政许可", &["21486"]),
            ("行政处罚", &["1937"]),
            ("行政强制", &["142"]),
            ("行政事业性收费", &["2163.5"]),
        ],
    },
    Article {
        days_ago: 605,
        outcomes: &[
            ("3.1", [36, 5, 0]),
            ("3.2", [7, 1, 0]),
            ("3.3.8", [5, 0, 0]),
            ("3.4.1", [14, 2, 0]),
            ("3.5.2", [5, 1, 0]),
            ("", [4, 0, 0]),
        ],
        carried_in: 6,
        remedies: &[(0, 0, 3), (0, 1, 1), (1, 0, 1)],
        proactive: &[
            ("规范性文件", &["14", "3", "116"]),
            ("行政许可", &["19872"]),
            ("行政处罚", &["2014"]),
            ("行政强制", &["165"]),
            ("行政事业性收费", &["2238.0"]),
        ],
    },
];
/// annual-report-edu.md, with its organ.
static EDUCATION: (&str, Article) = (
    "QH003",
    Article {
        days_ago: 310,
        outcomes: &[("3.1", [5, 0, 0]), ("3.2", [1, 0, 0]), ("3.4.1", [2, 0, 0])],
        carried_in: 1,
        remedies: &[],
        proactive: &[("行政许可", &["43"]), ("行政处罚", &["2"])],
    },
);

impl Article {
    fn is_of(&self, today: Date, year: i64) -> bool {
        let published = today.saturating_sub(self.days_ago.days());
        i64::from(published.year()) - 1 == year
    }

    fn tables(&self) -> Tables {
        /// Columns of 自然人, 商业企业 and 其他.
        const COLUMNS: [usize; 3] = [0, 1, 5];
        let edition = Edition::Y2021;
        let mut requests = Vec::new();
        for (key, counts) in self.outcomes {
            let outcome = (!key.is_empty()).then(|| (*key).to_owned());
            for (column, count) in COLUMNS.into_iter().zip(*counts) {
                let one = Request { applicant: column, carried_in: false, outcome: outcome.clone() };
                requests.extend(std::iter::repeat_n(one, count));
            }
        }
        for request in requests.iter_mut().take(self.carried_in) {
            request.carried_in = true;
        }
        let mut remedies = Vec::new();
        for (group, result, count) in self.remedies {
            remedies.extend(std::iter::repeat_n(Remedy { group: *group, result: *result }, *count));
        }
        let mut tables = Tables::filled_with(edition, &Cell::count(0));
        tables.requests = counts::rows(edition, &requests);
        tables.remedies = counts::remedies(&remedies);
        for row in &mut tables.proactive {
            if let Some((_, cells)) = self.proactive.iter().find(|(kind, _)| row.kind() == Some(*kind)) {
                row.cells = cells.iter().map(|cell| Cell::read(cell)).collect();
            }
        }
        tables
    }
}

fn told(refusal: Refusal) -> Failure {
    Failure::from(refusal.words())
}

pub(super) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let day = time::date_in_china(cast.now).checked_sub(26.days())?;
    let at = cast.moment(ctx, day, "annual-reports");
    Ok(vec![Scene::new(at, |ctx, cast| async move {
        filled(&ctx, &cast).await?;
        Ok(Vec::new())
    })])
}

/// What an organ reports on a year of those from the first to the last: made from cases, so that it agrees with itself and
/// with the year before. The last year leaves nothing to the one that runs, whose cases are those of the register.
fn tables(organ: usize, year: i64, (first, last): (i64, i64)) -> Tables {
    let edition = i16::try_from(year).map_or(Edition::Y2021, Edition::of_year);
    let seed = organ + usize::try_from(year).unwrap_or(0);
    let mut requests: Vec<Request> = (0..4 + seed % 5)
        .map(|at| Request {
            applicant: if (at + seed) % 4 == 3 { 1 } else { 0 },
            carried_in: false,
            outcome: Some(OUTCOMES[(at + seed) % OUTCOMES.len()].to_owned()),
        })
        .collect();
    // Each year but the last ends with one that goes on, and the next begins with it.
    if let Some(open) = requests.last_mut().filter(|_| year < last) {
        *open = Request { applicant: 0, carried_in: false, outcome: None };
    }
    if year > first {
        requests.push(Request { applicant: 0, carried_in: true, outcome: Some("3.1".to_owned()) });
    }
    let remedies: Vec<Remedy> = (0..organ % 2).map(|_| Remedy { group: 0, result: 0 }).collect();
    let mut tables = Tables::filled_with(edition, &Cell::count(0));
    tables.requests = counts::rows(edition, &requests);
    tables.remedies = counts::remedies(&remedies);
    let (size, age) = (i64::try_from(organ).unwrap_or(0), year - first);
    for row in &mut tables.proactive {
        let cells = match (edition, row.kind()) {
            (Edition::Y2021, Some("行政许可")) => vec![Cell::count(120 * size + 7 * age)],
            (Edition::Y2021, Some("行政处罚")) => vec![Cell::count(11 * size + age)],
            (Edition::Y2021, Some("行政事业性收费")) if organ == 1 => vec![Cell::read("36.5")],
            _ => continue,
        };
        row.cells = cells;
    }
    tables
}

async fn filled(ctx: &Ctx, cast: &Cast) -> Result<(), Failure> {
    let this = i64::from(ctx.today().year());
    let first = (this - YEARS).max(2021);
    // The report in the name of the government is the county's.
    let government = chapters::government(ctx);
    for year in first..this {
        let mut reports = Vec::new();
        let own = office::reporting(ctx, year).into_iter().filter(|organ| Some(&organ.code) != government.as_ref());
        for (at, organ) in own.take(ORGANS).enumerate() {
            let writer = Actor::Staff(cast.of(&organ.code).clone());
            let (code, article) = &EDUCATION;
            let mut tables = if organ.code.as_str() == *code && article.is_of(ctx.today(), year) {
                article.tables()
            } else {
                tables(at, year, (first, this - 1))
            };
            if let Some(texts) = counted::of_ledger(ctx, &organ.code, year).await? {
                counted::put_texts(&mut tables, texts);
            }
            let report = Report { year: i16::try_from(year).ok(), tables, complete: true, ..Report::default() };
            let released = !(year == this - 1 && at + 1 == ORGANS);
            put(ctx, cast, (&organ.code, year, "own"), (&writer, &report, "file"), released).await?;
            reports.push(report);
        }
        let parts: Vec<&Report> = reports.iter().collect();
        let Some(edition) = parts.first().map(|report| report.edition()) else { continue };
        // The whole county's, of which the parts are only some, where an article tells it.
        let article = COUNTY.iter().find(|article| article.is_of(ctx.today(), year));
        let (tables, origin) = article.map_or_else(|| (sum(edition, &parts), "sum"), |one| (one.tables(), "typed"));
        let whole = Report { year: i16::try_from(year).ok(), tables, ..Report::default() };
        let released = year < this - 1 || article.is_some();
        put(ctx, cast, (&ctx.office_organ(), year, "county"), (&cast.clerk(), &whole, origin), released).await?;
    }
    sheet(ctx, cast, this - 1).await
}

/// The sheet of the site, as far as somebody has filled it in.
async fn sheet(ctx: &Ctx, cast: &Cast, year: i64) -> Result<(), Failure> {
    let cells = [
        ("visitors", "61240"),
        ("visits", "183204"),
        ("specials", "6"),
        ("specials_new", "2"),
        ("messages", "148"),
        ("messages_done", "146"),
        ("messages_days", "3.5"),
        ("checks", "4"),
        ("problems", "3"),
        ("solved", "3"),
        ("media", "是"),
        ("novel", "首页增加长者模式，政策文件附一图读懂。"),
    ];
    let cells = cells.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let mut tx = ctx.db().write().await?;
    site_rows::save(ctx, &mut tx, &cast.clerk(), (year, 0), &cells).await.map_err(told)?;
    tx.commit().await?;
    Ok(())
}

/// Begins a report, saves what it holds, and has the chief make it public.
async fn put(
    ctx: &Ctx,
    cast: &Cast,
    of: (&kernel::OrganCode, i64, &str),
    (writer, report, origin): (&Actor, &Report, &str),
    released: bool,
) -> Result<(), Failure> {
    let mut tx = ctx.db().write().await?;
    let empty = Report {
        tables: Tables::filled_with(report.edition(), &Cell::unknown()),
        year: report.year,
        ..Report::default()
    };
    let (id, _) = store::begin(ctx, &mut tx, writer, of, &empty).await.map_err(told)?;
    store::save(ctx, &mut tx, writer, (&id, 1), (report, origin)).await.map_err(told)?;
    let version = rows::one(tx.conn(), &id).await?.map_or(1, |row| row.version);
    if released {
        // Only the first organs of the demonstration report, and what the articles say need not follow the years between.
        let reason = if of.2 == "county" { "演示数据，只有部分机关填报" } else { "演示数据" };
        store::release(ctx, &mut tx, &cast.chief(), (&id, version), reason).await.map_err(told)?;
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use annual_report::{form, model::Chapter, narrative};

    use super::*;

    /// What the words of an article and its tables say differently.
    fn differences(text: &str, article: &Article) -> Vec<String> {
        let chapters = vec![Chapter { title: String::new(), text: text.to_owned() }];
        let report = Report { year: Some(2025), tables: article.tables(), chapters, ..Report::default() };
        narrative::differences(&report).into_iter().map(|one| one.message).collect()
    }

    #[test]
    fn articles_and_tables_say_the_same() {
        let county = include_str!("../../../../demo/documents/annual-report-county.md");
        let before = include_str!("../../../../demo/documents/annual-report-county-prev.md");
        let education = include_str!("../../../../demo/documents/annual-report-edu.md");
        for (text, article) in [(county, &COUNTY[0]), (before, &COUNTY[1]), (education, &EDUCATION.1)] {
            assert_eq!(differences(text, article), [""; 0]);
            let holds = annual_report::check(
                &Report { year: Some(2025), tables: article.tables(), ..Report::default() },
                None,
                &[],
            );
            assert!(holds.iter().all(|identity| identity.holds != Some(false)), "{holds:?}");
        }
        assert!(!differences(&county.replace("96件", "97件"), &COUNTY[0]).is_empty());
    }

    #[test]
    fn the_last_year_leaves_nothing_to_the_register() {
        let carried = |year| {
            let tables = tables(2, year, (2022, 2025));
            let at = form::requests(Edition::Y2021).iter().position(|line| line.key == "4").expect("a row");
            tables.requests[at].cells.last().cloned().expect("a total")
        };
        assert_eq!((carried(2024), carried(2025)), (Cell::count(1), Cell::count(0)));
    }
}
