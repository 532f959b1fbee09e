//! Whether a new version of an item can take the place of the one in force: what it changes, and what records speak against it.

use std::collections::HashSet;

use futures::TryStreamExt;
use item::{Change, Item, compare};
use kernel::OrganCode;
use store::{Executor, query_as, query_scalar};
use web::{Ctx, Result};

use super::{
    known,
    rows::{self, State},
};
use crate::{
    events::{BATCH, RECORD},
    ids::RowId,
    values::{self, Data},
};

/// As far as [`crate::uses`] counts.
const COUNTED: i64 = 1000;

/// A change that records do not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The key of the column.
    pub column: String,
    /// Its name, as the version in force prints it.
    pub label: String,
    /// How many records have a value in it, counted no further than [`COUNTED`].
    pub records: i64,
    /// Whether it is taken away; else it is of another type, or would have to lie elsewhere.
    pub removed: bool,
    /// By the new keys some public records are the same as others.
    pub doubled: bool,
}

impl Held {
    /// What is wrong and what can be done.
    pub fn sentence(&self) -> String {
        let (label, n) = (&self.label, self.records);
        let records = if n >= COUNTED { format!("{n} 条以上") } else { format!("{n} 条") };
        if self.doubled {
            return format!(
                "按新的识别列（{label}），已公开的记录中有 {records}与另一条是同一条记录。请另选能区分记录的列，或者先更正、撤下重复的记录。"
            );
        }
        if self.removed {
            return format!(
                "已有 {records}记录填写了“{label}”，不能删除这一列。请保留这一列；今后不再填写的，可以改为不必填。"
            );
        }
        format!(
            "已有 {records}记录填写了“{label}”，不能改变这一列的类型，也不能由不公开改为公开。请保留这一列，另外增加一列；原来的列可以改为不必填。"
        )
    }
}

/// What leads from one version to another, in words.
pub fn changes(old: &Item, new: &Item) -> Vec<String> {
    let label = |item: &Item, key: &str| item.column(key).map_or_else(|| key.to_owned(), |column| column.label.clone());
    let told = |change: Change| match change {
        Change::Said(part) => part,
        Change::ColumnAdded(key) => format!("增加列“{}”", label(new, &key)),
        Change::ColumnRemoved(key) => format!("删除列“{}”", label(old, &key)),
        Change::ColumnRetyped(key) => format!("改变列“{}”的类型或者是否公开", label(old, &key)),
        Change::KeysChanged => "识别同一条记录的列".to_owned(),
    };
    compare(old, new).into_iter().map(told).collect()
}

/// What of a change records do not allow. Known until something of records happens: looked at before a write ([`ready`]),
/// it costs the write nothing, though all records are walked through.
///
/// # Errors
/// When the database fails.
pub async fn against(ctx: &Ctx, old: &Item, new: &Item) -> Result<Vec<Held>> {
    // What is being loaded is told by no event before all of it is there.
    let loading: i64 = query_scalar(
        "SELECT COUNT(*) FROM record_batch WHERE state IN ('loading', 'publishing') AND state = 'loading' AND item = $1",
    )
    .bind(old.key.as_str())
    .fetch_one(ctx.db().read())
    .await?;
    if loading > 0 {
        return walked(ctx, old, new).await;
    }
    let said = |item: &Item| serde_json::to_string(&Item { version: 0, ..item.clone() }).map_err(store::Error::from);
    let (old_words, new_words) = (said(old)?, said(new)?);
    let key = format!("records against {}", values::digest_of([old_words.as_str(), new_words.as_str()]));
    let ask = async {
        let held = walked(ctx, old, new).await;
        held.map_err(|error| store::Error::Value(format!("records against a change of {}: {error:?}", old.key)))
    };
    Ok(ctx.db().while_subjects_unchanged(&[BATCH, RECORD], key, ask).await?)
}

