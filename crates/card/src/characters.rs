//! Which characters a font says that it has (its table `cmap`), read with work that the size of its file bounds: a table of two
//! kilobytes may name the same billions of characters again and again.

/// One bit for each character of Unicode, in words of 64.
const PLACES: usize = 0x11_0000 / 64;
/// The last character of Unicode.
const LAST: u32 = 0x10_FFFF;
/// Tables of characters that are read, in their order; fonts have up to six.
const TABLES: usize = 32;
/// Ranges that are taken at most: there are no more than characters.
const RANGES: usize = 0x11_0000;

/// First and last of some characters.
type Range = (u32, u32);

/// The characters, one bit for each.
pub(crate) fn of(cmap: &[u8]) -> Vec<u64> {
    let mut ranges: Vec<Range> = Vec::new();
    for at in tables(cmap).into_iter().take(TABLES) {
        let table = cmap.get(at..).unwrap_or_default();
        // One that is cut off has none.
        ranges.extend(ranges_of(table, RANGES - ranges.len()).unwrap_or_default());
    }
    ranges.sort_unstable();
    let mut has = vec![0_u64; PLACES];
    let mut next = 0_u32;
    for (first, last) in ranges {
        let last = last.min(LAST);
        // Each character once, however many ranges it is in.
        for point in first.max(next)..=last {
            if let Some(word) = has.get_mut(point as usize / 64) {
                *word |= 1 << (point % 64);
            }
        }
        next = next.max(last + 1);
    }
    has
}

/// Where the tables begin that go by Unicode.
fn tables(cmap: &[u8]) -> Vec<usize> {
    let count = word(cmap, 2).unwrap_or_default() as usize;
    let unicode = |at: usize| {
        let (platform, encoding) = (word(cmap, at)?, word(cmap, at + 2)?);
        let start = long(cmap, at + 4)? as usize;
        let format = word(cmap.get(start..)?, 0)?;
        let known =
            platform == 0 || (platform == 3 && (encoding == 1 || (encoding == 10 && matches!(format, 12 | 13))));
        known.then_some(start)
    };
    (0..count).filter_map(|number| unicode(4 + 8 * number)).collect()
}

/// The ranges of one table, `most` of them; none when it is cut off or of a kind that no font of today has.
fn ranges_of(table: &[u8], most: usize) -> Option<Vec<Range>> {
    match word(table, 0)? {
        0 => {
            let glyphs = table.get(6..262)?;
            let has = (0_u32..).zip(glyphs).filter(|(_, glyph)| **glyph != 0);
            Some(has.map(|(point, _)| (point, point)).take(most).collect())
        }
        4 => {
            let segments = word(table, 6)? as usize / 2;
            let ends = table.get(14..14 + 2 * segments)?;
            let starts = table.get(16 + 2 * segments..16 + 4 * segments)?;
            let both = (0..segments).filter_map(|at| Some((word(starts, 2 * at)?, word(ends, 2 * at)?)));
            // The last one says that there are no more.
            Some(both.take_while(|range| *range != (0xFFFF, 0xFFFF)).take(most).collect())
        }
        6 => {
            let (first, count) = (word(table, 6)?, word(table, 8)?);
            table.get(10..10 + 2 * count as usize)?;
            Some(row(first, count, 0xFFFF).into_iter().take(most).collect())
        }
        10 => {
            let (first, count) = (long(table, 12)?, long(table, 16)?);
            table.get(20..20 + 2 * count as usize)?;
            Some(row(first, count, LAST).into_iter().take(most).collect())
        }
        12 | 13 => {
            let groups = table.get(16..16 + 12 * long(table, 12)? as usize)?;
            let group = |bytes: &[u8]| Some((long(bytes, 0)?, long(bytes, 4)?));
            Some(groups.chunks_exact(12).take(most).filter_map(group).collect())
        }
        _ => None,
    }
}

