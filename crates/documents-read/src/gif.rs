//! The first picture of a GIF file, for texts: what moves on a page is moved by the reader alone. The decoder of the words that GIF
//! packs its points into is a library's; the rest of the format is short.

use documents::{Code, Limits, Rejected};
use image::{DynamicImage, Rgba, RgbaImage};
use weezl::{BitOrder, decode::Decoder};

use crate::drawing::{broken, too_large};

/// Whether a file says that it is one.
pub(crate) fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a")
}

/// Bytes that are taken one after another; `None` when the file breaks off.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|one| one[0])
    }

    fn number(&mut self) -> Option<u32> {
        self.take(2).map(|two| u32::from(u16::from_le_bytes([two[0], two[1]])))
    }

    /// Blocks up to the empty one, put together.
    fn blocks(&mut self) -> Option<Vec<u8>> {
        let mut all = Vec::new();
        loop {
            match self.byte()? {
                0 => return Some(all),
                length => all.extend_from_slice(self.take(usize::from(length))?),
            }
        }
    }

    /// A table of colours, if the flags say that there is one.
    fn colors(&mut self, flags: u8) -> Option<&'a [u8]> {
        if flags & 0x80 == 0 { Some(&[]) } else { self.take(3 << ((flags & 7) + 1)) }
    }
}

/// Reads the first picture.
///
/// # Errors
/// [`Code::TooComplex`] with more points than the limits bear; [`Code::Truncated`] or [`Code::Damaged`] otherwise.
pub(crate) fn first(bytes: &[u8], limits: &Limits) -> Result<DynamicImage, Rejected> {
    let mut rest = Rest(bytes.get(6..).unwrap_or_default());
    let head = (|| Some((rest.number()?, rest.number()?, rest.take(3)?[0])))();
    let Some((width, height, flags)) = head else { return Err(broken(Code::Truncated)) };
    if u64::from(width) * u64::from(height) > limits.pixels {
        return Err(too_large(width, height));
    }
    if width == 0 || height == 0 {
        return Err(broken(Code::Damaged));
    }
    let Some(colors) = rest.colors(flags) else { return Err(broken(Code::Truncated)) };
    let mut clear = None;
    loop {
        match rest.byte() {
            // the picture
            Some(0x2C) => break,
            // what is told of it: which colour is none
            Some(0x21) => {
                let label = rest.byte();
                let Some(told) = rest.blocks() else { return Err(broken(Code::Truncated)) };
                if let (Some(0xF9), [flags, _, _, index, ..]) = (label, told.as_slice()) {
                    clear = (flags & 1 == 1).then_some(*index);
                }
            }
            None => return Err(broken(Code::Truncated)),
            Some(_) => return Err(broken(Code::Damaged)),
        }
    }
    let place = (|| Some([rest.number()?, rest.number()?, rest.number()?, rest.number()?]))();
    let frame = place.and_then(|place| {
        let flags = rest.byte()?;
        let own = rest.colors(flags)?;
        Some((place, flags & 0x40 != 0, own, rest.byte()?, rest.blocks()?))
    });
    let Some((place, woven, own, size, packed)) = frame else { return Err(broken(Code::Truncated)) };
    let [_, _, wide, high] = place;
    if !(2..=8).contains(&size) || u64::from(wide) * u64::from(high) > limits.pixels {
        return Err(broken(Code::Damaged));
    }
    let mut points = vec![0; wide as usize * high as usize];
    let read = Decoder::new(BitOrder::Lsb, size).decode_bytes(&packed, &mut points);
    if read.consumed_out < points.len() {
        return Err(broken(Code::Truncated));
    }
    let colors = if own.is_empty() { colors } else { own };
    let order: Vec<u32> = if woven { woven_rows(high) } else { (0..high).collect() };
    let mut image = RgbaImage::new(width, height);
    for (row, line) in order.into_iter().zip(points.chunks(wide.max(1) as usize)) {
        for (column, index) in (0..).zip(line) {
            let (x, y) = (place[0] + column, place[1] + row);
            let at = usize::from(*index) * 3;
            if let (Some(&[red, green, blue]), true) = (colors.get(at..at + 3), Some(*index) != clear)
                && x < width
                && y < height
            {
                image.put_pixel(x, y, Rgba([red, green, blue, u8::MAX]));
            }
        }
    }
    Ok(DynamicImage::ImageRgba8(image))
}

/// The order of rows of a picture that was meant to grow clearer while it came.
fn woven_rows(high: u32) -> Vec<u32> {
    [(0, 8), (4, 8), (2, 4), (1, 2)].into_iter().flat_map(|(first, step)| (first..high).step_by(step)).collect()
}

#[cfg(test)]
mod tests {
    use image::GenericImageView;

    use super::*;

    /// Two colours, red and blue; as many points as asked for, each a word of its own.
    fn gif(size: (u8, u8), told: &[u8], points: &[u8], woven: bool) -> Vec<u8> {
        let mut out = b"GIF89a".to_vec();
        out.extend([size.0, 0, size.1, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255]);
        out.extend(told);
        out.extend([0x2C, 0, 0, 0, 0, size.0, 0, size.1, 0, if woven { 0x40 } else { 0 }, 2]);
        let packed = weezl::encode::Encoder::new(BitOrder::Lsb, 2).encode(points).expect("packed");
        out.push(u8::try_from(packed.len()).expect("short"));
        out.extend(packed);
        out.extend([0, 0x3B]);
        out
    }

    #[test]
    fn the_first_picture_is_read() {
        let limits = Limits::default();
        let image = first(&gif((2, 2), &[], &[0, 1, 1, 0], false), &limits).expect("read");
        assert_eq!((image.get_pixel(0, 0).0, image.get_pixel(1, 0).0), ([255, 0, 0, 255], [0, 0, 255, 255]));
        let clear = [0x21, 0xF9, 4, 1, 0, 0, 1, 0];
        let image = first(&gif((2, 1), &clear, &[0, 1], false), &limits).expect("read");
        assert_eq!((image.get_pixel(0, 0).0[3], image.get_pixel(1, 0).0[3]), (255, 0));
        let woven = first(&gif((1, 5), &[], &[0, 0, 1, 1, 0], true), &limits).expect("read");
        let shades: Vec<u8> = (0..5).map(|y| woven.get_pixel(0, y).0[2]).collect();
        assert_eq!(shades, [0, 255, 255, 0, 0]);
    }

    #[test]
    fn what_lies_or_breaks_off_is_refused() {
        let whole = gif((4, 4), &[], &[1; 16], false);
        for cut in 6..whole.len() - 2 {
            first(&whole[..cut], &Limits::default()).expect_err("broken off");
        }
        let mut large = whole.clone();
        large[6..10].copy_from_slice(&[0xFF; 4]);
        assert_eq!(first(&large, &Limits::default()).expect_err("too large").code, Code::TooComplex);
        let mut odd = whole.clone();
        for at in 6..whole.len() {
            odd[at] ^= 0xFF;
            let _ = first(&odd, &Limits::default());
            odd[at] ^= 0xFF;
        }
        assert!(is_one(&whole) && !is_one(b"GIF8"));
    }
}
