//! The words by which people and what is told of them are known.

/// Heads of columns that hold names of people; a head that holds 姓名 is one, too.
pub(super) const NAMES: &[&str] = &[
    "户主",
    "申请人",
    "申请对象",
    "受助人",
    "受助对象",
    "救助对象",
    "保障对象",
    "补贴对象",
    "补助对象",
    "慰问对象",
    "帮扶对象",
    "享受人",
    "享受对象",
    "领取人",
    "收款人",
    "持卡人",
    "持证人",
    "患者",
    "病人",
    "残疾人",
    "学生",
    "幼儿",
    "儿童",
    "家长",
    "监护人",
    "参保人",
    "参合人",
    "农户",
    "被征收人",
    "产权人",
];

/// What the other columns tell, by words in their heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Told {
    /// How ill somebody is: sensitive (个人信息保护法 Art. 28).
    Health,
    /// Numbers of papers and accounts, homes.
    Private,
    /// Telephones, money, the day of birth: with a name they tell who it is and how somebody lives.
    Life,
}

const TOLD: [(Told, &[&str]); 3] = [
    (
        Told::Health,
        &[
            "病种",
            "病名",
            "病情",
            "疾病",
            "诊断",
            "患病",
            "症状",
            "残疾类",
            "残疾等级",
            "残疾程度",
            "残疾证",
            "健康状况",
            "身体状况",
            "精神状况",
        ],
    ),
    (
        Told::Private,
        &[
            "身份证",
            "证件号",
            "公民身份",
            "账号",
            "卡号",
            "账户",
            "开户",
            "家庭住址",
            "家庭地址",
            "住址",
            "居住地址",
            "户籍地址",
            "门牌",
        ],
    ),
    (
        Told::Life,
        &[
            "电话",
            "手机",
            "联系方式",
            "金额",
            "补助",
            "补贴",
            "救助",
            "低保",
            "保障金",
            "发放",
            "出生",
            "年龄",
            "家庭人口",
            "致贫",
        ],
    ),
];

/// Heads of tables about people in office: they are named, and how to reach them.
const OFFICE: &[&str] =
    &["职务", "职称", "岗位", "分管", "科室", "处室", "工作单位", "任职", "执法证", "单位职务", "准考证", "成绩"];

/// What a head says about people; `None` = nothing.
pub(super) fn told(head: &str) -> Option<Told> {
    TOLD.iter().find(|(_, words)| words.iter().any(|word| head.contains(*word))).map(|(told, _)| *told)
}

/// Whether the column stands in a table about people in office.
pub(super) fn is_of_office(head: &str) -> bool {
    OFFICE.iter().any(|word| head.contains(*word))
}

/// Whether a column holds names of people.
pub(super) fn is_name_head(head: &str) -> bool {
    NAMES.contains(&head) || (head.contains("姓名") && head.chars().count() <= 8)
}

/// Words in cells below a name that are none.
const NO_NAMES: &[&str] = &[
    "合计",
    "小计",
    "总计",
    "共计",
    "累计",
    "平均",
    "备注",
    "说明",
    "同上",
    "无",
    "暂无",
    "空缺",
    "待定",
    "不详",
    "未采集",
    "性别",
    "年龄",
    "民族",
    "住址",
    "电话",
    "单位",
    "职务",
    "村组",
    "学校",
    "班级",
    "籍贯",
    "学历",
    "专业",
    "岗位",
    "部门",
    "地址",
    "金额",
    "手机",
    "序号",
    "户籍",
    "村名",
    "组别",
    "乡镇",
    "社区",
    "日期",
    "联系人",
    "负责人",
    "经办人",
    "审核人",
    "制表人",
    "填表人",
];
/// How names of places and organs end that begin like no name.
const ENDS: &[char] = &[
    '局', '镇', '乡', '村', '组', '县', '市', '区', '委', '办', '校', '院', '所', '司', '社', '户', '站', '队', '部',
    '厅', '班', '号', '岁', '元',
];

/// A name as it stands alone in a cell: two to four characters, or more with a dot (阿依古丽·买买提). One that is masked, or
/// that is no name, is none.
pub(super) fn is_name(cell: &str) -> bool {
    let dense: Vec<char> = cell.chars().filter(|c| !c.is_whitespace()).collect();
    if dense.iter().any(|c| is_dot(*c)) {
        let parts: Vec<&[char]> = dense.split(|c| is_dot(*c)).collect();
        return dense.len() <= 20 && parts.iter().all(|part| !part.is_empty() && part.iter().all(|c| is_han(*c)));
    }
    let text: String = dense.iter().collect();
    (2..=4).contains(&dense.len())
        && dense.iter().all(|c| is_han(*c) && !matches!(c, '某' | '〇'))
        && !NO_NAMES.contains(&text.as_str())
        && told(&text).is_none()
        && (surname(&dense) > 0 || !dense.last().is_some_and(|last| ENDS.contains(last)))
}

pub(super) fn is_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '‧' | '・' | '．')
}

pub(super) fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3007 | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0x2_0000..=0x3_23af)
}

/// Surnames that begin few other words. Where nothing but the words says that somebody is named, only these count.
const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱林何郭罗梁宋郑谢韩唐冯董萧肖曹袁邓许傅沈曾彭吕苏卢蒋蔡贾魏薛叶阎闫\
    潘杜戴夏钟汪姜范姚谭廖邹熊陆郝孔崔邱秦顾侯邵孟龙雷段尹黎乔贺赖龚庞樊殷翟倪";
