//! Which unit of the old text is which of the new one: those that are the same, in order; then those that are the same elsewhere;
//! then those that are alike. What stands in another order than the longest row that kept its order has moved.
//!
//! Nothing here looks at every pair of units: what is alike is found by the neighbouring words that few units have.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use super::{
    script::{Steps, common, rising},
    words::Word,
};

/// A unit, or the row of a table, as it is matched.
#[derive(Debug, Clone)]
pub struct Item {
    /// By which it is the same: its words without its number.
    pub key: Vec<Word>,
    pub words: Vec<Word>,
    /// Of another class nothing is the same or alike.
    pub class: u8,
}

/// A place in the comparison, in the order in which it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In both, where it was. The ranges are longer than one where it was split or merged.
    Both { old: usize, new: usize, olds: Range<usize>, news: Range<usize> },
    /// In the old text alone, or moved to `to`.
    Old { at: usize, to: Option<usize> },
    /// In the new text alone, or moved from `from`.
    New { at: usize, from: Option<usize> },
}

/// How alike two units are, in thousandths.
type Score = usize;

/// From here on two units at the same place are two states of one.
const ALIKE: Score = 350;
/// From here on two units at different places are: a paragraph that moved and was changed.
const ALIKE_ELSEWHERE: Score = 600;
/// And only if so much of both is the same word by word: two rules may be alike that never were one.
const TAKEN_OVER: Score = 200;
/// A unit with fewer words is not looked for elsewhere unless it is the only one of its kind.
const LONG: usize = 8;
/// Neighbouring words that more units have tell nothing.
const RARE: usize = 12;
/// Between two units that stayed, so many pairs are all looked at.
const FEW: usize = 64;

/// All pairs that were found, by both sides.
struct Pairs {
    to: Vec<Option<usize>>,
    from: Vec<Option<usize>>,
    scores: HashMap<usize, Score>,
}

impl Pairs {
    fn put(&mut self, old: usize, new: usize, score: Score) {
        self.to[old] = Some(new);
        self.from[new] = Some(old);
        self.scores.insert(old, score);
    }

    /// Whether what stands right before or after both belongs together: they are at the same place of something that moved whole.
    fn beside(&self, old: usize, new: usize) -> bool {
        let pair = |i: usize, j: usize| self.to.get(i).copied().flatten() == Some(j);
        (old > 0 && new > 0 && pair(old - 1, new - 1)) || pair(old + 1, new + 1)
    }

    fn free(list: &[Option<usize>]) -> Vec<usize> {
        (0..list.len()).filter(|at| list[*at].is_none()).collect()
    }
}

/// Matches rows of a table.
pub fn arrange(olds: &[Item], news: &[Item], steps: &mut Steps) -> Vec<Place> {
    let mut pairs = matched(olds, news, steps);
    let mut stays = stays(&mut pairs);
    level(&mut pairs, &mut stays);
    places(&pairs, &stays, &HashMap::new())
}

/// As many rows left between two that stayed as there were: they are the same rows, whatever stands in them.
fn level(pairs: &mut Pairs, stays: &mut [bool]) {
    let (mut i, mut j) = (0, 0);
    let both: Vec<(usize, usize)> =
        pairs.to.iter().enumerate().filter(|(i, _)| stays[*i]).filter_map(|(i, j)| Some((i, (*j)?))).collect();
    for (x, y) in both.into_iter().chain([(pairs.to.len(), pairs.from.len())]) {
        let was: Vec<usize> = (i..x).filter(|i| pairs.to[*i].is_none()).collect();
        let is: Vec<usize> = (j..y).filter(|j| pairs.from[*j].is_none()).collect();
        if was.len() == is.len() {
            for (old, new) in was.into_iter().zip(is) {
                pairs.put(old, new, ALIKE);
                stays[old] = true;
            }
        }
        (i, j) = (x + 1, y + 1);
    }
}

