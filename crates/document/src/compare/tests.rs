//! What is told of two texts.

use proptest::prelude::*;

use super::*;

fn side(html: &str) -> Side {
    Side { html: html.to_owned(), ..Side::default() }
}

fn compared(old: &str, new: &str) -> Comparison {
    compare(&side(old), &side(new))
}

/// Name of the change, old and new words, as the page shows them.
fn told(old: &str, new: &str) -> Vec<(String, String, String)> {
    let lines = compared(old, new).view(false).lines;
    lines.into_iter().map(|line| (line.code.to_owned(), line.old, line.new)).collect()
}

/// The same without what is as it was.
fn changes(old: &str, new: &str) -> Vec<(String, String, String)> {
    told(old, new).into_iter().filter(|(code, ..)| code != "unchanged").collect()
}

fn one(old: &str, new: &str) -> (String, String, String) {
    let all = changes(old, new);
    assert_eq!(all.len(), 1, "{all:?}");
    all.into_iter().next().expect("one")
}

fn paragraphs(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("<p>{line}</p>")).collect()
}

fn is(found: &(String, String, String), expected: (&str, &str, &str)) {
    assert_eq!((found.0.as_str(), found.1.as_str(), found.2.as_str()), expected);
}

#[test]
fn a_number_a_date_and_a_document_number_change_as_a_whole() {
    is(
        &one("<p>每人每月100元。</p>", "<p>每人每月120元。</p>"),
        ("modified", "每人每月<del>100</del>元。", "每人每月<ins>120</ins>元。"),
    );
    is(
        &one("<p>自2026年3月5日起施行。</p>", "<p>自2026年4月5日起施行。</p>"),
        ("modified", "自<del>2026年3月5日</del>起施行。", "自<ins>2026年4月5日</ins>起施行。"),
    );
    is(
        &one("<p>依照青政发〔2026〕5号办理</p>", "<p>依照青政发〔2026〕6号办理</p>"),
        ("modified", "依照青政发<del>〔2026〕5号</del>办理", "依照青政发<ins>〔2026〕6号</ins>办理"),
    );
    // Bold or not, a number is one.
    is(
        &one("<p>补贴<b>1</b>00元给老人</p>", "<p>补贴<b>1</b>50元给老人</p>"),
        ("modified", "补贴<del>100</del>元给老人", "补贴<ins>150</ins>元给老人"),
    );
}

#[test]
fn markup_is_words() {
    let found = one("<p>甲</p>", "<p>甲</p><p>乙&lt;script&gt;</p>");
    is(&found, ("added", "", "<ins>乙&lt;script&gt;</ins>"));
}

const LONG: &str = "县人民政府应当自收到申请之日起二十个工作日内予以答复";

#[test]
fn a_paragraph_that_moved_is_told_at_both_places() {
    let old = paragraphs(&[LONG, "第一段写总体要求和目标", "第二段写任务分工和时限", "第三段写监督检查和考核"]);
    let new = paragraphs(&["第一段写总体要求和目标", "第二段写任务分工和时限", "第三段写监督检查和考核", LONG]);
    let view = compared(&old, &new).view(true);
    let moved: Vec<&Line> = view.lines.iter().filter(|line| line.code == "moved").collect();
    assert_eq!((moved.len(), view.count), (2, 1), "{:?}", view.lines);
    assert!(moved[0].label.contains("移到第 4 段") && moved[1].label.contains("原在第 1 段"), "{moved:?}");
    assert_eq!((moved[0].jump.0.as_str(), moved[0].anchor.as_str()), ("#c1", "c1-from"));
    assert_eq!((moved[1].jump.0.as_str(), moved[1].anchor.as_str()), ("#c1-from", "c1"));
    assert_eq!((moved[0].old.as_str(), moved[1].new.as_str()), (LONG, LONG));
    assert!(view.summary.contains("移动 1 处"), "{}", view.summary);
}

