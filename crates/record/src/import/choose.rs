//! Which of the tables of a file are imported: the one that fits the item best, and those that are alike.

use std::{cmp::Reverse, collections::BTreeSet, sync::Arc};

use documents::Grid;
use item::{Item, Type};
use sheet::{Fit, Found, Target};
use web::{Ctx, Refusal};

use super::{Options, Told, beside, mapping, pick, units};
use crate::values::Values;

/// Heads that say how sure a row of a backfill is.
pub(super) const CONFIDENCE: [&str; 3] = ["可信度", "置信度", "把握程度"];

/// A table with how it fits.
pub(super) struct Chosen {
    pub found: Found,
    pub fit: Fit,
    /// What it says beside its rows.
    pub beside: Values,
    /// It stands the other way round in the file.
    is_turned: bool,
    /// What of it is not taken, in words.
    pub lost: Option<String>,
    calls: pick::Calls,
}

impl Chosen {
    /// How well it is the table that is meant: one that is called as another item is comes last, however its heads fit.
    fn rank(&self) -> (bool, u32) {
        let score = self.fit.score;
        match self.calls {
            pick::Calls::Own => (score > 0, score.saturating_mul(3)),
            pick::Calls::Nothing => (score > 0, score),
            pick::Calls::Other(_) => (false, score),
        }
    }
}

/// The tables of the sheets that are wanted.
pub(super) async fn tables(grids: Vec<Grid>, options: &Options) -> Result<Vec<Found>, Refusal> {
    let sheet = options.sheet.clone();
    let names: Vec<String> = grids.iter().map(|grid| grid.name.clone()).collect();
    if !sheet.is_empty() && !names.contains(&sheet) {
        return Err(Refusal::field("sheet", format!("文件里没有工作表“{sheet}”，有：{}。", names.join("、"))));
    }
    let found = aside(move || {
        let wanted = grids.iter().filter(|grid| !grid.hidden && (sheet.is_empty() || grid.name == sheet));
        wanted.flat_map(sheet::tables).collect::<Vec<Found>>()
    });
    let found = found.await?;
    if found.is_empty() {
        return Err(Refusal::field("file", "没有在文件里找到表格。请确认表头在数据上方，并且工作表没有隐藏。"));
    }
    Ok(found)
}

/// Work on a whole table, not on a thread that answers others.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| web::Error::internal(format!("tables of a sheet: {error}")).into())
}

/// A table, or those of the years and stages that stand side by side in it, where the item has no columns for all of them; with
/// the unit that was given for its amounts.
fn parted(item: &Item, mut found: Found, unit: &str) -> Vec<Found> {
    units::take(&mut found, unit);
    let parts = sheet::by_period(&found);
    let score = |found: &Found| sheet::fit(item, found, &sheet::Mapping::new()).score;
    let is_parted = parts.first().is_some_and(|part| score(part) > 0 && score(part) >= score(&found));
    if is_parted { parts } else { vec![found] }
}

/// Each table with how it fits the item.
async fn fitted(
    ctx: &Ctx,
    item: &Arc<Item>,
    (options, file): (&Options, &str),
    tables: Vec<Found>,
) -> Result<Vec<Chosen>, Refusal> {
    let county = ctx.site().county.clone();
    let all = crate::items::all(ctx).await?;
    let (own, unit) = (Arc::clone(item), units::given(options)?);
    let tables = aside(move || tables.into_iter().flat_map(|found| parted(&own, found, &unit)).collect::<Vec<_>>());
    let tables = tables.await?;
    let mut fitted = Vec::with_capacity(tables.len());
    for mut found in tables {
        if found.organ.is_empty() {
            found.organ = pick::titled(&ctx.directory(), ctx.today(), &found.title).unwrap_or_default();
        }
        let organ = organ_of(ctx, options, &found);
        let (own, given) = (Arc::clone(item), options.given.clone());
        let (name, county) = (file.to_owned(), county.clone());
        let known = aside(move || {
            let from = beside::Sources { file: &name, organ: &organ, county: &county, given: &given };
            let beside = beside::beside(&own, &found, &from)?;
            let turned = sheet::turned(&own, &found);
            let is_turned = turned.is_some();
            let lost = turned.as_ref().and_then(|turned| not_taken(&found, turned));
            let found = turned.unwrap_or(found);
            let heads = mapping::heads_of(&found);
            Ok::<_, Refusal>((found, heads, beside, (is_turned, lost)))
        });
        let (found, heads, beside, (is_turned, lost)) = known.await??;
        let mut remembered = mapping::remembered(ctx, item, &options.organ, &heads).await?;
        remembered.extend(options.mapping.clone());
        if options.backfill.is_some() {
            // Taken out of the row again: it says how sure the row is.
            let sure = heads.iter().filter(|head| CONFIDENCE.contains(&head.as_str()));
            remembered.extend(sure.map(|head| (head.clone(), Target::More)));
        }
        let (own, all, update) = (Arc::clone(item), Arc::clone(&all), options.update);
        let given = options.given.clone();
        let one = aside(move || {
            let mut fit = sheet::fit(&own, &found, &remembered);
            fit.missing.retain(|key| !beside.contains_key(key));
            let mut beside = beside;
            beside.retain(|key, _| given.contains_key(key) || !is_said_by_rows(&own, &found, &fit, key));
            if update {
                // A file that was taken away and comes back has none of what is never public.
                fit.missing.retain(|key| own.column(key).is_none_or(|column| !column.privacy.never_public));
            }
            let calls = pick::called(&own, &all, &found);
            Chosen { found, fit, beside, is_turned, lost, calls }
        });
        fitted.push(one.await?);
    }
    Ok(fitted)
}

