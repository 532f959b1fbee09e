//! Owner notes as plans of other places have them: lists that are not complete, rules about who leads, words that are no
//! names, names that the paper broke, labels without a colon.

use super::{clause, plan, warns};
use crate::Clause;

/// Owners as `name/L`, `name/R` or `name/S`, `*` for a group.
fn owners(clause: &Clause) -> String {
    let all = clause.owners.iter().map(|owner| {
        let role = format!("{:?}", owner.role);
        format!("{}/{}{}", owner.name, &role[..1], if owner.group { "*" } else { "" })
    });
    all.collect::<Vec<_>>().join(" ")
}

fn check(note: &str, expect: &str) {
    let clause = clause(&format!("培训。开展培训。{note}"));
    assert_eq!(owners(&clause), expect, "{note}\n{clause:#?}");
    assert_eq!(clause.text, "开展培训。", "{note}");
}

fn warned(note: &str, words: &str) {
    let plan = plan(&format!("2022年演示县工作要点\n一、总则\n（一）培训。开展培训。{note}"));
    assert!(plan.warnings.iter().any(|warning| warning.message.contains(words)), "{note} {:#?}", plan.warnings);
}

#[test]
fn guidance_behind_an_organ_of_any_kind() {
    check("（省生态环境厅、省银保监会指导）", "省生态环境厅/R 省银保监会/R");
    check("（生态环境部、银保监会指导）", "生态环境部/R 银保监会/R");
    check("（人民银行、全国总工会督导）", "人民银行/R 全国总工会/R");
    check("（国家知识产权局、最高人民法院指导）", "国家知识产权局/R 最高人民法院/R");
    let two = clause("信用。实施惩戒。（生态环境部、证监会指导）落实税收政策。（财政部负责）");
    let names: Vec<&str> = two.duties.iter().map(|duty| duty.owners[0].name.as_str()).collect();
    assert_eq!(names, ["生态环境部", "财政部"], "{two:#?}");
    assert_eq!(clause("培训。接受评议（全社会监督）。").owner_note, "");
}

#[test]
fn lists_that_are_not_complete() {
    for note in [
        "（县商务局、县总工会等和各乡镇负责）",
        "（县商务局、县总工会等以及各乡镇负责）",
        "（县商务局、县总工会等部门，各乡镇负责）",
        "（县商务局、县总工会等有关部门和各乡镇负责）",
        "（县商务局、县总工会等7部门及各乡镇负责）",
        "（县商务局、县总工会等多个部门与各乡镇负责）",
    ] {
        check(note, "县商务局/R 县总工会/R 各乡镇/R*");
        warned(note, "没有列全");
    }
    check("（县发改局牵头，县住建局等县政府各有关部门配合）", "县发改局/L 县住建局/S 县政府各有关部门/S*");
    check("（县教体局等县直有关单位负责）", "县教体局/R 县直有关单位/R*");
    check("（县教体局等有关单位负责）", "县教体局/R");
    // 等 within a name
    check("（省教育厅、各高等学校负责）", "省教育厅/R 各高等学校/R*");
}

