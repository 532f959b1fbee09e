//! What two lists have in common, in bounded work: the shortest script of changes (Myers 1986) where the lists are close, else by
//! what stands once in both (patience), else nothing. All work is counted, and where it has been used up what is left counts as
//! changed: a hostile text is shown more coarsely, not more slowly.

use std::{collections::HashMap, hash::Hash};

/// Work that may still be done, in steps: one is about one comparison of two words.
#[derive(Debug, Clone, Copy)]
pub struct Steps {
    left: u64,
    taken: u64,
}

impl Steps {
    pub fn of(most: u64) -> Self {
        Self { left: most, taken: 0 }
    }

    /// Takes some; whether they were there.
    pub fn take(&mut self, steps: usize) -> bool {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        if steps > self.left {
            self.left = 0;
            return false;
        }
        self.left -= steps;
        self.taken += steps;
        true
    }

    /// Whether something had to be left undone.
    pub fn spent(&self) -> bool {
        self.left == 0
    }

    /// How many were taken.
    pub fn taken(&self) -> u64 {
        self.taken
    }
}

/// Most changes that the shortest script is looked for; with it goes its memory, some megabytes.
const MOST: usize = 1000;
/// How deep what stands once is looked for between what stands once.
const DEPTH: u8 = 16;

/// Pairs of places of what both have in common, in order.
pub fn common<T: Eq + Hash + Copy>(a: &[T], b: &[T], steps: &mut Steps) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    within(a, b, (0, 0), DEPTH, steps, &mut pairs);
    pairs
}

fn within<T: Eq + Hash + Copy>(
    a: &[T],
    b: &[T],
    (i, j): (usize, usize),
    depth: u8,
    steps: &mut Steps,
    pairs: &mut Vec<(usize, usize)>,
) {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let rest = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(rest).take_while(|(x, y)| x == y).count();
    // Linear, and without it nothing could be shown: it is counted and done in any case.
    steps.take(head + tail + 1);
    pairs.extend((0..head).map(|at| (i + at, j + at)));
    let (x, y) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    if !x.is_empty() && !y.is_empty() && !steps.spent() {
        match shortest(x, y, steps) {
            Some(found) => pairs.extend(found.into_iter().map(|(p, q)| (i + head + p, j + head + q))),
            None => anchored(x, y, (i + head, j + head), depth, steps, pairs),
        }
    }
    let (p, q) = (i + a.len() - tail, j + b.len() - tail);
    pairs.extend((0..tail).map(|at| (p + at, q + at)));
}

/// How far a path has come on a diagonal; nowhere yet.
const NOWHERE: i64 = -1;

/// The best way onto diagonal `k`: how far along `a` it comes, and whether it came by leaving out a word of `b`'s side (down).
fn onto(v: &[i64], middle: i64, k: i64, (n, m): (i64, i64)) -> (i64, bool) {
    let at = |k: i64| usize::try_from(middle + k).ok().and_then(|at| v.get(at)).copied().unwrap_or(NOWHERE);
    let (down, right) = (at(k + 1), at(k - 1));
    let down = if down >= 0 && down - k <= m { down } else { NOWHERE };
    let right = if right >= 0 && right < n { right + 1 } else { NOWHERE };
    if down >= right { (down, true) } else { (right, false) }
}

/// The shortest script, if it has at most [`MOST`] changes and the steps suffice.
fn shortest<T: Eq>(a: &[T], b: &[T], steps: &mut Steps) -> Option<Vec<(usize, usize)>> {
    let (n, m) = (i64::try_from(a.len()).ok()?, i64::try_from(b.len()).ok()?);
    let most = i64::try_from(MOST).ok()?.min(n + m);
    if (n - m).abs() > most {
        return None;
    }
    let middle = most + 1;
    let mut v = vec![NOWHERE; usize::try_from(2 * most + 3).ok()?];
    let mut trace: Vec<Vec<i64>> = Vec::new();
    for d in 0..=most {
        let mut work = 1;
        for k in (-d..=d).step_by(2) {
            let (mut x, _) = if d == 0 { (0, true) } else { onto(&v, middle, k, (n, m)) };
            work += 1;
            if x == NOWHERE {
                v[usize::try_from(middle + k).ok()?] = NOWHERE;
                continue;
            }
            while x < n && x - k < m && a[usize::try_from(x).ok()?] == b[usize::try_from(x - k).ok()?] {
                x += 1;
                work += 1;
            }
            v[usize::try_from(middle + k).ok()?] = x;
            if x == n && x - k == m {
                steps.take(work);
                trace.push(slice(&v, middle, d));
                return back(&trace, (n, m));
            }
        }
        if !steps.take(work) {
            return None;
        }
        trace.push(slice(&v, middle, d));
    }
    None
}

/// What round `d` may have written.
fn slice(v: &[i64], middle: i64, d: i64) -> Vec<i64> {
    let (from, to) = (usize::try_from(middle - d).unwrap_or(0), usize::try_from(middle + d).unwrap_or(0));
    v[from..=to].to_vec()
}

