//! Documents as they stood on a day: which text the public could read, and how it stood to the law by what is known today.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use kernel::{
    OrganCode,
    id::{ColumnId, DocumentId, EditionId},
    time,
};
use store::{Db, FromRow, query_as};

use super::{Comparable, Filter, Listed, PublicDocument, comparable, side, withheld};
use crate::{
    commit,
    common::{self, EFFECTIVE_ON, EXPIRES_ON, IN_FORCE, LAPSED, VALIDITY, WRITTEN_ON},
    compare,
    error::{Result, fault},
    html::{Written, contents},
    lists, references, rows,
    spec::{Facet, Kinds},
    sql::Statement,
    standing::{self, Effect},
    values::Values,
    words,
};

/// What stood at a document's address on a day.
#[derive(Debug, Clone, PartialEq)]
pub enum AsOf {
    /// It was not made yet: the day on which it was.
    NotYet(String),
    /// The text of that day is one that is not shown again.
    Withheld,
    /// The text of that day.
    Text {
        document: Box<PublicDocument>,
        /// It is older than this site has it: the first text that the site had.
        first: bool,
        /// It is known to be over, and not since when.
        unsure: bool,
    },
}

/// The day from which a document is there: on which it was made, else on which it became public here.
fn made<'a>(values: &'a Values, published_on: &'a str) -> &'a str {
    let written = values.get(&WRITTEN_ON);
    if time::parse_date(written).is_some() && (published_on.is_empty() || written < published_on) {
        written
    } else {
        published_on
    }
}

/// The fields as they stood on a day, and whether it is known how the document stood to the law: what its authors once declared
/// to be over has no date of its own unless another document names one, and no text that says so was public before `since`.
fn stood(values: &mut Values, effects: &[Effect], day: Date, since: Option<Date>) -> bool {
    // What became public when its term was over held until then.
    let term = time::parse_date(values.get(&EXPIRES_ON)).filter(|until| since.is_some_and(|since| *until < since));
    if values.get(&VALIDITY) == LAPSED && term.is_some() {
        values.set(VALIDITY.key, vec![IN_FORCE.to_owned()]);
    }
    if !standing::is_known(common::declared(values), effects, (day, since)) {
        values.set(VALIDITY.key, Vec::new());
        return false;
    }
    common::on_day(values, effects, day);
    true
}

/// A public document as it stood on a day.
///
/// # Errors
/// When the database fails.
pub async fn as_of(db: &Db, own_host: &str, document: &PublicDocument, day: Date) -> Result<AsOf> {
    let listed = &document.listed;
    let begun = made(&listed.values, &listed.published_on);
    if time::parse_date(begun).is_some_and(|first| day < first) {
        return Ok(AsOf::NotYet(begun.to_owned()));
    }
    let on = |at: &str| time::from_db(at).map(time::date_in_china);
    // Of the editions the newest that was public by then; before the first, the first.
    let mut numbers = vec![(document.number, on(&listed.updated_at))];
    numbers.extend(document.superseded.iter().map(|past| (past.number, on(&past.published_at))));
    let then = numbers.iter().find(|(_, since)| since.is_some_and(|since| since <= day));
    let first = then.is_none();
    let Some((number, since)) = then.or(numbers.last()).copied() else { return Ok(AsOf::Withheld) };
    let effects = references::effects_on(db.read(), &listed.id).await?;
    let mut shown = document.clone();
    if number == document.number {
        let mut values = rows::values(db.read(), &listed.edition).await?;
        let unsure = !stood(&mut values, &effects, day, since);
        values.keep_public(listed.kind);
        shown.listed.values = values;
        return Ok(AsOf::Text { document: Box::new(shown), first, unsure });
    }
    let editions = comparable(db, &listed.id).await?;
    let (Some(now), Some(then)) = (editions.first(), editions.iter().find(|one| one.number == number)) else {
        return Ok(AsOf::Withheld);
    };
    if hidden(db, document, (then, now)).await? {
        return Ok(AsOf::Withheld);
    }
    let mut values = rows::values(db.read(), &then.id).await?;
    let unsure = !stood(&mut values, &effects, day, since);
    values.keep_public(listed.kind);
    put_text(db, own_host, &mut shown, then).await?;
    shown.listed.values = values;
    Ok(AsOf::Text { document: Box::new(shown), first, unsure })
}

