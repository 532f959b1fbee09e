//! One integration-test binary, a module for each capability. Stories told with `both!` run on SQLite and PostgreSQL.

mod amendments;
mod api;
mod backup;
mod cli;
mod duties;
mod duties_office;
mod forged;
mod identity;
mod integrity;
mod kept;
mod mail;
mod matrix;
mod mirror;
mod offered;
mod permissions;
mod plans;
mod plans_care;
mod plans_draft;
mod plans_force;
mod planting;
mod policy;
mod portal;
mod publishing;
mod search;
mod store;
mod upgrade;
