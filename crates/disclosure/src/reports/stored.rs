//! A report for whoever writes it out: the command line, the office, and the open data of the portal.

use annual_report::{Identity, Rank, Report, draft, form, json};
use kernel::{Directory, OrganCode};
use serde_json::{Value, json as data};
use web::{Ctx, Result};

use super::{
    chapters::{self, Words},
    office,
    rows::{self, Judged, Row},
};

/// Where a chapter has no words yet: in the office, and for the public.
const UNWRITTEN: &str = "（正文没有起草。请在“稿件”里写，题目写明机关和年度，各部分用官方的标题。）";
const ELSEWHERE: &str = "（这一部分的文字以公布的年度报告全文为准。）";

/// A report with what came of its identities, and what its chapters say.
#[derive(Debug, Clone)]
pub struct Stored {
    pub report: Report,
    pub identities: Vec<Identity>,
    /// Of a county the county's, not that it is a sum.
    pub(super) title: String,
    /// What stands below the title; empty = nothing.
    pub(super) aside: String,
    /// The same of the year before, if it is known.
    pub(super) before: Option<Report>,
    /// Whether both years can be compared in a sentence: what lacks organs or months has not become less.
    pub(super) comparable: bool,
    pub(super) words: Words,
    /// What stands where a chapter has no words.
    pub(super) lacking: &'static str,
}

/// The newest version of a year's report as the office keeps it: of an organ, or the county's summary. `None` when there is none.
///
/// # Errors
/// When the database fails.
pub async fn stored(ctx: &Ctx, organ: Option<&OrganCode>, year: i16) -> Result<Option<Stored>> {
    let office = ctx.office_organ();
    let (code, scope) = organ.map_or((&office, "county"), |code| (code, "own"));
    match rows::of(ctx.db().read(), code, i64::from(year), scope).await? {
        Some(row) => Ok(Some(kept(ctx, &row).await?)),
        None => Ok(None),
    }
}

fn year_before(row: &Row, others: &[Row], directory: &Directory) -> Option<Report> {
    let same = |other: &&Row| other.organ == row.organ && other.scope == row.scope && other.year == row.year - 1;
    others.iter().find(same).map(|other| other.report(directory))
}

/// The newest version, with what is written of it so far.
///
/// # Errors
/// When the database fails.
pub(super) async fn kept(ctx: &Ctx, row: &Row) -> Result<Stored> {
    let others = rows::two_years(ctx.db().read(), row.year).await?;
    let Judged { report, identities } = rows::judged(row, &others, &ctx.directory());
    let before = year_before(row, &others, &ctx.directory());
    let words = chapters::newest(ctx, row).await?;
    let comparable = office::is_comparable(ctx, row, &others);
    let aside = if row.is_public() && !row.is_behind() {
        String::new()
    } else {
        format!("（第 {} 版，尚未公布）", row.version)
    };
    Ok(Stored { title: title(ctx, &report), report, identities, aside, before, comparable, words, lacking: UNWRITTEN })
}

/// The version that readers see, with what of its words is public. `row` is that of [`rows::public`].
///
/// # Errors
/// When the database fails.
pub(super) async fn released(ctx: &Ctx, row: &Row) -> Result<Stored> {
    let directory = ctx.directory();
    // Only what is public beside it speaks for it or against it.
    let years = rows::public_years(ctx.db().read(), &row.organ, &row.scope).await?;
    let report = row.report(&directory);
    let before = year_before(row, &years, &directory);
    let identities = annual_report::check(&report, before.as_ref(), &[]);
    // Words that say other numbers would have the file contradict itself: they are read in the report's own text.
    let words = chapters::published(ctx, row).await?;
    let words = if words.contradict(&report) { Words::default() } else { words };
    let aside = row.aside();
    // Whatever spoke against making it public speaks against comparing it.
    let comparable = aside.is_empty();
    let aside = if aside.is_empty() { aside } else { format!("（{aside}）") };
    Ok(Stored { title: title(ctx, &report), report, identities, aside, before, comparable, words, lacking: ELSEWHERE })
}

/// 青禾县财政局2025年政府信息公开工作年度报告.
fn title(ctx: &Ctx, report: &Report) -> String {
    let county = ctx.site().county.clone();
    let organ = if report.rank == Rank::County && !county.is_empty() { county } else { report.organ.clone() };
    let year = report.year.map_or_else(String::new, |year| format!("{year}年"));
    format!("{organ}{year}政府信息公开工作年度报告")
}

impl Stored {
    /// What a chapter says in words, by its number from 0: as it is written; the first else as the tables tell it.
    pub(super) fn text_of(&self, chapter: usize) -> String {
        let words = self.words.of(chapter);
        if chapter == 0 && words.is_empty() {
            return draft::overall(&self.report, self.before.as_ref().filter(|_| self.comparable)).join("\n");
        }
        words.to_owned()
    }

    /// As other programs read it.
    pub fn to_json(&self) -> Value {
        let mut value = json::to_value(&self.report);
        let number = |identity: &Identity, left: bool| {
            identity.breaches.first().map(|breach| if left { breach.left.to_json() } else { breach.right.to_json() })
        };
        let identities: Vec<Value> = self
            .identities
            .iter()
            .map(|identity| {
                data!({
                    "id": identity.id, "name": identity.rule, "holds": identity.holds,
                    "left": number(identity, true), "right": number(identity, false), "message": identity.message,
                })
            })
            .collect();
        value["identities"] = Value::Array(identities);
        let chapter = |(number, title): (usize, &&str)| {
            let text = if (1..=3).contains(&number) { String::new() } else { self.text_of(number) };
            data!({ "title": title, "text": text })
        };
        value["chapters"] = Value::Array(form::CHAPTERS.iter().enumerate().map(chapter).collect());
        value
    }

    /// One without a database.
    #[cfg(test)]
    pub(super) fn sample(report: Report) -> Self {
        Self {
            title: format!("{}年度报告", report.organ),
            identities: annual_report::check(&report, None, &[]),
            report,
            aside: String::new(),
            before: None,
            comparable: true,
            words: Words::default(),
            lacking: UNWRITTEN,
        }
    }
}
