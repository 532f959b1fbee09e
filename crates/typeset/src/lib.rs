//! Papers as PDF, set by typst with one fixed template. Linked by the program alone, and run in a child of it ([`child_main`]).
//!
//! All words come in as data (`sys.inputs`) and are shown as texts; nothing of them is parsed as markup. The world that the
//! template sees holds the template and the fonts: no file, no package, no clock. So the same paper is the same file.

mod child;
mod print;
mod world;

pub use child::child_main;
pub use print::print;
