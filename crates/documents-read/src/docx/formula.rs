//! Formulas of Word in one line: `5/2`, `10⁸`, `√16`. A fraction whose line is lost says another number.

use crate::xml::Element;

/// The words of a formula, or of a part of one.
pub(super) fn written(element: &Element) -> String {
    element.elements().map(part).collect()
}

fn part(element: &Element) -> String {
    let of = |name: &str| element.child(name).map(written).unwrap_or_default();
    let property = |properties: &str, name: &str| element.child(properties).and_then(|found| found.value(name));
    match &*element.name {
        "t" => element.text(),
        "f" => format!("{}/{}", grouped(&of("num")), grouped(&of("den"))),
        "sSup" => format!("{}{}", grouped(&of("e")), raised(&of("sup"))),
        "sSub" => format!("{}{}", grouped(&of("e")), lowered(&of("sub"))),
        "sSubSup" => format!("{}{}{}", grouped(&of("e")), lowered(&of("sub")), raised(&of("sup"))),
        "sPre" => format!("{}{}{}", lowered(&of("sub")), raised(&of("sup")), grouped(&of("e"))),
        "rad" => format!("{}√{}", raised(&of("deg")), grouped(&of("e"))),
        "nary" => {
            let sign = property("naryPr", "chr").unwrap_or("∫");
            format!("{sign}{}{}{}", lowered(&of("sub")), raised(&of("sup")), of("e"))
        }
        "d" => {
            let open = property("dPr", "begChr").unwrap_or("(");
            let close = property("dPr", "endChr").unwrap_or(")");
            let inner: Vec<String> = element.elements().filter(|each| &*each.name == "e").map(written).collect();
            format!("{open}{}{close}", inner.join(property("dPr", "sepChr").unwrap_or("|")))
        }
        "func" => format!("{}{}", of("fName"), grouped(&of("e"))),
        "limLow" | "limUpp" => format!("{}{}", of("e"), lowered(&of("lim"))),
        // rows of a matrix, lines of several equations
        "m" | "eqArr" => {
            let rows: Vec<String> = element.elements().filter(|each| !is_properties(each)).map(written).collect();
            format!("[{}]", rows.join("；"))
        }
        "mr" => element.elements().map(written).collect::<Vec<_>>().join("，"),
        "del" | "moveFrom" => String::new(),
        _ if is_properties(element) => String::new(),
        _ => written(element),
    }
}

fn is_properties(element: &Element) -> bool {
    element.name.ends_with("Pr")
}

/// In brackets, when it is more than one number or letter.
fn grouped(words: &str) -> String {
    let number = words.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    let word = words.chars().all(char::is_alphanumeric);
    let closed =
        words.starts_with(['(', '（']) && words.ends_with([')', '）']) && words.matches(['(', '（']).count() == 1;
    if number || word || closed { words.to_owned() } else { format!("({words})") }
}

fn raised(words: &str) -> String {
    const SIGNS: [(char, char); 14] = [
        ('0', '⁰'),
        ('1', '¹'),
        ('2', '²'),
        ('3', '³'),
        ('4', '⁴'),
        ('5', '⁵'),
        ('6', '⁶'),
        ('7', '⁷'),
        ('8', '⁸'),
        ('9', '⁹'),
        ('+', '⁺'),
        ('-', '⁻'),
        ('−', '⁻'),
        ('n', 'ⁿ'),
    ];
    placed(words, &SIGNS, '^')
}

fn lowered(words: &str) -> String {
    const SIGNS: [(char, char); 13] = [
        ('0', '₀'),
        ('1', '₁'),
        ('2', '₂'),
        ('3', '₃'),
        ('4', '₄'),
        ('5', '₅'),
        ('6', '₆'),
        ('7', '₇'),
        ('8', '₈'),
        ('9', '₉'),
        ('+', '₊'),
        ('-', '₋'),
        ('−', '₋'),
    ];
    placed(words, &SIGNS, '_')
}

/// In small signs where there are some for all of it, else behind a mark.
fn placed(words: &str, signs: &[(char, char)], mark: char) -> String {
    if words.is_empty() {
        return String::new();
    }
    let small = |c: char| signs.iter().find(|(plain, _)| *plain == c).map(|(_, small)| *small);
    let all: Option<String> = words.chars().map(small).collect();
    all.unwrap_or_else(|| format!("{mark}{}", grouped(words)))
}
