//! Yearly reports as duties: by 31 January what organs owe, by 31 March what the county does (条例 Art. 49, 50).

use std::sync::Arc;

use ::store::Tx;
use axum::{extract::State, response::Response};
use duty::{DutyRow, Notice, Source, SourceKey, SourceKind, Why, Words, duties, model::OwnerRole, source};
use futures::future::{BoxFuture, ready};
use kernel::{OrganCode, Staff, id::DutyId, may_for};
use serde::Deserialize;
use web::{Ctx, Desk, Done, Form, Refusal, Result, act};

use super::{OWE, due_on, office, rows};

/// Key of the sources: each is a year that is reported on.
const KIND: &str = "annual_report";

static KINDS: [SourceKind; 1] = [SourceKind::new(KIND, "政府信息公开年报").called("年度", "报告")];

pub(super) fn owed() -> Arc<dyn Source> {
    Arc::new(Yearly)
}

struct Yearly;

impl Source for Yearly {
    fn kinds(&self) -> &'static [SourceKind] {
        &KINDS
    }

    fn words<'a>(&'a self, _: &'a Ctx, duty: &'a DutyRow) -> BoxFuture<'a, Result<Words>> {
        let words = Words {
            href: format!("/annual-reports?year={}", duty.source_id),
            reference: "政府信息公开条例第四十九条、第五十条".to_owned(),
            heading: duty.place_label.clone(),
            text: duty.text.clone(),
            ..Words::default()
        };
        Box::pin(ready(Ok(words)))
    }
}

/// The year before, where somebody fills in its figures while no organ has been told that it owes them; for who tells them.
///
/// # Errors
/// When the database fails.
pub(super) async fn untold(ctx: &Ctx, staff: &Staff) -> Result<Option<i64>> {
    if may_for(&staff.clone().into(), &OWE, &ctx.office_organ()).is_err() {
        return Ok(None);
    }
    let year = i64::from(ctx.today().year()) - 1;
    let begun = rows::two_years(ctx.db().read(), year).await?.iter().any(|row| row.year == year);
    let told = source::get(ctx.db().read(), &SourceKey::new(KIND, year.to_string())).await?.is_some();
    Ok((begun && !told).then_some(year))
}

/// Which year is owed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Owing {
    once: String,
    year: i64,
}

/// POST /annual-reports/duties: once for a year; all organs that report on it are told.
pub(super) async fn owe(State(ctx): State<Ctx>, desk: Desk, Form(asked): Form<Owing>) -> Result<Response> {
    let year = asked.year;
    let done = async |tx: &mut Tx| {
        let office = ctx.office_organ();
        may_for(&desk.actor(), &OWE, &office)?;
        if !office::years(&ctx).contains(&year) {
            return Err(Refusal::Conflict("请从列表里选择年度；还没有到的年度不能布置。".to_owned()));
        }
        let key = SourceKey::new(KIND, year.to_string());
        source::lock(tx, &key).await?;
        if source::get(tx.conn(), &key).await?.is_some() {
            return Err(Refusal::Conflict(format!("{year} 年年报任务已经布置过，没有重复布置。")));
        }
        let title = format!("{year} 年度政府信息公开工作年度报告");
        source::open(tx, &key, title, year + 1).await?;
        let organs: Vec<OrganCode> = office::reporting(&ctx, year).into_iter().map(|organ| organ.code).collect();
        let own = DutyRow {
            due_on: due_on(year, "own"),
            due_words: "1 月 31 日前".to_owned(),
            measure: "报告已在门户公布，三张表的数据相符".to_owned(),
            ..DutyRow::new(
                DutyId::fresh(&tx.seams()),
                &key,
                format!("编制并公布本机关 {year} 年度政府信息公开工作年度报告，填报三张表的数据。"),
            )
        }
        .at("own", "各机关年报", 1);
        let county = DutyRow {
            due_on: due_on(year, "county"),
            due_words: "3 月 31 日前".to_owned(),
            measure: "报告已在门户公布，全县汇总与各单位之和相符".to_owned(),
            ..DutyRow::new(
                DutyId::fresh(&tx.seams()),
                &key,
                format!("汇总编制并公布本县 {year} 年度政府信息公开工作年度报告。"),
            )
        }
        .at("county", "全县年报", 2);
        let each: Vec<(OrganCode, OwnerRole)> =
            organs.iter().map(|code| (code.clone(), OwnerRole::Responsible)).collect();
        for (row, owners) in [(own, each), (county, vec![(office, OwnerRole::Responsible)])] {
            duties::put(tx, &row).await?;
            duties::issue(tx, &desk.actor(), &row, &owners).await?;
        }
        let many = organs.len();
        Notice::new(key, organs, Why::Issued).send(tx).await?;
        let said = format!("已布置 {year} 年年报任务：{many} 个机关，1 月 31 日前；全县 3 月 31 日前。");
        Ok(Done::ok(format!("/annual-reports?year={year}"), said))
    };
    Ok(act(&ctx, &asked.once, done).await?)
}
