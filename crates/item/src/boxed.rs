//! The items in the box: files of this crate, read once. What they hold and what of it is unconfirmed: `docs/catalogue.md`.

use std::sync::LazyLock;

use crate::Item;

/// All files with their names, by the order of their domains; the tables of a domain lie beside its documents.
const FILES: &[(&str, &str)] = &[
    ("01-major-projects-tables.toml", include_str!("../items/01-major-projects-tables.toml")),
    ("01-major-projects.toml", include_str!("../items/01-major-projects.toml")),
    ("02-public-resources-tables.toml", include_str!("../items/02-public-resources-tables.toml")),
    ("02-public-resources.toml", include_str!("../items/02-public-resources.toml")),
    ("03-education-tables.toml", include_str!("../items/03-education-tables.toml")),
    ("03-education.toml", include_str!("../items/03-education.toml")),
    ("04-household.toml", include_str!("../items/04-household.toml")),
    ("05-social-aid-tables.toml", include_str!("../items/05-social-aid-tables.toml")),
    ("05-social-aid.toml", include_str!("../items/05-social-aid.toml")),
    ("06-elder-care-tables.toml", include_str!("../items/06-elder-care-tables.toml")),
    ("06-elder-care.toml", include_str!("../items/06-elder-care.toml")),
    ("07-legal-services.toml", include_str!("../items/07-legal-services.toml")),
    ("08-budget-tables.toml", include_str!("../items/08-budget-tables.toml")),
    ("08-budget.toml", include_str!("../items/08-budget.toml")),
    ("09-employment-tables.toml", include_str!("../items/09-employment-tables.toml")),
    ("09-employment.toml", include_str!("../items/09-employment.toml")),
    ("10-social-insurance.toml", include_str!("../items/10-social-insurance.toml")),
    ("11-planning.toml", include_str!("../items/11-planning.toml")),
    ("12-land-tables.toml", include_str!("../items/12-land-tables.toml")),
    ("12-land.toml", include_str!("../items/12-land.toml")),
    ("13-environment-tables.toml", include_str!("../items/13-environment-tables.toml")),
    ("13-environment.toml", include_str!("../items/13-environment.toml")),
    ("14-housing-tables.toml", include_str!("../items/14-housing-tables.toml")),
    ("14-housing.toml", include_str!("../items/14-housing.toml")),
    ("15-expropriation.toml", include_str!("../items/15-expropriation.toml")),
    ("16-municipal.toml", include_str!("../items/16-municipal.toml")),
    ("17-rural-housing-tables.toml", include_str!("../items/17-rural-housing-tables.toml")),
    ("17-rural-housing.toml", include_str!("../items/17-rural-housing.toml")),
    ("18-city-law.toml", include_str!("../items/18-city-law.toml")),
    ("19-farm-subsidy-tables.toml", include_str!("../items/19-farm-subsidy-tables.toml")),
    ("19-farm-subsidy.toml", include_str!("../items/19-farm-subsidy.toml")),
    ("20-culture-tables.toml", include_str!("../items/20-culture-tables.toml")),
    ("20-culture.toml", include_str!("../items/20-culture.toml")),
    ("21-health-tables.toml", include_str!("../items/21-health-tables.toml")),
    ("21-health.toml", include_str!("../items/21-health.toml")),
    ("22-work-safety-tables.toml", include_str!("../items/22-work-safety-tables.toml")),
    ("22-work-safety.toml", include_str!("../items/22-work-safety.toml")),
    ("23-disaster-tables.toml", include_str!("../items/23-disaster-tables.toml")),
    ("23-disaster.toml", include_str!("../items/23-disaster.toml")),
    ("24-food-drug-tables.toml", include_str!("../items/24-food-drug-tables.toml")),
    ("24-food-drug.toml", include_str!("../items/24-food-drug.toml")),
    ("25-tax-tables.toml", include_str!("../items/25-tax-tables.toml")),
    ("25-tax.toml", include_str!("../items/25-tax.toml")),
    ("26-poverty-tables.toml", include_str!("../items/26-poverty-tables.toml")),
    ("26-poverty.toml", include_str!("../items/26-poverty.toml")),
    ("27-press.toml", include_str!("../items/27-press.toml")),
    ("28-statutory-tables.toml", include_str!("../items/28-statutory-tables.toml")),
    ("28-statutory.toml", include_str!("../items/28-statutory.toml")),
    ("29-enforcement-tables.toml", include_str!("../items/29-enforcement-tables.toml")),
    ("29-enforcement.toml", include_str!("../items/29-enforcement.toml")),
    ("30-debt-tables.toml", include_str!("../items/30-debt-tables.toml")),
    ("30-debt.toml", include_str!("../items/30-debt.toml")),
    ("31-performance-tables.toml", include_str!("../items/31-performance-tables.toml")),
    ("32-finance-risk-tables.toml", include_str!("../items/32-finance-risk-tables.toml")),
    ("32-finance-risk.toml", include_str!("../items/32-finance-risk.toml")),
    ("33-medical-insurance-tables.toml", include_str!("../items/33-medical-insurance-tables.toml")),
    ("33-medical-insurance.toml", include_str!("../items/33-medical-insurance.toml")),
    ("34-business-tables.toml", include_str!("../items/34-business-tables.toml")),
    ("34-business.toml", include_str!("../items/34-business.toml")),
    ("35-utilities-tables.toml", include_str!("../items/35-utilities-tables.toml")),
    ("35-utilities.toml", include_str!("../items/35-utilities.toml")),
    ("36-institutions.toml", include_str!("../items/36-institutions.toml")),
    ("37-hotline-tables.toml", include_str!("../items/37-hotline-tables.toml")),
    ("37-hotline.toml", include_str!("../items/37-hotline.toml")),
];

static BOXED: LazyLock<Vec<Item>> =
    LazyLock::new(|| items().expect("the items of the box are read, as the tests of this crate show"));

/// All items in the box, in the order of domains and matters.
pub fn boxed() -> &'static [Item] {
    &BOXED
}

/// The items of all files.
///
/// # Errors
/// What is wrong with the files, one line for each fault.
fn items() -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    let mut faults = Vec::new();
    for (name, text) in FILES {
        match crate::read(text) {
            Ok(read) => items.extend(read),
            Err(wrong) => faults.extend(wrong.iter().map(|fault| format!("{name} · {fault}"))),
        }
    }
    // Stable: within a domain the matters stay in the order of its files.
    items.sort_by_key(|item| item.domain.order);
    if faults.is_empty() { Ok(items) } else { Err(faults.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_box_is_read() {
        if let Err(faults) = items() {
            panic!("the box cannot be read:\n{faults}");
        }
    }

    #[test]
    fn every_file_that_lies_there_is_in_the_box() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/items");
        let mut there: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder of items")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        there.sort();
        let listed: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        assert_eq!(there, listed);
    }
}
