//! A text as somebody sees it, or a program reads it, where that is not what it says character by character.

/// Its characters, and for each of them from where to where it stands in the text itself.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) text: String,
    places: Vec<(usize, usize)>,
}

impl Shown {
    /// Adds a character that stands from `start` to before `end`.
    pub(super) fn push(&mut self, c: char, start: usize, end: usize) {
        self.text.push(c);
        self.places.push((start, end));
    }

    /// Where characters from `start` to before `end` stand in the text itself, with what lies between them there.
    pub(super) fn of(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let places = self.places.get(start..end)?;
        Some((places.iter().map(|place| place.0).min()?, places.iter().map(|place| place.1).max()?))
    }
}
