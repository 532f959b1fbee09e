//! A Word document as a text for an editor.

use serde::{Deserialize, Serialize};

/// What an editor takes over of a Word document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Simple HTML with headings from `h2`. Its pictures are figures whose image is called `picture:1`, `picture:2` …
    pub html: String,
    /// The files of those pictures, in this order, as they lie in the document: not fit for any reader.
    pub pictures: Vec<Held>,
    /// What did not come in or must be looked at, in Chinese.
    pub notes: Vec<String>,
}

/// A file that lay in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Its name there, without folders.
    pub name: String,
    /// All of it.
    #[serde(with = "crate::drawn::in_letters")]
    pub bytes: Vec<u8>,
}
