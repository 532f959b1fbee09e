//! What portal pages share: lines of lists, the tree of columns, organs as readers should see them.

use std::collections::{HashMap, HashSet};

use kernel::{Organ, OrganCode, time};
use store::{Db, Result};
use web::{Ctx, PortalShell, Reader};

use crate::{
    kinds::{ColumnKind, Kind},
    public::{self, Column, Listed},
};

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Address.
    pub(super) href: String,
    /// Title.
    pub(super) title: String,
    /// First day of being public.
    pub(super) date: String,
    /// Short name of the organ.
    pub(super) organ: String,
    /// 发文字号; may be empty.
    pub(super) number: String,
    /// 索引号.
    pub(super) index: String,
    /// 有效性 in words; may be empty.
    pub(super) validity: &'static str,
    /// Kind in words.
    pub(super) kind: &'static str,
    /// Whether an interpretation is public.
    pub(super) interpreted: bool,
}

/// Lines for documents; `interpreted` names those that have an interpretation.
pub(super) fn lines(ctx: &Ctx, listed: &[Listed], interpreted: &HashSet<String>) -> Vec<Line> {
    let directory = ctx.directory();
    let line = |one: &Listed| Line {
        href: one.path.clone(),
        title: one.title.clone(),
        date: one.published_on.clone(),
        organ: directory.short_name(&one.organ).to_owned(),
        number: one.document_number.clone(),
        index: one.index_number.clone(),
        validity: one.validity.map_or("", crate::kinds::Validity::label),
        kind: one.kind.label(),
        interpreted: interpreted.contains(&one.id),
    };
    listed.iter().map(line).collect()
}

/// A link with a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// Address.
    pub(super) href: String,
    /// Words.
    pub(super) label: String,
    /// How much is there.
    pub(super) count: i64,
}

/// How fresh a column is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fill {
    /// Public documents in it and below.
    pub(super) count: i64,
    /// Day of the newest; empty when there is none.
    pub(super) newest: String,
}

/// The listed columns with what is in them.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    columns: Vec<Column>,
    own: HashMap<String, Fill>,
}

impl Tree {
    /// Reads columns and counts: two questions.
    pub(super) async fn load(db: &Db) -> Result<Self> {
        let (columns, counts) = tokio::try_join!(public::columns(db), public::column_counts(db))?;
        let own = counts.into_iter().map(|one| (one.column, Fill { count: one.count, newest: one.newest })).collect();
        Ok(Self { columns, own })
    }

    /// All of them, in order.
    pub(super) fn all(&self) -> &[Column] {
        &self.columns
    }

    /// The column with this slug.
    pub(super) fn get(&self, slug: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.slug == slug)
    }

    /// Columns directly below; `""` for those at the top. A column whose parent is not listed stands at the top.
    pub(super) fn children(&self, slug: &str) -> Vec<&Column> {
        let parent =
            |column: &Column| if self.get(&column.parent).is_some() { column.parent.clone() } else { String::new() };
        self.columns.iter().filter(|column| parent(column) == slug && column.slug != slug).collect()
    }

    /// The column and everything below it.
    pub(super) fn below(&self, slug: &str) -> Vec<String> {
        let mut found = vec![slug.to_owned()];
        let mut at = 0;
        while let Some(parent) = found.get(at).cloned() {
            let under: Vec<_> = self.columns.iter().filter(|column| column.parent == parent).collect();
            for column in under {
                // Guards against a circle in the data.
                if !found.contains(&column.slug) {
                    found.push(column.slug.clone());
                }
            }
            at += 1;
        }
        found
    }

    /// What is in the column and below it.
    pub(super) fn fill(&self, slug: &str) -> Fill {
        let mut sum = Fill::default();
        for one in self.below(slug).iter().filter_map(|slug| self.own.get(slug)) {
            sum.count += one.count;
            sum.newest = sum.newest.max(one.newest.clone());
        }
        sum
    }

    /// The first column whose name contains one of the words.
    pub(super) fn named(&self, words: &[&str]) -> Option<&Column> {
        words.iter().find_map(|word| self.columns.iter().find(|column| column.name.contains(word)))
    }

    /// The first column of this kind.
    pub(super) fn of_kind(&self, kind: ColumnKind) -> Option<&Column> {
        self.columns.iter().find(|column| column.kind == kind)
    }

    /// Link to a column with its count.
    pub(super) fn link(&self, column: &Column) -> Link {
        Link {
            href: format!("/columns/{}", column.slug),
            label: column.name.clone(),
            count: self.fill(&column.slug).count,
        }
    }
}

