//! Personal numbers in what the public would see (政府信息公开条例 Art. 15): found before it becomes public, and named so that
//! they can be removed.

/// What is wrong with a text or an address that is about to become public: the masked number and what to do. `None` = nothing. An
/// address may write any character by its number; what the reader's browser makes of it counts, however often it is wrapped.
pub fn objection(text: &str) -> Option<String> {
    let mut seen = text.to_owned();
    for _ in 0..=WRAPS {
        if let Some(objection) = text::findings::objection(&seen) {
            return Some(objection);
        }
        let plain = String::from_utf8_lossy(&kernel::percent_decoded(&seen)).into_owned();
        if plain == seen {
            return None;
        }
        seen = plain;
    }
    // Nobody wraps an address so often who has nothing to hide.
    Some("网址经过多次编码，系统看不出里面是什么，不能公开。请从浏览器地址栏复制网址。".into())
}

/// So often `%25` may stand for `%`.
const WRAPS: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_an_address_is_found_however_it_is_written() {
        let number = "000000199001010018";
        let once: String = number.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for path in [
            number.to_owned(),
            format!("%30{}", &number[1..]),
            once.clone(),
            once.replace('%', "%25"),
            once.replace('%', "%2525"),
            "%31%33800138000".to_owned(),
            "a?b=%EF%BC%91%EF%BC%93800138000".to_owned(),
        ] {
            let url = format!("https://www.example.com/{path}");
            assert!(objection(&url).is_some(), "{url}");
        }
        let wrapped = (0..9).fold("%30".to_owned(), |text, _| text.replace('%', "%25"));
        assert!(objection(&format!("https://www.example.com/{wrapped}")).is_some_and(|said| said.contains("多次编码")));
        for good in [
            "https://www.example.gov.cn/art/2026/3/2/art_1_2.html",
            "https://a.cn/%E9%9D%92%E7%A6%BE?x=100%",
            "折扣 50%，共 3 项",
        ] {
            assert_eq!(objection(good), None, "{good}");
        }
    }
}
