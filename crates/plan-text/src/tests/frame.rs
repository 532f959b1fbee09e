//! Headings of parts, chapters and articles, and lines that belong to the paper and not to the plan.

use super::{duties, plan, warns};

#[test]
fn parts_and_chapters_are_sections() {
    let plan = plan(
        "2022年演示县工作要点\n第一部分 总体要求\n坚持公开。\n第二部分：重点任务\n一、主动公开\n（一）培训。开展培训。\n\
         二、解读\n（一）解读。做好解读。\n第三部分保障措施\n一、考核\n（一）考核。组织考核。",
    );
    let sections: Vec<(&str, &str, usize)> =
        plan.sections.iter().map(|s| (s.number.as_str(), s.title.as_str(), s.clauses.len())).collect();
    assert_eq!(
        sections,
        [
            ("第一部分", "总体要求", 0),
            ("第二部分", "重点任务", 0),
            ("一", "主动公开", 1),
            ("二", "解读", 1),
            ("第三部分", "保障措施", 0),
            ("一", "考核", 1)
        ]
    );
    assert!(plan.warnings.is_empty(), "{:#?}", plan.warnings);
}

#[test]
fn articles_are_clauses() {
    let plan = plan(
        "演示县政务公开工作办法\n第一章 总则\n第一条 为规范工作，制定本办法。\n第二条　公开应当及时。\n\
         第二章 内容\n第三条 下列信息应当公开：\n（一）预算。\n（二）决算。\n第四条 本办法自印发之日起施行。",
    );
    let clauses: Vec<(&str, usize)> =
        plan.sections.iter().flat_map(|s| &s.clauses).map(|c| (c.number.as_str(), c.duties.len())).collect();
    assert_eq!(clauses, [("第一条", 1), ("第二条", 1), ("第三条", 2), ("第四条", 1)]);
    assert_eq!(plan.sections[1].number, "第二章");
    assert_eq!(duties(&plan.sections[1].clauses[0]), ["（一）预算。\n", "（二）决算。"]);
    assert!(plan.warnings.is_empty(), "{:#?}", plan.warnings);
}

#[test]
fn sentences_about_parts_are_text() {
    for line in [
        "第一部分的内容要公开。",
        "第三条规定的信息。",
        "第一，做好培训。",
        "第二章和第三章，要公开。",
        "第一个月公开。",
    ] {
        let clause = super::clause(&format!("培训。开展培训。\n{line}\n（责任单位：县教体局）"));
        assert!(clause.text.ends_with(line), "{line} {clause:#?}");
    }
}

#[test]
fn page_numbers_are_dropped_and_named() {
    for number in ["— 1 —", "—12—", "- 2 -", "第 3 页 共 5 页", "第3页", "第3页，共5页", "4", "４"]
    {
        let plan = plan(&format!(
            "2022年演示县工作要点\n一、甲\n（一）培训。公开信\n{number}\n息，做好服务。\n（县教体局负责）"
        ));
        assert_eq!(plan.sections[0].clauses[0].text, "公开信\n息，做好服务。", "{number}");
        let named = plan.warnings.iter().any(|w| w.line == 4 && w.dropped == number && w.message.contains(number));
        assert!(named, "{number} {:#?}", plan.warnings);
    }
    for line in ["-5", "2022", "第3页内容。", "4.5", "——"] {
        let clause = super::clause(&format!("培训。开展培训\n{line}\n（责任单位：县教体局）"));
        assert!(clause.text.ends_with(line), "{line} {clause:#?}");
    }
}

#[test]
fn contents_and_front_matter_are_dropped_and_named() {
    let body = "2022年演示县工作要点\n一、甲\n（一）培训。开展培训。";
    let contents = plan("2022年演示县工作要点\n目 录\n一、甲……………1\n二、乙......12\n一、甲\n（一）培训。开展培训。");
    assert_eq!((contents.sections.len(), contents.preamble.as_str()), (1, ""));
    assert!(warns(&contents.warnings, 2, "目录行") && warns(&contents.warnings, 4, "目录行"));
    let matter = plan(&format!("---\ntitle: 要点\ndate: 2022-04-01\n---\n{body}"));
    assert_eq!((matter.title.as_str(), matter.preamble.as_str()), ("2022年演示县工作要点", ""));
    assert!(warns(&matter.warnings, 2, "title: 要点"));
    let rule = plan(&format!("---\n{body}"));
    assert_eq!(rule.sections[0].clauses[0].text, "开展培训。");
}

#[test]
fn column_names_are_no_titles() {
    let clause = super::clause("工作任务：公开财政预算。\n责任单位：县财政局");
    assert_eq!(clause.title, "工作任务：公开财政预算");
    let clause = super::clause("工作任务：公开财政预算。按时公开。");
    assert_eq!((clause.title.as_str(), clause.text.as_str()), ("工作任务：公开财政预算", "按时公开。"));
}
