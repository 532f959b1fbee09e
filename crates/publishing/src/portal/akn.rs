//! The text of a public document as Akoma Ntoso 1.0, for programs that read law: its articles with stable ids, and which work,
//! which edition and whose it is.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use document::{
    common::{DOCUMENT_NUMBER, WRITTEN_ON},
    page::base_url,
    public::{Found, PublicDocument},
};
use kernel::{id::DocumentId, time};
use law_text::{
    Statute,
    akn::{self, Body, Identity},
};
use web::{Ctx, Error, Query, Reader, Result};

use super::{as_of, downloads::fresh};

/// `GET /policies/{id}/akn.xml`, `GET /documents/{id}/akn.xml`: as it stands, or with `?on=` as it stood on a day.
pub(super) async fn file(
    State(ctx): State<Ctx>,
    reader: Reader,
    Path(id): Path<DocumentId>,
    Query(asked): Query<as_of::Asked>,
) -> Result<Response> {
    let day = as_of::day(&ctx, &asked.on)?;
    let document = match crate::public::document(&ctx, &id).await?.ok_or(Error::NotFound)? {
        Found::Public(document) => document,
        // The tombstone says what became of it.
        Found::Withdrawn(tomb) => return Ok(Redirect::temporary(&tomb.path).into_response()),
    };
    let own = format!("{}/akn.xml", document.listed.path);
    if reader.path.split('?').next() != Some(own.as_str()) {
        let on = day.map(|day| format!("?on={day}")).unwrap_or_default();
        return Ok(Redirect::temporary(&format!("{own}{on}")).into_response());
    }
    let document = match day {
        None => *document,
        Some(day) => {
            let (then, other) = as_of::stood(&ctx, &document, day).await?;
            if other.textless {
                // The page of the document says why there is no text of that day.
                let page = format!("{}?on={day}", document.listed.path);
                return Ok(Redirect::temporary(&page).into_response());
            }
            then
        }
    };
    let identity = identity(&ctx, &document);
    let text = format!("{}\n{}", document.listed.title, document.body_text);
    // A long text is taken apart on a thread that answers nobody else.
    let xml = document::compare::aside(move || akn::write(&Statute::read(&text), &identity)).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/akn+xml; charset=utf-8")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok(fresh((headers, xml).into_response()))
}

fn identity(ctx: &Ctx, document: &PublicDocument) -> Identity {
    let (listed, site, base) = (&document.listed, ctx.site(), base_url(ctx));
    let organ = ctx.directory().get(&listed.organ).map_or(listed.organ.to_string(), |organ| organ.name.clone());
    let made = listed.values.get(&WRITTEN_ON);
    let version = time::show_date(&listed.updated_at);
    Identity {
        key: listed.id.to_string(),
        number: listed.values.get(&DOCUMENT_NUMBER).to_owned(),
        // A day that was never made out is not guessed: what is known is when it became public.
        made: if time::parse_date(made).is_some() { made.to_owned() } else { listed.published_on.clone() },
        written: version.clone(),
        version,
        issuer: Body {
            key: format!("organ-{}", listed.organ),
            name: organ,
            address: format!("{base}/organs/{}", listed.organ),
        },
        publisher: Body { key: "publisher".to_owned(), name: site.name.clone(), address: format!("{base}/") },
        address: format!("{base}{}", listed.path),
    }
}
