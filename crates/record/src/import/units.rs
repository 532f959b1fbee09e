//! In what the amounts of a sheet are counted. Where its heads, the lines above and below, and its cells do not say it, it is asked
//! for: an amount in 元 that is taken for one in 万元 is wrong by ten thousand, and nobody sees it.

use item::{Choice, Column, Item, Type, parse};
use sheet::{Found, Target};
use web::Refusal;

use super::{Beside, Options, Told, choose::Chosen};

/// What stands in [`Options::given`] for the unit of all amounts whose own head and cell do not say one: 元, 万元.
pub const MONEY_UNIT: &str = "money_unit";
const LABEL: &str = "金额单位";
/// Units that can be given.
const UNITS: [&str; 7] = ["元", "百元", "千元", "万元", "百万元", "千万元", "亿元"];

/// The column that somebody fills in for a whole table: one of the item, or the unit of its amounts.
pub fn whole_column(item: &Item, key: &str) -> Option<Column> {
    item.column(key).cloned().or_else(|| (key == MONEY_UNIT).then(|| unit_column(item)).flatten())
}

/// The unit of amounts as a column; `None` where the item has no amounts.
fn unit_column(item: &Item) -> Option<Column> {
    let of = item.columns.iter().find(|column| matches!(column.typed, Type::Money { .. }))?;
    let choice = |unit: &&str| Choice { code: (*unit).to_owned(), label: (*unit).to_owned(), aliases: Vec::new() };
    Some(Column {
        key: MONEY_UNIT.to_owned(),
        label: LABEL.to_owned(),
        aliases: Vec::new(),
        code: String::new(),
        letter: String::new(),
        group: Vec::new(),
        typed: Type::Enum { choices: UNITS.iter().map(choice).collect(), open: false },
        required: false,
        hint: "表里的金额以什么计；表头里另外写了单位的列，按表头的".to_owned(),
        ..of.clone()
    })
}

/// The unit that was given for the amounts of a table; empty = none.
///
/// # Errors
/// [`Refusal::Fields`] where it is none that can be given.
pub(super) fn given(options: &Options) -> Result<String, Refusal> {
    let unit: String = options.given.get(MONEY_UNIT).map(|text| text.trim().replace("人民币", "")).unwrap_or_default();
    if unit.is_empty() || UNITS.contains(&unit.as_str()) {
        return Ok(unit);
    }
    Err(Refusal::field(MONEY_UNIT, format!("“{LABEL}”没有“{unit}”，请填：{}。", UNITS.join("、"))))
}

/// Takes the unit that was given for that of the amounts of a table.
pub(super) fn take(found: &mut Found, unit: &str) {
    if unit.is_empty() {
        return;
    }
    let parts = found.unit.split(['、', ',', ';', '，', '；']).map(str::trim);
    let mut kept: Vec<&str> = parts.filter(|part| !part.is_empty() && !part.contains('元')).collect();
    kept.push(unit);
    found.unit = kept.join("、");
}

/// The unit of amounts that a table says for all of it; empty = none.
fn of_table(found: &Found) -> String {
    let parts = found.unit.split(['、', ',', ';', '，', '；']).map(str::trim);
    parts.filter(|part| part.contains('元')).collect::<Vec<_>>().join("、")
}

/// The columns of amounts whose heads say no unit: the head, with whether a figure stands in it that says none either.
fn bare(item: &Item, one: &Chosen) -> Vec<(String, bool)> {
    let keys = one.found.keys();
    let mut bare = Vec::new();
    for (head, name) in one.found.heads.iter().zip(keys) {
        let Some(Target::Column(key)) = one.fit.mapping.get(&name) else { continue };
        let Some(column) = item.column(key).filter(|column| matches!(column.typed, Type::Money { .. })) else {
            continue;
        };
        // a name of the national standard, or of the program, says the unit
        let own = head.path.last().map(|word| word.trim().to_lowercase()).unwrap_or_default();
        let is_code = own == column.key || (!column.code.is_empty() && own == column.code.to_lowercase());
        // 元/亩: what a whole table is counted in is no rate
        let is_rate = column.unit().contains('/');
        if is_code || is_rate || head.unit.contains('元') {
            continue;
        }
        let lines = one.found.rows.iter().chain(&one.found.totals);
        let mut figures = lines.filter_map(|line| line.get(head.column));
        let needs = figures.any(|text| is_figure(column, text));
        bare.push((name, needs));
    }
    bare
}

