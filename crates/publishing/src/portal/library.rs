//! What the library of policies shows besides a list: articles in which words stand, how often a text is named by others, and the
//! whole library as it stood on a day.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use axum::response::Response;
use document::{
    Facet, Kinds,
    common::{EFFECTIVE_ON, WRITTEN_ON},
    page::{self as part, Line},
    public::{self, Filter, Listed, Stood},
    references,
};
use jiff::civil::Date;
use kernel::id::DocumentId;
use web::{
    Ctx, Error, Pager, Reader, Result,
    hooks::{Audience, Within, WordIndex, WordQuery},
    page::portal_page,
};

use super::lists::{self, Asked, Library, SIZE, Select, Shelf};

/// Documents in whose articles words are looked for.
const LOOKED_IN: usize = 40;
/// Articles that are shown.
const SHOWN: i64 = 8;
/// Characters around the words.
const AROUND: usize = 36;

/// An article in which the words stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ArticleLine {
    /// Where it opens.
    pub(super) href: String,
    /// The title of the text and the number of the article.
    pub(super) label: String,
    /// 有效性 in words; may be empty.
    pub(super) validity: String,
    /// What stands before the words, the words, what stands behind them.
    pub(super) around: (String, String, String),
}

/// The lines of a list with how often each is named by others.
pub(super) async fn lines(ctx: &Ctx, listed: &[Listed]) -> Result<Vec<Line>> {
    let ids: Vec<DocumentId> = listed.iter().map(|one| one.id.clone()).collect();
    let badges = part::badges(ctx, &[listed]).await?;
    let cited = references::cited(ctx.db(), &ids).await?;
    let mut lines = part::lines(ctx, listed, &badges);
    for (line, one) in lines.iter_mut().zip(listed) {
        line.cited = cited.get(&one.id).copied().unwrap_or(0);
    }
    Ok(lines)
}

/// Articles of the documents of a filter in which its words stand: the index says in which documents, their texts say where.
pub(super) async fn articles(ctx: &Ctx, kinds: &Kinds, filter: &Filter) -> Result<Vec<ArticleLine>> {
    let words = filter.words.trim();
    let Some(index) = ctx.declared::<Arc<dyn WordIndex>>().next() else { return Ok(Vec::new()) };
    if words.chars().count() < 2 {
        return Ok(Vec::new());
    }
    let query = WordQuery {
        within: Within::Text,
        organs: filter.organ.iter().cloned().collect(),
        kinds: filter.kinds.iter().map(|kind| kind.key.to_owned()).collect(),
        limit: LOOKED_IN,
        ..WordQuery::new("document", words, Audience::Public)
    };
    let ids: Vec<DocumentId> = match index.ids(query).await {
        Ok(hits) => hits.ids.into_iter().map(DocumentId::from).collect(),
        // While there is no index the list by title and number is there all the same.
        Err(Error::Unavailable(_)) => return Ok(Vec::new()),
        Err(other) => return Err(other),
    };
    let fits = |one: &Listed| filter.facets.iter().all(|(facet, value)| one.values.all(facet).contains(value));
    let listed = public::of_ids(ctx.db(), kinds, &ids).await?;
    let listed: BTreeMap<DocumentId, Listed> =
        listed.into_iter().filter(fits).map(|one| (one.id.clone(), one)).collect();
    let within: Vec<DocumentId> = listed.keys().cloned().collect();
    let found = public::articles_with(ctx.db(), &within, words, SHOWN).await?;
    let line = |hit: public::ArticleHit| {
        let one = listed.get(&hit.document)?;
        Some(ArticleLine {
            href: format!("{}#{}", one.path, hit.anchor),
            label: format!("{}　{}", one.title, hit.number),
            validity: one.values.words(&document::common::VALIDITY),
            around: around(&hit.text, words),
        })
    };
    Ok(found.into_iter().filter_map(line).collect())
}

/// The words in the text, with what stands around them.
fn around(text: &str, words: &str) -> (String, String, String) {
    let (text, words): (Vec<char>, Vec<char>) = (text.chars().collect(), words.chars().collect());
    let same =
        |at: usize| text[at..at + words.len()].iter().zip(&words).all(|(a, b)| a.to_lowercase().eq(b.to_lowercase()));
    let last = text.len().saturating_sub(words.len());
    let at = if words.len() <= text.len() { (0..=last).find(|at| same(*at)) } else { None };
    let Some(at) = at else {
        return (text.iter().take(2 * AROUND).collect(), String::new(), String::new());
    };
    let (from, behind) = (at.saturating_sub(AROUND), at + words.len());
    let until = text.len().min(behind + AROUND);
    let ellipsis = |cut: bool| if cut { "…" } else { "" };
    let piece = |from: usize, until: usize| text[from..until].iter().collect::<String>();
    (
        format!("{}{}", ellipsis(from > 0), piece(from, at)),
        piece(at, behind),
        format!("{}{}", piece(behind, until), ellipsis(until < text.len())),
    )
}

