//! Owner notes of the rarer forms: provincial organs, collective names, words of role, short labels, terms in brackets.

use super::{clause, duties, plan, warns};
use crate::Role::{self, Lead, Responsible, Support};

/// Owners of the last of two clauses that carry this note behind a sentence: name and role, `*` before a group's name.
fn check(note: &str, expect: &[(&str, Role)]) {
    let clause = clause(&format!("加强培训。开展培训。{note}"));
    let owners: Vec<(String, Role)> = clause
        .owners
        .iter()
        .map(|owner| (format!("{}{}", if owner.group { "*" } else { "" }, owner.name), owner.role))
        .collect();
    let owners: Vec<(&str, Role)> = owners.iter().map(|(name, role)| (name.as_str(), *role)).collect();
    assert_eq!((clause.owner_note.as_str(), owners.as_slice()), (note, expect), "{clause:#?}");
    assert_eq!(duties(&clause), ["开展培训。"], "{note}");
}

/// The warnings of a clause with this note.
fn warnings(note: &str) -> Vec<String> {
    let plan = plan(&format!("2022年演示县工作要点\n一、总则\n（一）加强培训。开展培训。{note}"));
    plan.warnings.into_iter().map(|warning| warning.message).collect()
}

#[test]
fn provincial_organs() {
    check("（省教育厅、省财政厅）", &[("省教育厅", Responsible), ("省财政厅", Responsible)]);
    check("（省政府办公厅）", &[("省政府办公厅", Responsible)]);
    check("（省政府办公厅牵头，省教育厅配合）", &[("省政府办公厅", Lead), ("省教育厅", Support)]);
    check("（省教育厅和省财政厅负责）", &[("省教育厅", Responsible), ("省财政厅", Responsible)]);
    check("（县总工会牵头，各人民团体配合）", &[("县总工会", Lead), ("*各人民团体", Support)]);
    for note in ["（省教育厅、省财政厅）", "（省政府办公厅牵头，省教育厅配合）", "（各人民团体）"]
    {
        assert_eq!(warnings(note), Vec::<String>::new(), "{note}");
    }
}

#[test]
fn more_organs_than_named() {
    check("（省教育厅、省财政厅等）", &[("省教育厅", Responsible), ("省财政厅", Responsible)]);
    check("（省教育厅等部门及各市政府）", &[("省教育厅", Responsible), ("*各市政府", Responsible)]);
    check(
        "（县教体局、县公安局等单位和各乡镇负责）",
        &[("县教体局", Responsible), ("县公安局", Responsible), ("*各乡镇", Responsible)],
    );
    check("（省教育厅等部门和单位负责）", &[("省教育厅", Responsible)]);
    check(
        "（省教育厅等3个部门及各市、州、县人民政府落实）",
        &[("省教育厅", Responsible), ("*各市、州、县人民政府", Responsible)],
    );
    for note in ["（省教育厅、省财政厅等）", "（省教育厅等部门及各市政府）", "（县教体局等有关单位以及各乡镇负责）"]
    {
        assert!(warnings(note).iter().any(|message| message.contains("没有列全")), "{note}");
    }
}

#[test]
fn collective_names_with_a_pause_mark() {
    for name in [
        "各乡镇党委、政府",
        "各市、州、县人民政府",
        "市、县（市、区）人民政府",
        "各市、县（市、区）人民政府",
        "市、县（区）两级政府",
        "市、县两级财政部门",
        "市、县两级政府办公室",
        "县、乡两级",
        "各乡、镇人民政府",
        "市县两级政府",
        "乡镇人民政府",
        "县（市、区）人民政府",
        "县市区人民政府",
        "各盟行政公署",
    ] {
        let group = format!("*{name}");
        check(&format!("（{name}负责）"), &[(&group, Responsible)]);
        check(&format!("（责任单位：{name}，县财政局）"), &[(&group, Responsible), ("县财政局", Responsible)]);
        assert_eq!(warnings(&format!("（{name}负责）")), Vec::<String>::new(), "{name}");
    }
    check("（各镇人民政府、街道办事处负责）", &[("*各镇人民政府", Responsible), ("*街道办事处", Responsible)]);
    check("（各乡镇、街道负责）", &[("*各乡镇", Responsible), ("*街道", Responsible)]);
    check("（各中小学校、幼儿园落实）", &[("*各中小学校", Responsible), ("*幼儿园", Responsible)]);
    check("（各县、市直各部门负责）", &[("*各县", Responsible), ("*市直各部门", Responsible)]);
    check("（各乡镇党委、政府）", &[("*各乡镇党委、政府", Responsible)]);
    check("（各镇街、各部门）", &[("*各镇街", Responsible), ("*各部门", Responsible)]);
    check("（新华街道办事处、青禾镇人民政府）", &[("新华街道办事处", Responsible), ("青禾镇人民政府", Responsible)]);
}

#[test]
fn words_of_role() {
    let lead = [("县教体局", Lead), ("县财政局", Support)];
    for note in [
        "（县教体局为牵头单位，县财政局为配合单位）",
        "（县教体局主办，县财政局协办）",
        "（县教体局主责，县财政局协同）",
        "（县教体局为主，县财政局配合）",
        "（县教体局总牵头，县财政局配合）",
        "（以上由县教体局牵头，县财政局配合）",
        "（主办单位：县教体局；协办单位：县财政局）",
        "（主责单位：县教体局；协同单位：县财政局）",
        "（牵头：县教体局；配合：县财政局）",
        "（牵头单位为县教体局，配合单位为县财政局）",
        "（分管领导：演示甲；牵头单位：县教体局；配合单位：县财政局）",
        "【牵头单位】县教体局\n【配合单位】县财政局",
        "【牵头单位】县教体局【配合单位】县财政局",
    ] {
        check(note, &lead);
    }
    check("（县教体局指导，各乡镇落实）", &[("县教体局", Responsible), ("*各乡镇", Responsible)]);
    check(
        "（县教体局、县财政局按照“谁主管、谁负责”的原则分工落实）",
        &[("县教体局", Responsible), ("县财政局", Responsible)],
    );
    assert!(warnings("（以上由县教体局牵头）").iter().any(|message| message.contains("以上")));
}

