//! Where a title breaks: between words. Chinese is written without blanks, so a browser would break anywhere, also within 管理办法.

use std::sync::OnceLock;

use askama::filters::{Escaper, Html};

/// Tells where words of a text end, in bytes from its beginning, in order.
pub type Cuts = fn(&str) -> Vec<usize>;

static CUTS: OnceLock<Cuts> = OnceLock::new();

/// Names of the place that are no words of a dictionary: 青禾县, 县民政局.
static NAMES: OnceLock<Vec<String>> = OnceLock::new();

/// A shorter text has one line nearly always, in characters.
const SHORT: usize = 9;
/// A longer text is no title, in characters.
const LONG: usize = 400;
/// Words of one character that belong to the word before.
const PARTICLES: &str = "的了着过等之者们地得";
/// As many characters before 〔 may be the name of an organ in a document number (青禾府办发〔2026〕31号), which is kept whole.
const NAME: usize = 6;
/// A longer name of an organ may break, in characters.
const LONGEST_NAME: usize = 7;

/// Whoever has a dictionary tells how words are found; the first one stays.
pub fn by(cuts: Cuts) {
    let _ = CUTS.set(cuts);
}

/// Names that a line does not break: those of the county and its organs, as far as they are short; the first list stays.
pub fn keep(names: Vec<String>) {
    let short = |name: &String| (2..=LONGEST_NAME).contains(&name.chars().count());
    let _ = NAMES.set(names.into_iter().filter(short).collect());
}

/// Where a line of this title may break, in bytes from its beginning; empty where nobody knows, and for what is short.
pub fn cuts(title: &str) -> Vec<usize> {
    let count = title.chars().count();
    match CUTS.get() {
        Some(cuts) if (SHORT..=LONG).contains(&count) => {
            let names = NAMES.get().map_or(&[][..], Vec::as_slice);
            outside(title, names, joined(title, cuts(title)))
        }
        _ => Vec::new(),
    }
}

/// Without those within a name.
fn outside(title: &str, names: &[String], cuts: Vec<usize>) -> Vec<usize> {
    let ends =
        |name: &String| title.match_indices(name.as_str()).map(|(at, name)| (at, at + name.len())).collect::<Vec<_>>();
    let spans: Vec<(usize, usize)> = names.iter().flat_map(ends).collect();
    cuts.into_iter().filter(|cut| !spans.iter().any(|(from, to)| from < cut && cut < to)).collect()
}

/// Without those before a word that belongs to the one before it: pages and pictures break a title alike.
fn joined(title: &str, cuts: Vec<usize>) -> Vec<usize> {
    let next = |index: usize| cuts.get(index + 1).copied().unwrap_or(title.len());
    let is_particle = |(index, at): (usize, usize)| {
        let word = title.get(at..next(index)).unwrap_or_default();
        word.chars().count() == 1 && PARTICLES.contains(word)
    };
    cuts.iter().copied().enumerate().filter(|cut| !is_particle(*cut)).map(|(_, at)| at).collect()
}

/// The title for a page: escaped, with `<wbr>` where it may break.
pub fn marked(title: &str) -> String {
    parted(title, &cuts(title))
}

/// The same of a title in pieces; those that are `true` were found and stand in `<mark>`.
pub fn marked_pieces<'a>(pieces: impl IntoIterator<Item = (&'a str, bool)>) -> String {
    let pieces: Vec<(&str, bool)> = pieces.into_iter().collect();
    let title: String = pieces.iter().map(|(text, _)| *text).collect();
    in_pieces(&pieces, &title, &cuts(&title))
}

fn in_pieces(pieces: &[(&str, bool)], title: &str, cuts: &[usize]) -> String {
    let places = places(title, cuts);
    let (mut out, mut begin) = (String::with_capacity(title.len() + cuts.len() * 5), 0);
    for (text, found) in pieces {
        let end = begin + text.len();
        if places.contains(&begin) {
            out.push_str("<wbr>");
        }
        out.push_str(if *found { "<mark>" } else { "" });
        let mut told = begin;
        for place in places.iter().copied().filter(|place| (begin + 1..end).contains(place)) {
            out.push_str(&escaped(&title[told..place]));
            out.push_str("<wbr>");
            told = place;
        }
        out.push_str(&escaped(&title[told..end]));
        out.push_str(if *found { "</mark>" } else { "" });
        begin = end;
    }
    out
}