/// Matches units of a text: one may have been split into several, several merged into one.
pub fn arrange_text(olds: &[Item], news: &[Item], steps: &mut Steps) -> Vec<Place> {
    let mut pairs = matched(olds, news, steps);
    let stays = stays(&mut pairs);
    let groups = groups(olds, news, &pairs, &stays, steps);
    places(&pairs, &stays, &groups)
}

fn matched(olds: &[Item], news: &[Item], steps: &mut Steps) -> Pairs {
    let mut numbers: HashMap<(u8, &[Word]), u32> = HashMap::new();
    let next = |numbers: &HashMap<(u8, &[Word]), u32>| u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    let mut of_old = Vec::with_capacity(olds.len());
    for item in olds {
        let fresh = next(&numbers);
        of_old.push(*numbers.entry((item.class, item.key.as_slice())).or_insert(fresh));
    }
    let mut of_new = Vec::with_capacity(news.len());
    for item in news {
        let fresh = next(&numbers);
        of_new.push(*numbers.entry((item.class, item.key.as_slice())).or_insert(fresh));
    }
    let mut pairs = Pairs { to: vec![None; olds.len()], from: vec![None; news.len()], scores: HashMap::new() };
    for (i, j) in common(&of_old, &of_new, steps) {
        pairs.put(i, j, 1000);
    }
    let gaps = (gaps(&pairs.to), gaps(&pairs.from));
    elsewhere(olds, (&of_old, &of_new), &mut pairs);
    let found = candidates(olds, news, &pairs, &gaps, steps);
    for (_, score, i, j) in found {
        if pairs.to[i].is_none() && pairs.from[j].is_none() {
            pairs.put(i, j, score);
        }
    }
    pairs
}

/// For each unit how many before it stayed: units with the same number stand in the same gap.
fn gaps(stayed: &[Option<usize>]) -> Vec<usize> {
    let mut gap = 0;
    stayed
        .iter()
        .map(|one| {
            gap += usize::from(one.is_some());
            gap
        })
        .collect()
}

/// What is the same at another place.
fn elsewhere(olds: &[Item], (of_old, of_new): (&[u32], &[u32]), pairs: &mut Pairs) {
    let mut left: HashMap<u32, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for i in Pairs::free(&pairs.to) {
        left.entry(of_old[i]).or_default().0.push(i);
    }
    for j in Pairs::free(&pairs.from) {
        left.entry(of_new[j]).or_default().1.push(j);
    }
    for (was, is) in left.into_values() {
        let only = was.len() == 1 && is.len() == 1;
        for (i, j) in was.into_iter().zip(is) {
            if only || olds[i].words.len() >= LONG {
                pairs.put(i, j, 1000);
            }
        }
    }
}

/// The words of a unit and its neighbouring words, sorted: what two units have of these in common says how alike they are.
pub fn shingles(words: &[Word]) -> Vec<u64> {
    let single = words.iter().map(|word| u64::from(*word) | 1 << 63);
    let double = words.windows(2).map(|two| u64::from(two[0]) << 31 | u64::from(two[1]));
    let mut all: Vec<u64> = single.chain(double).collect();
    all.sort_unstable();
    all
}

/// How many both have.
fn shared(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut both) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, both) = (i + 1, j + 1, both + 1),
        }
    }
    both
}

fn alike(a: &[u64], b: &[u64], steps: &mut Steps) -> Score {
    let both = a.len() + b.len();
    if both == 0 || !steps.take(both) { 0 } else { 2000 * shared(a, b) / both }
}

/// How alike two texts are, in thousandths.
pub fn likeness(a: &[Word], b: &[Word], steps: &mut Steps) -> usize {
    if a == b { 1000 } else { alike(&shingles(a), &shingles(b), steps) }
}

/// How much of a part stands in a whole, in thousandths; both by their [`shingles`], which are made once and asked often.
pub fn covered(part: &[u64], whole: &[u64], steps: &mut Steps) -> usize {
    if part.is_empty() || !steps.take(part.len() + whole.len()) {
        return 0;
    }
    1000 * shared(part, whole) / part.len()
}

