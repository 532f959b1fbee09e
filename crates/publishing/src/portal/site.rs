//! About the site itself: open data, statements, elder mode, the seal as an icon.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use document::{
    columns::Tree,
    page::{self as part, Line, Link, base_url},
    public::{self, Filter},
};
use serde::Deserialize;
use web::{
    Ctx, PortalShell, Query, Reader, Result,
    hooks::{Dataset, Datasets},
    page::{local_path, portal_page},
};

use crate::kinds;

#[derive(Template)]
#[template(path = "portal/templates/data.html")]
struct Data {
    shell: PortalShell,
    base: String,
    total: i64,
    policies: i64,
    organs: usize,
    datasets: Vec<Dataset>,
    columns: Vec<Link>,
    latest: Vec<Line>,
}

/// `GET /data`
pub(super) async fn data(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let db = ctx.db();
    let (everything, policies) = (Filter::default(), Filter::kinds(&[&kinds::POLICY]));
    let (tree, total, policies) = tokio::try_join!(
        Tree::load(db),
        public::count(db, &everything, i64::MAX - 1),
        public::count(db, &policies, i64::MAX - 1),
    )?;
    let latest = crate::public::latest(&ctx, &[&kinds::DATA], 8).await?;
    let mut datasets = Vec::new();
    for one in ctx.declared::<Arc<dyn Datasets>>() {
        datasets.extend(one.all(&ctx).await?);
    }
    let lead = "清单和数据可以下载，也可以由程序读取：CSV、JSON、Atom。不用注册，不收费。";
    portal_page(&Data {
        shell: part::shell(&ctx, &reader, "数据", "data", lead),
        base: base_url(&ctx),
        total: total.n,
        policies: policies.n,
        organs: ctx.directory().all().len(),
        datasets,
        columns: tree.all().iter().map(|column| Link::column(&tree, column)).filter(|link| link.count > 0).collect(),
        latest: part::lines(&ctx, &latest, &part::Badges::new()),
    })
}

#[derive(Template)]
#[template(path = "portal/templates/accessibility.html")]
struct Accessibility {
    shell: PortalShell,
}

#[derive(Template)]
#[template(path = "portal/templates/privacy.html")]
struct Privacy {
    shell: PortalShell,
}

#[derive(Template)]
#[template(path = "portal/templates/about.html")]
struct About {
    shell: PortalShell,
}

fn statement(ctx: &Ctx, reader: &Reader, title: &str, description: &str) -> PortalShell {
    let mut shell = reader.shell(ctx, title, "网站说明", "").crumb("网站地图", "/sitemap").crumb(title, "");
    shell.description = description.to_owned();
    shell.column(title, description, title, "网站说明")
}

/// `GET /statements/accessibility`
pub(super) async fn accessibility(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let shell = statement(&ctx, &reader, "无障碍声明", "本站怎样方便老年人、残疾人和使用旧设备的读者，遇到困难找谁。");
    portal_page(&Accessibility { shell })
}

/// `GET /statements/privacy`
pub(super) async fn privacy(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let shell = statement(
        &ctx,
        &reader,
        "隐私说明",
        "浏览本站不需要登录，不跟踪读者；保存什么、保存多久、怎样更正公开信息中的个人信息。",
    );
    portal_page(&Privacy { shell })
}

/// `GET /statements/about`
pub(super) async fn about(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let shell = statement(&ctx, &reader, "关于本站", "主办和承办单位、联系方式、网站标识、内容来源和纠错途径。");
    portal_page(&About { shell })
}

/// What the switch in the header sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Switch {
    on: String,
    back: String,
}

/// `GET /elder?on=1&back=/…`: the only cookie of the portal, set only by this choice of the reader and taken away by the
/// other one. It says nothing about the person.
pub(super) async fn elder(Query(switch): Query<Switch>) -> Response {
    let cookie = if switch.on == "1" {
        "mode=elder; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly"
    } else {
        "mode=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly"
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    let to = HeaderValue::from_str(&local_path(&switch.back)).unwrap_or(HeaderValue::from_static("/"));
    headers.insert(header::LOCATION, to);
    headers.insert(header::SET_COOKIE, HeaderValue::from_static(cookie));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `GET /favicon.svg`: the seal with the county's character.
pub(super) async fn favicon(State(ctx): State<Ctx>) -> Response {
    let character: String = ctx.site().seal.chars().filter(|c| c.is_alphanumeric()).take(1).collect();
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" height=\"32\" rx=\"3\" \
         fill=\"#a8201a\"/><text x=\"16\" y=\"23\" font-size=\"20\" text-anchor=\"middle\" fill=\"#fff\" \
         font-family=\"Songti SC,SimSun,serif\">{character}</text></svg>"
    );
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400")),
    ];
    (headers, svg).into_response()
}

/// `GET /about`: where people look for it by hand.
pub(super) async fn about_by_hand() -> Redirect {
    Redirect::permanent("/statements/about")
}

/// `GET /favicon.ico`: asked for by old browsers.
pub(super) async fn favicon_ico() -> Redirect {
    Redirect::permanent("/favicon.svg")
}
