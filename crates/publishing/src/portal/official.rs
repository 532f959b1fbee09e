//! The parts of an official document that a text has without saying so: to whom it is addressed (主送机关), who signs it and when
//! (发文机关署名、成文日期; GB/T 9704—2012 7.3.2, 7.3.5). They are found in the text as it is shown and only set where they belong; nothing
//! is added, so that no document seems to be signed that is not.

/// A line of addressees is not longer, in characters.
const ADDRESSEES: usize = 300;
/// A name of who signs is not longer, in characters.
const SIGNER: usize = 60;
/// Paragraphs below the date: （此件公开发布）, enclosures.
const BELOW: usize = 6;

/// The text with its parts marked.
pub(super) fn dressed(html: &str) -> String {
    let paragraphs = paragraphs(html);
    let mut marks: Vec<(usize, &str)> = Vec::new();
    // Nothing but the addressees may stand first.
    if let Some(first) = paragraphs.first().filter(|first| first.begin == 0 && is_addressee(&first.words)) {
        marks.push((first.begin, "addressee"));
    }
    let last = paragraphs.len().saturating_sub(BELOW);
    let signed = (last.max(1)..paragraphs.len()).rev().find(|at| is_date(&paragraphs[*at].words));
    if let Some(at) = signed
        && is_signer(&paragraphs[at - 1].words)
        && at > marks.len()
    {
        marks.push((paragraphs[at - 1].begin, "signer"));
        marks.push((paragraphs[at].begin, "signed"));
    }
    let mut out = String::with_capacity(html.len() + 64);
    let mut told = 0;
    for (begin, class) in marks {
        let end = begin + OPEN.len();
        out.push_str(&html[told..begin]);
        out.push_str(&format!("<p class=\"{class}\">"));
        told = end;
    }
    out.push_str(&html[told..]);
    out
}

/// A paragraph as it begins in a text where nobody has set it otherwise.
const OPEN: &str = "<p>";

struct Paragraph {
    begin: usize,
    words: String,
}

fn paragraphs(html: &str) -> Vec<Paragraph> {
    let begins = html.match_indices(OPEN).map(|(begin, _)| begin);
    begins
        .filter_map(|begin| {
            let text = &html[begin + OPEN.len()..];
            let text = &text[..text.find("</p>")?];
            Some(Paragraph { begin, words: words(text) })
        })
        .collect()
}

/// What a reader sees of it, without blanks.
fn words(html: &str) -> String {
    let mut out = String::new();
    let mut within = false;
    for c in html.chars() {
        match c {
            '<' => within = true,
            '>' => within = false,
            c if !within && !c.is_whitespace() => out.push(c),
            _ => {}
        }
    }
    out.replace("&nbsp;", "")
}

fn is_addressee(words: &str) -> bool {
    words.ends_with(['：', ':']) && words.chars().count() <= ADDRESSEES && !words.contains(['。', '；', '！', '？'])
}

/// 2026年3月5日, 二〇二六年三月五日.
fn is_date(words: &str) -> bool {
    let figure = |c: char| c.is_ascii_digit() || "〇○零一二三四五六七八九十".contains(c);
    let figures = |text: &str| !text.is_empty() && text.chars().all(figure);
    let Some((year, rest)) = words.split_once('年') else { return false };
    let Some((month, day)) = rest.split_once('月') else { return false };
    let day = day.strip_suffix('日').unwrap_or_default();
    year.chars().count() == 4 && [year, month, day].into_iter().all(figures)
}

fn is_signer(words: &str) -> bool {
    !words.is_empty()
        && words.chars().count() <= SIGNER
        && !words.contains(['。', '，', '；', '：', '！', '？', ':', ',', ';'])
        && !words.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_letter_are_set_where_they_belong() {
        let text = "<p>各乡镇人民政府，县政府各部门：</p><p>现将办法印发给你们。</p><p>青禾县人民政府办公室</p>\
            <p>2026年3月5日</p><p>（此件公开发布）</p>";
        let shown = "<p class=\"addressee\">各乡镇人民政府，县政府各部门：</p><p>现将办法印发给你们。</p>\
            <p class=\"signer\">青禾县人民政府办公室</p><p class=\"signed\">2026年3月5日</p><p>（此件公开发布）</p>";
        assert_eq!(dressed(text), shown);
    }

    #[test]
    fn dates_of_both_scripts_are_read() {
        for date in ["2026年11月20日", "二〇二六年十一月二十日", "2026 年 3 月 5 日"] {
            let shown = dressed(&format!("<p>正文。</p><p>县财政局</p><p>{date}</p>"));
            assert!(shown.contains("class=\"signed\"") && !shown.contains("addressee"), "{shown}");
        }
    }

    #[test]
    fn nothing_is_taken_for_what_it_is_not() {
        for text in [
            "",
            "<p>正文。</p>",
            "<p>2026年3月5日</p>",
            "<h2>标题</h2><p>各单位：</p><p>截至日期为</p><p>2026年3月</p>",
            "<p>自印发之日起施行，有效期至</p><p>2027年3月5日</p>",
            "<table><tbody><tr><td><p>县财政局：</p></td></tr></tbody></table>",
            "<p class=\"right\">县财政局</p><p class=\"right\">2026年3月5日</p>",
        ] {
            assert_eq!(dressed(text), text, "{text}");
        }
    }
}
