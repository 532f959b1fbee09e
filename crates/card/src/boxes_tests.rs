//! A font for tests in which every character of some ranges is the same box: 1000 units wide, 800 high.

/// The bytes of a TrueType font that has these characters, first and last of each range, in order.
pub(crate) fn boxes(ranges: &[(u32, u32)]) -> Vec<u8> {
    let words = |numbers: &[i32]| -> Vec<u8> {
        numbers.iter().flat_map(|number| u16::try_from(number & 0xffff).expect("sixteen bits").to_be_bytes()).collect()
    };
    let glyph = words(&[1, 0, 0, 900, 800, 3, 0, 0x0101, 0x0101, 0, 900, 0, -900, 0, 0, 800, 0]);
    let half = i32::try_from(glyph.len() / 2).expect("short");
    let mut cmap = words(&[0, 1, 3, 10, 0, 12, 13, 0]);
    let count = u32::try_from(ranges.len()).expect("few");
    for number in [16 + 12 * count, 0, count] {
        cmap.extend(number.to_be_bytes());
    }
    for (first, last) in ranges {
        for number in [*first, *last, 1] {
            cmap.extend(number.to_be_bytes());
        }
    }
    let mut head = words(&[1, 0, 1, 0, 0, 0, 0x5f0f, 0x3cf5, 0, 1000]);
    head.extend([0; 16]);
    head.extend(words(&[0, 0, 900, 800, 0, 8, 2, 0, 0]));
    let hhea = words(&[1, 0, 880, -120, 0, 1000, 0, 0, 900, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
    // In the order of their names: they are looked up by halves.
    let tables: [(&[u8; 4], Vec<u8>); 7] = [
        (b"cmap", cmap),
        (b"glyf", glyph),
        (b"head", head),
        (b"hhea", hhea),
        (b"hmtx", words(&[1000, 0, 1000, 0])),
        (b"loca", words(&[0, 0, half])),
        (b"maxp", words(&[0, 0x5000, 2])),
    ];
    let mut font = words(&[1, 0, 7, 64, 2, 48]);
    let mut at = 12 + 16 * tables.len();
    for (name, table) in &tables {
        font.extend(*name);
        font.extend([0; 4]);
        for number in [at, table.len()] {
            font.extend(u32::try_from(number).expect("small").to_be_bytes());
        }
        at += table.len();
    }
    tables.iter().for_each(|(_, table)| font.extend(table));
    font
}
