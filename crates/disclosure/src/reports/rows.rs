//! Yearly reports as they are kept, and as what they hold is read.

use annual_report::{Cell, Edition, Identity, Rank, Report, Tables, check, json};
use jiff::civil::Date;
use kernel::{Directory, OrganCode, OrganKind, id::AccountId, time};
use store::{Executor, FromRow, Sealed, query_as};

store::ids! {
    /// Of one organ's report of one year.
    AnnualReportId,
}

/// How the summary of all is called where an organ's name stands.
pub(super) const COUNTY: &str = "全县汇总";

/// A report.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Row {
    pub(super) id: AnnualReportId,
    pub(super) organ: OrganCode,
    pub(super) year: i64,
    /// `own` or `county`.
    pub(super) scope: String,
    pub(super) version: i64,
    /// The tables as JSON: of the version that was asked for.
    pub(super) figures: String,
    /// Where that version is from: `new`, `typed`, `file`, `sum`, `counted`.
    pub(super) origin: String,
    pub(super) changed_by: String,
    pub(super) changed_name: String,
    pub(super) changed_at: String,
    /// 0 = none.
    pub(super) public_version: i64,
    pub(super) public_name: String,
    pub(super) public_at: String,
    pub(super) public_reason: String,
}

impl Row {
    pub(super) fn is_county(&self) -> bool {
        self.scope == "county"
    }

    pub(super) fn is_public(&self) -> bool {
        self.public_version > 0
    }

    /// Whether its year is not over on this day.
    pub(super) fn is_of_a_year_that_runs(&self, day: Date) -> bool {
        i64::from(day.year()) <= self.year
    }

    /// What readers are told beside the figures: why they were made public although something spoke against it. Empty when
    /// nothing did.
    pub(super) fn aside(&self) -> String {
        if self.public_reason.is_empty() {
            return String::new();
        }
        let day = time::from_db(&self.public_at).map(time::date_in_china);
        let what = if day.is_some_and(|day| self.is_of_a_year_that_runs(day)) {
            "数据在年度结束以前公布，不是全年的。"
        } else {
            "数据照原件公布，其中有不相符的地方。"
        };
        format!("{what}{}", self.public_reason)
    }

    /// Whether readers see an older version than the office.
    pub(super) fn is_behind(&self) -> bool {
        self.is_public() && self.public_version < self.version
    }

    /// Name of whose report it is.
    pub(super) fn name(&self, directory: &Directory) -> String {
        if self.is_county() {
            return COUNTY.to_owned();
        }
        directory.get(&self.organ).map_or_else(|| self.organ.to_string(), |organ| organ.name.clone())
    }

    /// What it holds. Rows that cannot be read are a report of which nothing is known: `verify` names them.
    pub(super) fn report(&self, directory: &Directory) -> Report {
        let year = i16::try_from(self.year).ok();
        let read = serde_json::from_str(&self.figures).ok().and_then(|value| json::of_value(&value).ok());
        let mut report = read.unwrap_or_else(|| Report {
            tables: Tables::filled_with(year.map_or(Edition::Y2021, Edition::of_year), &Cell::unknown()),
            ..Report::default()
        });
        report.year = year;
        report.organ = self.name(directory);
        let kind = directory.get(&self.organ).map(|organ| organ.kind);
        report.rank = match kind {
            _ if self.is_county() => Rank::County,
            Some(OrganKind::Township) => Rank::Township,
            _ => Rank::Organ,
        };
        report
    }

    /// Where the newest version is from, in words.
    pub(super) fn origin_words(&self) -> &'static str {
        origin_words(&self.origin)
    }
}

pub(super) fn origin_words(origin: &str) -> &'static str {
    match origin {
        "new" => "新建",
        "file" => "表格导入",
        "sum" => "汇总生成",
        "counted" => "统计生成",
        _ => "填写",
    }
}

/// A version as the page lists it.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Version {
    pub(super) version: i64,
    pub(super) origin: String,
    pub(super) changed_name: String,
    pub(super) changed_at: String,
}

impl Version {
    pub(super) fn origin_words(&self) -> &'static str {
        origin_words(&self.origin)
    }
}

/// One of them, its newest version.
pub(super) async fn one(executor: impl Executor<'_>, id: &AnnualReportId) -> store::Result<Option<Row>> {
    let sql = "SELECT id, organ, year, scope, version, figures, origin, changed_by, changed_name, changed_at, public_version, \
               public_name, public_at, public_reason FROM annual_report WHERE id = $1";
    query_as(sql).bind(id).fetch_optional(executor).await
}

/// That of an organ and a year.
pub(super) async fn of(
    executor: impl Executor<'_>,
    organ: &OrganCode,
    year: i64,
    scope: &str,
) -> store::Result<Option<Row>> {
    let sql = "SELECT id, organ, year, scope, version, figures, origin, changed_by, changed_name, changed_at, public_version, \
               public_name, public_at, public_reason FROM annual_report WHERE organ = $1 AND year = $2 AND scope = $3";
    query_as(sql).bind(organ).bind(year).bind(scope).fetch_optional(executor).await
}

/// All of a year and the year before it.
pub(super) async fn two_years(executor: impl Executor<'_>, year: i64) -> store::Result<Vec<Row>> {
    let sql = "SELECT id, organ, year, scope, version, figures, origin, changed_by, changed_name, changed_at, public_version, \
               public_name, public_at, public_reason FROM annual_report WHERE year = $1 OR year = $2 ORDER BY year, scope, organ";
    query_as(sql).bind(year).bind(year - 1).fetch_all(executor).await
}

