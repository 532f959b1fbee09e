//! What a document needs besides itself before it goes into review and before readers see it: a policy its interpretation, a text
//! of which another is explained the other one. Who knows of such a need declares it (`.declare(Arc::new(…) as Arc<dyn Needs>)`);
//! whoever submits and publishes asks [`needs`] in the same write.

use std::sync::Arc;

use futures::future::BoxFuture;
use store::{Executor, Target};
use web::Ctx;

use crate::{
    error::Result,
    rows::{self, Whole, shown_title},
    spec::Kinds,
};

/// When it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Before the review.
    Submit,
    /// Before readers see it.
    Publish,
}

/// Something that a document needs, there or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// In a few words: 政策解读.
    pub what: &'static str,
    /// How it stands and, where it is missing, what to do, in a sentence.
    pub words: String,
    /// Where in the office it is seen to; empty = in the form of the document itself.
    pub href: String,
    /// Field of the form at which it is told; `needs` = the list of needs on the page.
    pub field: &'static str,
    /// The step is not taken without it.
    pub missing: bool,
}

impl Need {
    /// Where a need is told that is no field's.
    pub const LIST: &'static str = "needs";
}

/// Words in use that are offered beside a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    /// Key of the field.
    pub field: &'static str,
    /// What they are, in a few words: 各政策已用的情形.
    pub what: &'static str,
    /// The words, each once.
    pub words: Vec<String>,
}

/// Who knows what documents of some kinds need.
pub trait Needs: Send + Sync {
    /// What this edition needs for the step, there or missing; nothing for documents that are not its business. Asked at `at`, so
    /// that a write which goes by the answer asks inside itself.
    fn of<'a>(&'a self, ctx: &'a Ctx, at: Target<'a>, whole: &'a Whole, step: Step)
    -> BoxFuture<'a, Result<Vec<Need>>>;

    /// Keys of the fields without which this edition is not submitted, filled in or not, besides those that its kind requires.
    fn fields<'a>(&'a self, _: &'a Ctx, _: Target<'a>, _: &'a Whole) -> BoxFuture<'a, Result<Vec<&'static str>>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Words that stand beside fields of this edition's form, so that the same is written in the same words.
    fn in_use<'a>(&'a self, _: &'a Ctx, _: Target<'a>, _: &'a Whole) -> BoxFuture<'a, Result<Vec<InUse>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// Words that others use where this edition has a field for them, see [`Needs::in_use`].
///
/// # Errors
/// When the database fails.
pub async fn in_use(ctx: &Ctx, executor: impl Executor<'_>, whole: &Whole) -> Result<Vec<InUse>> {
    let mut at = executor.target();
    let mut all = Vec::new();
    for one in ctx.declared::<Arc<dyn Needs>>() {
        all.extend(one.in_use(ctx, at.again(), whole).await?);
    }
    Ok(all)
}

/// Keys of the fields that the form calls optional for nobody, see [`Needs::fields`].
///
/// # Errors
/// When the database fails.
pub async fn demanded(ctx: &Ctx, executor: impl Executor<'_>, whole: &Whole) -> Result<Vec<&'static str>> {
    let mut at = executor.target();
    let mut all = Vec::new();
    for one in ctx.declared::<Arc<dyn Needs>>() {
        all.extend(one.fields(ctx, at.again(), whole).await?);
    }
    Ok(all)
}

/// Everything that an edition needs for the step.
///
/// # Errors
/// When the database fails.
pub async fn needs(ctx: &Ctx, executor: impl Executor<'_>, whole: &Whole, step: Step) -> Result<Vec<Need>> {
    let mut at = executor.target();
    let mut all = ahead(ctx, at.again(), whole, step).await?;
    for one in ctx.declared::<Arc<dyn Needs>>() {
        all.extend(one.of(ctx, at.again(), whole, step).await?);
    }
    Ok(all)
}

/// What is missing for the step.
///
/// # Errors
/// When the database fails.
pub async fn missing(ctx: &Ctx, executor: impl Executor<'_>, whole: &Whole, step: Step) -> Result<Vec<Need>> {
    let all = needs(ctx, executor, whole, step).await?;
    Ok(all.into_iter().filter(|need| need.missing).collect())
}

/// Documents to which this one leads ahead of them ([`crate::RelationSpec::ahead`]): readers see it when they see those.
async fn ahead(ctx: &Ctx, mut at: Target<'_>, whole: &Whole, step: Step) -> Result<Vec<Need>> {
    let mut all = Vec::new();
    if whole.document.was_public() {
        return Ok(all);
    }
    for relation in Kinds::of(ctx).relations().into_iter().filter(|relation| relation.ahead) {
        for row in whole.relations.iter().filter(|row| row.kind == relation.key) {
            let Some(to) = rows::document(at.again(), &row.to_document).await? else { continue };
            if to.public().is_some() {
                continue;
            }
            let open = rows::open_edition(at.again(), &to.id).await?;
            // What another organ has not published is not named here.
            let named = match open.filter(|_| to.organ == whole.document.organ) {
                Some(open) => format!("《{}》", shown_title(&open.title)),
                None => "它指向的文件".to_owned(),
            };
            all.push(Need {
                what: "等待公开",
                words: format!("{named}还没有公开；公开以后，本文随即公开，不用再办。"),
                href: format!("/documents/{}", to.id),
                field: Need::LIST,
                missing: step == Step::Publish,
            });
        }
    }
    Ok(all)
}
