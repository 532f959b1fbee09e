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

/// A picture of the file, as it lies in it.
struct Frame<'a> {
    /// Left, top, width and height on the screen of the file.
    place: [u32; 4],
    /// Whether its rows are woven.
    woven: bool,
    /// Colours of its own; empty = those of the file.
    colors: &'a [u8],
    /// Bits of a point.
    size: u8,
    packed: Vec<u8>,
}

impl<'a> Frame<'a> {
    fn read(rest: &mut Rest<'a>) -> Option<Self> {
        let place = [rest.number()?, rest.number()?, rest.number()?, rest.number()?];
        let flags = rest.byte()?;
        Some(Self {
            place,
            woven: flags & 0x40 != 0,
            colors: rest.colors(flags)?,
            size: rest.byte()?,
            packed: rest.blocks()?,
        })
    }
}

/// Width, height and colours of the screen of the file.
fn screen<'a>(rest: &mut Rest<'a>) -> Option<(u32, u32, &'a [u8])> {
    let (width, height) = (rest.number()?, rest.number()?);
    let flags = rest.take(3)?[0];
    Some((width, height, rest.colors(flags)?))
}

/// Reads the first picture.
///
/// # Errors
/// [`Code::TooComplex`] with more points than the limits bear; [`Code::Truncated`] or [`Code::Damaged`] otherwise.
pub(crate) fn first(bytes: &[u8], limits: &Limits) -> Result<DynamicImage, Rejected> {
    let cut_off = || broken(Code::Truncated);
    let mut rest = Rest(bytes.get(6..).unwrap_or_default());
    let (width, height, colors) = screen(&mut rest).ok_or_else(cut_off)?;
    if u64::from(width) * u64::from(height) > limits.pixels {
        return Err(too_large(width, height));
    }
    let mut clear = None;
    loop {
        match rest.byte().ok_or_else(cut_off)? {
            // the picture
            0x2C => break,
            // what is told of it: which colour is none
            0x21 => {
                let label = rest.byte().ok_or_else(cut_off)?;
                let told = rest.blocks().ok_or_else(cut_off)?;
                if let (0xF9, [flags, _, _, index, ..]) = (label, told.as_slice()) {
                    clear = (flags & 1 == 1).then_some(*index);
                }
            }
            _ => return Err(broken(Code::Damaged)),
        }
    }
    let frame = Frame::read(&mut rest).ok_or_else(cut_off)?;
    let [left, top, wide, high] = frame.place;
    let points = u64::from(wide) * u64::from(high);
    if !(2..=8).contains(&frame.size) || points > limits.pixels || points == 0 || width == 0 || height == 0 {
        return Err(broken(Code::Damaged));
    }
    let mut points = vec![0; wide as usize * high as usize];
    if !unpack(&frame.packed, frame.size, &mut points) {
        return Err(cut_off());
    }
    let colors = if frame.colors.is_empty() { colors } else { frame.colors };
    let order: Vec<u32> = if frame.woven { woven_rows(high) } else { (0..high).collect() };
    let mut image = RgbaImage::new(width, height);
    for (row, line) in order.into_iter().zip(points.chunks(wide as usize)) {
        for (column, index) in (0..).zip(line) {
            let (x, y, at) = (left + column, top + row, usize::from(*index) * 3);
            let seen = Some(*index) != clear && x < width && y < height;
            if let Some(&[red, green, blue]) = colors.get(at..at + 3).filter(|_| seen) {
                image.put_pixel(x, y, Rgba([red, green, blue, u8::MAX]));
            }
        }
    }
    Ok(DynamicImage::ImageRgba8(image))
}

/// Unpacks as many points as there is room for, and no more; says whether there were so many.
fn unpack(packed: &[u8], size: u8, points: &mut [u8]) -> bool {
    let mut decoder = Decoder::new(BitOrder::Lsb, size);
    let (mut packed, mut done) = (packed, 0);
    while done < points.len() {
        let read = decoder.decode_bytes(packed, &mut points[done..]);
        packed = &packed[read.consumed_in..];
        done += read.consumed_out;
        if read.status.is_err() || (read.consumed_in == 0 && read.consumed_out == 0) {
            break;
        }
    }
    done == points.len()
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
