//! A text in which what tells who somebody is has been masked, at the word of whoever writes it.

use text::findings::{Listed, Mask, masks_with};

use super::{
    pieces::{self, Piece, escape, write_open},
    to_text,
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
/// texts. It is work for a thread that answers nobody else.
pub fn masked(html: &str, others: &Listed) -> Masked {
    let text = to_text(html);
    let found = masks_with(&text, others);
    if found.is_empty() {
        return Masked { html: html.to_owned(), done: 0, left: 0 };
    }
    let mut listed = others.clone();
    listed.learn(&text);
    let mut out = String::with_capacity(html.len());
    for piece in pieces::read(html) {
        match piece {
            Piece::Open { name, attributes, .. } => write_open(&name, &attributes, &mut out),
            Piece::Close { name } => {
                out.push_str("</");
                out.push_str(&name);
                out.push('>');
            }
            Piece::Words(words) => escape(&said(words, &found, &listed), &mut out),
        }
    }
    let left = masks_with(&to_text(&out), &listed).len();
    Masked { html: out, done: found.len().saturating_sub(left), left }
}

/// The same for a text without marks, and how many places were masked.
pub fn masked_words(text: &str, others: &Listed) -> (String, usize) {
    let (chars, found) = (text.chars().collect::<Vec<char>>(), masks_with(text, others));
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for mask in &found {
        out.extend(&chars[at..mask.start]);
        out.push_str(&mask.to);
        at = mask.end;
    }
    out.extend(&chars[at..]);
    (out, found.len())
}

/// Words between two tags as they are written from now on. A name is masked where it fills a cell, and where it stands as a name: two
/// characters may be part of any word.
fn said(words: String, found: &[Mask], listed: &Listed) -> String {
    let dense = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(mask) = found.iter().find(|mask| mask.from == dense) {
        return mask.to.clone();
    }
    let within = found.iter().filter(|mask| !mask.is_name);
    let words =
        within.fold(
            words,
            |words, mask| if words.contains(&mask.from) { words.replace(&mask.from, &mask.to) } else { words },
        );
    listed.masked(&words)
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
}
