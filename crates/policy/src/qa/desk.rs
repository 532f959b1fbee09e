//! Flagged answers on the work list of those who wrote them, and of the competent department.

use futures::future::BoxFuture;
use kernel::{Staff, may_for, time};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, Group},
};

use super::{
    QUESTION,
    basis::{flag_words_of, flagged},
};

/// Answers that somebody must look at again.
const QUESTIONS: Group = Group { key: "questions", label: "政策问答", place: 26 };
/// That a person has on the list.
const MOST: i64 = 50;

pub(super) struct Flagged;

impl DeskSource for Flagged {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            if may_for(&staff.clone().into(), QUESTION.write, &staff.organ).is_err() {
                return Ok(Vec::new());
            }
            let organ = Some(&staff.organ).filter(|_| !staff.central);
            let directory = ctx.directory();
            let rows = flagged(ctx.db().read(), organ, MOST).await?;
            let item = |row: super::basis::FlaggedRow| DeskItem {
                kind: if row.kind == QUESTION.key { "核对政策问答" } else { "核对政策解读" }.to_owned(),
                group: QUESTIONS,
                title: format!("{}：{}", row.title, flag_words_of(&row.kind, &row.flag)),
                href: "/questions".to_owned(),
                organ: directory.short_name(&row.organ).to_owned(),
                since: time::from_db(&row.flagged_at).map(time::date_in_china),
                // Readers are told meanwhile that it may not hold any more: every day counts.
                due: time::from_db(&row.flagged_at).map(time::date_in_china),
                mine: false,
            };
            Ok(rows.into_iter().map(item).collect())
        })
    }

    fn counts<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async move {
            if may_for(&staff.clone().into(), QUESTION.write, &staff.organ).is_err() {
                return Ok(Vec::new());
            }
            let organ = Some(&staff.organ).filter(|_| !staff.central);
            let many = flagged(ctx.db().read(), organ, MOST).await?.len();
            Ok(vec![("/questions", i64::try_from(many).unwrap_or(MOST))])
        })
    }
}