#[test]
fn collective_names_of_two_kinds() {
    check("（各有关部门和单位按职责分工负责）", "各有关部门和单位/R*");
    check("（有关部门和地方负责）", "有关部门和地方/R*");
    check("（县财政局、各有关部门和单位负责）", "县财政局/R 各有关部门和单位/R*");
    check("（县财政局和各单位负责）", "县财政局/R 各单位/R*");
    check("（责任单位：各县（区）政府、市政府各部门）", "各县（区）政府/R* 市政府各部门/R*");
    check("（各市（州）政府、省政府各部门负责）", "各市（州）政府/R* 省政府各部门/R*");
    check("（市教育局，各县、自治县人民政府，各开发区管委会）", "市教育局/R 各县、自治县人民政府/R* 各开发区管委会/R*");
    check("（县教体局、各镇）", "县教体局/R 各镇/R*");
    // words for many within the name of one
    check("（县乡村振兴局牵头，县财政局配合）", "县乡村振兴局/L 县财政局/S");
    check("（县乡镇企业局、县乡村振兴服务中心）", "县乡镇企业局/R 县乡村振兴服务中心/R");
    check("（全县河长制办公室、市各界人士联谊会负责）", "全县河长制办公室/R 市各界人士联谊会/R");
    check("（全县各单位、全县中小学校、县乡两级政府负责）", "全县各单位/R* 全县中小学校/R* 县乡两级政府/R*");
    warned("（含县教体局、各乡镇）", "像是责任说明");
    check("责任单位：各区属国企，区国资局", "各区属国企/R* 区国资局/R");
    for note in ["（各区属国企负责）", "（市“两新”工委、团中央负责）", "（县工作专班负责）"]
    {
        let plan = plan(&format!("2022年演示县工作要点\n一、总则\n（一）培训。开展培训。{note}"));
        let doubts = plan.warnings.iter().filter(|warning| !warning.message.contains('两')).count();
        assert_eq!(doubts, 0, "{note} {:#?}", plan.warnings);
    }
}

/// Whoever is named first leads, in this note or from here on.
#[test]
fn the_rule_that_the_first_leads() {
    let source = |rule: &str| {
        format!(
            "2022年演示县工作要点\n一、总则\n（一）流通。做好销售。（县商务局、县财政局负责。{rule}）\n\
             （二）培训。开展培训。（县教体局、县财政局负责）\n（三）督查。开展督查。（县政府办牵头，县审计局配合）"
        )
    };
    for rule in ["列第一位者为牵头单位，下同", "排在第一位的为牵头单位，下同", "排名第一的部门为牵头部门，以下同"]
    {
        let plan = plan(&source(rule));
        let found: Vec<String> = plan.sections[0].clauses.iter().map(owners).collect();
        assert_eq!(found, ["县商务局/L 县财政局/R", "县教体局/L 县财政局/R", "县政府办/L 县审计局/S"], "{rule}");
    }
    let once = plan(&source("第一个单位为牵头单位"));
    let found: Vec<String> = once.sections[0].clauses.iter().map(owners).collect();
    assert_eq!(found[..2], ["县商务局/L 县财政局/R", "县教体局/R 县财政局/R"]);
    let before = plan(
        "2022年演示县工作要点\n（注：责任单位中排第一位的为牵头单位）\n一、总则\n（一）培训。开展培训。\n责任单位：县教体局、县财政局",
    );
    assert_eq!(owners(&before.sections[0].clauses[0]), "县教体局/L 县财政局/R");
}

/// A star before a name says who leads, where the text says so; the others support where it says that.
#[test]
fn the_rule_that_the_marked_ones_lead() {
    check("（★县教体局、县财政局）（标★者为牵头单位）", "县教体局/L 县财政局/R");
    check("（★县教体局、县财政局负责。标★者为牵头单位）", "县教体局/L 县财政局/R");
    check("（县教体局、县财政局★负责。标注★的为牵头单位，其余为配合单位）", "县教体局/S 县财政局/L");
    check("（县教体局、县财政局负责。第一个为牵头单位，其他为配合单位）", "县教体局/L 县财政局/S");
    check("（县教体局、县财政局（▲）负责。加▲的为牵头单位）", "县教体局/R 县财政局/L");
    check("（▲县教体局和县财政局负责。加▲的为牵头单位）", "县教体局/L 县财政局/R");
    warned("（★县教体局、县财政局负责）", "带有星号");
    warned("（县教体局、县财政局★负责）", "带有星号");
    let marked = |rule: &str, note: &str| {
        plan(&format!("2022年演示县工作要点\n{rule}\n一、总则\n（一）培训。开展培训。\n{note}"))
    };
    for rule in ["各责任单位中标★者为牵头单位。", "注：带★号的为牵头单位。", "（注：责任单位前加★的为牵头单位）"]
    {
        let plan = marked(rule, "责任单位：县教体局、★县财政局");
        assert_eq!(owners(&plan.sections[0].clauses[0]), "县教体局/R 县财政局/L", "{rule}");
    }
    let table = plan(
        "2022年演示县任务分解表\n序号\t工作任务\t责任单位\n1\t培训\t*县教体局、县财政局\n2\t考核\t县教体局、*县审计局\n注：带*号的为牵头单位，其他为配合单位。",
    );
    let found: Vec<String> = table.sections[0].clauses.iter().map(owners).collect();
    assert_eq!(found, ["县教体局/L 县财政局/S", "县教体局/S 县审计局/L"]);
    for head in ["责任单位（牵头单位加▲）", "责任单位（标▲的为牵头单位）"] {
        let table = plan(&format!("2022年演示县任务分解表\n序号\t工作任务\t{head}\n1\t培训\t县教体局、▲县财政局"));
        assert_eq!(owners(&table.sections[0].clauses[0]), "县教体局/R 县财政局/L", "{head}");
    }
    let first =
        plan("2022年演示县任务分解表\n序号\t工作任务\t责任单位（排名第一的为牵头单位）\n1\t培训\t县教体局、县财政局");
    assert_eq!(owners(&first.sections[0].clauses[0]), "县教体局/L 县财政局/R");
    let bold = marked("责任单位中加粗的为牵头单位。", "责任单位：县教体局、县财政局");
    assert!(bold.warnings.iter().any(|warning| warning.line == 2 && warning.message.contains("加粗")));
}

