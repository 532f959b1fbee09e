//! 身份证明: what a number of an identity card or of an organisation must look like.

/// As it is kept: without spaces and hyphens, full-width characters narrow, letters large.
pub fn plain(number: &str) -> String {
    let narrow = number.chars().map(|c| match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    });
    narrow.filter(|c| !c.is_whitespace() && !"-－—".contains(*c)).flat_map(char::to_uppercase).collect()
}

/// Whether the text is a number of a resident's identity card: 18 places, a date of birth, the check character of GB 11643-1999.
pub fn is_resident_number(number: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let number = plain(number);
    let (Some(digits), Some(check)) = (number.get(..17), number.as_bytes().get(17)) else { return false };
    if number.len() != 18 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let part = |range: std::ops::Range<usize>| digits[range].parse::<i16>().unwrap_or(0);
    let small = |value: i16| i8::try_from(value).unwrap_or(0);
    let born = jiff::civil::Date::new(part(6..10), small(part(10..12)), small(part(12..14)));
    let sum: u32 = WEIGHTS.iter().zip(digits.bytes()).map(|(weight, byte)| weight * u32::from(byte - b'0')).sum();
    born.is_ok_and(|day| day.year() >= 1850) && CHECKS[(sum % 11) as usize] == *check
}

/// Whether the text is a 统一社会信用代码 with the right check character (GB 32100-2015). Old codes exist that fail: a doubt, no
/// reason to refuse.
pub fn is_credit_code(code: &str) -> bool {
    const LETTERS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let code = plain(code);
    let places: Option<Vec<usize>> =
        code.bytes().map(|byte| LETTERS.iter().position(|letter| *letter == byte)).collect();
    let Some(places) = places.filter(|places| places.len() == 18) else { return false };
    let sum: usize = WEIGHTS.iter().zip(&places).map(|(weight, place)| weight * place).sum();
    (31 - sum % 31) % 31 == places[17]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_residents_have_a_birthday_and_a_check() {
        for right in ["11010519491231002X", "440524188001010014", " 370101 19010203997３ ", "11010519491231002x"] {
            assert!(is_resident_number(right), "{right}");
        }
        for wrong in
            ["", "110105194912310021", "11010519491331002X", "1101051949123100", "不知道", "11010519491231002XX"]
        {
            assert!(!is_resident_number(wrong), "{wrong}");
        }
    }

    #[test]
    fn codes_of_organisations_have_a_check() {
        for right in ["11320000MB151840XJ", "11441700007280420Y", "11341702486344515H", "11500226753092798p"] {
            assert!(is_credit_code(right), "{right}");
        }
        for wrong in ["91350100M000100Y4Z", "91310115MA1H8R7C6D", "", "1132"] {
            assert!(!is_credit_code(wrong), "{wrong}");
        }
    }
}
