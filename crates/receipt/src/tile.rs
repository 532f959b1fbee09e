//! Pieces of 256 in which a log is served (C2SP tlog-tiles): hashes of one level, or the leaves themselves.

use tlog_tiles::tile::Tile as Hashes;

use crate::{Fault, Hash, Result, tree::place};

/// Hashes or leaves in a whole piece.
pub const WIDTH: u64 = 256;
/// Levels of the tree in one piece.
const HEIGHT: u8 = 8;
/// A log does not grow to more levels of pieces than that.
const LEVELS: u8 = 8;
/// Bytes of a hash.
const HASH: usize = 32;

/// A piece of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// Of hashes, from the leaves upwards; none = the leaves themselves.
    pub level: Option<u8>,
    /// Which of its level.
    pub n: u64,
    /// How much is in it, 1 to [`WIDTH`].
    pub width: u64,
}

impl Tile {
    /// Reads what stands behind `tile/` in an address: `0/x001/067`, `entries/000.p/12`. Each piece has one address.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, rest) = path.split_once('/')?;
        let level = match level {
            "entries" => None,
            number => Some(number.parse().ok().filter(|level| *level < LEVELS)?),
        };
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, width.parse().ok().filter(|width| (1..WIDTH).contains(width))?),
            None => (rest, WIDTH),
        };
        let mut n = 0_u64;
        for group in index.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group);
            let fits = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
            let number: u64 = digits.parse().ok().filter(|_| fits)?;
            n = n.checked_mul(1000)?.checked_add(number)?;
        }
        let tile = Self { level, n, width };
        (tile.path() == path).then_some(tile)
    }

    /// What stands behind `tile/` in its address.
    pub fn path(&self) -> String {
        let mut index = format!("{:03}", self.n % 1000);
        let mut rest = self.n / 1000;
        while rest > 0 {
            index = format!("x{:03}/{index}", rest % 1000);
            rest /= 1000;
        }
        let level = self.level.map_or_else(|| "entries".to_owned(), |level| level.to_string());
        match self.width {
            WIDTH => format!("{level}/{index}"),
            width => format!("{level}/{index}.p/{width}"),
        }
    }

    /// Whether a log of `size` leaves has all of it.
    pub fn is_within(&self, size: u64) -> bool {
        let there = size >> (u32::from(HEIGHT) * u32::from(self.level.unwrap_or(0)));
        self.n.checked_mul(WIDTH).and_then(|first| first.checked_add(self.width)).is_some_and(|end| end <= there)
    }

    /// The numbers of its leaves, from the first up to before the last number; of a piece of hashes, their numbers in the level.
    pub fn numbers(&self) -> std::ops::Range<u64> {
        let first = self.n.saturating_mul(WIDTH);
        first..first.saturating_add(self.width)
    }

    /// Where its hashes are stored.
    pub fn places(&self) -> Vec<u64> {
        let level = self.level.unwrap_or(0).saturating_mul(HEIGHT);
        self.numbers().map(|n| place(level, n)).collect()
    }

    /// The piece that holds or implies the hash at `place` in a log of `size` leaves, as wide as it is there.
    ///
    /// # Errors
    /// When the log is too small to have it.
    pub fn holding(place: u64, size: u64) -> Result<Self> {
        let least = Hashes::from_index(HEIGHT, place);
        let there = size >> (u32::from(HEIGHT) * u32::from(least.level()));
        let first = least.level_index().saturating_mul(WIDTH);
        let width = there.saturating_sub(first).min(WIDTH);
        if width < u64::from(least.width()) {
            return Err(Fault::new("日志没有这么多条目"));
        }
        Ok(Self { level: Some(least.level()), n: least.level_index(), width })
    }

    /// The hash at `place`, from the bytes of a piece that [`Tile::holding`] named.
    ///
    /// # Errors
    /// When the bytes are not those of a piece of this width.
    pub fn hash(&self, bytes: &[u8], place: u64) -> Result<Hash> {
        let wrong = || Fault::new(format!("日志的片段 tile/{} 不完整", self.path()));
        let width = u32::try_from(self.width).map_err(|_| wrong())?;
        if bytes.len() != usize::try_from(width).unwrap_or(usize::MAX).saturating_mul(HASH) {
            return Err(wrong());
        }
        let tile = Hashes::new(HEIGHT, self.level.unwrap_or(0), self.n, width, false);
        tile.hash_at_index(bytes, place).map_err(|_| wrong())
    }

    /// The hashes of a piece, in their order.
    ///
    /// # Errors
    /// When the bytes are not those of a piece of this width.
    pub fn hashes(&self, bytes: &[u8]) -> Result<Vec<Hash>> {
        self.places().into_iter().map(|place| self.hash(bytes, place)).collect()
    }
}

