//! The county's own map on its first page: the clerk sends the boundaries as GeoJSON, they are looked at, made coarse and
//! drawn, and each township leads to its page. A map is shown with its 审图号 and its source or not at all (地图管理条例 Art. 15).
//! What is sent waits until somebody has seen the drawing; what it takes the place of can be put back.

mod bounded;
mod demo;
mod geo;
mod look;
mod pages;
mod store;

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::{EventKind, OrganKind, Permission, Role, event::Keep, permission::Scope::AllOrgans};
use web::{
    Capability, Ctx, Listener, Nav, Result, Routes,
    hooks::{Boundaries, CountyMap, Face, Outlined, Outlines, Verb},
    page::escape,
};

use geo::Drawing;

static MANAGE: Permission =
    Permission::new("manage_county_map", "维护县域图", &[Role::SystemAdmin, Role::CountyOffice], AllOrgans);

const ABOUT: &[(&str, &str)] =
    &[("file", "文件名"), ("source", "数据来源"), ("approval", "审图号"), ("shapes", "图形个数"), ("points", "点数")];
static REPLACED: EventKind =
    EventKind::new(store::SUBJECT, "county_map.replaced", "更换县域图").holds(ABOUT).keeps(Keep::Words);
static SENT: EventKind =
    EventKind::new(store::SUBJECT, "county_map.sent", "上传县域图待核对").holds(ABOUT).keeps(Keep::Words);
static DISCARDED: EventKind =
    EventKind::new(store::SUBJECT, "county_map.discarded", "放弃没有显示的县域图").holds(ABOUT).keeps(Keep::Words);
static REMOVED: EventKind =
    EventKind::new(store::SUBJECT, "county_map.removed", "撤下县域图").holds(ABOUT).keeps(Keep::Words);

/// The page of the office on which the map is sent.
pub fn capability() -> Capability {
    Capability::new("county_map", "县域图")
        .routes(routes)
        .permissions(&[&MANAGE])
        .nav(Nav::under("管理", "/county-map", "县域图", &MANAGE, 335))
        .events(&[&REPLACED, &SENT, &DISCARDED, &REMOVED])
        .subject(store::SUBJECT, "县域图")
        .migrations(::store::migrations!(
            "county_map",
            "../../migrations/county/0001_county_map.sql",
            "../../migrations/county/0002_other_maps.sql",
        ))
        .demo(demo::scenes)
        .declare(store::sealed())
        .declare(Arc::new(OnFirstPage) as Arc<dyn Face>)
        .declare(Arc::new(OnCharts) as Arc<dyn Boundaries>)
        .declare(Verb::new("更换县域图", "地图 边界 GeoJSON", "/county-map", &MANAGE))
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/county-map", &MANAGE, pages::show)
        .upload("/county-map", &MANAGE, pages::send)
        .get("/county-map/look", &MANAGE, look::show)
        .post("/county-map/show", &MANAGE, look::publish)
        .post("/county-map/discard", &MANAGE, look::discard)
        .post("/county-map/remove", &MANAGE, pages::remove)
}

/// The county's map, if it has one.
///
/// # Errors
/// When what is kept is no drawing.
async fn map(ctx: &Ctx) -> Result<Option<CountyMap>> {
    match store::current(ctx.db().read()).await? {
        Some(row) => Ok(Some(drawn(ctx, &row)?)),
        None => Ok(None),
    }
}

/// A map as it is shown.
///
/// # Errors
/// When what is kept is no drawing.
fn drawn(ctx: &Ctx, row: &store::Row) -> Result<CountyMap> {
    let drawing = row.drawing()?;
    Ok(CountyMap {
        svg: svg(&drawing, |name| page_of(ctx, name)),
        credit: format!("审图号：{}　数据来源：{}", row.approval, row.source),
    })
}

