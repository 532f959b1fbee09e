//! What must be published of its own accord (条例 Art. 20 and 21), item by item, and which columns hold it.

use document::columns::{Column, NUMBERS};

/// One item of Article 20.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// `一` to `十五`.
    pub(super) number: &'static str,
    /// Short name.
    pub(super) name: &'static str,
    /// What the law asks.
    pub(super) asks: &'static str,
    /// What to search for where no column holds it.
    pub(super) search: &'static str,
}

const fn item(number: &'static str, name: &'static str, asks: &'static str, search: &'static str) -> Item {
    Item { number, name, asks, search }
}

/// The fifteen items.
pub(super) const ITEMS: &[Item] = &[
    item("一", "法规、规章和规范性文件", "行政法规、规章和规范性文件", "政策文件"),
    item("二", "机关概况", "机关职能、机构设置、办公地址、办公时间、联系方式、负责人姓名", "机构职能"),
    item("三", "规划和计划", "国民经济和社会发展规划、专项规划、区域规划及相关政策", "发展规划"),
    item("四", "统计信息", "国民经济和社会发展统计信息", "统计"),
    item(
        "五",
        "行政许可和对外管理服务",
        "办理行政许可和其他对外管理服务事项的依据、条件、程序以及办理结果",
        "行政许可",
    ),
    item(
        "六",
        "行政处罚和行政强制",
        "实施行政处罚、行政强制的依据、条件、程序，以及本机关认为具有一定社会影响的行政处罚决定",
        "行政处罚",
    ),
    item("七", "财政预算、决算", "财政预算、决算信息", "预算"),
    item("八", "行政事业性收费", "行政事业性收费项目及其依据、标准", "收费"),
    item("九", "政府集中采购", "政府集中采购项目的目录、标准及实施情况", "采购"),
    item("十", "重大建设项目", "重大建设项目的批准和实施情况", "重大建设项目"),
    item("十一", "民生保障", "扶贫、教育、医疗、社会保障、促进就业等方面的政策、措施及其实施情况", "扶贫"),
    item("十二", "突发公共事件", "突发公共事件的应急预案、预警信息及应对情况", "应急预案"),
    item("十三", "监督检查", "环境保护、公共卫生、安全生产、食品药品、产品质量的监督检查情况", "环境"),
    item("十四", "公务员招考", "公务员招考的职位、名额、报考条件等事项以及录用结果", "招考"),
    item(
        "十五",
        "法律、法规、规章和国家有关规定要求公开的其他信息",
        "含条例第二十一条：市政建设、公共服务、公益事业、土地征收、房屋征收、治安管理、社会救助等；乡镇的农业农村政策、农田水利、\
         土地承包经营权流转、宅基地审核、筹资筹劳等",
        "主动公开",
    ),
];

/// The items to which a column belongs, as places in [`ITEMS`], for one column may serve several: those that its owner chose,
/// otherwise those that its legal basis names (条例第二十条第（七）项). A column of the statutory part that says neither belongs
/// to the last, any other nowhere.
pub(super) fn items_of(column: &Column, own: &[i64], statutory: bool) -> Vec<usize> {
    if !own.is_empty() {
        return own.iter().filter_map(|item| usize::try_from(item - 1).ok()).filter(|at| *at < ITEMS.len()).collect();
    }
    let basis = &column.basis;
    let named = |number: &str| basis.contains(&format!("第（{number}）项")) || basis.contains(&format!("第{number}项"));
    let found: Vec<usize> = if basis.contains("第二十条") {
        NUMBERS.iter().enumerate().filter(|(_, number)| named(number)).map(|(at, _)| at).collect()
    } else {
        Vec::new()
    };
    if found.is_empty() && statutory { vec![ITEMS.len() - 1] } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(basis: &str) -> Column {
        Column { basis: basis.into(), ..Column::missing(&"x".into()) }
    }

    #[test]
    fn columns_find_their_items_by_choice_then_by_their_basis() {
        assert_eq!(items_of(&column("《条例》第二十条第（四）项"), &[5, 6], true), [4, 5]);
        assert_eq!(items_of(&column("《条例》第二十条第（四）项"), &[], false), [3]);
        assert_eq!(items_of(&column(""), &[], true), [14]);
        assert!(items_of(&column("第四项"), &[], false).is_empty());
    }

    #[test]
    fn the_article_has_fifteen_items() {
        assert_eq!(ITEMS.iter().map(|item| item.number).collect::<Vec<_>>(), NUMBERS);
    }
}
