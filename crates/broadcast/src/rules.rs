//! What people have decided for columns and kinds: whether a document goes to an account by itself, after a person has said
//! so, or not at all. Where nobody has decided, a person must ask for each.

use document::columns::Row as ColumnRow;
use kernel::{Actor, EventKind, NewEvent, id::ColumnId};
use serde_json::json;
use store::{Executor, FromRow, Tx, query, query_as};
use web::Refusal;

store::ids! {
    /// A rule on what goes to an account.
    RuleId,
}

/// Subject of the events.
pub(crate) const SUBJECT: &str = "push_rule";

const ABOUT: &[(&str, &str)] = &[("account", "公众号"), ("column", "栏目"), ("kind", "信息类型"), ("how", "推送方式")];
pub(crate) static SET: EventKind = EventKind::new(SUBJECT, "push_rule.set", "设置推送规则").holds(ABOUT);
pub(crate) static DELETED: EventKind = EventKind::new(SUBJECT, "push_rule.deleted", "删除推送规则").holds(ABOUT);

/// What happens to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// It is sent.
    Auto,
    /// It waits for a person.
    Ask,
    /// Nothing.
    Never,
}

/// Code, name, and what it means.
pub(crate) const HOW: [(&str, &str, &str); 3] = [
    ("auto", "自动推送", "公开以后自动发布到公众号"),
    ("ask", "人工决定", "公开以后列入“待决定”，由人决定推送不推送"),
    ("never", "不推送", "不列入；需要时仍可单独推送"),
];

/// What stands for it, in words.
pub(crate) fn how_words(code: &str) -> Option<&'static str> {
    HOW.iter().find(|(known, ..)| *known == code).map(|(_, label, _)| *label)
}

impl How {
    fn from_code(code: &str) -> Self {
        match code {
            "auto" => Self::Auto,
            "ask" => Self::Ask,
            _ => Self::Never,
        }
    }
}

/// A rule as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Rule {
    pub(crate) id: RuleId,
    pub(crate) account: String,
    #[sql(rename = "column_slug")]
    pub(crate) column: ColumnId,
    pub(crate) kind: String,
    pub(crate) how: String,
    pub(crate) changed_name: String,
    pub(crate) changed_at: String,
}

/// All rules; a county has some dozen.
///
/// # Errors
/// When the database fails.
pub(crate) async fn all(executor: impl Executor<'_>) -> store::Result<Vec<Rule>> {
    query_as(
        "SELECT id, account, column_slug, kind, how, changed_name, changed_at FROM push_rule \
         ORDER BY account, column_slug, kind",
    )
    .fetch_all(executor)
    .await
}

/// A column and those above it, the nearest first.
pub(crate) fn above(tree: &[(usize, ColumnRow)], column: &ColumnId) -> Vec<ColumnId> {
    let (mut found, mut at): (Vec<ColumnId>, ColumnId) = (Vec::new(), column.clone());
    while !at.as_str().is_empty() && !found.contains(&at) {
        let parent = tree.iter().find(|(_, row)| row.slug == at).map(|(_, row)| row.parent.clone());
        found.push(at);
        at = parent.unwrap_or_default();
    }
    found
}

/// What holds for a document: the rule of the nearest column, there the one for its kind before the one for every kind; then
/// those for every column.
pub(crate) fn how(rules: &[Rule], key: &str, above: &[ColumnId], kind: &str) -> How {
    let of = |column: &str, kind: &str| {
        rules.iter().find(|rule| rule.account == key && rule.column.as_str() == column && rule.kind == kind)
    };
    let mut places = above.iter().map(ColumnId::as_str).chain([""]);
    let found = places.find_map(|column| of(column, kind).or_else(|| of(column, "")));
    found.map_or(How::Never, |rule| How::from_code(&rule.how))
}

/// What is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    pub(crate) account: String,
    pub(crate) column: ColumnId,
    pub(crate) kind: String,
    pub(crate) how: String,
    pub(crate) once: String,
}

fn told(rule: &Rule) -> serde_json::Value {
    json!({ "account": rule.account, "column": rule.column, "kind": rule.kind, "how": rule.how })
}

/// Sets a rule; one for the same account, column and kind is replaced.
///
/// # Errors
/// When the database fails.
pub(crate) async fn put(tx: &mut Tx, actor: &Actor, typed: &Typed) -> Result<(), Refusal> {
    tx.lock(SUBJECT).await?;
    let there = all(tx.conn())
        .await?
        .into_iter()
        .find(|rule| rule.account == typed.account && rule.column == typed.column && rule.kind == typed.kind);
    if there.as_ref().is_some_and(|rule| rule.how == typed.how) {
        return Err(Refusal::field("how", "这条规则已经是这样设置的，没有改动。"));
    }
    let id = there.map_or_else(|| RuleId::fresh(&tx.seams()), |rule| rule.id);
    let now = tx.now();
    query(
        "INSERT INTO push_rule (id, account, column_slug, kind, how, version, changed_by, changed_name, changed_at) \
         VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8) \
         ON CONFLICT (account, column_slug, kind) DO UPDATE SET how = excluded.how, version = push_rule.version + 1, \
         changed_by = excluded.changed_by, changed_name = excluded.changed_name, changed_at = excluded.changed_at",
    )
    .bind(&id)
    .bind(&typed.account)
    .bind(&typed.column)
    .bind(&typed.kind)
    .bind(&typed.how)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(now)
    .execute(tx.conn())
    .await?;
    let data = json!({ "account": typed.account, "column": typed.column, "kind": typed.kind, "how": typed.how });
    tx.append(NewEvent::new(&SET, &id, actor).data(data)).await?;
    Ok(())
}

/// Takes a rule away.
///
/// # Errors
/// When there is none; when the database fails.
pub(crate) async fn delete(tx: &mut Tx, actor: &Actor, id: &RuleId) -> Result<(), Refusal> {
    tx.lock(SUBJECT).await?;
    let rule = all(tx.conn()).await?.into_iter().find(|rule| rule.id == *id).ok_or(Refusal::NotFound)?;
    query("DELETE FROM push_rule WHERE id = $1").bind(id).execute(tx.conn()).await?;
    tx.append(NewEvent::new(&DELETED, id, actor).data(told(&rule))).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(account: &str, column: &str, kind: &str, how: &str) -> Rule {
        Rule {
            id: RuleId::from("r"),
            account: account.to_owned(),
            column: column.into(),
            kind: kind.to_owned(),
            how: how.to_owned(),
            changed_name: String::new(),
            changed_at: String::new(),
        }
    }

    #[test]
    fn the_nearest_rule_holds_and_without_one_nothing_is_sent() {
        let above: Vec<ColumnId> = vec!["notices".into(), "news".into()];
        let rules = [
            rule("a", "", "", "ask"),
            rule("a", "news", "", "auto"),
            rule("a", "notices", "policy", "never"),
            rule("b", "other", "", "auto"),
        ];
        assert_eq!(how(&rules, "a", &above, "policy"), How::Never);
        assert_eq!(how(&rules, "a", &above, "notice"), How::Auto);
        assert_eq!(how(&rules, "a", &["else".into()], "notice"), How::Ask);
        assert_eq!(how(&rules, "b", &above, "notice"), How::Never);
        assert_eq!(how(&[], "a", &above, "notice"), How::Never);
    }
}