/// The library as it stood on a day: counted exactly, since all of it is read.
pub(super) async fn of_day(
    ctx: &Ctx,
    reader: &Reader,
    kinds: &Kinds,
    (asked, filter, shelf): (Asked, Filter, Shelf),
    day: Date,
) -> Result<Response> {
    let all = Filter { kinds: shelf.kinds.clone(), ..Filter::default() };
    let stood = public::list_of_day(ctx.db(), kinds, &all, day).await?;
    let facets = lists::counted(kinds);
    let wanted = Wanted::of(&filter);
    let fit = |without: &str| stood.iter().filter(|one| wanted.fits(one, without)).collect::<Vec<_>>();
    let count = |of: Vec<&Stood>, value: &dyn Fn(&Stood) -> Vec<String>| {
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for value in of.into_iter().flat_map(value) {
            *counts.entry(value).or_default() += 1;
        }
        let mut counts: Vec<(String, i64)> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        counts
    };
    let organs = count(fit("organ"), &|one| vec![one.listed.organ.to_string()]);
    let mut years = count(fit("year"), &|one| vec![one.listed.published_on.chars().take(4).collect()]);
    years.sort_by(|a, b| b.0.cmp(&a.0));
    let kind_counts = count(fit("kind"), &|one| vec![one.listed.kind.key.to_owned()]);
    let mut selects: Vec<Select> =
        vec![lists::organ_select(ctx, &asked.organ, organs), lists::year_select(&asked.year, years)];
    for facet in facets {
        let counts = count(fit(facet.key), &|one| one.listed.values.all(facet).to_vec());
        selects.push(lists::field_select(facet, asked.field(facet), counts));
    }
    let mut found: Vec<Listed> = fit("").into_iter().map(|one| one.listed.clone()).collect();
    let unsure: BTreeSet<DocumentId> = stood.iter().filter(|one| one.unsure).map(|one| one.listed.id.clone()).collect();
    sort(&mut found, &asked.sort);
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let pager = Pager::new(asked.page(), total, SIZE, &asked.query("page"));
    let skip = usize::try_from((pager.page - 1) * SIZE).unwrap_or(0);
    let size = usize::try_from(SIZE).unwrap_or(30);
    let shown: Vec<Listed> = found.into_iter().skip(skip).take(size).collect();
    let mut lines = lines(ctx, &shown).await?;
    for (line, one) in lines.iter_mut().zip(&shown) {
        line.href = format!("{}?on={day}", line.href);
        if unsure.contains(&one.id) {
            line.validity = "有效性不详".to_owned();
        }
    }
    let mut shell = lists::library_shell(ctx, reader, &shelf, pager.page);
    shell.title = format!("{}（{day} 的状态）", shell.title);
    let other = if day > ctx.today() {
        format!("这里按现在已经知道的规定推算 {day} 的状态，以后可能变化。")
    } else {
        format!(
            "这里列的是 {day} 已经作出的文件和它们当天的有效性，按文件写明的日期和已经认定的修改、废止关系推算，不是现在的状态。"
        )
    };
    portal_page(&Library {
        shell,
        heading: shelf.heading,
        lead: shelf.lead,
        path: shelf.path,
        kinds: lists::kind_choices(&asked, &shelf.kinds, &kind_counts),
        chosen: lists::chosen(&asked, shelf.path, &selects),
        sorts: lists::sorts(&asked, shelf.path),
        downloads: String::new(),
        subscribe: String::new(),
        lines,
        pager,
        exact: true,
        selects,
        other,
        articles: Vec::new(),
        by_day: true,
        asked,
    })
}

/// A filter, condition by condition.
struct Wanted<'a> {
    filter: &'a Filter,
    words: String,
}

impl<'a> Wanted<'a> {
    fn of(filter: &'a Filter) -> Self {
        Self { filter, words: filter.words.trim().to_lowercase() }
    }

    /// Whether a document fits all conditions but one.
    fn fits(&self, one: &Stood, without: &str) -> bool {
        let (filter, listed) = (self.filter, &one.listed);
        let organ = without == "organ" || filter.organ.as_ref().is_none_or(|organ| *organ == listed.organ);
        let kind = without == "kind" || filter.kinds.contains(&listed.kind);
        let in_year = |year: i16| listed.published_on.starts_with(&format!("{year:04}"));
        let year = without == "year" || filter.year.is_none_or(in_year);
        let field = |(facet, value): &(&'static Facet, String)| {
            without == facet.key || listed.values.all(facet).contains(value)
        };
        let number = listed.values.get(&document::common::DOCUMENT_NUMBER);
        let named = listed.title.to_lowercase().contains(&self.words) || number.to_lowercase().contains(&self.words);
        organ && kind && year && named && filter.facets.iter().all(field)
    }
}

fn sort(found: &mut [Listed], order: &str) {
    match order {
        "oldest" => found.sort_by_key(|one| one.rank),
        "written" => found.sort_by(|a, b| {
            (b.values.get(&WRITTEN_ON), b.values.get(&EFFECTIVE_ON), b.rank).cmp(&(
                a.values.get(&WRITTEN_ON),
                a.values.get(&EFFECTIVE_ON),
                a.rank,
            ))
        }),
        _ => found.sort_by_key(|one| std::cmp::Reverse(one.rank)),
    }
}

#[cfg(test)]
mod tests {
    use super::around;

    #[test]
    fn words_stand_in_their_article() {
        let shown = |text: &str, words: &str| {
            let (before, found, behind) = around(text, words);
            format!("{before}[{found}]{behind}")
        };
        assert_eq!(shown("补贴按月发放。", "按月"), "补贴[按月]发放。");
        assert_eq!(shown("ABC条", "abc"), "[ABC]条");
        assert_eq!(shown("短", "比正文长的词"), "短[]");
        assert_eq!(shown("", "词"), "[]");
        let long = format!("{}按月{}", "前".repeat(50), "后".repeat(50));
        assert_eq!(shown(&long, "按月"), format!("…{}[按月]{}…", "前".repeat(36), "后".repeat(36)));
    }
}
