//! What a reader sees as one number and a text has in pieces or in other characters; and what looks like it and is none.
//! The numbers are nobody's: division code 000000, telephone 13800138000.

use super::{tests::check, *};
use crate::work::tests::grows_with_the_text;

const ID: [(&str, &str); 1] = [("id_number", "000000********0018")];
const PHONE: [(&str, &str); 1] = [("mobile", "138****8000")];

fn weights(text: &str) -> Vec<Severity> {
    personal_numbers("body", text).into_iter().map(|finding| finding.severity).collect()
}

#[test]
fn a_line_end_breaks_no_number() {
    for text in [
        "身份证号：0000001990\n01010018",
        "000000\n19900101\n0018",
        "身份证号\r\n0000001990\r\n　　01010018，住演示县",
        "0000001990\u{b}01010018",
        "00000019900\u{2028}1010018",
        "0000001990-\n01010018",
        "身份证：\n0000\n0019\n9001\n0100\n18",
    ] {
        check(text, &ID);
    }
    check("00000019900307009\nX", &[("id_number", "000000********009X")]);
    for text in [
        "联系人电话：\n1380013\n8000",
        "手机138\n00138000。",
        "电话：138-0013-\n8000",
        "1380013\n8000",
        "13800138\n000 ",
    ] {
        check(text, &PHONE);
        assert_eq!(weights(text), [Severity::Block], "{text}");
    }
    check("银行卡号：622202000000\n0000000", &[("bank_card", "***************0000")]);
    check("账号 6222\n0200\n0000\n0000\n000", &[("bank_card", "***************0000")]);
}

#[test]
fn without_a_word_a_broken_number_only_warns() {
    assert_eq!(weights("补助对象张某（1380013\n8000）已经核实"), [Severity::Warn]);
    assert_eq!(weights("发放至 622202000000\n0000000 核实"), [Severity::Warn]);
}

#[test]
fn table_cells_break_no_number() {
    check("身份证号\t000000\t19900101\t0018", &ID);
    let spelled = "000000199001010018".chars().map(|c| c.to_string()).collect::<Vec<_>>();
    check(&format!("身份证\t{}", spelled.join("\t")), &ID);
    check(&spelled.join("\n"), &ID);
    check(&spelled.join(" | "), &ID);
    let phone = "13800138000".chars().map(|c| c.to_string()).collect::<Vec<_>>();
    check(&format!("手机\t{}", phone.join("\t")), &PHONE);
    check(&phone.join("\n"), &PHONE);
    check(&phone.join(""), &PHONE);
    // a narrow cell with soft breaks, as the text of a table has them
    check(
        "张三\t000000199 001010018\t138001380 00\t因病",
        &[("id_number", "000000********0018"), ("mobile", "138****8000")],
    );
}

#[test]
fn narrow_columns_of_a_printed_list_are_read_downwards() {
    let page = "青禾县临时救助对象公示名单\n序号姓名  身份证号  联系电话  家庭情况\n因病致贫，家庭年收入低于低\n\
        0000001990 13800138\n1  张三  保标准，共同生活成员四人，\n01010018  000\n本次救助金额三千元。\n\
        因灾致贫，家庭年收入低于低\n0000001985 13900139\n2  李四  保标准，共同生活成员三人，\n02030020  000\n\
        本次救助金额两千元。";
    check(
        page,
        &[
            ("id_number", "000000********0018"),
            ("mobile", "138****8000"),
            ("id_number", "000000********0020"),
            ("mobile", "139****9000"),
        ],
    );
    // three lines, and a number beside one that is whole
    check("000000 1380  甲\n199001 0138  低保\n010018 000  乙 电话", &[ID[0], PHONE[0]]);
    check("姓名 身份证号 电话\n甲 000000199001010018 13800138 因病\n致贫 000", &[ID[0], PHONE[0]]);
    let phones = "姓名  电话\n甲  13800138\n000\n乙  13900139\n000";
    check(phones, &[PHONE[0], ("mobile", "139****9000")]);
    assert_eq!(weights(phones), [Severity::Block; 2]);
    assert_eq!(weights("姓名  电话\n13800138  甲\n000"), [Severity::Warn]);
    check("000000  甲\n199001  低保\n010018  乙", &ID);
    check("1  张三  0000001990  因病致贫，收入\n01010018  低于低保标准", &ID);
    check("卡号  622202000000  甲\n0000000  乙", &[("bank_card", "***************0000")]);
}

