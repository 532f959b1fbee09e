//! A text in which what tells who somebody is has been masked, at the word of whoever writes it.

use text::findings::{Listed, Mask, masks_with};

use super::{
    pieces::{self, Piece, escape, write_open},
    to_text,
    words::Lines,
};

/// What became of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The text, to be cleaned as anything that is typed.
    pub html: String,
    /// Places that were masked.
    pub done: usize,
    /// Places that still stand there, because marks or lines run through them.
    pub left: usize,
}

/// Masks what can be masked without asking what it is ([`masks_with`]): numbers, homes, names of lists, of its own and of other
/// texts. Only the places that were found change: the same characters elsewhere may be a code, or a mountain. It is work for a
/// thread that answers nobody else.
pub fn masked(html: &str, others: &Listed) -> Masked {
    replaced(html, &|text: &str| masks_with(text, others).into_iter().map(Change::from).collect())
}

/// A place of a text, in characters, and what is to stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// First character, counted from 0.
    pub start: usize,
    /// Character after the place.
    pub end: usize,
    /// What is to stand there.
    pub to: String,
}

impl From<Mask> for Change {
    fn from(mask: Mask) -> Self {
        Self { start: mask.start, end: mask.end, to: mask.to }
    }
}

/// Puts other words in the places that `find` names in the visible text, in its order and apart from one another. Only these places
/// change. It is work for a thread that answers nobody else.
pub fn replaced(html: &str, find: &dyn Fn(&str) -> Vec<Change>) -> Masked {
    let text = to_text(html);
    let found = find(&text);
    if found.is_empty() {
        return Masked { html: html.to_owned(), done: 0, left: 0 };
    }
    let bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let place = |mask: &Change| Some((*bytes.get(mask.start)?, *bytes.get(mask.end)?));
    let places: Vec<(usize, usize, &str)> =
        found.iter().filter_map(|mask| place(mask).map(|(start, end)| (start, end, mask.to.as_str()))).collect();
    let (mut out, mut lines, mut done) = (String::with_capacity(html.len()), Lines::default(), 0);
    for piece in pieces::read(html) {
        match &piece {
            Piece::Words(words) => {
                let (words, count) = said(words, &mut lines, &places);
                escape(&words, &mut out);
                done += count;
                continue;
            }
            Piece::Open { name, attributes, .. } => write_open(name, attributes, &mut out),
            Piece::Close { name } => {
                out.push_str("</");
                out.push_str(name);
                out.push('>');
            }
        }
        lines.piece(&piece);
    }
    Masked { html: out, done, left: found.len().saturating_sub(done) }
}

/// The same for a text without marks, and how many places were masked.
pub fn masked_words(text: &str, others: &Listed) -> (String, usize) {
    replaced_words(text, &|text: &str| masks_with(text, others).into_iter().map(Change::from).collect())
}

/// [`replaced`] for a text without marks, and how many places changed.
pub fn replaced_words(text: &str, find: &dyn Fn(&str) -> Vec<Change>) -> (String, usize) {
    let (chars, found) = (text.chars().collect::<Vec<char>>(), find(text));
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for mask in &found {
        out.extend(&chars[at..mask.start]);
        out.push_str(&mask.to);
        at = mask.end;
    }
    out.extend(&chars[at..]);
    (out, found.len())
}

