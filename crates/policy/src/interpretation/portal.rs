//! The portal's list of interpretations with the figures of the year, and the drawings of one of them.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use document::{
    Facet,
    guide::{self, Asked, Guide, GuideList},
    page as part,
    public::Filter,
};
use kernel::id::DocumentId;
use web::{
    Ctx, Error, PortalShell, Query, Reader, Result, filters,
    page::{PUBLIC, portal_page},
};

use super::{
    INTERPRETATION, INTERPRETS, beside,
    graphic::{Figures, Page as Drawn},
    kind::{CHART, FORM, GRAPHIC, TRANSCRIPT},
    rates::{self, Rate},
};

/// What a line of the list says of an interpretation.
static TOLD: [&Facet; 1] = [&FORM];

#[derive(Template)]
#[template(path = "interpretation/templates/interpretations.html")]
struct Interpretations {
    shell: PortalShell,
    list: GuideList,
    year: i16,
    rates: Vec<Rate>,
    together: Rate,
}

/// `GET /interpretations`
pub(super) async fn list(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let about = Guide {
        heading: "政策解读",
        lead: "用普通话说清楚一份政策管什么、对谁有用、怎么办。",
        door: "policies",
        listed: "全部解读",
        filter: Filter::kinds(&[&INTERPRETATION]),
        columns: Vec::new(),
        told: &TOLD,
    };
    let (shell, list) = guide::guide(&ctx, &reader, &asked, about).await?;
    let year = ctx.today().year();
    let (rates, together) = rates::of_year(&ctx, year).await?;
    portal_page(&Interpretations { shell, list, year, rates, together })
}

#[derive(Template)]
#[template(path = "interpretation/templates/graphic.html")]
struct Graphic {
    shell: PortalShell,
    title: String,
    path: String,
    /// Title and address of the policy, and whether one of its clauses is explained beside it.
    policy: Option<(String, String, bool)>,
    drawn: Option<Drawn>,
    svg: String,
    download: String,
    figures: Option<Figures>,
    chart: String,
    transcript: Vec<String>,
}

/// `GET /documents/{id}/graphic`
pub(super) async fn graphic(State(ctx): State<Ctx>, reader: Reader, Path(id): Path<DocumentId>) -> Result<Response> {
    let document = beside::read(&ctx, &id).await?;
    let values = &document.listed.values;
    let drawn = Drawn::read(values.get(&GRAPHIC)).ok().flatten();
    let figures = Figures::read(values.get(&CHART)).ok().flatten();
    if drawn.is_none() && figures.is_none() {
        return Err(Error::NotFound);
    }
    let policy = match document.forward(INTERPRETS.key).first() {
        Some(to) => Some((to.title.clone(), to.path.clone(), beside::is_matched(&ctx, &to.id).await?)),
        None => None,
    };
    let title = document.listed.title.clone();
    let organ = ctx.directory().short_name(&document.listed.organ).to_owned();
    let below = format!("{organ}　{}", document.listed.published_on);
    let about = format!("{title}：图解和图表，附文字");
    portal_page(&Graphic {
        shell: part::shell(&ctx, &reader, &format!("一图读懂：{title}"), "policies", &about),
        path: document.listed.path.clone(),
        policy,
        svg: drawn.as_ref().map(|page| page.svg(&below)).unwrap_or_default(),
        download: format!("/documents/{id}/graphic.svg"),
        chart: figures.as_ref().map(Figures::svg).unwrap_or_default(),
        transcript: values.get(&TRANSCRIPT).lines().map(str::to_owned).collect(),
        drawn,
        figures,
        title,
    })
}

/// `GET /documents/{id}/graphic.svg`
pub(super) async fn drawing(State(ctx): State<Ctx>, Path(id): Path<DocumentId>) -> Result<Response> {
    let document = beside::read(&ctx, &id).await?;
    let drawn = Drawn::read(document.listed.values.get(&GRAPHIC)).ok().flatten().ok_or(Error::NotFound)?;
    let organ = ctx.directory().short_name(&document.listed.organ).to_owned();
    let svg = drawn.svg(&format!("{organ}　{}", document.listed.published_on));
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")), (header::CACHE_CONTROL, PUBLIC)];
    Ok((headers, svg).into_response())
}
