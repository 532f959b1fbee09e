//! What a capability declares about itself, in its own folder: doors, permissions, navigation, events with their words, jobs,
//! search, work for people, settings, tables, demonstration. The program knows a list of capabilities and nothing else of
//! them; the table of permissions, the rail, the words of the audit and the tests are printed from that list.

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    sync::Arc,
};

use kernel::{EventKind, Permission};
use store::{Followers, Migration, Schedule, jobs::Handlers};

use crate::{
    Ctx, Routes,
    demo::Demo,
    hooks::{DeskSource, SearchSource},
    settings::{Section, SectionSpec},
};

/// A link of the office's navigation.
#[derive(Debug, Clone, Copy)]
pub struct Nav {
    /// Heading of the group; empty = the links that stand first, without one.
    pub group: &'static str,
    /// Address in the office, from `/` on.
    pub href: &'static str,
    /// Name.
    pub label: &'static str,
    /// Who sees it: whoever may open the page.
    pub permission: &'static Permission,
    /// Order of links; a group stands where its first link does.
    pub place: u16,
    /// The letter that leads there after the key G; empty = none.
    pub letter: &'static str,
    /// Addresses besides [`Self::href`] below which somebody is still at this link, as `/foi/cases`.
    pub also: &'static [&'static str],
}

impl Nav {
    /// A link in a group.
    pub const fn under(
        group: &'static str,
        href: &'static str,
        label: &'static str,
        permission: &'static Permission,
        place: u16,
    ) -> Self {
        Self { group, href, label, permission, place, letter: "", also: &[] }
    }

    /// The same, marked as the current one on the pages below these addresses too.
    #[must_use]
    pub const fn also(mut self, also: &'static [&'static str]) -> Self {
        self.also = also;
        self
    }

    /// The same, reached by the key G and this letter.
    #[must_use]
    pub const fn letter(mut self, letter: &'static str) -> Self {
        self.letter = letter;
        self
    }
}

/// One capability: see the module.
pub struct Capability {
    key: &'static str,
    label: &'static str,
    routes: Vec<fn() -> Routes>,
    permissions: Vec<&'static Permission>,
    nav: Vec<Nav>,
    events: Vec<&'static EventKind>,
    subjects: Vec<(&'static str, &'static str)>,
    titles: Vec<&'static str>,
    words: Vec<ReadCode>,
    jobs: Vec<fn(&Ctx) -> Handlers>,
    schedule: Vec<fn(&Ctx) -> Schedule>,
    followers: Vec<fn(&Ctx) -> Followers>,
    search: Vec<Arc<dyn SearchSource>>,
    desk: Vec<Arc<dyn DeskSource>>,
    settings: Vec<SectionSpec>,
    migrations: Vec<&'static [Migration]>,
    demo: Vec<Demo>,
    declared: Vec<(TypeId, Arc<dyn Any + Send + Sync>)>,
    needs: Vec<(TypeId, &'static str)>,
}

/// What people read for a code, by the field in which it stands; `None` where the field or the code is of others.
pub type ReadCode = fn(field: &str, code: &str) -> Option<String>;

impl std::fmt::Debug for Capability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Capability").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Capability {
    /// A capability with nothing declared yet: its key (unique, also the owner of its tables) and its name for people.
    pub fn new(key: &'static str, label: &'static str) -> Self {
        Self {
            key,
            label,
            routes: Vec::new(),
            permissions: Vec::new(),
            nav: Vec::new(),
            events: Vec::new(),
            subjects: Vec::new(),
            titles: Vec::new(),
            words: Vec::new(),
            jobs: Vec::new(),
            schedule: Vec::new(),
            followers: Vec::new(),
            search: Vec::new(),
            desk: Vec::new(),
            settings: Vec::new(),
            migrations: Vec::new(),
            demo: Vec::new(),
            declared: Vec::new(),
            needs: Vec::new(),
        }
    }

