//! The text that a decision makes of another one. Pure: no database, no page.

use document::html::{self, Block};
use law_text::{
    Statute,
    amend::{self, Laid, Outcome, Told},
    is_chapter,
};
use web::page::escape;

/// What a decision makes of a text.
#[derive(Debug, Clone, Default)]
pub(super) struct Made {
    /// Each instruction, as understood, with what became of it.
    pub(super) told: Vec<Told>,
    /// What a person has to look at besides.
    pub(super) notes: Vec<String>,
    pub(super) title: String,
    pub(super) html: String,
    /// Instructions that were done.
    pub(super) applied: usize,
    /// Instructions for this text that were not, or not understood.
    pub(super) left: usize,
}

/// Applies a decision to a text of which the title is a field of its own. What did not change keeps its look.
pub(super) fn made(title: &str, html: &str, decision: &str) -> Made {
    let blocks = html::blocks(html);
    let own: Vec<Vec<String>> = blocks.iter().map(|block| block.lines.clone()).collect();
    let lines: Vec<&str> = std::iter::once(title).chain(own.iter().flatten().map(String::as_str)).collect();
    let old = Statute::read(&lines.join("\n"));
    let done = amend::apply(&old, &amend::read(decision));
    let mut lines = done.statute.lines();
    // A title that is read as something else stands first all the same.
    let title = if old.title.is_empty() { title.to_owned() } else { done.statute.title.clone() };
    if !lines.is_empty() {
        lines.remove(0);
    }
    let laid = amend::laid(&own, &lines);
    let piece = |one: &Laid| match one {
        Laid::Block(at) => blocks.get(*at).map(|block| block.html.clone()).unwrap_or_default(),
        Laid::Line(at) => lines.get(*at).map(|line| written(line)).unwrap_or_default(),
    };
    let mut notes = done.notes;
    notes.extend(laid.broken.iter().filter_map(|at| blocks.get(*at)).filter_map(broken));
    let count = |wanted: &[Outcome]| done.told.iter().filter(|one| wanted.contains(&one.outcome)).count();
    Made {
        html: laid.pieces.iter().map(piece).collect::<Vec<_>>().join("\n"),
        applied: count(&[Outcome::Applied]),
        left: count(&[Outcome::Failed, Outcome::Unread]),
        title,
        notes,
        told: done.told,
    }
}

/// A line as it is written anew.
fn written(line: &str) -> String {
    let section = line.starts_with('第') && line.chars().take(8).any(|c| c == '节') && !line.ends_with(['。', '；']);
    match (is_chapter(line), section) {
        (true, _) => format!("<h2>{}</h2>", escape(line)),
        (false, true) => format!("<h3>{}</h3>", escape(line)),
        (false, false) => format!("<p>{}</p>", escape(line)),
    }
}

/// What a table becomes of which some words changed.
fn broken(block: &Block) -> Option<String> {
    let first = block.lines.first().map(|line| line.replace('\t', " ")).unwrap_or_default();
    block
        .html
        .starts_with("<table")
        .then(|| format!("决定改动了以“{first}”开头的表格里的文字，草稿里按行写成了段落，请在编辑页重新做成表格"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLE: &str = "青禾县停车管理办法";
    const HTML: &str = "<h2>第一章　总则</h2><p><strong>第一条</strong>　停车收费每小时2元。</p><figure><img src=\"/attachments/a/图.png\"></figure>\
        <table><tbody><tr><td>路段</td><td>车位</td></tr><tr><td>城关</td><td>20</td></tr></tbody></table><p>第二条　由县住建局负责。</p>";

    #[test]
    fn what_a_decision_leaves_alone_keeps_its_look() {
        let decision = "关于修改《青禾县停车管理办法》的决定\n一、将第二条修改为：“第二条　由县城管局负责<管理>。”\n\
            二、增加一条，作为第三条：“第三条　本办法自公布之日起施行。”\n三、删去第九条。";
        let made = made(TITLE, HTML, decision);
        assert_eq!((made.applied, made.left), (2, 1), "{:?}", made.told);
        assert!(
            made.html.starts_with("<h2>第一章　总则</h2>\n<p><strong>第一条</strong>　停车收费每小时2元。</p>"),
            "{}",
            made.html
        );
        assert!(made.html.contains("<img") && made.html.contains("<td>20</td>"), "{}", made.html);
        assert!(
            made.html.contains("<p>第二条　由县城管局负责&lt;管理&gt;。</p>\n<p>第三条　本办法自公布之日起施行。</p>"),
            "{}",
            made.html
        );
        assert!(!made.html.contains("县住建局") && made.title == TITLE);
    }

    #[test]
    fn the_title_changes_where_the_decision_says_so() {
        let decision = "关于修改《青禾县停车管理办法》的决定\n一、将名称修改为“青禾县停车场管理办法”。";
        let made = made(TITLE, HTML, decision);
        assert_eq!((made.title.as_str(), made.left), ("青禾县停车场管理办法", 0), "{:?}", made.told);
        assert!(!made.html.contains("停车场管理办法"));
    }

    #[test]
    fn a_decision_for_another_text_changes_nothing() {
        let made = made(TITLE, HTML, "关于修改《青禾县采砂办法》的决定\n一、删去第二条。");
        assert_eq!((made.applied, made.left), (0, 0), "{:?}", made.told);
        assert!(made.notes.iter().any(|note| note.contains("采砂办法")), "{:?}", made.notes);
        assert!(made.html.contains("由县住建局负责"));
    }

    #[test]
    fn a_table_of_which_words_change_is_named() {
        let made = made(TITLE, HTML, "决定\n一、将第一条中的“城关”修改为“城东”。");
        assert!(made.html.contains("城东"), "{:?}", made.told);
        assert!(made.notes.iter().any(|note| note.contains("表格")), "{:?}", made.notes);
    }
}
