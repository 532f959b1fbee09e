//! Documents and their editions: writing, review, publication, correction, withdrawal.
//!
//! Events (subject kind `document`): `document.created`, `.submitted`, `.claimed`, `.released`, `.gate_passed`, `.returned`,
//! `.recalled`, `.scheduled`, `.published`, `.superseded`, `.correction_begun`, `.corrected`, `.withdrawn`, `.bypassed`,
//! `.bypass_reviewed`, `.binned`, `.restored`, `.purged`, `.seeded`; `finding.overridden`.

pub mod model;
