//! The frame: titles, addressees, headings of every form, residue, duties, closing.

use super::{clause, duties, plan, warns};

const BARE: &str = "2019年演示县工作要点\n引言。\n一、总则\n（一）培训。开展培训。";

#[test]
fn head_forms() {
    let check = |head: &str, title: &str, number: Option<&str>, preamble: &str| {
        let plan = plan(&format!("{head}\n一、总则\n（一）培训。开展培训。"));
        assert_eq!(
            (plan.title.as_str(), plan.document_number.as_deref(), plan.preamble.as_str()),
            (title, number, preamble)
        );
    };
    let title = "2019年演示县政务公开工作要点";
    check(title, title, None, "");
    check(&format!("{title}\n引言。"), title, None, "引言。");
    let number = "青禾府办发〔2019〕11号";
    check(&format!("{title}\n{number}\n引言。"), title, Some(number), "青禾府办发〔2019〕11号\n引言。");
    check(
        "青禾县人民政府办公室文件\n青禾府办发〔2019〕11号\n\n青禾县人民政府办公室\n关于印发2019年政务公开工作要点的通知\n各乡镇人民政府，县直各单位：\n　　现印发给你们。",
        "青禾县人民政府办公室关于印发2019年政务公开工作要点的通知",
        Some(number),
        "青禾县人民政府办公室文件\n青禾府办发〔2019〕11号\n各乡镇人民政府，县直各单位：\n现印发给你们。",
    );
    check("演示县实施方案\n（试行）\n引言。", "演示县实施方案（试行）", None, "引言。");
    check("演示县实施方案\n（2019年4月1日印发）\n引言。", "演示县实施方案", None, "（2019年4月1日印发）\n引言。");
    check(
        "演示县实施方案\n青禾府办字[2019]第3号",
        "演示县实施方案",
        Some("青禾府办字[2019]第3号"),
        "青禾府办字[2019]第3号",
    );
    check("各单位：\n引言。", "", None, "各单位：\n引言。");
}

/// A plan that was an attachment keeps the label in the preamble; the next words are its title.
#[test]
fn attachment_label_before_the_title() {
    let title = "2022年演示县政务公开工作要点";
    let check = |head: &str, preamble: &str| {
        let plan = plan(&format!("{head}\n一、总则\n（一）培训。6月底前开展培训。"));
        assert_eq!((plan.title.as_str(), plan.preamble.as_str()), (title, preamble), "{head}");
        assert_eq!((plan.year, plan.warnings.len()), (Some(2022), 0), "{head} {:#?}", plan.warnings);
    };
    check(&format!("附件\n{title}"), "附件");
    check(&format!("附件1\n{title}"), "附件1");
    check(&format!("附件 2：\n\n{title}\n引言。"), "附件 2：\n引言。");
    check(&format!("附件：\n{title}\n（2022年4月20日）\n引言。"), "附件：\n（2022年4月20日）\n引言。");
    check(&format!("附件一\n青禾府办发〔2021〕1号\n{title}"), "附件一\n青禾府办发〔2021〕1号");
    check(&format!("附件1：{title}\n引言。"), "附件1：\n引言。");
    check(&format!("附件　{title}"), "附件");
}

#[test]
fn section_heading_forms() {
    let check = |line: &str, number: &str, title: &str| {
        let plan = plan(&format!("2019年演示县工作要点\n{line}\n（一）培训。开展培训。"));
        assert_eq!((plan.sections[0].number.as_str(), plan.sections[0].title.as_str()), (number, title), "{line}");
    };
    check("一、总则", "一", "总则");
    check("一、 总则", "一", "总则");
    check("　　一、总则", "一", "总则");
    check("一．总则", "一", "总则");
    check("一 、总则。", "一", "总则");
    check("一、聚焦稳定预期，着力加强解读回应", "一", "聚焦稳定预期，着力加强解读回应");
}

#[test]
fn clause_heading_forms() {
    let check = |line: &str, number: &str, title: &str| {
        let plan = plan(&format!("2019年演示县工作要点\n一、总则\n{line}开展培训。"));
        let clause = &plan.sections[0].clauses[0];
        let found = (clause.number.as_str(), clause.title.as_str(), clause.text.as_str());
        assert_eq!(found, (number, title, "开展培训。"), "{line}");
    };
    check("（一）培训。", "（一）", "培训");
    check("(一)培训。", "(一)", "培训");
    check("（一)培训。", "（一)", "培训");
    check("（ 一 ）培训。", "（一）", "培训");
    check("（一）、培训。", "（一）", "培训");
    check("㈠培训。", "㈠", "培训");
    check("1.培训。", "1", "培训");
    check("1．培训。", "1", "培训");
    check("１．培训。", "１", "培训");
    check("1、培训。", "1", "培训");
    check("1. 培训：", "1", "培训");
    check("（1）培训。", "（1）", "培训");
    check("(1)培训。", "(1)", "培训");
    check("1）培训。", "1）", "培训");
    check("①培训。", "①", "培训");
    check("（一）培训\n", "（一）", "培训");
    check("（一）培训　", "（一）", "培训");
}

