//! Permits and penalties for the platform of the province: the columns of the standard of 2018 in their order, under their
//! codes. What is never public goes along only when somebody with the right to see it says why, which stands in the log of
//! each record.

use std::{collections::BTreeMap, sync::Arc};

use ::store::Tx;
use axum::{extract::State, response::Response};
use documents::tables::{Cell, Sheet, write_xlsx};
use futures::TryStreamExt;
use item::{Column, Item, Type};
use jiff::civil::Date;
use kernel::{OrganCode, may_for, time};
use record::{Query as Records, RowId, permissions::UNMASK_RECORDS, query::Asked as Wanted, rows as stored};
use serde::Deserialize;
use web::{Ctx, Desk, Error, Form, Query, Refusal, Result, page};

use super::{returns, rows, seen};

/// Items of the exchange.
pub(super) const ITEMS: [&str; 2] = ["permit", "penalty"];
/// Rows of one file.
const MOST: usize = 20_000;
/// Rows of one file with what is never public: each is noted in the log.
const MOST_WHOLE: usize = 500;
/// The kind of identity document, which the standard of 2018 does not part from its number.
const LATER: &str = "representative_id_kind";
/// What stands for both there, and the last part of its code.
const NUMBER: (&str, &str, &str) = ("representative_id", "_ZJHM", "_SFZH");

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) item: String,
    pub(super) organ: String,
    /// First and last day of publication.
    pub(super) from: String,
    pub(super) to: String,
    /// `2018` or `later`: whether the kind of an identity document has a column of its own.
    pub(super) edition: String,
    /// Why what is never public goes along.
    pub(super) reason: String,
}

/// The columns of an edition with their heads: 27 of permits and 29 of penalties in 2018, one more later.
pub(super) fn columns<'a>(item: &'a Item, layout: &str) -> Vec<(&'a Column, String)> {
    let old = layout != "later";
    let all = item.columns.iter().filter(|column| !(column.code.is_empty() || old && column.key == LATER));
    all.map(|column| {
        let renamed = old && column.key == NUMBER.0;
        (column, if renamed { column.code.replace(NUMBER.1, NUMBER.2) } else { column.code.clone() })
    })
    .collect()
}

/// A value as the standard writes it: codes of choices, days with strokes, figures without commas.
fn written(column: &Column, text: &str) -> String {
    match column.typed {
        Type::Date { .. } => text.replace('-', "/"),
        _ => text.to_owned(),
    }
}

/// A row about to go out: its version, and what is public of it.
struct Line {
    id: RowId,
    organ: OrganCode,
    texts: BTreeMap<String, String>,
}

/// What is asked for, checked.
struct Wish {
    item: Arc<Item>,
    organs: Vec<OrganCode>,
    from: Option<Date>,
    to: Option<Date>,
}

async fn wish(ctx: &Ctx, desk: &Desk, asked: &Asked) -> Result<Wish> {
    if !ITEMS.contains(&asked.item.as_str()) {
        return Err(Error::NotFound);
    }
    let item = rows::item(ctx, &asked.item).await?.ok_or(Error::NotFound)?;
    let day = |text: &str| match (text.trim().is_empty(), time::parse_date(text)) {
        (false, None) => Err(Error::Invalid(format!("日期“{text}”读不懂，请写成 2026-03-05。"))),
        (_, day) => Ok(day),
    };
    let all = seen(ctx, desk);
    let organs = all.into_iter().filter(|code| asked.organ.is_empty() || code.as_str() == asked.organ).collect();
    Ok(Wish { item, organs, from: day(&asked.from)?, to: day(&asked.to)? })
}

async fn lines(ctx: &Ctx, wish: &Wish, most: usize) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    let mut query = Records::new(Arc::clone(&wish.item));
    query.since = wish.from;
    if let [one] = wish.organs.as_slice() {
        query.organ = Some(one.clone());
    }
    if let Some(to) = wish.to.filter(|_| query.can_ask(&wish.item.newest_by)) {
        // No decision is public before its day, so that a later one is left out by the database.
        query.asked.insert(wish.item.newest_by.clone(), Wanted::Days(None, Some(to)));
    }
    let mut all = query.export(ctx.db(), "newest").await?;
    while let Some(row) = all.try_next().await? {
        let late = wish.to.is_some_and(|to| row.public_on > to.to_string());
        if late || !wish.organs.contains(&row.organ) {
            continue;
        }
        if lines.len() == most {
            let text = format!("超过 {most} 条。请缩小公开日期的范围，分几次导出。");
            return Err(Error::Invalid(text));
        }
        lines.push(Line { id: row.id, organ: row.organ, texts: row.data.values });
    }
    Ok(lines)
}

async fn file(item: &Item, layout: &str, lines: Vec<Line>) -> Result<Response> {
    let columns = columns(item, layout);
    let row = |line: Line| {
        let text = |column: &Column| line.texts.get(&column.key).map(|text| written(column, text)).unwrap_or_default();
        columns.iter().map(|(column, _)| Cell::from(text(column))).collect()
    };
    let sheet = Sheet {
        name: item.title.clone(),
        title: None,
        header: columns.iter().map(|(_, head)| head.clone()).collect(),
        rows: lines.into_iter().map(row).collect(),
        widths: Vec::new(),
    };
    page::workbook(&format!("{}.xlsx", item.title), move || write_xlsx(&sheet)).await
}

/// GET /enforcement/exchange/export.xlsx: without what is never public.
pub(super) async fn export(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    let wish = wish(&ctx, &desk, &asked).await?;
    let lines = lines(&ctx, &wish, MOST).await?;
    file(&wish.item, &asked.edition, lines).await
}

/// POST /enforcement/exchange/export.xlsx: with what is never public, for a reason that stands in the log of each record.
pub(super) async fn export_whole(State(ctx): State<Ctx>, desk: Desk, Form(asked): Form<Asked>) -> Result<Response> {
    let wish = wish(&ctx, &desk, &asked).await?;
    let mut lines = lines(&ctx, &wish, MOST_WHOLE).await?;
    let open = async |tx: &mut Tx| {
        for line in &mut lines {
            may_for(&desk.actor(), &UNMASK_RECORDS, &ctx.directory().stands_for(&line.organ, ctx.today()))?;
            line.texts.extend(stored::unmask(&ctx, tx, &desk.actor(), &line.id, &asked.reason).await?);
        }
        Ok::<_, Refusal>(())
    };
    match web::act_now(&ctx, open).await {
        Ok(()) => file(&wish.item, &asked.edition, lines).await,
        Err(Refusal::Fields(errors)) => returns::answer(&ctx, &desk, asked, errors).await,
        Err(why) => Err(why.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(key: &str) -> Item {
        let found = item::boxed().iter().find(|item| item.key.as_str() == key).cloned();
        found.expect("in the box")
    }

    #[test]
    fn the_standard_of_2018_has_27_and_29_columns() {
        for (key, old, later, head) in [("permit", 27, 28, "XK_FR_SFZH"), ("penalty", 29, 30, "CF_FR_SFZH")] {
            let item = boxed(key);
            let heads: Vec<String> = columns(&item, "2018").into_iter().map(|(_, head)| head).collect();
            assert_eq!(heads.len(), old, "{key}");
            assert!(heads.iter().any(|one| one == head), "{heads:?}");
            assert_eq!(columns(&item, "later").len(), later, "{key}");
        }
    }
}
