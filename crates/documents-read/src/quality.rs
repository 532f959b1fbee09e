//! Whether a text is one: fonts that do not say which characters they show, and bytes read in the wrong encoding, give
//! characters that are valid and mean nothing. No number in them can be found, and nobody would be told.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Characters that Chinese official texts and lists of people are mostly made of: the frequent ones of a few hundred laws,
/// surnames, given names, addresses. Of any forty characters of such texts at least four are among them; of forty that a
/// slip by one byte made hardly three are.
const COMMON: &str = "\
    一丁七万三上下不与专业东严个中为主丽举义之乔九乡书予事二于五交产人从他代令以件价任企会伟传位体何余作使例供依侯保信修停健\
    偿傅元入全八公六兰共关其具养内军农冯决况准出分刑划列刘则刚利别到制前力办加务动助励劳勇包化北区医十华协单南卢卫危原县参及\
    反发取受变口可史叶号司各合同名后向吕吴告员周和品唐售商器四因围国土在地场城域基境处备复夏外大失女委姚姜娜娟孔存孙孟学安宋\
    定实审害家密察对导将尹展属履岁崔工市布常平年并应府废度庭康廖建开式张强当录形彭影征律徐得必志态急性总息情意成或戴户所托执\
    批承技投护报担持指按损据排接控措提支收改放政故效敏教数整文料新方施无日时明易春是曹曾月有服期未本术朱机权李材村杜条杨杰构\
    林果染查标校核根格桂案梁梅检次款止正武段毛民水求江污汤汪沈没治法注洋活流测济海消涛源潘点照熊物特犯玉王环现理生用田由申电\
    男疗疫病登白的益监目直相省督知石矿研确磊社禁秀种科秦称程税究空立章符第等算管类系红级纳线组织经结给统续缴网罗罚罪置者职育\
    胡能自航舶船艳节芳苏英范药营萧董蒋蔡薛行街补表袁被装西要规解警计认议记许设证评请调谢谭负财责货质购费贺贾资赖赵起超路车转\
    输辖过运进违追适通造道邓邱邵邹郑郝部郭配采重量金钟钱销镇长门间阎防际陆陈限院除险障集雷需霞静非面韩项须顾预领额食马验高魏\
    黄黎龙龚";

/// Han characters that are looked at together.
const WINDOW: usize = 40;
/// Common ones among them, at least, in a text.
const FEWEST: usize = 4;

/// Whether a text, or a good part of it, is nothing that anybody wrote: of a page whose font may not say what it shows.
pub(crate) fn is_garbled(text: &str) -> bool {
    let seen: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    is_none(text) || rare(&seen)
}

/// Whether a text has characters that stand for none. What a file says in Unicode can be garbled in no other way by a font.
pub(crate) fn is_none(text: &str) -> bool {
    let seen: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    replaced(&seen) || private(&seen) || mixed(&seen)
}

/// Whether a text in Unicode looks as if it had been read in a wrong encoding before. Lists of minerals, birds, substances and
/// names are made of rare characters, too, but their items are short and stand apart.
pub(crate) fn is_odd(text: &str) -> bool {
    /// Characters of an item of a list.
    const ITEM: usize = 8;
    let chars: Vec<char> = text.chars().collect();
    let runs = chars.chunk_by(|one, other| is_han(*one) == is_han(*other));
    let long: Vec<char> = runs.filter(|run| is_han(run[0]) && run.len() > ITEM).flatten().copied().collect();
    rare(&long)
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}

/// Characters that stand for bytes that could not be decoded.
fn replaced(seen: &[char]) -> bool {
    let count = seen.iter().filter(|c| matches!(c, '\u{fffd}' | '\u{80}'..='\u{9f}')).count();
    count >= 6 || (count >= 3 && count * 5 >= seen.len())
}

/// Characters of a font's own: one before each item is a bullet, several in a row are words.
fn private(seen: &[char]) -> bool {
    let is_private = |c: &char| matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
    let count = seen.iter().filter(|c| is_private(c)).count();
    let run =
        seen.chunk_by(|a, b| is_private(a) == is_private(b)).filter(|run| is_private(&run[0])).map(<[char]>::len).max();
    (count >= 5 && count * 5 >= seen.len()) || run.is_some_and(|run| run >= 4)
}

/// Letters of three scripts that do not occur together.
fn mixed(seen: &[char]) -> bool {
    let mut scripts = HashSet::new();
    let mut count = 0_usize;
    for c in seen {
        let script = match u32::from(*c) {
            code @ 0x0100..=0x02af => 0x100 + code / 0x1000,
            code @ 0x0530..=0x1fff => code / 0x100,
            code @ 0x2c00..=0x2dff => code / 0x100,
            0x3400..=0x4dbf => 0x3400,
            code @ 0xa000..=0xabff => code / 0x400,
            0xac00..=0xd7ff => 0xac00,
            0xfb50..=0xfdff | 0xfe70..=0xfeff => 0x600,
            _ => continue,
        };
        scripts.insert(script);
        count += 1;
    }
    count >= 6 && scripts.len() >= 3 && count * 10 >= seen.len()
}

