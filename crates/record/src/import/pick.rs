//! What a table of a file calls itself: its title and the name of its sheet say of which item it is, its lines above and its cells
//! of which organ. A workbook of a department has ten tables with much the same columns.

use std::collections::BTreeSet;

use documents::{Extractor, Limits};
use item::{Item, Owner, Type};
use jiff::civil::Date;
use kernel::{Directory, OrganCode, organ::Match};
use sheet::{Found, Mapping, Target};
use web::{Ctx, Refusal};

use super::File;

/// Characters of what another item is called that say that a table is of it, at least.
const TELLING: usize = 5;
/// Accounts of which the tables of a budget are as alike as those of one.
const ACCOUNTS: [&str; 3] = ["国有资本经营", "政府性基金", "社会保险基金"];
/// Rows that are looked through for the organ that each of them names.
const ROWS: usize = 2000;

/// What a table calls itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Calls {
    /// As the item is called.
    Own,
    Nothing,
    /// As another item is called: the title of that one.
    Other(String),
}

/// What a table calls itself, among all items.
pub(super) fn called(item: &Item, all: &[Item], found: &Found) -> Calls {
    let texts = [folded(&found.title), folded(&found.sheet)];
    // how much of what the table says an item is called by
    let said = |of: &Item| {
        let core = core(&of.title);
        let long = core.chars().count();
        if texts.iter().any(|text| text.contains(core.as_str())) { long } else { 0 }
    };
    let own = said(item);
    let others = || all.iter().filter(|other| other.key != item.key && other.is_table());
    let other = others().map(|other| (said(other), other)).max_by_key(|(long, _)| *long);
    if let Some((_, other)) = other.filter(|(long, _)| *long >= TELLING && *long > own) {
        return Calls::Other(other.title.clone());
    }
    if let Some(account) = other_account(item, &texts) {
        return Calls::Other(format!("{account}预算"));
    }
    if own >= 4 {
        return Calls::Own;
    }
    let numbers = numbers(found);
    let has = |of: &Item| numbers_in(&of.title).iter().any(|number| numbers.contains(number));
    if has(item) {
        return Calls::Own;
    }
    if numbers_in(&item.title).is_empty() {
        return Calls::Nothing;
    }
    let of_set = others().find(|other| other.domain.key == item.domain.key && has(other));
    match (of_set, numbers.first()) {
        (Some(other), _) => Calls::Other(other.title.clone()),
        // of the same set, and of no item that is in the catalogue
        (None, Some(number)) if number.len() <= 3 => Calls::Other(format!("表{number}")),
        (None, _) => Calls::Nothing,
    }
}

/// The account of which a table says to be, where the item is one of budgets and of none or of another one.
fn other_account(item: &Item, texts: &[String; 2]) -> Option<&'static str> {
    let has_accounts = item.columns.iter().any(|column| column.key == "account");
    if item.domain.key != "budget" || has_accounts {
        return None;
    }
    let title = folded(&item.title);
    // Transfers come out of every account.
    if title.contains("转移支付") {
        return None;
    }
    let other = |account: &&&str| !title.contains(**account) && texts.iter().any(|text| text.contains(**account));
    ACCOUNTS.iter().find(other).copied()
}

/// Without blanks and quotation marks.
fn folded(text: &str) -> String {
    let leaves = |c: &char| !c.is_whitespace() && !"“”\"'‘’《》".contains(*c);
    fold::fold(text).chars().filter(leaves).collect()
}

/// What an item is about: 政府性基金预算支出 of 政府性基金预算支出情况表（表8）.
fn core(title: &str) -> String {
    let folded = folded(title);
    let mut core = folded.split('(').next().unwrap_or_default();
    while let Some(rest) = shorter(core) {
        core = rest;
    }
    core.to_owned()
}

/// Without a word that titles of tables end with.
fn shorter(title: &str) -> Option<&str> {
    ["统计表", "一览表", "表", "情况", "信息"].into_iter().find_map(|end| title.strip_suffix(end))
}

