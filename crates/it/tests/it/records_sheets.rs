//! Stories of sheets that come back: what a file of the program's own says to be another organ's is not stored a second time.

use documents::tables::{Cell, Sheet, write_xlsx};
use item::Item;
use kernel::OrganCode;
use record::import;
use testkit::both;

use crate::records::{ORGAN, editor, filled, kept, options, permit};

/// A file as readers take it away: permits with the organ of each.
fn exported(item: &Item, organs: &[&str]) -> Vec<u8> {
    let own = ["公开机关", "公开日期", "网址"].map(str::to_owned);
    let header = item.columns.iter().map(|column| column.label.clone()).chain(own).collect();
    let row = |(at, organ): (usize, &&str)| {
        let typed = filled(item, &format!("青财许〔2026〕{}号", 100 + at));
        let cells = item.columns.iter().map(|column| typed.get(&column.key).cloned().unwrap_or_default());
        let own = [(*organ).to_owned(), "2026-02-12".to_owned(), "/records/permit/1".to_owned()];
        cells.chain(own).map(Cell::from).collect::<Vec<Cell>>()
    };
    let rows = organs.iter().enumerate().map(row).collect();
    write_xlsx(&Sheet { name: "行政许可".to_owned(), header, rows, ..Sheet::default() }).expect("a workbook")
}

both! {
    async fn rows_of_another_organ_in_a_file_of_ours_are_refused(app) {
        let item = permit(app).await;
        let directory = app.ctx().directory();
        let (own, other) = (OrganCode::from(ORGAN), OrganCode::from("QH011"));
        let names = [directory.short_name(&own).to_owned(), directory.short_name(&other).to_owned()];
        let bytes = exported(&item, &[&names[0], &names[1], &names[1]]);
        let file = kept(app, "许可.xlsx", &bytes);
        for update in [false, true] {
            let asked = import::Options { dry_run: true, update, ..options(&item) };
            let told = import::run(app.ctx(), &editor(), &file, &asked, &import::Silent).await.expect("told");
            assert_eq!((told.accepted, told.refused), (1, 2), "{:?}", told.faults);
            let told = told.faults.first.iter().filter(|said| said.message.contains(&names[1])).count();
            assert_eq!(told, 2, "each row says whose it is");
        }
    }
}
