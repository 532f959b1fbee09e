//! Kinds of documents, as the capabilities declare them: which fields an edition has besides its text, what must be filled
//! in, how documents are tied to each other, where they stand on the portal.
//!
//! A kind is a constant. The editor, the office's pages, the comparison, the public page, the open interface and the proof
//! walk through [`KindSpec::facets`], so that a field is declared once and appears everywhere.

use kernel::Permission;

use crate::values::Values;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One line of at most so many characters.
    Text(usize),
    /// A date, stored `YYYY-MM-DD`; what is no date stays as typed until it is corrected.
    Date,
    /// One of these: code and label.
    Choice(&'static [(&'static str, &'static str)]),
    /// Several words, typed with 、 or blanks between them.
    Words,
    /// Yes or nothing.
    Flag,
    /// Several lines of at most so many characters.
    Long(usize),
}

/// A field of an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facet {
    /// Name in forms, storage and the open interface; never changes.
    pub key: &'static str,
    /// Name in the office.
    pub label: &'static str,
    /// Name on the portal, where it differs.
    pub shown: &'static str,
    /// Name in addresses of lists that are narrowed by it, where it differs.
    pub asked: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// Whether readers see it once the edition is public. Everything public is committed in the log.
    pub public: bool,
    /// Whether lists and downloads tell it of every document.
    pub listed: bool,
    /// Whether public lists are narrowed and counted by it. Its values must be short.
    pub counted: bool,
    /// Whether public lists may be ordered by it.
    pub ordered: bool,
    /// Whether the search finds a document by it, besides title and text.
    pub found: bool,
    /// Codes of a choice that nobody writes: they follow from the day and from other fields.
    pub unwritten: &'static [&'static str],
    /// Hint in the form.
    pub help: &'static str,
    /// What is said where it is required and missing: 请… with an example. Empty: made from the label.
    pub ask: &'static str,
    /// Order among the facts of the public page; the page's own facts stand at multiples of ten. 0 = not among them: the page
    /// tells it elsewhere.
    pub place: u8,
}

impl Facet {
    /// A public field; where it appears is told by the methods below.
    pub const fn new(key: &'static str, label: &'static str, shape: Shape) -> Self {
        let (help, ask) = ("", "");
        Self {
            key,
            label,
            shown: label,
            asked: key,
            shape,
            public: true,
            listed: false,
            counted: false,
            ordered: false,
            found: false,
            unwritten: &[],
            help,
            ask,
            place: 95,
        }
    }

    /// Not for readers.
    #[must_use]
    pub const fn inner(mut self) -> Self {
        self.public = false;
        self
    }

    /// Told in lists and downloads.
    #[must_use]
    pub const fn listed(mut self) -> Self {
        self.listed = true;
        self
    }

    /// Public lists are narrowed and counted by it.
    #[must_use]
    pub const fn counted(mut self) -> Self {
        self.counted = true;
        self
    }

    /// Public lists may be ordered by it.
    #[must_use]
    pub const fn ordered(mut self) -> Self {
        self.ordered = true;
        self
    }

    /// The search finds documents by it.
    #[must_use]
    pub const fn found(mut self) -> Self {
        self.found = true;
        self
    }

    /// With codes that nobody writes.
    #[must_use]
    pub const fn unwritten(mut self, codes: &'static [&'static str]) -> Self {
        self.unwritten = codes;
        self
    }

    /// What a form offers of a choice: code and label.
    pub fn offered(&self) -> Vec<(&'static str, &'static str)> {
        match self.shape {
            Shape::Choice(known) => known.iter().filter(|(code, _)| !self.unwritten.contains(code)).copied().collect(),
            _ => Vec::new(),
        }
    }

    /// With a hint in the form.
    #[must_use]
    pub const fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }

    /// With the sentence for where it is missing.
    #[must_use]
    pub const fn ask(mut self, ask: &'static str) -> Self {
        self.ask = ask;
        self
    }

    /// Under another name and at this place among the facts of the public page.
    #[must_use]
    pub const fn shown_as(mut self, shown: &'static str, place: u8) -> Self {
        self.shown = shown;
        self.place = place;
        self
    }

    /// Under another name in addresses of lists.
    #[must_use]
    pub const fn asked_as(mut self, asked: &'static str) -> Self {
        self.asked = asked;
        self
    }

    /// Whether it names a document like its title does (发文字号): lists find the document by it.
    pub const fn named(&self) -> bool {
        self.found && matches!(self.shape, Shape::Text(_))
    }

    /// At this place among the facts of the public page.
    #[must_use]
    pub const fn at(mut self, place: u8) -> Self {
        self.place = place;
        self
    }
}

