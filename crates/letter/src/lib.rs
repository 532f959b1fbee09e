//! Papers that go out: official letters in the layout of GB/T 9704-2012, and reports with headings and tables.
//!
//! [`Letter`] says what a letter is made of and refuses one that lacks something; [`Letter::paper`] lays it out as a [`Paper`],
//! which reports make by themselves. [`docx()`] writes a paper as Word; [`Press`] has it made as PDF by the crate `typeset` in a
//! child of the program, with the fonts that the machine has. Both take all words as texts: nothing of them is ever a command or
//! markup.

mod docx;
mod official;
mod paper;
mod press;
mod table;
mod words;

pub use docx::docx;
pub use official::{Fault, Imprint, Letter, body_of, date_in_words};
pub use paper::{Align, Block, Foot, Form, Head, Paper};
pub use press::{Fonts, Order, Papers, Press, TYPESET_COMMAND, Unprinted};
pub use table::{Cell, Slot, Table, Uneven};
pub use words::shown;