/// All pieces of a log of `size` leaves, each as wide as it is.
pub fn all(size: u64) -> Vec<Tile> {
    let levels = std::iter::once(None).chain((0..LEVELS).map(Some));
    let of_level = |level: Option<u8>| {
        let there = size >> (u32::from(HEIGHT) * u32::from(level.unwrap_or(0)));
        (0..there.div_ceil(WIDTH)).map(move |n| Tile { level, n, width: WIDTH.min(there - n * WIDTH) })
    };
    levels.flat_map(of_level).collect()
}

/// The leaves of a piece in one: each behind its length in two bytes, the higher one first.
///
/// # Errors
/// When one is longer than the format can tell.
pub fn bundle<'a>(leaves: impl IntoIterator<Item = &'a str>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for leaf in leaves {
        let length = u16::try_from(leaf.len()).map_err(|_| Fault::new("日志条目太长"))?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(leaf.as_bytes());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Growing,
        tree::{self, Held},
    };

    #[test]
    fn each_piece_has_one_address() {
        for (path, level, n, width) in [
            ("0/000", Some(0), 0, 256),
            ("0/067.p/12", Some(0), 67, 12),
            ("1/x001/x234/067", Some(1), 1_234_067, 256),
            ("entries/x001/000.p/255", None, 1000, 255),
        ] {
            let tile = Tile { level, n, width };
            assert_eq!((Tile::parse(path), tile.path().as_str()), (Some(tile), path));
        }
        for wrong in [
            "",
            "0",
            "0/",
            "0/0",
            "0/0000",
            "8/000",
            "-1/000",
            "00/000",
            "0/000.p/0",
            "0/000.p/256",
            "0/000.p/01",
            "0/x000/001",
            "0/001/002",
            "0/x001",
            "0/000.p/",
            "data/000",
            "entries/000/",
            "0/+01",
            "0/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(Tile::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn proofs_are_made_of_pieces_alone() {
        let (mut growing, mut held) = (Growing::default(), Held::new());
        let size = 700_u64;
        let mut before = growing.root();
        for at in 0..size {
            held.extend(growing.push(format!("leaf {at}").as_bytes()));
            if at == 299 {
                before = growing.root();
            }
        }
        let served = |tile: &Tile| -> Vec<u8> {
            assert!(tile.is_within(size), "{}", tile.path());
            tile.places().iter().flat_map(|place| held[place].0).collect()
        };
        let mut found = Held::new();
        for place in tree::places_of_consistency(size, 300) {
            let tile = Tile::holding(place, size).expect("a piece");
            found.insert(place, tile.hash(&served(&tile), place).expect("a hash"));
        }
        let proof = tree::consistency(size, 300, &found).expect("a proof");
        assert!(tree::continues(&proof, (300, before), (size, growing.root())));
        let tile = Tile { level: Some(0), n: 2, width: 188 };
        let hashes = tile.hashes(&served(&tile)).expect("hashes");
        assert!(hashes.len() == 188 && hashes[187] == held[&tree::place(0, 699)] && tile.hashes(&[0; 32]).is_err());
        let tile = Tile { level: Some(0), n: 0, width: 256 };
        assert!(tile.hash(&[0; 32], 0).is_err() && !Tile { n: 2, ..tile }.is_within(size));
        assert!(Tile::holding(tree::place(0, 700), size).is_err());
    }

    #[test]
    fn a_log_falls_into_all_its_pieces() {
        let paths = |size: u64| all(size).iter().map(Tile::path).collect::<Vec<_>>();
        assert_eq!(paths(0), Vec::<String>::new());
        assert_eq!(paths(3), ["entries/000.p/3", "0/000.p/3"]);
        assert_eq!(paths(256), ["entries/000", "0/000", "1/000.p/1"]);
        assert_eq!(paths(300), ["entries/000", "entries/001.p/44", "0/000", "0/001.p/44", "1/000.p/1"]);
        assert!(all(100_000).iter().all(|tile| tile.is_within(100_000)));
    }

    #[test]
    fn leaves_stand_behind_their_lengths() {
        assert_eq!(bundle(["ab", "c"]), Ok(vec![0, 2, b'a', b'b', 0, 1, b'c']));
        assert!(bundle(["x".repeat(70_000).as_str()]).is_err());
    }
}