fn parted(title: &str, cuts: &[usize]) -> String {
    in_pieces(&[(title, false)], title, cuts)
}

/// Which of the cuts are places to break.
fn places(title: &str, cuts: &[usize]) -> Vec<usize> {
    let mut places = Vec::new();
    for (index, at) in cuts.iter().copied().enumerate() {
        let last = places.last().copied().unwrap_or(0);
        let Some((before, after)) = title.split_at_checked(at).filter(|_| at > last) else { continue };
        let next = cuts.get(index + 1).copied().unwrap_or(title.len());
        if breaks(before, after, next.saturating_sub(at)) {
            places.push(at);
        }
    }
    places
}

/// As templates escape.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Writing into a text cannot fail.
    let _ = Html.write_escaped_str(&mut out, text);
    out
}

/// Whether a line may end here; `length` is how long the next word is, in bytes. Signs and figures the browser knows.
fn breaks(before: &str, after: &str, length: usize) -> bool {
    let is_han = |c: char| matches!(c, '\u{3007}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}');
    let (Some(last), Some(first)) = (before.chars().next_back(), after.chars().next()) else { return false };
    let alone = length == first.len_utf8() && PARTICLES.contains(first);
    let number = after.chars().take(NAME + 1).find(|c| !is_han(*c)) == Some('〔');
    is_han(last) && is_han(first) && !alone && !number
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The title with its places to break, given with strokes between its words.
    fn told(words: &str) -> String {
        let (mut title, mut cuts) = (String::new(), Vec::new());
        for word in words.split('|') {
            cuts.push(title.len());
            title.push_str(word);
        }
        parted(&title, &cuts).replace("<wbr>", "|")
    }

    #[test]
    fn a_line_ends_in_no_name() {
        let title = "青禾县停车管理办法";
        let cuts = vec![0, 3, 6, 9, 15, 21];
        assert_eq!(outside(title, &["青禾县".to_owned()], cuts.clone()), [0, 9, 15, 21]);
        assert_eq!(outside(title, &[], cuts.clone()), cuts);
    }

    #[test]
    fn a_title_breaks_between_words() {
        for (words, shown) in [
            ("关于|印发|《|农村|公路|管理|办法|》|的|通知", "关于|印发《农村|公路|管理|办法》的|通知"),
            ("养老|服务|的|办法", "养老|服务的|办法"),
            ("2026|年|一|季度|公示", "2026年|一|季度|公示"),
            ("废止|青禾|府|办|发|〔|2026|〕|31|号|文件", "废止青禾府办发〔2026〕31号|文件"),
            ("甲|<|b|>|乙|&|丙", "甲&#60;b&#62;乙&#38;丙"),
        ] {
            assert_eq!(told(words), shown);
        }
    }

    #[test]
    fn what_breaks_a_picture_breaks_a_page() {
        // 去过的地方: 过 and 的 belong to the word before.
        assert_eq!(joined("去过的地方", vec![0, 3, 6, 9]), [0, 9]);
        assert_eq!(joined("过渡期", vec![0]), [0]);
        assert_eq!(joined("的", vec![0]), Vec::<usize>::new());
    }

    #[test]
    fn what_was_found_in_a_title_breaks_no_other_way() {
        let title = "养老服务的办法";
        let pieces = [("养老", true), ("服务的", false), ("办法", true)];
        let told = in_pieces(&pieces, title, &[6, 12, 15]);
        assert_eq!(told, "<mark>养老</mark><wbr>服务的<wbr><mark>办法</mark>");
        let within = in_pieces(&[("养老服务", true), ("的<b>", false)], "养老服务的<b>", &[6, 12, 15]);
        assert_eq!(within, "<mark>养老<wbr>服务</mark>的&#60;b&#62;");
    }

    #[test]
    fn places_within_a_character_are_none() {
        assert_eq!(parted("甲乙丙", &[1, 3, 3, 99]), "甲<wbr>乙丙");
    }
}
