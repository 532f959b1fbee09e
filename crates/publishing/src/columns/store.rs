//! Rows of columns and the writes on them.

use kernel::{Actor, NewEvent};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{Any, Executor, FromRow};
use store::Tx;
use web::{Error, FormErrors, Result};

use crate::kinds::ColumnKind;

/// A column as the form and the demonstration write it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ColumnData {
    /// Address on the portal; never changes.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Slug of the column above; empty = top.
    pub parent: String,
    /// For the page tag ColumnDescription.
    pub description: String,
    /// For the page tag ColumnKeywords.
    pub keywords: String,
    /// Code of the kind.
    pub kind: String,
    /// Legal basis shown while nothing is published.
    pub basis: String,
    /// Version that the person saw; 0 for a new one.
    pub version: i64,
    /// Token of the form.
    pub once: String,
}

/// A column with what the office shows of it.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Row {
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) parent: String,
    pub(super) description: String,
    pub(super) keywords: String,
    pub(super) kind: String,
    pub(super) basis: String,
    pub(super) hidden: i64,
    pub(super) version: i64,
    // Documents in it, public or not.
    pub(super) documents: i64,
    // Of these, public now.
    pub(super) public: i64,
    // Day of the newest public one.
    pub(super) newest: String,
}

impl Row {
    /// Name of the kind.
    pub(super) fn kind_label(&self) -> &'static str {
        ColumnKind::from_code(&self.kind).map_or("", ColumnKind::label)
    }
}

const SELECT: &str = "SELECT c.slug, c.name, c.parent, c.description, c.keywords, c.kind, c.basis, c.hidden, \
     c.version, COALESCE(n.documents, 0) AS documents, COALESCE(n.public, 0) AS public, COALESCE(n.newest, '') AS newest \
     FROM portal_column c LEFT JOIN (SELECT column_slug, COUNT(*) AS documents, \
     CAST(SUM(CASE WHEN current_edition <> '' THEN 1 ELSE 0 END) AS BIGINT) AS public, \
     MAX(CASE WHEN current_edition <> '' THEN first_published_on ELSE '' END) AS newest \
     FROM document GROUP BY column_slug) n ON n.column_slug = c.slug ORDER BY c.position, c.slug";

/// All columns as a tree walked from the top: depth and column.
pub(super) async fn tree<'e, E: Executor<'e, Database = Any>>(executor: E) -> Result<Vec<(usize, Row)>> {
    let rows: Vec<Row> = sqlx::query_as(SELECT).fetch_all(executor).await?;
    let mut ordered = Vec::with_capacity(rows.len());
    // A parent that is gone or a circle must not hide columns from those who can mend it.
    let is_top = |row: &Row| row.parent.is_empty() || !rows.iter().any(|other| other.slug == row.parent);
    for row in rows.iter().filter(|row| is_top(row)) {
        walk(&rows, row, 0, &mut ordered);
    }
    for row in &rows {
        if !ordered.iter().any(|(_, seen): &(usize, Row)| seen.slug == row.slug) {
            ordered.push((0, row.clone()));
        }
    }
    Ok(ordered)
}

fn walk(rows: &[Row], row: &Row, depth: usize, ordered: &mut Vec<(usize, Row)>) {
    ordered.push((depth, row.clone()));
    if depth < 5 {
        for child in rows.iter().filter(|child| child.parent == row.slug && child.slug != row.slug) {
            walk(rows, child, depth + 1, ordered);
        }
    }
}

pub(super) async fn one<'e, E: Executor<'e, Database = Any>>(executor: E, slug: &str) -> Result<Option<Row>> {
    Ok(tree(executor).await?.into_iter().map(|(_, row)| row).find(|row| row.slug == slug))
}

/// Slugs and indented names of listed columns, for a select.
///
/// # Errors
/// When the database fails.
pub async fn options<'e, E: Executor<'e, Database = Any>>(executor: E) -> Result<Vec<(String, String)>> {
    let tree = tree(executor).await?;
    let listed = tree.into_iter().filter(|(_, row)| row.hidden == 0);
    Ok(listed.map(|(depth, row)| (row.slug, format!("{}{}", "　".repeat(depth), row.name))).collect())
}

