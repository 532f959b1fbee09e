//! An address as a QR code: on paper, and for whoever reads on to go with a telephone.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

use super::open;

/// Light modules around the code, which readers need (ISO/IEC 18004).
const QUIET: usize = 4;

/// Draws the address, dark on light whatever the page around it; `label` says what opens. Empty when the address is longer than
/// a code holds, some thousand characters.
#[must_use]
pub fn qr(address: &str, label: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(address, EcLevel::M) else { return String::new() };
    let wide = code.width();
    let colors = code.to_colors();
    // One path, one stroke for each run of dark modules: a third of what single squares take.
    let mut path = String::new();
    for (row, line) in colors.chunks(wide).enumerate() {
        let mut at = 0;
        while at < wide {
            let run = line[at..].iter().take_while(|color| **color == Color::Dark).count();
            if run > 0 {
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", at + QUIET, row + QUIET);
            }
            at += run.max(1);
        }
    }
    let whole = wide + 2 * QUIET;
    let begin = open("qr", &format!(r#"viewBox="0 0 {whole} {whole}" shape-rendering="crispEdges""#), label);
    format!(r##"{begin}<path fill="#fff" d="M0 0h{whole}v{whole}h-{whole}z"/><path fill="#000" d="{path}"/></svg>"##)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_path_with_light_around_it() {
        let svg = qr("https://www.example.gov.cn/policies/0123456789abcdef", "本页");
        assert_eq!(svg.matches("<path").count(), 2);
        assert!(svg.contains("fill=\"#000\" d=\"M4 4h7v1h-7z"), "the finder in the corner: {svg}");
        assert!(svg.len() < 8_000 && !svg.contains("style="), "{} bytes", svg.len());
        assert_eq!(svg, qr("https://www.example.gov.cn/policies/0123456789abcdef", "本页"));
    }

    #[test]
    fn what_no_code_holds_is_not_drawn() {
        assert!(qr(&"长".repeat(3_000), "").is_empty());
    }
}
