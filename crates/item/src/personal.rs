//! What heads and cells say of persons, in whatever table they stand (政府信息公开条例 Art. 15, 个人信息保护法 Art. 28). A head decides
//! by its words, whatever stands below it: a number with a slip of the hand is still somebody's.

use jiff::civil::Date;

use crate::{Item, Type, cell};

/// What a head says to stand below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Private {
    /// Number of an identity document.
    Identity,
    Phone,
    /// Account or card.
    Account,
    /// Birthday or age.
    Birth,
    /// Illness, disability.
    Health,
    /// Where somebody lives.
    Home,
    Mail,
    /// Marriage, children, faith, people, what made a household poor.
    Family,
}

/// Words of heads; `true` = of a person whatever table it is, else where the table is about persons. The first that fits counts:
/// 残疾证号 is of health, 家庭电话 a telephone.
const WORDS: [(Private, bool, &[&str]); 15] = [
    (
        Private::Health,
        true,
        &["病情", "病史", "病种及", "患病", "残疾证", "残疾等级", "残疾类别", "残疾情况", "健康状况"],
    ),
    (Private::Identity, true, &["身份证", "证件号", "公民身份", "护照", "居民证"]),
    (Private::Account, true, &["银行卡", "一卡通", "存折", "折号", "卡(折)", "社保卡"]),
    (Private::Birth, true, &["出生日期", "出生年月", "出生时间", "生日"]),
    (Private::Home, true, &["住址", "家庭地址", "户籍地址", "居住地址", "户口所在", "户籍所在"]),
    (Private::Phone, true, &["手机", "家庭电话", "户主电话", "本人电话", "个人电话"]),
    (Private::Family, true, &["宗教信仰", "婚姻"]),
    (Private::Account, false, &["账号", "帐号", "账户", "帐户", "卡号", "开户"]),
    (Private::Phone, false, &["电话", "联系方式", "微信", "qq", "联系号码"]),
    (Private::Birth, false, &["出生", "年龄", "周岁"]),
    (Private::Health, false, &["病", "残疾", "残障", "伤残", "健康", "致残", "失能", "怀孕", "住院", "医疗费", "诊断"]),
    (Private::Home, false, &["地址", "门牌", "住所", "居住", "楼栋", "房号", "户籍", "房产证", "产权证"]),
    (Private::Mail, false, &["邮箱", "邮件", "e-mail", "email"]),
    (
        Private::Family,
        false,
        &[
            "家庭",
            "家属",
            "子女",
            "配偶",
            "监护",
            "婚",
            "民族",
            "宗教",
            "致贫",
            "困难原因",
            "学籍",
            "低保证",
            "五保",
            "户口簿",
            "户口本",
            "政治面貌",
            "签名",
            "签字",
        ],
    ),
    (Private::Identity, false, &["学号", "驾驶证", "车牌"]),
];

/// Words of heads that tell of organs and firms, which have telephones and addresses that everybody may know.
const OF_ORGANS: [&str; 19] = [
    "单位",
    "企业",
    "公司",
    "机构",
    "经营",
    "营业",
    "注册",
    "登记地",
    "项目",
    "案发",
    "违法",
    "办公",
    "监督",
    "投诉",
    "举报",
    "咨询",
    "服务",
    "网",
    "学校",
];

/// A head as it is compared: without blanks, in plain characters.
fn plain(head: &str) -> String {
    head.chars().map(fold::character).filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
}

fn found(head: &str) -> Option<(Private, bool)> {
    let head = plain(head);
    let fits = |words: &[&str]| words.iter().any(|word| head.contains(*word));
    let (kind, always, _) = WORDS.iter().find(|(_, _, words)| fits(words))?;
    Some((*kind, *always))
}

/// What a head says to stand below it, where that is a person's alone; `None` for what is an organ's or nobody's.
pub fn private(head: &str) -> Option<Private> {
    let (kind, always) = found(head)?;
    let head = plain(head);
    let of_organ = !always && OF_ORGANS.iter().any(|word| head.contains(*word));
    (!of_organ).then_some(kind)
}

/// Whether the table of an item tells of natural persons.
pub fn tells_of_persons(item: &Item) -> bool {
    item.columns.iter().any(|column| column.privacy.natural_person || column.privacy.minor)
}

/// Whether what stands below this head, which is no column of the item, may never be published with it.
pub fn never_added(item: &Item, head: &str) -> bool {
    match (found(head), private(head)) {
        (Some((_, true)), _) => true,
        (_, Some(_)) => tells_of_persons(item),
        _ => false,
    }
}

/// Whether a place is told down to somebody's door: 3组12号, 2栋3单元501室. 五号村 is a village, 3组 some households together.
pub fn has_door(place: &str) -> bool {
    const NUMERALS: &str = "〇零一二三四五六七八九十百";
    /// What stands behind the number of a door, where it is not the end.
    const BEHIND: &str = "院楼室附内旁-之(";
    let text: Vec<char> = place.chars().map(fold::character).filter(|c| !c.is_whitespace()).collect();
    text.iter().enumerate().any(|(at, sign)| {
        let counts = at > 0 && (text[at - 1].is_ascii_alphanumeric() || NUMERALS.contains(text[at - 1]));
        let next = text.get(at + 1);
        counts
            && match sign {
                '号' => next.is_none_or(|next| BEHIND.contains(*next) || next.is_ascii_digit()),
                '室' | '栋' | '幢' => next.is_none_or(|next| !"村屯组队镇乡".contains(*next)),
                _ => false,
            }
    })
}