/// A section without clauses may still say who answers for what.
#[test]
fn subjects_in_a_section_without_clauses_are_named() {
    let plan = plan("2022年演示县工作要点\n一、分工\n县税务局，负责税收征管。\n县公安局牵头开展整治。");
    assert!(warns(&plan.warnings, 2, "“县税务局、县公安局”写在句子里"), "{:#?}", plan.warnings);
}

/// Names that begin with a word which joins names elsewhere.
#[test]
fn words_that_join_names_begin_names_too() {
    check("（责任单位：食品产业园、商贸物流园）", "食品产业园/R 商贸物流园/R");
    for name in [
        "商丘市财政局",
        "商水县教体局",
        "商河县教体局",
        "商城县财政局",
        "商会联合会",
        "商贸城管委会",
        "商务局",
        "和平镇",
        "和县教育局",
        "会同镇",
        "会同县财政局",
        "并州路街道",
        "协同创新中心",
        "请愿镇",
        "与会镇政府",
    ] {
        check(&format!("（责任单位：{name}）"), &format!("{name}/R"));
        check(&format!("（责任单位：{name}、县财政局）"), &format!("{name}/R 县财政局/R"));
    }
    check("（和县教体局牵头，和县财政局配合）", "和县教体局/L 和县财政局/S");
    check("（责任单位：会同县教体局、会同县财政局）", "会同县教体局/R 会同县财政局/R");
    check("（县财政局、商丘学院、和平镇负责）", "县财政局/R 商丘学院/R 和平镇/R");
    // and where they join
    check("（县教体局牵头，会同县财政局负责）", "县教体局/L 县财政局/R");
    check("（县发改委，商县财政局、各乡镇）", "县发改委/R 县财政局/R 各乡镇/R*");
    check("（由县教体局会同县财政局负责）", "县教体局/R 县财政局/R");
    check("（县教体局牵头，县财政局以及各乡镇配合）", "县教体局/L 县财政局/S 各乡镇/S*");
}

#[test]
fn exceptions_are_no_owners_and_are_named() {
    for (note, expect) in [
        ("（县直各单位负责，县税务局除外）", "县直各单位/R*"),
        ("（除县税务局外，各单位负责）", "各单位/R*"),
        ("（除涉密单位外的县直各单位负责）", "县直各单位/R*"),
        ("（各单位（县税务局除外）负责）", "各单位（县税务局除外）/R*"),
        ("责任单位：各乡镇，城关镇除外", "各乡镇/R*"),
    ] {
        check(note, expect);
        warned(note, "说的是例外");
    }
}

