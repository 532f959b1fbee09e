//! Pictures of texts: what is published is drawn anew, and what would hurt is refused in words.

use std::io::Cursor;

use documents::{Code, Drawn, Extractor, Format, Limits, Rejected, picture};
use gongkai_documents_read::draw;
use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use crate::fixtures::{docx, paragraph};

fn drawn(bytes: &[u8], name: &str) -> Result<Drawn, Rejected> {
    draw(bytes, name, &Limits::default())
}

/// A picture of this size: red above, blue below, and noise between if wanted.
fn points(width: u32, height: u32) -> DynamicImage {
    let point = |_, y| if y < height / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) };
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, point))
}

fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("written");
    bytes.into_inner()
}

fn opened(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).expect("a picture")
}

/// A JPEG as a camera writes it: held in this way, with a place and a telephone number in its notes.
fn photo(width: u32, height: u32, held: u8) -> Vec<u8> {
    let plain = file(&points(width, height), ImageFormat::Jpeg);
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([held, 0, 0, 0]);
    exif.extend(b"\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0 tel 13800138000");
    let mut bytes = b"\xFF\xD8\xFF\xE1".to_vec();
    bytes.extend(u16::try_from(exif.len() + 2).expect("short").to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&plain[2..]);
    bytes.extend(b"behind the end 13900139000");
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |mut sum, byte| {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
        }
        sum
    })
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [name.as_slice(), data].concat();
    let length = u32::try_from(data.len()).expect("short").to_be_bytes();
    [length.as_slice(), &named, &crc(&named).to_be_bytes()].concat()
}

/// A PNG that says it has this size, with hardly anything in it.
fn claims(width: u32, height: u32, depth: u8) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, 2, 0, 0, 0]].concat();
    // one stored block of zlib with nothing in it
    let body = chunk(b"IDAT", &[0x78, 1, 1, 0, 0, 0xFF, 0xFF, 0, 0, 0, 1]);
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &head), body, chunk(b"IEND", &[])].concat()
}

#[test]
fn two_sizes_are_made_and_none_grows() {
    let made = drawn(&file(&points(2000, 1000), ImageFormat::Png), "图.png").expect("drawn");
    assert_eq!((made.format, made.large.width, made.large.height), (Format::Png, 1200, 600));
    let small = made.small.expect("a smaller one");
    assert_eq!((small.width, small.height), (480, 240));
    for (size, width, height) in [(&made.large, 1200, 600), (&small, 480, 240)] {
        let seen = opened(&size.bytes);
        assert_eq!(seen.dimensions(), (width, height));
        let (above, below) = (seen.get_pixel(width / 2, 5), seen.get_pixel(width / 2, height - 5));
        assert!(above.0[0] > 200 && below.0[2] > 200, "{above:?} {below:?}");
    }
    let little = drawn(&file(&points(300, 200), ImageFormat::Png), "图.png").expect("drawn");
    assert_eq!((little.large.width, little.large.height, little.small), (300, 200, None));
    let between = drawn(&file(&points(700, 100), ImageFormat::Jpeg), "图.jpeg").expect("drawn");
    assert_eq!((between.format, between.large.width), (Format::Jpeg, 700));
    assert_eq!(between.small.map(|small| (small.width, small.height)), Some((480, 69)));
}

#[test]
fn a_photo_stands_upright_and_tells_nothing() {
    let original = photo(600, 400, 6);
    assert!(picture::has_place(&original));
    let made = drawn(&original, "DSC0001.JPG").expect("drawn");
    // Held with its right side up: what was above is on the right.
    assert_eq!((made.large.width, made.large.height), (400, 600));
    let seen = opened(&made.large.bytes);
    let (left, right) = (seen.get_pixel(10, 300), seen.get_pixel(390, 300));
    assert!(left.0[2] > 180 && right.0[0] > 180, "{left:?} {right:?}");
    for size in [Some(&made.large), made.small.as_ref()].into_iter().flatten() {
        assert!(!picture::has_place(&size.bytes));
        assert_eq!(picture::notes(&size.bytes), Some(Vec::new()), "nothing beside the picture");
        let words = String::from_utf8_lossy(&size.bytes).into_owned();
        assert!(!words.contains("1380013") && !words.contains("1390013") && !words.contains("Exif"));
    }
    let turned = drawn(&photo(600, 400, 8), "a.jpg").expect("drawn");
    let seen = opened(&turned.large.bytes);
    assert!(seen.get_pixel(10, 300).0[0] > 180, "turned the other way");
    // What it says of being held that is nothing is nothing.
    let odd = drawn(&photo(600, 400, 77), "a.jpg").expect("drawn");
    assert_eq!((odd.large.width, odd.large.height), (600, 400));
}