/// Looks whether records allow a change, before the write that puts it down, offers or issues it.
///
/// # Errors
/// When the database fails.
pub async fn ready(ctx: &Ctx, change: &Item) -> Result<()> {
    let versions = rows::of(ctx.db().read(), &change.key).await?;
    let issued = versions.into_iter().filter(|version| version.state == State::Issued);
    let newest = issued.max_by_key(|version| version.number).map(|version| version.item);
    if let Some(old) = newest.or_else(|| known::in_the_box(&change.key).cloned()) {
        against(ctx, &old, change).await?;
    }
    Ok(())
}

/// The same from the records.
async fn walked(ctx: &Ctx, old: &Item, new: &Item) -> Result<Vec<Held>> {
    let mut held = Vec::new();
    for change in compare(old, new) {
        let (column, removed) = match change {
            Change::ColumnRemoved(key) => (key, true),
            Change::ColumnRetyped(key) => (key, false),
            Change::Said(_) | Change::ColumnAdded(_) | Change::KeysChanged => continue,
        };
        let Some(of_old) = old.column(&column) else { continue };
        let records = crate::uses(ctx, &old.key, of_old).await?;
        if records > 0 {
            let label = of_old.label.clone();
            held.push(Held { column, label, records, removed, doubled: false });
        }
    }
    if !new.keys.is_empty() && values::is_sole(new) && (old.keys != new.keys || !values::is_sole(old)) {
        held.extend(doubled(ctx, new).await?);
    }
    Ok(held)
}

/// What a change shows to readers who could not see it before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// In words: 增加“政府网站”渠道.
    pub what: Vec<String>,
    /// Public records by the organ whose they are.
    pub records: Vec<(OrganCode, i64)>,
    /// Whether natural persons are named in them.
    pub of_persons: bool,
}

/// What of an item a change opens: the web as a channel, columns that were kept back. `None` = nothing.
///
/// # Errors
/// When the database fails.
pub async fn opening(executor: impl Executor<'_>, old: &Item, new: &Item) -> store::Result<Option<Opening>> {
    let mut what = Vec::new();
    let was_shown = old.is_on_web();
    if new.is_table() && new.is_on_web() && !was_shown {
        what.push("这张表原来不上网，改为在政府网站公开".to_owned());
    }
    if new.more_columns && !old.more_columns {
        what.push("表中另有的列原来不显示，改为公开".to_owned());
    }
    for column in &new.columns {
        let Some(before) = old.column(&column.key) else { continue };
        let (was, is) = (&before.privacy, &column.privacy);
        if was.never_public && !is.never_public {
            what.push(format!("“{}”原来不公开，改为公开", column.label));
        } else if was.mask && !is.mask {
            what.push(format!("“{}”原来遮盖后公开，改为全部公开", column.label));
        } else if item::Names::opens(before.names.as_ref(), column.names.as_ref()) {
            what.push(format!("“{}”里自然人的姓名原来只显示姓，改为显示全名", column.label));
        } else if was.minor && !is.minor {
            what.push(format!("“{}”不再作为未成年人信息保护", column.label));
        }
    }
    if what.is_empty() {
        return Ok(None);
    }
    let records = of_organs(executor, new).await?;
    let of_person = |column: &item::Column| {
        let privacy = &column.privacy;
        privacy.natural_person || privacy.minor || privacy.mask || privacy.never_public
    };
    let of_persons = old.columns.iter().chain(&new.columns).any(of_person);
    Ok(Some(Opening { what, records, of_persons }))
}

/// What of an item a change closes for readers, with the records in which it is covered when the version comes into force;
/// `None` = nothing.
///
/// # Errors
/// When the database fails.
pub async fn closing(executor: impl Executor<'_>, old: &Item, new: &Item) -> store::Result<Option<Opening>> {
    let what = crate::cover::closes(old, new);
    if what.is_empty() {
        return Ok(None);
    }
    Ok(Some(Opening { what, records: of_organs(executor, new).await?, of_persons: false }))
}

