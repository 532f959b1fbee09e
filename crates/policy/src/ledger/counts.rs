//! Normative documents of an organ in a year, for its yearly report: made, repealed, in force at the end of the year.

use std::collections::HashMap;

use ::store::{FromRow, query_as};
use annual_report::counts::{Answer, CountsTexts, Texts};
use document::{
    common::{LAPSED, REPEALED},
    references,
    standing::{self, Declared, Effect},
};
use jiff::civil::Date;
use kernel::{id::DocumentId, time};
use web::{Ctx, Result};

/// Documents whose effects are asked for at a time.
const CHUNK: usize = 400;

/// The ledger as an offer to whoever writes the report.
pub(super) struct Ledger;

/// What a document of the ledger says of itself.
#[derive(Debug, Clone, FromRow)]
struct Row {
    id: DocumentId,
    /// 成文日期, else the day on which it became public here.
    made: String,
    effective_on: String,
    expires_on: String,
    validity: String,
}

impl CountsTexts<Ctx> for Ledger {
    fn texts<'a>(&'a self, with: &'a Ctx, year: i16, code: &'a str) -> Answer<'a, Texts> {
        Box::pin(async move { counted(with, year, code).await.map_err(|error| web::Refusal::from(error).words()) })
    }
}

async fn counted(ctx: &Ctx, year: i16, code: &str) -> Result<Texts> {
    let rows: Vec<Row> = query_as(
        "SELECT d.id, COALESCE(NULLIF(w.value, ''), d.first_published_on) AS made, COALESCE(e.value, '') AS effective_on, \
         COALESCE(x.value, '') AS expires_on, COALESCE(v.value, '') AS validity FROM ledger_entry l \
         JOIN document d ON d.id = l.document_id AND d.current_edition <> '' \
         LEFT JOIN facet w ON w.edition_id = d.current_edition AND w.key = 'written_on' AND w.place = 0 \
         LEFT JOIN facet e ON e.edition_id = d.current_edition AND e.key = 'effective_on' AND e.place = 0 \
         LEFT JOIN facet x ON x.edition_id = d.current_edition AND x.key = 'expires_on' AND x.place = 0 \
         LEFT JOIN facet v ON v.edition_id = d.current_edition AND v.key = 'validity' AND v.place = 0 \
         WHERE l.normative = 1 AND d.organ = $1 ORDER BY d.id",
    )
    .bind(code)
    .fetch_all(ctx.db().read())
    .await?;
    let ids: Vec<DocumentId> = rows.iter().map(|row| row.id.clone()).collect();
    let mut effects: HashMap<DocumentId, Vec<Effect>> = HashMap::new();
    for some in ids.chunks(CHUNK) {
        effects.extend(references::effects(ctx.db().read(), some).await?);
    }
    Ok(count(&rows, &effects, year))
}

/// How a document stood on a day; `None` before it was made.
fn stood(row: &Row, effects: &[Effect], day: Date) -> Option<String> {
    if time::parse_date(&row.made).is_none_or(|made| made > day) {
        return None;
    }
    let declared = Declared {
        validity: &row.validity,
        from: time::parse_date(&row.effective_on),
        until: time::parse_date(&row.expires_on),
    };
    Some(standing::turned(declared, effects, day).map_or_else(|| row.validity.clone(), str::to_owned))
}

/// What is made but not in force yet counts as in force: the form asks how many there are, not from which day they hold.
fn count(rows: &[Row], effects: &HashMap<DocumentId, Vec<Effect>>, year: i16) -> Texts {
    let (Ok(last), Ok(before)) = (Date::new(year, 12, 31), Date::new(year - 1, 12, 31)) else {
        return Texts::default();
    };
    let over = |code: &str| matches!(code, REPEALED | LAPSED);
    let mut texts = Texts::default();
    for row in rows {
        let own = effects.get(&row.id).map_or(&[][..], Vec::as_slice);
        let (then, now) = (stood(row, own, before), stood(row, own, last));
        let Some(now) = now else { continue };
        if then.is_none() {
            texts.made += 1;
        }
        match (&then, over(&now)) {
            (_, false) => texts.in_force += 1,
            (Some(then), true) if over(then) => {}
            (_, true) => texts.repealed += 1,
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use document::{common::IN_FORCE, standing::Does};
    use jiff::civil::date;

    use super::*;

    #[test]
    fn texts_are_counted_by_the_days_on_which_they_began_and_ended() {
        let row = |id: &str, made: &str, until: &str, validity: &str| Row {
            id: DocumentId::from(id),
            made: made.to_owned(),
            effective_on: String::new(),
            expires_on: until.to_owned(),
            validity: validity.to_owned(),
        };
        let rows = [
            row("old", "2015-03-01", "", IN_FORCE),
            row("new", "2024-05-01", "", IN_FORCE),
            row("term", "2019-05-01", "2024-06-30", IN_FORCE),
            row("ended", "2018-05-01", "", IN_FORCE),
            row("later", "2025-01-05", "", IN_FORCE),
            row("long over", "2010-01-01", "", REPEALED),
        ];
        let repeal = Effect { does: Does::Repeals, from: date(2024, 9, 1) };
        let effects = HashMap::from([(DocumentId::from("ended"), vec![repeal])]);
        assert_eq!(count(&rows, &effects, 2024), Texts { made: 1, repealed: 2, in_force: 2 });
        assert_eq!(count(&rows, &effects, 2023), Texts { made: 0, repealed: 0, in_force: 3 });
        assert_eq!(count(&rows, &effects, 2025), Texts { made: 1, repealed: 0, in_force: 3 });
    }
}
