//! What is known of the documents that a text cites, and of the addresses to which it links: what the public can read.

use std::collections::HashMap;

use check_text::{Answers, Known, Standing, Wanted, policy::figures};
use document::common::{DOCUMENT_NUMBER, EXPIRES_ON, LAPSED, REPEALED, VALIDITY, WRITTEN_ON};
use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{id::EditionId, time};
use review::book::Library;
use store::{Db, FromRow, query_as};
use web::{Ctx, Result};

use crate::{links, redirects::Portal};

/// The policies on the portal, and its pages.
pub(super) struct Policies;

impl Library for Policies {
    fn ask<'a>(&'a self, ctx: &'a Ctx, wanted: &'a [Wanted]) -> BoxFuture<'a, Result<Answers>> {
        Box::pin(async move {
            let mut known = documents(ctx.db(), wanted, ctx.today()).await?;
            let addresses: Vec<String> = wanted.iter().filter_map(address).collect();
            if !addresses.is_empty() {
                let portal = Portal::of(ctx, &addresses).await?;
                let stands = |address: &String| portal.answers(address) || portal.may_lead(address);
                let all = addresses.iter().map(|one| (Wanted::Address(one.clone()), stands(one).then(Known::page)));
                known.extend(all);
            }
            known.extend(links::answers(ctx, &wanted.iter().filter_map(outside).collect::<Vec<String>>()).await?);
            Ok(Answers::new(known))
        })
    }
}

fn address(wanted: &Wanted) -> Option<String> {
    match wanted {
        Wanted::Address(address) => Some(address.clone()),
        Wanted::Document { .. } | Wanted::Outside(_) => None,
    }
}

fn outside(wanted: &Wanted) -> Option<String> {
    match wanted {
        Wanted::Outside(address) => Some(address.clone()),
        Wanted::Document { .. } | Wanted::Address(_) => None,
    }
}

/// What is known of documents alone, where no portal runs: for the command line.
///
/// # Errors
/// When the database fails.
pub async fn ask(db: &Db, wanted: &[Wanted], today: Date) -> Result<Answers> {
    Ok(Answers::new(documents(db, wanted, today).await?))
}

#[derive(FromRow)]
struct Row {
    edition: EditionId,
    title: String,
    validity: String,
    number: String,
    until: String,
    written: String,
}

impl Row {
    fn standing(&self, today: Date) -> Standing {
        let over = time::parse_date(&self.until).is_some_and(|last| last < today);
        match self.validity.as_str() {
            REPEALED => Standing::Repealed,
            LAPSED => Standing::Lapsed,
            _ if over => Standing::Lapsed,
            _ => Standing::Stands,
        }
    }
}

const STATE: &str = "中华人民共和国";

/// Names under which a title is looked for: itself, and without the name of the state and the year of a revision.
fn bare(title: &str) -> String {
    let dense: String = title.chars().filter(|c| !c.is_whitespace()).collect();
    let dense = dense.replace('〈', "《").replace('〉', "》");
    let short = dense.strip_prefix(STATE).unwrap_or(&dense);
    match short.rsplit_once('（') {
        Some((before, note)) if note.contains("修订") || note.contains("修正") => before.to_owned(),
        _ => short.to_owned(),
    }
}

/// The titles that stand within a title: 关于印发《…》的通知.
fn inner(title: &str) -> Option<String> {
    let (_, rest) = title.split_once('《')?;
    let (name, _) = rest.rsplit_once('》')?;
    (title.contains("印发") || title.contains("公布") || title.contains("发布")).then(|| bare(name))
}

/// Letters and figures of a number, however its brackets are written.
fn figures(number: &str) -> String {
    number.chars().filter(|c| c.is_alphanumeric()).collect()
}