#[test]
fn labels() {
    let one = [("县财政局", Responsible)];
    for note in [
        "（责任：县财政局）",
        "（责任单位为县财政局）",
        "（责任单位县财政局）",
        "（办理单位：县财政局）",
        "（涉及单位：县财政局）",
        "（第一责任单位：县财政局）",
        "▲责任单位：县财政局",
        "*责任单位：县财政局",
        "责任单位为县财政局。",
        "责 任 单 位：县财政局",
        "（责任处室：县财政局）",
        "责任单位：县财政局（6月底前完成）",
        "责任单位：县财政局\n责 任 人：演示甲\n完 成 时 限：6月底前",
        "——责任单位：县财政局",
    ] {
        check(note, &one);
    }
    // a label of few letters counts only in a note
    assert_eq!(clause("加强培训。责任：县财政局要落实。").owner_note, "");
    assert_eq!(clause("加强培训。责任单位为本行业主管的，应当公开。").owner_note, "");
}

/// A bracket behind the sentence that holds only a term is part of the note; inside the sentence it is text.
#[test]
fn terms_in_brackets() {
    let check = |body: &str, note: &str, due: &str, owners: usize| {
        let clause = clause(&format!("加强培训。{body}"));
        assert_eq!((clause.owner_note.as_str(), clause.owners.len()), (note, owners), "{clause:#?}");
        assert_eq!(clause.due.as_deref().unwrap_or_default(), due, "{body}");
        assert!(note.is_empty() || duties(&clause) == ["开展培训。"], "{clause:#?}");
    };
    check("开展培训。（2019年10月底前完成）", "（2019年10月底前完成）", "2019年10月底前", 0);
    check("开展培训。（县教体局牵头）（6月底前完成）", "（县教体局牵头）\n（6月底前完成）", "6月底前", 1);
    check("开展培训。（县教体局）（6月底）", "（县教体局）\n（6月底）", "6月底", 1);
    check("开展培训。（县教体局6月底前完成）", "（县教体局6月底前完成）", "6月底前", 1);
    check("开展培训。（县教体局于6月底前完成）", "（县教体局于6月底前完成）", "于6月底前", 1);
    check("开展培训。责任单位：县财政局（6月底前完成）", "责任单位：县财政局（6月底前完成）", "6月底前", 1);
    check("开展培训（6月底前完成）。", "", "6月底前", 0);
    check("开展培训。（2019年4月20日）", "", "", 0);
    check("开展培训。（6月底前报县政府备案）", "", "6月底前", 0);
    let terms = warnings("（6月底前完成）");
    assert_eq!(terms, Vec::<String>::new());
}

#[test]
fn one_organ_without_a_verb() {
    let check = |text: &str, owners: &[&str]| {
        let clause = clause(&format!("加强培训。{text}"));
        let names: Vec<&str> = clause.owners.iter().map(|owner| owner.name.as_str()).collect();
        assert_eq!(names, owners, "{clause:#?}");
    };
    check("公开信息（县司法局）。", &["县司法局"]);
    check("公开信息（县财政局、县审计局），做好解读（县司法局）。", &["县财政局", "县审计局", "县司法局"]);
    check("公开达标（县司法局）、解读达标（县财政局）。", &["县司法局", "县财政局"]);
    check("报县政府办公室（县政务公开办）。", &[]);
    check("由主管部门（县司法局）公开。", &[]);
    check("公开各乡镇（县直部门）信息。", &[]);
}

/// A sentence with two notes has the owners of both.
#[test]
fn two_notes_in_one_sentence() {
    let clause = clause("加强培训。公开信息（县财政局负责），做好解读（县司法局负责）。开展督查（县政府办负责）。");
    let owners =
        |index: usize| -> Vec<&str> { clause.duties[index].owners.iter().map(|owner| owner.name.as_str()).collect() };
    assert_eq!(clause.duties.len(), 2, "{clause:#?}");
    assert_eq!((owners(0), owners(1)), (vec!["县财政局", "县司法局"], vec!["县政府办"]), "{clause:#?}");
}

#[test]
fn persons_are_no_owners() {
    let clause = clause("加强培训。开展培训。（责任单位及责任人：县财政局 演示甲）");
    assert_eq!(clause.owners[0].name, "县财政局");
    let source = "2022年演示县工作要点\n一、总则\n（一）培训。开展培训。（责任单位及责任人：县财政局 演示甲）";
    assert!(warns(&plan(source).warnings, 3, "演示甲"));
}

/// Role words and short labels in brackets that are no notes.
#[test]
fn brackets_of_other_things() {
    for text in [
        "实行分级负责（以县为主）。",
        "接受评议（社会监督）。",
        "健全机制（部门协同、上下联动）。",
        "坚持原则（预防为主、防治结合）。",
        "征求意见（参与：群众代表）。",
        "落实《办法》（县政府办）。",
        "加强市场管理（市场监督）。",
        "公开办事地点（县政务服务中心）。",
        "建设网站（县政府主办），每季度更新。",
    ] {
        let clause = clause(&format!("加强培训。{text}"));
        assert_eq!((clause.owner_note.as_str(), clause.text.as_str()), ("", text), "{clause:#?}");
    }
}
