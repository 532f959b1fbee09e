//! What is wrong with a configuration, in the reader's words: those of the libraries that read it are English.

/// Why a file could not be read.
pub(super) fn unread(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "没有这个文件，请检查路径",
        ErrorKind::PermissionDenied => "没有读取权限，请调整文件的属主或权限",
        ErrorKind::IsADirectory => "这是文件夹，请写出其中的文件",
        ErrorKind::InvalidData => "不是 UTF-8 编码的文本，请另存为 UTF-8",
        _ => "读取中断，请检查磁盘",
    }
}

/// Where a text is no TOML, and how it should be. Its value is not repeated: it may be a password.
pub(super) fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let (before, rest) = text.split_at_checked(start).unwrap_or((text, ""));
    // What is missing at the end of a line is told of that line.
    let before = if rest.trim().is_empty() { before.trim_end() } else { before };
    let number = before.matches('\n').count() + 1;
    let key = text.lines().nth(number - 1).and_then(|line| line.split_once('=')).map_or("", |(key, _)| key.trim());
    let key = if key.is_empty() { String::new() } else { format!("（{key}）") };
    let why = if error.message().starts_with("duplicate") {
        "这个名称前面已经写过，重复的不算。请合并或者删去一处"
    } else {
        "写法不对。一行写一项：名称 = 值；文字用英文双引号括起来，例如 name = \"青禾县人民政府\"；一节的开头写作 [site]"
    };
    format!("第 {number} 行{key}{why}。")
}

/// A mistake of the types, as serde tells it: what stands there, and what should.
pub(super) fn plain(message: &str) -> String {
    // Further lines name the place, which is told before.
    let message = message.trim().lines().next().unwrap_or_default();
    let (what, wanted) = message.split_once(", expected ").unwrap_or((message, ""));
    let names = named(wanted).join("、");
    if let Some(field) = what.strip_prefix("unknown field ") {
        let offered = if names.is_empty() { String::new() } else { format!("，可用的有 {names}") };
        return format!("没有 {} 这一项{offered}", field.split('`').nth(1).unwrap_or(field));
    }
    if let Some(variant) = what.strip_prefix("unknown variant ") {
        return format!("不能写 {}，可以写 {names}", variant.trim_matches('`'));
    }
    if let Some(field) = what.strip_prefix("missing field ") {
        return format!("缺少 {}", field.trim_matches('`'));
    }
    if let Some(field) = what.strip_prefix("duplicate field ") {
        return format!("{} 写了两次", field.trim_matches('`'));
    }
    let given =
        ["invalid type: ", "invalid value: ", "invalid length "].into_iter().find_map(|start| what.strip_prefix(start));
    match given {
        Some(given) => format!("不能写 {}，应为{}", value(given), kind(wanted)),
        None if what.contains("IP address") || what.contains("prefix") => NET.to_owned(),
        // Of ours, in Chinese already; what a library says besides is left out.
        None if !message.is_ascii() => message.to_owned(),
        None => "写法不对".to_owned(),
    }
}

const NET: &str = "应为网段，写作 地址/位数，例如 10.20.0.0/16；只一台机器的写 10.20.0.9/32";

/// What serde names between strokes.
fn named(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The value that stands there: ``integer `-1` ``, `string "abc"`, `sequence`.
fn value(given: &str) -> String {
    match given.split_once(' ') {
        Some(("string", text)) => text.to_owned(),
        _ => match named(given).first() {
            Some(value) => (*value).to_owned(),
            None if given == "sequence" => "列表".to_owned(),
            None if given == "map" => "一节配置".to_owned(),
            None => "这个值".to_owned(),
        },
    }
}

fn kind(wanted: &str) -> &'static str {
    match wanted {
        "u64" | "usize" => "不小于 0 的整数",
        "u32" => " 0 到 4294967295 之间的整数",
        "u16" => " 0 到 65535 之间的整数",
        "u8" => " 0 到 255 之间的整数",
        "i64" | "i32" | "i16" | "i8" | "isize" => "整数",
        "f64" | "f32" => "数字",
        "a boolean" => " true 或 false",
        "a string" | "string" | "str" => "文字，用英文双引号括起来",
        "a sequence" => "列表，写在方括号里，例如 [1, 2]",
        "IPv4 or IPv6 network address" => "网段，例如 10.20.0.0/16",
        _ if wanted.starts_with("a nonzero") => "大于 0 的整数",
        _ if wanted.starts_with("struct ") || wanted == "a map" => "一节配置，写作 { 名称 = 值 }",
        _ => "别的写法，请看 deploy/gongkai.toml 里的说明",
    }
}
