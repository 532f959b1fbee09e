//! Nothing is lost, nothing panics, the same text gives the same plan: for plan-like and for arbitrary text.

use proptest::prelude::*;

use super::super::{PlanReference, accounted, parse};
use crate::work::tests::grows_with_the_text;

const FRAGMENTS: &[&str] = &[
    "2019年演示县政务公开工作要点",
    "青禾府办发〔2019〕11号",
    "各乡镇人民政府，县直各单位：",
    "一、",
    "二、",
    "十一、",
    "（一）",
    "(二)",
    "（三）",
    "1.",
    "2．",
    "（1）",
    "①",
    "加强培训",
    "开展培训",
    "。",
    "；",
    "，",
    "、",
    "！",
    "：",
    "（",
    "）",
    "(",
    ")",
    "“",
    "”",
    "《",
    "》",
    "【",
    "】",
    "[",
    "]",
    "\"",
    "（县教体局牵头，县公安局配合）",
    "（各乡镇（中心），县直各单位按职责分别负责落实）",
    "责任单位：",
    "牵头单位：县教体局；",
    "完成时限：",
    "县教体局",
    "县人力资源和社会保障局",
    "和",
    "等部门",
    "负责",
    "牵头",
    "会同",
    "6月底前",
    "每季度",
    "于12月10日前",
    "2月30日前",
    "2018年",
    "一是",
    "二是",
    "[bookmark: _GoBack]",
    "_GoBack",
    "\u{200b}",
    "\u{3000}",
    "**",
    "# ",
    "\n",
    "\n\n",
    "\r\n",
    "附件：1.",
    "附件1",
    "附件：2022年演示县工作要点\n",
    "省教育厅",
    "（省教育厅等部门及各市、州、县人民政府）",
    "各乡镇党委、政府",
    "（牵头：县教体局；配合：县财政局）",
    "【牵头单位】",
    "责 任 单 位：",
    "▲责任单位为县财政局",
    "——",
    "（6月底前完成）",
    "（县教体局于6月底前完成）",
    "为主",
    "协办",
    "以上由",
    "监督",
    "协同",
    "（参与：群众）",
    "的原则",
    "截至2018年底",
    "2019.6.30前",
    "12月10日17:00前",
    "3月至6月开展",
    "6、9、12月底前",
    "即日起至",
    "两年内",
    "春节前",
    "每年6月、",
    "第一部分 ",
    "第二章",
    "第三条 ",
    "\n— 1 —\n",
    "\n第 3 页 共 5 页\n",
    "\n4\n",
    "一、任务……………1\n",
    "\n目 录\n",
    "---\n",
    "\n序号\t工作任务\t责任单位\t完成时限\n",
    "\n任务\t牵头单位\t备注\n",
    "\n1\t公开预算\t县财政局\t6月底前\n",
    "\t",
    "★",
    "工作任务：",
    "HYPERLINK \"http://a.example\"",
    "青禾县人民政府办公室\n2019年4月1日\n",
    "\n附件\n任务分工表\n",
    "\n附件1：任务清单\n",
    "\n演示县政府办 2019年5月23日印发\n",
    "列第一位者为牵头单位，下同",
    "等和各乡镇",
    "适用范围：",
    "3月、6月、",
    "责任单位：\n",
    "——县教体局",
    "其中培训由县教体局负责",
    "1.1 ",
    "一）",
    "任务1：",
    "目录\n",
    "<p>",
    "</p>",
    "&nbsp;",
    "> ",
    "2020年春节前",
    "国庆节前",
    "〃",
    "同上",
    "\n序号\t任务\t责任分工\t\t时限\n\t\t牵头单位\t配合单位\t\n",
    "\n一、公开\t1.建专栏\t\t各乡镇\n",
    "\n工作任务\t工作要求\t牵头单位\t配合/责任单位\n",
];

fn holds(source: &str) {
    let reference = PlanReference { year: 2019 };
    let plan = parse(source, reference);
    accounted(source, &plan).unwrap_or_else(|lost| panic!("{lost}\n{source:?}\n{plan:#?}"));
    assert_eq!(plan, parse(source, reference));
    for section in &plan.sections {
        for clause in &section.clauses {
            assert!(!clause.duties.is_empty(), "{source:?}");
            // without a note only a title names them, which is told
            let titled = || plan.warnings.iter().any(|warning| warning.message.contains("的标题，已读成"));
            assert!(clause.owners.is_empty() || !clause.owner_note.is_empty() || titled(), "{source:?}");
            for owner in &clause.owners {
                // a name may be broken by a line end, spaced out, or have a mark of Word inside, which is told
                let bare = |text: &str| text.split_whitespace().collect::<String>();
                let told = plan.warnings.iter().map(|warning| &*warning.dropped).filter(|dropped| !dropped.is_empty());
                let unmarked = told.fold(source.to_owned(), |text, dropped| text.replace(dropped, ""));
                // and 〃 in a table means the name above
                let written =
                    [&*clause.owner_note, source, &unmarked].iter().any(|text| bare(text).contains(&bare(&owner.name)));
                assert!(written, "{owner:?} {source:?}");
            }
        }
    }
}

