//! Task tables: rows under a header are clauses with owners and terms.

use super::{plan, warns};
use crate::Role::{Lead, Responsible, Support};

#[test]
fn rows_are_clauses() {
    let plan = plan(
        "2022年演示县工作要点任务分解表\n序号\t工作任务\t牵头单位\t配合单位\t完成时限\t备注\n\
         1\t公开预算。按时公开。\t县财政局\t各乡镇\t3月底前\n2.\t公开决算\t县财政局、县审计局\t\t每季度\t长期\n\
         \t公开审计结果\t县审计局\n注：各单位以本表为准。",
    );
    assert_eq!((plan.title.as_str(), plan.preamble.as_str()), ("2022年演示县工作要点任务分解表", ""));
    assert_eq!(plan.closing, "注：各单位以本表为准。");
    let clauses = &plan.sections[0].clauses;
    let numbers: Vec<&str> = clauses.iter().map(|clause| clause.number.as_str()).collect();
    assert_eq!(numbers, ["1", "2", ""]);
    let first = &clauses[0];
    assert_eq!((first.title.as_str(), first.text.as_str()), ("公开预算", "按时公开。"));
    assert_eq!(first.owner_note, "县财政局\t各乡镇\t3月底前");
    let owners: Vec<_> = first.owners.iter().map(|owner| (owner.name.as_str(), owner.role, owner.group)).collect();
    assert_eq!(owners, [("县财政局", Lead, false), ("各乡镇", Support, true)]);
    assert_eq!(first.due_on.map(|date| date.to_string()).as_deref(), Some("2022-03-31"));
    assert_eq!(first.duties[0].due.as_deref(), Some("3月底前"));
    assert_eq!((clauses[1].title.as_str(), clauses[1].text.as_str()), ("公开决算", ""));
    assert_eq!(clauses[1].owner_note, "县财政局、县审计局\t每季度\t长期");
    assert_eq!((clauses[1].owners.len(), clauses[1].due.as_deref()), (2, Some("每季度")));
    assert_eq!((clauses[2].title.as_str(), clauses[2].owners[0].name.as_str()), ("公开审计结果", "县审计局"));
    assert!(warns(&plan.warnings, 2, "表头"), "{:#?}", plan.warnings);
    // an empty cell below a filled one may be part of it
    assert!(warns(&plan.warnings, 5, "“完成时限”一格是空的"), "{:#?}", plan.warnings);
    assert_eq!(plan.warnings.len(), 2, "{:#?}", plan.warnings);
}

#[test]
fn rows_stand_in_their_section() {
    let plan = plan(
        "2022年演示县工作要点\n一、任务\n序号\t任务\t责任单位\n（一）\t公开预算\t县财政局\n二、保障\n（一）加强领导。健全机制。",
    );
    assert_eq!(plan.sections.len(), 2);
    let clause = &plan.sections[0].clauses[0];
    assert_eq!(
        (clause.number.as_str(), clause.title.as_str(), plan.sections[0].text.as_str()),
        ("（一）", "公开预算", "")
    );
    assert_eq!((clause.owners[0].name.as_str(), clause.owners[0].role), ("县财政局", Responsible));
}

/// Without a header row nothing is guessed.
#[test]
fn other_tabs_are_warned_of() {
    let source = "2022年演示县工作要点\n一、任务\n（一）\t公开预算\t县财政局\n（二）\t公开决算\t县财政局";
    let found = plan(source);
    assert!(warns(&found.warnings, 3, "像是表格"), "{:#?}", found.warnings);
    assert_eq!(found.warnings.len(), 1, "{:#?}", found.warnings);
    let indented = plan("2022年演示县工作要点\n\t一、任务\n\t（一）\t培训。\t开展培训。\t（县教体局负责）");
    assert!(indented.warnings.is_empty(), "{:#?}", indented.warnings);
    assert_eq!(indented.sections[0].clauses[0].owners.len(), 1);
    let signed =
        plan("2022年演示县工作要点\n序号\t任务\t责任单位\n1\t公开预算\t县财政局\n青禾县人民政府\t2022年4月1日");
    assert_eq!(signed.closing, "青禾县人民政府\t2022年4月1日");
}

/// Sections with the number and owners of each clause: `一：1 县财政局/R`.
fn shape(source: &str) -> Vec<String> {
    let plan = plan(source);
    let clause = |clause: &crate::Clause| {
        let owners: Vec<String> =
            clause.owners.iter().map(|owner| format!("{}/{}", owner.name, &format!("{:?}", owner.role)[..1])).collect();
        format!("{} {}", clause.number, owners.join(" "))
    };
    let sections = plan.sections.iter().map(|section| {
        let clauses: Vec<String> = section.clauses.iter().map(clause).collect();
        let name = if section.number.is_empty() { &section.title } else { &section.number };
        format!("{name}：{}", clauses.join("；"))
    });
    sections.collect()
}

