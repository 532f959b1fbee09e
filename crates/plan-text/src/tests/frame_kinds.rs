//! Where a plan ends and another document begins: bodies below bare titles, imprints, annexes, notices with numbers of
//! their own; and titles among what stands around them.

use super::{duties, plan, warns};
use crate::Plan;

const HEAD: &str = "2025年演示县政务公开工作要点\n一、总则\n";

fn last(plan: &Plan) -> &crate::Clause {
    plan.sections.iter().flat_map(|section| &section.clauses).next_back().expect("a clause")
}

/// The text of the last clause, and the closing.
fn check(body: &str, text: &str, closing: &str) {
    let plan = plan(&format!("{HEAD}{body}"));
    assert_eq!((last(&plan).text.as_str(), plan.closing.as_str()), (text, closing), "{body}\n{plan:#?}");
}

#[test]
fn the_body_below_a_bare_title() {
    let dated = "组织考核，6月底前通报。";
    check(&format!("（一）考核（县审计局牵头）\n{dated}"), dated, "");
    check(&format!("（一）考核\n责任单位：县审计局\n{dated}"), dated, "");
    check(&format!("（一）培训（县教体局牵头）\n1.办班。\n2.编书。\n（二）考核（县审计局牵头）\n{dated}"), dated, "");
    check(
        "（一）考核（县审计局牵头）\n工作标准：按月通报。\n完成标志：发文。",
        "工作标准：按月通报。\n完成标志：发文。",
        "",
    );
    check("（一）考核。组织考核。（县审计局牵头）\n工作标准：按月通报。", "组织考核。\n工作标准：按月通报。", "");
    check(
        &format!("（一）考核（县审计局牵头）\n{dated}\n各单位要结合实际，认真贯彻落实。"),
        dated,
        "各单位要结合实际，认真贯彻落实。",
    );
    // a list of bare titles: what follows is the plan's
    check(
        "（一）公开预算（县财政局）\n（二）公开决算（县财政局）\n（三）公开审计（县审计局）\n各单位要抓好落实。",
        "",
        "各单位要抓好落实。",
    );
    let plan = plan(&format!("{HEAD}（一）考核（县审计局牵头）\n{dated}"));
    assert_eq!(last(&plan).due_on.map(|date| date.to_string()).as_deref(), Some("2025-06-30"));
}

#[test]
fn imprints() {
    for imprint in [
        "演示县人民政府办公室              2025年5月23日印发",
        "演示县人民政府办公室\t2025年5月23日印发",
        "演示县人民政府办公室秘书股\n2025年5月23日印发",
        "抄送：县委办公室，县人大常委会办公室。\n演示县人民政府办公室　二〇二五年五月二十三日印发",
        "演示县人民政府办公室 2025年5月23日印\n（共印50份）",
    ] {
        check(&format!("（一）协调。各部门要配合。\n{imprint}"), "各部门要配合。", imprint);
        check(&format!("（一）协调。要配合。（县教体局负责）\n{imprint}"), "要配合。", imprint);
    }
}

/// What stands behind the last clause and sets a term is named, wherever it lands.
#[test]
fn terms_outside_the_clauses_are_named() {
    let line = |source: &str, no: usize| {
        let plan = plan(source);
        assert!(warns(&plan.warnings, no, "手工添加"), "{source}\n{:#?}", plan.warnings);
    };
    line(&format!("{HEAD}考核按年度实施，12月底前完成第一次考核。\n（一）自查。开展自查。（县政府办负责）"), 3);
    line(&format!("{HEAD}（一）自查。开展自查。（县政府办负责）\n各单位于12月10日前报送本要点落实情况。"), 4);
    line(&format!("关于印发要点的通知\n各单位：\n请于4月15日前报送方案。\n{HEAD}（一）自查。开展自查。"), 3);
    let quiet = plan(&format!("{HEAD}（一）自查。开展自查。（县政府办负责）\n演示县人民政府\n2025年3月1日"));
    assert!(quiet.warnings.is_empty(), "{:#?}", quiet.warnings);
}