    /// Pages and forms of one server; called once when the servers are put together.
    #[must_use]
    pub fn routes(mut self, routes: fn() -> Routes) -> Self {
        self.routes.push(routes);
        self
    }

    /// Permissions that its routes and rules ask for.
    #[must_use]
    pub fn permissions(mut self, permissions: &[&'static Permission]) -> Self {
        self.permissions.extend(permissions);
        self
    }

    /// Words for codes that stand in the data of its events: `kind` and `work_points` read 工作要点.
    #[must_use]
    pub fn words(mut self, words: ReadCode) -> Self {
        self.words.push(words);
        self
    }

    /// A link of the office's navigation.
    #[must_use]
    pub fn nav(mut self, nav: Nav) -> Self {
        self.nav.push(nav);
        self
    }

    /// Kinds of events that it writes.
    #[must_use]
    pub fn events(mut self, events: &[&'static EventKind]) -> Self {
        self.events.extend(events);
        self
    }

    /// The words for a kind of subject of its events: `("document", "文件")`.
    #[must_use]
    pub fn subject(mut self, kind: &'static str, label: &'static str) -> Self {
        self.subjects.push((kind, label));
        self
    }

    /// How the log finds what its ids are called: a query of id and title that ends with the column of the id, to which the log
    /// adds which ones: `SELECT id, title FROM document WHERE id`.
    #[must_use]
    pub fn titled(mut self, sql: &'static str) -> Self {
        self.titles.push(sql);
        self
    }

    /// Handlers of its jobs.
    #[must_use]
    pub fn jobs(mut self, handlers: fn(&Ctx) -> Handlers) -> Self {
        self.jobs.push(handlers);
        self
    }

    /// What it does again and again.
    #[must_use]
    pub fn schedule(mut self, schedule: fn(&Ctx) -> Schedule) -> Self {
        self.schedule.push(schedule);
        self
    }

    /// How it follows the log.
    #[must_use]
    pub fn followers(mut self, followers: fn(&Ctx) -> Followers) -> Self {
        self.followers.push(followers);
        self
    }

    /// Public objects that can be searched.
    #[must_use]
    pub fn search(mut self, source: Arc<dyn SearchSource>) -> Self {
        self.search.push(source);
        self
    }

    /// Work that waits for people.
    #[must_use]
    pub fn desk(mut self, source: Arc<dyn DeskSource>) -> Self {
        self.desk.push(source);
        self
    }

    /// A section of the configuration.
    #[must_use]
    pub fn settings<T: Section>(mut self) -> Self {
        self.settings.push(SectionSpec::of::<T>());
        self
    }

    /// Steps that lay its tables and change them since, in order; only it writes those tables.
    #[must_use]
    pub fn migrations(mut self, migrations: &'static [Migration]) -> Self {
        self.migrations.push(migrations);
        self
    }

    /// What it puts into the demonstration county: see [`crate::demo`].
    #[must_use]
    pub fn demo(mut self, demo: Demo) -> Self {
        self.demo.push(demo);
        self
    }

    /// Anything else that a machine or another capability asks for by its type: a kind of document, a source of duties, an
    /// offer (`Arc<dyn …>`). Read with [`Ctx::declared`] and [`Ctx::one`].
    #[must_use]
    pub fn declare<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.declared.push((TypeId::of::<T>(), Arc::new(value)));
        self
    }

    /// It asks for the one offer of this type with [`Ctx::one`]; a program without it does not start.
    #[must_use]
    pub fn needs<T: Send + Sync + 'static>(mut self) -> Self {
        self.needs.push((TypeId::of::<T>(), std::any::type_name::<T>()));
        self
    }
}

/// All capabilities of a program, put together and checked.
#[derive(Clone)]
pub struct Capabilities(Arc<Together>);

struct Together {
    list: Vec<Capability>,
    declared: HashMap<TypeId, Vec<Arc<dyn Any + Send + Sync>>>,
}

impl std::fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.list.iter().map(|one| one.key)).finish()
    }
}

