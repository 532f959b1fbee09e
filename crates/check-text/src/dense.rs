//! A text as terms are looked for in it: look-alike characters made one, what prints nothing left out, with the way back.

/// Its characters, and where each of them stands in the text.
pub(crate) struct Dense {
    /// As one text.
    pub(crate) text: String,
    /// Byte of each character in it, in order.
    bytes: Vec<usize>,
    /// Place of each character in the text that was read.
    places: Vec<usize>,
}

impl Dense {
    pub(crate) fn of(chars: &[char]) -> Self {
        let mut dense = Self { text: String::with_capacity(chars.len() * 3), bytes: Vec::new(), places: Vec::new() };
        for (place, c) in chars.iter().enumerate() {
            let c = fold::character(*c);
            if fold::is_unseen(c) {
                continue;
            }
            dense.bytes.push(dense.text.len());
            dense.places.push(place);
            dense.text.push(c);
        }
        dense
    }

    /// Characters from one byte to before another, as places of the text that was read.
    pub(crate) fn place(&self, start: usize, end: usize) -> (usize, usize) {
        let first = self.bytes.partition_point(|byte| *byte < start);
        let behind = self.bytes.partition_point(|byte| *byte < end);
        let at = |index: usize| self.places.get(index).copied().unwrap_or(0);
        let last = behind.checked_sub(1).map_or(0, at);
        (at(first), last + 1)
    }
}

/// The same for a term.
pub(crate) fn folded(term: &str) -> String {
    term.trim().chars().map(fold::character).filter(|c| !fold::is_unseen(*c)).collect()
}