#[test]
fn what_is_clear_stays_clear_and_a_photo_without_losses_becomes_small() {
    let glass = RgbaImage::from_fn(600, 100, |x, _| Rgba([0, 0, 0, u8::from(x > 300) * 255]));
    let made = drawn(&file(&DynamicImage::ImageRgba8(glass), ImageFormat::Png), "章.png").expect("drawn");
    assert_eq!(made.format, Format::Png);
    assert_eq!(opened(&made.large.bytes).get_pixel(10, 50).0[3], 0);
    let mut state = 7_u32;
    let noise = RgbImage::from_fn(500, 400, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = u8::try_from(state >> 28).expect("four bits");
        Rgb([u8::try_from(x % 200).expect("byte") + grain, u8::try_from(y % 200).expect("byte") + grain, 90 + grain])
    });
    let photo = file(&DynamicImage::ImageRgb8(noise), ImageFormat::Png);
    let made = drawn(&photo, "照片.png").expect("drawn");
    assert_eq!(made.format, Format::Jpeg);
    assert!(made.large.bytes.len() * 2 < photo.len());
    let small = made.small.expect("a smaller one");
    assert!(small.bytes.starts_with(b"\xFF\xD8\xFF"), "both are of one kind");
    // Sixteen bits for each colour, and shades of grey.
    let deep = DynamicImage::ImageRgb8(points(40, 40).into_rgb8()).into_rgb16();
    let made = drawn(&file(&DynamicImage::ImageRgb16(deep), ImageFormat::Png), "a.png").expect("drawn");
    assert_eq!(opened(&made.large.bytes).color(), image::ColorType::Rgb8);
    let grey = drawn(&file(&DynamicImage::ImageLuma8(points(40, 40).into_luma8()), ImageFormat::Png), "a.png");
    assert_eq!(opened(&grey.expect("drawn").large.bytes).color(), image::ColorType::L8);
}

#[test]
fn what_would_hurt_is_refused_before_room_is_made_for_it() {
    for (hostile, width) in
        [(claims(20_000, 20_000, 8), "20000"), (claims(31_000, 2, 8), "31000"), (claims(8000, 7990, 16), "8000")]
    {
        let refused = drawn(&hostile, "图.png").expect_err("too large");
        assert_eq!(refused.code, Code::TooComplex, "{refused}");
        assert!(refused.message.contains(width) && refused.message.contains("缩小"), "{refused}");
    }
    // Says that it is large enough to be borne, and holds nothing.
    for hostile in [claims(4000, 4000, 8), claims(0, 10, 8)] {
        let refused = drawn(&hostile, "图.png").expect_err("empty");
        assert!(matches!(refused.code, Code::Damaged | Code::Truncated), "{refused}");
        assert!(refused.message.contains("另存为 PNG 或 JPEG"), "{refused}");
    }
    // A profile that unpacks to a thousand times its size is not unpacked.
    let mut profile = b"icc\0\0".to_vec();
    profile.extend(bomb());
    let good = file(&points(40, 40), ImageFormat::Png);
    let hostile = [&good[..33], &chunk(b"iCCP", &profile), &good[33..]].concat();
    if let Ok(made) = drawn(&hostile, "图.png") {
        assert_eq!(made.large.width, 40);
        assert!(made.large.bytes.len() < 10_000);
    }
}

/// Twenty megabytes of nothing, packed.
fn bomb() -> Vec<u8> {
    let zeros = vec![0; 20 << 20];
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(image::GrayImage::from_raw(4096, 5120, zeros).expect("zeros"))
        .write_to(&mut bytes, ImageFormat::Png)
        .expect("written");
    let bytes = bytes.into_inner();
    let at = bytes.windows(4).position(|four| four == b"IDAT").expect("points");
    bytes[at + 4..].to_vec()
}

#[test]
fn what_breaks_off_is_refused_wherever_it_breaks() {
    for (whole, name) in [(file(&points(300, 300), ImageFormat::Png), "a.png"), (photo(300, 300, 1), "a.jpg")] {
        assert!(drawn(&whole, name).is_ok());
        for part in [9, 40, whole.len() / 3, whole.len() - 60] {
            let refused = drawn(&whole[..part], name).expect_err("broken off");
            assert!(matches!(refused.code, Code::Truncated | Code::Damaged), "{part}: {refused}");
            assert!(refused.message.contains("PNG 或 JPEG"), "{refused}");
        }
        let mut odd = whole.clone();
        // Whatever becomes of single bytes, the answer is a picture or a sentence.
        for at in (20..odd.len()).step_by(odd.len() / 40) {
            odd[at] ^= 0x55;
            let _ = drawn(&odd, name);
        }
    }
}

#[test]
fn what_is_no_picture_is_called_what_it_is() {
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"><script>alert(2)</script></svg>";
    let word = docx(&paragraph("x"), &[]);
    let jpeg = photo(30, 30, 1);
    let lies: [(&[u8], &str); 10] = [
        (svg, "图.svg"),
        (svg, "图.png"),
        (b"<html><script>alert(1)</script></html>", "图.jpg"),
        (&word, "图.png"),
        (b"%PDF-1.7\n%%EOF", "图.png"),
        (b"GIF89a\x01\0\x01\0\0\0\0;", "图.gif"),
        (b"GIF89a", "图.png"),
        (b"RIFF\x10\0\0\0WEBPVP8 \0\0\0\0", "图.webp"),
        (b"MZ\0\0this is a program", "图.png"),
        (&jpeg, "图.png"),
    ];
    for (bytes, name) in lies {
        let refused = drawn(bytes, name).expect_err(name);
        assert!(refused.message.contains('请'), "{name}: {refused}");
        assert!(!refused.message.contains("alert"), "{refused}");
    }
    assert_eq!(drawn(&word, "通知.docx").expect_err("a document").code, Code::Unsupported);
    assert!(drawn(b"", "图.png").is_err());
}

