//! The chapters in words of a yearly report: they are a document, which passes the gates, and are read from its text by the
//! official titles.

use annual_report::{Report, form::CHAPTERS, model::Chapter, narrative, sheets::named_in};
use kernel::OrganCode;
use store::query_as;
use web::{Ctx, Result};

use super::{REPORT, rows::Row};

/// Titles that are looked through, the newest first.
const LOOKED_AT: i64 = 40;

/// What each of the six chapters says in words; empty where there is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words([String; 6]);

impl Words {
    /// Of a chapter by its number, from 0.
    pub(super) fn of(&self, chapter: usize) -> &str {
        self.0.get(chapter).map_or("", String::as_str)
    }

    /// Numbers in the words that are others than the figures of the same names, each in a sentence.
    pub(super) fn differences(&self, report: &Report) -> Vec<String> {
        let said = self.0.iter().filter(|text| !text.is_empty());
        let chapters = said.map(|text| Chapter { title: String::new(), text: text.clone() }).collect();
        let found = narrative::differences(&Report { chapters, ..report.clone() });
        found.into_iter().map(|one| one.message).collect()
    }

    /// Whether there are such: they are then not the words of this report.
    pub(super) fn contradict(&self, report: &Report) -> bool {
        !self.differences(report).is_empty()
    }

    /// The text of a whole report, told apart by the titles of its chapters. What stands before the first is nobody's.
    pub(super) fn read(text: &str) -> Self {
        let mut words = Self::default();
        let mut now: Option<usize> = None;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(chapter) = title(line) {
                now = Some(chapter);
                continue;
            }
            let Some(chapter) = now else { continue };
            let said = &mut words.0[chapter];
            if !said.is_empty() {
                said.push('\n');
            }
            said.push_str(line);
        }
        words
    }
}

/// The chapter that a line is the title of: its number, with a word of the official title.
fn title(line: &str) -> Option<usize> {
    /// Characters of a title, at most.
    const LONGEST: usize = 30;
    const NAMED: [&str; 6] = ["总体情况", "主动公开", "申请", "复议", "问题", "其他"];
    if line.chars().count() > LONGEST || line.ends_with(['。', '；', '，']) {
        return None;
    }
    let number = line.chars().next()?;
    let chapter = CHAPTERS.iter().position(|title| title.starts_with(number))?;
    let rest = line.strip_prefix(number)?;
    (rest.starts_with(['、', '.', '．', ' ', '　']) && rest.contains(NAMED[chapter])).then_some(chapter)
}

/// The government of the county, in whose name the county's report goes out; `None` where the directory has none of that name.
pub(super) fn government(ctx: &Ctx) -> Option<OrganCode> {
    let name = format!("{}人民政府", ctx.site().county);
    ctx.directory().all().iter().find(|organ| organ.name == name).map(|organ| organ.code.clone())
}

/// Whether a report of this organ with this title is that of the whole county: the county office writes its own and the county's,
/// which goes out in its name or in that of the government.
pub(super) fn is_of_county(ctx: &Ctx, organ: &OrganCode, title: &str) -> bool {
    (*organ == ctx.office_organ() && !title.contains("办公室")) || government(ctx).as_ref() == Some(organ)
}

/// Organs whose documents may be the report of a row.
fn writers(ctx: &Ctx, row: &Row) -> [OrganCode; 2] {
    let other = government(ctx).filter(|_| row.is_county()).unwrap_or_else(|| row.organ.clone());
    [row.organ.clone(), other]
}

/// Whether a document of this organ and title is the report of a row.
fn fits(ctx: &Ctx, row: &Row, (organ, title): (&OrganCode, &str)) -> bool {
    is_of_county(ctx, organ, title) == row.is_county() && named_in(title).year.map(i64::from) == Some(row.year)
}

/// Address of the report that the public reads now, with what its chapters say; `None` where there is none.
///
/// # Errors
/// When the database fails.
pub(super) async fn article(ctx: &Ctx, row: &Row) -> Result<Option<(String, Words)>> {
    let [own, other] = writers(ctx, row);
    let found: Vec<(OrganCode, String, String, String)> = query_as(
        "SELECT d.organ, e.title, d.id, t.body_text FROM document d \
         JOIN edition e ON e.id = d.current_edition AND e.state = 'published' \
         JOIN edition_text t ON t.edition_id = e.id \
         WHERE d.organ IN ($1, $5) AND d.kind = $2 AND e.title LIKE $3 ORDER BY d.published_at DESC LIMIT $4",
    )
    .bind(&own)
    .bind(REPORT.key)
    .bind("%政府信息公开%")
    .bind(LOOKED_AT)
    .bind(&other)
    .fetch_all(ctx.db().read())
    .await?;
    let one = found.into_iter().find(|(organ, title, _, _)| fits(ctx, row, (organ, title)));
    Ok(one.map(|(_, _, id, text)| (format!("/documents/{id}"), Words::read(&text))))
}