/// Words that stand one after another: fewer are said by many, so many are taken over from somewhere.
const RUN: usize = 12;

/// How long the runs are by which two texts are held against each other: a third of the shorter one, since one changed word
/// leaves no long run of a short text.
fn run_of(a: &[Word], b: &[Word]) -> usize {
    (a.len().min(b.len()) / 3).clamp(3, RUN)
}

/// All runs of so many words, sorted; the whole where it is shorter.
fn runs(words: &[Word], run: usize) -> Vec<u64> {
    // FNV-1a over words.
    let hash = |of: &[Word]| {
        of.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, word| {
            (sum ^ u64::from(*word)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23)
        })
    };
    let mut all: Vec<u64> = match words.len() < run {
        true => vec![hash(words)],
        false => words.windows(run).map(hash).collect(),
    };
    all.sort_unstable();
    all
}

/// How much of both was taken over word by word, in thousandths: what rules always say counts for little here.
pub fn taken_over(a: &[Word], b: &[Word], steps: &mut Steps) -> usize {
    let run = run_of(a, b);
    alike(&runs(a, run), &runs(b, run), steps)
}

/// How much of a part stands word by word in a whole, in thousandths.
pub fn carried(part: &[Word], whole: &[Word], steps: &mut Steps) -> usize {
    let run = run_of(part, whole);
    let (part, whole) = (runs(part, run), runs(whole, run));
    if part.is_empty() || !steps.take(part.len() + whole.len()) {
        return 0;
    }
    1000 * shared(&part, &whole) / part.len()
}

/// A pair that might be: how well it stands, how alike it is, and which.
type Candidate = (Score, Score, usize, usize);

/// What is known of a pair that might be.
struct Seen {
    pair: (usize, usize),
    alike: Score,
    taken_over: Score,
    /// How much of the shorter one stands in the longer one word by word.
    within: Score,
}

/// From here on all of a unit stands in another.
const WHOLE: Score = 800;
/// Most times that the other is longer: a sentence that is said in a long text is not that text.
const LONGER: usize = 4;

/// How much of the shorter of two stands in the longer one, word by word; nothing of what is too short to tell.
fn within(a: &[Word], b: &[Word], steps: &mut Steps) -> Score {
    let (part, whole) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if part.len() < RUN || whole.len() > LONGER * part.len() { 0 } else { carried(part, whole, steps) }
}