#[tokio::test]
async fn the_child_draws_under_its_limits() {
    use std::io::Write;
    let mut on_disk = tempfile::NamedTempFile::new().expect("file");
    on_disk.write_all(&photo(900, 600, 1)).expect("content");
    let mut child = Extractor::new(env!("CARGO_BIN_EXE_gongkai-extract"), Limits::default());
    let made = child.draw(on_disk.path(), "a.jpg").await.expect("drawn");
    assert_eq!(made, drawn(&photo(900, 600, 1), "a.jpg").expect("drawn"), "the same as here");
    let mut hostile = tempfile::NamedTempFile::new().expect("file");
    hostile.write_all(&claims(20_000, 20_000, 8)).expect("content");
    assert_eq!(child.draw(hostile.path(), "a.png").await.expect_err("too large").code, Code::TooComplex);
    // Whatever is asked for, the points have a bound of their own.
    child.limits = Limits { pixels: u64::MAX, ..Limits::default() };
    let refused = child.draw(hostile.path(), "a.png").await.expect_err("too large");
    assert!(refused.message.contains("缩小"), "{refused}");
}

/// A document with a picture between two words, one with its author's description, and one that lies elsewhere.
#[test]
fn a_word_document_comes_with_its_pictures_for_an_editor() {
    let picture = |id: &str, told: &str| {
        format!(
            "<w:r><w:drawing><wp:inline xmlns:wp=\"x\"><wp:extent cx=\"914400\" cy=\"914400\"/><wp:docPr id=\"1\" \
             name=\"图片\" descr=\"{told}\"/><a:graphic xmlns:a=\"y\"><a:blip r:embed=\"{id}\"/></a:graphic></wp:inline>\
             </w:drawing></w:r>"
        )
    };
    let words = |text: &str| format!("<w:r><w:t>{text}</w:t></w:r>");
    let hidden = picture("rId1", "").replace("<w:r>", "<w:r><w:rPr><w:vanish/></w:rPr>");
    let body = [
        format!("<w:p>{}{}{}</w:p>", words("前"), picture("rId1", "公交线路图"), words("后")),
        format!("<w:p>{}</w:p>", picture("rId2", "手机屏幕截图&#10;&#10;描述已自动生成")),
        format!("<w:p>{}{hidden}</w:p>", words("末 <picture 0>").replace("<picture 0>", "&lt;picture 0&gt;")),
    ]
    .concat();
    let relations = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
        <Relationship Id=\"rId1\" Type=\"http://x/image\" Target=\"media/image1.png\"/>\
        <Relationship Id=\"rId2\" Type=\"http://x/image\" Target=\"media/image2.jpeg\"/></Relationships>";
    let plain = docx(&body, &[("word/_rels/document.xml.rels", relations)]);
    let (one, two) = (file(&points(20, 10), ImageFormat::Png), file(&points(30, 10), ImageFormat::Jpeg));
    let mut entries = Vec::new();
    let mut archive = zip::ZipArchive::new(Cursor::new(plain)).expect("archive");
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).expect("entry");
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).expect("content");
        entries.push((entry.name().expect("name").into_owned(), bytes));
    }
    entries.push(("word/media/image1.png".to_owned(), one.clone()));
    entries.push(("word/media/image2.jpeg".to_owned(), two.clone()));
    let entries: Vec<(&str, &[u8])> = entries.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let word = crate::fixtures::archive(&entries);
    let found = gongkai_documents_read::import(&word, "通知.docx", &Limits::default()).expect("imported");
    let expected = "<p>前</p>\n<figure><img src=\"picture:1\" alt=\"公交线路图\"></figure>\n<p>后</p>\n\
                    <figure><img src=\"picture:2\"></figure>\n<p>末 &lt;picture 0&gt;</p>\n";
    assert_eq!(found.html, expected);
    let held: Vec<(&str, usize)> = found.pictures.iter().map(|held| (held.name.as_str(), held.bytes.len())).collect();
    assert_eq!(held, [("image1.png", one.len()), ("image2.jpeg", two.len())]);
    assert!(!found.notes.concat().contains("没有导入"), "{:?}", found.notes);
    // What is read of the document for the checks is the same as ever.
    let read = crate::fixtures::read(&word, "通知.docx");
    assert_eq!(read.text, "前后\n末 <picture 0>");
    let refused = gongkai_documents_read::import(&two, "图.jpg", &Limits::default()).expect_err("no document");
    assert!(refused.message.contains("不能导入正文"), "{refused}");
}
