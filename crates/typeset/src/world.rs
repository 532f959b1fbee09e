//! What the template sees: itself and the fonts.

use std::collections::BTreeMap;

use letter::{Fonts, Paper, Unprinted};
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Dict, Duration, Str, Value};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

/// The look of every paper.
const TEMPLATE: &str = include_str!("paper.typ");
/// No font is larger, in bytes; those with all of CJK take some 30 MB.
const LARGEST: u64 = 128 << 20;

/// Template, words and fonts of one paper.
pub(crate) struct Sheet {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
}

impl Sheet {
    pub(crate) fn new(paper: &Paper, fonts: Vec<Font>) -> Result<Self, Unprinted> {
        let words = serde_json::to_string(paper).map_err(|_| Unprinted::Internal)?;
        let inputs: Dict = [(Str::from("paper"), Value::Str(Str::from(words)))].into_iter().collect();
        let library = Library::builder().with_inputs(inputs).build();
        let book = FontBook::from_fonts(&fonts);
        Ok(Self {
            library: LazyHash::new(library),
            book: LazyHash::new(book),
            fonts,
            template: Source::detached(TEMPLATE),
        })
    }
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// The fonts of these files; what is none is passed over, and said in the log.
pub(crate) fn fonts(files: &Fonts) -> Vec<Font> {
    let mut all = Vec::new();
    for path in &files.files {
        let size = std::fs::metadata(path).map(|found| found.len());
        let bytes = match size {
            Ok(size) if size <= LARGEST => std::fs::read(path),
            Ok(_) => Err(std::io::Error::other("larger than any font")),
            Err(error) => Err(error),
        };
        match bytes {
            Ok(bytes) => all.extend(Font::iter(Bytes::new(bytes)).filter(is_ours)),
            Err(error) => tracing::warn!(path = %path.display(), %error, "a font cannot be read"),
        }
    }
    all
}

/// Collections hold the same characters as they are written in Japan, Korea, Taiwan and Hong Kong, and some for programs; of
/// those with all of CJK the one of the mainland is taken.
fn is_ours(font: &Font) -> bool {
    let family = &font.info().family;
    let regional = ["Noto Serif CJK ", "Noto Sans CJK "].iter().find_map(|start| family.strip_prefix(start));
    regional.is_none_or(|region| region == "SC") && !family.contains("Mono CJK")
}

/// Characters of the paper that no font has, each with the places where it stands.
pub(crate) fn lacking(paper: &Paper, fonts: &[Font]) -> Vec<(char, String)> {
    let has = |c: char| fonts.iter().any(|font| font.info().coverage.contains(u32::from(c)));
    let mut known: BTreeMap<char, bool> = BTreeMap::new();
    let mut lacking: BTreeMap<char, Vec<&'static str>> = BTreeMap::new();
    let mut paper = paper.clone();
    paper.each_text(&mut |place, text| {
        for c in text.chars().filter(|c| !c.is_whitespace() && !is_selector(*c)) {
            if !*known.entry(c).or_insert_with(|| has(c)) {
                let places = lacking.entry(c).or_default();
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
    });
    lacking.into_iter().map(|(c, places)| (c, places.join("、"))).collect()
}

/// Which form of a character is meant; fonts without the form show the usual one.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}
