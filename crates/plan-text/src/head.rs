//! The head of a plan: title, document number, addressees, preamble, and the year it is for.

use jiff::civil::Date;

use super::{
    Context, PlanReference, Section, dates,
    frame::{Kind, is_signature},
    headings::{self, digit, is_numeral},
    lines::Line,
    pairs, parts,
};

/// All before the first heading.
#[derive(Debug)]
pub(super) struct Head<'a> {
    pub(super) title: String,
    pub(super) document_number: Option<String>,
    /// Every line that is not title.
    pub(super) preamble: Vec<&'a Line>,
}

const LONGEST_TITLE_LINE: usize = 60;
const MOST_TITLE_LINES: usize = 4;

/// `附件1：青禾县工作要点` as the first line is a label and a title: it becomes two lines.
pub(super) fn split_label(lines: &mut Vec<Line>) {
    let Some(first) = lines.first() else { return };
    let Some(label) = attachment_label(&first.text).filter(|&label| label < first.text.len()) else { return };
    let title = first.text[label..].trim_start();
    if ends_title(title)
        && !title.contains('。')
        && title.chars().take(LONGEST_TITLE_LINE + 1).count() <= LONGEST_TITLE_LINE
    {
        let title = Line { no: first.no, text: title.to_owned(), after_blank: false, indent: 0, row: None, outline: 0 };
        let label = first.text[..label].trim_end().len();
        lines[0].text.truncate(label);
        lines.insert(1, title);
    }
}

/// `附件`, `附件1：` and nothing else.
pub(super) fn is_attachment_label(text: &str) -> bool {
    attachment_label(text).is_some_and(|length| length == text.len())
}

/// Length of `附件`, `附件1`, `附件一：` at the front of a line, where white space, a colon or the end follows.
fn attachment_label(text: &str) -> Option<usize> {
    let inner = super::frame::ATTACHMENTS.iter().find_map(|word| text.strip_prefix(*word))?.trim_start();
    let after = inner.trim_start_matches(|c| digit(c).is_some() || is_numeral(c));
    // 附件 2022年要点: four digits are the title's year
    let numbered = inner[..inner.len() - after.len()].chars().take(3).count() <= 2;
    let rest = if numbered { after.trim_start() } else { inner };
    let length = text.len() - rest.len();
    match rest.chars().next() {
        None => Some(length),
        Some(c) if matches!(c, '：' | ':') => Some(length + c.len_utf8()),
        Some(_) => text[..length].ends_with(char::is_whitespace).then_some(length),
    }
}

/// Splits the lines before the first heading into title and preamble.
pub(super) fn read<'a>(lines: &'a [Line], kinds: &[Kind]) -> Head<'a> {
    let title = title_lines(lines, kinds);
    let mut head = Head { title: String::new(), document_number: None, preamble: Vec::new() };
    for (index, line) in lines.iter().enumerate() {
        if title.contains(&index) {
            append(&mut head.title, &line.text);
            continue;
        }
        if head.document_number.is_none() && is_number_line(&line.text) {
            head.document_number = Some(line.text.clone());
        }
        head.preamble.push(line);
    }
    head
}

/// Joins title lines; Chinese needs no space between them.
fn append(title: &mut String, line: &str) {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    if latin(title.chars().next_back()) && latin(line.chars().next()) {
        title.push(' ');
    }
    title.push_str(line);
}

/// Indices of the lines that make the title. Letterhead, number and date lines before it are skipped. Where the file
/// begins with a notice without title, the plan's own stands below the signature.
fn title_lines(lines: &[Line], kinds: &[Kind]) -> Vec<usize> {
    let (title, complete) = leading_title(lines, kinds);
    if complete {
        return title;
    }
    let fits = |index: usize, count: usize| count > 0 && kinds[index] == Kind::Plain && !is_beside_title(lines, index);
    // below the signature of a notice, or the label of an annex
    let ends = |index: &usize| kinds[*index] == Kind::Date || is_attachment_label(&lines[*index].text);
    let below = (0..lines.len()).filter(ends).find_map(|index| {
        let start = parts::behind_labels(lines, kinds, index + 1);
        let count = if start < lines.len() { parts::title_lines(lines, kinds, start) } else { 0 };
        fits(start.min(lines.len() - 1), count).then(|| (start..start + count).collect())
    });
    // or below the words of a letter or the path of a page, alone
    let apart = (1..lines.len()).find_map(|index| {
        let (before, line) = (lines[index - 1].text.as_str(), &lines[index]);
        let apart = line.after_blank || before.ends_with(['。', '：', ':']) || is_beside_title(lines, index - 1);
        let whole = apart && could_be_title(&line.text) && completes_title(&line.text);
        fits(index, usize::from(whole)).then(|| vec![index])
    });
    below.or(apart).unwrap_or(title)
}

