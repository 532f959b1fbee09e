//! Units of figures, and how many powers of ten lie between two of them.

/// What a yuan unit says: the power of ten in yuan, and what stands after it (`/人·月`).
pub(crate) fn yuan(unit: &str) -> Option<(i32, &str)> {
    const UNITS: [(&str, i32); 20] = [
        ("万亿元", 12),
        ("千万元", 7),
        ("百万元", 6),
        ("十万元", 5),
        ("亿元", 8),
        ("万元", 4),
        ("千元", 3),
        ("百元", 2),
        ("万亿", 12),
        ("千万", 7),
        ("百万", 6),
        ("十万", 5),
        ("亿", 8),
        ("万", 4),
        ("千", 3),
        ("元", 0),
        ("圆", 0),
        ("块", 0),
        ("角", -1),
        ("分", -2),
    ];
    let unit = unit.strip_prefix("人民币").unwrap_or(unit);
    let (name, power) = UNITS.into_iter().find(|(name, _)| unit.starts_with(*name))?;
    let after = unit[name.len()..].trim_start();
    let after = after.strip_suffix("人民币").or_else(|| after.strip_suffix("(人民币)")).unwrap_or(after);
    (after.is_empty() || after.starts_with('/')).then_some((power, after))
}

/// Whether a unit is one of money, plain or for something.
pub(crate) fn is_money(unit: &str) -> bool {
    yuan(unit).is_some_and(|_| unit.contains(['元', '圆']))
}

/// Names of one unit.
const SAME: [&[&str]; 16] = [
    &["人", "名", "位"],
    &["件", "宗", "起", "例"],
    &["天", "日", "日历天", "个日历天"],
    &["月", "个月"],
    &["户", "家"],
    &["个", "所", "项", "处", "座", "只"],
    &["班", "个班"],
    &["亩"],
    &["%", "个百分点", "百分点"],
    &["年", "年期"],
    &["小时", "h"],
    &["分", "分数"],
    &["万吨"],
    &["微克/立方米", "μg/m³", "μg/m3", "ug/m3", "微克/m³", "微克/m3"],
    &["毫克/升", "mg/L", "mg/l"],
    &["辆", "台", "台套"],
];

/// Units that are powers of ten apart, by what they measure.
const SCALES: [(&str, u8, i32); 29] = [
    ("平方米", 0, 0),
    ("平米", 0, 0),
    ("㎡", 0, 0),
    ("m2", 0, 0),
    ("m²", 0, 0),
    ("公顷", 0, 4),
    ("hm2", 0, 4),
    ("hm²", 0, 4),
    ("平方公里", 0, 6),
    ("平方千米", 0, 6),
    ("km2", 0, 6),
    ("km²", 0, 6),
    ("米", 1, 0),
    ("m", 1, 0),
    ("厘米", 1, -2),
    ("公里", 1, 3),
    ("千米", 1, 3),
    ("km", 1, 3),
    ("克", 2, 0),
    ("g", 2, 0),
    ("千克", 2, 3),
    ("公斤", 2, 3),
    ("kg", 2, 3),
    ("吨", 2, 6),
    ("t", 2, 6),
    ("瓦", 3, 0),
    ("千瓦", 3, 3),
    ("兆瓦", 3, 6),
    ("立方米", 4, 0),
];

fn same(one: &str, other: &str) -> bool {
    one == other || SAME.iter().any(|names| names.contains(&one) && names.contains(&other))
}

fn scale(one: &str, other: &str) -> Option<i32> {
    let of = |unit: &str| SCALES.iter().find(|(name, ..)| *name == unit).map(|(_, kind, power)| (*kind, *power));
    let ((kind, from), (other, to)) = (of(one)?, of(other)?);
    (kind == other).then_some(from - to)
}

/// Whether a unit measures length, land, weight or the like.
pub(crate) fn is_measure(unit: &str) -> bool {
    unit.ends_with('亩') || scale(unit, unit).is_some()
}

