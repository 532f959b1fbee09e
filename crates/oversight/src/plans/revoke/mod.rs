//! Revoking a plan that was issued by mistake, or having another take its place: one person asks with a reason, another decides. Its duties end with it, its organs
//! are told, and the public reads the reason where the plan stood.

pub(crate) mod pages;
mod store;

pub(crate) use store::{Revocation, open, refused, refused_to, waiting};
