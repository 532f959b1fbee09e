//! Pages made to do harm, and arbitrary markup.

use gongkai_documents_read::html;
use proptest::prelude::*;

#[test]
fn deep_pages_keep_their_text() {
    for (open, close) in
        [("<table><tr><td>", "</td></tr></table>"), ("<div>", "</div>"), ("<ul><li>", ""), ("<b><i>", "")]
    {
        let page = format!("{}甲{}乙", open.repeat(5_000), close.repeat(5_000));
        let words = |html: &str| html::to_text(html).split_whitespace().collect::<String>();
        assert_eq!(words(&page), "甲乙", "{open}");
        assert_eq!(words(&html::simplify(&page)), "甲乙", "{open}");
    }
}

/// What is shown backwards is found by who looks for it.
#[test]
fn text_that_a_page_turns_around_is_marked() {
    let text = html::to_text("<p>号码<bdo dir=\"RTL\">8100</bdo>甲<bdo dir=\"ltr\">乙</bdo></p>");
    assert_eq!(text, "号码\u{202e}8100\u{202c}甲乙");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_markup_never_panics(text in "[<>/a-c=\"'&#;! \\n甲*|`\\[\\]().\\-0-9]{0,200}") {
        html::to_text(&text);
        html::simplify(&text);
    }

    #[test]
    fn simple_html_keeps_all_text_and_is_stable(text in "(<(/?)(p|b|i|td|tr|table|ul|li|div|h1|caption|thead|blockquote|section|br|a)>|甲|乙| ){0,40}") {
        let simple = html::simplify(&text);
        let words = |html: &str| html::to_text(html).split_whitespace().collect::<String>();
        prop_assert_eq!(words(&text), words(&simple));
        let bare = |html: &str| html.split_whitespace().collect::<String>();
        prop_assert_eq!(bare(&html::simplify(&simple)), bare(&simple));
    }
}

#[test]
fn struck_out_words_are_no_source() {
    let page = "<p>（二）培训。<s>6月底前</s>9月底前完成。<span style=\"text-decoration: line-through\">县教体局</span>\
        <span>县财政局</span><del><b>旧</b></del></p>";
    let source = html::read_source(page);
    assert_eq!(
        (source.text.as_str(), source.struck.as_str()),
        ("（二）培训。9月底前完成。县财政局", "6月底前县教体局旧")
    );
    assert!(html::to_text(page).contains("6月底前"), "checks look at all");
}
