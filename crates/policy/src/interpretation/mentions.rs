//! What the page of a policy or of an interpretation says beside itself: where both are read together, where the drawings are.

use document::{Kinds, public, rows};
use futures::future::BoxFuture;
use kernel::id::DocumentId;
use web::{
    Ctx, Result,
    hooks::{Mention, Mentions},
};

use super::{
    INTERPRETATION, INTERPRETS, beside,
    kind::{CHART, GRAPHIC},
    pages,
};

pub(super) struct Beside;

impl Mentions for Beside {
    fn of_document<'a>(&'a self, ctx: &'a Ctx, document: &'a DocumentId) -> BoxFuture<'a, Result<Vec<Mention>>> {
        Box::pin(async move {
            let kinds = Kinds::of(ctx);
            let Some(listed) = public::listed(ctx.db(), &kinds, document).await? else { return Ok(Vec::new()) };
            let side_by_side = |policy: &DocumentId| Mention {
                heading: "对照阅读",
                label: "原文和解读逐条对照".to_owned(),
                href: format!("/policies/{policy}/beside"),
            };
            let mut all = Vec::new();
            if INTERPRETS.to.contains(&listed.kind.key) {
                let explained = !public::leading(ctx.db(), &INTERPRETS, &[document]).await?.is_empty();
                if explained && beside::is_matched(ctx, document).await? {
                    let forms = pages::forms(ctx, document).await?;
                    let label = match forms.len() {
                        0 | 1 => "原文和解读逐条对照".to_owned(),
                        _ => format!("原文和解读逐条对照（{}）", forms.join("、")),
                    };
                    all.push(Mention { label, ..side_by_side(document) });
                }
                return Ok(all);
            }
            if listed.kind.key != INTERPRETATION.key {
                return Ok(all);
            }
            let values = rows::values(ctx.db().read(), &listed.edition).await?;
            if values.has(&GRAPHIC) || values.has(&CHART) {
                all.push(Mention {
                    heading: "一图读懂",
                    label: "看图解和图表".to_owned(),
                    href: format!("/documents/{document}/graphic"),
                });
            }
            for row in rows::relations(ctx.db().read(), document).await?.iter().filter(|row| row.kind == INTERPRETS.key)
            {
                if beside::is_matched(ctx, &row.to_document).await? {
                    all.push(side_by_side(&row.to_document));
                }
            }
            Ok(all)
        })
    }
}
