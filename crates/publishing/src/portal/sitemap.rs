//! The site's map for machines (sitemaps.org) and for people, and what robots may read.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use document::{
    Kinds,
    columns::Tree,
    page::{self as part, Link, base_url},
    public::{self, Filter},
};
use kernel::id::DocumentId;
use serde::Deserialize;
use web::{Ctx, Error, PortalShell, Query, Reader, Result, config::Site, hooks::OnMap, page::portal_page};

use super::downloads::fresh;

/// Most addresses in one file, by the protocol.
const MOST: i64 = 50_000;

/// Pages that are always there.
const PAGES: &[(&str, &str)] = &[
    ("/", "首页"),
    ("/openness", "政府信息公开"),
    ("/catalogue", "法定主动公开内容"),
    ("/records", "领域数据"),
    ("/is-it-public", "这件事公开了吗"),
    ("/policies", "政策库"),
    ("/interpretations", "政策解读"),
    ("/questions", "政策问答"),
    ("/audience", "哪些政策适合我"),
    ("/documents", "全部公开信息"),
    ("/plans", "年度工作要点落实"),
    ("/organs", "机关名录"),
    ("/foi", "依申请公开"),
    ("/reports", "政府信息公开年报"),
    ("/dialogue", "互动"),
    ("/consultations", "征求意见"),
    ("/letters", "写信咨询"),
    ("/mistakes", "网站找错"),
    ("/cases/track", "查办理进度"),
    ("/services", "办事指南"),
    ("/data", "数据开放"),
    ("/api", "开放接口"),
    ("/receipts", "公开凭证"),
    ("/statements/about", "关于本站"),
    ("/statements/accessibility", "无障碍声明"),
    ("/statements/privacy", "隐私说明"),
];

struct Address {
    loc: String,
    changed: String,
}

#[derive(Template)]
#[template(path = "portal/templates/sitemap.xml")]
struct Map {
    addresses: Vec<Address>,
}

#[derive(Template)]
#[template(path = "portal/templates/sitemap_index.xml")]
struct Index {
    maps: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    part: String,
}

fn xml(body: String) -> Response {
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8"))];
    fresh((headers, body).into_response())
}

/// `GET /sitemap.xml`: one file, or an index of parts when there are too many addresses for one.
pub(super) async fn xml_of(ctx: &Ctx, part: Option<i64>, most: i64) -> Result<Response> {
    let total = public::count(ctx.db(), &Filter::default(), i64::MAX - 1).await?.n;
    let base = base_url(ctx);
    let mut addresses = Vec::new();
    if part.unwrap_or(1) == 1 {
        addresses = standing(ctx, &base).await?;
    }
    let standing = i64::try_from(addresses.len()).unwrap_or(0);
    // Part 1 holds the standing pages alone once there are several parts: their number then never moves the others.
    if part.is_none() && standing + total <= most {
        addresses.extend(documents(ctx, &base, most, 0).await?);
        return Ok(xml(Map { addresses }.render()?));
    }
    let parts = 1 + (total + most - 1) / most;
    let Some(part) = part else {
        let maps = (1..=parts).map(|part| format!("{base}/sitemap.xml?part={part}")).collect();
        return Ok(xml(Index { maps }.render()?));
    };
    if !(1..=parts).contains(&part) {
        return Err(Error::NotFound);
    }
    if part > 1 {
        addresses = documents(ctx, &base, most, (part - 2) * most).await?;
    }
    Ok(xml(Map { addresses }.render()?))
}

/// `GET /sitemap.xml`
pub(super) async fn xml_page(State(ctx): State<Ctx>, Query(asked): Query<Asked>) -> Result<Response> {
    let part = match asked.part.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| Error::NotFound)?),
    };
    xml_of(&ctx, part, MOST).await
}

async fn standing(ctx: &Ctx, base: &str) -> Result<Vec<Address>> {
    let tree = Tree::load(ctx.db()).await?;
    let fixed = PAGES.iter().map(|(path, _)| (format!("{base}{path}"), String::new()));
    let columns =
        tree.all().iter().map(|column| (format!("{base}/columns/{}", column.slug), tree.fill(&column.slug).newest));
    let directory = ctx.directory();
    let organs = directory.all().iter().map(|organ| (format!("{base}/organs/{}", organ.code), String::new()));
    let mut addresses: Vec<Address> =
        fixed.chain(columns).chain(organs).map(|(loc, changed)| Address { loc, changed }).collect();
    for one in ctx.declared::<Arc<dyn OnMap>>() {
        let pages = one.pages(ctx).await?;
        addresses.extend(
            pages.into_iter().map(|page| Address { loc: format!("{base}{}", page.href), changed: page.changed }),
        );
    }
    Ok(addresses)
}

