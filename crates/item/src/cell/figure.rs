//! Figures: thousands commas, full-width digits, signs and brackets, units in the cell, amounts in words. Exact, or refused.

use super::capital;
use super::plain::{note_width, plain, problem, quoted, says_none};
use super::unit;
use crate::{Decimal, Parsed, Problem, Value};

/// How a column holds its figures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held<'a> {
    /// 元, 人, `%`; may be empty.
    pub(crate) unit: &'a str,
    pub(crate) places: u32,
    /// Whether it is money, or a percentage.
    pub(crate) sort: Sort,
}

/// What sort of figure a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Money,
    Number,
    Ratio,
}

/// A figure as a cell says it: numbers, each with the unit after it.
type Said = Vec<(Decimal, String)>;

/// The figure of a cell. `given` is the unit of the head or the table.
pub(crate) fn parse(held: Held<'_>, text: &str, given: Option<&str>) -> Result<Parsed, Problem> {
    let clean = plain(text);
    if says_none(&clean) {
        return Ok(Parsed { value: None, notes: Vec::new() });
    }
    if let Some(parsed) = said_twice(held, &clean) {
        return Ok(parsed);
    }
    let mut notes = Vec::new();
    note_width(text, &mut notes);
    let said = said(&clean, &mut notes)?;
    let given = given.map(plain).unwrap_or_default();
    let fitting = fitting(held, &given);
    let exact =
        |parts: &[(Decimal, String)], notes: &mut Vec<String>| convert(held, &clean, parts, fitting.as_deref(), notes);
    let mut told = notes.clone();
    let mut value = exact(&said, &mut told)?;
    if value.scale() > finest(held)
        && let [(raw, unit)] = said.as_slice()
        && let Some(shorter) = without_noise(*raw)
    {
        told.clone_from(&notes);
        let again = exact(&[(shorter, unit.clone())], &mut told)?;
        if again.scale() <= finest(held) {
            told.push(format!("表格软件存成了 {raw}，已按 {shorter} 读入"));
            value = again;
        }
    }
    if value.scale() > finest(held) {
        return too_fine(held, &clean, value);
    }
    if crate::slots::number(value.trunc()).is_none() {
        return problem(&clean, "：数字太大，请核对单位");
    }
    let bare = held.sort == Sort::Ratio && !clean.contains(['%', '‰']) && !given.contains('%');
    if bare && value.abs() < Decimal::ONE && !value.is_zero() {
        told.push(format!("已按 {value}% 读入；如果表格里是百分数格式，请核对"));
    }
    Ok(Parsed { value: Some(Value::Number(value.normalize())), notes: told })
}