#[test]
fn not_headings() {
    for line in ["1.5万户完成改造。", "2019.4.1以来的数据。", "一、二、三产业融合发展。", "10%的比例。"]
    {
        let clause = clause(&format!("培训。开展培训。\n{line}\n（责任单位：县教体局）"));
        assert!(clause.text.ends_with(line), "{line} {clause:#?}");
    }
}

#[test]
fn titles() {
    let long =
        "各乡镇（中心）、县直各单位要高度重视政务公开工作，进一步理顺和完善领导体制、工作机制，定期听取工作汇报。";
    let check = |body: &str, title: &str, text: &str| {
        let clause = clause(body);
        assert_eq!((clause.title.as_str(), clause.text.as_str()), (title, text));
    };
    check("培训。开展“一次。两次”培训。", "培训", "开展“一次。两次”培训。");
    check("实施“培训。考核”制度。做好。", "实施“培训。考核”制度", "做好。");
    check(long, "", long);
    check("培训", "培训", "");
    check("培训。", "培训", "");
    check("培训；", "培训", "");
    check("培训！考核。", "培训！", "考核。");
    check("", "", "");
}

#[test]
fn levels() {
    let check = |body: &str, expect: &[&[&str]]| {
        let plan = plan(&format!("2019年演示县工作要点\n{body}"));
        let found: Vec<Vec<&str>> =
            plan.sections.iter().map(|s| s.clauses.iter().map(|c| c.number.as_str()).collect()).collect();
        assert_eq!(found, expect, "{body}\n{plan:#?}");
    };
    check("一、甲\n（一）乙。\n（二）丙。\n二、丁\n（一）戊。", &[&["（一）", "（二）"], &["（一）"]]);
    check("一、甲\n1.乙。\n2.丙。", &[&["1", "2"]]);
    check("一、甲\n（一）乙。\n1.丙。\n2.丁。\n（二）戊。", &[&["（一）", "（二）"]]);
    check("（一）乙。\n（二）丙。", &[&["（一）", "（二）"]]);
    check("1.乙。\n2.丙。", &[&["1", "2"]]);
    check("一、甲\n引言。\n二、乙\n（一）丙。", &[&[], &["（一）"]]);
    check("一、甲。做好培训。（县教体局负责）\n二、乙\n（一）丙。", &[&[""], &["（一）"]]);
}

#[test]
fn deeper_numbers_are_duties() {
    let c = clause("培训。\n1.开展培训\n2.编印资料；\n（1）发放资料\n①登记");
    assert_eq!(duties(&c), ["1.开展培训\n", "2.编印资料；\n", "（1）发放资料\n", "①登记"]);
    let c = clause("培训。\n1.开展培训。分两期办班。讲新条例。\n2.编印资料。3.发放资料。");
    assert_eq!(duties(&c), ["1.开展培训。分两期办班。", "讲新条例。\n", "2.编印资料。", "3.发放资料。"]);
}

#[test]
fn sentences_and_points() {
    let check = |text: &str, expect: &[&str]| assert_eq!(duties(&clause(&format!("培训。{text}"))), expect, "{text}");
    check("开展培训。组织考核。", &["开展培训。", "组织考核。"]);
    check("开展培训；组织考核！", &["开展培训；", "组织考核！"]);
    check("落实“开展培训。组织考核。”制度。再做。", &["落实“开展培训。组织考核。”制度。", "再做。"]);
    check("落实（开展培训；组织考核）制度。", &["落实（开展培训；组织考核）制度。"]);
    check("一是开展培训，二是组织考核，三是通报结果。", &["一是开展培训，", "二是组织考核，", "三是通报结果。"]);
    check("做好三项工作：一是开展培训；二是组织考核。", &["做好三项工作：一是开展培训；", "二是组织考核。"]);
    check("一要开展培训；二要组织考核。", &["一要开展培训；", "二要组织考核。"]);
    check("统一是关键，第一要素是人。", &["统一是关键，第一要素是人。"]);
    check("开展培训。……", &["开展培训。……"]);
    check("只有一句", &["只有一句"]);
    check("第一段没有句号\n\n第二段", &["第一段没有句号\n\n", "第二段"]);
    check("硬换行的\n一句话。", &["硬换行的\n一句话。"]);
    check("“未闭合。第二句。", &["“未闭合。", "第二句。"]);
}

