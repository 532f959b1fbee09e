//! Dates and cadences in words.

use super::{clause, plan, warns};
use crate::Cadence;

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

/// Hours, numbers alone, and stretches of time.
#[test]
fn dates_with_more_words() {
    check("12月10日下班前报送。", "12月10日下班前", "2019-12-10");
    check("12月10日17:00前报送。", "12月10日17:00前", "2019-12-10");
    check("12月10日下午5点前报送。", "12月10日下午5点前", "2019-12-10");
    check("12月20日24时前报送。", "12月20日24时前", "2019-12-20");
    check("于2019年11月15日（星期五）前报送。", "于2019年11月15日（星期五）前", "2019-11-15");
    check("2019.6.30前完成。", "2019.6.30前", "2019-06-30");
    check("2019-06-30前完成。", "2019-06-30前", "2019-06-30");
    check("2019/6/30前完成。", "2019/6/30前", "2019-06-30");
    check("3月至6月开展培训。", "3月至6月", "2019-06-30");
    check("3-6月开展培训。", "3-6月", "2019-06-30");
    check("从3月到6月，开展培训。", "3月到6月", "2019-06-30");
    check("4月1日至20日开展培训。", "4月1日至20日", "2019-04-20");
    check("2019年4月1日至2019年6月30日开展培训。", "2019年4月1日至2019年6月30日", "2019-06-30");
    check("即日起至6月30日，开展培训。", "即日起至6月30日", "2019-06-30");
    check("1、2月份完成。", "2月份", "2019-02-28");
    check("两年内完成。", "两年内", "");
    check("三年内完成。", "三年内", "");
    check("5年内完成。", "5年内", "");
    check("一年内完成。", "一年内", "");
    check("会议结束后3日内公开。", "3日内", "");
    check("对2018年底前的文件进行清理，6月底前完成。", "6月底前", "2019-06-30");
}

