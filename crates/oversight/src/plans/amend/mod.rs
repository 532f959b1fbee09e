//! Amending a confirmed plan in mid-year (年中调整): the amended text is aligned with the plan, so that what stays keeps its
//! identity and history, what is new is issued, and what ends stays visible with its reason.

pub mod align;
pub(crate) mod owners;
pub(crate) mod pages;
pub mod prepare;
mod shares;
pub mod store;
mod told;
pub(crate) mod words;

pub(crate) use store::{AmendmentId, Done, history, prepared};