/// All years of an organ, oldest first.
pub(super) async fn years_of(executor: impl Executor<'_>, organ: &OrganCode, scope: &str) -> store::Result<Vec<Row>> {
    let sql = "SELECT id, organ, year, scope, version, figures, origin, changed_by, changed_name, changed_at, public_version, \
               public_name, public_at, public_reason FROM annual_report WHERE organ = $1 AND scope = $2 ORDER BY year";
    query_as(sql).bind(organ).bind(scope).fetch_all(executor).await
}

/// Versions of one, newest first.
pub(super) async fn versions(executor: impl Executor<'_>, id: &AnnualReportId) -> store::Result<Vec<Version>> {
    let sql = "SELECT version, origin, changed_name, changed_at FROM annual_report_version WHERE report = $1 \
               ORDER BY version DESC LIMIT 50";
    query_as(sql).bind(id).fetch_all(executor).await
}

/// What readers see of one: the version that was made public. `None` while there is none.
pub(super) async fn public(executor: impl Executor<'_>, id: &AnnualReportId) -> store::Result<Option<Row>> {
    let sql = "SELECT r.id, r.organ, r.year, r.scope, r.version, v.figures, v.origin, v.changed_by, v.changed_name, \
               v.changed_at, r.public_version, r.public_name, r.public_at, r.public_reason FROM annual_report r \
               JOIN annual_report_version v ON v.report = r.id AND v.version = r.public_version \
               WHERE r.id = $1 AND r.public_version > 0";
    query_as(sql).bind(id).fetch_optional(executor).await
}

/// What readers see of an organ's years, oldest first.
pub(super) async fn public_years(
    executor: impl Executor<'_>,
    organ: &OrganCode,
    scope: &str,
) -> store::Result<Vec<Row>> {
    let sql = "SELECT r.id, r.organ, r.year, r.scope, r.version, v.figures, v.origin, v.changed_by, v.changed_name, \
               v.changed_at, r.public_version, r.public_name, r.public_at, r.public_reason FROM annual_report r \
               JOIN annual_report_version v ON v.report = r.id AND v.version = r.public_version \
               WHERE r.organ = $1 AND r.scope = $2 AND r.public_version > 0 ORDER BY r.year";
    query_as(sql).bind(organ).bind(scope).fetch_all(executor).await
}

/// A line of the public list.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Listed {
    pub(super) id: AnnualReportId,
    pub(super) organ: OrganCode,
    pub(super) year: i64,
    pub(super) scope: String,
    pub(super) public_at: String,
}

/// What is public of a year, the summary first; of all years where none is named.
pub(super) async fn listed(executor: impl Executor<'_>, year: Option<i64>) -> store::Result<Vec<Listed>> {
    let sql = "SELECT id, organ, year, scope, public_at FROM annual_report \
               WHERE public_version > 0 AND year >= $1 AND year <= $2 ORDER BY year DESC, scope, organ LIMIT 2000";
    query_as(sql).bind(year.unwrap_or(0)).bind(year.unwrap_or(9999)).fetch_all(executor).await
}

/// A version that nobody has made public yet.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Waiting {
    pub(super) id: AnnualReportId,
    pub(super) organ: OrganCode,
    pub(super) year: i64,
    pub(super) scope: String,
    pub(super) changed_at: String,
}

/// Newest versions that are not public and that somebody else than this account has saved.
pub(super) async fn waiting(executor: impl Executor<'_>, account: &AccountId) -> store::Result<Vec<Waiting>> {
    let sql = "SELECT id, organ, year, scope, changed_at FROM annual_report \
               WHERE version > public_version AND origin <> 'new' AND changed_by <> $1 ORDER BY year DESC, organ LIMIT 500";
    query_as(sql).bind(account).fetch_all(executor).await
}

/// What the log seals: figures once public are evidence.
pub(super) fn sealed() -> Sealed {
    Sealed::each(
        super::SUBJECT,
        "年报数据",
        "SELECT id FROM annual_report",
        "SELECT organ FROM annual_report WHERE id = $1",
    )
    .part(
        "annual_report/1",
        "数据、版本或公布状态",
        "SELECT id, organ, year, scope, version, figures, origin, changed_by, public_version, public_by, public_at, \
         public_reason FROM annual_report WHERE id = $1",
    )
    .part(
        "annual_report_version/1",
        "各个版本的数据",
        "SELECT report, version, figures, origin, changed_by FROM annual_report_version WHERE report = $1",
    )
}

/// A report with what stands around it.
pub(super) struct Judged {
    pub(super) report: Report,
    pub(super) identities: Vec<Identity>,
}

/// Holds a report against the others that concern it: the same organ's of the year before, and for the summary all of its year.
pub(super) fn judged(row: &Row, others: &[Row], directory: &Directory) -> Judged {
    let report = row.report(directory);
    let same = |other: &&Row| other.organ == row.organ && other.scope == row.scope && other.year == row.year - 1;
    let before = others.iter().find(same).map(|other| other.report(directory));
    let parts: Vec<Report> = if row.is_county() {
        let own = others.iter().filter(|other| other.year == row.year && !other.is_county());
        own.map(|other| other.report(directory)).collect()
    } else {
        Vec::new()
    };
    let parts: Vec<&Report> = parts.iter().collect();
    let identities = check(&report, before.as_ref(), &parts);
    Judged { report, identities }
}