/// Han characters, hardly any of them one that occurs in texts.
fn rare(seen: &[char]) -> bool {
    let han: Vec<char> = seen.iter().copied().filter(|c| is_han(*c)).collect();
    if han.len() < 16 {
        return false;
    }
    static KNOWN: LazyLock<HashSet<char>> = LazyLock::new(|| COMMON.chars().collect());
    let common: Vec<bool> = han.iter().map(|c| KNOWN.contains(c)).collect();
    let count = |window: &[bool]| window.iter().filter(|common| **common).count();
    if han.len() < WINDOW {
        return count(&common) == 0;
    }
    let windows = common.windows(WINDOW).step_by(WINDOW / 4);
    windows.filter(|window| count(window) < FEWEST).take(2).count() == 2.min(1 + (han.len() - WINDOW) / (WINDOW / 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "为贯彻落实《中华人民共和国政府信息公开条例》，县财政局牵头公开部门预算，各乡镇人民政府配合，\
        按照职责分工抓好落实，六月底前完成预算公开，十月底前公开重点项目建设进展情况，并及时回应群众关切。";

    #[test]
    fn texts_and_lists_are_texts() {
        for text in [
            TEXT,
            "",
            "甲",
            "\u{f0b7}第一项工作，按时完成。\u{f0b7}第二项工作",
            "张伟 王芳 李娜 刘洋 陈静 杨磊 赵敏 黄勇 周艳 吴杰 徐娟 孙涛 胡明 朱超 高霞 林平",
            "2026 138 5521 0.13 A12 km² ① ★ “”",
            "བོད་ཡིག བོད་ཡིག བོད་ཡིག བོད་ཡིག",
            "ئۇيغۇر تىلى ئۇيغۇر تىلى",
            "대한민국 연변 조선족 자치주 인민정부",
            "Ünïcode naïve café",
        ] {
            assert!(!is_garbled(text), "{text}");
        }
    }

    #[test]
    fn a_slip_by_one_byte_is_seen() {
        let (bytes, _, _) = encoding_rs::GBK.encode(TEXT);
        let (slipped, _, _) = encoding_rs::GBK.decode(&bytes[1..bytes.len() - 1]);
        assert!(is_garbled(&slipped), "{slipped}");
        // a good beginning does not hide it
        assert!(is_garbled(&format!("{TEXT}{TEXT}{slipped}")));
    }

    #[test]
    fn utf_8_read_as_gbk_is_seen() {
        let (wrong, _, _) = encoding_rs::GBK.decode(TEXT.as_bytes());
        assert!(is_garbled(&wrong), "{wrong}");
        assert!(is_odd(&wrong) && !is_odd(TEXT), "{wrong}");
    }

    #[test]
    fn lists_of_rare_characters_are_lists() {
        let minerals = "钨、锡、铋、钼、汞、锑、镁、铂、钯、钌、锇、铱、铑、铌、钽、铍、锂、锆、锶、铷、铯、镧、铈、镨、钕、钐、铕、钇、钆、铽、\
            镝、钬、铒、铥、镱、镥、钪、锗、镓、铟、铊、铪、铼、镉、硒、碲、萤石、蓝晶石、硅线石、红柱石、刚玉、叶蜡石、透辉石、蛭石";
        let birds = "鸊鷉\n鹈鹕\n鸬鹚\n鹳鹭\n鹔鹴\n鸳鸯\n鹗\n鸢\n鵟\n鹞\n隼\n鹧鸪\n鹌鹑\n鹇\n鸨\n鸻鹬\n鸥\n鹦鹉\n鸮\n鸱鸺\n鸬\n鹚\n鹂\n鸫\n鹛\n鹟\n鹨\n鹀";
        for text in [minerals, birds] {
            assert!(!is_odd(text) && !is_none(text), "{text}");
        }
    }

    #[test]
    fn characters_that_are_none_are_seen() {
        assert!(is_garbled("\u{e012}\u{e013}\u{fffd}\u{e015} \u{e016}公示"));
        assert!(
            is_garbled(&format!("{TEXT} \u{e012}\u{e013}\u{e014}\u{e015}\u{e016}\u{e017}")),
            "a column in another font"
        );
        assert!(is_garbled(&format!("{TEXT}{}", "\u{fffd}".repeat(6))));
        assert!(is_garbled("ๆԱअฑԲअะԱअฑԲअ"));
    }
}
