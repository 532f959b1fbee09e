//! The tree over the leaves (RFC 6962): how it grows by one leaf, which of its hashes a proof needs, and the proofs.
//!
//! Hashes of complete subtrees have a place each in one row of numbers, by which they are stored (`tlog_tiles::tlog`).

use std::{cell::RefCell, collections::BTreeMap};

use tlog_tiles::tlog::{
    self, EMPTY_HASH, HashReader, check_record, check_tree, node_hash, prove_record, prove_tree, record_hash,
    stored_hash_index, sub_tree_index, tree_hash,
};

pub use tlog_tiles::tlog::Hash;

use crate::{Fault, Result};

/// Hashes by their place.
pub type Held = BTreeMap<u64, Hash>;

/// A hash in hexadecimal.
pub fn to_hex(hash: &Hash) -> String {
    hex::encode(hash.0)
}

/// Reads a hash in hexadecimal; `None` when it is none.
pub fn from_hex(text: &str) -> Option<Hash> {
    let bytes: [u8; 32] = hex::decode(text).ok()?.try_into().ok()?;
    Some(Hash(bytes))
}

/// The hash of a leaf with these bytes.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    record_hash(leaf)
}

/// Where the hash of the `n`th complete subtree of `2^level` leaves is stored.
pub fn place(level: u8, n: u64) -> u64 {
    stored_hash_index(level, n)
}

/// A tree that grows at its end: no more is held than the roots of its complete subtrees.
#[derive(Debug, Clone, Default)]
pub struct Growing {
    size: u64,
    /// The largest first.
    peaks: Vec<Hash>,
}

impl Growing {
    /// A tree of `size` leaves, with the hashes at [`places_of_root`] in their order.
    ///
    /// # Errors
    /// When these are not as many as such a tree has.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Result<Self> {
        if peaks.len() != usize::try_from(size.count_ones()).unwrap_or(usize::MAX) {
            return Err(Fault::new("日志的哈希缺失，与条目数不符"));
        }
        Ok(Self { size, peaks })
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// One leaf more; the hashes that are new, with their places.
    pub fn push(&mut self, leaf: &[u8]) -> Vec<(u64, Hash)> {
        self.push_hash(leaf_hash(leaf))
    }

    /// The same by the hash of the leaf.
    pub fn push_hash(&mut self, leaf: Hash) -> Vec<(u64, Hash)> {
        let mut hash = leaf;
        let mut stored = vec![(place(0, self.size), hash)];
        let (mut n, mut level) = (self.size, 0_u8);
        while n & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(left, hash);
            n >>= 1;
            level += 1;
            stored.push((place(level, n), hash));
        }
        self.peaks.push(hash);
        self.size += 1;
        stored
    }

    /// The hash over all leaves, which a checkpoint signs.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev().copied();
        let Some(last) = peaks.next() else { return EMPTY_HASH };
        peaks.fold(last, |right, left| node_hash(left, right))
    }
}

/// The root of the tree over leaves with these hashes.
pub fn root_over(leaves: &[Hash]) -> Hash {
    let mut tree = Growing::default();
    for leaf in leaves {
        tree.push_hash(*leaf);
    }
    tree.root()
}

/// Answers nothing but notes what was asked for.
#[derive(Default)]
struct Asked(RefCell<Vec<u64>>);

impl HashReader for Asked {
    fn read_hashes(&self, indexes: &[u64]) -> std::result::Result<Vec<Hash>, tlog::Error> {
        self.0.borrow_mut().extend_from_slice(indexes);
        Ok(vec![Hash::default(); indexes.len()])
    }
}

struct Answering<'a>(&'a Held);

impl HashReader for Answering<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> std::result::Result<Vec<Hash>, tlog::Error> {
        let found: Option<Vec<Hash>> = indexes.iter().map(|place| self.0.get(place).copied()).collect();
        found.ok_or(tlog::Error::IndexesNotInTree)
    }
}

fn missing(_: tlog::Error) -> Fault {
    Fault::new("日志的哈希缺失，算不出证明")
}

/// The places that the root of a tree of this size needs.
pub fn places_of_root(size: u64) -> Vec<u64> {
    if size == 0 { Vec::new() } else { sub_tree_index(0, size, Vec::new()) }
}

/// The root of a tree of this size.
///
/// # Errors
/// When hashes are missing.
pub fn root(size: u64, held: &Held) -> Result<Hash> {
    tree_hash(size, &Answering(held)).map_err(missing)
}

/// The places that the proof needs that the tree of `size` leaves contains the leaf `index`.
pub fn places_of_inclusion(size: u64, index: u64) -> Vec<u64> {
    let asked = Asked::default();
    // Asked for hashes that are not there yet: what comes out is no proof and is thrown away.
    let _ = prove_record(size, index, &asked);
    asked.0.into_inner()
}

