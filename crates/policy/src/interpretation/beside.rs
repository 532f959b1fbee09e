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

impl Note {
    /// Whether it heads what follows: 二、怎么领, or the name of a part of the interpretation (背景依据：).
    fn heading(&self) -> bool {
        is_heading(&self.words) || ELEMENTS.iter().any(|part| self.words.strip_suffix('：') == Some(part.label))
    }
}

/// A clause and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    clause: Clause,
    notes: Vec<Note>,
}

/// Clauses that stand together on the page: one after the other that are explained, or that are not.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Band {
    /// That nothing is said of them; empty where something is.
    silent: String,
    rows: Vec<Row>,
}

/// Clauses without a word of their own are folded together, so that what is explained is not lost among them.
fn bands(rows: Vec<Row>) -> Vec<Band> {
    let mut bands: Vec<Vec<Row>> = Vec::new();
    for row in rows {
        match bands.last_mut() {
            Some(band) if band.last().is_some_and(|last| last.notes.is_empty() == row.notes.is_empty()) => {
                band.push(row);
            }
            _ => bands.push(vec![row]),
        }
    }
    let with_words = |rows: Vec<Row>| Band { silent: silent(&rows), rows };
    bands.into_iter().map(with_words).collect()
}

/// 第七条至第十四条没有专门解读；empty where they are explained.
fn silent(rows: &[Row]) -> String {
    if rows.iter().any(|row| !row.notes.is_empty()) {
        return String::new();
    }
    let numbers: Vec<&str> = rows.iter().map(|row| row.clause.number.as_str()).filter(|one| !one.is_empty()).collect();
    let which = match numbers.as_slice() {
        [] => format!("这 {} 部分", rows.len()),
        [only] => (*only).trim_end_matches('、').to_owned(),
        [first, .., last] => format!("{}至{}", first.trim_end_matches('、'), last.trim_end_matches('、')),
    };
    format!("{which}没有专门解读，展开看原文")
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
    bands: Vec<Band>,
    /// How many clauses there are, and how many of them are explained.
    parts: usize,
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

/// The clauses of a policy, each with what its interpretations say of it; and what they say of the whole.
async fn matched(ctx: &Ctx, policy: &PublicDocument) -> Result<(Vec<Row>, Vec<Note>)> {
    let leading = policy.back(INTERPRETS.key).to_vec();
    let mut paragraphs = Vec::new();
    for one in &leading {
        let document = read(ctx, &one.id).await?;
        paragraphs.extend(said(&document, leading.len() > 1));
    }
    Ok(rows(clauses(ctx, &policy.listed.edition).await?, paragraphs))
}

/// Whether a clause of the policy is explained by itself: only then is there something to read side by side.
pub(super) async fn is_matched(ctx: &Ctx, policy: &DocumentId) -> Result<bool> {
    let policy = match read(ctx, policy).await {
        Err(Error::NotFound) => return Ok(false),
        read => read?,
    };
    Ok(matched(ctx, &policy).await?.0.iter().any(|row| !row.notes.is_empty()))
}

/// `GET /policies/{id}/beside`
pub(super) async fn page(State(ctx): State<Ctx>, reader: Reader, Path(id): Path<DocumentId>) -> Result<Response> {
    let policy = read(&ctx, &id).await?;
    let leading = policy.back(INTERPRETS.key);
    if leading.is_empty() {
        return Err(Error::NotFound);
    }
    let (rows, whole) = matched(&ctx, &policy).await?;
    let title = policy.listed.title.clone();
    let about = format!("{title}：原文和解读逐条对照");
    portal_page(&Page {
        shell: part::shell(&ctx, &reader, &format!("对照阅读：{title}"), "policies", &about),
        path: policy.listed.path.clone(),
        validity: policy.listed.values.words(&VALIDITY),
        interpretations: leading.iter().map(|one| (one.title.clone(), one.path.clone())).collect(),
        forms: pages::forms(&ctx, &id).await?.join("、"),
        parts: rows.len(),
        explained: rows.iter().filter(|row| !row.notes.is_empty()).count(),
        bands: bands(rows),
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
    fn clauses_of_which_nothing_is_said_are_folded_together() {
        let all = ["第一条", "第二条", "第三条", "第四条", "第五条"].map(clause).to_vec();
        let (rows, _) = rows(all, paragraphs("第二条说的补贴，每月发放。", ""));
        let bands = bands(rows);
        let told: Vec<(&str, usize)> = bands.iter().map(|band| (band.silent.as_str(), band.rows.len())).collect();
        let (one, three) = ("第一条没有专门解读，展开看原文", "第三条至第五条没有专门解读，展开看原文");
        assert_eq!(told, [(one, 1), ("", 1), (three, 3)]);
    }

    #[test]
    fn the_heads_of_an_interpretation_are_told_from_its_sentences() {
        let heads = |words: &str| Note { words: words.to_owned(), from: String::new() }.heading();
        assert!(heads("二、怎么领") && heads("背景依据："));
        assert!(!heads("第二条说的补贴，每月发放。"));
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
