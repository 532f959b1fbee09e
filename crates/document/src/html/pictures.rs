//! Pictures in a text. The text names one by its address alone, which says how large it is: so what readers are sent (sizes for
//! narrow and wide screens, room kept free before it arrives) is made from the text and nothing else, like everything of its
//! form for reading.

use documents::narrow;

use super::pieces::{self, Piece};

/// Where pictures of texts are, on the portal and in the office alike.
pub const PLACE: &str = "/pictures/";
/// The column of text is this wide on a large screen; on a small one a picture fills it but for the margins.
const SIZES: &str = "(max-width: 45rem) calc(100vw - 2rem), 42rem";
/// Read aloud in a draft that is not finished.
const UNTOLD: &str = "（这张图片还没有写替代文字）";

/// What the address of a picture says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Identifier of its row.
    pub id: String,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// `png` or `jpg`.
    pub format: String,
}

impl Address {
    /// Reads an address of a text: `/pictures/{id}/{width}x{height}.{format}`, in this form alone.
    pub fn read(address: &str) -> Option<Self> {
        let (id, name) = address.strip_prefix(PLACE)?.split_once('/')?;
        let (size, format) = name.split_once('.')?;
        let (width, height) = size.split_once('x')?;
        let read =
            Self { id: id.to_owned(), size: (width.parse().ok()?, height.parse().ok()?), format: format.to_owned() };
        let known = id.len() == 16 && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let fits = (1..=documents::WIDEST).contains(&read.size.0) && (1..=65_535).contains(&read.size.1);
        (known && fits && matches!(format, "png" | "jpg") && read.to_string() == address).then_some(read)
    }

    /// The address of its smaller size, if it has one.
    pub fn small(&self) -> Option<Self> {
        Some(Self { size: narrow(self.size)?, ..self.clone() })
    }

    /// The last part of the address.
    pub fn name(&self) -> String {
        format!("{}x{}.{}", self.size.0, self.size.1, self.format)
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{PLACE}{}/{}", self.id, self.name())
    }
}

/// A picture as a text names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As written; empty when it has none, because none that was written may stand there.
    pub src: String,
    /// What stands in its place for who does not see it; `None` = nobody has said anything yet, empty = it only decorates.
    pub alt: Option<String>,
}

/// The pictures of a text that has been cleaned, in order.
pub fn of(html: &str) -> Vec<Named> {
    if !html.contains("<img") {
        return Vec::new();
    }
    let named = |piece: &Piece| match piece {
        Piece::Open { name, attributes, .. } if name == "img" => {
            let value = |key: &str| attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
            Some(Named { src: value("src").unwrap_or_default(), alt: value("alt") })
        }
        _ => None,
    };
    pieces::read(html).iter().filter_map(named).collect()
}

/// A figure, as it is put into a text. `alt` is `None` while nobody has said what is seen; an empty one says that it only decorates.
pub fn figure(address: &str, alt: Option<&str>, caption: &str) -> String {
    let mut out = "<figure>".to_owned();
    let mut attributes = vec![("src".to_owned(), address.to_owned())];
    attributes.extend(alt.map(|alt| ("alt".to_owned(), alt.to_owned())));
    pieces::write_open("img", &attributes, &mut out);
    if !caption.is_empty() {
        out.push_str("<figcaption>");
        pieces::escape(caption, &mut out);
        out.push_str("</figcaption>");
    }
    out.push_str("</figure>");
    out
}

/// What readers are sent of a picture: its sizes, and room that is kept for it; it is fetched when it comes near.
pub(super) fn ready(attributes: &[(String, String)]) -> Vec<(String, String)> {
    let value = |wanted: &str| attributes.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
    let Some(large) = value("src").and_then(Address::read) else { return attributes.to_vec() };
    let mut out = vec![("src".to_owned(), large.to_string())];
    if let Some(small) = large.small() {
        let sizes = format!("{small} {}w, {large} {}w", small.size.0, large.size.0);
        out.extend([("srcset".to_owned(), sizes), ("sizes".to_owned(), SIZES.to_owned())]);
    }
    let fixed = [
        ("width", large.size.0.to_string()),
        ("height", large.size.1.to_string()),
        ("alt", value("alt").unwrap_or(UNTOLD).to_owned()),
        ("loading", "lazy".to_owned()),
        ("decoding", "async".to_owned()),
    ];
    out.extend(fixed.map(|(key, value)| (key.to_owned(), value)));
    out.extend(attributes.iter().filter(|(key, _)| key != "src" && key != "alt").cloned());
    out
}

