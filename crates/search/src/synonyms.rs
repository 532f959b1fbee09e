//! What people say and what documents write: 低保 is 最低生活保障. A question in one form finds texts in the other, behind those
//! that use its own.

/// Forms of one thing. Only what is the same thing everywhere; what is merely near would find too much.
const SAME: &[&[&str]] = &[
    &["最低生活保障", "低保"],
    &["特困人员供养", "特困供养", "五保供养", "五保户"],
    &["基本医疗保险", "医疗保险", "医保"],
    &["城乡居民医疗保险", "城乡居民医保", "新农合"],
    &["基本养老保险", "养老保险"],
    &["社会保险", "社保"],
    &["失业保险金", "失业金"],
    &["住房公积金", "公积金"],
    &["公共租赁住房", "公租房"],
    &["保障性租赁住房", "保租房"],
    &["农村危房改造", "危房改造", "危改"],
    &["国有土地上房屋征收", "房屋征收", "拆迁"],
    &["不动产登记", "房产登记"],
    &["不动产权证", "房产证"],
    &["居民户口簿", "户口簿", "户口本"],
    &["机动车驾驶证", "驾驶证", "驾照"],
    &["义务教育入学", "中小学入学"],
    &["残疾人证", "残疾证"],
    &["高龄津贴", "老龄津贴", "老年津贴"],
    &["独居老年人", "独居老人"],
    &["空巢老年人", "空巢老人"],
    &["失能老年人", "失能老人"],
    &["小餐饮店", "小餐馆", "小饭馆"],
    &["退役军人", "退伍军人"],
    &["行政处罚决定", "处罚决定"],
    &["双随机、一公开", "双随机一公开"],
    &["政府信息公开申请", "信息公开申请", "依申请公开"],
    &["突发事件应急预案", "应急预案"],
    &["招商引资", "招商"],
    &["河湖长制", "河长制"],
    &["农村生活污水治理", "农村污水治理"],
    &["机构编制委员会办公室", "编办"],
    &["带薪年休假", "年休假", "年假"],
    &["酒后驾驶", "酒驾"],
    &["家庭暴力", "家暴"],
    &["无人驾驶航空器", "无人机"],
    &["非物质文化遗产", "非遗"],
    &["环境影响评价", "环评"],
    &["危险化学品", "危化品"],
    &["高等教育自学考试", "自学考试", "自考"],
    &["个体工商户", "个体户"],
    &["烟花爆竹", "鞭炮"],
    &["村民委员会", "村委会"],
    &["居民委员会", "居委会"],
    &["社会保障卡", "社保卡"],
    &["噪声", "噪音"],
    &["收养", "领养"],
    &["保守国家秘密法", "保密法"],
    &["政府信息公开条例", "信息公开条例"],
    &["施教区", "学区", "划片"],
];

/// Forms of a question that are looked for besides its own.
const MOST: usize = 4;

/// Another form of something in a question, and what stands around it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Other<'a> {
    /// What stands before it; may be empty.
    pub(crate) before: &'a str,
    /// The other form.
    pub(crate) form: &'a str,
    /// What stands behind it; may be empty.
    pub(crate) after: &'a str,
}

/// The other forms of what is asked for; none for most questions. `own`: groups that the office keeps, which go first. A form that
/// stands in two groups joins them: a county's own word for 低保 is one for 最低生活保障 as well.
pub(crate) fn others<'a>(text: &'a str, own: &'a [Vec<String>]) -> Vec<Other<'a>> {
    let groups: Vec<Vec<&'a str>> = own
        .iter()
        .map(|forms| forms.iter().map(String::as_str).collect())
        .chain(SAME.iter().map(|forms| forms.to_vec()))
        .collect();
    let mut found: Vec<Other<'a>> = Vec::new();
    let mut add = |other: Other<'a>| {
        if found.len() < MOST && !found.contains(&other) {
            found.push(other);
        }
    };
    for (at, forms) in groups.iter().enumerate() {
        // Longer forms stand first, so that 医保 is not taken out of 城乡居民医保.
        let Some((said, (before, after))) = forms.iter().find_map(|form| Some((*form, text.split_once(*form)?))) else {
            continue;
        };
        let others = || forms.iter().copied().filter(|form| *form != said);
        others().for_each(|form| add(Other { before, form, after }));
        // The groups of the office are few; those of everybody share no form with one another.
        let joined = groups
            .iter()
            .enumerate()
            .filter(|(other, group)| *other != at && group.iter().any(|form| others().any(|known| known == *form)));
        for form in joined.flat_map(|(_, group)| group.iter().copied()).filter(|form| *form != said) {
            add(Other { before, form, after });
        }
    }
    found
}

/// Whether everybody knows that these forms are one thing.
pub(crate) fn are_known(forms: &[&str]) -> bool {
    SAME.iter().any(|same| forms.iter().all(|form| same.contains(form)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_say_is_looked_for_as_documents_write_it() {
        assert_eq!(others("低保标准", &[]), [Other { before: "", form: "最低生活保障", after: "标准" }]);
        assert_eq!(others("农村最低生活保障", &[]), [Other { before: "农村", form: "低保", after: "" }]);
        assert!(others("医保报销", &[]).iter().any(|other| other.form == "医疗保险"));
        assert_eq!(others("保密法", &[]), [Other { before: "", form: "保守国家秘密法", after: "" }]);
        assert!(others("财政预算", &[]).is_empty());
    }

    #[test]
    fn what_the_office_keeps_is_looked_for_too() {
        let own = [vec!["综合窗口".to_owned(), "一窗".to_owned()]];
        assert_eq!(others("一窗在哪里", &own), [Other { before: "", form: "综合窗口", after: "在哪里" }]);
        assert!(
            are_known(&["低保", "最低生活保障"])
                && !are_known(&["低保", "困难补贴"])
                && !are_known(&["公积金", "公租房"])
        );
        // A word of the county's own leads to all forms that everybody knows, and each of them to it.
        let own = [vec!["困难补贴".to_owned(), "低保".to_owned()]];
        let forms = |text: &'static str| -> Vec<String> {
            others(text, &own).into_iter().map(|other| other.form.to_owned()).collect()
        };
        assert_eq!(forms("困难补贴标准"), ["低保", "最低生活保障"]);
        assert_eq!(forms("最低生活保障"), ["低保", "困难补贴"]);
    }

    #[test]
    fn forms_stand_from_the_longest_and_none_in_two_groups() {
        let mut all: Vec<&str> = SAME.concat();
        for forms in SAME {
            assert!(forms.windows(2).all(|pair| pair[0].chars().count() >= pair[1].chars().count()), "{forms:?}");
        }
        all.sort_unstable();
        let many = all.len();
        all.dedup();
        assert_eq!(all.len(), many);
    }
}
