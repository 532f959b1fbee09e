//! Whose information a document is, put right before anybody has read it: of what was brought in under a wrong organ.

use kernel::{Actor, NewEvent, OrganCode, may_for};
use serde_json::json;
use store::{Tx, query};
use web::Refusal;

use crate::{
    error::Result,
    events,
    house::House,
    rows::{Whole, changed},
};

/// Writes a draft that was never public to another organ. What is public keeps its organ: its address, its index number and
/// what the log says of it hang on it. Returns whether anything was different.
///
/// # Errors
/// When the person may not write for one of both organs; at the field `organ` when there is no such organ;
/// [`Refusal::Conflict`] when the document was public or is in review.
pub async fn to_organ(tx: &mut Tx, house: &House, actor: &Actor, whole: &Whole, organ: &OrganCode) -> Result<bool> {
    let (document, edition) = (&whole.document, &whole.edition);
    if document.organ == *organ {
        return Ok(false);
    }
    let kind = house.kind_of(document)?;
    may_for(actor, kind.write, document.keeper())?;
    may_for(actor, kind.write, organ)?;
    if house.directory.get(organ).is_none() {
        return Err(Refusal::field("organ", "请选择发布机关，例如“县财政局”。"));
    }
    if document.was_public() || !edition.is_editable() {
        let words = "只有没有公开过的草稿可以改记发布机关。审核中的请先收回修改；已公开的请撤回后重新起草。";
        return Err(Refusal::Conflict(words.into()));
    }
    let done = query("UPDATE document SET organ = $2 WHERE id = $1 AND current_edition = '' AND organ = $3")
        .bind(&document.id)
        .bind(organ)
        .bind(&document.organ)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Err(changed(edition));
    }
    query("UPDATE edition SET organ = $2 WHERE document_id = $1")
        .bind(&document.id)
        .bind(organ)
        .execute(tx.conn())
        .await?;
    let name = |organ: &OrganCode| house.directory.short_name(organ).to_owned();
    let data = json!({ "edition": edition.id, "from": name(&document.organ), "to": name(organ) });
    tx.append(NewEvent::new(&events::ASSIGNED, &document.id, actor).organ(organ).data(data)).await?;
    Ok(true)
}
