//! What the program can do: one line each. A new capability is its folder and a line here.

use web::{Capabilities, Capability};

/// All of them. Who refers to another's tables stands behind it.
pub fn all() -> Capabilities {
    Capabilities::new(list())
}

fn list() -> Vec<Capability> {
    vec![
        identity::capability(),
        crate::desk::capability(),
        crate::views::capability(),
        crate::system::capability(),
        crate::styles::capability(),
        crate::mail::capability(),
        portal_form::capability(),
        case::capability(),
        document::capability(),
        review::capability(),
        duty::capability(),
        record::capability(),
        record::items::capability(),
        search::capability(),
        search::phrases::capability(),
        publishing::capability(),
        publishing::columns::capability(),
        publishing::redirects::capability(),
        publishing::receipts::capability(),
        publishing::county::capability(),
        publishing::gates::capability(),
        publishing::rules::capability(),
        publishing::links::capability(),
        publishing::stand_ins::capability(),
        policy::interpretation::capability(),
        policy::qa::capability(),
        policy::audience::capability(),
        policy::consultation::capability(),
        policy::library::capability(),
        policy::ledger::capability(),
        policy::import::capability(),
        dialogue::cases::capability(),
        dialogue::mistakes::capability(),
        dialogue::enforcement::capability(),
        subscription::capability(),
        policy::push::capability(),
        broadcast::capability(),
        dialogue::letters::capability(),
        dialogue::foi::capability(),
        dialogue::services::capability(),
        disclosure::platform::capability(),
        disclosure::catalogue::capability(),
        disclosure::coverage::capability(),
        disclosure::records_portal::capability(),
        disclosure::reports::capability(),
        disclosure::records_office::capability(),
        disclosure::records_api::capability(),
        disclosure::enforcement::capability(),
        crate::home::capability(),
        crate::organs::capability(),
        crate::api::capability(),
        oversight::capability(),
    ]
}

#[cfg(test)]
mod tests {
    use document::{Kind, Kinds};

    #[test]
    fn kinds_of_documents_fit_together() {
        let kinds = Kinds::new(super::all().declared::<Kind>().copied());
        assert!(kinds.all().len() >= 10, "the demonstration has documents of ten kinds");
        assert_eq!(kinds.faults(), Vec::<String>::new());
    }
}
