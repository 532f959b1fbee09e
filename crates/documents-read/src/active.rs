//! What does something when an office file is opened: macros under any name, controls, templates and data fetched from
//! elsewhere, commands of other programs. Such a file is refused, with what to do; nothing of it is taken out silently, for
//! nobody would know what the file then still holds.

use documents::{Code, Limits, Rejected};
use quick_xml::XmlVersion;
use quick_xml::events::Event;

use crate::bounds::macros;
use crate::container::Package;
use crate::targets::{is_remote, may_be_clicked};
use crate::{content, xml};

/// Refuses a file that does something when it is opened.
pub(crate) fn refuse(package: &mut Package<'_>, limits: &Limits) -> Result<(), Rejected> {
    for name in package.names().to_vec() {
        let lower = name.to_ascii_lowercase();
        if lower.ends_with("vbaproject.bin") || lower.ends_with("vbadata.xml") || lower.contains("/macrosheets/") {
            return Err(macros());
        }
        if lower.contains("/activex/") {
            return Err(controls());
        }
        if lower.contains("/webextensions/") {
            return Err(fetches("网络加载项", "请在“插入 → 我的加载项”中删除，另存后再上传"));
        }
        if lower == "xl/connections.xml" {
            return Err(fetches(
                "与其他数据的连接",
                "请在“数据 → 查询和连接”中全部删除，或把结果复制为数值到新表，另存后再上传",
            ));
        }
        if lower == "[content_types].xml" {
            content_types(&package.read(&name)?.unwrap_or_default(), limits)?;
        } else if lower.ends_with(".rels") {
            relations(&package.read(&name)?.unwrap_or_default(), limits)?;
        } else if lower.contains("/externallinks/") && lower.ends_with(".xml") {
            external_link(&package.read(&name)?.unwrap_or_default(), limits)?;
        } else if lower == "docprops/app.xml" {
            link_base(&package.read(&name)?.unwrap_or_default(), limits)?;
        } else if !(lower.ends_with(".xml") || lower.ends_with(".vml")) {
            content::check(&lower, &package.read(&name)?.unwrap_or_default())?;
        } else if lower.starts_with("word/") || lower.starts_with("xl/") {
            drawings(&package.read(&name)?.unwrap_or_default(), limits)?;
        }
    }
    Ok(())
}

/// Parts that are macros or controls by their content type, whatever they are called.
fn content_types(bytes: &[u8], limits: &Limits) -> Result<(), Rejected> {
    xml::scan(bytes, limits, |event| {
        let (Event::Start(start) | Event::Empty(start)) = event else { return Ok(()) };
        let kind = xml::attribute(start, "ContentType").unwrap_or_default().to_ascii_lowercase();
        // a preset for parts that do not exist is no macro
        let is_part = start.local_name().as_ref() == "Override";
        if is_part && ["macroenabled", "vbaproject", "vbadata", "macrosheet"].iter().any(|word| kind.contains(word)) {
            return Err(macros());
        }
        if is_part && kind.contains("activex") {
            return Err(controls());
        }
        Ok(())
    })
}

fn relations(bytes: &[u8], limits: &Limits) -> Result<(), Rejected> {
    xml::scan(bytes, limits, |event| {
        let (Event::Start(start) | Event::Empty(start)) = event else { return Ok(()) };
        let kind = xml::attribute(start, "Type").unwrap_or_default();
        let kind = kind.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        match kind.as_str() {
            "vbaproject" | "wordvbadata" | "xlmacrosheet" | "xlintlmacrosheet" => return Err(macros()),
            "control" | "activexcontrolbinary" => return Err(controls()),
            _ => {}
        }
        if xml::attribute(start, "TargetMode").as_deref() != Some("External") {
            return Ok(());
        }
        let target = xml::attribute(start, "Target").unwrap_or_default();
        if kind == "hyperlink" {
            return if may_be_clicked(&target) { Ok(()) } else { Err(link(&target)) };
        }
        if !is_remote(&target) {
            return Ok(());
        }
        Err(match kind.as_str() {
            "attachedtemplate" => fetches("要从别处取来的模板", "请新建一个空白文档，把全文复制过去，另存后再上传"),
            // Whoever keeps the picture learns of every reader.
            "image" | "video" | "audio" | "media" => {
                fetches("放在别处的图片或影音", "请删除它，把图片先存到本机再插入，另存后再上传")
            }
            kind if kind.contains("externallink") => {
                fetches("指向别处表格的链接", "请用“数据 → 编辑链接 → 断开链接”去掉，另存后再上传")
            }
            _ => fetches("要从别处取来的内容", "请新建一个空白文档，把全文复制过去，另存后再上传"),
        })
    })
}

