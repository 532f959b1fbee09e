//! The office's side of a request: who is signed in, the frame around the page.

use axum::{
    extract::{FromRequestParts, Request},
    http::{Extensions, HeaderMap, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::{Actor, OrganCode, Refused, Staff, time};

use crate::{Ctx, Error, Flash, OfficeShell, Result, page, rail};

store::ids! {
    /// A session of a signed-in person: its identifier, not its secret.
    SessionId,
}

/// The session behind a request; put there by the sign-in layer together with the [`Actor`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionInfo {
    /// Identifier of the session, no secret.
    pub id: SessionId,
    /// When it ends without another click, stored form.
    pub ends_at: String,
    /// When the person last gave the password or a code, stored form.
    pub proved_at: String,
}

/// A signed-in person at work: extractor of every office page.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The person with roles and organ, as of this request.
    pub staff: Staff,
    /// Path and query of this page.
    pub path: String,
    /// Message left by the action before.
    pub flash: Option<Flash>,
    pub session: Option<SessionInfo>,
}

impl FromRequestParts<Ctx> for Desk {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Ctx) -> Result<Self> {
        Self::of(&parts.extensions, &parts.uri, &parts.headers).ok_or_else(|| Refused::NotSignedIn.into())
    }
}

/// Layer inside the sign-in layer: an answer that is an error carries who asked, so that its page keeps the navigation.
pub async fn remember(request: Request, next: Next) -> Response {
    let desk = Desk::of(request.extensions(), request.uri(), request.headers());
    let mut response = next.run(request).await;
    if let (Some(desk), true) = (desk, response.status().is_client_error()) {
        response.extensions_mut().insert(desk);
    }
    response
}

impl Desk {
    fn of(extensions: &Extensions, uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        let Some(Actor::Staff(staff)) = extensions.get::<Actor>().cloned() else { return None };
        Some(Self {
            staff,
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            flash: page::read_flash(headers),
            session: extensions.get::<SessionInfo>().cloned(),
        })
    }

    /// The person as an actor.
    pub fn actor(&self) -> Actor {
        Actor::Staff(self.staff.clone())
    }

    /// The organ for which the person acts.
    pub fn organ(&self) -> &OrganCode {
        &self.staff.organ
    }

    /// The frame around an office page.
    ///
    /// # Errors
    /// When the counts in the rail cannot be read.
    pub async fn shell(&self, ctx: &Ctx, title: impl Into<String>) -> Result<OfficeShell> {
        let sources = ctx.capabilities().desk().map(|source| source.counts(ctx, &self.staff));
        let counts = futures::future::try_join_all(sources).await?.concat();
        let today = ctx.today();
        Ok(OfficeShell {
            site: ctx.site(),
            title: title.into(),
            path: self.path.clone(),
            actor_name: self.staff.name.clone(),
            organ_name: ctx.directory().short_name(&self.staff.organ).to_owned(),
            rail: rail::groups(&ctx.capabilities().nav(), &self.actor(), &counts, &self.path),
            flash: self.flash.clone(),
            has_error: false,
            assets: ctx.assets(),
            today: today.to_string(),
            session_ends: self.session.as_ref().map(|s| s.ends_at.clone()).unwrap_or_default(),
            person: self.staff.account.to_string(),
        })
    }
}

/// The frame around an office page before sign-in, and around errors.
pub fn plain_shell(ctx: &Ctx, title: impl Into<String>, path: &str) -> OfficeShell {
    OfficeShell {
        site: ctx.site(),
        title: title.into(),
        path: path.to_owned(),
        actor_name: String::new(),
        organ_name: String::new(),
        rail: Vec::new(),
        flash: None,
        has_error: false,
        assets: ctx.assets(),
        today: time::date_in_china(ctx.seams().now()).to_string(),
        session_ends: String::new(),
        person: String::new(),
    }
}

/// Whether the client is a person's browser asking for a page.
pub fn wants_html(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    accept.is_empty() || accept.contains("text/html") || accept.contains("*/*")
}

/// To the sign-in page and back here afterwards.
pub(crate) fn to_sign_in(request: &Request) -> Response {
    let back = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let target = if back == "/" { "/signin".to_owned() } else { format!("/signin?next={}", page::escape_query(back)) };
    page::Redirect::to(target).into_response()
}
