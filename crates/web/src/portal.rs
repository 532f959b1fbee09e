//! The portal's side of a request: a reader who is never identified, and the frame around the page.

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};

use crate::{Crumb, Ctx, Error, PortalShell, Result, doors, share::Share};

/// A reader: extractor of every portal page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Path and query of this page.
    pub path: String,
    /// Whether the reader chose the elder mode (a cookie that is set only by that choice).
    pub elder: bool,
}

impl FromRequestParts<Ctx> for Reader {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Ctx) -> Result<Self> {
        Ok(Self::of(parts))
    }
}

impl Reader {
    /// Who asks, by the head of a request.
    pub fn of(parts: &Parts) -> Self {
        let cookies = parts.headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or("");
        Self {
            path: parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            elder: cookies.split(';').any(|cookie| cookie.trim() == "mode=elder"),
        }
    }

    /// The frame around a page. `section` is the column for the title (页名 - 栏目 - 站名), `nav` the key of the door
    /// ([`doors::Door`]) that is marked, or empty. Site tags (政府网站发展指引, 网页标签) are there;
    /// columns and contents add theirs with [`PortalShell::column`] and [`PortalShell::content`].
    pub fn shell(
        &self,
        ctx: &Ctx,
        title: impl Into<String>,
        section: impl Into<String>,
        nav: &'static str,
    ) -> PortalShell {
        let site = ctx.site();
        let tags = vec![
            ("SiteName".to_owned(), site.name.clone()),
            ("SiteDomain".to_owned(), site.domain.clone()),
            ("SiteIDCode".to_owned(), site.id_code.clone()),
        ];
        PortalShell {
            title: title.into(),
            section: section.into(),
            doors: doors::doors(ctx),
            nav,
            crumbs: vec![Crumb { label: "首页".into(), href: "/".into() }],
            tags,
            description: String::new(),
            share: Share::default(),
            path: self.path.clone(),
            base: String::new(),
            elder: self.elder,
            has_error: false,
            assets: ctx.assets(),
            site,
        }
    }
}
