//! Areas of a picture made black, for what somebody may not see of it. The points below are gone: the picture is written anew
//! from what is left, without transparency, place, camera and thumbnail.

use documents::{Area, Code, Covered, Format, Limits, Rejected, picture};
use image::{DynamicImage, Rgb, RgbImage};

use crate::bounds::{caught, check_size};
use crate::drawing::{broken, decoded, in_words, jpeg, png};
use crate::sniff;

/// Areas of one picture.
const MOST: usize = 200;
/// Points around an area that are black, too: where a photograph is packed, edges shine through into the block beside them.
const EDGE: u32 = 8;
/// Points of a side of an area, at least: less covers no letter, and is a slip of the hand or of the keyboard.
const LEAST: u32 = 5;
/// What areas are counted in, for a side.
const WHOLE: u64 = 10_000;
/// Width and height of a figure in its own points, and from one to the next.
const FIGURE: (u32, u32, u32) = (3, 5, 4);
/// 0 to 9, line by line, three bits each.
const FIGURES: [[u8; 5]; 10] = [
    [7, 5, 5, 5, 7],
    [2, 6, 2, 2, 7],
    [7, 1, 7, 4, 7],
    [7, 1, 7, 1, 7],
    [5, 5, 7, 1, 1],
    [7, 4, 7, 1, 7],
    [7, 4, 7, 5, 7],
    [7, 1, 1, 2, 2],
    [7, 5, 7, 5, 7],
    [7, 5, 7, 1, 7],
];

/// Makes the areas black and writes a number into each that has room, in their order from 1, by which the grounds are told beside
/// the picture.
///
/// # Errors
/// A [`Rejected`]: no areas, or such as lie outside; what is no PNG or JPEG; broken off; too large.
pub fn cover(bytes: &[u8], file_name: &str, areas: &[Area], limits: &Limits) -> Result<Covered, Rejected> {
    check_size(bytes, limits)?;
    let lies_within = |area: &Area| {
        area.left < area.right
            && area.top < area.bottom
            && u64::from(area.right) <= WHOLE
            && u64::from(area.bottom) <= WHOLE
    };
    if areas.is_empty() || areas.len() > MOST || !areas.iter().all(lies_within) {
        let told = format!("请在图片上画出要遮盖的区域，一张图片最多 {MOST} 处，区域不能超出图片。");
        return Err(Rejected::new(Code::Unsupported, told));
    }
    let format = sniff(bytes, file_name)?;
    let kind = match format {
        Format::Png => image::ImageFormat::Png,
        Format::Jpeg => image::ImageFormat::Jpeg,
        other => {
            let told = format!("这是{}，不是图片。请用遮盖文字的办法，或导出为 PNG、JPEG 图片。", other.name());
            return Err(Rejected::new(Code::Unsupported, told));
        }
    };
    if !picture::is_whole(bytes) {
        return Err(broken(Code::Truncated));
    }
    caught("图片", || {
        let (mut image, turned) = decoded(bytes, kind, limits)?;
        image.apply_orientation(turned);
        let mut points = flat(image);
        for (at, area) in areas.iter().enumerate() {
            let (width, height) = size(*area, points.dimensions());
            if width < LEAST || height < LEAST {
                let told = format!(
                    "第 {} 处太小，在这张图片上只有 {width} × {height} 个像素，什么也遮不住。每边至少 {LEAST} 个像素，请重新画或填写。",
                    at + 1
                );
                return Err(Rejected::new(Code::Unsupported, told));
            }
        }
        for (at, area) in areas.iter().enumerate() {
            blacken(&mut points, *area, at + 1);
        }
        let made = DynamicImage::ImageRgb8(points);
        let bytes = if format == Format::Jpeg { jpeg(&made)? } else { png(&made)? };
        Ok(Covered { format, bytes })
    })
    .map_err(in_words)
}

/// On white: what is transparent has colours that nobody sees and everybody gets.
fn flat(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let seen = image.into_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, cover] = seen.get_pixel(x, y).0;
        let over = |colour: u8| {
            let cover = u32::from(cover);
            u8::try_from((u32::from(colour) * cover + 255 * (255 - cover)) / 255).unwrap_or(u8::MAX)
        };
        Rgb([over(red), over(green), over(blue)])
    })
}

/// In points: where a place of a side is, rounded to the outside.
fn places(area: Area, (width, height): (u32, u32)) -> (u32, u32, u32, u32) {
    let at = |part: u32, side: u32| u64::from(part) * u64::from(side);
    let low = |part, side| u32::try_from(at(part, side) / WHOLE).unwrap_or(side).saturating_sub(EDGE);
    let high =
        |part, side| u32::try_from(at(part, side).div_ceil(WHOLE)).unwrap_or(side).saturating_add(EDGE).min(side);
    (low(area.left, width), low(area.top, height), high(area.right, width), high(area.bottom, height))
}

