//! Charts drawn on the server as inline SVG: the statutory clock, progress of duties, the year as a heat map, an
//! address as a QR code, a figure over the years, and the figures of an item's records ([`figures`]).
//!
//! They carry no `style` attribute and no ids (a page may hold fifty of them, and the content security policy
//! allows no inline style): colours are presentation attributes that the style sheet overrides by class, so that
//! they follow the dark office. Each is one image to a screen reader (`role="img"` with its words).

mod clock;
pub mod figures;
mod heat;
mod progress;
mod qr;
mod years;

pub use clock::{Clock, clock};
pub use heat::{bars, heat, months};
pub use progress::progress;
pub use qr::qr;
pub use years::years;

use web::page::escape;

/// The opening tag shared by all charts: one image with its words, also as a tooltip.
fn open(class: &str, attributes: &str, label: &str) -> String {
    let label = escape(label);
    format!(r#"<svg class="{class}" {attributes} role="img" aria-label="{label}"><title>{label}</title>"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_cannot_leave_the_attribute() {
        let svg = open("clock", "", r#""><script>alert('x')</script>"#);
        assert!(!svg.contains("<script"), "{svg}");
        assert!(svg.contains("&quot;&gt;&lt;script"), "{svg}");
    }
}