/// Numbers of tables in a text: 表8, 表1-1.
fn numbers_in(text: &str) -> BTreeSet<String> {
    let text = folded(text);
    let mut found = BTreeSet::new();
    for part in text.split('表').skip(1) {
        let number: String = part.chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
        let number = number.trim_end_matches('-');
        if !number.is_empty() {
            found.insert(number.to_owned());
        }
    }
    found
}

/// The number of a table, as a line above it or the name of its sheet has it.
fn numbers(found: &Found) -> BTreeSet<String> {
    let above = found.above.iter().flat_map(|line| line.cells.iter().map(|(_, text)| text.as_str()));
    let begins = |text: &&str| folded(text).starts_with('表') && text.chars().count() <= 20;
    above.chain([found.sheet.as_str()]).filter(begins).flat_map(numbers_in).collect()
}

/// The one organ that the tables of a file name, above their heads or in every row; `None` = none, or several.
///
/// # Errors
/// [`Refusal::Fields`] at `file` where it cannot be read.
pub async fn organ_said(ctx: &Ctx, item: &Item, file: &File, sheet: &str) -> Result<Option<OrganCode>, Refusal> {
    let extractor = Extractor::new(ctx.program().clone(), Limits::default());
    let grids = extractor.grids(&file.path, &file.name).await;
    let grids = grids.map_err(|rejected| Refusal::field("file", rejected.message))?;
    let (item, wanted) = (item.clone(), sheet.to_owned());
    let (known, today) = (ctx.directory(), ctx.today());
    let named = tokio::task::spawn_blocking(move || {
        let shown = grids.iter().filter(|grid| !grid.hidden && (wanted.is_empty() || grid.name == wanted));
        let mut named: BTreeSet<String> = BTreeSet::new();
        for mut found in shown.flat_map(sheet::tables) {
            if found.organ.is_empty() {
                found.organ = titled(&known, today, &found.title).unwrap_or_default();
            }
            named.extend(organs_of(&item, &found));
        }
        named
    });
    let named = named.await.map_err(|error| web::Error::internal(format!("organs of a sheet: {error}")))?;
    let directory = ctx.directory();
    let mut codes: Vec<OrganCode> = Vec::new();
    for name in named {
        if let Match::Organ(code) = directory.find(&name, ctx.today())
            && !codes.contains(&code)
        {
            codes.push(code);
        }
    }
    Ok(if codes.len() == 1 { codes.pop() } else { None })
}

/// The organ with whose name a title begins: 青禾县水利局2025年度部门决算“三公”经费支出表.
pub(super) fn titled(directory: &Directory, today: Date, title: &str) -> Option<String> {
    /// Characters of the shortest and the longest name that is looked for; shorter are names of places.
    const SHORTEST: usize = 4;
    const LONGEST: usize = 24;
    let dated = |c: char| c.is_ascii_digit() || "年度-—:".contains(c);
    let title: Vec<char> = folded(title).trim_start_matches(dated).chars().take(LONGEST).collect();
    (SHORTEST..=title.len()).rev().find_map(|length| {
        let name: String = title.get(..length)?.iter().collect();
        matches!(directory.find(&name, today), Match::Organ(_)).then_some(name)
    })
}

