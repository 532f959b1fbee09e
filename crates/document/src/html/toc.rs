//! The table of contents of a text, from its parts.

use super::reading::Article;

/// An entry of the table of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Address within the page.
    pub id: String,
    /// Words.
    pub text: String,
    /// Whether it stands one level below.
    pub deep: bool,
}

/// Most entries of a table of contents; beyond, only the upper level is shown.
const MOST: usize = 40;

/// The table of contents; empty when it would not help.
pub fn contents(articles: &[Article]) -> Vec<Heading> {
    let headings = articles.iter().filter(|part| matches!(part.level, 1 | 2));
    let mut toc: Vec<Heading> = headings
        .map(|part| Heading { id: part.anchor.clone(), text: part.title.clone(), deep: part.level == 2 })
        .collect();
    if toc.len() > MOST {
        toc.retain(|heading| !heading.deep);
    }
    if toc.len() >= 2 {
        return toc;
    }
    let paragraphs: Vec<&Article> = articles.iter().filter(|part| part.level == Article::LEVEL).collect();
    if paragraphs.len() < 4 {
        return Vec::new();
    }
    if paragraphs.len() > MOST {
        return by_tens(&paragraphs);
    }
    let entry = |part: &&Article| {
        let words = beginning(part.text.lines().next().unwrap_or_default());
        Heading { id: part.anchor.clone(), text: format!("{}　{words}", part.number), deep: false }
    };
    paragraphs.iter().map(entry).collect()
}

/// What an article begins with: its first clause where that is short, else as much as stands in a line.
fn beginning(line: &str) -> String {
    const LONGEST: usize = 14;
    let line = line.trim();
    let clause = line.split(['，', '。', '；', '：']).next().unwrap_or_default();
    let count = clause.chars().count();
    if (1..=LONGEST).contains(&count) {
        let ends = line.chars().nth(count).is_none_or(|mark| mark == '。' && line.chars().count() == count + 1);
        return if ends { clause.to_owned() } else { format!("{clause}…") };
    }
    let cut: String = line.chars().take(LONGEST).collect();
    if cut.len() < line.len() { format!("{cut}…") } else { cut }
}

/// A long text without chapters: where each ten articles begin.
fn by_tens(articles: &[&Article]) -> Vec<Heading> {
    let tens = articles.chunks(10).filter_map(|ten| {
        let (first, last) = (ten.first()?, ten.last()?);
        let text = if ten.len() > 1 { format!("{}至{}", first.number, last.number) } else { first.number.clone() };
        Some(Heading { id: first.anchor.clone(), text, deep: false })
    });
    tens.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_whole_is_not_cut() {
        for (line, told) in [
            ("本办法自发布之日起施行。", "本办法自发布之日起施行"),
            ("县财政局负责资金，接受监督。", "县财政局负责资金…"),
            ("各乡镇人民政府应当在每年三月底以前报送年度计划", "各乡镇人民政府应当在每年三月…"),
            ("", ""),
        ] {
            assert_eq!(beginning(line), told);
        }
    }

    #[test]
    fn a_long_text_without_chapters_is_entered_at_each_ten_articles() {
        let article = |at: usize| Article {
            anchor: format!("第{at}条"),
            level: Article::LEVEL,
            number: format!("第{at}条"),
            title: String::new(),
            text: "正文。".to_owned(),
        };
        let of = |many: usize| contents(&(1..=many).map(article).collect::<Vec<_>>());
        assert_eq!((of(3).len(), of(40).len()), (0, 40));
        let long = of(61);
        let told: Vec<(&str, &str)> = long.iter().map(|one| (one.id.as_str(), one.text.as_str())).collect();
        assert_eq!(told.len(), 7);
        assert_eq!((told[0], told[6]), (("第1条", "第1条至第10条"), ("第61条", "第61条")));
    }
}
