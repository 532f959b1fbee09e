//! Redirects as they are kept, the rules on them, the writes, and the answer to the portal.

use futures::future::BoxFuture;
use kernel::{Actor, NewEvent, id::DocumentId};
use serde_json::json;
use store::{Executor, FromRow, Sealed, Tx, query, query_as, query_scalar};
use web::{Ctx, Refusal, Result, hooks::Moved};

use super::address::{self, Portal, normal, path_of};

::store::ids! {
    /// Of one address that leads to another.
    RedirectId,
}

/// A redirect as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Row {
    pub(super) id: RedirectId,
    pub(super) source: String,
    pub(super) target: String,
    pub(super) changed_at: String,
}

/// What came of putting one in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Added,
    Changed,
    /// It was so already.
    Same,
}

/// Redirects behind `after`, in the order of their addresses.
///
/// # Errors
/// When the database fails.
pub(super) async fn page(executor: impl Executor<'_>, after: &str, limit: i64) -> Result<Vec<Row>> {
    let sql = "SELECT id, source, target, changed_at FROM moved_address WHERE source > $1 ORDER BY source LIMIT $2";
    Ok(query_as(sql).bind(after).bind(limit).fetch_all(executor).await?)
}

/// How many there are.
///
/// # Errors
/// When the database fails.
pub(super) async fn count(executor: impl Executor<'_>) -> Result<i64> {
    Ok(query_scalar("SELECT COUNT(*) FROM moved_address").fetch_one(executor).await?)
}

/// Whether the document was ever public: then its address answers for good, if only that it was withdrawn.
///
/// # Errors
/// When the database fails.
pub(super) async fn was_public(executor: impl Executor<'_>, document: &DocumentId) -> Result<bool> {
    let sql = "SELECT 1 FROM document WHERE id = $1 AND rank > 0";
    let one: Option<i64> = query_scalar(sql).bind(document).fetch_optional(executor).await?;
    Ok(one.is_some())
}

/// What the log seals: where readers are sent is nobody's to turn past the program.
pub(super) fn sealed() -> Sealed {
    Sealed::each(
        super::SUBJECT,
        "网址重定向",
        "SELECT id FROM moved_address",
        "SELECT source FROM moved_address WHERE id = $1",
    )
    .part(
        "redirect/1",
        "原网址和新网址",
        "SELECT id, source, target, target_path FROM moved_address WHERE id = $1",
    )
}

/// Both addresses as typed, written in one way; else what is wrong: the field and the sentence.
pub(super) fn read(
    source: &str,
    target: &str,
    portal: &str,
) -> std::result::Result<(String, String), (&'static str, String)> {
    let wrong = |field, text: &str| Err((field, text.to_owned()));
    let Some(from) = normal(source) else {
        return wrong("source", "请填写原网址，以 / 开头，例如 /art/2020/1/5/art_12_345.html；不能是首页。");
    };
    // Nobody is sent to another site: whoever follows an address of the county trusts it.
    let own = portal.trim_end_matches('/');
    let target = target.trim();
    let target = target.strip_prefix(own).filter(|rest| !own.is_empty() && rest.starts_with('/')).unwrap_or(target);
    let Some(to) = Some(target).filter(|target| target.starts_with('/')).and_then(normal) else {
        return wrong(
            "target",
            "请填写本门户上的新网址，以 / 开头，例如 /columns/social-relief；可以从浏览器的地址栏复制。",
        );
    };
    if from == to || path_of(&to) == from {
        return wrong("target", "新网址与原网址相同，请填写现在的网址。");
    }
    Ok((from, to))
}

/// What on the portal speaks against a redirect; `None` when nothing does.
pub(super) fn against(portal: &Portal, source: &str, target: &str) -> Option<(&'static str, String)> {
    if portal.answers(source) {
        let told = format!("{source} 现在有页面（或者撤回说明），不会重定向。请先停用那个页面，或者换一个原网址。");
        return Some(("source", told));
    }
    (!portal.may_lead(target))
        .then(|| ("target", format!("{target} 在门户上没有页面。请填写已经公开的内容、栏目或者机关的网址。")))
}

