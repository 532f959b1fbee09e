//! Columns as they are kept, and the writes on them.

use std::collections::HashMap;

use kernel::{
    Actor, NewEvent, OrganCode,
    id::{ColumnId, SubjectRef},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Executor, FromRow, Tx, query, query_as, query_scalar};
use web::{FormErrors, Refusal};

use super::{
    events,
    kinds::{Cadence, ColumnKind},
};
use crate::{error::Result, spec::Purpose};

/// A column as the form and the demonstration write it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ColumnData {
    /// Address on the portal; never changes.
    pub slug: ColumnId,
    pub name: String,
    /// The column above; empty = top.
    pub parent: ColumnId,
    /// For the page tag ColumnDescription.
    pub description: String,
    /// For the page tag ColumnKeywords.
    pub keywords: String,
    /// Code of the kind.
    pub kind: String,
    /// Code of what pages look for it as; empty = nothing particular.
    pub purpose: String,
    /// Items of 条例 Art. 20 that it holds, as people write them: 七、八, or 7 8.
    pub items: String,
    /// Legal basis shown while nothing is published.
    pub basis: String,
    /// Code of how often something new must stand in it; empty = 不定期.
    pub cadence: String,
    /// The organ that keeps it; empty = the county office.
    pub organ: OrganCode,
    /// Version that the person saw; 0 for a new one.
    pub version: i64,
    /// Token of the form.
    pub once: String,
}

/// A column with everything that is written of it.
#[derive(Debug, Clone, FromRow)]
pub struct Row {
    pub slug: ColumnId,
    pub name: String,
    pub parent: ColumnId,
    pub description: String,
    pub keywords: String,
    pub kind: String,
    pub purpose: String,
    pub basis: String,
    pub hidden: bool,
    /// Code of [`Cadence`].
    pub cadence: String,
    /// The organ that keeps it; empty = the county office.
    pub organ: OrganCode,
    pub version: i64,
    pub created_at: String,
}

impl Row {
    /// How often something new must stand in it.
    pub fn renewed(&self) -> Cadence {
        Cadence::from_code(&self.cadence).unwrap_or(Cadence::Irregular)
    }
}

const SELECT: &str = "SELECT slug, name, parent, description, keywords, kind, purpose, basis, hidden, cadence, organ, \
     version, created_at FROM portal_column ORDER BY position, slug";

