//! Which organ may have it, and what of it may be public already: guesses from the words of a request, for the person to choose.

use std::sync::Arc;

use kernel::{Organ, OrganCode, OrganKind};
use web::{
    Ctx, Result,
    hooks::{PublicDocument, PublicDocuments},
};

/// Fields of life with parts of the names of the organs that usually keep them.
const FIELDS: &[(&[&str], &[&str])] = &[
    (&["低保", "最低生活保障", "社会救助", "临时救助", "养老", "殡葬", "婚姻登记", "地名"], &["民政"]),
    (&["征地", "土地", "宅基地", "国土", "规划", "不动产", "矿"], &["自然资源"]),
    (&["住房", "房屋", "小区", "物业", "拆迁", "公租房", "棚户", "建筑", "验收"], &["住房和城乡建设", "住建"]),
    (&["学校", "教师", "招生", "学区", "教育", "幼儿园", "高考"], &["教育"]),
    (&["医院", "卫生", "疫苗", "医疗机构", "医生"], &["卫生健康", "卫健"]),
    (&["医保", "医疗保险", "医疗救助"], &["医疗保障", "医保"]),
    (&["社保", "就业", "工资", "养老保险", "工伤", "职称", "公务员招"], &["人力资源和社会保障", "人社"]),
    (&["公路", "道路", "交通", "客运", "公交", "桥"], &["交通运输"]),
    (&["环评", "环境", "排污", "污染", "噪声", "垃圾填埋"], &["生态环境", "环境保护"]),
    (&["水库", "河道", "供水", "水利", "防汛"], &["水利", "水务"]),
    (&["农业", "种粮", "农村", "农机", "畜牧"], &["农业农村"]),
    (&["林地", "林业", "森林", "退耕"], &["林业"]),
    (&["预算", "决算", "财政", "政府采购", "债务", "补贴资金"], &["财政"]),
    (&["户籍", "户口", "治安", "交警", "监控", "报警"], &["公安"]),
    (&["营业执照", "食品", "药品", "质量", "特种设备", "电梯", "广告"], &["市场监督", "市场监管"]),
    (&["立项", "项目审批", "投资", "物价", "价格", "招标"], &["发展和改革", "发展改革", "发改"]),
    (&["安全生产", "应急", "消防", "自然灾害"], &["应急管理"]),
    (&["旅游", "文物", "图书馆", "体育"], &["文化", "旅游"]),
    (&["统计", "普查"], &["统计"]),
    (&["审计"], &["审计"]),
    (&["城管", "违建", "违法建设", "占道", "垃圾清运"], &["城市管理", "综合执法"]),
    (&["退役军人", "优抚", "烈士"], &["退役军人"]),
    (&["法律援助", "公证", "调解", "律师"], &["司法"]),
];

/// How many organs are suggested, the best first.
const MOST: usize = 4;
/// What it weighs that an organ is named: more than all fields and documents together.
const NAMED: usize = 1000;

/// The organs, of those that can be asked, that may have what is described: named in it, responsible for its field, or having
/// published what it is about.
pub(super) fn organs(askable: &[Organ], wanted: &str, related: &[PublicDocument]) -> Vec<OrganCode> {
    let score = |organ: &Organ| {
        let names = [&organ.name, &organ.short_name].into_iter().chain(&organ.aliases);
        let named = names.filter(|name| name.chars().count() > 2).any(|name| wanted.contains(name.as_str()));
        let fields = FIELDS.iter().filter(|(_, parts)| parts.iter().any(|part| organ.name.contains(part)));
        let hits = fields.flat_map(|(words, _)| words.iter()).filter(|word| wanted.contains(*word)).count();
        let published = related.iter().filter(|document| document.organ == organ.code).count();
        usize::from(named) * NAMED + hits * 10 + published
    };
    let mut scored: Vec<(usize, &Organ)> = askable.iter().map(|organ| (score(organ), organ)).collect();
    // Where a township is named, no other one is meant.
    let town = |(score, organ): &(usize, &Organ)| organ.kind == OrganKind::Township && *score >= NAMED;
    let named = scored.iter().any(town);
    scored.retain(|one| one.0 > 0 && (!named || one.1.kind != OrganKind::Township || town(one)));
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().take(MOST).map(|(_, organ)| organ.code.clone()).collect()
}

/// What stands in 《》 or quotation marks, and numbers of documents: by these something public can be found.
fn names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (open, close) in [('《', '》'), ('“', '”'), ('「', '」')] {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once(open) {
            let Some((name, after)) = after.split_once(close) else { break };
            names.push(name.trim().to_owned());
            rest = after;
        }
    }
    let numbers = text.split(|c: char| c.is_whitespace() || "，。；、（）()《》“”".contains(c));
    let numbers = numbers.filter(|part| part.contains('〔') && part.ends_with('号'));
    names.extend(numbers.map(|part| part.trim_start_matches(['和', '与', '及', '按', '据', '的']).to_owned()));
    names.retain(|name| (4..=60).contains(&name.chars().count()));
    names.truncate(4);
    names
}

/// Words with which a request begins and that stand in no title.
const LEADS: [&str; 22] = [
    "我想要",
    "我要",
    "我想",
    "想要",
    "请求",
    "申请",
    "请",
    "公开",
    "提供",
    "获取",
    "了解",
    "知道",
    "查询",
    "关于",
    "全县",
    "本县",
    "我县",
    "全镇",
    "本镇",
    "我镇",
    "目前",
    "现在",
];
/// Words with which a question ends and that stand in no title.
const ENDS: [&str; 12] =
    ["是多少", "有多少", "有哪些", "是什么", "怎么样", "怎样", "多少", "吗", "呢", "是", "情况", "有"];
