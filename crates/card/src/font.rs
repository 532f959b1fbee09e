//! A font of the machine: which characters it has, and their outlines while a card is drawn.

use std::path::{Path, PathBuf};

use ttf_parser::{Face, Tag, name_id};

use crate::{NoCard, characters, shown};

/// Where systems keep a font with Chinese characters, the best one first: packages fonts-noto-cjk of Debian and Ubuntu,
/// google-noto-serif-cjk-fonts of Fedora, openEuler and Kylin, wqy-microhei and wqy-zenhei everywhere.
pub const STANDARD: [&str; 10] = [
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-serif-cjk-fonts/NotoSerifCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSerifCJK-Bold.ttc",
    "/usr/share/fonts/opentype/source-han-serif/SourceHanSerifSC-Bold.otf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
];

/// No font is larger, in bytes; those with all of CJK take some 30 MB.
const LARGEST: u64 = 128 << 20;
/// Fonts of a collection that are looked at; the largest have some forty.
const FACES: u32 = 64;
/// Names of a font that are looked at, and how long one is at most, in bytes: its table may name the same bytes again and again.
const NAMES: usize = 1000;
const LONGEST: usize = 400;

/// A font: where it is and what it has. Its bytes, tens of megabytes, are read for each drawing and let go.
#[derive(Debug, Clone)]
pub struct Font {
    path: PathBuf,
    /// Which of the fonts of a collection.
    index: u32,
    /// One bit for each character of Unicode.
    has: Vec<u64>,
}

impl Font {
    /// Looks what the font has. Of a collection the one for simplified characters is taken.
    ///
    /// # Errors
    /// When the file cannot be read or is no font.
    pub fn open(path: &Path) -> Result<Self, NoCard> {
        let bytes = read(path)?;
        let count = ttf_parser::fonts_in_collection(&bytes).unwrap_or(1).min(FACES);
        let index = (0..count).find(|index| is_simplified(&bytes, *index)).unwrap_or(0);
        let face = Face::parse(&bytes, index).map_err(|_| NoCard::NoFont(path.to_owned()))?;
        let has = characters::of(face.raw_face().table(Tag::from_bytes(b"cmap")).unwrap_or_default());
        Ok(Self { path: path.to_owned(), index, has })
    }

    /// The first of the standard places where a font is.
    pub fn standard() -> Option<Self> {
        STANDARD.iter().find_map(|path| Self::open(Path::new(path)).ok())
    }

    /// Where the font is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The first character of the text that the font does not have.
    pub fn lacks(&self, text: &str) -> Option<char> {
        let has = |c: char| self.has.get(c as usize / 64).is_some_and(|word| word & (1 << (c as usize % 64)) != 0);
        shown(text).chars().find(|c| *c != ' ' && !has(*c))
    }

    /// Its bytes, for a [`Face`] that borrows them.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, NoCard> {
        read(&self.path)
    }

    pub(crate) fn face<'a>(&self, bytes: &'a [u8]) -> Result<Face<'a>, NoCard> {
        Face::parse(bytes, self.index).map_err(|_| NoCard::NoFont(self.path.clone()))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, NoCard> {
    let unread = |error| NoCard::Unread(path.to_owned(), error);
    let found = std::fs::metadata(path).map_err(unread)?;
    if !found.is_file() || found.len() > LARGEST {
        return Err(NoCard::NoFont(path.to_owned()));
    }
    std::fs::read(path).map_err(unread)
}

/// Whether this font of a collection draws characters as they are written in mainland China.
fn is_simplified(bytes: &[u8], index: u32) -> bool {
    let Ok(face) = Face::parse(bytes, index) else { return false };
    face.names().into_iter().take(NAMES).any(|name| {
        let family = [name_id::FAMILY, name_id::TYPOGRAPHIC_FAMILY].contains(&name.name_id);
        let family = family && name.name.len() <= LONGEST;
        family && name.to_string().is_some_and(|family| family.split(' ').any(|word| word == "SC"))
    })
}