#[test]
fn numbers_in_the_cell_of_the_task() {
    let rows = "1.建专栏。\t县教体局\t6月底前\n2.公开预算。按时公开。\t县财政局\t9月底前";
    let source = format!("2025年演示县任务清单\n工作任务\t责任单位\t完成时限\n{rows}");
    assert_eq!(shape(&source), ["：1 县教体局/R；2 县财政局/R"]);
    let plan = plan(&source);
    let second = &plan.sections[0].clauses[1];
    assert_eq!((second.title.as_str(), second.text.as_str()), ("公开预算", "按时公开。"));
}

/// A cell that stands for several rows is a section, whether it is empty, merged or written again in the rows below.
#[test]
fn cells_over_several_rows() {
    for again in ["", "〃", "一、平台建设"] {
        let source = format!(
            "2025年演示县分工表\n工作任务\t具体要求\t责任部门\n一、平台建设\t1.建专栏。\t县教体局\n{again}\t2.建窗口。\t县财政局\n\
             二、信息公开\t3.公开预算。\t县财政局牵头，各乡镇配合"
        );
        let expect = ["一：1 县教体局/R；2 县财政局/R", "二：3 县财政局/L 各乡镇/S"];
        assert_eq!(shape(&source), expect, "{again}");
    }
    let source = "2025年演示县任务清单\n序号\t重点工作\t具体任务\t责任单位\n一\t平台\t1.建专栏\t县教体局\n\t\t2.建窗口\t县财政局\n二\t公开\t3.公开预算\t县财政局";
    assert_eq!(shape(source), ["一：1 县教体局/R；2 县财政局/R", "二：3 县财政局/R"]);
    // over a page, with its header again
    let source = "2025年演示县分工表\n工作任务\t具体要求\t责任部门\n一、平台\t1.建专栏。\t县教体局\n工作任务\t具体要求\t责任部门\n\t2.建窗口。\t县财政局";
    assert_eq!(shape(source), ["一：1 县教体局/R；2 县财政局/R"]);
    // without numbers
    let source = "2025年演示县任务清单\n类别\t序号\t工作任务\t责任单位\n平台\t1\t建专栏\t县教体局\n\t2\t建窗口\t县财政局\n公开\t3\t公开预算\t县财政局";
    assert_eq!(shape(source), ["平台：1 县教体局/R；2 县财政局/R", "公开：3 县财政局/R"]);
    // a task and what it asks for, one row each, is no group
    let source = "2025年演示县任务清单\n序号\t工作任务\t具体要求\t责任单位\n1\t建专栏\t6月底前建成。\t县教体局\n2\t公开预算\t按时公开。\t县财政局";
    assert_eq!(shape(source), ["：1 县教体局/R；2 县财政局/R"]);
    let plan = plan(source);
    let first = &plan.sections[0].clauses[0];
    assert_eq!((first.title.as_str(), first.text.as_str()), ("建专栏", "6月底前建成。"));
}

/// A row of one cell over the rows below it.
#[test]
fn rows_over_rows() {
    let source = "2025年演示县任务清单\n序号\t工作任务\t责任单位\n一、平台\n1\t建专栏\t县教体局\n二、公开\n（一）财政\n2\t公开预算\t县财政局\n政策解读\n3\t解读政策\t县司法局";
    let expect = ["一：1 县教体局/R", "二：", "（一）：2 县财政局/R", "政策解读：3 县司法局/R"];
    assert_eq!(shape(source), expect);
    let source = "2025年演示县任务清单\n序号\t工作任务\t责任单位\n一\t平台\n1\t建专栏\t县教体局\n二\t公开\t\n2\t公开预算\t县财政局";
    assert_eq!(shape(source), ["一：1 县教体局/R", "二：2 县财政局/R"]);
}

#[test]
fn columns_of_support_and_answering() {
    let source = "2025年演示县分解表\n工作任务\t牵头单位\t配合/责任单位\n1.建专栏。\t县教体局\t各乡镇、县直各单位\n2.公开预算。\t\t各乡镇、县直各单位";
    assert_eq!(shape(source), ["：1 县教体局/L 各乡镇/S 县直各单位/S；2 各乡镇/R 县直各单位/R"]);
    let source = "2025年演示县分解表\n序号\t任务\t牵头\t配合\t时间\n1\t建专栏\t县教体局\t各乡镇\t6月底前";
    assert_eq!(shape(source), ["：1 县教体局/L 各乡镇/S"]);
    let source = "2025年演示县清单\n序号\t改革举措\t指导部门\t推广范围\n1\t建专栏\t县教体局\t全县";
    assert_eq!(shape(source), ["：1 县教体局/R"]);
    let source = "2025年演示县清单\n序号\t工作任务\t责任单位（科室）\t责任人\n1\t建专栏\t办公室\t演示甲";
    assert_eq!(shape(source), ["：1 办公室/R"]);
}

