//! Decisions read and applied, and what of them is named as not done.

use super::*;

const OLD: &str = "青禾县河道管理办法\n（2024年1月1日青禾县人民政府发布）\n第一章　总则\n第一条　为了加强河道管理，制定本办法。\n\
    第二条　县水利局负责河道管理。\n乡镇人民政府协助管理。\n第二章　保护\n第三条　禁止下列行为：\n（一）倾倒垃圾；\n（二）擅自采砂；\n\
    （三）围河造田。\n第四条　违反第三条规定的，由水行政主管部门责令改正。\n第五条　占用河道应当经工商行政管理部门同意。\n\
    第六条　河道清淤每年进行一次。\n第三章　附则\n第七条　本办法由县水利局负责解释。\n第八条　本办法自2024年2月1日起施行。";

fn amended(decision: &str) -> Amended {
    apply(&Statute::read(OLD), &read(decision))
}

/// Applied without anything left over.
fn whole(decision: &str) -> Amended {
    let done = amended(decision);
    assert!(done.failed.is_empty(), "{:?}", done.failed);
    done
}

fn text(done: &Amended, number: &str) -> String {
    let found = done.statute.articles.iter().find(|article| article.number == number);
    found.map(|article| article.text.clone()).unwrap_or_default()
}

fn numbers(done: &Amended) -> Vec<&str> {
    done.statute.articles.iter().map(|article| article.number.as_str()).collect()
}

#[test]
fn a_decision_is_applied() {
    let done = whole(
        "青禾县人民政府关于修改《青禾县河道管理办法》的决定\n经县人民政府常务会议研究，决定对《青禾县河道管理办法》作如下修改：\n\
         一、将第二条修改为：“县水行政主管部门负责河道管理。\n“乡镇人民政府、街道办事处协助管理。”\n\
         二、增加一条，作为第三条：“第三条　河道实行河长制。\n“县、乡、村设立河长。”\n\
         三、第三条改为第四条，第（二）项修改为：“（二）未经批准采砂；”\n\
         四、将第五条改为第六条，其中的“工商行政管理部门”修改为“市场监督管理部门”。\n五、删去第六条。\n\
         此外，对条文顺序作相应调整。\n本决定自2026年5月1日起施行。\n《青禾县河道管理办法》根据本决定作相应修改，重新公布。",
    );
    assert_eq!(numbers(&done), ["第一条", "第二条", "第三条", "第四条", "第五条", "第六条", "第七条", "第八条"]);
    assert_eq!(text(&done, "第二条"), "县水行政主管部门负责河道管理。\n乡镇人民政府、街道办事处协助管理。");
    assert_eq!(text(&done, "第三条"), "河道实行河长制。\n县、乡、村设立河长。");
    assert_eq!(text(&done, "第四条"), "禁止下列行为：\n（一）倾倒垃圾；\n（二）未经批准采砂；\n（三）围河造田。");
    assert!(text(&done, "第六条").contains("市场监督管理部门"), "{}", done.text);
    assert!(!done.text.contains("清淤"));
    assert_eq!(text(&done, "第八条"), "本办法自2024年2月1日起施行。");
    // The reference was not written anew, so it is named.
    assert!(
        done.notes.iter().any(|note| note.contains("第五条提到第三条") && note.contains("第四条")),
        "{:?}",
        done.notes
    );
    assert_eq!(done.statute.parts.iter().map(|part| part.before).collect::<Vec<_>>(), [0, 3, 6], "{}", done.text);
    assert_eq!(Statute::read(&done.text).articles.len(), 8);
}

#[test]
fn paragraphs_and_items_come_and_go() {
    let done = whole(
        "决定\n一、第二条增加一款，作为第二款：“县水利局应当公开河道名录。”\n二、第三条增加一项，作为第二项：“（二）排放污水；”\n\
         三、删去第三条第三项。",
    );
    assert_eq!(text(&done, "第二条"), "县水利局负责河道管理。\n县水利局应当公开河道名录。\n乡镇人民政府协助管理。");
    // 第三项 is counted after the one that came before it: the decision is applied in its order.
    assert_eq!(text(&done, "第三条"), "禁止下列行为：\n（一）倾倒垃圾；\n（二）排放污水；\n（三）围河造田。");
    let done = whole("决定\n一、删去第二条第二款。\n二、在第六条后增加一条，作为第六条之一：“清淤情况应当公布。”");
    assert_eq!(
        (text(&done, "第二条").as_str(), text(&done, "第六条之一").as_str()),
        ("县水利局负责河道管理。", "清淤情况应当公布。")
    );
    assert_eq!(numbers(&done)[5..], ["第六条", "第六条之一", "第七条", "第八条"]);
}

