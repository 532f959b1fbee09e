//! Records (领域数据): the rows of the items of the catalogue. Entered by form, by sheet, by programs; checked; reviewed in batches;
//! public, corrected with their history, withdrawn with a reason, erased when their time is over; asked for and exported.
//!
//! One table holds the records of all items ([`rows::Stored`]); which of its slots hold which column is derived from the item
//! ([`slots::Layout`]), so that a county adds a domain without a program. The machine knows no address and no context:
//! pages of the
//! office, of the portal and the open interface are `disclosure`'s.
//!
//! ```ignore
//! // A form:
//! let read = form::read(&ctx, &item, &typed)?;                       // FormErrors by column
//! let id = batch::enter(&ctx, tx, &actor, batch::New::form(&item, &organ), vec![read.row]).await?;
//! gates::submit(&ctx, tx, &actor, &id, version).await?;              // after gates::look_through(&ctx, &id)
//! // A sheet (command line and browser alike):
//! let told = import::run(&ctx, &actor, &file, &options, &import::Silent).await?;
//! // Readers:
//! let query = Query::read(item, &parameters)?;
//! let page = query.page(ctx.db(), "newest", after, 30).await?;
//! ```
//!
//! # What is never where
//!
//! What of a record may be public is computed once, when it is written ([`values::split`]): `record.data` and the slots
//! hold that and
//! nothing else. What is never public, what stands behind masks, and a whole record about a minor lie sealed in
//! `record_private`,
//! which no function for readers asks. No event holds a value of a record. The file that was imported is kept sealed.
//!
//! # What is where
//!
//! | | |
//! |---|---|
//! | ids | [`RecordId`], [`RowId`] (one version), [`BatchId`], [`ImportId`], [`WithdrawalId`] |
//! | states and words | [`State`], [`BatchState`], [`Way`], [`What`], [`Reason`] |
//! | items in force | [`items::all`], [`items::find`] |
//! | values at the border | [`values`]: [`Data`], [`Values`], [`values::split`], [`values::shown`] |
//! | lists of public records | [`Query`], [`query::Row`], [`query::Asked`]: page, count, facet, export |
//! | one record | [`rows::public`], [`rows::history`], [`withdraw::of_record`] |
//! | the same in the office | [`rows::versions`], [`rows::whole`], [`rows::unmask`] |
//! | before anything is kept, in every state | [`look::breaches`], [`look::ready`], [`look::list`], [`look::open`] |
//! | a form | [`form::read`], [`form::typed`] |
//! | batches | [`batch::enter`], [`batch::put_row`], [`batch::remove_row`], [`batch::drop_it`] |
//! | lists of batches | [`batch::find`], [`batch::list`], [`batch::rows`], [`batch::source`] |
//! | review | [`gates::look_through`], [`gates::checks`], [`gates::submit`], [`gates::recall`], [`gates::round`] |
//! | decisions | [`gates::claim`], [`gates::release`], [`gates::pass`], [`gates::send_back`], [`gates::except`] |
//! | sheets | [`import::run`], [`import::start`], [`import::find`], [`import::store`], [`import::Told`], [`import::Options`] |
//! | the cells of a sheet once more | [`import::again()`] |
//! | programs | [`api::read`], [`api::send`] with an idempotency key, [`api::weigh`], [`api::standing`] |
//! | correction | [`correct::correct`], [`correct::redact`] of what should never have been shown |
//! | taking away | [`withdraw::withdraw`], [`withdraw::restore`], [`withdraw::list`] |
//! | doubtful rows | [`doubt::list`], [`doubt::settle`] |
//! | coverage | [`counts::all`], [`counts::public`] |
//! | rules of catalogue changes | [`uses()`], [`counts::relaid`], [`relay()`] |
//! | the end | [`retention::expire`], daily |
//! | events | [`events`]; feeds follow [`events::PUBLISHED`], [`events::WITHDRAWN`], [`events::RESTORED`], [`events::EXPIRED`] |

mod age;
pub mod api;
mod away;
pub mod batch;
mod capability;
mod check;
mod close;
pub mod correct;
pub mod counts;
mod cover;
mod demo;
mod desk;
pub mod doubt;
pub mod events;
pub mod form;
pub mod gates;
mod ids;
pub mod import;
pub mod items;
mod laid;
pub mod look;
mod names;
pub mod permissions;
mod personal;
mod proof;
mod publish;
pub mod query;
pub mod retention;
pub mod rows;
mod said;
mod sealed;
pub mod slots;
mod state;
mod townships;
mod typed;
mod uses;
pub mod values;
pub mod withdraw;
mod write;

pub use capability::capability;
pub use ids::{BatchId, ImportId, RecordId, RowId, WithdrawalId};
pub use publish::relay;
pub use query::Query;
pub use state::{BatchState, Reason, State, Way, What};
pub use uses::uses;
pub use values::{Data, Values};

/// The tables of this crate, those of [`items`] too.
pub static MIGRATIONS: &[store::Migration] = store::migrations!(
    "record",
    "../migrations/0001_record.sql",
    "../migrations/0002_items.sql",
    "../migrations/0003_rules.sql",
    "../migrations/0004_programs.sql",
    "../migrations/0005_away.sql"
);