async fn documents(db: &Db, wanted: &[Wanted], today: Date) -> Result<Vec<(Wanted, Option<Known>)>> {
    let asked: Vec<(&Wanted, &str, &str)> = wanted
        .iter()
        .filter_map(|one| match one {
            Wanted::Document { title, number } => Some((one, title.as_str(), number.as_str())),
            Wanted::Address(_) | Wanted::Outside(_) => None,
        })
        .collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = query_as(
        // How it stands today, as lists have it; what was declared where they have nothing.
        "SELECT d.current_edition AS edition, d.title, COALESCE(f.value, v.value) AS validity, COALESCE(n.value, '') AS number, \
         COALESCE(x.value, '') AS until, COALESCE(w.value, '') AS written FROM document d \
         JOIN facet v ON v.edition_id = d.current_edition AND v.key = $1 \
         LEFT JOIN document_facet f ON f.rank = d.rank AND f.key = v.key \
         LEFT JOIN facet n ON n.edition_id = d.current_edition AND n.key = $2 AND n.place = 0 \
         LEFT JOIN facet x ON x.edition_id = d.current_edition AND x.key = $3 AND x.place = 0 \
         LEFT JOIN facet w ON w.edition_id = d.current_edition AND w.key = $4 AND w.place = 0 \
         WHERE d.current_edition <> '' ORDER BY d.rank",
    )
    .bind(VALIDITY.key)
    .bind(DOCUMENT_NUMBER.key)
    .bind(EXPIRES_ON.key)
    .bind(WRITTEN_ON.key)
    .fetch_all(db.read())
    .await?;
    let mut titles: HashMap<String, Vec<&Row>> = HashMap::new();
    let mut numbers: HashMap<String, Vec<&Row>> = HashMap::new();
    for row in &rows {
        for name in std::iter::once(bare(&row.title)).chain(inner(&row.title)) {
            titles.entry(name).or_default().push(row);
        }
        if !row.number.is_empty() {
            numbers.entry(figures(&row.number)).or_default().push(row);
        }
    }
    let mut known = Vec::with_capacity(asked.len());
    for (one, title, number) in asked {
        let titled = titles.get(&bare(title)).filter(|_| !title.is_empty());
        let numbered = numbers.get(&figures(number)).filter(|_| !number.is_empty() && title.is_empty());
        let found = titled.or(numbered);
        let answer = match found {
            Some(found) => Some(of(db, found, number, today).await?),
            None => None,
        };
        known.push((one.clone(), answer));
    }
    Ok(known)
}

/// What is known of a document that several texts may bear: the one of this number, else one that stands, else the newest.
async fn of(db: &Db, found: &[&Row], number: &str, today: Date) -> Result<Known> {
    let same = |row: &&&Row| !number.is_empty() && figures(&row.number) == figures(number);
    let stands = |row: &&&Row| row.standing(today) == Standing::Stands;
    let chosen = found.iter().find(same).or_else(|| found.iter().find(stands)).or(found.last());
    let Some(row) = chosen else { return Ok(Known::page()) };
    let articles: Vec<(String, String)> =
        query_as("SELECT number, text FROM article WHERE edition_id = $1 AND level = 4 ORDER BY place")
            .bind(&row.edition)
            .fetch_all(db.read())
            .await?;
    let numbered: Vec<((u32, u32), &str)> =
        articles.iter().filter_map(|(number, text)| Some((law_text::ordinal(number)?, text.as_str()))).collect();
    let figures = numbered.iter().map(|(number, text)| (*number, figures(text)));
    // Two texts of one title: neither number is wrong.
    let only = found.len() == 1;
    Ok(Known {
        standing: row.standing(today),
        number: if only { row.number.clone() } else { String::new() },
        figures: figures.filter(|(_, figures)| !figures.is_empty()).collect(),
        year: if only { row.written.get(..4).and_then(|year| year.parse().ok()).unwrap_or(0) } else { 0 },
        articles: numbered.iter().map(|(number, _)| *number).collect(),
        ..Known::page()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_found_however_it_is_cited() {
        assert_eq!(bare("中华人民共和国政府信息公开条例"), "政府信息公开条例");
        assert_eq!(bare("甲办法（2024年修订）"), "甲办法");
        assert_eq!(bare("甲办法（试行）"), "甲办法（试行）");
        assert_eq!(inner("演示县人民政府关于印发《甲办法》的通知").as_deref(), Some("甲办法"));
        assert_eq!(inner("《甲办法》解读"), None);
        assert_eq!(figures("演府发〔2026〕5号"), figures("演府发[2026]5号"));
    }
}
