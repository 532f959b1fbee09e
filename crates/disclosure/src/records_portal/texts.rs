//! The texts from which a record is: public documents that bear a number which stands in it (批准文号, 公告文号).

use std::collections::BTreeSet;

use document::{
    Kinds,
    common::DOCUMENT_NUMBER,
    public::{self, Filter, Order, Places},
};
use item::{Item, Type};
use record::Data;
use web::{Ctx, Result};

use super::cells;

/// Documents that are looked at for a number; few have one as a piece of theirs.
const LOOKED_AT: i64 = 20;
/// Numbers of a record that are looked for.
const MOST: usize = 4;

/// A document that bears a number of the record.
pub(super) struct Text {
    pub(super) title: String,
    pub(super) href: String,
    pub(super) number: String,
}

/// The public documents that bear a number of the record; nothing of columns that readers do not see.
///
/// # Errors
/// When the database fails.
pub(super) async fn of(ctx: &Ctx, item: &Item, data: &Data) -> Result<Vec<Text>> {
    let texts = cells::open(item).filter(|column| matches!(column.typed, Type::Text { .. }));
    let numbers: BTreeSet<&str> =
        texts.map(|column| data.get(&column.key).trim()).filter(|text| is_number(text)).collect();
    let mut all = Vec::new();
    for number in numbers.into_iter().take(MOST) {
        let filter = Filter { words: number.to_owned(), ..Filter::default() };
        let places = Places::first(LOOKED_AT);
        let found = public::list(ctx.db(), &Kinds::of(ctx), &filter, Order::Newest, places).await?;
        let bears = found.items.into_iter().filter(|one| one.values.get(&DOCUMENT_NUMBER) == number);
        all.extend(bears.map(|one| Text { title: one.title, href: one.path, number: number.to_owned() }));
    }
    Ok(all)
}

/// Whether it is written as the number of an official document: 青政地〔2016〕12号.
fn is_number(text: &str) -> bool {
    const LONGEST: usize = 60;
    text.contains('〔') && text.contains('〕') && text.ends_with('号') && text.chars().count() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_of_official_documents_are_looked_for() {
        assert!(is_number("青政地〔2016〕12号"));
        for text in ["", "12号", "2016-12", "根据青政地〔2016〕12号办理"] {
            assert!(!is_number(text), "{text}");
        }
    }
}