#[test]
fn words_are_exchanged_where_they_stand() {
    let done = whole(
        "决定\n一、将第二条、第七条中的“县水利局”修改为“县水务局”。\n二、删去第六条中的“每年”。\n三、在第五条“经”后增加“县”。",
    );
    assert!(
        text(&done, "第二条").starts_with("县水务局") && text(&done, "第七条").contains("县水务局"),
        "{}",
        done.text
    );
    assert_eq!(text(&done, "第六条"), "河道清淤进行一次。");
    assert!(text(&done, "第五条").contains("经县工商"), "{}", done.text);
    let everywhere = whole("决定\n将本办法中的“河道”统一修改为“河湖”。");
    assert!(!everywhere.statute.articles.iter().any(|article| article.text.contains("河道")), "{}", everywhere.text);
}

#[test]
fn what_cannot_be_done_is_named_and_the_rest_is_done() {
    let done = amended(
        "关于修改《青禾县河道管理办法》的决定\n一、将第二十条修改为：“甲。”\n二、删去第二条第五款。\n三、将第六条中的“每季度”修改为“每月”。\n\
         四、第三条第九项修改为：“（九）乙。”\n五、删去第七条。\n六、增加一章，作为第四章：“监督”\n七、第一条作适当修改。",
    );
    let reasons: Vec<&str> = done.failed.iter().map(|one| one.reason.as_str()).collect();
    for words in ["原文没有第二十条", "没有第五款", "没有“每季度”", "没有第三条第（九）项", "标题", "没有看懂"]
    {
        assert!(reasons.iter().any(|reason| reason.contains(words)), "{words}: {reasons:?}");
    }
    assert_eq!((done.failed.len(), done.applied.len()), (6, 1), "{:?}", done.failed);
    assert!(done.failed.iter().all(|one| !one.sentence.is_empty()));
    assert_eq!(numbers(&done).len(), 7);
    assert_eq!(text(&done, "第六条"), "河道清淤每年进行一次。");
    let other = amended("关于修改《乙办法》的决定\n对《乙办法》作如下修改：将第二条修改为：“甲。”");
    assert!(other.notes.iter().any(|note| note.contains("《乙办法》")), "{:?}", other.notes);
}

#[test]
fn articles_are_merged_split_and_named_anew() {
    let done = whole(
        "决定\n一、将第五条、第六条合并，作为第五条，修改为：“第五条　占用河道、清淤应当报批。”\n\
         二、第二条分为两条，作为第二条、第三条，修改为：“第二条　县水利局负责。”“第三条　乡镇协助。”\n\
         三、将第二章章名修改为“保护和利用”。\n四、将名称修改为“青禾县河湖管理办法”。",
    );
    assert_eq!(done.statute.title, "青禾县河湖管理办法");
    assert_eq!(done.statute.parts[1].line, "第二章　保护和利用");
    assert_eq!((text(&done, "第二条").as_str(), text(&done, "第三条").as_str()), ("县水利局负责。", "乡镇协助。"));
    assert_eq!(text(&done, "第六条"), "占用河道、清淤应当报批。", "{}", done.text);
}

#[test]
fn chapters_come_and_go_with_their_articles() {
    let done = whole(
        "决定\n一、增加一章，作为第三章：“第三章　监督\n“第七条　县水利局应当巡查。\n“第八条　任何人可以举报。”\n\
         二、此外，对章、条的序号作相应调整。",
    );
    let lines: Vec<&str> = done.statute.parts.iter().map(|part| part.line.as_str()).collect();
    assert_eq!(lines, ["第一章　总则", "第二章　保护", "第三章　监督", "第四章　附则"]);
    assert_eq!(done.statute.parts.iter().map(|part| part.before).collect::<Vec<_>>(), [0, 2, 6, 8], "{}", done.text);
    assert_eq!((text(&done, "第八条").as_str(), numbers(&done).len()), ("任何人可以举报。", 10));
    assert!(text(&done, "第九条").contains("负责解释"), "{}", done.text);
    let done = whole("决定\n一、删去第二章。\n二、对条文顺序作相应调整。");
    let lines: Vec<&str> = done.statute.parts.iter().map(|part| part.line.as_str()).collect();
    assert_eq!((lines, numbers(&done).len()), (vec!["第一章　总则", "第二章　附则"], 4), "{}", done.text);
    assert_eq!(text(&done, "第四条"), "本办法自2024年2月1日起施行。");
    assert!(amended("决定\n一、删去第九章。").failed[0].reason.contains("原文没有第九章"));
}

