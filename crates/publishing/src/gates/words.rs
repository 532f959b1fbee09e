//! Routes in words: what lies before a text that is submitted, gate by gate, who may pass it and by when it should be passed; and
//! gates as a table of columns names them.

use std::collections::HashMap;

use document::{columns as rows, rows::DocumentRow};
use kernel::{
    Actor,
    id::{AccountId, ColumnId},
};
use review::{
    Gate, Kind, Route, Stage,
    set::{self, Scope},
    stand_in,
};
use store::Tx;
use web::{Ctx, Refusal, Result, hooks::Person};

use super::{form::digits, reach};
use crate::{
    editions::{deciding, subject::EDITION},
    people,
    settings::Publishing,
};

/// One line for each gate, in order: 第 1 关 保密审查：李某，应于 2026-12-02 前办结. The days follow each other, as if each gate
/// took all of its own.
///
/// # Errors
/// When the database fails.
pub(crate) async fn foretold(ctx: &Ctx, document: &DocumentRow, authors: &[AccountId]) -> Result<Vec<String>> {
    let route = deciding::route(ctx, ctx.db().read(), document).await?;
    let mut people = Vec::with_capacity(route.stages().len());
    for stage in route.stages() {
        people.push(people::passers(ctx, stage, document.keeper(), authors).await?);
    }
    // Who alone can pass everything before the last gate does not pass that one.
    let spent = reach::spent(&route, &people).cloned();
    if let (Some(spent), Some(last)) = (&spent, people.last_mut()) {
        last.retain(|one| one.account != spent.account);
    }
    let (calendar, mut on) = (ctx.calendar(), ctx.today());
    let mut lines = Vec::with_capacity(route.stages().len());
    for ((place, stage), people) in route.stages().iter().enumerate().zip(&people) {
        on = calendar.probably_after(on, stage.days);
        let spent = spent.as_ref().filter(|_| place + 1 == route.stages().len());
        let who = who(ctx, stage, people, spent).await?;
        let two = if stage.two_person { "，两人先后通过" } else { "" };
        // The confirmation is cut at each bar.
        let line = format!("第 {} 关 {}：{who}{two}，应于 {on} 前办结", place + 1, stage.label).replace('|', "／");
        lines.push(line);
    }
    Ok(lines)
}

/// The gates of a column in words, for texts of a kind for which nothing is set of its own.
///
/// # Errors
/// When the database fails.
pub(crate) async fn of_column(ctx: &Ctx, column: &ColumnId) -> Result<Vec<String>> {
    let route = Kind::named(ctx, EDITION).route_in(ctx, ctx.db().read(), "", (column, "")).await?;
    Ok(route.stages().iter().map(Stage::words).collect())
}

/// Reads gates as people write them in a table: 保密审查2、文字关3两人、政治关 — each with its working days (none = the usual
/// ones) and, where two people pass it, 两人.
///
/// # Errors
/// What is wrong, in a sentence.
pub(crate) fn read(ctx: &Ctx, text: &str) -> std::result::Result<Route, String> {
    parse(text, ctx.settings::<Publishing>().gate_days)
}

fn parse(text: &str, usual: u32) -> std::result::Result<Route, String> {
    let apart = |c: char| matches!(c, '、' | '，' | ',' | '；' | ';' | '→' | '\n');
    let mut stages = Vec::new();
    for piece in text.split(apart).map(str::trim).filter(|piece| !piece.is_empty()) {
        let gate = Gate::ALL.into_iter().find_map(|gate| {
            let rest = piece.strip_prefix(gate.label).or_else(|| piece.strip_prefix(gate.code))?;
            Some((gate, rest))
        });
        let Some((gate, rest)) = gate else {
            return Err(format!(
                "审核流程里的“{piece}”不是已有的关口，请填写保密审查、文字关、政策关、政治关，例如 保密审查2、政治关1。"
            ));
        };
        let two = rest.contains("两人");
        let number: String = digits(rest).chars().filter(char::is_ascii_digit).collect();
        let days = if number.is_empty() { usual } else { number.parse().unwrap_or_default() };
        let stage = Stage::at(gate, days);
        stages.push(if two { stage.by_two() } else { stage });
    }
    Route::of(stages).and_then(Route::settable).map_err(|why| format!("{why}。"))
}

