//! What lies before a text that is submitted: gate by gate, who may pass it and by when it should be passed.

use document::rows::DocumentRow;
use kernel::{
    OrganCode,
    id::{AccountId, ColumnId},
};
use review::{Kind, Stage, stand_in};
use web::{Ctx, Result};

use crate::{
    editions::{deciding, subject::EDITION},
    people,
};

/// One line for each gate, in order: 第 1 关 保密审查：李某，应于 2026-12-02 前办结. The days follow each other, as if each gate
/// took all of its own.
///
/// # Errors
/// When the database fails.
pub(crate) async fn foretold(ctx: &Ctx, document: &DocumentRow, authors: &[AccountId]) -> Result<Vec<String>> {
    let route = deciding::route(ctx, ctx.db().read(), document).await?;
    let (calendar, mut on) = (ctx.calendar(), ctx.today());
    let mut lines = Vec::with_capacity(route.stages().len());
    for (place, stage) in route.stages().iter().enumerate() {
        on = calendar.probably_after(on, stage.days);
        let who = who(ctx, stage, document.keeper(), authors).await?;
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

/// Who may pass a stage, in words.
async fn who(ctx: &Ctx, stage: &Stage, keeper: &OrganCode, authors: &[AccountId]) -> Result<String> {
    let people = people::passers(ctx, stage, keeper, authors).await?;
    if people.is_empty() {
        return Ok(format!("{}（现在没有可以办理的人员，提交后会告知县政府办）", stage.passers()));
    }
    let names = people::names(&people);
    let Some(named) = &stage.person else { return Ok(names) };
    let today = ctx.today();
    let deputy = stand_in::live(ctx.db().read(), today).await?;
    let deputy = deputy.into_iter().find(|one| one.away == named.account && one.holds(today));
    Ok(match deputy {
        Some(one) => format!("{names}（{} 前由{}代办）", one.last_on, one.deputy_name),
        None => names,
    })
}
