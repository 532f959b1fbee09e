//! What a section of the configuration is, so that a crate without I/O can have one.

use serde::{Serialize, de::DeserializeOwned};

/// A section of the configuration file, `[key]`. Its serde form refuses unknown fields and fills what is missing from
/// `Default`, so that an empty file is a valid one.
pub trait Section: Default + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Name of the section: `sessions`.
    const KEY: &'static str;

    /// What types cannot say, each problem as `key：what is wrong and what to write`. Without `KEY.`, which is added.
    fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}