/// That proof.
///
/// # Errors
/// When the leaf is not in the tree, or hashes are missing.
pub fn inclusion(size: u64, index: u64, held: &Held) -> Result<Vec<Hash>> {
    prove_record(size, index, &Answering(held)).map_err(missing)
}

/// Whether the proof holds.
pub fn includes(proof: &[Hash], (size, root): (u64, Hash), index: u64, leaf: &[u8]) -> bool {
    check_record(&proof.to_vec(), size, root, index, leaf_hash(leaf)).is_ok()
}

/// The places that the proof needs that the tree of `size` leaves begins with the tree of `before` leaves.
pub fn places_of_consistency(size: u64, before: u64) -> Vec<u64> {
    let asked = Asked::default();
    let _ = prove_tree(size, before, &asked);
    asked.0.into_inner()
}

/// That proof.
///
/// # Errors
/// When the tree before is larger or empty, or hashes are missing.
pub fn consistency(size: u64, before: u64, held: &Held) -> Result<Vec<Hash>> {
    prove_tree(size, before, &Answering(held)).map_err(missing)
}

/// Whether the proof holds that the second tree is the first one with leaves added at its end.
pub fn continues(proof: &[Hash], before: (u64, Hash), now: (u64, Hash)) -> bool {
    match before.0 {
        0 => true,
        size if size > now.0 => false,
        size => check_tree(&proof.to_vec(), now.0, now.1, size, before.1).is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The inputs of the reference implementation of RFC 6962, and the roots of the trees over the first of them.
    const INPUTS: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn grown(count: usize) -> (Growing, Held, Vec<Hash>) {
        let (mut tree, mut held, mut roots) = (Growing::default(), Held::new(), vec![EMPTY_HASH]);
        for at in 0..count {
            held.extend(tree.push(format!("leaf {at}").as_bytes()));
            roots.push(tree.root());
        }
        (tree, held, roots)
    }

    #[test]
    fn roots_are_those_of_rfc_6962() {
        let mut tree = Growing::default();
        assert_eq!(to_hex(&tree.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let mut leaves = Vec::new();
        for (input, root) in INPUTS.iter().zip(ROOTS) {
            tree.push(&hex::decode(input).expect("input"));
            leaves.push(leaf_hash(&hex::decode(input).expect("input")));
            assert!(root_over(&leaves) == tree.root());
            assert_eq!(to_hex(&tree.root()), root, "{} leaves", tree.size());
        }
    }

    #[test]
    fn every_leaf_and_every_earlier_tree_is_proven_and_no_other() {
        let (_, held, roots) = grown(37);
        for size in 1..=37_u64 {
            let root_now = root(size, &held).expect("a root");
            assert!(root_now == roots[usize::try_from(size).expect("small")]);
            for index in 0..size {
                let needed: Held =
                    places_of_inclusion(size, index).into_iter().map(|place| (place, held[&place])).collect();
                let proof = inclusion(size, index, &needed).expect("a proof");
                let leaf = format!("leaf {index}");
                assert!(includes(&proof, (size, root_now), index, leaf.as_bytes()));
                assert!(!includes(&proof, (size, root_now), index, b"another"));
                assert!(!includes(&proof, (size, roots[0]), index, leaf.as_bytes()));
            }
            for before in 1..=size {
                let needed: Held =
                    places_of_consistency(size, before).into_iter().map(|place| (place, held[&place])).collect();
                let proof = consistency(size, before, &needed).expect("a proof");
                let old = (before, roots[usize::try_from(before).expect("small")]);
                assert!(continues(&proof, old, (size, root_now)));
                assert!(!continues(&proof, (before, roots[0]), (size, root_now)));
            }
        }
        assert!(continues(&[], (0, EMPTY_HASH), (3, roots[3])) && !continues(&[], (4, roots[4]), (3, roots[3])));
        assert!(inclusion(3, 3, &held).is_err() && consistency(3, 4, &held).is_err());
        assert!(!includes(&[], (u64::MAX, roots[1]), u64::MAX - 1, b"leaf 0"));
    }

    #[test]
    fn a_tree_goes_on_from_what_is_stored() {
        for size in 0..20_usize {
            let (whole, held, _) = grown(size + 3);
            let peaks = places_of_root(size as u64).iter().map(|place| held[place]).collect();
            let mut later = Growing::from_peaks(size as u64, peaks).expect("peaks");
            for at in size..size + 3 {
                for (place, hash) in later.push(format!("leaf {at}").as_bytes()) {
                    assert!(held[&place] == hash);
                }
            }
            assert!(later.root() == whole.root());
        }
        assert!(Growing::from_peaks(3, Vec::new()).is_err());
    }

    #[test]
    fn hexadecimal_goes_there_and_back() {
        let hash = leaf_hash(b"x");
        assert!(from_hex(&to_hex(&hash)).is_some_and(|back| back == hash));
        for none in ["", "ab", "zz", &"ab".repeat(33)] {
            assert!(from_hex(none).is_none());
        }
    }
}