/// The old form of drawings names pictures and links without a relation. However the mark is written (with a tab before the sign, a
/// prefix of anybody's choice, twice by two prefixes), a program that draws it reads its local name: so all of that name are looked at.
fn drawings(bytes: &[u8], limits: &Limits) -> Result<(), Rejected> {
    const FILLS: [&str; 5] = ["imagedata", "image", "fill", "stroke", "background"];
    const SHAPES: [&str; 10] =
        ["shape", "rect", "roundrect", "oval", "line", "polyline", "group", "arc", "curve", "shapetype"];
    xml::scan(bytes, limits, |event| {
        let (Event::Start(start) | Event::Empty(start)) = event else { return Ok(()) };
        let name = start.local_name().as_ref().to_ascii_lowercase();
        let (fills, shape) = (FILLS.contains(&name.as_str()), SHAPES.contains(&name.as_str()));
        if !fills && !shape {
            return Ok(());
        }
        for attribute in start.attributes().with_checks(false).flatten() {
            let key = attribute.key.local_name().as_ref().to_ascii_lowercase();
            let Ok(target) = attribute.normalized_value(XmlVersion::Implicit1_0) else { continue };
            if fills && matches!(key.as_str(), "src" | "href" | "althref") && is_remote(&target) {
                return Err(fetches("放在别处的图片", "请删除它，把图片先存到本机再插入，另存后再上传"));
            }
            if shape && key == "href" && !may_be_clicked(&target) {
                return Err(link(&target));
            }
        }
        Ok(())
    })
}

/// What all links without a way of their own begin with.
fn link_base(bytes: &[u8], limits: &Limits) -> Result<(), Rejected> {
    let mut base = None;
    xml::scan(bytes, limits, |event| {
        match event {
            Event::Start(start) => base = (start.local_name().as_ref() == "HyperlinkBase").then(String::new),
            Event::Text(text) => {
                if let Some(base) = &mut base {
                    base.push_str(&text.xml_content(XmlVersion::Implicit1_0));
                }
            }
            Event::End(_) => {
                if let Some(base) = base.take().filter(|base| !may_be_clicked(base)) {
                    return Err(link(&base));
                }
            }
            _ => {}
        }
        Ok(())
    })
}

/// A link to another program, as opposed to another workbook.
fn external_link(bytes: &[u8], limits: &Limits) -> Result<(), Rejected> {
    xml::scan(bytes, limits, |event| match event {
        Event::Start(start) | Event::Empty(start) if matches!(start.local_name().as_ref(), "ddeLink" | "oleLink") => {
            Err(fetches("与其他程序的连接（DDE）", "请用“数据 → 编辑链接 → 断开链接”去掉，另存后再上传"))
        }
        _ => Ok(()),
    })
}

/// Refuses codes of fields that start programs or fetch texts, as Word keeps them.
pub(crate) fn field(code: &str) -> Result<(), Rejected> {
    let plain: String = code.chars().filter(|c| !c.is_control()).collect::<String>().to_ascii_uppercase();
    let mut words =
        plain.split(|c: char| c.is_whitespace() || c == '"' || c == '\u{201c}').filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default();
    let spelled =
        plain.contains("DDEAUTO") || plain.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "DDE");
    // DDE made of the numbers of its letters by another field
    let numbers = first == "QUOTE"
        && words.clone().take(3).all(|word| matches!(word, "68" | "69" | "100" | "101"))
        && words.clone().count() > 2;
    if spelled || numbers {
        return Err(fetches("启动其他程序的域（DDE）", "请新建一个空白文档，把全文“只保留文本”粘贴过去，另存后再上传"));
    }
    let quotes = ['"', '\u{201c}', '\u{201d}'];
    let quoted = || code.split(quotes).skip(1).step_by(2).map(str::trim);
    let bare =
        || code.split(|c: char| c.is_whitespace() || quotes.contains(&c)).skip_while(|word| word.is_empty()).skip(1);
    match first {
        "INCLUDETEXT" | "INCLUDE" | "LINK" | "INCLUDEPICTURE" | "IMPORT" | "DATABASE" | "RD"
            if quoted().chain(bare()).any(is_remote) =>
        {
            Err(fetches(
                "要从别处取来的内容或图片",
                "请全选后按 Ctrl+Shift+F9 把域变成普通内容，另存后再上传；图片请先存到本机再插入",
            ))
        }
        "HYPERLINK" => {
            let to = quoted().next().or_else(|| bare().find(|word| !word.is_empty())).unwrap_or_default();
            // \l leads to a place in the file.
            let switch = bare().find(|word| !word.is_empty()).is_some_and(|word| word.eq_ignore_ascii_case("\\l"));
            if switch || may_be_clicked(to) { Ok(()) } else { Err(link(to)) }
        }
        _ => Ok(()),
    }
}

