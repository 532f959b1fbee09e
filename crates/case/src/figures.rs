//! What the yearly report counts of cases: declared by whoever keeps a kind that is reported, asked by whoever makes the report.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use kernel::{OrganCode, id::CaseId};
use web::Ctx;

/// Requests for information of one year, as chapters three and four of the annual report count them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Twenty-five rows in the order of the table by seven columns: natural persons, five kinds of organisations, their sum.
    pub requests: [[u32; 7]; 25],
    /// Review, suit without one, suit after one; of each: upheld, corrected, other, pending, their sum.
    pub remedies: [u32; 15],
    /// The cases behind each row, by the key of the row (`3.3.1`), in the order of their receipt.
    pub behind: BTreeMap<&'static str, Vec<CaseId>>,
}

/// Declared as `Arc<dyn RequestFigures>` by whoever keeps requests for information.
pub trait RequestFigures: Send + Sync {
    /// The figures of requests that these organs answer; of all organs where none is named.
    fn of_year<'a>(&'a self, ctx: &'a Ctx, organs: &'a [OrganCode], year: i16) -> BoxFuture<'a, web::Result<Figures>>;
}
