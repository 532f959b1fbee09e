//! What a file is, and how refusals are worded.

use documents::{Code, Format, decode_text};
use gongkai_documents_read::sniff;

use crate::fixtures::{archive, docx, ole, paragraph, pdf, read};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

fn refused(bytes: &[u8], name: &str) -> (Code, String) {
    let rejected = sniff(bytes, name).expect_err("refused");
    assert!(rejected.message.contains("请"), "says what to do: {rejected}");
    (rejected.code, rejected.message)
}

#[test]
fn bytes_decide_and_names_help_among_texts() {
    let word = docx(&paragraph("a"), &[]);
    for (bytes, name, format) in [
        (&word[..], "a.docx", Format::Docx),
        (&word, "没有后缀", Format::Docx),
        (&pdf(&["x"]), "a.PDF", Format::Pdf),
        (PNG, "a.png", Format::Png),
        (b"\xFF\xD8\xFF\xE0aaaa", "a.jpeg", Format::Jpeg),
        (b"a,b", "a.csv", Format::Csv),
        (b"# a", "a.md", Format::Markdown),
        (b"# a", "a.txt", Format::Txt),
        (b"the header %PDF- is text", "a.txt", Format::Txt),
        (b"\n <!DOCTYPE html><p>", "a.txt", Format::Html),
        (&ole("Workbook"), "a.xls", Format::Xls),
    ] {
        assert_eq!(sniff(bytes, name), Ok(format), "{name}");
    }
}

#[test]
fn a_renamed_picture_is_called_what_it_is() {
    let (code, message) = refused(PNG, "通知.docx");
    assert_eq!(code, Code::WrongName);
    assert!(message.contains("PNG 图片") && message.contains(".docx"), "{message}");
    let (code, message) = refused(&docx("", &[]), "a.pdf");
    assert_eq!(code, Code::WrongName);
    assert!(message.contains("Word 文档") && message.contains("改为 .docx"), "{message}");
    let (code, message) = refused("<html><p>网页</html>".as_bytes(), "a.doc");
    assert_eq!(code, Code::WrongName);
    assert!(message.contains("网页") && message.contains("另存为 .docx"), "{message}");
}

#[test]
fn old_and_foreign_formats_get_their_own_advice() {
    let (code, message) = refused(&ole("WordDocument"), "a.doc");
    assert_eq!(code, Code::LegacyOffice);
    assert!(message.contains("请用 Word 或 WPS 另存为 .docx 后再上传"), "{message}");
    assert_eq!(refused(&ole("EncryptedPackage"), "a.docx").0, Code::Encrypted);
    assert_eq!(refused(b"{\\rtf1 a}", "a.doc").0, Code::LegacyOffice);
    assert_eq!(refused(b"GIF89a....", "a.gif").0, Code::Unsupported);
    assert_eq!(refused(b"Rar!\x1a\x07\0", "a.rar").0, Code::Archive);
    assert_eq!(refused(b"MZ\x90\0\x03\0", "a.exe").0, Code::Program);
    assert_eq!(refused(b"", "a.txt").0, Code::Empty);
    assert_eq!(refused(b"\0\x01\x02", "a.dat").0, Code::Unsupported);
    let (code, message) = refused(b"\0\x01\x02", "a.pdf");
    assert_eq!(code, Code::Damaged);
    assert!(message.contains("PDF"), "{message}");
    assert!(refused(&archive(&[("OFD.xml", b"<a/>")]), "a.ofd").1.contains("OFD"));
}

