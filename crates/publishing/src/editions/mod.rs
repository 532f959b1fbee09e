//! Documents and their editions: writing, review, publication, correction, withdrawal.
//!
//! Events (subject kind `document`): `document.created`, `.submitted`, `.claimed`, `.released`, `.gate_passed`, `.returned`,
//! `.recalled`, `.scheduled`, `.published`, `.superseded`, `.correction_begun`, `.corrected`, `.withdrawn`, `.bypassed`,
//! `.bypass_reviewed`, `.binned`, `.restored`, `.purged`, `.file_added`, `.file_removed`, `.file_arranged`, `.seeded`;
//! `finding.overridden`.

pub mod attachments;
pub mod checks;
pub mod deciding;
pub mod fields;
pub mod model;
pub mod store;
pub mod writing;
