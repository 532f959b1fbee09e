//! What an answer must hold, when it may be given, and what its letter says.

use gongkai_foi::{
    Applicant, Asked, Carrier, Channel, Decision, Delivery, Exemption, Happened, Missing, Need, Opinion, Outcome,
    Request, State,
    correction::Correction,
    letter::{self, About, Instances},
    remedy,
};

use crate::{came, consulted, date, had, on, rules, said, timeline};

fn working() -> State {
    on(&timeline(&[("2026-03-02", came())]), "2026-03-10")
}

fn about() -> About<'static> {
    About {
        organ: "某某县住房和城乡建设局",
        phone: "0793-0000000",
        applicant: "王小明",
        you: "您",
        number: "2026-00012",
        received: date("2026-03-02"),
        wanted: "2025 年城关镇老旧小区改造项目验收报告",
    }
}

/// An answer with everything that its outcome asks for.
fn whole(outcome: Outcome) -> Decision {
    let mut decision = Decision::new(outcome);
    for need in outcome.needs() {
        let text = if *need == Need::Law {
            "《某某条例》第十条".to_owned()
        } else {
            format!("测试用的{}", need.label())
        };
        decision = decision.with(*need, text);
    }
    if outcome.has_exemptions() { decision.exempt(Exemption::Process, "请示报告") } else { decision }
}

fn fields(decision: &Decision, state: &State) -> Vec<&'static str> {
    decision.problems(state).into_iter().map(|problem| problem.field).collect()
}

fn state_for(outcome: Outcome) -> State {
    let until = date("2026-03-09");
    let asked = Happened::SupplementAsked { until };
    match outcome {
        Outcome::StillUnclear => on(
            &timeline(&[("2026-03-02", came()), ("2026-03-03", asked), ("2026-03-06", Happened::Supplemented)]),
            "2026-03-10",
        ),
        Outcome::NotSupplemented => on(&timeline(&[("2026-03-02", came()), ("2026-03-03", asked)]), "2026-03-10"),
        Outcome::FeeUnpaid => {
            on(&timeline(&[("2026-03-02", came()), ("2026-03-03", Happened::FeeNoticed)]), "2026-05-10")
        }
        Outcome::Abusive => on(
            &timeline(&[("2026-03-02", came()), ("2026-03-03", Happened::ReasonsAsked { until: None })]),
            "2026-03-10",
        ),
        _ => working(),
    }
}

#[test]
fn every_outcome_can_be_given_with_what_it_needs_and_not_without() {
    for outcome in Outcome::ALL.into_iter().filter(|outcome| outcome.is_answer()) {
        let state = state_for(outcome);
        assert_eq!(fields(&whole(outcome), &state), Vec::<&str>::new(), "{outcome:?}");
        for need in outcome.needs() {
            let mut without = whole(outcome);
            without.texts.insert(*need, "  ".to_owned());
            assert_eq!(fields(&without, &state), [need.code()], "{outcome:?}");
        }
    }
}

#[test]
fn codes_are_unique_and_read_back() {
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::of(outcome.code()), Some(outcome));
        assert_eq!(serde_json::to_value(outcome).expect("written"), outcome.code());
        assert!(outcome.ground().contains("条例") || outcome == Outcome::Withdrawn);
        assert!(!outcome.plain().is_empty());
    }
    for exemption in Exemption::ALL {
        assert_eq!(Exemption::of(exemption.code()), Some(exemption));
        assert_eq!(serde_json::to_value(exemption).expect("written"), exemption.code());
    }
    for need in Need::ALL {
        assert_eq!(serde_json::to_value(need).expect("written"), need.code());
    }
    for applicant in Applicant::ALL {
        assert_eq!(Applicant::of(applicant.code()), Some(applicant));
        assert_eq!(serde_json::to_value(applicant).expect("written"), applicant.code());
    }
    for channel in Channel::ALL {
        assert_eq!(serde_json::to_value(channel).expect("written"), channel.code());
    }
    for finding in remedy::Finding::ALL {
        assert_eq!(serde_json::to_value(finding).expect("written"), finding.code());
    }
}

