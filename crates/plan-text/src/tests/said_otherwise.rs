//! Owners and terms where no usual label says so: titles that are organs, names behind a sentence, one group in a bracket, who
//! only supervises, numbered lists, columns with other names, dates in titles that are cited, several rhythms.

use super::{clause, plan};
use crate::{Cadence, Plan};

/// Owners of a clause as `name/L`, `name/R` or `name/S`, `*` for a group.
fn owners(plan: &Plan, section: usize, clause: usize) -> String {
    let all = plan.sections[section].clauses[clause].owners.iter().map(|owner| {
        let role = format!("{:?}", owner.role);
        format!("{}/{}{}", owner.name, &role[..1], if owner.group { "*" } else { "" })
    });
    all.collect::<Vec<_>>().join(" ")
}

fn told(plan: &Plan, words: &str) -> bool {
    plan.warnings.iter().any(|warning| warning.message.contains(words))
}

fn body(body: &str) -> Plan {
    plan(&format!("2026年演示县工作要点\n{body}"))
}

#[test]
fn a_plan_ordered_by_organ() {
    let sections = body(
        "一、县财政局\n（一）6月底前公开预算。\n二、县教体局、各乡镇\n（一）公开招生方案。（县民政局负责）\n（二）公开名单。",
    );
    assert_eq!(owners(&sections, 0, 0), "县财政局/R");
    assert_eq!(owners(&sections, 1, 0), "县民政局/R");
    assert_eq!(owners(&sections, 1, 1), "县教体局/R 各乡镇/R*");
    assert!(told(&sections, "“县财政局”是这一节的标题"), "{sections:#?}");
    let clauses =
        body("一、总则\n（一）县财政局\n1.公开预算。\n（二）各乡镇\n1.公开名单。\n（三）县教体局牵头：公开方案。");
    assert_eq!(owners(&clauses, 0, 0), "县财政局/R");
    assert_eq!(owners(&clauses, 0, 1), "各乡镇/R*");
    assert_eq!(owners(&clauses, 0, 2), "县教体局/L");
    assert!(told(&clauses, "“各乡镇”是这一条的标题"));
    let colons = body("一、总则\n1.县财政局：公开预算，6月底前完成。\n2.县教体局：公开招生方案。");
    assert_eq!((owners(&colons, 0, 0), owners(&colons, 0, 1)), ("县财政局/R".into(), "县教体局/R".into()));
    let lines = body("一、总则\n（一）培训。开展培训。\n二、责任分工\n县财政局：公开预算。\n县教体局：公开方案。");
    assert!(told(&lines, "“县财政局、县教体局”写在句子里"), "{:#?}", lines.warnings);
}

#[test]
fn titles_that_are_no_organ() {
    for title in [
        "构建大监督格局",
        "成立试点工作小组及办公室",
        "跨省通办",
        "县域经济发展",
        "加强队伍建设",
        "召开县政府常务会",
        "市场化运行",
        "县政务服务大厅",
    ] {
        let plan = body(&format!("一、{title}\n（一）{title}\n1.开展培训。"));
        assert_eq!(owners(&plan, 0, 0), "", "{title}");
        assert!(!told(&plan, "的标题"), "{title} {:#?}", plan.warnings);
    }
}

#[test]
fn names_behind_a_sentence() {
    let plan =
        body("一、总则\n1.公开方案，5月底前完成。  县教体局\n2.做好公开。/县民政局、各乡镇\n3.做好公开　县民政局");
    assert_eq!(owners(&plan, 0, 0), "县教体局/R");
    assert_eq!(plan.sections[0].clauses[0].duties.len(), 1);
    assert_eq!(owners(&plan, 0, 1), "县民政局/R 各乡镇/R*");
    assert!(told(&plan, "“县民政局”写在句子里"));
    // who signs
    for last in [
        "本方案自印发之日起施行。　　青禾县人民政府办公室\n2026年3月1日",
        "请各单位抓好落实本方案。 青禾县人民政府办公室",
        "特此通知。　青禾县人民政府办公室",
    ] {
        let plan = body(&format!("一、总则\n1.公开方案。（县教体局负责）\n2.做好公开。\n{last}"));
        assert_eq!(owners(&plan, 0, 1), "", "{last} {plan:#?}");
    }
    // a line broken within a sentence
    let wrapped = clause("培训。开展培训。县教体局\n要做好服务。");
    assert!(wrapped.owners.is_empty() && wrapped.text.contains("县教体局"), "{wrapped:#?}");
}

#[test]
fn one_group_in_a_bracket() {
    for group in
        ["各乡镇", "县直各单位", "各镇街", "各有关单位", "各乡镇、街道", "全县各单位", "各成员单位", "有关部门"]
    {
        let clause = clause(&format!("甲事。做好甲事，5月底前完成（县财政局）；做好丙事，长期坚持（{group}）。"));
        assert!(
            clause.duties[1].owners.iter().all(|owner| owner.group) && !clause.duties[1].owners.is_empty(),
            "{clause:#?}"
        );
        assert_eq!(clause.duties[0].owners.len(), 1, "{group}");
    }
    for text in ["报各有关单位（部门）。", "覆盖各村（社区）。", "通知各单位（各乡镇）。", "覆盖所有学校（幼儿园）。"]
    {
        assert_eq!(clause(&format!("甲事。{text}")).owner_note, "", "{text}");
    }
    let doubt = body("一、总则\n（一）甲事。做好甲事（县财政局）；做好丙事（县融媒体中心）。");
    assert!(told(&doubt, "“（县融媒体中心）”像是责任说明"));
}

