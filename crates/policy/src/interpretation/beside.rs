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

use super::{
    INTERPRETS,
    clauses::{Ordinal, PART, marker, ordinals, parts},
    kind::ELEMENTS,
    pages,
};

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
    marker(line).is_some() && line.chars().count() <= 40
}

/// The clauses and numbered parts that a line names.
fn named(line: &str) -> Vec<Ordinal> {
    let mut all = ordinals(line);
    all.extend(parts(line));
    all
}

/// A text without clauses in its numbered parts (一、…); one with a clause's number as it is.
fn apart(clause: Clause) -> Vec<Clause> {
    if !ordinals(&clause.number).is_empty() || !clause.text.lines().any(|line| marker(line.trim()).is_some()) {
        let number = marker(&clause.title).map(|(number, _)| number.to_owned());
        let number = number.filter(|_| clause.number.is_empty()).unwrap_or(clause.number);
        return vec![Clause { number, ..clause }];
    }
    let mut pieces = vec![Clause { text: String::new(), ..clause.clone() }];
    for line in clause.text.lines().map(str::trim) {
        let mut said = line;
        if let Some((number, _)) = marker(line) {
            pieces.push(Clause { number: number.to_owned(), level: clause.level, ..Clause::default() });
            said = line.strip_prefix(number).unwrap_or(line);
        }
        if let Some(piece) = pieces.last_mut() {
            piece.text.push_str(said);
            piece.text.push('\n');
        }
    }
    pieces.retain(|piece| !piece.text.trim().is_empty() || !piece.title.is_empty());
    pieces
}

/// The paragraphs of a text: one that names no clause goes on with the clause that was named before it, up to the next heading.
fn paragraphs(text: &str, from: &str) -> Vec<Paragraph> {
    let mut current: Vec<Ordinal> = Vec::new();
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let named = named(line);
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

/// By what a clause or part is named: its number, or its place among the numbered parts.
fn key(clause: &Clause) -> Option<Ordinal> {
    ordinals(&clause.number).first().copied().or_else(|| marker(&clause.number).map(|(_, number)| (number, PART)))
}

/// The clauses with what is said of each; and what is said of the policy as a whole.
fn rows(clauses: Vec<Clause>, said: Vec<Paragraph>) -> (Vec<Row>, Vec<Note>) {
    let clauses: Vec<Clause> = clauses.into_iter().flat_map(apart).collect();
    let keys: Vec<Option<Ordinal>> = clauses.iter().map(key).collect();
    // Of a notice without clauses people say 第二条, too, and mean its second part.
    let articles = keys.iter().flatten().any(|(_, behind)| *behind != PART);
    let mut rows: Vec<Row> = clauses.into_iter().map(|clause| Row { clause, notes: Vec::new() }).collect();
    let mut rest = Vec::new();
    for (named, note) in said {
        let is_named = |key: &Option<Ordinal>| {
            key.is_some_and(|(number, behind)| {
                named.contains(&(number, behind)) || (!articles && named.contains(&(number, 0)))
            })
        };
        let mut placed = false;
        for (row, _) in rows.iter_mut().zip(&keys).filter(|(_, key)| is_named(key)) {
            row.notes.push(note.clone());
            placed = true;
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

    #[test]
    fn a_notice_without_clauses_is_read_by_its_numbered_parts() {
        let text = "各乡镇：\n一、缴费标准：每人 400 元。\n二、集中缴费期：下月起。\n过期的，等三个月。";
        let notice = Clause { text: text.to_owned(), ..Clause::default() };
        let (rows, whole) = rows(vec![notice], paragraphs("第二项的等待期从缴费那天算。\n第一条的标准全县一样。", ""));
        let names: Vec<String> = rows.iter().map(|row| row.clause.name()).collect();
        assert_eq!(names, ["", "一、", "二、"]);
        assert_eq!(rows[2].clause.lines(), ["集中缴费期：下月起。", "过期的，等三个月。"]);
        assert_eq!((rows[1].notes.len(), rows[2].notes.len(), whole.len()), (1, 1, 0));
    }
}