/// What a description says at length and titles in short.
const SHORT: [(&str, &str); 3] = [("居民最低生活保障", "低保"), ("最低生活保障", "低保"), ("基本养老保险", "养老保险")];
/// Endings that stand in titles of everything.
const COMMON: [&str; 12] =
    ["报告", "名单", "名册", "材料", "文件", "通知", "办法", "明细", "记录", "信息", "方案", "数据"];

/// Pieces of a description that may stand in a title: what is left between the words that join them.
fn pieces(text: &str) -> Vec<String> {
    let breaks =
        |c: char| c.is_whitespace() || c.is_ascii() || "，。；、：？！（）《》“”「」〔〕的和与及年月日".contains(c);
    let mut text = text.to_owned();
    for (long, short) in SHORT {
        text = text.replace(long, short);
    }
    let mut found = Vec::new();
    for part in text.split(breaks) {
        let mut part = part;
        while let Some(rest) = LEADS.iter().find_map(move |lead| part.strip_prefix(*lead)) {
            part = rest;
        }
        while let Some(rest) = ENDS.iter().find_map(move |end| part.strip_suffix(*end)) {
            part = rest;
        }
        if (4..=40).contains(&part.chars().count()) {
            found.push(part.to_owned());
        }
    }
    found.truncate(PIECES);
    found
}

/// Pieces that are looked for, each by at most five questions.
const PIECES: usize = 2;

/// A piece as it is looked for: whole, then its beginnings, since a description goes on where a title ends, and its endings,
/// since it names a place first. An ending that everything has is none.
fn shorter(piece: &str) -> Vec<String> {
    let letters: Vec<char> = piece.chars().collect();
    let says_something = !COMMON.iter().any(|common| piece.ends_with(*common));
    let lengths: Vec<usize> = [6, 4].into_iter().filter(|length| *length < letters.len()).collect();
    let mut asked = vec![piece.to_owned()];
    asked.extend(lengths.iter().map(|length| letters[..*length].iter().collect::<String>()));
    if says_something {
        asked.extend(lengths.iter().map(|length| letters[letters.len() - length..].iter().collect::<String>()));
    }
    asked
}

/// Public documents that may be what is asked for.
///
/// # Errors
/// When the database fails.
pub(super) async fn public(ctx: &Ctx, wanted: &str, number: &str) -> Result<Vec<PublicDocument>> {
    let documents = ctx.one::<Arc<dyn PublicDocuments>>();
    let mut asked = names(wanted);
    if number.trim().chars().count() >= 4 {
        asked.insert(0, number.trim().to_owned());
    }
    let mut found: Vec<PublicDocument> = Vec::new();
    for name in asked {
        for document in documents.search(ctx, None, &name, 3).await? {
            if !found.iter().any(|known| known.id == document.id) {
                found.push(document);
            }
        }
    }
    for piece in pieces(wanted) {
        for words in shorter(&piece) {
            let hits = documents.search(ctx, None, &words, 3).await?;
            let any = !hits.is_empty();
            for document in hits {
                if !found.iter().any(|known| known.id == document.id) {
                    found.push(document);
                }
            }
            if any {
                break;
            }
        }
    }
    found.truncate(5);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organ(code: &str, name: &str, short: &str) -> Organ {
        Organ::named(code, name, short, OrganKind::CountyDepartment)
    }

    #[test]
    fn whoever_is_named_comes_first_then_whoever_keeps_the_field() {
        let all = [
            organ("zj", "青禾县住房和城乡建设局", "县住建局"),
            organ("mz", "青禾县民政局", "县民政局"),
            organ("jy", "青禾县教育局", "县教育局"),
        ];
        let codes = |wanted: &str| organs(&all, wanted, &[]).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(codes("城关镇老旧小区改造项目验收报告"), ["zj"]);
        assert_eq!(codes("请县民政局提供小区养老服务用房的移交材料"), ["mz", "zj"]);
        assert!(codes("不知道").is_empty());
        let mut towns = all.to_vec();
        for (code, name) in [("lx", "柳溪镇人民政府"), ("cg", "城关镇人民政府")] {
            towns.push(Organ {
                aliases: vec![name.chars().take(3).collect()],
                ..Organ::named(code, name, name, OrganKind::Township)
            });
        }
        let codes = |wanted: &str| organs(&towns, wanted, &[]).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(codes("柳溪镇低保标准"), ["lx", "mz"]);
    }

    #[test]
    fn what_is_described_is_looked_for_by_its_pieces() {
        assert_eq!(pieces("停车设施管理办法的起草说明"), ["停车设施管理办法", "起草说明"]);
        assert_eq!(pieces("我想要了解2025年高龄津贴发放名册汇总情况"), ["高龄津贴发放名册汇总"]);
        assert_eq!(pieces("不知道"), [""; 0]);
        assert_eq!(shorter("高龄津贴发放"), ["高龄津贴发放", "高龄津贴", "津贴发放"]);
        assert_eq!(shorter("高龄津贴"), ["高龄津贴"]);
        // A sentence, and its words at length, lead to what the title says.
        assert_eq!(pieces("我想知道2026年全县城乡低保标准是多少"), ["城乡低保标准"]);
        assert_eq!(pieces("2026年城乡居民最低生活保障标准"), ["城乡低保标准"]);
        assert!(shorter("柳溪镇城乡低保标准").contains(&"低保标准".to_owned()));
        assert!(!shorter("小区改造项目验收报告").contains(&"验收报告".to_owned()));
    }

    #[test]
    fn titles_and_numbers_are_looked_for() {
        let found = names("《青禾县老旧小区改造方案》和青府办发〔2025〕3号，还有“十四五规划纲要”全文，《短》");
        assert_eq!(found, ["青禾县老旧小区改造方案", "十四五规划纲要", "青府办发〔2025〕3号"]);
    }
}