/// The birthday in an identity number: of 18 places (GB 11643-1999), or of the 15 used before. A wrong check digit is a slip of the
/// hand, and the birthday stands; `None` for any other text, and for a number of which it is masked.
pub fn birthday(number: &str) -> Option<Date> {
    let number: String =
        number.chars().map(fold::character).filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    if !number.is_ascii() {
        return None;
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (year, rest) = match number.len() {
        18 if digits(&number[..17]) && (digits(&number[17..]) || number.ends_with('X')) => {
            (number[6..10].parse::<i16>().ok()?, &number[10..14])
        }
        15 if digits(&number) => (1900 + number[6..8].parse::<i16>().ok()?, &number[8..12]),
        _ => return None,
    };
    if !(1900..=2099).contains(&year) {
        return None;
    }
    Date::new(year, rest[..2].parse().ok()?, rest[2..].parse().ok()?).ok()
}

/// Whether a text that should be a code or a figure is an identity number of 18 places, its check digit right or not. Codes of
/// organs (GB 32100-2015) whose own check is right are none.
pub fn is_identity_number(text: &str) -> bool {
    let number: String =
        text.chars().map(fold::character).filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    let checks = cell::id_number_checks(&number);
    number.len() == 18
        && birthday(&number).is_some()
        && (checks == Some(true) || cell::credit_code_checks(&number) != Some(true))
}

/// What a column of an item that is never public holds, where that is told by its type or label.
pub fn private_column(column: &crate::Column) -> Option<Private> {
    if !column.privacy.never_public {
        return None;
    }
    match column.typed {
        Type::IdNumber => Some(Private::Identity),
        Type::Phone => Some(Private::Phone),
        _ => private(&column.label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(key: &str) -> &'static Item {
        crate::boxed().iter().find(|item| item.key.as_str() == key).expect("the item is in the box")
    }

    #[test]
    fn a_door_is_told_from_a_village_and_its_groups() {
        for place in [
            "青禾县/城关镇/文昌村3组12号",
            "城关镇文昌村3组12号",
            "桂花社区2栋3单元501室",
            "柳溪村三组十二号",
            "１２号院",
        ] {
            assert!(has_door(place), "{place}");
        }
        for place in ["青禾县/城关镇/文昌村3组", "五号村", "2号桥村", "青禾县/柳溪镇/柳溪西村", "教室村", ""]
        {
            assert!(!has_door(place), "{place}");
        }
    }

    #[test]
    fn heads_of_persons_are_never_added() {
        for head in [
            "户主身份证",
            "户主电话",
            "出生年月",
            "家庭情况",
            "门牌号",
            "家庭住址",
            "病情",
            "银行开户行账号",
            "残疾证号",
            "手机",
            "邮　箱",
            "监护人",
            "致贫原因及病种",
            "联系方式",
            "QQ",
            "户籍/地址",
            "卡（折）号",
            "户籍地",
            "住院费用",
            "低保证号",
            "领款人签名",
            "户口簿编号",
            "车牌号",
            "是否五保",
        ] {
            assert!(never_added(item("subsidy"), head), "{head}");
        }
        for head in ["备注", "发放批次", "镇（街道）", "监督电话", "经营地址", "处罚机关地址（单位）", "执法证号"]
        {
            assert!(!never_added(item("penalty"), head), "{head}");
        }
        // A table of schools may have their telephones; nobody's identity card is in it either.
        let mut schools = item("subsidy").clone();
        schools.columns.iter_mut().for_each(|column| column.privacy = crate::Privacy::default());
        assert!(!never_added(&schools, "电话") && never_added(&schools, "校长身份证号"));
    }

    #[test]
    fn an_identity_number_tells_the_birthday() {
        let day = |year, month, day| Some(Date::constant(year, month, day));
        assert_eq!(birthday("11010519491231002X"), day(1949, 12, 31));
        assert_eq!(birthday("330106201203077513"), day(2012, 3, 7), "its check digit is wrong");
        assert_eq!(birthday(" 11010519491231002x "), day(1949, 12, 31));
        assert_eq!(birthday("110105491231002"), day(1949, 12, 31));
        for none in [
            "",
            "330106********7513",
            "E12345678",
            "330106201213077513",
            "91000000MA00225001",
            "身份证号码身份证号码身份证号码身份证",
        ] {
            assert_eq!(birthday(none), None, "{none}");
        }
    }

    #[test]
    fn codes_of_organs_are_no_identity_numbers() {
        assert!(is_identity_number("11010519491231002X") && is_identity_number("110105194912310021"));
        for code in ["91000000MA00225001", "11000000000000001Y", "11000000MB00000229", "110105491231002", ""] {
            assert!(!is_identity_number(code), "{code}");
        }
    }

    #[test]
    fn private_columns_are_known_by_type_and_label() {
        let column = |key: &str| item("penalty").column(key).expect("a column");
        assert_eq!(private_column(column("person_id")), Some(Private::Identity));
        assert_eq!(private_column(column("person_minor")), None);
        assert_eq!(private_column(column("note")), None);
    }
}