/// Townships that a map does not show, and names on it that are no township.
///
/// # Errors
/// When what is kept is no drawing.
fn doubts(ctx: &Ctx, row: &store::Row) -> Result<(Vec<String>, Vec<String>)> {
    let names: Vec<String> = row.drawing()?.shapes.into_iter().map(|shape| shape.name).collect();
    let pages: Vec<Option<String>> = names.iter().map(|name| page_of(ctx, name)).collect();
    let missing = townships(ctx).into_iter().filter(|(_, page)| !pages.contains(&Some(page.clone())));
    let missing = missing.map(|(name, _)| name).collect();
    let strange = names.into_iter().zip(pages).filter(|(name, page)| !name.is_empty() && page.is_none());
    Ok((missing, strange.map(|(name, _)| name).collect()))
}

struct OnFirstPage;

impl Face for OnFirstPage {
    fn map<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Option<CountyMap>>> {
        Box::pin(async move { map(ctx).await })
    }
}

struct OnCharts;

impl Boundaries for OnCharts {
    fn subject(&self) -> &'static str {
        store::SUBJECT
    }

    fn outlines<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, ::store::Result<Option<Outlines>>> {
        Box::pin(async move {
            let Some((row, drawing)) = store::drawn(ctx.db().read()).await? else { return Ok(None) };
            let window = drawing.degrees();
            let area = |shape: geo::Drawn| Outlined { name: shape.name, path: shape.path, at: shape.at };
            Ok(Some(Outlines {
                wide: geo::WIDE,
                high: drawing.high,
                areas: drawing.shapes.into_iter().map(area).collect(),
                window,
                approval: row.approval,
                source: row.source,
            }))
        })
    }
}

/// The page of the township of this name.
fn page_of(ctx: &Ctx, name: &str) -> Option<String> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let mut living = directory.all().iter().filter(|organ| organ.kind == OrganKind::Township && organ.exists_on(today));
    let named = |form: &str| form == name;
    let organ = living.find(|organ| {
        named(&organ.name) || named(&organ.short_name) || organ.aliases.iter().any(|alias| named(alias))
    })?;
    Some(format!("/organs/{}", organ.code))
}

/// Name and page of every township that exists today.
fn townships(ctx: &Ctx) -> Vec<(String, String)> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let living = directory.all().iter().filter(|organ| organ.kind == OrganKind::Township && organ.exists_on(today));
    living.map(|organ| (organ.short_name.clone(), format!("/organs/{}", organ.code))).collect()
}

/// Light around the drawing, in its points.
const EDGE: i32 = 8;

/// Draws the outlines; `page` tells where a name leads.
fn svg(drawing: &Drawing, page: impl Fn(&str) -> Option<String>) -> String {
    let (wide, high) = (geo::WIDE + 2 * EDGE, drawing.high + 2 * EDGE);
    let mut out = format!(
        "<svg class=\"county\" viewBox=\"-{EDGE} -{EDGE} {wide} {high}\" aria-hidden=\"true\" focusable=\"false\">"
    );
    for shape in &drawing.shapes {
        let outline = format!("<path fill-rule=\"evenodd\" d=\"{}\"/>", shape.path);
        match page(&shape.name) {
            Some(href) => out.push_str(&format!("<a href=\"{}\" tabindex=\"-1\">{outline}</a>", escape(&href))),
            None => out.push_str(&outline),
        }
    }
    // What is drawn later covers what was drawn before: names come last.
    for shape in drawing.shapes.iter().filter(|shape| !shape.name.is_empty()) {
        out.push_str(&format!("<text x=\"{}\" y=\"{}\">{}</text>", shape.at.0, shape.at.1, escape(&shape.name)));
    }
    out.push_str("</svg>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_pages_and_cannot_leave_their_element() {
        let shape = |name: &str| geo::Drawn { name: name.into(), path: "M0 0h9v9z".into(), at: (4, 4) };
        let drawing =
            Drawing {
                high: 10, points: 6, window: None, shapes: vec![shape("城关镇"), shape("<script>"), shape("")]
            };
        let svg = svg(&drawing, |name| (name == "城关镇").then(|| "/organs/QH041".to_owned()));
        assert!(svg.contains("<a href=\"/organs/QH041\" tabindex=\"-1\"><path"), "{svg}");
        assert!(!svg.contains("<script>") && svg.matches("<text").count() == 2, "{svg}");
    }
}