/// Puts a redirect in; a second time with the same addresses changes nothing. Called under the lock `moved_address`.
///
/// # Errors
/// [`Refusal::Fields`] when it would go on from or to another one; when the database fails.
pub(super) async fn put(tx: &mut Tx, actor: &Actor, source: &str, target: &str) -> Result<Written, Refusal> {
    let next: Option<(String, String)> =
        query_as("SELECT source, target FROM moved_address WHERE source = $1 OR source = $2 ORDER BY source LIMIT 1")
            .bind(target)
            .bind(path_of(target))
            .fetch_optional(tx.conn())
            .await?;
    if let Some((from, to)) = next {
        return Err(Refusal::field("target", format!("{from} 自己已重定向到 {to}，请直接填写 {to}。")));
    }
    let before: Option<String> =
        query_scalar("SELECT source FROM moved_address WHERE target = $1 OR target_path = $1 ORDER BY source LIMIT 1")
            .bind(source)
            .fetch_optional(tx.conn())
            .await?;
    if let Some(from) = before {
        return Err(Refusal::field(
            "source",
            format!("{from} 已重定向到 {source}。请先把那一条改为直接到 {target}，或者删除。"),
        ));
    }
    let sql = "SELECT id, source, target, changed_at FROM moved_address WHERE source = $1";
    let there: Option<Row> = query_as(sql).bind(source).fetch_optional(tx.conn()).await?;
    let now = tx.now();
    let (id, kind, written) = match there {
        Some(row) if row.target == target => return Ok(Written::Same),
        Some(row) => {
            query("UPDATE moved_address SET target = $2, target_path = $3, changed_at = $4 WHERE id = $1")
                .bind(&row.id)
                .bind_all([target, path_of(target), now.as_str()])
                .execute(tx.conn())
                .await?;
            (row.id, &super::CHANGED, Written::Changed)
        }
        None => {
            let id = RedirectId::fresh(&tx.seams());
            query(
                "INSERT INTO moved_address (id, source, target, target_path, changed_at) VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(&id)
            .bind_all([source, target, path_of(target), now.as_str()])
            .execute(tx.conn())
            .await?;
            (id, &super::ADDED, Written::Added)
        }
    };
    tx.append(NewEvent::new(kind, &id, actor).data(json!({ "from": source, "to": target }))).await?;
    Ok(written)
}

/// Takes a redirect out.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none.
pub(super) async fn remove(tx: &mut Tx, actor: &Actor, id: &RedirectId) -> Result<(), Refusal> {
    let sql = "SELECT id, source, target, changed_at FROM moved_address WHERE id = $1";
    let row: Option<Row> = query_as(sql).bind(id).fetch_optional(tx.conn()).await?;
    let row = row.ok_or(Refusal::NotFound)?;
    query("DELETE FROM moved_address WHERE id = $1").bind(id).execute(tx.conn()).await?;
    tx.append(NewEvent::new(&super::REMOVED, id, actor).data(json!({ "from": row.source, "to": row.target }))).await?;
    Ok(())
}

/// What the portal asks where nothing stands.
pub(super) struct Table;

impl Moved for Table {
    fn target<'a>(&'a self, ctx: &'a Ctx, asked: &'a str) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(async move {
            if asked.len() > 3 * address::LONGEST {
                return Ok(None);
            }
            let Some(asked) = normal(asked) else { return Ok(None) };
            // The address with its query before the one without: old sites tell their pages apart by it.
            let sql = "SELECT target FROM moved_address WHERE source = $1 OR source = $2 ORDER BY LENGTH(source) DESC LIMIT 1";
            let found: Option<String> =
                query_scalar(sql).bind(&asked).bind(path_of(&asked)).fetch_optional(ctx.db().read()).await?;
            Ok(found)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn nobody_is_led_to_another_site_or_round_in_a_circle() {
        let portal = "https://www.qinghe.example";
        let ok = read("http://old.example/a.html", "https://www.qinghe.example/columns/relief", portal);
        assert_eq!(ok, Ok(("/a.html".to_owned(), "/columns/relief".to_owned())));
        for target in
            ["https://elsewhere.example/a", "//elsewhere.example", "https://www.qinghe.example.evil/a", "", "columns"]
        {
            assert_eq!(read("/a.html", target, portal).map_err(|(field, _)| field), Err("target"), "{target}");
        }
        assert_eq!(read("/", "/columns/relief", portal).map_err(|(field, _)| field), Err("source"));
        for same in ["/a", "/a#x", "/a?b=c"] {
            assert_eq!(read("/a", same, "").map_err(|(field, _)| field), Err("target"), "{same}");
        }
    }
}
