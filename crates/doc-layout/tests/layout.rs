//! Layouts of documents written for these tests: what stands where the standard wants it is sure, the rest is told.

use doc_layout::{Act, Field, Layout, Paragraph, read};
use jiff::civil::{Date, date};

/// One paragraph for each line; `# ` is a heading.
fn layout(text: &str) -> Layout {
    let paragraph = |line: &str| match line.strip_prefix("# ") {
        Some(heading) => Paragraph::heading(heading, 1),
        None => Paragraph::of(line),
    };
    read(&text.lines().map(paragraph).collect::<Vec<_>>())
}

fn title(layout: &Layout) -> &str {
    layout.title.as_ref().map_or("", |found| found.value.as_str())
}

fn number(layout: &Layout) -> &str {
    layout.number.as_ref().map_or("", |found| found.value.as_str())
}

fn written(layout: &Layout) -> Option<Date> {
    layout.written.as_ref().map(|found| found.value)
}

fn doubts(layout: &Layout) -> Vec<Field> {
    layout.doubts.iter().map(|doubt| doubt.field).collect()
}

const NOTICE: &str = "000012
特急
青禾县人民政府文件

青禾府发〔2024〕12号　　　　签发人：某某

青禾县人民政府
关于印发青禾县农村公路养护管理办法的通知

各乡镇人民政府，县政府各部门，县直各单位：
　　现将《青禾县农村公路养护管理办法》印发给你们，请认真贯彻执行。
　　附件：1. 养护里程表
　　　　　2. 2024年度资金安排表

　　　　　　　　青禾县人民政府
　　　　　　　　2024年5月20日
（此件公开发布）
青禾县农村公路养护管理办法
第一条　为了加强农村公路养护，制定本办法。
第二条　本办法自2024年7月1日起施行，有效期至2029年6月30日。
抄送：县委各部门，县人大常委会办公室。
青禾县人民政府办公室　　　　　2024年5月22日印发";

#[test]
fn a_notice_with_all_parts_is_read_without_a_doubt() {
    let found = layout(NOTICE);
    assert_eq!(found.doubts, []);
    assert_eq!(found.organ.as_ref().map(|organ| organ.value.as_str()), Some("青禾县人民政府"));
    assert_eq!(number(&found), "青禾府发〔2024〕12号");
    assert_eq!(title(&found), "青禾县人民政府关于印发青禾县农村公路养护管理办法的通知");
    assert_eq!(found.addressee.as_ref().map(|to| to.value.as_str()), Some("各乡镇人民政府，县政府各部门，县直各单位"));
    assert_eq!(found.signature.as_ref().map(|by| by.value.as_str()), Some("青禾县人民政府"));
    assert_eq!(written(&found), Some(date(2024, 5, 20)));
    assert_eq!(found.effective.as_ref().map(|on| on.value), Some(date(2024, 7, 1)));
    assert_eq!(found.expires.as_ref().map(|on| on.value), Some(date(2029, 6, 30)));
    let attachments: Vec<&str> = found.attachments.iter().map(|one| one.value.as_str()).collect();
    assert_eq!(attachments, ["养护里程表", "2024年度资金安排表"]);
    assert_eq!(found.annotations.len(), 1);
    let printed = found.printed.as_ref().map(|line| (line.value.organ.as_str(), line.value.on));
    assert_eq!(printed, Some(("青禾县人民政府办公室", date(2024, 5, 22))));
    // The text begins with whom it is sent to and ends before the print line.
    let lines: Vec<&str> = NOTICE.lines().collect();
    assert!(lines[found.body[0]].starts_with("各乡镇人民政府"));
    assert!(found.body.last().is_some_and(|at| lines[*at].starts_with("第二条")));
}