#[test]
fn explanations_are_no_owners_and_are_named() {
    for (note, expect, words) in [
        (
            "（县商务局牵头；各乡镇负责落实，以下均需各乡镇落实，不再列出）",
            "县商务局/L 各乡镇/R*",
            "以下均需各乡镇落实",
        ),
        ("（责任单位：各县、各区政府，以下统称各县（区）政府）", "各县/R* 各区政府/R*", "以下统称"),
        ("（县商务局牵头；各乡镇均需落实，下同）", "县商务局/L 各乡镇/R*", "下同"),
        ("（负责部门：县商务局；适用范围：青禾镇、红石镇）", "县商务局/R", "适用范围：青禾镇"),
        ("（责任单位：县商务局；联系电话：88）", "县商务局/R", "联系电话"),
    ] {
        check(note, expect);
        warned(note, words);
    }
}

#[test]
fn names_broken_by_the_paper() {
    check("（县政府办\n公室、县财政局负责）", "县政府办公室/R 县财政局/R");
    check("（县人力资源和社\n会保障局、县财政局负责）", "县人力资源和社会保障局/R 县财政局/R");
    check("（县教体局、县财\n政局按职责\n分工负责）", "县教体局/R 县财政局/R");
    check("（县教体局牵头\n县财政局配合）", "县教体局/L 县财政局/S");
    check("（县教体局负责，6月\n底前完成）", "县教体局/R");
    check("\n责任单位：县政府办、县人力资源和社\n会保障局", "县政府办/R 县人力资源和社会保障局/R");
    check("（县 教 体 局 牵 头，县 财 政 局 配 合）", "县教体局/L 县财政局/S");
    check("责任单位：县 教 体 局、县财政局", "县教体局/R 县财政局/R");
}

#[test]
fn labels_of_other_forms() {
    check("\n责任单位 县教体局", "县教体局/R");
    check("\n牵头单位　县教体局　配合单位　县财政局", "县教体局/L 县财政局/S");
    check("\n责任单位：\n县教体局\n县财政局", "县教体局/R 县财政局/R");
    check("\n牵头单位：\n县教体局、县财政局\n配合单位：\n各乡镇", "县教体局/L 县财政局/L 各乡镇/S*");
    check("\n牵头县领导：演示甲，牵头单位：县教体局，配合单位：县财政局", "县教体局/L 县财政局/S");
    check("（牵头县领导：演示乙；责任单位：县教体局）", "县教体局/R");
    check("\n分管副县长：演示乙\n责任单位：县教体局", "县教体局/R");
    check("\n主办：县教体局 协办：县财政局", "县教体局/L 县财政局/S");
    check("\n牵头：县教体局；配合：县财政局", "县教体局/L 县财政局/S");
    check("——县教体局、县财政局", "县教体局/R 县财政局/R");
    check("—县教体局、县财政局", "县教体局/R 县财政局/R");
    check("\n责任单位 县教体局 责任人 演示甲", "县教体局/R");
    check("\n——县教体局牵头，县财政局配合", "县教体局/L 县财政局/S");
    check("\n责任单位：★县教体局、县财政局", "县教体局/R 县财政局/R");
    check("\n牵头单位：县教体局、县财政局（按职责分工）", "县教体局/L 县财政局/L");
    check("\n指导部门：省教育厅", "省教育厅/R");
    let behind = clause("培训。开展培训，责任单位：县教体局。");
    assert_eq!((owners(&behind).as_str(), behind.text.as_str()), ("县教体局/R", "开展培训，"));
    for text in [
        "责任单位 要加强管理，县教体局督促。",
        "建设平台——县教体局统一管理的平台。",
        "配合：做好协调。",
        "方式如下：\n- 信函寄至演示县城关镇12号县住建局城建股",
        "方式如下：\n- 县教体局",
    ] {
        assert_eq!(clause(&format!("培训。{text}")).owner_note, "", "{text}");
    }
}

