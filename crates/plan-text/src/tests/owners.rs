//! Owner notes: every usual form, and brackets that are none.

use super::{clause, plan, warns};
use crate::Role::{self, Lead, Responsible, Support};

/// Owners as `name` with role mark L, R or S and `*` for a group.
fn check(body: &str, note: &str, expect: &[(&str, Role)]) {
    let clause = clause(body);
    let owners: Vec<(&str, Role)> = clause.owners.iter().map(|o| (o.name.as_str(), o.role)).collect();
    assert_eq!((clause.owner_note.as_str(), owners.as_slice()), (note, expect), "{body}\n{clause:#?}");
}

/// The same for a note that stands alone behind a sentence.
fn note(note: &str, expect: &[(&str, Role)]) {
    check(&format!("加强培训。开展培训。{note}"), note, expect);
}

#[test]
fn role_words() {
    note("（县教体局、县公安局分别牵头落实）", &[("县教体局", Lead), ("县公安局", Lead)]);
    note(
        "（县教体局牵头，县公安局、县财政局配合）",
        &[("县教体局", Lead), ("县公安局", Support), ("县财政局", Support)],
    );
    note("（县教体局负责）", &[("县教体局", Responsible)]);
    note("(县教体局负责)", &[("县教体局", Responsible)]);
    note("【县教体局负责】", &[("县教体局", Responsible)]);
    note(
        "（县教体局牵头负责，县民政局协助，县残联参与）",
        &[("县教体局", Lead), ("县民政局", Support), ("县残联", Support)],
    );
    note("（由县教体局牵头，会同县公安局落实）", &[("县教体局", Lead), ("县公安局", Responsible)]);
    note("（县教体局牵头会同县公安局落实）", &[("县教体局", Lead), ("县公安局", Responsible)]);
    note("（县教体局牵头、县公安局配合）", &[("县教体局", Lead), ("县公安局", Support)]);
    note("（县教体局牵头县公安局配合）", &[("县教体局", Lead), ("县公安局", Support)]);
    note(
        "（县教体局（牵头）、县公安局、县民政局（配合））",
        &[("县教体局", Lead), ("县民政局", Support), ("县公安局", Responsible)],
    );
    note(
        "（县教体局牵头；县公安局、县民政局按职责分工负责）",
        &[("县教体局", Lead), ("县公安局", Responsible), ("县民政局", Responsible)],
    );
    note(
        "（县政府办公室牵头，各乡镇、县直各单位配合）",
        &[("县政府办公室", Lead), ("各乡镇", Support), ("县直各单位", Support)],
    );
}

#[test]
fn nested_brackets_and_groups() {
    let form = "（各乡镇（中心），县直各单位按职责分别负责落实）";
    let clause = clause(&format!("加强培训。开展培训。{form}"));
    assert_eq!(clause.owner_note, form);
    let owners: Vec<_> = clause.owners.iter().map(|o| (o.name.as_str(), o.role, o.group)).collect();
    assert_eq!(owners, [("各乡镇（中心）", Responsible, true), ("县直各单位", Responsible, true)]);
    note(
        "（县财政局、各乡镇（中心）按职责分别负责落实）",
        &[("县财政局", Responsible), ("各乡镇（中心）", Responsible)],
    );
    note("（各乡、镇人民政府负责）", &[("各乡、镇人民政府", Responsible)]);
}

#[test]
fn groups() {
    let check = |name: &str, expect: bool| {
        let clause = clause(&format!("加强培训。开展培训。（责任单位：{name}）"));
        assert_eq!(clause.owners.len(), 1, "{name} {clause:#?}");
        assert_eq!((clause.owners[0].name.as_str(), clause.owners[0].group), (name, expect));
    };
    check("各乡镇（中心）", true);
    check("县直各单位", true);
    check("县直有关单位", true);
    check("各有关部门", true);
    check("全县各级各部门", true);
    check("有关乡镇", true);
    check("青禾镇", false);
    check("县人力资源和社会保障局", false);
    check("县文化和旅游局", false);
    check("县政务公开办公室", false);
}