/// Which door of the header belongs to documents of this kind.
pub(super) fn door(kind: Kind) -> &'static str {
    match kind {
        Kind::Policy | Kind::Interpretation => "policies",
        Kind::Response | Kind::Consultation => "dialogue",
        Kind::Guide => "services",
        Kind::Data => "data",
        Kind::Notice | Kind::News | Kind::Institution | Kind::Report => "openness",
    }
}

/// Which door of the header belongs to columns of this kind.
pub(super) fn column_door(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Policy | ColumnKind::Interpretation => "policies",
        ColumnKind::Response => "dialogue",
        ColumnKind::Service => "services",
        ColumnKind::Data => "data",
        _ => "openness",
    }
}

/// Name and address of a door.
pub(super) fn door_link(door: &str) -> (&'static str, &'static str) {
    match door {
        "policies" => ("政策", "/policies"),
        "dialogue" => ("互动", "/dialogue"),
        "services" => ("办事", "/services"),
        "data" => ("数据", "/data"),
        _ => ("政务公开", "/openness"),
    }
}

/// The frame of a page behind a door: path and column tags of the page itself.
pub(super) fn shell(ctx: &Ctx, reader: &Reader, title: &str, door: &'static str, description: &str) -> PortalShell {
    let (name, href) = door_link(door);
    let is_door = title == name || reader.path.split('?').next() == Some(href);
    let mut shell = reader.shell(ctx, title, if is_door { "" } else { name }, door);
    if !is_door {
        shell = shell.crumb(name, href);
    }
    shell.description = description.to_owned();
    shell.crumb(title, "").column(title, description, title, name)
}

/// An organ that exists no more, and who follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    /// Its name.
    pub(super) name: String,
    /// Last day.
    pub(super) until: String,
    /// Name of who follows; empty when nobody is recorded.
    pub(super) next: String,
    /// Page of who follows.
    pub(super) href: String,
}

/// The notice for an organ that exists no more; `None` while it exists.
pub(super) fn ended(ctx: &Ctx, code: &OrganCode) -> Option<Ended> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let organ = directory.get(code)?;
    if organ.exists_on(today) {
        return None;
    }
    let next = directory.current(code, today).filter(|next| next.code != *code);
    Some(Ended {
        name: organ.name.clone(),
        until: organ.exists_to.map(|day| day.to_string()).unwrap_or_default(),
        next: next.map(|next| next.name.clone()).unwrap_or_default(),
        href: next.map(|next| format!("/organs/{}", next.code)).unwrap_or_default(),
    })
}

/// The competent department, if it is in the directory.
pub(super) fn office(ctx: &Ctx) -> Option<Organ> {
    ctx.directory().get(&ctx.office_organ()).cloned()
}

/// The public address of the portal without a slash at its end.
pub(super) fn base_url(ctx: &Ctx) -> String {
    ctx.config().server.portal_url.trim_end_matches('/').to_owned()
}

/// `刚刚更新 …` in words: the day, and how long ago it was.
pub(super) fn freshness(ctx: &Ctx, day: &str) -> String {
    let Some(date) = time::parse_date(day) else { return String::new() };
    match ctx.today().since(date).map(|span| span.get_days()) {
        Ok(0) => format!("更新于 {day}，今天"),
        Ok(1) => format!("更新于 {day}，昨天"),
        Ok(days) if days > 1 => format!("更新于 {day}，{days} 天前"),
        _ => format!("更新于 {day}"),
    }
}

/// The telephone to call about something of this organ: its own, or the competent department's.
pub(super) fn phone_of(ctx: &Ctx, organ: &OrganCode) -> String {
    let directory = ctx.directory();
    let own = directory.current(organ, ctx.today()).map(|organ| organ.phone.clone()).unwrap_or_default();
    if own.is_empty() { ctx.site().phone.clone() } else { own }
}