/// Width and height of an area in points, without what is blackened around it.
fn size(area: Area, (width, height): (u32, u32)) -> (u32, u32) {
    let long = |from: u32, to: u32, side: u32| {
        u32::try_from(u64::from(to.saturating_sub(from)) * u64::from(side) / WHOLE).unwrap_or(side)
    };
    (long(area.left, area.right, width), long(area.top, area.bottom, height))
}

fn blacken(points: &mut RgbImage, area: Area, number: usize) {
    let (left, top, right, bottom) = places(area, points.dimensions());
    for y in top..bottom {
        for x in left..right {
            points.put_pixel(x, y, Rgb([0, 0, 0]));
        }
    }
    let digits: Vec<u8> = number.to_string().bytes().map(|byte| byte - b'0').collect();
    let wide = u32::try_from(digits.len()).unwrap_or(1) * FIGURE.2;
    // As large as it fits, and no larger than is read at a glance.
    let size = ((right - left) / (wide + 1)).min((bottom - top) / (FIGURE.1 + 2)).min(6);
    for (at, digit) in (0..).zip(&digits) {
        for (line, bits) in (0..).zip(FIGURES[usize::from(*digit) % 10]) {
            for column in 0..FIGURE.0 {
                if (bits >> (FIGURE.0 - 1 - column)) & 1 == 0 {
                    continue;
                }
                let (x, y) = (left + size * (1 + at * FIGURE.2 + column), top + size * (1 + line));
                for (dx, dy) in (0..size).flat_map(|dx| (0..size).map(move |dy| (dx, dy))) {
                    points.put_pixel(x + dx, y + dy, Rgb([255, 255, 255]));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};

    use super::*;

    fn area(left: u32, top: u32, right: u32, bottom: u32) -> Area {
        Area { left, top, right, bottom }
    }

    fn striped() -> Vec<u8> {
        let image = RgbaImage::from_fn(200, 100, |x, y| Rgba([(x % 256) as u8, 200, (y % 256) as u8, 255]));
        png(&DynamicImage::ImageRgba8(image)).expect("written")
    }

    #[test]
    fn what_lies_below_is_gone_and_the_rest_stays() {
        let covered = cover(&striped(), "a.png", &[area(5000, 0, 10_000, 5000)], &Limits::default()).expect("covered");
        let seen = image::load_from_memory(&covered.bytes).expect("opens").into_rgb8();
        assert_eq!(covered.format, Format::Png);
        for (x, y, point) in seen.enumerate_pixels() {
            if x >= 92 && y < 58 {
                assert!([[0; 3], [255; 3]].contains(&point.0), "{x} {y} {point:?}");
            } else {
                assert_eq!(point.0, [x as u8, 200, y as u8]);
            }
        }
        assert!(seen.pixels().any(|point| point.0 == [255; 3]), "it bears its number");
    }

    #[test]
    fn colours_below_transparency_do_not_go_out() {
        let image = RgbaImage::from_pixel(40, 40, Rgba([10, 20, 30, 0]));
        let bytes = png(&DynamicImage::ImageRgba8(image)).expect("written");
        let covered = cover(&bytes, "a.png", &[area(0, 0, 5000, 5000)], &Limits::default()).expect("covered");
        let seen = image::load_from_memory(&covered.bytes).expect("opens");
        assert!(!seen.color().has_alpha());
        assert_eq!(seen.into_rgb8().get_pixel(39, 39).0, [255; 3]);
    }

    #[test]
    fn an_area_that_covers_nothing_is_refused_with_its_number() {
        // 10,20,10.01,20.01 of a picture that is 200 wide and 100 high: no point at all.
        for wrong in [area(1000, 2000, 1001, 2001), area(0, 0, 10_000, 400), area(0, 0, 200, 10_000)] {
            let all = [area(0, 0, 5000, 5000), wrong];
            let told = cover(&striped(), "a.png", &all, &Limits::default()).expect_err("too small").message;
            assert!(told.contains("第 2 处太小"), "{told}");
        }
        assert!(cover(&striped(), "a.png", &[area(0, 0, 250, 500)], &Limits::default()).is_ok(), "5 × 5 points");
    }

    #[test]
    fn areas_outside_and_other_files_are_refused() {
        for wrong in [vec![], vec![area(5, 5, 5, 9)], vec![area(0, 0, 10_001, 10)]] {
            assert!(cover(&striped(), "a.png", &wrong, &Limits::default()).is_err());
        }
        assert!(cover(b"words", "a.txt", &[area(0, 0, 10, 10)], &Limits::default()).is_err());
    }
}