/// Pairs that are alike, best first.
fn candidates(
    olds: &[Item],
    news: &[Item],
    pairs: &Pairs,
    (gap_old, gap_new): &(Vec<usize>, Vec<usize>),
    steps: &mut Steps,
) -> Vec<Candidate> {
    let (free_old, free_new) = (Pairs::free(&pairs.to), Pairs::free(&pairs.from));
    let made = |items: &[Item], free: &[usize]| -> HashMap<usize, Vec<u64>> {
        free.iter().map(|at| (*at, shingles(&items[*at].words))).collect()
    };
    let long = |items: &[Item], free: &[usize]| -> HashMap<usize, Vec<u64>> {
        free.iter().map(|at| (*at, runs(&items[*at].words, RUN))).collect()
    };
    let (of_old, of_new) = (made(olds, &free_old), made(news, &free_new));
    let mut wanted = beside(&free_old, &free_new, gap_old, gap_new);
    wanted.extend(within_moved(&free_old, pairs));
    wanted.extend(by_words((&free_old, &of_old), (&free_new, &of_new), steps));
    // Where all units are much alike no two words are rare.
    wanted.extend(by_words((&free_old, &long(olds, &free_old)), (&free_new, &long(news, &free_new)), steps));
    wanted.sort_unstable();
    wanted.dedup();
    wanted.retain(|(i, j)| olds[*i].class == news[*j].class);
    let seen: Vec<Seen> = wanted
        .into_iter()
        .map(|(i, j)| Seen {
            pair: (i, j),
            alike: alike(&of_old[&i], &of_new[&j], steps),
            taken_over: taken_over(&olds[i].words, &news[j].words, steps),
            within: within(&olds[i].words, &news[j].words, steps),
        })
        .collect();
    let whole = || seen.iter().filter(|one| one.within >= WHOLE).map(|one| one.pair);
    let shorter = |(i, j): &(usize, usize)| olds[*i].words.len() <= news[*j].words.len();
    // That of which something stands whole in another, and that which does so itself.
    let whole_old: HashSet<usize> = whole().map(|pair| pair.0).collect();
    let whole_new: HashSet<usize> = whole().map(|pair| pair.1).collect();
    let part_old: HashSet<usize> = whole().filter(shorter).map(|pair| pair.0).collect();
    let part_new: HashSet<usize> = whole().filter(|pair| !shorter(pair)).map(|pair| pair.1).collect();
    let mut found: Vec<Candidate> = Vec::new();
    for one in &seen {
        let (i, j) = one.pair;
        let level = gap_old[i] == gap_new[j];
        let near = level || pairs.beside(i, j);
        // What stands whole elsewhere is not that which happens to be here.
        let part = part_old.contains(&i) || part_new.contains(&j);
        let whole = whole_old.contains(&i) || whole_new.contains(&j);
        let gone = one.within < WHOLE && (part || whole && one.taken_over < TAKEN_OVER);
        // A table or a picture is nothing else: at the same place it is that which was there.
        let enough = match (near, olds[i].class) {
            (true, 1 | 2) if level => true,
            (true, _) => one.alike >= ALIKE && !gone,
            (false, _) if olds[i].words.len() < LONG => false,
            (false, _) if gone => false,
            (false, _) => one.within >= WHOLE || one.alike >= ALIKE_ELSEWHERE && one.taken_over >= TAKEN_OVER,
        };
        if enough {
            let score = if one.within >= WHOLE { one.alike.max(ALIKE_ELSEWHERE) } else { one.alike };
            found.push((one.alike + one.taken_over + if near { 150 } else { 0 }, score, i, j));
        }
    }
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (a.2, a.3).cmp(&(b.2, b.3))));
    found
}

/// Pairs that stand right beside others that belong together, wherever these have gone.
fn within_moved(free_old: &[usize], pairs: &Pairs) -> Vec<(usize, usize)> {
    let mut wanted = Vec::new();
    for i in free_old {
        let after = i.checked_sub(1).and_then(|before| pairs.to[before]).map(|j| j + 1);
        let before = pairs.to.get(i + 1).copied().flatten().and_then(|j| j.checked_sub(1));
        let free = |j: &usize| pairs.from.get(*j).is_some_and(Option::is_none);
        wanted.extend([after, before].into_iter().flatten().filter(free).map(|j| (*i, j)));
    }
    wanted
}

/// Pairs at the same place: all of a few, else those that stand level.
fn beside(free_old: &[usize], free_new: &[usize], gap_old: &[usize], gap_new: &[usize]) -> Vec<(usize, usize)> {
    let mut in_gap: HashMap<usize, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for i in free_old {
        in_gap.entry(gap_old[*i]).or_default().0.push(*i);
    }
    for j in free_new {
        in_gap.entry(gap_new[*j]).or_default().1.push(*j);
    }
    let mut wanted = Vec::new();
    for (was, is) in in_gap.into_values() {
        if was.len() * is.len() <= FEW {
            wanted.extend(was.iter().flat_map(|i| is.iter().map(|j| (*i, *j))));
        } else {
            for (at, i) in was.iter().enumerate() {
                wanted.extend(is.iter().skip(at.saturating_sub(1)).take(3).map(|j| (*i, *j)));
            }
        }
    }
    wanted
}

