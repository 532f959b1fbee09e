//! 保密审查 of plans (政府信息公开条例 Art. 17): before a plan is issued or amended, somebody who did not write it reads its text
//! and says that it may become public. Another person issues it.

pub(crate) mod pages;
mod seen;
pub(crate) mod store;
mod tell;

pub(crate) use pages::Cleared;
pub(crate) use seen::Seen;
pub(crate) use store::{State, of_draft, state, waiting};
pub(crate) use tell::reviewers;
