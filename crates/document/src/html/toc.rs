//! The table of contents of a text, from its parts.

use super::reading::Article;

/// An entry of the table of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Address within the page.
    pub id: String,
    /// Words.
    pub text: String,
    /// Whether it stands one level below.
    pub deep: bool,
}

/// Most entries of a table of contents; beyond, only the upper level is shown.
const MOST: usize = 40;

/// The table of contents; empty when it would not help.
pub fn contents(articles: &[Article]) -> Vec<Heading> {
    let headings = articles.iter().filter(|part| matches!(part.level, 1 | 2));
    let mut toc: Vec<Heading> = headings
        .map(|part| Heading { id: part.anchor.clone(), text: part.title.clone(), deep: part.level == 2 })
        .collect();
    if toc.len() > MOST {
        toc.retain(|heading| !heading.deep);
    }
    if toc.len() >= 2 {
        return toc;
    }
    let paragraphs: Vec<&Article> = articles.iter().filter(|part| part.level == Article::LEVEL).collect();
    if !(4..=MOST).contains(&paragraphs.len()) {
        return Vec::new();
    }
    let entry = |part: &&Article| {
        let words: String = part.text.lines().next().unwrap_or_default().chars().take(14).collect();
        Heading { id: part.anchor.clone(), text: format!("{}　{words}…", part.number), deep: false }
    };
    paragraphs.iter().map(entry).collect()
}
