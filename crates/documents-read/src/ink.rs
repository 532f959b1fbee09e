//! Whether letters can be seen: in the colour of what lies under them, as good as white on paper, of a size that nobody reads, or
//! beside the page. They stand in the file for whoever marks them, and no reader of the page knows of them.

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour([u8; 3]);

impl Colour {
    pub(crate) const WHITE: Self = Self([255; 3]);

    /// `FFFFFF`, or `FFFFFFFF` with its opacity before; `auto` is none.
    pub(crate) fn hex(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('#');
        let rgb = if text.len() == 8 { text.get(2..)? } else { text };
        if rgb.len() != 6 || !rgb.is_ascii() {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(rgb.get(at..at + 2)?, 16).ok();
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    /// The names of Word's highlighter.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(Self(match name {
            "black" => [0, 0, 0],
            "white" => [255, 255, 255],
            "yellow" => [255, 255, 0],
            "green" => [0, 255, 0],
            "cyan" => [0, 255, 255],
            "magenta" => [255, 0, 255],
            "blue" => [0, 0, 255],
            "red" => [255, 0, 0],
            "darkBlue" => [0, 0, 128],
            "darkCyan" => [0, 128, 128],
            "darkGreen" => [0, 128, 0],
            "darkMagenta" => [128, 0, 128],
            "darkRed" => [128, 0, 0],
            "darkYellow" => [128, 128, 0],
            "darkGray" => [128, 128, 128],
            "lightGray" => [192, 192, 192],
            _ => return None,
        }))
    }

    /// Whether letters of this colour can be told from what lies under them.
    pub(crate) fn shows_on(self, under: Self) -> bool {
        /// Of 255; what differs by less is one colour to the eye.
        const APART: u8 = 16;
        self.0.iter().zip(under.0).any(|(one, other)| one.abs_diff(other) >= APART)
    }
}

#[cfg(test)]
mod tests {
    use super::Colour;

    #[test]
    fn what_is_nearly_the_same_cannot_be_seen() {
        let of = |text| Colour::hex(text).expect("a colour");
        for (letters, under, shows) in [
            ("FFFFFF", "FFFFFF", false),
            ("FEFEFE", "FFFFFF", false),
            ("FFF8F8F8", "FFFFFF", false),
            ("E7E6E6", "FFFFFF", true),
            ("000000", "FFFFFF", true),
            ("1F4E79", "1F4E79", false),
            ("FFFFFF", "1F4E79", true),
        ] {
            assert_eq!(of(letters).shows_on(of(under)), shows, "{letters} on {under}");
        }
        assert_eq!(Colour::hex("auto"), None);
        assert_eq!(Colour::hex("数字字"), None);
    }
}