/// The same in owner notes, where a bare date is a due date.
#[test]
fn dates_in_notes() {
    let check = |term: &str, words: &str, on: &str, cadence: Option<Cadence>| {
        let clause = clause(&format!("培训。开展培训。（责任单位：县财政局；完成时限：{term}）"));
        let found = (clause.due.unwrap_or_default(), clause.due_on.map(|date| date.to_string()).unwrap_or_default());
        assert_eq!((found.0.as_str(), found.1.as_str(), clause.cadence), (words, on, cadence), "{term}");
    };
    for term in ["2019.06.30", "2019-6-30", "2019/6/30", "2019．6．30前", "2019年3月—6月", "即日起至6月30日"]
    {
        check(term, term, "2019-06-30", None);
    }
    for term in ["每年6月、12月", "每年6月和12月底前"] {
        check(term, term, "", Some(Cadence::Yearly));
    }
    check("6、12月底前", "6、12月底前", "", None);
    check("春节前", "春节前", "", None);
    check("两年内", "两年内", "", None);
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
        "截至2018年底，已公开100条。",
        "截至2019年底，已公开100条。",
        "2018年底前已完成，继续做好。",
        "清理2017年12月31日前的文件。",
        "截止2018年底的文件全部上传。",
        "全年公开率达到100%。",
        "在全年考核中领先。",
        "上半年GDP数据公开。",
        "公开2019年上半年财政数据。",
        "公开1月至6月财政数据。",
        "公开6月份价格信息。",
        "更新至2019.4.1版。",
        "近三年内的数据全部公开。",
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
    check("6、9、12月底前各报一次。", "写了几个日期");
    check("6月、12月底前各报一次。", "写了几个日期");
    check("6月份、12月份分别报送。", "写了几个日期");
    check("每季度公开一次，12月底前总结。", "既有频次");
    check("开展培训。（责任单位：县财政局；完成时限：6月底前、12月底前）", "几个日期");
    check("开展培训。（责任单位：县财政局；完成时限：年底前，长期坚持）", "既有频次");
    for words in ["本月底前", "春节前", "元旦前", "除夕前", "汛期前", "开学前"] {
        check(&format!("{words}完成培训。"), "没有写明是哪一天");
    }
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

/// Days named after a festival, by the lunar calendar where it is one of that.
#[test]
fn festivals() {
    check("2020年春节前完成慰问。", "2020年春节前", "2020-01-24");
    check("于2026年春节前完成慰问。", "于2026年春节前", "2026-02-16");
    check("明年春节前完成慰问。", "明年春节前", "2020-01-24");
    check("2020年元旦前完成。", "2020年元旦前", "2019-12-31");
    check("国庆节前完成检查。", "国庆节前", "2019-09-30");
    check("中秋节前完成检查。", "中秋节前", "2019-09-12");
    check("端午节前完成检查。", "端午节前", "2019-06-06");
    check("清明节前完成检查。", "清明节前", "2019-04-04");
    check("2026年清明节前完成检查。", "2026年清明节前", "2026-04-04");
    check("2032年清明节前完成检查。", "2032年清明节前", "2032-04-03");
    check("2020年除夕前完成慰问。", "2020年除夕前", "2020-01-23");
    check("“五一”前完成检查。", "五一”前", "2019-04-30");
    check("五一国际劳动节前完成检查。", "五一国际劳动节前", "2019-04-30");
    check("元旦、春节前完成慰问。", "元旦、春节前", "");
    for sentence in
        ["做好国庆节期间的公开。", "加强劳动保障。", "开展教师培训前的准备。", "国庆前后公开信息。", "中国特色。"]
    {
        check(sentence, "", "");
    }
    for note in ["（县民政局负责，2020年春节前）", "（责任单位：县民政局；完成时限：2020年春节前）"]
    {
        let clause = clause(&format!("慰问。做好慰问。{note}"));
        assert_eq!(clause.due_on.map(|date| date.to_string()).as_deref(), Some("2020-01-24"), "{clause:#?}");
    }
    // no year alone is the term
    for note in ["（县民政局负责，2020年汛期前）", "（县民政局负责，2020年供暖季前）", "（县民政局负责2020年预算公开）"]
    {
        assert_eq!(clause(&format!("慰问。做好慰问。{note}")).due_on, None, "{note}");
    }
}

#[test]
fn months_before_the_day_of_issue() {
    let check = |number: &str, signed: &str, term: &str, on: &str, doubt: bool| {
        let source = format!(
            "演示县人民政府办公室关于印发政务公开工作方案的通知\n{number}一、总则\n（一）培训。{term}开展培训。（县教体局负责）\n\
             演示县人民政府办公室\n{signed}"
        );
        let plan = plan(&source);
        let clause = &plan.sections[0].clauses[0];
        assert_eq!(clause.due_on.map(|date| date.to_string()).unwrap_or_default(), on, "{source}");
        assert_eq!(plan.warnings.iter().any(|w| w.message.contains("早于成文日期")), doubt, "{:#?}", plan.warnings);
    };
    let number = "演府办发〔2024〕80号\n";
    check(number, "2024年12月30日", "2月底前", "2025-02-28", true);
    check("", "2024年12月30日", "2月底前", "2025-02-28", true);
    check(number, "2024年11月20日", "上半年", "2025-06-30", true);
    check(number, "2024年12月30日", "年底前", "2024-12-31", false);
    check(number, "2024年3月30日", "6月底前", "2024-06-30", false);
    check(number, "2024年3月30日", "2月底前", "2024-02-29", true);
    check(number, "2024年12月30日", "2025年2月底前", "2025-02-28", false);
}

#[test]
fn measures_and_assessments_are_no_dates() {
    for sentence in [
        "将公开情况纳入年底效能目标考核体系。",
        "作为年底绩效评价内容。",
        "补贴每人每年只享受一次。",
        "每户每月补助10元。",
        "5年内累计享受不超过3个月。",
        "全年快检样品1000个以上。",
        "全年入企检查频次同比下降10%。",
        "年底前下达的资金要公开。",
        "对6月底前建成的项目开展验收。",
        "对6月底前未完成的，予以通报。",
    ] {
        check(sentence, "", "");
    }
    check("邀请代表列席，全年不少于4次。", "全年", "");
    check("年底考核各单位。", "年底", "2019-12-31");
    check("6月底前完成新建的3个站点。", "6月底前", "2019-06-30");
    check("每年考核一次。", "每年", "");
}

/// The years in the text before the clock's.
#[test]
fn the_year_of_other_terms_and_of_cited_documents() {
    let dated = plan("演示县专项行动方案\n一、步骤\n（一）实施。2025年10月底前完成整治。\n（二）总结。12月底前总结。");
    assert_eq!(dated.sections[0].clauses[1].due_on.map(|date| date.to_string()).as_deref(), Some("2025-12-31"));
    assert!(warns(&dated.warnings, 1, "其他时限的 2025 年"), "{:#?}", dated.warnings);
    let cited =
        plan("演示县若干措施\n根据《省政府通知》（演政发〔2016〕13号）制定。\n一、措施\n（一）实施。5月底前上线。");
    assert_eq!(cited.sections[0].clauses[0].due_on.map(|date| date.to_string()).as_deref(), Some("2016-05-31"));
    assert!(warns(&cited.warnings, 1, "所引文件的 2016 年"), "{:#?}", cited.warnings);
}

/// Days with what happens on them, with dots, of another year, and words that say which things are meant.
#[test]
fn days_of_rarer_forms() {
    let due = |text: &str| {
        let clause = clause(&format!("培训。{text}（县教体局负责）"));
        clause.due_on.map(|day| day.to_string()).unwrap_or_else(|| clause.due.clone().unwrap_or_default())
    };
    for (text, expect) in [
        ("11月15日供暖前完成检查。", "2019-11-15"),
        ("9月1日开学前完成检查。", "2019-09-01"),
        ("12月31日年终考核前完成。", "2019-12-31"),
        ("十二月月底完成检查。", "2019-12-31"),
        ("12月月底前完成检查。", "2019-12-31"),
        ("6.30前完成检查。", "2019-06-30"),
        ("3·15前开展宣传。", "2019-03-15"),
        ("12·4国家宪法日前开展宣传。", "2019-12-04"),
        ("6月26日国际禁毒日前开展宣传。", "2019-06-26"),
        ("去年上半年完成改造。", "2018-06-30"),
        ("去年年底前完成改造。", "2018-12-31"),
        ("处理2019年1月1日前的历史遗留问题。", ""),
        ("清理2019年6月30日前的欠款。", ""),
        ("2019年3月31日前已办结的事项不再重复公开。", ""),
        ("年中完成检查。", "年中"),
        ("到2027年建成示范区。", "到2027年"),
        ("“十五五”末建成示范区。", "十五五”末"),
        ("提高到3.5分，比6.5前进一步。", ""),
        ("到2018年底的数据。", ""),
    ] {
        assert_eq!(due(text), expect, "{text}");
    }
    let plan = plan("2019年演示县要点\n一、总则\n（一）培训。年中完成检查。（县教体局负责）");
    assert!(warns(&plan.warnings, 3, "没有写明是哪一天"), "{:#?}", plan.warnings);
}

#[test]
fn a_year_without_its_century_is_that_year() {
    let clause = |words: &str| {
        let source = format!("2025年演示县工作要点\n一、总则\n（一）培训。{words}开展培训。（县教体局负责）\n");
        let plan = plan(&source);
        (plan.sections[0].clauses[0].clone(), plan.warnings)
    };
    let due = |words: &str| clause(words).0.due_on.map(|on| on.to_string()).unwrap_or_default();
    assert_eq!(due("26年6月底前"), "2026-06-30");
    assert_eq!(due("２６年６月底前"), "2026-06-30");
    assert_eq!(due("二六年六月底前"), "2026-06-30");
    assert_eq!(due("26年底前"), "2026-12-31");
    assert_eq!(due("25年12月10日前"), "2025-12-10");
    let (early, warnings) = clause("24年6月底前");
    assert_eq!(early.due_on.map(|on| on.to_string()).as_deref(), Some("2024-06-30"));
    assert!(warnings.iter().any(|warning| warning.message.contains("早于计划年度")), "{warnings:?}");
    // No years: a time, an age.
    assert_eq!(due("用24年6个月"), "");
    assert_eq!(due("6月底前"), "2025-06-30");
}

/// The first clause's due date in an owner note, as words, date, and what is warned of.
fn noted(words: &str) -> (String, String, Vec<String>) {
    let plan = plan(&format!("2025年演示县工作要点\n一、总则\n（一）培训。开展培训。（县财政局负责，{words}）"));
    let clause = &plan.sections[0].clauses[0];
    assert_eq!(clause.owners.iter().map(|owner| owner.name.as_str()).collect::<Vec<_>>(), ["县财政局"], "{words}");
    let on = clause.due_on.map(|date| date.to_string()).unwrap_or_default();
    (clause.due.clone().unwrap_or_default(), on, plan.warnings.iter().map(|warning| warning.message.clone()).collect())
}

/// 八月十五 is no 15 August.
#[test]
fn days_of_the_lunar_calendar() {
    for (words, on) in [
        ("农历八月十五前", "2025-10-06"),
        ("农历五月初五前", "2025-05-31"),
        ("阴历九月初九", "2025-10-29"),
        ("2025年正月十五前", "2025-02-12"),
        ("农历四月廿三前", "2025-05-20"),
        // either end of the year, or the next
        ("腊月二十三前", ""),
        ("农历腊月三十前", ""),
        ("正月十五前", ""),
        ("腊月底前", ""),
        ("农历年底前", ""),
        ("农历八月", ""),
        ("农历闰六月初一前", ""),
    ] {
        let (due, date, warnings) = noted(words);
        assert_eq!((due.as_str(), date.as_str()), (words, on));
        assert!(warnings.iter().any(|warning| warning.contains(words)), "{words}: {warnings:?}");
    }
    check("腊月二十三前完成培训。", "腊月二十三前", "");
    let clause = clause("培训。农历八月十五举办灯会。");
    assert_eq!(clause.duties[0].due, None, "a day that is only mentioned");
}

/// Words for a part of a month, or for a day that only a calendar or the plan's author knows.
#[test]
fn parts_of_months_and_bare_ends() {
    for (words, on, doubt) in [
        ("9月上中旬", "2025-09-20", false),
        ("9月中下旬", "2025-09-30", false),
        ("9月初", "2025-09-10", true),
        ("6月20—25日", "2025-06-25", false),
        ("6月廿五日前", "2025-06-25", false),
        ("12月20前", "2025-12-20", false),
        ("6月20日（含）前", "2025-06-20", false),
        ("6月30日之内", "2025-06-30", false),
        ("6月20日截止", "2025-06-20", false),
        ("翌年1月底前", "2026-01-31", false),
        ("来年3月底前", "2026-03-31", false),
        ("年终前", "2025-12-31", false),
        ("上半年末", "2025-06-30", false),
        ("三季度前", "2025-09-30", true),
        ("上半年前", "2025-06-30", true),
        ("三季度末前", "2025-09-30", false),
        ("6月最后一个工作日前", "", true),
        ("6月第二周", "", true),
        ("月底前", "", true),
        ("季度末前", "", true),
        ("春耕前", "", true),
        ("高考前", "", true),
        ("立冬前", "", true),
        ("建党节前", "2025-06-30", false),
        ("国家宪法日前", "2025-12-03", false),
        ("中元节前", "2025-09-05", false),
        ("2025年二、三季度", "2025-09-30", false),
    ] {
        let (due, date, warnings) = noted(words);
        assert_eq!(date, on, "{words}");
        assert!(!due.is_empty(), "{words}");
        let told = warnings.iter().any(|warning| warning.contains("请填写日期") || warning.contains("请核对"));
        assert_eq!(told, doubt, "{words}: {warnings:?}");
    }
    check("9月初完成培训。", "9月初", "2019-09-10");
    check("9月初步完成培训。", "", "");
    check("月底前完成培训。", "月底前", "");
    check("6月最后一周完成培训。", "6月最后一周", "");
    check("高中考前开展辅导。", "", "");
}

/// Words that say when are no organ, also where no day can be read from them.
#[test]
fn times_are_no_owners() {
    for words in
        ["换届前", "国庆前后", "岁末", "年后", "每学期", "Q3", "2025.6", "双月", "验收前", "两会结束后", "每旬末"]
    {
        let (_, _, warnings) = noted(words);
        assert!(warnings.iter().any(|warning| warning.contains("看不懂时限")), "{words}: {warnings:?}");
    }
}