/// The title at the front, and whether it ends as titles do.
fn leading_title(lines: &[Line], kinds: &[Kind]) -> (Vec<usize>, bool) {
    let mut title: Vec<usize> = Vec::new();
    let mut words = String::new();
    // lines to take when the title turns out to go no further
    let (mut complete, mut perhaps) = (0, 0);
    for (index, (line, kind)) in lines.iter().zip(kinds).enumerate() {
        let text = line.text.as_str();
        let gloss = text.starts_with(['（', '(']) && text.ends_with(['）', ')']);
        if complete > 0 {
            // （试行） and （征求意见稿） under a title are part of it
            if gloss && *kind != Kind::Date && index == complete && text.chars().take(13).count() <= 12 {
                title.push(index);
            }
            break;
        }
        let skipped = gloss || *kind == Kind::Date || is_beside_title(lines, index);
        if skipped && title.is_empty() {
            continue;
        }
        if skipped || *kind != Kind::Plain || !could_be_title(text) || title.len() == MOST_TITLE_LINES {
            break;
        }
        title.push(index);
        append(&mut words, text);
        if completes_title(&words) && !goes_on(lines, index) {
            complete = index + 1;
        } else if ends_title(text) {
            perhaps = title.len();
        }
    }
    if complete == 0 {
        title.truncate(perhaps.max(1));
    }
    (title, complete > 0 || perhaps > 0)
}

/// Whether a title goes on in the next line though it might end: `三年行动`, then `实施方案`.
fn goes_on(lines: &[Line], index: usize) -> bool {
    const LONGEST: usize = 20;
    let weak = ["行动", "任务", "制度", "措施", "规划", "工作"].iter().any(|end| lines[index].text.ends_with(end));
    weak && lines.get(index + 1).is_some_and(|next| {
        let short = next.text.chars().take(LONGEST + 1).count() <= LONGEST;
        short && could_be_title(&next.text) && ends_title(&next.text) && headings::read(&next.text).is_none()
    })
}

/// Whether a line could be one of a title: short, and no sentence.
pub(super) fn could_be_title(text: &str) -> bool {
    let sentence = text.ends_with(['。', '；', '！', '？', '：', ':', '，', ';', '、']) || text.contains('。');
    !sentence && text.chars().take(LONGEST_TITLE_LINE + 1).count() <= LONGEST_TITLE_LINE
}

/// Whether the words so far are a whole title: `关于全面推行公示制度` goes on until a kind of document is named behind 的.
pub(super) fn completes_title(words: &str) -> bool {
    const LONGEST_KIND: usize = 14;
    if !ends_title(words) {
        return false;
    }
    let Some((_, subject)) = words.rsplit_once("关于") else { return true };
    let bare = subject.split(['（', '(']).next().unwrap_or(subject);
    bare.rsplit_once('的').is_some_and(|(_, kind)| kind.chars().take(LONGEST_KIND + 1).count() <= LONGEST_KIND)
}

/// Lines that stand before a title and are none: letterhead, number, urgency, fields and paths of a web page.
fn is_beside_title(lines: &[Line], index: usize) -> bool {
    let text = lines[index].text.as_str();
    // a plan is often sent as the attachment of a notice, in a file of its own
    // a sheet of contents or of rules for whoever fills the table in
    let sheet = (text.contains('\t') && !ends_title(text))
        || text.starts_with('请')
        || matches!(text, "填表说明" | "填报说明" | "填写说明");
    if sheet || is_letterhead(text) || is_number_line(text) || is_field(text) || is_attachment_label(text) {
        return true;
    }
    // the names of those who issue it jointly, above the number
    let names = lines[index..].iter().take_while(|line| is_signature(&line.text)).count();
    let below = lines.get(index + names).map(|line| line.text.as_str());
    let letterhead = names > 0 && below.is_some_and(|below| is_letterhead(below) || is_number_line(below));
    // 索引号, and its value on the next line
    let value = index > 0 && is_field(&lines[index - 1].text) && !lines[index - 1].text.contains(['：', ':', '\t']);
    letterhead || is_urgency(text) || is_page_furniture(text) || (value && !ends_title(text))
}

