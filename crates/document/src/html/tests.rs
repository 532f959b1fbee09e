//! What becomes of texts that are pasted, and of texts made to hurt.

use proptest::prelude::*;

use super::*;

fn written(html: &str) -> Written {
    Written::new(html, "own.gov.cn").expect("within the limits")
}

#[test]
fn chapters_and_articles_get_addresses() {
    let text = "<h2>第一章　总则</h2><p>第一条　为了<b>规范</b>。</p><h2>第二章　附则</h2><p><strong>第二条</strong> 施行。</p>\
                <p>第二条规定的期限不变。</p>";
    let done = written(text);
    for shown in [
        "<h2 id=\"第一章\">第一章　总则</h2>",
        "<b>第一条</b>为了<b>规范</b>。</p>",
        "<p class=\"art\" id=\"第二条\"><a class=\"sign\" href=\"#第二条\" aria-label=\"第二条的链接\" data-copy-link>§</a>\
         <b>第二条</b>施行。</p>",
        "<p>第二条规定的期限不变。</p>",
    ] {
        assert!(done.reading.contains(shown), "{shown} in {}", done.reading);
    }
    let parts: Vec<_> = done.articles.iter().map(|a| (a.anchor.as_str(), a.level, a.text.as_str())).collect();
    let expected = [
        ("第一章", 1, ""),
        ("第一条", 4, "为了规范。"),
        ("第二章", 1, ""),
        ("第二条", 4, "施行。\n第二条规定的期限不变。"),
    ];
    assert_eq!(parts, expected);
    assert_eq!(contents(&done.articles).iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["第一章", "第二章"]);
}

#[test]
fn levels_begin_below_the_title_and_addresses_are_unique() {
    let done = written("<h3>甲</h3><h4>乙</h4><h3 id=\"main\">甲</h3>");
    assert_eq!(done.reading, "<h2 id=\"s1\">甲</h2><h3 id=\"s2\">乙</h3><h2 id=\"s3\">甲</h2>");
    let twice = written("<p>第一条 甲</p><p>第一条 乙</p>");
    assert!(twice.reading.contains("id=\"第一条-2\""), "{}", twice.reading);
}

#[test]
fn tables_scroll_links_out_say_so_and_own_addresses_hide_nothing() {
    let text = "<table><tbody><tr><td id=\"main\">1</td></tr></tbody></table><a href=\"https://a.example/x>y\">甲</a>\
                <a href=\"https://own.gov.cn/\">乙</a><a href=\"#main\">丙</a>";
    let reading = written(text).reading;
    assert!(reading.starts_with("<div class=\"scroll\"") && reading.contains("</table></div>"), "{reading}");
    assert_eq!(reading.matches("将离开本网站").count(), 1, "{reading}");
    assert!(reading.contains("id=\"t-main\"") && reading.contains("href=\"#t-main\""), "{reading}");
}

#[test]
fn a_text_without_headings_lists_its_articles() {
    let done =
        written("<p>序言</p><p>第一条 甲</p><p>第二条&nbsp;&nbsp;乙</p><p><b>第三条</b>丙</p><p>第三条之一 丁</p>");
    let toc = contents(&done.articles);
    assert_eq!(
        toc.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(),
        ["第一条　甲", "第二条　乙", "第三条　丙", "第三条之一　丁"]
    );
    assert_eq!(toc[3].id, "第三条之一");
    assert_eq!((done.articles[0].level, done.articles[0].text.as_str()), (0, "序言"));
}

#[test]
fn headings_of_any_kind_come_out_in_order() {
    let done = written("<h4>甲</h4><h2></h2><h2> <b></b></h2><h2>乙</h2><h4>丙</h4><h3>丁</h3><h4>戊</h4>");
    let levels: Vec<&str> =
        done.reading.split('<').filter(|part| part.starts_with('h')).map(|part| &part[..2]).collect();
    assert_eq!(levels, ["h2", "h2", "h3", "h3", "h4"], "{}", done.reading);
    assert!(!done.reading.contains("></h"), "{}", done.reading);
    let picture = written("<h2><img src=\"/attachments/0123456789abcdef/a.png\" alt=\"图\"></h2>");
    assert!(picture.reading.starts_with("<h2 id="), "{}", picture.reading);
    assert!(!written("<p lang=\"xx\">甲</p>").reading.contains("lang"));
    assert!(written("<p lang=\"en-GB\">a</p>").reading.contains("lang=\"en-GB\""));
}