fn first(ctx: &Ctx, row: &Row, found: Vec<(OrganCode, String, String)>) -> Words {
    let text = found.into_iter().find(|(organ, title, _)| fits(ctx, row, (organ, title))).map(|(_, _, text)| text);
    text.map(|text| Words::read(&text)).unwrap_or_default()
}

/// What the public reads now.
///
/// # Errors
/// When the database fails.
pub(super) async fn published(ctx: &Ctx, row: &Row) -> Result<Words> {
    Ok(article(ctx, row).await?.map(|(_, words)| words).unwrap_or_default())
}

/// What whoever writes it has now, whether public or not: for the office.
///
/// # Errors
/// When the database fails.
pub(super) async fn newest(ctx: &Ctx, row: &Row) -> Result<Words> {
    let [own, other] = writers(ctx, row);
    let found: Vec<(OrganCode, String, String)> = query_as(
        "SELECT e.organ, e.title, t.body_text FROM edition e JOIN edition_text t ON t.edition_id = e.id \
         WHERE e.organ IN ($1, $5) AND e.kind = $2 AND e.head = 1 AND e.state <> 'withdrawn' AND e.title LIKE $3 \
         ORDER BY e.updated_at DESC LIMIT $4",
    )
    .bind(&own)
    .bind(REPORT.key)
    .bind("%政府信息公开%")
    .bind(LOOKED_AT)
    .bind(&other)
    .fetch_all(ctx.db().read())
    .await?;
    Ok(first(ctx, row, found))
}

/// Whether somebody has begun to write it, or it is public.
///
/// # Errors
/// When the database fails.
pub(super) async fn exists(ctx: &Ctx, row: &Row) -> Result<bool> {
    let [own, other] = writers(ctx, row);
    let titles: Vec<(OrganCode, String)> = query_as(
        "SELECT organ, title FROM edition WHERE organ IN ($1, $5) AND kind = $2 AND head = 1 AND state <> 'withdrawn' \
         AND title LIKE $3 ORDER BY updated_at DESC LIMIT $4",
    )
    .bind(&own)
    .bind(REPORT.key)
    .bind("%政府信息公开%")
    .bind(LOOKED_AT)
    .bind(&other)
    .fetch_all(ctx.db().read())
    .await?;
    Ok(titles.iter().any(|(organ, title)| fits(ctx, row, (organ, title))))
}

#[cfg(test)]
mod tests {
    use annual_report::{Cell, Edition, Tables, form::TOTAL};

    use super::*;

    #[test]
    fn chapters_are_told_by_their_titles() {
        let text = "根据条例编制本报告。\n一、总体情况\n2025年，新收申请5件。\n其他工作照常。\n二、主动公开政府信息情况\n12\n\
                    三、收到和处理政府信息公开申请情况\n四、政府信息公开行政复议、行政诉讼情况\n五、存在的主要问题及改进情况\n\
                    一、主动公开还不够及时，需要改进。\n六、其他需要报告的事项\n没有收取信息处理费。";
        let words = Words::read(text);
        assert_eq!(words.of(0), "2025年，新收申请5件。\n其他工作照常。");
        assert_eq!((words.of(1), words.of(2)), ("12", ""));
        assert_eq!(words.of(4), "一、主动公开还不够及时，需要改进。");
        assert_eq!((words.of(5), words.of(9)), ("没有收取信息处理费。", ""));
        assert_eq!(Words::read("没有标题的正文"), Words::default());
    }

    #[test]
    fn words_with_other_numbers_are_of_another_report() {
        let mut tables = Tables::filled_with(Edition::Y2021, &Cell::count(0));
        tables.requests[0].cells[TOTAL] = Cell::count(5);
        let report = Report { year: Some(2025), tables, ..Report::default() };
        let said = |many: u32| Words::read(&format!("一、总体情况\n新收申请{many}件，上年结转0件。"));
        assert!(!said(5).contradict(&report));
        assert!(said(96).contradict(&report));
        assert!(!Words::default().contradict(&report));
    }
}