/// Public records of an item by the organ whose they are.
async fn of_organs(executor: impl Executor<'_>, item: &Item) -> store::Result<Vec<(OrganCode, i64)>> {
    let mut records: Vec<(OrganCode, i64)> = Vec::new();
    for one in crate::counts::of_item(executor, &item.key).await?.into_iter().filter(|one| one.records > 0) {
        match records.last_mut().filter(|(organ, _)| *organ == one.organ) {
            Some((_, many)) => *many += one.records,
            None => records.push((one.organ, one.records)),
        }
    }
    Ok(records)
}

/// Public records that would be the same by the keys of a new version.
async fn doubled(ctx: &Ctx, new: &Item) -> Result<Option<Held>> {
    let mut rows =
        query_as::<(RowId, OrganCode, Data)>("SELECT id, organ, data FROM record WHERE item = $1 AND state = 'public'")
            .bind(new.key.as_str())
            .fetch(ctx.db().read());
    let is_masked = new.keys.iter().any(|key| new.column(key).is_some_and(|column| new.may_cover(column)));
    let (mut seen, mut records) = (HashSet::new(), 0);
    while let Some((id, organ, data)) = rows.try_next().await? {
        let keyed = if is_masked {
            let hidden = crate::rows::hidden(ctx, ctx.db().read(), &id).await?;
            values::keyed(new, &values::joined(new, &data, &hidden).0)
        } else {
            values::keyed(new, &data.typed(new))
        };
        if !keyed.is_empty() && !seen.insert((organ, keyed)) {
            records += 1;
        }
    }
    let labels: Vec<String> =
        new.keys.iter().map(|key| new.column(key).map_or_else(|| key.clone(), |column| column.label.clone())).collect();
    let (column, label) = (new.keys.join("、"), labels.join("、"));
    Ok((records > 0).then_some(Held { column, label, records, removed: false, doubled: true }))
}

/// The parts of an item as they are told to people, by their names in its file.
const PARTS: &[(&str, &str)] = &[
    ("domain", "领域"),
    ("matter", "一级事项"),
    ("sub_matter", "二级事项"),
    ("title", "名称"),
    ("elements", "公开内容（要素）"),
    ("basis", "公开依据"),
    ("limits", "公开时限"),
    ("owner", "公开主体"),
    ("channels", "公开渠道和载体"),
    ("audience", "公开对象"),
    ("way", "公开属性"),
    ("levels", "公开层级"),
    ("period", "更新周期"),
    ("retention", "公开期限"),
    ("retention_person", "自然人信息的公开期限"),
    ("confirmed", "核对确认"),
    ("source", "出处"),
    ("site_columns", "网站栏目"),
    ("columns", "表格的列"),
    ("keys", "识别同一条记录的列"),
    ("newest_by", "排序的列"),
    ("checks", "核对规则"),
    ("charts", "图表"),
    ("more_columns", "允许增加的列"),
];

/// A part of an item in words.
pub(super) fn part(name: &str) -> String {
    PARTS.iter().find(|(key, _)| *key == name).map_or_else(|| name.to_owned(), |(_, label)| (*label).to_owned())
}

/// What a newer box and the county's changes make together: parts that the county left as they were are the newer box's, the
/// others the county's. Returns besides the parts that both changed, in words.
///
/// # Errors
/// When an item cannot be taken apart, which no item is.
pub(super) fn merged(
    base: &Item,
    county: &Item,
    boxed: &Item,
) -> std::result::Result<(Item, Vec<String>), serde_json::Error> {
    let (base, mut mine, theirs) =
        (serde_json::to_value(base)?, serde_json::to_value(county)?, serde_json::to_value(boxed)?);
    let mut kept = Vec::new();
    if let (Some(mine), Some(theirs)) = (mine.as_object_mut(), theirs.as_object()) {
        for (name, newer) in theirs.iter().filter(|(name, _)| *name != "version" && *name != "key") {
            let (was, is) = (base.get(name), mine.get(name));
            if was == Some(newer) || is == Some(newer) {
                continue;
            }
            if is == was {
                mine.insert(name.clone(), newer.clone());
            } else {
                kept.push(part(name));
            }
        }
    }
    Ok((serde_json::from_value(mine)?, kept))
}