/// Refuses formulas that start programs or fetch from a server.
pub(crate) fn formula(text: &str) -> Result<(), Rejected> {
    let upper = text.to_ascii_uppercase();
    let command = upper.match_indices('|').any(|(at, _)| {
        let before = upper[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
        before && upper[at + 1..].trim_start().starts_with(['\'', '"']) && upper[at..].contains('!')
    });
    if command {
        return Err(fetches("启动其他程序的公式（DDE）", "请删除这样的公式，或把结果复制为数值，另存后再上传"));
    }
    if ["WEBSERVICE(", "RTD(", "CALL(", "REGISTER.ID(", "IMAGE("].iter().any(|name| has_call(&upper, name)) {
        return Err(fetches("从别处取数的公式", "请把结果复制为数值，另存后再上传"));
    }
    let mut links = upper.match_indices("HYPERLINK(").map(|(at, mark)| upper[at + mark.len()..].trim_start());
    let led = links.find_map(|rest| rest.strip_prefix('"')?.split('"').next().filter(|target| !may_be_clicked(target)));
    led.map_or(Ok(()), |target| Err(link(target)))
}

/// Whether a function is called by this name and not by one that ends in it.
fn has_call(upper: &str, name: &str) -> bool {
    let bare = |at: usize| !upper[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
    upper.match_indices(name).any(|(at, _)| bare(at))
}

fn controls() -> Rejected {
    Rejected::new(
        Code::Active,
        "文件含有控件（ActiveX），打开时会运行程序，为保证安全不能上传。请在“开发工具”里删除控件，或改用普通的文字和方框，另存后再上传。",
    )
}

/// A link that leads into somebody's computer or network, or starts a program.
pub(crate) fn link(target: &str) -> Rejected {
    let shown: String = target.chars().filter(|c| !c.is_control()).take(60).collect();
    Rejected::new(
        Code::Active,
        format!(
            "文件里有一个链接指向“{shown}”，点开会访问电脑或局域网里的文件，或启动程序，为保证安全不能上传。请去掉这个链接，或改成 http://、https:// 开头的网址，另存后再上传。"
        ),
    )
}

fn fetches(what: &str, advice: &str) -> Rejected {
    Rejected::new(Code::Active, format!("文件里有{what}，打开时会连到别处，为保证安全不能上传。{advice}。"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_start_something() {
        for code in [
            " DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k calc\"",
            "dde cmd \"/c\"",
            "QUOTE 68 68 69 65 85 84 79",
            "INCLUDETEXT \"http://a.example/x.docx\"",
            "INCLUDEPICTURE \"\\\\\\\\server\\\\a.png\"",
            "LINK Excel.Sheet.8 \"\\\\\\\\server\\\\a.xlsx\"",
            "INCLUDEPICTURE \"http://a.example/x.png\" \\d",
            "INCLUDEPICTURE http://a.example/x.png \\d",
            " includepicture  \u{201c}https://a/b.png\u{201d} \\* MERGEFORMATINET",
            "HYPERLINK \"file://server/share/a.exe\"",
            "HYPERLINK \\\\\\\\server\\\\a",
            "HYPERLINK \"javascript:alert(1)\"",
        ] {
            assert_eq!(field(code).expect_err("refused").code, Code::Active, "{code}");
        }
        for code in [
            " PAGE ",
            "HYPERLINK \"https://www.example.gov.cn\"",
            "TOC \\o \"1-3\"",
            "QUOTE \"文字\"",
            "SEQ 表 \\* ARABIC",
            "EQ \\f(1,2)",
            "INCLUDEPICTURE \"C:\\\\Users\\\\a\\\\b.png\" \\* MERGEFORMATINET",
            "HYPERLINK \\l \"_Toc1\"",
            "HYPERLINK \"mailto:a@example.gov.cn\" \\o \"file: 提示\"",
            "",
        ] {
            assert!(field(code).is_ok(), "{code}");
        }
    }

    #[test]
    fn formulas_that_start_something() {
        for text in [
            "cmd|'/c calc'!A0",
            "=MSEXCEL|'\\..\\cmd.exe'!x",
            "IF(\"a|b\"=\"x\",1,cmd|'/c calc'!A0)",
            "CONCAT(\"甲|乙\",\"|\")&MSEXCEL|'\\..\\cmd.exe'!x",
            "WEBSERVICE(\"http://a\")",
            "_xlfn.WEBSERVICE(A1)",
            "1+RTD(\"a\",,\"b\")",
            "_xlfn.IMAGE(\"https://a/b.png\")",
            "HYPERLINK(\"\\\\server\\a\",\"b\")",
            "IF(A1,HYPERLINK( \"file://server/a\"),0)",
        ] {
            assert!(formula(text).is_err(), "{text}");
        }
        for text in
            ["SUM(A1:B2)", "IF(A1=\"a|b\",1,2)", "HYPERLINK(\"https://a\",\"b\")", "ROUND(A1,2)&\"|\"", "'a|b'!A1"]
        {
            assert!(formula(text).is_ok(), "{text}");
        }
    }
}
