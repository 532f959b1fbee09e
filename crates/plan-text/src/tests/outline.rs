//! Headings without number that the file shows as such: `#` before them stands for the style of a word processor.

use super::{super::Role, duties, plan, warns};

/// A heading with what stands under it.
type Under<T> = (String, Vec<T>);

/// Titles of sections, and of their clauses with what leads them.
fn titles(source: &str) -> Vec<Under<Under<String>>> {
    let owners = |clause: &super::Clause| clause.owners.iter().map(|owner| owner.name.clone()).collect();
    let clauses = |section: super::super::Section| {
        section.clauses.iter().map(|clause| (clause.title.clone(), owners(clause))).collect()
    };
    plan(source).sections.into_iter().map(|section| (section.title.clone(), clauses(section))).collect()
}

fn of(section: &str, clauses: &[(&str, &[&str])]) -> (String, Vec<(String, Vec<String>)>) {
    let clause = |(title, owners): &(&str, &[&str])| {
        ((*title).to_owned(), owners.iter().map(|owner| (*owner).to_owned()).collect())
    };
    (section.to_owned(), clauses.iter().map(clause).collect())
}

#[test]
fn headings_of_two_levels_are_sections_and_clauses() {
    let body = "# 强化解读\n## 深入解读政策\n建立专栏，6月底前完成。（县教体局负责）\n## 回应关切\n每月回应一次。（县审计局负责）\n\
                # 加强平台\n## 办好网站\n完成改版。（县政府办负责）";
    let expect = [
        of("强化解读", &[("深入解读政策", &["县教体局"]), ("回应关切", &["县审计局"])]),
        of("加强平台", &[("办好网站", &["县政府办"])]),
    ];
    for title in ["2026年演示县工作要点", "# 2026年演示县工作要点", "演示县\n2026年工作要点"] {
        let source = format!("{title}\n{body}");
        assert_eq!(titles(&source), expect, "{title}");
        assert!(plan(&source).title.ends_with("工作要点"), "{title}");
        let line = 1 + title.lines().count();
        assert!(warns(&plan(&source).warnings, line, "等 5 处标题没有编号"), "{:#?}", plan(&source).warnings);
    }
    // the title is a level of its own
    let below = body.replace("# ", "## ");
    assert_eq!(titles(&format!("# 2026年演示县工作要点\n{below}")), expect);
}

#[test]
fn a_heading_over_text_alone_is_a_clause() {
    let source = "2026年演示县工作要点\n# 强化解读\n建立专栏。（县教体局牵头，县财政局配合）\n# 加强平台\n完成改版。（县政府办负责）";
    let plan = plan(source);
    assert_eq!(plan.sections.len(), 2);
    let clause = &plan.sections[0].clauses[0];
    assert_eq!((plan.sections[0].title.as_str(), duties(clause)), ("强化解读", vec!["建立专栏。"]));
    assert_eq!(clause.owners[0].role, Role::Lead);
}

#[test]
fn headings_without_number_among_numbered_ones() {
    // below a numbered section they are its clauses
    let below = "2026年演示县工作要点\n一、强化解读\n## 深入解读\n建立专栏。（县教体局负责）\n## 回应关切\n及时回应。（县审计局负责）";
    assert_eq!(titles(below), [of("强化解读", &[("深入解读", &["县教体局"]), ("回应关切", &["县审计局"])])]);
    // above numbered clauses they are sections
    let above = "2026年演示县工作要点\n# 强化解读\n（一）深入解读。建立专栏。（县教体局负责）\n# 保障措施\n（一）加强培训。开展培训。（县政府办负责）";
    let expect = [of("强化解读", &[("深入解读", &["县教体局"])]), of("保障措施", &[("加强培训", &["县政府办"])])];
    assert_eq!(titles(above), expect);
}

#[test]
fn what_is_no_heading_stays_text() {
    // a sentence in the style of a heading, the signature, and bold lines of a numbered plan
    let source = "2026年演示县工作要点\n一、强化解读\n（一）深入解读。\n# 建立专栏。（县教体局负责）\n###### 高度重视\n抓好落实。\n\
                  # 演示县人民政府办公室\n2026年3月1日";
    let plan = plan(source);
    assert_eq!(plan.sections.len(), 1);
    assert_eq!(plan.sections[0].clauses.len(), 1);
    assert!(plan.closing.contains("演示县人民政府办公室"), "{plan:#?}");
    // bold lines alone are headings only where there is nothing else
    let bold = "2026年演示县工作要点\n###### 强化解读\n建立专栏。（县教体局负责）\n###### 加强平台\n完成改版。（县政府办负责）";
    assert_eq!(titles(bold).len(), 2);
}
