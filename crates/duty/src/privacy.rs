//! Personal numbers in what the public would see (政府信息公开条例 Art. 15): found before it becomes public, and named so that
//! they can be removed.

pub use text::findings::objection;