/// Surnames of two characters.
const LONG_SURNAMES: &[&str] =
    &["欧阳", "司马", "上官", "诸葛", "夏侯", "东方", "尉迟", "皇甫", "令狐", "慕容", "司徒", "端木"];
/// What these characters begin besides names.
const NO_PERSONS: &[&str] = &[
    "张贴", "周边", "周末", "周期", "周围", "周年", "周岁", "黄金", "黄色", "黄土", "林业", "林地", "林区", "林木",
    "何时", "何种", "何人", "罗列", "谢绝", "唐代", "宋代", "许可", "许多", "曾经", "沈阳", "苏州", "叶片", "杜绝",
    "夏季", "夏天", "夏令", "钟表", "孔径", "顾问", "顾客", "顾虑", "龙头", "雷电", "雷击", "段落", "陆续", "陆地",
    "范围",
];

/// How many characters at the beginning are a surname; 0 = none.
pub(super) fn surname(chars: &[char]) -> usize {
    let begins = |word: &str| word.chars().eq(chars.iter().copied().take(word.chars().count()));
    if NO_PERSONS.iter().copied().any(begins) {
        return 0;
    }
    if LONG_SURNAMES.iter().copied().any(begins) {
        return 2;
    }
    usize::from(chars.first().is_some_and(|first| SURNAMES.contains(*first)))
}

/// Words for children before a name.
pub(super) const CHILDREN: &[&str] = &[
    "学生",
    "小学生",
    "初中生",
    "高中生",
    "幼儿",
    "儿童",
    "留守儿童",
    "困境儿童",
    "未成年人",
    "孤儿",
    "男童",
    "女童",
    "男孩",
    "女孩",
    "其子",
    "其女",
];
/// Other words before a name of somebody who is in no office.
pub(super) const PRIVATE_PEOPLE: &[&str] = &[
    "患者",
    "病人",
    "残疾人",
    "感染者",
    "低保户",
    "贫困户",
    "脱贫户",
    "监测户",
    "特困人员",
    "五保户",
    "救助对象",
    "村民",
    "居民",
    "社员",
    "农户",
    "家长",
    "上访人",
    "信访人",
];
/// Words for illness, in whole sentences.
pub(in crate::findings) const ILLNESS: &[&str] = &[
    "白血病",
    "尿毒症",
    "艾滋病",
    "肝炎",
    "乙肝",
    "肺结核",
    "结核病",
    "精神病",
    "精神分裂",
    "抑郁症",
    "癌",
    "恶性肿瘤",
    "肿瘤",
    "糖尿病",
    "高血压",
    "心脏病",
    "脑梗",
    "脑出血",
    "中风",
    "瘫痪",
    "透析",
    "残疾",
    "怀孕",
    "流产",
    "梅毒",
    "癫痫",
    "自闭症",
    "阿尔茨海默",
    "患病",
    "重病",
    "大病",
    "病故",
    "住院治疗",
    "确诊",
];
/// Whether what stands in a column of names, or was found beside something, begins with a surname: any of the usual ones, also those
/// that begin many other words.
pub(super) fn bears_surname(chars: &[char]) -> bool {
    /// Those that [`SURNAMES`] leaves out.
    const MORE: &str = "高马方石田于江白万常武康毛史文金任丁余程施尤严华古易洪汤鲁柳葛俞章齐庄祝左季牛尚童丘岳申管温柴包车\
        舒卜游焦祁涂欧耿关兰甘成戚盛路裴席莫辛解宫连占鲍褚卫屈项闵娄阮蓝骆梅凌霍虞柯缪解应宗冉邢符景詹束池";
    surname(chars) > 0 || chars.first().is_some_and(|first| MORE.contains(*first))
}

/// What may follow a name at once in a sentence.
pub(super) const AFTER: &str = "患因于在的系为住家和与及等被由经已现是同向到对将说家各";
/// Words of a sentence about somebody's office.
pub(super) const IN_OFFICE: &[&str] = &["现任", "拟任", "曾任", "历任", "任职", "职务"];
/// How somebody is called who is no name: 王主任, 张女士.
const TITLES: &[&str] = &[
    "主任", "医生", "医师", "局长", "科长", "股长", "所长", "院长", "校长", "站长", "镇长", "乡长", "县长", "书记",
    "老师", "教授", "护士", "先生", "女士", "同志", "大爷", "大妈", "阿姨",
];

/// Whether the characters are a surname with a title, or end as places and organs do.
pub(super) fn is_title(name: &[char]) -> bool {
    let ends = |title: &&str| name.len() > 2 && title.chars().eq(name[name.len() - 2..].iter().copied());
    TITLES.iter().any(ends) || name.last().is_some_and(|last| ENDS.contains(last))
}

/// What stands between a name and the number that is its bearer's.
pub(super) const NUMBERED: &[&str] = &[
    "手机号码",
    "手机号",
    "联系手机",
    "手机",
    "联系电话",
    "联系方式",
    "电话号码",
    "电话",
    "居民身份证号码",
    "居民身份证号",
    "公民身份号码",
    "身份证号码",
    "身份证号",
    "身份证",
    "银行卡号",
    "银行账号",
    "社保卡号",
    "卡号",
    "账号",
];
/// What may stand at once before a name: how organs and what people are called end, and words that take somebody. Not how offices
/// end, 局长: who is in office is named.
pub(super) const BEFORE: &str = "人者户主民局办所院校会镇乡村组区社站心科股部队厂店系为是叫对将给向与和及由";
