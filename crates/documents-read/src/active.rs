//! What does something when an office file is opened: macros under any name, controls, templates and data fetched from
//! elsewhere, commands of other programs. Such a file is refused, with what to do; nothing of it is taken out silently, for
//! nobody would know what the file then still holds.

use documents::{Code, Limits, Rejected};
use quick_xml::events::Event;

use crate::container::Package;
use crate::xml;

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
        } else if !(lower.ends_with(".xml") || lower.ends_with(".vml")) {
            binary(&package.read(&name)?.unwrap_or_default())?;
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
        let fetched = match kind.as_str() {
            // followed when the reader clicks
            "hyperlink" => false,
            // read when the reader asks for it; the copy in the file is named in a warning
            kind if kind.contains("externallink") => false,
            // asked for from a server of the local network it hands over the reader's account
            "image" | "video" | "audio" | "media" => is_share(&target),
            _ => is_remote(&target),
        };
        if fetched {
            let what = if kind == "attachedtemplate" { "模板" } else { "内容" };
            return Err(fetches(&format!("要从别处取来的{what}"), "请新建一个空白文档，把全文复制过去，另存后再上传"));
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

/// Containers of the old kind inside the file: macros, or a file of any sort that opens by a double click.
fn binary(bytes: &[u8]) -> Result<(), Rejected> {
    if !bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Ok(());
    }
    let stream = |name: &str| {
        let wanted: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        bytes.chunks_exact(128).any(|entry| entry.starts_with(&wanted))
    };
    if stream("_VBA_PROJECT") || stream("VBA") || stream("_VBA_PROJECT_CUR") {
        return Err(macros());
    }
    if stream("\u{1}Ole10Native") {
        return Err(Rejected::new(
            Code::Active,
            "文档里嵌入了一个文件（对象包），双击就会打开或运行，系统不能检查，为保证安全不能上传。请删除这个对象，需要公开的文件请单独上传。",
        ));
    }
    Ok(())
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
    let mut targets = code.split(['"', '\u{201c}', '\u{201d}']).map(str::trim);
    let fetched = match first {
        "INCLUDETEXT" | "INCLUDE" | "LINK" => targets.any(is_remote),
        "INCLUDEPICTURE" | "IMPORT" => targets.any(is_share),
        _ => false,
    };
    if fetched {
        return Err(fetches("要从别处取来的内容", "请新建一个空白文档，把全文“只保留文本”粘贴过去，另存后再上传"));
    }
    Ok(())
}

/// Refuses formulas that start programs or fetch from a server.
pub(crate) fn formula(text: &str) -> Result<(), Rejected> {
    let upper = text.to_ascii_uppercase();
    let command = upper.find("|").is_some_and(|at| {
        let before = upper[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
        before && upper[at + 1..].trim_start().starts_with(['\'', '"']) && upper[at..].contains('!')
    });
    if command {
        return Err(fetches("启动其他程序的公式（DDE）", "请删除这样的公式，或把结果复制为数值，另存后再上传"));
    }
    if ["WEBSERVICE(", "RTD(", "CALL(", "REGISTER.ID("].iter().any(|name| has_call(&upper, name)) {
        return Err(fetches("从别处取数的公式", "请把结果复制为数值，另存后再上传"));
    }
    Ok(())
}

/// Whether a function is called by this name and not by one that ends in it.
fn has_call(upper: &str, name: &str) -> bool {
    let bare = |at: usize| !upper[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
    upper.match_indices(name).any(|(at, _)| bare(at))
}

/// A path on a server of the local network.
fn is_share(target: &str) -> bool {
    let plain = target.trim().to_ascii_lowercase().replace("%5c", "\\").replace('\\', "/");
    match plain.strip_prefix("file:") {
        Some(rest) => {
            let path = rest.trim_start_matches('/');
            let slashes = rest.len() - path.len();
            let drive = path.chars().nth(1).is_some_and(|c| c == ':' || c == '|') || path.starts_with("%3a");
            !path.is_empty() && !drive && (slashes == 2 || slashes > 3)
        }
        None => plain.starts_with("//"),
    }
}

/// An address beyond the reader's own disk.
fn is_remote(target: &str) -> bool {
    let plain = target.trim().to_ascii_lowercase();
    let scheme = plain.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| scheme.len() > 1);
    is_share(target)
        || scheme.is_some_and(|scheme| {
            scheme != "file" && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c))
        })
}

/// The refusal of macros.
pub(crate) fn macros() -> Rejected {
    Rejected::new(
        Code::Macro,
        "文件含有宏（小程序），为保证安全不能上传。请用 Word、WPS 或 Excel 另存为不含宏的 .docx 或 .xlsx 后再上传。",
    )
}

fn controls() -> Rejected {
    Rejected::new(
        Code::Active,
        "文件含有控件（ActiveX），打开时会运行程序，为保证安全不能上传。请在“开发工具”里删除控件，或改用普通的文字和方框，另存后再上传。",
    )
}

fn fetches(what: &str, advice: &str) -> Rejected {
    Rejected::new(Code::Active, format!("文件里有{what}，打开时会连到别处，为保证安全不能上传。{advice}。"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_beyond_the_disk() {
        for target in [
            "http://a.example/t.dotm",
            "HTTPS://a",
            "\\\\server\\share\\t.dotx",
            "file://server/t.dotx",
            "file:///\\\\server\\t",
            "file://///server/t",
            "mhtml:http://a",
            "//server/t",
            "file:\\\\server\\t",
        ] {
            assert!(is_remote(target), "{target}");
        }
        for target in [
            "file:///C:\\Users\\a\\Normal.dotm",
            "C:\\a.dotx",
            "file:///D:/a.dotx",
            "Normal.dotm",
            "../a.dotx",
            "file:///home/a/t.dotx",
            "",
        ] {
            assert!(!is_remote(target), "{target}");
        }
    }

    #[test]
    fn fields_that_start_something() {
        for code in [
            " DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k calc\"",
            "dde cmd \"/c\"",
            "QUOTE 68 68 69 65 85 84 79",
            "INCLUDETEXT \"http://a.example/x.docx\"",
            "INCLUDEPICTURE \"\\\\\\\\server\\\\a.png\"",
            "LINK Excel.Sheet.8 \"\\\\\\\\server\\\\a.xlsx\"",
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
            "INCLUDEPICTURE \"https://a/b.png\"",
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
            "WEBSERVICE(\"http://a\")",
            "_xlfn.WEBSERVICE(A1)",
            "1+RTD(\"a\",,\"b\")",
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
