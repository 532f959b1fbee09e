//! The demonstration county keeps a few words, each marked as a demonstration.

use std::sync::Arc;

use check_text::{Severity, Sort, Term};
use jiff::ToSpan;
use kernel::time;
use review::book;
use web::{
    Ctx,
    demo::{Cast, Failure, Scene},
};

/// Sort, form, right form, reason.
const TERMS: [(Sort, &str, &str, &str); 5] = [
    (Sort::Forbidden, "残废人", "残疾人", "演示：法律用语是“残疾人”"),
    (Sort::Forbidden, "老少边穷地区群众", "", "演示：请写明具体的乡镇和对象"),
    (Sort::Form, "青禾县政府办公厅", "青禾县人民政府办公室", "演示：县一级设办公室"),
    (Sort::Form, "政务公开办法（青禾）", "青禾县政务公开办法", "演示：文件用全称"),
    (Sort::Order, "县委、县人大、县政府、县政协", "", "演示：四套班子的次序"),
];

/// The clerk puts them in some weeks ago.
pub(super) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let day = time::date_in_china(cast.now).checked_sub(35.days())?;
    let at = cast.moment(ctx, day, "checks");
    Ok(vec![Scene::new(at, |ctx, cast| async move {
        let term = |(sort, form, right, reason): (Sort, &str, &str, &str)| {
            let text = |words: &str| words.to_owned();
            Term { sort, form: text(form), right: text(right), reason: text(reason), severity: Severity::Warn }
        };
        let list: Vec<Term> = TERMS.into_iter().map(term).collect();
        let mut tx = ctx.db().write().await?;
        book::import(&mut tx, &cast.clerk(), &list).await.map_err(|refusal| Failure::from(refusal.words()))?;
        tx.commit().await?;
        Ok(Vec::new())
    })])
}