/// All columns as a tree walked from the top: depth and column.
pub async fn tree(executor: impl Executor<'_>) -> Result<Vec<(usize, Row)>> {
    let rows: Vec<Row> = query_as(SELECT).fetch_all(executor).await?;
    let mut ordered = Vec::with_capacity(rows.len());
    // A parent that is gone or a circle must not hide columns from those who can mend it.
    let is_top = |row: &Row| row.parent.as_str().is_empty() || !rows.iter().any(|other| other.slug == row.parent);
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

/// The column with this slug.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none.
pub async fn one(executor: impl Executor<'_>, slug: &ColumnId) -> Result<Row> {
    let found = tree(executor).await?.into_iter().map(|(_, row)| row).find(|row| row.slug == *slug);
    found.ok_or(Refusal::NotFound)
}

/// Items of 条例 Art. 20 that each column holds, 1 to 15.
pub async fn items(executor: impl Executor<'_>) -> Result<HashMap<ColumnId, Vec<i64>>> {
    let rows: Vec<(ColumnId, i64)> =
        query_as("SELECT column_slug, item FROM portal_column_item ORDER BY column_slug, item")
            .fetch_all(executor)
            .await?;
    let mut items: HashMap<ColumnId, Vec<i64>> = HashMap::new();
    for (column, item) in rows {
        items.entry(column).or_default().push(item);
    }
    Ok(items)
}

/// Slugs and indented names of listed columns, for a select.
pub async fn options(executor: impl Executor<'_>) -> Result<Vec<(String, String)>> {
    let tree = tree(executor).await?;
    let listed = tree.into_iter().filter(|(_, row)| !row.hidden);
    Ok(listed.map(|(depth, row)| (String::from(row.slug), format!("{}{}", "　".repeat(depth), row.name))).collect())
}

/// Numbers of the items of 条例 Art. 20.
pub const NUMBERS: [&str; 15] =
    ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五"];

/// Items as people write them; `None` when one of them is no item.
pub fn read_items(typed: &str) -> Option<Vec<i64>> {
    let apart = |c: char| matches!(c, '、' | '，' | ',' | '；' | ';') || c.is_whitespace();
    let mut items = Vec::new();
    for word in typed.split(apart).filter(|word| !word.is_empty()) {
        let place = NUMBERS.iter().position(|number| *number == word);
        let number = place.and_then(|at| i64::try_from(at + 1).ok()).or_else(|| word.parse().ok());
        let number = number.filter(|number| (1..=15).contains(number))?;
        if !items.contains(&number) {
            items.push(number);
        }
    }
    Some(items)
}

/// Items as people read them.
pub fn write_items(items: &[i64]) -> String {
    let number = |item: &i64| usize::try_from(item - 1).ok().and_then(|at| NUMBERS.get(at)).copied();
    items.iter().filter_map(number).collect::<Vec<_>>().join("、")
}

/// What is wrong with a column as typed.
pub fn errors(data: &ColumnData, existing: &[(usize, Row)], purposes: &[&Purpose]) -> FormErrors {
    let mut errors = FormErrors::new();
    let slug = data.slug.as_str();
    let well_formed = (2..=60).contains(&slug.len())
        && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !slug.starts_with('-')
        && !matches!(slug, "new" | "export" | "import");
    errors.require(well_formed, "slug", "请用小写字母、数字和连字符填写网址名，例如 social-relief。");
    if data.version == 0 && existing.iter().any(|(_, row)| row.slug == data.slug) {
        errors.add("slug", "这个网址名已有栏目使用，请换一个。");
    }
    errors.require(!data.name.trim().is_empty(), "name", "请填写栏目名称，例如“社会救助”。");
    errors.require(ColumnKind::from_code(&data.kind).is_some(), "kind", "请选择栏目类型，例如“专题”。");
    errors.require(
        data.purpose.is_empty() || purposes.iter().any(|purpose| purpose.code == data.purpose),
        "purpose",
        "请从列表中选择用途；没有特别用途的，选“（一般栏目）”。",
    );
    errors.require(
        Cadence::from_code(&data.cadence).is_some(),
        "cadence",
        "请从列表中选择更新频次，例如“每月”；没有固定频次的，选“不定期”。",
    );
    errors.require(
        read_items(&data.items).is_some(),
        "items",
        "请填写条例第二十条的项次，从一到十五，用顿号隔开，例如“七、八”；不是法定项的，留空。",
    );
    errors.require(
        !data.description.trim().is_empty(),
        "description",
        "请写一句话说明这个栏目公开什么，网页标签和栏目页都会用到。",
    );
    // A column is public at once, without a review.
    let shown = [
        ("name", "名称", data.name.as_str()),
        ("description", "说明", data.description.as_str()),
        ("keywords", "关键词", data.keywords.as_str()),
        ("basis", "公开依据", data.basis.as_str()),
    ];
    for (field, sentence) in text::findings::objections(shown) {
        errors.add(field, sentence);
    }
    let mut above = data.parent.clone();
    let mut depth = 0;
    while !above.as_str().is_empty() {
        depth += 1;
        let Some((_, row)) = existing.iter().find(|(_, row)| row.slug == above) else {
            errors.add("parent", "上级栏目不存在，请重新选择。");
            break;
        };
        if above == data.slug || depth > 4 {
            errors.add("parent", "请换一个上级栏目：不能放在自己或自己的下级之下，最多四级。");
            break;
        }
        above = row.parent.clone();
    }
    errors
}

/// What came of putting a column in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    Created,
    Changed,
    /// It was so already.
    Same,
}