#[test]
fn quotations_within_quotations_and_straight_marks() {
    let done = whole("决定\n一、将第二条修改为：“本办法所称“河道”，包括湖泊。”");
    assert_eq!(text(&done, "第二条"), "本办法所称“河道”，包括湖泊。");
    let done = whole("决定\n一、将第六条中的\"每年\"修改为\"每季度\"。");
    assert_eq!(text(&done, "第六条"), "河道清淤每季度进行一次。");
}

#[test]
fn of_several_texts_only_ours_is_amended() {
    let done = whole(
        "关于修改部分文件的决定\n一、对《青禾县河道管理办法》作如下修改：\n（一）删去第七条。\n（二）将第六条中的“每年”修改为“每月”。\n\
         二、对《青禾县集市管理办法》作如下修改：\n（一）删去第一条。",
    );
    assert_eq!((numbers(&done).len(), numbers(&done)[0]), (7, "第一条"), "{}", done.text);
}

#[test]
fn a_decision_about_anything_changes_nothing_it_does_not_name() {
    for words in ["", "通知\n各单位：\n请认真办理。", "决定\n“未完的引号", "第一条\n第二条"]
    {
        let done = amended(words);
        assert_eq!(done.statute, Statute::read(OLD), "{words}");
    }
}

#[test]
fn what_a_decision_says_of_another_text_is_not_done_to_ours() {
    for words in [
        "决定\n一、将《青禾县出租车管理办法》第六条中的“每年”修改为“每月”。",
        "决定\n一、《青禾县出租车管理办法》第六条修改为：“甲。”",
        "决定\n一、删去《青禾县出租车管理办法》第六条。",
        "决定\n一、将出租车管理条例第六条中的“每年”修改为“每月”。",
    ] {
        let done = amended(words);
        assert_eq!((done.statute, done.applied.len()), (Statute::read(OLD), 0), "{words}");
        assert!(done.failed[0].reason.contains("不是本文"), "{words}: {:?}", done.failed);
    }
    // A decision about several: each clause names its own, and the sentences after it are about that one.
    let done = whole(
        "关于修改部分文件的决定\n一、将《青禾县出租车管理办法》第六条中的“每年”修改为“每月”。删去第七条。\n\
         二、将《青禾县河道管理办法》第六条中的“每年”修改为“每季度”。",
    );
    assert_eq!((text(&done, "第六条").as_str(), numbers(&done).len()), ("河道清淤每季度进行一次。", 8));
    assert!(done.notes.iter().any(|note| note.contains("《青禾县出租车管理办法》")), "{:?}", done.notes);
    // By its short name, and with what only the title says.
    let done = whole("关于修改《青禾县河道管理办法（试行）》的决定\n一、将《办法》第六条中的“每年”修改为“每月”。");
    assert_eq!(text(&done, "第六条"), "河道清淤每月进行一次。");
}

#[test]
fn words_of_the_title_are_those_of_the_title_alone() {
    let done = whole("决定\n一、将标题中的“河道”修改为“河湖”。");
    assert_eq!(done.statute.title, "青禾县河湖管理办法");
    assert_eq!(text(&done, "第一条"), "为了加强河道管理，制定本办法。");
    let done = whole("决定\n一、删去名称中的“青禾县”，第六条中的“每年”修改为“每月”。");
    assert_eq!(
        (done.statute.title.as_str(), text(&done, "第六条").as_str()),
        ("河道管理办法", "河道清淤每月进行一次。")
    );
    // What stands elsewhere is done by hand, not everywhere.
    for place in ["第二章章名中的", "附件中的", "附则中的", "第六条标题中的", "目录中的"] {
        let done = amended(&format!("决定\n一、将{place}“河道”修改为“河湖”。"));
        assert_eq!((done.statute, done.failed.len()), (Statute::read(OLD), 1), "{place}");
    }
}

#[test]
fn words_that_change_places_do_so_at_once() {
    let swapped = "禁止下列行为：\n（一）采砂垃圾；\n（二）擅自倾倒；\n（三）围河造田。";
    for words in [
        "决定\n一、将第三条中的“倾倒”修改为“采砂”，“采砂”修改为“倾倒”。",
        "决定\n一、将第三条中的“倾倒”修改为“采砂”；将第三条中的“采砂”修改为“倾倒”。",
        "决定\n一、将第三条中的“倾倒”修改为“采砂”。\n二、将第三条中的“采砂”修改为“倾倒”。",
    ] {
        assert_eq!(text(&whole(words), "第三条"), swapped, "{words}");
    }
    let done = amended("决定\n一、将第六条中的“每年”修改为“每月”；将第六条中的“每年”修改为“每天”。");
    assert_eq!((done.applied.len(), done.failed.len()), (1, 1), "{:?}", done.failed);
    assert!(done.failed[0].reason.contains("两种改法"), "{:?}", done.failed);
}