#[test]
fn who_only_supervises() {
    for note in [
        "（责任单位：县教体局；督办单位：县政府督查室）",
        "（责任单位：县教体局；监督单位：县政府督查室）",
        "（责任单位：县教体局，指导单位：县政府督查室）",
        "（责任单位：县教体局；督查部门：县政府督查室）",
        "（县教体局负责，县政府督查室督办）",
        "（县教体局负责，县政府督查室负责监督）",
        "（责任单位：县教体局）（督办单位：县政府督查室）",
        "\n责任单位：县教体局\n督导单位：县政府督查室",
    ] {
        let plan = body(&format!("一、总则\n（一）培训。开展培训。{note}"));
        assert_eq!(owners(&plan, 0, 0), "县教体局/R", "{note}");
        assert!(told(&plan, "“县政府督查室”写的是督办、监督或指导"), "{note} {:#?}", plan.warnings);
        assert!(!told(&plan, "没有写明单位"), "{note}");
    }
    let alone = body("一、总则\n（一）培训。开展培训。（督办单位：县政府督查室）");
    assert_eq!(owners(&alone, 0, 0), "县政府督查室/R");
    assert!(told(&alone, "只写了督办"));
}

#[test]
fn numbers_and_marks_in_a_list_of_owners() {
    for note in [
        "责任单位：1.县教体局 2.县财政局 3.各乡镇",
        "责任单位：①县教体局；②县财政局；③各乡镇",
        "责任单位：1、县教体局 2、县财政局 3、各乡镇",
        "责任单位：（1）县教体局（2）县财政局（3）各乡镇",
        "责任单位：1.县教体局2.县财政局3.各乡镇",
        "责任单位：县教体局|县财政局｜各乡镇",
        "责任单位：县教体局+县财政局＋各乡镇",
        "责任单位：县教体局／县财政局&各乡镇",
        "责任单位：\n1.县教体局\n2.县财政局\n3.各乡镇",
    ] {
        let plan = body(&format!("一、总则\n（一）培训。开展培训。\n{note}"));
        assert_eq!(owners(&plan, 0, 0), "县教体局/R 县财政局/R 各乡镇/R*", "{note}");
    }
    let one = body("一、总则\n（一）培训。开展培训。\n责任单位：12345热线管理办公室、县“互联网+监管”工作专班");
    assert_eq!(owners(&one, 0, 0), "12345热线管理办公室/R 县“互联网+监管”工作专班/R");
}

#[test]
fn dates_in_titles_that_are_cited() {
    for text in [
        "贯彻《青禾县2026年3月底前重点工作清单》。（县财政局负责）",
        "学习贯彻《国务院关于在2026年12月底前取消证明事项的决定》，及时公开。",
        "落实《关于2026年6月底前完成整改的通知》《关于每季度报送〈情况〉的函》。",
    ] {
        let clause = clause(&format!("甲事。{text}"));
        assert_eq!((clause.due_on, clause.cadence), (None, None), "{text}");
    }
    let own = clause("甲事。落实《关于2018年6月底前完成整改的通知》，9月底前完成。");
    assert_eq!(own.due.as_deref(), Some("9月底前"));
}

#[test]
fn several_rhythms() {
    let plan = body("一、总则\n（一）甲事。每月5日前报送，每季度公布一次结果，每年12月底前总结。");
    assert_eq!(plan.sections[0].clauses[0].cadence, Some(Cadence::Monthly));
    assert!(told(&plan, "几个频次（每月5日前、每季度、每年12月底前）"), "{:#?}", plan.warnings);
    assert!(!told(&body("一、总则\n（一）甲事。每月调度，每月通报。"), "几个频次"));
}

#[test]
fn columns_with_other_names() {
    for name in [
        "截止日期",
        "截止时间",
        "截止",
        "办结日期",
        "公开日期",
        "日期",
        "节点",
        "起止时间",
        "报送时间",
        "到期日",
        "时间表",
        "推进计划",
    ] {
        let plan = body(&format!("序号\t工作任务\t牵头单位\t{name}\n1\t建专栏\t县教体局\t2026-06-30"));
        assert!(plan.sections[0].clauses[0].due_on.is_some(), "{name} {plan:#?}");
    }
    for name in ["启动时间", "成文日期", "实际完成时间"] {
        let plan = body(&format!("序号\t工作任务\t牵头单位\t{name}\n1\t建专栏\t县教体局\t2026-06-30"));
        assert_eq!(plan.sections[0].clauses[0].due_on, None, "{name}");
    }
    for (name, role) in [
        ("其他责任单位", 'R'),
        ("共同牵头单位", 'L'),
        ("其他配合单位", 'S'),
        ("其它单位", 'R'),
        ("乡镇责任单位", 'R'),
        ("责任乡镇", 'R'),
    ] {
        let plan = body(&format!("序号\t工作任务\t牵头单位\t{name}\t完成时限\n1\t建专栏\t县教体局\t县财政局\t6月底前"));
        assert_eq!(owners(&plan, 0, 0), format!("县教体局/L 县财政局/{role}"), "{name}");
    }
    let watched = body("序号\t工作任务\t牵头单位\t督办单位\n1\t建专栏\t县教体局\t县政府督查室");
    assert_eq!(owners(&watched, 0, 0), "县教体局/L");
    let unknown = body("序号\t工作任务\t牵头单位\t协调单位\n1\t建专栏\t县教体局\t县财政局");
    assert!(told(&unknown, "没有认出表头“协调单位”"));
}

