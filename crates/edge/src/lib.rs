//! What stands around every answer, on both servers: [`headers`] (security headers, pages of errors), [`api`] (what every answer
//! of the open interface carries), [`host`] (to whom it is addressed), [`kept`] (pages that are made once, `ETag`), [`moved`] (where addresses lead at which nothing stands) and the [`request_log`]. Nothing but what puts the servers together depends on it, so that a change of either builds little anew.

pub mod api;
pub mod front;
pub mod headers;
pub mod host;
pub mod kept;
pub mod moved;
mod packed;
pub mod request_log;

// Before a request is read: who may hold a connection, whose turn it is, and who needs no more than kept pages.
pub mod connections;
mod lane;
pub mod shares;