#[test]
fn nothing_stays_closed_without_a_ground_of_the_law() {
    let state = working();
    let closed = Decision::new(Outcome::Withheld).with(Need::Reason, "不便公开");
    assert_eq!(fields(&closed, &state), ["exemptions"]);
    let bare = Decision::new(Outcome::Withheld);
    assert_eq!(fields(&bare, &state), ["exemptions", "reason"], "in the order of the form");
    let vague = closed.clone().exempt(Exemption::InternalAffairs, "工作秘密");
    assert_eq!(fields(&vague, &state), ["kind_internal_affairs"], "one of the three kinds");
    assert!(fields(&closed.clone().exempt(Exemption::InternalAffairs, "人事管理"), &state).is_empty());
    let law = closed.exempt(Exemption::ForbiddenByLaw, "");
    assert_eq!(fields(&law, &state), ["law"], "which law forbids");
    let given = whole(Outcome::Disclosed).exempt(Exemption::CaseFile, "");
    assert_eq!(fields(&given, &state), ["exemptions"]);
}

#[test]
fn outcomes_that_follow_from_something_need_it() {
    let state = working();
    for outcome in [Outcome::StillUnclear, Outcome::NotSupplemented, Outcome::FeeUnpaid, Outcome::Abusive] {
        assert_eq!(fields(&whole(outcome), &state), ["outcome"], "{outcome:?}");
    }
    let missed = state_for(Outcome::NotSupplemented);
    assert_eq!(fields(&whole(Outcome::Disclosed), &missed), ["outcome"]);
}

#[test]
fn nothing_is_given_while_a_third_party_may_still_object() {
    let events = [
        ("2026-03-02", came()),
        ("2026-03-03", consulted(1, Asked::ThirdParty)),
        ("2026-03-04", had(1)),
        ("2026-03-10", said(1, Opinion::ObjectsWithReason)),
    ];
    let waiting = on(&timeline(&events[..3]), "2026-03-09");
    assert_eq!(fields(&whole(Outcome::Disclosed), &waiting), ["outcome"]);
    assert!(fields(&whole(Outcome::NotExist), &waiting).is_empty(), "what is not there harms nobody");
    let objected = on(&timeline(&events), "2026-03-10");
    let given = whole(Outcome::Disclosed);
    assert_eq!(fields(&given, &objected), ["public_interest"]);
    assert!(given.overrides(&objected));
    let heavy = given.with(Need::PublicInterest, "涉及公共安全");
    assert!(fields(&heavy, &objected).is_empty());
    let spared = whole(Outcome::Partly).exempt(Exemption::ThirdParty, "商业秘密");
    assert!(!spared.overrides(&objected) && fields(&spared, &objected).is_empty());
    let silent = on(&timeline(&events[..3]), "2026-03-26");
    assert!(fields(&whole(Outcome::Disclosed), &silent).is_empty(), "the organ decides");
}

#[test]
fn every_answer_names_ground_reason_exemption_and_remedies() {
    for outcome in Outcome::ALL.into_iter().filter(|outcome| outcome.is_answer()) {
        let (decision, state) = (whole(outcome), state_for(outcome));
        let draft = letter::reply(&about(), &decision, &state, Instances::default(), &rules());
        let text = draft.text();
        assert_eq!(draft.left_out(&text), Vec::<&str>::new(), "{outcome:?}: {text}");
        for need in outcome.needs() {
            assert!(text.contains(decision.text(*need)), "{outcome:?} {need:?}: {text}");
        }
        assert!(text.contains("60 日") && text.contains("诉讼"), "{text}");
        assert!(draft.left_out("您好。").contains(&"救济途径和期限"));
        assert!(!text.contains("。。"), "{text}");
    }
}

#[test]
fn an_answer_anew_names_what_asks_for_it_and_what_it_replaces() {
    let (decision, state) = (whole(Outcome::Disclosed), working());
    let by = Instances { anew_by: "行政复议决定（青政复〔2026〕3号）", ..Instances::default() };
    let ordered = letter::reply(&about(), &decision, &state, by, &rules());
    assert!(ordered.text().contains("根据行政复议决定（青政复〔2026〕3号），本机关重新处理"), "{}", ordered.text());
    let both = Instances { annulled: "依申请答复〔2026〕1号", ..by };
    let draft = letter::reply(&about(), &decision, &state, both, &rules());
    let text = draft.text();
    assert!(text.contains("依申请答复〔2026〕1号已被行政复议决定（青政复〔2026〕3号）撤销"), "{text}");
    assert_eq!(draft.left_out(&text), Vec::<&str>::new(), "{text}");
    let silent = text.replace("依申请答复〔2026〕1号", "原答复");
    assert_eq!(draft.left_out(&silent), ["重新答复的依据和被撤销的答复"]);
    let first = letter::reply(&about(), &decision, &state, Instances::default(), &rules()).text();
    assert!(!first.contains("重新处理"), "{first}");
}