/// How documents of a kind are tied to other documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelationSpec {
    /// Name in forms, storage and the open interface: `interprets`.
    pub key: &'static str,
    /// Question of the form: 解读哪份政策.
    pub label: &'static str,
    /// What stands for none: （不是解读）.
    pub none: &'static str,
    /// Keys of the kinds it may lead to.
    pub to: &'static [&'static str],
    /// Whether a document of the kind must have one.
    pub required: bool,
    /// How many there may be.
    pub most: usize,
    /// What this document's page says before it leads there: 本文解读的文件.
    pub leads: &'static str,
    /// Name in the open interface of those that lead to a document: `interpretations`.
    pub backs: &'static str,
    /// What the other document's page calls those that lead to it: 看懂它.
    pub back: &'static str,
    /// What this document's page calls where it leads: 看原文.
    pub forward: &'static str,
    /// What lists say of a document to which a public one leads: 已配解读; empty = nothing.
    pub badge: &'static str,
    /// What is said when the document it leads to is not public or of another kind.
    pub unfit: &'static str,
    /// What is said when a document of a kind that does not know the relation has one.
    pub misplaced: &'static str,
    /// It may also lead to a document on its way to the public (in review, or scheduled). Readers see the one that leads only once
    /// they see the other: see [`crate::needs`].
    pub ahead: bool,
}

/// How a document gets its index number (索引号).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// By the rule of the installation.
    Installation,
    /// By a rule of its own, in the same form: `{organ}/{year}-{n}`.
    Own(&'static str),
}

/// What a column of the portal is for; pages find their columns by it, never by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purpose {
    /// Code in storage.
    pub code: &'static str,
    /// In the words of the office.
    pub label: &'static str,
}

/// Finds what does not fit together in the fields of an edition: field and sentence. Called at submission.
pub type Check = fn(&Values) -> Vec<(&'static str, String)>;

/// A kind of document.
#[derive(Debug, Clone, Copy)]
pub struct KindSpec {
    /// Name in storage, addresses and the open interface.
    pub key: &'static str,
    /// Name shown to people.
    pub label: &'static str,
    /// What the address of such a document on the portal begins with: `/policies/`.
    pub path: &'static str,
    /// Which door of the portal's header it stands behind.
    pub door: &'static str,
    /// Fields besides title and text, in the order of the form.
    pub facets: &'static [&'static Facet],
    /// Keys of the fields without which it is not submitted.
    pub required: &'static [&'static str],
    /// Keys of the fields whose absence the public page tells (无) instead of leaving them out.
    pub told: &'static [&'static str],
    /// What does not fit together.
    pub check: Option<Check>,
    /// Values that a new document has: key and value.
    pub defaults: &'static [(&'static str, &'static str)],
    /// How it is tied to others.
    pub relations: &'static [&'static RelationSpec],
    /// How it is numbered.
    pub numbering: Numbering,
    /// Key of the route through which it is reviewed, for the capability that runs reviews; empty = the usual one.
    pub route: &'static str,
    /// What the columns are for in which it usually stands.
    pub purpose: Option<&'static Purpose>,
    /// Key of its own page on the portal, for the capability that draws pages: `official`, `answer`; empty = the usual one.
    pub page: &'static str,
    /// The title with which one begins that is tied to a document of this title.
    pub titled: Option<fn(&str) -> String>,
    /// Who writes it.
    pub write: &'static Permission,
}

impl KindSpec {
    /// Its name, where a field of an event holds its key: for [`web::Capability::words`].
    pub fn word(&self, field: &str, code: &str) -> Option<String> {
        (field == "kind" && code == self.key).then(|| self.label.to_owned())
    }

    /// A kind with neither fields nor ties, behind the door of openness.
    pub const fn new(key: &'static str, label: &'static str, path: &'static str, write: &'static Permission) -> Self {
        Self {
            key,
            label,
            path,
            door: "openness",
            facets: &[],
            required: &[],
            told: &[],
            check: None,
            defaults: &[],
            relations: &[],
            numbering: Numbering::Installation,
            route: "",
            purpose: None,
            page: "",
            titled: None,
            write,
        }
    }