/// Attackers hide a script behind the name of a form; the reader's computer goes by the last ending alone.
#[test]
fn names_that_the_readers_computer_runs_are_refused() {
    let word = docx(&paragraph("a"), &[]);
    for ending in [
        "bat",
        "cmd",
        "com",
        "exe",
        "scr",
        "vbs",
        "vbe",
        "hta",
        "ps1",
        "js",
        "jse",
        "wsf",
        "reg",
        "url",
        "lnk",
        "iqy",
        "slk",
        "msi",
        "jar",
        "chm",
        "svg",
        "xll",
        "settingcontent-ms",
        "BAT",
    ] {
        for bytes in [&b"echo hello"[..], &word] {
            let (code, message) = refused(bytes, &format!("补贴申请表.{ending}"));
            assert_eq!(code, Code::Program, "{ending}");
            assert!(message.contains(&ending.to_lowercase()) && message.contains(".docx"), "{message}");
        }
    }
    for name in [
        "补贴申请表.pdf.bat",
        "补贴申请表.docx.exe ",
        "申请表.bat.",
        "申请表.b\u{200b}at",
        "申请表.exe\u{202e}",
        "申请表.exe.pdf",
        "申请表.vbs.txt",
    ] {
        assert_eq!(refused(b"hello", name).0, Code::Program, "{name}");
    }
    assert_eq!(refused(&word, "申请表.docm").0, Code::Macro);
}

/// Nobody could save them: Windows takes the name for a device, whatever ending follows.
#[test]
fn names_of_devices_are_refused() {
    for name in
        ["CON.txt", "con", "Prn.docx", "aux.tar.txt", "nul .txt", "COM1.txt", "lpt9.csv", "COM².txt", "c\u{200b}on.txt"]
    {
        let (code, message) = refused(b"hello", name);
        assert_eq!(code, Code::WrongName, "{name}");
        assert!(message.contains("换一个文件名"), "{message}");
    }
    for name in ["CONTRACT.txt", "com.txt", "COM10.txt", "计划CON.txt", "2026.con.txt"] {
        assert!(gongkai_documents_read::sniff(b"hello", name).is_ok(), "{name}");
    }
}

#[test]
fn an_unknown_ending_is_no_text() {
    for name in ["a.conf", "a.xyz", "a.log", "a.ini", "a.json", "a.xml"] {
        let (code, message) = refused(b"some text", name);
        assert!(code == Code::Unsupported && message.contains(".txt"), "{name}: {message}");
    }
    let (code, message) = refused(&docx("", &[]), "a.dat");
    assert!(code == Code::WrongName && message.contains(".docx"), "{message}");
    assert_eq!(refused(&docx("", &[]), "a.doc").0, Code::WrongName);
    // no endings
    for name in ["说明", "2026.10", "3.工作要点", "关于1.2期的说明"] {
        assert_eq!(sniff(b"some text", name), Ok(Format::Txt), "{name}");
        assert_eq!(sniff(&docx("", &[]), name), Ok(Format::Docx), "{name}");
    }
    assert_eq!(refused(b"ID;PWXL;N;E\nC;Y1;X1;K\"a\"", "a.csv").0, Code::Unsupported);
}

#[test]
fn archives_and_archives_in_archives_are_refused() {
    let inner = archive(&[("a.txt", b"a")]);
    assert_eq!(refused(&inner, "a.zip").0, Code::Archive);
    assert_eq!(refused(&archive(&[("inner.zip", &inner)]), "a.docx").0, Code::Archive);
}

#[test]
fn text_of_the_system_encoding_is_read() {
    let (bytes, _, _) = encoding_rs::GBK.encode("一、加强公开\r\n二、提升服务 \r\n");
    assert_eq!(decode_text(&bytes).map(|(_, name)| name), Ok("GB18030"));
    let found = read(&bytes, "a.txt");
    assert_eq!((found.format, found.text.as_str()), (Format::Txt, "一、加强公开\n二、提升服务"));
    assert!(found.warnings[0].contains("GBK"));
}

#[test]
fn web_pages_and_markdown_come_with_simple_html() {
    let page = read("<html><body onload=x><div>甲</div><script>1</script><p>乙</p></body></html>".as_bytes(), "a.html");
    assert_eq!((page.text.as_str(), page.html.as_deref()), ("甲\n乙", Some("<p>甲</p>\n<p>乙</p>\n")));
    let note = read("# 题\n\n- 甲\n- 乙\n".as_bytes(), "a.md");
    assert_eq!(note.text, "# 题\n\n- 甲\n- 乙", "as written");
    assert!(note.html.is_some_and(|html| html.contains("<ul><li>甲</li>")));
}