#[test]
fn the_print_date_is_never_taken_for_the_date_of_the_document() {
    let found = layout(
        "青禾民发〔2025〕3号\n关于开展慰问的通知\n各乡镇：\n请做好慰问。\n抄送：县政府办公室。\n青禾县民政局办公室　2025年2月3日印发",
    );
    assert_eq!(written(&found), None);
    assert_eq!(doubts(&found), [Field::Written]);
    assert!(found.printed.is_some());
}

#[test]
fn joint_heads_and_joint_signatures_name_all_organs() {
    let found = layout(
        "青禾县财政局\n青禾县民政局文件\n青禾财社〔2023〕8号\n关于下达补助资金的通知\n各乡镇人民政府：\n现下达补助资金。\n青禾县财政局　　青禾县民政局\n二〇二三年六月九日",
    );
    assert_eq!(found.organ.as_ref().map(|organ| organ.value.as_str()), Some("青禾县财政局、青禾县民政局"));
    assert_eq!(found.signature.as_ref().map(|by| by.value.as_str()), Some("青禾县财政局、青禾县民政局"));
    assert_eq!(written(&found), Some(date(2023, 6, 9)));
    assert_eq!(found.doubts, []);
}

#[test]
fn an_order_is_numbered_by_its_count() {
    let found = layout(
        "青禾县人民政府令\n第7号\n《青禾县城镇供水管理办法》已经县政府常务会议通过，现予公布。\n县长　某某\n2022年1月4日\n青禾县城镇供水管理办法\n第一条　制定本办法。",
    );
    assert_eq!(number(&found), "青禾县人民政府令第7号");
    // The decree has no title of its own: that is told, and nothing is made up.
    assert!(doubts(&found).contains(&Field::Title));
}

#[test]
fn a_law_tells_its_steps_below_its_title() {
    let found = layout(
        "# 青禾省湿地保护条例\n（2015年9月24日青禾省第十二届人民代表大会常务委员会第二十次会议通过　根据2020年11月27日青禾省第十三届人民代表大会常务委员会第二十五次会议《关于修改〈青禾省湿地保护条例〉的决定》修正）\n# 第一章　总　则\n第一条　制定本条例。\n第二条　本条例自2016年1月1日起施行。",
    );
    assert_eq!(title(&found), "青禾省湿地保护条例");
    let acts: Vec<(Date, Act)> = found.adoptions.iter().map(|step| (step.on, step.act)).collect();
    assert_eq!(acts, [(date(2015, 9, 24), Act::Passed), (date(2020, 11, 27), Act::Revised)]);
    assert_eq!(written(&found), Some(date(2020, 11, 27)));
    assert_eq!(found.effective.as_ref().map(|on| on.value), Some(date(2016, 1, 1)));
    assert!(found.was_revised());
    assert_eq!(doubts(&found), [Field::Number]);
}

#[test]
fn steps_on_lines_of_their_own_give_number_and_days() {
    let found = layout(
        "# 河道采砂管理办法\n2001年10月10日 国务院第45次常务会议通过\n2001年10月25日 中华人民共和国国务院令第320号公布\n2002年1月1日 施行\n<!-- INFO END -->\n第一条 制定本办法。",
    );
    assert_eq!(number(&found), "中华人民共和国国务院令第320号");
    assert_eq!(written(&found), Some(date(2001, 10, 25)));
    assert_eq!(found.effective.as_ref().map(|on| on.value), Some(date(2002, 1, 1)));
    assert_eq!(found.doubts, []);
    // The mark of the collector is no text, the steps are.
    assert_eq!(found.body, [1, 2, 3, 5]);
}

#[test]
fn a_later_order_counts_and_is_told() {
    let found = layout(
        "# 预算管理条例\n1995年11月22日 国务院令第186号发布\n2020年8月3日 国务院令第729号修订）\n第一条 制定本条例。\n第二条 本条例自2020年10月1日起施行。",
    );
    assert_eq!(number(&found), "国务院令第729号");
    assert!(found.number.as_ref().is_some_and(|number| !number.is_sure()));
    assert_eq!(doubts(&found), [Field::Number]);
}

