//! Stories of portal.
