//! From a paper to PDF.

use letter::{Fonts, Paper, Unprinted};
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use crate::world::{Sheet, fonts, lacking};

/// Pages of a paper, at most: a report has some tens.
const PAGES: usize = 500;

/// The paper as PDF, with the fonts of these files.
///
/// # Errors
/// [`Unprinted`]: no font, characters that no font has, too many pages, or a fault of the template.
pub fn print(paper: &Paper, files: &Fonts) -> Result<Vec<u8>, Unprinted> {
    let paper = paper.ready().map_err(|uneven| Unprinted::Refused(format!("{uneven}。")))?;
    print_with(&paper, fonts(files))
}

/// As [`print`], for a paper that is ready and fonts that are read.
pub(crate) fn print_with(paper: &Paper, fonts: Vec<typst::text::Font>) -> Result<Vec<u8>, Unprinted> {
    if !fonts.iter().any(|font| font.info().coverage.contains(u32::from('公'))) {
        return Err(Unprinted::NoFont);
    }
    let lacking = lacking(paper, &fonts);
    if !lacking.is_empty() {
        return Err(Unprinted::Lacks(lacking));
    }
    let sheet = Sheet::new(paper, fonts)?;
    let document = typst::compile::<PagedDocument>(&sheet).output.map_err(|faults| told(&faults))?;
    if document.pages().len() > PAGES {
        return Err(Unprinted::Refused(format!("全文超过 {PAGES} 页，请拆分。")));
    }
    // Nothing in the file says when and by which machine it was made.
    let options = PdfOptions { creator: Smart::Custom(None), ..PdfOptions::default() };
    typst_pdf::pdf(&document, &options).map_err(|faults| told(&faults))
}

fn told(faults: &[SourceDiagnostic]) -> Unprinted {
    for fault in faults {
        tracing::error!(message = %fault.message, "the template of papers failed");
    }
    Unprinted::Internal
}
