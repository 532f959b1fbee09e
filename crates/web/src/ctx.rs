//! What every handler is given.

use std::{path::PathBuf, sync::Arc};

use arc_swap::ArcSwap;
use kernel::{Calendar, Directory, OrganCode, Seams};
use store::{Db, Files};

use crate::{
    capability::Capabilities,
    config::{Config, Site},
    settings::Section,
    shell::Assets,
};

/// The running installation: database, files, configuration, and what is held in memory. Cheap to clone.
#[derive(Clone)]
pub struct Ctx(Arc<Inner>);

struct Inner {
    db: Db,
    files: Files,
    config: Config,
    site: Arc<Site>,
    assets: Assets,
    program: PathBuf,
    data: PathBuf,
    directory: ArcSwap<Directory>,
    calendar: ArcSwap<Calendar>,
    capabilities: Capabilities,
}

/// What a [`Ctx`] is made of.
#[derive(Debug)]
pub struct Parts {
    /// The database, brought up to date.
    pub db: Db,
    pub files: Files,
    /// The configuration, checked.
    pub config: Config,
    /// This program, to start as a guarded child that reads uploaded files.
    pub program: PathBuf,
    /// The data directory: database of SQLite, files, index, keys.
    pub data: PathBuf,
    /// What the program can do.
    pub capabilities: Capabilities,
}

impl Ctx {
    /// Puts the parts together; the directory of organs is empty until loaded.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            site: Arc::new(parts.config.site.clone()),
            assets: Assets::embedded(),
            directory: ArcSwap::from_pointee(Directory::default()),
            calendar: ArcSwap::from_pointee(Calendar::bundled()),
            db: parts.db,
            files: parts.files,
            config: parts.config,
            program: parts.program,
            data: parts.data,
            capabilities: parts.capabilities,
        }))
    }

    /// The database: read with `db().read()`, written with `db().write()`.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    pub fn files(&self) -> &Files {
        &self.0.files
    }

    /// The configuration as of the start; it does not change while the program runs.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Who runs the site.
    pub fn site(&self) -> Arc<Site> {
        Arc::clone(&self.0.site)
    }

    /// Style sheets and scripts.
    pub fn assets(&self) -> Assets {
        self.0.assets.clone()
    }

    /// The file of this program, to start again as the guarded child that reads uploads.
    pub fn program(&self) -> &PathBuf {
        &self.0.program
    }

    /// Where the end of the event log is kept, and the key that signs it.
    pub fn log_place(&self) -> store::log::Place {
        store::log::Place::below(self.data()).with_key(&self.config().log.key)
    }

    /// The data directory: database of SQLite, files, index, keys.
    pub fn data(&self) -> &PathBuf {
        &self.0.data
    }

    /// Clock and entropy, the only ones that may be asked: tests and the demonstration set them.
    pub fn seams(&self) -> &Seams {
        self.0.db.seams()
    }

    /// The day that it is in China, by which every term is counted.
    pub fn today(&self) -> jiff::civil::Date {
        self.seams().today()
    }

    /// All organs as of the last change.
    pub fn directory(&self) -> Arc<Directory> {
        self.0.directory.load_full()
    }

    /// Replaces the directory after a change.
    pub fn set_directory(&self, directory: Directory) {
        self.0.directory.store(Arc::new(directory));
    }

    /// The working-day calendar with what staff added.
    pub fn calendar(&self) -> Arc<Calendar> {
        self.0.calendar.load_full()
    }

    /// Replaces the calendar after a change.
    pub fn set_calendar(&self, calendar: Calendar) {
        self.0.calendar.store(Arc::new(calendar));
    }

    /// The public address of the portal, without a slash at its end: a path behind it is an address.
    pub fn portal_url(&self) -> &str {
        self.config().server.portal_url.trim_end_matches('/')
    }

    /// The address of the office as staff open it, without a slash at its end.
    pub fn office_url(&self) -> &str {
        self.config().server.office_url.trim_end_matches('/')
    }

    /// The organ that is the competent department.
    pub fn office_organ(&self) -> OrganCode {
        OrganCode::from(self.0.config.site.office_organ.as_str())
    }

    /// What the program can do.
    pub fn capabilities(&self) -> &Capabilities {
        &self.0.capabilities
    }

    /// Everything of this type that capabilities declare.
    pub fn declared<T: Send + Sync + 'static>(&self) -> impl Iterator<Item = &T> {
        self.0.capabilities.declared::<T>()
    }

    /// The one offer of this type, e.g. `ctx.one::<Arc<dyn PublicDocuments>>()`.
    ///
    /// # Panics
    /// When nobody declares it: a mistake of the program's composition. A capability that asks for an offer names the type
    /// in its `needs`, so that the mistake is seen at start.
    pub fn one<T: Send + Sync + 'static>(&self) -> &T {
        let found = self.0.capabilities.declared::<T>().next();
        found.unwrap_or_else(|| panic!("no capability declares {}", std::any::type_name::<T>()))
    }

    /// A section of the configuration.
    pub fn settings<T: Section>(&self) -> Arc<T> {
        self.0.config.settings.get::<T>()
    }

    /// A fresh token for a form, so that submitting it twice does it once.
    pub fn once(&self) -> String {
        self.seams().secret(16)
    }
}

impl std::fmt::Debug for Ctx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ctx")
    }
}
