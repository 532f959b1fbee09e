//! One page that explains a policy at a glance (一图读懂), and a chart of figures: written as lines, drawn by the server as SVG. The
//! words of the drawing stand beside it as a list or a table, so nobody needs to see it.

use std::fmt::Write as _;

use web::page::escape;

/// Width of both drawings; they shrink with the page.
const WIDTH: usize = 720;

/// A point of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Point {
    /// What it is about: 补贴标准.
    pub(super) name: String,
    /// What stands large: 100 元; may be empty.
    pub(super) figure: String,
    /// What is said of it; may be empty.
    pub(super) words: String,
}

/// The page: heading and points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) heading: String,
    pub(super) points: Vec<Point>,
}

/// The parts of a line, at most three.
fn parts(line: &str) -> Vec<String> {
    line.replace('|', "｜").splitn(3, '｜').map(|part| part.trim().to_owned()).collect()
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

impl Page {
    /// Reads the lines; `None` when there are none.
    ///
    /// # Errors
    /// What to change, in a sentence.
    pub(super) fn read(text: &str) -> Result<Option<Self>, String> {
        let lines = lines(text);
        let Some((heading, rest)) = lines.split_first() else { return Ok(None) };
        if !(3..=6).contains(&rest.len()) {
            return Err(format!(
                "一图读懂写了 {} 个要点，请写 3 至 6 个：第一行是标题，下面每行一个要点，例如 补贴标准｜100 元｜每人每月。",
                rest.len()
            ));
        }
        let mut points = Vec::new();
        for (number, line) in (2..).zip(rest) {
            let mut parts = parts(line).into_iter();
            let [name, figure, words] = [0; 3].map(|_| parts.next().unwrap_or_default());
            let long = [(&name, 16, "要点"), (&figure, 14, "数字"), (&words, 60, "说明")];
            if let Some((_, most, what)) = long.into_iter().find(|(part, most, _)| part.chars().count() > *most) {
                return Err(format!(
                    "一图读懂第 {number} 行的{what}太长，请写在 {most} 个字以内，例如 补贴标准｜100 元｜每人每月。"
                ));
            }
            if name.is_empty() {
                return Err(format!("一图读懂第 {number} 行没有要点，请写成 补贴标准｜100 元｜每人每月。"));
            }
            points.push(Point { name, figure, words });
        }
        if heading.chars().count() > 24 {
            return Err("一图读懂的标题太长，请写在 24 个字以内，例如 养老服务补贴怎么领。".to_owned());
        }
        Ok(Some(Self { heading: (*heading).to_owned(), points }))
    }

    /// The drawing: heading, then a card for each point.
    pub(super) fn svg(&self, below: &str) -> String {
        const CARD: usize = 132;
        let height = 96 + self.points.len() * CARD + 40;
        let mut svg = open("onepage", height, &format!("一图读懂：{}。文字见下方。", self.heading));
        let _ = write!(svg, r##"<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>"##);
        let _ = write!(svg, r##"<rect width="{WIDTH}" height="72" fill="#1f4e79"/>"##);
        put(&mut svg, (24, 46), 28, "#ffffff", true, &self.heading);
        for (at, point) in self.points.iter().enumerate() {
            let top = 88 + at * CARD;
            let _ = write!(svg, r##"<rect x="16" y="{top}" width="688" height="116" rx="6" fill="#e8f0f8"/>"##);
            let _ = write!(svg, r##"<rect x="16" y="{top}" width="6" height="116" fill="#1f4e79"/>"##);
            put(&mut svg, (40, top + 34), 20, "#1b1f24", true, &point.name);
            let from = if point.figure.is_empty() { 40 } else { 300 };
            if !point.figure.is_empty() {
                put(&mut svg, (40, top + 84), 32, "#a8201a", true, &point.figure);
            }
            let room = if point.figure.is_empty() { 34 } else { 20 };
            for (row, line) in wrapped(&point.words, room).iter().take(3).enumerate() {
                put(&mut svg, (from, top + 62 + row * 24), 18, "#4a525c", false, line);
            }
        }
        put(&mut svg, (24, height - 18), 15, "#4a525c", false, below);
        svg.push_str("</svg>");
        svg
    }
}

/// Figures for a chart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figures {
    pub(super) title: String,
    pub(super) unit: String,
    /// Name, number, and the number as it was written.
    pub(super) bars: Vec<(String, f64, String)>,
}

impl Figures {
    /// Reads the lines; `None` when there are none.
    ///
    /// # Errors
    /// What to change, in a sentence.
    pub(super) fn read(text: &str) -> Result<Option<Self>, String> {
        let lines = lines(text);
        let Some((head, rest)) = lines.split_first() else { return Ok(None) };
        let mut head = parts(head).into_iter();
        let (title, unit) = (head.next().unwrap_or_default(), head.next().unwrap_or_default());
        if !(2..=12).contains(&rest.len()) {
            return Err(format!(
                "图表数据有 {} 行数字，请写 2 至 12 行：第一行是“标题｜单位”，下面每行“名称｜数字”，例如 2025年｜1200。",
                rest.len()
            ));
        }
        let mut bars = Vec::new();
        for (number, line) in (2..).zip(rest) {
            let mut parts = parts(line).into_iter();
            let (name, written) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let value: Option<f64> = written.replace([',', '，'], "").parse().ok();
            // A bar stands on nothing: what is below it has none.
            let Some(value) = value.filter(|value: &f64| value.is_finite() && *value >= 0.0) else {
                return Err(format!(
                    "图表数据第 {number} 行没有数字，请写成“名称｜数字”，例如 2025年｜1200；不能是负数。"
                ));
            };
            if name.is_empty() || name.chars().count() > 12 {
                return Err(format!("图表数据第 {number} 行的名称请写 1 至 12 个字，例如 2025年｜1200。"));
            }
            bars.push((name, value, written));
        }
        Ok(Some(Self { title, unit, bars }))
    }

    /// Bars from zero, each with its name and number.
    pub(super) fn svg(&self) -> String {
        let height = 24 + self.bars.len() * 40;
        let said: Vec<String> = self.bars.iter().map(|(name, _, words)| format!("{name} {words}")).collect();
        let label = format!("{}（{}）：{}", self.title, self.unit, said.join("，"));
        let most = self.bars.iter().map(|(_, value, _)| *value).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
        let mut svg = open("bars", height, &label);
        for (at, (name, value, words)) in self.bars.iter().enumerate() {
            let top = 12 + at * 40;
            put(&mut svg, (0, top + 22), 17, "#1b1f24", false, name);
            let wide = value / most * 380.0;
            let _ = write!(svg, r##"<rect x="210" y="{top}" width="{wide:.1}" height="28" fill="#0b57a4"/>"##);
            put(&mut svg, (600, top + 22), 17, "#1b1f24", true, words);
        }
        svg.push_str("</svg>");
        svg
    }
}

fn open(class: &str, height: usize, label: &str) -> String {
    let label = escape(label);
    let size = format!(r#"viewBox="0 0 {WIDTH} {height}" width="100%""#);
    let said = format!(r#"role="img" aria-label="{label}"><title>{label}</title>"#);
    format!(r#"<svg xmlns="http://www.w3.org/2000/svg" class="{class}" {size} {said}"#)
}

fn put(svg: &mut String, (x, y): (usize, usize), size: usize, fill: &str, bold: bool, words: &str) {
    let weight = if bold { "700" } else { "400" };
    let words = escape(words);
    let _ =
        write!(svg, r#"<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{fill}">{words}</text>"#);
}

/// The words in lines of at most so many characters.
fn wrapped(words: &str, most: usize) -> Vec<String> {
    let all: Vec<char> = words.chars().collect();
    all.chunks(most).map(|line| line.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "养老服务补贴怎么领\n给谁｜70 岁以上｜本县户籍\n补贴标准|100 元|每人每月\n怎么办｜｜到乡镇便民服务中心填表";

    #[test]
    fn lines_become_a_page_whose_words_are_all_there() {
        let page = Page::read(TEXT).expect("read").expect("a page");
        assert_eq!((page.heading.as_str(), page.points.len()), ("养老服务补贴怎么领", 3));
        assert_eq!(page.points[1].figure, "100 元");
        let svg = page.svg("青禾县民政局");
        for words in ["养老服务补贴怎么领", "70 岁以上", "每人每月", "到乡镇便民服务中心填表", "青禾县民政局"]
        {
            assert!(svg.contains(words), "{words}: {svg}");
        }
        assert!(!svg.contains("style="), "{svg}");
        assert_eq!(Page::read(" \n"), Ok(None));
    }

    #[test]
    fn what_cannot_be_drawn_is_said_with_its_line() {
        assert!(Page::read("标题\n一个要点").expect_err("one point").contains("3 至 6 个"));
        let long = format!("标题\n甲｜1\n乙｜2\n丙｜{}", "九".repeat(20));
        assert!(Page::read(&long).expect_err("a long figure").contains("第 4 行的数字太长"));
        assert!(Figures::read("补贴人数｜人\n2025年｜多").expect_err("few").contains("2 至 12 行"));
        assert!(Figures::read("补贴人数｜人\n2024年｜1\n2025年｜多").expect_err("no number").contains("第 3 行"));
        assert!(Figures::read("补贴人数｜人\n2024年｜1\n2025年｜-3").expect_err("below zero").contains("负数"));
    }

    #[test]
    fn bars_begin_at_zero_and_words_cannot_leave_the_drawing() {
        let figures = Figures::read("<b>｜人\n2024年｜600\n2025年｜1,200").expect("read").expect("figures");
        let svg = figures.svg();
        assert!(svg.contains(r#"width="190.0""#) && svg.contains(r#"width="380.0""#) && svg.contains("1,200"), "{svg}");
        assert!(!svg.contains("<b>"), "{svg}");
    }
}