#[test]
fn a_paragraph_that_moved_and_changed_says_what_changed() {
    let changed = LONG.replace("二十", "十五");
    let old = paragraphs(&[LONG, "第一段写总体要求和目标", "第二段写任务分工和时限"]);
    let new = paragraphs(&["第一段写总体要求和目标", "第二段写任务分工和时限", &changed]);
    let found = changes(&old, &new);
    assert_eq!(found.iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), ["moved-modified", "moved-modified"]);
    assert!(found[1].2.contains("<del>二十</del><ins>十五</ins>"), "{found:?}");
}

#[test]
fn a_new_article_moves_the_numbers_of_those_after_it() {
    let old = paragraphs(&["第一条 为规范管理制定本办法", "第二条 本办法适用于全县", "第三条 各单位负责落实"]);
    let new = paragraphs(&[
        "第一条 为规范管理制定本办法",
        "第二条 坚持公开公平公正的原则开展工作",
        "第三条 本办法适用于全县",
        "第四条 各单位负责落实",
    ]);
    let found = changes(&old, &new);
    assert_eq!(found.iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), ["added", "moved", "moved"], "{found:?}");
    is(&found[1], ("moved", "<del>第二条</del> 本办法适用于全县", "<ins>第三条</ins> 本办法适用于全县"));
    let view = compared(&old, &new).view(true);
    assert_eq!(view.count, 1, "a number alone is nothing to stop at");
    assert!(view.summary.contains("2 段只改了序号"), "{}", view.summary);
}

#[test]
fn a_number_in_other_brackets_is_the_same_number() {
    let old = paragraphs(&["本办法所称单位包括", "(一)国家机关", "(二)事业单位", "1.学校"]);
    let new = paragraphs(&["本办法所称单位包括", "（一）国家机关", "（二）事业单位", "1．学校"]);
    let view = compared(&old, &new).view(true);
    assert_eq!(view.count, 0);
    assert_eq!(view.summary, "正文文字没有变化：3 段只改了序号的标点");
    let moved = paragraphs(&["本办法所称单位包括", "（二）国家机关", "（三）事业单位", "1．学校"]);
    let told = compared(&old, &moved).view(true).summary;
    assert!(told.contains("2 段只改了序号、1 段只改了序号的标点"), "{told}");
}

#[test]
fn a_paragraph_becomes_two_and_two_become_one() {
    let (a, b) = ("申请人应当提交身份证明和居住证明等材料。", "窗口当场核对并出具受理回执，不得要求重复提交。");
    let whole = paragraphs(&[&format!("{a}{b}")]);
    let parts = paragraphs(&[a, b]);
    let split = one(&whole, &parts);
    assert_eq!(split.0, "split");
    assert!(split.2.contains("<br>"), "{split:?}");
    assert_eq!(one(&parts, &whole).0, "merged");
    assert_eq!(compared(&whole, &parts).counts(), [(Change::Split, 1)]);
}

#[test]
fn cells_rows_and_columns_of_tables_are_told() {
    let row =
        |cells: &[&str]| format!("<tr>{}</tr>", cells.iter().map(|c| format!("<td>{c}</td>")).collect::<String>());
    let table =
        |rows: &[&[&str]]| format!("<table><tbody>{}</tbody></table>", rows.iter().map(|r| row(r)).collect::<String>());
    let old = table(&[&["项目", "标准"], &["特困供养", "100元"], &["孤儿保障", "200元"]]);
    let cell = compared(&old, &table(&[&["项目", "标准"], &["特困供养", "120元"], &["孤儿保障", "200元"]]));
    let view = cell.view(true);
    assert_eq!((view.count, view.lines[0].label.as_str()), (1, "修改表格：改动 1 格"));
    assert!(view.lines[0].both.contains("<del>100</del><ins>120</ins>元"), "{}", view.lines[0].both);
    assert!(view.lines[0].both.contains("1 行未改"), "{}", view.lines[0].both);
    let rows = compared(&old, &table(&[&["项目", "标准"], &["孤儿保障", "200元"], &["高龄津贴", "50元"]]));
    assert_eq!(rows.view(true).lines[0].label, "修改表格：增加 1 行、删去 1 行");
    let columns = table(&[&["项目", "标准", "部门"], &["特困供养", "100元", "民政"], &["孤儿保障", "200元", "民政"]]);
    let view = compared(&old, &columns).view(true);
    assert_eq!(view.lines[0].label, "修改表格：增加 1 列");
    assert!(view.lines[0].both.contains("增加的列"), "{}", view.lines[0].both);
    // Merged cells hold their place.
    let merged = "<table><tr><td rowspan=\"2\">甲类</td><td>1</td></tr><tr><td>2</td></tr></table>";
    let view = compared(merged, &merged.replace(">2<", ">3<")).view(false);
    assert!(view.lines[0].both.contains("〃</td><td><del>2</del><ins>3</ins>"), "{}", view.lines[0].both);
    // A table that comes or goes is a table.
    assert_eq!(compared("", &old).view(true).lines[0].label, "增加表格");
}

