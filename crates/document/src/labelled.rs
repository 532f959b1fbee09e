//! Numbers in running text that a word before them calls some person's: all of such a number, since one with a slip in it is
//! theirs no less, and no sum of digits knows it any more.

/// Words that announce such a number, each with how many characters that announce nothing may stand between on the line, as the
/// name of a bank does.
const LABELS: [(&str, usize); 12] = [
    ("身份证", 0),
    ("身份号码", 0),
    ("证件号", 0),
    ("账号", 0),
    ("帐号", 0),
    ("账户", 0),
    ("帐户", 0),
    ("卡号", 0),
    ("护照", 0),
    ("社保号", 0),
    ("开户行", 30),
    ("开户银行", 30),
];

/// Digits from which it is a number of somebody: fewer are a day or a count.
const FEWEST: usize = 8;
/// Digits up to which groups are read as one number.
const MOST: usize = 30;
/// Digits of a group behind which the same number may go on.
const GROUP: usize = 8;

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{3000}' | '-' | '－')
}

/// What may stand between such a word and its number.
fn announces(c: char) -> bool {
    is_gap(c) || "号码名为是：:（）()［］[]【】“”\"".contains(c)
}

/// The numbers of a text that are announced so, each once, as it stands there.
pub(crate) fn numbers(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (label, between) in LABELS {
        for (at, _) in text.match_indices(label) {
            let number = number_after(&text[at + label.len()..], between);
            found.extend(number.filter(|number| !found.contains(number)));
        }
    }
    found
}

fn number_after(rest: &str, between: usize) -> Option<String> {
    let mut others = 0;
    let mut begin = None;
    for (at, c) in rest.char_indices() {
        if is_digit(c) {
            begin = Some(at);
            break;
        }
        others += usize::from(!announces(c));
        if others > between || matches!(c, '\n' | '\r') {
            return None;
        }
    }
    let number = &rest[begin?..];
    let (mut end, mut digits, mut group) = (0, 0, 0);
    for (at, c) in number.char_indices() {
        if is_digit(c) && digits < MOST {
            (digits, group, end) = (digits + 1, group + 1, at + c.len_utf8());
        } else if matches!(c, 'X' | 'x' | 'Ｘ' | 'ｘ') && digits >= 14 && end == at {
            // The check of an identity number.
            end = at + c.len_utf8();
            break;
        } else if is_gap(c) && end == at && group <= GROUP {
            group = 0;
        } else {
            break;
        }
    }
    (digits >= FEWEST).then(|| number[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_called_somebodys_is_theirs_whatever_its_check() {
        let line = "身份证号：330106195203074528　电话：13912345678 开户行账号：6222021208001234567";
        assert_eq!(numbers(line), ["330106195203074528", "6222021208001234567"]);
        assert_eq!(numbers("开户行：青禾农商行城关支行 101000123456"), ["101000123456"]);
        assert_eq!(numbers("账号：6222 0212 0800 1234，金额 3000 元"), ["6222 0212 0800 1234"]);
        assert_eq!(numbers("身份证号码33010619520307452X。"), ["33010619520307452X"]);
        assert_eq!(numbers("证件号（３３０１０６１９５２０３０７４５２８）"), ["３３０１０６１９５２０３０７４５２８"]);
    }

    #[test]
    fn days_counts_and_what_is_called_otherwise_are_left() {
        for text in
            ["身份证复印件 2 份", "账户余额 12345678 元", "账号\n13800138000", "护照于 2026-03-01 前交回", "卡号：无"]
        {
            assert_eq!(numbers(text), Vec::<String>::new(), "{text}");
        }
    }
}