/// A header of two rows, with the empty cells of the divided one and without them.
#[test]
fn headers_of_two_rows() {
    for head in [
        "序号\t工作任务\t责任单位\t\t完成时限\n\t\t牵头单位\t配合单位\t",
        "序号\t工作任务\t责任分工\t完成时限\n\t\t牵头单位\t配合单位",
        "序号\t工作任务\t责任分工\t\t完成时限\n\t\t牵头\t配合",
        "序号\t工作任务\t责任分工\t\t完成时限\n〃\t〃\t牵头单位\t配合单位\t〃",
    ] {
        let source =
            format!("2025年演示县清单\n{head}\n1\t建专栏\t县教体局\t县财政局\t6月底前\n2\t建窗口\t县财政局\t\t9月底前");
        assert_eq!(shape(&source), ["：1 县教体局/L 县财政局/S；2 县财政局/L"], "{head}");
        let plan = plan(&source);
        assert_eq!(plan.sections[0].clauses[1].due_on.map(|date| date.to_string()).as_deref(), Some("2025-09-30"));
    }
}

/// 〃 and 同上 are the cell above; an empty cell is only asked about.
#[test]
fn owners_of_several_rows() {
    for again in ["〃", "同上"] {
        let source = format!(
            "2025年演示县清单\n序号\t工作任务\t责任单位\t完成时限\n1\t建专栏\t县教体局\t6月底前\n2\t公开预算\t{again}\t{again}"
        );
        assert_eq!(shape(&source), ["：1 县教体局/R；2 县教体局/R"], "{again}");
        let plan = plan(&source);
        let second = &plan.sections[0].clauses[1];
        assert_eq!(second.due_on.map(|date| date.to_string()).as_deref(), Some("2025-06-30"), "{again}");
    }
    let source = "2025年演示县清单\n序号\t工作任务\t责任单位\t完成时限\n1\t建专栏\t县教体局\t6月底前\n2\t公开预算\t\t";
    let found = plan(source);
    assert!(found.sections[0].clauses[1].owners.is_empty() && found.sections[0].clauses[1].due.is_none());
    assert!(warns(&found.warnings, 4, "“责任单位”一格是空的") && warns(&found.warnings, 4, "县教体局"));
    assert!(warns(&found.warnings, 4, "“完成时限”一格是空的"), "{:#?}", found.warnings);
}

/// What a column of terms says holds, whatever the task says of days.
#[test]
fn the_whole_year_in_a_cell_is_a_rhythm() {
    let source = "2025年演示县清单\n序号\t工作任务\t责任单位\t完成时限\n1\t3个工作日内公开结果\t县教体局\t全年";
    let found = plan(source);
    let clause = &found.sections[0].clauses[0];
    assert_eq!((clause.cadence, clause.due_on), (Some(crate::Cadence::Continuous), None), "{clause:#?}");
}

/// Columns of remarks are no duties; a term in one holds where no column has the terms.
#[test]
fn remarks() {
    let source = "2025年演示县清单\n序号\t任务\t责任单位\t完成情况\t备注\n1\t建专栏\t县教体局\t推进中\t6月底前完成";
    let found = plan(source);
    let clause = &found.sections[0].clauses[0];
    assert_eq!((clause.duties.len(), clause.duties[0].text.as_str()), (1, "建专栏"));
    assert_eq!(clause.due_on.map(|date| date.to_string()).as_deref(), Some("2025-06-30"));
    assert_eq!(clause.owner_note, "县教体局\t推进中\t6月底前完成");
    let source =
        "2025年演示县清单\n序号\t任务\t责任单位\t时限\t整改进展\n1\t建专栏\t县教体局\t9月底前\t6月底前完成方案";
    let clause = &plan(source).sections[0].clauses[0];
    assert_eq!(clause.due_on.map(|date| date.to_string()).as_deref(), Some("2025-09-30"));
    // a column that is not known and holds sentences belongs to the task
    let source = "2025年演示县清单\n序号\t任务\t标准\t责任单位\n1\t建专栏\t栏目齐全。6月底前上线。\t县教体局";
    let clause = &plan(source).sections[0].clauses[0];
    assert_eq!((clause.title.as_str(), clause.text.as_str()), ("建专栏", "栏目齐全。6月底前上线。"));
}

/// The column that is left between the known ones is the task.
#[test]
fn a_head_with_a_name_of_its_own_for_the_task() {
    for head in ["序号\t民生实事\t责任单位\t完成时限", "序号\t民生实事\t责任单位及责任人\t完成时限"]
    {
        let plan = plan(&format!("2016年演示县任务表\n{head}\n1\t新建公厕\t县住建局\t6月底前"));
        let clause = &plan.sections[0].clauses[0];
        assert_eq!((clause.title.as_str(), clause.owners[0].name.as_str()), ("新建公厕", "县住建局"), "{head}");
    }
    // 姓名, 单位 is a list of people
    assert!(plan("2016年演示县名单\n姓名\t单位\n演示甲\t县住建局").sections.is_empty());
}