#[test]
fn lists_headings_links_and_pictures() {
    let found = changes("<ol><li>甲项工作</li><li>乙项工作</li></ol>", "<ol><li>甲项工作</li><li>丙乙项工作</li></ol>");
    is(&found[0], ("modified", "2. 乙项工作", "2. <ins>丙</ins>乙项工作"));
    let view = compared("<h2>总体要求</h2>", "<p>总体要求</p>").view(true);
    assert_eq!(view.lines[0].label, "小标题改为段落");
    let link = |to: &str| format!("<p>见<a href=\"{to}\">办法全文</a>的规定</p>");
    let found = one(&link("https://a.example/1"), &link("https://a.example/2"));
    assert!(
        found.1.contains("〔链接 https://a.example/1〕") && found.2.contains("〔链接 https://a.example/2〕"),
        "{found:?}"
    );
    let figure = |src: &str, alt: &str| {
        format!("<figure><img src=\"{src}\" alt=\"{alt}\"><figcaption>图1</figcaption></figure>")
    };
    let view =
        compared(&figure("/attachments/0123456789abcdea", "流程"), &figure("/attachments/0123456789abcdeb", "流程"));
    let view = view.view(true);
    assert_eq!(view.lines[0].label, "图片更换");
    assert!(view.lines[0].old.contains("〔图片：流程〕") && !view.lines[0].old.contains("<img"), "{:?}", view.lines[0]);
    let view =
        compared("<p>甲乙丙丁</p>", &format!("<p>甲乙丙丁</p>{}", figure("/attachments/0123456789abcdea", "流程")));
    assert_eq!(view.view(true).lines.last().map(|line| line.label.clone()), Some("增加图片".to_owned()));
}

#[test]
fn nothing_and_looks() {
    let same = compared("<p>甲</p>", "<p>甲</p>");
    assert!(same.same() && same.view(true).same());
    assert_eq!(same.view(true).summary, "正文没有变化");
    assert!(compared("<p>甲</p>", "<p><b>甲</b></p>").view(true).summary.contains("格式"));
}

#[test]
fn what_did_not_change_is_folded_under_its_heading() {
    let lines: Vec<String> = (0..40).map(|n| format!("这是办法的第{n}个自然段落")).collect();
    let html = |lines: &[String]| lines.iter().map(|line| format!("<p>{line}</p>")).collect::<String>();
    let old = format!("<h2>总则</h2>{}", html(&lines));
    let new = old.replace("第20个自然段落", "第20个新写的段落");
    let view = compared(&old, &new).view(true);
    let codes: Vec<&str> = view.lines.iter().map(|line| line.code).collect();
    assert_eq!(codes, ["unchanged", "folded", "unchanged", "modified", "unchanged", "folded"]);
    assert!(view.lines[1].label.contains("19 段未改"), "{}", view.lines[1].label);
    assert_eq!(compared(&old, &new).view(false).lines.len(), 41);
}

