//! «Did you mean»: a question that finds nothing, put right. People type by sound, so what is wrong usually sounds right: 底保 for
//! 低保, or dibao when the keyboard was still in letters. Only what finds something is told.

use crate::{Result, results::FacetCount, segmenter::is_han, tokens::folded, vocabulary::Vocabulary};

/// Characters of a question that is put right; longer ones are sentences.
const LONGEST: usize = 24;
/// The longest word that is put right.
const LONGEST_WORD: usize = 6;
/// Other questions that are tried.
const MOST_TRIED: usize = 8;
/// Those that are told.
const MOST_TOLD: usize = 3;

/// What was probably meant, the likeliest first, each with how many subjects `count` finds for it.
///
/// # Errors
/// What `count` fails with.
pub(crate) fn meant(
    question: &str,
    words: &Vocabulary,
    count: impl Fn(&str) -> Result<u64>,
) -> Result<Vec<FacetCount>> {
    let question = folded(question.trim());
    let mut told = Vec::new();
    for text in others(&question, words) {
        let found = count(&text)?;
        if found > 0 {
            let asked = distance(&question, &text);
            told.push(((odd(&text, words), asked), FacetCount { label: text.clone(), value: text, count: found }));
        }
    }
    // What is made of words is meant rather than what has a character left over (公租房, not 公住芳), and of those what sounds and
    // looks like the question.
    told.sort_by_key(|(rank, _)| *rank);
    let least = told.first().map_or(0, |((odd, _), _)| *odd);
    Ok(told.into_iter().take_while(|((odd, _), _)| *odd == least).map(|(_, found)| found).take(MOST_TOLD).collect())
}

/// Characters that are part of no known word, the longest words taken first.
fn odd(text: &str, words: &Vocabulary) -> usize {
    let characters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (mut at, mut odd) = (0, 0);
    while at < characters.len() {
        let longest = (2..=LONGEST_WORD.min(characters.len() - at)).rev();
        let known = |length: &usize| words.knows(&characters[at..at + length].iter().collect::<String>());
        match longest.filter(known).max() {
            Some(length) => at += length,
            None => {
                odd += usize::from(is_han(characters[at]));
                at += 1;
            }
        }
    }
    odd
}

/// How far a text is from the question: whether it sounds otherwise, and how many characters are others. What is not written in Han
/// characters alone is as far as everything.
fn distance(question: &str, text: &str) -> (bool, usize) {
    let readings = sound::readings(question);
    if readings.is_empty() {
        return (false, 0);
    }
    let sounds = sound::readings(text).iter().any(|reading| readings.contains(reading));
    let others = question.chars().zip(text.chars()).filter(|(a, b)| a != b).count();
    (!sounds, others + question.chars().count().abs_diff(text.chars().count()))
}

/// Questions like this one, each only once.
fn others(question: &str, words: &Vocabulary) -> Vec<String> {
    let question = folded(question.trim());
    let mut others: Vec<String> = Vec::new();
    if question.chars().count() > LONGEST {
        return others;
    }
    let mut add = |other: String| {
        if other != question && others.len() < MOST_TRIED && !others.contains(&other) {
            others.push(other);
        }
    };
    let spelled = spelled(&question, words);
    let base = spelled.clone().unwrap_or_else(|| question.clone());
    spelled.into_iter().for_each(&mut add);
    if question.chars().all(|c| c.is_ascii_alphabetic()) {
        for word in words.beginning(&question, MOST_TOLD) {
            add(word.text.to_string());
        }
    }
    let characters: Vec<char> = base.chars().collect();
    for length in (2..=LONGEST_WORD.min(characters.len())).rev() {
        for from in 0..=characters.len() - length {
            let part: String = characters[from..from + length].iter().collect();
            if !part.chars().all(is_han) || words.knows(&part) {
                continue;
            }
            for like in words.sounding_like(&part, 2) {
                let before: String = characters[..from].iter().collect();
                let after: String = characters[from + length..].iter().collect();
                add(format!("{before}{}{after}", like.text));
            }
        }
    }
    others
}

/// The question with its runs of letters read as pinyin, where every one of them can be.
fn spelled(question: &str, words: &Vocabulary) -> Option<String> {
    let mut said = String::new();
    let mut run = String::new();
    let mut any = false;
    // Letters of one word may be typed with blanks or ' between the syllables.
    let joined: String = question.chars().filter(|c| *c != '\'').collect();
    for c in joined.chars().chain([' ']) {
        if c.is_ascii_alphabetic() {
            run.push(c);
            continue;
        }
        if !run.is_empty() {
            said.push_str(&words.spelled(&run)?);
            any = true;
            run.clear();
        }
        said.push(c);
    }
    let said = said.trim().to_owned();
    any.then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::tests::vocabulary;

    fn told(question: &str, found: &[&str]) -> Vec<String> {
        let count = |text: &str| Ok(u64::from(found.contains(&text)));
        let told = meant(question, &vocabulary(), count).expect("counted");
        told.into_iter().map(|found| found.value).collect()
    }

    #[test]
    fn what_sounds_right_is_put_right_and_only_when_it_finds_something() {
        assert_eq!(told("底保标准", &["低保标准"]), ["低保标准"]);
        assert_eq!(told("底保 标准", &["低保 标准"]), ["低保 标准"]);
        assert!(told("底保标准", &[]).is_empty());
        assert!(told("低保标准", &["低保标准"]).is_empty(), "the question itself is no other");
    }

    #[test]
    fn what_sounds_and_looks_the_same_comes_first() {
        let mut found = ["公告芳", "公住房", "公租房"];
        found.sort_by_key(|text| distance("公租芳", text));
        assert_eq!(found, ["公租房", "公告芳", "公住房"]);
    }

    #[test]
    fn letters_are_read_as_pinyin() {
        assert_eq!(told("dibao", &["低保"]), ["低保"]);
        assert_eq!(told("DiBao标准", &["低保标准"]), ["低保标准"]);
        assert_eq!(told("gong'jijin", &["公积金"]), ["公积金"]);
        assert_eq!(told("db", &["低保", "东部"]), ["低保", "东部"]);
        assert!(told("http", &["低保"]).is_empty());
    }

    #[test]
    fn a_long_question_is_left_alone() {
        assert!(told(&"底保".repeat(20), &["低保"]).is_empty());
        assert!(others(&"底保".repeat(12), &vocabulary()).len() <= MOST_TRIED);
    }
}
