//! Extractors, sessions, forms, pages, layout, components, error pages, assets.
