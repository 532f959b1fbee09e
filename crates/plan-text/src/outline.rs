//! Headings that nothing but their look tells from text: a style of the word processor without number, `##` in Markdown. The
//! readers of files mark them with `#`.

use super::{
    Context,
    frame::{self, Kind},
    head,
    headings::{Heading, ROW},
    lines::Line,
};

/// The mark of a paragraph that is merely bold: it counts where nothing else is a heading.
const BOLD: u8 = 6;
/// A heading has at most so many characters.
const LONGEST: usize = 40;
/// Lines that a title may have.
const MOST_TITLE_LINES: usize = 4;

/// Makes headings of the marked lines that have no number; those of the title stay what they are.
pub(super) fn read(lines: &[Line], kinds: &mut [Kind]) {
    let numbered = |level: u8| {
        let own = |(line, kind): (&Line, &Kind)| line.row.is_none() && kind.heading().is_some_and(|h| h.level == level);
        lines.iter().zip(kinds.iter()).any(own)
    };
    let (sectioned, divided) = (numbered(1), (2..=4).any(numbered));
    let mut marked: Vec<usize> = (0..lines.len()).filter(|&at| is_marked(lines, kinds, at)).collect();
    without_title(lines, kinds, &mut marked);
    let (bold, mut styled): (Vec<usize>, Vec<usize>) = marked.into_iter().partition(|&at| lines[at].outline == BOLD);
    if styled.is_empty() && !sectioned && !divided && bold.len() > 1 {
        styled = bold;
    }
    let mut depths: Vec<u8> = styled.iter().map(|&at| lines[at].outline).collect();
    depths.sort_unstable();
    depths.dedup();
    // below 一、 only what is not of the first depth is a clause
    let below = sectioned && depths.first().is_some_and(|&first| first > 1);
    for at in styled {
        let depth = depths.iter().position(|&depth| depth == lines[at].outline).unwrap_or(0);
        let level = match depth + usize::from(below) {
            0 => 1,
            depth => ROW + u8::try_from(depth - 1).unwrap_or(0).min(2),
        };
        kinds[at] = Kind::Heading(Heading { level, number: String::new(), mark: String::new(), rest: 0 });
    }
}

/// A short line without a sentence, of no other kind.
fn is_marked(lines: &[Line], kinds: &[Kind], at: usize) -> bool {
    let line = &lines[at];
    let ends = ['。', '；', '！', '？', '，', '、', '：', ';', ',', ':'];
    let signed = || frame::is_signature(&line.text) && kinds.get(at + 1) == Some(&Kind::Date);
    line.outline > 0
        && line.row.is_none()
        && kinds[at] == Kind::Plain
        && line.text.chars().take(LONGEST + 1).count() <= LONGEST
        && !line.text.contains('。')
        && !line.text.ends_with(ends)
        && !signed()
}

/// Takes the lines of the title away: the first of the marked lines, unless a title stands above them.
fn without_title(lines: &[Line], kinds: &[Kind], marked: &mut Vec<usize>) {
    let Some(&first) = marked.first() else { return };
    let above = lines[..first].iter().zip(kinds).any(|(line, kind)| {
        kind.heading().is_some() || (head::could_be_title(&line.text) && head::ends_title(&line.text))
    });
    if above {
        return;
    }
    let depth = lines[first].outline;
    let alike = |at: &usize| lines[*at].outline == depth;
    // the lines of one heading, up to the one that ends as titles do
    let run = marked.iter().enumerate().take_while(|&(count, at)| *at == first + count && alike(at));
    let run = run.take(MOST_TITLE_LINES);
    let ends = run.filter(|(_, at)| head::ends_title(&lines[**at].text)).map(|(count, _)| count + 1).next();
    let alone = marked.iter().filter(|at| alike(at)).count() == 1;
    let deeper = marked.iter().any(|&at| lines[at].outline > depth);
    marked.drain(..ends.unwrap_or(usize::from(alone && (deeper || first == 0))));
}

/// Names what was read as a heading by its look.
pub(super) fn warn(lines: &[Line], kinds: &[Kind], context: &mut Context) {
    let by_look = |(line, kind): &(&Line, &Kind)| {
        line.outline > 0 && line.row.is_none() && kind.heading().is_some_and(|heading| heading.number.is_empty())
    };
    let found: Vec<&Line> = lines.iter().zip(kinds).filter(by_look).map(|(line, _)| line).collect();
    let Some(first) = found.first() else { return };
    let message = format!(
        "“{}”等 {} 处标题没有编号，已按文件里的标题样式读成节和条，请核对分条是否正确。",
        first.text,
        found.len()
    );
    context.warn(first.no, message);
}
