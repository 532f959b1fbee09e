//! How many of the policies of a year are explained, and how many in time: by organ, for the office and for readers.

use std::collections::BTreeMap;

use document::{Kinds, rows};
use jiff::civil::Date;
use kernel::{
    OrganCode,
    id::{ColumnId, DocumentId, EditionId},
    time,
};
use store::{FromRow, query_as};
use web::{Ctx, Result};

use super::{INTERPRETS, owed::due, plan, settings::Obligation};

/// One organ's figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) organ: String,
    /// Policies that owe an interpretation.
    pub(super) owed: u32,
    /// Explained by now.
    pub(super) explained: u32,
    /// Explained within the term.
    pub(super) in_time: u32,
    /// Neither explained nor any more in time.
    pub(super) late: u32,
}

impl Rate {
    /// A share in percent, rounded down: nothing is 100 % before it is whole.
    fn share(part: u32, whole: u32) -> String {
        if whole == 0 { "—".to_owned() } else { format!("{}%", u64::from(part) * 100 / u64::from(whole)) }
    }

    /// 解读率.
    pub(super) fn coverage(&self) -> String {
        Self::share(self.explained, self.owed)
    }

    /// 按时率.
    pub(super) fn punctuality(&self) -> String {
        Self::share(self.in_time, self.owed)
    }

    /// Counts one policy: the day of its first interpretation, if there is one, and the last day of its term.
    fn count(&mut self, first: Option<Date>, due: Option<Date>, today: Date) {
        self.owed += 1;
        match (first, due) {
            (Some(first), Some(due)) if first > due => self.explained += 1,
            (Some(_), _) => {
                self.explained += 1;
                self.in_time += 1;
            }
            (None, Some(due)) if due < today => self.late += 1,
            (None, _) => {}
        }
    }

    fn add(&mut self, other: &Self) {
        self.owed += other.owed;
        self.explained += other.explained;
        self.in_time += other.in_time;
        self.late += other.late;
    }
}

#[derive(FromRow)]
struct Row {
    id: DocumentId,
    organ: OrganCode,
    kind: String,
    column_slug: ColumnId,
    current_edition: EditionId,
    first_published_on: String,
    explained_on: String,
}

/// The figures of a year by organ, in the order of the organs, and all together. Policies that were exempted, or that do not owe one
/// by the rules of today, are not counted.
///
/// # Errors
/// When the database fails.
pub(super) async fn of_year(ctx: &Ctx, year: i16) -> Result<(Vec<Rate>, Rate)> {
    let (from, until) = (format!("{year:04}-01-01"), format!("{year:04}-12-31"));
    let sql = "SELECT p.id, p.organ, p.kind, p.column_slug, p.current_edition, p.first_published_on, \
               COALESCE(MIN(i.first_published_on), '') AS explained_on FROM document p \
               LEFT JOIN relation r ON r.to_document = p.id AND r.kind = $1 \
               LEFT JOIN document i ON i.id = r.from_document AND i.current_edition <> '' \
               WHERE p.current_edition <> '' AND p.first_published_on >= $2 AND p.first_published_on <= $3 AND p.kind = $4 \
               GROUP BY p.id, p.organ, p.kind, p.column_slug, p.current_edition, p.first_published_on";
    let (settings, today, directory) = (ctx.settings::<Obligation>(), ctx.today(), ctx.directory());
    let mut by_organ: BTreeMap<OrganCode, Rate> = BTreeMap::new();
    let mut together = Rate { organ: "合计".to_owned(), ..Rate::default() };
    for kind in Kinds::of(ctx).all().iter().filter(|kind| INTERPRETS.to.contains(&kind.key)) {
        let rows: Vec<Row> = query_as(sql)
            .bind(INTERPRETS.key)
            .bind(&from)
            .bind(&until)
            .bind(kind.key)
            .fetch_all(ctx.db().read())
            .await?;
        for row in rows {
            let values = rows::values(ctx.db().read(), &row.current_edition).await?;
            if !settings.holds(&row.kind, &row.column_slug, &values) {
                continue;
            }
            let explained = time::parse_date(&row.explained_on);
            let plan = match explained {
                Some(_) => None,
                None => plan::of(ctx.db().read(), &row.id).await?,
            };
            if plan.is_some_and(|plan| plan.exempted()) {
                continue;
            }
            let organ = directory.stands_for(&row.organ, today);
            let rate = by_organ.entry(organ).or_default();
            rate.count(explained, due(ctx, &row.first_published_on), today);
        }
    }
    let mut rates = Vec::new();
    for (organ, rate) in by_organ {
        together.add(&rate);
        rates.push(Rate { organ: directory.short_name(&organ).to_owned(), ..rate });
    }
    Ok((rates, together))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_came_late_is_explained_and_not_in_time() {
        let (today, due) = (date(2026, 3, 10), Some(date(2026, 3, 5)));
        let mut rate = Rate::default();
        rate.count(Some(date(2026, 3, 5)), due, today);
        rate.count(Some(date(2026, 3, 6)), due, today);
        rate.count(None, due, today);
        rate.count(None, Some(today), today);
        assert_eq!((rate.owed, rate.explained, rate.in_time, rate.late), (4, 2, 1, 1));
        assert_eq!((rate.coverage().as_str(), rate.punctuality().as_str()), ("50%", "25%"));
        assert_eq!(Rate::default().coverage(), "—");
    }
}
