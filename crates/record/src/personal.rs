//! What a row must say, and must not say, of the natural person whom it is about (政府信息公开条例 Art. 15, 个人信息保护法 Art. 28, 31):
//! asked before a row is kept, whoever brings it. What may be let through by a second person for a reason is no matter of these
//! checks but of the gates ([`crate::gates`]).

use item::{Column, Item, Severity, Type, Value, personal};
use jiff::civil::Date;
use record_check::Breach;
use review::findings::Whose;

use crate::{
    minors::{self, Told},
    values::{self, Age, Values},
};

/// Most characters of a name that is taken for a person's whatever its words are.
const LONGEST_NAME: usize = 4;
/// Words of the names of organs, firms and shops.
const ORGANS: [&str; 56] = [
    "公司",
    "集团",
    "企业",
    "工厂",
    "合作社",
    "商店",
    "商行",
    "超市",
    "市场",
    "药房",
    "饭店",
    "餐厅",
    "餐馆",
    "酒店",
    "宾馆",
    "银行",
    "信用社",
    "协会",
    "学会",
    "商会",
    "联合会",
    "基金会",
    "委员会",
    "学校",
    "中学",
    "小学",
    "大学",
    "学院",
    "幼儿园",
    "医院",
    "卫生院",
    "诊所",
    "政府",
    "办公室",
    "中心",
    "服务部",
    "经营部",
    "门市部",
    "事务所",
    "工作室",
    "支队",
    "大队",
    "中队",
    "电站",
    "加油站",
    "车站",
    "农场",
    "林场",
    "养殖场",
    "项目部",
    "工程队",
    "个体",
    "网吧",
    "会所",
    "单位",
    "机关",
];
/// Last characters of such names.
const ORGAN_ENDS: [char; 22] = [
    '厂', '店', '社', '局', '院', '所', '站', '部', '处', '会', '校', '园', '馆', '场', '行', '坊', '铺', '矿', '厅',
    '队', '吧', '村',
];
/// Heads of columns of codes.
const CODES: [&str; 6] = ["代码", "登记号", "登记码", "注册号", "事业单位证书号", "税号"];
/// [`Breach::check`] of an identity number in a column that is public.
pub(crate) const NUMBER: &str = "identity-number";
/// Of a question about the age that nobody answered.
pub(crate) const AGE: &str = "age";
/// Of a last day of showing that has passed.
pub(crate) const OVER: &str = "shown-until";
/// Of a record whose term by the item is over: readers would never see it, since the night erases it.
pub(crate) const TERM: &str = "term";
/// Of a text that says that the person is a minor, whatever was answered.
pub(crate) const MINOR: &str = "minor-text";
/// Of what was added under the head of what is a person's alone.
pub(crate) const ADDED: &str = "added";

/// Of a place that is told down to somebody's door.
pub(crate) const DOOR: &str = "door";

/// Whether a breach is of these checks: what they say may be told whatever column it is at.
pub(crate) fn is_own(check: &str) -> bool {
    matches!(check, NUMBER | AGE | OVER | TERM | ADDED | DOOR | MINOR)
}

/// A row as it is asked: its number, its values, the heads of what the county added.
pub(crate) struct Asked<'r> {
    pub number: u32,
    pub values: &'r Values,
    pub added: &'r [String],
}

