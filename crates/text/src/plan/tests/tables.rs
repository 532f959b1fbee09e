//! Task tables: rows under a header are clauses with owners and terms.

use super::{plan, warns};
use crate::plan::Role::{Lead, Responsible, Support};

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
    assert_eq!((clauses[1].title.as_str(), clauses[1].text.as_str()), ("公开决算", "长期"));
    assert_eq!((clauses[1].owners.len(), clauses[1].due.as_deref()), (2, Some("每季度")));
    assert_eq!((clauses[2].title.as_str(), clauses[2].owners[0].name.as_str()), ("公开审计结果", "县审计局"));
    assert!(warns(&plan.warnings, 2, "表头"), "{:#?}", plan.warnings);
    assert_eq!(plan.warnings.len(), 1, "{:#?}", plan.warnings);
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