/// Whether the older text holds something of a person that the newer one no longer has.
async fn hidden(db: &Db, document: &PublicDocument, (then, now): (&Comparable, &Comparable)) -> Result<bool> {
    let kind = document.listed.kind;
    let old = side(db, kind, then, String::new()).await?;
    let new = side(db, kind, now, String::new()).await?;
    compare::aside(move || withheld(&old, &new)).await
}

/// The text of an edition in the place of the one that is public now, with those of its files that still are.
async fn put_text(db: &Db, own_host: &str, shown: &mut PublicDocument, then: &Comparable) -> Result<()> {
    let text = rows::text(db.read(), &then.id).await?;
    let files: HashSet<String> =
        rows::files(db.read(), &then.id).await?.into_iter().map(|file| file.id.to_string()).collect();
    let (html, own) = (text.body_html.clone(), own_host.to_owned());
    let read = tokio::task::spawn_blocking(move || Written::renewed(&html, &own)).await;
    let read = read.map_err(|error| fault(format!("reading an older text: {error}")))?;
    shown.attachments.retain(|file| files.contains(file.id.as_str()));
    shown.number = then.number;
    shown.listed.title.clone_from(&then.title);
    shown.listed.updated_at.clone_from(&then.published_at);
    shown.digest = commit::digest(&text.body_html);
    shown.contents = contents(&read.articles);
    shown.reading_html = read.reading;
    shown.body_html = text.body_html;
    shown.body_text = text.body_text;
    shown.note = String::new();
    shown.superseded.retain(|past| past.number < then.number);
    Ok(())
}

/// Documents that a list of a day reads; a county has fewer policies.
const READ: i64 = 20_000;

#[derive(FromRow)]
struct Row {
    id: DocumentId,
    edition: EditionId,
    /// The edition of the day.
    past: EditionId,
    past_since: String,
    title: String,
    kind: String,
    organ: OrganCode,
    column_slug: ColumnId,
    index_number: String,
    first_published_on: String,
    first_published_at: String,
    published_at: String,
    words: String,
    rank: i64,
}

/// A document on a list of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Stood {
    pub listed: Listed,
    /// It is known to be over, and not since when.
    pub unsure: bool,
}

