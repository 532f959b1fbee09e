//! What a file holds and nobody sees who opens it: hidden sheets, rows, columns and text, comments, what was deleted, properties,
//! copies of data. Whoever hands the file on hands it on with all of that.

use crate::{Extracted, Part, stands};

/// How places begin that nobody sees who opens the file.
const UNSEEN: [&str; 8] =
    ["hidden text ", "deleted text ", "comment ", "old text ", "data ", "metadata ", "embedded \"", "picture "];
/// How places begin that every file of the kind has, with names of styles and fonts.
const PLAIN: [&str; 6] = ["styles", "theme", "fontTable", "settings", "numbering", "webSettings"];

impl Part {
    /// Whether nobody sees it who opens the file and looks at its pages and sheets.
    pub fn is_unseen(&self) -> bool {
        let inner = self.place.strip_prefix("sheet \"").and_then(|rest| rest.split_once("\" ")).map(|(_, inner)| inner);
        self.place.ends_with(" (hidden)")
            || UNSEEN.iter().any(|start| self.place.starts_with(start))
            || inner.is_some_and(|inner| inner.starts_with("comment"))
    }

    /// Whether every file of the kind has it: names of styles and fonts.
    fn is_plain(&self) -> bool {
        self.place.starts_with("part \"") && PLAIN.iter().any(|name| self.place.contains(&format!("/{name}")))
    }

    /// Whether it is a cell, a row, a page or the body: what the text is made of, with the number or the head that was put before it.
    fn is_shown(&self) -> bool {
        let cell = self.place.strip_prefix("sheet \"").and_then(|rest| rest.rsplit_once("\" "));
        let page = self.place.strip_prefix("page ").is_some_and(|rest| rest.parse::<u32>().is_ok());
        let rows = ["body", "table ", "row "].iter().any(|start| self.place.starts_with(start));
        page || rows || cell.is_some_and(|(_, cell)| cell.starts_with(|c: char| c.is_ascii_uppercase()))
    }
}

impl Extracted {
    /// What the file holds and its text does not say, for whoever decides what of it may go out: hidden things first, then headers,
    /// notes, links and the rest. Each part once.
    pub fn beside(&self) -> Vec<&Part> {
        let mut all: Vec<&Part> = Vec::new();
        for part in self.parts.iter().filter(|part| part.unread.is_none()) {
            if part.is_unseen() || !(part.is_plain() || part.is_shown() || stands(&self.text, &part.text)) {
                all.push(part);
            }
        }
        all.sort_by_key(|part| !part.is_unseen());
        all
    }

    /// What a copy in the same format would hand on although nobody sees it, without the words of these marks: places in words,
    /// each once.
    pub fn unseen(&self, marks: &[&str]) -> Vec<String> {
        let mut places: Vec<String> = Vec::new();
        for part in self.parts.iter().filter(|part| part.unread.is_none() && part.is_unseen()) {
            let bare = marks.iter().fold(part.text.clone(), |text, mark| text.replace(*mark, ""));
            // A copy of words that stand in the open tells nobody anything; of a cell that is hidden its place does.
            let hidden = part.place.ends_with(" (hidden)");
            if bare.chars().any(char::is_alphanumeric) && (hidden || !stands(&self.text, &bare)) {
                let place = match part.place.strip_prefix("sheet \"").and_then(|rest| rest.split_once("\" ")) {
                    Some((sheet, _)) if hidden => format!("工作表“{sheet}”里隐藏的内容"),
                    _ => crate::place_in_words(&part.place),
                };
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Format;

    #[test]
    fn what_nobody_sees_is_told_first_and_by_its_place() {
        let mut found = Extracted::empty(Format::Xlsx);
        found.text = "姓名\n李某某".to_owned();
        for (place, text) in [
            ("sheet \"名单\" A1", "姓名"),
            ("sheet \"名单\" A2", "李某某"),
            ("sheet \"名单\" header and footer", "内部资料"),
            ("sheet \"名单\" comment A2", "核实过"),
            ("sheet \"内部\" A1 (hidden)", "因病致贫"),
            ("sheet \"内部\" A2 (hidden)", "〔依据甲不予公开〕"),
            ("hidden text 1", "李某某"),
        ] {
            Part::push(&mut found.parts, place, text);
        }
        let beside: Vec<&str> = found.beside().into_iter().map(|part| part.text.as_str()).collect();
        assert_eq!(beside, ["核实过", "因病致贫", "〔依据甲不予公开〕", "李某某", "内部资料"]);
        let mark = "〔依据甲不予公开〕";
        assert_eq!(found.unseen(&[mark]), ["工作表“名单”批注 A2", "工作表“内部”里隐藏的内容"]);
        found.parts.retain(|part| !part.is_unseen());
        assert!(found.unseen(&[mark]).is_empty());
    }
}
