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

/// Whether words call a person by a part of the name: 王某 or 王某明 of 王小明, 小明. Names of organs are longer.
fn hints(name: &str, words: &str) -> bool {
    let letters: Vec<char> = name.chars().collect();
    let is_han = letters.iter().all(|letter| ('\u{4e00}'..='\u{9fff}').contains(letter));
    if !is_han || !(2..=4).contains(&letters.len()) {
        return false;
    }
    let covered = ['某', '*', '×'].iter().any(|sign| words.contains(&format!("{}{sign}", letters[0])));
    let given: String = letters[letters.len() - 2..].iter().collect();
    covered || (letters.len() > 2 && words.contains(&given))
}

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
        let is_named = value.chars().count() >= NAME && folded.contains(&*value);
        let is_hinted = privacy.natural_person && matches!(column.typed, Type::Text { .. }) && hints(&value, &folded);
        if is_named || is_hinted {
            let text = format!("说明会公开，不能写出这条记录的{}。请只写原因，例如“原决定已依法撤销”。", column.label);
            return Err(Refusal::field(field, text));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_named_by_a_part_of_the_name_too() {
        assert!(hints("王小明", "王某明不是当事人") && hints("王小明", "小明系冒名") && hints("王明", "王某已申诉"));
        assert!(!hints("王小明", "原处罚决定已被行政复议撤销") && !hints("王明", "明显不当"));
        assert!(!hints("青禾县演示仓储有限公司", "公司申请复议，被撤销"));
    }
}