#[test]
fn two_numbers_are_never_chosen_from_in_silence() {
    let found = layout(
        "青禾府发〔2024〕12号\n青禾府办〔2024〕30号\n关于做好防汛工作的通知\n各乡镇：\n请做好防汛。\n青禾县人民政府\n2024年5月20日",
    );
    assert_eq!(doubts(&found), [Field::Number]);
    assert!(found.doubts[0].words.contains("青禾府办〔2024〕30号"), "{:?}", found.doubts);
}

#[test]
fn a_number_within_the_text_is_not_its_own() {
    let found = layout(
        "关于调整补贴标准的通知\n各乡镇：\n根据青禾府发〔2023〕1号文件，现调整补贴标准。\n青禾县民政局\n2024年2月1日",
    );
    assert_eq!(number(&found), "");
    assert_eq!(doubts(&found), [Field::Number]);
}

#[test]
fn other_brackets_are_set_right() {
    let found = layout("青禾民发[2024]第08号\n关于做好救助工作的通知\n各乡镇：\n请办理。\n青禾县民政局\n2024年3月1日");
    assert_eq!(number(&found), "青禾民发〔2024〕8号");
}

#[test]
fn two_signatures_with_two_days_are_told() {
    let found = layout(
        "青禾府发〔2024〕2号\n关于转发节水方案的通知\n各乡镇：\n现予转发。\n青禾县人民政府\n2024年2月1日\n节水方案\n一、目标\n青禾县水利局\n2024年1月10日",
    );
    assert_eq!(written(&found), Some(date(2024, 2, 1)));
    assert_eq!(doubts(&found), [Field::Written]);
}

#[test]
fn a_term_in_years_is_counted_and_told() {
    let found = layout(
        "青禾府规〔2021〕1号\n青禾县犬只管理办法\n第一条 制定本办法。\n第二条 本办法自2021年5月1日起施行，有效期五年。\n青禾县人民政府\n2021年4月2日",
    );
    assert_eq!(found.expires.as_ref().map(|on| on.value), Some(date(2026, 4, 30)));
    assert_eq!(doubts(&found), [Field::Expires]);
}

#[test]
fn in_force_from_the_day_it_was_issued() {
    let found = layout(
        "青禾府办〔2022〕9号\n关于加强校车管理的意见\n各乡镇：\n本意见自印发之日起施行。\n青禾县人民政府办公室\n2022年9月1日",
    );
    assert_eq!(found.effective.as_ref().map(|on| on.value), Some(date(2022, 9, 1)));
    assert_eq!(found.doubts, []);
}

#[test]
fn days_of_other_texts_are_not_its_own() {
    let found = layout(
        "青禾民发〔2022〕9号\n关于做好登记的通知\n各乡镇：\n《登记办法》自2021年3月1日起施行，请遵照执行。\n青禾县民政局\n2022年9月1日",
    );
    assert_eq!(found.effective, None);
}

#[test]
fn the_term_of_a_licence_is_not_that_of_its_law() {
    let of = |article: &str| {
        let text = format!("# 青禾县农药管理办法\n2001年1月5日 国务院令第9号公布\n第一条 制定本办法。\n{article}");
        let found = layout(&text);
        (found.expires.as_ref().map(|on| on.value), doubts(&found).contains(&Field::Expires))
    };
    for article in [
        "第二条 农药登记证有效期为5年。",
        "第二条 生鲜乳收购许可证有效期2年，有效期满可以续展。",
        "第二条 许可证由县局颁发，有效期5年。",
        "第二条 本办法施行前取得的登记证，有效期至2029年6月30日。",
        "第二条 通行证有效期为10年。有效期届满前办理。",
        "第二条 身份证件有效期至2029年6月30日的，不再换发。",
    ] {
        assert_eq!(of(article), (None, false), "{article}");
    }
    for article in [
        "第二条 本办法自2002年1月1日起施行，有效期5年。",
        "第二条 本办法自2002年1月1日起施行。有效期五年。",
        "第二条 本办法自公布之日起施行，有效期至2006年12月31日。",
        "第二条 本办法有效期至2006年12月31日。",
        "第二条 本办法的有效期为5年，自2002年1月1日起施行。",
    ] {
        assert_eq!(of(article).0, Some(date(2006, 12, 31)), "{article}");
    }
}

