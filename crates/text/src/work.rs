//! How much text the readers look at: counted in tests only, so that a test can say that the work grows with the text and
//! not with its square. Time would say so too, but another time on each machine.

/// Says that a step looks at so many bytes, or at so many items. Called where a step is given a text that is not bounded.
#[inline]
pub(crate) fn looked_at(count: usize) {
    #[cfg(test)]
    tests::COUNT.set(tests::COUNT.get() + count);
    #[cfg(not(test))]
    let _ = count;
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use super::looked_at;

    thread_local!(pub(super) static COUNT: Cell<usize> = const { Cell::new(0) });

    /// What `read` looks at.
    fn of(read: impl FnOnce()) -> usize {
        COUNT.set(0);
        read();
        COUNT.get()
    }

    /// Expects that `read` looks at no more than `times` as much as the text holds, and at twice as much in a text that is
    /// twice as long: a step that is quadratic looks at four times as much.
    pub(crate) fn grows_with_the_text(unit: &str, bytes: usize, times: usize, read: impl Fn(&str)) {
        let text = unit.repeat(bytes / unit.len());
        let double = unit.repeat(2 * bytes / unit.len());
        let (once, twice) = (of(|| read(&text)), of(|| read(&double)));
        assert!(once >= text.len(), "{unit:?}: {once} of {} bytes: nothing is counted", text.len());
        assert!(twice <= times * double.len(), "{unit:?}: {twice} for {} bytes", double.len());
        assert!(twice <= 2 * once + once / 4, "{unit:?}: {once} for {} bytes, {twice} for twice as many", text.len());
    }

    #[test]
    #[should_panic(expected = "for twice as many")]
    fn a_quadratic_reader_is_caught() {
        grows_with_the_text("甲", 3_000, 10_000, |text| {
            for (at, _) in text.char_indices() {
                looked_at(text.len() - at);
            }
        });
    }
}