/// Whether this route is set for all texts of the column already.
///
/// # Errors
/// When the database fails.
pub(crate) async fn is_set(tx: &mut Tx, column: &ColumnId, route: &Route) -> Result<bool, Refusal> {
    let scope = Scope { column: column.clone(), sort: String::new() };
    let all = set::all(tx.conn(), EDITION).await?;
    Ok(set::exactly(&all, &scope).is_some_and(|one| one.route == *route))
}

/// What is set for all texts of a column, as [`read`] takes it. What cannot be written so (a person by name) is left out: a table
/// that says nothing of it leaves it as it is.
///
/// # Errors
/// When the database fails.
pub(crate) async fn written(ctx: &Ctx) -> Result<HashMap<ColumnId, String>> {
    let mut texts = HashMap::new();
    for one in set::all(ctx.db().read(), EDITION).await? {
        let text = one
            .route
            .stages()
            .iter()
            .map(|stage| format!("{}{}{}", stage.label, stage.days, if stage.two_person { "两人" } else { "" }));
        let text = text.collect::<Vec<_>>().join("、");
        if one.scope.sort.is_empty() && parse(&text, 0).as_ref() == Ok(&one.route) {
            texts.insert(one.scope.column, text);
        }
    }
    Ok(texts)
}

/// Sets the route of a column, of all kinds of texts; one that is set already stays as it is.
///
/// # Errors
/// When it was changed meanwhile, or is none that may be set.
pub(crate) async fn put_of_column(tx: &mut Tx, actor: &Actor, column: &ColumnId, route: Route) -> Result<(), Refusal> {
    let scope = Scope { column: column.clone(), sort: String::new() };
    let all = set::all(tx.conn(), EDITION).await?;
    let before = set::exactly(&all, &scope);
    if before.is_some_and(|before| before.route == route) {
        return Ok(());
    }
    let version = before.map_or(0, |before| before.version);
    let name = rows::one(tx.conn(), column).await?.name;
    let place = format!("栏目“{name}”、所有种类的稿件");
    set::put(tx, actor, (EDITION, &scope, place.as_str()), route, version).await
}

/// Who may pass a stage, in words; `spent`: who may not, having passed everything before.
async fn who(ctx: &Ctx, stage: &Stage, people: &[Person], spent: Option<&Person>) -> Result<String> {
    if people.is_empty() {
        let why = match spent {
            Some(one) => format!("前面各关只有{}一人可以办理，这一关须由另一人办理，现在没有", one.name),
            None => "现在没有可以办理的人员".to_owned(),
        };
        return Ok(format!("{}（{why}，提交后会告知县政府办）", stage.passers()));
    }
    let names = people::names(people);
    if people.len() < stage.people() {
        return Ok(format!("{names}（现在只有一人可以办理，提交后会告知县政府办）"));
    }
    let Some(named) = &stage.person else { return Ok(names) };
    let today = ctx.today();
    let deputy = stand_in::live(ctx.db().read(), today).await?;
    let deputy = deputy.into_iter().find(|one| one.away == named.account && one.holds(today));
    Ok(match deputy {
        Some(one) => format!("{names}（{} 前由{}代办）", one.last_on, one.deputy_name),
        None => names,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_are_read_as_people_write_them() {
        let route = parse("保密审查２、文字关3（两人） → political", 5).expect("a route");
        let expected =
            vec![Stage::at(Gate::SECRECY, 2), Stage::at(Gate::WORDING, 3).by_two(), Stage::at(Gate::POLITICAL, 5)];
        assert_eq!(Route::of(expected).as_ref(), Ok(&route));
        assert_eq!(parse("保密审查2、文字关3两人、政治关5", 1).as_ref(), Ok(&route), "the same in half-width digits");
        for (text, words) in [
            ("文字关1、政治关1", "缺少保密审查"),
            ("保密审查1", "两个人先后"),
            ("保密审查1、领导1", "不是已有的关口"),
            ("保密审查0、政治关1", "1 至 60 个工作日"),
            ("保密审查1、政治关1、政治关2", "出现了两次"),
        ] {
            let why = parse(text, 3).expect_err(text);
            assert!(why.contains(words), "{why}");
        }
    }
}
