//! Dates and cadences in words.

use super::{clause, plan, warns};
use crate::plan::Cadence;

/// First date found in a sentence: words and date.
fn check(sentence: &str, words: &str, on: &str) {
    let duty = clause(&format!("培训。{sentence}")).duties[0].clone();
    let found = (duty.due.unwrap_or_default(), duty.due_on.map(|date| date.to_string()).unwrap_or_default());
    assert_eq!((found.0.as_str(), found.1.as_str()), (words, on), "{sentence}");
}

#[test]
fn dates() {
    check("6月底前完成培训。", "6月底前", "2019-06-30");
    check("2月底前完成培训。", "2月底前", "2019-02-28");
    check("培训于12月10日前完成。", "于12月10日前", "2019-12-10");
    check("请于2019年12月10日前完成。", "于2019年12月10日前", "2019-12-10");
    check("2019年9月30日前完成培训。", "2019年9月30日前", "2019-09-30");
    check("在9月30日之前完成培训。", "9月30日之前", "2019-09-30");
    check("年底前完成培训。", "年底前", "2019-12-31");
    check("今年年底前完成培训。", "今年年底前", "2019-12-31");
    check("到2020年底完成培训。", "2020年底", "2020-12-31");
    check("2019年年底前完成。", "2019年年底前", "2019-12-31");
    check("年内完成培训。", "年内", "2019-12-31");
    check("上半年完成培训。", "上半年", "2019-06-30");
    check("下半年完成培训。", "下半年", "2019-12-31");
    check("第三季度完成培训。", "第三季度", "2019-09-30");
    check("二季度末前完成培训。", "二季度末前", "2019-06-30");
    check("六月底前完成培训。", "六月底前", "2019-06-30");
    check("十二月十日前完成培训。", "十二月十日前", "2019-12-10");
    check("二〇一九年六月底前完成。", "二〇一九年六月底前", "2019-06-30");
    check("６月底前完成培训。", "６月底前", "2019-06-30");
    check("6月上旬完成培训。", "6月上旬", "2019-06-10");
    check("7月中旬前完成培训。", "7月中旬前", "2019-07-20");
    check("明年3月底前完成。", "明年3月底前", "2020-03-31");
    check("2019 年 9 月 30 日前完成。", "2019 年 9 月 30 日前", "2019-09-30");
    check("6月30日前和每季度公开。", "6月30日前", "2019-06-30");
}

#[test]
fn cadences() {
    let check = |sentence: &str, words: &str, cadence| {
        check(sentence, words, "");
        assert_eq!(clause(&format!("培训。{sentence}")).duties[0].cadence, cadence, "{sentence}");
    };
    check("每月公开数据。", "每月", Some(Cadence::Monthly));
    check("每季度公开数据。", "每季度", Some(Cadence::Quarterly));
    check("每半年公开数据。", "每半年", Some(Cadence::HalfYearly));
    check("每年公开数据。", "每年", Some(Cadence::Yearly));
    check("每月10日前公开数据。", "每月10日前", Some(Cadence::Monthly));
    check("每年12月10日前报送。", "每年12月10日前", Some(Cadence::Yearly));
    check("每季度末公开数据。", "每季度末", Some(Cadence::Quarterly));
    check("按季度公开数据。", "按季度", Some(Cadence::Quarterly));
    check("长期坚持公开数据。", "长期坚持", Some(Cadence::Continuous));
    check("全年持续公开数据。", "全年", Some(Cadence::Continuous));
    check("信息形成后20个工作日内公开。", "20个工作日内", None);
}

#[test]
fn mentions_are_no_dates() {
    for sentence in [
        "自2019年5月15日起施行。",
        "围绕2019年政府工作报告开展。",
        "落实4月15日会议精神。",
        "分析上半年工作情况。",
        "总结去年底的做法。",
        "完成全年目标任务。",
        "条例于2019年5月15日施行后落实。",
        "按年龄分类公开。",
        "落实十九届三中全会精神。",
        "推进三年行动。",
    ] {
        check(sentence, "", "");
    }
}

#[test]
fn doubts_are_warnings() {
    let check = |sentence: &str, words: &str| {
        let plan = plan(&format!("2019年演示县政务公开工作要点\n一、总则\n（一）培训。{sentence}"));
        assert!(warns(&plan.warnings, 3, words), "{sentence} {:#?}", plan.warnings);
    };
    check("2月30日前完成培训。", "不是一个存在的日期");
    check("13月底前完成培训。", "不是一个存在的日期");
    check("2018年6月底前完成培训。", "早于计划年度");
    check("6月前完成培训。", "可能指");
    check("6月底前印发，9月底前完成。", "几个日期");
}

#[test]
fn the_year_comes_from_title_number_or_reference() {
    let check = |head: &str, expect: Option<i16>| {
        let plan = plan(&format!("{head}\n一、总则\n（一）培训。6月底前完成培训。"));
        assert_eq!(plan.year, expect, "{head}");
        let on = plan.sections[0].clauses[0].due_on.map(|date| date.year());
        assert_eq!(on, expect, "{head}");
    };
    check("2019年演示县工作要点", Some(2019));
    check("二〇一九年演示县工作要点", Some(2019));
    check("演示县工作要点", Some(2031));
    check("演示县工作要点\n青禾府办发〔2020〕11号", Some(2020));
    check("演示县2019—2021年实施方案", None);
}

/// Where the title names none, the text's own year holds, and a warning asks for a look.
#[test]
fn the_year_comes_from_the_text() {
    let check = |before: &str, after: &str, year: i16, words: &str| {
        let plan = plan(&format!("{before}\n一、总则\n（一）培训。6月底前完成培训。\n{after}"));
        assert_eq!(plan.year, Some(year), "{before}");
        assert_eq!(plan.sections[0].clauses[0].due_on.map(|date| date.year()), Some(year), "{before}");
        assert!(warns(&plan.warnings, 1, words), "{before} {:#?}", plan.warnings);
    };
    let signed = "青禾县人民政府办公室\n2022年4月1日";
    check("演示县工作要点\n2022年，全县要点如下：", "", 2022, "前言中的 2022 年");
    check("演示县工作要点\n（2022年4月20日）\n根据部署，制定本要点。", "", 2022, "前言中的 2022 年");
    check("演示县工作要点\n根据《2021年全省要点》，做好2022年工作。", "", 2022, "前言中的 2022 年");
    check("演示县工作要点\n根据部署，制定本要点。", signed, 2022, "落款日期的 2022 年");
    check("演示县工作要点\n根据部署，制定本要点。", "", 2031, "暂按 2031 年");
    let dateless = plan("演示县工作要点\n一、总则\n（一）培训。开展培训。");
    assert!(dateless.warnings.is_empty(), "{:#?}", dateless.warnings);
}

#[test]
fn clause_takes_the_latest() {
    let c = clause("培训。6月底前印发方案。9月底前完成培训。");
    assert_eq!(c.due.as_deref(), Some("9月底前"));
    assert_eq!(c.duties[0].due.as_deref(), Some("6月底前"));
    let c = clause("6月底前完成培训。");
    assert_eq!((c.title.as_str(), c.due.as_deref()), ("6月底前完成培训", Some("6月底前")));
}
