//! What the heads of an organ's sheets stand for, remembered for the next file with the same heads.

use item::Item;
use kernel::OrganCode;
use sheet::{Found, Mapping, Target};
use store::{query, query_scalar};
use web::Ctx;

use crate::values;

/// The heads of a table as they are remembered by: the words of their paths.
pub(super) fn heads_of(found: &Found) -> Vec<String> {
    found.keys()
}

/// SHA-256 of heads, whatever their order.
fn digest(mut heads: Vec<&str>) -> String {
    heads.sort_unstable();
    values::digest_of(heads)
}

/// Mappings that are looked through for one whose heads a table has.
const LOOKED_THROUGH: i64 = 50;

/// What is remembered of a table with these heads; empty = nothing. Where no table had just these, it is what was remembered last of
/// one all of whose columns stand in this one, too: the file of rejected rows, a sheet that a running number was put into.
///
/// # Errors
/// When the database fails.
pub async fn remembered(ctx: &Ctx, item: &Item, organ: &OrganCode, heads: &[String]) -> store::Result<Mapping> {
    let kept: Option<String> =
        query_scalar("SELECT mapping FROM record_mapping WHERE item = $1 AND organ = $2 AND heads = $3")
            .bind(item.key.as_str())
            .bind(organ)
            .bind(digest(heads.iter().map(String::as_str).collect()))
            .fetch_optional(ctx.db().read())
            .await?;
    if let Some(json) = kept {
        return Ok(serde_json::from_str(&json)?);
    }
    let others: Vec<String> = query_scalar(
        "SELECT mapping FROM record_mapping WHERE item = $1 AND organ = $2 ORDER BY at DESC, heads LIMIT $3",
    )
    .bind(item.key.as_str())
    .bind(organ)
    .bind(LOOKED_THROUGH)
    .fetch_all(ctx.db().read())
    .await?;
    for json in others {
        let other: Mapping = serde_json::from_str(&json)?;
        if let Some(part) = part_of(&other, heads) {
            return Ok(part);
        }
    }
    Ok(Mapping::new())
}

/// What another table's mapping says of these heads, where all that it takes is among them.
fn part_of(other: &Mapping, heads: &[String]) -> Option<Mapping> {
    let is_taken = |to: &Target| matches!(to, Target::Column(_) | Target::More);
    let mut taken = other.iter().filter(|(_, to)| is_taken(to)).map(|(head, _)| head).peekable();
    taken.peek()?;
    if !taken.all(|head| heads.contains(head)) {
        return None;
    }
    Some(other.iter().filter(|(head, _)| heads.contains(head)).map(|(head, to)| (head.clone(), to.clone())).collect())
}

/// Remembers what the heads of a table stand for, once its rows were stored by it.
pub(crate) async fn remember(ctx: &Ctx, item: &Item, organ: &OrganCode, mapping: &Mapping) -> store::Result<()> {
    let mut tx = ctx.db().write().await?;
    query(
        "INSERT INTO record_mapping (item, organ, heads, mapping, at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (item, organ, heads) DO UPDATE SET mapping = excluded.mapping, at = excluded.at",
    )
    .bind(item.key.as_str())
    .bind(organ)
    .bind(digest(mapping.keys().map(String::as_str).collect()))
    .bind(serde_json::to_string(mapping)?)
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_with_a_column_more_is_known_by_the_others() {
        let column = |key: &str| Target::Column(key.to_owned());
        let other = Mapping::from([
            ("学校代码".to_owned(), column("school_code")),
            ("所属乡镇".to_owned(), column("place")),
            ("批注".to_owned(), Target::Nothing),
        ]);
        let heads = |all: &[&str]| all.iter().map(|head| (*head).to_owned()).collect::<Vec<String>>();
        let part = part_of(&other, &heads(&["序号", "学校代码", "所属乡镇", "需要更正"])).expect("known");
        assert_eq!(part.len(), 2);
        assert_eq!(part["所属乡镇"], column("place"));
        assert_eq!(part_of(&other, &heads(&["学校代码", "学校名称"])), None, "a column is missing: another table");
        assert_eq!(part_of(&Mapping::new(), &heads(&["学校代码"])), None);
    }
}