/// A text for programs that read it elsewhere: what it fetches and where it leads on this site has the site's address before it.
/// `base` is that address, without a stroke at its end.
pub fn absolute(html: &str, base: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for piece in pieces::read(html) {
        match piece {
            Piece::Words(words) => pieces::escape(&words, &mut out),
            Piece::Close { name } => out.push_str(&format!("</{name}>")),
            Piece::Open { name, mut attributes, .. } => {
                for (key, value) in &mut attributes {
                    let own = |address: &str| address.starts_with('/') && !address.starts_with("//");
                    match key.as_str() {
                        "src" | "href" if own(value.as_str()) => value.insert_str(0, base),
                        "srcset" => {
                            let each = |one: &str| if own(one) { format!("{base}{one}") } else { one.to_owned() };
                            *value = value.split(", ").map(each).collect::<Vec<_>>().join(", ");
                        }
                        _ => {}
                    }
                }
                pieces::write_open(&name, &attributes, &mut out);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: &str = "/pictures/0123456789abcdef/1200x800.jpg";

    #[test]
    fn an_address_has_one_form() {
        let read = Address::read(LARGE).expect("an address");
        assert_eq!((read.size, read.format.as_str(), read.to_string().as_str()), ((1200, 800), "jpg", LARGE));
        assert_eq!(read.small().expect("smaller").to_string(), "/pictures/0123456789abcdef/480x320.jpg");
        for odd in [
            "/pictures/0123456789abcdef/1201x800.jpg",
            "/pictures/0123456789abcdef/0x800.jpg",
            "/pictures/0123456789abcdef/01200x800.jpg",
            "/pictures/0123456789abcdef/+12x800.jpg",
            "/pictures/0123456789abcdef/1200x800.svg",
            "/pictures/0123456789abcdef/1200x800.jpg?x",
            "/pictures/0123456789ABCDEF/1200x800.jpg",
            "/pictures/../secret/1200x800.jpg",
            "https://evil.example/pictures/0123456789abcdef/1200x800.jpg",
            "//pictures/0123456789abcdef/1200x800.jpg",
            "",
        ] {
            assert_eq!(Address::read(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_text_tells_its_pictures() {
        let text = format!(
            "<p>甲</p>{}{}<p><img alt=\"\"></p>",
            figure(LARGE, Some("一张<图>"), "图1"),
            figure(LARGE, None, "")
        );
        assert!(text.contains("<figcaption>图1</figcaption></figure><figure><img src="), "{text}");
        let alts: Vec<_> = of(&text).into_iter().map(|one| (one.src, one.alt)).collect();
        let expected = [
            (LARGE.to_owned(), Some("一张<图>".to_owned())),
            (LARGE.to_owned(), None),
            (String::new(), Some(String::new())),
        ];
        assert_eq!(alts, expected);
        assert!(of("<p>&lt;img&gt;</p>").is_empty());
    }

    #[test]
    fn a_copy_for_elsewhere_leads_here() {
        let text = "<p>a &lt; b<a href=\"/policies/1\">甲</a><a href=\"#x\">乙</a><a href=\"//e.example\">丙</a><br></p>\
                    <img src=\"/pictures/a\" srcset=\"/pictures/b 480w, /pictures/a 1200w\">";
        let expected = "<p>a &lt; b<a href=\"https://own/policies/1\">甲</a><a href=\"#x\">乙</a>\
                        <a href=\"//e.example\">丙</a><br></p><img src=\"https://own/pictures/a\" \
                        srcset=\"https://own/pictures/b 480w, https://own/pictures/a 1200w\">";
        assert_eq!(absolute(text, "https://own"), expected);
    }
}