/// The organ above a head; else what stands in the column of the item that names whose the record is.
fn organs_of(item: &Item, found: &Found) -> BTreeSet<String> {
    if !found.organ.is_empty() {
        return BTreeSet::from([found.organ.clone()]);
    }
    // a file of the program's own says whose each record is, and nothing else in it does
    if let Some(column) = sheet::organ_column(found) {
        return found.rows.iter().take(ROWS).filter_map(|line| line.get(column)).map(str::to_owned).collect();
    }
    let fit = sheet::fit(item, found, &Mapping::new());
    // 发布机关 of a notice of land is the county's government, and the record is that of the office in charge of land
    let is_one =
        matches!(&item.owner, Owner::Organs(codes) if codes.len() == 1) || matches!(item.owner, Owner::Named(_));
    let names_whose = |key: &str| {
        let column = item.column(key);
        column.is_some_and(|column| {
            let label = column.label.as_str();
            let named = ["部门名称", "单位名称"].contains(&label) || (!is_one && label.ends_with("机关"));
            matches!(column.typed, Type::Text { .. }) && (column.key == "organ" || named)
        })
    };
    let keys = found.keys();
    let whose = found.heads.iter().zip(&keys).find(|(_, key)| match fit.mapping.get(*key) {
        Some(Target::Column(column)) => names_whose(column),
        _ => false,
    });
    let Some((head, _)) = whose else { return BTreeSet::new() };
    found.rows.iter().take(ROWS).filter_map(|line| line.get(head.column)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use sheet::Line;

    use super::*;

    fn item(key: &str) -> &'static Item {
        item::boxed().iter().find(|item| item.key.as_str() == key).expect("the item is in the box")
    }

    fn calls(key: &str, number: &str, title: &str, sheet: &str) -> Calls {
        let above = Line { number: 1, cells: vec![(0, number.to_owned())] };
        let found = Found { title: title.to_owned(), sheet: sheet.to_owned(), above: vec![above], ..Found::default() };
        called(item(key), item::boxed(), &found)
    }

    #[test]
    fn a_title_says_whose_the_table_is() {
        use kernel::organ::{Organ, OrganKind};

        let organ = |code: &str, name: &str, short: &str| Organ::named(code, name, short, OrganKind::CountyDepartment);
        let all = vec![organ("A", "青禾县水利局", "县水利局"), organ("B", "青禾县人民政府", "县政府")];
        let directory = Directory::new(all, "青禾县");
        let of = |title: &str| titled(&directory, Date::constant(2026, 11, 30), title);
        assert_eq!(of("青禾县水利局2048年度部门决算“三公”经费支出表").as_deref(), Some("青禾县水利局"));
        assert_eq!(of("2048年度青禾县水利局“三公”经费支出表").as_deref(), Some("青禾县水利局"));
        assert_eq!(of("青禾县2048年度预算表"), None);
        assert_eq!(of("一般公共预算支出情况表"), None);
    }

    #[test]
    fn a_table_is_of_the_item_that_it_is_called_by() {
        let general = ("表5", "一般公共预算支出情况表（功能分类项级）", "表5一般公共预算支出");
        let fund = ("表8", "政府性基金预算支出情况表", "表8政府性基金");
        let other = |key: &str| Calls::Other(item(key).title.clone());
        assert_eq!(calls("budget-fund", general.0, general.1, general.2), other("budget-department"));
        assert_eq!(calls("budget-fund", fund.0, fund.1, fund.2), Calls::Own);
        assert_eq!(calls("budget-department", general.0, general.1, general.2), Calls::Own);
        assert_eq!(calls("budget-department", fund.0, fund.1, fund.2), other("budget-fund"));
        let three = "一般公共预算“三公”经费支出情况表";
        assert_eq!(calls("three-public", "表7", three, "表7三公"), Calls::Own);
        assert_eq!(calls("penalty", "附件1", "行政处罚信息公示表", "Sheet1"), Calls::Own);
        assert_eq!(calls("water", "", "砚山县2024年第二季度监测", "Sheet1"), Calls::Nothing);
        // no item is 表9, and it is no table of another account
        let state = ("表9", "国有资本经营预算支出情况表", "表9");
        for key in ["three-public", "budget-fund", "budget-expense"] {
            assert!(matches!(calls(key, state.0, state.1, state.2), Calls::Other(_)), "{key}");
            assert!(matches!(calls(key, "", state.1, "Sheet1"), Calls::Other(_)), "{key}");
            assert!(matches!(calls(key, "表9", "支出情况", "Sheet1"), Calls::Other(_)), "{key}");
        }
        assert_eq!(calls("budget-fund", "表5", "2026年支出", "Sheet1"), other("budget-department"));
        let capital = ("表9", "国有资本经营预算支出情况表", "表9国资");
        for key in ["three-public", "budget-fund", "budget-expense"] {
            let called = calls(key, capital.0, capital.1, capital.2);
            assert!(matches!(called, Calls::Other(_)), "{key}: {called:?}");
        }
    }
}