/// What a row says of a person that it must not, and what it does not say that it must. No message holds a number.
pub(crate) fn breaches(item: &Item, row: &Asked<'_>, today: Date) -> Vec<Breach> {
    let mut all = Vec::new();
    let mut tell = |column: &str, check: &str, severity: Severity, message: String| {
        all.push(Breach { row: row.number, column: column.to_owned(), check: check.to_owned(), severity, message });
    };
    let owned = is_owned(item, row.values);
    for column in &item.columns {
        let Some(value) = row.values.get(&column.key) else { continue };
        if holds_number(column, value, owned) {
            let message = format!(
                "第 {} 行“{}”里是公民身份号码，不能公开。请改填正确的内容或者清空；证件号码填在不公开的列里。",
                row.number, column.label
            );
            tell(&column.key, NUMBER, Severity::Reject, message);
        }
    }
    let says_person = values::says_person(item, row.values);
    if let Some(column) = values::own_code(item).filter(|column| row.values.contains_key(&column.key))
        && says_person == Some(true)
    {
        let message = format!(
            "第 {} 行是自然人，自然人没有统一社会信用代码，“{}”应当是空的。证件号码填在不公开的列里。",
            row.number, column.label
        );
        tell(&column.key, NUMBER, Severity::Reject, message);
    }
    if let Some((column, severity)) = unanswered(item, row.values, today) {
        let message = format!(
            "第 {} 行是自然人，看不出是否未成年。请填写“{}”（表格里没有这一列的，请加上），或者填写公民身份号码；\
             未成年人的记录不公开。",
            row.number, column.label
        );
        tell(&column.key, AGE, severity, message);
    }
    for (column, told) in minors::contradicting(item, row.values, today) {
        let (number, label) = (row.number, &column.label);
        let (severity, message) = match told {
            Told::Party => (
                Severity::Reject,
                format!(
                    "第 {number} 行“{label}”写明当事人是未成年人，与其他内容不符。未成年人的记录不公开，请改正是否未成年的填写；\
                     写的不是当事人的，请写清楚是谁。"
                ),
            ),
            Told::Somebody => (
                Severity::Warn,
                format!("第 {number} 行“{label}”提到未成年人，请核对：当事人是未成年人的，这条记录不公开。"),
            ),
        };
        tell(&column.key, MINOR, severity, message);
    }
    let ends = values::term_ends(item, row.values, today);
    if let Some((column, ends)) = values::dated(item, row.values).map(|(column, _)| column).zip(ends)
        && ends < today
    {
        let message = format!(
            "第 {} 行的公示期从“{}”算起，到 {ends} 已满，不能再公开，历史数据也不用补录。请核对日期，或者删除这一行。",
            row.number, column.label
        );
        tell(&column.key, TERM, Severity::Reject, message);
    }
    if let Some((column, day)) = values::shown_until(item, row.values) {
        if day < today {
            let message = format!("第 {} 行“{}”{day} 已经过了，不能再公开。请核对日期。", row.number, column.label);
            tell(&column.key, OVER, Severity::Reject, message);
        } else if let Some(ends) = ends.filter(|ends| *ends < day && *ends >= today) {
            let message = format!(
                "第 {} 行“{}”{day} 晚于本事项规定的公示期满日，将在 {ends} 停止公示，请核对。",
                row.number, column.label
            );
            tell(&column.key, OVER, Severity::Warn, message);
        }
    }
    for column in doors(item, row.values) {
        let message =
            format!("第 {} 行“{}”写到了门牌，是个人住处，不能公开。请只写到村（社区）、组。", row.number, column.label);
        tell(&column.key, DOOR, Severity::Reject, message);
    }
    for head in row.added.iter().filter(|head| personal::never_added(item, head)) {
        let message = format!("第 {} 行的其他内容“{head}”是个人信息，不能公开。请清空这一项。", row.number);
        tell("", ADDED, Severity::Reject, message);
    }
    all
}

/// Whether a column that is public and no text holds an identity number: a code, a figure, a telephone; also where it is longer than
/// the number, as the tax number of a household. What texts hold is found by the gates, where a second person may let it through.
fn holds_number(column: &Column, value: &Value, owned: bool) -> bool {
    let is_free = match column.typed {
        Type::Text { .. } => !CODES.iter().any(|word| column.label.contains(*word)),
        Type::Long { .. } | Type::Date { .. } => true,
        _ => false,
    };
    let is_hidden = column.privacy.never_public || column.privacy.mask;
    if is_free || is_hidden {
        return false;
    }
    let text = values::text_of(value);
    let is_old = owned && column.label.contains('税') && personal::tax_number_is_old_identity(&text);
    is_old || personal::is_identity_number(&text) || personal::code_holds_identity(&text)
}

/// The columns of places in which the door of a natural person stands for readers. Firms have doors that everybody may know.
fn doors<'i>(item: &'i Item, values: &Values) -> Vec<&'i Column> {
    if !looks_like_person(item, values) {
        return Vec::new();
    }
    let is_open =
        |column: &&Column| column.typed == Type::Place && !column.privacy.never_public && !column.privacy.mask;
    let has_door =
        |column: &&Column| values.get(&column.key).is_some_and(|value| personal::has_door(&values::text_of(value)));
    item.columns.iter().filter(is_open).filter(has_door).collect()
}