/// Whether a column of names (whose, where) is one that the rows fill themselves: where one of them leaves it empty, nobody knows it.
fn is_said_by_rows(item: &Item, found: &Found, fit: &Fit, key: &str) -> bool {
    if !item.column(key).is_some_and(|column| matches!(column.typed, Type::Text { .. })) {
        return false;
    }
    let wanted = Target::Column(key.to_owned());
    let keys = found.keys();
    let mut heads = found.heads.iter().zip(&keys).filter(|(_, name)| fit.mapping.get(*name) == Some(&wanted));
    heads.any(|(head, _)| found.rows.iter().any(|line| line.get(head.column).is_some()))
}

/// The table that fits best, and those with the same heads; the others are named.
pub(super) async fn choose(
    ctx: &Ctx,
    item: &Arc<Item>,
    (options, file): (&Options, &str),
    tables: Vec<Found>,
    told: &mut Told,
) -> Result<Vec<Chosen>, Refusal> {
    let fitted = fitted(ctx, item, (options, file), tables).await?;
    // The first of those that fit equally well.
    let best = fitted.iter().enumerate().max_by_key(|(at, one)| (one.rank(), Reverse(*at)));
    let Some(at) = best.map(|(at, _)| at).filter(|at| fitted[*at].fit.score > 0) else {
        return Err(Refusal::field(
            "file",
            format!("没有一张表与“{}”的列对得上。请核对选的事项，或下载该事项的模板填写。", item.title),
        ));
    };
    if options.sheet.is_empty() {
        doubted(item, &fitted, at, options)?;
    }
    if let pick::Calls::Other(other) = &fitted[at].calls {
        let Found { sheet, title, .. } = &fitted[at].found;
        let what = format!("工作表“{sheet}”{}是“{other}”的表，不是“{}”的", named(title), item.title);
        if options.sheet.is_empty() {
            let how = "请核对选的事项。确实是这个事项的，请写明这张工作表的名称，再导入";
            return Err(Refusal::field("file", format!("{what}。{how}。")));
        }
        told.about.push(format!("看标题，{what}，请核对。"));
    }
    let alike: Vec<bool> = fitted.iter().map(|one| is_alike(&fitted[at], one)).collect();
    let of = fitted[at].found.sheet.clone();
    let mut same = Vec::new();
    for (one, alike) in fitted.into_iter().zip(alike) {
        // Rows of two sheets have the same numbers, so that nobody could tell which is meant.
        if alike && one.found.sheet == of {
            same.push(one);
            continue;
        }
        let Found { sheet, title, rows, .. } = &one.found;
        if rows.is_empty() {
            continue;
        }
        let why = match &one.calls {
            pick::Calls::Other(other) => format!("是“{other}”的表，没有导入"),
            _ if alike => "表头相同，请选定这张工作表另行导入".to_owned(),
            _ => "与本事项不符，没有导入".to_owned(),
        };
        told.about.push(format!("工作表“{sheet}”里的另一张表{}（{} 行）{why}。", named(title), rows.len()));
    }
    Ok(same)
}