#[test]
fn any_separator_is_passed() {
    for text in [
        "000000.19900101.0018",
        "000000·19900101·0018",
        "000000/19900101/0018",
        "000000,19900101,0018",
        "000000，19900101，0018",
        "000000_19900101_0018",
        "000000−19900101−0018",
        "000000――19900101――0018",
        "000000     19900101     0018",
        "000000\u{a0}19900101\u{2003}0018",
        "(000000)19900101(0018)",
        "000000\u{200e}19900101\u{200f}0018",
        "0\u{2060}0\u{ad}0\u{200d}0\u{202d}00199001010018",
        "000000:19900101:0018",
        "000000*19900101*0018",
        "000000+19900101+0018",
        "000000=19900101→0018",
        "000000&19900101%0018",
        "000000?19900101!0018",
        "000000@19900101$0018",
        "000000<19900101>0018",
        "000000■19900101※0018",
        "000000…19900101……0018",
        "000000×19900101÷0018",
        "000000♦19900101✕0018",
        "000000，，19900101。。0018",
        "000000 -> 19900101 -> 0018",
        "000000   +   19900101   +   0018",
        "身份证：000000★19900101★0018",
        "0000001990<br>01010018",
        "0000001990<br/>01010018",
    ] {
        check(text, &ID);
    }
    for text in [
        "138.0013.8000",
        "138·0013·8000",
        "138•0013•8000",
        "(138)00138000",
        "（138）0013-8000",
        "138/0013/8000",
        "138_0013_8000",
        "138−0013−8000",
        "138\u{200e}0013\u{200f}8000",
        "138\u{a0}0013\u{a0}8000",
        "138　0013　8000",
        "138～0013～8000",
        "138‒0013―8000",
        "1\u{336}3\u{336}8\u{336}0\u{336}0\u{336}1\u{336}3\u{336}8\u{336}0\u{336}0\u{336}0\u{336}",
        "1.3.8.0.0.1.3.8.0.0.0",
        "手机1380 0138 000",
        "手机138*0013*8000",
        "电话：138+0013+8000",
        "电话138\t00138000",
        "手机1380013<br>8000",
        "手机1380013&nbsp;8000",
        "电话：138★0013★8000",
    ] {
        check(text, &PHONE);
    }
    check("9558800000000000000", &[("bank_card", "***************0000")]);
    check("4111.1111.1111.1111", &[("bank_card", "************1111")]);
    check("4111/1111/1111/1111", &[("bank_card", "************1111")]);
}

#[test]
fn a_telephone_in_three_parts_between_odd_signs_warns() {
    for text in ["138★0013★8000", "138→0013→8000", "138……0013……8000"] {
        check(text, &PHONE);
        assert_eq!(weights(text), [Severity::Warn], "{text}");
    }
}

#[test]
fn digits_of_any_form_are_digits() {
    for text in [
        "〇〇〇〇〇〇一九九〇〇一〇一〇〇一八",
        "零零零零零零壹玖玖零零壹零壹零零壹捌",
        "⓪⓪⓪⓪⓪⓪①⑨⑨⓪⓪①⓪①⓪⓪①⑧",
        "𝟎𝟎𝟎𝟎𝟎𝟎𝟏𝟗𝟗𝟎𝟎𝟏𝟎𝟏𝟎𝟎𝟏𝟖",
        "0️⃣0️⃣0️⃣0️⃣0️⃣0️⃣1️⃣9️⃣9️⃣0️⃣0️⃣1️⃣0️⃣1️⃣0️⃣0️⃣1️⃣8️⃣",
        "٠٠٠٠٠٠١٩٩٠٠١٠١٠٠١٨",
        "༠༠༠༠༠༠༡༩༩༠༠༡༠༡༠༠༡༨",
        "᠐᠐᠐᠐᠐᠐᠑᠙᠙᠐᠐᠑᠐᠑᠐᠐᠑᠘",
        "۰۰۰۰۰۰۱۹۹۰۰۱۰۱۰۰۱۸",
        "००००००१९९००१०१००१८",
        "๐๐๐๐๐๐๑๙๙๐๐๑๐๑๐๐๑๘",
        "꘠꘠꘠꘠꘠꘠꘡꘩꘩꘠꘠꘡꘠꘡꘠꘠꘡꘨",
        "𞥐𞥐𞥐𞥐𞥐𞥐𞥑𞥙𞥙𞥐𞥐𞥑𞥐𞥑𞥐𞥐𞥑𞥘",
        "000000一九九〇〇一〇一0018",
    ] {
        check(text, &ID);
    }
    for text in [
        "一三八零零一三八零零零",
        "⼀三⼋〇〇⼀三⼋〇〇〇",
        "①③⑧⓪⓪①③⑧⓪⓪⓪",
        "１３８００１３８０００",
        "۱۳۸۰۰۱۳۸۰۰۰",
        "壹叁捌 零零壹叁 捌零零零",
    ] {
        check(text, &PHONE);
    }
    for x in ['Ⅹ', 'Х', 'х', 'Χ', '×', 'Ｘ'] {
        check(&format!("00000019900307009{x}"), &[("id_number", "000000********009X")]);
    }
    check("①13800138000②13900139000", &[("mobile", "138****8000"), ("mobile", "139****9000")]);
    check("电话13800138000¹", &PHONE);
}