/// Creates the column or changes it; what is the same already is a no-op.
///
/// # Errors
/// [`Refusal::Conflict`] when it was changed meanwhile.
pub async fn put(tx: &mut Tx, actor: &Actor, data: &ColumnData) -> Result<Written> {
    let clean =
        |text: &str, most: usize| -> String { text.trim().chars().filter(|c| !c.is_control()).take(most).collect() };
    let before: Option<Row> = query_as(
        "SELECT slug, name, parent, description, keywords, kind, purpose, basis, hidden, cadence, organ, version, \
         created_at FROM portal_column WHERE slug = $1",
    )
    .bind(&data.slug)
    .fetch_optional(tx.conn())
    .await?;
    let items = read_items(&data.items).unwrap_or_default();
    let after = Row {
        slug: data.slug.clone(),
        name: clean(&data.name, 60),
        parent: ColumnId::from(clean(data.parent.as_str(), 60)),
        description: clean(&data.description, 300),
        keywords: clean(&data.keywords, 200),
        kind: clean(&data.kind, 20),
        purpose: clean(&data.purpose, 20),
        basis: clean(&data.basis, 500),
        hidden: before.as_ref().is_some_and(|row| row.hidden),
        cadence: clean(&data.cadence, 20),
        organ: OrganCode::from(clean(data.organ.as_str(), 32)),
        created_at: before.as_ref().map_or_else(|| tx.now(), |row| row.created_at.clone()),
        version: before.as_ref().map_or(1, |row| row.version + 1),
    };
    if let Some(before) = &before {
        let kept: Vec<i64> = query_scalar("SELECT item FROM portal_column_item WHERE column_slug = $1 ORDER BY item")
            .bind(&data.slug)
            .fetch_all(tx.conn())
            .await?;
        let mut sorted = items.clone();
        sorted.sort_unstable();
        if same(before, &after) && kept == sorted {
            return Ok(Written::Same);
        }
        if data.version != 0 && data.version != before.version {
            return Err(Refusal::Conflict(
                "这个栏目在您打开之后又保存过，您的改动没有保存。请核对现在的内容，把要改的部分重新填写。".into(),
            ));
        }
    }
    write(tx, &after, &items).await?;
    let (kind, written) = match before {
        Some(_) => (&events::CHANGED, Written::Changed),
        None => (&events::CREATED, Written::Created),
    };
    let about = json!({
        "name": after.name, "parent": after.parent, "kind": after.kind, "purpose": after.purpose,
        "renewed": after.cadence, "organ": after.organ,
    });
    tx.append(NewEvent::new(kind, &data.slug, actor).data(about)).await?;
    Ok(written)
}

fn same(a: &Row, b: &Row) -> bool {
    let about = |row: &Row| {
        let Row { name, parent, description, keywords, kind, purpose, basis, cadence, organ, .. } = row.clone();
        (name, parent, description, keywords, kind, purpose, basis, cadence, organ)
    };
    about(a) == about(b)
}