/// Pairs that have neighbouring words in common which few others have: for each new unit the three that have most.
fn by_words(
    (free_old, of_old): (&[usize], &HashMap<usize, Vec<u64>>),
    (free_new, of_new): (&[usize], &HashMap<usize, Vec<u64>>),
    steps: &mut Steps,
) -> Vec<(usize, usize)> {
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for i in free_old {
        let shingles = &of_old[i];
        if !steps.take(shingles.len()) {
            return Vec::new();
        }
        for shingle in distinct(shingles) {
            let list = places.entry(shingle).or_default();
            // One more than that says that it is not rare.
            if list.len() <= RARE {
                list.push(*i);
            }
        }
    }
    let mut wanted = Vec::new();
    for j in free_new {
        let shingles = &of_new[j];
        if !steps.take(shingles.len()) {
            break;
        }
        let mut votes: HashMap<usize, usize> = HashMap::new();
        for list in distinct(shingles).filter_map(|shingle| places.get(&shingle)).filter(|list| list.len() <= RARE) {
            for i in list {
                *votes.entry(*i).or_default() += 1;
            }
        }
        let mut best: Vec<(usize, usize)> = votes.into_iter().map(|(i, count)| (count, i)).collect();
        best.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        wanted.extend(best.into_iter().take(3).map(|(_, i)| (i, *j)));
    }
    wanted
}

/// Each once; the list is sorted.
fn distinct(sorted: &[u64]) -> impl Iterator<Item = u64> {
    sorted.iter().enumerate().filter(|(at, one)| *at == 0 || sorted[at - 1] != **one).map(|(_, one)| *one)
}

/// Which old units stayed where they were. Pairs out of that order are moves; those that are not alike enough for one are none.
fn stays(pairs: &mut Pairs) -> Vec<bool> {
    let both: Vec<(usize, usize)> = pairs.to.iter().enumerate().filter_map(|(i, j)| Some((i, (*j)?))).collect();
    let kept = rising(&both.iter().map(|pair| pair.1).collect::<Vec<_>>());
    let mut stays = vec![false; pairs.to.len()];
    for at in kept {
        stays[both[at].0] = true;
    }
    let lost = |(i, j): &(usize, usize)| {
        !stays[*i] && pairs.scores.get(i).is_none_or(|score| *score < ALIKE_ELSEWHERE) && !pairs.beside(*i, *j)
    };
    let lost: Vec<(usize, usize)> = both.into_iter().filter(lost).collect();
    for (i, j) in lost {
        (pairs.to[i], pairs.from[j]) = (None, None);
    }
    stays
}

/// What was split or merged: the units that one pair takes along, by its old unit.
type Groups = HashMap<usize, (Range<usize>, Range<usize>)>;

/// How much of a unit must stand in the other for it to be a part of it.
const PART: usize = 700;
/// How much of it must stand there word by word.
pub const CARRIED: usize = 500;
/// From here on it surely is a part, however small.
const SURELY: usize = 900;
/// By how much taking a unit along must make both sides more alike.
const BETTER: Score = 50;

fn groups(olds: &[Item], news: &[Item], pairs: &Pairs, stays: &[bool], steps: &mut Steps) -> Groups {
    let mut groups = Groups::new();
    for (i, j) in pairs.to.iter().enumerate().filter_map(|(i, j)| Some((i, (*j)?))) {
        if !stays[i] || olds[i].key == news[j].key || olds[i].class != 0 || steps.spent() {
            continue;
        }
        let news_taken = along(&olds[i], news, j, |at| pairs.from[at].is_none(), steps);
        if news_taken.len() > 1 {
            groups.insert(i, (i..i + 1, news_taken));
            continue;
        }
        let olds_taken = along(&news[j], olds, i, |at| pairs.to[at].is_none(), steps);
        if olds_taken.len() > 1 {
            groups.insert(i, (olds_taken, j..j + 1));
        }
    }
    // A unit between two pairs goes with one of them.
    let mut taken: Vec<(usize, Range<usize>, Range<usize>)> =
        groups.iter().map(|(i, (was, is))| (*i, was.clone(), is.clone())).collect();
    taken.sort_by_key(|(i, ..)| *i);
    for two in taken.windows(2) {
        if two[0].1.end > two[1].1.start || two[0].2.end > two[1].2.start {
            groups.remove(&two[1].0);
        }
    }
    groups
}

