//! Pieces of portal pages that show documents: lines of lists, links to columns, the frame of a page behind a door, organs as
//! readers should see them. The words of a page are its owner's.

use std::collections::HashMap;

use jiff::civil::Date;
use kernel::{Organ, OrganCode, id::DocumentId, time};
use web::{
    Ctx, PortalShell, Reader, Result,
    doors::{self, Door},
};

use crate::{
    columns::{Column, ColumnKind, Tree},
    common::{DOCUMENT_NUMBER, VALIDITY},
    public::{self, Listed},
    spec::{Kinds, Purpose},
};

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Address.
    pub href: String,
    pub title: String,
    /// First day of being public.
    pub date: String,
    /// Short name of the organ.
    pub organ: String,
    /// 发文字号; may be empty.
    pub number: String,
    /// 索引号.
    pub index: String,
    /// 有效性 in words; may be empty.
    pub validity: String,
    /// Kind in words.
    pub kind: &'static str,
    /// What public documents that lead here make of it: 已配解读.
    pub badges: Vec<&'static str>,
    /// How many public documents name it; 0 where the list does not ask.
    pub cited: i64,
}

impl Line {
    /// The id of the document, from its address.
    pub fn id(&self) -> &str {
        self.href.rsplit('/').next().unwrap_or_default()
    }

    /// The title for a page, with the places where it may break ([`web::breaks`]).
    pub fn marked(&self) -> String {
        web::breaks::marked(&self.title)
    }
}

/// Lines for documents, with their badges as [`badges`] finds them.
pub fn lines(ctx: &Ctx, listed: &[Listed], badges: &Badges) -> Vec<Line> {
    let directory = ctx.directory();
    let line = |one: &Listed| Line {
        href: one.path.clone(),
        title: one.title.clone(),
        date: one.published_on.clone(),
        organ: directory.short_name(&one.organ).to_owned(),
        number: one.values.get(&DOCUMENT_NUMBER).to_owned(),
        index: one.index_number.clone(),
        validity: one.values.words(&VALIDITY),
        kind: one.kind.label,
        badges: badges.get(&one.id).cloned().unwrap_or_default(),
        cited: 0,
    };
    listed.iter().map(line).collect()
}

/// Badges of documents.
pub type Badges = HashMap<DocumentId, Vec<&'static str>>;

/// What public documents make of these: those to which one leads by a relation with a badge bear it.
pub async fn badges(ctx: &Ctx, lists: &[&[Listed]]) -> Result<Badges> {
    let ids: Vec<&DocumentId> = lists.iter().flat_map(|list| list.iter()).map(|one| &one.id).collect();
    let mut badges = Badges::new();
    for relation in Kinds::of(ctx).relations().into_iter().filter(|relation| !relation.badge.is_empty()) {
        for document in public::leading(ctx.db(), relation, &ids).await? {
            badges.entry(document).or_default().push(relation.badge);
        }
    }
    Ok(badges)
}

/// A link with a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Address.
    pub href: String,
    /// Words.
    pub label: String,
    /// How much is there.
    pub count: i64,
}

impl Link {
    /// To a column, with its count.
    pub fn column(tree: &Tree, column: &Column) -> Self {
        Self {
            href: format!("/columns/{}", column.slug),
            label: column.name.clone(),
            count: tree.fill(&column.slug).count,
        }
    }

    /// To an organ's page.
    pub fn organ(organ: &Organ, count: i64) -> Self {
        Self { href: format!("/organs/{}", organ.code), label: organ.short_name.clone(), count }
    }
}

/// Links to the columns that are for these, in the order of the columns.
pub fn columns_for(tree: &Tree, purposes: &[&Purpose]) -> Vec<Link> {
    let wanted = |code: &str| purposes.iter().any(|purpose| purpose.code == code);
    tree.all().iter().filter(|column| wanted(&column.purpose)).map(|column| Link::column(tree, column)).collect()
}