#[test]
fn paragraphs_behind_the_last_section() {
    let plan = plan(
        "关于激励的通知（2025年）\n一、对培训好的给予奖励。（县教体局负责）\n二、对考核好的给予奖励。（县审计局负责）\n\
         县政府各部门要制定办法，于12月10日前报送。\n原通知（演府办发〔2016〕82号）停止执行。\n演示县人民政府\n2025年3月1日",
    );
    assert_eq!(last(&plan).text, "");
    assert!(plan.closing.contains("制定办法") && plan.closing.contains("停止执行"), "{plan:#?}");
    assert!(warns(&plan.warnings, 4, "12月10日前"), "{:#?}", plan.warnings);
    let one = super::plan("2025年演示县工作要点\n一、公开预算。（县财政局负责）\n各单位要加强领导，抓好落实。");
    assert_eq!(one.closing, "各单位要加强领导，抓好落实。");
    check(
        "（一）培训。开展培训。（县教体局负责）\n（二）考核\n组织考核。（县审计局负责）\n各部门要按月报送进展。",
        "组织考核。",
        "各部门要按月报送进展。",
    );
    check(
        "（一）考核。组织考核。\n（二）督查。开展督查。\n（三）验收。组织验收。\n未纳入试点的单位，可参照本方案推进工作。",
        "组织验收。",
        "未纳入试点的单位，可参照本方案推进工作。",
    );
}

#[test]
fn an_annex_is_a_section_of_its_own() {
    let signature = "演示县人民政府办公室\n2025年3月1日";
    let rows = "序号\t工作任务\t责任单位\n1\t建专栏\t县财政局\n2\t建平台\t县教体局";
    for (label, title, kept) in [
        ("附件\n", "任务分工表", "附件"),
        ("（此件公开发布）\n附件1\n", "任务分工表", "附件1"),
        ("附件：\n", "2025年政务公开\n任务分工表", "附件："),
        ("", "任务分工表", ""),
    ] {
        let plan = plan(&format!("{HEAD}（一）培训。开展培训。（县教体局负责）\n{signature}\n{label}{title}\n{rows}"));
        assert_eq!(plan.sections.len(), 2, "{label}{title}\n{plan:#?}");
        let (first, annex) = (&plan.sections[0], &plan.sections[1]);
        assert_eq!((first.clauses.len(), first.clauses[0].text.as_str()), (1, "开展培训。"));
        assert_eq!((annex.number.as_str(), annex.title.as_str()), ("", title.replace('\n', "").as_str()));
        let numbers: Vec<&str> = annex.clauses.iter().map(|clause| clause.number.as_str()).collect();
        assert_eq!(numbers, ["1", "2"]);
        assert!(plan.closing.starts_with(signature) && plan.closing.ends_with(kept), "{}", plan.closing);
        assert!(warns(&plan.warnings, 4, "落款之后"), "{:#?}", plan.warnings);
        assert!(!plan.warnings.iter().any(|warning| warning.message.contains("编号“")), "{:#?}", plan.warnings);
    }
    // an annex in sections, and a label with its title
    let text = plan(&format!(
        "{HEAD}（一）培训。开展培训。（县教体局负责）\n附件1：任务清单\n一、公开\n（一）建专栏。（县财政局负责）"
    ));
    let sections: Vec<(&str, &str)> = text.sections.iter().map(|s| (s.number.as_str(), s.title.as_str())).collect();
    assert_eq!(sections, [("一", "总则"), ("", "附件1：任务清单"), ("一", "公开")]);
    let dated = plan(&format!(
        "{HEAD}（一）培训。开展培训。\n演示县人民政府　2025年3月1日\n附件：演示县任务清单\n一、公开\n1.建专栏（县教体局）"
    ));
    assert_eq!((dated.sections[1].title.as_str(), dated.sections[2].clauses.len()), ("附件：演示县任务清单", 1));
    assert_eq!(text.sections[0].clauses[0].text, "开展培训。");
    // a list of annexes above the signature, and no annex behind it
    check(
        &format!("（一）培训。开展培训。（县教体局负责）\n附件：1.分工表\n2.台账\n{signature}"),
        "开展培训。",
        &format!("附件：1.分工表\n2.台账\n{signature}"),
    );
}