#[test]
fn heads_of_two_rows_and_several_tables() {
    let both = body(
        "序号\t工作任务\t责任分工\t\t时间安排\n\t\t牵头\t配合\t启动时间\t完成时间\n1\t建专栏\t县教体局\t县财政局\t3月\t6月",
    );
    assert_eq!(owners(&both, 0, 0), "县教体局/L 县财政局/S");
    assert_eq!(
        (both.sections[0].clauses[0].title.as_str(), both.sections[0].clauses[0].due.as_deref()),
        ("建专栏", Some("6月"))
    );
    let tasks = body("序号\t工作内容\t\t责任单位\t完成时限\n〃\t任务\t措施\t〃\t〃\n1\t建专栏\t办培训\t县教体局\t6月");
    assert_eq!(tasks.sections[0].clauses.len(), 1, "{tasks:#?}");
    let head = "序号\t工作任务\t责任单位";
    let several = plan(&format!(
        "1\t政策解读\n2\t民生\n2026年青禾县任务分工表\n{head}\n1\t建专栏\t县教体局\n表二：民生类\n{head}\n1\t发补贴\t县民政局\n（续表）\n{head}\n2\t办培训\t县财政局"
    ));
    assert_eq!(several.title, "2026年青禾县任务分工表");
    assert_eq!(several.sections[0].clauses[0].title, "建专栏");
    assert_eq!(
        (several.sections[1].title.as_str(), several.sections[1].clauses.len()),
        ("表二：民生类", 2),
        "{several:#?}"
    );
    assert!(told(&several, "（续表）"));
}

#[test]
fn exceptions_and_former_names() {
    for (note, names) in [
        ("（县直各单位，不含垂管单位）", "县直各单位/R*"),
        ("（除县法院、县检察院外的县直各单位负责）", "县直各单位/R*"),
        ("（责任单位：各乡镇，不包括青禾镇）", "各乡镇/R*"),
        ("（原县扶贫办、现县农业农村局负责）", "县农业农村局/R"),
        ("（县财政局主抓，县税务局协助，审计局监督）", "县财政局/L 县税务局/S"),
    ] {
        let plan = body(&format!("一、总则\n（一）培训。开展培训。{note}"));
        assert_eq!(owners(&plan, 0, 0), names, "{note}");
        assert!(!plan.warnings.is_empty(), "{note}");
    }
}

#[test]
fn roles_before_and_behind_a_name() {
    for cell in [
        "（牵头）县教体局（配合）县财政局",
        "县教体局 （牵头） 县财政局 （配合）",
        "县教体局（牵头）、县财政局（配合）",
        "县教体局【牵头】、县财政局【配合】",
        "【牵头】县教体局【配合】县财政局",
    ] {
        let plan = body(&format!("序号\t工作任务\t责任单位\n1\t建专栏\t{cell}"));
        assert_eq!(owners(&plan, 0, 0), "县教体局/L 县财政局/S", "{cell}");
    }
}

#[test]
fn dates_that_say_who_is_meant() {
    for text in ["公开对象为2026年6月30日前出生的儿童。", "组织6月30日前毕业的学生登记。", "通知6月30日前参保的职工。"]
    {
        assert_eq!(clause(&format!("甲事。{text}")).due_on, None, "{text}");
    }
    assert!(clause("甲事。6月30日前完成毕业生登记。").due_on.is_some());
    let spans = clause("甲事。1-6月完成；7-12月巩固。");
    assert!(spans.duties.iter().all(|duty| duty.due_on.is_some()), "{spans:#?}");
    assert_eq!(clause("甲事。每旬报送一次。").due.as_deref(), Some("每旬"));
}

/// A table below a clause of two columns, what and who or when.
#[test]
fn labels_in_a_cell_beside() {
    let plan = body("一、总则\n（一）培训。开展培训。\n责任单位\t县教体局\n完成时限\t6月底前\n（二）考核。组织考核。");
    assert_eq!(owners(&plan, 0, 0), "县教体局/R");
    assert_eq!(plan.sections[0].clauses[0].due.as_deref(), Some("6月底前"));
    assert_eq!(plan.sections[0].clauses[0].duties.len(), 1, "{plan:#?}");
}
