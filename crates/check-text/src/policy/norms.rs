//! What a text that regulates something says of itself: on what it rests, and until when it holds. Such a text is written in articles
//! and calls itself 本办法, 本规定, 本细则.

use text::findings::Finding;

use crate::places::found;

/// How such a text calls itself.
const CALLED: [&str; 6] = ["本办法", "本规定", "本细则", "本实施细则", "本实施办法", "本规则"];
/// Articles that such a text has at least.
const ARTICLES: usize = 5;
/// What stands before a legal basis.
const BASIS: [&str; 5] = ["根据", "依据", "依照", "按照", "遵照"];
/// What says until when it holds.
const TERM: [&str; 5] = ["有效期", "有效期限", "试行期", "施行期限", "执行期限"];

/// Finds what is missing.
pub(super) fn look(part: &str, text: &str, chars: &[char]) -> Vec<Finding> {
    if !CALLED.iter().any(|word| text.contains(word)) {
        return Vec::new();
    }
    let lines: Vec<(usize, &str)> = places(text);
    let articles: Vec<&(usize, &str)> = lines.iter().filter(|(_, line)| is_article(line)).collect();
    let (Some((first, _)), Some((last, line))) = (articles.first(), articles.last()) else { return Vec::new() };
    if articles.len() < ARTICLES {
        return Vec::new();
    }
    let mut all = Vec::new();
    let early: Vec<&str> = articles.iter().take(3).map(|(_, line)| *line).collect();
    let rests = |line: &&str| BASIS.iter().any(|word| line.contains(word)) && line.contains(['《', '法', '规']);
    if !early.iter().any(rests) {
        let suggestion = "没有写明制定依据。请在第一条写“根据《……》，制定本办法”。".to_owned();
        all.push(found("policy.basis", part, chars, (*first, first + 3), suggestion, None));
    }
    let until = TERM.iter().any(|word| text.contains(word)) || (text.contains("有效") && text.contains("年内"));
    if !until {
        let suggestion = "没有写明有效期。行政规范性文件一般要写“有效期五年”，试行、暂行的“有效期两年”。".to_owned();
        let mark = line.chars().take_while(|c| *c != '条').count() + 1;
        all.push(found("policy.term", part, chars, (*last, last + mark), suggestion, None));
    }
    all
}

/// Lines without the blanks before them, each with the character at which it begins.
fn places(text: &str) -> Vec<(usize, &str)> {
    let mut all = Vec::new();
    let mut at = 0;
    for line in text.split('\n') {
        let bare = line.trim_start();
        let blank = line.len() - bare.len();
        let before = line[..blank].chars().count();
        if !bare.is_empty() {
            all.push((at + before, bare));
        }
        at += line.chars().count() + 1;
    }
    all
}

/// 第三条 at the beginning of a line.
fn is_article(line: &str) -> bool {
    let Some((number, _)) = line.strip_prefix('第').and_then(|rest| rest.split_once('条')) else { return false };
    let short = (1..=6).contains(&number.chars().count());
    short && number.chars().all(|c| "一二三四五六七八九十百零〇0123456789".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(first: &str, last: &str) -> Vec<String> {
        let text = format!("{first}\n第二条 甲。\n第三条 乙。\n第四条 丙。\n第五条 本办法由县民政局解释。\n{last}");
        let chars: Vec<char> = text.chars().collect();
        look("", &text, &chars).into_iter().map(|one| format!("{} {}", one.rule, one.excerpt)).collect()
    }

    #[test]
    fn a_rule_says_on_what_it_rests_and_until_when_it_holds() {
        let (basis, term) = ("第一条 根据《甲法》，制定本办法。", "第六条 本办法自公布之日起施行，有效期五年。");
        assert_eq!(rule(basis, term), Vec::<String>::new());
        assert_eq!(rule("第一条 为了规范管理，制定本办法。", term), ["policy.basis 第一条"]);
        assert_eq!(rule(basis, "第六条 本办法自公布之日起施行。"), ["policy.term 第六条"]);
        let short = "本办法第一条修改为……\n第二条 略";
        assert!(look("", short, &short.chars().collect::<Vec<char>>()).is_empty());
    }
}
