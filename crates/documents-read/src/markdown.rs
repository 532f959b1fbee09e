//! A small Markdown reader: headings, paragraphs, lists, quotes, tables, code, bold, italic, links. No raw HTML: what
//! looks like a tag is text.

use documents::html::escape;

/// Markdown as simple HTML.
pub(crate) fn to_html(text: &str) -> String {
    let uniform = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = uniform.lines().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < lines.len() {
        at += block(&lines[at..], &mut out);
    }
    out
}

/// Writes the block that begins here and says how many lines it took.
fn block(lines: &[&str], out: &mut String) -> usize {
    let line = lines[0].trim();
    if line.is_empty() {
        return 1;
    }
    if line.starts_with("```") {
        let end = lines.iter().skip(1).position(|line| line.trim().starts_with("```")).map_or(lines.len(), |at| at + 1);
        out.push_str("<pre>");
        out.push_str(&escape(&lines[1..end].join("\n")));
        out.push_str("</pre>\n");
        return (end + 1).min(lines.len());
    }
    if let Some((level, title)) = heading(line) {
        out.push_str(&format!("<h{level}>{}</h{level}>\n", inline(title)));
        return 1;
    }
    if is_rule(line) {
        return 1;
    }
    if line.starts_with('|') && lines.get(1).is_some_and(|next| is_divider(next)) {
        return table(lines, out);
    }
    if item(line).is_some() {
        return list(lines, out);
    }
    if line.starts_with('>') {
        let taken = lines.iter().take_while(|line| line.trim().starts_with('>')).count();
        out.push_str("<blockquote>");
        for line in &lines[..taken] {
            let inner = line.trim().trim_start_matches('>').trim();
            if !inner.is_empty() {
                out.push_str(&format!("<p>{}</p>", inline(inner)));
            }
        }
        out.push_str("</blockquote>\n");
        return taken;
    }
    let taken = 1 + lines.iter().skip(1).take_while(|line| continues(line.trim())).count();
    let joined: Vec<String> = lines[..taken].iter().map(|line| inline(line.trim())).collect();
    out.push_str(&format!("<p>{}</p>\n", joined.join("<br>")));
    taken
}

/// Whether a line belongs to the paragraph above it.
fn continues(line: &str) -> bool {
    let begins =
        line.starts_with(['|', '>']) || line.starts_with("```") || heading(line).is_some() || item(line).is_some();
    !(line.is_empty() || begins || is_rule(line))
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let title = line[level..].strip_prefix(' ')?;
    (1..=6).contains(&level).then(|| (level, title.trim().trim_end_matches('#').trim_end()))
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3 && ["-", "*", "_"].iter().any(|sign| line.replace(' ', "").chars().all(|c| sign.starts_with(c)))
}