#[test]
fn country_codes_are_passed_and_left_out() {
    for text in [
        "+86 13800138000",
        "0086 138 0013 8000",
        "0086-138-0013-8000",
        "(86)13800138000",
        "（+86）138 0013 8000",
        "+86(138)00138000",
        "8613800138000",
        "86-13800138000",
        "013800138000",
        "+86.138.0013.8000",
    ] {
        check(text, &PHONE);
        let finding = &personal_numbers("body", text)[0];
        let place: String = text.chars().skip(finding.start).take(finding.end - finding.start).collect();
        assert!(place.starts_with('1'), "{text}: {place}");
    }
}

/// Columns whose borders were lost.
#[test]
fn mobiles_one_behind_the_other_are_each_one() {
    let two = [("mobile", "138****8000"), ("mobile", "139****9000")];
    check("电话：1380013800013900139000", &two);
    assert_eq!(weights("电话：1380013800013900139000"), [Severity::Block; 2]);
    assert_eq!(weights("1380013800013900139000"), [Severity::Warn; 2]);
    check("手机138001380001390013900013700137000", &[two[0], two[1], ("mobile", "137****7000")]);
    for text in ["电话：1380013800002900139000", "编号A1380013800013900139000", "1380013800013900139000.5"] {
        check(text, &[]);
    }
}

/// Numbers of purchases and lots look like telephones.
#[test]
fn what_is_called_a_number_of_a_paper_only_warns() {
    for text in ["批次号：13800138001", "采购编号：QHZC2026-J-138-00138000", "流水号13800138000", "QH-138-0013-8000"]
    {
        assert_eq!(weights(text), [Severity::Warn], "{text}");
    }
    for text in ["预算执行数 13800138000", "指标值：15012345678"] {
        assert_eq!(weights(text), [Severity::Warn], "{text}");
    }
    check("13800138000（元）", &[]);
    check("13800138000（张三）", &PHONE);
    assert_eq!(weights("手机138-0013-8000"), [Severity::Block]);
}

#[test]
fn old_identity_numbers_stop_beside_the_word() {
    let masked = [("id_number", "110105******002")];
    for text in [
        "身份证号110105491231002",
        "身份证号：110105-491231-002",
        "姓名\t身份证号\n甲\t110105491231002",
        "身份证 1101054912\n31002",
    ] {
        check(text, &masked);
        assert_eq!(weights(text), [Severity::Block], "{text}");
    }
    assert_eq!(weights("110105491231002"), [Severity::Warn]);
    check("110005491231002", &[]);
    check("119905491231002", &[]);
}

#[test]
fn a_wrong_check_digit_beside_the_word_warns() {
    for text in [
        "身份证号：000000199001010019",
        "公民身份号码000000 19900101 0019",
        "证件号码（000000199001010019）",
        "姓名\t身份证号\n甲\t000000199001010019",
        "身份证：000000199013010018",
    ] {
        check(text, &[("id_number", &mask(NumberKind::WrongCheck, text))]);
        assert_eq!(weights(text), [Severity::Warn], "{text}");
    }
    check("000000199001010019", &[]);
    check("办理身份证的受理编号：202611280000000012", &[]);
    check("居民身份证受理单：361124202611280012", &[]);
    check("证件号码：113611240000000012", &[]);
}