/// Who answers for a part, said within a sentence, is named and not taken.
#[test]
fn owners_of_a_part() {
    let source = "2022年演示县工作要点\n一、总则\n（一）证书。各单位管理证书（其中职业证书由人力资源部门负责）。开展试点。（县教体局负责）";
    let found = plan(source);
    assert_eq!(owners(&found.sections[0].clauses[0]), "县教体局/R");
    assert!(warns(&found.warnings, 3, "没有读成责任单位"), "{:#?}", found.warnings);
    check("（其中线上培训由县教体局负责）", "县教体局/R");
    warned("（其中线上培训由县教体局负责）", "只说其中一部分");
    check("（以上任务由县教体局负责）", "县教体局/R");
    check("（青禾自由贸易试验区管委会负责）", "青禾自由贸易试验区管委会/R");
}

/// Dates in an owner note: several, and with slashes.
#[test]
fn terms_in_owner_notes() {
    let check = |note: &str, on: &str, doubt: bool| {
        let source = format!("2022年演示县工作要点\n一、总则\n（一）培训。开展培训。{note}");
        let plan = plan(&source);
        let clause = &plan.sections[0].clauses[0];
        assert_eq!(owners(clause), "县政府办/R", "{note} {clause:#?}");
        assert_eq!(clause.due_on.map(|date| date.to_string()).unwrap_or_default(), on, "{note}");
        assert_eq!(warns(&plan.warnings, 3, "几个日期"), doubt, "{note} {:#?}", plan.warnings);
    };
    check("（县政府办负责，3月、6月、9月、12月底前）", "", true);
    check("（县政府办负责，3月底、6月底前）", "2022-06-30", true);
    check("（县政府办负责，5月份启动、10月底前完成）", "2022-10-31", true);
    check("（县政府办负责，6月底前完成方案，12月底前建成）", "2022-12-31", true);
    check("（县政府办负责，6月底前完成方案；12月底前建成）", "2022-12-31", true);
    check("（责任单位：县政府办；完成时限：6月底前印发、12月底前建成）", "2022-12-31", true);
    check("（县政府办负责，2022/6/30）", "2022-06-30", false);
    check("（县政府办负责，2022/6/30前完成）", "2022-06-30", false);
    check("（县政府办负责，2022.6.30）", "2022-06-30", false);
}

/// Who does it, said as the subject of a sentence, is proposed.
#[test]
fn subjects_of_sentences_are_proposed() {
    for (body, names) in [
        ("整治。县税务局，负责征收税款。", "县税务局"),
        ("区公安局牵头开展整治工作。", "区公安局"),
        ("整治。由县教体局和县财政局负责发放。", "县教体局、县财政局"),
        ("整治。方案经批准后，由县教体局负责发放。", "县教体局"),
        ("整治。要求如下：\n1.县商务局负责流通。\n2.县粮食局：负责储备。", "县商务局、县粮食局"),
    ] {
        let source = format!("2022年演示县工作要点\n一、总则\n（一）{body}");
        let found = plan(&source);
        assert!(found.sections[0].clauses[0].owners.is_empty(), "{body}");
        let words = format!("“{names}”写在句子里");
        assert!(warns(&found.warnings, 3, &words), "{body} {:#?}", found.warnings);
    }
    for body in [
        "整治。各单位要负责落实。",
        "整治。方案报县教体局，经县政府会同有关单位审定。",
        "整治。坚持谁主管谁负责。",
        "整治。县教体局牵头开展。（县教体局牵头）",
    ] {
        let found = plan(&format!("2022年演示县工作要点\n一、总则\n（一）{body}"));
        assert!(found.warnings.is_empty(), "{body} {:#?}", found.warnings);
    }
}

/// Role words and joins that were taken for parts of a name.
#[test]
fn further_words_of_role() {
    check("（牵头部门：县教体局；参加部门：县财政局）", "县教体局/L 县财政局/S");
    check("（县教体局牵头，县财政局参加）", "县教体局/L 县财政局/S");
    check("（县教体局负总责，各乡镇配合）", "县教体局/R 各乡镇/S*");
    check("（县教体局组织，各乡镇配合）", "县教体局/R 各乡镇/S*");
    check("（县教体局会商县财政局负责）", "县教体局/R 县财政局/R");
    check("（各乡镇党委和政府落实）", "各乡镇党委和政府/R*");
    check("（排名第一的为牵头单位：县教体局、县财政局）", "县教体局/L 县财政局/R");
    warned("（县教体局县财政局负责）", "不像机关名称");
}

