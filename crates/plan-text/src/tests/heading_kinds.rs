//! Numbers of rarer forms, titles with spaces in them, labels and bare headings above duties, residue of web pages.

use super::{clause, duties, plan};

fn numbers(body: &str) -> Vec<Vec<String>> {
    let plan = plan(&format!("2025年演示县工作方案\n{body}"));
    plan.sections
        .iter()
        .map(|section| {
            std::iter::once(&section.number)
                .chain(section.clauses.iter().map(|clause| &clause.number))
                .cloned()
                .collect()
        })
        .collect()
}

#[test]
fn rarer_numbers() {
    let check = |body: &str, expect: &[&[&str]]| assert_eq!(numbers(body), expect, "{body}");
    check(
        "一、总则\n1.1 培训。开展培训。（县教体局负责）\n1.2 考核。组织考核。（县审计局负责）",
        &[&["一", "1.1", "1.2"]],
    );
    check(
        "一、总则\n1.1培训。开展培训。\n1.2考核。组织考核。\n二、保障\n2.1督查。开展督查。",
        &[&["一", "1.1", "1.2"], &["二", "2.1"]],
    );
    check(
        "1　总则\n1.1　培训\n开展培训。\n1.2　考核\n组织考核。\n2　保障\n2.1　督查\n开展督查。",
        &[&["1", "1.1", "1.2"], &["2", "2.1"]],
    );
    check("一、总则\n1/培训。开展培训。\n2/考核。组织考核。", &[&["一", "1", "2"]]);
    check("一、总则\n一）培训。开展培训。\n二）考核。组织考核。", &[&["一", "一）", "二）"]]);
    check("Ⅰ．总则\n（一）培训。开展培训。\nⅡ．保障\n（一）考核。组织考核。", &[&["Ⅰ", "（一）"], &["Ⅱ", "（一）"]]);
    check("一、总则\n任务1：建设平台。建成平台。\n任务2：公开信息。公开信息。", &[&["一", "任务1", "任务2"]]);
    check("一、总则\n举措一：建设平台。\n举措二：公开信息。", &[&["一", "举措一", "举措二"]]);
    // amounts and fractions are text
    check(
        "一、总则\n（一）培训。开展培训。\n1.5万户完成改造。\n1/3以上的单位参加。\n2.5亿元到位。",
        &[&["一", "（一）"]],
    );
    check("一、总则\n（一）培训。开展培训。\n工作要扎实。\n任务很重：要抓紧。", &[&["一", "（一）"]]);
}

/// Word sets spaces around numbers and letters: they part no title from its text.
#[test]
fn spaces_around_numbers() {
    for body in [
        "到 2025 年，建成 10 个示范点。",
        "推进 5G 基站建设，年底前建成。",
        "建成 10 个示范点。",
        "在 APP 上公开信息。",
    ] {
        let clause = clause(body);
        assert_eq!(format!("{}。{}", clause.title, clause.text), body, "{clause:#?}");
    }
    let clause = clause("解读政策　围绕重点做好解读。");
    assert_eq!((clause.title.as_str(), clause.text.as_str()), ("解读政策", "围绕重点做好解读。"));
}

#[test]
fn labels_and_bare_headings_are_no_duties() {
    let check = |body: &str, expect: &[&str]| assert_eq!(duties(&clause(body)), expect, "{body}");
    check(
        "种植环节\n工作任务：\n1.加强保护\n（1）做好监测。开展监测。\n（2）开展整治。",
        &["工作任务：\n1.加强保护\n（1）做好监测。开展监测。\n", "（2）开展整治。"],
    );
    check("种植环节\n主要措施：\n1.做好监测。\n2.开展整治。", &["主要措施：\n1.做好监测。\n", "2.开展整治。"]);
    check("种植环节\n1.做好监测\n2.开展整治", &["1.做好监测\n", "2.开展整治"]);
}

#[test]
fn contents() {
    let body = "一、总则\n（一）培训。开展培训。（县教体局负责）\n二、保障\n（一）督查。开展督查。（县政府办负责）";
    for contents in [
        "目录\n一、总则\t1\n二、保障\t2\n",
        "目  录\n一、总则 1\n二、保障 12\n",
        "目录\n一、总则\n二、保障\n",
        "一、总则……1\n二、保障…2\n",
    ] {
        let plan = plan(&format!("2025年演示县政务公开工作方案\n{contents}{body}"));
        assert_eq!(plan.sections.len(), 2, "{contents}\n{plan:#?}");
        assert_eq!(plan.title, "2025年演示县政务公开工作方案");
        assert!(plan.warnings.iter().any(|warning| warning.message.contains("目录行")), "{:#?}", plan.warnings);
    }
}