impl Capabilities {
    /// Puts the list together.
    ///
    /// # Panics
    /// When two declare the same key, permission, event or section, or nobody what one needs: a mistake of the program's composition, seen at start
    /// and by every test.
    pub fn new(list: Vec<Capability>) -> Self {
        let unique = |what: &str, names: Vec<&'static str>| {
            let mut seen = HashSet::new();
            for name in names {
                assert!(seen.insert(name), "{what} {name} is declared twice");
            }
        };
        unique("capability", list.iter().map(|one| one.key).collect());
        unique("permission", list.iter().flat_map(|one| &one.permissions).map(|one| one.code).collect());
        unique("event", list.iter().flat_map(|one| &one.events).map(|one| one.name).collect());
        unique("subject", list.iter().flat_map(|one| &one.subjects).map(|one| one.0).collect());
        unique("section", list.iter().flat_map(|one| &one.settings).map(|one| one.key).collect());
        unique("search source", list.iter().flat_map(|one| &one.search).map(|one| one.subject_kind()).collect());
        let letters = list.iter().flat_map(|one| &one.nav).map(|link| link.letter);
        unique("letter", letters.filter(|letter| !letter.is_empty()).collect());
        unique("link", list.iter().flat_map(|one| &one.nav).map(|one| one.href).collect());
        let mut declared: HashMap<TypeId, Vec<_>> = HashMap::new();
        for (kind, value) in list.iter().flat_map(|one| &one.declared) {
            declared.entry(*kind).or_default().push(Arc::clone(value));
        }
        for one in &list {
            for (kind, name) in &one.needs {
                assert!(declared.contains_key(kind), "{} needs {name}, and nobody declares it", one.key);
            }
        }
        Self(Arc::new(Together { list, declared }))
    }

    /// Key and name of each, in the order of the list.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.list.iter().map(|one| (one.key, one.label))
    }

    /// All routes of both servers, not yet put together.
    pub fn routes(&self) -> impl Iterator<Item = Routes> {
        self.0.list.iter().flat_map(|one| &one.routes).map(|routes| routes())
    }

    /// Name and routes of each that has any.
    pub fn named_routes(&self) -> impl Iterator<Item = (&'static str, Vec<Routes>)> {
        let routes = |one: &Capability| one.routes.iter().map(|routes| routes()).collect::<Vec<_>>();
        self.0.list.iter().map(move |one| (one.label, routes(one))).filter(|(_, routes)| !routes.is_empty())
    }

    /// The table of permissions.
    pub fn permissions(&self) -> impl Iterator<Item = &'static Permission> {
        self.0.list.iter().flat_map(|one| one.permissions.iter().copied())
    }

    /// The links of the navigation, in order of their place.
    pub fn nav(&self) -> Vec<Nav> {
        let mut links: Vec<Nav> = self.0.list.iter().flat_map(|one| one.nav.iter().copied()).collect();
        links.sort_by_key(|link| link.place);
        links
    }

    /// All kinds of events.
    pub fn events(&self) -> impl Iterator<Item = &'static EventKind> {
        self.0.list.iter().flat_map(|one| one.events.iter().copied())
    }

    /// The kind of event with this name.
    pub fn event(&self, name: &str) -> Option<&'static EventKind> {
        self.events().find(|kind| kind.name == name)
    }

    /// The words for a kind of subject, or the kind itself.
    pub fn subject<'a>(&self, kind: &'a str) -> &'a str
    where
        'static: 'a,
    {
        let words = self.subjects().find(|(name, _)| *name == kind);
        words.map_or(kind, |(_, label)| label)
    }

    /// All kinds of subjects with their words.
    pub fn subjects(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.list.iter().flat_map(|one| one.subjects.iter().copied())
    }

    /// How ids are given their titles; see [`Capability::titled`].
    pub fn titles(&self) -> impl Iterator<Item = &'static str> {
        self.0.list.iter().flat_map(|one| one.titles.iter().copied())
    }

    /// What people read for a code in a field of an event; see [`Capability::words`].
    pub fn word(&self, field: &str, code: &str) -> Option<String> {
        self.0.list.iter().flat_map(|one| &one.words).find_map(|read| read(field, code))
    }

    /// Handlers of all jobs.
    pub fn jobs(&self, ctx: &Ctx) -> Handlers {
        let all = self.0.list.iter().flat_map(|one| &one.jobs).map(|jobs| jobs(ctx));
        all.fold(Handlers::default(), Handlers::merge)
    }

    /// What is done again and again.
    pub fn schedule(&self, ctx: &Ctx) -> Schedule {
        let all = self.0.list.iter().flat_map(|one| &one.schedule).map(|schedule| schedule(ctx));
        all.fold(Schedule::default(), Schedule::merge)
    }

    /// Who follows the log.
    pub fn followers(&self, ctx: &Ctx) -> Followers {
        let all = self.0.list.iter().flat_map(|one| &one.followers).map(|followers| followers(ctx));
        all.fold(Followers::default(), Followers::merge)
    }

    /// What can be searched.
    pub fn search(&self) -> Vec<Arc<dyn SearchSource>> {
        self.0.list.iter().flat_map(|one| one.search.iter().cloned()).collect()
    }

    /// Who has work for people.
    pub fn desk(&self) -> impl Iterator<Item = &Arc<dyn DeskSource>> {
        self.0.list.iter().flat_map(|one| &one.desk)
    }

    /// Sections of the configuration.
    pub fn settings(&self) -> impl Iterator<Item = SectionSpec> {
        self.0.list.iter().flat_map(|one| one.settings.iter().copied())
    }

    /// Tables, in the order of the list: who refers to another's table stands behind it.
    pub fn migrations(&self) -> Vec<Migration> {
        self.0.list.iter().flat_map(|one| &one.migrations).flat_map(|steps| steps.iter().copied()).collect()
    }

    /// What fills the demonstration county, in the order of the list.
    pub fn demo(&self) -> impl Iterator<Item = Demo> {
        self.0.list.iter().flat_map(|one| one.demo.iter().copied())
    }

    /// Everything of this type that was declared, in the order of the list.
    pub fn declared<T: Send + Sync + 'static>(&self) -> impl Iterator<Item = &T> {
        self.0.declared.get(&TypeId::of::<T>()).into_iter().flatten().filter_map(|any| any.downcast_ref::<T>())
    }
}

