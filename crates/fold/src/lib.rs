//! Characters that look like others: one character for each form, so that what a reader sees as one text is one text to
//! rules and to search too.
//!
//! Files made by word processors and PDF printers hold Kangxi radicals (`⽉` U+2F49) and radicals of the supplement
//! (`⺠` U+2EA0) where the author wrote 月 and 民, compatibility ideographs, full-width letters, and marks that print
//! nothing. What Unicode calls a compatibility character is folded by NFKC (UAX #15); for the radicals that NFKC leaves as
//! they are counts the property `Equivalent_Unified_Ideograph` (UAX #38).
//!
//! [`character`] gives one character for one, so that places stay places of the original; [`fold`] also leaves out what
//! prints nothing. Not folded is what
//! looks different and means something of its own: circled figures, superscripts, units such as ㎡.

pub mod markup;

use unicode_normalization::UnicodeNormalization;

/// Radicals of U+2E80–2EFF that NFKC leaves, each before its ideograph; from `EquivalentUnifiedIdeograph.txt` of Unicode 14.
const RADICALS: &str = "\
    ⺁厂 ⺂乛 ⺃乚 ⺄乙 ⺅亻 ⺆冂 ⺇𠘨 ⺈刀 ⺉刂 ⺊卜 ⺋㔾 ⺌小 ⺍小 ⺎兀 ⺏尣 ⺐尢 ⺑𡯂 ⺒巳 \
    ⺓幺 ⺔彑 ⺕彐 ⺖忄 ⺗心 ⺘扌 ⺙攵 ⺛旡 ⺜日 ⺝月 ⺞歺 ⺠民 ⺡氵 ⺢氺 ⺣灬 ⺤爫 ⺥爫 ⺦丬 \
    ⺧牛 ⺨犭 ⺩王 ⺪𤴔 ⺫目 ⺬示 ⺭礻 ⺮𥫗 ⺯糹 ⺰纟 ⺱罓 ⺲罒 ⺳㓁 ⺴冗 ⺵𦉫 ⺶羊 ⺷𦍌 ⺸𦍋 \
    ⺹耂 ⺺肀 ⺻聿 ⺼肉 ⺽𦥑 ⺾艹 ⺿艹 ⻀艹 ⻁虎 ⻂衤 ⻃覀 ⻄西 ⻅见 ⻆角 ⻇𧢲 ⻈讠 ⻉贝 ⻊𧾷 \
    ⻋车 ⻌辶 ⻍辶 ⻎辶 ⻏邑 ⻐钅 ⻑長 ⻒镸 ⻓长 ⻔门 ⻕𨸏 ⻖阝 ⻗雨 ⻘青 ⻙韦 ⻚页 ⻛风 ⻜飞 \
    ⻝食 ⻞𩙿 ⻟飠 ⻠饣 ⻡𩠐 ⻢马 ⻣骨 ⻤鬼 ⻥鱼 ⻦鸟 ⻧卤 ⻨麦 ⻩黄 ⻪黾 ⻫斉 ⻬齐 ⻭歯 ⻮齿 \
    ⻯竜 ⻰龙 ⻱龜 ⻲亀";

/// The character that `c` looks like; itself for almost all.
pub fn character(c: char) -> char {
    match u32::from(c) {
        0x2e80..=0x2eff => radical(c),
        0xa0
        | 0x2000..=0x200a
        | 0x2011
        | 0x202f
        | 0x205f
        | 0x2160..=0x217f
        | 0x2f00..=0x2fdf
        | 0x3000
        | 0xf900..=0xfaff
        | 0xfe10..=0xfe1f
        | 0xfe30..=0xfe6f
        | 0xff00..=0xffef
        | 0x1_d400..=0x1_d7ff
        | 0x1_fbf0..=0x1_fbf9
        | 0x2_f800..=0x2_fa1f => single(c).unwrap_or(c),
        _ => c,
    }
}

/// The ideograph that a radical or a compatibility ideograph looks like; any other character itself. For readers that take
/// the text apart: punctuation, width and marks stay as they are written.
pub fn ideograph(c: char) -> char {
    match u32::from(c) {
        0x2e80..=0x2fdf | 0xf900..=0xfaff | 0x2_f800..=0x2_fa1f => character(c),
        _ => c,
    }
}

fn radical(c: char) -> char {
    let mut pairs = RADICALS.split(' ').filter_map(|pair| {
        let mut two = pair.chars();
        Some((two.next()?, two.next()?))
    });
    pairs.find(|(from, _)| *from == c).map_or_else(|| single(c).unwrap_or(c), |(_, to)| to)
}

/// NFKC of one character, if it is one character.
fn single(c: char) -> Option<char> {
    let mut normal = std::iter::once(c).nfkc();
    let first = normal.next()?;
    normal.next().is_none().then_some(first)
}

/// Whether a character prints nothing and takes no room: zero-width marks, marks of direction, variation selectors, control
/// characters; also strokes and frames that are laid over the character before.
pub fn is_unseen(c: char) -> bool {
    matches!(u32::from(c),
        0x00..=0x08 | 0x0e..=0x1b | 0x7f | 0xad | 0x300..=0x36f | 0x61c | 0x115f | 0x1160 | 0x180b..=0x180e
        | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0x20d0..=0x20ff | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f
        | 0xfeff | 0xfff9..=0xfffb | 0xe_0000..=0xe_01ef)
}

/// A text in folded form: every character as [`character`] gives it, those that are [unseen](is_unseen) left out.
///
/// For comparing and searching, not for storing: full-width punctuation becomes plain.
pub fn fold(text: &str) -> String {
    text.chars().filter(|&c| !is_unseen(c)).map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_the_same() {
        assert_eq!(fold("⼀、6⽉底前，县⼈⼒资源和社会保障局（⺠政局）"), "一、6月底前,县人力资源和社会保障局(民政局)");
        assert_eq!(fold("\u{f90a}\u{2f800}"), "金丽");
        assert_eq!(fold("１３８ＡＢＣ\u{3000}𝟏𝟑𝟖"), "138ABC 138");
        assert_eq!(fold("⽅⻋⻓⻘⺟"), "方车长青母");
    }

    #[test]
    fn a_reader_of_structure_sees_ideographs_and_keeps_punctuation() {
        let seen = |text: &str| text.chars().map(ideograph).collect::<String>();
        assert_eq!(seen("（⼀）６⽉底前，公开\u{f90a}额。"), "（一）６月底前，公开金额。");
    }

    #[test]
    fn what_prints_nothing_is_left_out() {
        assert_eq!(fold("青禾\u{200b}县\u{feff}财政\u{ad}局\u{200e}\u{2060}"), "青禾县财政局");
    }

    #[test]
    fn what_means_something_of_its_own_stays() {
        for text in ["①㎡²½", "青禾县人民政府办公室", "\u{fa0e}", "か゛", "⒈"] {
            assert_eq!(fold(text), text);
        }
    }

    #[test]
    fn every_radical_of_the_table_becomes_an_ideograph() {
        for pair in RADICALS.split(' ') {
            let mut two = pair.chars();
            let (from, to) = (two.next().expect("radical"), two.next().expect("ideograph"));
            assert!((0x2e80..0x2f00).contains(&u32::from(from)) && u32::from(to) > 0x3400 && two.next().is_none());
            assert_eq!(character(character(from)), to);
        }
    }
}