/// An area in two units, the second in brackets: 11.8078公顷（177.1174亩）. Only where both are the same area.
fn said_twice(held: Held<'_>, text: &str) -> Option<Parsed> {
    let (first, rest) = text.split_once('(')?;
    let second = rest.strip_suffix(')')?;
    let both = held.sort == Sort::Number
        && [first, second].into_iter().all(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    if !both || !first.contains('亩') && !second.contains('亩') {
        return None;
    }
    let mut parsed = parse(held, first, None).ok()?;
    let other = parse(held, second, None).ok()?;
    let (Some(Value::Number(one)), Some(Value::Number(other))) = (&parsed.value, &other.value) else { return None };
    // both were rounded when they were written
    if (*one - *other).abs() > Decimal::new(1, held.places.min(2)) {
        return None;
    }
    parsed.notes.push("括号里的另一种单位是同一个面积".to_owned());
    Some(parsed)
}

/// A figure that was converted between 亩 and 公顷: exact where it can be, else rounded to the decimals of the column.
fn by_mu(held: Held<'_>, figure: Decimal, unit: &str, notes: &mut Vec<String>) -> Option<Decimal> {
    if held.sort != Sort::Number {
        return None;
    }
    let unit::Mu { power, divided } = unit::by_mu(unit, held.unit)?;
    let (fifteen, moved) = (Decimal::from(15), shift(figure, power)?);
    let value = if divided { moved.checked_div(fifteen)? } else { moved.checked_mul(fifteen)? };
    let rounded = value.round_dp_with_strategy(held.places, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    let about = if rounded == value { "" } else { "（四舍五入）" };
    notes.push(format!("{figure}{unit} 已按 15 亩合 1 公顷换算为 {}{}{about}", rounded.normalize(), held.unit));
    Some(rounded.normalize())
}

/// Decimals that a figure may have: in 万元 and 亿元 so many that an amount in 元 and 分 is kept as it is, six at most, as far as figures
/// are filtered and sorted by. Rounded parts would not add up to their sum any more.
fn finest(held: Held<'_>) -> u32 {
    match unit::yuan(held.unit) {
        Some((power, "")) if held.sort == Sort::Money && power >= 4 => {
            held.places.max(u32::try_from(power + 2).unwrap_or_default().min(6))
        }
        _ => held.places,
    }
}

fn too_fine(held: Held<'_>, text: &str, value: Decimal) -> Result<Parsed, Problem> {
    let rounded = value.round_dp_with_strategy(held.places, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    let as_unit = if held.unit.is_empty() { String::new() } else { format!("以{}计是 {value}，", held.unit) };
    let places = match finest(held) {
        0 => "这一列只能填整数".to_owned(),
        n => format!("这一列最多 {n} 位小数"),
    };
    let percent = if held.sort == Sort::Ratio && value.abs() <= Decimal::ONE && !text.contains('%') {
        "；如果是百分数，请连同 % 一起写"
    } else {
        ""
    };
    let what = format!("：{as_unit}{places}。请核对后填写，例如四舍五入为 {}{percent}", rounded.normalize());
    problem(text, &what)
}

/// The unit said for the whole table, as far as it can be meant for the column: 万元 does not speak of persons.
fn fitting(held: Held<'_>, given: &str) -> Option<String> {
    let parts: Vec<&str> = given.split(['、', ',', ';', ' ']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let own = held.unit;
    match parts.iter().find(|part| power(held, part).is_some()) {
        Some(part) => Some((*part).to_owned()),
        None => match (held.sort, parts.as_slice()) {
            // money of another country, or land in a unit that must be converted: told at each figure
            (Sort::Money, [one]) if one.contains(['元', '币', '镑']) => Some((*one).to_owned()),
            (Sort::Number, [one]) if unit::is_measure(one) && unit::is_measure(own) => Some((*one).to_owned()),
            _ => None,
        },
    }
}

/// The figure in the unit of the column.
fn convert(
    held: Held<'_>,
    text: &str,
    parts: &[(Decimal, String)],
    given: Option<&str>,
    notes: &mut Vec<String>,
) -> Result<Decimal, Problem> {
    let mut sum = Decimal::ZERO;
    let mut last = i32::MAX;
    for (figure, said) in parts {
        let unit = match (said.is_empty(), given) {
            (false, _) => said.as_str(),
            (true, _) if parts.len() > 1 => return problem(text, "：最后一个数没有写单位，请写成一个数，例如 1.2亿元"),
            (true, Some(given)) => given,
            (true, None) => held.unit,
        };
        let Some(power) = power(held, unit) else {
            if parts.len() == 1
                && let Some(area) = by_mu(held, *figure, unit, notes)
            {
                return Ok(area);
            }
            return other_unit(held, text, unit);
        };
        if power >= last {
            return problem(text, "：单位的顺序看不懂，请写成一个数");
        }
        last = power;
        let Some(moved) = shift(*figure, power) else {
            return problem(text, "：数字太长，请核对单位和位数");
        };
        let Some(more) = sum.checked_add(moved) else {
            return problem(text, "：数字太大，请核对单位");
        };
        sum = more;
        if power != 0 && parts.len() == 1 {
            notes.push(format!("{figure}{unit} 已换算为 {}{}", moved.normalize(), held.unit));
        }
    }
    let sum = sum.normalize();
    if parts.len() > 1 {
        notes.push(format!("{text} 已合为 {sum}{}", held.unit));
    }
    Ok(sum)
}

fn power(held: Held<'_>, unit: &str) -> Option<i32> {
    match held.sort {
        Sort::Ratio => match unit {
            "" | "%" | "个百分点" | "百分点" => Some(0),
            "‰" => Some(-1),
            _ => None,
        },
        Sort::Money => unit::between(unit, held.unit).filter(|_| unit::yuan(unit).is_some()),
        Sort::Number => unit::between(unit, held.unit),
    }
}

fn other_unit(held: Held<'_>, text: &str, unit: &str) -> Result<Decimal, Problem> {
    let what = match (held.sort, held.unit) {
        (Sort::Ratio, _) => format!("：这一列是百分数，“{unit}”不是它的单位。请写成 5.2%"),
        (_, "") => format!("：这一列没有单位，请只写数字，去掉“{unit}”"),
        (Sort::Money, own) if ["美元", "港元", "港币", "欧元", "日元", "英镑"].contains(&unit) => {
            format!("：单位是{unit}，请换算成人民币，以{own}填写")
        }
        (_, own) => format!("：单位“{unit}”不能换算成{own}。请以{own}填写，只写一个数；说明文字请写在备注里"),
    };
    problem(text, &what)
}

/// The figure times a power of ten; `None` where a decimal does not hold it exactly.
pub(crate) fn shift(figure: Decimal, power: i32) -> Option<Decimal> {
    let figure = figure.normalize();
    let scale = i64::from(figure.scale()) - i64::from(power);
    if scale >= 0 {
        return Decimal::try_from_i128_with_scale(figure.mantissa(), u32::try_from(scale).ok()?)
            .ok()
            .map(|d| d.normalize());
    }
    let times = 10_i128.checked_pow(u32::try_from(-scale).ok()?)?;
    Decimal::try_from_i128_with_scale(figure.mantissa().checked_mul(times)?, 0).ok()
}

/// What a spreadsheet shows of a figure that it keeps as a binary fraction: 95.32 of 95.31999999999999. Only where that leaves a
/// short number, so that no figure that was meant is rounded.
fn without_noise(figure: Decimal) -> Option<Decimal> {
    let digits = |figure: Decimal| figure.normalize().mantissa().unsigned_abs().to_string().len();
    if digits(figure) < 16 {
        return None;
    }
    let shorter = figure.round_sf(15)?.normalize();
    (digits(shorter) <= 12).then_some(shorter)
}

/// What a cell says.
fn said(text: &str, notes: &mut Vec<String>) -> Result<Said, Problem> {
    const ABOUT: [&str; 13] =
        ["约", "左右", "以上", "以下", "不少于", "不低于", "不超过", "大概", "≥", "≤", ">", "<", "±"];
    if let Some(word) = ABOUT.into_iter().find(|word| text.contains(*word)) {
        return problem(text, &format!("：“{word}”不是准确的数，请写准确数字，说明写在备注里"));
    }
    let (mut negative, mut rest) = (false, text);
    if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
        && inner.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '¥'))
    {
        notes.push("括号里的数已按负数读入".to_owned());
        (negative, rest) = (true, inner.trim());
    }
    rest = currency(rest);
    for (word, minus) in
        [("增加", false), ("增长", false), ("上升", false), ("增", false), ("减少", true), ("下降", true)]
            .into_iter()
            .chain([("降低", true), ("减", true)])
    {
        if let Some(after) = rest.strip_prefix(word) {
            let sign = if minus { "负" } else { "正" };
            notes.push(format!("“{word}”已按{sign}数读入"));
            (negative, rest) = (minus, after.trim_start());
            break;
        }
    }
    if let Some(after) = rest.strip_prefix(['+', '-']) {
        let minus = rest.starts_with('-');
        if negative || after.trim_start().starts_with(['+', '-']) {
            return problem(text, "：有两个正负号，请只写一个");
        }
        (negative, rest) = (minus, after.trim_start());
    }
    let parts = match in_words(currency(rest)) {
        Some(parts) => {
            notes.push(format!("{} 已按数字读入", quoted(text)));
            parts
        }
        None => in_digits(text, currency(rest))?,
    };
    Ok(parts.into_iter().map(|(figure, unit)| (if negative { -figure } else { figure }, unit)).collect())
}

fn currency(text: &str) -> &str {
    ["人民币", "RMB", "CNY", "¥"].into_iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text).trim_start()
}

/// Chinese numerals with the unit after them.
fn in_words(text: &str) -> Option<Vec<(Decimal, String)>> {
    if !text.starts_with(capital::is_numeral) || text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some(amount) = capital::amount(text)
        && amount.yuan
    {
        return Some(vec![(amount.value, "元".to_owned())]);
    }
    let end = text.find(|c: char| !capital::is_numeral(c)).unwrap_or(text.len());
    let whole = capital::whole(&text[..end])?;
    Some(vec![(Decimal::from(whole), text[end..].trim().to_owned())])
}

/// Numbers in digits, each with what stands after it.
fn in_digits(text: &str, rest: &str) -> Result<Vec<(Decimal, String)>, Problem> {
    let mut parts = Vec::new();
    let mut rest = rest;
    while !rest.is_empty() {
        let Some((figure, after)) = number(text, rest)? else {
            return problem(text, "不是数字。请只写数字，例如 1239.80");
        };
        let (unit, next) = after.split_at(unit_end(after));
        let unit = unit.trim().trim_end_matches(['整', '正']).trim();
        if !next.is_empty() && unit::yuan(unit).is_none() {
            return problem(text, "里有两个数。请只写一个，以这一列的单位填写；另一个可以写在备注里");
        }
        parts.push((figure, unit.to_owned()));
        rest = next;
    }
    if parts.is_empty() {
        return problem(text, "不是数字。请只写数字，例如 1239.80");
    }
    Ok(parts)
}

/// Where the unit after a number ends and another number begins; the figure of m2 belongs to the unit.
fn unit_end(after: &str) -> usize {
    let bytes = after.as_bytes();
    let of_unit = |at: usize| at > 0 && matches!(bytes[at - 1], b'm' | b'M');
    (0..bytes.len()).find(|at| bytes[*at].is_ascii_digit() && !of_unit(*at)).unwrap_or(bytes.len())
}

/// The number at the beginning of a text, and what is after it.
fn number<'a>(text: &str, rest: &'a str) -> Result<Option<(Decimal, &'a str)>, Problem> {
    let bytes = rest.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let takes = |at: usize| match bytes[at] {
        b'0'..=b'9' | b'.' | b',' => true,
        b' ' => at > 0 && digit(at - 1) && (1..=3).all(|n| digit(at + n)) && !digit(at + 4),
        _ => false,
    };
    let end = (0..bytes.len()).find(|at| !takes(*at)).unwrap_or(bytes.len());
    let (found, after) = rest.split_at(end);
    if !found.contains(|c: char| c.is_ascii_digit()) {
        return Ok(None);
    }
    let found = found.replace(' ', ",");
    let (whole, fraction) = found.split_once('.').unwrap_or((found.as_str(), ""));
    if fraction.contains([',', '.']) {
        return problem(text, "：小数点和逗号的位置看不懂，请写成 1234.50");
    }
    if whole.contains(',') {
        let mut groups = whole.split(',');
        let first = groups.next().unwrap_or_default();
        if !(1..=3).contains(&first.len()) || !groups.all(|group| group.len() == 3) {
            return problem(text, "：逗号不在千分位上，请核对后不写逗号");
        }
    }
    let mut digits = format!("{}.{fraction}", whole.replace(',', ""));
    if digits.starts_with('.') {
        digits.insert(0, '0');
    }
    let (exponent, after) = exponent(after);
    let exact = Decimal::from_str_exact(digits.trim_end_matches('.')).ok();
    match exact.and_then(|figure| shift(figure, exponent)) {
        Some(figure) => Ok(Some((figure, after))),
        None => problem(text, "：位数太多，请核对"),
    }
}

/// What a spreadsheet appends to long numbers: `E+05`.
fn exponent(after: &str) -> (i32, &str) {
    let Some(rest) = after.strip_prefix(['e', 'E']) else { return (0, after) };
    let (minus, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix('+').unwrap_or(rest)),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    match rest[..end].parse::<i32>() {
        Ok(power) if power <= 30 => (if minus { -power } else { power }, &rest[end..]),
        _ => (0, after),
    }
}