/// `特急`, `特急·明电`, `机密★1年`, a copy's number.
fn is_urgency(text: &str) -> bool {
    const WORDS: [&str; 17] = [
        "特急", "加急", "平急", "特提", "急件", "明电", "绝密", "机密", "秘密", "内部", "长期", "年", "资料", "文件",
        "注意", "保存", "保密",
    ];
    if text.chars().take(17).count() > 16 {
        return false;
    }
    let mut rest = text.to_owned();
    for word in WORDS {
        rest = rest.replace(word, "");
    }
    let bare = |c: char| c.is_whitespace() || digit(c).is_some() || matches!(c, '·' | '★' | '☆' | '•' | '、' | '/');
    rest.chars().all(bare)
}

/// `首页 > 政务公开`, `全文`, `【字体：大 中 小】`: what surrounds a text on a web page.
fn is_page_furniture(text: &str) -> bool {
    let path = text.contains(['>', '＞', '»', '›']) && !text.contains(['。', '，']);
    let word = matches!(text, "全文" | "正文" | "正文内容" | "内容" | "打印" | "关闭" | "分享" | "收藏" | "下载");
    let tool = ["【字体", "字体：", "【打印", "打印本页", "分享到", "扫一扫", "您现在的位置", "当前位置", "您的位置"];
    path || word || tool.iter().any(|start| text.starts_with(start))
}

/// Whether a text ends as titles of plans and other documents do.
pub(super) fn ends_title(text: &str) -> bool {
    const ENDS: [&str; 37] = [
        "要点",
        "方案",
        "通知",
        "意见",
        "计划",
        "分解",
        "报告",
        "安排",
        "办法",
        "规划",
        "分工",
        "清单",
        "台账",
        "措施",
        "细则",
        "表",
        "决定",
        "公告",
        "函",
        "书",
        "稿",
        "规定",
        "制度",
        "行动",
        "任务",
        "批复",
        "纲要",
        "通报",
        "通告",
        "请示",
        "预案",
        "条例",
        "规则",
        "指引",
        "目录",
        "提示单",
        "责任书",
    ];
    let bare = text.split(['（', '(']).next().unwrap_or(text);
    // 通　　知
    let last: Vec<char> = bare.chars().rev().filter(|c| !c.is_whitespace()).take(3).collect();
    let bare: String = last.into_iter().rev().collect();
    ENDS.iter().any(|end| bare.ends_with(end))
}

/// `青禾县人民政府办公室文件`.
fn is_letterhead(text: &str) -> bool {
    text.ends_with("文件") && text.chars().take(31).count() <= 30
}

/// `索引号：…`, `发布日期：…`, `发件人：…`: a field of a web page or a letter, perhaps behind a bullet.
fn is_field(text: &str) -> bool {
    let text = text.trim_start_matches(['•', '·', '●', '■', '◆', '▪', '-', ' ', '\u{3000}']);
    const FIELDS: [&str; 36] = [
        "索引号",
        "发文机关",
        "发文单位",
        "发布机构",
        "发布单位",
        "发布日期",
        "发布时间",
        "成文日期",
        "生成日期",
        "发文字号",
        "文号",
        "主题分类",
        "组配分类",
        "公开属性",
        "公开方式",
        "公开类型",
        "有效性",
        "时效性",
        "签发人",
        "信息来源",
        "来源",
        "名称",
        "标题",
        "主题词",
        "关键词",
        "主题",
        "作者",
        "责任编辑",
        "浏览次数",
        "点击数",
        "访问量",
        "发件人",
        "收件人",
        "抄送",
        "发送时间",
        "日期",
    ];
    const LATIN: [&str; 5] = ["from", "to", "subject", "date", "cc"];
    let field = text.split(['：', ':', '\t', '　']).next().unwrap_or(text);
    let name: String = field.chars().filter(|c| !c.is_whitespace()).take(12).collect();
    let labelled = field.len() < text.len();
    FIELDS.contains(&name.as_str()) || (labelled && LATIN.contains(&name.to_ascii_lowercase().as_str()))
}

/// A line that is a document number and nothing else; any bracket and `第` are let pass, as files have them.
fn is_number_line(text: &str) -> bool {
    let text = text.strip_prefix("发文字号：").unwrap_or(text);
    let Some((code, rest)) = text.split_once(['〔', '[', '［', '【', '（', '(']) else { return false };
    let Some((year, number)) = rest.split_once(['〕', ']', '］', '】', '）', ')']) else { return false };
    let number = number.trim().trim_start_matches('第');
    let Some(number) = number.strip_suffix('号') else { return false };
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| digit(c).is_some());
    let code = code.trim();
    digits(year.trim()) && year.trim().chars().count() == 4 && digits(number.trim()) && is_code(code)
}