/// Whether a cell is an amount that is not nothing and says no unit.
fn is_figure(column: &Column, text: &str) -> bool {
    let folded = fold::fold(text);
    folded.contains(|c: char| ('1'..='9').contains(&c))
        && !folded.contains(['元', '圆', '块', '万', '亿', '角', '¥'])
        && parse(column, text, None).is_ok_and(|parsed| parsed.value.is_some())
}

/// Tells in what the amounts are counted, and asks for it where nothing says it.
pub(super) fn tell(item: &Item, chosen: &[Chosen], told: &mut Told) {
    let mut open: Vec<String> = Vec::new();
    let mut taken: Vec<String> = Vec::new();
    let mut is_asked = false;
    for one in chosen {
        let (unit, bare) = (of_table(&one.found), bare(item, one));
        if bare.is_empty() {
            continue;
        }
        is_asked = true;
        if unit.is_empty() {
            let heads = bare.into_iter().filter(|(_, needs)| *needs).map(|(head, _)| format!("“{head}”"));
            let heads: Vec<String> = heads.filter(|head| !open.contains(head)).collect();
            open.extend(heads);
        } else if !taken.contains(&unit) {
            taken.push(unit);
        }
    }
    if !is_asked {
        return;
    }
    let text = match taken.as_slice() {
        [unit] if UNITS.contains(&unit.as_str()) => unit.clone(),
        _ => String::new(),
    };
    if !taken.is_empty() {
        told.taken.push((LABEL.to_owned(), taken.join("；")));
    }
    told.beside.push(Beside { key: MONEY_UNIT.to_owned(), text });
    if !open.is_empty() {
        told.about.push(format!(
            "{}是金额，表头、表头上方和表格下方都没有写单位。请写明“{LABEL}”（命令行用 --set {MONEY_UNIT}=万元），程序不会自己认定是元还是万元。",
            open.join("")
        ));
        told.missing.push(LABEL.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> &'static Item {
        item::boxed().iter().find(|item| item.key.as_str() == "three-public").expect("the item is in the box")
    }

    #[test]
    fn a_unit_that_is_given_goes_before_that_of_the_table() {
        let mut found = Found { unit: "亩、万元".to_owned(), ..Found::default() };
        take(&mut found, "元");
        assert_eq!((found.unit.as_str(), of_table(&found).as_str()), ("亩、元", "元"));
        take(&mut found, "");
        assert_eq!(found.unit, "亩、元");
    }

    #[test]
    fn a_figure_without_a_unit_is_told_from_one_that_has_it_or_is_nothing() {
        let item = three();
        let total = item.column("total").expect("a column");
        for (text, asks) in [("118000", true), ("0", false), ("", false), ("11.8万元", false), ("—", false)] {
            assert_eq!(is_figure(total, text), asks, "{text}");
        }
    }

    #[test]
    fn the_unit_of_amounts_is_filled_in_as_a_column() {
        let column = whole_column(three(), MONEY_UNIT).expect("a column");
        let parsed = parse(&column, "万元", None).expect("a unit");
        assert_eq!(parsed.value.map(|value| value.plain()), Some("万元".to_owned()));
        let mut options = Options::new(three().key.clone(), kernel::OrganCode::from("QH010"));
        options.given.insert(MONEY_UNIT.to_owned(), "人民币元".to_owned());
        assert_eq!(given(&options).expect("a unit"), "元");
        options.given.insert(MONEY_UNIT.to_owned(), "斤".to_owned());
        assert!(given(&options).is_err());
    }
}