#[test]
fn labels() {
    let form = "（牵头单位：县教体局；配合单位：县公安局、县财政局；完成时限：2019年9月30日前）";
    let expect = [("县教体局", Lead), ("县公安局", Support), ("县财政局", Support)];
    note(form, &expect);
    let clause = clause(&format!("加强培训。开展培训。{form}"));
    assert_eq!(clause.due.as_deref(), Some("2019年9月30日前"));
    assert_eq!(clause.due_on.map(|d| d.to_string()).as_deref(), Some("2019-09-30"));
    assert_eq!(clause.duties[0].due.as_deref(), Some("2019年9月30日前"));
    note("（责任单位：县教体局、县公安局）", &[("县教体局", Responsible), ("县公安局", Responsible)]);
    note("责任单位：县教体局、县公安局", &[("县教体局", Responsible), ("县公安局", Responsible)]);
    note("[责任单位:县教体局]", &[("县教体局", Responsible)]);
    note("（牵头单位：县教体局，配合单位：县公安局）", &[("县教体局", Lead), ("县公安局", Support)]);
    note(
        "（牵头单位：县教体局 责任单位：县公安局 县民政局）",
        &[("县教体局", Lead), ("县公安局", Responsible), ("县民政局", Responsible)],
    );
    note("（责任单位：县教体局牵头，县公安局配合）", &[("县教体局", Lead), ("县公安局", Support)]);
    note("〔责任单位：县教体局。完成时限：年底前。〕", &[("县教体局", Responsible)]);
    note("（牵头单位：县教体局，完成时限：2019年6月—12月）", &[("县教体局", Lead)]);
    note("（责任单位：县教体局；责任人：演示甲；完成时限：长期坚持）", &[("县教体局", Responsible)]);
    note("（牵头单位及责任单位：县教体局）", &[("县教体局", Lead)]);
}

#[test]
fn labelled_lines() {
    check(
        "加强培训\n开展培训。\n牵头单位：县教体局\n配合单位：县公安局、\n县民政局\n完成时限：6月底前",
        "牵头单位：县教体局\n配合单位：县公安局、\n县民政局\n完成时限：6月底前",
        &[("县教体局", Lead), ("县公安局", Support), ("县民政局", Support)],
    );
    let clause = clause("加强培训\n开展培训。\n牵头单位：县教体局\n完成时限：6月底前");
    assert_eq!(clause.due_on.map(|d| d.to_string()).as_deref(), Some("2019-06-30"));
    assert_eq!(clause.text, "开展培训。");
}

#[test]
fn joined_by_and() {
    note("（县教体局和县公安局负责）", &[("县教体局", Responsible), ("县公安局", Responsible)]);
    note(
        "（县教体局、县公安局及各乡镇负责）",
        &[("县教体局", Responsible), ("县公安局", Responsible), ("各乡镇", Responsible)],
    );
    note(
        "（县人力资源和社会保障局、县住房和城乡建设局负责）",
        &[("县人力资源和社会保障局", Responsible), ("县住房和城乡建设局", Responsible)],
    );
    note(
        "（县工业和信息化局与县商务局以及各乡镇负责）",
        &[("县工业和信息化局", Responsible), ("县商务局", Responsible), ("各乡镇", Responsible)],
    );
    note(
        "（县应急局、县委宣传部、县商务局负责）",
        &[("县应急局", Responsible), ("县委宣传部", Responsible), ("县商务局", Responsible)],
    );
}

#[test]
fn names_alone() {
    note("（县教体局、县公安局）", &[("县教体局", Responsible), ("县公安局", Responsible)]);
    note("（县委宣传部，县教体局）", &[("县委宣传部", Responsible), ("县教体局", Responsible)]);
    note("（县教体局）", &[("县教体局", Responsible)]);
}

