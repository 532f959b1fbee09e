//! A picture made anew for readers: two sizes, nothing of the file that was handed in.

use serde::{Deserialize, Serialize};

use crate::Format;

/// How wide a picture is at most, in pixels: twice the column of text of a large screen, near enough.
pub const WIDEST: u32 = 1200;
/// How wide its smaller size is, for telephones and slow lines.
pub const WIDE: u32 = 480;

/// A picture in the sizes that readers are sent. Only what is seen is left of what was handed in: no place, no camera, no
/// thumbnail, no profile; and it stands upright.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// PNG or JPEG; both sizes are the same.
    pub format: Format,
    /// As wide as the original, at most [`WIDEST`].
    pub large: DrawnSize,
    /// [`WIDE`]; `None` when the large one is not wider than that.
    pub small: Option<DrawnSize>,
}

/// One size of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnSize {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The file.
    #[serde(with = "in_letters")]
    pub bytes: Vec<u8>,
}

/// Width and height of the smaller size of a picture of this size; `None` when there is none.
pub fn narrow((width, height): (u32, u32)) -> Option<(u32, u32)> {
    if width <= WIDE {
        return None;
    }
    let scaled = (u64::from(height) * u64::from(WIDE) + u64::from(width) / 2) / u64::from(width);
    Some((WIDE, u32::try_from(scaled).unwrap_or(height).max(1)))
}

/// Bytes in JSON: a list of numbers would take four times the room.
pub(crate) mod in_letters {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        BASE64_STANDARD.decode(String::deserialize(from)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_size_keeps_the_shape_and_nothing_grows() {
        assert_eq!(narrow((1200, 800)), Some((480, 320)));
        assert_eq!(narrow((1000, 333)), Some((480, 160)));
        assert_eq!(narrow((1200, 1)), Some((480, 1)));
        assert_eq!(narrow((480, 5000)), None);
        let size = DrawnSize { width: 1, height: 2, bytes: vec![0, 255, 7] };
        let text = serde_json::to_string(&size).expect("written");
        assert_eq!(serde_json::from_str::<DrawnSize>(&text).expect("read"), size);
    }
}