/// The column that asks for the age of a natural person, where nothing in the row tells it. A question must be answered; a birthday
/// is only missed.
fn unanswered<'i>(item: &'i Item, values: &Values, today: Date) -> Option<(&'i Column, Severity)> {
    let column = item.columns.iter().find(|column| column.privacy.minor)?;
    if !looks_like_person(item, values) || values::age(item, values, today) != Age::Untold {
        return None;
    }
    let is_question = matches!(column.typed, Type::Enum { .. });
    Some((column, if is_question { Severity::Reject } else { Severity::Warn }))
}

/// Whether a row is about a natural person: a choice says so, or no code of an organ stands in it and its party has the name of a
/// person.
pub(crate) fn looks_like_person(item: &Item, values: &Values) -> bool {
    if let Some(said) = values::says_person(item, values) {
        return said;
    }
    values::is_of_person(item, values) && name(item, values).is_some_and(|name| is_name(&name))
}

/// The name of the party, where the item has one.
fn name(item: &Item, values: &Values) -> Option<String> {
    let is_name = |column: &&Column| {
        let privacy = column.privacy;
        privacy.natural_person && !privacy.never_public && matches!(column.typed, Type::Text { .. })
    };
    let column = item.columns.iter().find(is_name)?;
    values.get(&column.key).map(values::text_of)
}

/// Whether a text may be the name of a person, or of several: short, or with a dot in it (阿依古丽·买买提), or without a word that
/// organs, firms and shops bear (阿依古丽买买提, 张小明等3人). Masked ones are some person's, too.
fn is_name(text: &str) -> bool {
    const ASIDE: [char; 4] = ['(', '（', '[', '【'];
    let text = text.trim();
    let count = text.chars().count();
    let bare = text.split(ASIDE).next().unwrap_or_default().trim_end();
    let is_organ = ORGANS.iter().any(|word| text.contains(*word)) || bare.ends_with(ORGAN_ENDS);
    (1..=LONGEST_NAME).contains(&count) || (count > 0 && (text.contains(['·', '•', '・']) || !is_organ))
}

/// Whether what a row is about is a person, or a household of one (个体工商户), whose owner everybody knows by it.
fn is_owned(item: &Item, values: &Values) -> bool {
    let is_household = item.columns.iter().any(|column| {
        let Type::Enum { choices, .. } = &column.typed else { return false };
        let chosen = values.get(&column.key);
        choices.iter().any(|choice| {
            choice.label.contains("个体工商户") && matches!(chosen, Some(Value::Enum(code)) if *code == choice.code)
        })
    });
    is_household || looks_like_person(item, values)
}

/// Of whom the texts of a row tell, as the rules of the gates take them. Whatever stands for the name of a person: where it is
/// masked, the text may tell it, and whose home it is.
pub(crate) fn whose(item: &Item, values: &Values) -> Whose {
    if is_owned(item, values) { Whose::Person } else { Whose::Record }
}

/// Of whom one column of such a row tells: a village that the catalogue makes public is nobody's home, the door of a flat is.
pub(crate) fn whose_column(column: &Column, row: Whose) -> Whose {
    if column.typed == Type::Place { Whose::Anybody } else { row }
}