#[test]
fn what_comes_is_read_in_each_of_its_wordings() {
    let done = whole("决定\n一、在第三条中增加一项，作为第二项：“（二）排放污水；”\n二、在第二条中增加一款：“甲。”");
    assert!(text(&done, "第三条").contains("（二）排放污水；\n（三）擅自采砂；"), "{}", done.text);
    assert!(text(&done, "第二条").ends_with("甲。"), "{}", done.text);
    let done = whole("决定\n一、在第二章后增加一章，作为第三章：“第三章　监督\n“第七条　县水利局应当巡查。”");
    assert_eq!(done.statute.parts[2].line, "第三章　监督");
    // A number that is left out is told; words that the decision put in speak of the new numbers.
    let done = whole("决定\n一、增加一条，作为第十二条：“甲。”");
    assert!(done.notes.iter().any(|note| note.contains("第八条之后是第十二条")), "{:?}", done.notes);
    let done =
        whole("决定\n一、增加一条，作为第三条：“甲。”\n二、将第四条中的“违反第三条规定”修改为“违反第四条规定”。");
    assert!(!done.notes.iter().any(|note| note.contains("提到第四条")), "{:?}", done.notes);
    // Two acts of one sentence are one sentence.
    let done = whole("决定\n一、将第五条改为第六条，其中的“工商行政管理部门”修改为“市场监督管理部门”。");
    assert_eq!(done.applied.len(), 1);
}

#[test]
fn each_instruction_is_told_with_what_became_of_it() {
    let done = amended(
        "青禾县人民政府关于修改《青禾县河道管理办法》的决定\n一、将第二条中的“县水利局”修改为“县水务局”。\n\
         二、删去第九条。\n三、将第六条修改为：“第六条　河道清淤每年进行两次。”\n四、《青禾县采砂办法》第一条删去。",
    );
    let told: Vec<(&str, Outcome)> = done.told.iter().map(|one| (one.understood.as_str(), one.outcome)).collect();
    assert_eq!(
        told[..3],
        [
            ("在第二条里把“县水利局”换成“县水务局”", Outcome::Applied),
            ("删去第九条", Outcome::Failed),
            ("把第六条换成“第六条河道清淤每年进行两次。”", Outcome::Applied),
        ]
    );
    assert!(done.told[1].reason.contains("第九条"), "{:?}", done.told[1]);
    assert!(done.told[3..].iter().all(|one| one.outcome != Outcome::Applied), "{:?}", done.told);
    assert!(!done.text.contains("县水利局负责河道管理。\n乡镇") && done.text.contains("每年进行两次"));
}

#[test]
fn a_decision_for_another_text_does_nothing_and_says_so() {
    let done = amended("青禾县人民政府关于修改《青禾县采砂办法》的决定\n一、删去第二条。\n二、删去第三条。");
    assert!(done.applied.is_empty() && done.text == Statute::read(OLD).to_string());
    assert!(done.told.iter().all(|one| one.outcome == Outcome::Elsewhere), "{:?}", done.told);
}

#[test]
fn a_second_decision_is_applied_to_what_the_first_made() {
    let first = whole("决定\n一、增加一条，作为第三条：“第三条　河道实行河长制。”\n此外，对条文顺序作相应调整。");
    let second = apply(&first.statute, &read("决定\n一、删去第三条。\n二、对条文顺序作相应调整。"));
    assert!(second.failed.is_empty(), "{:?}", second.failed);
    assert_eq!(second.text, Statute::read(OLD).to_string());
}

#[test]
fn two_decisions_in_one_text_are_told_apart() {
    let one = "青禾县人民政府关于修改《青禾县河道管理办法》的决定\n青禾县人民政府关于修改《青禾县河道管理办法》的决定\n一、删去第二条。\n\
        本决定自公布之日起施行。";
    assert_eq!(decisions(one).len(), 1);
    let two = format!("{one}\n\n关于修改《青禾县采砂办法》的决定\n将第二条中的“关于修改的决定”删去。");
    assert_eq!(decisions(&two)[1], "关于修改《青禾县采砂办法》的决定");
    assert!(decisions("青禾县河道管理办法\n第一条 甲。").is_empty());
}
