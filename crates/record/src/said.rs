//! What is said in public about a record that is not public any more: no word of whom it was about.

use item::{Item, Type};
use store::Executor;
use text::findings::{Severity, personal_numbers};
use web::{Ctx, Refusal};

use crate::{
    rows::{self, Stored},
    values,
};

/// Shortest value, in characters, that names somebody.
const NAME: usize = 2;

/// Refuses words for readers (`field` of the form) that name whom the record is about, or hold a personal number.
///
/// # Errors
/// [`Refusal::Fields`] at `field`; when the database fails.
pub(crate) async fn names_nobody(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    (item, stored): (&Item, &Stored),
    (field, words): (&'static str, &str),
) -> Result<(), Refusal> {
    if let Some(number) = personal_numbers("", words).into_iter().find(|one| one.severity == Severity::Block) {
        return Err(Refusal::field(field, format!("说明会公开，不能写个人信息：{}。", number.excerpt)));
    }
    let (all, _) = rows::whole(ctx, executor, item, stored).await?;
    let folded = fold::fold(words);
    for column in item.columns.iter().filter(|column| !matches!(column.typed, Type::Enum { .. })) {
        let privacy = column.privacy;
        if !(privacy.natural_person || privacy.never_public || privacy.mask) {
            continue;
        }
        let Some(value) = all.get(&column.key).map(values::text_of) else { continue };
        let value = fold::fold(value.trim());
        if value.chars().count() >= NAME && folded.contains(&*value) {
            let text = format!("说明会公开，不能写出这条记录的{}。请只写原因，例如“原决定已依法撤销”。", column.label);
            return Err(Refusal::field(field, text));
        }
    }
    Ok(())
}
