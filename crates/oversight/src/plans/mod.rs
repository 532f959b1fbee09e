//! Plans (工作要点 and its kin): import, correction on one screen, confirmation, amendment, overview.

pub mod confirm;
pub mod draft;
pub mod edit;
pub mod import;
pub mod owners;
pub mod source;
pub mod steps;
pub mod table;
pub mod tree;
