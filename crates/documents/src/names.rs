//! What the name of a file says before its bytes are looked at.

use crate::{Code, Rejected};

/// Programs, scripts, shortcuts and other files that do something when they are opened.
const PROGRAMS: [&str; 96] = [
    "apk",
    "app",
    "application",
    "appref-ms",
    "asp",
    "aspx",
    "bash",
    "bat",
    "cer",
    "cgi",
    "chm",
    "class",
    "cmd",
    "com",
    "cpl",
    "crt",
    "csh",
    "desktop",
    "diagcab",
    "dll",
    "dmg",
    "dqy",
    "exe",
    "gadget",
    "hlp",
    "hta",
    "htc",
    "img",
    "inf",
    "ins",
    "ipa",
    "iqy",
    "iso",
    "isp",
    "jar",
    "jnlp",
    "job",
    "js",
    "jse",
    "jsp",
    "ksh",
    "library-ms",
    "lnk",
    "mht",
    "mhtml",
    "mjs",
    "msc",
    "msi",
    "msp",
    "mst",
    "ocx",
    "oqy",
    "php",
    "phtml",
    "pif",
    "pl",
    "ps1",
    "ps1xml",
    "ps2",
    "psd1",
    "psm1",
    "py",
    "pyc",
    "pyw",
    "rb",
    "reg",
    "rqy",
    "scf",
    "scr",
    "sct",
    "search-ms",
    "settingcontent-ms",
    "sh",
    "shb",
    "shs",
    "slk",
    "svg",
    "svgz",
    "sys",
    "theme",
    "url",
    "vb",
    "vbe",
    "vbs",
    "vhd",
    "vhdx",
    "webloc",
    "website",
    "wim",
    "ws",
    "wsc",
    "wsf",
    "wsh",
    "xbap",
    "xll",
    "xsl",
];
/// Those that nobody puts into the middle of a document's name by chance.
const NEVER_INSIDE: [&str; 12] = ["bat", "cmd", "exe", "hta", "js", "lnk", "msi", "pif", "ps1", "scr", "vbe", "vbs"];
/// Endings of Office files that run macros.
const WITH_MACROS: [&str; 9] = ["docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "potm", "ppsm", "ppam"];

/// The lower-case ending of a file name, empty when there is none: `2026.10` and `3.工作要点` have none. What prints
/// nothing, and blanks and dots at the end, which Windows leaves out, do not hide it.
pub fn extension_of(file_name: &str) -> String {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let seen: String = base.chars().filter(|&c| !is_unseen(c)).collect();
    let seen = seen.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    let ending = seen.rsplit_once('.').map(|(_, ending)| ending.trim().to_lowercase()).unwrap_or_default();
    let is_one = ending.len() <= 20
        && ending.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        && ending.chars().any(|c| c.is_ascii_alphabetic());
    if is_one { ending } else { String::new() }
}

/// Whether a file of this name does something when it is opened.
pub fn is_program(file_name: &str) -> bool {
    PROGRAMS.contains(&extension_of(file_name).as_str())
}

/// Names that Windows takes for a device, whatever ending follows: such a file can be saved by nobody there.
const DEVICES: [&str; 7] = ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"];

/// The device of Windows that this name stands for.
fn device(file_name: &str) -> Option<String> {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let seen: String = base.chars().filter(|&c| !is_unseen(c)).collect();
    let name = seen.split(['.', ':']).next().unwrap_or_default().trim().to_lowercase();
    let numbered = name.strip_prefix("com").or_else(|| name.strip_prefix("lpt")).is_some_and(|rest| {
        let mut rest = rest.chars();
        matches!((rest.next(), rest.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    });
    (numbered || DEVICES.contains(&name.as_str())).then(|| name.to_uppercase())
}

/// Marks that print nothing and marks of direction.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Refuses names that the reader's computer would run or could not save, whatever is in the file: it can be asked before a byte of it
/// is there.
///
/// # Errors
/// A [`Rejected`] that says what to call it, or to send another file.
pub fn refuse_programs(file_name: &str) -> Result<(), Rejected> {
    let extension = extension_of(file_name);
    if let Some(device) = device(file_name) {
        return Err(Rejected::new(
            Code::WrongName,
            format!(
                "文件名 {device} 在 Windows 里是设备的名字，下载的人存不下来。请换一个文件名后再上传，例如在前面加上日期。"
            ),
        ));
    }
    if PROGRAMS.contains(&extension.as_str()) {
        return Err(Rejected::new(
            Code::Program,
            format!(
                "文件名以 .{extension} 结尾，下载的人双击就会运行它，为保证安全不能上传。请上传文档本身，例如 .docx、.xlsx 或 .pdf 文件。"
            ),
        ));
    }
    if WITH_MACROS.contains(&extension.as_str()) {
        return Err(Rejected::new(
            Code::Macro,
            format!(
                "文件名以 .{extension} 结尾，这种文件可以带宏（小程序），为保证安全不能上传。请用 Word、WPS 或 Excel 另存为不含宏的 .docx 或 .xlsx 后再上传。"
            ),
        ));
    }
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name).to_lowercase();
    let steps: Vec<&str> =
        base.split('.').map(|step| step.trim_matches(|c: char| c.is_whitespace() || is_unseen(c))).collect();
    let inner = steps.get(1..steps.len().saturating_sub(1)).unwrap_or_default();
    if let Some(step) = inner.iter().find(|step| NEVER_INSIDE.contains(step)) {
        return Err(Rejected::new(
            Code::Program,
            format!("文件名里有 .{step}，看起来像程序，下载的人会误认。请去掉文件名中的 .{step} 后再上传。"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_run_or_cannot_be_saved_is_refused_by_its_name() {
        for (name, code) in [
            ("程序.exe", Code::Program),
            ("名单.exe.pdf", Code::Program),
            ("表.xlsm", Code::Macro),
            ("con.txt", Code::WrongName),
        ] {
            assert_eq!(refuse_programs(name).map_err(|rejected| rejected.code), Err(code), "{name}");
        }
        for name in ["名单.csv", "2026.10", "3.工作要点", "附件"] {
            assert!(refuse_programs(name).is_ok(), "{name}");
        }
    }
}