#[test]
fn a_name_with_a_mark_of_word_inside_is_one_name() {
    for mark in ["[bookmark: _GoBack]", "HYPERLINK \"http://a.example\"", "_GoBack"] {
        let source = format!("2019年演示县政务公开工作要点\n（一）公开预算。（县财{mark}政局牵头）");
        holds(&source);
        let plan = parse(&source, PlanReference { year: 2019 });
        let owners: Vec<_> = plan.sections.iter().flat_map(|s| &s.clauses).flat_map(|c| &c.owners).collect();
        assert_eq!(owners.iter().map(|o| &*o.name).collect::<Vec<_>>(), ["县财政局"], "{source}");
        assert!(plan.warnings.iter().any(|warning| warning.dropped == mark), "{source}");
    }
    holds("（一）省教育厅[bookmark: _GoBack]县教体局\n1.");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plan_like_text(parts in prop::collection::vec(prop::sample::select(FRAGMENTS), 0..60)) {
        holds(&parts.concat());
    }

    #[test]
    fn plan_like_lines(lines in prop::collection::vec(
        prop::collection::vec(prop::sample::select(FRAGMENTS), 1..8), 0..20)) {
        let lines: Vec<String> = lines.iter().map(|parts| parts.concat()).collect();
        holds(&lines.join("\n"));
    }

    #[test]
    fn any_text(source in any::<String>()) {
        holds(&source);
    }

    #[test]
    fn any_line(source in "\\PC{0,80}") {
        holds(&format!("2019年演示县工作要点\n一、甲\n（一）{source}\n（二）乙{source}"));
    }
}

/// Nothing is lost, and the work is that of the text.
fn holds_and_grows(head: &str, unit: &str) {
    holds(&format!("{head}{}", unit.repeat(6_000 / unit.len())));
    grows_with_the_text(unit, 6_000, 120, |text| drop(parse(&format!("{head}{text}"), PlanReference { year: 2019 })));
}

#[test]
fn work_grows_with_hostile_repetition_and_not_with_its_square() {
    for unit in [
        "（",
        "）",
        "(”“",
        "一",
        "（一）",
        "\n（\n",
        "“（",
        "1.",
        "每",
        "责任单位：",
        "。，",
        "、\n",
        "[bookmark",
        "\u{200b}\n",
    ] {
        holds_and_grows("", unit);
    }
    for unit in [
        "第一部分\n",
        "第一条 ",
        "1\t",
        "序号\t任务\t责任单位\n",
        "★",
        "— 1 —\n",
        "………1\n",
        "附件1\n",
        "---\n",
        "目录\n一、甲\n",
        "<p>甲</p>",
        "1.1 甲\n",
        "青禾县人民政府\n2019年4月1日\n要点\n",
    ] {
        holds_and_grows("", unit);
        holds_and_grows("题要点\n序号\t任务\t责任单位\n1\t", unit);
    }
    for unit in [
        "责任单位为县局，",
        "【牵头单位】县局",
        "6、",
        "3月至",
        "和县局",
        "等部门及各局",
        "、市",
        "县局监督",
        "县局牵头",
        "——",
        "（6月底前完成）",
        "HYPERLINK",
        "责 任 ",
        "（县局）",
    ] {
        holds_and_grows("题要点\n一、甲\n（一）", unit);
        holds_and_grows("题要点\n一、甲\n（一）乙。\n责任单位：", unit);
    }
    for unit in ["会同", "牵头、", "2019年", "（县教体局牵头）", "一是甲，", "公开预算。", "责任单位：县局。"]
    {
        holds_and_grows("题要点\n一、甲\n（一）", unit);
    }
}

/// One clause of 300 KB whose every sentence is read in the same way as the first: no step may look at the rest of the
/// clause for each of them.
#[test]
fn a_long_clause_is_read_sentence_by_sentence() {
    const COUNT: usize = 4_000;
    let sentence = "6月底前公开预算信息，做好解读（县财政局负责）；";
    let names: Vec<String> = (0..COUNT).map(|index| format!("县{index}局")).collect();
    let source = format!(
        "2019年演示县工作要点\n一、甲\n（一）乙。{}\n责任单位：{}\n（二）丙。做丙。（县教体局负责）",
        sentence.repeat(COUNT),
        names.join("和")
    );
    assert!(source.len() > 300_000, "{}", source.len());
    let plan = parse(&source, PlanReference { year: 2031 });
    accounted(&source, &plan).expect("nothing is lost");
    let clause = &plan.sections[0].clauses[0];
    assert_eq!((clause.title.as_str(), clause.duties.len()), ("乙", COUNT));
    for duty in &clause.duties {
        assert_eq!(duty.due.as_deref(), Some("6月底前"));
        assert_eq!(duty.owners[0].name, "县财政局");
    }
    assert_eq!(plan.sections[0].clauses[1].text, "做丙。");
}

/// What a search found once.
#[test]
fn a_document_begins_once() {
    holds("第一部分 \n演示县政府办 2019年5月23日印发\n责 任 单 位：\n2019年演示县政务公开工作要点\n一、");
}