#[test]
fn a_table_is_marked_so_that_no_figure_and_no_word_breaks() {
    let cells = |tag: &str, count: usize, words: &str| format!("<{tag}>{words}</{tag}>").repeat(count);
    let table = format!(
        "<table><tbody><tr>{}</tr><tr><th></th>{}</tr><tr><td>合计</td>{}</tr></tbody></table>",
        cells("th", 18, "金额"),
        cells("td", 17, "12,345.67"),
        cells("td", 17, "1")
    );
    let reading = written(&table).reading;
    for shown in [
        "<div class=\"scroll wide across many\" data-scroll role=\"region\" aria-label=\"表格 1\" tabindex=\"0\">",
        "<table><thead><tr><th class=\"short lead\">金额</th><th class=\"fig short\">金额</th>",
        "</tr></thead><tbody><tr><td class=\"short lead\"></td><td class=\"fig\">12,345.67</td>",
        "<tr class=\"sum\"><td class=\"short lead\">合计</td>",
        "</tbody></table></div>",
    ] {
        assert!(reading.contains(shown), "{shown} in {reading}");
    }
    let named =
        written("<table><caption>表1 收入</caption><tbody><tr><td class=\"center\">3</td></tr></tbody></table>");
    assert!(named.reading.contains("aria-label=\"表格 1：表1 收入\""), "{}", named.reading);
    assert!(named.reading.contains("class=\"center fig\""), "{}", named.reading);
}

#[test]
fn a_picture_comes_in_sizes_and_keeps_its_room() {
    let at = "/pictures/0123456789abcdef/";
    let done = written(&format!("<p>甲</p>{}", pictures::figure(&format!("{at}1200x801.png"), Some("示意图"), "图1")));
    let shown = format!(
        "<figure><img src=\"{at}1200x801.png\" srcset=\"{at}480x320.png 480w, {at}1200x801.png 1200w\" \
         sizes=\"(max-width: 45rem) calc(100vw - 2rem), 42rem\" width=\"1200\" height=\"801\" alt=\"示意图\" \
         loading=\"lazy\" decoding=\"async\"><figcaption>图1</figcaption></figure>"
    );
    assert!(done.reading.contains(&shown), "{}", done.reading);
    assert_eq!(done.text, "甲\n示意图\n图1");
    let little = written(&format!("<img src=\"{at}300x20.jpg\">")).reading;
    assert!(!little.contains("srcset") && little.contains("width=\"300\"") && little.contains("还没有写替代文字"));
    // One that is no picture of this program's making stays as it was.
    let old = "<img src=\"/attachments/0123456789abcdef/a.png\" alt=\"图\">";
    assert_eq!(written(old).reading, old);
}

/// What a reader sees, without the signs and notices that the reading form adds.
fn seen(html: &str) -> String {
    to_text(html).replace('§', "").replace("（将离开本网站）", "").chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn nothing_is_lost_of_odd_text() {
    for odd in [
        "",
        "甲",
        "<p>第条</p>",
        "<p>第一百条",
        "<h2></h2>",
        "a &lt;b&gt; c",
        "<p><strong>第一条 总</strong>则</p>",
        "<p> <b>第一条</b></p>",
        "<p><b>第一条</b><i>　总</i>则</p>",
    ] {
        let done = written(odd);
        assert_eq!(seen(&done.reading), seen(&done.html), "{odd}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn reading_loses_nothing_and_parts_are_the_whole(
        html in "(<(p|b|td|th|tr|table|h2|h3|h4|li|ol|a href=\"https://x.example\"|/p|/b|/table|/h2|/h4|br)>|第[一二]条|第一章|　|[甲乙 <>&\"]|&nbsp;){0,60}"
    ) {
        let done = written(&html);
        prop_assert_eq!(seen(&done.reading), seen(&done.html));
        let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let parts: String = done.articles.iter().map(|a| {
            let head = if a.level == Article::LEVEL { &a.number } else { &a.title };
            format!("{head}{}", a.text)
        }).collect();
        prop_assert_eq!(bare(&parts), bare(&done.text));
    }
}