#[cfg(test)]
mod tests {
    use kernel::permission::USE_DESK;

    use super::*;

    #[test]
    fn what_is_declared_is_found_by_its_type() {
        let all = Capabilities::new(vec![
            Capability::new("a", "甲").declare(1_u8).declare("text"),
            Capability::new("b", "乙").declare(2_u8),
        ]);
        assert_eq!(all.declared::<u8>().copied().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(all.declared::<u16>().count(), 0);
        assert_eq!(all.subject("thing"), "thing");
    }

    #[test]
    fn links_stand_in_the_order_of_their_place() {
        let all = Capabilities::new(vec![
            Capability::new("a", "甲").nav(Nav::under("", "/b", "乙", &USE_DESK, 20)),
            Capability::new("b", "乙").nav(Nav::under("", "/a", "甲", &USE_DESK, 10)),
        ]);
        assert_eq!(all.nav().iter().map(|link| link.href).collect::<Vec<_>>(), ["/a", "/b"]);
    }

    #[test]
    #[should_panic(expected = "b needs u16, and nobody declares it")]
    fn what_one_needs_another_declares() {
        Capabilities::new(vec![
            Capability::new("a", "甲").declare(1_u8),
            Capability::new("b", "乙").needs::<u8>().needs::<u16>(),
        ]);
    }

    #[test]
    #[should_panic(expected = "permission use_desk is declared twice")]
    fn a_permission_is_declared_once() {
        Capabilities::new(vec![
            Capability::new("a", "甲").permissions(&[&USE_DESK]),
            Capability::new("b", "乙").permissions(&[&USE_DESK]),
        ]);
    }
}