/// By how much taking a part along must make both sides more alike: what stands in the whole word by word needs only fit.
pub fn gain_of(part: &[Word], carried: usize) -> usize {
    if part.len() >= RUN && carried >= SURELY { 1 } else { BETTER }
}

/// Which neighbours of `at` are parts of the whole together with it.
fn along(whole: &Item, parts: &[Item], at: usize, free: impl Fn(usize) -> bool, steps: &mut Steps) -> Range<usize> {
    let fits =
        |part: &usize| free(*part) && parts.get(*part).is_some_and(|item| item.class == 0 && item.words.len() >= 4);
    let mut taken = at..at + 1;
    // Most have no neighbour that could be a part: nothing of them is looked at.
    let beside = |taken: &Range<usize>| -> Vec<usize> {
        let (after, before) = (taken.end, taken.start.checked_sub(1));
        [(after < parts.len()).then_some(after), before].into_iter().flatten().filter(&fits).collect()
    };
    if beside(&taken).is_empty() {
        return taken;
    }
    let all = shingles(&whole.words);
    let mut words = parts[at].words.clone();
    let mut score = alike(&all, &shingles(&words), steps);
    loop {
        let mut grown = false;
        for part in beside(&taken) {
            let own = shingles(&parts[part].words);
            if own.is_empty() || !steps.take(all.len() + own.len()) || 1000 * shared(&all, &own) / own.len() < PART {
                continue;
            }
            let carried = carried(&parts[part].words, &whole.words, steps);
            if carried < CARRIED {
                continue;
            }
            let more = match part == taken.end {
                true => [words.as_slice(), parts[part].words.as_slice()].concat(),
                false => [parts[part].words.as_slice(), words.as_slice()].concat(),
            };
            let better = alike(&all, &shingles(&more), steps);
            if better < score + gain_of(&parts[part].words, carried) {
                continue;
            }
            taken = taken.start.min(part)..taken.end.max(part + 1);
            (words, score, grown) = (more, better, true);
            break;
        }
        if !grown {
            return taken;
        }
    }
}

/// Everything in the order in which it is read.
fn places(pairs: &Pairs, stays: &[bool], groups: &Groups) -> Vec<Place> {
    // Units that a group takes along, by side.
    let (mut along_old, mut along_new) = (vec![None; pairs.to.len()], vec![None; pairs.from.len()]);
    for (lead, (was, is)) in groups {
        was.clone().for_each(|i| along_old[i] = Some(*lead));
        is.clone().for_each(|j| along_new[j] = Some(*lead));
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < pairs.to.len() || j < pairs.from.len() {
        let old_stays = i < pairs.to.len() && (stays[i] || along_old[i].is_some());
        let new_stays =
            j < pairs.from.len() && (along_new[j].is_some() || pairs.from[j].is_some_and(|from| stays[from]));
        if i < pairs.to.len() && !old_stays {
            out.push(Place::Old { at: i, to: pairs.to[i] });
            i += 1;
        } else if j < pairs.from.len() && !new_stays {
            out.push(Place::New { at: j, from: pairs.from[j] });
            j += 1;
        } else if let Some(lead) = along_old.get(i).copied().flatten().or(Some(i)).filter(|_| i < pairs.to.len()) {
            let new = pairs.to[lead].unwrap_or(j);
            let (olds, news) = groups.get(&lead).cloned().unwrap_or((lead..lead + 1, new..new + 1));
            (i, j) = (olds.end, news.end);
            out.push(Place::Both { old: lead, new, olds, news });
        } else {
            // Nothing is left of the old text: whatever the rest belonged to has been told.
            out.push(Place::New { at: j, from: None });
            j += 1;
        }
    }
    out
}
