//! 文字关: characters that are often wrong, marks (GB/T 15834), figures (GB/T 15835), numbers of documents (GB/T 9704), names that organs
//! bear no more. What is found says what can stand in its place wherever that is certain.

mod figures;
mod marks;
mod numbers;
mod organs;
mod words;

pub use organs::{Former, Renamed};
use text::findings::Finding;

/// What the wording rules find. `chars` are the characters of `text`.
pub(crate) fn look(part: &str, text: &str, chars: &[char], former: &Former) -> Vec<Finding> {
    let mut found = words::look(part, text, chars);
    found.extend(marks::look(part, text, chars));
    found.extend(figures::look(part, chars));
    found.extend(numbers::look(part, chars));
    found.extend(former.look(part, text, chars));
    found
}