/// `count` characters from the first on, up to `last`.
fn row(first: u32, count: u32, last: u32) -> Option<Range> {
    Some((first, first.saturating_add(count.checked_sub(1)?).min(last)))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(|two| u32::from(u16::from_be_bytes(two)))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables of characters, each with its platform and encoding.
    fn cmap(tables: &[(u16, u16, Vec<u8>)]) -> Vec<u8> {
        let mut out = vec![0, 0];
        out.extend(u16::try_from(tables.len()).expect("few").to_be_bytes());
        let mut at = 4 + 8 * tables.len();
        for (platform, encoding, table) in tables {
            out.extend(platform.to_be_bytes());
            out.extend(encoding.to_be_bytes());
            out.extend(u32::try_from(at).expect("small").to_be_bytes());
            at += table.len();
        }
        tables.iter().for_each(|(_, _, table)| out.extend(table));
        out
    }

    fn groups(format: u16, groups: &[Range]) -> Vec<u8> {
        let mut out = format.to_be_bytes().to_vec();
        out.extend([0; 10]);
        out.extend(u32::try_from(groups.len()).expect("few").to_be_bytes());
        for (first, last) in groups {
            for number in [*first, *last, 1] {
                out.extend(number.to_be_bytes());
            }
        }
        out
    }

    fn words(numbers: &[u16]) -> Vec<u8> {
        numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
    }

    fn count(cmap: &[u8]) -> u32 {
        of(cmap).iter().map(|word| word.count_ones()).sum()
    }

    fn has(cmap: &[u8], c: char) -> bool {
        of(cmap)[c as usize / 64] & (1 << (c as usize % 64)) != 0
    }

    #[test]
    fn every_kind_of_table_is_read() {
        let wide = cmap(&[(3, 10, groups(12, &[(0x20, 0x7e), (0x4e00, 0x9fff), (0x20000, 0x2a6df)]))]);
        assert!(has(&wide, '青') && has(&wide, '𠀀') && has(&wide, '~') && !has(&wide, '。'));
        assert_eq!(count(&wide), 0x5f + 0x5200 + 0xa6e0);
        let segments = words(&[4, 0, 0, 6, 0, 0, 0, 0x7e, 0x9fff, 0xffff, 0, 0x20, 0x4e00, 0xffff]);
        let narrow = cmap(&[(3, 1, segments.clone()), (1, 0, groups(12, &[(0x3001, 0x3002)]))]);
        assert!(
            has(&narrow, '青') && !has(&narrow, '。') && !has(&narrow, '\u{ffff}'),
            "other encodings are none of Unicode"
        );
        assert_eq!(count(&cmap(&[(0, 3, words(&[6, 0, 0, 0x41, 2, 1, 2]))])), 2);
        let mut ten = words(&[10, 0, 0, 0, 0, 0, 0, 0x4e00, 0, 3]);
        ten.extend(words(&[1, 2, 3]));
        assert_eq!(count(&cmap(&[(0, 4, ten)])), 3);
        let mut bytes = words(&[0, 0, 0]);
        bytes.extend([0; 256]);
        bytes[6 + 0x41] = 1;
        assert_eq!(count(&cmap(&[(0, 0, bytes)])), 1);
        assert_eq!(count(&cmap(&[(0, 4, groups(13, &[(0x4e00, 0x4e01)])), (3, 1, segments)])), 0x5f + 0x5200);
    }

    #[test]
    fn what_claims_billions_is_read_in_no_time() {
        let all = cmap(&[(3, 10, groups(12, &[(0, u32::MAX - 1); 200]))]);
        assert_eq!(count(&all), 0x11_0000);
        // One table named by every entry, and segments that all say the same.
        let mut many = vec![0, 0, 0xff, 0xff];
        let start = u32::try_from(4 + 8 * 0xffff).expect("small");
        for _ in 0..0xffff {
            many.extend(words(&[3, 10]));
            many.extend(start.to_be_bytes());
        }
        many.extend(groups(12, &[(5, u32::MAX), (0, 9)]));
        assert_eq!(count(&many), 0x11_0000);
        let same = 0x7fff_u16;
        let mut segments = words(&[4, 0, 0, same * 2, 0, 0, 0]);
        segments.extend((0..same).flat_map(|_| 0xfffe_u16.to_be_bytes()));
        segments.extend([0; 2]);
        segments.extend((0..same).flat_map(|_| [0; 2]));
        assert_eq!(count(&cmap(&[(3, 1, segments)])), 0xffff);
    }

    #[test]
    fn what_is_cut_off_has_nothing() {
        let whole = cmap(&[(3, 10, groups(12, &[(0x20, 0x7e)]))]);
        for cut in 0..whole.len() {
            assert_eq!(count(&whole[..cut]), 0, "{cut}");
        }
        assert_eq!(count(&cmap(&[(0, 3, words(&[6, 0, 0, 0x41, 9, 1, 2]))])), 0);
    }
}