#[test]
fn a_refusal_sends_to_a_review_first_since_2024() {
    let (decision, state) = (whole(Outcome::Withheld), working());
    let draft = letter::reply(&about(), &decision, &state, Instances::default(), &rules());
    assert!(draft.text().contains("应当先申请行政复议") && draft.text().contains("15 日内"));
    let given = letter::reply(&about(), &whole(Outcome::Disclosed), &state, Instances::default(), &rules());
    assert!(given.text().contains("6 个月内"));
    let old = on(&timeline(&[("2023-03-02", came())]), "2023-03-10");
    let names = Instances { reviewer: "某某县人民政府", court: "某某县人民法院", ..Instances::default() };
    let before = letter::reply(&about(), &decision, &old, names, &rules()).text();
    assert!(before.contains("6 个月内") && before.contains("向某某县人民政府申请行政复议"));
    let named = letter::reply(&about(), &decision, &state, names, &rules());
    let nameless = named.text().replace("某某县人民政府", "行政复议机关");
    assert_eq!(named.left_out(&nameless), ["救济途径和期限"], "who hears it is told (行政复议法 Art. 20)");
    let denied = named.text().replace("可以自收到", "不可以自收到");
    assert_eq!(named.left_out(&denied), ["救济途径和期限"], "the opposite is no remedy");
}

#[test]
fn what_the_law_does_not_list_names_its_article() {
    let state = working();
    let bare = whole(Outcome::OtherHandling).with(Need::Law, "《政府信息公开条例》");
    assert_eq!(fields(&bare, &state), ["law"]);
    let text = letter::reply(&about(), &whole(Outcome::OtherHandling), &state, Instances::default(), &rules()).text();
    assert!(text.contains("根据《某某条例》第十条，答复如下"), "{text}");
}

#[test]
fn nobody_is_turned_away_before_the_day_for_their_reasons_is_over() {
    let until = Some(date("2026-03-16"));
    let mut events = vec![("2026-03-02", came()), ("2026-03-03", Happened::ReasonsAsked { until })];
    let abusive = whole(Outcome::Abusive);
    assert_eq!(fields(&abusive, &on(&timeline(&events), "2026-03-16")), ["outcome"]);
    assert!(fields(&abusive, &on(&timeline(&events), "2026-03-17")).is_empty());
    events.push(("2026-03-05", Happened::ReasonsGiven));
    assert!(fields(&abusive, &on(&timeline(&events), "2026-03-06")).is_empty(), "they were given and are none");
}

#[test]
fn remedies_have_their_last_days() {
    let remedies = remedy::against(Outcome::Disclosed, date("2026-03-10"), &rules());
    let last: Vec<_> = remedies.iter().map(|one| one.until(date("2026-03-10"), &rules())).collect();
    // The sixtieth day, 2026-05-09, is a Saturday that is worked; six months on, 2026-09-10 is a Thursday.
    assert_eq!(last, [Some(date("2026-05-09")), Some(date("2026-09-10")), None]);
    let first = remedy::against(Outcome::Withheld, date("2026-03-10"), &rules());
    assert_eq!(first[1].until(date("2026-03-10"), &rules()), None, "depends on the review");
}

#[test]
fn letters_to_others_do_not_say_who_asks() {
    for asked in Asked::ALL {
        let draft = letter::consult(&about(), asked, "某某建筑公司", "验收报告");
        assert!(!draft.text().contains("王小明") && !draft.to.contains("王小明"), "{asked:?}");
        assert!(draft.left_out(&draft.text()).is_empty());
    }
    let told = letter::override_notice(&about(), "某某建筑公司", "验收报告", "涉及公共安全");
    assert!(!told.text().contains("王小明") && told.left_out(&told.text()).is_empty());
}

#[test]
fn every_letter_says_what_the_law_asks_of_it() {
    let (about, day) = (about(), date("2026-04-28"));
    let drafts = [
        letter::registered(&about, day),
        letter::supplement(&about, "请写明是哪个小区", day),
        letter::extension(&about, 20, (day, false), "需要查找纸质档案"),
        letter::extension(&about, 20, (day, true), "需要查找纸质档案"),
        letter::reasons(&about, "本月已申请 45 件", day),
        letter::reasons(&about, "您（单位）本月已申请 45 件", day),
        letter::delay(&about, day),
        letter::fee(&about, "按件计收，第 11 至 30 件每件 100 元", 2000, "到县政务服务中心 3 号窗口缴纳", 20),
        letter::withdrawal(&about, day),
    ];
    for draft in drafts {
        assert_eq!(draft.left_out(&draft.text()), Vec::<&str>::new(), "{}", draft.title);
        assert!(draft.must.is_empty() || !draft.left_out("").is_empty(), "{}", draft.title);
    }
}