/// What is wrong with a column as typed.
pub(super) fn errors(data: &ColumnData, existing: &[(usize, Row)]) -> FormErrors {
    let mut errors = FormErrors::new();
    let slug = &data.slug;
    let well_formed = (2..=60).contains(&slug.len())
        && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !slug.starts_with('-')
        && !matches!(slug.as_str(), "new" | "export");
    errors.require(well_formed, "slug", "请用小写字母、数字和连字符填写网址名，例如 social-relief。");
    if data.version == 0 && existing.iter().any(|(_, row)| row.slug == *slug) {
        errors.add("slug", "这个网址名已有栏目使用，请换一个。");
    }
    errors.require(!data.name.trim().is_empty(), "name", "请填写栏目名称，例如“社会救助”。");
    errors.require(ColumnKind::from_code(&data.kind).is_some(), "kind", "请选择栏目类型，例如“专题”。");
    errors.require(
        !data.description.trim().is_empty(),
        "description",
        "请写一句话说明这个栏目公开什么，网页标签和栏目页都会用到。",
    );
    let mut above = data.parent.clone();
    let mut depth = 0;
    while !above.is_empty() {
        depth += 1;
        let Some((_, row)) = existing.iter().find(|(_, row)| row.slug == above) else {
            errors.add("parent", "上级栏目不存在，请重新选择。");
            break;
        };
        if above == *slug || depth > 4 {
            errors.add("parent", "请换一个上级栏目：不能放在自己或自己的下级之下，最多四级。");
            break;
        }
        above = row.parent.clone();
    }
    errors
}

/// Creates the column or changes it; what is the same already is a no-op.
///
/// # Errors
/// [`Error::Conflict`] when it was changed meanwhile.
pub async fn put(tx: &mut Tx, actor: &Actor, data: &ColumnData) -> Result<()> {
    let clean =
        |text: &str, most: usize| -> String { text.trim().chars().filter(|c| !c.is_control()).take(most).collect() };
    let now = tx.now();
    let before: Option<(String, i64)> = sqlx::query_as(
        "SELECT name || '|' || parent || '|' || description || '|' || keywords || '|' || kind || '|' || basis, version \
         FROM portal_column WHERE slug = $1",
    )
    .bind(&data.slug)
    .fetch_optional(tx.conn())
    .await?;
    let (name, parent, kind) = (clean(&data.name, 60), clean(&data.parent, 60), clean(&data.kind, 20));
    let (description, keywords, basis) =
        (clean(&data.description, 300), clean(&data.keywords, 200), clean(&data.basis, 500));
    let after = [&name, &parent, &description, &keywords, &kind, &basis].map(String::as_str).join("|");
    match before {
        Some((same, _)) if same == after => return Ok(()),
        Some((_, version)) if data.version != 0 && data.version != version => {
            return Err(Error::Conflict(
                "这个栏目在您打开之后被别人改过，您的改动没有保存。请返回栏目页，核对后重新修改。".into(),
            ));
        }
        _ => {}
    }
    sqlx::query(
        "INSERT INTO portal_column (slug, name, parent, description, keywords, kind, position, basis, hidden, version, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, \
         (SELECT COALESCE(MAX(position), 0) + 1 FROM portal_column WHERE parent = $3), $7, 0, 1, $8) \
         ON CONFLICT (slug) DO UPDATE SET name = excluded.name, parent = excluded.parent, \
         description = excluded.description, keywords = excluded.keywords, kind = excluded.kind, basis = excluded.basis, \
         version = portal_column.version + 1",
    )
    .bind(&data.slug)
    .bind(&name)
    .bind(&parent)
    .bind(&description)
    .bind(&keywords)
    .bind(&kind)
    .bind(&basis)
    .bind(&now)
    .execute(tx.conn())
    .await?;
    let kind_of_event = if before.is_some() { "column.changed" } else { "column.created" };
    let event = NewEvent::new(kind_of_event, "column", &data.slug, actor);
    tx.append(event.data(json!({ "name": name, "parent": parent, "kind": kind }))).await?;
    Ok(())
}

