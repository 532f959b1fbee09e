//! A policy beside its interpretations, clause by clause (对照阅读). Each clause and what is said of it stand in one row, so that both
//! sides go on together without a script; on a narrow page and on paper one stands below the other.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    Kinds,
    common::VALIDITY,
    page as part,
    public::{self, Found, PublicDocument},
};
use kernel::id::{DocumentId, EditionId};
use store::{FromRow, query_as};
use web::{Ctx, Error, PortalShell, Reader, Result, page::portal_page};

use super::{INTERPRETS, clauses::Ordinal, kind::ELEMENTS, ordinals, pages};

/// A part of the policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromRow)]
struct Clause {
    anchor: String,
    level: i64,
    number: String,
    title: String,
    text: String,
}

impl Clause {
    /// What stands above it: 第三条, 第一章　总则.
    fn name(&self) -> String {
        match (self.number.as_str(), self.title.as_str()) {
            (number, "") => number.to_owned(),
            ("", title) => title.to_owned(),
            (number, title) if title.starts_with(number) => title.to_owned(),
            (number, title) => format!("{number}　{title}"),
        }
    }

    fn lines(&self) -> Vec<&str> {
        self.text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    }
}

/// What an interpretation says of a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Note {
    words: String,
    /// Which interpretation says it, where there are several.
    from: String,
}

/// A clause and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    clause: Clause,
    notes: Vec<Note>,
}

/// A paragraph of an interpretation, with the clauses that it explains; none = the policy as a whole.
type Paragraph = (Vec<Ordinal>, Note);

/// Whether a line is a heading: what follows it speaks of something else.
fn is_heading(line: &str) -> bool {
    let numbered = line.split_once('、').is_some_and(|(number, _)| {
        !number.is_empty() && number.chars().count() <= 3 && number.chars().all(|c| "一二三四五六七八九十".contains(c))
    });
    numbered && line.chars().count() <= 40
}

/// The paragraphs of a text: one that names no clause goes on with the clause that was named before it, up to the next heading.
fn paragraphs(text: &str, from: &str) -> Vec<Paragraph> {
    let mut current: Vec<Ordinal> = Vec::new();
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let named = ordinals(line);
        if !named.is_empty() || is_heading(line) {
            current = named;
        }
        found.push((current.clone(), Note { words: line.to_owned(), from: from.to_owned() }));
    }
    found
}

/// Everything that an interpretation says: its text and its elements.
fn said(one: &PublicDocument, several: bool) -> Vec<Paragraph> {
    let from = if several { one.listed.title.as_str() } else { "" };
    let mut all = paragraphs(&one.body_text, from);
    for element in ELEMENTS.iter().filter(|facet| matches!(facet.shape, document::Shape::Long(_))) {
        let text = one.listed.values.get(element);
        if !text.is_empty() {
            all.push((Vec::new(), Note { words: format!("{}：", element.label), from: from.to_owned() }));
            all.extend(paragraphs(text, from));
        }
    }
    all
}

/// The clauses with what is said of each; and what is said of the policy as a whole.
fn rows(clauses: Vec<Clause>, said: Vec<Paragraph>) -> (Vec<Row>, Vec<Note>) {
    let mut rows: Vec<Row> = clauses.into_iter().map(|clause| Row { clause, notes: Vec::new() }).collect();
    let mut rest = Vec::new();
    for (named, note) in said {
        let mut placed = false;
        for row in &mut rows {
            if ordinals(&row.clause.number).first().is_some_and(|own| named.contains(own)) {
                row.notes.push(note.clone());
                placed = true;
            }
        }
        if !placed {
            rest.push(note);
        }
    }
    (rows, rest)
}

#[derive(Template)]
#[template(path = "interpretation/templates/beside.html")]
struct Page {
    shell: PortalShell,
    title: String,
    path: String,
    validity: String,
    /// Title and address of each interpretation.
    interpretations: Vec<(String, String)>,
    forms: String,
    rows: Vec<Row>,
    /// How many clauses are explained.
    explained: usize,
    whole: Vec<Note>,
}

/// The document, if the public can read it.
pub(super) async fn read(ctx: &Ctx, id: &DocumentId) -> Result<PublicDocument> {
    match public::found(ctx.db(), &Kinds::of(ctx), &ctx.site().domain, id).await? {
        Some(Found::Public(document)) => Ok(*document),
        _ => Err(Error::NotFound),
    }
}

async fn clauses(ctx: &Ctx, edition: &EditionId) -> Result<Vec<Clause>> {
    let sql = "SELECT anchor, level, number, title, text FROM article WHERE edition_id = $1 ORDER BY place";
    Ok(query_as(sql).bind(edition).fetch_all(ctx.db().read()).await?)
}

/// `GET /policies/{id}/beside`
pub(super) async fn page(State(ctx): State<Ctx>, reader: Reader, Path(id): Path<DocumentId>) -> Result<Response> {
    let policy = read(&ctx, &id).await?;
    let leading = policy.back(INTERPRETS.key).to_vec();
    if leading.is_empty() {
        return Err(Error::NotFound);
    }
    let mut paragraphs = Vec::new();
    for one in &leading {
        let document = read(&ctx, &one.id).await?;
        paragraphs.extend(said(&document, leading.len() > 1));
    }
    let (rows, whole) = rows(clauses(&ctx, &policy.listed.edition).await?, paragraphs);
    let title = policy.listed.title.clone();
    let about = format!("{title}：原文和解读逐条对照");
    portal_page(&Page {
        shell: part::shell(&ctx, &reader, &format!("对照阅读：{title}"), "policies", &about),
        path: policy.listed.path.clone(),
        validity: policy.listed.values.words(&VALIDITY),
        interpretations: leading.iter().map(|one| (one.title.clone(), one.path.clone())).collect(),
        forms: pages::forms(&ctx, &id).await?.join("、"),
        explained: rows.iter().filter(|row| !row.notes.is_empty()).count(),
        rows,
        whole,
        title,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clause(number: &str) -> Clause {
        Clause { number: number.to_owned(), level: 4, text: "正文。".to_owned(), ..Clause::default() }
    }

    #[test]
    fn what_is_said_stands_beside_the_clause_that_it_names() {
        let text = "一、为什么出台\n为了老有所养。\n二、怎么领\n第二条说的补贴，每月发放。\n户口迁走的，次月停发。\n三、其他\n\
                    第一条和第三条照旧。";
        let (rows, whole) = rows(vec![clause("第一条"), clause("第二条"), clause("第三条")], paragraphs(text, ""));
        let words = |at: usize| rows[at].notes.iter().map(|note| note.words.as_str()).collect::<Vec<_>>();
        assert_eq!(words(0), ["第一条和第三条照旧。"]);
        assert_eq!(words(1), ["第二条说的补贴，每月发放。", "户口迁走的，次月停发。"]);
        assert_eq!(words(2), ["第一条和第三条照旧。"]);
        assert_eq!(whole.len(), 4, "{whole:?}");
    }

    #[test]
    fn nothing_that_is_said_is_lost() {
        let (rows, whole) = rows(vec![clause("第一条")], paragraphs("第九条另行规定。", "解读"));
        assert!(rows[0].notes.is_empty());
        assert_eq!(whole, [Note { words: "第九条另行规定。".to_owned(), from: "解读".to_owned() }]);
    }
}
