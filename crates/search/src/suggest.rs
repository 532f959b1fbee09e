//! What the search box offers while somebody types: words and names that begin so or are spelled so, then titles.

use jiff::civil::Date;
use serde::Serialize;
use web::page::query_string;

use crate::{Result, Results, engine::State, schema::Facet, tokens::folded};

/// Titles that are offered.
pub(crate) const TITLES: usize = 5;
/// Words and names that are offered.
const WORDS: usize = 4;
/// Characters of a question for which something is offered; longer ones are pasted.
const LONGEST: usize = 30;

/// One line of the list below the search box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offered {
    /// What is read, and what the box holds when it is chosen.
    pub text: String,
    /// What it is: 机关, 栏目, the kind of a document; empty for a word.
    pub about: String,
    /// Where it leads.
    pub href: String,
}

/// Whether so much was typed that something can be meant.
pub(crate) fn worth_asking(text: &str) -> bool {
    (2..=LONGEST).contains(&text.trim().chars().count())
}

/// Whether it was typed in letters alone: pinyin, or the beginning of it.
pub(crate) fn is_letters(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphabetic() || c == '\'') && text.chars().any(|c| c.is_ascii_alphabetic())
}

/// Words and names; each finds something now.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn words(state: &State<'_>, text: &str, today: Date) -> Result<Vec<Offered>> {
    let typed = folded(text.trim());
    let mut names: Vec<(String, String)> = Vec::new();
    if is_letters(&typed) {
        let letters: String = typed.chars().filter(|c| *c != '\'').collect();
        let vocabulary = state.vocabulary()?;
        let spelled = vocabulary.spelled(&letters).into_iter();
        let begun = vocabulary.beginning(&letters, 2 * WORDS).into_iter().map(|word| word.text.to_string());
        let is_name = |word: &str| state.names.spoken().find(|(name, _)| *name == word).map(|(_, facet)| about(facet));
        names.extend(spelled.chain(begun).map(|word| (is_name(&word).unwrap_or_default().to_owned(), word)));
    } else {
        let mut bearing: Vec<(&str, Facet)> =
            state.names.spoken().filter(|(name, _)| folded(name).contains(&typed)).collect();
        bearing.sort_by_key(|(name, _)| (!folded(name).starts_with(&typed), name.chars().count(), *name));
        names.extend(bearing.into_iter().map(|(name, facet)| (about(facet).to_owned(), name.to_owned())));
    }
    let mut offered: Vec<Offered> = Vec::new();
    for (about, word) in names.into_iter().take(3 * WORDS) {
        if offered.len() == WORDS {
            break;
        }
        if offered.iter().all(|one| one.text != word) && state.count(&word, today)? > 0 {
            let href = format!("/search?{}", query_string(&[("q", &word)]));
            offered.push(Offered { text: word, about, href });
        }
    }
    Ok(offered)
}

fn about(facet: Facet) -> &'static str {
    match facet {
        Facet::Organ => "机关",
        Facet::Column => "栏目",
        Facet::Kind | Facet::Year | Facet::Validity | Facet::Topic => "类型",
    }
}

/// Words, and behind them the titles that were found.
pub(crate) fn together(words: &[Offered], titles: Results) -> Vec<Offered> {
    let mut all = words.to_vec();
    if titles.relaxed {
        return all;
    }
    for hit in titles.hits {
        if all.iter().all(|one| one.text != hit.title) {
            all.push(Offered { text: hit.title, about: hit.kind, href: hit.url });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Hit;

    #[test]
    fn one_character_and_whole_sentences_are_not_asked_about() {
        assert!(!worth_asking("低") && !worth_asking("   ") && worth_asking("低保") && !worth_asking(&"低".repeat(31)));
        assert!(is_letters("di'bao") && !is_letters("'") && !is_letters("低保") && !is_letters("a1"));
    }

    #[test]
    fn titles_stand_behind_words_and_only_when_they_hold_all_of_it() {
        let word = Offered { text: "低保".into(), about: String::new(), href: "/search?q=x".into() };
        let hit = |title: &str| Hit { title: title.into(), url: "/policies/1".into(), ..Hit::default() };
        let found = Results { hits: vec![hit("低保"), hit("低保标准")], ..Results::default() };
        let both = together(std::slice::from_ref(&word), found.clone());
        assert_eq!(both.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["低保", "低保标准"]);
        let some = Results { relaxed: true, ..found };
        assert_eq!(together(std::slice::from_ref(&word), some), [word]);
    }
}