#[test]
fn residue_is_dropped_and_named() {
    let check = |residue: &str, dropped: &str| {
        let plan = plan(&format!("2019年演示县工作要点\n一、总则\n{residue}（一）培训。开展培训。"));
        assert_eq!(plan.sections[0].clauses[0].number, "（一）", "{residue:?}");
        let named = plan.warnings.iter().any(|warning| warning.line == 3 && warning.dropped == dropped);
        assert!(named, "{residue:?} {:#?}", plan.warnings);
    };
    check("[bookmark: _GoBack]", "[bookmark: _GoBack]");
    check("_GoBack", "_GoBack");
    check("HYPERLINK \"http://a.example/\"", "HYPERLINK \"http://a.example/\"");
    check("★", "★");
    check("* ", "*");
    check("[]{#_GoBack .anchor}", "[]{#_GoBack .anchor}");
    check("\u{200b}\u{feff}", "\u{200b}\u{feff}");
    check("\u{7}", "\u{7}");
    check("\u{202e}", "\u{202e}");
    check("### ", "###");
    assert!(plan("\u{3000}\u{3000}2019年演示县工作要点\r\n\u{3000}一、总则\r（一）培训。").warnings.is_empty());
}

#[test]
fn closing_forms() {
    let check = |tail: &str, closing: &str| {
        let plan = plan(&format!("{BARE}（县教体局负责）\n{tail}"));
        assert_eq!(plan.closing, closing, "{plan:#?}");
        assert_eq!(plan.sections[0].clauses[0].text, "开展培训。");
    };
    check("", "");
    check("各单位要抓好落实。", "各单位要抓好落实。");
    check("附件：1.分工表\n2.台账", "附件：1.分工表\n2.台账");
    check("青禾县人民政府办公室\n2019年4月1日", "青禾县人民政府办公室\n2019年4月1日");
    check(
        "青禾县人民政府办公室\n二〇一九年四月一日\n（此件公开发布）",
        "青禾县人民政府办公室\n二〇一九年四月一日\n（此件公开发布）",
    );
    check("青禾县人民政府办公室　2019年4月1日", "青禾县人民政府办公室　2019年4月1日");
    check("本要点自印发之日起施行。\n附件1", "本要点自印发之日起施行。\n附件1");
}

#[test]
fn closing_without_owner_notes() {
    let plan = plan(&format!("{BARE}\n青禾县人民政府办公室\n2019年4月1日"));
    assert_eq!(plan.closing, "青禾县人民政府办公室\n2019年4月1日");
    assert_eq!(plan.sections[0].clauses[0].text, "开展培训。");
}

#[test]
fn later_paragraphs_of_the_last_clause_stay() {
    let plan = plan("2019年演示县工作要点\n一、总则\n（一）培训\n开展培训。\n组织考核。\n（县教体局负责）");
    assert_eq!(plan.sections[0].clauses[0].text, "开展培训。\n组织考核。");
    assert_eq!(plan.closing, "");
}

/// Where other clauses have their text behind the note, so has the last one.
#[test]
fn text_behind_the_note_of_the_last_clause() {
    let check = |first: &str, second: &str, tail: &str, text: &str, closing: &str| {
        let source = format!("2022年演示县工作要点\n一、总则\n（一）{first}\n二、保障\n（一）{second}\n{tail}");
        let plan = plan(&source);
        let last = &plan.sections[1].clauses[0];
        assert_eq!((last.text.as_str(), plan.closing.as_str()), (text, closing), "{source}");
        assert_eq!(last.owners.len(), 1, "{source}");
    };
    let (training, checks) = ("培训（县教体局牵头）\n健全机制。", "督查（县政府办牵头）");
    let both = "开展检查，通报结果。\n强化考核。";
    check(training, checks, both, both, "");
    check(training, checks, "开展检查。\n各单位要结合实际抓好落实。", "开展检查。", "各单位要结合实际抓好落实。");
    check(
        training,
        checks,
        "开展检查。\n青禾县人民政府办公室\n2022年4月1日",
        "开展检查。",
        "青禾县人民政府办公室\n2022年4月1日",
    );
    check("培训\n责任单位：县教体局\n健全机制。", "督查\n责任单位：县政府办", "开展检查。", "开展检查。", "");
    check(
        "培训。开展培训。（县教体局牵头）\n持续更新。",
        "督查。开展检查。（县政府办牵头）",
        "通报结果。",
        "开展检查。\n通报结果。",
        "",
    );
    // without such a clause the paragraph is the plan's
    check(
        "培训。开展培训。（县教体局牵头）",
        "督查。开展检查。（县政府办牵头）",
        "通报结果。",
        "开展检查。",
        "通报结果。",
    );
}

