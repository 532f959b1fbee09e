//! Why something was not done: the one refusal type of the program, and what this machine adds to it.

use web::{Error, FormErrors, Refusal};

use crate::state;

/// Result of an act on documents, or of reading them.
pub type Result<T> = std::result::Result<T, Refusal>;

impl From<state::Refusal> for Refusal {
    fn from(refusal: state::Refusal) -> Self {
        match refusal {
            // Something that a field of this name lacks: the form is shown again.
            state::Refusal::NoReason => Self::field("reason", refusal.to_string()),
            // All others are states of the thing, not rights of the person.
            other => Self::Conflict(other.to_string()),
        }
    }
}

/// A row that this program never writes.
pub(crate) fn fault(text: String) -> Refusal {
    Refusal::Fault(Error::internal(text))
}

/// Messages at their fields.
pub(crate) fn errors(faults: Vec<(&'static str, String)>) -> FormErrors {
    let mut errors = FormErrors::new();
    for (field, sentence) in faults {
        errors.add(field, sentence);
    }
    errors
}
