//! What the machine must know of the installation in which it works.

use std::sync::Arc;

use jiff::civil::Date;
use kernel::{Directory, OrganCode};

use crate::{
    error::{Result, fault},
    rows::DocumentRow,
    spec::{Kind, Kinds},
};

/// An installation, as of a day.
#[derive(Debug, Clone)]
pub struct House {
    /// The kinds that its capabilities declare.
    pub kinds: Kinds,
    /// Its organs.
    pub directory: Arc<Directory>,
    /// Today in China.
    pub today: Date,
    /// The portal's host name: links to it do not leave the site.
    pub own_host: String,
    /// Rule of index numbers: `{organ}/{year}-{n}`; `{column}` is known too.
    pub numbering: String,
}

impl House {
    /// The installation of a program; the rule of index numbers stands in a section of its configuration.
    pub fn of(ctx: &web::Ctx, numbering: &str) -> Self {
        Self {
            kinds: Kinds::of(ctx),
            directory: ctx.directory(),
            today: ctx.today(),
            own_host: ctx.site().domain.clone(),
            numbering: numbering.to_owned(),
        }
    }

    /// The organ whose people work today on what `organ` issued: itself, or the one that took over its duties (机构改革).
    pub fn keeper(&self, organ: &OrganCode) -> OrganCode {
        self.directory.stands_for(organ, self.today)
    }

    /// The organs whose documents `organ` keeps today: its own and those of the organs that it succeeded. Never empty.
    pub fn kept_by(&self, organ: &OrganCode) -> Vec<OrganCode> {
        self.directory.answered_by(organ, self.today)
    }

    /// The kind of a document.
    ///
    /// # Errors
    /// When no capability declares it.
    pub fn kind_of(&self, document: &DocumentRow) -> Result<Kind> {
        self.kinds
            .get(&document.kind)
            .ok_or_else(|| fault(format!("document {}: nobody declares the kind {}", document.id, document.kind)))
    }
}