/// An item of a list: its number when it has one, and its text.
fn item(line: &str) -> Option<(Option<u32>, &str)> {
    if let Some(text) = ["- ", "* ", "+ "].iter().find_map(|sign| line.strip_prefix(sign)) {
        return Some((None, text.trim()));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let text = line[digits..].strip_prefix(". ").or_else(|| line[digits..].strip_prefix(") "))?;
    Some((Some(line[..digits].parse().ok()?), text.trim()))
}

fn list(lines: &[&str], out: &mut String) -> usize {
    let first = item(lines[0].trim()).and_then(|(number, _)| number);
    let numbered = first.is_some();
    let tag = if numbered { "ol" } else { "ul" };
    match first {
        Some(start) if start != 1 => out.push_str(&format!("<ol start=\"{start}\">")),
        _ => out.push_str(&format!("<{tag}>")),
    }
    let mut taken = 0;
    for line in lines {
        match item(line.trim()) {
            Some((number, text)) if number.is_some() == numbered => {
                out.push_str(&format!("<li>{}</li>", inline(text)));
                taken += 1;
            }
            _ => break,
        }
    }
    out.push_str(&format!("</{tag}>\n"));
    taken
}

fn is_divider(line: &str) -> bool {
    let line = line.trim();
    line.contains('-') && line.contains('|') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    line.split('|').map(|cell| inline(cell.trim())).collect()
}

fn table(lines: &[&str], out: &mut String) -> usize {
    let taken = lines.iter().take_while(|line| line.trim().starts_with('|')).count();
    out.push_str("<table>\n");
    for (index, line) in lines[..taken].iter().enumerate() {
        if index == 1 {
            continue;
        }
        let tag = if index == 0 { "th" } else { "td" };
        let row: String = cells(line).iter().map(|cell| format!("<{tag}>{cell}</{tag}>")).collect();
        out.push_str(&format!("<tr>{row}</tr>\n"));
    }
    out.push_str("</table>\n");
    taken
}

/// Marks within a line. Each opening mark must find its closing one, otherwise it is text.
fn inline(text: &str) -> String {
    // Looking for partners costs the square of the length; nobody writes marks in a line this long.
    if text.len() > 50_000 {
        return escape(text);
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['*', '`', '[', '!', '\\']) {
        out.push_str(&escape(&rest[..at]));
        rest = &rest[at..];
        let (written, length) = mark(rest);
        out.push_str(&written);
        rest = &rest[length..];
    }
    out.push_str(&escape(rest));
    out
}

/// The HTML for the mark at the start of `text` and the bytes it took.
fn mark(text: &str) -> (String, usize) {
    let pair = |sign: &str, tag: &str| {
        let inner = text.strip_prefix(sign)?;
        let end = inner.find(sign)?;
        // A sign with a blank inside is no mark: `2 * 3 * 4`.
        let marked = !inner[..end].is_empty() && inner[..end].trim().len() == end;
        marked.then(|| (format!("<{tag}>{}</{tag}>", escape(&inner[..end])), end + 2 * sign.len()))
    };
    if let Some(found) = pair("**", "strong").or_else(|| pair("`", "code")) {
        return found;
    }
    if text.starts_with("**") {
        return ("**".to_owned(), 2);
    }
    if let Some(found) = pair("*", "em") {
        return found;
    }
    if let Some(found) = link(text) {
        return found;
    }
    let mut characters = text.chars();
    let first = characters.next().unwrap_or_default();
    match (first, characters.next()) {
        ('\\', Some(next)) if next.is_ascii_punctuation() => (escape(&next.to_string()), 2),
        _ => (escape(&first.to_string()), first.len_utf8()),
    }
}

/// A link, or a picture reduced to its description.
fn link(text: &str) -> Option<(String, usize)> {
    let picture = text.starts_with('!');
    let inner = text.strip_prefix('!').unwrap_or(text).strip_prefix('[')?;
    let end = inner.find(']')?;
    let target = inner[end + 1..].strip_prefix('(')?;
    let close = target.find(')')?;
    let address = target[..close].split_whitespace().next().unwrap_or_default();
    let length = usize::from(picture) + 1 + end + 2 + close + 1;
    let label = escape(&inner[..end]);
    let safe = address.starts_with("http://") || address.starts_with("https://") || address.starts_with("mailto:");
    let written = if safe && !picture { format!("<a href=\"{}\">{label}</a>", escape(address)) } else { label };
    Some((written, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_blocks() {
        let text = "# 标题\n\n第一段 **重点** 和 [链接](https://example.org)\n第二行\n\n- 甲\n- 乙\n\n3. 丙\n\n| 名 | 数 |\n|---|---|\n| 一 | 1 |\n\n---\n> 引\n\n```\n<a>\n```";
        let expected = "<h1>标题</h1>\n<p>第一段 <strong>重点</strong> 和 <a href=\"https://example.org\">链接</a><br>第二行</p>\n\
                        <ul><li>甲</li><li>乙</li></ul>\n<ol start=\"3\"><li>丙</li></ol>\n\
                        <table>\n<tr><th>名</th><th>数</th></tr>\n<tr><td>一</td><td>1</td></tr>\n</table>\n\
                        <blockquote><p>引</p></blockquote>\n<pre>&lt;a&gt;</pre>\n";
        assert_eq!(to_html(text), expected);
    }

    #[test]
    fn marks_without_partners_and_tags_are_text() {
        assert_eq!(to_html("2 * 3 <b> ![图](x.png) [a](javascript:x) \\*"), "<p>2 * 3 &lt;b&gt; 图 a *</p>\n");
        assert_eq!(to_html("**未完 *"), "<p>**未完 *</p>\n");
    }
}