#[test]
fn section_text_and_obligations() {
    let plan = plan(
        "2019年演示县工作要点\n一、总体要求\n坚持公开。\n二、培训。6月底前完成培训。（县教体局负责）\n三、考核（县财政局牵头）",
    );
    assert_eq!((plan.sections[0].text.as_str(), plan.sections[0].clauses.len()), ("坚持公开。", 0));
    let second = &plan.sections[1];
    assert_eq!((second.title.as_str(), second.text.as_str()), ("培训", ""));
    assert_eq!((second.clauses[0].number.as_str(), second.clauses[0].text.as_str()), ("", "6月底前完成培训。"));
    let third = &plan.sections[2];
    assert_eq!((third.title.as_str(), third.clauses[0].title.as_str()), ("", "考核"));
    assert_eq!(third.clauses[0].duties[0].text, "考核");
}

#[test]
fn doubts_are_warnings() {
    let check = |source: &str, line: usize, words: &str| {
        let plan = plan(source);
        assert!(warns(&plan.warnings, line, words), "{words} {:#?}", plan.warnings);
    };
    check("2019年演示县工作要点\n一、甲\n（一）乙。\n（一）丙。", 4, "重复");
    check("2019年演示县工作要点\n一、甲\n（一）乙。\n（三）丙。", 4, "缺 1 个号");
    check("2019年演示县工作要点\n一、甲\n（一）乙。\n三、丙", 4, "缺 1 个号");
    check("2019年演示县工作要点\n一、甲\n（一）乙。做好（培训。", 3, "没有配对");
    check("2019年演示县工作要点\n一、甲\n（一）", 3, "没有内容");
    check("2019年演示县工作要点\n只有一段话。", 2, "没有找到");
    check("", 1, "没有文字");
    check("2019年演示县工作要点", 1, "只有标题");
    check("2019年演示县工作要点\n一、培训\n二、考核", 2, "没有分条");
    check("一、甲\n（一）乙。", 1, "没有找到标题");
    check(
        "2019年演示县工作要点\n一、甲\n（一）乙。做好。\n青禾县人民政府\n2019年4月1日\n二、丙\n（一）丁。",
        4,
        "落款之后",
    );
    check("2019年演示县工作要点\n一、甲\n（一）乙。做好。\n2019年4月1日\n还有一段话。", 5, "落款日期之后");
}

#[test]
fn running_clause_numbers_are_fine() {
    let plan = plan("2019年演示县工作要点\n一、甲\n（一）乙。\n（二）丙。\n二、丁\n（三）戊。\n（四）己。");
    assert!(plan.warnings.is_empty(), "{:#?}", plan.warnings);
}

#[test]
fn without_headings() {
    let plan = plan("2019年演示县工作要点\n各单位要开展培训。（县教体局负责）");
    assert_eq!(plan.sections[0].clauses[0].text, "各单位要开展培训。");
    assert_eq!(plan.preamble, "");
    let plan = super::plan("只有一段普通的话，什么标题都没有。");
    assert_eq!(plan.preamble, "只有一段普通的话，什么标题都没有。");
    assert!(plan.sections.is_empty());
}

#[test]
fn json_shape() {
    let value = serde_json::to_value(plan(&format!("{BARE}6月底前完成。（县教体局牵头）"))).expect("serialises");
    let clause = &value["sections"][0]["clauses"][0];
    assert_eq!(clause["owners"][0], serde_json::json!({"name": "县教体局", "role": "lead", "group": false}));
    assert_eq!(clause["due_on"], "2019-06-30");
    assert!(clause["duties"][0]["due"].is_null() && clause["duties"][0]["due_on"].is_null());
    for key in ["title", "preamble", "closing", "sections", "warnings"] {
        assert!(value.get(key).is_some(), "{key}");
    }
}

/// Programs that print PDF files write radicals (U+2E80–2FDF) where the author wrote ideographs.
#[test]
fn radicals_are_read_as_what_they_look_like() {
    let written = "青⽲县2026年政务公开⼯作要点\n⼀、加强政策解读\n（⼀）公开财政预算。6⽉底前公开部⻔预算。（县财政局牵头，县⼈⼒资源和社会保障局配合）\n⼆、加强⽤⼯服务\n（⼀）公开就业信息。每⽉公布岗位信息。（县⼈⼒资源和社会保障局负责）";
    let seen = "青禾县2026年政务公开工作要点\n一、加强政策解读\n（一）公开财政预算。6月底前公开部门预算。（县财政局牵头，县人力资源和社会保障局配合）\n二、加强用工服务\n（一）公开就业信息。每月公布岗位信息。（县人力资源和社会保障局负责）";
    let (written_plan, seen_plan) = (plan(written), plan(seen));
    assert_eq!(written_plan.sections, seen_plan.sections);
    assert_eq!(written_plan.title, seen_plan.title);
    let told: Vec<usize> =
        written_plan.warnings.iter().filter(|w| w.message.contains("部首")).map(|w| w.line).collect();
    assert_eq!(told, [1, 2, 3, 4, 5]);
    crate::accounted(written, &written_plan).expect("nothing is lost");
}