#[test]
fn a_notice_with_numbers_before_the_plan() {
    for (label, title) in [("", "2025年政务公开工作要点"), ("附件\n", "2025年演示县\n政务公开工作要点")]
    {
        let plan = plan(&format!(
            "关于印发2025年政务公开工作要点的通知\n各单位：\n一、加强领导。各单位要高度重视。\n二、抓好落实。各单位于4月15日前报送方案。\n\
             演示县人民政府办公室\n2025年3月1日\n{label}{title}\n为做好工作，制定本要点。\n一、解读\n（一）培训。开展培训。（县教体局负责）\n\
             二、保障\n（一）督查。开展督查。（县政府办负责）"
        ));
        let numbers: Vec<&str> = plan.sections.iter().map(|section| section.number.as_str()).collect();
        assert_eq!(numbers, ["一", "二", "", "一", "二"], "{plan:#?}");
        assert_eq!(plan.sections[2].title, title.replace('\n', ""));
        assert_eq!(plan.sections[2].text, "为做好工作，制定本要点。");
        assert_eq!(plan.sections[1].clauses[0].text, "各单位于4月15日前报送方案。");
        assert!(plan.closing.starts_with("演示县人民政府办公室\n2025年3月1日"), "{}", plan.closing);
        assert!(!plan.warnings.iter().any(|warning| warning.message.contains("编号“")), "{:#?}", plan.warnings);
    }
}

#[test]
fn titles() {
    let check = |head: &str, title: &str| {
        let plan = plan(&format!("{head}\n一、总则\n（一）培训。开展培训。（县教体局负责）"));
        assert_eq!(plan.title, title, "{head}\n{plan:#?}");
    };
    let own = "2025年演示县政务公开工作要点";
    check(
        "演示县人民政府办公室关于2025年第一季度\n政务公开工作情况的通报",
        "演示县人民政府办公室关于2025年第一季度政务公开工作情况的通报",
    );
    check(
        "演示县关于全面推行执法公示制度\n执法全过程记录制度\n重大决定审核制度的实施意见",
        "演示县关于全面推行执法公示制度执法全过程记录制度重大决定审核制度的实施意见",
    );
    check("关于印发《2025年专项工作方案》\n的通知\n各单位：", "关于印发《2025年专项工作方案》的通知");
    check(
        "演示县教育体育局  文件\n演示县财政局\n演教发〔2025〕8号\n关于加强校园公开的通知\n各学校：",
        "关于加强校园公开的通知",
    );
    check("演示县教育局\n演示县财政局\n关于加强校园公开的通知", "演示县教育局演示县财政局关于加强校园公开的通知");
    check(&format!("首页 > 政务公开 > 文件\n索引号\n113715/2025-1\n{own}"), own);
    check(&format!("当前位置：首页»公开\n名称：2025年要点\n文号：无\n发布时间：2025-03-01\n{own}"), own);
    check(&format!("特急·明电\n演府办电〔2025〕3号\n{own}"), own);
    check(&format!("000001\n机密★1年\n{own}"), own);
    check(&format!("发件人: 演示甲 <a@example.cn>\n主题: 2025年要点\n{own}"), own);
    check(&format!("Subject: plan\n{own}"), own);
    check("全文\n以习近平新时代中国特色社会主义思想为指导，做好工作。", "");
    // below the notice
    for label in ["", "附件\n"] {
        let head = format!(
            "演府办发〔2025〕8号\n各单位：\n现印发给你们，请执行。\n演示县人民政府办公室\n2025年3月1日\n{label}"
        );
        check(&format!("{head}{own}\n为做好工作，制定本要点。"), own);
        check(&format!("{head}2025年演示县\n政务公开工作要点"), own);
    }
    check(&format!("发件人: 演示甲\n日期: 2025年3月10日 10:00\n\n各位同事：\n请抓好落实。\n\n{own}\n引言。"), own);
    check("主题教育工作方案", "主题教育工作方案");
    check("演示县政府办公室\n关于印发2025年要点的\n通    知", "演示县政府办公室关于印发2025年要点的通    知");
    check("演示县优化环境三年行动\n实施方案（2025—2027年）", "演示县优化环境三年行动实施方案（2025—2027年）");
    check(&format!("政府信息公开\n当前位置：首页 > 文件\n{own}\n引言。"), own);
    check(&format!("各单位：\n现印发。\n演示县人民政府\n2025年3月1日\n（此件公开发布）\n{own}\n引言。"), own);
}