/// Words between two tags as they are written from now on, and how many places of them changed. `lines` has come to their beginning and
/// comes to their end; `places` are bytes of its text, in order, with what is to stand there.
fn said(words: &str, lines: &mut Lines, places: &[(usize, usize, &str)]) -> (String, usize) {
    let mut letter = [0_u8; 4];
    // Each character with where it stands in the text; a blank may stand nowhere.
    let mut chars: Vec<(char, Option<usize>)> = Vec::new();
    for c in words.chars() {
        let before = lines.place();
        lines.say(c.encode_utf8(&mut letter));
        let after = lines.place();
        let stands = after > before && !c.is_whitespace();
        chars.push((c, stands.then(|| after - c.len_utf8())));
    }
    let (mut out, mut done, mut at) = (String::with_capacity(words.len()), 0, 0);
    while let Some((c, place)) = chars.get(at) {
        let mask = place.and_then(|place| {
            let next = places.get(places.partition_point(|(start, ..)| *start < place));
            let (_, end, to) = next.filter(|(start, ..)| *start == place)?;
            let last = |(c, place): &(char, Option<usize>)| place.is_some_and(|place| place + c.len_utf8() == *end);
            let behind = chars[at..].iter().position(last)?;
            Some((at + behind + 1, *to))
        });
        match mask {
            Some((next, to)) => {
                out.push_str(to);
                done += 1;
                at = next;
            }
            None => {
                out.push(*c);
                at += 1;
            }
        }
    }
    (out, done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_masked_and_nothing_else_changes() {
        let html = "<p>家庭住址：石门村三组18号，<strong>张志祥</strong>同志</p><table><tbody><tr><th>姓名</th><th>身份证号码</th></tr>\
             <tr><td>张志祥</td><td>000000199001010018</td></tr><tr><td>李 四<br></td><td>&lt;略&gt;</td></tr></tbody></table>";
        let out = masked(html, &Listed::default());
        assert_eq!((out.done, out.left), (5, 0), "{}", out.html);
        assert_eq!(
            out.html,
            "<p>家庭住址：石门村*组**号，<strong>张*祥</strong>同志</p><table><tbody><tr><th>姓名</th><th>身份证号码</th></tr>\
             <tr><td>张*祥</td><td>000000********0018</td></tr><tr><td>李*<br></td><td>&lt;略&gt;</td></tr></tbody></table>"
        );
        let clean = "<p>现将办法印发给你们。</p>";
        assert_eq!(masked(clean, &Listed::default()), Masked { html: clean.into(), done: 0, left: 0 });
    }

    #[test]
    fn what_marks_run_through_is_told() {
        let none = Listed::default();
        let out = masked("<p>手机<strong>138</strong>00138000</p>", &none);
        assert_eq!((out.done, out.left), (0, 1));
        assert_eq!(masked_words("联系人手机13800138000", &none), ("联系人手机138****8000".to_owned(), 1));
    }

    #[test]
    fn who_stands_in_a_list_is_masked_in_every_sentence_and_in_the_texts_beside_it() {
        let html = "<table><tbody><tr><th>姓名</th><th>住址</th></tr><tr><td>张伟祥</td><td>略</td></tr><tr><td>李娜</td><td>略</td></tr>\
             </tbody></table><p>张伟祥家庭情况已核查，<b>李娜</b>等4户；李娜娜除外。</p>";
        let out = masked(html, &Listed::default());
        assert_eq!((out.done, out.left), (4, 0), "{}", out.html);
        assert!(out.html.ends_with("<p>张*祥家庭情况已核查，<b>李*</b>等4户；李娜娜除外。</p>"), "{}", out.html);
        let listed = Listed::of(&[to_text(html).as_str()]);
        assert_eq!(masked_words("公示（张伟祥等）", &listed), ("公示（张*祥等）".to_owned(), 1));
        assert_eq!(masked("<p>见张伟祥户</p>", &listed).html, "<p>见张*祥户</p>");
    }

    #[test]
    fn the_same_characters_in_codes_and_words_stay() {
        let html = "<p>手机13800138000，项目编码913800138000222，设备号A13800138000B。</p><table><tbody><tr><th>姓名</th><th>住址</th></tr>\
             <tr><td>高山</td><td>略</td></tr></tbody></table><p>高山</p><table><tbody><tr><th>地名</th><th>去向</th></tr>\
             <tr><td>高山</td><td>高山</td></tr></tbody></table><ol><li>手机<br>138 0013 8000</li></ol>";
        let out = masked(html, &Listed::default());
        assert_eq!((out.done, out.left), (3, 0), "{}", out.html);
        let once = html.replacen("13800138000", "138****8000", 1).replacen("<td>高山", "<td>高*", 1);
        assert_eq!(out.html, once.replace("138 0013 8000", "138****8000"));
    }
}