/// Which door of the header belongs to columns of this kind.
pub fn column_door(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Policy | ColumnKind::Interpretation => "policies",
        ColumnKind::Response => "dialogue",
        ColumnKind::Service => "services",
        ColumnKind::Data => "data",
        _ => "openness",
    }
}

/// The frame of a page behind a door: path and column tags of the page itself.
pub fn shell(ctx: &Ctx, reader: &Reader, title: &str, door: &'static str, description: &str) -> PortalShell {
    let Door { label: name, href, .. } = doors::door(ctx, door);
    let is_door = title == name || reader.path.split('?').next() == Some(href);
    let mut shell = reader.shell(ctx, title, if is_door { "" } else { name }, door);
    if !is_door {
        shell = shell.crumb(name, href);
    }
    description.clone_into(&mut shell.description);
    shell.crumb(title, "").column(title, description, title, name).shared(ctx)
}

/// An organ that exists no more, and who follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub name: String,
    /// Last day.
    pub until: String,
    /// Name of who follows; empty when nobody is recorded.
    pub next: String,
    /// Page of who follows.
    pub href: String,
}

/// The notice for an organ that exists no more; `None` while it exists.
pub fn ended(ctx: &Ctx, code: &OrganCode) -> Option<Ended> {
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
pub fn office(ctx: &Ctx) -> Option<Organ> {
    ctx.directory().get(&ctx.office_organ()).cloned()
}

/// Where to turn to: the competent department, or the site's own data where the directory has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub name: String,
    /// Address; this and what follows may be empty.
    pub address: String,
    /// Opening hours.
    pub hours: String,
    /// Telephone.
    pub phone: String,
    /// Mail.
    pub email: String,
}

/// Where to turn to.
pub fn contact(ctx: &Ctx) -> Contact {
    let (site, organ) = (ctx.site(), office(ctx));
    let of = |own: &dyn Fn(&Organ) -> String, common: &str| {
        organ.as_ref().map(own).filter(|text| !text.is_empty()).unwrap_or(common.to_owned())
    };
    Contact {
        name: of(&|organ| organ.name.clone(), &site.host),
        address: of(&|organ| organ.address.clone(), &site.address),
        hours: of(&|organ| organ.hours.clone(), &site.hours),
        phone: of(&|organ| organ.phone.clone(), &site.phone),
        email: site.email.clone(),
    }
}

/// The public address of the portal without a slash at its end.
pub fn base_url(ctx: &Ctx) -> String {
    ctx.portal_url().to_owned()
}

/// `更新于 …` in words: the day, and how long ago it was.
pub fn freshness(ctx: &Ctx, day: &str) -> String {
    let Some(date) = time::parse_date(day) else { return String::new() };
    match ctx.today().since(date).map(|span| span.get_days()) {
        Ok(0) => format!("更新于 {day}，今天"),
        Ok(1) => format!("更新于 {day}，昨天"),
        Ok(days) if days > 1 => format!("更新于 {day}，{days} 天前"),
        _ => format!("更新于 {day}"),
    }
}

/// The telephone to call about something of this organ: its own, or the competent department's.
pub fn phone_of(ctx: &Ctx, organ: &OrganCode) -> String {
    let directory = ctx.directory();
    let own = directory.current(organ, ctx.today()).map(|organ| organ.phone.clone()).unwrap_or_default();
    if own.is_empty() { ctx.site().phone.clone() } else { own }
}

/// The year's publications as a drawing, in two forms of which the style sheet shows the one that fits, and as a table.
pub fn heat_map(days: &[(Date, i64)], today: Date) -> (String, Vec<(String, u64)>) {
    let counts: Vec<(u16, u32)> = days
        .iter()
        .filter_map(|(day, count)| Some((u16::try_from(day.day_of_year()).ok()?, u32::try_from(*count).ok()?)))
        .collect();
    let upto = u16::try_from(today.day_of_year()).unwrap_or(366);
    let months = charts::months(today.year(), &counts, upto);
    let drawn = format!("{}{}", charts::heat(today.year(), &counts, upto), charts::bars(today.year(), &months));
    (drawn, months)
}
