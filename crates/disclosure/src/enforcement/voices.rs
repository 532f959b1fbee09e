//! What a reader of one record of enforcement can do about it: say an opinion (国办发〔2018〕118号 三（二）), and who was penalised
//! apply for repair. The forms are of `dialogue` and filled in with the record.

use item::Item;
use record::rows::Stored;
use web::{Ctx, page::query_string};

use super::terms::DOMAIN;

/// The item whose records are repaired.
const REPAIRED: &str = "penalty";
/// The column of the number of a decision.
const NUMBER: &str = "document_number";
/// Natural persons are told from others by this column; their names are not put into an address.
const KIND: (&str, &str) = ("counterpart_kind", "01");
const PARTY: &str = "counterpart";

/// Addresses with their words; none for what is not of enforcement. `name` is what the record is called.
pub(crate) fn voices(ctx: &Ctx, item: &Item, stored: &Stored, name: &str) -> Vec<(String, &'static str)> {
    if item.domain.key != DOMAIN {
        return Vec::new();
    }
    let organ = ctx.directory().stands_for(&stored.organ, ctx.today());
    let number = stored.data.get(NUMBER);
    let about = if number.is_empty() { ("on", name) } else { ("number", number) };
    let opinion = query_string(&[("organ", organ.as_str()), about]);
    let mut all = vec![(format!("/enforcement/feedback?{opinion}"), "对这条信息提意见")];
    if item.key.as_str() == REPAIRED && !number.is_empty() {
        let party = if stored.data.get(KIND.0) == KIND.1 { stored.data.get(PARTY) } else { "" };
        let query = query_string(&[("organ", organ.as_str()), ("number", number), ("party", party)]);
        all.push((format!("/enforcement/repair?{query}"), "被处罚人申请信用修复"));
    }
    all
}