/// The public documents that were made by a day, the newest first, as they stood to the law on it. What they are called and about
/// is told as today; year and words narrow it as other lists.
///
/// # Errors
/// When the database fails.
pub async fn list_of_day(db: &Db, kinds: &Kinds, filter: &Filter, day: Date) -> Result<Vec<Stood>> {
    let mut select = Statement::new(
        "SELECT d.id, d.current_edition AS edition, e.id AS past, e.published_at AS past_since, d.title, d.kind, d.organ, \
         d.column_slug, d.index_number, d.first_published_on, d.first_published_at, d.published_at, d.words, d.rank \
         FROM document d JOIN edition e ON e.document_id = d.id AND e.state IN ('published', 'superseded') \
         WHERE d.current_edition <> ''",
    );
    select.add(" AND d.kind IN ").list(filter.kinds.iter().map(|kind| kind.key));
    if let Some(organ) = &filter.organ {
        select.bind(" AND d.organ = ?", organ);
    }
    select.bind(" ORDER BY d.rank DESC, e.number DESC LIMIT ?", READ);
    let (sql, values) = select.parts();
    let rows: Vec<Row> = query_as(sql).bind_all(values).fetch_all(db.read()).await?;
    let rows = of_day(rows, day);
    let ids: Vec<DocumentId> = rows.iter().map(|row| row.id.clone()).collect();
    let told: Vec<&'static Facet> =
        kinds.facets().into_iter().filter(|facet| facet.public && (facet.listed || facet.counted)).collect();
    let law: [&'static Facet; 4] = [&VALIDITY, &EFFECTIVE_ON, &EXPIRES_ON, &WRITTEN_ON];
    let now: Vec<EditionId> = rows.iter().map(|row| row.edition.clone()).collect();
    let then: Vec<EditionId> = rows.iter().map(|row| row.past.clone()).collect();
    let mut today = lists::values_of(db, &now, &told).await?;
    let mut past = lists::values_of(db, &then, &law).await?;
    let mut effects: HashMap<DocumentId, Vec<Effect>> = HashMap::new();
    for some in ids.chunks(400) {
        effects.extend(references::effects(db.read(), some).await?);
    }
    let wanted = words::normal(&filter.words);
    let mut found = Vec::new();
    for row in rows {
        let Some(kind) = kinds.get(&row.kind) else { continue };
        let mut values = past.remove(&row.past).unwrap_or_default();
        let begun = made(&values, &row.first_published_on).to_owned();
        if time::parse_date(&begun).is_none_or(|begun| day < begun) {
            continue;
        }
        let since = time::from_db(&row.past_since).map(time::date_in_china);
        let unsure = !stood(&mut values, effects.get(&row.id).map_or(&[][..], Vec::as_slice), day, since);
        let mut shown = today.remove(&row.edition).unwrap_or_default();
        for facet in law {
            shown.set(facet.key, values.all(facet).to_vec());
        }
        shown.keep(kind);
        let in_year = filter.year.is_none_or(|year| row.first_published_on.starts_with(&format!("{year:04}")));
        let fits = |(facet, value): &(&'static Facet, String)| shown.all(facet).contains(value);
        if !in_year || !filter.facets.iter().all(fits) || !(wanted.is_empty() || row.words.contains(&wanted)) {
            continue;
        }
        found.push(Stood {
            unsure,
            listed: Listed {
                path: kind.address(&row.id),
                id: row.id,
                edition: row.edition,
                title: row.title,
                kind,
                organ: row.organ,
                column: row.column_slug,
                index_number: row.index_number,
                values: shown,
                published_on: row.first_published_on,
                published_at: row.first_published_at,
                updated_at: row.published_at,
                rank: row.rank,
            },
        });
    }
    Ok(found)
}

/// Of each document the newest edition that was public by the day; before the first, the first.
fn of_day(rows: Vec<Row>, day: Date) -> Vec<Row> {
    let mut kept: Vec<Row> = Vec::new();
    let mut settled = false;
    for row in rows {
        let by_then = time::from_db(&row.past_since).is_some_and(|at| time::date_in_china(at) <= day);
        match kept.last_mut() {
            Some(last) if last.id == row.id => {
                if !settled {
                    *last = row;
                    settled = by_then;
                }
            }
            _ => {
                kept.push(row);
                settled = by_then;
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        common::{AMENDED, REPEALED},
        standing::Does,
    };

    #[test]
    fn what_is_over_without_a_date_is_not_told_of_days_before_anybody_said_so() {
        let values = |code: &str| Values::default().with(&VALIDITY, code);
        let (day, since) = (date(2020, 5, 1), date(2026, 3, 1));
        for (code, told, known) in
            [(REPEALED, "", false), (LAPSED, "", false), (AMENDED, "", false), (IN_FORCE, IN_FORCE, true)]
        {
            let mut then = values(code);
            assert_eq!(stood(&mut then, &[], day, Some(since)), known, "{code}");
            assert_eq!(then.get(&VALIDITY), told, "{code}");
        }
        let mut then = values(REPEALED);
        assert!(stood(&mut then, &[], since, Some(since)));
        assert_eq!(then.get(&VALIDITY), REPEALED);
        let repealed = [Effect { does: Does::Repeals, from: date(2024, 1, 1) }];
        for (day, told) in [(date(2023, 12, 31), IN_FORCE), (date(2024, 1, 1), REPEALED)] {
            let mut then = values(IN_FORCE);
            stood(&mut then, &repealed, day, Some(since));
            assert_eq!(then.get(&VALIDITY), told, "{day}");
            // Typed in by its authors, too, it is dated by the other one.
            let mut then = values(REPEALED);
            assert!(stood(&mut then, &repealed, day, Some(date(2020, 1, 1))));
            assert_eq!(then.get(&VALIDITY), told, "{day}");
        }
        for (day, told) in [("2019-12-31", IN_FORCE), ("2020-01-01", LAPSED)] {
            let mut then = values(LAPSED).with(&EXPIRES_ON, "2019-12-31");
            assert!(stood(&mut then, &[], time::parse_date(day).expect("a day"), Some(since)));
            assert_eq!(then.get(&VALIDITY), told, "{day}");
        }
    }

    #[test]
    fn a_document_begins_when_it_was_made() {
        let written = Values::default().with(&WRITTEN_ON, "2019-02-03");
        assert_eq!(made(&written, "2026-03-01"), "2019-02-03");
        assert_eq!(made(&written, "2018-03-01"), "2018-03-01");
        assert_eq!(made(&Values::default(), "2026-03-01"), "2026-03-01");
    }
}
