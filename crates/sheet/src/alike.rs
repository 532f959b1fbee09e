//! Words of everyday sheets that mean the same as the name of a column. They count less than any name that the item itself has.

/// Names that mean the same, without blanks and brackets.
const SAME: [&[&str]; 22] = [
    &["办学类型", "学校性质", "办学性质", "学校类型"],
    &["招生计划", "计划招生数", "招生计划数", "计划招生人数"],
    &["面积", "出让面积", "宗地面积", "土地面积", "用地面积"],
    &[
        "所在乡镇、村",
        "所在乡镇村",
        "所在村",
        "乡镇、村",
        "乡镇村",
        "镇村",
        "村",
        "村组",
        "坐落",
        "土地坐落",
        "土地位置",
    ],
    &["招生范围", "服务区域", "服务范围", "施教区", "招生区域", "学区", "学区范围"],
    &["发布机关", "发布单位", "公告机关", "公告单位"],
    &["许可机关", "发证机关", "发证单位", "审批机关", "批准机关"],
    &["处罚机关", "处罚单位", "作出处罚机关", "执法机关", "执法单位"],
    &[
        "行政相对人名称",
        "行政相对人",
        "相对人名称",
        "相对人",
        "许可相对人",
        "被许可人",
        "被处罚人",
        "当事人",
        "当事人名称",
    ],
    &["对象姓名", "姓名", "救助对象", "户主姓名", "户主"],
    &["补贴对象", "户主姓名", "农户姓名", "受益人", "领取人", "补助对象", "姓名"],
    &["补贴金额", "补助金额", "发放金额", "实发金额", "补贴资金", "补助资金"],
    &["补贴标准", "补助标准", "发放标准"],
    &["补贴项目", "补助项目", "项目名称", "补贴名称"],
    &["补贴数量", "补贴面积"],
    &["发放日期", "发放时间", "打卡日期", "打卡时间", "兑付日期"],
    &["决定书文号", "行政处罚决定书文号", "处罚决定书文号", "处罚文号", "文书号"],
    &["决定日期", "处罚决定日期", "许可决定日期", "作出决定日期", "决定时间"],
    &["部门名称", "单位名称", "预算单位", "预算部门"],
    &["公务用车购置及运行费", "公务用车购置及运行维护费", "公务用车费", "公车购置及运行费"],
    &["公务用车运行费", "公务用车运行维护费", "公车运行费", "运行维护费"],
    &["公务用车购置费", "公务用车购置", "公车购置费", "购置费"],
];

/// Ends of names that leave what is meant as it is.
const ENDS: [(&str, &str); 4] = [("时间", "日期"), ("单位", "机关"), ("名称", ""), ("数量", "数")];

/// Whether two names in the form that is compared mean the same.
pub(crate) fn alike(one: &str, other: &str) -> bool {
    if SAME.iter().any(|names| names.contains(&one) && names.contains(&other)) {
        return true;
    }
    let same = |long: &str, short: &str, end: &str, instead: &str| {
        let stem = long.strip_suffix(end).filter(|stem| stem.chars().count() >= 2);
        stem.is_some_and(|stem| format!("{stem}{instead}") == short)
    };
    ENDS.iter().any(|(end, instead)| same(one, other, end, instead) || same(other, one, end, instead))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_every_day_mean_the_same() {
        assert!(alike("所在村", "所在乡镇、村") && alike("发布时间", "发布日期") && alike("学校", "学校名称"));
        assert!(alike("服务区域", "招生范围") && alike("发证机关", "许可机关"));
        assert!(!alike("镇", "所在乡镇") && !alike("名称", "") && !alike("发布时间", "决定日期"));
    }
}
