//! The names of places in files, for people.

/// Places of read files in words: `sheet "名单" C12 (hidden)` → 工作表“名单”C12（隐藏）.
pub fn place_in_words(place: &str) -> String {
    let (place, hidden) = match place.strip_suffix(" (hidden)") {
        Some(rest) => (rest, "（隐藏）"),
        None => (place, ""),
    };
    let words = if let Some(rest) = place.strip_prefix("embedded \"") {
        match rest.split_once("\" ") {
            Some((name, inner)) => format!("内嵌文件“{name}”{}", place_in_words(inner)),
            None => place.to_owned(),
        }
    } else if let Some(rest) = place.strip_prefix("sheet \"") {
        match rest.split_once("\" ") {
            Some((name, inner)) => format!("工作表“{name}”{}", in_sheet(inner)),
            None => format!("工作表“{}”", rest.trim_end_matches('"')),
        }
    } else if let Some(rest) = place.strip_prefix("part \"") {
        format!("文件内部的“{}”", rest.trim_end_matches('"'))
    } else if let Some((page, what)) = place.strip_prefix("page ").and_then(|rest| rest.split_once(' ')) {
        let what = match what {
            "annotation" => "批注",
            "link" => "链接",
            other => other,
        };
        format!("第{page}页的{what}")
    } else if let Some(rest) = place.strip_prefix("table ") {
        match rest.split_once(" row ") {
            Some((table, row)) => format!("表{table}第{row}行"),
            None => format!("表{rest}"),
        }
    } else {
        simple_place(place)
    };
    format!("{words}{hidden}")
}

/// A place in a sheet; cells are named as the sheet names them.
fn in_sheet(place: &str) -> String {
    const NAMES: [(&str, &str); 8] = [
        ("comment author", "批注作者"),
        ("comment ", "批注 "),
        ("header and footer", "的页眉页脚"),
        ("name", "的名称"),
        ("formula ", "公式 "),
        ("validation", "的数据验证"),
        ("link", "的链接"),
        ("text", "的其他文字"),
    ];
    let named = NAMES.iter().find_map(|(start, words)| place.strip_prefix(start).map(|rest| format!("{words}{rest}")));
    named.unwrap_or_else(|| place.to_owned())
}

fn simple_place(place: &str) -> String {
    const NAMES: [(&str, &str, &str); 22] = [
        ("page ", "第", "页"),
        ("row ", "第", "行"),
        ("header ", "页眉", ""),
        ("footer ", "页脚", ""),
        ("footnote ", "脚注", ""),
        ("comment ", "批注", ""),
        ("deleted text ", "修订中删去的文字", ""),
        ("hidden text ", "隐藏文字", ""),
        ("text box ", "文本框", ""),
        ("link ", "链接地址", ""),
        ("description ", "图片或对象的说明文字", ""),
        ("field code ", "域代码", ""),
        ("chart ", "图表", ""),
        ("diagram ", "SmartArt 图形", ""),
        ("drawing ", "图形", ""),
        ("form field ", "表单域", ""),
        ("bookmark ", "书签", ""),
        ("old text ", "改动前的文字", ""),
        ("setting ", "文件内部的说明文字", ""),
        ("data ", "文件内部的数据", ""),
        ("name ", "定义的名称", ""),
        ("picture ", "图片的拍摄或编辑信息", ""),
    ];
    if place == "body" {
        return "正文".to_owned();
    }
    if let Some(name) = place.strip_prefix("metadata ") {
        return format!("文件属性（{name}）");
    }
    let named = NAMES.iter().find_map(|(prefix, before, after)| {
        place.strip_prefix(prefix).map(|number| format!("{before}{number}{after}"))
    });
    named.unwrap_or_else(|| place.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_in_words() {
        assert_eq!(place_in_words("page 3"), "第3页");
        assert_eq!(place_in_words("page 3 link"), "第3页的链接");
        assert_eq!(place_in_words("table 2 row 5"), "表2第5行");
        assert_eq!(place_in_words("sheet \"名单\" C12 (hidden)"), "工作表“名单”C12（隐藏）");
        assert_eq!(place_in_words("embedded \"a.docx\" comment 1"), "内嵌文件“a.docx”批注1");
        assert_eq!(place_in_words("metadata author"), "文件属性（author）");
        assert_eq!(place_in_words("chart 2"), "图表2");
        assert_eq!(place_in_words("sheet \"名单\" header and footer"), "工作表“名单”的页眉页脚");
        assert_eq!(place_in_words("part \"word/glossary/document.xml\""), "文件内部的“word/glossary/document.xml”");
    }
}