/// Tags that stayed behind when a page was copied are dropped and named.
#[test]
fn remains_of_a_page() {
    let title = "2025年演示县政务公开工作要点";
    for source in [
        format!("<p>{title}</p>\n<p>一、总则</p>\n<p>（一）培训。开展培训。（县教体局负责）</p>"),
        format!(
            "<p style=\"text-align: center\">{title}</p><p>一、总则</p><p>（一）培训。<strong>开展</strong>培训。（县教体局负责）</p>"
        ),
        format!("{title}<br/>一、总则<br>&nbsp;&nbsp;（一）培训。开展培训。（县教体局负责）"),
        format!("> {title}\n> 一、总则\n> （一）培训。开展培训。（县教体局负责）"),
    ] {
        let plan = plan(&source);
        assert_eq!((plan.title.as_str(), plan.sections.len()), (title, 1), "{source}\n{plan:#?}");
        let clause = &plan.sections[0].clauses[0];
        assert_eq!((clause.text.as_str(), clause.owners[0].name.as_str()), ("开展培训。", "县教体局"), "{source}");
        assert!(plan.warnings.iter().any(|warning| warning.message.contains("标记")), "{:#?}", plan.warnings);
    }
    assert_eq!(clause("培训。使气温<5℃时停工，>35℃时休息。").text, "使气温<5℃时停工，>35℃时休息。");
}

/// Numbers that only their neighbours tell from text.
#[test]
fn numbers_told_by_their_neighbours() {
    let two = |one: &str, other: &str| {
        format!("一、总则\n{one}培训。开展培训。（县教体局负责）\n{other}考核。组织考核。（县审计局负责）")
    };
    for (one, other, first, second) in [
        ("A、", "B、", "A", "B"),
        ("a.", "b.", "a", "b"),
        ("(A)", "(B)", "(A)", "(B)"),
        ("Ａ、", "Ｂ、", "Ａ", "Ｂ"),
        ("i. ", "ii. ", "i", "ii"),
        ("i)", "ii)", "i)", "ii)"),
        ("C)", "D)", "", ""),
        ("甲、", "乙、", "甲", "乙"),
        ("❶", "❷", "❶", "❷"),
        ("【一】", "【二】", "【一】", "【二】"),
        ("〔一〕", "〔二〕", "〔一〕", "〔二〕"),
        ("（1.）", "（2.）", "（1.）", "（2.）"),
        ("第一，", "第二，", "第一", "第二"),
        ("第1项 ", "第2项 ", "第1项", "第2项"),
        ("No.1 ", "No.2 ", "No.1", "No.2"),
        ("1#", "2#", "1#", "2#"),
        ("01 ", "02 ", "01", "02"),
        ("（二十）", "（廿一）", "（二十）", "（廿一）"),
    ] {
        let plan = plan(&format!("2025年演示县工作方案\n{}", two(one, other)));
        let clauses = &plan.sections[0].clauses;
        if first.is_empty() {
            // neither begins a list: the owners of both are one clause's, which is said
            assert_eq!(clauses.len(), 1, "{one}");
            assert!(plan.warnings.iter().any(|warning| warning.message.contains("可能是几条")), "{one}");
            continue;
        }
        let told: Vec<_> = clauses.iter().map(|clause| (clause.number.as_str(), clause.title.as_str())).collect();
        assert_eq!(told, [(first, "培训"), (second, "考核")], "{one}: {plan:#?}");
        assert_eq!(clauses[1].owners.len(), 1, "{one}");
    }
    let check = |body: &str, expect: &[&[&str]]| assert_eq!(numbers(body), expect, "{body}");
    check(
        "壹、总则\n（一）培训。开展培训。\n贰、保障\n（一）考核。组织考核。",
        &[&["壹", "（一）"], &["贰", "（一）"]],
    );
    check("I. 总则\n（一）培训。开展培训。\nII. 保障\n（一）考核。组织考核。", &[&["I", "（一）"], &["II", "（一）"]]);
    check(
        "一　总则\n（一）培训。开展培训。\n二　保障\n（一）考核。组织考核。",
        &[&["一", "（一）"], &["二", "（一）"]],
    );
    // one alone is text, and so is a list within a sentence
    check("一、总则\n（一）培训。开展培训。\nA、B两类单位参加。\n甲、乙双方签字。", &[&["一", "（一）"]]);
    check("一、总则\n（一）培训。开展培训。\n第一，加强领导。", &[&["一", "（一）"]]);
    check("一、总则\n（一）培训。\n第一，加强领导。\n第二，加强督查。", &[&["一", "（一）"]]);
}