#[test]
fn fields_are_compared() {
    let side = |title: &str, date: &str, html: &str| Side {
        title: title.into(),
        fields: vec![("成文日期", date.into()), ("摘要", "不变".into())],
        html: html.into(),
        ..Side::default()
    };
    let compared = compare(
        &side("补贴办法", "2026-03-05", "<p>联系人甲某，电话0796-1234567</p>"),
        &side("补贴暂行办法", "2026-03-06", "<p>联系人见公告</p>"),
    );
    let view = compared.view(true);
    let fields: Vec<(&str, &str, &str)> =
        view.fields.iter().map(|one| (one.label, one.old.as_str(), one.new.as_str())).collect();
    assert_eq!(
        fields,
        [
            ("标题", "补贴办法", "补贴<ins>暂行</ins>办法"),
            ("成文日期", "<del>2026-03-05</del>", "<ins>2026-03-06</ins>")
        ]
    );
}

#[test]
fn what_the_authors_say_stands_beside_each_change_and_chapters_are_summed() {
    let old = "<h2>第一章 总则</h2><p>第一条 为了规范补贴，制定本办法。</p><p>第二条 补贴标准为每人每月100元。</p>\
        <h2>第二章 附则</h2><p>第三条 本办法由县民政局负责解释。</p>";
    let new = old.replace("100元", "120元").replace("县民政局", "县人民政府");
    let notes = "第2条：按物价指数提高\n第三条: 解释机关依法改为制定机关\n第九条：没有这一条\n整体上更宽";
    let view = compare(&side(old), &Side { notes: notes.into(), ..side(&new) }).view(true);
    let beside: Vec<(usize, &str)> =
        view.lines.iter().filter(|line| line.number > 0).map(|line| (line.number, line.note.as_str())).collect();
    assert_eq!(beside, [(1, "按物价指数提高"), (2, "解释机关依法改为制定机关")]);
    // What fits nowhere is told all the same.
    assert_eq!(view.remarks, ["第九条：没有这一条", "整体上更宽"]);
    let chapters: Vec<(&str, &str, usize)> =
        view.chapters.iter().map(|one| (one.name.as_str(), one.words.as_str(), one.first)).collect();
    assert_eq!(chapters, [("第一章 总则", "修改 1 处", 1), ("第二章 附则", "修改 1 处", 2)]);
    assert!(compared("<p>甲</p>", "<p>乙</p>").view(true).chapters.is_empty());
}

/// Both texts, put together again from the rows.
fn again(compared: &Comparison) -> (String, String) {
    let (mut old, mut new) = (String::new(), String::new());
    for row in &compared.rows {
        let said = |without: Op| compared.lexicon.text(&spans::side(&row.spans, without)) + "\n";
        if !row.olds.is_empty() {
            old.push_str(&said(Op::Insert));
        }
        if !row.news.is_empty() {
            new.push_str(&said(Op::Delete));
        }
    }
    (old, new)
}

fn text(units: &[Unit], lexicon: &Lexicon) -> String {
    units.iter().map(|unit| lexicon.text(&unit.words) + "\n").collect()
}

proptest! {
    #[test]
    fn each_side_reads_as_its_text(
        old in prop::collection::vec("(第[一二三]条 )?[甲乙丙丁0-9年月日，]{0,12}", 0..12),
        new in prop::collection::vec("(第[一二三]条 )?[甲乙丙丁0-9年月日，]{0,12}", 0..12),
        kept in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        // Some paragraphs stand in both, anywhere.
        let mut new = new;
        for at in kept {
            if let (false, Some(line)) = (old.is_empty(), old.get(at.index(old.len().max(1)))) {
                let place = at.index(new.len() + 1);
                new.insert(place, line.clone());
            }
        }
        let html = |lines: &[String]| lines.iter().map(|line| format!("<p>{line}</p>")).collect::<String>();
        let compared = compared(&html(&old), &html(&new));
        let (was, is) = again(&compared);
        prop_assert_eq!(was, text(&compared.old, &compared.lexicon));
        prop_assert_eq!(is, text(&compared.new, &compared.lexicon));
        // The sums of the page are those of the rows.
        let view = compared.view(true);
        prop_assert_eq!(view.lines.iter().filter(|line| line.number > 0).count(), view.count);
    }
}

