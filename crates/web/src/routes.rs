//! Routes that cannot forget their permission: each is added with the [`Permission`] that it asks for, is refused before the handler
//! runs to whom the table refuses it, and stands in a list from which the permission tests are generated.
//!
//! On the portal a form's target cannot be without the proof that the form is ours, and an address with a secret in it not
//! without the headers that keep it one: both hang on the path as it is written here ([`crate::same_origin`], [`crate::private`]).

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    handler::Handler,
    http::Method,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use kernel::{Actor, Permission, Refused, may, permission::SIGN_IN};

use crate::{Ctx, Error, api, desk, private, same_origin};

/// Long texts with tables pasted from Word exceed axum's default; attachments use `upload`.
const MOST_OFFICE: usize = 8 << 20;
/// Forms of the portal have text fields only, whose words are counted again where they are kept.
const MOST_PORTAL: usize = 1 << 20;

/// What is sent before anybody is signed in: a login and a password. More would only fill the memory.
const MOST_SIGN_IN: usize = 16 << 10;

/// Which of the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Listener {
    /// The public one: it never identifies a reader.
    Portal,
    /// The staff's: every request is of a signed-in person, but for the sign-in itself.
    Office,
}

/// One route as the permission tests see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteInfo {
    /// The server that answers on it.
    pub listener: Listener,
    pub method: Method,
    /// Pattern of the path, with names in braces: `/plans/{id}`.
    pub path: &'static str,
    /// What whoever asks must have; the route refuses all others.
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
    /// No routes yet, on this server.
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
        let most = match self.listener {
            _ if *permission == SIGN_IN => MOST_SIGN_IN,
            Listener::Portal => MOST_PORTAL,
            Listener::Office => MOST_OFFICE,
        };
        let target = self.target(path, handler);
        self.add(Method::POST, path, permission, target.layer(DefaultBodyLimit::max(most)))
    }

    /// A form's target by which somebody decides over the work, the rights or the duties of others: what a rule refuses there stands
    /// in the log each time, not only what the permission refuses.
    #[must_use]
    pub fn weighty<H, T>(self, path: &'static str, permission: &'static Permission, handler: H) -> Self
    where
        H: Handler<T, Ctx>,
        T: 'static,
    {
        let target: MethodRouter<Ctx> = self.target(path, handler).layer(middleware::map_response(mark));
        self.add(Method::POST, path, permission, target.layer(DefaultBodyLimit::max(MOST_OFFICE)))
    }

    /// A form's target that takes files; the handler counts the bytes itself while it reads.
    #[must_use]
    pub fn upload<H, T>(self, path: &'static str, permission: &'static Permission, handler: H) -> Self
    where
        H: Handler<T, Ctx>,
        T: 'static,
    {
        let target = self.target(path, handler);
        self.add(Method::POST, path, permission, target.layer(DefaultBodyLimit::disable()))
    }

    /// On the portal only for forms of our own pages. The office, where people are signed in, has a layer of its own.
    fn target<H, T>(&self, path: &'static str, handler: H) -> MethodRouter<Ctx>
    where
        H: Handler<T, Ctx>,
        T: 'static,
    {
        match self.listener {
            Listener::Portal => same_origin::guarded(path, handler),
            Listener::Office => post(handler),
        }
    }

    fn add(
        mut self,
        method: Method,
        path: &'static str,
        permission: &'static Permission,
        route: MethodRouter<Ctx>,
    ) -> Self {
        let guard = middleware::from_fn(move |request: Request, next: Next| guard(permission, request, next));
        let mut route = route.route_layer(guard);
        if self.listener == Listener::Portal && path.contains(same_origin::SECRET) {
            route = route.route_layer(middleware::from_fn(private::layer));
        }
        self.router = self.router.route(path, route);
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

    /// The server on which all of these answer.
    pub fn listener(&self) -> Listener {
        self.listener
    }

    /// What stands in them.
    pub fn list(&self) -> &[RouteInfo] {
        &self.list
    }

    /// The list and the router.
    pub fn finish(self) -> (Vec<RouteInfo>, Router<Ctx>) {
        (self.list, self.router)
    }
}

/// On the answer of a [`Routes::weighty`] target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighty;

async fn mark(mut response: Response) -> Response {
    response.extensions_mut().insert(Weighty);
    response
}

async fn guard(permission: &'static Permission, request: Request, next: Next) -> Response {
    // No text of ours holds it, and PostgreSQL takes none that does.
    if request.uri().path_and_query().is_some_and(|address| address.as_str().contains("%00")) {
        // Programs are told which of their parameters it is.
        let mut pairs = request.uri().query().unwrap_or_default().split('&').filter(|pair| pair.contains("%00"));
        if let (true, Some(pair)) = (request.uri().path().starts_with(api::PREFIX), pairs.next()) {
            let (name, text) = (
                pair.split('=').next().unwrap_or_default().to_owned(),
                "参数里有看不见的控制字符，请去掉。".to_owned(),
            );
            return Error::Parameter { name, text }.into_response();
        }
        return Error::Invalid("网址里有不能使用的字符。请从页面上的链接或表单重新进入。".into()).into_response();
    }
    let actor = request.extensions().get::<Actor>().cloned().unwrap_or(Actor::Visitor);
    match may(&actor, permission) {
        Ok(()) => next.run(request).await,
        Err(Refused::NotSignedIn) if request.method() == Method::GET && desk::wants_html(&request) => {
            desk::to_sign_in(&request)
        }
        Err(refused) => Error::from(refused).into_response(),
    }
}