/// Moves a column among its siblings, one place up or down.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub(super) async fn shift(tx: &mut Tx, actor: &Actor, slug: &str, up: bool) -> Result<()> {
    let parent: Option<String> = sqlx::query_scalar("SELECT parent FROM portal_column WHERE slug = $1")
        .bind(slug)
        .fetch_optional(tx.conn())
        .await?;
    let parent = parent.ok_or(Error::NotFound)?;
    let mut order: Vec<String> =
        sqlx::query_scalar("SELECT slug FROM portal_column WHERE parent = $1 ORDER BY position, slug")
            .bind(&parent)
            .fetch_all(tx.conn())
            .await?;
    let at = order.iter().position(|one| one == slug).ok_or(Error::NotFound)?;
    match up {
        true if at > 0 => order.swap(at, at - 1),
        false if at + 1 < order.len() => order.swap(at, at + 1),
        _ => return Ok(()),
    }
    for (position, slug) in (1_i64..).zip(&order) {
        sqlx::query("UPDATE portal_column SET position = $2 WHERE slug = $1")
            .bind(slug)
            .bind(position)
            .execute(tx.conn())
            .await?;
    }
    tx.append(NewEvent::new("column.moved", "column", slug, actor).data(json!({ "up": up }))).await?;
    Ok(())
}

/// Hides a column or shows it again; returns whether it is hidden now.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub(super) async fn toggle(tx: &mut Tx, actor: &Actor, slug: &str, hidden: bool) -> Result<()> {
    let done =
        sqlx::query("UPDATE portal_column SET hidden = $2, version = version + 1 WHERE slug = $1 AND hidden <> $2")
            .bind(slug)
            .bind(i64::from(hidden))
            .execute(tx.conn())
            .await?;
    // Asked twice: it is so already.
    if done.rows_affected() == 1 {
        let kind = if hidden { "column.hidden" } else { "column.shown" };
        tx.append(NewEvent::new(kind, "column", slug, actor)).await?;
    }
    Ok(())
}

/// Deletes a column that has never held anything.
///
/// # Errors
/// [`Error::Conflict`] when it holds documents or columns; [`Error::NotFound`] when there is none.
pub(super) async fn delete(tx: &mut Tx, actor: &Actor, slug: &str) -> Result<()> {
    let held: i64 = sqlx::query_scalar(
        "SELECT (SELECT COUNT(*) FROM document WHERE column_slug = $1) + (SELECT COUNT(*) FROM portal_column WHERE parent = $1)",
    )
    .bind(slug)
    .fetch_one(tx.conn())
    .await?;
    if held > 0 {
        return Err(Error::Conflict(
            "这个栏目下还有稿件或下级栏目，不能删除。不再使用的，请改为“隐藏”，原有网址继续有效。".into(),
        ));
    }
    let done = sqlx::query("DELETE FROM portal_column WHERE slug = $1").bind(slug).execute(tx.conn()).await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    tx.append(NewEvent::new("column.deleted", "column", slug, actor)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(slug: &str, parent: &str) -> (usize, Row) {
        let text = String::new;
        (
            0,
            Row {
                slug: slug.into(),
                name: slug.into(),
                parent: parent.into(),
                description: text(),
                keywords: text(),
                kind: "topic".into(),
                basis: text(),
                hidden: 0,
                version: 1,
                documents: 0,
                public: 0,
                newest: text(),
            },
        )
    }

    #[test]
    fn a_column_cannot_stand_below_itself() {
        let existing = [row("a", ""), row("b", "a")];
        let data = |slug: &str, parent: &str| ColumnData {
            slug: slug.into(),
            name: "甲".into(),
            parent: parent.into(),
            description: "说明".into(),
            kind: "topic".into(),
            version: 1,
            ..ColumnData::default()
        };
        assert!(errors(&data("aa", "b"), &existing).is_empty());
        let circle = [row("aa", "bb"), row("bb", "aa")];
        assert!(errors(&data("aa", "bb"), &circle).of("parent").is_some());
        assert!(errors(&data("aa", "zz"), &existing).of("parent").is_some());
        assert!(errors(&ColumnData { version: 0, ..data("new", "") }, &existing).of("slug").is_some());
    }
}