#[test]
fn a_secret_mark_is_told_before_anything_else_is_done_with_it() {
    let found = layout("秘密★1年\n青禾府发〔2024〕2号\n关于某事的通知\n各乡镇：\n内容。\n青禾县人民政府\n2024年2月1日");
    assert!(found.marking.is_some());
    assert!(doubts(&found).contains(&Field::Marking));
    // A sentence that speaks of secrets is no mark.
    assert!(layout("秘密文件管理办法\n第一条 制定本办法。").marking.is_none());
}

#[test]
fn a_mark_is_no_title_and_is_found_below_the_signature_as_well() {
    let text = "关于开展检查的通知\n各乡镇：\n请开展检查。\n青禾县公安局\n2024年5月20日";
    for mark in ["密级：秘密", "【秘密】", "工作秘密", "此件不公开", "内部资料 注意保存", "公开属性：不予公开"]
    {
        for text in [format!("{mark}\n{text}"), format!("{text}\n（{mark}）"), format!("{text}\n{mark}")] {
            let found = layout(&text);
            assert_eq!(title(&found), "关于开展检查的通知", "{text}");
            assert!(found.marking.is_some() && doubts(&found).contains(&Field::Marking), "{text}");
        }
    }
    let found = layout(&format!("{text}\n（此件依申请公开）"));
    assert_eq!(found.closed, Some(doc_layout::Closed::OnRequest));
    // It stays in the text, where the checks of the gates find it.
    assert_eq!(found.body.last(), Some(&5));
    assert_eq!(layout(&format!("{text}\n（此件公开发布）")).closed, None);
}

#[test]
fn what_is_no_document_gives_nothing_and_says_so() {
    for text in ["", "\n\n", "今天上午，全县召开了会议，会议强调了安全生产。", "1\n2\n3"] {
        let found = layout(text);
        assert_eq!((number(&found), written(&found)), ("", None), "{text}");
        assert!(doubts(&found).contains(&Field::Number) && doubts(&found).contains(&Field::Written), "{text}");
    }
}

#[test]
fn titles_run_over_lines_and_keep_their_note() {
    let found = layout(
        "青禾府发〔2024〕5号\n青禾县人民政府关于进一步加强\n城乡 建设 用地\n管理的 意见\n（试行）\n各乡镇：\n内容。\n青禾县人民政府\n2024年2月1日",
    );
    assert_eq!(title(&found), "青禾县人民政府关于进一步加强城乡建设用地管理的意见（试行）");
    assert_eq!(found.doubts, []);
}

#[test]
fn steps_of_old_laws_without_a_verb_are_told() {
    let found = layout("# 船舶航行暂行规则\n1958年4月19日 交通部\n1958年6月1日 执行\n第一条 制定本规则。");
    assert_eq!(written(&found), Some(date(1958, 4, 19)));
    assert_eq!(found.effective.as_ref().map(|on| on.value), Some(date(1958, 6, 1)));
    assert_eq!(doubts(&found), [Field::Number, Field::Written]);
}

#[test]
fn a_first_sentence_that_begins_with_a_date_is_text() {
    let found = layout("# 工作动态\n2024年3月5日，县政府召开会议，会议通过了工作方案。\n会议要求抓好落实。");
    assert_eq!((found.adoptions.len(), written(&found)), (0, None));
    assert_eq!(found.body.len(), 2);
}