/// Refuses to take a table for another one: the one that is called as the item lies beside it and does not fit, or no more than one
/// of its columns is known.
fn doubted(item: &Item, fitted: &[Chosen], best: usize, options: &Options) -> Result<(), Refusal> {
    let is_own = |one: &Chosen| one.calls == pick::Calls::Own;
    let Some(chosen) = fitted.get(best).filter(|one| !is_own(one)) else { return Ok(()) };
    if let Some(own) = fitted.iter().find(|one| is_own(one) && !one.found.rows.is_empty()) {
        let Found { sheet, title, .. } = &own.found;
        let what = format!("看标题，工作表“{sheet}”{}是“{}”的表，但表头与本事项的列对不上", named(title), item.title);
        let how = "没有导入，也没有拿别的表代替。请按模板改表头；确实要导入别的表的，请写明工作表的名称";
        return Err(Refusal::field("file", format!("{what}。{how}。")));
    }
    let known: Vec<&String> =
        chosen.fit.mapping.iter().filter(|(_, to)| matches!(to, Target::Column(_))).map(|(head, _)| head).collect();
    let is_wide = item.columns.len() > 3 && chosen.found.heads.len() > 2;
    if let ([only], true, true) = (known.as_slice(), is_wide, options.mapping.is_empty()) {
        let Found { sheet, title, .. } = &chosen.found;
        let what = format!("工作表“{sheet}”{}只有“{only}”一列与“{}”对得上", named(title), item.title);
        let how = "请核对选的事项。确实是这个事项的，请写明这张工作表的名称，再导入";
        return Err(Refusal::field("file", format!("{what}。{how}。")));
    }
    Ok(())
}

/// Whether a table is imported together with the best one: it has the same heads, is the other half of a table of two sides, or
/// stands the other way round, too (一般债务 and 专项债务).
fn is_alike(best: &Chosen, one: &Chosen) -> bool {
    let bare = |found: &Found| -> Option<(String, Vec<String>)> {
        let side = found.heads.first()?.path.first()?;
        let all = found.heads.iter().all(|head| head.path.len() > 1 && head.path.first() == Some(side));
        let words = found.heads.iter().map(|head| head.path[1..].join("/"));
        all.then(|| (side.clone(), words.collect()))
    };
    let is_half = || {
        let (Some((_, best_heads)), Some((_, heads))) = (bare(&best.found), bare(&one.found)) else { return false };
        best.found.sheet == one.found.sheet && best.found.head_rows == one.found.head_rows && best_heads == heads
    };
    // 表4: 收入 has one column of figures, 支出 one for each account
    let is_side = || {
        let side = |found: &Found| bare(found).map(|(side, _)| side.split_whitespace().collect::<String>());
        let (Some(own), Some(other)) = (side(&best.found), side(&one.found)) else { return false };
        let is_pair = |one: &str, other: &str| one.starts_with("收入") && other.starts_with("支出");
        best.found.sheet == one.found.sheet
            && best.found.head_rows == one.found.head_rows
            && (is_pair(&own, &other) || is_pair(&other, &own))
            && one.fit.missing.is_empty()
            && one.fit.score > 0
            // the item says which side a row is of
            && best.beside != one.beside
    };
    mapping::heads_of(&best.found) == mapping::heads_of(&one.found)
        || (best.is_turned && one.is_turned && one.fit.missing.is_empty())
        || is_half()
        || is_side()
}

/// The full name of the organ of which a table says to be, else of the one for which it is imported.
fn organ_of(ctx: &Ctx, options: &Options, found: &Found) -> String {
    let directory = ctx.directory();
    let own = || directory.get(&options.organ).map(|organ| organ.name.clone()).unwrap_or_default();
    if found.organ.is_empty() {
        return own();
    }
    match directory.find(&found.organ, ctx.today()) {
        kernel::organ::Match::Organ(code) => directory.get(&code).map_or_else(own, |organ| organ.name.clone()),
        _ => found.organ.clone(),
    }
}

/// Columns of a table that stands the other way round which are no records: they are told, since they are not taken.
fn not_taken(found: &Found, turned: &Found) -> Option<String> {
    let taken: BTreeSet<&str> = turned.rows.iter().flat_map(|row| &row.cells).map(|(_, text)| text.as_str()).collect();
    let lines = || found.rows.iter().chain(&found.totals);
    let is_lost = |column: u32| {
        let mut texts = lines().filter_map(|line| line.get(column)).peekable();
        texts.peek().is_some() && texts.any(|text| !taken.contains(text))
    };
    let lost: Vec<String> = found
        .heads
        .iter()
        .skip(1)
        .filter(|head| is_lost(head.column))
        .filter_map(|head| head.path.last().cloned())
        .filter(|word| !matches!(word.as_str(), "公式" | "关系式" | "行次"))
        .collect();
    let sheet = &found.sheet;
    (!lost.is_empty()).then(|| format!("工作表“{sheet}”里的以下各列不是本事项的数据，没有导入：{}。", lost.join("、")))
}