#[test]
fn hostile_texts_are_compared_in_bounded_work() {
    let lines = |count: usize, of: &dyn Fn(usize) -> String| -> String {
        (0..count).map(|at| format!("<p>{}</p>", of(at))).collect()
    };
    let other = |at: usize, salt: usize| -> String {
        (0..60)
            .map(|n| {
                char::from_u32(0x4e00 + u32::try_from((at * 37 + n * 101 + salt) % 3000).expect("small"))
                    .expect("a character")
            })
            .collect()
    };
    let pairs = [
        // 1,500 paragraphs, each changed in the middle.
        (lines(1500, &|at| other(at, 0)), lines(1500, &|at| other(at, 0).replacen(|c: char| c > '\u{5000}', "改", 3))),
        // Nothing in common.
        (lines(1500, &|at| other(at, 0)), lines(1500, &|at| other(at, 1507))),
        // All in common, turned around.
        (lines(1500, &|at| other(at, 0)), lines(1500, &|at| other(1499 - at, 0))),
        // The same few words everywhere.
        (lines(1500, &|at| "甲乙".repeat(at % 50 + 1)), lines(1500, &|at| "乙甲".repeat((at * 7) % 50 + 1))),
        // One endless paragraph.
        (format!("<p>{}</p>", "甲乙丙".repeat(60_000)), format!("<p>{}</p>", "丙甲".repeat(90_000))),
    ];
    for (at, (old, new)) in pairs.iter().enumerate() {
        let compared = within(&side(old), &side(new), 4_000_000);
        assert!(compared.steps <= 4_000_000, "pair {at}: {}", compared.steps);
        let (was, is) = again(&compared);
        assert_eq!(was, text(&compared.old, &compared.lexicon), "pair {at}");
        assert_eq!(is, text(&compared.new, &compared.lexicon), "pair {at}");
    }
    // A long text with a few changes needs a small part of what may be used, and twice as long a text about twice as much.
    let few = |count: usize| {
        let old = lines(count, &|at| other(at, 0));
        let new = lines(count, &|at| if at % 100 == 7 { format!("{}又改", other(at, 0)) } else { other(at, 0) });
        let compared = compare(&side(&old), &side(&new));
        assert!(!compared.coarse);
        compared.steps
    };
    let (short, long) = (few(750), few(1500));
    assert!(long < 3 * short && long < MOST_STEPS / 20, "{short} {long}");
}

#[test]
fn a_long_address_is_kept_once_for_all_words_under_it() {
    let address = format!("https://x.cn/{}", "a".repeat(200_000));
    let words: String =
        (0..1_500_u32).filter_map(|at| char::from_u32(0x4e00 + at)).map(|c| format!("<b>{c}</b>")).collect();
    let old = format!("<p><a href=\"{address}\">{words}</a></p>");
    let compared = compared(&old, "<p>略</p>");
    let marks: std::collections::HashSet<*const u8> = compared
        .old
        .iter()
        .flat_map(|unit| &unit.words)
        .filter_map(|word| match compared.lexicon.get(*word).1 {
            super::words::Mark::Link(to) => Some(to.as_ptr()),
            _ => None,
        })
        .collect();
    assert_eq!(marks.len(), 1);
    let shown: usize =
        compared.view(true).lines.iter().map(|line| line.old.len() + line.new.len() + line.both.len()).sum();
    assert!(shown < 100_000, "{shown}");
}

#[test]
fn all_rows_of_a_head_stand_above_what_changed() {
    let table = |cell: &str, sum: &str| {
        format!(
            "<table><tr><{cell} rowspan=\"2\">类别</{cell}><{cell} colspan=\"2\">标准（元/月）</{cell}></tr><tr><{cell}>城市</{cell}>\
             <{cell}>农村</{cell}></tr><tr><td>特困</td><td>900</td><td>800</td></tr><tr><td>低保</td><td>{sum}</td><td>648</td></tr></table>"
        )
    };
    let lines = compared(&table("th", "812"), &table("th", "821")).view(true).lines;
    let shown: String = lines.iter().map(|line| line.both.as_str()).collect();
    assert!(shown.contains("城市") && shown.contains("821") && !shown.contains("特困"), "{shown}");
}