#[test]
fn places_point_into_the_text_as_it_is() {
    for (text, place) in [
        ("⽉\u{200b}𠮷手机：1380013\n8000。", "1380013\n8000"),
        ("（+86）138 0013 8000", "138 0013 8000"),
        ("甲００００００1990０１０１\u{200b}00１８乙", "００００００1990０１０１\u{200b}00１８"),
        ("证一三八零零一三八零零零号", "一三八零零一三八零零零"),
        ("00000019900307009 Ⅹ。", "00000019900307009 Ⅹ"),
    ] {
        let finding = &personal_numbers("body", text)[0];
        let found: String = text.chars().skip(finding.start).take(finding.end - finding.start).collect();
        assert_eq!(found, place);
    }
}

#[test]
fn figures_and_numbers_of_organs_are_none() {
    for text in [
        // dates and years
        "二〇二六年十一月二十八日，一九九〇年一月一日",
        "2026/11/28 2026.11.28 2026-11-28\n2026\n2027\n2028",
        "2016\t2017\t2018\t2019\t2020",
        // tables of statistics
        "指标\t2024年\t2025年\n生产总值\t1380013\t8000\n财政收入\t4521\t4310\t3920\t5120",
        "| 合计 | 136 | 8642 | 5360 |",
        "合计\t136\t8642\t5360",
        "1380013\n8000\n1390013\n9000\n",
        "户数\n1380013\n2020年",
        "1\t5\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0",
        "1 5 0 0 0 0 0 0 0 0 0 0 0 0",
        "1,5,0,0,0,0,0,0,0,0,0",
        "13,800,138,000  15,900,138,000",
        "合计\t1380013.80\t1590013.00",
        "经度130.12345678，纬度31.00138000",
        "联系电话见表\n东门镇 1380013 42\n西门镇 8000 17\n南门镇 1590013 42\n北门镇 9000 17",
        "联系电话见表\n14477887\n607\n654\n15900139\n302\n42",
        // offices
        "电话：0793-5123456\n传真：0793-5123457\n邮编：334000",
        "联系电话\n5123456\n5123457\n5123458",
        "举报电话12345、12388、12315\n监督电话0793—5123456",
        "联系电话：010-62221234\n62225678",
        "400-820-8820  800.820.8820  (0793)5123456",
        // codes
        "统一社会信用代码\n11320000MB151840XJ",
        "索引号：014001303/2026-00012\n发文字号：青府办发〔2026〕12号",
        "索引号 000014349/2026-00138\n分类 综合政务",
        "机构代码\t11360000014500000A\n行政区划代码\t361124000000",
        "项目代码：2026-361124-78-01-138001",
        "中标通知书编号 JXQH2026-138-0013-8000",
        "ISBN 978-7-5123-4567-8，CN 36-0013/D",
        "192.168.138.100:8080，https://www.example.gov.cn/art/2026/11/28/art_1380_138001380.html",
        "受理编号 361124202608080007，412824202611280002",
        "账号见附表\n合计\t62288005\t22701\n东门镇\t42225430\t75662976",
        // amounts
        "1380013\n8000元",
        "补助资金138\n0013.80万元",
        "国有土地使用权面积138.0013公顷8000平方米",
        // words
        "一、三、八，零零一、三八、零零零",
        "一是二是三是四是五是六是七是八是九是",
        "第一三八条",
    ] {
        check(text, &[]);
    }
}

#[test]
fn broken_and_spelled_numbers_cost_no_more_than_their_length() {
    let id = "0000001990\n01010018 x\n";
    for unit in [
        "1\n",
        "1\t",
        "13800138\n",
        "000000\n",
        "0000001990\n",
        "8.",
        "6222\n",
        "电话1\n",
        "身份证1 ",
        "一",
        "①1",
        id,
        "身份证",
        "\u{200b}1\n",
        "1\u{301}",
        "电话 1380013 42\n",
        "电话\n1380\n",
    ] {
        grows_with_the_text(unit, 20_000, 400, |text| drop(personal_numbers("body", text)));
    }
}