/// Walks the rounds back to the beginning.
fn back(trace: &[Vec<i64>], (n, m): (i64, i64)) -> Option<Vec<(usize, usize)>> {
    let (mut x, mut y) = (n, m);
    let mut pairs = Vec::new();
    for d in (0..trace.len()).rev() {
        let k = x - y;
        let (from, down) = match d {
            0 => (0, true),
            _ => {
                let before = &trace[d - 1];
                onto(before, i64::try_from(d - 1).ok()?, k, (n, m))
            }
        };
        while x > from {
            (x, y) = (x - 1, y - 1);
            pairs.push((usize::try_from(x).ok()?, usize::try_from(y).ok()?));
        }
        if d > 0 {
            if down { y -= 1 } else { x -= 1 }
        }
    }
    pairs.reverse();
    Some(pairs)
}

/// By what stands once in both, in the longest row that rises in both; what lies between is looked at in the same way.
fn anchored<T: Eq + Hash + Copy>(
    a: &[T],
    b: &[T],
    (i, j): (usize, usize),
    depth: u8,
    steps: &mut Steps,
    pairs: &mut Vec<(usize, usize)>,
) {
    if depth == 0 || !steps.take(a.len() + b.len()) {
        return;
    }
    let once = |list: &[T]| {
        let mut seen: HashMap<T, Option<usize>> = HashMap::new();
        for (at, one) in list.iter().enumerate() {
            seen.entry(*one).and_modify(|place| *place = None).or_insert(Some(at));
        }
        seen
    };
    let (left, right) = (once(a), once(b));
    let mut both: Vec<(usize, usize)> =
        left.iter().filter_map(|(one, at)| Some(((*at)?, right.get(one).copied().flatten()?))).collect();
    both.sort_unstable();
    let kept = rising(&both.iter().map(|pair| pair.1).collect::<Vec<_>>());
    let (mut p, mut q) = (0, 0);
    for (x, y) in kept.into_iter().map(|at| both[at]).chain([(a.len(), b.len())]) {
        // Without an anchor the whole would be looked at once more.
        if x - p < a.len() || y - q < b.len() {
            within(&a[p..x], &b[q..y], (i + p, j + q), depth - 1, steps, pairs);
        }
        if x < a.len() && y < b.len() {
            pairs.push((i + x, j + y));
        }
        (p, q) = (x + 1, y + 1);
    }
}

/// Places of a longest row of rising numbers (all different).
pub fn rising(numbers: &[usize]) -> Vec<usize> {
    let (mut ends, mut before): (Vec<usize>, Vec<Option<usize>>) = (Vec::new(), Vec::with_capacity(numbers.len()));
    for (at, number) in numbers.iter().enumerate() {
        let place = ends.partition_point(|end| numbers[*end] < *number);
        before.push(place.checked_sub(1).map(|place| ends[place]));
        if place == ends.len() {
            ends.push(at);
        } else {
            ends[place] = at;
        }
    }
    let mut row = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied();
    while let Some(place) = at {
        row.push(place);
        at = before[place];
    }
    row.reverse();
    row
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fair(a: &[u8], b: &[u8], most: u64) -> usize {
        let mut steps = Steps::of(most);
        let pairs = common(a, b, &mut steps);
        assert!(pairs.iter().all(|(i, j)| a[*i] == b[*j]), "{a:?} {b:?} {pairs:?}");
        assert!(pairs.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1), "{a:?} {b:?} {pairs:?}");
        pairs.len()
    }

    /// By the table that the program does not make.
    fn longest(a: &[u8], b: &[u8]) -> usize {
        let mut row = vec![0; b.len() + 1];
        for x in a {
            let mut corner = 0;
            for (at, y) in b.iter().enumerate() {
                let above = row[at + 1];
                row[at + 1] = if x == y { corner + 1 } else { above.max(row[at]) };
                corner = above;
            }
        }
        row[b.len()]
    }

    #[test]
    fn what_is_common_is_found_and_what_is_not_is_left() {
        assert_eq!(fair(b"abcabba", b"cbabac", 1000), 4);
        assert_eq!((fair(b"", b"abc", 9), fair(b"abc", b"", 9), fair(b"", b"", 9)), (0, 0, 0));
        assert_eq!((fair(b"abc", b"xyz", 1000), fair(b"abc", b"abc", 1000)), (0, 3));
        assert_eq!(rising(&[2, 0, 1, 3]), [1, 2, 3]);
    }

    proptest! {
        #[test]
        fn the_script_is_the_shortest(a in prop::collection::vec(0_u8..4, 0..40), b in prop::collection::vec(0_u8..4, 0..40)) {
            prop_assert_eq!(fair(&a, &b, 100_000), longest(&a, &b));
        }

        #[test]
        fn with_few_steps_it_is_coarser_and_not_wrong(a in prop::collection::vec(0_u8..9, 0..60), b in prop::collection::vec(0_u8..9, 0..60), most in 0_u64..200) {
            fair(&a, &b, most);
        }
    }

    #[test]
    fn work_is_bounded_whatever_is_compared() {
        let long: Vec<u32> = (0..200_000).collect();
        let other: Vec<u32> = (0..200_000).map(|n| n + 1_000_000).collect();
        let turned: Vec<u32> = long.iter().rev().copied().collect();
        let two: Vec<u32> = (0..200_000).map(|n| n % 2).collect();
        let three: Vec<u32> = (0..200_000).map(|n| n % 3).collect();
        for (a, b) in [(&long, &other), (&long, &turned), (&two, &three), (&turned, &two)] {
            let mut steps = Steps::of(3_000_000);
            common(a, b, &mut steps);
            assert!(steps.taken() <= 3_000_000, "{}", steps.taken());
        }
    }
}
