//! Numbers that name somebody: unified credit codes, identity documents, telephones.

use super::plain::{note_width, plain, problem, says_none};
use crate::{Parsed, Problem, Value};

/// The characters of GB 32100-2015 in the order of their values, 0 to 30.
const CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Whether the check character of a unified credit code is right (GB 32100-2015); `None` for a text that has not the shape of
/// one: 18 digits and capital letters without I, O, S, V and Z.
pub fn credit_code_checks(code: &str) -> Option<bool> {
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let values: Option<Vec<usize>> = code.chars().map(|c| CHARACTERS.find(c)).collect();
    let values = values.filter(|values| values.len() == 18)?;
    let sum: usize = WEIGHTS.iter().zip(&values).map(|(weight, value)| weight * value).sum();
    Some(values[17] == (31 - sum % 31) % 31)
}

/// Whether the check character of an identity number of 18 digits is right (GB 11643-1999); `None` for any other text.
pub fn id_number_checks(number: &str) -> Option<bool> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits: Option<Vec<u32>> = number.chars().map(|c| if c == 'X' { Some(10) } else { c.to_digit(10) }).collect();
    let digits = digits.filter(|digits| digits.len() == 18 && digits[..17].iter().all(|digit| *digit < 10))?;
    let sum: u32 = WEIGHTS.iter().zip(&digits).map(|(weight, digit)| weight * digit).sum();
    Some(digits[17] == (12 - sum % 11) % 11)
}

fn close(text: &str) -> String {
    plain(text).chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase()
}

fn taken(text: String, notes: Vec<String>) -> Result<Parsed, Problem> {
    Ok(Parsed { value: Some(Value::Text(text)), notes })
}

pub(crate) fn credit_code(text: &str) -> Result<Parsed, Problem> {
    let code = close(text);
    if says_none(&code) {
        return Ok(Parsed { value: None, notes: Vec::new() });
    }
    let mut notes = Vec::new();
    note_width(text, &mut notes);
    match credit_code_checks(&code) {
        Some(true) => {}
        Some(false) => notes.push("统一社会信用代码的校验码不对，请核对有没有抄错".to_owned()),
        None if code.chars().count() != 18 => {
            let what = format!(
                "不是统一社会信用代码：应当是 18 位，这里有 {} 位。其他证照号码请填在相应的列",
                code.chars().count()
            );
            return problem(&code, &what);
        }
        None => {
            let wrong = code.chars().find(|c| !CHARACTERS.contains(*c)).unwrap_or(' ');
            let hint = match wrong {
                'I' => "，可能是数字 1",
                'O' => "，可能是数字 0",
                'Z' => "，可能是数字 2",
                'S' => "，可能是数字 5",
                _ => "",
            };
            return problem(&code, &format!("不是统一社会信用代码：里面不会有“{wrong}”{hint}"));
        }
    }
    taken(code, notes)
}

pub(crate) fn id_number(text: &str) -> Result<Parsed, Problem> {
    let number = close(text);
    if says_none(&number) {
        return Ok(Parsed { value: None, notes: Vec::new() });
    }
    let mut notes = Vec::new();
    note_width(text, &mut notes);
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '(' | ')' | '-' | '*');
    if !(5..=30).contains(&number.chars().count()) || !number.chars().all(allowed) {
        return problem(&number, "不是证件号码：只能有数字和字母");
    }
    if number.contains("E+") || number.len() == 18 && number.ends_with("000") && number.starts_with(|c: char| c != '0')
    {
        notes.push("末三位都是 0，可能被表格软件改过，请核对；证件号码在表格里要存成文本".to_owned());
    }
    match id_number_checks(&number) {
        Some(false) => notes.push("身份证号码的校验码不对，请核对有没有抄错".to_owned()),
        None if number.contains('*') => notes.push("号码已经遮盖，无法核对".to_owned()),
        _ => {}
    }
    taken(number, notes)
}

/// Telephones; several are parted by `、` and kept in this form.
pub(crate) fn phone(text: &str) -> Result<Parsed, Problem> {
    let clean = plain(text);
    if says_none(&clean) {
        return Ok(Parsed { value: None, notes: Vec::new() });
    }
    let mut notes = Vec::new();
    note_width(text, &mut notes);
    let mut numbers: Vec<String> = Vec::new();
    for one in clean.split(['、', ',', ';', '/', '\n', '。']).map(str::trim).filter(|one| !one.is_empty()) {
        let number: String = one.chars().filter(|c| !c.is_whitespace()).collect();
        match dialled(&number) {
            Some(number) => numbers.push(number),
            None => {
                let missing =
                    number.len() >= 9 && number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('1');
                let hint = if missing { "，可能缺了区号前面的 0" } else { "" };
                return problem(one, &format!("不是电话号码{hint}。请写成 0000-1234567 或者 11 位手机号"));
            }
        }
    }
    if numbers.is_empty() {
        return problem(&clean, "不是电话号码");
    }
    taken(numbers.join("、"), notes)
}

/// A telephone number in one form; `None` where it is none.
fn dialled(number: &str) -> Option<String> {
    let number = number.strip_prefix("+86").unwrap_or(number).replace(['(', ')'], "-");
    let number = number.trim_matches('-');
    let (number, extension) = match number.split_once('转') {
        Some((number, extension)) => (number, Some(extension)),
        None => (number, None),
    };
    if extension.is_some_and(|digits| digits.is_empty() || digits.len() > 6 || !is_digits(digits)) {
        return None;
    }
    let parts: Vec<&str> = number.split('-').filter(|part| !part.is_empty()).collect();
    if !parts.iter().all(|part| is_digits(part)) {
        return None;
    }
    let local = |part: &str| (7..=8).contains(&part.len());
    let area = |part: &str| (3..=4).contains(&part.len()) && part.starts_with('0');
    let joined = match parts.as_slice() {
        [code, rest] if area(code) && local(rest) => format!("{code}-{rest}"),
        [code, rest, inner] if area(code) && local(rest) && inner.len() <= 6 => format!("{code}-{rest}转{inner}"),
        _ => {
            let all = parts.concat();
            let mobile = all.len() == 11 && all.starts_with('1');
            let with_area = (10..=12).contains(&all.len()) && all.starts_with('0');
            let service = all.len() == 10 && (all.starts_with("400") || all.starts_with("800"));
            let short = (3..=6).contains(&all.len()) && all.starts_with('1');
            let alone = parts.len() == 1 && local(&all);
            if !(mobile || with_area || service || short || alone) {
                return None;
            }
            all
        }
    };
    Some(match extension {
        Some(extension) => format!("{joined}转{extension}"),
        None => joined,
    })
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}
