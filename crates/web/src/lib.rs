//! What every page and form is made of: the shared [`Ctx`], routes that name their permission, extractors, forms, errors
//! that become pages, the two shells (portal and office), assets.
//!
//! Contexts build on this crate and never on each other; what one needs of another goes through [`hooks`].

pub mod act;
pub mod api;
pub mod asked;
pub mod assets;
pub mod breaks;
pub mod capability;
pub mod client;
pub mod config;
pub mod ctx;
pub mod demo;
pub mod desk;
pub mod doors;
pub mod error;
pub mod feed;
pub mod filters;
pub mod form;
pub mod hooks;
mod leaving;
pub mod mail;
mod outlines;
pub mod page;
pub mod peer;
pub mod periods;
pub mod portal;
pub mod private;
pub mod push;
pub mod rail;
pub mod routes;
pub mod same_origin;
mod search;
pub mod sent;
pub mod settings;
pub mod share;
pub mod shell;
mod things;
pub mod views;
pub mod whole;

pub use act::{Acted, Done, act, act_for, act_in_place, act_now, act_or_form};
pub use capability::{Capabilities, Capability, Nav, ReadCode};
pub use config::Config;
pub use ctx::Ctx;
pub use desk::Desk;
pub use doors::{Door, WayIn};
pub use error::{Error, Refusal, Result};
pub use form::{Form, FormErrors, Query};
pub use page::{Redirect, office_page, portal_page};
pub use portal::Reader;
pub use routes::{Listener, RouteInfo, Routes};
pub use settings::{Section, Settings};
pub use shell::{Assets, Crumb, Flash, OfficeShell, Pager, PortalShell, Steps, Undo};