    /// The field with this key.
    pub fn facet(&self, key: &str) -> Option<&'static Facet> {
        self.facets.iter().copied().find(|facet| facet.key == key)
    }

    /// The tie with this key.
    pub fn relation(&self, key: &str) -> Option<&'static RelationSpec> {
        self.relations.iter().copied().find(|relation| relation.key == key)
    }

    /// Whether the field must be filled in.
    pub fn requires(&self, facet: &Facet) -> bool {
        self.required.contains(&facet.key)
    }

    /// Address of a document of this kind on the portal.
    pub fn address(&self, id: &kernel::id::DocumentId) -> String {
        format!("{}{id}", self.path)
    }
}

impl PartialEq for KindSpec {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for KindSpec {}

/// A kind as a capability declares it.
pub type Kind = &'static KindSpec;

/// All kinds of an installation, in the order of their declaration.
#[derive(Debug, Clone, Default)]
pub struct Kinds(Vec<Kind>);

impl Kinds {
    /// These kinds.
    pub fn new(kinds: impl IntoIterator<Item = Kind>) -> Self {
        Self(kinds.into_iter().collect())
    }

    /// The kinds that the capabilities of a program declare: `Capability::declare(&POLICY as Kind)`.
    pub fn of(ctx: &web::Ctx) -> Self {
        Self::new(ctx.declared::<Kind>().copied())
    }

    /// All of them.
    pub fn all(&self) -> &[Kind] {
        &self.0
    }

    /// The kind with this key.
    pub fn get(&self, key: &str) -> Option<Kind> {
        self.0.iter().copied().find(|kind| kind.key == key)
    }

    /// The kinds that usually stand in columns for this.
    pub fn for_purpose(&self, purpose: &Purpose) -> Vec<Kind> {
        self.0.iter().copied().filter(|kind| kind.purpose == Some(purpose)).collect()
    }

    /// The fields of all kinds, each once, in order.
    pub fn facets(&self) -> Vec<&'static Facet> {
        let mut all: Vec<&'static Facet> = Vec::new();
        for facet in self.0.iter().flat_map(|kind| kind.facets) {
            if !all.iter().any(|known| known.key == facet.key) {
                all.push(facet);
            }
        }
        all
    }

    /// The ties of all kinds, each once.
    pub fn relations(&self) -> Vec<&'static RelationSpec> {
        let mut all: Vec<&'static RelationSpec> = Vec::new();
        for relation in self.0.iter().flat_map(|kind| kind.relations) {
            if !all.iter().any(|known| known.key == relation.key) {
                all.push(relation);
            }
        }
        all
    }

    /// Prefixes of the addresses on the portal, each once.
    pub fn paths(&self) -> Vec<&'static str> {
        let mut all: Vec<&'static str> = self.0.iter().map(|kind| kind.path).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What is wrong with the declarations, for the check at the start and a test: one key for two things, a required field
    /// that the kind does not have, a counted field with long values.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (at, kind) in self.0.iter().enumerate() {
            if self.0[..at].iter().any(|other| other.key == kind.key) {
                faults.push(format!("two kinds are called {}", kind.key));
            }
            for key in kind.required.iter().chain(kind.told).chain(kind.defaults.iter().map(|(key, _)| key)) {
                if kind.facet(key).is_none() {
                    faults.push(format!("{} asks for {key}, which it does not have", kind.key));
                }
            }
            for relation in kind.relations {
                for to in relation.to.iter().filter(|to| self.get(to).is_none()) {
                    faults.push(format!("{} leads to {to}, which nobody declares", relation.key));
                }
            }
        }
        let all: Vec<&'static Facet> = self.0.iter().flat_map(|kind| kind.facets).copied().collect();
        for facet in &all {
            if all.iter().any(|other| other.key == facet.key && other != facet) {
                faults.push(format!("two fields are called {}", facet.key));
            }
            if facet.counted && !matches!(facet.shape, Shape::Choice(_) | Shape::Words | Shape::Flag) {
                faults.push(format!("{} cannot be counted by", facet.key));
            }
            if facet.ordered && (facet.counted || !matches!(facet.shape, Shape::Choice(_) | Shape::Date | Shape::Flag))
            {
                faults.push(format!("{} cannot be ordered by", facet.key));
            }
            if crate::values::RESERVED.contains(&facet.key) {
                faults.push(format!("{} is a field of every document", facet.key));
            }
        }
        faults.dedup();
        faults
    }
}