async fn write(tx: &mut Tx, row: &Row, items: &[i64]) -> Result<()> {
    query(
        "INSERT INTO portal_column (slug, name, parent, description, keywords, kind, purpose, position, basis, hidden, \
         version, created_at, cadence, organ) VALUES ($1, $2, $3, $4, $5, $6, $7, \
         (SELECT COALESCE(MAX(position), 0) + 1 FROM portal_column WHERE parent = $3), $8, 0, 1, $9, $10, $11) \
         ON CONFLICT (slug) DO UPDATE SET name = excluded.name, parent = excluded.parent, \
         description = excluded.description, keywords = excluded.keywords, kind = excluded.kind, \
         purpose = excluded.purpose, basis = excluded.basis, cadence = excluded.cadence, organ = excluded.organ, \
         version = portal_column.version + 1",
    )
    .bind(&row.slug)
    .bind(&row.name)
    .bind(&row.parent)
    .bind_all([&row.description, &row.keywords, &row.kind, &row.purpose, &row.basis, &row.created_at, &row.cadence])
    .bind(&row.organ)
    .execute(tx.conn())
    .await?;
    query("DELETE FROM portal_column_item WHERE column_slug = $1").bind(&row.slug).execute(tx.conn()).await?;
    for item in items {
        query("INSERT INTO portal_column_item (column_slug, item) VALUES ($1, $2)")
            .bind(&row.slug)
            .bind(*item)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Moves a column among its siblings, one place up or down.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none.
pub async fn shift(tx: &mut Tx, actor: &Actor, slug: &ColumnId, up: bool) -> Result<()> {
    let parent: Option<String> =
        query_scalar("SELECT parent FROM portal_column WHERE slug = $1").bind(slug).fetch_optional(tx.conn()).await?;
    let parent = parent.ok_or(Refusal::NotFound)?;
    let mut order: Vec<ColumnId> =
        query_scalar("SELECT slug FROM portal_column WHERE parent = $1 ORDER BY position, slug")
            .bind(&parent)
            .fetch_all(tx.conn())
            .await?;
    let at = order.iter().position(|one| one == slug).ok_or(Refusal::NotFound)?;
    match up {
        true if at > 0 => order.swap(at, at - 1),
        false if at + 1 < order.len() => order.swap(at, at + 1),
        _ => return Ok(()),
    }
    for (position, slug) in (1_i64..).zip(&order) {
        query("UPDATE portal_column SET position = $2 WHERE slug = $1")
            .bind(slug)
            .bind(position)
            .execute(tx.conn())
            .await?;
        tx.touch(&SubjectRef::new("column", slug));
    }
    tx.append(NewEvent::new(&events::MOVED, slug, actor).data(json!({ "up": up }))).await?;
    Ok(())
}

/// Hides a column or shows it again.
pub async fn toggle(tx: &mut Tx, actor: &Actor, slug: &ColumnId, hidden: bool) -> Result<()> {
    let done = query("UPDATE portal_column SET hidden = $2, version = version + 1 WHERE slug = $1 AND hidden <> $2")
        .bind(slug)
        .bind(hidden)
        .execute(tx.conn())
        .await?;
    // Asked twice: it is so already.
    if done.rows_affected() == 1 {
        let kind = if hidden { &events::HIDDEN } else { &events::SHOWN };
        tx.append(NewEvent::new(kind, slug, actor)).await?;
    }
    Ok(())
}

/// Deletes a column that has never held anything.
///
/// # Errors
/// [`Refusal::Conflict`] when it holds documents or columns; [`Refusal::NotFound`] when there is none.
pub async fn delete(tx: &mut Tx, actor: &Actor, slug: &ColumnId) -> Result<()> {
    let below: i64 =
        query_scalar("SELECT COUNT(*) FROM portal_column WHERE parent = $1").bind(slug).fetch_one(tx.conn()).await?;
    if below > 0 || crate::desk::column_is_used(tx.conn(), slug).await? {
        return Err(Refusal::Conflict(
            "这个栏目下还有稿件或下级栏目，不能删除。不再使用的，请改为“隐藏”，原有网址继续有效。".into(),
        ));
    }
    let done = query("DELETE FROM portal_column WHERE slug = $1").bind(slug).execute(tx.conn()).await?;
    if done.rows_affected() == 0 {
        return Err(Refusal::NotFound);
    }
    tx.append(NewEvent::new(&events::DELETED, slug, actor)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(slug: &str, parent: &str) -> (usize, Row) {
        let row = Row {
            slug: slug.into(),
            name: slug.into(),
            parent: parent.into(),
            description: String::new(),
            keywords: String::new(),
            kind: "topic".into(),
            purpose: String::new(),
            basis: String::new(),
            hidden: false,
            cadence: String::new(),
            organ: OrganCode::default(),
            version: 1,
            created_at: String::new(),
        };
        (0, row)
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
        assert!(errors(&data("aa", "b"), &existing, &[]).is_empty());
        let circle = [row("aa", "bb"), row("bb", "aa")];
        assert!(errors(&data("aa", "bb"), &circle, &[]).of("parent").is_some());
        assert!(errors(&data("aa", "zz"), &existing, &[]).of("parent").is_some());
        assert!(errors(&ColumnData { version: 0, ..data("new", "") }, &existing, &[]).of("slug").is_some());
    }

    #[test]
    fn items_are_read_as_people_write_them() {
        assert_eq!(read_items("七、八， 15"), Some(vec![7, 8, 15]));
        assert_eq!(read_items(" "), Some(Vec::new()));
        assert_eq!((read_items("十六"), read_items("0")), (None, None));
        assert_eq!(write_items(&[7, 8, 15]), "七、八、十五");
    }
}
