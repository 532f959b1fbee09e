//! The text by which the result of a round is announced: a draft that goes through the usual gates.

use document::references::named;
use web::page::escape;

use super::{
    model::Answer,
    rows::{Item, Round},
};

/// How many documents come out how.
pub(super) fn counts(items: &[Item]) -> [(Answer, usize); 4] {
    Answer::ALL.map(|answer| (answer, items.iter().filter(|item| item.outcome() == Some(answer)).count()))
}

/// The title of the announcement.
pub(super) fn title(round: &Round) -> String {
    format!("关于公布{}结果的通知", round.title)
}

/// The text of the announcement. What stands in it works only once it is public.
pub(super) fn html(round: &Round, items: &[Item], organ: impl Fn(&Item) -> String) -> String {
    const CHAPTERS: [&str; 4] = ["一", "二", "三", "四"];
    let scope = match round.until_on.as_str() {
        "" => "现有的行政规范性文件".to_owned(),
        until => format!("{until}以前制定的行政规范性文件"),
    };
    let counts = counts(items);
    let sum: Vec<String> = counts
        .iter()
        .filter(|(_, many)| *many > 0)
        .map(|(answer, many)| format!("{} {many} 件", answer.label()))
        .collect();
    let mut html = format!(
        "<p>各机关对{scope}进行了清理，共 {} 件：{}。现将结果公布如下。废止和宣布失效的文件，自本通知公布之日起不再作为行政管理的依据；\
         拟修改的文件，修改以前继续有效。</p>",
        items.len(),
        escape(&sum.join("，")),
    );
    let mut chapters = CHAPTERS.iter();
    for (answer, many) in counts.into_iter().filter(|(_, many)| *many > 0) {
        let chapter = chapters.next().copied().unwrap_or_default();
        html.push_str(&format!("<h2>{chapter}、{}的文件（{many} 件）</h2><ol>", answer.label()));
        for item in items.iter().filter(|item| item.outcome() == Some(answer)) {
            let name = named(&item.title, &item.number);
            html.push_str(&format!("<li>{}　{}</li>", escape(&name), escape(&organ(item))));
        }
        html.push_str("</ol>");
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(title: &str, answer: &str, decision: &str) -> Item {
        Item {
            document_id: title.into(),
            title: title.to_owned(),
            number: String::new(),
            organ: "QH010".into(),
            answer: answer.to_owned(),
            reason: String::new(),
            answered_name: String::new(),
            answered_at: String::new(),
            decision: decision.to_owned(),
            decided_note: String::new(),
            decided_name: String::new(),
            answered_for: "QH010".into(),
            version: 1,
            ended: String::new(),
        }
    }

    #[test]
    fn the_announcement_tells_what_the_office_decides() {
        let round =
            Round {
                title: "2026年规范性文件清理".to_owned(), until_on: "2025-12-31".to_owned(), ..Round::default()
            };
        let items = [item("甲<办法>", "keep", ""), item("乙办法", "keep", "repeal"), item("丙办法", "lapse", "")];
        let html = html(&round, &items, |_| "县财政局".to_owned());
        assert!(html.contains("一、继续有效的文件（1 件）"), "{html}");
        assert!(html.contains("二、废止的文件（1 件）</h2><ol><li>《乙办法》　县财政局</li>"), "{html}");
        assert!(html.contains("三、宣布失效的文件（1 件）"), "{html}");
        assert!(html.contains("甲&lt;办法&gt;") && !html.contains("拟修改的文件（"), "{html}");
        assert_eq!(title(&round), "关于公布2026年规范性文件清理结果的通知");
    }
}
