//! What stands around every answer, on both servers: [`connections`] (who may hold one, and how slowly), [`shares`] (turns of
//! anonymous readers), [`headers`] (security headers, pages of errors), [`kept`] (pages that are made once, `ETag`) and the
//! [`request_log`]. Nothing but what puts the servers together depends on it, so that a change of either builds little anew.

pub mod connections;
pub mod headers;
pub mod kept;
mod packed;
pub mod request_log;
pub mod shares;
