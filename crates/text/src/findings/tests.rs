//! Personal numbers: what is found, what is not, and that masks leak nothing. All numbers are invented or a standard's own.

use proptest::prelude::*;

use super::*;
use crate::work::tests::grows_with_the_text;

/// Rules found, in order, with their excerpts.
pub(super) fn check(text: &str, expect: &[(&str, &str)]) {
    let findings = personal_numbers("body", text);
    let found: Vec<(&str, &str)> =
        findings.iter().map(|f| (f.rule.trim_start_matches("privacy."), f.excerpt.as_str())).collect();
    assert_eq!(found, expect, "{text}");
}

#[test]
fn identity_numbers() {
    let masked = [("id_number", "110105********002X")];
    for text in [
        "11010519491231002X",
        "身份证号：11010519491231002x。",
        "110105 19491231 002X",
        "110105-19491231-002X",
        "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105\u{200b}19491231002X",
        "ID11010519491231002X",
    ] {
        check(text, &masked);
    }
    check("440524188001010014", &[("id_number", "440524********0014")]);
    check(
        "甲 440524188001010014 乙 370101190102039973",
        &[("id_number", "440524********0014"), ("id_number", "370101********9973")],
    );
}

#[test]
fn identity_numbers_need_date_and_check() {
    check("110105194912310021", &[]);
    check("110105194913310020", &[]);
    check("110105194902300026", &[]);
    check("1101051949123100211", &[]);
}

#[test]
fn old_identity_numbers() {
    check("110105491231002", &[("id_number", "110105******002")]);
    check("110105491331002", &[]);
    check("990105491231002", &[]);
    let finding = &personal_numbers("body", "110105491231002")[0];
    assert_eq!(finding.severity, Severity::Warn);
}

#[test]
fn mobiles() {
    let masked = [("mobile", "138****8000")];
    for text in [
        "13800138000",
        "电话13800138000。",
        "138 0013 8000",
        "138-0013-8000",
        "+8613800138000",
        "+86 138 0013 8000",
        "+86-138-0013-8000",
        "008613800138000",
        "１３８００１３８０００",
        "Tel:13800138000",
        "1 3 8 0 0 1 3 8 0 0 0",
        "0793-5123456 13800138000",
    ] {
        check(text, &masked);
    }
    check("13800138000 13900139000", &[("mobile", "138****8000"), ("mobile", "139****9000")]);
    check("13800138000、13900139000", &[("mobile", "138****8000"), ("mobile", "139****9000")]);
}

#[test]
fn cards() {
    check("6222020000000000000", &[("bank_card", "***************0000")]);
    check("6222 0200 0000 0000 000", &[("bank_card", "***************0000")]);
    check("622202 0000000000000", &[("bank_card", "***************0000")]);
    check("4111111111111111", &[("bank_card", "************1111")]);
    check("4111-1111-1111-1111", &[("bank_card", "************1111")]);
    check("6222020000000000001", &[]);
    check("9111111111111111", &[]);
}

#[test]
fn numbers_of_organs_are_not_personal() {
    for text in [
        "统一社会信用代码：11320000MB151840XJ",
        "11441700007280420Y",
        "91341702486344515H",
        "11500226753092798P",
        "索引号：11441700007280420Y/2021-00050",
        "索引号：014001303/2019-00123",
        "青禾府办发〔2019〕11号",
        "2019年12月31日，2019-12-31，20191231",
        "0793-5123456、(0793)5123456、12345、400-820-8820",
        "13800138000元",
        "13800138000 元，同比增长5.0%",
        "完成 13800138000 吨",
        "板材 150*1200*2400 块",
        "￥13800138000",
        "13,800,138,000.00",
        "13800138000.00元",
        "订单号 20190512138001380001",
        "2019-138-0013-8000-01",
        "2016 2017 2018 2019",
        "a13800138000f",
        "138001380001",
        "12800138000",
        "361124********002X",
        "",
    ] {
        check(text, &[]);
    }
}

#[test]
fn accounts_without_a_check_are_asked_for() {
    for text in [
        "一卡通账号 6214672150012345678",
        "银行卡号：6222021000112233446",
        "存折账号：2410400010100012345",
        "社会保障卡卡号（银行账号）：6217971234567890123",
        "姓名\t一折通账号\n甲\t241040001010001",
        "账号：2410 4000 1010 0012 345",
    ] {
        let found = personal_numbers("body", text);
        assert_eq!(found.len(), 1, "{text} {found:#?}");
        assert_eq!((found[0].rule.as_str(), found[0].severity), ("privacy.bank_card", Severity::Warn), "{text}");
    }
    for text in ["账户共 123456 个", "开户行账号管理办法〔2026〕12号", "登录账号：zhang001"] {
        check(text, &[]);
    }
}

#[test]
fn an_identity_number_glued_to_other_digits_is_asked_for() {
    for text in [
        "1000000199001010018",
        "00000019900101001813800138000",
        "0000001990010100181250.00",
        "00000019900101001820251231年",
    ] {
        let found = personal_numbers("body", text);
        assert_eq!(found.len(), 1, "{text} {found:#?}");
        assert_eq!((found[0].excerpt.as_str(), found[0].severity), ("000000********0018", Severity::Warn), "{text}");
    }
    check("运单 2026112800000000001234567", &[]);
}