/// Words that say when are no owners, read or not; spaces around numbers part nothing.
#[test]
fn words_of_time_are_no_owners() {
    for (term, doubt) in [
        ("即时", true),
        ("立行立改", true),
        ("2022年度", true),
        ("7月1日起", true),
        ("半年一次", false),
        ("2022 年 6 月底前", false),
        ("2022年9月 30日前", false),
        ("2022年 上半年", false),
    ] {
        let note = format!("（县政府办负责，{term}）");
        check(&note, "县政府办/R");
        let source = format!("2022年演示县工作要点\n一、总则\n（一）培训。开展培训。{note}");
        assert_eq!(warns(&plan(&source).warnings, 3, "看不懂时限"), doubt, "{term}");
    }
    let clause = clause("培训。开展培训。（县政府办负责，2019 年 6 月底前）");
    assert_eq!(clause.due_on.map(|date| date.to_string()).as_deref(), Some("2019-06-30"));
}

/// Words of roles and joins beside the usual ones; what is not read is named.
#[test]
fn further_words_of_roles() {
    let owners = |note: &str| {
        let plan = plan(&format!("2025年演示县工作要点\n一、总则\n（一）培训。做好培训工作。（{note}）"));
        let owners = plan.sections[0].clauses[0].owners.clone();
        let told: Vec<String> = owners.iter().map(|owner| format!("{} {:?}", owner.name, owner.role)).collect();
        (told.join("，"), plan.warnings.iter().map(|warning| warning.message.clone()).collect::<String>())
    };
    for (note, expect) in [
        ("县财政局等部门各负其责", "县财政局 Responsible"),
        ("县财政局、县审计局各司其职", "县财政局 Responsible，县审计局 Responsible"),
        ("县财政局商县审计局负责", "县财政局 Responsible，县审计局 Responsible"),
        ("县财政局或县审计局负责", "县财政局 Responsible，县审计局 Responsible"),
        ("县财政局为主，县审计局为辅", "县财政局 Lead，县审计局 Support"),
        ("县财政局主办，县审计局会办", "县财政局 Lead，县审计局 Support"),
        ("县财政局牵头，县审计局积极配合", "县财政局 Lead，县审计局 Support"),
        ("主责单位：县财政局 协作单位：县审计局", "县财政局 Lead，县审计局 Support"),
        ("县财政局〔国库股〕牵头", "县财政局〔国库股〕 Lead"),
        ("各乡镇、街道", "各乡镇 Responsible，街道 Responsible"),
        ("县财政局等部门、单位负责", "县财政局 Responsible"),
        ("县财政局等部门（单位）负责", "县财政局 Responsible"),
        ("县财政局等（按职责分工）", "县财政局 Responsible"),
        ("各乡镇党（工）委、政府（办事处）负责", "各乡镇党（工）委、政府（办事处） Responsible"),
        ("牵头县财政局，配合县审计局", "县财政局 Lead，县审计局 Support"),
        ("县财政局 牵 头，县 审 计 局 配 合", "县财政局 Lead，县审计局 Support"),
        ("县　财　政　局　牵　头", "县财政局 Lead"),
        ("县财政局 牵头 县审计局 配合", "县财政局 Lead，县审计局 Support"),
        ("县工商局、县商务局负责", "县工商局 Responsible，县商务局 Responsible"),
    ] {
        assert_eq!(owners(note).0, expect, "{note}: {}", owners(note).1);
    }
    for note in ["县应急局、消防、公安", "公安、交通、城管等部门", "教育、卫生等主管部门"]
    {
        let (told, warnings) = owners(note);
        assert!(told.is_empty() && warnings.contains("像是责任说明"), "{note}: {told} {warnings}");
    }
    let many = clause("培训。开展培训。（各乡镇人民政府及其所属站所）").owners;
    assert!(many.len() == 2 && many[1].group, "{many:?}");
    assert!(owners("县财政局、县审计局（不含乡镇）").1.contains("不含乡镇"));
}