/// Two plans in one file, the second without a signature before it.
#[test]
fn a_second_plan_begins_with_its_title() {
    let source = "关于印发《演示县2021年政务服务工作要点》和《演示县2021年政务公开工作要点》的通知\n各单位：\n现印发给你们。\n\
                  演示县2021年政务服务工作要点\n一、服务\n（一）窗口。办好窗口。（县政务局负责）\n\
                  演示县2021年政务公开工作要点\n为做好政务公开，制定本要点。\n一、解读\n（一）专栏。建立专栏。（县教体局负责）";
    let plan = plan(source);
    let titles: Vec<&str> = plan.sections.iter().map(|section| section.title.as_str()).collect();
    assert_eq!(titles, ["服务", "演示县2021年政务公开工作要点", "解读"], "{plan:#?}");
    assert_eq!(duties(&plan.sections[0].clauses[0]), ["办好窗口。"]);
    assert!(warns(&plan.warnings, 7, "像是另一份文件的标题"), "{:#?}", plan.warnings);
}

#[test]
fn fields_of_a_page_behind_bullets_are_no_title() {
    let plan = plan(
        "• 索引号：6735597301/2021-1801120\n  • 发布机构：演示县人民政府\n2021年县政府重点工作任务\n一、解读\n（一）专栏。建立专栏。（县教体局负责）",
    );
    assert_eq!(plan.title, "2021年县政府重点工作任务");
}

/// Lines that the office or the web site adds below are no duties.
#[test]
fn what_stands_below_a_plan() {
    for line in [
        "信息公开属性：主动公开",
        "来源：演示县人民政府网　浏览次数：123",
        "【打印】【关闭】",
        "扫一扫在手机打开当前页",
        "发布时间：2025-03-01",
    ] {
        let plan = plan(&format!(
            "2025年演示县工作要点\n一、总则\n（一）培训。\n开展培训。（县教体局负责）\n（二）考核。\n组织考核。\n{line}"
        ));
        let duties = &plan.sections[0].clauses[1].duties;
        assert_eq!(duties.len(), 1, "{line}: {duties:?}");
        assert_eq!(plan.closing, line);
    }
    for label in ["附表1", "附件一", "附录"] {
        let plan = plan(&format!(
            "2025年演示县工作要点\n一、总则\n（一）培训。开展培训。（县教体局负责）\n{label}\n任务分解表\n序号\t任务\t责任单位\n1\t考核\t县审计局"
        ));
        let first = &plan.sections[0].clauses;
        assert_eq!((first.len(), first[0].duties.len()), (1, 1), "{label}: {plan:#?}");
    }
}

/// A scanner sets characters apart.
#[test]
fn characters_that_stand_apart() {
    let source = "2 0 2 5 年 演 示 县 工 作 要 点\n一 、 总 则 和 目 标\n（ 一 ） 培 训 。 6 月 底 前 完 成 。（县 教 体 局 牵 头）\n序号\t甲 乙 丙 丁 戊 己";
    let plan = plan(source);
    assert_eq!((plan.title.as_str(), plan.year), ("2025年演示县工作要点", Some(2025)), "{plan:#?}");
    let clause = &plan.sections[0].clauses[0];
    assert_eq!((clause.number.as_str(), clause.title.as_str()), ("（一）", "培训"));
    assert_eq!(clause.owners[0].name, "县教体局");
}