/// Names that are no organ's are kept, with a warning, where the note's form leaves no doubt.
#[test]
fn placeholders() {
    note("（A、B分别牵头落实）", &[("A", Lead), ("B", Lead)]);
    note("（A牵头，B、C配合）", &[("A", Lead), ("B", Support), ("C", Support)]);
    note("（牵头单位：A；配合单位：B、C；完成时限：6月底前）", &[("A", Lead), ("B", Support), ("C", Support)]);
    note("责任单位：A、B", &[("A", Responsible), ("B", Responsible)]);
    note("（A负责）", &[("A", Responsible)]);
}

#[test]
fn not_owner_notes() {
    for text in [
        "印发《办法》（试行）。",
        "执行条例（以下简称《条例》）。",
        "各乡镇（中心）、县直各单位要重视。",
        "报县政府办公室（县政务公开办）。",
        "按照规定公开（谁执法谁公示）。",
        "做好培训（6月底前完成）。",
        "公开信息（见附件1）。",
        "发布数据（含乡镇、村）。",
        "落实制度（法律法规另有规定的除外）。",
        "责任单位要加强管理。",
    ] {
        check(&format!("加强培训。{text}"), "", &[]);
    }
}

#[test]
fn clause_without_owners() {
    check("加强培训。各单位要开展培训。", "", &[]);
}

#[test]
fn note_inside_the_heading() {
    check("加强培训（县教体局牵头）。开展培训。", "（县教体局牵头）", &[("县教体局", Lead)]);
    let c = clause("加强培训（县教体局牵头）。开展培训。");
    assert_eq!((c.title.as_str(), c.text.as_str()), ("加强培训", "开展培训。"));
    let c = clause("加强培训（县教体局牵头）");
    assert_eq!((c.title.as_str(), c.text.as_str(), c.duties.len()), ("加强培训", "", 1));
    assert_eq!(c.duties[0].text, "加强培训");
}

#[test]
fn note_before_the_full_stop() {
    let c = clause("加强培训。开展培训（县教体局牵头）。");
    assert_eq!((c.text.as_str(), c.owner_note.as_str()), ("开展培训。", "（县教体局牵头）"));
    let c = clause("加强培训。开展培训。（县教体局牵头）。");
    assert_eq!((c.text.as_str(), c.owner_note.as_str()), ("开展培训。", "（县教体局牵头）。"));
}

#[test]
fn several_notes_go_to_their_duties() {
    let c = clause("加强培训。1.开展培训。（县教体局牵头）2.编印资料。（县民政局负责，6月底前完成）");
    assert_eq!(c.owner_note, "（县教体局牵头）\n（县民政局负责，6月底前完成）");
    assert_eq!(c.owners.len(), 2);
    let own: Vec<&str> = c.duties.iter().map(|d| d.owners[0].name.as_str()).collect();
    assert_eq!(own, ["县教体局", "县民政局"], "{c:#?}");
    assert_eq!((c.duties[0].due.as_deref(), c.duties[1].due.as_deref()), (None, Some("6月底前")), "{c:#?}");
}

#[test]
fn doubts_are_warnings() {
    let check = |note: &str, words: &str| {
        let plan = plan(&format!("2019年演示县政务公开工作要点\n一、总则\n（一）培训。开展培训。{note}"));
        assert!(warns(&plan.warnings, 3, words), "{note} {:#?}", plan.warnings);
    };
    check("（责任单位：）", "没有写明单位");
    check("（分别牵头落实）", "没有写明单位");
    check("（教育口负责）", "不像机关名称");
    check("（县教体局等部门负责）", "没有列全");
    check("（县教体局牵头，县公安局等15个部门配合）", "没有列全");
    check("（责任单位：县教体局；完成时限：适时）", "看不懂时限");
    check("（县教体局牵头", "没有配对");
    check("（县教体局牵头，2月30日前完成）", "不是一个存在的日期");
}
