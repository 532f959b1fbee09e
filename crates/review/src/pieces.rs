//! Texts within the parts of a subject, and places of which nobody can say what they hold.

/// A text within a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where in the part: 工作表“名单”C12（隐藏）; empty = the part itself.
    pub place: String,
    /// The text; of a place that could not be read the words that say so.
    pub text: String,
    /// Whether the place could not be read, and how much of it. Somebody must look at it and say that it may go out.
    pub unread: Option<Unread>,
    /// Whether it is a tag, which nobody reads: of its words only numbers and addresses are looked at.
    pub tag: bool,
    /// Of whom it is known to tell, which decides how much what is in doubt weighs.
    pub whose: Whose,
}

/// Of whom a piece tells, where whoever brings it knows more than its words say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Whose {
    /// Nobody knows: what is in doubt is told to a person.
    #[default]
    Anybody,
    /// A cell of a record: a name beside what is private stops it, since there are thousands of such cells and nobody reads all.
    Record,
    /// A cell of a record about one natural person: homes, illness and numbers in it are that person's, and stop it.
    Person,
}

/// How much of a place could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// Something in what was read otherwise, such as a picture beside the text: named, and no more.
    Some,
    /// All of it, such as a scan: it stops the subject until an authorised person has looked and said why it may go out.
    All,
}

impl Piece {
    /// A text that was read.
    pub fn read(place: impl Into<String>, text: impl Into<String>) -> Self {
        Self { place: place.into(), text: text.into(), unread: None, tag: false, whose: Whose::Anybody }
    }

    /// The same, of somebody.
    pub fn of(self, whose: Whose) -> Self {
        Self { whose, ..self }
    }

    /// A tag of the text, without its brackets: `a href="…"`.
    pub fn tag(text: impl Into<String>) -> Self {
        Self { tag: true, ..Self::read("", text) }
    }
}
