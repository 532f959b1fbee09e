//! Which document can do something to which, by the days on which they were made: nothing ends what was made after it, and
//! nothing works before both are there.

use jiff::civil::Date;
use kernel::{id::DocumentId, time};
use store::{FromRow, Tx, query_as};
use web::Refusal;

use super::Decision;
use crate::{
    common::{DOCUMENT_NUMBER, EFFECTIVE_ON, WRITTEN_ON},
    error::Result,
    number,
};

#[derive(FromRow)]
struct Row {
    title: String,
    public_on: String,
    written: String,
    number: String,
    begins: String,
}

/// When a document was made, as far as that is known: by the day that it names, else by the year of its number.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Made {
    title: String,
    not_before: Option<Date>,
    not_after: Option<Date>,
    /// 施行日期.
    begins: Option<Date>,
    public_on: Option<Date>,
}

impl From<Row> for Made {
    fn from(row: Row) -> Self {
        let written = time::parse_date(&row.written);
        let year = number::year(&row.number).and_then(|year| year.parse::<i16>().ok());
        let day = |month, day| year.and_then(|year| Date::new(year, month, day).ok());
        let public_on = time::parse_date(&row.public_on);
        Self {
            title: row.title,
            not_before: written.or_else(|| day(1, 1)),
            not_after: written.or_else(|| public_on.into_iter().chain(day(12, 31)).min()),
            begins: time::parse_date(&row.begins),
            public_on,
        }
    }
}

async fn made(tx: &mut Tx, id: &DocumentId) -> Result<Made> {
    let row: Option<Row> = query_as(
        "SELECT d.title, d.first_published_on AS public_on, COALESCE(w.value, '') AS written, COALESCE(n.value, '') AS number, \
         COALESCE(x.value, '') AS begins FROM document d \
         LEFT JOIN facet w ON w.edition_id = d.current_edition AND w.key = $2 AND w.place = 0 \
         LEFT JOIN facet n ON n.edition_id = d.current_edition AND n.key = $3 AND n.place = 0 \
         LEFT JOIN facet x ON x.edition_id = d.current_edition AND x.key = $4 AND x.place = 0 WHERE d.id = $1",
    )
    .bind(id)
    .bind_all([WRITTEN_ON.key, DOCUMENT_NUMBER.key, EFFECTIVE_ON.key])
    .fetch_optional(tx.conn())
    .await?;
    Ok(Made::from(row.ok_or(Refusal::NotFound)?))
}

/// Refuses what cannot be so by the days: `wanted.effective_on` is empty or a day.
pub(super) async fn fit(tx: &mut Tx, from: &DocumentId, to: &DocumentId, wanted: &Decision) -> Result<()> {
    if !wanted.verb.acts() {
        return Ok(());
    }
    let (by, of) = (made(tx, from).await?, made(tx, to).await?);
    match fault(&by, &of, wanted) {
        Some((field, text)) => Err(Refusal::field(field, text)),
        None => Ok(()),
    }
}

fn fault(by: &Made, of: &Made, wanted: &Decision) -> Option<(&'static str, String)> {
    let does = wanted.verb.label();
    if let Some((made, later)) = by.not_after.zip(of.not_before).filter(|(made, later)| made < later) {
        let text = format!(
            "《{}》{later} 以后才作出，这份文件在 {made} 以前作出，早作出的文件不能{does}晚作出的。请核对是不是反了：是对方{does}这份文件的，\
             在这里否定，到对方文件上认定或者补充；成文日期或文号写错的，先更正。",
            of.title
        );
        return Some(("to", text));
    }
    let day = time::parse_date(&wanted.effective_on)?;
    if let Some(made) = of.not_before.filter(|made| day < *made) {
        let text = format!("请核对日期：{day} 时《{}》还没有作出（{made} 以后才有）。不填就从施行日期起算。", of.title);
        return Some(("effective_on", text));
    }
    // What goes back by its own words says so as the day from which it holds.
    let allowed = by.begins.is_some_and(|begins| begins <= day);
    let made = by.not_before.or(by.public_on).filter(|made| day < *made && !allowed)?;
    let text = format!(
        "请核对日期：这份文件 {made} 以后才作出，不能从更早的 {day} 起{does}别的文件。不填就从施行日期起算；确有溯及规定的，先更正这份文件的施行日期。"
    );
    Some(("effective_on", text))
}

#[cfg(test)]
mod tests {
    use super::{super::Verb, *};

    fn made(written: &str, number: &str, begins: &str, public_on: &str) -> Made {
        let [written, number, begins, public_on] = [written, number, begins, public_on].map(str::to_owned);
        Made::from(Row { title: "甲办法".to_owned(), public_on, written, number, begins })
    }

    #[test]
    fn nothing_ends_what_was_made_after_it_or_works_before_both_are_there() {
        let old = || made("2020-05-06", "", "", "2026-03-01");
        let new = || made("2026-02-03", "", "2026-03-01", "2026-02-10");
        let numbered = |year: i32| made("", &format!("青政发〔{year}〕3号"), "", "2026-02-10");
        let bare = || made("", "", "", "2026-02-10");
        let table: &[(Made, Made, &str, &str)] = &[
            (new(), old(), "", ""),
            (new(), old(), "2026-02-03", ""),
            (new(), old(), "2026-02-02", "effective_on"),
            (new(), old(), "1990-01-01", "effective_on"),
            // It goes back by its own words.
            (made("2026-02-03", "", "2026-01-01", "2026-02-10"), old(), "2026-01-01", ""),
            (made("2026-02-03", "", "2020-01-01", "2026-02-10"), old(), "2020-01-02", "effective_on"),
            (old(), new(), "", "to"),
            (old(), old(), "", ""),
            (numbered(2026), numbered(2020), "", ""),
            (numbered(2020), numbered(2026), "", "to"),
            (numbered(2026), numbered(2026), "", ""),
            (numbered(2026), numbered(2020), "2019-12-31", "effective_on"),
            (numbered(2020), new(), "", "to"),
            // Nothing is known but that both are public: the order in which they became so says nothing.
            (bare(), old(), "", ""),
            (bare(), bare(), "", ""),
            (bare(), bare(), "1990-01-01", "effective_on"),
        ];
        for (by, of, day, field) in table {
            let effective_on = (*day).to_owned();
            let wanted = Decision { verb: Verb::Repeals, to: None, articles: String::new(), effective_on };
            let found = fault(by, of, &wanted).map_or("", |(field, _)| field);
            assert_eq!(found, *field, "{by:?} {of:?} {day}");
        }
    }
}
