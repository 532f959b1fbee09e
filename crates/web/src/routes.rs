//! Routes that cannot forget their permission: each is added with the [`Permission`] that it asks for, is refused before the handler
//! runs to whom the table refuses it, and stands in a list from which the permission tests are generated.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    handler::Handler,
    http::Method,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use kernel::{Actor, Permission, Refused, may};

use crate::{Ctx, Error, desk};

/// Which of the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Listener {
    /// The public one.
    Portal,
    /// The staff's.
    Office,
}

/// One route as the permission tests see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteInfo {
    /// Which server.
    pub listener: Listener,
    /// Method.
    pub method: Method,
    /// Path pattern.
    pub path: &'static str,
    /// Who may.
    pub permission: &'static Permission,
}

/// Routes of one or more slices.
#[derive(Debug)]
pub struct Routes {
    listener: Listener,
    router: Router<Ctx>,
    list: Vec<RouteInfo>,
}

impl Routes {
    /// No routes yet.
    pub fn new(listener: Listener) -> Self {
        Self { listener, router: Router::new(), list: Vec::new() }
    }

    /// A page or download.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, permission: &'static Permission, handler: H) -> Self
    where
        H: Handler<T, Ctx>,
        T: 'static,
    {
        self.add(Method::GET, path, permission, get(handler))
    }

    /// A form's target. Never reachable by GET.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, permission: &'static Permission, handler: H) -> Self
    where
        H: Handler<T, Ctx>,
        T: 'static,
    {
        // Long texts with tables pasted from Word exceed axum's default; attachments use `upload`.
        self.add(Method::POST, path, permission, post(handler).layer(DefaultBodyLimit::max(8 * 1024 * 1024)))
    }

    /// A form's target that takes files; the handler counts the bytes itself while it reads.
    #[must_use]
    pub fn upload<H, T>(self, path: &'static str, permission: &'static Permission, handler: H) -> Self
    where
        H: Handler<T, Ctx>,
        T: 'static,
    {
        self.add(Method::POST, path, permission, post(handler).layer(DefaultBodyLimit::disable()))
    }

    fn add(
        mut self,
        method: Method,
        path: &'static str,
        permission: &'static Permission,
        route: MethodRouter<Ctx>,
    ) -> Self {
        let guard = middleware::from_fn(move |request: Request, next: Next| guard(permission, request, next));
        self.router = self.router.route(path, route.route_layer(guard));
        self.list.push(RouteInfo { listener: self.listener, method, path, permission });
        self
    }

    /// Adds the routes of another slice of the same server.
    ///
    /// # Panics
    /// When the other routes belong to the other server: a mistake of the program's composition, seen at start.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        assert_eq!(self.listener, other.listener, "portal and office routes stay apart");
        self.router = self.router.merge(other.router);
        self.list.extend(other.list);
        self
    }

    /// Which server.
    pub fn listener(&self) -> Listener {
        self.listener
    }

    /// The list and the router.
    pub fn finish(self) -> (Vec<RouteInfo>, Router<Ctx>) {
        (self.list, self.router)
    }
}

async fn guard(permission: &'static Permission, request: Request, next: Next) -> Response {
    let actor = request.extensions().get::<Actor>().cloned().unwrap_or(Actor::Visitor);
    match may(&actor, permission) {
        Ok(()) => next.run(request).await,
        Err(Refused::NotSignedIn) if request.method() == Method::GET && desk::wants_html(&request) => {
            desk::to_sign_in(&request)
        }
        Err(refused) => Error::from(refused).into_response(),
    }
}