#[test]
fn a_number_that_is_called_something_else_only_warns() {
    for text in [
        "文号：18612345678号",
        "注册号：13800138000",
        "合同编号 13800138000",
        "本年收入：13800138000",
        "累计访问 13800138000人次",
        "建筑面积约13800138000（含公摊）",
        "单位\t本年收入\n县财政局\t13800138000\n",
        "项目\t备案编号\t面积\n甲\t13800138000\t12\n",
    ] {
        let found = personal_numbers("body", text);
        assert!(found.len() == 1 && found[0].severity == Severity::Warn, "{text} {found:#?}");
    }
    check("面积13800138000平方米", &[]);
    // A word elsewhere says nothing, and one that calls it a telephone says more.
    for text in [
        "收入情况请致电13800138000",
        "姓名\t联系电话\t年收入\n甲\t13800138000\t2万\n",
        "文号\t电话\n1\t13800138000\n",
        "联系电话：13800138000号",
    ] {
        let found = personal_numbers("body", text);
        assert!(found.len() == 1 && found[0].severity == Severity::Block, "{text} {found:#?}");
    }
}

#[test]
fn lists_of_numbers_are_numbers_whatever_separates_them() {
    for text in [
        "13800138000,13900139000",
        "13800138000，13900139000",
        "13800138000;13900139000",
        "13800138000/13900139000",
        "1.13800138000 2.13900139000",
        "1.甲13800138000.2.乙13900139000",
        "9.甲13800138000.10、乙13900139000",
        "姓名,电话\n甲,13800138000\n乙,13900139000\n",
    ] {
        assert_eq!(personal_numbers("body", text).len(), 2, "{text}");
    }
    assert_eq!(personal_numbers("body", "金额 0.13800138000，13800138000.50").len(), 0);
}

#[test]
fn places_are_counted_in_characters() {
    let text = "联系人：演示甲，138-0013-8000（手机）";
    let finding = &personal_numbers("sheet \"名单\" C12", text)[0];
    let place: String = text.chars().skip(finding.start).take(finding.end - finding.start).collect();
    assert_eq!((place.as_str(), finding.part.as_str()), ("138-0013-8000", "sheet \"名单\" C12"));
    let finding = &personal_numbers("body", "号11010519491231002X。")[0];
    assert_eq!((finding.start, finding.end), (1, 19));
    assert_eq!((finding.gate, finding.severity), (Gate::Privacy, Severity::Block));
}

#[test]
fn json_shape() {
    let value = serde_json::to_value(personal_numbers("body", "13800138000")).expect("serialises");
    assert_eq!((&value[0]["gate"], &value[0]["severity"]), (&"privacy".into(), &"block".into()));
}

#[test]
fn work_grows_with_hostile_repetition_and_not_with_its_square() {
    for unit in
        ["1 ", "13", "1-", "4111 ", "6\u{200b}", "8 6 ", "13800138000.", "-\u{200b}13800138000", "1.0.13800138000 "]
    {
        grows_with_the_text(unit, 20_000, 100, |text| drop(personal_numbers("body", text)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn masks_never_leak(text in "[0-9０-９xX a-z\\-中]{0,30}", kind in prop::sample::select(vec![
        NumberKind::IdCard, NumberKind::OldIdCard, NumberKind::Mobile, NumberKind::BankCard,
    ])) {
        let masked = mask(kind, &text);
        let digits = text.chars().filter_map(folded).count();
        let (head, tail) = kind.shown();
        prop_assert_eq!(masked.chars().count(), digits);
        prop_assert!(masked.chars().filter(|&c| c != '*').count() <= head + tail);
        prop_assert!(masked.chars().skip(head).take(digits.saturating_sub(head + tail)).all(|c| c == '*'));
        prop_assert!(kind.fits(digits) || masked.chars().all(|c| c == '*'));
    }

    #[test]
    fn any_text_is_met(text in any::<String>()) {
        let length = text.chars().count();
        for finding in personal_numbers("body", &text) {
            prop_assert!(finding.start < finding.end && finding.end <= length);
        }
    }

    #[test]
    fn findings_are_masked_and_ordered(text in "[0-9 \\-xX中]{0,120}") {
        let mut last = 0;
        for finding in personal_numbers("body", &text) {
            prop_assert!(finding.excerpt.contains("****"));
            prop_assert!(finding.start >= last);
            last = finding.end;
        }
    }

    #[test]
    fn every_valid_identity_number_is_found(region in 0_u32..1_000_000, day in 0_i64..40_000, sequence in 0_u32..1000) {
        let birth = jiff::civil::date(1900, 1, 1).checked_add(jiff::Span::new().days(day)).expect("in range");
        let head = format!("{region:06}{:04}{:02}{:02}{sequence:03}", birth.year(), birth.month(), birth.day());
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = head.bytes().zip(weights).map(|(b, w)| u32::from(b - b'0') * w).sum();
        let check = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][sum as usize % 11];
        let text = format!("甲{head}{check}乙");
        let findings = personal_numbers("body", &text);
        prop_assert_eq!(findings.len(), 1);
        prop_assert_eq!(findings[0].rule.as_str(), "privacy.id_number");
    }
}