/// How a figure in 亩 becomes one in another unit of area, or the other way round: times a power of ten, then divided or multiplied
/// by 15 (15 亩 = 1 公顷).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mu {
    pub(crate) power: i32,
    pub(crate) divided: bool,
}

/// Between 亩 and a unit of square metres; `None` where neither or both are 亩.
pub(crate) fn by_mu(from: &str, to: &str) -> Option<Mu> {
    let mu = |unit: &str| Some(multiplied(unit)).filter(|(_, rest)| *rest == "亩").map(|(power, _)| power);
    let area = |unit: &str| {
        let named = |unit: &str| SCALES.iter().find(|(name, kind, _)| *name == unit && *kind == 0).map(|scale| scale.2);
        let (power, rest) = multiplied(unit);
        named(unit).or_else(|| named(rest).map(|of| of + power))
    };
    match (mu(from), mu(to)) {
        (Some(power), None) => Some(Mu { power: power + 4 - area(to)?, divided: true }),
        (None, Some(power)) => Some(Mu { power: area(from)? - 4 - power, divided: false }),
        _ => None,
    }
}

/// A unit with the power of ten that is said before it: 万人 is 人 and 4.
fn multiplied(unit: &str) -> (i32, &str) {
    for (name, power) in [("千万", 7), ("百万", 6), ("十万", 5), ("亿", 8), ("万", 4), ("千", 3), ("百", 2)] {
        if let Some(rest) = unit.strip_prefix(name) {
            return (power, rest);
        }
    }
    (0, unit)
}

/// The power of ten by which a figure in `from` is multiplied to be one in `to`; `None` where they do not measure the same, or
/// are not powers of ten apart (亩 and 公顷).
pub(crate) fn between(from: &str, to: &str) -> Option<i32> {
    if same(from, to) {
        return Some(0);
    }
    if let (Some((power, after)), Some((other, behind))) = (yuan(from), yuan(to))
        && is_money(to)
    {
        return same(after, behind).then_some(power - other);
    }
    if let Some(power) = scale(from, to) {
        return Some(power);
    }
    let ((power, from), (other, to)) = (multiplied(from), multiplied(to));
    if power == other {
        return None;
    }
    if from.is_empty() || same(from, to) {
        return Some(power - other);
    }
    scale(from, to).map(|between| between + power - other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_mu_are_a_hectare() {
        assert_eq!(by_mu("亩", "公顷"), Some(Mu { power: 0, divided: true }));
        assert_eq!(by_mu("万亩", "公顷"), Some(Mu { power: 4, divided: true }));
        assert_eq!(by_mu("亩", "平方米"), Some(Mu { power: 4, divided: true }));
        assert_eq!(by_mu("平方米", "亩"), Some(Mu { power: -4, divided: false }));
        assert_eq!(by_mu("万平方米", "亩"), Some(Mu { power: 0, divided: false }));
        assert_eq!((by_mu("万亩", "亩"), by_mu("亩", "元")), (None, None));
    }

    #[test]
    fn units_are_powers_of_ten_apart() {
        for (from, to, expected) in [
            ("元", "元", Some(0)),
            ("万元", "元", Some(4)),
            ("元", "亿元", Some(-8)),
            ("亿", "万元", Some(4)),
            ("人民币万元", "元", Some(4)),
            ("元/人·月", "元/人·月", Some(0)),
            ("元/月", "元", None),
            ("美元", "元", None),
            ("人", "名", Some(0)),
            ("万人", "人", Some(4)),
            ("人", "万人", Some(-4)),
            ("万", "人", Some(4)),
            ("公顷", "平方米", Some(4)),
            ("公顷", "亩", None),
            ("万亩", "亩", Some(4)),
            ("万平方米", "公顷", Some(0)),
            ("千瓦", "兆瓦", Some(-3)),
            ("日历天", "天", Some(0)),
            ("人", "元", None),
        ] {
            assert_eq!(between(from, to), expected, "{from} {to}");
        }
    }
}