async fn documents(ctx: &Ctx, base: &str, limit: i64, offset: i64) -> Result<Vec<Address>> {
    let places = public::places(ctx.db(), &Kinds::of(ctx), &DocumentId::default(), offset, limit).await?;
    Ok(places
        .into_iter()
        .map(|place| Address { loc: format!("{base}{}", place.path), changed: place.changed })
        .collect())
}

struct Branch {
    link: Link,
    under: Vec<Link>,
}

#[derive(Template)]
#[template(path = "portal/templates/sitemap.html")]
struct Page {
    shell: PortalShell,
    pages: &'static [(&'static str, &'static str)],
    branches: Vec<Branch>,
    organs: Vec<Link>,
}

/// `GET /sitemap`
pub(super) async fn page(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let tree = Tree::load(ctx.db()).await?;
    let branches = tree
        .top()
        .into_iter()
        .map(|column| Branch {
            link: Link::column(&tree, column),
            under: tree
                .below(&column.slug)
                .iter()
                .skip(1)
                .filter_map(|slug| tree.get(slug))
                .map(|under| Link::column(&tree, under))
                .collect(),
        })
        .collect();
    let (directory, today) = (ctx.directory(), ctx.today());
    let organs =
        directory.all().iter().filter(|organ| organ.exists_on(today)).map(|organ| Link::organ(organ, 0)).collect();
    let shell = part::shell(&ctx, &reader, "网站地图", "openness", "本站全部栏目、页面和机关的入口。");
    portal_page(&Page { shell, pages: PAGES, branches, organs })
}

/// `GET /robots.txt`
pub(super) async fn robots(State(ctx): State<Ctx>) -> Response {
    let base = base_url(&ctx);
    let text = format!("User-agent: *\nDisallow: /search\nDisallow: /elder\n\nSitemap: {base}/sitemap.xml\n");
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))];
    fresh((headers, text).into_response())
}

/// Months for which the way to report holds without being looked at again.
const HOLDS: i64 = 6;

/// `GET /.well-known/security.txt`: to whom somebody tells a weakness of the site (RFC 9116).
pub(super) async fn security(State(ctx): State<Ctx>) -> Result<Response> {
    let contacts = contacts(&ctx.site());
    if contacts.is_empty() {
        return Err(Error::NotFound);
    }
    // The same all month, so that it does not change by being read.
    let ends = ctx.today().first_of_month().saturating_add(jiff::Span::new().months(HOLDS));
    let mut text: String = contacts.iter().map(|contact| format!("Contact: {contact}\n")).collect();
    text.push_str(&format!(
        "Expires: {ends}T00:00:00Z\nPreferred-Languages: zh-CN, en\nCanonical: {}/.well-known/security.txt\n",
        base_url(&ctx)
    ));
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))];
    Ok(fresh((headers, text).into_response()))
}

/// As addresses: what is configured, else the site's mail and telephone.
fn contacts(site: &Site) -> Vec<String> {
    // The configuration is checked at start; a value that is no address all the same writes no line.
    let address = |text: &str| match text {
        "" => None,
        line if line.chars().any(|c| c.is_control() || c.is_whitespace()) => None,
        url if url.starts_with("https://") || url.starts_with("mailto:") || url.starts_with("tel:") => {
            Some(url.to_owned())
        }
        mail if mail.contains('@') => Some(format!("mailto:{mail}")),
        number => {
            let digits: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '-').collect();
            if !digits.bytes().any(|b| b.is_ascii_digit()) {
                return None;
            }
            // A number of the county begins with the code of its area, which has a zero that is left out from abroad.
            Some(match digits.strip_prefix('0') {
                Some(rest) => format!("tel:+86-{rest}"),
                None if number.starts_with('+') => format!("tel:+{digits}"),
                None => format!("tel:{digits}"),
            })
        }
    };
    let given: Vec<&String> = match site.security.is_empty() {
        true => vec![&site.email, &site.phone],
        false => vec![&site.security],
    };
    given.into_iter().filter_map(|text| address(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_finds_a_weakness_has_an_address() {
        let of = |security: &str, email: &str, phone: &str| {
            contacts(&Site { security: security.into(), email: email.into(), phone: phone.into(), ..Site::default() })
        };
        assert_eq!(of("", "", ""), [""; 0]);
        assert_eq!(of("", "a@example.invalid", "0000-1234567"), ["mailto:a@example.invalid", "tel:+86-000-1234567"]);
        assert_eq!(of("https://example.invalid/report", "a@example.invalid", ""), ["https://example.invalid/report"]);
        assert_eq!(of("", "", "12345"), ["tel:12345"]);
        assert_eq!(of("", "", "+86-790-1234567"), ["tel:+86-790-1234567"]);
        for nothing in ["foo", "https://a.example/\nContact: evil", "见网页"] {
            assert_eq!(of(nothing, "", ""), [""; 0], "{nothing}");
        }
    }
}