fn is_code(code: &str) -> bool {
    (1..=20).contains(&code.chars().take(21).count()) && code.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// The year that dates without one belong to, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Year {
    /// The title or the document number names it; `None` when the title spans several years.
    Named(Option<i16>),
    /// The introduction names it, perhaps beside others.
    Introduced(i16),
    /// The date under the text.
    Signed(i16),
    /// A term in the text.
    Termed(i16),
    /// The number of a document that the introduction cites.
    Cited(i16),
    /// The caller's: the text names none.
    Given(i16),
}

impl Year {
    pub(super) fn value(self) -> Option<i16> {
        match self {
            Year::Named(year) => year,
            Year::Introduced(year)
            | Year::Signed(year)
            | Year::Termed(year)
            | Year::Cited(year)
            | Year::Given(year) => Some(year),
        }
    }

    /// Asks for a look at the year when dates hang on it and the title does not say it.
    pub(super) fn warn(self, line: usize, sections: &[Section], context: &mut Context) {
        let source = match self {
            Year::Named(_) => return,
            Year::Introduced(year) => format!("标题没有写年份，时限按前言中的 {year} 年计算"),
            Year::Signed(year) => format!("标题没有写年份，时限按落款日期的 {year} 年计算"),
            Year::Termed(year) => format!("标题没有写年份，没有写年份的时限按文中其他时限的 {year} 年计算"),
            Year::Cited(year) => format!("标题没有写年份，时限按前言所引文件的 {year} 年计算"),
            Year::Given(year) => format!("文中没有写年份，时限暂按 {year} 年计算"),
        };
        let clauses = || sections.iter().flat_map(|section| &section.clauses);
        if clauses().any(|clause| clause.due_on.is_some() || clause.duties.iter().any(|duty| duty.due_on.is_some())) {
            context.warn(line, format!("{source}，请核对年份。"));
        }
    }
}

/// The year for dates without one: the title's, the document number's, the one that a person stated, the introduction's, that of the date under the
/// text, of a term in it, of a document cited, the caller's; none for a title with several.
pub(super) fn year(head: &Head<'_>, lines: &[Line], kinds: &[Kind], reference: PlanReference, stated: bool) -> Year {
    let mut years = dates::years(&head.title);
    years.dedup();
    match years.as_slice() {
        [] => {}
        [year] => return Year::Named(Some(*year)),
        _ => return Year::Named(None),
    }
    if let Some(year) = head.document_number.as_deref().and_then(number_year) {
        return Year::Named(Some(year));
    }
    if stated {
        return Year::Named(Some(reference.year));
    }
    let introduced =
        head.preamble.iter().find_map(|line| dates::years(&without_quotations(&line.text)).first().copied());
    if let Some(year) = introduced {
        return Year::Introduced(year);
    }
    let signed = lines.iter().zip(kinds).rev().find(|(_, kind)| **kind == Kind::Date);
    if let Some(year) = signed.and_then(|(line, _)| dates::years(&line.text).first().copied()) {
        return Year::Signed(year);
    }
    let unknown = dates::Reckoning::default();
    let termed = lines.iter().flat_map(|line| dates::find(&line.text, unknown, dates::Setting::Text));
    if let Some(on) = termed.filter_map(|due| due.on).next() {
        return Year::Termed(on.year());
    }
    let cited = head.preamble.iter().flat_map(|line| dates::cited_years(&line.text)).max();
    cited.map_or(Year::Given(reference.year), Year::Cited)
}

/// The day of issue: that of the date above the first heading, else of the first one below.
pub(super) fn issued(lines: &[Line], kinds: &[Kind], first: usize) -> Option<Date> {
    let dated = |index: usize| {
        let text = lines[index].text.as_str();
        let last = text.rsplit_once(char::is_whitespace).map_or(text, |(_, last)| last);
        dates::date_line(text).or_else(|| dates::date_line(last)).flatten()
    };
    let is_date = |index: &usize| kinds[*index] == Kind::Date;
    (0..first).rev().filter(is_date).find_map(dated).or_else(|| (first..lines.len()).filter(is_date).find_map(dated))
}

/// The years of cited documents (`根据《2021年全省工作要点》`) are not the plan's.
fn without_quotations(text: &str) -> String {
    let pairs = pairs::find(text);
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for span in pairs.outer.iter().filter(|span| matches!(span.open, '《' | '“' | '〈' | '「' | '"')) {
        out.push_str(&text[from..span.start]);
        from = span.end;
    }
    out.push_str(&text[from..]);
    out
}

fn number_year(number: &str) -> Option<i16> {
    let digits: String =
        number.chars().filter_map(|c| digit(c).and_then(|d| char::from_digit(d, 10))).take(4).collect();
    digits.parse().ok().filter(|year| (1900..2200).contains(year))
}