fn named(title: &str) -> String {
    if title.is_empty() { String::new() } else { format!("《{title}》") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use documents::{GridRow, Merge};

    use super::*;

    fn item(key: &str) -> &'static Item {
        item::boxed().iter().find(|item| item.key.as_str() == key).expect("the item is in the box")
    }

    /// Merged cells as first row, first column, last row, last column, from 1 and from 0.
    fn grid(name: &str, rows: &[&[&str]], merges: &[(u32, u32, u32, u32)]) -> Grid {
        let rows = (1..).zip(rows).map(|(number, cells)| GridRow {
            number,
            hidden: false,
            cells: (0..)
                .zip(*cells)
                .filter(|(_, text)| !text.is_empty())
                .map(|(at, text)| (at, (*text).to_owned()))
                .collect(),
        });
        let merges =
            merges.iter().map(|(top, left, bottom, right)| Merge { rows: (*top, *bottom), columns: (*left, *right) });
        Grid { name: name.to_owned(), rows: rows.collect(), merges: merges.collect(), ..Grid::default() }
    }

    fn chosen(item: &Item, grids: &[Grid]) -> Vec<Chosen> {
        let given = BTreeMap::new();
        let found = grids.iter().flat_map(sheet::tables).flat_map(|found| parted(item, found, ""));
        let one = |found: Found| {
            let from = beside::Sources { file: "", organ: "青禾县民政局", county: "青禾县", given: &given };
            let beside = beside::beside(item, &found, &from).expect("values");
            let mut fit = sheet::fit(item, &found, &sheet::Mapping::new());
            fit.missing.retain(|key| !beside.contains_key(key));
            let calls = pick::called(item, item::boxed(), &found);
            Chosen { found, fit, beside, is_turned: false, lost: None, calls }
        };
        found.map(one).collect()
    }

    #[test]
    fn both_sides_of_a_table_are_taken_though_one_has_more_columns() {
        let sheet = grid(
            "4",
            &[
                &["表4"],
                &["财政拨款收支总体情况表"],
                &["部门名称：青禾县民政局", "", "", "", "", "单位：万元"],
                &["收入", "", "支出"],
                &["项目", "2026年预算数", "项目", "合计", "一般公共预算", "政府性基金预算"],
                &["一、本年收入", "7994.2", "一、社会保障和就业支出", "7736.8", "7736.8", "0"],
                &["二、上年结转", "0", "二、卫生健康支出", "257.4", "257.4", "0"],
            ],
            &[(2, 0, 2, 5), (4, 0, 4, 1), (4, 2, 4, 5)],
        );
        let both = chosen(item("budget-grant"), &[sheet]);
        assert_eq!(both.len(), 2);
        assert!(is_alike(&both[1], &both[0]) && is_alike(&both[0], &both[1]), "{:?} {:?}", both[0].fit, both[1].fit);
        assert_eq!((both[0].found.rows.len(), both[1].found.rows.len()), (2, 2));
    }

    #[test]
    fn no_other_table_is_taken_where_one_is_called_as_the_item() {
        let three = item("three-public");
        let state = grid(
            "支出",
            &[&["青禾县民政局2026年经费情况"], &["科目", "名称", "合计", "基本"], &["223", "其他", "55", "0"]],
            &[],
        );
        let own = grid(
            "三公",
            &[&["青禾县民政局2026年“三公”经费支出情况表"], &["分类", "甲类", "乙类"], &["车", "1", "2"]],
            &[],
        );
        let both = chosen(three, &[state.clone(), own]);
        let options = Options::new(three.key.clone(), kernel::OrganCode::from("QH011"));
        let words = |refused: Result<(), Refusal>| match refused {
            Err(Refusal::Fields(errors)) => {
                errors.items().iter().map(|(_, words)| words.as_str()).collect::<Vec<&str>>().join("；")
            }
            _ => String::new(),
        };
        let refused = words(doubted(three, &both, 0, &options));
        assert!(refused.contains("工作表“三公”"), "{refused}");
        let alone = chosen(three, &[state]);
        let refused = words(doubted(three, &alone, 0, &options));
        assert!(refused.contains("只有“合计”一列"), "{refused}");
    }

    #[test]
    fn two_years_side_by_side_are_two_tables_of_the_item() {
        let heads = ["合计", "因公出国（境）费", "公务用车购置费", "公务用车运行费", "公务接待费"];
        let heads = [heads, heads].concat();
        let sheet = grid(
            "7",
            &[
                &["表7"],
                &["青禾县民政局2030年“三公”经费支出预算表"],
                &["单位：万元"],
                &["2029年预算数", "", "", "", "", "2030年预算数"],
                heads.as_slice(),
                &["13", "0", "0", "9", "4", "11.8", "0", "0", "8", "3.8"],
            ],
            &[(4, 0, 4, 4), (4, 5, 4, 9)],
        );
        let both = chosen(item("three-public"), &[sheet]);
        let year = |one: &Chosen| one.beside.get("year").map(item::Value::plain);
        let years: Vec<Option<String>> = both.iter().map(year).collect();
        assert_eq!(years, [Some("2029".to_owned()), Some("2030".to_owned())]);
        assert!(is_alike(&both[0], &both[1]) && both[1].fit.unknown.is_empty(), "{:?}", both[1].fit);
    }
}
