//! Stories of sheets that come back: the file of public records, changed in one figure, corrects that figure alone; rows that were
//! refused are given back corrected; places are those of the county.

use std::{collections::BTreeMap, sync::Arc};

use item::{Item, ItemKey};
use kernel::OrganCode;
use record::{
    Query,
    batch::{self, New},
    form, import,
    query::Asked,
};
use testkit::{TestApp, both};

use crate::records::{ORGAN, editor, kept, published, written};

const HEAD: &str = "青禾县2026年义务教育学校招生范围、计划一览表\n\
    学校名称,办学类型,学校标识,所在乡镇,班级数,招生计划（人）,招生范围（施教区）\n";
/// Two records of one school and year, which the item only warns of, and one of another.
const ROWS: &str = "新区小学,公办小学,QH-S31,河口镇,2,90,新区社区二片\n\
    新区小学,公办小学,QH-S31,河口镇,23,1035,新区社区\n\
    第二小学,公办小学,QH-S02,石桥乡/石桥村,8,360,文昌社区\n";

async fn enrolment(app: &TestApp) -> Arc<Item> {
    let key = ItemKey::new("enrolment").expect("a key");
    record::items::find(app.ctx(), &key).await.expect("items").expect("in the box")
}

async fn brought(app: &TestApp, name: &str, rows: &str, update: bool) -> import::Told {
    let item = enrolment(app).await;
    let file = kept(app, name, format!("\u{feff}{HEAD}{rows}").as_bytes());
    let note = if update { "招生计划登记有误" } else { "" };
    let options = import::Options {
        update,
        note: note.to_owned(),
        ..import::Options::new(item.key.clone(), OrganCode::from(ORGAN))
    };
    import::run(app.ctx(), &editor(), &file, &options, &import::Silent).await.expect("told")
}

/// What the public records of a place plan, in order; of all places where it is empty.
async fn plans(app: &TestApp, place: &str) -> Vec<String> {
    let mut query = Query::new(enrolment(app).await);
    if !place.is_empty() {
        query.asked.insert("place".to_owned(), Asked::Below(place.to_owned()));
    }
    let page = query.page(app.ctx().db(), "newest", None, 20).await.expect("a page");
    let mut plans: Vec<String> = page.rows.iter().map(|row| row.data.get("plan").to_owned()).collect();
    plans.sort();
    plans
}

both! {
    async fn a_file_that_comes_back_corrects_what_it_says_otherwise_and_nothing_else(app) {
        let first = brought(app, "招生.csv", ROWS, false).await;
        assert_eq!(first.accepted, 3, "{:?}", first.faults);
        published(app, &first.batch.expect("a batch")).await;
        assert_eq!(plans(app, "青禾县/河口镇").await, ["1035", "90"], "a township is a path of the county");
        assert_eq!(plans(app, "青禾县/石桥乡").await, ["360"]);

        let second = brought(app, "更正.csv", &ROWS.replace(",360,", ",361,"), true).await;
        assert_eq!((second.updates, second.unchanged, second.refused), (1, 2, 0), "{:?}", second.faults);
        published(app, &second.batch.expect("a batch")).await;
        assert_eq!(plans(app, "").await, ["1035", "361", "90"]);

        // Which of two records of one name is meant, nobody can say.
        let one = "新区小学,公办小学,QH-S31,河口镇,2,91,新区社区二片\n";
        let third = brought(app, "一行.csv", one, true).await;
        assert_eq!((third.updates, third.refused, third.batch), (0, 1, None));
        let said = third.faults.first.first().expect("told");
        assert!(said.message.contains("2 条已公开的记录"), "{said:?}");

        // The other one stands in the sheet as it is.
        let both = "新区小学,公办小学,QH-S31,河口镇,2,91,新区社区二片\n新区小学,公办小学,QH-S31,河口镇,23,1035,新区社区\n";
        let fourth = brought(app, "两行.csv", both, true).await;
        assert_eq!((fourth.updates, fourth.unchanged), (1, 1), "{:?}", fourth.faults);
        published(app, &fourth.batch.expect("a batch")).await;
        assert_eq!(plans(app, "").await, ["1035", "361", "91"], "nothing was lost");
    }

    async fn a_place_that_is_none_of_the_county_is_told(app) {
        let rows = "甲小学,公办小学,QH-S41,邻县某镇,2,90,甲村\n乙小学,公办小学,QH-S42,,2,90,乙村\n";
        let told = brought(app, "外地.csv", rows, false).await;
        let place = told.warnings.first.iter().find(|said| said.column == "place").expect("told");
        assert_eq!(place.row, 3, "{place:?}");
        assert!(told.about.iter().any(|words| words.contains("1 行没有填写“所在乡镇”")), "{:?}", told.about);
    }

    async fn a_place_of_a_form_is_a_path_of_the_county(app) {
        let item = enrolment(app).await;
        let cells = [("year", "2026"), ("school", "第三小学"), ("plan", "45"), ("catchment", "三村"), ("place", "河口镇三村")];
        let typed: BTreeMap<String, String> = cells.map(|(key, text)| (key.to_owned(), text.to_owned())).into();
        let row = form::read(&item, &typed).expect("a form that can be read").row;
        let mut tx = written(app).await;
        let new = New::form(&item, &OrganCode::from(ORGAN));
        let id = batch::enter(app.ctx(), &mut tx, &editor(), new, vec![row]).await.expect("entered");
        tx.commit().await.expect("commit");
        published(app, &id).await;
        assert_eq!(plans(app, "青禾县/河口镇/三村").await, ["45"]);
    }

    async fn rows_that_were_refused_are_given_back_by_their_own_file(app) {
        let sheet = "\u{feff}青禾县2027年义务教育学校招生计划一览表\n序号,学校名称,招生计划（人）,招生范围（施教区）\n\
            1,甲小学,约90,甲村\n2,乙小学,90,乙村\n3,丙小学,约60,同上\n";
        let mut editor = app.editor(ORGAN).await;
        let form = [("item", "enrolment"), ("organ", ORGAN), ("what", "new")];
        let sent = editor.upload("/records/imports", &form, &[("file", "招生.csv", sheet.as_bytes())]).await;
        let page = sent.expect(303).location();
        app.work().await;
        editor.get(&page).await.expect(200).shows("同上").shows("第 5 行");
        let rejected = editor.get(&format!("{page}/rejected.xlsx")).await.expect(200).bytes;
        let sent = editor.upload("/records/imports", &form, &[("file", "改正.xlsx", &rejected)]).await;
        let page = sent.expect(303).location();
        app.work().await;
        let told = editor.get(&page).await.expect(200);
        told.shows("约60").hides("同上").hides("没有写“年度”").hides("不知道是什么");
    }
}
