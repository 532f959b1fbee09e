//! Charts drawn on the server as inline SVG: the statutory clock, progress of duties, the year as a heat map.
//!
//! They carry no `style` attribute and no ids (a page may hold fifty of them, and the content security policy
//! allows no inline style): colours are presentation attributes that the style sheet overrides by class, so that
//! they follow the dark office. Each is one image to a screen reader (`role="img"` with its words).

mod clock;
mod heat;
mod progress;

pub use clock::{Clock, clock};
pub use heat::{heat, months};
pub use progress::progress;

/// Escapes text for an attribute or element of SVG.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

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