#[test]
fn an_exemption_is_told_in_a_sentence_and_names_what_was_chosen_alone() {
    let text = |exemption: Exemption, kind: &str| {
        let decision = Decision::new(Outcome::Withheld).with(Need::Reason, "含有住址").exempt(exemption, kind);
        letter::reply(&about(), &decision, &working(), Instances::default(), &rules()).text()
    };
    let private = text(Exemption::ThirdParty, "个人隐私");
    assert!(
        private.contains("涉及个人隐私，公开会对第三方合法权益造成损害，根据《政府信息公开条例》第十五条，不予公开。"),
        "{private}"
    );
    assert!(!private.contains("商业秘密"), "{private}");
    assert!(text(Exemption::ThreeSafeties, "公共安全").contains("公开后可能危及公共安全，根据"));
    assert!(text(Exemption::Process, "过程稿").contains("属于过程性信息（过程稿），根据"));
    assert!(text(Exemption::StateSecret, "").contains("属于依法确定为国家秘密的政府信息，根据"));
}

#[test]
fn of_a_part_no_exemption_is_told_of_the_whole() {
    let partly = whole(Outcome::Partly).exempt(Exemption::InternalAffairs, "人事管理");
    let text = letter::reply(&about(), &partly, &working(), Instances::default(), &rules()).text();
    assert!(text.contains("不予公开的部分中，有的属于内部事务信息（人事管理），根据"), "{text}");
    assert!(text.contains("不予公开的部分中，有的属于过程性信息（请示报告），根据"), "{text}");
    let one = letter::reply(&about(), &whole(Outcome::Partly), &working(), Instances::default(), &rules()).text();
    assert!(one.contains("不予公开的部分属于过程性信息（请示报告），根据"), "{one}");
}

#[test]
fn a_day_beyond_the_calendar_is_told_as_expected() {
    let day = date("2027-01-26");
    let sure = letter::extension(&about(), 20, (day, false), "").text();
    assert!(sure.contains("将在2027年1月26日前答复") && !sure.contains("预计"), "{sure}");
    let expected = letter::extension(&about(), 20, (day, true), "").text();
    assert!(expected.contains("预计到2027年1月26日") && !expected.contains("将在"), "{expected}");
}

#[test]
fn a_long_request_is_not_repeated_whole() {
    let wanted = "很长的描述".repeat(4000);
    let about = About { wanted: &wanted, ..about() };
    assert!(letter::withdrawal(&about, date("2026-04-28")).text().chars().count() < 500);
}

#[test]
fn who_asks_is_addressed_as_what_they_are_and_others_as_either() {
    let day = date("2026-04-28");
    assert!(letter::withdrawal(&about(), day).text().contains("您已于"));
    let firm = About { you: "贵单位", ..about() };
    assert!(letter::withdrawal(&firm, day).text().contains("收到贵单位提出的"));
    assert!(letter::consult(&about(), Asked::ThirdParty, "某某建筑公司", "验收报告").text().contains(letter::YOU));
}

#[test]
fn a_request_holds_what_the_law_asks_and_nothing_more() {
    let full = Request {
        applicant: Some(Applicant::NaturalPerson),
        name: "王小明",
        proof: "11010519491231002X",
        phone: "13800000000",
        wanted: "验收报告",
        carrier: Some(Carrier::Electronic),
        delivery: Some(Delivery::Online),
        ..Request::default()
    };
    assert!(full.missing().is_empty());
    let organisation = Request { applicant: Some(Applicant::Business), ..full.clone() };
    assert_eq!(organisation.missing(), [Missing::Agent]);
    let unfitting = Request { carrier: Some(Carrier::Paper), ..full.clone() };
    assert_eq!(unfitting.missing(), [Missing::Unfitting]);
    let nowhere = Request { carrier: Some(Carrier::Paper), delivery: Some(Delivery::Post), ..full };
    assert_eq!(nowhere.missing(), [Missing::Address]);
    let empty: Vec<&str> = Request::default().missing().into_iter().map(Missing::field).collect();
    assert_eq!(empty, ["wanted", "applicant", "name", "proof", "phone", "carrier", "delivery"]);
}

#[test]
fn every_end_of_a_correction_is_read_back() {
    for correction in Correction::ALL {
        assert_eq!(Correction::of(correction.code()), Some(correction));
    }
}