/// Whether the gates read a column as readers see it. Days and periods are nobody's; a figure is read where it is as long as a number
/// of somebody; a telephone that the catalogue makes public is read only where it may be a person's own.
pub(crate) fn is_read(column: &Column, text: &str, of_person: bool) -> bool {
    /// Digits of the shortest number of a person.
    const LEAST: usize = 11;
    match &column.typed {
        _ if text.is_empty() => false,
        Type::Date { .. } | Type::Period | Type::Point => false,
        Type::Enum { choices, .. } => !choices.iter().any(|choice| choice.code == text),
        Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. } => {
            text.bytes().filter(u8::is_ascii_digit).count() >= LEAST
        }
        Type::Phone => of_person,
        _ => !(column.privacy.mask && text.contains('*')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn penalty() -> &'static Item {
        item::boxed().iter().find(|item| item.key.as_str() == "penalty").expect("the item is in the box")
    }

    fn values(all: &[(&str, &str)]) -> Values {
        let item = penalty();
        let value = |(key, text): &(&str, &str)| {
            let column = item.column(key).expect("a column");
            Some(((*key).to_owned(), values::value_of(column, text)?))
        };
        all.iter().filter_map(value).collect()
    }

    /// The checks that a row breaks, with what is rejected.
    fn broken(all: &[(&str, &str)], added: &[&str]) -> Vec<(String, bool)> {
        let (values, added) = (values(all), added.iter().map(|head| (*head).to_owned()).collect::<Vec<_>>());
        let row = Asked { number: 1, values: &values, added: &added };
        let found = breaches(penalty(), &row, Date::constant(2026, 11, 30));
        assert!(found.iter().all(|breach| !breach.message.contains("1949")), "no number is told");
        found.into_iter().map(|breach| (breach.check, breach.severity == Severity::Reject)).collect()
    }

    fn only(check: &str, rejects: bool) -> Vec<(String, bool)> {
        vec![(check.to_owned(), rejects)]
    }

    fn nothing() -> Vec<(String, bool)> {
        Vec::new()
    }

    #[test]
    fn an_identity_number_goes_into_no_code() {
        let number = "11010519491231002X";
        for key in ["credit_code", "authority_code", "source_organ_code"] {
            assert_eq!(broken(&[("counterpart_kind", "01"), (key, number)], &[]), only(NUMBER, true), "{key}");
        }
        let person = [("counterpart_kind", "02"), ("person_minor", "adult")];
        let with = |code: &'static str| [person.as_slice(), &[("credit_code", code)]].concat();
        assert!(broken(&with(number), &[]).contains(&(NUMBER.to_owned(), true)));
        assert_eq!(broken(&with("91000000MA00225001"), &[]), only(NUMBER, true), "a person has none");
        assert_eq!(broken(&[("counterpart_kind", "01"), ("credit_code", "91000000MA00225001")], &[]), nothing());
        assert_eq!(broken(&[("counterpart_kind", "03"), ("credit_code", "91000000MA00225001")], &[]), nothing());
    }

    #[test]
    fn a_tax_number_that_is_the_owners_identity_number_is_refused() {
        for number in ["11010519491231002X00", "１１０１０５ 19491231 002x 01", "11010549123100200"] {
            for key in ["tax_number", "business_number", "organisation_code"] {
                if key != "tax_number" && number.len() == 17 {
                    continue;
                }
                assert_eq!(broken(&[("counterpart_kind", "03"), (key, number)], &[]), only(NUMBER, true), "{key}");
            }
        }
        assert_eq!(broken(&[("counterpart_kind", "01"), ("tax_number", "91000000MA00225001")], &[]), nothing());
        assert_eq!(
            broken(&[("counterpart_kind", "01"), ("tax_number", "110105491231002")], &[]),
            nothing(),
            "a firm's"
        );
    }

    #[test]
    fn a_text_that_tells_of_a_minor_contradicts_the_answer() {
        let of = |minor: &'static str, facts: &'static str| {
            broken(&[("counterpart_kind", "02"), ("person_minor", minor), ("facts", facts)], &[])
        };
        assert_eq!(of("adult", "当事人系未成年人，15周岁"), only(MINOR, true));
        assert_eq!(of("minor", "当事人系未成年人，15周岁"), nothing(), "it is not public");
        assert_eq!(of("adult", "向未成年人出售卷烟"), only(MINOR, false));
        assert_eq!(broken(&[("counterpart_kind", "01"), ("facts", "当事人系未成年人")], &[]), nothing());
    }

    #[test]
    fn who_bears_no_word_of_an_organ_is_a_person() {
        for name in
            ["阿依古丽买买提", "张小明（学生）", "学生王小明", "王小明、李小红", "张小明等3人", "Tom Smith", "欧阳小明"]
        {
            assert!(is_name(name), "{name}");
        }
        for name in
            ["青禾县演示仓储有限公司", "青禾县城关镇人民政府", "红星机械厂（普通合伙）", "城关镇东街村", "青禾县教育局"]
        {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn the_age_of_a_person_must_be_told_somehow() {
        let person = ("counterpart_kind", "02");
        assert_eq!(broken(&[person], &[]), only(AGE, true));
        assert_eq!(broken(&[person, ("person_id", "E12345678")], &[]), only(AGE, true));
        assert_eq!(broken(&[person, ("person_minor", "adult")], &[]), nothing());
        assert_eq!(broken(&[person, ("person_id", "11010519491231002X")], &[]), nothing());
        assert_eq!(broken(&[("counterpart_kind", "01")], &[]), nothing());
        assert_eq!(broken(&[("counterpart", "王小明")], &[]), only(AGE, true), "no choice says what it is");
        assert_eq!(broken(&[("counterpart", "青禾县演示仓储有限公司")], &[]), nothing());
    }

    #[test]
    fn a_last_day_that_has_passed_is_refused_and_one_beyond_the_term_told() {
        let of = |day: &'static str| {
            broken(&[("counterpart_kind", "01"), ("decided_on", "2025-05-01"), ("shown_until", day)], &[])
        };
        assert_eq!(of("2026-11-29"), only(OVER, true));
        assert_eq!(of("2026-11-30"), nothing());
        assert_eq!(of("2031-05-01"), only(OVER, false));
    }

    #[test]
    fn the_door_of_a_person_is_not_public_and_that_of_a_firm_is() {
        let item = item::boxed().iter().find(|item| item.key.as_str() == "subsidy").expect("in the box");
        let of = |recipient: &str, place: &str| {
            let value = |key: &str, text: &str| {
                let column = item.column(key).expect("a column");
                Some((key.to_owned(), values::value_of(column, text)?))
            };
            let values: Values = [value("recipient", recipient), value("place", place)].into_iter().flatten().collect();
            let found = breaches(item, &Asked { number: 1, values: &values, added: &[] }, Date::constant(2026, 11, 30));
            found.iter().any(|breach| breach.check == DOOR && !breach.message.contains("文昌"))
        };
        assert!(of("吴小妹", "青禾县/城关镇/文昌村3组12号"));
        assert!(of("吴某妹", "青禾县/城关镇/文昌村3组12号"));
        assert!(!of("吴小妹", "青禾县/城关镇/文昌村3组"));
        assert!(!of("青禾县文昌种植专业合作社", "青禾县/城关镇/文昌村3组12号"));
    }

    #[test]
    fn what_the_term_of_the_item_has_ended_is_refused_though_no_day_of_its_own_says_so() {
        let of = |kind: &'static str, day: &'static str| {
            broken(&[("counterpart_kind", kind), ("person_minor", "adult"), ("decided_on", day)], &[])
        };
        assert_eq!(of("02", "2019-02-10"), only(TERM, true), "a person's after two years");
        assert_eq!(of("01", "2019-02-10"), only(TERM, true), "a firm's after five");
        assert_eq!(of("02", "2024-11-29"), only(TERM, true), "since yesterday");
        assert_eq!(of("02", "2024-11-30"), nothing(), "until today");
        assert_eq!(of("01", "2024-11-29"), nothing());
        assert_eq!(broken(&[("counterpart_kind", "01")], &[]), nothing(), "what has no day yet counts from today");
    }

    #[test]
    fn what_is_added_is_told_by_its_head() {
        let firm = [("counterpart_kind", "01")];
        assert_eq!(broken(&firm, &["家庭住址"]), only(ADDED, true));
        assert_eq!(broken(&firm, &["银行开户行账号"]), only(ADDED, true));
        assert_eq!(broken(&firm, &["裁量等级"]), nothing());
    }

    #[test]
    fn the_gates_read_what_is_public_whatever_its_type() {
        let column = |key: &str| penalty().column(key).expect("a column");
        assert!(is_read(column("credit_code"), "11010519491231002X", false));
        assert!(is_read(column("facts"), "略", false));
        assert!(is_read(column("fine"), "13800952700", false) && !is_read(column("fine"), "0.5", false));
        assert!(!is_read(column("decided_on"), "2026-01-01", true) && !is_read(column("counterpart_kind"), "02", true));
    }

    #[test]
    fn rows_tell_of_a_person_by_choice_or_by_name() {
        let of = |all: &[(&str, &str)]| whose(penalty(), &values(all));
        assert_eq!(of(&[("counterpart_kind", "02"), ("counterpart", "王小明")]), Whose::Person);
        assert_eq!(
            of(&[("counterpart_kind", "02"), ("counterpart", "王某某")]),
            Whose::Person,
            "the text may name him"
        );
        assert_eq!(of(&[("counterpart_kind", "03"), ("counterpart", "青禾县演示小吃店")]), Whose::Person, "its owner");
        assert_eq!(of(&[("counterpart_kind", "01"), ("counterpart", "青禾")]), Whose::Record);
        assert_eq!(of(&[("counterpart", "王小明")]), Whose::Person);
        assert_eq!(whose_column(penalty().column("facts").expect("a column"), Whose::Person), Whose::Person);
    }
}
